"""Opening: datasets, their licences, and data that other actors share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.records.interet_metropolitain import ETATS_PARTAGE
from charte_registry.register import Register
from charte_registry.rules.graph import real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules
from charte_registry.vocabularies.licences import LICENCES

_RULES = family_rules("ouverture")
PERSONNELLES = _RULES["JEU-01"]
SANS_LICENCE = _RULES["JEU-02"]
RESTRICTIVE = _RULES["JEU-03"]
LICENCE_INCONNUE = _RULES["LICENCE-01"]
ACCORD_ECHU = _RULES["INTERET-01"]
SANS_ACCORD = _RULES["INTERET-02"]
SANS_CONTROLE = _RULES["INTERET-03"]
SANS_TRAITEMENT = _RULES["INTERET-04"]

PARTAGEES = ("convenu", "effectif")


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the JEU, LICENCE and INTERET rules."""
    for jeu in real(register, "jeux_de_donnees"):
        if jeu.donnees_personnelles:
            yield PERSONNELLES.at("jeux_de_donnees", jeu.id, "donnees_personnelles")
        stated = [("licence", jeu.licence)] + [
            (f"distributions[{number}].licence", part.licence)
            for number, part in enumerate(jeu.distributions)
        ]
        if not any(licence for _, licence in stated):
            yield SANS_LICENCE.at("jeux_de_donnees", jeu.id, "licence")
        for field, licence in stated:
            if licence in LICENCES and not LICENCES[licence].ouverte:
                yield RESTRICTIVE.at("jeux_de_donnees", jeu.id, field, licence=licence)
            else:
                yield from _known("jeux_de_donnees", jeu.id, field, licence)
    for kind in ("algorithmes", "applications", "donnees_interet_metropolitain"):
        for record in real(register, kind):
            yield from _known(kind, record.id, "licence", record.licence)
    yield from _shared(register, on)


def _known(kind: str, record: str, field: str, licence: str | None) -> Iterator[Raised]:
    # a name of one's own, as SPDX has it, is in no table
    if licence is not None and licence not in LICENCES and not licence.startswith("LicenseRef-"):
        yield LICENCE_INCONNUE.at(kind, record, field, licence=licence)


def _shared(register: Register, on: dt.date) -> Iterator[Raised]:
    kind = "donnees_interet_metropolitain"
    for record in register.all(kind):
        if record.self_data and record.controle_personnes is None:
            yield SANS_CONTROLE.at(kind, record.id, "controle_personnes")
        if record.etat not in PARTAGEES:
            continue
        state = ETATS_PARTAGE.nomme(record.etat)
        if record.accord is None:
            yield SANS_ACCORD.at(kind, record.id, "accord", etat=state)
        elif record.accord.fin is not None and record.accord.fin < on:
            yield ACCORD_ECHU.at(kind, record.id, "accord.fin", etat=state, date=record.accord.fin)
        if record.donnees_personnelles and not record.traitements:
            yield SANS_TRAITEMENT.at(kind, record.id, "traitements", etat=state)
