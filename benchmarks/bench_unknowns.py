"""What the forecast does not know, on a real city: new canteens, odd ones, breaks of level, strikes.

Everything goes through ``fit``, ``predict`` and ``order`` as a user calls them. Nothing looks ahead:
each forecast rests on data that end some days before it.

- ``hidden``: one canteen in six, in turn, has no past before the first day of a school year and is
  forecast as one that has just opened; its enrolment is known, and its own days once they are served.
- ``odd``: how far one odd canteen moves the margin of the orders of the others. A: it serves 2.6
  times its meals for three months, a year before. B: it opens, at 2.5 times.
- ``breaks``: all canteens serve another share of their meals from a day on, and no mark says so.
- ``strikes``: each strike day is announced, and forecast from data that end 15 days before.

    python benchmarks/bench_unknowns.py FOLDER
    python benchmarks/bench_unknowns.py FOLDER --only hidden --step week
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine import CanteenForecaster, City, Rows, load_city, order
from prevision_cantine.calendar.periods import periods, weeks
from prevision_cantine.city.records import Attendance
from prevision_cantine.uncertainty.measures import excess, shortage, wape

SECTIONS = ("hidden", "odd", "breaks", "strikes")
SHARE, COVERAGE, SETS, LEAD = 0.01, 0.9, 6, 15
OWN_DAYS = ((0, 0), (1, 4), (5, 8), (9, 16), (17, 40), (41, 10_000))
STARTS = ("2014-11-10", "2015-01-19", "2015-03-16", "2015-11-16", "2016-01-18", "2016-03-07")
FACTORS = (0.5, 0.7, 0.85, 0.93, 1.2)
Array = np.ndarray[Any, Any]


def served(city: City, first: str, last: str, *, strikes: bool = False) -> tuple[Rows, Attendance]:
    """Return the canteens and days served in a span, the strike days among them or not."""
    rows, table = city.served_rows(first, last)
    keep = city.is_struck(rows)
    keep = keep if strikes else ~keep
    return rows.select(keep), table.select(keep)


def line(found: dict[str, Array], keep: Array) -> str:
    """Return the figures of some rows."""
    actual, ordered = found["actual"][keep], found["ordered"][keep]
    held = (found["lower"][keep] <= actual) & (actual <= found["upper"][keep])
    width = (found["upper"] - found["lower"])[keep].sum() / actual.sum()
    return (
        f"{keep.sum():7d}{100 * wape(found['meals'][keep], actual):8.2f}{100 * held.mean():9.1f}"
        f"{100 * width:8.1f}{100 * shortage(ordered, actual):9.2f}{100 * excess(ordered, actual):8.1f}"
    )


HEAD = f"{'rows':>7}{'WAPE':>8}{'90% held':>9}{'width':>8}{'missing':>9}{'excess':>8}"


def hidden(city: City, step: str, years: tuple[int, ...]) -> None:
    """Hide one canteen in six in turn."""
    print(f"\n## Hidden canteens, by {step}, {LEAD} days ahead")
    for year in years:
        columns: dict[str, list[dict[str, Array]]] = {"alone": [], "with the agents' draft": []}
        for first in range(SETS):
            for way, found in hidden_set(city, step, year, first).items():
                columns[way] += found
        for way, parts in columns.items():
            found = {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
            print(f"\n{year}-{year + 1}, {way}\n{'':18}{HEAD}")
            print(f"{'all':18}{line(found, np.ones(len(found['actual']), dtype=bool))}")
            for low, high in OWN_DAYS:
                here = (found["days"] >= low) & (found["days"] <= high)
                if here.any():
                    label = f"{low} own days" if low == high else f"{low} to {high} own days"
                    print(f"{label:18}{line(found, here)}")


def hidden_set(city: City, step: str, year: int, first: int) -> dict[str, list[dict[str, Array]]]:
    """Forecast one set of hidden canteens through one school year."""
    start = next(y.start for y in city.calendar.years if str(y.start).startswith(str(year)))
    table, which = city.attendance, np.arange(first, len(city.canteens), SETS)
    before = np.isin(table.canteen, which) & (table.date < start)
    bent = attrs.evolve(city, attendance=table.select(~before))
    rows, meals = served(bent, str(start), f"{year + 1}-07-31")
    keep = np.isin(rows.canteen, which)
    rows, meals = rows.select(keep), meals.select(keep)
    model = CanteenForecaster(lead_days=LEAD, step=step, enrolment_lead_days=60)
    found: dict[str, list[dict[str, Array]]] = {"alone": [], "with the agents' draft": []}
    for span in periods(rows.date) if step == "period" else weeks(rows.date):
        inside = (rows.date >= span.start) & (rows.date <= span.end)
        here, actual = rows.select(inside), meals.select(inside)
        model.fit(bent, span.until(LEAD))
        agents = np.where(actual.agents > 0, actual.agents, np.nan)
        for way, draft in (("alone", None), ("with the agents' draft", agents)):
            forecast = model.predict(here, COVERAGE, draft=draft)
            found[way].append(
                {
                    "actual": actual.meals, "meals": forecast.meals, "lower": forecast.lower,
                    "upper": forecast.upper, "ordered": order(forecast, shortage=SHARE),
                    "days": model.fitted_.seen[here.canteen],
                }
            )  # fmt: skip
    return found


def odd(city: City) -> None:
    """Bend one canteen, and look at the orders of the others."""
    print("\n## Odd canteens: how far they move the margin of the others' orders")
    table, count = city.attendance, len(city.canteens)
    long_known = np.bincount(table.canteen[table.date < np.datetime64("2012-09-01")], minlength=count)  # fmt: skip
    for size in (count, 12, 6):
        random = np.random.default_rng(size)
        seen = np.flatnonzero(long_known > 100)
        chosen = np.sort(random.choice(seen, size, replace=False)) if size < count else seen
        some = attrs.evolve(city, attendance=table.select(np.isin(table.canteen, chosen)))
        rows, meals = served(some, "2014-09-15", "2015-07-03")
        clean, past = margins(some, rows)
        ordered = np.ceil(rows_margin(clean, rows, past))
        print(
            f"{len(chosen)} canteens, none odd: {len(clean.calibration_.runs)} runs left out; the orders of 2014-2015 miss "
            f"{100 * shortage(ordered, meals.meals):.2f} % with an excess of {100 * excess(ordered, meals.meals):.2f} %"
        )
        for case in "AB":
            growth = []
            for one in random.choice(chosen, 2, replace=False):
                bent = with_odd(some, int(one), case)
                others = rows.select(rows.canteen != one)
                margin, fitted = margins(bent, others)
                calm, usual = margins(some, others)
                odd_, plain = (
                    float(np.log(rows_margin(m, others, f) / f.meals).mean())
                    for m, f in ((margin, fitted), (calm, usual))
                )
                growth.append(
                    f"{100 * (odd_ / plain - 1):+.1f} % ({len(margin.calibration_.runs)} runs)"
                )
            print(f"  {case}: {', '.join(growth)}")


def margins(city: City, rows: Rows) -> tuple[CanteenForecaster, Any]:
    """Return a forecaster of July 2014, with two years of past forecasts, and what it says."""
    model = CanteenForecaster(step="week", calibration_periods=10).fit(city, "2014-07-31")
    return model, model.predict(rows, COVERAGE)


def rows_margin(model: CanteenForecaster, rows: Rows, forecast: Any) -> Array:
    """Return the orders of rows without the rounding."""
    margin = model.calibration_.margin(SHARE).pooled
    return np.asarray(forecast.meals * np.exp(margin * forecast.scale.either))


def with_odd(city: City, one: int, case: str) -> City:
    """Return a city with one odd canteen."""
    table = city.attendance
    meals, its = table.meals.copy(), table.canteen == one
    keep = np.ones(len(table), dtype=bool)
    if case == "A":
        some = (table.date >= np.datetime64("2013-01-07")) & (
            table.date < np.datetime64("2013-04-07")
        )
        meals[its & some] *= 2.6
    else:
        keep = ~(its & (table.date < np.datetime64("2013-09-01")))
        meals[its] *= 2.5
    return attrs.evolve(city, attendance=attrs.evolve(table, meals=meals).select(keep))


def breaks(city: City) -> None:
    """Change the level of all canteens from a day on, unsaid."""
    print(
        "\n## Breaks of level without a mark: the next ten days, from data that end the day before"
    )
    print(
        f"{'':8}" + "".join(f"{f'after {n} days: WAPE, held, noticed':>40}" for n in (2, 3, 4, 10))
    )
    days = np.unique(served(city, "2014-09-01", "2016-07-08")[0].date)
    for factor in (*FACTORS, 1.0):
        cells: dict[int, list[tuple[float, float, bool]]] = {n: [] for n in (2, 3, 4, 10)}
        for number, start in enumerate(STARTS):
            made = broken(city, np.datetime64(start), factor, np.random.default_rng(number))
            model = CanteenForecaster(lead_days=3, calibration_periods=6)
            after = days[days >= np.datetime64(start)]
            for seen, found in cells.items():
                future = after[seen : seen + 10]
                rows, meals = served(made, str(future[0]), str(future[-1]))
                forecast = model.fit(made, after[seen - 1]).predict(rows, COVERAGE)
                held = (forecast.lower <= meals.meals) & (meals.meals <= forecast.upper)
                city_wide = any(one.series is None for one in model.fitted_.breaks)
                found.append((wape(forecast.meals, meals.meals), float(held.mean()), city_wide))
        print(
            f"x {factor:<6}"
            + "".join(
                f"{100 * np.mean([one[0] for one in found]):25.1f} %{100 * np.mean([one[1] for one in found]):5.0f} %"
                f"{sum(one[2] for one in found):3d} of {len(found)}"
                for found in cells.values()
            )
        )


def broken(city: City, start: np.datetime64, factor: float, random: np.random.Generator) -> City:
    """Return a city whose meals change from a day on, in canteens that differ by 0.15."""
    table = city.attendance
    shift = np.log(factor) + (0.15 if factor != 1 else 0.0) * random.normal(size=len(city.canteens))
    after = table.date >= start
    changed = np.maximum(table.meals * np.exp(shift[table.canteen]), 1.0)
    return attrs.evolve(
        city, attendance=attrs.evolve(table, meals=np.where(after, changed, table.meals))
    )


def strikes(city: City, first: str, last: str) -> None:
    """Forecast announced strike days, and the same days as if nobody had said so."""
    print(f"\n## Announced strikes, {first} to {last}, {LEAD} days ahead")
    announced, silent = (CanteenForecaster(strikes_announced=told) for told in (True, False))
    columns: dict[str, list[dict[str, Array]]] = {"announced": [], "not announced": []}
    rows, meals = served(city, first, last, strikes=True)
    days = np.unique(rows.date)
    for day in days:
        here = rows.date == day
        for way, model in (("announced", announced), ("not announced", silent)):
            forecast = model.fit(city, day - LEAD).predict(rows.select(here), COVERAGE)
            columns[way].append(
                {
                    "actual": meals.meals[here], "meals": forecast.meals, "lower": forecast.lower,
                    "upper": forecast.upper, "ordered": order(forecast, shortage=SHARE),
                }
            )  # fmt: skip
    print(f"{len(days)} days\n{'':18}{HEAD}")
    for way, parts in columns.items():
        found = {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
        print(f"{way:18}{line(found, np.ones(len(found['actual']), dtype=bool))}")


def main() -> None:
    """Print the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="folder of the city")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--step", choices=("period", "week"), default="period", help="of hidden canteens")  # fmt: skip
    parser.add_argument("--years", nargs="+", type=int, default=[2014, 2015], help="of hidden canteens")  # fmt: skip
    arguments = parser.parse_args()
    city = load_city(arguments.folder)
    for section in arguments.only:
        begun = time.perf_counter()
        if section == "hidden":
            hidden(city, arguments.step, tuple(arguments.years))
        elif section == "odd":
            odd(city)
        elif section == "breaks":
            breaks(city)
        else:
            strikes(city, "2014-09-01", "2017-07-07")
        print(f"({section}: {time.perf_counter() - begun:.0f} s)")


if __name__ == "__main__":
    main()
