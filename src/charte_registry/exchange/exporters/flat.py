"""Flat tables as CSV files, pages of a workbook, or Parquet files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.exchange.exporters.head import manifest
from charte_registry.exchange.exporters.spreadsheet import Page, page_names
from charte_registry.files.cells import neutral
from charte_registry.files.flat_tables import Table, Value, flatten
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register

REGISTRE = "registre"  # the table of the manifest
SOMMAIRE = "sommaire"  # the page that says which page holds which table
_CONTENTS = ("page", "table", "lignes", "contenu")


def register_tables(register: Register) -> tuple[Table, ...]:
    """Return a register as flat tables: its manifest as ``registre``, then its records by kind.

    Parameters
    ----------
    register : Register
        The register.

    Returns
    -------
    tuple of Table
        Tables that hold no row are among them.
    """
    head = {REGISTRE: {REGISTRE: manifest(register)}}
    return (*flatten(head, {REGISTRE: Manifeste}), *flatten(register.records, register.kinds))


def csv_files(tables: Sequence[Table]) -> dict[str, bytes]:
    """Return tables as CSV files by name: UTF-8, commas, CRLF as RFC 4180 has it, ISO dates.

    A text that begins like a formula has an apostrophe in front. Tables without rows are left out.
    """
    files = {}
    for table in tables:
        if table.rows:
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(table.names)
            writer.writerows([_cell(value) for value in row] for row in table.rows)
            files[f"{table.name}.csv"] = text.getvalue().encode("utf-8")
    return files


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else neutral(str(value))


def workbook_pages(tables: Sequence[Table], lang: str = "fr") -> list[Page]:
    """Return tables as pages of a workbook, after a page that says what each holds.

    Tables without rows are left out.
    """
    filled = [table for table in tables if table.rows]
    names = page_names([SOMMAIRE, *(table.name for table in filled)])[1:]
    contents: list[Sequence[Value]] = [_CONTENTS]
    pages = []
    for table, name in zip(filled, names, strict=True):
        inside = " > ".join((table.kind, *table.path))
        contents.append((name, table.name, len(table.rows), inside))
        widths = tuple(3.0 if c.key or c.type is not str else 6.0 for c in table.columns)
        pages.append(Page(name=name, rows=[table.names, *table.rows], widths=widths))
    return [Page(name=SOMMAIRE, rows=contents, widths=(9.0, 12.0, 2.0, 12.0)), *pages]


def parquet_files(tables: Sequence[Table]) -> dict[str, bytes]:
    """Return tables as Parquet files by name, with the same column types whatever they hold.

    Tables without rows are there too: who reads them needs their columns.

    Raises
    ------
    RegisterError
        Where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise RegisterError(
            "writing Parquet needs pyarrow: pip install 'charte-donnee[tables]'"
        ) from None
    types: dict[type, Any] = {
        str: pa.string(), int: pa.int64(), bool: pa.bool_(), dt.date: pa.date32(),
    }  # fmt: skip
    files = {}
    for table in tables:
        schema = pa.schema(
            [pa.field(c.name, types[c.type], nullable=not c.key) for c in table.columns]
        )
        columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
        arrays = [
            pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)
        ]
        content = io.BytesIO()
        parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), content)
        files[f"{table.name}.parquet"] = content.getvalue()
    return files
