"""Sums: counts that add up, and nothing counted twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from charte_registry.records.droits import NATURES_VIOLATION
from charte_registry.register import Register
from charte_registry.rules.comptes import counted_twice
from charte_registry.rules.graph import real
from charte_registry.rules.rule import ERROR, WARNING, Raised, Rule
from charte_registry.vocabularies.rgpd import DROITS

DETAIL = Rule(
    id="SOMME-01", severity=WARNING, source="RGPD art. 12 à 22",
    fr=("le détail fait {somme}, et le total est {total}", "les accorder, ou dire en dérogation qu'une demande compte pour plusieurs droits"),
    en=("the detail adds up to {somme}, and the total is {total}", "make them agree, or say in a derogation that a request counts for several rights"),
    pt=("o detalhe soma {somme}, e o total é {total}", "fazê-los concordar, ou dizer em derrogação que um pedido conta para vários direitos"),
)  # fmt: skip
PARTIE = Rule(
    id="SOMME-02", severity=ERROR,
    fr=("{partie} : {nombre}, plus que le total, {total}", "corriger l'un des deux"),
    en=("{partie}: {nombre}, more than the total, {total}", "correct one of them"),
    pt=("{partie}: {nombre}, mais que o total, {total}", "corrigir um dos dois"),
)  # fmt: skip
VIOLATIONS_SANS_NATURE = Rule(
    id="SOMME-03", severity=WARNING, source="RGPD art. 4(12)",
    fr=("le détail fait {somme}, moins que le total, {total}, alors que chaque violation a une nature au moins", "compléter le détail"),
    en=("the detail adds up to {somme}, less than the total, {total}, while each breach has a nature at least", "complete the detail"),
    pt=("o detalhe soma {somme}, menos que o total, {total}, embora cada violação tenha ao menos uma natureza", "completar o detalhe"),
)  # fmt: skip
ANNEE_DOUBLE = Rule(
    id="SOMME-04", severity=ERROR,
    fr=("l'année {annee} a déjà un compte du même organisme : {autre}", "réunir les deux fiches"),
    en=("the year {annee} has a count of the same body already: {autre}", "make one record of both"),
    pt=("o ano {annee} já tem uma contagem do mesmo organismo: {autre}", "reunir as duas fichas"),
)  # fmt: skip
DEUX_HEBERGEMENTS = Rule(
    id="SOMME-05", severity=WARNING,
    fr=("une application du même nom a un autre hébergement : {autre}", "n'en garder qu'une, ou les nommer différemment"),
    en=("an application of the same name has another hosting: {autre}", "keep one, or give them different names"),
    pt=("uma aplicação de mesmo nome tem outra hospedagem: {autre}", "manter uma só, ou dar-lhes nomes diferentes"),
)  # fmt: skip
PERSONNES_SANS_SEANCE = Rule(
    id="SOMME-06", severity=ERROR,
    fr=("{personnes} personnes, et aucune séance", "corriger l'un des deux"),
    en=("{personnes} people, and no session", "correct one of them"),
    pt=("{personnes} pessoas, e nenhuma sessão", "corrigir um dos dois"),
)  # fmt: skip

DEUX_COMPTES = Rule(
    id="SOMME-07", severity=ERROR,
    fr=("l'année {annee} est comptée ici et se compte aussi par ses fiches", "retirer ce compte : les fiches le donnent"),
    en=("the year {annee} is counted here and its own records count it too", "remove this count: the records give it"),
    pt=("o ano {annee} é contado aqui e suas fichas também o contam", "retirar esta contagem: as fichas a fornecem"),
)  # fmt: skip

HORS_DELAI = {"fr": "demandes traitées hors délai", "en": "requests answered late", "pt": "pedidos respondidos fora do prazo"}  # fmt: skip


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
