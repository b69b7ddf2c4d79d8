"""Made-up people fit the rule they are made for, and are the same on every machine."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_strategies import ALL_KINDS, OWN, RULES, TRANSPORT

from tarifs_solidaires import InputError, load_rule, make_population
from tarifs_solidaires.people.communes import mistaken_commune
from tarifs_solidaires.people.population import HOUSEHOLDS, INCOMES, OLDEST, wanted

RENNES = load_rule("rennes/transport", on="2023-06-01")
PEOPLE = make_population([TRANSPORT, RENNES, load_rule("nantes/eau", on="2023-06-01")], 200_000)


def test_the_same_seed_gives_the_same_people_on_every_machine():
    # From the bit generator's words, whole numbers only: these bytes must never change.
    digest = hashlib.sha256()
    people = make_population([TRANSPORT, RENNES, ALL_KINDS], 1000, seed=7)
    for name, column in sorted(people.items()):
        whole = column if column.dtype.kind == "U" else np.rint(100 * column.astype(np.float64)).astype("<i8")  # fmt: skip
        digest.update(name.encode() + "".join(map(str, whole.tolist())).encode())
    assert digest.hexdigest() == "fd359e70f7c1830ca26505c1747c743b222fa3edcbb001b3b50437a34c0d14f9"


@pytest.mark.parametrize("title", RULES)
@settings(max_examples=3)
@given(seed=st.integers(0, 2**63), size=st.integers(1, 60))
def test_people_are_inputs_that_every_rule_accepts(title, seed, size):
    rule = RULES[title]
    people = make_population(rule, size, seed=seed)
    assert set(people) == {item.name for item in wanted(rule)}
    assert all(len(column) == size for column in people.values())
    assert rule.compute(people).shape == (size,)


@pytest.mark.parametrize("title", RULES)
def test_communes_of_made_people_are_communes(title):
    rule = RULES[title]
    for item in wanted(rule):
        if item.code_list:
            codes = set(make_population(rule, 200, seed=1)[item.name].tolist())
            assert [code for code in codes if mistaken_commune(code, rule.on)] == []


@pytest.mark.parametrize("title", RULES)
def test_a_rule_treats_some_people_otherwise_than_others(title):
    rule = RULES[title]
    result = rule.compute(make_population(rule, 3000))
    rows = [facts for facts in rule.steps.values() if facts.name == rule.version.decides]
    if rows and len(rows[0].rows) > 1:
        assert len(np.unique(result.row)) > 1


def test_a_column_is_the_same_whatever_other_inputs_a_rule_has():
    alone = make_population(TRANSPORT, 500, seed=3)
    both = make_population([TRANSPORT, RENNES, ALL_KINDS], 500, seed=3)
    for name in ("quotient_familial", "age"):
        assert np.array_equal(alone[name], make_population([RENNES, TRANSPORT], 500, seed=3)[name])
    assert set(alone) < set(both)
    again = make_population(TRANSPORT, 500, seed=4)
    assert (again["quotient_familial"] != alone["quotient_familial"]).any()


def test_people_meet_what_a_rule_requires_between_inputs():
    people = make_population(ALL_KINDS, 5000)
    assert (people["enfants"] < people["personnes"]).all()
    assert {"2A004", "2B111"} <= set(people["commune"].tolist())
    assert set(people["statut"].tolist()) == {"plein", "reduit", "autre"}
    assert people["naissance"].dtype == "M8[D]"


def test_an_input_is_drawn_itself_and_not_those_through_which_it_could_be_given():
    assert "quotient_familial" in PEOPLE
    assert not {"revenu_fiscal_reference", "nombre_parts"} & set(PEOPLE)


def test_a_tenth_of_the_people_lies_in_each_interval_of_quotients():
    counts, _ = np.histogram(PEOPLE["quotient_familial"], bins=INCOMES)
    assert counts.sum() == 200_000
    # six standard deviations of a binomial count: the draw is fixed, so this never wavers
    assert np.abs(counts - 20_000).max() < 6 * np.sqrt(200_000 * 0.1 * 0.9)
    assert (np.rint(100 * PEOPLE["quotient_familial"]) / 100 == PEOPLE["quotient_familial"]).all()


def test_ages_and_households_follow_what_is_written_out():
    ages = PEOPLE["age"].astype(int)
    counts = np.bincount(ages, minlength=OLDEST + 1)
    assert len(counts) == OLDEST + 1
    assert np.abs(counts - 200_000 / (OLDEST + 1)).max() < 6 * np.sqrt(200_000 / (OLDEST + 1))
    adults = PEOPLE["nombre_personnes"][ages >= 18]
    shares = 100 * np.bincount(adults, minlength=len(HOUSEHOLDS) + 1)[1:] / len(adults)
    assert np.abs(shares - HOUSEHOLDS).max() < 1
    assert sum(HOUSEHOLDS) == 100


def test_a_household_is_coherent():
    persons, couple, children = (
        PEOPLE[n] for n in ("nombre_personnes", "en_couple", "nombre_enfants")
    )
    assert (persons == 1 + couple + children).all()
    assert (persons[PEOPLE["age"] < 18] >= 2).all()
    assert (children[PEOPLE["age"] < 18] >= 1).all()
    shares = 1 + couple + np.minimum(children, 2) / 2 + np.maximum(children - 2, 0)
    cents = np.rint(100 * PEOPLE["ressources_annuelles"])
    assert (cents == np.rint(100 * PEOPLE["quotient_familial"]) * 12 * shares).all()
    assert (
        np.abs(PEOPLE["ressources_mensuelles"] * 12 - PEOPLE["ressources_annuelles"]) < 0.1
    ).all()
    assert (PEOPLE["echelon_bourse"][~PEOPLE["etudiant"]] == 0).all()


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "10", 10**9])
def test_a_size_that_is_no_number_of_people_is_refused(size):
    with pytest.raises(InputError, match=r"size: .* is not a whole number from 1 to 100,000,000"):
        make_population(TRANSPORT, size)


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(InputError, match="seed: -1 is not a whole number"):
        make_population(TRANSPORT, 1, seed=-1)


def test_people_whom_no_draw_can_fit_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tarifs_solidaires.people.population.ROUNDS", 2)
    text = (OWN / "all_kinds.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace('enfants = "x < personnes"', 'enfants = "x > 18.5"'), "utf-8")
    with pytest.raises(InputError, match="fit what essai/tout requires; give a table of your own"):
        make_population(load_rule(own, on="2021-01-01"), 50)
