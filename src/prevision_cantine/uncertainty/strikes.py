"""An announced strike: which share of the canteens is hit, and how hard.

A strike is not a mean. Most canteens serve nearly as usual, some lose most of their meals, and no
two strikes hit as many. An interval around the mean effect holds neither. So the days of past
strikes say how often each canteen was hit and what was then served, and the interval is that of the
mixture.
"""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Days, Floats, Ints
from prevision_cantine.errors import ForecastError, ParameterError

HIT = 2 / 3  # share of the expected meals below which a series is hit
ATOMS = 40  # values that a distribution is thinned to
OWN_DAYS = 6.0  # strike days that say "hit as often as the others"
PRIOR_DAYS, PRIOR_HIT = 2.0, 0.15  # where past strikes are few
PRIOR_SERVED = (0.1, 0.25, 0.4, 0.55)  # of the expected meals, in a series hit, where none was seen
HALVINGS = 45


@attrs.frozen(eq=False)
class StrikeSpread:
    """What past strikes did, as a mixture: series that are hit, and the others.

    Parameters
    ----------
    days : int
        Strike days that it rests on.
    day_share : ndarray of float, shape (days,)
        Share of the series that each hit.
    chance : ndarray of float, shape (series,)
        How often each series is hit, on an average strike day.
    hit, spared : ndarray of float, shape (at most 40,)
        Logarithm of meals served over those expected without the strike: evenly spread quantiles, in
        the series that were hit, and in the others.
    noise : float
        Variance of the ordinary error inside ``spared``, which an interval must not count twice.
    """

    days: int
    day_share: Floats = attrs.field(repr=False)
    chance: Floats = attrs.field(repr=False)
    hit: Floats = attrs.field(repr=False)
    spared: Floats = attrs.field(repr=False)
    noise: float = attrs.field(repr=False)

    def chances(self, series: Ints, share: float | None = None) -> Floats:
        """Return the chance of each row to be hit.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row of one day.
        share : float, optional
            Share of the series announced to be hit, from 0 to 1; that of past strikes where not
            given. The odds of all rows are then multiplied by one factor.

        Returns
        -------
        ndarray of float, shape (n,)
            Chances, whose mean is the share.
        """
        chance = self.chance[series]
        if share is None or not len(series):
            return np.asarray(chance)
        if not 0 <= share <= 1:
            raise ParameterError("share", share, "give the share of canteens hit, from 0 to 1")
        if share in (0, 1):
            return np.full(len(series), float(share))
        odds = chance / (1 - chance)
        low, high = -20.0, 20.0
        for _ in range(60):
            middle = (low + high) / 2
            more = odds * np.exp(middle)
            if (more / (1 + more)).mean() < share:
                low = middle
            else:
                high = middle
        more = odds * np.exp(high)
        return np.asarray(more / (1 + more))

    def factor(self, series: Ints, share: float | None = None, loss: float | None = None) -> Floats:
        """Return the meals expected over those of the day without the strike.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row of one day.
        share : float, optional
            Share of the series announced to be hit.
        loss : float, optional
            Share of their meals that the series hit are said to lose, above 0 and below 1.

        Returns
        -------
        ndarray of float, shape (n,)
            Factors, by which a forecast of the whole city is right on average.
        """
        chance = self.chances(series, share)
        hit = float(np.exp(self._hit(loss)).mean())
        return np.asarray(chance * hit + (1 - chance) * float(np.exp(self.spared).mean()))

    def bounds(
        self,
        series: Ints,
        meals: Floats,
        lower: Floats,
        upper: Floats,
        coverage: float,
        *,
        share: float | None = None,
        loss: float | None = None,
    ) -> tuple[Floats, Floats]:
        """Return intervals of the rows of one announced strike day.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row.
        meals, lower, upper : ndarray of float, shape (n,)
            Forecast without the strike, and its bounds.
        coverage : float
            Share of days that the bounds hold.
        share, loss : float, optional
            As in ``factor``.

        Returns
        -------
        tuple of ndarray of float, shape (n,)
            Quantiles of the mixture, with the ordinary error of each row.
        """
        from scipy.special import ndtr, ndtri

        if not 0 < coverage < 1:
            raise ParameterError(
                "coverage", coverage, "give a share above 0 and below 1, such as 0.9"
            )
        tail = (1 - coverage) / 2
        z = float(ndtri(1 - tail))
        chance = self.chances(series, share)[:, None]
        hit, spared = self._hit(loss), self._spared()
        sides = [np.maximum(x, 1e-6) / z for x in (np.log(meals / lower), np.log(upper / meals))]

        def below(value: Floats) -> Floats:
            found = np.zeros(len(value))
            for atoms, weight in ((hit, chance), (spared, 1 - chance)):
                off = value[:, None] - atoms
                sd = np.where(off < 0, sides[0][:, None], sides[1][:, None])
                found += (weight * ndtr(off / sd)).mean(axis=1)
            return found

        result = []
        for level in (tail, 1 - tail):
            low, high = np.full(len(meals), -12.0), np.full(len(meals), 4.0)
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                short = below(middle) < level
                low, high = np.where(short, middle, low), np.where(short, high, middle)
            result.append(meals * np.exp(high))
        return result[0], result[1]

    def _hit(self, loss: float | None) -> Floats:
        if loss is None:
            return self.hit
        if not 0 < loss < 1:
            raise ParameterError("loss", loss, "give the share of meals lost, above 0 and below 1")
        return np.asarray(self.hit + np.log((1 - loss) / np.exp(self.hit).mean()))

    def _spared(self) -> Floats:
        """Return the spared values with the ordinary error taken out of their spread."""
        middle, variance = float(np.median(self.spared)), float(self.spared.var())
        left = np.sqrt(max(1 - self.noise / variance, 0.0)) if variance > 0 else 0.0
        return np.asarray(middle + left * (self.spared - middle))


def learn_strikes(
    series: Ints, date: Days, meals: Floats, expected: Floats, *, count: int, noise: float = 0.0
) -> StrikeSpread:
    """Learn from past strike days how many series a strike hits, and how hard.

    Parameters
    ----------
    series : ndarray of int, shape (n,)
        Number of the series of each row of a strike day.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    meals, expected : ndarray of float, shape (n,)
        Meals served, and expected without the strike.
    count : int
        How many series there are.
    noise : float
        Variance of the ordinary error of ``expected``, on the log scale.

    Returns
    -------
    StrikeSpread
        With no past strike, 15 % of the series are hit and lose most of their meals: a guess, which
        ``days`` lets the reader know.

    Examples
    --------
    >>> series, day = np.tile(np.arange(10), 8), np.repeat(np.arange(8), 10)
    >>> meals = np.where(series < 3, 30.0, 95.0)
    >>> date = np.datetime64("2024-01-08") + 7 * day
    >>> found = learn_strikes(series, date, meals, np.full(80, 100.0), count=10)
    >>> found.day_share[:2].tolist(), found.chance.round(2).tolist()[2:4]
    ([0.3, 0.3], [0.69, 0.12])
    >>> one = np.full(10, 100.0)
    >>> low, high = found.bounds(np.arange(10), one, 0.9 * one, 1.1 * one, 0.9)
    >>> bool((low < 40).all()), bool((high > 90).all())
    (True, True)
    """
    if not (len(series) == len(date) == len(meals) == len(expected)):
        raise ForecastError("series, days, meals and expected meals of another length")
    ratio = np.log(meals / expected)
    hit = ratio < np.log(HIT)
    days, place = np.unique(date, return_inverse=True)
    rows = np.bincount(place, minlength=len(days))
    day_share = np.bincount(place, hit, len(days)) / np.maximum(rows, 1)
    usual = (day_share.sum() + PRIOR_DAYS * PRIOR_HIT) / (len(days) + PRIOR_DAYS)
    seen = np.bincount(series, minlength=count)
    chance = (np.bincount(series, hit, count) + OWN_DAYS * usual) / (seen + OWN_DAYS)
    return StrikeSpread(
        days=len(days), day_share=day_share, chance=chance,
        hit=_thinned(np.concatenate([ratio[hit], np.log(PRIOR_SERVED)])),
        spared=_thinned(ratio[~hit]), noise=noise,
    )  # fmt: skip


def _thinned(values: Floats) -> Floats:
    """Return evenly spread quantiles of values; 0 where there is none."""
    if not len(values):
        return np.zeros(1)
    count = min(ATOMS, len(values))
    return np.quantile(values, (np.arange(count) + 0.5) / count)
