"""DMN: a reader accepts it, and its decisions are those of the rule.

The files are checked against the schema of DMN 1.3 and read by SpiffWorkflow, which carries that
schema but decides with Python instead of FEEL; the small reader of FEEL below decides.
"""

import math
import operator
import re
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np
import pytest
import SpiffWorkflow.dmn.parser
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.dmn.parser import BpmnDmnParser

from tarifs_solidaires import RuleError, list_rules, load_rule
from tarifs_solidaires.conditions import Interval
from tarifs_solidaires.dmn import NAMESPACE
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.language import LANGUAGES, clean
from tarifs_solidaires.rule_file import read_rule

N = f"{{{NAMESPACE}}}"
MADE_UP = str(Path(__file__).parent / "made_up" / "table.toml")
RULES = [
    load_rule(name, on=version.valid_from)
    for name in (*list_rules(), MADE_UP)
    for version in read_rule(name).versions
    if version.shape == "decision_table"
]


def _named(rule):
    return f"{rule.name}-{rule.on}"


every_rule = pytest.mark.parametrize("rule", RULES, ids=_named)

SCHEMA = etree.XMLSchema(
    etree.parse(Path(SpiffWorkflow.dmn.parser.__file__).parent / "schema" / "DMN13.xsd")
)


@pytest.mark.parametrize("lang", LANGUAGES)
@every_rule
def test_the_schema_of_dmn_1_3_accepts_it(rule, lang):
    SCHEMA.assertValid(etree.fromstring(rule.to_dmn(lang).encode()))


# this reader knows one decision a file
@pytest.mark.parametrize("rule", [r for r in RULES if not r.version.full_prices], ids=_named)
def test_a_reader_of_dmn_finds_every_row(rule, tmp_path):
    file = tmp_path / "rule.dmn"
    file.write_text(rule.to_dmn(), "utf-8")
    parser = BpmnDmnParser()
    parser.add_dmn_file(str(file))
    (found,) = parser.dmn_parsers.values()
    found.parse()
    (table,) = found.decision.decisionTables
    assert table.hit_policy == "FIRST"
    assert [o.name for o in table.outputs] == ["tranche", *rule.output_names]
    assert len(table.rules) == len(rule.version.rows)


# A reader of the FEEL that the files use: null, numbers, texts, lists, if, and, not, comparisons.

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\d+(?:\.\d+)?|list contains|[a-z_]\w*|!=|<=|>=|\.\.|\S')
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
WORDS = {"null": None, "true": True, "false": False}


class Feel:
    def __init__(self, text, values):
        self.tokens = [*TOKEN.findall(text), ""]
        self.values = values

    def take(self, *expected):
        if expected and self.tokens[0] not in expected:
            raise ValueError(f"{self.tokens[0]!r} where {expected} was expected")
        return self.tokens.pop(0)

    def whole(self):
        value = self.expression()
        self.take("")
        return value

    def expression(self):
        if self.tokens[0] != "if":
            return self.conjunction()
        self.take("if")
        test = self.expression()
        self.take("then")
        yes = self.expression()
        self.take("else")
        no = self.expression()
        return yes if test is True else no

    def conjunction(self):
        value = self.comparison()
        while self.tokens[0] == "and":
            self.take("and")
            other = self.comparison()
            value = False if value is False or other is False else (value and other) or None
        return value

    def comparison(self):
        left = self.sum()
        sign = self.tokens[0]
        if sign not in (*COMPARE, "=", "!="):
            return left
        self.take()
        right = self.sum()
        if sign in ("=", "!="):
            return (left == right) == (sign == "=")
        return None if left is None or right is None else COMPARE[sign](left, right)

    def chain(self, signs, part):
        value = part()
        while self.tokens[0] in signs:
            sign, other = signs[self.take()], part()
            value = None if value is None or other is None else sign(value, other)
        return value

    def sum(self):
        return self.chain({"+": operator.add, "-": operator.sub}, self.product)

    def product(self):
        return self.chain({"*": operator.mul, "/": operator.truediv}, self.atom)

    def atom(self):
        word = self.take()
        if word == "(":
            value = self.expression()
            self.take(")")
        elif word == "[":
            value = [self.expression()]
            while self.take(",", "]") == ",":
                value.append(self.expression())
        elif word in ("not", "floor", "list contains"):
            self.take("(")
            value = self.expression()
            if word == "list contains":
                self.take(",")
                value = self.expression() in value
            elif value is not None:
                value = not value if word == "not" else Fraction(math.floor(value))
            self.take(")")
        elif word.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", word[1:-1])
        elif word[0].isdigit():
            value = Fraction(word)
        elif word in WORDS:
            value = WORDS[word]
        else:
            value = self.values[word]
            while self.tokens[0] == ".":
                self.take(".")
                value = value[self.take()]
        return value


def _meets(text, value):
    """Decide a unary test."""
    if text == "-":
        return True
    if found := re.fullmatch(r"(<=|>=|<|>) (\S+)", text):
        return value is not None and COMPARE[found[1]](value, Fraction(found[2]))
    if found := re.fullmatch(r"([\[\]])(\S+)\.\.(\S+)([\[\]])", text):
        low, high = Fraction(found[2]), Fraction(found[3])
        return (
            value is not None
            and (value > low or (found[1] == "[" and value == low))
            and (value < high or (found[4] == "]" and value == high))
        )
    return value is Feel(text, {}).whole()


def _decide(model, values):
    """Return the results of every decision of a file, in its order."""
    values = dict(values)
    for decision in model.iter(f"{N}decision"):
        name, table = decision.get("name"), decision.find(f"{N}decisionTable")
        if table is None:
            values[name] = Feel(decision.findtext(f"{N}literalExpression/{N}text"), values).whole()
            continue
        asked = [
            Feel(e.findtext(f"{N}inputExpression/{N}text"), values).whole()
            for e in table.iter(f"{N}input")
        ]
        hit = next(
            rule
            for rule in table.iter(f"{N}rule")
            if all(map(_meets, rule.xpath("*[local-name()='inputEntry']/*/text()"), asked))
        )
        found = [Feel(e.findtext(f"{N}text"), {}).whole() for e in hit.iter(f"{N}outputEntry")]
        names = [o.get("name") for o in table.iter(f"{N}output")]
        values[name] = found[0] if names == [None] else dict(zip(names, found, strict=True))
    return values


@st.composite
def people(draw, rule):
    """Draw inputs of a rule, often at a threshold or a cent beside it."""
    version = rule.version
    conditions = [c for row in (*version.rows, *version.full_prices) for c in row.when]
    conditions += [c for s in version.substitutions for c in s.when]
    codes = sorted({code for codes in rule.lists.values() for code in codes}) or ["44109"]
    person = {}
    for name in (*version.required, *version.optional):
        item = INPUTS[name]
        if name in version.optional and draw(st.booleans()):
            continue
        if item.kind == "flag":
            person[name] = draw(st.booleans())
        elif item.kind == "commune":
            person[name] = draw(st.sampled_from([*codes, "75056"]))
        elif item.whole:
            person[name] = draw(st.integers(0, min(8, int(item.maximum))))
        else:
            bounds = {100.0}
            for c in conditions:
                if isinstance(c, Interval) and c.name == name:
                    bounds |= {b for b in (c.low, c.high) if b < math.inf}
            bound = draw(st.sampled_from(sorted(bounds)))
            beside = draw(st.sampled_from([0, 0, 0.01, -0.01, 30]))
            person[name] = round(min(max(bound + beside, item.minimum), item.maximum), 2)
    for scale in version.scales:  # at a threshold of the scaled input
        given_ = {n: np.asarray(x) for n, x in person.items()}
        for name in version.optional:
            if INPUTS[name].default is not None:
                given_.setdefault(name, np.asarray(INPUTS[name].default))
        factor = Fraction(int(scale.units(given_)), 100)
        exact = Fraction(str(person[scale.numerator])) * factor
        person[scale.numerator] = float(round(exact, 2))
    if "quotient_familial" in person and draw(st.booleans()):
        parts = draw(st.sampled_from([1.0, 1.25, 2.5, 3.0]))
        quotient = Fraction(str(person.pop("quotient_familial")))
        person["revenu_fiscal_reference"] = float(round(quotient * 12 * Fraction(parts), 2))
        person["nombre_parts"] = parts
    return person


def _exact(value):
    return value if isinstance(value, bool | str) else Fraction(str(value))


@every_rule
@settings(max_examples=60)
@given(data=st.data())
def test_the_decisions_are_those_of_the_rule(rule, data):
    model = etree.fromstring(rule.to_dmn().encode())
    person = data.draw(people(rule))
    values = dict.fromkeys(item.name for item in rule.inputs)
    values |= {name: _exact(value) for name, value in person.items()}
    found = _decide(model, values)
    results = {**found["tranche_et_resultats"], **found}
    expected = rule.compute(**person)
    assert results["tranche"] == clean(expected.tranche)
    for name in rule.output_names:
        number = float(getattr(expected, name))
        assert (results[name] is None) == math.isnan(number)
        assert results[name] is None or float(results[name]) == number


@pytest.mark.parametrize("name", ["effort", "blocks"])
def test_another_shape_is_refused(name):
    rule = read_rule(str(Path(MADE_UP).with_stem(name)))
    with pytest.raises(RuleError, match="is no decision table; see to_markdown"):
        rule.to_dmn()


def test_a_substitution_of_what_is_no_number_is_refused_by_name():
    rule = read_rule(MADE_UP)
    wrong = attrs.evolve(rule.version.substitutions[0], input="commune")
    rule = attrs.evolve(rule, version=attrs.evolve(rule.version, substitutions=(wrong,)))
    with pytest.raises(RuleError, match="a substitution of commune, which is no number"):
        rule.to_dmn()
