"""The lists of the site: what stands in each column, in pages that need no script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from charte_registry.publish.site.entries import Teller
from charte_registry.publish.site.layout import Aspect, Layout
from charte_registry.publish.site.naming import aspect_label
from charte_registry.publish.site.reach import is_placeholder, reach, title_of
from charte_registry.publish.site.words import heading
from charte_registry.register import Register

ROWS = 100  # of a page of a list
VALUES = 3  # of a cell
LETTERS = 80  # of a value in a cell

Raw = tuple[tuple[Any, Any], ...]
Incoming = Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]


@attrs.frozen
class Row:
    """A record in a list: its page, its name and what stands in the columns."""

    stem: str
    title: str
    placeholder: bool
    cells: tuple[tuple[str, ...], ...]


@attrs.frozen
class Table:
    """The records of a kind as rows, those that are placeholders last.

    Parameters
    ----------
    kind : str
        The kind.
    labels : tuple of str
        What each aspect is called.
    columns : int
        How many aspects are columns, the first ones.
    filters : tuple of int
        Positions of the aspects that are filters.
    rows : tuple of Row
        A cell an aspect.
    orders : tuple of mapping of str to str
        For each aspect, what values are sorted by where it is not their text, such as dates.
    """

    kind: str
    labels: tuple[str, ...]
    columns: int
    filters: tuple[int, ...]
    rows: tuple[Row, ...]
    orders: tuple[Mapping[str, str], ...]

    def pages(self) -> Iterator[tuple[int, Sequence[Row]]]:
        """Yield the number and the rows of each page of the list; one where there is no row."""
        for number, start in enumerate(range(0, max(len(self.rows), 1), ROWS), 1):
            yield number, self.rows[start : start + ROWS]

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-len(self.rows) // ROWS))


def raw_cells(
    register: Register, layout: Layout, kind: str, incoming: Incoming
) -> dict[str, tuple[tuple[Aspect, Raw], ...]]:
    """Return what stands at the aspects of each record, the same for every language.

    A path such as ``<algorithmes`` stands for the records of that kind that name the record.
    """

    def found(name: str, record: Any, path: str) -> Iterator[tuple[Any, Any]]:
        if path.startswith("<"):
            for other in incoming.get((kind, name), {}).get(path[1:], ()):
                yield None, other
        else:
            yield from reach(register, record, path)

    return {
        name: tuple(
            (aspect, tuple(one for path in aspect.paths for one in found(name, record, path)))
            for aspect in layout.aspects
        )
        for name, record in register.records.get(kind, {}).items()
    }


def table(
    teller: Teller, layout: Layout, kind: str, raw: dict[str, tuple[tuple[Aspect, Raw], ...]]
) -> Table:
    """Return the list of a kind.

    Parameters
    ----------
    teller : Teller
        Says values.
    layout : Layout
        The aspects of the kind.
    kind : str
        The kind.
    raw : dict
        What ``raw_cells`` gives.

    Returns
    -------
    Table
        In the order of the register, placeholders last.
    """
    register = teller.register
    aspects = layout.aspects
    rows = [
        Row(
            stem=teller.addresses.stem(kind, name),
            title=title_of(record),
            placeholder=is_placeholder(record),
            cells=tuple(_cell(teller, aspect, found) for aspect, found in raw[name]),
        )
        for name, record in register.records.get(kind, {}).items()
    ]
    cls = register.kinds[kind]
    return Table(
        kind=kind,
        labels=tuple(aspect_label(teller.words, aspect, cls) for aspect in aspects),
        columns=len(layout.columns),
        filters=tuple(n for n, aspect in enumerate(aspects) if aspect in layout.filters),
        rows=tuple(sorted(rows, key=lambda row: row.placeholder)),
        orders=tuple(_order(teller, raw, number) for number in range(len(aspects))),
    )


def _order(
    teller: Teller, raw: dict[str, tuple[tuple[Aspect, Raw], ...]], number: int
) -> dict[str, str]:
    """Return what the dates of a column are sorted by."""
    return {
        teller.text(shape, value): value.isoformat()
        for cells in raw.values()
        for shape, value in cells[number][1]
        if isinstance(value, dt.date)
    }


def _cell(teller: Teller, aspect: Aspect, found: Raw) -> tuple[str, ...]:
    if aspect.presence:
        return (teller.words.flag(bool(found)),)
    texts = (teller.text(shape, value)[:LETTERS] for shape, value in found)
    return tuple(dict.fromkeys(heading(text) if text[:1].islower() else text for text in texts))
