"""The regression engine: equal to the dense solution it stands for, whatever the shape of the rows."""

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from prevision_cantine import ForecastError
from prevision_cantine.model.regression import Block, Design, Effects, solve, standard_errors


@st.composite
def problems(draw):
    """A design with shared and nested blocks, a target and weights; full grids and thin ones."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    situations, groups = draw(st.integers(1, 60)), draw(st.integers(1, 9))
    count = draw(st.integers(1, 120))
    blocks = [
        Block(
            term=draw(st.sampled_from("abc")),
            column=random.integers(-1, width, situations),
            width=width,
            penalty=draw(st.floats(0.1, 20)),
            nested=draw(st.booleans()),
            value=random.normal(size=situations) if draw(st.booleans()) else None,
        )
        for width in draw(st.lists(st.integers(1, 6), min_size=1, max_size=5))
    ]
    design = Design(
        tuple(blocks),
        random.integers(0, situations, count),
        random.integers(0, groups, count),
        groups,
    )
    return design, random.normal(size=count), random.random(count)


def dense(design):
    """Every column written out, one a group for the nested, and the penalties."""
    own = design.matrix(nested=True).toarray()[design.situation]
    split = own[:, None, :] * np.eye(design.groups)[design.group][:, :, None]
    columns = np.hstack(
        [design.matrix(nested=False).toarray()[design.situation], split.reshape(len(design), -1)]
    )
    return columns, np.concatenate(
        [design.penalty(nested=False), np.tile(design.penalty(nested=True), design.groups)]
    )


def flat(effects):
    return np.concatenate([effects.shared, effects.nested.ravel()])


@given(problems())
def test_the_solution_is_the_dense_ridge_solution(problem):
    design, target, weight = problem
    columns, penalty = dense(design)
    normal = columns.T @ (weight[:, None] * columns) + np.diag(penalty)
    expected = np.linalg.solve(normal, columns.T @ (weight * target))
    effects, robustness = solve(design, target, weight, robust=False)
    np.testing.assert_allclose(flat(effects), expected, atol=1e-8)
    np.testing.assert_array_equal(robustness, 1)
    np.testing.assert_allclose(effects.total(design), columns @ expected, atol=1e-8)


@given(problems())
def test_standard_errors_are_those_of_the_dense_inverse(problem):
    design, target, weight = problem
    columns, penalty = dense(design)
    inverse = np.linalg.inv(columns.T @ (weight[:, None] * columns) + np.diag(penalty))
    effects, _ = solve(design, target, weight, robust=False)
    used = np.trace(columns @ inverse @ (columns * weight[:, None]).T)
    rest = target - columns @ flat(effects)
    variance = (weight * rest**2).sum() / max(weight.sum() - used, 1.0)
    shared, nested = standard_errors(design, target, weight, effects)
    assert nested.shape == effects.nested.shape
    np.testing.assert_allclose(
        np.concatenate([shared, nested.ravel()]),
        np.sqrt(variance * inverse.diagonal()),
        rtol=1e-6,
        atol=1e-12,
    )


@given(problems())
def test_the_robust_solution_solves_the_equations_of_its_weights(problem):
    # The weights that come back are those of the residuals of the effects that come back.
    design, target, weight = problem
    effects, robustness = solve(design, target, weight)
    distance = np.abs(target - effects.total(design))
    scale = max(1.4826 * np.median(distance), 1e-6)
    near = distance <= 1.5 * scale * (1 - 1e-9)
    np.testing.assert_array_equal(robustness[near], 1)
    far = distance > 1.5 * scale * (1 + 1e-9)
    np.testing.assert_allclose(robustness[far], (distance[far] / (1.5 * scale)) ** -1.5, rtol=1e-9)


def test_the_steps_come_near_to_where_they_end(monkeypatch):
    # Rows far below, as many as real canteens have, and effects that they would drag along.
    random = np.random.default_rng(0)
    situations, groups, count = 300, 20, 5000
    blocks = (
        Block("week", random.integers(0, 40, situations), 40, 6.0),
        Block("day", random.integers(0, 5, situations), 5, 9.0, nested=True),
        Block("level", np.zeros(situations, dtype=int), 1, 0.5, nested=True),
    )
    design = Design(
        blocks, random.integers(0, situations, count), random.integers(0, groups, count), groups
    )
    target = 0.1 * random.normal(size=situations)[design.situation] + 0.05 * random.normal(
        size=count
    )
    far = random.random(count) < 0.1
    target[far] -= random.exponential(0.8, far.sum())

    found = solve(design, target)[0].total(design)
    monkeypatch.setattr("prevision_cantine.model.regression.STEPS", 100)
    end = solve(design, target)[0].total(design)
    assert np.abs(found - end).max() < 0.011


@given(problems())
def test_terms_add_up_to_the_total(problem):
    design, target, weight = problem
    effects, _ = solve(design, target, weight)
    terms = effects.terms(design)
    assert list(terms) == list(dict.fromkeys(block.term for block in design.blocks))
    np.testing.assert_allclose(sum(terms.values()), effects.total(design), atol=1e-12)


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(problem, random):
    design, target, weight = problem
    order = np.arange(len(design))
    random.shuffle(order)
    moved = attrs.evolve(design, situation=design.situation[order], group=design.group[order])
    effects, _ = solve(design, target, weight, robust=False)
    again, _ = solve(moved, target[order], weight[order], robust=False)
    np.testing.assert_allclose(flat(again), flat(effects), atol=1e-9)


@given(problems(), st.booleans())
def test_a_count_of_rows_is_their_repetition(problem, robust):
    design, target, weight = problem
    count = (np.arange(len(design)) * 7 + 1) % 4  # some rows not at all
    repeated = np.repeat(np.arange(len(design)), count)
    longer = attrs.evolve(
        design, situation=design.situation[repeated], group=design.group[repeated]
    )
    if not len(longer):
        return
    effects, _ = solve(design, target, weight, count=count.astype(float), robust=robust)
    again, _ = solve(longer, target[repeated], weight[repeated], robust=robust)
    np.testing.assert_allclose(flat(again), flat(effects), atol=1e-7)


@given(problems())
def test_a_solution_is_the_same_to_the_last_bit_each_time(problem):
    design, target, weight = problem
    first, second = (solve(design, target, weight)[0] for _ in range(2))
    np.testing.assert_array_equal(flat(first), flat(second))


@given(problems())
@settings(max_examples=40)
def test_groups_eliminated_some_at_a_time_give_what_all_at_once_do(problem):
    design, target, weight = problem
    whole = solve(design, target, weight)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prevision_cantine.model.regression.CHUNK", 1)
        parts = solve(design, target, weight)[0]
    np.testing.assert_allclose(flat(parts), flat(whole), atol=1e-9)


@given(problems())
@settings(max_examples=40)
def test_thin_rows_give_what_a_full_grid_does(problem):
    design, target, weight = problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prevision_cantine.model.regression.GRID", 10**9)
        assert not sparse.issparse(design.spread(weight))
        grid, _ = solve(design, target, weight)
        total = grid.total(design)
        patch.setattr("prevision_cantine.model.regression.GRID", 0)
        assert sparse.issparse(design.spread(weight))
        thin, _ = solve(design, target, weight)
        np.testing.assert_allclose(flat(thin), flat(grid), atol=1e-9)
        np.testing.assert_allclose(thin.total(design), total, atol=1e-9)


def test_a_group_without_rows_has_no_effect_and_the_width_of_its_prior():
    design = Design(
        (Block("level", np.zeros(1, int), 1, 4.0, nested=True),),
        np.zeros(3, int),
        np.array([0, 0, 2]),
        3,
    )
    target = np.array([1.0, 2.0, 3.0])
    effects, _ = solve(design, target, robust=False)
    # (1 + 2) / (2 rows + 4), nothing, 3 / (1 row + 4)
    np.testing.assert_allclose(effects.nested[:, 0], [0.5, 0.0, 0.6])
    _, error = standard_errors(design, target, np.ones(3), effects)
    np.testing.assert_allclose(error[:, 0] ** 2 / error[1, 0] ** 2, [4 / 6, 1, 4 / 5])


def test_a_wild_row_hardly_moves_the_robust_solution():
    random = np.random.default_rng(0)
    design = Design((Block("level", np.zeros(1, int), 1, 1e-6),), *np.zeros((2, 101), int), 1)
    target = np.append(random.normal(0, 0.1, 100), 50.0)
    plain, robust = (solve(design, target, robust=kind)[0].shared[0] for kind in (False, True))
    assert plain > 0.4
    assert abs(robust) < 0.05


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"penalty": 0.0}, "penalty=0.0; give one above 0"),
        ({"column": np.array([0, 2])}, "column 2 of situation 1 is not from -1 to 1"),
        ({"column": np.array([-2, 0])}, "column -2 of situation 0"),
    ],
)
def test_a_block_says_what_is_wrong(change, words):
    block = Block("jour", np.array([0, 1]), 2, 1.0)
    with pytest.raises(ForecastError, match=words):
        attrs.evolve(block, **change)


def test_a_design_and_effects_must_fit():
    block = Block("jour", np.array([0, 1]), 2, 1.0)
    zero = np.zeros(3, int)
    with pytest.raises(ForecastError, match="a group is not from 0 to 1"):
        Design((block,), zero, zero + 2, 2)
    with pytest.raises(ForecastError, match="a situation is not from 0 to 1"):
        Design((block,), zero - 1, zero, 2)
    with pytest.raises(ForecastError, match="'menu': 1 situations, where 'jour' has 2"):
        Design((block, Block("menu", zero[:1], 1, 1.0)), zero, zero, 2)
    with pytest.raises(ForecastError, match="2 shared columns, 2 groups and 0"):
        Effects(np.zeros(3), np.zeros((2, 0))).total(Design((block,), zero, zero, 2))
