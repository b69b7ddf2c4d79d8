"""A flow in the exchange format DMN 1.3 (Decision Model and Notation): one decision per step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from statistics import fmean
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import attrs

from tarifs_solidaires.draw.feel import RESERVED, Feel, Single, constant, fresh
from tarifs_solidaires.draw.flow import Flow, Line, Work, make_flow
from tarifs_solidaires.draw.lines import clean
from tarifs_solidaires.draw.wording import CONFIDENCES, Wording
from tarifs_solidaires.engine.expression import (
    Among,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Flag,
    Given,
    Name,
    Number,
    Some,
    Word,
    conditions,
    names,
)
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.model import Value
from tarifs_solidaires.values.inputs import EPOCH, Input

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DIAGRAM = {
    "xmlns:dmndi": "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    "xmlns:dc": "http://www.omg.org/spec/DMN/20180521/DC/",
    "xmlns:di": "http://www.omg.org/spec/DMN/20180521/DI/",
}
TYPES = {"number": "number", "whole": "number", "flag": "boolean", "code": "string", "date": "date"}
ROW = "tranche"  # the decision that names the row which decides, as results do
WIDTH, HEIGHT, GAP_X, GAP_Y = 180, 80, 30, 60  # of the boxes of the diagram
MOST = 8  # boxes beside each other


@attrs.frozen(kw_only=True)
class Row:
    """A row of a decision table.

    Parameters
    ----------
    cells : mapping of str to str
        Unary tests by what they are about.
    value : str
        What it gives, in FEEL.
    note : str
        Its name and its source.
    """

    cells: dict[str, str]
    value: str
    note: str


def to_dmn(rule: DatedRule, lang: str) -> str:
    """Return a rule on its day as DMN 1.3; see ``Rule.to_dmn``."""
    wording = Wording(rule, lang)
    return _Model(rule, make_flow(rule, wording), wording).text()


class _Model:
    """Makes the data and the decisions of one rule."""

    def __init__(self, rule: DatedRule, flow: Flow, words: Wording) -> None:
        self.rule = rule
        self.flow = flow
        self.words = words
        self.inputs = {item.name: rule.all_inputs[item.name] for item in flow.inputs}
        self.works = {work.name: work for work in flow.steps}
        read = {name for work in flow.steps for name in work.figures}
        self.parameters = {n: p.value for n, p in rule.parameters.items() if n in read}
        own = [*self.inputs, *self.parameters, *self.works]
        self.kinds = {n: TYPES[i.kind] for n, i in self.inputs.items()}
        self.kinds |= {n: _type(value) for n, value in self.parameters.items()}
        self.kinds |= {n: TYPES[rule.steps[n].step.kind] for n in self.works}
        self.taken = set(own)
        self.given = {n: fresh(n, self.taken) if n in RESERVED else n for n in own}
        used = {  # inputs for which something else can stand
            name: fresh(f"{name}_used", self.taken)
            for name, item in self.inputs.items() if item.formula or item.default is not None
        }  # fmt: skip
        self.used = used
        self.unknown: set[str] = set()
        self.feel = Feel(
            names=self.given | used,
            dates={name for name, kind in self.kinds.items() if kind == "date"},
            absent={n for n, i in self.inputs.items() if i.optional and i.default is None},
            unknown=self.unknown,
        )
        self.elements: dict[str, Element] = {}  # data and decisions by their names in FEEL
        self.labels: dict[str, str] = {}
        self.reads: dict[str, tuple[str, ...]] = {}

    def text(self) -> str:
        rule, flow, words = self.rule, self.flow, self.words
        root = Element(
            "definitions", {"xmlns": NAMESPACE, **DIAGRAM}, id="definitions",
            name=flow.title or rule.name, namespace=f"urn:tarifs-solidaires:{clean(rule.name)}",
            exporter="tarifs_solidaires",
        )  # fmt: skip
        refused = words.word("Inputs are refused unless this holds:")
        source = rule.version.basis.source
        said = [
            words.text(rule.purpose), rule.authority, flow.heading,
            source.to(words.lang) if source is not None else "",
        ]  # fmt: skip
        said += [
            *flow.remarks,
            *(f"{refused} {words.conditions(r.when)}" for r in rule.file.require),
        ]
        SubElement(root, "description").text = "\n".join(filter(None, map(clean, said)))
        for name, item in self.inputs.items():
            self.datum(name, item)
        for name, value in self.parameters.items():
            self.parameter(name, value)
        for name in self.used:
            self.resolved(name, self.inputs[name])
        for name, work in self.works.items():
            self.step(rule.steps[name].step, work)
        self.row()
        root.extend(self.elements.values())
        self.diagram(root)
        indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'

    # -- data and decisions --------------------------------------------------------------------

    def datum(self, name: str, item: Input) -> None:
        """Add an input."""
        asked = next(one for one in self.flow.inputs if one.name == name)
        called = self.given[name]
        element = Element("inputData", id=f"input_{called}", name=called)
        said = (asked.label, asked.unit, asked.bounds, asked.given, asked.help)
        SubElement(element, "description").text = "; ".join(filter(None, said))
        _variable(element, called, TYPES[item.kind])
        self.elements[called], self.labels[called] = element, asked.label

    def decision(
        self, called: str, label: str, note: str, kind: str, reads: Iterable[str]
    ) -> Element:
        """Add a decision, and return its element, whose logic is still to be written."""
        element = Element("decision", id=f"decision_{called}", name=called)
        SubElement(element, "description").text = f"{label}. {note}" if note else label
        _variable(element, called, kind)
        self.reads[called] = tuple(dict.fromkeys(reads))
        for name in self.reads[called]:
            need = SubElement(element, "informationRequirement", id=f"{called}_needs_{name}")
            other = self.elements[name]
            what = "requiredInput" if other.tag == "inputData" else "requiredDecision"
            SubElement(need, what, href=f"#{other.get('id')}")
        self.elements[called], self.labels[called] = element, label
        return element

    def parameter(self, name: str, value: Value) -> None:
        """Add a figure or a choice."""
        figure, called = self.flow.figures[name], self.given[name]
        note = self.sure(figure.confidence, figure.sources)
        element = self.decision(called, figure.label, note, self.kinds[name], ())
        _literal(element, called, self.kinds[name], constant(value))

    def resolved(self, name: str, item: Input) -> None:
        """Add what counts for an input: what is given, else its formula or default."""
        own, called, kind = self.given[name], self.used[name], self.kinds[name]
        default = "null" if item.default is None else _constant(item.default, kind)
        other, reads = default, [own]
        if item.formula:
            tree = parse_formula(item.formula)
            ways = [way for way in self.inputs if way in names(tree)]
            reads += [self.feel.names[way] for way in ways]
            other = self.feel.value(tree)
            needed = [self.given[way] for way in ways if way not in self.used]
            if needed:
                missing = " or ".join(f"{way} = null" for way in needed)
                other = f"if {missing} then {default} else {other}"
        label = self.words.label(name)
        element = self.decision(
            called, label, self.words.say("as given, or in its place"), kind, reads
        )
        _literal(element, called, kind, f"if {own} != null then {own} else {other}")

    def step(self, step: Step, work: Work) -> None:
        """Add a step."""
        note = ". ".join(filter(None, (work.note, self.sure(work.confidence, work.sources))))
        called, kind = self.given[step.name], TYPES[step.kind]
        element = self.decision(called, work.label, note, kind, self.needs(step.whole))
        self.logic(element, step, called, work.lines)
        if self.feel.may_be_unknown(step.whole):
            self.unknown.add(step.name)

    def row(self) -> None:
        """Add the decision that names the row, candidate or part which decides."""
        facts = self.rule.steps.get(self.rule.version.decides)
        if facts is None:
            return
        step, lines = facts.step, self.works[facts.name].lines
        words = [row.name.first for row in facts.rows]
        called = fresh(ROW, self.taken)
        label = self.words.say("line that decides")
        if isinstance(step.value, Best):
            needs = self.needs(step.value)
            element = self.decision(called, label, "", "string", needs)
            feel, raw, last = self.context(element, step, called, lines)
            _literal(last, called, "string", feel.best_row(step.value, Name(raw), words))
            return
        cases = (Case(row.when, Word(word)) for row, word in zip(facts.rows, words, strict=True))
        named = Step(name=ROW, value=Choice(tuple(cases)), kind="code")
        element = self.decision(called, label, "", "string", self.needs(named.value))
        self.logic(element, named, called, lines)

    def needs(self, tree: Expression) -> list[str]:
        """Return what a tree reads, by its names in FEEL, in the order of the rule."""
        read = names(tree)
        return [called for name, called in self.feel.names.items() if name in read]

    def sure(self, confidence: str, sources: tuple[int, ...]) -> str:
        """Return how sure something is, and where it was read."""
        said = [self.words.word(CONFIDENCES[confidence])] if confidence in CONFIDENCES else []
        read = (self.flow.sources[number - 1].to(self.words.lang) for number in sources)
        return ": ".join([*said, *read])

    # -- logic ---------------------------------------------------------------------------------

    def logic(self, parent: Element, step: Step, called: str, lines: Sequence[Line]) -> None:
        """Write how a step is worked out: a table where it is one, else an expression."""
        kind = TYPES[step.kind]
        if not isinstance(step.value, Choice | Best) or len(step.stages) == 1:
            self.choice(parent, step, called, lines)
            return
        feel, raw, last = self.context(parent, step, called, lines)
        _literal(last, called, kind, feel.value(attrs.evolve(step, value=Name(raw)).whole))

    def context(
        self, parent: Element, step: Step, called: str, lines: Sequence[Line]
    ) -> tuple[Feel, str, Element]:
        """Write a value before its bounds, and return what reads it, its name, and where."""
        raw = fresh(f"{called}_raw", self.taken)
        context = SubElement(parent, "context", id=f"context_{called}")
        entry = SubElement(context, "contextEntry", id=f"entry_{raw}")
        _variable(entry, raw, TYPES[step.kind])
        self.choice(entry, attrs.evolve(step, at_least=None, at_most=None, unit=None), raw, lines)
        unknown = {*self.unknown, raw} if self.feel.may_be_unknown(step.value) else self.unknown
        feel = attrs.evolve(self.feel, names={**self.feel.names, raw: raw}, unknown=unknown)
        return feel, raw, SubElement(context, "contextEntry", id=f"entry_{called}")

    def choice(self, parent: Element, step: Step, called: str, lines: Sequence[Line]) -> None:
        """Write a table where each condition is about one name; else an expression."""
        rows = self.rows(step.value, lines) if isinstance(step.value, Choice) else None
        if rows is None or not any(row.cells for row in rows):
            _literal(parent, called, TYPES[step.kind], self.feel.value(step.whole))
            return
        columns = list(dict.fromkeys(name for row in rows for name in row.cells))
        table = SubElement(parent, "decisionTable", id=f"table_{called}", hitPolicy="FIRST")
        for name in columns:
            column = SubElement(
                table, "input", id=f"{called}_in_{name}", label=self.words.label(name)
            )
            kind = self.kinds[name]
            said = SubElement(column, "inputExpression", id=f"{called}_asks_{name}", typeRef=kind)
            SubElement(said, "text").text = self.feel.names[name]
        SubElement(
            table, "output", id=f"{called}_out", name=called, typeRef=TYPES[step.kind],
            label=self.words.label(step.name),
        )  # fmt: skip
        for number, row in enumerate(rows, 1):
            rule = SubElement(table, "rule", id=f"{called}_row_{number}")
            SubElement(rule, "description").text = row.note
            for name in columns:
                cell = SubElement(rule, "inputEntry", id=f"{called}_row_{number}_{name}")
                SubElement(cell, "text").text = row.cells.get(name, "-")
            cell = SubElement(rule, "outputEntry", id=f"{called}_row_{number}_out")
            SubElement(cell, "text").text = row.value

    def rows(self, choice: Choice, lines: Sequence[Line]) -> list[Row] | None:
        """Return a table row by row; None where a condition is not about one name only."""
        found: list[Row] = []
        for case, line in zip(choice.cases, lines, strict=True):
            alternatives = _alternatives(case.when)
            if alternatives is None or not all(map(self.tabular, conditions(case.when))):
                return None
            note = f"{line.name or line.when} — {self.sure(line.confidence, line.sources)}"
            value = self.feel.value(case.value)
            found += [Row(cells=self.cells(one), value=value, note=note) for one in alternatives]
            unknown = self.words.say("unknown, as is what it depends on")
            found += [
                Row(cells=self.cells(one, possible=True), value="null", note=unknown)
                for one in alternatives if any(map(self.feel.not_known, one))
            ]  # fmt: skip
        return found

    def tabular(self, when: Single) -> bool:
        """Say whether a condition is a test of one name against constants or figures."""
        if not isinstance(when, Compare):
            return True
        if not isinstance(when.left, Name):
            return False
        if isinstance(when.right, Name):
            dates = self.feel.dates
            alike = (when.left.name in dates) == (when.right.name in dates)
            return alike and not self.feel.nulls(when.right)
        return isinstance(when.right, Number)

    def cells(self, singles: Sequence[Single], *, possible: bool = False) -> dict[str, str]:
        """Return the unary tests of one row, by what each is about.

        Parameters
        ----------
        singles : sequence of Compare, Among, Flag or Given
            Conditions that must all hold.
        possible : bool
            Whether one that is not known is met too.
        """
        by_name: dict[str, list[Single]] = {}
        for single in singles:
            by_name.setdefault(_subject(single), []).append(single)
        found = {}
        for name, about in by_name.items():
            if possible and any(map(self.feel.not_known, about)):
                tests = " and ".join(self.feel.test(single, "?") for single in about)
                found[name] = f"? = null or ({tests})"
            else:
                found[name] = self.cell(name, about)
        return found

    def cell(self, name: str, about: Sequence[Single]) -> str:
        """Return the unary test of conditions on one name."""
        null = "null, " if name in self.feel.absent or name in self.unknown else ""
        match about:
            case [Given(_, value)]:
                return "not(null)" if value else "null"
            case [Flag(_, value)]:
                return constant(value)
            case [Among(_, codes, prefixes, negated)] if not prefixes:
                listed = ", ".join(constant(code) for code in sorted(codes))
                return f"not({null}{listed})" if negated else listed
            case [Compare(left, sign, right)]:
                limit = self.feel.side(right, left)
                if sign == "!=":
                    return f"not({null}{limit})"
                return limit if sign == "=" else f"{sign} {limit}"
            case [Compare(left, ">" | ">=" as low, one), Compare(_, "<" | "<=" as high, other)]:
                ends = self.feel.side(one, left), self.feel.side(other, left)
                return f"{'(' if low == '>' else '['}{'..'.join(ends)}{')' if high == '<' else ']'}"
        return " and ".join(self.feel.test(single, "?") for single in about)

    # -- diagram -------------------------------------------------------------------------------

    def places(self) -> dict[str, tuple[int, int]]:
        """Return left and top of each box: above all that it reads, near to what reads it."""
        readers: dict[str, list[str]] = {name: [] for name in self.elements}
        for name, reads in self.reads.items():
            for read in reads:
                readers[read].append(name)
        levels: list[list[str]] = []  # from the top down
        level: dict[str, int] = {}
        for name in reversed(self.elements):
            level[name] = 1 + max((level[reader] for reader in readers[name]), default=-1)
            levels += [[] for _ in range(level[name] + 1 - len(levels))]
            levels[level[name]].insert(0, name)
        places: dict[str, tuple[int, int]] = {}
        middle, y = MOST * (WIDTH + GAP_X) // 2, GAP_Y
        for group in levels:
            around = {n: [places[r][0] for r in readers[n]] or [middle] for n in group}
            ordered = sorted(group, key=lambda n: fmean(around[n]))
            for start in range(0, len(ordered), MOST):
                row = ordered[start : start + MOST]
                left = GAP_X + middle - len(row) * (WIDTH + GAP_X) // 2
                places |= {n: (left + k * (WIDTH + GAP_X), y) for k, n in enumerate(row)}
                y += HEIGHT + GAP_Y
        return places

    def diagram(self, root: Element) -> None:
        """Draw each box in its place, and a line to it from what it reads."""
        places = self.places()
        drawn = SubElement(SubElement(root, "dmndi:DMNDI"), "dmndi:DMNDiagram", id="diagram")
        for name, (x, y) in places.items():
            shape = SubElement(
                drawn, "dmndi:DMNShape", id=f"shape_{name}",
                dmnElementRef=str(self.elements[name].get("id")),
            )  # fmt: skip
            SubElement(shape, "dc:Bounds", x=str(x), y=str(y), width=str(WIDTH), height=str(HEIGHT))
            SubElement(SubElement(shape, "dmndi:DMNLabel"), "dmndi:Text").text = self.labels[name]
        for name, read in ((name, read) for name, reads in self.reads.items() for read in reads):
            reference = f"{name}_needs_{read}"
            edge = SubElement(
                drawn, "dmndi:DMNEdge", id=f"edge_{reference}", dmnElementRef=reference
            )
            for (x, y), down in ((places[read], 0), (places[name], HEIGHT)):
                SubElement(edge, "di:waypoint", x=str(x + WIDTH // 2), y=str(y + down))


def _variable(parent: Element, called: str, kind: str) -> None:
    SubElement(parent, "variable", id=f"variable_{called}", name=called, typeRef=kind)


def _literal(parent: Element, called: str, kind: str, text: str) -> None:
    expression = SubElement(parent, "literalExpression", id=f"expression_{called}", typeRef=kind)
    SubElement(expression, "text").text = text


def _constant(value: Fraction | str | bool, kind: str) -> str:
    if kind == "date" and isinstance(value, Fraction):
        return constant(EPOCH + dt.timedelta(days=int(value)))
    return constant(value)


def _type(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    return (
        "number" if isinstance(value, Fraction) else "string" if isinstance(value, str) else "date"
    )


def _subject(single: Single) -> str:
    if isinstance(single, Compare):
        return single.left.name if isinstance(single.left, Name) else ""
    return single.name


def _alternatives(when: Condition) -> list[list[Single]] | None:
    """Return conditions as alternatives, each a list of which all must hold; None if deeper."""
    parts = when.parts if isinstance(when, Some) else (when,)
    found: list[list[Single]] = []
    for part in parts:
        singles = part.parts if isinstance(part, Every) else (part,)
        if any(isinstance(single, Every | Some) for single in singles):
            return None
        found.append(list(singles))  # type: ignore[arg-type]
    return found
