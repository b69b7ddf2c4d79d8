"""The reform of May 2023 on a million people by class of age: seconds, memory, and ratios.

The other side is what one would write with pandas for this rule alone: rates with ``numpy.select``,
a data frame, a ``groupby``. Medians of 5 runs of both, in one process.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

from tarifs_solidaires import classes, compare, load_rule, make_population

PEOPLE = 1_000_000
PRICE = 500


def median(run: Callable[[], object]) -> float:
    """Return the median time of 5 runs, after one that does not count."""
    times = []
    for _ in range(6):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def megabytes(run: Callable[[], object]) -> float:
    """Return the most memory that a run holds at a time, beyond what was there before."""
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    """Time the comparison and the same table in pandas, and check that they agree."""
    before = load_rule("nantes/transport", on="2023-04-30")
    after = load_rule("nantes/transport", on="2023-05-01")
    eau = load_rule("nantes/eau", on="2023-06-01")
    made = make_population([before, after, eau], PEOPLE)
    used = ("quotient_familial", "age", "beneficiaire_aah", "nombre_personnes")
    people = {name: made[name] for name in used}
    quotient, age, aah = (people[n] for n in used[:3])

    def ours() -> pd.DataFrame:
        by = {"age": classes(age, [26, 60], name="age")}
        table = compare(before, after, people, by=by, price=PRICE)
        return pd.DataFrame(table.to_dict())

    def pandas() -> pd.DataFrame:
        middle = np.where((age >= 26) & (age < 60), 0.7, 0.5)
        full = (age < 6) | aah | (quotient <= 350)
        old = np.select([full, quotient <= 500, quotient <= 600], [1.0, 0.9, 0.7], 0.0)
        new = np.select(
            [full, quotient <= 500, quotient <= 750, quotient <= 900], [1.0, 0.9, middle, 0.3], 0.0
        )
        frame = pd.DataFrame(
            {
                "age": pd.cut(age, [-1, 25, 59, 200]),
                "winners": new > old,
                "losers": new < old,
                "unchanged": new == old,
                "change": (new - old).round(6),
                "budget_before": (PRICE * old).round(2),
                "budget_after": (PRICE * new).round(2),
            }
        )
        groups = frame.groupby("age", observed=True)
        return groups.sum().assign(people=groups.size(), mean_change=groups["change"].mean())

    mine, theirs = ours(), pandas()
    for name in ("people", "winners", "losers", "unchanged", "budget_before", "budget_after"):
        np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-12)
    seconds, peer = median(ours), median(pandas)
    print(f"{PEOPLE:,} people, {len(mine)} groups")
    print(f"compare         {1000 * seconds:8.0f} ms  {megabytes(ours):6.0f} MB at most")
    print(f"plain pandas    {1000 * peer:8.0f} ms  {megabytes(pandas):6.0f} MB at most")
    print(f"compare takes {seconds / peer:.2f} times as long as plain pandas")
    for by in ("nombre_personnes", "tranche_after", ["tranche_before", "tranche_after"]):
        run = median(lambda by=by: compare(before, after, people, by=by, price=PRICE))
        print(f"  by {by!s:36}{1000 * run:8.0f} ms")
    comparison = compare(before, after, people, price=PRICE)
    for what, run in {
        "findings": comparison.findings,
        "cliffs of one rule": comparison.cliffs,
        "page": lambda: comparison.to_html("en"),
    }.items():
        print(f"  {what:39}{1000 * median(run):8.0f} ms")


if __name__ == "__main__":
    main()
