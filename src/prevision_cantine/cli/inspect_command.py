"""What a folder holds, and what was left out."""

from __future__ import annotations

import argparse

from prevision_cantine.city.load import load_city
from prevision_cantine.city.load_report import load_report
from prevision_cantine.cli.common import Commands, add_command


def add(commands: Commands) -> None:
    """Add the command to the program."""
    item = add_command(
        commands,
        "inspect",
        run,
        "say what a city's folder holds, and what was repaired or left out",
        span=False,
    )
    item.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    report = load_report(load_city(arguments.folder))
    lang = arguments.lang
    print(report.to_json(lang) if arguments.format == "json" else report.to_text(lang))
    return 0
