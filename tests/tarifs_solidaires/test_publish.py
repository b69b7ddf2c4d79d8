"""Public pages: they are whole, safe, small, always the same; their calculator computes what Python does."""

import csv
import io
import json
import re
import tomllib
from fractions import Fraction
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path, PurePosixPath

import html5lib
import jsonschema
import pytest
from calculator import NODE, boundary, differences, job, run
from persons import EXAMPLES, persons, versions

from charte_registry.records import Algorithme
from tarifs_solidaires import RuleError, TableError, list_rules, load_rule, publish
from tarifs_solidaires.cli import main
from tarifs_solidaires.draw.wording import Wording
from tarifs_solidaires.engine.exact import Surd
from tarifs_solidaires.pages.folder import write_pages
from tarifs_solidaires.pages.phrases import CLOSE, OPEN, phrases
from tarifs_solidaires.pages.program import NotCompiledError, compiled
from tarifs_solidaires.pages.site import folded, page_languages, publish_all
from tarifs_solidaires.say.facts import collect
from tarifs_solidaires.say.language import language, plain_text
from tarifs_solidaires.say.nearest import Changes
from tarifs_solidaires.say.words import Words

HERE = Path(__file__).parent
SHAPES = sorted(EXAMPLES.glob("*.toml"))
MADE_UP = sorted((HERE / "drawn").glob("*.toml"))
MOST = 150_000  # bytes of a page
PACKAGE = files("tarifs_solidaires")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed, which runs the script")


def called(name):
    return name.stem if isinstance(name, Path) else name


@pytest.fixture(scope="module")
def atlas():
    return publish_all()


# -- the calculator computes what Python does ----------------------------------------------------


@needs_node
@pytest.mark.parametrize("name", [*list_rules(), *SHAPES, *MADE_UP], ids=called)
def test_the_script_computes_what_python_does_at_every_bound(name):
    rule = load_rule(name, _last(name))
    total = 0
    for columns in boundary(rule, 1000):
        count, wrong = differences(rule, columns)
        total += count
        assert not wrong, wrong[:2]
    assert total >= 1000 or not rule.required


def _last(name):
    from tarifs_solidaires.rules.load import read_rule

    return read_rule(name)[0].version[-1].valid_from


def text_of(value):
    """Return an exact value as the script writes it."""
    if isinstance(value, Surd):
        return f"root {value.square}"
    return str(value) if isinstance(value, Fraction) else value


def given_to_script(rule, person):
    found = {}
    for name, value in person.items():
        meant = rule.all_inputs[name].meant(value)
        found[name] = ["#", str(meant)] if isinstance(meant, Fraction) else meant
    return found


FEW = ("nantes/transport", "nantes/eau", "bresil/energie", "recife/eau", "toronto/fair-pass")


@needs_node
@pytest.mark.parametrize("name", [*FEW, *SHAPES], ids=called)
def test_each_step_and_each_sentence_of_a_result_is_that_of_python(name):
    rule = load_rule(name, _last(name))
    people = list(persons(rule))[::2]
    lang = page_languages(rule)[0]
    say = language(lang)
    ready = [given_to_script(rule, person) for person in people]
    words = phrases(rule, say, Wording(rule, lang))
    lines = run({"program": compiled([rule]), "people": ready, "words": words})
    assert len(lines) == len(people) > 0
    for person, line in zip(people, lines, strict=True):
        result = rule.compute(person, errors="null")
        if result.reason:
            assert line["faults"]
            continue
        worked = rule.work_out(person)
        for step, (value, row) in line["steps"].items():
            if step in worked:
                assert (text_of(worked[step].value), worked[step].row) == (value, row), step
        facts = collect(result, None, None, None)[0]
        told = plain_text(Words(facts, Changes(), say).results())
        assert " ".join(line["notice"]["lead"]) == told
        assert not any(c in json.dumps(line["notice"], ensure_ascii=False) for c in (OPEN, CLOSE))
        assert "undefined" not in json.dumps(line["notice"])


@needs_node
def test_what_would_change_the_result_changes_it_so():
    rule = load_rule("nantes/transport", "2023-06-01")
    words = phrases(rule, language("en"), Wording(rule, "en"))
    person = {"quotient_familial": ["#", "620"], "age": ["#", "30"]}
    (line,) = run({"program": compiled([rule]), "people": [person], "words": words})
    changes = line["notice"]["changes"]
    assert any("with €500 per month instead of €620 per month" in text for text in changes)
    assert any("with €750.01 per month" in text and "30%" in text for text in changes)
    assert rule.compute(quotient_familial=500, age=30).taux_reduction == 0.9
    assert rule.compute(quotient_familial=750.01, age=30).taux_reduction == 0.3


@needs_node
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22 500,00", "22500"), ("22\u202f500,5", "45001/2"), ("1.234,56", "30864/25"),
        ("1,234.56", "30864/25"), ("1.234.567", "1234567"), ("0,550", "11/20"), ("12.5", "25/2"),
        ("1234.567", "1234567/1000"), (" -3 ", "-3"), ("22.500", "two ways"), ("22,500", "two ways"),
        ("1.23.456", None), ("1,2.3,4", None), ("12 €", None), ("", None), ("1e3", None), ("٣", None),
        ("5,", None), (",5", None), ("1" * 80, None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text, value):
    program = compiled([load_rule("nantes/carte-blanche", _last("nantes/carte-blanche"))])
    assert run({"program": program, "people": [], "texts": [text]})[-1] == value


@needs_node
def test_what_cannot_be_right_is_refused_in_the_words_of_python():
    rule = load_rule("nantes/transport", "2023-06-01")
    program = compiled([rule])
    for lang in ("fr", "en", "pt"):
        words = phrases(rule, language(lang), Wording(rule, lang))
        person = {"quotient_familial": ["#", "-1"], "age": ["#", "30"]}
        missing = {"quotient_familial": ["#", "300"]}
        lines = run({"program": program, "people": [person, missing], "words": words})
        told = [fault["text"] for line in lines for fault in line["notice"]["faults"]]
        result = rule.compute(quotient_familial=-1, age=30, errors="null")
        assert told[0] == result.explain(lang=lang).lead[0]
        assert len(told) == 2


def test_every_rule_and_every_shape_has_a_calculator():
    for rule in versions():
        assert compiled([rule])["periods"]


def test_a_rule_that_cannot_be_compiled_says_so(tmp_path):
    text = (EXAMPLES / "capped_use.toml").read_text("utf-8")
    text += '\n[input.club]\nkind = "code"\npattern = "\\\\w{3}"\noptional = true\n'
    text += '\n[[note]]\ntext = { en = "n" }\n'
    file = tmp_path / "clubs.toml"
    file.write_text(text, "utf-8")
    rule = load_rule(file, "2025-01-01")
    with pytest.raises(NotCompiledError):
        compiled([rule])
    page = publish(file)["index.html"].decode()
    assert "<script" not in page
    assert language(page_languages(rule)[0])("Work out your result") in page


# -- the pages -----------------------------------------------------------------------------------


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.links += [attrs[key] for key in ("href", "src") if attrs.get(key)]
        self.ids += [attrs["id"]] if "id" in attrs else []


def test_every_page_is_small_well_formed_and_its_links_resolve(atlas):
    pages = {path: content for path, content in atlas.items() if path.endswith(".html")}
    assert len(pages) > 200
    for path, content in pages.items():
        assert len(content) <= MOST, (path, len(content))
        found = Links()
        found.feed(content.decode())
        assert len(found.ids) == len(set(found.ids)), path
        for link in found.links:
            if link.startswith(("http://", "https://")):
                continue
            target, _, mark = link.partition("#")
            there = PurePosixPath(path).parent
            for part in PurePosixPath(target).parts:
                there = there.parent if part == ".." else there / part
            assert str(there) in atlas, (path, link)
            assert not mark or mark in found.ids
    page = pages["nantes/transport/index.html"].decode()
    assert html5lib.HTMLParser(strict=True).parse(page) is not None


def test_no_page_loads_or_sends_anything(atlas):
    for path, content in atlas.items():
        if not path.endswith(".html"):
            continue
        text = content.decode()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert not re.search(r"\b(fetch|XMLHttpRequest|sendBeacon|WebSocket|import)\(", text)
        assert not re.search(r"<(?:link|iframe|object|embed)\b|<script[^>]* src=|\son\w+=", text)


def test_a_rule_gives_the_same_bytes_each_time(atlas):
    again = publish("nantes/transport", up="../../index.html")
    assert {f"nantes/transport/{path}": content for path, content in again.items()}.items() <= (
        atlas.items()
    )


def test_each_version_has_a_page_in_each_language(atlas):
    for name in list_rules():
        file = load_rule(name, _last(name)).file
        spoken = page_languages(load_rule(name, _last(name)))
        stems = [str(entry.valid_from) for entry in file.version[:-1]] + ["index"]
        for stem in stems:
            for lang in spoken:
                end = ".html" if lang == file.languages[0] else f".{lang}.html"
                page = atlas[f"{name}/{stem}{end}"].decode()
                assert f'<html lang="{lang}">' in page


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`${alert(3)}\ue000x\ue001"
)


def test_hostile_words_stay_words(tmp_path):
    text = (EXAMPLES / "capped_use.toml").read_text("utf-8")
    quoted = json.dumps(HOSTILE)
    text = re.sub(r'((?:label|title|purpose) = \{ ?\w+ = )"[^"]*"', lambda m: m[1] + quoted, text)
    assert text.count("alert(1)") > 2
    file = tmp_path / "hostile.toml"
    file.write_text(text, "utf-8")
    for path, content in publish(file).items():
        if not path.endswith((".html", ".svg")):
            continue
        page = content.decode()
        scripts = re.findall(r"<script[^>]*>", page)
        assert scripts in ([], ['<script type="application/json" id="data">', "<script>"])
        for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
            assert not [key for key in element.attrib if str(key).startswith("on")]
            assert element.get("src") != "x"
        if scripts:
            data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1]
            assert json.loads(data)["program"]


@pytest.mark.parametrize("name", MADE_UP, ids=called)
def test_made_up_rules_have_pages(name):
    pages = publish(name)
    page = pages["index.html"].decode()
    assert "<h1>" in page
    assert len(re.findall("<script[ >]", page)) in (0, 2)


def test_cells_of_worked_cases_are_no_formulas():
    cells = tomllib.loads((HERE.parent / "formula_cells.toml").read_text("utf-8"))["cell"]
    from tarifs_solidaires.pages.data_files import _cell

    for cell in cells:
        assert _cell(cell["text"]) == cell["written"]
    rows = list(csv.DictReader(io.StringIO(publish("nantes/transport")["cases.csv"].decode())))
    file = load_rule("nantes/transport", "2020-10-01").file
    assert len(rows) == len(file.case)
    assert rows[0]["on"] == str(file.case[0].on)


@pytest.mark.parametrize("name", ["nantes/transport", "recife/eau", "toulouse/transport"])
def test_the_files_of_a_page_can_be_read(name, tmp_path):
    pages = publish(name, address="https://ville.example/tarifs")
    write_pages(pages, tmp_path / "out")
    again = load_rule(tmp_path / "out" / "rule.toml", _last(name))
    assert again.name == name
    schema = json.loads(pages["rule.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(pages["algorithm.json"])
    assert record.keys() <= {field.name for field in Algorithme.__attrs_attrs__}
    assert record["page"] == "https://ville.example/tarifs/index.html"
    assert all(record[name] for name in ("finalite", "donnees", "operations"))
    assert record["decision_individuelle"] is True
    assert ("saisine_cada" in record) == (load_rule(name, _last(name)).jurisdiction == "fr")
    assert not any("{" in str(record.get(key, "")) for key in ("notice", "droit_communication"))


def test_the_atlas_finds_words_with_and_without_accents(atlas):
    for index in ("index.html", "index.fr.html", "index.pt.html"):
        text = atlas[index].decode()
        words = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
        assert len(words) == len(list_rules()) == text.count("data-entry>")
        assert sum("agua" in one for one in words) >= 2
    assert folded("Águá, l'É") == "agua l e"


def test_the_atlas_calls_a_territory_as_people_do_in_each_language(atlas):
    for index, name in (
        ("index.html", "Brazil"),
        ("index.fr.html", "Brésil"),
        ("index.pt.html", "Brasil"),
    ):
        text = atlas[index].decode()
        assert f">{name}</h2>" in text
        assert ">Île-de-France</h2>" in text
        words = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
        assert any(
            folded(name) in one for one in words
        )  # found by what it is called elsewhere, too
    named = tomllib.loads((PACKAGE / "pages" / "territories.toml").read_text("utf-8"))
    assert named.keys() <= {name.partition("/")[0] for name in list_rules()}


# -- writing -------------------------------------------------------------------------------------


def test_pages_are_written_whole_or_not_at_all(tmp_path):
    pages = publish("recife/eau")
    folder = tmp_path / "a" / "b"
    write_pages(pages, folder)
    write_pages(pages, folder)  # over pages written before
    assert {str(p.relative_to(folder)) for p in folder.rglob("*")} == set(pages)
    (folder / "mine.txt").write_text("kept", "utf-8")
    with pytest.raises(TableError):
        write_pages(pages, folder)
    assert (folder / "mine.txt").read_text("utf-8") == "kept"
    with pytest.raises(TypeError):
        write_pages({**pages, "broken.html": None}, tmp_path / "c")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a"]
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    with pytest.raises(TableError):
        write_pages(pages, file)


def test_the_command_writes_a_folder(tmp_path, capsys):
    assert main(["publish", "recife/eau", "--output", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "index.html").is_file()
    assert "files written" in capsys.readouterr().out
    assert main(["publish", "--all", "recife/eau", "--output", str(tmp_path / "x")]) == 2
    assert main(["publish", "no/rule", "--output", str(tmp_path / "x")]) == 2
    assert not (tmp_path / "x").exists()


def test_no_such_rule_is_told():
    with pytest.raises(RuleError):
        publish("no/rule")


# -- words ---------------------------------------------------------------------------------------


def test_numbers_are_written_as_in_notices():
    if NODE is None:
        pytest.skip("node is not installed, which runs the script")
    rule = load_rule(EXAMPLES / "taux_effort.toml", "2025-01-01")
    lang = page_languages(rule)[0]
    words = phrases(rule, language(lang), Wording(rule, lang))
    columns = next(boundary(rule, 200))
    for line in run(job(rule, columns, words=words)):
        if "faults" not in line:
            price = Fraction(line["outputs"][0])
            assert language(lang).money(price, "EUR", most=2) in line["notice"]["lead"][0]
