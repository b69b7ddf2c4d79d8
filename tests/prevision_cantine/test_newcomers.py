"""Series with little past: levels, widths and margins, against closed forms and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import ForecastError
from prevision_cantine.uncertainty.newcomers import (
    CLIP,
    KNOWN_ROWS,
    Prior,
    margin_curve,
    missing_share,
    newcomers,
    prior_from_others,
    prior_from_replaced,
    prior_stated,
    quantile_widened,
    widened,
)

residuals = st.lists(st.floats(-2, 2), max_size=12).map(np.array)


def own(residual, prior=Prior(0.0, 0.2, "others"), **more):  # noqa: B008
    count = len(residual)
    age = np.arange(count, dtype=float)[::-1]
    return newcomers({3: prior}, np.full(count, 3), age, np.asarray(residual, dtype=float), **more)


@given(residuals)
def test_the_level_is_between_the_prior_and_its_own_days(residual):
    found = own(residual)
    assert found.days[0] == len(residual)
    assert (
        min(residual.min(initial=0), 0) - 1e-9
        <= found.level[0]
        <= max(residual.max(initial=0), 0) + 1e-9
    )
    assert 0 < found.sd[0] <= 1.25 * 0.2 + 1e-12


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=12))
def test_each_own_day_narrows_the_width_and_one_of_a_first_week_less(residual):
    sd = [own(residual[:n]).sd[0] for n in range(len(residual) + 1)]
    assert (np.diff(sd) < 0).all()
    first = own(residual, first_days=np.ones(len(residual), dtype=bool))
    assert first.level[0] == own(residual).level[0]
    assert first.sd[0] > sd[-1]


def test_a_single_far_day_is_clipped_and_rows_of_others_do_not_count():
    usual = [0.1, 0.1, 0.1, 0.1]
    assert own([*usual, 5.0]).level == own([*usual, 0.1 + CLIP]).level
    more = newcomers(
        {3: Prior(0.0, 0.2, "others")},
        np.array([3, 9]),
        np.array([0.0, 0.0]),
        np.array([0.4, -7.0]),
    )
    assert more.level[0] == pytest.approx(0.4 / 1.5)
    assert more.sd_of(np.array([3, 9, 0])).tolist() == [more.sd[0], 0.0, 0.0]


def test_a_week_of_own_days_takes_over():
    assert own([0.5] * 5).level[0] > 0.44
    assert own([0.5] * int(KNOWN_ROWS)).sd[0] < 0.07


def test_priors_say_what_they_rest_on():
    level, rows = np.array([0.0, 0.2, 0.4, 5.0]), np.array([10.0, 10.0, 10.0, 10.0])
    prior = prior_from_others(level, rows, exclude=np.array([3]))
    assert (prior.level, prior.source, prior.series) == (0.2, "others", (0, 1, 2))
    assert prior_from_others(np.zeros(500), np.ones(500)).sd == pytest.approx(
        0.3 * (4 / 504) ** 0.5
    )
    stated = prior_stated(180.0, np.log(200.0))
    assert np.exp(np.log(200.0) + stated.level) == pytest.approx(180)
    assert (stated.source, stated.series) == ("stated", ())
    merged = prior_from_replaced(np.log([0.5, 0.9]), np.array([np.nan, np.nan]), np.array([0, 1]))
    assert np.exp(merged.level) == pytest.approx(0.7)
    alone = prior_from_replaced(np.log([0.5, 0.9]), np.array([7.0, np.nan]), np.array([1]))
    assert np.exp(alone.level) == pytest.approx(0.9)
    for wrong in (
        lambda: prior_from_others(level, np.zeros(4)),
        lambda: prior_stated(0, 1.0),
        lambda: prior_from_replaced(level, rows, np.array([], dtype=int)),
        lambda: margin_curve(0),
        lambda: quantile_widened(level, rows, 1.0),
    ):
        with pytest.raises(ForecastError):
            wrong()


@given(
    st.floats(10, 500), st.floats(0.5, 0.99), st.floats(1.01, 2.0), st.floats(0, 1), st.floats(0.5, 0.99)
)  # fmt: skip
def test_widened_bounds_hold_the_ordinary_ones_and_equal_them_without_doubt(
    meals, low, high, sd, coverage
):
    one = np.array([meals])
    lower, upper = one * low, one * high
    new = widened(one, lower, upper, np.array([sd]), coverage)
    assert new[0][0] <= lower[0]
    assert new[1][0] >= upper[0]
    same = widened(one, lower, upper, np.zeros(1), coverage)
    assert (same[0][0], same[1][0]) == (lower[0], upper[0])


def test_the_missing_share_is_that_of_a_simulation():
    random = np.random.default_rng(0)
    for margin, scale in ((0.0, 0.1), (0.1, 0.2), (0.4, 0.3), (-0.05, 0.05)):
        meals = np.exp(scale * random.normal(size=2_000_000))
        simulated = np.maximum(meals - np.exp(margin), 0).sum() / meals.sum()
        found = missing_share(np.array([margin]), np.array([scale]))[0]
        assert found == pytest.approx(simulated, rel=0.02, abs=2e-5)


@given(st.floats(0.001, 0.2), st.floats(0.001, 1.5))
def test_the_curve_keeps_the_shortage_at_every_scale(shortage, scale):
    curve = margin_curve(shortage)
    margin = curve.margin_of(np.array([scale]))
    assert missing_share(margin, np.array([scale]))[0] == pytest.approx(shortage, rel=0.02)
    assert curve.scale_of(margin)[0] == pytest.approx(scale, rel=0.02)
    assert (np.diff(curve.margin) >= 0).all()


@given(st.floats(0.001, 0.1), st.floats(-0.05, 0.5), st.floats(0, 1))
def test_doubt_only_adds_to_an_order(shortage, margin, sd):
    one = np.array([margin])
    more = margin_curve(shortage).widened(one, np.array([sd]))
    assert more[0] >= margin
    assert margin_curve(shortage).widened(one, np.zeros(1))[0] == margin
    assert quantile_widened(one, np.array([sd]), 0.8)[0] >= margin
    assert quantile_widened(one, np.array([sd]), 0.2)[0] <= margin
    assert quantile_widened(one, np.zeros(1), 0.8)[0] == margin


def test_new_series_of_a_simulated_city_are_held_and_served():
    """Levels 0.2 apart, days 0.06: intervals hold what they say, orders miss about what they aim at."""
    random = np.random.default_rng(1)
    level = 0.2 * random.normal(size=400)
    prior = prior_from_others(level[:80], np.ones(80))
    curve, series = margin_curve(0.01), np.arange(80, 400)
    for known in (0, 1, 3, 8):
        number = np.repeat(series, known)
        age = np.tile(np.arange(known, dtype=float), len(series))
        residual = level[number] + 0.06 * random.normal(size=len(number))
        found = newcomers(dict.fromkeys(series.tolist(), prior), number, age, residual)
        days = 20
        actual = np.exp(level[series, None] + 0.06 * random.normal(size=(len(series), days)))
        meals = np.repeat(np.exp(found.level)[:, None], days, axis=1)
        ordinary = np.exp(1.645 * 0.06)
        low, high = widened(meals, meals / ordinary, meals * ordinary, found.sd[:, None], 0.9)
        assert 0.86 < ((low <= actual) & (actual <= high)).mean() < 0.995
        plain = curve.margin_of(np.full(meals.shape, 0.06))
        order = meals * np.exp(
            curve.widened(plain, np.broadcast_to(found.sd[:, None], meals.shape))
        )
        missing = np.maximum(actual - order, 0).sum() / actual.sum()
        assert missing < 0.012
