"""Lawfulness: a legal basis a purpose, a ground for special categories, offences and the NIR."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.register import Register
from charte_registry.rules.graph import AUTORITES_PUBLIQUES, body, real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules
from charte_registry.vocabularies.rgpd import (
    BASES_LEGALES,
    CATEGORIES_PARTICULIERES,
    FONDEMENTS_ARTICLE_9,
)

_RULES = family_rules("liceite")
SANS_BASE = _RULES["BASE-01"]
INTERET_D_AUTORITE = _RULES["BASE-02"]
SANS_TEXTE = _RULES["BASE-03"]
SANS_FONDEMENT = _RULES["SENSIBLE-01"]
FONDEMENT_SANS_TEXTE = _RULES["SENSIBLE-02"]
INFRACTIONS_SANS_TEXTE = _RULES["INFRACTION-01"]
NIR_SANS_TEXTE = _RULES["NIR-01"]

FONDEES_SUR_UN_TEXTE = ("obligation_legale", "mission_interet_public")
# Union or Member State law, or a contract with a professional: the ground alone says nothing.
FONDEMENTS_SUR_UN_TEXTE = frozenset(
    ["droit_travail_protection_sociale", "interet_public_important", "medecine_prise_en_charge",
     "sante_publique", "archives_recherche_statistiques"]
)  # fmt: skip


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the BASE, SENSIBLE, INFRACTION and NIR rules."""
    for record in real(register, "traitements"):
        controller = body(register, record.responsable)
        public = controller is not None and controller.type in AUTORITES_PUBLIQUES
        for number, finalite in enumerate(record.finalites):
            path, bases = f"finalites[{number}]", finalite.bases_legales
            if not bases:
                yield SANS_BASE.at(
                    "traitements", record.id, f"{path}.bases_legales", finalite=finalite.nom
                )
            if public and "interet_legitime" in bases:
                where = f"{path}.bases_legales[{bases.index('interet_legitime')}]"
                yield INTERET_D_AUTORITE.at(
                    "traitements", record.id, where, responsable=record.responsable
                )
            resting = tuple(BASES_LEGALES.nomme(b) for b in bases if b in FONDEES_SUR_UN_TEXTE)
            if resting and finalite.texte is None:
                yield SANS_TEXTE.at("traitements", record.id, f"{path}.texte", base=resting)
        for number, item in enumerate(record.categories_particulieres):
            path = f"categories_particulieres[{number}]"
            if item.fondement is None:
                yield SANS_FONDEMENT.at(
                    "traitements", record.id, f"{path}.fondement",
                    categorie=CATEGORIES_PARTICULIERES.nomme(item.categorie),
                )  # fmt: skip
            elif item.fondement in FONDEMENTS_SUR_UN_TEXTE and item.texte is None:
                yield FONDEMENT_SANS_TEXTE.at(
                    "traitements", record.id, f"{path}.texte",
                    fondement=FONDEMENTS_ARTICLE_9.nomme(item.fondement),
                )  # fmt: skip
        if record.infractions is not None and record.infractions.texte is None:
            yield INFRACTIONS_SANS_TEXTE.at("traitements", record.id, "infractions.texte")
        if record.nir is not None and record.nir.texte is None:
            yield NIR_SANS_TEXTE.at("traitements", record.id, "nir.texte")
