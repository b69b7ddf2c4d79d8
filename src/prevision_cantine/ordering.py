"""How many meals to order."""

from __future__ import annotations

from prevision_cantine.city import Floats
from prevision_cantine.errors import ForecastError
from prevision_cantine.forecast import Forecast


def order(
    forecast: Forecast,
    *,
    shortage: float | None = None,
    missing_meal_cost: float | None = None,
    wasted_meal_cost: float | None = None,
) -> Floats:
    """Return the meals to order for each row of a forecast.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    shortage : float, optional
        Share of meals served that may be missing, above 0 and below 1.
    missing_meal_cost, wasted_meal_cost : float, optional
        What a missing and a wasted meal cost, in one unit, both above 0: the order is then the
        quantile that makes their expected sum smallest. Give these two or ``shortage``.

    Returns
    -------
    ndarray of float, shape (n,)
        Whole meals, rounded up.

    Raises
    ------
    ForecastError
        Where neither or both ways are asked for, or a number is outside its range.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
    ...     city.calendar_rows("2022-03-07", "2022-03-11")
    ... )
    >>> bool((order(forecast, shortage=0.001) >= order(forecast, shortage=0.05)).all())
    True
    """
    costs = (missing_meal_cost, wasted_meal_cost)
    if shortage is not None and costs == (None, None):
        return forecast.calibration.order(forecast.meals, shortage)
    if shortage is not None or missing_meal_cost is None or wasted_meal_cost is None:
        raise ForecastError("give shortage=, or both missing_meal_cost= and wasted_meal_cost=")
    if not (missing_meal_cost > 0 and wasted_meal_cost > 0):
        raise ForecastError(f"missing_meal_cost and wasted_meal_cost must be above 0, got {costs}")
    return forecast.calibration.at_quantile(
        forecast.meals, missing_meal_cost / (missing_meal_cost + wasted_meal_cost)
    )
