"""The last look at a sheet that was read: cells whose words are in no record and in no remark."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import attrs

from charte_registry.exchange.importers.cnil.fiche import LISTED, countries, legal_bases
from charte_registry.exchange.importers.cnil.layout import (
    Row,
    cleaned,
    header_words,
    is_list_header,
    labelled,
    role_of,
    section_of,
)
from charte_registry.exchange.importers.cnil.liste import FIELDS
from charte_registry.exchange.importers.wording import (
    folded,
    nothing,
    parsed_conservation,
    parsed_date,
)
from charte_registry.exchange.importers.workbook import Cell, Sheet
from charte_registry.vocabularies.country_names import NAMES


def words_of(records: Iterable[Any]) -> str:
    """Return all texts of records, folded, a line each."""
    return "\n".join(folded(text) for record in records for text in _texts(attrs.asdict(record)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def leftover(sheet: Sheet, words: str, told: Collection[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield the place and the text of each cell that ended nowhere, and whether it is but a title.

    Parameters
    ----------
    sheet : Sheet
        A record sheet or a list that was read.
    words : str
        Texts of the records, folded; see ``words_of``.
    told : collection of str
        Places of which a remark speaks.
    """
    rows = list(labelled(sheet))
    listed = next((n for n, row in enumerate(rows) if is_list_header(row)), None)
    title = True
    for number, row in enumerate(rows):
        if sheet.where(row.number, row.start) in told and listed is not None:
            continue  # a line of the list of which a remark speaks as a whole
        known = is_label(row)
        title = title and listed is None and not known
        for column, cell in {row.start: row.label, **row.cells}.items():
            where = sheet.where(row.number, column)
            if where in told or (column == row.start and known):
                continue
            if listed is not None and number <= listed and _of_the_head(cell, words):
                continue
            if not (known and folded(cell) in header_words()) and not _ended(cell, words):
                yield where, str(cell), title


def is_label(row: Row) -> bool:
    """Return whether a row begins with one of the model's labels or headings."""
    return bool(
        section_of(row) or role_of(row, "") or is_list_header(row) or row.key in header_words()
    )


def _of_the_head(cell: Cell, words: str) -> bool:
    """Return whether a cell above the list is a label of it, alone or before what was read."""
    label, colon, value = str(cell).partition(":")
    if colon and folded(label) in FIELDS:
        return not value.strip() or _ended(value, words)
    key = folded(cell)
    return (
        key.startswith("coordonnees d")
        or key in header_words()
        or key == "identification du traitement"
    )


def _ended(cell: Cell, words: str) -> bool:
    """Return whether what a cell says is in a record, as it is or as what it was read as."""
    if cleaned(cell) is None or nothing(cell):
        return True
    key = folded(cell)
    if not key or key in words or key in LISTED or key in ("x", "oui"):
        return True
    day = parsed_date(cell)
    if day is not None and folded(day) in words:
        return True
    text = re.sub(r"^\(exemple\)", "", str(cell), flags=re.IGNORECASE)
    if all(folded(line) in words for line in re.split("[;,\n]", text)):
        return True
    kept = parsed_conservation(str(cell))
    if "duree" in kept:
        return all(folded(text) in words for text in kept.values())
    if all(code in NAMES and folded(code) in words for code in countries(str(cell))):
        return True
    bases = legal_bases(str(cell))
    return bool(bases) and all(folded(base) in words for base in bases)
