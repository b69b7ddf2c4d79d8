"""The work that the benchmark page and the comparison of two versions time, by name and size.

Run alone, ``measured.py CASE SIZE`` prints the processor seconds of some runs as JSON. A peer that is
not installed is left out.
"""

import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Run = Callable[[], object]
SLOW = 5.0  # seconds of a run beyond which one suffices


class Case(NamedTuple):
    """Some work of a package.

    ``make`` gives, for a size, the runs by name: ours first, then peers, then a plain copy
    or reading of the same data.
    """

    package: str
    title: str
    unit: str
    sizes: tuple[int, ...]
    make: Callable[[int], dict[str, Run]]


def tariffs(size: int) -> dict[str, Run]:
    """Compute a tariff for people, beside numpy by hand."""
    from bench_tarifs import nantes_chunked, nantes_select

    from tarifs_solidaires import load_rule

    random = np.random.default_rng(0)
    quotient = random.gamma(2, 400, size).round(2)
    age, aah = random.integers(0, 100, size).astype(np.float64), random.random(size) < 0.02
    rule = load_rule("nantes/transport", on="2023-06-01")
    given = {"quotient_familial": quotient, "age": age, "beneficiaire_aah": aah}
    return {
        "rule.compute": lambda: np.asarray(rule.compute(given).taux_reduction),
        "numpy in chunks, by hand": lambda: nantes_chunked(quotient, age, aah),
        "np.select": lambda: nantes_select(quotient, age, aah),
        "a copy of the same data": lambda: [x.copy() for x in (quotient, age, aah, quotient)],
    }


def fits(size: int) -> dict[str, Run]:
    """Fit a school year of as many canteens as the rows need, beside boosted trees."""
    from prevision_cantine import CanteenForecaster, make_city

    city = make_city(seed=0, canteens=max(1, size // 143), years=1)
    last, table = city.attendance.date[-1], city.attendance
    runs: dict[str, Run] = {
        "CanteenForecaster.fit": lambda: CanteenForecaster(calibration_periods=0).fit(city, last),
    }
    try:
        from bench_cantine_speed import boosted, columns
        from lightgbm import LGBMRegressor  # noqa: F401
    except ImportError:
        pass
    else:
        x, y = columns(city)
        runs["LightGBM, 600 trees, one core"] = lambda: boosted(1).fit(x, y)
    arrays = (table.canteen, table.date, table.meals, table.agents)
    runs["a copy of the table"] = lambda: [x.copy() for x in arrays]
    return runs


def forecasts(size: int) -> dict[str, Run]:
    """Forecast canteens and days with terms and interval, beside the mean of each weekday."""
    from prevision_cantine import CanteenForecaster, make_city

    city = make_city(seed=0, canteens=90, years=3)
    model = CanteenForecaster(calibration_periods=2).fit(city, "2022-08-01")
    year = city.calendar_rows("2022-09-01", "2023-07-04")
    rows = year.select(np.resize(np.arange(len(year)), size))
    table = city.attendance
    slot = (table.date.astype(np.int64) + 3) % 7 + 7 * table.canteen
    count = np.maximum(np.bincount(slot, minlength=7 * 90), 1)
    mean = np.bincount(slot, table.meals, 7 * 90) / count
    return {
        "predict, terms and interval": lambda: model.predict(rows),
        "mean of the weekday, no interval": lambda: mean[
            (rows.date.astype(np.int64) + 3) % 7 + 7 * rows.canteen
        ],
        "a copy of the rows": lambda: (rows.canteen.copy(), rows.date.copy()),
    }


def lines(size: int) -> dict[str, Run]:
    """Validate records of a register in JSON Lines, beside other validators."""
    import bench_registry as registry

    from charte_registry import check_lines

    plain = [registry.record(number) for number in range(size)]
    each = [json.dumps({"kind": "traitements", **one}).encode() for one in plain]
    folder = Path(tempfile.mkdtemp())
    path = folder / "r.jsonl"
    path.write_bytes(b"\n".join([json.dumps(registry.HEAD).encode(), *each]))
    bare = [json.dumps(one).encode() for one in plain]
    runs: dict[str, Run] = {"check_lines": lambda: list(check_lines(path))}
    peers = {
        "pydantic": registry.with_pydantic, "jsonschema-rs": registry.with_jsonschema_rs,
        "msgspec alone": registry.with_msgspec,
    }  # fmt: skip
    for name, make in peers.items():
        try:
            runs[name] = make(bare)
        except ImportError:
            continue
    runs["json.loads alone"] = registry.each(json.loads, bare)
    return runs


CASES = {
    "tariffs": Case("tarifs_solidaires", "Tariffs of people", "people",
                    (1_000, 10_000, 100_000, 1_000_000, 10_000_000), tariffs),
    "fits": Case("prevision_cantine", "Fit of the forecaster", "rows",
                 (143, 1_430, 14_300, 143_000, 1_430_000), fits),
    "forecasts": Case("prevision_cantine", "Forecasts with terms and interval", "rows",
                      (100, 1_000, 10_000, 100_000, 1_000_000), forecasts),
    "lines": Case("charte_registry", "Lines of a register validated", "lines",
                  (10, 100, 1_000, 10_000, 100_000), lines),
}  # fmt: skip


def seconds(run: Run, most: float = 2.0, least: int = 3) -> list[float]:
    """Return the processor seconds of some runs, after one that does not count unless it is slow."""
    start = time.process_time()
    run()
    first = time.process_time() - start
    if first > SLOW:
        return [first]
    taken: list[float] = []
    while len(taken) < least or (sum(taken) < most and len(taken) < 30):
        repeat, start = 0, time.process_time()
        while not repeat or time.process_time() - start < 0.005:  # the clock's step is far below
            run()
            repeat += 1
        taken.append((time.process_time() - start) / repeat)
    return taken


def peak(run: Run) -> int:
    """Return the bytes that a run asks for at its peak."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def measure(name: str, *, most: float = 2.0, sizes: int | None = None) -> list[dict[str, Any]]:
    """Return the median seconds, and the peak of memory, of every run at every size."""
    case, found = CASES[name], []
    for size in case.sizes[:sizes]:
        for position, (label, run) in enumerate(case.make(size).items()):
            taken = seconds(run, most)
            found.append(
                {"size": size, "run": label, "seconds": statistics.median(taken), "runs": len(taken),
                 "peak": peak(run) if position == 0 else None}
            )  # fmt: skip
    return found


if __name__ == "__main__":
    first = next(iter(CASES[sys.argv[1]].make(int(sys.argv[2])).values()))
    print(json.dumps(seconds(first, most=1.0)))
