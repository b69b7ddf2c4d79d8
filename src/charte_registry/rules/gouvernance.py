"""How the charter is kept: actions on time, certifications that hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.register import Register
from charte_registry.rules.rule import NOTE, WARNING, Raised, Rule

EN_RETARD = Rule(
    id="ACTION-01", severity=NOTE,
    fr=("l'action est en retard", "dire ce qui est prévu"),
    en=("the action is late", "say what is planned"),
    pt=("a ação está atrasada", "dizer o que está previsto"),
)  # fmt: skip
ECHEANCE_PASSEE = Rule(
    id="ACTION-02", severity=WARNING,
    fr=("en cours, alors qu'elle était attendue pour le {date}", "changer la phase ou l'échéance"),
    en=("under way, though due on {date}", "change the phase or the due date"),
    pt=("em andamento, embora prevista para {date}", "mudar a fase ou o prazo"),
)  # fmt: skip
ECHUE = Rule(
    id="CERT-01", severity=WARNING,
    fr=("échue depuis le {date}", "la renouveler, ou retirer la fiche"),
    en=("lapsed on {date}", "renew it, or remove the record"),
    pt=("vencida em {date}", "renová-la, ou retirar a ficha"),
)  # fmt: skip


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the ACTION and CERT rules."""
    for action in register.all("actions"):
        if action.phase == "en_retard":
            yield EN_RETARD.at("actions", action.id, "phase")
        elif action.phase == "en_cours" and action.echeance is not None and action.echeance < on:
            yield ECHEANCE_PASSEE.at("actions", action.id, "echeance", date=action.echeance)
    for item in register.all("certifications"):
        if item.expire is not None and item.expire < on:
            yield ECHUE.at("certifications", item.id, "expire", date=item.expire)
