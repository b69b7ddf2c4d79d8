"""``charte-registry import``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from charte_registry.cli import editing, importing
from charte_registry.errors import RegisterError
from charte_registry.exchange.exporters.formats import WORKBOOKS
from charte_registry.exchange.importers.algoritmeregister import read_algoritmeregister
from charte_registry.exchange.importers.csv_table import read_csv
from charte_registry.exchange.importers.fideslang import read_fideslang
from charte_registry.exchange.importers.flat import read_tables
from charte_registry.exchange.workbook.read import is_register_workbook

FORMATS = ("workbook", "csv", "tables", "algoritmeregister", "fideslang")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("import", help="read records from another format into a register")
    command.add_argument("source", type=Path, help="a file, or for tables a folder")
    command.add_argument("folder", help="a new folder, or a register to add to")
    command.add_argument("--from", dest="source_format", choices=FORMATS, help="what the source is; a workbook that export wrote is recognised")  # fmt: skip
    command.add_argument("--mapping", type=Path, help="for csv: the TOML file that says which column is which field")  # fmt: skip
    importing.add_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    source, limits = arguments.source, importing.limits(arguments)
    if arguments.source_format is None:
        if source.suffix.lower() not in WORKBOOKS or not is_register_workbook(source, limits):
            raise RegisterError(f"{source}: state what it is with --from {', '.join(FORMATS[1:])}")
        arguments.source_format = "workbook"
    if (arguments.mapping is not None) != (arguments.source_format == "csv"):
        raise RegisterError("--mapping: goes with --from csv, which needs it")
    if arguments.source_format == "workbook":
        return editing.write(arguments, source)
    if arguments.source_format == "tables":
        found, head = read_tables(source, kinds=importing.kinds(arguments), limits=limits)
        return importing.write(arguments, source, found, head)
    if arguments.source_format == "csv":
        found = read_csv(source, arguments.mapping, kinds=importing.kinds(arguments), limits=limits)
    elif arguments.source_format == "fideslang":
        found = read_fideslang(source, limits=limits)
    else:
        found = read_algoritmeregister(source, limits=limits)
    return importing.write(arguments, source, found)
