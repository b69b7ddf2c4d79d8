"""Algorithms behind individual decisions: told, published, explained, and open to appeal."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.graph import algorithms, real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules, family_words
from charte_registry.vocabularies.rgpd import CATEGORIES_PARTICULIERES

_RULES = family_rules("algorithmes")
_WORDS = family_words("algorithmes")
SANS_MENTION = _RULES["ALGO-01"]
NON_PUBLIE = _RULES["ALGO-02"]
MENTION_INCOMPLETE = _RULES["ALGO-03"]
SANS_INTERVENTION = _RULES["ALGO-04"]
SENSIBLE_AUTOMATIQUE = _RULES["ALGO-05"]
SANS_RECOURS = _RULES["ALGO-06"]
SANS_EXPLICATION = _RULES["ALGO-07"]
PUBLIE_SANS_LIEN = _RULES["ALGO-08"]

A_DIRE = _WORDS["a_dire"]
A_EXPLIQUER = ("degre_contribution", "mode_contribution", "donnees", "parametres", "operations")


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the ALGO rules; the notice and the publication are owed once it is in service."""
    for record in real(register, "algorithmes"):
        published = record.publie_le is not None and record.publie_le <= on
        if published and not (record.page or record.regle or record.documentation or record.code):
            yield PUBLIE_SANS_LIEN.at("algorithmes", record.id, "page")
        if record.decision_individuelle and record.statut == "en_service":
            yield from _decisions(record, on)
    yield from _sensitive(register)


def _decisions(record: Any, on: dt.date) -> Iterator[Raised]:
    if record.notice is None:
        yield SANS_MENTION.at("algorithmes", record.id, "notice")
    else:
        for field, what in A_DIRE.items():
            if getattr(record, field) is None:
                yield MENTION_INCOMPLETE.at("algorithmes", record.id, field, quoi=what)
    if record.publie_le is None or record.publie_le > on:
        yield NON_PUBLIE.at("algorithmes", record.id, "publie_le", date=on)
    silent = [
        n for n in ("degre_contribution", "intervention_humaine") if getattr(record, n) is None
    ]
    # "total" by itself says that no agent intervenes
    if silent and record.degre_contribution != "total":
        yield SANS_INTERVENTION.at("algorithmes", record.id, silent[-1], champs=", ".join(silent))
    if record.degre_contribution == "total" and record.recours is None:
        yield SANS_RECOURS.at("algorithmes", record.id, "recours")
    missing = [name for name in A_EXPLIQUER if not getattr(record, name)]
    if missing:
        yield SANS_EXPLICATION.at("algorithmes", record.id, missing[0], champs=", ".join(missing))


def _sensitive(register: Register) -> Iterator[Raised]:
    """Raise fully automated decisions in a processing of special categories.

    Article 22(4) has two exceptions, consent and important public interest; article 47 of the
    French act leaves none to an administration. A derogation can say why it does not hold.
    """
    running = algorithms(register)
    used: dict[str, list[Any]] = defaultdict(list)
    for traitement in real(register, "traitements"):
        for record in running.get(traitement.id, ()) if traitement.sensible else ():
            if record.decision_individuelle and record.degre_contribution == "total":
                used[record.id].append(traitement)
    for name, traitements in used.items():
        codes = (c.categorie for t in traitements for c in t.categories_particulieres)
        yield SENSIBLE_AUTOMATIQUE.at(
            "algorithmes", name, "degre_contribution",
            categories=tuple(map(CATEGORIES_PARTICULIERES.terme, dict.fromkeys(codes))),
            traitements=", ".join(t.id for t in traitements),
        )  # fmt: skip
