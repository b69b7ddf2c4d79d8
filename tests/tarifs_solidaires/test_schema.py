"""The JSON Schema of a rule file: it takes what ships, and refuses only what the reader refuses."""

import copy
import datetime as dt
import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarifs_solidaires import list_rules
from tarifs_solidaires.checking import UNITS, schema_text
from tarifs_solidaires.cli import main
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.rule_file import FIGURES, ORIGINS, PER, FormatError, parse_rule, read_text
from tarifs_solidaires.version import CONFIDENCES, OUTPUTS, SHAPE_OUTPUTS, SHAPES

SCHEMA = json.loads(schema_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FILES = {name: tomllib.loads(read_text(name)) for name in list_rules()}


def _json(value):
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _read(data):
    try:
        parse_rule(data)
    except FormatError:
        return False
    return True


def test_the_schema_is_one_and_holds_what_the_code_holds():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    definitions, top = SCHEMA["$defs"], SCHEMA["properties"]
    assert definitions["input"]["enum"] == list(INPUTS)
    assert definitions["output"]["enum"] == list(OUTPUTS)
    assert definitions["confidence"]["enum"] == list(CONFIDENCES)
    assert definitions["case"]["properties"]["expect"]["propertyNames"]["enum"] == [*OUTPUTS, "tranche"]  # fmt: skip
    assert top["shape"]["enum"] == list(SHAPES)
    assert top["per"]["enum"] == list(PER)
    assert top["origin"]["additionalProperties"]["enum"] == list(ORIGINS)
    for part in SCHEMA["allOf"]:
        shape = part["if"]["properties"]["shape"]["const"]
        outputs = part["then"]["properties"]["outputs"]["items"]["enum"]
        assert outputs == list(SHAPE_OUTPUTS[shape])
    assert len(SCHEMA["allOf"]) == len(SHAPES)


@pytest.mark.parametrize("name", list_rules())
def test_every_rule_that_ships_is_valid(name):
    assert [e.message for e in VALIDATOR.iter_errors(_json(FILES[name]))] == []


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # fmt: skip
    for key, item in items:
        yield from _paths(item, (*path, key))


ODD = [True, 3, -1, 0.5, 1e12, "", "x", "TODO", [], {}, ["x"], [3], {"x": 1}, dt.date(2024, 1, 1), float("nan")]  # fmt: skip


@pytest.mark.parametrize("name", list_rules())
@settings(max_examples=120)
@given(data=st.data())
def test_what_the_schema_refuses_the_reader_refuses(name, data):
    mutated = copy.deepcopy(FILES[name])
    path = data.draw(st.sampled_from([p for p in _paths(FILES[name]) if p]))
    holder = mutated
    for key in path[:-1]:
        holder = holder[key]
    kind = data.draw(st.sampled_from(["odd", "drop", "add"]))
    if kind == "odd":
        holder[path[-1]] = data.draw(st.sampled_from(ODD))
    elif kind == "drop":
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder["inconnu"] = 1
    else:
        holder.append(data.draw(st.sampled_from(ODD)))
    if not VALIDATOR.is_valid(_json(mutated)):
        assert not _read(mutated), (path, kind)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("shape",), "tableau"),
        (("outputs",), ["facture_reference"]),
        (("outputs",), []),
        (("currency",), "euro"),
        (("name",), "Nantes"),
        (("inconnu",), 1),
        (("title", "de"), "Tarif"),
        (("known_until",), "bientôt"),
        (("origin", "age"), "inventée"),
        (("version", 0, "required"), ["quotient"]),
        (("version", 0, "source"), " "),
        (("version", 0, "row"), []),
        (("version", 0, "row", 0, "confidence"), "certaine"),
        (("version", 0, "row", 0, "when"), {"age": "moins de 26"}),
        (("version", 0, "row", 0, "when"), {"inconnu": True}),
        (("version", 0, "row", 0, "then"), {"taux_reduction": 1.5}),
        (("version", 0, "row", 0, "then"), {"taux_reduction": "absent"}),
        (("version", 0, "parameter", 0, "source"), ""),
        (("version", 0, "parameter", 0, "value"), {"a": 1}),
        (("case", 0, "expect"), {}),
        (("case", 0, "expect"), {"taux": 1}),
        (("case", 0, "given"), {"inconnu": 1}),
    ],
)
def test_both_refuse_a_file_of_the_wrong_form(path, value):
    mutated = copy.deepcopy(FILES["nantes/transport"])
    holder = mutated
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    assert not VALIDATOR.is_valid(_json(mutated))
    assert not _read(mutated)


PAGE = (Path(__file__).parents[2] / "docs/reference/rule_file.md").read_text("utf-8")


def _properties(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {}) if "additionalProperties" in schema else ()
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _properties(part)


def test_the_reference_page_names_every_key_and_every_figure_that_a_shape_reads():
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", PAGE))))
    keys = {*_properties(SCHEMA), *SCHEMA["properties"]}
    assert {"tranche", "variant", "each"} < keys
    assert keys - words == set()
    assert {name for names in FIGURES.values() for name in names} - words == set()
    assert set(UNITS) - set(re.findall(r"`([^`]+)`", PAGE)) == set()


def test_the_reference_page_describes_every_input():
    rows = {}
    for line in PAGE.split("## Inputs")[1].split("##")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            rows[cells[0].strip("`")] = cells[1:]
    assert list(rows) == list(INPUTS)
    for name, (unit, bounds, meaning) in rows.items():
        item = INPUTS[name]
        assert meaning == item.meaning["en"]
        if item.kind == "number":
            steps = f", in steps of {item.step:g}" if item.step else ""
            steps = ", whole" if item.whole else steps
            assert bounds == f"{item.minimum:g} to {item.maximum:,.0f}{steps}"
            assert unit == item.unit
        else:
            assert unit == {"flag": "true or false", "commune": "INSEE code"}[item.kind]


def test_the_command_prints_the_schema(capsys):
    assert main(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
