"""Dishes to families that a cook would name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days
from prevision_cantine.words.plain import plain

FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "poisson": (
            "poisson", "thon", "lieu", "saumon", "cabillaud", "colin", "merlu", "hoki", "surimi",
            "truite", "crevette", "calamar", "brandade", "filet de limande",
        ),
        "porc": ("porc", "jambon", "saucisse", "knack", "lardon", "chipolata"),
        "viande": (
            "boeuf", "veau", "dinde", "poulet", "volaille", "agneau", "bolognaise", "hachis",
            "nugget", "burger", "merguez", "canard", "viande", "haché",
        ),
        "frites": ("frite", "pommes rissol", "potatoes"),
        "pizza": ("pizza",),
        "fete": ("noel", "galette des rois", "rois"),
    }
)  # fmt: skip


def families(dishes: Iterable[str]) -> tuple[bool, ...]:
    """Return which families the dishes of a day belong to, in the order of ``FAMILIES``.

    Examples
    --------
    >>> dict(zip(FAMILIES, families(["Melon", "Filet de poisson meunière"])))["poisson"]
    True
    """
    text = " | ".join(plain(dish) for dish in dishes)
    return tuple(bool(re.search(pattern, text)) for pattern in _PATTERNS)


_PATTERNS = tuple(
    "|".join(rf"\b{re.escape(plain(w))}" for w in words) for words in FAMILIES.values()
)


@attrs.frozen(eq=False)
class Menus:
    """The families of the dishes of each day that has a published menu.

    Parameters
    ----------
    dates : ndarray of datetime64[D], shape (n,)
        Days, sorted.
    flags : ndarray of bool, shape (n, families)
        Whether a dish of the family is served.
    """

    dates: Days = attrs.field(repr=False)
    flags: npt.NDArray[np.bool_] = attrs.field(repr=False)

    @classmethod
    def of(cls, dishes: Mapping[dt.date, Iterable[str]]) -> Menus:
        """Return the families of the dishes of each day.

        Parameters
        ----------
        dishes : mapping of datetime.date to iterable of str
            Dishes by day.

        Returns
        -------
        Menus
            A row a day, sorted.
        """
        days = sorted(dishes)
        flags = np.array([families(dishes[day]) for day in days], dtype=bool)
        return cls(np.array(days, dtype="datetime64[D]"), flags.reshape(len(days), len(FAMILIES)))

    def on(self, days: Days) -> npt.NDArray[np.bool_]:
        """Return the families of each day; none where no menu is published."""
        known = np.isin(days, self.dates)
        result = np.zeros((len(days), len(FAMILIES)), dtype=bool)
        if known.any():
            result[known] = self.flags[np.searchsorted(self.dates, days[known])]
        return result
