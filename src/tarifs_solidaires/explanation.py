"""One result in words: text, Markdown, JSON and a page, four renderings of the same facts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from tarifs_solidaires.errors import InputError
from tarifs_solidaires.facts import Facts, collect
from tarifs_solidaires.language import Language, Phrase, Quoted, clean, language
from tarifs_solidaires.result import Result
from tarifs_solidaires.sentences import Sentences

if TYPE_CHECKING:
    from jinja2 import Template

ROLES = ("decides", "assists")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~&!])")


@attrs.frozen
class Table:
    """Cells under their headers; the first cell of a row names it."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Phrase, ...], ...]


@attrs.frozen
class Section:
    """A heading with its sentences, and a table where there is one."""

    heading: str
    lines: tuple[Phrase, ...]
    table: Table | None = None


class Explanation(str):
    """An explanation: a ``str``, which is the text, with the same as Markdown, JSON and a page.

    Attributes
    ----------
    heading, lang : str
        Title of the rule, and language.
    facts : Facts
        What is told, in no language.
    lead : tuple of phrases
        What was decided, by which row and why, and what would change it.
    sections : tuple of Section
        The operations, the data, the rule with its parameters, and the rights.
    """

    __slots__ = ("facts", "heading", "lang", "lead", "role", "sections")

    facts: Facts
    heading: str
    lang: str
    lead: tuple[Phrase, ...]
    role: str | None
    sections: tuple[Section, ...]

    def __new__(
        cls, *, facts: Facts, say: Language, lead: Sequence[Phrase], sections: Sequence[Section],
        role: str | None,
    ) -> Explanation:  # fmt: skip
        """Put the parts together; the text leads with what was decided."""
        parts = ["\n".join(map("".join, lead))]
        parts += ["\n".join([s.heading, *(f"- {x}" for x in _lines(s, say))]) for s in sections]
        self = super().__new__(cls, "\n\n".join(parts))
        self.facts, self.role = facts, role
        self.heading, self.lang = clean(facts.rule.title[say.code]), say.code
        self.lead, self.sections = tuple(lead), tuple(sections)
        return self

    def to_text(self, contact: str | None = None) -> str:
        """Return the text, with the authority's contact under the rights.

        Parameters
        ----------
        contact : str, optional
            Where the authority can be reached.

        Returns
        -------
        str
            Lines; the explanation itself where there is no contact.
        """
        return "".join([self, *(f"\n- {line}" for line in _contact(self.lang, contact))])

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
        >>> page.splitlines()[:3]
        ['# Solidarity fares of Nantes Métropole', '', '**Your reduction is 70%.**']
        """
        first, *others = (_markdown(phrase) for phrase in self.lead)
        blocks = [f"# {_markdown((self.heading,))}", f"**{first}**"]
        blocks += ["\n".join(f"- {line}" for line in others)] if others else []
        for section in self.sections:
            blocks.append(f"## {_markdown((section.heading,))}")
            blocks += ["\n".join(f"- {_markdown(line)}" for line in section.lines)]
            if section.table is not None:
                rows = [[_markdown(cell) for cell in row] for row in section.table.rows]
                head = [_markdown((header,)) for header in section.table.headers]
                lines = [head, ["---"] * len(head), *rows]
                blocks.append("\n".join("| " + " | ".join(cells) + " |" for cells in lines))
        blocks += [_markdown((line,)) for line in _contact(self.lang, contact)]
        return "\n\n".join(block for block in blocks if block) + "\n"

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
        return _template().render(notice=self, contact=_contact(self.lang, contact))

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as plain values, with keys and numbers that no language changes.

        Returns
        -------
        dict
            - ``rule``, ``on``, ``currency``, ``lang``: name, day, ISO 4217 code, language of the
              meanings and of the text of the rights;
            - ``version``: ``valid_from``, ``valid_to`` and ``source``;
            - ``result``: output to number, None where it is not known; ``reason``: why the result
              was set aside, empty where it was not; ``tranche``: the row that decided;
            - ``data``: ``name``, ``value``, ``meaning``, ``origin`` (``declaration``,
              ``attestation``, ``administration``, or ``default`` where nobody gave it), and
              ``read``: whether a result can depend on it;
            - ``parameters``: ``name``, ``value``, ``unit``, ``source``, ``confidence``;
            - ``rows``: ``tranche``, ``holds`` (None after the row that decided), ``why`` (what was
              asked: ``input``, ``condition``, ``value``, ``scale``, ``holds``), ``values``,
              ``source``, ``confidence``;
            - ``operations``: ``operation`` and its figures;
            - ``changes``: ``input``, ``reach``, ``bound``, ``gap``, ``income_gap``, and the first
              ``output`` that differs with its ``value``; ``values`` has all that differ;
            - ``rights``: ``purpose``, ``authority``, ``role`` and ``text``.

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
    result: Result,
    i: int | tuple[int, ...] | None = None,
    lang: str = "fr",
    *,
    origin: Mapping[str, str] | None = None,
    role: str | None = None,
) -> Explanation:
    """Return the explanation of the result at position ``i``; see ``Result.explain``."""
    say = language(lang)
    if role is not None and role not in ROLES:
        raise InputError(f"role: {role!r} is unknown; write {' or '.join(map(repr, ROLES))}")
    facts = collect(result, i, origin)
    words = Sentences(say, facts)
    data = Table(
        (say.tell("Datum"), say.tell("Value"), say.tell("Where it comes from")), words.data()
    )
    parameters = Table(
        (say.tell("Parameter or row"), say.tell("Value"), say.tell("Source and confidence")),
        words.parameters(),
    )
    sections = (
        Section(say.tell("Computation"), words.operations()),
        Section(say.tell("Data used"), words.no_data(), data if data.rows else None),
        Section(
            say.tell("Rule and parameters"), (words.version(),),
            parameters if parameters.rows else None,
        ),
        Section(say.tell("Your rights"), words.rights(role)),
    )  # fmt: skip
    return Explanation(facts=facts, say=say, lead=words.lead(), sections=sections, role=role)


def _lines(section: Section, say: Language) -> list[str]:
    """Return a section as lines of text; a row of a table is a sentence."""
    lines = ["".join(phrase) for phrase in section.lines]
    for name, value, more in section.table.rows if section.table else ():
        row = say.tell("{name}: {value} ({more})", name=name, value=value, more=more)
        lines.append(row)
    return lines


def _contact(lang: str, contact: str | None) -> list[str]:
    return [language(lang).tell("Contact: {contact}", contact=clean(contact))] if contact else []


def _markdown(phrase: Phrase) -> str:
    return _MARKDOWN.sub(r"\\\1", "".join(phrase))


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tarifs_solidaires", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["quoted"] = lambda piece: isinstance(piece, Quoted)
    return environment.get_template("notice.html")


def _plain_facts(explanation: Explanation) -> dict[str, Any]:
    facts, rule = explanation.facts, explanation.facts.rule
    words = Sentences(language(explanation.lang), facts)
    version, lang = rule.version, explanation.lang
    return {
        "rule": rule.name,
        "on": rule.on.isoformat(),
        "currency": rule.currency,
        "lang": lang,
        "version": {
            "valid_from": version.valid_from.isoformat(),
            "valid_to": version.valid_to.isoformat(),
            "source": version.source,
        },
        "result": _plain(facts.outputs),
        "reason": facts.reason,
        "tranche": facts.tranche,
        "data": [
            {
                "name": d.name,
                "value": _plain(d.value),
                "meaning": words.meaning(d.name),
                "origin": d.origin,
                "read": d.read,
            }
            for d in facts.data
        ],
        "parameters": [
            {
                "name": p.name,
                "value": _plain(p.value),
                "unit": p.unit,
                "source": p.source,
                "confidence": p.confidence,
            }
            for p in version.parameters
        ],
        "rows": [
            {
                "tranche": v.row.tranche,
                "holds": v.holds,
                "why": _plain_tests(v.tests),
                "values": _plain(v.row.then),
                "source": v.row.source,
                "confidence": v.row.confidence,
            }
            for v in facts.verdicts
        ],
        "operations": [
            {"operation": step.operation} | _plain(step.figures) for step in facts.steps
        ],
        "changes": [
            {
                "input": c.input,
                "reach": c.reach,
                "bound": _plain(c.bound),
                "gap": _plain(c.gap),
                "income_gap": _plain(c.income_gap),
                "output": next(iter(c.outputs)),
                "value": _plain(next(iter(c.outputs.values()))),
                "values": _plain(c.outputs),
            }
            for c in facts.changes
        ],
        "rights": {
            "purpose": rule.purpose[lang],
            "authority": rule.authority,
            "role": explanation.role,
            "text": ["".join(line) for line in words.rights(explanation.role)],
        },
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: whole numbers whole, what is not known None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(v) for key, v in value.items()}
    if isinstance(value, tuple):
        return (
            _plain_tests(value) if value and hasattr(value[0], "holds") else [*map(_plain, value)]
        )
    if isinstance(value, bool | str | int) or value is None:
        return value
    if isinstance(value, Fraction | float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) else float(value)
    return str(value)


def _plain_tests(tests: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "input": t.condition.name,
            "condition": t.condition.text,
            "value": _plain(t.value),
            "scale": _plain(t.scale),
            "holds": t.holds,
        }
        for t in tests
    ]
