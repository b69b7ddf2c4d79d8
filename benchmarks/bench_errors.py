"""Standard errors of effects against half-samples of weeks.

Each half-sample doubles the weight of a random half of the weeks, leaves out the others, and is
estimated anew with its robust weights: how far its effects stand from those of all weeks is how far
these may be off.

    python benchmarks/bench_errors.py
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from prevision_cantine import CanteenForecaster, load_city
from prevision_cantine.model.effects import _against_mean
from prevision_cantine.model.regression import solve, standard_errors
from prevision_cantine.model.week_errors import week_errors, week_of

FOLDER = Path(os.environ.get("NANTES_CANTINES", "/work/shared/data/nantes_cantines"))
HALVES = 80
FLAGS = ("vacances", "feries", "greve", "ramadan", "menu")


def main() -> None:
    """Print the ratios half-sample over formula."""
    if not FOLDER.is_dir():
        print(f"skipped: no folder {FOLDER}")
        return
    city, until = load_city(FOLDER), np.datetime64("2016-07-08")
    model = CanteenForecaster(calibration_periods=0)
    found = model._regress(city, until)
    design, target, weight = found.design, found.target - found.mean, found.weight
    date = found.table.date
    start = city.calendar.surroundings(days := np.unique(date))["from_start"] == 0
    firm = np.isin(date, days[start])
    count = np.bincount(design.situation, minlength=design.situations)
    seen = design.matrix(nested=False).astype(bool).T @ count
    contrast = _against_mean(design, seen)
    begun = time.perf_counter()
    number = np.unique(week_of(date), return_inverse=True)[1]
    random = np.random.default_rng(0)
    full = contrast @ found.effects.shared
    off = []
    for _ in range(HALVES):
        half = np.zeros(number.max() + 1)
        half[random.permutation(len(half))[: len(half) // 2]] = 2.0
        effects, _ = solve(design, target, weight, count=half[number], firm=firm)
        off.append(contrast @ effects.shared - full)
    halves = np.sqrt(np.mean(np.square(off), axis=0))
    print(f"{HALVES} half-samples of {number.max() + 1} weeks: {time.perf_counter() - begun:.0f} s")
    formulas, weeks = {}, np.zeros(len(full), dtype=int)
    for name, make in {
        "today's": lambda: standard_errors(design, target, weight * found.robust, found.effects, contrast=contrast)[0],
        "jackknife, weights kept": lambda: week_errors(design, target, weight, found.robust, date, contrast=contrast),
        "jackknife, weights found again": lambda: week_errors(design, target, weight, found.robust, date, contrast=contrast, again=True, firm=firm),
    }.items():  # fmt: skip
        begun = time.perf_counter()
        got = make()
        weeks = weeks if isinstance(got, np.ndarray) else got.shared_weeks
        formulas[name] = (
            got if isinstance(got, np.ndarray) else got.shared,
            time.perf_counter() - begun,
        )
    names = [(b.term, b.factor, n) for _, b in design.columns(nested=False) for n in range(b.width)]
    flag = np.array([t in FLAGS and not f.startswith("type*") for t, f, _ in names])
    other = np.array([t in ("jour", "saison", "rentree_fin") for t, _, _ in names])
    for title, keep in (("flags, 8 weeks or more", flag & (weeks >= 8)), ("flags, fewer than 6 weeks", flag & (weeks < 6) & (weeks > 0)), ("weekdays, seasons, starts, 8 weeks or more", other & (weeks >= 8))):  # fmt: skip
        print(f"\n{title}: {keep.sum()}; ratio half-sample / formula, median (range)")
        for name, (errors, seconds) in formulas.items():
            ratio = halves[keep] / errors[keep]
            print(
                f"  {name:32}{np.median(ratio):6.2f} ({ratio.min():.2f} to {ratio.max():.2f})  {seconds:.2f} s"
            )
    print(
        f"\n{'effect':34}{'weeks':>6}{'half':>8}"
        + "".join(f"{n.split(',')[-1][-13:]:>15}" for n in formulas)
    )
    for n in np.flatnonzero(flag & (weeks > 0)):
        print(
            f"{' '.join(map(str, names[n])):34}{weeks[n]:6d}{halves[n]:8.4f}"
            + "".join(f"{e[n]:15.4f}" for e, _ in formulas.values())
        )


if __name__ == "__main__":
    main()
