"""Forecast a real city's past beside what a user would pick instead: same rows, same information.

Every forecaster learns from the same attendance, calendar, menus and enrolments known on the same day,
forecasts the same canteens and days, and orders with a margin found on its own earlier forecasts. What is
printed is what the guide quotes. ``nox -s bench_cantine -- FOLDER`` sets up the peers; none of them is a
dependency of the package, and a peer that is not installed is left out and said.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import pickle
import tempfile
import time
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine import CanteenForecaster, City, Rows, load_city, order, save_forecaster
from prevision_cantine.calendar.days import weekday
from prevision_cantine.calendar.periods import Period, periods, weeks
from prevision_cantine.city.nantes import SERVED
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.measures import excess, shortage, wape

LEAD = 15
COVERAGES = (0.5, 0.8, 0.9)
WARM_UP = 365  # days before the span whose forecasts calibrate the peers
EXPONENT = 0.9
SIZES = (0, 80, 120, 160, 220, 10_000)
Array = np.ndarray[Any, Any]


# What every peer is given


class Table:
    """The attendance of a city with the features of each row that do not depend on the origin."""

    def __init__(self, city: City, enrolment_lead: int) -> None:
        self.enrolment_lead = enrolment_lead
        known = city.attendance
        taught = city.calendar.year_index(known.date) >= 0
        day = weekday(known.date)
        self.table = known.select(taught & np.isin(day, SERVED))
        self.city, table = city, self.table
        self.strike = np.isin(table.date, city.calendar.strikes)
        self.year = city.calendar.year_index(table.date)
        self.slot = np.array([0, 1, 4, 2, 3, 4, 4])[weekday(table.date)]
        self.day = np.searchsorted(np.unique(table.date), table.date)
        around = city.calendar.surroundings(table.date)
        kinds = np.unique(city.types, return_inverse=True)[1]
        month = table.date.astype("datetime64[M]").astype(int) % 12
        self.calendar = np.column_stack(
            [
                table.canteen, kinds[table.canteen], self.slot, month, around["position"],
                np.clip(around["to_end"], 0, 60), np.clip(around["from_start"], 0, 30),
                np.clip(around["to_break"], 0, 20), np.clip(around["since_break"], 0, 20),
                around["before_holiday"], around["after_holiday"], around["bridge"],
                *(np.isin(table.date, days) for _, days in city.calendar.observances),
                city.menus.on(table.date),
            ]
        ).astype(np.float64)  # fmt: skip

    def log_enrolment(self, until: np.datetime64) -> Array:
        """Return what is known on a day of the enrolment of each row."""
        known_on = until + self.enrolment_lead
        pupils = self.city.enrolled(self.table.canteen, self.table.date, known_on)
        return np.log(np.where(np.isfinite(pupils), pupils, np.nanmedian(pupils)))

    def rows(self, span: Period) -> Array:
        """Return the positions of the rows of a span."""
        return np.flatnonzero((self.table.date >= span.start) & (self.table.date <= span.end))

    def features(self, span: Period) -> tuple[Array, Array, Array, Array]:
        """Return rows of a span, features known on its origin, base (log) and the agents' difference."""
        table, until, rows = self.table, span.until(LEAD), self.rows(span)
        past = np.flatnonzero(table.date <= until)
        pupils = self.log_enrolment(until)
        rate = np.log(table.meals) - EXPONENT * pupils
        weight = np.where(self.strike[past], 0.01, 1.0)
        age = self.day[past].max() - self.day[past]
        count, canteen = len(self.city.canteens), table.canteen[past]
        middle = float(np.median(rate[past]))

        def recent(half_life: float, group: Array, groups: int, value: Array) -> Array:
            each = weight * 0.5 ** (age / half_life)
            mass = np.bincount(group, each, groups)
            return np.where(mass > 0, np.bincount(group, each * value, groups) / np.maximum(mass, 1e-9), np.nan)  # fmt: skip

        levels = [np.nan_to_num(recent(h, canteen, count, rate[past]), nan=middle) for h in (5, 15, 40, 120)]  # fmt: skip
        slots = canteen * 5 + self.slot[past]
        profile = np.nan_to_num(recent(40, slots, count * 5, rate[past] - levels[1][canteen]))
        here = table.canteen[rows]
        keys = canteen * 100_000 + table.date[past].astype(int)
        order_of = np.argsort(keys)
        last_year = []
        for shift in (-7, 0, 7):
            wanted = here * 100_000 + (table.date[rows] - 364 + shift).astype(int)
            at = np.clip(np.searchsorted(keys[order_of], wanted), 0, len(keys) - 1)
            hit = keys[order_of][at] == wanted
            last_year.append(np.where(hit, rate[past][order_of][at] - levels[1][here], np.nan))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            mean_last_year = np.nanmean(last_year, axis=0)
        base = EXPONENT * pupils[rows] + levels[1][here]
        known = np.column_stack(
            [
                self.calendar[rows], pupils[rows], *(level[here] - levels[1][here] for level in levels),
                levels[1][here], profile[here * 5 + self.slot[rows]], mean_last_year, last_year[1],
                (table.date[rows] - until).astype(int), (table.date[rows] - span.start).astype(int),
                self.year[rows] > self.year[past].max(),
            ]
        )  # fmt: skip
        with np.errstate(divide="ignore", invalid="ignore"):
            said = np.where(table.agents[rows] > 0, np.log(table.agents[rows]) - base, np.nan)
        return rows, known, base, said


# The peers: each learns from (features, target, weight) and returns a prediction function and its size


Fit = Callable[[Array, Array, Array], tuple[Callable[[Array], Array], int]]


def lightgbm(x: Array, y: Array, weight: Array) -> tuple[Callable[[Array], Array], int]:
    """Fit 600 trees on absolute errors."""
    from lightgbm import LGBMRegressor

    model = LGBMRegressor(
        n_estimators=600, learning_rate=0.03, num_leaves=31, min_child_samples=40, subsample=0.7,
        subsample_freq=1, colsample_bytree=0.6, reg_lambda=5.0, objective="l1", random_state=0,
        verbose=-1, n_jobs=2,
    ).fit(x, y, sample_weight=weight)  # fmt: skip
    return lambda new: model.booster_.predict(new, num_threads=2), len(
        model.booster_.model_to_string()
    )


def xgboost(x: Array, y: Array, weight: Array) -> tuple[Callable[[Array], Array], int]:
    """Fit trees with a column a canteen, the best of a few settings on 2014-2016."""
    from xgboost import XGBRegressor

    canteens = np.unique(x[:, 0])

    def columns(x: Array) -> Array:
        return np.column_stack([x[:, :1] == canteens, x[:, 1:]])

    model = XGBRegressor(
        n_estimators=300, learning_rate=0.1, max_depth=8, n_jobs=2, random_state=0
    ).fit(columns(x), y, sample_weight=weight)
    return lambda new: model.predict(columns(new)), len(model.get_booster().save_raw())


def ebm(x: Array, y: Array, weight: Array) -> tuple[Callable[[Array], Array], int]:
    """Fit an explainable boosting machine."""
    from interpret.glassbox import ExplainableBoostingRegressor

    model = ExplainableBoostingRegressor(
        outer_bags=1, interactions=10, max_rounds=600, random_state=0, n_jobs=1
    ).fit(x, y, sample_weight=weight)
    return model.predict, len(pickle.dumps(model))


PEERS: dict[str, tuple[str, Fit]] = {
    "XGBoost, calendar and menus only": ("xgboost", xgboost),
    "LightGBM": ("lightgbm", lightgbm),
    "EBM": ("interpret", ebm),
}
CITY_FEATURES = (
    20  # calendar, menu and enrolment: the first columns, without what is as of the origin
)


class Run:
    """What a forecaster said of each row, and how long it took."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.size = name, 0
        self.meals, self.ordered = np.full(count, np.nan), np.full(count, np.nan)
        self.lower, self.upper = (np.full((len(COVERAGES), count), np.nan) for _ in range(2))
        self.fit_seconds: list[float] = []
        self.predict_seconds, self.predicted = 0.0, 0

    def timed(self, predict: Callable[..., Any], rows: int, *given: Any, **more: Any) -> Any:
        """Return what a prediction gives, counting its time."""
        start = time.perf_counter()
        result = predict(*given, **more)
        self.predict_seconds += time.perf_counter() - start
        self.predicted += rows
        return result


def run_mean(data: Table, spans: list[Period]) -> Run:
    """Forecast by the mean of canteen and weekday over the last year, scaled by enrolment."""
    run, table = Run("mean of canteen and weekday", len(data.table)), data.table
    for span in spans:
        until, rows = span.until(LEAD), data.rows(span)
        start = time.perf_counter()
        past = (table.date <= until) & (table.date > until - 365) & ~data.strike
        pupils = np.exp(data.log_enrolment(until))
        group, groups = table.canteen * 5 + data.slot, len(data.city.canteens) * 5
        total = np.bincount(group[past], table.meals[past], groups)
        share = total / np.maximum(np.bincount(group[past], pupils[past], groups), 1e-9)
        share = np.where(share > 0, share, np.median(share[share > 0]))
        run.fit_seconds.append(time.perf_counter() - start)
        run.meals[rows] = run.timed(np.multiply, len(rows), pupils[rows], share[group[rows]])
        run.size = share.nbytes
    return run


def run_peer(
    name: str, fit: Fit, data: Table, spans: list[Period], *, assisted: bool, refit: int
) -> Run:
    """Learn from the past spans, each with what was known on its origin, and forecast the next."""
    run, table = Run(name, len(data.table)), data.table
    every = {span: data.features(span) for span in spans}
    city_only = name.startswith("XGBoost")
    predict: Callable[[Array], Array] | None = None
    for number, span in enumerate(spans):
        if span.start < spans[0].start + 2 * WARM_UP:
            continue  # a first year of spans to learn from
        rows, known, base, said = every[span]

        def chosen(known: Array, said: Array) -> Array:
            known = known[:, :CITY_FEATURES] if city_only else known
            return np.column_stack([known, said]) if assisted else known

        if predict is None or number % refit == 0:
            past = [every[s] for s in spans[:number] if s.end <= span.until(LEAD)]
            x = np.concatenate([chosen(p[1], p[3]) for p in past])
            which, bases = (np.concatenate([p[n] for p in past]) for n in (0, 2))
            ordinary = ~data.strike[which]
            if city_only:
                bases = EXPONENT * x[:, CITY_FEATURES - 1]
            target = np.log(table.meals[which]) - bases
            start = time.perf_counter()
            predict, run.size = fit(x[ordinary], target[ordinary], table.meals[which][ordinary])
            run.fit_seconds.append(time.perf_counter() - start)
        new = chosen(known, said)
        if city_only:
            base = EXPONENT * new[:, CITY_FEATURES - 1]
        run.meals[rows] = np.exp(base + run.timed(predict, len(rows), new))
    return run


def run_global(data: Table, spans: list[Period]) -> Run:
    """Forecast by mlforecast: one boosted model of all series, on lags and calendar, day after day."""
    import pandas as pd
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExponentiallyWeightedMean, RollingMean

    run, table = Run("mlforecast", len(data.table)), data.table
    count, days = len(data.city.canteens), int(data.day.max()) + 1
    names = [f"f{n}" for n in range(1, data.calendar.shape[1])]
    # A service day on which a canteen was closed is filled with its last one: the library needs it.
    where = np.full((count, days), -1)
    where[table.canteen, data.day] = np.arange(len(table))
    first_of = np.array([np.flatnonzero(data.day == d)[0] for d in range(days)])
    for span in spans:
        if span.start < spans[0].start + 2 * WARM_UP:
            continue
        until, rows = span.until(LEAD), data.rows(span)
        known_days = int(data.day[table.date <= until].max()) + 1
        last = int(data.day[rows].max()) + 1
        pupils = data.log_enrolment(until)
        frames = []
        for canteen in range(count):
            here = where[canteen, :last]
            begun = np.flatnonzero(here[:known_days] >= 0)
            if len(begun) < 60:
                continue
            span_days = np.arange(begun[0], last)
            filled = np.maximum.accumulate(np.where(here >= 0, np.arange(last), 0))[span_days]
            own = np.where(here[span_days] >= 0, here[span_days], first_of[span_days])
            block = pd.DataFrame(data.calendar[own][:, 1:], columns=names)
            block["f0"] = float(data.calendar[here[begun[0]], 1])
            block["unique_id"], block["ds"] = canteen, span_days
            row = where[canteen, np.minimum(filled, last - 1)]
            block["pupils"] = pupils[np.where(here[span_days] >= 0, here[span_days], row)]
            block["y"] = np.log(table.meals[row]) - EXPONENT * block["pupils"]
            frames.append(block)
        frame = pd.concat(frames, ignore_index=True)
        exogenous = [*names, "f0", "pupils"]
        learn, future = frame[frame["ds"] < known_days], frame[frame["ds"] >= known_days]
        model = MLForecast(
            {"lgb": LGBMRegressor(n_estimators=300, learning_rate=0.05, num_leaves=31, objective="l1", verbose=-1, random_state=0, n_jobs=2)},
            freq=1, lags=[1, 2, 4, 8],
            lag_transforms={1: [RollingMean(8), RollingMean(32), ExponentiallyWeightedMean(0.05)]},
        )  # fmt: skip
        start = time.perf_counter()
        model.fit(learn, static_features=[])
        run.fit_seconds.append(time.perf_counter() - start)
        horizon = last - known_days
        unknown = future[["unique_id", "ds", *exogenous]]
        said = run.timed(model.predict, len(rows), horizon, X_df=unknown)
        grid = np.full((count, days), np.nan)
        grid[said["unique_id"], said["ds"]] = said["lgb"]
        value = grid[table.canteen[rows], data.day[rows]]
        value = np.where(np.isnan(value), np.nanmedian(value), value)
        run.meals[rows] = np.exp(value + EXPONENT * pupils[rows])
        run.size = len(pickle.dumps(model.models_))
    return run


def run_ours(
    data: Table, spans: list[Period], start: np.datetime64, step: str, share: float
) -> dict[str, Run]:
    """Forecast by the package, alone and with the agents' draft."""
    table, city = data.table, data.city
    runs = {n: Run(f"prevision_cantine, {n}", len(table)) for n in ("alone", "assisted")}
    alone, assisted = runs["alone"], runs["assisted"]
    model = CanteenForecaster(lead_days=LEAD, step=step, enrolment_lead_days=data.enrolment_lead)
    for span in spans:
        if span.start < start:
            continue
        rows = data.rows(span)
        here = Rows(city, table.canteen[rows], table.date[rows])
        begun = time.perf_counter()
        model.fit(city, span.until(LEAD))
        alone.fit_seconds.append(time.perf_counter() - begun)
        agents = table.agents[rows]
        for run, draft in ((alone, None), (assisted, np.where(agents > 0, agents, np.nan))):
            forecast = run.timed(model.predict, len(rows), here, draft=draft)
            run.meals[rows], run.ordered[rows] = forecast.meals, order(forecast, shortage=share)
            for n, coverage in enumerate(COVERAGES):
                one = model.predict(here, coverage, draft=draft)
                run.lower[n, rows], run.upper[n, rows] = one.lower, one.upper
    assisted.fit_seconds = alone.fit_seconds
    # Time of one fit without past forecasts, as the peers' are without theirs.
    begun = time.perf_counter()
    bare = CanteenForecaster(lead_days=LEAD, calibration_periods=0).fit(city, spans[-1].until(LEAD))
    seconds = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        save_forecaster(bare, Path(folder) / "m.zip")
        alone.size = assisted.size = (Path(folder) / "m.zip").stat().st_size
    print(f"prevision_cantine: {seconds:.2f} s for one fit without past forecasts")
    return runs


def order_peer(
    run: Run, data: Table, spans: list[Period], start: np.datetime64, share: float
) -> None:
    """Give a peer the orders and intervals that its own earlier forecasts ask for."""
    table = data.table
    for span in spans:
        if span.start < start:
            continue
        rows = data.rows(span)
        past = np.flatnonzero(
            np.isfinite(run.meals) & (table.date <= span.until(LEAD)) & ~data.strike
        )
        errors = Calibration(run.meals[past], table.meals[past])
        run.ordered[rows] = errors.order(run.meals[rows], share)
        for n, coverage in enumerate(COVERAGES):
            run.lower[n, rows], run.upper[n, rows] = errors.interval(run.meals[rows], coverage)


# What is printed


def at_equal_shortage(ordered: Array, actual: Array, share: float) -> float:
    """Return the excess of orders scaled by one factor until they miss as many meals as the agents."""
    low, high = 0.5, 2.0
    for _ in range(50):
        factor = (low + high) / 2
        if shortage(ordered * factor, actual) > share:
            low = factor
        else:
            high = factor
    return excess(ordered * high, actual)


def report(
    way: str, runs: list[Run], data: Table, start: np.datetime64, end: np.datetime64
) -> None:
    """Print the figures of all forecasters on the rows that all have."""
    table = data.table
    every = (table.date >= start) & (table.date <= end) & (table.agents > 0)
    for run in runs:
        every &= np.isfinite(run.meals)
    keep = every & ~data.strike
    actual, agents = table.meals[keep], table.agents[keep]
    missing = shortage(agents, actual)
    years = f"{start} to {end}"
    print(
        f"\n## {way}, {years}: {keep.sum()} canteens and days without strike days, {every.sum()} with"
    )
    print(
        f"{'':34}{'WAPE':>7}{'of day':>8}{'excess':>8}{'short.':>8}{'equal':>8}"
        + "".join(f"{f'{c:.0%} held':>10}{'width':>7}" for c in COVERAGES)
        + f"{'fit s':>8}{'rows/s':>11}{'bytes':>11}{'strikes':>9}"
    )

    def of_day(meals: Array, where: Array) -> float:
        place = np.unique(table.date[where], return_inverse=True)[1]
        return wape(np.bincount(place, meals[where]), np.bincount(place, table.meals[where]))

    def percent(value: float, width: int = 8) -> str:
        return f"{100 * value:{width}.2f}"

    print(
        f"{'agents':34}{percent(wape(agents, actual), 7)}{percent(of_day(table.agents, keep))}"
        f"{percent(excess(agents, actual))}{percent(missing)}{percent(excess(agents, actual))}"
        + " " * (17 * len(COVERAGES) + 30)
        + percent(wape(table.agents[every], table.meals[every]), 9)
    )
    for run in runs:
        ordered = run.ordered[keep]
        cells = [
            percent(wape(run.meals[keep], actual), 7), percent(of_day(run.meals, keep)),
            percent(excess(ordered, actual)), percent(shortage(ordered, actual)),
            percent(at_equal_shortage(ordered, actual, missing)),
        ]  # fmt: skip
        for n in range(len(COVERAGES)):
            low, high = run.lower[n, keep], run.upper[n, keep]
            held = np.mean((low <= actual) & (actual <= high))
            cells.append(f"{100 * held:9.1f}%{100 * (high - low).sum() / actual.sum():6.1f}%")
        rate = run.predicted / max(run.predict_seconds, 1e-9)
        cells.append(f"{np.median(run.fit_seconds):8.2f}{rate:11,.0f}{run.size:11,}")
        cells.append(percent(wape(run.meals[every], table.meals[every]), 9))
        print(f"{run.name:34}" + "".join(cells))
    month = table.date.astype("datetime64[M]").astype(int) % 12 + 1
    usual = np.array([np.median(table.meals[table.canteen == c]) if (table.canteen == c).any() else 0 for c in range(len(data.city.canteens))])  # fmt: skip
    size = np.searchsorted(SIZES, usual[table.canteen], side="right") - 1
    for title, code, names in (
        ("month", month, {m: str(m) for m in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7)}),
        ("weekday", weekday(table.date), {0: "Monday", 1: "Tuesday", 3: "Thursday", 4: "Friday"}),
        ("usual meals", size, {n: f"{a}-{b}" for n, (a, b) in enumerate(pairwise(SIZES))}),
    ):  # fmt: skip
        present = [c for c in names if (keep & (code == c)).any()]
        print(f"WAPE (and 90 % intervals that held) by {title}")
        print(f"{'':34}" + "".join(f"{names[c]:>13}" for c in present))
        print(f"{'agents':34}" + "".join(f"{100 * wape(table.agents[w], table.meals[w]):13.2f}" for w in (keep & (code == c) for c in present)))  # fmt: skip
        for run in runs:
            cells = []
            for c in present:
                where = keep & (code == c)
                held = (run.lower[-1] <= table.meals) & (table.meals <= run.upper[-1])
                cells.append(f"{100 * wape(run.meals[where], table.meals[where]):6.2f} ({100 * held[where].mean():4.1f})")  # fmt: skip
            print(f"{run.name:34}" + "".join(f"{c:>13}" for c in cells))
    days = np.unique(table.date[keep])
    for run in runs:
        error = np.array(
            [np.abs(run.meals - table.meals)[keep & (table.date == d)].sum() for d in days]
        )
        share = [
            wape(run.meals[w], table.meals[w]) for w in (keep & (table.date == d) for d in days)
        ]
        worst = np.argsort(-error)[:6]
        print(
            f"{run.name:34}worst days: "
            + ", ".join(f"{days[n]} {100 * share[n]:.0f} %" for n in worst)
        )


def main() -> None:
    """Run the ways asked for and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the city")
    parser.add_argument("--from", dest="start", default="2014-09-01")
    parser.add_argument("--to", dest="end", default="2016-07-31")
    parser.add_argument("--ways", nargs="+", choices=("period", "week", "assisted"), default=["period", "week", "assisted"])  # fmt: skip
    parser.add_argument("--shortage", type=float, default=0.0094)
    parser.add_argument("--enrolment-lead-days", type=int, default=0, help="days before a school year on which all forecasters know its enrolments")  # fmt: skip
    parser.add_argument("--refit-weeks", type=int, default=1, help="weeks between two fits of a peer that forecasts every week; its features are of each week")  # fmt: skip
    parser.add_argument("--peers", nargs="*", help="peers to run, by the start of their name; all by default")  # fmt: skip
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    city = load_city(arguments.folder)
    data = Table(city, arguments.enrolment_lead_days)
    start, end = np.datetime64(arguments.start), np.datetime64(arguments.end)
    versions = [f"{n} {importlib.metadata.version(n)}" for n in ("lightgbm", "xgboost", "interpret-core", "mlforecast") if importlib.util.find_spec(n.removesuffix("-core"))]  # fmt: skip
    print(
        f"{arguments.folder.name}; lead {LEAD} days; enrolments known {arguments.enrolment_lead_days} days before a school year; orders aim at a shortage of {arguments.shortage:.2%}; {', '.join(versions)}"
    )

    def wanted(name: str) -> bool:
        return arguments.peers is None or any(name.startswith(p) for p in arguments.peers)

    dates = data.table.date[data.table.date <= end]
    ours: dict[str, dict[str, Run]] = {}
    for way in arguments.ways:
        step = "week" if way == "week" else "period"
        cut = periods if step == "period" else weeks
        spans = [s for s in cut(dates) if s.start >= dates[0] + 240]
        refit = arguments.refit_weeks if step == "week" else 1
        if step not in ours:
            ours[step] = run_ours(data, spans, start, step, arguments.shortage)
        assisted = way == "assisted"
        runs = [ours[step]["assisted" if assisted else "alone"]]
        if way == "week":
            runs.append(ours[step]["assisted"])
        peers = []
        if not assisted and wanted("mean"):
            peers.append(run_mean(data, spans))
        for name, (module, fit) in PEERS.items():
            if not wanted(name):
                continue
            if importlib.util.find_spec(module) is None:
                print(f"{name}: {module} is not installed, left out")
                continue
            peers.append(run_peer(name, fit, data, spans, assisted=assisted, refit=refit))
        if way == "period" and wanted("mlforecast") and importlib.util.find_spec("mlforecast"):
            peers.append(run_global(data, spans))
        for run in peers:
            order_peer(run, data, spans, start, arguments.shortage)
        report({"period": "By period", "week": f"Every week (peers fitted again every {refit} weeks)", "assisted": "Assisted, by period"}[way], [*runs, *peers], data, start, end)  # fmt: skip


if __name__ == "__main__":
    main()
