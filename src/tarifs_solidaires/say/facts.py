"""The facts of one result, in no language: data, operations, conditions put to the person, sources."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np

from tarifs_solidaires.catalogue import Joined, Phrase, phrase
from tarifs_solidaires.engine.exact import Surd, Value, Worked, compare, evaluate, holds
from tarifs_solidaires.engine.expression import (
    Among,
    Best,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Flag,
    Given,
    Marginal,
    Mode,
    Name,
    Sign,
    Some,
    conditions,
    names,
)
from tarifs_solidaires.engine.ranges import Possible, Span
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.errors import Fault, InputError, nearest
from tarifs_solidaires.rules.build import Builder, Scope
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.file import ORIGINS
from tarifs_solidaires.rules.keys import Reader
from tarifs_solidaires.rules.model import Basis, Parameter, RowFacts, StepFacts
from tarifs_solidaires.rules.outcome import Outcome
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.numbers import decimal_text
from tarifs_solidaires.values.texts import NO_TEXT, Texts

Role: TypeAlias = Literal["input", "parameter", "step"]
Leaf: TypeAlias = Compare | Among | Flag | Given


@lru_cache(maxsize=1 << 14)
def read_names(expression: Expression) -> frozenset[str]:
    """Return the names that an expression reads; many people share it."""
    return names(expression)


@lru_cache(maxsize=1 << 12)
def _single_conditions(step: Step) -> tuple[Leaf, ...]:
    """Return the single conditions that a step asks, each once."""
    cases = step.value.cases if isinstance(step.value, Choice | Best) else ()
    return tuple(dict.fromkeys(leaf for case in cases for leaf in conditions(case.when)))


@lru_cache(maxsize=1 << 12)
def step_reads(step: Step) -> frozenset[str]:
    """Return what a step reads."""
    return step.reads


PRESUMED = "default"  # origin of a datum that nobody gave and that has its default
NO_REASON = Phrase()
ABSENT = "not_given"  # origin of an optional datum that nobody gave


@attrs.frozen(kw_only=True)
class Datum:
    """One datum of the person.

    Parameters
    ----------
    item : Input
        What it is.
    value : Value
        Its exact value, a date as days since 1970-01-01; None where it was not given, or could not
        be read.
    origin : str
        ``declaration``, ``certificate``, ``administration``; ``default`` where nobody gave it and
        its default counts; ``not_given`` where it is optional and nobody gave it.
    holder : Texts
        Who holds it.
    read : bool
        Whether the result was worked out from it.
    """

    item: Input
    value: Value
    origin: str
    holder: Texts = NO_TEXT
    read: bool = True


@attrs.frozen(kw_only=True)
class Read:
    """A value that an operation took: of an input, a parameter or an earlier operation."""

    name: str
    role: Role
    value: Value
    unit: str = ""


@attrs.frozen(kw_only=True)
class Test:
    """One condition put to the person.

    Parameters
    ----------
    condition : Compare, Among, Flag or Given
        What is asked.
    read : Read
        The value that is asked about.
    bound : Value
        What a number is compared with.
    holds : bool or None
        Whether the condition holds; None where a value that it needs is missing.
    """

    condition: Leaf
    read: Read
    bound: Value = None
    holds: bool | None


@attrs.frozen(kw_only=True)
class Verdict:
    """A row or a candidate put to the person.

    Parameters
    ----------
    number : int
        Its place, from 0.
    row : RowFacts
        The row.
    holds : bool or None
        Whether its conditions hold; None where a value that they need is missing.
    tests : tuple of Test
        Why: all conditions where they hold, those that fail where they do not.
    value : Value
        What it gives, where it holds.
    """

    number: int
    row: RowFacts
    holds: bool | None
    tests: tuple[Test, ...]
    value: Value = None


@attrs.frozen(kw_only=True)
class Piece:
    """What lies in one part of a marginal scale, at which rate, and what it comes to."""

    row: RowFacts
    start: Fraction
    amount: Fraction
    rate: Value
    value: Value


@attrs.frozen(kw_only=True)
class Bound:
    """A smallest or largest value, and whether it changed what was worked out."""

    kind: Literal["at_least", "at_most"]
    value: Value
    applied: bool


@attrs.frozen(kw_only=True)
class Rounding:
    """How a value was rounded, and whether that changed it."""

    unit: Fraction
    mode: Mode
    applied: bool


@attrs.frozen(kw_only=True)
class Operation:
    """One step as it was worked out for the person.

    Parameters
    ----------
    name, label, unit : str, Texts, str
        The quantity.
    facts : StepFacts or None
        The step of the file; None for an input that was given through its formula.
    kind : str
        ``formula``, ``table``, ``scale``, ``by`` or ``best``.
    expression : Expression
        How the value is worked out, before bounds and rounding: that of the row that decided.
    text : str
        The same as the file writes it.
    reads : tuple of Read
        What was taken, conditions included.
    value : Value
        What it came to; None where it is missing.
    raw : Value
        The same before bounds and rounding.
    row : RowFacts or None
        The row, candidate or part that decided.
    verdicts : tuple of Verdict
        Rows of a table up to the one that decided; all candidates of a best-of.
    because : tuple of Test
        Why the row of a table decided: what it asks, and what the rows before it, which did not
        hold, ask of the same data; the closest condition on each side.
    refused : tuple of Verdict
        Rows before it that did not hold for another reason, each with it.
    pieces : tuple of Piece
        Parts of a scale, up to the last that was reached.
    bounds : tuple of Bound
        Its smallest and largest value.
    rounding : Rounding or None
        How it was rounded.
    missing : str
        The step because of which it is missing, itself perhaps.
    basis : Basis
        Where the figure that decided was read.
    main : bool
        Whether the result was made from it; else it only served a candidate that lost.
    """

    name: str
    label: Texts
    unit: str = ""
    facts: StepFacts | None = None
    kind: str = "formula"
    expression: Expression
    text: str = ""
    reads: tuple[Read, ...]
    value: Value
    raw: Value
    row: RowFacts | None = None
    verdicts: tuple[Verdict, ...] = ()
    because: tuple[Test, ...] = ()
    refused: tuple[Verdict, ...] = ()
    pieces: tuple[Piece, ...] = ()
    bounds: tuple[Bound, ...] = ()
    rounding: Rounding | None = None
    missing: str = ""
    basis: Basis = attrs.field(factory=Basis)
    main: bool = True

    @property
    def verdict(self) -> Verdict | None:
        """The row or candidate that decided."""
        return next((v for v in self.verdicts if v.row is self.row), None)


@attrs.frozen(kw_only=True)
class Facts:
    """All that is to be said about one result, in no language.

    Parameters
    ----------
    rule : DatedRule
        What was computed.
    outputs : mapping of str to Value
        Exact results, None where one is missing.
    missing : mapping of str to str
        For a result that is missing, the operation because of which it is.
    tranche : Texts
        Name of the row that names the result.
    reason : str
        Why the result was set aside; empty where it was not.
    presumed : mapping of str to tuple of RowFacts
        Data that nobody gave and that the result was worked out from, each with the rows of tables
        that do not hold because of what is presumed of it.
    data : tuple of Datum
        What was given, what was presumed, and what was not given and asked for.
    operations : tuple of Operation
        What the result was worked out from, in order of reading.
    parameters : tuple of Parameter
        Figures with a name that were used.
    notes : tuple of Texts
        What the rule has to say to this person.
    """

    rule: DatedRule
    outputs: Mapping[str, Value]
    missing: Mapping[str, str] = attrs.field(factory=dict)
    tranche: Texts = NO_TEXT
    reason: Phrase = NO_REASON
    presumed: Mapping[str, tuple[RowFacts, ...]] = attrs.field(factory=dict)
    data: tuple[Datum, ...]
    operations: tuple[Operation, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    notes: tuple[Texts, ...] = ()

    def operation(self, name: str) -> Operation | None:
        """Return an operation by its name; None where there is none of that name."""
        return next((one for one in self.operations if one.name == name), None)


@attrs.frozen(slots=False)
class Person:
    """One person's values, and what each step came to.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    given : mapping of str to object
        What was given, single values.
    """

    rule: DatedRule
    given: Mapping[str, object]

    @cached_property
    def worked(self) -> dict[str, Worked]:
        """What each step came to that any result depends on."""
        return self.rule.work_out_exact(self._exact, self.given)

    @cached_property
    def _exact(self) -> dict[str, Value]:
        return self.rule.exact_values(self.given)

    @cached_property
    def values(self) -> dict[str, Value]:
        """Inputs, parameters and steps by name."""
        known: dict[str, Value] = {**self.rule.constants, **self._exact}
        return known | {name: worked.value for name, worked in self.worked.items()}

    @cached_property
    def gone(self) -> dict[str, str]:
        """Steps whose value is missing, and because of which."""
        return {name: worked.missing for name, worked in self.worked.items() if worked.missing}

    @cached_property
    def box(self) -> dict[str, Possible]:
        """The same, as what each can be."""
        return {
            name: Span.at(value) if isinstance(value, Fraction | Surd)
            else None if value is None else frozenset({value})
            for name, value in self.values.items()
        }  # fmt: skip

    def value(self, node: Expression) -> Value:
        """Return what a tree comes to."""
        return evaluate(node, self.values, self.gone)

    @cached_property
    def _held(self) -> dict[Condition, bool | None]:
        return {}

    def holds(self, when: Condition) -> bool | None:
        """Say whether a condition holds."""
        known = self._held
        if when not in known:
            if isinstance(when, Every | Some):
                decisive = isinstance(when, Some)
                found = [self.holds(part) for part in when.parts]
                held = decisive if decisive in found else None if None in found else not decisive
            else:
                held = holds(when, self.values, self.gone)
            known[when] = held
        return known[when]

    @cached_property
    def _whys(self) -> dict[Condition, tuple[Leaf, ...]]:
        return {}

    def why(self, when: Condition) -> tuple[Leaf, ...]:
        """Return the single conditions that make one hold, or fail.

        Where a figure of the rule makes it fail for everyone, that alone is why.
        """
        if when not in self._whys:
            self._whys[when] = self._why(when)
        return self._whys[when]

    def _why(self, when: Condition) -> tuple[Leaf, ...]:
        if not isinstance(when, Every | Some):
            return (when,)
        held = self.holds(when)
        parts = [part for part in when.parts if self.holds(part) is held]
        if isinstance(when, Some) and held:
            return self.why(parts[0])
        if isinstance(when, Every) and held is False:
            parts = [part for part in parts if self._of_rule(part)] or parts
        return tuple(dict.fromkeys(leaf for part in parts for leaf in self.why(part)))

    @cached_property
    def _figures(self) -> frozenset[str]:
        return frozenset(self.rule.parameters)

    def _of_rule(self, when: Condition) -> bool:
        return read_names(when) <= self._figures

    @cached_property
    def _consulted(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        return {}

    def consulted(self, worked: Worked) -> tuple[frozenset[str], frozenset[str]]:
        """Return what a step read for this person: for its value, and for candidates that lost."""
        name = worked.step.name
        if name not in self._consulted:
            shared = self.shared(worked)
            if "consulted" not in shared:
                shared["consulted"] = self._consult(worked)
            self._consulted[name] = shared["consulted"]
        return self._consulted[name]

    @cached_property
    def _shared(self) -> dict[str, dict[str, Any]]:
        return {}

    def shared(self, worked: Worked) -> dict[str, Any]:
        """Return what is known already of a step, for all whose conditions it finds the same."""
        name = worked.step.name
        if name not in self._shared:
            held = tuple(map(self.holds, _single_conditions(worked.step)))
            place = ("step", name, worked.row, held)
            self._shared[name] = self.rule._programs.setdefault(place, {})
        return self._shared[name]

    def _consult(self, worked: Worked) -> tuple[frozenset[str], frozenset[str]]:
        step = worked.step
        found, lost = set[str](), set[str]()
        for bound in (step.at_least, step.at_most):
            if bound is not None:
                found |= read_names(bound)
        match step.value:
            case Choice(cases):
                for case in cases:
                    for leaf in self.why(case.when):
                        found |= read_names(leaf)
                    if self.holds(case.when) is not False:
                        found |= read_names(case.value) if self.holds(case.when) else set()
                        break
            case Best(_, cases):
                for number, case in enumerate(cases):
                    asked = found if number == worked.row or worked.row is None else lost
                    for leaf in self.why(case.when):
                        asked |= read_names(leaf)
                    if self.holds(case.when) is not False:
                        asked |= read_names(case.value)
            case Marginal(base, parts):
                found |= read_names(base)
                for part in parts[: (worked.row or 0) + 1]:
                    found |= read_names(part.rate)
            case node:
                found |= read_names(node)
        return frozenset(found), frozenset(lost - found)

    @cached_property
    def reached(self) -> dict[str, bool]:
        """What the results were worked out from; False where it served only what lost."""
        found: dict[str, bool] = {}
        stack = [(name, True) for name in self.rule.output_names]
        while stack:
            name, main = stack.pop()
            if found.get(name, False) or found.get(name) is main:
                continue
            found[name] = main
            if name in self.worked:
                won, lost = self.consulted(self.worked[name])
                stack += [(other, main) for other in won] + [(other, False) for other in lost]
        return found

    def role(self, name: str) -> Role:
        """Return what a name stands for."""
        if name in self.worked:
            return "step"
        return "input" if name in self.rule.all_inputs else "parameter"

    @cached_property
    def _reads(self) -> dict[str, Read]:
        return {}

    def read(self, name: str) -> Read:
        """Return a value that was taken."""
        if name not in self._reads:
            self._reads[name] = self._read(name)
        return self._reads[name]

    def _read(self, name: str) -> Read:
        role = self.role(name)
        if role == "step" and name in self.rule.steps:
            unit = self.rule.steps[name].unit
        elif role == "parameter":
            unit = self.rule.parameters[name].unit
        else:
            unit = self.rule.all_inputs[name].unit
        return Read(name=name, role=role, value=self.values[name], unit=unit)

    @cached_property
    def _tested(self) -> dict[Leaf, Test]:
        return {}

    def test(self, leaf: Leaf) -> Test:
        """Put one condition to the person."""
        if leaf not in self._tested:
            self._tested[leaf] = self._test(leaf)
        return self._tested[leaf]

    def _test(self, leaf: Leaf) -> Test:
        if isinstance(leaf, Compare):
            name = (
                leaf.left.name if isinstance(leaf.left, Name) else next(iter(read_names(leaf.left)))
            )
            bound = self.value(leaf.right)
            return Test(condition=leaf, read=self.read(name), bound=bound, holds=self.holds(leaf))
        return Test(condition=leaf, read=self.read(leaf.name), holds=self.holds(leaf))

    def tests(self, when: Condition) -> tuple[Test, ...]:
        """Return why a condition holds, or fails; each single one once."""
        return tuple(self.test(leaf) for leaf in self.why(when))

    def operation(self, worked: Worked) -> Operation:
        """Return what is to be said of a step."""
        step, raw = worked.step, worked.stages["value"]
        facts = self.rule.steps.get(step.name)
        won, lost = self.consulted(worked)
        item = self.rule.all_inputs.get(step.name)
        common: dict[str, Any] = {
            "name": step.name, "value": worked.value, "raw": raw, "missing": worked.missing,
            "reads": tuple(self.read(name) for name in sorted(won | lost)),
            "bounds": tuple(self._bounds(worked)), "rounding": _rounding(worked),
            "main": self.reached.get(step.name, False), "expression": step.value,
        }  # fmt: skip
        if facts is None or step.name not in self.rule.version.steps:
            return Operation(
                label=item.label if item else NO_TEXT, unit=item.unit if item else "",
                text=item.formula if item else "", **common,
            )  # fmt: skip
        row = facts.rows[worked.row] if worked.row is not None else None
        kind = facts.kind
        text = _written(facts.entry.formula) or facts.entry.scale or facts.entry.by
        if kind in ("table", "best"):
            verdicts = tuple(self._verdicts(worked, facts.rows))
            common["verdicts"] = verdicts
            if kind == "table" and row is not None:
                common["because"], common["refused"] = self._reasons(worked, verdicts)
            if row is not None:
                common["expression"] = row.value
                number = worked.row or 0
                entry = facts.entry
                written = entry.row[number].then if entry.row else entry.candidate[number].value
                text = _written(written)
        elif isinstance(step.value, Marginal):
            common["pieces"] = tuple(self._pieces(step.value, facts.rows))
        return Operation(
            label=facts.label, unit=facts.unit, facts=facts, kind=kind, text=text, row=row,
            basis=row.basis if row is not None else facts.basis, **common,
        )  # fmt: skip

    def _verdicts(self, worked: Worked, rows: Sequence[RowFacts]) -> Iterator[Verdict]:
        shared = self.shared(worked)
        if "whys" not in shared:
            shared["whys"] = tuple(self._judged(worked.step.value, rows))
        for number, (held, why) in enumerate(shared["whys"]):
            row = rows[number]
            yield Verdict(
                number=number, row=row, holds=held, tests=tuple(map(self.test, why)),
                value=self.value(row.value) if held else None,
            )  # fmt: skip

    def _judged(
        self, node: Expression, rows: Sequence[RowFacts]
    ) -> Iterator[tuple[bool | None, tuple[Leaf, ...]]]:
        """Yield for each row whether it holds, and why; of a table, up to the one that decides."""
        for row in rows:
            held = self.holds(row.when)
            yield held, self.why(row.when)
            if isinstance(node, Choice) and held is not False:
                return

    def _reasons(
        self, worked: Worked, verdicts: Sequence[Verdict]
    ) -> tuple[tuple[Test, ...], tuple[Verdict, ...]]:
        """Return why the row of a table decided, and which rows before it failed otherwise."""
        aside = worked.step.name == self.rule.version.decides
        shared = self.shared(worked)
        if "figures" not in shared:
            asked = _single_conditions(worked.step)
            bounds = (leaf.right for leaf in asked if isinstance(leaf, Compare))
            shared["figures"] = all(read_names(bound) <= self._figures for bound in bounds)
        if not shared["figures"]:  # bounds are others for each person
            return self._because(verdicts, aside=aside)
        if "reasons" not in shared:
            because, refused = self._because(verdicts, aside=aside)
            told = [(v.number, tuple(test.condition for test in v.tests)) for v in refused]
            shared["reasons"] = tuple(test.condition for test in because), tuple(told)
        leaves, told = shared["reasons"]
        return tuple(map(self.test, leaves)), tuple(
            attrs.evolve(verdicts[number], tests=tuple(map(self.test, why))) for number, why in told
        )

    def _because(
        self, verdicts: Sequence[Verdict], *, aside: bool
    ) -> tuple[tuple[Test, ...], tuple[Verdict, ...]]:
        """Return why the last row of a table decided, and which rows before it failed otherwise.

        Parameters
        ----------
        verdicts : sequence of Verdict
            Rows up to the one that decided.
        aside : bool
            Whether rows that have a name are told by it, where they ask about other data.
        """
        *failed, decided = verdicts
        told = [test for test in decided.tests if test.read.role != "parameter"]
        refused: list[Verdict] = []
        for verdict in failed:
            more = self._lacking(verdict.row.when, told)
            known = {test.read.name for test in told}
            if aside and verdict.row.named and any(test.read.name not in known for test in more):
                own = tuple(test for test in verdict.tests if test.read.role != "parameter")
                refused.append(attrs.evolve(verdict, tests=own))
            else:
                told += more
        closest = list(dict.fromkeys(told))
        for test in told:
            if _is_told(test, [other for other in closest if other != test]):
                closest.remove(test)
        closest.sort(key=_is_upper)  # where a value begins, before where it ends
        return tuple(closest), tuple(v for v in refused if self._lacking(v.row.when, told))

    def _lacking(self, when: Condition, told: Sequence[Test]) -> list[Test]:
        """Return what is still to be told for a condition to be sure to fail: as little as can be."""
        if self._of_rule(when):
            return []
        if isinstance(when, Some):
            return [test for part in when.parts for test in self._lacking(part, told)]
        if isinstance(when, Every):
            known = {test.read.name for test in told}
            failing = [self._lacking(p, told) for p in when.parts if self.holds(p) is False]
            return min(failing, key=lambda tests: sum(2 - (t.read.name in known) for t in tests))
        test = self.test(when)
        return [] if _is_told(test, told) else [test]

    def _pieces(self, node: Marginal, rows: Sequence[RowFacts]) -> Iterator[Piece]:
        amount, start = self.value(node.base), Fraction(0)
        if not isinstance(amount, Fraction):
            return
        for part, row in zip(node.parts, rows, strict=True):
            rate = self.value(part.rate)
            stop = amount if part.up_to is None else min(amount, part.up_to)
            within = max(stop - start, Fraction(0))
            value = rate * within if isinstance(rate, Fraction) else None
            yield Piece(row=row, start=start, amount=within, rate=rate, value=value)
            if part.up_to is None or amount <= part.up_to:
                return
            start = part.up_to

    def _bounds(self, worked: Worked) -> Iterator[Bound]:
        before = worked.stages["value"]
        for kind, node in (("at_least", worked.step.at_least), ("at_most", worked.step.at_most)):
            if node is not None:
                after = worked.stages[kind]
                yield Bound(
                    kind=kind,  # type: ignore[arg-type]
                    value=self.value(node), applied=not same(before, after),
                )  # fmt: skip
                before = after

    def notes(self) -> Iterator[Texts]:
        """Yield what the rule has to say to this person: of steps, of rows, and by itself."""
        for name, worked in self.worked.items():
            if self.reached.get(name) and name in self.rule.steps:
                facts, row = self.rule.steps[name], worked.row
                if facts.note:
                    yield facts.note
                if row is not None and facts.rows[row].note:
                    yield facts.rows[row].note
        for when, text in _asked(self.rule):
            if all(name in self.values for name in read_names(when)) and self.holds(when):
                yield text


def _asked(rule: DatedRule) -> tuple[tuple[Condition, Texts], ...]:
    """Return the notes of a rule that concern some people only, with whom."""
    programs = rule._programs
    if "notes" not in programs:
        reader = Reader(rule.languages)
        builder = Builder(rule.file, rule.shared, reader)
        scope = Scope(builder, [facts.entry for facts in rule.steps.values()], builder.figures)
        found = []
        for note in rule.file.note:
            if note.when:
                when = builder.when(note.when, note.path, scope)
                if not reader.remarks:  # its names are not all those of another version
                    found.append((when, note.text))
                reader.remarks.clear()
        programs["notes"] = tuple(found)
    notes: tuple[tuple[Condition, Texts], ...] = programs["notes"]
    return notes


def _is_upper(test: Test) -> bool:
    asked = test.condition
    return isinstance(asked, Compare) and _side(asked.sign, test.holds)[0] == "<"


def _is_told(test: Test, told: Iterable[Test]) -> bool:
    """Say whether some conditions, as they stand for a person, contain another one."""
    return any(_contains(other, test) for other in told)


def _contains(told: Test, test: Test) -> bool:
    one, other = told.condition, test.condition
    if told.read.name != test.read.name:
        return False
    if isinstance(other, Flag | Given):
        return True  # the value itself is told
    if isinstance(other, Among):
        return isinstance(one, Among) and (
            one == other or (bool(told.holds) and not one.negated and not one.prefixes)
        )
    if not isinstance(one, Compare) or one.left != other.left:
        return False
    near, far = told.bound, test.bound
    if not isinstance(near, Fraction | Surd) or not isinstance(far, Fraction | Surd):
        return one == other
    tight, wide = _side(one.sign, told.holds), _side(other.sign, test.holds)
    if tight == "=":
        return compare(near, wide, far)
    if tight == wide == "!=":
        return same(near, far)
    if wide in ("=", "!="):
        return wide == "!=" and tight in "<>" and compare(near, tight + "=", far)
    if tight[0] != wide[0]:
        return False
    strict = len(tight) == 1 or len(wide) == 2
    return compare(near, tight[0] + ("=" if strict else ""), far)


_OTHERWISE: Mapping[Sign, Sign] = {
    "<=": ">", "<": ">=", ">": "<=", ">=": "<", "=": "!=", "!=": "=",
}  # fmt: skip


def _side(sign: Sign, held: bool | None) -> Sign:
    """Return how a value stands to a bound."""
    return sign if held else _OTHERWISE[sign]


def _written(formula: object) -> str:
    """Return a formula as the file writes it."""
    if isinstance(formula, Fraction):
        return decimal_text(formula)
    return "" if formula is None else str(formula)


def same(one: Value, other: Value) -> bool:
    """Say whether two values are the same, roots exactly."""
    numbers = isinstance(one, Fraction | Surd) and isinstance(other, Fraction | Surd)
    if numbers and isinstance(one, Fraction | Surd) and isinstance(other, Fraction | Surd):
        return compare(one, "=", other)
    return one == other


def _rounding(worked: Worked) -> Rounding | None:
    step = worked.step
    if step.unit is None or "round" not in worked.stages:
        return None
    before = list(worked.stages.values())[-2]
    return Rounding(unit=step.unit, mode=step.mode, applied=not same(before, worked.value))


def collect(
    outcome: Outcome,
    i: int | tuple[int, ...] | None,
    origin: Mapping[str, str] | None = None,
    holder: Mapping[str, str] | None = None,
    *,
    fresh: bool = False,
) -> tuple[Facts, Person | None]:
    """Return the facts of the result at a position.

    Parameters
    ----------
    outcome : Outcome
        Results of one computation.
    i : int or tuple of int or None
        Position; None where the inputs were single.
    origin : mapping of str to str, optional
        Where this person's data come from, where that is not what the rule says.
    holder : mapping of str to str, optional
        Who holds this person's data, likewise.
    fresh : bool
        Whether the inputs are sure to be those that were computed; else they are computed again.

    Returns
    -------
    tuple of Facts and (Person or None)
        What there is to say; and the person, None where the result was set aside.

    Raises
    ------
    InputError
        Where the position, a name or an origin does not exist, or the inputs have changed since
        they were computed.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2023-06-01")
    >>> facts, _ = collect(rule.compute(quotient_familial=620, age=30), None)
    >>> done = facts.operations[0]
    >>> done.name, done.row.name.to("en"), [str(test.read.value) for test in done.verdict.tests]
    ('taux_reduction', '500 < quotient ≤ 750, ages 26 to 59', ['620', '620', '30', '30'])
    """
    position = _position(outcome, i)
    rule = outcome.rule
    values = {
        name: _single(array, outcome.shape, position) for name, array in outcome.inputs.items()
    }
    given = {name: value for name, value in values.items() if name not in outcome.defaults}
    of_data = _Origins(rule, values, outcome.defaults, origin or {}, holder or {})
    number = int(np.asarray(outcome.row)[position])
    reason = phrase(outcome.reasons[int(np.asarray(outcome.reason_number)[position])])
    if reason:
        name = reason.data.get("input", "")
        data = tuple(
            of_data.datum(n, _plain_value(rule.all_inputs[n], values[n]), True)
            for n in values if n == name
        )  # fmt: skip
        nothing = dict.fromkeys(rule.output_names)
        return Facts(rule=rule, outputs=nothing, reason=reason, data=data), None
    if not fresh:
        _check_unchanged(outcome, given, position, number, i)
    person = Person(rule, given)
    outputs = {name: person.values.get(name) for name in rule.output_names}
    reached = person.reached
    operations = tuple(
        person.operation(worked) for name, worked in person.worked.items() if name in reached
    )
    facts = Facts(
        rule=rule, outputs=outputs, tranche=outcome.names[number],
        missing={n: person.gone.get(n, "") for n, value in outputs.items() if value is None},
        data=tuple(of_data.all(person)), operations=operations, notes=tuple(person.notes()),
        parameters=tuple(p for name, p in rule.parameters.items() if name in reached),
        presumed=_presumed(person, outcome.defaults, operations),
    )  # fmt: skip
    return facts, person


def _presumed(
    person: Person, defaults: frozenset[str], operations: Sequence[Operation]
) -> dict[str, tuple[RowFacts, ...]]:
    """Return what nobody gave and the result was worked out from, with the rows that it closes."""
    inputs = person.rule.all_inputs
    found: dict[str, dict[RowFacts, None]] = {
        name: {} for name in inputs
        if name in person.reached and name not in person.worked
        and (name in defaults or person.values[name] is None)
    }  # fmt: skip
    for done in operations if found else ():
        for verdict in done.verdicts if done.main else ():
            for test in verdict.tests if verdict.holds is False else ():
                if test.read.name in found:
                    found[test.read.name][verdict.row] = None
    return {name: tuple(rows) for name, rows in found.items()}


def _single(array: Any, shape: tuple[int, ...], position: tuple[int, ...]) -> Any:
    own = np.shape(array)
    if own == ():
        value = array[()]
    else:
        value = (array if own == shape else np.broadcast_to(array, shape))[position]
    return value.item() if hasattr(value, "item") else value


def _plain_value(item: Input, value: Any) -> Value:
    """Return a refused value where it is one of its kind; what could not be read has none."""
    try:
        return item.meant(value) if value is not None else None
    except (ValueError, TypeError, OverflowError):
        return None


def _check_unchanged(
    outcome: Outcome, given: Mapping[str, object], position: tuple[int, ...], number: int, i: object
) -> None:
    """Refuse to explain a person's values that do not give the result: they were changed since."""
    try:
        again = type(outcome)(**outcome.rule._outcome(given, "raise", {}))
    except InputError:
        again = None
    if (
        again is None
        or again.names[int(again.row)] != outcome.names[number]
        or not all(_equal(again.outputs[n], x[position]) for n, x in outcome.outputs.items())
    ):
        raise InputError(
            Fault(
                code="changed", template="the inputs at {at} have changed since they were computed, "
                "and give another result", remedy="compute again, or give copies to compute",
                data={"at": i},
            )
        )  # fmt: skip


def _equal(one: Any, other: Any) -> bool:
    one, other = np.asarray(one).item(), np.asarray(other).item()
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


def _position(outcome: Outcome, i: Any) -> tuple[int, ...]:
    if i is None:
        if outcome.shape != ():
            raise InputError(
                Fault(code="position", template="the results have shape {shape}",
                      remedy="say which one, such as explain(0)", data={"shape": outcome.shape})
            )  # fmt: skip
        return ()
    position = i if isinstance(i, tuple) else (i,)
    inside = len(position) == len(outcome.shape) and all(
        isinstance(p, int | np.integer) and not isinstance(p, bool) and -n <= p < n
        for p, n in zip(position, outcome.shape, strict=True)
    )
    if not inside and not (outcome.shape == () and position == (0,)):
        raise InputError(
            Fault(code="position", template="there is no result at position {value!r}",
                  remedy="the results have shape {shape}, counted from 0",
                  data={"value": i, "shape": outcome.shape})
        )  # fmt: skip
    return position if outcome.shape else ()


class _Origins:
    """Where the data of one person come from, and who holds them."""

    def __init__(
        self, rule: DatedRule, values: Mapping[str, object], defaults: frozenset[str],
        origin: Mapping[str, str], holder: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.rule, self.values, self.defaults = rule, values, defaults
        self.origin, self.holder = origin, holder
        faults = []
        for what, own in (("origin", origin), ("holder", holder)):
            faults += [
                Fault(code="unknown_input", input=str(name), where=what,
                      template="{input} was not used", remedy=nearest(str(name), values))
                for name in own if name not in values
            ]  # fmt: skip
        faults += [
            Fault(code="unknown_origin", input=name, where="origin",
                  template="{value!r} is not an origin of {input}",
                  remedy="write {origins}", data={"value": word, "origins": Joined(ORIGINS, "or")})
            for name, word in origin.items() if word not in ORIGINS
        ]  # fmt: skip
        if faults:
            raise InputError(*faults)

    def datum(self, name: str, value: Value, read: bool) -> Datum:
        item = self.rule.all_inputs[name]
        origin = self.origin.get(name)
        if origin is None:
            origin = PRESUMED if name in self.defaults else item.origin
        holder = item.holder
        if name in self.holder:
            holder = Texts.of(dict.fromkeys(self.rule.languages, str(self.holder[name])))
        if name not in self.values:
            origin = ABSENT
        return Datum(item=item, value=value, origin=origin, holder=holder, read=read)

    def all(self, person: Person) -> Iterator[Datum]:
        """Yield what was given, and what else the result was worked out from."""
        for name in self.rule.all_inputs:
            read = name in person.reached
            derived = name in person.worked
            if not derived and (read or (name in self.values and name not in self.defaults)):
                yield self.datum(name, person.values[name], read)


def day(value: Fraction) -> dt.date:
    """Return the date that a number of days since 1970-01-01 stands for."""
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(value))
