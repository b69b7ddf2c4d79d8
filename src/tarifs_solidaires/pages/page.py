"""One page of a rule: one version in one language, with what each part of it shows."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import attrs

from tarifs_solidaires.catalogue import msg
from tarifs_solidaires.draw.flow import Asked, Flow, Line, Work, make_flow
from tarifs_solidaires.draw.wording import CONFIDENCES, Wording
from tarifs_solidaires.extras import needs
from tarifs_solidaires.pages.changes import changes
from tarifs_solidaires.pages.curve import DASHES, INKS, curve
from tarifs_solidaires.pages.data_files import source_parts
from tarifs_solidaires.pages.phrases import phrases
from tarifs_solidaires.pages.program import NotCompiledError, compiled
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.load import load_jurisdiction
from tarifs_solidaires.say.facts import Facts
from tarifs_solidaires.say.language import Language, capital, clean, language, plain_text
from tarifs_solidaires.say.nearest import Changes
from tarifs_solidaires.say.words import Words
from tarifs_solidaires.values.inputs import Input

if TYPE_CHECKING:
    from jinja2 import Template

SCRIPTS = ("exact.js", "notice.js", "form.js")


@attrs.frozen(kw_only=True)
class VersionPages:
    """One version of a rule, and where its pages are.

    Parameters
    ----------
    days : tuple of DatedRule
        The version on its first day, then on each day on which a figure changes.
    stem : str
        Name of its pages, without language and ending.
    """

    days: tuple[DatedRule, ...]
    stem: str

    @property
    def rule(self) -> DatedRule:
        """The version on its last day of change, of which the page tells."""
        return self.days[-1]

    def page(self, lang: str) -> str:
        """Return the name of its page in a language; that of the first one has no code."""
        return f"{self.stem}.html" if lang == self.rule.languages[0] else f"{self.stem}.{lang}.html"

    def picture(self, lang: str) -> str:
        """Return the name of its diagram in a language."""
        return f"{self.rule.version.valid_from}.{lang}.svg"


class Pages:
    """The pages of a rule in one language.

    Parameters
    ----------
    versions : sequence of VersionPages
        All versions, in order.
    lang : str
        The language.
    languages : sequence of str
        The languages of the pages.
    up : str
        Address of the index; empty where there is none.
    """

    versions: Sequence[VersionPages]
    lang: str
    languages: Sequence[str]
    up: str

    def __init__(
        self, versions: Sequence[VersionPages], lang: str, languages: Sequence[str], up: str = ""
    ) -> None:
        self.versions, self.lang, self.languages, self.up = versions, lang, languages, up
        self.say: Language = language(lang)
        self.wordings: list[Wording] = [Wording(one.rule, lang) for one in versions]
        pairs = zip(versions, self.wordings, strict=True)
        self.flows: list[Flow] = [make_flow(one.rule, wording) for one, wording in pairs]

    def html(self, number: int) -> str:
        """Return the page of one version.

        Parameters
        ----------
        number : int
            Its place among the versions.

        Returns
        -------
        str
            HTML that loads nothing but its diagram; every value is escaped.
        """
        one, flow, wording = self.versions[number], self.flows[number], self.wordings[number]
        rule, say = one.rule, self.say
        drawn = curve(rule, say, wording)
        try:
            program: dict[str, Any] | None = compiled(one.days)
            why_not = ""
        except NotCompiledError as error:
            program = None
            name = wording.label(error.name)
            why_not = say(
                msg("There is no calculator on this page: what counts as “{name}” cannot be checked here as the rule does."),
                name=name,
            )  # fmt: skip
        t = self._words()
        tables = self._tables(rule, flow)
        told = self._told(rule, flow)
        shown = {work.name for work in told if all(line.used for line in work.lines)}
        style, script = page_file("page.css"), _script()
        return template().render(
            lang=self.lang, up=self.up, t=t, title=flow.title, style=style, script=script,
            purpose=wording.text(rule.purpose).rstrip(". "), facts=self._facts(rule, flow, wording),
            style_hash=script_hash(style), script_hash=script_hash(script), languages=self._switch(one),
            versions=self._versions(number), remarks=self._remarks(rule, flow), why_not=why_not,
            fields=None if program is None else [self._field(i, flow, rule, wording) for i in self._asked(rule, program)],
            periods=[wording.date(day.on) for day in one.days] if len(one.days) > 1 else [],
            tables=tables, curve=drawn, picture=one.picture(self.lang),
            legend=list(zip(drawn.groups, INKS, DASHES)) if drawn else [],  # noqa: B905 - as many as there are
            summary=flow.summary, asked=self._inputs(flow), figures=self._figures(flow),
            steps=[self._step(work, flow, shown) for work in flow.steps], notes=self._notes(rule, wording),
            sources=[source_parts(source, self.say) for source in flow.sources], history=self._history(),
            rights=self._rights(rule), files=self._files(one),
            data="" if program is None else self._data(rule, program, wording, t),
        )  # fmt: skip

    # -- the head ------------------------------------------------------------------------------

    def _words(self) -> dict[str, str]:
        say = self.say
        return {
            "languages": say(msg("Languages")), "versions": say(msg("Versions")),
            "all_rules": say(msg("All rules")), "compute": say(msg("Work out your result")),
            "compute_now": say(msg("Work it out")), "reset": say(msg("Empty the form")),
            "day": say(msg("Figures as from")), "who": say(msg("Who gets what")),
            "nothing_sent": say(msg("Everything is worked out on your device: nothing that you write is sent or kept.")),
            "no_script": say(msg("The calculator needs JavaScript, which is turned off here. The tables below say the same.")),
            "other_day": say(msg("Please note: today lies outside the days for which this version is known. The results are those of its days.")),
            "some_values": say(msg("Some values")), "diagram": say(msg("Diagram of criteria and steps")),
            "open_diagram": say(msg("Open the diagram")), "steps": say(msg("How it is worked out")),
            "asked": say(msg("Information asked for")), "figures": say(msg("Figures of the rule")),
            "notes": say(msg("Good to know")), "sources": say(msg("Sources")),
            "what_changed": say(msg("Versions, and what changed")),
            "first_version": say(msg("The first version that is known.")),
            "no_change": say(msg("Nothing but the source changed.")),
            "algorithm": say(msg("The algorithm, your rights")), "files": say(msg("Files")),
            "made": say(msg("This page was made from one file, the rule itself. The notice that the authority sends is what counts.")),
            "why": say(msg("How the result is worked out")),
            "changes": say(msg("If one thing were different")),
            "correct": say(msg("Something is missing or cannot be right: see the form.")),
        }  # fmt: skip

    def _facts(self, rule: DatedRule, flow: Flow, wording: Wording) -> list[tuple[str, str]]:
        say, source = self.say, rule.version.basis.source
        law = load_jurisdiction(rule.jurisdiction) if rule.jurisdiction else None
        pairs = [
            (say(msg("Days")), flow.heading),
            (say(msg("Who decides")), clean(rule.authority)),
            (say(msg("For")), wording.text(rule.per)),
            (say(msg("Contact")), clean(rule.file.contact)),
            (say(msg("Law")), wording.text(law.label) if law is not None else ""),
            (say(msg("Source")), clean(source.to(say.code) if source is not None else "")),
        ]
        return [(name, value) for name, value in pairs if value]

    def _remarks(self, rule: DatedRule, flow: Flow) -> list[str]:
        facts = Facts(rule=rule, outputs={}, data=())
        said = [*Words(facts, Changes(), self.say).cautions(), *flow.remarks]
        sure = {work.confidence for work in flow.steps}
        sure |= {line.confidence for work in flow.steps for line in work.lines}
        if "made_up" in sure:
            said.append(
                self.say(msg("Please note: the figures of this rule are made up for an example."))
            )
        if sure & {"secondary", "inferred"}:
            said.append(
                self.say(msg("Some figures do not come from an official source: each is marked."))
            )
        return [plain_text(text) for text in dict.fromkeys(said)]

    def _switch(self, one: VersionPages) -> list[dict[str, str]]:
        return [
            {"lang": lang, "href": one.page(lang), "name": capital(language(lang).name_of(lang))}
            for lang in self.languages
        ]

    def _days(self, number: int) -> str:
        version, wording = self.versions[number].rule.version, self.wordings[number]
        return wording.in_force(version.valid_from, version.valid_to)

    def _versions(self, number: int) -> list[dict[str, Any]]:
        return [
            {"href": one.page(self.lang), "days": self._days(n), "current": n == number}
            for n, one in enumerate(self.versions)
        ][::-1]

    # -- the calculator ------------------------------------------------------------------------

    def _asked(self, rule: DatedRule, program: Mapping[str, Any]) -> list[Input]:
        return [item for item in rule.all_inputs.values() if item.name in program["inputs"]
                and item.name in self._used(rule)]  # fmt: skip

    def _used(self, rule: DatedRule) -> frozenset[str]:
        found = set(rule.version.reads) | set(rule.required)
        for item in rule.all_inputs.values():
            if item.formula and item.name in found:
                found |= rule.ways(item.name)
        return frozenset(found)

    def _field(self, item: Input, flow: Flow, rule: DatedRule, wording: Wording) -> dict[str, Any]:
        say = self.say
        asked = next((one for one in flow.inputs if one.name == item.name), None)
        help_ = [wording.text(item.help)]
        if asked is not None and item.default is None:
            help_.append(asked.given)
        if item.kind in ("number", "whole"):
            help_.append(wording.range(item).rpartition(", ")[0] or wording.range(item))
        options: list[tuple[str, str, bool]] | None = None
        blank = [] if item.default is not None else [("", "—", True)]
        if item.kind == "flag":
            texts = (("yes", say(msg("yes")), True), ("no", say(msg("no")), False))
            options = [*blank, *((v, text, item.default is truth) for v, text, truth in texts)]
        elif item.codes:
            options = [
                *blank,
                *((c, wording.code(c, item.codes), c == item.default) for c in item.codes),
            ]
        words = []
        if item.kind == "code" and not item.codes:
            known = {
                c: wording.text(t)
                for codes in wording.builder.list_words.values()
                for c, t in codes.items()
            }
            names = self._listed(rule, item.name)
            words = [(c, known.get(c, "")) for c in sorted(names, key=lambda c: known.get(c, c))]
        mode = {"number": "decimal", "whole": "numeric"}.get(item.kind, "")
        return {
            "name": item.name, "label": capital(wording.with_unit(item.name, item.unit)),
            "options": options, "type": "date" if item.kind == "date" else "text", "mode": mode,
            "words": words, "help": " · ".join(capital(text) for text in help_ if text),
        }  # fmt: skip

    def _listed(self, rule: DatedRule, name: str) -> frozenset[str]:
        return frozenset(rule.known_words.get(name, ()))

    def _data(
        self, rule: DatedRule, program: Mapping[str, Any], wording: Wording, t: Mapping[str, str]
    ) -> str:
        version = rule.version
        return json_in_page(
            {
                "program": program, "words": phrases(rule, self.say, wording),
                "from": version.valid_from.isoformat(), "to": version.valid_to.isoformat(),
                "headings": {"why": t["why"], "changes": t["changes"], "notes": t["notes"]},
                "correct": t["correct"], "remark": t["made"],
            }
        )  # fmt: skip

    # -- the tables ----------------------------------------------------------------------------

    def _tables(self, rule: DatedRule, flow: Flow) -> list[dict[str, Any]]:
        """Return the tables of the results, and of the step whose row names a result."""
        shown = self._told(rule, flow)
        return [
            {"caption": capital(work.title), **self._lines(work, [o for o in work.lines if o.used])}
            for work in shown
        ]

    @staticmethod
    def _told(rule: DatedRule, flow: Flow) -> list[Work]:
        wanted = {*rule.output_names, rule.version.decides}
        return [w for w in flow.steps if w.name in wanted and any(line.used for line in w.lines)]

    def _lines(self, work: Work, lines: Sequence[Line]) -> dict[str, Any]:
        say = self.say
        head = [say(msg("Case")), capital(work.label)]
        sure = {line.confidence for line in lines} != {"official"}
        if sure:
            head.append(say(msg("How sure it is")))
        return {"head": head, "rows": [self._line(line, sure=sure) for line in lines]}

    def _line(self, line: Line, *, sure: bool) -> list[str]:
        named = self.say(msg("{name}: {value}"), name=line.name, value=line.when)
        cells = [capital(named if line.name and line.when else line.name or line.when), line.value]
        return [*cells, self._sure(line.confidence)] if sure else cells

    def _sure(self, confidence: str) -> str:
        return self.say(CONFIDENCES[confidence]) if confidence in CONFIDENCES else ""

    def _inputs(self, flow: Flow) -> dict[str, Any]:
        say = self.say
        head = [
            say(msg("Information")),
            say(msg("Value")),
            say(msg("Given")),
            say(msg("Where it comes from")),
        ]
        return {"head": head, "rows": [self._input(item) for item in flow.inputs]}

    def _input(self, item: Asked) -> list[str]:
        title = f"{capital(item.title)}. {item.help}" if item.help else capital(item.title)
        return [title, item.bounds, item.given, item.origin]

    def _figures(self, flow: Flow) -> dict[str, Any]:
        say = self.say
        head = [
            say(msg("Figure")),
            say(msg("Value")),
            say(msg("Since")),
            say(msg("How sure it is")),
            say(msg("Source")),
        ]
        rows = []
        for figure in flow.history:
            since = say.date(figure.since) if figure.since else ""
            marks = ", ".join(f"[{n}]" for n in figure.sources)
            label = (
                f"{capital(figure.label)}. {figure.note}" if figure.note else capital(figure.label)
            )
            rows.append([label, figure.value, since, self._sure(figure.confidence), marks])
        return {"head": head, "rows": rows}

    def _step(self, work: Work, flow: Flow, shown: Collection[str]) -> dict[str, Any]:
        say = self.say
        reads = ", ".join(map(flow.label, (*work.reads, *work.figures)))
        marks = ", ".join(f"[{n}]" for n in work.sources)
        more = [
            say(msg("The table stands above, under “{heading}”."), heading=say(msg("Who gets what")))
            if work.name in shown else "",
            *work.bounds,
            say(msg("{name}: {value}"), name=say(msg("Reads")), value=reads) if reads else "",
            say(msg("{name}: {value}"), name=say(msg("Source")), value=f"{marks} ({self._sure(work.confidence)})")
            if marks else "",
            work.note,
        ]  # fmt: skip
        return {
            "title": capital(work.title), "name": work.name, "formula": work.formula,
            "caption": capital(work.caption), "table": self._lines(work, work.lines) if work.lines and work.name not in shown else None,
            "more": [capital(text) for text in more if text],
        }  # fmt: skip

    def _notes(self, rule: DatedRule, wording: Wording) -> list[str]:
        found = [
            (wording.conditions(note.when), wording.text(note.text)) for note in rule.file.note
        ]
        said = [wording.pair(capital(when), text) if when else text for when, text in found]
        return [*said, *filter(None, [wording.text(rule.version.note)])]

    def _history(self) -> list[dict[str, Any]]:
        found = []
        for number, one in enumerate(self.versions):
            basis = one.rule.version.basis.source
            changed = (
                changes(self.flows[number - 1], self.flows[number], self.say) if number else []
            )
            found.append(
                {
                    "href": one.page(self.lang), "days": self._days(number), "changes": changed,
                    "source": source_parts(basis, self.say) if basis else None, "first": number == 0,
                }
            )  # fmt: skip
        return found[::-1]

    def _rights(self, rule: DatedRule) -> list[str]:
        law = load_jurisdiction(rule.jurisdiction) if rule.jurisdiction else None
        words = Words(Facts(rule=rule, outputs={}, data=()), Changes(), self.say)
        return [plain_text(text) for text in words.rights(law, None)]

    def _files(self, one: VersionPages) -> list[dict[str, str]]:
        say = self.say
        day = one.rule.version.valid_from
        names = (
            ("rule.toml", say(msg("the rule, from which all of this is made"))),
            ("rule.schema.json", say(msg("the format of that file, as JSON Schema"))),
            (f"{day}.dmn", say(msg("this version as DMN, for other programs"))),
            (one.picture(self.lang), say(msg("the diagram of this version"))),
            ("cases.csv", say(msg("worked cases, with which a program can be tried"))),
            ("algorithm.json", say(msg("the record of the algorithm, for a register"))),
        )
        return [{"href": name, "name": name, "text": text} for name, text in names]


def json_in_page(value: Any) -> str:
    """Return plain values as JSON that cannot end the element in which it stands."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def script_hash(text: str) -> str:
    """Return what a security policy names a script or a style sheet by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache(maxsize=16)
def page_file(name: str) -> str:
    """Return the text of a file that pages are made with."""
    return (files("tarifs_solidaires.pages") / name).read_text("utf-8")


@lru_cache(maxsize=1)
def _script() -> str:
    """Return the script of a page, without the remarks and the indentation of its sources."""
    lines = (line.strip() for name in SCRIPTS for line in page_file(name).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@lru_cache(maxsize=4)
def template(name: str = "page.html") -> Template:
    """Return a template, which escapes every value."""
    with needs("tarifs"):
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("tarifs_solidaires.pages", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["safe"] = Markup
    return environment.get_template(name)
