"""Until when a duration runs."""

from __future__ import annotations

import calendar
import datetime as dt
import re

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
