"""Errors are data in all three packages: codes, sentences in three languages, no numpy in a text."""

import ast
import datetime as dt
import importlib.util
import json
import re
import string
import sys
from pathlib import Path

import numpy as np
import pytest

import charte_registry as registry
import prevision_cantine as cantine
import tarifs_solidaires as tarifs
from charte_registry import messages
from charte_registry.cli import main as charte_registry
from prevision_cantine.words.catalogue import FILES, catalogue, plain_value

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
LANGUAGES = ("fr", "en", "pt")
DATA = (np.float64(3.0), np.int64(3), np.str_("x"), np.datetime64("2024-01-02"), [np.float64(1.5)])


def _modules(package):
    return sorted((SRC / package).rglob("*.py"))


# Register: every place that finds something wrong

PLACE = {"where", "line", "sheet", "cell", "field", "value"}
CALLS = {
    "RegisterError": 0,
    "Fault": 0,
    "UnreadError": 0,
    "FieldError": 1,
    "report": 1,
    "_refuse": 1,
}


def _called(node):
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _given():
    """Yield where a code of the register is given, the code and the names of its data."""
    for path in _modules("charte_registry"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > (
                place := CALLS.get(_called(node), 99)
            ):
                code = node.args[place]
                if isinstance(code, ast.Constant):
                    names = {keyword.arg for keyword in node.keywords}
                    yield f"{path.relative_to(SRC)}:{node.lineno}", code.value, names


def test_every_place_of_the_register_gives_a_code_of_the_catalogue_with_its_data():
    for place, code, names in _given():
        assert code in messages.error_codes(), place
        if None not in names:
            assert messages.data_of(code) - {"value"} <= names, (place, code)
            assert names <= PLACE | messages.data_of(code), (place, code)


def test_every_code_of_the_register_is_given_somewhere():
    texts = {
        node.value
        for path in _modules("charte_registry")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert set(messages.error_codes()) <= texts


def _remarks():
    """Yield where a remark is made with a code, the code and the names of its data."""
    for path in _modules("charte_registry"):
        if "exchange" not in path.parts and path.name != "importing.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in ("words", "phrase") and node.args:
                code, names = node.args[0], {keyword.arg for keyword in node.keywords}
                if isinstance(code, ast.Constant) and None not in names:
                    yield f"{path.relative_to(SRC)}:{node.lineno}", code.value, names


def test_every_remark_has_its_words_and_its_data_and_every_code_is_used():
    known = {code.removeprefix("remark.") for code, _, _ in messages.every_sentence() if code.startswith("remark.")}  # fmt: skip
    for place, code, names in _remarks():
        assert code in known, place
        assert messages.data_of(f"remark.{code}") == names, (place, code)
    texts = {
        node.value
        for path in _modules("charte_registry")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    made = {f"title_{level}" for level in ("skipped", "understood_as", "not_understood")}
    made |= {"one_kind_without", "one_field_without"}
    assert known - made <= texts


@pytest.mark.parametrize("code", messages.error_codes())
def test_a_fault_of_the_register_speaks_three_languages_without_numpy(code):
    for datum in DATA:
        facts = dict.fromkeys(messages.data_of(code) - {"value"}, datum)
        fault = registry.Fault(code, where="f", line=3, field="x", value=datum, **facts)
        error = registry.RegisterError([fault, fault])
        lines = {lang: error.say(lang) for lang in LANGUAGES}
        data = json.dumps([error.to_dict(lang) for lang in LANGUAGES], ensure_ascii=False)
        for text in (*lines.values(), data, str(error), repr(error.problems)):
            assert "np." not in text
            assert "numpy" not in text
            assert "\n" not in text
        assert len(set(lines.values())) == 3
        assert str(error) == lines["en"]
        assert error.to_dict("fr")["errors"][0]["message"] in lines["fr"]


def _names(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_sentences_of_the_register_quote_the_same_data_in_every_language():
    found = {}
    for code, lang, text in messages.every_sentence():
        found.setdefault(code, {}).setdefault(lang, []).append(text)
        # What a library says in English stands in no other language; why the system refuses does.
        ours = "cannot" in code or code == "command.printing"
        assert lang == "en" or ours or "{reason}" not in text, (code, lang)
    for code, said in found.items():
        assert set(said) == set(LANGUAGES), code
        data = {lang: set(re.findall(r"\{([a-z_]+)", " ".join(said[lang]))) for lang in LANGUAGES}
        assert data["fr"] == data["pt"] == data["en"] - ({"reason"} - data["fr"]), code


def test_the_line_of_a_workbook_s_fault_names_sheet_and_cell():
    fault = registry.Fault("cell_not_flag", sheet="2 Fiches", cell="B3", value="peut-être")
    assert str(fault.at("r.xlsx")).startswith("r.xlsx: 2 Fiches!B3: 'peut-être' is neither")
    assert fault.to_dict("pt")["message"] == "“peut-être” não é nem sim nem não"


def test_a_date_and_a_list_stay_what_they_are_in_data():
    fault = registry.Fault("before_start", value=dt.date(2024, 1, 1), start=dt.date(2024, 1, 2))
    assert fault.to_dict()["value"] == "2024-01-01"
    assert fault.to_dict()["data"] == {"start": "2024-01-02"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere"], {"en": "does not exist", "fr": "ce dossier n'existe pas", "pt": "não existe"}),
        (["report", "examples/nantes_2020", "--year", "x", "--output", "x.html"],
         {"en": "invalid int value", "fr": "valeur refusée", "pt": "valor recusado"}),
        (["check", "examples/nantes_2020", "--on", "demain"],
         {"en": "is not a date", "fr": "n'est pas une date", "pt": "não é uma data"}),
        (["query", "examples/nantes_2020", "DELETE FROM applications"],
         {"en": "more than read", "fr": "plus que lire", "pt": "mais do que ler"}),
    ],
)  # fmt: skip
def test_the_register_s_command_answers_in_the_language_asked_for(arguments, said, capsys):
    for lang, words in said.items():
        assert charte_registry([*arguments, "--lang", lang]) == 2
        assert words in capsys.readouterr().err
    assert charte_registry(arguments) == 2
    assert said["en"] in capsys.readouterr().err


# Canteens

ERRORS = {
    "CantineError", "CityError", "DateError", "ForecastError", "OfficeError", "ParameterError", "_TooLargeError",
}  # fmt: skip


def test_every_error_of_the_canteens_has_a_sentence_of_the_catalogue_and_its_data():
    for path in _modules("prevision_cantine"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or _called(node) not in ERRORS or not node.args:
                continue
            code = node.args[2 if _called(node) == "ParameterError" and len(node.args) > 2 else 0]
            place = f"{path.relative_to(SRC)}:{node.lineno}"
            assert not isinstance(code, ast.JoinedStr), place
            if not isinstance(code, ast.Constant) or _called(node) == "_TooLargeError":
                continue
            known = f"office.{code.value}" if _called(node) == "OfficeError" else code.value
            assert known in catalogue(), (place, code.value)
            names = {keyword.arg for keyword in node.keywords}
            needed = {n for text in catalogue()[known].values() for n in _names(text)}
            if None not in names and _called(node) != "OfficeError":
                assert needed <= names, (place, code.value)


@pytest.mark.parametrize("code", [c for c in catalogue() if c.partition(".")[0] not in FILES])
def test_an_error_of_the_canteens_speaks_three_languages_without_numpy(code):
    needed = {n for text in catalogue()[code].values() for n in _names(text)}
    for datum in DATA:
        error = cantine.CantineError(code, **dict.fromkeys(needed, datum))
        texts = [error.say(lang) for lang in LANGUAGES] + [error.advice(lang) for lang in LANGUAGES]
        texts.append(json.dumps([error.to_dict(lang) for lang in LANGUAGES]))
        for text in texts:
            assert "np." not in text, text
            assert "numpy" not in text, text
    if "." not in code and not catalogue()[code]["en"].endswith(("{reason}", "{problems}")):
        assert all(
            cantine.CantineError(code, **dict.fromkeys(needed, "x")).advice(lang)
            for lang in LANGUAGES
        )
    for lang in LANGUAGES:  # the remedy is a part of the message
        assert cantine.CantineError(code, **dict.fromkeys(needed, "x")).advice(lang) in (
            cantine.CantineError(code, **dict.fromkeys(needed, "x")).say(lang)
        )


def test_the_remedy_of_an_error_inside_another_is_the_remedy_of_both():
    inner = cantine.ForecastError("term_pair", known="jour, menu")
    outer = cantine.CityError("term_wrong", where="ville.toml [termes.x]", reason=inner)
    for lang in LANGUAGES:
        assert outer.advice(lang) == inner.advice(lang) != ""
        assert outer.advice(lang) in outer.say(lang)


@pytest.mark.parametrize("datum", DATA, ids=repr)
def test_a_parameter_is_named_without_numpy(datum):
    error = cantine.errors.ParameterError("tray", datum, "parts.give_trays")
    for text in (
        str(error),
        error.say("fr"),
        json.dumps(error.to_dict("pt")),
        str(error.as_option("--tray")),
    ):
        assert "np." not in text
        assert "numpy" not in text
    assert error.to_dict()["remedy"] == "give 1 to 1,000 meals, a whole number"
    assert plain_value([datum]) is not None


# Tariffs


@pytest.mark.parametrize(
    "datum", [np.float64(-3.0), np.int64(-3), np.str_("x"), [np.float64(-1.5)]], ids=repr
)
def test_a_refused_input_is_named_without_numpy(datum):
    rule = tarifs.load_rule("nantes/transport", on="2023-06-01")
    with pytest.raises(tarifs.InputError) as error:
        rule.compute(quotient_familial=datum, age=30)
    for text in (str(error.value), json.dumps(error.value.to_dict())):
        assert "np." not in text
        assert "numpy" not in text


# The page, and messages that nobody reads


def _page():
    spec = importlib.util.spec_from_file_location("errors_page", ROOT / "tools" / "errors_page.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_of_errors_has_every_class_and_every_code():
    made = _page()
    sections = dict(re.findall(r"(?ms)^## `(\w+)`\n(.*?)(?=^## |\Z)", made.page()))
    for package in (tarifs, cantine, registry):
        text = sections[package.__name__]
        for cls in made.classes(package):
            assert f"| `{cls.__name__}` |" in text
        rows = re.findall(r"(?m)^\| `(\w+)` \| (.*?) \| ", text)
        assert all(what.strip() for _, what in rows)
    said = {name: set(re.findall(r"(?m)^\| `(\w+)` \|", text)) for name, text in sections.items()}
    assert set(messages.error_codes()) <= said["charte_registry"]
    assert {c for c in catalogue() if "." not in c} <= said["prevision_cantine"]
    literal = {
        keyword.value.value
        for path in _modules("tarifs_solidaires")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _called(node) == "Fault"
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert literal <= said["tarifs_solidaires"]


PARSING = {
    "startswith", "endswith", "split", "rsplit", "partition", "rpartition", "replace", "removeprefix",
    "removesuffix", "find", "index", "count",
}  # fmt: skip
# Before Python 3.14 the standard library says the line of a mistake in TOML in its sentence alone.
ALLOWED = {"tarifs_solidaires/rules/toml.py"}


def readings(tree):
    """Yield the lines on which code compares or takes apart the text of an error."""
    caught = {n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.name}
    caught |= {"error", "fault", "problem"}
    texts = set()

    def is_error(node):
        return isinstance(node, ast.Name) and node.id in caught

    def is_text(node):
        match node:
            case ast.Name(id=name):
                return name in texts
            case ast.Call(func=ast.Name(id="str" | "repr"), args=[inner, *_]):
                return is_error(inner)
            case ast.Call(func=ast.Attribute(value=inner, attr="say")):
                return is_error(inner)
            case ast.Attribute(value=inner, attr="message" | "problems" | "msg"):
                return is_error(inner)
            case ast.Subscript(value=ast.Attribute(value=inner, attr="args" | "problems")):
                return is_error(inner)
            case ast.JoinedStr(values=parts):
                inner = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
                return any(is_error(part) or is_text(part) for part in inner)
        return False

    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_text(value):
                texts.add(name)
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others) if any(map(is_text, [left, *others])):
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=value, attr=method)):
                if method in PARSING and is_text(value):
                    yield node.lineno
                if method in ("match", "search", "fullmatch", "findall", "sub") and any(
                    map(is_text, node.args)
                ):
                    yield node.lineno


def test_no_code_reads_a_message():
    for path in sorted(SRC.rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        if name not in ALLOWED:
            assert not list(readings(ast.parse(path.read_text("utf-8")))), name


def test_reading_a_message_is_seen():
    for line in (
        "'no' in str(e)",
        "str(e) == 'x'",
        "str(e).partition(';')",
        "re.match('x', str(e))",
        "e.args[0] == 1",
    ):
        assert list(readings(ast.parse(f"try:\n    f()\nexcept E as e:\n    {line}"))), line
