"""A rule on one day as a graph: what is asked, what is worked out from what, where it was read.

Texts are already words of one language, not yet escaped for a format; nothing is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypedDict

import attrs

from tarifs_solidaires.draw.wording import CONFIDENCES, ORIGINS, Wording
from tarifs_solidaires.engine.exact import work_out
from tarifs_solidaires.engine.expression import (
    ALWAYS,
    Case,
    Choice,
    Condition,
    Every,
    Listed,
    Marginal,
    Some,
    Truth,
    names,
)
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.file import Source
from tarifs_solidaires.rules.model import Basis, Parameter, RowFacts, StepFacts
from tarifs_solidaires.values.inputs import Input


class Sure(TypedDict):
    """How sure something is, and the numbers of its sources."""

    confidence: str
    sources: tuple[int, ...]


@attrs.frozen(kw_only=True)
class Asked:
    """An input.

    Parameters
    ----------
    name, label, unit : str
        Its name in the file, what it is called, and its unit in words.
    title : str
        What it is called, with its unit where it does not say it itself.
    formula : str
        The formula through which it may be given; empty where there is none.
    given : str
        Whether it must be given, and what holds where it is not.
    required : bool
        Whether it must be given.
    bounds : str
        Smallest and largest value, codes, or what kind of thing it is.
    origin, help : str
        Where it comes from, and what counts.
    reads : tuple of str
        Inputs of its formula.
    output : bool
        Whether it is a result too.
    """

    name: str
    label: str
    unit: str
    title: str
    formula: str
    given: str
    required: bool
    bounds: str
    origin: str
    help: str
    reads: tuple[str, ...]
    output: bool


@attrs.frozen(kw_only=True)
class Figure:
    """A parameter: a figure or a choice that steps read.

    Parameters
    ----------
    name, label, unit, value : str
        Its name in the file, what it is called, its unit and its value in words.
    choices : str
        Values that it can have; empty where it is no choice.
    since : date or None
        Day from which the value holds, where it is dated.
    confidence : str
        How sure it is: a key of ``CONFIDENCES``.
    sources : tuple of int
        Numbers of its sources.
    note : str
        What is doubtful about it.
    """

    name: str
    label: str
    unit: str
    value: str
    choices: str
    since: dt.date | None
    confidence: str
    sources: tuple[int, ...]
    note: str


@attrs.frozen(kw_only=True)
class Line:
    """A row of a table, a candidate, a part of a scale, or an amount of a list.

    Parameters
    ----------
    name, when, value : str
        Its name where the file gives one, its conditions, and what it gives.
    confidence : str
        How sure it is.
    sources : tuple of int
        Numbers of its sources.
    note : str
        What to tell whom it concerns.
    used : bool
        Whether it can hold with the parameters as they are.
    """

    name: str = ""
    when: str = ""
    value: str
    confidence: str
    sources: tuple[int, ...]
    note: str = ""
    used: bool = True


@attrs.frozen(kw_only=True)
class Work:
    """A step.

    Parameters
    ----------
    name, label, unit : str
        Its name in the file, what it is called, and its unit in words.
    title : str
        What it is called, with its unit where it does not say it itself.
    kind : {"formula", "table", "scale", "by", "best"}
        How it is worked out.
    formula : str
        The formula, where it is one.
    caption : str
        How its lines are read; empty where that is plain.
    lines : tuple of Line
        Its rows, candidates, parts or amounts, in order.
    bounds : tuple of str
        Bounds and rounding, in the order in which they are applied.
    figures, reads : tuple of str
        Names of the parameters, and of the inputs and steps, that it reads.
    output : bool
        Whether it is a result.
    confidence : str
        How sure it is.
    sources : tuple of int
        Numbers of its sources.
    note : str
        What to say of it.
    """

    name: str
    label: str
    unit: str
    title: str
    kind: str
    formula: str
    caption: str
    lines: tuple[Line, ...]
    bounds: tuple[str, ...]
    figures: tuple[str, ...]
    reads: tuple[str, ...]
    output: bool
    confidence: str
    sources: tuple[int, ...]
    note: str


@attrs.frozen(kw_only=True)
class Flow:
    """A rule on one day.

    Parameters
    ----------
    title, heading, summary : str
        Title, the days of the version, and the whole in words for who cannot see a diagram.
    inputs : tuple of Asked
        What is asked, each after those of its formula.
    steps : tuple of Work
        What is worked out, each after those that it reads.
    figures : mapping of str to Figure
        Parameters by name, as on the day.
    history : tuple of Figure
        The same with every value that a dated one has during the version.
    sources : tuple of Source
        The sources that are numbered, from 1; the first is that of the version.
    remarks : tuple of str
        What holds for the whole.
    """

    title: str
    heading: str
    summary: str
    inputs: tuple[Asked, ...]
    steps: tuple[Work, ...]
    figures: Mapping[str, Figure]
    history: tuple[Figure, ...]
    sources: tuple[Source, ...]
    remarks: tuple[str, ...]

    @property
    def nodes(self) -> tuple[Asked | Work, ...]:
        """Its inputs, then its steps."""
        return (*self.inputs, *self.steps)

    @property
    def confidences(self) -> tuple[str, ...]:
        """How sure its boxes and lines are, the surest first."""
        used = {work.confidence for work in self.steps}
        used |= {line.confidence for work in self.steps for line in work.lines}
        return tuple(confidence for confidence in CONFIDENCES if confidence in used)

    @property
    def cited(self) -> tuple[tuple[int, Source], ...]:
        """The sources that its steps, their lines and their figures cite, with their numbers."""
        numbers = {1}
        for work in self.steps:
            numbers |= {*work.sources, *(n for line in work.lines for n in line.sources)}
            numbers |= {n for name in work.figures for n in self.figures[name].sources}
        return tuple(one for one in enumerate(self.sources, 1) if one[0] in numbers)

    def label(self, name: str) -> str:
        """Return what an input, a step or a parameter is called."""
        if name in self.figures:
            return self.figures[name].label
        return next(node.label for node in self.nodes if node.name == name)


def make_flow(rule: DatedRule, wording: Wording) -> Flow:
    """Return the graph of a rule on its day.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    wording : Wording
        The words of a language.
    """
    return _Maker(rule, wording).flow()


class _Maker:
    """Makes the parts of one rule, and numbers the sources as they come."""

    def __init__(self, rule: DatedRule, wording: Wording) -> None:
        self.rule = rule
        self.words = wording
        self.say = wording.say
        self.sources: list[Source] = []
        self.numbers(rule.version.basis)

    def flow(self) -> Flow:
        rule, words, version = self.rule, self.words, self.rule.version
        steps = tuple(self.work(s) for s in rule.steps.values() if s.name in version.reads)
        inputs = tuple(map(self.asked, self.inputs()))
        figures = {name: self.figure(p) for name, p in rule.parameters.items()}
        history = [figure for name in figures for figure in self.history(name, figures[name])]
        title = words.text(rule.title)
        heading = words.in_force(version.valid_from, version.valid_to)
        if any(figure.since is not None for figure in rule.parameters.values()):
            figures_of = words.word("dated figures as on {day}")
            heading += f" ({figures_of.format(day=words.heading_date(rule.last_known or rule.on))})"
        remarks = [words.remark] if words.remark else []
        if rule.last_known is not None:
            known = words.word("The rule is known until {day}; this is the last known version.")
            remarks.append(known.format(day=words.heading_date(rule.last_known)))
        return Flow(
            title=title, heading=heading, inputs=inputs, steps=steps, figures=figures,
            history=tuple(history), sources=tuple(self.sources), remarks=tuple(remarks),
            summary=self.summary(title, heading, inputs, steps),
        )  # fmt: skip

    def summary(
        self, title: str, heading: str, inputs: Sequence[Asked], steps: Sequence[Work]
    ) -> str:
        words = self.words
        parts = [title, heading]
        if inputs:
            parts.append(words.pair(self.say("Inputs"), ", ".join(item.label for item in inputs)))
        for number, work in enumerate(steps, 1):
            said = f"{number}. {work.label}"
            read = ", ".join(map(words.label, work.reads))
            parts.append(words.pair(said, read) if read else said)
        return ". ".join(parts) + "."

    def numbers(self, basis: Basis) -> tuple[int, ...]:
        """Return the number of a source, giving it one where it is new."""
        if basis.source is None:
            return ()
        if basis.source not in self.sources:
            self.sources.append(basis.source)
        return (self.sources.index(basis.source) + 1,)

    # -- inputs --------------------------------------------------------------------------------

    def inputs(self) -> list[Input]:
        """Return the inputs that a result depends on, each after those of its formula."""
        rule = self.rule
        read = [
            item for name, item in rule.all_inputs.items()
            if name in rule.version.reads and name not in rule.steps
        ]  # fmt: skip
        ways = frozenset[str]().union(*map(_ways, read))
        first = [item for name, item in rule.all_inputs.items() if name in ways]
        return [*first, *(item for item in read if item.name not in ways)]

    def asked(self, item: Input) -> Asked:
        rule, words = self.rule, self.words
        needed = item.name in rule.version.reads
        instead = [i.name for i in rule.all_inputs.values() if item.name in _ways(i)]
        if item.default is not None:
            given = words.pair(self.say("if not given"), words.input_value(item, item.default))
        elif instead and not needed:
            given = self.say("in place of {name}").format(name=words.label(instead[0]))
        else:
            optional = item.optional and item.name not in rule.version.required
            given = self.say("optional") if optional else self.say("required")
        origin, holder = self.say(ORIGINS[item.origin]), words.text(item.holder)
        return Asked(
            name=item.name, label=words.label(item.name), unit=words.unit(item.unit), given=given,
            title=words.with_unit(item.name, item.unit),
            formula=words.formula(item.formula) if item.formula else "", bounds=words.range(item),
            origin=f"{origin} ({holder})" if holder else origin, help=words.text(item.help),
            required=item.name in rule.required,
            reads=tuple(name for name in rule.all_inputs if name in _ways(item)),
            output=item.name in rule.output_names,
        )  # fmt: skip

    # -- parameters ----------------------------------------------------------------------------

    def figure(self, parameter: Parameter) -> Figure:
        words, unit = self.words, parameter.unit
        choices = [words.value(choice, unit) for choice in parameter.choices]
        return Figure(
            name=parameter.name, label=words.label(parameter.name), unit=words.unit(unit),
            value=words.value(parameter.value, unit),
            choices=words.choice(choices) if choices else "", since=parameter.since,
            note=words.text(parameter.note), **self.sure(parameter.basis),
        )  # fmt: skip

    def history(self, name: str, now: Figure) -> list[Figure]:
        """Return a parameter with each value that it has during the version, in order."""
        version, builder = self.rule.version, self.words.builder
        written = next(v for v in self.rule.file.version if v.valid_from == version.valid_from)
        entry = {**builder.figures, **builder.sections(written)[1]}[name]
        if name in self.rule.changes or not isinstance(entry.value, tuple):
            return [now]
        days = sorted(value.from_ for value in entry.value)
        first = max((day for day in days if day <= version.valid_from), default=days[0])
        found = []
        for day in days:
            if first <= day <= version.valid_to:
                parameter = builder.parameter(name, entry, day, version.basis)
                found.append(now if day == now.since or not parameter else self.figure(parameter))
        return found

    # -- steps ---------------------------------------------------------------------------------

    def work(self, facts: StepFacts) -> Work:
        rule, words, entry, read = self.rule, self.words, facts.entry, facts.step.reads
        sure = self.sure(facts.basis)
        lines, caption = self.lines(facts)
        return Work(
            name=facts.name, label=words.label(facts.name), unit=words.unit(facts.unit),
            title=words.with_unit(facts.name, facts.unit), kind=facts.kind, caption=caption,
            lines=tuple(lines),
            formula="" if entry.formula is None else words.formula(entry.formula, facts.unit),
            bounds=words.bounds(entry, facts.unit),
            figures=tuple(name for name in rule.parameters if name in read),
            reads=tuple(n for n in dict.fromkeys((*rule.all_inputs, *rule.steps)) if n in read),
            output=facts.name in rule.output_names, note=words.text(facts.note), **sure,
        )  # fmt: skip

    def lines(self, facts: StepFacts) -> tuple[list[Line], str]:
        words, entry, value = self.words, facts.entry, facts.step.value
        if isinstance(value, Marginal):
            caption = self.say("each part of {name} has its own rate")
            return self.parts(facts), caption.format(name=words.formula(entry.scale))
        if isinstance(value, Listed):
            caption = self.say("by {name}")
            return self.amounts(facts, value), caption.format(name=words.formula(entry.by))
        if entry.candidate:
            rows = [
                self.line(facts, row, written.when, words.formula(written.value, facts.unit))
                for row, written in zip(facts.rows, entry.candidate, strict=True)
            ]
            lowest, highest = self.say("the lowest of these"), self.say("the highest of these")
            return rows, lowest if entry.best == "lowest" else highest
        rows = [
            self.line(facts, row, written.when, words.result(written.then, facts.unit, facts.codes))
            for row, written in zip(facts.rows, entry.row, strict=True)
        ]
        return rows, self.say("the first row that holds decides") if len(rows) > 1 else ""

    def line(self, facts: StepFacts, row: RowFacts, when: object, value: str) -> Line:
        said = self.words.conditions(when)
        if not said:
            alone = len(facts.rows) == 1 or bool(facts.entry.candidate)
            said = self.say("for everyone") if alone else self.say("in every other case")
        return Line(
            name=self.words.text(row.name) if row.named else "", when=said, value=value,
            note=self.words.text(row.note), used=self.possible(row.when), **self.sure(row.basis),
        )  # fmt: skip

    def sure(self, basis: Basis) -> Sure:
        return {"confidence": basis.confidence, "sources": self.numbers(basis)}

    def possible(self, when: Condition) -> bool:
        """Say whether conditions can hold with the parameters as they are."""
        match when:
            case Every(parts):
                return all(map(self.possible, parts))
            case Some(parts):
                return any(map(self.possible, parts))
        if not names(when) <= self.rule.constants.keys():
            return True
        asked = Choice((Case(when, Truth(True)), Case(ALWAYS, Truth(False))))
        worked = work_out([Step(name="", value=asked, kind="flag")], self.rule.constants)
        return worked[""].value is True

    def parts(self, facts: StepFacts) -> list[Line]:
        words, unit = self.words, self.unit_of(facts.entry.scale)
        found: list[Line] = []
        low = ""
        for row, written in zip(facts.rows, facts.entry.part, strict=True):
            high = "" if row.up_to is None else words.quantity(row.up_to, unit)
            when = (
                self.say("from {low} to {high}") if low and high
                else self.say("up to {high}") if high
                else self.say("beyond {low}") if low else self.say("in every case")
            )  # fmt: skip
            found.append(
                Line(
                    name=words.text(row.name) if row.named else "",
                    when=when.format(low=low, high=high),
                    value=words.rate(written.rate, facts.unit, unit), **self.sure(row.basis),
                )
            )  # fmt: skip
            low = high
        return found

    def amounts(self, facts: StepFacts, listed: Listed) -> list[Line]:
        words, sure = self.words, self.sure(facts.basis)
        found = [
            Line(when=str(number), value=words.quantity(amount, facts.unit), **sure)
            for number, amount in enumerate(listed.amounts, listed.first)
        ]
        more = f"+{words.quantity(listed.beyond, facts.unit)}" if listed.beyond else found[-1].value
        each = self.say("each further one") if listed.beyond else self.say("more")
        return [*found, Line(when=each, value=more, **sure)]

    def unit_of(self, name: str) -> str:
        if name in self.rule.steps:
            return self.rule.steps[name].unit
        return self.rule.all_inputs[name].unit if name in self.rule.all_inputs else ""


def _ways(item: Input) -> frozenset[str]:
    """Return the inputs through which one may be given."""
    return names(parse_formula(item.formula)) if item.formula else frozenset()
