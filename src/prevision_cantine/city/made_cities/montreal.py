"""A city like Montréal: late August to late June, pedagogical days, snow, meals that few take."""

from __future__ import annotations

import numpy as np

from prevision_cantine.city.made_cities.drawing import (
    CALENDAR,
    SPRING,
    YEARS,
    Season,
    all_days,
    check_years,
    dishes,
    easter,
    exceptional,
    inside,
    lives,
    spans_of,
    tables_of,
    weekday,
)
from prevision_cantine.city.made_cities.made_city import MadeCity, settings

_NAMES = (
    "École Gabrielle-Roy", "École du Plateau", "École Saint-Henri", "École Rosemont",
    "École Mile-End", "École Verdun", "École Ahuntsic", "École Lachine", "École Marie-Victorin",
    "École Hochelaga", "École Outremont", "École Villeray",
)  # fmt: skip
_PLATES = {
    "poisson": (0.16, -0.10, ("Filet de morue", "Saumon grillé")),
    "pizza": (0.14, 0.15, ("Pizza aux légumes", "Pizza toute garnie")),
    "pates": (0.30, 0.04, ("Macaroni à la viande", "Spaghetti")),
    "autre": (0.40, 0.0, ("Pâté chinois", "Poulet au riz", "Chili", "Tofu général Tao")),
}
_DESSERTS = ("Compote", "Galette à l'avoine", "Fruit", "Yogourt")
_WEEKDAY = np.array([-0.03, 0.0, 0.0, 0.02, 0.06, 0.0, 0.0])
_PEDAGOGICAL, _STORM = -1.1, -0.22
_A_YEAR = 18


def make_montreal(
    seed: int = 0, years: int = 4, *, start: int = 2018, canteens: int = 10
) -> MadeCity:
    """Make a city like Montréal.

    Parameters
    ----------
    seed : int
        Seed; the same seed makes the same city.
    years : int
        School years, 1 to 20.
    start : int
        Year in which the first begins.
    canteens : int
        Canteens, 1 to 12; from 7 on, one opens late, one closes, two merge and one breaks its level.

    Returns
    -------
    MadeCity
        One meal a day, taken by 30 to 60 % of the pupils. About 18 pedagogical days a year have
        day care only; some days of snow close all canteens and have no row. ``truth`` holds
        ``weekday``, ``plat``, ``journee_pedagogique``, ``neige``, ``level``, ``break``, ``limited``.

    Raises
    ------
    ForecastError
        Where the years cannot be made.

    Examples
    --------
    >>> city = make_montreal(years=1, canteens=2)
    >>> city.column("calendrier.csv", "nom").count("journée pédagogique")
    18
    """
    check_years(start, years)
    random = np.random.default_rng([seed, 2])
    names = _NAMES[: max(1, min(canteens, len(_NAMES)))]
    spans, calendar = [], []
    off: list[tuple[np.datetime64, np.datetime64]] = []
    for year in range(start, start + years):
        spans.append(
            (
                f"{year}-{year + 1}",
                np.datetime64(f"{year}-08-27"),
                np.datetime64(f"{year + 1}-06-22"),
            )
        )
        march = all_days(f"{year + 1}-03-01", f"{year + 1}-03-07")
        monday = march[weekday(march) == 0][0]
        breaks = [
            (np.datetime64(f"{year}-12-22"), np.datetime64(f"{year + 1}-01-05"), "temps des fêtes"),
            (monday, monday + 4, "relâche"),
        ]
        calendar += [(str(a), str(b), "vacances", name, "", "") for a, b, name in breaks]
        sunday = easter(year + 1)
        holidays = [
            _monday(year, 9, 1), _monday(year, 10, 8), sunday - 2, sunday + 1, _monday(year + 1, 5, 18),
        ]  # fmt: skip
        calendar += spans_of(holidays, "ferie", "jour férié")
        off += [(a, b) for a, b, _ in breaks] + [(day, day) for day in holidays]
    days = np.concatenate([all_days(first, last) for _, first, last in spans])
    days = days[(weekday(days) < 5) & ~inside(days, off) & ~inside(days, [SPRING])]
    winter = np.isin(days.astype("datetime64[M]").astype(int) % 12, (0, 1, 2, 11))
    closed, storms, pedagogical = [], [], []
    for _, first, last in spans:
        here = (days >= first) & (days <= last)
        snow = random.choice(days[here & winter], size=7, replace=False)
        closed += snow[:3].tolist()
        storms += snow[3:].tolist()
        free = days[here & ~np.isin(days, snow)]
        pedagogical += random.choice(free, size=min(_A_YEAR, len(free)), replace=False).tolist()
    calendar += spans_of(sorted(np.array(closed, "M8[D]")), "ferme", "neige")
    calendar += spans_of(sorted(np.array(storms, "M8[D]")), "evenement", "tempête de neige")
    calendar += spans_of(sorted(np.array(pedagogical, "M8[D]")), "evenement", "journée pédagogique")
    days = days[~np.isin(days, np.array(closed, "M8[D]"))]
    menu, plate = dishes(random, days, _PLATES, _DESSERTS)
    effects = {
        "weekday": _WEEKDAY[weekday(days)], "plat": plate,
        "journee_pedagogique": _PEDAGOGICAL * np.isin(days, np.array(pedagogical, "M8[D]")),
        "neige": _STORM * np.isin(days, np.array(storms, "M8[D]")),
    }  # fmt: skip
    size = np.exp(random.normal(np.log(330), 0.3, len(names)))
    level = np.log(random.uniform(0.32, 0.58, len(names)))
    kinds = random.choice(["primaire", "secondaire"], size=len(names)).tolist()
    season = Season(days=days, effects=effects, years=spans, by_service={"": np.zeros(len(days))})
    tables, truth = tables_of(random, lives(names, kinds, size, level, spans), season)
    calendar += exceptional(spans[0][1], spans[-1][2], ("écoles fermées", "places limitées"))
    tables["calendrier.csv"] = (CALENDAR, tuple(sorted(calendar)))
    tables["annees.csv"] = (YEARS, tuple((name, str(a), str(b)) for name, a, b in spans))
    tables["menus.csv"] = (("date", "plat"), tuple((day, dish) for day, _, dish in menu))
    truth |= {
        "weekday": dict(enumerate(_WEEKDAY[:5].tolist())), "journee_pedagogique": _PEDAGOGICAL,
        "neige": _STORM, "plat": {name: effect for name, (_, effect, _) in _PLATES.items()},
    }  # fmt: skip
    words = {
        "poisson": ["morue", "saumon"], "pizza": ["pizza"], "pates": ["macaroni", "spaghetti"],
    }  # fmt: skip
    toml = settings(
        languages=["fr", "en"], weekdays=range(5), zone="America/Montreal", families=words
    )
    return MadeCity("Montréal", tables, toml, truth)


def _monday(year: int, month: int, from_day: int) -> np.datetime64:
    """Return the first Monday of a month from a day on."""
    week = np.datetime64(f"{year}-{month:02d}-{from_day:02d}") + np.arange(7)
    found: np.datetime64 = week[weekday(week) == 0][0]
    return found
