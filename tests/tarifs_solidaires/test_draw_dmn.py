"""DMN: readers accept it, and its decisions are those of the rule.

The files are checked against the schema of DMN 1.3, which SpiffWorkflow carries. The small reader of
FEEL below decides, with numbers of 34 digits; ``nox -s feel`` does so with a FEEL engine.
"""

import datetime as dt
import math
import operator
import re
from decimal import Context, Decimal, localcontext
from pathlib import Path

import pytest
import SpiffWorkflow.dmn.parser
from drawn_rules import ALL, cases_of
from lxml import etree
from random_rules import random_rule

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.draw.dmn import DIAGRAM, HEIGHT, NAMESPACE, WIDTH
from tarifs_solidaires.draw.feel import RESERVED, constant, fresh, string

N = f"{{{NAMESPACE}}}"
DI = f"{{{DIAGRAM['xmlns:dmndi']}}}"
each = pytest.mark.parametrize("rule", [r for _, r in ALL], ids=[f"{n}-{r.on}" for n, r in ALL])
SCHEMA = etree.XMLSchema(
    etree.parse(Path(SpiffWorkflow.dmn.parser.__file__).parent / "schema" / "DMN13.xsd")
)
DECIMAL128 = Context(prec=34)


@each
def test_the_schema_of_dmn_1_3_accepts_it(rule):
    for lang in (*rule.languages, "de"):
        SCHEMA.assertValid(etree.fromstring(rule.to_dmn(lang).encode()))


@each
def test_each_step_is_a_decision_that_requires_what_it_reads(rule):
    root = etree.fromstring(rule.to_dmn().encode())
    decisions = {d.get("name"): d for d in root.iter(f"{N}decision")}
    data = {d.get("name") for d in root.iter(f"{N}inputData")}
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    places = {name: place for place, name in enumerate([*data, *decisions])}
    for name, decision in decisions.items():
        assert name not in RESERVED
        for need in decision.iter(f"{N}informationRequirement"):
            kind, _, read = need[0].get("href").removeprefix("#").partition("_")
            assert read in (data if kind == "input" else decisions)
            assert read in data or places[read] < places[name]
    for step in rule.steps:
        called = f"{step}_" if step in RESERVED else step
        assert (called in decisions) == (step in rule.version.reads)


@each
def test_each_element_has_its_place_in_the_diagram(rule):
    root = etree.fromstring(rule.to_dmn().encode())
    drawn = [e.get("id") for tag in ("inputData", "decision") for e in root.iter(N + tag)]
    boxes = {}
    for shape in root.iter(f"{DI}DMNShape"):
        x, y = (int(shape[0].get(side)) for side in "xy")
        boxes[shape.get("dmnElementRef")] = (x, y)
    assert sorted(boxes) == sorted(drawn)
    places = list(boxes.values())
    for n, (x, y) in enumerate(places):
        for a, b in places[n + 1 :]:
            assert abs(x - a) >= WIDTH or abs(y - b) >= HEIGHT
    needs = {e.get("id") for e in root.iter(f"{N}informationRequirement")}
    assert {e.get("dmnElementRef") for e in root.iter(f"{DI}DMNEdge")} == needs
    for edge in root.iter(f"{DI}DMNEdge"):  # each leads up
        assert int(edge[0].get("y")) > int(edge[1].get("y"))


@each
def test_the_same_rule_gives_the_same_file(rule):
    if rule.name in list_rules():
        assert rule.to_dmn() == load_rule(rule.name, on=rule.on).to_dmn()


# A reader of the FEEL that the files use.

TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|\d+(?:\.\d+)?|list contains|starts with|[a-z_]\w*|!=|<=|>=|\.\.|\S'
)
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
WORDS = {"null": None, "true": True, "false": False}


class Feel:
    def __init__(self, text, values):
        self.tokens = [*TOKEN.findall(text), ""]
        self.values = values

    def take(self, *expected):
        if expected and self.tokens[0] not in expected:
            raise ValueError(f"{self.tokens[:5]!r} where {expected} was expected")
        return self.tokens.pop(0)

    def whole(self):
        value = self.expression()
        self.take("")
        return value

    def expression(self):
        if self.tokens[0] != "if":
            return self.either()
        self.take("if")
        test = self.expression()
        self.take("then")
        yes = self.expression()
        self.take("else")
        no = self.expression()
        return yes if test is True else no

    def either(self):
        value = self.both()
        while self.tokens[0] == "or":
            self.take("or")
            other = self.both()
            value = True if True in (value, other) else None if None in (value, other) else False
        return value

    def both(self):
        value = self.comparison()
        while self.tokens[0] == "and":
            self.take("and")
            other = self.comparison()
            value = False if False in (value, other) else None if None in (value, other) else True
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
        return self.chain({"+": operator.add, "-": _minus}, self.product)

    def product(self):
        return self.chain({"*": operator.mul, "/": _divided}, self.path)

    def path(self):
        value = self.atom()
        while self.tokens[0] in (".", "["):
            if self.take() == ".":
                self.take("days")
            elif self.tokens[0] == "item":
                self.tokens[:4] = []
                value = [one for one in value if one is not None]
            else:
                value = value[int(self.expression()) - 1]
                self.take("]")
        return value

    def arguments(self, close):
        found = []
        while self.tokens[0] != close:
            found.append(self.expression())
            if self.tokens[0] != close:
                self.take(",")
        self.take(close)
        return found

    def atom(self):
        word = self.take()
        if word == "-":
            return -self.atom()
        if word == "(":
            value = self.expression()
            self.take(")")
            return value
        if word == "[":
            return self.arguments("]")
        if word.startswith('"'):
            return re.sub(r"\\(?:u(....)|(.))", _unescaped, word[1:-1])
        if word[0].isdigit():
            return Decimal(word)
        if word in WORDS:
            return WORDS[word]
        if self.tokens[0] == "(":
            self.take("(")
            return FUNCTIONS[word](*self.arguments(")"))
        return self.values[word]


def _unescaped(found):
    return chr(int(found[1], 16)) if found[1] else found[2]


class Day(str):
    """A date; two of them have a number of days between them."""


def _minus(left, right):
    if isinstance(left, Day):
        return Decimal(_days(left) - _days(right))
    return left - right


def _days(day):
    return dt.date.fromisoformat(day).toordinal()


def _divided(left, right):
    return None if right == 0 else left / right


def _extreme(choose):
    def found(*values):
        listed = values[0] if isinstance(values[0], list) else list(values)
        return None if None in listed or not listed else choose(listed)

    return found


def _maybe(function):
    return lambda value, *more: None if value is None else function(value, *more)


FUNCTIONS = {
    "floor": _maybe(lambda v: Decimal(math.floor(v))),
    "ceiling": _maybe(lambda v: Decimal(math.ceil(v))),
    "decimal": _maybe(lambda v, _: Decimal(round(v))),
    "sqrt": _maybe(lambda v: v.sqrt()),
    "min": _extreme(min), "max": _extreme(max),
    "not": _maybe(operator.not_),
    "date": Day,
    "list contains": lambda values, value: value in values,
    "starts with": lambda value, start: None if value is None else value.startswith(start),
}  # fmt: skip


def meets(text, value, values):
    """Decide a unary test."""
    if text == "-":
        return True
    if text.startswith("not(") and "?" not in text:
        return not meets(text[4:-1], value, values)
    if found := re.fullmatch(r"(<=|>=|<|>) (.+)", text):
        return value is not None and COMPARE[found[1]](value, Feel(found[2], values).whole())
    if found := re.fullmatch(r"([\[(])(.+)\.\.(.+)([\])])", text):
        low, high = (Feel(found[n], values).whole() for n in (2, 3))
        return value is not None and (
            (value > low or (found[1] == "[" and value == low))
            and (value < high or (found[4] == "]" and value == high))
        )
    if "?" in text:
        return Feel(text.replace("?", "this_one"), {**values, "this_one": value}).whole() is True
    return any(value == one for one in Feel(f"[{text}]", values).whole())


def decide(logic, values):
    """Return what the logic of a decision comes to."""
    if logic.tag == f"{N}literalExpression":
        return Feel(logic.findtext(f"{N}text"), values).whole()
    if logic.tag == f"{N}context":
        values = dict(values)
        for entry in logic:
            found = decide(entry[-1], values)
            if len(entry) > 1:
                values[entry[0].get("name")] = found
        return found
    assert logic.get("hitPolicy") == "FIRST"
    asked = [
        Feel(e.findtext(f"{N}text"), values).whole() for e in logic.iter(f"{N}inputExpression")
    ]
    for row in logic.iter(f"{N}rule"):
        tests = [entry.findtext(f"{N}text") for entry in row.iter(f"{N}inputEntry")]
        if all(meets(test, value, values) for test, value in zip(tests, asked, strict=True)):
            return Feel(row.findtext(f"{N}outputEntry/{N}text"), values).whole()
    return None


def check(rule, many):
    cases, kinds = cases_of(rule, many)
    assert cases
    decisions = list(etree.fromstring(rule.to_dmn().encode()).iter(f"{N}decision"))
    read = {"number": Decimal, "date": Day}
    for case in cases:
        given = case["given"]
        values = {n: given.get(n) for n in kinds}
        values = {
            n: v if v is None else read.get(kinds[n], lambda v: v)(v) for n, v in values.items()
        }
        with localcontext(DECIMAL128):
            for decision in decisions:
                values[decision.get("name")] = decide(decision[-1], values)
        for name, wanted in case["expected"].items():
            found = values[name]
            if isinstance(wanted, dict):
                exact = Decimal(wanted["number"])
                assert found is not None, (name, given)
                assert abs(found - exact) <= (abs(exact) + 1) * Decimal("1e-28"), (name, given)
            else:
                assert found == wanted, (name, given)


@each
def test_the_decisions_are_those_of_the_rule(rule):
    check(rule, 25)


@pytest.mark.parametrize("seed", range(100, 130))
def test_the_decisions_of_random_rules_are_those_of_the_rule(seed, tmp_path):
    file = tmp_path / "random.toml"
    file.write_text(random_rule(seed), "utf-8")
    check(load_rule(file, on="2025-01-01"), 25)


def test_names_and_texts_are_those_of_feel():
    assert fresh("if", {"if"}) == "if_"
    assert fresh("age", set()) == "age"
    assert string('a"b\\c\n') == '"a\\"b\\\\c\\u000A"'
    assert constant(True) == "true"
