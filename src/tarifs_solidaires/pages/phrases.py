"""The words of a notice with places that the script of a page fills: names, figures and results.

The sentences are those of notices. A place is written between two characters that no text has: the name
of a quantity, ``=`` for what a step came to before its bounds, ``~`` for the sign before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Phrase, Worded, msg
from tarifs_solidaires.draw.wording import Wording
from tarifs_solidaires.engine.exact import Value
from tarifs_solidaires.engine.expression import Expression, Missing, Truth, Word
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.model import Output, RowFacts, StepFacts
from tarifs_solidaires.say.facts import NO_REASON, Facts, Read, Role, read_names
from tarifs_solidaires.say.formula import Formula, percents
from tarifs_solidaires.say.language import Language, capital, is_exact, plain_text
from tarifs_solidaires.say.nearest import Changes
from tarifs_solidaires.say.words import Words

OPEN, CLOSE = "\ue000", "\ue001"
RAW, SIGN = "=", "~"
_PLAIN = (Word, Truth, Missing)


def place(name: str) -> str:
    """Return a place that the script fills."""
    return f"{OPEN}{name}{CLOSE}"


def unmarked(text: str) -> str:
    """Return a text of a file without characters that would be a place."""
    return plain_text(text).replace(OPEN, "").replace(CLOSE, "")


class _Results(Words):
    """The words of a result, with a place for its value."""

    def output(self, name: str, value: Value) -> str:
        """Return the place of a result."""
        return place(name)


@attrs.frozen
class _Labels:
    """What formulas are written with: labels, and places for values."""

    words: Words
    rule: DatedRule

    @property
    def say(self) -> Language:
        """The language."""
        return self.words.say

    @property
    def currency(self) -> str:
        """Currency of the rule."""
        return self.rule.currency

    def name(self, name: str) -> str:
        """Return what an input, a parameter or a step is called."""
        return unmarked(self.words.name(name))

    def read(self, read: Read) -> str:
        """Return the place of a value."""
        return place(read.name)


def phrases(rule: DatedRule, say: Language, wording: Wording) -> dict[str, Any]:
    """Return the words of a rule on a day in one language, as plain values that go to JSON.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    say : Language
        A language of the rule that notices have.
    wording : Wording
        The same language, for conditions.
    """
    words = _Results(Facts(rule=rule, outputs={}, data=()), Changes(), say)
    labels = _Labels(words, rule)
    number = say.number(Fraction(12345, 10))
    facts: dict[str, Any] = {
        "lang": say.code,
        "number": {"group": number[1:2], "point": number[-2], "minus": say.number(Fraction(-1))[0]},
        "labels": {name: labels.name(name) for name in _names(rule)},
        "formats": {name: _format(say, unit, rule, 4) for name, unit in _units(rule).items()},
        "per": {item.name: _format(say, item.unit, rule, 4, per=True) for item in rule.inputs},
        "codes": _codes(rule, words),
        "yes": say(msg("yes")), "no": say(msg("no")), "none": say(msg("not given")),
        "results": [_result(output, rule, say) for output in rule.outputs.values()],
        "steps": {name: _step(facts, labels, wording) for name, facts in rule.steps.items()},
        "through": {i.name: _through(i.name, i.formula, i.unit, labels) for i in rule.inputs if i.formula},
        "refused": {item.name: _set_aside(Phrase("{input}: ", input=item.name), rule, say) for item in rule.inputs},
        "requirements": [
            _set_aside(
                Phrase("{input}: {text}", input=entry.input, text=Worded(entry.message.wordings)), rule, say
            )
            for entry in rule.file.require
        ],
        "uncovered": _set_aside(Phrase("?"), rule, say),
        "twice": {
            item.name: say(
                msg("{name}: give it, or {others} instead, not both."),
                name=capital(labels.name(item.name)),
                others=", ".join(labels.name(way) for way in sorted(rule.ways(item.name))),
            )
            for item in rule.inputs if item.formula
        },
        "ambiguous": say(msg("{name}: “{value}” can be read in two ways. Write {one} or {other}."),
                         name=place("name"), value=place("value"), one=place("one"), other=place("other")),
        "least": say(msg(", raised to the minimum of {bound}"), bound=place("bound")),
        "most": say(msg(", brought down to the maximum of {bound}"), bound=place("bound")),
        "up": say(msg("rounded up to a multiple of {unit}: {value}"), unit=place("unit"), value=place("value")),
        "down": say(msg("rounded down to a multiple of {unit}: {value}"), unit=place("unit"), value=place("value")),
        "nearest": say(msg("rounded to the nearest {unit}: {value}"), unit=place("unit"), value=place("value")),
        "about": say(msg("about {value}"), value=place("value")),
        "pair": say(msg("{name}: {value}"), name=place("name"), value=place("value")),
        "nothing": say(msg("{name}: no result"), name=place("name")),
        "change": say(
            msg("{name}: with {value} instead of {own}, the result would be {what}."),
            name=place("name"), value=place("value"), own=place("own"), what=place("what"),
        ),
        "if_yes": say(msg("{name}: if yes, {what}."), name=place("name"), what=place("what")),
        "if_not": say(msg("{name}: if not, {what}."), name=place("name"), what=place("what")),
        "missing": say(msg("no result")),
        "semicolon": say(msg("; ")),
    }  # fmt: skip
    return facts


def _names(rule: DatedRule) -> Iterable[str]:
    outputs = [name for name in rule.output_names if name not in rule.steps]
    return dict.fromkeys((*(i.name for i in rule.inputs), *rule.parameters, *rule.steps, *outputs))


def _units(rule: DatedRule) -> dict[str, str]:
    found = {item.name: item.unit for item in rule.inputs}
    found |= {name: parameter.unit for name, parameter in rule.parameters.items()}
    return found | {name: facts.unit for name, facts in rule.steps.items()}


def _codes(rule: DatedRule, words: Words) -> dict[str, dict[str, str]]:
    kinds: list[Mapping[str, Any]] = [rule.steps, {i.name: i for i in rule.inputs if i.codes}]
    return {
        name: {code: unmarked(words.value(name, code)) for code in one.codes}
        for kind in kinds for name, one in kind.items() if one.codes
    }  # fmt: skip


def _format(
    say: Language, unit: str, rule: DatedRule, most: int, *, per: bool = False
) -> dict[str, Any]:
    """Return how a number of a unit is written: decimals, what stands around it, its plural."""
    kind, _, each = unit.partition("/")
    places = next(n for n in (6, most) if n == most or is_exact(Fraction(1, 10**n), unit, most))
    found: dict[str, Any] = {"least": 0, "most": most}
    if rule.currency and kind == rule.currency:
        before, _, after = say.money(Fraction(1), rule.currency).partition("1")
        found = {"least": 2, "most": places, "around": [before + place("") + after] * 3}
    elif kind == "share":
        found |= {"percent": True, "most": 4}
        found["around"] = [say.percent(Fraction(1)).replace("100", place(""))] * 3
    else:
        around = [say.quantity(Fraction(n), kind, rule.currency) for n in (0, 1, 2)]
        found["around"] = [text.replace(str(n), place(""), 1) for n, text in enumerate(around)]
    if each and per:
        bare = say.quantity(Fraction(1), unit, rule.currency, per=False)
        whole = say.quantity(Fraction(1), unit, rule.currency)
        pattern = whole.replace(bare, place("\ue002"), 1)
        found["around"] = [pattern.replace(place("\ue002"), text) for text in found["around"]]
    return found


def _facts(rule: DatedRule, outputs: Mapping[str, Value], reason: Phrase = NO_REASON) -> Facts:
    return Facts(rule=rule, outputs=outputs, data=(), reason=reason)


def _set_aside(reason: Phrase, rule: DatedRule, say: Language) -> str:
    facts = _facts(rule, {}, reason)
    return unmarked(Words(facts, Changes(), say).results())


def _result(output: Output, rule: DatedRule, say: Language) -> dict[str, Any]:
    """Return the sentences of one result: something, nothing, and no result."""
    found: dict[str, Any] = {"name": output.name}
    found["format"] = _format(say, output.unit, rule, 2, per=True)
    for key, value in (("some", Fraction(1)), ("zero", Fraction(0)), ("missing", None)):
        words = _Results(_facts(rule, {output.name: value}), Changes(), say)
        found[key] = plain_text(words.result(output))
    name = capital(unmarked(words.name(output.name)))
    found["case"] = say(
        msg("{name}: no result in your case, {case}."), name=name, case=place("case")
    )
    return found


def _step(facts: StepFacts, labels: _Labels, wording: Wording) -> dict[str, Any]:
    """Return how a step is told: one pattern, or one a row with the case and its conditions."""
    found: dict[str, Any] = {"title": capital(labels.name(facts.name)), "kind": facts.kind}
    entry = facts.entry
    if facts.kind in ("table", "best"):
        written = [
            *((row.when, row.then) for row in entry.row),
            *((one.when, one.value) for one in entry.candidate),
        ]
        found["rows"] = [
            _row(facts, row, when, value, labels, wording)
            for row, (when, value) in zip(facts.rows, written, strict=True)
        ]
    elif facts.kind == "formula":
        found["told"] = _told(facts.step.value, str(entry.formula), facts.unit, labels)
    else:
        base = entry.scale or entry.by
        reads = read_names(facts.step.value)
        around = [_pair(labels, name) for name in sorted(reads) if name == base] or [
            _pair(labels, name) for name in sorted(reads & {i.name for i in labels.rule.inputs})
        ]
        found["told"] = place(RAW) + (f" ({'; '.join(around)})" if around else "")
    return found


def _pair(labels: _Labels, name: str) -> str:
    return labels.say(msg("{name}: {value}"), name=labels.name(name), value=place(name))


def _row(
    facts: StepFacts, row: RowFacts, when: Any, value: Any, labels: _Labels, wording: Wording
) -> dict[str, Any]:
    case = unmarked(labels.words.case(row))
    said = labels.say(msg(", case {case}"), case=case) if case else ""
    conditions = unmarked(wording.conditions(when))
    return {
        "told": _told(row.value, str(value), facts.unit, labels),
        "name": case,
        "case": said + (f" ({conditions})" if conditions else ""),
        "note": unmarked(labels.words.text(row.note)) if row.note else "",
    }


def _through(name: str, formula: str, unit: str, labels: _Labels) -> dict[str, Any]:
    from tarifs_solidaires.engine.formula import parse_formula

    told = _told(parse_formula(formula), formula, unit, labels)
    return {"title": capital(labels.name(name)), "kind": "formula", "told": told}


def _told(node: Expression, text: str, unit: str, labels: _Labels) -> str:
    """Return a formula with places for what it reads and for what it comes to."""
    if isinstance(node, _PLAIN):
        return place(RAW)
    rule = labels.rule
    units = _units(rule)
    inputs = {item.name for item in rule.inputs}

    def role(name: str) -> Role:
        return "step" if name in rule.steps else "input" if name in inputs else "parameter"

    reads = [
        Read(name=n, role=role(n), value=None, unit=units.get(n, "")) for n in read_names(node)
    ]
    told = Formula(labels, percents(text), reads, unit).told(node, None, place(RAW))
    return plain_text(told).replace(f"= {place(RAW)}", f"{place(SIGN)} {place(RAW)}")
