"""What steps can come to when inputs lie in a box: proofs for checks, and for the nearest change.

Each quantity is bounded by what its parts can be, each by itself; so a bound may be wider than the
truth, never narrower. A row is possible where its conditions may hold and no row before it surely does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

import attrs

from tarifs_solidaires.engine.exact import Surd, below, compare, operate, rounded
from tarifs_solidaires.engine.expression import (
    Among,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Extreme,
    Flag,
    Given,
    Listed,
    Marginal,
    Missing,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
    Some,
    Truth,
    Word,
)
from tarifs_solidaires.engine.step import Step

Amount: TypeAlias = Fraction | Surd
Truths: TypeAlias = frozenset[bool | None]  # what a condition may be; None: unknown

YES: Truths = frozenset({True})
NO: Truths = frozenset({False})
MAYBE: Truths = frozenset({True, False})
UNKNOWN: Truths = frozenset({None})


@attrs.frozen
class Span:
    """Numbers from one to another, both included; and whether there may be none."""

    low: Amount
    high: Amount
    missing: bool = False

    @classmethod
    def at(cls, value: Amount) -> Span:
        """Return the span of one number."""
        return cls(value, value)

    @property
    def single(self) -> Amount | None:
        """The number, where it is the only one."""
        return self.low if not self.missing and self.low == self.high else None

    def joined(self, other: Span) -> Span:
        """Return the span of both."""
        return Span(
            _least(self.low, other.low), _most(self.high, other.high), self.missing or other.missing
        )


Words: TypeAlias = frozenset[str | bool | None]
Possible: TypeAlias = Span | Words | None  # None: missing, whatever the box


@attrs.frozen(kw_only=True)
class Reach:
    """What one step can come to in a box.

    Parameters
    ----------
    value : Span, frozenset or None
        Its values; None where it is surely missing.
    rows : frozenset of int or None
        Rows that can decide; None among them where no row may hold, or that may be unknown.
    """

    value: Possible
    rows: frozenset[int | None]


_NOTHING = Reach(value=None, rows=frozenset())


def reach(steps: Iterable[Step], box: Mapping[str, Possible]) -> dict[str, Reach]:
    """Return what each step can come to.

    Parameters
    ----------
    steps : iterable of Step
        Steps, each after those that it reads.
    box : mapping of str to Span or frozenset
        What each input and parameter can be: a span of numbers, or some codes or truths. An input
        that is not given is None, or the code None.

    Returns
    -------
    dict of str to Reach
        By name of step.
    """
    known: dict[str, Possible] = dict(box)
    found: dict[str, Reach] = {}
    for step in steps:
        walker = _Walker(known, found)
        value = walker.value(step.whole)
        rows = walker.rows_of(step.value)
        found[step.name] = Reach(value=value, rows=rows)
        known[step.name] = value
    return found


def may_hold(
    wanted: Iterable[Condition], steps: Iterable[Step], box: Mapping[str, Possible]
) -> bool:
    """Say whether all of some conditions may hold somewhere in a box.

    Parameters
    ----------
    wanted : iterable of Condition
        Conditions on inputs, parameters and steps, each judged by itself.
    steps, box : iterable of Step and mapping
        As in ``reach``.

    Returns
    -------
    bool
        False only where it is proved that they hold nowhere.
    """
    known: dict[str, Possible] = dict(box)
    made: dict[str, Reach] = {}
    for step in steps:
        known[step.name] = _Walker(known, made).value(step.whole)
        made[step.name] = _NOTHING
    walker = _Walker(known, made)
    return all(True in walker.holds(one) for one in wanted)


class _Walker:
    def __init__(self, known: Mapping[str, Possible], steps: Mapping[str, Reach]) -> None:
        self.known = known
        self.steps = steps  # a step that is missing makes unknown what reads it
        self.firsts: dict[int, frozenset[int | None]] = {}

    def value(self, node: Expression) -> Possible:
        """Return the value of a tree."""
        match node:
            case Number(value):
                return Span.at(value)
            case Word(word):
                return frozenset({word})
            case Truth(truth):
                return frozenset({truth})
            case Missing():
                return None
            case Name(name):
                return self.known[name]
            case Choice(cases):
                return self._joined(
                    None if row is None else self.value(cases[row].value)
                    for row in self.first(cases)
                )
            case Best():
                return self.best(node)[0]
            case _:
                return self.number(node)

    @staticmethod
    def _joined(values: Iterable[Possible]) -> Possible:
        total: Possible = None
        missing = False
        for value in values:
            if value is None:
                missing = True
            elif total is None:
                total = value
            elif isinstance(total, Span) and isinstance(value, Span):
                total = total.joined(value)
            else:
                total = frozenset(total) | frozenset(value)  # type: ignore[arg-type]
        if total is None or not missing:
            return total
        if isinstance(total, Span):
            return attrs.evolve(total, missing=True)
        return total | {None}

    def number(self, node: Expression) -> Span | None:
        """Return the number of a tree."""
        match node:
            case Operation(sign, left, right):
                return _operated(sign, self.span(left), self.span(right))
            case Extreme(kind, parts):
                total: Span | None = None
                for position, part in enumerate(parts):
                    one = self.span(part)
                    if one is None:
                        return None
                    if position == 0 or total is None:
                        total = one
                        continue
                    choose = _least if kind == "min" else _most
                    total = Span(
                        choose(total.low, one.low), choose(total.high, one.high),
                        total.missing or one.missing,
                    )  # fmt: skip
                return total
            case Root(part):
                inner = self.span(part)
                if inner is None or isinstance(inner.low, Surd) or isinstance(inner.high, Surd):
                    return None
                low, high = max(inner.low, Fraction(0)), max(inner.high, Fraction(0))
                return Span(Surd(low), Surd(high), inner.missing)
            case Rounded(part, unit, mode):
                inner = self.span(part)
                if inner is None:
                    return None
                return Span(
                    rounded(inner.low, unit, mode), rounded(inner.high, unit, mode), inner.missing
                )
            case Listed(by, first, amounts, beyond):
                count = self.span(by)
                if count is None or isinstance(count.low, Surd) or isinstance(count.high, Surd):
                    return None
                last = len(amounts) - 1

                def amount(n: int) -> Fraction:
                    place = n - first
                    return amounts[max(0, min(place, last))] + beyond * max(place - last, 0)

                start, stop = int(count.low), int(count.high)
                points = {start, stop, *(n for n in range(first, first + last + 1)
                                         if start <= n <= stop)}  # fmt: skip
                found = [amount(n) for n in points]
                return Span(min(found), max(found), count.missing)
            case Marginal(base, parts):
                return self.marginal(self.span(base), node)
            case _:
                raise TypeError(f"{type(node).__name__} is not a number")

    def marginal(self, base: Span | None, node: Marginal) -> Span | None:
        """Return what a marginal scale makes of a number."""
        if base is None:
            return None
        total: Span | None = Span.at(Fraction(0))
        start = Fraction(0)
        for part in node.parts:
            stop = base
            if part.up_to is not None:
                limit = part.up_to
                stop = Span(_least(base.low, limit), _least(base.high, limit), base.missing)
            within = Span(_most(stop.low, start), _most(stop.high, start), stop.missing)
            length = _operated("-", within, Span.at(start))
            total = _operated("+", total, _operated("*", self.span(part.rate), length))
            start = part.up_to if part.up_to is not None else start
        return total

    def span(self, node: Expression) -> Span | None:
        """Return a value that is a number."""
        found = self.value(node)
        if found is None or isinstance(found, Span):
            return found
        raise TypeError("a code is not a number")

    def holds(self, when: Condition) -> Truths:
        """Say whether a condition holds; None where a value that it reads is missing."""
        match when:
            case Compare(left, sign, right):
                one, other = self.value(left), self.value(right)
                if one is None and isinstance(left, Name) and left.name not in self.steps:
                    return NO
                if not isinstance(one, Span) or not isinstance(other, Span):
                    return frozenset({None})
                found = _compared(one, sign, other)
                return found | {None} if one.missing or other.missing else found
            case Among(name):
                codes = self.known[name]
                if codes is None or isinstance(codes, Span):
                    return self._missing(name)
                return frozenset(
                    when.holds(code) if isinstance(code, str) else truth
                    for code in codes
                    for truth in self._missing(name)
                )
            case Flag(name, value):
                truths = self.known[name]
                if truths is None or isinstance(truths, Span):
                    return self._missing(name)
                return frozenset(
                    truth if t is None else t is value
                    for t in truths
                    for truth in self._missing(name)
                )
            case Given(name, value):
                there = self.known[name]
                if there is None:
                    return frozenset({not value})
                if isinstance(there, Span):
                    return frozenset({value})
                return frozenset((one is not None) is value for one in there)
            case Every(parts):
                return _combined((self.holds(part) for part in parts), every=True)
            case Some(parts):
                return _combined((self.holds(part) for part in parts), every=False)

    def _missing(self, name: str) -> Truths:
        """Return what a condition on a missing code or flag is: unknown, or false where not given."""
        return UNKNOWN if name in self.steps else NO

    def first(self, cases: tuple[Case, ...]) -> frozenset[int | None]:
        """Return the first case that holds; None where none does, or that is unknown."""
        """Return the rows that may decide; None where none may hold, or that is unknown."""
        if id(cases) not in self.firsts:
            self.firsts[id(cases)] = self._first(cases)
        return self.firsts[id(cases)]

    def _first(self, cases: tuple[Case, ...]) -> frozenset[int | None]:
        found: set[int | None] = set()
        for position, case in enumerate(cases):
            held = self.holds(case.when)
            if None in held:
                found.add(None)
            if True in held:
                found.add(position)
            if False not in held:
                return frozenset(found)
        found.add(None)
        return frozenset(found)

    def best(self, node: Best) -> tuple[Span | None, frozenset[int | None]]:
        """Return the best value, and the case that gives it."""
        sure: list[tuple[int, Span]] = []
        maybe: list[tuple[int, Span]] = []
        missing = False
        for position, case in enumerate(node.cases):
            held = self.holds(case.when)
            if held == NO:
                continue
            value = self.span(case.value)
            if value is None or value.missing or None in held:
                missing = True
            if value is None:
                continue
            maybe.append((position, value))
            if held == YES:
                sure.append((position, value))
        if not maybe:
            return None, frozenset({None})
        lowest = node.kind == "lowest"
        low = maybe[0][1].low
        high = maybe[0][1].high
        for _, value in maybe[1:]:
            low, high = _least(low, value.low), _most(high, value.high)
        for _, value in sure:  # the best is no worse than a sure one
            if lowest:
                high = _least(high, value.high)
            else:
                low = _most(low, value.low)
        rows: set[int | None] = {
            position
            for position, value in maybe
            if not self._beaten(node.kind, position, value, sure)
        }
        if missing or not sure:
            rows.add(None)
        return Span(low, high, missing or not sure), frozenset(rows)

    @staticmethod
    def _beaten(kind: str, position: int, value: Span, sure: list[tuple[int, Span]]) -> bool:
        """Say whether a sure candidate is surely better, or surely as good and before it."""
        for other, span in sure:
            good, bad = (value.low, span.high) if kind == "lowest" else (span.low, value.high)
            if other < position and not below(good, bad):
                return True
            if other > position and below(bad, good):
                return True
        return False

    def rows_of(self, node: Expression) -> frozenset[int | None]:
        """Return the rows that can decide."""
        match node:
            case Choice(cases):
                return self.first(cases)
            case Best():
                return self.best(node)[1]
            case Marginal(base, parts):
                span = self.span(base)
                if span is None:
                    return frozenset({None})
                first = sum(p.up_to is not None and below(p.up_to, span.low) for p in parts)
                last = sum(p.up_to is not None and below(p.up_to, span.high) for p in parts)
                return frozenset(range(first, last + 1))
            case _:
                return frozenset()


def _operated(sign: str, left: Span | None, right: Span | None) -> Span | None:
    if left is None or right is None:
        return None
    missing = left.missing or right.missing
    if sign in "+-":
        low = operate(sign, left.low, right.low if sign == "+" else right.high)
        high = operate(sign, left.high, right.high if sign == "+" else right.low)
        return None if low is None or high is None else Span(low, high, missing)
    corners: list[Amount] = []
    for one in (left.low, left.high):
        for other in (right.low, right.high):
            found = operate(sign, one, other)
            if found is not None:
                corners.append(found)
    low = high = corners[0]
    for corner in corners[1:]:
        low, high = _least(low, corner), _most(high, corner)
    return Span(low, high, missing)


def _compared(left: Span, sign: str, right: Span) -> Truths:
    match sign:
        case "<":
            always, never = compare(left.high, "<", right.low), compare(left.low, ">=", right.high)
        case "<=":
            always, never = compare(left.high, "<=", right.low), compare(left.low, ">", right.high)
        case ">":
            always, never = compare(left.low, ">", right.high), compare(left.high, "<=", right.low)
        case ">=":
            always, never = compare(left.low, ">=", right.high), compare(left.high, "<", right.low)
        case "=" | "!=":
            same = left.low == left.high == right.low == right.high
            apart = compare(left.high, "<", right.low) or compare(left.low, ">", right.high)
            always, never = (same, apart) if sign == "=" else (apart, same)
    return YES if always else NO if never else MAYBE


def _combined(parts: Iterable[Truths], *, every: bool) -> Truths:
    """Join what conditions may be: the first that is false, or true, decides."""
    total: Truths = YES if every else NO
    for part in parts:
        found: set[bool | None] = set()
        for one in total:
            for other in part:
                both = (one, other)
                decisive = not every
                found.add(decisive if decisive in both else None if None in both else not decisive)
        total = frozenset(found)
    return total


def _least(one: Amount, other: Amount) -> Amount:
    return other if below(other, one) else one


def _most(one: Amount, other: Amount) -> Amount:
    return other if below(one, other) else one
