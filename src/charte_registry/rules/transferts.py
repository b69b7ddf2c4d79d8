"""Transfers: to where data go, and on what ground at that date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from charte_registry.messages import Phrase
from charte_registry.register import Register
from charte_registry.rules.graph import PROCESSINGS, real
from charte_registry.rules.rule import Raised, hint
from charte_registry.rules.texts import family_rules
from charte_registry.vocabularies.adequacy import ORGANISATIONS, Adequation, adequation
from charte_registry.vocabularies.countries import country, country_code
from charte_registry.vocabularies.country_names import NAMES

_RULES = family_rules("transferts")
CODE_INCONNU = _RULES["TRANSFERT-01"]
SANS_GARANTIE = _RULES["TRANSFERT-02"]
HORS_PORTEE = _RULES["TRANSFERT-03"]
NON_DECLARE = _RULES["TRANSFERT-04"]
DECISION_ABSENTE = _RULES["TRANSFERT-05"]
PORTEE_A_MONTRER = _RULES["TRANSFERT-06"]
ORGANISATION_SANS_GARANTIE = _RULES["TRANSFERT-07"]

ADEQUATION = "decision_adequation"


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the TRANSFERT rules."""
    for organisme in register.all("organismes"):
        if organisme.pays is not None and organisme.pays not in NAMES:
            yield _unknown("organismes", organisme.id, "pays", organisme.pays)
    for application in register.all("applications"):
        yield from _hosting(application, on)
    for kind in PROCESSINGS:
        for record in register.all(kind):
            for number, transfert in enumerate(record.transferts):
                yield from _transfer(kind, record.id, f"transferts[{number}]", transfert, on)
    yield from _unlisted(register, on)


def _hosting(application: Any, on: dt.date) -> Iterator[Raised]:
    place = application.hebergement
    if place.pays is None:
        return
    where = "applications", application.id, "hebergement.pays"
    if place.pays not in NAMES:
        yield _unknown(*where, place.pays)
    elif place.mode == "heberge":
        plan = place.rapatriement
        leaving = plan is not None and plan.etat != "abandonne"
        shown = application.note is not None
        yield from _ground(
            where, adequation(place.pays, on), place.garantie, leaving, shown, "note"
        )


def _transfer(kind: str, record: str, path: str, transfert: Any, on: dt.date) -> Iterator[Raised]:
    if transfert.pays is None:
        yield from _organisation((kind, record, f"{path}.organisation"), transfert, on)
    elif transfert.pays not in NAMES:
        yield _unknown(kind, record, f"{path}.pays", transfert.pays)
    else:
        shown = bool(transfert.precision or transfert.liens or transfert.piece)
        status = adequation(transfert.pays, on)
        where = kind, record, f"{path}.pays"
        yield from _ground(where, status, transfert.garantie, False, shown, "precision")


def _ground(
    where: tuple[str, str, str], status: Adequation, safeguard: str | None,
    leaving: bool, shown: bool, detail: str,
) -> Iterator[Raised]:  # fmt: skip
    """Raise what is wrong with the ground on which data go to a country.

    A plan to leave (``leaving``) answers for a decision of narrower scope, never for none at all.
    """
    if status.eee:
        return
    said = {"pays": country(status.pays), "date": status.on, "revue": _review(status)}
    decision = status.decision
    if decision is None and safeguard is None:
        yield SANS_GARANTIE.at(*where, **said)
    elif decision is None and safeguard == ADEQUATION:
        yield DECISION_ABSENTE.at(*where, **said)
    elif decision is not None and decision.scope:
        said |= {"decision": decision.names, "portee": decision.scopes}
        if safeguard is None and not leaving:
            yield HORS_PORTEE.at(*where, **said)
        elif safeguard == ADEQUATION and not leaving and not shown:
            yield PORTEE_A_MONTRER.at(*where, **said, ou=detail)


def _organisation(where: tuple[str, str, str], transfert: Any, on: dt.date) -> Iterator[Raised]:
    name = transfert.organisation
    status = adequation(name, on) if name in ORGANISATIONS else None
    covered = status is not None and status.decision is not None
    if not covered and transfert.garantie in (None, ADEQUATION):
        review = _review(status) if status is not None else ""
        yield ORGANISATION_SANS_GARANTIE.at(*where, organisation=name, date=on, revue=review)


def _unlisted(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the hosts in a third country that the processings they serve say nothing of."""
    abroad = {
        application.id: pays
        for application in register.all("applications")
        if application.hebergement.mode == "heberge"
        and (pays := application.hebergement.pays) is not None and pays in NAMES
        and not adequation(pays, on).eee
    }  # fmt: skip
    for kind in PROCESSINGS if abroad else ():
        for record in real(register, kind):
            listed = {transfert.pays for transfert in record.transferts}
            for number, name in enumerate(record.applications):
                if name in abroad and abroad[name] not in listed:
                    yield NON_DECLARE.at(
                        kind, record.id, f"applications[{number}]",
                        application=name, pays=country(abroad[name]),
                    )  # fmt: skip


def _unknown(kind: str, record: str, field: str, code: str) -> Raised:
    near = country_code(code)
    return CODE_INCONNU.at(
        kind,
        record,
        field,
        code=Phrase.of("part.quoted", value=code),
        indice=hint([near] if near else []),
    )


def _review(status: Adequation) -> dict[str, str] | str:
    """Return when the table was last reviewed, where the date asked is later."""
    if not status.beyond_review:
        return ""
    return {
        "fr": f" (table revue le {status.reviewed})",
        "en": f" (table reviewed on {status.reviewed})",
        "pt": f" (tabela revista em {status.reviewed})",
    }
