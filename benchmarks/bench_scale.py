"""Streams of any length in flat memory, on one core and on two; then a fit on a cluster of processes.

Each line is a process of its own, so that its peak of memory is its own: people made on the fly,
canteens and days made on the fly, lines of a register from a file written beforehand. From the longest
run of each follow how far two workers are faster than one, and on paper what a country needs.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

BATCH = 1 << 17
DAYS = 140  # served in a school year of four days a week
CANTEENS = 60_000  # of a country
COUNTED = 2_400  # days that a fit looks back at most
HOUSEHOLDS = 30_000_000
MEGA = 1e6


def people_batches(rows: int) -> Iterator[pa.RecordBatch]:
    """Yield people for ``nantes/transport``, made on the fly."""
    random = np.random.default_rng(0)
    for first in range(0, rows, BATCH):
        size = min(BATCH, rows - first)
        columns = {
            "quotient_familial": random.integers(0, 250_000, size) / 100,
            "age": random.integers(0, 95, size).astype(np.float64),
            "beneficiaire_aah": random.random(size) < 0.02,
        }
        yield pa.RecordBatch.from_pydict({name: pa.array(v) for name, v in columns.items()})


def tariffs(rows: int, workers: int) -> int:
    """Compute tariffs of people."""
    from tarifs_solidaires import compute_batches, load_rule

    rule = load_rule("nantes/transport", on="2023-06-01")
    start_here()
    return sum(b.num_rows for b in compute_batches(rule, people_batches(rows), workers=workers))


def people_alone(rows: int, workers: int) -> int:
    """Make the people, and compute nothing."""
    return sum(batch.num_rows for batch in people_batches(rows))


def forecasts(rows: int, workers: int) -> int:
    """Forecast a school year of 1,000 canteens, as often as the rows need."""
    from prevision_cantine import CanteenForecaster, make_city
    from prevision_cantine.scale import BatchForecast, calendar_batches, forecast_batches

    city = make_city(seed=0, canteens=1_000, years=3)
    forecaster = CanteenForecaster(calibration_periods=2).fit(city, "2022-08-01")
    work = BatchForecast.of(forecaster, city)
    done = 0

    def source() -> Iterator[pa.RecordBatch]:
        while True:
            yield from calendar_batches(city, "2022-09-01", "2023-07-04", rows=BATCH)

    start_here()
    for batch in forecast_batches(work, source(), workers=workers):
        done += batch.num_rows
        if done >= rows:
            return done
    return done


def lines(rows: int, workers: int) -> int:
    """Check lines of a register."""
    from charte_registry import check_line_stream

    path = Path(tempfile.gettempdir()) / f"bench_lines_{rows}.jsonl"
    start_here()
    found = sum(1 for _ in check_line_stream(path, workers=workers))
    if found:
        raise AssertionError(f"{found} problems in lines that are right")
    return rows


def write_lines(rows: int) -> Path:
    """Write the file that ``lines`` checks."""
    from bench_registry import HEAD, record

    path = Path(tempfile.gettempdir()) / f"bench_lines_{rows}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(HEAD) + "\n")
        for number in range(rows):
            file.write(json.dumps({"kind": "traitements", **record(number)}) + "\n")
    return path


def fit(rows: int, workers: int) -> int:
    """Fit four school years of as many canteens as the rows need."""
    from prevision_cantine import CanteenForecaster, make_city

    small = make_city(seed=0, canteens=3, years=1)
    CanteenForecaster(calibration_periods=0).fit(
        small, small.attendance.date[-1]
    )  # loads libraries
    city = make_city(seed=0, canteens=max(1, rows // (4 * DAYS)), years=4)
    start_here()
    CanteenForecaster(calibration_periods=0).fit(city, city.attendance.date[-1])
    return len(city.attendance)


CASES = {
    "people alone": people_alone, "tariffs": tariffs, "forecasts": forecasts, "lines": lines, "fit": fit,
}  # fmt: skip
ALONE = ("people alone", "fit")  # what one process does
_started = {"wall": 0.0, "processor": 0.0, "peak": 0.0}


def start_here() -> None:
    """Leave what went before out of the time, and out of the memory that is asked for."""
    _started["wall"], _started["processor"] = time.perf_counter(), processor()
    _started["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def processor() -> float:
    """Return processor seconds of this process and those that it waited for."""
    own, others = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def one(case: str, rows: int, workers: int) -> None:
    """Run a case in this process and print what it took, as JSON."""
    start_here()
    done = CASES[case](rows, workers)
    peaks = [
        resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(json.dumps({
        "rows": done, "wall": time.perf_counter() - _started["wall"],
        "processor": processor() - _started["processor"], "peak_mb": max(peaks) / 1024,
        "asked_mb": peaks[0] / 1024 - _started["peak"],
    }))  # fmt: skip


def apart(case: str, rows: int, workers: int) -> dict[str, Any]:
    """Run a case in a process of its own."""
    command = [sys.executable, __file__, "--one", case, str(rows), str(workers)]
    found: dict[str, Any] = json.loads(subprocess.check_output(command, text=True))
    return found


Found = dict[tuple[str, int], dict[str, Any]]  # by case and workers, of its longest run


def streams(sizes: dict[str, list[int]], workers: list[int]) -> Found:
    """Print cost and memory of streams; return them."""
    longest: Found = {}
    print(
        f"{'':14}{'rows':>12}{'workers':>8}{'wall s':>9}{'processor s a million':>23}{'peak MB':>9}"
    )
    for case, every in sizes.items():
        for rows in every:
            written = write_lines(rows) if case == "lines" else None
            for count in [1] if case in ALONE else workers:
                found = longest[case, count] = apart(case, rows, count)
                each = found["processor"] / found["rows"] * MEGA
                print(
                    f"{case:14}{found['rows']:12,}{count:8}{found['wall']:9.1f}{each:23.3f}"
                    f"{found['peak_mb']:9.0f}", flush=True,
                )  # fmt: skip
            if written is not None:
                written.unlink()
    return longest


def scaling(found: Found) -> None:
    """Print how much faster two workers are than one, and what that costs."""
    print(
        "\nTwo workers beside one: times as fast by the clock (2 at best), times the processor (1 at best)"
    )
    for case in CASES:
        if (case, 1) in found and (case, 2) in found:
            one, two = found[case, 1], found[case, 2]
            rows = two["rows"] / one["rows"]  # a stream ends with a whole batch
            faster = one["wall"] / two["wall"] * rows
            dearer = two["processor"] / one["processor"] / rows
            print(f"{case:14}{faster:8.2f}{dearer:8.2f}")


def country(found: Found) -> None:
    """Print what a country needs on paper: what was measured, times how many rows it has."""
    year = CANTEENS * DAYS
    needs = [
        ("tariffs of 30 million households", "tariffs", HOUSEHOLDS),
        (f"a year of forecasts, {CANTEENS:,} canteens", "forecasts", year),
        ("ten years of them", "forecasts", 10 * year),
        ("a fit on ten years, the last 2,400 days counted", "fit", round(year * COUNTED / 365)),
        ("a million lines of a register", "lines", 1_000_000),
    ]
    print(f"\nOn paper, one process: {'':31}{'rows':>12}{'processor s':>13}{'memory MB':>11}")
    for what, case, rows in needs:
        if (case, 1) in found:
            one = found[case, 1]
            memory = one["asked_mb"] / one["rows"] * rows if case == "fit" else one["peak_mb"]
            seconds = one["processor"] / one["rows"] * rows
            print(f"  {what:52}{rows:12,}{seconds:13,.1f}{memory:11,.0f}")
    print(
        "A stream needs its memory whatever its length; a fit needs it in all its parts together."
    )


def cluster(canteens: int) -> None:
    """Print the time of a fit on one process, and on clusters of one and two."""
    from dask.distributed import Client, LocalCluster

    from prevision_cantine import make_city
    from prevision_cantine.scale import OnDask, fit_joint, split_city

    city = make_city(seed=0, canteens=canteens, years=4)
    parts, rows = split_city(city, 8), len(city.attendance)
    print(f"Fit of {rows:,} rows, {canteens:,} canteens in 8 parts, until the last day")
    start = time.perf_counter()
    here = fit_joint(parts, city.attendance.date[-1])
    print(f"  this process, part after part  {time.perf_counter() - start:7.1f} s")
    for count in (1, 2):
        with (
            LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs="CRITICAL",
            ) as local,
            Client(local) as client,
        ):
            client.run(_warm)
            start = time.perf_counter()
            joint = fit_joint(parts, city.attendance.date[-1], runner=OnDask(client))
            seconds = time.perf_counter() - start
        off = float(np.abs(joint.shared - here.shared).max())
        print(
            f"  Dask, workers: {count}               {seconds:7.1f} s, {off:.0e} from this process"
        )


def _warm() -> None:
    import scipy.linalg  # noqa: F401

    import prevision_cantine.scale  # noqa: F401


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000, 100_000_000])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--lines", type=int, nargs="+", default=[100_000, 400_000])
    parser.add_argument("--fit", type=int, nargs="+", default=[50_000, 500_000], help="rows")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--canteens", type=int, default=2_000, help="of the fit; 0 for none")
    parser.add_argument(
        "--one", nargs=3, metavar=("CASE", "ROWS", "WORKERS"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.one[0], int(arguments.one[1]), int(arguments.one[2]))
        return
    print(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f} at the start")
    sizes = {
        "people alone": arguments.people[-1:], "tariffs": arguments.people,
        "forecasts": arguments.rows, "lines": arguments.lines,
        "fit": arguments.fit,
    }  # fmt: skip
    found = streams(sizes, arguments.workers)
    scaling(found)
    country(found)
    if arguments.canteens:
        cluster(arguments.canteens)


if __name__ == "__main__":
    main()
