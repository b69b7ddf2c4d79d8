"""Personal data in what an office sends: refused in a table, hidden in a note beside it."""

from __future__ import annotations

from prevision_cantine.city.office.columns import is_count
from prevision_cantine.city.office.grid import Grid, is_text, place
from prevision_cantine.city.office.mapping import Table
from prevision_cantine.city.office.messages import OfficeError, clean
from prevision_cantine.files.privacy import kind_of_column, kind_of_value
from prevision_cantine.words.catalogue import Phrase

_LOOKED_AT = 40  # rows of a sheet without a table
_LONGEST = 60  # characters of a heading
HIDDEN = "[…]"


def refuse_personal(grid: Grid, table: Table) -> None:
    """Refuse a table one of whose headings or cells tells of a person.

    A canteen may be named after its street: a column of counts is not refused as an address.

    Raises
    ------
    OfficeError
        With the column and what it looks like; the value itself is never said.
    """
    rows = range(table.first, min(table.last + 1, len(grid.rows)))
    for column in range(grid.width):
        cells = [cell for row in rows if (cell := grid.cell(row, column)) is not None]
        counts = sum(map(is_count, cells)) > len(cells) / 2
        for row in table.header:
            heading = grid.text(row, column)
            kind = kind_of_column(heading) if len(heading) <= _LONGEST else None
            if kind is not None and not (counts and kind == "postal address"):
                _refuse_column(grid, row, column, kind)
    kinds: dict[str, str | None] = {}
    for row in rows:
        for column, cell in enumerate(grid.rows[row]):
            if isinstance(cell, str) or (isinstance(cell, int) and cell > 10**9):
                text = str(cell)
                if text not in kinds:
                    kinds[text] = kind_of_value(text)
                if (kind := kinds[text]) is not None:
                    where = clean(place(grid.sheet.name, "", grid.name(row, column)))
                    raise OfficeError(
                        "personal_value",
                        file=grid.sheet.file,
                        cell=where,
                        kind=Phrase.of(f"parts.{kind}"),
                    )


def refuse_rows(grid: Grid) -> None:
    """Refuse a sheet without a table whose headings tell of persons, such as a list of children.

    Raises
    ------
    OfficeError
        With the heading.
    """
    for row in range(min(len(grid.rows), _LOOKED_AT)):
        texts = [(n, grid.text(row, n)) for n, cell in enumerate(grid.rows[row]) if is_text(cell)]
        if len(texts) < 2:
            continue
        for column, text in texts:
            kind = kind_of_column(text) if len(text) <= _LONGEST else None
            if kind is not None:
                _refuse_column(grid, row, column, kind)


def _refuse_column(grid: Grid, row: int, column: int, kind: str) -> None:
    cell = clean(place(grid.sheet.name, "", grid.name(row, column)))
    heading = clean(grid.text(row, column))
    raise OfficeError(
        "personal_column",
        file=grid.sheet.file,
        cell=cell,
        heading=heading,
        kind=Phrase.of(f"parts.{kind}"),
    )


def hidden(text: str) -> str:
    """Return the text of a cell for a report, without what only persons have.

    Examples
    --------
    >>> hidden("Contact : cantine@example.org"), hidden("Fermé")
    ('[…]', 'Fermé')
    """
    return HIDDEN if kind_of_value(text) else text
