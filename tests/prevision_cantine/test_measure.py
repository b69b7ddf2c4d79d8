"""Scores against their definitions, and plain baselines that never look ahead."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import ForecastError
from prevision_cantine.measure.baselines import Table, last_year, weekday_mean
from prevision_cantine.uncertainty.measures import excess, scores, shortage, wape


def forecasts(seed, count=200):
    random = np.random.default_rng(seed)
    actual = random.uniform(20, 200, count)
    forecast = actual * np.exp(0.1 * random.normal(size=count))
    return actual, forecast, np.ceil(1.1 * forecast), 0.8 * forecast, 1.2 * forecast


@given(st.integers(0, 100))
def test_scores_are_their_definitions_whole_and_by_group(seed):
    actual, forecast, ordered, lower, upper = forecasts(seed)
    by = np.arange(200) % 3
    every = scores(actual, forecast, ordered=ordered, lower=lower, upper=upper, at_shortage=0.01)
    parts = scores(
        actual, forecast, ordered=ordered, lower=lower, upper=upper, at_shortage=0.01, by=by
    )
    for found, keep in [(every, by >= 0)] + [(parts, by == n) for n in range(3)]:
        n = 0 if found is every else int(by[keep][0])
        assert found.rows[n] == keep.sum()
        assert found.wape[n] == pytest.approx(wape(forecast[keep], actual[keep]))
        assert found.bias[n] == pytest.approx(forecast[keep].sum() / actual[keep].sum() - 1)
        assert found.excess[n] == pytest.approx(excess(ordered[keep], actual[keep]))
        assert found.shortage[n] == pytest.approx(shortage(ordered[keep], actual[keep]))
        held = (lower <= actual) & (actual <= upper)
        assert found.coverage[n] == pytest.approx(held[keep].mean())
        assert found.width[n] == pytest.approx((0.4 * forecast)[keep].sum() / actual[keep].sum())
    assert parts.meals.sum() == pytest.approx(every.meals[0])


@given(st.integers(0, 100), st.floats(0.1, 10))
def test_excess_at_equal_shortage_does_not_depend_on_how_much_is_ordered(seed, factor):
    actual, _, ordered, _, _ = forecasts(seed)
    first, second = (scores(actual, actual, ordered=o, at_shortage=0.02).equal_excess[0] for o in (ordered, factor * ordered))  # fmt: skip
    assert first == pytest.approx(second, abs=1e-9)
    exact = scores(actual, actual, ordered=actual, at_shortage=0.0)
    assert exact.equal_excess[0] == pytest.approx(0, abs=1e-9)


def test_rows_without_forecast_do_not_count_and_figures_not_there_are_left_out():
    actual, forecast, ordered, _, _ = forecasts(0)
    forecast[:50] = np.nan
    found = scores(actual, forecast)
    assert found.rows.tolist() == [150]
    assert set(found.to_dicts()[0]) == {"group", "rows", "meals", "wape", "bias"}
    with pytest.raises(ForecastError):
        scores(actual, forecast[:10])
    with pytest.raises(ForecastError):
        scores(actual, forecast, lower=ordered)
    with pytest.raises(ForecastError):
        scores(actual, forecast, ordered=ordered, at_shortage=1.0)
    assert len(scores(actual[:0], forecast[:0], by=actual[:0])) == 0


def days(start, count):
    return np.datetime64(start) + np.arange(count)


def test_the_mean_of_weekdays_falls_back_step_by_step():
    date = days("2024-01-08", 14)
    past = Table(np.zeros(14, dtype=int), date, np.full(14, 100.0), np.arange(14.0) + 50)
    new = Table(
        np.array([0, 1, 1]),
        np.array(["2024-01-22"] * 3, dtype="datetime64[D]"),
        np.array([200.0, 50.0, np.nan]),
    )
    found = weekday_mean(past, new)
    assert found[0] == pytest.approx(2 * (50 + 57) / 2)
    assert found[1] == pytest.approx(50 * 56.5 / 100)  # no past: meals a head of all
    assert found[2] == pytest.approx(56.5)  # nor people
    monday = Table(past.series[:1], past.date[:1], past.people[:1], np.array([80.0]))
    tuesday = Table(past.series[:1], past.date[1:2], past.people[:1])
    assert weekday_mean(monday, tuesday).tolist() == [80.0]
    unknown = Table(past.series, past.date, np.full(14, np.nan), past.meals)
    assert weekday_mean(unknown, new)[0] == pytest.approx(53.5)
    empty = Table(past.series[:0], past.date[:0], past.people[:0], past.people[:0])
    assert np.isnan(weekday_mean(empty, new)).all()
    assert np.isnan(last_year(empty, new)).all()


def test_last_year_takes_the_same_week_or_a_neighbour():
    date = np.array(["2023-01-02", "2023-01-09", "2023-01-17"], dtype="datetime64[D]")
    past = Table(np.zeros(3, dtype=int), date, np.full(3, 100.0), np.array([10.0, 20.0, 30.0]))
    new = Table(
        np.zeros(3, dtype=int),
        np.array(["2024-01-08", "2024-01-16", "2024-01-09"], dtype="datetime64[D]"),
        np.full(3, 100.0),
    )
    found = last_year(past, new)
    assert found[0] == 20.0  # 52 weeks
    assert found[1] == 30.0
    assert found[2] == 30.0  # 51 weeks before: a Tuesday
    with pytest.raises(ForecastError):
        last_year(new, past)
    with pytest.raises(ForecastError):
        Table(past.series, past.date[:1], past.people)


@given(st.integers(0, 50))
def test_baselines_do_not_look_ahead(seed):
    """What was served on the forecast days, were it known, changes nothing: they are not asked."""
    random = np.random.default_rng(seed)
    date = np.repeat(days("2022-01-03", 500), 3)
    series = np.tile(np.arange(3), 500)
    meals = random.uniform(10, 90, 1500)
    cut = np.datetime64("2023-03-01")
    past = date <= cut
    new = Table(series[~past], date[~past], np.full((~past).sum(), 100.0))
    for baseline in (weekday_mean, last_year):
        known = Table(series[past], date[past], np.full(past.sum(), 100.0), meals[past])
        order = random.permutation(past.sum())
        mixed = Table(
            known.series[order], known.date[order], known.people[order], known.meals[order]
        )
        np.testing.assert_allclose(baseline(known, new), baseline(mixed, new))
    old = Table(series[past], date[past] - 3000, np.full(past.sum(), 100.0), meals[past])
    both = Table(
        *(
            np.concatenate([getattr(a, n) for a in (old, known)])
            for n in ("series", "date", "people", "meals")
        )
    )
    np.testing.assert_allclose(weekday_mean(known, new), weekday_mean(both, new))
