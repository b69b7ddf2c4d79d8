"""The level of series with little past: from those replaced, a stated number, or similar series."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.city.city import City, Rows
from prevision_cantine.model.levels import SUMMER, Past
from prevision_cantine.uncertainty.newcomers import (
    FIRST_DAYS,
    KNOWN_ROWS,
    Newcomers,
    Prior,
    newcomers,
    prior_from_others,
    prior_from_replaced,
    prior_stated,
)

YEAR = 365  # days within which a series has served, to be one that others are like
SIMILAR = 8  # series of one kind from which only these count as similar


def series_with_little_past(seen: Ints) -> Ints:
    """Return the numbers of the series whose own days do not tell their level yet.

    Parameters
    ----------
    seen : ndarray of int, shape (series,)
        Rows of each.

    Returns
    -------
    ndarray of int
        Those of fewer than 40 rows, where others have more; in a city that has just begun, those
        without any.
    """
    enough = KNOWN_ROWS if (seen >= KNOWN_ROWS).any() else 1
    return np.flatnonzero(seen < enough)


def is_lately_known(seen: Ints, series: Ints, date: Days, until: np.datetime64) -> Bools:
    """Return the series that others may be like: with enough own days, served within a year."""
    known = np.ones(len(seen), dtype=bool)
    known[series_with_little_past(seen)] = False
    lately = known & (np.bincount(series[date > until - YEAR], minlength=len(seen)) > 0)
    return lately if lately.any() else known


def first_levels(
    city: City,
    *,
    until: np.datetime64,
    level: Floats,
    known: Bools,
    usual: Floats,
    exponent: float,
    known_on: np.datetime64,
    little: Ints,
    expected: Mapping[int, float],
) -> dict[int, Prior]:
    """Return what is known of the level of series with little past, before their own days.

    Parameters
    ----------
    city : City
        The city.
    until : datetime64[D]
        Last day of which anything is used.
    level : ndarray of float, shape (series,)
        Level of each series.
    known : ndarray of bool, shape (series,)
        Series that others may be like.
    usual : ndarray of float, shape (series,)
        Usual meals of each.
    exponent : float
        Power of enrolment.
    known_on : datetime64[D]
        Day of the knowledge of enrolments.
    little : ndarray of int
        Numbers of the series with little past.
    expected : mapping of int to float
        Meals that someone expects of a series on an ordinary day.

    Returns
    -------
    dict of int to Prior
        One for each series with little past.
    """
    every = Rows(city, np.arange(len(level)), np.full(len(level), until))
    enrolled = city.enrolled(every.canteen, every.date, known_on)
    told = np.isfinite(enrolled)
    people = np.log(np.where(told, enrolled, usual))
    # What the other terms of an ordinary day take away from the level.
    ordinary = level + exponent * people - np.log(usual)
    kinds, services = np.array(city.kind_of), np.array(city.service_of)
    past = np.ones(len(level), dtype=bool)
    past[little] = False
    found: dict[int, Prior] = {}
    for n in little.tolist():
        alike = known & (kinds == kinds[n])
        if alike.sum() < SIMILAR:
            alike = known & (services == services[n])
        if not alike.any():
            alike = known
        others = prior_from_others(level, alike.astype(np.float64))
        day = exponent * people[n] - float(np.median(ordinary[alike]))
        old = [m for m in city.replaces[n] if past[m]] if city.replaces else []
        if n in expected:
            found[n] = prior_stated(expected[n], day)
        elif old and told[n]:
            # As many meals a head, of however many people.
            heads = level - (1 - exponent) * people
            one = prior_from_replaced(heads, np.exp(people), np.array(old))
            found[n] = Prior(one.level + (1 - exponent) * people[n], one.sd, one.source, one.series)
        elif old:
            one = prior_stated(float(usual[n]), day)
            found[n] = Prior(one.level, others.sd, "replaced", tuple(old))
        elif told[n]:
            found[n] = others
        else:  # as many meals as the others serve, whatever their enrolments
            one = prior_stated(float(np.median(usual[alike])), day)
            spread = float(np.std(np.log(usual[alike])))
            found[n] = Prior(one.level, float(np.hypot(others.sd, spread)), "others", others.series)
    return found


def with_own_days(priors: dict[int, Prior], past: Past, *, later_year: bool = False) -> Newcomers:
    """Return the levels of series with little past, once their own days are counted.

    Parameters
    ----------
    priors : dict of int to Prior
        As ``first_levels`` gives them.
    past : Past
        What is left of the rows of all series.
    later_year : bool
        Whether the level is that of the next school year.

    Returns
    -------
    Newcomers
        In the order of ``priors``.
    """
    own = np.flatnonzero(np.isin(past.canteen, list(priors)))
    first = np.zeros(len(own), dtype=bool)
    for year in np.unique(past.year[own]):
        start = past.day[past.year == year].min()
        first |= (past.year[own] == year) & (past.day[own] < start + FIRST_DAYS)
    age = past.age()[own] + (SUMMER if later_year else 0.0)
    return newcomers(priors, past.canteen[own], age, past.rest[own], first_days=first)
