"""The rules that are stated as data: those of ``stated.toml``, and those of the profile of a register."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.profiles.rules import broken
from charte_registry.profiles.statement import Delai, RegleProfil
from charte_registry.records import base
from charte_registry.register import Register
from charte_registry.rules.graph import real
from charte_registry.rules.rule import Raised, Rule


@attrs.frozen(kw_only=True)
class Core:
    """The rules and deadlines of the schema that are data."""

    regle: tuple[RegleProfil, ...] = base.champ("règles", "rules", "regras", default=())
    delai: tuple[Delai, ...] = base.champ("délais", "deadlines", "prazos", default=())


@cache
def core() -> Core:
    """Return what ``stated.toml`` says."""
    text = files(__package__).joinpath("stated.toml").read_text("utf-8")
    return base.structure(Core, tomllib.loads(text))


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the stated rules; placeholders have nothing to complete."""
    profile = register.profile
    for stated in (*core().regle, *(profile.rules if profile is not None else ())):
        kind, rule = stated.dans.partition(".")[0], as_rule(stated)
        for record in real(register, kind):
            for path in broken(stated, record):
                yield rule.at(kind, record.id, path)


def as_rule(stated: RegleProfil | Delai) -> Rule:
    """Return the rule that a statement makes."""
    wrong, remedy = stated.constat, stated.remede
    return Rule(
        id=stated.id,
        severity=stated.severite,
        source=stated.source,
        fr=(wrong.fr, remedy.fr),
        en=(wrong.en, remedy.en),
        pt=(wrong.pt, remedy.pt),
    )


def rules(register: Register, taken: Collection[str]) -> Mapping[str, Rule]:
    """Return the rules of the profile by identifier; refuse one that a rule of the schema has."""
    if register.profile is None:
        return {}
    stated: list[RegleProfil | Delai] = [*register.profile.rules, *register.profile.deadlines]
    for name in sorted(register.profile.set_aside - set(taken)):
        raise RegisterError(
            "unknown_rule", where=register.profil, value=name, near=nearest(name, taken)
        )
    for rule in stated:
        if rule.id in taken:
            raise RegisterError("rule_taken", where=register.profil, value=rule.id)
    return {rule.id: as_rule(rule) for rule in stated}


_CORE: tuple[RegleProfil | Delai, ...] = (*core().regle, *core().delai)
STATED: Mapping[str, Rule] = MappingProxyType({stated.id: as_rule(stated) for stated in _CORE})
