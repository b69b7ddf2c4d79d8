"""Text files in the encodings that offices have, as UTF-8, in pieces that end where a line ends."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import attrs
import numpy as np

from tarifs_solidaires.errors import TableError
from tarifs_solidaires.people.writing import table_error

BLOCK = 1 << 21  # bytes that are read at a time
MAX_LINE = 1_000_000  # bytes
# Characters. The csv module has a limit of its own, which other libraries raise for the whole process.
LONGEST_CELL = 131_072
_SMALLEST = 4_096


def bounded(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yield rows of a table; a cell that is too long is the error that ``csv`` has for it.

    Examples
    --------
    >>> list(bounded([["a", "b"]]))
    [['a', 'b']]
    """
    for row in rows:
        if row and max(map(len, row)) > LONGEST_CELL:
            raise csv.Error(f"a cell of more than {LONGEST_CELL:,} characters")
        yield row


@attrs.frozen
class Block:
    """Some lines: their bytes in UTF-8, and the number of the first one."""

    text: bytes
    line: int


class TextFile:
    """A text file that is open to be read.

    UTF-8 and UTF-16 with their marks are told apart by them. Without one, a file is ASCII until the
    first sign that is not; if these lines are UTF-8, the whole file must be, else it is Windows-1252.

    Parameters
    ----------
    path : Path
        Its name, for messages.
    file : BinaryIO
        Its bytes.
    """

    done: int
    marked: bool

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.done = 0
        self.marked = (
            False  # whether it is as Excel writes it: with a mark, in UTF-16 or Windows-1252
        )
        self._file = file
        self.size = BLOCK

    def at(self, line: int) -> str:
        """Say where a line stands."""
        return f"{self.path}:{line}"

    def blocks(self) -> Iterator[Block]:
        """Yield the lines, some at a time."""
        for block in self._whole_lines(self._utf8()):
            wrong = block.text.find(b"\0")
            if not block.text.isascii() and wrong < 0:
                try:
                    block.text.decode()
                except UnicodeDecodeError as error:
                    wrong = error.start
            if wrong >= 0:
                raise self._not_text(block.line + block.text.count(b"\n", 0, wrong))
            yield block

    def _not_text(self, line: int) -> TableError:
        return table_error(
            "encoding", self.at(line), "is neither UTF-8, UTF-16 nor Windows-1252",
            "save the file as CSV UTF-8",
        )  # fmt: skip

    def _read(self) -> bytes:
        piece = self._file.read(self.size)
        self.done += len(piece)
        return piece

    def _utf8(self) -> Iterator[bytes]:
        """Yield the bytes, from UTF-16 in UTF-8; those of eight bits as they are."""
        piece = self._read()
        wide = _wide(piece)
        if not wide:
            self.marked = piece.startswith(codecs.BOM_UTF8)
            piece = piece.removeprefix(codecs.BOM_UTF8)
            while piece:
                yield piece
                piece = self._read()
            return
        self.marked = True
        decoder = codecs.getincrementaldecoder(wide)()
        line = 1
        while True:
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError:
                raise self._not_text(line) from None
            coded = text.removeprefix("\ufeff").encode("utf-8", "surrogatepass")
            line += coded.count(b"\n")
            if coded:
                yield coded
            if not piece:
                return
            piece = self._read()

    def _whole_lines(self, pieces: Iterator[bytes]) -> Iterator[Block]:
        line, rest = 1, b""
        coding = _Coding(self)
        for piece in pieces:
            stop = piece.rfind(b"\n") + 1
            if not stop:
                if len(rest) + len(piece) > MAX_LINE:
                    raise table_error(
                        "long_line", self.at(line), "has more than {most:,} bytes",
                        "check that it is a CSV file: no row is that long", most=MAX_LINE,
                    )  # fmt: skip
                rest += piece
                continue
            text = rest + piece[:stop]
            yield Block(coding.utf8(text, line), line)
            line += lines_in(text)
            rest = piece[stop:]
        if rest:
            yield Block(coding.utf8(rest, line), line)


def lines_in(text: bytes) -> int:
    """Return how many lines end in a text; ``bytes.count`` is slow where they are many."""
    return int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")))


class _Coding:
    """What the bytes of a file without a mark have turned out to be."""

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self._found = "utf-8" if file.marked else ""

    def utf8(self, text: bytes, line: int) -> bytes:
        if text.isascii():
            return text
        self._found = self._found or ("utf-8" if self._file.marked or _is_utf8(text) else "cp1252")
        if self._found == "utf-8":
            return text  # looked at by the caller
        try:
            return text.decode("cp1252").encode()
        except UnicodeDecodeError as error:
            raise self._file._not_text(line + text[: error.start].count(b"\n")) from None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wide(start: bytes) -> str:
    """Return the name of the encoding of two bytes a sign that a file begins in, if it does."""
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if start.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if len(start) > 3 and start[0] and not start[1] and start[2] and not start[3]:
        return "utf-16-le"
    if len(start) > 3 and not start[0] and start[1] and not start[2] and start[3]:
        return "utf-16-be"
    return ""
