"""How a result was worked out, in words: a sentence an operation, and what belongs under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import attrs

from tarifs_solidaires.catalogue import msg
from tarifs_solidaires.engine.expression import Listed, Name
from tarifs_solidaires.say.facts import Operation, Piece, Read, Test, Verdict
from tarifs_solidaires.say.formula import Formula, equals
from tarifs_solidaires.say.language import Language, capital
from tarifs_solidaires.say.words import Words

_BOUNDS = {
    "at_least": msg(", raised to the minimum of {bound}"),
    "at_most": msg(", brought down to the maximum of {bound}"),
}
_ROUNDINGS = {
    "up": msg("rounded up to a multiple of {unit}: {value}"),
    "down": msg("rounded down to a multiple of {unit}: {value}"),
}


@attrs.frozen
class Line:
    """A sentence, and those that belong under it."""

    text: str
    below: tuple[str, ...] = ()


@attrs.frozen
class Working:
    """One operation in words.

    Parameters
    ----------
    words : Words
        The words.
    done : Operation
        The operation.
    """

    words: Words
    done: Operation

    @property
    def say(self) -> Language:
        """The language."""
        return self.words.say

    @property
    def _decides(self) -> bool:
        return self.done.name == self.words.rule.version.decides

    def line(self) -> Line:
        """Say the operation."""
        done, words, say = self.done, self.words, self.say
        name = capital(words.name(done.name))
        below: Iterable[str] = self._others()
        if done.value is None and done.missing not in ("", done.name):
            other = words.name(done.missing)
            return Line(
                say(
                    "{name}: no result, because there is none for “{other}”.",
                    name=name,
                    other=other,
                )
            )
        if done.value is None:
            text = say("{name}: no result", name=name) + (self._why() or self._absent())
        elif done.kind == "scale":
            name = say("{name}, part by part", name=name) + self._read_in_brackets()
            text, below = words.pair(name, self._amount() + self._bounded()), self._pieces()
        elif done.kind == "best":
            winner = words.case(done.row) if done.row is not None else ""
            value = self._amount() + self._bounded()
            text = words.pair(name, f"{value}, {winner}, {self._best()}")
            below = self._not_for_person()
        elif done.kind == "by":
            value = self._listed() + self._bounded() + self._read_in_brackets()
            text = words.pair(name, value)
        elif isinstance(done.value, bool | str):
            text = words.pair(name, words.value(done.name, done.value)) + self._why()
        else:
            value = Formula.of(words, done).told(
                done.expression, done.raw, self._amount(), self._most
            )
            text = words.pair(name, value + self._bounded()) + self._why()
        return Line(f"{text}.", tuple(below))

    def _amount(self, value: object = None) -> str:
        """Return an amount of the operation in words; what it came to, where none is given."""
        amount = value if isinstance(value, Fraction) else self.done.raw
        apart = [bound.value for bound in self.done.bounds if isinstance(bound.value, Fraction)]
        return self.words.value(
            self.done.name, amount, self.done.unit, per=False, most=self._most, apart=apart
        )

    @property
    def _most(self) -> int:
        """Decimals of amounts: cents, unless a rounding that is told could seem wrong by them."""
        rounding = self.done.rounding
        return 2 if rounding is None or rounding.mode == "half_up" else 4

    def _read_in_brackets(self) -> str:
        """Say what was read, in brackets."""
        each = [self.words.pair(self.words.name(r.name), self.words.read(r)) for r in self._base()]
        return f" ({self.words.joined(each)})" if each else ""

    def _base(self) -> list[Read]:
        """Return what an operation is about: what its scale parts, what its amounts are listed by."""
        facts = self.done.facts
        base = (facts.entry.scale or facts.entry.by) if facts is not None else ""
        named = [read for read in self.done.reads if read.name == base]
        return named or ([] if self.done.kind == "scale" else list(self.done.reads))

    def _absent(self) -> str:
        """Say which inputs are not given, in brackets."""
        absent = [r for r in self.done.reads if r.role == "input" and r.value is None]
        each = [self.words.pair(self.words.name(r.name), self.words.read(r)) for r in absent]
        return f" ({self.words.joined(each)})" if each else ""

    # -- rows and candidates -------------------------------------------------------------------

    @staticmethod
    def _of_person(tests: Iterable[Test]) -> list[Test]:
        return [test for test in tests if test.read.role != "parameter"]

    def _why(self) -> str:
        """Return the case that decided and why, to put behind a value; empty where there is none."""
        done, words = self.done, self.words
        if done.kind != "table" or done.row is None:
            return ""
        named = self._decides or not done.because or done.value is None
        case = words.case(done.row) if named else ""
        if case == words.quoted(words.value(done.name, done.value, done.unit)):
            case = ""  # it is called as what it gives
        text = self.say(", case {case}", case=case) if case else ""
        return f"{text} ({words.tests(done.because)})" if done.because else text

    def _others(self) -> Iterator[str]:
        """Say the rows before the one that decided which did not hold for another reason."""
        words = self.words
        sure, presumed = dict[str, list[str]](), dict[str, list[str]]()
        for verdict in self.done.refused:
            supposed = all(test.read.name in words.facts.presumed for test in verdict.tests)
            told = presumed if supposed else sure
            told.setdefault(words.tests(verdict.tests), []).append(words.case(verdict.row))
        for told, sentence in (
            (sure, msg("Not your case: {cases}.")),
            (presumed, msg("Presumed not to be your case: {cases}.")),
        ):
            each = [f"{', '.join(cases)} ({why})" for why, cases in told.items()]
            if each:
                yield self.say(sentence, cases=words.joined(each))

    def _best(self) -> str:
        """Say what each candidate gives; those that all give the same lesser value are counted."""
        done, words = self.done, self.words
        groups: dict[str, list[Verdict]] = {}
        for verdict in done.verdicts:
            if verdict.holds:
                groups.setdefault(self._amount(verdict.value), []).append(verdict)
        if sum(map(len, groups.values())) == 1:
            return self.say("the only one that counts")
        told: list[str] = []
        for value, same in groups.items():
            winner = [v for v in same if v.row is done.row]
            others = [v for v in same if v.row is not done.row]
            few = others if len(others) <= 2 else []
            each = [f"{words.text(v.row.name)}, {value}" for v in (*winner, *few)]
            if len(others) > 2:
                count = self.say.plural("{count} other", "{count} others", Fraction(len(others)))
                each.append(f"{count}, {value}")
            told = each + told if winner else told + each
        highest = done.facts is not None and done.facts.entry.best == "highest"
        sentence = (
            msg("the highest of these: {all}") if highest else msg("the lowest of these: {all}")
        )
        return self.say(sentence, all=words.joined(told))

    def _not_for_person(self) -> Iterator[str]:
        """Say which candidates do not count, and why."""
        for verdict in self.done.verdicts:
            tests = self._of_person(verdict.tests)
            if verdict.holds is False and tests:
                case, why = self.words.case(verdict.row), self.words.tests(tests)
                yield self.say("Not for you: {case} ({why}).", case=case, why=why)

    # -- amounts -------------------------------------------------------------------------------

    def _bounded(self) -> str:
        """Say the bounds and the rounding of a value, to put behind it."""
        done = self.done
        text, shown, value = "", {}, done.raw
        for bound in done.bounds:
            shown[bound.kind] = self._amount(bound.value)
            node = getattr(done.facts.step, bound.kind) if done.facts is not None else None
            if isinstance(node, Name):
                shown[bound.kind] += f" ({self.words.name(node.name)})"
            if bound.applied:
                sentence = _BOUNDS[bound.kind]
                text += self.say(sentence, bound=shown[bound.kind])
                value = bound.value
        if len(shown) == 2 and not text:
            text = self.say(
                ", between the minimum of {low} and the maximum of {high}",
                low=shown["at_least"], high=shown["at_most"],
            )  # fmt: skip
        if done.rounding is not None and done.rounding.applied:
            after = self._amount(done.value)
            if self._amount(value) != after:  # words may have rounded it already
                nearest = msg("rounded to the nearest {unit}: {value}")
                sentence = _ROUNDINGS.get(done.rounding.mode, nearest)
                unit = self._amount(done.rounding.unit)
                text += ", " + self.say(sentence, unit=unit, value=after)
        return text

    def _listed(self) -> str:
        """Say an amount that is listed by a number, and what each further one adds."""
        node, by = self.done.expression, self._base()
        count = by[0].value if len(by) == 1 else None
        if isinstance(node, Listed) and isinstance(node.by, Name) and isinstance(count, Fraction):
            further = int(count) - node.first - len(node.amounts) + 1
            if further > 0 and node.beyond:
                last, each = self._amount(node.amounts[-1]), self._amount(node.beyond)
                return f"{last} + {further} × {each} = {self._amount()}"
        return self._amount()

    def _pieces(self) -> Iterator[str]:
        """Say what each part of a scale comes to."""
        words, unit = self.words, next((read.unit for read in self._base()), "")
        for piece in self.done.pieces:
            amount = self.say.quantity(piece.amount, unit, words.rule.currency, per=False)
            value = f"{equals(piece.value, self.done.unit, self._most)} {self._amount(piece.value)}"
            name = words.text(piece.row.name) if piece.row.named else self._part(piece, unit)
            yield words.pair(name, f"{amount} × {self._rate(piece, unit)} {value}")

    def _rate(self, piece: Piece, per: str) -> str:
        kind, of = self.done.unit.partition("/")[0], per.partition("/")[0]
        if not isinstance(piece.rate, Fraction):
            return self.say("no result")
        if kind == of:
            text = self.say.percent(piece.rate)
        else:
            text = self.say.quantity(
                piece.rate, f"{kind}/{per}", self.words.rule.currency, per=False
            )
        node = piece.row.value
        return f"{text} ({self.words.name(node.name)})" if isinstance(node, Name) else text

    def _part(self, piece: Piece, unit: str) -> str:
        low = self.say.quantity(piece.start, unit, self.words.rule.currency, per=False)
        if piece.row.up_to is None:
            return self.say("more than {bound}", bound=low)
        high = self.say.quantity(piece.row.up_to, unit, self.words.rule.currency, per=False)
        return self.say("from {low} to {high}", low=low, high=high)
