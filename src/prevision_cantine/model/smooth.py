"""Smooth numbers: columns of a number, or of the time of the year, under plain ridge penalties.

A smooth is a cubic B-spline whose second differences are penalised. Turned to the eigenvectors of
that penalty, and each divided by the root of its eigenvalue, its columns need no more than the same
ridge penalty each, as the columns of categories do. What the penalty leaves free, a constant and a
line, becomes one centred line with a penalty of its own: the level of the series carries the constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.errors import ForecastError, ParameterError
from prevision_cantine.extras import needs
from prevision_cantine.model.regression import Block

FUNCTIONS = 8  # basis functions, of which a line and six columns of curve are left
DEGREE = 3
OUTER = 0.005  # share of the values on each side beyond which the curve is held flat
HARMONICS = 5
DAYS_A_YEAR = 365.25


@attrs.frozen
class Smooth:
    """The columns of a smooth number: one line and up to six columns of curve.

    It is fitted once on an early span, with ``fit_smooth``, and never changes: what an effect means
    does not move as data grow.

    Parameters
    ----------
    low, high : float
        Range over which the curve is known; a value outside counts as the nearest bound.
    centre, unit : float
        The line is (value - centre) / unit; a unit of 0 is that of a constant, without any column.
    turn : tuple of tuple of float
        What each basis function adds to each column of curve; empty where there is none.
    middle : tuple of float
        Mean of each column of curve over the early span, taken off.

    Examples
    --------
    >>> away = np.linspace(0, 0.4, 200)
    >>> smooth = fit_smooth(away)
    >>> smooth.columns(away).shape
    (200, 7)
    >>> bool(np.abs(smooth.columns(away).mean(axis=0)).max() < 1e-9)
    True
    >>> Smooth.from_dict(smooth.to_dict()) == smooth
    True
    """

    low: float
    high: float
    centre: float
    unit: float
    turn: tuple[tuple[float, ...], ...] = attrs.field(default=(), repr=False)
    middle: tuple[float, ...] = attrs.field(default=(), repr=False)

    @property
    def width(self) -> int:
        """How many columns there are: 0 for a constant, 1 for a line alone."""
        return 0 if self.unit == 0 else 1 + len(self.middle)

    def columns(self, values: Floats) -> Floats:
        """Return the columns of values.

        Parameters
        ----------
        values : ndarray of float, shape (n,)
            Values; one that is missing (NaN) gets 0 in each column, which is the usual effect.

        Returns
        -------
        ndarray of float, shape (n, width)
            The line first, then the curve.
        """
        values = np.asarray(values, dtype=np.float64)
        result = np.zeros((len(values), self.width))
        known = np.flatnonzero(~np.isnan(values))
        if not self.width or not len(known):
            return result
        inside = np.clip(values[known], self.low, self.high)
        result[known, 0] = (inside - self.centre) / self.unit
        if self.middle:
            curve = _basis(inside, self.low, self.high, len(self.turn)) @ np.array(self.turn)
            result[known, 1:] = curve - np.array(self.middle)
        return result

    def blocks(
        self,
        term: str,
        values: Floats,
        *,
        line: float = 1.0,
        curve: float = 10.0,
        nested: bool = False,
        category: Ints | None = None,
        categories: int = 1,
        factor: str = "",
    ) -> tuple[Block, ...]:
        """Return the blocks of a term over some situations.

        Parameters
        ----------
        term : str
            Name of the term.
        values : ndarray of float, shape (situations,)
            The number in each situation; NaN where it is missing.
        line, curve : float
            Ridge penalties, in rows that say "no effect". When in doubt, light on the line (0.3 to
            3) and heavy on the curve (3 to 30); 10 to 100 for a product.
        nested : bool
            Whether each series has a curve of its own.
        category : ndarray of int, shape (situations,), optional
            For the product of a category and the smooth: the category of each situation, -1 for
            none. Each category then has a line and a curve of its own.
        categories : int
            How many categories there are.
        factor : str
            What the columns tell apart, for who reads the effects.

        Returns
        -------
        tuple of Block
            The line, and the curve where there is one; empty for a constant.
        """
        columns = self.columns(values)
        found = []
        for part, penalty in ((columns[:, :1], line), (columns[:, 1:], curve)):
            if part.shape[1]:
                column, value = product(part, category, categories)
                width = part.shape[1] * categories
                found.append(Block(term, column, width, penalty, nested, value, factor))
        return tuple(found)

    def curve(self, effect: Floats, points: int = 50) -> tuple[Floats, Floats]:
        """Return the values of the number, and what the term adds at each: one curve to draw.

        Parameters
        ----------
        effect : ndarray of float, shape (width,)
            Effects of the columns.
        points : int
            How many values.

        Returns
        -------
        tuple of ndarray, shape (points,)
            Values from ``low`` to ``high``, and effects on the log scale.
        """
        values = np.linspace(self.low, self.high, points)
        return values, np.asarray(self.columns(values) @ effect)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, from which ``from_dict`` builds the same smooth.

        Returns
        -------
        dict of str to object
            ``low``, ``high``, ``centre``, ``unit``, ``turn`` and ``middle``.
        """
        return {
            "low": self.low, "high": self.high, "centre": self.centre, "unit": self.unit,
            "turn": [list(row) for row in self.turn], "middle": list(self.middle),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Smooth:
        """Return the smooth of which ``to_dict`` gave this.

        Parameters
        ----------
        data : mapping of str to object
            As ``to_dict`` gives it.

        Returns
        -------
        Smooth
            The smooth.

        Raises
        ------
        ForecastError
            Where a part is missing, unknown or of the wrong shape.
        """
        names = {field.name for field in attrs.fields(cls)}
        if set(data) != names:
            wrong = ", ".join(sorted(names ^ set(data)))
            raise ForecastError(
                "smooth", detail=f"a smooth number with parts that are missing or unknown: {wrong}"
            )
        turn = tuple(tuple(float(x) for x in row) for row in data["turn"])
        middle = tuple(float(x) for x in data["middle"])
        numbers = {name: float(data[name]) for name in ("low", "high", "centre", "unit")}
        if any(len(row) != len(middle) for row in turn) or bool(turn) != bool(middle):
            raise ForecastError(
                "smooth", detail="a smooth number whose curve has rows of another length"
            )
        if not all(np.isfinite([*numbers.values(), *middle, *(x for row in turn for x in row)])):
            raise ForecastError("smooth", detail="a smooth number with parts that are not finite")
        return cls(**numbers, turn=turn, middle=middle)


def fit_smooth(values: Floats, functions: int = FUNCTIONS) -> Smooth:
    """Return the smooth of a number, from its values in an early span.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Values; missing ones (NaN) are left out.
    functions : int
        Basis functions, from 4 to 20. A number of few distinct values has fewer columns: one of two
        values is a line, and one value or none has no column.

    Returns
    -------
    Smooth
        Its line has mean 0 and standard deviation 1 over the span, its columns of curve mean 0.

    Raises
    ------
    ForecastError
        Where a value is infinite, or ``functions`` is out of its range.

    Examples
    --------
    >>> fit_smooth(np.array([0.0, 1.0, 1.0, np.nan])).width
    1
    >>> fit_smooth(np.array([3.0, 3.0])).width
    0
    """
    if not 4 <= functions <= 20:
        raise ParameterError("functions", functions, "parts.give_functions")
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    if np.isinf(known).any():
        raise ForecastError(
            "smooth", detail="a smooth number has an infinite value: give finite ones, or NaN"
        )
    if not len(known) or known.min() == known.max():
        constant = float(known[0]) if len(known) else 0.0
        return Smooth(constant, constant, constant, 0.0)
    low, high = (float(x) for x in np.quantile(known, [OUTER, 1 - OUTER]))
    if low == high:  # nearly always the same: the few other values are what there is to learn
        low, high = float(known.min()), float(known.max())
    inside = np.clip(known, low, high)
    centre, unit = float(inside.mean()), float(inside.std())
    distinct = len(np.unique(inside))
    bare = Smooth(low, high, centre, unit)
    # The basis needs the range to be told from rounding.
    if unit <= 1e-12 * max(abs(low), abs(high)):
        return Smooth(centre, centre, centre, 0.0)
    functions = min(functions, max(distinct + 1, DEGREE + 1))
    if distinct <= 2:
        return bare
    second = np.diff(np.eye(functions), 2, axis=0)
    size, vector = np.linalg.eigh(second.T @ second)
    keep = slice(2, min(functions, distinct))  # the two smallest are 0: constant and line
    turn = vector[:, keep] / np.sqrt(size[keep])
    # An eigenvector has no sign of its own: give it one, so that every machine has the same.
    turn *= np.where(turn[np.abs(turn).argmax(axis=0), np.arange(turn.shape[1])] < 0, -1.0, 1.0)
    middle = (_basis(inside, low, high, functions) @ turn).mean(axis=0)
    return attrs.evolve(
        bare,
        turn=tuple(tuple(float(x) for x in row) for row in turn),
        middle=tuple(float(x) for x in middle),
    )


def product(
    columns: Floats, category: Ints | None = None, categories: int = 1
) -> tuple[Ints, Floats]:
    """Return the columns and values of a block, each category with columns of its own.

    Parameters
    ----------
    columns : ndarray of float, shape (situations, k)
        Values of each situation.
    category : ndarray of int, shape (situations,), optional
        Category of each situation, -1 for none; all of one category where not given.
    categories : int
        How many there are.

    Returns
    -------
    column : ndarray of int, shape (situations, k)
        ``category * k`` and the next; -1 where there is no category.
    value : ndarray of float, shape (situations, k)
        The values.

    Raises
    ------
    ForecastError
        Where a category is not from -1 to ``categories - 1``.

    Examples
    --------
    >>> column, value = product(np.array([[0.5, 2.0], [1.0, 3.0]]), np.array([1, -1]), 2)
    >>> column.tolist()
    [[2, 3], [-1, -1]]
    """
    count, width = columns.shape
    if category is None:
        category = np.zeros(count, dtype=np.int64)
    if len(category) and not (category.min() >= -1 and category.max() < categories):
        raise ForecastError("smooth", detail=f"a category is not from -1 to {categories - 1}")
    column = category[:, None] * width + np.arange(width)
    return np.where(category[:, None] < 0, -1, column), np.ascontiguousarray(columns)


def harmonics(share: Floats, count: int = HARMONICS) -> Floats:
    """Return the cosine and sine of each yearly harmonic.

    Parameters
    ----------
    share : ndarray of float, shape (n,)
        Share of the year that is over, of any origin: days since any day over 365.25 will do.
    count : int
        Harmonics.

    Returns
    -------
    ndarray of float, shape (n, 2 * count)
        Cosine and sine of the first, then of the second, and so on.

    Examples
    --------
    >>> harmonics(np.array([0.0, 0.25]), 2).round(6).tolist()
    [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, -1.0, 0.0]]
    """
    angle = (
        2 * np.pi * np.multiply.outer(np.asarray(share, dtype=np.float64), np.arange(1, count + 1))
    )
    return np.stack([np.cos(angle), np.sin(angle)], axis=2).reshape(len(angle), -1)


def season_blocks(
    term: str,
    date: npt.NDArray[np.datetime64],
    *,
    count: int = HARMONICS,
    penalty: float = 1.0,
    nested: bool = False,
    category: Ints | None = None,
    categories: int = 1,
    factor: str = "season",
) -> tuple[Block, ...]:
    """Return the blocks of a season as yearly harmonics, the k-th penalised k squared.

    Parameters
    ----------
    term : str
        Name of the term.
    date : ndarray of datetime64[D], shape (situations,)
        Day of each situation.
    count : int
        Harmonics.
    penalty : float
        Ridge penalty of the first harmonic, in rows that say "no effect".
    nested : bool
        Whether each series has a season of its own.
    category : ndarray of int, shape (situations,), optional
        Category of each situation, -1 for none, where each has a season of its own.
    categories : int
        How many categories there are.
    factor : str
        What the columns tell apart, for who reads the effects.

    Returns
    -------
    tuple of Block
        A block each harmonic.
    """
    columns = harmonics(date.astype("datetime64[D]").astype(np.float64) / DAYS_A_YEAR, count)
    found = []
    for k in range(count):
        column, value = product(columns[:, 2 * k : 2 * k + 2], category, categories)
        found.append(
            Block(term, column, 2 * categories, penalty * (k + 1) ** 2, nested, value, factor)
        )
    return tuple(found)


def _basis(inside: Floats, low: float, high: float, functions: int) -> Floats:
    """Return a cubic B-spline on even knots, values being from low to high."""
    with needs("cantine"):
        from scipy.interpolate import BSpline

    pieces = functions - DEGREE
    knots = np.arange(-DEGREE, pieces + DEGREE + 1, dtype=np.float64)
    place = np.clip((inside - low) / (high - low) * pieces, 0.0, pieces)
    return np.asarray(BSpline.design_matrix(place, knots, DEGREE).toarray(), dtype=np.float64)
