"""People who do not exist, to show what a comparison does.

Everything here is invented: no distribution was measured, no share says anything about a city. The
figures are written out below so that anybody can read what was assumed and assume something else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import InputError

Array = npt.NDArray[Any]

NOTE = {
    "fr": "Population inventée pour la démonstration : les parts ne disent rien d'une ville réelle.",
    "en": "Invented population, for demonstration: its shares say nothing about a real city.",
    "pt": "População inventada para demonstração: as proporções nada dizem sobre uma cidade real.",
}

# Invented. Euros a month: a tenth of the people lies between each figure and the next, evenly.
QUOTIENTS = (0, 320, 480, 640, 810, 1000, 1220, 1500, 1900, 2600, 6000)
# Invented. Out of 100 people, how many live in a household of 1, 2, 3, ... persons.
HOUSEHOLDS = (20, 30, 18, 20, 8, 4)
OLDEST = 94  # invented: each age from 0 is as frequent as any other


def make_population(size: int, *, seed: int = 0) -> dict[str, Array]:
    """Make people at random, for demonstration only: every figure is invented.

    Parameters
    ----------
    size : int
        How many people, 1 to 100 million.
    seed : int
        The same seed gives the same people, on every machine.

    Returns
    -------
    dict of str to ndarray
        ``age``
            Whole years from 0 to 94, each as frequent as another.
        ``quotient_familial``
            EUR/month in whole cents; a tenth of the people in each interval of ``QUOTIENTS``.
        ``nombre_personnes``, ``en_couple``, ``nombre_enfants``
            Size of the household after ``HOUSEHOLDS``, at least 2 for a person under 18. From two
            persons on, three households in four hold a couple (none where a person under 18 has
            one other person); the others in it are children.
        ``ressources_annuelles``, ``ressources_mensuelles``
            The quotient times the tax shares: 1 for each of the couple or the single parent, a half
            for each of the first two children, 1 for each child beyond. In EUR, whole cents.
        ``etudiant``, ``echelon_bourse``
            Half of those aged 18 to 25 are students; their grant steps, 0 to 7, are equally
            frequent.
        ``beneficiaire_aah``, ``beneficiaire_rsa``, ``beneficiaire_css``
            2 in 100 of those aged 20 to 61; 1 in 4 of those aged 25 to 64 with a quotient below
            500; half of those with a quotient below 800.
        ``volume_m3``
            Consumption of the household in a year: 20 to 45 whole cubic metres a person.

        Nothing else depends on anything else: neither income on age, nor age on household.

    Raises
    ------
    InputError
        Where the size or the seed is no whole number in its range.

    Examples
    --------
    >>> from tarifs_solidaires import make_population
    >>> people = make_population(3, seed=0)
    >>> people["age"], people["quotient_familial"]
    (array([60, 25,  3]), array([ 194.12, 2410.64, 4448.32]))
    """
    size = _whole("size", size, 1, 100_000_000)
    seed = _whole("seed", seed, 0, 2**63)
    # Words straight from the bit generator, whose stream numpy never changes, and whole numbers
    # only from there on: the same people on every machine.
    source = np.random.PCG64(seed)

    def below(limit: int | Array) -> Array:
        """Return whole numbers from 0 to below a limit, equally frequent."""
        words = (source.random_raw(size) >> np.uint64(32)).astype(np.int64)
        return np.asarray((words * limit) >> 32)

    age = below(OLDEST + 1)
    bounds = 100 * np.array(QUOTIENTS, dtype=np.int64)
    tenth = below(len(QUOTIENTS) - 1)
    quotient = bounds[tenth] + below(np.diff(bounds)[tenth])
    persons = 1 + np.searchsorted(np.cumsum(HOUSEHOLDS), below(100), side="right")
    persons = np.where(age < 18, np.maximum(persons, 2), persons)
    couple = (persons >= 3) | ((persons == 2) & (age >= 18))
    couple &= below(4) < 3
    children = persons - 1 - couple
    half_shares = 2 + 2 * couple + children + np.maximum(children - 2, 0)
    student = (age >= 18) & (age <= 25) & (below(2) == 0)
    resources = quotient * half_shares  # cents a month, times 2
    return {
        "age": age,
        "quotient_familial": quotient / 100,
        "nombre_personnes": persons,
        "en_couple": couple,
        "nombre_enfants": children,
        "ressources_annuelles": resources * 6 / 100,
        "ressources_mensuelles": (resources + 1) // 2 / 100,
        "etudiant": student,
        "echelon_bourse": np.where(student, below(8), 0),
        "beneficiaire_aah": (age >= 20) & (age <= 61) & (below(50) == 0),
        "beneficiaire_rsa": (age >= 25) & (age <= 64) & (quotient < 500_00) & (below(4) == 0),
        "beneficiaire_css": (quotient < 800_00) & (below(2) == 0),
        "volume_m3": persons * (20 + below(26)),
    }


def _whole(name: str, value: object, least: int, most: int) -> int:
    if (
        isinstance(value, int | np.integer)
        and not isinstance(value, bool)
        and least <= value <= most
    ):
        return int(value)
    raise InputError(f"{name}: {value!r} must be a whole number from {least:,} to {most:,}")
