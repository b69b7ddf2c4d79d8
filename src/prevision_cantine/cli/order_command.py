"""Orders by canteen and day, for the kitchen, and with what a scenario changes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from prevision_cantine.cli.common import (
    add_folder,
    add_format,
    add_learning,
    fitted,
    forecasted,
    is_json,
    needs_output,
    number,
    print_json,
    see,
    whole,
    writes,
)
from prevision_cantine.errors import ForecastError

if TYPE_CHECKING:
    from prevision_cantine.decide.ordering import Order

EXAMPLES = """\
prevision-cantine order FOLDER --from 2024-05-13 --to 2024-05-24 --shortage 0.01 --output order.csv
prevision-cantine order ... --output order.csv --sheets sheets --ics calendars --lang en
prevision-cantine order ... --output order.csv --scenario strike.toml
prevision-cantine order FOLDER --from 2024-05-13 --to 2024-05-24 --shortage 0.01 --format json

strike.toml, in the words of the folder's files:
  nom = "Strike of 14 May"

  [[calendrier]]           # du, au, nature, nom, cantine, service
  du = 2024-05-14
  nature = "greve"

  [[absences]]             # cantine, service, date (or du and au), absents
  cantine = "Zola"
  date = 2024-05-16
  absents = 48

  [[effectifs]]            # cantine, service, du, and effectif, facteur or difference
  cantine = "Zola"
  du = 2024-05-20
  difference = -12"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item)
    add_learning(item, draft=True)
    cautions(item)
    writes(item)
    add_format(item)
    item.add_argument("--kitchen", type=Path, help="CSV file of the order of each day's total")
    item.add_argument(
        "--scenario", type=Path, metavar="FILE",
        help="TOML file of changes: gives the order with them beside the order without, and why they differ",
    )  # fmt: skip
    item.add_argument(
        "--sheets", type=Path, metavar="FOLDER",
        help="folder of XLSX sheets to print: one workbook per canteen, one page per week",
    )  # fmt: skip
    item.add_argument(
        "--ics", type=Path, metavar="FOLDER", help="folder of .ics calendars, one per canteen"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.decide.ordering import plan_order

    costs = (arguments.missing_meal_cost, arguments.wasted_meal_cost)
    if (arguments.shortage is None) == (costs == (None, None)) or costs.count(None) == 1:
        raise ForecastError("caution_options")
    needs_output(arguments)
    if arguments.scenario is not None:
        return _with_scenario(arguments)
    _, forecast = forecasted(arguments)
    plan = plan_order(
        forecast, shortage=arguments.shortage, missing_meal_cost=arguments.missing_meal_cost,
        wasted_meal_cost=arguments.wasted_meal_cost, tray=arguments.tray,
    )  # fmt: skip
    if arguments.output is not None:
        plan.to_csv(arguments.output)
    _files(plan, arguments)
    if is_json(arguments):
        print_json(plan.to_dict())
    else:
        print(plan.to_text(arguments.lang))
    see(arguments)
    return 0


def _with_scenario(arguments: argparse.Namespace) -> int:
    """Order without and with the scenario; all files are read before anything is learned."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.decide.order_change import order_what_if
    from prevision_cantine.decide.scenario_file import load_scenario

    if arguments.draft is not None:
        raise ForecastError("scenario_or_draft")
    city = load_city(arguments.folder)
    scenario = load_scenario(arguments.scenario, city)
    city.calendar_rows(arguments.start, arguments.end)
    forecaster = fitted(arguments, city)
    change = order_what_if(
        forecaster, city, scenario, arguments.start, arguments.end, shortage=arguments.shortage,
        missing_meal_cost=arguments.missing_meal_cost,
        wasted_meal_cost=arguments.wasted_meal_cost, tray=arguments.tray,
    )  # fmt: skip
    if arguments.output is not None:
        change.to_csv(arguments.output, arguments.lang)
    _files(change.after, arguments)
    past = forecaster.fitted_.strikes if scenario.has_strike else None
    if is_json(arguments):
        found = {"order": change.after.to_dict(), "past_strikes": past and past.to_dict()}
        print_json(change.to_dict() | found)
    else:
        print(f"{change.to_text(arguments.lang)}\n")
        if past is not None:
            print(f"{past.to_text(arguments.lang)}\n")
        print(change.after.to_text(arguments.lang))
    see(arguments)
    return 0


def _files(plan: Order, arguments: argparse.Namespace) -> None:
    """Write what was asked for beside the order."""
    from prevision_cantine.say.agenda import order_agenda
    from prevision_cantine.say.order_sheets import order_sheets

    if arguments.kitchen is not None:
        plan.kitchen_to_csv(arguments.kitchen)
    if arguments.sheets is not None:
        order_sheets(plan, arguments.sheets, arguments.lang)
    if arguments.ics is not None:
        order_agenda(plan, arguments.ics, arguments.lang)


def cautions(item: argparse.ArgumentParser) -> None:
    """Add how cautious an order is."""
    item.add_argument("--shortage", type=number, help="share that may be missing, such as 0.01")
    item.add_argument(
        "--missing-meal-cost",
        type=number,
        metavar="COST",
        help="cost of a missing meal, with --wasted-meal-cost",
    )
    item.add_argument(
        "--wasted-meal-cost",
        type=number,
        metavar="COST",
        help="cost of a wasted meal, with --missing-meal-cost",
    )
    item.add_argument(
        "--tray", type=whole, default=1, help="meals per tray; orders are whole trays"
    )
