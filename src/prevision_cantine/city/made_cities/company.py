"""A company's canteen: one site, lunch and dinner, a head count and announced absences a day."""

from __future__ import annotations

import numpy as np

from prevision_cantine.calendar.holiday_names import public_holidays
from prevision_cantine.city.made_cities.drawing import (
    CALENDAR,
    DAY_NOISE,
    LIMITED,
    LIMITED_EFFECT,
    SPRING,
    all_days,
    check_years,
    dishes,
    draw,
    exceptional,
    guess,
    inside,
    spans_of,
    weekday,
)
from prevision_cantine.city.made_cities.made_city import MadeCity, settings

SITE = "Siège"
_WEEKDAY = {
    "midi": np.array([0.10, 0.04, 0.0, 0.02, -0.16, 0.0, 0.0]),
    "soir": np.array([0.02, 0.05, -0.30, 0.04, -0.12, 0.0, 0.0]),
}
_PLATES = {
    "poisson": (0.2, -0.04, ("Dos de cabillaud", "Saumon grillé")),
    "grill": (0.2, 0.07, ("Burger maison", "Entrecôte frites")),
    "autre": (0.6, 0.0, ("Blanquette de veau", "Curry de légumes", "Lasagnes", "Poulet basquaise")),
}
_DESSERTS = ("Tarte aux pommes", "Île flottante", "Fruit", "Yaourt")
_SHARE = {"midi": 0.46, "soir": 0.16}
_OVERTIME = 0.55  # what dinner gains where overtime is high: _OVERTIME * hours / (hours + _HALF)
_HALF = 250.0
_BREAK = -0.18


def overtime_effect(
    hours: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what hours of overtime add to dinner, on the log scale.

    Examples
    --------
    >>> overtime_effect(np.array([0.0, 250.0])).round(3).tolist()
    [0.0, 0.275]
    """
    return _OVERTIME * hours / (hours + _HALF)


def make_company(seed: int = 0, years: int = 4, *, start: int = 2018) -> MadeCity:
    """Make the canteen of a company, which has no school calendar.

    Parameters
    ----------
    seed : int
        Seed; the same seed makes the same canteen.
    years : int
        Civil years, 1 to 20.
    start : int
        The first.

    Returns
    -------
    MadeCity
        Meals of two services, ``midi`` and ``soir``, on five days a week; people present, absences
        (leave and trips) and hours of overtime for each day, known a week before. ``truth`` holds
        ``weekday``, ``service``, ``plat``, ``overtime`` (what dinner gains at 250 hours),
        ``season``, ``break`` and ``limited``.

    Raises
    ------
    ForecastError
        Where the years cannot be made.

    Examples
    --------
    >>> city = make_company(years=1)
    >>> sorted(city.tables)[:4]
    ['absences.csv', 'calendrier.csv', 'cantines.csv', 'effectifs.csv']
    """
    check_years(start, years)
    random = np.random.default_rng([seed, 4])
    days = all_days(f"{start}-01-02", f"{start + years - 1}-12-30")
    feries = public_holidays(range(start, start + years))
    days = days[(weekday(days) < 5) & ~np.isin(days, feries) & ~inside(days, [SPRING])]
    month = days.astype("datetime64[M]").astype(int) % 12
    season = np.array([0.0, 0.01, 0.01, 0, -0.02, -0.03, -0.04, -0.05, 0.01, 0.02, 0.02, -0.02])
    staff = np.rint(
        2_600 + 40 * (days - days[0]).astype(int) / 365 + random.normal(0, 3, len(days))
    )
    summer = np.array([0.05, 0.08, 0.05, 0.08, 0.08, 0.08, 0.22, 0.34, 0.06, 0.06, 0.05, 0.16])
    bridge = np.isin(days - 1, feries) | np.isin(days + 1, feries)
    leave = summer[month] + 0.25 * bridge + np.array([0, 0, 0.03, 0, 0.06, 0, 0])[weekday(days)]
    absent = np.rint(staff * np.clip(leave * np.exp(random.normal(0, 0.15, len(days))), 0.02, 0.8))
    hours = np.rint(np.where(weekday(days) == 2, 0.3, 1.0) * random.gamma(4.0, 65.0, len(days)))
    changed = days[-1] - 300
    shared = season[month] + random.normal(0, DAY_NOISE, len(days)) + _BREAK * (days >= changed)
    shared += LIMITED_EFFECT * inside(days, [LIMITED])
    rows, menu = [], []
    for service, share in _SHARE.items():
        dish, plate = dishes(random, days, _PLATES, _DESSERTS, service)
        menu += dish
        effect = shared + _WEEKDAY[service][weekday(days)] + plate
        if service == "soir":
            effect = effect + overtime_effect(hours)
        people = staff - absent
        meals = draw(random, people, share * np.exp(effect))
        orders = guess(random, people * share)
        rows += [
            (str(day), SITE, service, f"{meals[n]:.0f}", f"{orders[n]:.0f}")
            for n, day in enumerate(days)
        ]
    first, last = days[0], days[-1]
    calendar = spans_of(
        feries[(feries >= first) & (feries <= last)].tolist(), "ferie", "jour férié"
    )
    calendar += exceptional(first, last, ("site fermé", "places limitées"))
    tables = {
        "frequentation.csv": (
            ("date", "cantine", "service", "reel", "prevision_agents"), tuple(sorted(rows)),
        ),
        "effectifs.csv": (
            ("cantine", "du", "effectif", "connu_le"),
            tuple((SITE, str(d), f"{n:.0f}", str(d - 7)) for d, n in zip(days, staff, strict=True)),
        ),
        "absences.csv": (
            ("cantine", "date", "absents", "annonce_le"),
            tuple((SITE, str(d), f"{n:.0f}", str(d - 7)) for d, n in zip(days, absent, strict=True)),
        ),
        "variables.csv": (
            ("date", "service", "nom", "valeur", "connu_le"),
            tuple(
                (str(d), "soir", "heures_supplementaires", f"{n:.0f}", str(d - 7))
                for d, n in zip(days, hours, strict=True)
            ),
        ),
        "cantines.csv": (("cantine", "type"), ((SITE, "entreprise"),)),
        "calendrier.csv": (CALENDAR, tuple(sorted(calendar))),
        "menus.csv": (("date", "service", "plat"), tuple(sorted(menu, key=lambda row: row[:2]))),
    }  # fmt: skip
    truth = {
        "weekday": {name: dict(enumerate(e[:5].tolist())) for name, e in _WEEKDAY.items()},
        "service": {name: float(np.log(share)) for name, share in _SHARE.items()},
        "plat": {name: effect for name, (_, effect, _) in _PLATES.items()},
        "overtime": _OVERTIME / 2, "season": season.tolist(), "limited": LIMITED_EFFECT,
        "break": [(SITE, str(changed), _BREAK)],
    }  # fmt: skip
    words = {"poisson": ["cabillaud", "saumon"], "grill": ["burger", "entrecôte"]}
    toml = settings(languages=["fr", "en"], weekdays=range(5), zone="Europe/Paris", families=words)
    return MadeCity("entreprise", tables, toml, truth)
