"""What a sheet holds, found from its headings and its cells: where the days are, what each column is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import attrs

from prevision_cantine.city.office.columns import columns_of, undated_columns
from prevision_cantine.city.office.grid import Grid, is_text, text_of
from prevision_cantine.city.office.mapping import Table
from prevision_cantine.city.office.sheets import Sheet
from prevision_cantine.city.office.values import (
    Reading,
    Span,
    decide_mark,
    decide_order,
    read_day,
)
from prevision_cantine.city.office.words import (
    is_service,
    is_total,
    roles_of,
    simple,
    weekday_of,
)

_SAMPLE = 400  # rows by which the column of days is found
_HEADER_ROWS = 3
_ANY_YEAR = 2000  # a leap year, in place of one that is not written
_ENOUGH = 0.5  # of the cells of a column that are days, for a column of days


def understand(sheet: Sheet) -> tuple[Table, ...]:
    """Return the tables of a sheet; what nothing decides is ``"?"`` in them.

    Parameters
    ----------
    sheet : Sheet
        The sheet.

    Returns
    -------
    tuple of Table
        One for each block of headings and rows; none where the sheet has no table.

    Examples
    --------
    >>> rows = (("Date", "Zola", "Hugo"), ("04/09/2023", "120", "80"), ("14/09/2023", "118", "Fermé"))
    >>> (table,) = understand(Sheet(file="a.csv", name="", rows=rows))
    >>> table.dates, [(c.role, c.canteen) for c in table.columns]
    ('dmy', [('date', ''), ('reel', 'Zola'), ('reel', 'Hugo')])
    """
    down = Grid(sheet)
    span = _title_span(sheet, down, 0, len(down.rows))
    found = _best(sheet, down, span)
    if not found and span.year is None:  # days that lack their year, which is asked
        some = _best(sheet, down, Span(_ANY_YEAR, span.month))
        found = tuple(
            attrs.evolve(t, span=t.span.replace(str(_ANY_YEAR), "").replace("/", "--"))
            for t in some
        )
    if found:
        return found
    table = _undated(down)
    return () if table is None else (table,)


def _best(sheet: Sheet, down: Grid, span: Span) -> tuple[Table, ...]:
    """Return the tables whose days run down the sheet, or across it where more do."""
    column, count = _day_column(down, span)
    if len(sheet.rows) <= 200 and down.width > 3:
        across = Grid(sheet, "columns")
        other, more = _day_column(across, span)
        if more >= 3 and more > count:
            return tuple(_dated(across, other, span))
    return tuple(_dated(down, column, span)) if count else ()


def _title_span(sheet: Sheet, grid: Grid, start: int, end: int) -> Span:
    """Return the month or year that the sheet's name, the lines above or the file's name give."""
    span = Span.of(sheet.name)
    for row in range(start, min(end, start + 12)):
        cells = [cell for cell in grid.rows[row] if cell is not None]
        if 1 <= len(cells) <= 3:
            for cell in cells:
                if is_text(cell) and read_day(cell, Span(_ANY_YEAR, 1), headed=False) is None:
                    span = span.filled(Span.of(text_of(cell)))
    return span.filled(Span.of(PurePath(sheet.file).stem))


def _readings(grid: Grid, column: int, span: Span, rows: Sequence[int]) -> dict[int, Reading]:
    found: dict[int, Reading] = {}
    headed = False
    for row in rows:
        cell = grid.cell(row, column)
        reading = read_day(cell, span, headed=headed)
        if reading is not None:
            found[row] = reading
        elif is_text(cell):
            heads = {"date", "jour"} if grid.axis == "rows" else {"date", "jour", "cantine"}
            headed = bool(roles_of(text_of(cell)) & heads)
    return found


def _day_column(grid: Grid, span: Span) -> tuple[int, int]:
    """Return the column that has days, the first of the fullest, and how many it has."""
    rows = range(min(len(grid.rows), _SAMPLE))
    counts = []
    for column in range(min(grid.width, 400)):
        filled = sum(grid.cell(row, column) is not None for row in rows)
        days = len(_readings(grid, column, span, rows)) if filled else 0
        headed = any(
            "date" in roles_of(grid.text(row, column))
            for row in list(rows)[:15]
            if is_text(grid.cell(row, column))
        )
        if days and (days >= 2 or headed) and days >= _ENOUGH * (filled - _HEADER_ROWS - 2):
            counts.append((headed, days, -column))
    if not counts:
        return 0, 0
    _, days, column = max(counts)
    return -column, days


def _dated(grid: Grid, column: int, span: Span) -> Iterator[Table]:
    every = range(len(grid.rows))
    days = sorted(_readings(grid, column, span, every))
    if not days:
        return
    starts = [days[0]]
    known = {simple(text) for text in _texts(grid, days[0] - 1)}
    dated = set(days)
    for row in range(days[0], days[-1]):
        if row in dated:
            continue
        texts = _texts(grid, row)
        if not texts or (grid.cell(row, column) is None and len(texts) < 2):
            continue
        same = sum(simple(text) in known for text in texts)
        heading = bool(roles_of(grid.text(row, column)) & {"date", "jour"})
        if heading or same * 2 > len(texts):
            following = next(day for day in days if day > row)
            if following not in starts:
                starts.append(following)
    for number, first in enumerate(starts):
        top = 0 if number == 0 else max(day for day in days if day < first) + 1
        before = starts[number + 1] if number + 1 < len(starts) else len(grid.rows)
        last = max(day for day in days if day < before)
        yield _block(grid, column, top, first, last, span)


def _texts(grid: Grid, row: int) -> list[str]:
    if not 0 <= row < len(grid.rows):
        return []
    return [text_of(cell) for cell in grid.rows[row] if is_text(cell)]


def _block(grid: Grid, column: int, top: int, first: int, last: int, whole: Span) -> Table:
    """Return the table of the rows ``first`` to ``last``, whose headings and titles begin at ``top``."""
    span = _title_span(grid.sheet, grid, top, first).filled(whole)
    header = _header_rows(grid, column, top, first)
    rows = range(first, last + 1)
    readings = _readings_of_table(grid, column, span, rows)
    table = Table(
        file=grid.sheet.file, sheet=grid.sheet.name, axis=grid.axis, header=header, first=first,
        last=last, span=span.to_text(),
    )  # fmt: skip
    titles = [grid.sheet.name]
    titles += [text for row in range(top, first) if row not in header for text in _texts(grid, row)]
    table = columns_of(grid, table, column, titles)
    table = attrs.evolve(table, dates=_order(grid, table, column, readings, span))
    return attrs.evolve(table, numbers=_mark(grid, table))


def _readings_of_table(
    grid: Grid, column: int, span: Span, rows: Sequence[int]
) -> dict[int, Reading]:
    """Return the days of a column that is known to have them, figures included."""
    found = ((row, read_day(grid.cell(row, column), span, headed=True)) for row in rows)
    return {row: reading for row, reading in found if reading is not None}


def _order(grid: Grid, table: Table, column: int, readings: dict[int, Reading], span: Span) -> str:
    """Return the order of day and month, to which a column of weekdays testifies too."""
    named = [item.column for item in table.having("jour")]
    seen = []
    for row, reading in readings.items():
        weekdays = [w for n in named if (w := weekday_of(grid.text(row, n))) is not None]
        if weekdays and reading.weekday is None:
            reading = attrs.evolve(reading, weekday=weekdays[0])
        seen.append(reading)
    return decide_order(seen, span)


def _mark(grid: Grid, table: Table) -> str:
    counted = [item.column for item in table.having("reel", "prevision_agents", "effectif")]
    rows = range(table.first, table.last + 1)
    return decide_mark(grid.cell(row, column) for column in counted for row in rows)


def _header_rows(grid: Grid, column: int, top: int, first: int) -> tuple[int, ...]:
    """Return the rows of headings above the first day: the nearest, and those that complete it."""
    nearest = first - 1
    while nearest >= top and not any(
        cell is not None for n, cell in enumerate(grid.rows[nearest]) if n != column
    ):
        nearest -= 1
    if nearest < top:
        return (first - 1,) if first - 1 >= top and grid.cell(first - 1, column) else ()
    rows = [nearest]
    for row in range(nearest - 1, max(top, nearest - _HEADER_ROWS + 1) - 1, -1):
        besides = [text for n in range(column + 1, grid.width) if (text := grid.text(row, n))]
        besides = [text for text in besides if not is_total(text)]
        if not besides:
            break
        named = all(map(_is_role_word, besides))
        below = [grid.text(rows[0], n) for n in range(grid.width) if n != column]
        below = [text for text in below if text and not is_total(text)]
        repeats = max(Counter(below).values(), default=0) > 1
        completed = all(map(_is_role_word, below)) or repeats
        if not named and not (len(besides) > 1 and completed):
            break
        rows.insert(0, row)
    return tuple(rows)


def _is_role_word(text: str) -> bool:
    return is_service(text) or bool(roles_of(text) & {"reel", "prevision_agents", "effectif"})


def _undated(grid: Grid) -> Table | None:
    """Return a table of canteens without days: enrolments, types; None where there is none."""
    for row in range(min(len(grid.rows), 15)):
        texts = {n: grid.text(row, n) for n in range(grid.width) if grid.cell(row, n) is not None}
        if len(texts) < 2 or not any("cantine" in roles_of(text) for text in texts.values()):
            continue
        last = len(grid.rows) - 1
        while last > row and all(cell is None for cell in grid.rows[last]):
            last -= 1
        if last == row:
            return None
        span = _title_span(grid.sheet, grid, 0, row)
        table = Table(
            file=grid.sheet.file, sheet=grid.sheet.name, header=(row,), first=row + 1, last=last,
            span=span.to_text(), columns=undated_columns(grid, row, last),
        )  # fmt: skip
        if not table.having("effectif", "type", "ouvre_le", "ferme_le"):
            return None
        table = attrs.evolve(table, numbers=_mark(grid, table))
        dated = table.having("du", "ouvre_le", "ferme_le")
        cells = [(r, c.column) for c in dated for r in range(table.first, last + 1)]
        read = (read_day(grid.cell(r, c), Span(), headed=True) for r, c in cells)
        return attrs.evolve(table, dates=decide_order((r for r in read if r), Span()))
    return None
