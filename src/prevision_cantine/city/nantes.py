"""The folder of Nantes as the city publishes it, mess included."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from prevision_cantine.arrays import Days
from prevision_cantine.calendar.days import Break, Calendar, SchoolYear, weekday
from prevision_cantine.city.announced import load_absences, load_provisional
from prevision_cantine.city.builder import finished, without_typing_errors
from prevision_cantine.city.city import City
from prevision_cantine.city.dishes import load_dishes
from prevision_cantine.city.menus import Menus
from prevision_cantine.city.records import Attendance, Remark
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import Row, parse_count, parse_date, read_rows

WEDNESDAY = 2  # a day without class in those years: neither learned nor forecast


def is_nantes(root: Path) -> bool:
    """Return whether a folder has the layout of Nantes, known by its ``raw/``."""
    return (root / "raw").is_dir()


def load_nantes(root: Path) -> City:
    """Load a city from the layout of Nantes; see ``load_city``."""
    report: list[Remark] = []
    canteens, types = _canteens(root)
    index = {name: n for n, name in enumerate(canteens)}
    attendance = _attendance(root, index, report)
    calendar = _calendar(root, attendance, report)
    return finished(
        City(
            canteens=canteens,
            types=types,
            attendance=without_typing_errors(attendance, report, "raw/frequentation.csv"),
            enrolment=_enrolment(root, index, calendar, report),
            calendar=calendar,
            menus=_menus(root, report),
            absences=load_absences(root, index, report),
            provisional=load_provisional(root, _canteen_of(root), index, report),
        ),
        report,
    )


def _read(root: Path, name: str, columns: Sequence[str]) -> list[Row]:
    return read_rows(root / name, columns)


def _canteens(root: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    columns = ("cantine_nom", "cantine_type", "secteur")
    seen: dict[str, str] = {}
    for line, row in _read(root, "raw/cantines.csv", columns):
        name = row["cantine_nom"].strip()
        if name in seen:
            raise CityError(f"{root / 'raw/cantines.csv'}:{line}: {name!r} stands twice; keep one")
        seen[name] = row["cantine_type"].strip()
    if not seen:
        raise CityError(f"{root / 'raw/cantines.csv'}: no canteen under the header; add them")
    return tuple(seen), tuple(seen.values())


def _attendance(root: Path, index: dict[str, int], report: list[Remark]) -> Attendance:
    mapping_name = "mappings/mapping_frequentation_cantines.csv"
    sites: dict[tuple[str, str], int] = {}
    unknown: Counter[str] = Counter()
    columns = ("site_nom", "site_type", "cantine_nom", "cantine_type")
    for line, row in _read(root, mapping_name, columns):
        name = row["cantine_nom"].strip()
        if name in ("", "NA"):
            continue
        if name not in index:
            unknown[name] += 1
            continue
        key = (row["site_nom"], row["site_type"])
        if sites.get(key, index[name]) != index[name]:
            raise CityError(f"{root / mapping_name}:{line}: {key[0]!r} is mapped twice; keep one")
        sites[key] = index[name]
    for name, count in unknown.items():
        report.append(
            Remark(mapping_name, f"canteen {name!r} is not in raw/cantines.csv", "left out", count)
        )

    file = "raw/frequentation.csv"
    path = root / file
    meals: dict[tuple[np.datetime64, int], list[float]] = {}
    unmapped: Counter[str] = Counter()
    missing = closed = merged = 0
    dates: dict[str, np.datetime64] = {}
    for line, row in _read(root, file, ("site_type", "date", "prevision", "reel", "site_nom")):
        real = parse_count(path, line, "reel", row["reel"])
        agents = parse_count(path, line, "prevision", row["prevision"])
        if row["date"] not in dates:
            dates[row["date"]] = parse_date(path, line, row["date"])
        day = dates[row["date"]]
        canteen = sites.get((row["site_nom"], row["site_type"]))
        if canteen is None:
            unmapped[row["site_nom"]] += 1
        elif np.isnan(real):
            missing += 1
        elif real == 0:
            closed += 1
        elif (day, canteen) in meals:
            merged += 1
            cell = meals[day, canteen]
            cell[0] += real
            cell[1] += agents
        else:
            meals[day, canteen] = [real, agents]
    for name, count in unmapped.items():
        report.append(Remark(file, f"site {name!r} has no canteen", "left out", count))
    for count, what, action in (
        (missing, "meals not recorded", "taken as missing, not as zero"),
        (closed, "no meal served", "taken as closed: no row"),
        (merged, "several sites of one canteen on a day", "added up"),
    ):
        if count:
            report.append(Remark(file, what, action, count))
    keys = sorted(meals)
    if not keys:
        raise CityError(f"{path}: no row of a known canteen with meals; check {mapping_name}")
    table = Attendance(
        np.array([c for _, c in keys], dtype=np.int64),
        np.array([d for d, _ in keys], dtype="datetime64[D]"),
        np.array([meals[key][0] for key in keys]),
        np.array([meals[key][1] for key in keys]),
    )
    wednesdays = int((weekday(table.date) == WEDNESDAY).sum())
    if wednesdays:
        report.append(
            Remark(file, "Wednesdays", "kept apart: neither learned nor forecast", wednesdays)
        )
    return table


def _calendar(root: Path, attendance: Attendance, report: list[Remark]) -> Calendar:
    def days(name: str, columns: tuple[str, ...]) -> Days:
        path = root / "calculators" / name
        found = {
            parse_date(path, n, row["date"])
            for n, row in _read(root, f"calculators/{name}", columns)
        }
        return np.array(sorted(found), dtype="datetime64[D]")

    path = root / "calculators/annees_scolaires.csv"
    columns: tuple[str, ...] = ("annee_scolaire", "date_debut", "date_fin")
    years = sorted(
        (
            parse_date(path, n, row["date_debut"]),
            parse_date(path, n, row["date_fin"]),
            row["annee_scolaire"],
        )
        for n, row in _read(root, "calculators/annees_scolaires.csv", columns)
    )
    if not years:
        raise CityError(f"{path}: no school year under the header; add them")
    path = root / "calculators/vacances.csv"
    columns = ("annee_scolaire", "vacances_nom", "date_debut", "date_fin", "zone", "vacances")
    found = {
        (
            parse_date(path, n, row["date_debut"]),
            parse_date(path, n, row["date_fin"]),
            row["vacances_nom"],
        )
        for n, row in _read(root, "calculators/vacances.csv", columns)
    }
    breaks = [Break(name, start, end) for start, end, name in sorted(found)]
    public_holidays = days("jours_feries.csv", ("date", "jour_ferie", "nom_jour_ferie"))
    return Calendar(
        years=tuple(SchoolYear(name, start, end) for start, end, name in years),
        breaks=tuple(_repaired(item, attendance, public_holidays, report) for item in breaks),
        public_holidays=public_holidays,
        strikes=days("greves.csv", ("date", "greve")),
        ramadan=days("ramadan.csv", ("date", "ramadan")),
    )


def _repaired(item: Break, table: Attendance, holidays: Days, report: list[Remark]) -> Break:
    """Move a school holiday inside which most canteens served meals to where none did.

    The file then has another zone's dates. The true ones were public long before, so that a
    forecast that uses them uses nothing that was unknown.
    """
    if (item.end - item.start).astype(int) > 30:
        return item
    around = np.arange(item.start - 14, item.end + 15, dtype="datetime64[D]")
    around = around[
        (weekday(around) < 5) & (weekday(around) != WEDNESDAY) & ~np.isin(around, holidays)
    ]
    if around[0] < table.date[0] or around[-1] > table.date[-1]:
        return item
    open_sites = np.array([(table.date == day).sum() for day in around])
    served = open_sites > 0.5 * np.max(open_sites)
    inside = (around >= item.start) & (around <= item.end)
    if not open_sites.max() or int((served & inside).sum()) < 3:
        return item
    longest: list[int] = []
    run: list[int] = []
    for n, is_served in enumerate(served):
        run = [] if is_served else [*run, n]
        if len(run) > len(longest):
            longest = run
    if len(longest) < 6:
        return item
    start, end = around[longest[0]], around[longest[-1]]
    start -= 2 if weekday(np.array([start]))[0] == 0 else 0
    end += 2 if weekday(np.array([end]))[0] == 4 else 0
    moved = Break(item.name, start, end)
    what = f"{item.name} {item.start} to {item.end}: meals were served inside"
    action = f"moved to {start} to {end}, where none were"
    report.append(Remark("calculators/vacances.csv", what, action, int((served & inside).sum())))
    return moved


def _canteen_of(root: Path) -> dict[str, str]:
    name = "mappings/mapping_ecoles_cantines.csv"
    return {
        row["ecole"]: row["cantine_nom"]
        for _, row in _read(root, name, ("ecole", "cantine_nom", "cantine_type"))
    }


def _enrolment(
    root: Path, index: dict[str, int], calendar: Calendar, report: list[Remark]
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    schools = _canteen_of(root)
    path = root / "raw/effectifs.csv"
    pupils: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = defaultdict(
        lambda: np.full(len(index), np.nan)
    )
    unmapped: Counter[str] = Counter()
    for line, row in _read(root, "raw/effectifs.csv", ("ecole", "annee_scolaire", "effectif")):
        canteen = index.get(schools.get(row["ecole"], ""))
        count = parse_count(path, line, "effectif", row["effectif"])
        if canteen is None:
            unmapped[row["ecole"]] += 1
        elif count > 0:
            table = pupils[row["annee_scolaire"]]
            table[canteen] = np.nan_to_num(table[canteen]) + count
    for school, number in unmapped.items():
        report.append(
            Remark("raw/effectifs.csv", f"school {school!r} has no canteen", "left out", number)
        )
    return dict(pupils)


def _menus(root: Path, report: list[Remark]) -> Menus:
    dishes = load_dishes(root)
    if not dishes:
        report.append(Remark("raw/", "no menus_*.csv", "forecast without menus", 1))
    return Menus.of(dishes)
