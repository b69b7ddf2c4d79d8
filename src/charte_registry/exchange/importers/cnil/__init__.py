"""The CNIL's model register: a workbook with one record sheet a processing.

Rows are found by their labels, columns by the headers of their section; whatever is written where
no label leads is reported with its sheet and cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.exchange.importers.archive import Limits
from charte_registry.exchange.importers.cnil.bodies import Bodies
from charte_registry.exchange.importers.cnil.fiche import Fiche
from charte_registry.exchange.importers.cnil.layout import (
    Row,
    header_words,
    is_list,
    is_record,
    labelled,
    section_of,
    separate,
)
from charte_registry.exchange.importers.cnil.leftover import is_label, leftover, words_of
from charte_registry.exchange.importers.cnil.liste import Fiches, Liste
from charte_registry.exchange.importers.wording import folded, slug
from charte_registry.exchange.importers.workbook import Cell, Sheet, read_workbook
from charte_registry.exchange.remarks import (
    EXAMPLE,
    IS_READ,
    NOT_UNDERSTOOD,
    OUTSIDE,
    PINNED,
    READ,
    SKIPPED,
    UNDERSTOOD_AS,
    UNFILLED,
    UNUSED,
    Import,
    Remark,
    build,
    words,
)
from charte_registry.messages import Phrase
from charte_registry.records import Organisme, Traitement


def read_cnil(
    path: str | Path, *, include_example: bool = False, responsable: str | None = None,
    limits: Limits | None = None,
) -> Import:  # fmt: skip
    """Return the records of a workbook that follows the CNIL's model register.

    Parameters
    ----------
    path : str or Path
        ODS or XLSX file.
    include_example : bool
        Whether the filled example of the model is read too.
    responsable : str, optional
        Name of the controller, where the workbook names a person or nobody.
    limits : Limits, optional
        How large the file may be.

    Returns
    -------
    Import
        Bodies and processings, and what was not understood, by sheet and cell.

    Raises
    ------
    RegisterError
        Where the file is no workbook, is encrypted or is larger than the limits.

    Examples
    --------
    >>> read_cnil("nowhere.ods")
    Traceback (most recent call last):
    charte_registry.errors.RegisterError: nowhere.ods: cannot be read (No such file or directory); check the path
    """
    sheets = read_workbook(path, limits)
    return cnil_records(sheets, include_example=include_example, responsable=responsable)


def cnil_records(
    sheets: Iterable[Sheet], *, include_example: bool = False, responsable: str | None = None
) -> Import:
    """Return the records of the sheets of a workbook; see ``read_cnil``."""
    fiches = Fiches()
    listes: list[Liste] = []
    remarks: list[Remark] = []
    read: list[Sheet] = []

    def aside(sheet: Sheet, why: Phrase) -> None:
        for row, cells in enumerate(sheet.rows):
            for column, cell in enumerate(cells):
                if cell is not None:
                    remarks.append(
                        Remark(level=SKIPPED, where=sheet.where(row, column), phrase=why, text=str(cell), column=sheet.name)
                    )  # fmt: skip

    for sheet in sheets:
        rows = tuple(labelled(sheet))
        if is_list(rows):
            listes.append(Liste(sheet))
            listes[-1].read(rows)
            read.append(sheet)
        elif is_record(rows):
            found = [_fiche(sheet, part) for part in separate(rows)]
            if all(fiche.empty for fiche in found):
                aside(sheet, UNFILLED)
            elif all(fiche.example for fiche in found) and not include_example:
                aside(sheet, EXAMPLE)
            else:
                read.append(sheet)
                for fiche in found:
                    fiches.add(fiche)
        else:
            aside(sheet, UNUSED)
        remarks += _pinned(sheet, rows, used=bool(read) and read[-1] is sheet)
    coordonnees: dict[str, dict[str, Cell]] = {}
    for liste in listes:
        coordonnees.update(liste.coordonnees)
        for ligne in liste.lignes:
            if ligne.example and not include_example:
                remarks.append(
                    Remark(level=SKIPPED, where=ligne.where, phrase=EXAMPLE, text=ligne.nom)
                )
            else:
                liste.join(ligne, fiches)
        remarks += liste.remarks
    return _looked_over(_records(fiches.all, Bodies(responsable), coordonnees, remarks), read)


def _pinned(sheet: Sheet, rows: Iterable[Row], *, used: bool) -> Iterator[Remark]:
    """Yield a remark for each comment: those of labels are the model's help, others an office's."""
    known = {row.number: row for row in rows if is_label(row)}
    for place, text in sorted(sheet.comments.items()):
        number, column = place
        row = known.get(number)
        ours = row is not None and (
            column == row.start
            or (section_of(row) != "" or folded(row.cells.get(column, "")) in header_words())
        )
        level = NOT_UNDERSTOOD if used and not ours else SKIPPED
        where = sheet.where(*place)
        yield Remark(level=level, where=where, phrase=PINNED, text=text, column=sheet.name)


def _fiche(sheet: Sheet, rows: Sequence[Row]) -> Fiche:
    fiche = Fiche(sheet)
    fiche.read(rows)
    return fiche


def _looked_over(found: Import, sheets: Iterable[Sheet]) -> Import:
    """Return an import with a remark for each cell that is in no record and of which none speaks."""
    written = words_of(record for records in found.records.values() for record in records.values())
    told = {remark.where for remark in found.remarks}
    more = [
        Remark(level=SKIPPED, where=where, phrase=OUTSIDE, text=text, column=sheet.name) if title
        else Remark(level=NOT_UNDERSTOOD, where=where, phrase=words("in_no_record"), text=text)
        for sheet in sheets for where, text, title in leftover(sheet, written, told)
    ]  # fmt: skip
    return attrs.evolve(found, remarks=(*found.remarks, *more))


def _records(
    fiches: Sequence[Fiche], bodies: Bodies, coordonnees: Mapping[str, Mapping[str, Cell]],
    remarks: list[Remark],
) -> Import:  # fmt: skip
    organismes: dict[str, Any] = {}
    traitements: dict[str, Any] = {}
    references = [folded(fiche.data.get("reference", "")) for fiche in fiches]
    for fiche, reference in zip(fiches, references, strict=True):
        shared = bool(reference) and references.count(reference) > 1
        _complete(fiche, shared)
        bodies.place(fiche, coordonnees)
        source = fiche.data["reference" if reference and not shared else "nom"]
        identifier = slug(source, traitements)
        name = f"traitements/{identifier}"
        record, refused = build(Traitement, {"id": identifier, **fiche.data}, fiche.where, name)
        remarks += [*fiche.remarks, *refused]
        if record is not None:
            traitements[identifier] = record
            read = Remark(level=READ, where=fiche.sheet.name, phrase=IS_READ, record=name)
            remarks.append(read)
    remarks += bodies.remarks
    for identifier, data in bodies.organismes.items():
        body, refused = build(Organisme, data, "Acteurs", f"organismes/{identifier}")
        remarks += refused
        if body is not None:
            organismes[identifier] = body
    records = {"organismes": organismes, "traitements": traitements}
    return Import(records=records, remarks=tuple(remarks))


def _complete(fiche: Fiche, shared: bool) -> None:
    """Give a processing what it needs of its own: a name, dates in order, its legal bases."""
    data = fiche.data
    if "nom" not in data:
        data["nom"] = data["finalites"][0]["nom"] if "finalites" in data else fiche.sheet.name
        fiche.remark(UNDERSTOOD_AS, fiche.sheet.name, words("no_name", value=data["nom"]))
    if shared:
        said = words("reference_twice", value=data["reference"])
        fiche.remark(UNDERSTOOD_AS, fiche.where("reference"), said)
    if "cree_le" in data and data.get("mis_a_jour_le", dt.date.max) < data["cree_le"]:
        where = fiche.where("mis_a_jour_le")
        updated = data.pop("mis_a_jour_le")
        said = words("updated_before", updated=updated, created=data["cree_le"])
        fiche.remark(NOT_UNDERSTOOD, where, said)
    for finalite in data.get("finalites", ()) if fiche.bases else ():
        finalite["bases_legales"] = list(dict.fromkeys(fiche.bases))
        if fiche.laws:
            finalite["texte"] = " ; ".join(dict.fromkeys(fiche.laws))
    if (fiche.bases or fiche.laws) and "finalites" not in data:
        where = fiche.sheet.name
        fiche.remark(
            NOT_UNDERSTOOD,
            where,
            words("bases_alone", names=fiche.bases),
        )
