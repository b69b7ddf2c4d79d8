"""``charte-registry export``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from charte_registry.cli.dates import judged_on
from charte_registry.cli.language import said
from charte_registry.cli.terminal import close
from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.messages import LANGUAGES
from charte_registry.syntax import not_json

FORMATS = (
    "cnil-ods", "cnil-xlsx", "xlsx", "ods", "csv", "json", "jsonld", "algoritmeregister", "parquet",
)  # fmt: skip

EXAMPLES = """\
charte-registry export registre --format xlsx --output registre.xlsx
charte-registry export registre --format jsonld --public --base https://example.org/registre/ --output registre.jsonld"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument("--format", choices=FORMATS, required=True, help="format to write")
    command.add_argument("--output", type=Path, required=True, help="a file, - to print it; for csv and parquet a new folder")  # fmt: skip
    command.add_argument("--public", action="store_true", help="only what the schema marks as public")  # fmt: skip
    command.add_argument("--base", help="for jsonld: address below which the records are")
    command.add_argument("--contact", help="for algoritmeregister: functional address to publish")
    command.add_argument("--schema", type=Path, help="for algoritmeregister: the published schema, which has to accept the entries")  # fmt: skip
    command.add_argument("--lang", default="fr", choices=LANGUAGES, help="for xlsx and ods: language of the workbook")  # fmt: skip
    command.add_argument("--kind", action="append", default=[], help="for xlsx and ods: a kind of records to export, instead of all; can be repeated")  # fmt: skip
    command.add_argument("--excel-fr", action="store_true", help="for csv: as a French spreadsheet saves it (semicolons, Windows-1252)")  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.exchange.exporters.formats import export_register
    from charte_registry.files import load_register
    from charte_registry.publish.public import public

    register = load_register(arguments.folder)
    judged = arguments.format in ("xlsx", "ods") and not arguments.public
    remarks = export_register(
        public(register) if arguments.public else register, arguments.output, arguments.format,
        base=arguments.base, contact=arguments.contact, schema=_schema(arguments.schema),
        lang=arguments.lang, only=arguments.kind, public=arguments.public, excel_fr=arguments.excel_fr,
        findings=register.check(judged_on(None), arguments.lang) if judged else (),
    )  # fmt: skip
    for remark in remarks:
        print(said("not_carried", remark=remark), file=sys.stderr)
    close(said("written", path=arguments.output))
    return 0


def _schema(path: Path | None) -> Any:
    if path is None:
        return None
    content = read_bytes(path, Limits())
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise not_json(error).at(path) from None
    if not isinstance(schema, dict):
        raise RegisterError("not_schema", where=path)
    return schema
