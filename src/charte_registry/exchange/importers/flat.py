"""Flat tables read back: CSV or Parquet files of a folder."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.exchange.remarks import (
    IS_READ,
    READ,
    SKIPPED,
    UNDERSTOOD_AS,
    Import,
    Remark,
    build,
    words,
)
from charte_registry.extras import needs
from charte_registry.files.cells import bounded, restored
from charte_registry.files.flat_tables import Column, Table, Value, flatten, gather
from charte_registry.records import KINDS
from charte_registry.records.base import structure
from charte_registry.records.manifeste import Manifeste

_REGISTRE = "registre"
_FRENCH_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_FRENCH_FLAGS = {"VRAI": True, "FAUX": False}


def read_tables(
    path: str | Path, *, kinds: Mapping[str, type[Any]] = KINDS, limits: Limits | None = None
) -> tuple[Import, Manifeste | None]:
    """Return the records of flat tables, as ``export`` writes them.

    Parameters
    ----------
    path : str or Path
        A folder of CSV or of Parquet files; CSV also as a French spreadsheet saves it, with
        semicolons, in Windows-1252, with ``31/12/2026`` and ``VRAI``.
    kinds : mapping of str to type, optional
        Classes by kind.
    limits : Limits, optional
        How large each file may be.

    Returns
    -------
    tuple of Import and (Manifeste or None)
        The records; what the table ``registre`` says of the register, where there is one.

    Raises
    ------
    RegisterError
        Where a file cannot be read, or a table, a column or a row fits nowhere.
    """
    limits = limits or Limits()
    root = Path(path)
    remarks: list[Remark] = []
    known = {**kinds, _REGISTRE: Manifeste}
    shapes = {table.name: table for table in flatten({}, known)}
    if not root.is_dir():
        raise RegisterError("no_tables_folder", where=root)
    found = _folder(root, limits, remarks)
    tables = []
    for name, where, rows in found:
        if name not in shapes:
            fault = Fault("unknown_table", value=name, near=nearest(name, shapes))
            remarks.append(Remark(level=SKIPPED, where=where, phrase=words("fault", fault=fault)))
        elif rows:
            tables.append(_table(shapes[name], where, rows))
    gathered = gather(tables, known)
    head = gathered.pop(_REGISTRE)
    records: dict[str, dict[str, Any]] = {}
    for kind, items in gathered.items():
        records[kind] = {}
        for identifier, data in items.items():
            name = f"{kind}/{identifier}"
            record, refused = build(kinds[kind], data, kind, name)
            remarks += refused
            if record is not None:
                records[kind][identifier] = record
                remarks.append(Remark(level=READ, where=kind, phrase=IS_READ, record=name))
    manifest = structure(Manifeste, head[_REGISTRE]) if _REGISTRE in head else None
    return Import(records=records, remarks=tuple(remarks)), manifest


def _table(shape: Table, where: str, rows: Sequence[Sequence[Value]]) -> Table:
    """Return rows, the first of which names the columns, as a table."""
    columns = {column.name: column for column in shape.columns}
    header = [str(name) for name in rows[0] if name is not None]
    for name in header:
        if name not in columns:
            raise RegisterError(
                "unknown_table_column", where=where, value=name, near=nearest(name, columns)
            )
        if header.count(name) > 1:
            raise RegisterError("column_twice", where=where, value=name)
    kept = [columns[name] for name in header]
    read = [
        tuple(
            _value(column, cell) for column, cell in zip(kept, _padded(row, len(kept)), strict=True)
        )
        for row in rows[1:]
        if any(cell is not None and cell != "" for cell in row)
    ]
    return attrs.evolve(shape, columns=tuple(kept), rows=tuple(read))


def _padded(row: Sequence[Value], width: int) -> Sequence[Value]:
    return [*row[:width], *[None] * (width - len(row))]


def _value(column: Column, cell: Value) -> Value:
    """Return what a cell holds; a spreadsheet may have made a number of a text or a truth value."""
    if isinstance(cell, str):
        if column.type is dt.date and (day := _FRENCH_DAY.fullmatch(cell.strip())):
            return f"{day[3]}-{day[2]}-{day[1]}"
        if column.type is bool and cell in _FRENCH_FLAGS:
            return _FRENCH_FLAGS[cell]
        return restored(cell) or None
    if column.type is bool and cell in (0, 1):
        return bool(cell)
    if column.type is str and cell is not None:
        if isinstance(cell, bool):
            return "true" if cell else "false"
        return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
    return cell


def _folder(
    root: Path, limits: Limits, remarks: list[Remark]
) -> Iterator[tuple[str, str, Sequence[Sequence[Value]]]]:
    files = sorted(p for p in root.iterdir() if p.suffix in (".csv", ".parquet"))
    if not files:
        raise RegisterError("no_tables", where=root)
    for file in files:
        content = read_bytes(file, limits)
        rows = _csv(file, content, remarks) if file.suffix == ".csv" else _parquet(file, content)
        yield file.stem, str(file), rows


def _csv(file: Path, content: bytes, remarks: list[Remark]) -> list[list[str]]:
    """Return the rows of a CSV file, with commas and in UTF-8, or as a French spreadsheet saves it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise RegisterError("not_utf8", where=file, position=error.start) from None
        remarks.append(Remark(level=UNDERSTOOD_AS, where=str(file), phrase=words("windows_1252")))
    header = text.partition("\n")[0]
    sign = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        return list(bounded(reader))
    except RegisterError as error:
        raise error.at(file) from None
    except csv.Error as error:
        line, reason = reader.line_num, str(error)
        raise RegisterError("not_csv", where=file, line=line, reason=reason) from None


def _parquet(file: Path, content: bytes) -> list[Sequence[Value]]:
    with needs("tables"):
        import pyarrow as pa
        from pyarrow import parquet
    try:
        table = parquet.read_table(pa.BufferReader(content))
    except pa.ArrowException as error:
        raise RegisterError("not_parquet", where=file, reason=str(error)) from None
    columns = [column.to_pylist() for column in table.columns]
    return [table.column_names, *zip(*columns, strict=True)]
