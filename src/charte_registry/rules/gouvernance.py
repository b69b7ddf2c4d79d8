"""How the charter is kept: actions that say themselves that they are late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.register import Register
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules

_RULES = family_rules("gouvernance")
EN_RETARD = _RULES["ACTION-01"]


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the ACTION rules; what is overdue is a deadline."""
    for action in register.all("actions"):
        if action.phase == "en_retard":
            yield EN_RETARD.at("actions", action.id, "phase")
