"""On what a forecast rests, and what it does not know: as data, for programs and for words."""

from __future__ import annotations

import json
from typing import Literal

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Floats, Ints
from prevision_cantine.json_value import JsonValue
from prevision_cantine.uncertainty.breaks import LevelBreak
from prevision_cantine.uncertainty.newcomers import Newcomers
from prevision_cantine.uncertainty.strikes import PastStrikes

Source = Literal["own", "others", "stated", "replaced", "draft"]


@attrs.frozen(kw_only=True, eq=False)
class Unknowns:
    """What a forecast does not know of its rows, beside their ordinary error.

    Parameters
    ----------
    calm : ndarray of float, shape (n,)
        Meals forecast as if there were no strike.
    struck : ndarray of bool, shape (n,)
        Rows of announced strike days.
    strikes : PastStrikes
        What past strikes did.
    sd : ndarray of float, shape (n,)
        How far the level of each row may be off: standard deviation on the log scale; 0 for a
        canteen with a past and no break.
    order_sd : ndarray of float, shape (n,)
        The same for orders: without the tails of the levels of canteens, without what five own days
        leave unsure, and without a fall of one canteen that is too recent to follow. An interval
        must allow for these, and an order need not.
    seen : ndarray of int, shape (series,)
        Own rows that each series was learned from.
    newcomers : Newcomers
        Series with little past, and what their level rests on.
    breaks : tuple of LevelBreak
        Breaks of level that the last days show, that of all canteens first.
    stated : ndarray of bool, shape (n,)
        Rows of a canteen with little past whose level a draft order states.
    new_year : ndarray of bool, shape (n,)
        Rows of a school year of which no meal was known: a break does not last until then.
    """

    calm: Floats = attrs.field(repr=False)
    struck: Bools = attrs.field(repr=False)
    strikes: PastStrikes = attrs.field(repr=False)
    sd: Floats = attrs.field(repr=False)
    order_sd: Floats = attrs.field(repr=False)
    seen: Ints = attrs.field(repr=False)
    newcomers: Newcomers
    breaks: tuple[LevelBreak, ...]
    stated: Bools = attrs.field(repr=False)
    new_year: Bools = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Basis(JsonValue):
    """On what the forecast of one row rests.

    Parameters
    ----------
    canteen : str
        Name of the series.
    days : int
        Own days with meals that are known of it.
    source : {"own", "others", "stated", "replaced", "draft"}
        What its level rests on beside these: nothing else, the median of similar canteens, a stated
        number of meals, the canteens that it replaces, or the agents' draft order.
    canteens : tuple of str
        Those similar or replaced canteens.
    enrolment : bool
        Whether its enrolment is known; else usual meals stand for it.
    off : float
        Share of the forecast by which it may be off: half the width of the interval; without
        interval, of a level as unsure as this one.
    breaks : tuple of LevelBreak
        Breaks of level that concern it.
    strike : bool
        Whether the day is one of an announced strike.
    notes : tuple of str
        Names of all that is not known of it, as ``Forecast.notes`` has them.
    """

    canteen: str
    days: int
    source: Source
    canteens: tuple[str, ...]
    enrolment: bool
    off: float
    breaks: tuple[LevelBreak, ...]
    strike: bool
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the same as plain values, for JSON.

        Returns
        -------
        dict of str to object
            A key for each parameter; breaks as ``LevelBreak.to_dict`` gives them.
        """
        found = {field.name: getattr(self, field.name) for field in attrs.fields(Basis)}
        found["canteens"], found["notes"] = list(self.canteens), list(self.notes)
        return {**found, "breaks": [one.to_dict() for one in self.breaks]}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


def level_of(unknowns: Unknowns, series: int, row: int) -> tuple[Source, tuple[int, ...]]:
    """Return what the level of a row rests on beside own days, and the series that it is taken from."""
    at = np.flatnonzero(unknowns.newcomers.series == series)
    if not len(at):
        return "own", ()
    prior = unknowns.newcomers.priors[int(at[0])]
    return ("draft", ()) if unknowns.stated[row] else (prior.source, prior.series)
