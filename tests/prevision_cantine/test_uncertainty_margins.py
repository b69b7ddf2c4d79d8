"""Order margins: what one series cannot bend, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import ForecastError
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.margins import far_runs, margin, winsorised
from prevision_cantine.uncertainty.spread import Scale

DAYS, SERIES = 120, 12


def past(seed, days=DAYS, series=SERIES):
    random = np.random.default_rng(seed)
    date = np.datetime64("2024-01-08") + np.repeat(np.arange(days), series)
    number = np.tile(np.arange(series), days)
    forecast = random.uniform(50, 300, days * series)
    scale = (forecast / 150) ** -0.3
    actual = forecast * np.exp(0.05 * scale * random.standard_t(8, size=len(scale)))
    return number, date, forecast, actual, scale


@given(st.integers(0, 500), st.floats(2.0, 50.0), st.integers(5, 110), st.booleans())
def test_a_run_of_one_series_moves_the_margin_not_at_all(seed, factor, length, down):
    number, date, forecast, actual, scale = past(seed)
    days = np.unique(date)
    rows = (number == 3) & (date >= days[5]) & (date < days[5] + length)
    odd = np.where(rows, forecast * factor ** (-1 if down else 1), actual)
    # The day on which the run borders is itself a far one now and then: take the runs found.
    runs = far_runs(number, date, np.log(odd / forecast), scale)
    assert runs.left_out[rows].all()
    assert runs.left_out.sum() <= rows.sum() + 2
    bent = margin(number, date, forecast, odd, scale, 0.01)
    keep = runs.keep
    clean = margin(number[keep], date[keep], forecast[keep], actual[keep], scale[keep], 0.01)
    assert bent.pooled == clean.pooled
    assert [run.series for run in bent.runs] == [3]
    assert bent.runs[0].days >= length


def test_how_far_a_run_is_does_not_matter_to_the_last_bit():
    number, date, forecast, actual, scale = past(1)
    rows = (number == 0) & (date > np.datetime64("2024-02-01"))
    found = {
        margin(number, date, forecast, np.where(rows, forecast * f, actual), scale, 0.01).pooled
        for f in (2.0, 3.0, 1000.0)
    }
    assert len(found) == 1


@given(st.integers(0, 200), st.randoms())
def test_the_order_of_rows_does_not_matter(seed, shuffler):
    given_ = past(seed, days=40)
    order = list(range(len(given_[0])))
    shuffler.shuffle(order)
    one = margin(*given_, 0.02, own=True)
    other = margin(*(column[order] for column in given_), 0.02, own=True)
    assert one.pooled == pytest.approx(other.pooled, abs=1e-9)
    np.testing.assert_allclose(one.own, other.own, atol=1e-9)


def test_without_far_rows_the_margin_is_the_pooled_one_of_today():
    number, date, forecast, _, scale = past(2)
    random = np.random.default_rng(0)
    actual = forecast * np.exp(0.05 * scale * random.uniform(-1, 1, len(scale)))
    flat = Scale(scale, scale, np.zeros(len(scale), dtype=np.int64))
    for tray in (1, 8):
        today = Calibration(forecast, actual, date, number, flat).margin(0.01, tray).pooled
        found = margin(number, date, forecast, actual, scale, 0.01, tray=tray)
        assert found.pooled == today
        assert not len(found.held)


def test_a_single_typing_error_counts_no_more_than_the_edge():
    number, date, forecast, actual, scale = past(3)
    error = actual.copy()
    error[50] = 1000 * forecast[50]
    usual = far_runs(number, date, np.log(error / forecast), scale).usual
    held = winsorised(forecast, error, scale, usual)
    assert np.log(held[50] / forecast[50]) == pytest.approx(6 * usual * scale[50])
    np.testing.assert_array_equal(
        np.delete(held, 50), np.delete(winsorised(forecast, actual, scale, usual), 50)
    )
    assert margin(number, date, forecast, error, scale, 0.01).held.tolist().count(50) == 1


def test_four_far_days_are_no_run_and_five_are():
    number, date, forecast, actual, scale = past(4)
    days = np.unique(date)
    for length, runs in ((4, 0), (5, 1)):
        rows = (number == 2) & (date >= days[30]) & (date < days[30 + length])
        far = np.where(rows, forecast * 3, actual)
        assert len(far_runs(number, date, np.log(far / forecast), scale).runs) == runs
    other_side = np.where(rows, forecast * np.where(np.arange(len(date)) % 2, 3.0, 1 / 3), actual)
    sides = far_runs(number, date, np.log(other_side / forecast), scale)
    assert all(run.days >= 5 for run in sides.runs)


def test_perfect_forecasts_leave_nothing_out():
    number, date, forecast, _, scale = past(5, days=10)
    actual = forecast.copy()
    actual[0] *= 2
    found = margin(number, date, forecast, actual, scale, 0.001)
    assert not found.runs
    assert not len(found.held)


def test_a_series_far_from_the_others_gets_its_own_margin_as_its_past_supports_it():
    number, date, forecast, actual, scale = past(6, days=600)
    wide = np.where(number == 4, forecast * (actual / forecast) ** 2.0, actual)
    found = margin(number, date, forecast, wide, scale, 0.01, own=True)
    assert found.own[4] > found.pooled * 1.3
    assert np.abs(found.of(np.array([0, 1])) - found.pooled).max() < 0.02
    few = margin(number[:600], date[:600], forecast[:600], wide[:600], scale[:600], 0.01, own=True)
    assert abs(few.own[4] - few.pooled) < abs(found.own[4] - found.pooled)
    shrunk = margin(number, date, forecast, wide, scale, 0.01, own=True, own_rows=1e12)
    np.testing.assert_allclose(shrunk.own, shrunk.pooled, atol=1e-6)


def test_the_rows_that_set_a_margin_are_those_that_miss_most():
    number, date, forecast, actual, scale = past(7)
    found = margin(number, date, forecast, actual, scale, 0.01)
    missing = actual - np.ceil(forecast * np.exp(found.pooled * scale) - 1e-9)
    assert found.setters[0] == np.argmax(missing) or found.setters[0] in found.held
    assert 0 < found.setters_share <= 1


def test_wrong_shares_and_empty_pasts_are_refused():
    given_ = past(8, days=5)
    for wrong in (0, 1, -0.1):
        with pytest.raises(ForecastError):
            margin(*given_, wrong)
    with pytest.raises(ForecastError):
        margin(*(column[:0] for column in given_), 0.01)
    with pytest.raises(ForecastError):
        far_runs(*given_[:2], np.zeros(len(given_[0])), days=0)
