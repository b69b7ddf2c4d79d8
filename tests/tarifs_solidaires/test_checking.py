"""The check of a rule file: what it finds is what a plain evaluation of the table finds."""

import datetime as dt
import itertools
import json
import math
import re
import tomllib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tarifs_solidaires import InputError, RuleError, list_rules, load_rule
from tarifs_solidaires.checking import PLACEHOLDER, check_rule, check_text
from tarifs_solidaires.cli import main
from tarifs_solidaires.completeness import idle_rows, open_groups
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.rule_file import FormatError, parse_rule, read_rule, read_text
from tarifs_solidaires.toml_lines import lines_of

HEAD = """
format = 1
name = "essai/transport"
shape = "decision_table"
per = "personne"
title = { fr = "a", en = "a", pt = "a" }
purpose = { fr = "a", en = "a", pt = "a" }
outputs = ["taux_reduction"]
authority = "a"
known_until = 2026-12-31
[list.a]
source = "s"
confidence = "official"
values = ["44001", "44002"]
[list.b]
source = "s"
confidence = "official"
values = ["44003"]
[[version]]
valid_from = 2026-01-01
source = "s"
"""
CASE = """
[[case]]
on = 2026-06-01
given = { %s }
expect = { taux_reduction = %s }
source = "s"
"""


def _row(when, taux=0.5, more="", name=None, count=itertools.count()):  # noqa: B008
    name = f"rang {next(count)}" if name is None else name
    return f"""[[version.row]]
tranche = "{name}"
when = {{ {when} }}
then = {{ taux_reduction = {taux} }}
confidence = "official"
{more}
"""


def _table(*rows, required='"quotient_familial"', optional="", case="quotient_familial = 1", taux=0.5):  # fmt: skip
    return (
        HEAD + f"required = [{required}]\noptional = [{optional}]\n" + "".join(rows)
        + CASE % (case, taux)
    )  # fmt: skip


def _said(text, severity=None):
    return [str(f) for f in check_text(text) if severity in (None, f.severity)]


# A second opinion: rows read as text, one person at a time, no cells.


def _holds(text, value, lists):
    if value is None:
        return False
    if isinstance(text, bool):
        return value is text
    if (match := re.fullmatch(r"(not )?in (\w+)", text)) is not None:
        return (value in lists[match[2]]) != bool(match[1])
    words = [value if word == "x" else word for word in text.split()]
    return all(
        {"<": float(a) < float(b), "<=": float(a) <= float(b),
         ">": float(a) > float(b), ">=": float(a) >= float(b)}[compare]
        for a, compare, b in zip(words[::2], words[1::2], words[2::2], strict=False)
    )  # fmt: skip


def _rows_of(version):
    chosen = {p["name"]: p["value"] for p in version.get("parameter", [])}
    return [
        row for row in version.get("row", [])
        if all(chosen[name] == value for name, value in row.get("if", {}).items())
    ]  # fmt: skip


def _samples(version, lists):
    """Yield people at every bound, just beside it, at the ends, and where nothing is given."""
    conditions = [
        (name, text)
        for table in (*version.get("row", []), *version.get("substitution", []))
        for name, text in table.get("when", {}).items()
    ]
    values = {}
    for name, text in conditions:
        item, mine = INPUTS[name], values.setdefault(name, set())
        if item.kind == "flag":
            mine |= {True, False}
        elif item.kind == "commune":
            mine |= {"99999"} | {code for codes in lists.values() for code in list(codes)[:1]}
        else:
            step = 1 if item.whole else 0.01
            bounds = [float(x) for x in re.findall(r"[\d.]+", text)]
            near = {b + d for b in bounds for d in (-step, 0, step)}
            near |= {item.minimum, item.maximum}
            near = {float(math.floor(x)) if item.whole else x for x in near}
            mine |= {x for x in near if item.minimum <= x <= item.maximum}
    for name, mine in values.items():
        if name not in version["required"] and INPUTS[name].default is None:
            mine.add(None)
    for combination in itertools.product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def _first(version, person, lists):
    own = dict(person)
    for substitution in reversed(version.get("substitution", [])):
        if all(_holds(text, own[n], lists) for n, text in substitution["when"].items()):
            person = {**person, substitution["input"]: substitution["value"]}
    for row in _rows_of(version):
        if all(_holds(text, person[n], lists) for n, text in row.get("when", {}).items()):
            return row["tranche"]
    return None


def _second_opinion(data, version):
    lists = {name: set(entry["values"]) for name, entry in data.get("list", {}).items()}
    return {_first(version, person, lists) for person in _samples(version, lists)}


TABLES = [
    (name, number)
    for name in list_rules()
    for number, version in enumerate(tomllib.loads(read_text(name))["version"])
    if "row" in version
]


@pytest.mark.parametrize("name", list_rules())
def test_nothing_is_found_in_a_rule_that_ships(name):
    assert [str(finding) for finding in check_rule(name)] == []


@pytest.mark.parametrize(("name", "number"), TABLES)
def test_a_plain_evaluation_of_shipped_tables_finds_each_row_and_no_open_case(name, number):
    data = tomllib.loads(read_text(name))
    version = data["version"][number]
    assert _second_opinion(data, version) == {row["tranche"] for row in _rows_of(version)}


_NUMBERS = st.sampled_from(["x <= {0}", "x < {0}", "x > {0}", "x >= {0}", "{0} < x <= {1}", "{0} <= x < {1}", "{0} < x < {1}"])  # fmt: skip


@st.composite
def _conditions(draw):
    when = {}
    if draw(st.booleans()):
        low = draw(st.integers(1, 4)) * 100
        high = low + 100 * draw(st.integers(1, 3))
        when["quotient_familial"] = draw(_NUMBERS).format(low, high)
    if draw(st.booleans()):
        low = draw(st.integers(1, 4)) * 10
        when["age"] = draw(_NUMBERS).format(low, low + 20)
    if draw(st.booleans()):
        when["etudiant"] = draw(st.booleans())
    if draw(st.integers(0, 2)) == 0:
        when["commune"] = draw(st.sampled_from(["in a", "not in a", "in b", "not in b"]))
    if draw(st.integers(0, 3)) == 0:
        when["echelon_bourse"] = draw(st.sampled_from(["x >= 5", "2 <= x < 5", "x > 7", "x < 2"]))
    return when


@st.composite
def _data(draw):
    """A file with one decision table, as data."""
    data = tomllib.loads(_table(_row("")))
    version = data["version"][0]
    inputs = ["quotient_familial", "age"]
    required = [name for name in inputs if draw(st.booleans())]
    version["required"] = required
    version["optional"] = [n for n in (*inputs, "etudiant", "commune", "echelon_bourse") if n not in required]  # fmt: skip
    version["row"] = [
        {"tranche": str(n), "when": when, "then": {"taux_reduction": n / 10}, "confidence": "official"}
        for n, when in enumerate(draw(st.lists(_conditions(), min_size=1, max_size=7)))
    ]  # fmt: skip
    version["substitution"] = [
        {"input": "quotient_familial", "value": value, "when": when, "source": "s", "confidence": "official"}
        for value in (100, 250)
        if draw(st.booleans()) and any("quotient_familial" in row["when"] for row in version["row"])
        for when in [draw(st.sampled_from([{"etudiant": True}, {"etudiant": True, "age": "x < 30"}]))]
    ]  # fmt: skip
    return data


@settings(max_examples=60)
@given(_data())
def test_open_cases_and_idle_rows_are_those_of_a_plain_evaluation(data):
    version = data["version"][0]
    table = parse_rule(data).version.table
    met = _second_opinion(data, version)
    assert bool(open_groups(table)) == (None in met)
    names = [row["tranche"] for row in version["row"]]
    assert {names[n] for n, _ in idle_rows(table)} == set(names) - met


@settings(max_examples=60)
@given(_data())
def test_the_rows_that_the_check_asks_for_close_the_table(data):
    version = data["version"][0]
    open_ = open_groups(parse_rule(data).version.table)
    assume(open_)
    for n, group in enumerate(open_):
        when = tomllib.loads(f"when = {group.when or '{}'}")["when"]
        assert all(word in group.words for word in when)
        version["row"].append(
            {"tranche": f"+{n}", "when": when, "then": {"taux_reduction": 0}, "confidence": "official"}
        )  # fmt: skip
    table = parse_rule(data).version.table
    assert not open_groups(table)
    first = len(table.rows) - len(open_)
    if all(group.when for group in open_):  # and each row that it asks for was needed
        assert not [n for n, before in idle_rows(table) if n >= first and max(before) < first]


# What is wrong is found where it is.

NANTES = read_text("nantes/transport")


def _lines(text, part):
    return [n for n, line in enumerate(text.splitlines(), 1) if part in line]


@pytest.mark.parametrize("name", list_rules())
@given(data=st.data())
def test_another_expected_value_is_refused_at_its_line(name, data):
    text = read_text(name)
    lines = _lines(text, "expect = {")
    line = data.draw(st.sampled_from(lines))
    parts = text.splitlines()
    mutated = re.sub(
        r"= ([\d.]+)", lambda m: f"= {float(m[1]) + 0.01:.2f}", parts[line - 1], count=1
    )
    assume(mutated != parts[line - 1])
    parts[line - 1] = mutated
    (finding,) = check_text("\n".join(parts))
    assert (finding.severity, finding.line) == ("error", line)
    assert re.search(r"expected \w+ [\d.]+, found ", finding.message)


@pytest.mark.parametrize("name", list_rules())
@given(data=st.data())
def test_a_source_taken_away_is_missed_where_it_was(name, data):
    text = read_text(name)
    lines = lines_of(text)
    needed = [
        path for path in lines
        if path[-1] == "source" and path[0] != "case" and "row" not in path
    ]  # fmt: skip
    path = data.draw(st.sampled_from(needed))
    parts = text.splitlines()
    parts[lines[path] - 1] = ""
    (finding,) = [f for f in check_text("\n".join(parts)) if f.severity == "error"]
    assert finding.line == lines[path[:-1]]
    assert "'source' is missing" in finding.message


@pytest.mark.parametrize(("name", "number"), TABLES)
@given(data=st.data())
def test_a_row_taken_away_is_missed_where_a_plain_evaluation_misses_it(name, number, data):
    text = read_text(name)
    lines = lines_of(text)
    rows = sorted(
        line for path, line in lines.items()
        if path[:3] == ("version", number, "row") and len(path) == 4
    )  # fmt: skip
    line = data.draw(st.sampled_from(rows))
    parts = text.splitlines()
    stop = next(n for n in range(line, len(parts)) if not parts[n].strip())
    del parts[line - 1 : stop]
    mutated = "\n".join(parts)
    found = tomllib.loads(mutated)
    missed = None in _second_opinion(found, found["version"][number])
    start = lines[("version", number)]
    findings = [f for f in check_text(mutated) if f.message.startswith("no row covers")]
    assert bool(findings) == missed
    assert {f.line for f in findings} <= {start}


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ('"350 < x <= 500"', '"351 < x <= 500"', "[[version]]",
         'no row covers quotient_familial above 350 and up to 351; add a row below the others with when = { quotient_familial = "350 < x <= 351" }'),
        ('"x > 900"', '"x >= 900.01"', "[[version]]", "no row covers quotient_familial above 900 and below 900.01"),
        ('"750 < x <= 900"', '"700 < x <= 900"', 'tranche = "750 < QF ≤ 900"', "overlaps the row '500 < QF ≤ 750, moins de 26 ans ou 60 ans et plus', which comes first and decides for quotient_familial above 700 and up to 750"),
        ('"26 <= x < 60"', '"x >= 0"', 'tranche = "500 < QF ≤ 750, moins', "never decides: all its cases are taken before it by '500 < QF ≤ 750, 26-59 ans'"),
    ],
)  # fmt: skip
def test_a_bound_that_is_shifted_is_found(old, new, line, expected):
    assert old in NANTES
    found = [f for f in check_text(NANTES.replace(old, new)) if expected in str(f)]
    assert found
    starts = _lines(NANTES, line)  # a row begins on the line above its name
    assert all(f.line in starts or f.line + 1 in starts for f in found)


def test_rows_that_change_places_are_found():
    text = _table(
        _row('quotient_familial = "x <= 500"', name="tous"),
        _row('quotient_familial = "x <= 500", age = "x < 26"', name="jeunes"),
        _row("", name="autres"), optional='"age"',
    )  # fmt: skip
    (finding,) = check_text(text)
    assert finding.message == "never decides: all its cases are taken before it by 'tous'"
    assert finding.where == "version 2026-01-01, row 'jeunes'"
    assert text.splitlines()[finding.line] == 'tranche = "jeunes"'


def test_a_row_that_nobody_can_meet_is_found():
    text = _table(_row('echelon_bourse = "x > 7"'), _row(""), required="", optional='"echelon_bourse"', case="")  # fmt: skip
    assert any("holds for no accepted value" in s or "hold for no accepted" in s for s in _said(text, "error"))  # fmt: skip


def test_what_is_not_given_is_a_case_of_its_own():
    text = _table(_row('quotient_familial = "x >= 0"'), required="", optional='"quotient_familial"')
    (finding,) = check_text(text)
    assert finding.message == "no row covers quotient_familial not given"
    assert "when = {}" in finding.remedy
    with pytest.raises(InputError):
        parse_rule(tomllib.loads(text)).compute()


def test_a_code_cannot_be_in_two_lists_that_share_none():
    text = _table(
        _row('commune = "in a"'), _row('commune = "in b"'),
        _row('commune = "not in a", age = "x > 3"'), _row('age = "x <= 3"'),
        required='"commune", "age"', case='commune = "44001", age = 2',
    )  # fmt: skip
    assert _said(text) == []


def test_only_rows_that_cross_each_other_are_told_to_overlap():
    crossing = _table(
        _row('quotient_familial = "x <= 500"', 0.9, name="bas"),
        _row('quotient_familial = "400 < x <= 700"', 0.5, name="milieu"), _row("", 0), taux=0.9,
    )  # fmt: skip
    (finding,) = check_text(crossing)
    assert finding.severity == "warning"
    assert "'bas', which comes first and decides for quotient_familial above 400 and up to 500" in finding.message  # fmt: skip
    same = crossing.replace("taux_reduction = 0.5", "taux_reduction = 0.9")
    nested = crossing.replace("400 < x", "x")
    beside = crossing.replace("400 < x", "500 < x")
    assert _said(same) == _said(nested) == _said(beside) == []


def test_every_choice_of_a_parameter_has_its_table_checked():
    parameter = """[[version.parameter]]
name = "partage"
value = "aucun"
choices = ["aucun", "par_age"]
confidence = "inferred"
source = "s"
"""
    text = _table(
        parameter,
        _row('quotient_familial = "x <= 500"'),
        _row('quotient_familial = "x > 500"', more='if = { partage = "aucun" }'),
        _row('quotient_familial = "x > 500", age = "x < 26"', more='if = { partage = "par_age" }'),
        required='"quotient_familial", "age"', case="quotient_familial = 1, age = 1",
    )  # fmt: skip
    (finding,) = check_text(text)
    assert finding.message == (
        "with partage = 'par_age', no row covers quotient_familial above 500, age from 26"
    )


def test_full_prices_scales_and_blocks_are_checked_too():
    full = """[[version.full_price]]
tranche = "{}"
when = {{ age = "{}" }}
value = 10
confidence = "official"
source = "s"
"""
    text = _table(
        full.format("jeunes", "x < 26"), full.format("enfants", "x < 12"), _row(""),
        required='"age"', case="age = 20",
    ).replace('"taux_reduction"]', '"taux_reduction", "prix_mensuel"]')  # fmt: skip
    assert [s.partition(": ")[2] for s in _said(text)] == [
        "version 2026-01-01: no full price covers age from 26; add a row below the others with when = "
        '{ age = "x >= 26" }, or with value = "missing" where the price is not known',
        "version 2026-01-01, full price 'enfants': never decides: all its cases are taken before "
        "it by 'jeunes'; move it up, narrow those rows, or take it out",
    ]
    scale = """[version.scale.ressources_mensuelles]
confidence = "official"
source = "s"
[[version.scale.ressources_mensuelles.row]]
when = {}
value = 1
[[version.scale.ressources_mensuelles.row]]
when = { en_couple = true }
value = 1.5
"""
    text = _table(
        scale, _row('ressources_mensuelles = "x <= 900"'), required='"ressources_mensuelles"',
        optional='"en_couple"', case="ressources_mensuelles = 1",
    )  # fmt: skip
    said = _said(text)
    assert any("no row covers ressources_mensuelles (divided by its scale) above 900" in s for s in said)  # fmt: skip
    assert any("row 2: never decides: all its cases are taken before it by 'number 1'" in s for s in said)  # fmt: skip


PARAMETER = """[[version.parameter]]
name = "plafond"
value = {}
{}
confidence = "official"
source = "s"
"""


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (PARAMETER.format(3, "# dit ailleurs"), "warning: version 2026-01-01, parameter plafond: a figure without a unit"),
        (PARAMETER.format(3, 'unit = "EUR/yaer" # x'), "the unit 'EUR/yaer' is not one of those in use; did you mean EUR/year"),
        (PARAMETER.format(3, 'unit = "BRL/month" # x'), "error: .* 'BRL/month' is not in EUR, the rule's currency"),
        (PARAMETER.format(3, 'unit = "EUR/month"'), "nothing is computed with this figure, and no comment or note"),
        (PARAMETER.format("[3, 4]", 'unit = "m3"'), "nothing is computed with this figure"),
        (PARAMETER.format('"a"', ""), None),
        (PARAMETER.format("2026-01-01", ""), None),
        ("# le plafond de la note\n" + PARAMETER.format(3, 'unit = "EUR/month"'), None),
    ],
)  # fmt: skip
def test_figures_have_units_and_a_reason(parameter, expected):
    said = _said(_table(parameter, _row('quotient_familial = "x >= 0"')))
    assert (said == []) if expected is None else any(re.search(expected, s) for s in said)
    assert len(said) <= 1


def test_a_note_explains_a_figure_by_its_name_or_its_value():
    for note in ("The plafond is another body's.", "Half a wage is 3 euros."):
        text = _table(PARAMETER.format(3, 'unit = "EUR"'), _row('quotient_familial = "x >= 0"'))
        assert _said(text.replace("[list.a]", f'notes = ["{note}"]\n[list.a]', 1)) == []


def test_inputs_that_nothing_reads_are_named_unless_a_comment_says_why():
    text = _table(_row('quotient_familial = "x >= 0"'), optional='"age"')
    assert "nothing is computed with the input age; take it out of optional" in _said(text)[0]
    assert _said(text.replace('["age"]', '["age"] # asked for, for statistics')) == []


@pytest.mark.parametrize(
    ("given_", "expect", "expected"),
    [
        ("quotient_familial = 1", 0.4, "expect: expected taux_reduction 0.4, found 0.5 (decided by 'tous')"),
        ("quotient_familial = 1", '"missing"', "expected taux_reduction 'missing', found 0.5"),
        ("quotient_familial = 1", '0.5, tranche = "autre"', "expected tranche 'autre', found 'tous'"),
        ("quotient_familial = -1", 0.5, "given: does not compute: quotient_familial: -1 must be between"),
        ("age = 3", 0.5, "does not compute: age is not an input of this rule"),
        ("", 0.5, "does not compute: quotient_familial"),
        ("quotient_familiale = 1", 0.5, "did you mean quotient_familial"),
        ("quotient_familial = [1]", 0.5, "expected one value, got [1]"),
        ("quotient_familial = 1", '0.5, prix_mensuel = 3', "'prix_mensuel' is no output"),
        ("quotient_familial = 1", '"0.5"', "expected a number or 'missing', got '0.5'"),
    ],
)  # fmt: skip
def test_a_worked_case_that_does_not_compute_is_an_error(given_, expect, expected):
    text = _table(_row('quotient_familial = "x >= 0"', name="tous"), case=given_, taux=expect)
    (finding,) = [f for f in check_text(text) if f.severity == "error"]
    assert expected in str(finding)
    assert text.splitlines()[finding.line - 1].startswith(("given", "expect"))


def test_versions_without_a_case_and_cases_without_a_version_or_source():
    text = _table(_row('quotient_familial = "x >= 0"'))
    late = text.replace("on = 2026-06-01", "on = 2027-06-01")
    assert [s.split(";")[0] for s in _said(late)] == [
        "warning: version 2026-01-01: no worked case tries this version",
        "error: case 1, on: the rule is known from 2026-01-01 to 2026-12-31, not on 2027-06-01",
    ]
    bare = text.rstrip().removesuffix('source = "s"')
    assert ["a worked case without a source" in s for s in _said(bare)] == [True]


@pytest.mark.parametrize("word", ["TODO", "à compléter", "À COMPLÉTER", "a completer", "a preencher", "FIXME", "???"])  # fmt: skip
def test_what_is_still_to_be_filled_in_does_not_pass(word):
    text = _table(_row('quotient_familial = "x >= 0"', more=f'source = "{word}"'))
    (finding,) = check_text(text)
    assert finding.severity == "error"
    assert text.splitlines()[finding.line - 1] == f'source = "{word}"'


def test_portuguese_says_todo_for_all():
    assert PLACEHOLDER.search("Reduzir a conta de todo o município") is None


def test_every_error_of_a_file_is_said_at_once_and_at_its_line():
    text = NANTES
    for old, new in (
        ('authority = "Nantes Métropole"', 'autority = "Nantes Métropole"'),
        ('"350 < x <= 500"', '"350 à 500"'),
        ("valid_from = 2023-05-01", 'valid_from = "2023-05-01"'),
        ("expect = { taux_reduction = 0.9 }", "expect = { taux = 0.9 }"),
        ("value = 13.40", "value = -1"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    findings = check_text(text)
    lines = text.splitlines()
    assert sorted((lines[f.line - 1].strip(), f.message) for f in findings if f.line) == sorted([
        ('autority = "Nantes Métropole"', "the key is unknown"),
        ('when = { quotient_familial = "350 à 500" }',
         "quotient_familial: '350 à 500' is no condition: write true, false, '500 < x <= 750', "
         "'x > 900', 'in LIST' or 'not in LIST' with a list of this file"),
        ('valid_from = "2023-05-01" # voted 2022-10-07, in force in May; the day of May is not known',
         "expected a date such as 2024-01-31, got '2023-05-01'"),
        ("expect = { taux = 0.9 }", "'taux' is no output"),
        ("value = -1", "-1 must be a number from 0 up"),
    ])  # fmt: skip
    (missing,) = [f for f in findings if f.line is None]
    assert "'authority' is missing" in missing.message
    quoted = next(f for f in findings if "got '2023-05-01'" in f.message)
    assert quoted.remedy == "take the quotes away"


def test_a_file_that_is_no_toml_has_one_error_at_its_line():
    (finding,) = check_text("format = 1\nname = \n")
    assert (finding.line, finding.severity) == (2, "error")
    (finding,) = check_text("format = 1\nnotes = [\n")
    assert finding.line in (2, 3)


def test_a_users_own_file_loads_as_a_shipped_one_and_cases_are_left_to_the_check(tmp_path):
    path = tmp_path / "transport.toml"
    path.write_text(NANTES.replace("expect = { taux_reduction = 0.9 }", "expect = { taux_reduction = 0.8 }", 1), "utf-8")  # fmt: skip
    own, shipped = (load_rule(name, on="2020-10-01") for name in (str(path), "nantes/transport"))
    assert own.version == shipped.version
    (finding,) = check_rule(str(path))
    assert "expected taux_reduction 0.8, found 0.9" in finding.message


def test_an_error_of_load_rule_names_the_line(tmp_path):
    path = tmp_path / "transport.toml"
    path.write_text(NANTES.replace('"350 < x <= 500"', '"350 à 500"', 1), "utf-8")
    line = _lines(NANTES, '"350 < x <= 500"')[0]
    with pytest.raises(RuleError, match=rf"transport.toml:{line}: version 2016-01-01, row '350"):
        load_rule(str(path), on="2020-10-01")
    with pytest.raises(RuleError, match="cannot be read"):
        check_rule(str(tmp_path / "absent.toml"))


ODD = ["true", '"x"', "[]", "{}", "1979-05-27", "nan", "-1", "[1]", '["x"]', "1e12", "{ x = 1 }", '""', "[{}]"]  # fmt: skip


@pytest.mark.parametrize("name", list_rules())
@settings(max_examples=60)
@given(data=st.data())
def test_no_file_however_odd_ends_in_anything_but_findings(name, data):
    parts = read_text(name).splitlines()
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
    try:
        parse_rule(tomllib.loads(text))
    except (FormatError, tomllib.TOMLDecodeError):
        assert any(finding.severity == "error" for finding in findings)
    for finding in findings:
        assert "\n" not in str(finding)
        assert finding.line is None or 1 <= finding.line <= len(parts)


def test_the_last_day_of_a_file_is_never_invented():
    text = NANTES.replace("known_until = 2026-12-31", 'known_until = "bientôt"')
    assert [f.where for f in check_text(text)] == ["known_until"]
    assert read_rule("nantes/transport").versions[-1].valid_to < dt.date.max


def test_the_command_says_each_finding_on_a_line_and_ends_with_1_for_errors(tmp_path, capsys):
    path = tmp_path / "a.toml"
    path.write_text(_table(_row('quotient_familial = "x < 500"')), "utf-8")
    assert main(["check", str(path), "nantes/eau"]) == 1
    start = _lines(path.read_text("utf-8"), "[[version]]")[0]
    assert capsys.readouterr().out.splitlines() == [
        f"{path}:{start}: error: version 2026-01-01: no row covers quotient_familial from 500; "
        'add a row below the others with when = { quotient_familial = "x >= 500" }',
        f"{path}: 1 error, 0 warnings",
        "nantes/eau: 0 errors, 0 warnings",
    ]
    assert main(["check", str(path), "--format", "json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding == {
        "file": str(path), "line": start, "severity": "error", "where": "version 2026-01-01",
        "message": "no row covers quotient_familial from 500",
        "remedy": 'add a row below the others with when = { quotient_familial = "x >= 500" }',
    }  # fmt: skip


def test_warnings_fail_only_when_asked(tmp_path, capsys):
    path = tmp_path / "a.toml"
    path.write_text(_table(_row('quotient_familial = "x >= 0"'), optional='"age"'), "utf-8")
    assert main(["check", str(path)]) == 0
    assert "0 errors, 1 warning\n" in capsys.readouterr().out
    assert main(["check", "--strict", str(path)]) == 1
    assert main(["check", "nantes/eau", "--strict"]) == 0


@pytest.mark.parametrize("arguments", [[], ["absent.toml"], ["nantes/bus"]])
def test_what_cannot_be_checked_is_one_line(arguments, capsys):
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_number_that_is_only_asked_for_computes_and_one_not_given_meets_nothing():
    text = _table(_row('quotient_familial = "x >= 0"', 0.5), _row("", 0.25), required="", optional='"quotient_familial"')  # fmt: skip
    rule = parse_rule(tomllib.loads(text))
    assert rule.compute(quotient_familial=[0, 12.5]).taux_reduction.tolist() == [0.5, 0.5]
    assert rule.compute().taux_reduction == 0.25
    assert rule.compute(revenu_fiscal_reference=12.0, nombre_parts=1).taux_reduction == 0.5


def test_a_mistyped_input_hides_no_error_of_the_rows():
    text = NANTES.replace('optional = ["age", ', 'optional = ["aje", ', 1)
    text = text.replace('"x <= 350" }', '"x ≤ 350" }', 1).replace("= 0.9 }", "= 90 }", 1)
    messages = " ".join(f.message for f in check_text(text))
    assert "input 'aje' is unknown" in messages
    assert "'x ≤ 350' is no condition" in messages
    assert "taux_reduction is a share from 0 to 1" in messages
