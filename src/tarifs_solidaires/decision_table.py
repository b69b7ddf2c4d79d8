"""Decision tables: the first row whose conditions all hold decides.

The bounds of all rows cut each input into bins: below 350, from 350 to 500, and so on. One bin of
each input makes a cell, and inside a cell every condition of the table is either true or false. So
the table is decided once for each cell, and computing a person is finding the cell: a few
comparisons and one look-up. The same cells say which cases no row covers, which rows can never
decide, and what the nearest change is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.conditions import Condition, Flag, Interval, Member
from tarifs_solidaires.inputs import INPUTS, insee_keys

Array = npt.NDArray[Any]

MAX_CELLS = 50_000


class Divisor(Protocol):
    """What an input is divided by before it is compared."""

    @property
    def numerator(self) -> str:
        """Input that is divided."""

    @property
    def per(self) -> int:
        """How many of the units that the divisor is counted in make 1."""

    def units(self, values: Mapping[str, Array]) -> Array:
        """Return the divisor of each person in units, which are whole."""


@attrs.frozen(order=True)
class Cut:
    """A point that parts an input in two: the value lies below it, or above where ``after``."""

    value: float
    after: bool

    def passed(self, x: float) -> bool:
        """Say whether a number lies beyond the cut."""
        return x > self.value if self.after else x >= self.value


@attrs.frozen(kw_only=True)
class Dimension:
    """One input, cut into bins.

    Parameters
    ----------
    name : str
        Input.
    cuts : tuple of Cut
        Cuts of a number, in order; empty for a flag or a code.
    codes : frozenset of str or None
        List of codes that the second bin holds.
    list_name : str
        Name of that list.
    optional : bool
        Whether the input may be left out; the last bin then stands for that.
    """

    name: str
    cuts: tuple[Cut, ...] = ()
    codes: frozenset[str] | None = attrs.field(default=None, repr=False)
    list_name: str = ""
    optional: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the input is a number, which cuts part; else it is a flag or a code."""
        return INPUTS[self.name].kind == "number"

    @property
    def bins(self) -> int:
        """Number of bins, the one for an input that is not given included."""
        return (len(self.cuts) + 1 if self.is_number else 2) + self.optional

    def bin(self, x: float) -> int:
        """Return the bin of a number."""
        return sum(cut.passed(x) for cut in self.cuts)

    def holds(self, condition: Condition) -> npt.NDArray[np.bool_]:
        """Return for each bin whether a condition holds there; where none is given it does not."""
        vector = np.zeros(self.bins, dtype=bool)
        if isinstance(condition, Interval):
            low = Cut(condition.low, not condition.low_included)
            high = Cut(condition.high, condition.high_included)
            first = self.cuts.index(low) + 1 if low in self.cuts else 0
            last = self.cuts.index(high) + 1 if high in self.cuts else len(self.cuts) + 1
            vector[first:last] = True
        elif isinstance(condition, Flag):
            vector[int(condition.value)] = True
        else:
            vector[0 if condition.negated else 1] = True
        return vector

    def admissible(self, position: int) -> bool:
        """Say whether any value that the input accepts lies in a bin."""
        if not self.is_number or position == len(self.cuts) + 1:
            return True
        item = INPUTS[self.name]
        low = self.cuts[position - 1] if position else None
        high = self.cuts[position] if position < len(self.cuts) else None
        start = max(item.minimum, low.value if low else -math.inf)
        stop = min(item.maximum, high.value if high else math.inf)
        if item.whole:
            numbers = (math.ceil(start), math.floor(start) + 1)
            return any(
                start <= n <= stop and (not low or low.passed(n)) and not (high and high.passed(n))
                for n in numbers
            )
        ends_inside = all(
            (not low or low.passed(x)) and not (high and high.passed(x)) for x in (start, stop)
        )
        return start < stop or (start == stop and ends_inside)

    def locate(self, x: Array | None, scale: Array | None, per: int) -> Any:
        """Return the bin of each value, in uint8; a scale is in units, ``per`` of which make 1."""
        if x is None:
            return np.uint8(self.bins - 1)
        if self.codes is not None:
            return np.isin(insee_keys(x), insee_keys(np.array(sorted(self.codes)))).view(np.uint8)
        if not self.is_number:
            return x.view(np.uint8)
        if not self.cuts:
            return np.zeros(x.shape, dtype=np.uint8)
        found: Any = None
        for cut in self.cuts:
            above = _beyond(x, cut, scale, per).view(np.uint8)
            found = above if found is None else np.add(found, above, out=found)
        return found


def _beyond(x: Array, cut: Cut, scale: Array | None, per: int) -> Any:
    """Compare without ever rounding a quotient.

    With a scale, a bound of whole cents is multiplied by a scale of whole units: float64 holds
    that product exactly, and one division gives the float nearest to the true threshold. A bound
    of whole money on a scale of whole numbers is exact as it is.
    """
    bound: Any = cut.value
    after = cut.after
    if scale is not None:
        cents = 1 if cut.value.is_integer() else 100
        bound = round(cut.value * cents) * scale
        if cents * per > 1:
            bound = bound / (cents * per)
    elif x.dtype.kind != "f":  # x > 350.5 and x >= 350.5 are x > 350 for whole numbers
        bound, after = math.floor(bound), after or bound != math.floor(bound)
    compare = np.greater if after else np.greater_equal
    return np.asarray(compare(x, bound))


@attrs.frozen(kw_only=True)
class Row:
    """One row of a decision table.

    Parameters
    ----------
    tranche : str
        Name of the row.
    when : tuple of Interval, Flag or Member
        Conditions, all of which must hold.
    then : mapping of str to float
        Outputs; NaN where the result is missing.
    only_if : mapping of str to object
        Parameters and the value that each must have for the row to exist.
    source : str
        Legal reference.
    confidence : {"official", "secondary", "inferred"}
        How sure the row is.
    """

    tranche: str
    when: tuple[Condition, ...]
    then: Mapping[str, float]
    only_if: Mapping[str, object] = attrs.field(factory=dict)
    source: str
    confidence: str


@attrs.frozen(kw_only=True)
class Substitution:
    """A value that counts in place of the person's own, such as a student's quotient.

    Parameters
    ----------
    input : str
        Input that is replaced.
    value : float
        What counts in its place.
    when : tuple of Interval, Flag or Member
        Conditions, all of which must hold; the first substitution of an input that holds counts.
    source, confidence : str
        Where it comes from and how sure it is.
    """

    input: str
    value: float
    when: tuple[Condition, ...]
    source: str
    confidence: str


@attrs.frozen(kw_only=True)
class DecisionTable:
    """Rows, decided once for every cell.

    Parameters
    ----------
    rows : tuple of Row
        The table, in order; at most 254 rows.
    substitutions : tuple of Substitution
        What counts in place of a person's own values.
    divisors : mapping of str to Divisor
        What to compare instead of an input: a quotient, kept as numerator and divisor.
    required : tuple of str
        Inputs that are always given.
    """

    rows: tuple[Row, ...]
    substitutions: tuple[Substitution, ...] = ()
    divisors: Mapping[str, Divisor] = attrs.field(factory=dict)
    required: tuple[str, ...] = ()

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Inputs that the rows ask for, each cut into bins, in the order of the rows."""
        conditions = [c for row in self.rows for c in row.when]
        conditions += [c for s in self.substitutions for c in s.when]
        cuts: dict[tuple[str, str], set[Cut]] = {}
        codes: dict[tuple[str, str], frozenset[str]] = {}
        for c in conditions:
            key = (c.name, c.list_name if isinstance(c, Member) else "")
            found = cuts.setdefault(key, set())
            if isinstance(c, Interval):
                if c.low > 0 or not c.low_included:
                    found.add(Cut(c.low, not c.low_included))
                if c.high < math.inf:
                    found.add(Cut(c.high, c.high_included))
            elif isinstance(c, Member):
                codes[key] = c.codes
        return tuple(
            Dimension(
                name=name, cuts=tuple(sorted(found)), codes=codes.get((name, list_name)),
                list_name=list_name,
                optional=name not in self.required and INPUTS[name].default is None,
            )
            for (name, list_name), found in cuts.items()
        )  # fmt: skip

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of bins of each dimension."""
        shape = tuple(d.bins for d in self.dimensions)
        if math.prod(shape) > MAX_CELLS:
            raise ValueError(f"the rows make more than {MAX_CELLS:,} cells; part the rule in two")
        return shape

    def _where(self, when: Sequence[Condition], *, own: bool = False) -> npt.NDArray[np.bool_]:
        """Return for each cell whether all conditions hold, on the values that count there."""
        mask = np.ones(self.shape, dtype=bool)
        for c in when:
            list_name = c.list_name if isinstance(c, Member) else ""
            axis = next(
                n
                for n, d in enumerate(self.dimensions)
                if (d.name, d.list_name) == (c.name, list_name)
            )
            dimension = self.dimensions[axis]
            vector = dimension.holds(c)
            along = [1] * len(self.shape)
            along[axis] = -1
            holds = np.broadcast_to(vector.reshape(along), self.shape)
            if not own:
                for s in reversed(self.substitutions):
                    if s.input == c.name:
                        there = vector[dimension.bin(s.value)]
                        holds = np.where(self._where(s.when, own=True), there, holds)
            mask &= holds
        return mask

    def where(self, when: Sequence[Condition]) -> npt.NDArray[np.bool_]:
        """Return for each cell, flat, whether all of some conditions of the table hold there."""
        return self._where(when).reshape(-1)

    def meets(self, condition: Condition, cell: int) -> bool:
        """Say whether a condition of the table holds in a cell."""
        return bool(self._where((condition,)).reshape(-1)[cell])

    @cached_property
    def row_of_cell(self) -> npt.NDArray[np.uint8]:
        """Row that decides in each cell, flat; ``len(rows)`` where none does."""
        rows = np.full(self.shape, len(self.rows), dtype=np.uint8)
        for position in range(len(self.rows) - 1, -1, -1):
            rows[self._where(self.rows[position].when)] = position
        rows = rows.reshape(-1)
        rows.flags.writeable = False
        return rows

    @cached_property
    def admissible(self) -> npt.NDArray[np.bool_]:
        """Cells, flat, that some accepted values lie in."""
        mask = np.ones(self.shape, dtype=bool)
        for axis, dimension in enumerate(self.dimensions):
            vector = np.array([dimension.admissible(n) for n in range(dimension.bins)])
            along = [1] * len(self.shape)
            along[axis] = -1
            mask &= vector.reshape(along)
        return mask.reshape(-1)

    def uncovered(self) -> Iterator[tuple[int, ...]]:
        """Yield the bins, one for each dimension, of the cells that no row covers."""
        open_ = (self.row_of_cell == len(self.rows)) & self.admissible
        for position, bins in enumerate(product(*map(range, self.shape))):
            if open_[position]:
                yield bins

    def unreachable(self) -> tuple[int, ...]:
        """Return the rows that decide in no cell, because rows before them always do."""
        decided = set(self.row_of_cell[self.admissible].tolist())
        return tuple(n for n in range(len(self.rows)) if n not in decided)

    @cached_property
    def _weights(self) -> tuple[int, ...]:
        shape = self.shape
        return tuple(math.prod(shape[n + 1 :]) for n in range(len(shape)))

    @cached_property
    def size(self) -> int:
        """Number of cells."""
        return math.prod(self.shape)

    @cached_property
    def has_holes(self) -> bool:
        """Whether some accepted values meet no row."""
        return any(True for _ in self.uncovered())

    @cached_property
    def cell_type(self) -> type[np.unsignedinteger[Any]]:
        """Type of cell numbers."""
        # one value more than there are cells, for a person who cannot be computed
        return np.uint8 if self.size < 255 else np.uint16

    def cells(self, values: Mapping[str, Array]) -> Array:
        """Return the cell of each person.

        Parameters
        ----------
        values : mapping of str to ndarray
            Checked inputs: one-dimensional or single.

        Returns
        -------
        ndarray
            Flat cell numbers, unsigned; single where all inputs that count are.
        """
        total: Any = None
        for dimension, weight in zip(self.dimensions, self._weights, strict=True):
            x, scale = values.get(dimension.name), None
            divisor = self.divisors.get(dimension.name)
            if (
                divisor is not None
                and divisor.numerator in values
                and (x is None or divisor.numerator == dimension.name)
            ):
                x, scale = values[divisor.numerator], divisor.units(values)
            part = dimension.locate(x, scale, 1 if divisor is None else divisor.per)
            if weight > 1 or self.cell_type is np.uint16:
                part = np.multiply(part, self.cell_type(weight), dtype=self.cell_type)
            total = part if total is None else np.add(total, part)  # part may be a caller's array
        return np.asarray(0 if total is None else total, dtype=self.cell_type)

    @cached_property
    def rows_of_cells(self) -> npt.NDArray[np.uint8]:
        """Row of each cell, flat, ``len(rows)`` in the additional last one."""
        return np.append(self.row_of_cell, np.uint8(len(self.rows)))

    def values_of_cells(self, output: str) -> npt.NDArray[np.float64]:
        """Return an output for each cell, flat, NaN in the additional last one."""
        return self._values[output]

    @cached_property
    def _values(self) -> Mapping[str, npt.NDArray[np.float64]]:
        return {
            name: np.array([*(row.then[name] for row in self.rows), np.nan])[self.rows_of_cells]
            for name in self.rows[0].then
        }
