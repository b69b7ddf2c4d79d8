"""References: what a record names must exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.checks.finding import Raised
from charte_registry.errors import nearest
from charte_registry.register import Register

# kind, field, kind that it names
REFERENCES = (
    ("traitements", "responsable", "organismes"),
    ("traitements", "applications", "applications"),
    ("algorithmes", "traitements", "traitements"),
    ("actions", "algorithmes", "algorithmes"),
    ("certifications", "organisme", "organismes"),
    ("applications", "hebergement.hebergeur", "organismes"),
)


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise REF-01 where a record names one that does not exist."""
    for kind, field, target in REFERENCES:
        known = register.records.get(target, {})
        for record in register.all(kind):
            value = record
            for part in field.split("."):
                value = getattr(value, part)
            names = value if isinstance(value, tuple) else (value,) if value else ()
            for name in names:
                if name not in known:
                    hint = nearest(name, list(known)[:1000]) if known else f"there are no {target}"
                    hint = hint if len(hint) < 120 else "no name is near"
                    yield Raised(
                        "REF-01", kind, record.id, field, f"{name!r} is not in {target}, {hint}"
                    )
