"""Retention: contradictory, without a start, or over while data are still there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.durees import fin
from charte_registry.rules.graph import real
from charte_registry.rules.rule import NOTE, WARNING, Raised, Rule
from charte_registry.vocabularies.rgpd import CATEGORIES_DONNEES

CONTRADICTOIRE = Rule(
    id="CONSERVATION-01", severity=WARNING, source="RGPD art. 5(1)(e) ; 30(1)(f)",
    fr=("deux conservations pour les mêmes données, {categorie} : {une} et {autre}", "n'en garder qu'une, ou distinguer les données par leur description"),
    en=("two retentions for the same data, {categorie}: {une} and {autre}", "keep one, or tell the data apart by their description"),
    pt=("dois prazos para os mesmos dados, {categorie}: {une} e {autre}", "manter um só, ou distinguir os dados pela descrição"),
)  # fmt: skip
SANS_DECLENCHEUR = Rule(
    id="CONSERVATION-02", severity=NOTE, source="RGPD art. 5(1)(e)",
    fr=("rien ne dit de quand court la durée {duree} : {categorie}", "indiquer le déclencheur"),
    en=("nothing says from when the period {duree} runs: {categorie}", "state what starts it in declencheur"),
    pt=("nada diz a partir de quando corre o prazo {duree}: {categorie}", "indicar o evento que o inicia"),
)  # fmt: skip
DEPASSEE = Rule(
    id="CONSERVATION-03", severity=WARNING, source="RGPD art. 5(1)(e)",
    fr=("le traitement est arrêté depuis le {arret} au plus tard et la durée {duree} est passée depuis le {fin} : {categorie}", "effacer ces données et retirer la catégorie, ou mettre la fiche à jour"),
    en=("the processing stopped on {arret} at the latest and the period {duree} ended on {fin}: {categorie}", "erase these data and remove the category, or update the record"),
    pt=("o tratamento parou o mais tardar em {arret} e o prazo {duree} terminou em {fin}: {categorie}", "apagar esses dados e retirar a categoria, ou atualizar a ficha"),
)  # fmt: skip
ARRET_SANS_DATE = Rule(
    id="CONSERVATION-04", severity=NOTE, source="RGPD art. 5(1)(e)",
    fr=("le traitement est arrêté et rien ne permet de dire depuis quand", "indiquer mis_a_jour_le"),
    en=("the processing has stopped and nothing tells since when", "state mis_a_jour_le"),
    pt=("o tratamento parou e nada permite dizer desde quando", "indicar mis_a_jour_le"),
)  # fmt: skip


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
