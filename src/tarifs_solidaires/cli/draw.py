"""``tarifs-solidaires draw``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.cli.common import add_rule, close, dated, is_standard, load, say, write_text

EXAMPLES = """\
tarifs-solidaires draw nantes/transport --on 2020-10-01 --output transport.svg
tarifs-solidaires draw nantes/transport --on 2020-10-01 --format mermaid --lang en"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_rule(command)
    command.add_argument(
        "--format",
        choices=("svg", "mermaid", "markdown", "dmn"),
        default="svg",
        help="drawing, description or export",
    )
    command.add_argument("--lang", help="language; by default, the first of the rule")
    command.add_argument("--output", type=Path, help="file to write instead of printing")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    rule = load(arguments)
    text: str = getattr(rule, f"to_{arguments.format}")(arguments.lang or rule.languages[0])
    if is_standard(arguments.output):
        say(text.rstrip("\n"))
        return 0
    write_text(arguments, arguments.output, text)
    close(Phrase("{rule}: {format}, see {path}", rule=dated(rule), format=arguments.format,
                 path=str(arguments.output)))  # fmt: skip
    return 0
