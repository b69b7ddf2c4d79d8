"""Fit and predict a made city, beside what a user would pick instead: seconds and ratios."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from prevision_cantine import CanteenForecaster, make_city


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median time of 5 runs, and what the last gave."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def main() -> None:
    """Time the forecaster without calibration and boosted trees on the same rows."""
    city = make_city(seed=0, canteens=60, years=4)
    until = np.datetime64("2024-04-21")
    rows = city.calendar_rows("2024-05-06", "2024-07-05")
    table = city.attendance.select(city.attendance.date <= until)
    _, served = city.served_rows("2024-05-06", "2024-07-05")

    def features(canteen: Any, date: Any) -> Any:
        around = city.calendar.surroundings(date)
        pupils = city.enrolled(canteen, date, until)
        names = ("weekday", "position", "to_end", "to_break", "bridge")
        return np.column_stack([canteen, pupils, *(around[name] for name in names)])

    x, x_new = features(table.canteen, table.date), features(rows.canteen, rows.date)

    def forecaster() -> CanteenForecaster:
        return CanteenForecaster(calibration_periods=0).fit(city, str(until))

    def trees() -> Any:
        return HistGradientBoostingRegressor(max_iter=600, random_state=0).fit(x, table.meals)

    fit_ours, ours = timed(forecaster)
    fit_trees, boosted = timed(trees)
    predict_ours, forecast = timed(lambda: ours.predict(rows))
    predict_trees, guess = timed(lambda: boosted.predict(x_new))
    print(f"{len(table)} rows learned, {len(rows)} forecast")
    for name, fit, predict, meals in (
        ("prevision_cantine", fit_ours, predict_ours, forecast.meals),
        ("boosted trees", fit_trees, predict_trees, guess),
    ):
        wape = np.abs(meals - served.meals).sum() / served.meals.sum()
        print(
            f"{name:20}fit {fit:6.2f} s   predict {len(rows) / predict:12,.0f} rows/s   "
            f"WAPE {100 * wape:.2f} %"
        )
    print(
        f"ratios (trees / ours): fit {fit_trees / fit_ours:.2f}, predict {predict_trees / predict_ours:.2f}"
    )


if __name__ == "__main__":
    main()
