"""``tarifs-solidaires stub``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.cli.common import add_rule, close, dated, is_standard, load, say, write_text

EXAMPLES = """\
tarifs-solidaires stub nantes/transport --on 2020-10-01 --output nantes.pyi"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
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
    close(Phrase("{rule}: types, see {path}", rule=dated(rule), path=str(arguments.output)))
    return 0
