"""Applications, where their data are hosted, and what vouches for the host."""

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
from charte_registry.records.formats import SPDX, SUBDIVISION, URL
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.assurances import REFERENTIELS
from charte_registry.vocabularies.rgpd import CATEGORIES_DONNEES, GARANTIES
from charte_registry.vocabularies.vocabulaire import listed

MODES = listed("registre", "modes")
ZONES = listed("registre", "zones")

ETATS_RAPATRIEMENT = listed("registre", "etats_rapatriement")


def _referentiel() -> str:
    referentiel: str = champ("référentiel", "scheme", "referencial", choices=REFERENTIELS)
    return referentiel


def _version() -> str | None:
    version: str | None = champ(
        "version du référentiel", "version of the scheme", "versão do referencial", default=None
    )
    return version


@attrs.frozen(kw_only=True)
class Exigence(JsonRecord):
    """The level of security that a category of data requires: a scheme, not a rung of a ladder.

    Examples
    --------
    >>> Exigence(categorie="sante", referentiel="HDS", texte="CSP L.1111-8").version is None
    True
    """

    categorie: str = champ(
        "catégorie de données", "category of data", "categoria de dados", choices=CATEGORIES_DONNEES
    )
    referentiel: str = _referentiel()
    version: str | None = _version()
    texte: str | None = champ(
        "texte ou décision qui l'exige", "text or decision that requires it", "texto ou decisão que o exige",
        source="RGPD art. 32", default=None,
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class Assurance(JsonRecord):
    """What vouches for the security of a host: scheme, version, validity, evidence.

    Examples
    --------
    >>> Assurance(referentiel="HDS", version="2", valable_au=dt.date(2027, 5, 16)).preuve is None
    True
    """

    referentiel: str = _referentiel()
    version: str | None = _version()
    precision: str | None = champ(
        "précision, ou nom de l'autre référentiel", "detail, or name of the other scheme",
        "detalhe, ou nome do outro referencial", default=None,
    )  # fmt: skip
    valable_du: dt.date | None = champ("valable du", "valid from", "válido desde", default=None)
    valable_au: dt.date | None = champ("valable au", "valid until", "válido até", default=None)
    preuve: str | None = champ(
        "où est la preuve",
        "where the evidence is",
        "onde está a prova",
        visibility=INTERNE,
        default=None,
    )

    def __attrs_post_init__(self) -> None:
        if self.valable_du and self.valable_au and self.valable_au < self.valable_du:
            raise FieldError(
                "valable_au", "before_other", value=self.valable_au, start=self.valable_du
            )


@attrs.frozen(kw_only=True)
class Rapatriement(JsonRecord):
    """The plan to bring data back.

    Examples
    --------
    >>> Rapatriement(cible="France", etat="engage").echeance is None
    True
    """

    cible: str = champ("cible", "target", "destino")
    etat: str = champ("état", "state", "estado", choices=ETATS_RAPATRIEMENT)
    echeance: dt.date | None = champ("échéance", "due date", "prazo", default=None)


@attrs.frozen(kw_only=True)
class Hebergement(JsonRecord):
    """Where the data of an application are hosted: by the authority, or by a host in a country.

    Where the country is not known, ``zone`` says what is.

    Examples
    --------
    >>> Hebergement(mode="heberge", pays="CA").zone is None
    True
    """

    mode: str = champ("mode", "mode", "modo", choices=MODES)
    hebergeur: str | None = champ(
        "hébergeur (organisme)", "host (body)", "provedor de hospedagem (organismo)",
        reference="organismes", default=None,
    )  # fmt: skip
    pays: str | None = champ(
        "pays (ISO 3166-1)", "country (ISO 3166-1)", "país (ISO 3166-1)", default=None
    )
    subdivision: str | None = champ(
        "subdivision (ISO 3166-2)", "subdivision (ISO 3166-2)", "subdivisão (ISO 3166-2)",
        form=SUBDIVISION, default=None,
    )  # fmt: skip
    zone: str | None = champ(
        "zone, si le pays n'est pas connu", "zone, where the country is not known",
        "zona, se o país não é conhecido", choices=ZONES, default=None,
    )  # fmt: skip
    garantie: str | None = champ(
        "garantie du transfert", "safeguard of the transfer", "garantia da transferência",
        source="RGPD art. 45 à 47 et 49", choices=GARANTIES, default=None,
    )  # fmt: skip
    exigences: tuple[Exigence, ...] = champ(
        "niveau de sécurité requis, par catégorie de données", "level of security required, by category of data",
        "nível de segurança exigido, por categoria de dados", source="RGPD art. 32", default=(),
    )  # fmt: skip
    assurances: tuple[Assurance, ...] = champ(
        "niveau de sécurité de l'hébergeur", "level of security of the host",
        "nível de segurança do provedor", source="RGPD art. 28(1) et 32", default=(),
    )  # fmt: skip
    rapatriement: Rapatriement | None = champ(
        "plan de rapatriement", "repatriation plan", "plano de repatriação", default=None
    )

    def __attrs_post_init__(self) -> None:
        if self.pays and self.subdivision and not self.subdivision.startswith(f"{self.pays}-"):
            raise FieldError(
                "subdivision", "subdivision_elsewhere", value=self.subdivision, country=self.pays
            )


@kind("application", "application", "aplicação")
@attrs.frozen(kw_only=True)
class Application(JsonRecord):
    """An application that the authority uses; it has one hosting.

    Examples
    --------
    >>> Application(id="a", nom="A", hebergement=Hebergement(mode="interne")).factice
    False
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome")
    hebergement: Hebergement = champ("hébergement", "hosting", "hospedagem")
    description: str | None = champ("description", "description", "descrição", default=None)
    editeur: str | None = champ(
        "éditeur (organisme)", "publisher (body)", "editor (organismo)",
        reference="organismes", default=None,
    )  # fmt: skip
    responsable: str | None = champ(
        "organisme qui l'utilise", "body that uses it", "organismo que a utiliza",
        reference="organismes", default=None,
    )  # fmt: skip
    licence: str | None = champ(
        "licence du logiciel (SPDX)", "licence of the software (SPDX)", "licença do software (SPDX)",
        form=SPDX, default=None,
    )  # fmt: skip
    page: str | None = champ("page publique", "public page", "página pública", form=URL, default=None)  # fmt: skip
    assurances: tuple[Assurance, ...] = champ(
        "assurances du logiciel lui-même", "assurances of the software itself", "garantias do próprio software",
        default=(),
    )  # fmt: skip
    vulnerabilites: tuple[str, ...] = champ(
        "vulnérabilités connues", "known vulnerabilities", "vulnerabilidades conhecidas",
        source="RGPD art. 32", visibility=INTERNE, default=(),
    )  # fmt: skip
    note: str | None = note()
    factice: bool = factice()
