"""``charte-registry export``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.exporters.algoritmeregister import (
    algoritmeregister_entries,
    algoritmeregister_text,
)
from charte_registry.exporters.cnil import cnil_pages
from charte_registry.exporters.flat import csv_files, parquet_files, register_tables, workbook_pages
from charte_registry.exporters.jsonld import jsonld_text
from charte_registry.exporters.single_file import json_content
from charte_registry.exporters.spreadsheet import ods, xlsx
from charte_registry.files import write_bytes, write_folder
from charte_registry.importers.archive import Limits, read_bytes
from charte_registry.public import public
from charte_registry.register import Register
from charte_registry.remarks import Remark
from charte_registry.storage import load_register

Content = bytes | Mapping[str, bytes]  # a file, or the files of a folder


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("export", help="write a register in another format")
    command.add_argument("folder")
    command.add_argument("--format", choices=tuple(_FORMATS), required=True)
    command.add_argument("--output", type=Path, required=True, help="a file; for csv and parquet a new folder")  # fmt: skip
    command.add_argument("--public", action="store_true", help="only what the schema marks as public")  # fmt: skip
    command.add_argument("--base", help="for jsonld: address below which the records are")
    command.add_argument("--contact", help="for algoritmeregister: functional address to publish")
    command.add_argument("--schema", type=Path, help="for algoritmeregister: the published schema, which has to accept the entries")  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    register = load_register(arguments.folder)
    if arguments.public:
        register = public(register)
    content, remarks = _FORMATS[arguments.format](register, arguments)
    if isinstance(content, bytes):
        write_bytes(arguments.output, content)
    else:
        write_folder(arguments.output, content)
    for remark in remarks:
        print(f"not carried: {remark}", file=sys.stderr)
    print(f"{arguments.output} written")
    return 0


def _cnil(write: Callable[..., bytes]) -> Callable[..., tuple[Content, tuple[Remark, ...]]]:
    def export(register: Register, _: argparse.Namespace) -> tuple[Content, tuple[Remark, ...]]:
        pages, remarks = cnil_pages(register)
        return write(pages), remarks

    return export


def _whole(
    write: Callable[[Register, argparse.Namespace], Content],
) -> Callable[..., tuple[Content, tuple[Remark, ...]]]:
    """Return an export of a format that carries everything."""
    return lambda register, arguments: (write(register, arguments), ())


def _algoritmeregister(
    register: Register, arguments: argparse.Namespace
) -> tuple[Content, tuple[Remark, ...]]:
    schema = None
    if arguments.schema is not None:
        try:
            schema = json.loads(read_bytes(arguments.schema, Limits()))
        except ValueError as error:
            raise RegisterError(f"{arguments.schema}: not JSON: {error}") from None
    entries, remarks = algoritmeregister_entries(register, contact=arguments.contact, schema=schema)
    return algoritmeregister_text(entries).encode(), remarks


_FORMATS: Mapping[str, Callable[..., tuple[Content, tuple[Remark, ...]]]] = {
    "cnil-ods": _cnil(ods),
    "cnil-xlsx": _cnil(xlsx),
    "xlsx": _whole(lambda register, _: xlsx(workbook_pages(register_tables(register)))),
    "ods": _whole(lambda register, _: ods(workbook_pages(register_tables(register)))),
    "csv": _whole(lambda register, _: csv_files(register_tables(register))),
    "json": _whole(lambda register, _: json_content(register)),
    "jsonld": _whole(lambda register, arguments: jsonld_text(register, arguments.base).encode()),
    "algoritmeregister": _algoritmeregister,
    "parquet": _whole(lambda register, _: parquet_files(register_tables(register))),
}
