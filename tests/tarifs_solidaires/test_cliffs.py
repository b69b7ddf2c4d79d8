"""Every cliff within reach is found, at its cent and with its size, and nothing else is."""

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarifs_solidaires import InputError, compare, load_rule, make_population

RULE = load_rule("nantes/transport", on="2023-06-01")
EAU = load_rule("nantes/eau", on="2023-06-01")


def _every_cent(rule, profile, income, output, top, sign=1):
    """The falls of a result from each cent of an income to the next, by trying them all."""
    cents = np.arange(0, round(top * 100) + 2)
    values = rule.compute({**profile, income: cents / 100}, errors="null")[output] * sign
    fall = np.nan_to_num(values[:-1] - values[1:]).round(9)
    return {int(n): float(fall[n]) for n in np.flatnonzero(fall > 0)}


@settings(max_examples=40)
@given(
    bound=st.integers(60_100, 89_999), rate=st.sampled_from([0.31, 0.4, 0.5, 0.6, 0.69]),
    quotients=st.lists(st.integers(0, 120_000), min_size=1, max_size=8),
    age=st.sampled_from([3, 30, 70]),
)  # fmt: skip
def test_a_cliff_that_is_made_is_found_and_nothing_else(bound, rate, quotients, age):
    # the brackets meet at a bound and have a rate that we say
    rule = RULE.replace(
        rows={
            "750 < QF ≤ 900": {"quotient_familial": f"{bound / 100} < x <= 900"},
            "500 < QF ≤ 750, 26-59 ans": {
                "quotient_familial": f"500 < x <= {bound / 100}", "taux_reduction": rate
            },
            "500 < QF ≤ 750, moins de 26 ans ou 60 ans et plus": {
                "quotient_familial": f"500 < x <= {bound / 100}"
            },
        }
    )  # fmt: skip
    people = {"quotient_familial": np.array(quotients) / 100, "age": age}
    found = compare(rule, rule, people).cliffs()
    top = max(quotients) / 100 + found.window
    expected = _every_cent(rule, {"age": age}, "quotient_familial", "taux_reduction", top + 5)
    expected = {n: size for n, size in expected.items() if size > found.least}
    reach = {n for n in expected if n < round(top * 100)}
    got = {int(one.last * 100): one for one in found.places}
    assert reach <= got.keys()
    for n, one in got.items():
        assert one.first - one.last == Fraction(1, 100)
        size = expected.get(n)
        if size is None:  # beyond what was tried here
            assert n > round(top * 100)
            continue
        assert one.smallest == one.largest == pytest.approx(size)
        assert one.people == sum(n - 5000 < q <= n for q in quotients)
    before = sum(any(n - 5000 < q <= n for n in reach) for q in quotients)
    assert found.people == before


def test_a_result_that_only_slides_has_no_cliff():
    people = make_population(EAU, 2000)
    found = compare(EAU, EAU, people).cliffs()
    assert found.places == ()
    assert found.nets
    assert found.costly == 0 < found.worse


def test_a_smallest_payment_makes_one_cliff_for_each_size_of_household():
    rule = EAU.replace(versement_minimal=15)
    people = make_population(EAU, 4000)
    found = compare(rule, rule, people).cliffs()
    aid = {}
    for one in found.places:
        pair = [
            rule.compute(
                people | {"ressources_annuelles": float(income)}, errors="null"
            ).aide_annuelle
            for income in (one.last, one.first)
        ]
        aid[one.last] = pair[0] - pair[1]
    income = people["ressources_annuelles"]
    for one in found.places:
        falls = aid[one.last] > found.least
        assert len(set(people["nombre_personnes"][falls].tolist())) == 1
        near = (income <= float(one.last)) & (income > float(one.last) - found.window)
        assert one.people == (near & falls).sum()
        assert aid[one.last][falls].tolist() == pytest.approx([15.0] * falls.sum())
    assert len(found.places) == len(set(people["nombre_personnes"].tolist()))


@pytest.mark.parametrize("weighted", [False, True])
def test_one_more_euro_is_what_computing_everybody_again_gives(weighted):
    people = make_population(RULE, 5000, seed=4)
    weight = np.arange(5000) % 3 if weighted else None
    found = compare(RULE, RULE, people, weight=weight, price=400).cliffs()
    here = RULE.compute(people).taux_reduction
    there = RULE.compute(
        people | {"quotient_familial": people["quotient_familial"] + 1}
    ).taux_reduction
    each = np.ones(5000) if weight is None else weight
    assert found.worse == each[there < here].sum()
    assert found.counted == each.sum()
    assert found.unit == "EUR"
    assert not found.nets
    assert [one.largest for one in found.places] == [40, 160, 160, 120]


def test_what_counts_as_a_cliff_and_as_just_before_can_be_said():
    people = {"quotient_familial": [300.0, 349.0, 495.0], "age": 30}
    comparison = compare(RULE, RULE, people, price=100)
    assert [float(one.last) for one in comparison.cliffs(least=15).places] == [500, 750, 900]
    assert [one.people for one in comparison.cliffs(window=1).places] == [0, 0, 0, 0]
    assert comparison.cliffs(window=1.01).places[0].people == 1
    with pytest.raises(InputError, match="income: 'age' is not an amount of money"):
        comparison.cliffs(income="age")


def test_an_income_that_is_given_through_others_is_the_one_that_varies():
    people = {"revenu_fiscal_reference": [10_000.0, 8000.0], "nombre_parts": [1.0, 2.0], "age": 30}
    found = compare(RULE, RULE, people).cliffs()
    assert found.input == "revenu_fiscal_reference"
    assert found.window == 600
    for one in found.places:
        falls = False
        for parts in (1.0, 2.0):
            pair = RULE.compute(
                revenu_fiscal_reference=[float(one.last), float(one.first)],
                nombre_parts=parts,
                age=30,
            ).taux_reduction
            falls = falls or pair[0] > pair[1]
        assert falls
    assert found.places


def test_which_amount_is_the_income_is_said_by_the_caller_else_by_the_rule_file():
    rule = load_rule("toulouse/transport", on="2020-09-01")
    assert rule.file.income == "quotient_familial"
    people = {
        "allocation_chomage": [700.0, 1200.0], "demandeur_emploi": True, "age": 40,
        "quotient_familial": [600.0, 1100.0],
    }  # fmt: skip
    assert compare(rule, rule, people).cliffs().input == "quotient_familial"
    comparison = compare(rule, rule, people, income="allocation_chomage")
    found = comparison.cliffs()
    assert found.input == "allocation_chomage"
    assert found.places
    assert "unemployment benefit" in comparison.to_html("en")
    with pytest.raises(InputError, match="income: 'age' is not an amount of money"):
        compare(rule, rule, people, income="age")


def test_rules_without_an_income_or_a_gain_have_none():
    from people_strategies import NOTHING

    assert compare(NOTHING, NOTHING, {"x": [1, 2]}).cliffs() is None
    for output in RULE.output_names:
        if RULE.outputs[output].kind == "status":
            assert (
                compare(RULE, RULE, {"quotient_familial": [5], "age": 3}, output=output).cliffs()
                is None
            )


def test_cliffs_go_to_json():
    found = compare(RULE, RULE, {"quotient_familial": [349.0], "age": 30}).cliffs("before")
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["places"][0]["last"] == 350.0
    assert plain["side"] == "before"
