"""Teaching periods as the folds of a cross-validation, none of which sees its own future."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Days, Ints
from prevision_cantine.calendar.periods import Period, periods
from prevision_cantine.errors import DateError, ParameterError, check_number
from prevision_cantine.model.transformer import days
from prevision_cantine.words.catalogue import Count


@attrs.frozen
class TeachingPeriodSplit:
    """Forecast each teaching period from the rows that end some days before it.

    For the ``cv=`` of scikit-learn: each test fold is a run of service days with no gap of more
    than 8 days; its training fold is every row up to ``lead_days`` before its first day.

    Parameters
    ----------
    lead_days : int
        Days from the last training day to the first day of the test period, 1 to 365.
    n_splits : int, optional
        How many of the last periods are tested, at least 1. Where not given: all that have a row to
        learn from.
    date : str
        Column of the day.

    Examples
    --------
    >>> import pandas
    >>> table = pandas.DataFrame({"date": ["2022-10-20", "2022-10-21", "2022-11-07", "2022-11-08"]})
    >>> [(train.tolist(), test.tolist()) for train, test in TeachingPeriodSplit().split(table)]
    [([0, 1], [2, 3])]
    """

    lead_days: int = 15
    n_splits: int | None = attrs.field(default=None, kw_only=True)
    date: str = attrs.field(default="date", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse numbers outside their range."""
        check_number("lead_days", self.lead_days, 1, 365, unit="days")
        if self.n_splits is not None and self.n_splits < 1:
            raise ParameterError("n_splits", self.n_splits, "parts.give_one_or_more")

    def split(
        self,
        X: Any,  # noqa: N803
        y: Any = None,
        groups: Any = None,
    ) -> Iterator[tuple[Ints, Ints]]:
        """Yield the rows to learn from and the rows to forecast, period after period.

        Parameters
        ----------
        X : data frame
            Table with a column of days.
        y : None
            Not looked at.
        groups : array of datetime64[D], shape (n,), optional
            The day of each row, for a table without a column of days.

        Yields
        ------
        train, test : ndarray of int
            Positions of rows.

        Raises
        ------
        DateError, ForecastError
            Where a date is none, the column is missing, or fewer periods can be tested than asked.
        """
        date = self._days(X, groups)
        for period in self._tested(date):
            yield (
                np.flatnonzero(date <= period.until(self.lead_days)),
                np.flatnonzero((date >= period.start) & (date <= period.end)),
            )

    def get_n_splits(self, X: Any, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """Return how many periods are tested.

        Parameters
        ----------
        X : data frame
            Table with a column of days.
        y : None
            Not looked at.
        groups : array of datetime64[D], shape (n,), optional
            The day of each row, for a table without a column of days.

        Returns
        -------
        int
            Number of periods.
        """
        return len(self._tested(self._days(X, groups)))

    def _days(self, table: Any, groups: Any) -> Days:
        return days(table, self.date) if groups is None else np.asarray(groups, "datetime64[D]")

    def _tested(self, date: Days) -> list[Period]:
        first = date.min()
        tested = [p for p in periods(date) if p.until(self.lead_days) >= first]
        if len(tested) < (self.n_splits or 1):
            raise DateError(
                "too_few_periods", first=str(first), last=str(date.max()),
                lead=Count(self.lead_days, "day"), count=len(tested), asked=self.n_splits or 1,
            )  # fmt: skip
        return tested[-self.n_splits :] if self.n_splits else tested
