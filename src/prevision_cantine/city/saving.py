"""A city to the folder of any city, from which it is loaded again as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine.arrays import Days
from prevision_cantine.city.city import City
from prevision_cantine.city.folder import TABLES
from prevision_cantine.city.menus import USUAL, Menus
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import write_csv, write_text
from prevision_cantine.words.language import DAYS
from prevision_cantine.words.plain import plain

NO_DISH = "."  # its day has a menu all the same

Row = tuple[str, ...]


def save_city(city: City, folder: str | Path) -> Path:
    """Write a city as a folder in the layout of any city; ``City.to_folder`` is the same.

    Parameters
    ----------
    city : City
        The city.
    folder : str or Path
        A folder that is not there yet, or is empty.

    Returns
    -------
    Path
        The folder. A city keeps the families of the dishes, not their names, so that each is
        written as a dish of its family; what a loader left out is not there.

    Raises
    ------
    CityError
        Where the folder is there and not empty.
    CantineError
        Where it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from prevision_cantine import load_city, make_city
    >>> city = make_city(canteens=2, years=1)
    >>> again = load_city(save_city(city, tempfile.mkdtemp()))
    >>> again.canteens == city.canteens, (again.attendance.meals == city.attendance.meals).all()
    (True, np.True_)
    """
    root = Path(folder)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise CityError("not_empty", where=folder)
    root.mkdir(parents=True, exist_ok=True)
    for name, (header, cells) in tables_of(city).items():
        write_csv(root / name, header, cells)
    said = "".join(f"{key} = {_toml(value)}\n" for key, value in settings_of(city).items())
    write_text(root / "ville.toml", said)
    return root


def tables_of(city: City) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Return the header and the cells of each file of a city's folder that has rows.

    Parameters
    ----------
    city : City
        The city.

    Returns
    -------
    dict of str to (header, rows)
        Cells as text, by name of the file.
    """
    several = bool(city.services)
    tables = {
        "frequentation.csv": _meals(city), "effectifs.csv": _people(city),
        "cantines.csv": _canteens(city), "calendrier.csv": _days(city), "annees.csv": _years(city),
        "menus.csv": _dishes(city), "variables.csv": _numbers(city), "absences.csv": _absences(city),
    }  # fmt: skip
    found = {}
    for name, table in tables.items():
        needed, optional = TABLES[name]
        header = [*needed, *optional]
        kept = [n for n, column in enumerate(header) if several or column != "service"]
        cells = [[row[n] for n in kept] for row in table]
        if cells:
            found[name] = ([header[n] for n in kept], cells)
    return found


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.15g}"


def _day(value: np.datetime64) -> str:
    return "" if np.isnat(value) else str(value)


def _series(city: City, number: int) -> tuple[str, str]:
    return city.sites[number], city.services[number] if city.services else ""


def _meals(city: City) -> Iterator[Row]:
    table = city.attendance
    columns = (table.canteen.tolist(), table.date.astype(str), table.meals, table.agents)
    for n, day, meals, agents in zip(*columns, strict=True):
        site, service = _series(city, n)
        yield day, site, _number(meals), service, _number(agents)


def _people(city: City) -> Iterator[Row]:
    starts = {year.name: year.start for year in city.calendar.years}
    for name, pupils in city.enrolment.items():
        for n in np.flatnonzero(np.isfinite(pupils)).tolist():
            site, service = _series(city, n)
            yield site, str(starts[name]), _number(pupils[n]), service, ""
    for name, told in city.provisional.items():
        for n in np.flatnonzero(np.isfinite(told.pupils)).tolist():
            site, service = _series(city, n)
            yield site, str(starts[name]), _number(told.pupils[n]), service, str(told.known_on)
    counts = city.headcounts
    columns = (counts.series.tolist(), counts.since, counts.people, counts.known_on)
    for n, since, people, known in zip(*columns, strict=True):
        site, service = _series(city, n)
        yield site, str(since), _number(people), service, "" if known == since else str(known)


def _canteens(city: City) -> Iterator[Row]:
    seen: set[str] = set()
    for n, site in enumerate(city.sites):
        if site in seen:
            continue
        seen.add(site)
        dates = [_day(days[n]) if len(days) else "" for days in (city.opens, city.closes)]
        old = [city.sites[m] for m in city.replaces[n]] if city.replaces else []
        yield site, city.types[n], *dates, ";".join(dict.fromkeys(old))


def _runs(days: Days) -> Iterator[tuple[str, str]]:
    """Return sorted days as spans of days that follow each other."""
    days = np.unique(days)
    edges = np.flatnonzero(np.diff(days).astype(np.int64) > 1)
    for start, end in zip([0, *(edges + 1)], [*edges, len(days) - 1], strict=True):
        if len(days):
            yield str(days[start]), str(days[end])


def _days(city: City) -> Iterator[Row]:
    calendar = city.calendar
    for item in calendar.breaks:
        yield str(item.start), str(item.end), "vacances", item.name, "", ""
    named = [
        ("ferie", "", calendar.public_holidays), ("ferme", "", calendar.closed),
        ("ouvert", "", calendar.opened), ("greve", "", calendar.strikes),
        ("exceptionnel", "", calendar.exceptional),
        *(("observance", name, days) for name, days in calendar.observances),
        *(("evenement", name, days) for name, days in calendar.events),
    ]  # fmt: skip
    for nature, name, days in named:
        for start, end in _runs(days):
            yield start, end, nature, name, "", ""
    for mark in city.marks:
        site, service = _series(city, mark.series)
        for start, end in _runs(mark.date):
            yield start, end, mark.nature, mark.name, site, service


def _years(city: City) -> Iterator[Row]:
    if city.calendar.is_school:
        for year in city.calendar.years:
            yield year.name, str(year.start), str(year.end)


def _dishes(city: City) -> Iterator[Row]:
    for service, menus in {"": city.menus, **city.menus_of}.items():
        known: dict[tuple[bool, ...], list[str]] = {}
        for day, flags in zip(
            menus.dates.astype(str), map(tuple, menus.flags.tolist()), strict=True
        ):
            if flags not in known:
                known[flags] = _dishes_of(menus, flags)
            for dish in known[flags]:
                yield day, dish, service


def _dishes_of(menus: Menus, flags: tuple[bool, ...]) -> list[str]:
    """Return dishes that these families hold, and no other."""
    of = zip(menus.families, flags, strict=True)
    served = {family.name: family for family, flag in of if flag}
    found = []
    for family in served.values():
        words = [
            word
            for word in family.dishes
            if served.keys() >= {f.name for f in menus.families if f.holds(plain(word))}
        ]
        found += (words or [*family.dishes, family.name])[:1]
    return found or [NO_DISH]


def _numbers(city: City) -> Iterator[Row]:
    for variable in city.variables:
        columns = (variable.series.tolist(), variable.date, variable.value, variable.known_on)
        for n, day, value, known in zip(*columns, strict=True):
            site, service = ("", "") if n < 0 else _series(city, n)
            yield str(day), variable.name, _number(value), site, service, str(known)


def _absences(city: City) -> Iterator[Row]:
    told = city.absences
    columns = (told.canteen.tolist(), told.date, told.pupils, told.announced)
    for n, day, pupils, announced in zip(*columns, strict=True):
        site, service = _series(city, n)
        yield site, str(day), _number(pupils), str(announced), service


def settings_of(city: City) -> dict[str, Any]:
    """Return what ``ville.toml`` says: languages, margins, weekdays, families and terms of the city."""
    found: dict[str, Any] = {k: v for k, v in city.settings.items() if k in ("langues", "marges")}
    found["jours"] = [DAYS["fr"][n] for n in city.calendar.weekdays]
    if city.menus.families != USUAL:
        own = {f.name: {"mots": list(f.dishes), **f.words} for f in city.menus.families}
        gone = {f.name: False for f in USUAL if f.name not in own}
        found["familles"] = {**gone, **own}  # all of them, which keeps their order
    if "termes" in city.settings:
        found["termes"] = city.settings["termes"]
    return found


def _toml(value: Any) -> str:
    """Return a value as TOML on one line; its texts are written as in JSON, which TOML reads."""
    if isinstance(value, Mapping):
        items = (f"{json.dumps(str(k), ensure_ascii=False)} = {_toml(v)}" for k, v in value.items())
        return "{ " + ", ".join(items) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
