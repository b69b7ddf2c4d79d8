"""A rule on one day: what it asks, what it computes, and the same with some figures changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Joined, Phrase, Worded
from tarifs_solidaires.engine.exact import Value as ExactValue
from tarifs_solidaires.engine.exact import Worked, work_out
from tarifs_solidaires.engine.expression import ALWAYS, Among, Case, Choice, Truth, names, walk
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.engine.program import UNCOVERED, Deferred, OutOfBoundsError, Program, made
from tarifs_solidaires.engine.quantities import LimitError
from tarifs_solidaires.engine.step import Step, in_order
from tarifs_solidaires.errors import SHOWN, Fault, InputError, RuleError, at_places, nearest
from tarifs_solidaires.rules.build import Builder
from tarifs_solidaires.rules.file import RuleFile, VocabularyFile
from tarifs_solidaires.rules.keys import Reader
from tarifs_solidaires.rules.model import Output, Parameter, StepFacts, Value, Version
from tarifs_solidaires.rules.outcome import Outputs
from tarifs_solidaires.rules.reform import reformed
from tarifs_solidaires.values.inputs import (
    COPIED,
    EPOCH,
    Columns,
    Errors,
    Input,
    Limits,
    check_errors,
    read_columns,
    within,
)
from tarifs_solidaires.values.texts import NO_TEXT, Texts

Array = npt.NDArray[Any]
REQUIRED = "\0require"  # hidden steps that say whether inputs go together


@attrs.frozen(kw_only=True)
class DatedRule:
    """A tariff on one day.

    Parameters
    ----------
    file : RuleFile
        The file.
    shared : tuple of VocabularyFile
        Vocabularies that it uses.
    on : date
        The day.
    version : Version
        The version in force.
    last_known : date or None
        Last day for which the rule is known, where the day asked lies beyond it.
    changes : mapping of str to Value
        Parameters that ``replace`` changed.
    all_inputs : mapping of str to Input
        Inputs of the file and of its vocabularies.
    """

    file: RuleFile = attrs.field(repr=False)
    shared: tuple[VocabularyFile, ...] = attrs.field(repr=False, default=())
    on: dt.date
    version: Version = attrs.field(repr=False)
    last_known: dt.date | None = None
    changes: Mapping[str, Value] = attrs.field(repr=False, factory=dict)
    all_inputs: Mapping[str, Input] = attrs.field(repr=False, eq=False)
    _programs: dict[Any, Any] = attrs.field(
        factory=dict, init=False, repr=False, eq=False, hash=False
    )

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what the rule was made of, and make it again."""
        parts = (self.file, self.shared, self.on, self.last_known, dict(self.changes))
        return _made_again, (type(self), *parts)

    # -- what it is ----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """``territory/scheme``."""
        return self.file.name

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the file; the first is that of names."""
        return self.file.languages

    @property
    def currency(self) -> str:
        """ISO 4217 code of every amount; empty where there is none."""
        return self.file.currency

    @property
    def jurisdiction(self) -> str:
        """Code of the law that a notice quotes; empty where there is none."""
        return self.file.jurisdiction

    @property
    def title(self) -> Texts:
        """Its name in each language."""
        return self.file.title

    @property
    def purpose(self) -> Texts:
        """What it is for."""
        return self.file.purpose

    @property
    def per(self) -> Texts:
        """Whom a result concerns."""
        return self.file.per

    @property
    def authority(self) -> str:
        """Who decides."""
        return self.file.authority

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs; the first is the main one."""
        return tuple(self.file.output)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Outputs by name."""
        return {
            name: Output(name=name, kind=entry.kind, unit=entry.unit, label=entry.label)
            for name, entry in self.file.output.items()
        }

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Figures and choices of the day."""
        return self.version.parameters

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, in order, each as on its first day."""
        if "versions" not in self._programs:
            builder = Builder(self.file, self.shared, Reader(self.languages))
            made = [builder.version(entry, entry.valid_from) for entry in self.file.version]
            self._programs["versions"] = tuple(version for version in made if version is not None)
        versions: tuple[Version, ...] = self._programs["versions"]
        return versions

    @property
    def steps(self) -> Mapping[str, StepFacts]:
        """Steps, each after those that it reads."""
        return self.version.steps

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Inputs that a result depends on that day, then others that the file declares."""
        read = self._read_inputs()
        own = [name for name in self.all_inputs if name in read or name in self.file.input]
        return tuple(self.all_inputs[name] for name in own)

    @property
    def required(self) -> tuple[str, ...]:
        """Inputs that must be given; one with a formula, or the inputs of that formula."""
        reads = self.version.reads | self._required_by_conditions()
        return tuple(
            name for name, item in self.all_inputs.items()
            if name in reads and item.default is None
            and (not item.optional or name in self.version.required)
        )  # fmt: skip

    def _required_by_conditions(self) -> frozenset[str]:
        return frozenset(name for entry in self.file.require for name in entry.when)

    def _read_inputs(self) -> frozenset[str]:
        found = {name for name in self.version.reads if name in self.all_inputs}
        for name in tuple(found):
            found |= self.ways(name)
        return frozenset(found)

    def ways(self, name: str) -> frozenset[str]:
        """Return the inputs through which one may be given.

        Parameters
        ----------
        name : str
            Name of an input.

        Returns
        -------
        frozenset of str
            Their names; empty where it has no formula.
        """
        formula = self.all_inputs[name].formula
        return names(parse_formula(formula)) if formula else frozenset()

    # -- computing -----------------------------------------------------------------------------

    def _outcome(
        self, given: Mapping[str, object] | None, errors: Errors, more: Mapping[str, object]
    ) -> dict[str, Any]:
        """Compute, and return the parts of an outcome."""
        values = self._gathered(given, more, errors)
        quick = self._quick(values, errors)
        if quick is not None:
            return quick
        used = self._used(values, errors)
        for bounds in (False, True):
            columns = read_columns(
                self.all_inputs, used, known=self.known_words, errors=errors, bounds=bounds
            )
            if columns.shape == () and not columns.faults:
                return self._single(columns, errors)
            with suppress(OutOfBoundsError):
                return self._many(columns, errors, checked=bounds)
        raise AssertionError

    def _gathered(
        self, given: Mapping[str, object] | None, more: Mapping[str, object], errors: Errors
    ) -> dict[str, object]:
        check_errors(errors)
        if given is not None and not isinstance(given, Mapping):
            raise InputError(
                Fault(code="type", template="expected a mapping of inputs, got {kind}",
                      remedy="write compute({'age': 30}) or compute(age=30)",
                      data={"kind": type(given).__name__})
            )  # fmt: skip
        twice = sorted((given or {}).keys() & more.keys())
        if twice:
            raise InputError(
                *(Fault(code="twice", input=name, template="{input} is given twice",
                        remedy="keep one") for name in twice)
            )  # fmt: skip
        both = {**(given or {}), **more}
        return {name: value for name, value in both.items() if value is not None}

    def _used(self, values: Mapping[str, object], errors: Errors) -> dict[str, object]:
        """Return the values that count, having checked that nothing is missing or too much."""
        faults = self.name_faults(values)
        if not faults:
            return dict(values)
        readable = {name: value for name, value in values.items() if name in self.all_inputs}
        try:  # who corrects the names is told of wrong values in the same answer
            read_columns(self.all_inputs, readable, known=self.known_words, errors=errors)
        except InputError as error:
            faults += error.errors
        raise InputError(*faults)

    def name_faults(self, given: Collection[str]) -> list[Fault]:
        """Return which inputs are unknown, missing or given in two ways, by their names alone.

        Parameters
        ----------
        given : collection of str
            Names of the inputs that are given.

        Returns
        -------
        list of Fault
            What is wrong; empty where nothing is.
        """
        faults: list[Fault] = []
        for name in given:
            if name not in self.all_inputs:
                known = [item.name for item in self.inputs]
                faults.append(
                    Fault(code="unknown_input", input=str(name),
                          template="{input} is not an input of this rule",
                          remedy=nearest(str(name), known))
                )  # fmt: skip
        for name, item in self.all_inputs.items():
            ways = self.ways(name) if item.formula else frozenset()
            through = [way for way in sorted(ways) if way in given]
            if name not in self.version.reads and name not in given:
                continue  # nothing reads it: its ways are inputs like others
            if name in given and through:
                faults.append(
                    Fault(code="two_ways", input=name, remedy="keep one of the two",
                          template="{input} and {others} are both given",
                          data={"others": Joined(through, "and")})
                )  # fmt: skip
            elif through or (name in self.required and name not in given):
                missing = [way for way in sorted(ways) if way not in given and
                           self.all_inputs[way].default is None] if through else [name]  # fmt: skip
                template = "{input} is missing: this rule cannot be computed without it"
                if ways and not through:
                    template = (
                        "{input} (or {others}) is missing: this rule cannot be computed without it"
                    )
                faults += [
                    Fault(code="missing_input", input=way,
                          template=template, remedy="give it",
                          data={"others": Joined([] if through else sorted(ways), "and")})
                    for way in missing
                ]  # fmt: skip
        return faults

    @property
    def known_words(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of open inputs that conditions name."""
        if "words" not in self._programs:
            found: dict[str, set[str]] = {}
            for facts in self.steps.values():
                for node in walk(facts.step.value):
                    if isinstance(node, Among):
                        found.setdefault(node.name, set()).update(node.codes)
            self._programs["words"] = {name: tuple(sorted(c)) for name, c in found.items()}
        words: Mapping[str, tuple[str, ...]] = self._programs["words"]
        return words

    def program(self, given: frozenset[str], *, fine: bool = False) -> Program:
        """Return the program for some inputs being given.

        Parameters
        ----------
        given : frozenset of str
            Inputs that are given.
        fine : bool
            Whether numbers are counted in millionths of their step.

        Returns
        -------
        Program
            The program, made once.
        """
        key = (given, fine)
        if key not in self._programs:
            self._programs[key] = self._program(given, fine)
        found: Program = self._programs[key]
        return found

    def _program(self, given: frozenset[str], fine: bool) -> Program:
        inputs = {
            name: item for name, item in self.all_inputs.items()
            if name in given or item.default is not None
        }  # fmt: skip
        derived = self._derived(given)
        steps = [facts.step for facts in self.steps.values() if facts.name not in inputs]
        required = self.requirements
        ordered = in_order([*derived, *steps, *required])
        known = {*inputs, *(step.name for step in ordered)}
        program = self._compiled(
            inputs=inputs,
            absent=[n for n in self.all_inputs if n not in inputs and n not in known],
            constants=self.constants,
            steps=ordered,
            outputs=[*(n for n in self.output_names if n in known), *(s.name for s in required)],
            decides=self.version.decides, causes=not self.version.decides_stated, fine=fine,
        )  # fmt: skip
        if not fine:
            program.finer = lambda: self.program(given, fine=True)
        return program

    def _compiled(self, **parts: Any) -> Program:
        try:
            return Program(**parts)
        except LimitError as error:
            step = next(iter(getattr(error, "__notes__", ())), "")
            raise RuleError(
                Fault(code="limit", where=Phrase("{rule}, step {step}", rule=self.name, step=step), input=step,
                      template=error.template, remedy=error.remedy)
            ) from None  # fmt: skip

    @property
    def constants(self) -> dict[str, Fraction | str | bool]:
        """Parameters as numbers, words and truths; dates as days since 1970-01-01."""
        return {name: as_exact(p.value) for name, p in self.parameters.items()}

    def _derived(self, given: frozenset[str]) -> list[Step]:
        return [
            Step(name=name, value=parse_formula(item.formula))
            for name, item in self.all_inputs.items()
            if item.formula and name not in given and self.ways(name) <= given | self._defaulted
        ]

    @property
    def _defaulted(self) -> frozenset[str]:
        return frozenset(n for n, item in self.all_inputs.items() if item.default is not None)

    @property
    def requirements(self) -> tuple[Step, ...]:
        """Steps that are false where inputs do not go together."""
        if "requirements" not in self._programs:
            self._programs["requirements"] = tuple(self._requirements())
        found: tuple[Step, ...] = self._programs["requirements"]
        return found

    def _requirements(self) -> list[Step]:
        if not self.file.require:
            return []
        reader = Reader(self.languages)
        builder = Builder(self.file, self.shared, reader)
        scope = builder.input_scope()
        found = []
        for position, entry in enumerate(self.file.require):
            when = builder.when(entry.when, entry.path, scope)
            cases = (Case(when, Truth(True)), Case(ALWAYS, Truth(False)))
            found.append(Step(name=f"{REQUIRED}{position}", value=Choice(cases), kind="flag"))
        return found

    def _quick(self, values: Mapping[str, object], errors: Errors) -> dict[str, Any] | None:
        """Compute one person from plain values; None where they need a closer look."""
        plan = self._programs.get(frozenset(values))
        if plan is None:
            return None
        ready = dict(plan.defaults)
        for name, value in values.items():
            found = _whole_of(plan.inputs[name], value)
            if found is None:
                return None
            ready[name] = found
        given = {name: np.asarray(value) for name, value in values.items()}
        return self._one(plan, ready, {**given, **plan.default_arrays}, errors)

    def _single(self, columns: Columns, errors: Errors) -> dict[str, Any]:
        """Compute one person from checked values."""
        given = frozenset(columns.given) - columns.defaults
        meant = {name: self.all_inputs[name].meant(x[()]) for name, x in columns.given.items()}
        fine = any(
            self.all_inputs[name].kind == "number" and value % self.all_inputs[name].step != 0
            for name, value in meant.items()
        )
        program = self.program(given, fine=fine)
        plan = _Plan(program, self, columns)
        ready = {
            name: int(value * program.sources[name].scale) if name in program.sources else value
            for name, value in meant.items()
        }
        if not fine:
            self._programs[given] = plan
        return self._one(plan, ready, columns.given, errors)

    def _one(
        self, plan: _Plan, ready: Mapping[str, Any], given: Mapping[str, Array], errors: Errors
    ) -> dict[str, Any]:
        found, row = plan.program.one(ready)
        if found[UNCOVERED]:
            if errors == "raise":
                raise InputError(self._uncovered_fault(()))
            return self._set_aside(given, plan.default_names, self._uncovered_fault(()).message)
        for position in range(len(self.file.require)):
            if found[f"{REQUIRED}{position}"] is False:
                if errors == "raise":
                    raise InputError(self._requirement_fault(position, ()))
                reason = self._requirement_reason(position)
                return self._set_aside(given, plan.default_names, reason)
        outputs = {}
        for name, (kind, codes) in plan.outputs.items():
            value = found.get(name)
            if kind == "number":
                outputs[name] = np.asarray(np.nan if value is None else value)
            else:
                outputs[name] = _object(codes[value] if codes and value is not None else value)
        return {
            "rule": self, "inputs": given, "shape": (), "defaults": plan.default_names,
            "outputs": Outputs(outputs, ()), "names": plan.names, "row": row, "reasons": _NO_REASON,
            "reason_number": 0,
        }  # fmt: skip

    def _set_aside(
        self, given: Mapping[str, Array], defaults: frozenset[str], reason: str
    ) -> dict[str, Any]:
        outputs = {
            name: np.asarray(np.nan) if self.output_kind(name) == "number" else _object(None)
            for name in self.output_names
        }
        return {
            "rule": self, "inputs": given, "shape": (), "defaults": defaults,
            "outputs": Outputs(outputs, ()), "names": (NO_TEXT,), "row": np.asarray(0),
            "reasons": ("", reason), "reason_number": np.asarray(1),
        }  # fmt: skip

    def _many(self, columns: Columns, errors: Errors, *, checked: bool) -> dict[str, Any]:
        shape = columns.shape
        length = int(np.prod(shape, dtype=np.int64))
        flat = {name: _flat(column, shape) for name, column in columns.columns.items()}
        given = frozenset(columns.given) - columns.defaults
        program = self.program(given)
        unchecked = () if checked else tuple(
            name for name, array in columns.given.items()
            if self.all_inputs[name].numeric and array.size > COPIED
        )  # fmt: skip
        for name in unchecked:
            if name not in program.reads and not within(
                Limits.of(self.all_inputs[name]), columns.given[name]
            ):
                raise OutOfBoundsError
        computed = program.many(flat, length, unchecked)
        reasons = [""]
        number = np.zeros(length, dtype=np.uint8)
        for mask, _, why in columns.faults:
            if why not in reasons:
                reasons.append(why)
            where = np.broadcast_to(mask, shape).reshape(-1) & (number == 0)
            number[where] = reasons.index(why)
        for position in range(len(self.file.require)):
            refused = (made(computed.outputs[f"{REQUIRED}{position}"]) == 0) & (number == 0)
            if refused.any():
                if errors == "raise":
                    raise InputError(
                        self._requirement_fault(position, np.argwhere(refused.reshape(shape)))
                    )
                reasons.append(self._requirement_reason(position))
                number[refused] = len(reasons) - 1
        if computed.uncovered is not None:
            open_ = computed.uncovered & (number == 0)
            if errors == "raise" and open_.any():
                raise InputError(self._uncovered_fault(np.argwhere(open_.reshape(shape))))
            reasons.append(self._uncovered_fault(()).message)
            number[open_] = len(reasons) - 1
        outputs: dict[str, Array | Deferred] = {}
        for name in self.output_names:
            if name not in computed.outputs:
                kind = self.output_kind(name)
                outputs[name] = np.full(
                    length, np.nan if kind == "number" else None,
                    dtype=np.float64 if kind == "number" else object,
                )  # fmt: skip
                continue
            column = computed.outputs[name]
            if self.output_kind(name) != "number":
                column = self._words(name, made(column))
            outputs[name] = column
        row: Array | Deferred = computed.row
        if len(reasons) > 1:
            aside = number > 0
            rows = made(row)
            row = np.where(aside, len(program.names), rows).astype(rows.dtype)
            for name, column in outputs.items():
                outputs[name] = array = made(column)
                array[aside] = np.nan if array.dtype == np.float64 else None
        return {
            "rule": self, "inputs": columns.given, "shape": shape, "defaults": columns.defaults,
            "outputs": Outputs(outputs, shape), "names": self._row_names(program),
            "row": row, "reasons": tuple(reasons),
            "reason_number": number.reshape(shape),
        }  # fmt: skip

    def _words(self, name: str, places: Array) -> Array:
        if self.output_kind(name) == "flag":
            table = np.array([False, True, None], dtype=object)
        else:
            table = np.array([*self._codes_of(name), None], dtype=object)
        return table[places]

    def _codes_of(self, name: str) -> tuple[str, ...]:
        return self.steps[name].step.codes if name in self.steps else ()

    def output_kind(self, name: str) -> str:
        """Return what an output is, in any version of the rule.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        str
            ``number``, ``flag`` or ``code``.
        """
        if name in self.steps:
            return self.steps[name].step.kind
        for version in self.file.version:
            for step in version.step:
                if step.name == name:
                    return "code" if step.codes else step.kind or "number"
        return "number"

    @property
    def row_names(self) -> tuple[Texts, ...]:
        """Names of the rows that can name a result, in their order."""
        return tuple(filter(None, self._row_names(self.program(frozenset(self.required)))))

    def _row_names(self, program: Program) -> tuple[Texts, ...]:
        found = [self.steps[step].rows[row].name for step, row in program.names]
        return (*found, NO_TEXT)

    def _uncovered_fault(self, places: Any) -> Fault:
        found = [tuple(int(n) for n in place) for place in places]
        positions = tuple(p[0] if len(p) == 1 else p for p in found[:SHOWN])
        return Fault(
            code="uncovered", positions=positions, count=len(found) or 1,
            template="no row of {rule} covers the inputs{at}", remedy="check the file",
            data={"rule": self.name, "at": at_places(positions, len(found))},
        )  # fmt: skip

    def _requirement_reason(self, position: int) -> Phrase:
        """Return why a value is set aside that does not go with others."""
        entry = self.file.require[position]
        return Phrase("{input}: {text}", input=entry.input, text=self._requirement_text(position))

    def _requirement_text(self, position: int) -> Phrase:
        entry = self.file.require[position]
        return (
            Worded(entry.message.wordings)
            if entry.message
            else Phrase("does not go with the other inputs")
        )

    def _requirement_fault(self, position: int, places: Any) -> Fault:
        entry = self.file.require[position]
        found = [tuple(int(n) for n in place) for place in places]
        positions = tuple(p[0] if len(p) == 1 else p for p in found[:SHOWN])
        return Fault(
            code="requirement", input=entry.input, positions=positions, count=len(found) or 1,
            template="{input}{at}: {text}", remedy="correct it, or the inputs beside it",
            data={"text": self._requirement_text(position), "at": at_places(positions, len(found))},
        )  # fmt: skip

    def work_out(self, values: Mapping[str, object]) -> dict[str, Worked]:
        """Work out every step for one person, in exact fractions.

        Parameters
        ----------
        values : mapping of str to object
            Inputs of one person, single values; those with a default may be left out.

        Returns
        -------
        dict of str to Worked
            What each step came to, those through which an input was given included.
        """
        return self.work_out_exact(self.exact_values(values), values)

    def work_out_exact(
        self, known: Mapping[str, ExactValue], values: Mapping[str, object]
    ) -> dict[str, Worked]:
        """Work out every step for one person whose inputs are exact values already.

        Parameters
        ----------
        known : mapping of str to Value
            What ``exact_values`` gave.
        values : mapping of str to object
            The inputs as they were given.

        Returns
        -------
        dict of str to Worked
            What each step came to; see ``work_out``.
        """
        given = frozenset(name for name, value in values.items() if value is not None)
        return work_out(self._ordered(given), {**self.constants, **known})

    def _ordered(self, given: frozenset[str]) -> list[Step]:
        """Return what a result can depend on, each step after those that it reads."""
        key = ("steps", given)
        if key not in self._programs:
            derived = self._derived(given)
            steps = in_order([*derived, *(facts.step for facts in self.steps.values())])
            wanted = self.version.reads | {step.name for step in derived}
            self._programs[key] = [step for step in steps if step.name in wanted]
        found: list[Step] = self._programs[key]
        return found

    def exact_values(self, values: Mapping[str, object]) -> dict[str, ExactValue]:
        """Return the inputs of one person as exact values.

        Parameters
        ----------
        values : mapping of str to object
            Inputs, single values; those with a default may be left out.

        Returns
        -------
        dict of str to Value
            Every input, defaults included; None where one is absent.
        """
        found: dict[str, ExactValue] = {}
        for name, item in self.all_inputs.items():
            value = values.get(name)
            found[name] = item.default if value is None else item.meant(value)
        return found

    # -- changing ------------------------------------------------------------------------------

    def _replaced(
        self, rows: Mapping[str, Mapping[str, object]] | None, parameters: Mapping[str, object]
    ) -> dict[str, Any]:
        """Return the parts of the rule with some figures changed."""
        file, changes = reformed(self.file, self.version, rows or {}, parameters)
        parts = made_parts(file, self.shared, self.on, self.last_known, {**self.changes, **changes})
        bare = DatedRule(**parts)._bare() - self._bare()
        if bare:
            raise RuleError(
                *(Fault(code="uncovered", where=self.name,
                        template="the changes leave cases that no row covers, in {step}",
                        remedy="change the rows beside them too", data={"step": name})
                  for name in sorted(bare))
            )  # fmt: skip
        return parts

    def _bare(self) -> frozenset[str]:
        """Return the steps of which a cell is covered by no row, whatever is given."""
        given = frozenset(n for n, item in self.all_inputs.items() if not item.formula or
                          n in self.version.reads)  # fmt: skip
        ways = frozenset(way for name in given for way in self.ways(name))
        grids = self.program(given - ways).grids
        return frozenset(name for name, grid in grids.items() if grid.bare.size)


class _Plan:
    """What one person's computation needs, for some inputs being given."""

    __slots__ = (
        "default_arrays",
        "default_names",
        "defaults",
        "inputs",
        "names",
        "outputs",
        "program",
    )

    def __init__(self, program: Program, rule: DatedRule, columns: Columns) -> None:
        self.program = program
        self.inputs = rule.all_inputs
        self.default_names = columns.defaults
        self.default_arrays = {name: columns.given[name] for name in columns.defaults}
        self.defaults: dict[str, Any] = {}
        for name in columns.defaults:
            value = rule.all_inputs[name].default
            source = program.sources.get(name)
            self.defaults[name] = (
                value if source is None else int(Fraction(value or 0) * source.scale)
            )
        self.outputs = {
            name: (rule.output_kind(name), rule._codes_of(name)) for name in rule.output_names
        }
        self.names = rule._row_names(program)


def _whole_of(item: Input, value: object) -> Any:
    """Return a plain value as a program counts it; None where it needs a closer look."""
    kind = item.kind
    if kind in ("number", "whole"):
        if type(value) is not float and type(value) is not int:
            return None
        scale = item.scale
        counted = value * scale
        whole = round(counted) if counted == counted and abs(counted) < 2**52 else None
        if whole is None or not -1e-6 < counted - whole < 1e-6:
            return None
        multiple = item.grid.numerator
        if (multiple != 1 and whole % multiple) or not item.low_count <= whole <= item.high_count:
            return None
        return whole
    if kind == "flag":
        return value if type(value) is bool else None
    if kind == "code":
        return value if type(value) is str and value in item.codes else None
    return None


_NO_REASON = ("",)


def as_exact(value: Value) -> Fraction | str | bool:
    """Return a parameter's value as a program reads it."""
    if isinstance(value, dt.date):
        return Fraction((value - EPOCH).days)
    return value


def made_parts(
    file: RuleFile, shared: tuple[VocabularyFile, ...], on: dt.date, last_known: dt.date | None,
    changes: Mapping[str, Value],
) -> dict[str, Any]:  # fmt: skip
    """Return the parts of a rule on a day that its file knows.

    Raises
    ------
    RuleError
        Where the file has faults.
    """
    reader = Reader(file.languages)
    builder = Builder(file, shared, reader)
    day = last_known or on
    entry = max((v for v in file.version if v.valid_from <= day), key=lambda v: v.valid_from)
    version = builder.version(entry, day, changes)
    if reader.remarks or version is None:
        raise RuleError(
            *(Fault(code=r.code, template=r.template, remedy=r.remedy, where=file.name, data=r.data)
              for r in reader.remarks)
        )  # fmt: skip
    return {
        "file": file, "shared": shared, "on": on, "version": version, "last_known": last_known,
        "changes": dict(changes), "all_inputs": builder.inputs,
    }  # fmt: skip


def _made_again(
    kind: type[DatedRule], file: RuleFile, shared: tuple[VocabularyFile, ...], on: dt.date,
    last_known: dt.date | None, changes: Mapping[str, Value],
) -> DatedRule:  # fmt: skip
    return kind(**made_parts(file, shared, on, last_known, changes))


def _flat(column: Any, shape: tuple[int, ...]) -> Any:
    """Return a column of one dimension, or single; no copy where it has the whole shape."""
    from tarifs_solidaires.values.inputs import Coded

    if isinstance(column, Coded):
        return Coded(column.words, _flat(column.index, shape))
    if column.shape == shape:
        return column.reshape(-1)
    if column.size == 1:
        return column.reshape(())
    return np.broadcast_to(column, shape).reshape(-1)


def _object(value: Any) -> Array:
    found = np.empty((), dtype=object)
    found[()] = value
    return found
