"""Breaks of level: noticed soon, rarely without cause, from ordinary days of one year only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine.uncertainty.breaks import (
    city_break,
    daily_medians,
    series_breaks,
    usual_errors,
    usual_shift,
)

SERIES, DAYS = 30, 60


def rows(seed, days=DAYS, series=SERIES, noise=0.08, day_noise=0.015):
    random = np.random.default_rng(seed)
    day, number = np.divmod(np.arange(days * series), series)
    residual = noise * random.normal(size=len(day)) + (day_noise * random.normal(size=days))[day]
    return number, np.datetime64("2024-01-08") + day, residual, day


def detect(number, date, residual, usual=0.02, series=SERIES, **more):
    return city_break(number, date, residual, usual=usual, count=series, **more)


@given(st.integers(0, 300), st.sampled_from([0.5, 0.7, 0.85, 1.2, 1.4]), st.integers(3, 12))
def test_a_break_is_found_with_its_size_and_start(seed, factor, seen):
    number, date, residual, day = rows(seed)
    residual += np.where(day >= DAYS - seen, np.log(factor), 0)
    found = detect(number, date, residual)
    assert found is not None
    assert found.series is None
    assert found.moves
    assert found.percent == pytest.approx(100 * (factor - 1), abs=5)
    assert abs((found.first - date.max()).astype(int) + seen - 1) <= 1
    left = residual[day >= DAYS - seen] - found.term(number[day >= DAYS - seen])
    # A quarter of a day says "no break".
    assert abs(np.median(left)) < 0.03 + abs(np.log(factor)) * 0.25 / (seen + 0.25)
    assert found.to_dict()["days"] == found.days


def test_alarms_without_cause_are_rare():
    alarms = sum(detect(*rows(seed)[:3]) is not None for seed in range(300))
    assert alarms <= 6


def test_one_day_is_no_break_and_two_are_where_they_are_very_far():
    number, date, residual, day = rows(0)
    one, two = (residual + np.where(day >= DAYS - n, -0.6, 0) for n in (1, 2))
    assert detect(number, date, one) is None
    assert detect(number, date, two).days == 2
    slight = residual + np.where(day >= DAYS - 2, -0.06, 0)
    assert detect(number, date, slight) is None


def test_days_of_exceptions_and_of_another_year_decide_nothing():
    number, date, residual, day = rows(1)
    broken = residual + np.where(day >= DAYS - 8, np.log(0.6), 0)
    assert detect(number, date, broken) is not None
    assert detect(number, date, broken, left_out=day >= DAYS - 8) is None
    year = np.where(day >= DAYS - 2, 1, 0)
    # Two days of a new year are a break of that year's forecast alone; before it, nothing is kept.
    assert detect(number, date, broken, year=year).days == 2
    before = np.where((day < DAYS - 2) & (day >= DAYS - 20), np.log(0.6), residual)
    assert detect(number, date, before, year=year) is None


def test_no_look_ahead_rows_after_the_end_are_not_needed():
    number, date, residual, day = rows(2)
    broken = residual + np.where(day >= 40, np.log(0.7), 0)
    early = day < 44
    found = detect(number[early], date[early], broken[early])
    assert found.last == date[early].max()
    assert found.days == 4


def test_far_series_alone_are_no_break_of_all():
    number, date, residual, day = rows(3)
    residual += np.where((day >= DAYS - 8) & (number < 8), np.log(0.3), 0)
    assert detect(number, date, residual) is None
    found = series_breaks(number, date, residual, usual=np.full(SERIES, 0.08))
    assert [one.series for one in found] == list(range(8))
    assert all(one.moves and one.term(np.array([one.series, 20]))[1] == 0 for one in found)


@given(st.integers(1, 9))
def test_one_series_widens_at_once_and_moves_after_a_week(seen):
    number, date, residual, day = rows(4, noise=0.05)
    residual += np.where((day >= DAYS - seen) & (number == 7), np.log(2.6), 0)
    found = series_breaks(number, date, residual, usual=usual_errors(number, residual, SERIES))
    assert len(found) == (seen >= 3)
    for one in found:
        assert one.days == seen
        assert one.moves == (seen >= 5)
        assert one.sd(np.array([7, 8]))[1] == 0
        if not one.moves:
            assert one.term(np.array([7]))[0] == 0
            assert one.sd(np.array([7]))[0] == abs(one.shift)


def test_one_site_alone_moves_only_where_it_is_far():
    random = np.random.default_rng(5)
    date = np.datetime64("2024-01-08") + np.arange(80)
    noise = 0.08 * random.normal(size=80)
    noise[-4:] = 0
    number = np.zeros(80, dtype=np.int64)
    usual = usual_shift(number, date, noise)
    for shift, moves in ((2.5, False), (4.0, True)):
        residual = noise + np.where(np.arange(80) >= 76, shift * usual, 0)
        found = city_break(number, date, residual, usual=usual, count=1)
        assert found.moves is moves
        assert bool(found.term(number[:1])[0]) is moves


def test_the_width_shrinks_with_days_and_own_rows():
    sd = []
    for seen in (2, 5, 20):
        number, date, residual, day = rows(6)
        residual += np.where(day >= DAYS - seen, np.log(0.6), 0)
        sd.append(detect(number, date, residual).sd(np.array([0]))[0])
    assert sd == sorted(sd, reverse=True)


def test_medians_are_those_of_days_that_enough_serve_and_usual_errors_of_series():
    number, date, residual, day = rows(7)
    keep = (day != 5) | (number < 3)
    days, middle = daily_medians(number[keep], date[keep], residual[keep])
    assert len(days) == DAYS - 1
    assert middle[0] == np.median(residual[day == 0])
    errors = usual_errors(number, np.where(number == 2, residual * 5, residual), SERIES + 1)
    assert errors[2] > 3 * errors[0]
    assert errors[SERIES] == pytest.approx(np.median(errors), rel=0.2)
    assert daily_medians(number[:0], date[:0], residual[:0])[1].shape == (0,)
    assert detect(number[:0], date[:0], residual[:0]) is None
    assert series_breaks(number[:0], date[:0], residual[:0], usual=errors) == ()
