"""The JSON Schemas and the reference page are made of the classes that read a file."""

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
from rule_texts import TEXT

from tarifs_solidaires import RuleError, check_text, list_rules, schema_text
from tarifs_solidaires.rules.file import JurisdictionFile, RuleFile, VocabularyFile
from tarifs_solidaires.rules.keys import keys_of, sections_in
from tarifs_solidaires.rules.load import find_text
from tarifs_solidaires.rules.page import filled, generated
from tarifs_solidaires.rules.schema import FILES

ROOT = Path(__file__).parents[2]
RULES = ROOT / "src" / "tarifs_solidaires" / "rules"
VALIDATORS = {
    kind: jsonschema.Draft202012Validator(json.loads(schema_text(kind))) for kind in FILES
}
SHIPPED = [("rule", name, find_text(name)[0]) for name in list_rules()]
SHIPPED += [("rule", path.name, path.read_text("utf-8")) for path in sorted((ROOT / "examples" / "tarifs").glob("*.toml"))]  # fmt: skip
SHIPPED += [("vocabulary", path.name, path.read_text("utf-8")) for path in sorted(RULES.glob("vocabulary/**/*.toml"))]  # fmt: skip
SHIPPED += [("jurisdiction", path.name, path.read_text("utf-8")) for path in sorted(RULES.glob("jurisdictions/*.toml"))]  # fmt: skip
PAGE = (ROOT / "docs" / "reference" / "rule_file.md").read_text("utf-8")


def _json(value):
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def test_what_is_generated_is_what_is_committed():
    """Run ``python -m tarifs_solidaires.rules.page`` in the clone to write these files anew."""
    for path, text in generated(ROOT).items():
        assert path.read_text("utf-8") == text, path


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_one_and_every_reference_in_it_leads_somewhere(kind):
    schema = json.loads(schema_text(kind))
    jsonschema.Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert references == set(schema["$defs"])
    assert schema["$id"] == f"urn:charte-donnee:tarifs:2:{kind}"
    assert schema["properties"].keys() == keys_of(FILES[kind]).keys()


@pytest.mark.parametrize(("kind", "name", "text"), SHIPPED, ids=[one[1] for one in SHIPPED])
def test_every_file_that_ships_is_valid(kind, name, text):
    data = _json(tomllib.loads(text))
    assert [error.message for error in VALIDATORS[kind].iter_errors(data)] == []


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # fmt: skip
    for key, item in items:
        yield from _paths(item, (*path, key))


def _toml(value):
    """Return a value as TOML."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(k)} = {_toml(v)}' for k, v in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


ODD = [True, 3, -1, 0.5, 1e12, "", "x", [], {}, ["x"], [3], {"x": 1}, dt.date(2024, 1, 1)]
DATA = tomllib.loads(TEXT)


@settings(max_examples=250)
@given(data=st.data())
def test_what_the_schema_refuses_the_reader_refuses(data):
    mutated = copy.deepcopy(DATA)
    path = data.draw(st.sampled_from([p for p in _paths(DATA) if p]))
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
    if not VALIDATORS["rule"].is_valid(_json(mutated)):
        text = "\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in mutated.items())
        assert any(one.severity == "error" for one in check_text(text)), (path, kind)


def test_the_page_has_the_keys_of_every_section_once():
    sections = {}
    for file in (RuleFile, VocabularyFile, JurisdictionFile):
        sections |= sections_in(file)
    places = re.findall(r"<!-- keys: (\w+) -->", PAGE)
    assert sorted(places) == sorted(sections)
    assert filled(PAGE) == PAGE


BLOCKS = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_example_of_the_page_has_nothing_wrong():
    assert [str(one) for one in check_text(BLOCKS[0])] == []


HEAD = """format = 2
name = "a/b"
languages = ["en"]
currency = "EUR"
title = "t"
[input]
income = { kind = "number" }
children = { kind = "whole", to = 20 }
children_under_6 = { kind = "whole", to = 20 }
household_size = { kind = "whole", from = 1, to = 20 }
age = { kind = "whole" }
social_assistance = { kind = "flag" }
former_subscriber = { kind = "flag" }
status = { kind = "code", codes = ["pupil", "apprentice", "none"] }
[output.result]
kind = "amount"
"""


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_a_piece_of_the_page_is_read(block):
    version = '[[version]]\nvalid_from = 2025-01-01\n[[version.step]]\nname = "result"\nformula = "income"\n'
    text = HEAD + (version + block if "version.step" in block else block + version)
    assert [str(one) for one in check_text(text) if one.severity == "error"] == []


def test_a_kind_of_file_that_is_none_is_refused():
    with pytest.raises((KeyError, RuleError)):
        schema_text("table")
