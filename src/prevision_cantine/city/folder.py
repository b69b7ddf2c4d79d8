"""The folder of any city: the layout that other programs write, read into the builder's tables."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine.calendar.days import SchoolYear
from prevision_cantine.city.builder import CityTables, Meals, Span
from prevision_cantine.city.records import Remark
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import Row, parse_count, parse_date, parse_number, read_rows
from prevision_cantine.words.catalogue import Either, quoted
from prevision_cantine.words.language import DAYS, LANGUAGES
from prevision_cantine.words.plain import plain

NATURES = (
    "vacances", "ferie", "ferme", "ouvert", "greve", "observance", "evenement", "exceptionnel",
)  # fmt: skip
LONGEST = 1_500  # days of a span
MAX_TOML = 1_000_000  # bytes
MAX_LINES = 500  # lines of a wrong file among which the wrong one is looked for
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
KEYS = ("langues", "jours", "familles", "termes", "marges", "fuseau")
MARGINS = ("ensemble", "cantine")  # who keeps the shortage of an order
ALWAYS = np.datetime64("1950-01-01")  # since when a value without a day of knowledge is known
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_IDENTIFIER = re.compile(r"[^\W\d][\w -]{0,59}")


def is_folder(root: Path) -> bool:
    """Return whether a folder has the layout of any city, known by its attendance at the top."""
    return (root / "frequentation.csv").exists()


def read_folder(root: Path) -> CityTables:
    """Read the tables of a folder in the layout of any city; see ``load_city``."""
    tables = tables_from(FolderReader(root))
    tables.settings = read_settings(root, tables.report)
    return tables


def tables_from(reader: FolderReader) -> CityTables:
    """Return the tables that a reader gives, without what is said of terms and words."""
    tables = CityTables(meals=reader.meals(), report=reader.report)
    reader.canteens(tables)
    reader.people(tables)
    tables.spans = reader.spans()
    tables.years = reader.years()
    reader.dishes(tables)
    reader.numbers(tables)
    reader.absences(tables)
    return tables


class FolderReader:
    """The files of one folder.

    Parameters
    ----------
    root : Path
        The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.report: list[Remark] = []
        for path in sorted(root.iterdir()):
            if path.suffix == ".csv" and path.name not in TABLES:
                self.report.append(Remark(path.name, "other_file", 1))

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table; none where the file is not there."""
        path = self.root / name
        if not path.exists():
            return []
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise CityError("link_outside", where=path)
        left_out: list[str] = []
        columns, optional = TABLES[name]
        rows = read_rows(path, columns, optional=optional, left_out=left_out)
        if left_out:
            self.report.append(Remark(name, "columns", len(left_out), {"names": quoted(left_out)}))
        return rows

    def day(self, name: str, line: int, text: str) -> np.datetime64:
        """Return a day written YYYY-MM-DD."""
        path = self.root / name
        if not _ISO.fullmatch(text.strip()):
            raise CityError("no_date", where=f"{path}:{line}", value=text)
        return parse_date(path, line, text.strip())

    def cell(self, name: str, line: int, row: dict[str, str], column: str) -> str:
        """Return a name that must not be empty."""
        text = row[column].strip()
        if not text:
            raise CityError("empty_cell", where=f"{self.root / name}:{line}", column=column)
        return text

    def meals(self) -> list[Meals]:
        """Return the meals."""
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
        """Add the canteens: their types, their first and last days, what they replace."""
        name = "cantines.csv"
        for line, row in self.rows(name):
            site = self.cell(name, line, row, "cantine")
            if site in tables.types:
                raise CityError("stands_twice", where=f"{self.root / name}:{line}", value=site)
            tables.types[site] = row.get("type", "").strip()
            for column, target in (("ouvre_le", tables.opens), ("ferme_le", tables.closes)):
                if row.get(column, "").strip():
                    target[site] = self.day(name, line, row[column])
            both = site in tables.opens and site in tables.closes
            if both and tables.closes[site] <= tables.opens[site]:
                raise CityError(
                    "closes_first",
                    where=f"{self.root / name}:{line}",
                    value=site,
                    start=tables.opens[site],
                    end=tables.closes[site],
                )
            others = tuple(o.strip() for o in row.get("remplace", "").split(";") if o.strip())
            if others:
                tables.replaces[site] = others
        if tables.types:
            for site in dict.fromkeys(meal.series[0] for meal in tables.meals):
                if site not in tables.types:
                    self.report.append(Remark(name, "no_type", 1, {"name": site}))

    def people(self, tables: CityTables) -> None:
        """Add the people enrolled."""
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
            self.report.append(Remark(name, "no_count", empty))

    def span(
        self, name: str, line: int, row: dict[str, str]
    ) -> tuple[np.datetime64, np.datetime64]:
        """Return the first and last day of a line."""
        start, end = self.day(name, line, row["du"]), self.day(name, line, row["au"])
        if start > end:
            raise CityError(
                "days_reversed", where=f"{self.root / name}:{line}", start=start, end=end
            )
        if (end - start).astype(int) > LONGEST:
            raise CityError(
                "long_span", where=f"{self.root / name}:{line}", start=start, end=end, most=LONGEST
            )
        return start, end

    def spans(self) -> list[Span]:
        """Return the days of the calendar."""
        name = "calendrier.csv"
        found = []
        for line, row in self.rows(name):
            start, end = self.span(name, line, row)
            nature, label = plain(row["nature"].strip()), row.get("nom", "").strip()
            if nature not in NATURES:
                raise CityError(
                    "nature",
                    where=f"{self.root / name}:{line}",
                    value=row["nature"],
                    known=Either(NATURES),
                )
            if nature in ("evenement", "observance") and not _IDENTIFIER.fullmatch(label):
                raise CityError("name_needed", where=f"{self.root / name}:{line}", nature=nature)
            found.append(
                Span(
                    start=start, end=end, nature=nature, name=label,
                    canteen=row.get("cantine", "").strip(), service=row.get("service", "").strip(),
                    place=f"{self.root / name}:{line}",
                )
            )  # fmt: skip
        return found

    def years(self) -> list[SchoolYear]:
        """Return the school years."""
        name = "annees.csv"
        return [
            SchoolYear(self.cell(name, line, row, "nom"), *self.span(name, line, row))
            for line, row in self.rows(name)
        ]

    def dishes(self, tables: CityTables) -> None:
        """Add the menus."""
        name = "menus.csv"
        for line, row in self.rows(name):
            day: dt.date = self.day(name, line, row["date"]).astype(dt.date)
            of_service = tables.dishes.setdefault(row.get("service", "").strip(), {})
            dishes = of_service.setdefault(day, [])
            if any(map(str.isalpha, row["plat"])):
                dishes.append(row["plat"].strip())

    def numbers(self, tables: CityTables) -> None:
        """Add the variables."""
        name = "variables.csv"
        path = self.root / name
        missing = 0
        for line, row in self.rows(name):
            label = self.cell(name, line, row, "nom")
            if not _IDENTIFIER.fullmatch(label):
                raise CityError("name_wrong", where=f"{path}:{line}", value=label)
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
            self.report.append(Remark(name, "no_value", missing))

    def absences(self, tables: CityTables) -> None:
        """Add the absences announced."""
        name = "absences.csv"
        path = self.root / name
        for line, row in self.rows(name):
            people = parse_count(path, line, "absents", row["absents"].strip())
            if not people > 0:
                raise CityError("no_absents", where=f"{path}:{line}", value=row["absents"])
            away = (
                self.cell(name, line, row, "cantine"), row.get("service", "").strip(),
                self.day(name, line, row["date"]), self.day(name, line, row["annonce_le"]),
                people, f"{path}:{line}: absents",
            )  # fmt: skip
            tables.absences += [away]


def languages_of(root: Path) -> tuple[str, ...]:
    """Return the languages that ``ville.toml`` names, those of the package alone.

    Parameters
    ----------
    root : Path
        Folder of the city.

    Returns
    -------
    tuple of str
        Empty where there is no such file, or it cannot be read: ``load_city`` says so.
    """
    path = root / "ville.toml"
    if not path.is_file() or path.stat().st_size > MAX_TOML:
        return ()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("langues", [])
    except (ValueError, RecursionError):
        return ()
    spoken = found if isinstance(found, list) else []
    return tuple(lang for lang in spoken if lang in LANGUAGES)


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
        raise CityError("toml_not_a_file", where=path)
    if path.stat().st_size > MAX_TOML:
        raise CityError("toml_large", where=path, most=MAX_TOML)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
        raise CityError(
            "toml_wrong", where=f"{path}:{_wrong_line(path)}", detail=str(error)
        ) from None
    except RecursionError:
        raise CityError("toml_deep", where=path) from None
    return checked_settings(found, path, report)


def checked_settings(found: Mapping[str, Any], path: Path, report: list[Remark]) -> dict[str, Any]:
    """Return the settings of a city, checked as far as they are not about terms.

    Parameters
    ----------
    found : mapping of str to object
        What is said.
    path : Path
        Where, for messages.
    report : list of Remark
        Where keys that are not known are told.

    Returns
    -------
    dict of str to object
        The known keys; ``jours`` as numbers, 0 for Monday.

    Raises
    ------
    CityError
        Where a key holds something else than it should.
    """
    report += [
        Remark("ville.toml", "unknown_key", 1, {"name": key, "known": KEYS})
        for key in found
        if key not in KEYS
    ]
    settings = {key: found[key] for key in KEYS if key in found}
    if "jours" in settings:
        settings["jours"] = _weekday_numbers(path, settings["jours"])
    spoken = settings.get("langues", list(LANGUAGES))
    if not isinstance(spoken, list) or not spoken or not all(isinstance(s, str) for s in spoken):
        raise CityError("toml_languages", where=path, known=LANGUAGES)
    if settings.get("marges", MARGINS[0]) not in MARGINS:
        value = str(settings["marges"])
        raise CityError("toml_margins", where=path, value=value, known=MARGINS)
    for key in ("familles", "termes"):
        if not isinstance(settings.get(key, {}), dict):
            raise CityError("toml_table", where=path, key=key)
    return settings


def _wrong_line(path: Path) -> int:
    """Return the line after the last one up to which the file can be read."""
    lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()[:MAX_LINES]
    for count in range(len(lines), 0, -1):
        try:
            tomllib.loads("\n".join(lines[:count]))
        except (tomllib.TOMLDecodeError, ValueError):
            continue
        return count + 1
    return 1


def _weekday_numbers(path: Path, names: Any) -> tuple[int, ...]:
    known: dict[str, int] = defaultdict(lambda: -1)
    for days in DAYS.values():
        known |= {plain(name): n for n, name in enumerate(days)}
    if not isinstance(names, list) or not names:
        raise CityError("toml_weekdays", where=path)
    numbers = []
    for name in names:
        number = known.get(plain(name), -1) if isinstance(name, str) else -1
        if number < 0:
            raise CityError("toml_weekday", where=path, value=name)
        numbers.append(number)
    return tuple(sorted(set(numbers)))
