"""What is known of a city: its canteens, attendance, enrolments, calendar and menus; and its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats, Ints
from prevision_cantine.calendar.days import WEDNESDAY, Calendar, check_order, to_day, weekday
from prevision_cantine.calendar.periods import Period, periods
from prevision_cantine.city.menus import Menus
from prevision_cantine.city.records import Absences, Attendance, Provisional, Remark
from prevision_cantine.errors import CityError, DateError, ForecastError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.read_only import read_only
from prevision_cantine.words.language import counted, in_language, texts
from prevision_cantine.words.near import names_near

KINDS = ("menu", "effectif")
SHOWN = 6  # days or canteens that a sentence names
_WORDS = texts(
    {
        "fr": {
            "menu": "Menu non publié : {n} sur {of} ({items}).",
            "effectif": "Effectif de {year} inconnu : {n} sur {of} ({items}).",
            "none": "Rien ne manque : les menus et les effectifs sont connus.",
        },
        "en": {
            "menu": "No published menu: {n} of {of} ({items}).",
            "effectif": "Enrolment of {year} unknown: {n} of {of} ({items}).",
            "none": "Nothing is missing: menus and enrolments are known.",
        },
        "pt": {
            "menu": "Cardápio não publicado: {n} de {of} ({items}).",
            "effectif": "Matrículas de {year} desconhecidas: {n} de {of} ({items}).",
            "none": "Nada falta: os cardápios e as matrículas são conhecidos.",
        },
    }
)


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

    @property
    def names(self) -> npt.NDArray[np.str_]:
        """Name of the canteen of each row."""
        return np.array(self.city.canteens)[self.canteen]

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
            Name of the canteen.

        Returns
        -------
        ndarray of int
            Positions, by day.

        Raises
        ------
        ForecastError
            Where it has none.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> rows = make_city(canteens=2, years=1).calendar_rows("2020-09-01", "2020-09-04")
        >>> rows.of("Cantine 02").tolist()
        [1, 3, 5]
        """
        here = np.flatnonzero(self.names == canteen)
        if not len(here):
            known = np.unique(self.names).tolist()
            raise ForecastError(f"no forecast of canteen {canteen!r}: {names_near(canteen, known)}")
        return here[np.argsort(self.date[here], kind="stable")]

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
        Names of the canteens, and their types: M (nursery), E (elementary), M/E.
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
            year = self.calendar.years[int(self.calendar.year_index(told.date[[n]])[0])]
            raise CityError(
                f"{told.place[n]}: {self.canteens[told.canteen[n]]} on {told.date[n]}: "
                f"{away[n]:g} pupils away, more than the {enrolled[n]:g} enrolled in {year.name}; "
                "correct the number, or the enrolment"
            )

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
        return np.asarray(table[self.calendar.year_index(date), canteen], dtype=np.float64)

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
            Where the span is reversed, leaves the calendar, or has no school day, and where no
            canteen served a meal in the year before it.
        """
        first, last = to_day(start), to_day(end)
        self.calendar.check_span(first, last)
        days = self.calendar.school_days(first, last)
        if not len(days):
            raise DateError(
                f"no school day from {first} to {last}: the calendar has it as holidays"
            )
        known = self.attendance
        before = known.date < first
        recent = before & (known.date >= first - 365)
        closed = np.setdiff1d(known.canteen[before], known.canteen[recent])
        open_now = np.setdiff1d(np.arange(len(self.canteens)), closed)
        if not len(open_now):
            raise DateError(
                f"no canteen served a meal in the year before {first}: the attendance ends on "
                f"{known.date[-1]}; add newer attendance, or give an earlier span"
            )
        return Rows(self, np.tile(open_now, len(days)), np.repeat(days, len(open_now)))

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
        inside = (table.date >= first) & (table.date <= last)
        table = table.select(inside & self.calendar.is_weekday_served(table.date))
        return Rows(self, table.canteen, table.date), table

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
        return np.asarray(table[year_index, canteen], dtype=np.float64)

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
        return np.isfinite(self._enrolments(known_on)[year_index, canteen])

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
    return periods(days[weekday(days) != WEDNESDAY])


@attrs.frozen(eq=False)
class Missing:
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
        """Write ``cantine, date, manque``, the file whole or not at all.

        Parameters
        ----------
        path : str or Path
            File.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        columns = (self.canteens.tolist(), self.date.astype(str).tolist(), self.kind.tolist())
        write_csv(path, ("cantine", "date", "manque"), zip(*columns, strict=True))


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
    no_menu = ~np.isin(rows.date, city.menus.dates)
    known = np.zeros((len(city.calendar.years), len(city.canteens)), dtype=bool)
    for number, year in enumerate(city.calendar.years):
        if year.name in city.enrolment:
            known[number] = np.isfinite(city.enrolment[year.name])
    year_of_row = np.clip(city.calendar.year_index(rows.date), 0, None)
    no_pupils = ~known[year_of_row, rows.canteen]
    lacking = np.stack([no_menu, no_pupils], axis=1)
    row, kind = np.nonzero(lacking)
    return Missing(rows, row, np.array(KINDS)[kind])
