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
        Cells of a sheet, from A1 to the last that holds something.
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
    for name in sorted(members.keys() - {"mimetype"}):
        _plain_xml(path, name, members[name])
        if _is_sheet(name):
            _measure(path, name, members[name], limits)
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


def _measure(path: str | Path, name: str, content: bytes, limits: Limits) -> None:
    """Refuse a sheet with so many cells, stated or repeated, that a reader would run out of memory."""
    counter = _Extent()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise RegisterError("member_not_xml", where=path, member=name, reason=str(error)) from None
    if counter.sheets > limits.sheets:
        raise RegisterError("too_many_sheets", where=path, most=limits.sheets)
    if counter.largest > limits.cells:
        raise RegisterError("sheet_too_large", where=path, count=counter.largest, most=limits.cells)


class _Extent:
    """Counts the cells from A1 to the last stated one, repetitions included, of each sheet."""

    def __init__(self) -> None:
        self.sheets = 0
        self.largest = 0
        self._row = self._column = self._last_row = self._last_column = 0
        self._repeated = 1
        self._filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if local in ("table", "worksheet"):
            self.sheets += 1
            self._row = self._last_row = self._last_column = 0
        elif local == "table-row":
            self._repeated = _count(plain.get("number-rows-repeated"))
            self._column, self._filled = 0, False
        elif local in ("table-cell", "covered-table-cell"):
            self._column += _count(plain.get("number-columns-repeated"))
            if "value-type" in plain:
                self._keep(self._row + self._repeated, self._column)
                self._filled = True
        elif local == "row":
            self._row = _count(plain.get("r"), self._row + 1)
            self._column = 0
        elif local == "c":
            letters = re.match("[A-Z]{1,7}", plain.get("r", ""))
            self._column = column_number(letters[0]) if letters else self._column + 1
            digits = re.search("[0-9]{1,9}$", plain.get("r", ""))
            self._keep(int(digits[0]) if digits else self._row, self._column)

    def end(self, name: str) -> None:
        if name.rpartition(" ")[2] == "table-row":
            self._row += self._repeated

    def _keep(self, row: int, column: int) -> None:
        self._last_row = max(self._last_row, row)
        self._last_column = max(self._last_column, column)
        self.largest = max(self.largest, self._last_row * self._last_column)


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
