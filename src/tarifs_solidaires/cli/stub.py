"""``tarifs-solidaires stub``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tarifs_solidaires.cli.common import add_rule, dated, is_standard, load, say, write_text


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "stub", help="write the types of a rule's inputs and results, for editors and type checkers"
    )
    add_rule(command)
    command.add_argument("--output", type=Path, help="file to write instead of printing")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.rules.stub import stub_text

    rule = load(arguments)
    text = stub_text(rule)
    if is_standard(arguments.output):
        say(text.rstrip("\n"))
        return 0
    write_text(arguments, arguments.output, text)
    say(f"{dated(rule)}: types, see {arguments.output}")
    return 0
