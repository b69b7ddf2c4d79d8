"""Files as plain sheets: workbooks of any office suite, and CSV in any writing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from prevision_cantine.city.office.archive import CFB, ZIP, Limits, checked_workbook, read_bytes
from prevision_cantine.city.office.messages import OfficeError, part
from prevision_cantine.city.office.values import Cell
from prevision_cantine.extras import needs

SEPARATORS = ("\t", ";", "|", ",")  # the first of those that fit equally well
_LOOKED_AT = 300  # lines by which a separator is found
_LONGEST_CELL = 131_072  # characters; the csv module's own limit is a global that others change
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@attrs.frozen(kw_only=True)
class Sheet:
    """A sheet of values.

    Parameters
    ----------
    file, name : str
        Name of the file, and of the sheet; the latter is empty for CSV.
    rows : tuple of tuple
        Values from A1 on; None for an empty cell.
    """

    file: str
    name: str
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(repr=False)


def read_sheets(path: Path, limits: Limits | None = None) -> tuple[Sheet, ...]:
    """Return the sheets of a file, of whatever kind its content says it is.

    Parameters
    ----------
    path : Path
        XLSX, ODS, XLS or CSV.
    limits : Limits, optional
        How large it may be.

    Returns
    -------
    tuple of Sheet
        In their order, hidden ones too. Formulas count as the values they had when saved.

    Raises
    ------
    OfficeError
        Where it cannot be read, is damaged or beyond the limits.
    """
    limits = limits or Limits()
    content = read_bytes(path, limits)
    if content.startswith((CFB, ZIP)):
        return _workbook(path, checked_workbook(path, content, limits), limits)
    return (Sheet(file=path.name, name="", rows=_csv(path, content, limits)),)


def _workbook(path: Path, content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    with needs("workbooks"):
        import python_calamine as calamine
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        if len(book.sheet_names) > limits.sheets:
            raise OfficeError("too_large", file=path, what=part("unit_sheets"), most=limits.sheets)
        return tuple(_sheets(path, book, limits))
    except OfficeError:
        raise
    except BaseException as error:  # a panic of its Rust code is no Exception
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise OfficeError("damaged", file=path, detail=str(error)) from None
        raise


def _sheets(path: Path, book: Any, limits: Limits) -> Iterator[Sheet]:
    cells = characters = 0
    kinds = {data.name: data.typ for data in book.sheets_metadata}
    for name in book.sheet_names:
        if "WorkSheet" not in str(kinds.get(name, "WorkSheet")):  # a sheet that is a chart
            continue
        sheet = book.get_sheet_by_name(name)
        cells += sheet.total_height * sheet.total_width
        if cells > limits.cells:
            raise OfficeError("too_large", file=path, what=part("unit_cells"), most=limits.cells)
        rows = tuple(
            tuple(_value(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False)
        )
        characters += sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
        if characters > limits.characters:
            raise OfficeError(
                "too_large", file=path, what=part("unit_characters"), most=limits.characters
            )
        yield Sheet(file=path.name, name=name, rows=rows)


def _value(cell: object) -> Cell:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, bool | int | float | dt.date):
        return cell
    return None if cell is None else str(cell)  # times and durations


def _csv(path: Path, content: bytes, limits: Limits) -> tuple[tuple[Cell, ...], ...]:
    text = _decoded(path, content)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        rows = _parsed(path, rest, first.strip()[4], limits)
        return ((first.strip(),), *rows)
    return tuple(_parsed(path, text, _separator(text), limits))


def _decoded(path: Path, content: bytes) -> str:
    """Return the text of a CSV file: UTF-8, UTF-16, or Windows-1252 where it is neither."""
    encodings = [name for mark, name in _BOMS if content.startswith(mark)]
    if not encodings:
        zeros = [content[:2_000][start::2].count(0) for start in (0, 1)]
        few = len(content[:2_000]) // 4
        encodings = ["utf-8", "cp1252"]
        if zeros[1] > few or zeros[0] > few:
            encodings = ["utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise OfficeError("not_text", file=path)


def _separator(text: str) -> str:
    """Return what stands between the cells: that which cuts most lines into as many."""
    lines = text.split("\n", _LOOKED_AT)[:_LOOKED_AT]

    def fit(separator: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
        except csv.Error:
            return (0, 0)
        wide = [(count, width) for width, count in widths.items() if width > 1]
        return max(wide, default=(0, 0))

    return max(SEPARATORS, key=lambda separator: (fit(separator), -SEPARATORS.index(separator)))


def _parsed(path: Path, text: str, separator: str, limits: Limits) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(len(cell) > _LONGEST_CELL for cell in row):
                raise csv.Error(f"a cell of more than {_LONGEST_CELL:,} characters")
            rows.append(tuple(cell if cell.strip() else None for cell in row))
            cells += len(row) + 1
            if cells > limits.cells:
                raise OfficeError(
                    "too_large", file=path, what=part("unit_cells"), most=limits.cells
                )
    except csv.Error as error:
        raise OfficeError("damaged", file=path, detail=str(error)) from None
    return rows
