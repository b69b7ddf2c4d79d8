"""How the charter is kept: actions, partners, trainings, certifications, clauses of contracts."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

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
from charte_registry.records.organisme import TYPES_ORGANISME
from charte_registry.vocabularies.assurances import REFERENTIELS
from charte_registry.vocabularies.vocabulaire import listed

ENGAGEMENTS = listed("registre", "engagements")
PHASES = listed("registre", "phases")

OBJETS_CLAUSE = listed("registre", "objets_clause")
ETATS_CLAUSE = listed("registre", "etats_clause")


@attrs.frozen(kw_only=True)
class EtapeAction(JsonRecord):
    """When an action entered a phase.

    Examples
    --------
    >>> EtapeAction(phase="en_cours", depuis=dt.date(2019, 6, 1)).preuve is None
    True
    """

    phase: str = champ("phase", "phase", "fase", choices=PHASES)
    depuis: dt.date = champ("depuis", "since", "desde")
    preuve: str | None = champ(
        "phrase qui le dit", "sentence that says so", "frase que o diz", default=None
    )


@kind("action de la charte", "action of the charter", "ação da carta")
@attrs.frozen(kw_only=True)
class Action(JsonRecord):
    """An action of the charter, with its phase and the sentence that the phase rests on.

    Examples
    --------
    >>> Action(id="a", intitule="A", engagement="sobriete", phase="en_cours", preuve="…").echeance is None
    True
    """

    id: str = identifiant()
    intitule: str = champ("intitulé", "title", "título")
    engagement: str = champ("engagement", "commitment", "compromisso", choices=ENGAGEMENTS)
    phase: str = champ("phase", "phase", "fase", choices=PHASES)
    preuve: str = champ("phrase qui le dit", "sentence that says so", "frase que o diz")
    historique: tuple[EtapeAction, ...] = champ(
        "phases datées, de la première à la dernière", "dated phases, first to last",
        "fases datadas, da primeira à última", default=(),
    )  # fmt: skip
    echeance: dt.date | None = champ("échéance", "due date", "prazo", default=None)
    responsable: str | None = champ(
        "organisme qui la conduit", "body that leads it", "organismo que a conduz",
        reference="organismes", default=None,
    )  # fmt: skip
    piece: str | None = champ(
        "où est la preuve",
        "where the evidence is",
        "onde está a prova",
        visibility=INTERNE,
        default=None,
    )
    page: str | None = champ("page publique", "public page", "página pública", form=URL, default=None)  # fmt: skip
    algorithmes: tuple[str, ...] = champ(
        "algorithmes", "algorithms", "algoritmos", reference="algorithmes", default=()
    )
    applications: tuple[str, ...] = champ(
        "applications", "applications", "aplicações", reference="applications", default=()
    )
    jeux_de_donnees: tuple[str, ...] = champ(
        "jeux de données", "datasets", "conjuntos de dados", reference="jeux_de_donnees", default=()
    )
    partenaires: tuple[str, ...] = champ(
        "partenaires", "partners", "parceiros", reference="partenaires", default=()
    )
    note: str | None = note()

    def __attrs_post_init__(self) -> None:
        for number, (before, after) in enumerate(pairwise(self.historique), 1):
            if after.depuis < before.depuis:
                raise FieldError(
                    f"historique[{number}].depuis", "phase_order",
                    value=after.depuis, start=before.depuis,
                )  # fmt: skip
        if self.historique and self.historique[-1].phase != self.phase:
            raise FieldError(
                "phase", "phase_differs", value=self.phase, last=self.historique[-1].phase
            )


@kind("partenaire", "partner", "parceiro")
@attrs.frozen(kw_only=True)
class Partenaire(JsonRecord):
    """A partner that signed the charter.

    Examples
    --------
    >>> Partenaire(id="p", nom="P").factice
    False
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome")
    type: str | None = champ("type", "type", "tipo", choices=TYPES_ORGANISME, default=None)
    organisme: str | None = champ(
        "organisme", "body", "organismo", reference="organismes", default=None
    )
    signe_le: dt.date | None = champ("signé le", "signed on", "assinado em", default=None)
    temoignage: str | None = champ(
        "témoignage publié", "published testimony", "depoimento publicado", default=None
    )
    page: str | None = champ("page publique", "public page", "página pública", form=URL, default=None)  # fmt: skip
    note: str | None = note()
    factice: bool = factice()


@kind("formation", "training", "formação")
@attrs.frozen(kw_only=True)
class Formation(JsonRecord):
    """Awareness sessions and trainings.

    Examples
    --------
    >>> Formation(id="f", intitule="F", debut=2018, fin=2019, sessions=12, personnes=150).fin
    2019
    """

    id: str = identifiant()
    intitule: str = champ("intitulé", "title", "título")
    debut: int = champ("première année", "first year", "primeiro ano")
    fin: int = champ("dernière année", "last year", "último ano")
    sessions: int = champ("séances", "sessions", "sessões")
    personnes: int = champ("personnes", "people", "pessoas", source="RGPD art. 39(1)(b)")
    public: str | None = champ("public visé", "audience", "público-alvo", default=None)
    note: str | None = note()

    def __attrs_post_init__(self) -> None:
        if self.fin < self.debut:
            raise FieldError("fin", "before_year", value=self.fin, start=self.debut)


@kind("certification", "certification", "certificação")
@attrs.frozen(kw_only=True)
class Certification(JsonRecord):
    """A certification of the authority's systems.

    Examples
    --------
    >>> Certification(id="c", referentiel="ISO 27001", organisme="metropole", renouvelee=2020).expire is None
    True
    """

    id: str = identifiant()
    referentiel: str = champ("référentiel", "scheme", "referencial", choices=REFERENTIELS)
    organisme: str = champ("organisme", "body", "organismo", reference="organismes")
    renouvelee: int = champ("année de renouvellement", "year of renewal", "ano de renovação")
    expire: dt.date | None = champ("expire le", "expires on", "expira em", default=None)
    version: str | None = champ(
        "version du référentiel", "version of the scheme", "versão do referencial", default=None
    )
    perimetre: str | None = champ("périmètre", "scope", "escopo", default=None)
    certificateur: str | None = champ("certificateur", "certifier", "certificador", default=None)
    precision: str | None = champ(
        "précision, ou nom de l'autre référentiel", "detail, or name of the other scheme",
        "detalhe, ou nome do outro referencial", default=None,
    )  # fmt: skip
    preuve: str | None = champ(
        "où est la preuve",
        "where the evidence is",
        "onde está a prova",
        visibility=INTERNE,
        default=None,
    )
    note: str | None = note()


@kind("clause de marché", "clause of a contract", "cláusula de contrato")
@attrs.frozen(kw_only=True)
class ClauseMarche(JsonRecord):
    """A clause about data for the authority's contracts.

    Examples
    --------
    >>> ClauseMarche(id="c", intitule="C", objets=("donnees_personnelles",), etat="adoptee").marches is None
    True
    """

    id: str = identifiant()
    intitule: str = champ("intitulé", "title", "título")
    objets: tuple[str, ...] = champ(
        "objets",
        "subjects",
        "objetos",
        source="RGPD art. 28(3) ; CCP L.3131-2",
        choices=OBJETS_CLAUSE,
    )
    etat: str = champ("état", "state", "estado", choices=ETATS_CLAUSE)
    texte: str | None = champ("texte de la clause", "text of the clause", "texto da cláusula", default=None)  # fmt: skip
    source: str | None = champ(
        "texte ou phrase dont elle vient", "text or sentence that it comes from",
        "texto ou frase de origem", default=None,
    )  # fmt: skip
    depuis: dt.date | None = champ("adoptée le", "adopted on", "adotada em", default=None)
    marches: int | None = champ(
        "marchés qui la portent", "contracts that hold it", "contratos que a contêm", default=None
    )
    actions: tuple[str, ...] = champ("actions", "actions", "ações", reference="actions", default=())
    page: str | None = champ("page publique", "public page", "página pública", form=URL, default=None)  # fmt: skip
    note: str | None = note()
