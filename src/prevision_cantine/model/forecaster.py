"""The additive regressor: expected meals are enrolment to a power times exp of a sum of terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.calendar.days import WEDNESDAY, to_day, weekday
from prevision_cantine.calendar.periods import periods, weeks
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Attendance
from prevision_cantine.city.sources import describe
from prevision_cantine.errors import DateError, ForecastError, ParameterError, check_number
from prevision_cantine.model.design import TERMS, design, is_ending, occasions
from prevision_cantine.model.draft import CAUTION_DAYS, caution, learn_weights, parts
from prevision_cantine.model.draft import MIN_ROWS as DRAFT_ROWS
from prevision_cantine.model.effects import EffectTable, effect_table
from prevision_cantine.model.fitted import Assisted, Fitted
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.levels import SLOTS, Past
from prevision_cantine.model.past_forecasts import Origins, joined, measured
from prevision_cantine.model.regression import Design, Effects, solve
from prevision_cantine.model.strikes import past_strikes
from prevision_cantine.uncertainty.intervals import Calibration, check_share
from prevision_cantine.words.language import counted

MIN_ROWS = 200
MEMORY = 3  # half-lives: an older row would weigh less than an eighth
LONGEST_LIFE = 1_000_000  # days: beyond it, nothing is forgotten
MOST_ABSENT = 0.95  # share of a canteen's pupils beyond which absences are not believed
# A canteen that fills up year after year, such as a new one, keeps on: what its enrolment grew
# beyond the first figure counts for the second in a year whose enrolment is not known yet.
GROWTH_BEYOND, GROWTH_KEPT = 0.1, 0.75


@attrs.frozen(eq=False)
class _Regression:
    """The rows up to one day, and the terms estimated from them."""

    table: Attendance
    design: Design
    target: Floats
    mean: float
    weight: Floats
    effects: Effects
    robust: Floats
    first_year: int
    years: int


class CanteenForecaster(BaseEstimator):  # type: ignore[misc]
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

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    >>> forecast = forecaster.predict(city.calendar_rows("2022-03-07", "2022-03-11"), coverage=0.9)
    >>> len(forecast.meals), bool((forecast.lower <= forecast.upper).all())
    (20, True)
    """

    _learned_for: tuple[int, str]
    _city: City
    _learned: dict[np.datetime64, Fitted]
    _past: dict[tuple[np.datetime64, np.datetime64], Origins]
    _effects: EffectTable | None

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

    def fit(self, city: City, until: str | dt.date | np.datetime64) -> CanteenForecaster:
        """Learn from what is known of a city up to a day.

        Parameters
        ----------
        city : City
            The city.
        until : str or datetime.date
            Last day of which anything is used.

        Returns
        -------
        CanteenForecaster
            Itself.

        Raises
        ------
        DateError
            Where fewer than 200 rows are known by then, or the day is after the calendar; the
            message names the range.
        ForecastError
            Where a parameter is outside its range: half-lives are above 0, the exponent from 0 to 2,
            lead days whole numbers from 1 to 365, those of enrolments from 0.
        """
        self.check_parameters()
        day = to_day(until)
        last, end = city.attendance.date[-1], city.calendar.span[1]
        if day > end:
            raise DateError(
                f"the data cannot end on {day}: the attendance is known to {last} and the calendar "
                f"to {end}; give a day up to {end}"
            )
        key = (id(city), repr(self.get_params()))
        if getattr(self, "_learned_for", None) != key:
            # The past forecasts of one fit serve the next: a backtest learns each day once.
            self._learned_for, self._city, self._learned, self._past = key, city, {}, {}
        self.fitted_ = self._learn(city, day)
        self.sources_ = describe(self._known_rows(city, day), city, day)
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
            Where the coverage is outside its range, a row is not after the data, the rows are of a
            city with other canteens or school years, a draft is not above 0, or too few past drafts
            are known to learn from.
        """
        self._check_is_fitted()
        check_share("coverage", coverage, such_as=0.9)
        if len(rows) and rows.date.min() <= self.fitted_.until:
            raise ForecastError(
                f"the days begin on {rows.date.min()}, and the data end on {self.fitted_.until}: "
                "forecast days after the data"
            )
        self._check_city(rows.city)
        contributions = self._contributions(self.fitted_, rows)
        calibration = self.calibration_
        if draft is not None:
            assisted = self._check_draft(rows, draft)
            columns = self._draft_parts(self.fitted_, rows, _total(contributions), draft)
            contributions["projet_commande"] = assisted.weights.term(columns)
            calibration = assisted.calibration
        meals = np.exp(_total(contributions))
        scale = calibration.scale_of(
            meals,
            (rows.date - self.fitted_.until).astype(np.float64),
            occasions(rows, self._is_new(self.fitted_, rows)),
            rows.canteen,
        )
        lower, upper = calibration.interval(meals, coverage, scale)
        return Forecast(
            rows=rows,
            meals=meals,
            lower=lower,
            upper=upper,
            coverage=coverage,
            until=self.fitted_.until,
            contributions=contributions,
            calibration=calibration,
            scale=scale,
        )

    def _check_draft(self, rows: Rows, draft: Floats) -> Assisted:
        if self.assisted_ is None:
            raise ForecastError(
                f"too few past orders of the agents are known on {self.fitted_.until} to learn what "
                "a draft is worth: forecast without draft="
            )
        if len(draft) != len(rows):
            raise ForecastError(
                f"draft is of length {len(draft)}, for {counted(len(rows), 'row')}: give one value each"
            )
        wrong = np.flatnonzero(draft <= 0)
        if len(wrong):
            raise ForecastError(
                f"draft[{wrong[0]}]={draft[wrong[0]]}: give meals above 0, or NaN where there is none"
            )
        return self.assisted_

    def effects(self) -> EffectTable:
        """Return the effect of every level of every term but the level of the canteens.

        Returns
        -------
        EffectTable
            In percent, with standard error and number of rows: what all canteens share, and what a
            type or a canteen adds to it.

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
            found = self._regress(self._city, self.fitted_.until)
            self._effects = effect_table(
                found.design, found.target - found.mean, found.weight * found.robust, found.effects,
                self._city.canteens,
            )  # fmt: skip
        return self._effects

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the settings, and what was learned as immutable parts; ``from_state`` undoes it.

        Returns
        -------
        settings : dict of str to object
            Parameters of the forecaster.
        parts : dict of str to object
            ``fitted``, ``calibration``, ``assisted``, ``sources`` and ``effects``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        self._check_is_fitted()
        return self.get_params(), {
            "fitted": self.fitted_, "calibration": self.calibration_, "assisted": self.assisted_,
            "sources": self.sources_, "effects": self.effects(),
        }  # fmt: skip

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
        for name in {*settings, *known}:
            if name not in known or name not in settings:
                raise ForecastError(f"the setting {name!r} is not known, or missing")
            if not isinstance(settings[name], (bool, int, float, str, type(None))):
                raise ForecastError(f"the setting {name!r} is {settings[name]!r}")
        self = cls(**settings)
        self.check_parameters()
        self.fitted_, self.calibration_ = parts["fitted"], parts["calibration"]
        self.assisted_ = parts["assisted"]
        self.sources_, self._effects = parts["sources"], parts["effects"]
        fitted, past, table = self.fitted_, self.calibration_, self._effects
        count = len(fitted.canteens)
        shapes = {
            "level": (fitted.level.shape, (count,)),
            "level_new": (fitted.level_new.shape, (count,)),
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
                {len(getattr(table, field.name)) for field in attrs.fields(EffectTable)},
                {len(table)},
            ),
        }
        for name, (found, expected) in shapes.items():
            if found != expected:
                raise ForecastError(f"{name}: {found}, where {expected} is needed")
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
        check_number("enrolment_lead_days", self.enrolment_lead_days, 0, 365, unit="days")
        check_number("lead_days", self.lead_days, 1, 365, unit="days")
        check_number("calibration_periods", self.calibration_periods, 0, 1000, unit="periods")
        if self.step not in ("period", "week"):
            raise ParameterError("step", self.step, "give 'period' or 'week'")
        if not isinstance(self.strikes_announced, bool | np.bool_):
            raise ParameterError("strikes_announced", self.strikes_announced, "give True or False")

    def _check_city(self, city: City) -> None:
        """Refuse a city whose canteens or school years are not those of the fit."""
        fitted, years = self.fitted_, city.calendar.years
        if city.canteens != fitted.canteens:
            raise ForecastError(
                f"the canteens of the rows ({len(city.canteens)}) are not those learned "
                f"({len(fitted.canteens)}), in their order: fit on that city"
            )
        if not (
            fitted.first_year < len(years)
            and years[fitted.first_year].name == fitted.first_year_name
        ):
            raise ForecastError(
                f"the calendar does not have {fitted.first_year_name} as its school year "
                f"{fitted.first_year + 1}, as the data had: fit on that calendar"
            )

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "fitted_"):
            raise NotFittedError(
                "this forecaster has learned nothing yet: call fit(city, until=...)"
            )

    def _known_rows(self, city: City, until: np.datetime64) -> Attendance:
        table = city.attendance
        day = weekday(table.date)
        taught = city.calendar.year_index(table.date) >= 0
        return table.select((table.date <= until) & (day != WEDNESDAY) & (day < 5) & taught)

    def _log_enrolment(self, rows: Rows, until: np.datetime64) -> Floats:
        pupils = rows.city.enrolled(rows.canteen, rows.date, until + self.enrolment_lead_days)
        typical = np.nanmedian(pupils) if np.isfinite(pupils).any() else 150.0
        return np.log(np.where(np.isfinite(pupils), pupils, typical))

    def _learn(self, city: City, until: np.datetime64) -> Fitted:
        if until not in self._learned:
            self._learned[until] = self._learn_anew(city, until)
        return self._learned[until]

    def _regress(self, city: City, until: np.datetime64) -> _Regression:
        """Estimate the terms together from the rows up to a day."""
        table = self._known_rows(city, until)
        table = table.select(table.date > until - int(MEMORY * self.half_life))
        if len(table) < MIN_ROWS:
            first, last = city.attendance.date[0], city.attendance.date[-1]
            way = "a later" if until < last else "an earlier"
            remedy = (
                f"give {way} day" if len(city.attendance) >= MIN_ROWS else "add older attendance"
            )
            raise DateError(
                f"too few rows of attendance are known on {until} ({len(table)}, and {MIN_ROWS} are "
                f"needed): the attendance runs from {first} to {last}; {remedy}"
            )
        rows = Rows(city, table.canteen, table.date)
        year = city.calendar.year_index(table.date[[0, -1]])
        first_year, years = int(year[0]), int(year[1] - year[0]) + 1
        columns = design(rows, first_year, years)
        offset = self.enrolment_exponent * self._log_enrolment(rows, until)
        target = np.log(table.meals) - offset - self._log_present(rows, until)
        mean = float(np.mean(target))
        size = np.exp(offset)
        age = (until - table.date).astype(np.float64)
        weight = 0.5 ** (age / self.half_life) * (size / size.mean()) ** 0.7
        # Whoever has an own effect on the first day is far from the others there, every year.
        first = city.calendar.surroundings(days := np.unique(table.date))["from_start"] == 0
        firm = np.isin(table.date, days[first])
        effects, robust = solve(columns, target - mean, weight, firm=firm)
        return _Regression(table, columns, target, mean, weight, effects, robust, first_year, years)

    def _learn_anew(self, city: City, until: np.datetime64) -> Fitted:
        found = self._regress(city, until)
        table, target, mean, robust = found.table, found.target, found.mean, found.robust
        canteens = len(city.canteens)
        # Levels and weekday profiles follow the last service days of each canteen.
        terms = found.effects.terms(found.design)
        level = terms.pop("niveau")
        rest = target - sum(terms.values())
        unexplained = rest - mean - level
        struck = np.isin(table.date, city.calendar.strikes)
        # The logarithm of what came on a strike day, over what would have come without the strike.
        came = (unexplained + terms["greve"])[struck]
        days = np.unique(table.date)
        past = Past(
            canteen=table.canteen, slot=_slot(table.date), year=city.calendar.year_index(table.date),
            day=np.searchsorted(days, table.date), rest=rest, weight=robust, canteens=canteens,
        )  # fmt: skip
        known_on = until + self.enrolment_lead_days
        growth = city.enrolment_growth(known_on)
        ordered = np.isfinite(table.agents) & (table.agents > 0)
        ordered &= (past.day > past.day[-1] - CAUTION_DAYS) & ~struck
        return Fitted(
            until=until,
            canteens=city.canteens,
            exponent=self.enrolment_exponent,
            level=past.level(self.level_half_life),
            level_new=past.level(self.level_half_life_new_year),
            summer=past.summer(self.level_half_life_new_year, self._new_enrolment(city, table)),
            growth=GROWTH_KEPT * np.maximum(growth - GROWTH_BEYOND, 0.0),
            profile=past.profile(unexplained),
            caution=caution(
                np.log(table.agents[ordered] / table.meals[ordered]),
                table.canteen[ordered],
                canteens,
            ),
            effects=found.effects,
            first_year=found.first_year,
            years=found.years,
            first_year_name=city.calendar.years[found.first_year].name,
            strikes=past_strikes(
                table.date[struck], table.meals[struck], table.meals[struck] / np.exp(came)
            ),
        )

    def _new_enrolment(self, city: City, table: Attendance) -> Floats:
        """Return how much of each row's meals its year's new enrolment is worth, on the log scale."""
        index = city.calendar.year_index(table.date)
        shift = np.zeros(len(table))
        for number in np.unique(index)[1:]:
            here = index == number
            start = city.calendar.years[number].start
            own, before = (
                city.enrolled(table.canteen[here], table.date[here], day)
                for day in (start, start - 1)
            )
            with np.errstate(invalid="ignore"):
                shift[here] = np.nan_to_num(np.log(own / before))
        return self.enrolment_exponent * shift

    def _log_present(self, rows: Rows, until: np.datetime64) -> Floats:
        """Return the logarithm of the share of pupils who are not announced absent."""
        absent = rows.city.absent(rows.canteen, rows.date, until)
        if not absent.any():
            return np.zeros(len(rows))
        share = absent / np.exp(self._log_enrolment(rows, until))
        return np.asarray(np.log1p(-np.minimum(share, MOST_ABSENT)))

    def _is_new(self, fitted: Fitted, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return the rows of school years of which no meal was known."""
        return rows.city.calendar.year_index(rows.date) >= fitted.first_year + fitted.years

    def _contributions(self, fitted: Fitted, rows: Rows) -> dict[str, Floats]:
        contributions: dict[str, Floats] = {name: np.zeros(len(rows)) for name in TERMS}
        contributions |= fitted.effects.terms(design(rows, fitted.first_year, fitted.years))
        known_on = fitted.until + self.enrolment_lead_days
        new = self._is_new(fitted, rows)
        known = rows.city.enrolment_is_known(rows.canteen, rows.date, known_on)
        contributions["effectif"] = fitted.exponent * self._log_enrolment(
            rows, fitted.until
        ) + np.where(new & ~known, fitted.growth[rows.canteen], 0.0)
        contributions["niveau"] = np.where(
            new,
            fitted.level_new[rows.canteen] + np.where(known, *fitted.summer),
            fitted.level[rows.canteen],
        )
        contributions["jour"] = (
            contributions["jour"] + fitted.profile[rows.canteen, _slot(rows.date)]
        )
        contributions["absences"] = self._log_present(rows, fitted.until)
        if not self.strikes_announced:
            contributions["greve"] = np.zeros(len(rows))
        return contributions

    def _draft_parts(self, fitted: Fitted, rows: Rows, log_meals: Floats, draft: Floats) -> Floats:
        """Return what drafts say beyond a forecast, in parts."""
        with np.errstate(divide="ignore", invalid="ignore"):
            said = np.where(draft > 0, np.log(draft), np.nan)
        difference = said - log_meals - fitted.caution[rows.canteen]
        return parts(
            difference, rows.canteen, rows.date, self._is_new(fitted, rows), is_ending(rows)
        )

    def _calibrate(self, city: City, until: np.datetime64) -> None:
        """Forecast the last teaching periods before ``until`` as if on their day, and learn from the errors."""
        self.calibration_ = Calibration(np.array([]), np.array([]))
        self.assisted_: Assisted | None = None
        past = self._past_forecasts(city, until)
        if past is None:
            return
        canteens = len(city.canteens)
        self.calibration_ = measured(past, past.meals, canteens)
        drafted = np.flatnonzero(np.isfinite(past.table.agents) & (past.table.agents > 0))
        if len(drafted) >= DRAFT_ROWS:
            past = past.select(drafted)
            error = np.log(past.table.meals / past.meals)
            weights = learn_weights(past.drafts, error, past.table.meals)
            meals = past.meals * np.exp(weights.term(past.drafts))
            self.assisted_ = Assisted(weights, measured(past, meals, canteens))

    def _past_forecasts(self, city: City, until: np.datetime64) -> Origins | None:
        """Forecast the last teaching periods, or their weeks, and return what is known of each row."""
        known = self._known_rows(city, until)
        found: list[Origins] = []
        for period in list(reversed(periods(known.date)))[: self.calibration_periods]:
            inside = known.select((known.date >= period.start) & (known.date <= period.end))
            spans = [period] if self.step == "period" else reversed(weeks(inside.date))
            for span in spans:
                day = span.until(self.lead_days)
                table = inside.select((inside.date >= span.start) & (inside.date <= span.end))
                try:
                    fitted = self._learn(city, day)
                except DateError:  # too little is known so far back
                    return joined(found)
                if (day, span.end) not in self._past:
                    self._past[day, span.end] = self._past_forecast(city, table, fitted)
                found.append(self._past[day, span.end])
        return joined(found)

    def _past_forecast(self, city: City, table: Attendance, fitted: Fitted) -> Origins:
        """Forecast rows as if on a day, strike days left out."""
        table = table.select(~np.isin(table.date, city.calendar.strikes))
        rows = Rows(city, table.canteen, table.date)
        log_meals = _total(self._contributions(fitted, rows)) if len(rows) else np.zeros(0)
        return Origins(
            table=table,
            meals=np.exp(log_meals),
            lead=(table.date - fitted.until).astype(np.float64),
            occasion=occasions(rows, self._is_new(fitted, rows)),
            drafts=self._draft_parts(fitted, rows, log_meals, table.agents),
        )


def _slot(days: npt.NDArray[np.datetime64]) -> Ints:
    return np.array([0, 1, 4, 2, 3, 4, 4])[weekday(days)]


def _total(contributions: Mapping[str, Floats]) -> Floats:
    return np.asarray(np.sum(list(contributions.values()), axis=0), dtype=np.float64)
