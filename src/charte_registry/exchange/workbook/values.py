"""From the value of a field to what its cell shows, and back.

A cell that still shows what was written means the value that was written, to the letter: so no
value is lost that a cell cannot hold, nor one that a spreadsheet changes when it saves.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import attrs

from charte_registry.errors import Fault, nearest
from charte_registry.exchange.exporters.spreadsheet import FIRST_DATE
from charte_registry.exchange.importers.wording import parsed_date
from charte_registry.exchange.workbook.layout import Column
from charte_registry.exchange.workbook.names import Directory, bare, distinct
from charte_registry.exchange.workbook.words import duration_iso, duration_words, words
from charte_registry.files.cells import neutral, restored
from charte_registry.messages import LANGUAGES
from charte_registry.records.formats import DUREE
from charte_registry.schema.shape import DATE, FLAG, NUMBER, Shape
from charte_registry.vocabularies.countries import country_code
from charte_registry.vocabularies.country_names import NAMES as COUNTRIES
from charte_registry.vocabularies.vocabulaire import Vocabulaire

Cell = str | int | float | bool | dt.date | None

LONGEST = 32_000  # letters of a cell, below what XLSX allows
_SEPARATORS = ("\n", "\n\n", "\n---\n", "\n-----\n")  # between the values of a cell
_NO_CELL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERRORS = frozenset(
    [
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#VALEUR!",
        "#NAME?",
        "#NOM?",
        "#DIV/0!",
        "#NUM!",
        "#NULL!",
        "Err:502",
        "Err:508",
    ]
)
_TRUE = frozenset(["oui", "yes", "sim", "true", "vrai", "verdadeiro", "x", "1"])
_FALSE = frozenset(["non", "no", "nao", "false", "faux", "falso", "0"])


class UnreadError(ValueError):
    """A cell says something that the field cannot hold."""

    def __init__(self, code: str, **data: Any) -> None:
        self.fault: Fault = Fault(code, **data)
        super().__init__(self.fault)


@attrs.frozen
class Names:
    """What records and codes are called in the workbook.

    Parameters
    ----------
    lang : {"fr", "en", "pt"}
        Language.
    labels : mapping of str to mapping of str to str
        Names of records by kind and identifier, each only once in its kind.
    directories : mapping of str to Directory
        Who is meant by a name, by kind.
    """

    lang: str
    labels: Mapping[str, Mapping[str, str]]
    directories: Mapping[str, Directory] = attrs.field(factory=dict)


@cache
def _terms(codes: Vocabulaire, lang: str) -> Mapping[str, str]:
    return distinct({term.code: term.label(lang) for term in codes.termes})


@cache
def _codes(codes: Vocabulaire, lang: str) -> Directory:
    others = [other for other in LANGUAGES if other != lang]
    return Directory(*(_terms(codes, said) for said in (lang, *others)))


@cache
def countries(lang: str) -> Mapping[str, str]:
    """Return the names of countries by their codes."""
    place = LANGUAGES.index(lang)
    return {code: names[place] for code, names in COUNTRIES.items()}


def offered(shape: Shape, lang: str) -> Sequence[str]:
    """Return what a cell of a field lets choose from, besides names of records; empty for anything."""
    if shape.holds == FLAG:
        return words(lang)["yes"], words(lang)["no"]
    if shape.vocabulaire is not None:
        return tuple(_terms(shape.vocabulaire, lang).values())
    if is_country(shape):
        return tuple(sorted(countries(lang).values(), key=bare))
    return shape.choices


def is_country(shape: Shape) -> bool:
    """Whether a field holds the code of a country."""
    return shape.name == "pays" and not shape.choices


def shown(value: Any, column: Column, names: Names) -> str | int | dt.date | None:
    """Return what the cell of a field shows.

    Parameters
    ----------
    value : object
        Plain value of the field, dates as dates or as ISO text; None for none.
    column : Column
        The field.
    names : Names
        What records are called.

    Returns
    -------
    str, int, datetime.date or None
        A text that is not neutralised yet.
    """
    said = words(names.lang)
    if column.presence:
        return str(said["yes"]) if value is not None else None
    if value is None or value == []:
        return None
    shape = column.shape
    if not shape.several:
        return _cut(_one(value, shape, names), said)
    texts = [str(_one(item, shape, names)) for item in value]
    return _cut(separator(texts).join(texts), said)


def separator(texts: Sequence[str]) -> str:
    """Return what stands between the values of a cell: a line end, or more where one holds some."""
    return next(
        (sign for sign in _SEPARATORS if not any(sign in text for text in texts)), _SEPARATORS[-1]
    )


def _cut(value: str | int | dt.date, said: Mapping[str, Any]) -> str | int | dt.date:
    """Return a text that every spreadsheet can hold and give back."""
    if not isinstance(value, str):
        return value
    text = _NO_CELL.sub("\ufffd", _line_ends(value))
    return text if len(text) <= LONGEST else text[:LONGEST] + str(said["cut"])


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _one(value: Any, shape: Shape, names: Names) -> str | int | dt.date:
    if shape.holds == FLAG:
        return str(words(names.lang)["yes" if value else "no"])
    if shape.holds == NUMBER:
        return int(value)
    if shape.holds == DATE:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        return day if day >= FIRST_DATE else day.isoformat()
    if shape.reference:
        return names.labels.get(shape.reference, {}).get(value, str(value))
    if shape.vocabulaire is not None:
        return _terms(shape.vocabulaire, names.lang).get(value, str(value))
    if is_country(shape):
        return countries(names.lang).get(value, str(value))
    return duration_words(value, names.lang) if shape.form is DUREE else str(value)


def same(cell: Cell, value: str | int | dt.date | None) -> bool:
    """Whether a cell still shows what was written into it."""
    return _plain(cell) == _plain(neutral(value) if isinstance(value, str) else value)


def _plain(cell: Cell) -> str:
    """Return a cell as text, without what spreadsheets change when they save."""
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(cell))
    text = _NO_CELL.sub("", _line_ends(text)).replace("\ufffd", "")
    return "\n".join(line.strip() for line in restored(text).split("\n")).strip()


def read(cell: Cell, before: Any, column: Column, names: Names) -> Any:
    """Return the plain value that a cell means.

    Parameters
    ----------
    cell : str, int, float, bool, datetime.date or None
        The cell.
    before : object
        Plain value that it was written from; None for none.
    column : Column
        The field.
    names : Names
        What records are called now.

    Returns
    -------
    object
        Plain value, dates as ISO text; None for an empty cell.

    Raises
    ------
    UnreadError
        Where the field cannot hold what the cell says.
    """
    text = restored(cell).strip() if isinstance(cell, str) else _plain(cell)
    if not text:
        return None
    if text in _ERRORS:
        raise UnreadError("cell_error", value=text)
    if text.endswith(str(words(names.lang)["cut"]).strip()):
        raise UnreadError("cell_cut")
    shape = column.shape
    if not shape.several:
        return _meant(cell, text, shape, names)
    old = list(before or ())
    shown_before = [str(_one(item, shape, names)) for item in old]
    known = {_plain(neutral(said)): item for said, item in zip(shown_before, old, strict=True)}
    found = []
    for part in _line_ends(text).split(separator(shown_before)):
        if part.strip():
            again = known.get(_plain(part))
            found.append(_meant(part, part.strip(), shape, names) if again is None else again)
    return list(dict.fromkeys(found)) if shape.distinct else found


def _meant(cell: Cell, text: str, shape: Shape, names: Names) -> Any:
    if shape.holds == FLAG:
        return _flag(text)
    if shape.holds == NUMBER:
        digits = "".join(text.split())
        if not (digits.isascii() and digits.isdigit()):
            raise UnreadError("cell_not_whole", value=text)
        return int(digits)
    if shape.holds == DATE:
        day = cell if isinstance(cell, dt.date) else parsed_date(text)
        if day is None:
            raise UnreadError("cell_not_date", value=text)
        return day.isoformat()
    if shape.reference:
        return _named(text, names.directories[shape.reference], "cell_not_name")
    if shape.vocabulaire is not None:
        return _named(text, _codes(shape.vocabulaire, names.lang), "cell_not_listed")
    if is_country(shape):
        return text if text in COUNTRIES else country_code(text) or text
    if shape.form is DUREE:
        written = duration_iso(text) or text
        if not DUREE.accepts(written):
            raise UnreadError("cell_not_duration", value=text)
        return written
    return text


def _flag(text: str) -> bool:
    word = bare(text)
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise UnreadError("cell_not_flag", value=text)


def _named(text: str, directory: Directory, code: str) -> str:
    found = directory.of(text)
    if found is None:
        raise UnreadError(code, value=text, near=nearest(text, directory.names))
    return found
