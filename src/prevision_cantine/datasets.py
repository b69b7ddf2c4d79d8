"""Load a city's folder, mess included, and make a synthetic city."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine.announced import load_absences, load_provisional, unchecked_absences
from prevision_cantine.calendar import WEDNESDAY, Break, Calendar, Days, SchoolYear, weekday
from prevision_cantine.city import Attendance, City, Remark
from prevision_cantine.csv_file import Row, parse_count, parse_date, read_rows
from prevision_cantine.errors import CityError
from prevision_cantine.menus import FAMILIES, Menus

MAX_RATIO = 3.0  # a row above this many times the median of the days before is a typing error
PAST_ROWS = 40


def load_city(folder: str | Path) -> City:
    """Load a city from its own folder layout.

    Parameters
    ----------
    folder : str or Path
        Folder with ``raw/`` (``frequentation.csv``, ``effectifs.csv``, ``cantines.csv``,
        ``menus_*.csv``), ``calculators/`` (``annees_scolaires.csv``, ``vacances.csv``,
        ``jours_feries.csv``, ``greves.csv``, ``ramadan.csv``) and ``mappings/``
        (``mapping_ecoles_cantines.csv``, ``mapping_frequentation_cantines.csv``). Two more tables
        are read where they are there: ``calculators/absences.csv`` (``cantine, date, absents,
        annonce_le``) and ``raw/effectifs_provisoires.csv`` (``ecole, annee_scolaire, effectif,
        connu_le``).

    Returns
    -------
    City
        The city; ``report`` lists what was found, repaired or dropped, and why.

    Raises
    ------
    CityError
        Where a file is missing, cannot be read, lacks a column, has one that looks like personal
        data, or holds a wrong value, such as more pupils away than are enrolled; the message names
        file and line.

    Examples
    --------
    >>> load_city("nowhere")
    Traceback (most recent call last):
    prevision_cantine.errors.CityError: nowhere: no such folder; give the folder that holds raw/
    """
    root = Path(folder)
    if not root.is_dir():
        what = "is a file" if root.exists() else "no such folder"
        raise CityError(f"{folder}: {what}; give the folder that holds raw/")
    report: list[Remark] = []
    canteens, types = _canteens(root)
    index = {name: n for n, name in enumerate(canteens)}
    attendance = _attendance(root, index, report)
    calendar = _calendar(root, attendance, report)
    attendance = _without_typing_errors(attendance, report)
    city = City(
        canteens=canteens,
        types=types,
        attendance=attendance,
        enrolment=_enrolment(root, index, calendar, report),
        calendar=calendar,
        menus=_menus(root, report),
        absences=load_absences(root, index, report),
        provisional=load_provisional(root, _canteen_of(root), index, report),
    )
    return attrs.evolve(city, report=(*report, *unchecked_absences(city)))


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


def _without_typing_errors(table: Attendance, report: list[Remark]) -> Attendance:
    """Drop rows far above both what the canteen served before and what its agents ordered.

    Nothing after the row decides, so that a forecast of the past stays one.
    """
    usual = np.full(len(table), np.inf)
    for canteen in np.unique(table.canteen):
        rows = np.flatnonzero(table.canteen == canteen)
        if len(rows) > PAST_ROWS:
            past = np.lib.stride_tricks.sliding_window_view(table.meals[rows], PAST_ROWS)[:-1]
            usual[rows[PAST_ROWS:]] = np.median(past, axis=1)
    expected = np.fmax(usual, table.agents)
    wrong = table.meals > MAX_RATIO * expected
    if wrong.any():
        what = f"meals above {MAX_RATIO:g} times both the {PAST_ROWS} days before and the agents' order"
        report.append(
            Remark("raw/frequentation.csv", what, "dropped as typing errors", int(wrong.sum()))
        )
    return table.select(~wrong)


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


def load_menu(path: str | Path) -> dict[dt.date, tuple[str, ...]]:
    """Load the dishes of each day from a menu.

    Parameters
    ----------
    path : str or Path
        CSV file in UTF-8: ``date, rang, plat``.

    Returns
    -------
    dict of datetime.date to tuple of str
        Dishes by day, in the order of the file; an entry without a letter is no dish.

    Raises
    ------
    CityError
        Where it cannot be read, lacks a column, or holds a wrong date.

    Examples
    --------
    >>> load_menu("nowhere.csv")
    Traceback (most recent call last):
    prevision_cantine.errors.CityError: nowhere.csv: cannot be read (no such file); it should be a menu, CSV with the columns date, rang, plat
    """
    path = Path(path)
    dishes: dict[dt.date, list[str]] = defaultdict(list)
    for line, row in read_rows(path, ("date", "rang", "plat"), what="a menu"):
        day = dishes[parse_date(path, line, row["date"]).astype(dt.date)]
        if any(map(str.isalpha, row["plat"])):
            day.append(row["plat"].strip())
    return {day: tuple(dishes[day]) for day in sorted(dishes)}


def load_dishes(folder: str | Path) -> dict[dt.date, tuple[str, ...]]:
    """Load the dishes of each day from all menus of a city's folder.

    Parameters
    ----------
    folder : str or Path
        Folder as for ``load_city``; each of its files ``raw/menus_*.csv`` is read by ``load_menu``.

    Returns
    -------
    dict of datetime.date to tuple of str
        Dishes by day; those of a day that two files have are put together.

    Raises
    ------
    CityError
        As ``load_menu`` does.

    Examples
    --------
    >>> load_dishes("nowhere")
    {}
    """
    dishes: dict[dt.date, tuple[str, ...]] = defaultdict(tuple)
    for path in sorted((Path(folder) / "raw").glob("menus_*.csv")):
        for day, more in load_menu(path).items():
            dishes[day] += more
    return {day: dishes[day] for day in sorted(dishes)}


def _menus(root: Path, report: list[Remark]) -> Menus:
    dishes = load_dishes(root)
    if not dishes:
        report.append(Remark("raw/", "no menus_*.csv", "forecast without menus", 1))
    return Menus.of(dishes)


def make_city(seed: int = 0, *, canteens: int = 30, years: int = 4) -> City:
    """Make a synthetic city whose effects are known.

    Parameters
    ----------
    seed : int
        Seed; the same seed makes the same city.
    canteens : int
        Number of canteens, at least 1.
    years : int
        School years, the first of which begins in September 2020; 1 to 20.

    Returns
    -------
    City
        The city. Expected meals are ``enrolment ** 0.9 * exp(sum of effects)``; ``truth`` holds
        the effects: ``weekday`` (Monday, Tuesday, Thursday, Friday), ``to_end`` (last days of the
        year), ``before_break`` (the eve), ``bridge``, ``strike``, ``poisson`` and ``frites`` (log scale),
        and ``level`` by school year and canteen. Meals are drawn with a little more than binomial
        noise; the agents order a rounded, cautious guess.

    Raises
    ------
    ForecastError
        Where a number is outside its range.

    Examples
    --------
    >>> city = make_city(seed=0, canteens=3, years=2)
    >>> city.canteens
    ('Cantine 01', 'Cantine 02', 'Cantine 03')
    """
    from prevision_cantine.errors import ForecastError

    if not 1 <= canteens <= 10_000 or not 1 <= years <= 20:
        raise ForecastError(f"canteens={canteens}, years={years}: give 1 to 10,000 and 1 to 20")
    random = np.random.default_rng(seed)
    calendar = _made_calendar(random, years)
    names = tuple(f"Cantine {n + 1:02d}" for n in range(canteens))
    types = tuple(random.choice(["M", "E", "M/E"], size=canteens).tolist())
    size = np.exp(random.normal(np.log(190), 0.45, size=canteens))
    level = np.log(0.72) + 0.1 * np.log(size) + random.normal(0, 0.08, size=canteens)
    weekday_effect = np.array([-0.01, 0.0, 0.0, 0.015, -0.02])
    canteen_weekday = random.normal(0, 0.015, size=(canteens, 5))
    first, last = calendar.span
    days = calendar.school_days(first, last)
    flags = np.zeros((len(days), len(FAMILIES)), dtype=bool)
    main_dish = random.choice(4, p=[0.22, 0.15, 0.5, 0.13], size=len(days))
    for column in range(3):
        flags[:, column] = main_dish == column
    flags[:, 3] = random.random(len(days)) < 0.07
    around = calendar.surroundings(days)
    truth: dict[str, Any] = {
        "weekday": weekday_effect[[0, 1, 3, 4]], "to_end": -0.012, "before_break": -0.06,
        "bridge": -0.12, "strike": -0.9, "poisson": -0.035, "frites": 0.03,
    }  # fmt: skip
    day_effect = (
        -0.012 * np.clip(12 - around["to_end"], 0, None)
        - 0.06 * (around["to_break"] == 0)
        - 0.12 * around["bridge"]
        - 0.9 * around["strike"]
        - 0.035 * flags[:, 0]
        + 0.03 * flags[:, 3]
        + random.normal(0, 0.012, size=len(days))
    )
    year = calendar.year_index(days)
    enrolment = {}
    levels = []
    for number, item in enumerate(calendar.years):
        if number:
            size = size * np.exp(random.normal(0.005, 0.05, size=canteens))
            level = level + random.normal(0, 0.025, size=canteens)
        enrolment[item.name] = np.maximum(np.rint(size), 20.0)
        levels.append(level)
    truth["level"] = np.array(levels)
    pupils = np.array([enrolment[item.name] for item in calendar.years])[year]
    log_mean = (
        0.9 * np.log(pupils)
        + truth["level"][year]
        + (weekday_effect + canteen_weekday)[:, around["weekday"]].T
        + day_effect[:, None]
    )
    share = np.clip(np.exp(log_mean) / pupils, 0.001, 0.98)
    meals = random.binomial(pupils.astype(np.int64), share).astype(np.float64)
    meals = np.rint(np.maximum(meals * np.exp(random.normal(0, 0.02, size=meals.shape)), 1.0))
    usual = np.exp(0.9 * np.log(pupils) + truth["level"][year])
    agents = np.rint(
        np.where(around["strike"][:, None], meals, usual)
        * 1.05
        * np.exp(random.normal(0, 0.05, meals.shape))
    )
    grid = np.repeat(np.arange(len(days)), canteens)
    return City(
        canteens=names,
        types=types,
        attendance=Attendance(
            np.tile(np.arange(canteens), len(days)), days[grid], meals.ravel(), agents.ravel()
        ),
        enrolment=enrolment,
        calendar=calendar,
        menus=Menus(days, flags),
        truth=truth,
    )


def _made_calendar(random: np.random.Generator, years: int) -> Calendar:
    """Make school years with breaks of two weeks, and the fixed French public holidays."""
    school_years, breaks, holidays, strikes = [], [], [], []
    for start in range(2020, 2020 + years):
        first, last = np.datetime64(f"{start}-09-01"), np.datetime64(f"{start + 1}-07-05")
        school_years.append(SchoolYear(f"{start}-{start + 1}", first, last))
        for name, year, month_day in (
            ("Toussaint", start, "10-18"), ("Noël", start, "12-19"),
            ("Hiver", start + 1, "02-13"), ("Printemps", start + 1, "04-17"),
        ):  # fmt: skip
            day = np.datetime64(f"{year}-{month_day}")
            day += (5 - int(weekday(np.array([day]))[0])) % 7  # a Saturday
            breaks.append(Break(name, day, day + 15))
        fixed = [f"{start}-11-01", f"{start}-11-11", f"{start}-12-25", f"{start + 1}-01-01"]
        fixed += [f"{start + 1}-05-01", f"{start + 1}-05-08"]
        holidays += [np.datetime64(day) for day in fixed]
        strikes += list(first + 30 + random.integers(0, 240, size=2))
    empty = np.array([], dtype="datetime64[D]")
    return Calendar(
        tuple(school_years), tuple(breaks), np.array(holidays), np.array(sorted(strikes)), empty
    )
