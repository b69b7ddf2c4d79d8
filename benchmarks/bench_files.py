"""Files of people: how long computing takes beside copying the same file with polars.

    python benchmarks/bench_files.py [--rows 1000000] [--rounds 3]

In one run, for CSV and for Parquet: polars' streaming engine reads the file and writes it again, computing
nothing (`copy`); the same with as many further columns as a result has, all constant (`copy and columns`);
and ``compute_file`` computes a tariff for each row. Ratios are to each of the two, of the best rounds, in
time on the clock and in time of the processor. The memory is the most that a process of its own had.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RULE, DAY = "nantes/transport", "2023-06-01"
WAYS = ("copy", "copy and columns", "compute")


def make(folder: Path, rows: int) -> None:
    """Write the same people as CSV and as Parquet, a million at a time."""
    import polars as pl

    random = np.random.default_rng(0)
    parts = []
    for start in range(0, rows, 1_000_000):
        n = min(1_000_000, rows - start)
        part = pl.DataFrame(
            {
                "id": np.arange(start, start + n),
                "quotient_familial": np.round(random.gamma(2, 400, n), 2),
                "age": random.integers(0, 100, n),
                "beneficiaire_aah": random.integers(0, 2, n),
                "commune": random.choice(["44109", "44162", "44143", "85191"], n),
            }
        )
        with (folder / "in.csv").open("ab") as file:
            part.write_csv(file, include_header=not start)
        parts.append(folder / f"part{start}.parquet")
        part.write_parquet(parts[-1])
    pl.scan_parquet(parts).sink_parquet(folder / "in.parquet")
    for path in parts:
        path.unlink()


def run(folder: Path, kind: str, way: str) -> None:
    """Do one of the ways, and print its seconds and the most memory that it had."""
    import resource

    source, target = folder / f"in.{kind}", folder / f"out.{kind}"
    if way == "compute":
        from tarifs_solidaires import load_rule
        from tarifs_solidaires.people.files import compute_file

        rule = load_rule(RULE, on=DAY)
        tiny = folder / f"tiny.{kind}"
        _first_rows(source, tiny)
        compute_file(rule, tiny, target)  # what is loaded once is not measured, here nor in polars
        clock, cpu = time.perf_counter(), time.process_time()
        compute_file(rule, source, target)
    else:
        import polars as pl

        clock, cpu = time.perf_counter(), time.process_time()
        table = pl.scan_csv(source) if kind == "csv" else pl.scan_parquet(source)
        if way != "copy":
            table = table.with_columns(
                taux_reduction=pl.lit(0.5),
                prix_mensuel=pl.lit(0.0),
                tranche=pl.lit("500 < QF ≤ 600"),
            )
        (table.sink_csv if kind == "csv" else table.sink_parquet)(target)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([clock, cpu, most]))


def _first_rows(source: Path, target: Path) -> None:
    import polars as pl

    if source.suffix == ".csv":
        pl.scan_csv(source).head(100).collect().write_csv(target)
    else:
        pl.scan_parquet(source).head(100).collect().write_parquet(target)


def main() -> None:
    """Print a line a way, and the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        folder, kind, way = arguments.one
        run(Path(folder), kind, way)
        return
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), arguments.rows)
        for kind in ("csv", "parquet"):
            best = {way: [float("inf"), float("inf"), 0.0] for way in WAYS}
            for _ in range(arguments.rounds):
                for way in WAYS:
                    command = [sys.executable, __file__, "--one", name, kind, way]
                    done = subprocess.run(command, check=True, capture_output=True, text=True)
                    clock, cpu, most = json.loads(done.stdout.splitlines()[-1])
                    known = best[way]
                    best[way] = [min(known[0], clock), min(known[1], cpu), max(known[2], most)]
            for way, (clock, cpu, most) in best.items():
                print(f"{kind} {way}: {clock:.2f} s, processor {cpu:.2f} s, {most:.0f} MB")
            for peer in WAYS[:2]:
                clock, cpu = (best["compute"][n] / best[peer][n] for n in (0, 1))
                print(
                    f"{kind} compute / {peer}: {clock:.2f} on the clock, {cpu:.2f} of the processor"
                )


if __name__ == "__main__":
    main()
