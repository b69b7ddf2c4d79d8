"""Impact assessments: due by article 35(3), by the CNIL's list, or by two of the nine criteria."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from charte_registry.records.aipd import Aipd
from charte_registry.register import Register
from charte_registry.rules.graph import algorithms, assessment_state, real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules
from charte_registry.vocabularies.aipd import CAS_ARTICLE_35, CRITERES_WP248, LISTE_2018_327
from charte_registry.vocabularies.vocabulaire import Terme

_RULES = family_rules("aipd")
REQUISE = _RULES["AIPD-01"]
DEUX_CRITERES = _RULES["AIPD-02"]
EN_SERVICE_AVANT = _RULES["AIPD-03"]
CRITERE_TU = _RULES["AIPD-04"]
EXEMPTION_CONTRAIRE = _RULES["AIPD-05"]


ENGAGEE = ("en_cours", "faite")


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the AIPD rules; a stopped processing is owed no assessment."""
    running = algorithms(register)
    for record in real(register, "traitements"):
        if record.statut != "arrete":
            yield from _assessment(register, record, running.get(record.id, ()))


def _assessment(register: Register, record: Any, algorithmes: Sequence[Any]) -> Iterator[Raised]:
    aipd: Aipd = record.aipd or Aipd()
    field = "aipd.analyse" if record.aipd is not None else "aipd"
    etat = assessment_state(register, record)
    stated, shown = set(aipd.criteres), _shown(record, algorithmes)
    required = _required(aipd)
    criteria = _terms(stated | shown)
    in_principle = len(criteria) >= 2 and aipd.liste_non_requise is None
    justified = aipd.conclusion == "non_requise" and aipd.motif is not None
    if required and etat not in ENGAGEE:
        yield REQUISE.at("traitements", record.id, field, raisons=required)
    elif in_principle and etat not in ENGAGEE and not justified:
        yield DEUX_CRITERES.at("traitements", record.id, field, criteres=criteria)
    if (required or in_principle) and etat == "en_cours" and record.statut == "en_service":
        yield EN_SERVICE_AVANT.at("traitements", record.id, field)
    if record.aipd is None:
        return
    if shown - stated:
        yield CRITERE_TU.at(
            "traitements", record.id, "aipd.criteres", criteres=_terms(shown - stated)
        )
    if required and aipd.liste_non_requise is not None:
        yield EXEMPTION_CONTRAIRE.at(
            "traitements", record.id, "aipd.liste_non_requise", raisons=required
        )


def _required(aipd: Aipd) -> tuple[Terme, ...]:
    listed = (LISTE_2018_327.nomme(aipd.liste_requise),) if aipd.liste_requise else ()
    return tuple(CAS_ARTICLE_35.nomme(code) for code in aipd.cas_article_35) + listed


def _shown(record: Any, algorithmes: Sequence[Any]) -> set[str]:
    """Return the criteria that the rest of the register shows by itself."""
    shown = set()
    if record.categories_particulieres or record.infractions is not None:
        shown.add("donnees_sensibles")
    if any(a.decision_individuelle and a.degre_contribution == "total" for a in algorithmes):
        shown.add("decision_automatique")
    return shown


def _terms(codes: set[str]) -> tuple[Terme, ...]:
    return tuple(terme for terme in CRITERES_WP248 if terme.code in codes)
