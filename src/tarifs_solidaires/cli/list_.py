"""``tarifs-solidaires list``."""

from __future__ import annotations

import argparse
from typing import Any

from tarifs_solidaires.cli.common import add_rules, complain, say


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("list", help="the rules that can be computed")
    add_rules(command)
    command.add_argument("--lang", default="en", help="language of the titles, where they have it")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.errors import RuleError
    from tarifs_solidaires.rules.load import known_days, list_rules, read_rule

    status = 0
    for name in list_rules(arguments.rules):
        try:
            file, _ = read_rule(name, arguments.rules)
        except RuleError as error:
            complain(f"error: {error.errors[0]}")
            status = 1
            continue
        spans = " and ".join(f"{first} to {last}" for first, last in known_days(file))
        say(f"{name}  {spans}  {file.title.to(arguments.lang)}")
    return status
