"""Cells of a decision table, in words: those that no row covers, and those that a row decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.engine.expression import (
    MIRRORED,
    Among,
    Compare,
    Condition,
    Expression,
    Flag,
    Name,
    Number,
    Operation,
    names,
)
from tarifs_solidaires.engine.formula import formula_text
from tarifs_solidaires.engine.tables import YES, Axis, Grid, truth_of
from tarifs_solidaires.rules.search import Space, lattice, next_multiple

Mask = npt.NDArray[np.bool_]
LISTED = 6  # codes that words list
MOST_TRIED = 30  # axes, alone and by twos, that are tried to be left out of words


@attrs.frozen(kw_only=True)
class Side:
    """One axis of a table, with what each of its bins is.

    Parameters
    ----------
    axis : Axis
        The axis.
    space : Space
        What people can give.
    """

    axis: Axis
    space: Space

    @property
    def kind(self) -> str:
        """``number``, ``code`` or ``flag``."""
        return (
            "number"
            if isinstance(self.axis.key, tuple)
            else "code"
            if self.axis.samples
            else "flag"
        )

    @property
    def left(self) -> Expression:
        """What is compared."""
        found: Expression = self.axis.key[0] if self.kind == "number" else Name(self.axis.key)
        return found

    @property
    def name(self) -> str:
        """What is compared, as a file writes it."""
        return formula_text(self.left)

    @property
    def is_input(self) -> bool:
        """Whether it is an input by itself, so that every bin that holds a value can be reached."""
        plain = self.kind != "number" or self.axis.key[1] is None
        return plain and isinstance(self.left, Name) and self.left.name in self.space.inputs

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """For a code, codes in each bin."""
        name = self.axis.key
        step = self.space.steps.get(name)
        known = step.codes if step is not None else self.space.codes.get(name, ())
        item = self.space.inputs.get(name)
        if item is not None and item.codes:
            known = tuple(item.codes)
        asked = [one for one in self.axis.vectors if isinstance(one, Among)]
        bins: dict[tuple[bool, ...], list[str]] = {
            tuple(one.has(word) for one in asked): [] for word in self.axis.samples
        }
        for word in known:
            bins.setdefault(tuple(one.has(word) for one in asked), []).append(word)
        return tuple(map(tuple, bins.values()))

    def possible(self) -> Mask:
        """Return the bins that some value lies in, as far as its own bounds and grid tell."""
        found = np.ones(self.axis.bins, dtype=bool)
        count = self.axis.bins - self.axis.missing
        if self.kind == "code":
            found[:count] = [bool(words) for words in self.words[:count]]
        if self.kind != "number" or self.axis.key[1] is not None:
            return found
        span = self._values()
        if span is None:
            return found
        low, high, unit = span
        cuts = self.axis.cuts
        for position in range(count):
            first, last = low, high
            if position:
                cut = cuts[position - 1]
                first = max(first, next_multiple(cut.value, unit, beyond=cut.after))
            if position < len(cuts):
                cut = cuts[position]
                last = min(last, -next_multiple(-cut.value, unit, beyond=not cut.after))
            found[position] = first <= last
        return found

    def _values(self) -> tuple[Fraction, Fraction, Fraction] | None:
        """Return the least and the greatest value, and the unit of which all are multiples."""
        if isinstance(self.left, Name) and self.left.name in self.space.inputs:
            item = self.space.inputs[self.left.name]
            return item.minimum, item.maximum, lattice(item)
        quantity = self.space.program.compiler.number(self.left)
        if quantity.root:
            return None
        low, high = quantity.bounds
        if quantity.divisors or not self._exact():
            return low, high, Fraction(1, 10**12)
        return low, high, Fraction(1, quantity.scale)

    def _exact(self) -> bool:
        """Say whether all inputs behind it lie on their grid, so that its scale is its grid."""
        read = self.space.reads([Compare(self.left, "=", self.left)])
        inputs = [self.space.inputs[name] for name in read if name in self.space.inputs]
        step = self.space.steps.get(self.name)
        return (step is not None and step.unit is not None) or all(
            lattice(item) == item.grid for item in inputs
        )

    def wanted(self, start: int, stop: int) -> Iterator[Condition]:
        """Yield what holds in some bins."""
        count = self.axis.bins - self.axis.missing
        if stop > count:
            return
        if self.kind == "code":
            words = frozenset(word for words in self.words[start:stop] for word in words)
            yield Among(self.axis.key, words)
        elif self.kind == "flag":
            if stop - start == 1:
                yield Flag(self.axis.key, bool(start))
        else:
            if start:
                cut = self.axis.cuts[start - 1]
                yield Compare(self.left, ">" if cut.after else ">=", self._right(cut.value))
            if stop < count:
                cut = self.axis.cuts[stop - 1]
                yield Compare(self.left, "<=" if cut.after else "<", self._right(cut.value))

    def _right(self, factor: Fraction) -> Expression:
        base = self.axis.key[1]
        if base is None:
            return Number(factor)
        return base if factor == 1 else Operation("*", Number(factor), base)

    def said(self, start: int, stop: int) -> Phrase:
        """Return some bins in words, such as ``age above 26 and up to 60``."""
        count = self.axis.bins - self.axis.missing
        found: list[Phrase] = []
        if start < min(stop, count):
            if self.kind == "number":
                found.append(self._range(start, min(stop, count)))
            elif self.kind == "flag":
                found.append(self._one_of(("false", "true")[start:stop]))
            else:
                words = [word for words in self.words[start:stop] for word in words]
                more = len(words) - LISTED
                listed = self._one_of(words[:LISTED])
                found.append(Phrase("{listed} and {count} more", listed=listed, count=more)
                             if more > 0 else listed)  # fmt: skip
        if stop > count:
            found.append(Phrase("{name} missing", name=self.name))
        return Joined(found, "or")

    def _one_of(self, words: Sequence[str]) -> Phrase:
        return Phrase("{name} {words}", name=self.name, words=Joined(words, "or"))

    def _range(self, start: int, stop: int) -> Phrase:
        low = self.axis.cuts[start - 1] if start else None
        high = self.axis.cuts[stop - 1] if stop <= len(self.axis.cuts) else None
        if low and high and low.value == high.value:
            return Phrase("{name} equal to {value}", name=self.name, value=self._shown(low.value))
        words = []
        if low:
            template = "above {value}" if low.after else "from {value}"
            words.append(Phrase(template, value=self._shown(low.value)))
        if high:
            template = "up to {value}" if high.after else "below {value}"
            words.append(Phrase(template, value=self._shown(high.value)))
        if not words:
            return Phrase("{name}", name=self.name)
        return Phrase("{name} {words}", name=self.name, words=Joined(words, "and"))

    def _shown(self, value: Fraction) -> str:
        item = self.space.inputs.get(self.name)
        if item is not None and self.axis.key[1] is None:
            return item.shown(value)
        return formula_text(self._right(value))


def _condition(told: Sequence[tuple[Side, int, int]]) -> str | None:
    """Return the condition that a row would have on one quantity, as TOML; None where none can."""
    side, start, stop = told[0]
    if any(end > one.axis.bins - one.axis.missing for one, _, end in told):
        return None
    if side.kind == "flag":
        return ("false", "true")[start] if stop - start == 1 else None
    if side.kind == "code":
        item = side.space.inputs.get(side.axis.key)
        words = [word for words in side.words[start:stop] for word in words]
        if (item is not None and not item.codes) or len(words) > LISTED:
            return None
        quoted = [f'"{word}"' for word in words]
        return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
    parts = [part for one, *ends in told for part in one.wanted(*ends) if isinstance(part, Compare)]
    lows = [part for part in parts if part.sign in (">", ">=")]
    highs = [part for part in parts if part.sign in ("<", "<=")]
    if len(lows) > 1 or len(highs) > 1:
        return None
    texts = [formula_text(part.right) for part in (*lows, *highs)]
    if len(parts) == 1:
        return f'"x {parts[0].sign} {texts[0]}"'
    if texts[0] == texts[1]:
        return f'"x = {texts[0]}"'
    return f'"{texts[0]} {MIRRORED[lows[0].sign]} x {highs[0].sign} {texts[1]}"'


@attrs.frozen(kw_only=True)
class Group:
    """Neighbouring cells: for each axis the bins from one to another."""

    sides: tuple[Side, ...]
    bins: tuple[tuple[int, int], ...]

    @property
    def _told(self) -> list[tuple[Side, int, int]]:
        pairs = zip(self.sides, self.bins, strict=True)
        return [(side, *ends) for side, ends in pairs if ends != (0, side.axis.bins)]

    @property
    def words(self) -> Phrase:
        """The cases in words; empty for every case."""
        return Joined([side.said(*ends) for side, *ends in self._told])

    @property
    def when(self) -> str | None:
        """The conditions of a row for these cases, as TOML; None where no row can ask that."""
        found: dict[str, str] = {}
        for name in dict.fromkeys(side.name for side, *_ in self._told):
            one = _condition([(s, start, stop) for s, start, stop in self._told if s.name == name])
            if one is None:
                return None
            found[name] = one
        return f"{{ {', '.join(f'{n} = {one}' for n, one in found.items())} }}" if found else None

    def holds(self, other: Group) -> bool:
        """Say whether the cells of another group are among these."""
        pairs = zip(self.bins, other.bins, strict=True)
        return all(a <= c and d <= b for (a, b), (c, d) in pairs)

    @property
    def wanted(self) -> tuple[Condition, ...]:
        """What holds in these cases."""
        return tuple(one for side, *ends in self._told for one in side.wanted(*ends))


@attrs.frozen(kw_only=True)
class Cells:
    """The cells of one table.

    Parameters
    ----------
    grid : Grid
        The table; its rows are decided.
    sides : tuple of Side
        Its axes.
    possible : ndarray of bool
        Cells that can be, as far as each axis tells by itself, flat.
    """

    grid: Grid
    sides: tuple[Side, ...]
    possible: Mask

    @classmethod
    def of(cls, grid: Grid, space: Space) -> Cells:
        """Look at a table."""
        sides = tuple(Side(axis=axis, space=space) for axis in grid.axes)
        mask = np.ones(grid.shape, dtype=bool)
        for position, side in enumerate(sides):
            along = [1] * len(sides)
            along[position] = -1
            mask &= side.possible().reshape(along)
        return cls(grid=grid, sides=sides, possible=mask.reshape(-1))

    @property
    def row(self) -> npt.NDArray[Any]:
        """Row that decides in each cell."""
        if self.grid.row_of_cell is None:
            raise AssertionError
        return self.grid.row_of_cell

    @property
    def plain(self) -> bool:
        """Whether every cell that is possible can be reached: all axes are inputs."""
        lefts = [side.name for side in self.sides]
        return all(side.is_input for side in self.sides) and len(set(lefts)) == len(lefts)

    @property
    def uncovered(self) -> Mask:
        """Cells that no row covers."""
        found: Mask = np.logical_and(self.row == self.grid.rows, self.possible)
        return found

    def widened(self, cells: Mask) -> tuple[Mask, tuple[str, ...]]:
        """Return uncovered cells with all that lies beside them along codes and flags that tell nothing.

        A row about a status alone, such as an allowance that gives the full reduction, takes some of
        the people of a bracket. To name it in the bracket that is missing would hide what is missing:
        so a status is left out where the cells beside are decided by rows about such statuses only.

        Returns
        -------
        tuple of ndarray and tuple of str
            The cells, and the quantities that are left out.
        """
        left_out: tuple[str, ...] = ()
        found = cells
        every = list(dict.fromkeys(side.name for side in self.sides if side.kind != "number"))
        for more in [*combinations(every, 1), *combinations(every, 2)][:MOST_TRIED]:
            told = tuple(dict.fromkeys((*left_out, *more)))
            wide = self._beside(cells, frozenset(told))
            if wide is not None:
                left_out, found = told, wide
        return found, left_out

    def _beside(self, cells: Mask, told: frozenset[str]) -> Mask | None:
        axes = [n for n, side in enumerate(self.sides) if side.name in told]
        asked = [names(when) & {side.name for side in self.sides} for when in self.grid.whens]
        allowed = np.array([*(one <= told for one in asked), True, False])[self.row]
        shaped = cells.reshape(self.grid.shape).any(axis=tuple(axes), keepdims=True)
        wide: Mask = np.broadcast_to(shaped, self.grid.shape).reshape(-1)
        if (self.possible & ~wide).any() and (allowed | ~self.possible | ~wide).all():
            return wide
        return None

    def groups(self, cells: Mask, most: int) -> list[Group]:
        """Return some cells as few groups of neighbours; impossible cells may lie in any of them."""
        found: list[Group] = []
        for group in self._groups(cells):
            found.append(group)
            if len(found) == most:
                break
        return found

    def _groups(self, cells: Mask) -> Iterator[Group]:
        shape = self.grid.shape
        left = cells.reshape(shape).copy()
        allowed = (cells | ~self.possible).reshape(shape)
        while left.any():
            first = np.unravel_index(int(left.reshape(-1).argmax()), shape)
            box = [(int(n), int(n) + 1) for n in first]
            for axis, size in enumerate(shape):  # whole axes first: what is not asked reads best
                wider = [*box[:axis], (0, size), *box[axis + 1 :]]
                if allowed[_slices(wider)].all():
                    box = wider
            for axis, size in enumerate(shape):
                for step in (1, -1):
                    while True:
                        start, stop = box[axis]
                        edge = (start, stop + 1) if step > 0 else (start - 1, stop)
                        wider = [*box[:axis], edge, *box[axis + 1 :]]
                        if edge[0] < 0 or edge[1] > size or not allowed[_slices(wider)].all():
                            break
                        box = wider
            left[_slices(box)] = False
            yield Group(sides=self.sides, bins=tuple(box))

    def holds(self, row: int) -> Mask:
        """Return the cells in which the conditions of a row hold."""
        truth = truth_of(self.grid.whens[row], self.grid.axes, self.grid.constants)
        found: Mask = np.broadcast_to(np.asarray(truth == YES), self.grid.shape).reshape(-1)
        return found

    def before(self, row: int) -> tuple[int, ...]:
        """Return the rows that take the cases of a row that never decides."""
        cells = self.possible & self.holds(row)
        taking = [int(n) for n in np.unique(self.row[cells]) if n < row]
        holds = {n: self.holds(n) for n in taking}
        for n in taking:  # those that take what others would take anyway say nothing
            others = [holds[k] for k in holds if k != n]
            if others and not (cells & ~np.logical_or.reduce(others)).any():
                del holds[n]
        return tuple(holds)

    def crossing(self, values: Sequence[Any]) -> Iterator[tuple[int, int, Group]]:
        """Yield pairs of rows about the same quantities that cross, with other results."""
        rows = range(self.grid.rows)
        holds = [self.holds(row) & self.possible for row in rows]
        asked = [names(self.grid.whens[row]) for row in rows]
        for a, b in combinations(rows, 2):
            if not asked[a] or asked[a] != asked[b] or values[a] == values[b]:
                continue
            both = holds[a] & holds[b]
            cross = (holds[a] & ~both).any() and (holds[b] & ~both).any()
            here = both & (self.row == a)
            if cross and here.any():
                yield a, b, self.groups(here, 1)[0]


def _slices(box: list[tuple[int, int]]) -> tuple[slice, ...]:
    return tuple(slice(*ends) for ends in box)
