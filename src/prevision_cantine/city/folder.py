"""The folder of any city: the layout that other programs write, read into the builder's tables."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine.calendar.days import SchoolYear
from prevision_cantine.city.builder import CityTables, Meals, Span, build_city
from prevision_cantine.city.city import City
from prevision_cantine.city.records import Remark
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import Row, parse_count, parse_date, parse_number, read_rows
from prevision_cantine.words.language import DAYS
from prevision_cantine.words.plain import plain

NATURES = (
    "vacances", "ferie", "ferme", "ouvert", "greve", "observance", "evenement", "exceptionnel",
)  # fmt: skip
LONGEST = 1_500  # days of a span
MAX_TOML = 1_000_000  # bytes
# Every table: the columns that it must have, and those that it may have.
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "frequentation.csv": (("date", "cantine", "reel"), ("service", "prevision_agents")),
    "effectifs.csv": (("cantine", "du", "effectif"), ("service", "connu_le")),
    "cantines.csv": (("cantine",), ("type", "ouvre_le", "ferme_le", "remplace")),
    "calendrier.csv": (("du", "au", "nature"), ("nom", "cantine", "service")),
    "annees.csv": (("nom", "du", "au"), ()),
    "menus.csv": (("date", "plat"), ("service",)),
    "variables.csv": (("date", "nom", "valeur"), ("cantine", "service", "connu_le")),
    "absences.csv": (("cantine", "date", "absents", "annonce_le"), ("service",)),
}
KEYS = ("langues", "jours", "familles", "termes", "fuseau")
ALWAYS = np.datetime64("1950-01-01")  # since when a value without a day of knowledge is known
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_IDENTIFIER = re.compile(r"[^\W\d][\w -]{0,59}")


def is_folder(root: Path) -> bool:
    """Return whether a folder has the layout of any city, known by its attendance at the top."""
    return (root / "frequentation.csv").exists()


def load_folder(root: Path) -> City:
    """Load a city from a folder in the layout of any city; see ``load_city``."""
    reader = _Reader(root)
    tables = CityTables(meals=reader.meals(), report=reader.report)
    reader.canteens(tables)
    reader.people(tables)
    tables.spans = reader.spans()
    tables.years = reader.years()
    reader.dishes(tables)
    reader.numbers(tables)
    reader.absences(tables)
    tables.settings = read_settings(root, reader.report)
    return build_city(tables)


class _Reader:
    """The files of one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.report: list[Remark] = []
        for path in sorted(root.iterdir()):
            if path.suffix == ".csv" and path.name not in TABLES:
                self.report.append(Remark(path.name, "a file that no table is", "left out", 1))

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table; none where the file is not there."""
        path = self.root / name
        if not path.exists():
            return []
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise CityError(
                f"{path}: a link to a file outside the folder; put the file itself there"
            )
        left_out: list[str] = []
        columns, optional = TABLES[name]
        rows = read_rows(path, columns, optional=optional, left_out=left_out)
        if left_out:
            what = f"columns {', '.join(map(repr, left_out))}"
            self.report.append(Remark(name, what, "left out", len(left_out)))
        return rows

    def day(self, name: str, line: int, text: str) -> np.datetime64:
        """Return a day written YYYY-MM-DD."""
        path = self.root / name
        if not _ISO.fullmatch(text.strip()):
            raise CityError(f"{path}:{line}: {text!r} is no date; write YYYY-MM-DD")
        return parse_date(path, line, text.strip())

    def cell(self, name: str, line: int, row: dict[str, str], column: str) -> str:
        """Return a name that must not be empty."""
        text = row[column].strip()
        if not text:
            raise CityError(f"{self.root / name}:{line}: {column} is empty; fill it in")
        return text

    def meals(self) -> list[Meals]:
        name = "frequentation.csv"
        path = self.root / name
        days: dict[str, np.datetime64] = {}
        found = []
        for line, row in self.rows(name):
            if row["date"] not in days:
                days[row["date"]] = self.day(name, line, row["date"])
            found.append(
                Meals(
                    series=(self.cell(name, line, row, "cantine"), row.get("service", "").strip()),
                    date=days[row["date"]],
                    served=parse_count(path, line, "reel", row["reel"].strip()),
                    agents=parse_count(
                        path, line, "prevision_agents", row.get("prevision_agents", "").strip()
                    ),
                    place=f"{path}:{line}",
                )
            )
        return found

    def canteens(self, tables: CityTables) -> None:
        name = "cantines.csv"
        for line, row in self.rows(name):
            site = self.cell(name, line, row, "cantine")
            if site in tables.types:
                raise CityError(f"{self.root / name}:{line}: {site!r} stands twice; keep one")
            tables.types[site] = row.get("type", "").strip()
            for column, target in (("ouvre_le", tables.opens), ("ferme_le", tables.closes)):
                if row.get(column, "").strip():
                    target[site] = self.day(name, line, row[column])
            both = site in tables.opens and site in tables.closes
            if both and tables.closes[site] <= tables.opens[site]:
                raise CityError(
                    f"{self.root / name}:{line}: {site!r} closes on {tables.closes[site]}, not "
                    f"after it opens on {tables.opens[site]}; correct the dates"
                )
            others = tuple(o.strip() for o in row.get("remplace", "").split(";") if o.strip())
            if others:
                tables.replaces[site] = others
        if tables.types:
            for site in dict.fromkeys(meal.series[0] for meal in tables.meals):
                if site not in tables.types:
                    what = f"canteen {site!r} has meals and no line"
                    self.report.append(Remark(name, what, "taken without a type", 1))

    def people(self, tables: CityTables) -> None:
        name = "effectifs.csv"
        path = self.root / name
        empty = 0
        for line, row in self.rows(name):
            since = self.day(name, line, row["du"])
            known = row.get("connu_le", "").strip()
            people = parse_count(path, line, "effectif", row["effectif"].strip())
            if not people > 0:
                empty += 1
                continue
            series = (self.cell(name, line, row, "cantine"), row.get("service", "").strip())
            known_on = self.day(name, line, known) if known else since
            tables.people.append((series, since, people, known_on, f"{path}:{line}"))
        if empty:
            self.report.append(Remark(name, "no count above 0", "taken as unknown", empty))

    def span(
        self, name: str, line: int, row: dict[str, str]
    ) -> tuple[np.datetime64, np.datetime64]:
        """Return the first and last day of a line."""
        start, end = self.day(name, line, row["du"]), self.day(name, line, row["au"])
        if start > end:
            raise CityError(f"{self.root / name}:{line}: {start} is after {end}; exchange them")
        if (end - start).astype(int) > LONGEST:
            raise CityError(
                f"{self.root / name}:{line}: {start} to {end} is longer than {LONGEST:,} days; "
                "correct the dates, or give several spans"
            )
        return start, end

    def spans(self) -> list[Span]:
        name = "calendrier.csv"
        found = []
        for line, row in self.rows(name):
            start, end = self.span(name, line, row)
            nature, label = plain(row["nature"].strip()), row.get("nom", "").strip()
            if nature not in NATURES:
                raise CityError(
                    f"{self.root / name}:{line}: nature {row['nature']!r}: write one of "
                    f"{', '.join(NATURES)}"
                )
            if nature in ("evenement", "observance") and not _IDENTIFIER.fullmatch(label):
                raise CityError(
                    f"{self.root / name}:{line}: {nature} needs a name that begins with a letter, of "
                    "60 letters, digits, spaces and hyphens at most; write it as nom"
                )
            found.append(
                Span(
                    start=start, end=end, nature=nature, name=label,
                    canteen=row.get("cantine", "").strip(), service=row.get("service", "").strip(),
                    place=f"{self.root / name}:{line}",
                )
            )  # fmt: skip
        return found

    def years(self) -> list[SchoolYear]:
        name = "annees.csv"
        return [
            SchoolYear(self.cell(name, line, row, "nom"), *self.span(name, line, row))
            for line, row in self.rows(name)
        ]

    def dishes(self, tables: CityTables) -> None:
        name = "menus.csv"
        for line, row in self.rows(name):
            day: dt.date = self.day(name, line, row["date"]).astype(dt.date)
            of_service = tables.dishes.setdefault(row.get("service", "").strip(), {})
            dishes = of_service.setdefault(day, [])
            if any(map(str.isalpha, row["plat"])):
                dishes.append(row["plat"].strip())

    def numbers(self, tables: CityTables) -> None:
        name = "variables.csv"
        path = self.root / name
        missing = 0
        for line, row in self.rows(name):
            label = self.cell(name, line, row, "nom")
            if not _IDENTIFIER.fullmatch(label):
                raise CityError(
                    f"{path}:{line}: nom {label!r}: give a name that begins with a letter, of 60 "
                    "letters, digits, spaces and hyphens at most"
                )
            day = self.day(name, line, row["date"])
            known = row.get("connu_le", "").strip()
            if "connu_le" in row and not known:
                known = row["date"]
            known_on = self.day(name, line, known) if known else ALWAYS
            value = parse_number(path, line, "valeur", row["valeur"].strip())
            if np.isnan(value):
                missing += 1
                continue
            canteen, service = row.get("cantine", "").strip(), row.get("service", "").strip()
            tables.numbers.append((label, canteen, service, day, value, known_on))
        if missing:
            self.report.append(Remark(name, "no value", "taken as unknown", missing))

    def absences(self, tables: CityTables) -> None:
        name = "absences.csv"
        path = self.root / name
        for line, row in self.rows(name):
            people = parse_count(path, line, "absents", row["absents"].strip())
            if not people > 0:
                raise CityError(
                    f"{path}:{line}: absents: {row['absents']!r}; give people above 0, or leave the "
                    "line out"
                )
            away = (
                self.cell(name, line, row, "cantine"), row.get("service", "").strip(),
                self.day(name, line, row["date"]), self.day(name, line, row["annonce_le"]),
                people, f"{path}:{line}: absents",
            )  # fmt: skip
            tables.absences += [away]


def read_settings(root: Path, report: list[Remark]) -> dict[str, Any]:
    """Return what ``ville.toml`` says, checked as far as it is not about terms.

    Parameters
    ----------
    root : Path
        Folder of the city.
    report : list of Remark
        Where keys that are not known are told.

    Returns
    -------
    dict of str to object
        Empty where there is no such file; ``jours`` as numbers, 0 for Monday.

    Raises
    ------
    CityError
        Where the file cannot be read, or a key holds something else than it should.
    """
    path = root / "ville.toml"
    if not path.exists():
        return {}
    if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
        raise CityError(f"{path}: no file of the folder; put the file itself there")
    if path.stat().st_size > MAX_TOML:
        raise CityError(f"{path}: larger than {MAX_TOML:,} bytes; shorten it")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
        raise CityError(f"{path}: no TOML ({error}); correct it") from None
    except RecursionError:
        raise CityError(f"{path}: nested too deeply; correct it") from None
    report += [
        Remark("ville.toml", f"key {key!r} is not known", "left out", 1)
        for key in found
        if key not in KEYS
    ]
    settings = {key: found[key] for key in KEYS if key in found}
    if "jours" in settings:
        settings["jours"] = _weekday_numbers(path, settings["jours"])
    for key in ("familles", "termes"):
        if not isinstance(settings.get(key, {}), dict):
            raise CityError(f"{path}: {key}: give a table, such as [{key}.poisson]")
    return settings


def _weekday_numbers(path: Path, names: Any) -> tuple[int, ...]:
    known: dict[str, int] = defaultdict(lambda: -1)
    for days in DAYS.values():
        known |= {plain(name): n for n, name in enumerate(days)}
    if not isinstance(names, list) or not names:
        raise CityError(f"{path}: jours: give a list of weekdays, such as ['lundi', 'mardi']")
    numbers = []
    for name in names:
        number = known.get(plain(name), -1) if isinstance(name, str) else -1
        if number < 0:
            raise CityError(f"{path}: jours: {name!r} is no weekday; write one such as 'lundi'")
        numbers.append(number)
    return tuple(sorted(set(numbers)))
