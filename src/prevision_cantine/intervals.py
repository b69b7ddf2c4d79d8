"""Intervals and orders from the errors of past forecasts."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.city import Floats
from prevision_cantine.errors import ForecastError

SIZE = 150.0  # meals of a middling canteen
POWER = 0.3  # the relative error falls as size to this power
MIN_ROWS = 100


@attrs.frozen(eq=False)
class Calibration:
    """Past forecasts, each made as if on its day, and what was then served.

    Parameters
    ----------
    forecast, actual : ndarray of float, shape (n,)
        Meals.
    """

    forecast: Floats = attrs.field(repr=False)
    actual: Floats = attrs.field(repr=False)

    def spread(self, meals: Floats) -> Floats:
        """Return how the relative error of a canteen of this size compares with a middling one."""
        return np.asarray((meals / SIZE) ** -POWER)

    def interval(self, meals: Floats, coverage: float) -> tuple[Floats, Floats]:
        """Return the bounds that held the given share of past days; NaN without past forecasts."""
        if len(self.actual) < MIN_ROWS:
            unknown = np.full(len(meals), np.nan)
            return unknown, unknown.copy()
        error = np.log(self.actual / self.forecast) / self.spread(self.forecast)
        low, high = np.quantile(error, [(1 - coverage) / 2, (1 + coverage) / 2])
        spread = self.spread(meals)
        return meals * np.exp(low * spread), meals * np.exp(high * spread)

    def order(self, meals: Floats, shortage: float) -> Floats:
        """Return the orders whose missing meals were, in the past, this share of those served.

        Raises
        ------
        ForecastError
            Without past forecasts, or where the share is not above 0 and below 1.
        """
        if not 0 < shortage < 1:
            raise ForecastError(
                f"shortage={shortage}: give a share above 0 and below 1, such as 0.01"
            )
        self._need_past()
        low, high = -1.0, 1.0
        for _ in range(40):
            margin = (low + high) / 2
            missing = np.maximum(self.actual - self._with(self.forecast, margin), 0).sum()
            if missing > shortage * self.actual.sum():
                low = margin
            else:
                high = margin
        return self._with(meals, high)

    def at_quantile(self, meals: Floats, quantile: float) -> Floats:
        """Return the orders that were enough on this share of past days."""
        self._need_past()
        error = np.log(self.actual / self.forecast) / self.spread(self.forecast)
        return self._with(meals, float(np.quantile(error, quantile)))

    def _need_past(self) -> None:
        if len(self.actual) < MIN_ROWS:
            raise ForecastError(
                f"{len(self.actual)} past forecasts are too few to order by, {MIN_ROWS} are needed: "
                "fit on a longer past"
            )

    def _with(self, meals: Floats, margin: float) -> Floats:
        """Return whole meals: the forecast with a margin, wider for a small canteen."""
        return np.asarray(np.ceil(meals * np.exp(margin * self.spread(meals)) - 1e-9))
