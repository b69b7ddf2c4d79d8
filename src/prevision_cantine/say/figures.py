"""Pictures of forecasts, effects and orders, readable in grey and by the colour-blind.

What tells two things apart is never the colour alone: a shape, a hatch or a sign says it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import Calendar, weekday
from prevision_cantine.city.city import City
from prevision_cantine.decide.ordering import SHORTAGES, trade_off
from prevision_cantine.errors import CantineError, ForecastError
from prevision_cantine.extras import needs
from prevision_cantine.files.csv_file import written
from prevision_cantine.measure.backtest import Backtest
from prevision_cantine.model.effects import EVERYWHERE, EffectTable
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.naming import level_name, reasons
from prevision_cantine.say.sheet import SIZES, held_by_others, size_name
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.words.catalogue import Count
from prevision_cantine.words.language import (
    DAYS,
    MONTHS,
    day_of_week,
    in_language,
    number,
    percent,
    phrases,
    rounded_to,
    signed,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TEXTS = phrases("figures")
# Okabe and Ito's colours, told apart by every kind of sight.
BLUE, VERMILION, BLACK, GREY = "#0072B2", "#D55E00", "#000000", "#767676"
_COLOURS = ("#0072B2", "#E69F00", "#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#999999")
# One hatch more than colours: none of 56 terms has the colour and the hatch of another.
_HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "----", "++++", "oo")
_LINES = (("s", (0, (5, 2))), ("^", (0, (1, 1))), ("D", (0, (4, 1, 1, 1))), ("v", (0, (3, 3))))
_COVERAGES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
SIGNED = 0.5  # percent from which the error of a day shows its sign
MOST_LEVELS = 6  # of a factor whose levels are told one by one


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
    say, figure = _begin(lang, (11, 7))
    here = forecast.rows_of(canteen)
    here = here[np.argsort(forecast.rows.date[here])]
    dates = forecast.rows.date[here]
    place = np.arange(len(here))
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    top.fill_between(
        place, forecast.lower[here], forecast.upper[here], color="#C6D7E6", linewidth=0,
        label=say["interval"].format(share=percent(forecast.coverage, lang)),
    )  # fmt: skip
    top.plot(place, forecast.meals[here], color=BLUE, marker="o", ms=4, label=say["forecast"])
    if actual is not None:
        values = _served(actual, canteen, dates)
        if np.isfinite(values).any():
            top.plot(place, values, "x", color=BLACK, ms=6, mew=1.6, label=say["served"])
    top.set_ylabel(say["meals"])
    top.set_title(canteen, loc="left", weight="bold", parse_math=False)
    top.legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False, ncols=3)
    _, added = forecast.in_meals()
    up, down = np.zeros(len(here)), np.zeros(len(here))
    for n, name in enumerate(added):
        value = added[name][here]
        if np.abs(value).max() < 0.5:
            continue
        base = np.where(value >= 0, up, down)
        bottom.bar(
            place, value, bottom=base, width=0.85, label=forecast.words.term(name, lang),
            color=_COLOURS[n % len(_COLOURS)], hatch=_HATCHES[n % len(_HATCHES)],
            edgecolor="white", linewidth=0.3,
        )  # fmt: skip
        up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
    bottom.axhline(0, color=BLACK, linewidth=0.8)
    bottom.set_ylabel(say["added"])
    if bottom.containers:
        figure.legend(
            *bottom.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False
        )
    first = np.flatnonzero(np.diff(dates - weekday(dates), prepend=np.datetime64("1900-01-01")))
    first = first[:: max(1, len(first) // 14)]
    bottom.set_xticks(place[first], [str(day) for day in dates[first]], rotation=30, ha="right")
    for axes in (top, bottom):
        _numbers(axes.yaxis, lang)
        _tidy(axes)
    return figure


def plot_contributions(
    forecast: Forecast, i: int, *, actual: City | None = None, lang: str = "fr"
) -> Figure:
    """Draw how one row comes from a usual day of its canteen, a step a term.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    i : int
        Row.
    actual : City, optional
        City whose attendance is drawn beside, where it is known.
    lang : {"fr", "en", "pt"}
        Language of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Steps from the usual meals to the forecast, which its interval surrounds.

    Raises
    ------
    CantineError
        Where matplotlib is not installed.
    ForecastError
        Where the row or the language does not exist.
    """
    in_language(TEXTS, lang)
    if not -len(forecast) <= i < len(forecast):
        raise ForecastError("no_row", row=i, rows=Count(len(forecast), "row"))
    usual, added = forecast.in_meals()
    row = forecast.rows.select(np.array([i]))
    told = reasons(row, lang)[0]
    start, meals = float(usual[i]), float(forecast.meals[i])
    values = {name: float(v[i]) for name, v in added.items()}
    whole = rounded_to(np.array(list(values.values())), round(meals) - round(start))
    steps = sorted(
        (
            (value, said, told.get(name, forecast.words.term(name, lang)))
            for said, (name, value) in zip(whole.tolist(), values.items(), strict=True)
            if said
        ),
        key=lambda step: -abs(step[0]),
    )
    # Terms of no whole meal have no step of their own: the first begins as far off.
    before = meals - sum(value for value, _, _ in steps)
    say, figure = _begin(lang, (9, 1.7 + 0.42 * (len(steps) + 2)))
    axes = figure.subplots()
    day = day_of_week(row.date[0], lang)
    labels = [say["usual"].format(day=day)]
    ends = [start, before, meals]
    axes.plot(start, 0, "o", color=GREY, ms=9)
    axes.plot([start, before], [0, 0], color=GREY, lw=0.8, zorder=0)
    side = 1 if before <= start else -1  # where the line to the first step does not run
    axes.annotate(
        number(start, lang), (start, 0), (9 * side, 0), textcoords="offset points", va="center",
        ha="left" if side > 0 else "right",
    )  # fmt: skip
    for place, (value, said, name) in enumerate(steps, 1):
        axes.barh(
            place, value, left=before, height=0.62, color=BLUE if value > 0 else VERMILION,
            hatch="" if value > 0 else "////", edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        axes.plot([before, before], [place - 1, place + 0.31], color=GREY, lw=0.8, zorder=0)
        axes.annotate(
            signed(said, lang), (max(before, before + value), place), (5, 0),
            textcoords="offset points", va="center",
        )  # fmt: skip
        before += value
        ends.append(before)
        labels.append(name)
    last = len(steps) + 1
    axes.plot([before, before], [last - 1, last], color=GREY, lw=0.8, zorder=0)
    if np.isfinite(forecast.lower[i]):
        ends += [float(forecast.lower[i]), float(forecast.upper[i])]
        axes.plot(
            [forecast.lower[i], forecast.upper[i]], [last, last], color=BLACK, lw=2.2, marker="|",
            ms=11, mew=2.2, label=say["interval"].format(share=percent(forecast.coverage, lang)),
        )  # fmt: skip
    axes.plot(meals, last, "o", color=BLACK, ms=9, label=say["forecast"])
    axes.annotate(
        number(meals, lang), (meals, last), (0, -11), textcoords="offset points", ha="center",
        va="top", weight="bold",
    )  # fmt: skip
    if actual is not None:
        served = _served(actual, str(row.names[0]), row.date)[0]
        if np.isfinite(served):
            ends.append(float(served))
            axes.plot(
                served, last, "x", color=VERMILION, ms=11, mew=2.5, label=say["served"], zorder=5
            )
    labels.append(say["forecast"])
    axes.set_yticks(range(len(labels)), [_capital(x) for x in labels], parse_math=False)
    axes.set_ylim(last + 0.9, -0.6)
    room = 0.1 * max(max(ends) - min(ends), 10.0)
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_xlabel(say["meals"])
    figure.suptitle(
        f"{row.names[0]}, {day} {row.date[0]}", x=0.01, ha="left", weight="bold", parse_math=False
    )
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    _numbers(axes.xaxis, lang)
    _tidy(axes)
    return figure


def plot_effects(effects: EffectTable, *, lang: str = "fr") -> Figure:
    """Draw the effects that all canteens share, each with two standard errors either side.

    An effect seen in too few weeks for a standard error is a hollow point, and its name says so.

    Parameters
    ----------
    effects : EffectTable
        From ``CanteenForecaster.effects``.
    lang : {"fr", "en", "pt"}
        Language of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        A panel for each factor of many levels, such as the week, and one for all others.

    Raises
    ------
    CantineError
        Where matplotlib is not installed.
    ForecastError
        Where the language does not exist, or no effect is one of all canteens.
    """
    in_language(TEXTS, lang)
    shared = effects.select(scope=EVERYWHERE)
    if not len(shared):
        raise ForecastError("no_effect_to_draw")
    names, counts = np.unique(shared.factor, return_counts=True)
    long = [
        name
        for name in dict.fromkeys(shared.factor.tolist())
        if counts[names == name][0] > MOST_LEVELS
    ]
    few = np.flatnonzero(~np.isin(shared.factor, long))
    height = max(4.5, 0.3 * (len(few) + len(set(shared.term[few].tolist()))) + 1.2)
    say, figure = _begin(lang, (11.5, max(height, 2.4 * len(long) + 0.6)))
    beside = bool(long) and len(few) > 0
    left: Any = figure
    right: Any = figure
    if beside:
        halves: Any = figure.subfigures(1, 2, width_ratios=(1, 1.15))
        left, right = halves
    if len(few):
        _levels(left.subplots(), shared, few, lang)
    panels: list[Any] = np.atleast_1d(right.subplots(len(long), 1)).tolist() if long else []
    for axes, factor in zip(panels, long, strict=True):
        here = np.flatnonzero(shared.factor == factor)
        level = shared.level[here] + (factor != "to_end")
        # A break in the levels is a break in the line.
        gaps = np.flatnonzero(np.diff(level) > 1) + 1
        for part in np.split(np.arange(len(here)), gaps):
            value, error = shared.percent[here][part], 2 * shared.percent_error[here][part]
            axes.fill_between(level[part], value - error, value + error, color="#C6D7E6", lw=0)
            axes.plot(level[part], value, "o-", color=BLUE, ms=3.5, lw=1.2)
            few_weeks = ~np.isfinite(error)
            axes.plot(
                level[part][few_weeks], value[few_weeks], "o", color=BLUE, mfc="white", ms=3.5
            )
        axes.axhline(0, color=BLACK, lw=0.8)
        axes.set_xlabel(say.get(factor, level_name(factor, 0, lang)))
        axes.set_ylabel("%")
        term = shared.words.term(str(shared.term[here[0]]), lang)
        axes.set_title(_capital(term), loc="left", fontsize=10.5, weight="bold")
        ends = (level[0] - 0.7, level[-1] + 0.7)
        axes.set_xlim(ends[::-1] if factor == "to_end" else ends)
        axes.xaxis.get_major_locator().set_params(integer=True)
        _numbers(axes.yaxis, lang)
        _tidy(axes)
    figure.suptitle(_capital(say["error"]), x=0.01, ha="left", fontsize=11)
    return figure


def plot_calibration(past: Calibration | Forecast, *, lang: str = "fr") -> Figure:
    """Draw how many days the intervals held against how many they should, all and by size.

    The intervals of each past teaching period come from the errors of the other periods.

    Parameters
    ----------
    past : Calibration or Forecast
        Past forecasts, or a forecast that rests on some.
    lang : {"fr", "en", "pt"}
        Language of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        The picture.

    Raises
    ------
    CantineError
        Where matplotlib is not installed.
    ForecastError
        Where the language does not exist, or there are past forecasts of fewer than two periods.
    """
    say, figure = _begin(lang, (7, 7))
    past = past.calibration if isinstance(past, Forecast) else past
    held = held_by_others(past, _COVERAGES)
    if not np.isfinite(held).any():
        raise ForecastError("past_short_intervals", count=len(past.actual))
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=GREY, lw=1, label=say["exact"])
    sizes = np.searchsorted(SIZES, past.forecast, side="right")
    for level in np.unique(sizes).tolist():
        marker, dashes = _LINES[level]
        axes.plot(
            100 * _COVERAGES, 100 * np.nanmean(held[:, sizes == level], axis=1), color=_COLOURS[level],
            marker=marker, ms=5, lw=1.2, ls=dashes, label=size_name(level, lang),
        )  # fmt: skip
    axes.plot(
        100 * _COVERAGES, 100 * np.nanmean(held, axis=1), color=BLACK, marker="o", ms=6, lw=2,
        label=say["all"],
    )  # fmt: skip
    axes.set_xlabel(f"{say['asked']} (%)")
    axes.set_ylabel(f"{say['held']} (%)")
    axes.set(xlim=(0, 100), ylim=(0, 100), aspect="equal")
    axes.set_title(say["calibration"], loc="left", fontsize=11)
    axes.legend(loc="upper left", frameon=True, edgecolor="none")
    axes.grid(color="#E3E3E3", lw=0.6)
    _tidy(axes)
    return figure


def plot_trade_off(
    forecast: Forecast, *, shortages: Sequence[float] = SHORTAGES, tray: int = 1, lang: str = "fr"
) -> Figure:
    """Draw excess against shortage: canteen by canteen, and with one order of each day's total.

    Parameters
    ----------
    forecast : Forecast
        The forecast; its past forecasts are read.
    shortages : sequence of float
        Shares of meals served that may be missing.
    tray : int
        Meals a tray.
    lang : {"fr", "en", "pt"}
        Language of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Two curves; a number at each point is the mean margin over the forecast.

    Raises
    ------
    CantineError
        Where matplotlib is not installed.
    ForecastError
        As ``trade_off`` does, or where the language does not exist.
    """
    say, figure = _begin(lang, (9, 5.6))
    axes = figure.subplots()
    for together, colour, marker, line, name in (
        (False, BLUE, "o", "-", "separate"),
        (True, VERMILION, "s", "--", "together"),
    ):
        table = trade_off(forecast, shortages=shortages, tray=tray, together=together)
        x, y = 100 * table.shortage, 100 * table.excess
        axes.plot(x, y, color=colour, marker=marker, ls=line, lw=1.8, ms=6, label=say[name])
        for n in range(len(table)):
            axes.annotate(
                percent(table.margin[n], lang, 1, sign=True), (x[n], y[n]), (6, 5), fontsize=9,
                textcoords="offset points", color=colour,
            )  # fmt: skip
    axes.set_xlabel(say["shortage"])
    axes.set_ylabel(say["excess"])
    axes.set_xlim(0, 1.08 * axes.get_xlim()[1])
    axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
    axes.set_title(say["trade_off"].format(days=number(table.days, lang)), loc="left", fontsize=11)
    axes.legend(
        loc="upper right",
        frameon=False,
        title=_capital(say["caution"]),
    )
    axes.grid(color="#E3E3E3", lw=0.6)
    _numbers(axes.xaxis, lang)
    _numbers(axes.yaxis, lang)
    _tidy(axes)
    return figure


def plot_error_calendar(
    past: Calibration | Backtest, calendar: Calendar, *, lang: str = "fr"
) -> Figure:
    """Draw the error of each day's total on a calendar, a band a school year.

    Parameters
    ----------
    past : Calibration or Backtest
        Past forecasts.
    calendar : Calendar
        The calendar whose school years are the bands.
    lang : {"fr", "en", "pt"}
        Language of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Days of the week down, weeks across; dark is small and light is large, and a sign says
        whether too many meals were forecast or too few.

    Raises
    ------
    CantineError
        Where matplotlib is not installed.
    ForecastError
        Where the language does not exist, or there is no dated past forecast.
    """
    if isinstance(past, Backtest):
        date, forecast, actual = past.rows.date, past.model.meals, past.actual
    else:
        date, forecast, actual = past.date, past.forecast, past.actual
    in_language(TEXTS, lang)
    if not len(date):
        raise ForecastError("no_past_to_draw")
    days, place = np.unique(date, return_inverse=True)
    error: Floats = np.bincount(place, forecast) / np.bincount(place, actual) - 1
    years = np.clip(calendar.year_index(days), 0, None)
    shown = np.unique(years)
    say, figure = _begin(lang, (12, 1.1 + 1.75 * len(shown)))
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    worst = float(np.ceil(100 * min(np.abs(error).max(), 0.15)))
    seen = set(weekday(days).tolist())
    rows = [n for n in range(7) if n in calendar.weekdays or n in seen]
    for axes, number_ in zip(panels, shown.tolist(), strict=True):
        year = calendar.years[number_]
        _year(
            axes,
            year.start,
            days[years == number_],
            100 * error[years == number_],
            worst,
            rows,
            lang,
        )
        axes.set_title(year.name, loc="left", fontsize=10.5, weight="bold", parse_math=False)
    least = percent(SIGNED / 100, lang, 1)
    figure.suptitle(say["calendar"].format(least=least), x=0.01, ha="left", fontsize=11.5)
    bar = figure.colorbar(
        panels[0].images[0], ax=list(panels), fraction=0.02, pad=0.01, extend="max"
    )
    bar.set_label(say["off"])
    _numbers(bar.ax.yaxis, lang)
    return figure


def picture_kind(path: str | Path) -> str:
    """Return the format that the suffix of a picture says: png, svg or pdf."""
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in ("png", "svg", "pdf"):
        raise CantineError("picture_kind", where=path, value=kind)
    return kind


def save(figure: Figure, path: str | Path) -> None:
    """Write a picture, which takes its name only once it is complete.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    path : str or Path
        Where; the suffix says the format: .png, .svg or .pdf.

    Raises
    ------
    CantineError
        Where the folder cannot be written, or the suffix is no format.
    """
    kind = picture_kind(path)
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    with written(path) as temporary:
        figure.savefig(temporary, format=kind, dpi=150, metadata=undated)


def _begin(lang: str, size: tuple[float, float]) -> tuple[Any, Figure]:
    """Return the labels of a language and an empty picture."""
    say = in_language(TEXTS, lang)
    with needs("figures"):
        from matplotlib.figure import Figure
    return say, Figure(figsize=size, layout="constrained")


def _served(city: City, canteen: str, days: Days) -> Floats:
    """Return what a canteen served on some days, NaN where it is not known."""
    table = city.attendance
    here = table.canteen == city.canteens.index(canteen)
    served = dict(zip(table.date[here].tolist(), table.meals[here].tolist(), strict=True))
    return np.array([served.get(day, np.nan) for day in days.tolist()])


def _levels(axes: Axes, shared: EffectTable, few: npt.NDArray[Any], lang: str) -> None:
    """Draw the levels that are told one by one, under the name of their term."""
    names, errors = shared.level_names(lang), shared.error_texts(lang)
    known = np.isfinite(shared.error)
    labels: list[str] = []
    places, heads = [], []
    last = ""
    for n in few.tolist():
        term = str(shared.term[n])
        if term != last:
            heads.append(len(labels))
            labels.append(_capital(shared.words.term(term, lang)))
            last = term
        places.append(len(labels))
        labels.append(names[n] if known[n] else f"{names[n]} ({errors[n]})")
    place = np.array(places)
    for sure, fill in ((True, BLUE), (False, "white")):
        here = known[few] == sure
        error = 2 * shared.percent_error[few][here] if sure else None
        axes.errorbar(
            shared.percent[few][here], place[here], xerr=error, fmt="o", color=BLUE, ms=5, mfc=fill,
            elinewidth=1.6, capsize=3,
        )  # fmt: skip
    axes.axvline(0, color=BLACK, lw=0.8)
    axes.set_yticks(range(len(labels)), labels, parse_math=False)
    for n, label in enumerate(axes.get_yticklabels()):
        label.set_fontweight("bold" if n in heads else "normal")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlabel(TEXTS[lang]["effect"])
    axes.grid(axis="x", color="#E3E3E3", lw=0.6)
    _numbers(axes.xaxis, lang)
    _tidy(axes)


def _year(
    axes: Axes, start: np.datetime64, days: Days, error: Floats, worst: float, rows: list[int],
    lang: str,
) -> None:  # fmt: skip
    """Draw the days of one school year, a column a week."""
    monday = start - weekday(np.array([start]))[0]
    week = (days - monday).astype(np.int64) // 7
    table = np.full((len(rows), max(46, int(week.max()) + 1)), np.nan)
    row = np.array([rows.index(n) for n in weekday(days).tolist()])
    table[row, week] = np.abs(error)
    axes.imshow(table, cmap="cividis", vmin=0, vmax=worst, aspect="auto", interpolation="nearest")
    for r, w, value in zip(row.tolist(), week.tolist(), error.tolist(), strict=True):
        if abs(value) >= SIGNED:
            axes.text(
                w, r, "+" if value > 0 else "\N{MINUS SIGN}", ha="center", va="center", fontsize=9,
                color="white" if abs(value) < 0.6 * worst else "black", weight="bold",
            )  # fmt: skip
    axes.set_yticks(range(len(rows)), [DAYS[lang][n][:3] for n in rows])
    fridays = monday + 4 + 7 * np.arange(table.shape[1])
    months = fridays.astype("datetime64[M]").astype(np.int64)
    first = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
    axes.set_xticks(first, [MONTHS[lang][m % 12] for m in months[first]], ha="left")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _numbers(axis: Any, lang: str) -> None:
    """Write the ticks of an axis as the language writes numbers."""
    with needs("figures"):
        from matplotlib.ticker import FuncFormatter

    def write(value: float, _: int | None) -> str:
        places = next((p for p in range(3) if abs(value - round(value, p)) < 1e-9), 2)
        return number(value, lang, places)

    axis.set_major_formatter(FuncFormatter(write))


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
