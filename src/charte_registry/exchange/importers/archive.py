"""Files of unknown origin, looked at before anything reads them.

A workbook is a zip archive of XML. What reaches the reader is a new archive that holds only the
XML members that were measured, unpacked and looked through here: no macro, no picture, nothing
whose size or text could exhaust the memory.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import attrs

from charte_registry.errors import RegisterError
from charte_registry.json_value import JsonValue
from charte_registry.messages import system_reason

ODS, XLSX = "ods", "xlsx"

_CFB = bytes.fromhex("d0cf11e0a1b11ae1")  # Compound File Binary: old .xls, encrypted .xlsx
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_SMALL = 1_000_000  # members below are allowed any ratio: short tables of styles pack very well


@attrs.frozen(kw_only=True)
class Limits(JsonValue):
    """How large a file to read may be.

    Parameters
    ----------
    file_bytes : int
        Size of the file.
    unpacked_bytes : int
        Size of all that is packed in it.
    ratio : int
        Unpacked over packed size of a member of more than 1 MB.
    members : int
        Members of the archive.
    cells : int
        Cells of all sheets, each from A1 to the last that holds something.
    characters : int
        Characters of all cells, a repeated text counted each time.
    sheets : int
        Sheets of a workbook.

    Examples
    --------
    >>> Limits(file_bytes=1_000).ratio
    200
    """

    file_bytes: int = 50_000_000
    unpacked_bytes: int = 400_000_000
    ratio: int = 200
    members: int = 10_000
    cells: int = 2_000_000
    characters: int = 100_000_000
    sheets: int = 5_000


def read_bytes(path: str | Path, limits: Limits) -> bytes:
    """Return what a file holds, once its size is known to be within the limits.

    Raises
    ------
    RegisterError
        Where it is not there, cannot be read or is too large.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise RegisterError("cannot_read", where=path, reason=system_reason(error)) from None
    if len(content) > limits.file_bytes:
        raise RegisterError("file_too_large", where=path, most=limits.file_bytes)
    return content


def checked_workbook(path: str | Path, limits: Limits) -> tuple[str, bytes]:
    """Return the format of a workbook and a copy of it that is safe to read.

    Parameters
    ----------
    path : str or Path
        An ODS or XLSX file.
    limits : Limits
        How large it may be.

    Returns
    -------
    tuple of str and bytes
        ``"ods"`` or ``"xlsx"``; an archive of the XML members alone.

    Raises
    ------
    RegisterError
        Where it is no such workbook, is encrypted, too large or built to be.
    """
    content = read_bytes(path, limits)
    if content.startswith(_CFB):
        if _ENCRYPTED in content:
            raise RegisterError("encrypted", where=path)
        raise RegisterError("old_xls", where=path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _members(path, archive, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise RegisterError("not_workbook", where=path, reason=str(error)) from None
    form = _form(path, members)
    extent = _Extent(path, limits, _shared(path, members.get("xl/sharedStrings.xml")))
    for name in sorted(members.keys() - {"mimetype"}):
        _plain_xml(path, name, members[name])
        if _is_sheet(name):
            _measure(path, name, members[name], extent)
    if form == ODS:  # the reader knows spaces, but neither tabs nor line breaks, that are elements
        for element, sign in (rb"<text:tab\s*/>", b"\t"), (rb"<text:line-break\s*/>", b"\n"):
            members["content.xml"] = re.sub(element, sign, members["content.xml"])
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return form, copy.getvalue()


def _members(path: str | Path, archive: zipfile.ZipFile, limits: Limits) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise RegisterError("too_many_members", where=path, count=len(infos), most=limits.members)
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise RegisterError("unpacks_too_large", where=path, most=limits.unpacked_bytes)
    members: dict[str, bytes] = {}
    for info in infos:
        name = info.filename
        if info.flag_bits & 0x1:
            raise RegisterError("encrypted_member", where=path, member=name)
        if info.file_size > max(_SMALL, limits.ratio * info.compress_size):
            raise RegisterError("member_ratio", where=path, member=name, most=limits.ratio)
        if name in members:
            raise RegisterError("member_twice", where=path, member=name)
        if name.endswith((".xml", ".rels")) or name == "mimetype":
            members[name] = archive.read(info)  # never more than file_size, or BadZipFile
    return members


def _plain_xml(path: str | Path, name: str, content: bytes) -> None:
    """Refuse XML that defines entities, or whose encoding could hide that it does."""
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    if (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")) or b"\0" in content[:4]:
        raise RegisterError("member_not_utf8", where=path, member=name)
    upper = content.upper()
    if b"<!DOCTYPE" in upper or b"<!ENTITY" in upper:
        raise RegisterError("member_entities", where=path, member=name)


def _form(path: str | Path, members: dict[str, bytes]) -> str:
    if b"encryption-data" in members.get("META-INF/manifest.xml", b""):
        raise RegisterError("encrypted", where=path)
    kind = members.get("mimetype", b"").decode("latin-1").strip()
    if (
        kind.startswith("application/vnd.oasis.opendocument.spreadsheet")
        and "content.xml" in members
    ):
        return ODS
    if "xl/workbook.xml" in members:
        return XLSX
    raise RegisterError("not_ods_nor_xlsx", where=path)


def _is_sheet(name: str) -> bool:
    return name == "content.xml" or name.startswith("xl/worksheets/")


def _measure(path: str | Path, name: str, content: bytes, extent: _Extent) -> None:
    """Refuse sheets with so many cells or characters that a reader would run out of memory."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.CharacterDataHandler = extent.text
    _parse(path, name, content, parser)
    extent.close_sheet()


def _parse(path: str | Path, name: str, content: bytes, parser: expat.XMLParserType) -> None:
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise RegisterError("member_not_xml", where=path, member=name, reason=str(error)) from None


def _shared(path: str | Path, content: bytes | None) -> list[int]:
    """Return the length of each text that cells of an XLSX share."""
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    if content is not None:
        _plain_xml(path, "xl/sharedStrings.xml", content)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.CharacterDataHandler = start, text
        _parse(path, "xl/sharedStrings.xml", content, parser)
    return lengths


class _Extent:
    """Counts sheets, cells from A1 to the last stated one, and characters, repetitions included."""

    def __init__(self, path: str | Path, limits: Limits, shared: list[int]) -> None:
        self.path, self.limits, self.shared = path, limits, shared
        self._sheets = self._cells = self._characters = 0
        self._row = self._column = self._last_row = self._last_column = 0
        self._rows = self._columns = 1  # how often the row and the cell are repeated
        self._inside = self._is_shared = self._value = False
        self._index = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if local in ("table", "worksheet"):
            self.close_sheet()
            self._sheets += 1
            if self._sheets > self.limits.sheets:
                raise RegisterError("too_many_sheets", where=self.path, most=self.limits.sheets)
        elif local == "table-row":
            self._rows, self._column = _count(plain.get("number-rows-repeated")), 0
        elif local in ("table-cell", "covered-table-cell"):
            self._columns = _count(plain.get("number-columns-repeated"))
            self._column += self._columns
            self._inside = True
            if "value-type" in plain:
                self._keep(self._row + self._rows, self._column)
        elif local == "row":
            self._row, self._rows = _count(plain.get("r"), self._row + 1), 1
            self._column = 0
        elif local == "c":
            letters = re.match("[A-Z]{1,7}", plain.get("r", ""))
            self._column = column_number(letters[0]) if letters else self._column + 1
            digits = re.search("[0-9]{1,9}$", plain.get("r", ""))
            self._keep(int(digits[0]) if digits else self._row, self._column)
            self._inside, self._columns, self._is_shared = True, 1, plain.get("t") == "s"
        elif local == "v":
            self._value, self._index = True, ""

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "table-row":
            self._row += self._rows
            self._rows = 1
        elif local == "v":
            self._value = False
            if self._is_shared and re.fullmatch("[0-9]{1,9}", self._index.strip()):
                index = int(self._index)
                self._add(self.shared[index] if index < len(self.shared) else 0)
        elif local in ("c", "table-cell", "covered-table-cell"):
            self._inside = False

    def text(self, data: str) -> None:
        if self._inside:
            if self._value:
                self._index = (self._index + data)[:20]
            self._add(len(data) * self._columns * self._rows)

    def close_sheet(self) -> None:
        self._cells += self._last_row * self._last_column
        self._row = self._column = self._last_row = self._last_column = 0

    def _add(self, characters: int) -> None:
        self._characters += characters
        if self._characters > self.limits.characters:
            raise RegisterError("too_many_characters", where=self.path, most=self.limits.characters)

    def _keep(self, row: int, column: int) -> None:
        self._last_row = max(self._last_row, row)
        self._last_column = max(self._last_column, column)
        here, most = self._last_row * self._last_column, self.limits.cells
        if here > most:
            raise RegisterError("sheet_too_large", where=self.path, count=here, most=most)
        if self._cells + here > most:
            raise RegisterError("too_many_cells", where=self.path, most=most)


def _count(text: str | None, default: int = 1) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else default


def column_number(letters: str) -> int:
    """Return the number of a column from its letters, from 1.

    Examples
    --------
    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell from its 0-based row and column.

    Examples
    --------
    >>> cell_name(0, 0), cell_name(4, 27)
    ('A1', 'AB5')
    """
    return "".join(_letters(column)) + str(row + 1)


def _letters(column: int) -> Iterator[str]:
    if column >= 26:
        yield from _letters(column // 26 - 1)
    yield chr(ord("A") + column % 26)
