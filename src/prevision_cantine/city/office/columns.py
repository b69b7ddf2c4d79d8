"""What each column of a table is, from its headings and what stands below them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import attrs

from prevision_cantine.city.office.grid import Grid, is_text, text_of
from prevision_cantine.city.office.mapping import MEASURES, Column, Table
from prevision_cantine.city.office.values import Span, read_day, read_number
from prevision_cantine.city.office.words import (
    is_closed,
    is_mark,
    is_service,
    is_total,
    roles_of,
    simple,
    weekday_of,
)

_WORDS = ("cantine", "service", "plat", "type", "annee")  # roles whose cells are words
_MOSTLY = 0.5
_SAMPLE = 2_000  # rows by which a column is judged


@attrs.frozen
class Cells:
    """What the cells of a column are, as shares of those that are not empty."""

    filled: int
    counts: float
    texts: float
    days: float
    weekdays: float
    services: float
    distinct: int


def _look(grid: Grid, column: int, rows: Sequence[int], span: Span) -> Cells:
    some = rows[:: max(1, len(rows) // _SAMPLE)]
    cells = [cell for row in some if (cell := grid.cell(row, column)) is not None]
    if not cells:
        cells = [cell for row in rows if (cell := grid.cell(row, column)) is not None]
    filled = len(cells)
    if not filled:
        return Cells(0, 0, 0, 0, 0, 0, 0)
    texts = [text_of(cell) for cell in cells if is_text(cell)]
    words = [text for text in texts if not is_closed(text) and not is_mark(text)]

    def share(count: int) -> float:
        return count / filled

    return Cells(
        filled=filled,
        counts=share(sum(map(is_count, cells))),
        texts=share(len(words)),
        days=share(sum(read_day(cell, span, headed=False) is not None for cell in cells)),
        weekdays=share(sum(weekday_of(text) is not None for text in texts)),
        services=share(sum(map(is_service, texts))),
        distinct=len(set(words)),
    )


def is_count(cell: object) -> bool:
    """Return whether a cell is a number, in either writing."""
    if isinstance(cell, str):
        return any(read_number(cell, mark) is not None for mark in (",", "."))
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def columns_of(grid: Grid, table: Table, days: int, titles: Sequence[str]) -> Table:
    """Return a table with the role of each of its columns.

    Parameters
    ----------
    grid : Grid
        Its sheet.
    table : Table
        The table: its rows of headings and of data.
    days : int
        The column that has the days.
    titles : sequence of str
        Name of the sheet and what is written above the headings.

    Returns
    -------
    Table
        With ``columns``, and ``canteen`` and ``service`` where the sheet has one.
    """
    span = Span.from_text(table.span) or Span()
    rows = range(table.first, table.last + 1)
    stacks = _stacks(grid, table.header, days)
    looks = {n: _look(grid, n, rows, span) for n in range(grid.width)}
    columns = [
        _column(n, stacks[n], looks[n], is_day=n == days)
        for n in range(grid.width)
        if looks[n].filled or (stacks[n] and any(stacks[n]))
    ]
    roles = {column.role for column in columns}
    service = next((text for text in titles if is_service(text)), "")
    measure = _measure_of(titles)
    if "cantine" not in roles and "plat" not in roles:
        has_canteens = any(column.canteen for column in columns)
        bare = {c.role for c in columns if c.role in MEASURES and not c.canteen}
        if not has_canteens and not bare & {"reel", "prevision_agents"}:
            columns = [_as_canteen(c, looks[c.column], stacks[c.column], measure) for c in columns]
        elif has_canteens:
            columns = [
                attrs.evolve(c, role="?") if c.role in MEASURES and not c.canteen else c
                for c in columns
            ]
        columns = _without_sums(grid, table, columns)
    columns = [
        attrs.evolve(c, role=measure)
        if c.role == "reel" and c.canteen and _is_plain(c, stacks)
        else c
        for c in columns
    ]
    table = attrs.evolve(table, columns=tuple(columns), service=service)
    alone = not table.having("cantine") and any(
        c.role in MEASURES and not c.canteen for c in columns
    )
    return attrs.evolve(table, canteen=_one_canteen(table, titles) if alone else "")


def _stacks(grid: Grid, header: Sequence[int], days: int) -> dict[int, tuple[str, ...]]:
    """Return the headings of each column; one of an upper row goes on until the next."""
    found: dict[int, tuple[str, ...]] = dict.fromkeys(range(grid.width), ())
    for row in header:
        going_on = ""
        for n in range(grid.width):
            text = grid.text(row, n)
            if row != header[-1] and n > days:
                going_on = text or going_on
                below = any(grid.text(lower, n) for lower in header if lower > row)
                text = text or (going_on if below else "")
            found[n] = (*found[n], text)
    return found


def _column(number: int, stack: Sequence[str], look: Cells, *, is_day: bool) -> Column:
    heading = " / ".join(text for text in stack if text)
    column = Column(column=number, heading=heading)
    if is_day:
        return attrs.evolve(column, role="date")
    if any(is_total(text) for text in stack if text):
        return attrs.evolve(column, role="total")
    if any("ignore" in roles_of(text) for text in stack if text):
        return attrs.evolve(column, role="ignore")
    measures = [
        m
        for text in stack
        if text and look.texts <= max(look.counts, _MOSTLY)
        for m in _measures(text)
    ]
    services = [text for text in stack if text and is_service(text)]
    names = [text for text in stack if text and not _measures(text) and not is_service(text)]
    if look.weekdays > _MOSTLY and look.days < _MOSTLY:
        return attrs.evolve(column, role="jour")
    if (look.texts >= _MOSTLY and look.texts > look.counts) or look.services > _MOSTLY:
        return attrs.evolve(column, role=_role_of_words(stack, look))
    if measures and look.days <= look.counts:
        canteen = names[0] if len(names) == 1 and len(stack) > 1 else ""
        service = services[0] if services else ""
        role = measures[0] if len(set(measures)) == 1 and len(names) <= 1 else "?"
        return attrs.evolve(column, role=role, canteen=canteen, service=service)
    if services and look.counts > 0:
        canteen = names[0] if len(names) == 1 else ""
        return attrs.evolve(column, role="reel", canteen=canteen, service=services[0])
    return column


def _measures(text: str) -> list[str]:
    roles = roles_of(text)
    return [measure for measure in MEASURES if measure in roles]


def _role_of_words(stack: Sequence[str], look: Cells) -> str:
    roles = {role for text in stack if text for role in roles_of(text)}
    if "service" in roles and look.services > _MOSTLY:
        return "service"
    for role in _WORDS:
        if role in roles and (role != "service" or look.distinct <= 6):
            return role
    return "?"


def _as_canteen(column: Column, look: Cells, stack: Sequence[str], measure: str) -> Column:
    """Return a column that has no role as a canteen's, where it has a name and counts."""
    wanted = column.role == "?" or (column.role == "reel" and column.service)
    if not wanted or look.days > look.counts or look.texts > max(look.counts, _MOSTLY / 2):
        return column
    names = [text for text in stack if text and not is_service(text)]
    if not names or not any(map(str.isalpha, names[-1])):
        return column
    if roles_of(names[-1]) & {"cantine", "date", "jour", "annee", "du"}:
        return column
    return attrs.evolve(column, role=measure, canteen=" ".join(names))


def _is_plain(column: Column, stacks: dict[int, tuple[str, ...]]) -> bool:
    """Return whether none of the headings of a column says what it counts."""
    return not any(_measures(text) for text in stacks[column.column] if text)


def _measure_of(titles: Sequence[str]) -> str:
    """Return what a sheet counts whose headings do not say: meals served unless its title does."""
    for text in titles:
        whole = _measures(text)
        if whole:
            return _unless_people(whole[0])
    said = {
        measure
        for text in titles
        for word in simple(text).split()
        for measure in _measures(word)
        if measure != "reel"
    }
    served = any("reel" in _measures(word) for text in titles for word in simple(text).split())
    if said and served:
        return "?"
    return _unless_people(said.pop()) if len(said) == 1 else "?" if said else "reel"


def _unless_people(measure: str) -> str:
    """Return what a title says is counted; those enrolled and those served are both "effectifs"."""
    return "?" if measure == "effectif" else measure


def _without_sums(grid: Grid, table: Table, columns: list[Column]) -> list[Column]:
    """Return the columns, one that adds all others up marked as a total."""
    counted = [c for c in columns if c.role in MEASURES and c.canteen]
    if len(counted) < 3:
        return columns
    numbers: dict[int, list[float]] = {
        c.column: [
            read_number(grid.cell(row, c.column), ",") or 0.0
            for row in range(table.first, table.last + 1)
        ]
        for c in counted
    }
    every = [sum(row) for row in zip(*numbers.values(), strict=True)]
    sums = {
        number
        for number, values in numbers.items()
        if sum(v > 0 for v in values) >= 2
        and all(abs(2 * v - total) < 0.5 for v, total in zip(values, every, strict=True))
    }
    return [attrs.evolve(c, role="total", canteen="") if c.column in sums else c for c in columns]


def _one_canteen(table: Table, titles: Sequence[str]) -> str:
    """Return the canteen of a sheet that has one: the sheet's name, or the file's; "?" otherwise."""
    stem = PurePath(table.file).stem
    for name in (titles[0], *([stem] if not table.sheet else [])):
        span = Span.of(name)
        plain = simple(name)
        generic = plain.startswith(("feuil", "sheet", "planilha", "tabelle", "export", "plan"))
        if plain and not generic and span == Span() and not roles_of(name) and not is_service(name):
            return text_of(name)
    return "?"


def undated_columns(grid: Grid, header: int, last: int) -> tuple[Column, ...]:
    """Return the columns of a table of canteens that has no days."""
    rows = range(header + 1, last + 1)
    found = []
    for n in range(grid.width):
        heading = grid.text(header, n)
        look = _look(grid, n, rows, Span())
        if not look.filled and not heading:
            continue
        column = Column(column=n, heading=heading)
        roles = roles_of(heading)
        span = Span.of(heading)
        kinds = [r for r in ("cantine", "service", "type", "annee") if r in roles]
        dated = [r for r in ("ouvre_le", "ferme_le", "du") if r in roles]
        if is_total(heading):
            column = attrs.evolve(column, role="total")
        elif dated:
            column = attrs.evolve(column, role=dated[0])
        elif kinds:
            column = attrs.evolve(column, role=kinds[0])
        elif "effectif" in roles and look.texts < _MOSTLY:
            column = attrs.evolve(column, role="effectif")
        elif span.year and look.counts >= _MOSTLY:
            column = attrs.evolve(
                column, role="effectif", year=attrs.evolve(span, month=None).to_text()
            )
        found.append(column)
    return tuple(found)
