"""The additive regressor: expected meals are enrolment to a power times exp of a sum of terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from prevision_cantine.additive import Design, Effects, solve, standard_errors
from prevision_cantine.calendar import WEDNESDAY, to_day, weekday
from prevision_cantine.city import Attendance, City, Floats, Ints, Rows
from prevision_cantine.effects import EffectTable, effect_table
from prevision_cantine.errors import DateError, ForecastError
from prevision_cantine.features import TERMS, design
from prevision_cantine.forecast import Forecast
from prevision_cantine.intervals import Calibration
from prevision_cantine.periods import periods
from prevision_cantine.sources import describe

MIN_ROWS = 200
MEMORY = 3  # half-lives: an older row would weigh less than an eighth
SLOTS = 5  # Monday, Tuesday, Thursday, Friday, and one for what is not forecast


@attrs.frozen(eq=False)
class Fitted:
    """What is learned from the rows up to one day.

    Parameters
    ----------
    until : datetime64[D]
        Last day of which anything was used.
    canteens : tuple of str
        Names of the canteens, in the order of what is learned of each.
    exponent : float
        Power of enrolment.
    level, level_new : ndarray of float, shape (canteens,)
        Level of each canteen inside the school year, and for the first forecasts of the next.
    profile : ndarray of float, shape (canteens, 5)
        What the weekdays of each canteen add lately.
    effects : Effects
        Effects of the columns of the design.
    first_year, years : int
        The first school year that has columns, and how many have.
    first_year_name : str
        Its name, by which another calendar is known to count as this one does.
    """

    until: np.datetime64
    canteens: tuple[str, ...]
    exponent: float
    level: Floats
    level_new: Floats
    profile: Floats
    effects: Effects
    first_year: int
    years: int
    first_year_name: str


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
    then follow its own last weeks, shrunk towards its longer past.

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
    _effects: EffectTable | None

    def __init__(
        self,
        *,
        half_life: float = 500.0,
        level_half_life: float = 15.0,
        level_half_life_new_year: float = 40.0,
        enrolment_exponent: float = 0.9,
        enrolment_lead_days: int = 0,
        strikes_announced: bool = False,
        lead_days: int = 15,
        calibration_periods: int = 6,
    ) -> None:
        self.half_life = half_life
        self.level_half_life = level_half_life
        self.level_half_life_new_year = level_half_life_new_year
        self.enrolment_exponent = enrolment_exponent
        self.enrolment_lead_days = enrolment_lead_days
        self.strikes_announced = strikes_announced
        self.lead_days = lead_days
        self.calibration_periods = calibration_periods

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
            Where fewer than 200 rows are known by then; the message names the range.
        """
        day = to_day(until)
        key = (id(city), repr(self.get_params()))
        if getattr(self, "_learned_for", None) != key:
            # The past forecasts of one fit serve the next: a backtest learns each day once.
            self._learned_for, self._city, self._learned = key, city, {}
        self.fitted_ = self._learn(city, day)
        self.sources_ = describe(self._known_rows(city, day), city, day)
        self._effects = None
        self.calibration_ = self._calibrate(city, day)
        return self

    def predict(self, rows: Rows, coverage: float = 0.9) -> Forecast:
        """Forecast canteens and days.

        Parameters
        ----------
        rows : Rows
            From ``City.calendar_rows``.
        coverage : float
            Share of days that the interval should hold, above 0 and below 1.

        Returns
        -------
        Forecast
            Meals, interval and contributions, a row each.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ForecastError
            Where the coverage is outside its range, a row is not after the data, or the rows are of
            a city with other canteens or school years.
        """
        self._check_is_fitted()
        if not 0 < coverage < 1:
            raise ForecastError(
                f"coverage={coverage}: give a share above 0 and below 1, such as 0.9"
            )
        if len(rows) and rows.date.min() <= self.fitted_.until:
            raise ForecastError(
                f"the rows begin on {rows.date.min()}, and the data end on {self.fitted_.until}: "
                "forecast days after the data"
            )
        self._check_city(rows.city)
        contributions = self._contributions(self.fitted_, rows)
        meals = np.exp(sum(contributions.values(), start=np.zeros(len(rows))))
        lower, upper = self.calibration_.interval(meals, coverage)
        return Forecast(
            rows=rows,
            meals=meals,
            lower=lower,
            upper=upper,
            coverage=coverage,
            until=self.fitted_.until,
            contributions=MappingProxyType(contributions),
            calibration=self.calibration_,
        )

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
                found.design,
                found.effects,
                standard_errors(
                    found.design,
                    found.target - found.mean,
                    found.weight * found.robust,
                    found.effects,
                ),
                self._city.canteens,
            )
        return self._effects

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the settings, and what was learned as immutable parts; ``from_state`` undoes it.

        Returns
        -------
        settings : dict of str to object
            Parameters of the forecaster.
        parts : dict of str to object
            ``fitted``, ``calibration``, ``sources`` and ``effects``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        self._check_is_fitted()
        return self.get_params(), {
            "fitted": self.fitted_, "calibration": self.calibration_, "sources": self.sources_,
            "effects": self.effects(),
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
        self.fitted_, self.calibration_ = parts["fitted"], parts["calibration"]
        self.sources_, self._effects = parts["sources"], parts["effects"]
        fitted, past, table = self.fitted_, self.calibration_, self._effects
        count = len(fitted.canteens)
        shapes = {
            "level": (fitted.level.shape, (count,)),
            "level_new": (fitted.level_new.shape, (count,)),
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

    def _check_city(self, city: City) -> None:
        """Refuse a city whose canteens or school years are not those of the fit."""
        fitted, years = self.fitted_, city.calendar.years
        if city.canteens != fitted.canteens:
            raise ForecastError(
                f"the rows are of a city of {len(city.canteens)} canteens that are not the "
                f"{len(fitted.canteens)} learned, in their order: fit on that city"
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
            raise DateError(
                f"only {len(table)} rows of attendance are known on {until}, where {MIN_ROWS} are "
                f"needed: the attendance runs from {first} to {last}"
            )
        rows = Rows(city, table.canteen, table.date)
        year = city.calendar.year_index(table.date[[0, -1]])
        first_year, years = int(year[0]), int(year[1] - year[0]) + 1
        columns = design(rows, first_year, years)
        offset = self.enrolment_exponent * self._log_enrolment(rows, until)
        target = np.log(table.meals) - offset
        mean = float(np.mean(target))
        size = np.exp(offset)
        age = (until - table.date).astype(np.float64)
        weight = 0.5 ** (age / self.half_life) * (size / size.mean()) ** 0.7
        effects, robust = solve(columns, target - mean, weight)
        return _Regression(table, columns, target, mean, weight, effects, robust, first_year, years)

    def _learn_anew(self, city: City, until: np.datetime64) -> Fitted:
        found = self._regress(city, until)
        table, target, mean, robust = found.table, found.target, found.mean, found.robust
        canteens = len(city.canteens)
        # Levels and weekday profiles follow the last service days of each canteen.
        terms = found.effects.terms(found.design)
        level = terms.pop("niveau")
        rest = target - sum(terms.values())
        days = np.unique(table.date)
        service_age = len(days) - 1 - np.searchsorted(days, table.date)

        def recent(half_life: float) -> tuple[Floats, Floats]:
            return _weighted_mean(
                robust * 0.5 ** (service_age / half_life), table.canteen, canteens, rest
            )

        longer, seen = recent(100.0)
        longer = np.where(seen > 0, longer, mean)
        levels = []
        for half_life in (self.level_half_life, self.level_half_life_new_year):
            latest, mass = recent(half_life)
            levels.append((mass * latest + 3.0 * longer) / (mass + 3.0))
        day = _slot(table.date)
        profile, mass = _weighted_mean(
            robust * 0.5 ** (service_age / 60.0),
            table.canteen * SLOTS + day,
            canteens * SLOTS,
            rest - mean - level,
        )
        profile = (profile * mass / (mass + 5.0)).reshape(canteens, SLOTS)
        profile[:, :4] -= profile[:, :4].mean(axis=1, keepdims=True)
        return Fitted(
            until=until,
            canteens=city.canteens,
            exponent=self.enrolment_exponent,
            level=levels[0],
            level_new=levels[1],
            profile=profile,
            effects=found.effects,
            first_year=found.first_year,
            years=found.years,
            first_year_name=city.calendar.years[found.first_year].name,
        )

    def _contributions(self, fitted: Fitted, rows: Rows) -> dict[str, Floats]:
        contributions: dict[str, Floats] = {name: np.zeros(len(rows)) for name in TERMS}
        contributions |= fitted.effects.terms(design(rows, fitted.first_year, fitted.years))
        contributions["effectif"] = fitted.exponent * self._log_enrolment(rows, fitted.until)
        new = rows.city.calendar.year_index(rows.date) >= fitted.first_year + fitted.years
        contributions["niveau"] = np.where(
            new, fitted.level_new[rows.canteen], fitted.level[rows.canteen]
        )
        contributions["jour"] = (
            contributions["jour"] + fitted.profile[rows.canteen, _slot(rows.date)]
        )
        if not self.strikes_announced:
            contributions["greve"] = np.zeros(len(rows))
        return contributions

    def _calibrate(self, city: City, until: np.datetime64) -> Calibration:
        """Forecast the last teaching periods before ``until`` as if on their day, and keep the errors."""
        known = self._known_rows(city, until)
        forecasts: list[Floats] = []
        tables: list[Attendance] = []
        for period in reversed(periods(known.date)):
            if len(forecasts) >= self.calibration_periods:
                break
            try:
                fitted = self._learn(city, period.until(self.lead_days))
            except DateError:
                break
            inside = known.select((known.date >= period.start) & (known.date <= period.end))
            inside = inside.select(~np.isin(inside.date, city.calendar.strikes))
            rows = Rows(city, inside.canteen, inside.date)
            contributions: Mapping[str, Floats] = self._contributions(fitted, rows)
            forecasts.append(np.exp(sum(contributions.values(), start=np.zeros(len(rows)))))
            tables.append(inside)
        if not forecasts:
            return Calibration(np.array([]), np.array([]))
        return Calibration(
            np.concatenate(forecasts),
            np.concatenate([table.meals for table in tables]),
            np.concatenate([table.date for table in tables]),
            np.concatenate([table.canteen for table in tables]),
        )


def _slot(days: npt.NDArray[np.datetime64]) -> Ints:
    return np.array([0, 1, 4, 2, 3, 4, 4])[weekday(days)]


def _weighted_mean(weight: Floats, group: Ints, count: int, value: Floats) -> tuple[Floats, Floats]:
    mass: Floats = np.bincount(group, weight, count).astype(np.float64)
    return np.bincount(group, weight * value, count) / np.maximum(mass, 1e-300), mass
