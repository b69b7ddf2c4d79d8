"""The regression engine: a sum of named terms, some shared by all groups, some nested in each.

What a day is like is the same for every canteen of a type, so a design holds the columns of each
distinct *situation* once, and of each row no more than its situation and its group. The normal
matrix is then an arrowhead: one small block a group, which only the shared columns join. The groups
are eliminated first, all at once, and what is left to solve is as wide as the shared columns alone.
Time and memory grow with rows and groups, never with their product.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.errors import ForecastError
from prevision_cantine.extras import needs

# scipy is loaded where it is needed: a program that only asks for help, or reads a forecast, is not
# to wait for it.
if TYPE_CHECKING:
    from scipy import sparse
    from threadpoolctl import ThreadpoolController

GRID = 4  # a table of every situation by every group, where it has at most so many cells a row
MOST_PARTS = 12  # sets of groups without a common situation that are worked on apart
CHUNK = 500_000  # numbers worked on at a time while groups are eliminated
NEAR = 16_384  # rows whose numbers fit in the nearest memory
STEPS = 4  # solutions, each with the weights that the residuals of the last one give
FAR = 1.5  # robust standard deviations beyond which a row counts less
FALL = 1.5  # the power of the distance with which it does
# Between steps, weights are given as if the last one had gone half as far again: where steps are
# slow, as on the data of Nantes, four then come as near to where they end as six would.
AHEAD = 0.5

Roots: TypeAlias = list[list[Floats]]


@attrs.frozen(eq=False)
class Block:
    """Columns of one term: each situation has one column, or none, with a value.

    Parameters
    ----------
    term : str
        Name of the term.
    column : ndarray of int, shape (situations,) or (situations, k)
        Column of each situation inside the block; -1 for none. With two dimensions, each situation
        has k columns, as a smooth number needs.
    width : int
        Number of columns.
    penalty : float
        Ridge penalty, above 0, in rows of weight 1 that say "no effect".
    nested : bool
        Whether each group has columns of its own.
    value : ndarray of float, of the shape of ``column``, optional
        What the effect of the column is multiplied by; 1 where not given.
    factor : str
        What the columns tell apart, for who reads the effects: the name of a numbered level, after
        ``type*`` where each type has levels of its own.
    """

    term: str
    column: Ints = attrs.field(repr=False)
    width: int
    penalty: float
    nested: bool = False
    value: Floats | None = attrs.field(default=None, repr=False)
    factor: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse columns that are not there, and a penalty that leaves them free."""
        if not self.penalty > 0:
            raise ForecastError(
                "design", detail=f"term {self.term!r}: penalty={self.penalty}; give one above 0"
            )
        wrong = np.argwhere((self.column < -1) | (self.column >= self.width))
        if len(wrong):
            raise ForecastError(
                "design",
                detail=(
                    f"term {self.term!r}: column {self.column[tuple(wrong[0])]} of situation "
                    f"{wrong[0, 0]} is not from -1 to {self.width - 1}"
                ),
            )
        if self.value is not None and self.value.shape != self.column.shape:
            raise ForecastError(
                "design",
                detail=(
                    f"term {self.term!r}: values of shape {self.value.shape}, for columns of shape "
                    f"{self.column.shape}"
                ),
            )

    def pick(self, effect: Floats) -> Floats:
        """Return what the block adds in each situation, given the effect of each of its columns."""
        # One more effect, of 0, stands last: where column -1 looks.
        added = np.take(np.append(effect, 0.0), self.column)
        added = added if self.value is None else added * self.value
        return added if added.ndim == 1 else added.sum(axis=1)

    def single(self) -> Iterator[tuple[Ints, Floats | None]]:
        """Yield the columns and values of the situations, one of each a situation at a time."""
        if self.column.ndim == 1:
            yield self.column, self.value
        else:
            for n in range(self.column.shape[1]):
                yield self.column[:, n], None if self.value is None else self.value[:, n]


@attrs.frozen(eq=False)
class Design:
    """Rows, each a group in a situation, and the columns of every situation.

    Parameters
    ----------
    blocks : tuple of Block
        Columns, over the situations.
    situation : ndarray of int, shape (n,)
        Situation of each row.
    group : ndarray of int, shape (n,)
        Group of each row.
    groups : int
        Number of groups, at least 1.
    """

    blocks: tuple[Block, ...]
    situation: Ints = attrs.field(repr=False)
    group: Ints = attrs.field(repr=False)
    groups: int

    def __attrs_post_init__(self) -> None:
        """Refuse blocks of another length, and rows whose group or situation is not there."""
        for block in self.blocks:
            if len(block.column) != self.situations:
                raise ForecastError(
                    "design",
                    detail=(
                        f"term {block.term!r}: {len(block.column)} situations, where "
                        f"{self.blocks[0].term!r} has {self.situations}"
                    ),
                )
        if len(self.group) != len(self.situation):
            raise ForecastError(
                "design", detail=f"{len(self.group)} groups and {len(self.situation)} situations"
            )
        for name, code, count in (
            ("group", self.group, self.groups),
            ("situation", self.situation, self.situations),
        ):
            if len(code) and not (code.min() >= 0 and code.max() < count):
                raise ForecastError("design", detail=f"a {name} is not from 0 to {count - 1}")

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.situation)

    @property
    def situations(self) -> int:
        """Number of situations."""
        return len(self.blocks[0].column) if self.blocks else 0

    @property
    def is_grid(self) -> bool:
        """Whether rows fill a table of situations by groups well enough to work on it."""
        return _is_grid(len(self), self.situations, self.groups)

    def columns(self, nested: bool) -> Iterator[tuple[slice, Block]]:
        """Yield the shared blocks, or the nested ones, and where their columns stand."""
        first = 0
        for block in self.blocks:
            if block.nested == nested:
                yield slice(first, first + block.width), block
                first += block.width

    def matrix(self, nested: bool) -> sparse.csr_array:
        """Return the shared, or the nested, columns of each situation."""
        with needs("cantine"):
            from scipy import sparse

        rows, columns, values, width = [], [], [], 0
        for where, block in self.columns(nested):
            width = where.stop
            for column, value in block.single():
                there = np.flatnonzero(column >= 0)
                rows.append(there)
                columns.append(column[there] + where.start)
                values.append(np.ones(len(there)) if value is None else value[there])
        shape = (self.situations, width)
        if not rows:
            return sparse.csr_array(shape)
        return sparse.csr_array(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape
        )

    def penalty(self, nested: bool) -> Floats:
        """Return the ridge penalty of each shared, or nested, column."""
        each = [np.full(block.width, block.penalty) for _, block in self.columns(nested)]
        return np.concatenate([np.zeros(0), *each])

    def cell(self) -> Ints:
        """Return where each row stands in a table of situations by groups."""
        return self.situation * self.groups + self.group

    def spread(self, values: Floats) -> Any:
        """Return the sums of the values of the rows by situation and group.

        Parameters
        ----------
        values : ndarray of float, shape (n,)
            A value a row.

        Returns
        -------
        ndarray or sparse array, shape (situations, groups)
            The sums; sparse where the rows leave most of it empty.
        """
        return _spread(self.situation, self.group, (self.situations, self.groups), values)


@attrs.frozen(eq=False)
class Effects:
    """Effects of the columns of a design.

    Parameters
    ----------
    shared : ndarray of float, shape (shared columns,)
        Effects that all groups share, block after block.
    nested : ndarray of float, shape (groups, nested columns)
        Effects of each group, block after block.
    """

    shared: Floats = attrs.field(repr=False)
    nested: Floats = attrs.field(repr=False)

    def total(self, design: Design) -> Floats:
        """Return the sum of all terms.

        Parameters
        ----------
        design : Design
            Rows, with the same blocks as the design that gave the effects.

        Returns
        -------
        ndarray of float, shape (n,)
            The sum, a row each.
        """
        self._check(design)
        return self._sum(design, {block.term for block in design.blocks})

    def terms(self, design: Design) -> dict[str, Floats]:
        """Return each term; they add up to the total.

        Parameters
        ----------
        design : Design
            Rows, with the same blocks as the design that gave the effects.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            In the order in which the blocks first name them.
        """
        self._check(design)
        names = dict.fromkeys(block.term for block in design.blocks)
        return {name: self._sum(design, {name}) for name in names}

    def _sum(self, design: Design, names: Container[str]) -> Floats:
        """Return the sum of some terms, a row each."""
        common = np.zeros(design.situations)
        for where, block in design.columns(nested=False):
            if block.term in names:
                common += block.pick(self.shared[where])
        nested = []
        for where, block in design.columns(nested=True):
            if block.term in names:
                effect = np.pad(self.nested[:, where], ((0, 0), (0, 1)))  # 0 last: of no column
                for column, value in block.single():
                    nested.append((effect, np.where(column < 0, block.width, column), value))
        result = np.empty(len(design))
        # Some rows at a time, so that what is looked up for them stays near.
        for first in range(0, len(design), NEAR):
            rows = slice(first, first + NEAR)
            situation, group = design.situation[rows], design.group[rows]
            part = np.take(common, situation)
            for effect, column, value in nested:
                at = group * effect.shape[1]
                at += np.take(column, situation)
                own = np.take(effect, at)
                part += own if value is None else own * np.take(value, situation)
            result[rows] = part
        return result

    def _check(self, design: Design) -> None:
        """Refuse a design of other columns."""
        widths = [sum(b.width for _, b in design.columns(nested)) for nested in (False, True)]
        if (*self.shared.shape, *self.nested.shape) != (widths[0], design.groups, widths[1]):
            raise ForecastError(
                "design",
                detail=(
                    f"the design has {widths[0]} shared columns, {design.groups} groups and {widths[1]} "
                    f"columns a group; the effects {len(self.shared)}, {len(self.nested)} and "
                    f"{self.nested.shape[1]}"
                ),
            )


def solve(
    design: Design,
    target: Floats,
    weight: Floats | None = None,
    *,
    count: Floats | None = None,
    firm: npt.NDArray[np.bool_] | None = None,
    robust: bool = True,
) -> tuple[Effects, Floats]:
    """Estimate the effects by ridge regression, far rows counting less.

    Parameters
    ----------
    design : Design
        Rows and columns.
    target : ndarray of float, shape (n,)
        What the terms should add up to.
    weight : ndarray of float, shape (n,), optional
        How much each row counts, 0 or more; 1 where not given.
    count : ndarray of float, shape (n,), optional
        How many times each row was seen, 0 or more: a count of 2 is the row twice. Unlike the
        weight, it also counts where the usual size of a residual is found.
    firm : ndarray of bool, shape (n,), optional
        Rows that count in full however far they are: those whose columns hold large effects that
        would otherwise pass for errors, and never be learned.
    robust : bool
        Whether the weights of far rows are lowered.

    Returns
    -------
    effects : Effects
        The effects.
    robustness : ndarray of float, shape (n,)
        The factor by which each row counts less, 1 for a row that is near.
    """
    base = np.ones(len(design)) if weight is None else weight
    if count is not None:
        base = base * count
    equations = Equations(design)
    robustness = np.ones(len(design))
    with one_thread():
        effects = equations.solve(base, target)
        if not robust:
            return effects, robustness
        total, before = effects.total(design), None
        for step in range(STEPS):
            if step:
                effects = equations.solve(base * robustness, target)
                before, total = total, effects.total(design)
            distance = target - total
            if before is not None and step < STEPS - 1:
                before -= total
                before *= AHEAD
                distance += before
            np.abs(distance, out=distance)
            robustness = lowered(distance, _median(distance, count), firm)
    return effects, robustness


def lowered(distance: Floats, middle: float, firm: npt.NDArray[np.bool_] | None) -> Floats:
    """Return the factor by which each row counts less for being far.

    Parameters
    ----------
    distance : ndarray of float, shape (n,)
        Absolute residuals; they are overwritten.
    middle : float
        Median of those of all rows.
    firm : ndarray of bool, shape (n,), optional
        Rows that count in full.

    Returns
    -------
    ndarray of float, shape (n,)
        From 0 to 1.
    """
    distance /= FAR * max(1.4826 * middle, 1e-6)
    np.maximum(distance, 1.0, out=distance)
    robustness: Floats = distance**-FALL
    if firm is not None:
        robustness[firm] = 1.0
    return robustness


def standard_errors(
    design: Design,
    target: Floats,
    weight: Floats,
    effects: Effects,
    *,
    contrast: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Return how sure the effects are: posterior standard deviations, the penalties being priors.

    Parameters
    ----------
    design : Design
        Rows and columns.
    target : ndarray of float, shape (n,)
        What the terms should add up to.
    weight : ndarray of float, shape (n,)
        How much each row counted at last, robustness and counts included.
    effects : Effects
        The solution.
    contrast : ndarray of float, shape (m, shared columns), optional
        Combinations of shared effects, such as an effect less the mean of its factor: the shared
        errors are then theirs. What effects have in common, and a level could carry as well, does
        not make their differences less sure.

    Returns
    -------
    shared : ndarray of float, shape (shared columns,) or (m,)
        Standard errors of the shared effects, or of their combinations.
    nested : ndarray of float, shape (groups, nested columns)
        Standard errors of the effects of each group.
    """
    with one_thread():
        equations = Equations(design)
        shared, nested, root = equations.unit_variances(weight)
    penalties = design.penalty(nested=False), design.penalty(nested=True)
    # A column that the rows settle counts 1 among the degrees of freedom, one left to its prior 0.
    used = np.sum(1 - penalties[0] * shared) + np.sum(1 - penalties[1] * nested)
    rest = target - effects.total(design)
    variance = np.sum(weight * rest**2) / max(weight.sum() - used, 1.0)
    if contrast is not None:
        settled, prior = contrast[:, equations.used], np.delete(contrast, equations.used, axis=1)
        left = np.delete(1 / penalties[0], equations.used)
        shared = np.square(settled @ root).sum(axis=1) + np.square(prior) @ left
    return np.sqrt(variance * shared), np.sqrt(variance * nested)


@attrs.frozen(eq=False)
class _Part:
    """Groups that share no situation with the others, such as the canteens of one type.

    Whatever is done to a column that no group of the part has is not worth doing: with three types,
    whose seasons have columns of their own, most of the work is saved.

    Parameters
    ----------
    rows : ndarray of int or slice
        Its rows.
    situation, group : ndarray of int
        Situation and group of each of them, numbered inside the part.
    groups, shared : ndarray of int
        Its groups, and the shared columns that its situations have.
    nested : sparse array, shape (situations, nested columns)
        Nested columns of its situations.
    within, across : sparse array
        Products of nested columns with each other, and with its shared columns.
    """

    rows: Any
    situation: Ints
    group: Ints
    groups: Ints
    shared: Ints
    nested: sparse.csr_array
    within: sparse.csr_array
    across: sparse.csr_array

    def by_group(self, columns: sparse.csr_array, values: Floats) -> Floats:
        """Return, for each group, the sums of columns over its rows."""
        return _by_group(columns, self.spread(values))

    def spread(self, values: Floats) -> Any:
        """Return the sums of the values of all rows by situation and group of the part."""
        shape = (self.nested.shape[0], len(self.groups))
        return _spread(self.situation, self.group, shape, values[self.rows])


class Equations:
    """The normal equations of a design: what does not change from one set of weights to the next."""

    shared: sparse.csr_array
    used: Ints
    nested_used: Ints

    def __init__(self, design: Design) -> None:
        self.design = design
        # A column that no situation has is left to its prior.
        self.shared, self.used = _used_columns(design.matrix(nested=False))
        nested, self.nested_used = _used_columns(design.matrix(nested=True))
        self.prior: Floats = design.penalty(nested=False)[self.used]
        self.nested_prior: Floats = design.penalty(nested=True)[self.nested_used]
        self.parts: list[_Part] = [
            self._part(nested, *numbers) for numbers in _apart(design, self.shared.shape[1])
        ]

    def _part(self, nested: sparse.csr_array, rows: Any, situations: Any, groups: Ints) -> _Part:
        """Return the equations of some groups."""
        situation, group = self.design.situation[rows], self.design.group[rows]
        if not isinstance(rows, slice):
            situation = _renumbered(situation, situations, self.design.situations)
            group = _renumbered(group, groups, self.design.groups)
        own, every = nested[situations], self.shared[situations]
        few, shared = _used_columns(every)
        products = _row_products(own, own), _row_products(own, few)
        return _Part(rows, situation, group, groups, shared, own, *products)

    def solve(self, weight: Floats, target: Floats) -> Effects:
        """Return the ridge solution."""
        with needs("cantine"):
            from scipy import linalg

        normal, to_shared, roots = self.eliminated(weight, target, self.prior)
        effect = to_shared
        if len(effect):
            effect = linalg.cho_solve(linalg.cho_factor(normal), to_shared)
        return self.effects(weight, target, effect, roots)

    def eliminated(
        self, weight: Floats, target: Floats, prior: Floats | float
    ) -> tuple[Floats, Floats, Roots]:
        """Return the equations of the used shared columns, those of the groups being eliminated.

        Without the prior of the shared columns, the equations of several sets of groups add up.
        """
        design = self.design
        pull = weight * target
        to_shared = self.shared.T @ np.bincount(design.situation, pull, design.situations)
        normal = self._shared_block(weight, prior)
        roots: Roots = []
        for part in self.parts:
            at, width = np.ix_(part.shared, part.shared), len(part.shared)
            to_nested = part.by_group(part.nested, pull)[:, :, None]
            roots.append([])
            for groups, root, arm in self._groups(part, weight):
                flat = arm.reshape(arm.shape[0] * arm.shape[1], width)
                normal[at] -= flat.T @ flat
                to_shared[part.shared] -= flat.T @ (root @ to_nested[groups]).ravel()
                roots[-1].append(root)
        return normal, to_shared, roots

    def effects(self, weight: Floats, target: Floats, effect: Floats, roots: Roots) -> Effects:
        """Return all effects, given those of the used shared columns."""
        design = self.design
        pull = weight * target
        pull -= weight * np.take(self.shared @ effect, design.situation)
        shared = np.zeros(sum(b.width for _, b in design.columns(nested=False)))
        nested = np.zeros((design.groups, sum(b.width for _, b in design.columns(nested=True))))
        shared[self.used] = effect
        for part, found in zip(self.parts, roots, strict=True):
            root = np.concatenate(found)
            own = root.transpose(0, 2, 1) @ (root @ part.by_group(part.nested, pull)[:, :, None])
            nested[np.ix_(part.groups, self.nested_used)] = own[:, :, 0]
        return Effects(shared, nested)

    def unit_variances(self, weight: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the diagonal of the inverse of the normal matrix, shared and nested.

        And a root of its shared part, of the columns that are used.
        """
        normal = self._shared_block(weight, self.prior)
        found = []
        for part in self.parts:
            own, inner = [], []
            for _, root, arm in self._groups(part, weight):
                flat = arm.reshape(arm.shape[0] * arm.shape[1], len(part.shared))
                normal[np.ix_(part.shared, part.shared)] -= flat.T @ flat
                own.append(np.square(root).sum(axis=1))
                inner.append(root.transpose(0, 2, 1) @ arm)
            found.append((np.concatenate(own), inner))
        root = np.linalg.inv(np.linalg.cholesky(normal)).T
        shared = 1 / self.design.penalty(nested=False)
        nested = np.tile(1 / self.design.penalty(nested=True), (self.design.groups, 1))
        shared[self.used] = np.square(root).sum(axis=1)
        for part, (alone, inner) in zip(self.parts, found, strict=True):
            through = [np.square(arm @ root[part.shared]).sum(axis=2) for arm in inner]
            at = np.ix_(part.groups, self.nested_used)
            nested[at] = alone + np.concatenate(through)
        return shared, nested, root

    def _shared_block(self, weight: Floats, prior: Floats | float) -> Floats:
        """Return the corner of the normal matrix that the shared columns make."""
        design = self.design
        by_situation = np.bincount(design.situation, weight, design.situations)
        normal: Floats = (self.shared.T @ self.shared.multiply(by_situation[:, None])).toarray()
        normal[np.diag_indices_from(normal)] += prior
        return normal

    def _groups(self, part: _Part, weight: Floats) -> Iterator[tuple[slice, Floats, Floats]]:
        """Yield, some groups at a time, the inverse root of their own blocks, and their arms.

        The arm joins a group's columns to the shared ones of the part; it comes multiplied by the
        root.
        """
        spread = part.spread(weight)
        nested, shared = len(self.nested_prior), len(part.shared)
        at_once = max(1, CHUNK // max(1, nested * (nested + shared) + part.nested.shape[0]))
        for first in range(0, len(part.groups), at_once):
            groups = slice(first, min(first + at_once, len(part.groups)))
            some = groups.stop - first
            here = spread[:, groups]
            block = _by_group(part.within, here).reshape(some, nested, nested)
            root = np.linalg.inv(np.linalg.cholesky(block + np.diag(self.nested_prior)))
            yield groups, root, root @ _by_group(part.across, here).reshape(some, nested, shared)


def _is_grid(rows: int, situations: int, groups: int) -> bool:
    return situations * groups <= GRID * rows


def _spread(situation: Ints, group: Ints, shape: tuple[int, int], values: Floats) -> Any:
    """Return the sums of values by situation and group; sparse where most of it is empty."""
    with needs("cantine"):
        from scipy import sparse

    if _is_grid(len(values), *shape):
        cell = situation * shape[1] + group
        return np.bincount(cell, values, shape[0] * shape[1]).reshape(shape)
    return sparse.csc_array((values, (situation, group)), shape=shape)


def _apart(design: Design, shared: int) -> list[tuple[Any, Any, Ints]]:
    """Return rows, situations and groups of the parts that share no situation.

    One part of everything where they would be many: the work would go into going round.
    """
    with needs("cantine"):
        from scipy import sparse

    whole: list[tuple[Any, Any, Ints]] = [(slice(None), slice(None), np.arange(design.groups))]
    if not shared or design.groups == 1:
        return whole
    count = design.groups + design.situations
    pairs = sparse.coo_array(
        (np.ones(len(design), dtype=bool), (design.group, design.groups + design.situation)),
        shape=(count, count),
    )
    with needs("cantine"):
        from scipy.sparse import csgraph

    label = csgraph.connected_components(pairs, directed=False)[1][: design.groups]
    parts = np.unique(label)
    if not 1 < len(parts) <= MOST_PARTS:
        return whole
    of_row = label[design.group]
    found = []
    for part in parts:
        rows = np.flatnonzero(of_row == part)
        occurs = np.zeros(design.situations, dtype=bool)
        occurs[design.situation[rows]] = True
        found.append((rows, np.flatnonzero(occurs), np.flatnonzero(label == part)))
    return found


def _renumbered(code: Ints, kept: Ints, count: int) -> Ints:
    """Return the position of each code among those that are kept."""
    place = np.zeros(count, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return place[code]


def one_thread() -> Any:
    """Return a context in which matrices are worked on by one thread.

    They are small: threads cost more than they bring, many times more where others use the cores.
    And the sums are then the same to the last bit, however many cores there are.
    """
    return _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> ThreadpoolController:
    with needs("cantine"):
        import scipy.linalg  # noqa: F401  whose own BLAS has to be loaded before it is found
        from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _by_group(columns: sparse.csr_array, spread: Any) -> Floats:
    """Return, for each group, the sums of the columns, each situation as often as it is spread."""
    with needs("cantine"):
        from scipy import sparse

    if isinstance(spread, np.ndarray):
        return np.ascontiguousarray((columns.T @ spread).T)
    return np.asarray((sparse.csr_array(spread.T) @ columns).toarray())


def _used_columns(matrix: sparse.csr_array) -> tuple[sparse.csr_array, Ints]:
    """Return the columns that hold anything, and which they are."""
    used = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]))
    return matrix[:, used], used


def _row_products(left: sparse.csr_array, right: sparse.csr_array) -> sparse.csr_array:
    """Return, row by row, the product of every column on the left with every one on the right."""
    with needs("cantine"):
        from scipy import sparse

    each = np.diff(right.indptr).astype(np.int64)
    row = np.repeat(np.arange(left.shape[0]), np.diff(left.indptr))
    pairs = each[row]
    at_left = np.repeat(np.arange(left.nnz), pairs)
    start = np.repeat(right.indptr[row] - (np.cumsum(pairs) - pairs), pairs)
    at_right = start + np.arange(len(at_left))
    column = left.indices[at_left].astype(np.int64) * right.shape[1] + right.indices[at_right]
    ends = np.concatenate([[0], np.cumsum(np.diff(left.indptr) * each)])
    return sparse.csr_array(
        (left.data[at_left] * right.data[at_right], column, ends),
        shape=(left.shape[0], left.shape[1] * right.shape[1]),
    )


def _median(values: Floats, count: Floats | None) -> float:
    """Return the median of values that were seen so many times each."""
    if count is None:
        return float(np.median(values))
    order = np.argsort(values)
    below = np.cumsum(count[order])
    half = below[-1] / 2
    tiny = 1e-12 * half
    low = int(np.searchsorted(below, half - tiny))
    high = int(np.searchsorted(below, half + tiny, side="right"))
    return float(values[order[low]] + values[order[min(high, len(values) - 1)]]) / 2
