"""CSV files of people, read and written piece by piece."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import TableError
from tarifs_solidaires.inputs import INPUTS

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]

BLOCK = 262_144  # bytes that are read at a time
MAX_LINE = 1_000_000  # bytes; csv itself refuses a cell of more than 131,072 characters
SHOWN_OF_CELL = 40  # characters of a wrong cell that a message shows
# What a spreadsheet takes for the start of a formula, written wide as well.
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
FLAGS = {
    "1": True, "0": False, "true": True, "false": False, "vrai": True, "faux": False,
    "oui": True, "non": False, "yes": True, "no": False, "sim": True, "não": False, "": False,
}  # fmt: skip


class CsvPart:
    """Some rows of a CSV file, as columns of text."""

    def __init__(
        self, columns: Mapping[str, Sequence[str]], lines: Sequence[int], delimiter: str
    ) -> None:
        self.names = list(columns)
        self._columns, self._lines, self._comma = columns, lines, delimiter == ";"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._lines)

    def given(self, names: Sequence[str]) -> dict[str, Array]:
        """Return columns as inputs of a rule, NaN where a cell is no value of its kind."""
        return {name: self._values(name) for name in names}

    def _values(self, name: str) -> Array:
        cells, kind = self._columns[name], INPUTS[name].kind
        if kind == "commune":  # a code has five characters, so more than six say no more
            codes = [cell.strip()[:6] for cell in cells]
            return np.array([code or None for code in codes] if "" in codes else codes)
        if kind == "flag":
            flags = {cell: FLAGS.get(cell.strip().lower(), math.nan) for cell in set(cells)}
            return np.array([flags[cell] for cell in cells], dtype=np.float64)
        if self._comma:
            cells = [cell.replace(",", ".") for cell in cells]
        every = "".join(cells)
        if every.isascii() and "_" not in every:  # Python's numbers are more than a clerk's
            try:
                return np.array(list(map(float, cells)))
            except ValueError:
                pass
        return np.array([_number(cell) for cell in cells])

    def number(self, n: int) -> int:
        """Return the line on which a row ends."""
        return self._lines[n]

    def cell(self, n: int, name: str) -> str:
        """Return a cell, cut short where it is long."""
        cell = self._columns[name][n].strip()
        return cell if len(cell) <= SHOWN_OF_CELL else cell[:SHOWN_OF_CELL] + "…"

    def unread(self, n: int, name: str, why: str) -> str:
        """Say why a cell is no value of its kind."""
        if INPUTS[name].kind == "flag":
            return "is neither 1 nor 0"
        return "is no number" if self._columns[name][n].strip() else "is empty"

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""
        return list(self._columns.values())

    def table(self, used: Sequence[str]) -> pa.Table:
        """Return the columns in pyarrow, those that are used as values of their kind."""
        import pyarrow as pa

        columns: dict[str, pa.Array] = {}
        for name, cells in self._columns.items():
            kind = INPUTS[name].kind if name in used else "commune"
            if kind == "commune":
                columns[name] = pa.array(cells, pa.string())
            else:
                values = pa.array(self._values(name), pa.float64(), from_pandas=True)
                columns[name] = values.cast(pa.bool_()) if kind == "flag" else values
        return pa.table(columns)


class CsvSource:
    """A CSV file that is open to be read; see ``open_csv``."""

    unit, head, word = "B", ":1", "line"

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        lines = chain.from_iterable(self._blocks())
        first = next(lines, "")
        if not first.strip():
            raise TableError(f"{path}: empty; the first line must name the columns")
        self.delimiter = ";" if first.count(";") > first.count(",") else ","
        self._reader = csv.reader(chain([first], lines), delimiter=self.delimiter, strict=True)
        names: list[list[str]] = []
        self._read(names, 1)
        self.columns = [name.strip() for name in names[0]]
        self.size = path.stat().st_size

    def done(self) -> int:
        """Return the number of bytes that have been read."""
        return self._file.tell()

    def at(self, number: int) -> str:
        """Say where a line stands."""
        return f"{self._path}:{number}"

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
                    wrong = TableError(
                        f"{self.at(lines[uneven])}: {len(cells[uneven])} cells where the header "
                        f"has {width}"
                    )
                    kept = [n for n in kept if n < uneven]
                cells, lines = [cells[n] for n in kept], [lines[n] for n in kept]
            if cells:
                columns = dict(zip(self.columns, zip(*cells, strict=True), strict=True))
                yield CsvPart(columns, lines, self.delimiter)
            if wrong:
                raise wrong

    def _read(self, cells: list[list[str]], rows: int) -> bool:
        """Append rows to a list, also those before one that cannot be read; say if more follow."""
        start = self._reader.line_num
        try:
            cells.extend(islice(self._reader, rows))
        except csv.Error as error:
            line = 1 + (_lines(cells, start) or [start])[-1]
            raise TableError(
                f"{self.at(line)}: the row that begins here: {error}; check its quotes"
            ) from None
        return len(cells) == rows

    def _blocks(self) -> Iterator[StringIO]:
        """Yield pieces of the text that end where a line ends."""
        line, rest = 1, b""
        codec = "utf-8-sig"
        while block := self._file.read(BLOCK):
            stop = block.rfind(b"\n") + 1
            if not stop and len(rest) + len(block) > MAX_LINE:
                raise TableError(
                    f"{self.at(line)}: more than {MAX_LINE:,} bytes; no row is so long"
                )
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
            raise TableError(f"{self.at(line)}: not UTF-8; save it as CSV UTF-8") from None


def _lines(rows: Sequence[Sequence[str]], start: int) -> list[int]:
    """Return the line on which each row ends; a cell in quotes can hold ends of lines."""
    spans = (1 + sum(cell.count("\n") for cell in row) for row in rows)
    return list(accumulate(spans, initial=start))[1:]


@contextmanager
def open_csv(path: Path) -> Iterator[CsvSource]:
    """Open a CSV file with ``,`` or ``;`` between columns, in UTF-8.

    Raises
    ------
    TableError
        Where the file cannot be read or is empty.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    with file:
        yield CsvSource(path, file)


def csv_writer(
    file: IO[str], delimiter: str
) -> Callable[[Sequence[Sequence[str]], Sequence[Array], Sequence[Sequence[str]]], None]:
    """Return a function that writes columns of text, numbers and again text as rows.

    Texts that a spreadsheet would take for a formula are made harmless. Numbers read back equal;
    with ``;`` between columns they have decimal commas, as where they were read.
    """
    rows = csv.writer(file, delimiter=delimiter, lineterminator="\n")

    def write(
        before: Sequence[Sequence[str]], numbers: Sequence[Array], after: Sequence[Sequence[str]]
    ) -> None:
        figures = [list(map(repr, array.tolist())) for array in numbers]
        for n, array in enumerate(numbers):
            if np.isnan(array).any():
                figures[n] = ["" if text == "nan" else text for text in figures[n]]
            if delimiter == ";":
                figures[n] = [text.replace(".", ",") for text in figures[n]]
        rows.writerows(zip(*map(_safe, before), *figures, *map(_safe, after), strict=True))

    return write


def _number(cell: str) -> float:
    cell = cell.strip()
    try:
        return float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return math.nan


def _safe(cells: Sequence[str]) -> Sequence[str]:
    """Keep a spreadsheet from taking a text for a formula."""
    every = "".join(cells)
    if not any(sign in every for sign in FORMULA):
        return cells
    return [
        "'" + cell if cell[:1] in FORMULA and math.isnan(_number(cell.replace(",", "."))) else cell
        for cell in cells
    ]
