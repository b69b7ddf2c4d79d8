"""Teaching periods: runs of service days with no long gap."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Days
from prevision_cantine.calendar.days import distinct_days, weekday
from prevision_cantine.json_value import JsonValue

MAX_GAP = 8  # days
LONGEST = 120  # days: a longer run, as of a place without holidays, is cut
PIECE = 56  # days of what it is cut into


@attrs.frozen
class Period(JsonValue):
    """A run of service days.

    Parameters
    ----------
    start, end : datetime64[D]
        First and last service day.
    """

    start: np.datetime64
    end: np.datetime64

    def until(self, lead_days: int) -> np.datetime64:
        """Return the last day whose data a forecast with this lead may use.

        Parameters
        ----------
        lead_days : int
            Days before the first day of the period.

        Returns
        -------
        datetime64[D]
            The day.
        """
        return self.start - np.timedelta64(lead_days, "D")


def periods(days: Days) -> list[Period]:
    """Cut service days into runs with no gap of more than 8 days, and a run beyond 120 into pieces."""
    if not len(days):
        return []
    every = distinct_days(days)
    cuts = np.flatnonzero(np.diff(every).astype(np.int64) > MAX_GAP) + 1
    found: list[Period] = []
    for run in np.split(every, cuts):
        age = (run - run[0]).astype(np.int64)
        cuts = np.flatnonzero(np.diff(age // PIECE)) + 1
        pieces = cuts if age[-1] >= LONGEST else cuts[:0]
        found += [Period(part[0], part[-1]) for part in np.split(run, pieces)]
    return found


def weeks(days: Days) -> list[Period]:
    """Cut service days into calendar weeks."""
    if not len(days):
        return []
    every = distinct_days(days)
    cuts = np.flatnonzero(np.diff(every - weekday(every)).astype(np.int64)) + 1
    return [Period(part[0], part[-1]) for part in np.split(every, cuts)]
