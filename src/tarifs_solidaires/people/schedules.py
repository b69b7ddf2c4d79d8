"""What two rules give along one quantity, everything else being typical of a group."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.expression import names as read_in
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.errors import InputError
from tarifs_solidaires.people.compared import Compared
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.values.inputs import Input

Array = npt.NDArray[Any]

POINTS = 6001
SAMPLED = 400  # people of whom an input that is given through others is worked out


@attrs.frozen(eq=False)
class Schedule:
    """What two rules give along one input, everything else being typical of some groups.

    Parameters
    ----------
    groups : tuple of int
        Rows of the comparison's groups that share this schedule.
    x, before, after : ndarray of float
        The input, and the output that is compared before and after.
    """

    groups: tuple[int, ...]
    x: Array
    before: Array
    after: Array


def find_schedules(comparison: Compared, groups: Sequence[int]) -> list[Schedule]:
    """Return what each group's typical person gets along a quantity that both rules read.

    Parameters
    ----------
    comparison : Compared
        What was compared.
    groups : sequence of int
        Rows of its groups.

    Returns
    -------
    list of Schedule
        Distinct schedules, those of most people first; empty where the rules share no quantity,
        where codes or flags are compared, or where a typical person cannot be computed.
    """
    quantity = quantity_of(comparison)
    if quantity is None or comparison.way == "words":
        return []
    x = _along(quantity, _amounts(comparison.after, quantity))
    if not len(x):
        return []
    order = np.argsort(comparison.group, kind="stable")
    starts = np.cumsum(np.bincount(comparison.group, minlength=len(comparison.groups)))
    curves: dict[bytes, tuple[Array, Array]] = {}
    alike: dict[bytes, list[int]] = {}
    try:
        for group in groups:
            people = order[starts[group - 1] if group else 0 : starts[group]]
            before, after = (
                _given_to(result, comparison.output, quantity, x, people)
                for result in (comparison.before, comparison.after)
            )
            key = before.tobytes() + after.tobytes()
            curves[key] = before, after
            alike.setdefault(key, []).append(group)
    except InputError:  # inputs that do not go together where each is typical
        return []
    last = max(_last_step(y) for pair in curves.values() for y in pair)
    schedules = [
        Schedule(tuple(alike[key]), x[:last], before[:last], after[:last])
        for key, (before, after) in curves.items()
    ]
    return sorted(schedules, key=lambda s: -comparison.groups["people"][list(s.groups)].sum())


def quantity_of(comparison: Compared) -> Input | None:
    """Return what a schedule runs along: money first, then other numbers, then counts and ages."""
    results = (comparison.before, comparison.after)
    numbers = [
        item for item in comparison.after.rule.inputs
        if item.kind in ("number", "whole") and all(_reads(result, item) for result in results)
    ]  # fmt: skip

    def rank(item: Input) -> int:
        if re.fullmatch("[A-Z]{3}(/month|/year)?", item.unit):
            return 0
        return 1 if item.kind == "number" and item.unit not in ("", "years", "persons") else 2

    return min(numbers, key=rank, default=None)


def _reads(result: Result, item: Input) -> bool:
    """Say whether a rule read an input of the people, itself or through others, and uses it."""
    known = result.rule.all_inputs.get(item.name)
    if known is None or item.name not in result.rule.version.reads:
        return False
    ways = _ways(known)
    given = result.inputs.keys() - result.defaults
    return item.name in given or (bool(ways) and ways <= given)


def _ways(item: Input) -> frozenset[str]:
    return read_in(parse_formula(item.formula)) if item.formula else frozenset()


def _amounts(result: Result, item: Input) -> Array:
    """Return what people have of a quantity, of some of them where it is given through others."""
    if item.name in result.inputs:
        return np.atleast_1d(result.inputs[item.name]).astype(np.float64)
    length = max(result.row.size, 1)
    some = np.linspace(0, length - 1, min(length, SAMPLED)).astype(np.int64)
    found = []
    for n in some.tolist() if result.row.size else ():
        person = {name: np.broadcast_to(v, (length,))[n] for name, v in result.inputs.items()}
        worked = result.rule.work_out(person)[item.name].value
        found.append(float(worked) if worked is not None else np.nan)
    return np.array(found, dtype=np.float64)


def _along(item: Input, amounts: Array) -> Array:
    """Return values of an input on its grid, up to nearly the largest that people have."""
    low, high, step = float(item.minimum), float(item.maximum), float(item.grid)
    amounts = amounts[(amounts >= low) & (amounts <= high)]
    if not len(amounts):
        return amounts
    start = max(low, 0.0)
    steps = np.linspace(start, float(np.percentile(amounts, 99)) or start + 1, POINTS) / step
    decimals = max(0, -int(np.floor(np.log10(step))))
    return np.unique(np.clip((np.rint(steps) * step).round(decimals), low, high))


def _given_to(result: Result, output: str, item: Input, x: Array, people: Array) -> Array:
    """Return what a rule gives along a quantity to the typical one of some people."""
    given: dict[str, Any] = {**_typical(result, people), item.name: x}
    for way in _ways(item):
        given.pop(way, None)
    values = cast(Rule, result.rule).compute(given).outputs[output]
    return np.asarray(np.broadcast_to(values, x.shape))


def _typical(result: Result, people: Array) -> dict[str, Any]:
    """Return the median of each number and day, and the most frequent of each flag and code."""
    typical: dict[str, Any] = {}
    for name, values in result.inputs.items():
        if name in result.defaults:
            continue
        here = values[people] if values.ndim else values.reshape(1)
        if result.rule.all_inputs[name].numeric:
            typical[name] = np.sort(here)[len(here) // 2]
        else:
            typical[name] = Counter(here.tolist()).most_common(1)[0][0]
    return typical


def _last_step(y: Array) -> int:
    """Return how many points to draw: a little beyond the last change."""
    steps = np.flatnonzero(np.diff(np.nan_to_num(y, nan=-1.0)))
    return min(len(y), int(1.25 * steps[-1]) + 2) if len(steps) else 2
