"""How the charter is kept: actions, partners, requests, trainings, certifications."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import champ

ENGAGEMENTS = ("protection", "souverainete", "sobriete", "transparence")
PHASES = ("realisee", "en_cours", "en_retard")


@attrs.frozen(kw_only=True)
class Action:
    """An action of the charter, with its phase and the sentence that the phase rests on.

    Examples
    --------
    >>> Action(id="a", intitule="A", engagement="sobriete", phase="en_cours", preuve="…").echeance is None
    True
    """

    id: str = champ("identifiant", "identifier", "identificador")
    intitule: str = champ("intitulé", "title", "título")
    engagement: str = champ("engagement", "commitment", "compromisso", choices=ENGAGEMENTS)
    phase: str = champ("phase", "phase", "fase", choices=PHASES)
    preuve: str = champ("phrase qui le dit", "sentence that says so", "frase que o diz")
    echeance: dt.date | None = champ("échéance", "due date", "prazo", default=None)
    algorithmes: tuple[str, ...] = champ("algorithmes", "algorithms", "algoritmos", default=())


@attrs.frozen(kw_only=True)
class Partenaire:
    """A partner that signed the charter.

    Examples
    --------
    >>> Partenaire(id="p", nom="P").factice
    False
    """

    id: str = champ("identifiant", "identifier", "identificador")
    nom: str = champ("nom", "name", "nome")
    factice: bool = champ(
        "fiche factice, pour le compte",
        "placeholder, for the count",
        "registro fictício, para a contagem",
        default=False,
    )


@attrs.frozen(kw_only=True)
class DemandesDroits:
    """How many people asked about their data in a year; counts, never a person.

    Examples
    --------
    >>> DemandesDroits(id="2020", annee=2020, nombre=23).reclamations_cnil
    0
    """

    id: str = champ("identifiant", "identifier", "identificador")
    annee: int = champ("année", "year", "ano")
    nombre: int = champ("demandes", "requests", "pedidos", source="RGPD art. 12 à 22")
    reclamations_cnil: int = champ(
        "réclamations à la CNIL",
        "complaints to the CNIL",
        "reclamações à CNIL",
        source="RGPD art. 77",
        default=0,
    )


@attrs.frozen(kw_only=True)
class Formation:
    """Awareness sessions and trainings.

    Examples
    --------
    >>> Formation(id="f", intitule="F", debut=2018, fin=2019, sessions=12, personnes=150).fin
    2019
    """

    id: str = champ("identifiant", "identifier", "identificador")
    intitule: str = champ("intitulé", "title", "título")
    debut: int = champ("première année", "first year", "primeiro ano")
    fin: int = champ("dernière année", "last year", "último ano")
    sessions: int = champ("séances", "sessions", "sessões")
    personnes: int = champ("personnes", "people", "pessoas")


@attrs.frozen(kw_only=True)
class Certification:
    """A certification of the authority's systems.

    Examples
    --------
    >>> Certification(id="c", referentiel="ISO 27001", organisme="metropole", renouvelee=2020).expire is None
    True
    """

    id: str = champ("identifiant", "identifier", "identificador")
    referentiel: str = champ("référentiel", "scheme", "referencial")
    organisme: str = champ("organisme", "body", "organismo")
    renouvelee: int = champ("année de renouvellement", "year of renewal", "ano de renovação")
    expire: dt.date | None = champ("expire le", "expires on", "expira em", default=None)
