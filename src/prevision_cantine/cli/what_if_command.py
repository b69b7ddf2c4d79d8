"""What a change makes."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.city.dishes import load_menu
from prevision_cantine.city.load import load_city
from prevision_cantine.cli.common import (
    Commands,
    add_command,
    add_learning,
    fitted,
    number_in,
    see,
    writes,
)
from prevision_cantine.decide.difference import what_if
from prevision_cantine.decide.scenario import Scenario
from prevision_cantine.errors import ForecastError


def add(commands: Commands) -> None:
    """Add the command to the program."""
    item = add_command(
        commands, "what-if", run, "say what a change of menu, calendar, enrolment makes"
    )
    add_learning(item)
    item.add_argument("--strike", nargs="+", default=[], metavar="DAY", help="announced strikes")
    item.add_argument("--holiday", nargs="+", default=[], metavar="DAY", help="new public holidays")
    item.add_argument("--menu", type=Path, help="CSV file of dishes: date, rang, plat")
    item.add_argument(
        "--enrolment", nargs="+", default=[], metavar="CANTEEN=FACTOR",
        help="such as 'AMPERE=1.1', or '*=0.95' for every canteen",
    )  # fmt: skip
    item.add_argument(
        "--absence", nargs="+", default=[], metavar="CANTEEN=DAY=PUPILS",
        help="pupils who will be away, such as 'AMPERE=2017-05-04=40'",
    )  # fmt: skip
    writes(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    scenario = Scenario(
        menus=load_menu(arguments.menu) if arguments.menu else {},
        strikes=arguments.strike,
        enrolment=dict(map(_factor, arguments.enrolment)),
        absences=dict(map(_absence, arguments.absence)),
        public_holidays=arguments.holiday,
    )
    city = load_city(arguments.folder)
    forecaster = fitted(arguments, city)
    change = what_if(forecaster, city, scenario, arguments.start, arguments.end)
    if arguments.output is not None:
        change.to_csv(arguments.output)
    print(change.to_text(arguments.lang))
    if scenario.strikes:
        print(f"\n{forecaster.fitted_.strikes.to_text(arguments.lang)}")
    see(arguments)
    return 0


def _factor(text: str) -> tuple[str, float]:
    name, equals, value = text.rpartition("=")
    if not equals:
        raise ForecastError(f"--enrolment {text}: write CANTEEN=FACTOR, such as AMPERE=1.1")
    return name, number_in("--enrolment", text, value)


def _absence(text: str) -> tuple[tuple[str, str], float]:
    parts = text.rsplit("=", 2)
    if len(parts) != 3:
        raise ForecastError(
            f"--absence {text}: write CANTEEN=DAY=PUPILS, such as AMPERE=2017-05-04=40"
        )
    return (parts[0], parts[1]), number_in("--absence", text, parts[2])
