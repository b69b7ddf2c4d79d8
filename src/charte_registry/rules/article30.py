"""Article 30: what the register of a controller, and that of a processor, must hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.graph import AUTORITES_PUBLIQUES, PROCESSINGS, body, real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules, family_words
from charte_registry.vocabularies.countries import in_eea
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.rgpd import CATEGORIES_DONNEES

_RULES = family_rules("article30")
_WORDS = family_words("article30")
SANS_FINALITE = _RULES["ART30-01"]
SANS_CATEGORIE = _RULES["ART30-02"]
SANS_CONSERVATION = _RULES["ART30-03"]
SANS_COORDONNEES = _RULES["ART30-04"]
SANS_DPO = _RULES["ART30-05"]
SANS_DESTINATAIRE = _RULES["ART30-06"]
SANS_DOCUMENT = _RULES["ART30-07"]
SANS_MESURE = _RULES["ART30-08"]
SANS_RESPONSABLE = _RULES["ART30-09"]
SANS_CATEGORIE_DE_TRAITEMENT = _RULES["ART30-10"]
SANS_ACCORD = _RULES["ART26-01"]
SANS_REPRESENTANT = _RULES["ART27-01"]
SANS_CONTRAT = _RULES["ART28-01"]

PERSONNES = _WORDS["personnes"]
DONNEES = _WORDS["donnees"]
RESPONSABLE = _WORDS["responsable"]
SOUS_TRAITANT = _WORDS["sous_traitant"]
REPRESENTANT = _WORDS["representant"]
DPO = _WORDS["dpo"]


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the ART rules."""
    for record in real(register, "traitements"):
        yield from _controller(record)
    for record in real(register, "traitements_sous_traitant"):
        yield from _processor(record)
    for kind in PROCESSINGS:
        for record in real(register, kind):
            yield from _common(kind, record)
    yield from _bodies(register, on)


def _controller(record: Any) -> Iterator[Raised]:
    if not record.finalites:
        yield SANS_FINALITE.at("traitements", record.id, "finalites")
    if not record.categories_personnes:
        yield SANS_CATEGORIE.at("traitements", record.id, "categories_personnes", de=PERSONNES)
    if not record.categories:
        yield SANS_CATEGORIE.at("traitements", record.id, "categories_donnees", de=DONNEES)
    if not record.destinataires:
        yield SANS_DESTINATAIRE.at("traitements", record.id, "destinataires")
    if record.responsables_conjoints and record.accord_conjoint is None:
        yield SANS_ACCORD.at("traitements", record.id, "accord_conjoint")
    for code, path, conservation in record.conservations():
        if conservation is None:
            yield SANS_CONSERVATION.at(
                "traitements", record.id, f"{path}.conservation",
                categorie=CATEGORIES_DONNEES.nomme(code),
            )  # fmt: skip


def _processor(record: Any) -> Iterator[Raised]:
    kind = "traitements_sous_traitant"
    if not record.pour_le_compte:
        yield SANS_RESPONSABLE.at(kind, record.id, "pour_le_compte")
    for number, compte in enumerate(record.pour_le_compte):
        path, who = f"pour_le_compte[{number}]", compte.responsable
        if not compte.categories_traitements:
            yield SANS_CATEGORIE_DE_TRAITEMENT.at(
                kind, record.id, f"{path}.categories_traitements", responsable=who
            )
        if compte.contrat is None:
            yield SANS_CONTRAT.at(kind, record.id, f"{path}.contrat", responsable=who)


def _common(kind: str, record: Any) -> Iterator[Raised]:
    if not record.securite:
        yield SANS_MESURE.at(kind, record.id, "securite")
    for number, transfert in enumerate(record.transferts):
        documented = transfert.precision or transfert.liens or transfert.piece
        if transfert.garantie == "derogation_interets_legitimes_imperieux" and not documented:
            yield SANS_DOCUMENT.at(kind, record.id, f"transferts[{number}].precision")


def _bodies(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise what a body lacks in the roles that processings give it, once for each body."""
    contacts: dict[str, Any] = {}
    officers: dict[str, Any] = {}
    representatives: dict[str, Any] = {}
    for name, role, dpo, representant in _roles(register):
        organisme = body(register, name)
        if organisme is None:
            continue
        dpo, representant = dpo or organisme.dpo, representant or organisme.representant
        contacts.setdefault(name, role)
        if dpo is not None:
            contacts.setdefault(dpo, DPO)
        elif organisme.type in AUTORITES_PUBLIQUES:
            officers.setdefault(name, role)
        if representant is not None:
            contacts.setdefault(representant, REPRESENTANT)
        elif organisme.pays in NAMES and not in_eea(organisme.pays, on):
            representatives.setdefault(name, role)
    for name, role in contacts.items():
        organisme = body(register, name)
        if organisme is not None and not _reachable(organisme.contact):
            yield SANS_COORDONNEES.at("organismes", name, "contact", role=role)
    for name, role in officers.items():
        yield SANS_DPO.at("organismes", name, "dpo", role=role)
    for name, role in representatives.items():
        yield SANS_REPRESENTANT.at("organismes", name, "representant", role=role)


def _roles(register: Register) -> Iterator[tuple[str, Any, str | None, str | None]]:
    """Yield each body, its role, and the officer and representative that the record gives it."""
    for record in real(register, "traitements"):
        yield record.responsable, RESPONSABLE, record.dpo, record.representant
        for name in record.responsables_conjoints:
            yield name, RESPONSABLE, None, None
    for record in real(register, "traitements_sous_traitant"):
        yield record.sous_traitant, SOUS_TRAITANT, record.dpo, record.representant
        for compte in record.pour_le_compte:
            yield compte.responsable, RESPONSABLE, compte.dpo, compte.representant


def _reachable(contact: Any) -> bool:
    return contact is not None and bool(contact.courriel or contact.telephone or contact.adresse)
