"""From canteens, calendar and menus to a design whose columns belong to named terms."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Ints
from prevision_cantine.city.city import Rows
from prevision_cantine.city.menus import FAMILIES
from prevision_cantine.model.regression import Block, Design

TYPES = ("M", "E", "M/E")
WEEKS = 46  # weeks of a school year, the week of its first day being 0
FIRST_WEEKS = 6  # of the school year, in which a canteen is not yet what it will be
STARTS, ENDS = 8, 16  # service days after the start and before the end that have an own effect

# The terms of a forecast, in the order in which they are told, with what each is called.
TERMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "effectif": {"fr": "effectif", "en": "enrolment", "pt": "matrículas"},
        "niveau": {"fr": "niveau de la cantine", "en": "level of the canteen", "pt": "nível da cantina"},
        "jour": {"fr": "jour de la semaine", "en": "day of the week", "pt": "dia da semana"},
        "saison": {"fr": "saison", "en": "season", "pt": "época do ano"},
        "rentree_fin": {
            "fr": "rentrée et fin d'année", "en": "start and end of year", "pt": "início e fim do ano letivo",
        },
        "vacances": {"fr": "vacances proches", "en": "holidays near", "pt": "férias próximas"},
        "feries": {"fr": "fériés et ponts", "en": "public holidays and bridges", "pt": "feriados e pontes"},
        "greve": {"fr": "grève", "en": "strike", "pt": "greve"},
        "ramadan": {"fr": "ramadan", "en": "Ramadan", "pt": "Ramadã"},
        "menu": {"fr": "menu", "en": "menu", "pt": "cardápio"},
        "absences": {"fr": "absences annoncées", "en": "announced absences", "pt": "ausências anunciadas"},
        "projet_commande": {
            "fr": "projet de commande des agents", "en": "draft order of the agents",
            "pt": "pedido preliminar dos agentes",
        },
    }
)  # fmt: skip


@attrs.frozen(eq=False)
class Situations:
    """The distinct days of some rows, by type of canteen: all that the calendar and menu tell of a row.

    Parameters
    ----------
    of_row : ndarray of int, shape (n,)
        Situation of each row.
    date : ndarray of datetime64[D], shape (situations,)
        Day.
    kind : ndarray of int, shape (situations,)
        Position in ``TYPES`` of the type of the canteen.
    """

    of_row: Ints
    date: Days
    kind: Ints


def situations(rows: Rows) -> Situations:
    """Return the situations of rows, of which there is at least one."""
    types = [TYPES.index(t) if t in TYPES else len(TYPES) - 1 for t in rows.city.types]
    first = rows.date.min()
    # Days are few and follow each other: to mark those that occur beats to sort all rows.
    code = (rows.date - first).astype(np.int64)
    code *= len(TYPES)
    code += np.take(np.array(types), rows.canteen)
    occurs = np.zeros(code.max() + 1, dtype=bool)
    occurs[code] = True
    day, kind = np.divmod(np.flatnonzero(occurs), len(TYPES))
    return Situations(np.take(np.cumsum(occurs) - 1, code), first + day, kind)


def design(rows: Rows, first_year: int, years: int) -> Design:
    """Return the columns of every term but the enrolment, and the recent parts of the level.

    Parameters
    ----------
    rows : Rows
        Canteens and days.
    first_year, years : int
        The first school year in which a canteen has a level of its own, and how many there are. The
        level of a canteen is estimated so that the other terms do not carry it; the level that
        forecasts is found apart, from the last weeks.

    Returns
    -------
    Design
        The canteens are its groups.
    """
    found = situations(rows)
    city, kind = rows.city, found.kind
    around = city.calendar.surroundings(found.date)
    # Wednesdays and weekends: none learned
    day = np.array([0, 1, 4, 2, 3, 4, 4])[around["weekday"]]
    menu = city.menus.on(found.date)

    def only(where: npt.NDArray[np.bool_], column: Ints) -> Ints:
        return np.where(where, column, -1)

    year = city.calendar.year_index(found.date) - first_year
    week = np.clip(around["position"], 0, WEEKS - 1)
    start = only(around["from_start"] < STARTS, around["from_start"])
    end = only(around["to_end"] < ENDS, around["to_end"])
    zero = np.zeros(len(kind), dtype=np.int64)
    blocks = [
        Block("niveau", zero, 1, 0.5, nested=True, factor="level"),
        Block(
            "niveau", only((year >= 0) & (year < years), year), years, 2.0, nested=True,
            factor="level_of_year",
        ),
        Block("jour", day, 5, 0.3, factor="weekday"),
        Block("jour", kind * 5 + day, 5 * len(TYPES), 6.0, factor="type*weekday"),
        Block("jour", day, 5, 9.0, nested=True, factor="weekday"),
    ]  # fmt: skip
    for term, factor, column, width, penalties in (
        ("saison", "week", week, WEEKS, (6.0, 18.0)),
        ("rentree_fin", "from_start", start, STARTS, (6.0, 12.0)),
        ("rentree_fin", "to_end", end, ENDS, (6.0, 12.0)),
    ):
        blocks.append(Block(term, column, width, penalties[0], factor=factor))
        by_type = only(column >= 0, kind * width + column)
        blocks.append(
            Block(term, by_type, width * len(TYPES), penalties[1], factor=f"type*{factor}")
        )
    blocks += [
        # Small children come in turns on the first days, in the same canteens every year.
        Block("rentree_fin", only(around["from_start"] < 3, around["from_start"]), 3, 0.4, nested=True, factor="from_start"),
        Block("rentree_fin", only(around["position"] < FIRST_WEEKS, zero), 1, 12.0, nested=True, factor="first_weeks"),
    ]  # fmt: skip
    for factor, reach in (("to_break", 4), ("since_break", 2)):
        near = only(around[factor] < reach, around[factor])
        blocks.append(Block("vacances", near, reach, 6.0, factor=factor))
    blocks += [
        Block("feries", only(around[factor], zero), 1, 6.0, factor=factor)
        for factor in ("before_holiday", "after_holiday", "bridge")
    ]
    for term, factor, penalties in (
        ("greve", "strike", (0.3, 1.0)),
        ("ramadan", "ramadan", (6.0, 6.0)),
    ):
        there = only(around[factor], zero)
        blocks.append(Block(term, there, 1, penalties[0], factor=factor))
        blocks.append(Block(term, there, 1, penalties[1], nested=True, factor=factor))
    for number, name in enumerate(FAMILIES):
        served = only(menu[:, number], zero)
        blocks.append(Block("menu", served, 1, 12.0, factor=name))
        if name in ("poisson", "porc", "viande"):
            blocks.append(Block("menu", served, 1, 18.0, nested=True, factor=name))
    return Design(tuple(blocks), found.of_row, rows.canteen, len(city.canteens))


# Kinds of days whose forecasts are not off alike.
OCCASIONS = (
    "ordinary", "new year", "first day", "last weeks", "last days", "last four days",
    "near school holidays", "near public holidays", "spring",
)  # fmt: skip
ENDING = 25  # service days before the end of the year: the season of trips


def occasions(rows: Rows, new_year: npt.NDArray[np.bool_]) -> Ints:
    """Return the kind of day of each row, a position in ``OCCASIONS``.

    Parameters
    ----------
    rows : Rows
        Canteens and days.
    new_year : ndarray of bool, shape (n,)
        Rows of a school year of which no meal is known yet.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions.
    """
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    days, place = np.unique(rows.date, return_inverse=True)
    around = {name: v[place] for name, v in rows.city.calendar.surroundings(days).items()}
    holiday = around["before_holiday"] | around["after_holiday"] | around["bridge"]
    to_end = around["to_end"]
    return np.select(
        [
            to_end < 4, to_end < 10, to_end < ENDING, new_year & (around["from_start"] == 0),
            new_year, holiday, around["to_break"] < 3, around["position"] >= 26,
        ],
        [5, 4, 3, 2, 1, 7, 6, 8],
        0,
    )  # fmt: skip


def is_ending(rows: Rows) -> npt.NDArray[np.bool_]:
    """Return which rows are of the last weeks of a school year."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    days, place = np.unique(rows.date, return_inverse=True)
    return np.asarray(rows.city.calendar.surroundings(days)["to_end"][place] < ENDING)
