"""The decision table of a rule in the exchange format DMN 1.3 (Decision Model and Notation)."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence

import attrs

from tarifs_solidaires.conditions import Condition, Flag, Member
from tarifs_solidaires.decision_table import DecisionTable, Row
from tarifs_solidaires.errors import RuleError
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.language import clean, language
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.scale import Scale
from tarifs_solidaires.version import OUTPUTS, Version
from tarifs_solidaires.wording import condition, day, say, short

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DECISION = "tranche_et_resultats"
TYPES = {"number": "number", "flag": "boolean", "commune": "string"}


@attrs.frozen(kw_only=True)
class Column:
    """What one column of a table asks.

    Parameters
    ----------
    name, list_name : str
        Input, and the list that it is looked up in; empty for a number or a flag.
    label : str
        Its name in words.
    expression : str
        FEEL expression of what is compared.
    kind : str
        FEEL type of the expression.
    """

    name: str
    list_name: str
    label: str
    expression: str
    kind: str


def to_dmn(rule: Rule, lang: str = "fr") -> str:
    """Return the decision table of a rule as DMN 1.3; see ``Rule.to_dmn``."""
    language(lang)
    version = rule.version
    if version.shape != "decision_table":
        raise RuleError(
            f"{rule.name}: a rule of shape {version.shape} is no decision table; "
            "see to_markdown() and to_svg()"
        )
    for s in version.substitutions:
        if INPUTS[s.input].kind != "number":
            raise RuleError(
                f"{rule.name}: a substitution of {s.input}, which is no number, "
                "cannot be expressed in DMN; write rows instead"
            )
    feel = _Feel(rule)
    outputs = [n for n in rule.output_names if not (version.full_prices and n == "prix_mensuel")]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<definitions xmlns="{NAMESPACE}" id="definitions" name="{_escaped(rule.title[lang])}" '
        f'namespace="urn:tarifs-solidaires:{_escaped(rule.name)}" exporter="tarifs_solidaires">',
        f"  <description>{_escaped(_description(rule, lang))}</description>",
    ]
    for item in rule.inputs:
        lines += [
            f'  <inputData id="input_{item.name}" name="{item.name}">',
            f"    <description>{_escaped(item.meaning[lang])}</description>",
            f'    <variable id="variable_{item.name}" name="{item.name}" '
            f'typeRef="{TYPES[item.kind]}"/>',
            "  </inputData>",
        ]
    names = [item.name for item in rule.inputs]
    lines += _table(feel, lang, DECISION, version.table, version.rows, outputs, names)
    if version.full_price is not None:
        lines += _table(
            feel, lang, "plein_tarif", version.full_price, version.full_prices, ["value"], names
        )
        lines += _price(lang)
    return "\n".join([*lines, "</definitions>"]) + "\n"


def _description(rule: Rule, lang: str) -> str:
    version = rule.version
    force = say(
        "In force from {first} to {last}",
        lang,
        first=day(version.valid_from, lang),
        last=day(version.valid_to, lang),
    )
    return f"{rule.purpose[lang]}. {rule.authority}. {force} — {version.source}"


def _table(
    feel: _Feel, lang: str, name: str, table: DecisionTable, rows: Sequence[Row],
    outputs: Sequence[str], inputs: Sequence[str],
) -> list[str]:  # fmt: skip
    asked = {_key(c) for row in rows for c in row.when}
    columns = [
        feel.column(d.name, d.list_name, table, lang)
        for d in table.dimensions
        if (d.name, d.list_name) in asked
    ]
    single = name != DECISION
    kind = ' typeRef="number"' if single else ""
    lines = [
        f'  <decision id="decision_{name}" name="{name}">',
        f'    <variable id="result_{name}" name="{name}"{kind}/>',
        *_needs("input", name, inputs),
        f'    <decisionTable id="table_{name}" hitPolicy="FIRST">',
    ]
    for n, column in enumerate(columns, 1):
        lines += [
            f'      <input id="{name}_column_{n}" label="{_escaped(column.label)}">',
            f'        <inputExpression id="{name}_expression_{n}" typeRef="{column.kind}">',
            f"          <text>{_escaped(column.expression)}</text>",
            "        </inputExpression>",
            "      </input>",
        ]
    if single:
        lines.append(f'      <output id="{name}_output" typeRef="number"/>')
    else:
        lines.append(f'      <output id="{name}_tranche" name="tranche" typeRef="string"/>')
        lines += [
            f'      <output id="{name}_{output}" name="{output}" '
            f'label="{_escaped(OUTPUTS[output][lang])}" typeRef="number"/>'
            for output in outputs
        ]
    for n, row in enumerate(rows, 1):
        cells = {_key(c): c for c in row.when}
        tests = [_test(cells.get((column.name, column.list_name))) for column in columns]
        results = [] if single else [_string(row.tranche)]
        results += [_number(row.then[output]) for output in outputs]
        note = f"{row.tranche} — {say(row.confidence, lang)} : {row.source}"
        lines += [
            f'      <rule id="{name}_rule_{n}">',
            f"        <description>{_escaped(note)}</description>",
            *_entries("inputEntry", f"{name}_rule_{n}_in", tests),
            *_entries("outputEntry", f"{name}_rule_{n}_out", results),
            "      </rule>",
        ]
    return [*lines, "    </decisionTable>", "  </decision>"]


def _price(lang: str) -> list[str]:
    """Write the monthly price; FEEL's own rounding to the even cent would not be half up."""
    rate = f"{DECISION}.taux_reduction"
    text = f"floor(plein_tarif * (1 - {rate}) * 100 + 0.5) / 100"
    return [
        '  <decision id="decision_prix_mensuel" name="prix_mensuel">',
        f"    <description>{_escaped(say('monthly price = full price × (1 − reduction), to the cent', lang))}</description>",
        '    <variable id="result_prix_mensuel" name="prix_mensuel" typeRef="number"/>',
        *_needs("decision", "prix_mensuel", [DECISION, "plein_tarif"]),
        '    <literalExpression id="prix_mensuel_expression">',
        f"      <text>{_escaped(text)}</text>",
        "    </literalExpression>",
        "  </decision>",
    ]


def _needs(kind: str, name: str, needed: Iterable[str]) -> list[str]:
    return [
        line
        for other in needed
        for line in (
            f'    <informationRequirement id="{name}_needs_{other}">',
            f'      <required{kind.capitalize()} href="#{kind}_{other}"/>',
            "    </informationRequirement>",
        )
    ]


def _entries(kind: str, start: str, texts: Iterable[str]) -> list[str]:
    return [
        f'        <{kind} id="{start}_{n}"><text>{_escaped(text)}</text></{kind}>'
        for n, text in enumerate(texts, 1)
    ]


def _key(c: Condition) -> tuple[str, str]:
    return c.name, c.list_name if isinstance(c, Member) else ""


def _test(c: Condition | None) -> str:
    """Return a cell of a table: a FEEL unary test."""
    if c is None:
        return "-"
    if isinstance(c, Flag):
        return "true" if c.value else "false"
    if isinstance(c, Member):
        return "false" if c.negated else "true"
    low, high = _number(c.low), _number(c.high)
    if c.high == math.inf:
        return f"{'>=' if c.low_included else '>'} {low}"
    if c.low == 0 and c.low_included:
        return f"{'<=' if c.high_included else '<'} {high}"
    return f"{'[' if c.low_included else ']'}{low}..{high}{']' if c.high_included else '['}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "null"
    return f"{value:.10f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""


def _string(text: str) -> str:
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    return html.escape(clean(text))


class _Feel:
    """Writes what the columns of a rule compare, as FEEL expressions."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.version: Version = rule.version

    def column(self, name: str, list_name: str, table: DecisionTable, lang: str) -> Column:
        label = short(name, lang)
        if list_name:
            codes = next(d.codes for d in table.dimensions if d.list_name == list_name) or ()
            member = Member(name, list_name, frozenset(codes))
            label = condition(member, self.version, lang)
            return Column(
                name=name, list_name=list_name, label=label, kind="boolean",
                # what is not given is neither in the list nor outside
                expression=f"if {name} = null then null else {self.held(member)}",
            )  # fmt: skip
        refused = any(c == Flag(name, value=False) for row in table.rows for c in row.when)
        expression = f"{name} = true" if refused else self.value(name)
        for s in reversed([s for s in table.substitutions if s.input == name]):
            held = " and ".join(map(self.held, s.when)) or "true"
            expression = f"if {held} then {_number(s.value)} else {expression}"
        return Column(
            name=name, list_name="", label=label, expression=expression,
            kind=TYPES[INPUTS[name].kind],
        )  # fmt: skip

    def own(self, name: str) -> str:
        """Return the value that was given, or its default."""
        default = INPUTS[name].default
        if default is None or isinstance(default, bool) or name in self.version.required:
            return name
        return f"(if {name} = null then {default} else {name})"

    def value(self, name: str) -> str:
        """Return what is compared: the value, divided by its scale where it has one.

        Numerator and divisor are whole numbers where the amounts are whole cents, so that the
        quotient at a threshold is the threshold, in decimal and in binary arithmetic.
        """
        scale = self.version.divisors.get(name)
        if isinstance(scale, Scale):
            if scale.base is None:
                return f"(100 * {self.own(name)}) / (100 * {self.own(scale.by)})"
            base = self.own_rows(scale.base.rows)
            each = "".join(
                f" + {round(100 * amount)} * {self.own(n)}" for n, amount in scale.each.items()
            )
            return f"(100 * {self.own(name)}) / ({base}{each})"
        if name == "quotient_familial":
            quotient = "(100 * revenu_fiscal_reference) / (1200 * nombre_parts)"
            return f"if {name} = null then {quotient} else {name}"
        return self.own(name).removeprefix("(").removesuffix(")")

    def own_rows(self, rows: Sequence[Row]) -> str:
        """Return the base of a scale in hundredths."""
        text = ""
        for row in rows:
            value = str(round(100 * row.then["value"]))
            if not row.when:
                return f"({text}{value})" if text else value
            text += f"if {' and '.join(map(self.held, row.when))} then {value} else "
        return f"({text}null)"

    def held(self, c: Condition) -> str:
        """Return a condition on a person's own values."""
        if isinstance(c, Flag):
            # true is never what is not given
            return f"{c.name} = true" if c.value else f"not({c.name} = true)"
        if isinstance(c, Member):
            listed = ", ".join(map(_string, sorted(c.codes)))
            inside = f"list contains([{listed}], {c.name})"
            return f"({c.name} != null and not({inside}))" if c.negated else inside
        value = f"({self.value(c.name)})" if " " in self.value(c.name) else c.name
        tests = []
        if c.low > 0 or not c.low_included:
            tests.append(f"{value} {'>=' if c.low_included else '>'} {_number(c.low)}")
        if c.high < math.inf:
            tests.append(f"{value} {'<=' if c.high_included else '<'} {_number(c.high)}")
        return " and ".join(tests) or "true"
