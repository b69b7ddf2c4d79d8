"""The figures of the annual report, each computed from the records."""

from __future__ import annotations

from collections import Counter
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.records.application import ZONES, Hebergement
from charte_registry.records.gouvernance import ENGAGEMENTS, PHASES
from charte_registry.register import Register
from charte_registry.vocabularies.countries import zone


def hosting(place: Hebergement) -> str:
    """Return where data are hosted: ``interne``, ``france``, ``europe``, ``hors_europe`` or ``inconnu``."""
    if place.mode == "interne":
        return "interne"
    return zone(place.pays) if place.pays else place.zone or "inconnu"


def indicators(register: Register, year: int) -> dict[str, Any]:
    """Return the figures of one year; see ``Register.indicators``."""
    if year not in register.annees:
        known = ", ".join(map(str, register.annees))
        raise RegisterError(
            f"the register describes {known}, not {year}; ask for one of these years"
        )
    hosts = Counter(hosting(a.hebergement) for a in register.all("applications"))
    figures: dict[str, Any] = {
        "traitements_total": len(register.all("traitements")),
        "applications_total": sum(hosts.values()),
        "applications_hebergement_interne": hosts["interne"],
        **{f"applications_hebergement_{name}": hosts[name] for name in ZONES},
        "applications_hebergement_inconnu": hosts["inconnu"],
        "demandes_droits": {
            record.annee: record.nombre
            for record in sorted(register.all("demandes_droits"), key=lambda r: r.annee)
            if record.annee <= year
        },
        "reclamations_cnil": sum(
            r.reclamations_cnil for r in register.all("demandes_droits") if r.annee <= year
        ),
        "algorithmes_publies": sum(
            a.publie_le is not None and a.publie_le.year <= year
            for a in register.all("algorithmes")
        ),
        "jeux_de_donnees_total": len(register.all("jeux_de_donnees")),
        "jeux_de_donnees_depuis_charte": sum(
            j.depuis_charte for j in register.all("jeux_de_donnees")
        ),
        "partenaires_total": len(register.all("partenaires")),
    }
    trainings = [f for f in register.all("formations") if f.fin <= year]
    figures["formations_sessions"] = sum(f.sessions for f in trainings)
    figures["formations_personnes"] = sum(f.personnes for f in trainings)
    actions = register.all("actions")
    figures["actions_total"] = len(actions)
    phases = Counter(a.phase for a in actions)
    figures["actions_par_phase"] = {phase: phases[phase] for phase in PHASES}
    both = Counter((a.engagement, a.phase) for a in actions)
    figures["actions_par_engagement"] = {
        engagement: {phase: both[engagement, phase] for phase in PHASES}
        for engagement in ENGAGEMENTS
    }
    return figures
