"""Workbooks, measured before anything reads them.

A few hundred bytes can unpack to gigabytes, repeat one cell a billion times or hold thousands of
sheets. So the budgets count the whole file, and the reader is handed a new archive that holds only
the XML that was measured here.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from lzma import LZMAError
from pathlib import Path
from xml.parsers import expat

import attrs

from tarifs_solidaires.catalogue import msg
from tarifs_solidaires.errors import TableError
from tarifs_solidaires.people.writing import opened, table_error

CFB = bytes.fromhex("d0cf11e0a1b11ae1")  # an old .xls, or an encrypted .xlsx
ZIP = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_SMALL = 1_000_000  # members below are allowed any ratio
DAMAGED = (
    zipfile.BadZipFile, zlib.error, LZMAError, struct.error, NotImplementedError, EOFError, RuntimeError,
    OSError, ValueError, OverflowError, KeyError, IndexError,
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Limits:
    """How large a workbook may be; every figure counts the whole file.

    Parameters
    ----------
    file_bytes, xls_bytes : int
        Size of the file; of one in the old Excel format, which cannot be measured beforehand.
    unpacked_bytes : int
        Size of all that is packed in it.
    ratio : int
        Unpacked over packed size of a member of more than 1 MB.
    members, sheets : int
        Members of the archive, and sheets.
    cells : int
        Cells of all sheets, each from A1 to the last that holds something.
    characters : int
        Characters of all cells, a repeated text counted each time.
    """

    file_bytes: int = 100_000_000
    xls_bytes: int = 10_000_000
    unpacked_bytes: int = 600_000_000
    ratio: int = 200
    members: int = 2_000
    sheets: int = 200
    cells: int = 5_000_000
    characters: int = 100_000_000


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Return what a regular file holds, once its size is known to be within the limits.

    Raises
    ------
    TableError
        Where it is not there, is a folder, a pipe or a device, cannot be read or is too large.
    """
    with opened(path) as file:
        content = file.read(limits.file_bytes + 1)
    if len(content) > limits.file_bytes:
        raise too_large(path, "bytes", limits.file_bytes)
    return content


def damaged(path: Path, detail: object) -> TableError:
    """Return the error of a workbook that cannot be read; the detail is that of its reader."""
    return table_error(
        "damaged", path, "is a damaged workbook", "save it again with an office suite",
        detail=str(detail).partition("\n")[0][:200],
    )  # fmt: skip


def too_large(path: Path, what: str, most: int) -> TableError:
    """Return the error of a workbook that is larger than may be read."""
    return table_error("too_large", path, _TOO_MANY[what], "split it, or save it as CSV", most=most)


_TOO_MANY = {
    "bytes": msg("has more than {most:,} bytes"), "members": msg("more than {most:,} files in the workbook"),
    "sheets": msg("more than {most:,} sheets"), "cells": msg("more than {most:,} cells"),
    "characters": msg("more than {most:,} characters"),
}  # fmt: skip


def _encrypted(path: Path) -> TableError:
    return table_error("encrypted", path, "is encrypted", "save it without a password")


def _bomb(path: Path, name: str) -> TableError:
    return table_error(
        "bomb", path, "{name!r} was not written by an office suite: it unpacks to far more, or defines "
        "entities", "save the workbook again with an office suite", name=name,
    )  # fmt: skip


def checked_workbook(path: Path, content: bytes, limits: Limits) -> bytes:
    """Return a copy of a workbook that is safe to read.

    Raises
    ------
    TableError
        Where it is no workbook, is encrypted, damaged, too large or built to be.
    """
    if content.startswith(CFB):
        if _ENCRYPTED in content:
            raise _encrypted(path)
        if len(content) > limits.xls_bytes:
            raise too_large(path, "bytes", limits.xls_bytes)
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _members(path, archive, limits)
    except TableError:
        raise
    except DAMAGED as error:
        raise damaged(path, error) from None
    if b"encryption-data" in members.get("META-INF/manifest.xml", b""):
        raise _encrypted(path)
    is_ods = members.get("mimetype", b"").startswith(
        b"application/vnd.oasis.opendocument.spreadsheet"
    )
    if not (is_ods and "content.xml" in members) and "xl/workbook.xml" not in members:
        raise table_error(
            "not_a_workbook",
            path,
            "is neither XLSX, ODS nor XLS",
            "save it as one of them, or as CSV",
        )
    for name in sorted(members.keys() - {"mimetype"}):
        _check_xml(path, name, members[name])
    budget = _Budget(limits)
    budget.texts = _shared_texts(path, members.get("xl/sharedStrings.xml"))
    for name in sorted(members):
        if name == "content.xml" or name.startswith("xl/worksheets/"):
            _measure(path, name, members[name], budget)
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return copy.getvalue()


def _members(path: Path, archive: zipfile.ZipFile, limits: Limits) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise too_large(path, "members", limits.members)
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise too_large(path, "bytes", limits.unpacked_bytes)
    members: dict[str, bytes] = {}
    for info in infos:
        if info.flag_bits & 0x1:
            raise _encrypted(path)
        if info.file_size > max(_SMALL, limits.ratio * info.compress_size):
            raise _bomb(path, info.filename)
        if info.filename in members:
            raise damaged(path, f"{info.filename} x 2")
        if info.filename.endswith((".xml", ".rels")) or info.filename == "mimetype":
            members[info.filename] = archive.read(info)  # never more than file_size
    return members


def _check_xml(path: Path, name: str, content: bytes) -> None:
    """Refuse XML that defines entities, or whose encoding could hide that it does."""
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    hidden = (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")) or (
        b"\0" in content[:4]
    )
    upper = content.upper()
    if hidden or b"<!DOCTYPE" in upper or b"<!ENTITY" in upper:
        raise _bomb(path, name)


def _parse(path: Path, name: str, content: bytes, parser: expat.XMLParserType) -> None:
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise damaged(path, f"{name}: {error}") from None


def _shared_texts(path: Path, content: bytes | None) -> list[int]:
    """Return the length of each text that cells of an XLSX share."""
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    if content is not None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.CharacterDataHandler = start, text
        _parse(path, "xl/sharedStrings.xml", content, parser)
    return lengths


def _measure(path: Path, name: str, content: bytes, budget: _Budget) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = budget.start
    parser.EndElementHandler = budget.end
    parser.CharacterDataHandler = budget.text
    try:
        _parse(path, name, content, parser)
        budget.close_sheet()
    except _TooLargeError as error:
        raise too_large(path, error.what, error.most) from None


class _TooLargeError(Exception):
    def __init__(self, what: str, most: int) -> None:
        super().__init__(what)
        self.what, self.most = what, most


class _Budget:
    """Counts sheets, cells from A1 to the last one, and characters, repetitions included."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.texts: list[int] = []
        self._sheets = self._cells = self._characters = 0
        self._row = self._column = self._last_row = self._last_column = 0
        self._row_repeats = self._repeats = 1
        self._row_characters = 0
        self._inside = self._shared = self._value = False
        self._has_row_numbers = False
        self._index = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "c":
            reference = re.match("([A-Z]{1,3})([0-9]{1,7})$", attributes.get("r", ""))
            self._column = _column(reference[1]) if reference else self._column + 1
            self._keep(int(reference[2]) if reference else max(self._row, 1), self._column)
            self._has_row_numbers = True
            self._inside, self._repeats, self._shared = True, 1, attributes.get("t") == "s"
        elif local == "v":
            self._value, self._index = True, ""
        elif local == "row":
            self._row = _count(attributes.get("r"), self._row + 1)
            self._column, self._row_repeats = 0, 1
        elif local in ("table-cell", "covered-table-cell"):
            plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self._has_row_numbers = False
            self._repeats = _count(plain.pop("number-columns-repeated", None))
            self._column += self._repeats
            self._inside = True
            if plain.keys() - {"style-name", "content-validation-name"}:
                self._keep(self._row + self._row_repeats, self._column)
        elif local == "table-row":
            plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self._row_repeats = _count(plain.get("number-rows-repeated"))
            self._column = self._row_characters = 0
        elif local in ("table", "worksheet"):
            self.close_sheet()
            self._sheets += 1
            if self._sheets > self.limits.sheets:
                raise _TooLargeError("sheets", self.limits.sheets)

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "v":
            self._value = False
            if self._shared and self._index.strip().isdigit() and len(self._index) < 10:
                index = int(self._index)
                self._add(self.texts[index] if index < len(self.texts) else 0)
        elif local in ("c", "table-cell", "covered-table-cell"):
            self._inside = False
        elif local == "table-row":
            self._row += self._row_repeats
            self._row_repeats = 1

    def text(self, data: str) -> None:
        if self._inside:
            if self._value:
                self._index = (self._index + data)[:20]
            if data.strip():
                if not self._has_row_numbers:
                    self._keep(self._row + self._row_repeats, max(self._column, 1))
                self._add(len(data) * self._repeats * self._row_repeats)

    def close_sheet(self) -> None:
        self._cells += self._last_row * self._last_column
        self._row = self._column = self._last_row = self._last_column = 0

    def _add(self, characters: int) -> None:
        self._characters += characters
        if self._characters > self.limits.characters:
            raise _TooLargeError("characters", self.limits.characters)

    def _keep(self, row: int, column: int) -> None:
        self._last_row = max(self._last_row, row)
        self._last_column = max(self._last_column, column)
        if self._cells + self._last_row * self._last_column > self.limits.cells:
            raise _TooLargeError("cells", self.limits.cells)


def _count(text: str | None, default: int = 1) -> int:
    if text is None:
        return default
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 10**9


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
