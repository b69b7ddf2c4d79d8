"""Forecasts of the past, measured."""

from __future__ import annotations

import argparse

from prevision_cantine.city.load import load_city
from prevision_cantine.cli.common import (
    LEAD_DAYS,
    TEXTS,
    Commands,
    add_command,
    add_language,
    add_lead_days,
    number,
    say,
    whole,
    writes,
)
from prevision_cantine.measure.backtest import backtest
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.words.language import counted, percent, table


def add(commands: Commands) -> None:
    """Add the command to the program."""
    item = add_command(commands, "backtest", run, "forecast the past as if on its day, and measure")
    add_lead_days(item, LEAD_DAYS)
    writes(item, required=True)
    item.add_argument("--shortage", type=number, default=0.01, help="share that may be missing")
    item.add_argument("--step", choices=("period", "week"), default="period")
    item.add_argument(
        "--assisted", action="store_true",
        help="forecast a second time with the agents' orders as their draft",
    )  # fmt: skip
    item.add_argument(
        "--enrolment-lead-days", type=whole, default=0, metavar="DAYS",
        help="days before a school year when its enrolments are known, 0 to 365",
    )  # fmt: skip
    add_language(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    city = load_city(arguments.folder)
    result = backtest(
        city, arguments.start, arguments.end, lead_days=arguments.lead_days,
        shortage=arguments.shortage, step=arguments.step, assisted=arguments.assisted,
        forecaster=CanteenForecaster(enrolment_lead_days=arguments.enrolment_lead_days),
    )  # fmt: skip
    result.to_csv(arguments.output)
    words, lang = TEXTS[arguments.lang], arguments.lang
    measures = ("wape", "excess", "shortage", "coverage")
    lines = [
        [
            f"{words[who]}, {words[name]}",
            *(percent(figures[key], lang, 2) if key in figures else "" for key in measures),
        ]
        for strikes, name in ((False, "without"), (True, "with"))
        for who, figures in result.scores(strikes=strikes).items()
    ]
    header = ["", "WAPE", *(words[key] for key in measures[1:])]
    print(table(header, lines) if lines else words["alone"])
    spans = len(set(result.last_known.tolist()))
    say(
        arguments, "backtest", rows=counted(len(result.rows), "row", lang),
        forecasts=counted(spans, "forecast", lang),
    )  # fmt: skip
    return 0
