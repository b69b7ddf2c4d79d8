"""Impact assessments: due by article 35(3), by the CNIL's list, or by two of the nine criteria."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from charte_registry.records.aipd import Aipd
from charte_registry.register import Register
from charte_registry.rules.graph import algorithms, assessment_state, real
from charte_registry.rules.rule import ERROR, NOTE, WARNING, Raised, Rule
from charte_registry.vocabularies.aipd import CAS_ARTICLE_35, CRITERES_WP248, LISTE_2018_327
from charte_registry.vocabularies.vocabulaire import Terme

REQUISE = Rule(
    id="AIPD-01", severity=ERROR, source="RGPD art. 35(3) ; 35(4) ; CNIL, délibération 2018-327",
    fr=("une analyse d'impact est requise et n'est pas faite : {raisons}", "la mener avant le traitement"),
    en=("an impact assessment is required and not done: {raisons}", "carry it out before the processing"),
    pt=("uma avaliação de impacto é exigida e não foi feita: {raisons}", "realizá-la antes do tratamento"),
)  # fmt: skip
DEUX_CRITERES = Rule(
    id="AIPD-02", severity=WARNING, source="RGPD art. 35(1) ; lignes directrices WP248 rév. 01, III.B.a",
    fr=("au moins deux critères sont remplis et aucune analyse d'impact n'est faite : {criteres}", "la mener, ou dire dans motif pourquoi elle n'est pas requise"),
    en=("two criteria or more hold and no impact assessment is done: {criteres}", "carry it out, or say in motif why none is required"),
    pt=("dois critérios ou mais estão presentes e nenhuma avaliação de impacto foi feita: {criteres}", "realizá-la, ou dizer em motif por que não é exigida"),
)  # fmt: skip
EN_SERVICE_AVANT = Rule(
    id="AIPD-03", severity=WARNING, source="RGPD art. 35(1)",
    fr=("le traitement est en service alors que l'analyse d'impact due est en cours", "l'achever : elle précède le traitement"),
    en=("the processing is in service while the impact assessment that is due is under way", "finish it: it comes before the processing"),
    pt=("o tratamento está em serviço enquanto a avaliação de impacto devida está em andamento", "concluí-la: ela precede o tratamento"),
)  # fmt: skip
CRITERE_TU = Rule(
    id="AIPD-04", severity=NOTE, source="Lignes directrices WP248 rév. 01, III.B.a",
    fr=("la fiche montre un critère que l'analyse ne cite pas : {criteres}", "l'ajouter aux critères"),
    en=("the record shows a criterion that the assessment does not state: {criteres}", "add it to the criteria"),
    pt=("a ficha mostra um critério que a avaliação não cita: {criteres}", "acrescentá-lo aos critérios"),
)  # fmt: skip
EXEMPTION_CONTRAIRE = Rule(
    id="AIPD-05", severity=ERROR, source="RGPD art. 35(3) à 35(5) ; CNIL, délibérations 2018-327 ; 2019-118",
    fr=("une exemption est invoquée alors que l'analyse est requise : {raisons}", "retirer l'une ou l'autre"),
    en=("an exemption is claimed while an assessment is required: {raisons}", "remove one or the other"),
    pt=("uma isenção é invocada embora a avaliação seja exigida: {raisons}", "retirar uma ou outra"),
)  # fmt: skip


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
