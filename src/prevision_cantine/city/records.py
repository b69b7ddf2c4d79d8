"""What is counted of a city: meals served, announced absences, enrolments foreseen, remarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.json_value import JsonValue
from prevision_cantine.read_only import read_only
from prevision_cantine.words.catalogue import plain_value, sentence


@attrs.frozen(eq=False)
class Attendance(JsonValue):
    """Meals served, one row a canteen and day; a closed day is no row.

    Parameters
    ----------
    canteen : ndarray of int, shape (n,)
        Number of the canteen.
    date : ndarray of datetime64[D], shape (n,)
        Day, sorted.
    meals : ndarray of float, shape (n,)
        Meals served, above 0.
    agents : ndarray of float, shape (n,)
        Meals that the agents ordered; NaN where unknown.
    """

    canteen: Ints = attrs.field(repr=False)
    date: Days = attrs.field(repr=False)
    meals: Floats = attrs.field(repr=False)
    agents: Floats = attrs.field(repr=False)

    def __repr__(self) -> str:
        """Show how many rows there are, and of which days."""
        days = f", {self.date.min()} to {self.date.max()}" if len(self.date) else ""
        return f"<Attendance of {len(self.date)} rows{days}>"

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.date)

    def select(self, keep: npt.NDArray[Any]) -> Attendance:
        """Return some of the rows.

        Parameters
        ----------
        keep : ndarray of bool or int
            A mask, or positions.

        Returns
        -------
        Attendance
            Those rows.
        """
        return Attendance(self.canteen[keep], self.date[keep], self.meals[keep], self.agents[keep])


def _days() -> Days:
    return np.array([], dtype="datetime64[D]")


@attrs.frozen(eq=False)
class Absences:
    """Pupils who will be away, such as on a trip, each with the day on which it was announced.

    Parameters
    ----------
    canteen : ndarray of int, shape (m,)
        Number of the canteen.
    date, announced : ndarray of datetime64[D], shape (m,)
        Day of the absence, and day from which it is known.
    pupils : ndarray of float, shape (m,)
        Pupils enrolled who will be away, above 0.
    place : ndarray of str, shape (m,)
        Where each announcement stands, for messages: the file and line, or what gave it.
    """

    canteen: Ints = attrs.field(factory=lambda: np.array([], dtype=np.int64), repr=False)
    date: Days = attrs.field(factory=_days, repr=False)
    announced: Days = attrs.field(factory=_days, repr=False)
    pupils: Floats = attrs.field(factory=lambda: np.array([], dtype=np.float64), repr=False)
    place: npt.NDArray[np.str_] = attrs.field(repr=False)

    @place.default
    def _no_place(self) -> npt.NDArray[np.str_]:
        return np.full(len(self.pupils), "absences")

    def __len__(self) -> int:
        """Return how many announcements there are."""
        return len(self.date)


@attrs.frozen(eq=False)
class Provisional:
    """Enrolments of a school year as foreseen before it begins.

    Parameters
    ----------
    known_on : datetime64[D]
        Day from which they are known.
    pupils : ndarray of float, shape (canteens,)
        Pupils; NaN where unknown.
    """

    known_on: np.datetime64
    pupils: Floats = attrs.field(repr=False)


@attrs.frozen
class Remark(JsonValue):
    r"""Something that the loader found, and what it did about it.

    Parameters
    ----------
    file : str
        Where.
    code : str
        What was found, and what was done: a table of ``words/remarks.toml``.
    count : int
        How many rows or entries it concerns.
    facts : mapping of str to object
        What the sentence names.

    Examples
    --------
    >>> remark = Remark("menus.csv", "no_value", 3)
    >>> remark.say("fr")
    'menus.csv\xa0: pas de valeur (3)\xa0: prise comme inconnue'
    """

    file: str
    code: str
    count: int
    facts: Mapping[str, object] = attrs.field(factory=dict, converter=read_only, repr=False)

    @property
    def what(self) -> str:
        """What was found, in English."""
        return self.part("what", "en")

    @property
    def action(self) -> str:
        """What was done, in English."""
        return self.part("action", "en")

    def part(self, name: str, lang: str) -> str:
        """Return what was found, or what was done.

        Parameters
        ----------
        name : {"what", "action"}
            Which of them.
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            A part of a sentence.
        """
        return sentence(f"remarks.{self.code}.{name}", lang, **self.facts)

    def say(self, lang: str) -> str:
        """Return the remark in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            One line.
        """
        what, action = self.part("what", lang), self.part("action", lang)
        return sentence(
            "remarks.line", lang, file=self.file, what=what, count=self.count, action=action
        )

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the remark for a program.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of ``what`` and ``action``.

        Returns
        -------
        dict of str to object
            ``file``, ``code``, ``count``, ``what``, ``action`` and the facts.
        """
        return {
            "file": self.file, "code": self.code, "count": self.count,
            "what": self.part("what", lang), "action": self.part("action", lang),
            "facts": {key: plain_value(value) for key, value in self.facts.items()},
        }  # fmt: skip


def _ints() -> Ints:
    return np.array([], dtype=np.int64)


def _floats() -> Floats:
    return np.array([], dtype=np.float64)


@attrs.frozen(eq=False)
class HeadCounts:
    """People enrolled or present, each figure from a day on until the next one of its series.

    Parameters
    ----------
    series : ndarray of int, shape (m,)
        Number of the series; the rows are in the order of series, day and day of knowledge.
    since, known_on : ndarray of datetime64[D], shape (m,)
        Day from which the figure counts, and day from which it is known.
    people : ndarray of float, shape (m,)
        People, above 0.
    """

    series: Ints = attrs.field(factory=_ints, repr=False)
    since: Days = attrs.field(factory=_days, repr=False)
    people: Floats = attrs.field(factory=_floats, repr=False)
    known_on: Days = attrs.field(factory=_days, repr=False)

    def __len__(self) -> int:
        """Return how many figures there are."""
        return len(self.series)

    @classmethod
    def of(cls, series: Ints, since: Days, people: Floats, known_on: Days) -> HeadCounts:
        """Return figures in any order as a table in its own."""
        order = np.lexsort((known_on, since, series))
        return cls(series[order], since[order], people[order], known_on[order])

    def at(self, series: Ints, date: Days, known_on: np.datetime64) -> tuple[Floats, Bools]:
        """Return the figure of each row as known on a day, and whether it is one of that day or before.

        Where all figures known begin after the row, the first of them stands in; a series without a
        figure has NaN.
        """
        told = self.known_on <= known_on
        if not told.any():
            return np.full(len(date), np.nan), np.zeros(len(date), dtype=bool)
        own, since, people = self.series[told], self.since[told], self.people[told]
        key = _key(own, since)
        at = np.searchsorted(key, _key(series, date), side="right") - 1
        started = (at >= 0) & (own[np.maximum(at, 0)] == series)
        first = np.searchsorted(key, _key(series, np.full(len(date), since.min())))
        at = np.where(started, at, np.minimum(first, len(own) - 1))
        mine = own[at] == series
        return np.where(mine, people[at], np.nan), started


def _key(series: Ints, date: Days) -> Ints:
    """Return a number that grows with the series, then with the day."""
    return series * 1_000_000 + date.astype("datetime64[D]").astype(np.int64)


@attrs.frozen(eq=False)
class Variable:
    """A number known in advance, such as people away or a forecast temperature.

    Parameters
    ----------
    name : str
        Its name.
    series : ndarray of int, shape (m,)
        Number of the series, -1 for all.
    date : ndarray of datetime64[D], shape (m,)
        Day that the value is about.
    value : ndarray of float, shape (m,)
        The value.
    known_on : ndarray of datetime64[D], shape (m,)
        Day from which it is known; the first day of all where it always is.
    """

    name: str
    series: Ints = attrs.field(repr=False)
    date: Days = attrs.field(repr=False)
    value: Floats = attrs.field(repr=False)
    known_on: Days = attrs.field(repr=False)

    def at(self, series: Ints, date: Days, known_on: np.datetime64) -> Floats:
        """Return the value of each row as known on a day: that of its series, else that of all; NaN without."""
        told = self.known_on <= known_on
        result = np.full(len(date), np.nan)
        if not told.any() or not len(date):
            return result
        key = _key(self.series[told] + 1, self.date[told])
        # The latest known of several values of a day is the last in this order.
        order = np.lexsort((self.known_on[told], key))
        key, value = key[order], self.value[told][order]
        for wanted in (_key(np.zeros(len(date), dtype=np.int64), date), _key(series + 1, date)):
            at = np.searchsorted(key, wanted, side="right") - 1
            found = (at >= 0) & (key[np.maximum(at, 0)] == wanted)
            result = np.where(found, value[np.maximum(at, 0)], result)
        return result


@attrs.frozen(eq=False)
class Marks:
    """Days of one nature for one series, where the calendar of the city says nothing of them.

    Parameters
    ----------
    nature : str
        ``ouvert``, ``ferme``, ``greve``, ``exceptionnel``, ``evenement`` or ``observance``.
    name : str
        Name of the event or observance; empty for the others.
    series : int
        Number of the series.
    date : ndarray of datetime64[D], shape (m,)
        Days, sorted.
    """

    nature: str
    name: str
    series: int
    date: Days = attrs.field(repr=False)
