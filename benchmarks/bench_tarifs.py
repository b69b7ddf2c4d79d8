"""The Nantes transport rule of 2023 for a million and ten million people, and for one.

Against what a user would write instead (plain numpy), against a limit (a copy of the same bytes)
and, with ``--peer PYTHON``, against openfisca-france-local in the environment of that interpreter.
Every time is the median of 5 runs after one that does not count; all are taken in this one run.
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

import numpy as np
import numpy.typing as npt

from tarifs_solidaires import load_rule

Array = npt.NDArray[np.float64]

RUNS = 5
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


def plain_numpy(quotient: Array, age: Array, aah: npt.NDArray[np.bool_]) -> Array:
    """Compute the rule as a careful user would write it: masks over one array, no np.select."""
    rate = np.zeros(quotient.shape)
    rate[quotient <= 900] = 0.3
    rate[quotient <= 750] = 0.5
    rate[(quotient <= 750) & (age >= 26) & (age < 60)] = 0.7
    rate[quotient <= 500] = 0.9
    rate[aah | (quotient <= 350)] = 1.0
    return rate


def numpy_select(quotient: Array, age: Array, aah: npt.NDArray[np.bool_]) -> Array:
    """Compute the rule with np.select."""
    middle = np.where((age >= 26) & (age < 60), 0.7, 0.5)
    conditions = [aah | (quotient <= 350), quotient <= 500, quotient <= 750, quotient <= 900]
    return np.select(conditions, [1.0, 0.9, middle, 0.3], 0.0)


def numpy_digitize(quotient: Array, age: Array, aah: npt.NDArray[np.bool_]) -> Array:
    """Compute the rule by bins and one look-up, as an experienced user would write it."""
    rates = np.array([[1.0, 0.9, 0.5, 0.3, 0.0], [1.0, 0.9, 0.7, 0.3, 0.0]])
    bracket = np.searchsorted([350.0, 500.0, 750.0, 900.0], quotient, side="left")
    rate = rates[((age >= 26) & (age < 60)).astype(np.intp), bracket]
    return np.where(aah, 1.0, rate)


def many(people: int) -> None:
    """Print times, ratios and memory for many people."""
    random = np.random.default_rng(0)
    quotient = random.gamma(2, 400, people).round(2)
    age = random.integers(0, 100, people).astype(np.float64)
    aah = random.random(people) < 0.02
    rule = load_rule("nantes/transport", on="2023-06-01")

    def ours() -> Array:
        result = rule.compute(quotient_familial=quotient, age=age, beneficiaire_aah=aah)
        return np.asarray(result.taux_reduction)

    output = np.empty(people)
    plain = (plain_numpy, numpy_select, numpy_digitize)
    for expression in plain:
        np.testing.assert_array_equal(ours(), expression(quotient, age, aah))
    times = {"tarifs_solidaires": median(ours)}
    for expression in plain:
        times[expression.__name__] = median(lambda e=expression: e(quotient, age, aah))  # type: ignore[misc]
    times["copy of inputs and output"] = median(
        lambda: (quotient.copy(), age.copy(), aah.copy(), output.copy())
    )
    print(f"{people:,} people")
    for name, seconds in times.items():
        ratio = times["tarifs_solidaires"] / seconds
        rate = people / seconds / 1e6
        print(f"  {name:27}{1000 * seconds:8.1f} ms {rate:7.0f} M/s   ours / this: {ratio:5.2f}")
    inputs = quotient.nbytes + age.nbytes + aah.nbytes
    tracemalloc.start()
    ours()
    peak = inputs + tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"  peak memory / (inputs + output): {peak / (inputs + output.nbytes):.3f}")


def one() -> None:
    """Print the time of one person, and of a first use in a new process."""
    rule = load_rule("nantes/transport", on="2023-06-01")

    def run() -> object:
        return rule.compute(quotient_familial=620.0, age=30, beneficiaire_aah=False).taux_reduction

    def thousand() -> None:
        for _ in range(1000):
            run()

    print(f"One person from a loaded rule: {1e3 * median(thousand):.0f} microseconds")
    tracemalloc.start()
    run()
    print(f"  memory at its peak: {tracemalloc.get_traced_memory()[1]:,} bytes")
    tracemalloc.stop()
    starts = [
        [float(x) for x in subprocess.check_output([sys.executable, "-c", FIRST_USE]).split()]
        for _ in range(RUNS + 1)
    ][1:]
    numpy, own, first = (statistics.median(column) for column in zip(*starts, strict=True))
    print(f"Import: numpy {numpy:.3f} s, then {own:.3f} s more; first result after {first:.3f} s")


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
    parser.add_argument("--peer", help="interpreter that has openfisca-france-local")
    arguments = parser.parse_args()
    many(1_000_000)
    many(10_000_000)
    one()
    if arguments.peer:
        peer(arguments.peer, 1_000_000)


if __name__ == "__main__":
    main()
