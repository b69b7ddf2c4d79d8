"""Hosting: where the data of an application are, and the plan to bring them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.records.application import Application
from charte_registry.register import Register
from charte_registry.rules.graph import body, zone_of
from charte_registry.rules.rule import ERROR, WARNING, Raised, Rule
from charte_registry.vocabularies.countries import country, in_eea
from charte_registry.vocabularies.country_names import NAMES

NULLE_PART = Rule(
    id="HEBERGEMENT-01", severity=ERROR, source="Charte, souveraineté",
    fr=("les données sont hébergées ailleurs et rien ne dit où", "indiquer pays, ou zone si le pays n'est pas connu"),
    en=("the data are hosted elsewhere and nothing says where", "state pays, or zone where the country is not known"),
    pt=("os dados estão hospedados em outro lugar e nada diz onde", "indicar pays, ou zone se o país não é conhecido"),
)  # fmt: skip
ZONE_SEULE = Rule(
    id="HEBERGEMENT-02", severity=WARNING, source="Charte, souveraineté",
    fr=("le pays n'est pas connu, seulement la zone : {zone}", "indiquer le pays"),
    en=("the country is not known, only the zone: {zone}", "state the country"),
    pt=("o país não é conhecido, apenas a zona: {zone}", "indicar o país"),
)  # fmt: skip
ENCORE_LA = Rule(
    id="HEBERGEMENT-03", severity=WARNING, source="Charte, souveraineté",
    fr=("le rapatriement est dit achevé et les données sont encore hors de l'EEE : {pays}", "corriger le pays, ou l'état du plan"),
    en=("the repatriation is said to be done and the data are still outside the EEA: {pays}", "correct the country, or the state of the plan"),
    pt=("a repatriação consta como concluída e os dados ainda estão fora do EEE: {pays}", "corrigir o país, ou o estado do plano"),
)  # fmt: skip
PLAN_EN_RETARD = Rule(
    id="HEBERGEMENT-04", severity=WARNING, source="Charte, souveraineté",
    fr=("le rapatriement, prévu pour le {date}, n'est pas achevé", "dire ce qu'il en est, et la nouvelle échéance"),
    en=("the repatriation, due on {date}, is not done", "say how it stands, and the new due date"),
    pt=("a repatriação, prevista para {date}, não está concluída", "dizer em que situação está, e o novo prazo"),
)  # fmt: skip
ZONE_CONTRAIRE = Rule(
    id="HEBERGEMENT-05", severity=ERROR,
    fr=("la zone ({zone}) contredit le pays : {pays}", "retirer la zone : le pays suffit"),
    en=("the zone ({zone}) contradicts the country: {pays}", "remove the zone: the country is enough"),
    pt=("a zona ({zone}) contradiz o país: {pays}", "retirar a zona: o país basta"),
)  # fmt: skip
INTERNE_AILLEURS = Rule(
    id="HEBERGEMENT-06", severity=ERROR,
    fr=("la collectivité héberge elle-même, et pourtant l'hébergeur est une entreprise : {hebergeur}", "corriger le mode ou l'hébergeur"),
    en=("the authority hosts by itself, and yet the host is a company: {hebergeur}", "correct the mode or the host"),
    pt=("a administração hospeda ela mesma, e no entanto o provedor é uma empresa: {hebergeur}", "corrigir o modo ou o provedor"),
)  # fmt: skip


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the HEBERGEMENT rules."""
    for application in register.all("applications"):
        yield from _place(register, application)
        yield from _plan(application, on)


def _place(register: Register, application: Application) -> Iterator[Raised]:
    place, name = application.hebergement, application.id
    known = place.pays in NAMES
    if place.mode == "heberge" and place.pays is None:
        if place.zone is None:
            yield NULLE_PART.at("applications", name, "hebergement.pays")
        elif place.zone != "france":
            yield ZONE_SEULE.at("applications", name, "hebergement.pays", zone=place.zone)
    if (
        place.pays
        and known
        and place.zone is not None
        and place.zone != zone_of(register, place.pays)
    ):
        yield ZONE_CONTRAIRE.at(
            "applications", name, "hebergement.zone", zone=place.zone, pays=country(place.pays)
        )
    host = body(register, place.hebergeur)
    if place.mode == "interne" and host is not None and host.type == "entreprise":
        yield INTERNE_AILLEURS.at(
            "applications", name, "hebergement.mode", hebergeur=place.hebergeur
        )


def _plan(application: Application, on: dt.date) -> Iterator[Raised]:
    place = application.hebergement
    plan = place.rapatriement
    if plan is None:
        return
    if plan.etat == "acheve":
        if place.mode == "heberge" and place.pays in NAMES and not in_eea(place.pays or "", on):
            yield ENCORE_LA.at(
                "applications", application.id, "hebergement.rapatriement.etat",
                pays=country(place.pays or ""),
            )  # fmt: skip
    elif plan.etat != "abandonne" and plan.echeance is not None and plan.echeance < on:
        yield PLAN_EN_RETARD.at(
            "applications", application.id, "hebergement.rapatriement.echeance", date=plan.echeance
        )
