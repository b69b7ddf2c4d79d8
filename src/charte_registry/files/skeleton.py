"""A record to fill in: TOML in which every field that is not given stands commented, with its meaning."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.extras import needs
from charte_registry.files.words import words
from charte_registry.messages import LANGUAGES
from charte_registry.records.base import INTERNE
from charte_registry.vocabularies.sources import source_in

with needs("registre"):
    import tomlkit

_EXAMPLES: Mapping[Any, Any] = MappingProxyType(
    {str: "", bool: True, int: 0, dt.date: dt.date(2020, 1, 31)}
)


SCHEMAS = ".charte/schema/json"  # in the folder of a register, for editors


def schema_line(kind: str) -> str:
    """Return the line by which an editor finds the schema of a file of one record.

    Examples
    --------
    >>> print(schema_line("actions"), end="")
    #:schema ../.charte/schema/json/actions.schema.json
    """
    return f"#:schema ../{SCHEMAS}/{kind}.schema.json\n"


def skeleton(
    record_class: type[Any], values: Mapping[str, Any] = MappingProxyType({}), lang: str = "fr"
) -> str:
    """Return a record as TOML to fill in.

    Parameters
    ----------
    record_class : type
        Class of the record.
    values : mapping of str to object
        What is known of it, as plain data that ``structure`` reads.
    lang : {"fr", "en", "pt"}
        Language of the comments.

    Returns
    -------
    str
        TOML: ``# `` begins a meaning with its legal source and codes, ``#`` alone a field that is
        not given, with a value of its kind.

    Raises
    ------
    RegisterError
        Where the language is none of the three.

    Examples
    --------
    >>> from charte_registry import Partenaire
    >>> print("".join(skeleton(Partenaire, {"id": "inria", "nom": "Inria"}, "en").splitlines(True)[:4]), end="")
    # identifier (required)
    id = "inria"
    # name (required)
    nom = "Inria"
    """
    if lang not in LANGUAGES:
        raise RegisterError("language", field="lang", value=lang, near=nearest(lang, LANGUAGES))
    return "\n".join(_body(record_class, values, lang, "", off=False)) + "\n"


def _body(
    cls: type[Any], values: Mapping[str, Any], lang: str, path: str, *, off: bool
) -> Iterator[str]:
    """Yield the lines of a table: plain fields first, as TOML wants, then the tables inside it."""
    fields = attrs.fields(attrs.resolve_types(cls))
    for field in fields:
        part, several = part_of(field.type)
        if not attrs.has(part):
            yield f"# {meaning(field, lang)}"
            given = field.name in values and not off
            value = values[field.name] if given else _example(field, part, several=several)
            yield f"{'' if given else '#'}{field.name} = {tomlkit.item(value).as_string()}"
    for field in fields:
        part, several = part_of(field.type)
        if attrs.has(part):
            name = f"{path}{field.name}"
            head = f"[[{name}]]" if several else f"[{name}]"
            found = () if off else values.get(field.name, ())
            items = [found] if isinstance(found, Mapping) else found
            yield ""
            yield f"# {meaning(field, lang)}"
            for item in items or ({},):
                yield head if items else f"#{head}"
                yield from _body(part, item, lang, f"{name}.", off=not items)


def part_of(kind: Any) -> tuple[Any, bool]:
    """Return the type inside ``X | None`` or ``tuple[X, ...]``, and whether there may be several."""
    if isinstance(kind, types.UnionType):
        return typing.get_args(kind)[0], False
    if typing.get_origin(kind) is tuple:
        return typing.get_args(kind)[0], True
    return kind, False


def meaning(field: attrs.Attribute[Any], lang: str) -> str:
    """Return what a field means: words, marks, legal source, codes.

    Parameters
    ----------
    field : attrs.Attribute
        Field of a record.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> from charte_registry import Contact
    >>> meaning(attrs.fields(Contact).courriel, "en")
    'functional e-mail address (internal: never published; GDPR art. 30(1)(a))'
    """
    marks = [words(lang, "skeleton")["required"]] if field.default is attrs.NOTHING else []
    if field.metadata["visibility"] == INTERNE:
        marks.append(words(lang, "skeleton")["internal"])
    if field.metadata["source"]:
        marks.append(source_in(field.metadata["source"], lang))
    told = field.metadata[lang] + (f" ({'; '.join(marks)})" if marks else "")
    codes = ", ".join(field.metadata["choices"])
    return f"{told}: {codes}" if codes else told


def _example(field: attrs.Attribute[Any], part: Any, *, several: bool) -> Any:
    """Return a value of the kind that a field holds: its default, else its first code or form."""
    if field.default not in (attrs.NOTHING, None, ()):
        return field.default
    choices, form = field.metadata["choices"], field.metadata["format"]
    value = choices[0] if choices else form.examples[0] if form else _EXAMPLES[part]
    return [value] if several else value
