"""``charte-registry import``."""

from __future__ import annotations

import argparse
from pathlib import Path

from charte_registry.cli import editing, importing
from charte_registry.cli.language import said
from charte_registry.errors import RegisterError
from charte_registry.exchange.exporters.formats import WORKBOOKS
from charte_registry.exchange.importers.algoritmeregister import read_algoritmeregister
from charte_registry.exchange.importers.archive import Limits
from charte_registry.exchange.importers.cnil import read_cnil
from charte_registry.exchange.importers.fideslang import read_fideslang
from charte_registry.exchange.importers.flat import read_tables
from charte_registry.exchange.importers.guess import guessed, propose
from charte_registry.exchange.importers.mapped import read_table
from charte_registry.exchange.importers.recognise import recognised
from charte_registry.exchange.importers.workbook import read_sheets
from charte_registry.exchange.remarks import Import
from charte_registry.exchange.workbook.read import is_register_workbook
from charte_registry.files.whole import write_text

FORMATS = ("workbook", "cnil", "table", "tables", "algoritmeregister", "fideslang")

EXAMPLES = """\
charte-registry import register.xlsx registre --titre Registre --territoire Villeneuve
charte-registry import table.csv --propose map.toml
charte-registry import table.csv registre --mapping map.toml --dry-run"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("source", type=Path, help="an XLSX, ODS or CSV file, a JSON file of another register, or a folder of tables")  # fmt: skip
    command.add_argument("folder", nargs="?", help="a new folder, or a register to add to")
    command.add_argument("--from", dest="source_format", choices=FORMATS, help="what the source is, where its name and content do not tell")  # fmt: skip
    table = command.add_argument_group("a table with a record a row")
    table.add_argument("--propose", type=Path, metavar="MAP.toml", help="write a guess of what the columns mean, to correct; nothing is imported")  # fmt: skip
    table.add_argument("--mapping", type=Path, metavar="MAP.toml", help="what the columns mean; without it the guess is used")  # fmt: skip
    table.add_argument("--kind", default="traitements", help="kind of the records that are guessed")
    command.add_argument("--responsable", metavar="NAME", help="the controller, where the source names a person or nobody")  # fmt: skip
    command.add_argument("--include-example", action="store_true", help="read the filled example of the CNIL's model too")  # fmt: skip
    importing.add_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    source, limits = arguments.source, importing.limits(arguments)
    kind = arguments.source_format or _recognised(source, limits)
    if not kind:
        raise RegisterError("source_unknown", where=source, known=FORMATS)
    for option, value in (("--mapping", arguments.mapping), ("--propose", arguments.propose)):
        if value is not None and kind != "table":
            raise RegisterError("option_of_table", where=option, source=source, kind=kind)
    if arguments.propose is not None:
        return _propose(arguments)
    if arguments.folder is None:
        raise RegisterError("folder_missing", where="folder")
    if kind == "workbook":
        return editing.write(arguments, source)
    if kind == "tables":
        found, head = read_tables(source, kinds=importing.kinds(arguments), limits=limits)
        return importing.write(arguments, source, found, head)
    return importing.write(arguments, source, _read(arguments, kind))


def _recognised(source: Path, limits: Limits) -> str:
    """Return what a source is; a workbook that ``export`` wrote is one of the register's own."""
    if source.suffix.lower() in WORKBOOKS and is_register_workbook(source, limits):
        return "workbook"
    return recognised(source, limits)


def _read(arguments: argparse.Namespace, kind: str) -> Import:
    source, limits = arguments.source, importing.limits(arguments)
    if kind == "table":
        kinds = importing.kinds(arguments)
        mapping = arguments.mapping or guessed(
            read_sheets(source, limits=limits), arguments.kind, responsable=arguments.responsable, kinds=kinds
        )  # fmt: skip
        return read_table(source, mapping, kinds=kinds, limits=limits)
    if kind == "cnil":
        return read_cnil(
            source, include_example=arguments.include_example, responsable=arguments.responsable, limits=limits
        )  # fmt: skip
    if kind == "fideslang":
        return read_fideslang(source, limits=limits)
    return read_algoritmeregister(source, limits=limits)


def _propose(arguments: argparse.Namespace) -> int:
    """Write the guessed mapping of a table into a new file."""
    if arguments.propose.exists():
        raise RegisterError("file_exists", where=arguments.propose)
    sheets = read_sheets(arguments.source, limits=importing.limits(arguments))
    guess = propose(sheets, arguments.kind, responsable=arguments.responsable)
    write_text(arguments.propose, guess.text)
    path = arguments.propose
    print(said("proposed", path=path, headings=guess.headings, asked=guess.asked))
    print(said("proposed_next", path=path, source=arguments.source))
    return 0
