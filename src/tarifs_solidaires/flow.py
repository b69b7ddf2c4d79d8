"""A rule as the steps of a flow diagram, before any drawing: nothing merged, nothing left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs

from tarifs_solidaires.block_tariff import Block
from tarifs_solidaires.conditions import Interval
from tarifs_solidaires.decision_table import Row
from tarifs_solidaires.effort_rate import AIDED, NOT_AIDED, OUTSIDE, EffortRate
from tarifs_solidaires.inputs import INPUTS, Input
from tarifs_solidaires.language import language
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.scale import Scale
from tarifs_solidaires.version import CONFIDENCES, OUTPUTS, Version
from tarifs_solidaires.wording import (
    condition,
    conditions,
    day,
    money,
    number,
    output,
    pair,
    percent,
    quantity,
    say,
    short,
    unit,
)


@attrs.frozen(kw_only=True)
class Box:
    """One box of the diagram.

    Parameters
    ----------
    kind : {"inputs", "step", "test", "outcome", "refusal"}
        What the box is.
    heading : str
        First line, empty where there is none.
    lines : tuple of str
        What it says.
    confidence : {"official", "secondary", "inferred"}
        How sure it is.
    notes : tuple of int
        Numbers of its sources.
    """

    kind: str
    heading: str = ""
    lines: tuple[str, ...] = ()
    confidence: str = "official"
    notes: tuple[int, ...] = ()


@attrs.frozen(kw_only=True)
class Stage:
    """A box on the way down and, where it is a test, the outcome of a yes.

    Parameters
    ----------
    box : Box
        What stands on the way down.
    outcome : Box or None
        Where a yes leads; None for a step.
    """

    box: Box
    outcome: Box | None = None


@attrs.frozen(kw_only=True)
class Flow:
    """The whole diagram.

    Parameters
    ----------
    title, heading, summary : str
        Title of the rule, the days and source of the version, and one sentence for who cannot
        see the diagram.
    stages : tuple of Stage
        From the top down.
    after : Box or None
        What every outcome of a test goes on to.
    sources : tuple of str
        The sources that boxes number, from 1.
    remarks : tuple of str
        What holds for the whole.
    lang : str
        Language of the texts.
    """

    title: str
    heading: str
    summary: str
    stages: tuple[Stage, ...]
    after: Box | None
    sources: tuple[str, ...]
    remarks: tuple[str, ...]
    lang: str

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Every box, from the top down."""
        boxes = [b for stage in self.stages for b in (stage.box, stage.outcome) if b is not None]
        return (*boxes, *([self.after] if self.after is not None else []))


def flow(rule: Rule, lang: str) -> Flow:
    """Return the steps of a rule on its day.

    Parameters
    ----------
    rule : Rule
        The rule.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    Flow
        The steps.

    Raises
    ------
    InputError
        Where there are no words in the language.
    """
    language(lang)
    return _Maker(rule, lang).flow()


Sure = tuple[str, str]  # source and confidence of a figure


class _Maker:
    """Makes the boxes of one rule, and numbers the sources as they come."""

    def __init__(self, rule: Rule, lang: str) -> None:
        self.rule = rule
        self.version: Version = rule.version
        self.lang = lang
        self.sources: list[str] = [self.version.source]

    def say(self, text: str, **values: object) -> str:
        return say(text, self.lang, **values)

    def money(self, value: float, per: str = "") -> str:
        return money(value, self.rule.currency, self.lang) + per

    def flow(self) -> Flow:
        version = self.version
        stages = [Stage(box=self.inputs())]
        effort, blocks = version.effort_rate, version.block_tariff
        if effort is not None:
            stages += self.effort(effort)
        elif blocks is not None:
            stages += self.blocks(blocks.blocks)
        else:
            stages += self.table()
        tests = sum(stage.outcome is not None for stage in stages)
        title = self.rule.title[self.lang]
        heading = self.say("In force from {first} to {last}", **_days(version, self.lang))
        first_holds = "{tests} tests in order; the first that holds decides."
        return Flow(
            title=title,
            heading=f"{self.rule.name} — {heading}",
            summary=f"{self.say('Flow diagram: {title}', title=title)}. {heading}. "
            + (self.say(first_holds, tests=tests) if tests else self.say("Steps in order.")),
            stages=tuple(stages),
            after=self.full_price(),
            sources=tuple(self.sources),
            remarks=self.remarks(),
            lang=self.lang,
        )

    def box(
        self, kind: str, lines: Iterable[str], heading: str = "", sure: Iterable[Sure] = ()
    ) -> Box:
        """Return a box with the weakest confidence and the sources of the figures in it."""
        numbers, weakest = [], 0
        for source, confidence in sure:
            weakest = max(weakest, CONFIDENCES.index(confidence))
            if source not in self.sources:
                self.sources.append(source)
            numbers.append(self.sources.index(source) + 1)
        return Box(
            kind=kind,
            heading=heading,
            lines=tuple(lines),
            confidence=CONFIDENCES[weakest],
            notes=tuple(dict.fromkeys(numbers)),
        )

    def parameter(self, *names: str) -> list[Sure]:
        return [(p.source, p.confidence) for p in self.version.parameters if p.name in names]

    def inputs(self) -> Box:
        told = self.version.read - {"revenu_fiscal_reference", "nombre_parts"}
        lines = tuple(self.input(item) for item in self.rule.inputs if item.name in told)
        return Box(kind="inputs", heading=self.say("Inputs"), lines=lines)

    def input(self, item: Input) -> str:
        kind = (
            "" if "(" in item.meaning[self.lang] and not item.unit else unit(item.unit, self.lang)
        )
        text = item.meaning[self.lang] + (f" ({kind})" if "/" in kind or kind == "m³" else "")
        if item.name == "quotient_familial":
            income, parts = (
                short(n, self.lang) for n in ("revenu_fiscal_reference", "nombre_parts")
            )
            text += f", {self.say('or')} {income} ÷ 12 ÷ {parts}"
        if item.name in self.version.optional:
            text += f" [{self.say('optional')}]"
        return text

    def remarks(self) -> tuple[str, ...]:
        asked = {c.name for row in self.version.rows for c in row.when}
        open_ = [
            name
            for name in self.version.optional
            if INPUTS[name].default is None and (name in asked or self.version.residence)
        ]
        text = self.say("An input that is not given meets no condition")
        return (
            (f"{text} ({', '.join(short(name, self.lang) for name in open_)}).",) if open_ else ()
        )

    def table(self) -> list[Stage]:
        version = self.version
        stages = [Stage(box=self.scale(scale)) for scale in version.scales]
        replaced = dict.fromkeys(s.input for s in version.substitutions)
        stages += [Stage(box=self.substitution(name)) for name in replaced]
        for row in version.rows:
            sure = [(row.source, row.confidence)]
            outcome = self.box("outcome", self.outputs(row), row.tranche, sure)
            if row.when or row is not version.rows[-1]:
                lines = tuple(condition(c, version, self.lang) for c in row.when)
                test = Box(kind="test", lines=lines or (self.say("every other situation"),))
                stages.append(Stage(box=test, outcome=outcome))
            else:
                stages.append(Stage(box=outcome))
        if version.table.has_holes:
            refused = self.say("No row applies: the computation is refused")
            stages.append(Stage(box=Box(kind="refusal", lines=(refused,))))
        return stages

    def outputs(self, row: Row) -> tuple[str, ...]:
        made = ("prix_mensuel",) if self.version.full_prices else ()
        return tuple(
            pair(
                OUTPUTS[name][self.lang],
                output(name, value, self.rule.currency, self.lang),
                self.lang,
            )
            for name, value in row.then.items()
            if name not in made
        )

    def scale(self, scale: Scale) -> Box:
        name = short(scale.numerator, self.lang)
        heading = self.say("Scale of {name}", name=name)
        sure = [(scale.source, scale.confidence)]
        if scale.base is None:
            return self.box("step", [short(scale.by, self.lang)], heading, sure)
        lines = [self.if_(number(r.then["value"], self.lang), r) for r in scale.base.rows]
        lines += [
            self.say("plus {value} × {name}", value=number(v, self.lang), name=short(n, self.lang))
            for n, v in scale.each.items()
        ]
        return self.box("step", lines, heading, sure)

    def if_(self, value: str, row: Row) -> str:
        if not row.when:
            return self.say("{value} otherwise", value=value)
        held = conditions(row.when, self.version, self.lang)
        return self.say("{value} if {conditions}", value=value, conditions=held)

    def substitution(self, name: str) -> Box:
        found = [s for s in self.version.substitutions if s.input == name]
        lines = [
            self.say(
                "{value} if {conditions}",
                value=quantity(name, s.value, self.lang),
                conditions=conditions(s.when, self.version, self.lang),
            )
            for s in found
        ]
        lines.append(self.say("otherwise, the person's own value"))
        heading = self.say("{name}: what counts", name=short(name, self.lang))
        return self.box("step", lines, heading, [(s.source, s.confidence) for s in found])

    def full_price(self) -> Box | None:
        rows = self.version.full_prices
        if not rows:
            return None
        lines = [self.say("monthly price = full price × (1 − reduction), to the cent")]
        for row in rows:
            value = output("prix_mensuel", row.then["value"], self.rule.currency, self.lang)
            held = conditions(row.when, self.version, self.lang)
            lines.append(pair(f"{row.tranche} ({held})", value, self.lang))
        sure = [(row.source, row.confidence) for row in rows]
        return self.box("step", lines, self.say("Full price"), sure)

    def effort(self, aid: EffortRate) -> list[Stage]:
        lang, share = self.lang, percent(aid.part_ressources, self.lang)
        persons = short("nombre_personnes", lang)
        volumes = [number(v, lang) for v in aid.volume_par_personne]
        if set(aid.volume_par_personne) == {aid.volume_personne_suivante}:
            volume = [self.say("{volume} m³ × {persons}", volume=volumes[0], persons=persons)]
        else:
            each = "household of {persons}: {volume} m³"
            volume = [self.say(each, volume=v, persons=n) for n, v in enumerate(volumes, 1)]
            more = number(aid.volume_personne_suivante, lang)
            volume.append(self.say("{volume} m³ for each further person", volume=more))
        price = short("prix_m3", lang) if aid.prix_m3 is None else self.money(aid.prix_m3, "/m³")
        bill = self.say("reference volume × {price}", price=price)
        ceiling = self.say("reference bill ÷ {share}", share=share)
        resources = short("ressources_annuelles", lang)
        formula = "reference bill − {share} × {resources}, to the cent"
        aided = self.say(formula, share=share, resources=resources)
        stages = [
            self.step(
                "Reference volume", volume, "volume_par_personne", "volume_personne_suivante"
            ),
            self.step("Reference bill", [bill], "prix_m3"),
            self.step("Ceiling of resources", [ceiling], "part_ressources"),
        ]
        none = pair(OUTPUTS["aide_annuelle"][lang], self.money(0), lang)
        if aid.residence:
            commune = short("commune", lang)
            name = next((n for n, codes in self.rule.lists.items() if codes == aid.residence), "?")
            outside = self.say("{name} outside {list}", name=commune, list=name)
            refused = Box(kind="outcome", heading=aid.names[OUTSIDE], lines=(none,))
            stages.append(Stage(box=Box(kind="test", lines=(outside,)), outcome=refused))
        stages.append(self.step("Aid", [aided], "part_ressources"))
        if aid.versement_minimal:
            least = self.money(aid.versement_minimal)
            test = self.say("aid < {amount} (minimum payment)", amount=least)
        else:
            test = self.say("aid ≤ {amount}", amount=self.money(0))
        stages.append(
            Stage(
                box=self.box("test", [test], sure=self.parameter("versement_minimal")),
                outcome=Box(kind="outcome", heading=aid.names[NOT_AIDED], lines=(none,)),
            )
        )
        given = pair(OUTPUTS["aide_annuelle"][lang], self.say("this aid"), lang)
        stages.append(Stage(box=Box(kind="outcome", heading=aid.names[AIDED], lines=(given,))))
        return stages

    def step(self, heading: str, lines: Sequence[str], *names: str) -> Stage:
        return Stage(box=self.box("step", lines, self.say(heading), self.parameter(*names)))

    def blocks(self, blocks: Sequence[Block]) -> list[Stage]:
        stages = []
        names = ("aide_par_personne", "personnes_sans_aide")
        if "aide_annuelle" in self.rule.output_names:
            figures = self.version.figures
            amount = self.money(figures.get(names[0], 0.0))
            text = "{amount} for each person beyond {persons}"
            line = self.say(text, amount=amount, persons=figures.get(names[1], 0))
            stages.append(self.step("Aid for large households", [line], *names))
        start = 0.0
        for block in blocks:
            last = block.up_to == math.inf
            low = quantity("volume_m3", start, self.lang)
            if last:
                heading = self.say("Price of the cubic metres beyond {low}", low=low)
            else:
                high = quantity("volume_m3", block.up_to, self.lang)
                heading = self.say(
                    "Price of the cubic metres from {low} to {high}", low=low, high=high
                )
            prices = tuple(
                self.if_(self.money(row.then["price"], "/m³"), row)
                if len(block.rows) > 1
                else self.money(row.then["price"], "/m³")
                for row in block.rows
            )
            sure = [(row.source, row.confidence) for row in block.rows]
            stages.append(Stage(box=self.box("step", prices, heading, sure)))
            total = pair(
                OUTPUTS["facture"][self.lang], self.say("sum of the blocks passed"), self.lang
            )
            outcome = Box(kind="outcome", heading=block.tranche, lines=(total,))
            if last:
                stages.append(Stage(box=outcome))
            else:
                passed = Interval("volume_m3", high=block.up_to, high_included=True)
                text = condition(passed, self.version, self.lang)
                stages.append(Stage(box=Box(kind="test", lines=(text,)), outcome=outcome))
            start = block.up_to
        return stages


def _days(version: Version, lang: str) -> dict[str, str]:
    return {"first": day(version.valid_from, lang), "last": day(version.valid_to, lang)}
