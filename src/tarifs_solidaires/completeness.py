"""Which cases a decision table leaves open, which rows never decide, where only order decides.

All is computed on the cells of the table: inside a cell every condition is true or false, so what
holds of the cells holds of every person.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, islice
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.decision_table import DecisionTable, Dimension, Row
from tarifs_solidaires.scale import Scale

Mask = npt.NDArray[np.bool_]

MAX_GROUPS = 100


@attrs.frozen(kw_only=True)
class Group:
    """Neighbouring cells: for each dimension the bins from one to another.

    Parameters
    ----------
    table : DecisionTable
        The table.
    bins : tuple of (int, int)
        First bin and the one after the last, for each dimension.
    """

    table: DecisionTable
    bins: tuple[tuple[int, int], ...]

    @property
    def words(self) -> str:
        """The cases in words, such as ``age from 26 and below 60``; empty for all cases."""
        parts = []
        for dimension, (start, stop) in zip(self.table.dimensions, self.bins, strict=True):
            if (start, stop) != (0, dimension.bins):
                name = dimension.name
                if isinstance(self.table.divisors.get(name), Scale):
                    name += " (divided by its scale)"
                parts.append(f"{name} {_words(dimension, start, stop)}")
        return ", ".join(parts) or "every case"

    @property
    def when(self) -> str | None:
        """The conditions of a row for these cases, as TOML; None where no row can ask that."""
        texts = []
        for dimension, (start, stop) in zip(self.table.dimensions, self.bins, strict=True):
            if (start, stop) != (0, dimension.bins):
                if dimension.optional and stop == dimension.bins:
                    return None
                text = _condition(dimension, start, stop)
                if text is None:
                    return None
                texts.append(f"{dimension.name} = {text}")
        return f"{{ {', '.join(texts)} }}" if texts else "{}"


def possible(table: DecisionTable) -> Mask:
    """Return the cells, flat, that some accepted person lies in.

    Two lists of codes are two dimensions of one input: a code cannot be in both where they share
    none, nor be given for one and not for the other.
    """
    mask = table.admissible.reshape(table.shape).copy()
    coded = [n for n, d in enumerate(table.dimensions) if d.codes is not None]
    for a, b in combinations(coded, 2):
        one, two = table.dimensions[a], table.dimensions[b]
        if one.name != two.name:
            continue
        left, right = one.codes or frozenset(), two.codes or frozenset()
        together = np.ones((one.bins, two.bins), dtype=bool)
        together[1, 1] = bool(left & right)
        together[1, 0], together[0, 1] = bool(left - right), bool(right - left)
        if one.optional:
            together[2, :2] = together[:2, 2] = False
        along = [1] * len(table.shape)
        along[a], along[b] = together.shape
        mask &= together.reshape(along)
    return mask.reshape(-1)


def open_groups(table: DecisionTable) -> list[Group]:
    """Return the cases that no row covers, in groups; at most ``MAX_GROUPS``.

    A row about a status alone, such as an allowance that gives the full reduction, takes some of
    the people of a group of incomes: to name it in each group would hide what is missing. So a
    status is left out of the groups where it tells apart nothing but such rows.
    """
    there = possible(table)
    uncovered = (table.row_of_cell == len(table.rows)) & there
    if not uncovered.any():
        return []
    statuses = [n for n, d in enumerate(table.dimensions) if not d.is_number]
    left_out: set[int] = set()
    for more in [*combinations(statuses, 1), *combinations(statuses, 2)]:
        if _beside(table, uncovered, there, left_out | set(more)) is not None:
            left_out |= set(more)
    cells = _beside(table, uncovered, there, left_out)
    return groups(table, uncovered if cells is None else cells, there)


def _beside(table: DecisionTable, cells: Mask, there: Mask, axes: set[int]) -> Mask | None:
    """Return some cells with all that lies beside them along some dimensions.

    None where that is every case, or where it takes in a cell that a row about another input
    decides.
    """
    names = {table.dimensions[n].name for n in axes}
    about = np.array([*(_asked(table, row) <= names for row in table.rows), True])
    wide = cells.reshape(table.shape).any(axis=tuple(axes), keepdims=True)
    beside = np.broadcast_to(wide, table.shape).reshape(-1)
    if (there & ~beside).any() and (about[table.row_of_cell] | ~there | ~beside).all():
        return beside
    return None


def _asked(table: DecisionTable, row: Row) -> set[str]:
    names = {c.name for c in row.when}
    return names | {c.name for s in table.substitutions if s.input in names for c in s.when}


def groups(table: DecisionTable, cells: Mask, there: Mask) -> list[Group]:
    """Return some cells as few groups of neighbours; impossible cells may lie in any of them."""
    return list(islice(_groups(table, cells, there), MAX_GROUPS))


def _groups(table: DecisionTable, cells: Mask, there: Mask) -> Iterator[Group]:
    shape = table.shape
    left = cells.reshape(shape).copy()
    allowed = (cells | ~there).reshape(shape)
    while left.any():
        first = np.unravel_index(int(left.reshape(-1).argmax()), shape)
        box = [(int(n), int(n) + 1) for n in first]
        # Whole dimensions first: a group that does not ask about an input reads best.
        for axis, size in enumerate(shape):
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
        yield Group(table=table, bins=tuple(box))


def _slices(box: list[tuple[int, int]]) -> tuple[slice, ...]:
    return tuple(slice(*ends) for ends in box)


def idle_rows(table: DecisionTable) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the rows that decide nowhere, with the rows before them that take their cases."""
    there = possible(table)
    deciding = set(table.row_of_cell[there].tolist())
    for number, row in enumerate(table.rows):
        if number not in deciding:
            cells = there & table.where(row.when)
            before = sorted(set(table.row_of_cell[cells].tolist()))
            holds = {n: table.where(table.rows[n].when) for n in before}
            for n in before:  # those that take what others would take anyway say nothing
                others = [holds[k] for k in holds if k != n]
                if others and not (cells & ~np.logical_or.reduce(others)).any():
                    del holds[n]
            yield number, tuple(holds)


def overlaps(table: DecisionTable) -> Iterator[tuple[int, int, Group]]:
    """Yield pairs of rows that hold together in part, with other results: their order decides.

    A row inside another one is the usual pattern, the exception before the rest, and so is a row
    about other inputs: only rows about the same inputs that cross each other are worth a word.
    """
    there = possible(table)
    names = [frozenset(c.name for c in row.when) for row in table.rows]
    holds: dict[int, Mask] = {}
    for a, b in combinations(range(len(table.rows)), 2):
        if names[a] != names[b] or _same(table.rows[a], table.rows[b]):
            continue
        for n in (a, b):
            if n not in holds:
                holds[n] = table.where(table.rows[n].when) & there
        both = holds[a] & holds[b]
        cross = (holds[a] & ~both).any() and (holds[b] & ~both).any()
        if cross and (both & (table.row_of_cell == a)).any():
            yield a, b, groups(table, both, there)[0]


def _same(a: Row, b: Row) -> bool:
    def known(row: Row) -> dict[str, Any]:
        return {k: None if math.isnan(x) else x for k, x in row.then.items()}

    return known(a) == known(b)


def _words(dimension: Dimension, start: int, stop: int) -> str:
    absent = dimension.optional and stop == dimension.bins
    stop -= absent
    given = dimension.bins - dimension.optional
    ways = []
    if start < stop and (start, stop) == (0, given):
        ways.append("given")
    elif dimension.codes is not None:
        ways += [("not in ", "in ")[n] + dimension.list_name for n in range(start, stop)]
    elif not dimension.is_number:
        ways += [("false", "true")[n] for n in range(start, stop)]
    elif start < stop:
        ways.append(_range(dimension, start, stop))
    if absent:
        ways.append("not given")
    return " or ".join(ways)


def _range(dimension: Dimension, start: int, stop: int) -> str:
    low = dimension.cuts[start - 1] if start else None
    high = dimension.cuts[stop - 1] if stop <= len(dimension.cuts) else None
    if low and high and low.value == high.value:
        return f"exactly {_number(low.value)}"
    words = []
    if low:
        words.append(f"{'above' if low.after else 'from'} {_number(low.value)}")
    if high:
        words.append(f"{'up to' if high.after else 'below'} {_number(high.value)}")
    return " and ".join(words)


def _number(x: float) -> str:
    return f"{x:,.0f}" if x == round(x) else f"{x:,.2f}"


def _condition(dimension: Dimension, start: int, stop: int) -> str | None:
    if dimension.codes is not None:
        return f'"{("not in", "in")[start]} {dimension.list_name}"' if stop - start == 1 else None
    if not dimension.is_number:
        return ("false", "true")[start]
    if start == 0 and stop == dimension.bins - dimension.optional:
        return '"x >= 0"'
    low = dimension.cuts[start - 1] if start else None
    high = dimension.cuts[stop - 1] if stop <= len(dimension.cuts) else None
    if low and not high:
        return f'"x {">" if low.after else ">="} {_plain(low.value)}"'
    left = f"{_plain(low.value)} {'<' if low.after else '<='} " if low else ""
    right = f" {'<=' if high.after else '<'} {_plain(high.value)}" if high else ""
    return f'"{left}x{right}"'


def _plain(x: float) -> str:
    return f"{x:.0f}" if x == round(x) else f"{x:.2f}"
