"""From a long table, a row a canteen and day, to the columns that a regressor takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import Calendar
from prevision_cantine.city.menus import Menus
from prevision_cantine.errors import DateError, ForecastError
from prevision_cantine.model.scikit import BaseEstimator, TransformerMixin, check_is_fitted
from prevision_cantine.model.terms import CALENDAR, WEEKS

# The columns that every calendar gives, all of categories, with what terms read there.
CALENDAR_COLUMNS = MappingProxyType(
    {
        "jour": "weekday", "semaine": "week", "apres_rentree": "from_start", "avant_fin": "to_end",
        "avant_vacances": "to_break", "apres_vacances": "since_break", "veille_ferie": "before_holiday",
        "lendemain_ferie": "after_holiday", "pont": "bridge", "greve": "strike",
    }
)  # fmt: skip


class CanteenFeatures(TransformerMixin, BaseEstimator):
    """Columns of calendar, menu, canteen and enrolment, out of a long table.

    All columns are numbers, so that any regressor takes them: categories by their position, and
    what is too far to matter as one category more.

    Parameters
    ----------
    calendar : Calendar
        The school calendar that dates are looked up in.
    menus : Menus, optional
        Published menus; with them, one column a family of dishes.
    cantine, date : str
        Columns of the canteen's name and of the day.
    effectif : str, optional
        Column of the pupils enrolled, above 0; with it, the column ``log_effectif``.
    strikes_announced : bool
        Whether the strike days of the calendar after the rows of ``fit`` are taken as announced. A
        strike that is not is an ordinary day.

    Attributes
    ----------
    canteens_ : ndarray of str
        Names of the canteens, in the order of their numbers in the column ``cantine``; one that was
        never seen has -1.
    until_ : datetime64[D]
        Last day that was learned.

    Notes
    -----
    The columns are ``cantine``; ``jour`` (0 is Monday); ``semaine`` (of the school year, from 0);
    ``apres_rentree`` and ``avant_fin`` (service days from the start, up to 8, and to the end of the
    school year, up to 16); ``avant_vacances`` and ``apres_vacances`` (service days to the next, up
    to 4, and since the last school holiday, up to 2); ``veille_ferie``, ``lendemain_ferie``,
    ``pont``, ``greve``, the events and observances of the calendar and the families of dishes, by
    their names: 0 or 1; then ``log_effectif``.

    Examples
    --------
    >>> import pandas
    >>> from prevision_cantine import make_city
    >>> table = pandas.DataFrame({"cantine": ["A", "B"], "date": ["2020-09-03", "2020-09-04"]})
    >>> features = CanteenFeatures(make_city(canteens=1, years=1).calendar)
    >>> features.set_output(transform="pandas").fit_transform(table)[["jour", "apres_rentree"]]
       jour  apres_rentree
    0   3.0            1.0
    1   4.0            2.0
    """

    def __init__(
        self,
        calendar: Calendar,
        menus: Menus | None = None,
        *,
        cantine: str = "cantine",
        date: str = "date",
        effectif: str | None = None,
        strikes_announced: bool = False,
    ) -> None:
        self.calendar = calendar
        self.menus = menus
        self.cantine = cantine
        self.date = date
        self.effectif = effectif
        self.strikes_announced = strikes_announced

    def fit(self, X: Any, y: Any = None) -> CanteenFeatures:  # noqa: N803
        """Learn which canteens there are, and the last day.

        Parameters
        ----------
        X : data frame
            A row a canteen and day: pandas, polars, or another that narwhals reads.
        y : None
            Not looked at.

        Returns
        -------
        CanteenFeatures
            Itself.

        Raises
        ------
        ForecastError, DateError
            Where a column is missing, or a date is none.
        """
        self.canteens_: npt.NDArray[np.str_] = np.unique(column(X, self.cantine).astype(str))
        self.until_: np.datetime64 = days(X, self.date).max()
        return self

    def transform(self, X: Any) -> Floats:  # noqa: N803
        """Return the columns of rows.

        Parameters
        ----------
        X : data frame
            A row a canteen and day.

        Returns
        -------
        ndarray of float, shape (n, columns)
            The columns; a data frame with their names after ``set_output``.

        Raises
        ------
        ForecastError, DateError
            Where a column is missing, a date is none or leaves the calendar, or an enrolment is not
            above 0.
        """
        check_is_fitted(self)
        date = days(X, self.date)
        # What a day is like is looked up once a day.
        every, of_row = np.unique(date, return_inverse=True)
        self.calendar.check_span(every[0], every[-1])
        around = self.calendar.surroundings(every)
        if not self.strikes_announced:
            around["strike"] = around["strike"] & (every <= self.until_)
        by_day = [_levels(around, reads) for reads in CALENDAR_COLUMNS.values()]
        by_day += [np.isin(every, told) for told in self._named_days().values()]
        by_day += [*self.menus.on(every).T] if self.menus else []
        name = column(X, self.cantine).astype(str)
        at = np.minimum(np.searchsorted(self.canteens_, name), len(self.canteens_) - 1)
        canteen = np.where(self.canteens_[at] == name, at, -1)
        result = [canteen[:, None], np.column_stack(by_day).astype(np.float64)[of_row]]
        if self.effectif is not None:
            pupils = column(X, self.effectif).astype(np.float64)
            wrong = np.flatnonzero(~(pupils > 0))
            if len(wrong):
                row = int(wrong[0])
                raise ForecastError(
                    "row_without_pupils", column=self.effectif, row=row, value=float(pupils[row])
                )
            result.append(np.log(pupils)[:, None])
        return np.hstack(result)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the names of the columns.

        Parameters
        ----------
        input_features : None
            Not looked at.

        Returns
        -------
        ndarray of str
            Names, in order.
        """
        return np.array([*self.categorical, *(["log_effectif"] if self.effectif else [])], object)

    @property
    def categorical(self) -> tuple[str, ...]:
        """Names of the columns of categories: all but ``log_effectif``."""
        dishes = [family.name for family in self.menus.families] if self.menus else []
        return ("cantine", *CALENDAR_COLUMNS, *self._named_days(), *dishes)

    def _named_days(self) -> dict[str, Days]:
        """Return the days of the events and observances of the calendar, by column."""
        taken = {"cantine", *CALENDAR_COLUMNS}
        taken |= {family.name for family in self.menus.families} if self.menus else set()
        found: dict[str, Days] = {}
        for name, told in (*self.calendar.events, *self.calendar.observances):
            found[f"{name} (ville)" if name in taken else name] = told
        return found


def _levels(around: Mapping[str, npt.NDArray[Any]], reads: str) -> npt.NDArray[Any]:
    """Return the level of what a term reads of each day; what is too far is one level more."""
    if reads == "week":
        return np.asarray(np.clip(around["position"], 0, WEEKS - 1))
    return np.asarray(np.minimum(around[reads], CALENDAR[reads]))


def column(table: Any, name: str) -> npt.NDArray[Any]:
    """Return a column of a data frame.

    Raises
    ------
    ForecastError
        Where the table is no data frame, or has no such column.
    """
    frame = nw.from_native(table, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        raise ForecastError("frame_without_names", value=type(table).__name__, column=name)
    if name not in frame.columns:
        raise ForecastError("no_such_column", value=name, known=tuple(frame.columns))
    return np.asarray(frame[name].to_numpy())


def days(table: Any, name: str) -> Days:
    """Return a column of dates; text is ``YYYY-MM-DD``.

    Raises
    ------
    DateError
        Where a value is no day.
    """
    values = column(table, name)
    try:
        result: Days = values.astype("datetime64[D]")
    except (TypeError, ValueError):
        raise DateError("column_no_dates", column=name) from None
    missing = np.flatnonzero(np.isnat(result))
    if len(missing):
        raise DateError("row_without_date", column=name, row=int(missing[0]))
    return result
