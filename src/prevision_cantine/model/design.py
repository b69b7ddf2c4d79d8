"""From series and days to a design whose columns belong to named terms; and kinds of days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.city.city import Rows
from prevision_cantine.model.regression import Block, Design
from prevision_cantine.model.terms import Situations, Term, situations


def design(
    rows: Rows,
    terms: Sequence[Term],
    first_year: int,
    years: int,
    *,
    known_on: np.datetime64,
    people: Floats | None = None,
    absent: Floats | None = None,
) -> Design:
    """Return the columns of every term but the enrolment, and the recent parts of the level.

    Parameters
    ----------
    rows : Rows
        Series and days, at least one.
    terms : sequence of Term
        The terms, as ``learned`` gives them.
    first_year, years : int
        The first school year in which a canteen has a level of its own, and how many there are. The
        level of a canteen is estimated so that the other terms do not carry it; the level that
        forecasts is found apart, from the last weeks.
    known_on : datetime64[D]
        Day of the knowledge.
    people, absent : ndarray of float, shape (n,), optional
        Logarithm of people enrolled or present, and the share of them that is announced absent.

    Returns
    -------
    Design
        The series are its groups.
    """
    found = situations(rows, terms, known_on, people, absent)
    return design_of(rows, found, terms, first_year, years)


def design_of(
    rows: Rows, found: Situations, terms: Sequence[Term], first_year: int, years: int
) -> Design:
    """Return the design of rows whose situations are known."""
    year = rows.city.calendar.year_index(found.date) - first_year
    of_year = np.where((year >= 0) & (year < years), year, -1)
    zero = np.zeros(len(found.date), dtype=np.int64)
    blocks = [
        Block("niveau", zero, 1, 0.5, nested=True, factor="level"),
        Block("niveau", of_year, years, 2.0, nested=True, factor="level_of_year"),
    ]
    for term in terms:
        blocks += term.blocks(found)
    return Design(tuple(blocks), found.of_row, rows.canteen, len(rows.city.canteens))


def usual_weekdays(effects: Floats, design: Design, rows: Rows) -> Floats:
    """Return shared effects in which a weekday that was never served has the mean of the others."""
    result = effects.copy()
    seen = np.unique((rows.date.astype("datetime64[D]").astype(np.int64) + 3) % 7)
    never = np.setdiff1d(np.arange(7), seen)
    for where, block in design.columns(nested=False):
        if block.factor == "weekday" and block.width == 7 and len(never):
            own = result[where]
            own[never] = own[seen].mean()
    return result


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
    if not rows.city.calendar.is_school:  # no year that begins and ends
        return np.select([holiday, around["to_break"] < 3], [7, 6], 0)
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
    if not rows.city.calendar.is_school:
        return np.zeros(len(rows), dtype=bool)
    days, place = np.unique(rows.date, return_inverse=True)
    return np.asarray(rows.city.calendar.surroundings(days)["to_end"][place] < ENDING)
