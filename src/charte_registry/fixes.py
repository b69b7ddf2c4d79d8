"""What can be mended by machine: spaces, counts that records give already, derogations of no use."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import attrs

from charte_registry.register import Register
from charte_registry.rules.comptes import counted_twice

_MANY = re.compile(r"[ \xa0]{2,}")


def mended(register: Register, on: dt.date) -> Register:
    """Return a register without what needs no decision to be mended.

    Parameters
    ----------
    register : Register
        The register.
    on : datetime.date
        The day: a derogation that ended before it goes.

    Returns
    -------
    Register
        With spaces once and inside texts only (SAISIE-02), without counts of a year that its
        records give (SOMME-07), without derogations that have ended (DEROGATION-03).

    Examples
    --------
    >>> from charte_registry import Partenaire
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,),
    ...     records={"partenaires": {"p": Partenaire(id="p", nom=" Une  ville ")}},
    ... )
    >>> mended(register, register.etat_au).all("partenaires")[0].nom
    'Une ville'
    """
    gone = {(kind, record.id) for kind, record in counted_twice(register)}
    for kind, records in register.records.items():
        for name, record in records.items():
            if (kind, name) in gone:
                register = register.without(kind, name)
            elif (clean := _clean(record)) != record:
                register = register.with_record(kind, clean)
    kept = tuple(d for d in register.derogations if d.jusqu_au is None or d.jusqu_au >= on)
    return attrs.evolve(register, derogations=kept)


def _clean(value: Any, field: attrs.Attribute[Any] | None = None) -> Any:
    if attrs.has(type(value)):
        changes = {f.name: _clean(getattr(value, f.name), f) for f in attrs.fields(type(value))}
        different = {name: new for name, new in changes.items() if new != getattr(value, name)}
        return attrs.evolve(value, **different) if different else value
    if isinstance(value, tuple):
        return tuple(_clean(item, field) for item in value)
    meta = field.metadata if field is not None else {}
    if not isinstance(value, str) or any(meta.get(n) for n in ("choices", "format", "reference")):
        return value
    return _MANY.sub(" ", value.strip())
