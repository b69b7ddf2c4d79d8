"""``tarifs-solidaires compute``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tarifs_solidaires.catalogue import Counted, Phrase
from tarifs_solidaires.cli.common import (
    add_dates,
    add_rule,
    checked_output,
    dated,
    is_standard,
    load,
    pairs,
    rule_files,
    shown,
)
from tarifs_solidaires.cli.language import language_now, whole
from tarifs_solidaires.cli.terminal import is_quiet

CHUNK = 65_536

EXAMPLES = """\
tarifs-solidaires compute nantes/transport --on 2020-10-01 --input people.csv --output results.csv
cat people.csv | tarifs-solidaires compute nantes/transport --on 2020-10-01 --input - --output -"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_rule(command)
    command.add_argument(
        "--input", required=True, type=Path,
        help=".csv, .parquet, .xlsx or .ods file, with one row per person or household; - for CSV on "
        "standard input",
    )  # fmt: skip
    command.add_argument(
        "--output", required=True, type=Path,
        help=".csv, .parquet or .xlsx file to write; - for CSV on standard output",
    )  # fmt: skip
    command.add_argument(
        "--columns", action="append", default=[], metavar="HEADING=INPUT",
        help="input to which a column corresponds, where its heading does not say so; HEADING= if it "
        "is not an input; can be repeated",
    )  # fmt: skip
    command.add_argument(
        "--decimal", choices=(".", ","), default="",
        help="decimal sign, where 22.500 could be two numbers",
    )  # fmt: skip
    add_dates(command)
    command.add_argument(
        "--sheet",
        metavar="NAME",
        help="sheet of a workbook; by default, the first one that is not empty",
    )
    command.add_argument(
        "--keep", action="append", default=[], metavar="COLUMN",
        help="another column to carry through; can be repeated",
    )  # fmt: skip
    command.add_argument(
        "--keep-all", action="store_true", help="carry every column through, misspelt inputs too"
    )
    command.add_argument(
        "--errors", choices=("raise", "null"), default="raise",
        help="what to do with a wrong row: stop, or give a reason instead of a result",
    )  # fmt: skip
    command.add_argument(
        "--chunk", type=whole, default=CHUNK, metavar="ROWS",
        help="rows in memory at a time; by default, %(default)s",
    )  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.files import compute_file

    rule = load(arguments)
    checked_output(arguments.output)
    done = compute_file(
        rule, arguments.input, arguments.output, errors=arguments.errors,
        keep="all" if arguments.keep_all else arguments.keep,
        columns=pairs("--columns", arguments.columns, "QF=quotient_familial"),
        decimal=arguments.decimal, dates=arguments.dates, sheet=arguments.sheet, chunk=arguments.chunk,
        never=rule_files(arguments, arguments.rule), lang=language_now.get(),
    )  # fmt: skip
    said: Phrase = Counted("{rule}: {count:,} row computed", "{rule}: {count:,} rows computed", done.rows,
                   rule=dated(rule))  # fmt: skip
    if arguments.errors == "null":
        template = "{text}, {missing:,} of them without a result"
        said = Phrase(template, text=said, missing=done.missing)
    if not is_standard(arguments.output):
        said = Phrase("{text}, see {path}", text=said, path=str(arguments.output))
    stream = sys.stderr if is_standard(arguments.output) else sys.stdout
    if not is_quiet.get():
        print(shown(said), file=stream)
    return 0
