"""A series with little or no past: its level, how wide its interval is, and its order margin.

Nothing in a city's files tells the level of a canteen that has never served: it is the median of
the others, and may be off by as much as they differ. What helps is one number, stated by who knows
the place, or the canteens whose pupils it took over. Its own days then take over within a week.
"""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Floats, Ints
from prevision_cantine.errors import ForecastError, ParameterError
from prevision_cantine.extras import needs

Source = Literal["others", "stated", "replaced"]

HALF_LIFE = 7.0  # service days after which a day counts half in the level of a newcomer
CLIP = 0.25  # log residuals are held so near to their median
PRIOR_ROWS = 0.5  # own rows that the prior counts for in the level
WIDTH_ROWS = 0.25  # and in the width
TAILS = 1.25  # the levels of series have wider tails than a normal of their deviation
FIRST_DAYS = 5  # days of a new year that are not yet what the series will be
FIRST_DAYS_WORTH = 0.5  # own rows that each of them counts for in the width
STATED = 0.10  # standard deviation, on the log scale, of a level that someone states
REPLACED = 0.13  # and of one that comes from the series replaced
# Standard deviation of levels where the city has too few series to show its own; on Nantes 0.21.
UNKNOWN = 0.3
FEW = 4  # series that this deviation counts for
ORDER_DAYS = 5  # own days from which the ordinary margin of an order is right
KNOWN_ROWS = 40.0  # own rows beyond which a series is no newcomer
NARROWEST, WIDEST = 1e-4, 3.0  # scales between which margins are solved
GRID = 256


@attrs.frozen
class Prior:
    """What is known of the level of a series before its own days.

    Parameters
    ----------
    level : float
        Logarithm of meals less every other term.
    sd : float
        How far it may be off: standard deviation.
    source : {"others", "stated", "replaced"}
        What it rests on, to be said.
    series : tuple of int
        The series that it rests on; empty where it was stated.
    """

    level: float
    sd: float
    source: Source
    series: tuple[int, ...] = attrs.field(default=(), repr=False)


def prior_from_others(level: Floats, rows: Floats, *, exclude: Ints | None = None) -> Prior:
    """Return what the other series say of one without past.

    Parameters
    ----------
    level : ndarray of float, shape (series,)
        Level of each.
    rows : ndarray of float, shape (series,)
        Rows that each level rests on, weighted by age.
    exclude : ndarray of int, optional
        Series that do not count, such as other newcomers.

    Returns
    -------
    Prior
        Their median, and their standard deviation: not a robust one, since the tails are what an
        interval has to hold. It is shrunk towards 0.3 where the series are few.

    Examples
    --------
    >>> prior = prior_from_others(np.array([0.0, 0.1, 0.3, 9.0]), np.array([90.0, 80, 70, 0]))
    >>> prior.level, prior.series
    (0.1, (0, 1, 2))
    """
    use = np.asarray(rows) > 0
    if exclude is not None:
        use[exclude] = False
    found = level[use]
    count = len(found)
    if not count:
        raise ForecastError("no_past_series")
    middle = float(np.median(found))
    own = float(np.var(found, ddof=1)) if count > 1 else 0.0
    sd = float(np.sqrt((count * own + FEW * UNKNOWN**2) / (count + FEW)))
    return Prior(middle, sd, "others", tuple(int(n) for n in np.flatnonzero(use)))


def prior_stated(meals: float, usual: float, sd: float = STATED) -> Prior:
    """Return the level at which an ordinary day has the meals that someone expects.

    Parameters
    ----------
    meals : float
        Meals expected on an ordinary day, above 0.
    usual : float
        Logarithm of the meals of that ordinary day at level 0: every other term together.
    sd : float
        How far such a statement may be off, on the log scale.

    Returns
    -------
    Prior
        The level.

    Examples
    --------
    >>> round(prior_stated(150.0, np.log(200.0)).level, 3)
    -0.288
    """
    if not meals > 0:
        raise ParameterError("meals", meals, "parts.give_expected")
    return Prior(float(np.log(meals) - usual), sd, "stated")


def prior_from_replaced(
    level: Floats, people: Floats, replaced: Ints, sd: float = REPLACED
) -> Prior:
    """Return the level of a series that took over the people of others.

    Parameters
    ----------
    level, people : ndarray of float, shape (series,)
        Level of each series, and its people, by which levels are weighted; NaN counts as the median.
    replaced : ndarray of int, shape (m,)
        The series replaced, one or more.
    sd : float
        How far a level moves when its people do, on the log scale.

    Returns
    -------
    Prior
        The level at which as many meals are taken a head as in those together.

    Examples
    --------
    >>> level = np.log([0.5, 0.9, 0.2])
    >>> found = prior_from_replaced(level, np.array([100.0, 300.0, 50.0]), np.array([0, 1]))
    >>> round(float(np.exp(found.level)), 2)
    0.8
    """
    if not len(replaced):
        raise ForecastError("none_replaced")
    some = people[replaced]
    weight = np.where(
        np.isfinite(some), some, np.nanmedian(some) if np.isfinite(some).any() else 1.0
    )
    rate = float(np.average(np.exp(level[replaced]), weights=weight))
    return Prior(float(np.log(rate)), sd, "replaced", tuple(int(n) for n in replaced))


@attrs.frozen(eq=False)
class Newcomers:
    """Series with little past: an entry each.

    Parameters
    ----------
    series : ndarray of int, shape (m,)
        Number of the series.
    level : ndarray of float, shape (m,)
        Level that forecasts.
    days : ndarray of int, shape (m,)
        Own days known.
    rows : ndarray of float, shape (m,)
        Own days as the width counts them: by age, and the first days of a new year for little.
    sd : ndarray of float, shape (m,)
        How far the level may be off beside the ordinary error, on the log scale.
    priors : tuple of Prior, length m
        What each rested on before its own days.
    """

    series: Ints
    level: Floats
    days: Ints
    rows: Floats = attrs.field(repr=False)
    sd: Floats
    priors: tuple[Prior, ...] = attrs.field(repr=False)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.series)

    def sd_of(self, series: Ints) -> Floats:
        """Return how far the level of rows may be off beside their ordinary error.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row.

        Returns
        -------
        ndarray of float, shape (n,)
            Standard deviations on the log scale; 0 for a series that is no newcomer.
        """
        most = int(max(series.max(initial=-1), self.series.max(initial=-1))) + 1
        table = np.zeros(most)
        table[self.series] = self.sd
        return np.asarray(table[series])


def newcomers(
    priors: dict[int, Prior],
    series: Ints,
    age: Floats,
    residual: Floats,
    *,
    first_days: Bools | None = None,
    half_life: float = HALF_LIFE,
    prior_rows: float = PRIOR_ROWS,
    width_rows: float = WIDTH_ROWS,
    tails: float = TAILS,
    first_worth: float = FIRST_DAYS_WORTH,
) -> Newcomers:
    """Return the levels of series with little past, and how sure they are.

    Parameters
    ----------
    priors : dict of int to Prior
        The newcomers, and what each rests on before its own days.
    series : ndarray of int, shape (n,)
        Number of the series of each own day known; rows of other series do not count.
    age : ndarray of float, shape (n,)
        Service days since each, 0 or more.
    residual : ndarray of float, shape (n,)
        Logarithm of meals less every term but the level. No weight for far rows: that of a
        regression would be near 0 for a series far from its prior.
    first_days : ndarray of bool, shape (n,), optional
        Days of the first week of a new year, which are not yet what the series will be.
    half_life, prior_rows, width_rows, tails, first_worth : float
        Days after which a day counts half; own rows that the prior counts for in the level, and in
        the width; by how much the deviation of the prior is widened; and the rows that a day of the
        first week of a year counts for in the width.

    Returns
    -------
    Newcomers
        In the order of ``priors``.

    Examples
    --------
    >>> prior = Prior(level=0.0, sd=0.2, source="others")
    >>> none = np.zeros(0)
    >>> new = newcomers({7: prior}, none.astype(int), none, none)
    >>> new.level.tolist(), new.sd.round(2).tolist()
    ([0.0], [0.25])
    >>> week = np.arange(5.0)
    >>> known = newcomers({7: prior}, np.full(5, 7), week, np.full(5, 0.4))
    >>> bool(known.level[0] > 0.34), bool(known.sd[0] < 0.08)
    (True, True)
    """
    level, rows, days = (
        np.zeros(len(priors)),
        np.zeros(len(priors)),
        np.zeros(len(priors), dtype=np.int64),
    )
    for n, (number, prior) in enumerate(priors.items()):
        here = np.flatnonzero(series == number)
        days[n], level[n] = len(here), prior.level
        if not len(here):
            continue
        own = residual[here]
        middle = float(np.median(own))
        weight = 0.5 ** (age[here] / half_life)
        held = np.clip(own, middle - CLIP, middle + CLIP)
        level[n] = (weight @ held + prior_rows * prior.level) / (weight.sum() + prior_rows)
        worth = np.ones(len(here))
        if first_days is not None:
            worth = np.where(first_days[here], first_worth, 1.0)
        rows[n] = weight @ worth
    spread = np.array([prior.sd for prior in priors.values()], dtype=np.float64)
    return Newcomers(
        series=np.array(list(priors), dtype=np.int64), level=level, days=days, rows=rows,
        sd=tails * spread * np.sqrt(width_rows / (rows + width_rows)), priors=tuple(priors.values()),
    )  # fmt: skip


def widened(
    meals: Floats, lower: Floats, upper: Floats, sd: Floats, coverage: float
) -> tuple[Floats, Floats]:
    """Return intervals that also hold a level, or a break, that is not sure.

    Parameters
    ----------
    meals, lower, upper : ndarray of float, shape (n,)
        Forecast, and its ordinary bounds.
    sd : ndarray of float, shape (n,)
        How far the level of each row may be off beside its ordinary error, on the log scale; 0
        leaves the bounds as they are.
    coverage : float
        Share of days that the intervals should hold.

    Returns
    -------
    tuple of ndarray of float, shape (n,)
        Bounds: the squares of the two distances from the forecast are added.

    Examples
    --------
    >>> one = np.array([100.0])
    >>> low, high = widened(one, one - 10, one + 10, np.array([0.3]), 0.9)
    >>> low.round(1).tolist(), high.round(1).tolist()
    ([60.4], [165.3])
    """
    more = _normal_quantile((1 + coverage) / 2) * sd
    with np.errstate(divide="ignore"):
        below, above = np.log(meals / lower), np.log(upper / meals)
    # An ordinary bound on the other side of the forecast stands for no distance.
    low = np.where(sd > 0, meals * np.exp(-np.hypot(np.maximum(below, 0), more)), lower)
    high = np.where(sd > 0, meals * np.exp(np.hypot(np.maximum(above, 0), more)), upper)
    return np.minimum(low, lower), np.maximum(high, upper)


def missing_share(margin: Floats, scale: Floats) -> Floats:
    """Return the share of meals that an order with a margin leaves missing.

    Parameters
    ----------
    margin, scale : ndarray of float, shape (n,)
        Margin and standard deviation of the error, on the log scale: the order is
        ``forecast * exp(margin)``, and errors are normal around the forecast.

    Returns
    -------
    ndarray of float, shape (n,)
        Expected missing meals over expected meals.

    Examples
    --------
    >>> missing_share(np.array([0.0, 0.2]), np.array([0.1, 0.1])).round(4).tolist()
    [0.0423, 0.0011]
    """
    with needs("cantine"):
        from scipy.special import ndtr

    strike = margin - scale**2 / 2
    near = scale / 2 - strike / scale
    return np.asarray(ndtr(near) - np.exp(strike) * ndtr(near - scale))


@attrs.frozen(eq=False)
class MarginCurve:
    """The margin that keeps one shortage, for each scale of the errors: solved on a grid, once.

    A margin in proportion to the scale misses more where the scale is larger; the margin over the
    scale has to grow with it, from 0.65 at 0.06 to 1.48 at 0.22 for a shortage of 1 %.

    Parameters
    ----------
    shortage : float
        Share of meals that may be missing.
    scale, margin : ndarray of float, shape (256,)
        Scales, and the margin at each; both grow.
    """

    shortage: float
    scale: Floats = attrs.field(repr=False)
    margin: Floats = attrs.field(repr=False)

    def margin_of(self, scale: Floats) -> Floats:
        """Return the margins for scales.

        Parameters
        ----------
        scale : ndarray of float, shape (n,)
            Standard deviation of the error of each row, on the log scale.

        Returns
        -------
        ndarray of float, shape (n,)
            Margins, on the log scale.
        """
        inside = np.clip(scale, self.scale[0], self.scale[-1])
        return np.interp(np.log(inside), np.log(self.scale), self.margin)

    def scale_of(self, margin: Floats) -> Floats:
        """Return the scales for which margins are right.

        Parameters
        ----------
        margin : ndarray of float, shape (n,)
            Margins, on the log scale.

        Returns
        -------
        ndarray of float, shape (n,)
            Standard deviations on the log scale, 0.0001 for a margin that no scale has.
        """
        return np.exp(np.interp(margin, self.margin, np.log(self.scale)))

    def widened(self, margin: Floats, sd: Floats) -> Floats:
        """Return the margins of rows whose level is not sure.

        Parameters
        ----------
        margin : ndarray of float, shape (n,)
            The ordinary margin of each row.
        sd : ndarray of float, shape (n,)
            How far its level may be off beside the ordinary error; 0 leaves the margin as it is.

        Returns
        -------
        ndarray of float, shape (n,)
            The margin for the scale at which the ordinary one is right, with the deviation added.
        """
        more = self.margin_of(np.hypot(self.scale_of(margin), sd))
        return np.where(sd > 0, np.maximum(more, margin), margin)


def margin_curve(shortage: float) -> MarginCurve:
    """Solve the margin of a shortage for a grid of scales.

    Parameters
    ----------
    shortage : float
        Share of meals that may be missing, above 0 and below 1.

    Returns
    -------
    MarginCurve
        For scales from 0.0001 to 3.

    Raises
    ------
    ParameterError
        Where the shortage is out of its range.

    Examples
    --------
    >>> curve = margin_curve(0.01)
    >>> (curve.margin_of(np.array([0.06, 0.22])) / [0.06, 0.22]).round(2).tolist()
    [0.65, 1.48]
    """
    if not 0 < shortage < 1:
        raise ParameterError("shortage", shortage, "parts.give_share", example=0.01)
    scale = np.geomspace(NARROWEST, WIDEST, GRID)
    low, high = np.full(GRID, np.log1p(-shortage) - 1e-9), scale**2 / 2 + 40 * scale
    for _ in range(80):
        middle = (low + high) / 2
        short = missing_share(middle, scale) > shortage
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return MarginCurve(shortage, scale, np.maximum.accumulate(high))


def quantile_widened(margin: Floats, sd: Floats, quantile: float) -> Floats:
    """Return margins at a quantile, such as one that costs ask for, of rows whose level is not sure.

    Parameters
    ----------
    margin : ndarray of float, shape (n,)
        The ordinary margin of each row at that quantile.
    sd : ndarray of float, shape (n,)
        How far its level may be off beside the ordinary error.
    quantile : float
        Share of days that the order should be enough on.

    Returns
    -------
    ndarray of float, shape (n,)
        Margins, further from 0 on the side of the quantile.

    Examples
    --------
    >>> quantile_widened(np.array([0.05]), np.array([0.2]), 0.8).round(3).tolist()
    [0.176]
    """
    z = _normal_quantile(quantile)
    side = 1.0 if z >= 0 else -1.0
    wide = side * np.hypot(np.maximum(side * margin, 0), z * sd)
    return np.where(
        sd > 0, np.maximum(wide, margin) if side > 0 else np.minimum(wide, margin), margin
    )


def _normal_quantile(share: float) -> float:
    with needs("cantine"):
        from scipy.special import ndtri

    if not 0 < share < 1:
        raise ParameterError("share", share, "parts.give_share", example=0.9)
    return float(ndtri(share))
