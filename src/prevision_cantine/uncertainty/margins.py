"""Order margins that one series cannot bend.

One canteen that served a neighbour's pupils for three months raised every order of its city by a
quarter: its errors filled the tail that a pooled margin is found on. Two steps prevent this, and
excess at equal shortage is the same without them. Runs of far days, which are another level and
no error of a forecast, are left out and said; single far days, such as typing errors, are then
brought back to the edge of what is usual.
"""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.errors import ForecastError, ParameterError

RUN_DAYS = 5  # days of a series in a row
RUN_BEYOND = 5.0  # robust standard deviations, all on one side
WINSOR = 6.0  # robust standard deviations that a single error is held to
OWN_ROWS = 500.0  # rows that say "as the others" beside a margin of a series' own
WIDEST = 1.0  # margin of a middling row that no order goes beyond, on the log scale
HALVINGS = 40  # down to 1e-12
ROUNDS = 10  # of finding runs, each with the deviation that the last one left
SETTERS = 10  # rows named as those that set a margin


@attrs.frozen
class Run:
    """Days in a row on which one series was far from its forecasts, on one side.

    Parameters
    ----------
    series : int
        Number of the series.
    first, last : datetime64[D]
        First and last of its days.
    days : int
        How many.
    factor : float
        Median of meals served over meals forecast.
    """

    series: int
    first: np.datetime64
    last: np.datetime64
    days: int
    factor: float


@attrs.frozen(eq=False)
class FarRuns:
    """Which past forecasts are of runs of far days.

    Parameters
    ----------
    left_out : ndarray of bool, shape (n,)
        Rows of a run.
    runs : tuple of Run
        The runs, by series and day: what was left out, to be said.
    usual : float
        Robust standard deviation of the other errors, relative to their scale.
    """

    left_out: Bools = attrs.field(repr=False)
    runs: tuple[Run, ...]
    usual: float

    @property
    def keep(self) -> Bools:
        """Rows that are in no run."""
        return ~self.left_out


def no_runs(count: int, runs: tuple[Run, ...] = ()) -> FarRuns:
    """Return that none of some rows is of a run: those that were are left out already.

    Parameters
    ----------
    count : int
        How many rows there are.
    runs : tuple of Run
        The runs left out.

    Returns
    -------
    FarRuns
        Without a deviation, which ``margin`` finds on the scale that it is given.
    """
    return FarRuns(np.zeros(count, dtype=bool), runs, 0.0)


def robust_deviation(error: Floats) -> float:
    """Return 1.4826 times the median absolute error; 0 without errors.

    Parameters
    ----------
    error : ndarray of float, shape (n,)
        Errors, whose usual value is 0.

    Returns
    -------
    float
        What would be the standard deviation if they were normal.
    """
    return float(1.4826 * np.median(np.abs(error))) if len(error) else 0.0


def far_runs(
    series: Ints,
    date: Days,
    error: Floats,
    scale: Floats | None = None,
    *,
    days: int = RUN_DAYS,
    beyond: float = RUN_BEYOND,
) -> FarRuns:
    """Find the runs of days on which one series was far from its forecasts.

    The deviation that "far" is counted in comes from the rows that no run holds: it is found anew
    after each round until the runs stay the same, so that an odd series moves it not at all.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each past forecast.
    date : ndarray of datetime64[D], shape (n,)
        Day of each; days in a row are those that the series has rows of.
    error : ndarray of float, shape (n,)
        Logarithm of meals served over meals forecast.
    scale : ndarray of float, shape (n,), optional
        Usual error of each row, relative to a middling one; 1 where not given.
    days : int
        How many days in a row make a run.
    beyond : float
        Robust standard deviations that each of them is beyond, all on one side.

    Returns
    -------
    FarRuns
        Rows to leave out, and the runs.

    Examples
    --------
    >>> date = np.datetime64("2024-01-08") + np.arange(40)
    >>> error = np.where(np.arange(40) % 2, 0.05, -0.05)
    >>> error[20:27] = 0.9
    >>> found = far_runs(np.zeros(40, dtype=int), date, error)
    >>> len(found.runs), found.runs[0].days, round(found.runs[0].factor, 2)
    (1, 7, 2.46)
    """
    if days < 1 or not beyond > 0:
        raise ParameterError("days", days, "parts.give_run_days")
    relative = error if scale is None else error / scale
    order = np.lexsort((date, series))
    left_out = np.zeros(len(error), dtype=bool)
    usual, label = robust_deviation(relative), np.full(len(error), -1)
    for _ in range(ROUNDS if usual > 0 else 0):  # where most errors are 0, nothing says what is far
        side = np.zeros(len(error), dtype=np.int64)
        side[order] = np.where(
            np.abs(relative[order]) > beyond * usual, np.sign(relative[order]), 0
        )
        label = _stretches(series[order], side[order], days)
        found = np.zeros(len(error), dtype=bool)
        found[order] = label >= 0
        if (found == left_out).all() or found.all():
            break
        left_out, usual = found, robust_deviation(relative[~found])
    runs = []
    left_out = np.zeros(len(error), dtype=bool)
    left_out[order] = label >= 0
    for number in range(int(label.max(initial=-1)) + 1):
        rows = order[label == number]
        runs.append(
            Run(
                int(series[rows[0]]), date[rows[0]], date[rows[-1]], len(rows),
                float(np.exp(np.median(error[rows]))),
            )
        )  # fmt: skip
    return FarRuns(left_out, tuple(runs), usual)


def _stretches(series: Ints, side: Ints, days: int) -> Ints:
    """Return the number of each row's stretch of one series and side; -1 where it is short."""
    label = np.full(len(series), -1)
    if not len(series):
        return label
    change = np.flatnonzero((np.diff(series) != 0) | (np.diff(side) != 0)) + 1
    start = np.concatenate([[0], change])
    end = np.concatenate([change, [len(series)]])
    long = (side[start] != 0) & (end - start >= days)
    for number, (first, last) in enumerate(zip(start[long], end[long], strict=True)):
        label[first:last] = number
    return label


def winsorised(
    forecast: Floats, actual: Floats, scale: Floats, usual: float, beyond: float = WINSOR
) -> Floats:
    """Return meals served with errors brought back to the edge of what is usual.

    Parameters
    ----------
    forecast, actual : ndarray of float, shape (n,)
        Meals forecast and served.
    scale : ndarray of float, shape (n,)
        Usual error of each row, relative to a middling one.
    usual : float
        Robust standard deviation of errors relative to the scale, as ``FarRuns`` has it.
    beyond : float
        Robust standard deviations.

    Returns
    -------
    ndarray of float, shape (n,)
        Meals.
    """
    if usual == 0:
        return actual
    error = np.log(actual / forecast)
    edge = beyond * usual * scale
    return np.where(np.abs(error) <= edge, actual, forecast * np.exp(np.clip(error, -edge, edge)))


@attrs.frozen(eq=False)
class Margin:
    """The margin of orders for a shortage, and what it rests on.

    Parameters
    ----------
    pooled : float
        Margin of a middling row of any series: an order is
        ``forecast * exp(margin * scale)``.
    own : ndarray of float, shape (series,)
        Margin of each series; all ``pooled`` where each has not its own.
    rows : ndarray of int, shape (series,)
        Past forecasts of each series that count.
    runs : tuple of Run
        What was left out.
    held : ndarray of int, shape (m,)
        Rows that were winsorised: positions among the rows given.
    setters : ndarray of int, shape (at most 10,)
        Rows that set the pooled margin: those with the most missing meals under it, the largest
        first, as positions among the rows given.
    setters_share : float
        Share of all missing meals that those rows have.
    """

    pooled: float
    own: Floats = attrs.field(repr=False)
    rows: Ints = attrs.field(repr=False)
    runs: tuple[Run, ...]
    held: Ints = attrs.field(repr=False)
    setters: Ints = attrs.field(repr=False)
    setters_share: float

    def of(self, series: Ints) -> Floats:
        """Return the margins of rows.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row.

        Returns
        -------
        ndarray of float, shape (n,)
            Margin of a middling row of each one's series.
        """
        return np.asarray(self.own[series])


def margin(
    series: Ints,
    date: Days,
    forecast: Floats,
    actual: Floats,
    scale: Floats,
    shortage: float,
    *,
    tray: int = 1,
    count: int | None = None,
    own: bool = False,
    own_rows: float = OWN_ROWS,
    runs: FarRuns | None = None,
) -> Margin:
    """Return the smallest margin whose missing meals were, in the past, the share asked for.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each past forecast.
    date : ndarray of datetime64[D], shape (n,)
        Its day.
    forecast, actual : ndarray of float, shape (n,)
        Meals forecast as if on its day, and served.
    scale : ndarray of float, shape (n,)
        Usual error of each row, relative to a middling one. Learn it without the rows of ``runs``
        too: an odd series would keep a wide scale.
    shortage : float
        Share of meals served that may be missing, above 0 and below 1.
    tray : int
        Meals a tray: orders are rounded up to whole trays.
    count : int, optional
        How many series there are; found from the rows where not given.
    own : bool
        Whether each series has a margin of its own, shrunk towards the pooled one. It costs 0.01 to
        0.1 points of excess on Nantes, and no series is left with twice the shortage.
    own_rows : float
        Rows that the pooled margin counts for beside a series' own.
    runs : FarRuns, optional
        As ``far_runs`` found them, on this scale or on a plainer one; found here where not given.

    Returns
    -------
    Margin
        The margin, and what it rests on.

    Raises
    ------
    ForecastError
        Where the shortage is out of its range, or no row is left.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> actual = 100 * np.exp(0.1 * random.normal(size=2000))
    >>> found = margin(
    ...     np.arange(2000) % 10, np.datetime64("2024-01-01") + np.arange(2000) // 10,
    ...     np.full(2000, 100.0), actual, np.ones(2000), 0.01,
    ... )
    >>> round(found.pooled, 2), found.runs
    (0.09, ())
    """
    if not 0 < shortage < 1:
        raise ParameterError("shortage", shortage, "parts.give_share", example=0.01)
    if runs is None:
        runs = far_runs(series, date, np.log(actual / forecast), scale)
    kept = np.flatnonzero(runs.keep)
    if not len(kept):
        raise ForecastError("no_past_left")
    count = int(series.max()) + 1 if count is None else count
    forecasts, scales = forecast[kept], scale[kept]
    # In the units of this scale, which may have been learned since the runs were found.
    usual = robust_deviation(np.log(actual[kept] / forecasts) / scales)
    served = winsorised(forecasts, actual[kept], scales, usual)
    pooled = smallest_margin(forecasts, served, scales, shortage, tray)
    rows = np.bincount(series[kept], minlength=count)
    each = np.full(count, pooled)
    if own:
        for number in np.flatnonzero(rows):
            here = series[kept] == number
            alone = smallest_margin(forecasts[here], served[here], scales[here], shortage, tray)
            each[number] = (rows[number] * alone + own_rows * pooled) / (rows[number] + own_rows)
    missing = np.maximum(served - whole(forecasts * np.exp(pooled * scales), tray), 0.0)
    most = np.argsort(-missing, kind="stable")[:SETTERS]
    most = most[missing[most] > 0]
    total = float(missing.sum())
    return Margin(
        pooled=pooled, own=each, rows=rows, runs=runs.runs,
        held=kept[served != actual[kept]], setters=kept[most],
        setters_share=float(missing[most].sum()) / total if total else 0.0,
    )  # fmt: skip


def smallest_margin(
    forecast: Floats, actual: Floats, scale: Floats, shortage: float, tray: int = 1,
    group: Ints | None = None,
) -> float:  # fmt: skip
    """Return the smallest margin, to 1e-12, by which past orders met a shortage.

    Parameters
    ----------
    forecast, actual, scale : ndarray of float, shape (n,)
        Meals forecast and served, and the usual error of each row, relative to a middling one.
    shortage : float
        Share of meals served that may be missing.
    tray : int
        Meals a tray: orders are rounded up to whole trays.
    group : ndarray of int, shape (n,), optional
        What is ordered as one, such as the total of a day; each row alone where not given.

    Returns
    -------
    float
        On the log scale, from -1 to 1.
    """
    low, high = -WIDEST, WIDEST
    served = actual if group is None else added(group, actual)
    allowed = shortage * served.sum()
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        meals = forecast * np.exp(middle * scale)
        ordered = whole(meals if group is None else added(group, meals), tray)
        if np.maximum(served - ordered, 0).sum() > allowed:
            low = middle
        else:
            high = middle
    return high


def whole(meals: Floats, tray: int = 1) -> Floats:
    """Return meals rounded up to whole trays; one that is whole but for its last digits is whole."""
    return np.asarray(np.ceil(meals / tray - 1e-9) * tray)


def added(group: Ints, value: Floats) -> Floats:
    """Return the sum of each group."""
    return np.bincount(group, value).astype(np.float64)
