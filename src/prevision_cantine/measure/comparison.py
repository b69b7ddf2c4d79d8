"""Forecasters of the same rows compared: figures by group, and whether a gain is more than luck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import weekday
from prevision_cantine.errors import ParameterError
from prevision_cantine.json_value import JsonValue
from prevision_cantine.measure.peers import PastForecasts
from prevision_cantine.read_only import read_only
from prevision_cantine.uncertainty.measures import Scores, scores

GROUPINGS = ("all", "series", "month", "weekday")
WEEKS_TO_JUDGE = 8  # fewer weeks than these show no difference
SURE = 2.0  # standard errors from which a difference is more than luck


@attrs.frozen
class Gain(JsonValue):
    """How much smaller one forecaster's error was than another's, paired by week.

    Parameters
    ----------
    share : float
        The difference of their absolute errors over the other's; below 0 where it was larger.
    t : float
        Mean of the weekly differences over its standard error; NaN for fewer than two weeks.
    weeks : int
        Weeks.

    Examples
    --------
    >>> Gain(0.1, 2.0, 8).verdict, Gain(0.1, 1.9, 8).verdict, Gain(0.1, 5.0, 7).verdict
    ('better', 'similar', 'too_few')
    """

    share: float
    t: float
    weeks: int

    @property
    def verdict(self) -> str:
        """``better`` or ``worse`` by two standard errors or more, ``similar``, or ``too_few`` weeks."""
        if self.weeks < WEEKS_TO_JUDGE:
            return "too_few"
        if abs(self.t) >= SURE:
            return "better" if self.t > 0 else "worse"
        return "similar"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values.

        Returns
        -------
        dict
            ``share``, ``weeks``, ``verdict``, and ``t`` where it is known.
        """
        shown = {"share": self.share, "weeks": self.weeks, "verdict": self.verdict}
        return shown | ({"t": self.t} if np.isfinite(self.t) else {})


@attrs.frozen(kw_only=True, eq=False)
class Comparison(JsonValue):
    """Figures of several forecasters on the same rows.

    Parameters
    ----------
    by : {"all", "series", "month", "weekday"}
        What the groups are. Months are texts such as ``2017-01``, weekdays 0 for Monday.
    at_shortage : float
        Share of missing meals at which ``equal_excess`` compares: the agents' over these rows where
        they are compared, or else the one that the orders aim at.
    days : int
        Days.
    strikes : bool
        Whether rows of strike days count.
    scores : mapping of str to Scores
        By forecaster: ``model``, ``assisted``, ``weekday_mean``, ``last_year``, ``agents``.
    gains : mapping of str to Gain
        Of the model over each other one, over all rows.
    """

    by: str
    at_shortage: float
    days: int
    strikes: bool
    scores: Mapping[str, Scores] = attrs.field(converter=read_only)
    gains: Mapping[str, Gain] = attrs.field(converter=read_only)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values.

        Returns
        -------
        dict
            A list of groups by forecaster, and the gains of the model.
        """
        return {
            "by": self.by, "at_shortage": self.at_shortage, "days": self.days,
            "strikes": self.strikes,
            "scores": {who: found.to_dicts() for who, found in self.scores.items()},
            "gains": {who: gain.to_dict() for who, gain in self.gains.items()},
        }  # fmt: skip


def gain(actual: Floats, own: Floats, other: Floats, date: Days) -> Gain:
    """Return how much smaller the error of a forecast was than that of another.

    Parameters
    ----------
    actual, own, other : ndarray of float, shape (n,)
        Meals served, and the two forecasts.
    date : ndarray of datetime64[D], shape (n,)
        Day; days of one week err together, so that weeks are what is counted.

    Returns
    -------
    Gain
        Of ``own`` over ``other``.

    Examples
    --------
    >>> date = np.array(["2024-01-08", "2024-01-15"], dtype="datetime64[D]")
    >>> found = gain(np.array([100.0, 100.0]), np.array([101.0, 98.0]), np.array([104.0, 94.0]), date)
    >>> found.share, round(found.t, 2), found.weeks
    (0.7, 7.0, 2)
    """
    lost, mine = np.abs(other - actual), np.abs(own - actual)
    place = np.unique(date - weekday(date), return_inverse=True)[1]
    each = np.bincount(place, lost - mine)
    weeks = len(each)
    t = np.nan
    if weeks > 1:
        spread = each.std(ddof=1) / np.sqrt(weeks)
        with np.errstate(divide="ignore"):
            t = float(each.mean() / spread) if each.any() else 0.0
    total = float(lost.sum())
    share = float((lost - mine).sum()) / total if total else (0.0 if not mine.any() else -np.inf)
    return Gain(share, t, weeks)


def groups_of(by: str, names: npt.NDArray[np.str_], date: Days) -> npt.NDArray[np.generic] | None:
    """Return the group of each row; None for all rows together.

    Parameters
    ----------
    by : {"all", "series", "month", "weekday"}
        What the groups are.
    names : ndarray of str, shape (n,)
        Series.
    date : ndarray of datetime64[D], shape (n,)
        Day.

    Returns
    -------
    ndarray, shape (n,), or None
        Names, months such as ``2017-01``, or weekdays, 0 for Monday.

    Raises
    ------
    ParameterError
        Where ``by`` is no grouping.
    """
    if by not in GROUPINGS:
        raise ParameterError("by", by, "parts.give_one_of", known=tuple(GROUPINGS))
    found: dict[str, npt.NDArray[np.generic] | None] = {
        "all": None, "series": names, "weekday": np.asarray(weekday(date)),
        "month": date.astype("datetime64[M]").astype(str),
    }  # fmt: skip
    return found[by]


def compared(
    actual: Floats, date: Days, names: npt.NDArray[np.str_],
    forecasts: Mapping[str, PastForecasts], *, by: str, at_shortage: float, strikes: bool,
) -> Comparison:  # fmt: skip
    """Return the figures of forecasters on rows that all of them have.

    Raises
    ------
    ParameterError
        Where ``by`` is no grouping.
    """
    groups = groups_of(by, names, date)
    found = {}
    for who, one in forecasts.items():
        bounds = np.isfinite(one.lower).any()
        found[who] = scores(
            actual, one.meals, at_shortage=at_shortage, by=groups,
            ordered=one.ordered if np.isfinite(one.ordered).any() else None,
            lower=one.lower if bounds else None, upper=one.upper if bounds else None,
        )  # fmt: skip
    model = forecasts["model"].meals
    return Comparison(
        by=by, at_shortage=at_shortage, days=len(np.unique(date)), strikes=strikes, scores=found,
        gains={
            who: gain(actual, model, one.meals, date)
            for who, one in forecasts.items()
            if who != "model"
        },
    )  # fmt: skip
