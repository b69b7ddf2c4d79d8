"""A forecast in words, for a kitchen manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from prevision_cantine.model.basis import Basis
from prevision_cantine.model.explanation import TEXTS, Explanation
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.naming import reasons
from prevision_cantine.plain_values import listed as listed_values
from prevision_cantine.read_only import ReadOnly
from prevision_cantine.uncertainty.breaks import LevelBreak
from prevision_cantine.words.language import (
    counted,
    day_of_week,
    in_language,
    listed,
    number,
    percent,
    rounded_to,
    signed,
)


def explain(forecast: Forecast, i: int, lang: str = "fr") -> Explanation:
    """Return the explanation of a row; ``Forecast.explain`` is the same, and says more."""
    forecast.check_row(i)
    return explanations(forecast, lang, [range(len(forecast))[i]])[0]


def explanations(
    forecast: Forecast, lang: str = "fr", rows: Sequence[int] | None = None
) -> list[Explanation]:
    """Return the explanations of rows, all of them by default; ``Forecast.explanations`` is the same."""
    in_language(TEXTS, lang)
    at = np.arange(len(forecast)) if rows is None else np.asarray(rows, dtype=np.int64)
    chosen = forecast.rows.select(at)
    usual, added = forecast.in_meals()
    terms = list(added)
    parts = np.array([added[name][at] for name in terms]).reshape(len(terms), len(at)).T
    told = reasons(chosen, lang)
    names = {name: forecast.words.term(name, lang) for name in terms}
    names_of_canteens = chosen.names
    keys = {name: listed_values(column) for name, column in chosen.keys().items()}
    found = []
    for n, i in enumerate(at.tolist()):
        day = day_of_week(chosen.date[n], lang)
        meals, before = round(float(forecast.meals[i])), round(float(usual[i]))
        values = rounded_to(parts[n], meals - before).tolist()
        because = sorted(
            (-abs(value), told[n].get(name, names[name]), value)
            for name, value in zip(terms, values, strict=True)
            if value
        )
        head = _head(forecast, i, f"{names_of_canteens[n]}, {day} {chosen.date[n]}", meals, lang)
        basis = forecast.basis(i)
        notes = [text for text in say_basis(basis, day, lang) if text]
        sentence = _beside_usual(meals, before, day, because, lang)
        known = TEXTS[lang]["known"].format(until=forecast.until)
        bounds = (float(forecast.lower[i]), float(forecast.upper[i]))
        low, high = bounds if np.isfinite(bounds[0]) else (None, None)
        row = {
            **{name: column[n] for name, column in keys.items()}, "meals": float(forecast.meals[i]),
            "lower": low, "upper": high, "usual": float(usual[i]),
            "added": dict(zip(terms, parts[n].tolist(), strict=True)),
        }  # fmt: skip
        text = " ".join([head, sentence, *notes, known])
        why = tuple((reason, int(value)) for _, reason, value in because)
        found.append(Explanation(text, lang, ReadOnly(row), why, basis))
    return found


def _head(forecast: Forecast, i: int, who: str, meals: int, lang: str) -> str:
    """Return whose meals, how many, and between which figures."""
    say = TEXTS[lang]
    head = say["head"].format(who=who, meals=counted(meals, "meal", lang))
    if np.isfinite(forecast.lower[i]):
        head += say["interval"].format(
            low=number(float(forecast.lower[i]), lang),
            high=number(float(forecast.upper[i]), lang),
            share=percent(forecast.coverage, lang),
        )
    return f"{head}."


def _beside_usual(
    meals: int, before: int, day: str, because: Sequence[tuple[float, str, float]], lang: str
) -> str:
    """Return how far the meals are from those of a usual day, and why."""
    say = TEXTS[lang]
    way = "more" if meals > before else "fewer" if meals < before else "same"
    sentence = say[way].format(
        count=counted(abs(meals - before), "meal", lang), day=day, usual=number(before, lang)
    )
    if because:
        sentence += say["colon"] + ", ".join(f"{name} {signed(v, lang)}" for _, name, v in because)
    return f"{sentence}."


def say_basis(basis: Basis, day: str, lang: str) -> list[str]:
    """Return a sentence for each thing that is not known of a row, and for what stands for it.

    Parameters
    ----------
    basis : Basis
        On what its forecast rests.
    day : str
        Name of its weekday.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of str
        Sentences, in the order of the notes.
    """
    say = in_language(TEXTS, lang)
    found: list[str] = []
    for note in basis.notes:
        if note == "little":
            found.append(_little(basis, say, lang))
        elif note == "break":
            found += [say_break(one, lang) for one in basis.breaks]
        elif note == "people" and not basis.days and basis.source == "others":
            found.append(say["people_new"])
        else:
            found.append(say[note].format(day=day))
    return found


def _little(basis: Basis, say: Mapping[str, str], lang: str) -> str:
    past = say["none"]
    if basis.days:
        past = say["little"].format(days=counted(basis.days, "day", lang))
    source = say["other" if basis.source == "others" and len(basis.canteens) < 2 else basis.source]
    what = source.format(
        count=number(len(basis.canteens), lang), names=listed(basis.canteens, lang)
    )
    known = [say["enrolment"]] if basis.enrolment else []
    return say["rests"].format(
        past=past, what=listed([*known, what], lang), off=percent(basis.off, lang)
    )


def say_break(one: LevelBreak, lang: str, canteen: str = "") -> str:
    """Say a break of level of all canteens, or of one.

    Parameters
    ----------
    one : LevelBreak
        The break.
    lang : {"fr", "en", "pt"}
        Language.
    canteen : str
        Name of the canteen; empty for the one that is spoken of.

    Returns
    -------
    str
        A sentence.
    """
    say = in_language(TEXTS, lang)
    return say["break"].format(
        first=one.first, who=say["city"] if one.series is None else canteen or say["this"], percent=percent(abs(one.percent) / 100, lang),
        way=say["below" if one.shift < 0 else "above"],
        follow=say["moves" if one.moves else "waits"],
    )  # fmt: skip
