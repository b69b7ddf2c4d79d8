"""Any valid record of any kind, from what its class says of its fields: ``records("traitements")``."""

import datetime as dt
import types
import typing
from functools import cache

import attrs
from hypothesis import strategies as st

from charte_registry.records import (
    KINDS,
    Accord,
    Action,
    AnalyseImpact,
    Assurance,
    Conservation,
    ContratSousTraitant,
    Demande,
    DemandesDroits,
    Formation,
    Hebergement,
    Incident,
    JeuDeDonnees,
    Revue,
    Traitement,
    TraitementSousTraitant,
    Transfert,
    Violation,
)
from charte_registry.records.base import LARGEST
from charte_registry.records.manifeste import Derogation
from charte_registry.register import Register
from charte_registry.vocabularies.country_names import NAMES

CHARACTERS = st.characters(codec="utf-8")  # quotes, newlines, formulas, markup: all but half ones
TEXT = st.text(CHARACTERS, min_size=1, max_size=20).filter(str.strip)


def records(kind):
    """Return a strategy for the records of a kind."""
    return instances(KINDS[kind])


def registers():
    """Return a strategy for registers with some records of each kind; what they name may be absent."""
    return st.builds(
        _register,
        st.builds(
            Register, titre=TEXT, territoire=TEXT, etat_au=st.dates(), source=TEXT | st.just(""),
            annees=st.lists(st.integers(0, 3000), max_size=2).map(tuple), records=st.just({}),
            derogations=st.lists(instances(Derogation), max_size=2).map(tuple),
        ),
        st.lists(st.sampled_from(sorted(KINDS)).flatmap(lambda k: st.tuples(st.just(k), records(k))), max_size=6),
    )  # fmt: skip


def _register(register, pairs):
    for kind, record in pairs:
        register = register.with_record(kind, record)
    return register


@cache
def instances(cls):
    """Return a strategy for a class of records, or of parts of them."""
    hints = typing.get_type_hints(cls)
    required, optional = {}, {}
    for field in attrs.fields(cls):
        target = required if field.default is attrs.NOTHING else optional
        target[field.name] = _values(field, hints[field.name])
    # A class of a profile is a subclass of the one that ties its fields.
    repair = next((REPAIRS[base] for base in cls.__mro__ if base in REPAIRS), lambda values: None)

    def make(values):
        repair(values)
        return cls(**values)

    return st.fixed_dictionaries(required, optional=optional).map(make)


def _values(field, hint):
    if isinstance(hint, types.UnionType):
        return _values(field, typing.get_args(hint)[0])
    if typing.get_origin(hint) is tuple:
        distinct = any(field.metadata[name] for name in ("choices", "format", "reference"))
        items = _values(field, typing.get_args(hint)[0])
        return st.lists(items, max_size=3, unique=distinct).map(tuple)
    if attrs.has(hint):
        return instances(hint)
    if hint is not str:
        return {
            bool: st.booleans(),
            int: st.integers(0, 3000) | st.integers(0, LARGEST),
            dt.date: st.dates(),
        }[hint]
    if field.metadata["choices"]:
        return st.sampled_from(field.metadata["choices"])
    if field.metadata["format"]:
        form = field.metadata["format"]
        return st.sampled_from(form.examples) | st.from_regex(
            form.pattern, fullmatch=True, alphabet=CHARACTERS
        )
    return st.sampled_from(sorted(NAMES)) if field.name == "pays" else TEXT


# What ties fields to each other: make drawn values agree, rather than draw again.


def _in_order(first, last):
    def repair(values):
        if values.get(first) is not None and values.get(last) is not None:
            values[first], values[last] = sorted((values[first], values[last]))

    return repair


def _one_of(first, second):
    def repair(values):
        if first in values:
            values.pop(second, None)
        elif second not in values:
            values[first] = "P5Y" if first == "duree" else "CH"

    return repair


def _subdivision(values):
    if "pays" in values and not values.get("subdivision", "").startswith(values["pays"]):
        values.pop("subdivision", None)


def _history(values):
    steps = sorted(values.get("historique", ()), key=lambda step: step.depuis)
    if steps:
        values.update(historique=tuple(steps), phase=steps[-1].phase)


def _counts(values):
    if "detail" in values:
        values["detail"] = tuple({(d.droit, d.suite): d for d in values["detail"]}.values())


def _breaches(values):
    for part, whole in (
        ("notifiees_autorite", values["nombre"]),
        ("communiquees_personnes", values["nombre"]),
        ("notifiees_dans_le_delai", None),
    ):
        limit = values.get("notifiees_autorite", 0) if whole is None else whole
        if part in values:
            values[part] = min(values[part], limit)


def _not_before(first, *later):
    def repair(values):
        for name in later:
            if values.get(name) is not None:
                values[name] = max(values[first], values[name])

    return repair


def _silenced(values):
    values["fiche"] = "traitements/t-1"


REPAIRS = {
    Accord: _in_order("signe_le", "fin"),
    Action: _history,
    AnalyseImpact: _in_order("commencee_le", "achevee_le"),
    ContratSousTraitant: _in_order("debut", "fin"),
    Demande: _not_before("recue_le", "prolongee_le", "repondue_le"),
    Incident: _in_order("debut", "fin"),
    Revue: _not_before("le", "prochaine"),
    Assurance: _in_order("valable_du", "valable_au"),
    Conservation: _one_of("duree", "critere"),
    DemandesDroits: _counts,
    Derogation: _silenced,
    Formation: _in_order("debut", "fin"),
    Hebergement: _subdivision,
    JeuDeDonnees: _in_order("couverture_debut", "couverture_fin"),
    Traitement: _in_order("cree_le", "mis_a_jour_le"),
    TraitementSousTraitant: _in_order("cree_le", "mis_a_jour_le"),
    Transfert: _one_of("pays", "organisation"),
    Violation: _breaches,
}
