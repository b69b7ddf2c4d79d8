"""Retention: contradictory, without a start, or over while data are still there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.durees import fin
from charte_registry.rules.graph import real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules
from charte_registry.vocabularies.rgpd import CATEGORIES_DONNEES

_RULES = family_rules("conservation")
CONTRADICTOIRE = _RULES["CONSERVATION-01"]
SANS_DECLENCHEUR = _RULES["CONSERVATION-02"]
DEPASSEE = _RULES["CONSERVATION-03"]
ARRET_SANS_DATE = _RULES["CONSERVATION-04"]


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the CONSERVATION rules; that none is stated at all is ART30-03."""
    for record in real(register, "traitements"):
        yield from _contradictions(record)
        for code, path, kept in record.conservations():
            if kept is not None and kept.duree is not None and kept.declencheur is None:
                yield SANS_DECLENCHEUR.at(
                    "traitements", record.id, f"{path}.conservation.declencheur",
                    duree=kept.duree, categorie=CATEGORIES_DONNEES.nomme(code),
                )  # fmt: skip
        if record.statut == "arrete":
            yield from _stopped(record, on)


def _contradictions(record: Any) -> Iterator[Raised]:
    """Raise two retentions of one category, unless both say of which data they are."""
    for name in ("categories_donnees", "categories_particulieres"):
        same = defaultdict(list)
        for number, item in enumerate(getattr(record, name)):
            if item.conservation is not None:
                same[item.categorie].append((f"{name}[{number}].conservation", item))
        for code, items in same.items():
            # each against the first of the same or of no description: one finding a contradiction
            seen: dict[str | None, Any] = {}
            for path, item in items:
                other = seen.get(item.description) or seen.get(None)
                if other is None and item.description is None:
                    other = next(iter(seen.values()), None)
                if other is not None and item.conservation != other:
                    yield CONTRADICTOIRE.at(
                        "traitements", record.id, path, categorie=CATEGORIES_DONNEES.nomme(code),
                        une=_said(other), autre=_said(item.conservation),
                    )  # fmt: skip
                seen.setdefault(item.description, item.conservation)


def _said(kept: Any) -> str:
    start = f" ({kept.declencheur})" if kept.declencheur else ""
    return f"{kept.duree or kept.critere}{start}"


def _stopped(record: Any, on: dt.date) -> Iterator[Raised]:
    """Raise what a stopped processing still holds: its record was last true on ``mis_a_jour_le``."""
    stopped = record.mis_a_jour_le
    if stopped is None:
        if record.categories:
            yield ARRET_SANS_DATE.at("traitements", record.id, "mis_a_jour_le")
        return
    for code, path, kept in record.conservations():
        if kept is not None and kept.duree is not None and (end := fin(stopped, kept.duree)) < on:
            yield DEPASSEE.at(
                "traitements", record.id, f"{path}.conservation.duree", arret=stopped,
                duree=kept.duree, fin=end, categorie=CATEGORIES_DONNEES.nomme(code),
            )  # fmt: skip
