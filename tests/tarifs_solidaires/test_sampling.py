"""Intervals hold what they should, as often as they say, however the sample is written down."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tarifs_solidaires import InputError, compare, load_rule, make_population
from tarifs_solidaires.people.sampling import student_quantile, wilson

BEFORE = load_rule("nantes/transport", on="2023-04-30")
AFTER = load_rule("nantes/transport", on="2023-05-01")
PEOPLE = make_population([BEFORE, AFTER], 20_000, seed=7)


def _sample(rows):
    return {name: column[rows] for name, column in PEOPLE.items()}


def _compared(rows, weight=None, **more):
    return compare(BEFORE, AFTER, _sample(rows), weight=weight, price=500, **more)


ROWS = np.random.default_rng(1).integers(0, 20_000, 600)


@given(share=st.sampled_from([0.75, 0.95, 0.975, 0.995]), freedom=st.integers(1, 1000))
def test_quantiles_are_those_of_student(share, freedom):
    assert student_quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=1e-8)


@given(size=st.integers(1, 5000), data=st.data())
def test_shares_have_wilson_s_interval(size, data):
    count = data.draw(st.integers(0, size))
    expected = stats.binomtest(count, size).proportion_ci(0.95, method="wilson")
    low, high = wilson(count / size, size, stats.norm.ppf(0.975))
    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)


def test_a_plain_sample_has_the_error_of_the_textbook():
    comparison = _compared(ROWS)
    confidence = comparison.confidence()
    error = comparison.change.std(ddof=1) / math.sqrt(600)
    found = confidence.of("mean_change")
    assert found.error == pytest.approx(error)
    half = stats.t.ppf(0.975, 599) * error
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))
    share = comparison.total["losers"] / 600
    losers = confidence.of("losers")
    assert losers.error == pytest.approx(600 * math.sqrt(share * (1 - share) / 599))


def test_a_mean_with_unequal_weights_has_the_error_of_a_ratio():
    weight = 1.0 + ROWS % 7
    comparison = _compared(ROWS, weight)
    mean = np.average(comparison.change, weights=weight)
    residual = weight * (comparison.change - mean) / weight.sum()
    error = math.sqrt(600 / 599 * (residual**2).sum())
    assert comparison.confidence().of("mean_change").error == pytest.approx(error)
    assert comparison.confidence().of("mean_change").value == pytest.approx(mean)


def test_values_are_those_of_the_table():
    weight = 1.0 + ROWS % 7
    comparison = _compared(ROWS, weight, by={"age": _sample(ROWS)["age"] // 30})
    confidence = comparison.confidence()
    for one in confidence.estimates:
        row = comparison.total if one.group is None else comparison.groups[one.group]
        assert one.value == pytest.approx(row[one.measure])
        assert one.low <= one.value + 1e-9
        assert one.value <= one.high + 1e-9
        assert not one.measure.startswith(("win", "los")) or one.low >= 0


@given(factor=st.floats(0.01, 1000), seed=st.integers(0, 20))
@settings(max_examples=25)
def test_weights_scale(factor, seed):
    weight = 1.0 + np.random.default_rng(seed).integers(0, 9, 600)
    once, more = (_compared(ROWS, w).confidence() for w in (weight, factor * weight))
    for one, other in zip(once.estimates, more.estimates, strict=True):
        scale = 1 if one.measure == "mean_change" else factor
        for name in ("value", "low", "high", "error"):
            expected = scale * getattr(one, name)
            assert getattr(other, name) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_rows_that_are_written_twice_in_a_cluster_say_no_more():
    once = _compared(ROWS, np.full(600, 2.0)).confidence()
    twice = _compared(np.tile(ROWS, 2), np.ones(1200))
    clustered = twice.confidence(cluster=np.tile(np.arange(600), 2))
    for one, other in zip(once.estimates, clustered.estimates, strict=True):
        assert (other.value, other.error) == pytest.approx((one.value, one.error))
        assert (other.low, other.high) == pytest.approx((one.low, one.high))
    loose = twice.confidence().of("mean_change").error
    assert loose < once.of("mean_change").error


def test_strata_take_what_lies_between_them_out_of_the_error():
    comparison = _compared(ROWS)
    whole = comparison.confidence().of("mean_change").error
    split = comparison.confidence(strata=comparison.change).of("mean_change").error
    assert split < 1e-9 < whole


def test_the_bootstrap_agrees_and_repeats():
    comparison = _compared(ROWS, 1.0 + ROWS % 5)
    strata = ROWS % 4
    linear = comparison.confidence(strata=strata)
    drawn = comparison.confidence(strata=strata, method="bootstrap", repeats=800, seed=3)
    for one, other in zip(linear.estimates, drawn.estimates, strict=True):
        assert other.error == pytest.approx(one.error, rel=0.1, abs=1e-9)
    again = comparison.confidence(strata=strata, method="bootstrap", repeats=800, seed=3)
    assert repr(again.estimates) == repr(drawn.estimates)
    other = comparison.confidence(strata=strata, method="bootstrap", repeats=800, seed=4)
    assert other.of("losers") != drawn.of("losers")


def test_intervals_hold_the_figure_of_the_population_as_often_as_they_say():
    everybody = _compared(np.arange(20_000))
    draw = np.random.default_rng(11)
    held = dict.fromkeys(("winners", "losers", "mean_change", "budget_after"), 0)
    for _ in range(200):
        # unequal chances: the old are drawn three times as often, and weigh a third
        chance = np.where(PEOPLE["age"] >= 60, 3.0, 1.0)
        rows = draw.choice(20_000, 400, p=chance / chance.sum())
        weight = 1 / chance[rows]
        confidence = _compared(rows, weight * 20_000 / weight.sum()).confidence()
        for name in held:
            one = confidence.of(name)
            held[name] += one.low <= everybody.total[name] <= one.high
    assert all(0.90 <= count / 200 <= 0.995 for count in held.values()), held


def test_nobody_in_the_sample_is_not_nobody_in_the_population():
    rows = np.flatnonzero(PEOPLE["quotient_familial"] > 1000)[:200]
    for method in ("linearised", "bootstrap"):
        losers = (
            _compared(rows, np.full(200, 10)).confidence(method=method, repeats=20).of("losers")
        )
        assert losers.value == losers.low == 0
        assert 10 < losers.high < 100


def test_groups_without_a_result_have_no_interval():
    people = {"quotient_familial": [-1.0, -1.0, 500.0, 560.0], "age": 70, "part": list("aabb")}
    comparison = compare(BEFORE, AFTER, people, by="part", errors="null")
    assert math.isnan(comparison.confidence().of("mean_change", 0).value)
    plain = json.loads(json.dumps(comparison.confidence().to_dict()))
    assert plain["estimates"][0]["measure"] == "winners"
    with pytest.raises(KeyError, match="no estimate of 'mean'"):
        comparison.confidence().of("mean")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"level": 1.0}, "level: 1.0 is not from 0.5 to below 1"),
        ({"method": "jackknife"}, "method: 'jackknife' is not a method"),
        ({"repeats": 1}, "repeats: 1 is not from 2 to 10,000"),
        ({"strata": np.arange(600)}, "600 strata contain a single cluster"),
        ({"strata": [1, 2]}, "strata: there are 2 values for 600 rows"),
        ({"strata": np.arange(600) % 2, "cluster": np.arange(600) // 3}, "lies in two strata"),
    ],
)
def test_a_design_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        _compared(ROWS).confidence(**arguments)
