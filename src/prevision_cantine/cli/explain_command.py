"""Why days are forecast as they are."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import (
    Commands,
    add_command,
    add_learning,
    canteen_rows,
    forecasted,
    see,
    writes,
)
from prevision_cantine.say.figures import plot_contributions, save


def add(commands: Commands) -> None:
    """Add the command to the program."""
    item = add_command(
        commands, "explain", run, "say why a canteen's days are forecast as they are"
    )
    add_learning(item, draft=True)
    item.add_argument("--canteen", help="canteen to explain; the first by default")
    writes(item, what="CSV file of every term in meals, for all canteens")
    item.add_argument("--picture", type=Path, help="picture of the first day, .png, .svg or .pdf")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    city, forecast = forecasted(arguments)
    _, here = canteen_rows(forecast, arguments.canteen)
    if arguments.output is not None:
        forecast.contributions_to_csv(arguments.output)
    if arguments.picture is not None:
        figure = plot_contributions(forecast, here[0], actual=city, lang=arguments.lang)
        save(figure, arguments.picture)
    for row in here:
        print(forecast.explain(row, arguments.lang))
    see(arguments)
    return 0
