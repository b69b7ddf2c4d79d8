"""References: what a record names exists, is another record, and is named where it should be."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from charte_registry.messages import Phrase
from charte_registry.records.base import references
from charte_registry.register import Register
from charte_registry.rules.graph import algorithms, real, uses
from charte_registry.rules.rule import Raised, hint
from charte_registry.rules.texts import family_rules, family_words

# Looking for near names is slow: only the first missing ones get a hint, among as many known ones.
HINTS, CANDIDATES = 50, 1000

_RULES = family_rules("references")
_WORDS = family_words("references")
INCONNU = _RULES["REF-01"]
SOI_MEME = _RULES["REF-02"]
CYCLE = _RULES["REF-03"]
SOUS_TRAITANCE_CIRCULAIRE = _RULES["REF-04"]
DEUX_ROLES = _RULES["REF-05"]
ORGANISME_ISOLE = _RULES["REF-06"]
APPLICATION_ISOLEE = _RULES["REF-07"]
ALGORITHME_ISOLE = _RULES["REF-08"]

NONE_THERE = _WORDS["none_there"]
ROLES = _WORDS["roles"]


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the REF rules."""
    named: set[tuple[str, str]] = set()
    yield from _each(register, named)
    yield from _processors(register)
    yield from _roles(register)
    yield from _isolated(register, named)


def _each(register: Register, named: set[tuple[str, str]]) -> Iterator[Raised]:
    """Follow every reference; note in ``named`` what is named."""
    hints: dict[tuple[str, str], Mapping[str, str]] = {}
    links: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for kind, records in register.records.items():
        for record in records.values():
            for field, target, name in references(record):
                known = register.records.get(target, {})
                if name not in known:
                    near = _hint(name, target, known, hints)
                    yield INCONNU.at(
                        kind,
                        record.id,
                        field,
                        nom=Phrase.of("part.quoted", value=name),
                        genre=target,
                        indice=near,
                    )
                elif (target, name) == (kind, record.id):
                    yield SOI_MEME.at(kind, record.id, field)
                else:
                    named.add((target, name))
                    if target == kind:
                        links[kind][record.id].setdefault(name, field)
    for kind, graph in links.items():
        # two cycles that leave a record by the same field are one thing to correct
        for (name, following), path in {(p[0], p[1]): p for p in _cycles(graph)}.items():
            yield CYCLE.at(kind, name, graph[name][following], chemin=" → ".join(path))


def _hint(
    name: str,
    target: str,
    known: Mapping[str, Any],
    hints: dict[tuple[str, str], Mapping[str, str]],
) -> Mapping[str, str]:
    if (target, name) not in hints:
        near = get_close_matches(name, list(known)[:CANDIDATES]) if len(hints) < HINTS else []
        hints[target, name] = hint(near) if known else NONE_THERE
    return hints[target, name]


def _cycles(graph: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """Return the cycles that a walk of the graph comes across, each from its first name on.

    The walk goes down each link once, so it is linear; two cycles that share a link count as one.
    """
    cycles = []
    state: dict[str, bool] = {}  # True while the walk is below the name, False once it is done
    for start in graph:
        if start in state:
            continue
        path, below = [start], [iter(graph[start])]
        state[start] = True
        while path:
            following = next(below[-1], None)
            if following is None:
                state[path.pop()] = False
                below.pop()
            elif following not in state:
                path.append(following)
                below.append(iter(graph.get(following, ())))
                state[following] = True
            elif state[following]:
                cycle = path[path.index(following) :]
                first = cycle.index(min(cycle))
                cycles.append([*cycle[first:], *cycle[:first], cycle[first]])
    return cycles


def _processors(register: Register) -> Iterator[Raised]:
    """Follow, for each controller, to whom its processors hand data on."""
    links: dict[str, dict[str, dict[str, tuple[str, str]]]] = defaultdict(lambda: defaultdict(dict))
    for record in real(register, "traitements_sous_traitant"):
        for number, further in enumerate(record.sous_traitants_ulterieurs):
            if further == record.sous_traitant:
                continue  # two roles at once: REF-05
            where = record.id, f"sous_traitants_ulterieurs[{number}]"
            for compte in record.pour_le_compte:
                links[compte.responsable][record.sous_traitant].setdefault(further, where)
    found = {
        graph[path[0]][path[1]]: (responsable, path)
        for responsable, graph in links.items()
        for path in _cycles(graph)
    }
    for (name, field), (responsable, path) in found.items():
        yield SOUS_TRAITANCE_CIRCULAIRE.at(
            "traitements_sous_traitant", name, field,
            responsable=responsable, chemin=" → ".join(path),
        )  # fmt: skip


def _roles(register: Register) -> Iterator[Raised]:
    for record in register.all("traitements"):
        for number, name in enumerate(record.responsables_conjoints):
            if name == record.responsable:
                field = f"responsables_conjoints[{number}]"
                yield DEUX_ROLES.at(
                    "traitements", record.id, field, organisme=name, roles=ROLES["responsable"]
                )
    for processed in register.all("traitements_sous_traitant"):
        both = [
            (f"pour_le_compte[{number}].responsable", compte.responsable, "sous_traitant")
            for number, compte in enumerate(processed.pour_le_compte)
        ] + [
            (f"sous_traitants_ulterieurs[{number}]", name, "ulterieur")
            for number, name in enumerate(processed.sous_traitants_ulterieurs)
        ]
        for field, name, roles in both:
            if name == processed.sous_traitant:
                yield DEUX_ROLES.at(
                    "traitements_sous_traitant",
                    processed.id,
                    field,
                    organisme=name,
                    roles=ROLES[roles],
                )


def _isolated(register: Register, named: set[tuple[str, str]]) -> Iterator[Raised]:
    """Raise what nothing names; where no processing is described yet, nothing could name it."""
    for organisme in register.all("organismes"):
        if ("organismes", organisme.id) not in named:
            yield ORGANISME_ISOLE.at("organismes", organisme.id, "id")
    if not any(True for _ in real(register, "traitements")):
        return
    used = set(uses(register))
    used.update(a for s in real(register, "traitements_sous_traitant") for a in s.applications)
    for application in real(register, "applications"):
        if application.id not in used:
            yield APPLICATION_ISOLEE.at("applications", application.id, "id")
    running = {a.id for used_by in algorithms(register).values() for a in used_by}
    for algorithme in real(register, "algorithmes"):
        if algorithme.id not in running:
            yield ALGORITHME_ISOLE.at("algorithmes", algorithme.id, "id")
