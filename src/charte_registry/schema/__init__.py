"""What the records are, for other programs and other people: schemas, context, pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from charte_registry.records import KINDS
from charte_registry.schema.context import jsonld_context
from charte_registry.schema.json_schema import kind_schema, register_schema
from charte_registry.schema.markdown import index_page, kind_page
from charte_registry.schema.table_schema import table_schema

__all__ = [
    "jsonld_context",
    "kind_page",
    "kind_schema",
    "register_schema",
    "schema_files",
    "table_schema",
]


def schema_files(kinds: Mapping[str, type[Any]] = KINDS) -> dict[str, str]:
    """Return the files of the schema, as they are published.

    Parameters
    ----------
    kinds : mapping of str to type
        Classes by kind.

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
        "README.md": index_page(kinds),
        "context.jsonld": _json(jsonld_context(kinds)),
        "json/registre.schema.json": _json(register_schema(kinds)),
    }
    for kind in kinds:
        files[f"json/{kind}.schema.json"] = _json(kind_schema(kind, kinds))
        files[f"tables/{kind}.table.json"] = _json(table_schema(kind, kinds))
        files[f"pages/{kind}.md"] = kind_page(kind, kinds)
    return files


def _json(value: Any) -> str:
    # U+10FFFF is no character that an editor shows: written as escapes, all else as itself.
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\U0010ffff", "\\udbff\\udfff") + "\n"
