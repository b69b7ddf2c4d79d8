"""Orders: by canteen and for the kitchen's total, in whole trays, and what each caution costs."""

import csv

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prevision_cantine import CityError, ForecastError, load_order, order, plan_order, trade_off
from prevision_cantine.uncertainty.intervals import MIN_DAYS, MIN_ROWS, Calibration
from prevision_cantine.uncertainty.measures import excess, shortage

shares = st.floats(0.001, 0.3)
trays = st.integers(1, 40)


@st.composite
def pasts(draw):
    """Draw past forecasts of some canteens over some days, with an error that all share."""
    canteens, days = draw(st.integers(2, 8)), draw(st.integers(MIN_DAYS, 60))
    while canteens * days < MIN_ROWS:
        days += 1
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = random.uniform(15, 400, canteens)
    common = random.normal(draw(st.floats(-0.05, 0.05)), draw(st.floats(0, 0.1)), days)
    own = random.standard_t(4, (days, canteens)) * draw(st.floats(0.001, 0.1))
    forecast = np.tile(size, days)
    actual = np.rint(forecast * np.exp(np.clip(common[:, None] + own, -1, 1)).ravel())
    return Calibration(
        forecast, np.maximum(actual, 1),
        np.repeat(np.datetime64("2022-01-03") + np.arange(days), canteens),
        np.tile(np.arange(canteens), days),
    )  # fmt: skip


def read(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def forecast_with(forecast, past):
    """Return a forecast of the same rows for as many canteens, whose past is this."""
    canteens = len(np.unique(past.canteen))
    return attrs.evolve(
        forecast,
        rows=attrs.evolve(
            forecast.rows,
            canteen=np.tile(np.arange(canteens), 3),
            date=np.repeat(np.datetime64("2023-03-06") + np.arange(3), canteens),
        ),
        meals=np.concatenate([past.forecast[:canteens] * share for share in (0.8, 1.0, 1.1)]),
        calibration=past,
        scale=None,
        unknowns=None,
    )


@given(past=pasts(), share=shares, tray=trays)
@settings(max_examples=60)
def test_one_order_of_the_total_is_never_more_than_the_orders_one_by_one(
    town_forecast, past, share, tray
):
    plan = plan_order(forecast_with(town_forecast, past), shortage=share, tray=tray)
    assert (plan.kitchen.gain >= 0).all()
    assert (plan.kitchen.together % tray == 0).all()
    np.testing.assert_allclose(plan.kitchen.separate.sum(), plan.meals.sum())
    np.testing.assert_allclose(plan.kitchen.forecast.sum(), plan.forecast.sum())


@given(past=pasts(), share=shares, more=st.floats(1.0, 3.0), tray=trays)
@settings(max_examples=60)
def test_less_shortage_orders_more_and_trays_are_whole(town_forecast, past, share, more, tray):
    forecast = forecast_with(town_forecast, past)
    careful = plan_order(forecast, shortage=share, tray=tray)
    bold = plan_order(forecast, shortage=min(share * more, 0.99), tray=tray)
    assert (careful.meals >= bold.meals).all()
    assert (careful.meals % tray == 0).all()
    np.testing.assert_array_equal(careful.meals, order(forecast, shortage=share, tray=tray))


@given(past=pasts(), missing=st.floats(0.1, 50), wasted=st.floats(0.1, 50), dearer=st.floats(1, 9))
@settings(max_examples=60)
def test_a_dearer_missing_meal_orders_more_and_a_dearer_wasted_meal_less(
    town_forecast, past, missing, wasted, dearer
):
    forecast = forecast_with(town_forecast, past)

    def ordered(missing, wasted):
        plan = plan_order(forecast, missing_meal_cost=missing, wasted_meal_cost=wasted)
        return np.concatenate([plan.meals, plan.kitchen.together])

    usual = ordered(missing, wasted)
    assert (ordered(missing * dearer, wasted) >= usual).all()
    assert (ordered(missing, wasted * dearer) <= usual).all()


@given(past=pasts(), share=shares, tray=trays)
@settings(max_examples=60)
def test_orders_of_the_past_meet_the_shortage_with_their_trays(past, share, tray):
    ordered = past.order(past.forecast, share, tray)
    if past.margin(share, tray).pooled < 1:
        assert shortage(ordered, past.winsorised()) <= share


@given(past=pasts(), share=shares, tray=trays)
@settings(max_examples=60)
def test_the_totals_of_the_past_meet_the_shortage(town_forecast, past, share, tray):
    past = attrs.evolve(past, actual=past.winsorised())
    if past.margin(share, tray).pooled < 1:
        forecast = forecast_with(town_forecast, past)
        table = trade_off(forecast, shortages=[share], tray=tray, together=True)
        assert table.shortage[0] <= share + 1e-12


def test_the_total_at_a_quantile_was_enough_on_that_share_of_days():
    random = np.random.default_rng(1)
    forecast = random.uniform(50, 300, 4000)
    past = Calibration(
        forecast, forecast * np.exp(random.normal(0, 0.08, 4000)),
        np.repeat(np.datetime64("2022-01-03") + np.arange(200), 20), np.tile(np.arange(20), 200),
    )  # fmt: skip
    margin = past.margin_of_total_at(0.9)
    total = past.enlarged(forecast, margin).reshape(200, 20).sum(axis=1)
    assert (total >= past.actual.reshape(200, 20).sum(axis=1)).mean() == pytest.approx(
        0.9, abs=0.006
    )
    assert margin < past.margin_at(0.9) / 3  # independent errors of 20 canteens cancel


def test_errors_that_all_canteens_share_do_not_cancel(town_forecast):
    day = np.random.default_rng(2).normal(0, 0.1, 100)
    past = Calibration(
        np.full(500, 150.0), 150 * np.exp(np.repeat(day, 5)),
        np.repeat(np.datetime64("2022-01-03") + np.arange(100), 5), np.tile(np.arange(5), 100),
    )  # fmt: skip
    plan = plan_order(forecast_with(town_forecast, past), shortage=0.01)
    assert plan.kitchen.gain.max() <= 5  # what five roundings save


def test_the_table_is_what_the_orders_of_the_past_gave(town_forecast):
    past = town_forecast.calibration
    table = trade_off(town_forecast, shortages=[0.03, 0.01], tray=5)
    ordered = past.order(past.forecast, 0.01, 5, past.scale)
    assert table.excess[0] == excess(ordered, past.actual)
    assert table.shortage[0] == shortage(ordered, past.actual) <= 0.01
    assert table.wasted[0] * past.days == pytest.approx(np.maximum(ordered - past.actual, 0).sum())
    for column in (table.margin, table.quantile, table.excess, table.wasted):
        assert column[0] > column[1]
    assert table.missing[0] < table.missing[1]
    together = trade_off(town_forecast, shortages=[0.01], together=True)
    assert together.excess[0] < table.excess[0]


def test_only_the_canteens_of_the_forecast_count_for_their_total(town, town_forecaster):
    rows = town.calendar_rows("2023-03-06", "2023-03-10")
    alone = town_forecaster.predict(rows.select(rows.canteen == 2))
    plan = plan_order(alone, shortage=0.01)
    assert plan.past_days == trade_off(alone).days
    past = alone.calibration.of(np.array([2]))
    assert set(past.canteen) == {2}
    assert len(past.actual) == past.days  # one canteen: a total is its order


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_orders_and_table_are_told_and_written(town_forecast, tmp_path, lang):
    plan = plan_order(town_forecast, shortage=0.01, tray=10)
    text = plan.to_text(lang)
    assert "10" in text
    assert len(text.splitlines()) == 6 + len(plan.kitchen.date)
    plan.to_csv(tmp_path / "o.csv")
    rows = read(tmp_path / "o.csv")
    assert [float(row["commande"]) for row in rows] == plan.meals.tolist()
    plan.kitchen_to_csv(tmp_path / "k.csv")
    rows = read(tmp_path / "k.csv")
    assert [float(row["gain"]) for row in rows] == plan.kitchen.gain.tolist()
    table = trade_off(town_forecast)
    assert len(table.to_text(lang).splitlines()) == 3 + len(table)
    table.to_csv(tmp_path / "t.csv")
    rows = read(tmp_path / "t.csv")
    np.testing.assert_allclose([float(row["manque"]) for row in rows], table.shortage, atol=5e-5)


def test_what_cannot_be_ordered_is_said(town_forecast, tmp_path):
    for tray in (0, 1.5, 2000):
        with pytest.raises(ForecastError, match="tray="):
            order(town_forecast, shortage=0.01, tray=tray)
    for costs in ({"missing_meal_cost": float("nan"), "wasted_meal_cost": 1},
                  {"missing_meal_cost": float("inf"), "wasted_meal_cost": 1}):  # fmt: skip
        with pytest.raises(ForecastError, match=r"missing_meal_cost=.*: give a cost above 0"):
            plan_order(town_forecast, **costs)
    with pytest.raises(ForecastError, match="at least one share"):
        trade_off(town_forecast, shortages=[])
    with pytest.raises(ForecastError, match="shortages=1: give a share"):
        trade_off(town_forecast, shortages=[1])
    with pytest.raises(ForecastError, match="no texts in 'de'"):
        trade_off(town_forecast).to_text("de")
    past = town_forecast.calibration
    undated = attrs.evolve(town_forecast, calibration=Calibration(past.forecast, past.actual))
    plan = plan_order(undated, shortage=0.01)
    assert plan.kitchen is None
    assert "0" in plan.to_text("fr").splitlines()[1]
    with pytest.raises(ForecastError, match="too few past days for an order of the total: 0, and"):
        plan.kitchen_to_csv(tmp_path / "k.csv")
    with pytest.raises(ForecastError, match=r"too few past days to say .*: 0, and"):
        trade_off(undated)


def test_the_order_comes_back_from_its_file(town, town_forecast, tmp_path):
    plan = plan_order(town_forecast, shortage=0.01)
    path = tmp_path / "order.csv"
    plan.to_csv(path)
    again = load_order(path, plan.rows.city)
    np.testing.assert_array_equal(again.meals, plan.meals)
    np.testing.assert_array_equal(again.rows.canteen, plan.rows.canteen)
    np.testing.assert_array_equal(again.rows.date, plan.rows.date)
    np.testing.assert_array_equal(again.on(plan.rows), plan.meals)
    path.write_text(
        "cantine,date,commande\nCantine 02,2023-03-07,0\nCantine 01,2023-03-07,9", "utf-8"
    )
    draft = load_order(path, town)
    assert np.isnan(draft.forecast).all()
    asked = draft.on(plan.rows)
    assert np.flatnonzero(np.isfinite(asked)).tolist() == [
        i for i in range(len(plan))
        if plan.rows.names[i] == "Cantine 01" and str(plan.rows.date[i]) == "2023-03-07"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "Ailleurs,2023-03-09,1,1",
            "'Ailleurs' is not a canteen of the city; some that exist: Cantine 01, ",
        ),
        ("CANTINE 2,2023-03-09,1,1", "did you mean 'Cantine 02'"),
        ("Cantine 01,2023-03-09,1,x", "commande: 'x' is not a number"),
        ("Cantine 01,2023-03,1,1", "is not a date"),
        ("Cantine 01,2023-03-09,1,1\nCantine 01,2023-03-09,1,1", "already appears on line 2"),
    ],
)
def test_a_wrong_order_is_named(town, tmp_path, row, message):
    path = tmp_path / "order.csv"
    path.write_text("cantine,date,prevision,commande\n" + row, encoding="utf-8")
    with pytest.raises(CityError, match=message):
        load_order(path, town)
