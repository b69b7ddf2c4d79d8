"""Files as plain sheets of values: workbooks (ODS, XLSX) and delimited text alike."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import (
    Limits,
    cell_name,
    checked_workbook,
    read_bytes,
)
from charte_registry.exchange.importers.comments import Place, comments, merged_of_ods
from charte_registry.extras import needs
from charte_registry.files.cells import bounded

Cell = str | int | float | bool | dt.date | None


@attrs.frozen(kw_only=True)
class Sheet:
    """A sheet of values.

    Parameters
    ----------
    name : str
        Its name.
    rows : tuple of tuple
        Values from A1 on; ``None`` for an empty cell, dates as dates, whole numbers as ``int``.
    comments : mapping of (int, int) to str
        What is pinned to cells, by row and column from 0.
    merged : tuple of ((int, int), (int, int))
        First and last cell of each merged range; its value stands in the first.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    comments: Mapping[Place, str] = attrs.field(factory=dict)
    merged: tuple[tuple[Place, Place], ...] = ()

    def where(self, row: int, column: int) -> str:
        """Return the name of a cell, with that of the sheet."""
        return f"{self.name}!{cell_name(row, column)}"

    def place(self, row: int, column: int) -> dict[str, str]:
        """Return the sheet and the name of a cell, as a fault has them."""
        return {"sheet": self.name, "cell": cell_name(row, column)}


def read_workbook(path: str | Path, limits: Limits | None = None) -> tuple[Sheet, ...]:
    """Return the sheets of an ODS or XLSX workbook.

    Parameters
    ----------
    path : str or Path
        The file. Formulas count as the values that they had when it was saved; macros are not read.
    limits : Limits, optional
        How large it may be.

    Returns
    -------
    tuple of Sheet
        In their order, hidden ones too.

    Raises
    ------
    RegisterError
        Where it is no workbook, is encrypted, or is larger than the limits.
    """
    with needs("workbooks"):
        import python_calamine as calamine
    _, content = checked_workbook(path, limits or Limits())
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        pinned, merged = comments(members), merged_of_ods(members)
        return tuple(
            _sheet(name, book.get_sheet_by_name(name), pinned.get(name, {}), merged.get(name))
            for name in book.sheet_names
        )
    except (calamine.CalamineError, ValueError, OverflowError, SyntaxError) as error:
        raise RegisterError("not_workbook", where=path, reason=str(error)) from None


def _sheet(
    name: str,
    sheet: Any,
    pinned: Mapping[Place, str],
    merged: tuple[tuple[Place, Place], ...] | None,
) -> Sheet:
    ranges = merged if merged is not None else sheet.merged_cell_ranges or ()
    return Sheet(
        name=name, rows=_rows(sheet), comments=pinned,
        merged=tuple((tuple(first), tuple(last)) for first, last in ranges),
    )  # fmt: skip


def _rows(sheet: Any) -> tuple[tuple[Cell, ...], ...]:
    rows = sheet.to_python(skip_empty_area=False)
    return tuple(tuple(_value(cell) for cell in row) for row in rows)


def _value(cell: object) -> Cell:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, bool | int | float | dt.date):
        return cell
    return str(cell)  # times and durations


def unmerged(sheet: Sheet, begin: int) -> list[list[Cell]]:
    """Return the rows of a sheet in which a cell merged over rows stands in each that holds more."""
    rows = [list(row) for row in sheet.rows]
    for (top, left), (bottom, _) in sheet.merged:
        for row in range(max(top + 1, begin), min(bottom + 1, len(rows))):
            filled = any(cell is not None for cell in rows[row])
            if (
                filled
                and left < len(rows[row])
                and rows[row][left] is None
                and left < len(rows[top])
            ):
                rows[row][left] = rows[top][left]
    return rows


_DELIMITERS = ";,\t|"
DELIMITED = (".csv", ".tsv", ".txt")


def read_sheets(
    path: str | Path, *, encoding: str | None = None, delimiter: str | None = None,
    limits: Limits | None = None,
) -> tuple[Sheet, ...]:  # fmt: skip
    """Return the sheets of a workbook, or the one of a delimited text, by the name of the file.

    See ``read_workbook`` and ``read_delimited``.
    """
    if Path(path).suffix.lower() in DELIMITED:
        return (read_delimited(path, encoding=encoding, delimiter=delimiter, limits=limits),)
    return read_workbook(path, limits)


def read_delimited(
    path: str | Path, *, encoding: str | None = None, delimiter: str | None = None,
    limits: Limits | None = None,
) -> Sheet:  # fmt: skip
    """Return a delimited text file as a sheet of texts.

    Parameters
    ----------
    path : str or Path
        The file.
    encoding : str, optional
        By default the mark at its beginning tells (UTF-8, UTF-16), else UTF-8 where it is, else
        Windows-1252, in which French spreadsheets save.
    delimiter : str, optional
        By default that of a line ``sep=;``, else the sign among ``;``, ``,``, tab and ``|`` which
        divides most rows into the same number of columns.
    limits : Limits, optional
        How large it may be.

    Returns
    -------
    Sheet
        Named as the file is; empty cells are ``None``.

    Raises
    ------
    RegisterError
        Where it cannot be read, is not in the encoding, or is no delimited text.
    """
    limits = limits or Limits()
    text = _decoded(path, read_bytes(path, limits), encoding)
    if "\0" in text:
        raise RegisterError("null_character", where=path)
    first, _, rest = text.partition("\n")
    if match := re.fullmatch(r"sep=(.)\r?", first):
        delimiter, text = delimiter or match[1], rest
    sign = delimiter or _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    try:
        for row in bounded(reader):
            cells += len(row)
            if cells > limits.cells:
                raise RegisterError("too_many_cells", where=path, most=limits.cells)
            rows.append(tuple(cell if cell.strip() else None for cell in row))
    except RegisterError as error:
        raise error.at(path) from None
    except csv.Error as error:
        raise RegisterError(
            "not_delimited", where=path, line=reader.line_num, reason=str(error)
        ) from None
    return Sheet(name=Path(path).name, rows=tuple(rows))


def _decoded(path: str | Path, content: bytes, encoding: str | None) -> str:
    if encoding is None:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        else:
            try:
                return content.decode("utf-8-sig")
            except UnicodeDecodeError:
                encoding = "cp1252"
    try:
        return content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        raise RegisterError(
            "not_encoding", where=path, position=error.start, encoding=encoding
        ) from None


def _delimiter(text: str) -> str:
    """Return the sign that divides most rows alike, into the most columns."""
    best, score = ",", (0, 0)
    for sign in _DELIMITERS:
        try:
            rows = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=sign)
            widths = Counter(len(row) for row in rows if row)
        except csv.Error:
            continue
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if width > 1 and (times, width) > score:
            best, score = sign, (times, width)
    return best
