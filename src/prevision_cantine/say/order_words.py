"""What the pages of an order for a kitchen have in common: its weeks, rows and words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs
import numpy as np

from prevision_cantine.arrays import Ints
from prevision_cantine.calendar.days import weekday
from prevision_cantine.decide.ordering import Order
from prevision_cantine.model.naming import reasons
from prevision_cantine.words.language import DAYS, MONTHS, texts

TOLD = ("menu", "vacances", "feries", "greve", "ramadan")  # the terms that a kitchen should know of

TEXTS = texts({
    "fr": {
        "title": "Commande de repas : {canteen}", "week": "Semaine {number}, du {first} au {last}",
        "day": "Jour", "service": "Service", "notes": "À savoir", "forecast": "Repas prévus",
        "order": "Repas commandés", "trays": "Barquettes de {tray}", "served": "Repas servis",
        "signature": "Signature", "total": "Total",
        "fill": "La cuisine remplit « Repas servis » chaque jour ; ce sont les données de la prochaine prévision.",
        "signed": "Date et signature :", "page": "Page", "date": "{day} {n} {month} {year}",
        "date_short": "{day} {n} {month}",
        "event": "{meals} repas commandés", "event_service": "{service} : {meals} repas commandés",
        "expected": "Prévus : {meals}.", "known": "À savoir : {notes}.",
    },
    "en": {
        "title": "Meal order: {canteen}", "week": "Week {number}, from {first} to {last}",
        "day": "Day", "service": "Service", "notes": "To know", "forecast": "Meals forecast",
        "order": "Meals ordered", "trays": "Trays of {tray}", "served": "Meals served",
        "signature": "Signature", "total": "Total",
        "fill": "The kitchen fills in “Meals served” each day: these are the data of the next forecast.",
        "signed": "Date and signature:", "page": "Page", "date": "{day} {n} {month} {year}",
        "date_short": "{day} {n} {month}",
        "event": "{meals} meals ordered", "event_service": "{service}: {meals} meals ordered",
        "expected": "Forecast: {meals}.", "known": "To know: {notes}.",
    },
    "pt": {
        "title": "Pedido de refeições: {canteen}", "week": "Semana {number}, de {first} a {last}",
        "day": "Dia", "service": "Serviço", "notes": "A saber", "forecast": "Refeições previstas",
        "order": "Refeições pedidas", "trays": "Bandejas de {tray}", "served": "Refeições servidas",
        "signature": "Assinatura", "total": "Total",
        "fill": "A cozinha preenche “Refeições servidas” a cada dia: são os dados da próxima previsão.",
        "signed": "Data e assinatura:", "page": "Página", "date": "{day}, {n} de {month} de {year}",
        "date_short": "{day}, {n} de {month}",
        "event": "{meals} refeições pedidas", "event_service": "{service}: {meals} refeições pedidas",
        "expected": "Previstas: {meals}.", "known": "A saber: {notes}.",
    },
})  # fmt: skip


@attrs.frozen
class Line:
    """A day and service of a canteen, as a kitchen reads it.

    Parameters
    ----------
    date : datetime64[D]
        Day.
    service : str
        Service; empty where the city has one alone.
    forecast, meals : int
        Meals forecast and ordered.
    notes : str
        What is not usual on that day: dishes, holidays near, events, in the city's words.
    """

    date: np.datetime64
    service: str
    forecast: int
    meals: int
    notes: str


def canteens_of(order: Order) -> list[tuple[str, Ints]]:
    """Return the canteens of an order, by name, each with its rows by day and service."""
    sites = np.array(order.rows.city.sites)[order.rows.canteen]
    found = []
    for site in dict.fromkeys(sites[np.argsort(order.rows.canteen, kind="stable")].tolist()):
        here = np.flatnonzero(sites == site)
        rank = np.lexsort((order.rows.canteen[here], order.rows.date[here]))
        found.append((site, here[rank]))
    return found


def weeks_of(order: Order, here: Ints) -> Iterator[tuple[str, Ints]]:
    """Return the weeks of some rows, as ``2024-W19``, each with its rows."""
    days = order.rows.date[here]
    monday = days - weekday(days)
    for first in np.unique(monday):
        year, number, _ = first.item().isocalendar()
        yield f"{year}-W{number:02d}", here[monday == first]


def lines_of(order: Order, here: Ints, lang: str) -> list[Line]:
    """Return rows as a kitchen reads them."""
    rows = order.rows.select(here)
    city = rows.city
    several = len(set(city.service_of)) > 1
    result = []
    for i, told in enumerate(reasons(rows, lang)):
        day, series = rows.date[i], int(rows.canteen[i])
        calendar = (*city.calendar.events, *city.calendar.observances)
        events = [name for name, days in calendar if day in days]
        events += [m.name for m in city.marks if m.name and m.series == series and day in m.date]
        notes = [*dict.fromkeys([*events, *(told[term] for term in TOLD if term in told)])]
        expected = order.forecast[here[i]]
        result.append(
            Line(
                date=day, service=city.service_of[series] if several else "",
                forecast=round(float(expected)) if np.isfinite(expected) else -1,
                meals=round(float(order.meals[here[i]])), notes=" ; ".join(notes) if lang == "fr" else "; ".join(notes),
            )
        )  # fmt: skip
    return result


def written_day(day: np.datetime64, lang: str, *, year: bool = False) -> str:
    """Return a day as people write it.

    Examples
    --------
    >>> written_day(np.datetime64("2024-05-14"), "fr"), written_day(np.datetime64("2024-05-14"), "pt")
    ('mardi 14 mai', 'terça, 14 de maio')
    """
    date: dt.date = day.astype(dt.date)
    key = "date" if year else "date_short"
    return TEXTS[lang][key].format(
        day=DAYS[lang][date.weekday()],
        n=date.day,
        month=MONTHS[lang][date.month - 1],
        year=date.year,
    )
