"""The facts of a table, each with its cell; what is no fact is left, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs

from prevision_cantine.city.office.grid import Grid, is_text, text_of
from prevision_cantine.city.office.mapping import MEASURES, Column, Table
from prevision_cantine.city.office.values import Cell, Reading, Span, read_day, read_number
from prevision_cantine.city.office.words import (
    is_closed,
    is_mark,
    is_service,
    is_total,
    simple,
    weekday_of,
)

MOST = 1e6  # meals of a cell
_FACTS = (*MEASURES, "plat", "type", "ouvre_le", "ferme_le")
_FIRST_OF_YEAR = (
    8  # a school year's enrolment counts from August: wherever it begins, none is served before
)


@attrs.frozen(order=True)
class Place:
    """A cell: its file, sheet and name."""

    file: str
    sheet: str
    cell: str


@attrs.frozen(kw_only=True)
class Fact:
    """A value that was understood.

    Parameters
    ----------
    kind : str
        ``reel``, ``prevision_agents``, ``effectif``, ``plat``, ``type``, ``ouvre_le`` or ``ferme_le``.
    canteen, service : str
        Of whom; empty where there is none.
    day : datetime.date or None
        When.
    value : float, str or datetime.date
        What.
    place : Place
        Where.
    text : str
        What the cell holds.
    """

    kind: str
    canteen: str = ""
    service: str = ""
    day: dt.date | None = None
    value: float | str | dt.date = ""
    place: Place
    text: str = ""


@attrs.frozen(kw_only=True)
class Left:
    """A cell that was not taken.

    Parameters
    ----------
    file, sheet, cell : str
        Where.
    text : str
        What it holds.
    code : str
        Why, a code that ``why`` explains.
    other : str
        The cell that it contradicts.
    """

    file: str
    sheet: str
    cell: str
    text: str
    code: str
    other: str = ""


@attrs.define
class Found:
    """What a table, a sheet or all sheets gave.

    Parameters
    ----------
    facts : list of Fact
        Values that were understood.
    left : list of Left
        Cells that were not taken.
    read : int
        Other cells that were taken, such as headings and days.
    read_at : list of (int, int)
        Rows and columns of those of one table.
    year_starts : set of (str, str, datetime.date)
        Sheet, year and first day of enrolments that are given by year.
    """

    facts: list[Fact] = attrs.field(factory=list)
    left: list[Left] = attrs.field(factory=list)
    read: int = 0
    read_at: list[tuple[int, int]] = attrs.field(factory=list)
    year_starts: set[tuple[str, str, dt.date]] = attrs.field(factory=set)


class Extractor:
    """Reads one table of a grid into facts.

    Parameters
    ----------
    grid : Grid
        The sheet, in the direction of the table.
    table : Table
        How to read it.
    """

    grid: Grid
    table: Table
    found: Found

    def __init__(self, grid: Grid, table: Table) -> None:
        self.grid, self.table, self.found = grid, table, Found()
        self.span: Span = Span.from_text(table.span) or Span()
        self.by_column: dict[int, Column] = {column.column: column for column in table.columns}
        self.days: tuple[Column, ...] = table.having("date")
        self.names: tuple[Column, ...] = table.having("cantine")
        self.services: tuple[Column, ...] = table.having("service")
        self.weekdays: tuple[Column, ...] = table.having("jour")
        self.since: tuple[Column, ...] = table.having("du", "annee")
        self._done: set[tuple[int, int]] = set()
        self._last_name = ""

    def run(self) -> tuple[Found, set[tuple[int, int]]]:
        """Return what was found, and the cells of the grid that were looked at."""
        for row in self.table.header:
            self._heading(row)
        last_day: dt.date | None = None
        for row in range(self.table.first, min(self.table.last + 1, len(self.grid.rows))):
            if self._is_empty(row) or row in self.table.header:
                continue
            last_day = self._row(row, last_day)
        return self.found, self._done

    def _is_empty(self, row: int) -> bool:
        return all(cell is None for cell in self.grid.rows[row])

    def _place(self, row: int, column: int) -> Place:
        return Place(self.table.file, self.table.sheet, self.grid.name(row, column))

    def _leave(self, row: int, column: int, code: str) -> None:
        if (row, column) not in self._done and self.grid.cell(row, column) is not None:
            self._done.add((row, column))
            at, text = self._place(row, column), str(self.grid.cell(row, column))
            left = Left(file=at.file, sheet=at.sheet, cell=at.cell, text=text, code=code)
            self.found.left.append(left)

    def _take(self, row: int, column: int) -> None:
        if (row, column) not in self._done and self.grid.cell(row, column) is not None:
            self._done.add((row, column))
            self.found.read_at.append((row, column))

    def _add(
        self,
        row: int,
        column: Column,
        day: dt.date | None,
        canteen: str,
        value: float | str | dt.date,
    ) -> None:
        number, role = column.column, column.role
        self._done.add((row, number))
        service = self._service(row, column) if role in MEASURES or role == "plat" else ""
        self.found.facts.append(
            Fact(
                kind=role, canteen=canteen, service=service, day=day, value=value,
                place=self._place(row, number), text=str(self.grid.cell(row, number)),
            )
        )  # fmt: skip

    def _heading(self, row: int) -> None:
        for column in range(self.grid.width):
            item = self.by_column.get(column)
            code = "unknown_column" if item is None else self._code(item)
            if code and row == self.table.header[-1]:
                self._leave(row, column, code)
            else:
                self._take(row, column)

    def _code(self, column: Column) -> str:
        """Return why the cells of a column are left; empty where they are read."""
        if column.role == "ignore":
            return "ignored_column"
        return {"total": "total", "?": "unknown_column"}.get(column.role, "")

    def _leave_row(self, row: int, code: str) -> None:
        for column in range(self.grid.width):
            self._leave(row, column, code)

    def _row(self, row: int, last_day: dt.date | None) -> dt.date | None:
        day, code = self._day(row)
        if self.days and day is None and not code:
            if self.table.fill_down and last_day is not None and self._canteen(row):
                day = last_day
            else:
                words = [text_of(c) for c in self.grid.rows[row] if is_text(c)]
                self._leave_row(row, "total" if any(map(is_total, words)) else "no_date")
                return last_day
        if code:
            cell = self.days[0].column
            self._leave(row, cell, code)
            self._leave_row(row, "bad_date_line" if code == "bad_date" else code)
            return last_day
        canteen = self._canteen(row)
        if self.names and (not canteen or is_total(canteen)):
            self._leave_row(row, "total" if canteen else "no_canteen")
            return day
        before = len(self.found.facts), len(self.found.left)
        for column in self.table.columns:
            self._cell(row, column, day, canteen)
        used = (len(self.found.facts), len(self.found.left)) != before
        for column in self.table.columns:
            if column.role in ("date", "jour", "cantine", "service", "annee", "du"):
                if used:
                    self._take(row, column.column)
                else:
                    self._leave(row, column.column, "unused")
        for column_number in range(self.grid.width):
            item = self.by_column.get(column_number)
            code = (self._code(item) if item else "") or "unknown_column"
            self._leave(row, column_number, code)
        return day

    def _day(self, row: int) -> tuple[dt.date | None, str]:
        """Return the day of a row; where its cell is no day, why."""
        if not self.days:
            return None, ""
        column = self.days[0].column
        cell = self.grid.cell(row, column)
        if cell is None:
            return None, ""
        if self.table.exchanged and isinstance(cell, dt.date) and cell.day <= 12:
            cell = dt.date(cell.year, cell.day, cell.month)
        reading = read_day(cell, self.span, headed=True)
        if reading is None:
            if is_text(cell) and is_total(text_of(cell)):
                return None, "total"
            others = [c for n, c in enumerate(self.grid.rows[row]) if n != column]
            return None, "bad_date" if any(c is not None for c in others) else "title"
        day = self._checked(row, reading)
        return day, "" if day else "bad_date"

    def _checked(self, row: int, reading: Reading) -> dt.date | None:
        day = reading.on(self.table.dates)
        for column in self.weekdays:
            named = weekday_of(self.grid.text(row, column.column))
            if day is not None and named not in (None, day.weekday()):
                return None
        return day

    def _canteen(self, row: int) -> str:
        if not self.names:
            return self.table.canteen
        name = " ".join(text for c in self.names if (text := self.grid.text(row, c.column)))
        if name and not is_total(name):
            self._last_name = name
        return name or (self._last_name if self.table.fill_down else "")

    def _service(self, row: int, column: Column) -> str:
        text = column.service or self.table.service
        for item in self.services:
            text = self.grid.text(row, item.column) or text
        return simple(text).replace(" ", "_") if is_service(text) else text

    def _cell(self, row: int, column: Column, day: dt.date | None, canteen: str) -> None:
        number, role = column.column, column.role
        cell = self.grid.cell(row, number)
        if cell is None or role not in _FACTS:
            return
        canteen = column.canteen or canteen
        if role in MEASURES:
            self._count(row, column, cell, day, canteen)
        elif role == "plat":
            text = text_of(cell)
            if not is_text(cell) or is_closed(text) or is_mark(text):
                self._leave(row, number, "empty_dish")
            else:
                self._add(row, column, day, "", text)
        elif role == "type" and canteen:
            self._add(row, column, None, canteen, text_of(cell))
        elif role in ("ouvre_le", "ferme_le"):
            reading = read_day(cell, Span(), headed=True)
            opened = reading.on(self.table.dates) if reading else None
            if opened is None:
                self._leave(row, number, "bad_date")
            else:
                self._add(row, column, None, canteen, opened)

    def _count(
        self, row: int, column: Column, cell: Cell, day: dt.date | None, canteen: str
    ) -> None:
        number = column.column
        if not canteen or canteen == "?":
            self._leave(row, number, "no_canteen")
            return
        if isinstance(cell, str) and (code := _word(cell)):
            self._leave(row, number, code)
            return
        value = read_number(cell, self.table.numbers)
        if value is None or value >= MOST:
            is_figure = value is not None or isinstance(cell, int | float)
            self._leave(row, number, "not_a_count" if is_figure else "not_a_number")
            return
        if column.role == "effectif" and day is None:
            day = self._since(row, column)
            if day is None:
                self._leave(row, number, "no_date")
                return
        if column.role == "reel" and value == 0:
            self._leave(row, number, "zero")
            return
        self._add(row, column, day, canteen, value)

    def _since(self, row: int, column: Column) -> dt.date | None:
        """Return the day from which an enrolment counts."""
        for item in self.table.having("du"):
            reading = read_day(self.grid.cell(row, item.column), self.span, headed=True)
            return reading.on(self.table.dates) if reading else None
        text = column.year or self.table.span
        for item in self.table.having("annee"):
            text = self.grid.text(row, item.column)
        span = Span.of(text) if Span.from_text(text) is None else Span.from_text(text)
        if span is None or span.year is None:
            return None
        month = span.month or (_FIRST_OF_YEAR if span.school_year else 1)
        day = dt.date(span.year_of(month) or span.year, month, 1)
        self.found.year_starts.add((self.table.sheet, text, day))
        return day


def _word(text: str) -> str:
    """Return why a cell of words has no number."""
    if is_mark(text):
        return "mark"
    return "closed" if is_closed(text) else ""


def rest(grid: Grid, looked_at: set[tuple[int, int]], code: str) -> Iterator[Left]:
    """Return the cells of a sheet that no table looked at.

    Parameters
    ----------
    grid : Grid
        The sheet, rows down.
    looked_at : set of (int, int)
        Rows and columns of the cells that a table looked at.
    code : str
        Why the others are left.

    Yields
    ------
    Left
        Cells, from the top; one that adds others up says so.
    """
    for row, cells in enumerate(grid.rows):
        total = any(is_total(text_of(cell)) for cell in cells if is_text(cell))
        for column, cell in enumerate(cells):
            if cell is not None and (row, column) not in looked_at:
                why = "total" if total and code == "title" else code
                yield Left(
                    file=grid.sheet.file, sheet=grid.sheet.name, cell=grid.name(row, column),
                    text=str(cell), code=why,
                )  # fmt: skip
