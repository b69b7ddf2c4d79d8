"""Past forecasts, each made as if on its day, and what they say of the errors to come."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.city.records import Attendance
from prevision_cantine.model.design import OCCASIONS
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.margins import far_runs
from prevision_cantine.uncertainty.spread import by_size, fit_spread


@attrs.frozen(eq=False)
class Origins:
    """Past forecasts, each made as if on its day: a row each."""

    table: Attendance
    meals: Floats
    lead: Floats
    occasion: Ints
    drafts: Floats  # columns of the parts of the agents' orders

    def select(self, keep: Ints) -> Origins:
        """Return some of the rows."""
        return Origins(
            self.table.select(keep), self.meals[keep], self.lead[keep], self.occasion[keep],
            self.drafts[keep],
        )  # fmt: skip


def joined(found: list[Origins]) -> Origins | None:
    """Return past forecasts as one; None where there is none."""
    if not sum(len(one.table) for one in found):
        return None
    tables = [one.table for one in found]
    table = Attendance(
        *(np.concatenate([getattr(t, name) for t in tables]) for name in ("canteen", "date", "meals", "agents"))
    )  # fmt: skip
    names = ("meals", "lead", "occasion", "drafts")
    return Origins(table, *(np.concatenate([getattr(one, n) for one in found]) for n in names))


def measured(past: Origins, meals: Floats, canteens: int, width: float = 0.0) -> Calibration:
    """Return what past forecasts say of the errors to come, runs of far days left out."""
    table = past.table
    error = np.log(table.meals / meals)
    far = far_runs(table.canteen, table.date, error, by_size(meals).either)
    if far.runs:
        past, meals, error = past.select(np.flatnonzero(far.keep)), meals[far.keep], error[far.keep]
        table = past.table
    spread = fit_spread(
        error, meals, past.lead, past.occasion, table.canteen, occasions=len(OCCASIONS),
        canteens=canteens,
    )  # fmt: skip
    scale = spread.scale(meals, past.lead, past.occasion, table.canteen)
    return Calibration(
        meals, table.meals, table.date, table.canteen, scale, spread, width, far.runs
    )


def width_after(days: int) -> float:
    """Return how far a forecast may be off after so few days that past forecasts do not tell yet.

    Parameters
    ----------
    days : int
        Days with meals that are known.

    Returns
    -------
    float
        Log error that nine forecasts of ten keep below, on either side: from what canteens of one
        city differ by where nothing is known of one, to twice the usual error after some weeks.

    Examples
    --------
    >>> [round(width_after(days), 2) for days in (1, 5, 20, 100)]
    [0.53, 0.41, 0.34, 0.29]
    """
    return float(0.25 + 0.4 / np.sqrt(days + 1))
