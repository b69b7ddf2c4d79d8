"""``charte-registry import``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from charte_registry.cli.language import language_now, said
from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits
from charte_registry.messages import LANGUAGES

if TYPE_CHECKING:
    from charte_registry.exchange.remarks import Import

FORMATS = ("workbook", "cnil", "table", "tables", "algoritmeregister", "fideslang")

_LIMITS = Limits()

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
    table.add_argument("--mapping", type=Path, metavar="MAP.toml", help="what the columns mean; without it, the meaning is guessed")  # fmt: skip
    table.add_argument("--kind", default="traitements", help="kind of the records that are guessed")
    command.add_argument("--responsable", metavar="NAME", help="the controller, where the source names a person or nobody")  # fmt: skip
    command.add_argument("--include-example", action="store_true", help="read the filled example of the CNIL's model too")  # fmt: skip
    _add_shared(command)
    command.set_defaults(run=_run)


def _add_shared(command: argparse.ArgumentParser) -> None:
    """Add the options that every import has."""
    command.add_argument("--replace", action="store_true", help="replace records that differ")
    command.add_argument("--merge", action="store_true", help="take over only what changed in the source since it was last read")  # fmt: skip
    command.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")  # fmt: skip
    command.add_argument("--conflicts", choices=("refuse", "register", "source"), default="refuse", help="whose value counts where both sides changed a field; by default nothing is written")  # fmt: skip
    command.add_argument("--source-name", metavar="NAME", help="the earlier import to compare with, where the file has another name now")  # fmt: skip
    command.add_argument(
        "--lang",
        default=language_now.get(),
        choices=LANGUAGES,
        help="language of the changes; by default that of the environment, or else en",
    )
    command.add_argument("--titre", help="title of a new register")
    command.add_argument("--territoire", help="territory of a new register")
    command.add_argument("--on", help="day that a new register describes, YYYY-MM-DD")
    command.add_argument("--report", type=Path, metavar="FILE.json", help="write the whole report there: every cell that is in no record, with sheet, cell and text")  # fmt: skip
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="format of the report"
    )
    command.add_argument(
        "--max-bytes",
        type=int,
        default=_LIMITS.file_bytes,
        metavar="N",
        help="most bytes of the file",
    )
    command.add_argument("--max-unpacked-bytes", type=int, default=_LIMITS.unpacked_bytes, metavar="N", help="most bytes that a workbook unpacks to")  # fmt: skip
    command.add_argument(
        "--max-ratio",
        type=int,
        default=_LIMITS.ratio,
        metavar="N",
        help="largest ratio of a workbook's unpacked size to its size",
    )
    command.add_argument(
        "--max-cells", type=int, default=_LIMITS.cells, metavar="N", help="most cells"
    )


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.cli import editing, importing
    from charte_registry.exchange.importers.flat import read_tables

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
    from charte_registry.exchange.exporters.formats import WORKBOOKS
    from charte_registry.exchange.importers.recognise import recognised
    from charte_registry.exchange.workbook.read import is_register_workbook

    if source.suffix.lower() in WORKBOOKS and is_register_workbook(source, limits):
        return "workbook"
    return recognised(source, limits)


def _read(arguments: argparse.Namespace, kind: str) -> Import:
    from charte_registry.cli import importing
    from charte_registry.exchange.importers.algoritmeregister import read_algoritmeregister
    from charte_registry.exchange.importers.cnil import read_cnil
    from charte_registry.exchange.importers.fideslang import read_fideslang
    from charte_registry.exchange.importers.guess import guessed
    from charte_registry.exchange.importers.mapped import read_table
    from charte_registry.exchange.importers.workbook import read_sheets

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
    from charte_registry.cli import importing
    from charte_registry.exchange.importers.guess import propose
    from charte_registry.exchange.importers.workbook import read_sheets
    from charte_registry.files.whole import write_text

    if arguments.propose.exists():
        raise RegisterError("file_exists", where=arguments.propose)
    sheets = read_sheets(arguments.source, limits=importing.limits(arguments))
    guess = propose(
        sheets, arguments.kind, responsable=arguments.responsable, lang=language_now.get()
    )
    write_text(arguments.propose, guess.text)
    path = arguments.propose
    print(said("proposed", path=path, headings=guess.headings, asked=guess.asked))
    print(said("proposed_next", path=path, source=arguments.source))
    return 0
