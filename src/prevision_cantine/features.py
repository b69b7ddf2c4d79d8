"""From canteens, calendar and menus to a sparse design whose columns belong to named terms."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs
import numpy as np
import numpy.typing as npt
from scipy import sparse

from prevision_cantine.city import Floats, Ints, Rows
from prevision_cantine.menus import FAMILIES

TYPES = ("M", "E", "M/E")
WEEKS = 46  # weeks of a school year, the week of its first day being 0
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
    }
)  # fmt: skip


@attrs.frozen(eq=False)
class Block:
    """Columns of one term: each row has one column, or none, with a value.

    Parameters
    ----------
    term : str
        Name of the term.
    column : ndarray of int, shape (n,)
        Column of each row inside the block; -1 for none.
    width : int
        Number of columns.
    penalty : float
        Ridge penalty, in rows of weight 1 that say "no effect".
    """

    term: str
    column: Ints
    width: int
    penalty: float


def blocks(rows: Rows) -> list[Block]:
    """Return the blocks of every term but the enrolment, and the recent parts of the level."""
    city = rows.city
    around = city.calendar.surroundings(rows.date)
    canteens = len(city.canteens)
    kind = np.array([TYPES.index(t) if t in TYPES else len(TYPES) - 1 for t in city.types])[
        rows.canteen
    ]
    day = np.array([0, 1, 4, 2, 3, 4, 4])[
        around["weekday"]
    ]  # Wednesdays and weekends: none learned
    menu = city.menus.on(rows.date)

    def only(where: npt.NDArray[np.bool_], column: Ints) -> Ints:
        return np.where(where, column, -1)

    week = np.clip(around["position"], 0, WEEKS - 1)
    start = only(around["from_start"] < STARTS, around["from_start"])
    end = only(around["to_end"] < ENDS, around["to_end"])
    zero = np.zeros(len(rows), dtype=np.int64)
    result = [
        Block("jour", day, 5, 0.3),
        Block("jour", kind * 5 + day, 5 * len(TYPES), 6.0),
        Block("jour", rows.canteen * 5 + day, 5 * canteens, 9.0),
        Block("saison", week, WEEKS, 6.0),
        Block("saison", kind * WEEKS + week, WEEKS * len(TYPES), 18.0),
        Block("rentree_fin", start, STARTS, 6.0),
        Block("rentree_fin", only(start >= 0, kind * STARTS + start), STARTS * len(TYPES), 12.0),
        Block("rentree_fin", end, ENDS, 6.0),
        Block("rentree_fin", only(end >= 0, kind * ENDS + end), ENDS * len(TYPES), 12.0),
        Block("vacances", only(around["to_break"] < 4, around["to_break"]), 4, 6.0),
        Block("vacances", only(around["since_break"] < 2, around["since_break"]), 2, 6.0),
        Block("feries", only(around["before_holiday"], zero), 1, 6.0),
        Block("feries", only(around["after_holiday"], zero), 1, 6.0),
        Block("feries", only(around["bridge"], zero), 1, 6.0),
        Block("greve", only(around["strike"], zero), 1, 0.3),
        Block("greve", only(around["strike"], rows.canteen), canteens, 1.0),
        Block("ramadan", only(around["ramadan"], zero), 1, 6.0),
        Block("ramadan", only(around["ramadan"], rows.canteen), canteens, 6.0),
    ]
    for number, name in enumerate(FAMILIES):
        flag = menu[:, number]
        result.append(Block("menu", only(flag, zero), 1, 12.0))
        if name in ("poisson", "porc", "viande"):
            result.append(Block("menu", only(flag, rows.canteen), canteens, 18.0))
    return result


def design(parts: list[Block]) -> tuple[sparse.csr_array, Floats]:
    """Return the sparse matrix of all blocks, and the penalty of each column."""
    columns, positions, first = [], [], 0
    for block in parts:
        there = np.flatnonzero(block.column >= 0)
        positions.append(there)
        columns.append(block.column[there] + first)
        first += block.width
    row, column = np.concatenate(positions), np.concatenate(columns)
    shape = (len(parts[0].column), first)
    matrix = sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
    penalty = np.concatenate([np.full(b.width, b.penalty) for b in parts])
    return matrix, penalty
