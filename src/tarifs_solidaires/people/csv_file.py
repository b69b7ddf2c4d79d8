"""CSV files of people, read piece by piece: plain pieces at once, others row by row."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from io import StringIO
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import attrs

from tarifs_solidaires.errors import TableError
from tarifs_solidaires.people.cells import Notation
from tarifs_solidaires.people.parts import Part, Piece, TextPart
from tarifs_solidaires.people.plain_csv import PlainCsv
from tarifs_solidaires.people.text_file import BLOCK, Block, TextFile, bounded
from tarifs_solidaires.people.writing import STANDARD, opened, table_error
from tarifs_solidaires.values.inputs import Input

SEPARATORS = ";\t,"
_SAID = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
# What marks the decimals where such a sign is between the columns; after a tab either is usual.
USUAL = {",": ".", ";": ",", "\t": ""}


class CsvSource:
    """A CSV file that is open to be read; see ``open_csv``."""

    unit: str = "B"
    word: str = "line"
    from_excel: bool
    delimiter: str

    def __init__(self, path: Path, file: BinaryIO, decimal: str, dates: str) -> None:
        self.path = path
        self._text = TextFile(path, file)
        self._blocks = self._text.blocks()
        first = next(self._blocks, Block(b"", 1))
        self.from_excel = self._text.marked
        names, self._first = self._headings(first)
        while names and not names[-1]:  # a separator at the end, or an empty column
            names.pop()
        if not names:
            raise table_error("empty", path, "is empty", "name the columns on the first line")
        self.columns: Sequence[str] = names
        self.notation: Notation = Notation.of(decimal, dates, USUAL[self.delimiter])
        self._plain = PlainCsv(self.columns, self.delimiter, self.notation)
        self.size: int | None = None if str(path) == STANDARD else os.fstat(file.fileno()).st_size

    def _headings(self, block: Block) -> tuple[list[str], Block]:
        """Return the names of the columns, and what stands below them."""
        text = block.text.decode()
        line = block.line
        start = _SAID.match(text)
        said = ""
        if start is not None:
            said, self.from_excel = start[1], True
            text, line = text.partition("\n")[2], line + 1
        first = text.partition("\n")[0]
        self.delimiter = said if said in SEPARATORS and said else _separator(first)
        self._head = line
        lines = StringIO(text, newline="\n")
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        try:
            names = next(bounded(reader), [])
        except csv.Error as error:
            raise _not_csv(self.at(line), error) from None
        rest = lines.read()
        return [name.strip() for name in names], Block(rest.encode(), line + reader.line_num)

    @property
    def head(self) -> str:
        """Where the names of the columns stand."""
        return self.at(self._head)

    def set_dates(self, order: str) -> None:
        """Say in which order day and month stand, before the rows are read."""
        self.notation = self._plain.notation = attrs.evolve(self.notation, dates=order)

    def done(self) -> int:
        """Return the number of bytes that have been read."""
        return self._text.done

    def at(self, number: int) -> str:
        """Say where a line stands."""
        return self._text.at(number)

    def pieces(self, rows: int, inputs: Mapping[int, Input]) -> Iterator[Piece]:
        """Yield the rows, piece by piece, each to be read by whoever has the time."""
        self._plain.expect(inputs)
        row = max(1, len(self._first.text) // max(1, self._first.text.count(b"\n")))
        self._text.size = max(1, min(BLOCK, rows * row))
        for block in self._balanced(rows):
            yield partial(self._read, block)

    def _balanced(self, rows: int) -> Iterator[Block]:
        """Yield blocks that end between two rows: a cell in quotes can hold ends of lines."""
        pending: Block | None = None
        for block in self._of_rows(rows):
            if pending is not None:
                block = Block(pending.text + block.text, pending.line)
            # what stays open for so long is a stray quote: whoever reads the block says where
            has = b'"' in block.text  # which is quicker to ask than how many there are
            open_ = has and block.text.count(b'"') % 2 == 1 and len(block.text) < 2 * BLOCK
            pending = block if open_ else None
            if not open_:
                yield block
        if pending is not None:
            yield pending

    def _of_rows(self, rows: int) -> Iterator[Block]:
        """Yield blocks of about some lines, the first one too."""
        text, line = self._first.text, self._first.line
        self._first = Block(b"", line)
        while text:
            stop = min(len(text), self._text.size)
            stop = text.find(b"\n", stop - 1) + 1 or len(text)
            yield Block(text[:stop], line)
            line += text.count(b"\n", 0, stop)
            text = text[stop:]
        yield from self._blocks

    def _read(self, block: Block) -> tuple[Part | None, TableError | None]:
        """Return the rows of a block, and what is wrong with the first row that cannot be read."""
        plain = self._plain.read(block)
        return (plain, None) if plain is not None else self._by_row(block)

    def _by_row(self, block: Block) -> tuple[Part | None, TableError | None]:
        rows = csv.reader(
            StringIO(block.text.decode(), newline="\n"), delimiter=self.delimiter, strict=True
        )
        cells: list[list[str]] = []
        wrong: TableError | None = None
        try:
            cells.extend(bounded(rows))
        except csv.Error as error:  # the rows before it are right
            line = 1 + (_lines(cells, block.line - 1) or [block.line - 1])[-1]
            wrong = _not_csv(self.at(line), error)
        width = len(self.columns)
        lines = _lines(cells, block.line - 1)
        kept = [n for n, row in enumerate(cells) if any(row)]
        for n in kept:
            row = cells[n]
            if len(row) > width and not any(row[width:]):
                del row[width:]
        uneven = next((n for n in kept if len(cells[n]) != width), None)
        if uneven is not None:
            wrong = table_error(
                "width", self.at(lines[uneven]), "there are {found} cells where the header has {width}",
                "check the separators", found=len(cells[uneven]), width=width,
            )  # fmt: skip
            kept = [n for n in kept if n < uneven]
        if not kept:
            return None, wrong
        columns = list(zip(*(cells[n] for n in kept), strict=True))
        part = TextPart(columns, [lines[n] for n in kept], self.columns, self.notation)
        return part, wrong


def _separator(line: str) -> str:
    """Return what stands between the names of the columns."""
    bare = "".join(line.split('"')[::2])  # what is not between quotes
    return max(SEPARATORS, key=lambda sign: (bare.count(sign), sign == ","))


def _not_csv(where: str, error: csv.Error) -> TableError:
    return table_error(
        "csv", where, "the row that begins here cannot be read", "check its quotes",
        detail=str(error),
    )  # fmt: skip


def _lines(rows: Sequence[Sequence[str]], start: int) -> list[int]:
    """Return the line on which each row ends; a cell in quotes can hold ends of lines."""
    spans = (1 + sum(cell.count("\n") for cell in row) for row in rows)
    return list(accumulate(spans, initial=start))[1:]


@contextmanager
def open_csv(path: Path, decimal: str = "", dates: str = "") -> Iterator[CsvSource]:
    """Open a CSV file; ``-`` is standard input.

    Parameters
    ----------
    path : Path
        A file with ``;``, ``,`` or a tab between columns, in UTF-8, UTF-16 or Windows-1252; a line
        ``sep=;`` may stand above the headings.
    decimal : {"", ".", ","}
        What marks the decimals, where someone said so.
    dates : {"", "dd/mm/yyyy", "mm/dd/yyyy"}
        In which order day and month stand, where someone said so.

    Raises
    ------
    TableError
        Where the file cannot be read or is empty.
    """
    with opened(path) as file:
        yield CsvSource(path, file, decimal, dates)
