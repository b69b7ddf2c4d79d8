"""Standard errors of effects against half-samples of weeks.

Each half-sample doubles the weight of a random half of the weeks, leaves out the others, and is
estimated anew with its robust weights: how far its effects stand from those of all weeks is how far
these may be off. A ratio of half-sample to formula above 1 says that the formula promises too much.

    python benchmarks/bench_effect_errors.py [FOLDER]
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

from prevision_cantine import CanteenForecaster, load_city, make_city
from prevision_cantine.model.effects import against_mean
from prevision_cantine.model.learning import regress
from prevision_cantine.model.regression import solve, standard_errors
from prevision_cantine.model.week_errors import FEW_WEEKS, GROUPS, week_errors, week_of

DATA = os.environ.get("CHARTE_DONNEE_DATA", str(Path(__file__).parents[2] / "shared" / "data"))
HALVES = 80
FLAGS = ("vacances", "feries", "greve", "ramadan", "menu")


def main() -> None:
    """Print the ratios half-sample over formula."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=f"{DATA}/nantes_cantines")
    folder = Path(parser.parse_args().folder)
    if folder.is_dir():
        city, until = load_city(folder), np.datetime64("2016-07-08")
    else:
        print("no real data here: a made city of its size")
        city = make_city(seed=0, canteens=87, years=5)
        until = city.attendance.date[-1]
    model = CanteenForecaster(calibration_periods=0)
    begun = time.perf_counter()
    model.fit(city, until)
    print(f"fit: {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    model.effects()
    print(f"effects, as the forecaster gives them: {time.perf_counter() - begun:.2f} s")
    found = regress(city, until, model.settings(), model.terms_of(city))
    design, target, weight = found.design, found.target - found.mean, found.weight
    date = found.table.date
    start = city.calendar.surroundings(days := np.unique(date))["from_start"] == 0
    firm = np.isin(date, days[start])
    count = np.bincount(design.situation, minlength=design.situations)
    seen = design.matrix(nested=False).astype(bool).T @ count
    contrast = against_mean(design, seen, len(city.kinds))
    begun = time.perf_counter()
    weeks_of, number = np.unique(week_of(date), return_inverse=True)
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
    rest = weight * found.robust

    def by_weeks(groups: int) -> np.ndarray:
        return week_errors(
            design, target, weight, found.robust, date, contrast=contrast, groups=groups
        ).shared

    formulas = {}
    for name, make in {
        "by rows": lambda: standard_errors(
            design, target, rest, found.effects, contrast=contrast
        )[0],
        f"jackknife, {GROUPS} groups, as shipped": lambda: by_weeks(GROUPS),
        "jackknife, 20 groups": lambda: by_weeks(20),
        "jackknife, each week": lambda: by_weeks(len(weeks_of)),
    }.items():  # fmt: skip
        begun = time.perf_counter()
        formulas[name] = make(), time.perf_counter() - begun
    weeks = week_errors(
        design, target, weight, found.robust, date, groups=2
    ).shared_weeks  # of each column
    names = [(b.term, b.factor, n) for _, b in design.columns(nested=False) for n in range(b.width)]
    flag = np.array([t in FLAGS and not f.startswith("type*") for t, f, _ in names])
    other = np.array([t in ("jour", "saison", "rentree_fin") for t, _, _ in names])
    for title, keep in (
        ("flags, 8 weeks or more", flag & (weeks >= 8)),
        (f"flags, fewer than {FEW_WEEKS} weeks, shown without an error", flag & (weeks < FEW_WEEKS) & (weeks > 0)),
        ("weekdays, seasons, starts, 8 weeks or more", other & (weeks >= 8)),
    ):  # fmt: skip
        print(f"\n{title}: {keep.sum()}; half-sample / formula, median (range)")
        for name, (errors, seconds) in formulas.items():
            ratio = halves[keep] / errors[keep]
            print(
                f"  {name:34}{np.median(ratio):6.2f} ({ratio.min():.2f} to {ratio.max():.2f})"
                f"  {seconds:.2f} s"
            )


if __name__ == "__main__":
    main()
