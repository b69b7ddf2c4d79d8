"""A forecast in words, for a kitchen manager."""

from __future__ import annotations

import numpy as np

from prevision_cantine.errors import ForecastError
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.naming import reasons
from prevision_cantine.words.catalogue import Count
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
            "never": "Cette cantine n'a encore servi aucun repas : la prévision s'appuie sur son effectif et sur les autres cantines, et peut se tromper de beaucoup.",
            "weekday": "Aucun repas n'a jamais été servi un {day} : la prévision est celle d'un jour moyen.",
            "people": "L'effectif de cette cantine est inconnu : la prévision s'appuie sur ses repas habituels.",
            "exceptional": "Ce jour est d'une période exceptionnelle.",
            "short": "Le passé est court : l'intervalle est large, faute de prévisions passées à mesurer.",
            "known": "Prévu avec les données connues le {until}.",
        },
        "en": {
            "head": "{canteen}, {day} {date}: {meals}",
            "interval": " ({low} to {high}, on {share} of days)",
            "more": "{count} more than a usual {day} ({usual})",
            "fewer": "{count} fewer than a usual {day} ({usual})",
            "same": "As many as on a usual {day} ({usual})",
            "colon": ": ",
            "never": "This canteen has not served any meal yet: the forecast rests on its enrolment and on the other canteens, and may be far off.",
            "weekday": "No meal has ever been served on a {day}: the forecast is that of an average day.",
            "people": "The enrolment of this canteen is unknown: the forecast rests on its usual meals.",
            "exceptional": "This day is part of an exceptional period.",
            "short": "The past is short: the interval is wide, for want of past forecasts to measure.",
            "known": "Forecast from data known on {until}.",
        },
        "pt": {
            "head": "{canteen}, {day} {date}: {meals}",
            "interval": " (de {low} a {high}, em {share} dos dias)",
            "more": "{count} a mais que o habitual para {day} ({usual})",
            "fewer": "{count} a menos que o habitual para {day} ({usual})",
            "same": "Tantas quanto o habitual para {day} ({usual})",
            "colon": ": ",
            "never": "Esta cantina ainda não serviu nenhuma refeição: a previsão baseia-se nas matrículas e nas outras cantinas e pode errar muito.",
            "weekday": "Nunca foi servida uma refeição em dia de {day}: a previsão é a de um dia médio.",
            "people": "As matrículas desta cantina são desconhecidas: a previsão baseia-se nas suas refeições habituais.",
            "exceptional": "Este dia pertence a um período excepcional.",
            "short": "O passado é curto: o intervalo é largo, por falta de previsões passadas para medir.",
            "known": "Previsto com os dados conhecidos em {until}.",
        },
    }
)


def explain(forecast: Forecast, i: int, lang: str = "fr") -> str:
    """Return the explanation of a row; ``Forecast.explain`` is the same, and says more."""
    say = in_language(TEXTS, lang)
    if not -len(forecast) <= i < len(forecast):
        raise ForecastError("no_row", row=i, rows=Count(len(forecast), "row"))
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
        (-abs(value), told.get(name, forecast.words.term(name, lang)), value)
        for name, value in zip(added, values.tolist(), strict=True)
        if value
    )
    way = "more" if meals > before else "fewer" if meals < before else "same"
    sentence = say[way].format(
        count=counted(abs(meals - before), "meal", lang), day=day, usual=number(before, lang)
    )
    if terms:
        sentence += say["colon"] + ", ".join(f"{name} {signed(v, lang)}" for _, name, v in terms)
    notes = [say[name].format(day=day) for name, where in forecast.notes.items() if where[i]]
    return " ".join([f"{head}. {sentence}.", *notes, say["known"].format(until=forecast.until)])
