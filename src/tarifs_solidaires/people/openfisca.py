"""Tests of OpenFisca in YAML: persons and their households, vectors, values by period.

The format is that of ``openfisca test``: a test or a list of them, each with ``name``, ``period``,
``input``, ``output`` and margins. Values are those of one person or a list, one a person; or they
stand under their entity (``individus``, ``menage``, ``foyers_fiscaux``, ...), whose roles name persons.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.errors import TableError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.writing import table_error

DEEPEST = 30  # lists in lists
# Keys of a test that say nothing of its result.
TOLD = (
    "name", "description", "keywords", "period", "input", "output", "max_spiral_loops",
    "absolute_error_margin", "relative_error_margin", "only_variables", "ignore_variables",
)  # fmt: skip
PERSONS = (
    "individus",
    "individu",
    "persons",
    "person",
    "people",
    "individuals",
    "personas",
    "pessoas",
)
_DAY = re.compile(r"(?:(?:day|week|month|year):)?(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?::\d+)?")
_PERIOD = re.compile(rf"{_DAY.pattern}|eternity", re.IGNORECASE)


# -- YAML --------------------------------------------------------------------------------------


def yaml_cases(path: Path, text: str, person: str | int | None) -> Iterator[dict[str, Any]]:
    """Yield the parts of the cases of a YAML text; see ``Case``."""
    for line, test in _tests(path, text):
        where = f"{path}:{line}"
        name = str(test.get("name") or test.get("description") or "")
        unread = tuple(str(key) for key in test if key not in TOLD)
        common: dict[str, Any] = {
            "where": where, "unread": unread, "absolute": test.get("absolute_error_margin"),
            "relative": test.get("relative_error_margin"),
        }  # fmt: skip
        period = str(test.get("period", ""))
        try:
            on = _day(period)
            given, expected = test.get("input") or {}, test.get("output") or {}
            if not isinstance(given, dict) or not isinstance(expected, dict):
                raise _ProblemError(Phrase("input and output must be names with their values"))
            found = list(_persons(given, expected, person))
        except _ProblemError as problem:
            yield {"name": name, "problem": problem.args[0], **common}
            continue
        for suffix, one, other in found:
            yield {"name": f"{name}{suffix}", "on": on, "given": one, "expected": other, **common}


class _ProblemError(ValueError):
    """Why a case cannot be used."""


def _day(period: str) -> dt.date | None:
    if not period or period.lower() == "eternity":
        return None
    found = _DAY.fullmatch(period)
    try:
        if found:
            return dt.date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        pass
    raise _ProblemError(Phrase("period: {period!r} is not a day, month or year", period=period))


def _is_periods(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_PERIOD.fullmatch(key) for key in value)


def _persons(
    given: dict[str, Any], expected: dict[str, Any], person: str | int | None
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield for each person that is asked for: a suffix, what is given, what is expected."""
    entities = {
        key: value
        for key, value in given.items()
        if isinstance(value, dict) and not _is_periods(value)
    }
    flat = {key: value for key, value in given.items() if key not in entities}
    if entities:
        yield from _of_household(entities, flat, expected, person)
        return
    lengths = {len(one) for value in (*given.values(), *expected.values())
               for one in (value.values() if _is_periods(value) else [value])
               if isinstance(one, list)} - {1}  # fmt: skip
    if len(lengths) > 1:
        raise _ProblemError(Phrase("lists of {names} values", names=Joined(sorted(lengths), "and")))
    count = lengths.pop() if lengths else 1
    chosen = [person] if isinstance(person, int) else range(count)
    for n in chosen:
        if not 0 <= n < count:
            raise _ProblemError(Phrase("there is no person {n}", n=n))
        suffix = f" [{n}]" if count > 1 else ""
        yield suffix, _at(flat, n), _at(expected, n)


def _at(values: Mapping[str, Any], n: int) -> dict[str, Any]:
    """Return the values of one person out of lists."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if _is_periods(value):
            one: Any = _at(value, n)
        elif isinstance(value, list):
            one = value[n] if len(value) > 1 else (value or [None])[0]
        else:
            one = value
        if one is not None and one != {}:
            found[key] = one
    return found


def _of_household(
    entities: dict[str, Any], flat: dict[str, Any], expected: dict[str, Any],
    person: str | int | None,
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:  # fmt: skip
    """Yield what is given of persons and of the groups that they are in, and what is expected."""
    groups = {name: _members(name, value) for name, value in entities.items()}
    kind = _person_kind(groups)
    people = groups.pop(kind)
    named = [one for one in _members(kind, expected[kind]) if one in people] if (
        person is None and isinstance(expected.get(kind), dict)
    ) else []  # fmt: skip
    for chosen in named or [_chosen(people, groups, person)]:
        position = list(people).index(chosen)
        own = {kind: chosen}
        given = dict(_at(flat, position))
        given |= _own_values(kind, people[chosen], people)
        for name, members in groups.items():
            inside = [key for key, one in members.items() if chosen in _roles(one, people)]
            if not inside and len(members) > 1:
                raise _ProblemError(
                    Phrase("{chosen} is in none of {name}", chosen=chosen, name=name)
                )
            own[name] = inside[0] if inside else next(iter(members))
            given |= _own_values(name, members[own[name]], people)
        yield (
            f" [{chosen}]" if len(named) > 1 else "",
            given,
            _expected(expected, own, people, position),
        )


def _own_values(
    entity: str, contents: Mapping[str, Any], people: Mapping[str, Any]
) -> dict[str, Any]:
    values = {name: value for name, value in contents.items() if not _is_role(value, people)}
    return {f"{entity}.{name}": value for name, value in _at(values, 0).items()}


def _expected(
    expected: dict[str, Any], own: Mapping[str, str], people: Mapping[str, Any], position: int
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in expected.items():
        if isinstance(value, dict) and not _is_periods(value):
            members = _members(name, value)
            key = own.get(name, "")
            if key not in members and len(members) == 1:
                key = next(iter(members))
            found |= _own_values(name, members.get(key, {}), people)
        else:
            values = value.values() if isinstance(value, dict) else [value]
            # a value a person, or one for the group in which all of them are
            many = any(isinstance(one, list) and len(one) == len(people) for one in values)
            found |= _at({name: value}, position if many else 0)
    return found


def _members(name: str, value: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the members of an entity by their names; of one that is alone, itself."""
    if value and all(one is None or (isinstance(one, dict) and not _is_periods(one))
                     for one in value.values()):  # fmt: skip
        return {key: one or {} for key, one in value.items()}
    return {name: value}


def _person_kind(groups: Mapping[str, Mapping[str, dict[str, Any]]]) -> str:
    """Return the entity whose members the others name, else one of a known name, else the first."""
    named = {
        member for members in groups.values() for contents in members.values()
        for value in contents.values() for member in (value if isinstance(value, list) else [value])
        if isinstance(member, str)
    }  # fmt: skip
    for name, members in groups.items():
        if name in PERSONS or (len(members) > 0 and set(members) <= named):
            return name
    return next(iter(groups))


def _is_role(value: Any, people: Mapping[str, Any]) -> bool:
    members = value if isinstance(value, list) else [value]
    return bool(members) and all(isinstance(one, str) and one in people for one in members)


def _roles(contents: Mapping[str, Any], people: Mapping[str, Any]) -> set[str]:
    return {
        one for value in contents.values() if _is_role(value, people)
        for one in (value if isinstance(value, list) else [value])
    }  # fmt: skip


def _chosen(
    people: Mapping[str, Any], groups: Mapping[str, Mapping[str, dict[str, Any]]],
    person: str | int | None,
) -> str:  # fmt: skip
    names = list(people)
    if person is None:
        return names[0]
    if isinstance(person, int):
        if 0 <= person < len(names):
            return names[person]
    elif person in people:
        return person
    else:
        for members in groups.values():
            for contents in members.values():
                value = contents.get(person)
                if value and _is_role(value, people):
                    return str(value[0] if isinstance(value, list) else value)
    raise _ProblemError(
        Phrase("there is no person {person!r} among {names}", person=person, names=Joined(names))
    )


def _tests(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the tests of a YAML text with their lines, read safely."""
    with needs("tarifs"):
        import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if "&" in text or "*" in text:  # a short text with aliases can stand for a huge one
            for event in yaml.parse(text, Loader=loader):
                if getattr(event, "anchor", None) is not None:
                    line = event.start_mark.line + 1 if event.start_mark else 1
                    raise table_error(
                        "yaml", f"{path}:{line}", "anchors are refused",
                        "write the value out",
                    )  # fmt: skip
        reading = loader(text)
        node = reading.get_single_node()
        if node is None:
            return
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            line = item.start_mark.line + 1
            data = _plain(reading, item, path, 0)
            if not isinstance(data, dict) or "output" not in data:
                raise table_error("yaml", f"{path}:{line}", "a test has an input and an output",
                                  "write name, period, input, output")  # fmt: skip
            yield line, data
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else path
        reason = getattr(error, "problem", None) or type(error).__name__
        raise table_error("yaml", where, "is not YAML", "correct it", detail=reason) from None
    except TableError:
        raise
    except (ValueError, RecursionError, OverflowError) as error:
        raise table_error("yaml", path, "is not YAML", "correct it",
                          detail=type(error).__name__) from None  # fmt: skip


def _plain(loader: Any, node: Any, path: Path, depth: int) -> Any:
    """Return plain data: keys as text, none of them twice."""
    with needs("tarifs"):
        import yaml

    if depth > DEEPEST:
        raise table_error("yaml", f"{path}:{node.start_mark.line + 1}", "too many lists in lists",
                          "no case needs that")  # fmt: skip
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, one, path, depth + 1) for one in node.value]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in found:
            raise table_error("yaml", f"{path}:{key.start_mark.line + 1}", "{name!r} appears twice",
                              "keep one", name=name)  # fmt: skip
        found[name] = _plain(loader, value, path, depth + 1)
    return found


def at_period(value: Any, day: dt.date | None, take: str) -> Any:
    """Return one value out of values by period; another value as it is.

    Parameters
    ----------
    value : object
        A value, or a mapping of periods to values.
    day : date or None
        Day of the case.
    take : str
        ``sum`` or ``last``; else the one value there is, or that of the month or year of the day.

    Raises
    ------
    ValueError
        Where several values are left.
    """
    if not _is_periods(value):
        return value
    if take == "sum":
        return sum(value.values())
    if take == "last" or len(value) == 1:
        return value[max(value)]
    if day is not None:
        for period in (f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}"):
            if period in value:
                return value[period]
    raise ValueError(Phrase('has several periods; say take = "sum" or "last" in the map'))
