"""Which of two figures is the day, where one table leaves it open and the others of an import do not."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from prevision_cantine.city.office.grid import Grid
from prevision_cantine.city.office.mapping import Table
from prevision_cantine.city.office.sheets import Sheet
from prevision_cantine.city.office.values import SURE, Reading, Span, read_day

ROLES = ("date", "du", "ouvre_le", "ferme_le")

OfSheet = tuple[Sheet, tuple[Table, ...]]


def settle_order(
    found: Sequence[OfSheet],
) -> tuple[list[OfSheet], tuple[tuple[Table, Table], ...]]:
    """Give tables whose dates can be read two ways the order that all others have.

    Enrolments often begin on the first of a month alone, ``01/09/2023``, beside meals on all its
    days; an office writes both alike.

    Parameters
    ----------
    found : sequence of (Sheet, tuple of Table)
        The sheets of an import with their tables.

    Returns
    -------
    found : list of (Sheet, tuple of Table)
        The same, settled where every dated text of the other tables has one order and the open
        dates are days in it.
    settled : tuple of (Table, Table)
        Each table that was settled, and the one that decided.
    """
    decided: dict[str, Table] = {}
    for sheet, tables in found:
        for table in tables:
            if table.take and table.dates != "?" and _open(sheet, table):
                decided.setdefault(table.dates, table)
    if len(decided) != 1:
        return list(found), ()
    ((order, witness),) = decided.items()
    result: list[OfSheet] = []
    settled: list[tuple[Table, Table]] = []
    for sheet, tables in found:
        kept = []
        for table in tables:
            readings = _open(sheet, table) if table.take and table.dates == "?" else []
            if readings and all(reading.on(order) is not None for reading in readings):
                table = attrs.evolve(table, dates=order)
                settled.append((table, witness))
            kept.append(table)
        result.append((sheet, tuple(kept)))
    return result, tuple(settled)


def _open(sheet: Sheet, table: Table) -> list[Reading]:
    """Return the days of a table that are texts with figures alone, which need an order."""
    grid, span = Grid(sheet, table.axis), Span.from_text(table.span) or Span()
    rows = range(table.first, min(table.last + 1, len(grid.rows)))
    read = (
        read_day(grid.cell(row, column.column), span, headed=True)
        for column in table.having(*ROLES)
        for row in rows
    )
    return [reading for reading in read if reading is not None and SURE not in reading.days]
