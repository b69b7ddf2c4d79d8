"""What a forecast does not know: canteens with little past, breaks of level, strikes, and the words."""

import json

import attrs
import numpy as np
import pytest

from prevision_cantine import (
    CanteenForecaster,
    ForecastError,
    Scenario,
    load_city,
    load_forecaster,
    make_city,
    make_commune,
    order,
    plan_order,
    save_forecaster,
    what_if,
)
from prevision_cantine.city.city import Rows
from prevision_cantine.city.records import Absences
from prevision_cantine.say.limits import say_unknowns

UNTIL, START, END = "2023-02-10", "2023-03-06", "2023-03-31"
LANGUAGES = ["fr", "en", "pt"]
NEW = "Cantine 03"


@pytest.fixture(scope="module")
def big():
    """Return a made city of 14 canteens whose levels differ."""
    return make_city(seed=5, canteens=14, years=3)


def without_past(city, name=NEW, before="2030-01-01", days=0):
    """Return a city in which a canteen has no meal before a day, but for its last ones known."""
    table, number = city.attendance, city.canteens.index(name)
    own = np.flatnonzero((table.canteen == number) & (table.date <= np.datetime64(UNTIL)))
    hidden = np.zeros(len(table), dtype=bool)
    hidden[own[: len(own) - days]] = True
    return attrs.evolve(city, attendance=table.select(~hidden))


def changed(city, factor, since, name=None):
    """Return a city that serves another share of its meals from a day on, or one canteen of it."""
    table = city.attendance
    here = table.date >= np.datetime64(since)
    if name is not None:
        here &= table.canteen == city.canteens.index(name)
    meals = np.where(here, np.maximum(np.rint(table.meals * factor), 1), table.meals)
    return attrs.evolve(city, attendance=attrs.evolve(table, meals=meals))


def forecast_of(city, until=UNTIL, start=START, end=END, **more):
    return (
        CanteenForecaster(**{"calibration_periods": 6, **more})
        .fit(city, until)
        .predict(city.calendar_rows(start, end), coverage=0.9)
    )


def served(city, rows):
    table = city.attendance
    keys = zip(table.canteen.tolist(), table.date.tolist(), strict=True)
    meals = dict(zip(keys, table.meals.tolist(), strict=True))
    return np.array(
        [meals[key] for key in zip(rows.canteen.tolist(), rows.date.tolist(), strict=True)]
    )


# Canteens with little past


def test_a_canteen_without_past_has_a_level_wide_intervals_and_an_order_of_its_own(big):
    known, new = forecast_of(big), forecast_of(without_past(big))
    here = new.rows_of(NEW)
    width = (new.upper - new.lower)[here] / new.meals[here]
    assert (width > 2 * ((known.upper - known.lower) / known.meals)[here]).all()
    assert (new.lower[here] <= served(big, new.rows)[here]).all()
    assert (served(big, new.rows)[here] <= new.upper[here]).all()
    others = np.setdiff1d(np.arange(len(new)), here)
    margin = order(new, shortage=0.01) / new.meals
    assert margin[here].min() > 1.2 > margin[others].max()
    assert not new.unknowns.sd[others].any()
    basis = new.basis(here[0])
    assert (basis.days, basis.source, len(basis.canteens)) == (0, "others", 13)
    assert basis.off == pytest.approx(width[0] / 2)


def test_its_own_days_narrow_it_from_the_first_week_on(big):
    found = [forecast_of(without_past(big, days=days)) for days in (0, 1, 5, 20)]
    here = found[0].rows_of(NEW)
    actual = served(big, found[0].rows)[here]
    widths = [((one.upper - one.lower) / one.meals)[here].mean() for one in found]
    assert (np.diff(widths) < 0).all()
    assert widths[2] < widths[0] / 2
    errors = [np.abs(one.meals[here] - actual).sum() / actual.sum() for one in found]
    assert errors[2] < 0.1
    assert [one.basis(here[0]).days for one in found] == [0, 1, 5, 20]
    assert all("little" in one.basis(here[0]).notes for one in found)


def test_with_forty_days_it_is_a_canteen_like_others(big):
    forecast = forecast_of(without_past(big, days=40))
    basis = forecast.basis(forecast.rows_of(NEW)[0])
    assert (basis.source, basis.days, basis.notes) == ("own", 40, ())
    assert not forecast.unknowns.sd.any()


def test_stated_meals_are_forecast_and_narrow_the_interval(big):
    city = without_past(big)
    number = city.canteens.index(NEW)
    usual = float(np.median(big.attendance.meals[big.attendance.canteen == number]))
    rows = city.calendar_rows(START, END)
    told = (
        CanteenForecaster(calibration_periods=6)
        .fit(city, UNTIL, expected={NEW: usual})
        .predict(rows)
    )
    alone = CanteenForecaster(calibration_periods=6).fit(city, UNTIL).predict(rows)
    here = told.rows_of(NEW)
    assert told.meals[here].mean() == pytest.approx(usual, rel=0.12)
    assert (told.upper - told.lower)[here].sum() < 0.7 * (alone.upper - alone.lower)[here].sum()
    assert told.basis(here[0]).source == "stated"
    others = np.setdiff1d(np.arange(len(told)), here)
    assert (told.meals[others] == alone.meals[others]).all()
    for wrong in ({"Nowhere": 10.0}, {NEW: 0.0}, {NEW: np.nan}):
        with pytest.raises(ForecastError):
            CanteenForecaster(calibration_periods=6).fit(city, UNTIL, expected=wrong)


def test_a_draft_states_the_level_of_a_canteen_without_past(big):
    level = CanteenForecaster(calibration_periods=0).fit(big, UNTIL).fitted_.level
    odd = big.canteens[int(np.argmax(np.abs(level - np.median(level))))]
    city = without_past(big, odd)
    rows = city.calendar_rows(START, END)
    model = CanteenForecaster(calibration_periods=6).fit(city, UNTIL)
    draft = 1.05 * served(big, rows)
    alone, told = model.predict(rows), model.predict(rows, draft=draft)
    here = told.rows_of(odd)
    actual = served(big, rows)[here]
    assert np.abs(told.meals[here] - actual).sum() < 0.6 * np.abs(alone.meals[here] - actual).sum()
    assert told.unknowns.sd[here].max() < 0.7 * alone.unknowns.sd[here].min()
    assert told.basis(here[0]).source == "draft"
    # A draft of a later day changes no earlier one.
    first = rows.date == rows.date[0]
    until_then = model.predict(rows, draft=np.where(first, draft, np.nan))
    assert until_then.meals[first] == pytest.approx(told.meals[first])


def test_a_merged_canteen_has_the_meals_of_those_it_replaces(big):
    city = without_past(big)
    number, old = city.canteens.index(NEW), (0, 1)
    pupils = {}
    for year, count in big.enrolment.items():
        pupils[year] = count.copy()
        pupils[year][number] = count[list(old)].sum()
    replaces = tuple(old if n == number else () for n in range(len(city.canteens)))
    merged = attrs.evolve(city, enrolment=pupils, replaces=replaces)
    forecast = forecast_of(merged)
    here = forecast.rows_of(NEW)
    parts = np.sum([forecast.meals[forecast.rows_of(city.canteens[n])] for n in old], axis=0)
    assert forecast.meals[here] == pytest.approx(parts, rel=0.08)
    basis = forecast.basis(here[0])
    assert (basis.source, basis.canteens) == ("replaced", ("Cantine 01", "Cantine 02"))
    assert "Cantine 01 and Cantine 02" in forecast.explain(here[0], "en")


def test_without_an_enrolment_a_new_canteen_serves_what_others_do_and_says_so(big):
    city, number = without_past(big), big.canteens.index(NEW)
    pupils = {
        year: np.where(np.arange(14) == number, np.nan, n) for year, n in big.enrolment.items()
    }
    forecast = forecast_of(attrs.evolve(city, enrolment=pupils))
    here = forecast.rows_of(NEW)
    others = np.setdiff1d(np.arange(len(forecast)), here)
    assert forecast.meals[here].mean() == pytest.approx(np.median(forecast.meals[others]), rel=0.15)
    known = forecast_of(city)
    assert forecast.unknowns.sd[here].min() > known.unknowns.sd[here].max()
    assert not forecast.basis(here[0]).enrolment
    assert "enrolment of this canteen is unknown" in forecast.explain(here[0], "en")


def test_an_absence_without_enrolment_is_a_share_of_the_usual_meals(big):
    number = big.canteens.index(NEW)
    pupils = {
        year: np.where(np.arange(14) == number, np.nan, n) for year, n in big.enrolment.items()
    }
    day = np.array(["2023-03-07"], dtype="datetime64[D]")
    away = Absences(
        np.array([number]), day, np.array(["2023-02-01"], "datetime64[D]"), np.array([20.0])
    )
    city = attrs.evolve(big, enrolment=pupils)
    forecast = forecast_of(attrs.evolve(city, absences=away))
    row = int(np.flatnonzero((forecast.rows.canteen == number) & (forecast.rows.date == day[0]))[0])
    usual = CanteenForecaster(calibration_periods=0).fit(city, UNTIL).fitted_.usual[number]
    assert forecast.contributions["absences"][row] == pytest.approx(np.log1p(-20 / usual))


def test_a_city_in_its_first_week_has_wide_intervals_for_all(big):
    first = big.attendance.date[0]
    forecast = CanteenForecaster(calibration_periods=6).fit(big, first + 6).predict(
        big.calendar_rows(str(first + 7), str(first + 11))
    )  # fmt: skip
    actual = served(big, forecast.rows)
    assert np.mean((forecast.lower <= actual) & (actual <= forecast.upper)) > 0.9
    assert (forecast.upper > 1.3 * forecast.meals).all()
    assert "short" in forecast.basis(0).notes
    assert (order(forecast, shortage=0.01) > forecast.meals).all()


@pytest.fixture(scope="module")
def commune(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commune") / "city"
    make_commune(seed=1).to_folder(folder)
    return load_city(folder)


def test_no_meal_is_forecast_before_the_opening_nor_from_the_closing_day_on(commune):
    rows = commune.calendar_rows("2021-09-02", "2021-12-17")
    opens, closes = commune.opens[rows.canteen], commune.closes[rows.canteen]
    assert not (rows.date < opens).any()
    assert not (rows.date >= closes).any()
    last = commune.closes[2]
    assert last == np.datetime64("2021-11-30")
    own = rows.date[rows.canteen == 2]
    assert own.max() < last
    assert (rows.date[rows.canteen != 2] >= last).any()


def test_a_canteen_that_stopped_serving_is_said_to(town):
    table = town.attendance
    gone = (table.canteen == 2) & (table.date > np.datetime64("2022-11-15"))
    forecast = forecast_of(attrs.evolve(town, attendance=table.select(~gone)))
    idle = np.array(["idle" in forecast.basis(i).notes for i in range(len(forecast))])
    assert (idle == (forecast.rows.canteen == 2)).all()
    assert "closing day" in forecast.explain(forecast.rows_of(NEW)[0], "en")


def test_merged_canteens_of_a_commune_are_forecast_from_those_they_replace(commune):
    # It is known before it opens that La Fontaine and Les Prés merge.
    forecast = CanteenForecaster(calibration_periods=6).fit(commune, "2020-03-10").predict(
        Rows(commune, np.array([8]), np.array(["2020-09-03"], dtype="datetime64[D]"))
    )  # fmt: skip
    basis = forecast.basis(0)
    assert basis.source == "replaced"
    assert set(basis.canteens) == {"La Fontaine", "Les Prés"}


def test_a_weekday_never_seen_has_a_wide_interval(commune):
    model = CanteenForecaster(calibration_periods=6).fit(commune, "2019-10-10")
    days = np.array(["2019-11-05", "2019-11-06"], dtype="datetime64[D]")
    forecast = model.predict(Rows(commune, np.array([0, 0]), days))
    assert "weekday" in forecast.basis(1).notes
    assert "weekday" not in forecast.basis(0).notes
    width = (forecast.upper - forecast.lower) / forecast.meals
    assert width[1] > 2 * width[0]


# Breaks of level


def test_a_break_of_all_canteens_is_noticed_followed_and_said(town):
    start = "2023-01-24"
    bent = changed(town, 0.6, start)
    forecast = forecast_of(bent)
    actual = served(bent, forecast.rows)
    assert np.abs(forecast.meals - actual).sum() / actual.sum() < 0.08
    assert np.mean((forecast.lower <= actual) & (actual <= forecast.upper)) > 0.85
    [found] = forecast.unknowns.breaks
    assert (found.series, str(found.first), found.moves) == (None, start, True)
    assert found.percent == pytest.approx(-40, abs=4)
    assert (forecast.contributions["rupture"] < -0.4).all()
    [said] = say_unknowns(forecast, "en")
    share = f"{abs(found.percent):.0f}"
    assert said == (
        f"Since 2023-01-24, the whole city has served {share}% below the usual: the forecast "
        "allows for it."
    )
    assert said in forecast.explain(0, "en")
    assert json.loads(json.dumps(forecast.basis(0).to_dict()))["breaks"][0]["first"] == start


def test_without_a_break_none_is_said(town_forecast):
    assert town_forecast.unknowns.breaks == ()
    assert not town_forecast.contributions["rupture"].any()
    assert not town_forecast.unknowns.sd.any()
    assert all(say_unknowns(town_forecast, lang) == [] for lang in LANGUAGES)


def test_a_break_of_one_canteen_widens_it_at_once_and_moves_it_after_a_week(town):
    days = np.unique(town.attendance.date)
    days = days[days <= np.datetime64(UNTIL)]
    for back, moves in ((4, False), (8, True)):
        bent = changed(town, 2.6, days[-back], NEW)
        forecast = forecast_of(bent)
        here, others = forecast.rows_of(NEW), np.flatnonzero(forecast.rows.names != NEW)
        [found] = forecast.unknowns.breaks
        assert town.canteens[found.series] == NEW
        assert found.moves is moves
        assert forecast.unknowns.sd[here].min() > 0
        assert not forecast.unknowns.sd[others].any()
        assert bool(forecast.contributions["rupture"][here].any()) is moves
        assert not forecast.contributions["rupture"][others].any()
        assert "break" in forecast.basis(here[0]).notes
        assert "break" not in forecast.basis(others[0]).notes
        assert NEW in say_unknowns(forecast, "en")[0]
        if moves:
            actual = served(bent, forecast.rows)[here]
            assert np.abs(forecast.meals[here] - actual).sum() / actual.sum() < 0.2


def test_a_canteen_that_serves_less_for_a_few_days_is_ordered_for_as_before(town):
    days = np.unique(town.attendance.date)
    days = days[days <= np.datetime64(UNTIL)]
    bent, plain = forecast_of(changed(town, 0.4, days[-4], NEW)), forecast_of(town)
    here = bent.rows_of(NEW)
    assert not bent.unknowns.breaks[0].moves
    assert (bent.lower[here] < 0.7 * plain.lower[here]).all()
    assert order(bent, shortage=0.01)[here] == pytest.approx(
        order(plain, shortage=0.01)[here], rel=0.1
    )


def test_a_break_ends_with_the_school_year(town):
    bent = changed(town, 0.6, "2022-06-01")
    forecast = CanteenForecaster(calibration_periods=6).fit(bent, "2022-07-08").predict(
        town.calendar_rows("2022-09-05", "2022-09-09")
    )  # fmt: skip
    assert not forecast.contributions["rupture"].any()
    assert "break" not in forecast.basis(0).notes
    assert say_unknowns(forecast, "en") == []


def test_exceptional_spans_are_no_break(town):
    start, end = np.datetime64("2023-01-24"), np.datetime64("2023-02-10")
    bent = changed(town, 0.6, start)
    days = np.arange(start, end + 1)
    marked = attrs.evolve(bent, calendar=attrs.evolve(bent.calendar, exceptional=days))
    forecast = forecast_of(marked)
    assert forecast.unknowns.breaks == ()
    plain = forecast_of(town)
    assert forecast.meals == pytest.approx(plain.meals, rel=0.1)


def test_an_exceptional_span_not_begun_yet_is_unsure(town):
    days = np.arange(np.datetime64(START), np.datetime64(END) + 1)
    marked = attrs.evolve(town, calendar=attrs.evolve(town.calendar, exceptional=days))
    forecast = forecast_of(marked)
    assert (forecast.upper > 1.4 * forecast.meals).all()
    assert "exceptional" in forecast.basis(0).notes


# Strikes


def test_an_announced_strike_has_the_interval_of_canteens_hit_and_spared():
    city = make_city(seed=0, canteens=30, years=3)
    table, random = city.attendance, np.random.default_rng(0)
    struck = np.isin(table.date, city.calendar.strikes)
    hit = random.random(len(table)) < 0.3
    usual = table.meals / np.exp(city.truth["strike"] * struck)
    meals = np.maximum(np.rint(np.where(struck & hit, 0.3 * usual, usual)), 1)
    city = attrs.evolve(city, attendance=attrs.evolve(table, meals=meals))
    day = city.calendar.strikes[-1]
    rows, actual = city.served_rows(str(day), str(day))
    model = CanteenForecaster(strikes_announced=True, calibration_periods=6).fit(city, day - 15)
    forecast = model.predict(rows, 0.9)
    assert np.mean((forecast.lower <= actual.meals) & (actual.meals <= forecast.upper)) > 0.85
    assert (forecast.lower < 0.5 * forecast.meals).all()
    assert forecast.basis(0).strike
    silent = CanteenForecaster(calibration_periods=6).fit(city, day - 15).predict(rows, 0.9)
    assert not silent.unknowns.struck.any()
    assert (forecast.lower < silent.lower).all()
    # Most canteens serve as usual: an order must be enough for them, and what costs ask for too.
    for given in ({"shortage": 0.01}, {"missing_meal_cost": 9.0, "wasted_meal_cost": 1.0}):
        ordered = order(forecast, **given)
        assert (np.abs(ordered / silent.meals - 1) < 0.35).all()
    cheap = order(forecast, missing_meal_cost=1.0, wasted_meal_cost=9.0)
    assert (cheap < 0.6 * silent.meals).all()
    plan = plan_order(forecast, shortage=0.01)
    assert (plan.kitchen.gain >= 0).all()
    change = what_if(model, city, Scenario(), str(day), str(day))
    assert len(change) == len(rows)


# Orders


def test_the_orders_of_the_others_do_not_move_with_an_odd_canteen(big):
    table = big.attendance
    here = (table.canteen == 2) & (table.date >= np.datetime64("2022-01-03"))
    here &= table.date < np.datetime64("2022-04-01")
    odd = attrs.evolve(
        big, attendance=attrs.evolve(table, meals=np.where(here, table.meals * 2.6, table.meals))
    )
    plain, bent = (
        plan_order(forecast_of(city, step="week", calibration_periods=8), shortage=0.01)
        for city in (big, odd)
    )
    others = plain.rows.canteen != 2
    ratio = bent.meals[others].sum() / bent.forecast[others].sum()
    assert ratio - 1 == pytest.approx(plain.meals[others].sum() / plain.forecast[others].sum() - 1, rel=0.12)  # fmt: skip
    assert plain.basis.runs == ()
    assert {one.canteen for one in bent.basis.runs} == {NEW}
    assert bent.basis.runs[0].factor > 1.5
    assert NEW in bent.to_text("en")
    assert json.loads(json.dumps(bent.basis.to_dict()))["runs"][0]["canteen"] == NEW


def test_the_note_of_an_order_names_the_rows_that_set_its_margin(town_forecast):
    plan = plan_order(town_forecast, shortage=0.01)
    basis, past = plan.basis, town_forecast.calibration
    margin = past.margin(0.01)
    missing = past.winsorised() - np.ceil(past.enlarged(past.forecast, margin.pooled, past.scale))
    assert basis.past == len(past.actual)
    worst = np.argsort(-missing, kind="stable")[: len(basis.rows)]
    assert (basis.served == past.actual[worst]).all()
    assert (basis.rows.canteen == past.canteen[worst]).all()
    assert basis.share == pytest.approx(missing[worst].sum() / np.maximum(missing, 0).sum())
    for lang in LANGUAGES:
        assert str(basis.rows.date[0]) in plan.to_text(lang)
        assert "{" not in plan.to_text(lang)
    assert plan_order(town_forecast, missing_meal_cost=4, wasted_meal_cost=1).basis is None


def test_a_canteen_whose_errors_are_wider_has_its_own_margin_when_asked(town_forecast):
    past = town_forecast.calibration
    random = np.random.default_rng(0)
    wide = past.canteen == 2
    noise = np.exp(0.12 * random.choice([-1.0, 1.0], size=len(past.actual)))
    bent = attrs.evolve(past, actual=np.where(wide, past.forecast * noise, past.actual), scale=None)
    forecast = attrs.evolve(town_forecast, calibration=bent, scale=None)
    pooled = plan_order(forecast, shortage=0.01)
    own = plan_order(forecast, shortage=0.01, own_margins=True)
    here = forecast.rows.canteen == 2
    assert (own.meals[here] >= pooled.meals[here]).all()
    assert own.meals[here].sum() > pooled.meals[here].sum()
    assert own.meals[~here].sum() < pooled.meals[~here].sum()
    assert (own.kitchen.gain >= 0).all()
    city = attrs.evolve(forecast.rows.city, settings={"marges": "cantine"})
    asked = attrs.evolve(forecast, rows=attrs.evolve(forecast.rows, city=city))
    assert (plan_order(asked, shortage=0.01).meals == own.meals).all()
    assert (plan_order(asked, shortage=0.01, own_margins=False).meals == pooled.meals).all()


# Words and files


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("days", [0, 5])
def test_an_explanation_says_on_what_a_newcomer_rests(big, lang, days):
    forecast = forecast_of(without_past(big, days=days))
    text = forecast.explain(forecast.rows_of(NEW)[0], lang)
    assert "{" not in text
    assert "13" in text
    assert ("5" in text) >= bool(days)
    words = {"fr": "s'appuie sur", "en": "rests on", "pt": "baseia-se nas"}
    assert words[lang] in text
    [said] = say_unknowns(forecast, lang)
    assert NEW in said


def test_a_saved_forecaster_knows_as_much(big, tmp_path):
    days = np.unique(big.attendance.date)
    start = days[days <= np.datetime64(UNTIL)][-8]
    city = changed(without_past(big, days=5), 0.4, start, "Cantine 07")
    model = CanteenForecaster(calibration_periods=6).fit(city, UNTIL, expected={NEW: 80.0})
    save_forecaster(model, tmp_path / "m.zip")
    again = load_forecaster(tmp_path / "m.zip")
    rows = city.calendar_rows(START, END)
    one, other = model.predict(rows), again.predict(rows)
    assert len(one.unknowns.breaks) == 1
    for name in ("meals", "lower", "upper"):
        assert (getattr(one, name) == getattr(other, name)).all()
    for i in (0, one.rows_of(NEW)[0], one.rows_of("Cantine 07")[0]):
        assert one.explain(i, "en") == other.explain(i, "en")
        assert one.basis(i).to_dict() == other.basis(i).to_dict()


def test_hidden_canteens_of_nantes_hold(real_data):
    city = load_city(real_data / "nantes_cantines")
    start, until = np.datetime64("2015-09-01"), np.datetime64("2015-08-17")
    table, hidden = city.attendance, np.arange(0, len(city.canteens), 6)
    bent = attrs.evolve(
        city,
        attendance=table.select(~(np.isin(table.canteen, hidden) & (table.date < start))),
    )
    rows, meals = bent.served_rows("2015-09-01", "2015-10-16")
    keep = np.isin(rows.canteen, hidden)
    model = CanteenForecaster(enrolment_lead_days=60).fit(bent, until)
    forecast = model.predict(rows.select(keep), 0.9)
    actual = meals.meals[keep]
    assert 0.8 < np.mean((forecast.lower <= actual) & (actual <= forecast.upper)) <= 1.0
    ordered = order(forecast, shortage=0.01)
    assert np.maximum(actual - ordered, 0).sum() / actual.sum() < 0.025
