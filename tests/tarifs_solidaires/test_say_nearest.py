"""What would change a result: the nearest change on each side, proved, and true when it is applied."""

import math
from fractions import Fraction

import numpy as np
import pytest
from persons import EXAMPLES
from random_rules import ABSENT, Interpreter, people, random_rule

from tarifs_solidaires import InputError, load_rule
from tarifs_solidaires.say.facts import collect, same
from tarifs_solidaires.say.nearest import Line, changes

SEEDS = 36  # random rule files
SEEN = 4000  # values of an input that are tried one by one
HEAD = """
format = 2
name = "essai/essai"
languages = ["en"]
currency = "EUR"
title = "Trial"
known_until = 2030-12-31
"""


def example(name, day="2025-01-01", **given):
    """Return the facts and the person of an example."""
    rule = load_rule(EXAMPLES / f"{name}.toml", on=day)
    return collect(rule.compute(**given), None)


def told(person):
    """Return changes by input and reach, as the tests write them."""
    return {
        (c.input, c.reach): (
            float(c.bound) if isinstance(c.bound, Fraction) else c.bound,
            {name: None if v is None else v if isinstance(v, str | bool) else float(v)
             for name, v in c.outputs.items()},
        )
        for c in changes(person).found
    }  # fmt: skip


def made(tmp_path, text):
    """Return a rule of a text without its head."""
    file = tmp_path / "made.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return load_rule(file, on="2025-01-01")


def test_a_price_that_moves_with_each_cent_tells_where_its_bounds_come_into_force():
    _, person = example("taux_effort", quotient_familial=500, rang_enfant=2)
    found = told(person)
    assert found["quotient_familial", "<="] == (163.63, {"prix_repas": 0.72})
    assert found["quotient_familial", ">="] == (1127.28, {"prix_repas": 4.96})
    assert found["rang_enfant", "<="] == (1, {"prix_repas": 2.75})
    assert found["rang_enfant", ">="] == (3, {"prix_repas": 1.65})
    assert found["habite_la_commune", "="] == (False, {"prix_repas": 2.86})
    down, up = (c for c in changes(person).found if c.input == "quotient_familial")
    assert [(s.step, s.kind, s.in_force) for s in down.switches] == [
        ("prix_de_base", "at_least", True)
    ]
    assert [(s.step, s.kind, s.value) for s in up.switches] == [
        ("prix_de_base", "at_most", Fraction("6.2"))
    ]


def test_a_price_at_its_maximum_tells_where_it_changes():
    _, person = example("taux_effort", quotient_familial=2000, rang_enfant=2)
    assert told(person)["quotient_familial", "<="] == (1126.13, {"prix_repas": 4.95})
    assert ("quotient_familial", ">=") not in told(person)


def test_income_and_shares_are_told_as_they_were_given():
    rule = load_rule("nantes/transport", on="2023-06-01")
    result = rule.compute(revenu_fiscal_reference=18_000, nombre_parts=2.5, age=30)
    _, person = collect(result, None)
    down, up, fewer, more = changes(person).found[:4]
    assert (down.input, down.reach, down.bound, down.gap) == (
        "revenu_fiscal_reference",
        "<=",
        15_000,
        3000,
    )
    assert (up.reach, up.bound, up.at, up.gap) == (">", 22_500, Fraction("22500.01"), 4500)
    assert down.through == {"quotient_familial": 500}
    assert up.through == {"quotient_familial": 750}
    assert (fewer.input, fewer.reach, fewer.bound) == ("nombre_parts", "<=", Fraction("1.75"))
    assert (more.input, more.reach, more.bound) == ("nombre_parts", ">=", 3)


def test_a_scale_tells_its_parts_and_its_ceiling():
    _, person = example("marginal", quotient_familial=700)
    assert told(person) == {
        ("quotient_familial", "<="): (500, {"participation_mensuelle": 0}),
        ("quotient_familial", ">"): (1000, {"participation_mensuelle": 5}),
    }
    _, person = example("marginal", quotient_familial=1200)
    assert told(person)["quotient_familial", ">="] == (1666.67, {"participation_mensuelle": 25})


def test_the_best_of_two_tells_where_the_other_wins():
    _, person = example("best_of", quotient_familial=700, ancien_abonne=True)
    found = told(person)
    assert found["quotient_familial", "<"] == (300, {"prix_mensuel": 12})
    assert found["quotient_familial", ">="] == (1126.25, {"prix_mensuel": 45})
    _, person = example("best_of", quotient_familial=1300, ancien_abonne=True)
    found = told(person)
    assert found["quotient_familial", "<="] == (1123.74, {"prix_mensuel": 44.9})
    assert found["ancien_abonne", "="] == (False, {"prix_mensuel": 52})


def test_a_band_is_left_on_both_sides_and_a_root_is_exact():
    _, person = example("equivalence", annual_income=38_668.84, household_size=2, age=30)
    found = told(person)
    full = {"ride_price": 3.35, "pass_price": 156}
    assert found["annual_income", ">="] == (38_668.85, full)
    assert found["age", "<="] == (18, full)
    assert found["age", ">="] == (65, full)
    assert found["household_size", "<="] == (1, full)
    assert ("household_size", ">=") not in found


def test_inputs_that_do_not_go_together_are_no_change():
    given = {"renda_familiar": 4000, "adultos": 2, "criancas": 2, "criancas_ate_5": 2}
    _, person = example("household", **given)
    found = told(person)
    assert ("criancas_ate_5", ">=") not in found  # more of them than there are children
    assert found["criancas_ate_5", "<="] == (1, {"tarifa_mensal": 105})
    assert ("criancas", "<=") not in found


def test_codes_that_give_the_same_are_told_together():
    given = {"statut": "s06", "quotient_familial": 500, "age": 30, "nombre_enfants": 1}
    _, person = example("two_stage", **given)
    codes = [c.codes for c in changes(person).found if c.input == "statut"]
    assert codes == [("s01", "s02", "s03", "s04"), ("s09", "s10", "s11", "s12")]


def test_a_cap_is_told_rather_than_the_next_ride():
    _, person = example("capped_use", trajets=10, statut="plein")
    assert told(person)["trajets", ">="] == (30, {"montant": 50})


def test_a_result_that_is_missing_changes_where_there_is_one():
    _, person = example("share_of_income", monthly_income=1956.26, household_size=1)
    found = told(person)
    assert found["monthly_income", "<="] == (1956.25, {"monthly_bill": 58.69})
    assert found["special_hardship", "="] == (True, {"monthly_bill": 78.25})


def test_a_number_that_was_not_given_tells_which_values_would_change_the_result():
    rule = load_rule("dunkerque/eau", on="2022-06-15")
    _, person = collect(rule.compute(volume_m3=120), None)
    assert told(person)["volume_m3", ">"] == (200, {"facture": 270.4})
    ranges = [(c.bound, c.until) for c in changes(person).found if c.until is not None]
    assert ranges == [(1, 5), (6, 6), (7, 7)]
    rule = load_rule("nantes/transport", on="2020-10-01")
    result = rule.compute(quotient_familial=420)
    facts, person = collect(result, None)
    (change,) = (c for c in changes(person).found if c.input == "age")
    assert (change.bound, change.until, change.gap) == (0, Fraction("5.99"), None)
    for age in (0, 3, 5.99):
        again, _ = collect(rule.compute(quotient_familial=420, age=age), None)
        for name, value in change.outputs.items():
            assert same(again.outputs[name], value)
    again, _ = collect(rule.compute(quotient_familial=420, age=6), None)
    assert all(same(again.outputs[name], value) for name, value in facts.outputs.items())
    assert "Age: not given here; if it is less than 6 years, your" in result.explain(lang="en")


@pytest.mark.parametrize("commune", ["44109", None])
def test_a_residence_varies_by_the_lists_of_the_rule(commune):
    rule = load_rule("nantes/transport", on="2020-10-01")
    given = {"quotient_familial": 420, "age": 30} | ({"commune": commune} if commune else {})
    result = rule.compute(given)
    _, person = collect(result, None)
    (change,) = (c for c in changes(person).found if c.input == "commune")
    (listed,) = change.among
    assert len(listed.codes) == 24
    assert change.at not in listed.codes
    assert change.outputs["taux_reduction"] == 0
    sentence = "if the code is not on the list “municipalities of Nantes Métropole”, you would have"
    assert sentence in result.explain(lang="en")
    _, person = collect(rule.compute(**given | {"commune": "35238"}), None)
    (change,) = (c for c in changes(person).found if c.input == "commune")
    assert change.at in change.among[0].codes


def test_a_result_that_moves_by_less_than_a_cent_is_a_little_more():
    rule = load_rule("philadelphia/water", on="2024-06-01")
    notice = rule.compute(monthly_income=400, poverty_level=15_060).explain(lang="en")
    assert "just above $600 per month, you would pay a little more than $12 per month." in notice


def test_a_number_between_two_that_can_be_given_is_no_bound():
    rule = load_rule("strasbourg/periscolaire", on="2023-09-01")
    result = rule.compute(revenu_fiscal_reference=24_000, nombre_parts=3)
    _, person = collect(result, None)
    fewer, more = (c for c in changes(person).found if c.input == "nombre_parts")
    assert (fewer.bound, fewer.gap, more.bound, more.gap) == (
        Fraction("2.75"), Fraction("0.25"), Fraction("3.25"), Fraction("0.25"),
    )  # fmt: skip
    assert "exactement à cette valeur" not in result.explain()


PIECES = """
[input.q]
kind = "number"
to = 1000
label = "q"
{more}
[output.price]
kind = "price"
unit = "EUR"
label = "price"
[[version]]
valid_from = 2024-01-01
"""


def test_nothing_is_presumed_of_how_a_result_moves(tmp_path):
    rule = made(tmp_path, PIECES.format(more="") + """
[[version.step]]
name = "bump"
formula = "max(min(q - 300, 700 - q), 0)"
[[version.step]]
name = "price"
[[version.step.row]]
name = "high"
when = { bump = "x > 199.99" }
then = 2
[[version.step.row]]
name = "low"
then = 1
""")  # fmt: skip
    _, person = collect(rule.compute(q=100), None)
    assert told(person) == {("q", ">="): (500, {"price": 2})}
    _, person = collect(rule.compute(q=500), None)
    assert told(person) == {("q", "<"): (500, {"price": 1}), ("q", ">"): (500, {"price": 1})}


def test_what_cannot_be_proved_is_tried_and_said(tmp_path):
    rule = made(tmp_path, PIECES.format(more="").replace("to = 1000\n", "to = 100000\n") + """
[[version.step]]
name = "nothing"
formula = "q * q - q * q"
[[version.step]]
name = "price"
[[version.step.row]]
name = "never"
when = { nothing = "x > 0" }
then = 2
[[version.step.row]]
name = "far"
when = { q = "x > 2000" }
then = 3
[[version.step.row]]
name = "else"
then = 1
""")  # fmt: skip
    _, person = collect(rule.compute(q=100), None)
    assert told(person) == {("q", ">"): (2000, {"price": 3})}
    assert changes(person).unproved == ("q",)


def test_a_number_between_two_steps_has_neighbours(tmp_path):
    rule = made(tmp_path, PIECES.format(more="") + """
[[version.step]]
name = "price"
[[version.step.row]]
name = "low"
when = { q = "x <= 350" }
then = 1
[[version.step.row]]
name = "high"
then = 2
""")  # fmt: skip
    _, person = collect(rule.compute(q=350.004), None)
    (change,) = changes(person).found
    assert (change.reach, change.bound, change.gap) == ("<=", 350, Fraction("0.004"))


def test_dates_and_flags_without_a_default_vary_too(tmp_path):
    more = (
        '[input.born]\nkind = "date"\nlabel = "born"\n[input.ill]\nkind = "flag"\noptional = true\n'
    )
    rule = made(tmp_path, PIECES.format(more=more) + """
[[version.step]]
name = "price"
[[version.step.row]]
name = "ill"
when = { ill = true }
then = 3
[[version.step.row]]
name = "old"
when = { born = "x < 1960-01-01", q = "x > 1" }
then = 1
[[version.step.row]]
name = "else"
then = 2
""")  # fmt: skip
    result = rule.compute(q=5, born="1950-06-01")
    _, person = collect(result, None)
    found = {c.input: c for c in changes(person).found}
    assert found["ill"].at is True
    assert found["born"].reach == ">="
    assert result.explain().to_dict()["changes"][1]["bound"] == "1960-01-01"
    assert "Born: if it were January 1, 1960, you would pay €2" in result.explain(lang="en")


def as_given(rule, person):
    """Return a drawn person as a program holds one."""
    whole = {name for name, item in rule.all_inputs.items() if item.kind == "whole"}
    return {
        name: value if isinstance(value, bool | str) else int(value) if name in whole else float(value)
        for name, value in person.items() if value is not ABSENT
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
def test_changes_of_random_rules_are_true_and_the_nearest(seed, tmp_path):
    file = tmp_path / "random.toml"
    file.write_text(random_rule(seed), encoding="utf-8")
    rule = load_rule(file, on="2025-01-01")
    for drawn in people(Interpreter(file.read_text("utf-8")), seed, many=3, solved=2):
        given = as_given(rule, drawn)
        try:
            result = rule.compute(given)
        except InputError:
            continue
        facts, person = collect(result, None)
        found = changes(person)
        for change in found.found:
            at = as_given(rule, {change.input: change.at})
            again, _ = collect(rule.compute({**given, **at}), None)
            for name, before in facts.outputs.items():
                assert same(again.outputs[name], change.outputs.get(name, before)), (given, change)
        for name in set(found.walked) - set(found.unproved):
            if rule.all_inputs[name].numeric:
                check_nearest(rule, given, result, person, name, found.found)


def check_nearest(rule, given, result, person, name, found):
    """Try each value up to the change that is told: a result that does not move stays the same."""
    item, line = rule.all_inputs[name], Line(person, rule.all_inputs[name])
    here = person.values[name] / item.grid
    for side in (-1, 1):
        start = math.ceil(here) - 1 if side < 0 else math.floor(here) + 1
        bound = item.minimum if side < 0 else item.maximum
        end = int(bound / item.grid)
        for change in found:
            if change.input == name and (change.at < person.values[name]) == (side < 0):
                end = int(change.at / item.grid) - side
        end = start + side * min(SEEN, (end - start) * side)
        places = np.arange(start, end + side, side)
        if not len(places):
            continue
        column = places if item.kind == "whole" else places * float(item.grid)
        again = rule.compute({**given, name: column}, errors="null")
        fine = again.reason_number == 0
        for output in rule.output_names:
            if output in line.watched:
                continue
            now, there = result[output], again[output]
            equal = there == now
            if isinstance(now, float) and math.isnan(now):
                equal = np.isnan(there)
            assert np.all(equal | ~fine), (given, name, column[np.argmax(~equal & fine)], output)
