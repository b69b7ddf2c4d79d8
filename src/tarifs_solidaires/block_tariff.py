"""Block tariff: each block of a volume has its price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.decision_table import DecisionTable, Row
from tarifs_solidaires.money import SCALE, half_up, whole

Array = npt.NDArray[Any]

LITRES = 1000  # in a cubic metre: volumes are taken to the litre


@attrs.frozen(kw_only=True)
class Block:
    """One block of volume.

    Parameters
    ----------
    tranche : str
        Name of the block.
    up_to : float
        Last cubic metre, included; infinite in the last block.
    prices : DecisionTable
        Rows with the output ``price``, money per m3: who pays what in this block. The last row
        is everyone else.
    """

    tranche: str
    up_to: float
    prices: DecisionTable

    @property
    def rows(self) -> tuple[Row, ...]:
        """Who pays what in this block."""
        return self.prices.rows


@attrs.frozen(kw_only=True)
class BlockTariff:
    """A price by blocks of volume, and an aid for each person of a large household.

    Parameters
    ----------
    blocks : tuple of Block
        Blocks in order of volume.
    aide_par_personne : float
        Aid for each person beyond ``personnes_sans_aide``, money a year.
    personnes_sans_aide : int
        Persons for whom there is no aid.
    """

    blocks: tuple[Block, ...]
    aide_par_personne: float = 0.0
    personnes_sans_aide: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the blocks."""
        return tuple(block.tranche for block in self.blocks)

    def compute(self, values: Mapping[str, Array]) -> tuple[Array, dict[str, Array]]:
        """Return the block of the last cubic metre, and bill and aid to the cent, half up.

        In integers: litres and ten-thousandths of money.
        """
        volume = whole(values["volume_m3"], LITRES)
        bill: Any = np.int64(0)
        row: Any = np.uint8(0)
        start = 0
        for number, block in enumerate(self.blocks):
            price = block.prices.values_of_cells("price")[block.prices.cells(values)]
            stop = np.iinfo(np.int64).max if block.up_to == np.inf else round(LITRES * block.up_to)
            bill = bill + (np.clip(volume, start, stop) - start) * whole(price, SCALE)
            row = np.where(volume > start, np.uint8(number), row)
            start = stop
        outputs = {"facture": half_up(bill, LITRES * SCALE // 100) / 100}
        if "nombre_personnes" in values:
            persons = values["nombre_personnes"].astype(np.int64)
            beyond = np.maximum(persons - self.personnes_sans_aide, 0)
            outputs["aide_annuelle"] = beyond * round(100 * self.aide_par_personne) / 100
        else:
            outputs["aide_annuelle"] = np.full(volume.shape, np.nan)
        return np.asarray(row), outputs
