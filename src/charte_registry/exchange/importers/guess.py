"""A mapping guessed from a table: by its headings, and by what stands in its cells.

The guess is a file to correct, never a decision: whatever it does not know is asked in it.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.importers.mapping import TableMapping, mapping_from, split
from charte_registry.exchange.importers.people import is_named_person
from charte_registry.exchange.importers.wording import folded, nothing, tidy
from charte_registry.exchange.importers.workbook import Sheet, unmerged
from charte_registry.exchange.remarks import words
from charte_registry.extras import needs
from charte_registry.files.cells import restored
from charte_registry.records import KINDS
from charte_registry.vocabularies.countries import FRANCE, country_code, in_eea
from charte_registry.vocabularies.country_names import NAMES

with needs("registre"):
    import tomlkit

_MOST = 300  # distinct texts of a column that are listed in the guess
_CONTROLLER = "responsable"
# A retention is that of whatever category of data the row has.
_SPREAD = {
    "categories_donnees[].conservation": [
        "categories_donnees[].conservation", "categories_particulieres[].conservation",
        "nir.conservation", "infractions.conservation",
    ]
}  # fmt: skip
_ASK = "?"
_NOBODY = "À compléter : responsable du traitement"


@cache
def _known() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("guesses.toml").read_text("utf-8"))


@attrs.frozen(kw_only=True)
class Guess:
    """A guessed mapping.

    Parameters
    ----------
    text : str
        The mapping file, with what it asks as comments.
    headings : int
        Columns whose heading was recognised.
    asked : int
        Questions in it.
    """

    text: str
    headings: int
    asked: int


def propose(
    sheets: Sequence[Sheet], kind: str = "traitements", *, responsable: str | None = None,
    lang: str = "en",
) -> Guess:  # fmt: skip
    """Return the mapping that a table seems to need.

    Parameters
    ----------
    sheets : sequence of Sheet
        Sheets of the file; see ``read_sheets``. The table is on the one with most known headings.
    kind : str
        Kind of the records; columns of others than ``traitements`` go by the names of fields.
    responsable : str, optional
        Name of the controller, where no column names it.
    lang : {"fr", "en", "pt"}
        Language of the comments.

    Returns
    -------
    Guess
        The text of the mapping file, and how much of it was recognised.

    Raises
    ------
    RegisterError
        Where no row looks like headings.
    """
    known = _known()["headings"]
    if kind not in known:
        raise RegisterError("headings_unknown", field="kind", value=kind, near=nearest(kind, known))
    best: tuple[int, int, Sheet, int] | None = None
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:200]):
            texts = [str(cell) for cell in row if cell is not None]
            score = len({_heading(kind, text) for text in texts} - {""})
            if score >= 2 and (best is None or score > best[0]):
                best = score, len(texts), sheet, number
    if best is None:
        names = ", ".join(sheet.name for sheet in sheets)
        raise RegisterError("no_headings", where=names)
    _, _, sheet, header = best
    return _written(sheet, header, kind, responsable, lang, named=len(sheets) > 1)


def guessed(
    sheets: Sequence[Sheet], kind: str = "traitements", *, responsable: str | None = None,
    kinds: Mapping[str, type[Any]] = KINDS,
) -> TableMapping:  # fmt: skip
    """Return the mapping that ``propose`` writes, read."""
    return mapping_from(tomllib.loads(propose(sheets, kind, responsable=responsable).text), kinds)


def _heading(kind: str, text: str) -> str:
    """Return the field that a heading is of; empty where it is of none that is known."""
    key = folded(text)
    fields: Mapping[str, Sequence[str]] = _known()["headings"][kind]
    aims = {word: field for field, known in fields.items() for word in known}
    if key in aims:
        return aims[key]
    found = [word for word in aims if len(word) > 3 and re.search(rf"\b{re.escape(word)}\b", key)]
    if found:
        return aims[max(found, key=len)]
    near = get_close_matches(key, [word for word in aims if len(word) > 4], n=1, cutoff=0.88)
    return aims[near[0]] if near else ""


def _written(
    sheet: Sheet, header: int, kind: str, responsable: str | None, lang: str, *, named: bool
) -> Guess:
    rows = unmerged(sheet, header + 1)
    headings = [tidy(restored(str(cell))) if cell is not None else "" for cell in rows[header]]
    document = tomlkit.document()
    document.add(tomlkit.comment(words("guess").say(lang)))
    document["kind"] = kind
    if named:
        document["sheet"] = sheet.name
    document["header"] = header + 1
    aims = {name: _heading(kind, name) for name in headings if name}
    taken: set[str] = set()
    for name, aim in aims.items():  # two columns for one value: the second stays in the note
        if aim in taken and "[]" not in aim:
            aims[name] = ""
        taken.add(aim)
    asked = 0
    if "reference" in taken:
        document["id"] = next(name for name, aim in aims.items() if aim == "reference")
    constants = tomlkit.table()
    if _CONTROLLER not in taken:
        constants[_CONTROLLER] = responsable or _NOBODY
        if not responsable:
            constants[_CONTROLLER].comment(words("guess_body").say(lang))
            asked += 1
    document["constants"] = constants
    columns = tomlkit.table()
    for place, name in enumerate(headings):
        if not name:
            continue
        texts = [
            restored(str(row[place])).strip()
            for row in rows[header + 1 :]
            if place < len(row) and row[place] is not None
        ]
        table, questions = _column(aims[name], texts, lang)
        columns[name] = table
        asked += questions
    document["columns"] = columns
    return Guess(
        text=tomlkit.dumps(document), headings=len([a for a in aims.values() if a]), asked=asked
    )


def _column(aim: str, texts: Sequence[str], lang: str) -> tuple[Any, int]:
    """Return what a mapping says of a column, and how many questions it asks."""
    if not aim:
        return "note", 0
    known = _known()
    field, _, fixed = aim.partition(":")
    if field in _SPREAD or (field not in known["separators"]):
        return ({"field": _SPREAD[field]} if field in _SPREAD else field), 0
    table = tomlkit.table()
    table["field"] = field
    separators = known["separators"][field]
    table["separator"] = separators
    if detail := known["details"].get(field):
        table["detail"] = detail
    if fixed or field in known["otherwise"]:
        table["otherwise"] = fixed or known["otherwise"][field]
    if fixed or field not in known["words"]:
        return table, 0
    counts = Counter(part for text in texts for part in split(text, separators))
    values, questions = tomlkit.table(), 0
    seen: set[str] = set()
    for part, count in counts.most_common(_MOST):
        if folded(part) in seen or (nothing(part) and field != "transferts[].pays"):
            continue
        seen.add(folded(part))
        said = _said(field, part, known["words"][field])
        if isinstance(said, dict):
            values[part] = tomlkit.inline_table()
            values[part].update(said)
        elif said is not None:
            values[part] = said
        elif field not in known["otherwise"]:
            cells = words("guess_cell" if count == 1 else "guess_cells", count=count).say(lang)
            values.add(tomlkit.comment(f"{tomlkit.item(part).as_string()} = ?   # {cells}"))
            questions += 1
    table["values"] = values
    return table, questions


def _said(field: str, part: str, words: Sequence[Any]) -> Any:
    """Return what a text is for the field of its column; none where nothing tells."""
    key = folded(part)
    if field == "destinataires[].type" and is_named_person(part):
        return {"field": "note"}
    if field == "transferts[].pays":
        code = part if part in NAMES else country_code(part)
        if code is not None:
            return {"field": "note"} if code in FRANCE or in_eea(code, dt.date.max) else code
    for said, known in words:
        if any(re.search(rf"\b{re.escape(word)}\b", key) for word in known):
            return None if said == _ASK else _goes(said)
    return None


def _goes(said: str) -> Any:
    path, equals, code = said.partition(" = ")
    if equals:
        return {"field": path, "code": code, "detail": "description"}
    return {"field": said} if "." in said or said == "note" else said
