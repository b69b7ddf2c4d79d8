"""The days of a backtest that were forecast worst, with what the model went by."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from prevision_cantine.arrays import Ints
from prevision_cantine.city.city import Rows
from prevision_cantine.json_value import JsonValue
from prevision_cantine.measure.backtest import Backtest
from prevision_cantine.read_only import read_only

SHOWN = 3  # series that a day names


@attrs.frozen(kw_only=True)
class WorstDay(JsonValue):
    """A day, all series together.

    Parameters
    ----------
    date, until : datetime64[D]
        Day, and last day of which its forecast used anything.
    served, forecast, error, usual : float
        Meals served and forecast, sum of the absolute errors of the series, and what the model had
        as usual.
    added : mapping of str to float
        Meals that each other term added, the largest first.
    strike, exceptional : bool
        Whether it was a strike day, or of an exceptional span, for a series or more.
    events : tuple of str
        Events of the day.
    furthest : tuple of (str, float)
        The series that were furthest off, with what was served less what was forecast.
    rows : Rows
        Its first row, by which the calendar and the menu name the day.
    """

    date: np.datetime64
    until: np.datetime64
    served: float
    forecast: float
    error: float
    usual: float
    added: Mapping[str, float] = attrs.field(converter=read_only)
    strike: bool
    exceptional: bool
    events: tuple[str, ...]
    furthest: tuple[tuple[str, float], ...]
    rows: Rows = attrs.field(repr=False)


def worst_days(result: Backtest, count: int = 5) -> list[WorstDay]:
    """Return the days with the largest sums of absolute errors, the worst first.

    Parameters
    ----------
    result : Backtest
        Forecasts of the past.
    count : int
        How many days.

    Returns
    -------
    list of WorstDay
        At most so many.
    """
    days, place = np.unique(result.rows.date, return_inverse=True)
    off = np.abs(result.model.meals - result.actual)
    total = np.bincount(place, off)
    order = np.lexsort((days, -total))[:count]
    return [_day(result, np.flatnonzero(place == n)) for n in order.tolist()]


def _day(result: Backtest, here: Ints) -> WorstDay:
    rows = result.rows.select(here)
    day, city = rows.date[0], rows.city
    difference = result.actual[here] - result.model.meals[here]
    furthest = np.argsort(-np.abs(difference), kind="stable")[:SHOWN]
    added = {name: float(values[here].sum()) for name, values in result.added.items()}
    events = [name for name, days in city.calendar.events if day in days]
    events += [mark.name for mark in city.marks if mark.nature == "evenement" and day in mark.date]
    return WorstDay(
        date=day,
        until=result.last_known[here].max(),
        served=float(result.actual[here].sum()),
        forecast=float(result.model.meals[here].sum()),
        error=float(np.abs(difference).sum()),
        usual=float(result.usual[here].sum()),
        added=dict(sorted(added.items(), key=lambda item: (-abs(item[1]), item[0]))),
        strike=bool(result.strike[here].any()),
        exceptional=bool(city.is_exceptional(rows).any()),
        events=tuple(dict.fromkeys(events)),
        furthest=tuple((str(rows.names[n]), float(difference[n])) for n in furthest.tolist()),
        rows=rows.select(np.array([0])),
    )
