"""How the charter is kept: actions that say themselves that they are late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.register import Register
from charte_registry.rules.rule import NOTE, Raised, Rule

EN_RETARD = Rule(
    id="ACTION-01", severity=NOTE,
    fr=("l'action est en retard", "dire ce qui est prévu"),
    en=("the action is late", "say what is planned"),
    pt=("a ação está atrasada", "dizer o que está previsto"),
)  # fmt: skip


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the ACTION rules; what is overdue is a deadline."""
    for action in register.all("actions"):
        if action.phase == "en_retard":
            yield EN_RETARD.at("actions", action.id, "phase")
