"""A comparison is what a loop over people with exact money gives, whatever the grouping."""

import copy
import csv
import io
import json
import math
import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_strategies import ALL_KINDS, RULES

from tarifs_solidaires import InputError, classes, compare, load_rule, make_population
from tarifs_solidaires.people.compared import CHANGES, STATES
from tarifs_solidaires.people.grouping import MISSING

BEFORE = load_rule("nantes/transport", on="2023-04-30")
AFTER = load_rule("nantes/transport", on="2023-05-01")
EAU = load_rule("nantes/eau", on="2023-06-01")
ENERGY = [load_rule("bresil/energie", on=day) for day in ("2025-01-01", "2026-01-01")]
COUNTS = STATES["gain"]
MEASURES = ("people", *COUNTS, *CHANGES)
SIGNS = {"taux_reduction": 1, "aide_annuelle": 1}
TRIALS = {
    "the reform": (BEFORE, AFTER),
    "a trial": (AFTER, AFTER.replace(rows={"QF > 900": {"taux_reduction": 1 / 3}})),
    "water": (EAU, EAU.replace(part_ressources=0.025, versement_minimal=15)),
    "water, more of it": (EAU, EAU.replace(volume_par_personne=33.337)),
}

quotients = st.one_of(
    st.sampled_from([-1.0, 0.0, 350.0, 350.01, 500.0, 500.01, 600.0, 750.01, 900.0, 900.01]),
    st.integers(0, 200_000).map(lambda cents: cents / 100),
)
persons = st.fixed_dictionaries(
    {
        "quotient_familial": quotients,
        "age": st.integers(0, 99),
        "beneficiaire_aah": st.booleans(),
        "nombre_personnes": st.integers(1, 9),
        "ressources_annuelles": st.integers(-1, 4_000_000).map(lambda cents: cents / 100),
        "quartier": st.sampled_from(["Bellevue", "10 Malakoff", "9 Nord", ""]),
        "poids": st.integers(0, 5),
        "plein": st.integers(0, 100_000).map(lambda cents: cents / 100),
    }
)
populations = st.lists(persons, min_size=1, max_size=12).map(
    lambda rows: {name: [row[name] for row in rows] for name in rows[0]}
)
trials = st.sampled_from(sorted(TRIALS))


def _exact(value):
    return Fraction(str(value))


def _half_up(value):
    return Fraction(math.floor(value * 100 + Fraction(1, 2)), 100)


def _loop(before, after, people, output, key):
    """The comparison as one would write it for ten people."""
    found = {}
    for n in range(len(people["age"])):
        person = {name: column[n] for name, column in people.items()}
        weight = person["poids"]
        group = found.setdefault(key(person), dict.fromkeys((*MEASURES, "known"), Fraction(0)))
        group["people"] += weight
        values = []
        for rule in (before, after):
            names = {item.name for item in rule.inputs}
            result = rule.compute(
                errors="null", **{k: [v] for k, v in person.items() if k in names}
            )
            values.append(float(result.outputs[output][0]))
        if any(map(math.isnan, values)):
            group["missing"] += weight
            continue
        old, new = map(_exact, values)
        gain = (new - old) * SIGNS[output]
        group["winners" if gain > 0 else "losers" if gain < 0 else "unchanged"] += weight
        group["known"] += weight
        group["total_change"] += weight * (new - old)
        for name, value in (("budget_before", old), ("budget_after", new)):
            if output == "taux_reduction":
                full = _exact(person["plein"])
                value = full - _half_up(full * (1 - value))
            group[name] += weight * value
    return found


@given(people=populations, trial=trials)
def test_a_comparison_is_what_a_loop_with_exact_money_gives(people, trial):
    before, after = TRIALS[trial]
    output = "taux_reduction" if before.name == "nantes/transport" else "aide_annuelle"
    price = "plein" if output == "taux_reduction" else None
    comparison = compare(
        before, after, people, by="quartier", weight="poids", price=price, errors="null"
    )
    expected = _loop(before, after, people, output, lambda person: person["quartier"])
    assert comparison.output == output
    assert set(comparison.groups["quartier"]) == set(expected)
    for row in comparison.groups:
        group = expected[row["quartier"]]
        for name in ("people", *COUNTS):
            assert row[name] == group[name]
        if group["known"]:
            for name in ("budget_before", "budget_after"):
                assert row[name] == float(group[name])
            # a third has no last decimal: a change of reduction is kept to a hundred-millionth
            assert row["total_change"] == pytest.approx(float(group["total_change"]), abs=1e-6)
            mean = float(group["total_change"] / group["known"])
            assert row["mean_change"] == pytest.approx(mean, abs=1e-6)
        else:
            assert all(math.isnan(row[name]) for name in MEASURES[5:])


@given(people=populations, trial=trials, by=st.sampled_from(["quartier", "age", "tranche_before"]))
def test_groups_add_up_to_everybody_and_states_to_people(people, trial, by):
    before, after = TRIALS[trial]
    alone = compare(before, after, people, errors="null")
    comparison = compare(before, after, people, by=by, errors="null")
    for table in (comparison.groups, comparison.total, alone.groups[0]):
        assert np.array_equal(sum(table[name] for name in COUNTS), table["people"])
    assert alone.total["people"] == len(people["age"])
    for name in ("people", *COUNTS):
        assert comparison.groups[name].sum() == alone.total[name] == comparison.total[name]
    assert str(comparison.total) == str(alone.total)  # NaN where nobody has both results
    assert np.array_equal(np.bincount(comparison.group), comparison.groups["people"])


@given(people=populations, trial=trials)
def test_a_rule_compared_with_itself_changes_nothing(people, trial):
    rule, _ = TRIALS[trial]
    total = compare(rule, rule, people, errors="null").total
    assert total["winners"] == total["losers"] == 0
    assert total["total_change"] == 0 or total["missing"] == total["people"]
    assert total["unchanged"] + total["missing"] == total["people"]


@given(people=populations, trial=trials)
def test_swapping_before_and_after_swaps_winners_and_losers(people, trial):
    before, after = TRIALS[trial]
    there = compare(before, after, people, by="quartier", errors="null")
    back = compare(after, before, people, by="quartier", errors="null")
    assert np.array_equal(there.groups["winners"], back.groups["losers"])
    assert np.array_equal(there.groups["losers"], back.groups["winners"])
    assert np.array_equal(there.groups["missing"], back.groups["missing"])
    assert np.array_equal(there.groups["budget_before"], back.groups["budget_after"], True)
    assert np.array_equal(there.change, -back.change, equal_nan=True)
    changes = [-there.total["total_change"], back.total["total_change"]]
    assert np.array_equal(*changes, equal_nan=True)


@given(people=populations, trial=trials)
def test_a_weight_is_a_row_repeated(people, trial):
    before, after = TRIALS[trial]
    repeated = {n: np.repeat(column, people["poids"]) for n, column in people.items()}
    weighted = compare(before, after, people, weight="poids", errors="null").total
    alone = compare(before, after, repeated, errors="null").total
    assert str(weighted) == str(alone)


def test_sums_of_a_million_awkward_amounts_lose_no_cent():
    people = {"nombre_personnes": 4, "ressources_annuelles": np.full(1_000_000, 14_000.1)}
    aid = EAU.compute(nombre_personnes=4, ressources_annuelles=14_000.1).aide_annuelle
    assert aid == 26.4
    total = compare(EAU, EAU, people).total
    assert total["budget_after"] == 26_400_000.0


def test_the_reform_of_2023_person_by_person():
    people = {
        "quotient_familial": [350, 420, 550, 550, 600.01, 750, 800, 900.01],
        "age": [30, 30, 30, 25, 60, 59, 40, 40],
    }
    comparison = compare(BEFORE, AFTER, people)
    assert comparison.change.tolist() == [0, 0, 0, -0.2, 0.5, 0.7, 0.3, 0]
    assert [comparison.total[name] for name in COUNTS] == [3, 1, 4, 0]


def test_a_higher_price_is_a_loss():
    dearer = load_rule("nantes/transport", on="2024-07-01")
    cheaper = dearer.replace(rows={"QF > 900": {"taux_reduction": 0.5}})
    people = {"quotient_familial": [1000.0], "age": [30]}
    comparison = compare(dearer, cheaper, people, output="prix_mensuel")
    assert comparison.change.tolist() == [-26.95]
    assert comparison.total["winners"] == 1
    assert comparison.budget == "EUR/month received"


def test_a_result_that_is_missing_on_either_side_is_counted_apart():
    known, unknown = (load_rule("nantes/transport", on=d) for d in ("2024-07-01", "2025-07-01"))
    people = {"quotient_familial": [1000.0, 400.0], "age": 30}
    for pair in ((known, unknown), (unknown, known)):
        comparison = compare(*pair, people, output="prix_mensuel")
        assert np.isnan(comparison.change).all()
        assert comparison.total["missing"] == 2
        assert all(math.isnan(comparison.total[name]) for name in MEASURES[5:])
        assert comparison.to_dict()["mean_change"] == [None]


def test_classes_begin_at_their_bound_and_keep_their_order():
    found = classes([59.99, 60, 25.99, 26, 0, np.nan], [26, 60])
    assert found.codes.tolist() == [1, 2, 0, 1, 0, -1]
    people = {"quotient_familial": 700.0, "age": [70, 3, 26]}
    by = {"classe": classes(people["age"], [26, 60], labels=("z", "y", "x"))}
    assert compare(BEFORE, AFTER, people, by=by).groups["classe"].tolist() == ["z", "y", "x"]
    whole = compare(
        BEFORE, AFTER, people, by={"classe": found.__class__(np.array([0, -1, 0]), "a")}
    )
    assert whole.groups["classe"].tolist() == ["a", MISSING]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10, 9, 10, 100], ["9", "10", "100"]),
        ([True, False, True, True], ["false", "true"]),
        (["quartier 10", "quartier 9", "Quartier 9", "a"], ["a", "Quartier 9", "quartier 9", "quartier 10"]),
        (["b", None, float("nan"), "a"], ["a", "b", MISSING]),
        ([0.5, 2.0, np.nan, np.nan], ["0.5", "2", MISSING]),
        (np.array(["2024-01-02", "2024-01-01"] * 2, "M8[D]"), ["2024-01-01", "2024-01-02"]),
        (pd.Series(["z", "a", "z", None], dtype=pd.CategoricalDtype(["z", "a"])), ["z", "a", MISSING]),
    ],
)  # fmt: skip
def test_groups_come_in_their_order(values, expected):
    people = {"quotient_familial": np.full(4, 700.0), "age": 30}
    comparison = compare(BEFORE, AFTER, people, by={"groupe": values})
    assert comparison.groups["groupe"].tolist() == expected


def test_groups_by_tranche_follow_the_rows_of_the_rule():
    people = make_population(BEFORE, 2000)
    comparison = compare(BEFORE, AFTER, people, by=["tranche_before", "tranche_after"])
    before = [row.name.first for row in BEFORE.steps[BEFORE.version.decides].rows]
    places = [before.index(name) for name in comparison.groups["tranche_before"]]
    assert places == sorted(places)
    tranches = compare(BEFORE, AFTER, people).before.tranche[comparison.group == 0]
    assert set(tranches) == {comparison.groups["tranche_before"][0]}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_data_frame_gives_what_its_columns_give(make):
    people = make_population([BEFORE, EAU], 500, seed=1)
    frame = make({name: column.tolist() for name, column in people.items()})
    expected = compare(BEFORE, AFTER, people, by="nombre_personnes", price=500)
    found = compare(BEFORE, AFTER, frame, by="nombre_personnes", price=500)
    assert str(found) == str(expected)
    assert found.unread == expected.unread
    assert pd.DataFrame(found.to_dict())["people"].sum() == 500


HOSTILE = [
    "=HYPERLINK(1)",
    " @x",
    "+cmd|' /C calc'!A0",
    "-5",
    "a|b\n<script>*_`",
    "\t=1",
    "\uff1d1",
    "é",
]


def test_a_hostile_name_of_a_group_stays_a_text():
    people = {"quotient_familial": np.full(len(HOSTILE), 700.0), "age": 30, "=by": HOSTILE}
    comparison = compare(BEFORE, AFTER, people, by="=by")
    header, *rows = csv.reader(io.StringIO(comparison.to_csv()))
    assert header[0] == "'=by"
    assert sorted(row[0] for row in rows) == sorted(
        [
            "'=HYPERLINK(1)",
            "' @x",
            "'+cmd|' /C calc'!A0",
            "-5",
            "a|b\n<script>*_`",
            "'\t=1",
            "'\uff1d1",
            "é",
        ]
    )
    lines = comparison.to_markdown().splitlines()
    assert len(lines) == 2 + len(HOSTILE) + 1
    assert len({line.replace(r"\|", "").count("|") for line in lines}) == 1
    assert "<script>" not in comparison.to_markdown()
    assert r"a\|b &lt;script&gt;\*\_\`" in comparison.to_markdown()
    assert len(str(comparison).splitlines()) == 3 + len(HOSTILE) + 1
    assert "\t" not in str(comparison)


def test_the_table_as_csv_and_columns_reads_back():
    comparison = compare(
        BEFORE, AFTER, make_population([BEFORE, EAU], 300), by="nombre_personnes", price=500
    )
    read = pl.read_csv(
        io.StringIO(comparison.to_csv()), schema_overrides={"nombre_personnes": pl.String}
    )
    assert read.to_dict(as_series=False) == comparison.to_dict()
    assert json.loads(json.dumps(comparison.to_dict())) == comparison.to_dict()


def test_a_comparison_says_what_it_did_not_read():
    people = {"quotient_familial": [700.0], "age": [30], "beneficiare_aah": [1]}
    comparison = compare(BEFORE, AFTER, people)
    assert comparison.unread == ("beneficiare_aah",)
    assert "not read: beneficiare_aah" in str(comparison)


def test_what_a_comparison_holds_cannot_be_written():
    comparison = compare(BEFORE, AFTER, make_population(AFTER, 10))
    for array in (comparison.change, comparison.group, comparison.groups):
        assert not array.flags.writeable
    with pytest.raises(TypeError):
        comparison.total["winners"] = 0


PEOPLE = {"quotient_familial": [700.0, 100.0], "age": [30, 40]}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare(BEFORE, AFTER, [1, 2]), "people: a list has no named columns"),
        (lambda: compare(BEFORE, AFTER, {"quotient_familial": [1.0]}),
         "nantes/transport on 2023-05-01: age is missing"),
        (lambda: compare(BEFORE, AFTER, {**PEOPLE, "age": [30, -1]}),
         "nantes/transport on 2023-04-30: age: -1 at 1 is not between"),
        (lambda: compare(BEFORE, EAU, PEOPLE), "they have no output in common: taux_reduction, prix_mensuel; aide_annuelle"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, output="taux_reducton"), "did you mean taux_reduction"),
        (lambda: compare(BEFORE, "nantes/transport", PEOPLE), "after: 'nantes/transport' is not a rule"),
        (lambda: compare(EAU, EAU, PEOPLE, output="taux_reduction"), "is not an output of both rules"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, by="agee"), "by: there is no column 'agee'; did you mean age?"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, by="people"), "a measure of the comparison"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, by=[3]), "give names of columns"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, by={"x": [1]}), "x has 1 values for 2 rows"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, by={"x": [[1], [2]]}), "x has 2 values for 2 rows"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, by={"x": np.array([{}, {}])}), "give one text or number a row"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, weight=[1, -1]), "weight: -1.0 at 1 is not between 0"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, weight=[1, 1, 1]), "weight: it does not fit 2 rows"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, weight="poids"), "people: there is no column 'poids'"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, price=math.nan), "price: nan at 0 is not between 0"),
        (lambda: compare(BEFORE, AFTER, PEOPLE, price=1e9), "price: 1000000000.0 at 0"),
        (lambda: compare(AFTER, AFTER, PEOPLE, output="prix_mensuel", price=5), "prix_mensuel is not a reduction"),
        (lambda: compare(BEFORE, AFTER, {"quotient_familial": [[1.0]], "age": 3}), "give one row per person"),
        (lambda: classes([1], [2, 1]), "not numbers in order"),
        (lambda: classes([1], []), "give at least one bound"),
        (lambda: classes(["a"], [1]), "must be numbers"),
        (lambda: classes([1], [1], labels=("a",)), "1 labels for 1 bounds"),
    ],
)  # fmt: skip
def test_a_wrong_comparison_is_refused_in_one_line(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert message in str(error.value)
    assert "\n" not in str(error.value)


# ---- any two rules -----------------------------------------------------------------------------


@pytest.mark.parametrize("title", RULES)
def test_every_output_of_every_rule_is_compared_with_itself(title):
    rule = RULES[title]
    people = make_population(rule, 300)
    for name in rule.output_names:
        comparison = compare(rule, rule, people, output=name)
        total = comparison.total
        assert total["unchanged"] + total["missing"] == total["people"] == 300
        assert comparison.way == {"f": comparison.way}.get(
            comparison.before.outputs[name].dtype.kind, "words"
        )
        assert str(comparison)
        assert comparison.to_csv()


def test_codes_are_changed_or_not_and_grouped_by_what_they_were_and_are():
    people = make_population(ENERGY, 3000)
    by = ["beneficio_before", "beneficio_after"]
    comparison = compare(*ENERGY, people, output="beneficio", by=by)
    before, after = (rule.compute({n: people[n] for n in people if n in {i.name for i in rule.inputs}}).beneficio for rule in ENERGY)  # fmt: skip
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    assert comparison.total["changed"] == changed > 0
    assert comparison.states == ("changed", "unchanged", "missing")
    for row in comparison.groups:
        same = row["beneficio_before"] == row["beneficio_after"]
        assert row["unchanged" if same else "changed"] == row["people"]
    assert np.isnan(comparison.change).all()
    assert comparison.budget == ""
    assert "mean_change" not in str(comparison)


def test_flags_are_compared_too():
    people = {"revenu": 900.0, "personnes": [5, 1, 2], "resident": [True, False, True],
              "statut": "plein", "naissance": "1990-01-01"}  # fmt: skip
    comparison = compare(ALL_KINDS, ALL_KINDS, people, output="prioritaire", by="prioritaire_after")
    assert comparison.groups["prioritaire_after"].tolist() == ["false", "true", MISSING]
    assert comparison.groups["missing"].tolist() == [0, 0, 1]


def test_an_amount_is_higher_or_lower_and_nobody_gains():
    dearer = EAU.replace(volume_par_personne=31)
    people = {"nombre_personnes": [1, 4], "ressources_annuelles": 12_000.0}
    comparison = compare(EAU, dearer, people, output="facture_reference")
    assert comparison.states == ("higher", "lower", "unchanged", "missing")
    assert comparison.total["higher"] == 2
    assert comparison.budget == ""
    assert compare(EAU, dearer, people).output == "aide_annuelle"


def test_two_cities_are_compared_on_one_population():
    bordeaux = load_rule("bordeaux/transport", on="2023-06-01")
    people = make_population([AFTER, bordeaux], 1000)
    comparison = compare(AFTER, bordeaux, people)
    assert comparison.output == "taux_reduction"
    assert comparison.total["people"] == 1000
    assert str(comparison).startswith("nantes/transport on 2023-05-01 -> bordeaux/transport on 2023-06-01")  # fmt: skip


def test_amounts_of_two_currencies_are_no_difference():
    montreal, nantes = (load_rule(n, on="2024-09-01") for n in ("quebec/equimobilite", "nantes/transport"))  # fmt: skip
    with pytest.raises(InputError, match="it is in CAD/month before and in EUR/month after"):
        compare(montreal, nantes, PEOPLE, output="prix_mensuel")


def test_an_input_counts_before_those_through_which_it_could_be_given():
    ways = {"revenu_fiscal_reference": [0.0, 0.0], "nombre_parts": [1.0, 1.0]}
    both = compare(BEFORE, AFTER, {**PEOPLE, **ways})
    assert np.array_equal(both.change, compare(BEFORE, AFTER, PEOPLE).change)
    assert both.unread == ("revenu_fiscal_reference", "nombre_parts")
    only = compare(BEFORE, AFTER, {**ways, "age": 30})
    assert only.before.outputs["taux_reduction"].tolist() == [1.0, 1.0]


def test_a_draft_on_the_same_day_is_told_apart():
    text = str(compare(AFTER, AFTER.replace(rows={"QF > 900": {"taux_reduction": 0.1}}), PEOPLE))
    assert text.startswith(
        "nantes/transport on 2023-05-01 -> nantes/transport on 2023-05-01, changed:"
    )
    later = load_rule("nantes/transport", on="2040-01-01", beyond="last_known")
    assert f"last known rule of {later.last_known}" in str(compare(AFTER, later, PEOPLE))


def test_people_of_whom_no_rule_reads_anything_are_counted():
    rule = RULES["nothing_required"]
    assert compare(rule, rule, {"id": [1, 2, 3]}).total["people"] == 3


def test_a_comparison_is_copied_pickled_and_shown():
    comparison = compare(BEFORE, AFTER, PEOPLE, by="age")
    again = pickle.loads(pickle.dumps(comparison))  # noqa: S301
    assert str(again) == str(comparison) == str(copy.deepcopy(comparison))
    assert comparison._repr_html_().startswith("<pre>nantes/transport")
    hostile = compare(BEFORE, AFTER, {**PEOPLE, "<script>": [1, 2]})
    assert "<script>" not in hostile._repr_html_()
