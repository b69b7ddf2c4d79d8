"""What a backtest found, in words and tables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from prevision_cantine.errors import ParameterError
from prevision_cantine.measure.backtest import Backtest
from prevision_cantine.measure.comparison import GROUPINGS, WEEKS_TO_JUDGE, Comparison, Gain
from prevision_cantine.measure.peers import BASELINES
from prevision_cantine.measure.written import MEASURES as COLUMNS
from prevision_cantine.measure.written import Measured
from prevision_cantine.uncertainty.measures import Scores
from prevision_cantine.words.language import (
    DAYS,
    LANGUAGES,
    MONTHS,
    NBSP,
    counted,
    in_language,
    listed,
    number,
    percent,
    table,
)

MEASURES = tuple(COLUMNS)
NARROW = 0.03  # share of rows by which intervals that hold fewer than stated are called too narrow
CLOSE = (
    0.02  # share of the error by which a model that is not clearly better is as good as the mean
)
MOST_ORDERED = 0.95  # share of rows with an order from which those without change nothing
_BEFORE = re.compile(r" (?=[:;!?%])")


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    file = resources.files("prevision_cantine").joinpath("words/backtest.toml")
    found: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    for name in ("short", "the", "of"):
        found |= {f"{name}.{who}": said for who, said in found.pop(name).items()}
    for said in found.values():  # French has spaces that do not break
        said["fr"] = _BEFORE.sub(NBSP, said["fr"])
    return found


def say(code: str, lang: str, **facts: object) -> str:
    """Return a sentence of ``words/backtest.toml``, its facts written in the language already."""
    in_language(dict.fromkeys(LANGUAGES, ""), lang)
    return _sentences()[code][lang].format_map(facts)


def group_name(by: str, group: str, lang: str) -> str:
    """Return what a group of a comparison is called.

    Parameters
    ----------
    by : {"series", "month", "weekday"}
        What the groups are.
    group : str
        As in ``Scores.group``.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    str
        Words.

    Examples
    --------
    >>> group_name("month", "2017-01", "fr"), group_name("weekday", "0", "en")
    ('janvier 2017', 'Monday')
    """
    if by == "weekday":
        return DAYS[lang][int(group)]
    if by == "month":
        of = " de " if lang == "pt" else " "
        return MONTHS[lang][int(group[5:7]) - 1] + of + group[:4]
    return group


def long_date(day: np.datetime64, lang: str) -> str:
    """Return a day as a sentence names it.

    Examples
    --------
    >>> long_date(np.datetime64("2017-07-04"), "pt"), long_date(np.datetime64("2017-07-01"), "fr")
    ('4 de julho de 2017', '1er juillet 2017')
    """
    text = str(day.astype("datetime64[D]"))
    of = " de " if lang == "pt" else " "
    first = {"fr": "1er", "pt": "1º"}.get(lang, "1")
    date = first if text.endswith("-01") else str(int(text[8:]))
    return of.join([date, in_language(MONTHS, lang)[int(text[5:7]) - 1], text[:4]])


def share(value: float, lang: str, places: int = 1, *, sign: bool = False) -> str:
    """Return a share as a percentage; a dash where it is not known."""
    return percent(value, lang, places, sign=sign) if np.isfinite(value) else "–"


def figures_table(found: Comparison, lang: str) -> tuple[list[str], list[list[str]]]:
    """Return the figures of all rows together as cells.

    Parameters
    ----------
    found : Comparison
        Of ``by="all"``.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of str, list of list of str
        Heading, and a row each forecaster.
    """
    at = share(found.at_shortage, lang, 2)
    header = ["", *(say(name, lang, share=at) for name in MEASURES)]
    return header, [
        [
            say(who, lang),
            *(share(getattr(one, name)[0], lang, 2, sign=name == "bias") for name in MEASURES),
        ]
        for who, one in found.scores.items()
    ]


def groups_table(found: Comparison, lang: str) -> tuple[list[str], list[list[str]]]:
    """Return the figures by group as cells: errors of all, and the model's bias and coverage.

    Parameters
    ----------
    found : Comparison
        By series, month or weekday.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of str, list of list of str
        Heading, and a row each group.
    """
    model = found.scores["model"]
    header = [
        say("errors_by", lang, by=say(found.by, lang)),
        say("rows", lang),
        *(say(f"short.{who}", lang) for who in found.scores),
        *(say("of_model", lang, what=say(name, lang)) for name in ("bias", "coverage")),
    ]
    return header, [
        [
            group_name(found.by, str(model.group[n]), lang),
            number(int(model.rows[n]), lang),
            *(share(one.wape[n], lang) for one in found.scores.values()),
            share(model.bias[n], lang, sign=True),
            share(model.coverage[n], lang),
        ]
        for n in range(len(model))
    ]


def wasted_a_day(one: Scores, at_shortage: float, days: int) -> float:
    """Return the meals left over a day at the shortage at which excess is compared."""
    over = float(one.equal_excess[0])
    return float(one.meals[0]) * (1 - at_shortage) * over / (1 - over) / days


def verdict(who: str, gain: Gain, lang: str) -> str:
    """Return whether the model is better than a baseline, in one sentence."""
    found = gain.verdict
    signed = found in ("similar", "too_few")
    value = -gain.share if signed else abs(gain.share)
    return say(
        found, lang, of=say(f"of.{who}", lang), share=share(value, lang, 1, sign=signed),
        weeks=number(gain.weeks, lang), least=number(WEEKS_TO_JUDGE, lang),
    )  # fmt: skip


def findings(result: Backtest, lang: str) -> list[str]:
    """Return what a kitchen manager should know of a backtest, the main thing first.

    Parameters
    ----------
    result : Backtest
        Forecasts of the past.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of str
        Sentences. That the model is not better than a plain mean is said in so many words.
    """
    found = result.compare()
    model = found.scores["model"]
    others = [
        say(
            "error_for", lang, who=say(f"the.{who}", lang), value=number(100 * one.wape[0], lang, 1)
        )
        for who, one in found.scores.items()
        if who not in (("model",) if has_last_year(result) else ("model", "last_year"))
    ]
    lines = [
        say("error", lang, model=number(100 * model.wape[0], lang, 1), others=listed(others, lang))
    ]
    peer = "agents" if "agents" in found.scores else "weekday_mean"
    own, other = (
        wasted_a_day(found.scores[who], found.at_shortage, found.days) for who in ("model", peer)
    )
    lines.append(
        say(
            "waste_agents" if peer == "agents" else "waste_mean", lang,
            share=share(found.at_shortage, lang, 2), own=share(model.equal_excess[0], lang),
            other=share(found.scores[peer].equal_excess[0], lang),
            meals=counted(abs(own - other), "meal", lang),
            way=say("fewer" if own <= other else "more", lang),
        )
    )  # fmt: skip
    mean, last_year = (verdict(who, found.gains[who], lang) for who in BASELINES)
    lines.append(mean)
    gain = found.gains["weekday_mean"]
    if gain.verdict == "worse" or (gain.verdict == "similar" and gain.share < CLOSE):
        lines.append(say("plain_mean", lang))
    lines.append(last_year if has_last_year(result) else say("no_last_year", lang))
    if np.isfinite(model.coverage[0]):
        asked = share(result.coverage, lang, 0)
        lines.append(
            say(
                "held", lang, asked=asked, held=share(model.coverage[0], lang, 0),
                width=share(model.width[0], lang, 0),
            )
        )  # fmt: skip
        if model.coverage[0] < result.coverage - NARROW:
            lines[-1] += " " + say("held_less", lang)
    return lines


def remarks(result: Backtest, lang: str) -> list[str]:
    """Return what else is to be known of a backtest, as sentences."""
    return [
        say(f"note_{note.code}", lang, names=", ".join(note.names), count=number(note.count, lang))
        for note in result.notes
    ]


def has_last_year(result: Backtest) -> bool:
    """Return whether the same week of last year is known of any row; else it is the plain mean."""
    last_year, mean = (result.forecasts[who].meals for who in ("last_year", "weekday_mean"))
    return not np.array_equal(last_year, mean)


def lacks_orders(result: Backtest) -> bool:
    """Return whether so many rows have no order of the agents that all are worth a table."""
    known = float(result.ordered_by_agents.mean())
    return 0 < known < MOST_ORDERED


def head(result: Backtest, lang: str) -> str:
    """Return what was forecast, in one sentence."""
    return say(
        "head", lang, first=long_date(result.rows.date.min(), lang),
        last=long_date(result.rows.date.max(), lang), rows=counted(len(result), "row", lang),
        days=counted(len(np.unique(result.rows.date)), "day", lang),
        forecasts=counted(result.origins, "forecast", lang),
        lead=counted(result.lead_days, "day", lang),
    )  # fmt: skip


def backtest_text(
    result: Backtest, lang: str = "fr", *, by: Sequence[str] = ("weekday", "month")
) -> str:
    """Return what a backtest found, as text.

    Parameters
    ----------
    result : Backtest
        Forecasts of the past.
    lang : {"fr", "en", "pt"}
        Language.
    by : sequence of {"series", "month", "weekday"}
        Groups whose tables follow that of all rows.

    Returns
    -------
    str
        Lines: what was forecast, the figures of all, sentences for a manager, tables by group.

    Raises
    ------
    ForecastError
        Where the language or a grouping does not exist.

    Examples
    --------
    >>> from prevision_cantine import backtest, make_city
    >>> result = backtest(make_city(seed=0, canteens=5, years=2), "2022-05-01", "2022-06-10")
    >>> print(backtest_text(result, "en", by=[]).splitlines()[0])
    Forecasts of the past, from 9 May 2022 to 10 June 2022: 20 days, 100 rows (canteen and day) in 1 forecast, each from data that end 15 days before.
    """
    for one in by:
        if one not in GROUPINGS[1:]:
            raise ParameterError("by", one, "parts.give_some_of", known=tuple(GROUPINGS[1:]))
    found = result.compare()
    parts = [head(result, lang)]
    main = table(*figures_table(found, lang))
    if result.strike.any() and not found.strikes:
        every = table(*figures_table(result.compare(strikes=True), lang))
        parts += [
            f"{say('without_strikes', lang)}\n{main}",
            f"{say('with_strikes', lang)}\n{every}",
        ]
    else:
        parts.append(main)
    if lacks_orders(result):
        alone = table(*figures_table(result.compare(agents=False), lang))
        parts.append(f"{say('all_rows', lang)}\n{alone}")
    parts.append("\n".join(findings(result, lang) + remarks(result, lang)))
    parts += [table(*groups_table(result.compare(one), lang)) for one in by]
    return "\n\n".join(parts)


def csv_rows(result: Backtest) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the figures of all groups as cells of one long table.

    Parameters
    ----------
    result : Backtest
        Forecasts of the past.

    Returns
    -------
    tuple of str, list of tuple of str
        ``par, groupe, prevision_de, lignes, repas`` and the measures; shares are between 0 and 1,
        empty where there is none.
    """
    header = ("par", "groupe", "prevision_de", "lignes", "repas", *COLUMNS.values())
    return header, [
        cells
        for by in GROUPINGS
        for who, one in result.compare(by).scores.items()
        for cells in _csv_lines(by, who, one)
    ]


def measured_text(found: Measured, file: str, lang: str = "fr") -> str:
    """Return the figures of written forecasts as text.

    Parameters
    ----------
    found : Measured
        The figures.
    file : str
        Where the forecasts were written.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    str
        Lines, and a table by each grouping.
    """
    every = found.scores["all"]
    lines = [say("measured", lang, file=file, rows=counted(int(every.rows[0]), "row", lang))]
    parts = []
    at = share(found.shortage, lang, 2)
    for by, one in found.scores.items():
        header = [
            "" if by == "all" else say(by, lang),
            say("rows", lang),
            *(say(name, lang, share=at) for name in MEASURES),
        ]
        rows = [
            [
                say("forecast", lang) if by == "all" else group_name(by, str(one.group[n]), lang),
                number(int(one.rows[n]), lang),
                *(share(getattr(one, name)[n], lang, 2, sign=name == "bias") for name in MEASURES),
            ]
            for n in range(len(one))
        ]
        parts.append(table(header, rows))
    if found.unserved:
        parts.append(say("unserved", lang, rows=counted(found.unserved, "row", lang)))
    return "\n\n".join(["\n".join([*lines, parts[0]]), *parts[1:]])


def measured_rows(found: Measured) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the figures of written forecasts as cells of one long table, as ``csv_rows``."""
    header = ("par", "groupe", "prevision_de", "lignes", "repas", *COLUMNS.values())
    return header, [
        cells for by, one in found.scores.items() for cells in _csv_lines(by, "forecast", one)
    ]


def _csv_lines(by: str, who: str, one: Scores) -> list[tuple[str, ...]]:
    lines = []
    for n in range(len(one)):
        values = [float(getattr(one, name)[n]) for name in MEASURES]
        cells = ["" if np.isnan(value) else f"{value:.6f}" for value in values]
        lines.append((by, str(one.group[n]), who, str(one.rows[n]), f"{one.meals[n]:.0f}", *cells))
    return lines
