"""Cases where a tariff is decided: at thresholds, at ties of rounding, and a cent to each side.

``cases(name, n, seed)`` returns the columns of n such cases of one of the eight shapes;
``noisy(cases, seed)`` returns the same ones as a program may hold them.
"""

from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

# The bounds of each input in the files, in cents, quarters of a share, or units.
COUNTS = {
    "rang_enfant": (1, 20),
    "household_size": (1, 20),
    "age": (0, 130),
    "adultos": (1, 20),
    "criancas": (0, 20),
    "criancas_ate_5": (0, 20),
    "trajets": (0, 500),
    "nombre_enfants": (0, 10),
}
BOUNDS = {
    "taux_effort": {"quotient_familial": (0, 10_000_000_000)},
    "taux_effort_by_shares": {
        "revenu_fiscal_reference": (0, 100_000_000_000),
        "nombre_parts": (1, 200),
    },
    "share_of_income": {"monthly_income": (0, 100_000_000)},
    "marginal": {"quotient_familial": (0, 10_000_000)},
    "equivalence": {"annual_income": (0, 1_000_000_000)},
    "best_of": {"quotient_familial": (0, 10_000_000)},
    "household": {"renda_familiar": (0, 1_000_000_000)},
    "capped_use": {},
    "two_stage": {"quotient_familial": (0, 10_000_000)},
}
SCALES = {
    "quotient_familial": 100,
    "revenu_fiscal_reference": 100,
    "nombre_parts": 4,
    "monthly_income": 100,
    "annual_income": 100,
    "renda_familiar": 100,
}
SHAPES = (
    "taux_effort",
    "share_of_income",
    "marginal",
    "equivalence",
    "best_of",
    "household",
    "capped_use",
    "two_stage",
)
FORMS = (*SHAPES, "taux_effort_by_shares")  # the last with income and shares for a quotient


def cases(name, n, seed):
    """Return the columns of n boundary cases of a shape (or of a form of one)."""
    rng = np.random.default_rng(seed)
    columns = _MAKERS[name](_Draw(rng, n, BOUNDS[name] | COUNTS))
    order = rng.permutation(n)
    return {
        key: values[order] / SCALES[key] if key in SCALES else values[order]
        for key, values in columns.items()
    }


class _Draw:
    """Columns of n whole numbers, of which each shape makes its cases."""

    def __init__(self, rng, n, bounds):
        self.rng, self.n, self.bounds = rng, n, bounds

    def whole(self, name):
        low, high = self.bounds[name]
        values = self.rng.integers(low, high, self.n, endpoint=True)
        return self.mixed({0.04: low, 0.08: high}, values)

    def flag(self):
        return self.rng.random(self.n) < 0.5

    def among(self, values):
        return np.array(values)[self.rng.integers(0, len(values), self.n)]

    def upto(self, low, high):
        return self.rng.integers(low, high, self.n, endpoint=True)

    def near(self, numerator, denominator=1):
        """Whole numbers on both sides of a fraction, and the fraction itself where it is whole."""
        return numerator // denominator + self.rng.integers(-1, 3, self.n)

    def mixed(self, shares, rest):
        """Return each column with its share (cumulated), and the rest."""
        drawn = self.rng.random(self.n)
        return np.select([drawn < share for share in shares], list(shares.values()), rest)

    def amount(self, name, near, tie, top):
        """Return amounts: near thresholds, near ties, random small ones, then the whole range."""
        found = self.mixed({0.4: near, 0.8: tie, 0.95: self.upto(0, top)}, self.whole(name))
        return np.clip(found, *self.bounds[name])


def _taux_effort(draw):
    rank, resident, share, cents = _price(draw)
    kinks = draw.among([900_000, 6_200_000])
    return {
        "quotient_familial": draw.amount(
            "quotient_familial",
            draw.near(kinks, 55),
            draw.near((2 * cents + 1) * 50_000_000, 55 * share),
            200_000,
        ),
        "rang_enfant": rank,
        "habite_la_commune": resident,
    }


def _taux_effort_by_shares(draw):
    rank, resident, share, cents = _price(draw)
    parts = draw.mixed(
        {0.8: draw.among([4, 5, 6, 7, 8, 10, 11, 12, 14, 16])}, draw.whole("nombre_parts")
    )
    kinks = draw.among([90, 620]) * 6_000 * parts
    return {
        "revenu_fiscal_reference": draw.amount(
            "revenu_fiscal_reference",
            draw.near(kinks, 11),
            draw.near((2 * cents + 1) * 30_000_000 * parts, 11 * share),
            8_000_000,
        ),
        "nombre_parts": parts,
        "rang_enfant": rank,
        "habite_la_commune": resident,
    }


def _price(draw):
    """Return rank, residence, the share of the base in 10,000ths, and a price in cents below it."""
    rank = draw.mixed({0.25: 1, 0.5: 2, 0.75: 3}, draw.whole("rang_enfant"))
    resident = draw.flag()
    share = np.where(rank == 1, 100, np.where(rank == 2, 80, 60)) * np.where(resident, 100, 130)
    low, high = 90 * share // 10_000, 620 * share // 10_000
    cents = low + (draw.rng.random(draw.n) * (high - low)).astype(np.int64)
    # 0.55 % has a factor 11: only half a cent that has it too is met by whole cents
    return rank, resident, share, np.where(draw.flag(), cents // 11 * 11 + 5, cents)


def _share_of_income(draw):
    size = draw.whole("household_size")
    line = 1_565_000 + 550_000 * (size - 1)
    bracket = draw.upto(0, 3)
    rate = np.array([20, 25, 30, 40])[bracket]
    bound = draw.near(line * draw.upto(1, 3), 24)
    floor = draw.near(draw.among([1_200_000, 1_199_500]), rate)  # where 12.00 is reached
    inside = (line * bracket + (draw.rng.random(draw.n) * line).astype(np.int64)) // 24
    cents = inside * rate // 1_000
    return {
        "monthly_income": draw.amount(
            "monthly_income",
            draw.mixed({0.9: bound}, floor),
            draw.near((2 * cents + 1) * 500, rate),
            1_500_000,
        ),
        "household_size": size,
        "special_hardship": draw.flag(),
    }


def _marginal(draw):
    cents = draw.upto(0, 2_500)
    tie = np.where(cents < 500, 150_000 + 300 * cents + 150, 300_000 + 100 * cents + 50 - 50_000)
    bounds = draw.among([150_000, 300_000, 500_000, 499_850])  # thirds of a cent
    return {
        "quotient_familial": draw.amount(
            "quotient_familial", draw.near(bounds, 3), draw.near(tie, 3), 200_000
        )
    }


def _equivalence(draw):
    size = draw.whole("household_size")
    threshold = _root(2_734_300**2 * size)
    income = draw.near(threshold)
    return {
        "annual_income": draw.amount("annual_income", income, income, 15_000_000),
        "household_size": size,
        "age": draw.mixed({0.3: draw.among([18, 19, 64, 65]), 0.7: 40}, draw.whole("age")),
    }


def _root(values):
    """Return the largest whole number whose square is at most each value, exactly."""
    root = np.sqrt(values.astype(np.float64)).astype(np.int64)
    root -= root * root > values
    return root + ((root + 1) * (root + 1) <= values)


def _best_of(draw):
    bounds = draw.among([60_000, 30_000, 29_875, 150_000, 149_875, 112_500, 112_375, 112_625])
    return {
        "quotient_familial": draw.amount(
            "quotient_familial",
            draw.near(bounds),
            draw.near(125 * (2 * draw.upto(100, 620) + 1)),
            200_000,
        ),
        "ancien_abonne": draw.flag(),
    }


def _household(draw):
    adults = draw.mixed({0.6: draw.upto(1, 4)}, draw.whole("adultos"))
    children = draw.mixed({0.7: draw.upto(0, 5)}, draw.whole("criancas"))
    small = np.minimum(draw.mixed({0.5: children - draw.upto(0, 3)}, draw.upto(0, 20)), children)
    bound = draw.near(draw.among([37_950, 75_900]) * (adults + children))
    return {
        "renda_familiar": draw.amount("renda_familiar", bound, bound, 1_500_000),
        "adultos": adults,
        "criancas": children,
        "criancas_ate_5": np.maximum(small, 0),
    }


def _capped_use(draw):
    code = draw.upto(0, 3)
    reached = np.array([29, 25, 25, 26])[code]  # rides whose price is the cap at most
    rides = draw.mixed({0.4: draw.near(reached), 0.7: draw.upto(0, 60)}, draw.whole("trajets"))
    return {
        "trajets": rides,
        "statut": np.array(["plein", "jeune", "senior", "solidaire"])[code],
    }


def _two_stage(draw):
    bounds = draw.near(draw.among([40_000, 80_000, 120_000]))
    return {
        "statut": draw.among([f"s{number:02d}" for number in range(1, 13)]),
        "quotient_familial": draw.amount("quotient_familial", bounds, bounds, 200_000),
        "age": draw.mixed({0.5: draw.among([25, 26])}, draw.whole("age")),
        "nombre_enfants": draw.mixed({0.6: draw.among([2, 3])}, draw.whole("nombre_enfants")),
    }


_MAKERS = {
    "taux_effort": _taux_effort,
    "taux_effort_by_shares": _taux_effort_by_shares,
    "share_of_income": _share_of_income,
    "marginal": _marginal,
    "equivalence": _equivalence,
    "best_of": _best_of,
    "household": _household,
    "capped_use": _capped_use,
    "two_stage": _two_stage,
}


# ----------------------------------------------------------------------------- as programs hold them

OBJECTS = 2_000  # cases that are given as objects: one by one they are slow
SUMMED = 1_000_000  # largest amount that floats sum to well within a millionth of a cent
SINGLE = 131_072  # below it no two cents are the same float32


class Noisy(NamedTuple):
    """Some of the cases in another form: which rows, and their columns."""

    rows: Any
    cases: dict[str, Any]


def noisy(cases, seed):
    """Return the same cases as other programs would hold them, by the name of what they did."""
    rng = np.random.default_rng(seed)
    amounts = [name for name in cases if name in SCALES]
    money = [name for name in amounts if SCALES[name] == 100]
    length = len(next(iter(cases.values())))
    largest = np.max([cases[name] for name in amounts], axis=0) if amounts else np.zeros(length)
    everyone, moderate = np.arange(length), np.flatnonzero(largest < SUMMED)

    def of(rows, change, names):
        return Noisy(
            rows, {k: change(k, v[rows]) if k in names else v[rows] for k, v in cases.items()}
        )

    def objects(rows, change):
        return Noisy(rows, {k: [change(k, x) for x in v[rows].tolist()] for k, v in cases.items()})

    some = everyone[:OBJECTS]
    round_ = everyone[np.all([cases[k] % 1 == 0 for k in amounts], axis=0)] if amounts else everyone
    return {
        "sums of twelve months": of(moderate, lambda _, v: _twelve(v, rng), money),
        "a little beside": of(moderate, lambda k, v: _beside(v, 1 / SCALES[k], rng), amounts),
        "float32": of(np.flatnonzero(largest < SINGLE), lambda _, v: v.astype(np.float32), amounts),
        "small whole numbers": of(everyone, _small, cases),
        "floats for whole numbers": of(everyone, _floats, cases),
        "Decimal": objects(some, _decimal),
        "lists of Python": objects(some, lambda _, value: value),
        "Python ints": objects(
            round_[:OBJECTS], lambda k, value: int(value) if k in amounts else value
        ),
    }


def _twelve(values, rng):
    """Return the yearly sums, in floats, of twelve monthly amounts that are exact in cents."""
    cents = np.rint(values * 100).astype(np.int64)
    months = np.sort(rng.integers(0, cents + 1, (11, len(cents))), axis=0)
    months = np.diff(months, axis=0, prepend=0 * cents[None], append=cents[None]) / 100
    total = np.zeros(len(cents))
    for month in months:
        total = total + month
    return total


def _beside(values, step, rng):
    """Return the values, each with up to 0.9 millionths of its step more or less."""
    return values + rng.uniform(-0.9e-6, 0.9e-6, len(values)) * step


def _small(name, values):
    if values.dtype.kind != "i":
        return values
    return values.astype(np.min_scalar_type(values.max(initial=0)))


def _floats(name, values):
    return values.astype(np.float64) if values.dtype.kind == "i" else values


def _decimal(name, value):
    if isinstance(value, (bool, str)):
        return value
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)
