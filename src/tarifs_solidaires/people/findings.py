"""What a comparison found, as data: who gains, who loses, what they have in common, what it costs.

What people have in common is a range, a value or a few codes of each input that the rules read. Traits
are added as long as they leave out people who are not concerned, the most telling first: what is said is
true of everybody who is concerned, or of the share that is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.people.compared import Compared, money_of, read_for
from tarifs_solidaires.people.population import thresholds_of
from tarifs_solidaires.people.words import languages, word
from tarifs_solidaires.values.inputs import EPOCH, Input
from tarifs_solidaires.values.json_value import JsonValue
from tarifs_solidaires.values.texts import Texts

Array = npt.NDArray[Any]

MOST_TRAITS = 4
FEW_CODES = 5
TELLING = 0.05  # of those who are not concerned, what a trait must leave out
TRIMMED = 0.05  # on each side of a range, where what is common to all says little
CLEARER = 0.2  # by how much what most have in common must say more to be said instead
MOST_GROUPS = 50


@attrs.frozen(kw_only=True)
class Trait(JsonValue):
    """What people have of an input.

    Parameters
    ----------
    input : str
        The input.
    low, high : float, str or None
        Bounds (dates as ``YYYY-MM-DD``); None where that side leaves nobody out. Both None for flags
        and codes.
    above, below : bool
        Whether the low bound, the high bound, is itself excluded.
    values : tuple of str or bool
        The flag, or the codes.
    """

    input: str
    low: float | str | None = None
    high: float | str | None = None
    above: bool = False
    below: bool = False
    values: tuple[Any, ...] = ()


@attrs.frozen(kw_only=True)
class GroupShare(JsonValue):
    """How many people of a group are concerned.

    Parameters
    ----------
    group : int
        Row of the groups of the comparison.
    people : int or float
        Those who are concerned.
    share : float
        Their share of the group.
    """

    group: int
    people: float
    share: float


@attrs.frozen(kw_only=True)
class Effect(JsonValue):
    """A state in which people are after a change, such as those who lose.

    Parameters
    ----------
    state : str
        ``winners``, ``losers``, ``higher``, ``lower`` or ``changed``.
    people, everybody : int or float
        How many people are in it, of how many who have both results.
    mean : float or None
        Their mean change, after minus before; None for codes and flags.
    mean_money : float or None
        Where a reduction is taken off a price, the mean change of it in money.
    traits : tuple of Trait
        What they have in common.
    covered : float
        Share of them who have these traits; 1 for everybody.
    alike : int or float
        How many people have these traits, of those who have both results.
    reached : int or float
        How many of these are in the state.
    groups : tuple of GroupShare
        Of the groups of the comparison, those in which there are some, most people first.
    """

    state: str
    people: float
    everybody: float
    mean: float | None
    mean_money: float | None
    traits: tuple[Trait, ...]
    covered: float
    alike: float
    reached: float
    groups: tuple[GroupShare, ...]


@attrs.frozen(kw_only=True)
class Findings(JsonValue):
    """What a comparison found.

    Parameters
    ----------
    effects : tuple of Effect
        By state, those in which there is somebody.
    everybody, missing : int or float
        How many people there are, and how many of them lack a result.
    budget : str
        ``forgone``, ``paid`` or ``received``, empty where there is no money.
    unit : str
        Unit of the money.
    before, after : float or None
        The budgets.
    """

    effects: tuple[Effect, ...]
    everybody: float
    missing: float
    budget: str
    unit: str
    before: float | None
    after: float | None


def find_effects(compared: Compared) -> Findings:
    """Return what a comparison found.

    Parameters
    ----------
    compared : Compared
        The comparison.

    Returns
    -------
    Findings
        Counts as in its table; what people have in common from the inputs that they gave.
    """
    look = _Look(compared)
    effects = [
        look.effect(place, name)
        for place, name in enumerate(compared.states)
        if name not in ("unchanged", "missing") and compared.total[name]
    ]
    unit, _, kind = compared.budget.rpartition(" ")
    total = compared.total
    known = bool(kind) and total["missing"] < total["people"]
    return Findings(
        effects=tuple(effects), everybody=total["people"], missing=total["missing"],
        budget=kind if known else "", unit=unit,
        before=total["budget_before"] if known else None,
        after=total["budget_after"] if known else None,
    )  # fmt: skip


class _Look:
    """Columns of a comparison, and who has a result."""

    def __init__(self, compared: Compared) -> None:
        self._compared = compared
        length = len(compared.state)
        self._weights = np.ones(length) if compared.weights is None else compared.weights
        self._known = (compared.state != compared.states.index("missing")) & (self._weights > 0)
        self._columns: dict[str, tuple[Input, Array]] = {}
        for result in (compared.before, compared.after):
            reads = read_for(result, compared.output)
            for name, values in result.inputs.items():
                if name not in reads or name in result.defaults or not values.ndim:
                    continue
                item = result.rule.all_inputs[name]
                column = _column(item, values)
                if column is not None:
                    self._columns[name] = item, column
        self._given = dict(self._columns)

    def _people(self, mask: Array) -> float:
        if self._compared.weights is None:
            return float(np.count_nonzero(mask))
        return float(self._weights[mask].sum())

    def _count(self, mask: Array) -> float:
        total = self._people(mask)
        return int(total) if total.is_integer() else total

    def effect(self, place: int, name: str) -> Effect:
        """Return what is found of a state."""
        compared = self._compared
        concerned = self._known & (compared.state == place)
        weights = self._weights[concerned]
        mean = money = None
        if compared.way != "words":
            mean = float(np.average(compared.change[concerned], weights=weights))
            if compared.prices is not None:
                money = float(np.average(self._money(concerned), weights=weights))
        traits, alike = self._traits(concerned)
        return Effect(
            state=name, people=compared.total[name],
            everybody=compared.total["people"] - compared.total["missing"],
            mean=mean, mean_money=money, traits=traits,
            covered=self._people(alike & concerned) / self._people(concerned),
            alike=self._count(alike), reached=self._count(alike & concerned),
            groups=self._groups(name),
        )  # fmt: skip

    def _money(self, concerned: Array) -> Array:
        compared, prices = self._compared, self._compared.prices
        assert prices is not None  # noqa: S101 - asked for only then
        prices = np.broadcast_to(prices, concerned.shape)[concerned]
        before, after = (
            money_of(compared, result, np.broadcast_to(
                result.outputs[compared.output], concerned.shape)[concerned], prices)
            for result in (compared.before, compared.after)
        )  # fmt: skip
        return np.asarray(after - before)

    def _groups(self, name: str) -> tuple[GroupShare, ...]:
        groups = self._compared.groups
        if not self._compared.by:
            return ()
        order = [
            n for n in np.argsort(-groups[name], kind="stable").tolist() if groups[name][n] > 0
        ]
        return tuple(
            GroupShare(group=n, people=groups[name][n].item(),
                       share=float(groups[name][n] / groups["people"][n]))
            for n in order[:MOST_GROUPS]
        )  # fmt: skip

    # -- what they have in common ---------------------------------------------------------------

    def _traits(self, concerned: Array) -> tuple[tuple[Trait, ...], Array]:
        """Return traits, and everybody who has them."""
        traits, alike = self._chosen(dict(self._given), concerned, 0.0)
        given = dict(self._given)
        ways: list[tuple[Mapping[str, tuple[Input, Array]], float]] = [(given, TRIMMED)]
        before = self._before()
        if before is not None:  # said only where what people gave does not tell
            self._columns[before[0].name] = before
            ways.append((dict(self._columns), 0.0))
        for columns, trim in ways:
            share = self._share(concerned, alike)
            if share > 1 - CLEARER:
                break
            others, fewer = self._chosen(columns, concerned, trim)
            if self._share(concerned, fewer) > share + CLEARER and (
                self._people(fewer & concerned) > 0.5 * self._people(concerned)
            ):
                traits, alike = others, fewer
        return traits, alike

    def _before(self) -> tuple[Input, Array] | None:
        """Return the result before, as if people had given it."""
        compared = self._compared
        if compared.way == "words":
            return None
        output = compared.before.rule.outputs[compared.output]
        label = {
            lang: f"{text} ({word('before', lang)})"
            for lang, text in output.label.wordings.items() if lang in languages()
        }  # fmt: skip
        item = Input(name=f"{output.name}_before", unit=output.unit, label=Texts.of(label))
        values = np.broadcast_to(compared.before.outputs[compared.output], compared.state.shape)
        return item, values

    def _share(self, concerned: Array, alike: Array) -> float:
        among = self._people(alike)
        return self._people(alike & concerned) / among if among else 0.0

    def _chosen(
        self, columns: Mapping[str, tuple[Input, Array]], concerned: Array, trim: float
    ) -> tuple[tuple[Trait, ...], Array]:
        pool = self._known
        chosen: dict[str, tuple[Trait, Array]] = {}
        candidates = dict(columns)
        while candidates and len(chosen) < MOST_TRAITS:
            others, own = self._people(pool & ~concerned), self._people(pool & concerned)
            best: tuple[float, str, Trait, Array] | None = None
            for name, (item, values) in candidates.items():
                for trait, mask in self._candidate(item, values, concerned, pool, trim):
                    left = 1 - self._people(mask & ~concerned) / others if others else 0.0
                    lost = 1 - self._people(mask & concerned) / own
                    # a trait that leaves out as many of one as of the other says nothing
                    telling = left - 2 * lost
                    if telling > TELLING and (best is None or telling > best[0]):
                        best = telling, name, trait, mask
            if best is None:
                break
            _, name, trait, pool = best
            chosen[name] = trait, pool
            del candidates[name]
        return self._worded(tuple(trait for trait, _ in chosen.values()), pool, trim)

    def _worded(
        self, traits: tuple[Trait, ...], alike: Array, trim: float
    ) -> tuple[tuple[Trait, ...], Array]:
        """Put the rules' own figures in the place of bounds where that changes nothing."""
        found = list(traits)
        masks = [self._having(trait) for trait in traits]
        for n, trait in enumerate(traits):
            item, values = self._columns[trait.input]
            if trait.values or item.kind == "date" or trim:
                continue
            pool = self._known.copy()
            for m, mask in enumerate(masks):
                if m != n:
                    pool &= mask
            inside = np.asarray(values[pool], dtype=np.float64)
            found[n] = _rounded(trait, inside, self._figures(item), item.kind == "whole")
            masks[n] = self._having(found[n])
        return tuple(found), alike

    def _having(self, trait: Trait) -> Array:
        """Return who has a trait."""
        item, values = self._columns[trait.input]
        if trait.values:
            return np.isin(values, trait.values)
        mask = np.ones(values.shape, dtype=bool)
        bounds: list[Any] = [trait.low, trait.high]
        if item.kind == "date":
            bounds = [None if one is None else np.datetime64(one, "D") for one in bounds]
        if bounds[0] is not None:
            mask &= values > bounds[0] if trait.above else values >= bounds[0]
        if bounds[1] is not None:
            mask &= values < bounds[1] if trait.below else values <= bounds[1]
        return mask

    def _figures(self, item: Input) -> list[float]:
        return sorted({
            float(bound)
            for result in (self._compared.before, self._compared.after)
            if item.name in result.rule.all_inputs
            for bound in thresholds_of(item, result.rule)
        })  # fmt: skip

    def _candidate(
        self, item: Input, values: Array, concerned: Array, pool: Array, trim: float
    ) -> Iterator[tuple[Trait, Array]]:
        """Yield what those who are concerned have of an input, with everybody in the pool who has it."""
        own = values[concerned & pool]
        if not len(own):
            return
        if item.numeric:
            figures = self._figures(item)
            if trim and figures:
                yield from self._between_figures(item, values, concerned, pool, figures)
                return
            low, high = _range(own, self._weights[concerned & pool], trim)
            trait, mask = self._bounded(item, values, pool, low, high)
            if trait is not None:
                yield trait, mask
            return
        if item.kind == "flag":
            usual = bool(np.average(own, weights=self._weights[concerned & pool]) > 0.5)
            if trim or (own == usual).all():
                yield Trait(input=item.name, values=(usual,)), pool & (values == usual)
            return
        codes, places = np.unique(own, return_inverse=True)
        often = np.bincount(places, self._weights[concerned & pool])
        order = np.argsort(-often, kind="stable")
        needed = (
            int(np.searchsorted(np.cumsum(often[order]), (1 - 2 * trim) * often.sum() - 1e-9)) + 1
        )
        if needed <= FEW_CODES:
            kept = tuple(sorted(codes[order[:needed]].tolist()))
            yield Trait(input=item.name, values=kept), pool & np.isin(values, kept)

    def _between_figures(
        self, item: Input, values: Array, concerned: Array, pool: Array, figures: list[float]
    ) -> Iterator[tuple[Trait, Array]]:
        """Yield the range between figures of the rules that tells most, losing few on either side."""
        own, others = concerned & pool, pool & ~concerned
        all_own, all_others = self._people(own), self._people(others)
        found = Trait(input=item.name)
        for side, excluded, further in (("low", "above", 1), ("high", "below", -1)):
            best = 0.0
            for figure in figures:
                for beyond in (False, True):
                    bound: dict[str, Any] = {side: figure, excluded: beyond}
                    if item.kind == "date":  # "from 2 May" says more simply what "after 1 May" does
                        day = EPOCH + dt.timedelta(days=int(figure) + further * beyond)
                        bound = {side: day.isoformat(), excluded: False}
                    trait = Trait(input=item.name, **bound)
                    mask = self._having(trait)
                    lost = 1 - self._people(own & mask) / all_own
                    left = 1 - self._people(others & mask) / all_others if all_others else 0.0
                    if lost <= 2 * TRIMMED and left - 2 * lost > best + 1e-12:
                        best = left - 2 * lost
                        found = attrs.evolve(found, **bound)
        if found.low is not None or found.high is not None:
            yield found, pool & self._having(found)

    def _bounded(
        self, item: Input, values: Array, pool: Array, low: Any, high: Any
    ) -> tuple[Trait | None, Array]:
        """Return a range, with only the bounds that leave somebody out."""
        above, below = pool & (values >= low), pool & (values <= high)
        mask = above & below
        low_counts, high_counts = bool((below & ~mask).any()), bool((above & ~mask).any())
        if not low_counts and not high_counts:
            return None, mask
        date = item.kind == "date"
        first, last = (str(np.datetime64(b, "D")) if date else float(b) for b in (low, high))
        trait = Trait(input=item.name, low=first if low_counts else None,
                      high=last if high_counts else None)  # fmt: skip
        return trait, mask


def _column(item: Input, values: Array) -> Array | None:
    """Return values of an input in one type; None where somebody's value is of another."""
    kinds = {"flag": "bool", "code": "str", "date": "datetime64[D]"}
    try:
        return np.asarray(values.astype(kinds.get(item.kind, "float64")))
    except (TypeError, ValueError):  # set aside by the rule, and not described here
        return None


def _rounded(trait: Trait, inside: Array, figures: list[float], whole: bool) -> Trait:
    """Return a range with figures of the rules as bounds, where nobody lies between.

    Whole numbers keep their bounds: "at least 60 years" reads better than "more than 59".
    """
    low: Any = trait.low
    high: Any = trait.high
    above = below = False
    if whole:
        return trait
    if low is not None:
        for figure in reversed([one for one in figures if one <= low]):
            if not ((inside > figure) & (inside < low)).any():
                above = bool((inside == figure).any()) and figure < low
                low = figure
            break
    if high is not None:
        for figure in (one for one in figures if one >= high):
            if not ((inside < figure) & (inside > high)).any():
                below = bool((inside == figure).any()) and figure > high
                high = figure
            break
    return attrs.evolve(trait, low=low, high=high, above=above, below=below)


def _range(values: Array, weights: Array, trim: float) -> tuple[Any, Any]:
    """Return the least and the greatest value, without a share of people on each side."""
    if not trim:
        return values.min(), values.max()
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    first = int(np.searchsorted(share, trim, side="right"))
    last = int(np.searchsorted(share, 1 - trim, side="left"))
    return values[order[min(first, last)]], values[order[last]]
