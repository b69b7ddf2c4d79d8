"""The check of a rule file: what it asks beyond the format, each with its line; what ships passes."""

import json
import re
from pathlib import Path

import pytest
from rule_texts import TEXT, changed, found

from tarifs_solidaires import RuleError, check_rule, check_text, list_rules
from tarifs_solidaires.rules.check import catalogues
from tarifs_solidaires.rules.finding import Finding, summary
from tarifs_solidaires.rules.units import unit_of

ROOT = Path(__file__).parents[2]
RULES = ROOT / "src" / "tarifs_solidaires" / "rules"
EXAMPLES = sorted(str(path) for path in (ROOT / "examples" / "tarifs").glob("*.toml"))
SHARED = sorted(str(path) for path in [*RULES.glob("vocabulary/**/*.toml"), *RULES.glob("jurisdictions/*.toml")])  # fmt: skip
# What a reader of the shipped rules knows and accepts: sources that name no address, and one tariff in
# which who has no benefit is judged by the household's income.
ACCEPTED = {"source", "trend"}


@pytest.mark.parametrize("name", list_rules())
def test_a_rule_that_ships_has_no_error_and_known_warnings(name):
    findings = check_rule(name)
    assert [
        str(one) for one in findings if one.severity == "error" or one.code not in ACCEPTED
    ] == []
    trends = [str(one) for one in findings if one.code == "trend"]
    assert (name == "toulouse/transport") == bool(trends)


@pytest.mark.parametrize("path", [*EXAMPLES, *SHARED])
def test_nothing_is_found_in_examples_vocabularies_and_jurisdictions(path):
    assert [str(one) for one in check_rule(path)] == []


WARNINGS = [
    # texts
    (', en = "family quotient"', "", "translation", 'label = { fr = "quotient familial" }', "no text in en; add en: \"quotient familial\" stands in for it"),
    ('label = { fr = "prix du repas", en = "price of a meal" }\n', "", "label", "[output.prix]", "no label, so that people read the name"),
    ('en = "others"', 'en = "others, TODO"', "unfinished", None, "the text says 'TODO'; finish it, or reword it"),
    ('languages = ["fr", "en"]', 'languages = ["fr", "en", "de"]', "language", None, "the package has no sentences in de, so notices are in fr; it has en, fr, pt"),
    # sources
    ('url = "https://villeneuve.example/31"\n', "", "source", "[source.delib]", "a source with neither url nor reference"),
    ('values = ["44001", "44002"]\nsource = "delib"', 'values = ["44001", "44002"]', "source", "[list.communes]", "a figure without a source"),
    ('unit = "EUR/month"\nsource = "delib"', 'unit = "EUR/month"', "source", "[parameter.plafond]", "a figure without a source"),
    ('source = "delib"\ndecides', 'decides', "source", "[[version]]", "figures without a source"),
    ('source = "delib"\ndecides', 'source = "delibs"\ndecides', "source_key", 'source = "delibs"', "there is no [source.delibs], so that 'delibs' is its title; did you mean delib?"),
    # cases
    ('source = "à la main : 2,75 x 0,5 = 1,375"\n', "", "case_source", "[[case]]", "a worked case without a source"),
    # money and units
    ('[output.prix]\nkind = "price"\nunit = "EUR"', '[output.prix]\nkind = "price"\nunit = "USD"', "currency", 'unit = "USD"', "the unit is in USD, the file in EUR"),
    ('formula = "base * part"', 'formula = "base + rang"', "unit", 'formula = "base + rang"', None),
    ('at_most = 6.20', 'at_most = "plafond"', "unit", 'at_most = "plafond"', "bounds EUR by EUR/month"),
    ('"x < plafond"', '"x < plafond * part_reelle"', "unit", None, None),
    # what nothing reads
    ('[input.eleve]', '[input.inutile]\nkind = "flag"\nlabel = { fr = "x y", en = "x" }\n[input.eleve]', "unused", "[input.inutile]", "nothing reads the input inutile; take it out"),
    ('name = "base"', 'name = "inutile"\n  formula = "1"\n[[version.step]]\n  name = "base"', "unused", None, "nothing reads the step inutile"),
    ('[list.communes]', '[list.autres]\nvalues = ["44003"]\nsource = "delib"\n[list.communes]', "unused", "[list.autres]", "nothing reads the list autres"),
    ('[list.communes]', '[parameter.autre]\nvalue = 3\nsource = "delib"\n[list.communes]', "unused", "[parameter.autre]", "nothing reads the parameter autre; take it out, or say in its note what it is for"),
    ('[input.quotient]', '[source.autre]\ntitle = "Une autre"\nreference = "p. 3"\n[input.quotient]', "unused", "[source.autre]", "nothing reads the source autre"),
    # how long, how fast
    ('known_until = 2026-08-31\n', "", "known_until", "[[version]]", "nothing says until when this version is known"),
    ('formula = "quotient * 0.55 %"', 'formula = "quotient * quotient * quotient * 0.000_1 %"'.replace("_", ""), "slow", None, "more than 62: it is computed with Python's own integers, which is slow; give realistic bounds ('to') to quotient"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "line", "words"), WARNINGS)
def test_a_warning_stands_at_its_line_with_its_remedy(old, new, code, line, words):
    if "part_reelle" in new:
        step = '  [[version.step]]\n  name = "part_reelle"\n  unit = "EUR"\n  formula = "base"\n\n'
        text = changed((old, new), ('  [[version.step]]\n  name = "part"', step + '  [[version.step]]\n  name = "part"'))  # fmt: skip
    else:
        text = changed((old, new))
    findings = [one for one in found(text) if one[0] == code and "warning: " in one[2]]
    assert findings, found(text)
    assert words is None or any(words in one[2] for one in findings)
    if line is not None:
        assert findings[0][1] == line


ERRORS = [
    ('currency = "EUR"\n', "", "currency", 'unit = "EUR/month"', 'the unit is in EUR, and the file has no currency; write currency = "EUR"'),
    ('[output.prix]', '[output.prix2]\nkind = "price"\nlabel = "Prix"\n[output.prix]', "output", "[output.prix2]", "no version works out prix2; name a step prix2, or take the output out"),
    ("on = 2025-10-01", "on = 2025-08-31", "case_day", "on = 2025-08-31", "the rule is not known on 2025-08-31; write a day from 2025-09-01 to 2026-08-31"),
    ("prix = 1.38", "prix = 1.37", "case_result", None, "expected prix 1.37, found 1.38 (row 'boursier'); correct the case or the rule, whichever its source contradicts"),
    ("prix = 1.38", 'prix = "missing"', "case_result", None, 'expected prix "missing", found 1.38'),
    ("prix = 1.38", 'prix = "1.38"', "case_result", None, 'expected prix "1.38", found 1.38'),
    ("prix = 1.38", "base = 2.751", "case_result", None, "expected base 2.751, found 2.75 (row 'boursier'); the step does not round: write round = 0.01 in it, or expect all the decimals"),
    ("prix = 1.38", "prx = 1.38", "case_result", None, "there is no result 'prx'; did you mean prix?"),
    ('tranche = "on a grant"', 'tranche = "grant"', "case_result", None, "expected the row \"grant\", found 'boursier'"),
    ("rang = 2, statut", "rang = 0, statut", "case_input", None, "cannot be computed: rang: 0 is not between 1 and 20"),
    ("rang = 2, statut", "rangs = 2, statut", "case_input", None, "rangs is not an input of this rule; did you mean rang?"),
    ("rang = 2, statut", "rang = 13, statut", "case_input", None, "cannot be computed: rang: twelve at most"),
    ("quotient = 500, rang", "rang", "case_input", None, "quotient is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "line", "words"), ERRORS)
def test_an_error_beyond_the_format_stands_at_its_line(old, new, code, line, words):
    errors = [one for one in found(changed((old, new))) if " error: " in f" {one[2]}"]
    assert errors
    assert {one[0] for one in errors} == {code}
    assert any(words in one[2] for one in errors), errors
    assert errors[0][1] == line if line else new in errors[0][1]


def test_a_case_may_expect_the_row_in_any_language_and_what_is_missing():
    french = changed(('tranche = "on a grant"', 'tranche = "boursier"'))
    assert found(french) == []
    missing = changed(("then = 0.5", 'then = "missing"'), ("prix = 1.38", 'prix = "missing", part = "missing"'))  # fmt: skip
    assert found(missing) == []


def test_a_version_without_a_case_is_named_and_one_with_a_case_is_not():
    text = changed(("[[case]]\non = 2025-10-01", "[[version]]\nvalid_from = 2026-06-01\nextends = 2025-09-01\nsource = \"delib\"\n\n[[case]]\non = 2025-10-01"))  # fmt: skip
    (finding,) = check_text(text)
    assert (finding.code, finding.where) == ("no_case", "version 2026-06-01")
    assert finding.remedy == "add a [[case]] with on = 2026-06-01, or a later day"


def test_a_note_or_a_comment_of_a_figure_explains_what_nothing_reads():
    figure = '[parameter.autre]\nvalue = 3\nsource = "delib"\nnote = { fr = "Prix plein.", en = "Full price." }\n'
    assert found(changed(("[list.communes]", figure + "[list.communes]"))) == []


def test_a_step_that_only_an_earlier_version_reads_is_of_use():
    version = """[[version]]
valid_from = 2026-06-01
extends = 2025-09-01
source = "delib"
[[version.step]]
name = "prix"
formula = "base"

[[case]]
on = 2026-06-01
given = { quotient = 500 }
expect = { prix = 2.75 }
source = "à la main"

[[case]]
on = 2025-10-01"""
    text = changed(("[[case]]\non = 2025-10-01", version), ('decides = "part"\n', ""))
    assert found(text) == []


def test_names_and_letters_need_no_translation():
    assert found(changed(('{ fr = "boursier", en = "on a grant" }', '"RSA ≤ 500"'), ('tranche = "on a grant"', 'tranche = "RSA ≤ 500"'))) == []  # fmt: skip
    assert [code for code, *_ in found(changed(('{ fr = "troisième", en = "third" }', '"troisième"')))] == ["translation"]  # fmt: skip


@pytest.mark.parametrize("word", ["TODO", "à compléter", "À COMPLÉTER", "a completer", "a preencher", "FIXME", "???"])  # fmt: skip
def test_what_is_still_to_be_filled_in_does_not_pass(word):
    text = changed(('title = "Délibération du 24 juin 2025"', f'title = "{word}"'))
    (finding,) = check_text(text)
    assert (finding.code, finding.severity) == ("placeholder", "error")
    assert text.splitlines()[finding.line - 1] == f'title = "{word}"'


def test_portuguese_says_todo_for_all():
    assert found(changed(("Price of school meals", "Todo o município"))) == []


def test_a_vocabulary_and_a_jurisdiction_are_checked_as_what_they_are(tmp_path):
    shared = 'format = 2\nname = "xx/mots"\nlanguages = ["fr", "en"]\n[input.age]\nkind = "numbr"\n[source.a]\ntitle = { }\n'
    assert [(f.code, f.line) for f in check_text(shared)] == [("unknown_word", 5), ("type", 7)]
    law = 'format = 2\ncode = "xx"\nlanguages = ["fr"]\nlabel = "Ici"\n[[right]]\ntxt = "Vous pouvez demander."\n'
    assert [(f.code, f.line) for f in check_text(law)] == [("unknown_key", 6)]


@pytest.mark.parametrize("name", ["nantes/bus", "absent.toml", "nantes", ".", 3])
def test_what_cannot_be_found_is_an_error(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuleError):
        check_rule(name)


def test_findings_are_in_the_order_of_the_file_and_go_to_json():
    findings = check_text(changed(("then = 0.8", "then = true"), ("currency", "curency")))
    assert [one.line for one in findings] == sorted(one.line for one in findings)
    rows = json.loads(json.dumps([one.to_dict() for one in findings]))
    assert rows[0] == {
        "code": "unknown_key", "severity": "error", "where": "curency", "line": 4,
        "message": 'the key "curency" is not known here', "remedy": "did you mean currency?",
    }  # fmt: skip
    assert summary(findings) == "2 errors, 0 warnings"
    assert (
        str(findings[0])
        == 'error: curency: the key "curency" is not known here; did you mean currency?'
    )
    assert isinstance(findings[0], Finding)


def test_of_many_findings_the_first_are_said():
    rows = "".join(
        f"[[version.step.row]]\nwhen = {{ rang = {n} }}\nthn = {n}\n" for n in range(300)
    )
    findings = check_text(changed(('    [[version.step.row]]\n    name = { fr = "boursier"', rows + '    [[version.step.row]]\n    name = { fr = "boursier"')))  # fmt: skip
    assert len(findings) == 201
    assert findings[-1].message == "and 100 more findings"


def test_units_weigh_money_periods_and_measures():
    assert unit_of("") is None
    assert unit_of("share") == unit_of("persons") == frozenset()
    assert unit_of("EUR/year") != unit_of("EUR/month")
    assert unit_of("EUR / m3") == unit_of("EUR/m3") != unit_of("EUR")


@pytest.mark.parametrize(
    ("formula", "unit", "expected"),
    [
        ("quotient * 0.55 %", "EUR", None),  # a product with a figure has the unit that its step says
        ("quotient - plafond", "EUR/month", None),
        ("quotient - 12", "EUR/month", None),
        ("quotient + rang", "EUR/month", "adds EUR/month and a number"),
        ("min(quotient, base)", "EUR/month", "compares EUR/month and EUR"),
        ("base * rang", "EUR", None),  # so much for each child
        ("quotient * quotient", "EUR", "is said to be in EUR, and what it works out is in EUR*EUR/month/month"),
        ("quotient / plafond", "EUR", "is said to be in EUR, and what it works out is in a number"),
        ("quotient / plafond", "share", None),
        ("round(base + plafond, 0.01)", "EUR", "adds EUR and EUR/month"),
    ],
)  # fmt: skip
def test_units_that_do_not_fit_are_found_in_formulas(formula, unit, expected):
    step = f'  [[version.step]]\n  name = "essai"\n  unit = "{unit}"\n  formula = "{formula}"\n\n'
    text = changed(('  [[version.step]]\n  name = "part"', step + '  [[version.step]]\n  name = "part"'))  # fmt: skip
    said = [one for code, _, one in found(text) if code == "unit"]
    assert (said == []) if expected is None else expected in said[0]


def test_the_languages_of_the_package_are_those_of_its_catalogues():
    assert catalogues() == ("en", "fr", "pt")


def test_every_code_is_on_the_reference_page():
    page = (ROOT / "docs" / "reference" / "rule_file.md").read_text("utf-8")
    listed = set(re.findall(r"`(\w+)`", page.split("### Codes")[1]))
    stated = set()
    for path in [*RULES.glob("*.py")]:
        if path.stem in ("skeleton", "reform", "dated", "outcome"):
            continue
        text = path.read_text("utf-8")
        stated |= set(re.findall(r"(?:wrong|error|warning|unknown)\(\s*[^\"]*?, \"(\w+)\",", text))
    assert stated
    assert stated <= listed | {"more"}, stated - listed


def test_text_of_the_tests_has_nothing_wrong():
    assert check_text(TEXT) == []
