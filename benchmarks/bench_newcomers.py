"""Hide one canteen in six in turn, and forecast it as one that has just opened.

The canteens of a set have no past before the first day of a school year; enrolments are known. All
other terms, intervals and margins come from the other canteens; own days count once they are known.
Settings were chosen on the school years that begin in 2012 and 2013 (``--choose`` prints the grid);
those of 2014 and 2015 are reported.

    python benchmarks/bench_newcomers.py --step period
    python benchmarks/bench_newcomers.py --step week --lead 15
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine import CanteenForecaster, City, Rows, load_city
from prevision_cantine.calendar.days import weekday
from prevision_cantine.calendar.periods import periods, weeks
from prevision_cantine.city.nantes import WEDNESDAY
from prevision_cantine.model.design import occasions
from prevision_cantine.uncertainty import newcomers as new
from prevision_cantine.uncertainty.measures import excess, shortage, wape

FOLDER = Path(os.environ.get("NANTES_CANTINES", "/work/shared/data/nantes_cantines"))
Array = np.ndarray[Any, Any]
SHARE, COVERAGE, SETS = 0.01, 0.9, 6
BINS = ((0, 0), (1, 4), (5, 8), (9, 16), (17, 40), (41, 10_000))


@attrs.frozen(eq=False)
class Origin:
    """One forecast of the hidden canteens: what every setting of the newcomers starts from."""

    year: int
    canteen: Array
    actual: Array
    bare: Array  # logarithm of meals without the level
    prior: (
        Array  # level of the others, canteen by canteen, for each kind of row: old year, new year
    )
    is_new: Array
    mass: Array
    lead: Array
    occasion: Array
    calibration: Any
    margin: float
    own_canteen: Array
    own_age: Array
    own_residual: Array
    own_first: Array
    number: int


def collect(city: City, year: int, first: int, step: str, lead: int) -> list[Origin]:
    """Forecast one set of hidden canteens through one school year."""
    start = next(y.start for y in city.calendar.years if str(y.start).startswith(str(year)))
    table = city.attendance
    hidden = np.arange(first, len(city.canteens), SETS)
    is_hidden = np.isin(table.canteen, hidden)
    known = (weekday(table.date) != WEDNESDAY) & (weekday(table.date) < 5)
    known &= city.calendar.year_index(table.date) >= 0
    struck = np.isin(table.date, city.calendar.strikes)
    end = np.datetime64(f"{year + 1}-07-31")
    others = attrs.evolve(city, attendance=table.select(~is_hidden))
    own = table.select(is_hidden & known & ~struck & (table.date >= start) & (table.date <= end))
    model = CanteenForecaster(lead_days=lead, step=step, enrolment_lead_days=60)
    spans = periods(own.date) if step == "period" else weeks(own.date)
    days = np.unique(table.date[known])
    first_week = days[days >= start][: new.FIRST_DAYS]
    found = []
    for number, span in enumerate(spans):
        until = span.until(lead)
        model.fit(others, until)
        fitted = model.fitted_
        inside = own.select((own.date >= span.start) & (own.date <= span.end))
        rows = Rows(others, inside.canteen, inside.date)
        parts = model._contributions(fitted, rows)
        before = own.select(own.date <= until)
        past = model._contributions(fitted, Rows(others, before.canteen, before.date)) if len(before) else {"niveau": np.zeros(0)}  # fmt: skip
        rest = sum(v for k, v in past.items() if k != "niveau")
        seen = table.select(~is_hidden & known & (table.date <= until) & (table.date > until - 365))
        summer = fitted.summer[0]
        found.append(
            Origin(
                year=year, canteen=inside.canteen, actual=inside.meals,
                bare=sum(v for k, v in parts.items() if k != "niveau"),
                prior=np.array([fitted.level, fitted.level_new + summer]),
                is_new=model._is_new(fitted, rows).astype(int),
                mass=np.bincount(seen.canteen, minlength=len(city.canteens)).astype(float),
                lead=(inside.date - until).astype(float),
                occasion=occasions(rows, model._is_new(fitted, rows)),
                calibration=model.calibration_, margin=model.calibration_.margin(SHARE),
                own_canteen=before.canteen,
                own_age=np.searchsorted(days, until, side="right") - 1.0 - np.searchsorted(days, before.date),
                own_residual=np.log(before.meals) - rest, own_first=np.isin(before.date, first_week),
                number=number,
            )
        )  # fmt: skip
    return found


def forecast(
    origin: Origin, curve: new.MarginCurve, first_worth: float, **settings: float
) -> dict[str, Array]:
    """Forecast one origin with some settings of the newcomers."""
    kind = int(origin.is_new[0])
    level = origin.prior[kind]
    hidden = np.unique(origin.canteen)
    one = new.prior_from_others(level, origin.mass)
    found = new.newcomers(
        {int(h): one for h in hidden}, origin.own_canteen, origin.own_age, origin.own_residual,
        first_days=origin.own_first, first_worth=first_worth, **settings,
    )  # fmt: skip
    at = np.searchsorted(found.series, origin.canteen)
    meals = np.exp(origin.bare + found.level[at])
    scale = origin.calibration.scale_of(meals, origin.lead, origin.occasion, origin.canteen)
    lower, upper = origin.calibration.interval(meals, COVERAGE, scale)
    low, high = new.widened(meals, lower, upper, found.sd[at], COVERAGE)
    plain = origin.margin * scale.either
    ordered = np.ceil(meals * np.exp(curve.widened(plain, found.sd[at])) - 1e-9)
    return {
        "actual": origin.actual, "meals": meals, "low": low, "high": high, "ordered": ordered,
        "plain_held": (lower <= origin.actual) & (origin.actual <= upper),
        "plain_ordered": np.ceil(meals * np.exp(plain) - 1e-9),
        "days": found.days[at], "number": np.full(len(at), origin.number),
    }  # fmt: skip


def joined(origins: list[Origin], first_worth: float, **settings: float) -> dict[str, Array]:
    """Forecast all origins, and return the columns of all rows."""
    curve = new.margin_curve(SHARE)
    every = [forecast(one, curve, first_worth, **settings) for one in origins]
    return {name: np.concatenate([one[name] for one in every]) for name in every[0]}


def line(found: dict[str, Array], keep: Array) -> str:
    """Return the figures of some rows."""
    actual = found["actual"][keep]
    held = (found["low"][keep] <= actual) & (actual <= found["high"][keep])
    return (
        f"{len(actual):7d}{100 * wape(found['meals'][keep], actual):8.2f}{100 * held.mean():9.1f}"
        f"{100 * found['plain_held'][keep].mean():9.1f}"
        f"{100 * shortage(found['ordered'][keep], actual):9.2f}{100 * excess(found['ordered'][keep], actual):8.1f}"
        f"{100 * shortage(found['plain_ordered'][keep], actual):9.2f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", choices=("period", "week"), default="period")
    parser.add_argument("--lead", type=int, default=15)
    parser.add_argument("--choose", action="store_true", help="print the grid on 2012 and 2013")
    arguments = parser.parse_args()
    if not FOLDER.is_dir():
        print(f"skipped: no folder {FOLDER}")
        return
    city, begun = load_city(FOLDER), time.perf_counter()
    years = (2012, 2013) if arguments.choose else (2014, 2015)
    every = {
        year: [o for first in range(SETS) for o in collect(city, year, first, arguments.step, arguments.lead)]
        for year in years
    }  # fmt: skip
    print(f"by {arguments.step}, {arguments.lead} days ahead; {time.perf_counter() - begun:.0f} s")
    head = (
        f"{'rows':>7}{'WAPE':>8}{'90% held':>9}{'plain':>9}{'missing':>9}{'excess':>8}{'plain':>9}"
    )
    if arguments.choose:
        origins = [o for year in years for o in every[year]]
        grid = itertools.product(
            (5.0, 7.0, 10.0), (0.25, 0.5), (1.0, 1.25, 1.4, 1.5), (0.1, 0.25, 0.5), (0.2, 1.0)
        )
        for half_life, prior_rows, tails, width_rows, first in grid:
            if (half_life, prior_rows) != (7.0, 0.5) and (tails, width_rows, first) != (
                1.4,
                0.25,
                0.2,
            ):
                continue
            found = joined(
                origins,
                first,
                half_life=half_life,
                prior_rows=prior_rows,
                tails=tails,
                width_rows=width_rows,
            )
            held = (found["low"] <= found["actual"]) & (found["actual"] <= found["high"])
            cells = []
            for low, high in BINS[:4]:
                here = (found["days"] >= low) & (found["days"] <= high)
                if here.any():
                    cells.append(
                        f"{low}-{high}: {100 * wape(found['meals'][here], found['actual'][here]):5.2f} {100 * held[here].mean():5.1f} {100 * shortage(found['ordered'][here], found['actual'][here]):5.2f}"
                    )
            print(
                f"half life {half_life}, prior {prior_rows}, tails {tails}, k {width_rows}, first {first} | all {100 * held.mean():.1f} {100 * shortage(found['ordered'], found['actual']):.2f} | "
                + " | ".join(cells)
            )
        return
    for year in years:
        found = joined(every[year], new.FIRST_DAYS_WORTH)
        print(f"\n{year}-{year + 1}: plain = without what is known of newcomers\n{'':18}{head}")
        print(f"{'all':18}{line(found, np.ones(len(found['actual']), dtype=bool))}")
        for low, high in BINS:
            here = (found["days"] >= low) & (found["days"] <= high)
            if here.any():
                print(f"{f'{low} to {high} own days':18}{line(found, here)}")
        if arguments.step == "period":
            for number in np.unique(found["number"]):
                print(f"{f'period {number + 1}':18}{line(found, found['number'] == number)}")


if __name__ == "__main__":
    main()
