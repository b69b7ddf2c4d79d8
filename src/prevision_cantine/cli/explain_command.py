"""Why days are forecast as they are."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import (
    add_folder,
    add_format,
    add_learning,
    canteen_rows,
    forecasted,
    is_json,
    print_json,
    see,
    writes,
)

EXAMPLES = """\
prevision-cantine explain FOLDER --from 2024-05-13 --to 2024-05-17 --canteen Zola
prevision-cantine explain FOLDER --from 2024-05-13 --to 2024-05-17 --model model.zip --picture zola.png
prevision-cantine explain FOLDER --from 2024-05-13 --to 2024-05-17 --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item)
    add_learning(item, draft=True)
    item.add_argument("--canteen", help="canteen to explain; the first by default")
    writes(item, what="CSV file of every term in meals, for all canteens")
    item.add_argument("--picture", type=Path, help="picture of the first day, .png, .svg or .pdf")
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.say.figures import plot_contributions, save

    city, forecast = forecasted(arguments)
    _, here = canteen_rows(forecast, arguments.canteen)
    if arguments.output is not None:
        forecast.contributions_to_csv(arguments.output)
    if arguments.picture is not None:
        figure = plot_contributions(forecast, here[0], actual=city, lang=arguments.lang)
        save(figure, arguments.picture)
    told = [forecast.explain(row, arguments.lang) for row in here]
    if is_json(arguments):
        print_json({"explanations": [one.to_dict() for one in told]})
    else:
        print(*told, sep="\n")
    see(arguments)
    return 0
