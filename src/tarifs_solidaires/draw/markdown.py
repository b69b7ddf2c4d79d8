"""A rule as a page of Markdown: every version, every figure, its source and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tarifs_solidaires.draw.flow import Asked, Flow, Line, Work, make_flow
from tarifs_solidaires.draw.lines import clean
from tarifs_solidaires.draw.wording import CONFIDENCES, Wording, msg
from tarifs_solidaires.rules.build import MISSING
from tarifs_solidaires.rules.dated import DatedRule, made_parts
from tarifs_solidaires.rules.file import Source

_MARKUP = re.compile(r"([\\`*_\[\]<>&|~#$!])")
_START = re.compile(r"^([-+](?=[-+\s]|$)|[:%(=>]|\d+(?=[.)](?:\s|$)))")
_LIST = re.compile(r"(?:not )?in (\w+)")

# Heads of tables; a column in which nothing stands is left out.
SURE = (msg("Confidence"), msg("Source"), msg("Note"))
INPUTS = (msg("Name"), msg("Meaning"), msg("Unit"), msg("Values"), msg("Given"), msg("Origin"))
RESULTS = (msg("Name"), msg("Meaning"), msg("Unit"))
FIGURES = (
    msg("Name"), msg("Meaning"), msg("Value"), msg("Unit"), msg("From"), msg("Choices"), *SURE,
)  # fmt: skip
LINES = {
    "table": (msg("Line"), msg("Conditions"), msg("Result"), *SURE),
    "best": (msg("Line"), msg("Conditions"), msg("Value"), *SURE),
    "scale": (msg("Line"), msg("Range"), msg("Rate"), *SURE),
    "by": (msg("Line"), msg("Number"), msg("Amount"), *SURE),
}
CASES = (msg("Day"), msg("Given"), msg("Expected"), msg("Source"))
FACTS = (msg("Purpose"), msg("Concerns"), msg("Authority"), msg("Contact"), msg("Currency"))


def to_markdown(rule: DatedRule, lang: str) -> str:
    """Return the description of a rule; see ``Rule.to_markdown``."""
    return _Page(rule, lang).text()


def escaped(text: object) -> str:
    r"""Return a text that Markdown shows as it is, on one line.

    Examples
    --------
    >>> print(escaped("a|b <i> *c*"))
    a\|b \<i\> \*c\*
    """
    line = _MARKUP.sub(r"\\\1", clean(text))
    return _START.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], line)


def linked(source: Source, lang: str) -> str:
    """Return a source with a link where it has an address."""
    title, *rest = [escaped(source.title.to(lang)), *filter(None, [source.reference])]
    if source.url.startswith(("https://", "http://")):
        address = re.sub(r"[<>\\\s]", lambda m: f"%{ord(m[0]):02X}", clean(source.url))
        title = f"[{title}](<{address}>)"
    return ", ".join([title, *map(escaped, rest)])


class _Page:
    def __init__(self, rule: DatedRule, lang: str) -> None:
        self.rule = rule
        self.words = Wording(rule, lang)
        self.word = self.words.word
        self.versions = [self.version_of(entry.valid_from) for entry in rule.file.version]
        self.rows = {  # names of rows, by their first ones: what results call "tranche"
            row.name.first: row.name for rule, _ in self.versions
            for step in rule.steps.values() for row in step.rows
        }  # fmt: skip
        self.out: list[str] = []

    def version_of(self, day: Any) -> tuple[DatedRule, Flow]:
        """Return the rule in the version that begins on a day; in its own one, as it is."""
        rule, words = self.rule, self.words
        if day != rule.version.valid_from:
            rule = DatedRule(**made_parts(rule.file, rule.shared, day, None, {}))
            words = Wording(rule, words.lang)
        return rule, make_flow(rule, words)

    def text(self) -> str:
        rule, words = self.rule, self.words
        self.heading(1, words.text(rule.title))
        self.paragraph(f"`{re.sub('[^a-z0-9/-]', '', rule.name)}`")
        if words.remark:
            self.paragraph(escaped(words.remark))
        said = (words.text(rule.purpose), words.text(rule.per), rule.authority, rule.file.contact,
                rule.currency)  # fmt: skip
        self.facts(zip(FACTS, said, strict=True))
        self.inputs()
        self.heading(2, self.word("Results"))
        results = ((n, words.text(o.label), words.unit(o.unit)) for n, o in rule.outputs.items())
        self.table(RESULTS, results)
        for dated, flow in self.versions:
            self.version(dated, flow)
        self.lists()
        self.notes()
        self.cases()
        return "\n".join(self.out)

    # -- parts of a page -----------------------------------------------------------------------

    def heading(self, level: int, text: str) -> None:
        self.out += [f"{'#' * level} {escaped(text)}", ""]

    def paragraph(self, text: str) -> None:
        self.out += [text, ""]

    def items(self, texts: Iterable[str]) -> None:
        self.out += [*(f"- {escaped(text)}" for text in texts), ""]

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Write headings with what they say, those that say something."""
        said = self.word("{name}: {value}")
        texts = [said.format(name=self.word(name), value=value) for name, value in pairs if value]
        if texts:
            self.items(texts)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write a table without the columns in which nothing stands."""
        rows = list(rows)
        used = [n for n in range(len(head)) if any(row[n] for row in rows)]
        lines = [[self.word(head[n]) for n in used], *([row[n] for n in used] for row in rows)]
        written = [f"| {' | '.join(map(escaped, line))} |" for line in lines]
        self.out += [written[0], f"|{' --- |' * len(used)}", *written[1:], ""]

    def sure(self, confidence: str, sources: tuple[int, ...], note: str) -> tuple[str, str, str]:
        return self.word(CONFIDENCES[confidence]), ", ".join(f"[{n}]" for n in sources), note

    # -- what the page holds -------------------------------------------------------------------

    def inputs(self) -> None:
        found: dict[str, Asked] = {}
        needed: dict[str, list[str]] = {}
        for _, flow in self.versions:
            for item in flow.inputs:
                found.setdefault(item.name, item)
                if item.required:
                    needed.setdefault(item.name, []).append(flow.heading)
        if not found:
            return
        self.heading(2, self.word("Inputs"))
        self.table(INPUTS, (self.input(item, needed.get(name, [])) for name, item in found.items()))
        rules = self.rule.file.require
        if rules:
            self.paragraph(escaped(self.word("Inputs are refused unless this holds:")))
            self.items(
                ". ".join(filter(None, (self.words.conditions(r.when), self.words.text(r.message))))
                for r in rules
            )

    def input(self, item: Asked, needed: Sequence[str]) -> tuple[str, ...]:
        words, given = self.words, item.given
        if needed:
            given = words.say("required")
            if len(needed) < len(self.versions):
                given = words.pair(given, "; ".join(needed))
        if item.formula:
            given = ", ".join((given, words.pair(words.say("or"), item.formula)))
        meaning = words.pair(item.label, item.help) if item.help else item.label
        return (item.name, meaning, item.unit, item.bounds, given, item.origin)

    def version(self, rule: DatedRule, flow: Flow) -> None:
        words, version, source = self.words, rule.version, rule.version.basis.source
        self.heading(2, flow.heading)
        if flow.remarks:
            self.items(flow.remarks)
        missing = [n for n in rule.output_names if n not in rule.steps and n not in rule.all_inputs]
        labels = ", ".join(words.text(rule.outputs[name].label) or name for name in missing)
        confidence = CONFIDENCES.get(version.basis.confidence, "")
        self.facts(
            (
                (msg("Source"), source.to(self.words.lang) if source is not None else ""),
                (msg("Confidence"), self.word(confidence) if confidence else ""),
                (msg("Note"), words.text(version.note)),
                (msg("Not known in this version"), labels),
            )
        )
        if flow.history:
            self.heading(3, self.word("Parameters"))
            self.table(
                FIGURES,
                (
                    (f.name, f.label, f.value, f.unit, words.heading_date(f.since) if f.since else "",
                     f.choices, *self.sure(f.confidence, f.sources, f.note))
                    for f in flow.history
                ),
            )  # fmt: skip
        for work in flow.steps:
            self.step(flow, work)
        if flow.sources:
            self.heading(3, self.word("Sources"))
            self.out += [
                *(f"{n}. {linked(one, self.words.lang)}" for n, one in enumerate(flow.sources, 1)),
                "",
            ]

    def step(self, flow: Flow, work: Work) -> None:
        words = self.words
        self.out += [f"### {escaped(work.label)} (`{work.name}`)", ""]
        self.facts(
            (
                (msg("Unit"), work.unit),
                (msg("Formula"), work.formula),
                (msg("Reads"), ", ".join(map(flow.label, (*work.reads, *work.figures)))),
                (msg("Afterwards"), "; ".join(work.bounds)),
                (msg("Confidence"), self.word(CONFIDENCES[work.confidence])),
                (msg("Source"), ", ".join(f"[{number}]" for number in work.sources)),
                (msg("Note"), work.note),
            )
        )
        if work.lines:
            if work.caption:
                self.paragraph(escaped(words.pair(work.caption, "")))
            self.table(LINES[work.kind], map(self.line, work.lines))

    def line(self, line: Line) -> tuple[str, ...]:
        unused = "" if line.used else self.words.say("does not apply with the choices made here")
        note = ". ".join(filter(None, (line.note, unused)))
        return (line.name, line.when, line.value, *self.sure(line.confidence, line.sources, note))

    def lists(self) -> None:
        """Write the lists that conditions name."""
        words = self.words
        steps = [step for version in self.rule.file.version for step in version.step]
        whens = [row.when for step in steps for row in step.row]
        whens += [candidate.when for step in steps for candidate in step.candidate]
        tables = [one for when in whens for one in (when if isinstance(when, tuple) else (when,))]
        tests = [_LIST.fullmatch(str(value)) for table in tables for value in table.values()]
        named = {test[1] for test in tests if test}
        lists = {name: codes for name, codes in words.builder.list_words.items() if name in named}
        if not lists:
            return
        self.heading(2, self.word("Lists"))
        for name, codes in lists.items():
            said = [f"{c} ({text})" if (text := words.text(t)) else c for c, t in codes.items()]
            self.items([words.pair(words.list_label(name), ", ".join(said))])

    def notes(self) -> None:
        words = self.words
        if self.rule.file.note:
            self.heading(2, self.word("Notes"))
            texts = [(words.conditions(n.when), words.text(n.text)) for n in self.rule.file.note]
            self.items(words.pair(when, text) if when else text for when, text in texts)

    def cases(self) -> None:
        words = self.words
        if not self.rule.file.case:
            return
        self.heading(2, self.word("Worked examples"))
        rows = []
        for case in self.rule.file.case:
            source = words.builder.sources.get(case.source, case.source or "")
            both = (self.values(case.given), self.values(case.expect))
            rows.append((words.heading_date(case.on), *both, str(source)))
        self.table(CASES, rows)

    def values(self, given: Mapping[str, Any]) -> str:
        """Return inputs or results of a worked example by what they are called."""
        words, rule = self.words, self.rule
        said = []
        for name, value in given.items():
            label, unit, codes = name, "", self.rows
            if name in rule.outputs:
                label, unit = words.text(rule.outputs[name].label) or name, rule.outputs[name].unit
            if name in rule.steps:
                label, unit = words.label(name), rule.steps[name].unit
                codes = codes | dict(rule.steps[name].codes)
            elif name in rule.all_inputs:
                label, unit = words.label(name), rule.all_inputs[name].unit
                codes = dict(rule.all_inputs[name].codes)
            if value == MISSING and isinstance(value, str):
                said.append(words.pair(label, words.say("not known")))
            else:
                said.append(words.pair(label, words.value(value, unit, codes)))
        return "; ".join(said)
