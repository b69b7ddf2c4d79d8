"""Plain forecasts that any user could make by hand: what a model has to beat.

Both take the rows to forecast and the rows known by then, and look at nothing else: pass only rows
up to the last day of the data.
"""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Days, Floats, Ints
from prevision_cantine.errors import ForecastError
from prevision_cantine.words.catalogue import Count

WEEK = np.timedelta64(7, "D")
YEAR = np.timedelta64(364, "D")  # 52 weeks: the same weekday


@attrs.frozen(eq=False)
class Table:
    """Rows of series and days.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series.
    date : ndarray of datetime64[D], shape (n,)
        Day.
    people : ndarray of float, shape (n,)
        People enrolled or present, as known when the forecast is made; NaN where unknown.
    meals : ndarray of float, shape (n,), optional
        Meals served; not given for rows to forecast.
    """

    series: Ints = attrs.field(repr=False)
    date: Days = attrs.field(repr=False)
    people: Floats = attrs.field(repr=False)
    meals: Floats | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse columns of other lengths."""
        for name in ("date", "people", "meals"):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.series):
                raise ForecastError(
                    "column_lengths",
                    name=name,
                    values=Count(len(values), "value"),
                    rows=Count(len(self.series), "row"),
                )


def weekday_mean(past: Table, rows: Table, *, days: int = 365) -> Floats:
    """Forecast by the mean of series and weekday over the last year, scaled by enrolment.

    Parameters
    ----------
    past : Table
        Rows known, with meals.
    rows : Table
        Rows to forecast.
    days : int
        Days before the last known one that count.

    Returns
    -------
    ndarray of float, shape (n,)
        Meals. A series without past on that weekday is forecast by its mean over all weekdays, a
        series without past by the mean of all; NaN where nothing is known.

    Examples
    --------
    >>> date = np.array(["2024-01-08", "2024-01-09", "2024-01-15"], dtype="datetime64[D]")
    >>> past = Table(np.zeros(3, dtype=int), date, np.full(3, 200.0), np.array([90.0, 80.0, 110.0]))
    >>> new = Table(np.zeros(2, dtype=int), date[:2] + 14, np.array([100.0, 200.0]))
    >>> weekday_mean(past, new).tolist()
    [50.0, 80.0]
    """
    meals = _meals(past)
    if not len(past.date):
        return np.full(len(rows.series), np.nan)
    recent = past.date > past.date.max() - np.timedelta64(days, "D")
    count = 1 + int(max(past.series.max(), rows.series.max(initial=0)))
    known = recent & np.isfinite(past.people) & (past.people > 0)
    result = np.full(len(rows.series), np.nan)
    # With people: meals per person times people; where a series has none, plain means of its meals.
    scaled = np.bincount(past.series[known], minlength=count) > 0
    with_people = scaled[rows.series] & np.isfinite(rows.people)
    for here, table, base in (
        (with_people, known, past.people),
        (~with_people, recent, np.ones(len(past.series))),
    ):
        rate = _rates(
            past.series[table], _weekday(past.date[table]), meals[table], base[table], count
        )
        own = rate[rows.series[here], _weekday(rows.date[here])]
        result[here] = own * (rows.people[here] if base is past.people else 1.0)
    lost = ~np.isfinite(result) & np.isfinite(rows.people)
    if lost.any() and known.any():
        result[lost] = rows.people[lost] * meals[known].sum() / past.people[known].sum()
    lost = ~np.isfinite(result)
    if lost.any() and recent.any():
        result[lost] = meals[recent].mean()
    return result


def last_year(past: Table, rows: Table) -> Floats:
    """Forecast by the same week of last year: the same weekday, 52 weeks before, scaled by enrolment.

    Parameters
    ----------
    past : Table
        Rows known, with meals.
    rows : Table
        Rows to forecast.

    Returns
    -------
    ndarray of float, shape (n,)
        Meals of the day 52 weeks before, or else 51 or 53 weeks; where the series served on none of
        them, the mean of series and weekday, as ``weekday_mean``.

    Examples
    --------
    >>> date = np.array(["2023-01-09", "2023-01-10"], dtype="datetime64[D]")
    >>> past = Table(np.zeros(2, dtype=int), date, np.full(2, 200.0), np.array([90.0, 80.0]))
    >>> last_year(past, Table(np.zeros(1, dtype=int), date[:1] + 364, np.array([220.0]))).round(6).tolist()
    [99.0]
    """
    meals = _meals(past)
    result = np.full(len(rows.series), np.nan)
    if len(past.date):
        first = past.date.min().astype("datetime64[D]")
        span = int((max(past.date.max(), rows.date.max(initial=first)) - first).astype(int)) + 1
        key = past.series * span + (past.date - first).astype(np.int64)
        order = np.argsort(key, kind="stable")
        for shift in (WEEK, -WEEK, 0 * WEEK):  # the last one that is known is taken: 52 weeks
            day = rows.date - YEAR + shift
            wanted = rows.series * span + (day - first).astype(np.int64)
            at = np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)
            found = order[at]
            hit = (key[found] == wanted) & (day >= first)
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = rows.people / past.people[found]
            ratio = np.where(np.isfinite(ratio), ratio, 1.0)
            result = np.where(hit, meals[found] * ratio, result)
    plain = weekday_mean(past, rows)
    return np.where(np.isfinite(result), result, plain)


def _meals(past: Table) -> Floats:
    if past.meals is None:
        raise ForecastError("past_without_meals")
    return past.meals


def _weekday(date: Days) -> Ints:
    return np.asarray((date.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def _rates(series: Ints, weekday: Ints, meals: Floats, base: Floats, count: int) -> Floats:
    """Return meals over base by series and weekday; of all weekdays where one was not seen."""
    group = series * 7 + weekday
    total = np.bincount(group, meals, count * 7).reshape(count, 7)
    under = np.bincount(group, base, count * 7).reshape(count, 7)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = total / under
        whole = total.sum(axis=1, keepdims=True) / under.sum(axis=1, keepdims=True)
    return np.where(under > 0, rate, whole)
