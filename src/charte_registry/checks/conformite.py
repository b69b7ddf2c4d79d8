"""Completeness of processings, notices of algorithms, dates of actions and certifications."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.checks.finding import Raised
from charte_registry.register import Register


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the ART30, ALGO, ACTION and CERT rules; placeholders have nothing to complete."""
    for record in register.all("traitements"):
        if record.factice:
            continue
        if not record.finalites:
            yield Raised("ART30-01", "traitements", record.id, "finalites", "no purpose is stated")
        message = "no category is stated"
        if not record.categories_personnes:
            yield Raised("ART30-02", "traitements", record.id, "categories_personnes", message)
        if not record.categories:
            yield Raised("ART30-02", "traitements", record.id, "categories_donnees", message)
        for categorie, path, conservation in record.conservations():
            if conservation is None:
                message = f"no retention is stated for {categorie}"
                yield Raised("ART30-03", "traitements", record.id, f"{path}.conservation", message)
    for record in register.all("algorithmes"):
        if record.decision_individuelle and record.notice is None:
            message = "individual decisions rest on it and no notice is stated"
            yield Raised("ALGO-01", "algorithmes", record.id, "notice", message)
    for record in register.all("actions"):
        if record.phase == "en_retard":
            yield Raised("ACTION-01", "actions", record.id, "phase", "the action is late")
        elif record.phase == "en_cours" and record.echeance is not None and record.echeance < on:
            message = f"under way, though due on {record.echeance}"
            yield Raised("ACTION-02", "actions", record.id, "echeance", message)
    for record in register.all("certifications"):
        if record.expire is not None and record.expire < on:
            yield Raised(
                "CERT-01", "certifications", record.id, "expire", f"lapsed on {record.expire}"
            )
