"""Frames of any library in: the tables of a city."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import Calendar
from prevision_cantine.city.builder import CityTables, Meals, Series, build_city
from prevision_cantine.city.city import City
from prevision_cantine.city.records import Remark
from prevision_cantine.errors import CityError
from prevision_cantine.files.frame_kinds import in_memory
from prevision_cantine.files.privacy import refuse_columns, refuse_values
from prevision_cantine.words.catalogue import Count, Phrase, quoted

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
# What remarks call the tables of the layout of any city.
FILES = {
    "frequentation.csv": "attendance", "effectifs.csv": "enrolment", "cantines.csv": "canteens",
    "absences.csv": "absences", "menus.csv": "menus", "annees.csv": "calendar",
}  # fmt: skip
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
    """Return a city from long tables, each a frame of pandas, polars, pyarrow or DuckDB.

    Lazy frames, record batches, readers and relations are read whole.

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
        those of the attendance, without a type.
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
    if canteens is None:
        types = dict.fromkeys(sorted(set(served.texts("cantine"))), "")
        report.append(Remark("attendance", "no_canteen_table", len(types)))
    else:
        types = _canteens(read("canteens", canteens, CANTEENS))
    starts = {year.name: year.start for year in calendar.years}
    people = []
    if enrolment is not None:
        people += _enrolments(read("enrolment", enrolment, ENROLMENT), types, starts, report)
    if provisional is not None:
        foreseen = read("provisional", provisional, PROVISIONAL)
        people += _enrolments(foreseen, types, starts, report)
    away = None if absences is None else read("absences", absences, ABSENCES)
    return build_city(
        CityTables(
            meals=_meals(served, types, report),
            types=types,
            people=people,
            dishes={} if menus is None else {"": _dishes(read("menus", menus, MENU))},
            absences=[] if away is None else _absences(away, types, report),
            calendar=calendar,
            files=FILES,
            report=report,
        )
    )


def _canteens(table: _Table) -> dict[str, str]:
    site, kind = table.texts("cantine"), table.texts("type_site")
    table.refuse("cantine", _again(site), site, "once")
    return dict(zip(site, kind, strict=True))


def _meals(table: _Table, types: Mapping[str, str], report: list[Remark]) -> list[Meals]:
    site, services, days = table.texts("cantine"), table.services(), table.days("date")
    meals, agents = table.counts("reel"), table.counts("prevision_agents")
    for name, count in sorted(Counter(name for name in site if name not in types).items()):
        report.append(Remark("attendance", "canteen_unknown", count, {"name": name}))
    series = list(zip(site, services, strict=True))
    kept = [name in types and count > 0 for name, count in zip(site, meals.tolist(), strict=True)]
    keys = [
        f"{day}\0{pair}" if keep else str(row)
        for row, (day, pair, keep) in enumerate(zip(days.tolist(), series, kept, strict=True))
    ]
    table.refuse("date", _again(keys), days, "once_a_day")
    return [
        Meals(
            series=pair, date=day, served=count, agents=order, place=table.place("date", row)
        )
        for row, (pair, day, count, order) in enumerate(
            zip(series, days, meals.tolist(), agents.tolist(), strict=True)
        )
        if pair[0] in types
    ]  # fmt: skip


def _enrolments(
    table: _Table,
    types: Mapping[str, str],
    starts: Mapping[str, np.datetime64],
    report: list[Remark],
) -> list[tuple[Series, np.datetime64, float, np.datetime64, str]]:
    """Return the enrolments of each school year; those foreseen are known from their latest day on."""
    site, year = table.texts("cantine"), table.texts("annee_scolaire")
    pupils = table.counts("effectif")
    _leave_out(table, site, types, report)
    table.refuse("cantine", _again([f"{a}\0{b}" for a, b in zip(site, year, strict=True)]), site, "once_a_year")  # fmt: skip
    for name, count in Counter(name for name in year if name not in starts).items():
        report.append(Remark(table.where, "year_unknown", count, {"name": name}))
    known = dict(starts)
    if table.has("connu_le"):
        told, names = table.days("connu_le"), np.array(year)
        known = {name: told[names == name].max() for name in set(year)}
    return [
        ((name, ""), starts[when], count, known[when], table.place("effectif", row))
        for row, (name, when, count) in enumerate(zip(site, year, pupils.tolist(), strict=True))
        if name in types and when in starts and count > 0
    ]


def _absences(
    table: _Table, types: Mapping[str, str], report: list[Remark]
) -> list[tuple[str, str, np.datetime64, np.datetime64, float, str]]:
    site, pupils = table.texts("cantine"), table.counts("absents")
    table.refuse("absents", ~(pupils > 0), pupils, "above_0")
    _leave_out(table, site, types, report)
    rows = zip(site, table.days("date"), table.days("annonce_le"), pupils.tolist(), strict=True)
    return [
        (name, "", day, announced, count, table.place("absents", row))
        for row, (name, day, announced, count) in enumerate(rows)
        if name in types
    ]


def _leave_out(
    table: _Table, site: Sequence[str], types: Mapping[str, str], report: list[Remark]
) -> None:
    """Report the rows of canteens that have no attendance."""
    unknown = [name for name in site if name not in types]
    if unknown:
        report.append(Remark(table.where, "canteens_unserved", len(unknown), {"name": unknown[0]}))


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
                raise CityError("frame_name", value=name, known=known)
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
            table = nw.from_native(in_memory(frame), eager_only=True)
        except TypeError:
            kind = f"{type(frame).__module__.split('.')[0]} {type(frame).__name__}"
            raise CityError("frame_kind", where=where, value=kind) from None
        except nw.exceptions.DuplicateError:  # pandas
            raise CityError("column_twice", where=where) from None
        given = [str(name) for name in table.columns]
        refuse_columns(given, where)
        for ours, needed in wanted.items():
            if needed and names(ours) not in given:
                hint = given[:8] or Phrase.of("parts.no_columns")
                raise CityError(
                    "frame_column", where=where, value=names(ours), found=hint, column=ours
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
            report.append(Remark(where, "columns", len(unused), {"names": quoted(unused)}))
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
                "frame_births", where=self.where, column=name, youngest=YOUNGEST, oldest=OLDEST
            )

    def _column(self, ours: str) -> nw.Series[Any]:
        return self._frame.get_column(self._names(ours))

    def has(self, ours: str) -> bool:
        """Return whether the table has a column."""
        return self._names(ours) in self._frame.columns

    def place(self, ours: str, row: int) -> str:
        """Return where a value stands, for messages."""
        return f"{self.where}: column {self._names(ours)!r}: row {row}"

    def refuse(
        self, ours: str, wrong: npt.NDArray[np.bool_], values: Sequence[Any] | Array, why: str
    ) -> None:
        """Refuse the column where a row is wrong, with the first such rows; ``why`` is a part of words."""
        at = np.flatnonzero(wrong)
        if not len(at):
            return
        rows: list[Phrase] = [
            Phrase.of("parts.in_row", value=_shown(values[i]), row=i) for i in at[:FIRST].tolist()
        ]
        if len(at) > FIRST:
            rows.append(Phrase.of("parts.more_rows", count=Count(len(at) - FIRST, "row")))
        raise CityError(
            "frame_rows", where=self.where, column=self._names(ours), rows=rows,
            reason=Phrase.of(f"parts.{why}"),
        )  # fmt: skip

    def texts(self, ours: str) -> list[str]:
        """Return a column of texts, without the space around them."""
        series = self._column(ours)
        values = series.to_list()
        blank = np.array([not str(value).strip() for value in values], dtype=bool)
        none = blank | series.is_null().to_numpy().astype(bool)
        self.refuse(ours, none, values, "no_name")
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
                "frame_counts", where=self.where, column=self._names(ours), value=str(series.dtype)
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
        self.refuse(ours, wrong, values, "from_0")
        return np.where(missing, np.nan, numbers)

    def days(self, ours: str) -> Days:
        """Return a column of days."""
        import narwhals as nw

        series = self._column(ours)
        zone = getattr(series.dtype, "time_zone", None)
        if zone is not None:
            raise CityError(
                "frame_zone", where=self.where, column=self._names(ours), value=str(zone)
            )
        if series.dtype == nw.Datetime:
            exact = series.cast(nw.Datetime("us")).to_numpy().astype("datetime64[us]")
            days: Days = exact.astype("datetime64[D]")
            wrong = np.isnat(days) | (days != exact)
            self.refuse(ours, wrong, exact, "with_hour")
            return days
        values = series.to_list()
        days = np.array([_day(value) for value in values], dtype="datetime64[D]")
        self.refuse(ours, np.isnat(days), values, "not_a_day")
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
