"""School calendars: of the zones of France, from a published table, or of any place, from its own files."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import attrs
import numpy as np

from prevision_cantine.arrays import Days
from prevision_cantine.calendar.days import SERVED, Break, Calendar, SchoolYear, to_days
from prevision_cantine.calendar.holiday_names import public_holidays
from prevision_cantine.errors import CityError, DateError
from prevision_cantine.files.csv_file import parse_date, read_rows
from prevision_cantine.json_value import JsonValue
from prevision_cantine.words.catalogue import Either

Day = str | dt.date | np.datetime64

ZONES = ("A", "B", "C")
SUMMER_DAYS = 40  # a break longer than this stands between two school years
# What a dated line of ``jours.csv`` can be, and where the calendar keeps it.
NATURES: Mapping[str, str] = MappingProxyType(
    {
        "fermeture": "closed", "pont": "closed", "demi_journee": "closed", "ouverture": "opened",
        "greve": "strikes", "observance": "observances",
    }
)  # fmt: skip


@attrs.frozen
class ZonedBreak(JsonValue):
    """A school holiday of some zones.

    Parameters
    ----------
    zones : str
        Letters of the zones, such as ``"AC"``.
    name : str
        Name.
    start, end : datetime64[D]
        First and last day without class.
    """

    zones: str
    name: str
    start: np.datetime64
    end: np.datetime64


def load_school_holidays(path: str | Path | None = None) -> tuple[ZonedBreak, ...]:
    """Load school holidays by zone.

    Parameters
    ----------
    path : str or Path, optional
        CSV file: ``zone`` (one or more of A, B, C), ``vacances_nom``, ``date_debut``,
        ``date_fin``, first and last day without class. Without one, the table of the package: the
        ministry's dates of the school years 2010-2011 to 2027-2028; ``data/README.md`` beside it
        names its source, its corrections and its gaps.

    Returns
    -------
    tuple of ZonedBreak
        In the order of the file.

    Raises
    ------
    CityError
        Where the file cannot be read, or a line is wrong; the message names it.

    Examples
    --------
    >>> load_school_holidays()[-1].name
    "Vacances d'été"
    """
    if path is None:
        packaged = resources.files("prevision_cantine").joinpath("data/vacances_scolaires.csv")
        with resources.as_file(packaged) as file:
            return _zoned_breaks(file)
    return _zoned_breaks(Path(path))


def _zoned_breaks(path: Path) -> tuple[ZonedBreak, ...]:
    columns = ("zone", "vacances_nom", "date_debut", "date_fin")
    found = []
    for line, row in read_rows(path, columns, what="school_holidays"):
        if not row["zone"] or set(row["zone"]) - set(ZONES):
            raise CityError("zone_letters", where=f"{path}:{line}", value=row["zone"])
        start, end = _span(path, line, row)
        found.append(ZonedBreak(row["zone"], row["vacances_nom"], start, end))
    return tuple(found)


def _span(path: Path, line: int, row: Mapping[str, str]) -> tuple[np.datetime64, np.datetime64]:
    start, end = (parse_date(path, line, row[name]) for name in ("date_debut", "date_fin"))
    if start > end:
        raise CityError("days_reversed", where=f"{path}:{line}", start=start, end=end)
    return start, end


def french_calendar(
    zone: str | Mapping[int, str],
    years: Iterable[int],
    *,
    holidays: Iterable[ZonedBreak] = (),
    closed: Iterable[Day] = (),
    opened: Iterable[Day] = (),
    strikes: Iterable[Day] = (),
    observances: Mapping[str, Iterable[Day]] | None = None,
    weekdays: Collection[int] = SERVED,
) -> Calendar:
    """Return the school calendar of a zone of metropolitan France.

    Public holidays are computed; school holidays come from the table of the package.

    Parameters
    ----------
    zone : str or mapping of int to str
        A, B or C; or the zone of each school year, for an academy that changed: that of Nantes was
        in A until 2014-2015, in B from 2015-2016 on.
    years : iterable of int
        School years, each by the year in which it begins.
    holidays : iterable of ZonedBreak
        Further school holidays, as of ``load_school_holidays(path)``; one replaces those of the
        package that it overlaps in its zone.
    closed, opened : iterable of day
        Other days without, and with, meals: granted bridges, half days, Wednesdays in exchange.
    strikes : iterable of day
        Strike days.
    observances : mapping of str to iterable of day
        Days that some families keep, such as Ramadan, by name.
    weekdays : collection of int
        Weekdays with meals, 0 for Monday.

    Returns
    -------
    Calendar
        The calendar, known from the first to the last day of these school years.

    Raises
    ------
    DateError
        Where the zone does not exist, or a school year is not known; with what is known.

    Examples
    --------
    >>> calendar = french_calendar("B", [2016])
    >>> calendar.span
    (np.datetime64('2016-09-01'), np.datetime64('2017-07-07'))
    >>> [str(b.start) for b in calendar.breaks if "hiver" in b.name]
    ['2017-02-11']
    >>> french_calendar("B", [2030])
    Traceback (most recent call last):
    prevision_cantine.errors.DateError: the school holidays of zone B are known from 2010-2011 to 2027-2028, not for 2030-2031; give them with holidays=load_school_holidays(FILE)
    """
    wanted = sorted(set(years))
    if not wanted:
        raise DateError("no_years")
    more = tuple(holidays)
    found: set[Break] = set()
    taught = []
    for year in wanted:
        letter = zone if isinstance(zone, str) else zone.get(year, "")
        if letter not in ZONES:
            raise DateError("zone_of_year", value=letter, school_year=_name(year))
        breaks = _breaks(letter, more)
        known = _school_years(breaks)
        if year not in known:
            first, last = _name(min(known)), _name(max(known))
            raise DateError(
                "breaks_unknown", zone=letter, first=first, last=last, school_year=_name(year)
            )
        taught.append(known[year])
        margin = np.timedelta64(1, "D")  # the summers that end and begin at the year's edges
        low, high = known[year].start - margin, known[year].end + margin
        found |= {item for item in breaks if item.end >= low and item.start <= high}
    return Calendar(
        years=tuple(taught),
        breaks=tuple(sorted(found, key=lambda item: (item.start, item.end))),
        public_holidays=public_holidays(range(wanted[0], wanted[-1] + 2)),
        strikes=to_days(strikes),
        closed=to_days(closed),
        opened=to_days(opened),
        weekdays=tuple(weekdays),
        observances=_observances(observances or {}),
    )


def _name(year: int) -> str:
    return f"{year}-{year + 1}"


def _observances(days: Mapping[str, Iterable[Day]]) -> tuple[tuple[str, Days], ...]:
    return tuple((name, to_days(values)) for name, values in days.items())


def _breaks(zone: str, more: tuple[ZonedBreak, ...]) -> list[Break]:
    """Return the school holidays of a zone in order, those given in place of those they overlap."""
    given = [item for item in more if zone in item.zones]
    published = [
        item
        for item in load_school_holidays()
        if zone in item.zones
        and not any(item.start <= new.end and new.start <= item.end for new in given)
    ]
    every = sorted([*given, *published], key=lambda item: item.start)
    return [Break(item.name, item.start, item.end) for item in every]


def _school_years(breaks: list[Break]) -> dict[int, SchoolYear]:
    """Return the school years between two summers that follow each other, by their first year."""
    summers = [b for b in breaks if b.end - b.start > np.timedelta64(SUMMER_DAYS, "D")]
    years = {}
    for before, after in pairwise(summers):
        year = before.end.astype(dt.date).year
        if after.start.astype(dt.date).year == year + 1:
            years[year] = SchoolYear(_name(year), before.end + 1, after.start - 1)
    return years


def load_calendar(folder: str | Path, *, weekdays: Collection[int] = SERVED) -> Calendar:
    """Load the school calendar of any place from its own files.

    Parameters
    ----------
    folder : str or Path
        Folder with ``annees_scolaires.csv`` (``annee_scolaire, date_debut, date_fin``),
        ``vacances.csv`` (``vacances_nom, date_debut, date_fin``), ``jours_feries.csv`` (``date,
        nom_jour_ferie``) and, where there is one, ``jours.csv`` (``date, nature, libelle``). The
        nature is ``fermeture``, ``pont`` or ``demi_journee`` (a bridge or half day without a
        meal), ``ouverture`` (meals although the calendar says no), ``greve`` or ``observance``,
        such as Ramadan, which ``libelle`` then names.
    weekdays : collection of int
        Weekdays with meals, 0 for Monday.

    Returns
    -------
    Calendar
        The calendar.

    Raises
    ------
    CityError
        Where a file cannot be read, or a line is wrong; the message names it.

    Examples
    --------
    >>> load_calendar("nowhere")
    Traceback (most recent call last):
    prevision_cantine.errors.CityError: nowhere/annees_scolaires.csv: cannot be read (no such file); it should be a file of the calendar's folder, as CSV with the columns annee_scolaire, date_debut, date_fin
    """
    root = Path(folder)
    path = root / "annees_scolaires.csv"
    years = []
    for line, row in _read(path, ("annee_scolaire", "date_debut", "date_fin")):
        start, end = _span(path, line, row)
        years.append(SchoolYear(row["annee_scolaire"], start, end))
    years.sort(key=lambda item: item.start)
    if not years:
        raise CityError("no_year_rows", where=path)
    for before, after in pairwise(years):
        if after.start <= before.end:
            raise CityError("years_overlap", where=path, first=before.name, second=after.name)
    path = root / "vacances.csv"
    breaks = []
    for line, row in _read(path, ("vacances_nom", "date_debut", "date_fin")):
        breaks.append(Break(row["vacances_nom"], *_span(path, line, row)))
    path = root / "jours_feries.csv"
    feries = _read(path, ("date", "nom_jour_ferie"))
    path_of_days = root / "jours.csv"
    days = load_days(path_of_days) if path_of_days.exists() else {}
    observances = {
        name.partition(":")[2]: values
        for name, values in days.items()
        if name.startswith("observances:")
    }
    return Calendar(
        years=tuple(years),
        breaks=tuple(sorted(breaks, key=lambda item: (item.start, item.end))),
        public_holidays=to_days(parse_date(path, line, row["date"]) for line, row in feries),
        strikes=to_days(days.get("strikes", ())),
        closed=to_days(days.get("closed", ())),
        opened=to_days(days.get("opened", ())),
        weekdays=tuple(weekdays),
        observances=_observances(observances),
    )


def _read(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    return read_rows(path, columns, what="a_calendar_file")


def load_days(path: Path) -> dict[str, list[np.datetime64]]:
    """Return the days of ``jours.csv`` by the field of the calendar that keeps them.

    Those of an observance stand under ``observances:`` and its name.

    Raises
    ------
    CityError
        Where a line is wrong.
    """
    days: dict[str, list[np.datetime64]] = defaultdict(list)
    for line, row in _read(path, ("date", "nature", "libelle")):
        field = NATURES.get(row["nature"])
        if field is None:
            raise CityError(
                "nature", where=f"{path}:{line}", value=row["nature"], known=Either(tuple(NATURES))
            )
        if field == "observances":
            if not row["libelle"].strip():
                raise CityError("observance_name", where=f"{path}:{line}")
            field = f"observances:{row['libelle'].strip()}"
        days[field].append(parse_date(path, line, row["date"]))
    return days
