"""Settings that find themselves: the search, on forecasts of a city's own past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from prevision_cantine.arrays import Floats
from prevision_cantine.calendar.days import to_day
from prevision_cantine.calendar.periods import Period, periods, weeks
from prevision_cantine.city.city import City
from prevision_cantine.city.records import Attendance
from prevision_cantine.errors import DateError, check_number
from prevision_cantine.model.choice import SETTINGS, Choice, Step
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.learning import Regression, is_enough, known_rows, learn, regress
from prevision_cantine.model.search import EVALUATIONS, WEEKS, Axis, Search, search
from prevision_cantine.model.terms import Term, terms_to_text
from prevision_cantine.model.week_errors import week_of

SECONDS = 300.0
YEARS = 2  # of past forecasts; with one, settings were chosen that lost up to 4 % in the next
DAYS_A_YEAR = 365
GRIDS: dict[str, tuple[float, ...]] = {
    "level_half_life": (3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 45.0),
    "level_half_life_new_year": (5.0, 8.0, 15.0, 25.0, 40.0),
    "enrolment_exponent": (0.0, 0.3, 0.5, 0.7, 0.9, 1.0),
    "level_rows": (0.2, 0.5, 1.5, 3.0, 6.0),
    "half_life": (300.0, 500.0, 800.0, 1200.0, 2000.0),
}
FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)  # of the penalties of a term
PENALTY, TERM = "penalty of ", "term "  # what the axes of terms begin with
# Terms that every day has, or whose absence would be felt where the past does not show it.
NEEDED = ("jour", "saison", "effectif", "greve")
MOST_T = 999.0  # of a gain that all weeks share alike


def choose_settings(
    city: City,
    until: str | dt.date | np.datetime64,
    *,
    forecaster: CanteenForecaster | None = None,
    years: int = YEARS,
    seconds: float = SECONDS,
    evaluations: int = EVALUATIONS,
    weeks_needed: int = WEEKS,
) -> Choice:
    """Choose half-lives, exponent, penalties and optional terms on forecasts of a city's past.

    Each setting forecasts the teaching periods of the last years, each from what was known on its
    day, and is scored by week. A setting moves by one step of its grid, and only where the weeks
    agree on the gain; what ships is the start and the prior. Run it once a year, apart from
    ``fit``: on five years of 87 canteens it takes about a minute.

    Parameters
    ----------
    city : City
        The city.
    until : str or datetime.date
        Last day of which anything is used.
    forecaster : CanteenForecaster, optional
        Where to start, and what stays as it is; its ``lead_days`` and ``step`` say what is forecast
        at once. The default one where not given.
    years : int
        Years of past forecasts, 1 to 10.
    seconds : float
        After so long no further setting is scored.
    evaluations : int
        Most settings scored.
    weeks_needed : int
        With fewer weeks of past forecasts nothing is changed.

    Returns
    -------
    Choice
        What was chosen, its gain, and the steps; ``CanteenForecaster(**choice.parameters())`` has these settings.

    Raises
    ------
    DateError
        Where no past forecast can be made.
    ForecastError
        Where a number is outside its range.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> city = make_city(seed=0, canteens=3, years=2)
    >>> choice = choose_settings(city, "2022-07-01", weeks_needed=20, evaluations=3)
    >>> choice.evaluations, choice.stopped, CanteenForecaster(**choice.parameters()).level_half_life
    (3, 'evaluations', 8.0)
    """
    check_number("years", years, 1, 10, unit="years")
    check_number("seconds", seconds, 0, 1_000_000, above=True)
    check_number("evaluations", evaluations, 1, 10_000, unit="settings")
    model = forecaster or CanteenForecaster()
    model.check_parameters()
    day = to_day(until)
    past = _PastWeeks(city, day, model, years)
    optional = [name for name in past.names if name not in NEEDED]
    axes = _axes(model, past.names, optional)
    start = {axis.name: axis.default for axis in axes}
    # The bar counts settings scored; how many there will be is not known, only how many at most.
    with tqdm(total=evaluations, unit=" settings", delay=1, disable=None) as bar:

        def score(settings: Mapping[str, Any]) -> Floats:
            losses = past.losses(_changed(model, settings))
            bar.update()
            return losses

        found = search(
            score, axes, start=start, weeks=weeks_needed, seconds=seconds, evaluations=evaluations
        )
    return _choice(found, day, past, optional)


class _PastWeeks:
    """Forecasts of the last years, each made as if on its day, and their losses by week."""

    def __init__(
        self, city: City, until: np.datetime64, model: CanteenForecaster, years: int
    ) -> None:
        self.city = city
        known = known_rows(city, until)
        recent = known.date > until - DAYS_A_YEAR * years
        self.spans: list[tuple[Period, Attendance]] = []
        for period in periods(known.date[recent]):
            inside = known.select((known.date >= period.start) & (known.date <= period.end))
            for span in [period] if model.step == "period" else weeks(inside.date):
                before = known.select(known.date <= span.until(model.lead_days))
                if is_enough(before):
                    here = (inside.date >= span.start) & (inside.date <= span.end)
                    self.spans.append((span, inside.select(here)))
        if not self.spans:
            raise DateError("no_past_to_choose", until=until)
        self.names = tuple(dict.fromkeys(term.name for term in model.terms_of(city)))
        self.first, self.last = self.spans[0][0].start, self.spans[-1][0].end
        self._regressions: dict[tuple[Any, ...], dict[np.datetime64, Regression]] = {}

    def losses(self, model: CanteenForecaster) -> Floats:
        """Return the loss of each week, in shares of the meals of a mean week."""
        settings, terms = model.settings(), model.terms_of(self.city)
        known = self._regression(model, terms)
        week, loss, meals = [], [], 0.0
        for span, table in self.spans:
            day = span.until(model.lead_days)
            if day not in known:
                known[day] = regress(self.city, day, settings, terms)
            fitted = learn(self.city, day, settings, terms, known[day])
            past = model._past_forecast(self.city, table, fitted)
            week.append(week_of(past.table.date))
            loss.append(np.abs(past.meals - past.table.meals))
            meals += float(past.table.meals.sum())
        place = np.unique(np.concatenate(week), return_inverse=True)[1]
        total = np.bincount(place, np.concatenate(loss))
        return np.asarray(total * len(total) / meals)

    def _regression(
        self, model: CanteenForecaster, terms: Sequence[Term]
    ) -> dict[np.datetime64, Regression]:
        """Return what was estimated with the same memory, exponent and terms; the last two are kept."""
        key = (model.half_life, model.enrolment_exponent, terms_to_text(terms))
        found = self._regressions.pop(key, {})
        self._regressions[key] = found
        while len(self._regressions) > 2:
            del self._regressions[next(iter(self._regressions))]
        return found


def _axes(model: CanteenForecaster, names: Sequence[str], optional: Sequence[str]) -> list[Axis]:
    """Return the grids, each with the value of the start, which is the prior."""

    def axis(name: str, grid: Sequence[float], start: float) -> Axis:
        return Axis(name, tuple(sorted({*grid, float(start)})), float(start))

    found = [axis(name, GRIDS[name], getattr(model, name)) for name in SETTINGS]
    factors = model.penalties or {}
    found += [axis(PENALTY + name, FACTORS, factors.get(name, 1.0)) for name in ("*", *names)]
    return found + [Axis(TERM + name, (0.0, 1.0), 1.0) for name in optional]


def _changed(model: CanteenForecaster, settings: Mapping[str, Any]) -> CanteenForecaster:
    """Return a forecaster with the settings of a search."""
    numbers = {name: value for name, value in settings.items() if name in GRIDS}
    return CanteenForecaster(
        **model.get_params()
        | numbers
        | {
            "penalties": _of_terms(settings, PENALTY),
            "without": (
                *model.without,
                *(name for name, kept in _of_terms(settings, TERM).items() if not kept),
            ),
        }
    )


def _of_terms(settings: Mapping[str, Any], kind: str) -> dict[str, float]:
    return {n.removeprefix(kind): v for n, v in settings.items() if n.startswith(kind)}


def _choice(
    found: Search, until: np.datetime64, past: _PastWeeks, optional: Sequence[str]
) -> Choice:
    kept = _of_terms(found.settings, TERM)
    factors = _of_terms(found.settings, PENALTY)
    return Choice(
        until=until, first=past.first, last=past.last, weeks=found.weeks,
        evaluations=found.evaluations, stopped=found.stopped, start_loss=found.start_loss,
        loss=found.loss,
        settings=tuple((name, float(found.settings[name])) for name in SETTINGS),
        penalties=tuple((name, factor) for name, factor in factors.items() if factor != 1),
        stay=tuple(name for name in optional if kept[name]),
        without=tuple(name for name in optional if not kept[name]),
        steps=tuple(
            Step(t.name, float(t.before), float(t.after), t.gain, min(t.t, MOST_T))
            for t in found.chosen
        ),
    )  # fmt: skip
