"""Forecast the past as if on its day, and measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from tqdm import tqdm

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import to_day
from prevision_cantine.calendar.periods import periods, weeks
from prevision_cantine.city.city import City, Rows
from prevision_cantine.decide.ordering import order
from prevision_cantine.errors import DateError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.read_only import read_only
from prevision_cantine.uncertainty.intervals import check_share
from prevision_cantine.uncertainty.measures import excess, shortage, wape

# The columns of the forecast with the agents' drafts.
ASSISTED = {
    "meals": "prevision_assistee", "lower": "assistee_basse", "upper": "assistee_haute",
    "ordered": "commande_assistee",
}  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class Backtest:
    """Forecasts of the past, a row each canteen and day that was served.

    Parameters
    ----------
    rows : Rows
        Canteens and days.
    last_known : ndarray of datetime64[D], shape (n,)
        Last day of which the forecast of the row used anything.
    actual, agents, meals, lower, upper, ordered : ndarray of float, shape (n,)
        Meals served, ordered by the agents (NaN where unknown), forecast, its bounds, and the
        order for the shortage asked.
    strike : ndarray of bool, shape (n,)
        Strike days.
    assisted : mapping of str to ndarray, shape (n,)
        Where the agents' orders were given as drafts: ``meals``, ``lower``, ``upper`` and
        ``ordered`` of the forecast with them; otherwise empty.
    """

    rows: Rows = attrs.field(repr=False)
    last_known: Days = attrs.field(repr=False)
    actual: Floats = attrs.field(repr=False)
    agents: Floats = attrs.field(repr=False)
    meals: Floats = attrs.field(repr=False)
    lower: Floats = attrs.field(repr=False)
    upper: Floats = attrs.field(repr=False)
    ordered: Floats = attrs.field(repr=False)
    strike: npt.NDArray[np.bool_] = attrs.field(repr=False)
    assisted: Mapping[str, Floats] = attrs.field(factory=dict, converter=read_only, repr=False)

    def scores(self, *, strikes: bool) -> dict[str, dict[str, float]]:
        """Return the figures of the model and of the agents, on the rows that both have.

        Parameters
        ----------
        strikes : bool
            Whether strike days count.

        Returns
        -------
        dict of str to dict of str to float
            ``model``, ``assisted`` where there is such a forecast, and ``agents``: ``wape``,
            ``excess``, ``shortage`` and, but for the agents, ``coverage``; shares. Excess and
            shortage of a forecast are those of its orders.
        """
        keep = np.isfinite(self.agents) & (self.agents > 0)
        if not strikes:
            keep &= ~self.strike
        if not keep.any():
            return {}
        actual, agents = self.actual[keep], self.agents[keep]
        own = {name: getattr(self, name) for name in ("meals", "lower", "upper", "ordered")}
        forecasts = {"model": own} | ({"assisted": self.assisted} if self.assisted else {})
        found = {}
        for who, columns in forecasts.items():
            held = (columns["lower"][keep] <= actual) & (actual <= columns["upper"][keep])
            found[who] = {
                "wape": wape(columns["meals"][keep], actual),
                "excess": excess(columns["ordered"][keep], actual),
                "shortage": shortage(columns["ordered"][keep], actual),
                "coverage": float(held.mean()),
            }
        found["agents"] = {
            "wape": wape(agents, actual),
            "excess": excess(agents, actual),
            "shortage": shortage(agents, actual),
        }
        return found

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return what there is of each row, by the name of its column in a table.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            The last day used, meals served and ordered by the agents, forecast, bounds and order,
            and the same of the forecast with the agents' drafts where there is one.
        """
        found = {
            "derniere_donnee": self.last_known, "reel": self.actual, "prevision_agents": self.agents,
            "prevision": self.meals, "borne_basse": self.lower, "borne_haute": self.upper,
            "commande": self.ordered,
        }  # fmt: skip
        helped = {
            name: self.assisted[key] for key, name in ASSISTED.items() if key in self.assisted
        }
        return found | helped

    def to_csv(self, path: str | Path) -> None:
        """Write one row a canteen and day, the file whole or not at all.

        The columns are those of ``columns``, after ``cantine`` and ``date``.

        Parameters
        ----------
        path : str or Path
            File.
        """
        text = [
            values.astype(str).tolist() if values.dtype.kind == "M"
            else ["" if np.isnan(x) else f"{x:.2f}".removesuffix(".00") for x in values]
            for values in self.columns().values()
        ]  # fmt: skip
        keys, names = self.rows.key_texts()
        lines = ([*name, *cells] for name, *cells in zip(names, *text, strict=True))
        write_csv(path, (*keys, *self.columns()), lines)


def backtest(
    city: City,
    start: str | dt.date,
    end: str | dt.date,
    *,
    lead_days: int = 15,
    shortage: float = 0.01,
    coverage: float = 0.9,
    step: str = "period",
    assisted: bool = False,
    forecaster: CanteenForecaster | None = None,
) -> Backtest:
    """Forecast each teaching period, or each week, of a span at once, as if on its day.

    Parameters
    ----------
    city : City
        The city.
    start, end : str or datetime.date
        First and last day, both included.
    lead_days : int
        Days between the last day used and the first day forecast, 1 to 365.
    shortage : float
        Share of missing meals that the orders aim at.
    coverage : float
        Share of days that the intervals should hold.
    step : {"period", "week"}
        What is forecast at once: a run of service days with no gap of more than 8 days, or a week.
    assisted : bool
        Whether to forecast a second time with the agents' orders of each row given as their draft.
    forecaster : CanteenForecaster, optional
        The forecaster; the default one where none is given.

    Returns
    -------
    Backtest
        Forecasts and what was served. Orders and intervals rest on past forecasts that end before
        the last day used.

    Raises
    ------
    DateError, ForecastError
        Where the span is reversed or has no served row, too little is known before it, or a number
        is outside its range.
    """
    model = clone(forecaster or CanteenForecaster()).set_params(lead_days=lead_days, step=step)
    model.check_parameters()
    check_share("shortage", shortage)
    rows, table = city.served_rows(start, end)
    if not len(rows):
        first, last = city.attendance.date[0], city.attendance.date[-1]
        raise DateError(
            f"no meal was served from {to_day(start)} to {to_day(end)}: the attendance runs from {first} to {last}"
        )
    spans = periods(rows.date) if step == "period" else weeks(rows.date)
    count = len(rows)
    names = tuple(ASSISTED)
    alone, helped = ({name: np.full(count, np.nan) for name in names} for _ in range(2))
    last_known = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    for span in tqdm(spans, unit=f" {step}s", delay=2, disable=None):
        until = span.until(lead_days)
        inside = (rows.date >= span.start) & (rows.date <= span.end)
        model.fit(city, until)
        here = rows.select(inside)
        kinds: list[tuple[dict[str, Floats], Floats | None]] = [(alone, None)]
        if assisted:
            agents = table.agents[inside]
            kinds.append((helped, np.where(agents > 0, agents, np.nan)))
        for columns, draft in kinds:
            forecast = model.predict(here, coverage, draft=draft)
            for name in names[:3]:
                columns[name][inside] = getattr(forecast, name)
            columns["ordered"][inside] = order(forecast, shortage=shortage)
        last_known[inside] = until
    return Backtest(
        rows=rows, last_known=last_known, actual=table.meals, agents=table.agents, **alone,
        strike=np.isin(rows.date, city.calendar.strikes), assisted=helped if assisted else {},
    )  # fmt: skip
