"""A French commune to whose four days a reform adds Wednesday."""

from __future__ import annotations

import numpy as np

from prevision_cantine.calendar.school_calendar import french_calendar
from prevision_cantine.city.made_cities.drawing import (
    CALENDAR,
    SPRING,
    YEARS,
    Season,
    check_years,
    dishes,
    exceptional,
    inside,
    lives,
    spans_of,
    tables_of,
    weekday,
)
from prevision_cantine.city.made_cities.made_city import MadeCity, settings
from prevision_cantine.errors import ForecastError

_NAMES = (
    "Les Tilleuls", "Jean Moulin", "Simone Veil", "La Fontaine", "Les Prés", "Jules Ferry",
    "Le Bourg", "La Gare", "Groupe scolaire des Prés",
)  # fmt: skip
_PLATES = {
    "poisson": (0.22, -0.035, ("Filet de colin", "Brandade", "Saumon à l'oseille")),
    "viande": (0.43, 0.0, ("Rôti de boeuf", "Poulet rôti", "Hachis parmentier")),
    "vegetarien": (0.25, -0.02, ("Lentilles au curry", "Omelette", "Lasagnes aux légumes")),
    "frites": (0.10, 0.04, ("Steak haché frites", "Nuggets frites")),
}
_DESSERTS = ("Yaourt", "Pomme", "Compote", "Fromage blanc", "Éclair")
_WEEKDAY = np.array([-0.02, 0.0, -0.40, 0.015, -0.03, 0.0, 0.0])
_STRIKE, _EVE, _LAST = -0.6, -0.06, -0.02


def make_commune(
    seed: int = 0,
    years: int = 4,
    *,
    start: int = 2018,
    canteens: int = 9,
    reform: int | None = None,
) -> MadeCity:
    """Make a French commune, of zone B, that adds Wednesday from a September on.

    Parameters
    ----------
    seed : int
        Seed; the same seed makes the same city.
    years : int
        School years, from 2011-2012 to 2027-2028.
    start : int
        Year in which the first begins.
    canteens : int
        Canteens, 1 to 9; from 7 on, one opens late, one closes, two merge and one breaks its level.
    reform : int, optional
        Year in whose September Wednesday is added; that of the last school year by default.

    Returns
    -------
    MadeCity
        One meal a day. ``truth`` holds ``weekday``, ``plat``, ``greve``, ``before_break``,
        ``last_days``, ``reform``, ``level``, ``break`` and ``limited``.

    Raises
    ------
    ForecastError
        Where the years cannot be made.
    DateError
        Where the school holidays of a year are not known.

    Examples
    --------
    >>> city = make_commune(years=2, canteens=2)
    >>> city.truth["reform"], len(city.column("annees.csv", "nom"))
    ('2019-09-01', 2)
    """
    check_years(start, years)
    random = np.random.default_rng([seed, 3])
    names = _NAMES[: max(1, min(canteens, len(_NAMES)))]
    reform = start + years - 1 if reform is None else reform
    if not start <= reform <= start + years:
        raise ForecastError("made_reform", year=reform, first=str(start), last=str(start + years))
    changed = np.datetime64(f"{reform}-09-01")
    school = french_calendar("B", range(start, start + years), weekdays=(0, 1, 2, 3, 4))
    spans = [(year.name, year.start, year.end) for year in school.years]
    days = school.school_days(*school.span)
    days = days[inside(days, [(a, b) for _, a, b in spans]) & ~inside(days, [SPRING])]
    days = days[(weekday(days) != 2) | (days >= changed)]
    strikes = np.sort(random.choice(days, size=2 * years, replace=False))
    menu, plate = dishes(random, days, _PLATES, _DESSERTS)
    eve = np.append(np.diff(days).astype(int) > 8, True)
    to_end = np.min(
        [np.where(days <= end, (end - days).astype(int), 999) for _, _, end in spans], axis=0
    )
    effects = {
        "weekday": _WEEKDAY[weekday(days)], "plat": plate, "before_break": _EVE * eve,
        "greve": _STRIKE * np.isin(days, strikes), "last_days": _LAST * np.clip(10 - to_end, 0, None),
    }  # fmt: skip
    size = np.exp(random.normal(np.log(150), 0.4, len(names)))
    level = np.log(0.76) + random.normal(0, 0.06, len(names))
    kinds = random.choice(["maternelle", "élémentaire", "primaire"], size=len(names)).tolist()
    season = Season(days=days, effects=effects, years=spans, by_service={"": np.zeros(len(days))})
    tables, truth = tables_of(random, lives(names, kinds, size, level, spans), season)
    calendar = [(str(b.start), str(b.end), "vacances", b.name, "", "") for b in school.breaks]
    feries = [day for day in school.public_holidays if spans[0][1] <= day <= spans[-1][2]]
    calendar += spans_of(feries, "ferie", "jour férié")
    calendar += spans_of(strikes.tolist(), "greve", "grève")
    calendar += exceptional(spans[0][1], spans[-1][2], ("confinement", "places limitées"))
    tables["calendrier.csv"] = (CALENDAR, tuple(sorted(calendar)))
    tables["annees.csv"] = (YEARS, tuple((name, str(a), str(b)) for name, a, b in spans))
    tables["menus.csv"] = (("date", "plat"), tuple((day, dish) for day, _, dish in menu))
    trips = random.choice(days[days < SPRING[0]] if (days < SPRING[0]).any() else days, size=3)
    tables["absences.csv"] = (
        ("cantine", "date", "absents", "annonce_le"),
        tuple((names[0], str(day), "10", str(day - 21)) for day in np.unique(trips)),
    )
    truth |= {
        "weekday": dict(enumerate(_WEEKDAY[:5].tolist())), "greve": _STRIKE, "before_break": _EVE,
        "last_days": _LAST, "reform": str(changed),
        "plat": {name: effect for name, (_, effect, _) in _PLATES.items()},
    }  # fmt: skip
    words = {
        "poisson": ["colin", "brandade", "saumon"], "viande": ["boeuf", "poulet", "hachis"],
        "vegetarien": ["lentilles", "omelette", "légumes"], "frites": ["frites"],
    }  # fmt: skip
    served = [n for n in range(5) if n in weekday(days)]  # Wednesday, once the reform is there
    toml = settings(languages=["fr"], weekdays=served, zone="Europe/Paris", families=words)
    return MadeCity("commune", tables, toml, truth)
