"""What would change a result: the nearest change on each side of each input, the others fixed.

An input is varied on its grid. A stretch of the grid is proved to change nothing by bounding every step
over it (`engine.ranges`); where that fails it is split, nearest part first, until one value is left,
which is worked out exactly. So nothing is presumed of how a result moves: it may rise and fall.

An optional input that nobody gave has no place on its grid. It is told which of its values would give
another result, where the result can only change at a figure that the rule compares it with. A code that
the rule only knows by lists (a municipality) varies by them: on a list, or outside all of them.

A result that moves with each cent (a share of an income) is not news at the next cent. For such a
result the nearest change is where another row, candidate or part of a scale decides on the way to it,
where one of its bounds comes into force or no longer is, or where a figure that it reads changes. For
any other result, and for counts of a few (persons, children), it is where the result changes.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.exact import Surd, Value, Worked, evaluate, work_out
from tarifs_solidaires.engine.expression import (
    ALWAYS,
    Among,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Extreme,
    Marginal,
    Missing,
    Name,
    Number,
    Operation,
    Rounded,
    Some,
    Truth,
    children,
    conditions,
    walk,
)
from tarifs_solidaires.engine.ranges import Reach, Span, reach
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.model import RowFacts
from tarifs_solidaires.say.facts import Person, day, read_names, same, step_reads
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.numbers import decimal_text

Mask = npt.NDArray[np.bool_]
Straight: TypeAlias = tuple[Fraction, Fraction]  # a line in an input: its value at 0, and its slope
_NONE: Mask = np.zeros(0, dtype=bool)

NEVER = Some(())
UNKNOWN = Compare(Missing(), "=", Number(Fraction(0)))  # holds nowhere, and fails nowhere
_SETTLED: Mapping[bool | None, Condition] = {True: ALWAYS, False: NEVER, None: UNKNOWN}
FEW = 50  # values of a whole number, each of which is news
RANGES = 3  # of a number that was not given, told from the smallest
_PARTS = (Fraction(-1), Fraction(-1, 2), Fraction(1, 2), Fraction(1))
BUDGET = 200  # stretches that are bounded, before values are tried one by one
SCANNED = 256  # values of an input that are all tried, where they are no more
TRIED = 1 << 18  # values that are tried then
CHUNK = 1 << 15
KEPT = 1 << 14  # lines whose changes are kept for people who have the same
LONGEST_CODE = 12  # characters that a code made up to stand for others has at most
HIDDEN = "\0"  # begins the names of steps that only serve here


@attrs.frozen(kw_only=True)
class Switch:
    """What decides otherwise, on the way to a result that moves.

    Parameters
    ----------
    step : str
        The step.
    kind : str
        ``row`` (a row, candidate or part), ``value``, ``at_least`` or ``at_most``.
    row : RowFacts or None
        The row that decides there.
    value : Value
        The value there; for a bound, that bound.
    in_force : bool
        For a bound, whether it is in force there.
    """

    step: str
    kind: str
    row: RowFacts | None = None
    value: Value = None
    in_force: bool = True


@attrs.frozen(kw_only=True)
class Change:
    """The nearest value of an input, on one side, where a result is another.

    Parameters
    ----------
    input : str
        The input.
    reach : {"<=", "<", ">", ">=", "="}
        ``<=`` and ``>=``: at the bound; ``<`` and ``>``: just beyond it, at ``at``; ``=``: another
        code, or the other answer.
    bound : Fraction, bool or str
        The bound; a date as days since 1970-01-01.
    at : Fraction, bool or str
        The value of the input where the results are those told, exactly.
    codes : tuple of str
        All codes that give the same results.
    among : tuple of Among
        For a code that the rule knows by lists, the lists that it is on there and not here, or here
        and not there; any code of which this is true gives the same results as ``at``.
    until : Fraction or None
        For a number that was not given, the last value that gives the same results as the bound and
        every value between them.
    gap : Fraction or None
        How far the person is from the bound.
    outputs : mapping of str to Value
        The results that differ, with their exact value there; None where there is none.
    row : RowFacts or None
        The row that names the result there, where it is another.
    switches : tuple of Switch
        What decides otherwise, for a result that moves with the input.
    through : mapping of str to Value
        Inputs that are worked out of this one, with their value at the bound.
    """

    input: str
    reach: str
    bound: Fraction | bool | str
    at: Fraction | bool | str
    codes: tuple[str, ...] = ()
    among: tuple[Among, ...] = ()
    until: Fraction | None = None
    gap: Fraction | None = None
    outputs: Mapping[str, Value]
    row: RowFacts | None = None
    switches: tuple[Switch, ...] = ()
    through: Mapping[str, Value] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Changes:
    """The nearest changes, and what was looked at.

    Parameters
    ----------
    found : tuple of Change
        By input; of a number, below then above.
    walked : tuple of str
        Inputs that were varied.
    unproved : tuple of str
        Inputs of which farther values were not all looked at.
    """

    found: tuple[Change, ...] = ()
    walked: tuple[str, ...] = ()
    unproved: tuple[str, ...] = ()


def changes(person: Person) -> Changes:
    """Return what would change the results of a person.

    Parameters
    ----------
    person : Person
        One person's values.

    Returns
    -------
    Changes
        Each of them, applied, gives exactly what it tells.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule
    >>> from tarifs_solidaires.say.facts import collect
    >>> rule = load_rule("nantes/transport", on="2023-06-01")
    >>> _, person = collect(rule.compute(quotient_familial=620, age=30), None)
    >>> first = changes(person).found[0]
    >>> first.input, first.reach, int(first.bound), float(first.outputs["taux_reduction"])
    ('quotient_familial', '<=', 500, 0.9)
    """
    return next(iter(changes_of([person])))


def changes_of(persons: Sequence[Person]) -> Iterator[Changes]:
    """Yield what would change the results of some persons of one rule, given the same inputs.

    What one computation of the rule settles for all of them is asked once.

    Parameters
    ----------
    persons : sequence of Person
        The persons.

    Yields
    ------
    Changes
        Those of each, in order; see ``changes``.
    """
    wanted = [_wanted(person) for person in persons]
    lines = [[line for line in own if isinstance(line, Line)] for own in wanted]
    for own, differs in zip(wanted, _differ(persons, lines), strict=True):
        known: list[_Known] = []
        for line in own:
            if isinstance(line, Line):
                found = tuple(line.changes(next(differs)))
                line = _Known(line.name, found, line.proved).kept(line)
            known.append(line)
        yield Changes(
            found=tuple(change for one in known for change in one.found),
            walked=tuple(one.name for one in known),
            unproved=tuple(one.name for one in known if not one.proved),
        )  # fmt: skip


@attrs.frozen
class _Known:
    """What changes along one input, for everyone who has the same of what matters to it."""

    name: str
    found: tuple[Change, ...]
    proved: bool

    def kept(self, line: Line) -> _Known:
        """Keep it for the next person."""
        memory = _memory(line.person)
        if len(memory) >= KEPT:
            memory.clear()
        place = line.place
        if line.by_cuts and place is not None:
            memory[line.key] = line.cuts
            memory[line.key, "between", bisect_left(line.cuts, place)] = self
        else:
            memory[line.key, _seat(line.person, line.item)] = self
        return self

    def seen_from(self, here: Value) -> _Known:
        """Return the same for another place between the same two cuts: another gap."""
        if not isinstance(here, Fraction):
            return self
        found = [
            change if change.gap is None
            else attrs.evolve(change, gap=abs(here - change.bound))  # type: ignore[operator]
            for change in self.found
        ]  # fmt: skip
        return attrs.evolve(self, found=tuple(found))


def _memory(person: Person) -> dict[Any, Any]:
    memory: dict[Any, Any] = person.rule._programs.setdefault("changes", {})
    return memory


def _recalled(person: Person, item: Input, key: tuple[Any, ...]) -> _Known | None:
    """Return what is known of an input for a person already."""
    memory, here = _memory(person), person.values[item.name]
    place, cuts = _place(item, here), memory.get(key)
    if cuts is not None and place is not None:
        known: _Known | None = memory.get((key, "between", bisect_left(cuts, place)))
        return known.seen_from(here) if known is not None else None
    found: _Known | None = memory.get((key, _seat(person, item)))
    return found


def _seat(person: Person, item: Input) -> object:
    """Return what matters of the place of a person: of a code known by lists, those that it is on."""
    here = person.values[item.name]
    if item.kind != "code" or item.codes or not isinstance(here, str):
        return here
    return tuple(one.has(here) for one in _listed(person, item.name))


def _place(item: Input, here: Value) -> int | None:
    """Return which value of the grid of an input one is; None where it is none of them."""
    if not item.numeric or not isinstance(here, Fraction):
        return None
    place = here / item.grid
    return int(place) if place.denominator == 1 else None


def _wanted(person: Person) -> list[Line | _Known]:
    """Return the inputs to vary, and what is known of them already."""
    found = list[Line | _Known]()
    for name, item in person.rule.all_inputs.items():
        if (
            name in person.reached and name not in person.worked
            and (item.kind != "code" or item.codes or _listed(person, name))
        ):  # fmt: skip
            key = _key(person, item)
            known = _recalled(person, item, key)
            found.append(Line(person, item, key) if known is None else known)
    return found


def _listed(person: Person, name: str) -> tuple[Among, ...]:
    """Return the lists that the rule compares a code with."""
    programs, place = person.rule._programs, ("listed", name, frozenset(person.given))
    if place not in programs:
        steps = [worked.step for worked in person.worked.values()]
        steps = [step for step in steps if name in step_reads(step)]
        found = [one for step in steps for one in _lists(step.value, name)]
        programs[place] = tuple(dict.fromkeys(found))
    lists: tuple[Among, ...] = programs[place]
    return lists


def _lists(value: Expression, name: str) -> Iterator[Among]:
    for case in value.cases if isinstance(value, Choice | Best) else ():
        for one in single_conditions(case.when):
            if isinstance(one, Among) and one.name == name:
                yield one


@lru_cache(maxsize=256)
def _representatives(lists: tuple[Among, ...], pattern: str) -> tuple[str, ...]:
    """Return a code for each way of being on lists or not; the last, where it can be, is on none."""
    fits = re.compile(pattern or ".+").fullmatch
    codes = sorted({code for one in lists for code in one.codes})
    starts = sorted({prefix for one in lists for prefix in one.prefixes})
    sizes = sorted({len(code) for code in codes}) or range(1, LONGEST_CODE)
    for sign in "09AZ":
        codes += [
            start + sign * (n - len(start)) for n in sizes for start in (*starts, "")
            if n > len(start)
        ]  # fmt: skip
    found: dict[tuple[bool, ...], str] = {}
    for code in codes:
        if fits(code):
            found.setdefault(tuple(one.has(code) for one in lists), code)
    return tuple(found.values())


def _key(person: Person, item: Input) -> tuple[Any, ...]:
    """Return all of a person that what changes along an input can depend on, but the input itself."""
    programs, place = person.rule._programs, ("along", item.name, frozenset(person.given))
    if place not in programs:
        programs[place] = _outside(person, item)
    conditions_, read = programs[place]
    values, gone = person.values, person.gone
    return (
        *place, *(person.holds(when) for when in conditions_),
        *((values[name], name in gone) for name in read),
    )  # fmt: skip


def _outside(person: Person, item: Input) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    """Return the conditions that an input does not move, and the other values beside it."""
    moving, found, read = {item.name}, dict[Condition, None](), set[str]()

    def gather(when: Condition) -> None:
        if read_names(when).isdisjoint(moving):
            found[when] = None
        elif isinstance(when, Every | Some):
            for part in when.parts:
                gather(part)
        else:
            read.update(read_names(when))

    for name, worked in person.worked.items():
        step = worked.step
        if step_reads(step) & moving:
            moving.add(name)
            if isinstance(step.value, Choice | Best):
                for case in step.value.cases:
                    gather(case.when)
                    read |= read_names(case.value)
            else:
                read |= read_names(step.value)
            for bound in (step.at_least, step.at_most):
                read |= read_names(bound) if bound is not None else frozenset()
    for step in person.rule.requirements:
        if item.name in step_reads(step):
            read |= step_reads(step)
    known = person.values.keys() - person.rule.constants.keys()
    return tuple(found), tuple(sorted((read & known) - moving))


def _differ(persons: Sequence[Person], lines: Sequence[Sequence[Line]]) -> Iterator[Iterator[Mask]]:
    """Say for what each line tries whether a result is another: all in one computation."""
    items = {line.name: line.item for own in lines for line in own if line.tried}
    if not items:
        yield from (iter([_NONE] * len(own)) for own in lines)
        return
    sizes = np.array([1 + sum(len(line.tried) for line in own) for own in lines])
    starts = np.cumsum(sizes) - sizes
    columns: dict[str, Any] = {}
    for name in {**persons[0].given, **items}:
        item = persons[0].rule.all_inputs[name]
        here = [_given(item, person.values[name]) for person in persons]
        columns[name] = _column(item, here).repeat(sizes)
    for start, own in zip(starts.tolist(), lines, strict=True):
        place = start + 1
        for line in own:
            if line.tried:  # else its input may be no column
                columns[line.name][place : place + len(line.tried)] = line.given
                place += len(line.tried)
    rule = persons[0].rule
    found = _differences(rule, columns, rule.output_names, starts.repeat(sizes))
    for start, own in zip(starts.tolist(), lines, strict=True):
        ends = np.cumsum([start + 1, *(len(line.tried) for line in own)]).tolist()
        yield (found[one:end] for one, end in pairwise(ends))


def _column(item: Input, values: list[Any]) -> npt.NDArray[Any]:
    return np.array(values, dtype=object if None in values else _DTYPES[item.kind])


def _differences(
    rule: DatedRule, columns: Mapping[str, Any], outputs: Iterable[str], first: Any = 0
) -> Mask:
    """Say for each row whether some results are others than in its first row."""
    parts = rule._outcome(columns, "null", {})
    differs = np.zeros(len(parts["reason_number"]), dtype=bool)
    for name in outputs:
        array = parts["outputs"][name]
        here = array[first]
        same_one = array == here
        if array.dtype.kind == "f":
            same_one |= np.isnan(array) & np.isnan(here)
        differs |= ~same_one.astype(bool)
    return np.asarray(differs & (np.asarray(parts["reason_number"]) == 0))


_DTYPES: Mapping[str, Any] = {
    "number": float,
    "whole": float,
    "flag": bool,
    "code": object,
    "date": "datetime64[D]",
}


def _given(item: Input, value: Value) -> Any:
    if isinstance(value, Fraction):
        return day(value) if item.kind == "date" else float(value)
    return value


class Line:
    """One input that varies, all others fixed.

    Parameters
    ----------
    person : Person
        One person's values.
    item : Input
        The input.
    key : tuple
        What else of the person the changes along the line can depend on.
    """

    person: Person
    item: Input
    name: str
    key: tuple[Any, ...]
    proved: bool
    scanned: bool
    stepwise: bool

    def __init__(self, person: Person, item: Input, key: tuple[Any, ...] = ()) -> None:
        self.person, self.item, self.name, self.key = person, item, item.name, key
        self.here: Value = person.values[item.name]
        self.proved = True
        self.moving: set[str] = {item.name}  # what may differ where the input does
        self.steps: list[Step] = []
        for name, worked in person.worked.items():
            if step_reads(worked.step) & self.moving:
                self.moving.add(name)
                self.steps.append(self._settled(worked.step))
        self.required: list[Step] = [
            s for s in person.rule.requirements if item.name in step_reads(s)
        ]
        self.watched: dict[str, dict[str, str]] = {}  # by output that moves: what is watched, how
        self.watchers: list[Step] = []
        self.cuts: list[int] = []  # places on the grid after which something may change
        self.place: int | None = _place(item, self.here)
        self.stepwise = not item.numeric  # whether nothing changes but after a cut
        self.scanned = False  # whether each value of the input is tried
        if item.numeric:
            self.moves: dict[str, bool] = {}
            for step in self.steps:
                self.moves[step.name] = self._step_moves(person.worked[step.name])
            few = item.kind == "whole" and item.maximum - item.minimum <= FEW
            for output in person.rule.output_names:
                if self.moves.get(output) and not few:
                    self.watched[output] = {}
                    self._watch(output, self.watched[output])
            self.cuts, self.stepwise = Cuts(self).found()
            few = item.maximum - item.minimum <= SCANNED * item.grid
            self.scanned = few and not self.stepwise and not self.watched
        self.all_steps: list[Step] = [*self.steps, *self.required, *self.watchers]

    @property
    def by_cuts(self) -> bool:
        """Whether what changes is the same for all places between the same two cuts."""
        return self.item.numeric and self.stepwise

    # -- the steps that depend on the input ----------------------------------------------------

    def _settled(self, step: Step) -> Step:
        """Return a step with every condition that the input does not move decided."""
        value = step.value
        if isinstance(value, Choice):
            cases: list[Case] = []
            for case in value.cases:
                cases.append(Case(self._settle(case.when), case.value))
                if cases[-1].when == ALWAYS:
                    break
            value = Choice(tuple(cases))
        elif isinstance(value, Best):
            kept = tuple(Case(self._settle(case.when), case.value) for case in value.cases)
            value = Best(value.kind, kept)
        else:
            return step
        return attrs.evolve(step, value=value)

    def _settle(self, when: Condition) -> Condition:
        read = read_names(when)
        if read.isdisjoint(self.moving):
            return _SETTLED[self.person.holds(when)]
        if isinstance(when, Every | Some):
            every = isinstance(when, Every)
            decisive, idle = (NEVER, ALWAYS) if every else (ALWAYS, NEVER)
            parts = [self._settle(part) for part in when.parts]
            if decisive in parts:
                return decisive
            parts = [part for part in parts if part != idle]
            if len(parts) == 1:
                return parts[0]
            return Every(tuple(parts)) if every else Some(tuple(parts))
        if isinstance(when, Compare) and isinstance(when.left, Name):
            left = when.left.name
            absent = self.person.values[left] is None and left not in self.person.gone
            if absent and left not in self.moving:
                return NEVER
        return when

    # -- whether a value moves with the input, as things are -----------------------------------

    def _step_moves(self, worked: Worked) -> bool:
        step = worked.step
        if step.kind != "number" or worked.value is None:
            return False
        node = step.value
        value = worked.stages["value"]
        for stage, bound in (("at_least", step.at_least), ("at_most", step.at_most)):
            if bound is not None:
                if not same(value, worked.stages[stage]):
                    node = bound
                value = worked.stages[stage]
        return self._node_moves(node, worked.row)

    def _node_moves(self, node: Expression, row: int | None = None) -> bool:
        person = self.person
        if read_names(node).isdisjoint(self.moving):
            return False
        match node:
            case Name(name):
                return name == self.name or self.moves.get(name, False)
            case Operation("*", left, right):
                return any(
                    self._node_moves(one) and (self._node_moves(other) or person.value(other) != 0)
                    for one, other in ((left, right), (right, left))
                )
            case Extreme(_, parts):
                best = person.value(node)
                return any(self._node_moves(p) for p in parts if same(person.value(p), best))
            case Choice(cases) | Best(_, cases):
                return row is not None and self._node_moves(cases[row].value)
            case Marginal(base, parts):
                reached = parts[: (row or 0) + 1]
                turns = self._node_moves(base) and person.value(reached[-1].rate) != 0
                return turns or any(self._node_moves(part.rate) for part in reached)
            case _:
                return any(self._node_moves(part) for part in values_in(node))

    def _watch(self, name: str, watched: dict[str, str]) -> None:
        """Note what decides on the way to a value that moves."""
        worked = self.person.worked[name]
        step = next(step for step in self.steps if step.name == name)
        watched[name] = "row" if step.rows else ""
        value = step.value
        for kind, sign, bound in (("at_least", "<", step.at_least), ("at_most", ">", step.at_most)):
            if bound is not None:
                applies = Case(Compare(value, sign, bound), Truth(True))  # type: ignore[arg-type]
                watcher = Choice((applies, Case(ALWAYS, Truth(False))))
                self._add_watcher(watcher, f"{kind}:{name}", watched)
                value = Extreme("max" if kind == "at_least" else "min", (value, bound))
        nodes = [bound for bound in (step.at_least, step.at_most) if bound is not None]
        match step.value:
            case Choice(cases) | Best(_, cases) if worked.row is not None:
                nodes.append(cases[worked.row].value)
            case node:
                nodes.append(node)
        for below in (below for node in nodes for below in walk(node)):
            if isinstance(below, Extreme) and not read_names(below).isdisjoint(self.moving):
                cases = tuple(Case(ALWAYS, part) for part in dict.fromkeys(below.parts))
                best = Best("lowest" if below.kind == "min" else "highest", cases)
                self._add_watcher(best, f"best:{len(self.watchers)}:{name}", watched)
        read = frozenset[str]().union(*(read_names(node) for node in nodes))
        for other in sorted((read & self.moving) - watched.keys() - {self.name}):
            if self.moves.get(other):
                self._watch(other, watched)
            else:
                watched[other] = "value"

    def _add_watcher(self, value: Choice | Best, name: str, watched: dict[str, str]) -> None:
        flag = isinstance(value, Choice)
        if all(step.name != HIDDEN + name for step in self.watchers):
            kind: Literal["flag", "number"] = "flag" if flag else "number"
            self.watchers.append(Step(name=HIDDEN + name, value=value, kind=kind))
        watched[HIDDEN + name] = "value" if flag else "row"

    # -- one value, and stretches --------------------------------------------------------------

    @cached_property
    def _worked(self) -> dict[Value, dict[str, Worked]]:
        return {}

    def at(self, value: Value) -> dict[str, Worked]:
        """Work out what depends on the input, where it has a value."""
        if value not in self._worked:
            known = {**self.person.values, self.name: value}
            self._worked[value] = work_out(self.all_steps, known)
        return self._worked[value]

    @cached_property
    def now(self) -> dict[str, Worked]:
        """The same, where the person is."""
        return self.at(self.here)

    def differing(self, there: Mapping[str, Worked]) -> dict[str, Value]:
        """Return the results that differ there; none where the inputs do not go together."""
        if any(there[step.name].value is False for step in self.required):
            return {}
        values = self.person.values
        found = {
            name: there[name].value
            for name in self.person.rule.output_names if name in there
        }  # fmt: skip
        return {name: value for name, value in found.items() if not same(value, values.get(name))}

    def is_change(self, there: Mapping[str, Worked]) -> bool:
        """Say whether a result is another there, and that is news."""
        return any(
            name not in self.watched or any(self._switched(name, there))
            for name in self.differing(there)
        )

    def _switched(self, output: str, there: Mapping[str, Worked]) -> Iterator[str]:
        for name, how in self.watched[output].items():
            now, then = self.now[name], there[name]
            if (how == "row" and now.row != then.row) or (
                how == "value" and not same(now.value, then.value)
            ):
                yield name

    def is_constant(self, low: Fraction, high: Fraction) -> bool:
        """Say whether it is proved that no value of a stretch changes a result."""
        found = reach(self.all_steps, {**self.person.box, self.name: Span(low, high)})
        if any(found[step.name].value == frozenset({False}) for step in self.required):
            return True
        return all(
            _is(found[name], self.person.values.get(name))
            or (name in self.watched and self._same_regime(name, found))
            for name in self.person.rule.output_names
            if name in found
        )

    def _same_regime(self, output: str, found: Mapping[str, Reach]) -> bool:
        return all(
            found[name].rows == {self.now[name].row} if how == "row"
            else how != "value" or _is(found[name], self.now[name].value)
            for name, how in self.watched[output].items()
        )  # fmt: skip

    # -- looking for changes -------------------------------------------------------------------

    @cached_property
    def tried(self) -> Sequence[Value] | Sequence[int]:
        """Values, or places on the grid, of which one computation says enough.

        Those below the person first, and the nearest first on each side.
        """
        if not self.item.numeric:
            if self.here is None:
                return []
            return [other for other in self._answers() if other != self.here]
        if self.here is None:
            return []
        if self.scanned:
            (below, first), (above, last) = self._ends(-1), self._ends(1)
            return [*range(below, first - 1, -1), *range(above, last + 1)]
        if not self.stepwise:
            return []
        return [near for side in (-1, 1) for near, _ in self._stretches(side)]

    @property
    def given(self) -> npt.NDArray[Any]:
        """The same, as the inputs of a computation."""
        if not self.item.numeric:
            return _column(self.item, [_given(self.item, value) for value in self.tried])  # type: ignore[arg-type]
        places, grid = np.array(self.tried, dtype=np.int64), self.item.grid
        if self.item.kind == "date":
            return places.astype(_DTYPES["date"])
        return places * grid.numerator / grid.denominator

    def changes(self, differs: Mask) -> Iterator[Change]:
        """Yield the nearest changes.

        Parameters
        ----------
        differs : array of bool
            Whether a result is another, for each of those ``tried``.
        """
        there: list[Any] = [self.tried[number] for number in np.flatnonzero(differs).tolist()]
        if not self.item.numeric:
            yield from self._others(list(self._answers()) if self.here is None else there)
            return
        if self.here is None:
            yield from self._if_given()
            return
        for side in (-1, 1):
            if self.stepwise or self.scanned:
                start, _ = self._ends(side)
                beyond = (place for place in there if (place - start) * side >= 0)
                place = next(beyond, None)
                at = None if place is None else place * self.item.grid
            else:
                at = self._nearest(side)
            if at is not None:
                yield self._change_at(at, side)

    def _answers(self) -> tuple[str | bool, ...]:
        """Return the codes or answers that there are; of codes known by lists, one of each kind."""
        if self.item.kind == "flag":
            return (True, False)
        if self.item.codes:
            return tuple(self.item.codes)
        return _representatives(_listed(self.person, self.name), self.item.pattern)

    def _others(self, others: list[Value]) -> Iterator[Change]:
        """Yield the changes that another code or answer makes, one for all that give the same."""
        found: dict[Any, Change] = {}
        named = bool(self.item.codes)
        for other in others:
            there = self.at(other)
            outputs = self.differing(there)
            if outputs and isinstance(other, str | bool):
                row = self._row(there)
                key = (*outputs.items(), row.name if row else None)
                known = found[key].codes if key in found else ()
                among = () if named or not isinstance(other, str) else self._apart(other)
                if among and key in found and len(found[key].among) <= len(among):
                    continue  # fewer lists say the same
                found[key] = Change(
                    input=self.name, reach="=", bound=other, at=other, outputs=outputs, row=row,
                    codes=(*known, other) if named and isinstance(other, str) else (), among=among,
                )  # fmt: skip
        yield from found.values()

    def _apart(self, other: str) -> tuple[Among, ...]:
        """Return the lists that a code is on and that of the person is not, or the other way round."""
        lists = _listed(self.person, self.name)
        if isinstance(self.here, str):
            return tuple(one for one in lists if one.has(other) != one.has(self.here))
        return tuple(one for one in lists if one.holds(other))

    def _if_given(self) -> Iterator[Change]:
        """Yield the values of a number that was not given which would give another result."""
        item, grid = self.item, self.item.grid
        first, last = math.ceil(item.minimum / grid), math.floor(item.maximum / grid)
        if self.required or not (self.stepwise or last - first <= FEW):
            self.proved = False
            return
        starts = [first, *(cut + 1 for cut in self.cuts if first <= cut < last)]
        if not self.stepwise:
            starts = list(range(first, last + 1))
        found: list[Change] = []
        for start, stop in zip(starts, [*(s - 1 for s in starts[1:]), last], strict=True):
            there = self.at(start * grid)
            outputs, row = self.differing(there), self._row(there)
            before = found[-1] if found else None
            if (
                before is not None and before.until == (start - 1) * grid and before.row == row
                and before.outputs.keys() == outputs.keys()
                and all(same(value, outputs[name]) for name, value in before.outputs.items())
            ):  # fmt: skip
                found[-1] = attrs.evolve(before, until=stop * grid)
            elif outputs:
                if len(found) == RANGES:
                    break
                found.append(
                    Change(
                        input=self.name, reach="=", bound=start * grid, at=start * grid,
                        until=stop * grid, outputs=outputs, row=row,
                    )
                )  # fmt: skip
        yield from found

    def _stretches(self, side: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches between cuts on one side, nearest first: their near and far places."""
        start, end = self._ends(side)
        if (end - start) * side < 0:
            return
        if side < 0:
            cuts = [cut + 1 for cut in reversed(self.cuts) if end <= cut < start]
        else:
            cuts = [cut for cut in self.cuts if start <= cut < end]
        for cut in cuts:
            yield start, cut
            start = cut + side
        yield start, end

    def _ends(self, side: int) -> tuple[int, int]:
        """Return the nearest and the farthest place on one side."""
        here, grid = self._here / self.item.grid, self.item.grid
        if side < 0:
            return math.ceil(here) - 1, math.ceil(self.item.minimum / grid)
        return math.floor(here) + 1, math.floor(self.item.maximum / grid)

    def _nearest(self, side: int) -> Fraction | None:
        """Return the nearest value with a change on one side; None where there is none."""
        grid = self.item.grid
        stack = list(self._stretches(side))
        if not stack:
            return None
        end = stack[-1][1]
        stack.reverse()
        for _ in range(BUDGET):
            if not stack:
                return None
            near, far = stack.pop()
            if near != far and self.is_constant(*sorted((near * grid, far * grid))):
                continue
            if self.is_change(self.at(near * grid)):
                return near * grid
            if near != far:
                near += side
                middle = near + (far - near) // 2 if side > 0 else near - (near - far) // 2
                if middle != far:
                    stack.append((middle + side, far))
                stack.append((near, middle))
        return self._tried(stack[-1][0], end, side) if stack else None

    def _tried(self, start: int, end: int, side: int) -> Fraction | None:
        """Try values one by one, from a place on, as far as that is reasonable.

        A result that moves with the input differs everywhere: of it nothing is found so.
        """
        self.proved = False
        grid, kind = self.item.grid, self.item.kind
        names = [n for n in self.person.rule.output_names if n not in self.watched]
        last = min(end, start + TRIED) if side > 0 else max(end, start - TRIED)
        for place in range(start, last + side, CHUNK * side) if names else ():
            stop = min(place + CHUNK, last + 1) if side > 0 else max(place - CHUNK, last - 1)
            places = np.arange(place, stop, side)
            rest = places.astype(_DTYPES[kind]) if kind == "date" else places * float(grid)
            here = np.array([_given(self.item, self.here)], dtype=_DTYPES[kind])
            column = np.concatenate([here, rest])
            given = {**self.person.given, self.name: column}
            for found in np.flatnonzero(_differences(self.person.rule, given, names)[1:])[:1]:
                return Fraction(int(places[found])) * grid
        return None

    @property
    def _here(self) -> Fraction:
        if not isinstance(self.here, Fraction):
            raise TypeError(f"{self.name} is not a number")
        return self.here

    def _change_at(self, at: Fraction, side: int) -> Change:
        rule, here = self.person.rule, self._here
        ways = [n for n in self.moving if n in rule.all_inputs and n not in rule.steps]
        bound, sign = at, "<=" if side < 0 else ">="
        before = at - side * self.item.grid  # the value next to it, towards the person
        if (  # where only what lies on the grid can be given, the value on it is the bound
            self.item.kind == "number" and not self.item.strict and (here - before) * side <= 0
            and len(decimal_text(before)) < len(decimal_text(at))
        ):  # fmt: skip
            bound, sign = before, sign[0]
        there = self.at(at)
        return Change(
            input=self.name, reach=sign, bound=bound, at=at, gap=abs(here - bound),
            outputs=self.differing(there), row=self._row(there),
            switches=tuple(self._switches(there)),
            through={name: self.at(bound)[name].value for name in ways if name != self.name},
        )  # fmt: skip

    def _row(self, there: Mapping[str, Worked]) -> RowFacts | None:
        decides = self.person.rule.version.decides
        if decides not in there or there[decides].row == self.person.worked[decides].row:
            return None
        row = there[decides].row
        return None if row is None else self.person.rule.steps[decides].rows[row]

    def _switches(self, there: Mapping[str, Worked]) -> Iterator[Switch]:
        for name in dict.fromkeys(n for o in self.watched for n in self._switched(o, there)):
            kind, _, step = name.removeprefix(HIDDEN).rpartition(":")
            row = there[name].row
            if kind in ("at_least", "at_most"):
                bound = getattr(self.person.worked[step].step, kind)
                known = {n: w.value for n, w in there.items() if not n.startswith(HIDDEN)}
                value = evaluate(bound, {**self.person.values, **known}, {})
                force = there[name].value is True
                yield Switch(step=step, kind=kind, value=value, in_force=force)
            elif not kind:
                facts = self.person.rule.steps.get(name)
                yield Switch(
                    step=name, kind="value" if row is None else "row", value=there[name].value,
                    row=facts.rows[row] if facts is not None and row is not None else None,
                )  # fmt: skip


class Cuts:
    """Where something may change along a line: where what is compared is met.

    Parameters
    ----------
    line : Line
        The line.
    """

    line: Line
    person: Person
    moving: set[str]
    stepwise: bool

    def __init__(self, line: Line) -> None:
        self.line, self.person, self.moving = line, line.person, line.moving
        self.stepwise = True
        self.places: set[int] = set()  # as things are
        self.firm: set[int] = set()  # wherever the person is
        self.straight: dict[str, Straight | None] = {}  # as things are
        self.unbound: dict[Expression, Straight] = {}  # of steps that a bound holds, before it
        self.units: dict[Expression, Fraction] = {}  # to which steps are rounded
        self.sure: set[str] = set()  # steps that are a straight line everywhere
        self.flowing: set[str] = {line.name}  # names that differ from one value to the next

    def found(self) -> tuple[list[int], bool]:
        """Return the places on the grid after which something may change.

        Returns
        -------
        list of int
            Places, in order. Where not all are known, they are those of things as they are now.
        bool
            Whether no result changes anywhere else.
        """
        places = self.places
        for step in self.line.steps:
            worked = self.person.worked[step.name]
            self._add(step, worked)
            for left, right, firm in self._compared(step, worked):
                for one, other in self._lines(left, right, worked.row):
                    units = {self.units.get(left), self.units.get(right)}
                    met = set(self._met(one, other, units))
                    places |= met
                    if firm:
                        self.firm |= met
        if any(name in self.flowing for name in self.person.rule.output_names):
            self.stepwise = False
        return sorted(self.firm if self.stepwise else places), self.stepwise

    def _lines(
        self, left: Expression, right: Expression, row: int | None
    ) -> Iterator[tuple[Straight, Straight]]:
        """Yield two numbers as straight lines, a step that a bound holds also as it was before it."""
        for one in (self._straight(left, row), self.unbound.get(left)):
            for other in (self._straight(right, row), self.unbound.get(right)):
                if one is not None and other is not None and one[1] != other[1]:
                    yield one, other

    def _met(self, one: Straight, other: Straight, units: set[Fraction | None]) -> Iterator[int]:
        """Yield the places after which two lines have met."""
        apart = {Fraction(0)}  # rounded, they meet a unit before or after, or half of one
        for unit in units - {None}:
            apart |= {unit * part for part in _PARTS}  # type: ignore[operator]
        for difference in apart:
            place = (other[0] - one[0] + difference) / (one[1] - other[1]) / self.line.item.grid
            yield math.floor(place)
            if place.denominator == 1:
                yield int(place) - 1

    def _add(self, step: Step, worked: Worked) -> None:
        """Note whether a step is a straight line, and whether it differs with each value."""
        bounds = [bound for bound in (step.at_least, step.at_most) if bound is not None]
        nodes = [*values_in(step.value), *bounds]
        if step.kind == "number" and any(read_names(n) & self.flowing for n in nodes):
            self.flowing.add(step.name)
        self.straight[step.name] = self._straight(step.value, worked.row)
        if step.unit is not None:
            self.units[Name(step.name)] = step.unit
        plain = not bounds and step.unit is None and isinstance(step.value, Operation | Name)
        if plain and self._is_sure(step.value):
            self.sure.add(step.name)
        stages = [v for k, v in worked.stages.items() if k != "round"]
        if not all(same(stages[0], value) for value in stages):
            line, self.straight[step.name] = self.straight[step.name], None
            if line is not None:
                self.unbound[Name(step.name)] = line

    def _is_sure(self, node: Expression) -> bool:
        """Say whether a straight line holds whatever the value of the input."""
        return not any(isinstance(part, Extreme | Rounded) for part in walk(node)) and all(
            name in self.sure or name == self.line.name for name in read_names(node) & self.moving
        )

    def _compared(
        self, step: Step, worked: Worked
    ) -> Iterator[tuple[Expression, Expression, bool]]:
        """Yield what is compared, and whether it is met at the same places wherever the person is."""
        value = step.value
        if isinstance(value, Choice | Best):
            for case in value.cases:
                for leaf in single_conditions(case.when):
                    if isinstance(leaf, Compare):
                        known = _direct(leaf, self.line.name, self.line.item.grid)
                        if known is not None:
                            self.places.update(known)
                            self.firm.update(known)
                        elif not read_names(leaf).isdisjoint(self.flowing):
                            sides = (leaf.left, leaf.right)
                            firm = all(map(self._is_sure, sides))
                            firm = firm and None not in map(self._straight, sides)
                            self.stepwise = self.stepwise and firm
                            yield *sides, firm
                        else:  # both sides change at the cuts of what they read, and nowhere else
                            yield leaf.left, leaf.right, False
        if isinstance(value, Best) and worked.row is not None:
            best = value.cases[worked.row].value
            yield from ((best, case.value, False) for case in value.cases if case.when != NEVER)
        for node in walk(value) if not isinstance(value, Choice | Best) else ():
            if isinstance(node, Extreme):
                yield from ((node.parts[0], part, False) for part in node.parts[1:])
            elif isinstance(node, Marginal):
                for part in node.parts:
                    if part.up_to is not None:
                        yield node.base, Number(part.up_to), False
        for bound in (step.at_least, step.at_most):
            if bound is not None:
                yield step.value, bound, False

    def _straight(self, node: Expression, row: int | None = None) -> Straight | None:
        """Return a number as a straight line in the input: its value at 0, and its slope."""
        if read_names(node).isdisjoint(self.moving):
            value = self.person.value(node)
            if isinstance(value, Surd):
                return Fraction(float(value)), Fraction(0)
            return (value, Fraction(0)) if isinstance(value, Fraction) else None
        match node:
            case Name(name):
                here = name == self.line.name
                return (Fraction(0), Fraction(1)) if here else self.straight.get(name)
            case Rounded(part):
                return self._straight(part)
            case Extreme(_, parts):
                best = self.person.value(node)
                part = next((p for p in parts if same(self.person.value(p), best)), parts[0])
                return self._straight(part)
            case Choice(cases) | Best(_, cases):
                return None if row is None else self._straight(cases[row].value)
            case Operation(sign, left, right):
                one, other = self._straight(left), self._straight(right)
                return None if one is None or other is None else _combined(sign, one, other)
            case Marginal(base, parts) if row is not None:
                line, rate = self._straight(base), self.person.value(parts[row].rate)
                value = self.person.value(node)
                if (
                    line is None
                    or not isinstance(rate, Fraction)
                    or not isinstance(value, Fraction)
                ):
                    return None
                slope = rate * line[1]
                return value - slope * self.line._here, slope
        return None


def _combined(sign: str, one: Straight, other: Straight) -> Straight | None:
    match sign:
        case "+":
            return one[0] + other[0], one[1] + other[1]
        case "-":
            return one[0] - other[0], one[1] - other[1]
        case "*" if not one[1] or not other[1]:
            return one[0] * other[0], one[0] * other[1] + one[1] * other[0]
        case "/" if not other[1] and other[0]:
            return one[0] / other[0], one[1] / other[0]
    return None


@lru_cache(maxsize=1 << 14)
def single_conditions(when: Condition) -> tuple[Condition, ...]:
    """Return the single conditions that one is made of, once each for all persons."""
    return () if when == NEVER else tuple(conditions(when))


@lru_cache(maxsize=1 << 14)
def _direct(leaf: Compare, name: str, grid: Fraction) -> tuple[int, ...] | None:
    """Return after which places an input passes a figure; None where something else is compared."""
    if leaf.left != Name(name) or not isinstance(leaf.right, Number):
        return None
    place = leaf.right.value / grid
    whole = math.floor(place)
    return (whole, whole - 1) if place.denominator == 1 else (whole,)


def values_in(node: Expression) -> Iterator[Expression]:
    """Yield the numbers that one is directly made of, without what conditions read."""
    match node:
        case Choice(cases) | Best(_, cases):
            yield from (case.value for case in cases if case.when != NEVER)
        case Name():
            yield node
        case _:
            for child in children(node):
                if not isinstance(child, Condition):
                    yield child


def _is(found: Reach, value: Value) -> bool:
    """Say whether a step is sure to have a value."""
    there = found.value
    if value is None or there is None:
        return there is None and value is None
    if isinstance(value, Fraction | Surd):
        return (
            isinstance(there, Span) and not there.missing
            and same(there.low, value) and same(there.high, value)
        )  # fmt: skip
    return there == frozenset({value})
