"""What a reader of values leaves out: comments pinned to cells, and the merged cells of ODS."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET  # members were looked through: no entity, bounded size

from charte_registry.exchange.importers.archive import column_number

Place = tuple[int, int]  # row and column, from 0

_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def comments(members: Mapping[str, bytes]) -> Mapping[str, Mapping[Place, str]]:
    """Return the comments of a workbook.

    Parameters
    ----------
    members : mapping of str to bytes
        The XML members of the archive; see ``archive.checked_workbook``.

    Returns
    -------
    mapping of str to mapping of (int, int) to str
        By name of the sheet, then by row and column from 0. Authors are left out.
    """
    if "content.xml" in members:
        return _of_ods(members["content.xml"])
    return _of_xlsx(members)


def _of_xlsx(members: Mapping[str, bytes]) -> dict[str, dict[Place, str]]:
    targets = dict(_relations(members, "xl/workbook.xml"))
    found: dict[str, dict[Place, str]] = {}
    for sheet in _parsed(members["xl/workbook.xml"]).iter(f"{_MAIN}sheet"):
        path = targets.get(sheet.get(_LINK, ""), "")
        for _, part in _relations(members, path):
            if "omments" in part and part in members:  # comments1.xml, threadedComments/...
                held = found.setdefault(sheet.get("name", ""), {})
                for place, text in _pinned(members[part]):
                    held[place] = f"{held[place]}\n{text}" if place in held else text
    return found


def _relations(members: Mapping[str, bytes], part: str) -> Iterator[tuple[str, str]]:
    folder, name = posixpath.split(part)
    content = members.get(f"{folder}/_rels/{name}.rels")
    if content is None:
        return
    for relation in _parsed(content).iter(_RELATION):
        target = relation.get("Target", "")
        whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        yield relation.get("Id", ""), posixpath.normpath(whole)


def _pinned(content: bytes) -> Iterator[tuple[Place, str]]:
    for element in _parsed(content).iter():
        match = _REF.fullmatch(element.get("ref", "").replace("$", ""))
        if match is None:
            continue
        text = "".join(
            inner.text or "" for inner in element.iter() if _local(inner) in ("t", "text")
        ).strip()
        if text:
            yield (int(match[2]) - 1, column_number(match[1]) - 1), text


def _of_ods(content: bytes) -> dict[str, dict[Place, str]]:
    found: dict[str, dict[Place, str]] = {}
    if b"annotation" not in content:
        return found
    for table in _parsed(content).iter():
        if _local(table) == "table":
            held = dict(_annotated(table))
            if held:
                found[_attribute(table, "name")] = held
    return found


def merged_of_ods(members: Mapping[str, bytes]) -> Mapping[str, tuple[tuple[Place, Place], ...]]:
    """Return the merged ranges of an ODS workbook by sheet: first and last cell of each."""
    content = members.get("content.xml", b"")
    if b"-spanned" not in content:
        return {}
    return {
        _attribute(table, "name"): tuple(_spanned(table))
        for table in _parsed(content).iter()
        if _local(table) == "table"
    }


def _spanned(table: ET.Element) -> Iterator[tuple[Place, Place]]:
    for (row, column), cell in _cells(table):
        high, wide = (_repeated(cell, f"number-{what}-spanned") for what in ("rows", "columns"))
        if high > 1 or wide > 1:
            yield (row, column), (row + high - 1, column + wide - 1)


def _annotated(table: ET.Element) -> Iterator[tuple[Place, str]]:
    for place, cell in _cells(table):
        for note in cell:
            if _local(note) == "annotation":
                lines = ("".join(p.itertext()) for p in note if _local(p) == "p")
                if text := "\n".join(lines).strip():
                    yield place, text


def _cells(table: ET.Element) -> Iterator[tuple[Place, ET.Element]]:
    row = 0
    for line in table.iter():
        if _local(line) != "table-row":
            continue
        column = 0
        for cell in line:
            yield (row, column), cell
            column += _repeated(cell, "number-columns-repeated")
        row += _repeated(line, "number-rows-repeated")


def _parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - `archive` refuses what defines entities


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: ET.Element, name: str) -> str:
    return next((v for key, v in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _repeated(element: ET.Element, name: str) -> int:
    text = _attribute(element, name)
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 1
