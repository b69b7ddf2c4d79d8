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
from tempfile import TemporaryDirectory
from typing import get_overloads

import attrs
import jsonschema
import numpy as np
import pytest

import charte_registry as registry
import prevision_cantine as cantine
import tarifs_solidaires as tarifs
from charte_registry.exchange.remarks import words
from charte_registry.records import KINDS
from charte_registry.records.base import structure
from charte_registry.schema.examples import example
from charte_registry.schema.shape import shapes

ROOT = Path(__file__).parents[2]
PACKAGES = ("tarifs_solidaires", "prevision_cantine", "charte_registry")
DAY = dt.date(2024, 1, 15)
DAY_64 = np.datetime64(DAY, "D")
# What holds no data of its own to hand over; whatever else is public goes to JSON.
TO_FILES = "learned state: save_forecaster and get_params are its ways out"
NO_JSON = {
    ("prevision_cantine", "AdditiveRegressor"): "an estimator of scikit-learn",
    ("prevision_cantine", "CanteenFeatures"): "an estimator of scikit-learn",
    ("prevision_cantine", "CanteenForecaster"): TO_FILES,
    ("prevision_cantine", "TeachingPeriodSplit"): "a splitter of scikit-learn",
    ("charte_registry", "LineCheck"): "a function of record batches, with its one option",
}


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
    yield compared.confidence()
    yield tarifs.classes(people["age"], [26, 60], name="age")
    cases = "- period: 2020-10\n  input: {quotient_familial: 620, age: 30}\n  output: {taux_reduction: 0.5}\n"
    with TemporaryDirectory() as folder:
        (Path(folder) / "cases.yaml").write_text(cases, "utf-8")
        yield tarifs.conform("nantes/transport", Path(folder) / "cases.yaml")
    yield tarifs.fit_margins(
        tarifs.read_margins([ROOT / "examples/nantes_margins/age_by_persons.csv"])
    )
    yield tarifs.MissingExtraError(tarifs.Fault(code="missing_extra", template="x"))
    yield from tarifs.check_text("format = 2\n")
    yield from rule.outputs.values()
    yield _raised(rule.compute, quotient_familial=-1)
    yield _raised(rule.compute(quotient_familial=620, age=30).__getitem__, "nowhere")
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
    yield from (cantine.load_report(city), city.calendar, forecast.explain(0, "en"))
    quick = cantine.CanteenForecaster(calibration_periods=0)
    past = cantine.backtest(city, "2022-03-07", "2022-03-18", forecaster=quick)
    yield from (past, past.compare(), *cantine.worst_days(past, 1))
    yield cantine.order_what_if(model, city, scenario, "2022-03-07", "2022-03-11", shortage=0.01)
    yield cantine.ingredients(
        cantine.plan_order(forecast, shortage=0.01),
        {day: ["Poisson"] for day in rows.date.tolist()},
        [cantine.Portion("Poisson", "colin", "F", "*", Fraction(1, 8), "kg")],
    )
    yield cantine.make_company(years=1)
    yield cantine.Gap(day_of("2022-03-07"), day_of("2022-03-08"), 2, 0)
    yield cantine.ZonedBreak("B", "Hiver", day_of("2022-02-05"), day_of("2022-02-21"))
    yield cantine.Span(start=day_of("2022-03-07"), end=day_of("2022-03-08"), nature="greve")
    yield cantine.CanteenFeatures(city.calendar, city.menus)
    yield cantine.TeachingPeriodSplit()
    yield cantine.Choice(
        until=day_of("2022-02-01"),
        first=day_of("2021-09-01"),
        last=day_of("2022-01-31"),
        weeks=20,
        evaluations=1,
        stopped="few",
        start_loss=0.1,
        loss=0.1,
        settings=(("line", 1.0),),
    )
    with TemporaryDirectory() as folder:
        yield cantine.make_calendar(folder, country="FR", zone="B", start=2023, end=2023)
        forecast.to_csv(Path(folder) / "f.csv")
        yield cantine.measure_file(Path(folder) / "f.csv", city)
        (Path(folder) / "a.csv").write_text("date;cantine;repas\n07/03/2022;Zola;120\n", "utf-8")
        yield cantine.import_office([Path(folder) / "a.csv"], Path(folder) / "ville")
    yield cantine.MissingExtraError("scipy", "cantine")
    yield cantine.OfficeError("encrypted", file="a.xlsx")
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
    plain = {"partenaires": {"pa-01": {"id": "pa-01", "nom": "P"}}}
    yield registry.merged(register, {}, plain)
    yield registry.Edited(base=plain, records=plain)
    yield registry.History(editions=(registry.Edition(day=DAY, changes=()),), since=DAY)
    yield registry.LineCheck()
    yield registry.MissingExtraError("yaml", "registre")
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
    yield registry.Remark(level="lost", where="w", phrase=words("not_email", value="m"))
    yield registry.Import(records={}, remarks=())
    yield registry.Edition(day=DAY, changes=())
    yield registry.Limits()


def day_of(text):
    return np.datetime64(text, "D")


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
    if package in PACKAGES and getattr(sys.modules[package], cls.__name__, None) is cls:
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


def _public(package):
    module = importlib.import_module(package)
    return {name for name in module.__all__ if inspect.isclass(getattr(module, name))}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_class_is_tried(values, package):
    parts = {shape.part.__name__ for cls in KINDS.values() for shape in shapes(cls) if shape.part}
    tried = {name for where, name in values if where == package} | parts
    assert _public(package) - tried == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_class_goes_to_json_or_says_why_not(package):
    lacking = set()
    for name in _public(package):
        cls = getattr(sys.modules[package], name)
        asked = ("to_dict",) if issubclass(cls, Exception) else ("to_dict", "to_json")
        if not all(hasattr(cls, method) for method in asked):
            lacking.add((package, name))
    assert lacking == {one for one in NO_JSON if one[0] == package}


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
        if hasattr(value, "from_dict") and name != "Register":  # which needs its profile
            again = type(value).from_dict(json.loads(value.to_json()))
            assert again.to_dict() == value.to_dict(), name


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
def test_every_value_shows_itself_in_a_notebook(values, package):
    for (where, name), value in values.items():
        if where != package or isinstance(value, Exception) or (where, name) in NO_JSON:
            continue
        if hasattr(value, "_repr_markdown_"):
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


def test_the_text_of_a_value_shows_something_of_it_and_no_more_than_a_page(values):
    for (where, name), value in values.items():
        if (where, name) in NO_JSON or isinstance(value, str | Exception):
            continue
        assert repr(value) != f"{name}()", name
        assert len(repr(value)) < 4_000, name


HOSTILE = "<script>alert('x')</script>"


def test_what_comes_from_files_is_escaped_wherever_a_notebook_shows_it(values):
    basis = attrs.evolve(values["prevision_cantine", "Basis"], canteen=HOSTILE)
    row = {**values["prevision_cantine", "Explanation"].row, "cantine": HOSTILE}
    day = day_of("2024-01-15")
    forecast = values["prevision_cantine", "Forecast"]
    city = attrs.evolve(forecast.rows.city, sites=(HOSTILE,) * 4, canteens=(HOSTILE,) * 4)
    shown = [
        basis,
        cantine.Explanation(HOSTILE, "fr", row, ((HOSTILE, 1),), basis),
        attrs.evolve(forecast, rows=attrs.evolve(forecast.rows, city=city)),
        cantine.Scenario(name=HOSTILE, enrolment={HOSTILE: 1.0}),
        cantine.Span(start=day, end=day, nature="ferme", name=HOSTILE),
        cantine.Remark("f", "no_date", 1, {HOSTILE: [{HOSTILE: HOSTILE}]}),
        tarifs.Fault(code="x", template="{value}", data={"value": HOSTILE}),
        tarifs.Trait(input=HOSTILE, values=(HOSTILE,)),
        registry.Remark(level="lost", where=HOSTILE, phrase=words("not_email", value=HOSTILE)),
        registry.Partenaire(id="p", nom=HOSTILE),
        registry.Fault("not_text", field=HOSTILE, value=HOSTILE),
        registry.Import(records={HOSTILE: {HOSTILE: registry.Partenaire(id="p", nom=HOSTILE)}}),
    ]
    for value in shown:
        page = value._repr_html_()
        tags = _Tags()  # refuses a script
        tags.feed(page)
        assert "&lt;script&gt;" in page, type(value)


def test_a_city_and_a_scenario_come_back_the_same(values):
    city = values["prevision_cantine", "City"]
    again = cantine.City.from_dict(json.loads(city.to_json()))
    span = ("2022-03-07", "2022-03-11")
    model = cantine.CanteenForecaster(calibration_periods=0)
    one, other = (
        model.unfitted().fit(c, until="2022-02-01").predict(c.calendar_rows(*span)).meals
        for c in (city, again)
    )
    np.testing.assert_array_equal(one, other)
    whole = cantine.Scenario(
        name="all", strikes=["2024-05-14"], menus={dt.date(2024, 5, 2): ["Poisson"]},
        enrolment={"*": 0.9}, absences={("A", "2024-05-03"): 3}, public_holidays=["2024-05-01"],
        breaks=[cantine.Break("Hiver", day_of("2023-02-11"), day_of("2023-02-26"))],
        events={"fete": ["2024-05-03"]},
        variables={"temp": {"2024-05-02": 1.5, ("A", dt.date(2024, 5, 3)): 2}},
        menus_of={"midi": {dt.date(2024, 5, 2): ["Riz"]}},
        spans=[cantine.Span(start=DAY_64, end=DAY_64, nature="greve")],
        people=[cantine.EnrolmentChange(canteen="A", factor=1.1)],
        canteens=[cantine.CanteenChange(name="C", opens="2024-01-02", people=100, replaces=["A"])],
    )  # fmt: skip
    said = json.loads(whole.to_json())
    assert all(said.values()), "every field is tried"
    assert cantine.Scenario.from_dict(said).to_dict() == said


def test_what_is_no_city_or_scenario_is_refused_with_its_places():
    rows = [{"date": "2024-01-15", "cantine": "A", "reel": 3}]
    for data, code in (
        ({}, "not_rows"), (3, "not_object"), ({"frequentation": 3}, "not_rows"),
        ({"frequentation": rows, "ville": 3}, "not_object"),
        ({"frequentation": [rows[0] | {"reel": True}]}, "not_cell"),
        ({"frequentation": [rows[0] | {"nom_enfant": "x"}]}, "personal_column"),
        ({"frequentation": [{"date": "2024-01-15", "cantine": "A"}]}, "column_missing"),
    ):  # fmt: skip
        assert _raised(cantine.City.from_dict, data).code == code
    error = _raised(
        cantine.Scenario.from_dict,
        {"strikes": ["x", 3], "menus": 3, "enrolment": {"A": "x"}, "people": [{"canteen": "A"}],
         "spans": [{"start": 1}], "breaks": {}, "other": 1},
    )  # fmt: skip
    found = {(problem.place, problem.code) for problem in error.problems}
    assert found == {
        ("scenario", "unknown_key"), ("strikes[0]", "no_date"), ("strikes[1]", "no_date"),
        ("menus", "not_object"), ("enrolment", "no_number"), ("people[0]", "cannot_apply"),
        ("spans[0]", "missing_key"), ("breaks", "not_rows"),
    }  # fmt: skip


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


@pytest.mark.parametrize(
    ("name", "day", "module"),
    [
        ("nantes/transport", "2020-10-01", "nantes_transport"),
        (ROOT / "examples/tarifs/taux_effort.toml", "2025-01-01", "taux_effort"),
    ],
    ids=str,
)
def test_the_types_that_the_typing_tests_use_are_those_of_the_rule(name, day, module):
    rule = tarifs.load_rule(name, on=day)
    assert (ROOT / f"typing_tests/{module}.py").read_text("utf-8") == tarifs.stub_text(rule)


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
