"""Strikes: which share of the canteens is hit, and how hard.

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
from prevision_cantine.extras import needs
from prevision_cantine.json_value import JsonValue
from prevision_cantine.plain_values import first_few
from prevision_cantine.words.language import counted, in_language, percent, phrases

HIT = 2 / 3  # share of the expected meals below which a series is hit
ATOMS = 40  # values that a distribution is thinned to
OWN_DAYS = 6.0  # strike days that say "hit as often as the others"
PRIOR_DAYS, PRIOR_HIT = 2.0, 0.15  # where past strikes are few
PRIOR_SERVED = (0.1, 0.25, 0.4, 0.55)  # of the expected meals, in a series hit, where none was seen
HALVINGS = 45

TEXTS = phrases("strikes")


@attrs.frozen(eq=False)
class PastStrikes(JsonValue):
    """What past strikes did: day by day, and as a mixture of series that are hit and the others.

    Parameters
    ----------
    date : ndarray of datetime64[D], shape (days,)
        Strike days on which meals were served, in order.
    came : ndarray of float, shape (days,)
        Meals served over those expected without the strike, of all series that were open.
    hit : ndarray of float, shape (days,)
        Share of those series that served less than two thirds of what was expected.
    chance : ndarray of float, shape (series,)
        How often each series is hit, on an average strike day.
    served_hit, served_spared : ndarray of float, shape (at most 40,)
        Logarithm of meals served over those expected without the strike: evenly spread quantiles, in
        the series that were hit, and in the others.
    noise : float
        Variance of the ordinary error inside ``served_spared``, which an interval must not count
        twice.
    """

    date: Days = attrs.field(repr=False)
    came: Floats = attrs.field(repr=False)
    hit: Floats = attrs.field(repr=False)
    chance: Floats = attrs.field(repr=False)
    served_hit: Floats = attrs.field(repr=False)
    served_spared: Floats = attrs.field(repr=False)
    noise: float = attrs.field(repr=False)

    def __repr__(self) -> str:
        """Show the days."""
        return f"<PastStrikes of {len(self)} days: {first_few(self.date.astype(str).tolist())}>"

    def __len__(self) -> int:
        """Return how many strike days there are."""
        return len(self.date)

    def summary(self) -> dict[str, float]:
        """Return past strikes in a few figures.

        Returns
        -------
        dict of str to float
            ``days``, and where there is one, ``lowest``, ``median``, ``highest`` share of the
            expected meals served, and ``hit``, the mean share of series hit.
        """
        if not len(self):
            return {"days": 0}
        return {
            "days": len(self),
            "lowest": float(self.came.min()),
            "median": float(np.median(self.came)),
            "highest": float(self.came.max()),
            "hit": float(self.hit.mean()),
        }

    def to_text(self, lang: str = "fr") -> str:
        """Say how far past strikes were from each other.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Sentences.

        Raises
        ------
        ForecastError
            Where the language does not exist.

        Examples
        --------
        >>> days = np.array(["2015-02-03", "2016-06-02"], dtype="datetime64[D]")
        >>> meals = np.array([90.0, 70.0])
        >>> strikes = past_strikes(np.zeros(2, dtype=int), days, meals, np.full(2, 100.0), count=1)
        >>> strikes.to_text("en").split(";")[0]
        'Past strikes (2 days): from 70% to 90% of the expected meals were served, 80% on the median day'
        """
        say = in_language(TEXTS, lang)
        if not len(self):
            return say["none"]
        found = self.summary()
        return say["past"].format(
            days=counted(len(self), "day", lang), low=percent(found["lowest"], lang),
            high=percent(found["highest"], lang), middle=percent(found["median"], lang),
            hit=percent(found["hit"], lang),
        )  # fmt: skip

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
            raise ParameterError("share", share, "parts.give_share_hit")
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
        return np.asarray(chance * hit + (1 - chance) * float(np.exp(self.served_spared).mean()))

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
        if not 0 < coverage < 1:
            raise ParameterError("coverage", coverage, "parts.give_share", example=0.9)
        with needs("cantine"):
            from scipy.special import ndtri

        tail = (1 - coverage) / 2
        z = float(ndtri(1 - tail))
        below, above = (np.log(x) / z for x in (meals / lower, upper / meals))
        low, high = (
            self.quantile(
                series, meals, below, above, np.full(len(meals), level), share=share, loss=loss
            )
            for level in (tail, 1 - tail)
        )
        return low, high

    def quantile(
        self,
        series: Ints,
        meals: Floats,
        below: Floats,
        above: Floats,
        level: Floats,
        *,
        share: float | None = None,
        loss: float | None = None,
    ) -> Floats:
        """Return the meals that are enough in a share of the cases, on one announced strike day.

        Parameters
        ----------
        series : ndarray of int, shape (n,)
            Number of the series of each row.
        meals : ndarray of float, shape (n,)
            Forecast without the strike.
        below, above : ndarray of float, shape (n,)
            Standard deviation of its ordinary error on the log scale, on either side.
        level : ndarray of float, shape (n,)
            Share of the cases, above 0 and below 1.
        share, loss : float, optional
            As in ``factor``.

        Returns
        -------
        ndarray of float, shape (n,)
            Meals.
        """
        with needs("cantine"):
            from scipy.special import ndtr

        chance = self.chances(series, share)[:, None]
        below, above = (np.maximum(x, 1e-6)[:, None] for x in (below, above))
        parts = ((self._hit(loss), chance), (self._spared(), 1 - chance))
        low, high = np.full(len(meals), -12.0), np.full(len(meals), 4.0)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            found = np.zeros(len(meals))
            for atoms, weight in parts:
                off = middle[:, None] - atoms
                found += (weight * ndtr(off / np.where(off < 0, below, above))).mean(axis=1)
            short = found < level
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray(meals * np.exp(high))

    def _hit(self, loss: float | None) -> Floats:
        if loss is None:
            return self.served_hit
        if not 0 < loss < 1:
            raise ParameterError("loss", loss, "parts.give_share_lost")
        return np.asarray(self.served_hit + np.log((1 - loss) / np.exp(self.served_hit).mean()))

    def _spared(self) -> Floats:
        """Return the spared values with the ordinary error taken out of their spread."""
        middle, variance = float(np.median(self.served_spared)), float(self.served_spared.var())
        left = np.sqrt(max(1 - self.noise / variance, 0.0)) if variance > 0 else 0.0
        return np.asarray(middle + left * (self.served_spared - middle))


def past_strikes(
    series: Ints, date: Days, meals: Floats, expected: Floats, *, count: int, noise: float = 0.0
) -> PastStrikes:
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
    PastStrikes
        With no past strike, 15 % of the series are hit and lose most of their meals: a guess, which
        its length lets the reader know.

    Examples
    --------
    >>> series, day = np.tile(np.arange(10), 8), np.repeat(np.arange(8), 10)
    >>> meals = np.where(series < 3, 30.0, 95.0)
    >>> date = np.datetime64("2024-01-08") + 7 * day
    >>> found = past_strikes(series, date, meals, np.full(80, 100.0), count=10)
    >>> found.hit[:2].tolist(), found.chance.round(2).tolist()[2:4]
    ([0.3, 0.3], [0.69, 0.12])
    >>> one = np.full(10, 100.0)
    >>> low, high = found.bounds(np.arange(10), one, 0.9 * one, 1.1 * one, 0.9)
    >>> bool((low < 40).all()), bool((high > 90).all())
    (True, True)
    """
    if not (len(series) == len(date) == len(meals) == len(expected)):
        raise ForecastError("lengths_differ")
    ratio = np.log(meals / expected)
    hit = ratio < np.log(HIT)
    days, place = np.unique(date, return_inverse=True)
    rows = np.bincount(place, minlength=len(days))
    share = np.bincount(place, hit, len(days)) / np.maximum(rows, 1)
    came = np.bincount(place, meals, len(days)) / np.bincount(place, expected, len(days))
    usual = (share.sum() + PRIOR_DAYS * PRIOR_HIT) / (len(days) + PRIOR_DAYS)
    seen = np.bincount(series, minlength=count)
    chance = (np.bincount(series, hit, count) + OWN_DAYS * usual) / (seen + OWN_DAYS)
    return PastStrikes(
        date=days, came=came, hit=share, chance=chance,
        served_hit=_thinned(np.concatenate([ratio[hit], np.log(PRIOR_SERVED)])),
        served_spared=_thinned(ratio[~hit]), noise=noise,
    )  # fmt: skip


def _thinned(values: Floats) -> Floats:
    """Return evenly spread quantiles of values; 0 where there is none."""
    if not len(values):
        return np.zeros(1)
    count = min(ATOMS, len(values))
    return np.quantile(values, (np.arange(count) + 0.5) / count)
