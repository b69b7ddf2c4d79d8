"""What the columns of somebody's table mean: a mapping file, checked before any row is read."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.exchange.importers.wording import folded
from charte_registry.records import KINDS

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
        data = tomllib.loads(read_bytes(path, Limits(file_bytes=1_000_000)).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegisterError(f"{path}: not TOML: {error}") from None
    try:
        return mapping_from(data, kinds)
    except RegisterError as error:
        raise RegisterError([f"{path}: {problem}" for problem in error.problems]) from None


def mapping_from(data: Mapping[str, Any], kinds: Mapping[str, type[Any]] = KINDS) -> TableMapping:
    """Return a mapping of plain data; see ``read_mapping``."""
    problems = [f"`{k}`: unknown; {nearest(k, _KEYS)}" for k in data if k not in _KEYS]
    kind = data.get("kind", "")
    if kind not in kinds:
        raise RegisterError([*problems, f"`kind`: no kind {kind!r}; {nearest(str(kind), kinds)}"])
    cls = kinds[kind]
    columns, constants = _table(data, "columns", problems), _table(data, "constants", problems)
    if not columns and not problems:
        problems.append("`columns`: missing; say which column is which field")
    read: dict[str, Column] = {}
    for name, said in columns.items():
        if said != "":
            try:
                read[name] = _column(cls, name, said)
            except RegisterError as error:
                problems += error.problems
    fixed: list[tuple[Target, Any]] = []
    for path, value in constants.items():
        try:
            fixed.append((target(cls, path), value))
        except RegisterError as error:
            problems += [f"`constants`: {problem}" for problem in error.problems]
    ids = data.get("id", ())
    names = [ids] if isinstance(ids, str) else ids
    if not _texts(names):
        problems.append(f"`id`: expected a column or a list of columns, got {ids!r}")
    dates = data.get("dates", [])
    if not _texts(dates):
        problems.append(f"`dates`: expected a list such as ['%d/%m/%Y'], got {dates!r}")
    header = data.get("header")
    if header is not None and (
        not isinstance(header, int) or isinstance(header, bool) or header < 1
    ):
        problems.append(f"`header`: expected the number of a row from 1, got {header!r}")
    texts = {key: data.get(key) for key in ("sheet", "encoding", "delimiter")}
    problems += [
        f"`{key}`: expected text, got {value!r}"
        for key, value in texts.items() if value is not None and not isinstance(value, str)
    ]  # fmt: skip
    if isinstance(texts["delimiter"], str) and len(texts["delimiter"]) != 1:
        problems.append(f"`delimiter`: expected one sign, got {texts['delimiter']!r}")
    if isinstance(texts["encoding"], str) and not _encoding(texts["encoding"]):
        problems.append(f"`encoding`: {texts['encoding']!r} is unknown; write utf-8 or cp1252")
    if problems:
        raise RegisterError(problems)
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


def _table(data: Mapping[str, Any], key: str, problems: list[str]) -> Mapping[str, Any]:
    value = data.get(key, {})
    if isinstance(value, Mapping):
        return value
    problems.append(f"`{key}`: expected a table, got {value!r}")
    return {}


def _column(cls: type[Any], name: str, said: Any) -> Column:
    where = f"columns.{name}"
    if isinstance(said, str):
        aim = target(cls, said)
        return Column(
            goes=(Goes(target=aim),), separators=(";",) if aim.several or aim.each else ()
        )
    if not isinstance(said, Mapping):
        raise RegisterError(f"`{where}`: expected a field, or a table with `field`")
    if problems := [
        f"`{where}.{k}`: unknown; {nearest(k, _COLUMN_KEYS)}" for k in said if k not in _COLUMN_KEYS
    ]:
        raise RegisterError(problems)
    fields = said.get("field")
    fields = [fields] if isinstance(fields, str) else fields
    if not fields or not _texts(fields):
        raise RegisterError(f"`{where}.field`: expected a field, or a list of fields")
    separators = said.get("separator", ";" if len(fields) == 1 else [])
    separators = [separators] if isinstance(separators, str) else separators
    if not _texts(separators) or "" in separators:
        raise RegisterError(f"`{where}.separator`: expected a sign or a list of signs")
    detail, otherwise = said.get("detail", ""), said.get("otherwise")
    if not isinstance(detail, str) or not isinstance(otherwise, str | None):
        raise RegisterError(f"`{where}`: expected text in `detail` and in `otherwise`")
    goes = tuple(_goes(cls, path, None, detail) for path in fields)
    if otherwise is not None:
        _checked_code(goes[0], otherwise, f"{where}.otherwise")
    values = said.get("values", {})
    if not isinstance(values, Mapping):
        raise RegisterError(f"`{where}.values`: expected a table")
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
        raise RegisterError(f"`{where}`: expected a code, or a table with `field` and `code`")
    if problems := [
        f"`{where}.{k}`: unknown; {nearest(k, _VALUE_KEYS)}" for k in said if k not in _VALUE_KEYS
    ]:
        raise RegisterError(problems)
    code, detail = said.get("code"), said.get("detail", "")
    if not isinstance(code, str | None) or not isinstance(detail, str):
        raise RegisterError(f"`{where}`: expected text in `code` and in `detail`")
    goes = _goes(cls, said["field"], code, detail)
    if code is not None:
        _checked_code(goes, code, where)
    return goes


def _checked_code(goes: Goes, code: str, where: str) -> None:
    choices = goes.target.metadata["choices"] if goes.target else ()
    if choices and code not in choices:
        raise RegisterError(f"`{where}`: {code!r} is no code of it; {nearest(code, choices)}")


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
            raise RegisterError(f"`{path}`: no path of a field; write one such as finalites[].nom")
        fields = attrs.fields_dict(kind)
        name = match[1]
        if name not in fields:
            raise RegisterError(f"`{path}`: no field {name!r}; {nearest(name, fields)}")
        hint = typing.get_type_hints(kind)[name]
        metadata = fields[name].metadata
        steps.append(name)
        kind, several = _inside(hint)
        for place in re.findall(r"\[(\d*)\]", match[2]):
            if not several:
                raise RegisterError(f"`{path}`: {name} is no list; write it without [{place}]")
            several = False
            steps.append(int(place) if place else EACH)
    if several and attrs.has(kind):
        raise RegisterError(f"`{path}`: a list of parts; write {path}[] and a field of it")
    if steps.count(EACH) > 1:
        raise RegisterError(f"`{path}`: one [] only; write [0] for the others")
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
