"""What each caution would have cost."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import (
    add_folder,
    add_format,
    add_learning,
    forecasted,
    is_json,
    number,
    print_json,
    see,
    whole,
    writes,
)

EXAMPLES = """\
prevision-cantine trade-off FOLDER --from 2024-05-13 --to 2024-05-24
prevision-cantine trade-off FOLDER --from 2024-05-13 --to 2024-05-24 --shortages 0.005 0.01 0.05 --output trade_off.csv
prevision-cantine trade-off FOLDER --from 2024-05-13 --to 2024-05-24 --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item)
    add_learning(item, draft=True)
    item.add_argument(
        "--shortages", type=number, nargs="+", help="shares that may be missing"
    )  # fmt: skip
    item.add_argument("--tray", type=whole, default=1, help="meals per tray")
    item.add_argument("--together", action="store_true", help="order each day's total as one")
    writes(item)
    item.add_argument("--picture", type=Path, help="picture to write, .png, .svg or .pdf")
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.decide.ordering import SHORTAGES, trade_off
    from prevision_cantine.say.figures import plot_trade_off, save

    _, forecast = forecasted(arguments)
    shortages = arguments.shortages or list(SHORTAGES)
    table = trade_off(
        forecast, shortages=shortages, tray=arguments.tray, together=arguments.together
    )
    if arguments.output is not None:
        table.to_csv(arguments.output)
    if arguments.picture is not None:
        figure = plot_trade_off(
            forecast, shortages=shortages, tray=arguments.tray, lang=arguments.lang
        )
        save(figure, arguments.picture)
    if is_json(arguments):
        print_json(table.to_dict())
    else:
        print(table.to_text(arguments.lang))
    see(arguments)
    return 0
