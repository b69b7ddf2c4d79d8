"""A forecast: meals, interval, and the terms that add up to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.above import above
from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.city.city import Rows
from prevision_cantine.errors import ForecastError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.files.masking import small_cells
from prevision_cantine.model.basis import Basis, Unknowns, level_of
from prevision_cantine.model.explanation import Explanation
from prevision_cantine.model.naming import NO_WORDS, Words
from prevision_cantine.plain_values import first_few, html_table, rows_of
from prevision_cantine.read_only import read_only
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.spread import Scale
from prevision_cantine.words.catalogue import Count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NINE_OF_TEN = 1.645  # standard deviations of a normal that hold 90 % of it


@attrs.frozen(kw_only=True, eq=False)
class Forecast:
    """Meals expected for each canteen and day.

    Parameters
    ----------
    rows : Rows
        Canteens and days.
    meals, lower, upper : ndarray of float, shape (n,)
        Forecast and bounds, in meals; the bounds are NaN without past forecasts.
    coverage : float
        Share of days that the interval should hold.
    until : datetime64[D]
        Last day of which anything was used.
    contributions : mapping of str to ndarray, shape (n,)
        The terms; their sum is the logarithm of ``meals``.
    calibration : Calibration
        Past forecasts that intervals and orders rest on.
    scale : Scale, optional
        How far each row may be off, relative to a middling forecast; by its size where not given.
    words : Words
        What the city's own terms are called.
    notes : mapping of str to ndarray of bool, shape (n,)
        Rows of which something is not known: ``little`` (the canteen has little or no past),
        ``break`` (its level, or that of all, broke lately), ``idle`` (it has not served for 30 service
        days of the city), ``strike`` (announced), ``weekday`` (the
        weekday was never served), ``people`` (its enrolment), ``short`` (too short a past to
        measure how far forecasts are off), ``exceptional`` (a span that is none of the usual ones).
    unknowns : Unknowns, optional
        What is not known beside the ordinary error; nothing where not given.
    """

    rows: Rows = attrs.field(repr=False)
    meals: Floats = attrs.field(repr=False)
    lower: Floats = attrs.field(repr=False)
    upper: Floats = attrs.field(repr=False)
    coverage: float
    until: np.datetime64
    contributions: Mapping[str, Floats] = attrs.field(converter=read_only, repr=False)
    calibration: Calibration = attrs.field(repr=False)
    scale: Scale | None = attrs.field(default=None, repr=False)
    words: Words = attrs.field(default=NO_WORDS, repr=False)
    notes: Mapping[str, npt.NDArray[np.bool_]] = attrs.field(
        factory=dict, converter=read_only, repr=False
    )
    unknowns: Unknowns | None = attrs.field(default=None, repr=False)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.meals)

    def rows_of(self, canteen: str) -> Ints:
        """Return the rows of one canteen.

        Parameters
        ----------
        canteen : str
            Name of the canteen.

        Returns
        -------
        ndarray of int
            Positions, by day.

        Raises
        ------
        ForecastError
            Where it has none.
        """
        return self.rows.of(canteen)

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as plain values that go to JSON; ``forecast_schema`` describes them.

        Returns
        -------
        dict
            ``coverage``, ``until`` and ``rows``: for each canteen and day ``cantine``, ``service``
            where there is more than one, ``date``, ``meals``, ``lower`` and ``upper`` (null without
            past forecasts), ``usual`` meals, ``added`` meals by term (with ``usual`` they add up to
            ``meals``) and ``notes``, the names of what is not known.

        Examples
        --------
        >>> from prevision_cantine import CanteenForecaster, make_city
        >>> city = make_city(seed=0, canteens=5, years=2)
        >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
        ...     city.calendar_rows("2022-03-07", "2022-03-11")
        ... )
        >>> row = forecast.to_dict()["rows"][0]
        >>> row["cantine"], row["date"], abs(row["usual"] + sum(row["added"].values()) - row["meals"]) < 1e-9
        ('Cantine 01', '2022-03-07', True)
        """
        usual, added = self.in_meals()
        columns = {
            **self.rows.keys(), "meals": self.meals, "lower": self.lower, "upper": self.upper,
            "usual": usual,
        }  # fmt: skip
        terms = rows_of(added) if added else [{} for _ in range(len(self))]
        notes = rows_of(self.notes) if self.notes else [{} for _ in range(len(self))]
        return {
            "coverage": float(self.coverage),
            "until": str(self.until),
            "rows": [
                {**row, "added": term, "notes": [name for name, holds in note.items() if holds]}
                for row, term, note in zip(rows_of(columns), terms, notes, strict=True)
            ],
        }

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        """Show what it forecasts."""
        meals = first_few([f"{x:.0f}" for x in self.meals[:4]])
        return f"<Forecast of {len(self)} rows, known on {self.until}: meals={meals}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows."""
        columns = {
            **self.rows.keys(), "meals": self.meals, "lower": self.lower, "upper": self.upper,
        }  # fmt: skip
        return html_table(columns, f"{self.until}, {self.coverage:.0%}")

    def in_meals(self) -> tuple[Floats, dict[str, Floats]]:
        """Return the usual meals of the canteen on that weekday, and what each other term adds.

        Returns
        -------
        usual : ndarray of float, shape (n,)
            Meals by enrolment, level and weekday alone.
        added : dict of str to ndarray, shape (n,)
            Meals by term; with ``usual`` they add up to ``meals``. The difference is shared among
            the terms in proportion to their logarithms.
        """
        base = ("effectif", "niveau", "jour")
        usual = np.exp(sum((self.contributions[name] for name in base), start=np.zeros(len(self))))
        others = {n: v for n, v in self.contributions.items() if n not in base}
        total = sum(others.values(), start=np.zeros(len(self)))
        # (exp(t) - 1) / t, which is 1 where t is 0
        safe = np.where(np.abs(total) < 1e-12, 1.0, total)
        scale = usual * np.where(np.abs(total) < 1e-12, 1.0, np.expm1(safe) / safe)
        return usual, {name: value * scale for name, value in others.items()}

    def basis(self, i: int) -> Basis:
        """Return on what the forecast of a row rests.

        Parameters
        ----------
        i : int
            Row.

        Returns
        -------
        Basis
            As data, for programs; ``explain`` says the same in words.

        Raises
        ------
        ForecastError
            Where there is no such row.

        Examples
        --------
        >>> from prevision_cantine import CanteenForecaster, make_city
        >>> city = make_city(seed=0, canteens=5, years=2)
        >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
        ...     city.calendar_rows("2022-03-07", "2022-03-11")
        ... )
        >>> forecast.basis(0).source, forecast.basis(0).enrolment
        ('own', True)
        """
        self.check_row(i)
        i = range(len(self))[i]
        names, unknowns = self.rows.city.canteens, self.unknowns
        series = int(self.rows.canteen[i])
        notes = tuple(name for name, where in self.notes.items() if where[i])
        half = float(self.upper[i] - self.lower[i]) / 2 / float(self.meals[i])
        if unknowns is None:
            return Basis(
                canteen=names[series], days=0, source="own", canteens=(), enrolment=True, off=half,
                breaks=(), strike=False, notes=notes,
            )  # fmt: skip
        source, others = level_of(unknowns, series, i)
        if not np.isfinite(half):
            half = float(np.expm1(NINE_OF_TEN * unknowns.sd[i]))
        breaks = unknowns.breaks if "break" in notes else ()
        return Basis(
            canteen=names[series], days=int(unknowns.seen[series]), source=source,
            canteens=tuple(names[n] for n in others), enrolment="people" not in notes, off=half,
            breaks=tuple(b for b in breaks if b.concerns(self.rows.canteen[[i]])[0]),
            strike=bool(unknowns.struck[i]), notes=notes,
        )  # fmt: skip

    def check_row(self, i: int) -> None:
        """Refuse a row that the forecast does not have.

        Parameters
        ----------
        i : int
            Row.

        Raises
        ------
        ForecastError
            With how many it has, or where it is no number of a row.
        """
        if not hasattr(i, "__index__"):
            raise ForecastError("row_kind", value=repr(i)[:80])
        if not -len(self) <= i < len(self):
            raise ForecastError("no_row", row=i, rows=Count(len(self), "row"))

    def explain(self, i: int, lang: str = "fr") -> Explanation:
        """Explain one row to a kitchen manager.

        Parameters
        ----------
        i : int
            Row.
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        Explanation
            A few sentences, a ``str``; with ``to_dict()`` for the figures behind them.

        Raises
        ------
        ForecastError
            Where the row or the language does not exist.
        """
        found: Explanation = above("explain")(self, i, lang)
        return found

    def explanations(self, lang: str = "fr") -> list[Explanation]:
        """Explain every row to a kitchen manager, as ``explain`` does one, in much less time.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        list of Explanation
            A few sentences a row.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        found: list[Explanation] = above("explanations")(self, lang)
        return found

    def plot(self, canteen: str, *, lang: str = "fr") -> Figure:
        """Draw the forecasts of a canteen with their intervals.

        Parameters
        ----------
        canteen : str
            Name of the canteen.
        lang : {"fr", "en", "pt"}
            Language of the labels.

        Returns
        -------
        matplotlib.figure.Figure
            The picture; ``prevision_cantine.say.figures`` has others.

        Raises
        ------
        ForecastError
            Where the canteen or the language does not exist.
        CantineError
            Where matplotlib is not installed.
        """
        figure: Figure = above("plot_forecast")(self, canteen, lang=lang)
        return figure

    def to_csv(self, path: str | Path, *, mask_below: float | None = None) -> None:
        """Write ``cantine, date, prevision, borne_basse, borne_haute``, the file whole or not at all.

        Parameters
        ----------
        path : str or Path
            File.
        mask_below : float, optional
            Forecasts below this many meals are left empty with their bounds, and so is the
            smallest other of a day or canteen that has a single one: see ``mask_small``.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        hidden = self.is_small(mask_below)
        header = ("prevision", "borne_basse", "borne_haute")
        columns = [np.where(hidden, np.nan, x) for x in (self.meals, self.lower, self.upper)]
        numbers = zip(
            *(["" if np.isnan(x) else f"{x:.2f}" for x in column] for column in columns),
            strict=True,
        )
        keys, names = self.rows.key_texts()
        lines = ([*a, *b] for a, b in zip(names, numbers, strict=True))
        write_csv(path, (*keys, *header), lines)

    def is_small(self, below: float | None) -> npt.NDArray[np.bool_]:
        """Return which rows to hide so that no forecast below a size can be worked out.

        Parameters
        ----------
        below : float or None
            Meals; None hides nothing.

        Returns
        -------
        ndarray of bool, shape (n,)
            Rows to hide, those included that protect the only small one of a day or canteen.

        Raises
        ------
        ForecastError
            Where ``below`` is not above 0.
        """
        if below is None:
            return np.zeros(len(self), dtype=bool)
        return small_cells(self.meals, below, (self.rows.date, self.rows.canteen))

    def contributions_to_csv(self, path: str | Path) -> None:
        """Write ``cantine, date, habituel``, a column a term, ``prevision``; all in meals.

        Parameters
        ----------
        path : str or Path
            File; what is usual and the terms add up to the forecast, but for the rounding to
            a hundredth of a meal.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        usual, added = self.in_meals()
        columns = (usual, *added.values(), self.meals)
        numbers = zip(*([f"{x:.2f}" for x in column] for column in columns), strict=True)
        keys, names = self.rows.key_texts()
        header = (*keys, "habituel", *added, "prevision")
        write_csv(path, header, ([*a, *b] for a, b in zip(names, numbers, strict=True)))
