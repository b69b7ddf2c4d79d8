"""A sheet seen with its days running down, and the names of its cells as the office sees them."""

from __future__ import annotations

import attrs

from prevision_cantine.city.office.mapping import letters
from prevision_cantine.city.office.sheets import Sheet
from prevision_cantine.city.office.values import Cell


@attrs.frozen
class Grid:
    """A rectangle of cells.

    Parameters
    ----------
    sheet : Sheet
        Where they stand.
    axis : {"rows", "columns"}
        Whether the rows of the grid are those of the sheet, or its columns.
    """

    sheet: Sheet
    axis: str = "rows"
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(init=False, repr=False)
    width: int = attrs.field(init=False)

    @rows.default
    def _rows(self) -> tuple[tuple[Cell, ...], ...]:
        rows = self.sheet.rows
        if self.axis == "rows":
            return rows
        width = max(map(len, rows), default=0)
        return tuple(
            tuple(row[column] if column < len(row) else None for row in rows)
            for column in range(width)
        )

    @width.default
    def _width(self) -> int:
        return max(map(len, self.rows), default=0)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell, None outside the sheet."""
        if not 0 <= row < len(self.rows) or not 0 <= column < len(self.rows[row]):
            return None
        return self.rows[row][column]

    def text(self, row: int, column: int) -> str:
        """Return a cell as text, empty where it is."""
        return text_of(self.cell(row, column))

    def name(self, row: int, column: int) -> str:
        """Return the name of a cell, such as ``B4``."""
        if self.axis == "columns":
            row, column = column, row
        return f"{letters(column)}{row + 1}"

    def where(self, row: int, column: int) -> str:
        """Return the file, sheet and name of a cell."""
        return place(self.sheet.file, self.sheet.name, self.name(row, column))


def place(file: str, sheet: str, cell: str = "") -> str:
    """Return where a cell stands, for a message."""
    return " ".join(part for part in (file, f"[{sheet}]" if sheet else "", cell) if part)


def text_of(cell: Cell) -> str:
    """Return a cell as text, its spaces single.

    Examples
    --------
    >>> text_of(12), text_of("  École   Zola "), text_of(None)
    ('12', 'École Zola', '')
    """
    return "" if cell is None else " ".join(str(cell).split())


def is_text(cell: Cell) -> bool:
    """Return whether a cell holds a text with a letter in it."""
    return isinstance(cell, str) and any(map(str.isalpha, cell))
