"""The folder of Nantes as the city publishes it, mess included, read into the builder's tables."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine.arrays import Days
from prevision_cantine.calendar.days import SchoolYear, weekday
from prevision_cantine.city.builder import CityTables, Meals, Series, Span
from prevision_cantine.city.dishes import load_dishes
from prevision_cantine.city.records import Remark
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import Row, parse_count, parse_date, read_rows
from prevision_cantine.words.catalogue import Phrase

SERVED = (0, 1, 3, 4)  # no class on Wednesdays in those years: neither learned nor forecast
# What remarks call the tables of the layout of any city.
FILES = {
    "frequentation.csv": "raw/frequentation.csv", "effectifs.csv": "raw/effectifs.csv",
    "cantines.csv": "raw/cantines.csv", "absences.csv": "calculators/absences.csv",
    "annees.csv": "calculators/annees_scolaires.csv", "calendrier.csv": "calculators/vacances.csv",
}  # fmt: skip
# How strongly few families hold back what is learned of all canteens, and of each, found on its past.
TERMS: dict[str, dict[str, Any]] = {
    "ramadan": {"lit": "observance:ramadan", "penalite": 6.0, "par_serie": 6.0}
}
PROVISIONAL = "raw/effectifs_provisoires.csv"

Head = tuple[Series, np.datetime64, float, np.datetime64, str]


def is_nantes(root: Path) -> bool:
    """Return whether a folder has the layout of Nantes, known by its ``raw/``."""
    return (root / "raw").is_dir()


def read_nantes(root: Path) -> CityTables:
    """Read the tables of a folder in the layout of Nantes; see ``load_city``."""
    report: list[Remark] = []
    types = _canteens(root)
    meals = _meals(root, types, report)
    years = _years(root)
    spans = _spans(root, meals, report)
    observed = any(span.nature == "observance" for span in spans)
    return CityTables(
        meals=meals,
        types=types,
        people=[
            *_enrolments(root, FILES["effectifs.csv"], types, years, report),
            *_enrolments(root, PROVISIONAL, types, years, report),
        ],
        spans=spans,
        years=years,
        dishes={"": _dishes(root, report)},
        absences=_absences(root, types, report),
        settings={"jours": SERVED} | ({"termes": TERMS} if observed else {}),
        files=FILES,
        report=report,
    )


def _read(root: Path, name: str, columns: Sequence[str]) -> list[Row]:
    return read_rows(root / name, columns)


def _canteens(root: Path) -> dict[str, str]:
    name = FILES["cantines.csv"]
    types: dict[str, str] = {}
    for line, row in _read(root, name, ("cantine_nom", "cantine_type", "secteur")):
        canteen = row["cantine_nom"].strip()
        if canteen in types:
            raise CityError("stands_twice", where=f"{root / name}:{line}", value=canteen)
        types[canteen] = row["cantine_type"].strip()
    if not types:
        raise CityError("no_canteens", where=root / name)
    return types


def _sites(
    root: Path, types: Mapping[str, str], report: list[Remark]
) -> dict[tuple[str, str], str]:
    """Return the canteen of each site and type of site."""
    name = "mappings/mapping_frequentation_cantines.csv"
    sites: dict[tuple[str, str], str] = {}
    unknown: Counter[str] = Counter()
    columns = ("site_nom", "site_type", "cantine_nom", "cantine_type")
    for line, row in _read(root, name, columns):
        canteen = row["cantine_nom"].strip()
        if canteen in ("", "NA"):
            continue
        if canteen not in types:
            unknown[canteen] += 1
            continue
        key = (row["site_nom"], row["site_type"])
        if sites.setdefault(key, canteen) != canteen:
            raise CityError("mapped_twice", where=f"{root / name}:{line}", value=key[0])
    _say_unknown(report, name, "canteen_unlisted", unknown)
    return sites


def _say_unknown(report: list[Remark], file: str, code: str, names: Counter[str]) -> None:
    """Report what each unknown name left out."""
    for name, count in names.items():
        report.append(Remark(file, code, count, {"name": name, "table": FILES["cantines.csv"]}))


def _meals(root: Path, types: Mapping[str, str], report: list[Remark]) -> list[Meals]:
    """Return the meals of each canteen and day, those of its sites added up."""
    sites = _sites(root, types, report)
    file = FILES["frequentation.csv"]
    path = root / file
    found: dict[tuple[np.datetime64, str], tuple[float, float, str]] = {}
    left: list[Meals] = []
    unmapped: Counter[str] = Counter()
    merged = 0
    dates: dict[str, np.datetime64] = {}
    for line, row in _read(root, file, ("site_type", "date", "prevision", "reel", "site_nom")):
        real = parse_count(path, line, "reel", row["reel"])
        agents = parse_count(path, line, "prevision", row["prevision"])
        if row["date"] not in dates:
            dates[row["date"]] = parse_date(path, line, row["date"])
        day = dates[row["date"]]
        canteen = sites.get((row["site_nom"], row["site_type"]))
        place = f"{path}:{line}"
        if canteen is None:
            unmapped[row["site_nom"]] += 1
        elif not real > 0:  # the builder counts what is missing or closed
            left.append(
                Meals(series=(canteen, ""), date=day, served=real, agents=agents, place=place)
            )
        elif (key := (day, canteen)) in found:
            merged += 1
            before = found[key]
            found[key] = (before[0] + real, before[1] + agents, before[2])
        else:
            found[key] = (real, agents, place)
    _say_unknown(report, file, "site_without_canteen", unmapped)
    if merged:
        report.append(Remark(file, "sites_of_canteen", merged))
    return left + [
        Meals(series=(canteen, ""), date=day, served=served, agents=agents, place=place)
        for (day, canteen), (served, agents, place) in found.items()
    ]


def _years(root: Path) -> list[SchoolYear]:
    name = FILES["annees.csv"]
    years = [
        SchoolYear(
            row["annee_scolaire"],
            parse_date(root / name, line, row["date_debut"]),
            parse_date(root / name, line, row["date_fin"]),
        )
        for line, row in _read(root, name, ("annee_scolaire", "date_debut", "date_fin"))
    ]
    if not years:
        raise CityError("no_year_rows", where=root / name)
    return sorted(years, key=lambda year: year.start)


def _spans(root: Path, meals: Sequence[Meals], report: list[Remark]) -> list[Span]:
    found: list[Span] = []
    for file, columns, nature, name in (
        ("jours_feries.csv", ("date", "jour_ferie", "nom_jour_ferie"), "ferie", ""),
        ("greves.csv", ("date", "greve"), "greve", ""),
        ("ramadan.csv", ("date", "ramadan"), "observance", "ramadan"),
    ):
        path = root / "calculators" / file
        for line, row in _read(root, f"calculators/{file}", columns):
            day = parse_date(path, line, row["date"])
            found.append(Span(start=day, end=day, nature=nature, name=name, place=f"{path}:{line}"))
    holidays = np.array([s.start for s in found if s.nature == "ferie"], dtype="datetime64[D]")
    file = FILES["calendrier.csv"]
    named = ("annee_scolaire", "vacances_nom", "date_debut", "date_fin", "zone", "vacances")
    breaks = {
        (
            parse_date(root / file, line, row["date_debut"]),
            parse_date(root / file, line, row["date_fin"]),
            row["vacances_nom"],
        )
        for line, row in _read(root, file, named)
    }
    served = np.array([m.date for m in meals if m.served > 0], dtype="datetime64[D]")
    for start, end, name in sorted(breaks):
        span = Span(start=start, end=end, nature="vacances", name=name, place=str(root / file))
        found.append(_repaired(span, served, holidays, report))
    return found


def _repaired(item: Span, served: Days, holidays: Days, report: list[Remark]) -> Span:
    """Move a school holiday inside which most canteens served meals to where none did.

    The file then has another zone's dates. The true ones were public long before, so that a
    forecast that uses them uses nothing that was unknown.
    """
    if (item.end - item.start).astype(int) > 30 or not len(served):
        return item
    around = np.arange(item.start - 14, item.end + 15, dtype="datetime64[D]")
    around = around[np.isin(weekday(around), SERVED) & ~np.isin(around, holidays)]
    if around[0] < served.min() or around[-1] > served.max():
        return item
    open_sites = np.array([(served == day).sum() for day in around])
    is_open = open_sites > 0.5 * np.max(open_sites)
    inside = (around >= item.start) & (around <= item.end)
    if not open_sites.max() or int((is_open & inside).sum()) < 3:
        return item
    longest: list[int] = []
    run: list[int] = []
    for n, is_served in enumerate(is_open):
        run = [] if is_served else [*run, n]
        if len(run) > len(longest):
            longest = run
    if len(longest) < 6:
        return item
    start, end = around[longest[0]], around[longest[-1]]
    start -= 2 if weekday(np.array([start]))[0] == 0 else 0
    end += 2 if weekday(np.array([end]))[0] == 4 else 0
    asked, moved = (
        Phrase.of("parts.from_to", start=a, end=b)
        for a, b in ((item.start, item.end), (start, end))
    )
    facts = {"name": item.name, "asked": asked, "moved": moved}
    count = int((is_open & inside).sum())
    report.append(Remark(FILES["calendrier.csv"], "holiday_moved", count, facts))
    return Span(start=start, end=end, nature=item.nature, name=item.name, place=item.place)


def _enrolments(
    root: Path,
    file: str,
    types: Mapping[str, str],
    years: Sequence[SchoolYear],
    report: list[Remark],
) -> list[Head]:
    """Return the pupils of each canteen and school year, those of its schools added up.

    Enrolments foreseen have a column ``connu_le``; those of a year are known from the day of its
    latest figure on.
    """
    path, columns = root / file, ("ecole", "annee_scolaire", "effectif")
    if file == PROVISIONAL:
        if not path.exists():
            return []
        columns = (*columns, "connu_le")  # type: ignore[assignment]
    mapping = "mappings/mapping_ecoles_cantines.csv"
    canteen_of = {
        row["ecole"]: row["cantine_nom"]
        for _, row in _read(root, mapping, ("ecole", "cantine_nom", "cantine_type"))
    }
    starts = {year.name: year.start for year in years}
    pupils: dict[tuple[str, str], float] = defaultdict(float)
    known: dict[str, np.datetime64] = {}
    unmapped: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for line, row in _read(root, file, columns):
        year, canteen = row["annee_scolaire"], canteen_of.get(row["ecole"], "")
        count = parse_count(path, line, "effectif", row["effectif"])
        told = parse_date(path, line, row["connu_le"]) if "connu_le" in row else starts.get(year)
        if canteen not in types:
            unmapped[row["ecole"]] += 1
        elif told is None or year not in starts:
            unknown[year] += 1
        elif count > 0:
            pupils[year, canteen] += count
            known[year] = max(known.get(year, told), told)
    _say_unknown(report, file, "school_without_canteen", unmapped)
    _say_unknown(report, file, "year_unknown", unknown)
    return [
        ((canteen, ""), starts[year], count, known[year], str(path))
        for (year, canteen), count in pupils.items()
    ]


def _absences(
    root: Path, types: Mapping[str, str], report: list[Remark]
) -> list[tuple[str, str, np.datetime64, np.datetime64, float, str]]:
    file = FILES["absences.csv"]
    path = root / file
    if not path.exists():
        return []
    found = []
    unknown: Counter[str] = Counter()
    for line, row in _read(root, file, ("cantine", "date", "absents", "annonce_le")):
        day = parse_date(path, line, row["date"])
        announced = parse_date(path, line, row["annonce_le"])
        pupils = parse_count(path, line, "absents", row["absents"])
        if not pupils > 0:
            raise CityError("no_absents", where=f"{path}:{line}", value=row["absents"])
        canteen = row["cantine"].strip()
        if canteen not in types:
            unknown[canteen] += 1
        else:
            found.append((canteen, "", day, announced, pupils, f"{path}:{line}: absents"))
    _say_unknown(report, file, "canteen_unlisted", unknown)
    return found


def _dishes(root: Path, report: list[Remark]) -> dict[dt.date, list[str]]:
    dishes = load_dishes(root)
    if not dishes:
        report.append(Remark("raw/", "no_menus", 1, {"name": "menus_*.csv"}))
    return {day: list(found) for day, found in dishes.items()}
