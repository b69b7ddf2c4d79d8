"""The sentences of an explanation: each fact said in one language."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from tarifs_solidaires.conditions import Flag, Interval, Member
from tarifs_solidaires.decision_table import Row
from tarifs_solidaires.effort_rate import AIDED, NOT_AIDED, OUTSIDE, ROWS
from tarifs_solidaires.facts import Change, Datum, Facts, Step, Test, Verdict, above, below
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.language import Language, Phrase, Quoted, clean, msg
from tarifs_solidaires.money import exact
from tarifs_solidaires.version import OUTPUTS, Parameter

# What was decided; the outputs that are not here are told as operations.
_DECIDED = {
    "taux_reduction": msg("Your reduction is {value}."),
    "prix_mensuel": msg("Your price is {value} a month."),
    "aide_annuelle": msg("Your aid is {value} a year."),
    "facture": msg("Your bill is {value}."),
}
_WOULD_BE = {
    "taux_reduction": msg("your reduction would be {value}"),
    "prix_mensuel": msg("your price would be {value} a month"),
    "aide_annuelle": msg("your aid would be {value} a year"),
    "facture": msg("your bill would be {value}"),
    "prix_m3": msg("each cubic metre costs {value}"),
}
_WOULD_BE_UNKNOWN = msg("the result would differ, but its figure is not known")
_WITH = {
    "quotient_familial": msg("With a family quotient of {bounded}"),
    "ressources_mensuelles": msg("With monthly resources of {bounded}"),
    "ressources_annuelles": msg("With yearly resources of {bounded}"),
    "echelon_bourse": msg("With a grant step of {bounded}"),
    "revenu_par_personne": msg("With a monthly income per head of {bounded}"),
}
_BOUNDED = {
    "<=": msg("{bound} or less"),
    "<": msg("less than {bound}"),
    ">": msg("more than {bound}"),
    ">=": msg("{bound} or more"),
}
_ASKED = {  # what a row asks, and what a person's figure is instead
    "<=": msg("at most {bound}"),
    "<": msg("less than {bound}"),
    ">": msg("more than {bound}"),
    ">=": msg("at least {bound}"),
}
_FROM = {  # for an age and a volume, which need no name
    "<=": msg("Up to {bound}"),
    "<": msg("Below {bound}"),
    ">": msg("Above {bound}"),
    ">=": msg("From {bound}"),
}
_ORIGINS = {
    "declaration": msg("your declaration"),
    "attestation": msg("certificate"),
    "administration": msg("an administration"),
    "default": msg("not given, assumed"),
}
_CONFIDENCES = {
    "official": msg("official"),
    "secondary": msg("secondary source"),
    "inferred": msg("inferred"),
}
_EFFORT_ROWS = {
    AIDED: msg("the reference bill exceeds the share of resources"),
    NOT_AIDED: msg("no aid"),
    OUTSIDE: msg("outside the territory"),
}
# The parameters that the two computed shapes know by name.
_PARAMETERS = {
    "part_ressources": msg("share of resources that the household bears"),
    "versement_minimal": msg("smallest aid that is paid"),
    "volume_par_personne": msg("reference volume a person or by size of household"),
    "volume_personne_suivante": msg("reference volume for each further person"),
    "prix_m3": msg("price of a cubic metre"),
    "aide_par_personne": msg("aid for each further person"),
    "personnes_sans_aide": msg("number of persons without aid"),
}
_EACH = {
    "month": msg("{value} a month"),
    "year": msg("{value} a year"),
    "m3": msg("{value} per m³"),
}
_RIGHTS_FRANCE = msg(
    "This result is computed by an algorithm whose purpose is: {purpose}. You may obtain from "
    "{authority} the rules of this processing and the main features of how it is carried out "
    "(articles L. 311-3-1, R. 311-3-1-1 and R. 311-3-1-2 of the French code of relations between "
    "the public and the administration). If this is refused or left without an answer, "
    "you may turn to the CADA."
)
_RIGHTS = msg(
    "This result is computed by an algorithm whose purpose is: {purpose}. You may ask {authority} "
    "for the rules of this processing, for the main features of how it is carried out, and for a "
    "person to review it."
)
_ROLES: Mapping[str | None, str] = {
    None: msg(
        "This computation gives the result in full; {authority} states how it decides on it."
    ),
    "decides": msg("The decision is this result: it is taken by this computation alone."),
    "assists": msg("This computation assists an official of {authority}, who decides."),
}


@attrs.frozen
class Sentences:
    """The facts of one result, said in one language."""

    say: Language
    facts: Facts

    def lead(self) -> tuple[Phrase, ...]:
        """Say what was decided, by which row, why, and what would change it."""
        say, facts = self.say, self.facts
        if facts.reason:
            return (self._set_aside(),)
        main = self._main()
        known = [
            say(_DECIDED[name], value=self.amount(name, value))
            for name, value in facts.outputs.items()
            if name in _DECIDED and not math.isnan(value) and not self._idle(name, value)
        ]
        if main not in _DECIDED:
            amount = self.amount(main, facts.outputs[main])
            known.insert(0, say("{name}: {value}", name=self._output(main), value=amount))
        elif math.isnan(facts.outputs[main]):
            known.insert(0, self._unknown(main))
        lead = [_join(known, " ")]
        blocks = msg("Block of the last cubic metre: {tranche}.")
        decides = blocks if facts.rule.version.blocks else msg("The rule that decides: {tranche}.")
        lead.append(say(decides, tranche=self._tranche()))
        decider = next((v for v in facts.verdicts if v.holds), None)
        if decider is not None and decider.tests and not facts.rule.version.blocks:
            lead.append(say("Why: {why}.", why=self.why(decider.tests)))
        lead += [self.change(change) for change in facts.changes]
        if not facts.changes:
            lead.append(self._no_change())
        return tuple(lead)

    def _main(self) -> str:
        """Return the output that is the decision: the first that is one, or else the first."""
        names = tuple(self.facts.outputs)
        return next((name for name in names if name in _DECIDED), names[0])

    def _idle(self, name: str, value: float) -> bool:
        """Say whether an amount of nothing is not worth a place beside the main result."""
        return value == 0 and name == "aide_annuelle" and name != self._main()

    def _output(self, name: str) -> str:
        meaning = OUTPUTS[name][self.say.code]
        return meaning[:1].upper() + meaning[1:]

    def _tranche(self) -> str:
        if self.facts.rule.version.shape == "effort_rate":
            return self.say.tell(_EFFORT_ROWS[ROWS.index(self.facts.tranche)])
        return Quoted(self.facts.tranche)

    def _unknown(self, output: str) -> Phrase:
        return self.say(
            "{output}: not known, because the sources of the rule give no figure for this case.",
            output=self._output(output),
        )

    def _set_aside(self) -> Phrase:
        name = self.facts.reason.partition(":")[0]
        if name not in INPUTS:
            return self.say("No result: no row of the rule covers this case.")
        item = INPUTS[name]
        if item.kind == "flag":
            expected = self.say("yes or no")
        elif item.kind == "commune":
            expected = self.say("a five-character INSEE code")
        else:
            sentence = msg("a number from {low} to {high}")
            if item.whole:
                sentence = msg("a whole number from {low} to {high}")
            elif item.step:
                sentence = msg("a number from {low} to {high} in steps of {step}")
            low, high = (self.quantity(name, bound) for bound in (item.minimum, item.maximum))
            expected = self.say(sentence, low=low, high=high, step=self.say.number(item.step))
        return self.say(
            "No result: “{name}” is missing or cannot be right; expected: {expected}.",
            name=self.meaning(name), expected=expected,
        )  # fmt: skip

    def change(self, change: Change) -> Phrase:
        """Say the nearest value from which the result differs, and how far it is."""
        say, name = self.say, change.input
        bound = self.quantity(name, change.bound)
        if name in ("age", "volume_m3"):
            reach = say(_FROM[change.reach], bound=bound)
        elif name in _WITH:
            reach = say(_WITH[name], bounded=say(_BOUNDED[change.reach], bound=bound))
        else:
            bounded = say(_BOUNDED[change.reach], bound=bound)
            reach = say("With {name}: {bounded}", name=self.meaning(name), bounded=bounded)
        what = _join(self._outcome(change), " " + say.tell("and") + " ")
        if change.gap == 0:
            return say(
                "{reach}, {what}: you are exactly at this threshold.", reach=reach, what=what
            )
        down, unit = change.reach in ("<", "<="), INPUTS[name].unit
        if (name == "age" and down) or not ("/" in unit or unit in ("years", "m3")):
            return say("{reach}, {what}.", reach=reach, what=what)
        above = msg("{reach}, {what}: you are {gap} above this threshold.")
        below = msg("{reach}, {what}: you are {gap} below this threshold.")
        later = msg("{reach}, {what}: in {gap}.")
        gap = self.quantity(name, change.gap)
        gap = self._per_period(name, self._gap(gap, change.gap) if "/" in unit else gap)
        sentence = later if name == "age" else above if down else below
        line = say(sentence, reach=reach, what=what, gap=gap)
        if change.income_gap is not None:
            money = self._gap(self._money(change.income_gap), change.income_gap)
            line += (" ", *say("That is {gap} of reference tax income a year.", gap=money))
        return line

    def _outcome(self, change: Change) -> list[Phrase]:
        say, known = self.say, {n: v for n, v in change.outputs.items() if not math.isnan(v)}
        if self.facts.rule.version.shape == "effort_rate":
            return [say("there would be no aid") if known else say("an aid would be due")]
        return [
            say(_WOULD_BE[output], value=self.amount(output, value))
            for output, value in known.items()
        ] or [say(_WOULD_BE_UNKNOWN)]

    def _gap(self, text: str, gap: Fraction) -> str:
        """Return a gap in words; one that would round to nothing is less than a cent."""
        if gap >= Fraction(1, 100):
            return text
        return self.say.tell("less than {bound}", bound=self._money(Fraction(1, 100)))

    def _per_period(self, name: str, amount: str) -> str:
        period = INPUTS[name].unit.partition("/")[2]
        return self.say.tell(_EACH[period], value=amount) if period in _EACH else amount

    def _no_change(self) -> Phrase:
        if not self.facts.walked:
            return self.say("No amount or age counts in this result: only the situation does.")
        names = ", ".join(self.meaning(name) for name in self.facts.walked)
        return self.say("No other value of these would change the result: {names}.", names=names)

    def operations(self) -> tuple[Phrase, ...]:
        """Say each operation, then each row up to the one that decided."""
        if self.facts.reason:
            return (self.say("Nothing was computed."),)
        prices = [s for s in self.facts.steps if s.operation == "full_price"]  # once a row decided
        lines = [self.step(step) for step in self.facts.steps if step not in prices]
        lines += [self.verdict(v) for v in self.facts.verdicts if self._is_told(v)]
        lines += [self.step(step) for step in prices]
        lines += [
            self._unknown(name)
            for name, value in self.facts.outputs.items()
            if math.isnan(value) and name != self._main()
        ]
        return tuple(lines)

    def _is_told(self, verdict: Verdict) -> bool:
        return verdict.holds is not None and self.facts.rule.version.shape == "decision_table"

    def step(self, step: Step) -> Phrase:
        """Say one operation with the person's figures."""
        tell: Phrase = getattr(self, f"_{step.operation}")(step.figures)
        return tell

    def _quotient(self, f: Mapping[str, Any]) -> Phrase:
        income, value = self._money(f["income"]), self._compared("quotient_familial", f["value"])
        parts = self.say.number(f["parts"])
        return self.say(
            "family quotient = {income} / 12 / {parts} = {value}",
            income=income,
            parts=parts,
            value=value,
        )

    def _substitution(self, f: Mapping[str, Any]) -> Phrase:
        value, name = self.quantity(f["input"], f["value"]), self.meaning(f["input"])
        if f["own"] is None:
            sentence = msg("{name}: {value} counts, because {why}")
            return self.say(sentence, name=name, value=value, why=self.why(f["why"]))
        return self.say(
            "{name}: {value} counts in place of {own}, because {why}",
            name=name, value=value, own=self.quantity(f["input"], f["own"]), why=self.why(f["why"]),
        )  # fmt: skip

    def _scale(self, f: Mapping[str, Any]) -> Phrase:
        name, number = self.meaning(f["input"]), self.say.number
        if "by" in f:
            return self.say(
                "each threshold of “{name}” is multiplied by {value} ({by})",
                name=name, by=self.meaning(f["by"]), value=self.quantity(f["by"], f["value"]),
            )  # fmt: skip
        terms = (number(f["base"]), " (", *self.why(f["why"]), ")")
        for each, part in f["each"].items():
            count = f"{number(part['count'])} ({self.meaning(each)})"
            terms += (f" + {number(part['amount'])} × {count}",)
        return self.say(
            "scale = {terms} = {value}; each threshold of “{name}” is multiplied by it",
            terms=terms, value=number(f["value"]), name=name,
        )  # fmt: skip

    def _full_price(self, f: Mapping[str, Any]) -> Phrase:
        tranche = Quoted(f["tranche"])
        if f["full_price"] is None or f["rate"] is None:
            return self.say("full price ({tranche}): not known", tranche=tranche)
        return self.say(
            "price = full price {full} ({tranche}) × (1 − {rate}) = {value}",
            full=self._money(f["full_price"]), tranche=tranche, rate=self.say.percent(f["rate"]),
            value=self._money(f["value"]),
        )  # fmt: skip

    def _volume(self, f: Mapping[str, Any]) -> Phrase:
        number = self.say.number
        persons = self.say.plural("{count} person", "{count} persons", f["persons"])
        volume = number(f["volume"])
        if not f["beyond"]:
            sentence = msg("reference volume for {persons} = {volume} m³ a year")
            return self.say(sentence, persons=persons, volume=volume)
        return self.say(
            "reference volume for {persons} = {first} + {beyond} × {each} = {volume} m³ a year",
            persons=persons, first=number(f["first"]), beyond=number(f["beyond"]),
            each=number(f["each"]), volume=volume,
        )  # fmt: skip

    def _reference_bill(self, f: Mapping[str, Any]) -> Phrase:
        return self.say(
            "reference bill = {volume} m³ × {price} = {value}",
            volume=self.say.number(f["volume"]), price=self._money(f["price"]),
            value=self._money(f["value"]),
        )  # fmt: skip

    def _effort_aid(self, f: Mapping[str, Any]) -> Phrase:
        return self.say(
            "aid = {bill} − {share} × {resources} = {value}",
            bill=self._money(f["bill"]), share=self.say.percent(f["share"]),
            resources=self._money(f["resources"]), value=self._money(f["value"]),
        )  # fmt: skip

    def _outside(self, f: Mapping[str, Any]) -> Phrase:
        sentence = msg("The municipality {commune} is outside the territory: no aid is due.")
        return self.say(sentence, commune=clean(f["commune"]))

    def _floor(self, _: Mapping[str, Any]) -> Phrase:
        return self.say("Zero or less: no aid is due.")

    def _minimum(self, f: Mapping[str, Any]) -> Phrase:
        sentence = msg("Below the smallest payment of {minimum}: nothing is paid.")
        return self.say(sentence, minimum=self._money(f["minimum"]))

    def _ceiling(self, f: Mapping[str, Any]) -> Phrase:
        return self.say(
            "ceiling of resources = {bill} / {share} = {value} a year",
            bill=self._money(f["bill"]), share=self.say.percent(f["share"]),
            value=self._money(f["value"]),
        )  # fmt: skip

    def _block(self, f: Mapping[str, Any]) -> Phrase:
        line = self.say(
            "“{tranche}”: {volume} m³ × {price} = {value}",
            tranche=Quoted(f["tranche"]), volume=self.say.number(f["volume"]),
            price=self._money(f["price"]), value=self._money(f["value"]),
        )  # fmt: skip
        return (*line, " (", *self.why(f["why"]), ")") if f["why"] else line

    def _bill(self, f: Mapping[str, Any]) -> Phrase:
        return self.say("bill = {value}, the sum of the blocks", value=self._money(f["value"]))

    def _household_aid(self, f: Mapping[str, Any]) -> Phrase:
        each, value = self._money(f["each"]), self._money(f["value"])
        without = self.say.plural("{count} person", "{count} persons", f["without"])
        if f["persons"] is None:
            sentence = msg("aid = {value}: the number of persons is not given")
            return self.say(sentence, value=value)
        return self.say(
            "aid = {each} × {beyond} beyond {without} = {value}",
            each=each, without=without, value=value,
            beyond=self.say.plural(
                "{count} person", "{count} persons", max(f["persons"] - f["without"], Fraction(0))
            ),
        )  # fmt: skip

    def verdict(self, verdict: Verdict) -> Phrase:
        """Say whether a row applies, and why or why not."""
        tranche = Quoted(verdict.row.tranche)
        if verdict.holds:
            return self.say(
                "“{tranche}” applies: {why}.", tranche=tranche, why=self.why(verdict.tests)
            )
        failing = [test for test in verdict.tests if not test.holds]
        why = self.why(failing)
        return self.say("“{tranche}” does not apply: {why}.", tranche=tranche, why=why)

    def why(self, tests: Sequence[Test]) -> Phrase:
        """Say each test with the person's figure and the bounds that it meets or misses."""
        if not tests:
            return self.say("every other situation")
        return _join([self._test(test) for test in tests], self.say.tell("; "))

    def _test(self, test: Test) -> Phrase:
        say, c = self.say, test.condition
        name = self.meaning(c.name)
        if test.value is None:
            return say("{name} not given", name=name)
        if isinstance(c, Flag):
            return say("{name}: {value}", name=name, value=self._yes(test.value))
        if isinstance(c, Member):
            inside = test.holds != c.negated
            sentence = (
                msg("{name} {value}, in {list}") if inside else msg("{name} {value}, not in {list}")
            )
            listed = Quoted(c.list_name.replace("_", " "))
            return say(sentence, name=name, value=clean(test.value), list=listed)
        scale = test.scale or Fraction(1)
        low, high = below(test.value, c, scale), above(test.value, c, scale)
        bounds = []
        if test.holds:
            if c.low > 0 or not c.low_included:
                bounds.append(self._bound(_ASKED[">=" if c.low_included else ">"], c, c.low, test))
            if c.high < math.inf:
                bounds.append(
                    self._bound(_ASKED["<=" if c.high_included else "<"], c, c.high, test)
                )
        elif low is not None:
            bounds.append(self._bound(_ASKED["<" if c.low_included else "<="], c, c.low, test))
        elif high is not None:
            bounds.append(self._bound(_ASKED[">" if c.high_included else ">="], c, c.high, test))
        value = self._compared(c.name, test.value)
        both = _join(bounds, " " + say.tell("and") + " ")
        return say("{name} {value}, {bounds}", name=name, value=value, bounds=both)

    def _compared(self, name: str, value: Fraction) -> str:
        """Return a value that is compared; rounded, it never seems to be on a threshold."""
        dimensions = self.facts.rule.version.table.dimensions
        bounds = [cut.value for d in dimensions if d.name == name for cut in d.cuts]
        return self.say.quantity(name, value, self.facts.rule.currency, apart=bounds)

    def _bound(self, sentence: str, c: Interval, bound: float, test: Test) -> Phrase:
        if test.scale is None:
            return self.say(sentence, bound=self.quantity(c.name, bound))
        by = self._by(c.name)
        scaled = self.say(sentence, bound=self.quantity(c.name, exact(bound) * test.scale))
        unscaled = self.say.number(bound) if by else self.quantity(c.name, bound)
        scale = self.quantity(by, test.scale) if by else self.say.number(test.scale)
        return (*scaled, f" ({unscaled} × {scale})")

    def _by(self, name: str) -> str:
        return next((s.by for s in self.facts.rule.version.scales if s.numerator == name), "")

    def data(self) -> tuple[tuple[Phrase, ...], ...]:
        """Say each datum, its value and where it comes from."""
        return tuple(
            ((self.meaning(d.name),), (self.value(d.name, d.value),), self._origin(d))
            for d in self.facts.data
        )

    def _origin(self, datum: Datum) -> Phrase:
        origin = self.say(_ORIGINS[datum.origin])
        if datum.read:
            return origin
        return self.say("{origin}; without effect here", origin=origin)

    def no_data(self) -> tuple[Phrase, ...]:
        """Say that no datum was used, where the result was set aside."""
        return (
            (self.say("The datum for which no result was computed:"),) if self.facts.reason else ()
        )

    def version(self) -> Phrase:
        """Say which version was computed, for which day."""
        rule, version, say = self.facts.rule, self.facts.rule.version, self.say
        return say(
            "Computed for {on}, with the version in force from {first} to {last}: {source}.",
            on=say.date(rule.on), first=say.date(version.valid_from),
            last=say.date(version.valid_to), source=Quoted(version.source.rstrip(". ")),
        )  # fmt: skip

    def parameters(self) -> tuple[tuple[Phrase, ...], ...]:
        """Say each parameter, figure of an operation and row, with source and confidence."""
        version = self.facts.rule.version
        cells = [
            (self._parameter_name(p), self._parameter_value(p), p.source, p.confidence)
            for p in version.parameters
        ]
        for step in self.facts.steps:
            f = step.figures
            if "source" in f:
                cells.append((*self._sourced(step), f["source"], f["confidence"]))
        for verdict in self.facts.verdicts:
            row = verdict.row
            cells.append((Quoted(row.tranche), self._values(row), row.source, row.confidence))
        return tuple(((name,), (value,), self._sure(*sure)) for name, value, *sure in cells)

    def _values(self, row: Row) -> str:
        """Say what a row gives, as far as it is known."""
        known = {name: value for name, value in row.then.items() if not math.isnan(value)}
        if not known:
            return self.say.tell("not known")
        if "price" in known:
            return self.say.tell("{value} per m³", value=self._money(known["price"]))
        if len(known) == 1:
            return "".join(self.amount(name, value) for name, value in known.items())
        return ", ".join(
            f"{OUTPUTS[name][self.say.code]} {self.amount(name, value)}"
            for name, value in known.items()
        )

    def _sourced(self, step: Step) -> tuple[str, str]:
        f = step.figures
        if step.operation == "full_price":
            name = self.say.tell("full price")
            value = (
                self.say.tell("not known")
                if f["full_price"] is None
                else self._money(f["full_price"])
            )
            return Quoted(f"{name}, {f['tranche']}"), value
        name = self.meaning(f["input"])
        if step.operation == "substitution":
            return name, self.quantity(f["input"], f["value"])
        value = self.quantity(f["by"], f["value"]) if "by" in f else self.say.number(f["value"])
        return self.say.tell("scale of “{name}”", name=name), value

    def _sure(self, source: str, confidence: str) -> Phrase:
        return (Quoted(source.rstrip(". ")), " – ", *self.say(_CONFIDENCES[confidence]))

    def _parameter_name(self, parameter: Parameter) -> str:
        return parameter_meaning(parameter, self.say) or Quoted(parameter.name)

    def _parameter_value(self, parameter: Parameter) -> str:
        value, unit = parameter.value, parameter.unit
        numbers = value if isinstance(value, tuple) else (value,)
        if not numbers or not all(
            isinstance(n, int | float) and not isinstance(n, bool) for n in numbers
        ):
            return self.say.date(value) if isinstance(value, dt.date) else Quoted(value)
        if parameter.name == "part_ressources":
            return self.say.percent(numbers[0])
        kind, _, period = unit.partition("/")
        if kind == self.facts.rule.currency:
            text = ", ".join(map(self._money, numbers))
        else:
            unit_text = {"m3": "\N{NO-BREAK SPACE}m³", "persons": ""}.get(
                kind, f" {clean(kind)}" if kind else ""
            )
            text = ", ".join(map(self.say.number, numbers)) + unit_text
        return self.say.tell(_EACH[period], value=text) if period in _EACH else text

    def rights(self, role: str | None) -> tuple[Phrase, ...]:
        """Say the purpose, the place of the computation in the decision, and the remedies."""
        rule = self.facts.rule
        # the code of relations between the public and the administration binds French authorities
        sentence = _RIGHTS_FRANCE if rule.currency == "EUR" else _RIGHTS
        purpose = clean(rule.purpose[self.say.code]).rstrip(". ")
        authority = Quoted(rule.authority)
        return (
            self.say(sentence, purpose=purpose[:1].lower() + purpose[1:], authority=authority),
            self.say(_ROLES[role], authority=authority),
        )

    def meaning(self, name: str) -> str:
        """Return what an input means, without the remark in parentheses."""
        meaning = INPUTS[name].meaning[self.say.code]
        return meaning if INPUTS[name].kind == "flag" else meaning.partition(" (")[0]

    def value(self, name: str, value: Any) -> str:
        """Return a value of an input in words."""
        if value is None:
            return self.say.tell("not known")
        if isinstance(value, bool):
            return self._yes(value)
        return clean(value) if isinstance(value, str) else self.quantity(name, value)

    def _yes(self, value: bool) -> str:
        return self.say.tell(msg("yes") if value else msg("no"))

    def quantity(self, name: str, value: float | Fraction) -> str:
        """Return a number of an input with its unit."""
        return self.say.quantity(name, value, self.facts.rule.currency)

    def amount(self, output: str, value: float) -> str:
        """Return an output in words."""
        if math.isnan(value):
            return self.say.tell("not known")
        return self.say.percent(value) if output == "taux_reduction" else self._money(value)

    def _money(self, value: float | Fraction) -> str:
        return self.say.money(value, self.facts.rule.currency)


def parameter_meaning(parameter: Parameter, say: Language) -> str:
    """Return what a parameter is, in words of its file or of its shape; empty where none say it."""
    if parameter.meaning:
        return clean(parameter.meaning[say.code])
    known = _PARAMETERS.get(parameter.name)
    return "" if known is None else say.tell(known)


def _join(phrases: Iterable[Phrase], between: str) -> Phrase:
    joined: list[str] = []
    for n, phrase in enumerate(phrases):
        joined += [between, *phrase] if n else phrase
    return tuple(joined)
