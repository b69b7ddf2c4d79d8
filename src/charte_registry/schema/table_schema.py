"""Table Schema of a kind: the columns of its CSV table, for tools that read Frictionless data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from charte_registry.records import KINDS
from charte_registry.schema.shape import DATE, FLAG, NUMBER, TEXT, Shape, kind_labels, shapes
from charte_registry.schema.versions import schema_id

PROFILE = "https://specs.frictionlessdata.io/schemas/table-schema.json"
SEPARATOR = ";"

_TYPES = {TEXT: "string", FLAG: "boolean", NUMBER: "integer", DATE: "date"}


def table_schema(
    kind: str, kinds: Mapping[str, type[Any]] = KINDS, profile: str = ""
) -> dict[str, Any]:
    """Return the Table Schema of a kind: a column a field, dotted where it stands in a part.

    A list of parts (purposes, transfers) has no column: its records need a file each. A list of
    values is one text with ``;`` between them, which Table Schema 1 cannot say; ``x-list`` does.

    Parameters
    ----------
    kind : str
        Kind of record.
    kinds : mapping of str to type
        Classes by kind: the core's, or those of a profile.
    profile : str
        Name and version of the profile, ``NAME:VERSION``.

    Returns
    -------
    dict
        The schema.

    Examples
    --------
    >>> [field["name"] for field in table_schema("formations")["fields"]][:4]
    ['id', 'intitule', 'debut', 'fin']
    """
    return {
        "profile": PROFILE,
        "name": kind,
        "x-id": schema_id(f"{kind}:table", profile=profile),
        "title": kind_labels(kinds[kind])["en"],
        "x-labels": dict(kind_labels(kinds[kind])),
        "fields": list(_columns(kinds[kind])),
        "primaryKey": "id",
        "missingValues": [""],
    }


def _columns(cls: type[Any], prefix: str = "", *, sure: bool = True) -> Iterator[dict[str, Any]]:
    for shape in shapes(cls):
        if shape.part is None:
            yield _column(shape, prefix, required=sure and shape.required)
        elif not shape.several:
            inside = f"{prefix}{shape.name}."
            yield from _columns(shape.part, inside, sure=sure and shape.required)


def _column(shape: Shape, prefix: str, *, required: bool) -> dict[str, Any]:
    column: dict[str, Any] = {
        "name": prefix + shape.name,
        "type": "string" if shape.several else _TYPES[shape.holds],
        "title": shape.labels["en"],
        "description": shape.labels["en"] + (f" ({shape.source})" if shape.source else ""),
        "x-labels": dict(shape.labels),
        "x-visibility": shape.visibility,
    }
    if shape.holds == FLAG:
        column |= {"trueValues": ["true"], "falseValues": ["false"]}
    if shape.holds == DATE:
        column["format"] = "%Y-%m-%d"
    if shape.several:
        column["x-list"] = SEPARATOR
    if shape.reference:
        column["x-reference"] = shape.reference
    constraints = _constraints(shape) | ({"required": True} if required else {})
    if constraints:
        column["constraints"] = constraints
    if shape.several and shape.choices:
        column["x-choices"] = list(shape.choices)
    return column


def _constraints(shape: Shape) -> dict[str, Any]:
    if shape.several:
        return {}
    if shape.choices:
        return {"enum": list(shape.choices)}
    if shape.form is not None:
        return {"pattern": shape.form.pattern}
    return {"minimum": 0} if shape.holds == NUMBER else {}
