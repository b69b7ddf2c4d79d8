"""The plain baselines, each made as if on its day, with orders and intervals from its own past."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from prevision_cantine.arrays import Floats
from prevision_cantine.calendar.periods import Period, periods, weeks
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Attendance
from prevision_cantine.measure.baselines import Table, last_year, weekday_mean
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.learning import is_enough, known_rows
from prevision_cantine.model.past_forecasts import width_after
from prevision_cantine.uncertainty.intervals import Calibration

MEMORY = np.timedelta64(400, "D")  # neither baseline reads anything older
BASELINES: dict[str, Callable[[Table, Table], Floats]] = {
    "weekday_mean": weekday_mean, "last_year": last_year,
}  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class PastForecasts:
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

    @classmethod
    def unknown(cls, count: int) -> PastForecasts:
        """Return forecasts of a number of rows that are still to be filled in."""
        return cls(**{field.name: np.full(count, np.nan) for field in attrs.fields(cls)})

    def select(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> PastForecasts:
        """Return those of some rows."""
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
        self._past: dict[tuple[str, np.datetime64, np.datetime64], Floats] = {}

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
        self, name: str, rows: Rows, until: np.datetime64, coverage: float, shortage: float
    ) -> PastForecasts:
        """Return what a baseline says of rows from what is known on a day.

        Parameters
        ----------
        name : {"weekday_mean", "last_year"}
            The baseline.
        rows : Rows
            Rows to forecast.
        until : datetime64[D]
            Last day of which anything is used; something is known by then.
        coverage, shortage : float
            Of the intervals and of the orders.

        Returns
        -------
        PastForecasts
            A row each.
        """
        meals = self.forecast(name, rows, until)
        found = PastForecasts.unknown(len(rows))
        found.meals[:] = meals
        calibration = self._calibration(name, until)
        if not calibration.is_short or calibration.width:
            found.lower[:], found.upper[:] = calibration.interval(meals, coverage)
            found.ordered[:] = calibration.order(meals, shortage)
        return found

    def _calibration(self, name: str, until: np.datetime64) -> Calibration:
        known = self.known(until)
        count = self._model.calibration_periods
        width = width_after(len(np.unique(known.date))) if count else 0.0
        tables: list[Attendance] = []
        forecasts: list[Floats] = []
        for span in self._past_spans(known, count):
            day = span.until(self._model.lead_days)
            if not is_enough(self.known(day)):  # too little, so far back
                break
            here = (known.date >= span.start) & (known.date <= span.end)
            every = Rows(self._city, known.canteen[here], known.date[here])
            usual = ~self._city.is_struck(every) & ~self._city.is_exceptional(every)
            key = (name, day, span.end)
            if key not in self._past:
                self._past[key] = self.forecast(name, every.select(usual), day)
            tables.append(known.select(here).select(usual))
            forecasts.append(self._past[key])
        if not tables:
            return Calibration(np.array([]), np.array([]), width=width)
        actual, date, canteen = (
            np.concatenate([getattr(table, field) for table in tables])
            for field in ("meals", "date", "canteen")
        )
        return Calibration(np.concatenate(forecasts), actual, date, canteen, width=width)

    def _past_spans(self, known: Attendance, count: int) -> Iterator[Period]:
        """Give the last periods, or their weeks, from the last one back."""
        for period in list(reversed(periods(known.date)))[:count]:
            if self._model.step == "period":
                yield period
            else:
                here = (known.date >= period.start) & (known.date <= period.end)
                yield from reversed(weeks(known.date[here]))
