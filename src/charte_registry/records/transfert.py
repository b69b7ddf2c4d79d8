"""Transfers to a third country or an international organisation."""

from __future__ import annotations

import attrs

from charte_registry.records.base import INTERNE, FieldError, champ
from charte_registry.records.formats import URL
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.rgpd import GARANTIES


@attrs.frozen(kw_only=True)
class Transfert(JsonRecord):
    """A transfer: to whom, where, and on what safeguard.

    Examples
    --------
    >>> Transfert(pays="CH").garantie is None
    True
    """

    pays: str | None = champ(
        "pays (ISO 3166-1)", "country (ISO 3166-1)", "país (ISO 3166-1)",
        source="RGPD art. 30(1)(e) et 30(2)(c)", default=None,
    )  # fmt: skip
    organisation: str | None = champ(
        "organisation internationale, au lieu du pays", "international organisation, instead of a country",
        "organização internacional, em vez do país", source="RGPD art. 30(1)(e) et 30(2)(c)", default=None,
    )  # fmt: skip
    destinataire: str | None = champ(
        "destinataire", "recipient", "destinatário", source="RGPD art. 30(1)(d)", default=None
    )
    garantie: str | None = champ(
        "garantie appropriée", "appropriate safeguard", "garantia adequada",
        source="RGPD art. 45 à 47 et 49", choices=GARANTIES, default=None,
    )  # fmt: skip
    precision: str | None = champ(
        "précision sur la garantie", "detail of the safeguard", "detalhe da garantia",
        source="RGPD art. 30(1)(e)", default=None,
    )  # fmt: skip
    liens: tuple[str, ...] = champ(
        "liens vers la documentation", "links to the documentation", "links para a documentação",
        source="RGPD art. 30(1)(e)", form=URL, default=(),
    )  # fmt: skip
    piece: str | None = champ(
        "où est le document", "where the document is", "onde está o documento",
        visibility=INTERNE, default=None,
    )  # fmt: skip

    def __attrs_post_init__(self) -> None:
        if (self.pays is None) == (self.organisation is None):
            neither = self.pays is None
            code = "transfer_without_place" if neither else "transfer_two_places"
            raise FieldError("pays", code, value=self.pays)
