"""A forecast in words, for a kitchen manager."""

from __future__ import annotations

import numpy as np

from prevision_cantine.errors import ForecastError
from prevision_cantine.model.design import TERMS
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.naming import reasons
from prevision_cantine.words.language import (
    counted,
    day_of_week,
    in_language,
    number,
    percent,
    rounded_to,
    signed,
    texts,
)

TEXTS = texts(
    {
        "fr": {
            "head": "{canteen}, {day} {date} : {meals}",
            "interval": " (de {low} à {high}, {share} des jours)",
            "more": "{count} de plus qu'un {day} habituel ({usual})",
            "fewer": "{count} de moins qu'un {day} habituel ({usual})",
            "same": "Autant qu'un {day} habituel ({usual})",
            "colon": " : ",
            "known": "Prévu avec les données connues le {until}.",
        },
        "en": {
            "head": "{canteen}, {day} {date}: {meals}",
            "interval": " ({low} to {high}, on {share} of days)",
            "more": "{count} more than a usual {day} ({usual})",
            "fewer": "{count} fewer than a usual {day} ({usual})",
            "same": "As many as on a usual {day} ({usual})",
            "colon": ": ",
            "known": "Forecast from data known on {until}.",
        },
        "pt": {
            "head": "{canteen}, {day} {date}: {meals}",
            "interval": " (de {low} a {high}, em {share} dos dias)",
            "more": "{count} a mais que o habitual para {day} ({usual})",
            "fewer": "{count} a menos que o habitual para {day} ({usual})",
            "same": "Tantas quanto o habitual para {day} ({usual})",
            "colon": ": ",
            "known": "Previsto com os dados conhecidos em {until}.",
        },
    }
)


def explain(forecast: Forecast, i: int, lang: str = "fr") -> str:
    """Return the explanation of a row; ``Forecast.explain`` is the same, and says more."""
    say = in_language(TEXTS, lang)
    if not -len(forecast) <= i < len(forecast):
        raise ForecastError(f"no row {i}: the forecast has {counted(len(forecast), 'row')}")
    row = forecast.rows.select(np.array([i]))
    day = day_of_week(row.date[0], lang)
    meals = round(float(forecast.meals[i]))
    head = say["head"].format(
        canteen=row.names[0], day=day, date=row.date[0], meals=counted(meals, "meal", lang)
    )
    if np.isfinite(forecast.lower[i]):
        head += say["interval"].format(
            low=number(float(forecast.lower[i]), lang),
            high=number(float(forecast.upper[i]), lang),
            share=percent(forecast.coverage, lang),
        )
    usual, added = forecast.in_meals()
    before = round(float(usual[i]))
    values = rounded_to(np.array([v[i] for v in added.values()]), meals - before)
    told = reasons(row, lang)[0]
    terms = sorted(
        (-abs(value), told.get(name, TERMS[name][lang]), value)
        for name, value in zip(added, values.tolist(), strict=True)
        if value
    )
    way = "more" if meals > before else "fewer" if meals < before else "same"
    sentence = say[way].format(
        count=counted(abs(meals - before), "meal", lang), day=day, usual=number(before, lang)
    )
    if terms:
        sentence += say["colon"] + ", ".join(f"{name} {signed(v, lang)}" for _, name, v in terms)
    return f"{head}. {sentence}. {say['known'].format(until=forecast.until)}"
