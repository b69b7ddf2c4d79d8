"""The rules that are drawn, and people for them at their bounds, with what exact arithmetic gives."""

import datetime as dt
import random
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from zlib import crc32

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.draw.feel import RESERVED
from tarifs_solidaires.engine.exact import Surd
from tarifs_solidaires.engine.expression import Among, Marginal, Name, Number, walk
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.rules.load import read_rule
from tarifs_solidaires.values.inputs import EPOCH

HERE = Path(__file__).parent
FILES = sorted((HERE.parents[1] / "examples" / "tarifs").glob("*.toml"))
MADE_UP = sorted((HERE / "drawn").glob("*.toml"))
BASES = 10  # people around whom points of change are looked for
GRID = 16  # places of an input between which they are looked for
TYPES = {"number": "number", "whole": "number", "flag": "boolean", "code": "string", "date": "date"}


def versions(*names):
    """Return each version of some rules, with what to call it."""
    return [
        (name.stem if isinstance(name, Path) else name, load_rule(name, version.valid_from))
        for name in names
        for version in read_rule(name)[0].version
    ]


ALL = versions(*list_rules(), *FILES, *MADE_UP)


class People:
    """Draws people for a rule."""

    def __init__(self, rule):
        self.rule = rule
        self.random = random.Random(crc32(f"{rule.name} {rule.on}".encode()))  # noqa: S311
        self.inputs = {
            item.name: item
            for item in rule.inputs
            if item.name in rule._read_inputs() and item.name not in rule.steps
        }
        self.figures = {name: [] for name in self.inputs}
        everything = set()
        words = set()
        for facts in rule.steps.values():
            for node in walk(facts.step.whole):
                if isinstance(node, Number):
                    everything.add(node.value)
                elif isinstance(node, Among):
                    words |= node.codes | {prefix + "001" for prefix in node.prefixes}
                elif isinstance(node, Marginal):
                    everything |= {part.up_to for part in node.parts if part.up_to is not None}
        everything |= {p.value for p in rule.parameters.values() if isinstance(p.value, Fraction)}
        for name, item in self.inputs.items():
            if item.numeric:
                near = {v + d * item.grid for v in everything for d in (-1, 0, 1)}
                near |= {item.minimum, item.minimum + item.grid, item.maximum}
                self.figures[name] = sorted(
                    {v for v in near if item.minimum <= v <= item.maximum and v % item.grid == 0}
                )
        self.words = sorted(words)

    def value(self, item, *, near=False):
        draw = self.random
        if item.kind == "flag":
            return draw.random() < 0.5
        if item.kind == "code":
            known = list(item.codes) or [
                w for w in [*self.words, "75056", "44109"] if self.fits(item, w)
            ]
            return draw.choice(known)
        if near or draw.random() < 0.5:
            return draw.choice(self.figures[item.name])
        top = min(item.maximum, max([*self.figures[item.name][:-1], 10 * item.grid]) * 2)
        steps = int((max(top, item.minimum) - item.minimum) / item.grid)
        return item.minimum + draw.randint(0, steps) * item.grid

    @staticmethod
    def fits(item, word):
        return re.fullmatch(item.pattern, word) is not None

    def person(self):
        """Return values of one person, those that need not be given left out now and then."""
        ways = {}
        for name, item in self.inputs.items():
            if item.formula:
                ways[name] = [n for n in self.inputs if Name(n) in walk_formula(item.formula)]
        skipped = set()
        for name, others in ways.items():
            skipped |= set(others) if self.random.random() < 0.5 else {name}
        person = {}
        for name, item in self.inputs.items():
            given = item.default is None and not item.optional
            if name not in skipped and (given or self.random.random() < 0.8):
                person[name] = self.value(item)
        return person

    def rows(self, person):
        """Return which row each step takes, and which of its bounds count."""
        worked = self.rule.work_out(person)
        return tuple(
            (w.row, tuple(a != b for a, b in pairwise(w.stages.values()))[:-1])
            for w in worked.values()
        )

    def allowed(self, person):
        """Say whether the inputs go together."""
        try:
            self.rule.compute(_given(self.inputs, person))
        except ValueError:
            return False
        return True

    def changes(self, person):
        """Yield people around the points at which another row decides."""
        for name, item in self.inputs.items():
            if not item.numeric or name not in person:
                continue
            top = min(item.maximum, max([*self.figures[name][:-1], 100 * item.grid]) * 40)
            low, high = int(item.minimum / item.grid), int(max(top, item.minimum) / item.grid)
            marks = sorted({*(int(low + (high - low) * (n / GRID) ** 3) for n in range(GRID + 1))})
            found = [(mark, self.rows({**person, name: mark * item.grid})) for mark in marks]
            for (start, one), (end, other) in pairwise(found):
                while one != other and end - start > 1:
                    middle = (start + end) // 2
                    rows = self.rows({**person, name: middle * item.grid})
                    if rows == one:
                        start = middle
                    else:
                        end, other = middle, rows
                if one != other:
                    for place in (start - 1, start, end, end + 1):
                        if low <= place <= item.maximum / item.grid:
                            yield {**person, name: place * item.grid}

    def some(self, many):
        """Return people at random, half of whose numbers are figures that the rule compares."""
        return [person for person in (self.person() for _ in range(many)) if self.allowed(person)]

    def around(self):
        """Return people at every figure, and at the points of change."""
        people = [self.person() for _ in range(BASES)]
        for base in tuple(people):
            people += self.changes(base)
            for name in [name for name in self.figures if name in base]:
                people += [{**base, name: value} for value in self.figures[name][:60]]
        return [person for person in people if self.allowed(person)]


def walk_formula(text):
    return set(walk(parse_formula(text)))


def _given(inputs, person):
    found = {}
    for name, value in person.items():
        item = inputs[name]
        if item.kind == "date":
            value = EPOCH + dt.timedelta(days=int(value))
        elif isinstance(value, Fraction):
            value = int(value) if value % 1 == 0 else Decimal(value.numerator) / value.denominator
            value = float(value)
        found[name] = value
    return found


def written(value):
    """Return a value as the other side compares it: numbers with 45 digits."""
    if value is None or isinstance(value, bool | str):
        return value
    with localcontext(prec=45):
        square = value.square if isinstance(value, Surd) else value
        number = Decimal(square.numerator) / Decimal(square.denominator)
        return {"number": str(number.sqrt() if isinstance(value, Surd) else number)}


def plain(item, value):
    if item.kind == "date":
        return (EPOCH + dt.timedelta(days=int(value))).isoformat()
    if isinstance(value, Fraction):
        return str(Decimal(value.numerator) / Decimal(value.denominator))
    return value


def row_name(rule, worked):
    """Return the name of the row that decides; None where there is none."""
    facts = rule.steps[rule.version.decides]
    found = worked[facts.name]
    return None if found.row is None else facts.rows[found.row].name.first


def cases_of(rule, many, *, around=False):
    """Return cases of a rule as plain values: what is given, and what each decision comes to.

    Parameters
    ----------
    rule : Rule
        The rule.
    many : int
        How many people are drawn at random.
    around : bool
        Whether people around the points of change are added.
    """
    people = People(rule)
    drawn = people.some(many) + (people.around() if around else [])
    found = []
    for person in drawn:
        worked = rule.work_out(person)
        expected = {
            _safe(name): written(worked[name].value) for name in rule.steps if name in worked
        }
        if rule.version.decides:
            expected["tranche"] = row_name(rule, worked)
        given = {_safe(n): plain(people.inputs[n], v) for n, v in person.items()}
        found.append({"given": given, "expected": expected})
    return found, {_safe(name): TYPES[item.kind] for name, item in people.inputs.items()}


def _safe(name):
    return f"{name}_" if name in RESERVED else name
