"""Each decision table against a naive reading of its file, at, below and above every bound.

The reading here shares nothing with the package: it takes the TOML text, keeps money in whole
cents, multiplies and never divides, and asks the rows in order. It is written twice: with
fractions for one person, and with whole numbers for many.
"""

import re
import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.rule_file import read_text

CASES = 2_000_000
SAMPLE = 500  # people of each batch who are computed again with fractions

OWN = [str(path) for path in sorted((Path(__file__).parent / "rules").glob("*.toml"))]
FILES = {name: tomllib.loads(read_text(name)) for name in (*list_rules(), *OWN)}
VERSIONS = [
    (name, number)
    for name, data in FILES.items()
    if data["shape"] == "decision_table"
    for number in range(len(data["version"]))
]


def bounds(text):
    """The bounds of a condition: low, whether it is included, high, whether it is included."""
    if half := re.fullmatch(r"x\s*(>=?)\s*([\d.]+)", text):
        return Fraction(half[2]), half[1] == ">=", None, False
    low, high = re.match(r"([\d.]+)\s*(<=?)", text), re.search(r"(<=?)\s*([\d.]+)$", text)
    return (
        Fraction(low[1]) if low else None, bool(low) and low[2] == "<=",
        Fraction(high[2]) if high else None, bool(high) and high[1] == "<=",
    )  # fmt: skip


class Naive:
    """A version of a rule file, asked row by row, for one person or for many at once.

    Numbers are given in hundredths: ``int`` for one person, or arrays of int64.
    """

    def __init__(self, data, number):
        self.version = data["version"][number]
        self.lists = {name: set(table["values"]) for name, table in data.get("list", {}).items()}
        parameters = {p["name"]: p["value"] for p in self.version.get("parameter", ())}
        self.rows = [
            row
            for row in self.version["row"]
            if all(parameters[name] == value for name, value in row.get("if", {}).items())
        ]
        self.full_prices = self.version.get("full_price", [])

    def meets(self, name, condition, person, own=False):
        """Whether a condition holds; a substituted value is compared in place of the person's."""
        if isinstance(condition, bool):
            return person.get(name, False) == condition
        if " in " in f" {condition}":
            if name not in person:
                return False
            codes = self.lists[condition.rsplit(" ", 1)[1]]
            code = person[name]
            inside = np.isin(code, sorted(codes)) if isinstance(code, np.ndarray) else code in codes
            return inside ^ condition.startswith("not")
        holds = self._between(condition, *self._value(name, person))
        if not own:
            for s in reversed(self.version.get("substitution", ())):
                if s["input"] == name:
                    there = self._between(condition, round(s["value"] * 100), 100)
                    holds = self._either(self.all(s["when"], person, own=True), there, holds)
        return holds

    def _either(self, when, yes, no):
        return np.where(when, yes, no) if isinstance(when, np.ndarray) else yes if when else no

    def _value(self, name, person):
        """A number in hundredths, and the hundredths that it is divided by; None if not given."""
        if name == "quotient_familial" and name not in person:
            income = person.get("revenu_fiscal_reference")
            return income, 12 * person["nombre_parts"] if income is not None else 100
        if name not in person and INPUTS[name].default is None:
            return None, 100
        return person.get(name, 0), self._scale(name, person)

    def _scale(self, name, person):
        scale = self.version.get("scale", {}).get(name)
        if scale is None:
            return 100
        if "by" in scale:
            return person[scale["by"]]
        total = 0
        for row in reversed(scale["row"]):
            total = self._either(
                self.all(row["when"], person), round(100 * Fraction(str(row["value"]))), total
            )
        for each, amount in scale.get("each", {}).items():
            total = total + round(100 * Fraction(str(amount))) * (person.get(each, 0) // 100)
        return total

    def _between(self, condition, x, divisor):
        if x is None:
            return False
        low, low_in, high, high_in = bounds(condition)
        holds = True
        if low is not None:
            limit = int(low * 100) * divisor
            holds = (x * 100 >= limit) if low_in else (x * 100 > limit)
        if high is not None:
            limit = int(high * 100) * divisor
            holds = holds & ((x * 100 <= limit) if high_in else (x * 100 < limit))
        return holds

    def all(self, when, person, own=False):
        """Whether all conditions hold."""
        holds = True
        for name, condition in when.items():
            holds = holds & self.meets(name, condition, person, own)
        return holds

    def first(self, rows, person, length):
        """The first row whose conditions all hold, for each of many people."""
        decided = np.full(length, -1)
        for number, row in reversed(list(enumerate(rows))):
            decided[np.broadcast_to(self.all(row["when"], person), length)] = number
        return decided

    def output(self, name, row, full):
        """An output by row and row of the full prices, as a fraction; None where missing."""
        value = row["then"].get(name, "missing")
        if name == "prix_mensuel" and self.full_prices:
            rate = row["then"]["taux_reduction"]
            if full is None or "missing" in (rate, full["value"]):
                return None
            price = 100 * Fraction(str(full["value"])) * (1 - Fraction(str(rate)))
            return Fraction((price + Fraction(1, 2)).__floor__(), 100)
        return None if value == "missing" else Fraction(str(value))

    def one(self, person, outputs):
        """Name of the row and outputs of one person."""
        row = next(row for row in self.rows if self.all(row["when"], person))
        full = next((f for f in self.full_prices if self.all(f["when"], person)), None)
        return row["tranche"], {name: self.output(name, row, full) for name in outputs}

    def many(self, person, length, outputs):
        """Numbers of the rows and outputs of many people; NaN where missing."""
        row, full = (self.first(rows, person, length) for rows in (self.rows, self.full_prices))
        tables = {
            name: [[self.output(name, r, f) for f in (*self.full_prices, None)] for r in self.rows]
            for name in outputs
        }  # the number -1, of no full price, is the last
        return row, {name: np.array(t, dtype=float)[row, full] for name, t in tables.items()}


def draw(naive, way, length, random):
    """Many people in hundredths: near the bounds of every condition, and anywhere.

    Given are all inputs, or the least that is required, or that with income for the quotient.
    """
    version = naive.version
    names = [*version["required"], *(version.get("optional", ()) if way == "all" else ())]
    tables = [*naive.rows, *naive.full_prices, *version.get("substitution", ())]
    tables += [row for scale in version.get("scale", {}).values() for row in scale.get("row", ())]
    cuts = {}
    for row in tables:
        for name, condition in row["when"].items():
            if isinstance(condition, str) and " in " not in f" {condition}":
                low, _, high, _ = bounds(condition)
                cuts.setdefault(name, set()).update(
                    int(b * 100) for b in (low, high) if b is not None
                )
    person = {}
    # what scales another input comes first
    scaled = [*version.get("scale", {}), "quotient_familial"]
    for name in sorted(names, key=lambda name: name in scaled):
        item = INPUTS[name]
        if item.kind == "flag":
            person[name] = random.random(length) < 0.2
        elif item.kind == "commune":
            known = sorted(set().union(*naive.lists.values()))[:40]
            person[name] = random.choice([*known, "75056", "2A004", "01001"], length)
        else:
            step = 100 if item.whole else 1
            least, most = round(100 * item.minimum), round(100 * item.maximum)
            points = sorted(cuts.get(name, ())) or [min(most, 200_000)]
            at = random.choice(points, length)
            divisor = 100
            if name == "quotient_familial" and way == "income":
                quarters = random.integers(1, 200, length)
                person["nombre_parts"], divisor = 25 * quarters, 12 * 25 * quarters
                name = "revenu_fiscal_reference"
            elif name in version.get("scale", {}):
                divisor = naive._scale(name, person)
            near = at * divisor // 100 + step * random.integers(-1, 2, length)
            far = random.integers(0, 2 * max(points) // step + 1, length) * step
            far = np.where(random.random(length) < 0.9, near, far * divisor // 100)
            person[name] = np.clip(far, least, most)
    return person


@pytest.fixture(scope="module")
def batches():
    kinds = []
    for name, number in VERSIONS:
        version = FILES[name]["version"][number]
        kinds += [(name, number, "all")]
        kinds += [(name, number, "least")] if version["required"] else []
        kinds += [(name, number, "income")] if "quotient_familial" in version["required"] else []
    length = -(-CASES // len(kinds))
    return kinds, length


def test_two_million_people_at_the_bounds_are_decided_as_the_file_reads(batches):
    kinds, length = batches
    compared = 0
    for seed, (name, number, way) in enumerate(kinds):
        naive = Naive(FILES[name], number)
        rule = load_rule(name, on=naive.version["valid_from"])
        person = draw(naive, way, length, np.random.default_rng(seed))
        given = {n: x if x.dtype.kind in "bU" else x / 100 for n, x in person.items()}
        result = rule.compute(**given)
        row, outputs = naive.many(person, length, rule.output_names)
        wrong = np.flatnonzero(result.row != row)
        assert not wrong.size, (name, number, way, {n: x[wrong[0]] for n, x in given.items()})
        for output, expected in outputs.items():
            assert np.array_equal(result.outputs[output], expected, equal_nan=True), (name, output)
        compared += length
        some = np.random.default_rng(seed).integers(0, length, SAMPLE)
        for n in some.tolist():
            one = {key: x[n].item() for key, x in person.items()}
            tranche, found = naive.one(one, rule.output_names)
            assert result.names[result.row[n]] == tranche
            for output, value in found.items():
                got = result.outputs[output][n]
                assert np.isnan(got) if value is None else got == float(value), (name, one)
    assert compared >= CASES


@pytest.mark.parametrize(
    ("name", "number"), VERSIONS, ids=[f"{Path(name).stem}-{number}" for name, number in VERSIONS]
)
def test_every_bound_is_tried_below_at_and_above(name, number, batches):
    """The people above do reach both sides of every bound, so that no comparison is idle."""
    naive = Naive(FILES[name], number)
    _, length = batches
    person = draw(naive, "all", length, np.random.default_rng(0))
    for row in naive.rows:
        for key, condition in row["when"].items():
            if isinstance(condition, str) and " in " not in f" {condition}":
                x, divisor = naive._value(key, person)
                for bound in bounds(condition)[::2]:
                    if bound:
                        step = 100 if INPUTS[key].whole else 1
                        off = x - int(bound * 100) * divisor // 100
                        assert {-step, 0, step} <= set(np.unique(off)), (key, condition)
