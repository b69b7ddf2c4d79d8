"""References: what a record names exists, is another record, and is named where it should be."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from charte_registry.records.base import references
from charte_registry.register import Register
from charte_registry.rules.graph import algorithms, real, uses
from charte_registry.rules.rule import ERROR, NOTE, WARNING, Raised, Rule, hint

# Looking for near names is slow: only the first missing ones get a hint, among as many known ones.
HINTS, CANDIDATES = 50, 1000

INCONNU = Rule(
    id="REF-01", severity=ERROR,
    fr=("{nom} n'est pas dans {genre}{indice}", "corriger l'identifiant ou ajouter la fiche"),
    en=("{nom} is not in {genre}{indice}", "correct the identifier or add the record"),
    pt=("{nom} não está em {genre}{indice}", "corrigir o identificador ou acrescentar a ficha"),
)  # fmt: skip
SOI_MEME = Rule(
    id="REF-02", severity=ERROR,
    fr=("la fiche se nomme elle-même", "nommer une autre fiche, ou laisser le champ vide"),
    en=("the record names itself", "name another record, or leave the field out"),
    pt=("a ficha nomeia a si mesma", "nomear outra ficha, ou deixar o campo vazio"),
)  # fmt: skip
CYCLE = Rule(
    id="REF-03", severity=WARNING,
    fr=("les renvois reviennent à leur point de départ : {chemin}", "corriger l'un d'eux"),
    en=("the references come back to where they start: {chemin}", "correct one of them"),
    pt=("as referências voltam ao ponto de partida: {chemin}", "corrigir uma delas"),
)  # fmt: skip
SOUS_TRAITANCE_CIRCULAIRE = Rule(
    id="REF-04", severity=WARNING, source="RGPD art. 28(2) ; 28(4)",
    fr=("pour le compte de {responsable}, la sous-traitance revient à son point de départ : {chemin}",
        "corriger les sous-traitants ultérieurs"),
    en=("on behalf of {responsable}, processors come back to where they start: {chemin}",
        "correct the further processors"),
    pt=("em nome de {responsable}, os operadores voltam ao ponto de partida: {chemin}",
        "corrigir os suboperadores"),
)  # fmt: skip
DEUX_ROLES = Rule(
    id="REF-05", severity=ERROR, source="RGPD art. 4(7) ; 4(8)",
    fr=("{organisme} tient deux rôles qui s'excluent : {roles}", "corriger l'un des deux"),
    en=("{organisme} has two roles that exclude each other: {roles}", "correct one of them"),
    pt=("{organisme} tem dois papéis que se excluem: {roles}", "corrigir um dos dois"),
)  # fmt: skip
ORGANISME_ISOLE = Rule(
    id="REF-06", severity=NOTE,
    fr=("aucune fiche ne nomme cet organisme", "dire ce qu'il fait, ou retirer la fiche"),
    en=("no record names this body", "say what it does, or remove the record"),
    pt=("nenhuma ficha nomeia este organismo", "dizer o que ele faz, ou retirar a ficha"),
)  # fmt: skip
APPLICATION_ISOLEE = Rule(
    id="REF-07", severity=NOTE,
    fr=("aucun traitement n'utilise cette application", "la nommer dans les traitements qui l'utilisent"),
    en=("no processing uses this application", "name it in the processings that use it"),
    pt=("nenhum tratamento utiliza esta aplicação", "nomeá-la nos tratamentos que a utilizam"),
)  # fmt: skip
ALGORITHME_ISOLE = Rule(
    id="REF-08", severity=NOTE,
    fr=("aucun traitement n'utilise cet algorithme", "nommer les traitements qui l'utilisent"),
    en=("no processing uses this algorithm", "name the processings that use it"),
    pt=("nenhum tratamento utiliza este algoritmo", "nomear os tratamentos que o utilizam"),
)  # fmt: skip

NONE_THERE = {"fr": " (il n'y en a aucun)", "en": " (there are none)", "pt": " (não há nenhum)"}
ROLES = {
    "responsable": {"fr": "responsable et responsable conjoint", "en": "controller and joint controller", "pt": "controlador e controlador conjunto"},
    "sous_traitant": {"fr": "sous-traitant et responsable", "en": "processor and controller", "pt": "operador e controlador"},
    "ulterieur": {"fr": "sous-traitant et son propre sous-traitant", "en": "processor and its own processor", "pt": "operador e seu próprio operador"},
}  # fmt: skip


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
                        kind, record.id, field, nom=repr(name), genre=target, indice=near
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
