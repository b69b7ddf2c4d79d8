"""The impact assessment of a processing: whether one is due, and the assessment itself."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import (
    INTERNE,
    FieldError,
    champ,
    factice,
    identifiant,
    kind,
    note,
)
from charte_registry.records.formats import URL
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.aipd import (
    CAS_ARTICLE_35,
    CRITERES_WP248,
    LISTE_2018_327,
    LISTE_2019_118,
)
from charte_registry.vocabularies.vocabulaire import listed

# What a reader is told of a processing; derived from its conclusion and its assessment.
ETATS_AIPD = listed("registre", "etats_aipd")
CONCLUSIONS_AIPD = listed("registre", "conclusions_aipd")
AVIS = listed("registre", "avis")
NIVEAUX_RISQUE = listed("registre", "niveaux_risque")
RISQUES_RESIDUELS = listed("registre", "risques_residuels")


@attrs.frozen(kw_only=True)
class Aipd(JsonRecord):
    """What was looked at to know whether an assessment is due, and which assessment was made.

    Examples
    --------
    >>> Aipd(criteres=("donnees_sensibles", "personnes_vulnerables")).due
    True
    """

    conclusion: str | None = champ(
        "une analyse est-elle requise ?", "is an assessment required?", "uma avaliação é exigida?",
        source="RGPD art. 35(1)", choices=CONCLUSIONS_AIPD, default=None,
    )  # fmt: skip
    analyse: str | None = champ(
        "l'analyse, commencée ou faite", "the assessment, begun or done", "a avaliação, iniciada ou feita",
        source="RGPD art. 35(1)", reference="analyses_impact", default=None,
    )  # fmt: skip
    cas_article_35: tuple[str, ...] = champ(
        "cas de l'article 35(3)", "cases of article 35(3)", "casos do artigo 35(3)",
        source="RGPD art. 35(3)", choices=CAS_ARTICLE_35, default=(),
    )  # fmt: skip
    criteres: tuple[str, ...] = champ(
        "critères remplis, parmi neuf", "criteria that hold, of nine", "critérios presentes, de nove",
        source="Lignes directrices WP248 rév. 01", choices=CRITERES_WP248, default=(),
    )  # fmt: skip
    liste_requise: str | None = champ(
        "type de traitement qui requiert une analyse", "type of processing that requires an assessment",
        "tipo de tratamento que exige avaliação", source="RGPD art. 35(4) ; CNIL, délibération 2018-327",
        choices=LISTE_2018_327, default=None,
    )  # fmt: skip
    liste_non_requise: str | None = champ(
        "type de traitement qui n'en requiert pas", "type of processing that requires none",
        "tipo de tratamento que não a exige", source="RGPD art. 35(5) ; CNIL, délibération 2019-118",
        choices=LISTE_2019_118, default=None,
    )  # fmt: skip
    motif: str | None = champ(
        "motif de la conclusion", "reason of the conclusion", "motivo da conclusão",
        source="RGPD art. 35", default=None,
    )  # fmt: skip

    @property
    def due(self) -> bool:
        """Whether an assessment is due in principle: one case, one listed type, or two criteria."""
        if self.cas_article_35 or self.liste_requise:
            return True
        return self.liste_non_requise is None and len(self.criteres) >= 2


@attrs.frozen(kw_only=True)
class RisqueAnalyse(JsonRecord):
    """A risk to people that an assessment looked at, and what is done about it.

    Examples
    --------
    >>> RisqueAnalyse(nom="accès illégitime aux données", gravite="important").vraisemblance is None
    True
    """

    nom: str = champ("risque", "risk", "risco", source="RGPD art. 35(7)(c)")
    gravite: str | None = champ(
        "gravité", "severity", "gravidade", source="RGPD art. 35(7)(c)", choices=NIVEAUX_RISQUE, default=None,
    )  # fmt: skip
    vraisemblance: str | None = champ(
        "vraisemblance", "likelihood", "probabilidade", source="RGPD art. 35(7)(c)",
        choices=NIVEAUX_RISQUE, default=None,
    )  # fmt: skip
    mesures: tuple[str, ...] = champ(
        "mesures qui y répondent", "measures that address it", "medidas que o enfrentam",
        source="RGPD art. 35(7)(d)", default=(),
    )  # fmt: skip


@kind("analyse d'impact", "impact assessment", "avaliação de impacto")
@attrs.frozen(kw_only=True)
class AnalyseImpact(JsonRecord):
    """An impact assessment, of one processing or of several alike; risks and measures are internal.

    Examples
    --------
    >>> AnalyseImpact(id="a-1", intitule="Vidéoprotection").etat
    'en_cours'
    """

    id: str = identifiant()
    intitule: str = champ("intitulé", "title", "título")
    commencee_le: dt.date | None = champ("commencée le", "begun on", "iniciada em", source="RGPD art. 35(1)", default=None)  # fmt: skip
    achevee_le: dt.date | None = champ("achevée le", "finished on", "concluída em", source="RGPD art. 35(1)", default=None)  # fmt: skip
    description: str | None = champ(
        "description et finalités du traitement", "description and purposes of the processing",
        "descrição e finalidades do tratamento", source="RGPD art. 35(7)(a)", default=None,
    )  # fmt: skip
    necessite: str | None = champ(
        "nécessité et proportionnalité", "necessity and proportionality", "necessidade e proporcionalidade",
        source="RGPD art. 35(7)(b)", default=None,
    )  # fmt: skip
    risques: tuple[RisqueAnalyse, ...] = champ(
        "risques pour les personnes", "risks to people", "riscos para as pessoas",
        source="RGPD art. 35(7)(c)", visibility=INTERNE, default=(),
    )  # fmt: skip
    mesures: tuple[str, ...] = champ(
        "mesures envisagées", "measures envisaged", "medidas previstas",
        source="RGPD art. 35(7)(d)", visibility=INTERNE, default=(),
    )  # fmt: skip
    risque_residuel: str | None = champ(
        "risque qui demeure", "risk that remains", "risco que permanece", source="RGPD art. 36(1)",
        visibility=INTERNE, choices=RISQUES_RESIDUELS, default=None,
    )  # fmt: skip
    avis_dpo: str | None = champ(
        "avis du délégué à la protection des données", "opinion of the data protection officer",
        "parecer do encarregado de dados", source="RGPD art. 35(2)", choices=AVIS, default=None,
    )  # fmt: skip
    avis_personnes: str | None = champ(
        "avis des personnes concernées", "views of the people concerned", "opinião das pessoas envolvidas",
        source="RGPD art. 35(9)", default=None,
    )  # fmt: skip
    consultation_autorite: dt.date | None = champ(
        "consultation préalable de l'autorité", "prior consultation of the authority",
        "consulta prévia à autoridade", source="RGPD art. 36(1)", default=None,
    )  # fmt: skip
    page: str | None = champ(
        "page qui en publie un résumé", "page that publishes a summary", "página que publica um resumo",
        form=URL, default=None,
    )  # fmt: skip
    piece: str | None = champ(
        "où est le document", "where the document is", "onde está o documento",
        visibility=INTERNE, default=None,
    )  # fmt: skip
    note: str | None = note()
    factice: bool = factice()

    def __attrs_post_init__(self) -> None:
        begun, done = self.commencee_le, self.achevee_le
        if begun is not None and done is not None and done < begun:
            raise FieldError("achevee_le", "before_start", value=done, start=begun)

    @property
    def etat(self) -> str:
        """``en_cours``, or ``faite`` once it has the day when it was finished."""
        return "en_cours" if self.achevee_le is None else "faite"
