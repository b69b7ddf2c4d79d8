"""``charte-registry query``."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

from charte_registry.cli.dates import judged_on
from charte_registry.cli.language import said

if TYPE_CHECKING:
    from charte_registry.sql import Answer

EXAMPLES = """\
charte-registry query registre 'SELECT id, nom FROM traitements'
charte-registry query registre 'SELECT * FROM constats' --format csv"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument("sql", help="one SELECT; the tables are those of the kinds, and constats")
    command.add_argument(
        "--format",
        choices=("text", "json", "csv"),
        default="text",
        help="format of what is printed",
    )
    command.add_argument(
        "--on", help="date at which the law is judged, YYYY-MM-DD; today by default"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files import load_register
    from charte_registry.sql import query

    answer = query(load_register(arguments.folder), arguments.sql, on=judged_on(arguments.on))
    print(_FORMATS[arguments.format](answer))
    return 0


def _json(answer: Answer) -> str:
    rows = [dict(zip(answer.columns, map(_plain, row), strict=True)) for row in answer.rows]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    """Return a value that JSON has: bytes as hexadecimal, an infinite number as its name."""
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _csv(answer: Answer) -> str:
    from charte_registry.files.cells import neutral

    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(answer.columns)
    rows.writerows([neutral(v) if isinstance(v, str) else v for v in row] for row in answer.rows)
    return table.getvalue().removesuffix("\n")


def _text(answer: Answer) -> str:
    cells = [answer.columns, *([_shown(value) for value in row] for row in answer.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    count = len(answer.rows)
    return "\n".join([*lines, said("one_row") if count == 1 else said("rows", count=count)])


def _shown(value: Any) -> str:
    return "" if value is None else str(value).replace("\n", " ")


_FORMATS = {"text": _text, "json": _json, "csv": _csv}
