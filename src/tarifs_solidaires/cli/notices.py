"""``tarifs-solidaires notices``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tarifs_solidaires.catalogue import Counted, Joined, Phrase
from tarifs_solidaires.cli.common import (
    add_dates,
    add_rule,
    checked_output,
    close,
    dated,
    load,
    pairs,
    rule_files,
)
from tarifs_solidaires.cli.language import language_now, whole

FORMATS = ("html", "text", "markdown", "json", "pdf")


EXAMPLES = """\
tarifs-solidaires notices nantes/transport --on 2020-10-01 --input people.csv --output notices"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.description = (
        "Explain the result of everyone in a file, with one notice per person. A command that was "
        "stopped continues where it left off when it is run again."
    )
    add_rule(command)
    command.add_argument(
        "--input",
        required=True,
        type=Path,
        help=".csv, .parquet, .xlsx or .ods file, with one row per person or household",
    )
    add_dates(command)
    command.add_argument(
        "--output", required=True, type=Path, help="folder to write; or a .pdf file for all notices"
    )
    command.add_argument(
        "--name",
        metavar="COLUMN",
        help="column that gives the files their names; by default, the row number",
    )
    command.add_argument("--format", choices=FORMATS, default="html", help="format of each notice")
    command.add_argument("--lang", help="language; by default, the first of the rule")
    command.add_argument("--role", help="part of the computation in the decision: decides, assists")
    command.add_argument("--contact", help="where the authority can be reached")
    command.add_argument(
        "--origin", action="append", default=[], metavar="NAME=WORD",
        help="where an input comes from: declaration, certificate or administration",
    )  # fmt: skip
    command.add_argument(
        "--holder", action="append", default=[], metavar="NAME=TEXT", help="who holds an input"
    )
    command.add_argument(
        "--processes", type=whole, default=0, metavar="N",
        help="number of processes that run at the same time; by default, one per processor",
    )  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.notices import write_notices

    rule = load(arguments)
    checked_output(arguments.output)
    done = write_notices(
        rule, arguments.input, arguments.output, dates=arguments.dates, form=arguments.format, lang=arguments.lang,
        name=arguments.name, role=arguments.role, contact=arguments.contact,
        origin=pairs("--origin", arguments.origin, "age=declaration"),
        holder=pairs("--holder", arguments.holder, "quotient_familial=CAF"),
        processes=arguments.processes or _processors(), never=rule_files(arguments, arguments.rule),
        said_in=language_now.get(),
    )  # fmt: skip
    there = done.people - done.written
    said: Phrase = Counted(
        "{rule}: {count:,} notice written", "{rule}: {count:,} notices written", done.written,
        rule=dated(rule),
    )  # fmt: skip
    notes = (
        [Counted("{count:,} was there already", "{count:,} were there already", there)]
        if there
        else []
    )
    notes += (
        [
            Counted(
                "{count:,} says why there is no result",
                "{count:,} say why there is no result",
                done.without,
            )
        ]
        if done.without
        else []
    )
    if notes:
        said = Phrase("{text} ({notes})", text=said, notes=Joined(notes))
    close(Phrase("{text}, see {path}", text=said, path=str(arguments.output)))
    return 0


def _processors() -> int:
    """Return how many processors this program may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1
