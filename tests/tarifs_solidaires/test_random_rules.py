"""Whatever a small rule file holds, arrays and scalars give what its interpreter on fractions gives."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from boundaries import FORMS, cases
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_rules import (
    ABSENT,
    BadInputError,
    Formula,
    Interpreter,
    people,
    random_rule,
    rounded,
    rules,
    value_of,
)
from truth import EXACT, SCALES, whole

from tarifs_solidaires import load_rule

SEEDS = 240  # files from seeds, in groups
GROUP = 20
TARIFS = Path(__file__).parents[2] / "examples" / "tarifs"
VOCABULARY = Path(__file__).parents[2] / "src" / "tarifs_solidaires" / "rules" / "vocabulary"


def as_column(values, declared):
    """Return exact values as a program holds them: floats, whole numbers, flags, codes."""
    if declared["kind"] == "number":
        return np.array([float(value) for value in values])
    if declared["kind"] == "whole":
        return np.array([int(value) for value in values])
    return np.array(values)


def check(path, text, seed):
    """Compare one file with its interpreter, on persons that a seed draws."""
    try:
        check_file(path, text, seed)
    except Exception as error:
        error.add_note(f"seed {seed}, file:\n{text}")
        raise


def check_file(path, text, seed):
    path.write_text(text, encoding="utf-8")
    truth = Interpreter(text)
    persons = people(truth, seed)
    rule = load_rule(path, on="2025-01-01")
    optional = [name for name, one in truth.inputs.items() if one.get("optional")]
    groups = [persons]
    if optional:
        groups.append([{k: v for k, v in one.items() if k not in optional} for one in persons])
    for group in groups:
        wanted = [truth.person(person) for person in group]
        columns = {
            name: as_column([person[name] for person in group], truth.inputs[name])
            for name in group[0]
        }
        batch = rule.compute(**columns)
        for row, (person, outcome) in enumerate(zip(group, wanted, strict=True)):
            alone = None
            if row % 15 == 0:
                alone = rule.compute(**{name: columns[name][row].item() for name in person})
            for result, place in ((batch, row), (alone, ())):
                if result is not None:
                    compare(truth, result, place, outcome, person)


def compare(truth, result, place, outcome, person):
    for name in truth.file["output"]:
        found, wanted = np.asarray(result[name])[place], outcome.values[name]
        if wanted is None:
            right = np.isnan(found)
        elif isinstance(wanted, str):
            right = found == wanted
        else:
            right = found == float(wanted)
        assert right, f"{name} is {found}, not {wanted} for {shown(person)}"
    main, found = next(iter(truth.file["output"])), np.asarray(result.tranche)[place]
    if truth.decides:
        wanted = outcome.rows[truth.decides]
        assert wanted in (None, found), f"tranche is {found}, not {wanted} for {shown(person)}"
    elif outcome.values[main] is None:  # the row that says so names what is missing
        causes = outcome.causes[main]
        assert not causes or found in causes, (
            f"tranche is {found}, not {causes} for {shown(person)}"
        )


def shown(person):
    return {name: str(value) for name, value in person.items()}


@pytest.mark.parametrize("group", range(SEEDS // GROUP))
def test_random_files_are_computed_exactly(group, tmp_path):
    for seed in range(group * GROUP, (group + 1) * GROUP):
        check(tmp_path / "random.toml", random_rule(seed), seed)


@settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a file is small; shrinking is slow
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=rules(), seed=st.integers(0, 2**32))
def test_any_file_is_computed_exactly(text, seed, tmp_path):
    check(tmp_path / "any.toml", text, seed)


# ------------------------------------------------------------------------- the interpreter itself


@pytest.mark.parametrize("form", FORMS)
def test_the_interpreter_has_the_eight_examples_right(form):
    shape = form.removesuffix("_by_shares")
    text = (TARIFS / f"{shape}.toml").read_text(encoding="utf-8")
    days = ["2025-01-01", "2026-01-01"] if shape == "best_of" else ["2025-01-01"]
    columns = whole(cases(form, 400, seed=61))
    for on in days:
        vocabulary = [file.read_text(encoding="utf-8") for file in VOCABULARY.rglob("*.toml")]
        truth = Interpreter(text, on=dt.date.fromisoformat(on), vocabulary=vocabulary)
        more = {"on": on} if len(days) > 1 else {}
        for row in zip(*(values.tolist() for values in columns.values()), strict=True):
            person = {
                name: Fraction(value, SCALES[name]) if name in SCALES else value
                for name, value in zip(columns, row, strict=True)
            }
            one, found = EXACT[shape](**person, **more), truth.person(person)
            for name, wanted in (one.outputs | one.words).items():
                assert found.values[name] == wanted, person


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 3 - 2", "5"),
        ("12 / 3 / 2", "2"),
        ("200 * 0.55 %", "1.1"),
        ("(1 + 1) %", "0.02"),
        ("-a + 1", "-3"),
        ("2 * -a", "-8"),
        ("min(a, 3, 5) + max(1, a)", "7"),
        ("round(a / 3, 0.05)", "1.35"),
        ("round(2.675, 0.05)", "2.7"),
    ],
)
def test_the_interpreter_reads_formulas(formula, value):
    assert value_of(Formula(formula).tree, {"a": Fraction(4)}.get) == Fraction(value)


@pytest.mark.parametrize(
    ("value", "mode", "multiple"),
    [
        ("0.125", "half_up", "0.13"),
        ("0.125", "half_even", "0.12"),
        ("0.135", "half_even", "0.14"),
        ("0.125", "half_down", "0.12"),
        ("0.1251", "half_down", "0.13"),
        ("0.1201", "up", "0.13"),
        ("0.12", "up", "0.12"),
        ("0.1299", "down", "0.12"),
    ],
)
def test_the_interpreter_rounds(value, mode, multiple):
    assert rounded(Fraction(value), Fraction("0.01"), mode) == Fraction(multiple)


RULE = """
languages = ["en"]
[input.size]
kind = "whole"
[input.age]
kind = "whole"
optional = true
[input.code]
kind = "code"
codes = { a = "A", b = "B" }
[list.some]
values = ["b"]
[parameter.low]
value = [{ from = 2024-01-01, value = 3 }, { from = 2025-01-01, value = 4 }]
[[require]]
input = "size"
when = { size = "x < 90" }
[[version]]
valid_from = 2024-01-01
[[version.step]]
name = "line"
by = "size"
amounts = [10, 15]
beyond = 4
[[version.step]]
name = "limit"
formula = "2 * sqrt(size)"
[[version.step]]
name = "paid"
scale = "line"
at_most = "low + 1"
round = { to = 0.5, mode = "down" }
part = [{ up_to = 10, rate = 0.1, name = "one" }, { rate = "50 %", name = "two" }]
[[version]]
valid_from = 2025-01-01
extends = 2024-01-01
[[version.step]]
name = "kind"
codes = ["x", "y", "z"]
row = [
  { name = "r1", when = { limit = "x >= 4", code = "in some" }, then = "x" },
  { name = "r2", when = [{ age = "x <= 3" }, { age = "not given", size = 1 }], then = "y" },
  { name = "r3", then = "z" },
]
[[version.step]]
name = "cheap"
best = "lowest"
candidate = [
  { name = "first", when = { kind = ["x", "y"] }, value = "line" },
  { name = "second", when = { size = "1 < x <= 3" }, value = 15 },
]
"""


def test_the_interpreter_follows_a_file():
    rule = Interpreter(RULE)

    def outcome(**given_):
        values, rows, _ = rule.person(given_)
        return [values[name] for name in ("line", "paid", "kind", "cheap")], rows

    assert outcome(size=1, code="a") == (
        [10, 1, "y", 10],
        {"paid": "one", "kind": "r2", "cheap": "first"},
    )
    assert outcome(size=2, code="b", age=4) == (
        [15, 3.5, "z", 15],
        {"paid": "two", "kind": "r3", "cheap": "second"},
    )
    assert outcome(size=2, code="b", age=3)[1]["cheap"] == "first"  # on equality the first
    assert outcome(size=4, code="b")[0] == [23, 5, "x", 23]  # 2 sqrt(4) is 4; 7.5 at most 5
    assert outcome(size=4, code="a")[0] == [23, 5, "z", None]
    with pytest.raises(BadInputError, match="size"):
        outcome(size=90, code="a")
    with pytest.raises(BadInputError, match="code"):
        outcome(size=9)
    assert Interpreter(RULE, on=dt.date(2024, 5, 1)).person({"size": 4}).values["paid"] == 4
    assert repr(ABSENT) == "ABSENT"


def test_a_seed_always_gives_the_same_file_and_its_literals_are_met():
    assert random_rule(5) == random_rule(5) != random_rule(6)
    truth = Interpreter(random_rule(5))
    assert people(truth, 1) == people(truth, 1)
    kinds = " ".join(random_rule(seed) for seed in range(100))
    for word in ("formula =", "row]]", "scale =", "by =", "best =", "codes =", 'kind = "flag"',
                 "at_least", "at_most", "mode =", '"missing"', "sqrt(", "round(", "min(", "max(",
                 "optional", "default", " in list_", "not given", "when = [", "figure", "dated",
                 " < x ", "beyond", "first = 0", "decides"):  # fmt: skip
        assert word in kinds, word


# ---------------------------------------------------------------- small files that were once wrong

HEAD = """
format = 2
name = "test/small"
languages = ["en"]
title = "Small rule"
purpose = "Try what was once wrong"
per = "person"
authority = "Nobody"
known_until = 2026-12-31
[input.n]
kind = "number"
from = 1
to = 100
label = "n"
[input.m]
kind = "number"
label = "m"
[input.k]
kind = "whole"
from = 1
to = 20
label = "k"
[output.a]
kind = "amount"
label = "a"
[[version]]
valid_from = 2025-01-01
source = "None"
confidence = "made_up"
"""
KNOWN_OR_NOT = """
[[version.step]]
name = "s"
row = [
  { name = "known", when = { n = "x <= 50" }, then = 2 },
  { name = "unknown", then = "missing" },
]
"""
SMALL = {
    "a row gives what may be missing": KNOWN_OR_NOT
    + '[[version.step]]\nname = "a"\nrow = [{ name = "all", then = "s" }]\n',
    "a row reckons with what may be missing": KNOWN_OR_NOT
    + '[[version.step]]\nname = "a"\nrow = [{ name = "all", then = "max(1, 3, s)" }]\n',
    "a bound may be missing": KNOWN_OR_NOT
    + """
[[version.step]]
name = "a"
row = [{ name = "above", when = { m = "x > s" }, then = 1 }, { name = "not", then = 7 }]
""",
    "both sides of a condition may be missing": KNOWN_OR_NOT
    + """
[[version.step]]
name = "a"
row = [{ name = "above", when = { m = "s < x <= 100 + s" }, then = 1 }, { name = "not", then = 7 }]
""",
    "a flat price beside a share of one": """
[[version.step]]
name = "a"
row = [
  { name = "share", when = { n = "x <= 50" }, then = "n / k" },
  { name = "flat", then = 33.34 },
]
""",
    "a quotient is the nearest float": '[[version.step]]\nname = "a"\nformula = "n / 12 / k"\n',
    "the better of a quotient and a product": """
[[version.step]]
name = "a"
best = "highest"
round = 0.01
candidate = [{ name = "one", value = "1 / (m + 1)" }, { name = "two", value = "m * (1 - m)" }]
""",
    "only what was read is a cause": """
[[version.step]]
name = "p"
row = [{ name = "p known", when = { n = "x <= 5" }, then = 1 }, { name = "no p", then = "missing" }]
[[version.step]]
name = "q"
row = [{ name = "q known", when = { n = "x <= 3" }, then = 1 }, { name = "no q", then = "missing" }]
[[version.step]]
name = "a"
row = [
  { name = "use p", when = { k = "x > 10" }, then = "p * n" },
  { name = "use q", then = "q * n" },
]
""",
}


@pytest.mark.parametrize("name", SMALL)
def test_a_small_file_is_computed_exactly(name, tmp_path):
    check(tmp_path / "small.toml", HEAD + SMALL[name], seed=1)
