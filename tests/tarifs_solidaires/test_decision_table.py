"""The cells of a table decide as reading its rows one after the other does."""

import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tarifs_solidaires.conditions import Flag, Interval, Member, parse_condition
from tarifs_solidaires.decision_table import DecisionTable, Row, Substitution
from tarifs_solidaires.scale import Scale, TaxShares

NAMES = ("quotient_familial", "age")
BOUNDS = (0, 5, 26, 26.5, 60, 350, 350.01, 1234567.89)
CODES = frozenset({"44109", "2A004"})


@st.composite
def intervals(draw, name):
    low, high = sorted(draw(st.tuples(st.sampled_from(BOUNDS), st.sampled_from((*BOUNDS, np.inf)))))
    low_included, high_included = draw(st.booleans()), draw(st.booleans()) and high < np.inf
    assume(low < high or (low_included and high_included))
    return Interval(name, low, low_included, high, high_included)


def conditions():
    return st.one_of(
        *(intervals(name) for name in NAMES),
        st.builds(Flag, st.sampled_from(("etudiant", "beneficiaire_aah")), st.booleans()),
        st.builds(Member, st.just("commune"), st.just("ville"), st.just(CODES), st.booleans()),
    )


def whens():
    return st.lists(conditions(), max_size=3, unique_by=lambda c: c.name).map(tuple)


@st.composite
def tables(draw):
    rows = tuple(
        Row(tranche=str(n), when=when, then={"taux_reduction": float(n)}, source="s", confidence="official")
        for n, when in enumerate(draw(st.lists(whens(), min_size=1, max_size=6)))
    )  # fmt: skip
    # a substitution that depends on the input which it replaces reads the person's own value
    subs = tuple(
        Substitution(input="quotient_familial", value=v, when=when, source="s", confidence="official")
        for v, when in draw(st.lists(st.tuples(st.sampled_from((0.0, 26.25, 350.0)), whens()), max_size=2))
    )  # fmt: skip
    return DecisionTable(rows=rows, substitutions=subs, required=("quotient_familial",))


NUMBERS = [*BOUNDS, 0.01, 4.99, 25.99, 26.51, 59.99, 60.01, 349.99, 350.02, 1e6]
values, ages = st.sampled_from(NUMBERS), st.sampled_from([x for x in NUMBERS if x <= 130])
people = st.fixed_dictionaries(
    {"quotient_familial": values, "etudiant": st.booleans(), "beneficiaire_aah": st.booleans()},
    optional={"age": ages, "commune": st.sampled_from(["44109", "2A004", "2B004", "75056"])},
)


def naive(table, person):
    """Read the rows one after the other, in exact arithmetic."""

    def holds(condition, given):
        if condition.name not in given:
            return False
        value = given[condition.name]
        if isinstance(condition, Flag):
            return value == condition.value
        if isinstance(condition, Member):
            return (value in condition.codes) != condition.negated
        low = operator.ge if condition.low_included else operator.gt
        high = operator.le if condition.high_included else operator.lt
        x = Fraction(str(value))
        above = low(x, Fraction(str(condition.low)))
        return above and (condition.high == np.inf or high(x, Fraction(str(condition.high))))

    counts = dict(person)
    for s in table.substitutions:
        if all(holds(c, person) for c in s.when):
            counts[s.input] = s.value
            break
    for n, row in enumerate(table.rows):
        if all(holds(c, counts) for c in row.when):
            return n
    return len(table.rows)


@given(tables(), people)
def test_a_cell_decides_as_the_rows_do(table, person):
    cell = int(table.cells({name: np.asarray(value) for name, value in person.items()}))
    assert table.rows_of_cells[cell] == naive(table, person)
    assert table.admissible[cell]


@given(tables(), st.lists(people, min_size=30, max_size=30))
def test_what_the_cells_call_covered_and_reachable_is(table, sample):
    decided = {naive(table, person) for person in sample}
    if not table.has_holes:
        assert len(table.rows) not in decided
    assert not decided & set(table.unreachable())


@given(intervals("age"))
def test_a_condition_reads_back_from_its_text(condition):
    assert parse_condition("age", condition.text, {}) == condition


@pytest.mark.parametrize("text", ["3 < x <= 3", "5 <= x < 5", "9 < x < 3"])
def test_an_interval_that_holds_nothing_is_refused(text):
    with pytest.raises(ValueError, match="exclude each other"):
        parse_condition("age", text, {})


def test_a_whole_number_has_no_value_between_two_neighbours():
    rows = [Row(tranche=t, when=(parse_condition("nombre_enfants", c, {}),), then={}, source="s", confidence="official")
            for t, c in (("a", "x <= 2"), ("b", "x >= 3"))]  # fmt: skip
    assert not DecisionTable(rows=tuple(rows), required=("nombre_enfants",)).has_holes
    rows = [Row(tranche=t, when=(parse_condition("age", c, {}),), then={}, source="s", confidence="official")
            for t, c in (("a", "x <= 2"), ("b", "x >= 3"))]  # fmt: skip
    assert DecisionTable(rows=tuple(rows), required=("age",)).has_holes


@given(st.integers(0, 10**7), st.integers(0, 12), st.booleans(), st.integers(-1, 1))
def test_a_scaled_ceiling_is_exact(cents, children, couple, step):
    base = DecisionTable(
        rows=(
            Row(tranche="", when=(Flag("en_couple", value=True),), then={"value": 1.5}, source="", confidence=""),
            Row(tranche="", when=(), then={"value": 1.0}, source="", confidence=""),
        )
    )  # fmt: skip
    scale = Scale(
        numerator="ressources_mensuelles", base=base, each={"nombre_enfants": 0.3}, source="s", confidence="official"
    )  # fmt: skip
    bound = Fraction(1140) * (Fraction(3, 2) if couple else 1) + 1140 * Fraction(3, 10) * children
    rows = tuple(
        Row(tranche=t, when=when, then={}, source="s", confidence="official")
        for t, when in (("in", (Interval("ressources_mensuelles", high=1140.0, high_included=True),)), ("out", ()))
    )  # fmt: skip
    table = DecisionTable(
        rows=rows, divisors={"ressources_mensuelles": scale}, required=("ressources_mensuelles",)
    )
    for amount in (Fraction(cents, 100), bound + Fraction(step, 100)):
        person = {
            "ressources_mensuelles": float(amount),
            "nombre_enfants": children,
            "en_couple": couple,
        }
        cell = int(table.cells({name: np.asarray(value) for name, value in person.items()}))
        assert (table.rows_of_cells[cell] == 0) == (amount <= bound)


def test_tax_shares_are_twelve_months_times_the_parts():
    assert TaxShares().units({"nombre_parts": np.asarray(2.25)}) == 12 * 2.25


def test_too_many_cells_are_refused():
    rows = tuple(
        Row(tranche=str(n), when=tuple(Interval(name, high=n + 1) for name in
            ("quotient_familial", "age", "ressources_mensuelles")), then={}, source="s", confidence="official")
        for n in range(40)
    )  # fmt: skip
    with pytest.raises(ValueError, match="more than 50,000 cells"):
        _ = DecisionTable(rows=rows).row_of_cell
