"""How fast the canteens' model learns and forecasts, beside boosted trees and beside a copy of memory.

On the city's real history where it is there (``CHARTE_DONNEE_DATA``), else on a made city of its
size; then on made cities of up to ten million rows. With LightGBM where it is installed, as in
``nox -s bench_cantine``. Every time is the median of some runs after one that does not count, and
all are taken in this one run; processor seconds, of one core, where not said otherwise.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from prevision_cantine import (
    AdditiveRegressor,
    CanteenFeatures,
    CanteenForecaster,
    City,
    Rows,
    load_city,
    make_city,
)
from prevision_cantine.calendar.periods import weeks
from prevision_cantine.city.menus import plain as plain_text
from prevision_cantine.model.regression import Block, Design, solve
from prevision_cantine.uncertainty.intervals import Calibration

# Threads that wait by turning round would be slow, and charged, where other work uses the cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
TREES, WORDS = 600, 120  # the settings of the comparison
DATA = os.environ.get("CHARTE_DONNEE_DATA", str(Path(__file__).parents[2] / "shared" / "data"))


class Times(NamedTuple):
    """Median seconds of some runs: of the processor, and on the wall."""

    processor: float
    wall: float


def times(run: Callable[[], object], runs: int = 5) -> Times:
    """Return the median times of the runs."""
    every = []
    for _ in range(runs + 1):
        processor, wall = time.process_time(), time.perf_counter()
        run()
        every.append((time.process_time() - processor, time.perf_counter() - wall))
    return Times(*map(statistics.median, zip(*every[min(runs, 1) :], strict=True)))


def median(run: Callable[[], object], runs: int = 5) -> float:
    """Return the median processor seconds of the runs."""
    return times(run, runs).processor


def peak(run: Callable[[], object]) -> int:
    """Return the bytes that a run asks for at its peak, beyond what was there before."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def table_bytes(city: City) -> int:
    """Return the size of the table of attendance: canteen, day, meals, the agents' order."""
    table = city.attendance
    return sum(c.nbytes for c in (table.canteen, table.date, table.meals, table.agents))


def history() -> tuple[str, City]:
    """Return the real city, or a made one of its size."""
    folder = Path(DATA) / "nantes_cantines"
    if folder.is_dir():
        return "the city's real history", load_city(folder)
    return "a made city (no real data here)", make_city(seed=0, canteens=87, years=5)


def whole(**settings: Any) -> CanteenForecaster:
    """Return a forecaster whose memory reaches over every row."""
    return CanteenForecaster(half_life=5000.0, **settings)


def fit(city: City) -> None:
    """Print the time and memory of fitting."""
    until = str(city.attendance.date[-1])
    count = len(city.attendance)
    ours = times(lambda: whole(calibration_periods=0).fit(city, until))
    print(f"Fit on {count:,} rows of {len(city.canteens)} canteens")
    print(f"  CanteenForecaster, every row                  {ours.processor:8.3f} s")
    both = times(lambda: CanteenForecaster().fit(city, until))
    print(
        f"  the same as it comes, with its past forecasts {both.processor:8.3f} s, "
        f"{both.wall:.3f} s on the wall"
    )
    most = peak(lambda: whole(calibration_periods=0).fit(city, until)) / table_bytes(city)
    print(f"  its memory at the peak / the table            {most:8.1f}")
    x, y = columns(city)
    regressor = times(lambda: additive([*x].index("log_effectif")).fit(x, y))
    print(f"  AdditiveRegressor on {x.shape[1]} plain columns         {regressor.processor:8.3f} s")
    if not lightgbm_there():
        return
    words = pd.concat([x.reset_index(drop=True), pd.DataFrame(menu_words(city))], axis=1)
    for name, table in (("the same columns", x), (f"{WORDS} menu words more", words)):
        one = times(lambda t=table: boosted(1).fit(t, y), 3)  # type: ignore[misc]
        every = times(lambda t=table: boosted(os.cpu_count() or 1).fit(t, y), 1)  # type: ignore[misc]
        print(
            f"  LightGBM, {TREES} trees, {name:22}{one.processor:14.3f} s: "
            f"{one.processor / ours.processor:.1f} times the forecaster's, "
            f"{one.processor / regressor.processor:.1f} times the regressor's;\n"
            f"      on all {os.cpu_count()} cores and the wall {every.wall:.3f} s: "
            f"{every.wall / ours.wall:.1f} times the forecaster's {ours.wall:.3f} s on one"
        )


def limits(city: City) -> None:
    """Print what a user waits for, over what the project allows."""
    last = city.attendance.date[-1]
    model = CanteenForecaster(calibration_periods=2, step="week").fit(city, last - 40)
    rows = city.calendar_rows(last - 24, last - 11)
    served, _ = city.served_rows(last - 500, last)
    spans = weeks(served.date)[-50:]

    def weekly() -> None:
        every = CanteenForecaster(step="week")
        for span in spans:
            every.fit(city, span.until(15))
            here = (served.date >= span.start) & (served.date <= span.end)
            every.predict(served.select(here))

    forecast = model.predict(rows.select(np.arange(80)))
    effects = CanteenForecaster(calibration_periods=0).fit(city, last)
    plain = median(lambda: CanteenForecaster(calibration_periods=0).fit(city, last))

    def started(*command: str) -> float:
        every = []
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True)
            every.append(time.perf_counter() - begun)
        return statistics.median(every)

    help_ = "from prevision_cantine.cli import main; main(['--help'])"
    found = (
        ("one fit", plain, 0.12),
        (
            f"forecast of two weeks, {len(rows)} rows",
            median(lambda: model.predict(rows), 20),
            0.009,
        ),
        (f"{len(spans)} weekly forecasts with their past ones", median(weekly, 1), 10.0),
        ("terms of 80 rows in meals, at once", median(forecast.in_meals, 50), 0.005),
        (
            "sentences of 80 rows",
            median(forecast.explanations, 5),
            0.005,
        ),
        ("effects with their errors, against one fit", median(effects_of(effects), 3), 10 * plain),
        ("import prevision_cantine, wall", started("-c", "import prevision_cantine"), 0.5),
        ("prevision-cantine --help, wall", started("-c", help_), 0.3),
    )
    print("What a user waits for, and the limit")
    for name, seconds, most in found:
        over = "" if seconds <= most else "   OVER"
        print(f"  {name:46}{seconds:9.4f} s, {seconds / most:5.2f} of the limit{over}")


def effects_of(model: CanteenForecaster) -> Callable[[], object]:
    """Return what finds the effects of a fitted model anew."""

    def run() -> object:
        model._effects = None
        return model.effects()

    return run


def columns(city: City) -> tuple[Any, Any]:
    """Return the columns of calendar, menu, canteen and enrolment, and the meals."""
    table = city.attendance
    frame = pd.DataFrame(
        {
            "cantine": np.array(city.canteens)[table.canteen],
            "date": table.date,
            "effectif": city.enrolled(table.canteen, table.date, table.date[-1]),
        }
    ).fillna({"effectif": 150.0})
    features = CanteenFeatures(city.calendar, city.menus, effectif="effectif")
    return features.set_output(transform="pandas").fit_transform(frame), table.meals


def menu_words(city: City) -> dict[str, npt.NDArray[np.float64]]:
    """Return whether each of the commonest words of the menus is served; at random in a made city."""
    date = city.attendance.date
    every, of_row = np.unique(date, return_inverse=True)
    files = sorted((Path(DATA) / "nantes_cantines" / "raw").glob("menus_*.csv"))
    if not files:
        flags = np.random.default_rng(0).random((len(every), WORDS)) < 0.1
        return {f"word_{n}": flags[of_row, n].astype(float) for n in range(WORDS)}
    menus = pd.concat(pd.read_csv(file) for file in files)
    days = pd.to_datetime(menus["date"], dayfirst=True).to_numpy().astype("datetime64[D]")
    served: dict[str, set[np.datetime64]] = defaultdict(set)
    for day, dish in zip(days, menus["plat"].astype(str), strict=True):
        for word in re.findall(r"[a-z]{4,}", plain_text(dish)):
            served[word].add(day)
    common = sorted(served, key=lambda word: (-len(served[word]), word))[:WORDS]
    return {
        f"word_{word}": np.isin(every, np.array(list(served[word])))[of_row].astype(float)
        for word in common
    }


def additive(categories: int) -> AdditiveRegressor:
    """Return the plain regressor: all before enrolment are categories, weekdays by canteen."""
    return AdditiveRegressor(
        categorical=range(categories), group="cantine", nested=["jour", "poisson", "porc", "viande"]
    )


def boosted(cores: int) -> Any:
    """Return LightGBM with the settings of the comparison."""
    from lightgbm import LGBMRegressor

    return LGBMRegressor(n_estimators=TREES, n_jobs=cores, random_state=0, verbosity=-1)


def lightgbm_there() -> bool:
    """Return whether LightGBM is installed."""
    try:
        import lightgbm  # noqa: F401
    except ImportError:
        print("  (LightGBM is not installed: nox -s bench_cantine)")
        return False
    return True


def forecast(city: City, count: int) -> None:
    """Print rows a second of whole forecasts, from days to meals."""
    last = city.calendar.years[city.calendar.year_index(city.attendance.date[-1:])[0]]
    start, end, until = last.start, last.end, last.start - np.timedelta64(15, "D")
    forecaster = CanteenForecaster(calibration_periods=2).fit(city, until)
    year = city.calendar_rows(start, end)
    many = year.select(np.resize(np.arange(len(year)), count))

    def rate(rows: Rows) -> float:
        return len(rows) / median(lambda: forecaster.predict(rows)) / 1e6

    print("Forecast from canteens and days, with contributions and interval")
    print(f"  {len(year):10,} rows, a school year {rate(year):8.1f} M rows/s")
    ours = rate(many)
    print(f"  {count:10,} rows                {ours:8.1f} M rows/s")
    if lightgbm_there():
        x, y = columns(city)
        model = boosted(1).fit(x, y)
        few = x.iloc[np.resize(np.arange(len(x)), 20_000)]
        trees = len(few) / median(lambda: model.predict(few, num_threads=1), 3) / 1e6
        print(
            f"  LightGBM, its columns ready, no interval {trees:.3f} M rows/s: ours is "
            f"{ours / trees:,.0f} times as fast"
        )


def prepared(canteens: int, days: int, runs: int = 5) -> None:
    """Print the times of a design of the model's shape: fit, memory, forecast, interval."""
    random = np.random.default_rng(0)
    kinds, weeks = 3, 46
    day, kind = np.divmod(np.arange(days * kinds), kinds)
    week = day // 4 % weeks
    flag = np.where(random.random((8, days)) < 0.1, 0, -1)[:, day]
    zero = np.zeros(days * kinds, dtype=np.int64)
    blocks = [
        Block("niveau", zero, 1, 0.5, nested=True),
        Block("niveau", day // 180, days // 180 + 1, 2.0, nested=True),
        Block("jour", day % 4, 4, 0.3),
        Block("jour", kind * 4 + day % 4, 4 * kinds, 6.0),
        Block("jour", day % 4, 4, 9.0, nested=True),
        Block("saison", week, weeks, 6.0),
        Block("saison", kind * weeks + week, weeks * kinds, 18.0),
        *(Block("menu", column, 1, 12.0) for column in flag),
        *(Block("menu", column, 1, 18.0, nested=True) for column in flag[:3]),
    ]
    canteen = np.tile(np.arange(canteens), days)
    situation = np.repeat(np.arange(days), canteens) * kinds + canteen % kinds
    design = Design(tuple(blocks), situation, canteen, canteens)
    count = len(design)
    target = random.normal(0, 0.1, count) + random.normal(0, 0.3, canteens)[canteen]
    seconds = median(lambda: solve(design, target), runs)
    most = peak(lambda: solve(design, target)) / (32 * count)
    effects, _ = solve(design, target)
    error = random.normal(0, 0.1, 10_000)
    calibration = Calibration(np.full(10_000, 100.0), 100.0 * np.exp(error))

    def alone() -> Any:
        return np.exp(effects.total(design))

    def bounded() -> Any:
        return calibration.interval(alone(), 0.9)

    total, interval = median(alone, runs), median(bounded, runs)
    terms = median(lambda: effects.terms(design), runs)
    copy = median(lambda: (situation.copy(), canteen.copy(), target.copy()), runs)
    print(
        f"  {count:10,} rows {canteens:6,} canteens   fit {seconds:7.2f} s {1e6 * seconds / count:6.2f} "
        f"µs a row, memory / table {most:4.1f}   forecast {count / total / 1e6:6.1f} M rows/s, "
        f"interval too: {interval / total:4.2f} times its time, terms {count / terms / 1e6:5.1f} "
        f"M rows/s, {total / copy:4.1f} copies of the rows"
    )


def grow(most: int) -> None:
    """Print how the time of the whole forecaster grows with the rows."""
    print("Fit of the whole forecaster on made cities of 14 school years, every row")
    for canteens in (50, 500, 5000):
        if canteens * 2000 > most:
            break
        city = make_city(seed=0, canteens=canteens, years=14)
        until = str(city.attendance.date[-1])
        runs = 3 if canteens < 5000 else 1
        seconds = median(lambda c=city, u=until: whole(calibration_periods=0).fit(c, u), runs)  # type: ignore[misc]
        count = len(city.attendance)
        print(
            f"  {count:10,} rows {canteens:6,} canteens   {seconds:7.2f} s {1e6 * seconds / count:6.2f} "
            "µs a row"
        )


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows",
        type=int,
        default=10_000_000,
        help="the longest table; 0 for what a user waits for alone",
    )
    most = parser.parse_args().rows
    name, city = history()
    print(f"On {name}")
    limits(city)
    if most == 0:
        return
    fit(city)
    forecast(city, 1_000_000)
    print("A prepared design of the model's shape")
    for canteens, days in ((87, 900), (50, 2000), (500, 2000), (5000, 2000)):
        if canteens * days <= most:
            prepared(canteens, days, 5 if canteens < 5000 else 1)
    grow(most)


if __name__ == "__main__":
    main()
