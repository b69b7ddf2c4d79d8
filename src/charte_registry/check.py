"""Judge a register: run every rule, set aside what the profile and derogations excuse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from charte_registry.errors import RegisterError, nearest
from charte_registry.messages import LANGUAGES
from charte_registry.register import Place, Register
from charte_registry.rules import (
    aipd,
    algorithmes,
    article30,
    conservation,
    derogations,
    echeances,
    gouvernance,
    hebergement,
    liceite,
    niveaux,
    ouverture,
    references,
    revues,
    saisie,
    sommes,
    stated,
    transferts,
)
from charte_registry.rules.finding import Checked, Finding, Silenced
from charte_registry.rules.rule import SEVERITIES, Raised, Rule

Check = Callable[[Register, dt.date], Iterator[Raised]]

FAMILIES = (
    references, article30, liceite, aipd, transferts, hebergement, niveaux, conservation,
    algorithmes, ouverture, gouvernance, sommes, stated, echeances, revues, saisie,
)  # fmt: skip
CHECKS: tuple[Check, ...] = tuple(family.check for family in FAMILIES)


def _rules(*families: ModuleType) -> Mapping[str, Rule]:
    """Return the rules that modules hold, by identifier."""
    held = (v for family in families for v in vars(family).values() if isinstance(v, Rule))
    return MappingProxyType({**{rule.id: rule for rule in held}, **stated.STATED})


RULES: Mapping[str, Rule] = _rules(*FAMILIES, derogations)

__all__ = ["LANGUAGES", "RULES", "Checked", "Finding", "Rule", "Silenced", "judge", "rules_of"]


def rules_of(register: Register) -> Mapping[str, Rule]:
    """Return all rules that a register is judged by: the schema's, and those of its profile."""
    return MappingProxyType({**RULES, **stated.rules(register, RULES)})


def judge(register: Register, on: str | dt.date, lang: str = "en") -> Checked:
    """Return what every rule finds, and what derogations silence; see ``Register.check``."""
    day = _day(on)
    if lang not in LANGUAGES:
        raise RegisterError("language", field="lang", value=lang, near=nearest(lang, LANGUAGES))
    rules = {**_rules(*FAMILIES), **stated.rules(register, RULES)}
    known = derogations.Derogations(register, day, rules)
    remaining: list[Finding] = []
    silenced: list[Silenced] = []
    set_aside = register.profile.set_aside if register.profile is not None else frozenset()
    for raised in (raised for check in CHECKS for raised in check(register, day)):
        if raised.rule.id in set_aside:
            continue
        finding, derogation = _finding(register, raised, lang), known.of(raised)
        if derogation is None:
            remaining.append(finding)
        else:
            reason, end = derogation.raison, derogation.jusqu_au
            silenced.append(Silenced(finding=finding, raison=reason, jusqu_au=end))
    remaining.extend(_finding(register, raised, lang) for raised in known.findings())
    return Checked(
        findings=tuple(sorted(remaining, key=_order)),
        silenced=tuple(sorted(silenced, key=lambda s: _order(s.finding))),
    )


def _day(on: str | dt.date) -> dt.date:
    if isinstance(on, dt.datetime):
        return on.date()
    try:
        return on if isinstance(on, dt.date) else dt.date.fromisoformat(on)
    except ValueError:
        raise RegisterError("not_date", field="on", value=on) from None


def _order(finding: Finding) -> tuple[Any, ...]:
    severity = SEVERITIES.index(finding.severity)
    return severity, finding.file, finding.line, finding.rule, finding.record, finding.field


def _finding(register: Register, raised: Raised, lang: str) -> Finding:
    rule = raised.rule
    place = register.places.get((raised.kind, raised.record), Place(file="", line=0))
    return Finding(
        record=f"{raised.kind}/{raised.record}",
        field=raised.field,
        rule=rule.id,
        severity=rule.severity,
        message=rule.message(lang, raised.details),
        file=place.file,
        line=place.line_of(raised.field),
        lang=lang,
    )
