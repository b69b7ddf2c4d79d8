"""Records: what their fields say, what they refuse, and that plain data lead back to them."""

import datetime as dt
import json
import re
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import instances, records

import charte_registry.records as module
from charte_registry import FieldError, structure, unstructure
from charte_registry.records import KINDS, Aipd, Conservation, Traitement
from charte_registry.records.base import internal, is_internal, references
from charte_registry.records.formats import Format

CLASSES = [getattr(module, name) for name in module.__all__ if name != "KINDS"]
FIELDS = [(cls, field) for cls in CLASSES for field in attrs.fields(cls)]
any_record = st.sampled_from(sorted(KINDS)).flatmap(records)


# There and back


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_plain_data_lead_back_to_the_record(kind, data):
    record = data.draw(records(kind))
    assert structure(KINDS[kind], unstructure(record)) == record
    assert structure(KINDS[kind], json.loads(json.dumps(unstructure(record, iso=True)))) == record


@given(any_record)
def test_plain_data_hold_no_default_and_no_none(record):
    defaults = {f.name: f.default for f in attrs.fields(type(record))}
    for name, value in unstructure(record).items():
        assert value is not None
        assert value != defaults[name]


@pytest.mark.parametrize("cls", CLASSES)
@given(data=st.data())
def test_an_unknown_field_is_refused_wherever_it_stands(cls, data):
    plain = unstructure(data.draw(instances(cls)))
    with pytest.raises(FieldError, match="unknown field"):
        structure(cls, {**plain, "inconnu": 1})


@given(any_record)
def test_references_are_what_the_record_holds_at_these_paths(record):
    for path, kind, name in references(record):
        value = unstructure(record)
        for step in re.findall(r"\w+", path):
            value = value[int(step)] if isinstance(value, list) else value[step]
        assert value == name
        assert kind in KINDS


def test_a_reference_inside_a_part_is_found():
    traitement = structure(Traitement, {
        "id": "t", "nom": "T", "responsable": "ville",
        "destinataires": [{"type": "autre"}, {"type": "sous_traitant", "organisme": "hote"}],
    })  # fmt: skip
    assert ("destinataires[1].organisme", "organismes", "hote") in references(traitement)


# What is refused, with its path


TRAITEMENT = {"id": "t", "nom": "T", "responsable": "ville"}
APPLICATION = {"id": "a", "nom": "A"}
ACTION = {
    "id": "a", "intitule": "A", "engagement": "sobriete", "phase": "en_cours", "preuve": "p",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data", "path", "message"),
    [
        ("traitements", TRAITEMENT | {"id": "../t"}, "id", "'../t' is not a valid identifier; write 1 to 100 letters"),
        ("traitements", TRAITEMENT | {"id": ".t"}, "id", "the first and the last a letter or a digit"),
        ("traitements", TRAITEMENT | {"id": "a\n"}, "id", "is not a valid identifier"),
        ("traitements", TRAITEMENT | {"nom": "\ud800"}, "nom", "half a character"),
        ("traitements", TRAITEMENT | {"cree_le": "20200101"}, "cree_le", "is not a date; write YYYY-MM-DD"),
        ("traitements", TRAITEMENT | {"cree_le": "2020-W01-1"}, "cree_le", "is not a date; write YYYY-MM-DD"),
        ("traitements", TRAITEMENT | {"cree_le": "2020-02-30"}, "cree_le", "is not a date; write YYYY-MM-DD"),
        ("traitements", TRAITEMENT | {"statut": "en service"}, "statut", "did you mean en_service?"),
        ("traitements", TRAITEMENT | {"cree_le": "2020-01-02", "mis_a_jour_le": "2020-01-01"}, "mis_a_jour_le", "before the creation"),
        ("traitements", TRAITEMENT | {"finalites": [{"nom": "F", "bases_legales": ["contrat", "contra"]}]}, "finalites[0].bases_legales[1]", "did you mean contrat?"),
        ("traitements", TRAITEMENT | {"finalites": [{"nom": "F", "bases_legales": ["contrat", "contrat"]}]}, "finalites[0].bases_legales[1]", "appears twice"),
        ("traitements", TRAITEMENT | {"categories_donnees": ["ressources"]}, "categories_donnees[0]", "expected a table of fields"),
        ("traitements", TRAITEMENT | {"nir": {"conservation": {"duree": "5 ans"}}}, "nir.conservation.duree", "write P5Y"),
        ("traitements", TRAITEMENT | {"nir": {"conservation": {}}}, "nir.conservation.duree", "neither a duration nor a criterion"),
        ("traitements", TRAITEMENT | {"nir": {"conservation": {"duree": "P5Y", "critere": "c"}}}, "nir.conservation.critere", "keep one"),
        ("traitements", TRAITEMENT | {"transferts": [{"pays": "CH"}, {"garantie": "certification"}]}, "transferts[1].pays", "neither pays nor organisation"),
        ("traitements", TRAITEMENT | {"transferts": [{"pays": "CH", "organisation": "EPO"}]}, "transferts[0].pays", "both pays and organisation"),
        ("traitements", TRAITEMENT | {"transferts": [{"pays": "CH", "liens": ["javascript:alert(1)"]}]}, "transferts[0].liens[0]", "is not a valid web address"),
        ("applications", APPLICATION | {"hebergement": {"mode": "heberge", "pays": "FR", "subdivision": "CA-QC"}}, "hebergement.subdivision", "'CA-QC' is not in FR"),
        ("applications", APPLICATION | {"hebergement": {"mode": "heberge", "assurances": [{"referentiel": "HDS", "valable_du": "2021-01-01", "valable_au": "2020-01-01"}]}}, "hebergement.assurances[0].valable_au", "is before 2021-01-01"),
        ("applications", APPLICATION | {"hebergement": {"mode": "interne", "rapatriement": {"cible": "FR"}}}, "hebergement.rapatriement.etat", "missing"),
        ("actions", ACTION | {"historique": [{"phase": "en_cours", "depuis": "2020-01-01"}, {"phase": "en_cours", "depuis": "2019-01-01"}]}, "historique[1].depuis", "put the phases in order"),
        ("actions", ACTION | {"historique": [{"phase": "realisee", "depuis": "2020-01-01"}]}, "phase", "make them agree"),
        ("formations", {"id": "f", "intitule": "F", "debut": 2020, "fin": 2019, "sessions": 1, "personnes": 1}, "fin", "2019 is before 2020"),
        ("demandes_droits", {"id": "2020", "annee": 2020, "nombre": "9" * 5000}, "nombre", "expected a whole number"),
        ("demandes_droits", {"id": "2020", "annee": 2020, "nombre": 2, "detail": [{"droit": "acces", "nombre": 1}] * 2}, "detail[1]", "add the counts up"),
        ("violations", {"id": "2020", "annee": 2020, "nombre": 1, "notifiees_autorite": 2}, "notifiees_autorite", "more than the 1 of nombre"),
        ("violations", {"id": "2020", "annee": 2020, "nombre": 3, "notifiees_autorite": 2, "notifiees_dans_le_delai": 3}, "notifiees_dans_le_delai", "more than the 2"),
        ("jeux_de_donnees", {"id": "j", "titre": "J", "couverture_debut": "2020-01-02", "couverture_fin": "2020-01-01"}, "couverture_fin", "is before"),
        ("jeux_de_donnees", {"id": "j", "titre": "J", "licence": "Licence Ouverte"}, "licence", "is not a valid SPDX identifier"),
        ("donnees_interet_metropolitain", {"id": "d", "nom": "D", "acteur": "A", "etat": "convenu", "accord": {"intitule": "C", "signe_le": "2020-01-02", "fin": "2020-01-01"}}, "accord.fin", "is before"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_path(kind, data, path, message):
    with pytest.raises(FieldError) as error:
        structure(KINDS[kind], data)
    assert error.value.path == path
    assert message in error.value.message
    assert "\n" not in str(error.value)


def test_everything_that_is_wrong_comes_at_once():
    data = {
        "id": "é", "nome": "T", "statut": "actif", "sensible": True,
        "finalites": [{"nom": ""}, {"nom": "F", "bases_legales": ["x", "contrat"]}],
        "nir": {"conservation": {"duree": "1 an"}},
    }  # fmt: skip
    with pytest.raises(FieldError) as error:
        structure(Traitement, data)
    assert {problem.path for problem in error.value.problems} == {
        "nome", "sensible", "nom", "responsable", "id", "statut", "finalites[0].nom",
        "finalites[1].bases_legales[0]", "nir.conservation.duree",
    }  # fmt: skip
    assert len({(p.path, p.message) for p in error.value.problems}) == len(error.value.problems)
    assert error.value.problems[0].path == error.value.path


def test_a_class_refuses_by_itself_what_a_file_may_not_hold():
    with pytest.raises(FieldError, match="statut: 'actif' is not allowed"):
        Traitement(id="t", nom="T", responsable="r", statut="actif")
    with pytest.raises(FieldError, match="duree: '5 ans' is not a valid ISO 8601 duration"):
        Conservation(duree="5 ans")


def test_a_key_that_is_no_text_is_refused():
    with pytest.raises(FieldError, match="unknown field"):
        structure(Conservation, {1: "P5Y"})


# What a processing says


def test_the_categories_of_a_processing_are_all_of_them_with_their_retention():
    traitement = structure(Traitement, TRAITEMENT | {
        "categories_donnees": [{"categorie": "identite", "conservation": {"duree": "P5Y"}}],
        "categories_particulieres": [{"categorie": "sante"}], "infractions": {}, "nir": {},
    })  # fmt: skip
    assert traitement.categories == ("identite", "sante", "infractions", "nir")
    assert traitement.sensible
    missing = [path for _, path, kept in traitement.conservations() if kept is None]
    assert missing == ["categories_particulieres[0]", "infractions", "nir"]


@pytest.mark.parametrize(
    ("given_", "due"),
    [
        ({}, False),
        ({"criteres": ("croisement",)}, False),
        ({"criteres": ("croisement", "grande_echelle")}, True),
        ({"criteres": ("croisement", "grande_echelle"), "liste_non_requise": "notaires"}, False),
        ({"liste_requise": "logements_sociaux"}, True),
        ({"cas_article_35": ("surveillance_zone_publique",), "liste_non_requise": "notaires"}, True),
    ],
)  # fmt: skip
def test_an_assessment_is_due_for_a_case_a_listed_type_or_two_criteria(given_, due):
    assert Aipd(**given_).due is due


# What fields say of themselves


@pytest.mark.parametrize("cls", CLASSES)
def test_each_field_describes_itself(cls):
    for field in attrs.fields(cls):
        meta = field.metadata
        assert all(meta[lang].strip() for lang in ("fr", "en", "pt")), field.name
        assert meta["visibility"] in ("public", "interne")
        assert meta["reference"] in ("", *KINDS)
        if meta["vocabulaire"] is not None:
            assert meta["choices"] == meta["vocabulaire"].codes
        if meta["format"] is not None:
            assert all(meta["format"].accepts(text) for text in meta["format"].examples)


def test_what_must_stay_internal_is_marked_wherever_it_stands():
    private = {
        "contact", "courriel", "telephone", "adresse", "securite", "vulnerabilites", "risques", "piece",
        "accord_conjoint", "clauses_internes",
    }  # fmt: skip
    found = {f.name for _, f in FIELDS if f.name in private}
    assert found == private
    for cls, field in FIELDS:
        evidence = field.name == "preuve" and cls.__name__ in ("Assurance", "Certification")
        if field.name in private or evidence:
            assert field.name in internal(cls), (cls, field.name)
    assert internal(module.Contact) == {f.name for f in attrs.fields(module.Contact)}


def test_what_is_required_is_public():
    hidden = [
        (cls, f.name) for cls in KINDS.values() for f in attrs.fields(cls)
        if f.default is attrs.NOTHING and f.name in internal(cls) and not is_internal(cls)
    ]  # fmt: skip
    assert hidden == []


def test_every_part_of_a_record_is_exported():
    parts = {
        kind for cls in CLASSES for kind in map(_part, attrs.fields(attrs.resolve_types(cls))) if kind
    }  # fmt: skip
    assert parts | set(KINDS.values()) == set(CLASSES)


def _part(field):
    arguments = getattr(field.type, "__args__", (field.type,))
    return next((a for a in arguments if attrs.has(a)), None)


def test_the_glossary_holds_the_names_inside_records_too():
    glossary = (Path(__file__).parents[2] / "docs/glossary.md").read_text("utf-8")
    terms = set(re.findall(r"^`(\w+)`", glossary, re.MULTILINE))
    assert {f.name for _, f in FIELDS} - terms == {"id", "note"}


@given(st.from_regex(module.formats.DUREE.pattern, fullmatch=True))
def test_a_duration_says_some_amount(text):
    assert re.search("[0-9]", text)


def test_a_format_judges_the_whole_text():
    form = Format(code="numero", pattern="[0-9]", examples=("1",))
    assert form.accepts("1")
    assert not form.accepts("1\n")


def test_dates_become_text_only_when_asked():
    action = KINDS["actions"](**ACTION, echeance=dt.date(2021, 1, 1))
    assert unstructure(action)["echeance"] == dt.date(2021, 1, 1)
    assert unstructure(action, iso=True)["echeance"] == "2021-01-01"
