"""An incident that touched personal data, one record each, notified to the authority or not."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import INTERNE, FieldError, champ, identifiant, kind
from charte_registry.records.droits import NATURES_VIOLATION
from charte_registry.records.formats import HEURE
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.rgpd import CATEGORIES_DONNEES
from charte_registry.vocabularies.vocabulaire import listed

RISQUES_INCIDENT = listed("registre", "risques_incident")


@kind("incident", "incident", "incidente", visibility=INTERNE)
@attrs.frozen(kw_only=True)
class Incident(JsonRecord):
    """An incident that touched personal data: what happened, the risk, whom was told and when.

    Every incident has its record, notified or not. The kind is internal; the counts of a year are
    public and derived from the records.

    Examples
    --------
    >>> incident = Incident(id="2026-01", connu_le=dt.date(2026, 3, 2), risque="improbable")
    >>> incident.notifie_le is None
    True
    """

    id: str = identifiant()
    connu_le: dt.date = champ(
        "jour où l'organisme en a eu connaissance", "day when the body became aware of it",
        "dia em que o organismo tomou conhecimento", source="RGPD art. 33(1)",
    )  # fmt: skip
    connu_a: str | None = champ(
        "heure, ce jour-là", "time of that day", "hora desse dia", source="RGPD art. 33(1)",
        form=HEURE, default=None,
    )  # fmt: skip
    organisme: str | None = champ(
        "organisme responsable", "body responsible", "organismo responsável",
        source="RGPD art. 33(1)", reference="organismes", default=None,
    )  # fmt: skip
    debut: dt.date | None = champ(
        "jour de l'incident, ou début de la période", "day of the incident, or start of the period",
        "dia do incidente, ou início do período", source="RGPD art. 33(5)", default=None,
    )  # fmt: skip
    fin: dt.date | None = champ(
        "fin de la période", "end of the period", "fim do período", source="RGPD art. 33(5)", default=None,
    )  # fmt: skip
    natures: tuple[str, ...] = champ(
        "natures", "natures", "naturezas", source="RGPD art. 4(12) ; 33(3)(a)",
        choices=NATURES_VIOLATION, default=(),
    )  # fmt: skip
    circonstances: str | None = champ(
        "circonstances et cause", "circumstances and cause", "circunstâncias e causa",
        source="RGPD art. 33(5)", default=None,
    )  # fmt: skip
    categories_donnees: tuple[str, ...] = champ(
        "catégories de données touchées", "categories of data affected", "categorias de dados afetadas",
        source="RGPD art. 33(3)(a)", choices=CATEGORIES_DONNEES, default=(),
    )  # fmt: skip
    donnees: str | None = champ(
        "données touchées, ou pourquoi elles ne sont pas connues",
        "data affected, or why they are not known", "dados afetados, ou por que não são conhecidos",
        source="RGPD art. 33(3)(a)", default=None,
    )  # fmt: skip
    categories_personnes: tuple[str, ...] = champ(
        "catégories de personnes touchées", "categories of people affected", "categorias de pessoas afetadas",
        source="RGPD art. 33(3)(a)", default=(),
    )  # fmt: skip
    personnes: int | None = champ(
        "nombre de personnes touchées", "number of people affected", "número de pessoas afetadas",
        source="RGPD art. 33(3)(a)", default=None,
    )  # fmt: skip
    personnes_approximatif: bool = champ(
        "ce nombre est une approximation", "that number is an approximation", "esse número é uma aproximação",
        source="RGPD art. 33(3)(a)", default=False,
    )  # fmt: skip
    enregistrements: int | None = champ(
        "nombre d'enregistrements touchés", "number of records affected", "número de registros afetados",
        source="RGPD art. 33(3)(a)", default=None,
    )  # fmt: skip
    consequences: str | None = champ(
        "effets et conséquences probables", "effects and likely consequences", "efeitos e consequências prováveis",
        source="RGPD art. 33(3)(c) ; 33(5)", default=None,
    )  # fmt: skip
    risque: str | None = champ(
        "risque pour les personnes", "risk to people", "risco para as pessoas",
        source="RGPD art. 33(1) et 34(1)", choices=RISQUES_INCIDENT, default=None,
    )  # fmt: skip
    motif_risque: str | None = champ(
        "ce qui conduit à cette conclusion", "what leads to that conclusion", "o que leva a essa conclusão",
        source="RGPD art. 33(5)", default=None,
    )  # fmt: skip
    mesures: tuple[str, ...] = champ(
        "mesures prises", "measures taken", "medidas tomadas", source="RGPD art. 33(3)(d) ; 33(5)", default=(),
    )  # fmt: skip
    notifie_le: dt.date | None = champ(
        "notifié à l'autorité le", "notified to the authority on", "comunicado à autoridade em",
        source="RGPD art. 33(1)", default=None,
    )  # fmt: skip
    notifie_a: str | None = champ(
        "heure de la notification", "time of the notification", "hora da comunicação",
        source="RGPD art. 33(1)", form=HEURE, default=None,
    )  # fmt: skip
    motif_retard: str | None = champ(
        "motif du retard de la notification", "reason for the delay of the notification",
        "motivo do atraso da comunicação", source="RGPD art. 33(1)", default=None,
    )  # fmt: skip
    complete_le: dt.date | None = champ(
        "notification complétée le", "notification completed on", "comunicação completada em",
        source="RGPD art. 33(4)", default=None,
    )  # fmt: skip
    communique_le: dt.date | None = champ(
        "communiqué aux personnes le", "communicated to the people on", "comunicado às pessoas em",
        source="RGPD art. 34(1)", default=None,
    )  # fmt: skip
    motif_sans_communication: str | None = champ(
        "pourquoi les personnes ne sont pas prévenues une à une", "why the people are not told one by one",
        "por que as pessoas não são avisadas uma a uma", source="RGPD art. 34(3)", default=None,
    )  # fmt: skip
    sous_traitant: str | None = champ(
        "sous-traitant chez qui il a eu lieu (organisme)", "processor where it happened (body)",
        "operador onde ocorreu (organismo)", source="RGPD art. 33(2)", reference="organismes", default=None,
    )  # fmt: skip
    traitements: tuple[str, ...] = champ(
        "traitements touchés", "processings affected", "tratamentos afetados",
        reference="traitements", default=(),
    )  # fmt: skip
    applications: tuple[str, ...] = champ(
        "applications touchées", "applications affected", "aplicações afetadas",
        reference="applications", default=(),
    )  # fmt: skip
    clos_le: dt.date | None = champ("clos le", "closed on", "encerrado em", default=None)

    def __attrs_post_init__(self) -> None:
        if self.debut is not None and self.fin is not None and self.fin < self.debut:
            raise FieldError("fin", "before_start", value=self.fin, start=self.debut)
