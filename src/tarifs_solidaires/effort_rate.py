"""Effort-rate aid: the part of a reference bill that exceeds a share of resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import attrs
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_SCALE = 10_000  # shares and prices have at most four decimals


@attrs.frozen(kw_only=True)
class EffortRate:
    """Parameters of an effort-rate aid.

    Parameters
    ----------
    volume_par_personne : float
        Reference volume, m3 per person and year, whole.
    part_ressources : float
        Share of resources that the household bears, 0 to 1, four decimals.
    versement_minimal : float
        Smallest aid that is paid, EUR a year; 0 for none.
    prix_m3 : float or None
        Price, EUR per m3, four decimals; None where it is an input.
    """

    volume_par_personne: float
    part_ressources: float
    versement_minimal: float
    prix_m3: float | None

    def compute(self, values: Mapping[str, Array]) -> tuple[Array, Array]:
        """Return aid and reference bill, EUR a year, each rounded to the cent, half up.

        The whole computation is in integers: cents for money, ten-thousandths for the share and
        the price, so that half a cent is half a cent.
        """
        price = values["prix_m3"] if self.prix_m3 is None else np.asarray(self.prix_m3)
        persons = values["nombre_personnes"].astype(np.int64)
        volume = round(self.volume_par_personne)
        bill = _half_up(_whole(price, _SCALE) * volume * persons, _SCALE // 100)
        share = round(self.part_ressources * _SCALE)
        resources = _whole(values["ressources_annuelles"], 100)
        aid = np.maximum(_half_up(bill * _SCALE - share * resources, _SCALE), 0)
        aid = np.where(aid >= round(self.versement_minimal * 100), aid, 0)
        return aid / 100, bill / 100


def _whole(value: Array, scale: int) -> Array:
    return cast(Array, np.rint(np.asarray(value) * scale).astype(np.int64))


def _half_up(value: Array, divisor: int) -> Array:
    return (value + divisor // 2) // divisor
