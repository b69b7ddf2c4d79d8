"""Reviews: of a record that is there, and of every processing now and then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.register import Register
from charte_registry.rules.durees import fin
from charte_registry.rules.graph import PROCESSINGS, real
from charte_registry.rules.rule import ERROR, NOTE, Raised, Rule

FICHE_INCONNUE = Rule(
    id="REVUE-02", severity=ERROR,
    fr=("la fiche {fiche} n'est pas dans le registre", "corriger la fiche ou retirer la revue"),
    en=("the record {fiche} is not in the register", "correct the record or remove the review"),
    pt=("a ficha {fiche} não está no registro", "corrigir a ficha ou retirar a revisão"),
)  # fmt: skip
ANCIENNE = Rule(
    id="REVUE-03", severity=NOTE, source="RGPD art. 5(2) et 24(1)",
    fr=("la fiche n'a été ni revue ni mise à jour depuis le {date}, plus de trois ans", "la relire et le dire par une revue"),
    en=("the record was neither reviewed nor updated since {date}, more than three years", "read it again and say so in a review"),
    pt=("a ficha não foi revista nem atualizada desde {date}, mais de três anos", "relê-la e dizê-lo em uma revisão"),
)  # fmt: skip
JAMAIS = Rule(
    id="REVUE-04", severity=NOTE, source="RGPD art. 5(2) et 24(1)",
    fr=("rien ne dit quand la fiche a été revue", "la relire et le dire par une revue, ou indiquer mis_a_jour_le"),
    en=("nothing says when the record was reviewed", "read it again and say so in a review, or state mis_a_jour_le"),
    pt=("nada diz quando a ficha foi revista", "relê-la e dizê-lo em uma revisão, ou indicar mis_a_jour_le"),
)  # fmt: skip

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
