"""What is found of a comparison is what a loop over people finds, and its sentences say it."""

import copy
import datetime as dt
import json
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_strategies import ALL_KINDS, RULES

from tarifs_solidaires import classes, compare, load_rule, make_population
from tarifs_solidaires.people.findings import Trait
from tarifs_solidaires.people.grouping import household_types
from tarifs_solidaires.people.naming import group_text
from tarifs_solidaires.people.sentences import Sayer
from tarifs_solidaires.people.words import _words, languages

BEFORE = load_rule("nantes/transport", on="2023-04-30")
AFTER = load_rule("nantes/transport", on="2023-05-01")
EAU = load_rule("nantes/eau", on="2023-06-01")
TRIALS = {
    "the reform": (BEFORE, AFTER, 500),
    "in points": (BEFORE, AFTER, None),
    "water": (EAU, EAU.replace(part_ressources=0.025, versement_minimal=15), None),
    "less water": (EAU, EAU.replace(volume_par_personne=20), None),
    "other kinds": (ALL_KINDS, ALL_KINDS, None),
}


def _comparison(trial, size, seed, weighted, by=None):
    before, after, price = TRIALS[trial]
    people = make_population([before, after], size, seed=seed)
    weight = np.random.default_rng(seed).integers(0, 4, size) if weighted else None
    return compare(before, after, people, by=by, price=price, weight=weight, errors="null"), people


def _has(trait, comparison, people, n):
    """Whether a person has a trait, as a reader would look it up."""
    if trait.input == f"{comparison.output}_before":
        value = comparison.before[comparison.output][n]
    else:
        value = people[trait.input][n]
    if trait.values:
        return str(value) in {str(one) for one in trait.values}
    bounds = [trait.low, trait.high]
    if isinstance(value, np.datetime64):
        bounds = [None if one is None else np.datetime64(one) for one in bounds]
    low, high = bounds
    return (low is None or (value > low if trait.above else value >= low)) and (
        high is None or (value < high if trait.below else value <= high)
    )


@given(
    trial=st.sampled_from(sorted(TRIALS)), seed=st.integers(0, 50), weighted=st.booleans(),
    size=st.sampled_from([1, 2, 40, 300]),
)  # fmt: skip
def test_findings_are_what_a_loop_finds(trial, seed, weighted, size):
    comparison, people = _comparison(trial, size, seed, weighted)
    weight = np.ones(size) if comparison.weights is None else comparison.weights
    known = [n for n in range(size) if comparison.states[comparison.state[n]] != "missing"]
    told = {effect.state for effect in comparison.findings().effects}
    for state in set(comparison.states) - {"missing", "unchanged"}:
        assert (state in told) == (comparison.total[state] > 0)
    for effect in comparison.findings().effects:
        place = comparison.states.index(effect.state)
        own = [n for n in known if comparison.state[n] == place and weight[n]]
        assert effect.people == sum(weight[n] for n in own)
        assert effect.everybody == sum(weight[n] for n in known)
        if comparison.way != "words":
            mean = sum(weight[n] * comparison.change[n] for n in own) / effect.people
            assert effect.mean == pytest.approx(mean, rel=1e-9)
            assert (effect.mean > 0) == (effect.state in ("winners", "higher"))
        alike = [n for n in known if all(_has(t, comparison, people, n) for t in effect.traits)]
        reached = [n for n in alike if comparison.state[n] == place]
        assert effect.alike == sum(weight[n] for n in alike)
        assert effect.reached == sum(weight[n] for n in reached)
        assert effect.covered == pytest.approx(effect.reached / effect.people)
        assert effect.covered > 0.5
        if effect.mean_money is not None:
            paid = [
                500 * (comparison.after[comparison.output][n] - comparison.before[comparison.output][n])
                for n in own
            ]  # fmt: skip
            mean = sum(weight[n] * one for n, one in zip(own, paid, strict=True)) / effect.people
            assert effect.mean_money == pytest.approx(mean)


def test_groups_of_findings_are_those_of_the_table():
    comparison, _ = _comparison("the reform", 2000, 1, weighted=False, by="age")
    for effect in comparison.findings().effects:
        expected = [
            (n, count) for n, count in enumerate(comparison.groups[effect.state].tolist()) if count
        ]
        assert sum(count for _, count in expected) == effect.people
        assert {one.group: one.people for one in effect.groups}.items() <= dict(expected).items()
        shares = comparison.groups[effect.state] / comparison.groups["people"]
        assert all(one.share == shares[one.group] for one in effect.groups)
        listed = [one.people for one in effect.groups]
        assert listed == sorted(listed, reverse=True)
        assert listed[0] == max(count for _, count in expected)


def test_what_people_have_in_common_is_said_with_the_figures_of_the_rule():
    quotients = [500.0, 500.01, 560.0, 599.5, 600.0, 600.01, 900.0, 901.0]
    people = {"quotient_familial": quotients, "age": 70}
    losers = compare(BEFORE, AFTER, people).findings().effects[1]
    (trait,) = losers.traits
    # nobody lies between 500 and 500.01, and whoever has 500 does not lose
    assert (trait.low, trait.above, trait.high, trait.below) == (500.0, True, 600.0, False)
    assert (losers.people, losers.alike, losers.covered) == (4, 4, 1.0)
    text = compare(BEFORE, AFTER, people).sentences("en")[1]
    assert text == (
        "4 people out of 8 lose (50%): 20 points each on average. All of them have in common: "
        "family quotient above €500 and up to €600 per month. Everybody in this situation loses."
    )


def test_one_person_and_nobody_are_said_as_such():
    people = {"quotient_familial": [550.0, 400.0], "age": 70}
    said = compare(BEFORE, AFTER, people).sentences("fr")
    assert said[0] == "Personne ne gagne."
    assert said[1].startswith("1 personne sur 2 perd (50\xa0%)\xa0: 20 points.")
    assert said[2] == "Rien ne change pour 1 personne (50\xa0%)."
    nobody = compare(BEFORE, AFTER, {"quotient_familial": [-1.0], "age": 70}, errors="null")
    assert nobody.sentences("pt")[0] == "Ninguém tem resultado antes e depois."
    assert nobody.findings().effects == ()


def test_a_share_that_is_not_everybody_never_seems_to_be():
    quotients = np.full(10_000, 550.0)
    quotients[0] = 100.0
    said = compare(BEFORE, AFTER, {"quotient_familial": quotients, "age": 70}).sentences("en")
    assert "9,999 people out of 10,000 lose (99.99%)" in said[1]
    assert "1 person (0.01%)" in said[2]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("title", sorted(RULES))
def test_every_rule_that_ships_is_said_in_every_language(title, lang):
    rule = RULES[title]
    for output in rule.output_names:
        comparison = compare(rule, rule, make_population(rule, 50), output=output, errors="null")
        for sentence in comparison.sentences(lang):
            assert re.search(r"[.!]$", sentence), sentence
            assert not re.search(r"[{}\x00-\x1f]|nan|None|\b_|\w+_are|_(one|many)\b", sentence), (
                sentence
            )


def test_every_word_has_every_language_and_the_same_places():
    table = {k: v for k, v in _words().items() if k != "units"} | _words()["units"]
    for key, wordings in table.items():
        assert set(wordings) == set(languages()), key
        places = [set(re.findall(r"{\w+}", text)) for text in wordings.values()]
        assert all(one == places[0] for one in places), key


def test_a_language_without_a_label_says_the_first_one_and_marks_it():
    rule = load_rule("philadelphia/water", on="2017-07-01")
    people = make_population(rule, 200)
    comparison = compare(rule, rule.replace(), people, errors="null")
    assert comparison.sentences("pt")
    assert '<span lang="en">' in comparison.to_html("pt")
    assert '<span lang="en">' not in comparison.to_html("fr")


def test_household_types():
    people = {
        "nombre_personnes": [1, 2, 2, 3, 4, np.nan],
        "en_couple": [False, True, False, True, False, False],
    }
    grouping = household_types(people)
    names = [(*grouping.categories, "missing")[code] for code in grouping.codes]
    assert names == [
        "alone",
        "couple",
        "lone_parent",
        "couple_with_children",
        "lone_parent",
        "missing",
    ]
    adults = household_types(people | {"nombre_enfants": [0, 0, 0, 1, 0, 0]})
    assert adults.categories[adults.codes[2]] == "other_household"
    table = {"quotient_familial": 550.0, "age": 70} | {k: v[:5] for k, v in people.items()}
    comparison = compare(BEFORE, AFTER, table, by="household_type")
    assert [name for (name, *_) in comparison.groups.tolist()] == [
        "alone", "couple", "lone_parent", "couple_with_children"
    ]  # fmt: skip
    assert "by type of household: single parent, 2 out of 2 (100%)" in comparison.sentences("en")[1]


def test_household_types_need_their_columns():
    with pytest.raises(ValueError, match="there is no column 'en_couple'; give nombre_personnes"):
        compare(BEFORE, AFTER, {"quotient_familial": [5.0], "age": 3, "nombre_personnes": [1]},
                by="household_type")  # fmt: skip
    with pytest.raises(ValueError, match="must be numbers"):
        household_types({"nombre_personnes": ["two"], "en_couple": [True]})


def test_findings_are_values():
    comparison, _ = _comparison("the reform", 500, 3, weighted=True)
    findings = comparison.findings()
    assert pickle.loads(pickle.dumps(findings)) == copy.deepcopy(findings) == findings  # noqa: S301
    assert json.loads(json.dumps(findings.to_dict()))["effects"][0]["state"] == "winners"
    again = pickle.loads(pickle.dumps(comparison))  # noqa: S301
    assert again.findings() == findings
    assert again.sentences("fr") == comparison.sentences("fr")


def test_dates_are_said_in_words():
    days = np.array(["2020-01-01", "2021-06-30", "2022-01-01"], dtype="datetime64[D]")
    name = next(item.name for item in ALL_KINDS.inputs if item.kind == "date")
    people = make_population(ALL_KINDS, 3) | {name: days}
    say = Sayer(compare(ALL_KINDS, ALL_KINDS, people, errors="null"), "fr")
    text = say.trait(Trait(input=name, low=str(dt.date(2020, 1, 1)), high="2021-06-30"))
    assert "du 1er janvier 2020 au 30 juin 2021" in text
    assert "jusqu'au 30 juin 2021" in say.trait(Trait(input=name, high="2021-06-30"))


POOL = """
format = 2
name = "ville/piscine"
languages = ["en"]
currency = "EUR"
title = "Pool card"
known_until = 2027-08-31
[input.born]
kind = "date"
from = 1900-01-01
to = 2027-08-31
label = "date of birth"
[input.rank]
kind = "whole"
from = 1
to = 9
[input.resident]
kind = "flag"
label = "resident"
[output.price]
kind = "price"
unit = "EUR"
[[version]]
valid_from = 2026-09-01
[[version.step]]
name = "price"
[[version.step.row]]
when = { resident = false }
then = 30
[[version.step.row]]
when = { rank = 9 }
then = CHANGED
[[version.step.row]]
when = { born = "x >= 1980-09-01" }
then = 0
[[version.step.row]]
then = CHANGED
"""


def test_most_have_a_range_of_dates_in_common_and_groups_of_a_flag_are_yes_and_no(tmp_path):
    rules = []
    for price in (12, 14):
        path = tmp_path / f"{price}.toml"
        path.write_text(POOL.replace("CHANGED", str(price)), encoding="utf-8")
        rules.append(load_rule(path, on="2026-10-01"))
    people = {
        "born": ["1970-05-01"] * 45 + ["1990-05-01"] * 55,
        "rank": [1] * 97 + [9] * 3,
        "resident": [False] + [True] * 99,
    }
    comparison = compare(*rules, people, by="resident")
    (trait,) = [
        trait
        for effect in comparison.findings().effects
        for trait in effect.traits
        if trait.input == "born"
    ]
    assert (trait.low, trait.high) in {(None, "1980-08-31"), (None, "1980-09-01")}
    assert any("date of birth up to " in text for text in comparison.sentences("en"))
    names = [group_text(comparison, n, "pt") for n in range(len(comparison.groups["people"]))]
    assert sorted(names) == ["não", "sim"]


def test_classes_are_said_in_words():
    people = make_population([BEFORE, AFTER], 400)
    by = {"age": classes(people["age"], [26, 60], name="age")}
    said = " ".join(compare(BEFORE, AFTER, people, by=by).sentences("fr"))
    assert "26 à moins de 60, " in said
    assert "<=" not in said


def test_inputs_of_any_type_are_described_alike():
    quotients = [550.0, 560.0, 800.0, 2000.0]
    kinds = [
        {"age": np.array([70, 70, 30, 30]), "beneficiaire_aah": [False, False, False, True]},
        {"age": [70.0, 70.0, 30.0, 30.0], "beneficiaire_aah": np.array([0, 0, 0, 1], dtype=bool)},
        {
            "age": np.array([70, 70, 30, 30], dtype=object),
            "beneficiaire_aah": np.array([False, False, False, True], dtype=object),
        },
    ]
    found = [
        compare(BEFORE, AFTER, {"quotient_familial": quotients, **kind}).findings()
        for kind in kinds
    ]
    assert found[0] == found[1] == found[2]
    wrong = kinds[2] | {"age": np.array([70, 70, 30, None], dtype=object)}
    people = {"quotient_familial": quotients, **wrong}
    assert compare(BEFORE, AFTER, people, errors="null").findings().missing == 1
