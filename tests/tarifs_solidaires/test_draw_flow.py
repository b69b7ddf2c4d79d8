"""The graph of a rule and its words: nothing is left out, amounts are in the rule's own currency."""

import re
import subprocess
import sys
from fractions import Fraction
from importlib.resources import files

import pytest
from drawn_rules import ALL, HERE, MADE_UP

from tarifs_solidaires import InputError, list_rules, load_rule
from tarifs_solidaires.draw.flow import make_flow
from tarifs_solidaires.draw.wording import Wording

PACKAGE = files("tarifs_solidaires")
EVERYTHING = HERE / "drawn" / "everything.toml"
each = pytest.mark.parametrize("rule", [r for _, r in ALL], ids=[f"{n}-{r.on}" for n, r in ALL])
SYMBOLS = {"EUR": "€", "USD": r"\$", "CAD": r"\$", "BRL": r"R\$", "JPY": r"¥|JPY|円"}


def flow_of(rule, lang=None):
    return make_flow(rule, Wording(rule, lang or rule.languages[0]))


@each
def test_every_step_is_there_after_what_it_reads_with_every_line(rule):
    for lang in rule.languages:
        flow = flow_of(rule, lang)
        seen = set()
        for node in flow.nodes:
            assert set(node.reads) <= seen
            assert node.label
            seen.add(node.name)
        assert {work.name for work in flow.steps} == rule.steps.keys() & rule.version.reads
        for work in flow.steps:
            facts = rule.steps[work.name]
            if facts.kind != "by":
                assert len(work.lines) == len(facts.rows)
            assert {*work.reads, *work.figures} == facts.step.reads
            for line, row in zip(work.lines, facts.rows, strict=False):
                assert line.confidence == row.basis.confidence
                assert [flow.sources[n - 1] for n in line.sources] == [row.basis.source]
                assert line.when


@each
def test_inputs_are_those_that_a_result_depends_on_and_the_ways_to_them(rule):
    flow = flow_of(rule)
    read = {name for name in rule.version.reads if name in rule.all_inputs}
    names = {item.name for item in flow.inputs}
    assert names == rule._read_inputs() - rule.steps.keys()
    assert read - rule.steps.keys() <= names
    assert {item.name for item in flow.inputs if item.required} <= set(rule.required)


@each
def test_amounts_are_in_the_currency_of_the_rule_and_in_no_other(rule):
    for lang in rule.languages:
        text = rule.to_markdown(lang).partition("\n## ")[2].replace("\\", "")
        texts = " ".join(o.unit for o in rule.outputs.values()) + " ".join(
            s.unit for s in rule.steps.values()
        )
        if rule.currency and rule.currency in texts:
            assert re.search(SYMBOLS[rule.currency], text)
    amount = Wording(rule, rule.languages[0]).quantity(Fraction(5, 2), f"{rule.currency}/month")
    if rule.currency:
        assert re.search(SYMBOLS[rule.currency], amount)
        others = [s for c, s in SYMBOLS.items() if c != rule.currency and len(s) == 1]
        assert not any(symbol in amount for symbol in others)


@pytest.mark.parametrize(
    ("lang", "value", "unit", "said"),
    [
        ("en", "350", "USD/month", "$350"),
        ("en", "0.345", "CAD/m3", "CA$0.345"),
        ("fr", "1234.5", "EUR", "1\u202f234,50\xa0€"),
        ("fr", "0.0055", "share", "0,55\xa0%"),
        ("pt", "27.5", "BRL/month", "R$\xa027,50"),
        ("pt", "1", "years", "1 ano"),
        ("fr", "26", "years", "26 ans"),
        ("en", "15", "m3", "15\xa0m³"),
        ("en", "3", "persons", "3"),
        ("en", "1/3", "", "1/3"),
    ],
)
def test_quantities_are_said_as_the_language_does(lang, value, unit, said):
    rule = load_rule("nantes/transport", on="2023-06-01")
    assert Wording(rule, lang).quantity(Fraction(value), unit) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("volume * 0.55 %", "volume × 0.55%"),
        ("-(count - 1) / min(most, 3)", "−(count − 1) ÷ the smallest of (most; 3)"),
        ("sqrt(count) * -2", "the square root of (count) × −2"),
        ("round(volume, 0.05)", "the rounded value of (volume; 0.05)"),
        ("-3.35", "-¥3.35"),
    ],
)
def test_a_formula_is_said_as_it_is_written(text, said):
    rule = load_rule(EVERYTHING, on="2024-01-01")
    assert Wording(rule, "en").formula(text, "JPY") == said


def test_conditions_of_every_kind_are_said():
    said = [
        line.when
        for work in flow_of(load_rule(EVERYTHING, on="2024-01-01"), "en").steps
        for line in work.lines
    ]
    for text in (
        "(day of birth ≥\xa0January 1, 2000 and since >\xa0December 31, 1999) or "
        "(4 <\xa0count ≤\xa08 and if: student) or place: begins with 44 or 75056",
        "which way: right and count =\xa03",
        "place outside: neighbours and since not given and value ≠\xa0¥7",
        "place: does not begin with 67 and has agreed: no",
        "group: group A and day of birth <\xa0January 1, 1990",
        "open: no or income >\xa0listed",
        "in every other case",
        "for everyone",
        "from 10\xa0m³ to 500.5\xa0m³",
        "beyond 500.5\xa0m³",
        "each further one",
    ):
        assert text in said, text


def test_a_line_of_another_choice_cannot_hold():
    rule = load_rule("nantes/transport", on="2020-10-01")
    names = {line.name: line.used for line in flow_of(rule, "en").steps[0].lines}
    assert not names["AAH in the household"]
    changed = rule.replace(portee_aah="foyer")
    assert all(
        line.used
        == (line.name != "500 < quotient ≤ 600, ages 26 to 59" and "or 60" not in line.name)
        for line in flow_of(changed, "en").steps[0].lines
    )


def test_labels_that_are_alike_keep_their_names(tmp_path):
    text = EVERYTHING.read_text("utf-8").replace('label = "day of birth"', 'label = "same"')
    file = tmp_path / "same.toml"
    file.write_text(text.replace('label = "start of the scheme"', 'label = "same"'), "utf-8")
    labels = {item.name: item.label for item in flow_of(load_rule(file, on="2024-01-01")).inputs}
    assert labels["date"] == "same (date)"


@pytest.mark.parametrize("write", ["to_svg", "to_mermaid", "to_markdown", "to_dmn"])
def test_a_language_that_the_file_lacks_leaves_its_texts_in_the_first_one(write):
    rule = load_rule("gatineau/echo", on="2018-06-01")
    text = getattr(rule, write)("de")
    title = rule.title.to("fr")
    assert re.sub(r"\W", "", title) in re.sub(r"&#?\w+;|#\d+;|\W", "", text)
    plain = re.sub(r"<[^>]+>|\n", " ", text)
    assert "in: French" in plain or "in#58; French" in plain
    assert text != getattr(rule, write)()
    assert getattr(rule, write)("fr") == getattr(rule, write)()


def test_a_language_of_a_country_is_the_language():
    rule = load_rule("recife/eau", on="2025-06-01")
    assert rule.to_markdown("fr-CA").startswith("# Tarif social de l'eau de Recife")
    assert rule.to_mermaid("pt-BR") == rule.to_mermaid("pt")


@pytest.mark.parametrize("lang", ["zz-top", "", "francais", "../fr", "e"])
@pytest.mark.parametrize("write", ["to_svg", "to_mermaid", "to_markdown", "to_dmn"])
def test_what_is_no_language_is_refused(write, lang):
    rule = load_rule("nantes/transport", on="2023-06-01")
    if not lang:
        assert getattr(rule, write)(lang) == getattr(rule, write)()
        return
    with pytest.raises(InputError, match="is not a known language"):
        getattr(rule, write)(lang)


def test_a_rule_beyond_what_is_known_says_so():
    rule = load_rule("nantes/eau", on="2031-01-01", beyond="last_known")
    said = "The rule is known until December 31, 2026; this is the last known version."
    assert said in rule.to_markdown("en")
    assert said in re.sub(r"<[^>]+>|\n", " ", rule.to_svg("en")).replace("  ", " ")


def test_the_module_is_loaded_when_something_is_drawn():
    code = (
        "import sys, tarifs_solidaires as t; r = t.load_rule('nantes/eau', '2020-01-01');"
        "assert not {'babel', 'tarifs_solidaires.draw'} & sys.modules.keys();"
        "r.to_svg(); assert 'babel' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_made_up_rules_are_there():
    assert {file.stem for file in MADE_UP} == {"everything", "hostile"}
    assert len(ALL) > len(list_rules())
