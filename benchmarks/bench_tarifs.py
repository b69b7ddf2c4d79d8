"""Tariffs for a million people and for one, against what a user would write instead, in one run.

Rules of tables stand beside the best chunked numpy with the same checks; rules with arithmetic and
rounding beside float64 numpy written by hand, which is not exact. Each time is the median of 5 runs
after one that does not count; where results differ from the rule's, it says in how many rows.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tarifs_solidaires import load_rule

Array = npt.NDArray[Any]

RUNS = 5
CHUNK = 1 << 16
EXAMPLES = Path(__file__).parents[1] / "examples" / "tarifs"
FIRST_USE = """
import time
start = time.perf_counter()
import numpy
middle = time.perf_counter()
import tarifs_solidaires
imported = time.perf_counter()
rule = tarifs_solidaires.load_rule("nantes/transport", on="2023-06-01")
rule.compute(quotient_familial=620.0, age=30).taux_reduction
print(middle - start, imported - middle, time.perf_counter() - start)
"""


def median(run: Callable[[], object]) -> float:
    """Return the median time of the runs."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def checked(values: Array, low: float, high: float) -> Array:
    """Refuse values out of bounds, as the rule does."""
    if not (values.min() >= low and values.max() <= high):
        raise ValueError("out of bounds")
    return values


RATES = np.array([[1.0, 0.9, 0.5, 0.3, 0.0], [1.0, 0.9, 0.7, 0.3, 0.0], [1.0] * 5])


def nantes_chunked(quotient: Array, age: Array, aah: Array) -> Array:
    """Nantes in 2023 as one who knows numpy well writes it: in chunks, by bins, with one look-up."""
    out = np.empty(len(quotient))
    table = RATES.reshape(-1)
    for start in range(0, len(quotient), CHUNK):
        part = slice(start, start + CHUNK)
        q, a = checked(quotient[part], 0, 1e8), checked(age[part], 0, 130)
        cell = (q > 350).view(np.uint8) + (q > 500).view(np.uint8)
        cell += (q > 750).view(np.uint8)
        cell += (q > 900).view(np.uint8)
        middle = ((a >= 26) & (a < 60)).view(np.uint8)
        np.maximum(middle, 2 * aah[part].view(np.uint8), out=middle)
        np.maximum(middle, 2 * (a < 6).view(np.uint8), out=middle)
        cell += 5 * middle
        np.take(table, cell, out=out[part], mode="clip")
    return out


def by_income(income: Array, parts: Array, age: Array) -> Array:
    """Nantes in 2023 from an income and tax shares, which must be quarters; a quotient in floats."""
    out = np.empty(len(income))
    nobody = np.zeros(CHUNK, dtype=bool)
    for start in range(0, len(income), CHUNK):
        part = slice(start, start + CHUNK)
        i, p = checked(income[part], 0, 1e9), checked(parts[part], 0.25, 50)
        quarters = 4 * p
        if not (quarters == np.rint(quarters)).all():
            raise ValueError("no quarters")
        out[part] = nantes_chunked(i / (12 * p), age[part], nobody[: len(i)])
    return out


def nantes_select(quotient: Array, age: Array, aah: Array) -> Array:
    """Nantes in 2023 with np.select."""
    middle = np.where((age >= 26) & (age < 60), 0.7, 0.5)
    free = aah | (age < 6) | (quotient <= 350)
    conditions = [free, quotient <= 500, quotient <= 750, quotient <= 900]
    return np.select(conditions, [1.0, 0.9, middle, 0.3], 0.0)


def two_stage(statut: Array, quotient: Array, age: Array, children: Array) -> Array:
    """Two tables, by hand: a group, then a reduction by group, quotient and age."""
    order = np.array([f"s{n:02d}" for n in range(1, 13)])
    groups = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], dtype=np.uint8)
    base = np.array([[1, 0.9, 0.75, 0.5], [0.8, 0.6, 0.4, 0.0], [0.5, 0.25, 0.0, 0.0]])
    young = base + np.array([[0.0], [0.1], [0.1]])
    table = np.stack([base, young]).reshape(-1)
    out = np.empty(len(quotient))
    for start in range(0, len(quotient), CHUNK):
        part = slice(start, start + CHUNK)
        q, a = checked(quotient[part], 0, 1e5), checked(age[part], 0, 120)
        c = checked(children[part], 0, 10)
        group = groups[np.searchsorted(order, statut[part])]
        group = np.where((group != 0) & (c >= 3), np.uint8(1), group)
        cell = (q > 400).view(np.uint8) + (q > 800).view(np.uint8) + (q > 1200).view(np.uint8)
        cell += 4 * group
        cell += 12 * (a < 26).view(np.uint8)
        np.take(table, cell, out=out[part], mode="clip")
    return out


def taux_effort(quotient: Array, rank: Array, resident: Array) -> Array:
    """Price a meal linearly, with floor, cap, shares and rounding, in floats."""
    price = np.clip(quotient * 0.0055, 0.90, 6.20)
    price = price * np.where(rank >= 3, 0.6, np.where(rank == 2, 0.8, 1.0))
    price = price * np.where(resident, 1.0, 1.3)
    return np.floor(price * 100 + 0.5) / 100


def share_of_income(income: Array, size: Array, hardship: Array) -> Array:
    """Bill a share of income by bracket of the poverty line, in floats."""
    line = 15650 + 5500 * (size - 1.0)
    year = 12 * income
    tests = [year <= 0.5 * line, year <= line, year <= 1.5 * line, hardship]
    share = np.select(tests, [0.02, 0.025, 0.03, 0.04], np.nan)
    return np.maximum(np.floor(income * share * 100 + 0.5) / 100, 12)


def marginal(quotient: Array) -> Array:
    """Apply a marginal scale, in floats."""
    due = np.clip(quotient - 500, 0, 500) * 0.01 + np.maximum(quotient - 1000, 0) * 0.03
    return np.minimum(np.floor(due * 100 + 0.5) / 100, 25)


def household(income: Array, adults: Array, children: Array, small: Array) -> Array:
    """Ask a fee by income per head, in floats."""
    head = income / (adults + children)
    fee = 80.0 + 25 * np.minimum(children - small, 2)
    return (
        np.floor(np.where(head <= 379.5, 0, np.where(head <= 759, fee / 2, fee)) * 100 + 0.5) / 100
    )


def capped_use(trips: Array, status: Array) -> Array:
    """Price rides, with a monthly cap."""
    tests = [status == "plein", status == "jeune", status == "senior"]
    price = np.select(tests, [1.7, 1.2, 1.0], 0.3)
    return np.minimum(trips * price, np.select(tests, [50.0, 30.0, 25.0], 8.0))


def best_of(quotient: Array, subscriber: Array) -> Array:
    """Take the cheaper of two formulas, in floats."""
    new = np.floor(np.clip(quotient * 0.04, 12, 60) * 10 + 0.5) / 10
    return np.where(subscriber, np.minimum(new, np.where(quotient <= 600, 30.0, 45.0)), new)


def equivalence(income: Array, size: Array, age: Array) -> Array:
    """Compare with a square root, in floats."""
    low = (income <= 27343 * np.sqrt(size)) & (age >= 19) & (age <= 64)
    return np.where(low, np.floor(3.35 * 0.64 / 0.05 + 0.5) * 0.05, 3.35)


def line(name: str, ours: Callable[[], Array], theirs: dict[str, Callable[[], Array]]) -> None:
    """Print the times of a rule and of what stands beside it."""
    own = median(ours)
    result = ours()
    print(f"{name:22}{1000 * own:8.1f} ms")
    for label, run in theirs.items():
        seconds = median(run)
        different = int((~np.isclose(run(), result, rtol=0, atol=1e-9, equal_nan=True)).sum())
        wrong = f"; it differs in {different:,} rows" if different else ""
        print(f"  {label:20}{1000 * seconds:8.1f} ms   ours / this: {own / seconds:5.2f}{wrong}")


def many(people: int) -> None:
    """Print times and ratios for many people."""
    random = np.random.default_rng(0)
    quotient = random.gamma(2, 400, people).round(2)
    age = random.integers(0, 100, people)
    aah = random.random(people) < 0.02
    years = age.astype(np.float64)
    print(f"{people:,} people; rules of tables beside chunked numpy with the same checks")
    nantes = load_rule("nantes/transport", on="2023-06-01")
    given = {"quotient_familial": quotient, "age": years, "beneficiaire_aah": aah}
    output = np.empty(people)
    line(
        "nantes/transport", lambda: np.asarray(nantes.compute(given).taux_reduction),
        {
            "numpy in chunks": lambda: nantes_chunked(quotient, years, aah),
            "np.select": lambda: nantes_select(quotient, years, aah),
        },
    )  # fmt: skip
    copy = median(lambda: (quotient.copy(), years.copy(), aah.copy(), output.copy()))
    print(f"  copy of the same    {1000 * copy:8.1f} ms, the limit")
    result = nantes.compute(given)
    print(f"  names of rows      {1000 * median(lambda: result.tranche):8.1f} ms")
    parts = random.integers(4, 17, people) / 4
    income = (quotient * 12 * parts).round(2)
    without_quotient = {"revenu_fiscal_reference": income, "nombre_parts": parts, "age": years}
    line(
        "  by income and shares", lambda: np.asarray(nantes.compute(without_quotient).taux_reduction),
        {"numpy in chunks": lambda: by_income(income, parts, years)},
    )  # fmt: skip
    codes = np.array([f"s{n:02d}" for n in range(1, 13)])
    status = random.integers(0, 12, people)
    children = random.integers(0, 6, people)
    rule = load_rule(EXAMPLES / "two_stage.toml", on="2025-01-01")
    line(
        "two_stage (text codes)",
        lambda t=codes[status]: np.asarray(  # type: ignore[misc]
            rule.compute(
                statut=t, quotient_familial=quotient, age=age, nombre_enfants=children
            ).taux_reduction
        ),
        {"numpy in chunks": lambda t=codes[status]: two_stage(t, quotient, age, children)},  # type: ignore[misc]
    )
    print("rules with arithmetic and rounding beside float64 numpy by hand, which is not exact")
    size = random.integers(1, 8, people)
    flag = random.random(people) < 0.3
    monthly = random.gamma(2, 1500, people).round(2)
    yearly = random.gamma(2, 20000, people).round(2)
    rank = random.integers(1, 6, people)
    adults, small = random.integers(1, 4, people), np.minimum(children, 1)
    trips = random.integers(0, 100, people)
    words = np.array(["plein", "jeune", "senior", "solidaire"])[random.integers(0, 4, people)]
    cases: list[tuple[str, str, dict[str, Array], Callable[[], Array]]] = [
        ("taux_effort", "prix_repas",
         {"quotient_familial": quotient, "rang_enfant": rank, "habite_la_commune": flag},
         lambda: taux_effort(quotient, rank, flag)),
        ("share_of_income", "monthly_bill",
         {"monthly_income": monthly, "household_size": size, "special_hardship": flag},
         lambda: share_of_income(monthly, size, flag)),
        ("marginal", "participation_mensuelle", {"quotient_familial": quotient},
         lambda: marginal(quotient)),
        ("equivalence", "ride_price", {"annual_income": yearly, "household_size": size, "age": age},
         lambda: equivalence(yearly, size, age)),
        ("best_of", "prix_mensuel", {"quotient_familial": quotient, "ancien_abonne": flag},
         lambda: best_of(quotient, flag)),
        ("household", "tarifa_mensal",
         {"renda_familiar": monthly, "adultos": adults, "criancas": children,
          "criancas_ate_5": small},
         lambda: household(monthly, adults, children, small)),
        ("capped_use", "montant", {"trajets": trips, "statut": words},
         lambda: capped_use(trips, words)),
    ]  # fmt: skip
    for name, output_name, inputs, by_hand in cases:
        rule = load_rule(EXAMPLES / f"{name}.toml", on="2025-01-01")
        line(
            name,
            lambda r=rule, i=inputs, o=output_name: np.asarray(r.compute(i)[o]),  # type: ignore[misc]
            {"float64 by hand": by_hand},
        )
    tracemalloc.start()
    nantes.compute(given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size_ = quotient.nbytes + years.nbytes + aah.nbytes + output.nbytes
    print(f"nantes/transport: peak memory above the inputs / (inputs + output): {peak / size_:.2f}")


def one() -> None:
    """Print the time of one person, and of a first use in a new process."""
    nantes = load_rule("nantes/transport", on="2023-06-01")
    effort = load_rule(EXAMPLES / "taux_effort.toml", on="2025-01-01")
    for name, run in (
        (
            "nantes/transport",
            lambda: nantes.compute(quotient_familial=620.0, age=30).taux_reduction,
        ),
        ("taux_effort", lambda: effort.compute(quotient_familial=620.0, rang_enfant=2).prix_repas),
    ):
        seconds = median(lambda r=run: [r() for _ in range(1000)])  # type: ignore[misc]
        print(f"one person, {name}: {1e3 * seconds:.0f} microseconds")
    starts = [
        [float(x) for x in subprocess.check_output([sys.executable, "-c", FIRST_USE]).split()]
        for _ in range(RUNS + 1)
    ][1:]
    numpy, own, first = (statistics.median(column) for column in zip(*starts, strict=True))
    print(f"import: numpy {numpy:.3f} s, then {own:.3f} s more; first result after {first:.3f} s")


def peer(python: str, people: int) -> None:
    """Print the ratio to openfisca-france-local, end to end from arrays to results."""
    script = Path(__file__).with_name("peer_openfisca.py")
    found = json.loads(subprocess.check_output([python, str(script), str(people)], text=True))
    random = np.random.default_rng(0)
    parts = random.integers(4, 17, people) / 4
    income = (random.gamma(2, 400, people) * 12 * parts).round()
    rule = load_rule("nantes/transport", on="2020-10-01")
    seconds = median(
        lambda: rule.compute(revenu_fiscal_reference=income, nombre_parts=parts).taux_reduction
    )
    theirs = found["simulation_s"] + found["inputs_s"] + found["compute_s"]
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    print(f"{people:,} households, the rule of 2016, against {versions}")
    print(
        f"  openfisca: {found['build_s']:.2f} s once for the tax system, then simulation "
        f"{found['simulation_s']:.3f} s, inputs {found['inputs_s']:.3f} s, compute "
        f"{found['compute_s']:.3f} s; {found['different']} results differ from the brackets"
    )
    print(
        f"  tarifs_solidaires: {seconds:.4f} s: {theirs / seconds:.0f} times as fast end to end, "
        f"{found['compute_s'] / seconds:.0f} times in computing alone"
    )


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--peer", help="interpreter that has openfisca-france-local")
    arguments = parser.parse_args()
    many(arguments.people)
    one()
    if arguments.peer:
        peer(arguments.peer, arguments.people)


if __name__ == "__main__":
    main()
