"""Sums: counts that add up, and nothing counted twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from charte_registry.records.droits import NATURES_VIOLATION
from charte_registry.register import Register
from charte_registry.rules.comptes import counted_twice
from charte_registry.rules.graph import real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules, family_words
from charte_registry.vocabularies.rgpd import DROITS

_RULES = family_rules("sommes")
_WORDS = family_words("sommes")
DETAIL = _RULES["SOMME-01"]
PARTIE = _RULES["SOMME-02"]
VIOLATIONS_SANS_NATURE = _RULES["SOMME-03"]
ANNEE_DOUBLE = _RULES["SOMME-04"]
DEUX_HEBERGEMENTS = _RULES["SOMME-05"]
PERSONNES_SANS_SEANCE = _RULES["SOMME-06"]

DEUX_COMPTES = _RULES["SOMME-07"]

HORS_DELAI = _WORDS["hors_delai"]


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the SOMME rules."""
    for requests in register.all("demandes_droits"):
        yield from _requests(requests)
    for breaches in register.all("violations"):
        yield from _breaches(breaches)
    for kind in ("demandes_droits", "violations"):
        yield from _twice(register, kind)
    for kind, record in counted_twice(register):
        yield DEUX_COMPTES.at(kind, record.id, "annee", annee=record.annee)
    for training in register.all("formations"):
        if training.personnes and not training.sessions:
            yield PERSONNES_SANS_SEANCE.at(
                "formations", training.id, "sessions", personnes=training.personnes
            )
    yield from _hostings(register)


def _requests(record: Any) -> Iterator[Raised]:
    kind, total = "demandes_droits", record.nombre
    for number, item in enumerate(record.detail):
        if item.nombre > total:
            yield PARTIE.at(
                kind, record.id, f"detail[{number}].nombre",
                partie=DROITS.nomme(item.droit), nombre=item.nombre, total=total,
            )  # fmt: skip
    if (record.hors_delai or 0) > total:
        yield PARTIE.at(
            kind, record.id, "hors_delai", partie=HORS_DELAI, nombre=record.hors_delai, total=total
        )
    added = sum(item.nombre for item in record.detail)
    if record.detail and added != total:
        yield DETAIL.at(kind, record.id, "detail", somme=added, total=total)


def _breaches(record: Any) -> Iterator[Raised]:
    """Raise the natures that do not add up; a breach may be of several, so more is no mistake."""
    total = record.nombre
    for number, item in enumerate(record.detail):
        if item.nombre > total:
            yield PARTIE.at(
                "violations", record.id, f"detail[{number}].nombre",
                partie=NATURES_VIOLATION.nomme(item.nature), nombre=item.nombre, total=total,
            )  # fmt: skip
    added = sum(item.nombre for item in record.detail)
    if record.detail and added < total:
        yield VIOLATIONS_SANS_NATURE.at("violations", record.id, "detail", somme=added, total=total)


def _twice(register: Register, kind: str) -> Iterator[Raised]:
    first: dict[tuple[int, str | None], str] = {}
    for record in register.all(kind):
        other = first.setdefault((record.annee, record.organisme), record.id)
        if other != record.id:
            yield ANNEE_DOUBLE.at(kind, record.id, "annee", annee=record.annee, autre=other)


def _hostings(register: Register) -> Iterator[Raised]:
    """Raise an application that stands twice: each has one hosting."""
    first: dict[str, Any] = {}
    for record in real(register, "applications"):
        other = first.setdefault(record.nom.casefold().strip(), record)
        if other.hebergement != record.hebergement:
            yield DEUX_HEBERGEMENTS.at("applications", record.id, "hebergement", autre=other.id)
