"""References: what a record names must exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.checks.finding import Raised
from charte_registry.errors import nearest
from charte_registry.records import KINDS
from charte_registry.records.base import references
from charte_registry.register import Register


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise REF-01 where a record names one that does not exist."""
    for kind in KINDS:
        for record in register.all(kind):
            for field, target, name in references(record):
                known = register.records.get(target, {})
                if name not in known:
                    hint = nearest(name, list(known)[:1000]) if known else f"there are no {target}"
                    hint = hint if len(hint) < 120 else "no name is near"
                    yield Raised(
                        "REF-01", kind, record.id, field, f"{name!r} is not in {target}, {hint}"
                    )
