"""Errors by week: a closed form, a simulation where days of a week err together, few weeks said."""

import numpy as np
import pytest

from prevision_cantine import ForecastError
from prevision_cantine.model.regression import Block, Design, solve, standard_errors
from prevision_cantine.model.week_errors import week_errors, week_of


def test_weeks_begin_on_monday():
    days = np.array(["2024-01-07", "2024-01-08", "2024-01-14", "2024-01-15"], dtype="datetime64[D]")
    weeks = week_of(days)
    assert (weeks - weeks[0]).tolist() == [0, 1, 1, 2]


def test_of_a_mean_with_a_week_a_group_it_is_the_known_formula():
    weeks, each = 12, 4
    random = np.random.default_rng(0)
    value = random.normal(size=weeks)
    target = np.repeat(value, each)
    date = np.repeat(np.datetime64("2024-01-08") + 7 * np.arange(weeks), each)
    zero = np.zeros(weeks * each, dtype=np.int64)
    design = Design((Block("a", zero[:1], 1, 1e-12),), zero, zero, 1)
    one = np.ones(len(target))
    found = week_errors(design, target, one, one, date)
    # The jackknife of a mean is its standard error.
    assert found.shared[0] == pytest.approx(value.std(ddof=1) / np.sqrt(weeks), rel=1e-6)
    assert found.shared_weeks.tolist() == [weeks]
    assert not found.shared_few[0]


def city(seed, weeks=120, series=15, day_noise=0.05):
    """Flags on some weeks, and errors that all series of a day share."""
    random = np.random.default_rng(seed)
    days = 4 * weeks
    day, number = np.divmod(np.arange(days * series), series)
    date = np.datetime64("2022-01-03") + 7 * (np.arange(days) // 4) + np.arange(days) % 4
    flag = np.where((np.arange(days) // 4) % 8 == 0, 0, -1)
    rare = np.where(np.arange(days) // 4 < 3, 0, -1)
    zero = np.zeros(days, dtype=np.int64)
    design = Design(
        (
            Block("flag", flag, 1, 0.1), Block("rare", rare, 1, 0.1),
            Block("level", zero, 1, 0.1, nested=True),
        ),
        day, number, series,
    )  # fmt: skip
    common = (day_noise * random.normal(size=weeks))[np.arange(days) // 4]
    target = common[day] + 0.05 * random.normal(size=len(day))
    return design, target, date[day]


def test_errors_shared_by_a_week_are_found_where_rows_hide_them():
    one = None
    off, ours, rows = [], [], []
    for seed in range(40):
        design, target, date = city(seed)
        one = np.ones(len(target))
        effects, robust = solve(design, target)
        off.append(effects.shared[0])
        found = week_errors(design, target, one, robust, date)
        ours.append(found.shared[0])
        rows.append(standard_errors(design, target, robust, effects)[0][0])
    truth = np.std(off)
    assert truth > 3 * np.mean(rows)
    assert 0.7 < np.mean(ours) / truth < 1.4


def test_effects_of_few_weeks_say_so():
    design, target, date = city(0)
    one = np.ones(len(target))
    found = week_errors(design, target, one, one, date)
    assert found.shared_weeks.tolist() == [15, 3]
    assert found.shared_few.tolist() == [False, True]
    assert (found.nested_weeks == 120).all()
    assert found.nested.shape == (15, 1)
    assert not found.nested_few.any()


def test_contrasts_and_the_seed_and_short_pasts():
    design, target, date = city(1)
    one = np.ones(len(target))
    contrast = np.array([[1.0, -1.0]])
    first, second = (
        week_errors(design, target, one, one, date, contrast=contrast, seed=s) for s in (0, 0)
    )
    assert first.shared.tolist() == second.shared.tolist()
    few = date < date[0] + 7
    part = Design(design.blocks, design.situation[few], design.group[few], design.groups)
    alone = week_errors(part, target[few], one[few], one[few], date[few])
    assert np.isnan(alone.shared).all()
    assert np.isnan(alone.nested).all()
    with pytest.raises(ForecastError):
        week_errors(design, target, one, one, date, groups=1)
