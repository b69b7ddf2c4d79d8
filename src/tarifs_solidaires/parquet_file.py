"""Parquet files of people, read and written piece by piece; pyarrow is loaded when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from tarifs_solidaires.errors import TableError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

Array = npt.NDArray[Any]

ROW_GROUP = 100_000  # rows that are written together; readers are slow on small groups


class ParquetPart:
    """Some rows of a Parquet file."""

    def __init__(self, rows: pa.Table, start: int) -> None:
        self.names: Sequence[str] = rows.column_names
        self._rows, self._start = rows, start

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._rows.num_rows)

    def given(self, names: Sequence[str]) -> dict[str, pa.ChunkedArray]:
        """Return columns as inputs of a rule."""
        return {name: self._rows.column(name) for name in names}

    def number(self, n: int) -> int:
        """Return the position of a row in the file, from 0."""
        return self._start + n

    def cell(self, n: int, name: str) -> object:
        """Return a cell."""
        return self._rows.column(name)[n].as_py()

    def unread(self, n: int, name: str, why: str) -> str:
        """Say why a cell is no value of its kind."""
        return why

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""
        return [[_text(value) for value in column.to_pylist()] for column in self._rows.columns]

    def table(self, used: Sequence[str]) -> pa.Table:
        """Return the columns in pyarrow."""
        return self._rows


class ParquetSource:
    """A Parquet file that is open to be read; see ``open_parquet``."""

    unit, head, word, delimiter = " rows", "", "row", ","

    def __init__(self, path: Path, file: pq.ParquetFile) -> None:
        self._path, self._file, self._read = path, file, 0
        self.columns: Sequence[str] = file.schema_arrow.names
        self.size = int(file.metadata.num_rows)

    def done(self) -> int:
        """Return the number of rows that have been read."""
        return self._read

    def at(self, number: int) -> str:
        """Say where a row stands."""
        return f"{self._path}: row {number} (from 0)"

    def parts(self, rows: int) -> Iterator[ParquetPart]:
        """Yield the rows, piece by piece."""
        import pyarrow as pa

        try:
            for batch in self._file.iter_batches(batch_size=rows):
                start = self._read
                self._read += batch.num_rows
                yield ParquetPart(pa.Table.from_batches([batch]), start)
        except (pa.ArrowException, OSError) as error:
            raise _no_parquet(self._path, error) from None


@contextmanager
def open_parquet(path: Path) -> Iterator[ParquetSource]:
    """Open a Parquet file.

    Raises
    ------
    TableError
        Where pyarrow is not installed, or the file cannot be read or is no Parquet file.
    """
    arrow, parquet = _pyarrow(path)
    try:
        file = parquet.ParquetFile(path)
    except OSError as error:
        raise TableError(
            f"{path}: cannot be read ({error.strerror or 'damaged'}); check the path"
        ) from None
    except arrow.ArrowException as error:
        raise _no_parquet(path, error) from None
    with file:
        yield ParquetSource(path, file)


@contextmanager
def parquet_writer(
    path: Path, name: Path
) -> Iterator[Callable[[pa.Table, Mapping[str, Array], Mapping[str, Sequence[str]]], None]]:
    """Open a file for a function that writes a table with columns of numbers and of text.

    A number that is NaN and a text that is empty are written as null.
    """
    arrow, parquet = _pyarrow(name)
    writer: pq.ParquetWriter | None = None
    waiting: list[pa.Table] = []

    def flush() -> None:
        nonlocal writer
        if waiting and writer is None:
            writer = parquet.ParquetWriter(path, waiting[0].schema)
        if writer is not None and waiting:
            writer.write_table(arrow.concat_tables(waiting))
        waiting.clear()

    def write(
        table: pa.Table, numbers: Mapping[str, Array], texts: Mapping[str, Sequence[str]]
    ) -> None:
        for column, array in numbers.items():
            values = arrow.array(array, arrow.float64(), from_pandas=True)
            table = table.append_column(arrow.field(column, arrow.float64()), values)
        for column, words in texts.items():
            values = arrow.array([word or None for word in words], arrow.string())
            table = table.append_column(arrow.field(column, arrow.string()), values)
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= ROW_GROUP:
            flush()

    try:
        yield write
        flush()
    finally:
        if writer is not None:
            writer.close()


def _pyarrow(path: Path) -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise TableError(
            f"{path}: Parquet needs pyarrow; run: pip install charte-donnee[tables]"
        ) from None
    return pyarrow, pyarrow.parquet


def _no_parquet(path: Path, error: Exception) -> TableError:
    return TableError(f"{path}: no Parquet file ({str(error).splitlines()[0]}); write it again")


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)
