"""The Nantes transport rule of 2016 in openfisca-france-local: one line of JSON, seconds.

It needs an environment of its own, with ``numpy<2`` and ``openfisca-france-local``, and nothing of
this project. It computes the bracket of the quotient without the condition of residence, whose
variables need a further package for spreadsheets::

    python benchmarks/peer_openfisca.py 1000000
"""

import argparse
import json
import statistics
import time
from importlib.metadata import version

START = time.perf_counter()

import numpy as np  # noqa: E402 (imports are timed)
from openfisca_core.simulation_builder import SimulationBuilder  # noqa: E402
from openfisca_france import FranceTaxBenefitSystem  # noqa: E402

IMPORT = time.perf_counter() - START

RUNS = 5
MONTH, INCOME_YEAR = "2020-10", "2018"  # the income of the year before the last one counts
OUTPUT = "nantes_metropole_tarification_solidaire_transport_montant"
PACKAGES = ("numpy", "openfisca-core", "openfisca-france", "openfisca-france-local")
THRESHOLDS = np.array([350, 500, 600])


def main() -> None:
    """Build the tax system, time one computation in its steps, and check every value."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("households", type=int, nargs="?", default=1_000_000)
    count = parser.parse_args().households

    random = np.random.default_rng(0)
    shares = random.integers(4, 17, count) / 4  # 1 to 4, by quarters
    income = (random.gamma(2, 400, count) * 12 * shares).round()
    edge = min(count, 3000)  # the first households stand exactly at a threshold
    income[:edge] = THRESHOLDS[np.arange(edge) % 3] * 12 * shares[:edge]
    disability = np.where(random.random(count) < 0.02, 900.0, 0.0)

    start = time.perf_counter()
    system = FranceTaxBenefitSystem()
    system.load_extension("openfisca_france_local")
    build = time.perf_counter() - start

    steps = []
    for _ in range(RUNS):
        times = [time.perf_counter()]
        simulation = SimulationBuilder().build_default_simulation(system, count=count)
        times.append(time.perf_counter())
        simulation.set_input("rfr", INCOME_YEAR, income)
        simulation.set_input("nbptr", INCOME_YEAR, shares)
        simulation.set_input("aah", MONTH, disability)
        times.append(time.perf_counter())
        found = simulation.calculate(OUTPUT, MONTH)
        times.append(time.perf_counter())
        steps.append(np.diff(times))
    simulate, inputs, compute = (statistics.median(column) for column in zip(*steps, strict=True))

    bracket = (income[:, np.newaxis] > THRESHOLDS * 12 * shares[:, np.newaxis]).sum(axis=1)
    expected = np.where(disability > 0, 100, np.array([100, 90, 70, 0])[bracket])
    print(
        json.dumps(
            {
                "versions": {name: version(name) for name in PACKAGES},
                "households": count,
                "import_s": round(IMPORT, 4),
                "build_s": round(build, 4),
                "simulation_s": round(simulate, 4),
                "inputs_s": round(inputs, 4),
                "compute_s": round(compute, 4),
                "different": int((found != expected).sum()),
            }
        )
    )


if __name__ == "__main__":
    main()
