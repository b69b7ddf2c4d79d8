"""A cautious search of settings on forecasts of a city's own past.

A single best setting is mostly luck: the ranks of settings in one year and in the next correlate
0.3 to 0.5. So the search starts from the shipped defaults, goes one grid step at a time, and takes a
step only where the weeks agree on the gain. It needs two years of past forecasts, runs once a year
apart from ``fit``, and stores what it chose and why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Floats
from prevision_cantine.errors import ForecastError

Value = float | int | bool | str

WEEKS = 60  # teaching weeks of two years
AWAY = 1.0  # t of the paired weekly gain that a step away from the default needs
BACK = 0.0  # and one towards it
LEAST = 0.001  # share of the loss that a step away gains: less is not worth another setting
SECONDS = 120.0
EVALUATIONS = 80
PASSES = 4


@attrs.frozen
class Axis:
    """One setting, and the values that it may take.

    Parameters
    ----------
    name : str
        Name of the setting.
    values : tuple
        Its grid, in order: a step goes to the value before or after. Whether an optional term stays
        is an axis of ``(False, True)``.
    default : float, int, bool or str
        The value that ships, one of the grid.
    """

    name: str
    values: tuple[Value, ...]
    default: Value

    def __attrs_post_init__(self) -> None:
        """Refuse a grid with a value twice, or without the default."""
        if len(set(self.values)) != len(self.values):
            raise ForecastError("search", detail=f"the grid of {self.name!r} has a value twice")
        if self.default not in self.values:
            raise ForecastError(
                "search",
                detail=f"the grid of {self.name!r} does not have its default {self.default!r}",
            )


@attrs.frozen
class Trial:
    """One step that was tried.

    Parameters
    ----------
    name : str
        The setting.
    before, after : float, int, bool or str
        Its value, and the value tried.
    gain : float
        Mean weekly loss before less after, above 0 where the step is better.
    t : float
        The gain over its standard error by week; infinite where all weeks gain alike.
    needed : float
        The t that it needed: 1 away from the default, 0 back to it.
    accepted : bool
        Whether it was taken.
    """

    name: str
    before: Value
    after: Value
    gain: float
    t: float
    needed: float
    accepted: bool


@attrs.frozen(eq=False)
class Search:
    """What a search chose, and why.

    Parameters
    ----------
    settings : dict of str to value
        The settings chosen, one an axis.
    start_loss, loss : float
        Mean weekly loss of the start, and of the choice. The second is a little kind, since it chose.
    weeks : int
        Weeks that each setting was scored on.
    trials : tuple of Trial
        Every step tried, in order.
    evaluations : int
        Settings scored.
    stopped : {"settled", "time", "evaluations", "passes", "too few weeks"}
        Why it ended.
    """

    settings: Mapping[str, Value]
    start_loss: float
    loss: float
    weeks: int
    trials: tuple[Trial, ...] = attrs.field(repr=False)
    evaluations: int
    stopped: str

    @property
    def chosen(self) -> tuple[Trial, ...]:
        """The steps that were taken."""
        return tuple(trial for trial in self.trials if trial.accepted)

    def to_dict(self) -> dict[str, Any]:
        """Return what a sheet reports and a file stores, as plain values.

        Returns
        -------
        dict of str to object
            The settings, losses, weeks, settings scored, why it ended, and the steps taken.
        """
        return {
            "settings": dict(self.settings), "start_loss": self.start_loss, "loss": self.loss,
            "weeks": self.weeks, "evaluations": self.evaluations, "stopped": self.stopped,
            "steps": [attrs.asdict(trial) for trial in self.chosen],
        }  # fmt: skip


def paired_gain(before: Floats, after: Floats) -> tuple[float, float]:
    """Return the mean gain by week of a setting over another, and its t.

    Parameters
    ----------
    before, after : ndarray of float, shape (weeks,)
        Losses of the same weeks.

    Returns
    -------
    gain : float
        Mean of before less after.
    t : float
        The gain over its standard error; infinite, with the sign of the gain, where it has none.

    Examples
    --------
    >>> paired_gain(np.array([2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    (1.0, inf)
    """
    gain = np.asarray(before, dtype=np.float64) - after
    mean, error = float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))
    if error <= 1e-15 * max(float(np.abs(before).mean()), 1e-300):
        return mean, 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    return mean, mean / error


def search(
    score: Callable[[Mapping[str, Value]], Floats],
    axes: Sequence[Axis],
    *,
    start: Mapping[str, Value] | None = None,
    away: float = AWAY,
    back: float = BACK,
    least: float = LEAST,
    weeks: int = WEEKS,
    seconds: float = SECONDS,
    evaluations: int = EVALUATIONS,
    passes: int = PASSES,
    clock: Callable[[], float] = time.perf_counter,
) -> Search:
    """Choose settings, one grid step at a time.

    Parameters
    ----------
    score : callable
        From settings to the loss of each week of past forecasts, each made as if on its day: always
        of the same weeks, the smaller the better.
    axes : sequence of Axis
        The settings, those that matter most first.
    start : mapping of str to value, optional
        Where to begin; the defaults where not given.
    away, back : float
        The t by week above which a step away from the default, or towards it, is taken: the prior
        on what ships.
    least : float
        Share of the loss that a step away from the default has to gain beside.
    weeks : int
        With fewer weeks nothing is searched: one year of past forecasts chose settings that lost up
        to 4 % in the next.
    seconds, evaluations, passes : float and int
        Bounds: no setting is scored beyond them. The time of a score that runs is not cut.
    clock : callable
        Seconds since any moment.

    Returns
    -------
    Search
        The choice, with every step tried.

    Raises
    ------
    ForecastError
        Where the start is not on the grid, or a score has other weeks than the first.

    Examples
    --------
    >>> week = np.arange(70.0)
    >>> def score(settings):
    ...     return 5 + (settings["half_life"] - 20) ** 2 / 100 + 0.1 * np.sin(week * settings["half_life"])
    >>> found = search(score, [Axis("half_life", (5, 8, 12, 20, 30), 8)])
    >>> found.settings["half_life"], [trial.after for trial in found.chosen], found.stopped
    (20, [12, 20], 'settled')
    """
    if len({axis.name for axis in axes}) != len(axes):
        raise ForecastError("search", detail="two axes of the search have the same name")
    current = {axis.name: axis.default for axis in axes} | dict(start or {})
    for axis in axes:
        if current[axis.name] not in axis.values:
            raise ForecastError(
                "search",
                detail=f"{axis.name}={current[axis.name]!r} is not on its grid {axis.values}",
            )
    if len(current) != len(axes):
        unknown = sorted(set(current) - {axis.name for axis in axes})
        raise ForecastError(
            "search", detail=f"the start has settings without an axis: {', '.join(unknown)}"
        )
    begun, known, trials = clock(), {}, list[Trial]()

    def losses(settings: Mapping[str, Value]) -> Floats:
        key = tuple(settings[axis.name] for axis in axes)
        if key not in known:
            known[key] = np.asarray(score(dict(settings)), dtype=np.float64)
            if (
                known[key].shape != next(iter(known.values())).shape
                or not np.isfinite(known[key]).all()
            ):
                raise ForecastError(
                    "search",
                    detail=(
                        f"the losses of {dict(settings)} are not one finite number for each of the "
                        f"{len(next(iter(known.values())))} weeks"
                    ),
                )
        return known[key]

    best = first = losses(current)

    def result(stopped: str) -> Search:
        return Search(
            current, float(first.mean()), float(best.mean()), len(first), tuple(trials), len(known), stopped
        )  # fmt: skip

    if len(first) < weeks:
        return result("too few weeks")
    tried: dict[tuple[Any, ...], Trial] = {}
    for _ in range(passes):
        moved = False
        for axis in axes:
            # While an axis gains it goes on, so that a far optimum does not need a pass a step.
            while True:
                place = axis.values.index(current[axis.name])
                taken: tuple[Trial, Floats] | None = None
                for near in (place - 1, place + 1):
                    if not 0 <= near < len(axis.values):
                        continue
                    step = current | {axis.name: axis.values[near]}
                    key = (axis.name, *(current[a.name] for a in axes), near)
                    if key in tried:
                        continue
                    fresh = tuple(step[a.name] for a in axes) not in known
                    if fresh and clock() - begun > seconds:
                        return result("time")
                    if fresh and len(known) >= evaluations:
                        return result("evaluations")
                    there = losses(step)
                    gain, t = paired_gain(best, there)
                    home = axis.values.index(axis.default)
                    homeward = abs(near - home) < abs(place - home)
                    needed = back if homeward else away
                    trial = Trial(
                        axis.name, current[axis.name], axis.values[near], gain, t, needed, False
                    )
                    tried[key] = trial
                    enough = gain > (0.0 if homeward else least * float(best.mean()))
                    if t > needed and enough and (taken is None or gain > taken[0].gain):
                        taken = trial, there
                    trials.append(trial)
                if taken is None:
                    break
                trials[trials.index(taken[0])] = attrs.evolve(taken[0], accepted=True)
                current, best, moved = current | {axis.name: taken[0].after}, taken[1], True
        if not moved:
            return result("settled")
    return result("passes")
