"""Parquet files of people, read and written piece by piece; pyarrow is loaded when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.errors import TableError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.cells import Notation
from tarifs_solidaires.people.columns import Given, of_arrow
from tarifs_solidaires.people.parts import Piece, known
from tarifs_solidaires.people.writing import opened, table_error
from tarifs_solidaires.values.inputs import Input

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP = 100_000  # rows that are written together; readers are slow on small groups
SAMPLE = 10_000  # rows by which it is judged how a column is best written
MAX_CELL = 131_072  # characters of a text, as in a CSV file


class ParquetPart:
    """Some rows of a Parquet file."""

    def __init__(self, rows: pa.RecordBatch, start: int, notation: Notation) -> None:
        self._rows, self._start, self._notation = rows, start, notation

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._rows.num_rows)

    def given(self, position: int, item: Input) -> Given:
        """Return a column as an input."""
        return of_arrow(item, self._rows.column(position), self._notation)

    def number(self, n: int) -> int:
        """Return the position of a row in the file, from 0."""
        return self._start + n

    def cell(self, n: int, position: int) -> object:
        """Return a cell."""
        return _python(self._rows.column(position)[n])

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""
        return [_texts(column) for column in self._rows.columns]

    def words(self, position: int) -> Iterable[object]:
        """Return the texts of a column, each once; none where it is of another type."""
        with needs("tables"):
            import pyarrow as pa

        column = self._rows.column(position)
        if pa.types.is_dictionary(column.type):
            column = column.dictionary
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        return column.unique().to_pylist() if is_text else []

    def arrow(self, inputs: Mapping[int, Input]) -> pa.Table:
        """Return the columns in pyarrow, as they are."""
        with needs("tables"):
            import pyarrow as pa

        return pa.Table.from_batches([self._rows])


def _texts(column: Any) -> list[str]:
    if hasattr(column, "dictionary"):  # each word once, however often it stands in the column
        words = [*_texts(column.dictionary), ""]
        return [words[-1 if n is None else n] for n in column.indices.to_pylist()]
    try:
        return [_text(value) for value in column.to_pylist()]
    except (OverflowError, ValueError):
        return [_text(_python(value)) for value in column]


def _python(value: Any) -> object:
    """Return a value as Python has it; as text where Python has none, such as the year 30,000."""
    try:
        return value.as_py()
    except (OverflowError, ValueError):
        return str(value.cast("string").as_py())


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


class ParquetSource:
    """A Parquet file that is open to be read; see ``open_parquet``."""

    unit: str
    word: str
    delimiter: str
    notation: Notation
    from_excel: bool
    path: Path

    unit, word, delimiter, from_excel = " rows", "row", ",", False

    def __init__(self, path: Path, file: pq.ParquetFile, notation: Notation) -> None:
        self.path, self._file, self._read, self.notation = path, file, 0, notation
        self.columns: Sequence[str] = file.schema_arrow.names
        self.size: int | None = int(file.metadata.num_rows)

    @property
    def head(self) -> str:
        """Where the names of the columns stand."""
        return str(self.path)

    def set_dates(self, order: str) -> None:
        """Say in which order day and month stand in texts, before the rows are read."""
        self.notation = attrs.evolve(self.notation, dates=order)

    def done(self) -> int:
        """Return the number of rows that have been read."""
        return self._read

    def at(self, number: int) -> str:
        """Say where a row stands."""
        return Phrase("{path}: row {number} (from 0)", path=str(self.path), number=number)

    def pieces(self, rows: int, inputs: Mapping[int, Input]) -> Iterator[Piece]:
        """Yield the rows, piece by piece."""
        with needs("tables"):
            import pyarrow as pa

        try:
            for batch in self._file.iter_batches(batch_size=rows):
                batch.validate(full=True)  # texts that are no UTF-8, places out of a dictionary
                self._check_length(batch)
                part = ParquetPart(batch, self._read, self.notation)
                self._read += batch.num_rows
                yield known(part)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise _no_parquet(self.path, error) from None

    def _check_length(self, batch: pa.RecordBatch) -> None:
        with needs("tables"):
            import pyarrow as pa
            import pyarrow.compute as pc

        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            words = column.dictionary if pa.types.is_dictionary(column.type) else column
            if pa.types.is_string(words.type) or pa.types.is_large_string(words.type):
                longest = pc.max(pc.binary_length(words)).as_py() or 0
                if longest > MAX_CELL:
                    raise table_error(
                        "long_cell", self.path, "the column {name!r} has a text of {longest:,} bytes",
                        "check the file: no text is that long", name=name, longest=longest,
                    )  # fmt: skip


@contextmanager
def open_parquet(path: Path, dates: str = "") -> Iterator[ParquetSource]:
    """Open a Parquet file; ``dates`` says in which order day and month stand in texts.

    Raises
    ------
    TableError
        Where pyarrow is not installed, or the file cannot be read or is no Parquet file.
    """
    arrow, parquet = _pyarrow(path)
    with opened(path) as raw:
        try:
            schema = parquet.read_schema(raw)
            # a text that is repeated stands once in memory, however many rows hold it
            is_text = (arrow.types.is_string, arrow.types.is_large_string)
            texts = [f.name for f in schema if any(ask(f.type) for ask in is_text)]
            file = parquet.ParquetFile(path, read_dictionary=texts)
        except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            raise _no_parquet(path, error) from None
    with file:
        yield ParquetSource(path, file, Notation.of("", dates))


@contextmanager
def parquet_writer(
    file: BinaryIO, name: Path
) -> Iterator[Callable[[pa.Table, Mapping[str, pa.Array]], None]]:
    """Give a function that writes a table with further columns into an open file."""
    arrow, parquet = _pyarrow(name)
    writer: pq.ParquetWriter | None = None
    waiting: list[pa.Table] = []

    def flush() -> None:
        nonlocal writer
        if not waiting:
            return
        table = arrow.concat_tables(waiting).unify_dictionaries()
        if writer is None:
            writer = parquet.ParquetWriter(file, table.schema, use_dictionary=_repeated(table))
        writer.write_table(table)
        waiting.clear()

    def write(table: pa.Table, results: Mapping[str, pa.Array]) -> None:
        for column, values in results.items():
            table = table.append_column(arrow.field(column, values.type), values)
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= ROW_GROUP:
            flush()

    try:
        yield write
        flush()
    finally:
        if writer is not None:
            writer.close()


def _repeated(table: pa.Table) -> list[str]:
    """Return the columns whose values are few, of which each is best written once."""
    with needs("tables"):
        import pyarrow as pa

    some = table.slice(0, SAMPLE)
    return [
        name for name, column in zip(some.column_names, some.columns, strict=True)
        if pa.types.is_dictionary(column.type) or len(column.unique()) * 10 < len(column)
    ]  # fmt: skip


def _pyarrow(path: Path) -> tuple[Any, Any]:
    with needs("tables"):
        import pyarrow
        import pyarrow.parquet
    return pyarrow, pyarrow.parquet


def _no_parquet(path: Path, error: Exception) -> TableError:
    lines = str(error).splitlines() or [type(error).__name__]
    return table_error(
        "no_parquet", path, "is not a readable Parquet file", "write it again",
        detail=lines[0],
    )  # fmt: skip
