"""Plain pieces of CSV files, read and written at once by pyarrow, where it is installed.

A piece is plain where no cell is in quotes, no line is blank, and each has as many cells as the header.
What is not plain is read row by row; both ways give the same cells and the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.program import Deferred
from tarifs_solidaires.extras import MissingExtraError, needs
from tarifs_solidaires.people.cells import Notation, neutral
from tarifs_solidaires.people.columns import Given, of_arrow
from tarifs_solidaires.people.parts import typed_table
from tarifs_solidaires.people.text_file import Block
from tarifs_solidaires.values.inputs import Input

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]
MAX_CELL = 131_072  # characters of a line; csv refuses longer cells
_FIRST = b"=+@- \x7f"  # of a cell that may be a formula
_LEADING = b"\xc2\xe1\xe2\xe3\xef"  # first bytes of signs that nobody sees, and of wide ones
# First bytes of a cell that may begin a formula, or a sign that nobody sees.
_SUSPECT = np.zeros(256, dtype=bool)
_SUSPECT[[*_FIRST, *_LEADING, *range(0x20)]] = True


class PlainPart:
    """Some rows of a plain piece.

    Parameters
    ----------
    columns : mapping of int to pyarrow.Array
        Its columns that are inputs, by place: numbers, or texts that stand once each.
    text : bytes
        Its lines, each with its end.
    ends : ndarray of int
        Where each line ends.
    line : int
        Line of the first row.
    file : PlainCsv
        What is the same for all pieces.
    """

    def __init__(
        self, columns: Mapping[int, pa.Array], text: bytes, ends: Array, line: int, file: PlainCsv
    ) -> None:
        self._columns, self._text, self._ends, self._line = columns, text, ends, line
        self._file = file

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._ends)

    def given(self, position: int, item: Input) -> Given:
        """Return a column as an input."""
        return of_arrow(item, self._columns[position], self._file.notation)

    def number(self, n: int) -> int:
        """Return the line of a row."""
        return self._line + n

    def cell(self, n: int, position: int) -> object:
        """Return a cell."""
        start = int(self._ends[n - 1]) + 1 if n else 0
        line = self._text[start : int(self._ends[n])].decode()
        return line.split(self.delimiter)[position].strip()

    def texts(self) -> list[Sequence[str]]:
        """Return the columns as text."""
        lines = self._text.decode().removesuffix("\n").split("\n")
        return list(zip(*(line.split(self.delimiter) for line in lines), strict=True))

    def words(self, position: int) -> Iterable[object]:
        """Return the cells of a column, each once; none of numbers."""
        with needs("tables"):
            import pyarrow as pa

        column = self._columns[position]
        if pa.types.is_dictionary(column.type):
            column = column.dictionary
        found: Iterable[object] = column.unique().to_pylist()
        return found

    def arrow(self, inputs: Mapping[int, Input]) -> pa.Table:
        """Return the columns in pyarrow."""
        return typed_table(self, self._file.names, self.texts(), inputs)

    @property
    def delimiter(self) -> str:
        """What stands between cells."""
        return self._file.delimiter

    @property
    def is_harmless(self) -> bool:
        """Whether no cell is one that a spreadsheet would compute."""
        if _begins_harmless(self._text, self.delimiter, len(self._ends), len(self._file.names)):
            return True
        return all(map(_is_harmless, self._file.as_texts(self._text)))

    def lines_with(self, results: Iterable[pa.Array]) -> memoryview:
        """Return the lines as they are, each with further cells."""
        with needs("tables"):
            import pyarrow as pa
            import pyarrow.compute as pc

        # each text begins with the end of the line before, so that the texts follow on each other
        starts = np.zeros(len(self._ends) + 1, dtype=np.int32)
        starts[1:] = self._ends + 1
        lines = pa.StringArray.from_buffers(
            len(self._ends), pa.py_buffer(starts), pa.py_buffer(b"\n" + self._text)
        )
        joined = pc.binary_join_element_wise(lines, *results, self.delimiter)
        offsets = np.frombuffer(joined.buffers()[1], dtype=np.int32)
        return memoryview(joined.buffers()[2])[1 : int(offsets[len(self._ends)])]


def _begins_harmless(text: bytes, delimiter: str, rows: int, columns: int) -> bool:
    """Say whether it is plain at first sight that no cell begins as a formula does."""
    between = rows + (rows * (columns - 1) if delimiter == "\t" else 0)
    if np.count_nonzero(np.frombuffer(text, dtype=np.uint8) < ord(" ")) != between:
        return False  # a sign that nobody sees
    for sign in _FIRST if text.isascii() else _FIRST + _LEADING:
        first = bytes([sign])
        if first in text and (
            text.startswith(first) or b"\n" + first in text or delimiter.encode() + first in text
        ):
            return False
    return True


def _is_harmless(column: Any) -> bool:
    with needs("tables"):
        import pyarrow as pa

    offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)[: len(column) + 1]
    filled = offsets[:-1] < offsets[1:]
    data = column.buffers()[2]
    if data is None or not filled.any():
        return True
    places = np.flatnonzero(filled)
    places = places[_SUSPECT[np.frombuffer(data, dtype=np.uint8)[offsets[places]]]]
    if not len(places):
        return True
    return all(neutral(text) == text for text in column.take(pa.array(places)).unique().to_pylist())


class PlainCsv:
    """Reads pieces of a CSV file that are plain.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.
    delimiter : str
        What stands between cells.
    notation : Notation
        How numbers are written.
    """

    names: Sequence[str]
    delimiter: str
    notation: Notation

    def __init__(self, names: Sequence[str], delimiter: str, notation: Notation) -> None:
        self.names, self.delimiter, self.notation = names, delimiter, notation
        self._ways: list[Any] = []
        self._quick: Any = None
        self._flags: tuple[int, ...] = ()
        try:
            with needs("tables"):
                from pyarrow import csv

            self._csv: Any = csv
        except MissingExtraError:  # then every piece is read row by row
            self._csv = None

    def expect(self, inputs: Mapping[int, Input]) -> None:
        """Say which columns are which inputs."""
        if self._csv is None:
            return
        with needs("tables"):
            import pyarrow as pa

        once = pa.dictionary(pa.int32(), pa.string())
        texts = dict.fromkeys(inputs, once)
        number = {n: pa.float64() for n, i in inputs.items() if i.kind in ("number", "whole")}
        flags = {n: pa.float64() for n, item in inputs.items() if item.kind == "flag"}
        self._flags = tuple(flags)
        # numbers at once where all are plain, such as 350.5; else as texts, each looked at once
        kinds = [texts | number, texts] if number and self.notation.mark else [texts]
        texts = texts or {0: pa.string()}  # of no input the lines alone are needed
        self._ways = [self._convert(one or texts, self.notation.mark) for one in kinds]
        if flags:  # flags as numbers too, as long as they are 1 and 0
            self._quick = self._convert(kinds[0] | flags, self.notation.mark)
        self._texts = self._convert(dict.fromkeys(range(len(self.names)), pa.string()), "")

    def _convert(self, kinds: Mapping[int, Any], mark: str) -> Any:
        return self._csv.ConvertOptions(
            column_types={str(n): kind for n, kind in kinds.items()}, strings_can_be_null=False,
            include_columns=[str(n) for n in kinds], null_values=[""], check_utf8=False,
            decimal_point=mark or ".",
        )  # fmt: skip

    def read(self, block: Block) -> PlainPart | None:
        """Return the rows of a piece, None where it is not plain."""
        if self._csv is None or b'"' in block.text:
            return None
        text = block.text
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n")
            if b"\r" in text:
                return None
        if not text.endswith(b"\n"):
            text += b"\n"
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        lengths = np.diff(ends, prepend=-1) - 1
        # a line with all its separators and nothing else is blank, and so is a shorter one
        if int(lengths.min()) < len(self.names) or int(lengths.max()) > MAX_CELL:
            return None
        for way in [self._quick, *self._ways]:
            columns = None if way is None else self._parsed(text, way)
            if columns is not None and len(next(iter(columns.values()))) == len(ends):
                if way is self._ways[0]:  # flags are words: those of the next pieces are too
                    self._quick = None
                return PlainPart(columns, text, ends, block.line, self)
        return None

    def as_texts(self, text: bytes) -> list[Any]:
        """Return all columns of a plain piece as texts."""
        return list((self._parsed(text, self._texts) or {}).values())

    def _parsed(self, text: bytes, convert: Any) -> dict[int, Any] | None:
        with needs("tables"):
            import pyarrow as pa

        csv = self._csv
        reading = csv.ReadOptions(
            column_names=[str(n) for n in range(len(self.names))], use_threads=False,
            block_size=len(text) + 1,
        )  # fmt: skip
        parsing = csv.ParseOptions(
            delimiter=self.delimiter, quote_char=False, double_quote=False, escape_char=False,
            newlines_in_values=False, ignore_empty_lines=False,
        )  # fmt: skip
        try:
            table = csv.read_csv(
                pa.BufferReader(text), read_options=reading, parse_options=parsing,
                convert_options=convert,
            )  # fmt: skip
        except pa.ArrowInvalid:  # a row of another length, a number that is not plain
            return None
        columns = {
            int(name): column.combine_chunks()
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
        for place, column in columns.items():
            if pa.types.is_floating(column.type):
                values = np.asarray(column.fill_null(0) if column.null_count else column)
                if place in self._flags and not ((values == 0) | (values == 1)).all():
                    return None
                # nan and infinity are numbers to pyarrow, and none here
                if not np.isfinite(values).all():
                    return None
        return columns


def written_numbers(values: Array, mark: str) -> tuple[pa.Array, Array | None]:
    """Return numbers as texts: the shortest that read back equal, empty where missing.

    Parameters
    ----------
    values : ndarray of float64
        Numbers.
    mark : {".", ","}
        What marks the decimals.

    Returns
    -------
    tuple of pyarrow.StringArray and ndarray or None
        Texts, and the place of each number among them; None where they are one a number.
    """
    with needs("tables"):
        import pyarrow as pa

    coded = pa.array(values, pa.float64(), from_pandas=True).dictionary_encode()
    if len(coded.dictionary) * 4 > len(values):
        return _numbers(values, mark), None
    texts = _numbers(np.asarray(coded.dictionary, dtype=np.float64), mark)
    if coded.null_count:
        texts = pa.concat_arrays([texts, pa.array([""], pa.string())])
    return texts, np.asarray(coded.indices.fill_null(len(texts) - 1))


def written_places(column: Deferred, mark: str) -> tuple[pa.Array, Array]:
    """Return numbers that stand in a table as ``written_numbers`` does: each is written once."""
    values, places = np.unique(column.table, return_inverse=True)
    return _numbers(values, mark), places.astype(np.int32).take(column.cells)


def _numbers(values: Array, mark: str) -> pa.Array:
    with needs("tables"):
        import pyarrow as pa
        import pyarrow.compute as pc

    size = np.abs(values)
    if len(values) < FEW or ((size >= 1e15) | ((size < 1e-3) & (size > 0)) | np.isnan(size)).any():
        texts = ["" if x != x else repr(x).replace(".", mark) for x in values.tolist()]
        return pa.array(texts, pa.string())
    found = pc.cast(pa.array(values), pa.string())  # without the .0 of a whole number
    whole = values == np.rint(values)
    if whole.any():
        found = pc.if_else(pa.array(whole), pc.binary_join_element_wise(found, ".0", ""), found)
    return pc.replace_substring(found, ".", mark) if mark != "." else found


FEW = 100  # numbers that Python writes as quickly
