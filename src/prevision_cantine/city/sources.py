"""What a forecaster learned from, in counts."""

from __future__ import annotations

from collections import Counter

import attrs
import numpy as np

from prevision_cantine.calendar.days import SchoolYear, distinct_days
from prevision_cantine.city.city import City
from prevision_cantine.city.records import Attendance
from prevision_cantine.json_value import JsonValue


@attrs.frozen(kw_only=True)
class Sources(JsonValue):
    """The data of a fit: totals alone, none of which is about a person.

    Parameters
    ----------
    first, last : datetime64[D]
        First and last day of the attendance.
    rows, days, canteens : int
        Canteens and days (and services), days, and canteens that served meals, each counted once
        whatever its services.
    meals : int
        Meals served.
    types : tuple of (str, int)
        Canteens that served meals, by type.
    years : tuple of str
        School years, or civil ones, for which enrolments or head counts were known on the last day.
    is_school : bool
        Whether ``years`` are school years.
    menu_days : int
        Days with a menu, of all or of a service, up to the last day.
    """

    first: np.datetime64
    last: np.datetime64
    rows: int
    days: int
    canteens: int
    meals: int
    types: tuple[tuple[str, int], ...]
    years: tuple[str, ...]
    is_school: bool
    menu_days: int


def describe(table: Attendance, city: City, until: np.datetime64) -> Sources:
    """Return what the attendance up to a day holds, and what else was known.

    Parameters
    ----------
    table : Attendance
        The rows that were learned from, at least one.
    city : City
        Their city.
    until : datetime64[D]
        Last day of which anything was used.

    Returns
    -------
    Sources
        Counts.
    """
    type_of = {city.sites[n]: city.types[n] for n in np.unique(table.canteen).tolist()}
    types = Counter(type_of.values())
    return Sources(
        first=table.date[0],
        last=table.date[-1],
        rows=len(table),
        days=len(distinct_days(table.date)),
        canteens=len(type_of),
        meals=round(float(table.meals.sum())),
        types=tuple(sorted(types.items())),
        years=tuple(
            year.name
            for year in city.calendar.years
            if year.start <= until and _has_people(city, year, until)
        ),
        is_school=city.calendar.is_school,
        menu_days=int((city.menu_days <= until).sum()),
    )


def _has_people(city: City, year: SchoolYear, until: np.datetime64) -> bool:
    """Return whether an enrolment of a year, or a head count by its end, was known on a day."""
    if year.name in city.enrolment:
        return True
    counts = city.headcounts
    return bool(((counts.since <= year.end) & (counts.known_on <= until)).any())
