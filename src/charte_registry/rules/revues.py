"""Reviews: of a record that is there, and of every processing now and then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.register import Register
from charte_registry.rules.durees import fin
from charte_registry.rules.graph import PROCESSINGS, real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules

_RULES = family_rules("revues")
FICHE_INCONNUE = _RULES["REVUE-02"]
ANCIENNE = _RULES["REVUE-03"]
JAMAIS = _RULES["REVUE-04"]

INTERVALLE = "P3Y"  # no text sets one for processings: a note, that a profile may set aside


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the REVUE rules; that a next review is overdue is a deadline."""
    reviewed: dict[tuple[str, str], dt.date] = {}
    for revue in register.all("revues"):
        kind, name = revue.cible
        if name not in register.records.get(kind, {}):
            yield FICHE_INCONNUE.at("revues", revue.id, "fiche", fiche=revue.fiche)
        reviewed[kind, name] = max(revue.le, reviewed.get((kind, name), revue.le))
    for kind in PROCESSINGS:
        for record in real(register, kind):
            dates = (record.cree_le, record.mis_a_jour_le, reviewed.get((kind, record.id)))
            known = [date for date in dates if date is not None]
            if record.statut == "arrete":
                continue
            if not known:
                yield JAMAIS.at(kind, record.id, "mis_a_jour_le")
            elif fin(max(known), INTERVALLE) < on:
                yield ANCIENNE.at(kind, record.id, "mis_a_jour_le", date=max(known))
