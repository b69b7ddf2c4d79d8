"""One million people, the Nantes transport rule of 2023: seconds and ratios, medians of 5 runs."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from tarifs_solidaires import load_rule

PEOPLE = 1_000_000


def median(run: Callable[[], object]) -> float:
    """Return the median time of 5 runs, after one that does not count."""
    times = []
    for _ in range(6):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    """Time the rule, the same rule in plain numpy, and a copy of the inputs."""
    random = np.random.default_rng(0)
    quotient = random.gamma(2, 400, PEOPLE).round(2)
    age = random.integers(0, 100, PEOPLE).astype(np.float64)
    aah = random.random(PEOPLE) < 0.02
    rule = load_rule("nantes/transport", on="2023-06-01")

    def ours() -> object:
        return rule.compute(
            quotient_familial=quotient, age=age, beneficiaire_aah=aah
        ).taux_reduction

    def numpy() -> object:
        middle = np.where((age >= 26) & (age < 60), 0.7, 0.5)
        return np.select(
            [aah | (quotient <= 350), quotient <= 500, quotient <= 750, quotient <= 900],
            [1.0, 0.9, middle, 0.3],
            0.0,
        )

    def copy() -> object:
        return quotient.copy(), age.copy(), aah.copy()

    np.testing.assert_array_equal(ours(), numpy())
    times = {"tarifs_solidaires": median(ours), "plain numpy": median(numpy), "copy": median(copy)}
    for name, seconds in times.items():
        ratio = times["tarifs_solidaires"] / seconds
        print(
            f"{name:20}{1000 * seconds:8.1f} ms   tarifs_solidaires takes {ratio:.2f} times as long"
        )


if __name__ == "__main__":
    main()
