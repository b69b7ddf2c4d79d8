"""A fast check of JSON, made of the classes of the records: what it accepts, ``structure`` does.

The other way round need not hold: what is refused here is judged again, slowly, by ``structure``,
which says all that is wrong and where, or reads what only tables write (``"3"`` for 3).
"""

from __future__ import annotations

import functools
import operator
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import attrs

from charte_registry.extras import needs
from charte_registry.records.base import LARGEST

with needs("registre"):
    import msgspec

KIND = "kind"

# What may begin a blank text: a space, an escape, the first byte of a blank that is not ASCII.
_BLANK = re.compile(rb'"[ \\\xc2\xe1-\xe3]').search


class Checker:
    """Decodes records of some kinds from JSON.

    Parameters
    ----------
    kinds : mapping of str to type
        Class of each kind.

    Examples
    --------
    >>> from charte_registry.records import KINDS
    >>> checker = Checker(KINDS)
    >>> line = b'{"kind": "partenaires", "id": "p", "nom": "P"}'
    >>> checker.record(checker.decoder(line)(line)).nom
    'P'
    """

    def __init__(self, kinds: Mapping[str, type[Any]]) -> None:
        quick = _Structs(kinds, Annotated[str, msgspec.Meta(min_length=1)])
        strict = _Structs(kinds, Annotated[str, msgspec.Meta(pattern=r"\S")])
        self._quick, self._strict = quick.decode, strict.decode
        self._kind: dict[type[Any], str] = {}
        self._build: dict[type[Any], Callable[[Any], Any]] = {}
        builders: dict[type[Any], Callable[[Any], Any]] = {}
        for structs in (quick, strict):
            for kind, struct in structs.tagged.items():
                self._kind[struct] = kind
                self._build[struct] = _builder(kinds[kind], builders)

    def decoder(self, content: bytes) -> Callable[[bytes], Any]:
        """Return the function that decodes the lines of a content.

        Parameters
        ----------
        content : bytes
            Records in JSON, each with its kind, one a line.

        Returns
        -------
        callable
            From a line to what it says, for `kind` and `record`; its ``id`` is that of the record.
            It raises ``msgspec.DecodeError`` or ``UnicodeDecodeError`` where something is wrong, or
            only ``structure`` reads it.
        """
        # A text of nothing but blanks begins with one: only then is each text looked through.
        return self._strict if _BLANK(content) else self._quick

    def kind(self, checked: Any) -> str:
        """Return the kind of what was decoded."""
        return self._kind[type(checked)]

    def record(self, checked: Any) -> Any:
        """Return the record of what was decoded; nothing is checked again."""
        return self._build[type(checked)](checked)


def checker_of(kinds: Mapping[str, type[Any]]) -> Checker:
    """Return the checker of some kinds, made once: making one takes longer than a small file."""
    return _checker(tuple(kinds.items()))


@functools.lru_cache(maxsize=8)
def _checker(kinds: tuple[tuple[str, type[Any]], ...]) -> Checker:
    return Checker(dict(kinds))


class _Structs:
    """The classes of the records in the terms of the decoder."""

    def __init__(self, kinds: Mapping[str, type[Any]], text: Any) -> None:
        self._parts: dict[type[Any], type[msgspec.Struct]] = {}
        self._text = text
        self.tagged = {kind: self._struct(cls, kind) for kind, cls in kinds.items()}
        union = functools.reduce(operator.or_, self.tagged.values())
        self.decode = msgspec.json.Decoder(union).decode

    def _struct(self, cls: type[Any], tag: str | None = None) -> type[msgspec.Struct]:
        hints = typing.get_type_hints(cls)
        fields: list[Any] = []
        once: list[str] = []  # lists whose items stand once
        for field in attrs.fields(cls):
            kind, meta = self._type(hints[field.name], field.metadata), field.metadata
            required = field.default is attrs.NOTHING
            fields.append((field.name, kind) if required else (field.name, kind, field.default))
            several = typing.get_origin(hints[field.name]) is tuple
            if several and (meta["choices"] or meta["format"] or meta["reference"]):
                once.append(field.name)
        judge = getattr(cls, "__attrs_post_init__", None)
        return msgspec.defstruct(
            cls.__name__,
            fields,
            namespace={"__post_init__": _judged(tuple(once), judge)} if once or judge else {},
            kw_only=True,
            forbid_unknown_fields=True,
            tag=tag,
            tag_field=KIND if tag else None,
            gc=False,
        )

    def _part(self, cls: type[Any]) -> type[msgspec.Struct]:
        if cls not in self._parts:
            self._parts[cls] = self._struct(cls)
        return self._parts[cls]

    def _type(self, hint: Any, meta: Mapping[str, Any]) -> Any:
        if isinstance(hint, types.UnionType):  # null is refused: what is not known is not stated
            return self._type(typing.get_args(hint)[0], meta)
        if typing.get_origin(hint) is tuple:
            several: Any = tuple
            return several[self._type(typing.get_args(hint)[0], meta), ...]
        if attrs.has(hint):
            return self._part(hint)
        if hint is int:
            return Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
        if hint is not str:
            return hint
        if meta["choices"]:
            return Literal[tuple(meta["choices"])]
        form = meta["format"]
        return (
            Annotated[str, msgspec.Meta(pattern=rf"\A(?:{form.pattern})\Z")] if form else self._text
        )


def _judged(once: tuple[str, ...], judge: Callable[[Any], None] | None) -> Callable[[Any], None]:
    """Return what the class checks over several values: it reads the same names here."""
    lists = [operator.attrgetter(name) for name in once]
    if judge is not None and not lists:
        return judge

    def check(self: Any) -> None:
        for items_of in lists:
            items = items_of(self)
            if len(items) > 1 and len(set(items)) < len(items):
                raise ValueError("an item appears twice")
        if judge is not None:
            judge(self)

    return check


def _builder(cls: type[Any], known: dict[type[Any], Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Return a function from what was decoded to an instance, which checks nothing."""
    if cls in known:
        return known[cls]
    hints = typing.get_type_hints(cls)
    parts: list[tuple[int, Callable[[Any], Any], bool]] = []
    for number, hint in enumerate(hints.values()):
        inside = [kind for kind in (typing.get_args(hint) or (hint,)) if attrs.has(kind)]
        if inside:
            parts.append((number, _builder(inside[0], known), typing.get_origin(hint) is tuple))
    values_of, setters = operator.attrgetter(*hints), [getattr(cls, name).__set__ for name in hints]

    def build(checked: Any) -> Any:
        values = list(values_of(checked))
        for number, inner, several in parts:
            value = values[number]
            if value:
                values[number] = tuple(map(inner, value)) if several else inner(value)
        record = object.__new__(cls)
        for put, value in zip(setters, values, strict=True):
            put(record, value)
        return record

    known[cls] = build
    return build
