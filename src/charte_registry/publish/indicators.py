"""The figures of the annual report, each computed from the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.records.application import ETATS_RAPATRIEMENT, ZONES, Hebergement
from charte_registry.records.gouvernance import ENGAGEMENTS, ETATS_CLAUSE, PHASES
from charte_registry.register import Register
from charte_registry.rules.comptes import breaches_by_year, requests_by_year
from charte_registry.rules.graph import assessment_state, zone_of
from charte_registry.vocabularies.licences import LICENCES, OUVERTE, RECIPROCITE, RESTRICTIVE

CONDITIONS = (OUVERTE, RECIPROCITE, RESTRICTIVE, "inconnue")

# Figures that records date, by the kind and the year that each record tells.
_DATED: Mapping[str, tuple[str, Callable[[Any], int | None]]] = MappingProxyType(
    {
        "algorithmes_publies": ("algorithmes", lambda a: a.publie_le and a.publie_le.year),
        "jeux_de_donnees_publies": ("jeux_de_donnees", lambda j: j.publie_le and j.publie_le.year),
        "partenaires_signataires": ("partenaires", lambda p: p.signe_le and p.signe_le.year),
        "certifications_renouvelees": ("certifications", lambda c: c.renouvelee),
    }
)


def hosting(register: Register, place: Hebergement) -> str:
    """Return where data are hosted: ``interne``, ``france``, ``europe``, ``hors_europe`` or ``inconnu``."""
    if place.mode == "interne":
        return "interne"
    return zone_of(register, place.pays) if place.pays else place.zone or "inconnu"


def condition(spdx: str | None) -> str:
    """Return what a licence asks: ``ouverte``, ``reciprocite``, ``restrictive`` or ``inconnue``."""
    return LICENCES[spdx].condition if spdx is not None and spdx in LICENCES else "inconnue"


def indicators(register: Register, year: int) -> dict[str, Any]:
    """Return the figures of one year; see ``Register.indicators``."""
    if year not in register.annees:
        known = ", ".join(map(str, register.annees))
        raise RegisterError("other_year", value=year, known=known)
    return {
        **_traitements(register),
        **_applications(register),
        **_demandes(register, year),
        **_transparence(register, year),
        **_gouvernance(register, year),
        **_actions(register),
        "par_annee": by_year(register, year),
    }


def _traitements(register: Register) -> dict[str, Any]:
    traitements = register.all("traitements")
    states = Counter(analyse.etat for analyse in register.all("analyses_impact"))
    return {
        "traitements_total": len(traitements),
        "traitements_par_responsable": _counted(t.responsable for t in traitements),
        "traitements_donnees_particulieres": sum(t.sensible for t in traitements),
        "traitements_analyse_impact_faite": sum(
            assessment_state(register, t) == "faite" for t in traitements
        ),
        "analyses_impact_par_etat": {name: states[name] for name in ("en_cours", "faite")},
        "traitements_sous_traitant_total": len(register.all("traitements_sous_traitant")),
    }


def _applications(register: Register) -> dict[str, Any]:
    places = [a.hebergement for a in register.all("applications")]
    hosts = Counter(hosting(register, place) for place in places)
    plans = Counter(p.rapatriement.etat for p in places if p.rapatriement is not None)
    return {
        "applications_total": len(places),
        "applications_hebergement_interne": hosts["interne"],
        **{f"applications_hebergement_{name}": hosts[name] for name in ZONES.codes},
        "applications_hebergement_inconnu": hosts["inconnu"],
        "applications_par_pays": _counted(p.pays for p in places if p.pays is not None),
        "rapatriements_par_etat": {etat: plans[etat] for etat in ETATS_RAPATRIEMENT.codes},
    }


def _demandes(register: Register, year: int) -> dict[str, Any]:
    requests = [r for r in requests_by_year(register) if r.annee <= year]
    detail = [d for r in requests if r.annee == year for d in r.detail]
    breaches = [v for v in breaches_by_year(register) if v.annee <= year]
    return {
        "demandes_droits": _summed((r.annee, r.nombre) for r in requests),
        "demandes_par_droit": _summed((d.droit, d.nombre) for d in detail),
        "demandes_par_suite": _summed((d.suite, d.nombre) for d in detail if d.suite is not None),
        "demandes_hors_delai": _summed(
            (r.annee, r.hors_delai) for r in requests if r.hors_delai is not None
        ),
        "reclamations_autorite": sum(r.reclamations_autorite for r in requests),
        "violations": _summed((v.annee, v.nombre) for v in breaches),
        "violations_notifiees_autorite": _summed((v.annee, v.notifiees_autorite) for v in breaches),
        "violations_notifiees_dans_le_delai": _summed(
            (v.annee, v.notifiees_dans_le_delai) for v in breaches
        ),
        "violations_communiquees_personnes": _summed(
            (v.annee, v.communiquees_personnes) for v in breaches
        ),
    }


def _transparence(register: Register, year: int) -> dict[str, Any]:
    algorithmes, jeux = register.all("algorithmes"), register.all("jeux_de_donnees")
    asked = Counter(condition(j.licence) for j in jeux)
    return {
        "algorithmes_total": len(algorithmes),
        "algorithmes_publies": sum(
            a.publie_le is not None and a.publie_le.year <= year for a in algorithmes
        ),
        "jeux_de_donnees_total": len(jeux),
        "jeux_de_donnees_depuis_charte": sum(j.depuis_charte for j in jeux),
        "jeux_de_donnees_par_licence": _counted(j.licence for j in jeux if j.licence is not None),
        "jeux_de_donnees_par_condition": {name: asked[name] for name in CONDITIONS},
    }


def _gouvernance(register: Register, year: int) -> dict[str, Any]:
    trainings = [f for f in register.all("formations") if f.fin <= year]
    clauses = Counter(c.etat for c in register.all("clauses_marche"))
    return {
        "partenaires_total": len(register.all("partenaires")),
        "formations_sessions": sum(f.sessions for f in trainings),
        "formations_personnes": sum(f.personnes for f in trainings),
        "certifications_total": len(register.all("certifications")),
        "contrats_sous_traitants_total": len(register.all("contrats_sous_traitants")),
        "clauses_marche_par_etat": {etat: clauses[etat] for etat in ETATS_CLAUSE.codes},
        "donnees_interet_metropolitain_total": len(register.all("donnees_interet_metropolitain")),
    }


def _actions(register: Register) -> dict[str, Any]:
    actions = register.all("actions")
    phases = Counter(a.phase for a in actions)
    both = Counter((a.engagement, a.phase) for a in actions)
    return {
        "actions_total": len(actions),
        "actions_par_phase": {phase: phases[phase] for phase in PHASES.codes},
        "actions_par_engagement": {
            engagement: {phase: both[engagement, phase] for phase in PHASES.codes}
            for engagement in ENGAGEMENTS.codes
        },
    }


def by_year(register: Register, until: int) -> dict[str, dict[int, int]]:
    """Return the figures that records date, year over year.

    Parameters
    ----------
    register : Register
        The register.
    until : int
        Last year.

    Returns
    -------
    dict of str to dict of int to int
        Count by year and figure, the years without any between the first and the last included. A
        figure is there only where every record of its kind has a date: of part of them, nothing
        can be said year over year.
    """
    figures: dict[str, dict[int, int]] = {}
    for name, (kind, year_of) in _DATED.items():
        years = [year_of(record) for record in register.all(kind)]
        known = [year for year in years if year is not None and year <= until]
        if known and None not in years:
            found = Counter(known)
            figures[name] = {year: found[year] for year in range(min(known), until + 1)}
    return figures


def _counted(values: Iterable[Any]) -> dict[Any, int]:
    """Return how often each value stands, the most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _summed(values: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    total: Counter[Any] = Counter()
    for name, number in values:
        total[name] += number
    return dict(sorted(total.items()))
