"""Forecast a span."""

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
    needs_output,
    number,
    print_json,
    say,
    see,
    writes,
)
from prevision_cantine.errors import ForecastError
from prevision_cantine.words.language import counted

EXAMPLES = """\
prevision-cantine forecast FOLDER --from 2024-05-13 --to 2024-07-05 --output forecast.csv
prevision-cantine forecast ... --output forecast.parquet --canteen Zola --picture zola.png
prevision-cantine forecast FOLDER --from 2024-05-13 --to 2024-07-05 --format json
read_forecast of the Python package reads either file again"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item)
    add_learning(item, draft=True)
    writes(item, what="CSV file to write, or Parquet where it ends in .parquet")
    add_format(item)
    item.add_argument("--canteen", help="canteen to draw and to explain; the first by default")
    item.add_argument("--picture", type=Path, help="picture to write, .png, .svg or .pdf")
    item.add_argument(
        "--mask-below",
        type=number,
        metavar="MEALS",
        help="leave forecasts below this size empty, to publish",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.say.figures import plot_forecast, save
    from prevision_cantine.say.forecast_file import write_forecast

    needs_output(arguments)
    if is_json(arguments) and arguments.mask_below is not None:
        raise ForecastError("json_masked")
    city, forecast = forecasted(arguments)
    canteen, here = canteen_rows(forecast, arguments.canteen)
    hidden = forecast.is_small(arguments.mask_below)[here]
    if arguments.picture is not None and hidden.any():
        raise ForecastError("picture_masked", canteen=canteen)
    if arguments.output is not None:
        write_forecast(forecast, arguments.output, mask_below=arguments.mask_below)
    if arguments.picture is not None:
        save(plot_forecast(forecast, canteen, actual=city, lang=arguments.lang), arguments.picture)
    if is_json(arguments):  # forecast_schema() describes it
        print_json(forecast.to_dict())
        see(arguments)
        return 0
    say(
        arguments, "forecast", remarks=counted(len(city.report), "remark", arguments.lang),
        rows=counted(len(forecast), "row", arguments.lang),
    )  # fmt: skip
    if not hidden[0]:
        print(forecast.explain(here[0], arguments.lang))
    return 0
