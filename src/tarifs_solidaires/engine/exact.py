"""One person, worked out in exact fractions: the definition of every result, and its explanation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import TypeAlias

import attrs

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
    Mode,
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


@attrs.frozen(order=False)
class Surd:
    """The square root of a fraction, which is compared and multiplied as its square."""

    square: Fraction

    def __float__(self) -> float:
        return math.sqrt(self.square)


Value: TypeAlias = Fraction | Surd | bool | str | None  # None: missing, or not given


@attrs.frozen(kw_only=True)
class Worked:
    """What one step came to, for one person.

    Parameters
    ----------
    step : Step
        The step.
    value : Value
        Its value; None where it is missing.
    row : int or None
        The row, candidate or part that gave it; None where the step has none, or none holds.
    stages : mapping of str to Value
        The value, and what it was after each bound and the rounding.
    missing : str
        The step whose missing value makes this one missing; empty where it is not.
    """

    step: Step
    value: Value
    row: int | None
    stages: Mapping[str, Value]
    missing: str = ""


def work_out(steps: Iterable[Step], known: Mapping[str, Value]) -> dict[str, Worked]:
    """Return what each step comes to.

    Parameters
    ----------
    steps : iterable of Step
        Steps, each after those that it reads.
    known : mapping of str to Value
        Inputs and parameters: fractions, flags, codes; dates as days; None where none was given.

    Returns
    -------
    dict of str to Worked
        By name of step.
    """
    values = dict(known)
    done: dict[str, Worked] = {}
    gone: dict[str, str] = {}  # steps that are missing, and because of which
    for step in steps:
        reader = _Reader(values, gone)
        value, row = reader.decided(step.value)
        stages: dict[str, Value] = {"value": value}
        for stage, kind, bound in (
            ("at_least", "max", step.at_least),
            ("at_most", "min", step.at_most),
        ):
            if bound is not None:
                value = stages[stage] = extreme(kind, [value, reader.value(bound)])
        if step.unit is not None:
            value = stages["round"] = (
                rounded(value, step.unit, step.mode) if isinstance(value, Fraction | Surd) else None
            )
        cause = ""
        if value is None:
            own = row is not None and _is_missing(step.value, row)
            cause = step.name if own else reader.cause or step.name
            gone[step.name] = cause
        done[step.name] = Worked(step=step, value=value, row=row, stages=stages, missing=cause)
        values[step.name] = value
    return done


def evaluate(node: Expression, values: Mapping[str, Value], gone: Mapping[str, str]) -> Value:
    """Return what a tree comes to.

    Parameters
    ----------
    node : Expression
        The tree.
    values : mapping of str to Value
        All that it reads.
    gone : mapping of str to str
        Steps whose value is missing, and because of which.
    """
    return _Reader(values, gone).value(node)


def holds(when: Condition, values: Mapping[str, Value], gone: Mapping[str, str]) -> bool | None:
    """Say whether a condition holds; None where a value that it reads is missing."""
    return _Reader(values, gone).holds(when)


def _is_missing(node: Expression, row: int) -> bool:
    return isinstance(node, Choice | Best) and isinstance(node.cases[row].value, Missing)


class _Reader:
    """Evaluate trees for one person; a value that is missing makes missing what reads it."""

    def __init__(self, values: Mapping[str, Value], gone: Mapping[str, str]) -> None:
        self.values = values
        self.gone = gone
        self.cause = ""

    def value(self, node: Expression) -> Value:
        """Return the value of a tree."""
        match node:
            case Number(value):
                return value
            case Word(word):
                return word
            case Truth(truth):
                return truth
            case Missing():
                return None
            case Name(name):
                if name in self.gone:
                    self.cause = self.cause or self.gone[name]
                return self.values[name]
            case Choice(cases):
                row = self.first(cases)
                return None if row is None else self.value(cases[row].value)
            case Best():
                return self.best(node)[0]
            case _:
                return self.number(node)

    def number(self, node: Expression) -> Fraction | Surd | None:
        """Return the number of a tree."""
        match node:
            case Operation(sign, left, right):
                return operate(sign, self.amount(left), self.amount(right))
            case Extreme(kind, parts):
                return extreme(kind, [self.amount(part) for part in parts])
            case Root(part):
                inner = self.amount(part)
                return Surd(inner) if isinstance(inner, Fraction) else None
            case Rounded(part, unit, mode):
                found_ = self.amount(part)
                return None if found_ is None else rounded(found_, unit, mode)
            case Listed(by, first, amounts, beyond):
                count = self.amount(by)
                if not isinstance(count, Fraction):
                    return None
                place = int(count) - first
                last = len(amounts) - 1
                return amounts[max(0, min(place, last))] + beyond * max(place - last, 0)
            case Marginal(base, parts):
                amount = self.amount(base)
                if not isinstance(amount, Fraction):
                    return None
                return self.marginal(amount, node)
            case _:
                raise TypeError(f"{type(node).__name__} is not a number")

    def marginal(self, amount: Fraction, node: Marginal) -> Fraction | None:
        """Return what a marginal scale makes of a number."""
        total, start = Fraction(0), Fraction(0)
        for part in node.parts:
            rate = self.amount(part.rate)
            if not isinstance(rate, Fraction):
                return None
            stop = amount if part.up_to is None else min(amount, part.up_to)
            total += rate * max(stop - start, Fraction(0))
            if part.up_to is not None:
                start = part.up_to
        return total

    def amount(self, node: Expression) -> Fraction | Surd | None:
        """Return a value that is a number."""
        if type(node) is Number:
            return node.value
        found = self.value(node)
        if isinstance(found, str) or found is True or found is False:
            raise TypeError(f"{found!r} is not a number")
        return found

    def holds(self, when: Condition) -> bool | None:
        """Say whether a condition holds; None where a value that it reads is missing."""
        before = self.cause
        held = self._holds(when)
        if held is not None:
            self.cause = before  # what was missing did not matter
        return held

    def _holds(self, when: Condition) -> bool | None:
        match when:
            case Compare(left, sign, right):
                if isinstance(left, Name) and self.values.get(left.name) is None:
                    if left.name in self.gone:
                        self.cause = self.cause or self.gone[left.name]
                        return None
                    return False  # an optional input that was not given
                one, other = self.amount(left), self.amount(right)
                if one is None or other is None:
                    return None
                return compare(one, sign, other)
            case Among(name):
                if name in self.gone:
                    self.cause = self.cause or self.gone[name]
                    return None
                code = self.values[name]
                return when.holds(code if isinstance(code, str) else None)
            case Flag(name, value):
                if name in self.gone:
                    self.cause = self.cause or self.gone[name]
                    return None
                return self.values[name] is value
            case Given(name, value):
                return (self.values[name] is not None) is value
            case Every(parts):
                found = [self.holds(part) for part in parts]
                return False if False in found else None if None in found else True
            case Some(parts):
                found = [self.holds(part) for part in parts]
                return True if True in found else None if None in found else False

    def first(self, cases: tuple[Case, ...]) -> int | None:
        """Return the first case that holds; None where none does, or that is unknown."""
        for position, case in enumerate(cases):
            held = self.holds(case.when)
            if held is None:
                return None
            if held:
                return position
        return None

    def best(self, node: Best) -> tuple[Fraction | Surd | None, int | None]:
        """Return the best value, and the case that gives it."""
        found: Fraction | Surd | None = None
        row = None
        for position, case in enumerate(node.cases):
            held = self.holds(case.when)
            if held is None:
                return None, None
            if not held:
                continue
            value = self.amount(case.value)
            if value is None:
                return None, position
            if row is None:
                better = True
            elif node.kind == "lowest":
                better = below(value, found)
            else:
                better = below(found, value)
            if better:
                found, row = value, position
        return found, row

    def decided(self, node: Expression) -> tuple[Value, int | None]:
        """Return the value of a step, and the row, candidate or part that decides."""
        match node:
            case Choice(cases):
                row = self.first(cases)
                return (None if row is None else self.value(cases[row].value)), row
            case Best():
                return self.best(node)
            case Marginal(base, parts):
                amount = self.amount(base)
                if not isinstance(amount, Fraction):
                    return None, None
                row = sum(part.up_to is not None and amount > part.up_to for part in parts)
                return self.marginal(amount, node), row
            case _:
                return self.value(node), None


def extreme(kind: str, values: Sequence[Value]) -> Fraction | Surd | None:
    """Return the smallest (``min``) or largest of some numbers; None where one is missing."""
    best: Fraction | Surd | None = None
    for position, value in enumerate(values):
        if not isinstance(value, Fraction | Surd):
            return None
        if position == 0 or (below(value, best) if kind == "min" else below(best, value)):
            best = value
    return best


def compare(left: Fraction | Surd, sign: str, right: Fraction | Surd) -> bool:
    """Compare two numbers, roots exactly."""
    if type(left) is Fraction and type(right) is Fraction:
        one, other = left, right
    else:
        one, other = _signed_square(left), _signed_square(right)
    # By whole numbers: a fraction first asks what kind of number it is compared with.
    return _COMPARED[sign](one.numerator * other.denominator, other.numerator * one.denominator)


_COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    "<": lt, "<=": le, "=": eq, "!=": ne, ">": gt, ">=": ge,
}  # fmt: skip


def below(left: Fraction | Surd | None, right: Fraction | Surd | None) -> bool:
    """Say whether a number is below another, roots exactly."""
    if type(left) is Fraction and type(right) is Fraction:
        return left.numerator * right.denominator < right.numerator * left.denominator
    return _signed_square(left) < _signed_square(right)


def _signed_square(value: Fraction | Surd | None) -> Fraction:
    if isinstance(value, Surd):
        return value.square
    if value is None:
        raise TypeError("a missing value is not compared")
    return value * abs(value)


def operate(
    sign: str, left: Fraction | Surd | None, right: Fraction | Surd | None
) -> Fraction | Surd | None:
    """Add, subtract, multiply or divide two numbers; None where one is missing."""
    if left is None or right is None:
        return None
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        match sign:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return left / right
    if sign not in "*/":
        raise TypeError("a square root is multiplied, divided, compared or rounded, not added")
    one, other = _signed_square(left), _signed_square(right)
    return Surd(one * other if sign == "*" else one / other)


def rounded(value: Fraction | Surd, unit: Fraction, mode: Mode) -> Fraction:
    """Return a number taken to a multiple of a unit.

    Examples
    --------
    >>> rounded(Fraction("2.375"), Fraction("0.05"), "half_up")
    Fraction(12, 5)
    >>> rounded(Fraction("2.375"), Fraction("0.05"), "down")
    Fraction(47, 20)
    """
    if isinstance(value, Surd):
        doubled = math.isqrt(int(4 * value.square / unit**2 // 1))  # floor of twice the quotient
        is_whole = Fraction(doubled) ** 2 == 4 * value.square / unit**2
        quotient = Fraction(doubled, 2) if is_whole else Fraction(2 * doubled + 1, 4)
    else:
        quotient = value / unit
    match mode:
        case "half_up":
            return math.floor(quotient + Fraction(1, 2)) * unit
        case "half_down":
            return math.ceil(quotient - Fraction(1, 2)) * unit
        case "half_even":
            return round(quotient) * unit
        case "up":
            return math.ceil(quotient) * unit
        case _:
            return math.floor(quotient) * unit
