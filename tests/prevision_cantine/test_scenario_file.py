"""A scenario as a file: read whole, refused whole, and turned into an order."""

import csv
import json
import pickle
import re
from textwrap import dedent

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import (
    CanteenForecaster,
    NotForecastError,
    Scenario,
    ScenarioError,
    Span,
    default_terms,
    load_city,
    load_order,
    load_scenario,
    make_company,
    make_montreal,
    order_what_if,
    plan_order,
    what_if,
)
from prevision_cantine.cli import main
from prevision_cantine.decide.changes import CanteenChange, EnrolmentChange
from prevision_cantine.decide.scenario_error import Problem, _messages
from prevision_cantine.words.language import LANGUAGES

SPAN = ("2023-03-06", "2023-03-17")


def day(text):
    return np.datetime64(text, "D")


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "s.toml"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = make_company(years=2, start=2022).to_folder(tmp_path_factory.mktemp("c") / "city")
    city = load_city(folder)
    return folder, city, CanteenForecaster().fit(city, "2023-05-01")


COMPANY_SPAN = ("2023-05-15", "2023-05-26")
FULL = """
    nom = "Séminaire"

    [[calendrier]]
    du = 2023-05-25
    nature = "ferme"
    service = "soir"

    [[absences]]
    cantine = "Siège"
    service = "midi"
    date = 2023-05-17
    absents = 300

    [[variables]]
    nom = "heures_supplementaires"
    service = "soir"
    date = 2023-05-23
    valeur = 900

    [[menus]]
    date = 2023-05-24
    service = "midi"
    plat = ["Burger maison", "Fruit"]

    [[cantines]]
    cantine = "Annexe"
    ouvre_le = 2023-05-22
    ferme_le = 2023-05-26
    effectif = 150
    remplace = "Siège"
"""


def test_each_change_moves_its_canteen_service_and_day_alone(company, written):
    _, city, forecaster = company
    scenario = load_scenario(written(FULL), city)
    assert scenario.name == "Séminaire"
    change = order_what_if(forecaster, city, scenario, *COMPANY_SPAN, shortage=0.01)
    rows, moved = change.rows, change.change
    keys = {
        (str(name), str(d)): float(m)
        for name, d, m in zip(rows.names, rows.date, moved, strict=True)
        if m
    }
    opened = {k: v for k, v in keys.items() if k[0].startswith("Annexe")}
    # Both services of the new canteen, from its opening day up to the day before it closes.
    assert {d for _, d in opened} == {"2023-05-22", "2023-05-23", "2023-05-24", "2023-05-25"}
    assert len(opened) == 2 * 4 - 1  # dinner is closed on the 25th, there too
    assert all(meals > 0 for meals in opened.values())
    assert keys.keys() - opened.keys() == {
        ("Siège (midi)", "2023-05-17"), ("Siège (soir)", "2023-05-23"),
        ("Siège (midi)", "2023-05-24"), ("Siège (soir)", "2023-05-25"),
    }  # fmt: skip
    assert keys["Siège (midi)", "2023-05-17"] < -50
    assert keys["Siège (soir)", "2023-05-23"] > 0
    here = (rows.names == "Siège (soir)") & (rows.date == day("2023-05-25"))
    assert change.meals_after[here] == 0


def test_the_order_is_that_of_the_two_forecasts(company, written):
    _, city, forecaster = company
    text = FULL[: FULL.index("    [[cantines]]")]
    change = order_what_if(
        forecaster, city, load_scenario(written(text), city), *COMPANY_SPAN, shortage=0.02, tray=5
    )
    plain = plan_order(forecaster.predict(city.calendar_rows(*COMPANY_SPAN)), shortage=0.02, tray=5)
    np.testing.assert_array_equal(change.before.meals, plain.meals)
    assert (change.meals_after % 5 == 0).all()
    assert change.meals_after.sum() == change.after.meals.sum()
    np.testing.assert_allclose(
        sum(change.forecast.terms.values()),
        change.forecast.after - change.forecast.before,
        atol=1e-9,
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_order_with_a_scenario_is_told_written_and_read_again(company, written, tmp_path, lang):
    _, city, forecaster = company
    scenario = load_scenario(written(FULL), city)
    change = order_what_if(forecaster, city, scenario, *COMPANY_SPAN, shortage=0.01)
    text = change.to_text(lang)
    assert "Séminaire" in text
    assert "Annexe (midi)" in text
    assert {"fr": "nouvelle cantine", "en": "new canteen", "pt": "nova cantina"}[lang] in text
    change.to_csv(tmp_path / "o.csv", lang)
    table = list(csv.DictReader((tmp_path / "o.csv").read_text("utf-8").splitlines()))
    assert len(table) == len(change)
    for n, row in enumerate(table):
        assert float(row["commande"]) - float(row["commande_sans"]) == float(row["difference"])
        assert row["raisons"] == (change.reasons(n, lang) if change.change[n] else "")
    bigger = scenario.with_canteens(city)
    again = load_order(tmp_path / "o.csv", bigger)
    np.testing.assert_array_equal(again.meals, change.meals_after)


def test_a_scenario_of_nothing_changes_no_order(town, town_forecaster):
    change = order_what_if(town_forecaster, town, Scenario(), *SPAN, shortage=0.01)
    assert not change.change.any()
    assert change.to_text("en").startswith("The scenario changes no order: ")


WRONG = """
    titre = "x"

    [[calendrier]]
    du = 2023-03-14
    nature = "greves"
    cantine = "Cantine 2"

    [[calendrier]]
    du = 2023-03-14
    au = 2023-03-10
    nature = "evenement"
    nom = "neige"

    [[absences]]
    cantine = "Cantine 01"
    date = "le 3 mars"
    absents = -4
    par = "bus"

    [[effectifs]]
    cantine = "Cantine 01"
    effectif = 100
    facteur = 2

    [[effectifs]]
    difference = 4

    [[cantines]]
    cantine = "Jaurès"
    ouvre_le = 2023-03-13

    [[menus]]
    date = 2030-01-01
    plat = 3

    [[variables]]
    nom = "bruit"
    date = 2023-03-14
    valeur = "fort"
"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_that_is_wrong_is_told_at_once_with_its_line(town, written, lang):
    path = written(WRONG)
    with pytest.raises(ScenarioError) as error:
        load_scenario(path, town)
    found = [(p.code, int(m[1]) if (m := re.search(r"toml:(\d+)", p.place)) else None)
             for p in error.value.problems]  # fmt: skip
    assert sorted(found, key=str) == sorted(
        [
            ("unknown_table", None), ("unknown_nature", 4), ("unknown_canteen", 4),
            ("unknown_event", 9), ("reversed", 9), ("unknown_key", 15), ("no_date", 15),
            ("no_number", 15), ("one_of", 21), ("since_needed", 26), ("new_canteen", 29),
            ("outside_calendar", 33), ("no_texts", 33), ("unknown_variable", 37), ("no_number", 37),
        ],
        key=str,
    )  # fmt: skip
    text = error.value.say(lang)
    assert len(text.splitlines()) == len(found)
    assert "'Cantine 02'" in text or "Cantine 02" in text
    assert "{" not in text
    again = pickle.loads(pickle.dumps(error.value))  # noqa: S301 - our own
    assert again.problems == error.value.problems
    data = json.loads(json.dumps(error.value.to_dict(lang), allow_nan=False))
    assert [problem["code"] for problem in data["problems"]] == [code for code, _ in found]
    colon = "\N{NO-BREAK SPACE}:" if lang == "fr" else ":"
    lines = [f"{problem['place']}{colon} {problem['message']}" for problem in data["problems"]]
    assert lines == text.splitlines()


@pytest.mark.parametrize(
    ("lang", "named", "span"),
    [("fr", "« noon »", "0,1 à 10"), ("en", "'noon'", "0.1 to 10"), ("pt", "“noon”", "0,1 a 10")],
)
def test_values_are_named_as_the_language_does(lang, named, span):
    with pytest.raises(ScenarioError) as error:
        Scenario.from_dict({"strikes": ["noon"], "enrolment": {"*": "more"}})
    day, number = error.value.to_dict(lang)["problems"]
    assert (day["facts"]["value"], number["facts"]["least"]) == ("noon", 0.1)
    assert named in day["message"].replace("\N{NO-BREAK SPACE}", " ")
    assert number["message"].endswith(span)


@pytest.mark.parametrize("value", ["07:32:00", "2023-03-10", "[1]", "{a = nan}", "nan", "3"])
def test_whatever_a_file_holds_goes_to_json(town, written, value):
    with pytest.raises(ScenarioError) as error:
        load_scenario(
            written(f"[[absences]]\ncantine = {value}\ndate = 'x'\nabsents = {value}"), town
        )
    json.dumps(error.value.to_dict(), allow_nan=False)
    pickle.loads(pickle.dumps(error.value))  # noqa: S301 - our own


def test_every_message_is_in_every_language():
    for code, sentences in _messages().items():
        assert sentences.keys() == set(LANGUAGES), code
        names = [set(re.findall(r"\{(\w+)", text)) for text in sentences.values()]
        assert names[0] == names[1] == names[2], code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nothing"),
        ("nom = 'x'", "nothing"),
        ("calendrier = 3", "not_table"),
        ("calendrier = [1]", "not_table"),
        ("[calendrier]\ndu = 2023-03-14", "not_table"),
        ("nom = 3\n[[calendrier]]\ndu=2023-03-14\nnature='greve'", "no_text"),
        ("a = ", "unreadable"),
        ("[[calendrier]]\ndu = 2023-03-14T10:00:00\nnature = 'greve'", "no_date"),
        ("[[calendrier]]\ndu = 2023-03-14\nau = 2040-03-14\nnature = 'ferme'", "too_long"),
        ("[[calendrier]]\ndu = 2023-03-14\nnature = 'ferme'\nservice = 'soir'", "unknown_service"),
        (
            "[[cantines]]\ncantine = 'Cantine 01'\neffectif = 3\nferme_le = 2023-03-10",
            "unknown_key",
        ),
        ("[[cantines]]\ncantine = 'Cantine 01'", "missing_key"),
        (
            "[[cantines]]\ncantine='N'\nouvre_le=2023-03-10\nferme_le=2023-03-10\neffectif=9",
            "closes_first",
        ),
        ("[[cantines]]\ncantine='N'\nouvre_le=2023-03-10\neffectif=nan", "no_number"),
        ("[[absences]]\ncantine='Cantine 01'\ndate=2023-03-10\nabsents=true", "no_number"),
        ("[[absences]]\ncantine='Cantine 01'\ndate=2023-03-10\nabsents=90000", "cannot_apply"),
        ("[[absences]]\ncantine='Cantine 01'\ndate=2023-03-10\nau=2023-03-11\nabsents=9", "one_of"),
    ],
)
def test_what_is_no_scenario_is_refused_by_its_code(town, written, text, code):
    with pytest.raises(ScenarioError) as error:
        load_scenario(written(text), town)
    assert [problem.code for problem in error.value.problems] == [code]


def test_files_that_are_none_are_refused(town, tmp_path):
    (tmp_path / "latin.toml").write_bytes("nom = 'é'".encode("latin-1"))
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    (tmp_path / "deep.toml").write_text("a = " + "[" * 50_000, encoding="utf-8")
    for name in ("absent.toml", ".", "latin.toml", "large.toml", "deep.toml"):
        with pytest.raises(ScenarioError) as error:
            load_scenario(tmp_path / name, town)
        assert [problem.code for problem in error.value.problems] == ["unreadable"]


@given(text=st.text(max_size=60), key=st.sampled_from(["nature", "cantine", "nom", "du"]))
def test_hostile_words_are_refused_on_one_line(town, tmp_path_factory, text, key):
    path = tmp_path_factory.mktemp("s") / "s.toml"
    values = {"nature": "greve", "du": "2023-03-14", key: text}
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    path.write_text("[[calendrier]]\n" + "\n".join(lines), encoding="utf-8", errors="replace")
    found = ""
    try:
        load_scenario(path, town)
    except ScenarioError as error:
        found, problems = str(error), len(error.problems)
    assert found.replace("\n", "").isprintable()
    assert not found or len(found.splitlines()) == problems


def test_days_that_are_not_forecast_are_all_told_with_the_nearest(town, town_forecaster, written):
    text = """
        [[calendrier]]
        du = 2023-03-15
        nature = "greve"

        [[absences]]
        cantine = "Cantine 01"
        date = 2023-03-18
        absents = 10

        [[calendrier]]
        du = 2023-04-03
        nature = "greve"
    """
    scenario = load_scenario(written(text), town)
    with pytest.raises(ScenarioError) as error:
        what_if(town_forecaster, town, scenario, *SPAN)
    problems = {p.code: p for p in error.value.problems}
    assert [p.code for p in error.value.problems] == [
        "not_forecast",
        "not_forecast",
        "outside_span",
    ]
    assert problems["outside_span"].facts["value"] == "2023-04-03"
    first = error.value.problems[0].answer
    assert {str(first.before), str(first.after)} <= {
        "2023-03-14", "2023-03-16", "2023-03-17", "2023-03-20"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (EnrolmentChange(canteen="Cantine 02", since="2023-03-13", factor=0.8), lambda p: 0.8 * p),
        (EnrolmentChange(canteen="Cantine 02", since="2023-03-13", more=-25), lambda p: p - 25),
        (EnrolmentChange(canteen="Cantine 02", since="2023-03-13", people=90), lambda p: 90),
    ],
)
def test_people_who_leave_are_gone_from_their_day_on(town, town_forecaster, change, expected):
    found = what_if(town_forecaster, town, Scenario(people=[change]), *SPAN)
    here = (found.rows.canteen == 1) & (found.rows.date >= day("2023-03-13"))
    pupils = town.enrolment["2022-2023"][1]
    exponent = town_forecaster.get_params()["enrolment_exponent"]
    ratio = (expected(pupils) / pupils) ** exponent
    np.testing.assert_allclose(found.after[here] / found.before[here], ratio)
    np.testing.assert_allclose(found.after[~here], found.before[~here])


def test_a_factor_without_a_day_is_that_of_every_day(town, town_forecaster):
    by_file = Scenario(people=[EnrolmentChange(canteen="Cantine 02", factor=1.1)])
    by_name = Scenario(enrolment={"Cantine 02": 1.1})
    one, other = (what_if(town_forecaster, town, s, *SPAN).after for s in (by_file, by_name))
    np.testing.assert_allclose(one, other)


def test_spans_of_one_canteen_leave_the_others_alone(town, town_forecaster):
    spans = [
        Span(start=day("2023-03-14"), end=day("2023-03-14"), nature="ferme", canteen="Cantine 02"),
        Span(start=day("2023-03-13"), end=day("2023-03-13"), nature="greve", canteen="Cantine 03"),
        Span(start=day("2023-03-15"), end=day("2023-03-15"), nature="ouvert", canteen="Cantine 04"),
    ]
    found = what_if(town_forecaster, town, Scenario(spans=spans), *SPAN)
    moved = np.abs(found.after - found.before) > 1e-9
    keys = {
        (int(c) + 1, str(d))
        for c, d in zip(found.rows.canteen[moved], found.rows.date[moved], strict=True)
    }
    assert {(2, "2023-03-14"), (3, "2023-03-13"), (4, "2023-03-15")} == keys
    assert found.terms["greve"][found.rows.canteen == 2].sum() < 0


def test_a_day_closed_is_closed_though_it_was_opened(town):
    opened = Scenario(spans=[Span(start=day("2023-03-15"), end=day("2023-03-15"), nature="ouvert")])
    city = opened.apply(town)
    assert len(city.calendar_rows("2023-03-15", "2023-03-15")) == len(town.canteens)
    closed = Scenario(spans=[Span(start=day("2023-03-15"), end=day("2023-03-15"), nature="ferme")])
    with pytest.raises(NotForecastError):
        closed.apply(city).calendar_rows("2023-03-15", "2023-03-15")
    again = opened.apply(closed.apply(town))
    assert len(again.calendar_rows("2023-03-15", "2023-03-15")) == len(town.canteens)


def test_a_new_canteen_leaves_the_forecasts_of_the_others(town, town_forecaster):
    new = CanteenChange(name="Jaurès", opens="2023-03-13", people=100, replaces=["Cantine 02"])
    found = what_if(town_forecaster, town, Scenario(canteens=[new]), *SPAN)
    old = found.rows.canteen < len(town.canteens)
    np.testing.assert_allclose(found.after[old], found.before[old])
    plain = town_forecaster.predict(town.calendar_rows(*SPAN))
    np.testing.assert_allclose(found.before[old], plain.meals, rtol=1e-6)
    fresh = ~old
    assert (found.rows.date[fresh] >= day("2023-03-13")).all()
    assert ((found.after[fresh] > 0) & (found.after[fresh] <= 100)).all()
    np.testing.assert_array_equal(found.terms["nouvelle_cantine"][fresh], found.after[fresh])
    assert town.canteens == town_forecaster.fitted_.canteens  # nothing moved


@pytest.mark.parametrize("known", ["ahead", "after"])
def test_an_event_of_the_citys_own_moves_its_term(tmp_path, written, known):
    """Snow is known after the day alone, and all the same its effect is what a scenario asks for."""
    city = load_city(make_montreal(years=3).to_folder(tmp_path / "city"))
    name, span = "tempête de neige", ("2021-02-10", "2021-02-12")
    terms = [attrs.evolve(t, known=known) if t.name == name else t for t in default_terms(city)]
    forecaster = CanteenForecaster(calibration_periods=0, terms=terms).fit(city, "2021-01-22")
    scenario = load_scenario(
        written(f'[[calendrier]]\ndu = 2021-02-11\nnature = "evenement"\nnom = "{name}"'), city
    )
    by_file = what_if(forecaster, city, scenario, *span)
    by_name = what_if(forecaster, city, Scenario(events={name: ["2021-02-11"]}), *span)
    np.testing.assert_array_equal(by_file.after, by_name.after)
    here = by_file.rows.date == day("2021-02-11")
    assert {n for n, values in by_file.terms.items() if values.any()} == {name}
    assert (by_file.terms[name][here] < 0).all()
    np.testing.assert_array_equal(by_file.after[~here], by_file.before[~here])


def test_scenarios_join(town, town_forecaster):
    one = Scenario(strikes=["2023-03-14"], name="a")
    other = Scenario(absences={("Cantine 03", "2023-03-16"): 20}, enrolment={"*": 0.9})
    both = one.joined(other)
    assert both.name == "a"
    terms = what_if(town_forecaster, town, both, *SPAN).terms
    assert all(terms[name].sum() < 0 for name in ("greve", "absences", "effectif"))


def test_the_command_writes_and_tells_both_orders(company, written, tmp_path, capsys):
    folder, city, forecaster = company
    path, out = written(FULL), tmp_path / "o.csv"
    span = ["--from", COMPANY_SPAN[0], "--to", COMPANY_SPAN[1], "--until", "2023-05-01"]
    more = ["--shortage", "0.01", "--output", str(out), "--scenario", str(path), "--lang", "en"]
    assert main(["order", str(folder), *span, *more]) == 0
    said = capsys.readouterr().out
    change = order_what_if(
        forecaster, city, load_scenario(path, city), *COMPANY_SPAN, shortage=0.01
    )
    assert change.to_text("en") in said
    assert change.after.to_text("en") in said
    assert out.exists()
    path.write_text("[[calendrier]]\nnature = 'x'\n[[menus]]\ndate = 3\nplat = 'a'", "utf-8")
    assert main(["order", str(folder), *span, *more]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 2


def test_what_if_takes_events_variables_and_days_of_one_canteen(company, capsys):
    folder, city, forecaster = company
    span = ["--from", COMPANY_SPAN[0], "--to", COMPANY_SPAN[1], "--until", "2023-05-01"]
    options = [
        "--variable", "heures_supplementaires=2023-05-23=900", "--close", "Siège (midi)=2023-05-24",
        "--lang", "en",
    ]  # fmt: skip
    assert main(["what-if", str(folder), *span, *options]) == 0
    scenario = Scenario(
        variables={"heures_supplementaires": {"2023-05-23": 900}},
        spans=[Span(start=day("2023-05-24"), end=day("2023-05-24"), nature="ferme", canteen="Siège (midi)")],
    )  # fmt: skip
    assert (
        what_if(forecaster, city, scenario, *COMPANY_SPAN).to_text("en") in capsys.readouterr().out
    )
    for wrong, message in (
        (["--event", "neige"], "write NAME=DAY"),
        (["--event", "neige=2023-05-23"], "no event 'neige'"),
        (["--variable", "x=2023-05-23=1"], "no variable 'x'"),
        (["--variable", "x=1"], "write NAME=DAY=VALUE"),
        (["--open", "X=2023-05-23"], "no canteen 'X'"),
        (["--close", "soon"], "'soon' is not a day"),
    ):
        assert main(["what-if", str(folder), *span, "--lang", "en", *wrong]) == 2
        assert message in capsys.readouterr().err


def test_a_problem_tells_its_place_and_nothing_that_a_terminal_obeys():
    problem = Problem("no_text", "s\x1b[31m.toml", {"key": "nom", "value": "\u202e\x07"})
    assert problem.to_text("en").isprintable()


def test_bounds_and_the_place_are_written_as_the_language_does():
    facts = {"key": "absents", "value": -6, "least": 0.5, "most": 1_000_000}
    problem = Problem("no_number", "greve.toml:3", facts)
    said = {
        lang: problem.to_text(lang).replace("\xa0", " ").replace("\u202f", " ")
        for lang in ("fr", "en", "pt")
    }
    assert said == {
        "fr": "greve.toml:3 : absents : -6 n'est pas un nombre de 0,5 à 1 000 000",
        "en": "greve.toml:3: absents: -6 is not a number from 0.5 to 1,000,000",
        "pt": "greve.toml:3: absents: -6 não é um número de 0,5 a 1.000.000",
    }
