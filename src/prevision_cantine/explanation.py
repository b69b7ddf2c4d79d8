"""A forecast in words, for a kitchen manager."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from prevision_cantine.calendar import weekday
from prevision_cantine.errors import ForecastError
from prevision_cantine.features import TERMS
from prevision_cantine.forecast import Forecast

DAYS: Mapping[str, tuple[str, ...]] = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "pt": ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
}
TEXTS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "head": "{canteen}, {day} {date} : {meals} repas",
        "interval": " (de {low} à {high}, {share} % des jours)",
        "usual": "Un {day} habituel : {usual}.",
        "known": "Prévu avec les données connues le {until}.",
    },
    "en": {
        "head": "{canteen}, {day} {date}: {meals} meals",
        "interval": " ({low} to {high}, on {share} % of days)",
        "usual": "A usual {day}: {usual}.",
        "known": "Forecast from data known on {until}.",
    },
    "pt": {
        "head": "{canteen}, {day} {date}: {meals} refeições",
        "interval": " (de {low} a {high}, {share} % dos dias)",
        "usual": "Dia habitual ({day}): {usual}.",
        "known": "Previsto com os dados conhecidos em {until}.",
    },
}


def explain(forecast: Forecast, i: int, lang: str) -> str:
    """Return the explanation of row ``i``; see ``Forecast.explain``."""
    if lang not in TEXTS:
        raise ForecastError(f"no explanation in {lang!r}; known: {', '.join(TEXTS)}")
    if not -len(forecast) <= i < len(forecast):
        raise ForecastError(f"no row {i}: the forecast has {len(forecast)} rows")
    say, date = TEXTS[lang], forecast.rows.date[i]
    day = DAYS[lang][int(weekday(np.array([date]))[0])]
    head = say["head"].format(
        canteen=forecast.rows.names[i], day=day, date=date, meals=f"{forecast.meals[i]:.0f}"
    )
    if np.isfinite(forecast.lower[i]):
        head += say["interval"].format(
            low=f"{forecast.lower[i]:.0f}",
            high=f"{forecast.upper[i]:.0f}",
            share=f"{100 * forecast.coverage:g}",
        )
    usual, added = forecast.in_meals()
    terms = sorted(((float(v[i]), name) for name, v in added.items()), key=lambda t: -abs(t[0]))
    said = [f"{TERMS[name][lang]} {v:+.0f}" for v, name in terms if abs(v) >= 0.5]
    lines = [head + ".", say["usual"].format(day=day, usual=f"{usual[i]:.0f}")]
    if said:
        listed = ", ".join(said).replace("-", "\N{MINUS SIGN}")
        lines[-1] += " " + listed[:1].upper() + listed[1:] + "."
    return " ".join([*lines, say["known"].format(until=forecast.until)])
