"""Processings of personal data, and the bodies that answer for them."""

from __future__ import annotations

import attrs

from charte_registry.records.base import INTERNE, champ

BASES_LEGALES = (
    "consentement", "contrat", "obligation_legale", "interets_vitaux", "mission_interet_public",
    "interet_legitime",
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Organisme:
    """A body: controller, processor, host or partner.

    Examples
    --------
    >>> Organisme(id="metropole", nom="Nantes Métropole").contact is None
    True
    """

    id: str = champ("identifiant", "identifier", "identificador")
    nom: str = champ("nom", "name", "nome")
    contact: str | None = champ(
        "adresse fonctionnelle du délégué à la protection des données",
        "functional address of the data protection officer",
        "endereço funcional do encarregado de dados",
        source="RGPD art. 30(1)(a)", visibility=INTERNE, default=None,
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class Finalite:
    """A purpose, with its own legal basis.

    Examples
    --------
    >>> Finalite(nom="Calculer l'aide", base_legale="mission_interet_public").nom
    "Calculer l'aide"
    """

    nom: str = champ("finalité", "purpose", "finalidade", source="RGPD art. 30(1)(b)")
    base_legale: str | None = champ(
        "base légale", "legal basis", "base legal", source="RGPD art. 6",
        choices=BASES_LEGALES, default=None,
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class Transfert:
    """A transfer to a third country.

    Examples
    --------
    >>> Transfert(pays="CH").garantie is None
    True
    """

    pays: str = champ(
        "pays (ISO 3166-1)",
        "country (ISO 3166-1)",
        "país (ISO 3166-1)",
        source="RGPD art. 30(1)(e)",
    )
    garantie: str | None = champ(
        "garantie appropriée", "appropriate safeguard", "garantia adequada",
        source="RGPD art. 46 et 49", default=None,
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class Traitement:
    """A processing of personal data, as article 30(1) of the GDPR lists it.

    Examples
    --------
    >>> Traitement(id="t-1", nom="Aides", responsable="ccas").sensible
    False
    """

    id: str = champ("identifiant", "identifier", "identificador")
    nom: str = champ("nom", "name", "nome")
    responsable: str = champ(
        "responsable (organisme)",
        "controller (body)",
        "controlador (organismo)",
        source="RGPD art. 30(1)(a)",
    )
    finalites: tuple[Finalite, ...] = champ(
        "finalités", "purposes", "finalidades", source="RGPD art. 30(1)(b)", default=()
    )
    categories_personnes: tuple[str, ...] = champ(
        "catégories de personnes",
        "categories of people",
        "categorias de pessoas",
        source="RGPD art. 30(1)(c)",
        default=(),
    )
    categories_donnees: tuple[str, ...] = champ(
        "catégories de données",
        "categories of data",
        "categorias de dados",
        source="RGPD art. 30(1)(c)",
        default=(),
    )
    sensible: bool = champ(
        "données sensibles",
        "special categories of data",
        "dados sensíveis",
        source="RGPD art. 9",
        default=False,
    )
    aipd: bool = champ(
        "analyse d'impact faite",
        "impact assessment done",
        "avaliação de impacto feita",
        source="RGPD art. 35",
        default=False,
    )
    destinataires: tuple[str, ...] = champ(
        "destinataires", "recipients", "destinatários", source="RGPD art. 30(1)(d)", default=()
    )
    transferts: tuple[Transfert, ...] = champ(
        "transferts", "transfers", "transferências", source="RGPD art. 30(1)(e)", default=()
    )
    conservation: str | None = champ(
        "durée ou critère de conservation",
        "retention period or criterion",
        "prazo ou critério de conservação",
        source="RGPD art. 30(1)(f)",
        default=None,
    )
    securite: tuple[str, ...] = champ(
        "mesures de sécurité",
        "security measures",
        "medidas de segurança",
        source="RGPD art. 30(1)(g)",
        visibility=INTERNE,
        default=(),
    )
    applications: tuple[str, ...] = champ("applications", "applications", "aplicações", default=())
    factice: bool = champ(
        "fiche factice, pour le compte",
        "placeholder, for the count",
        "registro fictício, para a contagem",
        default=False,
    )
