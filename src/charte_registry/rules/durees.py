"""Until when a duration runs."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection

_PART = re.compile(r"(\d+)([YMWD])")


def fin(depuis: dt.date, duree: str) -> dt.date:
    """Return the day on which a duration is over.

    Parameters
    ----------
    depuis : datetime.date
        Day on which it starts.
    duree : str
        ISO 8601 duration; a day that hours begin counts whole.

    Returns
    -------
    datetime.date
        In months and years: the same day, or the last one of a shorter month. Never after
        ``date.max``.

    Examples
    --------
    >>> str(fin(dt.date(2020, 2, 29), "P1Y")), str(fin(dt.date(2020, 12, 1), "PT72H"))
    ('2021-02-28', '2020-12-04')
    """
    date, _, time = duree.partition("T")
    parts = {unit: int(number) for number, unit in _PART.findall(date)}
    minutes = sum(
        int(n) * (60 if unit == "H" else 1) for n, unit in re.findall(r"(\d+)([HM])", time)
    )
    months = 12 * (depuis.year + parts.get("Y", 0)) + depuis.month - 1 + parts.get("M", 0)
    year, month = divmod(months, 12)
    days = 7 * parts.get("W", 0) + parts.get("D", 0) - (-minutes // (24 * 60))
    try:
        day = min(depuis.day, calendar.monthrange(year, month + 1)[1])
        return dt.date(year, month + 1, day) + dt.timedelta(days=days)
    except (OverflowError, ValueError):
        return dt.date.max


def moment(depuis: dt.datetime, duree: str) -> dt.datetime | None:
    """Return the minute at which a duration in hours is over; None for one in days or more.

    Examples
    --------
    >>> str(moment(dt.datetime(2026, 3, 2, 9, 30), "PT72H")), moment(dt.datetime(2026, 3, 2), "P1M")
    ('2026-03-05 09:30:00', None)
    """
    date, _, time = duree.partition("T")
    if date != "P":
        return None
    minutes = sum(
        int(n) * (60 if unit == "H" else 1) for n, unit in re.findall(r"(\d+)([HM])", time)
    )
    try:
        return depuis + dt.timedelta(minutes=minutes)
    except OverflowError:
        return dt.datetime.max


def ouvres(depuis: dt.date, jours: int, feries: Collection[dt.date] = ()) -> dt.date:
    """Return the last of some working days after a day.

    Parameters
    ----------
    depuis : datetime.date
        Day after which they are counted.
    jours : int
        How many, Monday to Friday.
    feries : collection of datetime.date
        Days that are no working days either.

    Returns
    -------
    datetime.date
        Never after ``date.max``.

    Examples
    --------
    >>> str(ouvres(dt.date(2026, 3, 6), 3)), str(ouvres(dt.date(2026, 3, 6), 3, [dt.date(2026, 3, 9)]))
    ('2026-03-11', '2026-03-12')
    """
    day, left = depuis, min(jours, 10_000)
    while left and day < dt.date.max:
        day += dt.timedelta(days=1)
        left -= day.weekday() < 5 and day not in feries
    return day
