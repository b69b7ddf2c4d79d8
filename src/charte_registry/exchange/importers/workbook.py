"""Workbooks as plain sheets of values, ODS and XLSX alike."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import attrs

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits, cell_name, checked_workbook

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
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]

    def where(self, row: int, column: int) -> str:
        """Return the name of a cell, with that of the sheet."""
        return f"{self.name}!{cell_name(row, column)}"


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
    try:
        import python_calamine as calamine
    except ImportError:
        raise RegisterError(
            "reading a workbook needs python-calamine: pip install 'charte-donnee[workbooks]'"
        ) from None
    _, content = checked_workbook(path, limits or Limits())
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return tuple(
            Sheet(name=name, rows=_rows(book.get_sheet_by_name(name))) for name in book.sheet_names
        )
    except (calamine.CalamineError, ValueError, OverflowError) as error:
        raise RegisterError(
            f"{path}: no workbook that can be read ({error}); save it again with an office suite"
        ) from None


def _rows(sheet: object) -> tuple[tuple[Cell, ...], ...]:
    rows = sheet.to_python(skip_empty_area=False)  # type: ignore[attr-defined]
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
