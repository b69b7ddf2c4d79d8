"""Forecasts of the past, measured."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from prevision_cantine.cli.common import (
    LEAD_DAYS,
    add_folder,
    add_lead_days,
    number,
    outputs,
    whole,
    writes,
)
from prevision_cantine.cli.language_option import add_language
from prevision_cantine.cli.terminal import is_quiet
from prevision_cantine.errors import ForecastError
from prevision_cantine.words.language import counted

PAST = """\
Without --from and --to, the last 52 weeks of the attendance are forecast, or what can be of them.
Nothing looks ahead: each forecast uses what was known --lead-days before its first day."""
EXAMPLES = """\
prevision-cantine backtest FOLDER
prevision-cantine backtest FOLDER --step week --html backtest.html
prevision-cantine backtest FOLDER --from 2016-09-01 --to 2017-07-07 --format json
prevision-cantine backtest FOLDER --forecasts january.csv"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    item.description = f"{item.description}\n\n{PAST}"
    item.add_argument("--from", dest="start", help="first day, YYYY-MM-DD")
    item.add_argument("--to", dest="end", help="last day, YYYY-MM-DD")
    add_lead_days(item, LEAD_DAYS)
    item.add_argument(
        "--shortage", type=number, default=0.01,
        help="share of meals that may be missing, which the orders aim at; 0.01 by default",
    )  # fmt: skip
    item.add_argument(
        "--step", choices=("period", "week"), default="period",
        help="what is forecast at once: a teaching period (the default), or a week",
    )  # fmt: skip
    item.add_argument(
        "--assisted", action="store_true",
        help="forecast a second time with the agents' orders as their draft",
    )  # fmt: skip
    item.add_argument(
        "--enrolment-lead-days", type=whole, default=0, metavar="DAYS",
        help="days before a school year when its enrolments are known, 0 to 365",
    )  # fmt: skip
    item.add_argument(
        "--by", action="append", choices=("series", "month", "weekday"),
        help="groups to print, again for several; weekday and month by default",
    )  # fmt: skip
    item.add_argument(
        "--format", choices=("text", "json", "csv"), default="text",
        help="format of what is printed: text, or all figures of all groups as JSON or CSV",
    )  # fmt: skip
    writes(item, what="CSV file to write, with one row per canteen and day")
    item.add_argument("--html", type=Path, help="page to write, with pictures")
    item.add_argument(
        "--forecasts", type=Path,
        help="measure the forecasts of this CSV file, as forecast wrote it, instead of making new ones",
    )  # fmt: skip
    add_language(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.files.csv_file import csv_text
    from prevision_cantine.measure.backtest import backtest
    from prevision_cantine.measure.written import measure_file
    from prevision_cantine.model.forecaster import CanteenForecaster
    from prevision_cantine.say.backtest_page import write_backtest_page
    from prevision_cantine.say.measured import (
        backtest_text,
        csv_rows,
        measured_rows,
        measured_text,
        say,
    )

    city, lang = load_city(arguments.folder), arguments.lang
    if arguments.forecasts is not None:
        if files := outputs(arguments):
            raise ForecastError("forecasts_or_outputs", file=files[0])
        measured = measure_file(
            arguments.forecasts, city, by=arguments.by or (), shortage=arguments.shortage
        )
        if arguments.format == "json":
            print(json.dumps(measured.to_dict(), ensure_ascii=False, indent=1))
        elif arguments.format == "csv":
            print(csv_text(*measured_rows(measured)), end="")
        else:
            print(measured_text(measured, str(arguments.forecasts), lang))
        return 0
    result = backtest(
        city, arguments.start, arguments.end, lead_days=arguments.lead_days,
        shortage=arguments.shortage, step=arguments.step, assisted=arguments.assisted,
        forecaster=CanteenForecaster(enrolment_lead_days=arguments.enrolment_lead_days),
    )  # fmt: skip
    if arguments.output is not None:
        result.to_csv(arguments.output)
    if arguments.html is not None:
        write_backtest_page(result, arguments.html, lang)
    closing = None
    if (files := outputs(arguments)) and not is_quiet.get():
        closing = say(
            "see", lang, rows=counted(len(result), "row", lang),
            forecasts=counted(result.origins, "forecast", lang), file=", ".join(map(str, files)),
        )  # fmt: skip
    if arguments.format == "text":
        by = ("weekday", "month") if arguments.by is None else arguments.by
        print(backtest_text(result, lang, by=by))
        if closing is not None:
            print(f"\n{closing}")
        return 0
    if arguments.format == "json":
        print(json.dumps(result.to_dict(), ensure_ascii=False, indent=1))
    else:
        print(csv_text(*csv_rows(result)), end="")
    if closing is not None:
        print(closing, file=sys.stderr)
    return 0
