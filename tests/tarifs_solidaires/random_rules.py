"""Random small rule files in format 2, and an interpreter of such files on fractions.

``random_rule(seed)`` and the strategy ``rules()`` return the text of a valid file;
``Interpreter(text).person(values)`` says what it gives for one person, and ``people(text, rng)``
returns persons at its bounds. The interpreter reads the parsed TOML and shares no code with the
package: numbers are fractions, a root is kept as ``c * sqrt(r)`` and compared by squares.
"""

import datetime as dt
import random
import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from hypothesis import strategies as st

# ===================================================================================== interpreter

MISSING = None  # a result that is unknown
ABSENT = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()  # an optional input nobody gave


class Root(NamedTuple):
    """The number ``times * sqrt(of)``."""

    times: Fraction
    of: Fraction


def signed_square(value):
    """Return the square with the sign of the number: it grows as the number does."""
    if isinstance(value, Root):
        return (1 if value.times >= 0 else -1) * value.times**2 * value.of
    return (1 if value >= 0 else -1) * value**2


def compare(left, sign, right):
    if isinstance(left, Root) or isinstance(right, Root):
        left, right = signed_square(left), signed_square(right)
    if sign == "=":
        return left == right
    if sign == "<":
        return left < right
    if sign == "<=":
        return left <= right
    if sign == ">":
        return left > right
    return left >= right


def rounded(value, unit, mode="half_up"):
    """Return a multiple of the unit; negative halves go up as well, to the larger number."""
    many = value / unit
    if mode == "up":
        return ceil(many) * unit
    if mode == "down":
        return floor(many) * unit
    if mode == "half_up":
        return floor(many + Fraction(1, 2)) * unit
    if mode == "half_down":
        return ceil(many - Fraction(1, 2)) * unit
    return round(many) * unit  # of a fraction: half to even


TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[a-z_][a-z_0-9]*|<=|>=|[-+*/(),%<>=])")


class Formula:
    """A formula as nested tuples: sums of products of signed atoms, each with a ``%`` or none."""

    def __init__(self, text):
        self.tokens, position = [], 0
        while text[position:].strip():
            found = TOKEN.match(text, position)
            if found is None:
                raise ValueError(f"{text!r} at {position}")
            self.tokens.append(found[1])
            position = found.end()
        self.at = 0
        self.tree = self.sum()
        if self.at < len(self.tokens):
            raise ValueError(f"{text!r} at {self.tokens[self.at]!r}")

    def next_is(self, *tokens):
        if self.at < len(self.tokens) and self.tokens[self.at] in tokens:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def sum(self):
        tree = self.product()
        while sign := self.next_is("+", "-"):
            tree = (sign, tree, self.product())
        return tree

    def product(self):
        tree = self.signed()
        while sign := self.next_is("*", "/"):
            tree = (sign, tree, self.signed())
        return tree

    def signed(self):
        if self.next_is("-"):
            return ("minus", self.signed())
        return self.atom()

    def atom(self):
        token = self.tokens[self.at]
        self.at += 1
        if token == "(":  # noqa: S105
            tree = self.sum()
            self.expect(")")
        elif token[0].isdigit():
            tree = ("number", Fraction(token))
        elif self.next_is("("):
            arguments = [self.sum()]
            while self.next_is(","):
                arguments.append(self.sum())
            self.expect(")")
            tree = (token, *arguments)
        else:
            tree = ("name", token)
        return ("*", tree, ("number", Fraction(1, 100))) if self.next_is("%") else tree

    def expect(self, token):
        if not self.next_is(token):
            raise ValueError(f"{token} expected in {self.tokens}")


def value_of(tree, name_of):
    """Return the number of a formula; missing where anything that it reads is missing."""
    kind, *parts = tree
    if kind == "number":
        return parts[0]
    if kind == "name":
        return name_of(parts[0])
    values = [value_of(part, name_of) for part in parts]
    if any(value is MISSING for value in values):
        return MISSING
    first, *others = values
    if kind == "sqrt":
        return Root(Fraction(1), first)
    if isinstance(first, Root) or any(isinstance(value, Root) for value in others):
        return with_root(kind, *values)
    if kind == "minus":
        return -first
    if kind == "+":
        return first + others[0]
    if kind == "-":
        return first - others[0]
    if kind == "*":
        return first * others[0]
    if kind == "/":
        return first / others[0]
    if kind == "min":
        return min(values)
    if kind == "max":
        return max(values)
    if kind == "round":
        return rounded(first, others[0])
    raise ValueError(kind)


def with_root(kind, left, right=None):
    if kind == "minus":
        return Root(-left.times, left.of)
    if kind == "*":
        left, right = (
            side if isinstance(side, Root) else Root(side, Fraction(1)) for side in (left, right)
        )
        return Root(left.times * right.times, left.of * right.of)
    if kind == "/" and isinstance(left, Root):
        return Root(left.times / right, left.of)
    raise ValueError(f"{kind} of a root")


class Outcome(NamedTuple):
    """What a rule gives one person: every step by name, and the row that decided in it.

    ``causes`` has, by step that is missing, the rows that say "missing" and of which it may be so.
    """

    values: dict[str, Any]
    rows: dict[str, str | None]
    causes: dict[str, set[str]]


class BadInputError(ValueError):
    """A condition between inputs does not hold."""


def word(text):
    """Return a text in the first language of a file."""
    return next(iter(text.values())) if isinstance(text, dict) else text


class Interpreter:
    """A rule file on one day."""

    def __init__(self, text, on=dt.date(2025, 1, 1), vocabulary=()):
        self.file = tomllib.loads(text, parse_float=Decimal)
        self.inputs, self.lists, self.parameters = {}, {}, {}
        for source in (
            *(tomllib.loads(other, parse_float=Decimal) for other in vocabulary),
            self.file,
        ):
            self.inputs |= source.get("input", {})
            self.lists |= source.get("list", {})
            self.parameters |= source.get("parameter", {})
        versions = {version["valid_from"]: version for version in self.file["version"]}
        day = max(day for day in versions if day <= on)
        self.on, self.steps, chain = on, {}, [versions[day]]
        while "extends" in chain[0]:
            chain.insert(0, versions[chain[0]["extends"]])
        for version in chain:
            self.steps |= {step["name"]: step for step in version.get("step", [])}
            self.parameters = self.parameters | version.get("parameter", {})
        self.decides = versions[day].get("decides")
        self.formulas = {}

    def person(self, given):
        """Return what the rule gives for exact values; a name that is left out is not given."""
        return _Person(self, given).outcome()

    def tree(self, text):
        if text not in self.formulas:
            self.formulas[text] = Formula(text).tree
        return self.formulas[text]


class _Person:
    def __init__(self, rule, given):
        self.rule, self.given = rule, given
        self.known, self.rows = {}, {}
        self.reads, self.working = {}, []  # what each step read; the steps being worked out

    def outcome(self):
        for require in self.rule.file.get("require", []):
            if self.holds(require["when"]) is False:
                raise BadInputError(require["input"])
        values = {name: self.value(name) for name in self.rule.steps}
        causes = {name: self.causes(name) for name, value in values.items() if value is MISSING}
        return Outcome(values, dict(self.rows), causes)

    def causes(self, name):
        found = set()
        if self.rows.get(name) and "row" in self.rule.steps[name]:
            then = {word(row.get("name")): row["then"] for row in self.rule.steps[name]["row"]}
            if then[self.rows[name]] == "missing":
                found.add(self.rows[name])
        for read in self.reads[name]:
            if self.known[read] is MISSING:
                found |= self.causes(read)
        return found

    # ------------------------------------------------------------------------------- quantities

    def value(self, name):
        if self.working:
            self.reads[self.working[-1]].add(name)
        if name not in self.known:
            if name in self.rule.steps:
                self.reads[name] = set()
                self.working.append(name)
                self.known[name] = self.step(name, self.rule.steps[name])
                self.working.pop()
            elif name in self.rule.parameters:
                self.known[name] = self.parameter(self.rule.parameters[name])
            else:
                self.known[name] = self.input(name, self.rule.inputs[name])
        return self.known[name]

    def input(self, name, declared):
        if name in self.given:
            value = self.given[name]
        elif "or_formula" in declared and all(
            other in self.given for other in re.findall(r"[a-z_][a-z_0-9]*", declared["or_formula"])
        ):
            return self.number(declared["or_formula"])
        elif "default" in declared:
            value = declared["default"]
        elif declared.get("optional"):
            return ABSENT
        else:
            raise BadInputError(name)
        return value if isinstance(value, (bool, str)) else Fraction(value)

    def parameter(self, declared):
        value = declared["value"]
        if isinstance(value, list):
            value = [dated["value"] for dated in value if dated["from"] <= self.rule.on][-1]
        return value if isinstance(value, (bool, str)) else Fraction(value)

    def number(self, written):
        """Return a number that is written as a number or as a formula."""
        if isinstance(written, str):
            return value_of(self.rule.tree(written), self.value)
        return Fraction(written)

    # ------------------------------------------------------------------------------------ steps

    def step(self, name, step):
        if "formula" in step:
            value = self.number(step["formula"])
        elif "row" in step:
            value = self.table(name, step)
        elif "scale" in step:
            value = self.scale(name, step)
        elif "by" in step:
            value = self.size(step)
        else:
            value = self.best(name, step)
        if value is MISSING or isinstance(value, (str, bool)):
            return value
        for key, choose in (("at_least", max), ("at_most", min)):
            if key in step:
                bound = self.number(step[key])
                if bound is MISSING:
                    return MISSING
                value = choose(value, bound)
        if "round" in step:
            how = step["round"]
            if isinstance(how, dict):
                value = rounded(value, Fraction(how["to"]), how.get("mode", "half_up"))
            else:
                value = rounded(value, Fraction(how))
        return value

    def table(self, name, step):
        for row in step["row"]:
            holds = self.holds(row.get("when", {}))
            if holds is MISSING:
                self.rows[name] = None
                return MISSING
            if holds:
                self.rows[name] = word(row.get("name"))
                then = row["then"]
                if then == "missing":
                    return MISSING
                if "codes" in step or isinstance(then, bool):
                    return then
                return self.number(then)
        raise ValueError(f"no row of {name} for {self.given}")

    def scale(self, name, step):
        value = self.number(step["scale"])
        if value is MISSING:
            self.rows[name] = None
            return MISSING
        total, low = Fraction(0), Fraction(0)
        for number, part in enumerate(step["part"]):
            if number and value <= low:
                break
            self.rows[name] = word(part.get("name"))
            rate = self.number(part["rate"])
            high = Fraction(part["up_to"]) if "up_to" in part else value
            if rate is MISSING:
                return MISSING
            total += rate * (min(value, high) - low)
            low = high
        return total

    def size(self, step):
        place = int(self.value(step["by"])) - step.get("first", 1)
        amounts = [Fraction(amount) for amount in step["amounts"]]
        if place < len(amounts):
            return amounts[place]
        return amounts[-1] + (place + 1 - len(amounts)) * Fraction(step.get("beyond", 0))

    def best(self, name, step):
        winner, self.rows[name] = MISSING, None
        for candidate in step["candidate"]:
            holds = self.holds(candidate.get("when", {}))
            value = self.number(candidate["value"]) if holds else MISSING
            if holds is MISSING or (holds and value is MISSING):
                self.rows[name] = None
                return MISSING
            if not holds:
                continue
            better = winner is MISSING or (
                value < winner if step["best"] == "lowest" else value > winner
            )
            if better:
                winner, self.rows[name] = value, word(candidate.get("name"))
        return winner

    # ------------------------------------------------------------------------------- conditions

    def holds(self, when):
        """Say whether conditions hold; missing where that rests on what is missing."""
        if isinstance(when, list):
            found = [self.holds(one) for one in when]
            return True if True in found else MISSING if MISSING in found else False
        found = [self.condition(self.value(name), asked) for name, asked in when.items()]
        return False if False in found else MISSING if MISSING in found else True

    def condition(self, value, asked):
        if asked in ("given", "not given"):
            return (value is not ABSENT) == (asked == "given")
        if value is ABSENT:
            return False
        if value is MISSING:
            return MISSING
        if isinstance(asked, bool):
            return value is asked
        if isinstance(value, str):
            return self.among(value, asked)
        if not isinstance(asked, str):
            return value == Fraction(asked)
        sides = re.split(r"(<=|>=|<|>|=)", asked)
        sides = [side if place % 2 else side.strip() for place, side in enumerate(sides)]
        numbers = [value if side == "x" else self.number(side) for side in sides[::2]]
        if any(number is MISSING for number in numbers):
            return MISSING
        return all(
            compare(left, sign, right)
            for left, sign, right in zip(numbers, sides[1::2], numbers[1:], strict=False)
        )

    def among(self, value, asked):
        if isinstance(asked, list):
            return value in asked
        if asked.startswith(("in ", "not in ")):
            return (value in self.rule.lists[asked.split()[-1]]["values"]) == (asked[:2] == "in")
        return value == asked


# ======================================================================================= generator


class Seeded:
    """Choices that a seed makes."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311

    def integer(self, low, high):
        return self.random.randint(low, high)


class Drawn:
    """Choices that Hypothesis makes, and shrinks."""

    def __init__(self, draw):
        self.draw = draw

    def integer(self, low, high):
        return self.draw(st.integers(low, high))


def random_rule(seed):
    """Return the text of a valid rule file."""
    return _Writer(Seeded(seed)).text()


@st.composite
def rules(draw):
    """Return a strategy for the texts of valid rule files."""
    return _Writer(Drawn(draw)).text()


class Quantity(NamedTuple):
    """An input, parameter or step that later steps may read."""

    name: str
    kind: str  # number, whole, flag, code, root
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    words: tuple[str, ...] = ()
    optional: bool = False
    missing: bool = False  # whether it may be missing


class Expression(NamedTuple):
    """A formula, how tightly it binds (1 sum, 2 product, 3 atom), and its bounds."""

    text: str
    binds: int
    low: Fraction
    high: Fraction
    missing: bool = False

    def within(self, binds):
        return self.text if self.binds >= binds else f"({self.text})"


LITERALS = (
    "0", "1", "2", "3", "12", "100", "600", "1250", "15650", "0.1", "0.5", "1.25", "2.675", "4.05",
    "33.33", "379.50", "0.55 %", "1 %", "2.5 %", "20 %", "33.3 %", "50 %", "120 %",
)  # fmt: skip
UNITS = ("0.001", "0.01", "0.05", "0.10", "0.25", "0.5", "1", "5", "10")
MODES = ("half_up", "half_even", "half_down", "up", "down")
CAP = 10**9  # of any quantity: what is larger is not built
CODES = ("alpha", "beta", "gamma", "delta")


def literal(text):
    value = Fraction(text.split()[0])
    return Expression(text, 3, *[value / 100 if "%" in text else value] * 2)


def plain(value):
    """Write a fraction that is a decimal."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    assert Fraction(text) == value, value
    return text


class _Writer:
    def __init__(self, pick):
        self.pick = pick
        self.known, self.lists = [], {}
        self.unsure = False  # whether conditions of this step read what may be missing

    # -------------------------------------------------------------------------------- choices

    def one(self, options):
        return options[self.pick.integer(0, len(options) - 1)]

    def chance(self, percent):
        """Whether something less plain is wanted: hypothesis shrinks to what is plain."""
        return self.pick.integer(0, 99) >= 100 - percent

    def numbers(self):
        """Return the quantities that a formula may read."""
        return [
            quantity
            for quantity in self.known
            if quantity.kind in {"number", "whole"} and not quantity.optional
        ]

    # ----------------------------------------------------------------------------------- file

    def text(self):
        head = [
            "format = 2",
            'name = "test/random"',
            'languages = ["en"]',
            'title = "Random rule"',
            'purpose = "Try what a rule file may hold"',
            'per = "person"',
            'authority = "Nobody"',
            "known_until = 2026-12-31",
            "",
        ]
        for number in range(self.pick.integer(2, 4)):
            head += self.input(number)
        head += self.parameters()
        steps = [self.step(number) for number in range(self.pick.integer(2, 5))]
        if not any(step.kind == "number" for step, _ in steps):
            steps.append(self.step(len(steps), "formula"))
        main = [step for step, _ in steps if step.kind == "number"][-1]
        outputs = [main]
        outputs += [
            step for step, _ in steps if step.name != main.name and self.chance(70)
            and (step.kind == "number" or (step.kind == "code" and not step.missing))
        ]  # fmt: skip
        for output in outputs:
            kind = "status" if output.kind == "code" else "amount"
            head += [f"[output.{output.name}]", f'kind = "{kind}"', f'label = "{output.name}"', ""]
        head += ["[[version]]", "valid_from = 2025-01-01", 'source = "None: it is random"']
        head += ['confidence = "made_up"']
        if "row" in steps[[step for step, _ in steps].index(main)][1][-1] and self.chance(60):
            head += [f'decides = "{main.name}"']
        blocks = [lines for _, lines in steps]
        if self.chance(30):  # in any order
            blocks.reverse()
        for lines in blocks:
            head += ["", "[[version.step]]", *lines[:-1]]
        return "\n".join(head) + "\n"

    def input(self, number):
        kind = self.one(["number", "whole", "flag", "code"]) if number else "number"
        name = f"{kind}_{number + 1}"
        lines = [
            f"[input.{name}]",
            f'kind = "{kind}"',
            f'label = "{name}"',
            'origin = "declaration"',
        ]
        optional = number > 0 and self.chance(12)
        if optional:
            lines += ["optional = true"]
        if kind == "flag":
            if self.chance(30) and not optional:
                lines += [f"default = {self.one(['false', 'true'])}"]
            self.known.append(Quantity(name, kind, optional=optional))
        elif kind == "code":
            words = CODES[: self.pick.integer(2, 4)]
            lines += ["codes = { " + ", ".join(f'{code} = "The {code}"' for code in words) + " }"]
            self.known.append(Quantity(name, kind, words=words, optional=optional))
            some = [code for code in words if self.chance(50)] or [words[0]]
            self.lists[f"list_{number + 1}"] = some
            lines += ["", f"[list.list_{number + 1}]", f"values = {_quoted(some)}"]
            lines += ['source = "None: it is random"', 'confidence = "made_up"']
        else:
            low = self.one([0, 1, 0, 2]) if kind == "number" else self.one([1, 0])
            high = self.one([100, 2_000, 100_000] if kind == "number" else [5, 20, 300])
            lines += [f"from = {low}", f"to = {high}"]
            if kind == "number" and self.chance(40):
                lines += [f"step = {self.one(['0.25', '0.001', '1', '0.1', '0.05'])}"]
            if kind == "whole" and self.chance(25) and not optional:
                lines += [f"default = {low + 1}"]
            self.known.append(
                Quantity(name, kind, Fraction(low), Fraction(high), optional=optional)
            )
        return [*lines, ""]

    def parameters(self):
        lines = []
        if self.chance(40):
            value = self.one(["759", "12.5", "0.3", "1016.05"])
            lines += ["[parameter.figure]", f"value = {value}", 'label = "figure"']
            lines += ['source = "None: it is random"', 'confidence = "made_up"', ""]
            self.known.append(Quantity("figure", "number", *[Fraction(value)] * 2))
        if self.chance(25):
            lines += ["[parameter.dated]", 'label = "dated"', 'source = "None: it is random"']
            lines += ['confidence = "made_up"']
            for year, value in ((2024, "400"), (2025, "410.5"), (2026, "7")):
                lines += ["[[parameter.dated.value]]", f"from = {year}-01-01", f"value = {value}"]
            lines += [""]
            self.known.append(Quantity("dated", "number", *[Fraction("410.5")] * 2))
        return lines

    # ------------------------------------------------------------------------------- formulas

    def expression(self, depth, pool):
        """Return a formula on the quantities of a pool, never divided by 0 nor beyond the cap."""
        for _ in range(3):
            found = self.attempt(depth, pool)
            if max(abs(found.low), abs(found.high)) <= CAP:
                return found
        return self.leaf(pool)

    def leaf(self, pool):
        if pool and self.chance(65):
            read = self.one(pool)
            return Expression(read.name, 3, read.low, read.high, read.missing)
        return literal(self.one(LITERALS))

    def attempt(self, depth, pool):
        kind = self.one(["leaf", "*", "+", "-", "/", "min", "max", "round", "minus"])
        if depth == 0 or kind == "leaf":
            return self.leaf(pool)
        left = self.expression(depth - 1, pool)
        if kind == "minus":
            text = f"-{left.within(3)}"
            return Expression(text, 1, -left.high, -left.low, left.missing)
        if kind == "round":
            unit = self.one(UNITS)
            step = Fraction(unit)
            return Expression(
                f"round({left.text}, {unit})", 3,
                rounded(left.low, step), rounded(left.high, step), left.missing,
            )  # fmt: skip
        right = self.divisor(pool) if kind == "/" else self.expression(depth - 1, pool)
        missing = left.missing or right.missing
        if kind in {"min", "max"}:
            choose = min if kind == "min" else max
            low, high = choose(left.low, right.low), choose(left.high, right.high)
            texts = [left.text, right.text]
            if self.chance(30):
                third = self.leaf(pool)
                low, high = choose(low, third.low), choose(high, third.high)
                texts.append(third.text)
                missing = missing or third.missing
            return Expression(f"{kind}({', '.join(texts)})", 3, low, high, missing)
        if kind == "+":
            text = f"{left.within(1)} + {right.within(2)}"
            return Expression(text, 1, left.low + right.low, left.high + right.high, missing)
        if kind == "-":
            text = f"{left.within(1)} - {right.within(2)}"
            return Expression(text, 1, left.low - right.high, left.high - right.low, missing)
        text = f"{left.within(2)} {kind} {right.within(3)}"
        ends = [
            a * b if kind == "*" else a / b
            for a in (left.low, left.high)
            for b in (right.low, right.high)
        ]
        return Expression(text, 2, min(ends), max(ends), missing)

    def divisor(self, pool):
        """Return what is at least a half: a number, an input, or an input and one."""
        given_ = [quantity for quantity in pool if not quantity.name.startswith("step")]
        large = [quantity for quantity in given_ if quantity.low >= 1]
        if large and self.chance(50):
            read = self.one(large)
            return Expression(read.name, 3, read.low, read.high, read.missing)
        if given_ and self.chance(30):
            read = self.one(given_)
            return Expression(f"{read.name} + 1", 1, read.low + 1, read.high + 1, read.missing)
        return literal(self.one(["2", "3", "12", "7", "0.5", "365.25", "50 %"]))

    def root(self, pool):
        """Return a formula that is a number times the root of a quantity, or None."""
        under = [quantity for quantity in pool if quantity.low >= 0]
        if not under:
            return None
        read = self.one(under)
        self.unsure = self.unsure or read.missing
        inner = self.one([read.name, f"{read.name} * 2.5", f"3 * {read.name}"])
        return self.one(
            [
                f"sqrt({inner})",
                f"27.34 * sqrt({inner})",
                f"sqrt({inner}) * 120 %",
                f"sqrt({inner}) / 3",
            ]
        )

    # ----------------------------------------------------------------------------- conditions

    def when(self):
        """Return conditions as a TOML value."""
        if self.chance(15):
            return "[" + ", ".join(self.all_of() for _ in range(2)) + "]"
        return self.all_of()

    def all_of(self):
        pool = self.known
        chosen = {}
        for _ in range(self.pick.integer(1, 2)):
            quantity = self.one(pool)
            if quantity.name in {"figure", "dated"}:
                continue
            chosen[quantity.name] = self.condition(quantity)
            self.unsure = self.unsure or quantity.missing
        if not chosen:
            chosen[pool[0].name] = self.condition(pool[0])
        return "{ " + ", ".join(f"{name} = {asked}" for name, asked in chosen.items()) + " }"

    def condition(self, quantity):
        if quantity.optional and self.chance(30):
            return self.one(['"given"', '"not given"'])
        if quantity.kind == "flag":
            return self.one(["true", "false"])
        if quantity.kind == "code":
            return self.about_code(quantity)
        pool = [other for other in self.numbers() if other.name != quantity.name]
        if quantity.kind == "root":
            sign = self.one([">=", "<", ">", "<="])
            right = self.leaf(pool)
            self.unsure = self.unsure or right.missing
            return f'"x {sign} {right.text}"'
        kind = self.one(["bound", "bound", "two", "formula", "root", "equal"])
        sign = self.one(["<=", "<", ">", ">="])
        if kind == "two":
            low, high = sorted([self.inside(quantity), self.inside(quantity)])
            if low < high:
                signs = self.one(["<", "<="]), self.one(["<", "<="])
                return f'"{plain(low)} {signs[0]} x {signs[1]} {plain(high)}"'
        if kind == "equal" and quantity.kind == "whole":
            value = plain(Fraction(floor(self.inside(quantity))))
            return self.one([value, f'"x = {value}"'])
        if kind == "formula" and pool:
            right = self.expression(2, pool)
            self.unsure = self.unsure or right.missing
            return f'"x {sign} {right.text}"'
        if kind == "root" and (root := self.root(pool)):
            return f'"x {sign} {root}"'
        return f'"x {sign} {plain(self.inside(quantity))}"'

    def about_code(self, quantity):
        some = [code for code in quantity.words if self.chance(50)] or [quantity.words[0]]
        options = [f'"{self.one(quantity.words)}"', _quoted(some)]
        name = quantity.name.replace("code", "list")
        if name in self.lists:
            options += [f'"in {name}"', f'"not in {name}"']
        return self.one(options)

    def inside(self, quantity):
        """Return a decimal between the bounds of a quantity, more often a low one."""
        width = quantity.high - quantity.low
        share = Fraction(self.pick.integer(1, 19), self.one([20, 100, 1_000]))
        places = self.one([1, 1, 10, 100, 1_000])
        return max(Fraction(0), Fraction(floor((quantity.low + width * share) * places), places))

    # ---------------------------------------------------------------------------------- steps

    def step(self, number, kind=None):
        """Return a step as a quantity, and its lines; the last line says whether it has rows."""
        sizes = [q for q in self.known if q.kind == "whole" and not q.optional and q.low in {0, 1}
                 and q.name.startswith("whole")]  # fmt: skip
        kinds = ["formula", "table", "table", "scale", "best", "code", "flag", "root"]
        kind = kind or self.one(kinds + ["size"] * bool(sizes))
        name = f"step_{number + 1}"
        make = {
            "formula": self.formula, "table": self.table, "scale": self.scale, "best": self.best,
            "code": self.codes, "flag": self.flags, "root": self.threshold,
        }  # fmt: skip
        self.unsure = False
        if kind == "size":
            quantity, lines, rows = self.size(name, self.one(sizes))
        else:
            quantity, lines, rows = make[kind](name)
        lines = [f'name = "{name}"', f'label = "{name}"', *lines]
        quantity = quantity._replace(missing=quantity.missing or self.unsure)
        if quantity.kind == "number":
            low, high, limits = self.limits(quantity.low, quantity.high)
            quantity = quantity._replace(missing=quantity.missing or self.unsure)
            first = next((i for i, line in enumerate(lines) if line.startswith("[[")), len(lines))
            lines[first:first] = limits
            quantity = quantity._replace(low=low, high=high)
        self.known.append(quantity)
        return quantity, [*lines, "row" if rows else ""]

    def limits(self, low, high):
        """Return the bounds after at least, at most and rounding, and their lines."""
        lines = []
        if low < 0 and self.chance(50):
            lines += ["at_least = 0"]
            low, high = Fraction(0), max(high, Fraction(0))
        elif self.chance(25):
            bound = self.leaf([q for q in self.numbers() if q.high <= CAP / 10])
            self.unsure = self.unsure or bound.missing
            written = (
                f'"{bound.text}"' if "%" in bound.text or bound.text[0].isalpha() else bound.text
            )
            lines += [f"at_least = {written}"]
            low, high = max(low, bound.low), max(high, bound.high)
        if self.chance(30):
            bound = low + (high - low) * Fraction(self.pick.integer(1, 9), 10)
            bound = Fraction(ceil(bound * 100), 100)
            lines += [f"at_most = {plain(bound)}"]
            low, high = min(low, bound), min(high, bound)
        if self.chance(60):
            unit = self.one(UNITS)
            mode = self.one(MODES) if self.chance(50) else None
            lines += [f'round = {{ to = {unit}, mode = "{mode}" }}' if mode else f"round = {unit}"]
            step = Fraction(unit)
            low, high = rounded(low, step, "down"), rounded(high, step, "up")
        return low, high, lines

    def formula(self, name):
        found = self.expression(3, self.numbers())
        quantity = Quantity(name, "number", found.low, found.high, missing=found.missing)
        return quantity, [f'formula = "{found.text}"'], False

    def threshold(self, name):
        text = self.root(self.numbers())
        if text is None:
            return self.formula(name)
        return Quantity(name, "root"), [f'formula = "{text}"'], False

    def amount(self):
        """Return an expression and how it is written: a number, or a text."""
        if self.chance(50):
            found = self.expression(2, self.numbers())
            return found, f'"{found.text}"'
        found = literal(self.one([text for text in LITERALS if "%" not in text]))
        return found, found.text

    def rows(self, name, results):
        lines = []
        for number, then in enumerate(results, 1):
            lines += ["[[version.step.row]]", f'name = "{name} row {number}"']
            if number < len(results):
                lines += [f"when = {self.when()}"]
            lines += [f"then = {then}"]
        return lines

    def table(self, name):
        found, written = [], []
        missing = False
        for _ in range(self.pick.integer(2, 5)):
            if self.chance(12) and found:
                missing = True
                written.append('"missing"')
                continue
            expression, text = self.amount()
            found.append(expression)
            written.append(text)
        missing = missing or any(expression.missing for expression in found)
        low = min(expression.low for expression in found)
        high = max(expression.high for expression in found)
        quantity = Quantity(name, "number", low, high, missing=missing)
        return quantity, self.rows(name, written), True

    def codes(self, name):
        words = tuple(f"{name}_{letter}" for letter in "abc"[: self.pick.integer(2, 3)])
        written = [f'"{self.one(words)}"' for _ in range(self.pick.integer(2, 4))]
        codes = _quoted(words)
        if self.chance(40):
            codes = "{ " + ", ".join(f'{code} = "The {code}"' for code in words) + " }"
        return (
            Quantity(name, "code", words=words),
            [f"codes = {codes}", *self.rows(name, written)],
            True,
        )

    def flags(self, name):
        written = [self.one(["true", "false"]) for _ in range(self.pick.integer(2, 3))]
        return Quantity(name, "flag"), ['kind = "flag"', *self.rows(name, written)], True

    def scale(self, name):
        pool = [q for q in self.numbers() if q.low >= 0]
        read = self.one(pool)
        text, high = read.name, read.high
        if self.chance(30):
            text, high = f"{read.name} * 120 %", high * Fraction(6, 5)
        bounds = {self.inside(Quantity("", "number", Fraction(0), max(high, Fraction(1))))
                  for _ in range(self.pick.integer(1, 3))} - {0}  # fmt: skip
        bounds = sorted(bounds) or [Fraction(1)]
        lines = [f'scale = "{text}"']
        for number, bound in enumerate([*bounds, None], 1):
            lines += ["[[version.step.part]]", f'name = "part {number}"']
            lines += [f"up_to = {plain(bound)}"] if bound else []
            lines += ["rate = " + self.one(["0", "0.03", "1", "2.675", '"1 %"', '"12.5 %"'])]
        quantity = Quantity(name, "number", Fraction(0), high * 3, missing=read.missing)
        return quantity, lines, True

    def size(self, name, read):
        amounts = [
            Fraction(self.pick.integer(0, 40_000), 4) for _ in range(self.pick.integer(2, 4))
        ]
        lines = [f'by = "{read.name}"', f"amounts = [{', '.join(map(plain, amounts))}]"]
        if read.low == 0:
            lines += ["first = 0"]
        high = max(amounts)
        if self.chance(60):
            beyond = Fraction(self.pick.integer(1, 2_000), 4)
            lines += [f"beyond = {plain(beyond)}"]
            high += beyond * (read.high + 1)
        return Quantity(name, "number", min(amounts), high), lines, False

    def best(self, name):
        lines = ["best = " + self.one(['"lowest"', '"highest"'])]
        pool, found = self.numbers(), []
        some = self.chance(20)  # it may be that no candidate holds
        count = self.pick.integer(2, 3)
        for number in range(1, count + 1):
            expression = self.expression(2, pool)
            found.append(expression)
            lines += ["[[version.step.candidate]]", f'name = "candidate {number}"']
            lines += [f'value = "{expression.text}"']
            if number < count or some:
                lines += [f"when = {self.when()}"] if self.chance(60) or some else []
        low = min(expression.low for expression in found)
        high = max(expression.high for expression in found)
        missing = some or any(expression.missing for expression in found)
        return Quantity(name, "number", low, high, missing=missing), lines, True


def _quoted(words):
    return "[" + ", ".join(f'"{one}"' for one in words) + "]"


# ========================================================================================== people

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def people(rule, seed, many=60, solved=8):
    """Return persons of exact values: at the literals of a file and a step beside, others anywhere.

    From the first ones on, where the result changes as one input does is found by halving.
    """
    rng = random.Random(seed)  # noqa: S311
    literals = sorted({Fraction(number) for number in _literals(rule.file["version"])})
    persons = [
        {name: _any_value(declared, literals, rng) for name, declared in rule.inputs.items()}
        for _ in range(many)
    ]
    for person in persons[:solved]:
        persons += _where_it_changes(rule, person, literals, rng)
    return persons


def _literals(node):
    """Return the numbers that stand in conditions, parts and bounds of a version."""
    if isinstance(node, dict):
        for value in node.values():
            yield from _literals(value)
    elif isinstance(node, list):
        for value in node:
            yield from _literals(value)
    elif isinstance(node, str):
        yield from NUMBER.findall(node)
    elif isinstance(node, (int, Decimal)) and not isinstance(node, bool):
        yield str(node)


def grid(declared):
    """Return the step of a numeric input, and its first and last multiple."""
    whole = declared["kind"] == "whole"
    step = Fraction(1) if whole else Fraction(declared.get("step", Decimal("0.01")))
    low = Fraction(declared.get("from", 0))
    high = Fraction(declared.get("to", 10**6 if whole else 10**9))
    return step, ceil(low / step), floor(high / step)


def _any_value(declared, literals, rng):
    if declared["kind"] == "flag":
        return rng.random() < 0.5
    if declared["kind"] == "code":
        return rng.choice(list(declared["codes"]))
    step, low, high = grid(declared)
    drawn = rng.random()
    inside = [value for value in literals if low * step <= value <= high * step]
    if inside and drawn < 0.6:
        place = floor(rng.choice(inside) / step) + rng.randint(-1, 2)
    elif drawn < 0.7:
        place = rng.choice([low, high])
    elif drawn < 0.85:
        place = rng.randint(low, min(high, low + 1_000))
    else:
        place = rng.randint(low, high)
    return min(max(place, low), high) * step


def _where_it_changes(rule, person, literals, rng):
    numeric = [name for name, one in rule.inputs.items() if one["kind"] in {"number", "whole"}]
    name = rng.choice(numeric)
    step = grid(rule.inputs[name])[0]
    here, there = person[name] / step, _any_value(rule.inputs[name], literals, rng) / step
    first = rule.person(person)
    if first == rule.person(person | {name: there * step}):
        return []
    while abs(there - here) > 1:
        middle = Fraction((here + there) // 2)
        if rule.person(person | {name: middle * step}) == first:
            here = middle
        else:
            there = middle
    return [person | {name: here * step}, person | {name: there * step}]
