"""What several families ask of the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.vocabularies.countries import zone

# Who must have a data protection officer (article 37(1)(a)) and may not rest on article 6(1)(f).
AUTORITES_PUBLIQUES = frozenset(["collectivite", "etablissement_public", "etat"])
PROCESSINGS = ("traitements", "traitements_sous_traitant")


def real(register: Register, kind: str) -> Iterator[Any]:
    """Yield the records of a kind that are no placeholders: those have nothing to complete."""
    return (record for record in register.all(kind) if not getattr(record, "factice", False))


def body(register: Register, name: str | None) -> Any:
    """Return a body of the register, or None: that it is missing is another rule's finding."""
    return register.records.get("organismes", {}).get(name) if name else None


def uses(register: Register) -> dict[str, list[Any]]:
    """Return, by application, the processings of controllers that use it."""
    users = defaultdict(list)
    for traitement in real(register, "traitements"):
        for application in traitement.applications:
            users[application].append(traitement)
    return users


def algorithms(register: Register) -> dict[str, list[Any]]:
    """Return, by processing, the algorithms that it uses, whichever of the two names the other."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    known = register.records.get("algorithmes", {})
    for traitement in real(register, "traitements"):
        for name in traitement.algorithmes:
            if name in known:
                found[traitement.id][name] = known[name]
    for algorithme in known.values():
        for name in algorithme.traitements:
            found[name][algorithme.id] = algorithme
    return {name: list(used.values()) for name, used in found.items()}


def zone_of(register: Register, pays: str) -> str:
    """Return the zone of a country: as the profile says it, else as seen from France."""
    zones = register.profile.statement.zones if register.profile is not None else None
    if zones is None:
        return zone(pays)
    if pays in zones.pays:
        return "france"
    return "europe" if pays in zones.voisins else "hors_europe"


def assessment_state(register: Register, traitement: Any) -> str | None:
    """Return how far the impact assessment of a processing is, from its conclusion and its record.

    Parameters
    ----------
    register : Register
        The register.
    traitement : Traitement
        The processing.

    Returns
    -------
    str or None
        One of ``ETATS_AIPD``; None where nothing was looked at. An assessment that is named and
        not there counts as under way: that it is missing is another rule's finding.
    """
    aipd = traitement.aipd
    if aipd is None:
        return None
    if aipd.analyse is not None:
        found = register.records.get("analyses_impact", {}).get(aipd.analyse)
        return found.etat if found is not None else "en_cours"
    return "non_requise" if aipd.conclusion == "non_requise" else "a_faire"
