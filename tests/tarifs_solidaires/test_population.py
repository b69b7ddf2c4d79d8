"""Invented people are what the docstring says, the same on every machine."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import InputError, list_rules, load_rule, make_population
from tarifs_solidaires.inputs import INPUTS, check_bounds, read_inputs
from tarifs_solidaires.population import HOUSEHOLDS, OLDEST, QUOTIENTS
from tarifs_solidaires.rule_file import read_rule

PEOPLE = make_population(200_000)


def test_the_same_seed_gives_the_same_people_on_every_machine():
    # From the bit generator's words, whole numbers only: these bytes must never change.
    digest = hashlib.sha256()
    for name, column in make_population(1000, seed=7).items():
        whole = np.rint(100 * column.astype(np.float64)).astype("<i8")
        digest.update(name.encode() + whole.tobytes())
    assert digest.hexdigest() == "bfe0e8d544b7126cd352ad34bfd8098aa74dc66c46dc1e4d82f9bf10372dac9e"


@given(seed=st.integers(0, 2**63), size=st.integers(1, 50))
def test_people_are_inputs_that_rules_accept(seed, size):
    people = make_population(size, seed=seed)
    assert all(len(column) == size for column in people.values())
    check_bounds(read_inputs(people, required=[], optional=[*INPUTS]).values)


def test_a_longer_draw_and_another_seed_differ():
    again = make_population(200_000, seed=1)
    assert (again["quotient_familial"] != PEOPLE["quotient_familial"]).any()


def test_a_tenth_of_the_people_lies_in_each_interval_of_quotients():
    counts, _ = np.histogram(PEOPLE["quotient_familial"], bins=QUOTIENTS)
    assert counts.sum() == 200_000
    # six standard deviations of a binomial count: the draw is fixed, so this never wavers
    assert np.abs(counts - 20_000).max() < 6 * np.sqrt(200_000 * 0.1 * 0.9)
    assert (np.rint(100 * PEOPLE["quotient_familial"]) / 100 == PEOPLE["quotient_familial"]).all()


def test_ages_and_households_follow_what_is_written_out():
    counts = np.bincount(PEOPLE["age"], minlength=OLDEST + 1)
    assert len(counts) == OLDEST + 1
    assert np.abs(counts - 200_000 / (OLDEST + 1)).max() < 6 * np.sqrt(200_000 / (OLDEST + 1))
    adults = PEOPLE["nombre_personnes"][PEOPLE["age"] >= 18]
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


@pytest.mark.parametrize("name", list_rules())
def test_people_serve_every_rule_that_asks_for_nothing_local(name):
    rule = load_rule(name, on=read_rule(name).versions[0].valid_from)
    known = {item.name for item in rule.inputs}
    given = {n: column for n, column in make_population(50).items() if n in known}
    local = {n: [5.0] for n in rule.version.required if n not in given}
    assert set(local) <= {"prix_m3", "salaire_minimum", "revenu_par_personne", "commune"}
    local = {n: values * 50 for n, values in local.items()}
    assert rule.compute(**given, **local).shape == (50,)


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "10", 10**9])
def test_a_size_that_is_no_number_of_people_is_refused(size):
    with pytest.raises(InputError, match=r"size: .* must be a whole number from 1 to 100,000,000"):
        make_population(size)


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(InputError, match="seed: -1 must be a whole number"):
        make_population(1, seed=-1)
