"""``tarifs-solidaires schema``."""

from __future__ import annotations

import argparse
from typing import Any

from tarifs_solidaires.cli.common import say


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("schema", help="print the JSON Schema of a rule file")
    command.add_argument(
        "kind", nargs="?", default="rule", choices=("rule", "vocabulary", "jurisdiction"),
        help="kind of file; rule unless given",
    )  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.rules.schema import schema_text

    say(schema_text(arguments.kind).rstrip("\n"))
    return 0
