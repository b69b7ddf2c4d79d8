"""The sheet of the fitted model."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import add_folder, add_learning, fitted, say, writes

EXAMPLES = """\
prevision-cantine sheet FOLDER --until 2024-04-21
prevision-cantine sheet FOLDER --model model.zip --format json --output sheet.json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    add_learning(item, span=False)
    item.add_argument(
        "--format", choices=("markdown", "json"), default="markdown", help="format of the sheet"
    )
    writes(item, what="file to write; printed without one")
    item.add_argument(
        "--calibration-picture", type=Path, help="picture of how well the intervals hold"
    )
    item.add_argument("--calendar-picture", type=Path, help="picture of the error of each day")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.files.csv_file import write_text
    from prevision_cantine.say.figures import plot_calibration, plot_error_calendar, save
    from prevision_cantine.say.sheet import model_sheet

    city = load_city(arguments.folder)
    forecaster = fitted(arguments, city)
    sheet = model_sheet(forecaster)
    text = sheet.to_json() if arguments.format == "json" else sheet.to_markdown(arguments.lang)
    past = forecaster.calibration_
    if arguments.calibration_picture is not None:
        save(plot_calibration(past, lang=arguments.lang), arguments.calibration_picture)
    if arguments.calendar_picture is not None:
        figure = plot_error_calendar(past, city.calendar, lang=arguments.lang)
        save(figure, arguments.calendar_picture)
    if arguments.output is None:
        print(text, end="")
    else:
        write_text(arguments.output, text)
        say(arguments, "sheet", until=sheet.until)
    return 0
