"""Decision tables as cells: the axes that conditions cut, and the row that decides in each cell.

An axis is a quantity with the bounds that conditions put to it. A person's place on each axis, in mixed
radix, is the number of a cell; which row decides is worked out once a cell, not once a person. The same
cells show which cases no row covers, and which rows never decide.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.backends import SINGLE, Carrier
from tarifs_solidaires.engine.expression import (
    Among,
    Compare,
    Condition,
    Every,
    Flag,
    Given,
    Some,
)
from tarifs_solidaires.engine.quantities import Code, Run

Array = npt.NDArray[Any]

CELLS = 1 << 18  # beyond, rows are put to people one by one
FEW = 10  # cuts that are compared one by one; more are searched
NO, UNKNOWN, YES = 0, 1, 2  # a condition on a missing value is unknown


@attrs.frozen(order=True)
class Cut:
    """A point that parts a quantity in two: a value lies below it, or above where ``after``."""

    value: Fraction
    after: bool


def cuts_of(sign: str, value: Fraction) -> tuple[Cut, ...]:
    """Return the cuts that a comparison with a constant makes."""
    match sign:
        case "<" | ">=":
            return (Cut(value, False),)
        case "<=" | ">":
            return (Cut(value, True),)
        case _:
            return (Cut(value, False), Cut(value, True))


@attrs.frozen(kw_only=True)
class Axis:
    """One quantity, parted in bins.

    Parameters
    ----------
    key : object
        What it is about.
    bins : int
        Number of bins; the last one stands for a missing value where there is ``missing``.
    places : callable
        Computation of the bin of each person.
    missing : bool
        Whether the quantity can be missing.
    absent : callable or None
        Computation of the cause where it is.
    cuts : tuple of Cut
        Cuts of a number, in order; empty for a code or a flag.
    classes : tuple of tuple of bool
        For a code, what each condition on it says of each class of codes.
    admissible : tuple of bool
        For each bin, whether a value of the quantity, by itself, can lie in it.
    samples : tuple of str
        For a code, one code of each class, empty where it is "any other".
    """

    key: Any
    bins: int
    places: Code = attrs.field(repr=False)
    missing: bool = False
    absent: Code | None = attrs.field(default=None, repr=False)
    cuts: tuple[Cut, ...] = ()
    admissible: tuple[bool, ...] = ()
    samples: tuple[str, ...] = ()
    vectors: dict[Condition, npt.NDArray[np.uint8]] = attrs.field(factory=dict, repr=False)

    def add(self, condition: Condition, holds: Sequence[bool]) -> None:
        """Note in which bins a condition holds."""
        vector = [YES if held else NO for held in holds] + [UNKNOWN] * self.missing
        self.vectors[condition] = np.array(vector, dtype=np.uint8)

    def compared(self, condition: Compare, sign: str, value: Fraction) -> None:
        """Note in which bins a comparison with one of the cuts holds."""
        below = bisect_left(self.cuts, Cut(value, False))  # bins wholly below the value
        has_before = self.cuts[below : below + 1] == (Cut(value, False),)
        has_after = Cut(value, True) in self.cuts[below : below + 2]
        count = len(self.cuts) + 1
        start = below + has_before  # first bin at or above the value
        stop = below + has_before + has_after  # first bin above the value
        held: dict[str, tuple[int, int]] = {  # bins where each comparison holds
            "<": (0, start), "<=": (0, stop), ">": (stop, count), ">=": (start, count),
            "=": (start, stop), "!=": (start, stop),
        }  # fmt: skip
        first, last = held[sign]
        inside, outside = (NO, YES) if sign == "!=" else (YES, NO)
        vector = np.full(self.bins, outside, dtype=np.uint8)
        vector[first:last] = inside
        vector[count:] = UNKNOWN
        self.vectors[condition] = vector


@attrs.frozen(kw_only=True, slots=False)
class Grid:
    """The cells of a table, with the row that decides in each.

    Parameters
    ----------
    axes : tuple of Axis
        What conditions ask about.
    rows : int
        Number of rows.
    row_of_cell : ndarray or None
        Row that decides in each cell, flat; ``rows`` where none does, ``rows + 1`` where that is
        unknown because a value is missing. None where there are too many cells to list.
    whens : tuple of Condition
        Conditions of the rows.
    doubt_of_cell : ndarray or None
        Where the row is unknown, the axis (from 1) whose missing value is the cause.
    constants : mapping of Condition to bool
        Conditions that are the same for everyone.
    """

    axes: tuple[Axis, ...]
    rows: int
    row_of_cell: Array | None
    whens: tuple[Condition, ...]
    doubt_of_cell: Array | None = None
    constants: Mapping[Condition, bool] = attrs.field(factory=dict)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of bins of each axis."""
        return tuple(axis.bins for axis in self.axes)

    @cached_property
    def size(self) -> int:
        """Number of cells."""
        return math.prod(self.shape)

    @cached_property
    def cell_type(self) -> Any:
        """Type of the numbers of cells."""
        return np.uint8 if self.size <= 256 else np.uint16 if self.size <= 65536 else np.uint32

    @cached_property
    def admissible(self) -> Array:
        """Cells, flat, in which each quantity by itself can lie."""
        found = np.ones(self.shape, dtype=bool)
        for position, axis in enumerate(self.axes):
            bins = np.ones(axis.bins, dtype=bool)
            bins[: len(axis.admissible)] = axis.admissible
            found &= bins.reshape([-1 if n == position else 1 for n in range(len(self.axes))])
        return found.reshape(-1)

    @cached_property
    def bare(self) -> Array:
        """Numbers of the cells that no row covers and in which each quantity can lie."""
        if self.row_of_cell is None:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero((self.row_of_cell == self.rows) & self.admissible)

    def bins(self, cell: int) -> tuple[int, ...]:
        """Return the bin of each axis in a cell."""
        return tuple(int(n) for n in np.unravel_index(cell, self.shape))

    def cells(self, run: Run) -> Any:
        """Return the number of the cell of each person."""
        if not self.axes:
            return 0
        if run.backend is SINGLE:
            total = 0
            for axis in self.axes:
                total = total * axis.bins + axis.places(run)
            return total
        type_ = self.cell_type
        found: Any = None
        weight = 1
        for axis in reversed(self.axes):
            part = axis.places(run)
            if not isinstance(part, np.ndarray) or part.dtype.kind == "i":  # as numpy 1 makes it
                part = np.asarray(part).astype(type_)
            if weight > 1 or type_ is not np.uint8:
                part = np.multiply(part, type_(weight), dtype=type_)
            found = part if found is None else np.add(found, part, dtype=type_)
            weight *= axis.bins
        return found


def truth_of(
    condition: Condition, axes: Sequence[Axis], constants: Mapping[Condition, bool]
) -> npt.NDArray[np.uint8]:
    """Return whether a condition holds, as an array that broadcasts over the cells."""
    one = [1] * len(axes)
    match condition:
        case Every(parts):
            found = np.full(one, YES, dtype=np.uint8)
            for part in parts:
                found = np.minimum(found, truth_of(part, axes, constants))
            return found
        case Some(parts):
            found = np.full(one, NO, dtype=np.uint8)
            for part in parts:
                found = np.maximum(found, truth_of(part, axes, constants))
            return found
        case Compare() | Among() | Flag() | Given():
            if condition in constants:
                return np.full(one, YES if constants[condition] else NO, dtype=np.uint8)
            for position, axis in enumerate(axes):
                if condition in axis.vectors:
                    shape = list(one)
                    shape[position] = -1
                    return axis.vectors[condition].reshape(shape)
    raise KeyError(condition)


def grid_of(
    whens: Sequence[Condition], axes: Sequence[Axis], constants: Mapping[Condition, bool]
) -> Grid:
    """Return the cells of a table, rows decided where there are not too many cells."""
    shape = tuple(axis.bins for axis in axes)
    decided: Array | None = None
    doubts: Array | None = None
    if math.prod(shape) <= CELLS:
        rows = len(whens)
        type_ = np.uint8 if rows + 1 < 256 else np.uint16
        decided = np.full(shape, rows, dtype=type_)
        doubts = np.zeros(shape, dtype=np.uint8)
        for position in range(rows - 1, -1, -1):
            truth = truth_of(whens[position], axes, constants)
            truth = np.broadcast_to(truth, shape)
            decided[truth == YES] = position
            doubts[truth == YES] = 0
            unknown = truth == UNKNOWN
            if unknown.any():
                decided[unknown] = rows + 1
                doubt = np.broadcast_to(_doubt_of(whens[position], axes, constants), shape)
                doubts[unknown] = doubt[unknown]
        decided = decided.reshape(-1)
        decided.flags.writeable = False
    return Grid(
        axes=tuple(axes), rows=len(whens), row_of_cell=decided, whens=tuple(whens),
        doubt_of_cell=None if doubts is None else doubts.reshape(-1), constants=constants,
    )  # fmt: skip


def _doubt_of(
    condition: Condition, axes: Sequence[Axis], constants: Mapping[Condition, bool]
) -> npt.NDArray[np.uint8]:
    """Return the first axis, from 1, that makes a condition unknown; 0 where none does."""
    found = np.zeros([1] * len(axes), dtype=np.uint8)
    if isinstance(condition, Every | Some):
        for part in condition.parts:
            other = _doubt_of(part, axes, constants)
            found = np.where(found == 0, other, found)
        return found
    for position, axis in enumerate(axes):
        if condition in axis.vectors and condition not in constants:
            shape = [-1 if n == position else 1 for n in range(len(axes))]
            vector = (axis.vectors[condition] == UNKNOWN) * np.uint8(position + 1)
            found = vector.astype(np.uint8).reshape(shape)
    return found


def bins_by_cuts(
    whole: Sequence[int], number: Code, carrier: Carrier, raw: str | None, limits: Sequence[float]
) -> Code:
    """Return the computation of the bin of a number.

    Parameters
    ----------
    whole : sequence of int
        For each cut, the whole number that ``n`` must be above to be beyond it.
    number : callable
        Computation of ``n``.
    carrier : str
        What holds ``n``.
    raw : str or None
        Input whose values as given can be compared instead, with ``limits``.
    limits : sequence of float
        For each cut, the float that a value as given must be above to be beyond it.
    """
    wholes = list(whole)
    floats = np.array(limits, dtype=np.float64)
    ints = np.array(wholes, dtype=np.float64) if carrier == "float" and _fits(wholes) else None

    def places(run: Run) -> Any:
        if run.backend is SINGLE:
            return bisect_left(wholes, number(run))
        if raw is not None and raw in run.raw:
            value, bounds = run.raw[raw], floats
        elif ints is not None:
            value, bounds = number(run), ints
        else:
            value = number(run)
            return sum((np.asarray(value > n).view(np.uint8) for n in wholes), np.uint8(0))
        if len(bounds) > FEW and np.ndim(value):
            return bounds.searchsorted(value, side="left").astype(
                np.uint8 if len(bounds) < 256 else np.uint16
            )
        found: Any = None
        for bound in bounds.tolist():
            above = np.asarray(np.greater(value, bound)).view(np.uint8)
            found = above if found is None else np.add(found, above, out=found)
        return np.uint8(0) if found is None else found

    return places


def _fits(numbers: Iterable[int]) -> bool:
    return all(abs(number) < 2**52 for number in numbers)
