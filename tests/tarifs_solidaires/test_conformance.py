"""Cases that others wrote are run as they mean them; what is not understood is said."""

import json
import os
import re
from fractions import Fraction
from pathlib import Path

import pytest
from people_strategies import ALL_KINDS, OWN, TRANSPORT

from tarifs_solidaires import RuleError, TableError, conform, list_rules, load_rule
from tarifs_solidaires.people.conformance import Difference
from tarifs_solidaires.people.mapping import number_of, read_map
from tarifs_solidaires.rules.load import read_rule

# Tests as openfisca-france-local has them, written anew: vectors, one value, values by period, a sum.
VECTOR = """
- name: Le quotient par tranches
  period: 2020-10
  input:
    aah: [0, 0, 0, 600]
    quotient:
      2018: [0, 351, 501, 601]
  output:
    montant: [100, 90, 70, 100]
- period: 2020-10
  absolute_error_margin: 0.5
  input:
    rfr: 1000
    nbptr: "2"
  output:
    quotient: 1000 / 2 / 12
    montant: 99.6
"""
VECTOR_MAP = """
[names]
quotient = "quotient_familial"
rfr = "revenu_fiscal_reference"
nbptr = "nombre_parts"
aah = { name = "beneficiaire_aah", above = 0 }
montant = { name = "taux_reduction", factor = 0.01 }
"""
HOUSEHOLD = """
name: Un couple et son enfant
period: 2021-06
input:
  famille:
    parents: [ana, luc]
    enfants: [lea]
  foyers_fiscaux:
    f1:
      declarants: [ana, luc]
      personnes_a_charge: [lea]
      revenu: 600
      nationalite: FR
  menage:
    personne_de_reference: ana
    conjoint: luc
    enfants: [lea]
    depcom: 2A004
  individus:
    ana:
      naissance: 1980-05-01
      bourse: 0
    luc:
      naissance: 1975-01-01
      bourse: 1
    lea:
      naissance: 2010-01-01
      salaire: {2021-04: 10, 2021-05: 20}
output:
  prix: [30.00, 30.00, 26.00]
  individus:
    luc:
      droit: entier
"""
HOUSEHOLD_MAP = """
ignore = ["nationalite"]
[given]
personnes = 3
resident = true
statut = "reduit"
[names]
foyers_fiscaux.revenu = "revenu"
depcom = "commune"
bourse = "boursier"
"""


def run(tmp_path, rule, text, mapping="", suffix="yaml", **more):
    cases = tmp_path / f"cases.{suffix}"
    cases.write_text(text, "utf-8")
    if mapping:
        (tmp_path / "map.toml").write_text(mapping, "utf-8")
        more["mapping"] = tmp_path / "map.toml"
    return conform(rule, cases, **more)


# ---- CSV ---------------------------------------------------------------------------------------


def test_columns_are_inputs_and_expected_outputs_under_three_names(tmp_path):
    text = "name,on,quotient_familial,age,expect_taux_reduction,expected_tranche,prix_mensuel,id\n"
    text += "a,2024-10-01,350,30,1,QF ≤ 350,0,7\nb,2024-10-01,420,30,0.9,,,8\nc,2024-10-01,420,30,0.8,QF ≤ 350,,9\n"
    found = run(tmp_path, "nantes/transport", text, suffix="csv")
    assert [v.status for v in found.verdicts] == ["agrees", "agrees", "differs"]
    assert [len(v.compared) for v in found.verdicts] == [3, 1, 2]
    assert list(map(str, found.verdicts[2].differences)) == [
        "taux_reduction is 0.9, expected 0.8 (+0.1)",
        "tranche is '350 < QF ≤ 500', expected 'QF ≤ 350'",
    ]
    assert not found.conforms
    assert found.unmapped == {}
    assert re.search(r"cases\.csv:4: c on 2024-10-01: taux_reduction is 0\.9", str(found))


def test_every_kind_of_value_is_read_from_text(tmp_path):
    text = (
        "revenu;personnes;resident;statut;commune;naissance;boursier;prix;droit;prioritaire;part\n"
    )
    text += "600,50;5;oui;reduit;2A004;1980-05-01;;30,01;partiel;vrai;0,6\n"
    text += "600,50;5;non;plein;2A004;1980-05-01;1;missing;aucun;1;missing\n"
    found = run(tmp_path, ALL_KINDS, text, suffix="csv")
    assert [str(d) for v in found.verdicts for d in v.differences] == []
    assert found.conforms
    assert len(found.verdicts[0].compared) == 4


def test_a_case_of_its_own_day_takes_the_rule_of_that_day(tmp_path):
    text = "on,quotient_familial,age,taux_reduction\n2020-10-01,550,30,0.7\n2023-06-01,550,20,0.5\n,550,20,0.5\n"
    found = run(tmp_path, "nantes/transport", text, suffix="csv", on="2023-06-01")
    assert found.conforms
    found = run(tmp_path, "nantes/transport", text, suffix="csv")
    assert str(found.verdicts[2].reasons[0]) == "it has no day; give one with on"
    draft = TRANSPORT.replace(rows={"QF > 900": {"taux_reduction": 0.1}})
    text = "quotient_familial,age,taux_reduction\n950,30,0.1\n"
    assert run(tmp_path, draft, text, suffix="csv").conforms


def test_what_cannot_be_computed_is_no_agreement(tmp_path):
    text = "on,quotient_familial,age,expect_taux_reduction\n2023-06-01,-1,30,1\n1990-01-01,1,30,1\n"
    text += "2023-06-01,much,30,1\n2023-06-01,420,30,high\n31/12/2023,1,1,1\n2023-06-01,,30,1\n"
    found = run(tmp_path, "nantes/transport", text, suffix="csv")
    assert found.counts == {"agrees": 0, "differs": 0, "not_computed": 6, "nothing_compared": 0}
    shown = str(found)
    for words in ("quotient_familial: -1 is not between", "is known from 2016-01-01", "'much' is not a number",
                  "'high' is not a number", "'31/12/2023' is not a day", "is missing: this rule"):  # fmt: skip
        assert words in shown


def test_a_name_that_is_not_understood_is_reported_with_its_cases(tmp_path):
    text = "on,quotient_familial,age,revenue,expect_price,taux_reduction\n2023-06-01,420,30,1,2,0.9\n2023-06-01,420,30,,,0.9\n"
    found = run(tmp_path, "nantes/transport", text, suffix="csv")
    assert found.unmapped == {"price": 1, "revenue": 1}
    assert found.conforms
    assert "names that were not understood and left out (cases): price (1), revenue (1)" in str(
        found
    )


def test_nothing_that_is_compared_is_no_agreement(tmp_path):
    found = run(
        tmp_path, "nantes/transport", "on,quotient_familial,age\n2023-06-01,420,30\n", suffix="csv"
    )
    assert found.counts["nothing_compared"] == 1
    assert not found.conforms


@pytest.mark.parametrize("name", list_rules())
def test_the_own_cases_of_a_rule_conform_as_csv(name, tmp_path):
    file, _ = read_rule(name)
    names = list(dict.fromkeys(n for case in file.case for n in case.given))
    wanted = list(dict.fromkeys(n for case in file.case for n in case.expect))
    head = ["on", *names, *(f"expect_{n}" for n in wanted)]

    def cell(value):
        if isinstance(value, bool):
            return str(value).lower()
        value = str(float(value)) if isinstance(value, Fraction) else str(value)
        return f'"{value}"'

    rows = [
        ",".join([str(case.on), *(cell(case.given.get(n, "")) for n in names),
                  *(cell(case.expect.get(n, "")) for n in wanted)])
        for case in file.case
    ]  # fmt: skip
    found = run(tmp_path, name, "\n".join([",".join(head), *rows]) + "\n", suffix="csv")
    assert [d for v in found.verdicts for d in v.differences] == []
    assert not any(v.reasons for v in found.verdicts)
    assert found.counts["agrees"] > 0
    assert not found.unmapped


# ---- OpenFisca ---------------------------------------------------------------------------------


def test_vectors_periods_sums_and_margins_of_openfisca(tmp_path):
    found = run(tmp_path, "nantes/transport", VECTOR, VECTOR_MAP)
    assert [v.name for v in found.verdicts[:2]] == ["Le quotient par tranches [0]", "Le quotient par tranches [1]"]  # fmt: skip
    assert found.conforms
    assert len(found.verdicts) == 5
    (close,) = found.within_margin
    assert (close.by, close.margin) == (Fraction(4, 1000), Fraction(5, 1000))
    assert "equal within their margin only: 1, at most 0.004 away" in str(found)
    without = run(tmp_path, "nantes/transport", VECTOR.replace("  absolute_error_margin: 0.5\n", ""), VECTOR_MAP)  # fmt: skip
    assert str(without.verdicts[4].differences[0]) == "taux_reduction is 1, expected 0.996 (+0.004)"
    relative = VECTOR.replace("absolute_error_margin: 0.5", "relative_error_margin: 0.01")
    assert run(tmp_path, "nantes/transport", relative, VECTOR_MAP).conforms


def test_a_person_of_a_household_has_what_the_groups_have(tmp_path):
    found = run(tmp_path, ALL_KINDS, HOUSEHOLD, HOUSEHOLD_MAP)
    (verdict,) = found.verdicts  # the output names luc
    assert [(d.output, d.got) for d in verdict.compared] == [
        ("prix", Fraction(30)),
        ("droit", "entier"),
    ]
    assert verdict.status == "agrees"
    assert found.unmapped == {}
    plain = HOUSEHOLD.partition("  individus:\n    luc:\n      droit")[0]
    for person, price in (('"lea"', "26"), ("0", "30"), ('"conjoint"', "30"), ('"enfants"', "26")):
        found = run(tmp_path, ALL_KINDS, plain, f"person = {person}\n{HOUSEHOLD_MAP}")
        assert found.conforms
        assert str(found.verdicts[0].compared[0].got) == price
    assert found.unmapped == {"individus.salaire": 1}
    nobody = run(tmp_path, ALL_KINDS, plain, f'person = "max"\n{HOUSEHOLD_MAP}')
    assert "there is no person 'max'" in str(nobody.verdicts[0].reasons[0])
    assert nobody.counts["not_computed"] == 1


@pytest.mark.parametrize(
    ("entry", "salary", "expected"),
    [
        ('{ name = "revenu", take = "sum" }', "{2021-04: 200, 2021-05: 301}", 30.01),
        ('{ name = "revenu", take = "last" }', "{2021-04: 200, 2021-05: 600}", 31),
        ('"revenu"', "{2021-05: 200, 2021-06: 600}", 31),
        ('"revenu"', "{2019: 600}", 31),
        ('"revenu"', "600", 31),
        ('{ name = "revenu", factor = 0.5 }', "1200", 31),
    ],
)
def test_values_by_period_are_taken_as_the_map_says(tmp_path, entry, salary, expected):
    text = f"""
period: 2021-06
input:
  salaire: {salary}
  etat: actif
output:
  prix: {expected}
"""
    mapping = f"""
[given]
personnes = 1
resident = true
statut = "plein"
naissance = "1980-01-01"
commune = "2A004"
[names]
salaire = {entry}
etat = {{ name = "boursier", values = {{ actif = false, etudiant = true }} }}
"""
    found = run(tmp_path, ALL_KINDS, text, mapping)
    got = float(found.verdicts[0].compared[0].got)
    revenue = {30.01: 501, 31: 600}[expected]
    assert got == pytest.approx(24 + revenue / 100)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("period: 2021-06\ninput: {salaire: {2021-01: 1, 2021-02: 2}}\noutput: {prix: 1}\n", "has several periods"),
        ("period: juin\ninput: {salaire: 1}\noutput: {prix: 1}\n", "period: 'juin' is not a day"),
        ("period: 2021-13\ninput: {salaire: 1}\noutput: {prix: 1}\n", "period: '2021-13' is not a day"),
        ("period: 2021-06\ninput: {salaire: [1, 2], etat: [a, b, c]}\noutput: {prix: 1}\n", "lists of 2 and 3 values"),
        ("period: 2021-06\ninput: {salaire: 1, etat: marié}\noutput: {prix: 1}\n", "'marié' is not in the values"),
        ("period: 2021-06\ninput: {salaire: 1, paie: 2}\noutput: {prix: 1}\n", "are both revenu"),
        ("period: 2021-06\ninput: {salaire: __import__('os')}\noutput: {prix: 1}\n", "is not a number"),
        ("period: 2021-06\ninput: [1]\noutput: {prix: 1}\n", "input and output must be names"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_used_says_why(tmp_path, text, reason):
    mapping = '[names]\nsalaire = "revenu"\npaie = "revenu"\n'
    mapping += 'etat = { name = "boursier", values = { actif = false } }\n'
    found = run(tmp_path, ALL_KINDS, text, mapping)
    assert found.counts["not_computed"] == 1
    assert reason in str(found.verdicts[0].reasons[0])


def test_a_number_that_no_float_holds_is_refused(tmp_path):
    text = (
        "period: 2020-10\ninput: {quotient_familial: "
        + "9" * 400
        + "}\noutput: {taux_reduction: 1}\n"
    )
    found = run(tmp_path, "nantes/transport", text)
    assert str(found.verdicts[0].reasons[0]).startswith("quotient_familial: expected a number")


def test_keys_of_a_test_that_change_its_result_are_reported(tmp_path):
    text = VECTOR.replace("  period: 2020-10\n", "  period: 2020-10\n  reforms: [a.b.c]\n", 1)
    assert run(tmp_path, "nantes/transport", text, VECTOR_MAP).unmapped == {"reforms": 4}


BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\noutput: {prix: *b}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, r"cases\.yaml:1: anchors are refused"),
        ("!!python/object/apply:os.system ['true']\n", "a test has an input and an output"),
        ("- output: {x: !!python/name:os.system ''}\n", "not YAML"),
        ("a: [" * 400, "not YAML"),
        ("output: " + "[" * 60 + "]" * 60, "too many lists in lists"),
        ("output: {x: 1}\noutput: {x: 2}\n", "'output' appears twice"),
        ("- name: a\n", "a test has an input and an output"),
        ("just words\n", "a test has an input and an output"),
        ("---\na: 1\n---\nb: 2\n", "not YAML"),
        ("output: {x: " + "9" * 5000 + "}\n", "not YAML"),
        ("output: {x: 2020-99-99}\n", "not YAML"),
        ("", "there is no case"),
        ("\x00", "not YAML"),
    ],
)
def test_a_yaml_file_of_another_kind_is_refused_in_one_line(tmp_path, text, message):
    with pytest.raises(TableError, match=message) as error:
        run(tmp_path, ALL_KINDS, text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300 + len(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,name\n1,2\n", "the column 'name' appears twice"),
        ("a,b\n1\n", r"cases\.csv:2: there are 1 cells where the header has 2"),
        ('a,b\n"1,2\n', r"cannot be read"),
        ("a,b\n", "there is no case"),
    ],
)
def test_a_csv_file_of_another_kind_is_refused_in_one_line(tmp_path, text, message):
    with pytest.raises(TableError, match=message):
        run(tmp_path, ALL_KINDS, text, suffix="csv")


def test_files_that_are_none_are_refused(tmp_path):
    for name, message in (("absent.yaml", "cannot be read"), ("x.json", r"neither \.csv nor"),
                          ("folder.yaml", "is a folder")):  # fmt: skip
        (tmp_path / "folder.yaml").mkdir(exist_ok=True)
        with pytest.raises(TableError, match=message):
            conform(ALL_KINDS, tmp_path / name)
    (tmp_path / "latin.csv").write_bytes(b"\xe9\n")
    with pytest.raises(TableError, match="not UTF-8"):
        conform(ALL_KINDS, tmp_path / "latin.csv")
    (tmp_path / "large.csv").write_bytes(b"a\n" * 3_000_000)
    with pytest.raises(TableError, match="more than 5,000,000 bytes"):
        conform(ALL_KINDS, tmp_path / "large.csv")
    with pytest.raises(
        RuleError, match="there is no rule 'nantes/transprot'; did you mean nantes/transport"
    ):
        run(tmp_path, "nantes/transprot", VECTOR)
    with pytest.raises(TableError, match="'soon' is not a day"):
        run(tmp_path, "nantes/transport", VECTOR, on="soon")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nams = {}\n", "the key 'nams' is unknown; did you mean names"),
        ("[names]\na = 1\n", "a is neither a name nor a table with one"),
        (
            '[names]\na = { name = "b", factr = 1 }\n',
            "a: the key 'factr' is unknown; did you mean factor",
        ),
        ('[names]\na = { name = "b", factor = "x" }\n', "factor and above must be numbers"),
        ('[names]\na = { name = "b", take = "first" }\n', "take must be sum or last"),
        ("ignore = 3\n", "ignore is not a list of names"),
        ("person = true\n", "person is neither a name nor a position"),
        ("names = 3\n", "names and given are not tables"),
        ("[names\n", "not TOML"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "map.toml"
    path.write_text(text, "utf-8")
    with pytest.raises((TableError, RuleError), match=message):
        read_map(path)


def test_a_name_of_an_entity_counts_before_the_name_alone(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text('[names]\nrevenu = "a"\nfoyer.revenu = "b"\n"x.y" = "c"\n', "utf-8")
    with pytest.raises((TableError, RuleError)):
        read_map(tmp_path / "absent.toml")
    names = read_map(path)
    assert names.entry("foyer.revenu").name == "b"
    assert names.entry("menage.revenu").name == "a"
    assert names.entry("x.y").name == "c"
    assert names.entry("z") is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.1, Fraction(1, 10)), ("2,20", Fraction(11, 5)), ("1000 / 2 / 12", Fraction(125, 3)),
        ("-3", -3), (True, 1), ("(1 + 2) * 3", 9), (float("inf"), None),
        ("age", None), (None, None), ("1 / 0", None), ("9" * 200, None), ([1], None),
    ],
)  # fmt: skip
def test_a_number_of_others_is_read_exactly_or_not_at_all(value, number):
    if number is None:
        with pytest.raises(ValueError, match="is not a number"):
            number_of(value)
    else:
        assert number_of(value) == number


def test_a_difference_says_by_how_much():
    third = Difference(output="x", expected=Fraction(1, 3), got=Fraction("0.3333333333333333"))
    assert third.equal  # the float nearest to a third
    assert str(Difference(output="x", expected=Fraction(2), got=None)) == "x is missing, expected 2"
    wrong = Difference(output="x", expected=Fraction(2), got=Fraction(1), margin=Fraction(1, 2))
    assert (wrong.within, str(wrong)) == (False, "x is 1, expected 2 (-1), margin 0.5")
    assert not Difference(output="x", expected=True, got="vrai").within


def test_the_whole_goes_to_json_and_html(tmp_path):
    found = run(tmp_path, "nantes/transport", VECTOR, VECTOR_MAP)
    data = json.loads(json.dumps(found.to_dict()))
    assert data["conforms"] is True
    assert data["within_margin"] == 1
    assert data["cases"][4]["compared"][1]["by"] == 0.004
    assert found._repr_html_().startswith("<pre>nantes/transport: 5 cases: 5 as expected")


def test_a_rule_beyond_its_last_known_day_says_so(tmp_path):
    text = "on,quotient_familial,age,taux_reduction\n2040-10-01,350,30,1\n"
    assert not run(tmp_path, "nantes/transport", text, suffix="csv").conforms
    found = run(tmp_path, "nantes/transport", text, suffix="csv", beyond="last_known")
    assert found.conforms
    last = load_rule("nantes/transport", "2040-10-01", beyond="last_known").last_known
    assert f"used beyond what is known: the rule of {last}" in str(found)


def test_rules_of_a_folder_are_found(tmp_path):
    (tmp_path / "essai").mkdir()
    text = (OWN / "nothing_required.toml").read_text("utf-8")
    (tmp_path / "essai" / "sans.toml").write_text(text, "utf-8")
    found = run(
        tmp_path, "essai/sans", "rsa,taux\n1,1\n", suffix="csv", on="2021-01-01", folders=[tmp_path]
    )
    assert found.conforms


LOCAL = os.environ.get("OPENFISCA_FRANCE_LOCAL_TESTS")


@pytest.mark.skipif(not LOCAL, reason="set OPENFISCA_FRANCE_LOCAL_TESTS to the tests of its wheel")
def test_the_tests_of_openfisca_france_local_are_all_read():
    count = 0
    for path in sorted([*Path(LOCAL).rglob("*.yaml"), *Path(LOCAL).rglob("*.yml")]):
        found = conform("strasbourg/periscolaire", path)
        assert not [
            r for v in found.verdicts for r in map(str, v.reasons) if "person" in r or "lists" in r
        ]
        count += len(found.verdicts)
    assert count > 600
