"""Counts of a year: what people asked about their data, and what went wrong; never a person.

A year of which the register holds the requests or the incidents themselves is counted from them;
a record here states the count of a year of which it does not.
"""

from __future__ import annotations

import attrs

from charte_registry.records.base import INTERNE, FieldError, champ, identifiant, kind, note
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.rgpd import DROITS, SUITES
from charte_registry.vocabularies.vocabulaire import listed

NATURES_VIOLATION = listed("registre", "natures_violation")


@attrs.frozen(kw_only=True)
class DetailDemandes(JsonRecord):
    """How many requests of one kind had one outcome.

    Examples
    --------
    >>> DetailDemandes(droit="acces", suite="satisfaite", nombre=12).nombre
    12
    """

    droit: str = champ("droit exercé", "right exercised", "direito exercido", source="RGPD art. 15 à 22", choices=DROITS)  # fmt: skip
    nombre: int = champ("demandes", "requests", "pedidos", source="RGPD art. 12 à 22")
    suite: str | None = champ(
        "suite donnée", "outcome", "resultado", source="RGPD art. 12(3) à 12(5)",
        choices=SUITES, default=None,
    )  # fmt: skip


@kind(
    "demandes d'exercice de droits, par an",
    "requests to exercise rights, by year",
    "pedidos de exercício de direitos, por ano",
)
@attrs.frozen(kw_only=True)
class DemandesDroits(JsonRecord):
    """How many people asked about their data in a year; counts, never a person.

    Examples
    --------
    >>> DemandesDroits(id="2020", annee=2020, nombre=23).reclamations_autorite
    0
    """

    id: str = identifiant()
    annee: int = champ("année", "year", "ano")
    nombre: int = champ("demandes", "requests", "pedidos", source="RGPD art. 12 à 22")
    reclamations_autorite: int = champ(
        "réclamations à l'autorité", "complaints to the authority", "reclamações à autoridade",
        source="RGPD art. 77", default=0,
    )  # fmt: skip
    detail: tuple[DetailDemandes, ...] = champ(
        "demandes par droit et par suite", "requests by right and outcome", "pedidos por direito e resultado",
        source="RGPD art. 12 à 22", default=(),
    )  # fmt: skip
    hors_delai: int | None = champ(
        "demandes traitées hors délai", "requests answered late", "pedidos respondidos fora do prazo",
        source="RGPD art. 12(3)", default=None,
    )  # fmt: skip
    delai_moyen_jours: int | None = champ(
        "délai moyen, en jours", "mean delay, in days", "prazo médio, em dias",
        source="RGPD art. 12(3)", default=None,
    )  # fmt: skip
    organisme: str | None = champ(
        "organisme", "body", "organismo", reference="organismes", default=None
    )
    note: str | None = note()

    def __attrs_post_init__(self) -> None:
        seen = set()
        for number, item in enumerate(self.detail):
            if (item.droit, item.suite) in seen:
                raise FieldError(
                    f"detail[{number}]", "detail_twice", value=item.droit, outcome=item.suite
                )
            seen.add((item.droit, item.suite))


@attrs.frozen(kw_only=True)
class NombreViolations(JsonRecord):
    """How many breaches were of one nature; a breach can be of several.

    Examples
    --------
    >>> NombreViolations(nature="disponibilite", nombre=1).nombre
    1
    """

    nature: str = champ(
        "nature", "nature", "natureza", source="RGPD art. 4(12)", choices=NATURES_VIOLATION
    )
    nombre: int = champ("violations", "breaches", "violações", source="RGPD art. 33(5)")


@kind("violations de données, par an", "data breaches, by year", "violações de dados, por ano")
@attrs.frozen(kw_only=True)
class Violation(JsonRecord):
    """The breaches of personal data of a year: counts and delays, never a person.

    Examples
    --------
    >>> Violation(id="2020", annee=2020, nombre=0).notifiees_autorite
    0
    """

    id: str = identifiant()
    annee: int = champ("année", "year", "ano")
    nombre: int = champ("violations", "breaches", "violações", source="RGPD art. 33(5)")
    detail: tuple[NombreViolations, ...] = champ(
        "violations par nature", "breaches by nature", "violações por natureza",
        source="RGPD art. 4(12)", default=(),
    )  # fmt: skip
    notifiees_autorite: int = champ(
        "notifiées à l'autorité",
        "notified to the authority",
        "notificadas à autoridade",
        source="RGPD art. 33(1)",
        default=0,
    )
    notifiees_dans_le_delai: int = champ(
        "notifiées dans le délai", "notified in time", "notificadas no prazo",
        source="RGPD art. 33(1)", default=0,
    )  # fmt: skip
    communiquees_personnes: int = champ(
        "communiquées aux personnes", "communicated to the people", "comunicadas às pessoas",
        source="RGPD art. 34", default=0,
    )  # fmt: skip
    delai_moyen_heures: int | None = champ(
        "délai moyen de notification, en heures", "mean delay of notification, in hours",
        "prazo médio de notificação, em horas", source="RGPD art. 33(1)", default=None,
    )  # fmt: skip
    organisme: str | None = champ(
        "organisme", "body", "organismo", reference="organismes", default=None
    )
    vulnerabilites: tuple[str, ...] = champ(
        "vulnérabilités en cause", "vulnerabilities involved", "vulnerabilidades envolvidas",
        source="RGPD art. 33(5)", visibility=INTERNE, default=(),
    )  # fmt: skip
    mesures: tuple[str, ...] = champ(
        "mesures prises", "measures taken", "medidas tomadas",
        source="RGPD art. 33(5)", visibility=INTERNE, default=(),
    )  # fmt: skip
    note: str | None = note()

    def __attrs_post_init__(self) -> None:
        for part, whole in (
            ("notifiees_autorite", "nombre"),
            ("notifiees_dans_le_delai", "notifiees_autorite"),
            ("communiquees_personnes", "nombre"),
        ):
            if getattr(self, part) > getattr(self, whole):
                raise FieldError(
                    part, "more_than_whole", value=getattr(self, part),
                    whole=getattr(self, whole), other=whole,
                )  # fmt: skip
