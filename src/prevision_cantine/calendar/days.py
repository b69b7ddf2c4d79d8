"""Which days are served, and what surrounds each of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import Any, cast

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Ints
from prevision_cantine.errors import DateError
from prevision_cantine.json_value import JsonValue
from prevision_cantine.words.catalogue import Phrase

FAR = 99  # days: further than any effect reaches
SERVED = (0, 1, 3, 4)  # four days a week, as most French schools have; a calendar says otherwise
FIRST_DAY, LAST_DAY = np.datetime64("1950-01-01"), np.datetime64("2150-12-31")  # of any calendar
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")


def no_days() -> Days:
    """Return no day."""
    return np.array([], dtype="datetime64[D]")


def distinct_days(days: Days) -> Days:
    """Return each day once, in order.

    Days are few beside the rows that repeat them: to mark those that occur beats to sort all rows.

    Examples
    --------
    >>> distinct_days(np.array(["2024-01-03", "2024-01-01", "2024-01-03"], "datetime64[D]")).astype(str).tolist()
    ['2024-01-01', '2024-01-03']
    """
    if not len(days):
        return days
    first = days.min()
    occurs = np.zeros(int((days.max() - first).astype(np.int64)) + 1, dtype=bool)
    occurs[(days - first).astype(np.int64)] = True
    return cast(Days, first + np.flatnonzero(occurs))


def to_day(value: str | dt.date | np.datetime64) -> np.datetime64:
    """Return a day; a str is ``YYYY-MM-DD``.

    Raises
    ------
    DateError
        Where the value is no day.
    """
    day = np.datetime64("NaT", "D")
    if not isinstance(value, str) or _WRITTEN.fullmatch(value):
        with suppress(TypeError, ValueError):
            day = np.datetime64(value, "D")  # type: ignore[call-overload]
    if not FIRST_DAY <= day <= LAST_DAY:  # what is no day is on neither side
        raise DateError("no_day", value=value)
    return day


def to_days(values: Iterable[str | dt.date | np.datetime64]) -> Days:
    """Return days, sorted, each once.

    Raises
    ------
    DateError
        Where one is no day.
    """
    return np.array(sorted({to_day(value) for value in values}), dtype="datetime64[D]")


def check_order(start: np.datetime64, end: np.datetime64) -> None:
    """Refuse a span whose days are reversed.

    Raises
    ------
    DateError
        With both days.
    """
    if start > end:
        raise DateError("reversed", start=start, end=end)


def weekday(days: Days) -> Ints:
    """Return 0 for Monday to 6 for Sunday."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


@attrs.frozen
class SchoolYear(JsonValue):
    """A school year: its name, first and last day."""

    name: str
    start: np.datetime64
    end: np.datetime64


@attrs.frozen
class Break(JsonValue):
    """A school holiday.

    Parameters
    ----------
    name : str
        Name.
    start, end : datetime64[D]
        First and last day.
    """

    name: str
    start: np.datetime64
    end: np.datetime64


@attrs.frozen(eq=False)
class Calendar(JsonValue):
    """The dated facts of a city's school calendar, all published in advance but strikes.

    Parameters
    ----------
    years : tuple of SchoolYear
        School years, in order.
    breaks : tuple of Break
        School holidays, in order.
    public_holidays, strikes : ndarray of datetime64[D]
        Days, sorted.
    closed : ndarray of datetime64[D]
        Other days without a meal: a bridge that schools grant, a half day that ends before noon.
    opened : ndarray of datetime64[D]
        Days with meals although a weekend, a holiday or a weekday without service says no, such as
        a Wednesday taught in exchange for a bridge.
    weekdays : tuple of int
        Weekdays with meals, 0 for Monday to 6 for Sunday; by default all but Wednesday and the
        weekend.
    observances : tuple of (str, ndarray of datetime64[D])
        Name and days of each observance, such as Ramadan; each has a term of its own name.
    events : tuple of (str, ndarray of datetime64[D])
        Name and days of each event of the city's own, such as snow or a festival; each has a term.
    exceptional : ndarray of datetime64[D]
        Days from which nothing usual is learned, such as those of a lockdown.
    is_school : bool
        Whether the years are school years, which begin and end with a holiday; False for a place
        without any, whose years are civil ones.
    """

    years: tuple[SchoolYear, ...]
    breaks: tuple[Break, ...]
    public_holidays: Days = attrs.field(repr=False)
    strikes: Days = attrs.field(repr=False)
    closed: Days = attrs.field(factory=no_days, repr=False)
    opened: Days = attrs.field(factory=no_days, repr=False)
    weekdays: tuple[int, ...] = SERVED
    observances: tuple[tuple[str, Days], ...] = attrs.field(default=(), repr=False)
    events: tuple[tuple[str, Days], ...] = attrs.field(default=(), repr=False)
    exceptional: Days = attrs.field(factory=no_days, repr=False)
    is_school: bool = True

    @property
    def span(self) -> tuple[np.datetime64, np.datetime64]:
        """First and last day that the calendar knows."""
        return self.years[0].start, self.years[-1].end

    def check_span(self, start: np.datetime64, end: np.datetime64) -> None:
        """Refuse a span that is empty or leaves what is known.

        Parameters
        ----------
        start, end : datetime64[D]
            First and last day.

        Raises
        ------
        DateError
            With the range that is known, or where the days are reversed.
        """
        first, last = self.span
        check_order(start, end)
        if start < first or end > last:
            asked = Phrase.of(
                "parts.on_day" if start == end else "parts.from_to", start=start, end=end
            )
            raise DateError("outside_calendar", first=first, last=last, asked=asked)

    def is_off(self, days: Days) -> npt.NDArray[np.bool_]:
        """Return which days are without class: weekends, holidays, closed, or between school years.

        Parameters
        ----------
        days : ndarray of datetime64[D], shape (n,)
            Days.

        Returns
        -------
        ndarray of bool, shape (n,)
            A day each.
        """
        weekends = [n for n in (5, 6) if n not in self.weekdays]
        off = np.isin(weekday(days), weekends) | np.isin(days, self.public_holidays)
        off |= np.isin(days, self.closed)
        for item in self.breaks:
            off |= (days >= item.start) & (days <= item.end)
        taught = np.zeros(days.shape, dtype=bool)
        for year in self.years:
            taught |= (days >= year.start) & (days <= year.end)
        return (off | ~taught) & ~np.isin(days, self.opened)

    def is_weekday_served(self, days: Days) -> npt.NDArray[np.bool_]:
        """Return which days fall on a weekday with meals, or are opened, whatever the holidays.

        Parameters
        ----------
        days : ndarray of datetime64[D], shape (n,)
            Days.

        Returns
        -------
        ndarray of bool, shape (n,)
            A day each.
        """
        return np.isin(weekday(days), self.weekdays) | np.isin(days, self.opened)

    def is_served(self, days: Days) -> npt.NDArray[np.bool_]:
        """Return which days have meals.

        Parameters
        ----------
        days : ndarray of datetime64[D], shape (n,)
            Days.

        Returns
        -------
        ndarray of bool, shape (n,)
            A day each.
        """
        return ~self.is_off(days) & self.is_weekday_served(days)

    def school_days(self, start: np.datetime64, end: np.datetime64) -> Days:
        """Return the days with meals from ``start`` to ``end``, both included.

        Parameters
        ----------
        start, end : datetime64[D]
            First and last day.

        Returns
        -------
        ndarray of datetime64[D]
            Days, in order.
        """
        days = np.arange(start, end + 1, dtype="datetime64[D]")
        return cast(Days, days[self.is_served(days)])

    def year_index(self, days: Days) -> Ints:
        """Return the number of the school year of each day, -1 where there is none.

        Parameters
        ----------
        days : ndarray of datetime64[D], shape (n,)
            Days.

        Returns
        -------
        ndarray of int, shape (n,)
            Position in ``years``.
        """
        starts = np.array([year.start for year in self.years])
        return np.searchsorted(starts, days, side="right") - 1

    def surroundings(self, days: Days) -> dict[str, npt.NDArray[Any]]:
        """Return, for each day, what surrounds it.

        Parameters
        ----------
        days : ndarray of datetime64[D], shape (n,)
            Days.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            ``weekday``; ``position``, weeks since the start of the school year; ``from_start`` and
            ``to_end``, service days from the start and to the end of the school year; ``to_break``
            and ``since_break``, service days to the next and since the last school holiday;
            ``before_holiday``, ``after_holiday`` and ``bridge``; ``strike``.
        """
        first, last = self.span
        if len(days) and first <= days.min() and days.max() <= last:
            at = (days - first).astype(np.int64)
            return {name: np.take(values, at) for name, values in self._every_day.items()}
        return self._surroundings(days)

    @cached_property
    def _every_day(self) -> dict[str, npt.NDArray[Any]]:
        """What surrounds every day of the span: looked up for each forecast, so found once."""
        first, last = self.span
        return self._surroundings(np.arange(first, last + 1, dtype="datetime64[D]"))

    def _surroundings(self, days: Days) -> dict[str, npt.NDArray[Any]]:
        first, last = self.span
        low, high = min(first, days.min()), max(last, days.max())
        every = np.arange(low, high + 1, dtype="datetime64[D]")
        off = self.is_off(every)
        served = self.is_served(every)
        count = np.cumsum(served)
        at = (days - low).astype(np.int64)
        holiday = np.isin(every, self.public_holidays)
        result: dict[str, npt.NDArray[Any]] = {"weekday": weekday(days)}
        year = np.clip(self.year_index(days), 0, None)
        starts = np.array([item.start for item in self.years])[year]
        ends = np.array([item.end for item in self.years])[year]
        monday = starts - weekday(starts)
        result["position"] = ((days - monday).astype(np.int64)) // 7
        clipped = (np.clip(ends, low, high) - low).astype(np.int64)
        result["from_start"] = count[at] - count[(np.maximum(starts, low) - low).astype(np.int64)]
        result["to_end"] = count[clipped] - count[at]
        to_break = np.full(days.shape, FAR)
        since_break = np.full(days.shape, FAR)
        for item in self.breaks:
            start = int((item.start - low).astype(np.int64))
            end = int((item.end - low).astype(np.int64))
            if start < 1 or end >= len(every):
                continue
            before, after = days < item.start, days > item.end
            gap = count[start - 1] - count[at]
            to_break = np.where(before, np.minimum(to_break, gap), to_break)
            gap = count[at] - count[end] - 1
            since_break = np.where(after, np.minimum(since_break, gap), since_break)
        result["to_break"], result["since_break"] = to_break, since_break
        padded = np.concatenate([[False], holiday, [False]])
        result["before_holiday"] = padded[at + 2]
        result["after_holiday"] = padded[at]
        around = np.concatenate([[True] * 3, off, [True] * 3])
        near = np.concatenate([[False] * 3, holiday, [False] * 3])
        # A bridge is a school day alone between a public holiday and a weekend.
        result["bridge"] = (near[at + 2] & around[at + 4]) | (near[at + 4] & around[at + 2])
        result["strike"] = np.isin(days, self.strikes)
        return result
