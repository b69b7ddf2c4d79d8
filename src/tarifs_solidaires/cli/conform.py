"""``tarifs-solidaires conform``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tarifs_solidaires.cli.common import add_beyond, add_rules, complain, json_text, say


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "conform", help="run cases that others wrote; exit 1 where something differs"
    )
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument(
        "cases", type=Path, help=".csv file, or .yaml file of tests as OpenFisca has them"
    )
    command.add_argument("--on", help="day of the cases that have none, YYYY-MM-DD")
    command.add_argument(
        "--map", type=Path, metavar="FILE", help=".toml file: what their names and values are"
    )
    add_rules(command)
    add_beyond(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.conformance import conform

    found = conform(
        arguments.rule, arguments.cases, on=arguments.on, mapping=arguments.map,
        beyond=arguments.beyond, folders=arguments.rules,
    )  # fmt: skip
    beyond = {verdict.last_known for verdict in found.verdicts if verdict.last_known}
    if beyond:
        complain(f"{found.rule}: nothing is known after {max(beyond)}; the last known rule is used")
    say(json_text(found.to_dict()) if arguments.format == "json" else found)
    return 0 if found.conforms else 1
