"""The cautious search on a real city: from today's settings, and from a generic start.

Each setting is scored by forecasts of every week from September 2012 to July 2014, 15 days ahead;
what was chosen is then scored once on September 2014 to July 2016.

    python benchmarks/bench_search.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine import CanteenForecaster, City, Rows, load_city
from prevision_cantine.calendar.periods import weeks
from prevision_cantine.model.forecaster import _total
from prevision_cantine.model.search import Axis, search

FOLDER = Path(os.environ.get("NANTES_CANTINES", "/work/shared/data/nantes_cantines"))
LEAD = 15
AXES = (
    Axis("level_half_life", (3.0, 5.0, 8.0, 12.0, 20.0, 30.0), 8.0),
    Axis("level_half_life_new_year", (5.0, 8.0, 15.0, 25.0, 40.0), 15.0),
    Axis("enrolment_exponent", (0.3, 0.5, 0.7, 0.9, 1.0), 0.9),
    Axis("half_life", (300.0, 500.0, 800.0, 1200.0, 2000.0), 800.0),
)
GENERIC = {
    "level_half_life": 20.0, "level_half_life_new_year": 25.0, "enrolment_exponent": 0.5,
    "half_life": 500.0,
}  # fmt: skip


class Scorer:
    """Weekly losses of settings on a span of past weeks; the terms are learned once a memory."""

    def __init__(self, city: City, first: str, last: str) -> None:
        self.city = city
        known = CanteenForecaster()._known_rows(city, city.attendance.date[-1])
        inside = (known.date >= np.datetime64(first)) & (known.date <= np.datetime64(last))
        self.table = known.select(inside & ~np.isin(known.date, city.calendar.strikes))
        self.spans = weeks(self.table.date)
        self.regressions: dict[tuple[Any, ...], Any] = {}

    def __call__(self, settings: Mapping[str, Any]) -> np.ndarray[Any, Any]:
        """Return the loss of each week, as a share of the meals of a mean week."""
        model = CanteenForecaster(**settings)
        plain = model._regress
        memory = (settings["half_life"], settings["enrolment_exponent"])
        self.regressions = {k: v for k, v in self.regressions.items() if k[0] == memory}

        def regress(city: City, until: np.datetime64) -> Any:
            key = (memory, until)
            if key not in self.regressions:
                self.regressions[key] = plain(city, until)
            return self.regressions[key]

        model._regress = regress  # type: ignore[method-assign]
        losses = []
        for span in self.spans:
            fitted = model._learn_anew(self.city, span.until(LEAD))
            here = (self.table.date >= span.start) & (self.table.date <= span.end)
            rows = Rows(self.city, self.table.canteen[here], self.table.date[here])
            meals = np.exp(_total(model._contributions(fitted, rows)))
            losses.append(np.abs(meals - self.table.meals[here]).sum())
        return 100 * np.array(losses) * len(losses) / self.table.meals.sum()


def main() -> None:
    """Print the steps, and what they are worth later."""
    if not FOLDER.is_dir():
        print(f"skipped: no folder {FOLDER}")
        return
    city = load_city(FOLDER)
    past, later = (
        Scorer(city, "2012-09-01", "2014-07-31"),
        Scorer(city, "2014-09-01", "2016-07-31"),
    )
    defaults = {axis.name: axis.default for axis in AXES}
    for name, start in (("today's settings", defaults), ("a generic start", GENERIC)):
        begun = time.perf_counter()
        # A generic start stands for a city whose defaults are wrong: it is its own prior.
        axes = [Axis(axis.name, axis.values, start[axis.name]) for axis in AXES]
        found = search(past, axes, seconds=float(os.environ.get("SECONDS_OF_SEARCH", "600")))
        print(
            f"{name}: {found.start_loss:.3f} -> {found.loss:.3f} % on {found.weeks} weeks, "
            f"{found.evaluations} settings, {found.stopped}, {time.perf_counter() - begun:.0f} s",
            flush=True,
        )
        for trial in found.chosen:
            print(
                f"  {trial.name}: {trial.before} -> {trial.after}, gain {trial.gain:.3f}, t {trial.t:.1f}"
            )
        print(
            f"  2014-2016: {later(start).mean():.3f} before, {later(found.settings).mean():.3f} after",
            flush=True,
        )


if __name__ == "__main__":
    main()
