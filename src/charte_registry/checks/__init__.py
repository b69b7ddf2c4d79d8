"""The rules of a register: each has an identifier, a severity, a source and a remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from charte_registry.checks import conformite, hebergement, references
from charte_registry.checks.finding import RULES, SEVERITIES, Finding, Raised
from charte_registry.errors import RegisterError
from charte_registry.register import Place, Register

Check = Callable[[Register, dt.date], Iterator[Raised]]

CHECKS: tuple[Check, ...] = (references.check, hebergement.check, conformite.check)

__all__ = ["RULES", "Finding", "check"]


def check(register: Register, on: str | dt.date | None) -> list[Finding]:
    """Return what every rule finds, errors first; see ``Register.check``."""
    try:
        day = dt.date.fromisoformat(on) if isinstance(on, str) else on or register.etat_au
    except ValueError:
        raise RegisterError(f"{on!r} is no date: write YYYY-MM-DD") from None
    findings = [_finding(register, raised) for rule in CHECKS for raised in rule(register, day)]
    return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.file, f.line, f.rule))


def _finding(register: Register, raised: Raised) -> Finding:
    rule = RULES[raised.rule]
    place: Any = register.places.get((raised.kind, raised.record), Place(file="", line=0))
    return Finding(
        record=f"{raised.kind}/{raised.record}",
        field=raised.field,
        rule=raised.rule,
        severity=rule.severity,
        message=f"{raised.message}; {rule.remedy}" + (f" ({rule.source})" if rule.source else ""),
        file=place.file,
        line=place.line_of(raised.field),
    )
