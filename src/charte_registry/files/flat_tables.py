"""Records as flat tables, and back: what CSV, spreadsheets, Parquet and SQL share.

A kind is a table with one row a record; each list inside a record is a table of its own, whose
rows say to which record they belong and at which place of the list they stand. The columns and
their types depend on the classes alone, never on what the records hold.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.messages import LANGUAGES
from charte_registry.records import KINDS
from charte_registry.records.base import INTERNE, FieldError

Value = str | int | bool | dt.date | None
Row = tuple[Value, ...]


@attrs.frozen(kw_only=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : str
        Name, such as ``hebergement_pays``: also a name in SQL.
    path : str
        Dotted path of the field from the row's record or part, such as ``hebergement.pays``.
    type : type
        ``str``, ``int``, ``bool`` or ``datetime.date``; any column but a key may hold ``None``.
    key : bool
        Whether it is part of the key: identifier of the record, place in a list.
    internal : bool
        Whether the public extract leaves it out.
    reference : str
        Kind of record that it names by identifier; empty for none.
    default : str, int, bool, datetime.date or None
        What the field holds where nothing is stated.
    description : mapping of str to str
        Meaning in ``fr``, ``en`` and ``pt``.
    """

    name: str
    path: str
    type: type
    key: bool = False
    internal: bool = False
    reference: str = ""
    default: Value = None
    description: Mapping[str, str] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True)
class Table:
    """A flat table.

    Parameters
    ----------
    name : str
        Name, such as ``traitements`` or ``traitements_finalites``.
    kind : str
        Kind of the records that it tells of.
    path : tuple of str
        Lists that lead to its rows, from the record inwards, each a dotted path; empty for the
        table of the records themselves.
    columns : tuple of Column
        Columns: the identifier ``id`` (the name of the kind, where its records have none), one ``rang_LIST`` from 0 a list of ``path``, then fields
        (``valeur`` where the list holds plain values).
    rows : tuple of tuple
        Values, in the order of the columns and of the records.
    """

    name: str
    kind: str
    path: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = attrs.field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def flatten(
    records: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, type[Any]] = KINDS
) -> tuple[Table, ...]:
    """Return records as flat tables.

    Parameters
    ----------
    records : mapping of str to mapping of str to record
        Records by kind and identifier, as ``Register.records`` holds them.
    kinds : mapping of str to type, optional
        Classes by kind; those of a profile have more fields.

    Returns
    -------
    tuple of Table
        For each kind its table, then those of its lists; empty ones too.

    Examples
    --------
    >>> from charte_registry import Finalite, Traitement
    >>> aides = Traitement(id="t", nom="Aides", responsable="v", finalites=(Finalite(nom="Verser"),))
    >>> tables = {table.name: table for table in flatten({"traitements": {"t": aides}})}
    >>> tables["traitements_finalites"].names
    ('id', 'rang_finalites', 'nom', 'texte')
    >>> tables["traitements_finalites"].rows
    (('t', 0, 'Verser', None),)
    """
    made = []
    for kind, record_class in kinds.items():
        shapes = _shapes(kind, record_class)
        rows: dict[tuple[str, ...], list[Row]] = {shape.path: [] for shape in shapes}
        by_path = {shape.path: shape for shape in shapes}
        for record in records.get(kind, {}).values():
            _spread(by_path, (), record, (), rows)
        made += [shape.table(rows[shape.path]) for shape in shapes]
    return tuple(made)


def gather(
    tables: Iterable[Table], kinds: Mapping[str, type[Any]] = KINDS
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the plain data of the records that tables hold: the inverse of ``flatten``.

    Parameters
    ----------
    tables : iterable of Table
        Tables; a missing one is empty, a missing column holds nothing. Columns are known by
        their names, in any order, and values may be the text that a CSV file holds.
    kinds : mapping of str to type, optional
        Classes by kind.

    Returns
    -------
    dict of str to dict of str to dict
        Plain data by kind and identifier, which ``structure`` reads.

    Raises
    ------
    RegisterError
        Where a table or a column is unknown, an identifier stands twice, or a row belongs to
        no record.

    Examples
    --------
    >>> from charte_registry import Nir, Traitement
    >>> aides = Traitement(id="t", nom="Aides", responsable="v", nir=Nir(texte="Décret"))
    >>> gather(flatten({"traitements": {"t": aides}}))["traitements"]["t"]["nir"]
    {'texte': 'Décret'}
    """
    known = {shape.name: shape for kind in kinds for shape in _shapes(kind, kinds[kind])}
    given: dict[str, Table] = {}
    for table in tables:
        if table.name not in known:
            raise RegisterError("unknown_table", value=table.name, near=nearest(table.name, known))
        given[table.name] = table
    gathered: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in kinds}
    for name, shape in known.items():
        if name in given:
            _collect(shape, given[name], gathered[shape.kind])
    return gathered


# The shape of the tables of a kind, from its class


@attrs.frozen(kw_only=True)
class _Shape:
    """What a table is before it holds rows."""

    name: str
    kind: str
    path: tuple[str, ...]
    columns: tuple[Column, ...]
    getters: tuple[tuple[str, ...], ...]  # attributes that lead to the value of each field column
    present: frozenset[str]  # columns that only say that an optional part is there
    parts: bool  # whether a row is a record or a part, not a plain value
    lists: tuple[str, ...]  # lists of its rows, each the next step of a path
    stated: tuple[str, ...] = ()  # lists that a record states even where they are empty
    named: bool = True  # whether its records have an identifier of their own

    def table(self, rows: Sequence[Row]) -> Table:
        return Table(
            name=self.name, kind=self.kind, path=self.path, columns=self.columns, rows=tuple(rows)
        )


def _shapes(kind: str, record_class: type[Any]) -> tuple[_Shape, ...]:
    return _shapes_once(kind, record_class)  # type: ignore[arg-type] # classes are hashable


@cache
def _shapes_once(kind: str, record_class: type[Any]) -> tuple[_Shape, ...]:
    return tuple(_walk(kind, (), record_class))


def _walk(kind: str, path: tuple[str, ...], row: Any) -> Iterator[_Shape]:
    keys = [Column(name="id", path="id", type=str, key=True)] + [
        Column(name=f"rang_{step.split('.')[-1]}", path="", type=int, key=True) for step in path
    ]
    name = "_".join([kind, *(step.replace(".", "_") for step in path)])
    if not attrs.has(row):
        value = Column(name="valeur", path="", type=row)
        yield _Shape(
            name=name, kind=kind, path=path, columns=(*keys, value), getters=((),),
            present=frozenset(), parts=False, lists=(),
        )  # fmt: skip
        return
    columns: list[Column] = []
    present: list[str] = []
    lists: list[tuple[str, Any]] = []
    _columns(row, (), False, columns, present, lists)
    if not path and columns[0].name == "id":  # the identifier of the record is its key
        keys = [attrs.evolve(columns[0], key=True)]
        columns = columns[1:]
    yield _Shape(
        name=name, kind=kind, path=path, columns=(*keys, *columns),
        getters=tuple(tuple(column.path.split(".")) for column in columns),
        present=frozenset(present), parts=True, lists=tuple(step for step, _ in lists),
        named="id" in attrs.fields_dict(row),
        stated=tuple(f.name for f in attrs.fields(row) if f.name in dict(lists) and f.default is attrs.NOTHING),
    )  # fmt: skip
    for step, inner in lists:
        yield from _walk(kind, (*path, step), inner)


def _columns(
    part: type[Any], prefix: tuple[str, ...], internal: bool,
    columns: list[Column], present: list[str], lists: list[tuple[str, Any]],
) -> None:  # fmt: skip
    """Append the columns and lists of a class, those of its single parts included."""
    hints = typing.get_type_hints(part)
    for field in attrs.fields(part):
        hint = hints[field.name]
        optional = isinstance(hint, types.UnionType)
        kind: Any = typing.get_args(hint)[0] if optional else hint
        steps = (*prefix, field.name)
        path = ".".join(steps)
        hidden = internal or field.metadata.get("visibility") == INTERNE
        column = Column(
            name="_".join(steps), path=path, type=kind, internal=hidden,
            reference=field.metadata.get("reference", ""),
            default=None if field.default in (attrs.NOTHING, ()) else field.default,
            description={lang: field.metadata.get(lang, "") for lang in LANGUAGES},
        )  # fmt: skip
        if typing.get_origin(kind) is tuple:
            lists.append((path, typing.get_args(kind)[0]))
        elif attrs.has(kind):
            if optional and may_be_empty(kind):
                columns.append(attrs.evolve(column, type=bool))
                present.append(path)
            _columns(kind, steps, hidden, columns, present, lists)
        else:
            columns.append(column)


def may_be_empty(part: type[Any]) -> bool:
    """Return whether a part can be there with nothing in it, so that a column must say that it is."""
    try:
        part()
    except (TypeError, FieldError):
        return False
    return True


# Records to rows


def _spread(
    shapes: Mapping[tuple[str, ...], _Shape], path: tuple[str, ...], item: Any,
    keys: Row, rows: dict[tuple[str, ...], list[Row]],
) -> None:  # fmt: skip
    shape = shapes[path]
    if not shape.parts:
        rows[path].append((*keys, item))
        return
    keys = keys or (getattr(item, "id", shape.kind),)
    values = (_value(item, steps, shape.present) for steps in shape.getters)
    rows[path].append((*keys, *values))
    for step in shape.lists:
        for number, inner in enumerate(_at(item, step.split(".")) or ()):
            _spread(shapes, (*path, step), inner, (*keys, number), rows)


def _value(item: Any, steps: Sequence[str], present: frozenset[str]) -> Value:
    value = _at(item, steps)
    if ".".join(steps) in present:
        return value is not None or None
    return value  # type: ignore[no-any-return]


def _at(item: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        if item is None:
            return None
        item = getattr(item, step)
    return item


# Rows to plain data


def _collect(shape: _Shape, table: Table, records: dict[str, dict[str, Any]]) -> None:
    columns = {column.name: column for column in shape.columns}
    for name in table.names:
        if name not in columns:
            raise RegisterError(
                "unknown_column", where=table.name, value=name, near=nearest(name, columns)
            )
    for name in (column.name for column in shape.columns if column.key):
        if name not in table.names:
            raise RegisterError("column_missing", where=table.name, value=name)
    rows = [dict(zip(table.names, row, strict=True)) for row in table.rows]
    places = [name for name in columns if name.startswith("rang_") and columns[name].key]
    for number, row in enumerate(sorted(rows, key=lambda row: _places(table, row, places)), 1):
        identifier = row["id"]
        if not isinstance(identifier, str) or not identifier:
            raise RegisterError("no_identifier", where=table.name, row=number)
        data = _plain(shape, columns, row)
        if not shape.path:
            if identifier in records:
                raise RegisterError("twice", where=table.name, field="id", value=identifier)
            records[identifier] = {"id": identifier, **data} if shape.named else data
            continue
        owner: Any = records.get(identifier)
        for step, place in zip(shape.path[:-1], places[:-1], strict=True):
            owner = _item(_inside(owner, step), _place(table, row, place))
        if owner is None:
            wanted = tuple(f"{name} {row[name]}" for name in ("id", *places[:-1]))
            raise RegisterError("no_owner_row", where=table.name, kind=shape.kind, wanted=wanted)
        _append(owner, shape.path[-1], data if shape.parts else data["valeur"])


def _plain(
    shape: _Shape, columns: Mapping[str, Column], row: Mapping[str, Value]
) -> dict[str, Any]:
    data: dict[str, Any] = {name: [] for name in shape.stated}
    for name, value in row.items():
        column = columns[name]
        if column.key or value is None or value == "":
            continue
        if not shape.parts:
            data["valeur"] = value
        elif column.path in shape.present:
            if value in (True, "true"):
                _reach(data, column.path.split("."))
        else:
            *parents, leaf = column.path.split(".")
            _reach(data, parents)[leaf] = value
    return data


def _places(table: Table, row: Mapping[str, Value], places: Sequence[str]) -> tuple[int, ...]:
    return tuple(_place(table, row, place) for place in places)


def _place(table: Table, row: Mapping[str, Value], name: str) -> int:
    value = row[name]
    try:
        return int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise RegisterError(
            "rank_not_whole", where=table.name, value=value, column=name, identifier=row["id"]
        ) from None


def _reach(data: dict[str, Any], steps: Iterable[str]) -> dict[str, Any]:
    for step in steps:
        data = data.setdefault(step, {})
    return data


def _inside(owner: Any, path: str) -> Any:
    for step in path.split("."):
        owner = owner.get(step) if isinstance(owner, dict) else None
    return owner


def _item(items: Any, place: int) -> Any:
    return items[place] if isinstance(items, list) and 0 <= place < len(items) else None


def _append(owner: dict[str, Any], path: str, value: Any) -> None:
    *parents, leaf = path.split(".")
    _reach(owner, parents).setdefault(leaf, []).append(value)
