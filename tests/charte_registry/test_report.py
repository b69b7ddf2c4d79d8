"""The annual report: whole, valid, escaped, public, in three languages."""

import base64
import datetime as dt
import re
from itertools import pairwise

import attrs
import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records
from test_public import CANARY, with_canaries

from charte_registry import RegisterError, load_register, render_report
from charte_registry.cli import main
from charte_registry.publish.report.words import catalogue
from charte_registry.records import KINDS, Algorithme, Application, DonneeTraitee, Hebergement
from charte_registry.records.manifeste import Derogation

EXAMPLE = load_register("examples/nantes_2020")
ONE_OF_EACH = st.fixed_dictionaries({kind: records(kind) for kind in KINDS})


def register(found):
    return attrs.evolve(
        EXAMPLE, places={}, records={kind: {record.id: record} for kind, record in found.items()}
    )


def parsed(page):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def test_the_three_languages_say_the_same_things():
    assert set(catalogue()) == {"fr", "en", "pt"}
    assert len({frozenset(words["texts"]) for words in catalogue().values()}) == 1
    assert len({frozenset(words["one"]) for words in catalogue().values()}) == 1


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ["1</strong>application", "0</strong>traitement<", "Algorithmes</h2>\n<p>Aucun.", "contrôle\xa0: 0"]),
        ("en", ["1</strong>application<", "0</strong>processings<"]),
        ("pt", ["1</strong>aplicação<", "0</strong>tratamentos<", "Algoritmos</h2>\n<p>Nenhum.", "pessoais</h2>\n<p>Nenhum."]),
    ],
)  # fmt: skip
def test_nouns_agree_with_their_numbers(lang, said):
    home = Application(id="a", nom="A", hebergement=Hebergement(mode="interne"))
    page = render_report(register({"applications": home}), 2020, lang, on=EXAMPLE.etat_au)
    assert [text for text in said if text not in page] == []
    assert catalogue()[lang]["texts"]["since"] not in page


@pytest.mark.parametrize(
    ("lang", "scope"), [("fr", "en partie\xa0: organisations commerciales soumises à la LPRPDE"), ("pt", "em parte: organizações comerciais sujeitas à PIPEDA")]
)  # fmt: skip
def test_the_scope_of_a_decision_is_told_in_the_language_of_the_page(lang, scope):
    assert f"2002/2/CE, {scope}" in render_report(EXAMPLE, 2020, lang, on=EXAMPLE.etat_au)


def test_a_decision_whose_number_is_not_known_is_named_by_its_day():
    brazil = Application(id="a", nom="A", hebergement=Hebergement(mode="heberge", pays="BR"))
    found = attrs.evolve(register({"applications": brazil}), etat_au=dt.date(2026, 2, 1))
    page = render_report(found, 2020, "fr", on=found.etat_au)
    assert "<td>décision du 2026-01-26</td>" in page
    assert "not found" not in page


@pytest.mark.parametrize("lang", catalogue())
def test_the_page_is_valid_and_loads_nothing(lang):
    page = render_report(EXAMPLE, 2020, lang, previous=EXAMPLE, on=EXAMPLE.etat_au)
    tree = parsed(page)
    assert tree.get("lang") == lang
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch(r"h\d", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not [e for e in tree.iter() if e.tag in ("script", "link", "iframe", "object")]
    assert not [e for e in tree.iter() if e.get("src", "data:")[:5] != "data:"]
    targets = {e.get("id") for e in tree.iter()}
    inside = [e.get("href")[1:] for e in tree.iter("a") if e.get("href")[0] == "#"]
    assert set(inside) <= targets
    assert "2020" in page


@settings(max_examples=25)
@given(ONE_OF_EACH, st.sampled_from(sorted(catalogue())))
def test_any_register_makes_a_valid_page_without_a_canary(found, lang):
    marked = {kind: with_canaries(record) for kind, record in found.items()}
    page = render_report(register(marked), 2020, lang, previous=register(found), on=EXAMPLE.etat_au)
    parsed(page)
    assert CANARY not in page


def test_values_are_escaped():
    hostile = "<script>alert(1)</script>\"'&"
    algorithme = Algorithme(
        id="a", nom=hostile, finalite=hostile, decision_individuelle=False, decision=hostile,
        operations=(hostile,), donnees=(DonneeTraitee(nom=hostile, origine=hostile),),
    )  # fmt: skip
    page = render_report(
        attrs.evolve(EXAMPLE, titre=hostile, note=hostile).with_record("algorithmes", algorithme),
        2020,
        on=EXAMPLE.etat_au,
    )
    parsed(page)
    assert "<script" not in page


def test_a_diagram_is_an_image_in_which_nothing_runs():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    page = render_report(EXAMPLE, 2020, diagrams={"tarification-eau": svg}, on=EXAMPLE.etat_au)
    assert "<script" not in page
    (image,) = parsed(page).iter("img")
    assert base64.b64decode(image.get("src").split(",")[1]).decode() == svg
    assert image.get("alt").startswith("Tarification sociale de l'eau")
    with pytest.raises(RegisterError, match="tarification-eau"):
        render_report(EXAMPLE, 2020, diagrams={"tarification-o": svg}, on=EXAMPLE.etat_au)


def test_the_operations_of_an_algorithm_are_drawn():
    algorithme = attrs.evolve(
        EXAMPLE.records["algorithmes"]["tarification-eau"],
        operations=("Calculer", "Retrancher", "Verser"),
    )
    page = render_report(EXAMPLE.with_record("algorithmes", algorithme), 2020, on=EXAMPLE.etat_au)
    text = "".join(parsed(page).itertext())
    assert [step in text for step in ("1. Calculer", "2. Retrancher", "3. Verser")] == [True] * 3


def test_what_changed_is_told_and_what_is_internal_is_not():
    moved = attrs.evolve(
        EXAMPLE.records["applications"]["ap-442"],
        hebergement=Hebergement(mode="interne"),
        vulnerabilites=("une faille",),
    )
    page = render_report(
        EXAMPLE.with_record("applications", moved), 2020, "en", previous=EXAMPLE, on=EXAMPLE.etat_au
    )
    assert "applications/ap-442: hosting moved, by a host, Canada → by the authority" in page
    assert "une faille" not in page
    assert 'id="changes"' not in render_report(EXAMPLE, 2020, on=EXAMPLE.etat_au)


def test_a_silenced_finding_stands_with_its_reason():
    derogation = Derogation(
        fiche="applications/ap-439", regle="HEBERGEMENT-02", raison="l'hébergeur répond en janvier"
    )
    page = render_report(attrs.evolve(EXAMPLE, derogations=(derogation,)), 2020, on=EXAMPLE.etat_au)
    before, after = page.split(catalogue()["fr"]["texts"]["silenced"].replace("'", "&#39;"))
    assert "l&#39;hébergeur répond en janvier" in after
    assert "applications/ap-439" in after
    assert "HEBERGEMENT-02" in before


def test_the_command_takes_the_year_before_and_diagrams(tmp_path, capsys):
    svg = tmp_path / "eau.svg"
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    output = tmp_path / "report.html"
    command = ["report", "examples/nantes_2020", "--year", "2020", "--output", str(output)]
    more = ["--previous", "examples/nantes_2020", "--diagram", f"tarification-eau={svg}"]
    assert main([*command, *more]) == 0
    assert 'id="changes"' in output.read_text("utf-8")
    output.unlink()
    (tmp_path / "no.svg").write_text("no drawing")
    for wrong in ("tarification-eau", f"tarification-eau={tmp_path}/absent.svg",
                  f"tarification-eau={tmp_path}/no.svg", f"eau={svg}"):  # fmt: skip
        assert main([*command, "--diagram", wrong]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert not output.exists()


def test_figures_of_one_year_do_not_tell_of_the_next():
    figures = attrs.evolve(EXAMPLE, annees=(2018, 2020)).indicators(2018)
    assert figures["demandes_droits"] == {2018: 20}
    assert figures["algorithmes_publies"] == 0
    assert "algorithmes_publies" not in figures["par_annee"]
    later = EXAMPLE.indicators(2020)
    assert later["par_annee"]["algorithmes_publies"] == {2020: 2}
    assert later["traitements_par_responsable"] == {"ccas": 400, "metropole": 400, "ville": 400}
    assert sum(later["jeux_de_donnees_par_condition"].values()) == later["jeux_de_donnees_total"]
