"""One builder: from tables of meals, people, days and dishes to a ``City``, whatever their source."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats
from prevision_cantine.calendar.days import Break, Calendar, SchoolYear, to_days, weekday
from prevision_cantine.city.announced import unchecked_absences
from prevision_cantine.city.city import City
from prevision_cantine.city.menus import Menus, families_of
from prevision_cantine.city.records import (
    Absences,
    Attendance,
    HeadCounts,
    Marks,
    Provisional,
    Remark,
    Variable,
)
from prevision_cantine.errors import CityError
from prevision_cantine.json_value import JsonValue
from prevision_cantine.words.catalogue import Phrase

MAX_RATIO = 3.0  # a row above this many times the median of the days before is a typing error
PAST_ROWS = 40
SUMMER_DAYS = 40  # a holiday longer than this stands between two school years
LAST_DAYS = 40  # service days of a series among which its weekdays are looked for
AHEAD = 400  # days after the data up to which a year that no table ends is taken to last

Series = tuple[str, str]  # canteen and service


@attrs.frozen(kw_only=True)
class Meals:
    """Meals served by one series on one day, as a table has them.

    Parameters
    ----------
    series : (str, str)
        Canteen and service.
    date : datetime64[D]
        Day.
    served, agents : float
        Meals served and ordered; NaN where not recorded.
    place : str
        File and line.
    """

    series: Series
    date: np.datetime64
    served: float
    agents: float
    place: str


@attrs.frozen(kw_only=True)
class Span(JsonValue):
    """Days of one nature, as a table has them.

    Parameters
    ----------
    start, end : datetime64[D]
        First and last day.
    nature, name : str
        What they are, and its name.
    canteen, service : str
        Whom they concern; empty for all.
    place : str
        File and line.
    """

    start: np.datetime64
    end: np.datetime64
    nature: str
    name: str = ""
    canteen: str = ""
    service: str = ""
    place: str = ""

    @property
    def days(self) -> Days:
        """All its days."""
        return np.arange(self.start, self.end + 1, dtype="datetime64[D]")


@attrs.define(kw_only=True)
class CityTables:
    """The tables of a city, each row parsed and with its place; only ``meals`` is needed.

    Parameters
    ----------
    meals : list of Meals
        What was served.
    types, opens, closes, replaces : dict of str
        By canteen: type, first day, day from which it is closed, and the canteens that it replaces.
    people : list of (series, since, people, known on, place)
        Head counts; an empty service is all those of the canteen.
    spans : list of Span
        Days of the calendar.
    years : list of SchoolYear
        School years; read from the gaps where there is none.
    dishes : dict of str to dict of date to list of str
        Dishes by service, that of all being empty.
    numbers : list of (name, canteen, service, date, value, known on)
        Values of variables.
    absences : list of (canteen, service, date, announced, people, place)
        Announced absences.
    settings : dict
        What ``ville.toml`` says.
    calendar : Calendar, optional
        A calendar that is known already, in the place of ``spans`` and ``years``; its weekdays are
        those served.
    files : dict of str to str
        How remarks call the tables, by the name of their file in the layout of any city.
    report : list of Remark
        What was found and done so far.
    """

    meals: list[Meals]
    types: dict[str, str] = attrs.field(factory=dict)
    opens: dict[str, np.datetime64] = attrs.field(factory=dict)
    closes: dict[str, np.datetime64] = attrs.field(factory=dict)
    replaces: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    people: list[tuple[Series, np.datetime64, float, np.datetime64, str]] = attrs.field(
        factory=list
    )
    spans: list[Span] = attrs.field(factory=list)
    years: list[SchoolYear] = attrs.field(factory=list)
    dishes: dict[str, dict[dt.date, list[str]]] = attrs.field(factory=dict)
    numbers: list[tuple[str, str, str, np.datetime64, float, np.datetime64]] = attrs.field(
        factory=list
    )
    absences: list[tuple[str, str, np.datetime64, np.datetime64, float, str]] = attrs.field(
        factory=list
    )
    settings: dict[str, Any] = attrs.field(factory=dict)
    calendar: Calendar | None = None
    files: dict[str, str] = attrs.field(factory=dict)
    report: list[Remark] = attrs.field(factory=list)

    def file(self, name: str) -> str:
        """Return what remarks call a table."""
        return self.files.get(name, name)


class _Index:
    """The series of a city, by canteen and service."""

    def __init__(self, tables: CityTables) -> None:
        found = {meal.series: None for meal in tables.meals}
        services = dict.fromkeys(service for _, service in found)
        served = {site for site, _ in found}
        for site in tables.types:  # a canteen that has not opened yet
            if site not in served:
                found |= {(site, service): None for service in services}
        order = {site: n for n, site in enumerate(tables.types)}
        self.series = sorted(found, key=lambda s: (order.get(s[0], len(order)), s))
        self.number = {series: n for n, series in enumerate(self.series)}
        self.has_services = len(services) > 1
        self._of_site: dict[str, list[int]] = defaultdict(list)
        for n, (site, _) in enumerate(self.series):
            self._of_site[site].append(n)
        self.unknown: Counter[tuple[str, str]] = Counter()
        self.file = tables.file

    def names(self) -> tuple[str, ...]:
        return tuple(f"{a} ({b})" if self.has_services and b else a for a, b in self.series)

    def of(self, canteen: str, service: str, table: str) -> list[int]:
        """Return the series that a canteen and service mean; none, and a remark, where unknown."""
        if not canteen:
            every = range(len(self.series))
            found = [n for n in every if not service or self.series[n][1] == service]
        else:
            here = self._of_site.get(canteen, [])
            found = [n for n in here if not service or self.series[n][1] == service]
        if not found:
            self.unknown[self.file(table), f"{canteen} {service}".strip()] += 1
        return found


def build_city(tables: CityTables) -> City:
    """Build a city from its tables.

    Parameters
    ----------
    tables : CityTables
        The tables.

    Returns
    -------
    City
        The city; its report says what was repaired or left out.

    Raises
    ------
    CityError
        Where no meal is left, a canteen and day stands twice, or more people are away than enrolled.
    """
    index, report = _Index(tables), tables.report
    table = _attendance(tables, index, report)
    if tables.calendar is None:
        calendar, marks = _calendar(tables, index)
        calendar = _with_years(calendar, tables, table, report)
        named = tables.settings.get("jours")
    else:
        calendar, marks, named = tables.calendar, (), tables.calendar.weekdays
    names = index.names()
    opens, closes = (
        np.array(
            [known.get(site, np.datetime64("NaT")) for site, _ in index.series], dtype="datetime64[D]"
        ) if known else np.array([], dtype="datetime64[D]")
        for known in (tables.opens, tables.closes)
    )  # fmt: skip
    table = _within_life(table, opens, closes, report, tables.file("cantines.csv"))
    table = _without_typing_errors(table, report, tables.file("frequentation.csv"))
    seen = tuple(np.unique(weekday(table.date)).tolist()) if named is None else tuple(named)
    calendar = attrs.evolve(calendar, weekdays=_usual_weekdays(table, seen, calendar, named))
    if named is not None:
        _say_weekdays_apart(table, calendar, report, tables.file("frequentation.csv"))
    replaces = _replaced(tables, index)
    enrolment, provisional, headcounts = _people(tables, index, calendar)
    words = families_of(tables.settings.get("familles", {}))
    menus = {
        service: Menus.of(dishes, words)
        for service, dishes in _by_service(tables.dishes, index).items()
    }
    city = City(
        canteens=names,
        types=tuple(tables.types.get(site, "") for site, _ in index.series),
        attendance=table,
        enrolment=enrolment,
        provisional=provisional,
        calendar=calendar,
        menus=menus.pop("", Menus.of({}, words)),
        absences=_absences(tables, index),
        sites=tuple(site for site, _ in index.series),
        services=tuple(service for _, service in index.series) if index.has_services else (),
        headcounts=headcounts,
        variables=_variables(tables, index),
        marks=marks,
        opens=opens,
        closes=closes,
        replaces=replaces,
        weekdays=_weekdays(table, len(names), calendar, named, replaces),
        settings={k: v for k, v in tables.settings.items() if k in ("termes", "langues", "marges")},
        menus_of=menus,
    )
    for (where, name), count in index.unknown.items():
        report.append(Remark(where, "unknown_series", count, {"name": name}))
    unchecked = unchecked_absences(city, tables.file("absences.csv"))
    return attrs.evolve(city, report=(*report, *unchecked))


def _attendance(tables: CityTables, index: _Index, report: list[Remark]) -> Attendance:
    found: dict[tuple[np.datetime64, int], Meals] = {}
    missing = closed = 0
    for meal in tables.meals:
        if np.isnan(meal.served):
            missing += 1
        elif meal.served == 0:
            closed += 1
        else:
            key = (meal.date, index.number[meal.series])
            if key in found:
                raise CityError(
                    "meals_twice",
                    where=meal.place,
                    canteen=index.names()[key[1]],
                    day=meal.date,
                    other=found[key].place,
                )
            found[key] = meal
    file = tables.file("frequentation.csv")
    for count, code in ((missing, "not_recorded"), (closed, "none_served")):
        if count:
            report.append(Remark(file, code, count))
    if not found:
        raise CityError("no_meals", where=file)
    keys = sorted(found)
    return Attendance(
        np.array([n for _, n in keys], dtype=np.int64),
        np.array([day for day, _ in keys], dtype="datetime64[D]"),
        np.array([found[key].served for key in keys]),
        np.array([found[key].agents for key in keys]),
    )


# The days of all series, by the field of the calendar that keeps them.
_FIELDS = {
    "ferie": "public_holidays", "ferme": "closed", "ouvert": "opened", "greve": "strikes",
    "exceptionnel": "exceptional",
}  # fmt: skip


def _calendar(tables: CityTables, index: _Index) -> tuple[Calendar, tuple[Marks, ...]]:
    days: dict[str, list[np.datetime64]] = defaultdict(list)
    named: dict[tuple[str, str], list[np.datetime64]] = defaultdict(list)
    own: dict[tuple[str, str, int], list[np.datetime64]] = defaultdict(list)
    breaks: list[Break] = []
    for span in tables.spans:
        if span.canteen or span.service:
            nature = {"vacances": "ferme", "ferie": "ferme"}.get(span.nature, span.nature)
            name = span.name if nature in ("evenement", "observance") else ""
            for series in index.of(span.canteen, span.service, "calendrier.csv"):
                own[nature, name, series].extend(span.days)
        elif span.nature == "vacances":
            breaks.append(Break(span.name or "vacances", span.start, span.end))
        elif span.nature in _FIELDS:
            days[_FIELDS[span.nature]].extend(span.days)
        else:
            named[span.nature, span.name].extend(span.days)
    calendar = Calendar(
        years=(),
        breaks=tuple(sorted(breaks, key=lambda item: (item.start, item.end))),
        public_holidays=to_days(days["public_holidays"]),
        strikes=to_days(days["strikes"]),
        closed=to_days(days["closed"]),
        opened=to_days(days["opened"]),
        exceptional=to_days(days["exceptional"]),
        observances=tuple((n, to_days(v)) for (k, n), v in named.items() if k == "observance"),
        events=tuple((n, to_days(v)) for (k, n), v in named.items() if k == "evenement"),
    )
    marks = tuple(Marks(*key, date=to_days(values)) for key, values in own.items())
    return calendar, marks


def _with_years(
    calendar: Calendar, tables: CityTables, table: Attendance, report: list[Remark]
) -> Calendar:
    """Give the calendar its years: those told, those between long holidays, or civil ones."""
    first, last = table.date[0], table.date[-1]
    if tables.years:
        years = sorted(tables.years, key=lambda year: year.start)
        for before, after in pairwise(years):
            if after.start <= before.end:
                raise CityError(
                    "years_overlap", where="annees.csv", first=before.name, second=after.name
                )
        outside = int(((table.date < years[0].start) | (table.date > years[-1].end)).sum())
        if outside:
            report.append(Remark(tables.file("annees.csv"), "outside_years", outside))
        return attrs.evolve(calendar, years=tuple(years), is_school=True)
    summers = [b for b in calendar.breaks if (b.end - b.start).astype(int) + 1 > SUMMER_DAYS]
    if summers:
        edges = [first - 1, *(d for b in summers for d in (b.start, b.end)), last + AHEAD]
        years = []
        # What lies before the first long holiday, between two, and after the last.
        for n in range(0, len(edges), 2):
            start, end = edges[n] + 1, edges[n + 1] - (n + 1 < len(edges) - 1)
            end = min(end, start + 366)
            if start <= end:
                years.append(SchoolYear("", start, end))
        report.append(Remark("calendrier.csv", "years_read", len(years)))  # fmt: skip
        return attrs.evolve(calendar, years=tuple(_distinct(years)), is_school=True)
    numbers = range(int(str(first)[:4]), int(str(last + AHEAD)[:4]) + 1)
    years = [
        SchoolYear(str(n), np.datetime64(f"{n}-01-01"), np.datetime64(f"{n}-12-31"))
        for n in numbers
    ]
    if calendar.breaks:
        report.append(Remark("calendrier.csv", "civil_years", len(years)))
    return attrs.evolve(calendar, years=tuple(years), is_school=False)


def _distinct(years: list[SchoolYear]) -> Iterable[SchoolYear]:
    """Name each year by its first and last civil year, and by its first day where two are alike."""
    names = Counter(_span_name(year) for year in years)
    for year in years:
        name = _span_name(year)
        yield attrs.evolve(year, name=name if names[name] == 1 else f"{year.start}")


def _span_name(year: SchoolYear) -> str:
    first, last = (str(day)[:4] for day in (year.start, year.end))
    return first if first == last else f"{first}-{last}"


def _usual_weekdays(
    table: Attendance, seen: tuple[int, ...], calendar: Calendar, named: Sequence[int] | None
) -> tuple[int, ...]:
    """Return the weekdays served otherwise than by exception."""
    if named is not None:
        return seen
    ordinary = table.date[~np.isin(table.date, calendar.opened)]
    days = np.unique(ordinary)
    if not len(days):
        return seen
    counts = np.bincount(weekday(days), minlength=7)
    # A weekday of one in twenty weeks is an exception: its meals stay, as opened by exception.
    return tuple(n for n in range(7) if counts[n] > 0.05 * counts.max())


def _say_weekdays_apart(
    table: Attendance, calendar: Calendar, report: list[Remark], file: str
) -> None:
    """Report the meals of each weekday that is not among those named, nor opened by exception."""
    apart = ~np.isin(weekday(table.date), calendar.weekdays) & ~np.isin(table.date, calendar.opened)
    for n in np.unique(weekday(table.date[apart])).tolist():
        count = int((apart & (weekday(table.date) == n)).sum())
        which = Phrase.of(f"parts.weekday_{n}")
        report.append(Remark(file, "weekday_apart", count, {"weekdays": which}))


def _weekdays(
    table: Attendance,
    series: int,
    calendar: Calendar,
    named: Sequence[int] | None,
    replaces: tuple[tuple[int, ...], ...],
) -> Bools:
    """Return which weekdays each series serves lately.

    A series without a past serves those of the ones that it replaces, or of most others.
    """
    result = np.zeros((series, 7), dtype=bool)
    result[:, list(calendar.weekdays)] = True
    if named is not None:
        return result
    for n in range(series):
        days = table.date[table.canteen == n]
        days = days[~np.isin(days, calendar.opened)]
        lately = days[days > (days[-1] - 365)][-LAST_DAYS:] if len(days) else days
        if len(lately):
            counts = np.bincount(weekday(lately), minlength=7)
            result[n] &= counts >= (2 if len(lately) >= LAST_DAYS else 1)
    seen = np.bincount(table.canteen, minlength=series) > 0
    for n in np.flatnonzero(~seen).tolist():
        old = [m for m in (replaces[n] if replaces else ()) if seen[m]]
        served = result[old].any(axis=0) if old else result[seen].mean(axis=0) >= 0.5
        result[n] &= served | ~served.any()
    return result


def _within_life(
    table: Attendance, opens: Days, closes: Days, report: list[Remark], file: str
) -> Attendance:
    """Leave out meals before a canteen opened and from its closing day on."""
    for days, before, code in ((opens, True, "before_opening"), (closes, False, "after_closing")):
        if len(days):
            told = days[table.canteen]
            wrong = table.date < told if before else table.date >= told
            if wrong.any():
                report.append(Remark(file, code, int(wrong.sum())))
                table = table.select(~wrong)
    if not len(table):
        raise CityError("outside_life", where=file)
    return table


def _people(
    tables: CityTables, index: _Index, calendar: Calendar
) -> tuple[dict[str, Floats], dict[str, Provisional], HeadCounts]:
    """Return the enrolments by school year, those foreseen, and else the head counts."""
    rows = [
        (series, since, people, known)
        for (site, service), since, people, known, _ in tables.people
        for series in index.of(site, service, "effectifs.csv")
        if people > 0
    ]
    if not rows:
        return {}, {}, HeadCounts()
    series, since, people, known_on = zip(*rows, strict=True)
    counts = HeadCounts.of(
        np.array(series, dtype=np.int64), np.array(since, dtype="datetime64[D]"),
        np.array(people, dtype=np.float64), np.array(known_on, dtype="datetime64[D]"),
    )  # fmt: skip
    yearly = _by_year(counts, calendar, len(index.series))
    return (*yearly, HeadCounts()) if yearly is not None else ({}, {}, counts)


def _by_year(
    counts: HeadCounts, calendar: Calendar, series: int
) -> tuple[dict[str, Floats], dict[str, Provisional]] | None:
    """Return head counts as enrolments by school year, where each begins with one; None elsewhere.

    The enrolment of a year is known from its first day on, and is foreseen where it is known before;
    those of a year must then be known on one day, and each have its final figure if any canteen has.
    """
    starts = np.array([year.start for year in calendar.years], dtype="datetime64[D]")
    if not calendar.is_school or not np.isin(counts.since, starts).all():
        return None
    if (counts.known_on > counts.since).any():
        return None
    final: dict[str, Floats] = {}
    foreseen: dict[str, Provisional] = {}
    for year in calendar.years:
        mine = counts.since == year.start
        told = mine & (counts.known_on == counts.since)
        early = mine & ~told
        days = np.unique(counts.known_on[early])
        whole = [np.unique(counts.series[rows], return_counts=True) for rows in (told, early)]
        if len(days) > 1 or any((times > 1).any() for _, times in whole):
            return None
        if told.any() and not np.isin(whole[1][0], whole[0][0]).all():
            return None
        if early.any():
            foreseen[year.name] = Provisional(days[0], _table(counts, early, series))
        if mine.any():  # what is foreseen and not corrected holds
            final[year.name] = _table(counts, told if told.any() else early, series)
    return final, foreseen


def _table(counts: HeadCounts, rows: Bools, series: int) -> Floats:
    """Return the people of some rows by series; NaN where there are none."""
    table = np.full(series, np.nan)
    table[counts.series[rows]] = counts.people[rows]
    return table


def _variables(tables: CityTables, index: _Index) -> tuple[Variable, ...]:
    rows: dict[str, list[tuple[int, np.datetime64, float, np.datetime64]]] = defaultdict(list)
    for name, canteen, service, at, number, known in tables.numbers:
        whom = index.of(canteen, service, "variables.csv") if canteen or service else [-1]
        rows[name] += [(n, at, number, known) for n in whom]
    found = []
    for name, values in rows.items():
        if values:
            series, day, value, known_on = map(list, zip(*values, strict=True))
            found.append(
                Variable(
                    name, np.array(series, dtype=np.int64), np.array(day, dtype="datetime64[D]"),
                    np.array(value, dtype=np.float64), np.array(known_on, dtype="datetime64[D]"),
                )
            )  # fmt: skip
    return tuple(found)


def _absences(tables: CityTables, index: _Index) -> Absences:
    rows = [
        (series, day, announced, people, place)
        for canteen, service, day, announced, people, place in tables.absences
        # Whoever is away is away from every service of the canteen.
        for series in index.of(canteen, service, "absences.csv")
    ]
    if not rows:
        return Absences()
    series, day, announced, people, place = map(list, zip(*rows, strict=True))
    return Absences(
        canteen=np.array(series, dtype=np.int64), date=np.array(day, dtype="datetime64[D]"),
        announced=np.array(announced, dtype="datetime64[D]"),
        pupils=np.array(people, dtype=np.float64), place=np.array(place),
    )  # fmt: skip


def _replaced(tables: CityTables, index: _Index) -> tuple[tuple[int, ...], ...]:
    if not tables.replaces:
        return ()
    return tuple(
        tuple(
            n
            for old in tables.replaces.get(site, ())
            for n in index.of(old, service, "cantines.csv")
        )
        for site, service in index.series
    )


def _by_service(
    dishes: Mapping[str, Mapping[dt.date, list[str]]], index: _Index
) -> dict[str, dict[dt.date, list[str]]]:
    """Return the dishes of all, and of each service those of its own beside them."""
    every = {day: list(found) for day, found in dishes.get("", {}).items()}
    result = {"": every}
    for service, own in dishes.items():
        if service:
            known = {service for _, service in index.series}
            if service not in known:
                index.unknown[index.file("menus.csv"), service] += len(own)
                continue
            result[service] = {
                day: [*every.get(day, []), *own.get(day, [])] for day in {*every, *own}
            }
    return result


def _without_typing_errors(table: Attendance, report: list[Remark], file: str) -> Attendance:
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
        report.append(
            Remark(
                file,
                "typing_errors",
                int(wrong.sum()),
                {"ratio": int(MAX_RATIO), "days": PAST_ROWS},
            )
        )
    return table.select(~wrong)
