"""What the records are, for other programs and other people: schemas, context, pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from charte_registry.extras import needs
from charte_registry.records import KINDS
from charte_registry.schema.context import jsonld_context
from charte_registry.schema.examples import as_json
from charte_registry.schema.json_schema import kind_schema, register_schema
from charte_registry.schema.markdown import index_page, kind_page
from charte_registry.schema.table_schema import table_schema

with needs("registre"):
    import tomlkit

__all__ = [
    "jsonld_context",
    "kind_page",
    "kind_schema",
    "register_schema",
    "schema_files",
    "table_schema",
]


def schema_files(
    kinds: Mapping[str, type[Any]] = KINDS,
    *,
    profile: str = "",
    title: str = "",
    examples: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> dict[str, str]:
    """Return the files of the schema, as they are published.

    Parameters
    ----------
    kinds : mapping of str to type
        Classes by kind: the core's, or those of a profile.
    profile : str
        Name and version of the profile, ``NAME:VERSION``.
    title : str
        Title of the list of kinds.
    examples : mapping of str to mapping
        Plain data of the examples that are other than the core's, by kind.

    Returns
    -------
    dict of str to str
        Text by path inside the folder of the version.

    Examples
    --------
    >>> sorted(schema_files())[:2]
    ['README.md', 'context.jsonld']
    """
    files = {
        "README.md": index_page(kinds, title, profile),
        "context.jsonld": _json(jsonld_context(kinds)),
        "json/registre.schema.json": _json(register_schema(kinds, profile)),
    }
    for kind in kinds:
        schema = kind_schema(kind, kinds, profile)
        if kind in examples:
            schema["examples"] = [as_json(examples[kind])]
        text = tomlkit.dumps(examples[kind]) if kind in examples else ""
        files[f"json/{kind}.schema.json"] = _json(schema)
        files[f"tables/{kind}.table.json"] = _json(table_schema(kind, kinds, profile))
        files[f"pages/{kind}.md"] = kind_page(kind, kinds, profile, text)
    return files


def _json(value: Any) -> str:
    # U+10FFFF is no character that an editor shows: written as escapes, all else as itself.
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\U0010ffff", "\\udbff\\udfff") + "\n"
