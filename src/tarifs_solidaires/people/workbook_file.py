"""Workbooks of people, in and out; python-calamine and xlsxwriter are loaded when they are used."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import numpy as np

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.errors import TableError, nearest
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.archive import (
    Limits,
    checked_workbook,
    damaged,
    read_bytes,
    too_large,
)
from tarifs_solidaires.people.cells import Notation
from tarifs_solidaires.people.columns import is_empty, text_of
from tarifs_solidaires.people.parts import ObjectPart, Part, Piece, known
from tarifs_solidaires.people.results import ResultColumn
from tarifs_solidaires.people.writing import table_error
from tarifs_solidaires.values.inputs import Input

READ = (".xlsx", ".xlsm", ".ods", ".xls")
ROWS = 1_048_576  # of a sheet, for Excel
LONGEST = 32_767  # characters of a cell, for Excel


class WorkbookSource:
    """A sheet of a workbook; see ``open_workbook``."""

    unit: str
    word: str
    delimiter: str
    from_excel: bool
    path: Path

    unit, word, delimiter, from_excel = " rows", "line", ",", True

    def __init__(self, path: Path, sheet: str, rows: list[list[Any]], notation: Notation) -> None:
        self.path, self._sheet, self._done = path, sheet, 0
        start = next((n for n, row in enumerate(rows) if not all(map(is_empty, row))), None)
        if start is None:
            raise table_error("empty", path, "is empty", "name the columns on the first line")
        names = [text_of(cell).strip() for cell in rows[start]]
        while not names[-1]:
            names.pop()
        self.columns: Sequence[str] = names
        self.notation: Notation = notation
        self._start, self._rows = start, rows[start + 1 :]
        self.size: int | None = len(self._rows)

    @property
    def head(self) -> str:
        """Where the names of the columns stand."""
        return self.at(self._start + 1)

    def set_dates(self, order: str) -> None:
        """Say in which order day and month stand, before the rows are read."""
        self.notation = attrs.evolve(self.notation, dates=order)

    def done(self) -> int:
        """Return the number of rows that have been read."""
        return self._done

    def at(self, number: int) -> str:
        """Say where a row stands."""
        return Phrase(
            "{path} [{sheet}]: row {number}", path=str(self.path), sheet=self._sheet, number=number
        )

    def pieces(self, rows: int, inputs: Mapping[int, Input]) -> Iterator[Piece]:
        """Yield the rows, piece by piece; empty ones are left out."""
        width = len(self.columns)
        for start in range(0, len(self._rows), rows):
            some = self._rows[start : start + rows]
            self._done = start + len(some)
            kept = [n for n, row in enumerate(some) if not all(map(is_empty, row))]
            wrong: TableError | None = None
            for n in kept:
                if not all(map(is_empty, some[n][width:])):
                    wrong = table_error(
                        "width", self.at(self._start + 2 + start + n), "a cell is not in any column",
                        "name the column, or empty the cell",
                    )  # fmt: skip
                    kept = [k for k in kept if k < n]
                    break
            part = None
            if kept:
                columns = list(zip(*(some[n][:width] for n in kept), strict=True))
                lines = [self._start + 2 + start + n for n in kept]
                part = ObjectPart(columns, lines, self.columns, self.notation)
            yield known(part, wrong)


@contextmanager
def open_workbook(
    path: Path,
    decimal: str = "",
    dates: str = "",
    sheet: str | None = None,
    limits: Limits | None = None,
) -> Iterator[WorkbookSource]:
    """Open a sheet of a workbook: the one of a name, else the first that holds something.

    Parameters
    ----------
    path : Path
        An Excel or ODS file.
    decimal : {"", ".", ","}
        What marks the decimals of numbers that are texts, where someone said so.
    dates : {"", "dd/mm/yyyy", "mm/dd/yyyy"}
        In which order day and month stand in dates that are texts, where someone said so.
    sheet : str, optional
        Name of the sheet.
    limits : Limits, optional
        How large the file may be.

    Raises
    ------
    TableError
        Where python-calamine is not installed, or the file cannot be read, is damaged or too large.
    """
    limits = limits or Limits()
    with needs("workbooks"):
        import python_calamine
    content = checked_workbook(path, read_bytes(path, limits), limits)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        name, rows = _sheet(path, book, sheet, limits)
    except TableError:
        raise
    except BaseException as error:  # a panic of its Rust code is no Exception
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise damaged(path, error) from None
        raise
    yield WorkbookSource(path, name, rows, Notation.of(decimal, dates, ""))


def _sheet(
    path: Path, book: Any, wanted: str | None, limits: Limits
) -> tuple[str, list[list[Any]]]:
    if len(book.sheet_names) > limits.sheets:
        raise too_large(path, "sheets", limits.sheets)
    if wanted is not None and wanted not in book.sheet_names:
        raise table_error(
            "no_sheet", path, "there is no sheet {sheet!r}", nearest(wanted, book.sheet_names),
            sheet=wanted,
        )  # fmt: skip
    kinds = {data.name: str(data.typ) for data in book.sheets_metadata}
    found: tuple[str, list[list[Any]]] = ("", [])
    for name in [wanted] if wanted is not None else book.sheet_names:
        if "WorkSheet" not in kinds.get(name, "WorkSheet"):  # a sheet that is a chart
            continue
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > limits.cells:
            raise too_large(path, "cells", limits.cells)
        rows = sheet.to_python(skip_empty_area=False)
        if any(not is_empty(cell) for row in rows for cell in row):
            return name, rows
        found = (name, rows)
    return found


@contextmanager
def workbook_writer(
    file: BinaryIO, name: Path, columns: Sequence[str], inputs: Mapping[int, Input]
) -> Iterator[Callable[[Part, Sequence[ResultColumn]], None]]:
    """Give a function that writes rows with their results into an open XLSX file.

    Inputs are values of their kind; texts are cells of text, which no spreadsheet computes.
    """
    with needs("workbooks"):
        import xlsxwriter
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd",
    }  # fmt: skip
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet()
    row = 0

    def put(column: int, cell: object) -> None:
        if not _put(sheet, row, column, cell):
            raise table_error(
                "long_cell", name, "a text has more than {most:,} characters",
                "write .csv or .parquet", most=LONGEST,
            )  # fmt: skip

    def write(part: Part, results: Sequence[ResultColumn]) -> None:
        nonlocal row
        if not row:
            for column, heading in enumerate([*columns, *(c.name for c in results)]):
                put(column, heading)
        if row + len(part) >= ROWS:
            raise table_error(
                "too_many_rows", name, "a sheet has at most {most:,} rows",
                "write .csv or .parquet", most=ROWS,
            )  # fmt: skip
        values: list[Sequence[Any]] = list(part.texts())
        for position, item in inputs.items():
            if item.kind != "code":
                known = _listed(part.given(position, item).values, item.kind)
                # what is no value stays the text that it is
                values[position] = [
                    text or None if value is None else value
                    for value, text in zip(known, values[position], strict=True)
                ]
        values += [_python(column) for column in results]
        for cells in zip(*values, strict=True):
            row += 1
            for column, cell in enumerate(cells):
                put(column, cell)

    try:
        yield write
    finally:
        book.close()


def _python(column: ResultColumn) -> list[Any]:
    if column.is_number:
        return [None if x != x else x for x in column.values.tolist()]
    if column.words is None:
        return [None if x < 0 else bool(x) for x in column.values.tolist()]
    return column.texts()


def _listed(values: Any, kind: str) -> list[Any]:
    """Return values as Python has them, None where missing."""
    listed = np.asarray(values).tolist()
    cells = [None if is_empty(cell) else cell for cell in listed]
    return [None if c is None else bool(c) for c in cells] if kind == "flag" else cells


def _put(sheet: Any, row: int, column: int, cell: object) -> bool:
    """Write a cell; say whether it fits."""
    if cell is None or cell == "":
        return True
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float | np.number):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, cell)
    elif len(str(cell)) > LONGEST:
        return False
    else:
        sheet.write_string(row, column, str(cell))
    return True
