"""A made city, whose effects are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from prevision_cantine.calendar.days import Break, Calendar, SchoolYear, weekday
from prevision_cantine.city.city import City
from prevision_cantine.city.menus import FAMILIES, Menus
from prevision_cantine.city.records import Attendance
from prevision_cantine.errors import ForecastError


def make_city(seed: int = 0, *, canteens: int = 30, years: int = 4) -> City:
    """Make a synthetic city whose effects are known.

    Parameters
    ----------
    seed : int
        Seed; the same seed makes the same city.
    canteens : int
        Number of canteens, at least 1.
    years : int
        School years, the first of which begins in September 2020; 1 to 20.

    Returns
    -------
    City
        The city. Expected meals are ``enrolment ** 0.9 * exp(sum of effects)``; ``truth`` holds
        the effects: ``weekday`` (Monday, Tuesday, Thursday, Friday), ``to_end`` (last days of the
        year), ``before_break`` (the eve), ``bridge``, ``strike``, ``poisson`` and ``frites`` (log scale),
        and ``level`` by school year and canteen. Meals are drawn with a little more than binomial
        noise; the agents order a rounded, cautious guess.

    Raises
    ------
    ForecastError
        Where a number is outside its range.

    Examples
    --------
    >>> city = make_city(seed=0, canteens=3, years=2)
    >>> city.canteens
    ('Cantine 01', 'Cantine 02', 'Cantine 03')
    """
    if not 1 <= canteens <= 10_000 or not 1 <= years <= 20:
        raise ForecastError("made_size", canteens=str(canteens), years=str(years))
    random = np.random.default_rng(seed)
    calendar = _made_calendar(random, years)
    names = tuple(f"Cantine {n + 1:02d}" for n in range(canteens))
    types = tuple(random.choice(["M", "E", "M/E"], size=canteens).tolist())
    size = np.exp(random.normal(np.log(190), 0.45, size=canteens))
    level = np.log(0.72) + 0.1 * np.log(size) + random.normal(0, 0.08, size=canteens)
    weekday_effect = np.array([-0.01, 0.0, 0.0, 0.015, -0.02])
    canteen_weekday = random.normal(0, 0.015, size=(canteens, 5))
    first, last = calendar.span
    days = calendar.school_days(first, last)
    flags = np.zeros((len(days), len(FAMILIES)), dtype=bool)
    main_dish = random.choice(4, p=[0.22, 0.15, 0.5, 0.13], size=len(days))
    for column in range(3):
        flags[:, column] = main_dish == column
    flags[:, 3] = random.random(len(days)) < 0.07
    around = calendar.surroundings(days)
    truth: dict[str, Any] = {
        "weekday": weekday_effect[[0, 1, 3, 4]], "to_end": -0.012, "before_break": -0.06,
        "bridge": -0.12, "strike": -0.9, "poisson": -0.035, "frites": 0.03,
    }  # fmt: skip
    day_effect = (
        -0.012 * np.clip(12 - around["to_end"], 0, None)
        - 0.06 * (around["to_break"] == 0)
        - 0.12 * around["bridge"]
        - 0.9 * around["strike"]
        - 0.035 * flags[:, 0]
        + 0.03 * flags[:, 3]
        + random.normal(0, 0.012, size=len(days))
    )
    year = calendar.year_index(days)
    enrolment = {}
    levels = []
    for number, item in enumerate(calendar.years):
        if number:
            size = size * np.exp(random.normal(0.005, 0.05, size=canteens))
            level = level + random.normal(0, 0.025, size=canteens)
        enrolment[item.name] = np.maximum(np.rint(size), 20.0)
        levels.append(level)
    truth["level"] = np.array(levels)
    pupils = np.array([enrolment[item.name] for item in calendar.years])[year]
    log_mean = (
        0.9 * np.log(pupils)
        + truth["level"][year]
        + (weekday_effect + canteen_weekday)[:, around["weekday"]].T
        + day_effect[:, None]
    )
    share = np.clip(np.exp(log_mean) / pupils, 0.001, 0.98)
    meals = random.binomial(pupils.astype(np.int64), share).astype(np.float64)
    meals = np.rint(np.maximum(meals * np.exp(random.normal(0, 0.02, size=meals.shape)), 1.0))
    usual = np.exp(0.9 * np.log(pupils) + truth["level"][year])
    agents = np.rint(
        np.where(around["strike"][:, None], meals, usual)
        * 1.05
        * np.exp(random.normal(0, 0.05, meals.shape))
    )
    grid = np.repeat(np.arange(len(days)), canteens)
    return City(
        canteens=names,
        types=types,
        attendance=Attendance(
            np.tile(np.arange(canteens), len(days)), days[grid], meals.ravel(), agents.ravel()
        ),
        enrolment=enrolment,
        calendar=calendar,
        menus=Menus(days, flags),
        truth=truth,
    )


def _made_calendar(random: np.random.Generator, years: int) -> Calendar:
    """Make school years with breaks of two weeks, and the fixed French public holidays."""
    school_years, breaks, holidays, strikes = [], [], [], []
    for start in range(2020, 2020 + years):
        first, last = np.datetime64(f"{start}-09-01"), np.datetime64(f"{start + 1}-07-05")
        school_years.append(SchoolYear(f"{start}-{start + 1}", first, last))
        for name, year, month_day in (
            ("Toussaint", start, "10-18"), ("Noël", start, "12-19"),
            ("Hiver", start + 1, "02-13"), ("Printemps", start + 1, "04-17"),
        ):  # fmt: skip
            day = np.datetime64(f"{year}-{month_day}")
            day += (5 - int(weekday(np.array([day]))[0])) % 7  # a Saturday
            breaks.append(Break(name, day, day + 15))
        fixed = [f"{start}-11-01", f"{start}-11-11", f"{start}-12-25", f"{start + 1}-01-01"]
        fixed += [f"{start + 1}-05-01", f"{start + 1}-05-08"]
        holidays += [np.datetime64(day) for day in fixed]
        strikes += list(first + 30 + random.integers(0, 240, size=2))
    return Calendar(
        tuple(school_years), tuple(breaks), np.array(holidays), np.array(sorted(strikes))
    )
