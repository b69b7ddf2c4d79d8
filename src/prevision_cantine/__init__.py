"""Explainable forecasts of canteen attendance, weeks ahead, from counts alone."""

from prevision_cantine.backtest import Backtest, backtest
from prevision_cantine.calendar import Break, Calendar
from prevision_cantine.city import Attendance, City, Remark, Rows
from prevision_cantine.datasets import load_city, load_dishes, load_menu, make_city
from prevision_cantine.effects import EffectTable
from prevision_cantine.errors import CantineError, CityError, DateError, ForecastError
from prevision_cantine.export import mask_small, to_frame
from prevision_cantine.fetch import fetch_nantes
from prevision_cantine.forecast import Forecast
from prevision_cantine.frames import city_from_frames
from prevision_cantine.ingredients import (
    Ingredients,
    Portion,
    Purchase,
    ingredients,
    load_portions,
)
from prevision_cantine.load_report import Gap, LoadReport, load_report
from prevision_cantine.missing import Missing
from prevision_cantine.model import CanteenForecaster
from prevision_cantine.ordering import (
    KitchenOrder,
    Order,
    TradeOff,
    load_order,
    order,
    plan_order,
    trade_off,
)
from prevision_cantine.periods import Period, teaching_periods
from prevision_cantine.regressor import AdditiveRegressor
from prevision_cantine.scenario import Difference, Scenario, compare_forecasts, what_if
from prevision_cantine.school_calendar import (
    ZonedBreak,
    french_calendar,
    load_calendar,
    load_school_holidays,
)
from prevision_cantine.sheet import Accuracy, ModelSheet, TermRange, model_sheet
from prevision_cantine.sources import Sources
from prevision_cantine.splitter import TeachingPeriodSplit
from prevision_cantine.storage import load_forecaster, save_forecaster
from prevision_cantine.transformer import CanteenFeatures

__all__ = [
    "Accuracy",
    "AdditiveRegressor",
    "Attendance",
    "Backtest",
    "Break",
    "Calendar",
    "CanteenFeatures",
    "CanteenForecaster",
    "CantineError",
    "City",
    "CityError",
    "DateError",
    "Difference",
    "EffectTable",
    "Forecast",
    "ForecastError",
    "Gap",
    "Ingredients",
    "KitchenOrder",
    "LoadReport",
    "Missing",
    "ModelSheet",
    "Order",
    "Period",
    "Portion",
    "Purchase",
    "Remark",
    "Rows",
    "Scenario",
    "Sources",
    "TeachingPeriodSplit",
    "TermRange",
    "TradeOff",
    "ZonedBreak",
    "backtest",
    "city_from_frames",
    "compare_forecasts",
    "fetch_nantes",
    "french_calendar",
    "ingredients",
    "load_calendar",
    "load_city",
    "load_dishes",
    "load_forecaster",
    "load_menu",
    "load_order",
    "load_portions",
    "load_report",
    "load_school_holidays",
    "make_city",
    "mask_small",
    "model_sheet",
    "order",
    "plan_order",
    "save_forecaster",
    "teaching_periods",
    "to_frame",
    "trade_off",
    "what_if",
]
