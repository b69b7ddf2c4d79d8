"""The file format as a JSON Schema (draft 2020-12), for editors and other programs."""

from __future__ import annotations

import json
from typing import Any, Literal, TypeAlias

from tarifs_solidaires.rules.file import FORMAT, JurisdictionFile, RuleFile, VocabularyFile
from tarifs_solidaires.rules.keys import schema_of, sections_in

FileKind: TypeAlias = Literal["rule", "vocabulary", "jurisdiction"]

FILES: dict[FileKind, type[Any]] = {
    "rule": RuleFile, "vocabulary": VocabularyFile, "jurisdiction": JurisdictionFile,
}  # fmt: skip
_A_TEXT = {"type": "string", "minLength": 1}
_TEXT = {
    "description": "A text, said in the first language of the file, or one per language.",
    "anyOf": [
        _A_TEXT,
        {"type": "object", "minProperties": 1, "additionalProperties": _A_TEXT},
    ],
}


def schema_text(kind: FileKind = "rule") -> str:
    """Return the JSON Schema of a kind of file, as text.

    Dates are texts in it, as editors read them, and decimals are numbers. It accepts every file that
    the reader accepts; the reader, and then ``check_rule``, ask for more.

    Parameters
    ----------
    kind : {"rule", "vocabulary", "jurisdiction"}
        The kind of file.

    Returns
    -------
    str
        The schema, of draft 2020-12, with its ``$id``.

    Examples
    --------
    >>> import json
    >>> json.loads(schema_text())["$id"]
    'urn:charte-donnee:tarifs:2:rule'
    """
    section = FILES[kind]
    held = sections_in(section)
    del held[section.__name__]
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:charte-donnee:tarifs:{FORMAT}:{kind}",
        "title": f"{kind.capitalize()} file of tarifs_solidaires, format {FORMAT}",
        **schema_of(section),
        "$defs": {"text": _TEXT, **{name: schema_of(one) for name, one in sorted(held.items())}},
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
