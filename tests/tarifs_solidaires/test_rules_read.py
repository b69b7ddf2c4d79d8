"""What is wrong in a rule file is found where it is, with what to do, and all of it at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import TEXT, changed, found

from tarifs_solidaires import RuleError, check_rule, check_text, list_rules, load_rule
from tarifs_solidaires.rules.load import find_text

# What is changed, the code of what is found, the line that it names, and some of its words.
FAULTS = [
    # the head
    ('format = 2\n', 'format = 1\n', "old_format", "format = 1", "write it in format 2"),
    ('format = 2\n', 'format = 3\n', "type", "format = 3", "expected 2, got 3"),
    ('format = 2\n', "", "missing_key", None, "the key 'format' is missing; write 2"),
    ('name = "villeneuve/cantine"', 'name = "Villeneuve"', "pattern", 'name = "Villeneuve"', 'write it like "villeneuve/cantine"'),
    ('languages = ["fr", "en"]', 'langues = ["fr", "en"]', "unknown_key", 'langues = ["fr", "en"]', "did you mean languages?"),
    ('languages = ["fr", "en"]', 'languages = ["français"]', "pattern", 'languages = ["français"]', "is not a language code"),
    ('languages = ["fr", "en"]', 'languages = []', "length", "languages = []", "has 0 items; there may be 1 to 20"),
    ('currency = "EUR"', 'currency = "euro"', "pattern", 'currency = "euro"', 'is not a code of ISO 4217; write it like "EUR"'),
    ('jurisdiction = "fr"', 'jurisdiction = "de"', "jurisdiction", 'jurisdiction = "de"', "there is no jurisdiction 'de'; known: br, ca-qc, eu, fr"),
    ('"fr/commune"', '"fr/comune"', "no_vocabulary", 'use = ["fr/comune"]', "did you mean fr/commune?"),
    ('"fr/commune"', '"../../commune"', "pattern", 'use = ["../../commune"]', "is not the name of a shared vocabulary"),
    ('en = "Price of school meals"', 'de = "Preis"', "language", 'title = { fr = "Prix de la cantine", de = "Preis" }', "'de' is not a language of this file; add it to languages, or write fr or en"),
    ('"Prix de la cantine"', '""', "empty", None, "title, fr: is empty; write a text"),
    ('"Prix de la cantine"', '"a\\u001bb"', "text", None, "contains a control character"),
    ('"Prix de la cantine"', f'"{"a" * 5001}"', "text", None, "has 5,001 characters, more than 5,000"),
    ('known_until = 2026-08-31', 'known_until = "2026-08-31"', "type", 'known_until = "2026-08-31"', "got \"2026-08-31\"; remove the quotes"),
    ('known_until = 2026-08-31', 'known_until = 2026-08-31T10:00:00', "type", "known_until = 2026-08-31T10:00:00", "remove the time"),
    ('known_until = 2026-08-31', 'known_until = 0226-08-31', "date", "known_until = 0226-08-31", "is not between 1800 and 2200; check the year"),
    ('known_until = 2026-08-31', 'known_until = 2025-08-31', "known_until", "known_until = 2025-08-31", "is before the last version begins"),
    ('read = 2025-07-01', 'read = "hier"', "type", 'read = "hier"', "expected a date such as 2024-01-31"),
    ('url = "https://villeneuve.example/31"', 'url = "villeneuve.example"', "pattern", 'url = "villeneuve.example"', "is not an address"),
    # inputs
    ('to = 100_000', 'to = "100000"', "type", 'to = "100000"', 'got "100000"; remove the quotes'),
    ('to = 100_000', 'to = "100,5"', "type", 'to = "100,5"', "remove the quotes, and write a decimal point"),
    ('to = 100_000', 'to = nan', "type", "to = nan", "expected a number or a date, got NaN"),
    ('to = 100_000', 'to = 1e999', "type", "to = 1e999", "got 1E+999"),
    ('to = 100_000', 'to = 100_000_000_000_000', "out_of_bounds", "to = 100_000_000_000_000", "is too large; write a number from -1,000,000,000,000 to 1,000,000,000,000"),
    ('to = 100_000', 'to = 1_000_000_000\nstep = 0.000_000_01', "bounds", "[input.quotient]", "more digits than a float tells apart; give it closer bounds"),
    ('to = 100_000', 'too = 100_000', "unknown_key", "too = 100_000", "did you mean to?"),
    ('to = 100_000', 'to = -1', "bounds", "[input.quotient]", "'from' is above 'to'"),
    ('to = 100_000', 'to = 2024-01-01', "bounds", "to = 2024-01-01", "a date cannot bound a number"),
    ('to = 100_000', 'to = 100_000\nstep = 0', "out_of_bounds", "step = 0", "0 is too small; write a number above 0"),
    ('to = 100_000', 'or_formula = "rang * eleve"', "or_formula", 'or_formula = "rang * eleve"', "'eleve' is not another number that people give"),
    ('to = 100_000', 'or_formula = "rang *"', "formula", 'or_formula = "rang *"', "a number or a name is missing at the end"),
    ('kind = "whole"', 'kind = "integer"', "unknown_word", 'kind = "integer"', '"integer" is not known here; known: code, date, flag, number, whole'),
    ('default = 1\n', 'default = 21\n', "default", "default = 21", "the default is outside the bounds"),
    ('default = 1\n', 'default = "un"\n', "default", 'default = "un"', '"un" is not a value of this input; write a number'),
    ('default = false', 'default = "non"', "default", 'default = "non"', "write true or false"),
    ('default = false', 'default = false\nto = 3', "bounds", "[input.eleve]", "'from' and 'to' belong to numbers and dates"),
    ('default = false', 'default = false\nor_formula = "rang"', "or_formula", "[input.eleve]", "'or_formula' belongs to a number"),
    ('default = false', 'default = false\npattern = "a"', "codes", "[input.eleve]", "belong to kind = \"code\""),
    ('codes = ["plein", "boursier"]\n', '', "codes", "[input.statut]", "a code has neither 'codes' nor a 'pattern'"),
    ('codes = ["plein", "boursier"]', 'codes = ["plein", "bour sier"]', "pattern", 'codes = ["plein", "bour sier"]', "is not a code: 64 characters at most, no space, no *"),
    ('codes = ["plein", "boursier"]', 'codes = { plein = "plein", "x y" = "x" }', "name", None, '"x y" is not a code'),
    ('codes = ["plein", "boursier"]', 'pattern = "(a+)+"', "regex", 'pattern = "(a+)+"', "can be tried in too many ways; write a plain regular expression, such as [0-9]{5}"),
    ('codes = ["plein", "boursier"]', 'pattern = "["', "regex", 'pattern = "["', "the pattern cannot be read"),
    ('optional = true', 'optional = true\ndefault = "plein"', "optional", "[input.statut]", "the input is optional and has a default"),
    ('[input.rang]', '[input.Rang]', "name", "[input.Rang]", '"Rang" is not a name: lower-case letters'),
    ('[output.prix]\nkind = "price"', '[output.prix]\nkind = "prix"', "unknown_word", 'kind = "prix"', "did you mean price?"),
    ('message = { fr', 'mesage = { fr', "unknown_key", 'mesage = { fr = "au plus douze", en = "twelve at most" }', "did you mean message?"),
    ('input = "rang"', 'input = "rangs"', "unknown_name", 'input = "rangs"', "there is no input 'rangs'; did you mean rang?"),
    ('when = { rang = "x <= 12" }', 'when = { rangs = "x <= 12" }', "unknown_name", 'when = { rangs = "x <= 12" }', "did you mean rang?"),
    # parameters
    ('value = "large"', 'value = "autre"', "choice", 'value = "autre"', '"autre" is not one of the choices; write "large" or "stricte"'),
    ('choices = ["large", "stricte"]', 'choices = ["large"]', "length", 'choices = ["large"]', "has 1 items"),
    ('from = 2025-01-01\n', 'from = 2025-12-01\n', "parameter_date", "[parameter.plafond]", "the parameter plafond is not known on 2025-09-01, and a step reads it"),
    ('from = 2026-01-01\n', 'from = 2026\n', "type", "from = 2026", "expected a date such as 2024-01-31, without quotes or time, got 2026"),
    # versions
    ('valid_from = 2025-09-01\n', '', "missing_key", "[[version]]", "the key 'valid_from' is missing"),
    ('decides = "part"', 'decides = "pert"', "decides", 'decides = "pert"', "there is no step with rows 'pert'; did you mean part?"),
    ('decides = "part"', 'required = ["rang"]', "required", 'required = ["rang"]', "there is no optional input 'rang'"),
    ('decides = "part"', 'extends = 2024-09-01', "extends", "extends = 2024-09-01", "no earlier version begins on 2024-09-01; versions begin on 2025-09-01"),
    ('decides = "part"', 'extends = 2025-09-01', "extends", "extends = 2025-09-01", "no earlier version"),
    ('decides = "part"', 'known_until = 2025-01-01', "known_until", "known_until = 2025-01-01", "is before this version begins"),
    ('decides = "part"', 'confidence = "sure"', "unknown_word", 'confidence = "sure"', "known: inferred, made_up, official, secondary"),
    # steps
    ('name = "base"', 'name = "Base"', "pattern", 'name = "Base"', '"Base" is not a name in lower case without accents'),
    ('name = "base"', 'name = "prix"\n  formula = "1"\n[[version.step]]\n  name = "base"', "double", None, "two steps have the name 'prix'"),
    ('name = "base"', 'name = "rang"\n  formula = "1"\n[[version.step]]\n  name = "base"', "double", 'name = "rang"', "'rang' is the name of an input too"),
    ('formula = "base * part"', 'formula = "base * prix"', "circle", "[[version.step]]", "steps read each other in a circle: prix → prix"),
    ('formula = "base * part"', 'formula = "bse * part"', "unknown_name", 'formula = "bse * part"', "there is no input, parameter or step 'bse'; did you mean base?"),
    ('formula = "base * part"', 'formula = "base × part"', "formula", 'formula = "base × part"', "write * for ×"),
    ('formula = "base * part"', 'formula = "base * 0,5"', "formula", 'formula = "base * 0,5"', "write a decimal point: 0.55, not 0,55"),
    ('formula = "base * part"', 'formula = "base * 600 €"', "formula", 'formula = "base * 600 €"', "leave the currency out"),
    ('formula = "base * part"', 'formula = "base * statut"', "not_a_number", 'formula = "base * statut"', "statut is a code, not a number; make a step with rows"),
    ('formula = "base * part"', '', "step_kind", "[[version.step]]", "the step has none of formula, row, scale, by and best"),
    ('formula = "base * part"', 'formula = "base"\nscale = "base"', "step_kind", "[[version.step]]", "the step has both formula and scale; write exactly one of them"),
    ('formula = "base * part"', 'formula = "base"\namounts = [1, 2]', "step_kind", "amounts = [1, 2]", "'amounts' belongs to a step with 'by'"),
    ('formula = "base * part"', 'by = "rang"', "step_kind", "[[version.step]]", "there are no amounts"),
    ('formula = "base * part"', 'best = "lowest"', "step_kind", "[[version.step]]", "there is no candidate"),
    ('formula = "base * part"', 'scale = "base"', "step_kind", "[[version.step]]", "there is no part"),
    ('formula = "base * part"', 'scale = "base"\npart = [{ up_to = 2, rate = 1 }]', "scale", "part = [{ up_to = 2, rate = 1 }]", "the last part has an 'up_to'"),
    ('formula = "base * part"', 'scale = "base"\npart = [{ up_to = 5, rate = 1 }, { up_to = 2, rate = 1 }, { rate = 1 }]', "scale", None, "2 is not above the part before, 5; put the parts in order"),
    ('formula = "base * part"', 'scale = "base"\npart = [{ up_to = "plafon", rate = 1 }, { rate = 1 }]', "unknown_name", None, "did you mean plafond?"),
    ('at_least = 0.90', 'at_least = "0.90 €"', "formula", 'at_least = "0.90 €"', "leave the currency out"),
    ('round = 0.01', 'round = { to = 0.01, mode = "upp" }', "unknown_word", 'round = { to = 0.01, mode = "upp" }', "did you mean up?"),
    ('round = 0.01', 'round = 0', "out_of_bounds", "round = 0", "0 is too small"),
    ('unit = "share"\n', 'unit = "share"\n  kind = "flag"\n', "then", "then = 0.5", "0.5 is neither true nor false"),
    ('unit = "share"\n', 'codes = ["A", "B"]\n', "then", "then = 0.5", "0.5 is not one of the codes of this step; known: A, B"),
    ('unit = "share"\n', 'unit = "share"\n  kind = "code"\n', "then", "then = 0.5", 'write codes = ["…"] in the step'),
    ('unit = "share"\n', 'codes = ["A", "B"]\n  round = 1\n', "bounds", "[[version.step]]", "a code or a flag has no bounds"),
    ('then = 0.8', 'then = true', "then", "then = true", "true is not a number"),
    ('then = 0.8', 'then = "0,8"', "formula", 'then = "0,8"', "decimal comma"),
    ('then = 0.8', 'thn = 0.8', "unknown_key", "thn = 0.8", "step part, row 2, thn: the key \"thn\" is not known here; did you mean then?"),
    ('name = { fr = "autres", en = "others" }', 'name = { fr = "troisième", en = "x" }', "double", None, "two rows of this step are called 'troisième'"),
    # conditions
    ('"x < plafond"', '"x ≤ plafond"', "condition", None, "write <= for ≤"),
    ('"x < plafond"', '"x = 600 €"', "condition", None, "leave the currency out"),
    ('"x < plafond"', '"< plafond"', "condition", None, "write x before it: x <= 600"),
    ('"x < plafond"', '"600"', "condition", None, "remove the quotes, or write a comparison such as x <= 600"),
    ('"x < plafond"', '"x < plafon"', "unknown_name", None, "did you mean plafond?"),
    ('"x < plafond"', '"x < statut"', "not_a_number", None, "statut is a code"),
    ('"x < plafond"', 'true', "condition", None, "quotient is a number, and true is not a comparison"),
    ('"x < plafond"', '"500 < x < 400"', "condition", None, "the bounds exclude each other; swap the bounds"),
    ('"x < plafond"', '"x < 31/12/2024"', "condition", None, "write 2024-12-31"),
    ('"x < plafond"', '"not given"', "condition", None, "quotient is always given; write optional = true in [input.quotient]"),
    ('eleve = true }', 'eleve = "true" }', "condition", None, "eleve is true or false, and \"true\" is neither; remove the quotes"),
    ('eleve = true }', 'eleves = true }', "unknown_name", None, "did you mean eleve?"),
    ('statut = "boursier", lecture', 'statut = "bourse", lecture', "unknown_code", None, "'bourse' is not a code of statut; did you mean boursier?"),
    ('statut = "boursier", lecture', 'statut = true, lecture', "condition", None, "statut is a code, and true is not"),
    ('lecture = "large" }', 'lecture = "largo" }', "unknown_code", None, "did you mean large?"),
    ('"in communes"', '"in comunes"', "unknown_list", None, "there is no list 'comunes'; did you mean communes?"),
    # placeholders
    ('then = 0.8', 'then = "TODO: le taux"', "placeholder", 'then = "TODO: le taux"', "to fill in: le taux"),
    ('en = "Price of school meals"', 'en = "À COMPLÉTER"', "placeholder", None, "title, en: to fill in: a text"),
    ('on = 2025-10-01', 'on = "???"', "placeholder", 'on = "???"', "to fill in: a date"),
]  # fmt: skip


SEVERAL = 'unit = "share"\n'  # what changes all rows of a step


@pytest.mark.parametrize(("old", "new", "code", "line", "words"), FAULTS)
def test_one_fault_is_all_that_is_found_and_at_its_line(old, new, code, line, words):
    errors = [one for one in found(changed((old, new))) if " error: " in f" {one[2]}"]
    if old == SEVERAL:
        errors = [one for one in errors if words in one[2]][:1]
    assert [(one[0], words in one[2]) for one in errors] == [(code, True)], errors
    if line is not None:
        assert errors[0][1] == line
    elif code not in ("missing_key", "double"):
        assert new.splitlines()[-1].strip() in errors[0][1]


def test_the_text_by_itself_has_no_fault():
    assert found(TEXT) == []


def test_all_faults_are_said_at_once_and_none_that_follows_from_another():
    text = changed(
        ('jurisdiction = "fr"', 'jurisdiction = "frr"'),
        ('kind = "whole"', 'kind = "integer"'),  # conditions on rang are not said to be unknown
        ('name = "base"', 'name = "Base"'),  # nor formulas that read base
        ('"x < plafond"', '"x ≤ plafond"'),
        ("then = 0.9", "thn = 0.9"),
        ("on = 2025-10-01", 'on = "2025-10-01"'),
    )
    assert [(code, line) for code, line, _ in found(text)] == [
        ("pattern", 'jurisdiction = "frr"'),
        ("unknown_word", 'kind = "integer"'),
        ("pattern", 'name = "Base"'),
        ("condition", 'when = { quotient = "x ≤ plafond", commune = "in communes" }'),
        ("unknown_key", "thn = 0.9"),
        ("type", 'on = "2025-10-01"'),
    ]


def test_a_vocabulary_that_is_not_found_hides_no_fault_and_makes_none_up():
    text = changed(('"fr/commune"', '"fr/comune"'), ("then = 0.9", "then = true"))
    assert [code for code, *_ in found(text)] == ["no_vocabulary", "then"]


def test_versions_stand_in_order_and_one_that_is_damaged_leaves_the_others_checked():
    second = '[[version]]\nvalid_from = 2026-03-01\nextends = 2025-09-01\n[[version.step]]\nname = "prix"\nformula = "base *"\n\n[[case]]\non = 2025-10-01'  # fmt: skip
    text = changed(("[[case]]\non = 2025-10-01", second), ("prix = 1.38", "prix = 1.39"))
    assert [code for code, *_ in found(text)] == ["formula", "case_result"]
    late = text.replace("valid_from = 2026-03-01", "valid_from = 2025-03-01")
    assert "order" in [code for code, *_ in found(late)]
    assert "this version begins on 2025-03-01, the one before it on 2025-09-01" in str(found(late))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("format = 2\nname = \n", 2, "this is not TOML: a value cannot be read"),
        ('name = "a\nb = 1', 1, "close the text with a quote"),
        ("a = 0,5", 1, "write a number with a decimal point: 40.50, not 40,50"),
        ("a = 0.55 %", 1, 'write the number alone, or a formula between quotes, such as "0.55 %"'),
        ("a = 01234", 1, 'write a code that begins with 0 between quotes: "01234"'),
        ("a = 1 200", 1, "write a number without spaces: 1200"),
        ("a = 31/12/2024", 1, "write a date with the year first: 2024-01-31"),
        ("a = oui", 1, "write a text between quotes"),
        ("a: 1\nb:\n  - c", 1, "write = between a key and its value"),
        ("a = 1\na = 2", 2, "a key that appears twice"),
        ("[[version]]\n[version]\n", 2, "this is not TOML"),
    ],
)
def test_what_is_not_toml_is_one_error_with_what_people_mostly_mean(text, line, words):
    (finding,) = check_text(text)
    assert (finding.code, finding.severity, finding.line) == ("not_toml", "error", line)
    assert words in str(finding)


def test_load_rule_says_the_same_with_the_file_and_the_line(tmp_path):
    path = tmp_path / "cantine.toml"
    path.write_text(changed(("then = 0.8", "then = true"), ("then = 0.9", "thn = 0.9")), "utf-8")
    with pytest.raises(RuleError) as raised:
        load_rule(path, on="2025-10-01")
    lines = path.read_text("utf-8").splitlines()
    places = [(lines.index(f"    {text}") + 1, row) for text, row in (("then = true", 2), ("thn = 0.9", 3))]  # fmt: skip
    assert [(fault.code, fault.line) for fault in raised.value.errors] == [
        ("then", places[0][0]), ("unknown_key", places[1][0]),
    ]  # fmt: skip
    for fault, (line, row) in zip(raised.value.errors, places, strict=True):
        assert str(fault).startswith(f"{path}:{line}: version 2025-09-01, step part, row {row}, ")
    assert [f.code for f in check_rule(path)] == ["then", "unknown_key"]


def test_a_fault_of_a_vocabulary_names_its_file(tmp_path):
    folder = tmp_path / "vocabulary" / "xx"
    folder.mkdir(parents=True)
    shared = 'format = 2\nname = "xx/mots"\nlanguages = ["fr"]\n[input.age]\nkind = "numbr"\n'
    (folder / "mots.toml").write_text(shared, "utf-8")
    text = changed(('"fr/commune"', '"fr/commune", "xx/mots"'))
    (finding,) = check_text(text, folders=[tmp_path])
    assert finding.code == "vocabulary"
    assert "'xx/mots' cannot be used: vocabulary xx/mots:5: input age, kind:" in finding.message
    (folder / "mots.toml").write_text(
        shared.replace("numbr", "number") + 'or_formula = "("', "utf-8"
    )
    (finding,) = check_text(text, folders=[tmp_path])
    assert finding.where == "vocabulary xx/mots, input age, or_formula"


ODD = ["true", '"x"', "[]", "{}", "1979-05-27", "nan", "-1", "[1]", '["x"]', "1e12", "{ x = 1 }", '""', "[{}]", "1979-05-27T07:32:00", '"x <= {a}"', '"{"']  # fmt: skip


@pytest.mark.parametrize("name", [*list_rules(), *(f"examples/tarifs/{n}.toml" for n in ("best_of", "marginal", "household", "taux_effort"))])  # fmt: skip
@settings(max_examples=8)
@given(data=st.data())
def test_no_file_however_odd_ends_in_anything_but_findings(name, data):
    import re

    parts = find_text(name)[0].splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        line = data.draw(st.integers(0, len(parts) - 1))
        kind = data.draw(st.sampled_from(["odd", "drop", "double"]))
        if kind == "odd":
            value = data.draw(st.sampled_from(ODD))
            parts[line] = re.sub(r"= .*$", lambda _, value=value: f"= {value}", parts[line])
        else:
            parts[line : line + 1] = [] if kind == "drop" else [parts[line]] * 2
    text = "\n".join(parts)
    findings = check_text(text)
    for finding in findings:
        assert "\n" not in str(finding)
        assert finding.line is None or 1 <= finding.line <= len(parts) + 1
        assert finding.to_dict()["severity"] in ("error", "warning")
