"""Joint counts agree with every table, or it is said which tables cannot agree; rows have their counts."""

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarifs_solidaires import InputError, TableError, compare, load_rule
from tarifs_solidaires.people.margins import (
    WEIGHT,
    Margin,
    fit_margins,
    margin_of,
    note_of,
    people_from_margins,
    read_margins,
)

EXAMPLE = sorted((Path(__file__).parents[2] / "examples/nantes_margins").glob("*.csv"))
TRANSPORT = load_rule("nantes/transport", on="2023-06-01")
EAU = load_rule("nantes/eau", on="2023-06-01")
NAMES = ("a", "b", "c", "d")


def _margin(joint, axes):
    others = tuple(n for n in range(joint.ndim) if n not in axes)
    counts = joint.sum(axis=others).transpose([sorted(axes).index(n) for n in axes])
    return Margin(
        name="x".join(NAMES[n] for n in axes), variables=tuple(NAMES[n] for n in axes),
        classes=tuple(tuple(map(str, range(joint.shape[n]))) for n in axes), counts=counts,
    )  # fmt: skip


@st.composite
def joints(draw):
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)))
    size = int(np.prod(shape))
    zeros = draw(st.booleans())
    counts = draw(st.lists(st.integers(0 if zeros else 1, 50), min_size=size, max_size=size))
    return np.array(counts, dtype=float).reshape(shape)


@st.composite
def tables(draw):
    joint = draw(joints().filter(lambda one: one.sum() > 0))
    axes = st.lists(st.integers(0, joint.ndim - 1), min_size=1, max_size=2, unique=True)
    return joint, [_margin(joint, one) for one in draw(st.lists(axes, min_size=1, max_size=4))]


@settings(deadline=None)
@given(made=tables())
def test_margins_of_one_table_are_hit(made):
    joint, margins = made
    fit = fit_margins(margins)
    total = joint.sum()
    for margin in margins:
        # zeros that leave a single solution at the edge are approached slowly
        assert fit.margin(*margin.variables) == pytest.approx(margin.counts, abs=1e-5 * total)
    assert (fit.counts >= 0).all()
    assert fit.counts.sum() == pytest.approx(total)


@settings(deadline=None)
@given(joint=joints().filter(lambda one: (one > 0).all()))
def test_single_margins_give_independence(joint):
    margins = [_margin(joint, [n]) for n in range(joint.ndim)]
    shares = [margin.counts / margin.total for margin in margins]
    product = functools.reduce(np.multiply.outer, shares)
    assert fit_margins(margins).counts == pytest.approx(joint.sum() * product)


@given(joint=joints().filter(lambda one: (one > 0).all()), factor=st.floats(0.001, 1000))
def test_fits_scale_and_do_not_depend_on_the_order_of_tables(joint, factor):
    margins = [_margin(joint, [0, 1]), *(_margin(joint, [n]) for n in range(joint.ndim))]
    fit = fit_margins(margins)
    scaled = fit_margins(
        [_margin(joint * factor, [NAMES.index(v) for v in m.variables]) for m in margins]
    )
    assert scaled.counts == pytest.approx(factor * fit.counts, rel=1e-6)
    other = fit_margins(margins[::-1])
    order = [other.variables.index(name) for name in fit.variables]
    assert other.counts.transpose(order) == pytest.approx(fit.counts, rel=1e-6, abs=1e-9)


def test_classes_can_stand_in_another_order():
    one = margin_of("one", {"a": ["x", "y"], "b": ["u", "u"], "people": [1, 3]})
    other = margin_of("other", {"a": ["y", "x"], "people": [3, 1]})
    assert fit_margins([one, other]).margin("a").tolist() == [1, 3]


def test_tables_that_were_rounded_apart_are_fitted_and_it_is_said():
    age = margin_of("age", {"age": ["0..17", "18.."], "people": [33, 66]})
    home = margin_of("home", {"home": ["u", "v"], "people": [50, 50]})
    fit = fit_margins([age, home])
    assert 0 < fit.gap <= 1


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([{"a": ["x", "y"], "people": [10, 20]}, {"b": ["u"], "people": [40]}],
         "1, 2: in all: 30 people in the one and 40 in the other"),
        ([{"a": ["x", "y"], "people": [10, 20]}, {"a": ["x", "y"], "b": ["u", "u"], "people": [20, 10]}],
         "a x: 10 people in the one and 20 in the other"),
        ([{"a": ["x", "y"], "people": [10, 20]}, {"a": ["x", "z"], "b": ["u", "u"], "people": [10, 20]}],
         "a has other classes than in 1: y, z"),
    ],
)  # fmt: skip
def test_tables_that_disagree_are_named(tables, message):
    margins = [margin_of(str(n + 1), table) for n, table in enumerate(tables)]
    with pytest.raises(InputError) as error:
        fit_margins(margins)
    assert message in str(error.value)


def test_zeros_that_leave_no_solution_are_named():
    # whoever is x can only be u, of which there are too few
    zeros = margin_of("zeros", {"a": ["x", "x", "y", "y"], "b": ["u", "v", "u", "v"],
                                "people": [30, 0, 20, 50]})  # fmt: skip
    third = margin_of("third", {"b": ["u", "u", "v", "v"], "c": ["p", "q", "p", "q"],
                                "people": [50, 0, 0, 50]})  # fmt: skip
    last = margin_of("last", {"a": ["x", "x", "y", "y"], "c": ["p", "q", "p", "q"],
                              "people": [20, 10, 30, 40]})  # fmt: skip
    with pytest.raises(InputError, match="cannot be reached") as error:
        fit_margins([zeros, third, last])
    assert all(fault.code == "margin" for fault in error.value.errors)
    assert any(fault.data["gap"] > 1 for fault in error.value.errors)


def test_a_fit_that_is_still_moving_is_not_called_impossible(monkeypatch):
    monkeypatch.setattr("tarifs_solidaires.people.margins.MOST_ROUNDS", 3)
    joint = np.array([[[5, 0], [0, 7]], [[0, 9], [4, 2]]], dtype=float)
    margins = [_margin(joint, axes) for axes in ([0, 1], [1, 2], [0, 2])]
    with pytest.raises(InputError, match="are not reached in 3 rounds"):
        fit_margins(margins)


# -- files -------------------------------------------------------------------------------------


def _file(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_tables_are_read_with_what_they_say_of_themselves(tmp_path):
    text = (
        "\ufeff# source: Insee, RP2021\n# made up: no\nage;people\n0..17;1 200\n18..;2\u202f400,5\n"
    )
    (margin,) = read_margins([_file(tmp_path, text.replace("# made up: no\n", ""))])
    assert (margin.variables, margin.counts.tolist()) == (("age",), [1200, 2400.5])
    assert (margin.source, margin.made_up) == ("Insee, RP2021", False)
    fit = fit_margins([margin])
    assert "Insee, RP2021" in note_of(fit, "fr")
    assert "What no table counts is made up" in note_of(fit, "en")
    assert read_margins([_file(tmp_path, "# made up: all\na,people\nx,1\n")])[0].made_up


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["contains no table"]),
        ("age,count\n1,2\n", ["the header is age, count"]),
        ("people\n1\n", ["the header is"]),
        ("age,people\n1,-2\n2,x\n3\n,4\n", [":2: '-2' is not a number of people", ":3: 'x' is not a number",
                                          ":4: has 1 cells under 2 columns", ":5: a class is empty"]),
        ("age,people\n1,2\n1,3\n", [":3: 1 appears twice"]),
        ("age,people\n1,0\n", ["counts nobody"]),
        ('age,people\n1,"1,200"\n', [":2: '1,200' is not a number of people"]),
        ("age;people\n1;1.200\n", [":2: '1.200' could be 1200 or 1.2"]),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_read_say_every_fault(tmp_path, text, messages):
    with pytest.raises((InputError, TableError)) as error:
        read_margins([_file(tmp_path, text)])
    for message in messages:
        assert message in str(error.value)


# -- people ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1000, 3777])
def test_weighted_rows_have_the_counts_of_every_table(size):
    margins = read_margins(EXAMPLE)
    fit = fit_margins(margins)
    people = people_from_margins([TRANSPORT, EAU], fit, size)
    assert {len(column) for column in people.values()} == {size}
    for margin in margins:
        for place in np.ndindex(margin.counts.shape):
            rows = np.ones(size, dtype=bool)
            for name, classes, n in zip(margin.variables, margin.classes, place, strict=True):
                rows &= _within(people[name], classes[n])
            assert people[WEIGHT][rows].sum() == pytest.approx(margin.counts[place], rel=1e-9)
    for rule in (TRANSPORT, EAU):
        names = {item.name for item in rule.inputs} & people.keys()
        rule.compute({name: people[name] for name in names})


def _within(column, text):
    low, dots, high = text.partition("..")
    if not dots:
        return column == {"oui": True, "non": False}.get(text, type(column[0].item())(text))
    below = column < float(high[1:]) if high.startswith("<") else column <= float(high)
    return (column >= float(low)) & below


def test_the_same_seed_gives_the_same_people_and_another_gives_others():
    fit = fit_margins(read_margins(EXAMPLE))
    one, same, other = (people_from_margins(TRANSPORT, fit, 900, seed=n) for n in (1, 1, 2))
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not np.array_equal(one["quotient_familial"], other["quotient_familial"])


def test_what_goes_with_a_household_follows_the_tables():
    home = margin_of("home", {"nombre_personnes": [1, 4], "people": [50, 50]})
    fit = fit_margins([home, margin_of("age", {"age": ["30..50"], "people": [100]})])
    people = people_from_margins(
        [TRANSPORT, load_rule("rennes/transport", on="2023-06-01")], fit, 400
    )
    assert set(people["nombre_personnes"].tolist()) == {1, 4}
    if "nombre_enfants" in people:
        assert (people["nombre_enfants"] < people["nombre_personnes"]).all()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"age": ["10..5"], "people": [1]},
            "age: '10..5' is not one of its classes; write a value, or a range",
        ),
        ({"age": ["old"], "people": [1]}, "'old' is not one of its classes"),
        ({"age": [".."], "people": [1]}, "'..' is not one of its classes"),
        ({"age": ["-4..3"], "people": [1]}, "'-4..3' is not one of its classes"),
        ({"beneficiaire_aah": ["perhaps"], "people": [1]}, "'perhaps' is not one of its classes"),
    ],
)
def test_classes_that_are_none_are_refused(table, message):
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        people_from_margins(TRANSPORT, fit_margins([margin_of("one", table)]), 100)


def test_fewer_rows_than_classes_are_refused():
    fit = fit_margins(read_margins(EXAMPLE))
    with pytest.raises(InputError, match="10 rows are too few for"):
        people_from_margins(TRANSPORT, fit, 10)


def test_the_example_says_that_it_is_made_up():
    margins = read_margins(EXAMPLE)
    assert all(margin.made_up for margin in margins)
    assert {margin.total for margin in margins} == {320_000}
    assert "demonstration" in note_of(fit_margins(margins), "en")


def test_a_comparison_on_fitted_people_counts_them_all():
    fit = fit_margins(read_margins(EXAMPLE))
    before = load_rule("nantes/transport", on="2023-04-30")
    people = people_from_margins([before, TRANSPORT], fit, 2000)
    comparison = compare(before, TRANSPORT, people, by="household_type", weight=WEIGHT)
    assert comparison.total["people"] == pytest.approx(320_000)
    alone = comparison.groups[comparison.groups["household_type"] == "alone"]["people"]
    assert alone.tolist() == pytest.approx([80_000])
