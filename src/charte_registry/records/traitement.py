"""Processings of personal data: those of a controller, and those done for others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs

from charte_registry.records.aipd import Aipd
from charte_registry.records.base import (
    INTERNE,
    FieldError,
    champ,
    factice,
    identifiant,
    kind,
    note,
)
from charte_registry.records.donnees import (
    CategorieDonnees,
    CategorieParticuliere,
    Conservation,
    Infractions,
    Nir,
)
from charte_registry.records.json_record import JsonRecord
from charte_registry.records.transfert import Transfert
from charte_registry.vocabularies import rgpd
from charte_registry.vocabularies.vocabulaire import listed

STATUTS = listed("registre", "statuts")


@attrs.frozen(kw_only=True)
class Finalite(JsonRecord):
    """A purpose, with its own legal bases; the first purpose of a processing is the main one.

    Examples
    --------
    >>> Finalite(nom="Calculer l'aide", bases_legales=("mission_interet_public",)).nom
    "Calculer l'aide"
    """

    nom: str = champ("finalité", "purpose", "finalidade", source="RGPD art. 30(1)(b)")
    bases_legales: tuple[str, ...] = champ(
        "bases légales", "legal bases", "bases legais", source="RGPD art. 6(1)",
        choices=rgpd.BASES_LEGALES, default=(),
    )  # fmt: skip
    texte: str | None = champ(
        "texte qui la fonde", "text that it rests on", "texto em que se apoia",
        source="RGPD art. 6(3)", default=None,
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class Destinataire(JsonRecord):
    """Who receives data.

    Examples
    --------
    >>> Destinataire(type="service_interne", nom="Direction des finances").organisme is None
    True
    """

    type: str = champ(
        "type de destinataire", "type of recipient", "tipo de destinatário",
        source="RGPD art. 30(1)(d)", choices=rgpd.DESTINATAIRES,
    )  # fmt: skip
    nom: str | None = champ("précision", "detail", "detalhe", default=None)
    organisme: str | None = champ(
        "organisme", "body", "organismo", reference="organismes", default=None
    )


@attrs.frozen(kw_only=True)
class MesureSecurite(JsonRecord):
    """A security measure; the register keeps it internal.

    Examples
    --------
    >>> MesureSecurite(type="chiffrement").description is None
    True
    """

    type: str = champ(
        "type de mesure", "type of measure", "tipo de medida",
        source="RGPD art. 32", visibility=INTERNE, choices=rgpd.MESURES,
    )  # fmt: skip
    description: str | None = champ(
        "description", "description", "descrição", visibility=INTERNE, default=None
    )


def _securite(source: str) -> tuple[MesureSecurite, ...]:
    securite: tuple[MesureSecurite, ...] = champ(
        "mesures de sécurité", "security measures", "medidas de segurança",
        source=source, visibility=INTERNE, default=(),
    )  # fmt: skip
    return securite


def _reference() -> str | None:
    reference: str | None = champ(
        "référence dans le registre d'origine", "reference in the register of origin",
        "referência no registro de origem", default=None,
    )  # fmt: skip
    return reference


def _statut() -> str:
    statut: str = champ("statut", "status", "situação", choices=STATUTS, default="en_service")
    return statut


def _territoire() -> str | None:
    territoire: str | None = champ(
        "territoire, si ce n'est celui du registre", "territory, where not that of the register",
        "território, se não é o do registro", default=None,
    )  # fmt: skip
    return territoire


def _cree_le() -> dt.date | None:
    cree_le: dt.date | None = champ("fiche créée le", "record created on", "ficha criada em", default=None)  # fmt: skip
    return cree_le


def _mis_a_jour_le() -> dt.date | None:
    mis_a_jour_le: dt.date | None = champ(
        "fiche mise à jour le", "record updated on", "ficha atualizada em", default=None
    )
    return mis_a_jour_le


def _dated(cree_le: dt.date | None, mis_a_jour_le: dt.date | None) -> None:
    if cree_le is not None and mis_a_jour_le is not None and mis_a_jour_le < cree_le:
        raise FieldError("mis_a_jour_le", "before_creation", value=mis_a_jour_le, start=cree_le)


@kind("traitement d'un responsable", "processing of a controller", "tratamento de um controlador")
@attrs.frozen(kw_only=True)
class Traitement(JsonRecord):
    """A processing of a controller, as article 30(1) of the GDPR lists it, and what it leads to.

    Examples
    --------
    >>> traitement = Traitement(id="t-1", nom="Aides", responsable="ccas", nir=Nir())
    >>> traitement.categories, traitement.sensible
    (('nir',), False)
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome")
    responsable: str = champ(
        "responsable (organisme)", "controller (body)", "controlador (organismo)",
        source="RGPD art. 30(1)(a)", reference="organismes",
    )  # fmt: skip
    reference: str | None = _reference()
    responsables_conjoints: tuple[str, ...] = champ(
        "responsables conjoints (organismes)", "joint controllers (bodies)", "controladores conjuntos (organismos)",
        source="RGPD art. 26 et 30(1)(a)", reference="organismes", default=(),
    )  # fmt: skip
    accord_conjoint: str | None = champ(
        "accord entre les responsables conjoints", "arrangement between the joint controllers",
        "acordo entre os controladores conjuntos", source="RGPD art. 26", visibility=INTERNE, default=None,
    )  # fmt: skip
    representant: str | None = champ(
        "représentant, si ce n'est celui du responsable (organisme)",
        "representative, where not that of the controller (body)",
        "representante, se não é o do controlador (organismo)",
        source="RGPD art. 27 et 30(1)(a)", reference="organismes", default=None,
    )  # fmt: skip
    dpo: str | None = champ(
        "délégué à la protection des données, si ce n'est celui du responsable (organisme)",
        "data protection officer, where not that of the controller (body)",
        "encarregado de dados, se não é o do controlador (organismo)",
        source="RGPD art. 30(1)(a)", reference="organismes", default=None,
    )  # fmt: skip
    finalites: tuple[Finalite, ...] = champ(
        "finalités", "purposes", "finalidades", source="RGPD art. 30(1)(b)", default=()
    )
    categories_personnes: tuple[str, ...] = champ(
        "catégories de personnes", "categories of people", "categorias de pessoas",
        source="RGPD art. 30(1)(c)", default=(),
    )  # fmt: skip
    categories_donnees: tuple[CategorieDonnees, ...] = champ(
        "catégories de données", "categories of data", "categorias de dados",
        source="RGPD art. 30(1)(c)", default=(),
    )  # fmt: skip
    categories_particulieres: tuple[CategorieParticuliere, ...] = champ(
        "catégories particulières de données", "special categories of data", "categorias especiais de dados",
        source="RGPD art. 9", default=(),
    )  # fmt: skip
    infractions: Infractions | None = champ(
        "condamnations et infractions", "convictions and offences", "condenações e infrações",
        source="RGPD art. 10", default=None,
    )  # fmt: skip
    nir: Nir | None = champ(
        "numéro de sécurité sociale (NIR)", "social security number (NIR)", "número de seguridade social francês (NIR)",
        source="RGPD art. 87 ; loi 78-17 art. 30", default=None,
    )  # fmt: skip
    destinataires: tuple[Destinataire, ...] = champ(
        "destinataires", "recipients", "destinatários", source="RGPD art. 30(1)(d)", default=()
    )
    transferts: tuple[Transfert, ...] = champ(
        "transferts", "transfers", "transferências", source="RGPD art. 30(1)(e)", default=()
    )
    securite: tuple[MesureSecurite, ...] = _securite("RGPD art. 30(1)(g)")
    aipd: Aipd | None = champ(
        "analyse d'impact",
        "impact assessment",
        "avaliação de impacto",
        source="RGPD art. 35",
        default=None,
    )
    applications: tuple[str, ...] = champ(
        "applications utilisées", "applications used", "aplicações utilizadas",
        reference="applications", default=(),
    )  # fmt: skip
    algorithmes: tuple[str, ...] = champ(
        "algorithmes utilisés", "algorithms used", "algoritmos utilizados",
        source="CRPA L.311-3-1", reference="algorithmes", default=(),
    )  # fmt: skip
    statut: str = _statut()
    territoire: str | None = _territoire()
    cree_le: dt.date | None = _cree_le()
    mis_a_jour_le: dt.date | None = _mis_a_jour_le()
    note: str | None = note()
    factice: bool = factice()

    def __attrs_post_init__(self) -> None:
        _dated(self.cree_le, self.mis_a_jour_le)

    @property
    def sensible(self) -> bool:
        """Whether data of a special category are processed (article 9)."""
        return bool(self.categories_particulieres)

    @property
    def categories(self) -> tuple[str, ...]:
        """The codes of all categories of data, those of articles 9, 10 and 87 included."""
        return tuple(code for code, _, _ in self.conservations())

    def conservations(self) -> Iterator[tuple[str, str, Conservation | None]]:
        """Yield how long each category of data is kept.

        Yields
        ------
        tuple of str, str and (Conservation or None)
            Code of the category, path of its field in the record, retention where it is stated.
        """
        for name in ("categories_donnees", "categories_particulieres"):
            for number, item in enumerate(getattr(self, name)):
                yield item.categorie, f"{name}[{number}]", item.conservation
        if self.infractions is not None:
            yield "infractions", "infractions", self.infractions.conservation
        if self.nir is not None:
            yield "nir", "nir", self.nir.conservation


@attrs.frozen(kw_only=True)
class PourLeCompte(JsonRecord):
    """On whose behalf a processor acts, and what it does for them.

    Examples
    --------
    >>> PourLeCompte(responsable="ville", categories_traitements=("paie",)).dpo is None
    True
    """

    responsable: str = champ(
        "responsable (organisme)", "controller (body)", "controlador (organismo)",
        source="RGPD art. 30(2)(a)", reference="organismes",
    )  # fmt: skip
    categories_traitements: tuple[str, ...] = champ(
        "catégories de traitements", "categories of processing", "categorias de tratamento",
        source="RGPD art. 30(2)(b)", default=(),
    )  # fmt: skip
    representant: str | None = champ(
        "représentant du responsable (organisme)", "representative of the controller (body)",
        "representante do controlador (organismo)", source="RGPD art. 30(2)(a)",
        reference="organismes", default=None,
    )  # fmt: skip
    dpo: str | None = champ(
        "délégué du responsable (organisme)", "data protection officer of the controller (body)",
        "encarregado do controlador (organismo)", source="RGPD art. 30(2)(a)",
        reference="organismes", default=None,
    )  # fmt: skip
    contrat: str | None = champ(
        "contrat", "contract", "contrato", source="RGPD art. 28(3)",
        reference="contrats_sous_traitants", default=None,
    )  # fmt: skip


@kind(
    "traitements d'un sous-traitant", "processing done by a processor", "tratamentos de um operador"
)
@attrs.frozen(kw_only=True)
class TraitementSousTraitant(JsonRecord):
    """What a processor does for controllers, as article 30(2) of the GDPR lists it.

    Examples
    --------
    >>> TraitementSousTraitant(id="s", nom="Paie des communes", sous_traitant="metropole").statut
    'en_service'
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome")
    sous_traitant: str = champ(
        "sous-traitant (organisme)", "processor (body)", "operador (organismo)",
        source="RGPD art. 30(2)(a)", reference="organismes",
    )  # fmt: skip
    reference: str | None = _reference()
    pour_le_compte: tuple[PourLeCompte, ...] = champ(
        "pour le compte de",
        "on behalf of",
        "em nome de",
        source="RGPD art. 30(2)(a) et (b)",
        default=(),
    )
    representant: str | None = champ(
        "représentant du sous-traitant (organisme)", "representative of the processor (body)",
        "representante do operador (organismo)", source="RGPD art. 30(2)(a)",
        reference="organismes", default=None,
    )  # fmt: skip
    dpo: str | None = champ(
        "délégué du sous-traitant (organisme)", "data protection officer of the processor (body)",
        "encarregado do operador (organismo)", source="RGPD art. 30(2)(a)",
        reference="organismes", default=None,
    )  # fmt: skip
    sous_traitants_ulterieurs: tuple[str, ...] = champ(
        "sous-traitants ultérieurs (organismes)", "further processors (bodies)", "suboperadores (organismos)",
        source="RGPD art. 28(2) et 28(4)", reference="organismes", default=(),
    )  # fmt: skip
    transferts: tuple[Transfert, ...] = champ(
        "transferts", "transfers", "transferências", source="RGPD art. 30(2)(c)", default=()
    )
    securite: tuple[MesureSecurite, ...] = _securite("RGPD art. 30(2)(d)")
    applications: tuple[str, ...] = champ(
        "applications utilisées", "applications used", "aplicações utilizadas",
        reference="applications", default=(),
    )  # fmt: skip
    statut: str = _statut()
    territoire: str | None = _territoire()
    cree_le: dt.date | None = _cree_le()
    mis_a_jour_le: dt.date | None = _mis_a_jour_le()
    note: str | None = note()
    factice: bool = factice()

    def __attrs_post_init__(self) -> None:
        _dated(self.cree_le, self.mis_a_jour_le)
