"""A city like Recife: February to December, two shifts a school, carnival and São João."""

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
    "Escola Paulo Freire", "Escola Capibaribe", "Escola Boa Viagem", "Escola Casa Amarela",
    "Escola Dom Hélder", "Escola Pina", "Escola Várzea", "Escola Ibura", "Escola Torre",
    "Escola Recife Antigo", "Escola do Coque", "Escola Santo Amaro",
)  # fmt: skip
# Family: how often, effect, dishes.
_PLATES = {
    "peixe": (0.15, -0.06, ("Peixe ao molho de coco", "Tilápia grelhada", "Sardinha")),
    "frango": (0.35, 0.02, ("Frango guisado", "Galinhada", "Frango assado")),
    "carne": (0.30, 0.0, ("Carne moída", "Charque com macaxeira")),
    "cuscuz": (0.20, -0.02, ("Cuscuz com ovo", "Cuscuz com salsicha")),
}
_DESSERTS = ("Banana", "Melancia", "Mamão", "Bolo de rolo", "Laranja")
_WEEKDAY = np.array([-0.05, 0.0, 0.02, 0.0, -0.09, 0.0, 0.0])
_SHARE = {"manha": 0.0, "tarde": -0.16}
_HOLIDAYS = ("04-21", "05-01", "06-24", "07-16", "09-07", "10-12", "11-02", "11-15", "12-08")


def make_recife(
    seed: int = 0, years: int = 4, *, start: int = 2018, canteens: int = 10
) -> MadeCity:
    """Make a city like Recife.

    Parameters
    ----------
    seed : int
        Seed; the same seed makes the same city.
    years : int
        School years, 1 to 20.
    start : int
        Year of the first.
    canteens : int
        Canteens, 1 to 12; from 7 on, one opens late, one closes, two merge and one breaks its level.

    Returns
    -------
    MadeCity
        Meals of two services, ``manha`` and ``tarde``. ``truth`` holds ``weekday``, ``service``,
        ``plat``, ``before_break``, ``sao_joao``, ``level``, ``break`` and ``limited``.

    Raises
    ------
    ForecastError
        Where the years cannot be made.

    Examples
    --------
    >>> city = make_recife(years=1, canteens=2)
    >>> city.column("annees.csv", "du"), sorted(set(city.column("frequentation.csv", "service")))
    (('2018-02-05',), ['manha', 'tarde'])
    """
    check_years(start, years)
    random = np.random.default_rng([seed, 1])
    names = _NAMES[: max(1, min(canteens, len(_NAMES)))]
    spans, calendar, festive = [], [], []
    off: list[tuple[np.datetime64, np.datetime64]] = []
    for year in range(start, start + years):
        first = all_days(f"{year}-02-01", f"{year}-02-07")
        first_day = first[weekday(first) == 0][0]
        spans.append((str(year), first_day, np.datetime64(f"{year}-12-15")))
        sunday = easter(year)
        breaks = [
            (sunday - 50, sunday - 46, "Carnaval"),
            (np.datetime64(f"{year}-07-01"), np.datetime64(f"{year}-07-21"), "Recesso de julho"),
        ]
        calendar += [(str(a), str(b), "vacances", name, "", "") for a, b, name in breaks]
        off += [(a, b) for a, b, _ in breaks]
        holidays = sorted([np.datetime64(f"{year}-{d}") for d in _HOLIDAYS] + [sunday - 2])
        calendar += spans_of(holidays, "ferie", "feriado")
        off += [(day, day) for day in holidays]
        festive.append((np.datetime64(f"{year}-06-17"), np.datetime64(f"{year}-06-30")))
        calendar.append((f"{year}-06-17", f"{year}-06-30", "evenement", "São João", "", ""))
    days = np.concatenate([all_days(first, last) for _, first, last in spans])
    days = days[(weekday(days) < 5) & ~inside(days, off) & ~inside(days, [SPRING])]
    menu, plate = dishes(random, days, _PLATES, _DESSERTS)
    eve = np.append(np.diff(days).astype(int) > 4, True)
    effects = {
        "weekday": _WEEKDAY[weekday(days)], "plat": plate, "before_break": -0.10 * eve,
        "sao_joao": 0.08 * inside(days, festive),
    }  # fmt: skip
    size = np.exp(random.normal(np.log(210), 0.35, len(names)))
    level = np.log(0.74) + random.normal(0, 0.07, len(names))
    kinds = random.choice(["creche", "fundamental"], size=len(names)).tolist()
    season = Season(
        days=days, effects=effects, years=spans,
        by_service={name: np.full(len(days), share) for name, share in _SHARE.items()},
    )  # fmt: skip
    tables, truth = tables_of(random, lives(names, kinds, size, level, spans), season)
    calendar += exceptional(spans[0][1], spans[-1][2], ("escolas fechadas", "lugares limitados"))
    tables["calendrier.csv"] = (CALENDAR, tuple(sorted(calendar)))
    tables["annees.csv"] = (YEARS, tuple((name, str(a), str(b)) for name, a, b in spans))
    tables["menus.csv"] = (("date", "plat"), tuple((day, dish) for day, _, dish in menu))
    truth |= {
        "weekday": dict(enumerate(_WEEKDAY[:5].tolist())), "service": _SHARE, "before_break": -0.10,
        "sao_joao": 0.08, "plat": {name: effect for name, (_, effect, _) in _PLATES.items()},
    }  # fmt: skip
    words = {
        "peixe": ["peixe", "tilápia", "sardinha"], "frango": ["frango", "galinhada"],
        "carne": ["carne", "charque"], "cuscuz": ["cuscuz"],
    }  # fmt: skip
    toml = settings(
        languages=["pt", "en", "fr"], weekdays=range(5), zone="America/Recife", families=words
    )
    return MadeCity("Recife", tables, toml, truth)
