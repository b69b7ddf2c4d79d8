"""What is learned: the terms, the recent levels, and what a draft order is worth."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.model.draft import DraftWeights
from prevision_cantine.model.naming import Words
from prevision_cantine.model.regression import Effects
from prevision_cantine.uncertainty.breaks import LevelBreak
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.uncertainty.newcomers import Newcomers
from prevision_cantine.uncertainty.strikes import PastStrikes


@attrs.frozen(eq=False)
class Fitted:
    """What is learned from the rows up to one day.

    Parameters
    ----------
    until : datetime64[D]
        Last day of which anything was used.
    canteens : tuple of str
        Names of the canteens, in the order of what is learned of each.
    exponent : float
        Power of enrolment.
    level, level_new : ndarray of float, shape (canteens,)
        Level of each canteen inside the school year, and for the first forecasts of the next.
    level_apart : ndarray of float, shape (canteens,)
        Level in an exceptional span, where the data end inside one; the usual level else.
    days_apart : int
        Days of an exceptional span that this level rests on; 0 where it is the usual one.
    newcomers, newcomers_new : Newcomers
        Series with little past, and what their level rests on: inside the school year, and for the
        first forecasts of the next.
    breaks : tuple of LevelBreak
        Breaks of level that the last days show, that of all canteens first.
    profile : ndarray of float, shape (canteens, 7)
        What the weekdays of each canteen add lately.
    summer : tuple of float, length 2
        What a summer adds to the level, with the new enrolments known, and without.
    growth : ndarray of float, shape (canteens,)
        What a canteen that fills up keeps growing by, where the new enrolment is not known.
    caution : ndarray of float, shape (canteens,)
        How far the agents ordered beyond what was served lately, on the log scale.
    usual : ndarray of float, shape (canteens,)
        Usual meals of each series, which stand for an enrolment that is not known.
    away : ndarray of float, shape (canteens,)
        What absences usually take away where they are announced every day; 0 where they are rare.
    seen : ndarray of int, shape (canteens,)
        Rows that each series was learned from.
    idle : ndarray of int, shape (canteens,)
        Service days of the city since the last meal of each series; 0 for one without any.
    weekdays : ndarray of int
        Weekdays that were served.
    terms : str
        The terms with their curves, as ``terms_to_text`` writes them.
    names : tuple of str
        Names of the parts of a forecast, in the order in which they are told.
    words : Words
        What the city's own terms are called.
    effects : Effects
        Effects of the columns of the design.
    first_year, years : int
        The first school year that has columns, and how many have.
    first_year_name : str
        Its name, by which another calendar is known to count as this one does.
    strikes : PastStrikes
        What past strikes did, beside their usual effect: how many canteens were hit, and how hard.
    """

    until: np.datetime64
    canteens: tuple[str, ...]
    exponent: float
    level: Floats
    level_new: Floats
    level_apart: Floats
    days_apart: int
    newcomers: Newcomers
    newcomers_new: Newcomers
    breaks: tuple[LevelBreak, ...]
    summer: tuple[float, float]
    growth: Floats
    profile: Floats
    caution: Floats
    usual: Floats
    away: Floats
    seen: Ints
    idle: Ints
    weekdays: Ints
    terms: str
    names: tuple[str, ...]
    words: Words
    effects: Effects
    first_year: int
    years: int
    first_year_name: str
    strikes: PastStrikes


@attrs.frozen(eq=False)
class Assisted:
    """What a draft order of the agents is worth.

    Parameters
    ----------
    weights : DraftWeights
        How much of each of its parts the forecast takes over.
    calibration : Calibration
        The past forecasts with the drafts of then.
    """

    weights: DraftWeights
    calibration: Calibration
