"""Derogations: what a register lives with, and says why; and those that no longer serve."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from charte_registry.records.manifeste import Derogation
from charte_registry.register import Register
from charte_registry.rules.rule import Raised, Rule, hint
from charte_registry.rules.texts import family_rules

_RULES = family_rules("derogations")
REGLE_INCONNUE = _RULES["DEROGATION-01"]
FICHE_INCONNUE = _RULES["DEROGATION-02"]
ECHUE = _RULES["DEROGATION-03"]
SANS_EFFET = _RULES["DEROGATION-04"]

MANIFEST, FIELD = "registre", "derogation[{}].{}"


class Derogations:
    """The derogations of a register at a date, and which of them served.

    A derogation from one of the rules above is refused: what silences cannot silence itself.
    """

    register: Register
    on: dt.date
    known: Collection[str]

    def __init__(self, register: Register, on: dt.date, known: Collection[str]) -> None:
        self.register, self.on, self.known = register, on, known
        self.all: tuple[Derogation, ...] = register.derogations
        self.served: set[int] = set()
        self._by_target: Mapping[tuple[str, str], list[int]] = defaultdict(list)
        for number, item in enumerate(self.all):
            if not self._ended(item):
                self._by_target[item.fiche, item.regle].append(number)

    def _ended(self, item: Derogation) -> bool:
        return item.jusqu_au is not None and item.jusqu_au < self.on

    def of(self, raised: Raised) -> Derogation | None:
        """Return the first derogation that silences a finding, or None."""
        target = f"{raised.kind}/{raised.record}", raised.rule.id
        for number in self._by_target.get(target, ()):
            if _covers(self.all[number].champ, raised.field):
                self.served.add(number)
                return self.all[number]
        return None

    def findings(self) -> Iterator[Raised]:
        """Raise the derogations that are wrong, ended, or silenced nothing."""
        for number, item in enumerate(self.all):
            kind, name = item.cible
            said = {"fiche": item.fiche, "regle": item.regle}
            if item.regle not in self.known:
                near = hint(get_close_matches(item.regle, list(self.known)))
                yield _at(REGLE_INCONNUE, number, "regle", regle=item.regle, indice=near)
            elif name not in self.register.records.get(kind, {}):
                yield _at(FICHE_INCONNUE, number, "fiche", fiche=item.fiche)
            elif self._ended(item):
                yield _at(ECHUE, number, "jusqu_au", **said, date=item.jusqu_au)
            elif number not in self.served:
                yield _at(SANS_EFFET, number, "regle", **said)


def _at(rule: Rule, number: int, field: str, **details: Any) -> Raised:
    return rule.at(MANIFEST, MANIFEST, FIELD.format(number, field), **details)


def _covers(champ: str | None, field: str) -> bool:
    """Return whether a derogation for a field is one for this field, or for what it is in."""
    return champ is None or field == champ or field.startswith((f"{champ}.", f"{champ}["))
