"""Made breaks of level: how soon they are noticed, and what the term gains; and false alarms.

Thresholds are those of the recipe; what a day usually does (``usual``) is learned from forecasts of
2012-2014 alone. Breaks are made in 2014-2016, each canteen with a shift of its own (0.15 apart).

    python benchmarks/bench_breaks.py
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine import CanteenForecaster, City, Rows, load_city
from prevision_cantine.calendar.periods import weeks
from prevision_cantine.model.design import occasions
from prevision_cantine.model.forecaster import _total
from prevision_cantine.uncertainty.breaks import (
    LevelBreak,
    city_break,
    series_breaks,
    usual_errors,
    usual_shift,
)  # fmt: skip
from prevision_cantine.uncertainty.measures import wape
from prevision_cantine.uncertainty.newcomers import widened

FOLDER = Path(os.environ.get("NANTES_CANTINES", "/work/shared/data/nantes_cantines"))
STARTS = ("2014-11-10", "2015-01-19", "2015-03-16", "2015-11-16", "2016-01-18", "2016-03-07")
FACTORS = (0.5, 0.7, 0.85, 0.93, 1.2)
WATCH = 60  # days before the end of the data whose residuals are looked at
Array = np.ndarray[Any, Any]


class Watched:
    """A forecaster with the detector, by composition."""

    def __init__(self, city: City, usual: float) -> None:
        self.city, self.usual = city, usual
        self.model = CanteenForecaster(calibration_periods=0)

    def fit(self, until: np.datetime64, city: City | None = None) -> None:
        """Learn up to a day, and watch its last days."""
        city = city or self.city
        fitted = self.fitted = self.model._learn_anew(city, until)
        known = self.known = self.model._known_rows(city, until)
        known = self.known = known.select(known.date > until - 365)
        year = city.calendar.year_index(known.date)
        recent = (known.date > until - WATCH) & ~np.isin(known.date, city.calendar.strikes)
        count, self.year = len(city.canteens), int(year.max())
        given = (known.canteen[recent], known.date[recent])

        def watch() -> tuple[Array, LevelBreak | None]:
            rows = Rows(city, known.canteen, known.date)
            residual = np.log(known.meals) - _total(self.model._contributions(self.fitted, rows))
            return residual, city_break(
                *given, residual[recent], usual=self.usual, count=count, year=year[recent]
            )

        self.residual, self.whole = watch()
        if self.whole is not None:
            # The week of the break, and levels, learned a part of it: learn again without its rows.
            table = city.attendance
            before = attrs.evolve(city, attendance=table.select(table.date < self.whole.first))
            first = self.whole
            self.fitted = self.model._learn_anew(before, until)
            self.residual, self.whole = watch()
            if self.whole is None:
                self.fitted, self.whole = fitted, first
        rest = self.residual[recent]
        if self.whole is not None:
            since = known.date[recent] >= self.whole.first
            rest = rest - np.where(
                since, self.whole.shift + self.whole.own[known.canteen[recent]], 0.0
            )
        usual = usual_errors(known.canteen, self.residual, count)
        self.single = series_breaks(*given, rest, usual=usual, year=year[recent])

    def predict(self, rows: Rows) -> tuple[Array, Array, Array]:
        """Return meals without and with the breaks, and how far the level may be off."""
        log = _total(self.model._contributions(self.fitted, rows))
        same = rows.city.calendar.year_index(rows.date) == self.year
        term, square = np.zeros(len(rows)), np.zeros(len(rows))
        for one in ([self.whole] if self.whole else []) + list(self.single):
            term += np.where(same, one.term(rows.canteen), 0)
            square += np.where(same, one.sd(rows.canteen) ** 2, 0)
        return np.exp(log), np.exp(log + term), np.sqrt(square)


def broken(
    city: City,
    start: np.datetime64,
    factor: float,
    random: np.random.Generator,
    one: int | None = None,
) -> City:
    """Return a city whose meals change from a day on, of all canteens or of one for three months."""
    table = city.attendance
    shift = np.log(factor) + 0.15 * random.normal(size=len(city.canteens))
    after = table.date >= start
    if one is not None:
        shift = np.where(np.arange(len(shift)) == one, np.log(factor), 0.0)
        after &= table.date < start + 91
    meals = np.where(
        after, np.maximum(table.meals * np.exp(shift[table.canteen]), 1.0), table.meals
    )
    return attrs.evolve(city, attendance=attrs.evolve(table, meals=meals))


def served(city: City) -> Array:
    """Return the days that are taught and no strike."""
    table = CanteenForecaster()._known_rows(city, city.attendance.date[-1])
    days = np.unique(table.date)
    return days[~np.isin(days, city.calendar.strikes)]


def rows_of(city: City, days: Array) -> tuple[Rows, Array]:
    """Return the rows of some days, and what was served."""
    table = city.attendance
    here = table.select(np.isin(table.date, days))
    return Rows(city, here.canteen, here.date), here.meals


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--ahead", action="store_true", help="take the usual shift from past forecasts"
    )
    arguments = parser.parse_args()
    if not FOLDER.is_dir():
        print(f"skipped: no folder {FOLDER}")
        return
    city = load_city(FOLDER)
    days = served(city)
    # What a day usually does: forecasts by week, 3 days ahead, of 2012-2014.
    model = CanteenForecaster(step="week", lead_days=3, calibration_periods=14)
    model.fit(city, "2014-07-31")
    past = model._past_forecasts(city, np.datetime64("2014-07-31"))
    assert past is not None
    keep = past.table.date >= np.datetime64("2012-09-01")
    error = np.log(past.table.meals / past.meals)
    usual = usual_shift(past.table.canteen[keep], past.table.date[keep], error[keep])
    watched = Watched(city, usual)
    watched.fit(np.datetime64("2014-07-04"))
    inside = usual_shift(watched.known.canteen, watched.known.date, watched.residual)
    if not arguments.ahead:
        watched.usual = inside
    print(
        f"usual shift of a day, 2012-2014: {usual:.4f} forecast 3 days ahead, {inside:.4f} inside the fit"
    )

    print("\nFalse alarms, and the error without and with the terms")
    for title, first, last in (("2012-2014 (chosen on)", "2012-09-01", "2014-07-31"), ("2014-2016", "2014-09-01", "2016-07-31")):  # fmt: skip
        for lead in (3, 15):
            begun = time.perf_counter()
            spans = weeks(days[(days >= np.datetime64(first)) & (days <= np.datetime64(last))])
            alarms, single, moves, columns = [], 0, 0, []
            for span in spans:
                watched.fit(span.until(lead))
                rows, actual = rows_of(city, days[(days >= span.start) & (days <= span.end)])
                plain, with_terms, _ = watched.predict(rows)
                columns.append((actual, plain, with_terms))
                if watched.whole:
                    alarms.append(f"{span.start} {watched.whole.percent:+.0f} %")
                single += len(watched.single)
                moves += sum(one.moves for one in watched.single)
            actual, plain, with_terms = (np.concatenate(c) for c in zip(*columns, strict=True))
            print(
                f"  {title}, {lead} days ahead: {len(spans)} weeks, city alarms {len(alarms)} {alarms}, of one canteen {single} canteen-weeks ({moves} move); WAPE {100 * wape(plain, actual):.3f} -> {100 * wape(with_terms, actual):.3f}  ({time.perf_counter() - begun:.0f} s)"
            )

    print(
        "\nMade breaks of all canteens: WAPE of the next ten days, today and with the term, and coverage of 90 %"
    )
    calibrations = {}
    for start in STARTS:
        model = CanteenForecaster(lead_days=3, step="week", calibration_periods=6)
        calibrations[start] = model.fit(city, np.datetime64(start) - 1).calibration_
    for factor in FACTORS:
        cells = []
        for seen in (2, 3, 4):
            found = []
            for n, start in enumerate(STARTS):
                made = broken(city, np.datetime64(start), factor, np.random.default_rng(n))
                after = days[days >= np.datetime64(start)]
                until, future = after[seen - 1], after[seen : seen + 10]
                watched.fit(until, made)
                rows, actual = rows_of(made, future)
                plain, meals, sd = watched.predict(rows)
                calibration = calibrations[start]
                lead = (rows.date - until).astype(float)
                kind = occasions(rows, np.zeros(len(rows), dtype=bool))
                scale = calibration.scale_of(meals, lead, kind, rows.canteen)
                low, high = widened(meals, *calibration.interval(meals, 0.9, scale), sd, 0.9)
                before = calibration.interval(
                    plain, 0.9, calibration.scale_of(plain, lead, kind, rows.canteen)
                )
                found.append(
                    (
                        wape(plain, actual),
                        wape(meals, actual),
                        ((low <= actual) & (actual <= high)).mean(),
                        ((before[0] <= actual) & (actual <= before[1])).mean(),
                        watched.whole is not None,
                    )
                )
            plain, new, held, held_before, noticed = np.mean(found, axis=0)
            cells.append(
                f"after {seen}: {100 * plain:5.1f} -> {100 * new:5.1f}, held {100 * held_before:3.0f} -> {100 * held:3.0f}, noticed {round(6 * noticed)} of 6"
            )
        print(f"  x {factor:4}: " + " | ".join(cells))

    print(
        "\nOne canteen alone, x 2.6 for three months: its WAPE of each week, 3 days ahead, today and with the term"
    )
    for canteen in (10, 40):
        start = np.datetime64("2015-01-12")
        made = broken(city, start, 2.6, np.random.default_rng(0), canteen)
        cells = []
        for span in weeks(days[(days >= start) & (days < start + 119)]):
            watched.fit(span.until(3), made)
            rows, actual = rows_of(made, days[(days >= span.start) & (days <= span.end)])
            plain, meals, _ = watched.predict(rows)
            its = rows.canteen == canteen
            if its.any():
                cells.append(
                    f"{100 * wape(plain[its], actual[its]):.0f}->{100 * wape(meals[its], actual[its]):.0f}"
                )
        print(f"  canteen {canteen}: " + " ".join(cells))


if __name__ == "__main__":
    main()
