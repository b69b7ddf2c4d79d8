"""Smooth numbers and seasons: columns under ridge, whatever the numbers; the dense solution."""

import json

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import ForecastError
from prevision_cantine.model.regression import Block, Design, solve
from prevision_cantine.model.smooth import Smooth, fit_smooth, harmonics, product, season_blocks

numbers = st.lists(
    st.one_of(
        st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, 2.0]), st.just(float("nan"))
    ),
    max_size=60,
).map(np.array)  # fmt: skip


@given(numbers, st.integers(4, 12))
def test_columns_are_finite_centred_and_few_whatever_the_numbers(values, functions):
    smooth = fit_smooth(values, functions)
    distinct = len(np.unique(values[~np.isnan(values)]))
    assert smooth.width <= min(functions - 1, max(distinct - 1, 0))
    columns = smooth.columns(values)
    assert columns.shape == (len(values), smooth.width)
    assert np.isfinite(columns).all()
    known = ~np.isnan(values)
    assert (columns[~known] == 0).all()
    if smooth.width:
        np.testing.assert_allclose(columns[known].mean(axis=0), 0, atol=1e-6)
        assert np.std(columns[known, 0]) == pytest.approx(1)


@given(numbers)
def test_a_smooth_goes_through_json_unchanged(values):
    smooth = fit_smooth(values)
    again = Smooth.from_dict(json.loads(json.dumps(smooth.to_dict())))
    assert again == smooth
    np.testing.assert_array_equal(again.columns(values), smooth.columns(values))


def test_a_smooth_is_immutable_and_refuses_what_is_not_one():
    smooth = fit_smooth(np.arange(50.0))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        smooth.low = 1.0
    data = smooth.to_dict()
    for wrong in ({**data, "more": 1}, {**data, "middle": [1.0]}, {**data, "low": float("inf")}):
        with pytest.raises(ForecastError):
            Smooth.from_dict(wrong)
    with pytest.raises(ForecastError):
        fit_smooth(np.array([0.0, np.inf]))
    with pytest.raises(ForecastError):
        fit_smooth(np.arange(9.0), functions=3)


def test_outside_the_range_the_curve_is_flat():
    smooth = fit_smooth(np.linspace(0, 1, 400))
    far = smooth.columns(np.array([-5.0, smooth.low, smooth.high, 7.0]))
    np.testing.assert_array_equal(far[0], far[1])
    np.testing.assert_array_equal(far[2], far[3])


def test_rare_values_among_one_usual_are_a_line_over_their_range():
    values = np.zeros(1000)
    values[:2] = [3.0, 9.0]
    smooth = fit_smooth(values)
    assert (smooth.low, smooth.high) == (0.0, 9.0)
    assert smooth.width == 2


@given(st.integers(0, 1000))
def test_the_columns_are_the_penalised_spline_turned(seed):
    """Plain ridge on the turned columns gives the fit of the spline under its own penalty."""
    from scipy.interpolate import BSpline

    random = np.random.default_rng(seed)
    x = random.uniform(-2, 5, 150)
    y = np.sin(x) + 0.1 * random.normal(size=150)
    smooth = fit_smooth(x)
    knots = np.arange(-3, 9, dtype=float)
    place = np.clip(
        (np.clip(x, smooth.low, smooth.high) - smooth.low) / (smooth.high - smooth.low) * 5, 0, 5
    )
    basis = BSpline.design_matrix(place, knots, 3).toarray()
    second = np.diff(np.eye(8), 2, axis=0)
    penalty = 2.5
    coefficients = np.linalg.solve(basis.T @ basis + penalty * second.T @ second, basis.T @ y)
    free = np.column_stack([np.ones(150), smooth.columns(x)])
    ridge = np.diag([0.0, 0.0, *[penalty] * 6])
    ours = np.linalg.solve(free.T @ free + ridge, free.T @ y)
    np.testing.assert_allclose(free @ ours, basis @ coefficients, atol=1e-7)


def test_a_known_curve_is_found_and_a_straight_one_stays_straight():
    random = np.random.default_rng(3)
    x = random.uniform(0, 0.4, 800)
    zero = np.zeros(800, dtype=np.int64)
    smooth = fit_smooth(x)
    for truth in (lambda v: -2 * v, lambda v: -6 * v**2):
        design = Design(
            (Block("level", zero, 1, 0.01), *smooth.blocks("away", x, line=1.0, curve=3.0)),
            np.arange(800), zero, 1,
        )  # fmt: skip
        effects, _ = solve(design, truth(x) + 0.05 * random.normal(size=800))
        found = effects.terms(design)["away"]
        expected = truth(x) - truth(x).mean()
        assert np.abs(found - found.mean() - expected).max() < 0.06
        grid, curve = smooth.curve(effects.shared[1:])
        assert np.abs(curve - curve.mean() - truth(grid) + truth(grid).mean()).max() < 0.06


def test_a_product_has_a_curve_for_each_category():
    random = np.random.default_rng(4)
    x, kind = random.uniform(0, 1, 900), random.integers(-1, 3, 900)
    smooth = fit_smooth(x)
    zero = np.zeros(900, dtype=np.int64)
    slope = np.array([1.0, -1.0, 0.0, 0.0])  # the last one: of no category
    design = Design(
        smooth.blocks("a", x, line=0.1, curve=1.0, category=kind, categories=3),
        np.arange(900),
        zero,
        1,
    )
    target = slope[kind] * smooth.columns(x)[:, 0]
    effects, _ = solve(design, target + 0.02 * random.normal(size=900))
    np.testing.assert_allclose(effects.shared[:3], slope[:3], atol=0.02)
    assert (effects.total(design)[kind < 0] == 0).all()
    with pytest.raises(ForecastError):
        product(smooth.columns(x), kind, 2)


def test_a_nested_smooth_is_the_smooth_of_each_series_alone():
    random = np.random.default_rng(5)
    x = random.uniform(0, 1, 60)
    situation, group = np.tile(np.arange(60), 2), np.repeat([0, 1], 60)
    target = random.normal(size=120)
    smooth = fit_smooth(x)
    both, _ = solve(
        Design(smooth.blocks("a", x, nested=True), situation, group, 2), target, robust=False
    )
    for one in (0, 1):
        design = Design(smooth.blocks("a", x), np.arange(60), np.zeros(60, dtype=np.int64), 1)
        alone, _ = solve(design, target[group == one], robust=False)
        np.testing.assert_allclose(both.nested[one], alone.shared, atol=1e-9)
        own = Design(smooth.blocks("a", x, nested=True), np.arange(60), np.full(60, one), 2)
        np.testing.assert_allclose(both.total(own), alone.total(design), atol=1e-9)


def test_harmonics_are_those_of_the_year_and_heavier_the_faster():
    date = np.datetime64("2023-01-01") + np.arange(365)
    columns = harmonics(np.arange(365) / 365, 3)
    np.testing.assert_allclose(columns.T @ columns / 365, np.eye(6) / 2, atol=1e-9)
    blocks = season_blocks("season", date, count=3, penalty=2.0)
    assert [block.penalty for block in blocks] == [2.0, 8.0, 18.0]
    assert [block.width for block in blocks] == [2, 2, 2]


def test_a_block_refuses_values_of_another_shape():
    with pytest.raises(ForecastError, match="shape"):
        Block("a", np.zeros((3, 2), dtype=np.int64), 1, 1.0, value=np.zeros(3))
    with pytest.raises(ForecastError, match="column 5 of situation 1"):
        Block("a", np.array([[0, 1], [0, 5]]), 2, 1.0)
