"""Where earning more costs money: what one more euro does to each person, and where results fall.

A cliff is a place on the grid of an income where a result gets worse from one step to the next, by more
than a given amount. Places are looked for over the whole range of incomes, for each profile that people
have in everything else, the most frequent ones first: stretches are halved as long as a result falls by
more than that amount over one. Who stands just before a cliff is then computed for each person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias, cast

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.people.compared import Compared, incomes, money_of, read_for
from tarifs_solidaires.people.grouping import distinct, factorised, wrong
from tarifs_solidaires.people.population import thresholds_of
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.json_value import JsonValue

Array = npt.NDArray[Any]
Side: TypeAlias = Literal["before", "after"]

PROFILES = 8_000  # of everything but the income, the most frequent ones
POINTS = (200, 1_000)  # incomes at which each profile is looked at first, at least and at most
LOOKED_AT = 1_000_000  # profiles times incomes
MOST_PLACES = 10_000  # of which those who stand before are counted
PAIRS = 1_000_000  # people before places, computed at a time
MOST_STRETCHES = 2_000_000  # halved at a time; a result that falls everywhere is no row of cliffs
WINDOW = 50  # units of money a month that are "just before"
MONTHS: Mapping[str, int] = {"month": 1, "year": 12}


@attrs.frozen(kw_only=True)
class Cliff(JsonValue):
    """A place where one step more of an income makes a result worse.

    Parameters
    ----------
    last, first : Fraction
        The income just before, and the next one on its grid, where the result is worse.
    smallest, largest : float
        By how much, for the people that it concerns least and most.
    people : int or float
        How many people stand just before: with an income of ``last``, or up to the window below.
    """

    last: Fraction
    first: Fraction
    smallest: float
    largest: float
    people: float


@attrs.frozen(kw_only=True)
class Cliffs(JsonValue):
    """Where one rule makes earning more cost money.

    Parameters
    ----------
    side : {"before", "after"}
        Which rule of the comparison.
    input, unit : str
        The income that varies, and the unit of the results' falls.
    window : float
        How far before a place people stand just before it, in the unit of the income.
    least : float
        A fall of at most this much is no cliff.
    nets : bool
        Whether ``least`` is what one more unit of money brings, so that whoever passes a cliff has
        less than before; else the two have no period in common.
    places : tuple of Cliff
        The cliffs, in the order of the income.
    more : int
        How many other places there are, too many to count who stands before each.
    people : int or float
        How many people stand just before one.
    worse, costly : int or float
        For how many people one more unit of money makes the result worse, and by more than ``least``.
    counted : int or float
        For how many it could be computed.
    seen : float
        Share of these people whose profile was looked at over the whole range.
    """

    side: Side
    input: str
    unit: str
    window: float
    least: float
    nets: bool
    places: tuple[Cliff, ...]
    more: int
    people: float
    worse: float
    costly: float
    counted: float
    seen: float


def find_cliffs(
    compared: Compared,
    side: Side = "after",
    *,
    income: str | None = None,
    window: float | None = None,
    least: float | None = None,
) -> Cliffs | None:
    """Return where one of the two rules makes earning more cost money.

    Parameters
    ----------
    compared : Compared
        The comparison.
    side : {"before", "after"}
        Which rule.
    income : str, optional
        The input that varies; by default that of the comparison, else of the rule file, else the
        first amount of money that people give to the rule.
    window : float, optional
        How far before a cliff is "just before", in the unit of the income; by default 50 a month,
        600 a year.
    least : float, optional
        A fall of at most this much is no cliff. By default what one more unit of money brings, in
        the period of the result; where the two have no period in common, a hundredth of the largest
        result.

    Returns
    -------
    Cliffs or None
        None where the rule reads no amount of money, or its result is nothing that people gain by.

    Raises
    ------
    InputError
        Where the income is no input that people give.
    """
    result = compared.before if side == "before" else compared.after
    item = _income(compared, result, income)
    if item is None or compared.way != "gain":
        return None
    look = _Look(compared, result, item)
    here = look.result_at(look.steps, None)
    unit, each = _unit(compared, result), _brought(item.unit, _unit(compared, result))
    nets = each is not None and least is None
    if least is None:
        least = each or float(np.nanmax(np.abs(here), initial=0.0)) / 100
    if window is None:
        window = float(WINDOW * MONTHS.get(item.unit.partition("/")[2], 1))
    one_more = here - look.result_at(look.steps + look.steps_of(1.0), None)
    known = ~np.isnan(one_more)
    weights = look.weights
    places, more, seen = look.places(least, window)
    order = sorted(places)
    found: list[Cliff] = []
    before_any = np.zeros(len(weights), dtype=bool)
    for last, rows, fall in look.before_places(order, window, least):
        smallest, largest = places[last]
        if len(rows):
            smallest, largest = float(fall.min()), float(fall.max())
        before_any[rows] = True
        found.append(
            Cliff(last=last * item.grid, first=(last + 1) * item.grid, smallest=smallest,
                  largest=largest, people=_count(weights[rows]))
        )  # fmt: skip
    return Cliffs(
        side=side, input=item.name, unit=unit, window=window, least=least, nets=nets,
        places=tuple(found), more=more, people=_count(weights[before_any]),
        worse=_count(weights[known & (one_more > 0)]),
        costly=_count(weights[known & (one_more > least)]),
        counted=_count(weights[known]), seen=seen,
    )  # fmt: skip


def _count(weights: Array) -> float:
    total = float(weights.sum())
    return int(total) if total.is_integer() else total


def _income(compared: Compared, result: Result, name: str | None) -> Input | None:
    known = incomes(result, compared.output)
    if name is None:  # that of the comparison, of the rule file, else the first
        for wanted in (compared.income, result.rule.file.income):
            for item in known:
                if item.name == wanted:
                    return item
        return known[0] if known and not compared.income else None
    for item in known:
        if item.name == name:
            return item
    raise wrong("income", "{value!r} is not an amount of money that people give to {rule}",
                Phrase("write one of {names}", names=Joined([one.name for one in known]))
                if known else "leave it out",
                value=name, rule=result.rule.name)  # fmt: skip


def _unit(compared: Compared, result: Result) -> str:
    if compared.prices is not None:
        return result.rule.currency
    return result.rule.outputs[compared.output].unit


def _brought(income: str, unit: str) -> float | None:
    """Return what one more unit of an income brings in the period of a result."""
    money, _, period = income.partition("/")
    other, _, each = unit.partition("/")
    if money != other or period not in MONTHS or each not in MONTHS:
        return None
    return MONTHS[each] / MONTHS[period]


class _Look:
    """One rule along one income: places are whole numbers of steps of its grid."""

    def __init__(self, compared: Compared, result: Result, item: Input) -> None:
        self._compared, self._result, self._item = compared, result, item
        self._length = len(compared.state)
        given = {
            name: np.broadcast_to(values, (self._length,))
            for name, values in result.inputs.items()
            if name not in result.defaults
        }
        income = np.asarray(given.pop(item.name), dtype=np.float64)
        reads = read_for(result, compared.output)
        self._known = ~np.isnan(income)
        self.steps = np.floor(np.nan_to_num(income) / float(item.grid) + 1e-6).astype(np.int64)
        self._others = given
        self._telling = [column for name, column in given.items() if name in reads]
        self.weights = np.ones(self._length) if compared.weights is None else compared.weights
        self._order = np.argsort(self.steps, kind="stable")

    def steps_of(self, amount: float) -> int:
        return max(1, round(amount / float(self._item.grid)))

    def result_at(self, steps: Array, rows: Array | None) -> Array:
        """Return what people of some rows gain at incomes, in money where there is some."""
        grid = self._item.grid
        values = steps * grid.numerator / grid.denominator
        given: dict[str, Any] = {self._item.name: values}
        prices = self._compared.prices
        if rows is None:
            given |= self._others
        else:
            given |= {name: column[rows] for name, column in self._others.items()}
            prices = None if prices is None else np.broadcast_to(prices, (self._length,))[rows]
        outcome = cast(Rule, self._result.rule).compute(given, errors="null")
        found = np.broadcast_to(outcome.outputs[self._compared.output], values.shape)
        return money_of(self._compared, self._result, found, prices)

    def _falls(self, low: Array, high: Array, rows: Array) -> Array:
        both = self.result_at(np.concatenate([low, high]), np.concatenate([rows, rows]))
        return np.asarray(np.nan_to_num(both[: len(low)] - both[len(low) :]).round(9))

    def before_places(
        self, places: Sequence[int], window: float, least: float
    ) -> Iterator[tuple[int, Array, Array]]:
        """Yield each place with the rows of those who stand just before it, and their falls there.

        They have an income of the place, or below it within the window.
        """
        sorted_steps = self.steps[self._order]
        ends = np.asarray(places, dtype=np.int64)
        low = np.searchsorted(sorted_steps, ends - self.steps_of(window), side="right")
        high = np.searchsorted(sorted_steps, ends, side="right")
        start = 0
        while start < len(places):
            pairs = np.cumsum(high[start:] - low[start:])
            stop = start + max(1, int(np.searchsorted(pairs, PAIRS, side="right")))
            counts = high[start:stop] - low[start:stop]
            first = np.repeat(low[start:stop] - np.cumsum(counts) + counts, counts)
            rows = self._order[first + np.arange(counts.sum())]
            last = np.repeat(ends[start:stop], counts)
            fall = self._falls(last, last + 1, rows) if len(rows) else np.zeros(0)
            falls = (fall > least) & self._known[rows]
            parts = np.cumsum(counts)[:-1]
            for place, whom, size, kept in zip(
                places[start:stop], np.split(rows, parts), np.split(fall, parts),
                np.split(falls, parts), strict=True,
            ):  # fmt: skip
                yield place, whom[kept], size[kept]
            start = stop

    def places(
        self, least: float, window: float
    ) -> tuple[dict[int, tuple[float, float]], int, float]:
        """Return the places, with the least and greatest fall.

        Then how many more there are, and the share of people whose profile was looked at.
        """
        profiles, share = self._profiles()
        most = self.steps_of(float(self._item.maximum))
        first = self.steps_of(float(self._item.minimum)) if self._item.minimum > 0 else 0
        top = int(self.steps[self._known].max(initial=0)) + self.steps_of(window)
        marks = {first, min(top, most)}
        points = min(max(LOOKED_AT // max(len(profiles), 1), POINTS[0]), POINTS[1])
        marks |= {*np.linspace(first, min(top, most), points).astype(np.int64).tolist()}
        for bound in thresholds_of(self._item, self._result.rule):
            place = int(bound / self._item.grid)
            marks |= {place - 1, place, place + 1}
        ends = np.array(sorted(m for m in marks if first <= m <= most), dtype=np.int64)
        rows = np.repeat(profiles, len(ends) - 1)
        low, high = np.tile(ends[:-1], len(profiles)), np.tile(ends[1:], len(profiles))
        found: dict[int, tuple[float, float]] = {}
        often: dict[int, int] = {}
        while len(low):
            fall = self._falls(low, high, rows)
            kept = fall > least
            rows, low, high, fall = rows[kept], low[kept], high[kept], fall[kept]
            done = high - low == 1
            for place, size in zip(low[done].tolist(), fall[done].tolist(), strict=True):
                old = found.get(place, (size, size))
                found[place] = min(old[0], size), max(old[1], size)
                often[place] = often.get(place, 0) + 1
            rows, low, high = rows[~done], low[~done], high[~done]
            middle = (low + high) // 2
            rows = np.concatenate([rows, rows])
            low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
            if len(low) > MOST_STRETCHES:
                raise wrong("least", "the result falls by more than {least:g} nearly everywhere",
                            "give a larger one", least=least)  # fmt: skip
        chosen = sorted(found, key=lambda place: -often[place])[:MOST_PLACES]
        return {place: found[place] for place in chosen}, len(found) - len(chosen), share

    def _profiles(self) -> tuple[Array, float]:
        """Return a row of each of the most frequent profiles, and the share of people who have one."""
        profile = np.zeros(self._length, dtype=np.int64)
        columns = [*self._telling]
        if self._compared.prices is not None:
            columns.append(np.broadcast_to(self._compared.prices, (self._length,)))
        for column in columns:
            codes, names = factorised("profile", column)
            profile = distinct(profile * len(names) + codes)[1].reshape(-1)
        people = np.bincount(profile, self.weights * self._known)
        first = np.zeros(len(people), dtype=np.int64)
        first[profile[::-1]] = np.arange(self._length)[::-1]
        chosen = np.argsort(-people, kind="stable")[:PROFILES]
        total = float(people.sum())
        return first[chosen], float(people[chosen].sum() / total) if total else 0.0
