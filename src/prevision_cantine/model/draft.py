"""The agents' draft order as a term: how much of what it says the forecast takes over."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats, Ints
from prevision_cantine.extras import needs

MIN_ROWS = 300
NEAR = 0.03  # log errors within which the weights are fitted by squares, beyond by absolute values
PRIOR = 0.05  # rows that say that the draft adds nothing
CAUTION_DAYS = 140  # service days, about a school year, whose drafts tell how much the agents of a canteen order beyond
CAUTION_ROWS = 20.0
LEVEL_ROWS = 0.5
WIDEST = (-1.5, 0.6)  # log differences beyond which a draft says no more

# What the draft says is taken apart: of the day, of the canteen, and of this canteen on this day,
# where a deep cut, such as a trip, is another thing than a small one.
PARTS = (
    "day", "canteen", "canteen, new year", "rest", "rest below -5 %", "rest below -15 %",
    "rest above 10 %", "rest, end of year", "rest below -15 %, end of year",
)  # fmt: skip


def caution(log_over: Floats, canteen: Ints, canteens: int) -> Floats:
    """Return how far the agents of each canteen ordered beyond what was served.

    Parameters
    ----------
    log_over : ndarray of float, shape (n,)
        Logarithm of the agents' orders over the meals served, on the last days known.
    canteen : ndarray of int, shape (n,)
        Number of the canteen.
    canteens : int
        How many there are.

    Returns
    -------
    ndarray of float, shape (canteens,)
        Medians, shrunk towards that of all; 0 where nothing is known.
    """
    if not len(log_over):
        return np.zeros(canteens)
    everywhere = float(np.median(log_over))
    order = np.lexsort((log_over, canteen))
    first = np.searchsorted(canteen[order], np.arange(canteens + 1))
    seen = np.diff(first)
    values = np.append(log_over[order], everywhere)
    low, high = first[:-1] + (seen - 1) // 2, first[:-1] + seen // 2
    median = np.where(seen > 0, (values[np.maximum(low, 0)] + values[high]) / 2, everywhere)
    return np.asarray((seen * median + CAUTION_ROWS * everywhere) / (seen + CAUTION_ROWS))


def parts(
    difference: Floats, canteen: Ints, date: Days, new_year: npt.NDArray[np.bool_],
    ending: npt.NDArray[np.bool_],
) -> Floats:  # fmt: skip
    """Take apart what drafts say beyond a forecast.

    Parameters
    ----------
    difference : ndarray of float, shape (n,)
        Logarithm of draft over forecast, less the caution of the canteen; NaN without a draft.
    canteen : ndarray of int, shape (n,)
        Number of the canteen.
    date : ndarray of datetime64[D], shape (n,)
        Day.
    new_year, ending : ndarray of bool, shape (n,)
        Rows of a school year of which no meal was known, and of the last weeks of one.

    Returns
    -------
    ndarray of float, shape (n, parts)
        Columns named by ``PARTS``; 0 without a draft. A row looks at the drafts of its own day, and
        of earlier ones of its canteen: never at a later day's, which may follow from meals that
        were served in between.
    """
    known = np.isfinite(difference)
    said = np.clip(np.where(known, difference, 0.0), *WIDEST)
    days, place = np.unique(date, return_inverse=True)
    of_day = np.zeros(len(days))
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(len(days) + 1))
    for n in range(len(days)):
        here = order[first[n] : first[n + 1]]
        here = here[known[here]]
        if len(here):
            of_day[n] = np.median(said[here])
    day = of_day[place]
    # The running mean of a canteen, up to and with the day.
    order = np.lexsort((date, canteen))
    apart = np.where(known, np.clip(said - day, -0.3, 0.3), 0.0)[order]
    total, seen = np.cumsum(apart), np.cumsum(known[order])
    start = np.searchsorted(canteen[order], canteen[order])
    before = np.append(0.0, total)[start], np.append(0, seen)[start]
    level = np.empty(len(said))
    level[order] = (total - before[0]) / (seen - before[1] + LEVEL_ROWS)
    rest = said - day - level
    deep = np.minimum(rest + 0.15, 0)
    columns = (
        day, level, level * new_year, rest, np.minimum(rest + 0.05, 0), deep,
        np.maximum(rest - 0.1, 0), rest * ending, deep * ending,
    )  # fmt: skip
    return np.where(known[:, None], np.stack(columns, axis=1), 0.0)


def running_median(
    value: Floats, canteen: Ints, date: Days, counts: npt.NDArray[np.bool_]
) -> Floats:
    """Return the median of each canteen's values up to and with the day of each row.

    Parameters
    ----------
    value : ndarray of float, shape (n,)
        Values.
    canteen : ndarray of int, shape (n,)
        Number of the canteen.
    date : ndarray of datetime64[D], shape (n,)
        Day.
    counts : ndarray of bool, shape (n,)
        Rows that count; few, since each is looked at.

    Returns
    -------
    ndarray of float, shape (n,)
        Medians; 0 for rows that do not count.
    """
    result = np.zeros(len(value))
    for row in np.flatnonzero(counts):
        before = counts & (canteen == canteen[row]) & (date <= date[row])
        result[row] = np.median(value[before])
    return result


@attrs.frozen(eq=False)
class DraftWeights:
    """How much of each part of a draft the forecast takes over.

    Parameters
    ----------
    weight : ndarray of float, shape (parts,)
        A weight a part of ``PARTS``.
    rows : int
        Past canteens and days that they were learned from.
    """

    weight: Floats
    rows: int

    def term(self, columns: Floats) -> Floats:
        """Return what drafts add on the log scale, given their parts."""
        return np.asarray(columns @ self.weight)


def learn_weights(columns: Floats, error: Floats, meals: Floats) -> DraftWeights:
    """Learn the weights of drafts from past forecasts, by absolute errors in meals.

    Parameters
    ----------
    columns : ndarray of float, shape (n, parts)
        Parts of the drafts.
    error : ndarray of float, shape (n,)
        Logarithm of meals served over meals forecast without the draft.
    meals : ndarray of float, shape (n,)
        Meals served.

    Returns
    -------
    DraftWeights
        The weights.
    """
    with needs("cantine"):
        from scipy import linalg

    size = meals / meals.mean()
    robust = np.ones(len(error))
    weight = np.zeros(columns.shape[1])
    for _ in range(15):
        each = size * robust
        normal = columns.T @ (columns * each[:, None]) + PRIOR * np.eye(columns.shape[1])
        weight = linalg.solve(normal, columns.T @ (each * error), assume_a="pos")
        robust = NEAR / np.maximum(np.abs(error - columns @ weight), NEAR)
    return DraftWeights(weight, len(error))
