"""What a scenario does to an order: with it, without it, and the difference by canteen and service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.city.city import City, Rows
from prevision_cantine.decide.changes import Day
from prevision_cantine.decide.difference import Difference, what_if
from prevision_cantine.decide.ordering import Order, plan_order
from prevision_cantine.decide.scenario import Scenario
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.naming import reasons
from prevision_cantine.plain_values import html_table, rows_of
from prevision_cantine.words.language import (
    counted,
    day_of_week,
    in_language,
    number,
    phrases,
    signed,
    table,
)

LONGEST_TABLE = 60  # rows of the table by day: beyond it, the file has them

TEXTS = phrases("order_change")


@attrs.frozen(kw_only=True, eq=False)
class OrderChange:
    """Orders without and with a scenario, by canteen, service and day.

    Parameters
    ----------
    before, after : Order
        The two orders, each as ``plan_order`` gives it.
    forecast : Difference
        What differs between the forecasts that they rest on, by term.
    meals_before, meals_after : ndarray of float, shape (n,)
        Meals ordered for each row of ``forecast``; 0 where the day is closed.
    name : str
        What the scenario is called.
    """

    before: Order = attrs.field(repr=False)
    after: Order = attrs.field(repr=False)
    forecast: Difference
    meals_before: Floats = attrs.field(repr=False)
    meals_after: Floats = attrs.field(repr=False)
    name: str = ""

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.meals_after)

    @property
    def rows(self) -> Rows:
        """Canteens and days of either order."""
        return self.forecast.rows

    @property
    def change(self) -> Floats:
        """Meals more that are ordered with the scenario, a row each."""
        return self.meals_after - self.meals_before

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain values that go to JSON.

        Returns
        -------
        dict
            ``name`` of the scenario, and ``rows``, each with ``cantine``, ``service`` where there is
            more than one, ``date``, ``before``, ``after`` and ``change``, in meals ordered.
        """
        return {"name": self.name, "rows": rows_of(self._columns())}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows."""
        return html_table(self._columns(), self.name)

    def _columns(self) -> dict[str, np.ndarray[Any, Any]]:
        return {
            **self.rows.keys(), "before": self.meals_before, "after": self.meals_after,
            "change": self.change,
        }  # fmt: skip

    def reasons(self, i: int, lang: str = "fr") -> str:
        """Say why the order of a row changes.

        Parameters
        ----------
        i : int
            Row.
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            The terms of the forecast that change, each with its meals; empty where none does.
        """
        told = reasons(self.rows.select(np.array([i])), lang)[0]
        meals = {name: float(values[i]) for name, values in self.forecast.terms.items()}
        total = round(float(self.forecast.after[i])) - round(float(self.forecast.before[i]))
        return ", ".join(self.forecast.told(meals, total, lang, told))

    def to_text(self, lang: str = "fr") -> str:
        """Return the order with and without the scenario as a manager reads it.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            The totals; a table of the canteens and services whose order changes, with the reasons;
            and one of their days, where it is short enough to read.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        before, after = float(self.meals_before.sum()), float(self.meals_after.sum())
        moved = np.flatnonzero(self.change != 0)
        if not len(moved):
            return say["none"].format(before=counted(before, "meal", lang))
        head = say["named" if self.name else "head"].format(
            name=self.name, before=number(before, lang), after=counted(after, "meal", lang),
            change=signed(after - before, lang),
            days=counted(len(np.unique(self.rows.date)), "day", lang),
        )  # fmt: skip
        names = ("without", "with", "change")
        header = [say["canteen"], *(say[key] for key in names), say["reasons"]]
        cells = [
            self._line([str(self.rows.names[here[0]])], here, lang)
            for n in np.unique(self.rows.canteen[moved])
            if len(here := np.flatnonzero(self.rows.canteen == n))
        ]
        lines = [head, "", _last_left(table(header, cells), header, cells)]
        if len(moved) > LONGEST_TABLE:
            return "\n".join([*lines, "", say["more"].format(n=number(len(moved), lang))])
        header = [say["canteen"], say["day"], *(say[key] for key in names), say["reasons"]]
        order = moved[np.lexsort((self.rows.date[moved], self.rows.canteen[moved]))]
        cells = [
            self._line(
                [
                    str(self.rows.names[i]),
                    f"{day_of_week(self.rows.date[i], lang)} {self.rows.date[i]}",
                ],
                np.array([i]),
                lang,
            )
            for i in order
        ]
        return "\n".join([*lines, "", _last_left(table(header, cells), header, cells)])

    def to_csv(self, path: str | Path, lang: str = "fr") -> None:
        """Write the order with the scenario beside the one without, a row a canteen and day.

        Parameters
        ----------
        path : str or Path
            File: ``cantine, date, prevision, commande`` with the scenario, as ``Order.to_csv`` has
            them, then ``prevision_sans, commande_sans, difference, raisons``; ``load_order`` reads it.
        lang : {"fr", "en", "pt"}
            Language of the reasons.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        keys, names = self.rows.key_texts()
        columns = (
            [f"{x:.2f}" for x in self.forecast.after], [f"{x:.0f}" for x in self.meals_after],
            [f"{x:.2f}" for x in self.forecast.before], [f"{x:.0f}" for x in self.meals_before],
            [f"{x:.0f}" for x in self.change],
            [self.reasons(i, lang) if self.change[i] else "" for i in range(len(self))],
        )  # fmt: skip
        header = (
            *keys,
            "prevision",
            "commande",
            "prevision_sans",
            "commande_sans",
            "difference",
            "raisons",
        )
        rows = ([*a, *b] for a, b in zip(names, zip(*columns, strict=True), strict=True))
        write_csv(path, header, rows)

    def _line(self, names: list[str], here: Ints, lang: str) -> list[str]:
        """Return the cells of some rows together."""
        before, after = float(self.meals_before[here].sum()), float(self.meals_after[here].sum())
        if len(here) == 1:
            why = self.reasons(int(here[0]), lang)
        else:
            meals = {n: float(v[here].sum()) for n, v in self.forecast.terms.items()}
            was, now = self.forecast.before[here].sum(), self.forecast.after[here].sum()
            why = ", ".join(self.forecast.told(meals, round(now) - round(was), lang, {}))
        return [
            *names,
            number(before, lang),
            number(after, lang),
            signed(after - before, lang),
            why,
        ]


def order_what_if(
    forecaster: CanteenForecaster,
    city: City,
    scenario: Scenario,
    start: Day,
    end: Day,
    *,
    shortage: float | None = None,
    missing_meal_cost: float | None = None,
    wasted_meal_cost: float | None = None,
    tray: int = 1,
) -> OrderChange:
    """Order a span as it is known and with a scenario, and return both orders.

    Parameters
    ----------
    forecaster, city, scenario, start, end
        As in ``what_if``.
    shortage, missing_meal_cost, wasted_meal_cost, tray
        As in ``plan_order``.

    Returns
    -------
    OrderChange
        The two orders, and the reasons.

    Raises
    ------
    CityError, DateError, ForecastError
        As ``what_if`` and ``plan_order`` do.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    >>> trip = Scenario(absences={("Cantine 02", "2022-03-10"): 40})
    >>> change = order_what_if(forecaster, city, trip, "2022-03-07", "2022-03-11", shortage=0.01)
    >>> bool(change.change.sum() < 0), change.change[change.rows.names != "Cantine 02"].any()
    (True, np.False_)
    """
    difference = what_if(forecaster, city, scenario, start, end)
    orders = [
        plan_order(
            forecast, shortage=shortage, missing_meal_cost=missing_meal_cost,
            wasted_meal_cost=wasted_meal_cost, tray=tray,
        )
        for forecast in difference.forecasts
    ]  # fmt: skip
    before, after = (np.nan_to_num(found.on(difference.rows)) for found in orders)
    return OrderChange(
        before=orders[0], after=orders[1], forecast=difference, meals_before=before,
        meals_after=after, name=scenario.name,
    )  # fmt: skip


def _last_left(text: str, header: list[str], cells: list[list[str]]) -> str:
    """Return a table whose last column, of words, stands to the left."""
    width = max(len(row[-1]) for row in (header, *cells))
    lines = text.splitlines()
    longest = max(map(len, lines))
    return "\n".join(
        (line.ljust(longest)[: longest - width] + row[-1]).rstrip()
        for line, row in zip(lines, (header, *cells), strict=True)
    )
