"""Formulas and conditions as a rule file writes them, read by the package and never run by Python."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import attrs

from tarifs_solidaires.catalogue import Phrase, phrase
from tarifs_solidaires.engine.expression import (
    MIRRORED,
    Compare,
    Condition,
    Every,
    Expression,
    Extreme,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
    Sign,
    names,
)
from tarifs_solidaires.values.numbers import decimal_text

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LONGEST = 1000  # characters of a formula
DEEPEST = 40  # brackets in brackets
DIGITS = 30  # of a number
MOST = 200  # numbers, names and signs: what walks a tree goes as deep
FUNCTIONS = ("min", "max", "sqrt", "round")
SUBJECT = "x"  # what a condition is about

_TOKEN = re.compile(
    r"\s*(?:(?P<date>\d{4}-\d{2}-\d{2}(?![\d.]))|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign><=|>=|!=|[-+*/%(),<>=]))"
)


class FormulaError(ValueError):
    """A formula or condition that cannot be read.

    Parameters
    ----------
    template : str
        What is wrong.
    remedy : str
        What to write instead.
    """

    template: str
    remedy: str

    def __init__(self, template: str, remedy: str = "") -> None:
        super().__init__(template, remedy)
        self.template, self.remedy = phrase(template), phrase(remedy)


@attrs.frozen
class _Token:
    kind: str
    text: str
    place: int


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    end = len(text.rstrip())
    if end > LONGEST:
        raise FormulaError(
            Phrase("the formula has more than {most} characters", most=LONGEST),
            "make two steps of it",
        )
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            rest = text[place:].strip()
            raise FormulaError(
                Phrase(
                    "{text!r}: {sign!r} is not a sign of formulas", text=_short(text), sign=rest[0]
                ),
                _remedy_of_sign(rest),
            )
        kind = cast(str, found.lastgroup)
        yield _Token(kind, found[kind], found.start(kind))
        place = found.end()


_SIGNS = {
    "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "÷": "/", "·": "*", "−": "-", "–": "-",
}  # fmt: skip
_MONEY = re.compile(r"[€$£¥]")
_DATE = re.compile(r"\b(?:\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{4}[/.]\d{1,2}[/.]\d{1,2})\b")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _remedy_of_sign(rest: str) -> str:
    """Return what to write in place of a sign that no formula has."""
    if _MONEY.match(rest):
        return "leave the currency out: the unit of the quantity says it"
    if rest[0] in _SIGNS:
        return Phrase("write {sign} for {written}", sign=_SIGNS[rest[0]], written=rest[0])
    if rest[0] in "\"'":
        return "remove the inner quotes"
    if rest[0] == "^":
        return "multiply: a * a"
    if rest[0] == ".":
        return "write digits on both sides of the point: 0.5"
    return "write numbers with a decimal point, names, + - * / ( ), %, min, max, sqrt and round"


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        if _DATE.search(text):
            raise FormulaError(
                Phrase("{text!r} has a date in another order", text=_short(text)),
                "write 2024-12-31",
            )
        self.tokens = [*_tokens(text), _Token("end", "", len(text))]
        if len(self.tokens) > MOST:
            raise FormulaError(
                Phrase(
                    "{text!r} has more than {most} numbers, names and signs",
                    text=_short(text),
                    most=MOST,
                ),
                "make steps of its parts",
            )
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def take(self, text: str) -> bool:
        if self.now.kind == "sign" and self.now.text == text:
            self.place += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            raise self.wrong(Phrase("{text!r} is missing", text=text))

    def wrong(self, what: str, remedy: str = "") -> FormulaError:
        after = self.text[: self.now.place].rstrip()[-20:]
        template = "{text!r}: {what} (after {after!r})" if after else "{text!r}: {what}"
        said = Phrase(template, text=_short(self.text), what=phrase(what), after=after)
        return FormulaError(said, remedy)

    def too_much(self, remedy: str) -> FormulaError:
        """Return what is wrong where a formula should end."""
        before, now = self.tokens[self.place - 1], self.now
        if before.kind == now.kind == "number":
            return self.wrong(
                Phrase("{text!r} follows a number", text=now.text),
                "write a number without spaces: 1200",
            )
        if before.kind == "number" and now.text.startswith("_"):
            return self.wrong("a number has _ in it", "write a number without _: 1200")
        if now.text == "x" and before.kind in ("number", "name"):
            return self.wrong("'x' stands between two values", "write * to multiply")
        if now.kind == "name" and now.text.isupper():
            return self.wrong(
                Phrase("{text!r} follows a value", text=now.text),
                "leave the currency out: the unit says it",
            )
        if before.kind == "number" and re.fullmatch(r"[eE]\d*", now.text):
            return self.wrong("a number is written with an exponent", "write all its digits")
        return self.wrong(Phrase("{text!r} does not fit", text=now.text), remedy)

    def comparison(self) -> list[tuple[Expression, Sign, Expression]]:
        """Read ``a < x <= b``: pairs of neighbours."""
        sides = [self.sum()]
        signs: list[Sign] = []
        while self.now.kind == "sign" and self.now.text in MIRRORED:
            sign = cast(Sign, self.now.text)
            self.place += 1
            if self.now.kind == "sign" and self.now.text in ("<", ">", "="):
                raise self.wrong(
                    Phrase("{sign!r} is not a comparison", sign=sign + self.now.text),
                    {"==": "write =", "=<": "write <=", "=>": "write >=", "<>": "write !="}.get(
                        sign + self.now.text, "write <, <=, =, !=, > or >="
                    ),
                )
            signs.append(sign)
            sides.append(self.sum())
        return list(zip(sides, signs, sides[1:], strict=False))

    def sum(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong("there are too many brackets in brackets", "make steps of the parts")
        found = self.product()
        while self.now.kind == "sign" and self.now.text in "+-":
            sign = self.now.text
            self.place += 1
            found = Operation("+" if sign == "+" else "-", found, self.product())
        self.depth -= 1
        return found

    def product(self) -> Expression:
        found = self.factor()
        while self.now.kind == "sign" and self.now.text in "*/":
            sign = self.now.text
            self.place += 1
            found = Operation("*" if sign == "*" else "/", found, self.factor())
        return found

    def factor(self) -> Expression:
        if self.take("-"):
            part = self.factor()
            if isinstance(part, Number):
                return Number(-part.value)
            return Operation("-", Number(Fraction(0)), part)
        found = self.atom()
        while self.take("%"):
            found = (
                Number(found.value / 100)
                if isinstance(found, Number)
                else Operation("/", found, Number(Fraction(100)))
            )
        return found

    def atom(self) -> Expression:
        token = self.now
        self.place += 1
        if token.kind == "number":
            if len(token.text) > DIGITS:
                raise FormulaError(
                    Phrase(
                        "{text!r} has a number of more than {most} digits",
                        text=_short(self.text),
                        most=DIGITS,
                    ),
                    "round it",
                )
            following = self.now
            if following.kind == "sign" and following.text == "," and self._decimal_comma(token):
                self.place -= 1
                raise FormulaError(
                    Phrase("{text!r} has a decimal comma", text=_short(self.text)),
                    "write a decimal point: 0.55, not 0,55",
                )
            return Number(Fraction(token.text))
        if token.kind == "date":
            return Number(Fraction(day_number(token.text)))
        if token.kind == "name":
            if token.text in FUNCTIONS and self.take("("):
                return self.function(token.text)
            if token.text == SUBJECT:
                return Name(SUBJECT)
            if NAME.fullmatch(token.text) is None:
                raise FormulaError(
                    Phrase(
                        "{text!r}: {name!r} is not a name",
                        text=_short(self.text),
                        name=token.text[:64],
                    ),
                    Phrase("write {name}", name=token.text.lower())
                    if token.text.lower() in FUNCTIONS
                    else "names have lower-case letters without accents, digits and _",
                )
            return Name(token.text)
        if token.kind == "sign" and token.text == "(":
            found = self.sum()
            self.need(")")
            return found
        self.place -= 1
        if token.kind == "end":
            raise self.wrong("a number or a name is missing at the end")
        if token.text in MIRRORED and self.place == 0:
            raise self.wrong(
                Phrase("nothing stands before {text!r}", text=token.text),
                "write x before it: x <= 600",
            )
        twice = token.text == "*" and self.tokens[self.place - 1].text == "*"
        raise self.wrong(
            Phrase("a number or a name is missing before {text!r}", text=token.text),
            "multiply: a * a" if twice else "",
        )

    def _decimal_comma(self, token: _Token) -> bool:
        """Say whether a number, a comma and digits follow each other without a space."""
        if self.place + 1 >= len(self.tokens) or (self.depth > 1 and token.text != "0"):
            return False  # within brackets a comma parts two values
        after = self.tokens[self.place + 1]
        return after.kind == "number" and after.place == token.place + len(token.text) + 1

    def function(self, name: str) -> Expression:
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.need(")")
        if name in ("min", "max"):
            if len(arguments) < 2:
                raise self.wrong(
                    Phrase("{name} needs at least two values", name=name),
                    Phrase("write {name}(a, b)", name=name),
                )
            return Extreme("min" if name == "min" else "max", tuple(arguments))
        if name == "sqrt":
            if len(arguments) != 1:
                raise self.wrong("sqrt needs one value", "write sqrt(a)")
            return Root(arguments[0])
        unit = arguments[1] if len(arguments) == 2 else None
        if not isinstance(unit, Number) or unit.value <= 0:
            raise self.wrong("round needs a value and a unit", "write round(a, 0.05)")
        return Rounded(arguments[0], unit.value)


def parse_formula(text: str) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        Such as ``"min(quotient_familial * 0.55 %, 6.20)"``: numbers with a decimal point, ``%``
        after a number, names, ``+ - * / ( )``, ``min``, ``max``, ``sqrt``, ``round(a, unit)``.

    Returns
    -------
    Expression
        Its tree.

    Raises
    ------
    FormulaError
        Where it cannot be read.

    Examples
    --------
    >>> parse_formula("quotient * 0.55 %")
    Operation(sign='*', left=Name(name='quotient'), right=Number(value=Fraction(11, 2000)))
    """
    parser = _Parser(text)
    found = parser.sum()
    if parser.now.kind != "end":
        if parser.now.text in MIRRORED:
            raise parser.wrong("this is a comparison, not a formula", "write a step with rows")
        raise parser.too_much("a sign such as * may be missing")
    return found


def parse_comparison(text: str, subject: str) -> Condition:
    """Read what a row asks of a number or a date.

    Parameters
    ----------
    text : str
        ``"500 < x <= 750"``, ``"x > 900"``, ``"x = 2"``, ``"x <= 50 % * poverty_line"``.
    subject : str
        Name of the quantity for which ``x`` stands.

    Returns
    -------
    Compare or Every
        The condition.

    Raises
    ------
    FormulaError
        Where it cannot be read.

    Examples
    --------
    >>> parse_comparison("x >= 3", "rank")
    Compare(left=Name(name='rank'), sign='>=', right=Number(value=Fraction(3, 1)))
    """
    parser = _Parser(text)
    pairs = parser.comparison()
    if parser.now.kind != "end":
        raise parser.too_much("write it like x <= 600 or 500 < x <= 750")
    if not pairs:
        number = parser.tokens[0].kind == "number"
        raise FormulaError(
            Phrase("{text!r} is not a comparison", text=_short(text)),
            "remove the quotes, or write a comparison such as x <= 600"
            if number and len(parser.tokens) == 2 else "write it like x <= 600 or 500 < x <= 750",
        )  # fmt: skip
    me = Name(SUBJECT)
    found: list[Condition] = []
    for left, sign, right in pairs:
        if (left == me) == (right == me):
            raise FormulaError(
                Phrase(
                    "{text!r}: x must stand alone on one side of each comparison", text=_short(text)
                ),
                "write it like x <= 600; change the other side, or put the condition on a step",
            )
        if left == me:
            found.append(Compare(Name(subject), sign, right))
        else:
            found.append(Compare(Name(subject), MIRRORED[sign], left))
    for one in found:
        if _speaks_of_subject(one.right):  # type: ignore[union-attr]
            raise FormulaError(
                Phrase("{text!r}: x is on both sides", text=_short(text)), "keep x on one side"
            )
    _check_bounds(text, found)
    return found[0] if len(found) == 1 else Every(tuple(found))


def _speaks_of_subject(node: Expression) -> bool:
    return SUBJECT in names(node)


def _check_bounds(text: str, found: list[Condition]) -> None:
    low: tuple[Fraction, bool] | None = None
    high: tuple[Fraction, bool] | None = None
    for one in found:
        if isinstance(one, Compare) and isinstance(one.right, Number):
            if one.sign in (">", ">="):
                low = (one.right.value, one.sign == ">=")
            elif one.sign in ("<", "<="):
                high = (one.right.value, one.sign == "<=")
    if low and high and (low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1]))):
        raise FormulaError(
            Phrase(
                "{text!r} is true for no number: the bounds exclude each other", text=_short(text)
            ),
            "swap the bounds",
        )


def day_number(text: str) -> int:
    """Return a date ``YYYY-MM-DD`` as the number of days since 1970-01-01."""
    try:
        return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days
    except ValueError:
        raise FormulaError(
            Phrase("{text!r} is not a date", text=_short(text)), "write YYYY-MM-DD"
        ) from None


def formula_text(node: Expression) -> str:
    """Return a formula as a file writes it, with no more brackets than it needs.

    Examples
    --------
    >>> formula_text(parse_formula("(a + b) * 2 %"))
    '(a + b) * 0.02'
    """
    return _text(node, 0)


def _text(node: Expression, level: int) -> str:
    match node:
        case Number(value):
            text = decimal_text(value)
            return f"({text})" if level and (value < 0 or "/" in text) else text
        case Name(name):
            return name
        case Operation(sign, left, right):
            own = 1 if sign in "+-" else 2
            text = f"{_text(left, own)} {sign} {_text(right, own + (sign in '-/'))}"
            return f"({text})" if own < level else text
        case Extreme(kind, parts):
            return f"{kind}({', '.join(_text(part, 0) for part in parts)})"
        case Root(part):
            return f"sqrt({_text(part, 0)})"
        case Rounded(part, unit, _):
            return f"round({_text(part, 0)}, {decimal_text(unit)})"
        case _:
            raise TypeError(f"{type(node).__name__} is no formula")
