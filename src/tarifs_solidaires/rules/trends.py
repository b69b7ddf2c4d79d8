"""Prices that fall as income rises, and aids that rise with it: seldom meant, and easily overlooked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.expression import (
    Best,
    Choice,
    Compare,
    Expression,
    Extreme,
    Marginal,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
    conditions,
    names,
)
from tarifs_solidaires.engine.program import made
from tarifs_solidaires.engine.step import read_by
from tarifs_solidaires.rules.dated import REQUIRED
from tarifs_solidaires.rules.search import Person, Sample, Space, drawn, marks_of
from tarifs_solidaires.rules.units import PERIODS, money_of, unit_of
from tarifs_solidaires.values.inputs import Coded

Array = npt.NDArray[Any]
RISING, FALLING = ("price", "bill"), ("aid", "reduction")  # what income does to an output
PEOPLE = 60  # whose income rises
POINTS = 1_000  # incomes of each, besides the bounds that conditions name


@attrs.frozen(kw_only=True)
class Turn:
    """An output that moves the wrong way.

    Parameters
    ----------
    output, input : str
        Which, and with what.
    person : mapping
        The person, but for that input.
    before, after : Fraction
        The input.
    first, then : Fraction
        The output, before and after.
    """

    output: str
    input: str
    person: Person
    before: Fraction
    after: Fraction
    first: Fraction
    then: Fraction


def turns(space: Space) -> Iterator[Turn]:
    """Yield one case for each output that moves the wrong way with an income.

    Parameters
    ----------
    space : Space
        What people can give.
    """
    kinds = {name: entry.kind for name, entry in space.rule.file.output.items()}
    outputs = {
        name: kind in RISING
        for name, kind in kinds.items()
        if kind in RISING + FALLING and name in space.steps and space.steps[name].kind == "number"
    }
    for name in space.inputs:
        if not outputs or not _amount_of_money(space.inputs[name].unit):
            continue
        led = {output: up for output, up in outputs.items() if is_income(space, name, output)}
        if led:
            yield from _turns_with(space, name, led)


def _amount_of_money(unit: str) -> bool:
    """Say whether a unit is money, or money per period: not a price per cubic metre."""
    weighing = dict(unit_of(unit) or ())
    return bool(weighing.pop(money_of(unit), 0)) and weighing.keys() <= PERIODS.keys()


def is_income(space: Space, name: str, output: str) -> bool:
    """Say whether an input is what an output looks at, and not a bound that it is compared with."""
    looked_at = False
    for step in read_by(space.steps, [output]) & space.steps.keys():
        value = space.steps[step].value
        if isinstance(value, Marginal):
            looked_at = looked_at or _way(space, value.base, name) == 1
        if not isinstance(value, Choice | Best):
            continue
        for case in value.cases:
            for one in conditions(case.when):
                if isinstance(one, Compare):
                    left, right = _way(space, one.left, name), _way(space, one.right, name)
                    if left not in (0, 1) or right != 0:
                        return False
                    looked_at = looked_at or left == 1
    return looked_at


def _way(space: Space, node: Expression, name: str) -> int | None:
    """Return 1 where a quantity rises with an input, -1 where it falls, 0 where it does not move.

    None where that is not known.
    """
    match node:
        case Name(read):
            if read == name:
                return 1
            step = space.steps.get(read)
            return 0 if step is None else _way(space, step.whole, name)
        case Operation("+" | "-", left, right):
            one, other = _way(space, left, name), _way(space, right, name)
            return _joined(one, other if node.sign == "+" or not other else -other)
        case Operation("*", left, right):
            one, other = _way(space, left, name), _way(space, right, name)
            if any(isinstance(side, Number) and side.value < 0 for side in (left, right)):
                return None if one is None or other is None else -(one or other)
            return _joined(one, other)
        case Operation(_, left, right):
            one, other = _way(space, left, name), _way(space, right, name)
            return _joined(one, -other if other else other)
        case Extreme(_, parts):
            found: int | None = 0
            for part in parts:
                found = _joined(found, _way(space, part, name))
            return found
        case Root(part) | Rounded(part):
            return _way(space, part, name)
        case Marginal(base):
            return _way(space, base, name)
        case Number():
            return 0
        case _:
            read_ = read_by(space.steps, names(node))
            return None if name in read_ else 0


def _joined(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return None
    return one or other if one * other >= 0 else None


def _turns_with(space: Space, name: str, outputs: Mapping[str, bool]) -> Iterator[Turn]:
    item = space.inputs[name]
    marks = marks_of(space)[name]
    top = float(2 * marks[-2]) if len(marks) > 2 and marks[-2] > 0 else float(item.maximum)
    low, high, grid = float(item.minimum), min(float(item.maximum), top), float(item.grid)
    between = np.rint(np.linspace(low, high, POINTS) / grid) * grid
    incomes = np.unique(
        np.concatenate([[float(mark) for mark in marks], np.clip(between, low, high)])
    )
    people = drawn(space, PEOPLE, seed=1)
    columns: dict[str, Array | Coded] = {}
    for other, column in people.columns.items():
        if isinstance(column, Coded):
            columns[other] = Coded(column.words, np.repeat(column.index, len(incomes)))
        else:
            columns[other] = np.repeat(column, len(incomes))
    columns[name] = np.tile(incomes, PEOPLE)
    everyone = Sample(columns=columns, count=PEOPLE * len(incomes))
    computed = space.program.many(everyone.columns, everyone.count)
    found = {output: made(column) for output, column in computed.outputs.items()}
    refused = np.zeros(everyone.count, dtype=bool)
    for asked, values in found.items():
        if asked.startswith(REQUIRED):
            refused |= values == 0
    for output, rising in outputs.items():
        values = np.where(refused, np.nan, found[output]).reshape(PEOPLE, len(incomes))
        signed = values if rising else -values
        peaks = np.fmax.accumulate(signed, axis=1)
        drop = np.where(np.isnan(signed), 0, peaks - signed)
        if np.nanmax(drop, initial=0) <= 0:
            continue
        one, place = (int(n) for n in np.unravel_index(int(drop.argmax()), drop.shape))
        wrong = np.flatnonzero(drop[one] > 0)
        place = int(wrong[0])  # where it first moves the wrong way
        earlier = int(np.flatnonzero(signed[one, :place] == peaks[one, place])[-1])
        person = space.person(everyone, one * len(incomes) + place)
        yield _case(space, output, name, person, incomes[earlier], incomes[place])


def _case(space: Space, output: str, name: str, person: Person, before: Any, after: Any) -> Turn:
    """Return a case in which what does not matter is as it usually is."""
    item = space.inputs[name]
    first, last = (Fraction(str(item.meant(value))) for value in (before, after))
    usual = space.box(frozenset())

    def at(who: Person, income: Fraction) -> Any:
        return space.work_out({**who, name: income}, frozenset(space.steps))[output].value

    def moves(who: Person) -> bool:
        pair = at(who, first), at(who, last)
        kind = space.rule.file.output[output].kind
        if not all(isinstance(one, Fraction) for one in pair):
            return False
        return bool(pair[0] > pair[1] if kind in RISING else pair[0] < pair[1])

    for other in person:
        if other != name:
            plainer = {**person, other: space.usual(other, usual)}
            if moves(plainer):
                person = plainer
    read = space.reads((), output)
    shown = {n: v for n, v in person.items() if n != name and n in read}
    return Turn(
        output=output, input=name, person=shown, before=first, after=last,
        first=at(person, first), then=at(person, last),
    )  # fmt: skip
