"""A formula in words: what it reads, under its labels, the person's figures, and what it comes to."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Protocol, TypeAlias

from tarifs_solidaires.catalogue import msg
from tarifs_solidaires.engine.exact import Surd, Value
from tarifs_solidaires.engine.expression import (
    Expression,
    Extreme,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
)
from tarifs_solidaires.say.facts import Operation as Done
from tarifs_solidaires.say.facts import Read, read_names
from tarifs_solidaires.say.language import Language, is_exact

Writer: TypeAlias = Callable[[Name | Number, str], str]  # writes a name or a figure of a unit

_SIGNS = {"*": "×", "/": "/", "-": "−", "+": "+"}


class Namer(Protocol):
    """What gives the names and values of a rule in one language."""

    @property
    def say(self) -> Language:
        """The language."""

    @property
    def currency(self) -> str:
        """Currency of the rule."""

    def name(self, name: str) -> str:
        """Return what an input, a parameter or a step is called."""

    def read(self, read: Read) -> str:
        """Return a value that was taken, in words."""


def percents(text: str) -> frozenset[Fraction]:
    """Return the shares that a formula writes with a percent sign."""
    return frozenset(Fraction(n) / 100 for n in re.findall(r"(\d+(?:\.\d+)?)\s*%", text))


def equals(value: Value, unit: str, most: int = 4) -> str:
    """Return the sign between what is worked out and a number that words may round."""
    return "=" if not isinstance(value, Fraction | Surd) or is_exact(value, unit, most) else "≈"


class Formula:
    """A formula in words.

    Parameters
    ----------
    words : Namer
        Names and values.
    shares : collection of Fraction
        Figures that are written as percentages.
    reads : sequence of Read
        What it reads, with the person's values; empty where only labels are said.
    unit : str
        Unit of what it comes to.
    """

    def __init__(
        self, words: Namer, shares: Collection[Fraction], reads: Collection[Read] = (),
        unit: str = "",
    ) -> None:  # fmt: skip
        self.words, self.say, self.currency = words, words.say, words.currency
        self.shares, self.unit = shares, unit
        self.reads = {read.name: read for read in reads}

    @classmethod
    def of(cls, words: Namer, done: Done) -> Formula:
        """Return the formula of an operation."""
        return cls(words, percents(done.text), done.reads, done.unit)

    def told(self, node: Expression, raw: Value, value: str, most: int = 2) -> str:
        """Say how a number was worked out, from its formula, itself and itself in words."""
        sign = equals(raw, self.unit, most)
        if any(equals(r.value, r.unit, 2) == "≈" for r in self.reads.values() if r.role == "step"):
            sign = "≈"
        match node:
            case Number():
                return value
            case Name(read):
                return f"{value} ({self.words.name(read)})"
        shifted = self._shifted(node)
        if shifted or _is_flat(node):
            return f"{shifted or self.figures(node, named=True)} {sign} {value}"
        return f"{self.labels(node)} = {self.figures(node)} {sign} {value}"

    def labels(self, node: Expression) -> str:
        """Write a formula with the names of what it reads."""

        def leaf(one: Name | Number, _: str) -> str:
            return (
                self.words.name(one.name) if isinstance(one, Name) else self._figure(one.value, "")
            )

        return self._written(node, leaf)

    def figures(self, node: Expression, *, named: bool = False) -> str:
        """Write a formula with the person's figures, and with what they are in brackets."""

        def leaf(one: Name | Number, unit: str) -> str:
            if isinstance(one, Number):
                return self._figure(one.value, unit)
            text = self.words.read(self.reads[one.name])
            return f"{text} ({self.words.name(one.name)})" if named else text

        return self._written(node, leaf)

    def _figure(self, value: Fraction, unit: str) -> str:
        if value in self.shares:
            return self.say.percent(value)
        return self.say.quantity(value, unit, self.currency, per=False)

    def _is_share(self, node: Expression) -> bool:
        if isinstance(node, Number):
            return node.value in self.shares
        return isinstance(node, Name) and self.reads[node.name].unit == "share"

    def _shifted(self, node: Expression) -> str:
        """Say ``price * (1 - reduction)`` as a price minus a percentage of it; else nothing."""
        shifts: list[str] = []
        while isinstance(node, Operation) and node.sign == "*":
            shift = node.right
            if not (
                isinstance(shift, Operation) and shift.sign in "+-"
                and shift.left == Number(Fraction(1)) and self._is_share(shift.right)
            ):  # fmt: skip
                break
            if not isinstance(shift.right, Name) or self.reads[shift.right.name].value != 0:
                sentence = msg("minus {share}") if shift.sign == "-" else msg("plus {share}")
                shifts.insert(0, self.say(sentence, share=self.figures(shift.right, named=True)))
            node = node.left
        if not isinstance(node, Name) or not shifts:
            return ""
        then = [self.say("then {shift}", shift=shift) for shift in shifts[1:]]
        return ", ".join([self.figures(node, named=True), shifts[0], *then])

    def _written(
        self, node: Expression, leaf: Writer, level: int = 0, unit: str | None = None
    ) -> str:
        """Write a formula, brackets where its level in another asks for them."""
        unit = self.unit if unit is None else unit
        match node:
            case Name() | Number():
                return leaf(node, unit)
            case Operation("*", Number(factor), part) if factor == 1:
                return self._written(part, leaf, level, unit)
            case Operation("-", Number(zero), part) if zero == 0:
                text = f"−{self._written(part, leaf, 2, unit)}"
                return f"({text})" if level else text
            case Operation(sign, left, right):
                return self._operation(sign, left, right, leaf, level, unit)
            case Extreme(kind, parts):
                each = self.say(" and ").join(self._written(p, leaf, 0, unit) for p in parts)
                sentence = (
                    msg("the lowest of {all}") if kind == "min" else msg("the highest of {all}")
                )
                return self.say(sentence, all=each)
            case Root(part):
                text = self._written(part, leaf, 0, "")
                return f"√{text}" if isinstance(part, Name | Number) else f"√({text})"
            case Rounded(part, step, _):
                value = self._written(part, leaf, 2, unit)
                return self.say(
                    "{value} rounded to {unit}", value=value, unit=self._figure(step, unit)
                )
        raise TypeError(f"{type(node).__name__} is no formula")

    def _operation(
        self, sign: str, left: Expression, right: Expression, leaf: Writer, level: int, unit: str
    ) -> str:
        if sign == "*" and self.reads:
            for share, amount in ((right, left), (left, right)):
                if (
                    self._is_share(share)
                    and isinstance(amount, Name)
                    and not self._is_share(amount)
                ):
                    one, other = (self._written(part, leaf, 0, "") for part in (share, amount))
                    return self.say("{share} of {value}", share=one, value=other)
        own = 1 if sign in "+-" else 2
        units = (unit, unit) if own == 1 else self._units(left, right, unit)
        one = self._written(left, leaf, own, units[0])
        other = self._written(right, leaf, own + (sign in "-/"), units[1])
        text = f"{one} {_SIGNS[sign]} {other}"
        return f"({text})" if own < level else text

    def _units(self, left: Expression, right: Expression, unit: str) -> tuple[str, str]:
        """Return the units of two factors: a figure has that of the product, if no other has it."""
        read = (read_names(left) | read_names(right)) & self.reads.keys()
        money = {self.reads[name].unit.partition("/")[0] == self.currency for name in read}
        if not self.currency or unit.partition("/")[0] != self.currency or True in money:
            return "", ""
        if isinstance(left, Number):
            return unit, ""
        return "", unit if isinstance(right, Number) else ""


def _is_flat(node: Expression) -> bool:
    """Say whether a formula is written without brackets, and so takes its labels in them."""
    match node:
        case Number() | Name():
            return True
        case Root(part):
            return isinstance(part, Name | Number)
        case Extreme(_, parts):
            return all(map(_is_flat, parts))
        case Operation(sign, left, right):
            sums = [isinstance(s, Operation) and s.sign in "+-" for s in (left, right)]
            if sign in "*/" and any(sums):
                return False
            if isinstance(right, Operation) and (sign in "-/" or right.sign == "/"):
                return False
            return _is_flat(left) and _is_flat(right)
    return False
