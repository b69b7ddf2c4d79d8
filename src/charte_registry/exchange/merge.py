"""A three-way merge: what a source changed since it was last read comes, what the register changed stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from charte_registry.difference import KEYS, Change, diff
from charte_registry.errors import Fault, RegisterError
from charte_registry.exchange.exporters.head import manifest
from charte_registry.frozen import Frozen
from charte_registry.json_value import JsonValue
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register
from charte_registry.schema.shape import Shape, shapes

REGISTRE = "registre"  # the kind of the manifest, and the identifier of the only one
Records = Mapping[str, Mapping[str, Mapping[str, Any]]]
_ABSENT: Any = None  # plain data hold no other None


@attrs.frozen(kw_only=True)
class Conflict(JsonValue):
    """A field that the register and the source both changed since the source was last read.

    Parameters
    ----------
    record : str
        ``kind/id``.
    field : str
        Path of the field; empty for a whole record that one side removed.
    here, there : object
        Plain values in the register and in the source; ``None`` for nothing.
    """

    record: str
    field: str
    here: Any
    there: Any

    def __str__(self) -> str:
        """Return the conflict as one line, with both values."""
        field = f" `{self.field}`" if self.field else ""
        return f"{self.record}{field}: {_said(self.here)} in the register, {_said(self.there)} in the source"


def _said(value: Any) -> str:
    return "nothing" if value is None else f"{value!r:.120}"


@attrs.frozen(kw_only=True)
class Merged(JsonValue):
    """What a merge makes of a register.

    Parameters
    ----------
    register : Register
        The register with what the source changed; in a conflict the value that was preferred.
    changes : tuple of Change
        What changed in it, as ``diff`` tells it.
    conflicts : tuple of Conflict
        What both sides changed.
    kept : tuple of str
        Records, ``kind/id``, that the source has no more and that stay in the register.
    """

    register: Register = attrs.field(repr=False)
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[str, ...] = ()


def merged(
    register: Register, base: Records, source: Records, *, whole: bool = False,
    take_source: bool = False,
) -> Merged:  # fmt: skip
    """Merge what a source says into a register.

    Parameters
    ----------
    register : Register
        The register, which does not change.
    base : mapping of str to mapping of str to mapping
        What the source said when it was last read: plain data by kind and identifier, dates as
        text. A record that is not there was never read: its fields fill what the register leaves
        empty, and where both say something else, that is a conflict. ``registre`` is the kind of
        the manifest.
    source : mapping of str to mapping of str to mapping
        What it says now.
    whole : bool
        Whether the source holds all that it was made from: a field or a record that it has no
        more was then removed on purpose. Without it, neither is removed: the source may lack it.
    take_source : bool
        Whether the source's value is taken in a conflict; the register's by default.

    Returns
    -------
    Merged
        Another register, what changed in it, the conflicts.

    Raises
    ------
    RegisterError
        Where a record would not be one any more; all of them are named.

    Examples
    --------
    >>> import datetime as dt
    >>> from charte_registry import Partenaire, Register
    >>> here = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... ).with_record("partenaires", Partenaire(id="p", nom="P", note="added by the office"))
    >>> base = {"partenaires": {"p": {"id": "p", "nom": "P"}}}
    >>> source = {"partenaires": {"p": {"id": "p", "nom": "P, association"}}}
    >>> result = merged(here, base, source)
    >>> result.register.records["partenaires"]["p"].nom, result.register.records["partenaires"]["p"].note
    ('P, association', 'added by the office')
    """
    merge = _Merge(whole=whole, take_source=take_source)
    records = {kind: dict(items) for kind, items in register.records.items()}
    head = manifest(register)
    faults: list[Fault] = []
    for kind, items in source.items():
        cls = Manifeste if kind == REGISTRE else register.kinds[kind]
        held = {REGISTRE: head} if kind == REGISTRE else records.setdefault(kind, {})
        before = base.get(kind, {})
        for key in dict.fromkeys((*items, *before)):
            name = f"{kind}/{key}"
            mine = unstructure(held[key], iso=True) if key in held else _ABSENT
            data = merge.record(cls, name, before.get(key), mine, items.get(key))
            if data == mine:
                continue
            if data is _ABSENT:
                del held[key]
                continue
            try:
                held[key] = structure(cls, data)
            except FieldError as error:
                faults += [problem.at(name) for problem in error.problems]
        head = held[REGISTRE] if kind == REGISTRE else head
    if faults:
        raise RegisterError(faults)
    frozen = {kind: Frozen(items) for kind, items in records.items()}
    after = attrs.evolve(
        register, records=Frozen(frozen), titre=head.titre, territoire=head.territoire,
        etat_au=head.etat_au, annees=head.annees, source=head.source or "", note=head.note or "",
        derogations=head.derogation,
    )  # fmt: skip
    return Merged(
        register=after, changes=(*_head(register, after), *diff(register, after)), conflicts=tuple(merge.conflicts),
        kept=tuple(merge.kept),
    )  # fmt: skip


def _head(before: Register, after: Register) -> list[Change]:
    """Return what changed in what a register says of itself."""
    old, new = (unstructure(manifest(register), iso=True) for register in (before, after))
    changes = []
    for field in dict.fromkeys((*old, *new)):
        was, now = old.get(field), new.get(field)
        if was != now:
            nature = "filled" if was is None else "emptied" if now is None else "changed"
            changes.append(
                Change(
                    record=f"{REGISTRE}/{REGISTRE}",
                    nature=nature,
                    field=field,
                    before=was,
                    after=now,
                )
            )
    return changes


class _Merge:
    """One merge, with what it has to tell."""

    def __init__(self, *, whole: bool, take_source: bool) -> None:
        self.whole, self.take_source = whole, take_source
        self.conflicts: list[Conflict] = []
        self.kept: list[str] = []

    def record(self, cls: type[Any], name: str, base: Any, mine: Any, theirs: Any) -> Any:
        """Return the plain data of a record; None where it is to go."""
        if theirs is _ABSENT and not self.whole:
            if mine is not _ABSENT:
                self.kept.append(name)
            return mine
        if _ABSENT in (mine, theirs) or base == theirs:
            return self._either(name, "", base, mine, theirs)
        return self._fields(cls, name, "", base or {}, mine, theirs)

    def _either(self, name: str, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        """Return the value of the side that changed; where both did, the preferred one."""
        if theirs in (base, mine):
            return mine
        if mine == base:
            return theirs
        self.conflicts.append(Conflict(record=name, field=path, here=mine, there=theirs))
        return theirs if self.take_source else mine

    def _fields(
        self, cls: type[Any], name: str, path: str, base: Mapping[str, Any],
        mine: Mapping[str, Any], theirs: Mapping[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        data: dict[str, Any] = {}
        for shape in shapes(cls):
            here = f"{path}{shape.name}"
            values = (base.get(shape.name), mine.get(shape.name), theirs.get(shape.name))
            value = self._field(shape, name, here, *values)
            if value is not _ABSENT:
                data[shape.name] = value
        return data

    def _field(self, shape: Shape, name: str, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        if theirs in (base, mine) or (theirs is _ABSENT and not self.whole):
            return mine
        if mine == base and (self.whole or shape.part is None):
            return theirs
        if shape.several and shape.part is None:
            return _items(base or [], mine or [], theirs or []) or _ABSENT
        if shape.part is not None and shape.several:
            return (
                self._parts(shape.part, name, path, base or [], mine or [], theirs or []) or _ABSENT
            )
        if shape.part is not None and mine is not _ABSENT and theirs is not _ABSENT:
            return self._fields(shape.part, name, f"{path}.", base or {}, mine, theirs)
        return self._either(name, path, base, mine, theirs)

    def _parts(
        self, part: type[Any], name: str, path: str, base: Sequence[Any], mine: Sequence[Any],
        theirs: Sequence[Any],
    ) -> list[Any]:  # fmt: skip
        """Merge two lists of parts, each part with those that are about the same."""
        old, here, there = (_by_key(part, items) for items in (base, mine, theirs))
        found: dict[str, Any] = {}
        for key in _order(list(old), list(here), list(there)):
            before, ours, other = old.get(key), here.get(key), there.get(key)
            where = f"{path}[{key}]"
            if ours is not None and other is not None:
                found[key] = self._fields(part, name, f"{where}.", before or {}, ours, other)
            else:
                found[key] = self._either(name, where, before, ours, other)
        return [value for value in found.values() if value is not _ABSENT]


def _items(base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
    """Merge two lists of plain values: what either added or removed since."""
    gone = [value for value in base if value not in mine or value not in theirs]
    return [value for value in _order(base, mine, theirs) if value not in gone]


def _order(base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
    """Return all values once: in the order of the side that changed it, what is new where it stood."""
    common = [value for value in mine if value in theirs]
    moved = [value for value in mine if value in base] != [value for value in base if value in mine]
    first, second = (mine, theirs) if moved or not common else (theirs, mine)
    found = list(dict.fromkeys(first))
    for place, value in enumerate(second):
        if value not in found:
            before = next((v for v in reversed(second[:place]) if v in found), None)
            found.insert(found.index(before) + 1 if before is not None else 0, value)
    return found


def _by_key(part: type[Any], items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return parts by what they are about; those about the same are numbered."""
    names = next((keys for cls, keys in KEYS.items() if issubclass(part, cls)), ())
    names = names or tuple(shape.name for shape in shapes(part) if shape.part is None)[:1]
    found: dict[str, Any] = {}
    for item in items:
        about = ", ".join(str(item[name]) for name in names if name in item)
        key, number = about, 1
        while key in found:
            number += 1
            key = f"{about} ({number})"
        found[key] = item
    return found
