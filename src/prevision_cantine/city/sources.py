"""What a forecaster learned from, in counts."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.calendar.days import distinct_days
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
        Canteens and days, days, and canteens that served meals.
    meals : int
        Meals served.
    types : tuple of (str, int)
        Canteens that served meals, by type.
    school_years : tuple of str
        School years with enrolments known on the last day.
    menu_days : int
        Days with a menu, up to the last day.
    """

    first: np.datetime64
    last: np.datetime64
    rows: int
    days: int
    canteens: int
    meals: int
    types: tuple[tuple[str, int], ...]
    school_years: tuple[str, ...]
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
    served = np.unique(table.canteen)
    names, counts = np.unique(np.array(city.types)[served], return_counts=True)
    return Sources(
        first=table.date[0],
        last=table.date[-1],
        rows=len(table),
        days=len(distinct_days(table.date)),
        canteens=len(served),
        meals=round(float(table.meals.sum())),
        types=tuple(zip(names.tolist(), counts.tolist(), strict=True)),
        school_years=tuple(
            year.name
            for year in city.calendar.years
            if year.start <= until and year.name in city.enrolment
        ),
        menu_days=int((city.menus.dates <= until).sum()),
    )
