"""What a citizen reads."""

import itertools
import json
import math
import re
from fractions import Fraction

import html5lib
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tarifs_solidaires.facts import Person
from tarifs_solidaires.rule_file import read_rule, read_text

from tarifs_solidaires import InputError, list_rules, load_rule
from tarifs_solidaires.cli import main

RULE = load_rule("nantes/transport", on="2023-06-01")
HOSTILE = "<script>alert('1')</script> \"&amp;\" | `x` **y** [z](javascript:1)\n# h\u202e\x1b[0m"

# A rule with all that a decision table can have: a scale, a substitution, a full price, a result
# that is not known, and words that no page should trust.
MADE = r"""
format = 1
name = "essai/transport"
shape = "decision_table"
per = "personne"
title = { fr = HOSTILE, en = HOSTILE, pt = HOSTILE }
purpose = { fr = HOSTILE, en = HOSTILE, pt = HOSTILE }
outputs = ["taux_reduction", "prix_mensuel"]
authority = HOSTILE
currency = "CAD"
known_until = 2030-12-31
origin = { ressources_mensuelles = "administration" }

[list.ville]
source = "essai"
confidence = "official"
values = ["44109", "44114"]

[[version]]
valid_from = 2020-01-01
source = HOSTILE
required = ["ressources_mensuelles", "age"]
optional = ["en_couple", "nombre_enfants", "etudiant", "echelon_bourse", "commune"]

  [[version.parameter]]
  name = "choix"
  value = HOSTILE
  confidence = "inferred"
  source = HOSTILE

  [version.scale.ressources_mensuelles]
  each = { nombre_enfants = 0.35 }
  confidence = "official"
  source = "essai"
    [[version.scale.ressources_mensuelles.row]]
    when = { en_couple = true }
    value = 1.5
    [[version.scale.ressources_mensuelles.row]]
    when = {}
    value = 1

  [[version.substitution]]
  input = "ressources_mensuelles"
  value = 950
  when = { etudiant = true, echelon_bourse = "x >= 4" }
  confidence = "official"
  source = "essai"

  [[version.row]]
  tranche = HOSTILE
  when = { commune = "not in ville" }
  then = { taux_reduction = "missing" }
  confidence = "official"
  [[version.row]]
  tranche = "petites ressources"
  when = { ressources_mensuelles = "x <= 900" }
  then = { taux_reduction = 1 }
  confidence = "official"
  [[version.row]]
  tranche = "ressources moyennes, jeune"
  when = { ressources_mensuelles = "x < 1200", age = "x < 26" }
  then = { taux_reduction = 0.85 }
  confidence = "secondary"
  [[version.row]]
  tranche = "ressources moyennes"
  when = { ressources_mensuelles = "x <= 1500" }
  then = { taux_reduction = 0.5 }
  confidence = "secondary"
  [[version.row]]
  tranche = "autres"
  when = {}
  then = { taux_reduction = 0 }
  confidence = "official"

  [[version.full_price]]
  tranche = "moins de 18 ans"
  when = { age = "x < 18" }
  value = 20.50
  confidence = "official"
  source = "essai"
  [[version.full_price]]
  tranche = "18 ans et plus"
  when = {}
  value = 53.90
  confidence = "official"
  source = "essai"
"""
BLOCKS = """
format = 1
name = "essai/eau"
shape = "block_tariff"
per = "foyer"
title = { fr = "Eau", en = "Water", pt = "Água" }
purpose = { fr = "Essayer", en = "To try", pt = "Tentar" }
outputs = ["facture", "aide_annuelle"]
authority = "Essai"
known_until = 2030-12-31

[[version]]
valid_from = 2020-01-01
source = "essai"
required = ["volume_m3"]
optional = ["beneficiaire_css", "nombre_personnes"]
  [[version.parameter]]
  name = "aide_par_personne"
  value = 12
  unit = "EUR/year"
  confidence = "secondary"
  source = "essai"
  [[version.parameter]]
  name = "personnes_sans_aide"
  value = 5
  unit = "persons"
  confidence = "secondary"
  source = "essai"
  [[version.block]]
  tranche = "jusqu'à 80 m³"
  up_to = 80
  price = 0.89
  confidence = "secondary"
  source = "essai"
    [[version.block.variant]]
    when = { beneficiaire_css = true }
    price = 0.34
    confidence = "secondary"
    source = "essai"
  [[version.block]]
  tranche = "de 80 à 200 m³"
  up_to = 200
  price = 1.66
  confidence = "secondary"
  source = "essai"
  [[version.block]]
  tranche = "au-delà de 200 m³"
  price = 2.20
  confidence = "secondary"
  source = "essai"
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    file = tmp_path_factory.mktemp("rules") / "made.toml"
    file.write_text(MADE.replace("HOSTILE", json.dumps(HOSTILE)), encoding="utf-8")
    return load_rule(str(file), on="2024-01-01")


@pytest.fixture(scope="session")
def blocks(tmp_path_factory):
    file = tmp_path_factory.mktemp("rules") / "blocks.toml"
    file.write_text(BLOCKS, encoding="utf-8")
    return load_rule(str(file), on="2024-01-01")


def plain(text):
    return text.replace("\xa0", " ")


def cases():
    """Every worked example of every rule that ships."""
    for name in list_rules():
        for number, case in enumerate(read_rule(name).cases):
            yield pytest.param(name, case, id=f"{name}-{number}")


EVERY_CASE = pytest.mark.parametrize(("name", "case"), list(cases()))


# The words


def test_the_text_says_the_result_the_reason_and_what_would_change_it():
    text = plain(RULE.compute(quotient_familial=620, age=30).explain(lang="fr"))
    assert text.splitlines()[:7] == [
        "Votre réduction est de 70 %.",
        "Règle qui décide : 500 < QF ≤ 750, 26-59 ans.",
        "Pourquoi : quotient familial 620 €, plus de 500 € et au plus 750 € ; âge 30 ans, au moins 26 ans et moins de 60 ans.",
        "Avec un quotient familial de 500 € ou moins, votre réduction serait de 90 % : il s'en faut de 120 € par mois.",
        "Avec un quotient familial de plus de 750 €, votre réduction serait de 30 % : il reste 130 € par mois.",
        "En dessous de 26 ans, votre réduction serait de 50 %.",
        "À partir de 60 ans, votre réduction serait de 50 % : dans 30 ans.",
    ]
    assert "« 350 < QF ≤ 500 » ne s'applique pas : quotient familial 620 €, plus de 500 €." in text
    assert "quotient familial : 620 € (attestation)" in text
    assert "du 1er mai 2023 au 30 juin 2024" in text
    assert "R. 311-3-1-2" in text
    assert "CADA" in text


def test_an_income_is_told_as_the_quotient_that_it_makes():
    result = RULE.compute(revenu_fiscal_reference=18_000, nombre_parts=2.5, age=30)
    text = plain(result.explain())
    assert "18 000 € / 12 / 2,5 = 600 €" in text
    assert "Cela fait 3 000 € de revenu fiscal de référence par an." in text
    below, above = result.explain().to_dict()["changes"][:2]
    assert (below["gap"], below["income_gap"]) == (100, 3000)
    assert (above["gap"], above["income_gap"]) == (150, 4500)


def test_one_cent_of_income_beyond_a_threshold_shows_on_its_side():
    text = plain(
        RULE.compute(revenu_fiscal_reference=15_000.01, nombre_parts=2.5, age=30).explain()
    )
    assert "quotient familial 500,0003 €, plus de 500 €" in text
    assert "il s'en faut de moins de 0,01 € par mois. Cela fait 0,01 € de revenu" in text


def test_who_is_exactly_at_a_threshold_is_told_so():
    text = RULE.compute(quotient_familial=750, age=30).explain(lang="en")
    assert "more than €750, your reduction would be 30%: you are exactly at this threshold." in text


def test_nothing_that_would_change_is_said_too():
    result = RULE.compute(quotient_familial=2000, age=30, beneficiaire_aah=True)
    assert (
        "No other value of these would change the result: family quotient, age."
        in result.explain(lang="en")
    )
    assert result.explain().facts.changes == ()


def test_a_monthly_price_is_told_as_an_operation():
    rule = load_rule("nantes/transport", on="2024-09-01")
    text = plain(rule.compute(quotient_familial=620, age=30).explain())
    assert text.startswith("Votre réduction est de 70 %. Votre prix est de 16,17 € par mois.\n")
    assert "prix = plein tarif 53,90 € (26-59 ans) × (1 − 70 %) = 16,17 €" in text


def test_a_price_that_is_not_known_is_said():
    rule = load_rule("nantes/transport", on="2025-09-01")
    text = rule.compute(quotient_familial=620, age=30).explain(lang="en")
    assert "Monthly price: not known, because the sources of the rule give no figure" in text
    assert text.to_dict()["result"]["prix_mensuel"] is None


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "42 € par an"), ("en", "€42 a year"), ("pt", "€ 42 por ano")]
)
def test_the_water_aid_is_explained_in_three_languages(lang, said):
    rule = load_rule("nantes/eau", on="2016-06-15")
    text = rule.compute(nombre_personnes=4, ressources_annuelles=12_000).explain(lang=lang)
    assert said in plain(text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ressources_annuelles": 20_000}, "aucune aide n'est due"),
        ({"ressources_annuelles": 20_000}, "il s'en faut de 16 650 € par an"),
        ({"ressources_annuelles": 1, "commune": "75056"}, "75056 est hors du territoire"),
    ],
)
def test_a_refusal_of_the_water_aid_says_why(given, said):
    rule = load_rule("nantes/eau", on="2016-06-15")
    assert said in plain(rule.compute(nombre_personnes=1, **given).explain())


def test_a_smallest_payment_lowers_the_ceiling():
    rule = load_rule("nantes/eau", on="2016-06-15").replace(versement_minimal=30)
    text = plain(rule.compute(nombre_personnes=4, ressources_annuelles=12_900).explain())
    assert "Moins que le versement minimal de 30 € : rien n'est versé." in text
    assert "12 400 € ou moins, une aide serait due : il s'en faut de 500 € par an." in text


@pytest.mark.parametrize(
    ("outputs", "lead"),
    [
        ("facture_reference, aide_annuelle", "Your aid is €0 a year."),
        ("plafond_ressources, facture_reference", "Ceiling of resources: €13,400"),
    ],
)
def test_the_decision_leads_wherever_its_output_stands(tmp_path, outputs, lead):
    names = ", ".join(f'"{name}"' for name in outputs.split(", "))
    known = 'outputs = ["aide_annuelle", "facture_reference", "plafond_ressources"]'
    text = read_text("nantes/eau").partition("[[case]]")[0].replace(known, f"outputs = [{names}]")
    file = tmp_path / "eau.toml"
    file.write_text(text, encoding="utf-8")
    rule = load_rule(str(file), on="2016-06-15")
    result = rule.compute(nombre_personnes=4, ressources_annuelles=20_000)
    assert result.explain(lang="en").splitlines()[0] == lead


def test_a_scale_is_told_with_the_household_of_the_person(made):
    result = made.compute(ressources_mensuelles=1500, age=30, en_couple=True, nombre_enfants=2)
    text = plain(result.explain(lang="en"))
    assert "scale = 1.5 (living as a couple: yes) + 0.35 × 2 (dependent children) = 2.2" in text
    assert "CA$1,500, at most CA$1,980 (CA$900 × 2.2)" in text
    assert "With monthly resources of more than CA$1,980, your reduction would be 50%" in text
    assert "you are CA$480 a month below this threshold" in text


def test_a_substituted_value_is_told(made):
    result = made.compute(ressources_mensuelles=3000, age=20, etudiant=True, echelon_bourse=4)
    text = plain(result.explain(lang="en"))
    assert (
        "CA$950 counts in place of CA$3,000, because student: yes; grant step 4, at least 4" in text
    )
    assert {c.input for c in result.explain().facts.changes} == {"echelon_bourse", "age"}


def test_a_bill_is_told_block_by_block(blocks):
    result = blocks.compute(volume_m3=120, nombre_personnes=6, beneficiaire_css=True)
    text = plain(result.explain())
    assert "« jusqu'à 80 m³ » : 80 m³ × 0,34 € = 27,20 €" in text
    assert "« de 80 à 200 m³ » : 40 m³ × 1,66 € = 66,40 €" in text
    assert "aide = 12 € × 1 personne au-delà de 5 personnes = 12 €" in text
    assert "Au-delà de 200 m³, chaque mètre cube coûte 2,20 € : il reste 80 m³." in text
    assert "Jusqu'à 80 m³, chaque mètre cube coûte 0,34 € : il s'en faut de 40 m³." in text


def test_a_result_that_was_set_aside_says_which_datum_and_what_is_expected():
    result = RULE.compute(quotient_familial=[620, -1, None], age=30, errors="null")
    for position, value in ((1, -1), (2, None)):
        explanation = result.explain(position)
        assert plain(explanation).startswith(
            "Aucun résultat : la donnée « quotient familial » manque"
        )
        facts = explanation.to_dict()
        assert facts["result"] == {"taux_reduction": None, "prix_mensuel": None}
        assert [(d["name"], d["value"]) for d in facts["data"]] == [("quotient_familial", value)]
        assert facts["reason"] == result.reason[position]
        explanation.to_html()
    assert result.explain(0).startswith("Votre réduction est de 70")


# What the keywords do


def test_a_datum_that_no_result_depends_on_is_told_only_if_it_was_given():
    rule = load_rule("nantes/transport", on="2020-10-01")
    given = {"quotient_familial": 620, "age": 30, "beneficiaire_aah": False}
    facts = rule.compute(**given).explain().to_dict()["data"]
    assert {d["name"]: d["read"] for d in facts} == {**dict.fromkeys(given, True), "age": False}
    text = plain(rule.compute(**given).explain())
    assert "âge : 30 ans (votre déclaration ; sans effet ici)" in text
    assert "une autre personne du foyer" not in text
    household = rule.replace(portee_aah="foyer", partage_500_600="par_age").compute(**given)
    assert all(d["read"] for d in household.explain().to_dict()["data"])
    assert "une autre personne du foyer perçoit l'AAH : non" in plain(household.explain())


def test_the_origin_of_a_datum_is_the_rules_or_the_persons_own():
    result = RULE.compute(quotient_familial=620, age=30)

    def origins(**own):
        return {d["name"]: d["origin"] for d in result.explain(origin=own).to_dict()["data"]}

    assert origins()["quotient_familial"] == "attestation"
    assert origins()["age"] == "declaration"
    assert origins()["beneficiaire_aah"] == "default"  # nobody gave it
    assert origins(age="administration")["age"] == "administration"
    with pytest.raises(InputError, match="'hearsay' is unknown; write declaration, attestation"):
        origins(age="hearsay")
    with pytest.raises(InputError, match="origin: aje was not used; did you mean age"):
        origins(aje="declaration")


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (None, "states how it decides on it"),
        ("decides", "taken by this computation alone"),
        ("assists", "assists an official"),
    ],
)
def test_the_part_of_the_computation_in_the_decision_is_said(role, said):
    result = RULE.compute(quotient_familial=620, age=30)
    assert said in result.explain(lang="en", role=role)
    assert result.explain(role=role).to_dict()["rights"]["role"] == role
    with pytest.raises(InputError, match="role: 'helps' is unknown"):
        result.explain(role="helps")


def test_french_law_is_cited_for_french_authorities_only(made):
    text = made.compute(ressources_mensuelles=100, age=30).explain(lang="en")
    assert "CADA" not in text
    assert "for a person to review it" in text


def test_a_position_is_needed_and_checked():
    result = RULE.compute(quotient_familial=[300, 620], age=30)
    assert result.explain(1).startswith("Votre réduction est de 70")
    assert result.explain(-2).startswith("Votre réduction est de 100")
    with pytest.raises(InputError, match="say which one"):
        result.explain()
    with pytest.raises(InputError, match="no result at position 2"):
        result.explain(2)
    with pytest.raises(InputError, match="no words in 'de'"):
        result.explain(0, lang="de")


# What is true of every rule


@EVERY_CASE
@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_every_case_is_explained_in_every_form(name, case, lang):
    rule = load_rule(name, on=case["on"])
    explanation = rule.compute(**case["given"]).explain(lang=lang)
    assert json.loads(explanation.to_json()) == json.loads(json.dumps(explanation.to_dict()))
    html = check_page(explanation.to_html(contact="mairie@example.org"), lang)
    page = letters("".join(html.itertext()))
    markdown = letters(explanation.to_markdown())
    for line in explanation.splitlines():  # the three forms say the same
        assert letters(line) in page
        assert letters(line) in markdown


def letters(text):
    return re.sub(r"\W+", "", text)


@EVERY_CASE
def test_what_is_said_to_change_a_result_does_and_nothing_before_it(name, case):
    check_changes(load_rule(name, on=case["on"]), dict(case["given"]))


@given_any(
    st.decimals(min_value=0, max_value=5000, places=2).map(float),
    st.integers(min_value=0, max_value=100),
    st.booleans(),
    st.integers(min_value=0, max_value=4),
    st.booleans(),
    st.integers(min_value=0, max_value=7),
)
def test_changes_hold_with_scales_substitutions_and_prices(
    made, resources, age, couple, children, student, step
):
    values = {
        "ressources_mensuelles": resources, "age": age, "en_couple": couple,
        "nombre_enfants": children, "etudiant": student, "echelon_bourse": step,
    }  # fmt: skip
    check_changes(made, values)


@given_any(
    st.decimals(min_value=0, max_value=20_000, places=2).map(float),
    st.integers(min_value=1, max_value=40).map(lambda quarters: quarters / 4),
    st.integers(min_value=0, max_value=100),
)
def test_changes_hold_for_an_income(income, parts, age):
    rule = load_rule("nantes/transport", on="2024-09-01")
    check_changes(rule, {"revenu_fiscal_reference": income, "nombre_parts": parts, "age": age})


@given_any(
    st.decimals(min_value=0, max_value=3000, places=2).map(float),
    st.integers(min_value=0, max_value=100),
    st.booleans(),
    st.integers(min_value=0, max_value=4),
    st.booleans(),
    st.integers(min_value=0, max_value=7),
    st.sampled_from([None, "44109", "75056"]),
)
def test_the_tests_put_to_a_person_are_those_of_the_engine(
    made, resources, age, couple, children, student, step, commune
):
    values = {
        "ressources_mensuelles": resources, "age": age, "en_couple": couple,
        "nombre_enfants": children, "etudiant": student, "echelon_bourse": step,
        "commune": commune,
    }  # fmt: skip
    result = made.compute(**values)
    table = made.version.table
    cell = int(table.cells(dict(result.inputs.items())))
    person = Person(table, {n: v for n, v in values.items() if v is not None})
    for row in made.version.rows:
        for condition in row.when:
            assert person.test(condition).holds == table.meets(condition, cell)
    decided = [v.row.tranche for v in result.explain().facts.verdicts if v.holds]
    assert decided == [result.tranche]


def check_changes(rule, values):
    """Compute on both sides of each bound, and compare with what is said."""
    facts = rule.compute(**values).explain().facts
    for change in facts.changes:
        step = (
            Fraction(1)
            if change.input in ("nombre_enfants", "echelon_bourse")
            else Fraction(1, 100)
        )
        toward = {"<=": 0, "<": -step, ">": step, ">=": 0}[change.reach]
        away = {"<=": step, "<": 0, ">": 0, ">=": -step}[change.reach]
        if rule.version.shape == "effort_rate":  # its aid is rounded to the cent
            toward, away = toward * 100 or (-1 if change.reach == "<=" else 1), away * 100
            away = away or -toward
        there = computed(rule, values, change.input, change.bound + toward)
        if "prix_m3" in change.outputs:
            more = computed(
                rule, values, change.input, change.bound + toward + (1 if toward else -1)
            )
            price = abs(more["facture"] - there["facture"])
            assert price == pytest.approx(change.outputs["prix_m3"], abs=0.01)
        elif rule.version.shape == "effort_rate":
            before = computed(rule, values, change.input, change.bound + away)
            assert (there["aide_annuelle"] > 0) != (before["aide_annuelle"] > 0)
        else:
            for output, value in change.outputs.items():
                assert same(there[output], value)
                assert not same(facts.outputs[output], value)
            if change.gap >= step:
                before = computed(rule, values, change.input, change.bound + away)
                assert all(same(before[n], v) for n, v in facts.outputs.items())
    told = {(c.input, c.reach in ("<", "<=")) for c in facts.changes}
    for name in facts.walked if rule.version.shape == "decision_table" else ():
        for down, end in ((True, 0), (False, 7 if name == "echelon_bourse" else 130)):
            beyond = end <= own(values, name) if down else end >= own(values, name)
            if beyond and (name, down) not in told:
                outputs = computed(rule, values, name, Fraction(end))
                assert all(same(outputs[n], v) for n, v in facts.outputs.items())


def own(values, name):
    if name == "quotient_familial" and "nombre_parts" in values:
        return values["revenu_fiscal_reference"] / 12 / values["nombre_parts"]
    return values.get(name, 0)


def computed(rule, values, name, value):
    if name == "quotient_familial" and "nombre_parts" in values:
        name, value = "revenu_fiscal_reference", value * 12 * Fraction(values["nombre_parts"])
    result = rule.compute(**{**values, name: float(value)})
    return {n: float(x) for n, x in result.outputs.items()}


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


# The page


def parsed(page):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(page)


def check_page(page, lang):
    """Parse as HTML, strictly, and check what makes the page accessible."""
    tree = parsed(page)
    html = tree if tree.tag == "html" else tree.find(".//html")
    assert html.get("lang") == lang
    assert html.findtext("head/title") == html.findtext(".//h1")
    levels = [int(e.tag[1]) for e in html.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert len(html.findall(".//main")) == 1
    known = {e.get("id") for e in html.iter() if e.get("id")}
    for table in html.iter("table"):
        assert table.get("aria-labelledby") in known
        assert {th.get("scope") for th in table.iter("th")} == {"col", "row"}
        assert len({len(list(row)) for row in table.iter("tr")}) == 1
    for element in html.iter():
        assert not {"src", "href", "style", "onclick", "onload"} & set(element.keys())
        assert element.tag not in ("script", "link", "img", "iframe")
        assert element.get("lang", lang) in (lang, "fr")
    return html


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_the_text_contrasts_with_every_ground():
    css = re.search(
        "<style>(.*)</style>", RULE.compute(quotient_familial=1, age=1).explain().to_html(), re.S
    )[1]
    css = css.replace("#fff;", "#ffffff;")
    texts = re.findall(r"[ {]color: (#[0-9a-f]{6})", css)
    grounds = re.findall(r"background: (#[0-9a-f]{6})", css)
    assert len(texts) >= 1
    assert len(grounds) >= 2
    for text in texts:
        for ground in grounds:
            light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert "@media print" in css
    assert "url(" not in css


def test_what_the_rule_file_says_in_french_is_marked_as_french():
    page = RULE.compute(quotient_familial=620, age=30).explain(lang="pt").to_html()
    marked = {"".join(e.itertext()) for e in parsed(page).iter("span") if e.get("lang") == "fr"}
    assert "500 < QF ≤ 750, 26-59 ans" in marked


def test_the_contact_is_in_every_form():
    explanation = RULE.compute(quotient_familial=620, age=30).explain(lang="en")
    assert "Contact: 2 cours du Champ-de-Mars" in explanation.to_html("2 cours du Champ-de-Mars")
    assert explanation.to_text("the town hall").endswith("\n- Contact: the town hall")
    assert explanation.to_markdown("the town hall").endswith("\n\nContact: the town hall\n")
    assert explanation.to_text() == explanation


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
@pytest.mark.parametrize("commune", ["44109", "75056", None])
def test_hostile_words_stay_words(made, lang, commune):
    result = made.compute(ressources_mensuelles=1000, age=30, commune=commune)
    explanation = result.explain(lang=lang)
    html = check_page(explanation.to_html(contact=HOSTILE), lang)
    assert "<script>alert('1')</script>" in "".join(html.itertext())  # as words
    assert "\x1b" not in explanation
    assert "\u202e" not in explanation
    assert "\n# h" not in explanation
    assert "</script" not in explanation.to_json()
    assert json.loads(explanation.to_json())["rows"][0]["tranche"] == HOSTILE
    check_markdown(explanation.to_markdown(contact=HOSTILE))


def check_markdown(text):
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inline)}
    assert not {"html_block", "html_inline", "link_open", "code_inline", "image"} & kinds
    assert [t.tag for t in tokens if t.type == "heading_open"].count("h1") == 1
    assert sum(t.type == "heading_open" for t in tokens) == 5
    assert sum(t.type == "table_open" for t in tokens) == 2
    rows = "".join(t.type[0:2] for t in tokens if t.type in ("tr_open", "td_open", "th_open"))
    assert set(re.findall("tr((?:t[dh])+)", rows)) == {"tdtdtd", "ththth"}


# The command line


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("text", "Your reduction"),
        ("markdown", "# Solidarity"),
        ("json", "{"),
        ("html", "<!doctype"),
    ],
)
def test_the_command_explains_in_every_form(tmp_path, capsys, form, start):
    arguments = [
        "explain", "nantes/transport", "--on", "2023-06-01", "--value", "quotient_familial=620",
        "--value", "age=30", "--lang", "en", "--format", form, "--contact", "the town hall",
        "--origin", "age=administration", "--role", "assists",
    ]  # fmt: skip
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(start)
    assert ("the town hall" in printed) == (form != "json")
    assert "assists" in printed
    assert main([*arguments, "--output", str(tmp_path / "notice")]) == 0
    assert (tmp_path / "notice").read_text("utf-8") == printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--origin", "age"], "write NAME=WORD"),
        (["--origin", "age=rumour"], "'rumour' is unknown"),
        (["--role", "judges"], "'judges' is unknown; write 'decides' or 'assists'"),
    ],
)
def test_a_wrong_origin_or_role_is_one_line(capsys, arguments, message):
    values = ["--value", "quotient_familial=620", "--value", "age=30"]
    assert main(["explain", "nantes/transport", "--on", "2023-06-01", *values, *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
