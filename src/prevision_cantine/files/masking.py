"""Small counts hidden in what is published."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from prevision_cantine.errors import ParameterError

Mask = npt.NDArray[np.bool_]


def small_cells(
    counts: npt.ArrayLike, below: float, margins: tuple[npt.ArrayLike, ...] = ()
) -> Mask:
    """Return which cells of a table to hide so that no small count can be read or worked out.

    Hidden are the counts between 0 and ``below``, both left out. Where a group of a margin (a day, a
    canteen) then has a single hidden cell, the smallest other cell of the group is hidden too,
    and so on until no group has a single one: else the hidden count is the group's total, which
    cities publish, less the others. This is done and not only warned of, since who publishes a
    table does not know which totals stand elsewhere; and it costs few cells.

    Parameters
    ----------
    counts : array_like of float, shape (n,)
        Counts; NaN is hidden already.
    below : float
        Counts below this are small; above 0.
    margins : tuple of array_like, each of shape (n,)
        The group of each cell, by margin whose totals are or may be known.

    Returns
    -------
    ndarray of bool, shape (n,)
        Cells to hide. A group of one cell alone keeps its single hidden cell: its total is the
        count itself, and must not be published. Nothing here protects from tables of other days
        or of another grouping.

    Raises
    ------
    ForecastError
        Where ``below`` is not above 0.

    Examples
    --------
    >>> small_cells([4, 60, 80, 70], 10, (["lundi", "lundi", "lundi", "mardi"],)).tolist()
    [True, True, False, False]
    """
    if not below > 0:
        raise ParameterError("below", below, "parts.give_size")
    values = np.asarray(counts, dtype=np.float64)
    hidden: Mask = np.isnan(values) | ((values > 0) & (values < below))
    groups = [np.unique(np.asarray(margin), return_inverse=True)[1] for margin in margins]
    order = np.argsort(values, kind="stable")
    while True:
        before = int(hidden.sum())
        for group in groups:
            single = (np.bincount(group, hidden) == 1)[group]
            spare = order[(single & ~hidden)[order]]
            # The first of each group in order of size is its smallest.
            hidden[spare[np.unique(group[spare], return_index=True)[1]]] = True
        if int(hidden.sum()) == before:
            return hidden
