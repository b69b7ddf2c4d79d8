"""Categories of data, each with how long it is kept: ordinary, special, offences and NIR apart."""

from __future__ import annotations

import attrs

from charte_registry.records.base import FieldError, champ
from charte_registry.records.formats import DUREE
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.rgpd import (
    CATEGORIES_ORDINAIRES,
    CATEGORIES_PARTICULIERES,
    FONDEMENTS_ARTICLE_9,
)


@attrs.frozen(kw_only=True)
class Conservation(JsonRecord):
    """How long data are kept: a duration or, where there is none, a criterion.

    Examples
    --------
    >>> Conservation(duree="P5Y", declencheur="versement de la paie").critere is None
    True
    >>> Conservation()
    Traceback (most recent call last):
    charte_registry.records.base.FieldError: duree: has neither a duration nor a criterion; give one, or leave the retention out
    """

    duree: str | None = champ(
        "durée (ISO 8601)", "duration (ISO 8601)", "duração (ISO 8601)",
        source="RGPD art. 13(2)(a) et 30(1)(f)", form=DUREE, default=None,
    )  # fmt: skip
    critere: str | None = champ(
        "critère, s'il n'y a pas de durée", "criterion, where there is no duration",
        "critério, se não há duração", source="RGPD art. 13(2)(a)", default=None,
    )  # fmt: skip
    declencheur: str | None = champ(
        "événement qui fait courir le délai", "event that starts the period",
        "evento que inicia o prazo", default=None,
    )  # fmt: skip
    texte: str | None = champ(
        "texte qui fixe le délai",
        "text that sets the period",
        "texto que fixa o prazo",
        default=None,
    )

    def __attrs_post_init__(self) -> None:
        if self.duree is None and self.critere is None:
            raise FieldError("duree", "retention_empty")
        if self.duree is not None and self.critere is not None:
            raise FieldError("critere", "retention_double", value=self.critere)


def _description() -> str | None:
    description: str | None = champ("description", "description", "descrição", default=None)
    return description


def _conservation() -> Conservation | None:
    conservation: Conservation | None = champ(
        "conservation", "retention", "conservação", source="RGPD art. 30(1)(f)", default=None
    )
    return conservation


@attrs.frozen(kw_only=True)
class CategorieDonnees(JsonRecord):
    """Data that no text sets apart.

    Examples
    --------
    >>> CategorieDonnees(categorie="identite", description="nom, prénom").conservation is None
    True
    """

    categorie: str = champ(
        "catégorie de données", "category of data", "categoria de dados",
        source="RGPD art. 30(1)(c)", choices=CATEGORIES_ORDINAIRES,
    )  # fmt: skip
    description: str | None = _description()
    conservation: Conservation | None = _conservation()


@attrs.frozen(kw_only=True)
class CategorieParticuliere(JsonRecord):
    """Data of a special category, with the ground that lifts the prohibition.

    Examples
    --------
    >>> CategorieParticuliere(categorie="sante", fondement="medecine_prise_en_charge").categorie
    'sante'
    """

    categorie: str = champ(
        "catégorie particulière", "special category", "categoria especial",
        source="RGPD art. 9(1)", choices=CATEGORIES_PARTICULIERES,
    )  # fmt: skip
    fondement: str | None = champ(
        "exception qui permet le traitement", "ground that allows the processing",
        "exceção que permite o tratamento", source="RGPD art. 9(2)",
        choices=FONDEMENTS_ARTICLE_9, default=None,
    )  # fmt: skip
    texte: str | None = champ(
        "texte sur lequel l'exception repose", "text that the ground rests on",
        "texto em que a exceção se apoia", source="RGPD art. 9(2)(b), (g), (h), (i) et (j)", default=None,
    )  # fmt: skip
    description: str | None = _description()
    conservation: Conservation | None = _conservation()


@attrs.frozen(kw_only=True)
class Infractions(JsonRecord):
    """Data about convictions and offences.

    Examples
    --------
    >>> Infractions(texte="Code de la route").conservation is None
    True
    """

    texte: str | None = champ(
        "texte qui autorise le traitement", "text that authorises the processing",
        "texto que autoriza o tratamento", source="RGPD art. 10 ; loi 78-17 art. 46", default=None,
    )  # fmt: skip
    description: str | None = _description()
    conservation: Conservation | None = _conservation()


@attrs.frozen(kw_only=True)
class Nir(JsonRecord):
    """The social security number.

    Examples
    --------
    >>> Nir(texte="Décret 2019-341").description is None
    True
    """

    texte: str | None = champ(
        "texte qui autorise l'usage du NIR", "text that authorises the use of the NIR",
        "texto que autoriza o uso do NIR", source="RGPD art. 87 ; loi 78-17 art. 30", default=None,
    )  # fmt: skip
    description: str | None = _description()
    conservation: Conservation | None = _conservation()
