"""One record sheet of the CNIL's workbook: a processing as plain data."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from charte_registry.exchange.importers.cnil.layout import (
    CATEGORIES,
    SECTION_OF,
    Row,
    category_of,
    columns_of,
    model_columns,
    role_of,
    section_of,
)
from charte_registry.exchange.importers.wording import (
    asks_which,
    folded,
    law_cited,
    nothing,
    parsed_conservation,
    parsed_date,
    tidy,
    year_typed,
)
from charte_registry.exchange.importers.workbook import Cell, Sheet
from charte_registry.exchange.remarks import NOT_UNDERSTOOD, UNDERSTOOD_AS, Remark, words
from charte_registry.messages import Phrase
from charte_registry.vocabularies import modele_cnil as modele
from charte_registry.vocabularies import rgpd
from charte_registry.vocabularies.countries import country_code
from charte_registry.vocabularies.country_names import NAMES

_SCALARS = ("nom", "reference", "cree_le", "mis_a_jour_le", "base")
_ACTEURS = ("responsable", "dpo", "societe_dpo", "representant", "conjoint")


def no_date(cell: Cell) -> Phrase:
    """Return what to say of a cell that holds no date where one belongs."""
    if year := year_typed(cell):
        return words("year_typed", value=year, date=cell)
    return words("not_date", value=str(cell))


@attrs.define
class Fiche:
    """A processing being read: its plain data, the cells that they come from, and the remarks.

    ``acteurs`` holds the rows that name bodies, by role, for ``bodies`` to read.
    """

    sheet: Sheet
    data: dict[str, Any] = attrs.field(factory=dict)
    places: dict[str, str] = attrs.field(factory=dict)
    acteurs: dict[str, list[tuple[Row, dict[str, Cell]]]] = attrs.field(factory=dict)
    bases: list[str] = attrs.field(factory=list)
    laws: list[str] = attrs.field(factory=list)
    remarks: list[Remark] = attrs.field(factory=list)

    @property
    def empty(self) -> bool:
        """Whether nobody has filled it in: a reference alone is the model's own."""
        return not set(self.data) - {"reference"} and not self.acteurs

    @property
    def example(self) -> bool:
        """Whether it is the model's filled example, by its reference or the name of its sheet."""
        reference = folded(self.data.get("reference", ""))
        return reference == "1 exemple" or "exemple de fiche" in folded(self.sheet.name)

    def where(self, path: str) -> str:
        """Return the cell that a field comes from."""
        return self.places.get(path.partition(".")[0], self.sheet.name)

    def add(self, name: str, value: Any) -> None:
        """Append to a list of the record."""
        self.data.setdefault(name, []).append(value)

    def remark(self, level: str, where: str, said: Phrase) -> None:
        """Keep a remark."""
        self.remarks.append(Remark(level=level, where=where, phrase=said))

    def read(self, rows: Sequence[Row]) -> None:
        """Read the rows of the sheet."""
        section = ""
        headers: dict[str, dict[int, str]] = {}
        begun = False
        for row in rows:
            heading = section_of(row)
            if heading:
                begun, section = True, heading
                headers[section] = columns_of(row, section)
                continue
            role = role_of(row, section)
            begun = begun or bool(role)
            if begun:  # above stands the title of the sheet
                section = SECTION_OF.get(role, section)
                self._row(
                    row, role, section, headers.get(section) or model_columns(section, row.start)
                )

    def _row(self, row: Row, role: str, section: str, columns: Mapping[int, str]) -> None:
        if role in _SCALARS:
            self._scalar(row, role)
            return
        values = {name: cell for name, cell in self._values(row, columns) if not nothing(cell)}
        if not values:
            if not role and not row.cells and section not in ("", "description"):
                self._lost(row, row.start, "no_label", row.label)
            return
        if role in _ACTEURS:
            self.acteurs.setdefault(role, []).append((row, values))
        elif role == "finalite":
            self._finalite(row, values)
        elif role == "categorie" or (not role and section == "donnees"):
            self._categorie(row, values, known=bool(role))
        elif role == "personne" or (not role and section == "personnes"):
            self._personne(row, values)
        elif role == "destinataire" or (not role and section == "destinataires"):
            self._destinataire(row, values)
        elif role == "mesure" or (not role and section == "mesures"):
            self._mesure(row, values)
        elif role == "transfert" or (not role and section == "transferts"):
            self._transfert(row, values)
        else:
            for column, cell in row.cells.items():
                self._lost(row, column, "unknown_label", cell, label=row.label)

    def _values(self, row: Row, columns: Mapping[int, str]) -> Iterator[tuple[str, Cell]]:
        """Yield each value with its header: what stands in no column of the model is reported.

        A value may stand right of its header, where merged cells were, as long as another column
        follows and its own is empty: it is read, and said.
        """
        filled = {column: cell for column, cell in sorted(row.cells.items()) if not nothing(cell)}
        for column, cell in filled.items():
            name = columns.get(column, "")
            if name and not name.startswith("?"):
                yield name, cell
                continue
            if name:
                self._lost(row, column, "unknown_column", cell, column=name[1:])
                continue
            header = max((c for c in columns if c < column), default=-1)
            name = columns.get(header, "?")
            between = [c for c in filled if header <= c < column]
            if name.startswith("?") or between or max(columns) < column:
                self._lost(row, column, "no_column", cell)
            else:
                where = self.sheet.where(row.number, column)
                self.remark(UNDERSTOOD_AS, where, words("to_the_left", value=str(cell)))
                yield name, cell

    def _lost(self, row: Row, place: int, code: str, cell: Cell, **facts: Any) -> None:
        said = words(code, value=str(cell), **facts)
        self.remark(NOT_UNDERSTOOD, self.sheet.where(row.number, place), said)

    def _scalar(self, row: Row, role: str) -> None:
        cells = [(column, cell) for column, cell in sorted(row.cells.items()) if not nothing(cell)]
        if not cells:
            return
        (column, cell), *others = cells
        for extra, other in others:
            self._lost(row, extra, "second_value", other, label=row.label)
        where = self.sheet.where(row.number, column)
        if role == "base":
            self._base(str(cell), where)
            return
        if role in self.data:
            self._lost(row, column, "label_twice", cell, label=row.label)
            return
        value: object = cell
        if role in ("cree_le", "mis_a_jour_le"):
            value = parsed_date(cell)
            if value is None:
                self.remark(NOT_UNDERSTOOD, where, no_date(cell))
                return
            if isinstance(cell, int):
                self.remark(UNDERSTOOD_AS, where, words("number_date", value=cell, date=value))
        self.places[role] = where
        self.data[role] = value if isinstance(value, dt.date) else str(value)

    def _base(self, text: str, where: str) -> None:
        if codes := legal_bases(text):
            self.bases += codes
            if law := law_cited(text):
                self.laws.append(law)
        else:
            known = ", ".join(terme.fr for terme in rgpd.BASES_LEGALES)
            self.remark(NOT_UNDERSTOOD, where, words("not_basis", value=text, known=known))

    def _finalite(self, row: Row, values: Mapping[str, Cell]) -> None:
        if base := values.get("base"):
            self._base(str(base), self.sheet.where(row.number, row.start))
        if nom := values.get("nom"):
            self.add("finalites", {"nom": str(nom)})

    def _categorie(self, row: Row, values: Mapping[str, Cell], *, known: bool) -> None:
        code = (CATEGORIES.get(row.key) or category_of(row.key)) if known else "autre"
        item: dict[str, Any] = {}
        description = str(values.get("description", ""))
        if folded(description) in ("x", "oui"):
            description = ""
        if not known:
            description = f"{row.label} : {description}" if description else row.label
            where = self.sheet.where(row.number, row.start)
            self.remark(UNDERSTOOD_AS, where, words("other_category", value=row.label))
        if description:
            item["description"] = description
        if conservation := values.get("conservation"):
            if str(conservation).strip(" .").isdigit():
                where = self.sheet.where(row.number, row.start)
                self.remark(UNDERSTOOD_AS, where, words("no_unit_kept", value=str(conservation)))
            item["conservation"] = parsed_conservation(str(conservation))
        if code in ("nir", "infractions"):
            if code in self.data:
                self._lost(row, row.start, "category_twice", row.label)
            else:
                self.data[code] = item
        elif code in rgpd.CATEGORIES_PARTICULIERES:
            self.add("categories_particulieres", {"categorie": code, **item})
        else:
            self.add("categories_donnees", {"categorie": code, **item})

    def _personne(self, row: Row, values: Mapping[str, Cell]) -> None:
        stated = [str(v) for v in (values.get("description"), values.get("precisions")) if v]
        if stated and asks_which(stated[0]):
            if (
                len(stated) == 1
            ):  # the list asks for a word of its own, and none is written beside it
                place = min(row.cells, default=row.start)
                self._lost(row, place, "others_which", stated[0])
            stated = stated[1:]
        if stated:
            self.add("categories_personnes", " : ".join(stated))

    def _destinataire(self, row: Row, values: Mapping[str, Cell]) -> None:
        kind, detail = self._typed(
            row, values, _TYPES_DESTINATAIRE, rgpd.DESTINATAIRES, "other_recipient"
        )
        self.add("destinataires", {"type": kind} | ({"nom": detail} if detail else {}))

    def _mesure(self, row: Row, values: Mapping[str, Cell]) -> None:
        kind, detail = self._typed(row, values, _TYPES_MESURE, rgpd.MESURES, "other_measure")
        self.add("securite", {"type": kind} | ({"description": detail} if detail else {}))

    def _typed(
        self, row: Row, values: Mapping[str, Cell], types: Mapping[str, str],
        codes: Iterable[Any], otherwise: str,
    ) -> tuple[str, str]:  # fmt: skip
        """Return a code of a drop-down list and the detail; what is not in the list is "autre"."""
        stated, detail = str(values.get("type", "")), str(values.get("precisions", ""))
        known = dict(types) | {folded(terme.fr): terme.code for terme in codes}
        kind = known.get(folded(stated))
        if kind is None:
            kind = "autre"
            if stated:
                detail = f"{stated} : {detail}" if detail else stated
                where = self.sheet.where(row.number, row.start)
                self.remark(UNDERSTOOD_AS, where, words(otherwise, value=stated))
        return kind, detail

    def _transfert(self, row: Row, values: Mapping[str, Cell]) -> None:
        where = self.sheet.where(row.number, row.start)
        item: dict[str, Any] = {}
        if destinataire := values.get("destinataire"):
            item["destinataire"] = str(destinataire)
        details = []
        if garantie := values.get("garantie"):
            code = _garantie(str(garantie))
            if code:
                item["garantie"] = code
            else:
                details.append(str(garantie))
                self._undecided(str(garantie), where)
        links = str(values.get("liens", ""))
        if urls := re.findall(r"https?://[^\s<>\"]{1,2000}", links):
            item["liens"] = list(dict.fromkeys(urls))
        if rest := tidy(re.sub(r"https?://[^\s<>\"]+", " ", links)).strip(" ,;\n"):
            item["piece"] = rest
        if details:
            item["precision"] = " ; ".join(details)
        stated = str(values.get("pays", ""))
        if not stated:
            if item:
                self._lost(row, row.start, "no_country", " ; ".join(map(str, values.values())))
            return
        for pays in countries(stated):
            if pays not in NAMES:
                self.remark(UNDERSTOOD_AS, where, words("country_kept", value=pays))
            self.add("transferts", {"pays": pays, **item})

    def _undecided(self, garantie: str, where: str) -> None:
        if folded(garantie) in _ADEQUACY:
            self.remark(UNDERSTOOD_AS, where, words("adequacy_detail", value=garantie))
        else:
            self.remark(NOT_UNDERSTOOD, where, words("not_safeguard", value=garantie))


_TYPES_DESTINATAIRE = {folded(label): code for label, code in modele.TYPES_DESTINATAIRE.items()}
_TYPES_MESURE = {folded(label): code for label, code in modele.TYPES_MESURE.items()}
_GARANTIES = {folded(label): code for label, code in modele.GARANTIES.items()}
_ADEQUACY = (folded(modele.PAYS_ADEQUAT), folded(modele.PRIVACY_SHIELD))
_BASES = (
    ("consentement", ("consentement",)), ("obligation_legale", ("obligation legale",)),
    ("mission_interet_public", ("interet public", "mission de service public", "autorite publique")),
    ("interet_legitime", ("interet legitime", "interets legitimes")),
    ("interets_vitaux", ("vitaux",)), ("contrat", ("contrat", "precontractuel")),
)  # fmt: skip


# What the drop-down lists offer: read as a code, so that the words themselves are in no record.
LISTED = frozenset(
    {*_TYPES_DESTINATAIRE, *_TYPES_MESURE, *_GARANTIES, *_ADEQUACY, folded(modele.AUTRES_PERSONNES)}
    | {folded(t.fr) for codes in (rgpd.DESTINATAIRES, rgpd.MESURES, rgpd.GARANTIES) for t in codes}
)


def legal_bases(text: str) -> list[str]:
    """Return the codes of the legal bases that a text names, in the order of the law."""
    return [code for code, words in _BASES if any(word in folded(text) for word in words)]


def _garantie(text: str) -> str:
    key = folded(text)
    if key in _GARANTIES:
        return _GARANTIES[key]
    for terme in rgpd.GARANTIES:
        if key == folded(terme.fr) and terme.code != "decision_adequation":
            return terme.code
    words = (("clauses contractuelles types", "clauses_types_commission"), ("cct", "clauses_types_commission"),
             ("bcr", "regles_entreprise_contraignantes"))  # fmt: skip
    return next((code for word, code in words if re.search(rf"\b{word}\b", key)), "")


def countries(text: str) -> list[str]:
    """Return the codes of the countries that a cell names; the text itself where none is known."""
    whole = _code(text)
    parts = [part for part in re.split(r"\s*(?:[,;/\n]|\bet\b)\s*", text) if part]
    codes = [_code(part) for part in parts]
    return list(dict.fromkeys(codes)) if not whole and all(codes) else [whole or text]  # type: ignore[arg-type]


def _code(name: str) -> str | None:
    upper = name.strip().upper()
    return upper if upper in NAMES else country_code(name)
