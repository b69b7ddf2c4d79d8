"""Formulas and conditions as FEEL, the expression language of DMN.

FEEL counts with 34 decimal digits. A product is written with one division at its end, so that an
amount of few decimals comes out exact. What is not given, or not known, is null. In FEEL a
comparison with null holds nowhere, while here what reads a value that is not known is itself not
known: this is written out wherever a value can be so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import attrs

from tarifs_solidaires.draw.lines import UNPRINTABLE
from tarifs_solidaires.engine.expression import (
    ALWAYS,
    Among,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Extreme,
    Flag,
    Given,
    Listed,
    Marginal,
    Missing,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
    Some,
    Truth,
    Word,
    conditions,
    names,
    walk,
)
from tarifs_solidaires.values.inputs import EPOCH
from tarifs_solidaires.values.numbers import decimal_text

Single: TypeAlias = Compare | Among | Flag | Given

# what FEEL reads as its own, and the functions that are called here
RESERVED = frozenset(
    (
        "if", "then", "else", "for", "return", "some", "every", "satisfies", "in", "and", "or",
        "not", "null", "true", "false", "function", "external", "between", "instance", "of", "list",
        "context", "date", "time", "duration", "item", "partial", "min", "max", "floor", "ceiling",
        "sqrt", "decimal", "number", "string", "boolean", "days", "contains", "starts", "with",
    )
)  # fmt: skip


def fresh(name: str, taken: set[str]) -> str:
    """Return a name that FEEL does not read as its own and nothing else has, and take it.

    Examples
    --------
    >>> fresh("age", {"if"}), fresh("if", {"if", "if_"})
    ('age', 'if__')
    """
    while name in taken or name in RESERVED:
        name += "_"
    taken.add(name)
    return name


def string(text: str) -> str:
    r"""Return a text as a FEEL string, what no line holds by its number.

    Examples
    --------
    >>> print(string('a "b"\n'))
    "a \"b\"\u000A"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04X}", escaped) + '"'


def constant(value: Fraction | str | bool | dt.date) -> str:
    """Return a value as FEEL writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        text = decimal_text(value)
        return f"({text})" if value < 0 or "/" in text else text
    return f'date("{value.isoformat()}")' if isinstance(value, dt.date) else string(value)


@attrs.frozen(kw_only=True)
class Feel:
    """Writes expressions over the names of a rule.

    Parameters
    ----------
    names : mapping of str to str
        What each input, parameter and step is called in FEEL.
    dates : collection of str
        Those that are dates.
    absent : collection of str
        Inputs that need not be given: a condition on one that is not does not hold.
    unknown : collection of str
        Steps whose value can be not known: what reads it is then not known either.
    """

    names: Mapping[str, str]
    dates: Collection[str] = ()
    absent: Collection[str] = ()
    unknown: Collection[str] = ()

    # -- numbers -------------------------------------------------------------------------------

    def number(self, node: Expression) -> str:
        """Return a number as FEEL; a sum has no brackets around it."""
        if isinstance(node, Operation) and node.sign in "+-":
            right = self.number(node.right)
            if node.sign == "-" and isinstance(node.right, Operation):
                right = f"({right})"
            return f"{self.number(node.left)} {node.sign} {right}"
        over, under = _factors(node)
        return self.quotient(over, under)

    def quotient(self, over: Sequence[Expression], under: Sequence[Expression]) -> str:
        """Return a product divided by another."""
        text = " * ".join(map(self.factor, over)) or "1"
        below = " * ".join(map(self.factor, under))
        return f"{text} / ({below})" if len(under) > 1 else f"{text} / {below}" if below else text

    def factor(self, node: Expression) -> str:
        """Return a number such that it can be multiplied."""
        match node:
            case Number(value):
                return constant(value)
            case Name(name) if name in self.dates:
                return f'({self.names[name]} - date("{EPOCH}")).days'
            case Name(name):
                return self.names[name]
            case Extreme(kind, parts):
                return f"{kind}({', '.join(map(self.number, parts))})"
            case Root(part):
                return f"sqrt({self.number(part)})"
            case Rounded():
                return f"({self.rounded(node)})"
            case Listed():
                return self.listed(node)
            case Marginal():
                return f"({self.marginal(node)})"
            case Operation():
                return f"({self.number(node)})"
            case _:
                return f"({self.value(node)})"

    def rounded(self, node: Rounded) -> str:
        """Return a rounding; for hundredths, of 100 times the number, divided by 100 again."""
        over, under = _factors(node.part)
        times = 1 / node.unit
        if times == 1:
            text, back = self.quotient(over, under), ""
        elif times % 1 == 0:
            text, back = self.quotient([*over, Number(times)], under), f" / {times}"
        else:
            text = self.quotient(over, [*under, Number(node.unit)])
            back = f" * {constant(node.unit)}"
        how = {
            "half_up": f"floor({text} + 0.5)", "half_down": f"ceiling({text} - 0.5)",
            "half_even": f"decimal({text}, 0)", "up": f"ceiling({text})", "down": f"floor({text})",
        }[node.mode]  # fmt: skip
        return how + back

    def listed(self, node: Listed) -> str:
        """Return an amount of a list, in which FEEL counts from 1."""
        place = f"floor({self.number(node.by)})" + (
            f" - {node.first - 1}" if node.first != 1 else ""
        )
        amounts, last = ", ".join(map(constant, node.amounts)), len(node.amounts)
        text = f"[{amounts}][max(1, min({place}, {last}))]"
        if not node.beyond:
            return text
        return f"({text} + {constant(node.beyond)} * max({place} - {last}, 0))"

    def marginal(self, node: Marginal) -> str:
        """Return a marginal scale: the sum of what falls into each part, at its rate."""
        base, low, parts = self.number(node.base), Fraction(0), []
        for part in node.parts:
            high = base if part.up_to is None else f"min({base}, {constant(part.up_to)})"
            within = f"max({high} - {constant(low)}, 0)" if low else f"max({high}, 0)"
            parts.append(f"{self.factor(part.rate)} * {within}")
            low = part.up_to or low
        return "\n+ ".join(parts)

    # -- conditions ----------------------------------------------------------------------------

    def nulls(self, node: Expression | Condition) -> list[str]:
        """Return the names in a tree whose value can be null, in the order of the rule."""
        read = names(node)
        return [n for n in self.names if n in read and (n in self.absent or n in self.unknown)]

    def any_null(self, found: Iterable[str]) -> str:
        """Return the test that one of some names is null."""
        return " or ".join(f"{self.names[name]} = null" for name in found)

    def test(self, when: Single, subject: str = "") -> str:
        """Return the test that a condition holds: true or false, never null.

        Parameters
        ----------
        when : Compare, Among, Flag or Given
            The condition.
        subject : str
            What stands for the name that it is about, such as ``?`` in a cell of a table.
        """
        null_safe = False
        match when:
            case Given(name, value):
                return f"{subject or self.names[name]} {'!=' if value else '='} null"
            case Flag(name, value):
                text, null_safe = f"{subject or self.names[name]} = {constant(value)}", True
            case Among(name):
                text = self.among(when, subject or self.names[name])
                null_safe = not when.prefixes and not when.negated
            case Compare(left, sign, right):
                text = f"{subject or self.side(left, right)} {sign} {self.side(right, left)}"
        if null_safe or not self.nulls(when):
            return text
        own = when.left if isinstance(when, Compare) else Name(when.name)
        called = [
            subject if subject and Name(n) == own else self.names[n] for n in self.nulls(when)
        ]
        return f"({' and '.join([f'{name} != null' for name in called] + [text])})"

    def side(self, node: Expression, other: Expression) -> str:
        """Return a side of a comparison: a date where the other is one, else a number."""
        if isinstance(other, Name) and other.name in self.dates:
            if isinstance(node, Number):
                return constant(EPOCH + dt.timedelta(days=int(node.value)))
            if isinstance(node, Name) and node.name in self.dates:
                return self.names[node.name]
        if isinstance(node, Name) and node.name in self.dates and isinstance(other, Number):
            return self.names[node.name]
        return self.number(node)

    @staticmethod
    def among(when: Among, subject: str) -> str:
        """Return the test that a code is one of some."""
        codes = [string(code) for code in sorted(when.codes)]
        tests = [f"{subject} = {codes[0]}"] if len(codes) == 1 else []
        tests += [f"list contains([{', '.join(codes)}], {subject})"] if len(codes) > 1 else []
        tests += [f"starts with({subject}, {string(start)})" for start in sorted(when.prefixes)]
        text = " or ".join(tests)
        return f"not({text})" if when.negated else f"({text})" if len(tests) > 1 else text

    def not_known(self, when: Single, subject: str = "") -> str:
        """Return the test that a condition is not known; empty where it is always known."""
        match when:
            case Compare(Name(name) as left, _, right):
                others = self.any_null(self.nulls(right))
            case Compare(left, _, right):
                return self.any_null(self.nulls(when))
            case Among(name) | Flag(name):
                left, others = Name(name), ""
            case Given():
                return ""
        own = subject or self.names[left.name]
        if left.name in self.unknown:
            return f"{own} = null or {others}" if others else f"{own} = null"
        if left.name in self.absent and others:
            return f"({own} != null and ({others}))"
        return others

    def holds(self, when: Condition) -> str:
        """Return the test that conditions hold: true or false, never null."""
        return self.joined(when, self.test)

    def possible(self, when: Condition) -> str:
        """Return the test that they hold or are not known; empty where they are always known."""
        if not any(map(self.not_known, conditions(when))):
            return ""

        def written(single: Single) -> str:
            unknown = self.not_known(single)
            return f"({unknown} or {self.test(single)})" if unknown else self.test(single)

        return self.joined(when, written)

    def joined(self, when: Condition, write: Callable[[Single], str]) -> str:
        """Write each single condition, joined as they are."""
        if not isinstance(when, Every | Some):
            return write(when)
        parts = [
            f"({self.joined(part, write)})" if isinstance(part, Every | Some) and len(part.parts) > 1
            else self.joined(part, write)
            for part in when.parts
        ]  # fmt: skip
        return (" and " if isinstance(when, Every) else " or ").join(parts) or constant(
            isinstance(when, Every)
        )

    # -- values --------------------------------------------------------------------------------

    def value(self, node: Expression) -> str:
        """Return what a tree comes to: null where it is not known."""
        match node:
            case Missing():
                return "null"
            case Truth(truth):
                return constant(truth)
            case Word(word):
                return string(word)
            case Choice(cases):
                return self.choice(cases)
            case Best():
                return self.best(node)
            case Rounded():
                text = self.rounded(node)
            case Marginal():
                text = self.marginal(node)
            case _:
                text = self.number(node)
        simple = not any(isinstance(n, Extreme | Listed | Marginal | Rounded) for n in walk(node))
        nulls = [] if simple else self.nulls(node)  # arithmetic with null is null of itself
        return f"if {self.any_null(nulls)} then null else {text}" if nulls else text

    def choice(self, cases: Sequence[Case]) -> str:
        """Return the value of the first case that holds, as a chain of tests."""
        lines: list[str] = []
        for case in cases:
            value = self.value(case.value)
            if case.when == ALWAYS:
                return "\nelse ".join([*lines, value])
            lines.append(f"if {self.holds(case.when)} then {value}")
            possible = self.possible(case.when)
            if possible:
                lines.append(f"if {possible} then null")
        return "\nelse ".join([*lines, "null"])

    def best(self, node: Best) -> str:
        """Return the lowest or highest value of the candidates that hold."""
        values: list[str] = []
        unknown: list[str] = []
        for case in node.cases:
            held, possible = self.holds(case.when), self.possible(case.when)
            nulls = self.any_null(self.nulls(case.value))
            if case.when == ALWAYS:
                values.append(self.number(case.value))
                unknown += [nulls] if nulls else []
                continue
            values.append(f"if {held} then {self.number(case.value)} else null")
            unknown += [f"({held}) and ({nulls})"] if nulls else []
            unknown += [f"({possible}) and not({held})"] if possible else []
        listed = ",\n  ".join(values)
        extreme = "min" if node.kind == "lowest" else "max"
        sure = all(case.when == ALWAYS for case in node.cases)
        text = f"{extreme}([\n  {listed}\n]{'' if sure else '[item != null]'})"
        return f"if {' or '.join(unknown)} then null\nelse {text}" if unknown else text

    def best_row(self, node: Best, won: Expression, words: Sequence[str]) -> str:
        """Return the name of the candidate that counts: the first that is as good as the best.

        Parameters
        ----------
        node : Best
            The candidates.
        won : Expression
            What they come to.
        words : sequence of str
            Their names.
        """
        lines: list[str] = []
        winners: list[str] = []
        for case, word in zip(node.cases, map(string, words), strict=True):
            held, possible = self.holds(case.when), self.possible(case.when)
            nulls = self.any_null(self.nulls(case.value))
            lines += [f"if ({held}) and ({nulls}) then {word}"] if nulls else []
            lines += [f"if ({possible}) and not({held}) then null"] if possible else []
            best = self.test(Compare(case.value, "=", won))
            winners.append(f"if {best} then {word}" if case.when == ALWAYS else
                           f"if ({held}) and {best} then {word}")  # fmt: skip
        return "\nelse ".join([*lines, *winners, "null"])

    def may_be_unknown(self, node: Expression) -> bool:
        """Say whether a tree can come to no value."""
        match node:
            case Choice(cases) | Best(_, cases):
                open_ended = all(case.when != ALWAYS for case in cases)
                return open_ended or any(
                    bool(self.possible(case.when)) or self.may_be_unknown(case.value)
                    for case in cases
                )
            case Missing():
                return True
            case Extreme(_, parts):
                return any(map(self.may_be_unknown, parts))
            case Rounded(part):
                return self.may_be_unknown(part)
        return bool(self.nulls(node))


def _factors(node: Expression) -> tuple[list[Expression], list[Expression]]:
    """Return what is multiplied in a product, and by what it is divided."""
    if not isinstance(node, Operation) or node.sign not in "*/":
        return [node], []
    (over, under), (top, bottom) = _factors(node.left), _factors(node.right)
    if node.sign == "/":
        top, bottom = bottom, top
    return [*over, *top], [*under, *bottom]
