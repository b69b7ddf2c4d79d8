"""What a manager reads: a forecast in words, with named reasons; each effect with its error."""

import csv
import datetime as dt
import importlib
import re

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import CanteenForecaster, ForecastError, make_city
from prevision_cantine.calendar.holiday_names import FIXED, MOVABLE, easter, holiday_name
from prevision_cantine.city.menus import FAMILIES
from prevision_cantine.model import learning, naming
from prevision_cantine.model.effects import EVERYWHERE, effect_table
from prevision_cantine.model.naming import TERMS
from prevision_cantine.model.regression import Block, Design, solve
from prevision_cantine.model.week_errors import FEW_WEEKS
from prevision_cantine.words.language import LANGUAGES, MINUS, number, percent, rounded_to

FIELDS = re.compile(r"\{(\w+)")


# Words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terms_in_words_add_up_to_the_difference_in_words(town_forecast, lang):
    for i in range(0, len(town_forecast), 7):
        text = town_forecast.explain(i, lang).replace(MINUS, "-")
        head, rest = text.split(". ")[:2]
        meals = round(town_forecast.meals[i])
        assert f" {meals} " in head.replace("\N{NO-BREAK SPACE}", " ")
        usual = int(re.search(r"\((\d+)\)", rest)[1])
        said = [int(x) for x in re.findall(r" ([+-]\d+)", rest)]
        assert usual + sum(said) == meals
        first = re.match(r"\d+", rest)
        assert int(first[0] if first else 0) == abs(meals - usual)


@pytest.mark.parametrize("row", ["Cantine 01", 1.5, None, slice(3)])
def test_what_is_no_row_is_refused_in_each_language(town_forecast, row):
    with pytest.raises(ForecastError) as error:
        town_forecast.explain(row)
    assert error.value.code == "row_kind"
    assert error.value.say("pt").startswith(repr(row))
    assert town_forecast.explain(np.int64(0)) == town_forecast.explain(0)


def test_canteens_and_days_are_rows_of_a_city(town_forecaster):
    with pytest.raises(ForecastError, match=r"list is not made of the rows of a city"):
        town_forecaster.predict([{"cantine": "Cantine 01", "date": "2023-04-20"}])


def test_a_row_is_told_by_what_surrounds_it(town, town_forecaster):
    cases = {
        "2023-04-20": ("vacances", "2 days before holidays (Printemps)"),
        "2023-04-21": ("vacances", "eve of holidays (Printemps)"),
        "2023-05-09": ("feries", "day after a public holiday (8 May)"),
        "2023-07-03": ("rentree_fin", "last day but one of the year"),
        "2023-03-06": ("saison", "season (March)"),
    }
    for day, (term, words) in cases.items():
        rows = town.calendar_rows(day, day).select(np.array([0]))
        assert naming.reasons(rows, "en")[0][term] == words
    rows = town.calendar_rows("2023-03-06", "2023-04-12")
    menu = town.menus.on(rows.date)
    told = naming.reasons(rows, "fr")
    for i in range(0, len(rows), 8):
        served = [name for name, flag in zip(FAMILIES, menu[i], strict=True) if flag]
        assert told[i].get("menu", "") == " et ".join(served)


def test_a_bridge_and_its_holiday_are_named(town):
    calendar = attrs.evolve(town.calendar, public_holidays=np.array(["2023-05-18"], "M8[D]"))
    city = attrs.evolve(town, calendar=calendar)
    rows = city.calendar_rows("2023-05-19", "2023-05-19")
    assert naming.reasons(rows, "fr")[0]["feries"] == "pont (Ascension)"


@given(
    st.lists(st.floats(-50, 50), min_size=1, max_size=12), st.floats(1, 500),
)  # fmt: skip
def test_rounded_terms_add_up_and_none_moves_by_more_than_one(values, usual):
    values = np.array(values)
    total = round(usual + values.sum()) - round(usual)
    rounded = rounded_to(values, total)
    assert rounded.sum() == total
    assert np.abs(rounded - values).max() < 1.5 + 1e-9


def test_contributions_are_written_in_meals(town_forecast, tmp_path):
    path = tmp_path / "c.csv"
    town_forecast.contributions_to_csv(path)
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert list(rows[0])[3:-1] == [t for t in TERMS if t not in ("effectif", "niveau", "jour")]
    for row, meals in zip(rows, town_forecast.meals, strict=True):
        parts = [
            float(x) for name, x in row.items() if name not in ("cantine", "date", "prevision")
        ]
        assert sum(parts) == pytest.approx(meals, abs=0.06)


def test_every_text_is_in_every_language_with_the_same_places():
    tables = [naming.NAMES, TERMS, *({k: v} for k, v in {**FIXED, **MOVABLE}.items())]
    for table in tables:
        for key, names in table.items():
            assert set(names) == set(LANGUAGES), key
            assert len({tuple(sorted(FIELDS.findall(text))) for text in names.values()}) == 1, key
    for name in (
        "cli.common",
        "model.effects",
        "say.explanation",
        "say.figures",
        "decide.ingredients",
        "say.limits",
        "decide.ordering",
        "calendar.not_forecast",
        "decide.difference",
        "decide.order_change",
        "say.order_words",
        "say.sheet",
        "uncertainty.strikes",
    ):
        texts = importlib.import_module(f"prevision_cantine.{name}").TEXTS
        for key, text in texts["en"].items():
            for lang in LANGUAGES:
                other = texts[lang].get(key)
                assert other is None or set(FIELDS.findall(other)) == set(FIELDS.findall(text))


def test_families_and_factors_have_names(town_forecaster):
    assert set(FAMILIES) <= set(naming.NAMES)
    first, second = (naming.level_name("from_start", n, "fr") for n in (0, 1))
    assert (first, second) == ("premier jour de l'année scolaire", "jour 2 de l'année scolaire")
    assert set(town_forecaster.effects().factor) <= {*naming.NAMES, "weekday"}


def test_easter_is_that_of_another_library():
    peer = pytest.importorskip("dateutil.easter")
    assert all(easter(year) == peer.easter(year) for year in range(1583, 4100))


def test_the_holidays_of_the_real_city_have_names(real_data):
    path = real_data / "nantes_cantines/calculators/jours_feries.csv"
    days = [row["date"] for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    assert len(days) > 500
    for day in np.array(days, dtype="datetime64[D]").tolist():
        assert holiday_name(day, "fr"), day
    year = [dt.date(2017, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    assert sum(holiday_name(day, "en") is not None for day in year) == 11


def test_numbers_are_written_as_each_language_writes_them():
    assert number(-1234.5, "fr", 1) == "\N{MINUS SIGN}1\N{NO-BREAK SPACE}234,5"
    assert number(-0.04, "en", 1) == "0.0"
    assert percent(0.123, "fr") == "12\N{NO-BREAK SPACE}%"
    assert percent(0.0, "pt", 1, sign=True) == "+0,0%"


# Effects


def test_the_effects_hold_the_truth_of_a_made_city():
    city = make_city(seed=5, canteens=30, years=4)
    forecaster = CanteenForecaster(calibration_periods=0).fit(city, until="2024-03-01")
    menu = forecaster.effects().select(term="menu", scope=EVERYWHERE)
    names = menu.level_names("fr")
    other = menu.effect[names.index("viande")]
    for family in ("poisson", "frites"):
        n = names.index(family)
        # frites come on top of a dish, fish in its place
        found = menu.effect[n] - (other if family == "poisson" else 0)
        assert found == pytest.approx(city.truth[family], abs=4 * menu.error[n] + 0.01)
    assert (menu.error[menu.weeks >= FEW_WEEKS] > 0).all()
    assert (menu.rows > 0).all()
    near = forecaster.effects().select(term="vacances", scope=EVERYWHERE)
    effect = dict(zip(near.level_names("en"), near.effect.tolist(), strict=True))
    error = 4 * float(np.nanmax(near.error)) + 0.01
    assert effect.pop("eve of holidays") == pytest.approx(city.truth["before_break"], abs=error)
    assert effect["2 days before holidays"] == pytest.approx(0, abs=error)


def test_the_eve_of_holidays_is_the_last_day_that_a_made_city_serves_before_them():
    city = make_city(seed=5, canteens=30, years=4)
    calendar, served = city.calendar, city.attendance
    total = {day: float(served.meals[served.date == day].sum()) for day in np.unique(served.date)}
    found = []
    for item in calendar.breaks:
        eve = max(day for day in total if day < item.start)
        if (eve - item.start).astype(int) == -1 and eve - 7 in total:
            found.append(np.log(total[eve] / total[eve - 7]))
    assert len(found) >= 12
    assert np.median(found) == pytest.approx(city.truth["before_break"], abs=0.02)


def test_effects_say_on_how_many_rows_they_rest(town, town_forecaster):
    table = town_forecaster.effects()
    known = learning.known_rows(town, np.datetime64("2023-02-10"))
    menu = town.menus.on(known.date)
    fish = table.select(term="menu", scope=EVERYWHERE)
    assert fish.rows[0] == menu[:, 0].sum()
    for number_, name in enumerate(town.canteens):
        own = table.select(term="menu", scope=name)
        assert own.rows[0] == (menu[:, 0] & (known.canteen == number_)).sum()
    days = table.select(term="jour", scope=EVERYWHERE)
    assert days.rows.sum() == len(known)
    by_type = [table.select(term="jour", scope=kind).rows.sum() for kind in ("M", "E", "M/E")]
    assert sum(by_type) == len(known)


def test_the_errors_of_effects_are_those_of_least_squares_where_rows_are_independent():
    random = np.random.default_rng(0)
    count = 4000
    column = random.integers(0, 2, count)
    blocks = (
        Block("jour", column, 2, 1e-9, factor="weekday"),
        Block("menu", np.where(random.random(count) < 0.5, 0, -1), 1, 1e-9, factor="poisson"),
        Block("niveau", np.zeros(count, dtype=int), 1, 1e-6, nested=True, factor="level"),
    )
    design = Design(blocks, np.arange(count), np.zeros(count, dtype=int), 1)
    target = random.normal(0, 0.1, count) + 0.3 * (blocks[1].column == 0)
    effects, _ = solve(design, target, robust=False)
    date = np.datetime64("1960-01-04") + 7 * np.arange(count)
    one = np.ones(count)
    table = effect_table(design, target, one, one, date, effects, ("A",))
    x = np.column_stack([column == 0, column == 1, blocks[1].column == 0]).astype(float)
    beta, rest, *_ = np.linalg.lstsq(x, target, rcond=None)
    covariance = rest[0] / (count - 3) * np.linalg.inv(x.T @ x)
    dish, days = table.select(term="menu"), table.select(term="jour")
    assert dish.effect[0] == pytest.approx(beta[2], abs=1e-5)
    assert dish.error[0] == pytest.approx(np.sqrt(covariance[2, 2]), rel=0.3)
    assert dish.weeks[0] == dish.rows[0]
    assert dish.percent[0] == pytest.approx(100 * np.expm1(beta[2]), abs=1e-2)
    # A weekday against the mean of the days, whatever part of it the level carries.
    share = (column == 1).mean()
    against = np.array([share, -share, 0.0])
    assert days.effect[0] == pytest.approx(against @ beta, abs=1e-5)
    assert days.error[0] == pytest.approx(np.sqrt(against @ covariance @ against), rel=0.3)
    assert (days.effect * days.rows).sum() == pytest.approx(0, abs=1e-9)


def test_an_effect_of_few_weeks_has_no_error_and_says_in_how_many_it_was_seen():
    days = np.arange(700)
    date = np.datetime64("2024-01-01") + days
    for weeks in (1, FEW_WEEKS - 1, FEW_WEEKS):
        rare = np.where((days // 7 < weeks) & (days % 7 == 2), 0, -1)
        blocks = (
            Block("menu", rare, 1, 0.1, factor="poisson"),
            Block("niveau", np.zeros(700, dtype=int), 1, 0.1, nested=True, factor="level"),
        )
        design = Design(blocks, days, np.zeros(700, dtype=int), 1)
        target = np.random.default_rng(0).normal(0, 0.1, 700)
        one = np.ones(700)
        effects, _ = solve(design, target, robust=False)
        table = effect_table(design, target, one, one, date, effects, ("A",))
        assert table.weeks.tolist() == [weeks]
        assert np.isnan(table.percent_error[0]) == (weeks < FEW_WEEKS)
        said = {lang: table.error_texts(lang)[0] for lang in LANGUAGES}
        if weeks == FEW_WEEKS:
            assert all(text.startswith("± ") for text in said.values())
        else:
            s = "s" if weeks > 1 else ""
            assert said == {
                "fr": f"vu {weeks} semaine{s}",
                "en": f"seen in {weeks} week{s}",
                "pt": f"visto em {weeks} semana{s}",
            }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_effects_are_told_and_written(town_forecaster, tmp_path, lang):
    table = town_forecaster.effects().select(scope=EVERYWHERE)
    assert len(table.to_text(lang).splitlines()) == 1 + len(table)
    table.to_csv(tmp_path / "e.csv", lang)
    rows = list(csv.DictReader((tmp_path / "e.csv").read_text("utf-8").splitlines()))
    np.testing.assert_allclose([float(r["effet_pct"]) for r in rows], table.percent, atol=5e-4)
    assert {r["nom"] for r in rows} == set(table.level_names(lang))
    with pytest.raises(ForecastError, match="no term 'x'"):
        table.select(term="x")
    with pytest.raises(ForecastError, match="no texts in 'de'"):
        table.to_text("de")


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_all_explanations_are_those_of_each_row(lang):
    city = make_city(seed=1, canteens=6, years=2)
    forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    forecast = forecaster.predict(city.calendar_rows("2022-03-07", "2022-03-18"))
    each = [forecast.explain(i, lang) for i in range(len(forecast))]
    assert forecast.explanations(lang) == each
    assert len(set(each)) == len(each) > 20
