"""Tables of pandas, polars or pyarrow in, and results as the caller's kind of table out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats, Ints
from prevision_cantine.calendar.days import Calendar
from prevision_cantine.city.builder import finished
from prevision_cantine.city.city import City
from prevision_cantine.city.menus import Menus
from prevision_cantine.city.records import Absences, Attendance, Provisional, Remark
from prevision_cantine.errors import CityError
from prevision_cantine.files.privacy import refuse_columns, refuse_values
from prevision_cantine.words.language import counted

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals.typing import IntoDataFrame

Backend = Literal["pandas", "polars", "pyarrow"]
Array = npt.NDArray[Any]

MAX_MEALS = 1e6
YOUNGEST, OLDEST = 2, 20  # years of those who eat in a school
_ISO = re.compile(r"(19|20|21)\d{2}-\d{2}-\d{2}")
FIRST = 5  # bad rows that an error names
# What a column is called unless ``columns`` says otherwise, and whether a table must have it.
ATTENDANCE = {
    "cantine": True, "date": True, "reel": True, "prevision_agents": False, "service": False,
}  # fmt: skip
ENROLMENT = {"cantine": True, "annee_scolaire": True, "effectif": True}
MENU = {"date": True, "plat": True}
CANTEENS = {"cantine": True, "type_site": True}
ABSENCES = {"cantine": True, "date": True, "absents": True, "annonce_le": True}
PROVISIONAL = ENROLMENT | {"connu_le": True}


def city_from_frames(
    attendance: IntoDataFrame,
    *,
    calendar: Calendar,
    enrolment: IntoDataFrame | None = None,
    menus: IntoDataFrame | None = None,
    canteens: IntoDataFrame | None = None,
    absences: IntoDataFrame | None = None,
    provisional: IntoDataFrame | None = None,
    columns: Mapping[str, str] | None = None,
) -> City:
    """Return a city from long tables, each of pandas, polars or pyarrow.

    Parameters
    ----------
    attendance : DataFrame or Table
        A row a canteen and day that served: ``cantine``, ``date``, ``reel`` (meals served) and,
        where known, ``prevision_agents`` (meals that the agents ordered). A closed day is no row;
        0 is taken as closed, a missing value as not recorded. With ``service`` (a meal or a shift),
        each service of a canteen is a series of its own.
    calendar : Calendar
        The school calendar, as of ``french_calendar`` or ``load_calendar``.
    enrolment : DataFrame or Table, optional
        A row a canteen and school year: ``cantine``, ``annee_scolaire``, ``effectif`` (pupils).
    menus : DataFrame or Table, optional
        A row a dish: ``date``, ``plat``.
    canteens : DataFrame or Table, optional
        A row a canteen: ``cantine``, ``type_site`` (any words). Without it the canteens are
        those of the attendance, all taken as M/E.
    absences : DataFrame or Table, optional
        A row an announcement, such as a trip: ``cantine``, ``date``, ``absents`` (pupils away) and
        ``annonce_le``, the day from which it is known.
    provisional : DataFrame or Table, optional
        A row a canteen and school year, foreseen before it begins: ``cantine``,
        ``annee_scolaire``, ``effectif`` (pupils) and ``connu_le``, the day from which it is known; the
        latest of a year holds for all canteens.
    columns : mapping of str to str, optional
        Your name of a column by ours, such as ``{"cantine": "site", "reel": "repas"}``; it holds
        for each table.

    Returns
    -------
    City
        Its canteens in the order of ``canteens``, or of the alphabet. ``report`` says what was
        left out. A column that is not used is left out, unless it looks like personal data.

    Raises
    ------
    CityError
        Where a table is of another kind, lacks a column, or looks like personal data, where a
        canteen and day stands twice, or a value cannot be right; the message names the column, the
        first such rows, counted from 0, and the remedy.

    Examples
    --------
    >>> import polars as pl
    >>> from prevision_cantine import city_from_frames, french_calendar
    >>> table = pl.DataFrame(
    ...     {"site": ["Zola", "Zola"], "date": ["2017-01-05", "2017-01-06"], "repas": [212, 208]}
    ... )
    >>> city = city_from_frames(
    ...     table, calendar=french_calendar("B", [2016]), columns={"cantine": "site", "reel": "repas"}
    ... )
    >>> city.canteens, city.attendance.meals.tolist()
    (('Zola',), [212.0, 208.0])
    """
    names = _Names(columns or {}, (ATTENDANCE, ENROLMENT, MENU, CANTEENS, ABSENCES, PROVISIONAL))
    report: list[Remark] = []

    def read(where: str, frame: IntoDataFrame, wanted: Mapping[str, bool]) -> _Table:
        return _Table.read(where, frame, wanted, names, report)

    served = read("attendance", attendance, ATTENDANCE)
    site = served.texts("cantine")
    if canteens is None:
        known = tuple(sorted(set(site)))
        types: tuple[str, ...] = ("M/E",) * len(known)
        report.append(Remark("attendance", "no table of canteens", "all taken as M/E", len(known)))
    else:
        known, types = _canteens(read("canteens", canteens, CANTEENS))
    index = {name: n for n, name in enumerate(known)}
    pairs = _series(served, site, known)
    labels = tuple(f"{a} ({b})" if b else a for a, b in pairs)
    of_site = np.array([index[name] for name, _ in pairs], dtype=np.int64)
    numbers = {label: n for n, label in enumerate(labels)}
    table = _attendance(served, _labels(served, site, len(labels) > len(known)), numbers, report)
    pupils, foreseen, dishes, away = {}, {}, {}, Absences()
    if enrolment is not None:
        pupils = _enrolment(read("enrolment", enrolment, ENROLMENT), index, report)
    if provisional is not None:
        foreseen = _provisional(read("provisional", provisional, PROVISIONAL), index, report)
    if menus is not None:
        dishes = _dishes(read("menus", menus, MENU))
    if absences is not None:
        away = _absences(read("absences", absences, ABSENCES), index, report)
    several = len(labels) > len(known)
    city = City(
        canteens=labels, types=tuple(types[n] for n in of_site), attendance=table,
        enrolment={year: counts[of_site] for year, counts in pupils.items()},
        provisional={y: attrs.evolve(p, pupils=p.pupils[of_site]) for y, p in foreseen.items()},
        calendar=calendar, menus=Menus.of(dishes), absences=_of_each_service(away, of_site),
        report=tuple(report), sites=tuple(name for name, _ in pairs),
        services=tuple(service for _, service in pairs) if several else (),
    )  # fmt: skip
    return finished(city, report, "absences")


def _series(table: _Table, site: Sequence[str], known: Sequence[str]) -> list[tuple[str, str]]:
    """Return the canteen and service of each series; one without a service where no canteen has two."""
    services = table.services()
    if len(set(services)) < 2:
        return [(name, "") for name in known]
    found = set(zip(site, services, strict=True))
    every = sorted(set(services))
    served = {name for name, _ in found}
    return [
        (name, service)
        for name in known
        for service in every
        if (name, service) in found or name not in served
    ]


def _labels(table: _Table, site: Sequence[str], several: bool) -> Sequence[str]:
    """Return the name of the series of each row."""
    if not several and len(set(table.services())) < 2:
        return site
    return [f"{a} ({b})" if b else a for a, b in zip(site, table.services(), strict=True)]


def _of_each_service(away: Absences, of_site: Ints) -> Absences:
    """Return announced absences of canteens as those of each of their services."""
    row, series = np.nonzero(away.canteen[:, None] == of_site)
    return Absences(
        series.astype(np.int64), away.date[row], away.announced[row], away.pupils[row],
        away.place[row],
    )  # fmt: skip


def _canteens(table: _Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    site, kind = table.texts("cantine"), table.texts("type_site")
    table.refuse("cantine", _again(site), site, "stands twice; keep one")
    return tuple(site), tuple(kind)


def _attendance(
    table: _Table, site: Sequence[str], index: Mapping[str, int], report: list[Remark]
) -> Attendance:
    canteen = np.array([index.get(name, -1) for name in site], dtype=np.int64)
    unknown = sorted({name for name in site if name not in index})
    for name in unknown:
        count = sum(other == name for other in site)
        report.append(Remark("attendance", f"canteen {name!r} is not known", "left out", count))
    day, meals = table.days("date"), table.counts("reel")
    agents = table.counts("prevision_agents")
    keep = canteen >= 0
    for what, where, action in (
        ("meals not recorded", np.isnan(meals), "taken as missing, not as zero"),
        ("no meal served", meals == 0, "taken as closed: no row"),
    ):
        if (where & keep).any():
            report.append(Remark("attendance", what, action, int((where & keep).sum())))
        keep &= ~where
    key = np.where(keep, day.astype(np.int64) * max(len(index), 1) + canteen, -1)
    # A missing key of its own for each row that is left out, so that it repeats none.
    key = np.where(keep, key, np.iinfo(np.int64).min + np.arange(len(key)))
    table.refuse(
        "date", _again(key), day,
        "stands twice for its canteen; add up the sites or pupils of a canteen first",
    )  # fmt: skip
    rows = np.flatnonzero(keep)
    if not len(rows):
        raise CityError("attendance: no row of a known canteen with meals; check the table")
    rows = rows[np.lexsort((canteen[rows], day[rows]))]
    return Attendance(canteen[rows], day[rows], meals[rows], agents[rows])


def _enrolment(table: _Table, index: Mapping[str, int], report: list[Remark]) -> dict[str, Floats]:
    site, year = table.texts("cantine"), table.texts("annee_scolaire")
    pupils = table.counts("effectif")
    result: dict[str, Floats] = {}
    _leave_out(table, site, index, report)
    table.refuse(
        "cantine", _again(np.array([f"{a}\0{b}" for a, b in zip(site, year, strict=True)])), site,
        "stands twice in a school year; add up the schools of a canteen first",
    )  # fmt: skip
    for name, when, count in zip(site, year, pupils.tolist(), strict=True):
        if name in index and count > 0:
            row = result.setdefault(when, np.full(len(index), np.nan))
            row[index[name]] = count
    return result


def _provisional(
    table: _Table, index: Mapping[str, int], report: list[Remark]
) -> dict[str, Provisional]:
    year, known_on = np.array(table.texts("annee_scolaire")), table.days("connu_le")
    return {
        when: Provisional(known_on[year == when].max(), pupils)
        for when, pupils in _enrolment(table, index, report).items()
    }


def _absences(table: _Table, index: Mapping[str, int], report: list[Remark]) -> Absences:
    site, pupils = table.texts("cantine"), table.counts("absents")
    table.refuse(
        "absents", ~(pupils > 0), pupils, "no count above 0; correct it or leave the row out"
    )
    _leave_out(table, site, index, report)
    rows = [row for row, name in enumerate(site) if name in index]
    return Absences(
        canteen=np.array([index[site[row]] for row in rows], dtype=np.int64),
        date=table.days("date")[rows],
        announced=table.days("annonce_le")[rows],
        pupils=pupils[rows],
        place=np.array([table.place("absents", row) for row in rows], dtype=np.str_),
    )


def _leave_out(
    table: _Table, site: Sequence[str], index: Mapping[str, int], report: list[Remark]
) -> None:
    """Report the rows of canteens that have no attendance."""
    unknown = [name for name in site if name not in index]
    if unknown:
        what = f"canteens such as {unknown[0]!r} have no attendance"
        report.append(Remark(table.where, what, "left out", len(unknown)))


def _dishes(table: _Table) -> dict[dt.date, list[str]]:
    dishes: dict[dt.date, list[str]] = {}
    for day, dish in zip(table.days("date").tolist(), table.texts("plat"), strict=True):
        dishes.setdefault(day, []).append(dish)
    return dishes


def _again(values: Sequence[str] | Array) -> npt.NDArray[np.bool_]:
    """Return which values stand before already."""
    array = np.asarray(values)
    again = np.ones(len(array), dtype=bool)
    again[np.unique(array, return_index=True)[1]] = False
    return again


class _Names:
    """The caller's name of each column by ours."""

    def __init__(self, columns: Mapping[str, str], tables: Sequence[Mapping[str, bool]]) -> None:
        known = sorted({name for table in tables for name in table})
        for name in columns:
            if name not in known:
                raise CityError(f"columns: {name!r} is none of ours; they are {', '.join(known)}")
        self._columns = columns

    def __call__(self, ours: str) -> str:
        return self._columns.get(ours, ours)


class _Table:
    """A table of the caller, whose columns are called by our names."""

    def __init__(self, where: str, frame: nw.DataFrame[Any], names: _Names) -> None:
        self.where, self._frame, self._names = where, frame, names

    @classmethod
    def read(
        cls, where: str, frame: IntoDataFrame, wanted: Mapping[str, bool], names: _Names,
        report: list[Remark],
    ) -> _Table:  # fmt: skip
        import narwhals as nw

        try:
            table = nw.from_native(frame, eager_only=True)
        except TypeError:
            remedy = "; call .collect() first" if hasattr(frame, "collect") else ""
            raise CityError(
                f"{where}: a pandas or polars DataFrame or a pyarrow Table is needed, not "
                f"{type(frame).__module__.split('.')[0]} {type(frame).__name__}{remedy}"
            ) from None
        except nw.exceptions.DuplicateError:  # pandas
            raise CityError(f"{where}: a column stands twice; keep one") from None
        given = [str(name) for name in table.columns]
        refuse_columns(given, where)
        for ours, needed in wanted.items():
            if needed and names(ours) not in given:
                hint = ", ".join(given[:8]) or "no column"
                raise CityError(
                    f"{where}: the column {names(ours)!r} is missing; it has {hint}: name yours "
                    f"with columns={{{ours!r}: ...}}"
                )
        used = {names(ours) for ours in wanted}
        for name in given:
            series = table.get_column(name)
            if series.dtype in (nw.String, nw.Object, nw.Categorical, nw.Enum):
                texts = (str(text) for text in series.unique().to_list() if text is not None)
                refuse_values(texts, where, name)
        unused = [name for name in given if name not in used]
        read = cls(where, table, names)
        if "date" in wanted:
            for name in unused:
                read._refuse_births(name)
        if unused:
            what = f"columns {', '.join(map(repr, unused))}"
            report.append(Remark(where, what, "not used", len(unused)))
        return read

    def _refuse_births(self, name: str) -> None:
        """Refuse a column of dates that lie as long before their rows as children are old."""
        import narwhals as nw

        series = self._frame.get_column(name)
        if series.dtype not in (nw.Date, nw.Datetime, nw.Object, nw.String):
            return
        born = np.array([_day(value) for value in series.to_list()], dtype="datetime64[D]")
        known = ~np.isnat(born)
        if not known.any():
            return
        age = (self.days("date")[known] - born[known]).astype(np.int64) / 365.25
        if np.mean((age > YOUNGEST) & (age < OLDEST)) > 0.9:
            raise CityError(
                f"{self.where}: the column {name!r} holds dates {YOUNGEST} to {OLDEST} years before "
                "their rows, like dates of birth, which no forecast needs; remove it"
            )

    def _column(self, ours: str) -> nw.Series[Any]:
        return self._frame.get_column(self._names(ours))

    def place(self, ours: str, row: int) -> str:
        """Return where a value stands, for messages."""
        return f"{self.where}: column {self._names(ours)!r}: row {row}"

    def refuse(
        self, ours: str, wrong: npt.NDArray[np.bool_], values: Sequence[Any] | Array, why: str
    ) -> None:
        """Refuse the column where a row is wrong, with the first such rows."""
        at = np.flatnonzero(wrong)
        if not len(at):
            return
        shown = ", ".join(f"{_shown(values[i])} at row {i}" for i in at[:FIRST].tolist())
        more = f" and {counted(len(at) - FIRST, 'row')} more" if len(at) > FIRST else ""
        raise CityError(f"{self.where}: column {self._names(ours)!r}: {shown}{more}: {why}")

    def texts(self, ours: str) -> list[str]:
        """Return a column of texts, without the space around them."""
        series = self._column(ours)
        values = series.to_list()
        blank = np.array([not str(value).strip() for value in values], dtype=bool)
        none = blank | series.is_null().to_numpy().astype(bool)
        self.refuse(ours, none, values, "no name; fill it in or drop the row")
        return [str(value).strip() for value in values]

    def services(self) -> list[str]:
        """Return the service of each row; an empty one where there is no such column."""
        if self._names("service") not in self._frame.columns:
            return [""] * len(self._frame)
        values = self._column("service").to_list()
        return ["" if value is None or value != value else str(value).strip() for value in values]

    def counts(self, ours: str) -> Floats:
        """Return a column of counts, NaN where missing or where there is no such column."""
        import narwhals as nw

        if self._names(ours) not in self._frame.columns:
            return np.full(len(self._frame), np.nan)
        series = self._column(ours)
        if not series.dtype.is_numeric() and series.dtype != nw.Object:
            raise CityError(
                f"{self.where}: column {self._names(ours)!r}: holds {series.dtype}, not counts; "
                "convert it to numbers"
            )
        values = series.to_list()
        missing = series.is_null().to_numpy().astype(bool)
        numbers = np.array(
            [
                np.nan if none else _number(value)
                for none, value in zip(missing.tolist(), values, strict=True)
            ]
        )
        missing |= np.isnan(numbers)
        wrong = ~missing & ~((numbers >= 0) & (numbers < MAX_MEALS))
        self.refuse(ours, wrong, values, "no count of 0 or more; correct it or leave it empty")
        return np.where(missing, np.nan, numbers)

    def days(self, ours: str) -> Days:
        """Return a column of days."""
        import narwhals as nw

        series = self._column(ours)
        zone = getattr(series.dtype, "time_zone", None)
        if zone is not None:
            raise CityError(
                f"{self.where}: column {self._names(ours)!r}: has the time zone {zone}; convert it "
                "to local days first"
            )
        if series.dtype == nw.Datetime:
            exact = series.cast(nw.Datetime("us")).to_numpy().astype("datetime64[us]")
            days: Days = exact.astype("datetime64[D]")
            wrong = np.isnat(days) | (days != exact)
            self.refuse(ours, wrong, exact, "no day without an hour; keep the day alone")
            return days
        values = series.to_list()
        days = np.array([_day(value) for value in values], dtype="datetime64[D]")
        self.refuse(ours, np.isnat(days), values, "no date; give a date, or a text YYYY-MM-DD")
        return days


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return -1.0


def _day(value: Any) -> np.datetime64:
    if value != value:  # a missing day of pandas is a datetime that has no time
        value = None
    elif isinstance(value, dt.datetime):
        midnight = value.tzinfo is None and value.time() == dt.time()
        value = value.date() if midnight else None
    elif isinstance(value, str) and not _ISO.fullmatch(value):
        value = None
    try:
        day: np.datetime64 = np.datetime64(value, "D")
    except (TypeError, ValueError):
        day = np.datetime64("NaT", "D")
    return day


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)
