"""What a model cannot know because it learned from too little, in words."""

from __future__ import annotations

import numpy as np

from prevision_cantine.city.sources import Sources
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.say.explanation import say_break
from prevision_cantine.uncertainty.intervals import MIN_ROWS
from prevision_cantine.words.language import counted, in_language, number, phrases

SHOWN = 4  # canteens that a sentence names
SCHOOL_YEAR = 300  # days from the first to the last of a school year, at the least

TEXTS = phrases("limits")


def too_little(sources: Sources, past_forecasts: int) -> tuple[str, ...]:
    """Return the names of what cannot be known.

    Parameters
    ----------
    sources : Sources
        What was learned from.
    past_forecasts : int
        Past forecasts that intervals and orders rest on.

    Returns
    -------
    tuple of str
        ``season`` where the data span less than a school year, ``intervals`` where the past
        forecasts are too few to measure how wide they should be.
    """
    found = {
        "season": (sources.last - sources.first).astype(int) < SCHOOL_YEAR,
        "intervals": past_forecasts < MIN_ROWS,
    }
    return tuple(name for name, there in found.items() if there)


def say_too_little(sources: Sources, past_forecasts: int, lang: str) -> list[str]:
    """Return a sentence for each name of ``too_little``, which begins with a small letter.

    Parameters
    ----------
    sources, past_forecasts
        As in ``too_little``.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of str
        None where nothing of this is lacking.

    Raises
    ------
    ForecastError
        Where the language does not exist.
    """
    say = in_language(TEXTS, lang)
    if not sources.is_school:
        say = {**say, "season": say["civil_season"]}
    return [
        say[name].format(
            days=counted(sources.days, "day", lang), first=sources.first, last=sources.last,
            needed=number(MIN_ROWS, lang), past=number(past_forecasts, lang),
        )
        for name in too_little(sources, past_forecasts)
    ]  # fmt: skip


def say_unknowns(forecast: Forecast, lang: str) -> list[str]:
    """Return a sentence for each break of level, and one for the canteens with little past.

    Parameters
    ----------
    forecast : Forecast
        The forecast; only what concerns its canteens is said.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of str
        None where nothing of this is so; the same as data is in ``Forecast.unknowns``.

    Raises
    ------
    ForecastError
        Where the language does not exist.
    """
    say, unknowns = in_language(TEXTS, lang), forecast.unknowns
    if unknowns is None:
        return []
    names, here = forecast.rows.city.canteens, np.unique(forecast.rows.canteen)
    found = [
        say_break(one, lang, "" if one.series is None else names[one.series])
        for one in unknowns.breaks
        if one.concerns(here).any() and not unknowns.new_year.all()
    ]
    open_ = set(here.tolist()) - set(forecast.rows.canteen[unknowns.stated].tolist())
    pairs = zip(unknowns.newcomers.series.tolist(), unknowns.newcomers.priors, strict=True)
    little = [names[n] for n, prior in pairs if n in open_ and prior.source == "others"]
    if little:
        more = ", …" if len(little) > SHOWN else ""
        count = counted(len(little), "canteen", lang)
        found.append(say["little"].format(count=count, names=", ".join(little[:SHOWN]) + more))
    return found
