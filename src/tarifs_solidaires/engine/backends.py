"""The few operations that a program runs, on arrays and on the whole numbers of one person.

An array of whole numbers has a carrier, chosen once for each quantity from the bounds that are proved
for it: float64 below 2**52, where its sums, products and floors are exact and fastest; int64 below
2**62; Python integers in an array of objects beyond.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Carrier: TypeAlias = Literal["float", "int", "object"]

FLOAT_BITS = 52
INT_BITS = 62
_ORDER: dict[str, int] = {"float": 0, "int": 1, "object": 2}
_TYPES: dict[str, Any] = {"float": np.float64, "int": np.int64, "object": object}


def carrier_of(*numbers: int) -> Carrier:
    """Return the fastest carrier that holds some whole numbers exactly."""
    bits = max((abs(number).bit_length() for number in numbers), default=0)
    return "float" if bits <= FLOAT_BITS else "int" if bits <= INT_BITS else "object"


def wider(one: Carrier, other: Carrier) -> Carrier:
    """Return the wider of two carriers."""
    return one if _ORDER[one] >= _ORDER[other] else other


class Backend(Protocol):
    """What a program needs of the numbers that it runs on."""

    def lift(self, value: Any, start: Carrier, end: Carrier) -> Any:
        """Move whole numbers to another carrier."""

    def minimum(self, one: Any, other: Any) -> Any:
        """Return the smaller of two numbers."""

    def maximum(self, one: Any, other: Any) -> Any:
        """Return the larger of two numbers."""

    def where(self, condition: Any, one: Any, other: Any) -> Any:
        """Return one value where a condition holds, else the other."""

    def floor(self, value: Any, divisor: Any, carrier: Carrier) -> Any:
        """Divide whole numbers, rounding down; the divisor is above 0."""

    def root(self, value: Any, carrier: Carrier) -> Any:
        """Return the whole part of the square root of whole numbers of 0 or more."""

    def look_up(self, table: LookUp, place: Any) -> Any:
        """Return the entries of a table at some places."""

    def truth(self, value: Any) -> Any:
        """Return the result of a comparison as true or false."""

    def negated(self, value: Any) -> Any:
        """Return the opposite of a truth."""


class LookUp:
    """A table of constants, as an array and as a list."""

    __slots__ = ("array", "list")

    def __init__(self, entries: npt.ArrayLike, type_: Any) -> None:
        self.array: npt.NDArray[Any] = np.array(entries, dtype=type_)
        self.list: list[Any] = self.array.tolist()

    @classmethod
    def of_numbers(cls, entries: Sequence[int], carrier: Carrier) -> LookUp:
        """Make one of whole numbers in a carrier."""
        made = cls.__new__(cls)
        made.array = np.array(entries, dtype=_TYPES[carrier])
        made.list = [int(entry) for entry in entries]
        return made


class Arrays:
    """Numpy arrays, or single values that stand for every person."""

    @staticmethod
    def lift(value: Any, start: Carrier, end: Carrier) -> Any:
        """Move whole numbers to another carrier."""
        if start == end or isinstance(value, int):
            return value
        if start == "float" and end == "object":
            value = np.asarray(value).astype(np.int64)
        return np.asarray(value).astype(_TYPES[end])

    minimum: staticmethod[[Any, Any], Any] = staticmethod(np.minimum)
    maximum: staticmethod[[Any, Any], Any] = staticmethod(np.maximum)

    @staticmethod
    def where(condition: Any, one: Any, other: Any) -> Any:
        """Return one value where a condition holds, else the other."""
        for value in (one, other):
            if (
                isinstance(value, int) and abs(value) >= 2**63
            ):  # numpy has no type of its own for it
                one, other = np.asarray(one, dtype=object), np.asarray(other, dtype=object)
                break
        return np.where(condition, one, other)

    @staticmethod
    def floor(value: Any, divisor: Any, carrier: Carrier) -> Any:
        """Divide whole numbers, rounding down; the divisor is above 0.

        In float64 the quotient of whole numbers below 2**52 is rounded to the nearest float, which
        cannot reach the next whole number: that one is 1 / divisor away at least, and half the
        distance of floats at a quotient q is at most q / 2**53, less than 1 / divisor.
        """
        if carrier == "float":
            found = np.true_divide(value, divisor)
            return np.floor(found, out=found) if isinstance(found, np.ndarray) else np.floor(found)
        return np.floor_divide(value, divisor)

    @staticmethod
    def root(value: Any, carrier: Carrier) -> Any:
        """Return the whole part of the square root of whole numbers of 0 or more."""
        if carrier == "object":
            return np.frompyfunc(math.isqrt, 1, 1)(value)
        found = np.floor(np.sqrt(np.asarray(value, dtype=np.float64))).astype(np.int64)
        whole = np.asarray(value).astype(np.int64)
        found = found - (found * found > whole)
        found = found + ((found + 1) * (found + 1) <= whole)
        return Arrays.lift(found, "int", carrier)

    @staticmethod
    def look_up(table: LookUp, place: Any) -> Any:
        """Return the entries of a table at some places."""
        return table.array.take(place, mode="clip") if np.ndim(place) else table.array[place]

    @staticmethod
    def truth(value: Any) -> Any:
        """Return the result of a comparison as true or false."""
        return value if getattr(value, "dtype", None) == np.bool_ else np.asarray(value, dtype=bool)

    @staticmethod
    def negated(value: Any) -> Any:
        """Return the opposite of a truth."""
        return np.logical_not(value)


class Single:
    """Python's own whole numbers, which never overflow: one person, quickly."""

    @staticmethod
    def lift(value: Any, start: Carrier, end: Carrier) -> Any:
        """Return the number as it is."""
        return value

    minimum: staticmethod[[Any, Any], Any] = staticmethod(min)
    maximum: staticmethod[[Any, Any], Any] = staticmethod(max)

    @staticmethod
    def where(condition: Any, one: Any, other: Any) -> Any:
        """Return one value where a condition holds, else the other."""
        return one if condition else other

    @staticmethod
    def floor(value: Any, divisor: Any, carrier: Carrier) -> Any:
        """Divide whole numbers, rounding down."""
        return value // divisor

    @staticmethod
    def root(value: Any, carrier: Carrier) -> Any:
        """Return the whole part of the square root of a whole number."""
        return math.isqrt(value)

    @staticmethod
    def look_up(table: LookUp, place: Any) -> Any:
        """Return the entry of a table."""
        return table.list[place]

    @staticmethod
    def truth(value: Any) -> Any:
        """Return the result of a comparison."""
        return value

    @staticmethod
    def negated(value: Any) -> Any:
        """Return the opposite of a truth."""
        return not value


ARRAYS: Backend = Arrays()
SINGLE: Backend = Single()
