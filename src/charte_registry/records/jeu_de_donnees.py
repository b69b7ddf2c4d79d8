"""Open datasets, as DCAT-AP describes them."""

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
from charte_registry.records.formats import LANGUE, SPDX, URL
from charte_registry.records.json_record import JsonRecord
from charte_registry.records.organisme import Contact
from charte_registry.vocabularies.dcat import FREQUENCES, THEMES
from charte_registry.vocabularies.vocabulaire import listed

DIMENSIONS = listed("registre", "dimensions_qualite")


@attrs.frozen(kw_only=True)
class Distribution(JsonRecord):
    """A form in which a dataset can be had.

    Examples
    --------
    >>> Distribution(url="https://example.org/velos.csv", format="text/csv").licence is None
    True
    """

    url: str = champ("adresse", "address", "endereço", source="DCAT-AP dcat:accessURL", form=URL)
    format: str | None = champ(
        "format (type de média)", "format (media type)", "formato (tipo de mídia)",
        source="DCAT-AP dcat:mediaType", default=None,
    )  # fmt: skip
    licence: str | None = champ(
        "licence (SPDX), si ce n'est celle du jeu", "licence (SPDX), where not that of the dataset",
        "licença (SPDX), se não é a do conjunto", source="DCAT-AP dct:license", form=SPDX, default=None,
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class Qualite(JsonRecord):
    """What is known of the quality of a dataset, in one respect.

    Examples
    --------
    >>> Qualite(dimension="completude", constat="24 communes sur 24").mesuree_le is None
    True
    """

    dimension: str = champ("dimension", "dimension", "dimensão", choices=DIMENSIONS)
    constat: str = champ("constat", "statement", "constatação")
    mesuree_le: dt.date | None = champ("mesurée le", "measured on", "medida em", default=None)


@kind("jeu de données", "dataset", "conjunto de dados")
@attrs.frozen(kw_only=True)
class JeuDeDonnees(JsonRecord):
    """An open dataset.

    Examples
    --------
    >>> JeuDeDonnees(id="j", titre="Parcs-relais").licence is None
    True
    """

    id: str = identifiant()
    titre: str = champ("titre", "title", "título", source="DCAT-AP dct:title")
    description: str | None = champ(
        "description", "description", "descrição", source="DCAT-AP dct:description", default=None
    )
    editeur: str | None = champ(
        "éditeur (organisme)", "publisher (body)", "editor (organismo)",
        source="DCAT-AP dct:publisher", reference="organismes", default=None,
    )  # fmt: skip
    contact: Contact | None = champ(
        "contact, par fonction", "contact, by function", "contato, por função",
        source="DCAT-AP dcat:contactPoint", visibility=INTERNE, default=None,
    )  # fmt: skip
    themes: tuple[str, ...] = champ(
        "thèmes", "themes", "temas", source="DCAT-AP dcat:theme", choices=THEMES, default=()
    )
    mots_cles: tuple[str, ...] = champ(
        "mots clés", "keywords", "palavras-chave", source="DCAT-AP dcat:keyword", default=()
    )
    langues: tuple[str, ...] = champ(
        "langues", "languages", "idiomas", source="DCAT-AP dct:language", form=LANGUE, default=()
    )
    couverture_spatiale: str | None = champ(
        "territoire couvert",
        "area covered",
        "território coberto",
        source="DCAT-AP dct:spatial",
        default=None,
    )
    couverture_debut: dt.date | None = champ(
        "début de la période couverte", "start of the period covered", "início do período coberto",
        source="DCAT-AP dct:temporal", default=None,
    )  # fmt: skip
    couverture_fin: dt.date | None = champ(
        "fin de la période couverte", "end of the period covered", "fim do período coberto",
        source="DCAT-AP dct:temporal", default=None,
    )  # fmt: skip
    frequence: str | None = champ(
        "fréquence de mise à jour", "update frequency", "frequência de atualização",
        source="DCAT-AP dct:accrualPeriodicity", choices=FREQUENCES, default=None,
    )  # fmt: skip
    publie_le: dt.date | None = champ(
        "publié le",
        "published on",
        "publicado em",
        source="DCAT-AP dct:issued ; CRPA L.312-1-1",
        default=None,
    )
    mis_a_jour_le: dt.date | None = champ(
        "mis à jour le", "updated on", "atualizado em", source="DCAT-AP dct:modified", default=None
    )
    page: str | None = champ(
        "page du portail", "page of the portal", "página do portal",
        source="DCAT-AP dcat:landingPage", form=URL, default=None,
    )  # fmt: skip
    distributions: tuple[Distribution, ...] = champ(
        "distributions",
        "distributions",
        "distribuições",
        source="DCAT-AP dcat:distribution",
        default=(),
    )
    conforme_a: str | None = champ(
        "schéma suivi", "schema that it conforms to", "esquema seguido",
        source="DCAT-AP dct:conformsTo", form=URL, default=None,
    )  # fmt: skip
    licence: str | None = champ(
        "licence (SPDX)",
        "licence (SPDX)",
        "licença (SPDX)",
        source="CRPA L.323-2",
        form=SPDX,
        default=None,
    )
    qualite: tuple[Qualite, ...] = champ("qualité", "quality", "qualidade", default=())
    donnees_personnelles: bool = champ(
        "contient des données personnelles", "holds personal data", "contém dados pessoais",
        source="CRPA L.312-1-2", default=False,
    )  # fmt: skip
    traitements: tuple[str, ...] = champ(
        "traitements dont il vient", "processings that it comes from", "tratamentos de origem",
        reference="traitements", default=(),
    )  # fmt: skip
    depuis_charte: bool = champ(
        "publié depuis la charte",
        "published since the charter",
        "publicado desde a carta",
        default=False,
    )
    note: str | None = note()
    factice: bool = factice()

    def __attrs_post_init__(self) -> None:
        start, end = self.couverture_debut, self.couverture_fin
        if start is not None and end is not None and end < start:
            raise FieldError("couverture_fin", "before_other", value=end, start=start)
