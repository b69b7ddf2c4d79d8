"""What past strikes did, beside their usual effect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from prevision_cantine import CanteenForecaster, make_city
from prevision_cantine.model.strikes import LOST, past_strikes

MEALS = st.floats(1, 1000)


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
    found = past_strikes(np.datetime64("2016-06-02") + day, meals, expected)
    assert len(found) == len(set(day.tolist()))
    for n, one in enumerate(np.unique(day)):
        here = day == one
        assert found.came[n] == pytest.approx(meals[here].sum() / expected[here].sum())
        assert found.hit[n] == pytest.approx(np.mean(meals[here] < LOST * expected[here]))


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_no_past_strike_is_said(lang):
    none = past_strikes(np.array([], dtype="datetime64[D]"), np.zeros(0), np.zeros(0))
    assert none.summary() == {"days": 0}
    assert "%" not in none.to_text(lang)
