"""Scenarios as files: the tables of a city's folder, with what changes alone."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine.calendar.days import to_day
from prevision_cantine.city.builder import Span
from prevision_cantine.city.city import City
from prevision_cantine.decide.changes import (
    MAX_FACTOR,
    MOST_PEOPLE,
    CanteenChange,
    EnrolmentChange,
    series_named,
)
from prevision_cantine.decide.scenario import NATURES, Scenario, event_natures
from prevision_cantine.decide.scenario_error import Problem, ScenarioError
from prevision_cantine.errors import CantineError, DateError
from prevision_cantine.words.plain import plain

MAX_BYTES = 1_000_000
LONGEST = 1_500  # days of a span
SHOWN = 5
MOST_VALUE = 1e12
# The tables, with the keys that each must and may have.
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "calendrier": (("du", "nature"), ("au", "nom", "cantine", "service")),
    "menus": (("date", "plat"), ("service",)),
    "absences": (("cantine", "absents"), ("date", "du", "au", "service")),
    "effectifs": ((), ("cantine", "service", "du", "effectif", "facteur", "difference")),
    "cantines": (
        ("cantine",), ("type", "ouvre_le", "ferme_le", "effectif", "remplace", "service"),
    ),
    "variables": (("nom", "valeur"), ("date", "du", "au", "cantine", "service")),
}  # fmt: skip
_HEAD = re.compile(r"\s*\[\[\s*['\"]?(\w+)['\"]?\s*\]\]")


def load_scenario(path: str | Path, city: City) -> Scenario:
    r"""Load a scenario from a TOML file.

    Parameters
    ----------
    path : str or Path
        File in UTF-8. Its tables have the names and columns of the files of a city's folder:
        ``[[calendrier]]``, ``[[menus]]``, ``[[absences]]``, ``[[effectifs]]``, ``[[cantines]]``,
        ``[[variables]]``; ``nom`` at the top is what the scenario is called.
    city : City
        The city of its canteens, services, events and variables.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    ScenarioError
        With everything that is wrong in it, each with its line.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from prevision_cantine import make_city
    >>> city = make_city(canteens=2, years=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "greve.toml"
    ...     text = "[[calendrier]]\ndu = 2021-05-11\nnature = 'greve'\ncantine = 'Cantine 02'\n"
    ...     _ = file.write_text(text, encoding="utf-8")
    ...     scenario = load_scenario(file, city)
    >>> scenario.spans[0].nature, scenario.spans[0].canteen
    ('greve', 'Cantine 02')
    """
    path = Path(path)
    text = _text(path)
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        reason = str(error) if not isinstance(error, RecursionError) else "too deep"
        raise ScenarioError([Problem("unreadable", str(path), {"reason": reason})]) from None
    return _Reader(path, text, city).scenario(found)


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is not a file")
        if path.stat().st_size > MAX_BYTES:
            raise OSError(0, f"larger than {MAX_BYTES:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "not UTF-8"
        if isinstance(error, OSError):
            missing = isinstance(error, FileNotFoundError)
            reason = "no such file" if missing else str(error.strerror)
        raise ScenarioError([Problem("unreadable", str(path), {"reason": reason})]) from None


class Item:
    """One item of a table: its keys, each read once, and what is wrong with them.

    Parameters
    ----------
    place : str
        Where it stands, for messages.
    values : mapping of str to object
        What it says.
    problems : list of Problem
        Where what is wrong is added.
    """

    place: str
    values: Mapping[str, Any]
    problems: list[Problem]

    def __init__(self, place: str, values: Mapping[str, Any], problems: list[Problem]) -> None:
        self.place, self.values, self.problems = place, values, problems

    def wrong(self, code: str, **facts: object) -> None:
        """Add what is wrong."""
        self.problems.append(Problem(code, self.place, facts))

    def text(self, key: str) -> str:
        """Return a text, empty where there is none."""
        value = self.values.get(key, "")
        if isinstance(value, str) and (value.strip() or key not in self.values):
            return value.strip()
        self.wrong("no_text", key=key, value=_named(value))
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a text or several."""
        value = self.values.get(key, [])
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(v, str) and v.strip() for v in values):
            return tuple(v.strip() for v in values)
        self.wrong("no_texts", key=key)
        return ()

    def day(self, key: str) -> np.datetime64 | None:
        """Return a day."""
        value = self.values.get(key)
        if value is None:
            return None
        given = isinstance(value, str) or type(value) is dt.date
        if given:
            with suppress(DateError):
                return to_day(value)
        self.wrong("no_date", key=key, value=_named(value))
        return None

    def number(self, key: str, least: float, most: float) -> float | None:
        """Return a number of a range."""
        value = self.values.get(key)
        if value is None:
            return None
        if type(value) in (int, float) and least <= value <= most:
            return float(value)
        self.wrong("no_number", key=key, value=_named(value), least=least, most=most)
        return None


class _Reader:
    """The tables of one file, read against a city."""

    def __init__(self, path: Path, text: str, city: City) -> None:
        self.path, self.before, self.city = path, city, city
        self.problems: list[Problem] = []
        self.lines: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(text.splitlines(), 1):
            if head := _HEAD.match(line):
                self.lines[head[1]].append(number)
        self.sites = tuple(dict.fromkeys(city.sites))
        self.services = tuple(dict.fromkeys(s for s in city.service_of if s))

    def scenario(self, found: Mapping[str, Any]) -> Scenario:
        """Return the scenario that the tables say, or raise all that is wrong in them."""
        name = Item(str(self.path), found, self.problems).text("nom")
        for key in found:
            if key not in (*TABLES, "nom"):
                self._wrong("unknown_table", value=key, known=tuple(TABLES))
        canteens = [c for item in self._items(found, "cantines") if (c := self._canteen(item))]
        if canteens and not self.problems:  # what follows may name them
            self.city = Scenario(canteens=canteens).with_canteens(self.city)
        spans = [s for item in self._items(found, "calendrier") if (s := self._span(item))]
        people = [p for item in self._items(found, "effectifs") if (p := self._people(item))]
        menus = self._menus(found)
        absences = self._absences(found)
        variables = self._variables(found)
        changes = Scenario(
            name=name, spans=spans, people=people, canteens=canteens, menus=menus.pop("", {}),
            menus_of=menus, absences=absences, variables=variables,
        )  # fmt: skip
        if not self.problems and not any(found.get(table) for table in TABLES):
            self._wrong("nothing", known=tuple(TABLES))
        if not self.problems:
            try:
                changes.apply(self.before)
            except CantineError as error:  # more away than enrolled, fewer people than none
                self._wrong("cannot_apply", detail=str(error))
        if self.problems:
            raise ScenarioError(self.problems)
        return changes

    def _wrong(self, code: str, **facts: object) -> None:
        self.problems.append(Problem(code, str(self.path), facts))

    def _items(self, found: Mapping[str, Any], table: str) -> Iterable[Item]:
        """Return the items of a table whose keys are those that it has."""
        given = found.get(table, [])
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            place = f"{self.path}: {table}"
            self.problems.append(Problem("not_table", place, {"value": table}))
            return
        lines = self.lines[table] if len(self.lines[table]) == len(given) else []
        needed, optional = TABLES[table]
        for n, values in enumerate(given):
            line = f":{lines[n]}" if lines else ""
            item = Item(f"{self.path}{line}: {table} {n + 1}", values, self.problems)
            for key in values:
                if key not in (*needed, *optional):
                    item.wrong("unknown_key", value=key, known=(*needed, *optional))
            lacking = [key for key in needed if key not in values]
            for key in lacking:
                item.wrong("missing_key", value=key)
            if not lacking:
                yield item

    def _whom(self, item: Item, *, new: Iterable[str] = ()) -> tuple[str, str]:
        """Return a canteen and a service that the city has."""
        canteen, service = item.text("cantine"), item.text("service")
        if service and service not in self.services:
            item.wrong("unknown_service", value=service, known=self.services or ("-",))
            service = ""
        known = (*self.sites, *self.city.canteens, *new, *self.new)
        if canteen and canteen not in known:
            item.wrong("unknown_canteen", value=canteen, known=self._near(canteen))
            canteen = ""
        return canteen, service

    new: tuple[str, ...] = ()  # canteens that the scenario opens

    def _near(self, name: str) -> tuple[str, ...]:
        by_plain = {plain(known): known for known in reversed(self.sites)}
        near = [by_plain[found] for found in get_close_matches(plain(name), by_plain, n=3)]
        return tuple(near) or self.sites[:SHOWN]

    def _inside(self, item: Item, *days: np.datetime64 | None) -> bool:
        """Return whether days are in the calendar."""
        first, last = self.city.calendar.span
        outside = [day for day in days if day is not None and not first <= day <= last]
        for day in outside:
            item.wrong("outside_calendar", value=str(day), start=str(first), end=str(last))
        return not outside

    def _between(self, item: Item) -> tuple[np.datetime64, np.datetime64] | None:
        """Return the first and last day of ``du`` and ``au``, or of ``date``."""
        given = [key for key in ("date", "du") if key in item.values]
        if len(given) != 1 or ("au" in item.values and given == ["date"]):
            item.wrong("one_of", known=("date", "du"))
            return None
        start = item.day(given[0])
        end = item.day("au") if "au" in item.values else start
        if start is None or end is None:
            return None
        if end < start:
            item.wrong("reversed", start=str(start), end=str(end))
            return None
        if (end - start).astype(int) > LONGEST:
            item.wrong("too_long", start=str(start), end=str(end), most=LONGEST)
            return None
        return (start, end) if self._inside(item, start, end) else None

    def _span(self, item: Item) -> Span | None:
        nature, name = plain(item.text("nature")), item.text("nom")
        if nature not in NATURES:
            item.wrong("unknown_nature", value=item.values["nature"], known=NATURES)
        if nature in ("evenement", "observance"):
            known = event_natures(self.city)
            if not name:
                item.wrong("missing_key", value="nom")
            elif name not in known:
                item.wrong("unknown_event", value=name, known=tuple(sorted(known)) or ("-",))
            else:
                nature = known[name]
        canteen, service = self._whom(item)
        days = self._between(item)
        if days is None:
            return None
        name = name or ("vacances" if nature == "vacances" else "")
        return Span(
            start=days[0], end=days[1], nature=nature, name=name, canteen=canteen, service=service,
            place=item.place,
        )  # fmt: skip

    def _menus(self, found: Mapping[str, Any]) -> dict[str, dict[dt.date, list[str]]]:
        menus: dict[str, dict[dt.date, list[str]]] = {}
        for item in self._items(found, "menus"):
            _, service = self._whom(item)
            day, dishes = item.day("date"), item.texts("plat")
            if day is not None and self._inside(item, day):
                menus.setdefault(service, {}).setdefault(day.astype(dt.date), []).extend(dishes)
        return menus

    def _absences(self, found: Mapping[str, Any]) -> dict[tuple[str, str | dt.date], float]:
        absences: dict[tuple[str, str | dt.date], float] = defaultdict(float)
        for item in self._items(found, "absences"):
            canteen, service = self._whom(item)
            days, away = self._between(item), item.number("absents", 0.5, MOST_PEOPLE)
            if days is None or away is None or not canteen:
                continue
            served = self.city.calendar.school_days(*days)
            for n in series_named(self.city, canteen, service):
                for day in served if len(served) else np.array([days[0]]):
                    absences[self.city.canteens[n], day.item()] += away
        return dict(absences)

    def _variables(self, found: Mapping[str, Any]) -> dict[str, dict[Any, float]]:
        names = tuple(variable.name for variable in self.city.variables)
        variables: dict[str, dict[Any, float]] = defaultdict(dict)
        for item in self._items(found, "variables"):
            name, (canteen, service) = item.text("nom"), self._whom(item)
            if name not in names:
                item.wrong("unknown_variable", value=name, known=names or ("-",))
            days, value = self._between(item), item.number("valeur", -MOST_VALUE, MOST_VALUE)
            if days is None or value is None:
                continue
            whom = [self.city.canteens[n] for n in series_named(self.city, canteen, service)]
            for day in np.arange(days[0], days[1] + 1, dtype="datetime64[D]").tolist():
                keys = [(series, day) for series in whom] if canteen or service else [day]
                variables[name] |= dict.fromkeys(keys, value)
        return dict(variables)

    def _people(self, item: Item) -> EnrolmentChange | None:
        canteen, service = self._whom(item)
        ways = ("effectif", "facteur", "difference")
        given = [key for key in ways if key in item.values]
        if len(given) != 1:
            item.wrong("one_of", known=ways)
            return None
        since = item.day("du")
        people = item.number("effectif", 1, MOST_PEOPLE)
        factor = item.number("facteur", 1 / MAX_FACTOR, MAX_FACTOR)
        more = item.number("difference", -MOST_PEOPLE, MOST_PEOPLE)
        if given[0] != "facteur" and "du" not in item.values:
            item.wrong("since_needed")
            return None
        wrong_day = "du" in item.values and (since is None or not self._inside(item, since))
        if wrong_day or (people, factor, more) == (None, None, None):
            return None
        return EnrolmentChange(
            canteen=canteen, service=service, since=since, people=people, factor=factor, more=more
        )

    def _canteen(self, item: Item) -> CanteenChange | None:
        name, service = item.text("cantine"), item.text("service")
        opens, closes = item.day("ouvre_le"), item.day("ferme_le")
        people = item.number("effectif", 1, MOST_PEOPLE)
        known = name in (*self.sites, *self.city.canteens)
        if not name:
            return None
        if not known and not {"ouvre_le", "effectif"} <= item.values.keys():
            item.wrong("new_canteen", value=name, known=self._near(name))
            return None
        if name in self.new:
            item.wrong("twice", value=name)
        for key in ("type", "effectif", "remplace") if known else ():
            if key in item.values:  # the data have it
                item.wrong("unknown_key", value=key, known=("ouvre_le", "ferme_le"))
        if known and not {"ouvre_le", "ferme_le"} & item.values.keys():
            item.wrong("missing_key", value="ouvre_le / ferme_le")
        if service and service not in self.services:
            item.wrong("unknown_service", value=service, known=self.services or ("-",))
        replaces = item.texts("remplace")
        for other in replaces:
            if other not in self.sites:
                item.wrong("unknown_canteen", value=other, known=self._near(other))
        if not self._inside(item, opens):
            return None
        if opens is not None and closes is not None and closes <= opens:
            item.wrong("closes_first", start=str(opens), end=str(closes))
            return None
        if not known:
            self.new = (*self.new, name)
        if not known and (opens is None or people is None):
            return None
        return CanteenChange(
            name=name, opens=opens, closes=closes, people=people, kind=item.text("type"),
            replaces=replaces, service=service,
        )  # fmt: skip


def _named(value: object) -> str | float:
    """Return a value that is not what it should be as an error holds it: a file has days and lists."""
    return value if isinstance(value, str | int | float) else str(value)
