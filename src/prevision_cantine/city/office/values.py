"""Days and numbers as people write them; what can be read two ways stays so until something decides."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

import attrs

from prevision_cantine.city.office.words import month_of, weekday_of

Cell = str | int | float | bool | dt.date | None

FIRST_YEAR, LAST_YEAR = 1990, 2099
ORDERS = ("dmy", "mdy", "ymd")
SURE = "sure"  # the reading of a day that is written one way only
MARKS = (",", ".")  # decimal marks
_SERIALS = range(36_526, 73_051)  # 2000 to 2099, as Excel counts days
_EPOCH = dt.date(1899, 12, 30)
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))
_NUMBERS: Mapping[str, re.Pattern[str]] = {
    ",": re.compile(r"[1-9]\d{0,2}(?:([ .'’])\d{3})(?:\1\d{3}){0,2}(,\d{1,6})?|\d{1,9}(,\d{1,6})?"),
    ".": re.compile(r"[1-9]\d{0,2}(?:([ ,'’])\d{3})(?:\1\d{3}){0,2}(\.\d{1,6})?|\d{1,9}(\.\d{1,6})?"),
}  # fmt: skip
_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
)
_DIGITS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}[:h]\d{2}(?::\d{2})?)?")
_SHORT = re.compile(r"(\d{1,2})[-/](\d{1,2})")  # 12.5 is a number
_TOKENS = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-/–]\s*((?:19|20)?\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


@attrs.frozen
class Span:
    """The month or year that a title gives to days written without it.

    Parameters
    ----------
    year, month : int or None
        Year, and month 1 to 12.
    school_year : bool
        Whether ``year`` is that in which a school year begins.
    """

    year: int | None = None
    month: int | None = None
    school_year: bool = False

    @classmethod
    def of(cls, text: str) -> Span:
        """Return the span that a title names.

        Examples
        --------
        >>> Span.of("Fréquentation - Septembre 2023")
        Span(year=2023, month=9, school_year=False)
        >>> Span.of("Année scolaire 2023-2024").school_year
        True
        """
        both = _YEARS.search(text)
        if both and int(both[2][-2:]) == (int(both[1]) + 1) % 100:
            first, rest = int(both[1]), text[: both.start()] + text[both.end() :]
            months = {m for word in _TOKENS.findall(rest) if (m := month_of(word))}
            return cls(first, months.pop() if len(months) == 1 else None, True)
        tokens = _TOKENS.findall(text)
        months = {m for word in tokens if len(word) > 2 and (m := month_of(word))}
        month = months.pop() if len(months) == 1 else None
        years = set(_YEAR.findall(text))
        year_of_month = [
            int("20" + after)
            for word, after in pairwise(tokens)
            if len(word) > 2 and month_of(word) and re.fullmatch(r"\d{2}", after)
        ]
        year = int(years.pop()) if len(years) == 1 else None
        if year is None and not years and len(year_of_month) == 1:
            year = year_of_month[0]
        numbered = re.fullmatch(r"\s*(\d{1,2})[-/ .](20\d{2})\s*", text)
        if numbered and 1 <= int(numbered[1]) <= 12:
            month = int(numbered[1])
        return cls(year, month)

    def filled(self, other: Span) -> Span:
        """Return this span, what it lacks taken from another.

        The year of another month is not lent: January may follow it in the next one.
        """
        lends = other.school_year or None in (self.month, other.month)
        if not lends and self.month != other.month:
            return self
        if self.year is None:
            return Span(other.year, self.month or other.month, other.school_year)
        return Span(self.year, self.month or other.month, self.school_year)

    def year_of(self, month: int) -> int | None:
        """Return the year in which a month of this span falls."""
        if self.year is None:
            return None
        return self.year + (self.school_year and month < 8)

    def to_text(self) -> str:
        """Return the span as a mapping file has it, such as ``2023-09`` or ``2023-2024``."""
        if self.year is None:
            return "" if self.month is None else f"--{self.month:02d}"
        year = f"{self.year}-{self.year + 1}" if self.school_year else str(self.year)
        return year if self.month is None else f"{year}/{self.month:02d}"

    @classmethod
    def from_text(cls, text: str) -> Span | None:
        """Return the span of a mapping file, None where it is not one.

        Examples
        --------
        >>> Span.from_text("2023/09"), Span.from_text("septembre") is None
        (Span(year=2023, month=9, school_year=False), True)
        """
        match = re.fullmatch(r"(?:(\d{4})(-\d{4})?)?(?:(?:/|--)(0[1-9]|1[0-2]))?", text.strip())
        if match is None:
            return None
        year, both, month = match.groups()
        return cls(int(year) if year else None, int(month) if month else None, bool(both))


@attrs.frozen
class Reading:
    """What days a cell can mean.

    Parameters
    ----------
    days : mapping of str to datetime.date
        Day by order of day, month and year; one under ``"sure"`` where there is one way to read it.
    weekday : int or None
        Weekday that the cell names.
    short_year : bool
        Whether the year is written with two figures.
    """

    days: Mapping[str, dt.date] = attrs.field(hash=False)
    weekday: int | None = None
    short_year: bool = False

    def on(self, order: str) -> dt.date | None:
        """Return the day in an order; None where it is none, or not on the weekday that it names."""
        day = self.days.get(SURE) or self.days.get(order)
        if day is None or self.weekday not in (None, day.weekday()):
            return None
        return day


def _day(year: int | None, month: int, day: int) -> dt.date | None:
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def read_day(cell: Cell, span: Span, *, headed: bool) -> Reading | None:
    """Return the days that a cell can mean.

    Parameters
    ----------
    cell : object
        The cell.
    span : Span
        Month or year of the sheet, for a day that is written without it.
    headed : bool
        Whether its heading says that it is a day: only then are serial numbers and bare figures.

    Returns
    -------
    Reading or None
        None where it is no day.

    Examples
    --------
    >>> read_day("lundi 4 septembre 2023", Span(), headed=False).on("dmy")
    datetime.date(2023, 9, 4)
    >>> read_day("4-sept-23", Span(), headed=False).on("dmy")
    datetime.date(2023, 9, 4)
    >>> dict(read_day("03/04/2023", Span(), headed=True).days)
    {'dmy': datetime.date(2023, 4, 3), 'mdy': datetime.date(2023, 3, 4)}
    >>> read_day(45173, Span(), headed=True).on("dmy")
    datetime.date(2023, 9, 4)
    """
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, dt.date):
        return Reading({SURE: cell}) if FIRST_YEAR <= cell.year <= LAST_YEAR else None
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return _bare(int(cell), span) if headed and float(cell).is_integer() else None
    text = cell.translate(_SPACES).strip()
    if headed and re.fullmatch(r"\d{1,5}", text):
        return _bare(int(text), span)
    return _read_text(text, span) if len(text) <= 60 else None


def _bare(number: int, span: Span) -> Reading | None:
    if number in _SERIALS:
        return Reading({SURE: _EPOCH + dt.timedelta(days=number)})
    if span.month is not None and 1 <= number <= 31:
        day = _day(span.year_of(span.month), span.month, number)
        return Reading({SURE: day}) if day else None
    return None


@lru_cache(maxsize=50_000)
def _read_text(text: str, span: Span) -> Reading | None:
    if match := _ISO.fullmatch(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        return Reading({SURE: day}) if day else None
    words = [word for word in _TOKENS.findall(text) if not word.isdigit()]
    named = weekday_of(words[0]) if words else None
    bare = text
    if named is not None:
        bare = re.sub(r"^[^\W\d_]+(?:[- ]feira)?[\s.,]*", "", text, flags=re.IGNORECASE)
    if match := _DIGITS.fullmatch(bare):
        return _ordered(int(match[1]), int(match[3]), match[4], named, span)
    if match := _SHORT.fullmatch(bare):
        return _ordered(int(match[1]), int(match[2]), None, named, span)
    return _named(text, span)


def _ordered(
    one: int, two: int, year: str | None, weekday: int | None, span: Span
) -> Reading | None:
    def full(month: int) -> int | None:
        if year is None:
            return span.year_of(month)
        return int(year) if len(year) == 4 else 2000 + int(year)

    found = {"dmy": _day(full(two), two, one), "mdy": _day(full(one), one, two)}
    if year is not None and len(year) == 2:
        found["ymd"] = _day(2000 + one, two, int(year))
    days = {order: day for order, day in found.items() if day is not None}
    return Reading(days, weekday, year is not None and len(year) == 2) if days else None


def _named(text: str, span: Span) -> Reading | None:
    """Return the day of a text whose month is named, or left to the sheet."""
    tokens = _TOKENS.findall(text)
    words = [word for word in tokens if not word.isdigit()]
    figures = [word for word in tokens if word.isdigit()]
    small = {"de", "do", "of", "le", "the", "er", "st", "nd", "rd", "th", "feira", "1er"}
    words = [word for word in words if word.lower() not in small]
    if not 1 <= len(figures) <= 2 or not 1 <= len(words) <= 2:
        return None
    weekday: int | None = None
    month: int | None = None
    if len(words) == 2:
        weekday, month = weekday_of(words[0]), month_of(words[1])
        if weekday is None or month is None:
            return None
    elif len(figures) == 1 and span.month is not None and weekday_of(words[0]) is not None:
        weekday, month = weekday_of(words[0]), span.month
    else:
        month = month_of(words[0])
    if month is None or len(figures[0]) > 2:
        return None
    year = span.year_of(month)
    if len(figures) == 2:
        if len(figures[1]) not in (2, 4):
            return None
        year = int(figures[1]) + (2000 if len(figures[1]) == 2 else 0)
    day = _day(year, month, int(figures[0]))
    return Reading({SURE: day}, weekday) if day else None


def decide_order(readings: Iterable[Reading], span: Span) -> str:
    """Return the order of day, month and year of a column, ``"?"`` where nothing decides.

    Examples
    --------
    >>> rows = [read_day(text, Span(), headed=True) for text in ("03/04/2023", "14/04/2023")]
    >>> decide_order(rows, Span()), decide_order(rows[:1], Span())
    ('dmy', '?')
    """
    left = [reading for reading in readings if SURE not in reading.days]
    if not left:
        return "dmy"
    months = {None, span.month}
    possible = [
        order
        for order in ORDERS
        if all((day := r.on(order)) and (span.month is None or day.month in months) for r in left)
    ]
    short = [r for r in left if r.short_year]
    if "dmy" in possible and "ymd" in possible:  # 04/09/23: the part that changes most is the day
        years = {len({r.days[o].year for r in short}): o for o in ("dmy", "ymd")}
        if len(years) == 2 and len(short) == len(left):
            possible.remove(years[max(years)])
    if len(possible) == 1:
        return possible[0]
    if possible and all(len({r.on(order) for order in possible}) == 1 for r in left):
        return possible[0]
    return "?"


def read_number(cell: Cell, mark: str) -> float | None:
    """Return a number of 0 or more, None where the cell is none.

    Parameters
    ----------
    cell : object
        The cell.
    mark : {",", ".", "?"}
        Decimal mark of texts; the other one, a space and an apostrophe group thousands. Where it
        is not known, only what either reads alike is a number.

    Returns
    -------
    float or None
        The number.

    Examples
    --------
    >>> read_number("1 234", ","), read_number("1.234", ","), read_number("1.234", ".")
    (1234.0, 1234.0, 1.234)
    >>> read_number("22,5", ","), read_number("22,5", "."), read_number("124 (dont 3)", ",")
    (22.5, None, None)
    """
    if isinstance(cell, bool) or cell is None or isinstance(cell, dt.date):
        return None
    if isinstance(cell, int | float):
        return float(cell) if 0 <= cell < 1e9 else None
    return _read_figure(cell, mark)


@lru_cache(maxsize=100_000)
def _read_figure(cell: str, mark: str) -> float | None:
    if mark not in MARKS:
        both = {_read_figure(cell, one) for one in MARKS}
        return both.pop() if len(both) == 1 else None
    text = cell.translate(_SPACES).strip()
    if not _NUMBERS[mark].fullmatch(text):
        return None
    kept = re.sub("[ '’,.]", lambda m: "." if m[0] == mark else "", text)
    return float(kept)


def decide_mark(cells: Iterable[Cell]) -> str:
    """Return the decimal mark of the texts of a table, ``"?"`` where nothing decides and it matters.

    Examples
    --------
    >>> decide_mark(["1.234", "22,5"]), decide_mark(["12.5"]), decide_mark(["1.234"]), decide_mark(["12"])
    (',', '.', '?', ',')
    """
    sure: set[str] = set()
    matters = False
    for cell in cells:
        if not isinstance(cell, str):
            continue
        read = {mark: read_number(cell, mark) for mark in MARKS}
        known = [mark for mark in MARKS if read[mark] is not None]
        if len(known) == 1:
            sure.add(known[0])
        elif known and read[","] != read["."]:
            matters = True
    if len(sure) == 1:
        return sure.pop()
    return "?" if matters or sure else ","
