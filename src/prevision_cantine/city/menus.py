"""Dishes to families that a cook would name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days
from prevision_cantine.errors import CityError
from prevision_cantine.words.plain import plain

MAX_WORDS = 500
# Words of each family in French, English and Portuguese, by which dishes are known.
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "poisson": (
            "poisson", "thon", "lieu", "saumon", "cabillaud", "colin", "merlu", "hoki", "surimi",
            "truite", "crevette", "calamar", "brandade", "filet de limande",
            "fish", "salmon", "tuna", "haddock", "shrimp", "peixe", "bacalhau", "atum", "tilapia", "camarao",
        ),
        "porc": (
            "porc", "jambon", "saucisse", "knack", "lardon", "chipolata",
            "pork", "ham", "sausage", "bacon", "presunto", "linguica", "lombo",
        ),
        "viande": (
            "boeuf", "veau", "dinde", "poulet", "volaille", "agneau", "bolognaise", "hachis",
            "nugget", "burger", "merguez", "canard", "viande", "haché",
            "beef", "chicken", "turkey", "lamb", "meat", "frango", "carne", "bife", "cordeiro", "peru",
        ),
        "frites": ("frite", "pommes rissol", "potatoes", "chips", "french fries", "batata frita", "batatas fritas"),
        "pizza": ("pizza",),
        "fete": ("noel", "galette des rois", "rois", "christmas", "natal"),
    }
)  # fmt: skip


@attrs.frozen
class Family:
    """Dishes that a cook would name together.

    Parameters
    ----------
    name : str
        Name of the family, and of its effect.
    pattern : str
        Regular expression by which its dishes are known, in lower case without accents.
    words : mapping of str to str
        What it is called in each language; empty where the words of the package have it.
    dishes : tuple of str
        Words by which its dishes are known, of which ``pattern`` is made.
    """

    name: str
    pattern: str = attrs.field(repr=False)
    words: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    dishes: tuple[str, ...] = attrs.field(default=(), repr=False)

    def holds(self, text: str) -> bool:
        """Return whether a text, in lower case without accents, names such a dish."""
        return re.search(self.pattern, text) is not None


def _pattern(words: Iterable[str]) -> str:
    return "|".join(rf"\b{re.escape(plain(word))}" for word in words)


USUAL = tuple(Family(name, _pattern(words), {}, words) for name, words in FAMILIES.items())


def families_of(settings: Mapping[str, Any]) -> tuple[Family, ...]:
    """Return the families of a city: those of the package, with its own added or put in their place.

    Parameters
    ----------
    settings : mapping of str to object
        ``familles`` of ``ville.toml``: by name, the words of its dishes, as a list or as ``mots`` in
        a table that may also say what the family is called, by language; ``false`` removes it. A
        family of the package that has one of these words gives way.

    Returns
    -------
    tuple of Family
        In order.

    Raises
    ------
    CityError
        Where a family has no word, or something else than words.

    Examples
    --------
    >>> own = families_of({"quiche": ["quiche", "tarte salée"], "pizza": False})
    >>> [family.name for family in own]
    ['poisson', 'porc', 'viande', 'frites', 'fete', 'quiche']
    """
    found = {family.name: family for family in USUAL}
    for name, value in settings.items():
        if value is False:
            found.pop(name, None)
            continue
        table = value if isinstance(value, Mapping) else {"mots": value}
        words = table.get("mots", [])
        called = {k: v for k, v in table.items() if k != "mots"}
        given = [words, *called.values()]
        is_list = (
            isinstance(words, list)
            and words
            and all(isinstance(w, str) and w.strip() for w in words)
        )
        if not is_list or not all(isinstance(v, str) for v in given[1:]) or len(words) > MAX_WORDS:
            raise CityError("family", where=f"ville.toml [familles.{name}]")
        own = Family(name, _pattern(words), called, tuple(words))
        # A family of the package with a dish of the city's own would count it twice.
        for usual in USUAL:
            if found.get(usual.name) is usual and any(usual.holds(plain(word)) for word in words):
                del found[usual.name]
        found[name] = own
    return tuple(found.values())


def families(dishes: Iterable[str], known: Sequence[Family] = USUAL) -> tuple[bool, ...]:
    """Return which families the dishes of a day belong to, in their order.

    Examples
    --------
    >>> dict(zip(FAMILIES, families(["Melon", "Filet de poisson meunière"])))["poisson"]
    True
    """
    text = " | ".join(plain(dish) for dish in dishes)
    return tuple(family.holds(text) for family in known)


@attrs.frozen(eq=False)
class Menus:
    """The families of the dishes of each day that has a published menu.

    Parameters
    ----------
    dates : ndarray of datetime64[D], shape (n,)
        Days, sorted.
    flags : ndarray of bool, shape (n, families)
        Whether a dish of the family is served.
    families : tuple of Family
        The families, in the order of the columns.
    """

    dates: Days = attrs.field(repr=False)
    flags: npt.NDArray[np.bool_] = attrs.field(repr=False)
    families: tuple[Family, ...] = attrs.field(default=USUAL, repr=False)

    @classmethod
    def of(
        cls, dishes: Mapping[dt.date, Iterable[str]], known: tuple[Family, ...] = USUAL
    ) -> Menus:
        """Return the families of the dishes of each day.

        Parameters
        ----------
        dishes : mapping of datetime.date to iterable of str
            Dishes by day.
        known : tuple of Family
            The families.

        Returns
        -------
        Menus
            A row a day, sorted.
        """
        days = sorted(dishes)
        flags = np.array([families(dishes[day], known) for day in days], dtype=bool)
        dates = np.array(days, dtype="datetime64[D]")
        return cls(dates, flags.reshape(len(days), len(known)), known)

    def on(self, days: Days) -> npt.NDArray[np.bool_]:
        """Return the families of each day; none where no menu is published."""
        result = np.zeros((len(days), len(self.families)), dtype=bool)
        if len(self.dates):
            at = np.minimum(np.searchsorted(self.dates, days), len(self.dates) - 1)
            known = self.dates[at] == days
            result[known] = self.flags[at[known]]
        return result
