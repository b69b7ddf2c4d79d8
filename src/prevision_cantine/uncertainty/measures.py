"""What forecasts, intervals and orders were worth once the meals were served, by any grouping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.errors import ForecastError, ParameterError
from prevision_cantine.json_value import JsonValue
from prevision_cantine.words.catalogue import Count

HALVINGS = 60


def wape(forecast: Floats, actual: Floats) -> float:
    """Return the sum of absolute errors over the sum of meals served."""
    return float(np.abs(forecast - actual).sum() / actual.sum())


def excess(ordered: Floats, actual: Floats) -> float:
    """Return meals ordered beyond those served, over meals ordered."""
    return float(_beyond(ordered, actual).sum() / ordered.sum())


def shortage(ordered: Floats, actual: Floats) -> float:
    """Return meals served beyond those ordered, over meals served."""
    return float(_beyond(actual, ordered).sum() / actual.sum())


@attrs.frozen(kw_only=True, eq=False)
class Scores(JsonValue):
    """Figures of one forecaster, an entry each group; NaN where it has no such forecast.

    Parameters
    ----------
    group : ndarray, shape (groups,)
        What the groups are: series, months, weekdays; one empty string for all rows together.
    rows : ndarray of int, shape (groups,)
        Rows that count.
    meals : ndarray of float, shape (groups,)
        Meals served.
    wape : ndarray of float, shape (groups,)
        Sum of absolute errors over meals served.
    bias : ndarray of float, shape (groups,)
        Sum of forecast less served, over meals served: above 0 where too much was forecast.
    excess : ndarray of float, shape (groups,)
        Meals ordered beyond those served, over meals ordered.
    shortage : ndarray of float, shape (groups,)
        Meals served beyond those ordered, over meals served.
    equal_excess : ndarray of float, shape (groups,)
        Excess once all orders are multiplied by one factor, by which the shortage of all rows is
        the one asked for: a forecaster that orders less is not better for it.
    coverage : ndarray of float, shape (groups,)
        Share of rows inside their interval.
    width : ndarray of float, shape (groups,)
        Mean of the interval's width over the meals served.
    """

    group: npt.NDArray[np.generic]
    rows: Ints
    meals: Floats
    wape: Floats
    bias: Floats
    excess: Floats
    shortage: Floats
    equal_excess: Floats
    coverage: Floats
    width: Floats

    def __len__(self) -> int:
        """Return how many groups there are."""
        return len(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values that go to JSON.

        Returns
        -------
        dict
            ``groups``, as ``to_dicts`` gives them.
        """
        return {"groups": self.to_dicts()}

    def to_dicts(self) -> list[dict[str, float | int | str]]:
        """Return the figures as plain values.

        Returns
        -------
        list of dict
            One a group, without the figures that are not there.
        """
        found: list[dict[str, float | int | str]] = []
        for n in range(len(self)):
            line: dict[str, float | int | str] = {
                "group": str(self.group[n]),
                "rows": int(self.rows[n]),
            }
            for field in attrs.fields(Scores)[2:]:
                value = float(getattr(self, field.name)[n])
                if np.isfinite(value):
                    line[field.name] = value
            found.append(line)
        return found


def scores(
    actual: Floats,
    forecast: Floats,
    *,
    ordered: Floats | None = None,
    lower: Floats | None = None,
    upper: Floats | None = None,
    at_shortage: float | None = None,
    by: npt.NDArray[np.generic] | None = None,
) -> Scores:
    """Return the figures of one forecaster.

    Parameters
    ----------
    actual, forecast : ndarray of float, shape (n,)
        Meals served and forecast; a row without a forecast (NaN) does not count.
    ordered : ndarray of float, shape (n,), optional
        Meals ordered. Without them there is no excess nor shortage; ``equal_excess`` then scales
        the forecast itself.
    lower, upper : ndarray of float, shape (n,), optional
        Bounds.
    at_shortage : float, optional
        Share of missing meals at which excess is compared, such as that of the agents.
    by : ndarray, shape (n,), optional
        Group of each row.

    Returns
    -------
    Scores
        In the order of the groups.

    Raises
    ------
    ForecastError
        Where lengths differ.

    Examples
    --------
    >>> found = scores(np.array([100.0, 50.0]), np.array([110.0, 45.0]), ordered=np.array([120.0, 45.0]))
    >>> found.wape.round(3).tolist(), found.bias.round(3).tolist(), found.shortage.round(3).tolist()
    ([0.1], [0.033], [0.033])
    """
    given: Mapping[str, npt.NDArray[np.generic] | None] = {
        "forecast": forecast, "ordered": ordered, "lower": lower, "upper": upper, "by": by,
    }  # fmt: skip
    for name, values in given.items():
        if values is not None and len(values) != len(actual):
            raise ForecastError(
                "column_lengths",
                name=name,
                values=Count(len(values), "value"),
                rows=Count(len(actual), "row"),
            )
    if (lower is None) != (upper is None):
        raise ForecastError("bounds_half")
    keep = np.isfinite(forecast) & np.isfinite(actual)
    if ordered is not None:
        keep &= np.isfinite(ordered)
    groups: npt.NDArray[np.generic]
    if by is None:
        groups, place = np.array([""]), np.zeros(int(keep.sum()), dtype=np.int64)
    else:
        groups, place = np.unique(by[keep], return_inverse=True)
    count, served = len(groups), actual[keep]

    def total(values: Floats) -> Floats:
        return np.bincount(place, values, count).astype(np.float64)

    rows = np.bincount(place, minlength=count)
    meals, error = total(served), forecast[keep] - served
    unknown = np.full(count, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            "wape": total(np.abs(error)) / meals, "bias": total(error) / meals, "excess": unknown,
            "shortage": unknown, "equal_excess": unknown, "coverage": unknown, "width": unknown,
        }  # fmt: skip
        if ordered is not None:
            order = ordered[keep]
            found["excess"] = total(_beyond(order, served)) / total(order)
            found["shortage"] = total(_beyond(served, order)) / meals
        if at_shortage is not None and len(served):
            order = (forecast if ordered is None else ordered)[keep]
            order = order * _factor(order, served, at_shortage)
            found["equal_excess"] = total(_beyond(order, served)) / total(order)
        if lower is not None and upper is not None:
            low, high = lower[keep], upper[keep]
            known = np.isfinite(low) & np.isfinite(high)
            seen = total(known.astype(np.float64))
            held = (known & (low <= served) & (served <= high)).astype(np.float64)
            found["coverage"] = total(held) / seen
            found["width"] = total(np.where(known, high - low, 0.0)) / total(
                np.where(known, served, 0.0)
            )
    return Scores(group=groups, rows=rows, meals=meals, **found)


def _beyond(more: Floats, less: Floats) -> Floats:
    return np.maximum(more - less, 0)


def _factor(ordered: Floats, actual: Floats, shortage: float) -> float:
    """Return the smallest factor of all orders that misses no more than the share."""
    if not 0 <= shortage < 1:
        raise ParameterError("at_shortage", shortage, "parts.give_share_from_0")
    low, high = 0.0, 1.0
    allowed = shortage * actual.sum()
    while _beyond(actual, high * ordered).sum() > allowed and high < 1e6:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _beyond(actual, middle * ordered).sum() > allowed:
            low = middle
        else:
            high = middle
    return high
