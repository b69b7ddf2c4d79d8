"""Transfers: to where data go, and on what ground at that date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.graph import PROCESSINGS, real
from charte_registry.rules.rule import ERROR, NOTE, WARNING, Raised, Rule, hint
from charte_registry.vocabularies.adequacy import ORGANISATIONS, Adequation, adequation
from charte_registry.vocabularies.countries import country, country_code
from charte_registry.vocabularies.country_names import NAMES

CODE_INCONNU = Rule(
    id="TRANSFERT-01", severity=ERROR, source="ISO 3166-1",
    fr=("{code} n'est pas un code de pays{indice}", "corriger le code"),
    en=("{code} is no country code{indice}", "correct the code"),
    pt=("{code} não é um código de país{indice}", "corrigir o código"),
)  # fmt: skip
SANS_GARANTIE = Rule(
    id="TRANSFERT-02", severity=ERROR, source="RGPD art. 44 à 46 ; 49",
    fr=("au {date}, aucune décision d'adéquation ne couvre ce pays et aucune garantie n'est indiquée : {pays}{revue}", "indiquer la garantie ou déplacer les données"),
    en=("{pays} is under no adequacy decision on {date} and no safeguard is stated{revue}", "state the safeguard or move the data"),
    pt=("em {date}, nenhuma decisão de adequação cobre este país e nenhuma garantia é indicada: {pays}{revue}", "indicar a garantia ou mover os dados"),
)  # fmt: skip
HORS_PORTEE = Rule(
    id="TRANSFERT-03", severity=WARNING, source="RGPD art. 45",
    fr=("au {date}, la décision {decision} ne couvre ce pays, {pays}, qu'en partie : {portee}{revue}", "indiquer la garantie ou le plan de rapatriement"),
    en=("{pays} is covered by {decision} on {date} in part: {portee}{revue}", "state the safeguard or the plan to move"),
    pt=("em {date}, a decisão {decision} só cobre este país, {pays}, em parte: {portee}{revue}", "indicar a garantia ou o plano de repatriação"),
)  # fmt: skip
NON_DECLARE = Rule(
    id="TRANSFERT-04", severity=WARNING, source="RGPD art. 30(1)(e) ; 30(2)(c)",
    fr=("l'application {application} est hébergée dans un pays tiers, {pays}, et aucun transfert ne le dit", "ajouter le transfert, ou dire en dérogation que ces données n'y vont pas"),
    en=("the application {application} is hosted in a third country, {pays}, and no transfer says so", "add the transfer, or say in a derogation that these data do not go there"),
    pt=("a aplicação {application} está hospedada em um país terceiro, {pays}, e nenhuma transferência o diz", "acrescentar a transferência, ou dizer em derrogação que esses dados não vão para lá"),
)  # fmt: skip
DECISION_ABSENTE = Rule(
    id="TRANSFERT-05", severity=ERROR, source="RGPD art. 45",
    fr=("le transfert invoque une décision d'adéquation et, au {date}, aucune ne couvre ce pays : {pays}{revue}", "indiquer une autre garantie ou déplacer les données"),
    en=("the transfer claims an adequacy decision and none covers {pays} on {date}{revue}", "state another safeguard or move the data"),
    pt=("a transferência invoca uma decisão de adequação e, em {date}, nenhuma cobre este país: {pays}{revue}", "indicar outra garantia ou mover os dados"),
)  # fmt: skip
PORTEE_A_MONTRER = Rule(
    id="TRANSFERT-06", severity=NOTE, source="RGPD art. 45",
    fr=("la décision {decision} invoquée ne couvre ce pays, {pays}, qu'en partie : {portee}", "dire dans {ou} pourquoi le destinataire en fait partie"),
    en=("the decision {decision} that is claimed covers {pays} in part: {portee}", "say in {ou} why the recipient is among them"),
    pt=("a decisão {decision} invocada só cobre este país, {pays}, em parte: {portee}", "dizer em {ou} por que o destinatário faz parte"),
)  # fmt: skip
ORGANISATION_SANS_GARANTIE = Rule(
    id="TRANSFERT-07", severity=ERROR, source="RGPD art. 44 à 46 ; 49",
    fr=("au {date}, aucune décision d'adéquation ne couvre l'organisation internationale {organisation} et aucune garantie n'est indiquée{revue}", "indiquer la garantie"),
    en=("no adequacy decision covers the international organisation {organisation} on {date} and no safeguard is stated{revue}", "state the safeguard"),
    pt=("em {date}, nenhuma decisão de adequação cobre a organização internacional {organisation} e nenhuma garantia é indicada{revue}", "indicar a garantia"),
)  # fmt: skip

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
        kind, record, field, code=repr(code), indice=hint([near] if near else [])
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
