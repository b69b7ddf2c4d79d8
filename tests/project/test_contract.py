"""What programs rely on: every public value copies, pickles, crosses processes and goes to JSON."""

import ast
import copy
import datetime as dt
import importlib
import inspect
import json
import pickle
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from html.parser import HTMLParser
from multiprocessing import get_context
from pathlib import Path
from typing import get_overloads

import attrs
import jsonschema
import numpy as np
import pytest

import charte_registry as registry
import prevision_cantine as cantine
import tarifs_solidaires as tarifs
from charte_registry.records import KINDS
from charte_registry.records.base import structure
from charte_registry.schema.examples import example
from charte_registry.schema.shape import shapes

ROOT = Path(__file__).parents[2]
PACKAGES = ("tarifs_solidaires", "prevision_cantine", "charte_registry")
DAY = dt.date(2024, 1, 15)
# Made by reading files of an office, or abstract: their parts are covered, they are reports of a run.
NOT_MADE_HERE = {
    "prevision_cantine": {
        "Backtest", "CalendarReport", "CanteenFeatures", "Choice", "MissingExtraError", "Comparison", "Gain", "Gap", "Ingredients",
        "LoadReport", "MadeCity", "Measured", "OfficeError", "OfficeReport", "OrderChange",
        "PastForecasts", "Scores", "Span", "TeachingPeriodSplit", "WorstDay", "ZonedBreak",
    },
    "charte_registry": {"Edited", "History", "LineCheck", "Merged", "MissingExtraError"},
    "tarifs_solidaires": {"Confidence", "Conformance", "Estimate", "Fit", "Margin", "MissingExtraError"},
}  # fmt: skip


def _a_rule():
    return tarifs.load_rule("nantes/transport", on="2020-10-01")


def _tariffs():
    rule = _a_rule()
    people = tarifs.make_population(rule, 50, seed=0)
    yield rule
    yield rule.compute(quotient_familial=[100, 620, 10_000], age=30)
    yield rule.compute(quotient_familial=620, age=30)
    yield rule.compute(quotient_familial=620, age=30).explain(lang="en")
    compared = tarifs.compare(rule, rule.replace(partage_500_600="par_age"), people, price=500)
    yield from (compared, compared.findings(), compared.cliffs())
    yield tarifs.classes(people["age"], [26, 60], name="age")
    yield from tarifs.check_text("format = 2\n")
    yield from rule.outputs.values()
    yield _raised(rule.compute, quotient_familial=-1)
    yield _raised(tarifs.load_rule, "nowhere/nothing", on="2020-10-01")
    yield _raised(tarifs.load_rule, "nantes/transport", on="1900-01-01")
    yield tarifs.TableError(tarifs.Fault(code="x", template="x"))
    yield tarifs.TarifError(tarifs.Fault(code="x", template="x"))


def _canteens():
    city = cantine.make_city(seed=0, canteens=4, years=2)
    model = cantine.CanteenForecaster().fit(city, until="2022-02-01")
    rows = city.calendar_rows("2022-03-07", "2022-03-11")
    forecast = model.predict(rows)
    scenario = cantine.Scenario(strikes=["2022-03-08"])
    yield from (city, model, rows, forecast, forecast.basis(0), scenario, model.effects())
    yield from cantine.default_terms(city)
    yield cantine.plan_order(forecast, shortage=0.01)
    yield cantine.trade_off(forecast, shortages=[0.01, 0.02])
    yield cantine.model_sheet(model)
    yield cantine.what_if(model, scenario.apply(city), scenario, "2022-03-07", "2022-03-11")
    yield rows.missing()
    yield cantine.Purchase(DAY, "F", "P", Fraction(1, 3), "kg")
    yield cantine.Portion("p", "P", "F", "M", Fraction(1, 3), "kg")
    yield cantine.LeftOut("C", np.datetime64("2022-01-01"), np.datetime64("2022-01-04"), 3, 0.5)
    yield cantine.AdditiveRegressor().fit([["a"], ["b"]], [1.0, 2.0], [1, 3])
    day = np.datetime64("2022-03-08")
    menu = cantine.Category(name="m", reads="weekday")
    yield cantine.Product(name="p", first=menu, second=cantine.Number(name="n", reads="people"))
    yield cantine.Season(name="s")
    yield cantine.Period(day, day)
    yield cantine.CanteenChange(name="C", closes=day)
    yield cantine.EnrolmentChange(canteen="C", factor=1.1)
    yield cantine.LevelBreak(None, day, day, 3, -0.1, True, 1.0, np.ones(2), np.arange(2))
    yield cantine.Remark("f", "no_date", 2)
    yield _raised(cantine.load_scenario, ROOT / "pyproject.toml", city)
    yield cantine.CantineError("no_date", where="f", value="x")
    yield cantine.CityError("no_date", where="f", value="x")
    yield _raised(forecast.explain, 999)
    yield _raised(cantine.plan_order, forecast, shortage=2)
    yield _raised(rows.of, "nowhere")
    yield _raised(city.calendar_rows, "2022-03-07", "x")
    yield _raised(city.calendar_rows, "2022-02-13", "2022-02-13")
    yield _raised(cantine.Scenario, strikes=["x"])


def _registers():
    register = registry.load_register(ROOT / "examples/nantes_2020")
    with_profile = registry.load_register(ROOT / "examples/recife")
    yield from (register, with_profile, with_profile.profile)
    yield from register.check(DAY)[:3]
    yield registry.Silenced(finding=register.check(DAY)[0], raison="r", jusqu_au=DAY)
    yield from registry.diff(register, register.without("partenaires", "pa-01"))
    yield registry.query(register, "SELECT id, nom, note FROM partenaires", on=DAY)
    for kind, cls in KINDS.items():
        yield structure(cls, example(kind))
        yield from register.all(kind)
        yield from with_profile.all(kind)
    yield registry.adequation("CA", on=DAY)
    yield _raised(registry.load_register, "nowhere")
    yield _raised(registry.structure, registry.Transfert, {"pays": "CA", "x": 1, "y": 2})
    yield registry.Fault("not_text", field="f", value=1)
    yield registry.Derogation(fiche="actions/a", regle="X", raison="r")
    yield registry.Conflict(record="actions/a", field="nom", here="a", there="b")
    yield registry.Remark(level="lost", where="w", message="m")
    yield registry.Import(records={}, remarks=())
    yield registry.Edition(day=DAY, changes=())
    yield registry.Limits()


def _raised(function, *args, **options):
    try:
        function(*args, **options)
    except ValueError as error:
        return error
    raise AssertionError(function)


def _walk(value, seen, depth=0):
    """Note the first value of every class that a value holds."""
    cls = type(value)
    package = cls.__module__.split(".")[0]
    if package in PACKAGES and cls.__name__ in (*sys.modules[package].__all__, "Explanation"):
        seen.setdefault((package, cls.__name__), value)
    if depth > 9:
        return
    if attrs.has(cls):
        names = (field.name for field in attrs.fields(cls) if not field.name.startswith("_"))
        inside = [getattr(value, name) for name in names]
    elif isinstance(value, Exception):
        inside = [*value.args, *vars(value).values()]
    elif isinstance(value, Mapping):
        inside = list(value.values())[:200]
    elif isinstance(value, tuple | list | frozenset):
        inside = list(value)[:200]
    else:
        inside = []
    for one in inside:
        _walk(one, seen, depth + 1)


@pytest.fixture(scope="module")
def values():
    seen = {}
    for made in (_tariffs(), _canteens(), _registers()):
        for value in made:
            _walk(value, seen)
    return seen


def test_every_public_class_is_tried(values):
    for package in PACKAGES:
        module = importlib.import_module(package)
        public = {name for name in module.__all__ if inspect.isclass(getattr(module, name))}
        tried = {name for where, name in values if where == package}
        parts = {
            shape.part.__name__ for cls in KINDS.values() for shape in shapes(cls) if shape.part
        }
        untried = public - tried - parts - {"Term"}
        assert untried == NOT_MADE_HERE[package] & untried, package
        assert not NOT_MADE_HERE[package] & tried, "tried by now: take it off the list"


def _same(one, other):
    assert type(one).__name__ == type(other).__name__
    assert str(one) == str(other) or one == other  # a set has no order
    if hasattr(one, "to_dict"):
        assert one.to_dict() == other.to_dict()


def test_every_value_copies_and_pickles(values):
    for value in values.values():
        _same(value, copy.copy(value))
        _same(value, copy.deepcopy(value))
        _same(value, pickle.loads(pickle.dumps(value)))  # noqa: S301 - our own


def test_every_value_goes_to_another_process_and_comes_back(values):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for value, back in zip(
            values.values(), pool.map(copy.copy, values.values(), chunksize=200), strict=True
        ):
            _same(value, back)


PLAIN = {dict, list, tuple, str, int, float, bool, type(None)}


def _types(value):
    """Return every type inside plain values: a numpy text is a text, but no plain one."""
    inside = [*value, *value.values()] if isinstance(value, dict) else value
    parts = inside if isinstance(value, dict | list | tuple) else ()
    return {type(value)}.union(*map(_types, parts))


def test_what_says_that_it_goes_to_json_does(values):
    for (_, name), value in values.items():
        if hasattr(value, "to_dict"):
            json.loads(json.dumps(value.to_dict(), allow_nan=False))
            assert _types(value.to_dict()) <= PLAIN, name
        if hasattr(value, "to_json"):
            assert json.loads(value.to_json()) is not None, name


RESULTS = {
    "tarifs_solidaires": ("Rule", "Result", "Explanation", "Comparison", "Finding"),
    "prevision_cantine": (
        "Forecast", "Order", "KitchenOrder", "TradeOff", "EffectTable", "Difference", "Rows",
    ),
    "charte_registry": ("Register", "Finding", "Silenced", "Change", "Answer"),
}  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag != "script"
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("package", PACKAGES)
def test_results_go_to_json_and_show_themselves(values, package):
    for name in RESULTS[package]:
        value = values[package, name]
        assert json.loads(value.to_json()) is not None
        if name == "Explanation":  # text with marks
            assert value._repr_markdown_()
            continue
        tags = _Tags()
        tags.feed(value._repr_html_())
        assert not tags.open, name


def test_what_a_notebook_shows_is_escaped():
    finding = registry.Finding(
        record="actions/a", field="<b>", rule="R", message="<script>", severity="note"
    )
    assert (
        "<script>"
        not in finding._repr_html_()
        + registry.Answer(columns=("<script>",), rows=(("<script>",),))._repr_html_()
    )
    register = registry.load_register(ROOT / "examples/nantes_2020")
    shown = attrs.evolve(register, titre="<script>")._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("name", tarifs.list_rules())
def test_a_rule_accepts_what_its_schema_accepts_and_gives_what_it_says(name):
    try:
        rule = tarifs.load_rule(name, on=DAY)
    except tarifs.DateError:
        rule = tarifs.load_rule(name, on="2026-01-15", beyond="last_known")
    people = tarifs.make_population(rule, 30, seed=1)
    asked, given = rule.input_schema("en"), rule.output_schema()
    jsonschema.Draft202012Validator.check_schema(asked)
    for i in range(30):
        person = {
            item.name: people[item.name][i].item() if item.kind != "date" else str(people[item.name][i])
            for item in rule.inputs
            if item.name in people
        }  # fmt: skip
        person |= {
            n: int(v) for n, v in person.items() if asked["properties"][n]["type"] == "integer"
        }
        jsonschema.validate(person, asked)
        result = rule.compute(person)
        jsonschema.validate(result.to_dict(), given)
    jsonschema.validate(rule.compute(people).to_dict(), rule.output_schema(many=True))


def test_the_schema_of_inputs_is_as_strict_as_the_rule():
    rule = _a_rule()
    schema = jsonschema.Draft202012Validator(rule.input_schema())
    both = {"quotient_familial": 1, "revenu_fiscal_reference": 1, "nombre_parts": 1, "age": 30}
    for person in (both, {"age": 30}, {"quotient_familial": -1, "age": 30}, {"errors": "null"}):
        assert not schema.is_valid(person)
        with pytest.raises(tarifs.InputError):
            rule.compute(person)


def test_a_forecast_and_findings_are_what_their_schemas_say(values):
    forecast = values["prevision_cantine", "Forecast"]
    jsonschema.validate(forecast.to_dict(), cantine.forecast_schema())
    for row in forecast.to_dict()["rows"]:
        assert row["usual"] + sum(row["added"].values()) == pytest.approx(row["meals"])
    for package, module in (("tarifs_solidaires", tarifs), ("charte_registry", registry)):
        finding = values[package, "Finding"]
        jsonschema.validate(finding.to_dict(), module.finding_schema())
        assert module.Finding.from_dict(finding.to_dict()) == finding


def test_a_register_comes_back_from_its_plain_values():
    for name in ("nantes_2020", "recife", "montreal"):
        register = registry.load_register(ROOT / "examples" / name)
        data = json.loads(register.to_json())
        again = registry.Register.from_dict(data, profile=register.profile)
        assert again.to_dict() == register.to_dict()
        assert again == attrs.evolve(register, records=again.records, kinds=again.kinds)


def test_a_register_says_all_that_is_wrong_as_data():
    data = registry.load_register(ROOT / "examples/nantes_2020").to_dict()
    data["nonsense"] = 1
    data["partenaires"] = [{"id": "a"}, {"id": "b", "nom": 3}, 4]
    error = _raised(registry.Register.from_dict, data)
    found = {(fault.code, fault.field) for fault in error.errors}
    assert found == {
        ("unknown_field", "nonsense"), ("missing", "partenaires[0].nom"),
        ("not_text", "partenaires[1].nom"), ("not_table", "partenaires[2]"),
    }  # fmt: skip
    assert [one["value"] for one in error.to_dict()["errors"] if one["code"] == "not_text"] == [3]


def test_the_kinds_of_a_register_have_their_types():
    named = {}
    for overload in get_overloads(registry.Register.all):
        hint = overload.__annotations__["kind"]
        if hint != "str":
            named[ast.literal_eval(hint[len("Literal[") : -1])] = (
                overload.__annotations__["return"].split(".")[1].split(",")[0]
            )
    assert named == {kind: cls.__name__ for kind, cls in KINDS.items()}


def test_the_types_that_the_typing_tests_use_are_those_of_the_rule():
    rule = tarifs.load_rule("nantes/transport", on="2020-10-01")
    assert (ROOT / "typing_tests/nantes_transport.py").read_text("utf-8") == tarifs.stub_text(rule)


def test_the_types_of_a_rule_are_a_module():
    for name in ("nantes/eau", "nantes/transport"):
        rule = tarifs.load_rule(name, on="2023-06-01")
        text = tarifs.stub_text(rule)
        made = next(
            node
            for node in ast.parse(text).body
            if isinstance(node, ast.ClassDef) and node.name.lower() == name.replace("/", "")
        )
        overloads = [node for node in made.body if isinstance(node, ast.FunctionDef)]
        asked = [{argument.arg for argument in one.args.kwonlyargs} for one in overloads]
        assert asked == [{"errors", *(item.name for item in rule.inputs)}] * 2
