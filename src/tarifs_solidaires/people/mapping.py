"""What others call an input or an output: their names and values, and ours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.engine.exact import work_out
from tarifs_solidaires.engine.expression import names
from tarifs_solidaires.engine.formula import FormulaError, parse_formula
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.errors import nearest
from tarifs_solidaires.people.cells import FLAGS
from tarifs_solidaires.people.days import day_of
from tarifs_solidaires.people.writing import opened, table_error
from tarifs_solidaires.rules.toml import MAX_BYTES, read_toml
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.numbers import exact

TAKES = ("sum", "last")
_SUM = re.compile(r"[\d.()+*/ -]{1,100}")


@attrs.frozen(kw_only=True)
class Entry:
    """What one of their names is.

    Parameters
    ----------
    name : str
        Our name.
    factor : Fraction or None
        What their number is multiplied by.
    above : Fraction or None
        Where it is given, ours is whether their number is above it.
    values : mapping of str to object
        Our value for each of theirs, as text; empty where they are the same.
    take : str
        Of values by period, the ``sum`` or the ``last`` one; empty for that of the case.
    """

    name: str
    factor: Fraction | None = None
    above: Fraction | None = None
    values: Mapping[str, Any] = EMPTY
    take: str = ""

    def ours(self, value: Any) -> Any:
        """Return our value for one of theirs.

        Raises
        ------
        ValueError
            Where there is none.
        """
        if self.values:
            text = text_of(value)
            if text not in self.values:
                raise ValueError(Phrase("{value!r} is not in the values of the map", value=value))
            return self.values[text]
        if self.factor is not None or self.above is not None:
            number = number_of(value) * (1 if self.factor is None else self.factor)
            return number if self.above is None else number > self.above
        return value


@attrs.frozen(kw_only=True)
class NameMap:
    """A mapping file: what their names are, and what is always given.

    Parameters
    ----------
    names : mapping of str to Entry
        By their names, ``entity.name`` where it depends on the entity.
    given : mapping of str to object
        Values of our inputs that hold in every case.
    ignore : frozenset of str
        Their names that matter to no result, which are not reported.
    person : str, int or None
        Whom a case of several persons is about; see ``read_cases``.
    """

    names: Mapping[str, Entry] = EMPTY
    given: Mapping[str, Any] = EMPTY
    ignore: frozenset[str] = frozenset()
    person: str | int | None = None

    def entry(self, name: str) -> Entry | None:
        """Return what a name is, with its entity or without; None where the map is silent."""
        return self.names.get(name) or self.names.get(name.rpartition(".")[2])

    def ignores(self, name: str) -> bool:
        """Say whether a name is left out on purpose."""
        return name in self.ignore or name.rpartition(".")[2] in self.ignore


def read_map(path: Path) -> NameMap:
    """Read a mapping file.

    Parameters
    ----------
    path : Path
        TOML: ``[names]`` with ``their.name = "our_name"`` or a table with ``name`` and ``factor``,
        ``above``, ``values`` or ``take``; ``[given]``; ``ignore`` and ``person``.

    Raises
    ------
    TableError
        Where it cannot be read, or a key is unknown.
    """
    with opened(path) as file:
        content = file.read(MAX_BYTES + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(path, "not UTF-8", "save it as UTF-8") from None
    data = read_toml(text, str(path))
    for key in data.keys() - {"names", "given", "ignore", "person"}:
        raise _wrong(path, "the key {key!r} is unknown",
                     nearest(key, ("names", "given", "ignore", "person")), key=key)  # fmt: skip
    names, given = data.get("names", {}), data.get("given", {})
    ignore, person = data.get("ignore", []), data.get("person")
    if not isinstance(names, dict) or not isinstance(given, dict):
        raise _wrong(path, "names and given are not tables", "write [names] and [given]")
    if not isinstance(ignore, list) or not all(isinstance(one, str) for one in ignore):
        raise _wrong(path, "ignore is not a list of names", 'write ignore = ["nationalite"]')
    if person is not None and (isinstance(person, bool) or not isinstance(person, str | int)):
        raise _wrong(path, "person is neither a name nor a position", 'write person = "parent1"')
    entries = dict(_entries(names, "", path))
    return NameMap(names=entries, given=given, ignore=frozenset(ignore), person=person)


def _entries(table: Mapping[str, Any], above: str, path: Path) -> Any:
    for key, value in table.items():
        name = f"{above}{key}"
        if isinstance(value, str):
            yield name, Entry(name=value)
        elif isinstance(value, dict) and isinstance(value.get("name"), str):
            yield name, _entry(name, value, path)
        elif isinstance(value, dict):
            yield from _entries(value, f"{name}.", path)
        else:
            raise _wrong(path, "{name} is neither a name nor a table with one",
                         'write {name} = "our_name"', name=name)  # fmt: skip


def _entry(name: str, table: Mapping[str, Any], path: Path) -> Entry:
    known = ("name", "factor", "above", "values", "take")
    for key in table.keys() - set(known):
        raise _wrong(path, "{name}: the key {key!r} is unknown", nearest(key, known), name=name,
                     key=key)  # fmt: skip
    values, take = table.get("values", {}), table.get("take", "")
    if not isinstance(values, dict) or take not in ("", *TAKES):
        raise _wrong(
            path,
            "{name}: values must be a table, and take must be sum or last",
            "correct it",
            name=name,
        )
    try:
        numbers = {key: exact(table[key]) for key in ("factor", "above") if key in table}
    except (TypeError, ValueError):
        raise _wrong(
            path, "{name}: factor and above must be numbers", "correct it", name=name
        ) from None
    return Entry(name=table["name"], values=values, take=take, **numbers)


def _wrong(path: Path, template: str, remedy: str, **data: Any) -> Exception:
    return table_error("map", path, template, remedy, **data)


# -- values ------------------------------------------------------------------------------------


def text_of(value: Any) -> str:
    """Return a value as a key of a table of values: ``true``, ``1``, ``0.5``, a word."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number_of(value: Any) -> Fraction:
    """Return a number exactly; a text can be a sum such as ``1000 / 12``.

    Raises
    ------
    ValueError
        Where it is none.
    """
    if isinstance(value, bool):
        return Fraction(int(value))
    try:
        if isinstance(value, str):
            return _of_text(value.strip())
        return exact(value)
    except (TypeError, ValueError, OverflowError, FormulaError, ArithmeticError):
        raise ValueError(Phrase("{value!r} is not a number", value=value)) from None


def _of_text(text: str) -> Fraction:
    if re.fullmatch(r"[+-]?\d{1,30}([.,]\d{1,30})?", text, re.ASCII):
        return Fraction(text.replace(",", "."))
    if _SUM.fullmatch(text) is None:
        raise ValueError(text)
    tree = parse_formula(text)
    if names(tree):
        raise ValueError(text)
    value = work_out([Step(name="sum", value=tree)], {})["sum"].value
    if not isinstance(value, Fraction):
        raise ValueError(text)
    return value


def truth_of(value: Any) -> bool:
    """Return true or false, of 1 and 0 and words too.

    Raises
    ------
    ValueError
        Where it is neither.
    """
    found = FLAGS.get(text_of(value).lower())
    if found is None:
        raise ValueError(Phrase("{value!r} is neither true nor false", value=value))
    return found


def date_of(value: Any) -> dt.date:
    """Return a day.

    Raises
    ------
    ValueError
        Where it is none.
    """
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    found = day_of(str(value))
    if found is None:
        raise ValueError(Phrase("{value!r} is not a day (YYYY-MM-DD)", value=value))
    return found
