"""CSV files of people, read and written piece by piece."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from io import StringIO
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import Fault, TableError
from tarifs_solidaires.people.cells import FLAGS, day_of, neutral_column, number_of, unreadable
from tarifs_solidaires.people.writing import STANDARD, opened, table_error
from tarifs_solidaires.values.inputs import LONGEST, Input

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]

BLOCK = 262_144  # bytes that are read at a time
MAX_LINE = 1_000_000  # bytes; csv itself refuses a cell of more than 131,072 characters


class CsvPart:
    """Some rows of a CSV file, as columns of text."""

    def __init__(
        self, columns: Mapping[str, Sequence[str]], lines: Sequence[int], source: CsvSource
    ) -> None:
        self.names = list(columns)
        self._columns, self._lines, self._source = columns, lines, source

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._lines)

    def given(self, names: Sequence[str]) -> dict[str, Array]:
        """Return columns as inputs of a rule, missing where a cell is no value of its kind.

        An empty cell counts as the default of its input, where it has one.
        """
        return {name: self._values(self._source.inputs[name]) for name in names}

    def _values(self, item: Input) -> Array:
        cells = self._columns[item.name]
        empty = item.default
        if item.kind == "code":  # what is longer than a code says no more
            codes = [cell.strip()[: LONGEST + 1] or empty for cell in cells]
            return np.array(codes, dtype=None if all(codes) else object)
        if item.kind == "flag":
            known = {cell: _flag(cell, empty) for cell in set(cells)}
            return np.array([known[cell] for cell in cells], dtype=np.float64)
        if item.kind == "date":
            days = {cell: _day(cell, empty) for cell in set(cells)}
            return np.array([days[cell] for cell in cells], dtype="datetime64[D]")
        if self._source.delimiter == ";":
            cells = [cell.replace(",", ".") for cell in cells]
        every = "".join(cells)
        if every.isascii() and "_" not in every:
            try:
                return np.array(list(map(float, cells)))
            except ValueError:
                pass
        start = math.nan if empty is None else float(empty)
        return np.array([number_of(cell) if cell.strip() else start for cell in cells])

    def number(self, n: int) -> int:
        """Return the line on which a row ends."""
        return self._lines[n]

    def cell(self, n: int, name: str) -> str:
        """Return a cell."""
        return self._columns[name][n].strip()

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""
        return list(self._columns.values())

    def table(self, used: Sequence[str]) -> pa.Table:
        """Return the columns in pyarrow, those that are used as values of their kind."""
        import pyarrow as pa

        columns: dict[str, pa.Array] = {}
        for name, cells in self._columns.items():
            kind = self._source.inputs[name].kind if name in used else "code"
            if kind == "code":
                columns[name] = pa.array(cells, pa.string())
            else:
                values = pa.array(self._values(self._source.inputs[name]), from_pandas=True)
                columns[name] = values.cast(pa.bool_()) if kind == "flag" else values
        return pa.table(columns)


def _flag(cell: str, empty: Fraction | bool | str | None) -> float:
    word = cell.strip().lower()
    if not word:
        return math.nan if empty is None else float(empty)
    return FLAGS.get(word, math.nan)


def _day(cell: str, empty: Fraction | bool | str | None) -> np.datetime64:
    if not cell.strip() and empty is not None:
        return np.datetime64(int(empty), "D")
    return np.datetime64(day_of(cell.strip()) or "NaT", "D")


class CsvSource:
    """A CSV file that is open to be read; see ``open_csv``."""

    unit, word = "B", "line"

    def __init__(self, path: Path, file: BinaryIO, inputs: Mapping[str, Input]) -> None:
        self.path, self._file, self.inputs = path, file, inputs
        self._bytes = 0
        lines = chain.from_iterable(self._blocks())
        first = next(lines, "")
        if not first.strip():
            raise table_error("empty", path, "is empty", "name the columns on the first line")
        self.delimiter = ";" if first.count(";") > first.count(",") else ","
        self._reader = csv.reader(chain([first], lines), delimiter=self.delimiter, strict=True)
        names: list[list[str]] = []
        self._read(names, 1)
        self.columns: Sequence[str] = [name.strip() for name in names[0]]
        self.size = None if str(path) == STANDARD else os.fstat(file.fileno()).st_size

    @property
    def head(self) -> str:
        """Where the names of the columns stand."""
        return f"{self.path}:1"

    def done(self) -> int:
        """Return the number of bytes that have been read."""
        return self._bytes

    def at(self, number: int) -> str:
        """Say where a line stands."""
        return f"{self.path}:{number}"

    def unread(self, part: CsvPart, n: int, item: Input, where: str) -> Fault:
        """Return what is wrong with a cell that is no value of its kind."""
        return unreadable(item, part.cell(n, item.name), where, part.number(n))

    def parts(self, rows: int) -> Iterator[CsvPart]:
        """Yield the rows, piece by piece, blank lines left out."""
        width = len(self.columns)
        more = True
        while more:
            cells: list[list[str]] = []
            start, wrong = self._reader.line_num, None
            try:
                more = self._read(cells, rows)
            except TableError as error:  # the rows before it are right
                wrong = error
            lines: Sequence[int] = range(start + 1, start + 1 + len(cells))
            even = set(map(len, cells)) <= {width} and all(map(any, cells))
            if not even or self._reader.line_num - start != len(cells):
                lines = _lines(cells, start)
                kept = [n for n, row in enumerate(cells) if any(row)]
                uneven = next((n for n in kept if len(cells[n]) != width), None)
                if uneven is not None:
                    wrong = table_error(
                        "width", self.at(lines[uneven]), "{found} cells where the header has {width}",
                        "check the separators", found=len(cells[uneven]), width=width,
                    )  # fmt: skip
                    kept = [n for n in kept if n < uneven]
                cells, lines = [cells[n] for n in kept], [lines[n] for n in kept]
            if cells:
                columns = dict(zip(self.columns, zip(*cells, strict=True), strict=True))
                yield CsvPart(columns, lines, self)
            if wrong:
                raise wrong

    def _read(self, cells: list[list[str]], rows: int) -> bool:
        """Append rows to a list, also those before one that cannot be read; say if more follow."""
        start = self._reader.line_num
        try:
            cells.extend(islice(self._reader, rows))
        except csv.Error as error:
            line = 1 + (_lines(cells, start) or [start])[-1]
            raise table_error(
                "csv", self.at(line), "the row that begins here cannot be read ({reason})",
                "check its quotes", reason=str(error),
            ) from None  # fmt: skip
        return len(cells) == rows

    def _blocks(self) -> Iterator[StringIO]:
        """Yield pieces of the text that end where a line ends."""
        line, rest = 1, b""
        codec = "utf-8-sig"
        while block := self._file.read(BLOCK):
            self._bytes += len(block)
            stop = block.rfind(b"\n") + 1
            if not stop and len(rest) + len(block) > MAX_LINE:
                raise table_error(
                    "long_line", self.at(line), "more than {most:,} bytes",
                    "check that it is a CSV file: no row is so long", most=MAX_LINE,
                )  # fmt: skip
            if not stop:
                rest += block
                continue
            yield self._decoded(rest + block[:stop], codec, line)
            line += block.count(b"\n")
            rest, codec = block[stop:], "utf-8"
        if rest:
            yield self._decoded(rest, codec, line)

    def _decoded(self, block: bytes, codec: str, line: int) -> StringIO:
        try:
            return StringIO(block.decode(codec), newline="\n")
        except UnicodeDecodeError as error:
            line += block[: error.start].count(b"\n")
            raise table_error(
                "not_utf8", self.at(line), "not UTF-8", "save the file as CSV UTF-8"
            ) from None


def _lines(rows: Sequence[Sequence[str]], start: int) -> list[int]:
    """Return the line on which each row ends; a cell in quotes can hold ends of lines."""
    spans = (1 + sum(cell.count("\n") for cell in row) for row in rows)
    return list(accumulate(spans, initial=start))[1:]


@contextmanager
def open_csv(path: Path, inputs: Mapping[str, Input]) -> Iterator[CsvSource]:
    """Open a CSV file with ``,`` or ``;`` between columns, in UTF-8; ``-`` is standard input.

    Raises
    ------
    TableError
        Where the file cannot be read or is empty.
    """
    with opened(path) as file:
        yield CsvSource(path, file, inputs)


def csv_writer(file: IO[str], delimiter: str) -> Callable[[Sequence[Sequence[str] | Array]], None]:
    """Return a function that writes columns of text and of numbers as rows.

    Texts that a spreadsheet would take for a formula are made harmless. Numbers read back equal;
    with ``;`` between columns they have decimal commas, as where they were read. A number that is
    NaN is an empty cell.
    """
    rows = csv.writer(file, delimiter=delimiter, lineterminator="\n")

    def write(columns: Sequence[Sequence[str] | Array]) -> None:
        rows.writerows(zip(*map(cells, columns), strict=True))

    def cells(column: Sequence[str] | Array) -> Sequence[str]:
        if not isinstance(column, np.ndarray):
            return neutral_column(column)
        texts = list(map(repr, column.tolist()))
        if np.isnan(column).any():
            texts = ["" if text == "nan" else text for text in texts]
        return [text.replace(".", ",") for text in texts] if delimiter == ";" else texts

    return write
