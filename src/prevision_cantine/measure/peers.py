"""The plain baselines, each made as if on its day, with orders and intervals from its own past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs
import numpy as np

from prevision_cantine.arrays import Floats
from prevision_cantine.calendar.periods import Period, periods, weeks
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Attendance
from prevision_cantine.json_value import JsonValue
from prevision_cantine.measure.baselines import Table, last_year, weekday_mean
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.learning import is_enough, known_rows
from prevision_cantine.model.past_forecasts import width_after
from prevision_cantine.plain_values import first_few
from prevision_cantine.uncertainty.intervals import Calibration

MEMORY = np.timedelta64(400, "D")  # neither baseline reads anything older
BASELINES: dict[str, Callable[[Table, Table], Floats]] = {
    "weekday_mean": weekday_mean, "last_year": last_year,
}  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class PastForecasts(JsonValue):
    """What one forecaster said of each row.

    Parameters
    ----------
    meals, lower, upper, ordered : ndarray of float, shape (n,)
        Forecast, its bounds and the order for the shortage asked; NaN where there is none.
    """

    meals: Floats = attrs.field(repr=False)
    lower: Floats = attrs.field(repr=False)
    upper: Floats = attrs.field(repr=False)
    ordered: Floats = attrs.field(repr=False)

    def __repr__(self) -> str:
        """Show the first forecasts."""
        return f"<PastForecasts of {len(self.meals)} rows: meals={first_few([f'{x:.0f}' for x in self.meals[:4]])}>"

    @classmethod
    def unknown(cls, count: int) -> PastForecasts:
        """Return forecasts that are still to be filled in.

        Parameters
        ----------
        count : int
            Rows.

        Returns
        -------
        PastForecasts
            All NaN.
        """
        return cls(**{field.name: np.full(count, np.nan) for field in attrs.fields(cls)})

    def select(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> PastForecasts:
        """Return those of some rows.

        Parameters
        ----------
        keep : ndarray of bool, shape (n,)
            A mask.

        Returns
        -------
        PastForecasts
            Those rows.
        """
        return PastForecasts(
            **{field.name: getattr(self, field.name)[keep] for field in attrs.fields(type(self))}
        )


class Baselines:
    """The baselines of a city, forecast from any day of its past.

    Their orders and intervals come from their own errors over the same past periods, or weeks, as
    those that calibrate the model: what differs between them and it is the forecast alone.

    Parameters
    ----------
    city : City
        The city.
    model : CanteenForecaster
        Whose ``lead_days``, ``step``, ``calibration_periods`` and ``enrolment_lead_days`` count.
    last : datetime64[D]
        Last day of which anything will be used.
    """

    def __init__(self, city: City, model: CanteenForecaster, last: np.datetime64) -> None:
        self._city, self._model = city, model
        self._served = known_rows(city, last)
        # What one origin finds out of the past serves the next.
        self._past: dict[tuple[np.datetime64, np.datetime64], _Past | None] = {}
        self._spans: dict[tuple[np.datetime64, np.datetime64], list[Period]] = {}

    def known(self, until: np.datetime64) -> Attendance:
        """Return the rows known on a day."""
        return self._served.select(self._served.date <= until)

    def forecast(self, name: str, rows: Rows, until: np.datetime64) -> Floats:
        """Return the meals that a baseline forecasts from what is known on a day.

        As a manager would, it leaves exceptional spans out, and goes by them alone on their days.
        """
        known, known_on = self.known(until), until + self._model.enrolment_lead_days
        apart = self._city.is_exceptional(Rows(self._city, known.canteen, known.date))
        asked = self._city.is_exceptional(rows)
        result = np.full(len(rows), np.nan)
        for exceptional in np.unique(asked).tolist():
            past = known.select(apart == exceptional)
            past = past if len(past) else known
            past = past.select(past.date > past.date[-1] - MEMORY)
            here = rows.select(asked == exceptional)
            before, now = (
                self._city.enrolled(one.canteen, one.date, known_on) for one in (past, here)
            )
            result[asked == exceptional] = BASELINES[name](
                Table(past.canteen, past.date, before, past.meals),
                Table(here.canteen, here.date, now),
            )
        return result

    def calibrated(
        self, rows: Rows, until: np.datetime64, coverage: float, shortage: float
    ) -> dict[str, PastForecasts]:
        """Return what the baselines say of rows from what is known on a day.

        Parameters
        ----------
        rows : Rows
            Rows to forecast.
        until : datetime64[D]
            Last day of which anything is used; something is known by then.
        coverage, shortage : float
            Of the intervals and of the orders.

        Returns
        -------
        dict of str to PastForecasts
            By baseline, a row each.
        """
        known = self.known(until)
        count = self._model.calibration_periods
        width = width_after(len(np.unique(known.date))) if count else 0.0
        past: list[_Past] = []
        for span in self._past_spans(known, count):
            one = self._as_if(span)
            if one is None:  # too little, so far back
                break
            past.append(one)
        found = {}
        for name in BASELINES:
            calibration = _calibration(past, name, width)
            found[name] = said = PastForecasts.unknown(len(rows))
            said.meals[:] = self.forecast(name, rows, until)
            if not calibration.is_short or calibration.width:
                said.lower[:], said.upper[:] = calibration.interval(said.meals, coverage)
                said.ordered[:] = calibration.order(said.meals, shortage)
        return found

    def _as_if(self, span: Period) -> _Past | None:
        """Return the forecasts of a past span, strike days and exceptional ones left out."""
        day = span.until(self._model.lead_days)
        if (day, span.end) not in self._past:
            one = None
            if is_enough(self.known(day)):
                date = self._served.date
                table = self._served.select((date >= span.start) & (date <= span.end))
                every = Rows(self._city, table.canteen, table.date)
                usual = ~self._city.is_struck(every) & ~self._city.is_exceptional(every)
                rows = every.select(usual)
                forecasts = {name: self.forecast(name, rows, day) for name in BASELINES}
                one = _Past(table.select(usual), forecasts)
            self._past[day, span.end] = one
        return self._past[day, span.end]

    def _past_spans(self, known: Attendance, count: int) -> Iterator[Period]:
        """Give the last periods, or their weeks, from the last one back."""
        for period in list(reversed(periods(known.date)))[:count]:
            if self._model.step == "period":
                yield period
                continue
            key = (period.start, period.end)
            if key not in self._spans:
                here = (known.date >= period.start) & (known.date <= period.end)
                self._spans[key] = weeks(known.date[here])
            yield from reversed(self._spans[key])


@attrs.frozen(eq=False)
class _Past:
    """A past span: what was served, and what each baseline forecast."""

    table: Attendance
    forecasts: Mapping[str, Floats]


def _calibration(past: Sequence[_Past], name: str, width: float) -> Calibration:
    """Return what past forecasts of a baseline say of the errors to come."""
    if not past:
        return Calibration(np.array([]), np.array([]), width=width)
    actual, date, canteen = (
        np.concatenate([getattr(one.table, field) for one in past])
        for field in ("meals", "date", "canteen")
    )
    forecast = np.concatenate([one.forecasts[name] for one in past])
    return Calibration(forecast, actual, date, canteen, width=width)
