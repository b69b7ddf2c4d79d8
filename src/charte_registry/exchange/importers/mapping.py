"""What the columns of somebody's table mean: a mapping file, checked before any row is read."""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.exchange.importers.wording import folded
from charte_registry.records import KINDS
from charte_registry.syntax import read_toml

EACH = -1  # a step: every item of the list, one for each part of the cell
Steps = tuple[str | int, ...]

_KEYS = (
    "kind", "sheet", "header", "encoding", "delimiter", "dates", "id", "constants", "columns",
)  # fmt: skip
_COLUMN_KEYS = ("field", "values", "separator", "otherwise", "detail")
_VALUE_KEYS = ("field", "code", "detail")
_STEP = re.compile(r"([A-Za-z0-9_]+)((?:\[[0-9]{0,2}\])*)")


@attrs.frozen(kw_only=True)
class Target:
    """A field where the text of a cell goes.

    Parameters
    ----------
    path : str
        Path of the field, such as ``finalites[].nom``: ``[]`` stands for an item a part of the
        cell, ``[0]`` for the first item.
    steps : tuple of str and int
        The same, in steps; ``EACH`` for ``[]``.
    kind : type
        What the field holds: ``str``, ``int``, ``bool``, ``datetime.date`` or a class of parts.
    several : bool
        Whether it holds a list.
    metadata : mapping
        What the class says of the field.
    """

    path: str
    steps: Steps
    kind: Any
    several: bool
    metadata: Mapping[str, Any] = attrs.field(repr=False)

    @property
    def each(self) -> Steps | None:
        """Steps up to the list of which every part makes an item; none without one."""
        return self.steps[: self.steps.index(EACH)] if EACH in self.steps else None

    @property
    def free(self) -> bool:
        """Whether it takes any text."""
        choices, form, reference = (self.metadata[k] for k in ("choices", "format", "reference"))
        return self.kind is str and not (choices or form or reference)


@attrs.frozen(kw_only=True)
class Goes:
    """Where a text goes, and as what.

    Parameters
    ----------
    target : Target or None
        The field; none where the text is left out on purpose.
    code : str or None
        What is written there; none for the text itself.
    detail : str
        Field of the same item which takes the text as it was written; empty for none.
    """

    target: Target | None
    code: str | None = None
    detail: str = ""


@attrs.frozen(kw_only=True)
class Column:
    """What a column means.

    Parameters
    ----------
    goes : tuple of Goes
        Where its texts go, unless ``values`` says otherwise: often one field.
    separators : tuple of str
        What stands between the values of a cell; none for a cell that is one value.
    values : mapping of str to Goes
        Where certain texts go, folded (without case, accents and punctuation).
    """

    goes: tuple[Goes, ...]
    separators: tuple[str, ...] = ()
    values: Mapping[str, Goes] = attrs.field(factory=dict)
    otherwise: str | None = None


@attrs.frozen(kw_only=True)
class TableMapping:
    """A mapping file, read.

    Parameters
    ----------
    kind : str
        Kind of the records, one a row.
    columns : mapping of str to Column
        What each column means; columns to leave aside are in ``ignored``.
    ignored : frozenset of str
        Columns that are left aside on purpose.
    constants : tuple of (Target, object)
        Fields with the same value in every record, or in every item of a list.
    id_columns : tuple of str
        Columns that make the identifier.
    sheet : str or None
        Sheet of the workbook; by default the first one that has the columns.
    header : int or None
        Row of the headings, from 1; by default the first one that has them.
    encoding, delimiter : str or None
        Of delimited text; by default the file tells.
    dates : tuple of str
        Forms of its dates, as ``strptime`` has them, beside those that are read anyway.
    """

    kind: str
    columns: Mapping[str, Column]
    ignored: frozenset[str] = frozenset()
    constants: tuple[tuple[Target, Any], ...] = ()
    id_columns: tuple[str, ...] = ()
    sheet: str | None = None
    header: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    dates: tuple[str, ...] = ()


def read_mapping(path: str | Path, kinds: Mapping[str, type[Any]] = KINDS) -> TableMapping:
    """Return what a mapping file says.

    Parameters
    ----------
    path : str or Path
        A TOML file; ``docs/guides/exports.md`` describes its keys.
    kinds : mapping of str to type, optional
        Classes by kind.

    Returns
    -------
    TableMapping
        The mapping, whose paths lead to fields of the kind.

    Raises
    ------
    RegisterError
        Where the file is no TOML, or keys, kinds or fields are unknown: all of them at once.
    """
    try:
        text = read_bytes(path, Limits(file_bytes=1_000_000)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RegisterError("not_utf8", where=path, position=error.start) from None
    try:
        return mapping_from(read_toml(text), kinds)
    except RegisterError as error:
        raise error.at(path) from None


def mapping_from(data: Mapping[str, Any], kinds: Mapping[str, type[Any]] = KINDS) -> TableMapping:
    """Return a mapping of plain data; see ``read_mapping``."""
    faults = _unknown(data, _KEYS)
    kind = data.get("kind", "")
    if kind not in kinds:
        near = nearest(str(kind), kinds)
        raise RegisterError([*faults, Fault("unknown_kind", field="kind", value=kind, near=near)])
    cls = kinds[kind]
    columns, constants = _table(data, "columns", faults), _table(data, "constants", faults)
    if not columns and not faults:
        faults.append(Fault("columns_missing", field="columns"))
    read: dict[str, Column] = {}
    for name, said in columns.items():
        if said != "":
            try:
                read[name] = _column(cls, name, said)
            except RegisterError as error:
                faults += error.errors
    fixed: list[tuple[Target, Any]] = []
    for path, value in constants.items():
        try:
            fixed.append((target(cls, path), value))
        except RegisterError as error:
            faults += [fault.under("constants.") for fault in error.errors]
    ids = data.get("id", ())
    names = [ids] if isinstance(ids, str) else ids
    if not _texts(names):
        faults.append(Fault("expected_columns", field="id", value=ids))
    dates = data.get("dates", [])
    if not _texts(dates):
        faults.append(Fault("expected_dates", field="dates", value=dates))
    header = data.get("header")
    if header is not None and (
        not isinstance(header, int) or isinstance(header, bool) or header < 1
    ):
        faults.append(Fault("expected_row", field="header", value=header))
    texts = {key: data.get(key) for key in ("sheet", "encoding", "delimiter")}
    faults += [
        Fault("not_text", field=key, value=value)
        for key, value in texts.items()
        if value is not None and not isinstance(value, str)
    ]
    if isinstance(texts["delimiter"], str) and len(texts["delimiter"]) != 1:
        faults.append(Fault("expected_sign", field="delimiter", value=texts["delimiter"]))
    if isinstance(texts["encoding"], str) and not _encoding(texts["encoding"]):
        faults.append(Fault("unknown_encoding", field="encoding", value=texts["encoding"]))
    if faults:
        raise RegisterError(faults)
    return TableMapping(
        kind=kind, columns=read, ignored=frozenset(n for n, said in columns.items() if said == ""),
        constants=tuple(fixed), id_columns=tuple(names), header=header, dates=tuple(dates), **texts,
    )  # fmt: skip


def _encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _table(data: Mapping[str, Any], key: str, faults: list[Fault]) -> Mapping[str, Any]:
    value = data.get(key, {})
    if isinstance(value, Mapping):
        return value
    faults.append(Fault("not_table", field=key, value=value))
    return {}


def _unknown(said: Mapping[str, Any], keys: Sequence[str], where: str = "") -> list[Fault]:
    return [
        Fault("unknown_key", field=f"{where}{key}", value=key, near=nearest(key, keys))
        for key in said
        if key not in keys
    ]


def _column(cls: type[Any], name: str, said: Any) -> Column:
    where = f"columns.{name}"
    if isinstance(said, str):
        aim = target(cls, said)
        return Column(
            goes=(Goes(target=aim),), separators=(";",) if aim.several or aim.each else ()
        )
    if not isinstance(said, Mapping):
        raise RegisterError("expected_field", field=where, value=said)
    if faults := _unknown(said, _COLUMN_KEYS, f"{where}."):
        raise RegisterError(faults)
    fields = said.get("field")
    fields = [fields] if isinstance(fields, str) else fields
    if not fields or not _texts(fields):
        raise RegisterError("expected_fields", field=f"{where}.field", value=fields)
    separators = said.get("separator", ";" if len(fields) == 1 else [])
    separators = [separators] if isinstance(separators, str) else separators
    if not _texts(separators) or "" in separators:
        raise RegisterError("expected_signs", field=f"{where}.separator", value=separators)
    detail, otherwise = said.get("detail", ""), said.get("otherwise")
    if not isinstance(detail, str) or not isinstance(otherwise, str | None):
        raise RegisterError("expected_texts", field=where, names=("detail", "otherwise"))
    goes = tuple(_goes(cls, path, None, detail) for path in fields)
    if otherwise is not None:
        _checked_code(goes[0], otherwise, f"{where}.otherwise")
    values = said.get("values", {})
    if not isinstance(values, Mapping):
        raise RegisterError("not_table", field=f"{where}.values", value=values)
    read = {
        folded(text): _value(cls, goes[0], value, f"{where}.values.{text}")
        for text, value in values.items()
    }
    simple = not (goes[0].target and (goes[0].target.several or goes[0].target.each))
    if (
        "separator" not in said
        and simple
        and not any(v.target and v.target.each for v in read.values())
    ):
        separators = []
    return Column(goes=goes, separators=tuple(separators), values=read, otherwise=otherwise)


def _goes(cls: type[Any], path: str, code: str | None, detail: str) -> Goes:
    aim = target(cls, path)
    if detail:
        target(cls, _beside(path, detail))
    return Goes(target=aim, code=code, detail=detail)


def _value(cls: type[Any], usual: Goes, said: Any, where: str) -> Goes:
    if isinstance(said, str):
        if said == "":
            return Goes(target=None)
        _checked_code(usual, said, where)
        return attrs.evolve(usual, code=said)
    if not isinstance(said, Mapping) or not isinstance(said.get("field"), str):
        raise RegisterError("expected_code", field=where, value=said)
    if faults := _unknown(said, _VALUE_KEYS, f"{where}."):
        raise RegisterError(faults)
    code, detail = said.get("code"), said.get("detail", "")
    if not isinstance(code, str | None) or not isinstance(detail, str):
        raise RegisterError("expected_texts", field=where, names=("code", "detail"))
    goes = _goes(cls, said["field"], code, detail)
    if code is not None:
        _checked_code(goes, code, where)
    return goes


def _checked_code(goes: Goes, code: str, where: str) -> None:
    choices = goes.target.metadata["choices"] if goes.target else ()
    if choices and code not in choices:
        raise RegisterError("unknown_code", field=where, value=code, near=nearest(code, choices))


def _beside(path: str, field: str) -> str:
    """Return the path of another field of the same item."""
    before, dot, _ = path.rpartition(".")
    return f"{before}{dot}{field}"


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
    >>> target(Traitement, "finalites[].nom").steps
    ('finalites', -1, 'nom')
    """
    steps: list[str | int] = []
    kind: Any = cls
    several = False
    metadata: Mapping[str, Any] = {}
    for part in path.split("."):
        match = _STEP.fullmatch(part)
        if match is None or several or not attrs.has(kind):
            raise RegisterError("not_path", field=path, value=path)
        fields = attrs.fields_dict(kind)
        name = match[1]
        if name not in fields:
            raise RegisterError("no_field", field=path, value=name, near=nearest(name, fields))
        hint = typing.get_type_hints(kind)[name]
        metadata = fields[name].metadata
        steps.append(name)
        kind, several = _inside(hint)
        for place in re.findall(r"\[(\d*)\]", match[2]):
            if not several:
                raise RegisterError("path_no_list", field=path, value=name, number=place)
            several = False
            steps.append(int(place) if place else EACH)
    if several and attrs.has(kind):
        raise RegisterError("path_of_parts", field=path, path=path)
    if steps.count(EACH) > 1:
        raise RegisterError("path_each_twice", field=path)
    return Target(path=path, steps=tuple(steps), kind=kind, several=several, metadata=metadata)


def _inside(hint: Any) -> tuple[Any, bool]:
    if isinstance(hint, types.UnionType):
        hint = typing.get_args(hint)[0]
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True
    return hint, False


def split(text: str, separators: Sequence[str]) -> list[str]:
    """Return the values of a cell: what stands in brackets, and a stroke in a number, do not part.

    Examples
    --------
    >>> split("Santé, régime (porc, gluten) ; paie et/ou primes", [",", ";", "/"])
    ['Santé', 'régime (porc, gluten)', 'paie et/ou primes']
    >>> split("France / Inde", ["/"]), split("01/02/2020", ["/"])
    (['France', 'Inde'], ['01/02/2020'])
    """
    return [part for part in (part.strip() for part in _parts(text, separators)) if part]


def _parts(text: str, separators: Sequence[str]) -> Iterator[str]:
    depth, begin, at = 0, 0, 0
    while at < len(text):
        sign = text[at]
        depth = max(0, depth + (sign in "([") - (sign in ")]"))
        found = next((s for s in separators if text.startswith(s, at)), None)
        if found is not None and depth == 0 and not _joins(text, at, found):
            yield text[begin:at]
            at += len(found)
            begin = at
        else:
            at += 1
    yield text[begin:]


def _joins(text: str, at: int, sign: str) -> bool:
    """Return whether a sign joins what stands on both sides: 1/2, 1,5, et/ou."""
    before, after = text[max(0, at - 2) : at], text[at + len(sign) : at + len(sign) + 2]
    digits = before[-1:].isdigit() and after[:1].isdigit()
    return (sign in ("/", ",", "-") and digits) or (sign == "/" and (before, after) == ("et", "ou"))


def parsed(form: str, text: str) -> dt.date | None:
    """Return the date of a text of a form; none where it is not of it."""
    try:
        return dt.datetime.strptime(text, form).date()
    except ValueError:
        return None
