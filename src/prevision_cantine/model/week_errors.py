"""Standard errors of effects by weeks: the days of a week err together, rows are not independent.

Errors counted by rows are two times too small for what all canteens share on a day, such as the
last day before holidays. A jackknife leaves out one group of weeks at a time and sees how far the
effects move.
"""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.errors import ParameterError
from prevision_cantine.extras import needs
from prevision_cantine.model.regression import Design, Effects, solve

GROUPS = 40  # with 20, those of one dish move by a third with the seed
FEW_WEEKS = 6  # an effect seen in fewer has no honest error
PUSH = 0.5  # by how much a far row pushes back, over its weight: see ``regression.FALL``
MOST_KAPPA = 2.0


@attrs.frozen(eq=False)
class WeekErrors:
    """Standard errors of effects, and in how many weeks each was seen.

    Parameters
    ----------
    shared : ndarray of float, shape (combinations,)
        Errors of the shared effects, or of the combinations asked for.
    nested : ndarray of float, shape (groups, nested columns)
        Errors of the effects of each series.
    shared_weeks : ndarray of int, shape (shared columns,)
        Weeks in which each shared column has a row.
    nested_weeks : ndarray of int, shape (groups, nested columns)
        Weeks in which each nested column has a row.
    """

    shared: Floats = attrs.field(repr=False)
    nested: Floats = attrs.field(repr=False)
    shared_weeks: Ints = attrs.field(repr=False)
    nested_weeks: Ints = attrs.field(repr=False)

    @property
    def shared_few(self) -> Bools:
        """Shared columns seen in fewer than six weeks: say in how many, and no interval."""
        return self.shared_weeks < FEW_WEEKS

    @property
    def nested_few(self) -> Bools:
        """Nested columns seen in fewer than six weeks: say in how many, and no interval."""
        return self.nested_weeks < FEW_WEEKS


def week_errors(
    design: Design,
    target: Floats,
    weight: Floats,
    robustness: Floats,
    date: Days,
    *,
    contrast: Floats | None = None,
    groups: int = GROUPS,
    seed: int = 0,
) -> WeekErrors:
    """Return the standard errors of effects by a jackknife over groups of weeks.

    Each group costs one solution: robust weights stay as they are, and errors are multiplied by what
    far rows would push back, column by column.

    Parameters
    ----------
    design : Design
        Rows and columns.
    target : ndarray of float, shape (n,)
        What the terms should add up to.
    weight : ndarray of float, shape (n,)
        How much each row counts, without robustness.
    robustness : ndarray of float, shape (n,)
        The factor by which each far row counts less, as ``solve`` returned it.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    contrast : ndarray of float, shape (combinations, shared columns), optional
        Combinations of shared effects whose errors are asked for; each effect where not given.
    groups : int
        Groups of weeks, 2 or more; as many as there are weeks where these are fewer.
    seed : int
        Seed of the groups, which are random: neighbouring weeks are alike.

    Returns
    -------
    WeekErrors
        NaN where there are fewer than two weeks.

    Examples
    --------
    >>> from prevision_cantine.model.regression import Block
    >>> random = np.random.default_rng(0)
    >>> day = np.arange(400)
    >>> block = Block("a", np.where(day % 4 == 0, 0, -1), 1, 1e-6)
    >>> design = Design((block,), day, np.zeros(400, dtype=int), 1)
    >>> target, one = random.normal(size=400), np.ones(400)
    >>> found = week_errors(design, target, one, one, np.datetime64("2024-01-01") + day)
    >>> bool(0.06 < found.shared[0] < 0.16), found.shared_weeks.tolist()
    (True, [57])
    """
    if groups < 2:
        raise ParameterError("groups", groups, "parts.give_groups")
    number = np.unique(week_of(date), return_inverse=True)[1]
    weeks = int(number.max(initial=-1)) + 1
    groups = min(groups, weeks)
    seen = _weeks_seen(design, number, weeks)
    if weeks < 2:
        return WeekErrors(
            np.full(len(contrast) if contrast is not None else len(seen[0]), np.nan),
            np.full(seen[1].shape, np.nan), *seen,
        )  # fmt: skip
    fold = np.random.default_rng(seed).permutation(np.arange(weeks) % groups)[number]
    found: list[Effects] = []
    for part in range(groups):
        left = np.where(fold == part, 0.0, weight * robustness)
        found.append(solve(design, target, left, robust=False)[0])
    shared = np.array([one.shared for one in found])
    if contrast is not None:
        shared = shared @ contrast.T
    factor = np.sqrt(groups - 1.0)
    errors = factor * shared.std(axis=0), factor * np.std([one.nested for one in found], axis=0)
    kappa = _kappas(design, weight, robustness)
    if contrast is None:
        return WeekErrors(errors[0] * kappa[0], errors[1] * kappa[1], *seen)
    share = np.abs(contrast) / np.maximum(np.abs(contrast).sum(axis=1, keepdims=True), 1e-300)
    return WeekErrors(errors[0] * (share @ kappa[0]), errors[1] * kappa[1], *seen)


def week_of(date: Days) -> Ints:
    """Return the number of the week of each day, Monday first.

    Parameters
    ----------
    date : ndarray of datetime64[D], shape (n,)
        Days.

    Returns
    -------
    ndarray of int, shape (n,)
        Weeks since that of 1970-01-01.
    """
    return np.asarray((date.astype("datetime64[D]").astype(np.int64) + 3) // 7)


def _weeks_seen(design: Design, week: Ints, weeks: int) -> tuple[Ints, Ints]:
    """Return in how many weeks each shared, and each nested, column has a row."""
    with needs("cantine"):
        from scipy import sparse

    ones = np.ones(len(design), dtype=np.int64)
    by_week = sparse.csr_array(
        (ones, (week, design.situation)), shape=(weeks, design.situations)
    ).astype(bool)
    shared = design.matrix(nested=False).astype(bool)
    _, column = (by_week @ shared).nonzero()
    shared_weeks = np.bincount(column, minlength=shared.shape[1])
    own = design.matrix(nested=True).astype(bool)
    # The situations of each week of each series, and from them the columns.
    key = design.group * weeks + week
    by_group = sparse.csr_array(
        (ones, (key, design.situation)), shape=(design.groups * weeks, design.situations)
    ).astype(bool)
    row, column = (by_group @ own).nonzero()
    flat = (row // weeks).astype(np.int64) * own.shape[1] + column
    nested_weeks = np.bincount(flat, minlength=design.groups * own.shape[1])
    return shared_weeks, nested_weeks.reshape(design.groups, own.shape[1])


def _kappas(design: Design, weight: Floats, robustness: Floats) -> tuple[Floats, Floats]:
    """Return, column by column, what forgets that far rows push back in a redescending fit.

    It is the sum of weights over the sum of weights times the derivative of the robust score, which
    is 1 for a near row and minus half its weight for a far one.
    """
    mass = weight * robustness
    push = weight * np.where(robustness < 1, -PUSH * robustness, 1.0)
    found = []
    for nested in (False, True):
        squares = design.matrix(nested).power(2)
        if nested:
            total, held = (
                np.asarray(_dense(squares.T @ design.spread(x)).T, dtype=np.float64)
                for x in (mass, push)
            )
        else:
            total, held = (
                squares.T @ np.bincount(design.situation, x, design.situations)
                for x in (mass, push)
            )
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(held > total / MOST_KAPPA, total / held, MOST_KAPPA)
        found.append(np.where(total > 0, np.maximum(ratio, 1.0), 1.0))
    return found[0], found[1]


def _dense(values: object) -> Floats:
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values)
