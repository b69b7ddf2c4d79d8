"""What the columns of somebody's table mean: a mapping file, checked before any row is read."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.records import KINDS

Steps = tuple[str | int, ...]

_KEYS = ("kind", "encoding", "delimiter", "dates", "id", "constants", "columns")
_COLUMN_KEYS = ("field", "values", "separator")
_STEP = re.compile(r"([A-Za-z0-9_]+)((?:\[[0-9]{1,2}\])*)")


@attrs.frozen(kw_only=True)
class Target:
    """Where the cells of a column go.

    Parameters
    ----------
    path : str
        Path of the field, such as ``finalites[0].nom``.
    steps : tuple of str and int
        The same, in steps.
    kind : type
        What the field holds: ``str``, ``int``, ``bool``, ``datetime.date`` or a class of parts.
    several : bool
        Whether it holds a list.
    metadata : mapping
        What the class says of the field.
    values : mapping of str to str
        What to write for what the cells say.
    separator : str
        What stands between the values of a list.
    """

    path: str
    steps: Steps
    kind: Any
    several: bool
    metadata: Mapping[str, Any] = attrs.field(repr=False)
    values: Mapping[str, str] = attrs.field(factory=dict)
    separator: str = ";"


@attrs.frozen(kw_only=True)
class Columns:
    """A mapping file, read.

    Parameters
    ----------
    kind : str
        Kind of the records, one a row.
    targets : mapping of str to Target
        Where each column goes; columns to leave aside are in ``ignored``.
    ignored : frozenset of str
        Columns that are left aside on purpose.
    constants : tuple of (Target, object)
        Fields with the same value in every record.
    id_columns : tuple of str
        Columns that make the identifier.
    encoding, delimiter : str
        Of the table.
    dates : tuple of str
        Forms of its dates, as ``strptime`` has them; ISO dates are always read.
    """

    kind: str
    targets: Mapping[str, Target]
    ignored: frozenset[str] = frozenset()
    constants: tuple[tuple[Target, Any], ...] = ()
    id_columns: tuple[str, ...] = ()
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    dates: tuple[str, ...] = ("%d/%m/%Y",)


def read_mapping(path: str | Path, kinds: Mapping[str, type[Any]] = KINDS) -> Columns:
    """Return what a mapping file says.

    Parameters
    ----------
    path : str or Path
        A TOML file: ``kind``; ``[columns]``, with the path of a field, or ``{ field = "...",
        values = { ... }, separator = ";" }``, or ``""`` to leave the column aside; and, if need be,
        ``id`` (column or columns that make the identifier), ``[constants]``, ``encoding``,
        ``delimiter`` and ``dates``.
    kinds : mapping of str to type, optional
        Classes by kind.

    Returns
    -------
    Columns
        The mapping, whose paths lead to fields of the kind.

    Raises
    ------
    RegisterError
        Where the file is no TOML, or a key, a kind or a field is unknown.
    """
    try:
        data = tomllib.loads(read_bytes(path, Limits(file_bytes=1_000_000)).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegisterError(f"{path}: not TOML: {error}") from None
    try:
        return mapping_from(data, kinds)
    except RegisterError as error:
        raise RegisterError([f"{path}: {problem}" for problem in error.problems]) from None


def mapping_from(data: Mapping[str, Any], kinds: Mapping[str, type[Any]] = KINDS) -> Columns:
    """Return a mapping of plain data; see ``read_mapping``."""
    for key in data:
        if key not in _KEYS:
            raise RegisterError(f"`{key}`: unknown; {nearest(key, _KEYS)}")
    kind = _text(data, "kind", "")
    if kind not in kinds:
        raise RegisterError(f"`kind`: no kind {kind!r}; {nearest(kind, kinds)}")
    columns, constants = _table(data, "columns"), _table(data, "constants")
    if not columns:
        raise RegisterError("`columns`: missing; say which column is which field")
    cls = kinds[kind]
    targets = {name: _column(cls, name, said) for name, said in columns.items() if said != ""}
    ids = data.get("id", ())
    names = [ids] if isinstance(ids, str) else ids
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
        raise RegisterError(f"`id`: expected a column or a list of columns, got {ids!r}")
    dates = data.get("dates", ["%d/%m/%Y"])
    if not isinstance(dates, list) or not all(isinstance(form, str) for form in dates):
        raise RegisterError(f"`dates`: expected a list such as ['%d/%m/%Y'], got {dates!r}")
    delimiter = _text(data, "delimiter", ",")
    if len(delimiter) != 1:
        raise RegisterError(f"`delimiter`: expected one sign, got {delimiter!r}")
    encoding = _text(data, "encoding", "utf-8-sig")
    try:
        "".encode(encoding)
    except LookupError:
        raise RegisterError(f"`encoding`: {encoding!r} is unknown; write utf-8 or cp1252") from None
    return Columns(
        kind=kind, targets=targets, ignored=frozenset(n for n, said in columns.items() if said == ""),
        constants=tuple((target(cls, path), value) for path, value in constants.items()),
        id_columns=tuple(names), encoding=encoding, delimiter=delimiter, dates=tuple(dates),
    )  # fmt: skip


def _text(data: Mapping[str, Any], key: str, default: str) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise RegisterError(f"`{key}`: expected text, got {value!r}")
    return value


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, Mapping):
        raise RegisterError(f"`{key}`: expected a table, got {value!r}")
    return value


def _column(cls: type[Any], name: str, said: Any) -> Target:
    if isinstance(said, str):
        return target(cls, said)
    if not isinstance(said, Mapping) or not isinstance(said.get("field"), str):
        raise RegisterError(f"`columns.{name}`: expected a field, or a table with `field`")
    for key in said:
        if key not in _COLUMN_KEYS:
            raise RegisterError(f"`columns.{name}.{key}`: unknown; {nearest(key, _COLUMN_KEYS)}")
    values, separator = said.get("values", {}), said.get("separator", ";")
    if not isinstance(values, Mapping) or not all(isinstance(v, str) for v in values.values()):
        raise RegisterError(f"`columns.{name}.values`: expected a table of texts")
    if not isinstance(separator, str) or not separator:
        raise RegisterError(f"`columns.{name}.separator`: expected a sign, got {separator!r}")
    return attrs.evolve(target(cls, said["field"]), values=dict(values), separator=separator)


def target(cls: type[Any], path: str) -> Target:
    """Return where a path leads inside a class.

    Raises
    ------
    RegisterError
        Where it leads to no field.

    Examples
    --------
    >>> from charte_registry import Traitement
    >>> found = target(Traitement, "finalites[0].bases_legales")
    >>> found.steps, found.several
    (('finalites', 0, 'bases_legales'), True)
    """
    steps: list[str | int] = []
    kind: Any = cls
    several = False
    metadata: Mapping[str, Any] = {}
    for part in path.split("."):
        match = _STEP.fullmatch(part)
        if match is None or several or not attrs.has(kind):
            raise RegisterError(f"`{path}`: no path of a field; write one such as finalites[0].nom")
        fields = attrs.fields_dict(kind)
        name = match[1]
        if name not in fields:
            raise RegisterError(f"`{path}`: no field {name!r}; {nearest(name, fields)}")
        hint = typing.get_type_hints(kind)[name]
        metadata = fields[name].metadata
        steps.append(name)
        kind, several = _inside(hint)
        for place in re.findall(r"\d+", match[2]):
            if not several:
                raise RegisterError(f"`{path}`: {name} is no list; write it without [{place}]")
            several = False
            steps.append(int(place))
    if several and attrs.has(kind):
        raise RegisterError(f"`{path}`: a list of parts; write {path}[0] and a field of it")
    return Target(path=path, steps=tuple(steps), kind=kind, several=several, metadata=metadata)


def _inside(hint: Any) -> tuple[Any, bool]:
    if isinstance(hint, types.UnionType):
        hint = typing.get_args(hint)[0]
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True
    return hint, False


def parsed(form: str, text: str) -> dt.date | None:
    """Return the date of a text of a form; none where it is not of it."""
    try:
        return dt.datetime.strptime(text, form).date()
    except ValueError:
        return None
