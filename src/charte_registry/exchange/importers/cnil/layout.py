"""Where things stand in the CNIL's workbook: rows by their labels, columns by their headers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

import attrs

from charte_registry.exchange.importers.wording import folded, tidy
from charte_registry.exchange.importers.workbook import Cell, Sheet, unmerged
from charte_registry.files.cells import restored
from charte_registry.vocabularies import modele_cnil as modele


@attrs.frozen
class Row:
    """A row: its label, and the other cells that hold something, by column."""

    number: int
    start: int
    label: str
    cells: Mapping[int, Cell]

    @property
    def key(self) -> str:
        """The label, folded."""
        return folded(self.label)


def labelled(sheet: Sheet) -> Iterator[Row]:
    """Yield the rows of a sheet that hold something: the first cell is the label."""
    for number, cells in enumerate(unmerged(sheet, 0)):
        filled = {
            column: cell for column, cell in enumerate(map(cleaned, cells)) if cell is not None
        }
        if filled:
            start = min(filled)
            yield Row(number, start, str(filled.pop(start)), filled)


def cleaned(cell: Cell) -> Cell:
    """Return what a cell says, without the model's own links to its guides."""
    if isinstance(cell, str):
        text = tidy(restored(cell))
        return None if not text or text.startswith(("►", "Consulter les guides")) else text
    return cell


_LABELS = {
    folded(modele.NOM): "nom", "nom de l activite de traitement": "nom", "intitule du traitement": "nom",
    folded(modele.REFERENCE): "reference", "reference": "reference", "numero": "reference", "ref": "reference",
    folded(modele.CREATION): "cree_le", "date de creation": "cree_le", "date de creation de la fiche": "cree_le",
    folded(modele.MISE_A_JOUR): "mis_a_jour_le", "date de mise a jour": "mis_a_jour_le", "mise a jour": "mis_a_jour_le",
    "derniere mise a jour": "mis_a_jour_le", "derniere mise a jour de la fiche": "mis_a_jour_le",
    folded(modele.RESPONSABLE): "responsable", "responsable de traitement": "responsable",
    folded(modele.DPO): "dpo", "delegue a la protection des donnees dpo": "dpo", "dpo": "dpo", "dpd": "dpo",
    folded(modele.SOCIETE_DPO): "societe_dpo", "societe du dpo": "societe_dpo",
    folded(modele.REPRESENTANT): "representant",
    "base legale": "base", "bases legales": "base", "base juridique": "base", "fondement juridique": "base",
}  # fmt: skip
_NUMBERED = (
    (re.compile(r"(co )?responsables?( s)? conjoints?( s)?( \d+)?"), "conjoint"),
    (re.compile(r"finalite principale|(sous )?finalites?( \d+)?"), "finalite"),
    (re.compile(r"categories? de personnes( \d+)?"), "personne"),
    (re.compile(r"destinataire( \d+)?"), "destinataire"),
    (re.compile(r"mesures? de securite \d+|mesure de securite"), "mesure"),
    (re.compile(r"organisme destinataire( \d+)?"), "transfert"),
)
_SECTIONS = {
    folded(modele.DESCRIPTION): "description", folded(modele.ACTEURS): "acteurs",
    folded(modele.FINALITES): "finalites", folded(modele.DONNEES): "donnees",
    folded(modele.SENSIBLES): "donnees", folded(modele.PERSONNES): "personnes",
    folded(modele.DESTINATAIRES): "destinataires", folded(modele.MESURES): "mesures",
    folded(modele.TRANSFERTS): "transferts", "donnees personnelles concernees": "donnees",
    "transferts de donnees hors ue": "transferts", "transfert hors ue": "transferts",
    "finalites du traitement": "finalites", "finalites": "finalites", "mesures de securite techniques": "mesures",
}  # fmt: skip
CATEGORIES = {folded(label): code for code, label in modele.CATEGORIES.items()}
# In which section a row stands, where its header row was dropped.
SECTION_OF = {
    "responsable": "acteurs", "dpo": "acteurs", "societe_dpo": "acteurs", "representant": "acteurs",
    "conjoint": "acteurs", "finalite": "finalites", "categorie": "donnees", "personne": "personnes",
    "destinataire": "destinataires", "mesure": "mesures", "transfert": "transferts",
}  # fmt: skip
# Headers of each section: what they are, by the words that tell them, and the model's columns.
_HEADERS: Mapping[str, tuple[tuple[str, int, tuple[str, ...]], ...]] = {
    "acteurs": (
        ("nom", 1, ("nom",)), ("adresse", 2, ("adresse", "adresse postale")), ("code_postal", 3, ("code postal", "cp")),
        ("ville", 4, ("ville", "commune")), ("pays", 5, ("pays",)), ("telephone", 6, ("telephone", "tel")),
        ("courriel", 7, ("adresse mel", "mel", "mail", "courriel", "email", "e mail", "adresse mail", "adresse electronique", "adresse e mail")),
    ),
    "donnees": (("description", 1, ("description",)), ("conservation", 4, ("duree de conservation", "conservation", "delai de conservation"))),
    "personnes": (("description", 1, ("description",)), ("precisions", 4, ("precisions", "precision"))),
    "destinataires": (("type", 1, ("type de destinataire", "type")), ("precisions", 4, ("precisions", "precision"))),
    "mesures": (("type", 1, ("type de mesure de securite", "type de mesure", "type")), ("precisions", 4, ("precisions", "precision"))),
    "transferts": (
        ("destinataire", 1, ("destinataire",)), ("pays", 2, ("pays",)),
        ("garantie", 3, ("type de garanties", "type de garantie", "garanties", "garantie")),
        ("liens", 5, ("liens vers la documentation", "liens", "lien", "documentation")),
    ),
    "finalites": (("nom", 1, ()), ("base", 0, ("base legale", "bases legales"))),
}  # fmt: skip


def header_words() -> frozenset[str]:
    """Return the headings that the sections and the list of the model have, folded."""
    words = {word for section in _HEADERS.values() for _, _, known in section for word in known}
    return frozenset({*words, *_LIST_WORDS, *_LABELS, *_SECTIONS})


def role_of(row: Row, section: str) -> str:
    """Return what a row is, from its label; empty where the label is unknown."""
    key = row.key
    if key in _LABELS:
        return _LABELS[key]
    for pattern, role in _NUMBERED:
        if pattern.fullmatch(key):
            return role
    if key in CATEGORIES or (section == "donnees" and category_of(key)):
        return "categorie"
    return _near_label(key)


def section_of(row: Row) -> str:
    """Return the section that a row begins; empty where it begins none."""
    key = row.key
    if key in _SECTIONS:
        return _SECTIONS[key]
    return "" if role_of(row, "") else _near_section(key)


@lru_cache(maxsize=20_000)
def _near_label(key: str) -> str:
    return _near(key, _LABELS, 0.88)


@lru_cache(maxsize=20_000)
def _near_section(key: str) -> str:
    return _near(key, _SECTIONS, 0.9)


def _near(key: str, known: Mapping[str, str], cutoff: float) -> str:
    close = get_close_matches(key, known, n=1, cutoff=cutoff)
    return known[close[0]] if close else ""


def category_of(key: str) -> str:
    """Return the code of the category of data that a folded label names; empty for none."""
    words = f" {key} "
    return next(
        (code for code, word in modele.MOTS_CATEGORIES if re.search(rf"\b{word}", words)), ""
    )


def is_record(rows: Sequence[Row]) -> bool:
    """Return whether a sheet is a record sheet: four of its labels are there, whatever the order."""
    found = {role_of(row, "") or section_of(row) for row in rows} - {""}
    return len(found) >= 4


def separate(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Return the records of a sheet apart: each begins where a name of a processing stands again.

    What stands above the name and is no row of the record before (a title, the first heading) goes
    with it. A second name beside the first, with nothing of a record between, begins none.
    """
    names = [n for n, row in enumerate(rows) if role_of(row, "") == "nom"]
    begins: list[int] = []
    for last, name in itertools.pairwise(names):
        roles = [n for n in range(last + 1, name) if role_of(rows[n], "") or section_of(rows[n])]
        inner = [n for n in roles if section_of(rows[n]) != "description"]
        if len(inner) >= 2:
            begin = name
            while begin - 1 > last and _begins(rows[begin - 1]):
                begin -= 1
            begins.append(begin)
    edges = [0, *begins, len(rows)]
    return [rows[a:b] for a, b in itertools.pairwise(edges)]


def _begins(row: Row) -> bool:
    return (
        section_of(row) == "description"
        or role_of(row, "") == "reference"
        or (not row.cells and not role_of(row, "") and not section_of(row))
    )


def is_list(rows: Sequence[Row]) -> bool:
    """Return whether a sheet is the list of processings."""
    return any(is_list_header(row) for row in rows)


def is_list_header(row: Row) -> bool:
    """Return whether a row is the header of the list: name and reference side by side."""
    others = {folded(cell) for cell in row.cells.values()}
    return row.key == folded(modele.NOM) and folded(modele.REFERENCE) in others


def columns_of(row: Row, section: str) -> dict[int, str]:
    """Return what each column of a section holds, from its header row."""
    known = {word: name for name, _, words in _HEADERS.get(section, ()) for word in words}
    columns = {
        column: known.get(folded(cell)) or _near(folded(cell), known, 0.85) or f"?{cell}"
        for column, cell in row.cells.items()
    }
    return {**model_columns(section, row.start), **columns} if section == "finalites" else columns


def model_columns(section: str, start: int) -> dict[int, str]:
    """Return the columns of a section as the model has them, from that of the labels on."""
    return {start + column: name for name, column, _ in _HEADERS.get(section, ()) if column}


_LIST_WORDS = {
    "finalite du traitement": "finalite", "donnees sensibles": "sensible", "oui non": "sensible",
    "n ref": "reference", "date de creation de la fiche": "cree_le",
    "derniere mise a jour de la fiche": "mis_a_jour_le", "nom du traitement": "nom",
}  # fmt: skip


def list_columns(rows: Sequence[Row], header: int) -> dict[int, str]:
    """Return the columns of the list: its header is two rows, of which the upper names groups."""
    columns: dict[int, str] = {}
    for row in rows[max(header - 1, 0) : header + 1]:
        for column, cell in {row.start: row.label, **row.cells}.items():
            name = _LIST_WORDS.get(folded(cell)) or _LABELS.get(folded(cell))
            if name:
                columns[column] = name
    return columns
