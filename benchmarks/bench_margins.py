"""How far one odd canteen moves the order margin of a city, and what the rule costs without one.

Margins come from past forecasts by week from September 2012 to July 2014, and are tried on those of
September 2014 to July 2016. A: one canteen serves 2.6 times its meals for three months. B: a canteen
without past opens at 2.5 times.

    python benchmarks/bench_margins.py
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine import CanteenForecaster, City, load_city
from prevision_cantine.model.design import OCCASIONS
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.margins import far_runs, margin
from prevision_cantine.uncertainty.measures import excess, shortage
from prevision_cantine.uncertainty.newcomers import KNOWN_ROWS
from prevision_cantine.uncertainty.spread import Spread, by_size, fit_spread

FOLDER = Path(os.environ.get("NANTES_CANTINES", "/work/shared/data/nantes_cantines"))
SHARE = 0.01
Array = np.ndarray[Any, Any]


def past(city: City, until: str, since: str) -> Any:
    """Return the past forecasts by week between two days."""
    model = CanteenForecaster(step="week", calibration_periods=14)
    found = model.fit(city, until)._past_forecasts(city, np.datetime64(until))
    assert found is not None
    return found.select(np.flatnonzero(found.table.date >= np.datetime64(since)))


def spread_of(found: Any, keep: Array, count: int) -> Spread:
    """Learn the spread of some rows."""
    table = found.table
    return fit_spread(
        np.log(table.meals / found.meals)[keep], found.meals[keep], found.lead[keep],
        found.occasion[keep], table.canteen[keep], occasions=len(OCCASIONS), canteens=count,
    )  # fmt: skip


def own_days(found: Any, city: City) -> Array:
    """Return how many own days were known when each past forecast was made."""
    table, every = found.table, city.attendance
    until = table.date - found.lead.astype("timedelta64[D]")
    known = np.zeros(len(table), dtype=int)
    for canteen in np.unique(table.canteen):
        here = table.canteen == canteen
        known[here] = np.searchsorted(
            every.date[every.canteen == canteen], until[here], side="right"
        )
    return known


def rules(found: Any, count: int, city: City) -> dict[str, tuple[float, Any, Any]]:
    """Return the margin of each rule, with the spread that it goes with."""
    table, every = found.table, np.ones(len(found.table), dtype=bool)
    error = np.log(table.meals / found.meals)
    today = spread_of(found, every, count)
    scale = today.scale(found.meals, found.lead, found.occasion, table.canteen)
    pooled = Calibration(found.meals, table.meals, table.date, table.canteen, scale, today)
    runs = far_runs(table.canteen, table.date, error, by_size(found.meals).either)
    steady = spread_of(found, runs.keep, count)
    scale = steady.scale(found.meals, found.lead, found.occasion, table.canteen).either
    given = (table.canteen, table.date, found.meals, table.meals, scale, SHARE)
    # The forecasts of newcomers have a width of their own, and say nothing of ordinary ones.
    past = found.select(np.flatnonzero(own_days(found, city) >= KNOWN_ROWS))
    apart = far_runs(
        past.table.canteen, past.table.date, np.log(past.table.meals / past.meals),
        by_size(past.meals).either,
    )  # fmt: skip
    alone = spread_of(past, apart.keep, count)
    scale = alone.scale(past.meals, past.lead, past.occasion, past.table.canteen).either
    columns = (past.table.canteen, past.table.date, past.meals, past.table.meals, scale, SHARE)
    return {
        "pooled (today)": (pooled.margin(SHARE), today, None),
        "runs out, winsorised": (margin(*given, runs=runs, count=count).pooled, steady, runs),
        "the same, newcomers apart": (
            margin(*columns, runs=apart, count=count).pooled,
            alone,
            apart,
        ),
        "own, by 500 rows": (0.0, steady, margin(*given, runs=runs, count=count, own=True)),
    }


def order_scale(found: Any, margin_: float, spread: Spread) -> float:
    """Return the mean margin of the rows of a test, on the log scale: what an order shows."""
    scale = spread.scale(found.meals, found.lead, found.occasion, found.table.canteen).either
    return float(np.mean(margin_ * scale))


def main() -> None:
    """Print the tables."""
    if not FOLDER.is_dir():
        print(f"skipped: no folder {FOLDER}")
        return
    city = load_city(FOLDER)
    test = past(city, "2016-07-31", "2014-09-01")
    count = len(city.canteens)
    for size in (count, 12, 6):
        random = np.random.default_rng(size)
        table = city.attendance
        seen = np.flatnonzero(np.bincount(table.canteen[table.date < np.datetime64("2012-09-01")], minlength=count) > 100)  # fmt: skip
        chosen = np.sort(random.choice(seen, size, replace=False)) if size < count else seen
        some = attrs.evolve(city, attendance=table.select(np.isin(table.canteen, chosen)))
        clean_past = past(some, "2014-07-31", "2012-09-01")
        clean = rules(clean_past, count, some)
        here = test.select(np.flatnonzero(np.isin(test.table.canteen, chosen)))
        left = clean["runs out, winsorised"][2]
        print(
            f"\n{size} canteens: {len(left.runs)} runs without an odd canteen, {100 * left.left_out.mean():.1f} % of rows"
        )
        for name, (value, spread, own) in clean.items():
            scale = spread.scale(here.meals, here.lead, here.occasion, here.table.canteen).either
            each = value if name != "own, by 500 rows" else own.of(here.table.canteen)
            ordered = np.ceil(here.meals * np.exp(each * scale) - 1e-9)
            bad = [
                shortage(
                    ordered[here.table.canteen == c], here.table.meals[here.table.canteen == c]
                )
                for c in np.unique(here.table.canteen)
            ]
            print(
                f"  clean, {name:27} margin {np.mean(each):.4f}  tested: missing {100 * shortage(ordered, here.table.meals):.2f} %, excess {100 * excess(ordered, here.table.meals):.2f} %, canteens missing above 2 %: {sum(b > 0.02 for b in bad)}"
            )
        for case in "AB":
            growth: dict[str, list[float]] = {}
            for odd in random.choice(chosen, 2, replace=False):
                rows = some.attendance
                meals, keep = rows.meals.copy(), np.ones(len(rows), dtype=bool)
                its = rows.canteen == odd
                if case == "A":
                    meals[
                        its
                        & (rows.date >= np.datetime64("2013-01-07"))
                        & (rows.date < np.datetime64("2013-04-07"))
                    ] *= 2.6
                else:
                    keep = ~(its & (rows.date < np.datetime64("2013-09-01")))
                    meals[its] *= 2.5
                bent = attrs.evolve(some, attendance=attrs.evolve(rows, meals=meals).select(keep))
                for name, (value, spread, _) in list(
                    rules(past(bent, "2014-07-31", "2012-09-01"), count, bent).items()
                )[:3]:
                    others = here.select(np.flatnonzero(here.table.canteen != odd))
                    ratio = order_scale(others, value, spread) / order_scale(
                        others, *clean[name][:2]
                    )
                    growth.setdefault(name, []).append(100 * (ratio - 1))
            print(
                f"  {case}: growth of the others' margin: "
                + "; ".join(f"{n} {', '.join(f'{g:+.1f}' for g in v)} %" for n, v in growth.items())
            )


if __name__ == "__main__":
    main()
