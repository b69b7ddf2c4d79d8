"""What has to be asked of the person who knows the table, because nothing in it decides."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from prevision_cantine.city.office.columns import is_count
from prevision_cantine.city.office.grid import Grid, is_text, place, text_of
from prevision_cantine.city.office.mapping import MEASURES, Table, letters
from prevision_cantine.city.office.messages import clean, say
from prevision_cantine.city.office.values import MARKS, SURE, Cell, Span, read_day, read_number
from prevision_cantine.city.office.words import is_closed, is_mark, is_total, roles_of

_MOSTLY = 0.5
_SHOWN = 4

Asked = Callable[[str, int, int, str], "Question"]


@attrs.frozen(kw_only=True)
class Question:
    """Something that nothing in a table decides.

    Parameters
    ----------
    file, sheet, cell : str
        Where.
    code : str
        What is asked.
    text : str
        What stands there.
    """

    file: str
    sheet: str
    cell: str
    code: str
    text: str

    def to_text(self, lang: str) -> str:
        """Return the question, and the key of the mapping file that answers it."""
        where = clean(place(self.file, self.sheet, self.cell))
        return say(self.code, lang, where=where, text=clean(self.text))


def questions(grid: Grid, table: Table) -> Iterator[Question]:
    """Return what has to be asked before a table can be read.

    Parameters
    ----------
    grid : Grid
        The sheet, in the direction of the table.
    table : Table
        What was understood, or what the person said.

    Yields
    ------
    Question
        Questions.
    """

    def asked(code: str, row: int, column: int, text: str) -> Question:
        return Question(
            file=table.file, sheet=table.sheet, cell=grid.name(row, column), code=code, text=text
        )

    def named(columns: list[int]) -> str:
        heads = {item.column: item.heading for item in table.columns}
        shown = [f"{letters(n)} {heads.get(n, '')}".strip() for n in columns[:_SHOWN]]
        return ", ".join(shown) + (" …" if len(columns) > _SHOWN else "")

    rows = range(table.first, min(table.last + 1, len(grid.rows)))
    head = table.header[-1] if table.header else table.first
    days = [item.column for item in table.having("date")]
    if table.dates == "?":
        yield next(_dates(grid, table, rows, asked), asked("ask_dates", head, 0, ""))
    elif days and table.exchanged is None and (at := _exchanged(grid, rows, days[0])) is not None:
        yield asked("ask_exchanged", at, days[0], grid.text(at, days[0]))
    if days and (Span.from_text(table.span) or Span()).year is None and _is_yearless(grid, table):
        yield asked("ask_span", table.first, days[0], grid.text(table.first, days[0]))
    if table.numbers == "?":
        yield next(_numbers(grid, table, rows, asked), asked("ask_numbers", head, 0, ""))
    unknown = {
        item.column: [c for row in rows if (c := grid.cell(row, item.column)) is not None]
        for item in table.having("?")
    }
    span = Span.from_text(table.span) or Span()
    dated = [
        n
        for n, cells in unknown.items()
        if cells
        and sum(read_day(c, span, headed=False) is not None for c in cells) > _MOSTLY * len(cells)
    ]
    if days and (dated or len(days) > 1):
        both = days + dated
        yield asked("ask_two_dates", head, both[1], named(both))
    counted = [
        n
        for n, cells in unknown.items()
        if cells and sum(map(is_count, cells)) > _MOSTLY * len(cells)
    ]
    unsaid = [item.column for item in table.having("?") if item.canteen]
    measured = table.having(*MEASURES, "plat", "type", "ouvre_le", "ferme_le")
    # Beside the columns of some services, one more column of counts may be another service.
    served = any(item.service for item in table.having(*MEASURES))
    if unsaid or (counted and (served or not measured)):
        some = unsaid or counted
        yield asked("ask_meals", head, some[0], named(some))
    yield from _canteens(table, head, unknown, asked, named)
    same = Counter((c.role, c.canteen, c.service) for c in table.having(*MEASURES) if not c.year)
    for key, count in same.items():
        if count > 1:
            some = [
                c.column for c in table.having(*MEASURES) if (c.role, c.canteen, c.service) == key
            ]
            yield asked("ask_same", head, some[1], named(some))
    if days and table.fill_down is None and table.having("cantine"):
        for row in rows:
            if _is_half_filled(grid, table, row):
                text = grid.text(row, _first(table)) or grid.text(row, days[0])
                yield asked("ask_fill", row, days[0], text)
                break
    if days and table.headings_inside:
        yield from _headings(grid, table, rows, days[0], asked)
    if not days and table.having("effectif") and not table.having("du", "annee"):
        bare = [c for c in table.having("effectif") if not c.year]
        if bare and span.year is None:
            yield asked("ask_year", head, bare[0].column, bare[0].heading)


def _first(table: Table) -> int:
    return table.having("cantine")[0].column


def _is_half_filled(grid: Grid, table: Table, row: int) -> bool:
    """Return whether a line has counts, and a canteen without a day or a day without a canteen."""
    day = grid.cell(row, table.having("date")[0].column) is not None
    named = any(grid.text(row, column.column) for column in table.having("cantine"))
    words = [text_of(cell) for cell in grid.rows[row] if is_text(cell)]
    counts = any(is_count(grid.cell(row, c.column)) for c in table.having(*MEASURES))
    return day != named and counts and not any(map(is_total, words))


def _dates(grid: Grid, table: Table, rows: range, asked: Asked) -> Iterator[Question]:
    span = Span.from_text(table.span) or Span()
    for column in table.having("date", "du", "ouvre_le", "ferme_le"):
        for row in rows:
            reading = read_day(grid.cell(row, column.column), span, headed=True)
            if reading and SURE not in reading.days and len(set(reading.days.values())) > 1:
                yield asked("ask_dates", row, column.column, grid.text(row, column.column))


def _exchanged(grid: Grid, rows: range, day: int) -> int | None:
    """Return a row whose true date may have its day and month exchanged.

    A spreadsheet set to another country makes dates of 01/02 to 12/12, months first, and leaves
    13/02 and the like as texts: then every true date falls on the days 1 to 12, and no text does.
    """
    true = [row for row in rows if isinstance(grid.cell(row, day), dt.date)]
    texts = [
        reading
        for row in rows
        if isinstance(cell := grid.cell(row, day), str)
        and (reading := read_day(cell, Span(), headed=False))
        and SURE not in reading.days
    ]
    beyond = all(min(r.days.values()).day > 12 and len(r.days) == 1 for r in texts)
    if true and texts and beyond and all(grid.cell(row, day).day <= 12 for row in true):  # type: ignore[union-attr]
        return true[0]
    return None


def _is_yearless(grid: Grid, table: Table) -> bool:
    """Return whether the days of a table lack a year, which neither its title nor the file gives."""
    column = table.having("date")[0].column
    return read_day(grid.cell(table.first, column), Span(), headed=True) is None


def _numbers(grid: Grid, table: Table, rows: range, asked: Asked) -> Iterator[Question]:
    for column in table.having(*MEASURES):
        for row in rows:
            cell = grid.cell(row, column.column)
            if isinstance(cell, str) and len({read_number(cell, mark) for mark in MARKS}) > 1:
                yield asked("ask_numbers", row, column.column, grid.text(row, column.column))


def _canteens(
    table: Table,
    head: int,
    unknown: Mapping[int, Sequence[Cell]],
    asked: Asked,
    named: Callable[[list[int]], str],
) -> Iterator[Question]:
    if table.having("cantine") or not any(not c.canteen for c in table.having(*MEASURES)):
        return
    repeated = []
    for column, cells in unknown.items():
        words = [text_of(c) for c in cells if is_text(c) and not is_closed(text_of(c))]
        if len(words) > _MOSTLY * (table.last - table.first + 1) and len(set(words)) > 1:
            repeated.append(column)
    if repeated:
        yield asked("ask_canteen", head, repeated[0], named(repeated))
    elif table.canteen in ("", "?"):
        yield asked("ask_one_canteen", head, 0, "")


def _headings(grid: Grid, table: Table, rows: range, day: int, asked: Asked) -> Iterator[Question]:
    """Ask about a line inside the data whose cells are words where counts are expected."""
    counted = [c.column for c in table.having(*MEASURES)]
    for row in rows:
        if grid.cell(row, day) is not None and not is_text(grid.cell(row, day)):
            continue
        if read_day(grid.cell(row, day), Span(2000, 1), headed=True) is not None:
            continue
        texts = [grid.text(row, n) for n in counted if is_text(grid.cell(row, n))]
        texts = [t for t in texts if not is_closed(t) and not is_mark(t) and not is_total(t)]
        known = [t for t in texts if roles_of(t)]
        if len(texts) >= 2 and 2 * len(texts) >= len(counted) and len(known) < len(texts):
            yield asked("ask_heading", row, counted[0], ", ".join(texts[:_SHOWN]))
