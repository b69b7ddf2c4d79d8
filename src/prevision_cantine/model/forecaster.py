"""The additive regressor: expected meals are enrolment to a power times exp of a sum of terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Floats
from prevision_cantine.calendar.days import distinct_days, to_day, weekday
from prevision_cantine.calendar.not_forecast import NotForecastError
from prevision_cantine.calendar.periods import periods, weeks
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Attendance
from prevision_cantine.city.sources import Sources, describe
from prevision_cantine.errors import DateError, ForecastError, ParameterError, check_number
from prevision_cantine.extras import needs
from prevision_cantine.model.basis import Unknowns
from prevision_cantine.model.choice import Choice
from prevision_cantine.model.design import design, is_ending, occasions
from prevision_cantine.model.draft import MIN_ROWS as DRAFT_ROWS
from prevision_cantine.model.draft import learn_weights, parts, running_median
from prevision_cantine.model.effects import EffectTable, effect_table
from prevision_cantine.model.fitted import Assisted, Fitted
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.learning import (
    Regression,
    Settings,
    is_enough,
    is_new,
    known_rows,
    learn,
    log_people,
    log_present,
    regress,
)
from prevision_cantine.model.levels import LONG_ROWS, SLOTS
from prevision_cantine.model.parameters import Parameters
from prevision_cantine.model.past_forecasts import Origins, joined, measured, width_after
from prevision_cantine.model.terms import (
    Term,
    adjusted,
    check_sources,
    checked_terms,
    default_terms,
    terms_from_text,
    terms_to_text,
)
from prevision_cantine.uncertainty.intervals import Calibration, check_share
from prevision_cantine.uncertainty.measures import wape
from prevision_cantine.uncertainty.newcomers import (
    ORDER_DAYS,
    STATED,
    TAILS,
    UNKNOWN,
    Newcomers,
    widened,
)
from prevision_cantine.words.catalogue import Count
from prevision_cantine.words.near import names_near

IDLE = 30  # service days without a meal after which a canteen may be closed
LONGEST_LIFE = 1_000_000  # days: beyond it, nothing is forgotten


class CanteenForecaster(Parameters):
    """Forecast of canteen attendance as a sum of named terms.

    The logarithm of expected meals is the sum of the terms that ``TERMS`` names. Weekday, season,
    start and end of the year, holidays, strikes, Ramadan and menu are estimated together by a
    robust ridge regression that forgets slowly; the level and the weekday profile of each canteen
    then follow its own last weeks, shrunk towards its longer past. After a summer, the level moves as
    it did after past ones. Past forecasts, each made as if on its day, say how far a forecast may be
    off, by size, lead, kind of day and canteen, and how much of the agents' draft order to take over.

    Parameters
    ----------
    half_life : float
        Days after which a row counts half in the regression.
    level_half_life, level_half_life_new_year : float
        Service days after which a row counts half in the level of its canteen: inside a school
        year, and for the first forecasts of the next.
    enrolment_exponent : float
        Power of enrolment.
    enrolment_lead_days : int
        How many days before a school year its enrolments are known. 0: from its first day on only.
    strikes_announced : bool
        Whether the strike days of the calendar after ``until`` are taken as announced. A strike
        that is not announced is forecast as an ordinary day.
    lead_days : int
        Days between the end of the data and the first day forecast in the past forecasts that
        calibrate intervals and orders.
    calibration_periods : int
        How many past teaching periods calibrate; 0 for none, and then no interval nor order.
    step : {"period", "week"}
        What the past forecasts forecast at once: a teaching period, or each of its weeks from newer
        data. Choose what the forecasts to come will do.
    terms : sequence of Category, Number, Season or Product, optional
        The terms; those of the city, as ``default_terms`` gives them, where not given.
    level_rows : float
        Rows of the longer past that a recent level is held by.
    penalties : mapping of str to float, optional
        Factors by which the penalties of terms are multiplied, by name of the term; that of
        ``*`` is for all of them, beside their own.
    without : sequence of str
        Names of terms to leave out.
    choice : Choice, optional
        How these settings were chosen, for the sheet; ``Choice.parameters`` gives it.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    >>> forecast = forecaster.predict(city.calendar_rows("2022-03-07", "2022-03-11"), coverage=0.9)
    >>> len(forecast.meals), bool((forecast.lower <= forecast.upper).all())
    (20, True)
    """

    _learned_for: tuple[int, str, tuple[tuple[int, float], ...]]
    _expected: dict[int, float]
    _city: City
    _learned: dict[np.datetime64, Fitted]
    _past: dict[tuple[np.datetime64, np.datetime64], Origins]
    _effects: EffectTable | None
    _regression: Regression | None

    def __init__(
        self,
        *,
        half_life: float = 800.0,
        level_half_life: float = 8.0,
        level_half_life_new_year: float = 15.0,
        enrolment_exponent: float = 0.9,
        enrolment_lead_days: int = 0,
        strikes_announced: bool = False,
        lead_days: int = 15,
        calibration_periods: int = 12,
        step: str = "period",
        terms: Sequence[Term] | None = None,
        level_rows: float = LONG_ROWS,
        penalties: Mapping[str, float] | None = None,
        without: Sequence[str] = (),
        choice: Choice | None = None,
    ) -> None:
        self.half_life = half_life
        self.level_half_life = level_half_life
        self.level_half_life_new_year = level_half_life_new_year
        self.enrolment_exponent = enrolment_exponent
        self.enrolment_lead_days = enrolment_lead_days
        self.strikes_announced = strikes_announced
        self.lead_days = lead_days
        self.calibration_periods = calibration_periods
        self.step = step
        self.terms = terms
        self.level_rows = level_rows
        self.penalties = penalties
        self.without = without
        self.choice = choice

    def fit(
        self,
        city: City,
        until: str | dt.date | np.datetime64,
        *,
        expected: Mapping[str, float] | None = None,
        regression: Regression | None = None,
    ) -> CanteenForecaster:
        """Learn from what is known of a city up to a day.

        Parameters
        ----------
        city : City
            The city.
        until : str or datetime.date
            Last day of which anything is used.
        expected : mapping of str to float, optional
            Meals expected on an ordinary day, above 0, by name of a canteen with little past: what
            nothing in the data tells of one that opens. Its own days take over within a week.
        regression : Regression, optional
            The terms, where they were estimated beforehand, from more canteens than the city has;
            see ``JointFit``.

        Returns
        -------
        CanteenForecaster
            Itself.

        Raises
        ------
        DateError
            Where no meal is known by then, or the day is after the calendar; the message names the
            range.
        ForecastError
            Where a parameter is outside its range: half-lives are above 0, the exponent from 0 to 2,
            lead days whole numbers from 1 to 365, those of enrolments from 0; and where an expected
            number is not above 0, or of no canteen of the city.
        """
        self.check_parameters()
        stated = _stated(city, expected or {})
        day = to_day(until)
        last, end = city.attendance.date[-1], city.calendar.span[1]
        if day > end:
            raise DateError("data_cannot_end", day=day, last=last, end=end)
        key = (id(city), repr(self.get_params()), tuple(stated.items()))
        if getattr(self, "_learned_for", None) != key or regression or self._regression:
            # The past forecasts of one fit serve the next: a backtest learns each day once.
            self._learned_for, self._city, self._learned, self._past = key, city, {}, {}
        self._expected, self._regression = stated, regression
        self.fitted_: Fitted = self._learn(city, day, regression)
        self.sources_: Sources = describe(known_rows(city, day), city, day)
        self._effects = None
        self._calibrate(city, day)
        return self

    def predict(
        self, rows: Rows, coverage: float = 0.9, *, draft: Floats | None = None
    ) -> Forecast:
        """Forecast canteens and days.

        Parameters
        ----------
        rows : Rows
            From ``City.calendar_rows``.
        coverage : float
            Share of days that the interval should hold, above 0 and below 1.
        draft : ndarray of float, shape (n,), optional
            Meals that the agents mean to order, above 0, NaN where they have not said. The forecast
            then has the term ``projet_commande``: what their draft says beyond the calendar and the
            past, weighted as past drafts deserved. A day takes the drafts of its own day and of
            earlier ones into account, never of a later one.

        Returns
        -------
        Forecast
            Meals, interval and contributions, a row each.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ForecastError
            Where the coverage is outside its range, the rows are none or of a city with other canteens or
            school years, a draft is not above 0, or too few past drafts are known to learn from.
        NotForecastError
            Where a row is not after the data.
        """
        self._check_is_fitted()
        check_share("coverage", coverage, such_as=0.9)
        if not isinstance(rows, Rows):  # a list of canteens and days is a likely guess
            raise ForecastError("rows_kind", value=type(rows).__name__)
        if len(rows) and rows.date.min() <= self.fitted_.until:
            answer = rows.city.why_not(rows.date.min(), until=self.fitted_.until)
            if answer is not None:
                raise NotForecastError(answer)
        self.check_city(rows.city)
        fitted, calibration = self.fitted_, self.calibration_
        contributions = self._contributions(fitted, rows)
        sd, order_sd = _level_sd(fitted, rows)
        stated = np.zeros(len(rows), dtype=bool)
        if draft is not None:
            assisted = self._check_draft(rows, draft)
            added, stated, left = self._with_draft(assisted, rows, _total(contributions), draft, sd)
            contributions["projet_commande"] = added
            sd, order_sd = sd * left, order_sd * left
            calibration = assisted.calibration
        meals = np.exp(_total(contributions))
        struck = rows.city.is_struck(rows) & self.strikes_announced
        calm = meals
        if struck.any() and "greve" in contributions:
            calm = np.where(struck, meals * np.exp(-contributions["greve"]), meals)
        scale = calibration.scale_of(
            calm,
            (rows.date - fitted.until).astype(np.float64),
            occasions(rows, is_new(fitted, rows)),
            rows.canteen,
        )
        lower, upper = calibration.interval(calm, coverage, scale)
        lower, upper = widened(calm, lower, upper, sd, coverage)
        hit = struck & np.isfinite(lower)
        if hit.any():
            lower[hit], upper[hit] = fitted.strikes.bounds(
                rows.canteen[hit], calm[hit], lower[hit], upper[hit], coverage
            )
        return Forecast(
            rows=rows,
            meals=meals,
            lower=lower,
            upper=upper,
            coverage=coverage,
            until=fitted.until,
            contributions=contributions,
            words=fitted.words,
            notes=self._notes(rows, struck),
            calibration=calibration,
            scale=scale,
            unknowns=Unknowns(
                calm=calm, struck=struck, strikes=fitted.strikes, sd=sd, order_sd=order_sd,
                seen=fitted.seen,                newcomers=fitted.newcomers, breaks=fitted.breaks, stated=stated,
                new_year=is_new(fitted, rows),
            ),
        )  # fmt: skip

    def score(self, rows: Rows, meals: Floats | None = None) -> float:
        """Return how near the forecast of some rows comes to what was served: higher is better.

        It is 1 less the sum of absolute errors over the sum of meals served (WAPE): 1 for an exact
        forecast, 0 for one that is as far off as no meal at all, and below 0 beyond that.

        Parameters
        ----------
        rows : Rows
            Rows after the data that were learned from.
        meals : ndarray of float, shape (n,), optional
            Meals served, NaN where unknown; those of the attendance of the city of the rows where
            not given. A row without meals does not count.

        Returns
        -------
        float
            The score. It measures the forecast alone: ``backtest`` also measures orders and
            intervals, and compares with plain means.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ForecastError
            Where no row was served, lengths differ, or ``predict`` refuses the rows.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> city = make_city(seed=0, canteens=5, years=2)
        >>> forecaster = CanteenForecaster(calibration_periods=0).fit(city, until="2022-02-01")
        >>> 0.9 < forecaster.score(city.calendar_rows("2022-03-07", "2022-03-11")) < 1
        True
        """
        served = rows.served() if meals is None else np.asarray(meals, dtype=np.float64)
        if len(served) != len(rows):
            raise ForecastError(
                "column_lengths",
                name="meals",
                values=Count(len(served), "value"),
                rows=Count(len(rows), "row"),
            )
        known = np.isfinite(served) & (served > 0)
        if not known.any():
            raise ForecastError("no_served_rows")
        return 1.0 - wape(self.predict(rows.select(known)).meals, served[known])

    def _with_draft(
        self, assisted: Assisted, rows: Rows, log_meals: Floats, draft: Floats, sd: Floats
    ) -> tuple[Floats, Bools, Floats]:
        """Return what drafts add, the rows whose level they state, and which share stays unsure.

        A draft for a canteen with little past states its level, for as much as it is surer than
        what is known of it; the rest of it counts as that of any canteen.
        """
        fitted = self.fitted_
        said = self._draft_difference(fitted, rows, log_meals, draft)
        little = np.isin(rows.canteen, fitted.newcomers.series) & np.isfinite(said)
        level = np.where(little, running_median(said, rows.canteen, rows.date, little), 0.0)
        ending, new = is_ending(rows), is_new(fitted, rows)
        columns = parts(said - level, rows.canteen, rows.date, new, ending)
        surer = np.where(little, sd**2 / (sd**2 + STATED**2), 0.0)
        added = level * surer + assisted.weights.term(columns)
        return added, little, np.sqrt(1 - surer)

    def _notes(self, rows: Rows, struck: Bools) -> dict[str, Bools]:
        """Return, by name, the rows of which something that matters is not known."""
        fitted = self.fitted_
        known_on = fitted.until + self.enrolment_lead_days
        people = rows.city.enrolled(rows.canteen, rows.date, known_on)
        few = self.calibration_.is_short and self.calibration_.width > 0
        found = {
            "little": np.isin(rows.canteen, fitted.newcomers.series),
            "break": _broken(fitted, rows),
            "idle": fitted.idle[rows.canteen] > IDLE,
            "strike": struck,
            "weekday": ~np.isin(weekday(rows.date), fitted.weekdays),
            "people": ~np.isfinite(people),
            "exceptional": rows.city.is_exceptional(rows),
            "short": np.full(len(rows), few),
        }
        return {name: where for name, where in found.items() if where.any()}

    def _check_draft(self, rows: Rows, draft: Floats) -> Assisted:
        if self.assisted_ is None:
            raise ForecastError("draft_unlearned", until=self.fitted_.until)
        if len(draft) != len(rows):
            raise ForecastError("draft_length", count=len(draft), rows=Count(len(rows), "row"))
        wrong = np.flatnonzero(draft <= 0)
        if len(wrong):
            raise ForecastError("draft_value", position=int(wrong[0]), value=str(draft[wrong[0]]))
        return self.assisted_

    def effects(self) -> EffectTable:
        """Return the effect of every level of every term but the level of the canteens.

        Returns
        -------
        EffectTable
            In percent, with standard error and number of rows: what all canteens share, and what a
            type or a canteen adds to it. The errors take several times as long as the fit; they are
            found once, when they are first asked for.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.

        Examples
        --------
        >>> from prevision_cantine import make_city
        >>> city = make_city(seed=0, canteens=5, years=2)
        >>> forecaster = CanteenForecaster(calibration_periods=0).fit(city, until="2022-02-01")
        >>> fish = forecaster.effects().select(term="menu", scope="*")
        >>> fish.level_names("en")[0], bool(fish.percent[0] < 0)
        ('fish', True)
        """
        self._check_is_fitted()
        if self._effects is None:
            found = self._regression or regress(
                self._city, self.fitted_.until, self.settings(), self.terms_of(self._city)
            )
            self._effects = effect_table(
                found.design, found.target - found.mean, found.weight, found.robust,
                found.table.date, found.effects, self._city.canteens, kinds=self._city.kinds,
                terms=found.terms, words=self.fitted_.words,
            )  # fmt: skip
        return self._effects

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the settings, and what was learned as immutable parts; ``from_state`` undoes it.

        Returns
        -------
        settings : dict of str to object
            Parameters of the forecaster.
        parts : dict of str to object
            ``fitted``, ``calibration``, ``assisted``, ``sources``, ``effects`` and ``choice``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        self._check_is_fitted()
        settings = self.get_params()
        if settings["terms"] is not None:
            settings["terms"] = terms_to_text(settings["terms"])
        settings["without"] = list(settings["without"])
        if settings["penalties"] is not None:
            settings["penalties"] = dict(settings["penalties"])
        return settings, {
            "fitted": self.fitted_, "calibration": self.calibration_, "assisted": self.assisted_,
            "sources": self.sources_, "effects": self.effects(),
            "choice": settings.pop("choice"),
        }  # fmt: skip

    def bare(self) -> CanteenForecaster:
        """Return a forecaster that predicts as this one does, and holds no row that it learned from.

        Returns
        -------
        CanteenForecaster
            Fitted; it is small to send, and cannot give effects.
        """
        self._check_is_fitted()
        result = CanteenForecaster(**self.get_params())
        for name in ("fitted_", "calibration_", "assisted_", "sources_"):
            setattr(result, name, getattr(self, name))
        return result

    @classmethod
    def from_state(cls, settings: Mapping[str, Any], parts: Mapping[str, Any]) -> CanteenForecaster:
        """Return the fitted forecaster of which ``state`` gave this.

        Parameters
        ----------
        settings : mapping of str to object
            Parameters of the forecaster.
        parts : mapping of str to object
            As ``state`` gives them.

        Returns
        -------
        CanteenForecaster
            Fitted.

        Raises
        ------
        ForecastError
            Where a setting is not known or missing, or the parts do not fit together.
        """
        known = cls().get_params()
        del known["choice"]
        for name in {*settings, *known}:
            if name not in known or name not in settings:
                raise ForecastError("setting_unknown", value=name)
            if not _is_setting(name, settings[name]):
                raise ForecastError("setting_value", name=name, value=repr(settings[name]))
        given = dict(settings)
        if given["terms"] is not None:
            given["terms"] = terms_from_text(given["terms"])
        given["without"] = tuple(given["without"])
        self = cls(**given, choice=parts["choice"])
        self.check_parameters()
        self.fitted_, self.calibration_ = parts["fitted"], parts["calibration"]
        self.assisted_ = parts["assisted"]
        self.sources_, self._effects = parts["sources"], parts["effects"]
        fitted, past, table = self.fitted_, self.calibration_, self._effects
        count = len(fitted.canteens)
        shapes = {
            "level": (fitted.level.shape, (count,)),
            "level_new": (fitted.level_new.shape, (count,)),
            "level_apart": (fitted.level_apart.shape, (count,)),
            "newcomers": (_lengths(fitted.newcomers), {len(fitted.newcomers)}),
            "newcomers_new": (_lengths(fitted.newcomers_new), {len(fitted.newcomers_new)}),
            "breaks": (
                {len(x) for one in fitted.breaks for x in (one.own, one.rows)} | {count},
                {count},
            ),
            "strikes": (fitted.strikes.chance.shape, (count,)),
            "usual": (fitted.usual.shape, (count,)),
            "away": (fitted.away.shape, (count,)),
            "seen": (fitted.seen.shape, (count,)),
            "idle": (fitted.idle.shape, (count,)),
            "growth": (fitted.growth.shape, (count,)),
            "caution": (fitted.caution.shape, (count,)),
            "profile": (fitted.profile.shape, (count, SLOTS)),
            "effects": (fitted.effects.nested.shape[:1], (count,)),
            "shared effects": (fitted.effects.shared.shape, (fitted.effects.shared.size,)),
            "calibration": (
                {len(past.forecast), len(past.actual), len(past.date), len(past.canteen)},
                {len(past.forecast)},
            ),
            "effect table": (
                {
                    len(getattr(table, field.name))
                    for field in attrs.fields(EffectTable)
                    if field.name != "words"
                },
                {len(table)},
            ),
        }
        terms_from_text(fitted.terms)
        for name, (found, expected) in shapes.items():
            if found != expected:
                raise ForecastError(
                    "model_shape", name=name, found=str(found), expected=str(expected)
                )
        return self

    def check_parameters(self) -> None:
        """Refuse a parameter outside its range; ``fit`` does so too.

        Raises
        ------
        ForecastError
            With the range.
        """
        for name in ("half_life", "level_half_life", "level_half_life_new_year"):
            check_number(name, getattr(self, name), 0, LONGEST_LIFE, above=True)
        check_number("enrolment_exponent", self.enrolment_exponent, 0, 2)
        check_number("level_rows", self.level_rows, 0, 1_000)
        for name, factor in (self.penalties or {}).items():
            check_number(f"penalties[{name!r}]", factor, 0, 1_000_000, above=True)
        check_number("enrolment_lead_days", self.enrolment_lead_days, 0, 365, unit="days")
        check_number("lead_days", self.lead_days, 1, 365, unit="days")
        check_number("calibration_periods", self.calibration_periods, 0, 1000, unit="periods")
        if self.step not in ("period", "week"):
            raise ParameterError("step", self.step, "parts.give_step")
        if self.terms is not None:
            checked_terms(self.terms)
        if not isinstance(self.strikes_announced, bool | np.bool_):
            raise ParameterError("strikes_announced", self.strikes_announced, "parts.give_truth")

    def check_city(self, city: City) -> None:
        """Refuse a city whose canteens or school years are not those of the fit.

        Parameters
        ----------
        city : City
            The city.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ForecastError
            Where it is another one.
        """
        self._check_is_fitted()
        fitted, years = self.fitted_, city.calendar.years
        if city.canteens != fitted.canteens:
            raise ForecastError(
                "other_canteens", count=len(city.canteens), learned=len(fitted.canteens)
            )
        if not (
            fitted.first_year < len(years)
            and years[fitted.first_year].name == fitted.first_year_name
        ):
            raise ForecastError(
                "other_calendar", school_year=fitted.first_year_name, position=fitted.first_year + 1
            )

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "fitted_"):
            with needs("cantine"):
                from sklearn.exceptions import NotFittedError  # which takes a second to load

            raise NotFittedError(
                "this forecaster has learned nothing yet: call fit(city, until=...)"
            )

    def settings(self) -> Settings:
        """Return the parameters that learning needs.

        Returns
        -------
        Settings
            Those of this forecaster.
        """
        return Settings(
            half_life=self.half_life,
            level_half_life=self.level_half_life,
            level_half_life_new_year=self.level_half_life_new_year,
            level_rows=self.level_rows,
            enrolment_exponent=self.enrolment_exponent,
            enrolment_lead_days=self.enrolment_lead_days,
        )

    def terms_of(self, city: City) -> tuple[Term, ...]:
        """Return the terms of a city, before any curve is fitted.

        Parameters
        ----------
        city : City
            The city.

        Returns
        -------
        tuple of Term
            Those given, or the default ones, with the penalties of this forecaster.

        Raises
        ------
        ForecastError
            Where a term reads what the city does not have.
        """
        terms = default_terms(city) if self.terms is None else checked_terms(self.terms)
        if self.terms is not None:
            check_sources(terms, city)
        return adjusted(terms, self.penalties, self.without)

    def _learn(
        self, city: City, until: np.datetime64, regression: Regression | None = None
    ) -> Fitted:
        if until not in self._learned:
            self._learned[until] = learn(
                city, until, self.settings(), self.terms_of(city), regression, self._expected
            )
        return self._learned[until]

    def _contributions(self, fitted: Fitted, rows: Rows) -> dict[str, Floats]:
        contributions: dict[str, Floats] = {name: np.zeros(len(rows)) for name in fitted.names}
        if not len(rows):
            return contributions
        known_on = fitted.until + self.enrolment_lead_days
        people = log_people(rows, known_on, fitted.usual)
        terms = terms_from_text(fitted.terms)
        present = log_present(rows, fitted.until, people)
        # Where absences are announced every day, a day without any will have the usual ones.
        present = np.where(present < 0, present, fitted.away[rows.canteen])
        columns = design(
            rows, terms, fitted.first_year, fitted.years, known_on=fitted.until, people=people,
            absent=-np.expm1(present),
        )  # fmt: skip
        contributions |= fitted.effects.terms(columns)
        new = is_new(fitted, rows)
        known = rows.city.enrolment_is_known(rows.canteen, rows.date, known_on)
        contributions["effectif"] = (
            contributions["effectif"]
            + fitted.exponent * people
            + np.where(new & ~known, fitted.growth[rows.canteen], 0.0)
        )
        level = np.where(
            new,
            fitted.level_new[rows.canteen] + np.where(known, *fitted.summer),
            fitted.level[rows.canteen],
        )
        apart = rows.city.is_exceptional(rows)
        contributions["niveau"] = np.where(apart, fitted.level_apart[rows.canteen], level)
        contributions["jour"] = (
            contributions["jour"] + fitted.profile[rows.canteen, weekday(rows.date)]
        )
        contributions["absences"] = contributions["absences"] + present
        for term in terms:
            unknown = term.known == "after" or (
                term.known == "announced" and not self.strikes_announced
            )
            if unknown:
                contributions[term.name] = np.zeros(len(rows))
        moved = [one for one in fitted.breaks if one.moves]
        if moved:
            lasting = ~new & ~apart
            shift = np.sum([one.term(rows.canteen) for one in moved], axis=0)
            contributions["rupture"] = np.where(lasting, shift, 0.0)
        return contributions

    def _draft_parts(self, fitted: Fitted, rows: Rows, log_meals: Floats, draft: Floats) -> Floats:
        """Return what drafts say beyond a forecast, in parts."""
        said = self._draft_difference(fitted, rows, log_meals, draft)
        return parts(said, rows.canteen, rows.date, is_new(fitted, rows), is_ending(rows))

    def _draft_difference(
        self, fitted: Fitted, rows: Rows, log_meals: Floats, draft: Floats
    ) -> Floats:
        """Return the logarithm of drafts, less the canteen's caution, over forecasts; NaN without."""
        with np.errstate(divide="ignore", invalid="ignore"):
            said = np.where(draft > 0, np.log(draft), np.nan)
        return np.asarray(said - log_meals - fitted.caution[rows.canteen])

    def _calibrate(self, city: City, until: np.datetime64) -> None:
        """Forecast the last teaching periods before ``until`` as if on their day, and learn from the errors."""
        known = known_rows(city, until)
        width = width_after(len(distinct_days(known.date))) if self.calibration_periods else 0.0
        self.calibration_: Calibration = Calibration(np.array([]), np.array([]), width=width)
        self.assisted_: Assisted | None = None
        past = self._past_forecasts(city, known)
        if past is None:
            return
        canteens = len(city.canteens)
        self.calibration_ = measured(past, past.meals, canteens, width)
        drafted = np.flatnonzero(np.isfinite(past.table.agents) & (past.table.agents > 0))
        if len(drafted) >= DRAFT_ROWS:
            past = past.select(drafted)
            error = np.log(past.table.meals / past.meals)
            weights = learn_weights(past.drafts, error, past.table.meals)
            meals = past.meals * np.exp(weights.term(past.drafts))
            self.assisted_ = Assisted(weights, measured(past, meals, canteens, width))

    def _past_forecasts(self, city: City, known: Attendance) -> Origins | None:
        """Forecast the last teaching periods, or their weeks, and return what is known of each row."""
        found: list[Origins] = []
        for period in list(reversed(periods(known.date)))[: self.calibration_periods]:
            inside = known.select((known.date >= period.start) & (known.date <= period.end))
            spans = [period] if self.step == "period" else reversed(weeks(inside.date))
            for span in spans:
                day = span.until(self.lead_days)
                if (day, span.end) not in self._past:
                    if not is_enough(known.select(known.date <= day)):  # too little, so far back
                        return joined(found)
                    table = inside.select((inside.date >= span.start) & (inside.date <= span.end))
                    fitted = self._learn(city, day)
                    self._past[day, span.end] = self._past_forecast(city, table, fitted)
                found.append(self._past[day, span.end])
        return joined(found)

    def _past_forecast(self, city: City, table: Attendance, fitted: Fitted) -> Origins:
        """Forecast rows as if on a day; those that are off in a way of their own are left out.

        Strike days, exceptional ones, and canteens with little past have a width of their own, and
        say nothing of ordinary forecasts.
        """
        every = Rows(city, table.canteen, table.date)
        usual = ~city.is_struck(every) & ~city.is_exceptional(every)
        usual &= ~np.isin(table.canteen, fitted.newcomers.series)
        table, rows = table.select(usual), every.select(usual)
        log_meals = _total(self._contributions(fitted, rows)) if len(rows) else np.zeros(0)
        return Origins(
            table=table,
            meals=np.exp(log_meals),
            lead=(table.date - fitted.until).astype(np.float64),
            occasion=occasions(rows, is_new(fitted, rows)),
            drafts=self._draft_parts(fitted, rows, log_meals, table.agents),
        )


def _is_setting(name: str, value: object) -> bool:
    """Return whether a value of a file is of the kind that a parameter has."""
    if name == "penalties" and isinstance(value, dict):
        return all(type(factor) in (int, float) for factor in value.values())
    if name == "without":
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    return isinstance(value, (bool, int, float, str, type(None)))


def _level_sd(fitted: Fitted, rows: Rows) -> tuple[Floats, Floats]:
    """Return how far the level of rows may be off beside the ordinary error, on the log scale.

    For intervals, which allow for the tails of the levels of canteens, and for orders, whose
    missing meals do not lie in the tails.
    """
    new, apart = is_new(fitted, rows), rows.city.is_exceptional(rows)
    sd = np.where(
        new, fitted.newcomers_new.sd_of(rows.canteen), fitted.newcomers.sd_of(rows.canteen)
    )
    never = ~np.isin(weekday(rows.date), fitted.weekdays)
    # What an exceptional span does is not known before its own days.
    square = np.where(never, UNKNOWN**2, 0.0)
    square += np.where(apart, UNKNOWN**2 / (1 + fitted.days_apart), 0.0)
    order_square = square.copy()
    for one in fitted.breaks:
        more = np.where(new | apart, 0.0, one.sd(rows.canteen) ** 2)
        square += more
        if one.moves or one.shift > 0:  # that fewer may come asks for no larger order
            order_square += more
    first = fitted.seen[rows.canteen] < ORDER_DAYS
    return np.sqrt(square + sd**2), np.sqrt(order_square + np.where(first, sd / TAILS, 0.0) ** 2)


def _broken(fitted: Fitted, rows: Rows) -> Bools:
    """Return the rows that a break of level concerns."""
    found = np.zeros(len(rows), dtype=bool)
    for one in fitted.breaks:
        found |= one.concerns(rows.canteen)
    if found.any():
        found &= ~is_new(fitted, rows) & ~rows.city.is_exceptional(rows)
    return found


def _lengths(found: Newcomers) -> set[int]:
    """Return the lengths of what stands side by side in series with little past."""
    return {len(getattr(found, field.name)) for field in attrs.fields(Newcomers)}


def _stated(city: City, expected: Mapping[str, float]) -> dict[int, float]:
    """Return the meals expected of canteens by their number."""
    found = {}
    for name, meals in expected.items():
        if name not in city.canteens:
            near = names_near(name, city.canteens)
            raise ForecastError("expected_canteen", value=name, near=near)
        if not (np.isfinite(meals) and meals > 0):
            raise ParameterError(f"expected[{name!r}]", meals, "parts.give_expected")
        found[city.canteens.index(name)] = float(meals)
    return found


def _total(contributions: Mapping[str, Floats]) -> Floats:
    return np.asarray(np.sum(list(contributions.values()), axis=0), dtype=np.float64)
