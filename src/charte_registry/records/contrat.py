"""The contract that binds a processor: article 28(3) of the GDPR, letter by letter."""

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
from charte_registry.vocabularies.rgpd import CATEGORIES_DONNEES


@attrs.frozen(kw_only=True)
class Obligations(JsonRecord):
    """Which obligations of article 28(3) the contract states; each letter is a field.

    Examples
    --------
    >>> Obligations(instructions=True).audits
    False
    """

    instructions: bool = champ(
        "traite sur instruction documentée", "processes on documented instructions",
        "trata segundo instruções documentadas", source="RGPD art. 28(3)(a)", default=False,
    )  # fmt: skip
    confidentialite: bool = champ(
        "confidentialité des personnes autorisées", "confidentiality of authorised people",
        "confidencialidade das pessoas autorizadas", source="RGPD art. 28(3)(b)", default=False,
    )  # fmt: skip
    mesures_securite: bool = champ(
        "mesures de sécurité de l'article 32", "security measures of article 32",
        "medidas de segurança do artigo 32", source="RGPD art. 28(3)(c)", default=False,
    )  # fmt: skip
    sous_traitance: bool = champ(
        "conditions d'un autre sous-traitant", "conditions for another processor",
        "condições para outro operador", source="RGPD art. 28(3)(d)", default=False,
    )  # fmt: skip
    droits_personnes: bool = champ(
        "aide à répondre aux demandes des personnes", "help to answer people's requests",
        "ajuda a responder aos pedidos das pessoas", source="RGPD art. 28(3)(e)", default=False,
    )  # fmt: skip
    assistance: bool = champ(
        "aide pour la sécurité, les violations et les analyses d'impact",
        "help with security, breaches and impact assessments",
        "ajuda com segurança, violações e avaliações de impacto",
        source="RGPD art. 28(3)(f)", default=False,
    )  # fmt: skip
    fin_contrat: bool = champ(
        "suppression ou restitution à la fin", "deletion or return at the end",
        "eliminação ou devolução ao final", source="RGPD art. 28(3)(g)", default=False,
    )  # fmt: skip
    audits: bool = champ(
        "informations et audits", "information and audits", "informações e auditorias",
        source="RGPD art. 28(3)(h)", default=False,
    )  # fmt: skip


@kind("contrat avec un sous-traitant", "contract with a processor", "contrato com um operador")
@attrs.frozen(kw_only=True)
class ContratSousTraitant(JsonRecord):
    """The contract, or other act, under which a processor acts for a controller.

    Examples
    --------
    >>> ContratSousTraitant(id="c-1", intitule="Paie", sous_traitant="editeur").obligations is None
    True
    """

    id: str = identifiant()
    intitule: str = champ("intitulé", "title", "título")
    sous_traitant: str = champ(
        "sous-traitant (organisme)", "processor (body)", "operador (organismo)",
        source="RGPD art. 28(3)", reference="organismes",
    )  # fmt: skip
    responsable: str | None = champ(
        "responsable (organisme)", "controller (body)", "controlador (organismo)",
        source="RGPD art. 28(3)", reference="organismes", default=None,
    )  # fmt: skip
    objet: str | None = champ(
        "objet", "subject matter", "objeto", source="RGPD art. 28(3)", default=None
    )
    nature: str | None = champ(
        "nature du traitement", "nature of the processing", "natureza do tratamento",
        source="RGPD art. 28(3)", default=None,
    )  # fmt: skip
    finalites: tuple[str, ...] = champ(
        "finalités", "purposes", "finalidades", source="RGPD art. 28(3)", default=()
    )
    categories_donnees: tuple[str, ...] = champ(
        "types de données", "types of data", "tipos de dados", source="RGPD art. 28(3)",
        choices=CATEGORIES_DONNEES, default=(),
    )  # fmt: skip
    categories_personnes: tuple[str, ...] = champ(
        "catégories de personnes", "categories of people", "categorias de pessoas",
        source="RGPD art. 28(3)", default=(),
    )  # fmt: skip
    debut: dt.date | None = champ(
        "début", "start", "início", source="RGPD art. 28(3)", default=None
    )
    fin: dt.date | None = champ("fin", "end", "fim", source="RGPD art. 28(3)", default=None)
    duree: str | None = champ(
        "durée, en mots, si elle n'a pas de terme fixe", "duration, in words, where it has no fixed end",
        "duração, em palavras, se não há termo fixo", source="RGPD art. 28(3)", default=None,
    )  # fmt: skip
    obligations: Obligations | None = champ(
        "obligations que le contrat énonce", "obligations that the contract states",
        "obrigações que o contrato enuncia", source="RGPD art. 28(3)", visibility=INTERNE, default=None,
    )  # fmt: skip
    sous_traitants_ulterieurs: tuple[str, ...] = champ(
        "sous-traitants ultérieurs (organismes)", "further processors (bodies)", "suboperadores (organismos)",
        source="RGPD art. 28(2) et 28(4)", reference="organismes", default=(),
    )  # fmt: skip
    traitements: tuple[str, ...] = champ(
        "traitements couverts", "processings covered", "tratamentos abrangidos",
        reference="traitements", default=(),
    )  # fmt: skip
    applications: tuple[str, ...] = champ(
        "applications couvertes", "applications covered", "aplicações abrangidas",
        reference="applications", default=(),
    )  # fmt: skip
    page: str | None = champ("page qui le publie", "page that publishes it", "página que o publica", form=URL, default=None)  # fmt: skip
    piece: str | None = champ(
        "où est le contrat", "where the contract is", "onde está o contrato",
        source="RGPD art. 28(9)", visibility=INTERNE, default=None,
    )  # fmt: skip
    note: str | None = note()
    factice: bool = factice()

    def __attrs_post_init__(self) -> None:
        if self.debut is not None and self.fin is not None and self.fin < self.debut:
            raise FieldError("fin", "before_start", value=self.fin, start=self.debut)
