"""Made cities, whose truth is known: the model beside what a user would make by hand, and beside trees.

A Brazilian city of two shifts, a Quebec one with pedagogical days and snow, a five-day French commune
and a company's lunch and dinner, all seeded. Each week of the last year is forecast from data that
end three days before it. LightGBM sees the same days with the same calendar, dishes, events, people,
absences and variables as known then, beside recent levels and last year's meals as of the origin; it
learns from past weeks, each seen as from its own origin.

    python benchmarks/bench_made_cities.py [--seeds N] [--years N] [--only NAME]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from prevision_cantine import (
    CanteenForecaster,
    City,
    MadeCity,
    Rows,
    load_city,
    make_commune,
    make_company,
    make_montreal,
    make_recife,
)
from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.calendar.days import weekday
from prevision_cantine.calendar.periods import Period, weeks
from prevision_cantine.measure.baselines import Table, last_year, weekday_mean
from prevision_cantine.model.learning import known_rows
from prevision_cantine.model.terms import situations, sources_of

LEAD = 3
REFIT = 8  # weeks after which the trees are learned anew
MAKERS: dict[str, Callable[..., MadeCity]] = {
    "Recife": make_recife, "Montréal": make_montreal, "commune": make_commune, "company": make_company,
}  # fmt: skip


class Past:
    """The rows of a city that count, and their weeks."""

    def __init__(self, city: City) -> None:
        self.city = city
        known = known_rows(city, city.attendance.date[-1])
        rows = Rows(city, known.canteen, known.date)
        usual = ~city.is_exceptional(rows) & ~city.is_struck(rows)
        self.table, self.rows = known.select(usual), rows.select(usual)
        self.spans = weeks(self.table.date)

    def here(self, span: Period) -> Ints:
        """Return the positions of the rows of a week."""
        return np.flatnonzero((self.table.date >= span.start) & (self.table.date <= span.end))

    def people(self, until: np.datetime64) -> Floats:
        """Return the people present, as known on a day; NaN where they are not known."""
        city, rows = self.city, self.rows
        people = city.enrolled(rows.canteen, rows.date, until)
        absent = city.absent(rows.canteen, rows.date, until)
        return np.asarray(np.maximum(people - absent, 1.0))

    def baseline(self, span: Period, how: Callable[[Table, Table], Floats]) -> Floats:
        """Return a plain forecast of a week."""
        table, until, here = self.table, span.until(LEAD), self.here(span)
        people, known = self.people(until), np.flatnonzero(table.date <= until)
        past = Table(table.canteen[known], table.date[known], people[known], table.meals[known])
        return how(past, Table(table.canteen[here], table.date[here], people[here]))

    def features(self, span: Period) -> tuple[Floats, Floats]:
        """Return the columns of a week as known on its origin, and the base that trees add to."""
        city, table, until, here = self.city, self.table, span.until(LEAD), self.here(span)
        rows = self.rows.select(here)
        around = city.calendar.surroundings(rows.date)
        found = situations(rows, (), until)
        flags = [
            found.category(f"{kind}:{name}") >= 0
            for kind in ("plat", "evenement", "observance")
            for name in sources_of(city)[kind]
        ]
        values = [variable.at(rows.canteen, rows.date, until) for variable in city.variables]
        people = self.people(until)
        share = people[here] / city.enrolled(rows.canteen, rows.date, until)
        known = np.flatnonzero((table.date <= until) & (table.date > until - 800))
        log_people = np.nan_to_num(np.log(people), nan=5.0)
        rate = np.log(table.meals[known]) - log_people[known]
        age = (until - table.date[known]).astype(np.float64)
        series, count = table.canteen[known], len(city.canteens)

        def recent(half_life: float, group: Ints, groups: int, value: Floats) -> Floats:
            each = 0.5 ** (age / half_life)
            mass = np.bincount(group, each, groups)
            mean = np.bincount(group, each * value, groups) / np.maximum(mass, 1e-12)
            return np.where(mass > 0, mean, np.median(value))

        levels = [recent(h, series, count, rate) for h in (7, 20, 60, 180)]
        slot = series * 7 + weekday(table.date[known])
        profile = recent(60, slot, count * 7, rate - levels[1][series])
        of_slot = rows.canteen * 7 + weekday(rows.date)
        key = series * 100_000 + table.date[known].astype(np.int64)
        order = np.argsort(key)
        wanted = rows.canteen * 100_000 + (rows.date - 364).astype(np.int64)
        at = np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)
        hit = key[order][at] == wanted
        before = np.where(hit, rate[order][at] - levels[1][rows.canteen], np.nan)
        base = log_people[here] + levels[1][rows.canteen]
        month = rows.date.astype("datetime64[M]").astype(np.int64) % 12
        columns = [
            rows.canteen, found.kind[found.of_row], weekday(rows.date), month,
            around["position"], np.clip(around["to_end"], 0, 60), np.clip(around["from_start"], 0, 30),
            np.clip(around["to_break"], 0, 20), np.clip(around["since_break"], 0, 20),
            around["before_holiday"], around["after_holiday"], around["bridge"],
            *(flag[found.of_row] for flag in flags), *values, np.log(people[here]), share,
            *(level[rows.canteen] - levels[1][rows.canteen] for level in levels),
            levels[1][rows.canteen], profile[of_slot], before,
        ]  # fmt: skip
        return np.column_stack(columns).astype(np.float64), base


def trees(past: Past, spans: list[Period]) -> Floats | None:
    """Forecast by LightGBM; None where it is not installed."""
    try:
        from lightgbm import LGBMRegressor
    except ImportError:
        return None
    every = [span for span in past.spans if span.start > past.spans[0].start + 120]
    seen = {span: past.features(span) for span in every}
    result, model = [], None
    for number, span in enumerate(spans):
        if model is None or number % REFIT == 0:
            before = [s for s in every if s.end <= span.until(LEAD)]
            x = np.concatenate([seen[s][0] for s in before])
            meals = np.concatenate([past.table.meals[past.here(s)] for s in before])
            y = np.log(meals) - np.concatenate([seen[s][1] for s in before])
            model = LGBMRegressor(
                n_estimators=400, learning_rate=0.03, num_leaves=31, min_child_samples=20,
                subsample=0.7, subsample_freq=1, colsample_bytree=0.7, reg_lambda=5.0,
                objective="l1", random_state=0, verbose=-1, n_jobs=1,
            ).fit(x, y, sample_weight=meals)  # fmt: skip
        new, base = seen[span]
        result.append(np.exp(base + model.booster_.predict(new, num_threads=1)))
    return np.concatenate(result)


def compare(name: str, made: MadeCity) -> None:
    """Print the errors of a city, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        city = load_city(made.to_folder(Path(folder) / "city"))
    past = Past(city)
    spans = [span for span in past.spans if span.start > past.table.date[-1] - 365]
    rows = np.concatenate([past.here(span) for span in spans])
    actual, series = past.table.meals[rows], past.table.canteen[rows]
    begun = time.perf_counter()
    model, ours = CanteenForecaster(calibration_periods=0, lead_days=LEAD, step="week"), []
    for span in spans:
        model.fit(city, span.until(LEAD))
        ours.append(model.predict(past.rows.select(past.here(span))).meals)
    spent = time.perf_counter() - begun
    forecasts = {"model": np.concatenate(ours)}
    for title, how in (
        ("mean of series and weekday", weekday_mean),
        ("last year's week", last_year),
    ):
        forecasts[title] = np.concatenate([past.baseline(span, how) for span in spans])
    if (found := trees(past, spans)) is not None:
        forecasts["LightGBM"] = found
    groups = {"all": np.ones(len(rows), dtype=bool)}
    services = sorted(set(city.service_of))
    if name == "company":
        of_row = np.array(city.service_of)[series]
        groups |= {service: of_row == service for service in services}
    for group, keep in groups.items():
        errors = {
            title: np.abs(values - actual)[keep].sum() / actual[keep].sum()
            for title, values in forecasts.items()
        }
        own = errors.pop("model")
        title = name if group == "all" else f"{name}, {group}"
        print(
            f"{title:18} model {100 * own:5.2f} %"
            + "".join(f"   {n} {100 * e:5.2f} %, ratio {own / e:.3f}" for n, e in errors.items())
            + (f"   ({len(spans)} weeks in {spent:.1f} s)" if group == "all" else ""),
            flush=True,
        )


def main() -> None:
    """Compare on every city and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--years", type=int, default=6)
    parser.add_argument("--only", choices=tuple(MAKERS))
    given = parser.parse_args()
    for seed in range(given.seeds):
        for name, make in MAKERS.items():
            if given.only in (None, name):
                compare(name, make(seed=seed, years=given.years))


if __name__ == "__main__":
    main()
