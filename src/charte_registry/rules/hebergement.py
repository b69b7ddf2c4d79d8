"""Hosting: where the data of an application are, and the plan to bring them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.records.application import Application
from charte_registry.register import Register
from charte_registry.rules.graph import body, zone_of
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules
from charte_registry.vocabularies.countries import country, in_eea
from charte_registry.vocabularies.country_names import NAMES

_RULES = family_rules("hebergement")
NULLE_PART = _RULES["HEBERGEMENT-01"]
ZONE_SEULE = _RULES["HEBERGEMENT-02"]
ENCORE_LA = _RULES["HEBERGEMENT-03"]
PLAN_EN_RETARD = _RULES["HEBERGEMENT-04"]
ZONE_CONTRAIRE = _RULES["HEBERGEMENT-05"]
INTERNE_AILLEURS = _RULES["HEBERGEMENT-06"]


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
