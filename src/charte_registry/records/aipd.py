"""The impact assessment of a processing."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import INTERNE, champ
from charte_registry.vocabularies.aipd import (
    CAS_ARTICLE_35,
    CRITERES_WP248,
    LISTE_2018_327,
    LISTE_2019_118,
)
from charte_registry.vocabularies.vocabulaire import vocabulaire

ETATS_AIPD = vocabulaire(
    "etats_aipd", "RGPD art. 35", dt.date(2026, 2, 1),
    ("non_requise", "non requise", "not required", "não exigida"),
    ("a_faire", "à faire", "to do", "a fazer"),
    ("en_cours", "en cours", "under way", "em andamento"),
    ("faite", "faite", "done", "feita"),
)  # fmt: skip
AVIS = vocabulaire(
    "avis", "RGPD art. 35(2)", dt.date(2026, 2, 1),
    ("favorable", "favorable", "favourable", "favorável"),
    ("favorable_avec_reserves", "favorable avec réserves", "favourable with reservations", "favorável com ressalvas"),
    ("defavorable", "défavorable", "unfavourable", "desfavorável"),
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Aipd:
    """What was looked at to know whether an assessment is due, and what came of it.

    Examples
    --------
    >>> Aipd(etat="a_faire", criteres=("donnees_sensibles", "personnes_vulnerables")).due
    True
    """

    etat: str = champ("état", "state", "estado", source="RGPD art. 35", choices=ETATS_AIPD)
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
        "motif de l'état",
        "reason of the state",
        "motivo do estado",
        source="RGPD art. 35",
        default=None,
    )
    date: dt.date | None = champ(
        "date de l'analyse", "date of the assessment", "data da avaliação", source="RGPD art. 35", default=None,
    )  # fmt: skip
    avis_dpo: str | None = champ(
        "avis du délégué à la protection des données", "opinion of the data protection officer",
        "parecer do encarregado de dados", source="RGPD art. 35(2)", choices=AVIS, default=None,
    )  # fmt: skip
    avis_personnes: str | None = champ(
        "avis des personnes concernées", "views of the people concerned", "opinião das pessoas envolvidas",
        source="RGPD art. 35(9)", default=None,
    )  # fmt: skip
    consultation_cnil: dt.date | None = champ(
        "consultation préalable de la CNIL", "prior consultation of the CNIL", "consulta prévia à CNIL",
        source="RGPD art. 36", default=None,
    )  # fmt: skip
    risques: tuple[str, ...] = champ(
        "risques et vulnérabilités", "risks and vulnerabilities", "riscos e vulnerabilidades",
        source="RGPD art. 35(7)(c)", visibility=INTERNE, default=(),
    )  # fmt: skip
    piece: str | None = champ(
        "où est le document", "where the document is", "onde está o documento",
        visibility=INTERNE, default=None,
    )  # fmt: skip

    @property
    def due(self) -> bool:
        """Whether an assessment is due in principle: one case, one listed type, or two criteria."""
        if self.cas_article_35 or self.liste_requise:
            return True
        return self.liste_non_requise is None and len(self.criteres) >= 2
