"""A break of level that nobody marked: noticed, answered by a term, and said.

After a fall to half, a robust regression holds the new rows for errors, and stays at the old level
for months. So the last served days are watched: where their residuals stand far on one side in most
series, or for long in one of them, the forecast gets a term of its own, and a wider interval until
the new level is sure.

Nothing is decided here from days that are exceptional or of a strike, nor across a summer: a new
year begins at a level of its own.
"""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.json_value import JsonValue
from prevision_cantine.uncertainty.margins import robust_deviation

WATCHED = 4  # last served days
ENOUGH = 3  # of them that are far
FAR = 2.0  # usual deviations of the median of a day, for four days
VERY_FAR = 4.0  # and for the last two days alone
SIDE = 0.7  # share of series on the side of the break
PRESENT = 0.3  # share of the series, on a day that says something of all of them
LEAST = 0.01  # a deviation of daily medians is not smaller than this, on the log scale
ALONE = 5  # series below which the noise of a day does not cancel
FAR_ALONE = 3.0
HELD = 0.25  # days that say "no break"
OWN_ROWS = 1.0  # rows of a series that say "as the others"
OWN_SD = 0.15  # by how much the shifts of series differ
SHIFT_SD = 0.25  # share of the shift by which a single day may be off
SERIES_FAR = 5.0  # usual errors of a series, for its break alone
SERIES_MOVES = 5  # days since its start after which the level of one series moves


@attrs.frozen(eq=False)
class LevelBreak(JsonValue):
    """A break of level, of all series or of one.

    Parameters
    ----------
    series : int or None
        Number of the series; None for all.
    first, last : datetime64[D]
        First day of the break, and last day seen.
    days : int
        Served days from the first to the last.
    shift : float
        What it adds to the logarithm of meals.
    moves : bool
        Whether it moves the forecast; otherwise it only widens the interval, and is to be said.
    side : float
        Share of the series on its side.
    own : ndarray of float, shape (series,)
        What each series adds to the shift; 0 for a break of one series.
    rows : ndarray of int, shape (series,)
        Rows of each since the first day.
    """

    series: int | None
    first: np.datetime64
    last: np.datetime64
    days: int
    shift: float
    moves: bool
    side: float = attrs.field(repr=False)
    own: Floats = attrs.field(repr=False)
    rows: Ints = attrs.field(repr=False)

    @property
    def percent(self) -> float:
        """What is served beyond the usual, in percent: -40 for 40 % below."""
        return float(100 * np.expm1(self.shift))

    def concerns(self, series: Ints) -> Bools:
        """Return which rows the break is of.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row.

        Returns
        -------
        ndarray of bool, shape (n,)
            All of them for a break of all series.
        """
        return np.ones(len(series), dtype=bool) if self.series is None else series == self.series

    def term(self, series: Ints) -> Floats:
        """Return what the break adds to the logarithm of meals of rows after it.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row. Only rows of the same school year: a summer ends it.

        Returns
        -------
        ndarray of float, shape (n,)
            The shift, held to 0 by a quarter of a day, and the series' own part; 0 where the break
            only widens, or is of another series.
        """
        if not self.moves:
            return np.zeros(len(series))
        shift = self.shift * self.days / (self.days + HELD)
        if self.series is None:
            return np.asarray(shift + self.own[series])
        return np.where(series == self.series, shift, 0.0)

    def sd(self, series: Ints) -> Floats:
        """Return how far the level of rows after it may be off, beside the ordinary error.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row.

        Returns
        -------
        ndarray of float, shape (n,)
            Standard deviation on the log scale, for ``newcomers.widened``: of the shift, and of what
            each series does. That of a break which only widens reaches the shift.
        """
        here = self.concerns(series)
        if not self.moves:
            return np.where(here, abs(self.shift), 0.0)
        spread = (SHIFT_SD * self.shift) ** 2 / self.days
        own = OWN_SD**2 / (self.rows[series] + 1.0) if self.series is None else 0.0
        return np.where(here, np.sqrt(spread + own), 0.0)

    def to_dict(self) -> dict[str, object]:
        """Return what is to be said of the break, as plain values.

        Returns
        -------
        dict of str to object
            ``series``, ``percent``, ``first``, ``last``, ``days``, ``moves`` and ``side``.
        """
        return {
            "series": self.series, "percent": self.percent, "first": str(self.first),
            "last": str(self.last), "days": self.days, "moves": self.moves, "side": self.side,
        }  # fmt: skip


def daily_medians(series: Ints, date: Days, residual: Floats) -> tuple[Days, Floats]:
    """Return the median residual over the series of each day that enough of them served on.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each row.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    residual : ndarray of float, shape (n,)
        Logarithm of meals less that of the forecast or of the fit.

    Returns
    -------
    days : ndarray of datetime64[D], shape (d,)
        Days, in order.
    median : ndarray of float, shape (d,)
        Median of each.
    """
    days, place = np.unique(date, return_inverse=True)
    seen = np.bincount(place, minlength=len(days))
    order = np.lexsort((residual, place))
    ends = np.cumsum(seen)
    low, high = ends - seen + (seen - 1) // 2, ends - seen + seen // 2
    middle = (residual[order][low] + residual[order][high]) / 2 if len(days) else np.zeros(0)
    enough = seen >= PRESENT * max(len(np.unique(series)), 1)
    return days[enough], middle[enough]


def usual_shift(series: Ints, date: Days, residual: Floats) -> float:
    """Return the robust deviation of the medians of past days: what a day does without a break.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each row of a long past.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    residual : ndarray of float, shape (n,)
        Residuals of the same kind as those that are watched: of the fit, for what is watched in it.

    Returns
    -------
    float
        Deviation on the log scale, 0.01 at least. On Nantes 0.010 to 0.012 inside the fit; of one site
        alone 0.07 to 0.09.
    """
    middle = daily_medians(series, date, residual)[1]
    # Around their own middle: a level that has begun to follow a break shifts all the days before.
    return max(robust_deviation(middle - np.median(middle)) if len(middle) else 0.0, LEAST)


def city_break(
    series: Ints,
    date: Days,
    residual: Floats,
    *,
    usual: float,
    count: int,
    year: Ints | None = None,
    left_out: Bools | None = None,
) -> LevelBreak | None:
    """Notice a break of the level of all series.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each row known.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    residual : ndarray of float, shape (n,)
        Logarithm of meals less every term, the level with them.
    usual : float
        Deviation of the median of a day, as ``usual_shift`` finds it.
    count : int
        How many series there are.
    year : ndarray of int, shape (n,), optional
        School year of each row: only the last one is looked at.
    left_out : ndarray of bool, shape (n,), optional
        Rows of exceptional spans and strike days, which say nothing.

    Returns
    -------
    LevelBreak or None
        The break, where the median of the last four days is far, three of them too and most series
        on that side; or the last two days very far. Of fewer than five series, one that is less
        than three deviations off only widens.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> day, series = np.divmod(np.arange(600), 20)
    >>> residual = 0.08 * random.normal(size=600) + np.where(day >= 27, np.log(0.6), 0)
    >>> date = np.datetime64("2024-01-08") + day
    >>> found = city_break(series, date, residual, usual=0.02, count=20)
    >>> found.first, found.days, found.moves, bool(abs(found.percent + 40) < 3)
    (np.datetime64('2024-02-04'), 3, True, True)
    >>> city_break(series[day < 27], date[day < 27], residual[day < 27], usual=0.02, count=20)
    """
    keep = _last_year(year, left_out, len(series))
    series, date, residual = series[keep], date[keep], residual[keep]
    days, middle = daily_medians(series, date, residual)
    alone = count < ALONE
    found = _alarm(middle, FAR * usual, FAR * usual, None if alone else VERY_FAR * usual)
    if found is None:
        return None
    last = date >= days[-found]
    size = np.sign(np.median(middle[-found:]))
    numbers, place = np.unique(series[last], return_inverse=True)
    own = _group_median(place, residual[last], len(numbers))
    side = float((size * own > 0).mean())
    if side < SIDE:
        return None
    start = _start(middle, found)
    since = date >= days[start]
    shift = float(np.median(middle[start:]))
    rows = np.bincount(series[since], minlength=count)
    extra = np.bincount(series[since], residual[since] - shift, count) / (rows + OWN_ROWS)
    sure = not alone or abs(shift) > FAR_ALONE * usual
    return LevelBreak(
        series=None, first=days[start], last=days[-1], days=len(days) - start, shift=shift,
        moves=sure, side=side, own=np.zeros(count) if alone else extra, rows=rows,
    )  # fmt: skip


def series_breaks(
    series: Ints,
    date: Days,
    residual: Floats,
    *,
    usual: Floats,
    year: Ints | None = None,
    left_out: Bools | None = None,
    moves_after: int = SERIES_MOVES,
) -> tuple[LevelBreak, ...]:
    """Notice the breaks of level of single series.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each row known.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    residual : ndarray of float, shape (n,)
        Logarithm of meals less every term: the level, and a break of all series, with them.
    usual : ndarray of float, shape (series,)
        Usual error of each series, as ``usual_errors`` finds it.
    year : ndarray of int, shape (n,), optional
        School year of each row: only the last one is looked at.
    left_out : ndarray of bool, shape (n,), optional
        Rows of exceptional spans and strike days, which say nothing.
    moves_after : int
        Days since the start of a break from which it moves the forecast. A single canteen is often
        off for a few days, with a trip or a fair: before a week has gone by, its interval is wider.

    Returns
    -------
    tuple of LevelBreak
        Those of which the median of the last four days is beyond five usual errors, and three of
        them beyond half of that; by series.

    Examples
    --------
    >>> day, series = np.divmod(np.arange(60), 2)
    >>> residual = np.where((series == 1) & (day >= 24), np.log(2.6), 0.0)
    >>> date = np.datetime64("2024-01-08") + day
    >>> [found] = series_breaks(series, date, residual, usual=np.array([0.08, 0.08]))
    >>> found.series, str(found.first), found.days, found.moves, round(found.percent)
    (1, '2024-02-01', 6, True, 160)
    """
    keep = _last_year(year, left_out, len(series))
    series, date, residual = series[keep], date[keep], residual[keep]
    count = len(usual)
    order = np.lexsort((date, series))
    seen = np.bincount(series, minlength=count)
    ends = np.cumsum(seen)
    # Most series are near: only those with enough far days on one side are looked at one by one.
    last = order[np.arange(len(order)) >= ends[series[order]] - WATCHED]
    near = residual[last] / (SERIES_FAR / 2 * usual[series[last]])
    above, below = (np.bincount(series[last], side, count) for side in (near > 1, near < -1))
    found = []
    for number in np.flatnonzero((above >= ENOUGH) | (below >= ENOUGH)).tolist():
        rows = order[ends[number] - seen[number] : ends[number]]
        own = residual[rows]
        far = SERIES_FAR * float(usual[number])
        alarm = _alarm(own, far, far / 2, None)
        if alarm is None:
            continue
        start = _start(own, alarm)
        mine = np.zeros(count, dtype=np.int64)
        mine[number] = days = len(own) - start
        found.append(
            LevelBreak(
                series=number, first=date[rows[start]], last=date[rows[-1]], days=days,
                shift=float(np.median(own[start:])), moves=days >= moves_after, side=1.0,
                own=np.zeros(count), rows=mine,
            )
        )  # fmt: skip
    return tuple(found)


def usual_errors(series: Ints, residual: Floats, count: int) -> Floats:
    """Return the robust deviation of each series' residuals, half that of all at least.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each row of a long past.
    residual : ndarray of float, shape (n,)
        Logarithm of meals less every term.
    count : int
        How many series there are.

    Returns
    -------
    ndarray of float, shape (count,)
        That of all for a series without rows.
    """
    pooled = max(robust_deviation(residual), LEAST)
    seen = np.bincount(series, minlength=count)
    middle = np.full(count, pooled)
    has = seen > 0
    number = np.cumsum(has) - 1
    if has.any():
        middle[has] = 1.4826 * _group_median(number[series], np.abs(residual), int(has.sum()))
    return np.asarray(np.maximum(middle, pooled / 2), dtype=np.float64)


def _last_year(year: Ints | None, left_out: Bools | None, count: int) -> Bools:
    keep = np.ones(count, dtype=bool) if left_out is None else ~left_out
    if year is not None and count:
        keep = keep & (year == year.max())
    return keep


def _alarm(middle: Floats, far: float, each: float, very_far: float | None) -> int | None:
    """Return on how many of the last days an alarm rests; None without one."""
    last = middle[-WATCHED:]
    if len(last) >= ENOUGH:
        size = float(np.median(last))
        if abs(size) > far and (np.sign(size) * last > each).sum() >= ENOUGH:
            return len(last)
    if very_far is not None and len(middle) >= 2:
        last = middle[-2:] * np.sign(middle[-1])
        if (last > very_far).all():
            return 2
    return None


def _start(middle: Floats, alarm: int) -> int:
    """Return where a break starts: back while days are beyond half the shift, one miss allowed."""
    shift = float(np.median(middle[-alarm:]))
    start, missed = len(middle) - 1, False
    for n in range(len(middle) - 1, -1, -1):
        if middle[n] * np.sign(shift) > abs(shift) / 2:
            start = n
        elif missed:
            break
        else:
            missed = True
    return start


def _group_median(group: Ints, value: Floats, count: int) -> Floats:
    """Return the median of each group, of which each has a value."""
    seen = np.bincount(group, minlength=count)
    order = np.lexsort((value, group))
    first = np.cumsum(seen) - seen
    low, high = first + (seen - 1) // 2, first + seen // 2
    return np.asarray((value[order][low] + value[order][high]) / 2)
