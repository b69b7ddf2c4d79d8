"""The facts of one result, said in one language: the only place where a notice has sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Worded, msg
from tarifs_solidaires.engine.exact import Surd, Value, compare
from tarifs_solidaires.engine.expression import Among, Compare, Number, Sign
from tarifs_solidaires.rules.build import FAR
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.file import JurisdictionFile, Source
from tarifs_solidaires.rules.load import load_jurisdiction
from tarifs_solidaires.rules.model import Basis, Output, Parameter, RowFacts
from tarifs_solidaires.say.facts import ABSENT, PRESUMED, Datum, Facts, Read, Test, day
from tarifs_solidaires.say.facts import Operation as Done
from tarifs_solidaires.say.formula import Formula, percents
from tarifs_solidaires.say.language import (
    START,
    Amount,
    Language,
    alike,
    capital,
    clean,
    is_exact,
    marked,
)
from tarifs_solidaires.say.nearest import Change, Changes, Switch
from tarifs_solidaires.values.numbers import decimal_text
from tarifs_solidaires.values.texts import NO_TEXT, Texts

_COUNTED = ("", "persons", "children", "rides", "meals")  # units of which one has some

# By kind of result: without its name and with it, where it is something and where it is nothing.
_RESULTS = {
    "price": (msg("Your price is {value}."), msg("{name}: you pay {value}."), msg("You pay nothing."), msg("{name}: you pay nothing.")),
    "bill": (msg("Your bill is {value}."), msg("{name}: you pay {value}."), msg("You pay nothing."), msg("{name}: you pay nothing.")),
    "aid": (msg("Your aid is {value}."), msg("{name}: you receive {value}."), msg("You receive nothing."), msg("{name}: you receive nothing.")),
    "reduction": (msg("Your reduction is {value}."), msg("{name}: you have a reduction of {value}."), msg("You have no reduction."), msg("{name}: you have no reduction.")),
}  # fmt: skip
_WOULD_BE = {
    "price": (msg("you would pay {value}"), msg("{name}: you would pay {value}"), msg("you would pay nothing"), msg("{name}: you would pay nothing")),
    "bill": (msg("you would pay {value}"), msg("{name}: you would pay {value}"), msg("you would pay nothing"), msg("{name}: you would pay nothing")),
    "aid": (msg("you would receive {value}"), msg("{name}: you would receive {value}"), msg("you would receive nothing"), msg("{name}: you would receive nothing")),
    "reduction": (msg("your reduction would be {value}"), msg("{name}: your reduction would be {value}"), msg("you would have no reduction"), msg("{name}: you would have no reduction")),
}  # fmt: skip
_HOLDS = {
    "<=": msg("at most {bound}"), "<": msg("less than {bound}"), ">": msg("more than {bound}"),
    ">=": msg("at least {bound}"), "=": msg("exactly {bound}"), "!=": msg("other than {bound}"),
}  # fmt: skip
_DATES = {
    "<=": msg("on {bound} or before"), "<": msg("before {bound}"), ">": msg("after {bound}"),
    ">=": msg("on {bound} or after"), "=": msg("on {bound}"), "!=": msg("on another day than {bound}"),
}  # fmt: skip
_FAILS = {"<=": ">", "<": ">=", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_AT = {
    "<": msg("just below {bound}"), ">": msg("just above {bound}"),
    "<=": msg("at {bound}"), ">=": msg("at {bound}"),
}  # fmt: skip
_SWITCHES = {
    ("at_least", True): msg("the minimum of {bound} for “{name}” applies"),
    ("at_least", False): msg("the minimum of {bound} for “{name}” no longer applies"),
    ("at_most", True): msg("the maximum of {bound} for “{name}” applies"),
    ("at_most", False): msg("the maximum of {bound} for “{name}” no longer applies"),
}
_ORIGINS = {
    "declaration": msg("your declaration"),
    "certificate": msg("a certificate"),
    "administration": msg("an administration"),
    PRESUMED: msg("not given: this is presumed"),
    ABSENT: msg("optional"),
}
_CONFIDENCES = {
    "official": msg("official source"),
    "secondary": msg("secondary source"),
    "inferred": msg("deduced, stated nowhere"),
    "made_up": msg("made up for an example"),
}
_ROLES = {
    "decides": msg(
        "This result is the decision of the authority ({authority}): no one else decides."
    ),
    "assists": msg(
        "This result helps a member of the staff of the authority ({authority}), who decides."
    ),
}


def kept(rule: DatedRule, key: object) -> dict[Any, Any]:
    """Return what was already put into words of a rule, to be added to."""
    memory: dict[Any, Any] = rule._programs.setdefault(("words", key), {})
    return memory


@attrs.frozen(slots=False)
class Words:
    """The facts of one result in one language.

    Parameters
    ----------
    facts : Facts
        What is said.
    changes : Changes
        What would change the result.
    say : Language
        The language.
    """

    facts: Facts
    changes: Changes
    say: Language

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        """What is the same for all people of a rule, in one language."""
        return kept(self.rule, self.say.code)

    @property
    def rule(self) -> DatedRule:
        """The rule."""
        return self.facts.rule

    @property
    def currency(self) -> str:
        """Currency of the rule."""
        return self.rule.currency

    def pair(self, name: str, value: str) -> str:
        """Say what something is."""
        return self.say("{name}: {value}", name=name, value=value)

    def joined(self, parts: Iterable[str]) -> str:
        """Join phrases that may hold commas."""
        return self.say("; ").join(parts)

    # -- names and values ----------------------------------------------------------------------

    def text(self, texts: Texts) -> str:
        """Return a text of the file; marked where it is in another language than the sentence."""
        for lang in (self.say.code, self.say.code.partition("-")[0]):
            if texts.has(lang):
                return self.say.text(texts.to(lang))
        other = next(iter(texts.wordings), "")
        return marked(self.quoted(clean(texts.first)), other) if texts else ""

    def quoted(self, words: str) -> str:
        """Put words in quotes, once."""
        return words if words.startswith(START) else self.say("“{words}”", words=words)

    @cached_property
    def _labels(self) -> dict[str, Texts]:
        if "labels" not in self._kept:
            self._kept["labels"] = self._all_labels()
        labels: dict[str, Texts] = self._kept["labels"]
        return labels

    def _all_labels(self) -> dict[str, Texts]:
        rule = self.rule
        kinds: tuple[Mapping[str, Any], ...] = (
            self.outputs, rule.parameters, rule.all_inputs, rule.steps,
        )  # fmt: skip
        return {name: one.label for kind in kinds for name, one in kind.items()}

    @cached_property
    def outputs(self) -> Mapping[str, Output]:
        """Results by name."""
        if "outputs" not in self._kept:
            self._kept["outputs"] = self.rule.outputs
        outputs: Mapping[str, Output] = self._kept["outputs"]
        return outputs

    def name(self, name: str, *, whole: bool = False) -> str:
        """Return what an input, a parameter or a step is called, without a remark in brackets."""
        key = (name, whole)
        if key not in self._kept:
            self._kept[key] = self._name(name, whole)
        found: str = self._kept[key]
        return found

    def _name(self, name: str, whole: bool) -> str:
        text = self.text(self._labels.get(name, NO_TEXT)) or clean(name.replace("_", " "))
        return text if whole else re.sub(r"\s*\([^()]*\)$", "", text) or text

    def case(self, row: RowFacts) -> str:
        """Return the name that the file gives a row, in quotes; empty where it gives none."""
        return self.quoted(self.text(row.name)) if row.named else ""

    def value(
        self, name: str, value: Value, unit: str = "", *, per: bool = True, most: int = 4,
        apart: Sequence[Amount] = (),
    ) -> str:  # fmt: skip
        """Return a value of an input, a parameter or a step in words; see ``quantity``."""
        if value is None:
            return self.say("not given")
        if isinstance(value, bool):
            return self.say("yes") if value else self.say("no")
        if isinstance(value, str):
            return self._code(name, value)
        item = self.rule.all_inputs.get(name)
        if item is not None and item.kind == "date" and isinstance(value, Fraction):
            return self.say.date(day(value))
        return self.say.quantity(value, unit, self.rule.currency, per=per, most=most, apart=apart)

    def _code(self, name: str, code: str) -> str:
        if name in self.rule.steps:
            labels = self.rule.steps[name].codes
        elif name in self.rule.all_inputs:
            labels = self.rule.all_inputs[name].codes
        elif code in self.rule.parameters[name].labels:
            return self.text(self.rule.parameters[name].labels[code])
        else:  # a choice of the rule, which has no label
            words, first = clean(code.replace("_", " ")), self.rule.languages[0]
            return words if first == self.say.code else marked(self.quoted(words), first)
        label = labels.get(code)
        if label:
            return self.text(label)
        place = next((clean(words[code].first) for _, words in self._lists if words.get(code)), "")
        plain = clean(code.replace("_", " ") if labels else code)
        return f"{place} ({plain})" if place else plain

    @cached_property
    def _lists(self) -> list[tuple[str, Mapping[str, Texts]]]:
        """The lists of codes of the rule: what each is called, and the names of its codes."""
        found: list[tuple[str, Mapping[str, Texts]]] = []
        for lists in (self.rule.file.list, *(part.list for part in self.rule.shared)):
            for name, entry in lists.items():
                values = entry.values
                words = values if isinstance(values, Mapping) else dict.fromkeys(values, Texts())
                found.append((self.text(entry.label) or clean(name.replace("_", " ")), words))
        return found

    def read(self, read: Read, apart: Sequence[Amount] = ()) -> str:
        """Return a value that was taken, in words, without what it is per."""
        most = 2 if read.role == "step" else 4  # what was given is said as it was given
        return self.value(read.name, read.value, read.unit, per=False, most=most, apart=apart)

    # -- results -------------------------------------------------------------------------------

    def results(self) -> str:
        """Say the results."""
        if self.facts.reason:
            return self._set_aside()
        return " ".join(map(self.result, self.outputs.values()))

    def result(self, output: Output) -> str:
        """Say one result."""
        value, name = self.facts.outputs[output.name], capital(self.name(output.name))
        if value is None:
            return self._no_result(output, name)
        text = self.output(output.name, value)
        if output.kind not in _RESULTS or not isinstance(value, Fraction | Surd):
            return self.pair(name, text) + "."
        alone = self._alone(output) and (value == 0 or "/" in output.unit or output.unit == "share")
        form = (0 if alone else 1) + (2 if value == 0 else 0)
        return self.say(_RESULTS[output.kind][form], name=name, value=text)

    def _alone(self, output: Output) -> bool:
        kinds = [other.kind for other in self.outputs.values()]
        return kinds.count(output.kind) == 1

    def _no_result(self, output: Output, name: str) -> str:
        cause = self.facts.operation(self.facts.missing.get(output.name, ""))
        row = cause.row if cause is not None else None
        if output.name not in self.rule.steps and not row:
            return self.say("{name}: the rule gives none on this day.", name=name)
        case = self.case(row) if row is not None else ""
        if case:
            return self.say("{name}: no result in your case, {case}.", name=name, case=case)
        return self.say("{name}: no result in your case.", name=name)

    def output(self, name: str, value: Value) -> str:
        """Return a result in words; one that is no whole number of cents is said to be about."""
        unit = self.outputs[name].unit
        text = self.value(name, value, unit, most=2)
        if isinstance(value, Fraction | Surd) and not is_exact(value, unit, 2):
            return self.say("about {value}", value=text)
        return text

    def _set_aside(self) -> str:
        reason = self.facts.reason.data
        name = reason.get("input", "")
        if name not in self.rule.all_inputs:
            return self.say("No result: no case of the rule is yours.")
        item = self.rule.all_inputs[name]
        require = next((r for r in self.rule.file.require if r.input == name and r.message
                        and reason.get("text") == Worded(r.message.wordings)), None)  # fmt: skip
        named = capital(self.name(name))
        if require is not None:
            return self.say("No result. {name}: {why}", name=named, why=self.text(require.message))
        if item.kind == "flag":
            expected = self.say("yes or no")
        elif item.kind == "code":
            codes = [self._code(name, code) for code in item.codes]
            expected = ", ".join(codes) if codes else self.say("a code")
        else:
            low, high = (
                self.value(name, bound, item.unit, per=False)
                for bound in (item.minimum, item.maximum)
            )
            if item.kind == "number" and item.strict:
                sentence = msg("a number from {low} to {high}, in steps of {step}")
            elif item.kind == "whole":
                sentence = msg("a whole number from {low} to {high}")
            else:
                sentence = msg("from {low} to {high}")
            expected = self.say(sentence, low=low, high=high, step=self.say.number(item.grid))
        return self.say(
            "No result. {name}: this is missing or cannot be right; expected: {expected}.",
            name=named, expected=expected,
        )  # fmt: skip

    def cautions(self) -> Iterator[str]:
        """Say what must be known at once: a rule beyond its last known day, made-up figures."""
        last = self.rule.last_known
        if last is not None:
            yield self.say(
                "Please note: this rule is known until {last} only. The result supposes that it still "
                "holds on {on}.", last=self.say.date(last), on=self.say.date(self.rule.on),
            )  # fmt: skip
        if self.rule.changes:
            yield self.say("Please note: some figures of the rule were changed, to try them.")
        if any(done.basis.confidence == "made_up" for done in self.facts.operations):
            yield self.say("Please note: the figures of this rule are made up for an example.")

    @cached_property
    def percents(self) -> frozenset[Fraction]:
        """The shares that conditions write with a percent sign."""
        if "percents" not in self._kept:
            self._kept["percents"] = self._percents()
        shares: frozenset[Fraction] = self._kept["percents"]
        return shares

    def _percents(self) -> frozenset[Fraction]:
        found: set[Fraction] = set()
        for facts in self.rule.steps.values():
            for row in facts.entry.row:
                for when in row.when if isinstance(row.when, tuple) else (row.when,):
                    texts = [text for text in when.values() if isinstance(text, str)]
                    found |= {share for text in texts for share in percents(text)}
        return frozenset(found)

    # -- conditions ----------------------------------------------------------------------------

    def tests(self, tests: Iterable[Test]) -> str:
        """Say conditions with the person's values; those on one value together."""
        groups: dict[str, list[Test]] = {}
        for test in tests:
            groups.setdefault(test.read.name, []).append(test)
        return self.joined(map(self._tested, groups.values()))

    def _tested(self, tests: list[Test]) -> str:
        read = tests[0].read
        apart = [t.bound for t in tests if isinstance(t.bound, Fraction | Surd)]
        value = self.read(read, apart)
        if read.value is None and read.role != "input":
            value = self.say("no result")
        said = _joined(
            [text for test in tests if (text := self._relation(test))], self.say(" and ")
        )
        return ", ".join(filter(None, (self.pair(self.name(read.name), value), said)))

    def _relation(self, test: Test) -> str:
        """Say how a value stands to what is asked; empty where the value says it."""
        condition = test.condition
        if test.read.value is None:
            return ""
        if isinstance(condition, Compare):
            return self._comparison(condition, test)
        if isinstance(condition, Among):
            inside = condition.has(str(test.read.value))
            listed = self._list_of(condition)
            if listed:
                sentence = (
                    msg("on the list “{list}”") if inside else msg("not on the list “{list}”")
                )
                return self.say(sentence, list=listed)
            if condition.prefixes:
                start = self.say(" or ").join(map(clean, sorted(condition.prefixes)))
                if inside:
                    return self.say("which begins with {start}", start=start)
                return self.say("which does not begin with {start}", start=start)
        return ""

    def _comparison(self, condition: Compare, test: Test) -> str:
        sign = condition.sign if test.holds else _FAILS[condition.sign]
        if condition.sign == "=" and isinstance(condition.right, Number):
            return ""
        if not isinstance(test.bound, Fraction | Surd):
            return ""
        apart = [test.read.value] if isinstance(test.read.value, Fraction) else []
        most = 4 if isinstance(condition.right, Number) else 2
        bound = self.value(
            test.read.name, test.bound, test.read.unit, per=False, most=most, apart=apart
        )
        if not isinstance(condition.right, Number):
            words = Formula(self, self.percents, quoted=True).labels(condition.right)
            bound = self.say("{bound}, that is {words}", bound=bound, words=words)
        item = self.rule.all_inputs.get(test.read.name)
        signs = _DATES if item is not None and item.kind == "date" else _HOLDS
        return self.say(signs[sign], bound=bound)

    # -- what would change it ------------------------------------------------------------------

    def changed(self) -> Iterator[str]:
        """Say what would change the result; no age that the person has passed."""
        told = (change for change in self.changes.found if not self._is_past(change))
        yield from filter(None, map(self._change, told))
        if not self.changes.found and self.changes.walked:
            names = ", ".join(self.name(name) for name in self.changes.walked)
            yield self.say("None of these, alone, would change the result: {names}.", names=names)

    def _is_past(self, change: Change) -> bool:
        """Say whether only fewer years would bring a change: nobody becomes younger."""
        unit = self.rule.all_inputs[change.input].unit
        return unit == "years" and change.gap is not None and change.reach in ("<", "<=")

    def _change(self, change: Change) -> str:
        what = self._outcome(change)
        if not what:
            return ""
        if isinstance(change.bound, bool):
            sentence = (
                msg("{name}: if yes, {what}.") if change.bound else msg("{name}: if not, {what}.")
            )
            return self.say(sentence, name=capital(self.name(change.input)), what=what)
        return self.say(
            "{name}: {reach}, {what}.", name=capital(self.name(change.input)),
            reach=self._reach(change), what=what,
        ) + self._gap(change)  # fmt: skip

    def _reach(self, change: Change) -> str:
        """Say where a change is."""
        item = self.rule.all_inputs[change.input]
        if change.until is not None:
            return self.say("not given here; if it is {range}", range=self._range(change))
        if change.among:
            return self.say(" and ").join(self._listed(one, change) for one in change.among)
        own = {datum.item.name: datum.value for datum in self.facts.data}[item.name]
        mine, bound = (self.value(item.name, v, item.unit) for v in (own, change.bound))
        if isinstance(change.bound, str):
            codes = [self.quoted(self._code(item.name, code)) for code in change.codes]
            mine, bound = self.quoted(mine), self.say(" or ").join(codes)
        if isinstance(change.bound, str) or (item.kind == "whole" and item.unit in _COUNTED):
            return self.say("with {value} instead of {own}", value=bound, own=mine)
        if item.kind == "date":
            return self.say("if it were {bound}", bound=self.value(item.name, change.at, item.unit))
        reach = self.say(_AT[change.reach], bound=bound)
        for name, value in change.through.items():
            unit = self.rule.all_inputs[name].unit
            reach += f" ({self.pair(self.name(name), self.value(name, value, unit, per=False))})"
        return reach

    def _range(self, change: Change) -> str:
        """Say between which values a number would lie that was not given."""
        item, first, last = self.rule.all_inputs[change.input], change.bound, change.until
        if not isinstance(first, Fraction) or last is None:
            raise TypeError(f"{change.input} is not a number")
        signs = _DATES if item.kind == "date" else _HOLDS

        def bound(value: Fraction, sign: Sign, beyond: Fraction) -> str:
            if item.kind == "number" and not item.strict and (
                len(decimal_text(beyond)) < len(decimal_text(value))
            ):  # fmt: skip
                value, sign = beyond, sign.rstrip("=")  # type: ignore[assignment]
            text = self.value(item.name, value, item.unit, per=False)
            return self.say(signs[sign], bound=text)

        said = []
        if first - item.grid >= item.minimum:
            said.append(bound(first, ">=", first - item.grid))
        if last + item.grid <= item.maximum:
            said.append(bound(last, "<=", last + item.grid))
        if first == last:
            said = [self.value(item.name, first, item.unit, per=False)]
        low, high = (self.value(item.name, v, item.unit, per=False) for v in (first, last))
        return self.say(" and ").join(said) or self.say("from {low} to {high}", low=low, high=high)

    def _listed(self, among: Among, change: Change) -> str:
        """Say which list a code would be on, or not."""
        inside = among.has(str(change.bound))
        name = self._list_of(among)
        if name:
            sentence = (
                msg("if the code is on the list “{list}”") if inside
                else msg("if the code is not on the list “{list}”")
            )  # fmt: skip
            return self.say(sentence, list=name)
        if among.prefixes:
            start = self.say(" or ").join(map(clean, sorted(among.prefixes)))
            sentence = (
                msg("if the code begins with {start}") if inside
                else msg("if the code does not begin with {start}")
            )  # fmt: skip
            return self.say(sentence, start=start)
        codes = self.say(" or ").join(self._code(change.input, c) for c in sorted(among.codes))
        sentence = (
            msg("if the code is {codes}") if inside else msg("if the code is not {codes}")
        )  # fmt: skip
        return self.say(sentence, codes=codes)

    def _list_of(self, among: Among) -> str:
        """Return the name of a list of the rule; empty where some codes are no such list."""
        return next((name for name, words in self._lists if among.codes == words.keys()), "")

    def _gap(self, change: Change) -> str:
        """Say how far a person is from a change, as a further sentence; nothing where that is idle."""
        item, gap = self.rule.all_inputs[change.input], change.gap
        if gap == 0:
            return " " + self.say("You are exactly at this value.")
        if gap is None or item.unit in ("share", *_COUNTED) or item.kind == "date":
            return ""
        down = change.reach in ("<", "<=")
        sentence = msg("You are {gap} above.") if down else msg("You are {gap} below.")
        if item.unit == "years":
            if down or gap < 1:
                return ""
            sentence = msg("That is in {gap}.")
        text = self.say.quantity(gap, item.unit, self.rule.currency, per=False)
        return " " + self.say(sentence, gap=text)

    def _outcome(self, change: Change) -> str:
        """Say the results after a change, those that differ by less than is said left out."""
        told, plain = [], True
        for name, value in change.outputs.items():
            output, label = self.outputs[name], self.name(name)
            alone = self._alone(output)
            if value is None:
                only = len(self.outputs) == 1
                sentence = msg("there would be no result") if only else msg("{name}: no result")
                told.append(self.say(sentence, name=label))
                plain = plain and only
                continue
            text = self._moved(name, value)
            if output.kind in _WOULD_BE and isinstance(value, Fraction | Surd):
                form = (0 if alone else 1) + (2 if value == 0 else 0)
                told.append(self.say(_WOULD_BE[output.kind][form], name=label, value=text))
                plain = plain and alone
            else:
                told.append(self.pair(label, text))
                plain = False
        text = _joined(told, self.say(" and ")) if plain else self.joined(told)
        switches = [found for one in change.switches if (found := self._switch(one))]
        return f"{text} ({self.joined(switches)})" if switches else text

    def _moved(self, name: str, value: Value) -> str:
        """Return a result after a change; where rounding would hide the change, on which side it is."""
        now, unit = self.facts.outputs[name], self.outputs[name].unit
        if not (isinstance(value, Fraction | Surd) and isinstance(now, Fraction | Surd)):
            return self.output(name, value)
        if not alike(value, now, unit, 2):
            return self.output(name, value)
        sentence = (
            msg("a little more than {value}") if compare(value, ">", now)
            else msg("a little less than {value}")
        )  # fmt: skip
        return self.say(sentence, value=self.value(name, now, unit, most=2))

    def _switch(self, switch: Switch) -> str:
        """Say which bound comes into force or no longer is; rows speak by their result."""
        sentence = _SWITCHES.get((switch.kind, switch.in_force))
        if sentence is None:
            return ""
        unit = self.rule.steps[switch.step].unit
        bound = self.value(switch.step, switch.value, unit, per=False)
        return self.say(sentence, bound=bound, name=self.name(switch.step))

    # -- data, figures, rights -----------------------------------------------------------------

    def data(self) -> Iterator[tuple[str, str, str]]:
        """Say each datum, its value, and where it comes from; what is presumed alike, together."""
        told: dict[tuple[str, ...], list[str]] = {}
        for datum in self.facts.data:
            name = self.name(datum.item.name, whole=True)
            value = self.value(datum.item.name, datum.value, datum.item.unit)
            key = (value, self._origin(datum))
            told.setdefault(key if datum.origin == PRESUMED else (*key, name), []).append(name)
        for (value, origin, *_), names in told.items():
            yield self.joined(names), value, origin

    def _origin(self, datum: Datum) -> str:
        origin = self.say(_ORIGINS[datum.origin])
        if datum.holder and datum.origin not in (PRESUMED, ABSENT):
            origin = self.say(
                "{origin}; held by: {holder}", origin=origin, holder=self.text(datum.holder)
            )
        if datum.origin == ABSENT and datum.read:
            rows = self.facts.presumed.get(datum.item.name, ())
            cases = dict.fromkeys(case for row in rows if (case := self.case(row)))
            if cases:
                sentence = msg("presumed not to be your case: {cases}")
                return self.say(sentence, cases=", ".join(cases))
            return self.say("the rule says what then holds")
        return origin if datum.read else self.say("{origin}; without effect here", origin=origin)

    def version(self) -> str:
        """Say which version was computed, for which day."""
        if "version" not in self._kept:
            self._kept["version"] = self._version()
        said: str = self._kept["version"]
        return said

    def _version(self) -> str:
        rule, version, say = self.rule, self.rule.version, self.say
        common = {"on": say.date(rule.on), "first": say.date(version.valid_from)}
        if version.valid_to == FAR:
            return say("Worked out for {on}, by the rule in force since {first}.", **common)
        return say(
            "Worked out for {on}, by the rule in force from {first} to {last}.",
            last=say.date(version.valid_to), **common,
        )  # fmt: skip

    def sources(self) -> Iterator[tuple[str, str, str, str]]:
        """Say what each source says: the source, its address, its confidence, the figures."""
        groups: dict[tuple[Source | None, str], tuple[Basis, list[str]]] = {}
        told = [(p.basis, self._parameter(p)) for p in self.facts.parameters]
        told += [(d.basis, self._figure(d)) for d in self.facts.operations if d.main and d.facts]
        told.insert(0, (self.rule.version.basis, self.say("the rule")))
        for basis, figure in told:
            key = (basis.source, basis.confidence)
            figures = groups.setdefault(key, (basis, []))[1]
            if figure not in figures:
                figures.append(figure)
        for basis, figures in groups.values():
            sure = self.say(_CONFIDENCES[basis.confidence]) if basis.confidence else ""
            source = basis.source
            title = self._titled(source) if source is not None else self.say("no source is given")
            url = source.url if source is not None else ""
            yield title, url, sure, self.joined(figures)

    def _titled(self, source: Source) -> str:
        if source not in self._kept:
            self._kept[source] = self._source(source)
        title: str = self._kept[source]
        return title

    def _source(self, source: Source) -> str:
        lang, title = self.say.code, source.title
        more = source.reference if source.reference not in title.first else ""
        if title.has(lang) or not title:
            words = ", ".join(filter(None, (self.text(title), self.say.text(more))))
        else:  # a title is told in its own language, which the reader may not have
            other = next(iter(title.wordings))
            told = self.say("in {language}", language=self.say.name_of(other))
            words = f"{self.text(title)} ({told})"
            words = ", ".join(filter(None, (words, marked(clean(more), other) if more else "")))
        if source.read is None:
            return words
        return self.say("{source}, read on {day}", source=words, day=self.say.date(source.read))

    def _parameter(self, parameter: Parameter) -> str:
        value = parameter.value
        if isinstance(value, str | bool | Fraction):
            text = self.value(parameter.name, value, parameter.unit)
        else:
            text = self.say.date(value)
        return self.pair(self.name(parameter.name), text)

    def _figure(self, done: Done) -> str:
        name = self.name(done.name)
        case = self.case(done.row) if done.row is not None and done.kind != "scale" else ""
        value = self.value(done.name, done.value, done.unit, per=False, most=2)
        if done.value is None:
            value = self.say("no result")
        return self.pair(f"{name} ({case})" if case else name, value)

    def notes(self) -> Iterator[str]:
        """Say what the rule has to say to this person."""
        for note in dict.fromkeys(self.facts.notes):
            yield self.text(note)

    def abbreviations(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield which of some words are abbreviations, each with what it stands for."""
        law = load_jurisdiction(self.rule.jurisdiction) if self.rule.jurisdiction else None
        held: dict[str, Texts] = dict(law.abbreviation) if law is not None else {}
        for part in self.rule.shared:
            held |= part.abbreviation
        held |= self.rule.file.abbreviation
        for found in words:
            if found in held:
                yield found, self.text(held[found])

    def rights(self, law: JurisdictionFile | None, role: str | None) -> Iterator[str]:
        """Say the purpose, the part of the computation in the decision, and what the law gives."""
        fill, say = self._fillings(), self.say
        mentions = [m for m in law.mention if m.role in ("any", role)] if law is not None else []
        if law is None:
            yield say("This result is worked out by a program. Its purpose: {purpose}.", **fill)
        for mention in mentions:
            yield self._legal(mention.text, mention.reference, fill)
        if role is None:
            yield named(say(
                "The authority ({authority}) says what part this result has in its decision.", **fill
            ))  # fmt: skip
        elif all(mention.role != role for mention in mentions):
            yield named(say(_ROLES[role], **fill))
        if law is None:
            yield say("If you have a question or disagree, turn to: {contact}.", **fill)
        for right in law.right if law is not None else ():
            yield self._legal(right.text, right.reference, fill)
        rights = law.right if law is not None else ()
        addresses = dict.fromkeys(text.url for text in mentions if text.url)
        addresses |= dict.fromkeys(text.url for text in rights if text.url)
        if addresses:
            yield self.pair(say("Text of the law"), ", ".join(map(clean, addresses)))
        yield self.contact(self.rule.file.contact)

    def contact(self, contact: str) -> str:
        """Say where the authority can be reached, or that nobody wrote it down."""
        if clean(contact):
            return self.say("Contact: {contact}", contact=clean(contact))
        sentence = msg("Contact: the address of the authority ({authority}) is not given here.")
        return named(self.say(sentence, authority=clean(self.rule.authority)))

    def _fillings(self) -> dict[str, str]:
        purpose = self.text(self.rule.purpose or self.rule.title).rstrip(". ")
        own = self.rule.purpose.has(self.say.code)
        return {
            "purpose": purpose[:1].lower() + purpose[1:] if own else purpose,
            "authority": clean(self.rule.authority),
            "contact": clean(self.rule.file.contact)
            or clean(self.rule.authority)
            or self.say("the authority"),
        }

    def _legal(self, texts: Texts, reference: str, fill: Mapping[str, str]) -> str:
        text = self.text(texts)
        for name, words in fill.items():
            text = text.replace(f"{{{name}}}", words)
        text = named(text)
        law = next(iter(texts.wordings), "")
        words = self.say.text(reference) if law == self.say.code else marked(clean(reference), law)
        return f"{text} ({words})" if reference and reference not in text else text


def named(text: str) -> str:
    """Return a sentence without the brackets for the name of an authority that has none."""
    return text.replace(" ()", "")


def _joined(parts: Sequence[str], last: str) -> str:
    """Join phrases by commas, the last two by a word."""
    return last.join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
