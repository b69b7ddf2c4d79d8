"""What a comparison found, in whole sentences; the sentences themselves stand in ``words.toml``."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from tarifs_solidaires.people.cliffs import Cliff, Cliffs, Side, find_cliffs
from tarifs_solidaires.people.compared import Compared
from tarifs_solidaires.people.findings import Effect, Findings, Trait, find_effects
from tarifs_solidaires.people.naming import (
    group_text,
    grouping_text,
    number_text,
    one_line,
    percent_text,
)
from tarifs_solidaires.people.sampling import Confidence
from tarifs_solidaires.people.words import language_of, word
from tarifs_solidaires.say.language import language, marked, plain_text
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.texts import Texts

SHOWN_GROUPS = 6
SHOWN_CLIFFS = 8
_BOUNDS = {
    (True, True): "between", (True, False): "from", (False, True): "up_to",
}  # fmt: skip


def say_findings(compared: Compared, lang: str | None, confidence: Confidence | None) -> list[str]:
    """Say what a comparison found, one sentence or a few an item; see ``Comparison.sentences``."""
    lang = language_of(lang, compared.after.rule.languages)
    say = Sayer(compared, lang)
    sentences = say.findings(find_effects(compared), confidence)
    sides: tuple[Side, ...] = ("before", "after")
    for side in sides:
        cliffs = find_cliffs(compared, side)
        if cliffs is not None:
            sentences.append(say.cliffs_heading(cliffs))
            sentences += [say.cliff(cliffs, one) for one in say.most_people(cliffs)]
    return [plain_text(sentence) for sentence in sentences]


class Sayer:
    """One comparison, said in one language; words in another one are marked as such.

    Parameters
    ----------
    compared : Compared
        The comparison.
    lang : str
        A language that has words.
    """

    compared: Compared
    lang: str

    def __init__(self, compared: Compared, lang: str) -> None:
        self.compared, self.lang = compared, lang
        self._language = language(lang)
        self._inputs: dict[str, Input] = {}
        for result in (compared.before, compared.after):
            self._inputs |= result.rule.all_inputs

    def word(self, key: str, **data: object) -> str:
        """Return a sentence of the catalogue."""
        return word(key, self.lang, **data)

    def label(self, texts: Texts, name: str) -> str:
        """Return a label of a rule file, marked where it is in another language."""
        if texts.has(self.lang):
            return one_line(texts.to(self.lang))
        if not texts:
            return marked(one_line(name.replace("_", " ")), self.compared.after.rule.languages[0])
        return marked(one_line(texts.first), next(iter(texts.wordings)))

    # -- numbers -------------------------------------------------------------------------------

    def people(self, count: float) -> str:
        """Return a number of people."""
        return number_text(round(count), self.lang, 0)

    def share(self, share: float) -> str:
        """Return a share that is not 0 or 1 where it is not."""
        return percent_text(share, self.lang, exact=True)

    def amount(self, value: float, unit: str, *, cents: bool = True) -> str:
        """Return an amount in a unit, to the cent."""
        if unit == "share":
            points = round(100 * value, 6)
            key = "points_one" if abs(points) == 1 else "points"
            return self.word(key, number=number_text(points, self.lang))
        digits = 2 if cents else 0
        number = Fraction(round(value * 10**digits), 10**digits)
        return self._language.quantity(number, unit, self.compared.after.rule.currency)

    def value(self, item: Input, value: Any, *, per: bool = True) -> str:
        """Return a value of an input, as exactly as people give it."""
        number = Fraction(str(value)).limit_denominator(10**6)
        return self._language.quantity(
            number, item.unit, self.compared.after.rule.currency, per=per
        )

    # -- findings ------------------------------------------------------------------------------

    def findings(self, found: Findings, confidence: Confidence | None = None) -> list[str]:
        """Say who is concerned and how, and what it costs."""
        sentences = []
        known = found.everybody - found.missing
        if not known:
            return [self.word("nobody_known")]
        states = [name for name in self.compared.states if name not in ("unchanged", "missing")]
        by_state = {effect.state: effect for effect in found.effects}
        for state in states:
            if state not in by_state:
                sentences.append(self.word(f"nobody_{state}"))
                continue
            sentences.append(self.effect(by_state[state], confidence))
        unchanged = self.compared.total["unchanged"]
        if unchanged:
            sentences.append(
                self.word(self._plural("unchanged_is", unchanged), people=self.people(unchanged),
                          share=self.share(unchanged / known))
            )  # fmt: skip
        if found.missing:
            sentences.append(
                self.word(
                    self._plural("missing_is", found.missing), people=self.people(found.missing)
                )
            )
        if found.budget:
            sentences.append(self._budget(found, confidence))
        return sentences

    def effect(self, effect: Effect, confidence: Confidence | None = None) -> str:
        """Say who is in a state, by how much, and what they have in common."""
        state = effect.state
        sentences = [
            self.word(
                self._plural(f"{state}_are", effect.people), people=self.people(effect.people),
                all=self.people(effect.everybody), share=self.share(effect.people / effect.everybody),
                mean=self._mean(effect),
            )
        ]  # fmt: skip
        if confidence is not None:
            sample = confidence.of(state)
            sentences.append(
                self.word("sample", low=self.people(sample.low), high=self.people(sample.high),
                          level=self.share(confidence.level))
            )  # fmt: skip
        if effect.traits:
            sentences.append(self._common(effect))
        if effect.groups:
            sentences.append(self._by_group(effect))
        return " ".join(sentences)

    def _plural(self, key: str, count: float) -> str:
        return f"{key}_one" if round(count) == 1 else f"{key}_many"

    def _mean(self, effect: Effect) -> str:
        if effect.mean is None:
            return ""
        unit = self.compared.unit
        mean = self.amount(abs(effect.mean), unit)
        if effect.mean_money is None:
            return mean
        currency = self.compared.after.rule.currency
        return self.word("points_money", points=mean,
                         money=self.amount(abs(effect.mean_money), currency))  # fmt: skip

    def _common(self, effect: Effect) -> str:
        traits = ", ".join(self.trait(trait) for trait in effect.traits)
        if effect.covered < 1:
            first = self.word("common_most", share=self.share(effect.covered), traits=traits)
        else:
            first = self.word(self._plural("common", effect.people), traits=traits)
        if effect.reached >= effect.alike:
            second = self.word(f"everybody_{effect.state}")
        else:
            second = self.word(f"some_{effect.state}", alike=self.people(effect.alike),
                               share=self.share(effect.reached / effect.alike))  # fmt: skip
        return f"{first} {second}"

    def trait(self, trait: Trait) -> str:
        """Say what people have of an input."""
        item = self._inputs.get(trait.input)
        if item is None:  # the result before
            output = self.compared.before.rule.outputs[self.compared.output]
            label = f"{self.label(output.label, output.name)} ({self.word('before')})"
            item = Input(name=trait.input, unit=output.unit)
        else:
            label = self.label(item.label, item.name)
        if trait.values:
            known = {True: "yes", False: "no"}
            values = [
                self.word(known[value]) if isinstance(value, bool)
                else self.label(item.codes[value], value) if value in item.codes
                else one_line(str(value))
                for value in trait.values
            ]  # fmt: skip
            return self.word("trait_value", label=label, value=self.word("or").join(values))
        bounds = {"low": trait.low, "high": trait.high}
        both = trait.low is not None and trait.high is not None and trait.low != trait.high
        said = {
            k: self._bound(item, v, per=k == "high" or not both)
            for k, v in bounds.items()
            if v is not None
        }
        if trait.low is not None and trait.low == trait.high:
            return self.word("trait_value", label=label, value=said["low"])
        key = "trait_days_" if item.kind == "date" else "trait_"
        key += _BOUNDS[trait.low is not None, trait.high is not None]
        if trait.above:
            key += "_above"
        if trait.below:
            key += "_below"
        return self.word(key, label=label, **said)

    def _bound(self, item: Input, value: float | str, *, per: bool) -> str:
        if isinstance(value, str):
            return self._language.date(dt.date.fromisoformat(value))
        if item.unit == "share":
            return self._language.percent(Fraction(str(value)))
        return self.value(item, value, per=per)

    def _by_group(self, effect: Effect) -> str:
        groups = self.compared.groups
        listed = [
            self.word(
                "of_group", name=group_text(self.compared, one.group, self.lang),
                people=self.people(one.people),
                all=self.people(groups["people"][one.group].item()), share=self.share(one.share),
            )
            for one in effect.groups[:SHOWN_GROUPS]
        ]  # fmt: skip
        left = len(effect.groups) - len(listed)
        if left:
            listed.append(
                self.word("more_groups_one" if left == 1 else "more_groups_many", count=left)
            )
        return self.word(f"by_{effect.state}", grouping=grouping_text(self.compared, self.lang),
                         groups=self.word("separator").join(listed))  # fmt: skip

    def _budget(self, found: Findings, confidence: Confidence | None) -> str:
        assert found.before is not None  # noqa: S101 - known with the budget
        assert found.after is not None  # noqa: S101
        before, after = (
            self.amount(value, found.unit, cents=abs(value) < 1000)
            for value in (found.before, found.after)
        )
        if found.before == found.after:
            return self.word(f"{found.budget}_same", before=before)
        more = found.after > found.before
        change = self.amount(abs(found.after - found.before), found.unit,
                             cents=abs(found.after - found.before) < 1000)  # fmt: skip
        said = self.word(f"{found.budget}_goes", before=before, after=after,
                         change=self.word("more" if more else "less", amount=change))  # fmt: skip
        if confidence is None:
            return said
        sample = confidence.of("budget_after")
        low, high = (
            self.amount(one, found.unit, cents=abs(one) < 1000) for one in (sample.low, sample.high)
        )
        return f"{said} " + self.word("sample_budget", low=low, high=high,
                                      level=self.share(confidence.level))  # fmt: skip

    # -- cliffs --------------------------------------------------------------------------------

    def most_people(self, cliffs: Cliffs) -> list[Cliff]:
        """Return the cliffs before which most people stand, in the order of the income."""
        chosen = sorted(cliffs.places, key=lambda one: -one.people)[:SHOWN_CLIFFS]
        return sorted(chosen, key=lambda one: one.last)

    def cliffs_heading(self, cliffs: Cliffs) -> str:
        """Say how many places there are, and for how many people a little more income costs money."""
        item = self._inputs[cliffs.input]
        side = self.word(f"side_{cliffs.side}")
        label = self.label(item.label, item.name)
        unit = cliffs.unit
        if cliffs.places:
            count = len(cliffs.places) + cliffs.more
            said = self.word(
                "cliffs_one" if count == 1 else "cliffs_many", side=side, label=label,
                count=number_text(count, self.lang), least=self.amount(cliffs.least, unit),
                people=self.people(cliffs.people), window=self.value(item, cliffs.window),
            )  # fmt: skip
        else:
            said = self.word("cliffs_none", side=side, label=label,
                             least=self.amount(cliffs.least, unit))  # fmt: skip
        said += " " + self.word(
            "marginal" if cliffs.worse else "marginal_none", one=self.value(item, 1),
            worse=self.people(cliffs.worse), counted=self.people(cliffs.counted),
        )  # fmt: skip
        if cliffs.seen < 1:
            said += " " + self.word("seen", share=self.share(cliffs.seen))
        if len(cliffs.places) > SHOWN_CLIFFS:
            said += " " + self.word("cliffs_shown", count=SHOWN_CLIFFS)
        return said

    def cliff(self, cliffs: Cliffs, one: Cliff) -> str:
        """Say where a cliff is, how high, and who stands just before."""
        return self.word(
            self._plural("cliff", one.people) if one.people else "cliff_nobody",
            place=self.place(cliffs, one), size=self.size(cliffs, one), people=self.people(one.people),
        )  # fmt: skip

    def place(self, cliffs: Cliffs, one: Cliff) -> str:
        """Return where a cliff is: just above the last income before it, or from the first one on."""
        item = self._inputs[cliffs.input]
        if one.first.denominator < one.last.denominator:  # 410 rather than 409.99
            return self.word("place_from", income=self.value(item, one.first))
        return self.word("place_above", income=self.value(item, one.last))

    def size(self, cliffs: Cliffs, one: Cliff) -> str:
        """Return by how much the result is worse beyond a cliff."""
        smallest, largest = (self.amount(x, cliffs.unit) for x in (one.smallest, one.largest))
        if smallest == largest:
            return largest
        return self.word("between", low=smallest, high=largest)
