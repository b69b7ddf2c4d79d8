"""What a class of records says of itself, for whoever writes it down: schemas, tables, pages."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any

import attrs

from charte_registry.messages import LANGUAGES
from charte_registry.records.base import INTERNE, is_internal, kind_of
from charte_registry.records.formats import Format
from charte_registry.vocabularies.vocabulaire import Vocabulaire

TEXT, FLAG, NUMBER, DATE, PART = "text", "flag", "number", "date", "part"

_TYPES = {str: TEXT, bool: FLAG, int: NUMBER, dt.date: DATE}


@attrs.frozen(kw_only=True)
class Shape:
    """What a field holds.

    Parameters
    ----------
    name : str
        Field.
    holds : {"text", "flag", "number", "date", "part"}
        What a value is; a part is a record inside the record.
    several : bool
        Whether the field is a list of such values.
    part : type or None
        Class of the part.
    required : bool
        Whether a record must state it.
    default : object
        What a record has where it does not.
    labels : mapping of str to str
        Meaning in ``fr``, ``en``, ``pt``.
    source, visibility, reference : str
        Legal source, ``public`` or ``interne``, kind of record that it names.
    choices : tuple of str
        Values allowed; empty for any.
    vocabulaire : Vocabulaire or None
        Code list that the values come from.
    form : Format or None
        Form that the text must have.
    """

    name: str
    holds: str
    several: bool
    part: type[Any] | None
    required: bool
    default: Any
    labels: Mapping[str, str]
    source: str
    visibility: str
    reference: str
    choices: tuple[str, ...]
    vocabulaire: Vocabulaire | None
    form: Format | None

    @property
    def distinct(self) -> bool:
        """Whether a value may stand only once in the list."""
        return self.several and bool(self.choices or self.form or self.reference)


def shapes(cls: type[Any]) -> tuple[Shape, ...]:
    """Return what each field of a class holds, in the order of the class."""
    hints = typing.get_type_hints(cls)
    whole = is_internal(cls)
    return tuple(_shape(field, hints[field.name], internal=whole) for field in attrs.fields(cls))


def _shape(field: attrs.Attribute[Any], hint: Any, *, internal: bool) -> Shape:
    if isinstance(hint, UnionType):  # or None
        hint = typing.get_args(hint)[0]
    several = typing.get_origin(hint) is tuple
    if several:
        hint = typing.get_args(hint)[0]
    meta = field.metadata
    return Shape(
        name=field.name,
        holds=_TYPES.get(hint, PART),
        several=several,
        part=None if hint in _TYPES else hint,
        required=field.default is attrs.NOTHING,
        default=field.default,
        labels={lang: meta[lang] for lang in LANGUAGES},
        source=meta["source"],
        visibility=INTERNE if internal else meta["visibility"],
        reference=meta["reference"],
        choices=meta["choices"],
        vocabulaire=meta["vocabulaire"],
        form=meta["format"],
    )


def kind_labels(cls: type[Any]) -> Mapping[str, str]:
    """Return what one record of a class is called in ``fr``, ``en`` and ``pt``."""
    found = kind_of(cls)
    return found.labels if found is not None else dict.fromkeys(LANGUAGES, cls.__name__)


def parts(*classes: type[Any]) -> Iterator[type[Any]]:
    """Yield the classes of the parts of classes, and of their parts, each once, outer first."""
    seen: set[type[Any]] = set()
    waiting = list(classes)
    while waiting:
        for shape in shapes(waiting.pop(0)):
            if shape.part is not None and shape.part not in seen:
                seen.add(shape.part)
                waiting.append(shape.part)
                yield shape.part


def summary(cls: type[Any]) -> str:
    """Return the first sentence of a class's own description."""
    return (cls.__doc__ or "").strip().partition("\n")[0]
