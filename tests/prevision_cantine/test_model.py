"""The forecaster: explained exactly, blind to the future, calibrated."""

import io
from copy import deepcopy
from itertools import pairwise

import attrs
import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from prevision_cantine import (
    CanteenForecaster,
    CantineError,
    DateError,
    ForecastError,
    NotForecastError,
    backtest,
    make_city,
    order,
    teaching_periods,
)
from prevision_cantine.calendar.days import Calendar, SchoolYear
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.measures import excess, shortage, wape

UNTIL = "2023-02-10"
SPAN = ("2023-03-06", "2023-04-12")


@pytest.fixture(scope="module")
def city():
    return make_city(seed=3, canteens=12, years=3)


@pytest.fixture(scope="module")
def forecast(city):
    return CanteenForecaster().fit(city, until=UNTIL).predict(city.calendar_rows(*SPAN))


def _from_another_process(item):
    file = io.BytesIO()
    joblib.dump(item, file)
    file.seek(0)
    return joblib.load(file)


@pytest.mark.parametrize("copied", [deepcopy, _from_another_process])
def test_a_copy_forecasts_the_same(city, forecast, copied):
    forecaster, town, same = copied((CanteenForecaster().fit(city, UNTIL), city, forecast))
    found = forecaster.predict(town.calendar_rows(*SPAN))
    np.testing.assert_array_equal(found.meals, forecast.meals)
    np.testing.assert_array_equal(same.lower, forecast.lower)
    assert found.explain(3, "fr") == same.explain(3, "fr") == forecast.explain(3, "fr")


def test_the_terms_add_up_to_the_forecast(forecast):
    total = sum(forecast.contributions.values())
    np.testing.assert_allclose(np.exp(total), forecast.meals, rtol=1e-9)
    usual, added = forecast.in_meals()
    np.testing.assert_allclose(usual + sum(added.values()), forecast.meals, rtol=1e-9)


def test_nothing_after_the_last_day_is_used(city, forecast):
    table = city.attendance
    later = table.date > np.datetime64(UNTIL)
    changed = attrs.evolve(
        city,
        attendance=attrs.evolve(
            table,
            meals=np.where(later, 1.0, table.meals),
            agents=np.where(later, 999.0, table.agents),
        ),
        enrolment={**city.enrolment, "2023-2024": np.full(12, 1e4)},
    )
    again = CanteenForecaster().fit(changed, until=UNTIL).predict(changed.calendar_rows(*SPAN))
    np.testing.assert_array_equal(again.meals, forecast.meals)
    np.testing.assert_array_equal(again.upper, forecast.upper)


def test_the_enrolment_of_a_year_is_known_from_its_first_day():
    city = make_city(seed=1, canteens=3, years=2)
    canteen, day = np.arange(3), np.full(3, np.datetime64("2021-09-10"))
    before = city.enrolled(canteen, day, np.datetime64("2021-08-31"))
    after = city.enrolled(canteen, day, np.datetime64("2021-09-01"))
    np.testing.assert_array_equal(before, city.enrolment["2020-2021"])
    np.testing.assert_array_equal(after, city.enrolment["2021-2022"])


def test_the_effects_of_a_made_city_are_found():
    city = make_city(seed=5, canteens=30, years=4)
    forecaster = CanteenForecaster(calibration_periods=0).fit(city, until="2024-03-01")
    rows = city.calendar_rows("2024-03-04", "2024-07-05")
    forecast = forecaster.predict(rows)
    fish = city.menus.on(rows.date)[:, 0]
    other = city.menus.on(rows.date)[:, 2]
    menu = forecast.contributions["menu"]
    assert menu[fish].mean() - menu[other].mean() == pytest.approx(city.truth["poisson"], abs=0.02)
    around = city.calendar.surroundings(rows.date)
    last = around["to_end"] == 0
    middle = (around["to_end"] > 30) & (around["to_end"] < 60)
    ends = sum(forecast.contributions[name] for name in ("rentree_fin", "saison"))
    assert ends[last].mean() - ends[middle].mean() == pytest.approx(
        12 * city.truth["to_end"], abs=0.05
    )


def test_the_forecast_beats_the_agents_and_its_intervals_hold(city):
    result = backtest(city, "2022-09-01", "2023-07-05", shortage=0.01)
    scores = result.compare().scores
    assert scores["model"].wape[0] < scores["agents"].wape[0]
    assert 0.84 < scores["model"].coverage[0] < 0.96
    assert scores["model"].shortage[0] == pytest.approx(0.01, abs=0.005)
    lead = result.rows.date - result.last_known
    assert lead.min() == np.timedelta64(15, "D")


def test_every_week_is_forecast_from_data_15_days_old(city):
    result = backtest(
        city,
        "2023-01-03",
        "2023-02-03",
        step="week",
        forecaster=CanteenForecaster(calibration_periods=2),
    )
    lead = (result.rows.date - result.last_known).astype(int)
    assert lead.min() == 15
    assert lead.max() <= 19


def test_a_fit_is_deterministic_and_a_clone_learns_the_same(city, forecast):
    again = clone(CanteenForecaster()).fit(city, until=UNTIL).predict(city.calendar_rows(*SPAN))
    np.testing.assert_array_equal(again.meals, forecast.meals)


def test_a_strike_counts_only_once_it_is_announced(city):
    day = str(city.calendar.strikes[city.calendar.strikes > np.datetime64(UNTIL)][0])
    rows = city.calendar_rows(day, day)
    quiet = CanteenForecaster(calibration_periods=0).fit(city, until=UNTIL).predict(rows)
    told = CanteenForecaster(calibration_periods=0, strikes_announced=True)
    assert (told.fit(city, until=UNTIL).predict(rows).meals < 0.7 * quiet.meals).all()


def test_more_coverage_is_wider_and_less_shortage_orders_more(city, forecast):
    forecaster = CanteenForecaster().fit(city, until=UNTIL)
    wide = forecaster.predict(city.calendar_rows(*SPAN), coverage=0.99)
    assert (wide.upper > forecast.upper).all()
    assert (wide.lower < forecast.lower).all()
    assert (order(forecast, shortage=0.002) >= order(forecast, shortage=0.02)).all()
    dear = order(forecast, missing_meal_cost=9, wasted_meal_cost=1)
    assert (dear >= order(forecast, missing_meal_cost=1, wasted_meal_cost=1)).all()
    assert (dear == np.rint(dear)).all()


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=1))
def test_excess_and_shortage_account_for_the_whole_error(pairs):
    ordered, actual = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    total = excess(ordered, actual) * ordered.sum() + shortage(ordered, actual) * actual.sum()
    assert total == pytest.approx(wape(ordered, actual) * actual.sum())


def test_orders_meet_the_shortage_on_the_days_that_calibrate():
    random = np.random.default_rng(0)
    forecast = random.uniform(50, 400, 3000)
    past = Calibration(forecast, np.rint(forecast * np.exp(random.normal(0, 0.06, 3000))))
    ordered = past.order(forecast, 0.01)
    assert shortage(ordered, past.actual) <= 0.01
    assert shortage(ordered - 2, past.actual) > 0.01


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_a_forecast_is_told_in_words(forecast, lang):
    text = forecast.explain(0, lang=lang)
    assert "Cantine 01" in text
    assert f"{forecast.meals[0]:.0f}" in text
    assert UNTIL in text
    for wrong in (lambda: forecast.explain(10**6), lambda: forecast.explain(0, lang="de")):
        with pytest.raises(ForecastError):
            wrong()


def test_a_picture_is_drawn(forecast, city, tmp_path):
    from prevision_cantine.say.figures import plot_forecast

    path = tmp_path / "f.png"
    plot_forecast(forecast, "Cantine 03", actual=city, lang="pt").savefig(path)
    assert path.stat().st_size > 10_000
    with pytest.raises(ForecastError, match="no forecast for the canteen 'X'"):
        plot_forecast(forecast, "X")
    with pytest.raises(ForecastError, match="no texts in 'de'"):
        plot_forecast(forecast, "Cantine 03", lang="de")


def test_calendar_rows_leave_out_what_is_closed(city):
    rows = city.calendar_rows("2023-02-01", "2023-03-10")
    assert not city.calendar.is_off(rows.date).any()
    assert len(np.unique(rows.canteen)) == 12


def test_wrong_questions_are_answered_in_one_line(city, forecast, tmp_path):
    forecaster = CanteenForecaster(calibration_periods=0)
    with pytest.raises(NotFittedError):
        forecaster.predict(city.calendar_rows(*SPAN))
    with pytest.raises(DateError, match="no meal is known on 2020-08-31"):
        forecaster.fit(city, until="2020-08-31")
    with pytest.raises(DateError, match="is not a day"):
        forecaster.fit(city, until="soon")
    forecaster.fit(city, until=UNTIL)
    with pytest.raises(
        ForecastError, match="too few past forecasts to base an order on: 0, and 100"
    ):
        order(forecaster.predict(city.calendar_rows(*SPAN)), shortage=0.01)
    assert np.isnan(forecaster.predict(city.calendar_rows(*SPAN)).lower).all()
    with pytest.raises(NotForecastError, match=rf"the data end on {UNTIL}.*day forecast is"):
        forecaster.predict(city.calendar_rows("2023-02-01", "2023-02-03"))
    for coverage in (0, 1, float("nan")):
        with pytest.raises(ForecastError, match="coverage="):
            forecaster.predict(city.calendar_rows(*SPAN), coverage=coverage)
    with pytest.raises(
        DateError, match=r"from 2023-07-06 to 2030-01-01: the calendar ends on 2023-07-05"
    ):
        city.calendar_rows("2023-07-01", "2030-01-01")
    with pytest.raises(DateError, match="2023-05-01, is after the last, 2023-04-01; swap"):
        city.calendar_rows("2023-05-01", "2023-04-01")
    with pytest.raises(
        DateError, match=r"school holidays \(Noël\).* are 2022-12-23 and 2023-01-09"
    ):
        city.calendar_rows("2022-12-24", "2022-12-26")
    for wrong in ({}, {"shortage": 0.1, "missing_meal_cost": 1}, {"missing_meal_cost": 1}):
        with pytest.raises(ForecastError, match="give shortage="):
            order(forecast, **wrong)
    with pytest.raises(ForecastError, match="above 0"):
        order(forecast, missing_meal_cost=1, wasted_meal_cost=0)
    with pytest.raises(ForecastError, match="shortage=2"):
        order(forecast, shortage=2)
    with pytest.raises(CantineError, match="cannot be written"):
        forecast.to_csv(tmp_path / "absent" / "f.csv")
    with pytest.raises(ForecastError, match="step='day'"):
        backtest(city, *SPAN, step="day")
    with pytest.raises(ForecastError, match="lead_days=0"):
        backtest(city, *SPAN, lead_days=0)
    with pytest.raises(DateError, match="2023-04-12, is after the last"):
        backtest(city, "2023-04-12", "2023-03-06")
    with pytest.raises(ForecastError, match="shortage=1: give a share"):
        backtest(city, *SPAN, shortage=1)
    with pytest.raises(DateError, match="no meal was served"):
        backtest(city, "2040-01-01", "2040-02-01")
    with pytest.raises(ForecastError, match="canteens=0"):
        make_city(canteens=0)


@pytest.mark.parametrize(
    ("parameter", "wrong", "right"),
    [
        ("half_life", (0, -1, float("nan"), float("inf"), "800", True), 400),
        ("level_half_life", (0, -8.0, float("inf")), 4.5),
        ("level_half_life_new_year", (0, float("nan")), np.float64(9)),
        ("enrolment_exponent", (-0.1, 2.1, float("nan"), float("inf")), 0),
        ("enrolment_lead_days", (-4, 366, 1.5), np.int64(20)),
        ("lead_days", (0, -3, 366, 15.0, True), 365),
        ("calibration_periods", (-1, 2.0), 0),
        ("strikes_announced", ("no", 2), True),
        ("step", ("day",), "week"),
    ],
)
def test_a_parameter_outside_its_range_is_refused_by_fit_not_before(parameter, wrong, right):
    little = make_city(seed=1, canteens=3, years=2)
    for value in wrong:
        forecaster = CanteenForecaster(**{parameter: value})
        with pytest.raises(ForecastError, match=rf"^{parameter}=.*: give "):
            forecaster.fit(little, until="2021-12-01")
        with pytest.raises(ForecastError, match=rf"^{parameter}=.*: give "):
            backtest(little, "2022-01-10", "2022-01-14", **(
                {parameter: value} if parameter in ("lead_days", "step") else {"forecaster": forecaster}
            ))  # fmt: skip
    settings = {"calibration_periods": 0} | {parameter: right}
    assert CanteenForecaster(**settings).fit(little, until="2021-12-01").sources_.rows > 200


def test_days_beyond_what_is_known_are_refused_with_the_range():
    little = make_city(seed=1, canteens=3, years=2)
    fresh = CanteenForecaster(calibration_periods=0)
    end, last = little.calendar.span[1], little.attendance.date[-1]
    with pytest.raises(
        DateError, match=rf"attendance is known until {last}.*give a day up to {end}"
    ):
        fresh.fit(little, until="2030-01-01")
    assert fresh.fit(little, until=str(end)).sources_.last == last
    with pytest.raises(
        DateError, match=r"no meal is known .* from 2020-09-01 to .*; give a later day"
    ):
        fresh.fit(little, until="2020-08-15")
    later = Calendar(
        (*little.calendar.years, SchoolYear("2027-2028", np.datetime64("2027-09-01"), np.datetime64("2028-07-05"))),
        little.calendar.breaks, *[little.calendar.public_holidays] * 2,
    )  # fmt: skip
    with pytest.raises(DateError, match="no meal was served in the year before"):
        attrs.evolve(little, calendar=later).calendar_rows("2027-09-06", "2027-09-10")


def test_periods_are_runs_without_a_long_gap(city):
    found = teaching_periods(city)
    assert len(found) == 15
    assert all(a.end + 8 < b.start for a, b in pairwise(found))


def test_the_same_seed_makes_the_same_city():
    first, second = make_city(seed=7, canteens=2, years=1), make_city(seed=7, canteens=2, years=1)
    np.testing.assert_array_equal(first.attendance.meals, second.attendance.meals)
    assert (make_city(seed=8, canteens=2, years=1).attendance.meals != first.attendance.meals).any()
