"""JSON Schema 2020-12 of a kind of record, and of a register in one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.messages import LANGUAGES
from charte_registry.records import KINDS
from charte_registry.records.base import LARGEST
from charte_registry.records.formats import BLANK
from charte_registry.records.manifeste import Manifeste
from charte_registry.schema.examples import example
from charte_registry.schema.limits import EXACTLY_ONE
from charte_registry.schema.shape import (
    DATE,
    FLAG,
    NUMBER,
    PART,
    TEXT,
    Shape,
    kind_labels,
    parts,
    shapes,
    summary,
)
from charte_registry.schema.versions import VERSION, schema_id
from charte_registry.vocabularies.vocabulaire import Vocabulaire

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# All characters but halves of one: JSON can write a half, no file can hold it. The last one
# stands as itself, since engines differ on how to escape it.
_WHOLE = "^[\\u0000-\\ud7ff\\ue000-\U0010ffff]*$"
_REFERENCES = {TEXT: "texte", FLAG: "", NUMBER: "nombre", DATE: "date"}
_BASIC: Mapping[str, Mapping[str, Any]] = {
    "texte": {
        "type": "string",
        "title": "text that says something",
        "allOf": [{"pattern": f"[^{BLANK}]"}, {"pattern": _WHOLE}],
    },
    "nombre": {
        "type": "integer",
        "title": "whole number of 0 or more",
        "minimum": 0,
        "maximum": LARGEST,
    },
    "date": {
        "type": "string",
        "title": "date YYYY-MM-DD",
        "format": "date",
        "pattern": "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\\n)",
    },
}


def kind_schema(
    kind: str, kinds: Mapping[str, type[Any]] = KINDS, profile: str = ""
) -> dict[str, Any]:
    """Return the JSON Schema of one record of a kind, complete in itself.

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
    >>> schema = kind_schema("partenaires")
    >>> schema["$id"], schema["required"]
    ('urn:charte-donnee:schema:1.0:partenaires', ['id', 'nom'])
    """
    cls = kinds[kind]
    return {
        "$schema": DIALECT,
        "$id": schema_id(kind, profile=profile),
        "title": kind_labels(kinds[kind])["en"],
        "x-labels": dict(kind_labels(kinds[kind])),
        **_object(cls),
        "examples": [example(kind)] if kind in KINDS else [],
        "$defs": _definitions([cls], parts(cls)),
    }


def register_schema(kinds: Mapping[str, type[Any]] = KINDS, profile: str = "") -> dict[str, Any]:
    """Return the JSON Schema of a register in one JSON file: its manifest, and its records by kind.

    Parameters
    ----------
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
    >>> list(register_schema()["properties"])[7:11]
    ['profil', 'derogation', 'organismes', 'traitements']
    """
    labels = {"fr": "registre", "en": "register", "pt": "registro"}
    head = _object(Manifeste)
    roots: list[type[Any]] = [Manifeste, *kinds.values()]
    records = {
        kind: {
            "type": "array",
            "items": {"$ref": f"#/$defs/{cls.__name__}"},
            "title": kind_labels(kinds[kind])["en"],
            "x-labels": dict(kind_labels(kinds[kind])),
        }
        for kind, cls in kinds.items()
    }
    return {
        "$schema": DIALECT,
        "$id": schema_id("registre", profile=profile),
        "title": labels["en"],
        "x-labels": labels,
        **head,
        "properties": {
            **head["properties"],
            "schema": head["properties"]["schema"] | {"const": VERSION},
            **records,
        },
        "$defs": _definitions(roots, [*kinds.values(), *parts(*roots)]),
    }


def _definitions(roots: Iterable[type[Any]], objects: Iterable[type[Any]]) -> dict[str, Any]:
    objects = list(objects)
    definitions: dict[str, Any] = dict(_BASIC)
    lists: dict[str, Vocabulaire] = {}
    for cls in dict.fromkeys([*roots, *objects]):
        for shape in shapes(cls):
            if shape.vocabulaire is not None:
                known = lists.setdefault(shape.vocabulaire.nom, shape.vocabulaire)
                if known != shape.vocabulaire:
                    raise RegisterError("two_lists", value=known.nom)
    definitions |= {name: _code_list(lists[name]) for name in sorted(lists)}
    for cls in objects:
        if cls.__name__ in definitions:
            raise RegisterError("two_classes", value=cls.__name__)
        definitions[cls.__name__] = {"title": cls.__name__, **_object(cls)}
    return definitions


def _code_list(codes: Vocabulaire) -> dict[str, Any]:
    return {
        "type": "string",
        "title": codes.nom,
        "enum": list(codes.codes),
        "x-source": codes.source,
        "x-reviewed": codes.reviewed.isoformat(),
        "x-codes": {
            terme.code: {lang: terme.label(lang) for lang in LANGUAGES}
            | ({"source": terme.source} if terme.source else {})
            for terme in codes
        },
    }


def _object(cls: type[Any]) -> dict[str, Any]:
    fields = shapes(cls)
    required = [shape.name for shape in fields if shape.required]
    return {
        "description": summary(cls),
        "type": "object",
        "properties": {shape.name: _property(shape) for shape in fields},
        **({"required": required} if required else {}),
        "additionalProperties": False,
        **_one_of(cls),
    }


def _one_of(cls: type[Any]) -> dict[str, Any]:
    names = next((EXACTLY_ONE[base] for base in cls.__mro__ if base in EXACTLY_ONE), ())
    return {"oneOf": [{"required": [name]} for name in names]} if names else {}


def _property(shape: Shape) -> dict[str, Any]:
    value = _value(shape)
    if shape.several:
        value = {"type": "array", "items": value}
        if shape.distinct:
            value["uniqueItems"] = True
    told: dict[str, Any] = {"title": shape.labels["en"], "x-labels": dict(shape.labels)}
    if shape.source:
        told["x-source"] = shape.source
    told["x-visibility"] = shape.visibility
    if shape.reference:
        told["x-reference"] = shape.reference
    if not shape.required and shape.default not in (None, ()):
        told["default"] = shape.default
    return value | told


def _value(shape: Shape) -> dict[str, Any]:
    if shape.holds == PART and shape.part is not None:
        return {"$ref": f"#/$defs/{shape.part.__name__}"}
    if shape.holds == FLAG:
        return {"type": "boolean"}
    if shape.vocabulaire is not None:
        return {"$ref": f"#/$defs/{shape.vocabulaire.nom}"}
    if shape.choices:
        return {"type": "string", "enum": list(shape.choices)}
    value: dict[str, Any] = {"$ref": f"#/$defs/{_REFERENCES[shape.holds]}"}
    if shape.form is not None:
        # Python's $ also stands before a last newline.
        value["pattern"] = f"^(?:{shape.form.pattern})$(?!\\n)"
        value["examples"] = list(shape.form.examples)
    return value
