"""``tarifs-solidaires schema``."""

from __future__ import annotations

import argparse

from tarifs_solidaires.cli.common import say

EXAMPLES = """\
tarifs-solidaires schema > rule.schema.json
tarifs-solidaires schema vocabulary"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument(
        "kind", nargs="?", default="rule", choices=("rule", "vocabulary", "jurisdiction"),
        help="kind of file; by default, rule",
    )  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.rules.schema import schema_text

    say(schema_text(arguments.kind).rstrip("\n"))
    return 0
