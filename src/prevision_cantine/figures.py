"""Pictures of a forecast, readable in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prevision_cantine.city import City
from prevision_cantine.errors import CantineError, ForecastError
from prevision_cantine.features import TERMS
from prevision_cantine.forecast import Forecast

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TEXTS = {
    "fr": (
        "repas",
        "prévision",
        "intervalle à {:g} %",
        "servis",
        "repas, écart à l'habitude",
    ),
    "en": (
        "meals",
        "forecast",
        "{:g} % interval",
        "served",
        "meals, off the usual",
    ),
    "pt": (
        "refeições",
        "previsão",
        "intervalo de {:g} %",
        "servidas",
        "refeições, desvio do habitual",
    ),
}
_COLOURS = ("#0b3c5d", "#e69f00", "#56b4e9", "#000000", "#009e73", "#cc79a7", "#999999")
_HATCHES = ("", "///", "...", "", "xxx", "\\\\\\", "++")


def plot_forecast(
    forecast: Forecast, canteen: str, *, actual: City | None = None, lang: str = "fr"
) -> Figure:
    """Draw the forecast of one canteen: meals with interval, and what each term adds.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    canteen : str
        Name of the canteen.
    actual : City, optional
        City whose attendance is drawn beside, where it is known.
    lang : {"fr", "en", "pt"}
        Language of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels over the same days.

    Raises
    ------
    CantineError
        Where matplotlib is not installed.
    ForecastError
        Where the canteen has no row, or the language does not exist.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise CantineError(
            'pictures need matplotlib: pip install "charte-donnee[figures]"'
        ) from None
    if lang not in _TEXTS:
        raise ForecastError(f"no labels in {lang!r}; known: {', '.join(_TEXTS)}")
    here = np.flatnonzero(forecast.rows.names == canteen)
    if not len(here):
        known = np.unique(forecast.rows.names)
        raise ForecastError(
            f"no row of canteen {canteen!r}; some that have: {', '.join(known[:5])}"
        )
    here = here[np.argsort(forecast.rows.date[here])]
    meals_label, forecast_label, interval_label, actual_label, added_label = _TEXTS[lang]
    dates = forecast.rows.date[here]
    place = np.arange(len(here))
    figure = Figure(figsize=(11, 7), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    top.fill_between(
        place, forecast.lower[here], forecast.upper[here], color="#c6d7e6",
        label=interval_label.format(100 * forecast.coverage), linewidth=0,
    )  # fmt: skip
    top.plot(place, forecast.meals[here], color="#0b3c5d", marker="o", ms=3.5, label=forecast_label)
    if actual is not None:
        table = actual.attendance
        served = dict(
            zip(
                zip(table.canteen.tolist(), table.date.tolist(), strict=True),
                table.meals.tolist(),
                strict=True,
            )
        )
        keys = zip(forecast.rows.canteen[here].tolist(), dates.tolist(), strict=True)
        values = [served.get(key, np.nan) for key in keys]
        top.plot(place, values, "x", color="black", ms=5, mew=1.3, label=actual_label)
    top.set_ylabel(meals_label)
    top.set_title(canteen)
    top.legend(loc="lower left", frameon=True, ncols=3)
    _, added = forecast.in_meals()
    drawn = [
        (number, name, v[here])
        for number, (name, v) in enumerate(added.items())
        if np.abs(v[here]).max() >= 0.5
    ]
    up, down = np.zeros(len(here)), np.zeros(len(here))
    for number, name, value in drawn:
        base = np.where(value >= 0, up, down)
        bottom.bar(
            place, value, bottom=base, width=0.85, label=TERMS[name][lang],
            color=_COLOURS[number % len(_COLOURS)], hatch=_HATCHES[number % len(_HATCHES)],
            edgecolor="white", linewidth=0.3,
        )  # fmt: skip
        up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
    bottom.axhline(0, color="black", linewidth=0.8)
    bottom.set_ylabel(added_label)
    if drawn:
        figure.legend(*bottom.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    every = max(1, len(here) // 12)
    bottom.set_xticks(place[::every], [str(day) for day in dates[::every]], rotation=45, ha="right")
    return figure
