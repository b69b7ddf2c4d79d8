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
from charte_registry.rules.rule import ERROR, NOTE, WARNING, Raised, Rule
from charte_registry.vocabularies.assurances import VERSIONS, Version
from charte_registry.vocabularies.countries import country, in_eea
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.rgpd import (
    CATEGORIES_DONNEES,
    CATEGORIES_ENCADREES,
    CATEGORIES_PARTICULIERES,
)

NON_TENU = Rule(
    id="NIVEAU-01", severity=ERROR, source="RGPD art. 28(1) ; 32",
    fr=("{categorie} requiert {requis}, que l'hébergeur n'a pas{traitements}", "héberger ces données à ce niveau, ou indiquer l'assurance"),
    en=("{categorie} requires {requis}, which the host does not have{traitements}", "host these data at that level, or state the assurance"),
    pt=("{categorie} exige {requis}, que o provedor não tem{traitements}", "hospedar esses dados nesse nível, ou indicar a garantia"),
)  # fmt: skip
NON_VALABLE = Rule(
    id="NIVEAU-02", severity=ERROR, source="RGPD art. 28(1) ; 32",
    fr=("{categorie} requiert {requis}, que l'hébergeur n'a pas au {date} : {validite}{traitements}", "renouveler l'assurance, ou héberger ces données à ce niveau"),
    en=("{categorie} requires {requis}, which the host does not have on {date}: {validite}{traitements}", "renew the assurance, or host these data at that level"),
    pt=("{categorie} exige {requis}, que o provedor não tem em {date}: {validite}{traitements}", "renovar a garantia, ou hospedar esses dados nesse nível"),
)  # fmt: skip
AUTRE_VERSION = Rule(
    id="NIVEAU-03", severity=ERROR, source="RGPD art. 28(1) ; 32",
    fr=("{categorie} requiert {requis}, et l'hébergeur a la version : {version}{traitements}", "indiquer la version tenue, ou héberger ces données à ce niveau"),
    en=("{categorie} requires {requis}, and the host has version: {version}{traitements}", "state the version held, or host these data at that level"),
    pt=("{categorie} exige {requis}, e o provedor tem a versão: {version}{traitements}", "indicar a versão obtida, ou hospedar esses dados nesse nível"),
)  # fmt: skip
SANS_EXIGENCE = Rule(
    id="NIVEAU-04", severity=NOTE, source="RGPD art. 32",
    fr=("un tiers héberge ces données et rien ne dit le niveau qu'elles requièrent : {categories}{traitements}", "ajouter une exigence"),
    en=("a third party hosts these data and nothing says the level that they require: {categories}{traitements}", "add a requirement in exigences"),
    pt=("um terceiro hospeda esses dados e nada diz o nível que exigem: {categories}{traitements}", "acrescentar uma exigência"),
)  # fmt: skip
ECHUE = Rule(
    id="NIVEAU-05", severity=WARNING, source="RGPD art. 28(1) ; 32",
    fr=("l'assurance {referentiel} est échue depuis le {date}", "la renouveler, ou la retirer"),
    en=("the assurance {referentiel} lapsed on {date}", "renew it, or remove it"),
    pt=("a garantia {referentiel} venceu em {date}", "renová-la, ou retirá-la"),
)  # fmt: skip
HORS_EEE = Rule(
    id="NIVEAU-06", severity=ERROR,
    fr=("{referentiel} impose un stockage dans l'EEE ({texte}), et l'hébergement est ailleurs : {pays}", "corriger l'assurance ou le pays"),
    en=("{referentiel} requires storage in the EEA ({texte}), and the hosting is elsewhere: {pays}", "correct the assurance or the country"),
    pt=("{referentiel} exige armazenamento no EEE ({texte}), e a hospedagem está em outro lugar: {pays}", "corrigir a garantia ou o país"),
)  # fmt: skip
DROIT_EXTERIEUR = Rule(
    id="NIVEAU-07", severity=WARNING,
    fr=("{referentiel} protège du droit extraterritorial ({texte}), et l'hébergeur relève de ce pays : {pays}", "vérifier l'assurance"),
    en=("{referentiel} protects from extraterritorial law ({texte}), and the host is under the law of: {pays}", "verify the assurance"),
    pt=("{referentiel} protege do direito extraterritorial ({texte}), e o provedor está sujeito à lei deste país: {pays}", "verificar a garantia"),
)  # fmt: skip
DATES_IMPOSSIBLES = Rule(
    id="NIVEAU-08", severity=WARNING,
    fr=("{referentiel} ne peut valoir du {debut} au {fin} : {texte}", "corriger les dates ou la version"),
    en=("{referentiel} cannot hold from {debut} to {fin}: {texte}", "correct the dates or the version"),
    pt=("{referentiel} não pode valer de {debut} a {fin}: {texte}", "corrigir as datas ou a versão"),
)  # fmt: skip

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
