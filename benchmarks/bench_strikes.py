"""Intervals of announced strike days: the mean effect, and the mixture of canteens hit or not.

Each strike day of September 2014 to July 2016 on which meals were served is forecast from data that
ends 15 days before, past strikes with it.

    python benchmarks/bench_strikes.py
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from prevision_cantine import CanteenForecaster, Rows, load_city
from prevision_cantine.model.forecaster import _total
from prevision_cantine.uncertainty.measures import wape
from prevision_cantine.uncertainty.strikes import HIT, learn_strikes

FOLDER = Path(os.environ.get("NANTES_CANTINES", "/work/shared/data/nantes_cantines"))
COVERAGE = 0.9


def main() -> None:
    """Print a line a day."""
    if not FOLDER.is_dir():
        print(f"skipped: no folder {FOLDER}")
        return
    city = load_city(FOLDER)
    count = len(city.canteens)
    announced = CanteenForecaster(strikes_announced=True)
    silent = CanteenForecaster(strikes_announced=False)
    every = []
    for span in (("2012-09-01", "2014-07-31"), ("2014-09-01", "2016-07-31")):
        known = silent._known_rows(city, np.datetime64("2017-07-07"))
        inside = np.isin(known.date, city.calendar.strikes)
        inside &= (known.date >= np.datetime64(span[0])) & (known.date <= np.datetime64(span[1]))
        print(
            f"\n{span[0]} to {span[1]}\n{'day':12}{'rows':>5}{'hit':>6}{'effect':>8}{'chance':>8}  90 % held: mean, mixture, mixture told the share | width, same | WAPE mean, mixture"
        )
        every = []
        for day in np.unique(known.date[inside]):
            until = day - 15
            table = known.select(known.date == day)
            rows = Rows(city, table.canteen, table.date)
            mean = announced.fit(city, until).predict(rows, COVERAGE)
            plain = silent.fit(city, until).predict(rows, COVERAGE)
            past = known.select(np.isin(known.date, city.calendar.strikes) & (known.date <= until))
            expected = np.exp(
                _total(silent._contributions(silent.fitted_, Rows(city, past.canteen, past.date)))
            )
            calm = known.select(
                (known.date <= until)
                & (known.date > until - 365)
                & ~np.isin(known.date, city.calendar.strikes)
            )
            error = np.log(calm.meals) - _total(
                silent._contributions(silent.fitted_, Rows(city, calm.canteen, calm.date))
            )
            noise = float(np.square(np.clip(error, -0.35, 0.35)).mean())
            learned = learn_strikes(
                past.canteen, past.date, past.meals, expected, count=count, noise=noise
            )
            actual = table.meals
            ratio = actual / plain.meals
            hit = float((ratio < HIT).mean())
            held, width = [], []
            bounds = [(mean.lower, mean.upper)] + [
                learned.bounds(
                    rows.canteen, plain.meals, plain.lower, plain.upper, COVERAGE, share=share
                )
                for share in (None, hit)
            ]
            for low, high in bounds:
                held.append(((low <= actual) & (actual <= high)).mean())
                width.append((high - low).sum() / actual.sum())
            meals = plain.meals * learned.factor(rows.canteen)
            every.append(
                [
                    len(rows),
                    hit,
                    actual.sum() / plain.meals.sum() - 1,
                    *held,
                    *width,
                    wape(mean.meals, actual),
                    wape(meals, actual),
                ]
            )
            print(
                f"{day!s:12}{len(rows):5d}{hit:6.2f}{100 * every[-1][2]:+8.1f}{learned.chance.mean():8.3f}  "
                + " ".join(f"{100 * h:5.1f}" for h in held)
                + " | "
                + " ".join(f"{100 * w:5.1f}" for w in width)
                + f" | {100 * every[-1][-2]:5.1f} {100 * every[-1][-1]:5.1f}"
            )
        weights = np.array([one[0] for one in every])
        total = np.average(every, axis=0, weights=weights)
        print(
            f"{'all':12}{weights.sum():5d}{total[1]:6.2f}{100 * total[2]:+8.1f}{'':8}  "
            + " ".join(f"{100 * h:5.1f}" for h in total[3:6])
            + " | "
            + " ".join(f"{100 * w:5.1f}" for w in total[6:9])
            + f" | {100 * total[9]:5.1f} {100 * total[10]:5.1f}"
        )


if __name__ == "__main__":
    main()
