"""Applications and where their data are hosted."""

from __future__ import annotations

import attrs

from charte_registry.records.base import champ

MODES = ("interne", "heberge")
ZONES = ("france", "europe", "hors_europe")


@attrs.frozen(kw_only=True)
class Hebergement:
    """Where the data of an application are hosted: by the authority, or by a host in a country.

    Where the country is not known, ``zone`` says what is.

    Examples
    --------
    >>> Hebergement(mode="heberge", pays="CA").zone is None
    True
    """

    mode: str = champ("mode", "mode", "modo", choices=MODES)
    hebergeur: str | None = champ("hébergeur", "host", "provedor de hospedagem", default=None)
    pays: str | None = champ(
        "pays (ISO 3166-1)", "country (ISO 3166-1)", "país (ISO 3166-1)", default=None
    )
    zone: str | None = champ(
        "zone, si le pays n'est pas connu",
        "zone, where the country is not known",
        "zona, se o país não é conhecido",
        choices=ZONES,
        default=None,
    )
    garantie: str | None = champ(
        "garantie du transfert",
        "safeguard of the transfer",
        "garantia da transferência",
        source="RGPD art. 46",
        default=None,
    )
    rapatriement: str | None = champ(
        "plan de rapatriement", "repatriation plan", "plano de repatriação", default=None
    )


@attrs.frozen(kw_only=True)
class Application:
    """An application that the authority uses.

    Examples
    --------
    >>> Application(id="a", nom="A", hebergement=Hebergement(mode="interne")).factice
    False
    """

    id: str = champ("identifiant", "identifier", "identificador")
    nom: str = champ("nom", "name", "nome")
    hebergement: Hebergement = champ("hébergement", "hosting", "hospedagem")
    note: str | None = champ("note", "note", "nota", default=None)
    factice: bool = champ(
        "fiche factice, pour le compte",
        "placeholder, for the count",
        "registro fictício, para a contagem",
        default=False,
    )
