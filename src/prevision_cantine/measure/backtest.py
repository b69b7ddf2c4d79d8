"""Forecast the past as if on its day, and measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from prevision_cantine.arrays import Bools, Days, Floats
from prevision_cantine.calendar.days import to_day
from prevision_cantine.calendar.periods import periods, weeks
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Attendance
from prevision_cantine.decide.ordering import order
from prevision_cantine.errors import DateError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.json_value import JsonValue
from prevision_cantine.measure.ahead import Note, terms_of_the_past, undated_variables
from prevision_cantine.measure.comparison import GROUPINGS, Comparison, compared
from prevision_cantine.measure.peers import BASELINES, Baselines, PastForecasts
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.naming import NO_WORDS, Words
from prevision_cantine.model.terms import default_terms
from prevision_cantine.read_only import read_only
from prevision_cantine.uncertainty.intervals import check_share
from prevision_cantine.uncertainty.measures import shortage as share_missing
from prevision_cantine.words.catalogue import Count, Phrase

YEAR = np.timedelta64(364, "D")  # of the last days, that are measured where no span is asked for
FIELDS = ("meals", "lower", "upper")
# What the columns of each other forecaster are called in a table.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "assisted": {
        "meals": "prevision_assistee", "lower": "assistee_basse", "upper": "assistee_haute",
        "ordered": "commande_assistee",
    },
    "weekday_mean": {"meals": "moyenne_du_jour", "ordered": "commande_moyenne_du_jour"},
    "last_year": {"meals": "annee_precedente", "ordered": "commande_annee_precedente"},
}  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class Backtest(JsonValue):
    """Forecasts of the past, a row each series and day that was served.

    Parameters
    ----------
    rows : Rows
        Series and days.
    last_known : ndarray of datetime64[D], shape (n,)
        Last day of which the forecast of the row used anything.
    actual, agents : ndarray of float, shape (n,)
        Meals served, and ordered by the agents (NaN where unknown).
    strike : ndarray of bool, shape (n,)
        Strike days.
    forecasts : mapping of str to PastForecasts
        ``model``; ``assisted``, with the agents' orders as drafts, where asked for;
        ``weekday_mean`` and ``last_year``, the plain baselines.
    usual : ndarray of float, shape (n,)
        Meals that the model had as usual for the series and weekday.
    added : mapping of str to ndarray, shape (n,)
        Meals that each other term of the model added to them.
    words : Words
        What the city's own terms are called.
    lead_days, step, shortage, coverage
        What ``backtest`` was asked.
    notes : tuple of Note
        What else is to be known.
    """

    rows: Rows = attrs.field(repr=False)
    last_known: Days = attrs.field(repr=False)
    actual: Floats = attrs.field(repr=False)
    agents: Floats = attrs.field(repr=False)
    strike: Bools = attrs.field(repr=False)
    forecasts: Mapping[str, PastForecasts] = attrs.field(converter=read_only, repr=False)
    usual: Floats = attrs.field(repr=False)
    added: Mapping[str, Floats] = attrs.field(converter=read_only, repr=False)
    words: Words = attrs.field(default=NO_WORDS, repr=False)
    lead_days: int
    step: str
    shortage: float
    coverage: float
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    @property
    def model(self) -> PastForecasts:
        """The forecasts of the model."""
        return self.forecasts["model"]

    @property
    def origins(self) -> int:
        """From how many days forecasts were made."""
        return len(np.unique(self.last_known))

    @property
    def ordered_by_agents(self) -> Bools:
        """The rows of which an order of the agents is known."""
        return np.asarray(np.isfinite(self.agents) & (self.agents > 0))

    def compare(
        self, by: str = "all", *, strikes: bool = False, agents: bool | None = None
    ) -> Comparison:
        """Return the figures of all forecasters, on the same rows.

        Parameters
        ----------
        by : {"all", "series", "month", "weekday"}
            Groups.
        strikes : bool
            Whether strike days count. They do where there is no other day.
        agents : bool, optional
            Whether the agents are compared, on the rows of which an order of theirs is known; by
            default where there is any.

        Returns
        -------
        Comparison
            Excess at equal shortage is compared at the agents' shortage where they are compared,
            and else at the one that the orders aim at.

        Raises
        ------
        ParameterError
            Where ``by`` is no grouping.
        """
        usual = ~self.strike
        strikes = strikes or not usual.any()
        keep = np.ones(len(self), dtype=bool) if strikes else usual
        ordered = keep & self.ordered_by_agents
        with_agents = bool(ordered.any()) if agents is None else agents and bool(ordered.any())
        keep = ordered if with_agents else keep
        forecasts = {who: one.select(keep) for who, one in self.forecasts.items()}
        at_shortage = self.shortage
        if with_agents:
            said = self.agents[keep]
            none = np.full(len(said), np.nan)
            forecasts["agents"] = PastForecasts(meals=said, lower=none, upper=none, ordered=said)
            at_shortage = share_missing(said, self.actual[keep])
        return compared(
            self.actual[keep], self.rows.date[keep], self.rows.names[keep], forecasts,
            by=by, at_shortage=at_shortage, strikes=strikes,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values, that go to JSON.

        Returns
        -------
        dict
            What was asked; the comparison over all rows and by series, month and weekday, without
            strike days; with them where there are some; and without the agents where they ordered
            for a part of the rows.
        """
        found: dict[str, Any] = {
            "first": str(self.rows.date.min()), "last": str(self.rows.date.max()),
            "rows": len(self), "series": len(np.unique(self.rows.canteen)),
            "days": len(np.unique(self.rows.date)), "origins": self.origins,
            "lead_days": self.lead_days, "step": self.step, "shortage": self.shortage,
            "coverage": self.coverage, "notes": [note.to_dict() for note in self.notes],
        }  # fmt: skip
        found |= {by: self.compare(by).to_dict() for by in GROUPINGS}
        if self.strike.any():
            found["with_strikes"] = self.compare(strikes=True).to_dict()
        if any(note.code == "orders" for note in self.notes):
            found["without_agents"] = self.compare(agents=False).to_dict()
        return found

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return what there is of each row, by the name of its column in a table.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            The last day used, meals served and ordered by the agents, forecast, bounds and order,
            and those of the other forecasters.
        """
        found = {
            "derniere_donnee": self.last_known, "reel": self.actual, "prevision_agents": self.agents,
            "prevision": self.model.meals, "borne_basse": self.model.lower,
            "borne_haute": self.model.upper, "commande": self.model.ordered,
        }  # fmt: skip
        for who, names in COLUMNS.items():
            if who in self.forecasts:
                found |= {
                    name: getattr(self.forecasts[who], field) for field, name in names.items()
                }
        return found

    def to_csv(self, path: str | Path) -> None:
        """Write one row a series and day, the file whole or not at all.

        The columns are those of ``columns``, after ``cantine``, ``service`` where there are several,
        and ``date``.

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
    start: str | dt.date | None = None,
    end: str | dt.date | None = None,
    *,
    lead_days: int = 15,
    shortage: float = 0.01,
    coverage: float = 0.9,
    step: str = "period",
    assisted: bool = False,
    forecaster: CanteenForecaster | None = None,
) -> Backtest:
    """Forecast each teaching period, or each week, of a span at once, as if on its day.

    The model is forecast beside the mean of series and weekday, the same week of last year, and the
    agents where their orders are known. Each sees what was known ``lead_days`` before the first day
    of its period or week, and nothing later: attendance ends there, enrolments, head counts,
    variables and announced absences count from the day on which they were known. An event of the
    city's calendar does not count before its day unless ``connu`` in ``ville.toml`` says that it was
    known; holidays, observances and menus are taken as published ahead, and strikes as ordinary days.

    Parameters
    ----------
    city : City
        The city.
    start, end : str or datetime.date, optional
        First and last day, both included. Without them, the last 52 weeks of the attendance, or
        what can be forecast of them.
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
        Where too few of their past orders are known to learn from, it is the model alone.
    forecaster : CanteenForecaster, optional
        The forecaster; the default one where none is given.

    Returns
    -------
    Backtest
        Forecasts and what was served. Orders and intervals rest on past forecasts that end before
        the last day used; without such forecasts they are wide, and NaN with
        ``calibration_periods=0``.

    Raises
    ------
    DateError, ForecastError
        Where the span is reversed or has no served row, nothing at all is known in time, or a
        number is outside its range.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> result = backtest(make_city(seed=0, canteens=5, years=2), "2022-05-01", "2022-06-10")
    >>> found = result.compare().scores
    >>> list(found)
    ['model', 'weekday_mean', 'last_year', 'agents']
    >>> bool(found["model"].wape[0] < found["weekday_mean"].wape[0])
    True
    """
    model = (forecaster or CanteenForecaster()).unfitted()
    model.set_params(lead_days=lead_days, step=step)
    model.check_parameters()
    check_share("shortage", shortage)
    check_share("coverage", coverage, such_as=0.9)
    rows, table, left_out = _wanted(city, start, end, lead_days)
    spans = periods(rows.date) if step == "period" else weeks(rows.date)
    terms = tuple(model.terms or default_terms(city))
    events: tuple[str, ...] = ()
    if model.terms is None:
        terms, events = terms_of_the_past(city, terms)
        if events:
            model.set_params(terms=terms)
    count = len(rows)
    own = ("model", "assisted") if assisted else ("model",)
    found = {who: PastForecasts.unknown(count) for who in (*own, *BASELINES)}
    usual = np.full(count, np.nan)
    added: dict[str, Floats] = {}
    words = NO_WORDS
    last_known = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    plain = Baselines(city, model, rows.date.max())
    for span in tqdm(spans, unit=f" {step}s", delay=2, disable=None):
        until = span.until(lead_days)
        inside = (rows.date >= span.start) & (rows.date <= span.end)
        here = rows.select(inside)
        forecast = model.fit(city, until).predict(here, coverage)
        _fill(found["model"], inside, forecast, shortage)
        words = forecast.words
        usual[inside], parts = forecast.in_meals()
        for name, values in parts.items():
            added.setdefault(name, np.zeros(count))[inside] = values
        if assisted:
            said = table.agents[inside]
            if model.assisted_ is not None:
                draft = np.where(said > 0, said, np.nan)
                forecast = model.predict(here, coverage, draft=draft)
            _fill(found["assisted"], inside, forecast, shortage)
        for who, plainly in plain.calibrated(here, until, coverage, shortage).items():
            for field in attrs.fields(PastForecasts):
                getattr(found[who], field.name)[inside] = getattr(plainly, field.name)
        last_known[inside] = until
    result = Backtest(
        rows=rows, last_known=last_known, actual=table.meals, agents=table.agents,
        strike=city.is_struck(rows), forecasts=found, usual=usual, added=added, words=words,
        lead_days=lead_days, step=step, shortage=shortage, coverage=coverage,
    )  # fmt: skip
    return attrs.evolve(
        result,
        notes=tuple(_notes(result, model, events, undated_variables(city, tuple(terms)), left_out)),
    )


def _wanted(
    city: City, start: str | dt.date | None, end: str | dt.date | None, lead_days: int
) -> tuple[Rows, Attendance, int]:
    """Return the rows to forecast, what was served, and of how many nothing was known in time."""
    every = Rows(city, city.attendance.canteen, city.attendance.date)
    taught = every.date[city.is_taught(every)]
    if not len(taught):
        raise DateError("no_known_year")
    first, last = taught.min(), taught.max()
    stop = last if end is None else to_day(end)
    begin = max(min(stop, last) - YEAR + 1, first) if start is None else to_day(start)
    rows, table = city.served_rows(begin, stop)
    keep = city.is_taught(rows)
    if not keep.any():
        raise DateError("nothing_served", start=begin, end=stop, first=first, last=last)
    rows, table = rows.select(keep), table.select(keep)
    in_time = rows.date - np.timedelta64(lead_days, "D") >= first
    if not in_time.any():
        longest = int((rows.date.max() - first).astype(np.int64))
        remedy = Phrase.of("parts.later_days")
        if longest >= 1:
            remedy = Phrase.of("parts.shorter_lead", lead=Count(longest, "day"))
        raise DateError(
            "no_meal_known", lead=Count(lead_days, "day"), begin=str(begin), stop=str(stop),
            first=str(first), remedy=remedy,
        )  # fmt: skip
    return rows.select(in_time), table.select(in_time), int((~in_time).sum())


def _fill(found: PastForecasts, inside: Bools, forecast: Forecast, shortage: float) -> None:
    """Write a forecast into its rows; no order where nothing says how far it may be off."""
    for name in FIELDS:
        getattr(found, name)[inside] = getattr(forecast, name)
    calibration = forecast.calibration
    if not calibration.is_short or calibration.width:
        found.ordered[inside] = order(forecast, shortage=shortage)


def _notes(
    result: Backtest, model: CanteenForecaster, events: tuple[str, ...],
    variables: tuple[str, ...], left_out: int,
) -> Iterable[Note]:  # fmt: skip
    """Give what is to be known of a backtest beside its figures."""
    if left_out:
        yield Note("too_early", count=left_out)
    if events:
        yield Note("events", events)
    if variables:
        yield Note("variables", variables)
    struck = np.unique(result.rows.date[result.strike])
    if len(struck) and not model.strikes_announced:
        yield Note("strikes", count=len(struck))
    apart = result.rows.city.calendar.exceptional
    apart = apart[(apart > result.last_known.min()) & (apart <= result.rows.date.max())]
    if len(apart):
        yield Note("exceptional", count=len(apart))
    ordered = int(result.ordered_by_agents.sum())
    if 0 < ordered < len(result):
        yield Note("orders", count=ordered)
