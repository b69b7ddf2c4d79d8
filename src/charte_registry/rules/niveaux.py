"""Levels of security: what each category of data requires of a host, against what the host has."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from charte_registry.records.application import Application, Assurance, Exigence
from charte_registry.register import Register
from charte_registry.rules.durees import fin
from charte_registry.rules.graph import body, uses
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules
from charte_registry.vocabularies.assurances import VERSIONS, Version
from charte_registry.vocabularies.countries import country, in_eea
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.rgpd import (
    CATEGORIES_DONNEES,
    CATEGORIES_ENCADREES,
    CATEGORIES_PARTICULIERES,
)

_RULES = family_rules("niveaux")
NON_TENU = _RULES["NIVEAU-01"]
NON_VALABLE = _RULES["NIVEAU-02"]
AUTRE_VERSION = _RULES["NIVEAU-03"]
SANS_EXIGENCE = _RULES["NIVEAU-04"]
ECHUE = _RULES["NIVEAU-05"]
HORS_EEE = _RULES["NIVEAU-06"]
DROIT_EXTERIEUR = _RULES["NIVEAU-07"]
DATES_IMPOSSIBLES = _RULES["NIVEAU-08"]

SENSIBLES = frozenset(CATEGORIES_PARTICULIERES.codes + CATEGORIES_ENCADREES.codes)


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the NIVEAU rules: from processings to applications to their hosts."""
    users = uses(register)
    certified = _certified(register)
    for application in register.all("applications"):
        place = application.hebergement
        held = [*place.assurances, *_vouching(application, certified)]
        carried = _carried(users.get(application.id, ()))
        required = [
            (number, exigence)
            for number, exigence in enumerate(place.exigences)
            # where no processing says what it carries, every requirement counts
            if not carried or exigence.categorie in carried
        ]
        for number, exigence in required:
            named = carried.get(exigence.categorie, [])
            yield from _level(
                application, f"hebergement.exigences[{number}]", exigence, held, named, on
            )
        yield from _unsaid(application, carried)
        demanded = {exigence.referentiel for _, exigence in required}
        yield from _lapsed(application, "hebergement.assurances", place.assurances, demanded, on)
        yield from _lapsed(application, "assurances", application.assurances, set(), on)
        yield from _claims(register, application, on)


def _certified(register: Register) -> Mapping[str | None, Sequence[Assurance]]:
    """Return the certifications of bodies as what vouches for them, by body."""
    certified: dict[str | None, list[Assurance]] = defaultdict(list)
    for item in register.all("certifications"):
        certified[item.organisme].append(
            Assurance(referentiel=item.referentiel, version=item.version, valable_au=item.expire)
        )
    return certified


def _vouching(
    application: Application, certified: Mapping[str | None, Sequence[Assurance]]
) -> Iterator[Assurance]:
    """Yield the certifications of who hosts; where nobody is named, the authority's own."""
    place = application.hebergement
    names = [place.hebergeur or (application.responsable if place.mode == "interne" else None)]
    if place.mode == "interne" and names == [None]:
        names = list(certified)
    for name in names:
        yield from certified.get(name, ())


def _carried(traitements: Sequence[Any]) -> dict[str, list[str]]:
    """Return, by category of data, the processings that bring it into an application."""
    carried: dict[str, list[str]] = defaultdict(list)
    for traitement in traitements:
        for category in dict.fromkeys(traitement.categories):
            carried[category].append(traitement.id)
    return carried


def _level(
    application: Application, field: str, exigence: Exigence, held: Sequence[Assurance],
    traitements: Sequence[str], on: dt.date,
) -> Iterator[Raised]:  # fmt: skip
    said = {
        "categorie": CATEGORIES_DONNEES.nomme(exigence.categorie),
        "requis": _named(exigence),
        "traitements": _through(traitements),
    }
    where = "applications", application.id, field
    same = [a for a in held if a.referentiel == exigence.referentiel]
    valid = [a for a in same if _valid(a, on)]
    if not same:
        yield NON_TENU.at(*where, **said)
    elif not valid:
        dates = ", ".join(f"{a.valable_du or '…'} – {a.valable_au or '…'}" for a in same)
        yield NON_VALABLE.at(*where, **said, date=on, validite=dates)
    elif exigence.version and not any(_reaches(a.version, exigence.version) for a in valid):
        versions = ", ".join(a.version or "?" for a in valid)
        yield AUTRE_VERSION.at(*where, **said, version=versions)


def _unsaid(application: Application, carried: Mapping[str, Sequence[str]]) -> Iterator[Raised]:
    if application.hebergement.mode == "interne":
        return
    said = {exigence.categorie for exigence in application.hebergement.exigences}
    unsaid = [code for code in carried if code in SENSIBLES - said]
    if unsaid:
        yield SANS_EXIGENCE.at(
            "applications", application.id, "hebergement.exigences",
            categories=tuple(map(CATEGORIES_DONNEES.terme, unsaid)),
            traitements=_through(list(dict.fromkeys(t for code in unsaid for t in carried[code]))),
        )  # fmt: skip


def _lapsed(
    application: Application,
    path: str,
    assurances: Sequence[Assurance],
    demanded: set[str],
    on: dt.date,
) -> Iterator[Raised]:
    """Raise what has lapsed and nothing renews; what data demand is NIVEAU-02's finding."""
    current = {a.referentiel for a in assurances if _valid(a, on)} | demanded
    for number, item in enumerate(assurances):
        if item.valable_au is not None and item.valable_au < on and item.referentiel not in current:
            yield ECHUE.at(
                "applications", application.id, f"{path}[{number}].valable_au",
                referentiel=_named(item), date=item.valable_au,
            )  # fmt: skip


def _claims(register: Register, application: Application, on: dt.date) -> Iterator[Raised]:
    """Raise the assurances that their own scheme contradicts."""
    place = application.hebergement
    host = body(register, place.hebergeur)
    for number, item in enumerate(place.assurances):
        scheme = _scheme(item)
        if scheme is None:
            continue
        where = "applications", application.id, f"hebergement.assurances[{number}]"
        said = {"referentiel": _named(item), "texte": scheme.source}
        if scheme.stockage_eee and place.pays in NAMES and not in_eea(place.pays or "", on):
            yield HORS_EEE.at(*where, **said, pays=country(place.pays or ""))
        abroad = host is not None and host.pays in NAMES and not in_eea(host.pays, on)
        if scheme.droit_extraterritorial and abroad:
            yield DROIT_EXTERIEUR.at(*where, **said, pays=country(host.pays))
        start, end = item.valable_du, item.valable_au
        early = start is not None and scheme.depuis is not None and start < scheme.depuis
        long = start and end and scheme.validite and end > fin(start, scheme.validite)
        if early or long:
            yield DATES_IMPOSSIBLES.at(*where, **said, debut=start, fin=end or "…")


def _scheme(item: Assurance) -> Version | None:
    for version in VERSIONS:
        if version.referentiel == item.referentiel and _numbers(item.version) == _numbers(
            version.version
        ):
            return version
    return None


def _valid(item: Assurance, on: dt.date) -> bool:
    return (item.valable_du or on) <= on <= (item.valable_au or on)


def _reaches(held: str | None, required: str) -> bool:
    """Return whether a version is the one required, or a later one of the same scheme."""
    if held is None:
        return False
    numbers, wanted = _numbers(held), _numbers(required)
    return numbers >= wanted if numbers and wanted else held == required


def _numbers(version: str | None) -> tuple[int, ...]:
    """Return a version such as ``v3.2`` or ``2013`` as numbers; none where it is no such thing."""
    found = re.fullmatch(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})", version or "", re.IGNORECASE)
    numbers = [int(part) for part in found[1].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _named(item: Exigence | Assurance) -> str:
    detail = item.version or getattr(item, "precision", None) or ""
    return f"{item.referentiel} {detail}".strip()


def _through(traitements: Sequence[str]) -> Mapping[str, str] | str:
    if not traitements:
        return ""
    names = ", ".join(traitements[:3]) + (", …" if len(traitements) > 3 else "")
    return {
        "fr": f" (traitements : {names})",
        "en": f" (processings: {names})",
        "pt": f" (tratamentos: {names})",
    }
