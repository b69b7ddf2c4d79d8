"""Orders by canteen and day, and for the kitchen."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import (
    Commands,
    add_command,
    add_learning,
    forecasted,
    number,
    see,
    whole,
    writes,
)
from prevision_cantine.decide.ordering import plan_order
from prevision_cantine.errors import ForecastError


def add(commands: Commands) -> None:
    """Add the command to the program."""
    item = add_command(
        commands, "order", run, "order for each canteen and day, and for the kitchen's total"
    )
    add_learning(item, draft=True)
    cautions(item)
    writes(item, required=True)
    item.add_argument("--kitchen", type=Path, help="CSV file of the order of each day's total")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    costs = (arguments.missing_meal_cost, arguments.wasted_meal_cost)
    if (arguments.shortage is None) == (costs == (None, None)) or costs.count(None) == 1:
        raise ForecastError(
            "give --shortage alone, such as --shortage 0.01, or both --missing-meal-cost and "
            "--wasted-meal-cost"
        )
    _, forecast = forecasted(arguments)
    plan = plan_order(
        forecast, shortage=arguments.shortage, missing_meal_cost=arguments.missing_meal_cost,
        wasted_meal_cost=arguments.wasted_meal_cost, tray=arguments.tray,
    )  # fmt: skip
    plan.to_csv(arguments.output)
    if arguments.kitchen is not None:
        plan.kitchen_to_csv(arguments.kitchen)
    print(plan.to_text(arguments.lang))
    see(arguments)
    return 0


def cautions(item: argparse.ArgumentParser) -> None:
    """Add how cautious an order is."""
    item.add_argument("--shortage", type=number, help="share that may be missing, such as 0.01")
    item.add_argument(
        "--missing-meal-cost",
        type=number,
        metavar="COST",
        help="of a missing meal, with --wasted-meal-cost",
    )
    item.add_argument(
        "--wasted-meal-cost",
        type=number,
        metavar="COST",
        help="of a meal too many, with --missing-meal-cost",
    )
    item.add_argument("--tray", type=whole, default=1, help="meals a tray; orders are whole trays")
