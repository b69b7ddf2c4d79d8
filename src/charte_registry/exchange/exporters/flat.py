"""Flat tables as CSV or Parquet files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from charte_registry.exchange.exporters.head import manifest
from charte_registry.extras import needs
from charte_registry.files.cells import neutral
from charte_registry.files.flat_tables import Table, Value, flatten
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register

REGISTRE = "registre"  # the table of the manifest


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


def csv_files(tables: Sequence[Table], *, excel_fr: bool = False) -> dict[str, bytes]:
    """Return tables as CSV files by name: UTF-8, commas, CRLF as RFC 4180 has it, ISO dates.

    A text that begins like a formula has an apostrophe in front. Tables without rows are left out.
    With ``excel_fr`` the files are what a French spreadsheet saves, and opens with two clicks:
    semicolons, Windows-1252, ``31/12/2026``, ``VRAI``; UTF-8 with its mark, which it knows too,
    where a text has letters that Windows-1252 lacks.
    """
    said = _excel_fr if excel_fr else _cell
    files = {}
    for table in tables:
        if table.rows:
            text = io.StringIO(newline="")
            writer = csv.writer(text, delimiter=";" if excel_fr else ",")
            writer.writerow(table.names)
            writer.writerows([said(value) for value in row] for row in table.rows)
            files[f"{table.name}.csv"] = _encoded(text.getvalue(), excel_fr=excel_fr)
    return files


def _encoded(text: str, *, excel_fr: bool) -> bytes:
    if not excel_fr:
        return text.encode("utf-8")
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


def _excel_fr(value: Value) -> str:
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, dt.date) and value.year >= 1900:
        return f"{value:%d/%m/%Y}"
    return _cell(value)


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else neutral(str(value))


def parquet_files(tables: Sequence[Table]) -> dict[str, bytes]:
    """Return tables as Parquet files by name, with the same column types whatever they hold.

    Tables without rows are there too: who reads them needs their columns.

    Raises
    ------
    RegisterError
        Where pyarrow is not installed.
    """
    with needs("tables"):
        from pyarrow import parquet
    files = {}
    for table in tables:
        content = io.BytesIO()
        parquet.write_table(arrow_table(table), content)
        files[f"{table.name}.parquet"] = content.getvalue()
    return files


def arrow_table(table: Table) -> Any:
    """Return a table as one of pyarrow, with the same column types whatever it holds.

    Raises
    ------
    RegisterError
        Where pyarrow is not installed.
    """
    with needs("tables"):
        import pyarrow as pa
    types: dict[type, Any] = {
        str: pa.string(), int: pa.int64(), bool: pa.bool_(), dt.date: pa.date32(),
    }  # fmt: skip
    schema = pa.schema([pa.field(c.name, types[c.type], nullable=not c.key) for c in table.columns])
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    arrays = [
        pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
