"""An announced strike as a mixture: shares as told, intervals that hold in a simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import ForecastError
from prevision_cantine.uncertainty.strikes import learn_strikes

SERIES = 60


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
        learned = learn_strikes(
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
    learned = learn_strikes(*strikes(seed), count=SERIES)
    series = np.arange(SERIES)
    assert learned.chances(series, share).mean() == pytest.approx(share, abs=1e-6)
    spared = np.exp(learned.spared).mean()
    expected = share * (1 - loss) + (1 - share) * spared
    assert learned.factor(series, share, loss).mean() == pytest.approx(expected, abs=1e-6)


def test_more_hit_is_lower_and_nobody_hit_is_nearly_ordinary():
    learned = learn_strikes(*strikes(1), count=SERIES, noise=0.06**2)
    series, one = np.arange(SERIES), np.full(SERIES, 200.0)
    lows = [
        learned.bounds(series, one, 0.9 * one, 1.1 * one, 0.9, share=s)[0].mean()
        for s in (0.0, 0.1, 0.5, 1.0)
    ]
    assert lows == sorted(lows, reverse=True)
    assert lows[0] == pytest.approx(0.88 * 200, rel=0.03)
    assert len(learned.hit) == len(learned.spared) == 40
    assert learned.days == 14


def test_without_past_strikes_the_interval_is_wide_and_days_say_why():
    empty = np.zeros(0)
    learned = learn_strikes(empty.astype(int), empty.astype("datetime64[D]"), empty, empty, count=4)
    assert learned.days == 0
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
        learn_strikes(np.zeros(1, dtype=int), np.zeros(2, dtype="datetime64[D]"), one, one, count=1)
