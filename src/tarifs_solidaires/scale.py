"""What an income is divided by before it is compared: tax shares, household units, a wage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.decision_table import DecisionTable

Array = npt.NDArray[Any]


@attrs.frozen(kw_only=True)
class TaxShares:
    """The family quotient of a tax notice: yearly income by 12 months and by tax shares."""

    numerator: str = "revenu_fiscal_reference"
    per: int = 1

    def units(self, values: Mapping[str, Array]) -> Array:
        """Return 12 times the tax shares, which quarter shares make whole."""
        return np.asarray(np.multiply(12, values["nombre_parts"], dtype=np.float64))


@attrs.frozen(kw_only=True)
class Scale:
    """A scale by household or by another input.

    Parameters
    ----------
    numerator : str
        Input that is divided.
    by : str
        Input that divides it; empty where the scale is made of ``base`` and ``each``.
    base : DecisionTable or None
        Table whose rows give the base of the scale, as output ``value``.
    each : mapping of str to float
        What each unit of an input adds.
    source, confidence : str
        Where the scale comes from and how sure it is.
    """

    numerator: str
    by: str = ""
    base: DecisionTable | None = None
    each: Mapping[str, float] = attrs.field(factory=dict)
    source: str
    confidence: str

    per = 100

    def units(self, values: Mapping[str, Array]) -> Array:
        """Return the scale of each person in whole hundredths."""
        if self.base is None:
            return np.asarray(np.rint(np.multiply(100, values[self.by], dtype=np.float64)))
        total = self.base.values_of_cells("value")[self.base.cells(values)]
        total = np.rint(100 * total)
        for name, amount in self.each.items():
            total = total + np.multiply(round(100 * amount), values[name], dtype=np.float64)
        return np.asarray(total)
