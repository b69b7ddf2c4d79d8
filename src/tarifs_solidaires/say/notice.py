"""One result explained: text, Markdown, JSON and a page, four forms of the same facts."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from tarifs_solidaires.catalogue import Joined, msg
from tarifs_solidaires.engine.exact import Surd, Value
from tarifs_solidaires.errors import Fault, InputError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.rules.load import load_jurisdiction
from tarifs_solidaires.rules.model import RowFacts
from tarifs_solidaires.rules.outcome import Outcome
from tarifs_solidaires.say.facts import Datum, Facts, Leaf, Operation, Test, Verdict, collect, day
from tarifs_solidaires.say.language import (
    START,
    Language,
    chosen,
    clean,
    language,
    pieces,
    plain_text,
)
from tarifs_solidaires.say.nearest import Change, Changes, changes
from tarifs_solidaires.say.words import Words, kept
from tarifs_solidaires.say.working import Line, Working
from tarifs_solidaires.values.inputs import Input

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

LONG, ROW = (
    5_400,
    120,
)  # characters of a notice that is printed smaller, a row of a table counted too
ROLES = ("decides", "assists")
_ABBREVIATED = re.compile(r"\b[A-ZÀ-Ý][A-Za-zÀ-ÿ]*[A-ZÀ-Ý][A-ZÀ-Ý0-9]*(?:-[A-ZÀ-Ý0-9]+)*\b")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~&!])")


@attrs.frozen
class Table:
    """Cells under their headers; the first cell of a row names it."""

    headers: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    links: tuple[str, ...] = ()  # address of what the first cell names, by row

    @property
    def linked(self) -> Iterator[tuple[str, str, str]]:
        """The rows, with the address of what the first cell names behind it."""
        for row, link in zip(self.rows, self.links or [""] * len(self.rows), strict=True):
            yield (f"{row[0]}, {clean(link)}" if link else row[0], *row[1:])

    def told(self, say: Language) -> Iterator[str]:
        """Yield each row as a sentence."""
        sentence = (
            msg("{source} ({sure}): {figures}") if self.links else msg("{name}: {value} ({more})")
        )
        for one, two, three in self.linked:
            yield say(
                sentence, name=one, source=one, value=two, sure=two, more=three, figures=three
            )


@attrs.frozen
class Section:
    """A heading with its lines, and a table where there is one."""

    key: str
    heading: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None

    def texts(self) -> Iterator[str]:
        """Yield all that it says."""
        for line in self.lines:
            yield line.text
            yield from line.below
        for row in self.table.rows if self.table is not None else ():
            yield from row


@attrs.frozen
class Content:
    """What a notice says, in parts.

    Parameters
    ----------
    facts : Facts
        What is said, in no language.
    changes : Changes
        What would change the result.
    lang : str
        Language.
    heading : str
        Title of the rule.
    lead : tuple of str
        The result, and what must be known at once.
    sections : tuple of Section
        The rest, under its headings.
    """

    facts: Facts
    changes: Changes
    lang: str
    heading: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]

    @classmethod
    def of(
        cls, facts: Facts, changed: Changes, lang: str, remark: str, role: str | None
    ) -> Content:
        """Put what there is to say into words."""
        words = Words(facts, changed, language(lang))
        lead = (words.results(), *words.cautions(), *filter(None, (remark,)))
        sections = _sections(words, role, lead[0])
        return cls(facts, changed, lang, words.text(facts.rule.title), lead, sections)

    @property
    def is_long(self) -> bool:
        """Say whether it is printed smaller, so that it fits one page."""
        rows = sum(len(s.table.rows) for s in self.sections if s.table is not None)
        texts = (text for section in self.sections for text in section.texts())
        return sum(map(len, texts)) + ROW * rows > LONG

    def page(self, contact: str | None = None) -> str:
        """Return the page; see ``Explanation.to_html``."""
        return _template().render(notice=self, sections=self.reached_at(contact))

    def reached_at(self, contact: str | None) -> tuple[Section, ...]:
        """Return the sections, with where the authority can be reached at the end of the rights."""
        if contact is None:
            return self.sections
        line = Line(Words(self.facts, self.changes, language(self.lang)).contact(contact))
        return tuple(
            attrs.evolve(section, lines=(*section.lines[:-1], line)) if section.key == "rights"
            else section for section in self.sections
        )  # fmt: skip

    def text(self, contact: str | None = None) -> str:
        """Return the text; see ``Explanation.to_text``."""
        say = language(self.lang)
        parts = ["\n".join(self.lead)]
        parts += ["\n".join([s.heading, *_text_lines(s, say)]) for s in self.reached_at(contact)]
        return plain_text("\n\n".join(parts))


class Explanation(str):
    """An explanation: a ``str``, which is the text, with the same as Markdown, JSON and a page.

    Parameters
    ----------
    facts : Facts
        What is said, in no language.
    changed : Changes
        What would change the result.
    lang : str
        Language.
    remark : str
        What is said first of the language itself, where the rule is not written in it.
    role : {"decides", "assists"}, optional
        Part of the computation in the decision.

    Attributes
    ----------
    facts : Facts
        What is said, in no language.
    changes : Changes
        What would change the result.
    lang : str
        Language.
    heading : str
        Title of the rule.
    lead : tuple of str
        The result, and what must be known at once.
    sections : tuple of Section
        How it was worked out, what would change it, the data, the sources, the rights.
    """

    __slots__ = (
        "_content",
        "_made",
        "changes",
        "facts",
        "heading",
        "lang",
        "lead",
        "role",
        "sections",
    )

    facts: Facts
    changes: Changes
    heading: str
    lang: str
    lead: tuple[str, ...]
    role: str | None
    sections: tuple[Section, ...]
    _content: Content
    _made: tuple[Any, ...]

    def __new__(
        cls, facts: Facts, changed: Changes, lang: str, remark: str = "", role: str | None = None
    ) -> Explanation:
        """Put the parts together; the text leads with the result."""
        content = Content.of(facts, changed, lang, remark, role)
        self = super().__new__(cls, content.text())
        self.facts, self.changes, self.role, self.lang = facts, changed, role, lang
        self.heading, self.lead, self.sections = content.heading, content.lead, content.sections
        self._content, self._made = content, (facts, changed, lang, remark, role)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what the explanation was made of."""
        return Explanation, self._made

    def to_text(self, contact: str | None = None) -> str:
        """Return the text, with where the authority can be reached at the end of the rights.

        Parameters
        ----------
        contact : str, optional
            Where the authority can be reached; that of the rule file where it is left out.

        Returns
        -------
        str
            Lines; the explanation itself where no other contact is given.
        """
        return self._content.text(contact)

    def to_markdown(self, contact: str | None = None) -> str:
        r"""Return the notice as Markdown, tables in pipes.

        Parameters
        ----------
        contact : str, optional
            Where the authority can be reached, under the rights.

        Returns
        -------
        str
            CommonMark with tables; every character that means something there is escaped.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/transport", on="2023-06-01")
        >>> page = rule.compute(quotient_familial=620, age=30).explain(lang="en").to_markdown()
        >>> page.splitlines()[0]
        '# Solidarity fares of Nantes Métropole'
        """
        first, *others = map(_markdown, self.lead)
        blocks = [f"# {_markdown(self.heading)}", f"**{first}**", *others]
        for section in self._content.reached_at(contact):
            blocks.append(f"## {_markdown(section.heading)}")
            lines = []
            for line in section.lines:
                lines.append(f"- {_markdown(line.text)}")
                lines += [f"  - {_markdown(text)}" for text in line.below]
            blocks.append("\n".join(lines))
            if section.table is not None:
                rows = [[_markdown(cell) for cell in row] for row in section.table.linked]
                head = [_markdown(header) for header in section.table.headers]
                table = [head, ["---"] * len(head), *rows]
                blocks.append("\n".join("| " + " | ".join(cells) + " |" for cells in table))
        return "\n\n".join(block for block in blocks if block) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def to_html(self, contact: str | None = None) -> str:
        """Return the notice as one accessible page that loads nothing from elsewhere.

        Parameters
        ----------
        contact : str, optional
            Where the authority can be reached, printed under the rights.

        Returns
        -------
        str
            HTML; every value is escaped.
        """
        return self._content.page(contact)

    def to_pdf(self, contact: str | None = None) -> bytes:
        """Return the notice as a tagged PDF, of the same page.

        Parameters
        ----------
        contact : str, optional
            Where the authority can be reached, printed under the rights.

        Returns
        -------
        bytes
            PDF/UA: its headings, lists and tables are tagged for screen readers.

        Raises
        ------
        InputError
            Where WeasyPrint, or a library of the system that it needs, is not there.
        """
        from tarifs_solidaires.say.pdf import to_pdf

        return to_pdf(self.to_html(contact))

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as plain values, with keys and numbers that no language changes.

        Returns
        -------
        dict
            - ``rule``, ``on``, ``last_known``, ``currency``, ``lang``: name, day, last known day
              where the day lies beyond it, ISO 4217 code, language of the labels and of the rights;
            - ``version``: ``valid_from``, ``valid_to``, ``source``;
            - ``result``: output to number, code, true or false, null where there is none;
              ``reason``: why the result was set aside, empty where it was not; ``tranche``: the row
              that names it, in the first language of the rule; ``missing``: for an output without
              a result, the operation because of which there is none; ``presumed``: for an input
              that nobody gave, the rows that do not hold because of what is presumed of it;
            - ``data``: ``name``, ``value``, ``unit``, ``meaning``, ``origin`` (``declaration``,
              ``certificate``, ``administration``, ``default`` where nobody gave it and its default
              counts, ``not_given`` where nobody gave it), ``holder``, and ``read``: whether the
              result was worked out from it;
            - ``parameters``: ``name``, ``value``, ``unit``, ``meaning``, ``source``,
              ``confidence``; a source is ``title``, ``url``, ``reference``, ``read``, or null;
            - ``operations``: one a step, in order: ``operation`` (its name), ``kind``
              (``formula``, ``table``, ``scale``, ``by``, ``best``), ``meaning``, ``value``,
              ``unit``, ``formula`` as the file writes it, ``reads`` (``name``, ``role``,
              ``value``), ``tranche`` (the row, candidate or part that decided), ``rows`` (up to
              that one: ``tranche``, ``holds``, ``why``, ``value``; a ``why`` is ``input``,
              ``condition``, ``value``, ``bound``, ``holds``), of a table ``because`` (why that row
              decided) and ``refused`` (rows before it that failed for another reason), ``parts`` of a scale (``tranche``,
              ``from``, ``amount``, ``rate``, ``value``), ``at_least``, ``at_most`` and ``round``
              where there are (``applied`` says whether they changed the value), ``missing``,
              ``main`` (false where it only served a candidate that lost), ``source``,
              ``confidence``;
            - ``changes``: ``input``, ``reach``, ``bound``, ``at`` (where the results are those
              told, exactly), ``codes``, ``gap``, ``through`` (inputs that follow from this one),
              the first ``output`` that differs with its ``value``, ``values`` of all that differ,
              ``tranche`` where another row names the result, and ``switches``; ``unproved``:
              inputs of which farther values were not all looked at;
            - ``notes``: what the rule has to say to this person;
            - ``rights``: ``jurisdiction``, ``purpose``, ``authority``, ``contact``, ``role`` and
              ``text``.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/transport", on="2023-06-01")
        >>> facts = rule.compute(quotient_familial=620, age=30).explain().to_dict()
        >>> facts["result"]
        {'taux_reduction': 0.7, 'prix_mensuel': None}
        >>> facts["changes"][0]["bound"], facts["changes"][0]["gap"]
        (500, 120)
        """
        return _plain_facts(self)

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON that can also stand inside a page.

        Returns
        -------
        str
            JSON; a ``<`` that could open or close a tag is written as an escape.
        """
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
        return re.sub(r"<(?=[^\s=])", r"\\u003c", text)


def explain(
    outcome: Outcome,
    i: int | tuple[int, ...] | None = None,
    lang: str | None = None,
    *,
    origin: Mapping[str, str] | None = None,
    role: str | None = None,
    holder: Mapping[str, str] | None = None,
) -> Explanation:
    """Return the explanation of the result at position ``i``; see ``Result.explain``."""
    say, remark = chosen(outcome.rule, lang)
    check_role(role)
    facts, person = collect(outcome, i, origin, holder)
    changed = changes(person) if person is not None else Changes()
    return Explanation(facts, changed, say.code, remark, role)


def check_role(role: str | None) -> None:
    """Refuse a part in the decision that there is not."""
    if role is not None and role not in ROLES:
        raise InputError(
            Fault(code="role", template="role: {value!r} is unknown",
                  remedy="write {roles}", data={"value": role, "roles": Joined(ROLES, "or", "!r")})
        )  # fmt: skip


def _sections(words: Words, role: str | None, result: str) -> tuple[Section, ...]:
    """Return the parts of a notice, and what the abbreviations in them stand for."""
    sections = tuple(_parts(words, role))
    memory = kept(words.rule, words.say.code)
    *own, rights = sections  # rights are the same for everyone
    if rights not in memory:
        memory[rights] = _capitals("\n".join(rights.texts()))
    texts = [result, *(text for section in own for text in section.texts())]
    held = _capitals("\n".join(texts)) | memory[rights]
    if held not in memory:
        told = [words.pair(short, whole) for short, whole in words.abbreviations(sorted(held))]
        memory[held] = tuple(map(Line, told))
    lines = memory[held]
    heading = words.say("What the abbreviations stand for")
    return (*sections, Section("abbreviations", heading, lines)) if lines else sections


def _capitals(text: str) -> frozenset[str]:
    return frozenset(_ABBREVIATED.findall(text))


def _parts(words: Words, role: str | None) -> Iterator[Section]:
    say, facts = words.say, words.facts
    if not facts.reason:
        yield Section(
            "why",
            say("How the result is worked out"),
            tuple(Working(words, done).line() for done in facts.operations if done.main),
        )
        changed = tuple(map(Line, words.changed()))
        if changed:
            yield Section("changes", say("What would change the result"), changed)
    headers = (say("Information"), say("Value"), say("Where it comes from"))
    data = tuple(words.data())
    if data:
        yield Section("data", say("Your data"), table=Table(headers, data))
    sources = tuple(words.sources()) if not facts.reason else ()
    table = None
    if sources:
        headers = (say("Source"), say("How sure it is"), say("What it gives"))
        rows = tuple((title, sure, figures) for title, _, sure, figures in sources)
        table = Table(headers, rows, tuple(url for _, url, _, _ in sources))
    yield Section("rule", say("The rule and its sources"), (Line(words.version()),), table)
    notes = tuple(map(Line, words.notes()))
    if notes:
        yield Section("notes", say("Good to know"), notes)
    known = kept(facts.rule, say.code)
    if ("rights", role) not in known:
        law = load_jurisdiction(facts.rule.jurisdiction) if facts.rule.jurisdiction else None
        lines = tuple(map(Line, words.rights(law, role)))
        known["rights", role] = Section("rights", say("Your rights"), lines)
    yield known["rights", role]


def _text_lines(section: Section, say: Language) -> Iterator[str]:
    """Yield a section as lines of text; a row of a table is a sentence."""
    for line in section.lines:
        yield f"- {line.text}"
        yield from (f"  - {text}" for text in line.below)
    if section.table is not None:
        yield from (f"- {text}" for text in section.table.told(say))


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", plain_text(text))


@lru_cache(maxsize=1 << 12)
def _marked_up(text: str) -> Markup:
    """Return a text for a page, words in another language in a span that says so."""
    with needs("tarifs"):
        from markupsafe import Markup, escape

    if START not in text:
        return escape(text)
    span = Markup('<span lang="{}">{}</span>')
    return Markup("").join(
        span.format(lang, words) if lang else escape(words) for lang, words in pieces(text)
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    with needs("tarifs"):
        from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tarifs_solidaires.say", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = _marked_up
    return environment.get_template("notice.html")


# -- plain values ------------------------------------------------------------------------------


def _plain_facts(notice: Explanation) -> dict[str, Any]:
    facts, rule = notice.facts, notice.facts.rule
    words = Words(facts, notice.changes, language(notice.lang))
    version = rule.version
    rights = next(section for section in notice.sections if section.key == "rights")
    return {
        "rule": rule.name,
        "on": rule.on.isoformat(),
        "last_known": rule.last_known.isoformat() if rule.last_known else None,
        "currency": rule.currency,
        "lang": notice.lang,
        "version": {
            "valid_from": version.valid_from.isoformat(),
            "valid_to": version.valid_to.isoformat(),
            "source": version.basis.to_dict()["source"],
        },
        "result": {name: _plain(value) for name, value in facts.outputs.items()},
        "reason": facts.reason.say(words.say.code),
        "tranche": facts.tranche.first,
        "missing": dict(facts.missing),
        "presumed": {n: [_row_name(row) for row in rows] for n, rows in facts.presumed.items()},
        "data": [_plain_datum(datum, words) for datum in facts.data],
        "parameters": [
            {
                "name": p.name, "value": _plain(p.value), "unit": p.unit,
                "meaning": _words(words.name(p.name, whole=True)), **p.basis.to_dict(),
            }
            for p in facts.parameters
        ],
        "operations": [_plain_operation(done, words) for done in facts.operations],
        "changes": [_plain_change(change, rule.all_inputs) for change in notice.changes.found],
        "unproved": list(notice.changes.unproved),
        "notes": [_words(note) for note in words.notes()],
        "rights": {
            "jurisdiction": rule.jurisdiction or None,
            "purpose": _words(words.text(rule.purpose)),
            "authority": rule.authority,
            "contact": rule.file.contact or None,
            "role": notice.role,
            "text": [_words(line.text) for line in rights.lines],
        },
    }  # fmt: skip


def _words(text: str) -> str:
    return plain_text(text)


def _plain_datum(datum: Datum, words: Words) -> dict[str, Any]:
    return {
        "name": datum.item.name,
        "value": _plain_input(datum.item, datum.value),
        "unit": datum.item.unit,
        "meaning": _words(words.name(datum.item.name, whole=True)),
        "origin": datum.origin,
        "holder": _words(words.text(datum.holder)) or None,
        "read": datum.read,
    }


def _plain_operation(done: Operation, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operation": done.name,
        "kind": done.kind,
        "meaning": _words(words.name(done.name, whole=True)),
        "value": _plain(done.value),
        "unit": done.unit,
        "formula": done.text,
        "reads": [{"name": r.name, "role": r.role, "value": _plain(r.value)} for r in done.reads],
        "tranche": _row_name(done.row),
    }
    if done.verdicts:
        found["rows"] = [_plain_verdict(verdict) for verdict in done.verdicts]
    if done.kind == "table":
        found["because"] = [_plain_test(test) for test in done.because]
        found["refused"] = [_plain_verdict(verdict) for verdict in done.refused]
    if done.pieces:
        found["parts"] = [
            {
                "tranche": piece.row.name.first, "from": _plain(piece.start),
                "amount": _plain(piece.amount), "rate": _plain(piece.rate),
                "value": _plain(piece.value),
            }
            for piece in done.pieces
        ]  # fmt: skip
    for bound in done.bounds:
        found[bound.kind] = {"value": _plain(bound.value), "applied": bound.applied}
    if done.rounding is not None:
        found["round"] = {
            "to": _plain(done.rounding.unit), "mode": done.rounding.mode,
            "applied": done.rounding.applied,
        }  # fmt: skip
    return found | {"missing": done.missing or None, "main": done.main, **done.basis.to_dict()}


def _plain_verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "tranche": verdict.row.name.first,
        "holds": verdict.holds,
        "why": [_plain_test(test) for test in verdict.tests],
        "value": _plain(verdict.value),
    }


def _plain_test(test: Test) -> dict[str, Any]:
    return {
        "input": test.read.name,
        "condition": _condition(test.condition),
        "value": _plain(test.read.value),
        "bound": _plain(test.bound),
        "holds": test.holds,
    }


@lru_cache(maxsize=1 << 12)
def _condition(node: Leaf) -> str:
    """Return a condition as a file writes it."""
    match type(node).__name__:
        case "Compare":
            from tarifs_solidaires.engine.formula import formula_text

            return f"x {node.sign} {formula_text(node.right)}"  # type: ignore[union-attr]
        case "Flag":
            return "true" if node.value else "false"  # type: ignore[union-attr]
        case "Given":
            return "given" if node.value else "not given"  # type: ignore[union-attr]
        case _:
            codes = sorted(node.codes) + [f"{p}*" for p in sorted(node.prefixes)]  # type: ignore[union-attr]
            return ("not " if node.negated else "") + "/".join(codes)  # type: ignore[union-attr]


def _plain_change(change: Change, inputs: Mapping[str, Input]) -> dict[str, Any]:
    item = inputs[change.input]
    return {
        "input": change.input,
        "reach": change.reach,
        "bound": _plain_input(item, change.bound),
        "at": _plain_input(item, change.at),
        "codes": list(change.codes),
        "gap": _plain(change.gap),
        "through": {name: _plain(value) for name, value in change.through.items()},
        "output": next(iter(change.outputs)),
        "value": _plain(next(iter(change.outputs.values()))),
        "values": {name: _plain(value) for name, value in change.outputs.items()},
        "tranche": _row_name(change.row),
        "switches": [
            {
                "operation": s.step, "kind": s.kind, "tranche": _row_name(s.row),
                "value": _plain(s.value), "in_force": s.in_force,
            }
            for s in change.switches
        ],
    }  # fmt: skip


def _row_name(row: RowFacts | None) -> str | None:
    return row.name.first if row is not None else None


def _plain_input(item: Input, value: Value) -> Any:
    if item.kind == "date" and isinstance(value, Fraction):
        return day(value).isoformat()
    return _plain(value)


def _plain(value: Value | dt.date | Sequence[Any]) -> Any:
    """Return a value as JSON has it: whole numbers whole, what is not known null."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, Surd):
        root = float(value)
        return root if math.isfinite(root) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
