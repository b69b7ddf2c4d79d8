"""The rules that the profile of a register adds: when some fields say this, others must say that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

from charte_registry.errors import RegisterError, nearest
from charte_registry.profiles.rules import broken
from charte_registry.profiles.statement import RegleProfil
from charte_registry.register import Register
from charte_registry.rules.rule import Raised, Rule


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the rules of the profile; placeholders have nothing to complete."""
    for stated in register.profile.rules if register.profile is not None else ():
        kind, rule = stated.dans.partition(".")[0], _rule(stated)
        for record in register.all(kind):
            if not getattr(record, "factice", False):
                for path in broken(stated, record):
                    yield rule.at(kind, record.id, path)


def rules(register: Register, taken: Collection[str]) -> Mapping[str, Rule]:
    """Return the rules of the profile by identifier; refuse one that a rule of the schema has."""
    if register.profile is None:
        return {}
    stated = register.profile.rules
    for name in sorted(register.profile.set_aside - set(taken)):
        raise RegisterError(
            f"{register.profil}: no rule {name!r} to set aside; {nearest(name, taken)}"
        )
    for rule in stated:
        if rule.id in taken:
            raise RegisterError(
                f"{register.profil}: the rule {rule.id} is one of the schema's; take another identifier"
            )
    return {rule.id: _rule(rule) for rule in stated}


def _rule(stated: RegleProfil) -> Rule:
    wrong, remedy = stated.constat, stated.remede
    return Rule(
        id=stated.id,
        severity=stated.severite,
        source=stated.source,
        fr=(wrong.fr, remedy.fr),
        en=(wrong.en, remedy.en),
        pt=(wrong.pt, remedy.pt),
    )
