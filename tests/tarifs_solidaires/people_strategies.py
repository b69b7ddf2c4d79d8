"""People for any rule, as tests draw them: near what the rule compares, right and wrong values."""

import datetime as dt
import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.people.population import _codes, thresholds_of
from tarifs_solidaires.people.rows import is_optional, mistaken
from tarifs_solidaires.rules.load import read_rule
from tarifs_solidaires.values.inputs import EPOCH

OWN = Path(__file__).parent / "rules"
RULES = {
    f"{name} {version.valid_from}": load_rule(name, on=version.valid_from)
    for name in list_rules()
    for version in read_rule(name)[0].version
} | {
    name: load_rule(OWN / f"{name}.toml", on="2021-01-01")
    for name in ("all_kinds", "nothing_required")
}
ALL_KINDS = RULES["all_kinds"]
NOTHING = RULES["nothing_required"]
TRANSPORT = load_rule("nantes/transport", on="2023-06-01")


def value_of(rule, item):
    """Values that an input accepts, as Python has them; numbers lie near what the rule compares."""
    if item.kind == "flag":
        return st.booleans()
    if item.kind == "code":
        codes = [code for code in _codes(item, rule) if mistaken(item, code, rule.on) is None]
        return st.sampled_from(codes or ["44109"])
    first = math.ceil(item.minimum / item.grid)
    last = math.floor(min(item.maximum, item.minimum + 30_000) / item.grid)
    near = [round(x / item.grid) + n for x in thresholds_of(item, rule) for n in (-1, 0, 1)]
    near = [n for n in near if first <= n <= item.maximum / item.grid]
    steps = st.integers(first, last) | st.sampled_from(near or [first])
    return steps.map(lambda n: as_python(item, n * item.grid))


def as_python(item, value: Fraction):
    if item.kind == "date":
        return EPOCH + dt.timedelta(days=int(value))
    return int(value) if item.kind == "whole" else float(value)


def ways(item):
    return re.findall("[a-z_]+", item.formula)


@st.composite
def people(draw, *, smallest=1, of=RULES):
    """Draw a rule, and inputs that it accepts as columns of Python values."""
    title = draw(st.sampled_from(list(of)))
    rule = of[title]
    known = {item.name: item for item in rule.inputs}
    through = {way for item in known.values() for way in ways(item)}
    names = [
        n for n, item in known.items()
        if n not in through and (n in rule.required or draw(st.booleans()))
    ]  # fmt: skip
    for name in list(names):
        if known[name].formula and draw(st.booleans()):
            names.remove(name)
            names += ways(known[name])
    if not names and known:
        names = [draw(st.sampled_from([n for n in known if n not in through]))]
    row = st.tuples(*(value_of(rule, known[name]) for name in names))
    rows = draw(st.lists(row, min_size=smallest, max_size=8))
    rows = [fitting(rule, dict(zip(names, row, strict=True))) for row in rows]
    return title, {name: [row[name] for row in rows] for name in names}


def fitting(rule, row):
    """Change a row so that it meets what the rule requires between inputs."""
    if rule is ALL_KINDS and row.get("enfants", 0) >= row["personnes"]:
        return row | {"enfants": 0}
    if rule.file.require and rule.compute(row, errors="null").reason:
        for entry in rule.file.require:
            row = row | {entry.input: as_python(rule.all_inputs[entry.input],
                                                rule.all_inputs[entry.input].minimum)}  # fmt: skip
    return row


BAD = {
    "number": [None, math.nan, math.inf, -math.inf, -1, -0.01, 1e12],
    "whole": [None, math.nan, -1, 2.5, 1e12],
    "flag": [None],
    "code": [None],
    "date": [None, dt.date(1800, 1, 1)],
}


@st.composite
def some_bad(draw):
    """People of whom some have one input that cannot be right."""
    title, columns = draw(people(smallest=2))
    rule = RULES[title]
    names = list(columns)
    length = len(columns[names[0]])
    places = draw(st.sets(st.integers(0, length - 1), min_size=1, max_size=length - 1))
    wrong = {n: draw(st.sampled_from(names)) for n in sorted(places)}
    columns = {name: list(values) for name, values in columns.items()}
    for n, name in wrong.items():
        item = rule.all_inputs[name]
        more = ["Nantes", "4410", "44 09", "４４１０９"] if item.pattern or item.codes else []
        columns[name][n] = draw(st.sampled_from(BAD[item.kind] + more))
    return title, columns, wrong


def settled(rule, columns, wrong):
    """Some bad people as a table has them: what is empty is the default, or not given, where it may be."""
    columns = {name: list(values) for name, values in columns.items()}
    left = {}
    for n, name in wrong.items():
        empty = none(columns[name][n]) is None
        if empty and (rule.all_inputs[name].default is not None or is_optional(rule, name)):
            columns[name][n] = None
        else:
            left[n] = name
    return columns, left


def by_row(rule, columns, errors="raise"):
    """The results of scalars, one by one: outputs (None where missing), tranche, reason."""
    return [
        of_result(rule, rule.compute(dict(zip(columns, row, strict=True)), errors=errors))
        for row in zip(*columns.values(), strict=True)
    ]


def of_result(rule, result):
    outputs = [none(result.outputs[name].item()) for name in rule.output_names]
    return (*outputs, result.tranche, result.reason)


def of_arrays(rule, result):
    outputs = [[*map(none, result.outputs[n].ravel().tolist())] for n in rule.output_names]
    return [*zip(*outputs, result.tranche.ravel().tolist(), result.reason.ravel().tolist(), strict=True)]  # fmt: skip


def none(x):
    """Return a value, None where it is missing in whatever way."""
    missing = x is None or type(x).__name__ in ("NAType", "NaTType") or x != x
    return None if missing else bool(x) if isinstance(x, np.bool_) else x
