"""Explainable forecasts of canteen attendance, weeks ahead, from counts alone."""

from prevision_cantine.backtest import Backtest, backtest
from prevision_cantine.city import Attendance, City, Remark, Rows
from prevision_cantine.datasets import load_city, make_city
from prevision_cantine.errors import CantineError, CityError, DateError, ForecastError
from prevision_cantine.forecast import Forecast
from prevision_cantine.model import CanteenForecaster
from prevision_cantine.ordering import order
from prevision_cantine.periods import Period, teaching_periods
from prevision_cantine.regressor import AdditiveRegressor
from prevision_cantine.splitter import TeachingPeriodSplit
from prevision_cantine.transformer import CanteenFeatures

__all__ = [
    "AdditiveRegressor",
    "Attendance",
    "Backtest",
    "CanteenFeatures",
    "CanteenForecaster",
    "CantineError",
    "City",
    "CityError",
    "DateError",
    "Forecast",
    "ForecastError",
    "Period",
    "Remark",
    "Rows",
    "TeachingPeriodSplit",
    "backtest",
    "load_city",
    "make_city",
    "order",
    "teaching_periods",
]
