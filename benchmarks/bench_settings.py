"""The search of settings on a real city: from what ships, and from a generic start.

Each setting forecasts the teaching periods of two school years, 15 days ahead; what was chosen is
then scored once on the two years after. The generic start stands for a city for which nothing was
tuned: a slow level, half the power of enrolment, and penalties three times as heavy.

    python benchmarks/bench_settings.py [FOLDER]
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

from prevision_cantine import CanteenForecaster, load_city, make_city
from prevision_cantine.model.choosing import _PastWeeks, choose_settings

DATA = os.environ.get("CHARTE_DONNEE_DATA", str(Path(__file__).parents[2] / "shared" / "data"))
CHOSEN, SCORED = "2014-07-31", "2016-07-31"
WIDE = 3.0


def generic() -> CanteenForecaster:
    """Return the start of a city for which nothing was tuned."""
    return CanteenForecaster(
        level_half_life=20.0, level_half_life_new_year=25.0, enrolment_exponent=0.5,
        half_life=500.0, penalties={"*": WIDE},
    )  # fmt: skip


def main() -> None:
    """Print the steps, and what they are worth later."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=f"{DATA}/nantes_cantines")
    parser.add_argument("--generic", action="store_true", help="the generic start alone")
    parser.add_argument("--seconds", type=float, default=600.0)
    given = parser.parse_args()
    if Path(given.folder).is_dir():
        city, until, later = load_city(given.folder), CHOSEN, SCORED
    else:
        print("no real data here: a made city")
        city = make_city(seed=0, canteens=20, years=6)
        last = city.attendance.date[-1]
        until, later = str(last - 730), str(last)
    scored = _PastWeeks(city, np.datetime64(later), CanteenForecaster(), 2)
    shipped = scored.losses(CanteenForecaster()).mean()
    print(f"what ships, scored to {later}: {100 * shipped:.3f} % of the meals of a mean week")
    starts = (("what ships", CanteenForecaster()), ("a generic start", generic()))
    for name, start in starts[given.generic :]:
        begun = time.perf_counter()
        found = choose_settings(
            city, until, forecaster=start, seconds=given.seconds, evaluations=150
        )
        spent = time.perf_counter() - begun
        print(
            f"\n{name}: {100 * found.start_loss:.3f} -> {100 * found.loss:.3f} on {found.weeks} "
            f"weeks to {until}, {found.evaluations} settings, {found.stopped}, {spent:.0f} s"
        )
        for step in found.steps:
            print(
                f"  {step.name}: {step.before:g} -> {step.after:g}, "
                f"gain {100 * step.gain:.3f}, t {step.t:.1f}"
            )
        print(f"  left out: {', '.join(found.without) or 'nothing'}")
        before = scored.losses(start).mean()
        after = scored.losses(CanteenForecaster(**found.parameters())).mean()
        print(
            f"  scored to {later}: {100 * before:.3f} -> {100 * after:.3f}, "
            f"{after / shipped:.4f} times the error of what ships"
        )


if __name__ == "__main__":
    main()
