"""The full description of a rule as Markdown: everything that its file says, in one page."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

import attrs

from tarifs_solidaires.decision_table import Row
from tarifs_solidaires.flow import flow
from tarifs_solidaires.inputs import INPUTS, Input
from tarifs_solidaires.language import clean, language
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.sentences import parameter_meaning
from tarifs_solidaires.version import OUTPUTS, Parameter, Version
from tarifs_solidaires.wording import (
    conditions,
    day,
    money,
    number,
    output,
    pair,
    quantity,
    say,
    short,
    unit,
)

# What Markdown and MyST give a meaning to, anywhere and at the start of a line.
_MARKUP = re.compile(r"([\\`*\[\]<{}#|~$&]|(?<![^\W_])_|_(?![^\W_]))")
_START = re.compile(r"^([-+:%(=>]|\d+(?=[.)]))")
KINDS = {"flag": "yes or no", "commune": "INSEE code"}
WHOM = {"personne": "a person", "foyer": "a household"}


def to_markdown(rule: Rule, lang: str = "fr") -> str:
    """Return the description of a rule; see ``Rule.to_markdown``."""
    language(lang)
    return _Page(rule, lang).text()


def escaped(text: object) -> str:
    r"""Return a text that Markdown shows as it is, on one line.

    Examples
    --------
    >>> print(escaped("a|b <i> *c*"))
    a\|b \<i> \*c\*
    """
    line = _MARKUP.sub(r"\\\1", clean(text).strip())
    return _START.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], line)


class _Page:
    def __init__(self, rule: Rule, lang: str) -> None:
        self.rule = rule
        self.lang = lang
        self.lines: list[str] = []

    def say(self, text: str, **values: object) -> str:
        return say(text, self.lang, **values)

    def text(self) -> str:
        rule, lang = self.rule, self.lang
        first, last = rule.versions[0].valid_from, rule.versions[-1].valid_to
        self.heading(1, rule.title[lang])
        self.paragraph(f"`{re.sub(r'[^a-z0-9/_-]', '', rule.name)}`")
        self.list(
            pair(self.say(name), value, lang)
            for name, value in (
                ("Purpose", rule.purpose[lang]),
                ("Concerns", self.say(WHOM[rule.per])),
                ("Authority", rule.authority),
                ("Currency", rule.currency),
            )
        )
        self.paragraph(escaped(self.say("Known from {first} to {last}", **self.span(first, last))))
        self.inputs()
        self.outputs()
        for version in rule.versions:
            same = version.valid_from == rule.version.valid_from
            self.version(rule.version if same else version)
        self.lists()
        if rule.notes:
            self.heading(2, self.say("Notes"))
            self.list(note[lang] for note in rule.notes)
        self.cases()
        return "\n".join(self.lines)

    # Parts of a page

    def heading(self, level: int, text: str) -> None:
        self.lines += [f"{'#' * level} {escaped(text)}", ""]

    def paragraph(self, text: str) -> None:
        self.lines += [text, ""]

    def list(self, texts: Iterable[object]) -> None:
        self.lines += [*(f"- {escaped(text)}" for text in texts), ""]

    def table(self, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        lines = [
            self.row([self.say(word) for word in head]),
            self.row(["---"] * len(head), raw=True),
        ]
        self.lines += [*lines, *(self.row(cells) for cells in rows), ""]

    @staticmethod
    def row(cells: Iterable[object], *, raw: bool = False) -> str:
        return "| " + " | ".join(str(c) if raw else escaped(c) for c in cells) + " |"

    # What the page holds

    def inputs(self) -> None:
        names = dict.fromkeys(n for v in self.rule.versions for n in (*v.required, *v.optional))
        listed = []
        for name in names:
            listed.append(self.input(name))
            if name == "quotient_familial":
                listed += [self.input(n) for n in ("revenu_fiscal_reference", "nombre_parts")]
        self.heading(2, self.say("Inputs"))
        head = ("Name", "Meaning", "Unit", "Bounds", "Given", "Origin")
        self.table(head, listed)

    def input(self, name: str) -> tuple[str, ...]:
        item, lang = INPUTS[name], self.lang
        kind = unit(item.unit, lang) if item.unit else self.say(KINDS[item.kind])
        origin = self.say(self.rule.origin.get(name, "declaration"))
        return (name, item.meaning[lang], kind, self.bounds(item), self.given(item), origin)

    def bounds(self, item: Input) -> str:
        if item.kind != "number":
            return ""
        low, high = (number(x, self.lang) for x in (item.minimum, item.maximum))
        text = self.say("from {low} to {high}", low=low, high=high)
        if item.whole:
            return f"{text}, {self.say('whole')}"
        step = self.say("in steps of {step}", step=number(item.step, self.lang))
        return f"{text}, {step}" if item.step else text

    def given(self, item: Input) -> str:
        if item.name in ("revenu_fiscal_reference", "nombre_parts"):
            other = short("quotient_familial", self.lang)
            return self.say("in place of {name}", name=other)
        required = [item.name in v.required for v in self.rule.versions]
        if all(required):
            return self.say("required")
        if any(required):
            return f"{self.say('required')} ({', '.join(self.days(item.name))})"
        if item.default is None:
            return self.say("optional")
        default = self.value(item.name, item.default)
        return f"{self.say('optional')} ({self.say('{default} where not given', default=default)})"

    def days(self, name: str) -> Iterable[str]:
        """Yield the stretches of days for which an input is required."""
        for needed, group in groupby(self.rule.versions, lambda v: name in v.required):
            versions = list(group)
            if needed:
                first, last = versions[0].valid_from, versions[-1].valid_to
                yield self.say("from {first} to {last}", **self.span(first, last))

    def span(self, first: dt.date, last: dt.date) -> dict[str, str]:
        return {"first": day(first, self.lang), "last": day(last, self.lang)}

    def outputs(self) -> None:
        self.heading(2, self.say("Outputs"))
        rows = [
            (name, entry[self.lang], unit(entry["unit"], self.lang))
            for name, entry in self.rule.outputs.items()
        ]
        self.table(("Name", "Meaning", "Unit"), rows)

    def version(self, version: Version) -> None:
        lang = self.lang
        span = self.span(version.valid_from, version.valid_to)
        self.heading(2, self.say("In force from {first} to {last}", **span))
        self.paragraph(escaped(pair(self.say("Source"), version.source, lang)))
        if version.parameters:
            self.heading(3, self.say("Parameters"))
            head = ("Name", "Meaning", "Value", "Unit", "Choices", "Confidence", "Source")
            told = [self.parameter(p) for p in version.parameters]
            used = [n for n in range(len(head)) if any(row[n] for row in told)]
            self.table([head[n] for n in used], [[row[n] for n in used] for row in told])
        self.scales(version)
        self.substitutions(version)
        if version.shape == "decision_table":
            self.rows(version)
        elif version.effort_rate is not None:
            self.effort(version)
        else:
            self.blocks(version)
        self.full_prices(version)

    def parameter(self, p: Parameter) -> tuple[str, ...]:
        choices = ", ".join(map(self.plain, p.choices))
        kind = unit(p.unit, self.lang)
        meaning = parameter_meaning(p, language(self.lang))
        return (
            p.name,
            meaning,
            self.plain(p.value),
            kind,
            choices,
            self.say(p.confidence),
            p.source,
        )

    def plain(self, value: object) -> str:
        if isinstance(value, tuple):
            return ", ".join(map(self.plain, value))
        if isinstance(value, bool):
            return self.say("Yes" if value else "No").lower()
        if isinstance(value, dt.date):
            return day(value, self.lang)
        return number(value, self.lang) if isinstance(value, int | float) else str(value)

    def scales(self, version: Version) -> None:
        if not version.scales:
            return
        self.heading(3, self.say("Scales"))
        for scale in version.scales:
            name, sure = short(scale.numerator, self.lang), (scale.confidence, scale.source)
            heading = self.say("Scale of {name}", name=name) + self.sure(*sure)
            self.paragraph(escaped(heading))
            if scale.base is None:
                self.list([short(scale.by, self.lang)])
                continue
            lines = [
                self.if_(number(r.then["value"], self.lang), r, version) for r in scale.base.rows
            ]
            lines += [
                self.say(
                    "plus {value} × {name}", value=number(v, self.lang), name=short(n, self.lang)
                )
                for n, v in scale.each.items()
            ]
            self.list(lines)

    def sure(self, confidence: str, source: str) -> str:
        return f" ({pair(self.say(confidence), source, self.lang)})"

    def if_(self, value: str, row: Row, version: Version) -> str:
        if not row.when:
            return self.say("{value} otherwise", value=value)
        held = conditions(row.when, version, self.lang)
        return self.say("{value} if {conditions}", value=value, conditions=held)

    def substitutions(self, version: Version) -> None:
        if not version.substitutions:
            return
        self.heading(3, self.say("Values that count in place of the person's own"))
        self.table(
            ("Name", "Value", "Conditions", "Confidence", "Source"),
            [
                (
                    short(s.input, self.lang),
                    quantity(s.input, s.value, self.lang),
                    conditions(s.when, version, self.lang),
                    self.say(s.confidence),
                    s.source,
                )
                for s in version.substitutions
            ],
        )

    def rows(self, version: Version) -> None:
        lang = self.lang
        made = ("prix_mensuel",) if version.full_prices else ()
        outputs = [name for name in self.rule.output_names if name not in made]
        self.heading(3, self.say("Rows: the first whose conditions all hold decides"))
        titles = [OUTPUTS[name][lang] for name in outputs]
        words = [self.say(w) for w in ("Row", "Conditions")]
        words += [*titles, self.say("Confidence"), self.say("Source")]
        self.lines += [self.row(words), self.row(["---"] * len(words), raw=True)]
        for row in version.all_rows:
            held = [conditions(row.when, version, lang)]
            held += [
                self.say(
                    "only where {name} is {value} (it is {now})",
                    name=name, value=value, now=version.figures.get(name),
                )
                for name, value in row.only_if.items()
            ]  # fmt: skip
            results = [output(n, row.then[n], self.rule.currency, lang) for n in outputs]
            cells = [row.tranche, "; ".join(held), *results, self.say(row.confidence), row.source]
            self.lines.append(self.row(cells))
        self.lines.append("")

    def effort(self, version: Version) -> None:
        """Write the steps of the diagram, without the inputs."""
        self.heading(3, self.say("Computation"))
        lines = []
        for stage in flow(attrs.evolve(self.rule, version=version), self.lang).stages[1:]:
            text = "; ".join(stage.box.lines)
            text = pair(stage.box.heading, text, self.lang) if stage.box.heading else text
            if stage.outcome is not None:
                text += f" → {pair(stage.outcome.heading, stage.outcome.lines[0], self.lang)}"
            lines.append(text)
        self.list(lines)

    def blocks(self, version: Version) -> None:
        self.heading(3, self.say("Blocks"))
        total = (
            "sum over the blocks of: cubic metres in the block × price of the block, to the cent"
        )
        self.paragraph(escaped(f"{OUTPUTS['facture'][self.lang]} = {self.say(total)}"))
        if "aide_annuelle" in self.rule.output_names:
            figures = version.figures
            aid = self.say(
                "{amount} for each person beyond {persons}",
                amount=money(figures.get("aide_par_personne", 0.0), self.rule.currency, self.lang),
                persons=figures.get("personnes_sans_aide", 0),
            )
            self.paragraph(escaped(f"{OUTPUTS['aide_annuelle'][self.lang]} = {aid}"))
        rows = [
            (
                block.tranche,
                "" if block.up_to == math.inf else quantity("volume_m3", block.up_to, self.lang),
                conditions(row.when, version, self.lang),
                money(row.then["price"], self.rule.currency, self.lang),
                self.say(row.confidence),
                row.source,
            )
            for block in version.blocks
            for row in block.rows
        ]
        head = ("Row", "up to", "Conditions", "Price per m³", "Confidence", "Source")
        self.table(head, rows)

    def full_prices(self, version: Version) -> None:
        if not version.full_prices:
            return
        self.heading(3, self.say("Full price"))
        rule = "monthly price = full price × (1 − reduction), to the cent"
        self.paragraph(escaped(self.say(rule)))
        self.table(
            ("Row", "Conditions", "Full price", "Confidence", "Source"),
            [
                (
                    row.tranche,
                    conditions(row.when, version, self.lang),
                    output("prix_mensuel", row.then["value"], self.rule.currency, self.lang),
                    self.say(row.confidence),
                    row.source,
                )
                for row in version.full_prices
            ],
        )

    def lists(self) -> None:
        if not self.rule.lists:
            return
        self.heading(2, self.say("Lists"))
        self.list(
            f"{pair(name, self.say('{count} codes', count=len(codes)), self.lang)} "
            f"({', '.join(sorted(codes))})"
            for name, codes in self.rule.lists.items()
        )

    def cases(self) -> None:
        if not self.rule.cases:
            return
        self.heading(2, self.say("Worked examples"))
        rows = []
        for case in self.rule.cases:
            given = ", ".join(f"{n} = {self.value(n, v)}" for n, v in case["given"].items())
            expected = ", ".join(f"{n} = {self.result(n, v)}" for n, v in case["expect"].items())
            rows.append((day(case["on"], self.lang), given, expected, case["source"]))
        self.table(("Day", "Given", "Expected", "Source"), rows)

    def value(self, name: str, value: object) -> str:
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if name in INPUTS and INPUTS[name].kind == "number" and numeric:
            return quantity(name, float(str(value)), self.lang)
        if isinstance(value, dt.date):
            return day(value, self.lang)
        return self.plain(value)

    def result(self, name: str, value: object) -> str:
        if value == "missing":
            return self.say("not known")
        if name in OUTPUTS and isinstance(value, int | float):
            return output(name, float(value), self.rule.currency, self.lang)
        return str(value)
