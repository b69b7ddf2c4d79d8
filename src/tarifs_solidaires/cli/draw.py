"""``tarifs-solidaires draw``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.cli.common import add_rule, close, dated, is_standard, load, say, write_text

EXAMPLES = """\
tarifs-solidaires draw nantes/transport --on 2020-10-01 --output transport.svg
tarifs-solidaires draw nantes/transport --on 2020-10-01 --format mermaid --lang en"""

FORMATS = {".svg": "svg", ".mmd": "mermaid", ".md": "markdown", ".dmn": "dmn"}


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_rule(command)
    command.add_argument(
        "--format",
        choices=("svg", "mermaid", "markdown", "dmn"),
        help="drawing, description or export; what the name of the file says unless given, otherwise svg",
    )
    command.add_argument("--lang", help="language; by default, the first of the rule")
    command.add_argument("--output", type=Path, help="file to write instead of printing")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    rule = load(arguments)
    form = arguments.format or _named(arguments.output)
    text: str = getattr(rule, f"to_{form}")(arguments.lang or rule.languages[0])
    if is_standard(arguments.output):
        say(text.rstrip("\n"))
        return 0
    write_text(arguments, arguments.output, text)
    close(Phrase("{rule}: {format}, see {path}", rule=dated(rule), format=form,
                 path=str(arguments.output)))  # fmt: skip
    return 0


def _named(path: Path | None) -> str:
    """Return the format that the name of a file says."""
    if path is None or is_standard(path):
        return "svg"
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        from tarifs_solidaires.people.writing import table_error

        raise table_error("suffix", path, "the name does not say which format to write",
                          "end it with {known}, or give --format", known=Joined(FORMATS, "or"))  # fmt: skip
    return form
