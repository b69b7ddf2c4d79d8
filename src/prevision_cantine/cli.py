"""The command line ``prevision-cantine``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from prevision_cantine.backtest import backtest
from prevision_cantine.calendar import to_day
from prevision_cantine.datasets import load_city
from prevision_cantine.errors import CantineError
from prevision_cantine.figures import plot_forecast
from prevision_cantine.model import CanteenForecaster


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: error: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 where it is done, 2 where it cannot be."""
    try:
        arguments = _parser().parse_args(argv)
        status: int = arguments.run(arguments)
    except CantineError as error:
        print(f"prevision-cantine: error: {error}", file=sys.stderr)
        return 2
    except SystemExit as stop:
        return int(stop.code or 0)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="prevision-cantine", description="Explainable forecasts of canteen meals."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("forecast", _forecast, "forecast a span from data that end some days before it"),
        ("backtest", _backtest, "forecast the past as if on its day, and measure"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "folder", help="folder of the city, with raw/, calculators/, mappings/"
        )
        command.add_argument("--from", dest="start", required=True, help="first day, YYYY-MM-DD")
        command.add_argument("--to", dest="end", required=True, help="last day, YYYY-MM-DD")
        command.add_argument(
            "--lead-days", type=int, default=15, help="days between data and forecast"
        )
        command.add_argument("--output", type=Path, required=True, help="CSV file to write")
        command.set_defaults(run=run)
        if name == "backtest":
            command.add_argument(
                "--shortage", type=float, default=0.01, help="share that may be missing"
            )
            command.add_argument("--step", choices=("period", "week"), default="period")
            command.add_argument(
                "--enrolment-lead-days", type=int, default=0,
                help="days before a school year when its enrolments are known",
            )  # fmt: skip
        else:
            command.add_argument(
                "--canteen", help="canteen to draw and to explain; the first by default"
            )
            command.add_argument("--picture", type=Path, help="PNG file to write")
    return parser


def _forecast(arguments: argparse.Namespace) -> int:
    city = load_city(arguments.folder)
    rows = city.calendar_rows(arguments.start, arguments.end)
    forecaster = CanteenForecaster(lead_days=arguments.lead_days)
    forecast = forecaster.fit(city, to_day(arguments.start) - arguments.lead_days).predict(rows)
    canteen = arguments.canteen or str(rows.names[0])
    here = (rows.names == canteen).nonzero()[0]
    picture = plot_forecast(forecast, canteen, actual=city)
    forecast.to_csv(arguments.output)
    if arguments.picture is not None:
        picture.savefig(arguments.picture, dpi=150)
    print(
        f"{len(city.report)} remarks on the data; {len(rows)} rows forecast, see {arguments.output}"
    )
    print(forecast.explain(int(here[0])))
    return 0


def _backtest(arguments: argparse.Namespace) -> int:
    city = load_city(arguments.folder)
    result = backtest(
        city, arguments.start, arguments.end, lead_days=arguments.lead_days,
        shortage=arguments.shortage, step=arguments.step,
        forecaster=CanteenForecaster(enrolment_lead_days=arguments.enrolment_lead_days),
    )  # fmt: skip
    result.to_csv(arguments.output)
    print(f"{'':24}{'WAPE':>9}{'excess':>9}{'shortage':>10}{'coverage':>10}")
    for strikes, name in ((False, "without strike days"), (True, "with strike days")):
        for who, figures in result.scores(strikes=strikes).items():
            cells = "".join(
                f"{100 * figures[key]:{width}.2f} %" if key in figures else ""
                for key, width in (("wape", 7), ("excess", 7), ("shortage", 8), ("coverage", 8))
            )
            print(f"{who + ', ' + name:<28}"[:28] + cells)
    spans = len(set(result.last_known.tolist()))
    print(f"{len(result.rows)} rows in {spans} forecasts, see {arguments.output}")
    return 0
