"""Where each canteen stands: its level and weekday profile from its last weeks, and what a summer does."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Floats, Ints

SLOTS = 7  # weekdays
LONG_HALF_LIFE, LONG_ROWS = 100.0, 1.5  # service days; rows of the longer past in a recent level
PROFILE_HALF_LIFE, PROFILE_ROWS = 40.0, 2.0
SUMMER = 10.0  # service days by which a summer ages what was seen before it
FIRST_DAYS = 30  # service days after a summer that show what it did
SUMMERS = 0.5  # summers that did nothing, for shrinkage


@attrs.frozen(eq=False)
class Past:
    """What is left of the rows once calendar and menus are taken out, in the order of days.

    Parameters
    ----------
    canteen, slot : ndarray of int, shape (n,)
        Number of the canteen, and of the weekday.
    year, day : ndarray of int, shape (n,)
        Number of the school year, and of the service day since the first one.
    rest : ndarray of float, shape (n,)
        Logarithm of meals less enrolment and every term but the level.
    weight : ndarray of float, shape (n,)
        How far each row is to be trusted, from 0 to 1.
    canteens : int
        How many canteens there are.
    now : int, optional
        Number of the last service day known, rows of which may be left out; that of the last row
        where not given.
    """

    canteen: Ints
    slot: Ints
    year: Ints
    day: Ints
    rest: Floats
    weight: Floats
    canteens: int
    now: int | None = None

    def mean(self, half_life: float) -> tuple[Floats, Floats]:
        """Return the mean of each canteen, rows counting half after so many days, and their weight."""
        weight = self.weight * 0.5 ** (self.age() / half_life)
        return weighted_mean(weight, self.canteen, self.canteens, self.rest)

    def level(self, half_life: float, rows: float = LONG_ROWS) -> Floats:
        """Return the recent level of each canteen, held by so many rows to its longer past."""
        longer, seen = self.mean(LONG_HALF_LIFE)
        longer = np.where(seen > 0, longer, np.mean(self.rest))
        latest, mass = self.mean(half_life)
        return np.asarray((mass * latest + rows * longer) / (mass + rows))

    def profile(self, unexplained: Floats) -> Floats:
        """Return what the last weeks of each canteen add to its weekdays, shape (canteens, slots)."""
        weight = self.weight * 0.5 ** (self.age() / PROFILE_HALF_LIFE)
        found, mass = weighted_mean(
            weight, self.canteen * SLOTS + self.slot, self.canteens * SLOTS, unexplained
        )
        profile = (found * mass / (mass + PROFILE_ROWS)).reshape(self.canteens, SLOTS)
        seen = np.unique(self.slot)
        profile[:, seen] -= profile[:, seen].mean(axis=1, keepdims=True)
        return profile

    def summer(self, half_life: float, new_pupils: Floats) -> tuple[float, float]:
        """Return what a summer usually does to the level of all canteens.

        Parameters
        ----------
        half_life : float
            Of the level before the summer.
        new_pupils : ndarray of float, shape (n,)
            What the new enrolment of each row's year took out of ``rest``.

        Returns
        -------
        tuple of float, length 2
            Where the new enrolments are known, and where not: the mean over past summers of the
            median over canteens, held to 0.
        """
        known: list[float] = []
        unknown: list[float] = []
        for year in np.unique(self.year)[1:]:
            after = (self.year == year) & (self.day < self.day[self.year == year][0] + FIRST_DAYS)
            if np.ptp(self.day[after]) < FIRST_DAYS // 2:
                continue
            level, mass = self._take(self.year < year).mean(half_life)
            for changes, rest in (
                (known, self.rest[after]),
                (unknown, (self.rest + new_pupils)[after]),
            ):
                new, seen = weighted_mean(
                    self.weight[after], self.canteen[after], self.canteens, rest
                )
                both = (mass > 1) & (seen > 1)
                if both.any():
                    changes.append(float(np.median((new - level)[both])))
        return sum(known) / (len(known) + SUMMERS), sum(unknown) / (len(unknown) + SUMMERS)

    def age(self) -> Floats:
        """Return the service days since each row, a summer counting for ten."""
        return np.asarray(
            (self.day.max() if self.now is None else self.now)
            - self.day
            + SUMMER * (self.year.max() - self.year),
            dtype=np.float64,
        )

    def _take(self, keep: Ints) -> Past:
        return Past(
            self.canteen[keep], self.slot[keep], self.year[keep], self.day[keep], self.rest[keep],
            self.weight[keep], self.canteens,
        )  # fmt: skip


def weighted_mean(weight: Floats, group: Ints, count: int, value: Floats) -> tuple[Floats, Floats]:
    """Return the weighted mean of each group, and its weight."""
    mass: Floats = np.bincount(group, weight, count).astype(np.float64)
    return np.bincount(group, weight * value, count) / np.maximum(mass, 1e-300), mass


def recent_level(
    rest: Floats, canteen: Ints, age: Floats, half_life: float, usual: Floats
) -> Floats:
    """Return the level that the last rows show, held to the usual one where there are few.

    Parameters
    ----------
    rest : ndarray of float, shape (n,)
        Logarithm of meals less enrolment and every term but the level.
    canteen : ndarray of int, shape (n,)
        Number of the series.
    age, half_life : ndarray of float, shape (n,), and float
        Service days since each row, and those after which one counts half.
    usual : ndarray of float, shape (series,)
        The usual level.

    Returns
    -------
    ndarray of float, shape (series,)
        The level.
    """
    found, mass = weighted_mean(0.5 ** (age / half_life), canteen, len(usual), rest)
    return np.asarray((mass * found + LONG_ROWS * usual) / (mass + LONG_ROWS))
