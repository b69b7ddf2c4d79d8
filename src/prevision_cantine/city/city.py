"""What is known of a city: its canteens, attendance, enrolments, calendar and menus; and its rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.above import above
from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.calendar.days import (
    LAST_DAY,
    Calendar,
    check_order,
    no_days,
    to_day,
    weekday,
)
from prevision_cantine.calendar.not_forecast import (
    NotForecast,
    NotForecastError,
    Reason,
    reasons_of,
)
from prevision_cantine.calendar.periods import Period, periods
from prevision_cantine.city.menus import Menus
from prevision_cantine.city.records import (
    Absences,
    Attendance,
    HeadCounts,
    Marks,
    Provisional,
    Remark,
    Variable,
)
from prevision_cantine.errors import CityError, ForecastError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.json_value import JsonValue, html_of
from prevision_cantine.plain_values import html_table, rows_of
from prevision_cantine.read_only import read_only
from prevision_cantine.words.language import counted, in_language, phrases
from prevision_cantine.words.near import names_near

TYPES = ("M", "E", "M/E")  # of French schools: nursery, elementary, both
KINDS = ("menu", "effectif")
SHOWN = 6  # days or canteens that a sentence names
NEAREST = 400  # days within which a day that is forecast is looked for
ASKED = 400  # days of a span whose reasons are told
_WORDS = phrases("city")


@attrs.frozen(eq=False)
class Rows:
    """Canteens and days to forecast.

    Parameters
    ----------
    city : City
        The city that the rows belong to.
    canteen : ndarray of int, shape (n,)
        Number of the canteen in ``city.canteens``.
    date : ndarray of datetime64[D], shape (n,)
        Day.
    """

    city: City = attrs.field(repr=False)
    canteen: Ints = attrs.field(repr=False)
    date: Days = attrs.field(repr=False)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.date)

    def to_dict(self) -> dict[str, Any]:
        """Return the canteens and days as plain values that go to JSON.

        Returns
        -------
        dict
            ``rows``, each with ``cantine``, ``service`` where there is more than one, and ``date``.
        """
        return {"rows": rows_of(self.keys())}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        """Show how many rows there are, and of which days."""
        days = f", {self.date.min()} to {self.date.max()}" if len(self) else ""
        return f"<Rows: {len(self)}{days}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows."""
        return html_table(self.keys())

    @property
    def names(self) -> npt.NDArray[np.str_]:
        """Name of the series of each row: that of the canteen, with the service where it has several."""
        return np.array(self.city.canteens)[self.canteen]

    def keys(self) -> dict[str, npt.NDArray[Any]]:
        """Return what tells the rows apart.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            Columns ``cantine``, ``service`` where there is more than one, and ``date``.
        """
        sites = np.array(self.city.sites)[self.canteen]
        services = self.city.service_of
        found: dict[str, npt.NDArray[Any]] = {"cantine": sites}
        if len(set(services)) > 1:
            found["service"] = np.array(services)[self.canteen]
        return {**found, "date": self.date}

    def key_texts(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return what tells the rows apart as text, for a file.

        Returns
        -------
        tuple of str, and list of tuple of str
            Names of the columns, and the cells of each row.
        """
        keys = self.keys()
        cells = [column.astype(str).tolist() for column in keys.values()]
        return tuple(keys), list(zip(*cells, strict=True))

    def select(self, keep: npt.NDArray[Any]) -> Rows:
        """Return some of the rows.

        Parameters
        ----------
        keep : ndarray of bool or int
            A mask, or positions.

        Returns
        -------
        Rows
            Those rows.
        """
        return Rows(self.city, self.canteen[keep], self.date[keep])

    def of(self, canteen: str) -> Ints:
        """Return the rows of one canteen.

        Parameters
        ----------
        canteen : str
            Name of the canteen; or of one of its series, such as ``Zola (midi)``.

        Returns
        -------
        ndarray of int
            Positions, by day.

        Raises
        ------
        ForecastError
            Where there is no such canteen.
        NotForecastError
            Where it has no meals on these days, with the reasons.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> rows = make_city(canteens=2, years=1).calendar_rows("2020-09-01", "2020-09-04")
        >>> rows.of("Cantine 02").tolist()
        [1, 3, 5]
        """
        here = np.flatnonzero(self.names == canteen)
        if not len(here):
            here = np.flatnonzero(np.array(self.city.sites)[self.canteen] == canteen)
        if not len(here):
            if len(self) and (canteen in self.city.canteens or canteen in self.city.sites):
                answer = self.city.why_not(self.date.min(), self.date.max(), canteen=canteen)
                if answer is not None:  # closed, not open yet, or on other weekdays
                    raise NotForecastError(answer)
            known = np.unique(self.names).tolist()
            raise ForecastError("no_forecast_of", value=canteen, near=names_near(canteen, known))
        return here[np.argsort(self.date[here], kind="stable")]

    def served(self) -> Floats:
        """Return the meals that the city's attendance has of the rows.

        Returns
        -------
        ndarray of float, shape (n,)
            Meals; NaN where none is known.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> rows = make_city(canteens=2, years=1).calendar_rows("2020-09-01", "2020-09-01")
        >>> bool((rows.served() > 0).all())
        True
        """
        table = self.city.attendance
        width = len(self.city.canteens)
        known, wanted = (
            one.date.astype("datetime64[D]").astype(np.int64) * width + one.canteen
            for one in (table, self)
        )
        order = np.argsort(known, kind="stable")
        at = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(order) - 1)]
        return np.where(known[at] == wanted, table.meals[at], np.nan)

    def missing(self) -> Missing:
        """Return which menus and enrolments of the rows are not known, by canteen and day.

        Returns
        -------
        Missing
            A line each, to read, to write or to make a table of.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> city = make_city(canteens=2, years=1)
        >>> print(city.calendar_rows("2020-09-01", "2020-09-30").missing().to_text("en"))
        Nothing is missing: menus and enrolments are known.
        """
        return missing(self)


@attrs.frozen(eq=False)
class City:
    """A city's canteens and what is known of them; counts only, no person.

    Parameters
    ----------
    canteens, types : tuple of str
        Names of the series, and their types, any words. A series is a canteen, or one service of a
        canteen that has several: its name is then ``Zola (midi)``.
    attendance : Attendance
        Meals served.
    enrolment : mapping of str to ndarray, shape (canteens,)
        Pupils by school year; NaN where unknown.
    calendar : Calendar
        School calendar.
    menus : Menus
        Published menus.
    report : tuple of Remark
        What the loader found, repaired or dropped.
    truth : mapping of str to ndarray
        Effects of a made city; empty for a real one.
    absences : Absences
        Announced absences; none where the city keeps no such table. A city with more pupils away
        from a canteen on a day than are enrolled there that school year is refused.
    provisional : mapping of str to Provisional
        Enrolments foreseen, by school year; empty where the city has none.
    sites, services : tuple of str
        Canteen and service of each series; where empty, the series are the canteens and there is
        one service.
    headcounts : HeadCounts
        People enrolled or present from a day on; they go before the enrolments by school year.
    variables : tuple of Variable
        Numbers known in advance, each with a name of its own.
    marks : tuple of Marks
        Days opened, closed, on strike, exceptional, or of an event, for one series alone.
    opens, closes : ndarray of datetime64[D], shape (canteens,) or (0,)
        First day of each series, and the day from which it is closed; NaT where not told.
    replaces : tuple of tuple of int
        The series whose people each one took over; empty where none did.
    weekdays : ndarray of bool, shape (canteens, 7) or (0, 7)
        Weekdays that each series serves; where empty, all serve those of the calendar.
    settings : mapping of str to object
        What ``ville.toml`` says of terms and words.
    menus_of : mapping of str to Menus
        Menus by service, where they differ.
    """

    canteens: tuple[str, ...] = attrs.field(repr=False)
    types: tuple[str, ...] = attrs.field(repr=False)
    attendance: Attendance = attrs.field(repr=False)
    enrolment: Mapping[str, Floats] = attrs.field(converter=read_only, repr=False)
    calendar: Calendar
    menus: Menus = attrs.field(repr=False)
    report: tuple[Remark, ...] = attrs.field(default=(), repr=False)
    truth: Mapping[str, Any] = attrs.field(factory=dict, converter=read_only, repr=False)
    absences: Absences = attrs.field(factory=Absences, repr=False)
    provisional: Mapping[str, Provisional] = attrs.field(
        factory=dict, converter=read_only, repr=False
    )
    sites: tuple[str, ...] = attrs.field(repr=False)
    services: tuple[str, ...] = attrs.field(default=(), repr=False)
    headcounts: HeadCounts = attrs.field(factory=HeadCounts, repr=False)
    variables: tuple[Variable, ...] = attrs.field(default=(), repr=False)
    marks: tuple[Marks, ...] = attrs.field(default=(), repr=False)
    opens: Days = attrs.field(factory=no_days, repr=False)
    closes: Days = attrs.field(factory=no_days, repr=False)
    replaces: tuple[tuple[int, ...], ...] = attrs.field(default=(), repr=False)
    weekdays: Bools = attrs.field(factory=lambda: np.zeros((0, 7), dtype=bool), repr=False)
    settings: Mapping[str, Any] = attrs.field(factory=dict, converter=read_only, repr=False)
    menus_of: Mapping[str, Menus] = attrs.field(factory=dict, converter=read_only, repr=False)

    @sites.default
    def _sites(self) -> tuple[str, ...]:
        return self.canteens

    @property
    def menu_days(self) -> Days:
        """Days with a menu, of all or of a service, in order."""
        return np.unique(
            np.concatenate([self.menus.dates, *(item.dates for item in self.menus_of.values())])
        )

    @property
    def service_of(self) -> tuple[str, ...]:
        """Service of each series; an empty name where there is one alone."""
        return self.services or ("",) * len(self.canteens)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The distinct types, those of French schools first, with the service where there are several."""
        found = set(self.kind_of)
        return (*(t for t in TYPES if t in found), *sorted(found - set(TYPES)))

    @property
    def kind_of(self) -> tuple[str, ...]:
        """Type of each series, with the service where there are several."""
        if len(set(self.service_of)) < 2:
            return self.types
        pairs = zip(self.types, self.service_of, strict=True)
        return tuple(f"{kind} {service}".strip() for kind, service in pairs)

    def __attrs_post_init__(self) -> None:
        """Refuse more pupils away from a canteen on a day than are enrolled there."""
        told = self.absences
        if not len(told):
            return
        same_day = self._key(told.canteen, told.date)
        away = np.bincount(place := np.unique(same_day, return_inverse=True)[1], told.pupils)[place]
        enrolled = self.enrolled_at_most(told.canteen, told.date)
        wrong = np.flatnonzero(away > enrolled)
        if len(wrong):
            n = int(wrong[-1])  # the last line made it too many
            year = int(self.calendar.year_index(told.date[[n]])[0])
            facts = {
                "where": str(told.place[n]), "canteen": self.canteens[told.canteen[n]],
                "day": told.date[n], "away": float(away[n]), "enrolled": float(enrolled[n]),
            }  # fmt: skip
            if year < 0:
                raise CityError("too_many_away", **facts)
            name = self.calendar.years[year].name
            raise CityError("too_many_away_in", school_year=name, **facts)

    def to_dict(self) -> dict[str, Any]:
        """Return the city as plain values that go to JSON.

        Returns
        -------
        dict
            The tables of its folder by name, such as ``frequentation`` and ``calendrier``, each a
            list of rows with the columns of the file, None where a cell is empty; and ``ville``,
            what ``ville.toml`` says. ``from_dict`` reads it back. As in a folder, a dish is that of
            its family, and what a loader left out is not there.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> make_city(canteens=2, years=1).to_dict()["cantines"][0]
        {'cantine': 'Cantine 01', 'type': 'E', 'ouvre_le': None, 'ferme_le': None, 'remplace': None}
        """
        found: dict[str, Any] = above("city_dict")(self)
        return found

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> City:
        """Return the city that ``to_dict`` gives.

        Parameters
        ----------
        data : mapping of str to object
            Tables by name, each a list of rows; ``frequentation`` at least.

        Returns
        -------
        City
            The city; ``report`` lists what was found, repaired or dropped, and why.

        Raises
        ------
        CityError
            Where ``load_city`` would refuse the same tables as files; the message names table and
            row.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> city = make_city(canteens=2, years=1)
        >>> City.from_dict(city.to_dict()).to_dict() == city.to_dict()
        True
        """
        found: City = above("city_from_dict")(data)
        return found

    def __repr__(self) -> str:
        """Show how many series there are, and the days that are known."""
        days = self._summary()["days"]
        return f"<City of {len(self.canteens)} series{f', {days}' if days else ''}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what is known of the city, in numbers."""
        return html_of(self._summary(), type(self).__name__)

    def _summary(self) -> dict[str, Any]:
        served = self.attendance
        days = f"{served.date.min()} to {served.date.max()}" if len(served) else None
        return {
            "canteens": len(set(self.sites)), "series": len(self.canteens), "days": days,
            "meals": round(float(served.meals.sum())), "menus": len(self.menu_days),
            "remarks": len(self.report),
        }  # fmt: skip

    def to_folder(self, path: str | Path) -> Path:
        """Write the city as a folder in the layout of any city.

        Parameters
        ----------
        path : str or Path
            A folder that is not there yet, or is empty.

        Returns
        -------
        Path
            The folder, from which ``load_city`` gives the same city again.

        Raises
        ------
        CityError
            Where the folder is there and not empty.
        """
        folder: Path = above("save_city")(self, path)
        return folder

    def enrolled_at_most(self, canteen: Ints, date: Days) -> Floats:
        """Return the largest enrolment that is told of each row's own school year.

        Parameters
        ----------
        canteen : ndarray of int, shape (n,)
            Number of the canteen.
        date : ndarray of datetime64[D], shape (n,)
            Day.

        Returns
        -------
        ndarray of float, shape (n,)
            Pupils, of the final and the provisional figure whichever is larger; NaN where
            neither is known.
        """
        table = np.full((len(self.calendar.years) + 1, len(self.canteens)), np.nan)
        for index, year in enumerate(self.calendar.years):
            if year.name in self.enrolment:
                table[index] = self.enrolment[year.name]
            if year.name in self.provisional:
                table[index] = np.fmax(table[index], self.provisional[year.name].pupils)
        yearly = np.asarray(table[self.calendar.year_index(date), canteen], dtype=np.float64)
        if not len(self.headcounts):
            return yearly
        dated, started = self.headcounts.at(canteen, date, LAST_DAY)
        return np.where(started, dated, yearly)

    def marked(self, nature: str, rows: Rows, name: str = "") -> Bools:
        """Return which rows have a mark of a nature for their series alone.

        Parameters
        ----------
        nature : str
            As in ``Marks``.
        rows : Rows
            Series and days.
        name : str
            As in ``Marks``.

        Returns
        -------
        ndarray of bool, shape (n,)
            A row each.
        """
        result = np.zeros(len(rows), dtype=bool)
        for mark in self.marks:
            if mark.nature == nature and mark.name == name:
                result |= (rows.canteen == mark.series) & np.isin(rows.date, mark.date)
        return result

    def is_exceptional(self, rows: Rows) -> Bools:
        """Return which rows are of a span that the usual effects must not learn from.

        Parameters
        ----------
        rows : Rows
            Series and days.

        Returns
        -------
        ndarray of bool, shape (n,)
            A row each.
        """
        found = np.isin(rows.date, self.calendar.exceptional)
        return np.asarray(found | self.marked("exceptionnel", rows))

    def is_struck(self, rows: Rows) -> Bools:
        """Return which rows are of a strike day, of the city or of the series alone.

        Parameters
        ----------
        rows : Rows
            Series and days.

        Returns
        -------
        ndarray of bool, shape (n,)
            A row each.
        """
        return np.asarray(np.isin(rows.date, self.calendar.strikes) | self.marked("greve", rows))

    def is_taught(self, rows: Rows) -> Bools:
        """Return which rows count among the meals to learn from.

        Parameters
        ----------
        rows : Rows
            Series and days.

        Returns
        -------
        ndarray of bool, shape (n,)
            A weekday that is served, in a known year.
        """
        known = self.calendar.is_weekday_served(rows.date) | self.marked("ouvert", rows)
        return np.asarray(known & (self.calendar.year_index(rows.date) >= 0))

    def _is_alive(self, rows: Rows) -> Bools:
        """Return which rows lie between the opening and the closing day of their series."""
        alive = np.ones(len(rows), dtype=bool)
        if len(self.opens):
            alive &= ~(rows.date < self.opens[rows.canteen])  # NaT is on no side
        if len(self.closes):
            alive &= ~(rows.date >= self.closes[rows.canteen])
        return alive

    def _is_open(self, rows: Rows) -> Bools:
        """Return which rows, on any day, have meals."""
        days, place = np.unique(rows.date, return_inverse=True)
        calendar = self.calendar
        served = calendar.is_served(days)[place]
        if len(self.weekdays):
            named = np.isin(days, calendar.opened)[place]
            served &= self.weekdays[rows.canteen, weekday(days)[place]] | named
        served = (served | self.marked("ouvert", rows)) & ~self.marked("ferme", rows)
        return np.asarray(served & self._is_alive(rows))

    def calendar_rows(
        self, start: str | dt.date | np.datetime64, end: str | dt.date | np.datetime64
    ) -> Rows:
        """Return the canteens and days to forecast; ``missing`` then lists what is not known of them.

        Parameters
        ----------
        start, end : str or datetime.date
            First and last day, both included.

        Returns
        -------
        Rows
            One row a canteen and school day, by day then canteen. A canteen that served no meal in
            the year before ``start`` is closed and has no row, unless it has never served yet.

        Raises
        ------
        DateError
            Where the span is reversed; and, as ``NotForecastError`` with the reasons and the
            nearest days that are forecast, where it leaves the calendar or has no day with meals.
        """
        first, last = to_day(start), to_day(end)
        check_order(first, last)
        low, high = self.calendar.span
        days = np.arange(first, last + 1, dtype="datetime64[D]")
        if low <= first and last <= high:
            rows = self._forecast_rows(days)
            if len(rows):
                return rows
        else:  # as much of the span as the calendar does not have
            days = days[days < low] if first < low else days[days > high]
        raise NotForecastError(self._answer(days, np.arange(len(self.canteens)), "", None))

    def calendar_parts(
        self,
        start: str | dt.date | np.datetime64,
        end: str | dt.date | np.datetime64,
        *,
        rows: int = 1 << 17,
    ) -> Iterator[Rows]:
        """Yield what ``calendar_rows`` returns, some days at a time, so that a country fits in memory.

        Parameters
        ----------
        start, end : str or datetime.date
            First and last day, both included.
        rows : int
            About how many rows at a time, but whole days.

        Yields
        ------
        Rows
            At least one row each.

        Raises
        ------
        DateError
            As ``calendar_rows`` does.
        """
        first, last = to_day(start), to_day(end)
        check_order(first, last)
        low, high = self.calendar.span
        if first < low or last > high:
            self.calendar_rows(first, last)  # says why not
        who = self._open_series(first, last)
        each, none = max(1, rows // max(1, len(who))), True
        days = np.arange(first, last + 1, dtype="datetime64[D]")
        for n in range(0, len(days), each):
            found = self._rows_of(days[n : n + each], who)
            if len(found):
                none = False
                yield found
        if none:
            self.calendar_rows(first, last)

    def _forecast_rows(self, days: Days) -> Rows:
        """Return the canteens that have meals on consecutive days of the calendar."""
        return self._rows_of(days, self._open_series(days[0], days[-1]))

    def _rows_of(self, days: Days, who: Ints) -> Rows:
        every = Rows(self, np.tile(who, len(days)), np.repeat(days, len(who)))
        return every.select(self._is_open(every))

    def _open_series(self, first: np.datetime64, last: np.datetime64) -> Ints:
        """Return the series that serve at all in a span: who served before it, lately did."""
        known = self.attendance
        before = known.date < first
        recent = before & (known.date >= first - 365)
        closed = np.setdiff1d(known.canteen[before], known.canteen[recent])
        if len(self.opens):  # it is told to open again, or for the first time
            again = (self.opens >= first - 365) & (self.opens <= last)
            closed = np.setdiff1d(closed, np.flatnonzero(again))
        return np.setdiff1d(np.arange(len(self.canteens)), closed)

    def why_not(
        self,
        start: str | dt.date | np.datetime64,
        end: str | dt.date | np.datetime64 | None = None,
        *,
        canteen: str | None = None,
        until: str | dt.date | np.datetime64 | None = None,
    ) -> NotForecast | None:
        """Say why a day or span is not forecast, and which days near it are.

        Parameters
        ----------
        start, end : str or datetime.date
            First and last day; the same where the last is not given.
        canteen : str, optional
            A canteen, or one of its series, such as ``Zola (midi)``; all where not given.
        until : str or datetime.date, optional
            Last day of the data: a day up to it is past.

        Returns
        -------
        NotForecast or None
            None where a day of the span is forecast.

        Raises
        ------
        CityError
            Where there is no such canteen.
        DateError
            Where the days are reversed.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> city = make_city(canteens=2, years=1)
        >>> city.why_not("2020-09-01") is None
        True
        >>> [reason.code for reason in city.why_not("2020-12-25").reasons]
        ['public_holiday', 'school_holiday']
        """
        first = to_day(start)
        last = first if end is None else to_day(end)
        check_order(first, last)
        who = np.arange(len(self.canteens)) if canteen is None else self.series_of(canteen)
        day = None if until is None else to_day(until)
        days = np.arange(first, last + 1, dtype="datetime64[D]")
        if self._have_forecast(days, who, day):
            return None
        return self._answer(days, who, canteen or "", day)

    def series_of(self, canteen: str) -> Ints:
        """Return the series of a canteen, or the one of that name.

        Parameters
        ----------
        canteen : str
            Name of the canteen; or of one of its series, such as ``Zola (midi)``.

        Returns
        -------
        ndarray of int
            Their numbers.

        Raises
        ------
        CityError
            Where there is no such canteen.
        """
        for names in (self.canteens, self.sites):
            if canteen in names:
                return np.flatnonzero(np.array(names) == canteen)
        near = names_near(canteen, tuple(dict.fromkeys(self.sites)))
        raise CityError("no_canteen_of", value=canteen, near=near)

    def _have_forecast(self, days: Days, who: Ints, until: np.datetime64 | None) -> bool:
        """Return whether some of the series have a forecast on some of consecutive days."""
        first, last = self.calendar.span
        days = days[(days >= first) & (days <= last)]
        days = days if until is None else days[days > until]
        return len(days) > 0 and bool(np.isin(self._forecast_rows(days).canteen, who).any())

    def _answer(
        self, days: Days, who: Ints, canteen: str, until: np.datetime64 | None
    ) -> NotForecast:
        """Say why days are not forecast, and which are the nearest that are."""
        found = dict.fromkeys(
            reason for day in days[:ASKED] for reason in self._reasons(day, who, until)
        )
        told = [reason for reason in found if reason.code != "weekday"] or list(found)
        near = []
        for edge, step in ((days[0], -1), (days[-1], 1)):
            low, high = self.calendar.span
            at = min(max(edge, low - 1), high + 1)
            if until is not None:
                at = max(at, until) if step > 0 else at
            around = at + step * np.arange(1, NEAREST + 1)
            around = around[(around >= low) & (around <= high)]
            rows = Rows(self, np.tile(who, len(around)), np.repeat(around, len(who)))
            served = rows.date[self._is_open(rows)]
            likely = around[np.isin(around, served)]
            tried = (day for day in likely if self._have_forecast(np.array([day]), who, until))
            near.append(next(tried, None))
        return NotForecast(
            start=days[0], end=days[-1], canteen=canteen, reasons=tuple(told), before=near[0],
            after=near[1],
        )  # fmt: skip

    def _reasons(
        self, day: np.datetime64, who: Ints, until: np.datetime64 | None
    ) -> Sequence[Reason]:
        """Return why some series have no forecast on a day."""
        if until is not None and day <= until:
            return [Reason("past", since=until)]
        of_calendar = reasons_of(self.calendar, day)
        if of_calendar:
            return of_calendar
        if len(self.opens) and (day < self.opens[who]).all():
            return [Reason("not_open_yet", since=self.opens[who].min())]
        if len(self.closes) and (day >= self.closes[who]).all():
            return [Reason("closed_for_good", since=self.closes[who].max())]
        rows = Rows(self, who, np.full(len(who), day))
        if self._is_open(rows).any():
            return [Reason("no_recent_meals", since=self.attendance.date[-1])]
        if len(self.weekdays) and not self.weekdays[who, weekday(rows.date)].any():
            return [Reason("weekday", str(int(weekday(rows.date)[0])))]
        return [Reason("canteen_closed")]

    def served_rows(
        self, start: str | dt.date | np.datetime64, end: str | dt.date | np.datetime64
    ) -> tuple[Rows, Attendance]:
        """Return the canteens and days that served meals in a span, on the calendar's weekdays.

        Parameters
        ----------
        start, end : str or datetime.date
            First and last day, both included.

        Returns
        -------
        rows : Rows
            Canteens and days.
        attendance : Attendance
            What was served, in the same order.

        Raises
        ------
        DateError
            Where the span is reversed.
        """
        first, last = to_day(start), to_day(end)
        check_order(first, last)
        table = self.attendance
        table = table.select((table.date >= first) & (table.date <= last))
        rows = Rows(self, table.canteen, table.date)
        keep = self.calendar.is_weekday_served(rows.date) | self.marked("ouvert", rows)
        return rows.select(keep), table.select(keep)

    def enrolled(self, canteen: Ints, date: Days, known_on: np.datetime64) -> Floats:
        """Return pupils enrolled for each row, as known on a day.

        The enrolment of a school year is known from its first day on, or as foreseen from the day
        of a provisional figure; before, the last known year stands in. A canteen without a figure
        has NaN.

        Parameters
        ----------
        canteen : ndarray of int, shape (n,)
            Number of the canteen.
        date : ndarray of datetime64[D], shape (n,)
            Day.
        known_on : datetime64[D]
            The day of the knowledge.

        Returns
        -------
        ndarray of float, shape (n,)
            Pupils.
        """
        table = self._enrolments(known_on)
        for index in range(1, len(table)):
            table[index] = np.where(np.isnan(table[index]), table[index - 1], table[index])
        for index in range(len(table) - 2, -1, -1):
            table[index] = np.where(np.isnan(table[index]), table[index + 1], table[index])
        year_index = np.clip(self.calendar.year_index(date), 0, None)
        yearly = np.asarray(table[year_index, canteen], dtype=np.float64)
        if not len(self.headcounts):
            return yearly
        dated, _ = self.headcounts.at(canteen, date, known_on)
        return np.where(np.isnan(dated), yearly, dated)

    def enrolment_is_known(
        self, canteen: Ints, date: Days, known_on: np.datetime64
    ) -> npt.NDArray[np.bool_]:
        """Return for which rows ``enrolled`` has a figure of the row's own school year.

        Parameters
        ----------
        canteen : ndarray of int, shape (n,)
            Number of the canteen.
        date : ndarray of datetime64[D], shape (n,)
            Day.
        known_on : datetime64[D]
            The day of the knowledge.

        Returns
        -------
        ndarray of bool, shape (n,)
            Whether the enrolment of that year is known.
        """
        year_index = np.clip(self.calendar.year_index(date), 0, None)
        yearly = np.isfinite(self._enrolments(known_on)[year_index, canteen])
        if not len(self.headcounts):
            return yearly
        # A figure of the row's own year, not of one before that stands in.
        starts = np.array([year.start for year in self.calendar.years])[year_index]
        now, started = self.headcounts.at(canteen, date, known_on)
        then, had = self.headcounts.at(canteen, starts - 1, known_on)
        renewed = started & (~had | (now != then))
        return np.asarray(yearly | renewed)

    def enrolment_growth(self, known_on: np.datetime64) -> Floats:
        """Return the growth of each canteen's enrolment into the last school year known on a day.

        Parameters
        ----------
        known_on : datetime64[D]
            The day of the knowledge.

        Returns
        -------
        ndarray of float, shape (canteens,)
            Logarithm of the ratio; 0 where either year is unknown.
        """
        table = self._enrolments(known_on)
        known = np.flatnonzero(np.isfinite(table).any(axis=1))
        if len(known) < 2:
            return np.zeros(len(self.canteens))
        with np.errstate(divide="ignore", invalid="ignore"):
            growth = np.log(table[known[-1]] / table[known[-1] - 1])
        return np.where(np.isfinite(growth), growth, 0.0)

    def absent(self, canteen: Ints, date: Days, known_on: np.datetime64) -> Floats:
        """Return the pupils of each row who will be away, as announced by a day.

        Parameters
        ----------
        canteen : ndarray of int, shape (n,)
            Number of the canteen.
        date : ndarray of datetime64[D], shape (n,)
            Day.
        known_on : datetime64[D]
            The day of the knowledge.

        Returns
        -------
        ndarray of float, shape (n,)
            Pupils; 0 where nothing is announced.
        """
        told = self.absences.announced <= known_on
        if not told.any():
            return np.zeros(len(date))

        keys, place = np.unique(
            self._key(self.absences.canteen[told], self.absences.date[told]), return_inverse=True
        )
        pupils = np.bincount(place, self.absences.pupils[told])
        wanted = self._key(canteen, date)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, pupils[at], 0.0)

    def _key(self, canteen: Ints, date: Days) -> Ints:
        """Return one number for each canteen and day."""
        return date.astype("datetime64[D]").astype(np.int64) * len(self.canteens) + canteen

    def _enrolments(self, known_on: np.datetime64) -> Floats:
        """Return what is known on a day of each school year and canteen; NaN where nothing is."""
        table = np.full((len(self.calendar.years), len(self.canteens)), np.nan)
        for index, year in enumerate(self.calendar.years):
            foreseen = self.provisional.get(year.name)
            if year.start <= known_on and year.name in self.enrolment:
                table[index] = self.enrolment[year.name]
            elif foreseen is not None and foreseen.known_on <= known_on:
                table[index] = foreseen.pupils
        return table


def teaching_periods(city: City) -> list[Period]:
    """Return the teaching periods of the attendance of a city.

    Parameters
    ----------
    city : City
        The city.

    Returns
    -------
    list of Period
        In order.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> print(teaching_periods(make_city(canteens=2, years=1))[0].start)
    2020-09-01
    """
    days = city.attendance.date
    return periods(days[city.calendar.is_weekday_served(days)])


@attrs.frozen(eq=False)
class Missing(JsonValue):
    """What is missing of some rows, one line a canteen, day and thing.

    A forecast can be made all the same: a day without a menu is one of no known dish, and a school
    year without enrolments has those of the year before, or of the year after where there is none.

    Parameters
    ----------
    rows : Rows
        The canteens and days asked about.
    row : ndarray of int, shape (m,)
        Position of the row that lacks something.
    kind : ndarray of str, shape (m,)
        ``menu`` or ``effectif``.
    """

    rows: Rows = attrs.field(repr=False)
    row: Ints = attrs.field(repr=False)
    kind: npt.NDArray[np.str_] = attrs.field(repr=False)

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self.row)

    def __repr__(self) -> str:
        """Show how many lines there are of each kind."""
        kinds, counts = np.unique(self.kind, return_counts=True)
        told = ", ".join(f"{n} {kind}" for kind, n in zip(kinds, counts, strict=True))
        return f"<Missing of {len(self.rows)} rows: {told or 'nothing'}>"

    def to_dict(self) -> dict[str, Any]:
        """Return what is missing as plain values that go to JSON.

        Returns
        -------
        dict
            ``missing``: for each line ``cantine``, ``service`` where there is more than one,
            ``date`` and ``kind``.
        """
        return {"missing": rows_of(self._columns())}

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first lines."""
        return html_table(self._columns())

    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        return {**self.rows.select(self.row).keys(), "kind": self.kind}

    @property
    def canteens(self) -> npt.NDArray[np.str_]:
        """Name of the canteen of each line."""
        return self.rows.names[self.row]

    @property
    def date(self) -> Days:
        """Day of each line."""
        return self.rows.date[self.row]

    def to_text(self, lang: str = "fr") -> str:
        """Say what is missing, a line for the menus and one for each school year.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Sentences.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        words = in_language(_WORDS, lang)
        lines = []
        days = np.unique(self.date[self.kind == "menu"])
        if len(days):
            every = len(np.unique(self.rows.date))
            items = _short(days.astype(str).tolist())
            lines.append(
                words["menu"].format(n=counted(len(days), "day", lang), of=every, items=items)
            )
        calendar = self.rows.city.calendar
        lacking = self.kind == "effectif"
        year = calendar.year_index(self.rows.date)
        for number in np.unique(year[self.row[lacking]]).tolist():
            names = np.unique(self.canteens[lacking & (year[self.row] == number)])
            every = len(np.unique(self.rows.canteen[year == number]))
            lines.append(
                words["effectif"].format(
                    year=calendar.years[number].name, n=counted(len(names), "canteen", lang), of=every,
                    items=_short(names.tolist()),
                )
            )  # fmt: skip
        return "\n".join(lines or [words["none"]])

    def to_csv(self, path: str | Path) -> None:
        """Write ``cantine, date, manque`` (and ``service``), the file whole or not at all.

        Parameters
        ----------
        path : str or Path
            File.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        header, keys = self.rows.select(self.row).key_texts()
        lines = ([*key, kind] for key, kind in zip(keys, self.kind.tolist(), strict=True))
        write_csv(path, (*header, "manque"), lines)


def _short(items: Sequence[str]) -> str:
    more = ", …" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more


def missing(rows: Rows) -> Missing:
    """Return what is not known of some canteens and days; ``Rows.missing`` is the same.

    Parameters
    ----------
    rows : Rows
        Canteens and days.

    Returns
    -------
    Missing
        By row, menus first.
    """
    city = rows.city
    no_menu = np.ones(len(rows.date), dtype=bool)
    services = np.array(city.service_of)[rows.canteen]
    for service in np.unique(services).tolist():
        menus, here = city.menus_of.get(service, city.menus), services == service
        no_menu[here] = ~np.isin(rows.date[here], menus.dates)
    known = np.zeros((len(city.calendar.years), len(city.canteens)), dtype=bool)
    for number, year in enumerate(city.calendar.years):
        if year.name in city.enrolment:
            known[number] = np.isfinite(city.enrolment[year.name])
    year_of_row = np.clip(city.calendar.year_index(rows.date), 0, None)
    no_pupils = ~known[year_of_row, rows.canteen]
    if len(city.headcounts):
        no_pupils &= ~city.headcounts.at(rows.canteen, rows.date, LAST_DAY)[1]
    lacking = np.stack([no_menu, no_pupils], axis=1)
    row, kind = np.nonzero(lacking)
    return Missing(rows, row, np.array(KINDS)[kind])
