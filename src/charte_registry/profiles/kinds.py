"""The kinds of records that a profile adds: a name and an identifier, then the fields that it states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from charte_registry.profiles.statement import TypeFiche
from charte_registry.records import KINDS
from charte_registry.records.base import champ, identifiant, kind, note
from charte_registry.records.json_record import JsonRecord

# The manifest's own name, and what the folder of a register holds beside its records.
_TAKEN = frozenset({"registre", "kind", "schema", *KINDS})


@attrs.frozen(kw_only=True)
class FicheTerritoire(JsonRecord):
    """A record of a kind that a profile adds.

    Parameters
    ----------
    id : str
        Identifier.
    nom : str
        Name.
    note : str, optional
        Free remarks: internal, unless the profile publishes them.
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome")
    note: str | None = note()


def added_kinds(stated: Sequence[TypeFiche], report: Callable[..., None]) -> dict[str, type[Any]]:
    """Return the classes of the kinds that a profile adds, before its fields.

    Parameters
    ----------
    stated : sequence of TypeFiche
        The kinds.
    report : callable
        Told the path inside the profile and what is wrong there.

    Returns
    -------
    dict of str to type
        Class by kind, named after it.
    """
    found: dict[str, type[Any]] = {}
    for number, told in enumerate(stated):
        if told.nom in _TAKEN or told.nom in found:
            report(f"type_fiche[{number}].nom", "profile_kind_taken", value=told.nom)
            continue
        found[told.nom] = _class(told)
    return found


def _class(told: TypeFiche) -> type[Any]:
    namespace = {"__doc__": f"{told.en[:1].upper()}{told.en[1:]}.", "__module__": __name__}
    name = "".join(word.capitalize() for word in told.nom.split("_"))
    made: type[Any] = attrs.frozen(kw_only=True)(type(name, (FicheTerritoire,), namespace))
    return kind(told.fr, told.en, told.pt, visibility=told.visibilite)(made)


def plain_example(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a record of an added kind as plain data, where the profile gives none.

    Examples
    --------
    >>> plain_example("referents", {"fr": "référent", "en": "contact", "pt": "referente"})
    {'id': 'referents-1', 'nom': 'référent'}
    """
    return {"id": f"{name.replace('_', '-')}-1", "nom": labels["fr"]}
