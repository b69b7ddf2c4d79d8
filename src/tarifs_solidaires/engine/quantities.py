"""Quantities of a program: whole numbers over a proved scale, and what can be done with them.

A number is ``n / (scale * divisors)``: ``n`` is whole and computed for each person, ``scale`` is a
constant, ``divisors`` are whole numbers above 0 of each person, such as tax shares in quarters. Nothing
is divided before it is rounded, and two numbers are compared by multiplying crosswise. The bounds of
``n`` follow from those of the inputs, through every operation, so that its carrier holds it exactly.
A square root is kept as its square.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from typing import Any, TypeAlias

import attrs
import numpy as np

from tarifs_solidaires.catalogue import phrase
from tarifs_solidaires.engine.backends import SINGLE, Backend, Carrier, carrier_of, wider
from tarifs_solidaires.engine.expression import MIRRORED, Mode

Code: TypeAlias = "Callable[[Run], Any]"


class Run:
    """One run of a program, over some people."""

    __slots__ = ("backend", "raw", "values")

    def __init__(self, backend: Backend, values: dict[str, Any], raw: dict[str, Any]) -> None:
        self.backend: Backend = backend
        self.values: dict[str, Any] = values
        self.raw: dict[str, Any] = raw


class LimitError(ValueError):
    """What a program cannot do.

    Parameters
    ----------
    template : str
        What is wrong.
    remedy : str
        What to do.
    """

    template: str
    remedy: str

    def __init__(self, template: str, remedy: str) -> None:
        super().__init__(template, remedy)
        self.template, self.remedy = phrase(template), phrase(remedy)


@attrs.frozen
class Divisor:
    """A whole number above 0 of each person, by which a number is divided.

    Parameters
    ----------
    key : hashable
        What it is, by which two divisors are known to be the same.
    code : callable
        Its computation.
    low, high : int
        Its bounds.
    """

    key: Hashable
    code: Code = attrs.field(eq=False, repr=False)
    low: int = attrs.field(eq=False)
    high: int = attrs.field(eq=False)


@attrs.frozen
class Num:
    """A number of each person.

    Parameters
    ----------
    code : callable
        Computation of ``n``.
    low, high : int
        Bounds of ``n``.
    scale : int
        Constant divisor, above 0.
    divisors : tuple of Divisor
        Divisors of each person.
    root : bool
        Whether the number is the square root of all that.
    absent : callable or None
        Computation of where the number is missing: 0 where it is not, else the number of the step
        that is the cause, below 0 where no row of that step says so; None where it never is missing.
    near : tuple of callable and int, or None
        Computation of a float near to ``n`` where its carrier is not float64, and how many times
        it was rounded; None where there is none.
    """

    code: Code = attrs.field(repr=False)
    low: int
    high: int
    scale: int = 1
    divisors: tuple[Divisor, ...] = ()
    root: bool = False
    absent: Code | None = attrs.field(default=None, repr=False)
    near: tuple[Code, int] | None = attrs.field(default=None, repr=False)

    @property
    def carrier(self) -> Carrier:
        """What holds ``n``."""
        return carrier_of(self.low, self.high)

    @property
    def constant(self) -> Fraction | None:
        """The number, where it is the same for everyone and never missing."""
        if self.absent is not None:
            return None
        if self.low == self.high and not self.divisors and not self.root:
            return Fraction(self.low, self.scale)
        return None

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """Smallest and largest number; those of the square where it is a root."""
        least = math.prod(d.low for d in self.divisors) * self.scale
        most = math.prod(d.high for d in self.divisors) * self.scale
        low = Fraction(self.low, most if self.low >= 0 else least)
        high = Fraction(self.high, least if self.high >= 0 else most)
        return low, high

    @property
    def approximate(self) -> tuple[Code, int] | None:
        """A float near to ``n``, and how many times it was rounded."""
        return (self.code, 0) if self.carrier == "float" else self.near

    def on(self, carrier: Carrier) -> Code:
        """Return the computation of ``n`` on a carrier that is wide enough."""
        own, code = self.carrier, self.code
        if own == carrier:
            return code
        return lambda run: run.backend.lift(code(run), own, carrier)


@attrs.frozen
class Cod:
    """A code of each person, as its place among some words."""

    code: Code = attrs.field(repr=False)
    words: tuple[str, ...] | None
    absent: Code | None = attrs.field(default=None, repr=False)


@attrs.frozen
class Flg:
    """A flag of each person."""

    code: Code = attrs.field(repr=False)
    absent: Code | None = attrs.field(default=None, repr=False)


Quantity: TypeAlias = Num | Cod | Flg


def any_of(codes: Iterable[Code | None]) -> Code | None:
    """Return the first of some causes that is above 0, else the first that is not 0."""
    found = [code for code in codes if code is not None]
    if len(found) < 2:
        return found[0] if found else None
    first, rest = found[0], found[1:]

    def code(run: Run) -> Any:
        total = first(run)
        where = run.backend.where
        for one in rest:
            other = one(run)
            total = where((other > 0) | (total == 0), where(total > 0, total, other), total)
        return total

    return code


def where_held(held: Code, cause: Code) -> Code:
    """Return a cause where something holds, 0 elsewhere."""
    return lambda run: run.backend.where(held(run), cause(run), 0)


def constant(value: Fraction) -> Num:
    """Return a number that is the same for everyone."""
    n = value.numerator
    return Num(lambda run: n, n, n, value.denominator)


def made(code: Code, carrier: Carrier, low: int, high: int, **more: Any) -> Num:
    """Return a number whose ``n`` was computed on a carrier, moved to that of its bounds."""
    own = carrier_of(low, high)
    if own != carrier:
        inner = code
        code = lambda run: run.backend.lift(inner(run), carrier, own)  # noqa: E731
    return Num(code, low, high, **more)


def times(number: Num, factor: int, divisors: tuple[Divisor, ...] = ()) -> Num:
    """Return a number whose ``n`` is multiplied, its scale being left as it is."""
    if factor == 1 and not divisors:
        return number
    low, high = _product(number.low, number.high, factor, factor)
    for divisor in divisors:
        low, high = _product(low, high, divisor.low, divisor.high)
    carrier = wider(carrier_of(low, high), number.carrier)
    code = number.on(carrier)
    parts = [(d.code, carrier_of(d.high)) for d in divisors]

    def multiplied(run: Run) -> Any:
        found = code(run)
        if factor != 1:
            found = found * factor
        for part, own in parts:
            found = found * run.backend.lift(part(run), own, carrier)
        return found

    return attrs.evolve(
        made(multiplied, carrier, low, high), scale=number.scale, divisors=number.divisors,
        root=number.root, absent=number.absent,
        near=_near_product(number, *(Num(d.code, d.low, d.high) for d in divisors), factor=factor),
    )  # fmt: skip


def _near_product(*numbers: Num, factor: int = 1) -> tuple[Code, int] | None:
    """Return a float near to a product, and how many times it was rounded."""
    parts = [number.approximate for number in numbers]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or abs(factor) >= 2**1000:
        return None
    codes = [part[0] for part in known]
    count = sum(part[1] for part in known) + len(known) + 1
    by = float(factor)

    def code(run: Run) -> Any:
        found = codes[0](run) * by
        for one in codes[1:]:
            found = found * one(run)
        return found

    return code, count


def _product(a: int, b: int, c: int, d: int) -> tuple[int, int]:
    corners = (a * c, a * d, b * c, b * d)
    return min(corners), max(corners)


def _without(divisors: tuple[Divisor, ...], others: tuple[Divisor, ...]) -> tuple[Divisor, ...]:
    """Return the divisors that others do not have, each as often as it stands."""
    left = list(others)
    found = []
    for divisor in divisors:
        if divisor in left:
            left.remove(divisor)
        else:
            found.append(divisor)
    return tuple(found)


def aligned(*numbers: Num) -> list[Num]:
    """Return numbers over one scale and the same divisors."""
    scale = math.lcm(*(number.scale for number in numbers))
    divisors: tuple[Divisor, ...] = ()
    for number in numbers:
        divisors = (*divisors, *_without(number.divisors, divisors))
    return [
        attrs.evolve(
            times(number, scale // number.scale, _without(divisors, number.divisors)),
            scale=scale, divisors=divisors,
        )
        for number in numbers
    ]  # fmt: skip


def _no_roots(*numbers: Num) -> None:
    if any(number.root for number in numbers):
        raise LimitError(
            "a square root is added or bounded",
            "a square root can be multiplied, divided, compared and rounded; round it in a step first",
        )


def add(left: Num, right: Num, sign: int = 1) -> Num:
    """Return the sum of two numbers, or their difference."""
    _no_roots(left, right)
    one, other = aligned(left, right)
    low = one.low + (other.low if sign > 0 else -other.high)
    high = one.high + (other.high if sign > 0 else -other.low)
    carrier = wider(carrier_of(low, high), wider(one.carrier, other.carrier))
    a, b = one.on(carrier), other.on(carrier)
    code: Code = (lambda run: a(run) + b(run)) if sign > 0 else (lambda run: a(run) - b(run))
    return made(
        code, carrier, low, high, scale=one.scale, divisors=one.divisors,
        absent=any_of((left.absent, right.absent)),
    )  # fmt: skip


def squared(number: Num) -> Num:
    """Return the square of a root, or of a number of 0 or more."""
    if number.root:
        return attrs.evolve(number, root=False)
    return multiply(number, number)


def multiply(left: Num, right: Num) -> Num:
    """Return the product of two numbers."""
    if left.root != right.root:
        for number in (left, right):
            if not number.root and number.low < 0:
                raise LimitError(
                    "a square root is multiplied by what may be negative", "give it a bound of 0"
                )
        product = multiply(squared(left), squared(right))
        return attrs.evolve(product, root=True)
    if left.constant is not None:
        left, right = right, left
    value = right.constant
    absent = any_of((left.absent, right.absent))
    if value is not None and not left.root:
        common = math.gcd(value.numerator, left.scale)
        number = times(left, value.numerator // common)
        return attrs.evolve(number, scale=left.scale // common * value.denominator, absent=absent)
    low, high = _product(left.low, left.high, right.low, right.high)
    carrier = wider(carrier_of(low, high), wider(left.carrier, right.carrier))
    a, b = left.on(carrier), right.on(carrier)
    return made(
        lambda run: a(run) * b(run), carrier, low, high, scale=left.scale * right.scale,
        divisors=(*left.divisors, *right.divisors), root=left.root, absent=absent,
        near=_near_product(left, right),
    )  # fmt: skip


def divide(left: Num, right: Num, key: Hashable) -> Num:
    """Return a quotient; the divisor, whatever it is, is never 0."""
    if left.root or right.root:
        if right.low <= 0 or left.low < 0:
            raise LimitError("a square root is divided by what may be 0 or negative", "bound it")
        return attrs.evolve(divide(squared(left), squared(right), (key, "squared")), root=True)
    if right.low <= 0 <= right.high:
        raise LimitError(
            "the divisor may be 0", "give the inputs that it is made of bounds ('from', 'to')"
        )
    if right.high < 0:
        left, right = times(left, -1), times(right, -1)
    value = right.constant
    if value is not None:
        common = math.gcd(value.denominator, left.scale)
        number = times(left, value.denominator // common)
        return attrs.evolve(
            number, scale=left.scale // common * value.numerator,
            absent=any_of((left.absent, right.absent)),
        )  # fmt: skip
    common = math.gcd(right.scale, left.scale)
    kept = _without(left.divisors, right.divisors)
    number = times(left, right.scale // common, _without(right.divisors, left.divisors))
    own = right.carrier
    code = right.code
    divisor = Divisor(
        key, lambda run: run.backend.lift(code(run), own, carrier_of(right.high)),
        right.low, right.high,
    )  # fmt: skip
    return attrs.evolve(
        number, scale=left.scale // common, divisors=(*kept, divisor),
        absent=any_of((left.absent, right.absent)),
    )  # fmt: skip


def extreme(kind: str, numbers: list[Num]) -> Num:
    """Return the smallest or the largest of some numbers."""
    _no_roots(*numbers)
    parts = aligned(*numbers)
    choose = min if kind == "min" else max
    low, high = choose(p.low for p in parts), choose(p.high for p in parts)
    carrier = carrier_of(*(bound for p in parts for bound in (p.low, p.high)))
    codes = [p.on(carrier) for p in parts]

    def code(run: Run) -> Any:
        fold = run.backend.minimum if kind == "min" else run.backend.maximum
        found = codes[0](run)
        for one in codes[1:]:
            found = fold(found, one(run))
        return found

    return made(
        code, carrier, low, high, scale=parts[0].scale, divisors=parts[0].divisors,
        absent=any_of(n.absent for n in numbers),
    )  # fmt: skip


def rounded(number: Num, unit: Fraction, mode: Mode) -> Num:
    """Return a number taken to a multiple of a unit: the one place where anything is divided."""
    if number.root:
        return _rounded_root(number, unit, mode)
    common = math.gcd(unit.denominator, number.scale * unit.numerator)
    factor = unit.denominator // common
    over = number.scale * unit.numerator // common  # number / unit = n * factor / (over * divisors)
    if over == 1 and not number.divisors:
        return attrs.evolve(times(number, factor * unit.numerator), scale=unit.denominator)
    top = times(number, factor)
    bottom_low = over * math.prod(d.low for d in number.divisors)
    bottom_high = over * math.prod(d.high for d in number.divisors)
    edge = 2 * max(abs(top.low), abs(top.high)) + bottom_high
    carrier = carrier_of(edge, 2 * bottom_high)
    n = top.on(carrier)
    parts = [(d.code, carrier_of(d.high)) for d in number.divisors]
    low = _floor_or_round(Fraction(top.low, bottom_low if top.low < 0 else bottom_high), mode)
    high = _floor_or_round(Fraction(top.high, bottom_low if top.high > 0 else bottom_high), mode)

    def bottom(run: Run) -> Any:
        found: Any = over
        for part, own in parts:
            found = run.backend.lift(part(run), own, carrier) * found
        return found

    def code(run: Run) -> Any:
        a, b = n(run), bottom(run)
        floor = run.backend.floor
        match mode:
            case "down":
                return floor(a, b, carrier)
            case "up":
                return -floor(-a, b, carrier)
            case "half_down":
                return -floor(b - 2 * a, 2 * b, carrier)
            case "half_up":
                return floor(2 * a + b, 2 * b, carrier)
            case "half_even":
                up = floor(2 * a + b, 2 * b, carrier)
                tie = up * (2 * b) == 2 * a + b
                odd = up - 2 * floor(up, 2, carrier) == 1
                return up - run.backend.where(tie & odd, 1, 0)

    units = made(code, carrier, low, high)
    return attrs.evolve(times(units, unit.numerator), scale=unit.denominator, absent=number.absent)


def _floor_or_round(value: Fraction, mode: Mode) -> int:
    match mode:
        case "down":
            return math.floor(value)
        case "up":
            return math.ceil(value)
        case "half_down":
            return math.ceil(value - Fraction(1, 2))
        case "half_even":
            return round(value)
        case _:
            return math.floor(value + Fraction(1, 2))


def _rounded_root(number: Num, unit: Fraction, mode: Mode) -> Num:
    """Round a root: twice its quotient by the unit, rounded down, decides but for whole halves."""
    doubled = multiply(attrs.evolve(number, root=False), constant(4 / unit**2))
    whole = rounded(doubled, Fraction(1), "down")
    own = whole.carrier
    low, high = math.isqrt(max(whole.low, 0)), math.isqrt(whole.high)
    twice = Num(lambda run: run.backend.root(whole.code(run), own), low, high)
    if mode in ("half_up", "down"):
        quotient = attrs.evolve(twice, scale=2, absent=number.absent)
        return multiply(rounded(quotient, Fraction(1), mode), constant(unit))
    raise LimitError("a square root is rounded in this way", "use mode half_up or down")


def compare(left: Num, sign: str, right: Num) -> Code:
    """Return where a number stands as asked to another, multiplying crosswise."""
    if left.root or right.root:
        return _compare_roots(left, sign, right)
    for one, other, way in ((left, right, sign), (right, left, MIRRORED[sign])):
        if other.constant is not None and not one.divisors:
            return _compare_constant(one, way, other.constant)
    one, other = aligned(left, right)
    carrier = wider(one.carrier, other.carrier)
    a, b = one.on(carrier), other.on(carrier)
    return _filtered(one, other, sign, _comparison(a, sign, b))


def _filtered(left: Num, right: Num, sign: str, exactly: Code) -> Code:
    """Compare floats where the difference is larger than their error, exactly where it is not."""
    a, b = left.approximate, right.approximate
    if a is None or b is None or (left.carrier == right.carrier == "float"):
        return exactly
    near, other = a[0], b[0]
    most = sum(float(max(abs(number.low), abs(number.high))) for number in (left, right))
    error = (a[1] + b[1] + 2) * 2.0**-52 * most

    def code(run: Run) -> Any:
        if run.backend is SINGLE:
            return exactly(run)
        apart = near(run) - other(run)
        if np.abs(apart).min(initial=np.inf) > error:
            return _comparison(lambda _: apart, sign, lambda _: 0)(run)
        return exactly(run)

    return code


def _compare_constant(number: Num, sign: str, value: Fraction) -> Code:
    bound = value * number.scale
    if bound.denominator != 1:
        if sign in ("=", "!="):
            held = sign == "!="
            return lambda run: held
        sign = {"<": "<=", ">=": ">"}.get(sign, sign)
    n = math.floor(bound)
    return _comparison(number.code, sign, lambda run: n)


def _comparison(a: Code, sign: str, b: Code) -> Code:
    match sign:
        case "<":
            return lambda run: run.backend.truth(a(run) < b(run))
        case "<=":
            return lambda run: run.backend.truth(a(run) <= b(run))
        case ">":
            return lambda run: run.backend.truth(a(run) > b(run))
        case ">=":
            return lambda run: run.backend.truth(a(run) >= b(run))
        case "=":
            return lambda run: run.backend.truth(a(run) == b(run))
        case _:
            return lambda run: run.backend.truth(a(run) != b(run))


def _compare_roots(left: Num, sign: str, right: Num) -> Code:
    """Compare squares; a negative number is below every root."""
    for one, other in ((left, right), (right, left)):
        if not one.root and one.low < 0:
            way = sign if one is left else MIRRORED[sign]
            negative = compare(one, "<", constant(Fraction(0)))
            clipped = extreme("max", [one, constant(Fraction(0))])
            inner = _compare_roots(clipped, way, other)
            held = way in ("<", "<=", "!=")
            return lambda run: run.backend.where(negative(run), held, inner(run))
    return compare(squared(left), sign, squared(right))
