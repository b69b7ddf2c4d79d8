"""Explainable forecasts of canteen attendance, weeks ahead, from counts alone.

Names are imported when they are first used, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prevision_cantine.calendar.days import Break, Calendar
    from prevision_cantine.calendar.not_forecast import NotForecast, NotForecastError, Reason
    from prevision_cantine.calendar.periods import Period
    from prevision_cantine.calendar.school_calendar import (
        ZonedBreak,
        french_calendar,
        load_calendar,
        load_school_holidays,
    )
    from prevision_cantine.city.builder import Span
    from prevision_cantine.city.city import City, Missing, Rows, teaching_periods
    from prevision_cantine.city.dishes import load_dishes, load_menu
    from prevision_cantine.city.fetch import fetch_nantes
    from prevision_cantine.city.frames import city_from_frames
    from prevision_cantine.city.load import load_city
    from prevision_cantine.city.load_report import Gap, LoadReport, load_report
    from prevision_cantine.city.made import make_city
    from prevision_cantine.city.made_cities import (
        MadeCity,
        make_commune,
        make_company,
        make_montreal,
        make_recife,
    )
    from prevision_cantine.city.make_calendar import CalendarReport, make_calendar
    from prevision_cantine.city.office import OfficeError, OfficeReport, import_office
    from prevision_cantine.city.records import Attendance, Remark
    from prevision_cantine.city.sources import Sources
    from prevision_cantine.decide.changes import CanteenChange, EnrolmentChange
    from prevision_cantine.decide.difference import Difference, compare_forecasts, what_if
    from prevision_cantine.decide.ingredients import (
        Ingredients,
        Portion,
        Purchase,
        ingredients,
        load_portions,
    )
    from prevision_cantine.decide.order_change import OrderChange, order_what_if
    from prevision_cantine.decide.ordering import (
        KitchenOrder,
        LeftOut,
        MarginBasis,
        Order,
        TradeOff,
        load_order,
        order,
        plan_order,
        trade_off,
    )
    from prevision_cantine.decide.scenario import Scenario
    from prevision_cantine.decide.scenario_error import Problem, ScenarioError
    from prevision_cantine.decide.scenario_file import load_scenario
    from prevision_cantine.errors import CantineError, CityError, DateError, ForecastError
    from prevision_cantine.extras import MissingExtraError
    from prevision_cantine.measure.backtest import Backtest, backtest
    from prevision_cantine.measure.comparison import Comparison, Gain
    from prevision_cantine.measure.peers import PastForecasts
    from prevision_cantine.measure.worst import WorstDay, worst_days
    from prevision_cantine.measure.written import Measured, measure_file, measure_forecasts
    from prevision_cantine.model.basis import Basis
    from prevision_cantine.model.choice import Choice, load_choice, save_choice
    from prevision_cantine.model.choosing import choose_settings
    from prevision_cantine.model.contract import forecast_schema
    from prevision_cantine.model.effects import EffectTable
    from prevision_cantine.model.explanation import Explanation
    from prevision_cantine.model.forecast import Forecast
    from prevision_cantine.model.forecaster import CanteenForecaster
    from prevision_cantine.model.regressor import AdditiveRegressor
    from prevision_cantine.model.splitter import TeachingPeriodSplit
    from prevision_cantine.model.storage import load_forecaster, save_forecaster
    from prevision_cantine.model.terms import Category, Number, Product, Season, Term, default_terms
    from prevision_cantine.model.transformer import CanteenFeatures
    from prevision_cantine.say.agenda import order_agenda
    from prevision_cantine.say.backtest_page import backtest_page, write_backtest_page
    from prevision_cantine.say.export import mask_small, to_frame
    from prevision_cantine.say.forecast_file import read_forecast, write_forecast
    from prevision_cantine.say.measured import backtest_text
    from prevision_cantine.say.order_sheets import order_sheets
    from prevision_cantine.say.sheet import Accuracy, ModelSheet, TermRange, model_sheet
    from prevision_cantine.uncertainty.breaks import LevelBreak
    from prevision_cantine.uncertainty.measures import Scores
    from prevision_cantine.uncertainty.strikes import PastStrikes

__all__ = [
    "Accuracy",
    "AdditiveRegressor",
    "Attendance",
    "Backtest",
    "Basis",
    "Break",
    "Calendar",
    "CalendarReport",
    "CanteenChange",
    "CanteenFeatures",
    "CanteenForecaster",
    "CantineError",
    "Category",
    "Choice",
    "City",
    "CityError",
    "Comparison",
    "DateError",
    "Difference",
    "EffectTable",
    "EnrolmentChange",
    "Explanation",
    "Forecast",
    "ForecastError",
    "Gain",
    "Gap",
    "Ingredients",
    "KitchenOrder",
    "LeftOut",
    "LevelBreak",
    "LoadReport",
    "MadeCity",
    "MarginBasis",
    "Measured",
    "Missing",
    "MissingExtraError",
    "ModelSheet",
    "NotForecast",
    "NotForecastError",
    "Number",
    "OfficeError",
    "OfficeReport",
    "Order",
    "OrderChange",
    "PastForecasts",
    "PastStrikes",
    "Period",
    "Portion",
    "Problem",
    "Product",
    "Purchase",
    "Reason",
    "Remark",
    "Rows",
    "Scenario",
    "ScenarioError",
    "Scores",
    "Season",
    "Sources",
    "Span",
    "TeachingPeriodSplit",
    "Term",
    "TermRange",
    "TradeOff",
    "WorstDay",
    "ZonedBreak",
    "backtest",
    "backtest_page",
    "backtest_text",
    "choose_settings",
    "city_from_frames",
    "compare_forecasts",
    "default_terms",
    "fetch_nantes",
    "forecast_schema",
    "french_calendar",
    "import_office",
    "ingredients",
    "load_calendar",
    "load_choice",
    "load_city",
    "load_dishes",
    "load_forecaster",
    "load_menu",
    "load_order",
    "load_portions",
    "load_report",
    "load_scenario",
    "load_school_holidays",
    "make_calendar",
    "make_city",
    "make_commune",
    "make_company",
    "make_montreal",
    "make_recife",
    "mask_small",
    "measure_file",
    "measure_forecasts",
    "model_sheet",
    "order",
    "order_agenda",
    "order_sheets",
    "order_what_if",
    "plan_order",
    "read_forecast",
    "save_choice",
    "save_forecaster",
    "teaching_periods",
    "to_frame",
    "trade_off",
    "what_if",
    "worst_days",
    "write_backtest_page",
    "write_forecast",
]

_MODULES = {
    "calendar.days": (
        "Break",
        "Calendar",
    ),
    "calendar.not_forecast": (
        "NotForecast",
        "NotForecastError",
        "Reason",
    ),
    "calendar.periods": ("Period",),
    "calendar.school_calendar": (
        "ZonedBreak",
        "french_calendar",
        "load_calendar",
        "load_school_holidays",
    ),
    "city.builder": ("Span",),
    "city.city": (
        "City",
        "Missing",
        "Rows",
        "teaching_periods",
    ),
    "city.dishes": (
        "load_dishes",
        "load_menu",
    ),
    "city.fetch": ("fetch_nantes",),
    "city.frames": ("city_from_frames",),
    "city.load": ("load_city",),
    "city.load_report": (
        "Gap",
        "LoadReport",
        "load_report",
    ),
    "city.made": ("make_city",),
    "city.made_cities": (
        "MadeCity",
        "make_commune",
        "make_company",
        "make_montreal",
        "make_recife",
    ),
    "city.make_calendar": (
        "CalendarReport",
        "make_calendar",
    ),
    "city.office": (
        "OfficeError",
        "OfficeReport",
        "import_office",
    ),
    "city.records": (
        "Attendance",
        "Remark",
    ),
    "city.sources": ("Sources",),
    "decide.changes": (
        "CanteenChange",
        "EnrolmentChange",
    ),
    "decide.difference": (
        "Difference",
        "compare_forecasts",
        "what_if",
    ),
    "decide.ingredients": (
        "Ingredients",
        "Portion",
        "Purchase",
        "ingredients",
        "load_portions",
    ),
    "decide.order_change": (
        "OrderChange",
        "order_what_if",
    ),
    "decide.ordering": (
        "KitchenOrder",
        "LeftOut",
        "MarginBasis",
        "Order",
        "TradeOff",
        "load_order",
        "order",
        "plan_order",
        "trade_off",
    ),
    "decide.scenario": ("Scenario",),
    "decide.scenario_error": (
        "Problem",
        "ScenarioError",
    ),
    "decide.scenario_file": ("load_scenario",),
    "errors": (
        "CantineError",
        "CityError",
        "DateError",
        "ForecastError",
    ),
    "extras": ("MissingExtraError",),
    "measure.backtest": (
        "Backtest",
        "backtest",
    ),
    "measure.comparison": (
        "Comparison",
        "Gain",
    ),
    "measure.peers": ("PastForecasts",),
    "measure.worst": (
        "WorstDay",
        "worst_days",
    ),
    "measure.written": (
        "Measured",
        "measure_file",
        "measure_forecasts",
    ),
    "model.basis": ("Basis",),
    "model.choice": (
        "Choice",
        "load_choice",
        "save_choice",
    ),
    "model.choosing": ("choose_settings",),
    "model.contract": ("forecast_schema",),
    "model.effects": ("EffectTable",),
    "model.explanation": ("Explanation",),
    "model.forecast": ("Forecast",),
    "model.forecaster": ("CanteenForecaster",),
    "model.regressor": ("AdditiveRegressor",),
    "model.splitter": ("TeachingPeriodSplit",),
    "model.storage": (
        "load_forecaster",
        "save_forecaster",
    ),
    "model.terms": (
        "Category",
        "Number",
        "Product",
        "Season",
        "Term",
        "default_terms",
    ),
    "model.transformer": ("CanteenFeatures",),
    "say.agenda": ("order_agenda",),
    "say.backtest_page": (
        "backtest_page",
        "write_backtest_page",
    ),
    "say.export": (
        "mask_small",
        "to_frame",
    ),
    "say.forecast_file": (
        "read_forecast",
        "write_forecast",
    ),
    "say.measured": ("backtest_text",),
    "say.order_sheets": ("order_sheets",),
    "say.sheet": (
        "Accuracy",
        "ModelSheet",
        "TermRange",
        "model_sheet",
    ),
    "uncertainty.breaks": ("LevelBreak",),
    "uncertainty.measures": ("Scores",),
    "uncertainty.strikes": ("PastStrikes",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Name what can be imported."""
    return sorted({*globals(), *__all__})
