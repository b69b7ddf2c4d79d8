"""JSON-LD context: what fields and codes mean, in the terms of ``terms.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charte_registry.records import KINDS
from charte_registry.records.formats import SPDX
from charte_registry.schema.shape import DATE, Shape, shapes
from charte_registry.schema.terms import CLASSES, CODES, OWN, PREFIXES, term


def jsonld_context(kinds: Mapping[str, type[Any]] = KINDS) -> dict[str, Any]:
    """Return the JSON-LD 1.1 context of records whose ``@type`` is the name of their class.

    A field means what its class says, so the terms of a class stand inside its own. ``@id`` and
    the fields that name other records want IRIs, which whoever writes the graph gives them:
    ``KIND/ID`` under the address of the register.

    Parameters
    ----------
    kinds : mapping of str to type
        Classes by kind: the core's, or those of a profile.

    Returns
    -------
    dict
        A document with one ``@context``.

    Examples
    --------
    >>> context = jsonld_context()["@context"]
    >>> context["JeuDeDonnees"]["@id"], context["JeuDeDonnees"]["@context"]["frequence"]["@id"]
    ('dcat:Dataset', 'dct:accrualPeriodicity')
    """
    classes = {
        cls.__name__: {
            "@id": CLASSES.get(cls.__name__, OWN + cls.__name__),
            "@context": _terms(cls),
        }
        for cls in kinds.values()
    }
    return {"@context": {"@version": 1.1, "@vocab": OWN, **PREFIXES, **classes}}


def _terms(cls: type[Any]) -> dict[str, Any]:
    return {shape.name: _term(cls, shape) for shape in shapes(cls)}


def _term(cls: type[Any], shape: Shape) -> dict[str, Any]:
    told: dict[str, Any] = {"@id": _meaning(cls, shape.name)}
    codes = CODES.get(_list(shape), {})
    if shape.part is not None:
        told["@context"] = _terms(shape.part)
    elif codes:
        # What no vocabulary has becomes a term of our own.
        told |= {"@type": "@vocab", "@context": dict(codes)}
    elif shape.reference or _is_address(shape):
        told["@type"] = "@id"
    elif shape.holds == DATE:
        told["@type"] = "xsd:date"
    if shape.several:
        told["@container"] = "@set" if not _ordered(shape) else "@list"
    return told


def _meaning(cls: type[Any], field: str) -> str:
    """Return the term of a field, from the class that states it: a profile's class is none of ours."""
    return next(
        (
            found
            for base in cls.__mro__
            if not (found := term(base.__name__, field)).startswith(OWN)
        ),
        OWN + field,
    )


def _list(shape: Shape) -> str:
    if shape.form is SPDX:
        return "licences"
    # A list that a profile completes is called CORE+OWN: the core's codes mean what they did.
    return shape.vocabulaire.nom.partition("+")[0] if shape.vocabulaire is not None else ""


def _is_address(shape: Shape) -> bool:
    return shape.form is not None and shape.form.code == "url"


def _ordered(shape: Shape) -> bool:
    return shape.name in {"historique", "operations"}
