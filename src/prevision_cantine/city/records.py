"""What is counted of a city: meals served, announced absences, enrolments foreseen, remarks."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats, Ints


@attrs.frozen(eq=False)
class Attendance:
    """Meals served, one row a canteen and day; a closed day is no row.

    Parameters
    ----------
    canteen : ndarray of int, shape (n,)
        Number of the canteen.
    date : ndarray of datetime64[D], shape (n,)
        Day, sorted.
    meals : ndarray of float, shape (n,)
        Meals served, above 0.
    agents : ndarray of float, shape (n,)
        Meals that the agents ordered; NaN where unknown.
    """

    canteen: Ints = attrs.field(repr=False)
    date: Days = attrs.field(repr=False)
    meals: Floats = attrs.field(repr=False)
    agents: Floats = attrs.field(repr=False)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.date)

    def select(self, keep: npt.NDArray[Any]) -> Attendance:
        """Return some of the rows.

        Parameters
        ----------
        keep : ndarray of bool or int
            A mask, or positions.

        Returns
        -------
        Attendance
            Those rows.
        """
        return Attendance(self.canteen[keep], self.date[keep], self.meals[keep], self.agents[keep])


def _days() -> Days:
    return np.array([], dtype="datetime64[D]")


@attrs.frozen(eq=False)
class Absences:
    """Pupils who will be away, such as on a trip, each with the day on which it was announced.

    Parameters
    ----------
    canteen : ndarray of int, shape (m,)
        Number of the canteen.
    date, announced : ndarray of datetime64[D], shape (m,)
        Day of the absence, and day from which it is known.
    pupils : ndarray of float, shape (m,)
        Pupils enrolled who will be away, above 0.
    place : ndarray of str, shape (m,)
        Where each announcement stands, for messages: the file and line, or what gave it.
    """

    canteen: Ints = attrs.field(factory=lambda: np.array([], dtype=np.int64), repr=False)
    date: Days = attrs.field(factory=_days, repr=False)
    announced: Days = attrs.field(factory=_days, repr=False)
    pupils: Floats = attrs.field(factory=lambda: np.array([], dtype=np.float64), repr=False)
    place: npt.NDArray[np.str_] = attrs.field(repr=False)

    @place.default
    def _no_place(self) -> npt.NDArray[np.str_]:
        return np.full(len(self.pupils), "absences")

    def __len__(self) -> int:
        """Return how many announcements there are."""
        return len(self.date)


@attrs.frozen(eq=False)
class Provisional:
    """Enrolments of a school year as foreseen before it begins.

    Parameters
    ----------
    known_on : datetime64[D]
        Day from which they are known.
    pupils : ndarray of float, shape (canteens,)
        Pupils; NaN where unknown.
    """

    known_on: np.datetime64
    pupils: Floats = attrs.field(repr=False)


@attrs.frozen
class Remark:
    """Something that the loader found, and what it did about it.

    Parameters
    ----------
    file, what, action : str
        Where, what was found, and what was done.
    count : int
        How many rows or entries it concerns.
    """

    file: str
    what: str
    action: str
    count: int
