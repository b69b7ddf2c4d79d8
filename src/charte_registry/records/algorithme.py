"""Algorithms behind decisions: what the law has published, and what the inventory lists."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import INTERNE, champ, factice, identifiant, kind, note
from charte_registry.records.formats import SPDX, URL
from charte_registry.records.json_record import JsonRecord
from charte_registry.records.organisme import Contact
from charte_registry.records.traitement import STATUTS
from charte_registry.vocabularies.vocabulaire import listed

_AS_OF = dt.date(2026, 2, 1)

DEGRES = listed("registre", "degres_contribution")
TECHNIQUES = listed("registre", "techniques")

_ADMINISTRATION = "Inventaire Etalab : administration"
_CONTEXTE = "Inventaire Etalab : contexte"
_IMPACT = "Inventaire Etalab : impact"
_FONCTIONNEMENT = "Inventaire Etalab : fonctionnement"


@attrs.frozen(kw_only=True)
class DonneeTraitee(JsonRecord):
    """Data that an algorithm uses, and where they come from.

    Examples
    --------
    >>> DonneeTraitee(nom="quotient familial", origine="CAF").personnelle
    True
    """

    nom: str = champ("donnée", "data", "dado", source="CRPA R.311-3-1-2 (2°)")
    origine: str | None = champ("origine", "origin", "origem", source="CRPA R.311-3-1-2 (2°)", default=None)  # fmt: skip
    personnelle: bool = champ(
        "donnée personnelle", "personal data", "dado pessoal", source="RGPD art. 4(1)", default=True
    )


@attrs.frozen(kw_only=True)
class ParametreTraitement(JsonRecord):
    """A parameter of an algorithm, and its weight.

    Examples
    --------
    >>> ParametreTraitement(nom="quotient familial", ponderation="seul critère").nom
    'quotient familial'
    """

    nom: str = champ("paramètre", "parameter", "parâmetro", source="CRPA R.311-3-1-2 (3°)")
    ponderation: str | None = champ(
        "pondération", "weight", "ponderação", source="CRPA R.311-3-1-2 (3°)", default=None
    )


@kind("algorithme", "algorithm", "algoritmo")
@attrs.frozen(kw_only=True)
class Algorithme(JsonRecord):
    """An algorithm that serves decisions about people.

    From L.311-3-1 and R.311-3-1-1 (the notice): ``finalite``, ``notice``, ``droit_communication``,
    ``saisine_cada``. From R.311-3-1-2 (what the person may ask for): ``degre_contribution``,
    ``mode_contribution``, ``donnees``, ``parametres``, ``operations``. From L.312-1-3 (the rules,
    published): ``publie_le``, ``regle``.

    Under the four headings of the Etalab inventory, in names of this project:
    administration (``organisme``, ``service``, ``contact``); context (``nom``, ``finalite``,
    ``base_juridique``, ``statut``, ``en_service_depuis``, ``page``); impact
    (``decision_individuelle``, ``decision``, ``personnes_concernees``, ``decisions_par_an``,
    ``effets``, ``recours``); operation (``degre_contribution``, ``intervention_humaine``,
    ``technique``, ``concepteur``, ``donnees``, ``code``).

    Examples
    --------
    >>> Algorithme(id="a", nom="A", finalite="Calculer une aide", decision_individuelle=True).notice is None
    True
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome", source=_CONTEXTE)
    finalite: str = champ("finalité", "purpose", "finalidade", source="CRPA R.311-3-1-1")
    decision_individuelle: bool = champ(
        "fonde des décisions individuelles", "behind individual decisions", "fundamenta decisões individuais",
        source="CRPA L.311-3-1",
    )  # fmt: skip
    organisme: str | None = champ(
        "administration responsable (organisme)", "authority in charge (body)", "administração responsável (organismo)",
        source=_ADMINISTRATION, reference="organismes", default=None,
    )  # fmt: skip
    service: str | None = champ("service", "department", "serviço", source=_ADMINISTRATION, default=None)  # fmt: skip
    contact: Contact | None = champ(
        "contact, par fonction", "contact, by function", "contato, por função",
        source=_ADMINISTRATION, visibility=INTERNE, default=None,
    )  # fmt: skip
    base_juridique: tuple[str, ...] = champ(
        "textes qui fondent la décision", "texts that the decision rests on", "textos em que a decisão se apoia",
        source=_CONTEXTE, default=(),
    )  # fmt: skip
    statut: str = champ(
        "statut", "status", "situação", source=_CONTEXTE, choices=STATUTS, default="en_service"
    )
    en_service_depuis: dt.date | None = champ(
        "en service depuis", "in service since", "em serviço desde", source=_CONTEXTE, default=None
    )
    page: str | None = champ(
        "page publique", "public page", "página pública", source=_CONTEXTE, form=URL, default=None
    )
    decision: str | None = champ(
        "décision administrative", "administrative decision", "decisão administrativa",
        source=_IMPACT, default=None,
    )  # fmt: skip
    personnes_concernees: str | None = champ(
        "personnes concernées",
        "people concerned",
        "pessoas envolvidas",
        source=_IMPACT,
        default=None,
    )
    decisions_par_an: int | None = champ(
        "décisions par an", "decisions a year", "decisões por ano", source=_IMPACT, default=None
    )
    effets: str | None = champ(
        "effets pour les personnes", "effects on people", "efeitos para as pessoas",
        source=_IMPACT, default=None,
    )  # fmt: skip
    recours: str | None = champ(
        "voies de recours", "ways to appeal", "vias de recurso", source=_IMPACT, default=None
    )
    degre_contribution: str | None = champ(
        "degré de contribution à la décision", "degree of contribution to the decision",
        "grau de contribuição para a decisão", source="CRPA R.311-3-1-2 (1°)", choices=DEGRES, default=None,
    )  # fmt: skip
    mode_contribution: str | None = champ(
        "mode de contribution à la décision", "mode of contribution to the decision",
        "modo de contribuição para a decisão", source="CRPA R.311-3-1-2 (1°)", default=None,
    )  # fmt: skip
    intervention_humaine: str | None = champ(
        "intervention humaine", "human intervention", "intervenção humana",
        source="RGPD art. 22(3) ; loi 78-17 art. 47", default=None,
    )  # fmt: skip
    donnees: tuple[DonneeTraitee, ...] = champ(
        "données traitées et leurs sources", "data used and their sources", "dados tratados e suas fontes",
        source="CRPA R.311-3-1-2 (2°)", default=(),
    )  # fmt: skip
    parametres: tuple[ParametreTraitement, ...] = champ(
        "paramètres et leur pondération", "parameters and their weight", "parâmetros e sua ponderação",
        source="CRPA R.311-3-1-2 (3°)", default=(),
    )  # fmt: skip
    operations: tuple[str, ...] = champ(
        "opérations effectuées", "operations done", "operações realizadas",
        source="CRPA R.311-3-1-2 (4°)", default=(),
    )  # fmt: skip
    technique: str | None = champ(
        "technique",
        "technique",
        "técnica",
        source=_FONCTIONNEMENT,
        choices=TECHNIQUES,
        default=None,
    )
    concepteur: str | None = champ(
        "concepteur (organisme)", "designer (body)", "criador (organismo)",
        source=_FONCTIONNEMENT, reference="organismes", default=None,
    )  # fmt: skip
    publie_le: dt.date | None = champ(
        "publié le", "published on", "publicado em", source="CRPA L.312-1-3", default=None
    )
    notice: str | None = champ(
        "mention d'information",
        "notice",
        "aviso",
        source="CRPA L.311-3-1 et R.311-3-1-1",
        default=None,
    )
    droit_communication: str | None = champ(
        "comment demander les règles", "how to ask for the rules", "como pedir as regras",
        source="CRPA R.311-3-1-1", default=None,
    )  # fmt: skip
    saisine_cada: str | None = champ(
        "comment saisir la CADA", "how to refer to the CADA", "como recorrer à CADA",
        source="CRPA R.311-3-1-1", default=None,
    )  # fmt: skip
    regle: str | None = champ(
        "règle exécutable (nom, fichier ou adresse)", "executable rule (name, file or address)",
        "regra executável (nome, arquivo ou endereço)", source="CRPA L.312-1-3", default=None,
    )  # fmt: skip
    code: str | None = champ(
        "code source",
        "source code",
        "código-fonte",
        source="CRPA L.300-2",
        form=URL,
        default=None,
    )
    licence: str | None = champ(
        "licence du code (SPDX)", "licence of the code (SPDX)", "licença do código (SPDX)",
        source="CRPA L.323-2", form=SPDX, default=None,
    )  # fmt: skip
    schema: str | None = champ(
        "schéma des critères et des étapes", "diagram of criteria and steps", "diagrama de critérios e etapas",
        form=URL, default=None,
    )  # fmt: skip
    documentation: str | None = champ(
        "document technique", "technical document", "documento técnico", form=URL, default=None
    )
    traitements: tuple[str, ...] = champ(
        "traitements", "processings", "tratamentos", reference="traitements", default=()
    )
    note: str | None = note()
    factice: bool = factice()
