"""Past forecasts, each made as if on its day, and what they say of the errors to come."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.city.records import Attendance
from prevision_cantine.model.design import OCCASIONS
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.spread import fit_spread


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


def measured(past: Origins, meals: Floats, canteens: int) -> Calibration:
    """Return what past forecasts say of the errors to come."""
    table = past.table
    spread = fit_spread(
        np.log(table.meals / meals), meals, past.lead, past.occasion, table.canteen,
        occasions=len(OCCASIONS), canteens=canteens,
    )  # fmt: skip
    scale = spread.scale(meals, past.lead, past.occasion, table.canteen)
    return Calibration(meals, table.meals, table.date, table.canteen, scale, spread)
