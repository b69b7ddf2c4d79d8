"""Terms: what each reads, its shape, its words, and from when it is known.

A term is an object. It turns what is known of days and series into columns of the regression, and
says what these columns are called. Those of a school canteen are the defaults; a city adds its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.city.city import City, Rows
from prevision_cantine.errors import CityError, ForecastError
from prevision_cantine.json_value import JsonValue
from prevision_cantine.model.naming import TERMS, Words, observance_words
from prevision_cantine.model.regression import Block
from prevision_cantine.model.smooth import DAYS_A_YEAR, Smooth, fit_smooth, harmonics, season_blocks
from prevision_cantine.read_only import read_only
from prevision_cantine.words.catalogue import Either, Phrase
from prevision_cantine.words.language import MONTHS

WEEKS = 53  # weeks of a year, the week of its first day being 0
FIRST_WEEKS = 6  # of the school year, in which a canteen is not yet what it will be
STARTS, ENDS = 8, 16  # service days after the start and before the end that have an own effect
POINTS = 5  # values of a number at which its effect is told
KNOWN = ("ahead", "announced", "after")
TRANSFORMS = ("none", "root", "log")
OF_ROW = frozenset({"people", "absent"})  # numbers of a row, that its day and kind do not tell
RESERVED = ("niveau", "effectif", "absences", "projet_commande")
MAX_TERMS = 200
# What the calendar says of a day, with the number of its levels; 1 is a yes or no.
CALENDAR = {
    "weekday": 7, "week": WEEKS, "month": 12, "from_start": STARTS, "to_end": ENDS, "to_break": 4,
    "since_break": 2, "first_days": 3, "first_weeks": 1, "before_holiday": 1, "after_holiday": 1,
    "bridge": 1, "strike": 1,
}  # fmt: skip


@attrs.frozen(eq=False)
class Situations:
    """The distinct days of some rows, by kind of series: all that the terms read of a row.

    Parameters
    ----------
    city : City
        The city.
    of_row : ndarray of int, shape (n,)
        Situation of each row.
    date : ndarray of datetime64[D], shape (situations,)
        Day.
    kind : ndarray of int, shape (situations,)
        Position in ``city.kinds``.
    series : ndarray of int, shape (situations,)
        The series that alone has this situation; -1 where a kind shares it.
    known_on : datetime64[D]
        Day of the knowledge, for what is known from a day on.
    people : ndarray of float, shape (n,), optional
        Logarithm of people enrolled or present, a row each; only where a term reads it.
    absent : ndarray of float, shape (n,), optional
        Share of them that is announced absent, or usually is.
    """

    city: City
    of_row: Ints
    date: Days
    kind: Ints
    series: Ints
    known_on: np.datetime64
    people: Floats | None = None
    absent: Floats | None = None
    _around: dict[str, Any] = attrs.field(factory=dict, init=False)
    _dishes: dict[str, Bools] = attrs.field(factory=dict, init=False)  # by kind, of its situations

    def category(self, reads: str) -> Ints:
        """Return the level of each situation, -1 for none.

        Parameters
        ----------
        reads : str
            A name of ``CALENDAR``, or ``plat:``, ``evenement:`` or ``observance:`` and a name.

        Returns
        -------
        ndarray of int, shape (situations,)
            Levels from 0.
        """
        source, colon, name = reads.partition(":")
        if colon:
            return np.where(self._flag(source, name), 0, -1)
        around = self._calendar()
        if reads == "first_days":
            return np.where(around["from_start"] < 3, around["from_start"], -1)
        if reads == "first_weeks":
            return np.where(around["position"] < FIRST_WEEKS, 0, -1)
        if reads == "month":
            return np.asarray(self.date.astype("datetime64[M]").astype(np.int64) % 12)
        if reads == "week":
            return np.asarray(np.clip(around["position"], 0, WEEKS - 1))
        value = around[reads]
        if value.dtype == bool:
            if reads == "strike":
                value = value | self._marked("greve", "")
            return np.where(value, 0, -1)
        levels = CALENDAR[reads]
        return np.where((value >= 0) & (value < levels), value, -1)

    def number(self, reads: str) -> Floats:
        """Return the number of each situation, NaN where it is not known.

        Parameters
        ----------
        reads : str
            ``people``, ``absent``, or ``variable:`` and a name.

        Returns
        -------
        ndarray of float, shape (situations,)
            Values.
        """
        if reads in OF_ROW:
            result = np.full(len(self.date), np.nan)
            values = self.people if reads == "people" else self.absent
            if values is not None:
                result[self.of_row] = values
            return result
        name = reads.partition(":")[2]
        for variable in self.city.variables:
            if variable.name == name:
                return variable.at(self.series, self.date, self.known_on)
        return np.full(len(self.date), np.nan)

    def _flag(self, source: str, name: str) -> Bools:
        if source == "plat":
            return self._served(name)
        told = (
            self.city.calendar.events if source == "evenement" else self.city.calendar.observances
        )
        days = next((days for known, days in told if known == name), self.date[:0])
        return np.asarray(np.isin(self.date, days) | self._marked(source, name))

    def _served(self, family: str) -> Bools:
        city = self.city
        result = np.zeros(len(self.date), dtype=bool)
        service_of = dict(zip(city.kind_of, city.service_of, strict=True))
        for number, kind in enumerate(city.kinds):
            menus = city.menus_of.get(service_of[kind], city.menus)
            names = [known.name for known in menus.families]
            here = np.flatnonzero(self.kind == number)
            if family in names and len(here):
                if kind not in self._dishes:
                    self._dishes[kind] = menus.on(self.date[here])
                result[here] = self._dishes[kind][:, names.index(family)]
        return result

    def _marked(self, nature: str, name: str) -> Bools:
        if not self.city.marks:
            return np.zeros(len(self.date), dtype=bool)
        return self.city.marked(nature, Rows(self.city, self.series, self.date), name)

    def _calendar(self) -> dict[str, Any]:
        if not self._around:
            self._around.update(self.city.calendar.surroundings(self.date))
        return self._around


def situations(
    rows: Rows,
    terms: Sequence[Term],
    known_on: np.datetime64,
    people: Floats | None = None,
    absent: Floats | None = None,
) -> Situations:
    """Return the situations of rows, of which there is at least one.

    Parameters
    ----------
    rows : Rows
        Series and days.
    terms : sequence of Term
        What will be read of them.
    known_on : datetime64[D]
        Day of the knowledge.
    people, absent : ndarray of float, shape (n,), optional
        Logarithm of people enrolled or present, and the share of them that is announced absent.

    Returns
    -------
    Situations
        One for each day and kind, and one for each row of which something else is known.
    """
    city = rows.city
    names = {kind: n for n, kind in enumerate(city.kinds)}
    kinds = np.array([names[kind] for kind in city.kind_of], dtype=np.int64)
    width = len(names)
    alone = _alone(rows, terms)
    if alone.any():
        width += len(city.canteens)
    first = rows.date.min()
    # Days are few and follow each other: to mark those that occur beats to sort all rows.
    code = (rows.date - first).astype(np.int64)
    code *= width
    code += np.where(alone, len(names) + rows.canteen, np.take(kinds, rows.canteen))
    occurs = np.zeros(code.max() + 1, dtype=bool)
    occurs[code] = True
    day, who = np.divmod(np.flatnonzero(occurs), width)
    series = np.where(who >= len(names), who - len(names), -1)
    kind = np.where(series >= 0, kinds[series], who)
    of_row = np.take(np.cumsum(occurs) - 1, code)
    return Situations(city, of_row, first + day, kind, series, known_on, people, absent)


def _alone(rows: Rows, terms: Sequence[Term]) -> Bools:
    """Return the rows of which something is read that their kind does not share."""
    read = {reads for term in terms for reads in term.sources}
    if read & OF_ROW:
        return np.ones(len(rows), dtype=bool)
    alone = np.zeros(len(rows), dtype=bool)
    for mark in rows.city.marks:
        source = "strike" if mark.nature == "greve" else f"{mark.nature}:{mark.name}"
        if source in read:
            alone |= (rows.canteen == mark.series) & np.isin(rows.date, mark.date)
    for variable in rows.city.variables:
        if f"variable:{variable.name}" in read:
            own = np.unique(variable.series[variable.series >= 0])
            alone |= np.isin(rows.canteen, own)
    return alone


def _words(value: Mapping[str, str] | None) -> Mapping[str, str]:
    return read_only(value or {})


def _check_penalty(term: str, *penalties: float | None) -> None:
    for penalty in penalties:
        if penalty is not None and not (type(penalty) in (int, float) and 0 < penalty < 1e9):
            raise ForecastError("term_penalty", term=term, value=penalty)


@attrs.frozen(kw_only=True)
class Category(JsonValue):
    """A term whose days are of one of several levels, each with an effect of its own.

    Parameters
    ----------
    name : str
        Name of the term; several shapes may share one, and are told as one.
    reads : str
        A name of ``CALENDAR``, or ``plat:``, ``evenement:`` or ``observance:`` and a name.
    penalty, by_type, by_series : float, optional
        Ridge penalty, in rows that say "no effect", of what all series share, of what each type of
        canteen adds, and of what each series adds; None for no such effect.
    words : mapping of str to str
        What it is called, by language.
    known : {"ahead", "announced", "after"}
        From when it is known: ahead; once announced, as strikes; or only after the day, so that it
        is learned, and kept out of forecasts.

    Examples
    --------
    >>> Category(name="neige", reads="evenement:neige", penalty=6.0, words={"en": "snow"}).levels
    1
    """

    name: str
    reads: str
    penalty: float | None = 6.0
    by_type: float | None = None
    by_series: float | None = None
    words: Mapping[str, str] = attrs.field(default=None, converter=_words)
    known: str = "ahead"

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be read."""
        source, colon, name = self.reads.partition(":")
        there = bool(source in ("plat", "evenement", "observance") and name)
        if not (there or (not colon and self.reads in CALENDAR)):
            raise ForecastError(
                "term_reads", term=self.name, value=self.reads, known=tuple(CALENDAR)
            )
        if self.known not in KNOWN:
            raise ForecastError("term_known", term=self.name, known=Either(tuple(KNOWN)))
        _check_penalty(self.name, self.penalty, self.by_type, self.by_series)

    @property
    def sources(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.reads,)

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return CALENDAR.get(self.reads, 1)

    @property
    def factor(self) -> str:
        """What its levels tell apart."""
        return self.reads.removeprefix("plat:").replace("first_days", "from_start")

    def learned(self, found: Situations) -> Category:
        """Return the term once it has seen the data: as it was.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        Category
            The term as it is kept with the model.
        """
        return self

    def blocks(self, found: Situations) -> list[Block]:
        """Return the columns of the term over some situations.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        list of Block
            One for all, for each type and for each series, as the term asks.
        """
        level, levels = found.category(self.reads), self.levels
        kinds = len(found.city.kinds)
        blocks = []
        if self.penalty is not None:
            blocks.append(Block(self.name, level, levels, self.penalty, factor=self.factor))
        if self.by_type is not None and kinds > 1:
            column = np.where(level >= 0, found.kind * levels + level, -1)
            factor = f"type*{self.factor}"
            blocks.append(Block(self.name, column, kinds * levels, self.by_type, factor=factor))
        if self.by_series is not None:
            blocks.append(
                Block(self.name, level, levels, self.by_series, nested=True, factor=self.factor)
            )
        return blocks

    def points(self) -> tuple[Floats, list[dict[str, str]]]:
        """Return nothing: its effects are those of its levels.

        Returns
        -------
        ndarray, shape (points, columns), and list of dict
            Columns, and the name of each point by language.
        """
        return np.zeros((0, 0)), []


@attrs.frozen(kw_only=True)
class Number(JsonValue):
    """A term that is a smooth curve of a number.

    Parameters
    ----------
    name : str
        Name of the term.
    reads : str
        ``variable:`` and a name; ``people``, the logarithm of people enrolled or present; or
        ``absent``, the share of them that is announced absent.
    line, curve : float
        Ridge penalties of the line and of the curve beyond it; no curve where None.
    by_type, by_series : float, optional
        Ridge penalty of what each type adds, whose curve is held ten times more, and of a line of
        its own for each series.
    transform : {"none", "root", "log"}
        What is done to the number first: its root or logarithm, for one that is 0 or more.
    words : mapping of str to str
        What it is called, by language.
    known : {"ahead", "after"}
        A value counts from the day on which it is known; "after" keeps it out of forecasts.
    smooth : Smooth, optional
        The curve's columns, which ``learned`` fits.
    """

    name: str
    reads: str
    line: float = 1.0
    curve: float | None = 10.0
    by_type: float | None = None
    by_series: float | None = None
    transform: str = "none"
    words: Mapping[str, str] = attrs.field(default=None, converter=_words)
    known: str = "ahead"
    smooth: Smooth | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be read."""
        if self.reads not in OF_ROW and not self.reads.partition("variable:")[2]:
            raise ForecastError("term_reads_number", term=self.name, value=self.reads)
        if self.transform not in TRANSFORMS or self.known not in ("ahead", "after"):
            raise ForecastError("term_transform", term=self.name, known=Either(tuple(TRANSFORMS)))
        _check_penalty(self.name, self.line, self.curve, self.by_type, self.by_series)

    @property
    def sources(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.reads,)

    @property
    def factor(self) -> str:
        """What its points tell apart."""
        return self.reads

    def values(self, found: Situations) -> Floats:
        """Return the number of each situation, transformed.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        ndarray of float, shape (n,)
            Number of each situation, NaN where it is unknown.
        """
        value = found.number(self.reads)
        if self.transform == "root":
            return np.sqrt(np.maximum(value, 0.0))
        if self.transform == "log":
            return np.log1p(np.maximum(value, 0.0))
        return value

    def learned(self, found: Situations) -> Number:
        """Return the term with its curve, fitted on the rows of the situations.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        Number
            The term as it is kept with the model.
        """
        return attrs.evolve(self, smooth=fit_smooth(self.values(found)[found.of_row]))

    def blocks(self, found: Situations) -> list[Block]:
        """Return the columns of the term over some situations.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        list of Block
            One for all, for each type and for each series, as the term asks.
        """
        smooth = self.smooth or fit_smooth(self.values(found)[found.of_row])
        if self.curve is None:
            smooth = attrs.evolve(smooth, turn=(), middle=())
        blocks = list(
            smooth.blocks(
                self.name, self.values(found), line=self.line, curve=self.curve or 1.0,
                factor=self.factor,
            )
        )  # fmt: skip
        kinds = len(found.city.kinds)
        if self.by_type is not None and kinds > 1:
            blocks += smooth.blocks(
                self.name, self.values(found), line=self.by_type, curve=10 * self.by_type,
                category=found.kind, categories=kinds, factor=f"type*{self.factor}",
            )  # fmt: skip
        if self.by_series is not None and smooth.width:
            line = attrs.evolve(smooth, turn=(), middle=())
            blocks += line.blocks(
                self.name, self.values(found), line=self.by_series, nested=True, factor=self.factor
            )
        return blocks

    def points(self) -> tuple[Floats, list[dict[str, str]]]:
        """Return the columns at some values of the number, and what each value is called.

        Returns
        -------
        ndarray, shape (points, columns), and list of dict
            Columns, and the name of each point by language.
        """
        if self.smooth is None or not self.smooth.width:
            return np.zeros((0, 0)), []
        smooth = self.smooth if self.curve else attrs.evolve(self.smooth, turn=(), middle=())
        values = np.linspace(smooth.low, smooth.high, POINTS)
        undo = {"none": values, "root": values**2, "log": np.expm1(values)}[self.transform]
        undo = np.exp(values) if self.reads == "people" else undo
        words = Words.of([self])
        langs = {*self.words, "fr", "en", "pt"}
        return smooth.columns(values), [
            {lang: f"{words.term(self.name, lang)} = {value:.3g}" for lang in langs}
            for value in undo
        ]


@attrs.frozen(kw_only=True)
class Season(JsonValue):
    """A term that follows the time of the year as a few yearly waves.

    Parameters
    ----------
    name : str
        Name of the term.
    count : int
        Waves, of which the k-th comes k times a year and is penalised k squared times.
    penalty : float
        Ridge penalty of the first one, in rows that say "no effect".
    by_type : float, optional
        That of what each type adds.
    words : mapping of str to str
        What it is called, by language.
    """

    name: str
    count: int = 5
    penalty: float = 1.0
    by_type: float | None = None
    words: Mapping[str, str] = attrs.field(default=None, converter=_words)

    def __attrs_post_init__(self) -> None:
        """Refuse numbers outside their range."""
        _check_penalty(self.name, self.penalty, self.by_type)
        if type(self.count) is not int or not 1 <= self.count <= 20:
            raise ForecastError("term_waves", term=self.name, value=str(self.count))

    @property
    def sources(self) -> tuple[str, ...]:
        """What it reads."""
        return ("date",)

    @property
    def factor(self) -> str:
        """What its points tell apart."""
        return "season"

    @property
    def known(self) -> str:
        """From when it is known."""
        return "ahead"

    def learned(self, found: Situations) -> Season:
        """Return the term once it has seen the data: as it was.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        Season
            The term as it is kept with the model.
        """
        return self

    def blocks(self, found: Situations) -> list[Block]:
        """Return the columns of the term over some situations.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        list of Block
            One for all, for each type and for each series, as the term asks.
        """
        blocks = list(
            season_blocks(
                self.name, found.date, count=self.count, penalty=self.penalty, factor=self.factor
            )
        )
        kinds = len(found.city.kinds)
        if self.by_type is not None and kinds > 1:
            blocks += season_blocks(
                self.name, found.date, count=self.count, penalty=self.by_type, category=found.kind,
                categories=kinds, factor="type*season",
            )  # fmt: skip
        return blocks

    def points(self) -> tuple[Floats, list[dict[str, str]]]:
        """Return the columns in the middle of each month, and what each month is called.

        Returns
        -------
        ndarray, shape (points, columns), and list of dict
            Columns, and the name of each point by language.
        """
        days = np.arange("2023-01", "2024-01", dtype="datetime64[M]").astype("datetime64[D]") + 14
        names = [{lang: MONTHS[lang][n] for lang in MONTHS} for n in range(12)]
        return harmonics(days.astype(np.float64) / DAYS_A_YEAR, self.count), names


@attrs.frozen(kw_only=True)
class Product(JsonValue):
    """A term that differs with two things at once: two categories, or a category and a number.

    Parameters
    ----------
    name : str
        Name of the term.
    first : Category
        A category.
    second : Category or Number
        Another category, or a number, which then has a curve of its own in each level.
    penalty : float
        Ridge penalty, in rows that say "no effect"; heavy, since it has many columns.
    words : mapping of str to str
        What it is called, by language.
    """

    name: str
    first: Category
    second: Category | Number
    penalty: float = 30.0
    words: Mapping[str, str] = attrs.field(default=None, converter=_words)

    def __attrs_post_init__(self) -> None:
        """Refuse a penalty that leaves the columns free."""
        _check_penalty(self.name, self.penalty)

    @property
    def sources(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.first.reads, self.second.reads)

    @property
    def known(self) -> str:
        """From when it is known: once both are."""
        return max(self.first.known, self.second.known, key=KNOWN.index)

    @property
    def factor(self) -> str:
        """What its levels tell apart."""
        return f"{self.first.factor}*{self.second.factor}"

    def learned(self, found: Situations) -> Product:
        """Return the term with the curve of its number.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        Product
            The term as it is kept with the model.
        """
        return attrs.evolve(self, second=self.second.learned(found))

    def blocks(self, found: Situations) -> list[Block]:
        """Return the columns of the term over some situations.

        Parameters
        ----------
        found : Situations
            Rows of a city, with what the terms read of them.

        Returns
        -------
        list of Block
            One for all, for each type and for each series, as the term asks.
        """
        level, levels = found.category(self.first.reads), self.first.levels
        if isinstance(self.second, Category):
            other, width = found.category(self.second.reads), self.second.levels
            column = np.where((level >= 0) & (other >= 0), level * width + other, -1)
            return [Block(self.name, column, levels * width, self.penalty, factor=self.factor)]
        values = self.second.values(found)
        smooth = self.second.smooth or fit_smooth(values[found.of_row])
        return list(
            smooth.blocks(
                self.name, values, line=self.penalty, curve=10 * self.penalty, category=level,
                categories=levels, factor=self.factor,
            )
        )  # fmt: skip

    def points(self) -> tuple[Floats, list[dict[str, str]]]:
        """Return the columns of each level at some values of the number.

        Returns
        -------
        ndarray, shape (points, columns), and list of dict
            Columns, and the name of each point by language.
        """
        if isinstance(self.second, Category):
            return np.zeros((0, 0)), []
        columns, names = self.second.points()
        every = np.eye(self.first.levels)
        parts = [columns[:, :1], columns[:, 1:]] if columns.size else []
        found = [
            {lang: f"{Words().level(self.first.factor, n, lang)}, {name[lang]}" for lang in name
             if lang in ("fr", "en", "pt")}
            for n in range(self.first.levels) for name in names
        ]  # fmt: skip
        if not parts:
            return np.zeros((0, 0)), []
        return np.hstack([np.kron(every, part) for part in parts if part.shape[1]]), found

    def level_words(self) -> dict[tuple[str, str], str]:
        """Return what each pair of levels is called.

        Returns
        -------
        dict
            Words by factor and level, and language; empty unless both are categories.
        """
        if not isinstance(self.second, Category):
            return {}
        first, second = self.first, self.second
        names = Words.of([first, second])
        return {
            (f"{self.factor} {a * second.levels + b}", lang): (
                f"{names.level(first.factor, a, lang)}, {names.level(second.factor, b, lang)}"
            )
            for a in range(first.levels)
            for b in range(second.levels)
            for lang in ("fr", "en", "pt")
        }


Term: TypeAlias = Category | Number | Season | Product
SHAPES: Mapping[str, type[Term]] = {
    "category": Category, "number": Number, "season": Season, "product": Product,
}  # fmt: skip


def default_terms(city: City) -> tuple[Term, ...]:
    """Return the terms of a city: those of its kind of canteen, with its own added or taken away.

    Parameters
    ----------
    city : City
        The city. Each event, observance and variable of its tables has a term of its own name;
        ``termes`` of its ``ville.toml`` changes, removes or adds some.

    Returns
    -------
    tuple of Term
        In the order in which they are told.

    Raises
    ------
    CityError
        Where ``termes`` holds what is no term; the message names it.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> list(dict.fromkeys(term.name for term in default_terms(make_city(canteens=2, years=1))))
    ['jour', 'saison', 'rentree_fin', 'vacances', 'feries', 'greve', 'menu']
    """
    calendar = city.calendar
    terms: list[Term] = [
        Category(name="jour", reads="weekday", penalty=0.3, by_type=6.0, by_series=9.0)
    ]
    if calendar.is_school:
        terms += [
            Category(name="saison", reads="week", penalty=6.0, by_type=18.0),
            Category(name="rentree_fin", reads="from_start", penalty=6.0, by_type=12.0),
            Category(name="rentree_fin", reads="to_end", penalty=6.0, by_type=12.0),
            # Small children come in turns on the first days, in the same canteens every year.
            Category(name="rentree_fin", reads="first_days", penalty=None, by_series=0.4),
            Category(name="rentree_fin", reads="first_weeks", penalty=None, by_series=12.0),
        ]
    else:
        terms.append(Season(name="saison", by_type=10.0))
    if calendar.is_school or calendar.breaks:
        terms += [Category(name="vacances", reads=r) for r in ("to_break", "since_break")]
    terms += [
        Category(name="feries", reads=r) for r in ("before_holiday", "after_holiday", "bridge")
    ]
    terms.append(
        Category(name="greve", reads="strike", penalty=0.3, by_series=1.0, known="announced")
    )
    for family in city.menus.families:
        own = 18.0 if family.name in ("poisson", "porc", "viande") else None
        reads = f"plat:{family.name}"
        terms.append(Category(name="menu", reads=reads, penalty=12.0, by_series=own))
    if _counts_daily(city):
        terms.append(Number(name="effectif", reads="people", line=1.0, curve=None, by_type=3.0))
    if _is_absent_daily(city):
        # Who stays away is not like the others: beside the people that are fewer, its own effect.
        terms.append(Number(name="absences", reads="absent", transform="root", by_type=3.0))
    own_names: dict[str, Term] = {}
    for source, named in (("evenement", calendar.events), ("observance", calendar.observances)):
        of_series = [mark.name for mark in city.marks if mark.nature == source]
        for name in dict.fromkeys([*(name for name, _ in named), *of_series]):
            known = name if name not in own_names else f"{source} {name}"
            own_names[known] = _of_calendar(known, source, name)
    for variable in city.variables:
        name = variable.name if variable.name not in own_names else f"variable {variable.name}"
        own_names[name] = Number(name=name, reads=f"variable:{variable.name}", by_type=3.0)
    usual = {term.name for term in terms}
    for name, term in own_names.items():
        clash = name in usual or name in RESERVED
        terms.append(attrs.evolve(term, name=f"{name} (ville)") if clash else term)
    return _with_settings(terms, city.settings.get("termes", {}), city)


def _of_calendar(name: str, source: str, told: str) -> Term:
    """Return the term of an event or an observance that the calendar tells."""
    words = observance_words(told) if source == "observance" else {}
    return Category(name=name, reads=f"{source}:{told}", penalty=1.0, words=words)


def sources_of(city: City) -> dict[str, tuple[str, ...]]:
    """Return the names that terms may read in a city, by kind of source.

    Parameters
    ----------
    city : City
        The city.

    Returns
    -------
    dict of str to tuple of str
        Names of ``plat``, ``evenement``, ``observance`` and ``variable``.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> sources_of(make_city(canteens=2, years=1))["plat"]
    ('poisson', 'porc', 'viande', 'frites', 'pizza', 'fete')
    """
    menus = (city.menus, *city.menus_of.values())
    told = {"evenement": city.calendar.events, "observance": city.calendar.observances}
    found = {
        "plat": [family.name for one in menus for family in one.families],
        "variable": [variable.name for variable in city.variables],
    } | {
        kind: [name for name, _ in days] + [m.name for m in city.marks if m.nature == kind]
        for kind, days in told.items()
    }
    return {kind: tuple(dict.fromkeys(names)) for kind, names in found.items()}


def check_sources(terms: Sequence[Term], city: City) -> None:
    """Refuse a term that reads what nothing gives: it would silently never have an effect.

    Parameters
    ----------
    terms : sequence of Term
        The terms.
    city : City
        The city whose days they read.

    Raises
    ------
    ForecastError
        With every such term, and what there is to read.
    """
    there = sources_of(city)
    wrong = []
    for term in terms:
        for reads in term.sources:
            kind, colon, name = reads.partition(":")
            if colon and name not in there[kind]:
                known: tuple[object, ...] = tuple(f"{kind}:{other}" for other in there[kind])
                known = known or (Phrase.of(f"parts.nothing_{kind}"),)
                wrong.append(
                    Phrase.of("parts.reads_nothing", term=term.name, value=reads, known=known)
                )
    if wrong:
        raise ForecastError("terms_read_nothing", problems=tuple(wrong))


def _counts_daily(city: City) -> bool:
    """Return whether head counts change so often that their own effect can be learned."""
    return bool((np.bincount(city.headcounts.series) > 40).any())


def _is_absent_daily(city: City) -> bool:
    """Return whether absences are announced on so many days that their own effect can be learned."""
    if not len(city.absences):
        return False
    table = city.attendance
    absent = city.absent(table.canteen, table.date, city.calendar.span[1])
    return bool(np.mean(absent > 0) > 0.5)


def _with_settings(terms: list[Term], settings: Mapping[str, Any], city: City) -> tuple[Term, ...]:
    """Return the terms with what ``termes`` of ``ville.toml`` says of them."""
    if len(settings) > MAX_TERMS:
        raise CityError("terms_many", where="ville.toml [termes]", most=MAX_TERMS)
    for name, value in settings.items():
        where = f"ville.toml [termes.{name}]"
        if value is False or (isinstance(value, dict) and value.get("actif") is False):
            if name not in {term.name for term in terms}:
                known = ", ".join(dict.fromkeys(term.name for term in terms))
                raise CityError("term_unknown", where=where, known=known)
            terms = [term for term in terms if term.name != name]
            continue
        if value is True:
            continue
        if not isinstance(value, dict) or not (1 <= len(name) <= 60):
            raise CityError("term_table", where=where)
        if name in RESERVED:
            raise CityError("term_reserved", where=where)
        own = {term.name: term for term in terms}
        try:
            made = _own_term(name, value, own)
            check_sources([made] if made else [], city)
        except ForecastError as error:
            raise CityError("term_wrong", where=where, reason=error) from None
        if made is None:  # one of the others, called otherwise
            words = {**own[name].words, **value.get("mots", {})}
            terms = [attrs.evolve(t, words=words) if t.name == name else t for t in terms]
        else:
            terms = [term for term in terms if term.name != name and not _same(term, made)]
            terms.append(made)
    return tuple(terms)


def _same(term: Term, made: Term) -> bool:
    """Return whether a term of the city's tables is read by one that the city describes itself."""
    own = term.sources[0].partition(":")[0] in ("evenement", "observance", "variable")
    return own and made.sources == term.sources


def _own_term(name: str, table: Mapping[str, Any], terms: Mapping[str, Term]) -> Term | None:
    """Return a term as ``ville.toml`` describes it: its words, what it reads, its shape."""
    known = {
        "mots", "lit", "forme", "penalite", "courbe", "par_type", "par_serie", "transformation",
        "connu", "produit", "actif",
    }  # fmt: skip
    for key in table:
        if key not in known:
            raise ForecastError("term_key", value=key, known=sorted(known))
    words = table.get("mots", {})
    if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
        raise ForecastError("term_words")
    if "produit" in table:
        pair = table["produit"]
        if not isinstance(pair, list) or len(pair) != 2 or not all(p in terms for p in pair):
            raise ForecastError("term_pair", known=tuple(terms))
        first, second = (terms[part] for part in pair)
        if isinstance(first, Number):
            first, second = second, first
        if not isinstance(first, Category) or not isinstance(second, Category | Number):
            raise ForecastError("term_pair_kind")
        penalty = table.get("penalite", 30.0)
        return Product(name=name, first=first, second=second, penalty=penalty, words=words)
    if "lit" not in table:
        if name not in terms:
            raise ForecastError("term_reads_nothing")
        return None
    reads = table["lit"]
    if not isinstance(reads, str):
        raise ForecastError("term_reads_text")
    source, _, told = reads.partition(":")
    words = {**(observance_words(told) if source == "observance" else {}), **words}
    when = {"avance": "ahead", "annonce": "announced", "apres": "after"}.get(
        table.get("connu", "avance"), ""
    )
    shape = table.get("forme", "nombre" if reads.startswith("variable:") else "categorie")
    if shape == "saison":
        return Season(name=name, penalty=table.get("penalite", 1.0), words=words)
    if shape == "categorie":
        return Category(
            name=name, reads=reads, penalty=table.get("penalite", 6.0), words=words, known=when,
            by_type=table.get("par_type"), by_series=table.get("par_serie"),
        )  # fmt: skip
    if shape not in ("nombre", "droite"):
        raise ForecastError("term_shape", value=shape)
    curve = table.get("courbe", 10.0) if shape == "nombre" else None
    how = {"racine": "root", "log": "log", "aucune": "none"}.get(
        table.get("transformation", "aucune"), ""
    )
    return Number(
        name=name, reads=reads, line=table.get("penalite", 1.0), curve=curve, words=words,
        by_type=table.get("par_type", 3.0), by_series=table.get("par_serie"), transform=how,
        known=when,
    )  # fmt: skip


def checked_terms(terms: Sequence[Any]) -> tuple[Term, ...]:
    """Return terms that a caller gives, or refuse what is none.

    Raises
    ------
    ForecastError
        With the first thing that is no term, or whose name belongs to a part without one.
    """
    for term in terms:
        if type(term) not in (Category, Number, Season, Product):
            raise ForecastError("term_kind", value=repr(term))
        own = {"effectif": ("people",), "absences": ("absent",)}.get(term.name)
        if term.name in RESERVED and term.sources != own:
            raise ForecastError("term_of_a_part", value=term.name)
    return tuple(terms)


def adjusted(
    terms: Sequence[Term], penalties: Mapping[str, float] | None, without: Sequence[str]
) -> tuple[Term, ...]:
    """Return terms whose penalties are multiplied, and without some of them.

    Parameters
    ----------
    terms : sequence of Term
        The terms.
    penalties : mapping of str to float, optional
        Factors, above 0, by name of the term; that of ``*`` is for all of them, beside their own.
    without : sequence of str
        Names of terms to leave out.

    Returns
    -------
    tuple of Term
        In the same order.

    Raises
    ------
    ForecastError
        Where there is no term of a name.

    Examples
    --------
    >>> terms = (Season(name="season", penalty=2.0), Number(name="leave", reads="variable:leave"))
    >>> [term.penalty for term in adjusted(terms, {"season": 3.0}, ["leave"])]
    [6.0]
    """
    factors = dict(penalties or {})
    every = factors.pop("*", 1.0)
    known = dict.fromkeys(term.name for term in terms)
    for name in (*factors, *without):
        if name not in known:
            raise ForecastError("no_term", value=name, known=tuple(known))
    return tuple(
        attrs.evolve(
            term,
            **{
                name: getattr(term, name) * every * factors.get(term.name, 1.0)
                for name in ("penalty", "line", "curve", "by_type", "by_series")
                if getattr(term, name, None) is not None
            },
        )
        if every * factors.get(term.name, 1.0) != 1
        else term
        for term in terms
        if term.name not in without
    )


def terms_to_text(terms: Sequence[Term]) -> str:
    """Return terms as JSON, of which ``terms_from_text`` builds them again."""
    return json.dumps([_plain(term) for term in terms], ensure_ascii=False, sort_keys=True)


def terms_from_text(text: str) -> tuple[Term, ...]:
    """Return the terms of a JSON text.

    Raises
    ------
    ForecastError
        Where it holds no terms.

    Examples
    --------
    >>> terms = (Number(name="leave", reads="variable:leave"), Season(name="season"))
    >>> terms_from_text(terms_to_text(terms)) == terms
    True
    """
    try:
        return tuple(_term(item) for item in json.loads(text))
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
        raise ForecastError("term_text") from None


def _plain(term: Term) -> dict[str, Any]:
    result: dict[str, Any] = {
        "shape": next(name for name, cls in SHAPES.items() if type(term) is cls)
    }
    for field in attrs.fields(type(term)):
        value = getattr(term, field.name)
        if isinstance(value, Category | Number):
            value = _plain(value)
        elif isinstance(value, Smooth):
            value = value.to_dict()
        elif isinstance(value, Mapping):
            value = dict(value)
        result[field.name] = value
    return result


def _term(item: dict[str, Any]) -> Term:
    values = dict(item)
    cls = SHAPES[values.pop("shape")]
    for name in ("first", "second"):
        if name in values:
            values[name] = _term(values[name])
    if values.get("smooth") is not None:
        values["smooth"] = Smooth.from_dict(values["smooth"])
    return cls(**values)


def names_of(terms: Sequence[Term]) -> tuple[str, ...]:
    """Return the names of all parts of a forecast, in the order in which they are told."""
    own = [term.name for term in terms if term.name not in TERMS]
    there = {"effectif", "niveau", "jour", *(term.name for term in terms)}
    usual = [name for name in TERMS if name in there]
    return tuple(dict.fromkeys([*usual, *own, "rupture", "absences", "projet_commande"]))
