"""Schemas: an independent validator accepts what the classes accept, and refuses what they refuse."""

import ast
import copy
import datetime as dt
import doctest
import re
import tomllib
from functools import cache

import attrs
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records

import charte_registry.records as module
from charte_registry import FieldError, load_register, structure, unstructure
from charte_registry.records import KINDS
from charte_registry.records.base import INTERNE, internal
from charte_registry.records.manifeste import Derogation, Manifeste
from charte_registry.schema.examples import example, example_text
from charte_registry.schema.json_schema import kind_schema, register_schema
from charte_registry.schema.limits import EXACTLY_ONE, LIMITS
from charte_registry.schema.shape import DATE, FLAG, NUMBER, TEXT, parts, shapes
from charte_registry.schema.versions import VERSION

CLASSES = [*KINDS.values(), *parts(*KINDS.values())]
Validator = jsonschema.Draft202012Validator


@cache
def validator(kind):
    return Validator(kind_schema(kind), format_checker=Validator.FORMAT_CHECKER)


@cache
def part_validator(cls):
    schema = register_schema()
    schema = {
        "$schema": schema["$schema"],
        "$defs": schema["$defs"],
        "$ref": f"#/$defs/{cls.__name__}",
    }
    return Validator(schema, format_checker=Validator.FORMAT_CHECKER)


def problems(cls, data):
    try:
        structure(cls, data)
    except FieldError as error:
        return error.problems
    return ()


# What the two say of the same data


def judge(kind, data):
    """Fail where schema and classes differ on data, but for what ``LIMITS`` and cells explain."""
    found = problems(KINDS[kind], data)
    accepted = validator(kind).is_valid(data)
    if accepted and found:
        assert all(limited(KINDS[kind], data, p) for p in found), (data, found)
    if not found:
        assert validator(kind).is_valid(unstructure(structure(KINDS[kind], data), iso=True))
        assert accepted or any(cells(KINDS[kind], data)), data
    return accepted


def limited(cls, data, problem):
    """Return whether the list of limits says that a schema cannot refuse this."""
    value, owner = data, cls
    for step in re.findall(r"\w+", problem.path):
        if isinstance(value, list):
            value = value[int(step)]
            continue
        if any(limit.record_class is owner and step in limit.fields for limit in LIMITS):
            return True
        value = value.get(step)
        owner = next(shape.part for shape in shapes(owner) if shape.name == step)
    return isinstance(value, float) and value.is_integer()  # 1.0 is a whole number to JSON Schema


def cells(cls, data):
    """Yield the fields that hold text, as a cell of a table does, where JSON has something else."""
    by_name = {shape.name: shape for shape in shapes(cls)}
    for name, value in data.items():
        shape = by_name[name]
        if isinstance(value, str) and (shape.several or shape.holds in (FLAG, NUMBER)):
            yield name
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from cells(shape.part, item)
            elif shape.several and isinstance(item, str) and shape.holds in (FLAG, NUMBER):
                yield name


# Accepted by both


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(data=st.data())
def test_a_record_that_the_classes_accept_the_schema_accepts(kind, data):
    plain = unstructure(data.draw(records(kind)), iso=True)
    assert [e.message for e in validator(kind).iter_errors(plain)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_is_a_record_and_validates(kind):
    record = structure(KINDS[kind], tomllib.loads(example_text(kind)))
    assert structure(KINDS[kind], example(kind)) == record
    assert [e.message for e in validator(kind).iter_errors(example(kind))] == []


def test_every_record_of_the_example_register_validates(examples):
    register = load_register(examples / "nantes_2020")
    for kind in KINDS:
        for number, record in enumerate(register.all(kind)):
            if number % 50 == 0 or not getattr(record, "factice", False):
                plain = unstructure(record, iso=True)
                assert [e.message for e in validator(kind).iter_errors(plain)] == []


def test_the_records_in_the_docstrings_validate():
    scope = {name: getattr(module, name) for name in module.__all__} | {"dt": dt}
    seen = set()
    for cls in CLASSES:
        for sample in doctest.DocTestParser().get_examples(cls.__doc__):
            for node in ast.walk(ast.parse(sample.source)):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", None) in scope
                    and not sample.exc_msg
                ):
                    record = eval(ast.unparse(node), scope)  # noqa: S307 - this project's docstrings
                    assert part_validator(type(record)).is_valid(unstructure(record, iso=True))
                    seen.add(type(record))
    assert seen == set(CLASSES)


# Refused by both


def _replace(value):
    # A copy each time: a second change inside the value may not change what the next record gets.
    return lambda parent, key: parent.__setitem__(key, copy.deepcopy(value))


def _twice(parent, key):
    if isinstance(parent[key], list) and parent[key]:
        parent[key] = [*parent[key], copy.deepcopy(parent[key][0])]


def _after(text):
    def change(parent, key):
        if isinstance(parent[key], str):
            parent[key] += text

    return change


MUTATIONS = {
    "unknown key": lambda parent, key: isinstance(parent, dict) and parent.update(inconnu=1),
    "missing": lambda parent, key: parent.pop(key),
    "null": _replace(None),
    "empty text": _replace(""),
    "blank": _replace(" \u2003\x1f"),
    "half a character": _replace("a\ud800"),
    "no code": _replace("inconnu"),
    "number": _replace(12),
    "digits": _replace("12"),
    "negative": _replace(-1),
    "fraction": _replace(1.5),
    "fraction of nothing": _replace(2.0),
    "huge": _replace(10**15),
    "flag": _replace(True),
    "flag in words": _replace("true"),
    "list": _replace(["a", "a"]),
    "empty list": _replace([]),
    "nested list": _replace([["a"]]),
    "table": _replace({}),
    "table of others": _replace({"nom": "x"}),
    "date": _replace("2020-02-29"),
    "no date": _replace("2021-02-29"),
    "year 0": _replace("0000-01-01"),
    "short date": _replace("20200101"),
    "date and time": _replace("2020-01-01T00:00:00"),
    "other digits": _replace("２０２０-01-01"),
    "newline at the end": _after("\n"),
    "accent at the end": _after("é"),
    "next line at the end": _after("\x85"),
    "half at the end": _after("\udfff"),
    "twice": _twice,
}


def _places(value):
    """Yield each container with each of its keys."""
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_what_the_classes_refuse_the_schema_refuses_and_the_other_way_round(kind, data):
    plain = copy.deepcopy(unstructure(data.draw(records(kind)), iso=True))
    for _ in range(data.draw(st.integers(1, 2))):
        mutation = MUTATIONS[data.draw(st.sampled_from(sorted(MUTATIONS)))]
        places = list(_places(plain))
        if places:
            mutation(*data.draw(st.sampled_from(places)))
    judge(kind, plain)


@pytest.mark.parametrize("kind", KINDS)
def test_each_mutation_of_each_place_of_the_example_is_judged_the_same(kind):
    refused = dict.fromkeys(MUTATIONS, 0)
    for name, mutation in MUTATIONS.items():
        for number in range(len(list(_places(example(kind))))):
            plain = copy.deepcopy(example(kind))
            parent, key = list(_places(plain))[number]
            mutation(parent, key)
            refused[name] += not judge(kind, plain)
    accepted = [name for name, count in refused.items() if not count]
    assert set(accepted) <= {"empty list", "fraction of nothing", "date", "twice"}


@pytest.mark.parametrize("kind", KINDS)
def test_data_that_are_no_table_are_refused(kind):
    for value in ([], "a", 1, None, True):
        assert not validator(kind).is_valid(value)


# What a schema cannot say


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.record_class.__name__)
def test_a_limit_is_accepted_by_the_schema_and_refused_by_the_class(limit):
    assert part_validator(limit.record_class).is_valid(limit.example)
    found = problems(limit.record_class, limit.example)
    assert found
    assert all(re.match(r"\w+", p.path).group() in limit.fields for p in found)
    assert limit.fr
    assert limit.en
    assert limit.pt


def test_every_class_that_ties_fields_to_each_other_is_in_the_lists():
    tied = {cls for cls in (*CLASSES, Derogation) if hasattr(cls, "__attrs_post_init__")}
    assert tied == {limit.record_class for limit in LIMITS} | set(EXACTLY_ONE)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_nothing_but_the_limits_is_left_unsaid(kind, data):
    """Fields that are each valid, and do not agree."""
    judge(kind, data.draw(untied(KINDS[kind])))


@cache
def untied(cls):
    """Return a strategy for plain data whose fields are valid, each by itself."""
    required, optional = {}, {}
    for shape in shapes(cls):
        target = required if shape.required else optional
        target[shape.name] = _plain(shape)
    return st.fixed_dictionaries(required, optional=optional)


def _plain(shape):
    if shape.part is not None:
        value = untied(shape.part)
    elif shape.choices:
        value = st.sampled_from(shape.choices)
    elif shape.form is not None:
        value = st.sampled_from(shape.form.examples)
    else:
        value = {
            TEXT: st.sampled_from(["FR", "CA", "x"]), FLAG: st.booleans(),
            NUMBER: st.integers(0, 3), DATE: st.sampled_from(["2020-01-01", "2021-01-01"]),
        }[shape.holds]  # fmt: skip
    return st.lists(value, max_size=2, unique=shape.distinct) if shape.several else value


# What the schema says of itself


@pytest.mark.parametrize("cls", CLASSES)
def test_the_schema_holds_what_a_field_says_of_itself(cls):
    properties = register_schema()["$defs"][cls.__name__]["properties"]
    assert list(properties) == [field.name for field in attrs.fields(cls)]
    for field in attrs.fields(cls):
        said = properties[field.name]
        assert said["x-labels"] == {lang: field.metadata[lang] for lang in ("fr", "en", "pt")}
        assert said["title"] == field.metadata["en"]
        assert said["x-visibility"] == (INTERNE if field.name in internal(cls) else "public")
        assert said.get("x-source", "") == field.metadata["source"]
        assert said.get("x-reference", "") == field.metadata["reference"]


def test_identifiers_are_those_of_the_version_and_are_all_different():
    names = [kind_schema(kind)["$id"] for kind in KINDS] + [register_schema()["$id"]]
    assert len(set(names)) == len(KINDS) + 1
    assert all(name.startswith(f"urn:charte-donnee:schema:{VERSION}:") for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_by_the_metaschema_and_needs_no_other(kind):
    schema = kind_schema(kind)
    Validator.check_schema(schema)
    references = set(re.findall(r"'\$ref': '([^']*)'", str(schema)))
    assert references <= {f"#/$defs/{name}" for name in schema["$defs"]}


# A register in one file

MANIFEST = {
    "schema": VERSION, "titre": "R", "territoire": "T", "etat_au": "2020-12-15", "annees": [2020],
}  # fmt: skip


def register_validator():
    return Validator(register_schema(), format_checker=Validator.FORMAT_CHECKER)


def test_a_register_of_all_examples_validates():
    Validator.check_schema(register_schema())
    register = MANIFEST | {kind: [example(kind)] for kind in KINDS}
    assert [e.message for e in register_validator().iter_errors(register)] == []


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "0.9"}, {"titre": ""}, {"etat_au": "2020"}, {"annees": 2020}, {"inconnu": []},
        {"derogation": [{"fiche": "t", "regle": "R", "raison": "r"}]}, {"derogation": [{}]},
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused_by_both(change):
    assert register_validator().is_valid(MANIFEST)
    assert not register_validator().is_valid(MANIFEST | change)
    assert problems(Manifeste, MANIFEST | change)


@pytest.mark.parametrize(
    "change",
    [
        {"inconnus": []}, {"partenaires": {}}, {"partenaires": [{"id": "p"}]},
        {"partenaires": [{"id": "p", "nom": "P", "x": 1}]},
    ],
)  # fmt: skip
def test_a_register_that_is_none_is_refused(change):
    assert not register_validator().is_valid(MANIFEST | change)
    assert not register_validator().is_valid({})
