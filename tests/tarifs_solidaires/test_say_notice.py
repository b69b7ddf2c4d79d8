"""What a citizen reads: the words, the four forms, who says what, and words that nobody should trust."""

import copy
import itertools
import json
import pickle
import re
import sys
from fractions import Fraction

import html5lib
import numpy as np
import pytest
from markdown_it import MarkdownIt
from persons import EXAMPLES

from tarifs_solidaires import InputError, load_rule
from tarifs_solidaires.say.facts import collect
from tarifs_solidaires.say.nearest import changes

RULE = load_rule("nantes/transport", on="2023-06-01")
CANTEEN = load_rule(EXAMPLES / "taux_effort.toml", on="2025-01-01")
IN_FILE = "<script>alert('1')</script> \"&amp;\" | `x` **y** [z](javascript:1)\n# h\u200b {0} {x!r}"
HOSTILE = IN_FILE + " \u202e\x1b[0m\x02fr\x03"  # what no file can hold, and programs may give

# A rule with all kinds of steps, and words that no page should trust.
MADE = r"""
format = 2
name = "essai/transport"
languages = ["fr", "en", "pt"]
currency = "CAD"
title = { fr = HOSTILE, en = HOSTILE, pt = HOSTILE }
purpose = { fr = HOSTILE, en = HOSTILE, pt = HOSTILE }
per = HOSTILE
authority = HOSTILE
contact = HOSTILE
known_until = 2030-12-31
[[note]]
text = HOSTILE
when = { ville = "zz*" }
[input.ville]
kind = "code"
pattern = "[^q]{1,64}"
optional = true
label = HOSTILE
holder = HOSTILE
[input.ressources]
kind = "number"
unit = "CAD/month"
to = 100_000
label = { fr = HOSTILE, en = HOSTILE, pt = HOSTILE }
origin = "administration"
[input.statut]
kind = "code"
codes = { a = HOSTILE, b = HOSTILE }
default = "a"
[output.prix]
kind = "price"
unit = "CAD/month"
label = HOSTILE
[output.groupe]
kind = "status"
label = HOSTILE
[[require]]
input = "ressources"
when = { ressources = "x <= 90000" }
message = HOSTILE
[[version]]
valid_from = 2020-01-01
decides = "groupe"
source = { title = HOSTILE, reference = HOSTILE, url = "https://x.example/\"><script>a</script>" }
confidence = "official"
[version.parameter.choix]
label = HOSTILE
value = HOSTILE
confidence = "inferred"
source = HOSTILE
[version.parameter.plein]
label = HOSTILE
unit = "CAD/month"
value = 53.90
note = HOSTILE
[[version.step]]
name = "groupe"
label = HOSTILE
note = HOSTILE
codes = { x = HOSTILE, y = HOSTILE }
[[version.step.row]]
name = "zz"
when = { ville = "zz*" }
then = "y"
note = HOSTILE
[[version.step.row]]
name = HOSTILE
when = { statut = ["a", "b"] }
then = "x"
[[version.step.row]]
name = "reste"
then = "missing"
[[version.step]]
name = "part"
scale = "ressources"
at_most = "plein"
[[version.step.part]]
name = HOSTILE
up_to = 500
rate = "1 %"
[[version.step.part]]
rate = "2 %"
[[version.step]]
name = "prix"
label = HOSTILE
best = "lowest"
[[version.step.candidate]]
name = { fr = HOSTILE, en = HOSTILE, pt = HOSTILE }
value = "part"
[[version.step.candidate]]
name = "autre"
value = "plein * 0.5"
when = { choix = "autre" }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    file = tmp_path_factory.mktemp("rules") / "made.toml"
    text = MADE.replace(
        'value = HOSTILE\nconfidence = "inferred"', 'value = "autre"\nconfidence = "inferred"'
    )
    file.write_text(text.replace("HOSTILE", json.dumps(IN_FILE)), encoding="utf-8")
    return load_rule(file, on="2024-01-01")


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


def lines(notice, key):
    """Return the lines of a section."""
    section = next(section for section in notice.sections if section.key == key)
    return [plain(line.text) for line in section.lines]


# The words


def test_a_canteen_says_its_price_and_each_step_in_the_childs_own_figures():
    notice = CANTEEN.compute(quotient_familial=500, rang_enfant=2).explain()
    assert plain(notice).splitlines()[:9] == [
        "Prix du repas : vous payez 2,20 €.",
        "Attention : les chiffres de cette règle sont inventés pour un exemple.",
        "",
        "Comment le résultat est calculé",
        "- Prix de base : 0,55 % de 500 € (quotient familial) = 2,75 €, entre le minimum de 0,90 € et le maximum de 6,20 €.",
        "- Réduction pour la fratrie : 20 %, cas « 2e enfant » (rang de l'enfant dans la famille : 2).",
        "- Supplément hors commune : 0 % (habite la commune : oui).",
        "- Prix du repas : 2,75 € (prix de base), moins 20 % (réduction pour la fratrie) = 2,20 €.",
        "",
    ]
    assert lines(notice, "changes") == [
        "Quotient familial : à 163,63 € par mois, vous paieriez 0,72 € (le minimum de 0,90 € pour « prix de base » s'applique). Vous êtes 336,37 € au-dessus.",
        "Quotient familial : à 1 127,28 € par mois, vous paieriez 4,96 € (le maximum de 6,20 € pour « prix de base » s'applique). Vous êtes 627,28 € en dessous.",
        "Rang de l'enfant dans la famille : avec 1 au lieu de 2, vous paieriez 2,75 €.",
        "Rang de l'enfant dans la famille : avec 3 au lieu de 2, vous paieriez 1,65 €.",
        "Habite la commune : si non, vous paieriez 2,86 €.",
    ]
    assert "habite la commune : oui (sans réponse : valeur supposée)" in plain(notice)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"quotient_familial": 100}, "0,55 % de 100 € (quotient familial) = 0,55 €, porté au minimum de 0,90 €."),
        ({"quotient_familial": 2000}, "= 11 €, ramené au maximum de 6,20 €."),
        ({"quotient_familial": 190}, "0,55 % de 190 € (quotient familial) ≈ 1,05 €, entre le minimum de 0,90 €"),
        ({"revenu_fiscal_reference": 10_000, "nombre_parts": 3}, "10 000 € (revenu fiscal de référence) / 12 / 3 (nombre de parts fiscales) ≈ 277,78 €."),
        ({"quotient_familial": 500, "habite_la_commune": False}, "2,75 € (prix de base), plus 30 % (supplément hors commune) ≈ 3,58 €."),
    ],
)  # fmt: skip
def test_bounds_and_rounding_are_said_where_they_count(given, said):
    assert said in plain(CANTEEN.compute(given, rang_enfant=1).explain(lang="fr"))


def test_a_table_says_the_case_and_why_and_which_cases_are_not_the_persons():
    notice = RULE.compute(quotient_familial=620, age=30).explain(lang="en")
    assert notice.splitlines()[0].startswith(
        "Your reduction is 70%. Monthly price: no result in your case"
    )
    assert lines(notice, "why")[0] == (
        "Reduction by quotient and age: 70%, case “500 < quotient ≤ 750, ages 26 to 59” (family "
        "quotient: €620, more than €500 and at most €750; age: 30 years, at least 26 years and less "
        "than 60 years)."
    )
    assert (
        "Presumed not to be your case: “AAH” (recipient of the disability allowance: no)." in notice
    )
    assert lines(notice, "changes") == [
        "Family quotient: at €500 per month, your reduction would be 90%. You are €120 above.",
        "Family quotient: just above €750 per month, your reduction would be 30%. You are €130 below.",
        "Recipient of the disability allowance: if yes, your reduction would be 100%.",
        "Age: at 60 years, your reduction would be 50%. That is in 30 years.",
    ]


def test_who_is_at_a_threshold_is_told_so():
    text = RULE.compute(quotient_familial=750, age=30).explain(lang="en")
    assert (
        "just above €750 per month, your reduction would be 30%. You are exactly at this value."
        in text
    )


def test_an_income_is_told_with_the_quotient_that_it_makes():
    result = RULE.compute(revenu_fiscal_reference=18_000, nombre_parts=2.5, age=30)
    text = plain(result.explain())
    assert (
        "18 000 € (revenu fiscal de référence) / 12 / 2,5 (nombre de parts fiscales) = 600 €"
        in text
    )
    assert "à 15 000 € par an (quotient familial : 500 €), vous auriez 90 % de réduction" in text
    assert "Vous êtes 3 000 € au-dessus." in text


def test_one_cent_of_income_beyond_a_threshold_shows_on_its_side():
    result = RULE.compute(revenu_fiscal_reference=15_000.01, nombre_parts=2.5, age=30)
    assert "quotient familial : 500,0003 €, plus de 500 €" in plain(result.explain())


def test_a_scale_says_each_part():
    rule = load_rule(EXAMPLES / "marginal.toml", on="2025-01-01")
    notice = rule.compute(quotient_familial=1200.5).explain(lang="fr")
    assert [line for line in plain(notice).splitlines() if "×" in line or "tranche" in line] == [
        "- Participation mensuelle, tranche par tranche (quotient familial : 1 200,50 €) : 11,02 €.",
        "  - jusqu'à 500 : 500 € × 0 % = 0 €",
        "  - de 500 à 1 000 : 500 € × 1 % = 5 €",
        "  - au-delà de 1 000 : 200,50 € × 3 % ≈ 6,02 €",
    ]
    water = load_rule("dunkerque/eau", on="2022-06-15")
    text = plain(water.compute(volume_m3=120, beneficiaire_css=True).explain())
    assert (
        "jusqu'à 80 m³ : 80 m³ × 0,34 € (prix du mètre cube dans la première tranche) = 27,20 €"
        in text
    )
    assert (
        "Aide aux foyers nombreux : pas de résultat dans votre cas, « nombre de personnes non indiqué »."
        in text
    )


def test_the_best_of_some_says_what_each_gives_and_which_is_not_for_the_person():
    rule = load_rule(EXAMPLES / "best_of.toml", on="2025-01-01")
    text = rule.compute(quotient_familial=1300, ancien_abonne=True).explain(lang="en")
    assert (
        "Price of the monthly pass: €45, “old formula”, the lowest of these: old formula, €45; new formula, €52."
        in text
    )
    text = rule.compute(quotient_familial=700, ancien_abonne=False).explain(lang="en")
    assert "€28, “new formula”, the only one that counts." in text
    assert "Not for you: “old formula” (had a pass before 2025: no)." in text


def test_an_amount_by_size_a_share_of_income_and_a_threshold_are_worked_out():
    rule = load_rule(EXAMPLES / "share_of_income.toml", on="2025-01-01")
    text = rule.compute(monthly_income=1000, household_size=4).explain(lang="en")
    assert (
        "Poverty line: $15,650 + 3 × $5,500 = $32,150 (number of people in the household: 4)."
        in text
    )
    assert (
        "annual household income: $12,000, at most $16,075, that is 50% of “poverty line”)" in text
    )
    assert "Monthly bill: 2% (share of income) of $1,000 (monthly household income) = $20." in text
    rule = load_rule(EXAMPLES / "equivalence.toml", on="2025-01-01")
    text = rule.compute(annual_income=38_668.84, household_size=2, age=30).explain(lang="en")
    assert "× √2 (number of people in the household) ≈ CA$38,668.84." in text
    assert (
        "CA$38,668.84, at most CA$38,668.841, that is “income threshold of the household”" in text
    )
    assert "minus 36% ≈ CA$2.14, rounded to the nearest CA$0.05: CA$2.15" in text


def test_a_sum_that_needs_brackets_is_written_in_words_then_in_figures():
    rule = load_rule(EXAMPLES / "household.toml", on="2025-01-01")
    text = plain(
        rule.compute(renda_familiar=4000, adultos=2, criancas=3, criancas_ate_5=1).explain()
    )
    assert (
        "Renda por pessoa: renda mensal da família / (número de adultos + número de crianças) = "
        "R$ 4.000 / (2 + 3) = R$ 800."
    ) in text
    assert (
        "Tarifa inteira: R$ 80 + R$ 25 × 2 (crianças com mais de 5 anos que contam) = R$ 130."
        in text
    )


def test_a_result_that_is_missing_says_which_case_and_why():
    rule = load_rule("philadelphia/water", on="2025-01-01")
    notice = rule.compute(monthly_income=3000.01, poverty_level=24_000).explain(lang="en")
    assert notice.startswith("Monthly bill: no result in your case, “not eligible”.\n")
    assert "Share of income: no result, case “not eligible”." in notice
    assert "Monthly bill: no result, because there is none for “share of income”." in notice
    facts = notice.to_dict()
    assert facts["result"] == {"monthly_bill": None}
    assert facts["missing"] == {"monthly_bill": "income_share"}
    assert facts["tranche"] == "not eligible"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "Vous recevez 42 € par an."),
        ("en", "Your aid is €42 per year."),
        ("pt", "Seu auxílio é de € 42 por ano."),
    ],
)
def test_the_words_of_a_result_depend_on_what_it_is(lang, said):
    rule = load_rule("nantes/eau", on="2016-06-15")
    text = rule.compute(nombre_personnes=4, ressources_annuelles=12_000).explain(lang=lang)
    assert plain(text).startswith(said)
    text = rule.compute(nombre_personnes=4, ressources_annuelles=20_000).explain(lang="en")
    assert text.startswith("You receive nothing. Reference bill: €402 per year.")


def test_nobody_is_told_what_would_be_at_an_age_that_is_past():
    result = load_rule("nantes/transport", on="2023-06-01").compute(quotient_familial=620, age=66)
    for lang, age in (("fr", "Âge"), ("en", "Age"), ("pt", "Idade")):
        notice = result.explain(lang=lang)
        assert not any(line.startswith(age) for line in lines(notice, "changes"))
    passed = [
        change for change in result.explain().to_dict()["changes"] if change["input"] == "age"
    ]
    assert [change["reach"] for change in passed] == ["<"]  # programs are told all the same


def test_nothing_that_would_change_is_said_too():
    rule = load_rule("hauts-de-france/repas-etudiants", on="2023-09-01")
    notice = rule.compute(age=35).explain(lang="en")
    assert lines(notice, "changes") == [
        "None of these, alone, would change the result: municipality of residence, student."
    ]


def test_a_municipality_has_its_name_and_its_list():
    rule = load_rule("nantes/eau", on="2016-06-15")
    given = {"nombre_personnes": 4, "ressources_annuelles": 12_000}
    text = plain(rule.compute(given, commune="75056").explain())
    assert "commune de résidence : 75056, pas sur la liste « communes de Nantes Métropole »" in text
    assert "Nantes (44109)" in plain(rule.compute(given, commune="44109").explain())


def test_a_rule_beyond_its_last_known_day_says_so_at_once():
    rule = load_rule("nantes/eau", on="2031-01-01", beyond="last_known")
    given = {"nombre_personnes": 4, "ressources_annuelles": 12_000, "prix_m3": 3.5}
    notice = rule.compute(given).explain(lang="en")
    assert notice.splitlines()[1] == (
        "Please note: this rule is known until December 31, 2026 only. The result supposes that it "
        "still holds on January 1, 2031."
    )
    assert notice.to_dict()["last_known"] == "2026-12-31"
    assert "known until December 31, 2026" in notice.to_html()
    assert "known until" in notice.to_markdown().split("##")[0]


def test_a_reform_says_that_it_is_a_trial():
    reform = RULE.replace(portee_aah="foyer")
    notice = reform.compute(quotient_familial=620, age=30).explain(lang="en")
    assert "some figures of the rule were changed, to try them" in notice.splitlines()[1]


def test_notes_that_concern_the_person_are_told(made):
    told = made.compute(ressources=100, ville="zz top").explain()
    assert len(lines(told, "notes")) == 1  # the same words thrice
    rule = load_rule("toronto/fair-pass", on="2023-07-27")
    notice = rule.compute(age=30, family_income=1000, family_size=4).explain(lang="en")
    assert lines(notice, "notes") == ["Stated for one person (20,514) and for four (41,028)."]


# Results that were set aside


def test_a_result_that_was_set_aside_says_which_datum_and_what_is_expected():
    result = RULE.compute(quotient_familial=[620, -1, None], age=30, errors="null")
    for position, value in ((1, -1), (2, None)):
        notice = result.explain(position)
        assert plain(notice).startswith("Pas de résultat. Quotient familial : cette donnée manque")
        assert "de 0 € à 100 000 000 €" in plain(notice)
        facts = notice.to_dict()
        assert facts["result"] == {"taux_reduction": None, "prix_mensuel": None}
        assert [(d["name"], d["value"]) for d in facts["data"]] == [("quotient_familial", value)]
        assert facts["reason"] == result.reason_in("fr")[position]
        assert facts["changes"] == facts["operations"] == []
        notice.to_html()
        notice.to_markdown()
    assert result.explain(0).startswith("Vous avez 70")


def test_inputs_that_do_not_go_together_say_so_in_the_language_of_the_notice():
    rule = load_rule(EXAMPLES / "household.toml", on="2025-01-01")
    given = {"renda_familiar": 4000, "adultos": 2, "criancas": 1, "criancas_ate_5": [0, 2]}
    result = rule.compute(given, errors="null")
    message = rule.file.require[0].message
    for lang in rule.languages:
        assert message.to(lang) in result.explain(1, lang=lang)


# What the keywords do


def test_a_datum_says_whether_the_result_was_made_from_it():
    rule = load_rule("nantes/transport", on="2023-06-01")
    given = {"quotient_familial": 620, "age": 30, "beneficiaire_aah": False}
    result = rule.compute(given, aah_au_foyer=True)
    facts = result.explain().to_dict()["data"]
    assert {d["name"]: d["read"] for d in facts} == {
        "quotient_familial": True, "age": True, "beneficiaire_aah": True, "aah_au_foyer": False,
    }  # fmt: skip
    assert "sans effet ici" in result.explain()
    household = rule.replace(portee_aah="foyer").compute(given, aah_au_foyer=False)
    assert all(d["read"] for d in household.explain().to_dict()["data"])


def test_the_origin_and_the_holder_of_a_datum_are_the_rules_or_the_persons_own():
    result = RULE.compute(quotient_familial=620, age=30)

    def data(**own):
        return {d["name"]: d for d in result.explain(**own).to_dict()["data"]}

    assert data()["quotient_familial"]["origin"] == "certificate"
    assert data()["age"]["origin"] == "declaration"
    assert data()["beneficiaire_aah"]["origin"] == "default"  # nobody gave it
    assert data(origin={"age": "administration"})["age"]["origin"] == "administration"
    assert data(holder={"age": "the town"})["age"]["holder"] == "the town"
    text = result.explain(lang="en", origin={"age": "administration"}, holder={"age": "the town"})
    assert "age: 30 years (an administration; held by: the town)" in text
    with pytest.raises(
        InputError, match="'hearsay' is not an origin of age; write declaration, certificate"
    ):
        data(origin={"age": "hearsay"})
    with pytest.raises(InputError, match="aje was not used; did you mean age") as caught:
        data(origin={"aje": "declaration"}, holder={"bge": "x"})
    assert len(caught.value.errors) == 2


def test_an_optional_datum_that_nobody_gave_is_said_where_it_counts():
    rule = load_rule("dunkerque/eau", on="2022-06-15")
    notice = rule.compute(volume_m3=120).explain(lang="en")
    assert "persons in the household: not given (the rule says what then holds)" in notice
    datum = next(d for d in notice.to_dict()["data"] if d["name"] == "nombre_personnes")
    assert (datum["value"], datum["origin"]) == (None, "not_given")


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (None, "The authority (Nantes Métropole) says what part this result has in its decision."),
        ("decides", "taken by this computation alone"),
        ("assists", "assists an official of the authority (Nantes Métropole)"),
    ],
)
def test_the_part_of_the_computation_in_the_decision_is_said(role, said):
    result = RULE.compute(quotient_familial=620, age=30)
    assert said in result.explain(lang="en", role=role)
    assert result.explain(role=role).to_dict()["rights"]["role"] == role
    with pytest.raises(InputError, match="role: 'helps' is unknown; write 'decides' or 'assists'"):
        result.explain(role="helps")


@pytest.mark.parametrize(
    ("name", "given", "law"),
    [
        ("taux_effort", {"quotient_familial": 1, "rang_enfant": 1}, "CRPA"),
        (
            "household",
            {"renda_familiar": 1, "adultos": 1, "criancas": 0, "criancas_ate_5": 0},
            "LGPD",
        ),
        ("equivalence", {"annual_income": 1, "household_size": 1, "age": 30}, "Loi sur l'accès"),
        ("share_of_income", {"monthly_income": 1, "household_size": 1}, None),
    ],
)
def test_each_rule_quotes_the_law_that_it_names_and_no_other(name, given, law):
    rule = load_rule(EXAMPLES / f"{name}.toml", on="2025-01-01")
    text = rule.compute(given).explain(lang="fr", role="decides")
    laws = {"CRPA", "LGPD", "Loi sur l'accès", "RGPD"}
    assert {word for word in laws if word in text} == ({law} if law else set())
    if law is None:
        assert "adressez-vous à\xa0: City of Newtown (example)" in text
        assert "Ce résultat est la décision" in text


def test_a_position_is_needed_and_checked():
    result = RULE.compute(quotient_familial=[[300, 620]], age=30)
    assert result.explain((0, 1)).startswith("Vous avez 70")
    assert result.explain((0, -1)) == result.explain((0, 1))
    for wrong in (None, 0, (0, 2), (0,), "0", (0, 1.0), (False, True)):
        with pytest.raises(InputError) as caught:
            result.explain(wrong)
        assert caught.value.code == "position"
    assert RULE.compute(quotient_familial=620, age=30).explain(0).startswith("Vous")


def test_inputs_that_changed_since_are_refused_where_the_result_is_another():
    quotients = np.full(100_000, 620.0)
    result = RULE.compute(quotient_familial=quotients, age=30)
    quotients[5] = 621.0
    assert result.explain(5).startswith("Vous avez 70")
    quotients[5] = 300.0
    with pytest.raises(InputError, match="have changed since they were computed"):
        result.explain(5)
    assert result.explain(6).startswith("Vous avez 70")


def test_an_array_is_explained_as_its_person_alone():
    given = {"quotient_familial": np.array([300.0, 620.0, 900.01]), "age": np.array([5, 30, 70])}
    result = RULE.compute(given)
    for i in range(3):
        alone = RULE.compute({name: column[i] for name, column in given.items()})
        assert result.explain(i) == alone.explain()
        assert result.explain(i).to_dict() == alone.explain().to_dict()


# The forms


def test_facts_are_plain_values_that_no_language_changes():
    result = CANTEEN.compute(quotient_familial=500, rang_enfant=2)
    one, other = (result.explain(lang=lang).to_dict() for lang in ("fr", "en"))
    assert one.keys() == other.keys() == {
        "rule", "on", "last_known", "currency", "lang", "version", "result", "reason", "tranche",
        "missing", "presumed", "data", "parameters", "operations", "changes", "unproved", "notes",
        "rights",
    }  # fmt: skip
    assert one["tranche"] == other["tranche"] == result.tranche
    assert one["changes"] == other["changes"]
    assert one["result"] == {"prix_repas": 2.2}
    base, siblings, _, price = one["operations"]
    assert base["formula"] == "quotient_familial * 0.55 %"
    assert base["at_most"] == {"value": 6.2, "applied": False}
    assert siblings["rows"][-1]["why"] == [
        {"input": "rang_enfant", "condition": "x = 2", "value": 2, "bound": 2, "holds": True}
    ]
    assert price["round"] == {"to": 0.01, "mode": "half_up", "applied": False}
    assert price["reads"][0] == {"name": "prix_de_base", "role": "step", "value": 2.75}
    assert one["version"]["source"]["title"].startswith("inventé")
    assert one["rights"]["jurisdiction"] == "fr"
    change = one["changes"][0]
    assert (change["input"], change["reach"], change["bound"]) == (
        "quotient_familial",
        "<=",
        163.63,
    )
    assert (change["output"], change["value"]) == ("prix_repas", 0.72)
    assert change["switches"][0]["kind"] == "at_least"


def test_a_notice_copies_and_pickles():
    notice = CANTEEN.compute(quotient_familial=500, rang_enfant=2).explain(
        lang="en", role="decides"
    )
    for again in (copy.copy(notice), copy.deepcopy(notice), pickle.loads(pickle.dumps(notice))):  # noqa: S301
        assert again == notice
        assert again.to_html() == notice.to_html()
        assert again.to_dict() == notice.to_dict()
        assert again.role == "decides"
    facts, person = collect(CANTEEN.compute(quotient_familial=500, rang_enfant=2), None)
    for value in (facts, changes(person)):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301
        assert copy.deepcopy(value) == value


def test_the_contact_is_in_every_form():
    notice = RULE.compute(quotient_familial=620, age=30).explain(lang="en")
    assert "Contact: 2 cours du Champ-de-Mars" in notice.to_html("2 cours du Champ-de-Mars")
    assert "\n- Contact: the town hall\n" in notice.to_text("the town hall")
    assert "\n- Contact: the town hall\n" in notice.to_markdown("the town hall")
    assert notice.to_text() == notice
    unknown = "- Contact: the address of the authority (Nantes Métropole) is not given here."
    assert unknown in notice
    assert unknown not in notice.to_text("the town hall")


def parsed(page):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(page)


def check_page(page, lang):
    """Parse as HTML, strictly, and check what makes the page accessible."""
    tree = parsed(page)
    html = tree if tree.tag == "html" else tree.find(".//html")
    assert html.get("lang") == lang
    assert html.findtext("head/title").split() == "".join(html.find(".//h1").itertext()).split()
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
        assert not {"src", "style", "onclick", "onload"} & set(element.keys())
        assert element.tag not in ("script", "link", "img", "iframe")
        assert re.match("https?://", element.get("href", "https://"))
        assert element.get("lang", lang) in ("fr", "en", "pt", lang)
    return html


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
@pytest.mark.parametrize("name", ["nantes/transport", "nantes/eau", "dunkerque/eau"])
def test_the_page_is_whole_and_accessible(name, lang):
    given = {
        "nantes/transport": ("2023-06-01", {"quotient_familial": 620, "age": 30}),
        "nantes/eau": ("2016-06-15", {"nombre_personnes": 4, "ressources_annuelles": 12_000}),
        "dunkerque/eau": ("2022-06-15", {"volume_m3": 120}),
    }[name]
    notice = load_rule(name, on=given[0]).compute(given[1]).explain(lang=lang)
    html = check_page(notice.to_html("here"), lang)
    shown = " ".join("".join(html.itertext()).split())
    for line in notice.splitlines():
        if line.startswith("- ") and "(" not in line:
            assert " ".join(line[2:].split()) in shown


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_the_text_contrasts_with_every_ground():
    page = RULE.compute(quotient_familial=1, age=1).explain().to_html()
    css = re.search("<style>(.*)</style>", page, re.S)[1].replace("#fff;", "#ffffff;")
    texts = re.findall(r"[ {]color: (#[0-9a-f]{6})", css)
    grounds = re.findall(r"background: (#[0-9a-f]{6})", css)
    assert len(texts) >= 2
    assert len(grounds) >= 2
    for text in texts:
        for ground in grounds:
            light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert "@media print" in css
    assert "url(" not in css


def test_what_the_file_says_in_another_language_is_marked():
    page = RULE.compute(quotient_familial=620, age=30).explain(lang="pt").to_html()
    marked = {"".join(e.itertext()) for e in parsed(page).iter("span") if e.get("lang") == "fr"}
    assert "CRPA, article L. 311-3-1" in marked


def test_a_title_in_another_language_is_quoted_and_said_to_be():
    rule = load_rule("toulouse/transport", on="2020-09-01")
    notice = rule.compute(quotient_familial=900, age=66).explain(lang="en")
    title = "“Décret 2020-492 du 29/04/2020, art. 1 et 2”"
    assert f"{title} (in French), https://www.legifrance.gouv.fr/" in notice
    page = parsed(notice.to_html())
    assert title in {"".join(e.itertext()) for e in page.iter("span") if e.get("lang") == "fr"}
    assert "the code asks for the Tisséo area" in notice  # a title that the file has in English
    assert "le code demande le ressort territorial" in rule.compute(
        quotient_familial=900, age=66
    ).explain(lang="fr")


# Words that nobody should trust


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
@pytest.mark.parametrize(
    "ville", ["zz<b onload='x'>`|*\n# h\u202e\x1b {0}", "</title><script>", None]
)
def test_hostile_words_stay_words(made, lang, ville):
    result = made.compute(ressources=1000, ville=ville, statut="b")
    notice = result.explain(lang=lang, holder={"ressources": HOSTILE})
    html = check_page(notice.to_html(contact=HOSTILE), lang)
    assert "<script>alert('1')</script>" in "".join(html.itertext())  # as words
    for form in (notice, notice.to_markdown(), notice.to_html()):
        assert not set(form) & set("\x1b\x02\x03\x04\u202e")
    assert "\n# h" not in notice
    assert "</script" not in notice.to_json()
    assert json.loads(notice.to_json())["rights"]["authority"] == IN_FILE
    check_markdown(notice.to_markdown(contact=HOSTILE), notice)
    assert notice == pickle.loads(pickle.dumps(notice))  # noqa: S301


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_a_hostile_message_is_a_message(made, lang):
    notice = made.compute(ressources=[95_000], errors="null").explain(0, lang=lang)
    check_page(notice.to_html(), lang)
    check_markdown(notice.to_markdown(), notice)


def check_markdown(text, notice):
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inline)}
    assert not {"html_block", "html_inline", "link_open", "code_inline", "image"} & kinds
    assert [t.tag for t in tokens if t.type == "heading_open"].count("h1") == 1
    assert sum(t.type == "heading_open" for t in tokens) == 1 + len(notice.sections)
    tables = [section.table for section in notice.sections if section.table]
    assert sum(t.type == "table_open" for t in tokens) == len(tables)
    rows = "".join(t.type[0:2] for t in tokens if t.type in ("tr_open", "td_open", "th_open"))
    assert set(re.findall("tr((?:t[dh])+)", rows)) <= {"tdtdtd", "ththth"}


def test_importing_the_package_loads_no_words():
    import subprocess

    code = "import sys, tarifs_solidaires; print(sorted(m for m in sys.modules if m.split('.')[0] in ('babel', 'jinja2')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_exact_results_are_told_as_about_where_they_are_no_cents():
    rule = load_rule("philadelphia/water", on="2025-01-01")
    result = rule.compute(monthly_income=1000.01, poverty_level=24_000)
    assert result.explain(lang="en").startswith("Your bill is about $25.00 per month.")
    facts, _ = collect(result, None)
    assert facts.outputs["monthly_bill"] == Fraction("25.00025")
