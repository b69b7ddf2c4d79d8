"""What a step works out, as a tree of a few kinds of node; every evaluator walks this one tree."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias, TypeVar, cast

import attrs

Node = TypeVar("Node", bound=Hashable)
Mode: TypeAlias = Literal["half_up", "half_even", "half_down", "up", "down"]
Sign: TypeAlias = Literal["<", "<=", "=", "!=", ">", ">="]

MODES: tuple[Mode, ...] = ("half_up", "half_even", "half_down", "up", "down")
MIRRORED: Mapping[str, Sign] = {"<": ">", "<=": ">=", "=": "=", "!=": "!=", ">": "<", ">=": "<="}


@attrs.frozen(cache_hash=True)
class Number:
    """A figure."""

    value: Fraction


@attrs.frozen(cache_hash=True)
class Word:
    """A code."""

    value: str


@attrs.frozen(cache_hash=True)
class Truth:
    """True or false."""

    value: bool


@attrs.frozen(cache_hash=True)
class Missing:
    """No result: the figure is unknown, or nobody is entitled to one."""


@attrs.frozen(cache_hash=True)
class Name:
    """An input, a parameter or a step."""

    name: str


@attrs.frozen(cache_hash=True)
class Operation:
    """Two numbers, added, subtracted, multiplied or divided."""

    sign: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression


@attrs.frozen(cache_hash=True)
class Extreme:
    """The smallest or the largest of some numbers."""

    kind: Literal["min", "max"]
    parts: tuple[Expression, ...]


@attrs.frozen(cache_hash=True)
class Root:
    """The square root of a number of 0 or more; it can be multiplied, compared and rounded."""

    part: Expression


@attrs.frozen(cache_hash=True)
class Rounded:
    """A number taken to a multiple of a unit."""

    part: Expression
    unit: Fraction
    mode: Mode = "half_up"


@attrs.frozen(cache_hash=True)
class Listed:
    """An amount by a whole number: the first ones listed, then an increment for each further one."""

    by: Expression
    first: int
    amounts: tuple[Fraction, ...]
    beyond: Fraction


@attrs.frozen(cache_hash=True)
class Part:
    """One part of a marginal scale: its rate applies up to a bound, None in the last part."""

    up_to: Fraction | None
    rate: Expression


@attrs.frozen(cache_hash=True)
class Marginal:
    """A marginal scale: each part of a number has its own rate."""

    base: Expression
    parts: tuple[Part, ...]


@attrs.frozen(cache_hash=True)
class Case:
    """A value, where a condition holds."""

    when: Condition
    value: Expression


@attrs.frozen(cache_hash=True)
class Choice:
    """The value of the first case whose condition holds."""

    cases: tuple[Case, ...]


@attrs.frozen(cache_hash=True)
class Best:
    """The lowest or highest value of the cases whose condition holds; the first one on equality."""

    kind: Literal["lowest", "highest"]
    cases: tuple[Case, ...]


@attrs.frozen(cache_hash=True)
class Compare:
    """Two numbers or dates, compared."""

    left: Expression
    sign: Sign
    right: Expression


@attrs.frozen(cache_hash=True)
class Among:
    """A code is one of some, or begins with one of some prefixes; or is not."""

    name: str
    codes: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    negated: bool = False

    def holds(self, code: str | None) -> bool:
        """Say whether it holds for a code; it never does for one that is not given."""
        if code is None:
            return False
        return self.has(code) != self.negated

    def has(self, code: str) -> bool:
        """Say whether a code is one of those named."""
        return code in self.codes or any(code.startswith(prefix) for prefix in self.prefixes)


@attrs.frozen(cache_hash=True)
class Flag:
    """A flag has a value."""

    name: str
    value: bool


@attrs.frozen(cache_hash=True)
class Given:
    """An optional input was given, or was not."""

    name: str
    value: bool


@attrs.frozen(cache_hash=True)
class Every:
    """All conditions hold."""

    parts: tuple[Condition, ...]


@attrs.frozen(cache_hash=True)
class Some:
    """One condition at least holds."""

    parts: tuple[Condition, ...]


Expression: TypeAlias = (
    Number | Word | Truth | Missing | Name | Operation | Extreme | Root | Rounded | Listed
    | Marginal | Choice | Best
)  # fmt: skip
Condition: TypeAlias = Compare | Among | Flag | Given | Every | Some

ALWAYS = Every(())


@lru_cache(maxsize=1 << 15)
def _first(node: Hashable) -> Hashable:
    return node


def once(node: Node) -> Node:
    """Return one object for all equal trees and steps: that these are equal is then seen at once."""
    return cast("Node", _first(node))


def children(node: Expression | Condition) -> Iterator[Expression | Condition]:
    """Yield the nodes directly below one."""
    match node:
        case Operation(_, left, right) | Compare(left, _, right):
            yield left
            yield right
        case Extreme(_, numbers):
            yield from numbers
        case Every(parts) | Some(parts):
            yield from parts
        case Root(part) | Rounded(part) | Listed(part):
            yield part
        case Marginal(base, scale):
            yield base
            for one in scale:
                yield one.rate
        case Choice(cases) | Best(_, cases):
            for case in cases:
                yield case.when
                yield case.value
        case _:
            return


def walk(node: Expression | Condition) -> Iterator[Expression | Condition]:
    """Yield a node and all below it."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(children(top))


def names(node: Expression | Condition) -> frozenset[str]:
    """Return the inputs, parameters and steps that a tree reads."""
    return frozenset(
        found.name for found in walk(node) if isinstance(found, Name | Among | Flag | Given)
    )


def conditions(when: Condition) -> Iterator[Compare | Among | Flag | Given]:
    """Yield the single conditions that one is made of."""
    for node in walk(when):
        if isinstance(node, Compare | Among | Flag | Given):
            yield node
