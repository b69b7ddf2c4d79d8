"""The facts of one result, said in one language: the only place where a notice has sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import attrs

from tarifs_solidaires.engine.exact import Surd, Value
from tarifs_solidaires.engine.expression import (
    Among,
    Compare,
    Expression,
    Extreme,
    Listed,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
)
from tarifs_solidaires.rules.build import FAR
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.file import JurisdictionFile, Source
from tarifs_solidaires.rules.model import Basis, Output, Parameter, RowFacts
from tarifs_solidaires.say.facts import (
    ABSENT,
    PRESUMED,
    Datum,
    Facts,
    Read,
    Test,
    Verdict,
    day,
    read_names,
)
from tarifs_solidaires.say.facts import Operation as Done
from tarifs_solidaires.say.language import (
    Amount,
    Language,
    capital,
    clean,
    is_exact,
    marked,
    msg,
)
from tarifs_solidaires.say.nearest import Change, Changes, Switch
from tarifs_solidaires.values.texts import Texts

Writer: TypeAlias = Callable[[Expression, str], str]

_COUNTED = ("", "persons", "children", "rides", "meals")  # units of which one has some
MANY = 6  # rows that are listed as not deciding, before the others are only counted

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
_FAILS = {"<=": ">", "<": ">=", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_AT = {
    "<": msg("just below {bound}"), ">": msg("just above {bound}"),
    "<=": msg("at {bound}"), ">=": msg("at {bound}"),
}  # fmt: skip
_ROUNDINGS = {
    "up": msg("rounded up to a multiple of {unit}: {value}"),
    "down": msg("rounded down to a multiple of {unit}: {value}"),
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


@attrs.frozen
class Line:
    """A sentence, and those that belong under it."""

    text: str
    below: tuple[str, ...] = ()


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

    @property
    def rule(self) -> DatedRule:
        """The rule."""
        return self.facts.rule

    # -- names and values ----------------------------------------------------------------------

    def text(self, texts: Texts) -> str:
        """Return a text of the file; marked where it is in another language than the sentence."""
        lang = self.say.code
        if texts.has(lang):
            return self.say.text(texts.to(lang))
        base = lang.partition("-")[0]
        if texts.has(base):
            return self.say.text(texts.to(base))
        other = next(iter(texts.wordings), "")
        return marked(self._quoted(clean(texts.first)), other) if texts else ""

    def _quoted(self, words: str) -> str:
        return self.say("“{words}”", words=words)

    def file_text(self, words: str) -> str:
        """Return words of the file that have no language of their own: those of its first one."""
        first = self.rule.languages[0]
        if first == self.say.code:
            return self.say.text(words)
        return marked(clean(words), first)

    def name(self, name: str, *, whole: bool = False) -> str:
        """Return what an input, a parameter or a step is called, without a remark in brackets."""
        if name in self.rule.steps:
            label = self.rule.steps[name].label
        elif name in self.rule.all_inputs:
            label = self.rule.all_inputs[name].label
        elif name in self.rule.parameters:
            label = self.rule.parameters[name].label
        else:
            label = self.rule.outputs[name].label
        text = self.text(label) or clean(name.replace("_", " "))
        return text if whole else re.sub(r"\s*\([^()]*\)$", "", text) or text

    def case(self, row: RowFacts) -> str:
        """Return the name that the file gives a row, in quotes; empty where it gives none."""
        if not row.named:
            return ""
        if row.name.has(self.say.code) or row.name.has(self.say.code.partition("-")[0]):
            return self._quoted(self.text(row.name))
        return self.text(row.name)

    def value(
        self, name: str, value: Value, unit: str = "", *, per: bool = True, whole: bool = False,
        apart: Sequence[Amount] = (),
    ) -> str:  # fmt: skip
        """Return a value of an input, a parameter or a step in words."""
        if value is None:
            return self.say("not given")
        if isinstance(value, bool):
            return self.say("yes") if value else self.say("no")
        if isinstance(value, str):
            return self._code(name, value)
        item = self.rule.all_inputs.get(name)
        if item is not None and item.kind == "date" and isinstance(value, Fraction):
            return self.say.date(day(value))
        return self.say.quantity(
            value, unit, self.rule.currency, per=per, apart=apart, most=2 if whole else 4
        )

    def _code(self, name: str, code: str) -> str:
        if name in self.rule.steps:
            labels = self.rule.steps[name].codes
        elif name in self.rule.all_inputs:
            labels = self.rule.all_inputs[name].codes
        else:  # a choice of the rule, which has no label
            words, first = clean(code.replace("_", " ")), self.rule.languages[0]
            return words if first == self.say.code else marked(self._quoted(words), first)
        label = labels.get(code)
        if label:
            return self.text(label)
        place = next((words[code] for _, words in self._lists if words.get(code)), None)
        if place is not None:
            return f"{clean(place.first)} ({clean(code)})"
        return clean(code.replace("_", " ") if labels else code)

    @cached_property
    def _lists(self) -> list[tuple[str, Mapping[str, Texts]]]:
        found: list[tuple[str, Mapping[str, Texts]]] = []
        lists = [*self.rule.file.list.items()]
        for part in self.rule.shared:
            lists += part.list.items()
        for name, entry in lists:
            values = entry.values
            words = values if isinstance(values, Mapping) else dict.fromkeys(values, Texts())
            found.append((self.text(entry.label) or clean(name.replace("_", " ")), words))
        return found

    def _list_name(self, test: Among) -> str:
        return next((name for name, words in self._lists if test.codes == words.keys()), "")

    def read(self, read: Read, apart: Sequence[Amount] = ()) -> str:
        """Return a value that was taken, in words, without what it is per."""
        return self.value(read.name, read.value, read.unit, per=False, apart=apart)

    # -- results -------------------------------------------------------------------------------

    def results(self) -> str:
        """Say the results."""
        if self.facts.reason:
            return self._set_aside()
        told = [self._result(output) for output in self.rule.outputs.values()]
        return " ".join(told)

    def _result(self, output: Output) -> str:
        value, name = self.facts.outputs[output.name], capital(self.name(output.name))
        if value is None:
            return self._no_result(output, name)
        text = self.output(output.name, value)
        if output.kind not in _RESULTS or not isinstance(value, Fraction | Surd):
            return self.say("{name}: {value}.", name=name, value=text)
        alone = self._alone(output) and (value == 0 or "/" in output.unit or output.unit == "share")
        form = (0 if alone else 1) + (2 if value == 0 else 0)
        return self.say(_RESULTS[output.kind][form], name=name, value=text)

    def _alone(self, output: Output) -> bool:
        kinds = [other.kind for other in self.rule.outputs.values()]
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
        unit = self.rule.outputs[name].unit
        text = self.value(name, value, unit, whole=True)
        if isinstance(value, Fraction | Surd) and not is_exact(value, unit, 2):
            return self.say("about {value}", value=text)
        return text

    def _set_aside(self) -> str:
        name = self.facts.reason.partition(":")[0]
        if name not in self.rule.all_inputs:
            return self.say("No result: no case of the rule is yours.")
        item = self.rule.all_inputs[name]
        require = next((r for r in self.rule.file.require if r.message.first in self.facts.reason
                        and r.input == name and r.message), None)  # fmt: skip
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
        made_up = [op for op in self.facts.operations if op.basis.confidence == "made_up"]
        if made_up:
            yield self.say("Please note: the figures of this rule are made up for an example.")

    # -- how the result was worked out ---------------------------------------------------------

    def operations(self) -> Iterator[Line]:
        """Say each operation that the result was made from."""
        for done in self.facts.operations:
            if done.main:
                yield self._operation(done)

    def _operation(self, done: Done) -> Line:
        name = capital(self.name(done.name))
        if done.value is None:
            return Line(self._missing(done, name), tuple(self._below(done)))
        if done.kind == "scale":
            return self._scale(done, name)
        if done.kind == "best":
            return self._best(done, name)
        if done.kind == "by":
            text = self._listed(done)
        elif isinstance(done.value, bool | str):
            text = self.value(done.name, done.value)
        else:
            text = Formula(self, done).told() + self._bounded(done)
        return Line(f"{self.say('{name}: {value}', name=name, value=text)}{self._why(done)}.",
                    tuple(self._below(done)))  # fmt: skip

    def _missing(self, done: Done, name: str) -> str:
        if done.missing and done.missing != done.name:
            return self.say(
                "{name}: no result, because there is none for “{other}”.",
                name=name, other=self.name(done.missing),
            )  # fmt: skip
        absent = [read for read in done.reads if read.role == "input" and read.value is None]
        why = self.say("; ").join(
            self.say("{name}: {value}", name=self.name(read.name), value=self.say("not given"))
            for read in absent
        )
        why = self._why(done) or (f" ({why})" if why else "")
        return self.say("{name}: no result", name=name) + why + "."

    def _why(self, done: Done) -> str:
        """Return the case that decided and why, to put behind a value; empty where there is none."""
        verdict = done.verdict
        if verdict is None:
            return ""
        tests = self._of_person(verdict.tests)
        failed = [t for v in done.verdicts if v.holds is False for t in self._of_person(v.tests)]
        decides = done.name == self.rule.version.decides
        case = self.case(verdict.row) if decides or not tests else ""
        if case == self._quoted(self.value(done.name, done.value, done.unit)):
            case = ""  # it is called as what it gives
        why = self.tests(tests or (() if decides else dict.fromkeys(failed)))
        text = self.say(", case {case}", case=case) if case else ""
        return f"{text} ({why})" if why else text

    def _below(self, done: Done) -> Iterator[str]:
        """Say the rows before the one that decided, where that row names the result."""
        if done.name != self.rule.version.decides or done.kind != "table":
            return
        told = []
        decided = done.verdict
        known = {test.read.name for test in decided.tests} if decided is not None else set()
        for verdict in done.verdicts:
            # what the case that decided asks says enough of those that ask the same
            tests = [t for t in self._of_person(verdict.tests) if t.read.name not in known]
            case = self.case(verdict.row)
            implied = len(tests) < len(verdict.tests) and known
            if verdict.holds is False and tests and case and not implied:
                told.append(f"{case} ({self.tests(tests)})")
        if told:
            more = len(told) - MANY
            cases = self.say("; ").join(told[:MANY])
            if more > 0:
                cases += self.say("; ") + self.say.plural(
                    "{count} other case", "{count} other cases", Fraction(more)
                )
            yield self.say("Not your case: {cases}.", cases=cases)

    @staticmethod
    def _of_person(tests: Iterable[Test]) -> list[Test]:
        return [test for test in tests if test.read.role != "parameter"]

    def _bounded(self, done: Done) -> str:
        """Say the bounds and the rounding of a value."""
        text = ""
        bounds = {bound.kind: bound for bound in done.bounds}
        shown = {kind: self._bound(done, kind, bound.value) for kind, bound in bounds.items()}
        for kind, sentence in (
            ("at_least", msg(", raised to the minimum of {bound}")),
            ("at_most", msg(", brought down to the maximum of {bound}")),
        ):
            if kind in bounds and bounds[kind].applied:
                text += self.say(sentence, bound=shown[kind])
        if len(bounds) == 2 and not text:
            text = self.say(
                ", between the minimum of {low} and the maximum of {high}",
                low=shown["at_least"], high=shown["at_most"],
            )  # fmt: skip
        if done.rounding is not None and done.rounding.applied:
            value = self.value(done.name, done.value, done.unit, per=False)
            unit = self.value(done.name, done.rounding.unit, done.unit, per=False)
            sentence = _ROUNDINGS.get(
                done.rounding.mode, msg("rounded to the nearest {unit}: {value}")
            )
            before = [bound.value for bound in done.bounds if bound.applied] or [done.raw]
            if self.value(done.name, before[-1], done.unit, per=False) != value:
                text += ", " + self.say(sentence, unit=unit, value=value)
        return text

    def _bound(self, done: Done, kind: str, value: Value) -> str:
        text = self.value(done.name, value, done.unit, per=False)
        step = done.facts.step if done.facts is not None else None
        node = getattr(step, kind, None)
        return f"{text} ({self.name(node.name)})" if isinstance(node, Name) else text

    def _listed(self, done: Done) -> str:
        """Say an amount that is listed by a number."""
        node = done.expression
        value = self.value(done.name, done.raw, done.unit, per=False)
        by = "; ".join(f"{self.name(read.name)}: {self.read(read)}" for read in done.reads)
        if not isinstance(node, Listed) or len(done.reads) != 1:
            return f"{value} ({by})"
        by = self.say(
            "{name}: {value}", name=self.name(done.reads[0].name), value=self.read(done.reads[0])
        )
        count = done.reads[0].value
        beyond = 0
        if isinstance(count, Fraction):
            beyond = max(int(count) - node.first - len(node.amounts) + 1, 0)
        if isinstance(node.by, Name) and beyond and node.beyond:
            last, each = (
                self.value(done.name, amount, done.unit, per=False)
                for amount in (node.amounts[-1], node.beyond)
            )
            value = f"{last} + {beyond} × {each} = {value}"
        return f"{value}{self._bounded(done)} ({by})"

    def _scale(self, done: Done, name: str) -> Line:
        """Say what each part of a scale comes to."""
        base = done.facts.entry.scale if done.facts is not None else ""
        read = next((read for read in done.reads if read.name == base), None)
        unit = read.unit if read is not None else ""
        below = []
        for piece in done.pieces:
            amount = self.say.quantity(piece.amount, unit, self.rule.currency, per=False)
            rate = self._rate(piece.rate, done.unit, unit)
            if isinstance(piece.row.value, Name):
                rate += f" ({self.name(piece.row.value.name)})"
            value = self.value(done.name, piece.value, done.unit, per=False)
            part = (
                self.text(piece.row.name)
                if piece.row.named
                else self._part(piece.row, piece.start, unit)
            )
            sign = self.equals(piece.value, done.unit)
            below.append(
                self.say("{name}: {value}", name=part, value=f"{amount} × {rate} {sign} {value}")
            )
        total = self.value(done.name, done.raw, done.unit, per=False) + self._bounded(done)
        of = (
            self.say("{name}: {value}", name=self.name(base), value=self.read(read)) if read else ""
        )
        name = self.say("{name}, part by part", name=name) + (f" ({of})" if of else "")
        return Line(self.say("{name}: {value}", name=name, value=total) + ".", tuple(below))

    def _part(self, row: RowFacts, start: Fraction, unit: str) -> str:
        low = self.say.quantity(start, unit, self.rule.currency, per=False)
        if row.up_to is None:
            return self.say(msg("more than {bound}"), bound=low)
        high = self.say.quantity(row.up_to, unit, self.rule.currency, per=False)
        return self.say("from {low} to {high}", low=low, high=high)

    @cached_property
    def percents(self) -> frozenset[Fraction]:
        """The shares that conditions write with a percent sign."""
        found: set[Fraction] = set()
        for facts in self.rule.steps.values():
            for row in facts.entry.row:
                for when in row.when if isinstance(row.when, tuple) else (row.when,):
                    texts = [text for text in when.values() if isinstance(text, str)]
                    found |= {share for text in texts for share in percents(text)}
        return frozenset(found)

    def _rate(self, rate: Value, unit: str, per: str) -> str:
        if not isinstance(rate, Fraction | Surd):
            return ""
        if unit.partition("/")[0] == per.partition("/")[0]:
            return self.say.percent(rate)
        return self.say.quantity(
            rate, f"{unit.partition('/')[0]}/{per}", self.rule.currency, per=False
        )

    def _best(self, done: Done, name: str) -> Line:
        """Say what each candidate gives, and which one counts."""
        entry = done.facts.entry if done.facts is not None else None
        value = self.value(done.name, done.raw, done.unit, per=False) + self._bounded(done)
        winner = self.case(done.row) if done.row is not None else ""
        good = [v for v in done.verdicts if v.holds]
        best, alone = msg("the lowest of these: {all}"), msg("the only one that counts")
        if entry is not None and entry.best == "highest":
            best = msg("the highest of these: {all}")
        each = self.say("; ").join(self._candidates(done, good))
        why = self.say(best, all=each) if len(good) > 1 else self.say(alone)
        below = [
            self.say("Not for you: {case} ({why}).", case=self.case(v.row), why=self.tests(tests))
            for v in done.verdicts if v.holds is False and (tests := self._of_person(v.tests))
        ]  # fmt: skip
        text = self.say(
            "{name}: {value}, {winner}, {why}.", name=name, value=value, winner=winner, why=why
        )
        return Line(text, tuple(below))

    def _candidates(self, done: Done, good: Sequence[Verdict]) -> Iterator[str]:
        """Say what each candidate gives; those that all give the same lesser value are counted."""
        groups: dict[str, list[Verdict]] = {}
        for verdict in good:
            value = self.value(done.name, verdict.value, done.unit, per=False)
            groups.setdefault(value, []).append(verdict)
        for value, same in sorted(
            groups.items(), key=lambda group: done.row is not group[1][0].row
        ):
            others = [v for v in same if v.row is not done.row]
            if len(others) > 2:
                same = [v for v in same if v.row is done.row]
            yield from (f"{self.text(v.row.name)}, {value}" for v in same)
            if len(others) > 2:
                count = self.say.plural("{count} other", "{count} others", Fraction(len(others)))
                yield f"{count}, {value}"

    def equals(self, value: Value, unit: str) -> str:
        """Return the sign between what is worked out and a number that may be rounded in words."""
        exact = not isinstance(value, Fraction | Surd) or is_exact(value, unit)
        return "=" if exact else "≈"

    # -- conditions ----------------------------------------------------------------------------

    def tests(self, tests: Iterable[Test]) -> str:
        """Say conditions with the person's values; those on one value together."""
        groups: dict[str, list[Test]] = {}
        for test in tests:
            groups.setdefault(test.read.name, []).append(test)
        return self.say("; ").join(self._tested(group) for group in groups.values())

    def _tested(self, tests: list[Test]) -> str:
        read = tests[0].read
        apart = [t.bound for t in tests if isinstance(t.bound, Fraction | Surd)]
        value = self.read(read, apart)
        if read.value is None and read.role != "input":
            value = self.say("no result")
        said = [text for test in tests if (text := self._relation(test))]
        told = self.say("{name}: {value}", name=self.name(read.name), value=value)
        return ", ".join([told, *([_joined(said, self.say(" and "))] if said else [])])

    def _relation(self, test: Test) -> str:
        """Say how a value stands to what is asked; empty where the value says it."""
        condition = test.condition
        if test.read.value is None:
            return ""
        if isinstance(condition, Compare):
            return self._comparison(condition, test)
        if isinstance(condition, Among):
            inside = condition.has(str(test.read.value))
            listed = self._list_name(condition)
            if listed:
                return (
                    self.say("on the list “{list}”", list=listed)
                    if inside
                    else self.say("not on the list “{list}”", list=listed)
                )
            if condition.prefixes:
                prefixes = self.say(" or ").join(map(clean, sorted(condition.prefixes)))
                sentence = (
                    msg("which begins with {start}")
                    if inside
                    else msg("which does not begin with {start}")
                )
                return self.say(sentence, start=prefixes)
        return ""

    def _comparison(self, condition: Compare, test: Test) -> str:
        sign = condition.sign if test.holds else _FAILS[condition.sign]
        if condition.sign == "=" and isinstance(condition.right, Number):
            return ""
        if not isinstance(test.bound, Fraction | Surd):
            return ""
        apart = [test.read.value] if isinstance(test.read.value, Fraction) else []
        bound = self.value(test.read.name, test.bound, test.read.unit, per=False, apart=apart)
        if not isinstance(condition.right, Number):
            words = Formula(self, None).labels(condition.right)
            bound = self.say("{bound}, that is {words}", bound=bound, words=words)
        return self.say(_HOLDS[sign], bound=bound)

    # -- what would change it ------------------------------------------------------------------

    def changed(self) -> Iterator[str]:
        """Say what would change the result."""
        for change in self.changes.found:
            text = self._change(change)
            if text:
                yield text
        if not self.changes.found and self.changes.walked:
            names = ", ".join(self.name(name) for name in self.changes.walked)
            yield self.say("None of these, alone, would change the result: {names}.", names=names)

    def _change(self, change: Change) -> str:
        name = capital(self.name(change.input))
        what = self._outcome(change)
        if not what:
            return ""
        item = self.rule.all_inputs[change.input]
        if isinstance(change.bound, bool):
            sentence = (
                msg("{name}: if yes, {what}.") if change.bound else msg("{name}: if not, {what}.")
            )
            return self.say(sentence, name=name, what=what)
        own = self.value(change.input, self._own(change.input), item.unit)
        if isinstance(change.bound, str):
            quoted = [self._quoted(self._code(change.input, code)) for code in change.codes]
            codes = self.say(" or ").join(quoted)
            reach = self.say("with {value} instead of {own}", value=codes, own=self._quoted(own))
            return self.say("{name}: {reach}, {what}.", name=name, reach=reach, what=what)
        bound = self.value(change.input, change.bound, item.unit)
        if item.kind == "whole" and item.unit in _COUNTED:
            reach = self.say("with {value} instead of {own}", value=bound, own=own)
            return self.say("{name}: {reach}, {what}.", name=name, reach=reach, what=what)
        sentence = _AT[change.reach]
        reach = self.say(sentence, bound=bound)
        for other, value in change.through.items():
            unit = self.rule.all_inputs[other].unit
            shown = self.value(other, value, unit, per=False)
            inner = self.say("{name}: {value}", name=self.name(other), value=shown)
            reach += f" ({inner})"
        text = self.say("{name}: {reach}, {what}.", name=name, reach=reach, what=what)
        gap = self._gap(change, item.unit)
        return f"{text} {gap}" if gap else text

    def _own(self, name: str) -> Value:
        return next(datum.value for datum in self.facts.data if datum.item.name == name)

    def _gap(self, change: Change, unit: str) -> str:
        if change.gap == 0:
            return self.say("You are exactly at this value.")
        down = change.reach in ("<", "<=")
        if change.gap is None or (unit == "years" and down) or unit in ("share", ""):
            return ""
        if self.rule.all_inputs[change.input].kind == "date":
            return ""
        gap = self.say.quantity(change.gap, unit, self.rule.currency, per=False)
        if unit == "years":
            return self.say("That is in {gap}.", gap=gap) if change.gap >= 1 else ""
        return (
            self.say("You are {gap} above.", gap=gap)
            if down
            else self.say("You are {gap} below.", gap=gap)
        )

    def _outcome(self, change: Change) -> str:
        told = []
        for name, value in change.outputs.items():
            output = self.rule.outputs[name]
            label = self.name(name)
            if value is None:
                alone = len(self.rule.outputs) == 1
                sentence = msg("there would be no result") if alone else msg("{name}: no result")
                told.append(self.say(sentence, name=label))
                continue
            text = self.output(name, value)
            if text == self.output(name, self.facts.outputs[name]):
                continue  # it differs by less than is said
            if output.kind not in _WOULD_BE or not isinstance(value, Fraction | Surd):
                told.append(self.say("{name}: {value}", name=label, value=text))
                continue
            form = (0 if self._alone(output) else 1) + (2 if value == 0 else 0)
            told.append(self.say(_WOULD_BE[output.kind][form], name=label, value=text))
        plain = all(self._alone(self.rule.outputs[name]) and self.rule.outputs[name].kind in _WOULD_BE
                    and value is not None for name, value in change.outputs.items())  # fmt: skip
        text = _joined(told, self.say(" and ")) if plain else self.say("; ").join(told)
        switches = [found for one in change.switches if (found := self._switch(one))]
        return f"{text} ({self.say('; ').join(switches)})" if switches else text

    def _switch(self, switch: Switch) -> str:
        """Say which bound comes into force or no longer is; rows speak by their result."""
        if switch.kind not in ("at_least", "at_most"):
            return ""
        facts = self.rule.steps[switch.step]
        bound = self.value(switch.step, switch.value, facts.unit, per=False)
        sentence = {
            ("at_least", True): msg("the minimum of {bound} for “{name}” applies"),
            ("at_least", False): msg("the minimum of {bound} for “{name}” no longer applies"),
            ("at_most", True): msg("the maximum of {bound} for “{name}” applies"),
            ("at_most", False): msg("the maximum of {bound} for “{name}” no longer applies"),
        }[switch.kind, switch.in_force]
        return self.say(sentence, bound=bound, name=self.name(switch.step))

    # -- data, figures, rights -----------------------------------------------------------------

    def data(self) -> Iterator[tuple[str, str, str]]:
        """Say each datum, its value, and where it comes from."""
        for datum in self.facts.data:
            value = self.value(datum.item.name, datum.value, datum.item.unit)
            yield self.name(datum.item.name, whole=True), value, self._origin(datum)

    def _origin(self, datum: Datum) -> str:
        origin = self.say(_ORIGINS[datum.origin])
        if datum.holder and datum.origin not in (PRESUMED, ABSENT):
            origin = self.say(
                "{origin}; held by: {holder}", origin=origin, holder=self.text(datum.holder)
            )
        return origin if datum.read else self.say("{origin}; without effect here", origin=origin)

    def version(self) -> str:
        """Say which version was computed, for which day."""
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
        groups: dict[tuple[str, str], tuple[Basis, list[str]]] = {}
        told = [(p.basis, self._parameter(p)) for p in self.facts.parameters]
        told += [(d.basis, self._figure(d)) for d in self.facts.operations if d.main and d.facts]
        told.insert(0, (self.rule.version.basis, self.say("the rule")))
        for basis, figure in told:
            key = (str(basis.source or ""), basis.confidence)
            figures = groups.setdefault(key, (basis, []))[1]
            if figure not in figures:
                figures.append(figure)
        for basis, figures in groups.values():
            sure = self.say(_CONFIDENCES[basis.confidence]) if basis.confidence else ""
            source = basis.source
            title = self._source(source) if source is not None else self.say("no source is given")
            yield (
                title,
                source.url if source is not None else "",
                sure,
                self.say("; ").join(figures),
            )

    def _source(self, source: Source) -> str:
        more = source.reference if source.reference not in source.title else ""
        words = self.file_text(", ".join(filter(None, (source.title, more))))
        if source.read is None:
            return words
        return self.say("{source}, read on {day}", source=words, day=self.say.date(source.read))

    def _parameter(self, parameter: Parameter) -> str:
        value = parameter.value
        if isinstance(value, str | bool | Fraction):
            text = self.value(parameter.name, value, parameter.unit)
        else:
            text = self.say.date(value)
        return self.say("{name}: {value}", name=self.name(parameter.name), value=text)

    def _figure(self, done: Done) -> str:
        name = self.name(done.name)
        case = self.case(done.row) if done.row is not None and done.kind != "scale" else ""
        return f"{name} ({case})" if case else name

    def notes(self) -> Iterator[str]:
        """Say what the rule has to say to this person."""
        for note in dict.fromkeys(self.facts.notes):
            yield self.text(note)

    def rights(self, law: JurisdictionFile | None, role: str | None) -> Iterator[str]:
        """Say the purpose, the part of the computation in the decision, and what the law gives."""
        fill = self._fillings()
        if law is None:
            yield self.say(
                "This result is worked out by a program. Its purpose: {purpose}.", **fill
            )
            mentions = []
        else:
            mentions = [m for m in law.mention if m.role in ("any", role)]
        for mention in mentions:
            yield self._legal(mention.text, mention.reference, fill)
        if role is None:
            yield self.say("{authority} says what part this result has in its decision.", **fill)
        elif all(mention.role != role for mention in mentions):
            sentence = {
                "decides": msg("This result is the decision of {authority}: no one else decides."),
                "assists": msg(
                    "This result helps a member of the staff of {authority}, who decides."
                ),
            }[role]
            yield self.say(sentence, **fill)
        if law is None:
            yield self.say("If you have a question or disagree, turn to: {authority}.", **fill)
        for right in law.right if law is not None else ():
            yield self._legal(right.text, right.reference, fill)

    def _fillings(self) -> dict[str, str]:
        purpose = self.text(self.rule.purpose or self.rule.title).rstrip(". ")
        own = self.rule.purpose.has(self.say.code)
        return {
            "purpose": purpose[:1].lower() + purpose[1:] if own else purpose,
            "authority": clean(self.rule.authority) or self.say("the authority"),
            "contact": clean(self.rule.file.contact) or clean(self.rule.authority),
        }

    def _legal(self, texts: Texts, reference: str, fill: Mapping[str, str]) -> str:
        text = self.text(texts)
        for name, words in fill.items():
            text = text.replace(f"{{{name}}}", words)
        law = next(iter(texts.wordings), "")
        words = self.say.text(reference) if law == self.say.code else marked(clean(reference), law)
        return f"{text} ({words})" if reference and reference not in text else text


class Formula:
    """A formula in words: what it reads with its labels, its figures, and what it comes to.

    Parameters
    ----------
    words : Words
        The words.
    done : Operation or None
        The operation; None for a formula of which only the labels are said.
    """

    def __init__(self, words: Words, done: Done | None) -> None:
        self.words, self.done = words, done
        self.say, self.currency = words.say, words.rule.currency
        self.reads = {read.name: read for read in done.reads} if done is not None else {}
        self.unit = done.unit if done is not None else ""
        self.percents = percents(done.text) if done is not None else words.percents

    def told(self) -> str:
        """Say how a number was worked out."""
        done = self.done
        if done is None:
            raise TypeError("nothing was worked out")
        node = done.expression
        value = self.words.value(done.name, done.raw, done.unit, per=False)
        if isinstance(node, Number):
            return value
        if isinstance(node, Name):
            return f"{value} ({self.words.name(node.name)})"
        sign = self.words.equals(done.raw, done.unit)
        shifted = self._shifted(node)
        if shifted:
            return f"{shifted} {sign} {value}"
        if self._is_flat(node):
            return f"{self.figures(node, named=True)} {sign} {value}"
        return f"{self.labels(node)} = {self.figures(node)} {sign} {value}"

    def _shifted(self, node: Expression) -> str:
        """Say ``price * (1 - reduction)`` as a price minus a percentage of it; else nothing."""
        shifts: list[str] = []
        while isinstance(node, Operation) and node.sign == "*":
            shift = self._shift(node.right)
            if shift is None:
                break
            if shift:
                shifts.insert(0, shift)
            node = node.left
        if not isinstance(node, Name) or node.name not in self.reads:
            return ""
        start = self._operand(node, named=True)
        return ", ".join([start, *shifts]) if shifts else ""

    def _shift(self, node: Expression) -> str | None:
        """Say ``1 - reduction`` as a shift; empty where it is none, None where it is no share."""
        if not isinstance(node, Operation) or node.sign not in "+-":
            return None
        share = node.right
        if node.left != Number(Fraction(1)) or not self._is_share(share):
            return None
        if isinstance(share, Name) and self.reads[share.name].value == 0:
            return ""
        text = self._operand(share, named=True)
        sentence = msg("minus {share}") if node.sign == "-" else msg("plus {share}")
        return self.say(sentence, share=text)

    def _is_share(self, node: Expression) -> bool:
        if isinstance(node, Number):
            return node.value in self.percents
        return (
            isinstance(node, Name)
            and node.name in self.reads
            and self.reads[node.name].unit == "share"
        )

    def _is_flat(self, node: Expression) -> bool:
        """Say whether a formula is read without brackets, and so takes its labels in them."""
        match node:
            case Number() | Name():
                return True
            case Root(part):
                return isinstance(part, Name | Number)
            case Extreme(_, parts):
                return all(self._is_flat(part) for part in parts)
            case Operation(sign, left, right):
                low = sign in "*/"
                for side in (left, right):
                    if isinstance(side, Operation) and low and side.sign in "+-":
                        return False
                if isinstance(right, Operation) and (sign in "-/" or right.sign == "/"):
                    return False
                return self._is_flat(left) and self._is_flat(right)
            case _:
                return False

    def labels(self, node: Expression) -> str:
        """Write a formula with the names of what it reads."""
        return self._written(node, 0, lambda leaf, _: self._label(leaf))

    def _label(self, leaf: Expression) -> str:
        if isinstance(leaf, Name):
            return self.words.name(leaf.name)
        if not isinstance(leaf, Number):
            raise TypeError(f"{type(leaf).__name__} is no leaf")
        return self._figure(leaf.value, "")

    def figures(self, node: Expression, *, named: bool = False) -> str:
        """Write a formula with the person's figures, and with what they are in brackets."""
        return self._written(node, 0, lambda leaf, unit: self._operand(leaf, unit, named=named))

    def _operand(self, leaf: Expression, unit: str = "", *, named: bool = False) -> str:
        if isinstance(leaf, Name):
            text = self.words.read(self.reads[leaf.name])
            return f"{text} ({self.words.name(leaf.name)})" if named else text
        if not isinstance(leaf, Number):
            raise TypeError(f"{type(leaf).__name__} is no leaf")
        return self._figure(leaf.value, unit)

    def _figure(self, value: Fraction, unit: str) -> str:
        if value in self.percents:
            return self.say.percent(value)
        return self.say.quantity(value, unit, self.currency, per=False)

    def _written(self, node: Expression, level: int, leaf: Writer, unit: str | None = None) -> str:
        unit = self.unit if unit is None else unit
        match node:
            case Operation("*", Number(factor), part) if factor == 1:
                return self._written(part, level, leaf, unit)
            case Operation("-", Number(zero), part) if zero == 0:
                text = f"−{self._written(part, 2, leaf, unit)}"
                return f"({text})" if level else text
            case Operation(sign, left, right):
                own = 1 if sign in "+-" else 2
                units = (unit, unit) if own == 1 else self._units(left, right, unit)
                of = self._share_of(sign, left, right, leaf, units)
                if of:
                    return of
                shown = {"*": "×", "/": "/", "-": "−", "+": "+"}[sign]
                one = self._written(left, own, leaf, units[0])
                other = self._written(right, own + (sign in "-/"), leaf, units[1])
                text = f"{one} {shown} {other}"
                return f"({text})" if own < level else text
            case Extreme(kind, parts):
                sentence = (
                    msg("the lowest of {all}") if kind == "min" else msg("the highest of {all}")
                )
                return self.say(sentence, all=self.say(" and ").join(
                    self._written(part, 0, leaf, unit) for part in parts))  # fmt: skip
            case Root(part):
                inner = self._written(part, 0, leaf, "")
                return f"√{inner}" if isinstance(part, Name | Number) else f"√({inner})"
            case Rounded(part, step, _):
                return self.say(
                    "{value} rounded to {unit}", value=self._written(part, 2, leaf, unit),
                    unit=self._figure(step, unit),
                )  # fmt: skip
            case _:
                return leaf(node, unit)

    def _units(self, left: Expression, right: Expression, unit: str) -> tuple[str, str]:
        """Return the units of two factors where a figure among them takes that of the product."""
        money = unit.partition("/")[0] == self.currency and bool(self.currency)
        named = any(
            self.reads[name].unit.partition("/")[0] == self.currency
            for name in (read_names(left) | read_names(right)) & self.reads.keys()
        )
        if not money or named:
            return "", ""
        return (
            (unit, "")
            if isinstance(left, Number)
            else ("", unit if isinstance(right, Number) else "")
        )

    def _share_of(
        self, sign: str, left: Expression, right: Expression, leaf: Writer, units: tuple[str, str]
    ) -> str:
        """Say ``income * 2 %`` as 2 % of an income; else nothing."""
        if sign != "*" or self.done is None:
            return ""
        for share, amount in ((right, left), (left, right)):
            if self._is_share(share) and isinstance(amount, Name) and not self._is_share(amount):
                return self.say("{share} of {value}", share=leaf(share, ""), value=leaf(amount, ""))
        return ""


def percents(text: str) -> frozenset[Fraction]:
    """Return the shares that a formula writes with a percent sign."""
    return frozenset(Fraction(n) / 100 for n in re.findall(r"(\d+(?:\.\d+)?)\s*%", text))


def _joined(parts: Sequence[str], last: str) -> str:
    """Join phrases by commas, the last two by a word."""
    return last.join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
