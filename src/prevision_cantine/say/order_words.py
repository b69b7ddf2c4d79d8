"""What the pages of an order for a kitchen have in common: its weeks, rows and words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from prevision_cantine.arrays import Ints
from prevision_cantine.city.city import City
from prevision_cantine.decide.ordering import Order
from prevision_cantine.model.naming import observance_words, reasons
from prevision_cantine.words.language import DAYS, MONTHS, phrases

TOLD = ("menu", "vacances", "feries", "greve")  # the terms that a kitchen should know of

TEXTS = phrases("order_words")


@attrs.frozen
class Line:
    """A day and service of a canteen, as a kitchen reads it.

    Parameters
    ----------
    date : datetime64[D]
        Day.
    service : str
        Service; empty where the city has one alone.
    forecast : int or None
        Meals forecast; None where they are not told.
    meals : int
        Meals ordered.
    notes : str
        What is not usual on that day: dishes, holidays near, events, in the city's words.
    """

    date: np.datetime64
    service: str
    forecast: int | None
    meals: int
    notes: str


def _canteens_of(order: Order) -> list[tuple[str, Ints]]:
    """Return the canteens of an order, by name, each with its rows by day and service."""
    sites = np.array(order.rows.city.sites)[order.rows.canteen]
    found = []
    for site in dict.fromkeys(sites[np.argsort(order.rows.canteen, kind="stable")].tolist()):
        here = np.flatnonzero(sites == site)
        rank = np.lexsort((order.rows.canteen[here], order.rows.date[here]))
        found.append((site, here[rank]))
    return found


def weeks_of(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Return the lines of each week, such as ``2024-W19``, in order."""
    weeks: dict[str, list[Line]] = {}
    for line in lines:
        date: dt.date = line.date.astype(dt.date)
        year, number, _ = date.isocalendar()
        weeks.setdefault(f"{year}-W{number:02d}", []).append(line)
    return weeks


def pages_of(order: Order, lang: str) -> list[tuple[str, list[Line]]]:
    """Return the canteens of an order as a kitchen reads them.

    Parameters
    ----------
    order : Order
        The order.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of (str, list of Line)
        Name of the canteen, and its lines by day and service.
    """
    rows, city = order.rows, order.rows.city
    services = np.array(city.service_of)[rows.canteen]
    several = len(set(city.service_of)) > 1
    # What is told of a day is the same in all canteens of a service, and slow to tell.
    keys = zip(rows.date.tolist(), services.tolist(), strict=True)
    first = {key: n for n, key in reversed(list(enumerate(keys)))}
    told = dict(zip(first, reasons(rows.select(np.array([*first.values()])), lang), strict=True))
    pages = []
    for site, here in _canteens_of(order):
        lines = []
        for i in here.tolist():
            key, series = (rows.date[i].astype(dt.date), services[i].item()), int(rows.canteen[i])
            notes = [*_events(city, rows.date[i], series, lang)]
            notes += [told[key][term] for term in TOLD if term in told[key]]
            expected = float(order.forecast[i])
            lines.append(
                Line(
                    date=rows.date[i],
                    service=key[1] if several else "",
                    forecast=round(expected) if np.isfinite(expected) else None,
                    meals=round(float(order.meals[i])),
                    notes=TEXTS[lang]["and"].join(dict.fromkeys(notes)),
                )
            )
        pages.append((site, lines))
    return pages


def _events(city: City, day: np.datetime64, series: int, lang: str) -> Iterator[str]:
    """Yield the events and observances of a day by the name that the city or the package has."""
    for name, days in (*city.calendar.events, *city.calendar.observances):
        if day in days:
            yield observance_words(name).get(lang, name)
    for mark in city.marks:
        if mark.name and mark.series == series and day in mark.date:
            yield observance_words(mark.name).get(lang, mark.name)


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
