"""Load, check and report a city's register, beside reading the same bytes: medians of 5 runs."""

import csv
import statistics
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from charte_registry import load_register, render_report

FOLDER = Path(__file__).parents[1] / "examples" / "nantes_2020"


def median(run: Callable[[], object]) -> float:
    """Return the median time of 5 runs, after one that does not count."""
    times = []
    for _ in range(6):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    """Time each step and its ratio to plain reading."""
    register = load_register(FOLDER)

    def read() -> None:
        for path in FOLDER.rglob("*.toml"):
            tomllib.loads(path.read_text("utf-8"))
        for path in FOLDER.rglob("*.csv"):
            list(csv.DictReader(path.read_text("utf-8").splitlines()))

    times = {
        "read the bytes": median(read),
        "load": median(lambda: load_register(FOLDER)),
        "check": median(register.check),
        "report": median(lambda: render_report(register, 2020)),
    }
    print(f"{sum(len(records) for records in register.records.values())} records")
    for name, seconds in times.items():
        print(
            f"{name:16}{1000 * seconds:8.1f} ms   {seconds / times['read the bytes']:6.2f} times reading"
        )


if __name__ == "__main__":
    main()
