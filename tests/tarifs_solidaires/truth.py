"""The eight shapes worked out by hand, twice, with no code of the package.

``NAME_exact(**inputs)`` takes one person, on fractions. ``NAME(**columns)`` takes whole numbers
(amounts in cents, tax shares in quarters) in int64 arrays, a million cases at a time. Both return a
:class:`Truth`: the outputs (None, or NaN in an array, where one is missing) and the number of the
bracket or candidate that decides, from 0 in the order of the table of shapes.
"""

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

import numpy as np


class Truth(NamedTuple):
    """What a shape gives: its outputs by name, which of its rows decided, and words on the way."""

    outputs: dict[str, Any]
    which: Any = None
    words: dict[str, Any] = {}  # noqa: RUF012 - never written to


STATUTS = ("plein", "jeune", "senior", "solidaire")
CODES = tuple(f"s{number:02d}" for number in range(1, 13))


# --------------------------------------------------------------------------- one person, fractions


def fraction(value):
    """Return the exact number that a value prints: ``0.1`` is a tenth."""
    if isinstance(value, (Fraction, Decimal, int)):
        return Fraction(value)
    return Fraction(str(value))


def nearest(value, unit):
    """Return the multiple of a unit that is nearest, halves up."""
    unit = fraction(unit)
    return floor(value / unit + Fraction(1, 2)) * unit


def taux_effort_exact(
    *,
    quotient_familial=None,
    revenu_fiscal_reference=None,
    nombre_parts=None,
    rang_enfant,
    habite_la_commune=True,
):
    if quotient_familial is None:
        quotient = fraction(revenu_fiscal_reference) / 12 / fraction(nombre_parts)
    else:
        quotient = fraction(quotient_familial)
    price = quotient * fraction("0.0055")
    if price < fraction("0.90"):
        which, price = 0, fraction("0.90")
    elif price > fraction("6.20"):
        which, price = 2, fraction("6.20")
    else:
        which = 1
    if rang_enfant == 2:
        price -= price * fraction("0.20")
    elif rang_enfant >= 3:
        price -= price * fraction("0.40")
    if not habite_la_commune:
        price += price * fraction("0.30")
    return Truth({"prix_repas": nearest(price, "0.01")}, which)


def share_of_income_exact(*, monthly_income, household_size, special_hardship=False):
    income = fraction(monthly_income)
    line = Fraction(15650)
    for _ in range(int(household_size) - 1):
        line += 5500
    yearly = 12 * income
    if yearly <= line / 2:
        which, share = 0, fraction("0.02")
    elif yearly <= line:
        which, share = 1, fraction("0.025")
    elif yearly <= line * 3 / 2:
        which, share = 2, fraction("0.03")
    elif special_hardship:
        which, share = 3, fraction("0.04")
    else:
        return Truth({"monthly_bill": None}, 4)
    bill = nearest(income * share, "0.01")
    return Truth({"monthly_bill": max(bill, Fraction(12))}, which)


def marginal_exact(*, quotient_familial):
    quotient = fraction(quotient_familial)
    total = Fraction(0)
    which = 0
    if quotient > 500:
        which = 1
        total += (min(quotient, 1000) - 500) * fraction("0.01")
    if quotient > 1000:
        which = 2
        total += (quotient - 1000) * fraction("0.03")
    return Truth({"participation_mensuelle": nearest(min(total, 25), "0.01")}, which)


def equivalence_exact(*, annual_income, household_size, age):
    income = fraction(annual_income)
    # both sides are at least 0, so their squares compare as they do
    reduced = 19 <= age <= 64 and income**2 <= Fraction(27343) ** 2 * int(household_size)
    ride, monthly = fraction("3.35"), fraction("156.00")
    if reduced:
        ride = nearest(ride - ride * fraction("0.36"), "0.05")
        monthly = nearest(monthly - monthly * fraction("0.21"), "0.05")
    return Truth({"ride_price": ride, "pass_price": monthly}, 0 if reduced else 1)


def best_of_exact(*, quotient_familial, ancien_abonne, on="2025-01-01"):
    """Which: 0 for the new formula, 1 for the old one."""
    quotient = fraction(quotient_familial)
    new = nearest(min(max(quotient * fraction("0.04"), 12), 60), "0.10")
    old = Fraction(30) if quotient <= 600 else Fraction(45)
    if ancien_abonne and on < "2026-01-01" and old < new:
        return Truth({"prix_mensuel": old}, 1)
    return Truth({"prix_mensuel": new}, 0)


def household_exact(*, renda_familiar, adultos, criancas, criancas_ate_5):
    if criancas_ate_5 > criancas:
        raise ValueError("more children up to 5 than children")
    head = fraction(renda_familiar) / (int(adultos) + int(criancas))
    fee = Fraction(80)
    for _ in range(min(int(criancas) - int(criancas_ate_5), 2)):
        fee += 25
    if head <= fraction("379.50"):
        which, fee = 0, Fraction(0)
    elif head <= 759:
        which, fee = 1, fee / 2
    else:
        which = 2
    return Truth({"tarifa_mensal": nearest(fee, "0.01")}, which)


def capped_use_exact(*, trajets, statut):
    price, cap = {
        "plein": ("1.70", "50.00"),
        "jeune": ("1.20", "30.00"),
        "senior": ("1.00", "25.00"),
        "solidaire": ("0.30", "8.00"),
    }[str(statut)]
    amount = int(trajets) * fraction(price)
    return Truth({"montant": min(amount, fraction(cap))}, STATUTS.index(str(statut)))


def two_stage_exact(*, statut, quotient_familial, age, nombre_enfants):
    quotient = fraction(quotient_familial)
    statut = str(statut)
    if statut in {"s01", "s02", "s03", "s04"}:
        groupe = "A"
    elif statut in {"s05", "s06", "s07", "s08"} or nombre_enfants >= 3:
        groupe = "B"
    else:
        groupe = "C"
    if quotient <= 400:
        bracket = 0
    elif quotient <= 800:
        bracket = 1
    elif quotient <= 1200:
        bracket = 2
    else:
        bracket = 3
    percents = {"A": (100, 90, 75, 50), "B": (80, 60, 40, 0), "C": (50, 25, 0, 0)}[groupe]
    percent = percents[bracket]
    young = age < 26
    if young and groupe != "A":
        percent += 10
    which = (groupe, bracket, young if groupe != "A" else None)
    return Truth({"taux_reduction": Fraction(percent, 100)}, which, {"groupe": groupe})


EXACT = {
    "taux_effort": taux_effort_exact,
    "share_of_income": share_of_income_exact,
    "marginal": marginal_exact,
    "equivalence": equivalence_exact,
    "best_of": best_of_exact,
    "household": household_exact,
    "capped_use": capped_use_exact,
    "two_stage": two_stage_exact,
}


# ------------------------------------------------------------------- many persons, whole numbers
# No helper of the part above is used below. A price is `numerator / denominator` in whole cents;
# the nearest cent, halves up, is floor((2 numerator + denominator) / (2 denominator)).


def _rounded(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def taux_effort(
    *,
    quotient_familial=None,
    revenu_fiscal_reference=None,
    nombre_parts=None,
    rang_enfant,
    habite_la_commune=None,
):
    if habite_la_commune is None:
        habite_la_commune = np.ones(len(rang_enfant), dtype=bool)
    # the share of the base in 10,000ths: 100, 80 or 60 % by rank, times 100 or 130 %
    rank = np.where(rang_enfant <= 1, 100, np.where(rang_enfant == 2, 80, 60))
    share = rank * np.where(habite_la_commune, 100, 130)
    if quotient_familial is not None:
        # 0.55 % of Q cents: 55 Q / 10,000 cents, from 90 to 620 cents
        base = np.clip(55 * quotient_familial, 900_000, 6_200_000)
        which = np.where(
            55 * quotient_familial < 900_000, 0, np.where(55 * quotient_familial > 6_200_000, 2, 1)
        )
        price = _rounded(base * share, 100_000_000)
    else:
        # quotient = R / 12 / (P / 4) = R / (3 P) cents; 0.55 % of it: 11 R / (6,000 P) cents
        grown, unit = 11 * revenu_fiscal_reference, 6_000 * nombre_parts
        base = np.minimum(np.maximum(grown, 90 * unit), 620 * unit)
        which = np.where(grown < 90 * unit, 0, np.where(grown > 620 * unit, 2, 1))
        price = _rounded(base * share, unit * 10_000)
    return Truth({"prix_repas": price / 100}, which)


def share_of_income(*, monthly_income, household_size, special_hardship=None):
    if special_hardship is None:
        special_hardship = np.zeros(len(monthly_income), dtype=bool)
    line = 1_565_000 + 550_000 * (household_size - 1)  # cents a year
    year = 24 * monthly_income  # twice the year's income, against 1, 2 and 3 halves of the line
    which = (year > line).astype(np.int64) + (year > 2 * line) + (year > 3 * line)
    which += (which == 3) & ~special_hardship
    per_mille = np.array([20, 25, 30, 40, 0])[which]
    bill = np.maximum(_rounded(monthly_income * per_mille, 1_000), 1_200)
    return Truth({"monthly_bill": np.where(which == 4, np.nan, bill / 100)}, which)


def marginal(*, quotient_familial):
    quotient = quotient_familial
    first = np.where(
        quotient <= 50_000, 0, np.where(quotient <= 100_000, quotient - 50_000, 50_000)
    )
    second = np.where(quotient <= 100_000, 0, quotient - 100_000)
    price = np.minimum(_rounded(first + 3 * second, 100), 2_500)
    which = np.where(quotient <= 50_000, 0, np.where(quotient <= 100_000, 1, 2))
    return Truth({"participation_mensuelle": price / 100}, which)


def equivalence(*, annual_income, household_size, age):
    few = np.minimum(annual_income, 2_000_000_000)  # whose square fits 63 bits
    poor = few * few <= 2_734_300 * 2_734_300 * household_size
    reduced = poor & (age >= 19) & (age <= 64)
    # 335 x 64 % = 214.4 cents, to the nearest 5: 215; 15,600 x 79 % = 12,324 cents: 12,325
    ride = np.where(reduced, 5 * _rounded(335 * 64, 500), 335)
    monthly = np.where(reduced, 5 * _rounded(15_600 * 79, 500), 15_600)
    return Truth({"ride_price": ride / 100, "pass_price": monthly / 100}, np.where(reduced, 0, 1))


def best_of(*, quotient_familial, ancien_abonne, on="2025-01-01"):
    # 4 % of Q cents = Q / 25 cents, in units of 10 cents: Q / 250, from 120 to 600 of them
    new = 10 * np.clip(_rounded(quotient_familial, 250), 120, 600)
    if on >= "2026-01-01":
        return Truth({"prix_mensuel": new / 100}, np.zeros(len(new), dtype=np.int64))
    old = np.where(quotient_familial > 60_000, 4_500, 3_000)
    wins = ancien_abonne & (old < new)
    return Truth({"prix_mensuel": np.where(wins, old, new) / 100}, wins.astype(np.int64))


def household(*, renda_familiar, adultos, criancas, criancas_ate_5):
    persons = adultos + criancas
    fee = 8_000 + 2_500 * np.clip(criancas - criancas_ate_5, 0, 2)
    poor, very_poor = renda_familiar <= 75_900 * persons, renda_familiar <= 37_950 * persons
    halves = np.where(very_poor, 0, np.where(poor, 1, 2))
    return Truth({"tarifa_mensal": fee * halves // 2 / 100}, halves)


def capped_use(*, trajets, statut):
    kind = np.searchsorted(np.array(sorted(STATUTS)), statut)  # jeune, plein, senior, solidaire
    price = np.array([120, 170, 100, 30])[kind]
    cap = np.array([3_000, 5_000, 2_500, 800])[kind]
    return Truth({"montant": np.minimum(trajets * price, cap) / 100}, np.array([1, 0, 2, 3])[kind])


def two_stage(*, statut, quotient_familial, age, nombre_enfants):
    number = np.array([int(code[1:]) for code in CODES])[np.searchsorted(np.array(CODES), statut)]
    group = np.where(number <= 4, 0, np.where((number <= 8) | (nombre_enfants > 2), 1, 2))
    bracket = np.searchsorted(np.array([40_000, 80_000, 120_000]), quotient_familial, side="left")
    percent = np.array([[100, 90, 75, 50], [80, 60, 40, 0], [50, 25, 0, 0]])[group, bracket]
    young = (age < 26) & (group > 0)
    words = {"groupe": np.array(["A", "B", "C"])[group]}
    return Truth({"taux_reduction": (percent + 10 * young) / 100}, None, words)


MANY = {
    "taux_effort": taux_effort,
    "share_of_income": share_of_income,
    "marginal": marginal,
    "equivalence": equivalence,
    "best_of": best_of,
    "household": household,
    "capped_use": capped_use,
    "two_stage": two_stage,
}

SCALES = {  # whole numbers in one unit of each input that is a number with decimals
    "quotient_familial": 100,
    "revenu_fiscal_reference": 100,
    "nombre_parts": 4,
    "monthly_income": 100,
    "annual_income": 100,
    "renda_familiar": 100,
}


def whole(cases):
    """Return the columns of cases as whole numbers, for the oracles above."""
    return {
        name: np.rint(values * SCALES[name]).astype(np.int64) if name in SCALES else values
        for name, values in cases.items()
    }


def expected(name, cases, **more):
    """Return the truth of the columns of a shape."""
    return MANY[name](**whole(cases), **more)
