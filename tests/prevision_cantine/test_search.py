"""The cautious search: its steps, its bounds, its caution where gains are luck."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import ForecastError
from prevision_cantine.model.search import Axis, paired_gain, search

GRID = (1, 2, 3, 4, 5, 6, 7)


def bowl(best, noise=0.0, weeks=80):
    """Losses least at a known place; each setting with luck of its own in each week."""

    def score(settings):
        seed = [int(v) for v in settings.values()]
        luck = np.random.default_rng(seed).normal(size=weeks)
        return 10 + sum((settings[k] - v) ** 2 for k, v in best.items()) + noise * luck

    return score


@given(st.sampled_from(GRID), st.sampled_from(GRID), st.sampled_from(GRID), st.sampled_from(GRID))
def test_a_clear_best_is_reached_from_anywhere(a, b, start_a, start_b):
    axes = [Axis("a", GRID, start_a), Axis("b", GRID, start_b)]
    found = search(bowl({"a": a, "b": b}), axes)
    assert found.settings == {"a": a, "b": b}
    assert found.stopped == "settled"
    assert found.loss == 10
    assert len(found.chosen) == abs(a - start_a) + abs(b - start_b)
    assert all(t.gain > 0 and t.t > t.needed for t in found.chosen)


def test_luck_moves_little_and_steps_home_are_easier():
    away = [
        len(search(bowl({}, noise=1.0), [Axis("a", GRID, 4)], start={"a": 4}).chosen)
        for _ in range(1)
    ]
    assert away[0] <= 2
    moved = 0
    for seed in range(60):

        def score(settings, seed=seed):
            return 10 + np.random.default_rng([seed, settings["a"]]).normal(size=80)

        moved += search(score, [Axis("a", (1, 2, 3), 2)]).settings["a"] != 2
    assert moved < 25  # of two steps each, one in six by luck
    trials = search(bowl({"a": 2}), [Axis("a", GRID, 2)], start={"a": 5}).trials
    assert trials[0].needed == 0.0
    assert trials[1].needed == 1.0


def test_a_sure_gain_that_is_worth_nothing_is_not_taken_but_one_homewards_is():
    def score(settings):
        return np.full(80, 10.0 - 0.004 * settings["a"])

    axis = Axis("a", (1, 2, 3), 1)
    assert search(score, [axis]).settings == {"a": 1}
    assert search(score, [axis], least=0.0001).settings == {"a": 3}
    assert search(score, [Axis("a", (1, 2, 3), 3)], start={"a": 1}).settings == {"a": 3}


def test_it_stops_where_it_must():
    axes = [Axis("a", GRID, 1), Axis("b", GRID, 1)]
    score = bowl({"a": 7, "b": 7})
    few = search(bowl({"a": 7, "b": 7}, weeks=40), axes)
    assert (few.stopped, few.settings, few.trials) == ("too few weeks", {"a": 1, "b": 1}, ())
    assert search(score, axes, evaluations=4).stopped == "evaluations"
    assert search(score, axes, evaluations=4).evaluations == 4
    ticks = iter(range(1000))
    late = search(score, axes, seconds=3, clock=lambda: next(ticks))
    assert late.stopped == "time"
    assert late.evaluations <= 5
    assert search(score, axes, passes=1).stopped == "passes"


def test_no_setting_is_scored_twice_and_the_report_is_plain():
    seen = []

    def score(settings):
        seen.append(tuple(settings.values()))
        return bowl({"a": 3, "b": 5})(settings)

    found = search(score, [Axis("a", GRID, 4), Axis("b", GRID, 4)])
    assert len(seen) == len(set(seen)) == found.evaluations
    assert found.to_dict()["settings"] == {"a": 3, "b": 5}
    assert found.to_dict()["start_loss"] > found.to_dict()["loss"]
    optional = search(lambda s: np.full(80, 5.0 - s["menu"]), [Axis("menu", (False, True), False)])
    assert optional.settings == {"menu": True}


def test_what_cannot_be_searched_is_refused():
    with pytest.raises(ForecastError, match="default"):
        Axis("a", (1, 2), 3)
    with pytest.raises(ForecastError, match="twice"):
        Axis("a", (1, 1), 1)
    axis = Axis("a", (1, 2), 1)
    for start in ({"a": 9}, {"b": 1}):
        with pytest.raises(ForecastError):
            search(bowl({"a": 1}), [axis], start=start)
    with pytest.raises(ForecastError, match="same name"):
        search(bowl({"a": 1}), [axis, axis])
    with pytest.raises(ForecastError, match="weeks"):
        search(lambda s: np.ones(80 + s["a"]), [axis])
    assert paired_gain(np.ones(3), np.ones(3)) == (0.0, 0.0)
