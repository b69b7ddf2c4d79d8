"""Looking for a person: boxes of inputs halved until a case is found, or shown not to exist."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.backends import ARRAYS
from tarifs_solidaires.engine.exact import Value, Worked, holds, work_out
from tarifs_solidaires.engine.expression import (
    Among,
    Compare,
    Condition,
    Flag,
    Name,
    Number,
    names,
    walk,
)
from tarifs_solidaires.engine.program import Program
from tarifs_solidaires.engine.quantities import Run
from tarifs_solidaires.engine.ranges import Possible, Span, may_hold
from tarifs_solidaires.engine.step import Step, read_by
from tarifs_solidaires.rules.dated import REQUIRED, DatedRule
from tarifs_solidaires.values.inputs import Coded, Input
from tarifs_solidaires.values.numbers import SNAP

Array = npt.NDArray[Any]
Person: TypeAlias = dict[str, Value]
Box: TypeAlias = dict[str, Possible]

BOXES = 500  # halved, for one question
FEW = 64  # values of an input that are told apart before a wider one is halved
FEW_DRAWN = 4_000  # people, of whom it is seen which rows decide


@attrs.frozen
class Answer:
    """What a search came to: a person, the proof that there is none, or neither."""

    person: Person | None = None
    proved: bool = False


@attrs.frozen(kw_only=True, eq=False)
class Sample:
    """People in columns."""

    columns: Mapping[str, Array | Coded]
    count: int


@attrs.frozen(kw_only=True, eq=False)
class Space:
    """What people can give to a rule on a day, some inputs being given, and what follows.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    program : Program
        Its program for the inputs that are given.
    known : mapping
        Parameters, and inputs that are not given, as a box has them.
    inputs : mapping of str to Input
        Inputs that count.
    codes : mapping of str to tuple of str
        For each of them that is a code, codes that differ for some condition.
    steps : mapping of str to Step
        Steps, in order.
    met : dict of str to frozenset
        Rows that decide for some of a few people, by step, once asked for.
    """

    rule: DatedRule
    program: Program
    known: Box
    inputs: Mapping[str, Input]
    codes: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, Step]
    met: dict[str, frozenset[int]] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, rule: DatedRule, program: Program) -> Space:
        """Make one of a program."""
        inputs = {name: item for name, item in program.inputs.items() if name in program.reads}
        steps = {step.name: step for step in program.steps}
        known: Box = {}
        for name, value in rule.constants.items():
            known[name] = Span.at(value) if isinstance(value, Fraction) else frozenset({value})
        for name, item in rule.all_inputs.items():
            if name not in program.inputs and name not in steps:
                known[name] = None if item.numeric else frozenset({None})
        named = [node for step in program.steps for node in walk(step.whole)]
        codes = {
            name: told_apart(item, [n for n in named if isinstance(n, Among) and n.name == name])
            for name, item in inputs.items()
            if item.kind == "code"
        }
        return cls(rule=rule, program=program, known=known, inputs=inputs, codes=codes, steps=steps)

    def box(self, only: frozenset[str] | None = None) -> Box:
        """Return all that some inputs can be; the others are as they are by default, or least."""
        found: Box = {}
        for name, item in self.inputs.items():
            if item.kind == "code":
                found[name] = frozenset(self.codes[name])
            elif item.kind == "flag":
                found[name] = frozenset({True, False})
            else:
                found[name] = Span(item.minimum, item.maximum)
            if only is not None and name not in only:
                found[name] = self._usual(item, found[name])
        return found

    def _usual(self, item: Input, all_: Possible) -> Possible:
        if isinstance(item.default, Fraction):
            return Span.at(item.default)
        if item.default is not None:
            return frozenset({item.default})
        if isinstance(all_, Span):
            return Span.at(item.minimum)
        return frozenset({False}) if item.kind == "flag" else frozenset(self.codes[item.name][:1])

    def usual(self, name: str, box: Box) -> Value:
        """Return the one value that an input has in a box of usual ones."""
        return _single(box[name])

    def reads(self, wanted: Sequence[Condition], step: str = "") -> frozenset[str]:
        """Return all that some conditions, a step and conditions between inputs depend on."""
        read = {name for one in wanted for name in names(one)}
        asked = [name for name in self.steps if name.startswith(REQUIRED)]
        return read_by(self.steps, [*read, *asked, *([step] if step else [])])

    def work_out(self, person: Person, upto: frozenset[str]) -> dict[str, Worked]:
        """Work out some steps for one person."""
        given = {n: _single(value) for n, value in self.known.items()}
        steps = [step for name, step in self.steps.items() if name in upto]
        return work_out(steps, {**given, **person})

    def rows(self, sample: Sample, steps: Sequence[str]) -> dict[str, Array]:
        """Return the number of the row that decides in some steps, for people in columns."""
        values: dict[str, Any] = {}
        raw: dict[str, Any] = {}
        for name, column in sample.columns.items():
            if isinstance(column, Coded):
                values[name] = (column.words, column.index)
            elif name in self.program.sources:
                raw[name] = column
            else:
                values[name] = column
        run = Run(ARRAYS, values, raw)
        rows = self.program.compiler.rows
        return {
            step: np.broadcast_to(np.asarray(rows[step](run)), (sample.count,)) for step in steps
        }

    def rows_met(self, step: str) -> frozenset[int]:
        """Return rows of a step that decide for some of a few people."""
        if not self.met:
            asked = [name for name in self.steps if name.startswith(REQUIRED)]
            sample = drawn(self, FEW_DRAWN)
            rows = self.rows(sample, [*self.program.grids])
            good = np.ones(sample.count, dtype=bool)
            for name in asked:
                good &= rows[name] == 0
            self.met.update({n: frozenset(np.unique(r[good]).tolist()) for n, r in rows.items()})
        return self.met.get(step, frozenset())

    def person(self, sample: Sample, place: int) -> Person:
        """Return one of some people."""
        found: Person = {}
        for name, column in sample.columns.items():
            value = (
                column.words[column.index[place]] if isinstance(column, Coded) else column[place]
            )
            found[name] = self.inputs[name].meant(value)
        return found

    def satisfies(
        self, person: Person, worked: Mapping[str, Worked], wanted: Sequence[Condition]
    ) -> bool:
        """Say whether some conditions hold for a person."""
        values = {name: _single(value) for name, value in self.known.items()}
        values |= {**person, **{name: one.value for name, one in worked.items()}}
        return all(holds(one, values, {}) is True for one in wanted)

    def accepts(self, worked: Mapping[str, Worked]) -> bool:
        """Say whether the conditions between inputs hold."""
        return all(one.value is not False for n, one in worked.items() if n.startswith(REQUIRED))


def _single(value: Possible) -> Value:
    if isinstance(value, Span):
        return value.low
    return None if value is None else next(iter(value))


def told_apart(item: Input, conditions: Sequence[Among]) -> tuple[str, ...]:
    """Return codes of an input, one of each sort that some conditions tell apart."""
    words = tuple(item.codes)
    if not words:
        named = sorted({code for one in conditions for code in (*one.codes, *one.prefixes)})
        words = tuple(filter(None, (completed(item, word) for word in ("", *named))))
    found: dict[tuple[bool, ...], str] = {}
    for word in words:
        found.setdefault(tuple(one.has(word) for one in conditions), word)
    return tuple(found.values()) or ("?",)


def completed(item: Input, start: str) -> str:
    """Return a code of an open input that begins so; empty where none is found."""
    pattern = re.compile(item.pattern or ".+")
    for length in range(13):
        for sign in "09A1aZ":
            word = start + sign * length
            if word and pattern.fullmatch(word):
                return word
    return ""


def look_for(
    space: Space,
    wanted: Sequence[Condition],
    step: str,
    is_it: Callable[[Worked], bool],
    boxes: int = BOXES,
    *,
    within: bool = False,
) -> Answer:
    """Look for a person for whom a step comes to something.

    Parameters
    ----------
    space : Space
        What people can give.
    wanted : sequence of Condition
        Conditions that hold for any such person.
    step : str
        The step.
    is_it : callable
        Whether what the step came to is what is looked for.
    boxes : int
        How many boxes to look into.
    within : bool
        Whether the conditions must hold for the person that is returned, and not only for each one of
        whom that is proved otherwise.

    Returns
    -------
    Answer
        A person; else whether there is proved to be none.
    """
    needed = space.reads(wanted, step)
    bounding = space.reads(wanted)
    steps = [one for name, one in space.steps.items() if name in bounding]
    asked = [Flag(name, True) for name in space.steps if name.startswith(REQUIRED)]
    conditions = [*wanted, *asked]
    start = _narrowed(space, space.box(needed), wanted)
    if start is None:
        return Answer(proved=True)
    queue = deque([start])
    tried = 0
    while queue and tried < boxes:
        # deep first, which finds single points; then wide, which a region without end does not stop
        box = queue.pop() if 2 * tried < boxes else queue.popleft()
        tried += 1
        if not may_hold(conditions, steps, {**space.known, **box}):
            continue
        for person in _people(space, box):
            worked = space.work_out(person, needed)
            if space.accepts(worked) and is_it(worked[step]):
                if within and not space.satisfies(person, worked, wanted):
                    continue
                return Answer(person={n: v for n, v in person.items() if n in needed})
        halves = [*_halves(space, box, bounding)] or [*_halves(space, box, needed)]
        queue.extend(reversed(halves))  # the lower one is looked into first
    return Answer(proved=not queue)


def _narrowed(space: Space, box: Box, wanted: Sequence[Condition]) -> Box | None:
    """Return the part of a box in which conditions on inputs alone can hold; None for nothing."""
    for one in wanted:
        match one:
            case Compare(Name(name), sign, Number(value)) if name in space.inputs:
                low, high = _ends(box[name])
                fine = lattice(space.inputs[name])
                if sign in (">", ">="):
                    low = max(low, next_multiple(value, fine, beyond=sign == ">"))
                else:
                    high = min(high, -next_multiple(-value, fine, beyond=sign == "<"))
                if low > high:
                    return None
                box = {**box, name: Span(low, high)}
            case Among(name) | Flag(name) if name in space.inputs:
                kept = frozenset(word for word in _words(box[name]) if _holds(one, word))
                if not kept:
                    return None
                box = {**box, name: kept}
    return box


def _ends(value: Possible) -> tuple[Fraction, Fraction]:
    if not isinstance(value, Span):
        raise TypeError
    return Fraction(value.low), Fraction(value.high)  # type: ignore[arg-type]


def _words(value: Possible) -> frozenset[str | bool | None]:
    if not isinstance(value, frozenset):
        raise TypeError
    return value


def _holds(one: Among | Flag, word: str | bool | None) -> bool:
    return one.holds(str(word)) if isinstance(one, Among) else one.value is word


def lattice(item: Input) -> Fraction:
    """Return the distance of two values of an input that may differ in what they give."""
    return item.grid * SNAP if item.kind == "number" and not item.strict else item.grid


def next_multiple(value: Fraction, unit: Fraction, *, beyond: bool) -> Fraction:
    """Return the first multiple of a unit from a value on, or beyond it."""
    count = value / unit
    return (math.floor(count) + 1 if beyond else math.ceil(count)) * unit


def _people(space: Space, box: Box) -> Iterator[Person]:
    """Yield a few people in a box, at its ends and in its middle, with plain numbers if it has any."""
    for way in ("low", "high", "middle"):
        person: Person = {}
        for name, value in box.items():
            if not isinstance(value, Span):
                words = sorted(_words(value), key=str)
                person[name] = words[0 if way == "low" else -1]
                continue
            low, high = _ends(value)
            wished = {"low": low, "high": high, "middle": (low + high) / 2}[way]
            person[name] = plain_number(space.inputs[name], low, high, wished)
        yield person


def plain_number(item: Input, low: Fraction, high: Fraction, wished: Fraction) -> Fraction:
    """Return a value of an input from one to another, as round as it can be, near a wished one."""
    for unit in (item.grid, lattice(item)):
        first, last = (
            next_multiple(low, unit, beyond=False),
            -next_multiple(-high, unit, beyond=False),
        )
        if first <= last:
            return min(max(round(wished / unit) * unit, first), last)
    return low


def _halves(space: Space, box: Box, bounding: frozenset[str]) -> Iterator[Box]:
    """Yield the two halves of a box: of the input with the fewest values, then of the widest."""
    sizes: dict[str, int] = {}
    for name, value in box.items():
        if name in bounding:
            if isinstance(value, Span):
                low, high = _ends(value)
                sizes[name] = int((high - low) / lattice(space.inputs[name])) + 1
            else:
                sizes[name] = len(_words(value))
    left = [name for name, size in sizes.items() if size > 1]
    if not left:
        return
    few = [name for name in left if sizes[name] <= FEW]
    name = min(few, key=lambda n: sizes[n]) if few else max(left, key=lambda n: sizes[n])
    value = box[name]
    if isinstance(value, Span):
        low, high = _ends(value)
        fine = lattice(space.inputs[name])
        middle = plain_number(space.inputs[name], low, high - fine, (low + high) / 2)
        yield {**box, name: Span(low, middle)}
        yield {**box, name: Span(middle + fine, high)}
        return
    words = sorted(_words(value), key=str)
    yield {**box, name: frozenset(words[: len(words) // 2])}
    yield {**box, name: frozenset(words[len(words) // 2 :])}


def drawn(space: Space, count: int, seed: int = 0) -> Sample:
    """Return people at the bounds that conditions name, beside them, and between.

    Parameters
    ----------
    space : Space
        What people can give.
    count : int
        How many.
    seed : int
        Of the random numbers.
    """
    random = np.random.default_rng(seed)
    marks = marks_of(space)
    columns: dict[str, Array | Coded] = {}
    for name, item in space.inputs.items():
        if item.kind == "flag":
            columns[name] = random.integers(0, 2, count).astype(bool)
        elif item.kind == "code":
            words = space.codes[name]
            columns[name] = Coded(words, random.integers(0, len(words), count))
        else:
            near = np.array([float(mark) for mark in marks[name]])
            low, high, grid = float(item.minimum), float(item.maximum), float(item.grid)
            top = min(high, 2 * float(near[-2]) if len(near) > 2 else high)
            spread = np.rint((low + (top - low) * random.random(count)) / grid) * grid
            columns[name] = np.where(
                random.random(count) < 0.5, random.choice(near, count), np.clip(spread, low, high)
            )
    return Sample(columns=columns, count=count)


def marks_of(space: Space) -> dict[str, tuple[Fraction, ...]]:
    """Return, for each number, its ends and the bounds that conditions put to it, with neighbours."""
    found: dict[str, set[Fraction]] = {}
    for name, item in space.inputs.items():
        if item.numeric:
            found[name] = {item.minimum, item.maximum}
    for grid in space.program.grids.values():
        for axis in grid.axes:
            left, base = axis.key if isinstance(axis.key, tuple) else (None, None)
            if isinstance(left, Name) and base is None and left.name in found:
                item = space.inputs[left.name]
                near = (cut.value + n * item.grid for cut in axis.cuts for n in (-1, 0, 1))
                found[left.name] |= {n for n in near if item.minimum <= n <= item.maximum}
    return {name: tuple(sorted(values)) for name, values in found.items()}
