"""How meals are drawn: a share of those enrolled, with the noise that real canteens have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.errors import ForecastError

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

OVER_BINOMIAL = 1.14  # standard deviation of the usual rows, in that of a binomial draw
TAIL, TAIL_SIZE = 0.04, 0.20  # share of the rows with another day than told, and how far they are
DAY_NOISE = 0.012  # of all canteens on a day
LONG_AGO, FAR = np.datetime64("1900-01-01"), np.datetime64("2100-01-01")

# The closed spring, and the year of limited places after it.
SPRING = (np.datetime64("2020-03-16"), np.datetime64("2020-05-31"))
LIMITED = (np.datetime64("2020-06-01"), np.datetime64("2021-06-30"))
LIMITED_EFFECT = -0.55


@attrs.frozen(kw_only=True)
class Canteen:
    """A canteen to make.

    Parameters
    ----------
    name, kind : str
        Name and type.
    size : float
        Pupils in the first year.
    level : float
        Logarithm of the share of them who eat on a usual day.
    opens, closes : datetime64[D]
        First day, and first day without meals.
    replaces : tuple of str
        Canteens whose pupils it took over.
    breaks_on : datetime64[D]
        Day from which its level differs by ``break_by``.
    break_by : float
        By how much, on the log scale.
    """

    name: str
    kind: str
    size: float
    level: float
    opens: np.datetime64 = LONG_AGO
    closes: np.datetime64 = FAR
    replaces: tuple[str, ...] = ()
    breaks_on: np.datetime64 = FAR
    break_by: float = 0.0


def check_years(start: int, years: int) -> None:
    """Refuse years that cannot be made.

    Raises
    ------
    ForecastError
        With the range.
    """
    if not 1 <= years <= 20 or not 2000 <= start <= 2050:
        raise ForecastError("made_start", year=start, years=str(years))


def all_days(first: str | np.datetime64, last: str | np.datetime64) -> Days:
    """Return all days from one to another, both included."""
    return np.arange(first, np.datetime64(last) + 1, dtype="datetime64[D]")


def weekday(days: Days) -> npt.NDArray[np.int64]:
    """Return 0 for Monday to 6 for Sunday."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def inside(days: Days, spans: Sequence[tuple[np.datetime64, np.datetime64]]) -> Bools:
    """Return which days lie in one of some spans, ends included."""
    found = np.zeros(len(days), dtype=bool)
    for start, end in spans:
        found |= (days >= start) & (days <= end)
    return found


def draw(random: np.random.Generator, people: Floats, share: Floats) -> Floats:
    """Return meals served: binomial, somewhat wider, with heavy tails.

    Parameters
    ----------
    random : Generator
        Source of chance.
    people, share : ndarray of float, shape (n,)
        People, and the share of them who are expected.

    Returns
    -------
    ndarray of float, shape (n,)
        Whole numbers, at least 1, at most the people.

    Examples
    --------
    >>> meals = draw(np.random.default_rng(0), np.full(9_000, 2e3), np.full(9_000, 0.8))
    >>> spread = np.median(np.abs(meals - 1600)) / 0.6745 / np.sqrt(2e3 * 0.8 * 0.2)
    >>> bool(1.05 < spread < 1.3)
    True
    """
    share = np.clip(share, 0.003, 0.985)
    counts = np.maximum(np.rint(people), 1)
    meals = random.binomial(counts.astype(np.int64), share).astype(np.float64)
    more = np.sqrt(OVER_BINOMIAL**2 - 1) * np.sqrt(counts * share * (1 - share))
    meals += more * random.standard_normal(len(meals))
    tail = random.random(len(meals)) < TAIL
    meals *= np.where(tail, np.exp(-np.abs(TAIL_SIZE * random.standard_normal(len(meals)))), 1.0)
    return np.clip(np.rint(meals), 1, counts)


def guess(random: np.random.Generator, usual: Floats) -> Floats:
    """Return what agents would order: the usual, with caution and a poor memory."""
    return np.asarray(np.rint(usual * 1.05 * np.exp(random.normal(0, 0.05, len(usual)))))


@attrs.frozen(kw_only=True)
class Season:
    """What a city's days are, and what they do.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (n,)
        Days with meals somewhere.
    effects : mapping of str to ndarray, shape (n,)
        Effect of each day, on the log scale, by what makes it.
    by_service : mapping of str to ndarray, shape (n,)
        A further effect for each service, its usual share included.
    years : sequence of (str, datetime64[D], datetime64[D])
        School years: name, first and last day.
    is_closed : callable, optional
        Days on which a canteen of this name is closed though others are not.
    """

    days: Days
    effects: Mapping[str, Floats]
    by_service: Mapping[str, Floats]
    years: Sequence[tuple[str, np.datetime64, np.datetime64]]
    is_closed: Callable[[str], Bools] | None = None


def tables_of(
    random: np.random.Generator, canteens: Sequence[Canteen], season: Season
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the attendance, the enrolments and the canteens, and the truth of their levels.

    Parameters
    ----------
    random : Generator
        Source of chance.
    canteens : sequence of Canteen
        Canteens.
    season : Season
        Their days.

    Returns
    -------
    tables : dict
        ``frequentation.csv``, ``effectifs.csv`` and ``cantines.csv``.
    truth : dict
        ``level`` by canteen, ``break`` (canteen, day, size), ``limited``.
    """
    days = season.days
    one_service = tuple(season.by_service) == ("",)
    common = sum(season.effects.values(), np.zeros(len(days)))
    common = (
        common + random.normal(0, DAY_NOISE, len(days)) + LIMITED_EFFECT * inside(days, [LIMITED])
    )
    starts = np.array([start for _, start, _ in season.years], dtype="datetime64[D]")
    year = np.clip(np.searchsorted(starts, days, side="right") - 1, 0, None)
    rows: list[tuple[str, ...]] = []
    enrolment: list[tuple[str, ...]] = []
    for canteen in canteens:
        served = (days >= canteen.opens) & (days < canteen.closes)
        if season.is_closed is not None:
            served &= ~season.is_closed(canteen.name)
        drift = np.cumsum(random.normal(0.004, 0.04, len(starts)))
        sizes = np.maximum(np.rint(canteen.size * np.exp(drift)), 25.0)
        broken = canteen.break_by * (days >= canteen.breaks_on)
        profile = random.normal(0, 0.012, 7)[weekday(days)]
        for service, effect in season.by_service.items():
            people = sizes[year]
            share = np.exp(canteen.level + common + effect + broken + profile)
            meals = draw(random, people, share)
            orders = guess(random, people * np.exp(canteen.level + effect + broken))
            rows += [
                (str(days[n]), canteen.name, service, f"{meals[n]:.0f}", f"{orders[n]:.0f}")
                for n in np.flatnonzero(served).tolist()
            ]
            for (_, first, last), size in zip(season.years, sizes, strict=True):
                if last >= canteen.opens and first < canteen.closes:
                    since = max(first, canteen.opens)
                    known = str(since - 20)
                    enrolment.append((canteen.name, service, str(since), f"{size:.0f}", known))
    rows.sort()
    header: tuple[str, ...] = ("date", "cantine", "service", "reel", "prevision_agents")
    enrolled: tuple[str, ...] = ("cantine", "service", "du", "effectif", "connu_le")
    if one_service:
        header, rows = _without(header, rows, 2)
        enrolled, enrolment = _without(enrolled, enrolment, 1)
    opened = [
        (
            c.name, c.kind, str(c.opens) if c.opens > days[0] else "",
            str(c.closes) if c.closes < FAR else "", ";".join(c.replaces),
        )
        for c in canteens
    ]  # fmt: skip
    tables = {
        "frequentation.csv": (header, tuple(rows)),
        "effectifs.csv": (enrolled, tuple(sorted(enrolment))),
        "cantines.csv": (("cantine", "type", "ouvre_le", "ferme_le", "remplace"), tuple(opened)),
    }
    truth = {
        "level": {canteen.name: canteen.level for canteen in canteens},
        "break": [(c.name, str(c.breaks_on), c.break_by) for c in canteens if c.break_by],
        "limited": LIMITED_EFFECT,
    }
    return tables, truth


def _without(
    header: tuple[str, ...], rows: Sequence[tuple[str, ...]], at: int
) -> tuple[tuple[str, ...], list[Any]]:
    return header[:at] + header[at + 1 :], [row[:at] + row[at + 1 :] for row in rows]


def lives(
    names: Sequence[str], kinds: Sequence[str], sizes: Floats, levels: Floats, years: Sequence[Any]
) -> list[Canteen]:
    """Return canteens of which one opens late, one closes, two merge and one breaks its level.

    Parameters
    ----------
    names, kinds : sequence of str
        Names, at least 7 for all of these, and types.
    sizes, levels : ndarray of float
        Pupils in the first year, and logarithms of the usual share.
    years : sequence of (str, datetime64[D], datetime64[D])
        School years.

    Returns
    -------
    list of Canteen
        In their order; the last is what the fourth and the fifth merge into.
    """
    made = [
        Canteen(name=name, kind=kind, size=float(size), level=float(level))
        for name, kind, size, level in zip(names, kinds, sizes, levels, strict=True)
    ]
    if len(made) >= 7 and len(years) >= 2:
        middle = years[len(years) // 2]
        last = years[-1]
        made[1] = attrs.evolve(made[1], opens=middle[1] + 60)
        made[2] = attrs.evolve(made[2], closes=last[1] + 90)
        third, fourth = made[3], made[4]
        made[3] = attrs.evolve(third, closes=middle[1])
        made[4] = attrs.evolve(fourth, closes=middle[1])
        made[5] = attrs.evolve(made[5], breaks_on=last[1] + 100, break_by=-0.35)
        made[-1] = attrs.evolve(
            made[-1], size=third.size + fourth.size, opens=middle[1],
            level=float(np.log((third.size * np.exp(third.level) + fourth.size * np.exp(fourth.level))
                               / (third.size + fourth.size))),
            replaces=(third.name, fourth.name),
        )  # fmt: skip
    return made


def dishes(
    random: np.random.Generator,
    days: Days,
    plates: Mapping[str, tuple[float, float, Sequence[str]]],
    desserts: Sequence[str],
    service: str = "",
) -> tuple[list[tuple[str, ...]], Floats]:
    """Return a menu, and the effect of its main dish.

    Parameters
    ----------
    random : Generator
        Source of chance.
    days : ndarray of datetime64[D], shape (n,)
        Days.
    plates : mapping of str to (float, float, sequence of str)
        How often, the effect and the dishes of each family.
    desserts : sequence of str
        What has no effect.
    service : str
        Service.

    Returns
    -------
    rows : list of (str, str, str)
        Day, service, dish.
    effect : ndarray of float, shape (n,)
        On the log scale.
    """
    chances = np.array([chance for chance, _, _ in plates.values()])
    pick = random.choice(len(plates), p=chances / chances.sum(), size=len(days))
    families = list(plates.values())
    rows: list[tuple[str, ...]] = []
    for n, day in enumerate(days):
        main = families[pick[n]][2]
        rows.append((str(day), service, main[int(random.integers(len(main)))]))
        rows.append((str(day), service, desserts[int(random.integers(len(desserts)))]))
    effect = np.array([effect for _, effect, _ in families], dtype=np.float64)
    return rows, effect[pick]


def spans_of(
    days: Sequence[np.datetime64], kind: str, name: str
) -> list[tuple[str, str, str, str, str, str]]:
    """Return lines of ``calendrier.csv``, one a day."""
    return [(str(day), str(day), kind, name, "", "") for day in days]


def easter(year: int) -> np.datetime64:
    """Return Easter Sunday."""
    from prevision_cantine.calendar.holiday_names import easter as sunday

    found: dt.date = sunday(year)
    return np.datetime64(found, "D")


CALENDAR = ("du", "au", "nature", "nom", "cantine", "service")
YEARS = ("nom", "du", "au")


def exceptional(first: np.datetime64, last: np.datetime64, words: Sequence[str]) -> list[Any]:
    """Return the lines of the closed spring and the limited places that a span touches."""
    spans = zip((SPRING, LIMITED), words, strict=True)
    return [
        (str(max(start, first)), str(min(end, last)), "exceptionnel", name, "", "")
        for (start, end), name in spans
        if start <= last and end >= first
    ]
