"""How far a forecast is usually off, above and below: by size, lead, occasion and canteen."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Floats, Ints

SIZE = 150.0  # meals of a middling canteen
POWER = 0.3  # the relative error falls as size to this power, where nothing else is known
LEAD = 40.0  # days between data and a middling forecast
OCCASION_ROWS, CANTEEN_ROWS = 20.0, 50.0  # rows that say "like the others", for shrinkage
FURTHEST = 0.35  # log errors beyond which a row says no more about the usual ones
ROUNDS = 8


@attrs.frozen(eq=False)
class Scale:
    """The usual error of some forecasts, relative to that of a middling one.

    Parameters
    ----------
    above, below : ndarray of float, shape (n,)
        Of meals above the forecast, and below it; above 0.
    occasion : ndarray of int, shape (n,)
        The kind of day, as ``features.occasions`` numbers them.
    """

    above: Floats = attrs.field(repr=False)
    below: Floats = attrs.field(repr=False)
    occasion: Ints = attrs.field(repr=False)

    @property
    def either(self) -> Floats:
        """How far off on either side: what orders go by, since a day below shows one above may come."""
        return np.sqrt(self.above * self.below)

    def select(self, keep: npt.NDArray[np.bool_] | Ints) -> Scale:
        """Return the scales of some rows."""
        return Scale(self.above[keep], self.below[keep], self.occasion[keep])


def by_size(meals: Floats) -> Scale:
    """Return the scales of forecasts of which nothing but the size is known."""
    power = np.asarray((meals / SIZE) ** -POWER)
    return Scale(power, power, np.zeros(len(meals), dtype=np.int64))


@attrs.frozen(eq=False)
class Side:
    """Mean error on one side: base x size ** a x lead ** b x occasion x canteen.

    Parameters
    ----------
    base : float
        Mean log error of a middling forecast.
    powers : ndarray of float, shape (2,)
        Of the size and of the lead.
    occasion, canteen : ndarray of float, shape (occasions,) and (canteens,)
        Factors.
    """

    base: float
    powers: Floats
    occasion: Floats
    canteen: Floats

    def of(self, size: Floats, lead: Floats, occasion: Ints, canteen: Ints) -> Floats:
        """Return the mean error of rows, given the logarithms of size and lead."""
        power = np.exp(self.powers[0] * size + self.powers[1] * lead)
        return np.asarray(self.base * power * self.occasion[occasion] * self.canteen[canteen])


@attrs.frozen(eq=False)
class Spread:
    """What past forecasts say of the errors to come.

    Parameters
    ----------
    unit : float
        Mean log error above the forecast, to which scales are relative.
    above, below : Side
        Errors of meals above the forecast, and below it.
    """

    unit: float
    above: Side = attrs.field(repr=False)
    below: Side = attrs.field(repr=False)

    def scale(self, meals: Floats, lead: Floats, occasion: Ints, canteen: Ints) -> Scale:
        """Return the scales of forecasts.

        Parameters
        ----------
        meals, lead : ndarray of float, shape (n,)
            Forecast, and days from the data to the day.
        occasion, canteen : ndarray of int, shape (n,)
            Numbers of the kind of day and of the canteen.

        Returns
        -------
        Scale
            A row each.
        """
        known = _logs(meals, lead)
        above = self.above.of(*known, occasion, canteen) / self.unit
        below = self.below.of(*known, occasion, canteen) / self.unit
        return Scale(above, below, occasion)


def fit_spread(
    error: Floats,
    meals: Floats,
    lead: Floats,
    occasion: Ints,
    canteen: Ints,
    *,
    occasions: int,
    canteens: int,
) -> Spread:
    """Learn how far forecasts are off from past ones.

    Parameters
    ----------
    error : ndarray of float, shape (n,)
        Logarithm of meals served over meals forecast.
    meals, lead : ndarray of float, shape (n,)
        Forecast, and days from the data to the day.
    occasion, canteen : ndarray of int, shape (n,)
        Numbers of the kind of day and of the canteen.
    occasions, canteens : int
        How many there are.

    Returns
    -------
    Spread
        Occasions and canteens shrunk towards the others, the more so the fewer rows they have.
    """
    size, days = _logs(meals, lead)
    sides = []
    for sign in (1.0, -1.0):
        off = np.minimum(sign * error, FURTHEST)
        rows = off > 0
        sides.append(
            _fit_side(off[rows], size[rows], days[rows], occasion[rows], canteen[rows], occasions, canteens)
        )  # fmt: skip
    above = np.minimum(error[error > 0], FURTHEST)
    return Spread(float(above.mean()) if len(above) else 1.0, *sides)


def _logs(meals: Floats, lead: Floats) -> tuple[Floats, Floats]:
    return np.log(meals / SIZE), np.log(np.maximum(lead, 1.0) / LEAD)


def _fit_side(
    off: Floats, size: Floats, lead: Floats, occasion: Ints, canteen: Ints, occasions: int,
    canteens: int,
) -> Side:  # fmt: skip
    """Fit the factors in turn: each round settles one while the others stand."""
    powers = np.zeros(2)
    by_occasion, by_canteen = np.ones(occasions), np.ones(canteens)
    if not len(off):
        return Side(1.0, powers, by_occasion, by_canteen)
    base = float(off.mean())
    columns = np.stack([np.ones(len(off)), size, lead])
    for _ in range(ROUNDS):
        rest = off / Side(base, powers, by_occasion, by_canteen).of(size, lead, occasion, canteen)
        # A Newton step of an exponential regression with a logarithmic link.
        normal = columns @ columns.T + np.diag([1e-3, 1.0, 1.0])
        step = np.linalg.solve(normal, columns @ (rest - 1.0))
        base *= float(np.exp(np.clip(step[0], -1, 1)))
        powers = powers + np.clip(step[1:], -0.5, 0.5)
        for factor, group, prior in (
            (by_occasion, occasion, OCCASION_ROWS),
            (by_canteen, canteen, CANTEEN_ROWS),
        ):
            usual = Side(base, powers, by_occasion, by_canteen).of(size, lead, occasion, canteen)
            seen = np.bincount(group, minlength=len(factor))
            total = np.bincount(group, off / usual * factor[group], len(factor))
            factor[:] = (total + prior) / (seen + prior)
    return Side(base, powers, by_occasion, by_canteen)
