"""What past strikes did, and an announced one as a mixture: shares, intervals that hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from prevision_cantine import CanteenForecaster, ForecastError, make_city
from prevision_cantine.uncertainty.strikes import HIT, past_strikes

SERIES = 60
MEALS = st.floats(1, 1000)


def strikes(seed, days=14, noise=0.06):
    random = np.random.default_rng(seed)
    chance = random.beta(1.0, 5.0, SERIES)
    number, day = np.tile(np.arange(SERIES), days), np.repeat(np.arange(days), SERIES)
    wave = np.exp(0.6 * random.normal(size=days))[day]
    hit = random.random(len(day)) < np.minimum(chance[number] * wave, 0.95)
    served = np.where(hit, random.uniform(0.1, 0.6, len(day)), 0.97)
    expected = random.uniform(80, 300, len(day))
    meals = expected * served * np.exp(noise * random.normal(size=len(day)))
    return number, np.datetime64("2023-09-05") + 14 * day, meals, expected


def test_intervals_hold_the_next_strikes_of_a_simulation():
    held = []
    for seed in range(6):
        number, date, meals, expected = strikes(seed, days=24)
        past = date < np.datetime64("2024-03-01")
        learned = past_strikes(
            number[past], date[past], meals[past], expected[past], count=SERIES, noise=0.06**2
        )
        for day in np.unique(date[~past]):
            here = date == day
            ordinary = np.exp(1.645 * 0.06)
            low, high = learned.bounds(
                number[here],
                expected[here],
                expected[here] / ordinary,
                expected[here] * ordinary,
                0.9,
            )
            held.append(((low <= meals[here]) & (meals[here] <= high)).mean())
    assert 0.86 < np.mean(held) < 0.97


@given(st.integers(0, 20), st.floats(0, 1), st.floats(0.05, 0.95))
def test_the_share_and_the_loss_told_are_those_used(seed, share, loss):
    learned = past_strikes(*strikes(seed), count=SERIES)
    series = np.arange(SERIES)
    assert learned.chances(series, share).mean() == pytest.approx(share, abs=1e-6)
    spared = np.exp(learned.served_spared).mean()
    expected = share * (1 - loss) + (1 - share) * spared
    assert learned.factor(series, share, loss).mean() == pytest.approx(expected, abs=1e-6)


def test_more_hit_is_lower_and_nobody_hit_is_nearly_ordinary():
    learned = past_strikes(*strikes(1), count=SERIES, noise=0.06**2)
    series, one = np.arange(SERIES), np.full(SERIES, 200.0)
    lows = [
        learned.bounds(series, one, 0.9 * one, 1.1 * one, 0.9, share=s)[0].mean()
        for s in (0.0, 0.1, 0.5, 1.0)
    ]
    assert lows == sorted(lows, reverse=True)
    assert lows[0] == pytest.approx(0.88 * 200, rel=0.03)
    assert len(learned.served_hit) == len(learned.served_spared) == 40
    assert len(learned) == 14


def test_without_past_strikes_the_interval_is_wide_and_days_say_why():
    empty = np.zeros(0)
    learned = past_strikes(empty.astype(int), empty.astype("datetime64[D]"), empty, empty, count=4)
    assert len(learned) == 0
    one = np.full(4, 100.0)
    low, high = learned.bounds(np.arange(4), one, 0.9 * one, 1.1 * one, 0.9)
    assert (low < 60).all()
    assert (high > 100).all()
    for share, loss in ((1.5, None), (None, 1.0)):
        with pytest.raises(ForecastError):
            learned.factor(np.arange(4), share, loss)
    with pytest.raises(ForecastError):
        learned.bounds(np.arange(4), one, one, one, 1.0)
    with pytest.raises(ForecastError):
        past_strikes(np.zeros(1, dtype=int), np.zeros(2, dtype="datetime64[D]"), one, one, count=1)


def test_the_strikes_of_a_made_city_are_found_as_they_were_made():
    city = make_city(seed=0, canteens=30, years=3)
    strikes = CanteenForecaster(calibration_periods=0).fit(city, "2023-07-01").fitted_.strikes
    table = city.attendance
    served = np.unique(table.date[np.isin(table.date, city.calendar.strikes)])
    assert (strikes.date == served[served <= np.datetime64("2023-07-01")]).all()
    assert strikes.came == pytest.approx(np.exp(city.truth["strike"]), abs=0.05)
    assert (strikes.hit > 0.9).all()


@given(st.data())
def test_shares_are_of_the_canteens_and_meals_of_their_day(data):
    rows = data.draw(st.integers(1, 30))
    day = np.array(data.draw(st.lists(st.integers(0, 5), min_size=rows, max_size=rows)))
    meals, expected = (data.draw(arrays(float, rows, elements=MEALS)) for _ in range(2))
    found = past_strikes(
        np.zeros(rows, dtype=int), np.datetime64("2016-06-02") + day, meals, expected, count=1
    )
    assert len(found) == len(set(day.tolist()))
    for n, one in enumerate(np.unique(day)):
        here = day == one
        assert found.came[n] == pytest.approx(meals[here].sum() / expected[here].sum())
        assert found.hit[n] == pytest.approx(
            np.mean(np.log(meals[here] / expected[here]) < np.log(HIT))
        )


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_no_past_strike_is_said(lang):
    none = past_strikes(
        np.zeros(0, dtype=int),
        np.array([], dtype="datetime64[D]"),
        np.zeros(0),
        np.zeros(0),
        count=1,
    )
    assert none.summary() == {"days": 0}
    assert "%" not in none.to_text(lang)
