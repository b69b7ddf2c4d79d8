"""How many meals to order: by canteen, for the central kitchen, and what each caution costs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.city.city import City, Rows
from prevision_cantine.errors import CityError, ForecastError, ParameterError
from prevision_cantine.extras import needs
from prevision_cantine.files.csv_file import parse_date, parse_quantity, read_rows, write_csv
from prevision_cantine.json_value import JsonValue
from prevision_cantine.model.forecast import NINE_OF_TEN, Forecast
from prevision_cantine.plain_values import first_few, html_table, html_text, rows_of
from prevision_cantine.uncertainty.intervals import MIN_DAYS, Calibration, check_share
from prevision_cantine.uncertainty.margins import Margin, added, whole
from prevision_cantine.uncertainty.measures import excess
from prevision_cantine.uncertainty.measures import shortage as share_missing
from prevision_cantine.uncertainty.newcomers import margin_curve, quantile_widened
from prevision_cantine.uncertainty.spread import by_size
from prevision_cantine.words.catalogue import Either
from prevision_cantine.words.language import (
    counted,
    day_of_week,
    in_language,
    number,
    percent,
    phrases,
    table,
)
from prevision_cantine.words.near import names_near

# What an order with a scenario has beside its own: for people, not read again.
BESIDE = ("prevision_sans", "commande_sans", "difference", "raisons")
MOST_MEALS = 1_000_000  # of one canteen on one day
SHOWN = 3  # rows and runs that a sentence names
SHORTAGES = (0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05)

TEXTS = phrases("ordering")


@attrs.frozen(eq=False)
class KitchenOrder:
    """The order of each day's total, beside the sum of the canteens' orders.

    Parameters
    ----------
    date : ndarray of datetime64[D], shape (d,)
        Days.
    forecast, separate, together : ndarray of float, shape (d,)
        Meals forecast, the sum of the canteens' orders, and the order of the total.
    """

    date: Days = attrs.field(repr=False)
    forecast: Floats = attrs.field(repr=False)
    separate: Floats = attrs.field(repr=False)
    together: Floats = attrs.field(repr=False)

    def __repr__(self) -> str:
        """Show how many days there are, and what is ordered."""
        meals = first_few([f"{x:.0f}" for x in self.together[:4]])
        return f"<KitchenOrder of {len(self.date)} days: meals={meals}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the order as plain values that go to JSON.

        Returns
        -------
        dict
            ``days``, each with ``date``, ``forecast``, ``separate``, ``together`` and ``gain``.
        """
        return {"days": rows_of(self._columns())}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return html_table(self._columns())

    def _columns(self) -> dict[str, np.ndarray[Any, Any]]:
        return {
            "date": self.date, "forecast": self.forecast, "separate": self.separate,
            "together": self.together, "gain": self.gain,
        }  # fmt: skip

    @property
    def gain(self) -> Floats:
        """Meals that one order of the total saves each day."""
        return self.separate - self.together


@attrs.frozen(kw_only=True, eq=False)
class MarginBasis(JsonValue):
    """What the margin of an order rests on.

    Parameters
    ----------
    past : int
        Past forecasts that count.
    rows : Rows
        Those that set the margin: canteens and days with the most meals missing under it, the
        largest first; ten at most.
    forecast, served : ndarray of float, shape (m,)
        Meals forecast and served on these rows.
    share : float
        Share of all missing meals that these rows have.
    held : int
        Past forecasts so far off that they count as if at the edge of the usual.
    runs : tuple of LeftOut
        Days in a row on which a canteen was at another level, left out.
    """

    past: int
    rows: Rows = attrs.field(repr=False)
    forecast: Floats = attrs.field(repr=False)
    served: Floats = attrs.field(repr=False)
    share: float
    held: int
    runs: tuple[LeftOut, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the same as plain values, for JSON.

        Returns
        -------
        dict of str to object
            ``past``, ``share``, ``held``, ``setters`` and ``runs``, each of these a list of dicts.
        """
        setters = zip(
            self.rows.names.tolist(), self.rows.date.astype(str).tolist(), self.forecast.tolist(),
            self.served.tolist(), strict=True,
        )  # fmt: skip
        keys = ("canteen", "date", "forecast", "served")
        return {
            "past": self.past, "share": self.share, "held": self.held,
            "setters": [dict(zip(keys, one, strict=True)) for one in setters],
            "runs": [
                {**attrs.asdict(one), "first": str(one.first), "last": str(one.last)}
                for one in self.runs
            ],
        }  # fmt: skip


@attrs.frozen
class LeftOut(JsonValue):
    """Days in a row on which a canteen was far from its forecasts, on one side.

    Parameters
    ----------
    canteen : str
        Name of the series.
    first, last : datetime64[D]
        First and last of its days.
    days : int
        How many.
    factor : float
        Median of meals served over meals forecast.
    """

    canteen: str
    first: np.datetime64
    last: np.datetime64
    days: int
    factor: float


@attrs.frozen(kw_only=True, eq=False)
class Order:
    """Meals to order by canteen and day, and for the central kitchen.

    Parameters
    ----------
    rows : Rows
        Canteens and days.
    forecast, meals : ndarray of float, shape (n,)
        Meals forecast and ordered.
    tray : int
        Meals a tray.
    kitchen : KitchenOrder or None
        The order of each day's total; None where the past has too few days for one.
    past_days : int
        Days of the past forecasts that the order rests on.
    basis : MarginBasis or None
        What the margin rests on; None for an order by costs or from a file.
    """

    rows: Rows = attrs.field(repr=False)
    forecast: Floats = attrs.field(repr=False)
    meals: Floats = attrs.field(repr=False)
    tray: int
    kitchen: KitchenOrder | None = attrs.field(repr=False)
    past_days: int
    basis: MarginBasis | None = attrs.field(default=None, repr=False)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.meals)

    def to_dict(self) -> dict[str, Any]:
        """Return the order as plain values that go to JSON.

        Returns
        -------
        dict
            ``tray``, ``past_days``, ``rows`` (``cantine``, ``service`` where there is more than one,
            ``date``, ``forecast``, ``meals``), ``kitchen`` (a list of days with ``forecast``,
            ``separate``, ``together`` and ``gain``, or null) and ``basis``, of what the margin rests
            on, or null.
        """
        kitchen = None if self.kitchen is None else self.kitchen.to_dict()["days"]
        return {
            "tray": self.tray, "past_days": self.past_days,
            "rows": rows_of({**self.rows.keys(), "forecast": self.forecast, "meals": self.meals}),
            "kitchen": kitchen,
            "basis": None if self.basis is None else self.basis.to_dict(),
        }  # fmt: skip

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        """Show what it orders."""
        meals = first_few([f"{x:.0f}" for x in self.meals[:4]])
        return f"<Order of {len(self)} rows, trays of {self.tray}: meals={meals}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows."""
        return html_table({**self.rows.keys(), "forecast": self.forecast, "meals": self.meals})

    def on(self, rows: Rows) -> Floats:
        """Return the meals ordered for some rows, such as the draft of a forecast.

        Parameters
        ----------
        rows : Rows
            Canteens and days of a city with the same canteens.

        Returns
        -------
        ndarray of float, shape (n,)
            Meals; NaN where nothing is ordered.
        """
        known = dict(
            zip(
                zip(self.rows.canteen.tolist(), self.rows.date.tolist(), strict=True),
                self.meals.tolist(),
                strict=True,
            )
        )
        keys = zip(rows.canteen.tolist(), rows.date.tolist(), strict=True)
        return np.array([known.get(key) or np.nan for key in keys], dtype=np.float64)

    def to_text(self, lang: str = "fr") -> str:
        """Return the order of each day as a manager reads it.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Lines, with a row a day.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        days, place = np.unique(self.rows.date, return_inverse=True)
        total = float(self.forecast.sum())
        lines = [
            say["head"].format(
                days=counted(len(days), "day", lang),
                canteens=counted(len(np.unique(self.rows.keys()["cantine"])), "canteen", lang),
                ordered=counted(float(self.meals.sum()), "meal", lang),
                forecast=number(total, lang),
                margin=_margin(float(self.meals.sum()), total, lang),
            )
        ]
        if self.tray > 1:
            lines.append(say["trays"].format(tray=number(self.tray, lang)))
        columns = [added(place, self.forecast), added(place, self.meals)]
        header = [say["day"], say["forecast"], say["separate"]]
        if self.kitchen is None:
            lines.append(say["alone"].format(days=self.past_days, needed=MIN_DAYS))
        else:
            together, gain = float(self.kitchen.together.sum()), float(self.kitchen.gain.sum())
            lines.append(
                say["kitchen" if gain >= 0 else "kitchen_more"].format(
                    together=number(together, lang),
                    margin=_margin(together, total, lang),
                    gain=counted(abs(gain), "meal", lang),
                )
            )
            columns += [self.kitchen.together, self.kitchen.gain]
            header += [say["together"], say["gain"]]
        if self.basis is not None:
            lines += _say_basis(self.basis, lang)
        cells = [
            [f"{day_of_week(day, lang)} {day}", *(number(float(c[n]), lang) for c in columns)]
            for n, day in enumerate(days)
        ]
        return "\n".join([*lines, "", table(header, cells)])

    def to_csv(self, path: str | Path) -> None:
        """Write ``cantine, date, prevision, commande``, the file whole or not at all.

        Parameters
        ----------
        path : str or Path
            File.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        keys, names = self.rows.key_texts()
        numbers = zip(
            [f"{x:.2f}" for x in self.forecast], [f"{x:.0f}" for x in self.meals], strict=True
        )
        lines = ([*a, *b] for a, b in zip(names, numbers, strict=True))
        write_csv(path, (*keys, "prevision", "commande"), lines)

    def kitchen_to_csv(self, path: str | Path) -> None:
        """Write ``date, prevision, commande_cantines, commande_ensemble, gain``, a row a day.

        Parameters
        ----------
        path : str or Path
            File.

        Raises
        ------
        CantineError
            Where it cannot be written, or there is no order of the total.
        """
        if self.kitchen is None:
            raise ForecastError("past_short_total", days=self.past_days, needed=MIN_DAYS)
        kitchen = self.kitchen
        columns = (kitchen.separate, kitchen.together, kitchen.gain)
        rows = zip(
            kitchen.date.astype(str).tolist(), [f"{x:.2f}" for x in kitchen.forecast],
            *([f"{x:.0f}" for x in column] for column in columns), strict=True,
        )  # fmt: skip
        write_csv(
            path, ("date", "prevision", "commande_cantines", "commande_ensemble", "gain"), rows
        )


def order(
    forecast: Forecast,
    *,
    shortage: float | None = None,
    missing_meal_cost: float | None = None,
    wasted_meal_cost: float | None = None,
    tray: int = 1,
    own_margins: bool | None = None,
) -> Floats:
    """Return the meals to order for each row of a forecast.

    A canteen with little past, and one whose level has just broken, have a margin solved for how
    little is known of them; an announced strike day is ordered for what past strikes were like.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    shortage : float, optional
        Share of meals served that may be missing, above 0 and below 1.
    missing_meal_cost, wasted_meal_cost : float, optional
        What a missing and a wasted meal cost, in one unit, both above 0: the order is then the
        quantile that makes their expected sum smallest. Give these two or ``shortage``.
    tray : int
        Meals a tray, 1 to 1,000: orders are whole trays, rounded up. The margin for a shortage is
        found with the rounding, so that large trays need less of it.
    own_margins : bool, optional
        Whether a shortage is kept by each canteen, as far as its own past supports a margin of its
        own, rather than by all together. It orders a little more. Without it, as ``marges`` of the
        city's ``ville.toml`` says: ``"cantine"`` or ``"ensemble"``, which is the usual.

    Returns
    -------
    ndarray of float, shape (n,)
        Meals, a multiple of ``tray``.

    Raises
    ------
    ForecastError
        Where neither or both ways are asked for, a number is outside its range, or the past has
        too few forecasts.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
    ...     city.calendar_rows("2022-03-07", "2022-03-11")
    ... )
    >>> bool((order(forecast, shortage=0.001) >= order(forecast, shortage=0.05)).all())
    True
    >>> order(forecast, shortage=0.01, tray=8)[:5] % 8
    array([0., 0., 0., 0., 0.])
    """
    ordered, _ = _ordered(
        forecast, shortage, missing_meal_cost, wasted_meal_cost, tray, own_margins
    )
    return whole(ordered, tray)


def plan_order(
    forecast: Forecast,
    *,
    shortage: float | None = None,
    missing_meal_cost: float | None = None,
    wasted_meal_cost: float | None = None,
    tray: int = 1,
    own_margins: bool | None = None,
) -> Order:
    """Order for each canteen and day, and for the central kitchen's total of each day.

    The errors of canteens cancel in part, so that the total of a day needs a smaller margin than
    its canteens one by one. The margin of the total comes from the same past forecasts, added up
    by day over the canteens of the forecast: what canteens share, such as a day that surprises all
    of them, does not cancel.

    Parameters
    ----------
    forecast : Forecast
        The forecast, of the canteens that one kitchen serves.
    shortage, missing_meal_cost, wasted_meal_cost, tray, own_margins
        As in ``order``.

    Returns
    -------
    Order
        For a shortage, the total is never above the sum of the canteens' orders. For costs it may
        be, where the total is forecast worse on bad days than its canteens one by one.

    Raises
    ------
    ForecastError
        As in ``order``.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=8, years=2)
    >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
    ...     city.calendar_rows("2022-03-07", "2022-03-11")
    ... )
    >>> plan = plan_order(forecast, shortage=0.01, tray=5)
    >>> plan.meals.shape, bool((plan.kitchen.gain >= 0).all())
    ((32,), True)
    """
    ordered, margin = _ordered(
        forecast, shortage, missing_meal_cost, wasted_meal_cost, tray, own_margins
    )
    meals = whole(ordered, tray)
    past = forecast.calibration.of(np.unique(forecast.rows.canteen))
    kitchen = None
    if past.days >= MIN_DAYS and len(forecast):
        days, place = np.unique(forecast.rows.date, return_inverse=True)
        separate = added(place, meals)
        if margin is not None and shortage is not None:
            own = past.margin_of_total(shortage, tray)
            together = separate
            if own <= margin.pooled:
                every = past.enlarged(forecast.meals, own, forecast.scale)
                # What is not sure of one canteen does not cancel with the others.
                every = np.where(_is_unsure(forecast), ordered, every)
                together = np.minimum(whole(added(place, every), tray), separate)
        else:
            quantile = _quantile(shortage, missing_meal_cost, wasted_meal_cost, tray)
            every = past.enlarged(forecast.meals, past.margin_of_total_at(quantile), forecast.scale)
            every = np.where(_is_unsure(forecast), ordered, every)
            together = whole(added(place, every), tray)
        kitchen = KitchenOrder(
            date=days, forecast=added(place, forecast.meals), separate=separate, together=together
        )
    basis = None if margin is None else _basis(forecast, margin)
    return Order(
        rows=forecast.rows, forecast=forecast.meals, meals=meals, tray=tray, kitchen=kitchen,
        past_days=past.days, basis=basis,
    )  # fmt: skip


def _ordered(
    forecast: Forecast, shortage: float | None, missing: float | None, wasted: float | None,
    tray: int, own: bool | None,
) -> tuple[Floats, Margin | None]:  # fmt: skip
    """Return orders before they are rounded to trays, and the margin of a shortage."""
    quantile = _quantile(shortage, missing, wasted, tray)
    past, rows, unknowns = forecast.calibration, forecast.rows, forecast.unknowns
    calm = forecast.meals if unknowns is None else unknowns.calm
    scale = forecast.scale or by_size(calm)
    sd = np.zeros(len(forecast)) if unknowns is None else unknowns.order_sd
    margin = None
    if shortage is not None:
        if own is None:
            own = rows.city.settings.get("marges") == "cantine"
        margin = past.margin(shortage, tray, own=own, count=len(rows.city.canteens))
        more = margin.of(rows.canteen) * scale.either
        if sd.any():
            more = margin_curve(shortage).widened(more, sd)
    else:
        more = past.margin_at(quantile) * scale.either
        if sd.any():
            more = quantile_widened(more, sd, quantile)
    ordered = calm * np.exp(more)
    if unknowns is None or not unknowns.struck.any():
        return ordered, margin
    with needs("cantine"):
        from scipy.special import ndtr

    here = unknowns.struck
    low, high = past.interval(calm[here], 0.9, scale.select(here))
    below, above = (
        np.hypot(np.maximum(np.log(x), 1e-6) / NINE_OF_TEN, sd[here])
        for x in (calm[here] / low, high / calm[here])
    )
    level = np.where(more[here] < 0, ndtr(more[here] / below), ndtr(more[here] / above))
    if shortage is None:
        level = np.full(len(level), quantile)
    ordered[here] = unknowns.strikes.quantile(rows.canteen[here], calm[here], below, above, level)
    return ordered, margin


def _is_unsure(forecast: Forecast) -> Bools:
    """Return the rows that have an order of their own, beside what past forecasts tell."""
    if forecast.unknowns is None:
        return np.zeros(len(forecast), dtype=bool)
    return (forecast.unknowns.sd > 0) | forecast.unknowns.struck


def _basis(forecast: Forecast, margin: Margin) -> MarginBasis:
    """Return what a margin rests on, by name."""
    past, city = forecast.calibration, forecast.rows.city
    named = len(past.canteen) == len(past.actual) == len(past.date)
    at = margin.setters if named else margin.setters[:0]
    return MarginBasis(
        past=len(past.actual), rows=Rows(city, past.canteen[at], past.date[at]),
        forecast=past.forecast[at], served=past.actual[at], share=margin.setters_share,
        held=len(margin.held),
        runs=tuple(
            LeftOut(city.canteens[one.series], one.first, one.last, one.days, one.factor)
            for one in margin.runs
        ),
    )  # fmt: skip


def _say_basis(basis: MarginBasis, lang: str) -> list[str]:
    """Say which past forecasts set a margin, and which were left out."""
    say = in_language(TEXTS, lang)
    past = counted(basis.past, "past forecast", lang)
    lines = [say["past"].format(past=past)] if basis.past else []
    if len(basis.rows):
        names, count = basis.rows.names, len(basis.rows)
        items = [
            say["setter"].format(
                canteen=names[n], date=basis.rows.date[n], served=number(basis.served[n], lang),
                forecast=number(basis.forecast[n], lang),
            )
            for n in range(min(count, SHOWN))
        ]  # fmt: skip
        lines = [
            say["setters"].format(
                past=past, share=percent(basis.share, lang), count=counted(count, "row", lang),
                items=", ".join(items),
            )
        ]  # fmt: skip
    if basis.runs:
        items = [
            say["run"].format(
                canteen=one.canteen, days=counted(one.days, "day", lang), first=one.first,
                last=one.last, factor=number(one.factor, lang, 1),
            )
            for one in sorted(basis.runs, key=lambda one: -one.days)[:SHOWN]
        ]  # fmt: skip
        more = " …" if len(basis.runs) > SHOWN else ""
        lines.append(say["left_out"].format(items="; ".join(items) + more))
    return lines


def load_order(path: str | Path, city: City) -> Order:
    """Load an order from a CSV file, such as one that a kitchen corrected or the agents' draft.

    Parameters
    ----------
    path : str or Path
        File in UTF-8: ``cantine, date, commande``, and ``prevision`` where ``Order.to_csv`` wrote
        it; what ``OrderChange.to_csv`` writes beside them is left out.
    city : City
        The city of its canteens.

    Returns
    -------
    Order
        By canteen and day, without an order of the total; the forecast is NaN where it is not told.

    Raises
    ------
    CityError
        With file and line: an unknown canteen, a wrong day or number, or a row that stands twice;
        with the file where it has no row.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> load_order("nowhere.csv", make_city(canteens=2, years=1))
    Traceback (most recent call last):
    prevision_cantine.errors.CityError: nowhere.csv: cannot be read (no such file); it should be an order or the agents' draft, as CSV with the columns cantine, date, commande
    """
    path = Path(path)
    pairs = zip(city.sites, city.service_of, strict=True)
    index = {pair: n for n, pair in enumerate(pairs)}
    services = set(city.service_of)
    seen: dict[tuple[int, np.datetime64], int] = {}
    numbers: list[tuple[float, float]] = []
    columns = ("cantine", "date", "commande")
    for line, row in read_rows(
        path,
        columns,
        optional=["prevision", "service", *BESIDE],
        what="an_order_or_draft",
    ):
        name = row["cantine"].strip()
        if name not in city.sites:
            name = name.removeprefix("'")  # what keeps a spreadsheet from computing
        if name not in city.sites:
            near = names_near(name, tuple(dict.fromkeys(city.sites)))
            raise CityError("no_canteen_at", where=f"{path}:{line}", value=name, near=near)
        service = row.get("service", "").strip() if len(services) > 1 else city.service_of[0]
        if (name, service) not in index:
            raise CityError(
                "service_at",
                where=f"{path}:{line}",
                value=service,
                canteen=name,
                known=Either(sorted(s for site, s in index if site == name)),
            )
        key = (index[name, service], parse_date(path, line, row["date"].strip()))
        if key in seen:
            raise CityError(
                "order_twice", where=f"{path}:{line}", canteen=name, day=key[1], line=seen[key]
            )
        seen[key] = line
        forecast, meals = (
            float(parse_quantity(path, line, c, row[c], MOST_MEALS)) if c in row else np.nan
            for c in ("prevision", "commande")
        )
        numbers.append((forecast, meals))
    if not seen:
        raise CityError("no_rows", where=path)
    forecasts, ordered = np.array(numbers, dtype=np.float64).reshape(-1, 2).T
    rows = Rows(
        city,
        np.array([canteen for canteen, _ in seen], dtype=np.int64),
        np.array([day for _, day in seen], dtype="datetime64[D]"),
    )
    return Order(rows=rows, forecast=forecasts, meals=ordered, tray=1, kitchen=None, past_days=0)


@attrs.frozen(kw_only=True, eq=False)
class TradeOff:
    """What each caution would have cost in the past, a row each, from the most careful on.

    Parameters
    ----------
    margin : ndarray of float, shape (m,)
        Meals ordered beyond those forecast, over meals forecast.
    quantile : ndarray of float, shape (m,)
        Share of canteens and days (of days, for the total) that had enough.
    excess, shortage : ndarray of float, shape (m,)
        Meals ordered beyond those served, over meals ordered; meals served beyond those ordered,
        over meals served.
    wasted, missing : ndarray of float, shape (m,)
        Those meals, a day.
    days : int
        Past days.
    together : bool
        Whether the orders are those of each day's total.
    """

    margin: Floats = attrs.field(repr=False)
    quantile: Floats = attrs.field(repr=False)
    excess: Floats = attrs.field(repr=False)
    shortage: Floats = attrs.field(repr=False)
    wasted: Floats = attrs.field(repr=False)
    missing: Floats = attrs.field(repr=False)
    days: int
    together: bool

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.margin)

    def __repr__(self) -> str:
        """Show the margins."""
        return f"<TradeOff of {len(self)} margins: {first_few([f'{x:+.1%}' for x in self.margin[:4]])}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain values that go to JSON.

        Returns
        -------
        dict
            ``days``, ``together`` and ``rows``, each with ``margin``, ``quantile``, ``excess``,
            ``shortage``, ``wasted`` and ``missing``.
        """
        return {"days": self.days, "together": self.together, "rows": rows_of(self._columns())}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return html_text(self.to_text("en"))

    def _columns(self) -> dict[str, np.ndarray[Any, Any]]:
        return {
            "margin": self.margin, "quantile": self.quantile, "excess": self.excess,
            "shortage": self.shortage, "wasted": self.wasted, "missing": self.missing,
        }  # fmt: skip

    def to_text(self, lang: str = "fr") -> str:
        """Return the table as a manager reads it.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Lines.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        header = [
            say[key] for key in ("margin", "quantile", "excess", "shortage", "wasted", "missing")
        ]
        rows = [
            [
                percent(self.margin[n], lang, 1, sign=True), percent(self.quantile[n], lang),
                percent(self.excess[n], lang, 1), percent(self.shortage[n], lang, 2),
                number(self.wasted[n], lang), number(self.missing[n], lang),
            ]
            for n in range(len(self))
        ]  # fmt: skip
        lines = [
            say["caution"].format(days=self.days),
            *([say["at_once"]] if self.together else []),
        ]
        return "\n".join([*lines, "", table(header, rows)])

    def to_csv(self, path: str | Path) -> None:
        """Write ``marge, part_suffisante, excedent, manque, repas_en_trop_jour, repas_manquants_jour``.

        Parameters
        ----------
        path : str or Path
            File; shares are between 0 and 1.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        header = (
            "marge", "part_suffisante", "excedent", "manque", "repas_en_trop_jour",
            "repas_manquants_jour",
        )  # fmt: skip
        shares = (self.margin, self.quantile, self.excess, self.shortage)
        columns = [[f"{x:.4f}" for x in column] for column in shares]
        columns += [[f"{x:.1f}" for x in column] for column in (self.wasted, self.missing)]
        write_csv(path, header, zip(*columns, strict=True))


def trade_off(
    forecast: Forecast,
    *,
    shortages: Sequence[float] = SHORTAGES,
    tray: int = 1,
    together: bool = False,
) -> TradeOff:
    """Return what orders for several shortages would have cost in the past.

    The past forecasts are those that the orders rest on, each made as if on its day. The margin is
    fitted to them: a future that surprises more than they did misses more meals than the table says.

    Parameters
    ----------
    forecast : Forecast
        The forecast; only its past forecasts, of its canteens, are read.
    shortages : sequence of float
        Shares of meals served that may be missing, each above 0 and below 1.
    tray : int
        Meals a tray.
    together : bool
        Whether each day's total is ordered, instead of each canteen.

    Returns
    -------
    TradeOff
        A row a shortage, ascending.

    Raises
    ------
    ForecastError
        Where no shortage is given, one is outside its range, or the past has too few forecasts.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=8, years=2)
    >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
    ...     city.calendar_rows("2022-03-07", "2022-03-11")
    ... )
    >>> table = trade_off(forecast, shortages=[0.01, 0.03])
    >>> bool(table.excess[0] > table.excess[1])
    True
    """
    if not len(shortages):
        raise ForecastError("no_shares")
    _check_tray(tray)
    for share in shortages:
        check_share("shortages", share)
    past = forecast.calibration.of(np.unique(forecast.rows.canteen))
    if past.days < MIN_DAYS:
        raise ForecastError("past_short_caution", days=past.days, needed=MIN_DAYS)
    days = np.unique(past.date, return_inverse=True)[1]
    group = days if together else np.arange(len(past.actual))
    expected, actual = added(group, past.forecast), added(group, past.actual)
    rows = []
    for share in sorted(shortages):
        if together:
            ordered = _totals(forecast.calibration, past, days, share, tray)
        else:
            ordered = forecast.calibration.order(past.forecast, share, tray, past.scale)
        rows.append(
            (
                ordered.sum() / expected.sum() - 1,
                (ordered >= actual).mean(),
                excess(ordered, actual),
                share_missing(ordered, actual),
                np.maximum(ordered - actual, 0).sum() / past.days,
                np.maximum(actual - ordered, 0).sum() / past.days,
            )
        )
    columns = (np.array(column) for column in zip(*rows, strict=True))
    names = ("margin", "quantile", "excess", "shortage", "wasted", "missing")
    return TradeOff(**dict(zip(names, columns, strict=True)), days=past.days, together=together)


def _totals(
    calibration: Calibration, past: Calibration, day: Ints, share: float, tray: int
) -> Floats:
    """Return the order of each past day's total, at most the sum of the orders of its canteens.

    A total never misses more than its parts: where its own margin would be larger than theirs,
    because they are rounded up one by one, their orders do.
    """
    each, own = calibration.margin(share, tray).pooled, past.margin_of_total(share, tray)
    if own > each:
        return added(day, whole(past.enlarged(past.forecast, each, past.scale), tray))
    return whole(added(day, past.enlarged(past.forecast, own, past.scale)), tray)


def _quantile(
    shortage: float | None, missing: float | None, wasted: float | None, tray: int
) -> float:
    """Return the quantile that two costs ask for, 0 for a shortage, once one way is asked for."""
    _check_tray(tray)
    costs = (missing, wasted)
    if shortage is not None and costs == (None, None):
        return 0.0
    if shortage is not None or missing is None or wasted is None:
        raise ForecastError("caution")
    for name, cost in (("missing_meal_cost", missing), ("wasted_meal_cost", wasted)):
        if not 0 < cost < np.inf:
            raise ParameterError(name, cost, "parts.give_cost")
    return missing / (missing + wasted)


def check_ordering(
    shortage: float | None, missing: float | None, wasted: float | None, tray: int
) -> None:
    """Refuse a caution that ``order`` would refuse, before there is anything to order.

    Raises
    ------
    ForecastError
        Where neither or both ways are asked for, or a number is outside its range.
    """
    _quantile(shortage, missing, wasted, tray)
    if shortage is not None:
        check_share("shortage", shortage, such_as=0.01)


def _check_tray(tray: int) -> None:
    if not 1 <= tray <= 1000 or tray != int(tray):
        raise ParameterError("tray", tray, "parts.give_trays")


def _margin(ordered: float, expected: float, lang: str) -> str:
    return percent(ordered / expected - 1, lang, 1, sign=True)
