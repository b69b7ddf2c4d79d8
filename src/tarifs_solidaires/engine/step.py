"""A step: one named quantity, how it is worked out, and within which bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from tarifs_solidaires.engine.expression import (
    Best,
    Choice,
    Expression,
    Extreme,
    Marginal,
    Mode,
    Rounded,
    names,
)

Kind: TypeAlias = Literal["number", "code", "flag"]


@attrs.frozen(kw_only=True, cache_hash=True)
class Step:
    """One quantity that a rule works out.

    Parameters
    ----------
    name : str
        Its name.
    value : Expression
        How it is worked out, before its bounds and its rounding.
    kind : {"number", "code", "flag"}
        What it is.
    codes : tuple of str
        Codes that it can be, where it is one.
    at_least, at_most : Expression or None
        Bounds, applied in this order.
    unit : Fraction or None
        What it is rounded to a multiple of, after its bounds.
    mode : str
        How it is rounded.
    """

    name: str
    value: Expression
    kind: Kind = "number"
    codes: tuple[str, ...] = ()
    at_least: Expression | None = None
    at_most: Expression | None = None
    unit: Fraction | None = None
    mode: Mode = "half_up"

    @property
    def stages(self) -> tuple[tuple[str, Expression], ...]:
        """The value, then each bound and the rounding that it has, as one tree after each."""
        found: list[tuple[str, Expression]] = [("value", self.value)]
        if self.at_least is not None:
            found.append(("at_least", Extreme("max", (found[-1][1], self.at_least))))
        if self.at_most is not None:
            found.append(("at_most", Extreme("min", (found[-1][1], self.at_most))))
        if self.unit is not None:
            found.append(("round", Rounded(found[-1][1], self.unit, self.mode)))
        return tuple(found)

    @property
    def whole(self) -> Expression:
        """The tree of the step, bounds and rounding included."""
        return self.stages[-1][1]

    @property
    def rows(self) -> int:
        """How many rows, candidates or parts it chooses from; 0 where it chooses none."""
        match self.value:
            case Choice(cases) | Best(_, cases):
                return len(cases)
            case Marginal(_, parts):
                return len(parts)
            case _:
                return 0

    @property
    def reads(self) -> frozenset[str]:
        """Inputs, parameters and other steps that it reads."""
        return names(self.whole)


class CycleError(ValueError):
    """Steps read each other in a circle.

    Parameters
    ----------
    circle : tuple of str
        The steps, in order.
    """

    def __init__(self, circle: tuple[str, ...]) -> None:
        super().__init__(circle)
        self.circle = circle


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps such that each comes after those that it reads, else in their own order.

    Raises
    ------
    CycleError
        Where there is no such order.
    """
    by_name = {step.name: step for step in steps}
    done: dict[str, Step] = {}
    for start in by_name:
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, left = stack.pop()
            if left:
                done[name] = by_name[name]
                path.pop()
            elif name in path:
                raise CycleError((*path[path.index(name) :], name))
            elif name not in done:
                path.append(name)
                stack.append((name, True))
                needs = sorted(by_name[name].reads & by_name.keys() - done.keys())
                stack.extend((need, False) for need in reversed(needs))
    return tuple(done.values())


def read_by(steps: Mapping[str, Step], wanted: Iterable[str]) -> frozenset[str]:
    """Return all names that some steps read, through other steps too, themselves included."""
    found: set[str] = set()
    stack = list(wanted)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            if name in steps:
                stack.extend(steps[name].reads)
    return frozenset(found)
