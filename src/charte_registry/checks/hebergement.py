"""Hosting and transfers: where data go, and on what ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.checks.finding import Raised
from charte_registry.errors import RegisterError
from charte_registry.register import Register
from charte_registry.vocabularies.adequacy import adequation


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the HEBERGEMENT and TRANSFERT rules."""
    for application in register.all("applications"):
        place, name = application.hebergement, application.id
        if place.mode == "interne":
            continue
        if place.pays is None:
            if place.zone is None:
                message = "the data are hosted elsewhere and nothing says where"
                yield Raised("HEBERGEMENT-01", "applications", name, "hebergement.pays", message)
            elif place.zone != "france":
                message = f"the country is not known, only the zone {place.zone!r}"
                yield Raised("HEBERGEMENT-02", "applications", name, "hebergement.pays", message)
            continue
        covered = place.garantie or place.rapatriement
        yield from _country(
            "applications", name, "hebergement.pays", place.pays, on, safeguard=bool(covered)
        )
    for traitement in register.all("traitements"):
        for number, transfer in enumerate(traitement.transferts):
            if transfer.pays is None:  # to an international organisation
                continue
            field = f"transferts[{number}].pays"
            yield from _country(
                "traitements",
                traitement.id,
                field,
                transfer.pays,
                on,
                safeguard=bool(transfer.garantie),
            )


def _country(
    kind: str, record: str, field: str, code: str, on: dt.date, *, safeguard: bool
) -> Iterator[Raised]:
    try:
        status = adequation(code, on)
    except RegisterError as error:
        yield Raised("TRANSFERT-01", kind, record, field, str(error))
        return
    reviewed = f" (table reviewed on {status.reviewed})" if status.beyond_review else ""
    if status.eee or safeguard:
        return
    if status.decision is None:
        message = (
            f"{code} is under no adequacy decision on {on}{reviewed} and no safeguard is stated"
        )
        yield Raised("TRANSFERT-02", kind, record, field, message)
    elif status.decision.scope:
        message = f"{code} is covered by {status.decision.reference} on {on}{reviewed} only for: {status.decision.scope}"
        yield Raised("TRANSFERT-03", kind, record, field, message)
