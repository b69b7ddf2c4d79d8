"""What is open: algorithms behind decisions, and datasets."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import champ


@attrs.frozen(kw_only=True)
class Algorithme:
    """An algorithm that serves decisions about people.

    Examples
    --------
    >>> Algorithme(id="a", nom="A", finalite="Calculer une aide", decision_individuelle=True).notice is None
    True
    """

    id: str = champ("identifiant", "identifier", "identificador")
    nom: str = champ("nom", "name", "nome")
    finalite: str = champ("finalité", "purpose", "finalidade", source="CRPA R.311-3-1-1")
    decision_individuelle: bool = champ(
        "fonde des décisions individuelles",
        "behind individual decisions",
        "fundamenta decisões individuais",
        source="CRPA L.311-3-1",
    )
    publie_le: dt.date | None = champ(
        "publié le", "published on", "publicado em", source="CRPA L.312-1-3", default=None
    )
    notice: str | None = champ(
        "mention d'information", "notice", "aviso", source="CRPA R.311-3-1-1", default=None
    )
    licence: str | None = champ(
        "licence du code", "licence of the code", "licença do código", default=None
    )
    regle: str | None = champ(
        "règle exécutable", "executable rule", "regra executável", default=None
    )
    traitements: tuple[str, ...] = champ("traitements", "processings", "tratamentos", default=())


@attrs.frozen(kw_only=True)
class JeuDeDonnees:
    """An open dataset.

    Examples
    --------
    >>> JeuDeDonnees(id="j", titre="Parcs-relais").licence is None
    True
    """

    id: str = champ("identifiant", "identifier", "identificador")
    titre: str = champ("titre", "title", "título")
    depuis_charte: bool = champ(
        "publié depuis la charte",
        "published since the charter",
        "publicado desde a carta",
        default=False,
    )
    licence: str | None = champ("licence", "licence", "licença", default=None)
    factice: bool = champ(
        "fiche factice, pour le compte",
        "placeholder, for the count",
        "registro fictício, para a contagem",
        default=False,
    )
