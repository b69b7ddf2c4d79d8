"""Some rows of a table, whatever file they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from tarifs_solidaires.errors import TableError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.cells import Notation
from tarifs_solidaires.people.columns import Given, of_objects, of_texts, text_of
from tarifs_solidaires.values.inputs import Input

if TYPE_CHECKING:
    import pyarrow as pa


class Part(Protocol):
    """Some rows of a table."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def given(self, position: int, item: Input) -> Given:
        """Return a column as an input."""

    def number(self, n: int) -> int:
        """Return the number by which people find a row: its line, or its place."""

    def cell(self, n: int, position: int) -> object:
        """Return a cell as it stands there."""

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""

    def words(self, position: int) -> Iterable[object]:
        """Return the cells of a column, each at least once."""

    def arrow(self, inputs: Mapping[int, Input]) -> pa.Table:
        """Return the columns in pyarrow, those of inputs as values of their kind."""


# Rows that are still to be read: the part, if there is any row, and what is wrong behind it.
Piece: TypeAlias = Callable[[], tuple[Part | None, TableError | None]]


def known(part: Part | None, wrong: TableError | None = None) -> Piece:
    """Return rows that have been read already."""
    return lambda: (part, wrong)


class Source(Protocol):
    """A table that is open to be read."""

    columns: Sequence[str]
    notation: Notation
    delimiter: str
    from_excel: bool
    size: int | None
    unit: str
    word: str

    @property
    def head(self) -> str:
        """Where the names of the columns stand."""

    def set_dates(self, order: str) -> None:
        """Say in which order day and month stand, before the rows are read."""

    def done(self) -> int:
        """Return how much has been read, in units of the size."""

    def at(self, number: int) -> str:
        """Say where a row stands."""

    def pieces(self, rows: int, inputs: Mapping[int, Input]) -> Iterator[Piece]:
        """Yield the rows, some at a time."""


class TextPart:
    """Some rows as columns of text."""

    def __init__(
        self, columns: Sequence[Sequence[str]], lines: Sequence[int], names: Sequence[str],
        notation: Notation,
    ) -> None:  # fmt: skip
        self._columns, self._lines, self._names, self._notation = columns, lines, names, notation

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._lines)

    def given(self, position: int, item: Input) -> Given:
        """Return a column as an input."""
        return of_texts(item, self._columns[position], self._notation)

    def number(self, n: int) -> int:
        """Return the line on which a row ends."""
        return self._lines[n]

    def cell(self, n: int, position: int) -> object:
        """Return a cell."""
        return self._columns[position][n].strip()

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""
        return list(self._columns)

    def words(self, position: int) -> Iterable[object]:
        """Return the cells of a column, each once."""
        return set(self._columns[position])

    def arrow(self, inputs: Mapping[int, Input]) -> pa.Table:
        """Return the columns in pyarrow."""
        return typed_table(self, self._names, self._columns, inputs)


class ObjectPart:
    """Some rows as columns of whatever a workbook holds: texts, numbers, days, None."""

    def __init__(
        self, columns: Sequence[Sequence[Any]], lines: Sequence[int], names: Sequence[str],
        notation: Notation,
    ) -> None:  # fmt: skip
        self._columns, self._lines, self._names, self._notation = columns, lines, names, notation

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._lines)

    def given(self, position: int, item: Input) -> Given:
        """Return a column as an input."""
        return of_objects(item, self._columns[position], self._notation)

    def number(self, n: int) -> int:
        """Return the number of a row in its sheet."""
        return self._lines[n]

    def cell(self, n: int, position: int) -> object:
        """Return a cell."""
        cell = self._columns[position][n]
        return cell.strip() if isinstance(cell, str) else cell

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""
        return [list(map(text_of, column)) for column in self._columns]

    def words(self, position: int) -> Iterable[object]:
        """Return the cells of a column."""
        return self._columns[position]

    def arrow(self, inputs: Mapping[int, Input]) -> pa.Table:
        """Return the columns in pyarrow."""
        return typed_table(self, self._names, self.texts(), inputs)


def typed_table(
    part: Part, names: Sequence[str], texts: Sequence[Any], inputs: Mapping[int, Input]
) -> pa.Table:
    """Return a table in pyarrow whose inputs are values of their kind, and the rest text."""
    with needs("tables"):
        import pyarrow as pa

    columns: list[pa.Array] = []
    for position, cells in enumerate(texts):
        item = inputs.get(position)
        if item is None or item.kind == "code":
            columns.append(pa.array(cells, pa.string()))
            continue
        values = pa.array(part.given(position, item).values, from_pandas=True)
        columns.append(values.cast(pa.bool_()) if item.kind == "flag" else values)
    return pa.Table.from_arrays(columns, names=list(names))
