"""The list of processings of the CNIL's workbook: who answers for them, and a line for each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from charte_registry.exchange.importers.cnil.fiche import Fiche, no_date
from charte_registry.exchange.importers.cnil.layout import Row, is_list_header, list_columns
from charte_registry.exchange.importers.wording import folded, nothing, parsed_date
from charte_registry.exchange.importers.workbook import Cell, Sheet
from charte_registry.exchange.remarks import NOT_UNDERSTOOD, UNDERSTOOD_AS, Remark, words
from charte_registry.messages import Phrase

_ROLES = (("delegue", "dpo"), ("du representant", "representant"), ("responsable", "responsable"))
FIELDS = {
    "nom": "nom", "prenom": "prenom", "adresse": "adresse", "adresse mel": "courriel",
    "code postal": "code_postal", "ville": "ville", "telephone": "telephone",
    "societe si dpo externe": "societe", "pays": "pays",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Ligne:
    """A line of the list: a processing, and where it stands."""

    where: str
    nom: str
    reference: str = ""
    finalite: str = ""
    sensible: bool = False
    dates: Mapping[str, dt.date] = attrs.field(factory=dict)

    @property
    def example(self) -> bool:
        """Whether it is the model's filled example."""
        return folded(self.reference) == "1 exemple" or folded(self.nom).startswith("exemple ")

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What its record sheet is known by: the reference, else the name."""
        name = folded(re.sub(r"^\(exemple\)", "", self.nom, flags=re.IGNORECASE))
        keys = (("reference", folded(self.reference)), ("nom", name))
        return tuple((field, text) for field, text in keys if text)


@attrs.define
class Fiches:
    """The record sheets of a workbook, found by reference or name."""

    all: list[Fiche] = attrs.field(factory=list)
    _by_key: dict[tuple[str, str], list[Fiche]] = attrs.field(factory=dict)

    def add(self, fiche: Fiche) -> None:
        """Keep a record sheet."""
        self.all.append(fiche)
        for field in ("reference", "nom"):
            self._by_key.setdefault((field, folded(fiche.data.get(field, ""))), []).append(fiche)

    def of(self, ligne: Ligne) -> Fiche | None:
        """Return the record sheet of a line: the only one with its reference, else its name."""
        found = (self._by_key.get(key, []) for key in ligne.keys)
        return next((same[0] for same in found if len(same) == 1), None)


@attrs.define
class Liste:
    """The list being read.

    ``coordonnees`` holds, by role, what the top of the sheet says of who answers.
    """

    sheet: Sheet
    lignes: list[Ligne] = attrs.field(factory=list)
    coordonnees: dict[str, dict[str, Cell]] = attrs.field(factory=dict)
    remarks: list[Remark] = attrs.field(factory=list)

    def remark(self, level: str, where: str, said: Phrase) -> None:
        """Keep a remark."""
        self.remarks.append(Remark(level=level, where=where, phrase=said))

    def read(self, rows: Sequence[Row]) -> None:
        """Read the rows of the sheet."""
        header = next(number for number, row in enumerate(rows) if is_list_header(row))
        self._coordonnees(rows[:header])
        columns = list_columns(rows, header)
        for row in rows[header + 1 :]:
            cells = {row.start: row.label, **row.cells}
            filled = {column: cell for column, cell in cells.items() if not nothing(cell)}
            named = {columns[column]: cell for column, cell in filled.items() if column in columns}
            for column in sorted(set(filled) - set(columns)):
                said = words("no_column", value=str(filled[column]))
                self.remark(NOT_UNDERSTOOD, self.sheet.where(row.number, column), said)
            if "nom" in named:
                self._ligne(self.sheet.where(row.number, row.start), named)

    def _coordonnees(self, rows: Sequence[Row]) -> None:
        """Keep who the top of the list names: a label, then its value in the same or the next cell."""
        role = ""
        for row in rows:
            cells: dict[int, Cell] = dict(row.cells)
            if folded(row.label.partition(":")[0]) in FIELDS:
                cells[row.start] = row.label
            else:
                role = next((r for word, r in _ROLES if word in row.key), role)
            name = ""
            for _, cell in sorted(cells.items()):
                label, colon, value = str(cell).partition(":")
                if colon and folded(label) in FIELDS:
                    name = FIELDS[folded(label)]
                    if value.strip():
                        self.coordonnees.setdefault(role, {})[name] = value.strip()
                elif name and not nothing(cell):
                    self.coordonnees.setdefault(role, {})[name] = cell
                    name = ""

    def _ligne(self, where: str, named: Mapping[str, Cell]) -> None:
        dates = {}
        for name in ("cree_le", "mis_a_jour_le"):
            if name in named and (day := parsed_date(named[name])) is not None:
                dates[name] = day
            elif name in named:
                self.remark(NOT_UNDERSTOOD, where, no_date(named[name]))
        texts = {n: str(named[n]) for n in ("nom", "reference", "finalite") if n in named}
        sensible = folded(named.get("sensible", "")) == "oui"
        self.lignes.append(Ligne(where=where, sensible=sensible, dates=dates, **texts))

    def join(self, ligne: Ligne, fiches: Fiches) -> None:
        """Give the record sheet of a line what only the line says; make one where there is none."""
        fiche = fiches.of(ligne)
        if fiche is None:
            data: dict[str, Any] = {"nom": ligne.nom, **ligne.dates}
            if ligne.reference:
                data["reference"] = ligne.reference
            if ligne.finalite:
                data["finalites"] = [{"nom": ligne.finalite}]
            fiche = Fiche(self.sheet, data, dict.fromkeys(data, ligne.where))
            self.remark(UNDERSTOOD_AS, ligne.where, words("no_sheet", value=ligne.nom))
            fiches.add(fiche)
        for name, day in ligne.dates.items():
            fiche.data.setdefault(name, day)
        if ligne.sensible and not {"categories_particulieres", "infractions", "nir"} & set(
            fiche.data
        ):
            self.remark(NOT_UNDERSTOOD, ligne.where, words("listed_sensitive", value=ligne.nom))
