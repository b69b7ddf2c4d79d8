"""Effort-rate aid: the part of a reference bill that exceeds a share of resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.inputs import insee_keys
from tarifs_solidaires.money import SCALE, half_up, whole

Array = npt.NDArray[Any]

AIDED, NOT_AIDED, OUTSIDE = range(3)
ROWS = ("facture au-delà de la part des ressources", "aucune aide", "hors du territoire")


@attrs.frozen(kw_only=True)
class EffortRate:
    """Parameters of an effort-rate aid.

    Parameters
    ----------
    volume_par_personne : tuple of float
        Reference volumes of a household of 1, 2, ... persons, m3 a year, whole.
    volume_personne_suivante : float
        Volume of each person beyond those, m3 a year, whole.
    part_ressources : float
        Share of resources that the household bears, above 0, up to 1, four decimals.
    versement_minimal : float
        Smallest aid that is paid, money a year; 0 for none.
    prix_m3 : float or None
        Price per m3, four decimals; None where it is an input.
    residence : frozenset of str
        INSEE codes where the aid is paid; empty for anywhere.
    """

    volume_par_personne: tuple[float, ...]
    volume_personne_suivante: float
    part_ressources: float
    versement_minimal: float
    prix_m3: float | None
    residence: frozenset[str] = attrs.field(default=frozenset(), repr=False)

    names = ROWS

    def volume(self, persons: Array) -> Array:
        """Return the reference volume of a household, m3 a year."""
        listed = len(self.volume_par_personne)
        volumes = np.rint(np.array(self.volume_par_personne)).astype(np.int64)
        persons = np.asarray(persons).astype(np.int64)
        beyond = np.maximum(persons - listed, 0) * round(self.volume_personne_suivante)
        return np.asarray(volumes[np.minimum(persons, listed) - 1] + beyond)

    def compute(self, values: Mapping[str, Array]) -> tuple[Array, dict[str, Array]]:
        """Return the deciding row, and aid, bill and ceiling, each to the cent, half up.

        The whole computation is in integers: cents for money, ten-thousandths for the share and
        the price, so that half a cent is half a cent.
        """
        price = values["prix_m3"] if self.prix_m3 is None else np.asarray(self.prix_m3)
        bill = half_up(whole(price, SCALE) * self.volume(values["nombre_personnes"]), SCALE // 100)
        share = round(self.part_ressources * SCALE)
        resources = whole(values["ressources_annuelles"], 100)
        aid = np.maximum(half_up(bill * SCALE - share * resources, SCALE), 0)
        aid = np.where(aid >= round(self.versement_minimal * 100), aid, 0)
        row = np.where(aid > 0, AIDED, NOT_AIDED)
        if self.residence and "commune" in values:
            inside = np.isin(
                insee_keys(values["commune"]), insee_keys(np.array(sorted(self.residence)))
            )
            aid, row = np.where(inside, aid, 0), np.where(inside, row, OUTSIDE)
        ceiling = half_up(bill * SCALE, share)
        return row.astype(np.uint8), {
            "aide_annuelle": aid / 100,
            "facture_reference": bill / 100,
            "plafond_ressources": ceiling / 100,
        }
