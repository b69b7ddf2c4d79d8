"""Profiles: another territory's fields, codes and rules, in a file, and all that follows from it."""

import datetime as dt
import json
import re
import shutil
import tomllib
from functools import cache
from pathlib import Path

import attrs
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import instances

from charte_registry import (
    FieldError,
    Register,
    RegisterError,
    diff,
    load_register,
    render_report,
    save_register,
    structure,
    unstructure,
)
from charte_registry.check import RULES, rules_of
from charte_registry.cli import main
from charte_registry.files.flat_tables import flatten
from charte_registry.profiles import load_profile
from charte_registry.profiles.classes import FIXED, extended, paths
from charte_registry.profiles.page import profile_files, profile_page
from charte_registry.profiles.rules import broken
from charte_registry.profiles.statement import (
    ChampProfil,
    CodeProfil,
    Delai,
    Ecart,
    ListeProfil,
    Mot,
    RegleProfil,
    Statement,
    TypeFiche,
    Zones,
)
from charte_registry.publish.public import public
from charte_registry.records import KINDS
from charte_registry.records.base import internal
from charte_registry.rules.echeances import due
from charte_registry.rules.graph import zone_of
from charte_registry.schema.context import jsonld_context
from charte_registry.schema.examples import as_json, example
from charte_registry.schema.json_schema import kind_schema, register_schema
from charte_registry.schema.shape import parts, shapes

ROOT = Path(__file__).parents[2]
TERRITORIES = ("montreal", "recife")
Validator = jsonschema.Draft202012Validator


@pytest.fixture
def montreal(examples):
    return load_profile(examples / "montreal/profil.toml")


@pytest.fixture
def recife(examples):
    return load_profile(examples / "recife/profil.toml")


@pytest.fixture(params=TERRITORIES)
def profile(request, examples):
    return load_profile(examples / request.param / "profil.toml")


# What the two territories add


def test_recife_has_the_legal_bases_of_the_lgpd(recife):
    bases = recife.codes("traitements.finalites.bases_legales")
    assert len(bases) == 10  # LGPD art. 7, I to X
    grounds = recife.codes("traitements.categories_particulieres.fondement")
    assert len(grounds) == 8  # LGPD art. 11, I, and II, a to g
    transfers = recife.codes("applications.hebergement.garantie")
    assert len(transfers) == 12  # LGPD art. 33: nine cases, the second in four
    assert "mission_interet_public" not in bases
    cls = recife.kinds["traitements"]
    record = structure(cls, recife.examples["traitements"])
    assert record.finalites[0].bases_legales == ("politicas_publicas",)
    with pytest.raises(FieldError, match=r"finalites\[0\].bases_legales\[0\].*is not allowed"):
        structure(cls, {
            "id": "t", "nom": "T", "responsable": "r",
            "finalites": [{"nom": "F", "bases_legales": ["mission_interet_public"]}],
        })  # fmt: skip


def test_montreal_adds_a_code_to_those_of_the_schema(montreal):
    codes = montreal.codes("traitements.transferts.garantie")
    assert codes[-1] == "entente_et_evaluation"
    assert codes[:-1] == load_codes("traitements", "transferts", "garantie")


def load_codes(kind, *path):
    cls = KINDS[kind]
    for name in path[:-1]:
        cls = next(shape.part for shape in shapes(cls) if shape.name == name)
    return next(shape.choices for shape in shapes(cls) if shape.name == path[-1])


def test_codes_of_the_schema_keep_their_terms_beside_those_of_a_profile(montreal, recife):
    for profile, known in ((montreal, True), (recife, False)):
        context = jsonld_context(profile.kinds)["@context"]["Traitement"]["@context"]
        safeguard = context["transferts"]["@context"]["garantie"]
        assert ("eu-gdpr:A46-2-c" in safeguard.get("@context", {}).values()) == known
        right = jsonld_context(profile.kinds)["@context"]["DemandesDroits"]["@context"]["detail"]
        assert "@context" not in right["@context"]["droit"]  # other rights, of another law


def test_every_field_code_and_rule_cites_an_article(profile):
    stated = profile.statement
    everything = [
        *stated.champ,
        *stated.regle,
        *stated.delai,
        *(c for codes in stated.liste for c in codes.code),
    ]
    assert len(everything) > 20
    law = {
        "recife": ("LGPD art. ", "Resolução CD/ANPD "), "montreal": ("RLRQ c. A-2.1, ", "RLRQ c. A-2.1"),
    }[stated.profil]  # fmt: skip
    for item in everything:
        assert item.source.startswith(law), item
        # Only the Quebec regulation on incidents was read in the official text.
        assert item.confiance == ("official" if "r. 3.1" in item.source else "secondary")
    assert stated.note.startswith("Left out")


# Classes like the others


def test_what_a_profile_does_not_change_is_the_class_of_the_schema(profile):
    for kind, cls in profile.kinds.items():
        assert issubclass(cls, KINDS[kind])
        assert (cls is KINDS[kind]) == (kind not in profile.examples)
        assert cls.__name__ == KINDS[kind].__name__
    assert profile.kinds["actions"] is KINDS["actions"]


def test_fields_keep_their_order_and_new_ones_come_last(montreal):
    names = [field.name for field in attrs.fields(montreal.kinds["traitements"])]
    known = [field.name for field in attrs.fields(KINDS["traitements"])]
    assert names == [*known, "provenance", "mode_gestion", "categories_acces"]


@pytest.mark.parametrize("territory", TERRITORIES)
@settings(max_examples=25)
@given(data=st.data())
def test_plain_data_lead_back_to_the_record_and_the_schema_accepts_them(territory, data):
    profile = shipped(territory)
    kind = data.draw(st.sampled_from(sorted(profile.examples)))
    record = data.draw(instances(profile.kinds[kind]))
    assert structure(profile.kinds[kind], unstructure(record)) == record
    plain = unstructure(record, iso=True)
    assert [e.message for e in validator(territory, kind).iter_errors(plain)] == []


@cache
def shipped(territory):
    return load_profile(ROOT / "examples" / territory / "profil.toml")


@cache
def validator(territory, kind):
    profile = shipped(territory)
    schema = kind_schema(kind, profile.kinds, profile.reference)
    return Validator(schema, format_checker=Validator.FORMAT_CHECKER)


def test_ties_between_fields_hold_as_before(montreal):
    with pytest.raises(FieldError, match="before the creation"):
        structure(montreal.kinds["traitements"], {
            "id": "t", "nom": "T", "responsable": "r", "cree_le": "2020-01-02", "mis_a_jour_le": "2020-01-01",
        })  # fmt: skip


def test_an_internal_field_of_a_profile_stays_internal(montreal, tmp_path, examples):
    assert "sensibilite" in internal(montreal.kinds["incidents"])
    register = load_register(examples / "montreal")
    assert register.all("incidents")[0].probabilite.startswith("Moyenne")
    save_register(public(register), tmp_path / "public")
    files = [p for p in (tmp_path / "public").rglob("*") if p.is_file() and p.name != "profil.toml"]
    told = "".join(path.read_text("utf-8") for path in files)
    assert "Moyenne" not in told
    extract = load_register(tmp_path / "public")
    assert extract.all("incidents") == ()
    (count,) = extract.all("violations")
    assert (count.nombre, count.notifiees_autorite, count.communiquees_personnes) == (2, 1, 1)


def test_the_same_file_gives_the_same_classes(examples, tmp_path):
    copy = tmp_path / "copy.toml"
    copy.write_bytes((examples / "recife/profil.toml").read_bytes())
    again = load_profile(copy)
    assert (
        again.kinds["traitements"]
        is load_profile(examples / "recife/profil.toml").kinds["traitements"]
    )


# In a register


def test_a_register_with_a_profile_is_loaded_checked_and_saved(examples, tmp_path):
    for territory in TERRITORIES:
        register = load_register(examples / territory)
        assert register.kinds is register.profile.kinds
        for name in (territory, f"{territory}.json", f"{territory}.jsonl"):
            folder = tmp_path / name.replace(".", "-")
            folder.mkdir()
            save_register(register, folder / name)
            assert load_register(folder / name) == register


def test_a_profile_outside_of_the_folder_is_refused(examples, tmp_path):
    folder = tmp_path / "register"
    folder.mkdir()
    manifest = (examples / "recife/registre.toml").read_text("utf-8")
    (folder / "registre.toml").write_text(
        manifest.replace('"profil.toml"', '"../profil.toml"'), "utf-8"
    )
    (tmp_path / "profil.toml").write_bytes((examples / "recife/profil.toml").read_bytes())
    with pytest.raises(RegisterError, match="leads out of the folder"):
        load_register(folder)


def test_the_rules_of_the_profile_are_found_with_the_others(examples):
    found = load_register(examples / "montreal").check("2024-12-31")
    assert {(f.rule, f.field) for f in found} == {
        ("A21-04", "donnees"), ("A21-04", "parametres"), ("A21-04", "intervention_humaine"),
    }  # fmt: skip
    french = load_register(examples / "recife").check("2024-12-31", lang="fr")
    assert [(f.rule, f.severity) for f in french] == [("LGPD-03", "warning")]
    assert french[0].message.replace("\u00a0", " ") == (
        "rien ne dit où le public est informé du traitement ; indiquer la page (LGPD art. 23, I)"
    )


def test_rules_that_are_set_aside_are_not_found_and_the_others_are(examples, tmp_path, profile):
    assert profile.set_aside <= set(RULES)
    register = load_register(examples / "montreal")
    without = attrs.evolve(register, profile=None)
    assert {f.rule for f in without.check(without.etat_au)} & profile.set_aside
    assert not {f.rule for f in register.check(register.etat_au)} & register.profile.set_aside
    gone = register.without("organismes", "responsable")
    assert "REF-01" in {f.rule for f in gone.check(gone.etat_au)}


def test_a_rule_of_a_profile_can_be_silenced_like_any(examples, tmp_path):
    shutil.copytree(examples / "recife", tmp_path / "r")
    with (tmp_path / "r/registre.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[derogation]]\nfiche = "traitements/noticias"\nregle = "LGPD-03"\nraison = "em breve"\n'
        )
    assert load_register(tmp_path / "r").check("2024-12-31") == []


def test_sarif_describes_the_rules_of_the_profile(examples, capsys):
    assert main(["check", str(examples / "montreal"), "--format", "sarif"]) == 1
    rules = json.loads(capsys.readouterr().out)["runs"][0]["tool"]["driver"]["rules"]
    assert {"A21-04", "REF-01"} <= {rule["id"] for rule in rules}
    assert set(rules_of(load_register(examples / "montreal"))) == {rule["id"] for rule in rules}


@pytest.mark.parametrize(
    ("territory", "rule", "change"),
    [
        (
            "recife",
            "LGPD-01",
            {"finalites": [{"nom": "F", "bases_legales": ["politicas_publicas"]}]},
        ),
        (
            "recife",
            "LGPD-02",
            {"finalites": [{"nom": "F", "bases_legales": ["interesse_legitimo"]}]},
        ),
        ("recife", "LGPD-03", {"informacao_publica": None}),
        ("recife", "LGPD-05", {"melhor_interesse": None}),
        ("montreal", "A21-01", {"aipd": {"projet": "refonte"}}),
        ("montreal", "A21-02", {"aipd": None}),
        ("montreal", "A21-03", {"provenance": None}),
        ("montreal", "A21-06", {"destinataires": [{"type": "partenaire", "fin": "F"}]}),
    ],
)
def test_a_rule_fires_on_a_record_that_breaks_it_and_not_on_the_example(territory, rule, change):
    profile = shipped(territory)
    (stated,) = [r for r in profile.rules if r.id == rule]
    plain = as_json(profile.examples["traitements"])
    cls = profile.kinds["traitements"]
    assert list(broken(stated, structure(cls, plain))) == []
    changed = {name: value for name, value in (plain | change).items() if value is not None}
    assert list(broken(stated, structure(cls, changed)))


@pytest.mark.parametrize(
    ("territory", "kind", "rule", "change"),
    [
        ("recife", "organismes", "LGPD-04", "pagina_encarregado"),
        ("montreal", "incidents", "A21-08", "probabilite"),
    ],
)
def test_a_rule_of_another_kind_fires_too(territory, kind, rule, change):
    profile = shipped(territory)
    (stated,) = [r for r in profile.rules if r.id == rule]
    plain = as_json(profile.examples[kind])
    assert list(broken(stated, structure(profile.kinds[kind], plain))) == []
    del plain[change]
    assert list(broken(stated, structure(profile.kinds[kind], plain))) == [change]


def test_a_rule_names_the_part_that_breaks_it(recife):
    (stated,) = [r for r in recife.rules if r.id == "LGPD-01"]
    record = structure(recife.kinds["traitements"], {
        "id": "t", "nom": "T", "responsable": "r",
        "finalites": [
            {"nom": "F", "bases_legales": ["contrato"]},
            {"nom": "G", "bases_legales": ["contrato", "politicas_publicas"]},
        ],
    })  # fmt: skip
    assert list(broken(stated, record)) == ["finalites[1].texte"]


# Documented like the core


def test_the_command_documents_a_profile_like_the_core(examples, tmp_path, capsys, profile):
    path = examples / profile.statement.profil / "profil.toml"
    assert main(["schema", "--profile", str(path), "--output", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    page = (tmp_path / "out/PROFILE.md").read_text("utf-8")
    for added in profile.statement.champ:
        assert f"`{added.dans}.{added.nom}`" in page
        pages = (tmp_path / "out/pages" / f"{added.dans.split('.')[0]}.md").read_text("utf-8")
        assert f"\n| `{added.nom}` | {added.fr} |" in pages
        assert added.source in pages
    for rule in profile.rules:
        assert f"### `{rule.id}` ({rule.severite})" in page
    schema = json.loads((tmp_path / "out/json/traitements.schema.json").read_text("utf-8"))
    assert schema["$id"] == f"urn:charte-donnee:schema:1.0:profil:{profile.reference}:traitements"
    Validator(schema).validate(schema["examples"][0])


def test_schemas_of_a_profile_are_schemas(profile):
    Validator.check_schema(register_schema(profile.kinds, profile.reference))
    for name, text in profile_files(profile).items():
        if name.startswith("json/"):
            Validator.check_schema(json.loads(text))


def test_examples_of_a_profile_validate(profile):
    for kind, plain in profile.examples.items():
        schema = kind_schema(kind, profile.kinds, profile.reference)
        Validator(schema).validate(as_json(plain))


def test_no_text_of_a_profile_is_markup_of_the_pages(tmp_path):
    evil = "<img src=x onerror=alert(1)> | a"
    path = tmp_path / "profil.toml"
    text = HEAD.replace('"law"', f"'{evil}'").replace('fr = "X"', f"fr = '{evil}'")
    path.write_text(
        text + FIELD.format("traitements", "a", "texte").replace('"f"', f"'{evil}'"), "utf-8"
    )
    for name, page in profile_files(load_profile(path)).items():
        if name.endswith(".md"):
            assert "<img" not in page, name
            assert " | a |" not in page


def test_the_page_says_what_is_set_aside_and_left_out(profile):
    page = profile_page(profile)
    assert "## Rules of the schema set aside" in page
    assert profile.statement.note in page


# What is refused

HEAD = """
profil = "x"
version = "1.0"
schema = "1.0"
source = "law"
titre = { fr = "X", en = "X", pt = "X" }
"""
FIELD = '\n[[champ]]\ndans = "{}"\nnom = "{}"\ntype = "{}"\nfr = "f"\nen = "f"\npt = "f"\nsource = "s"\nconfiance = "inferred"\n'
CODE = '{{ code = "a", fr = "a", en = "a", pt = "a", source = "s", confiance = "inferred" }}'
ONE = CODE.format()
LIST = (
    '\n[[liste]]\nnom = "l"\nsource = "s"\nrevu_le = 2026-01-01\nchamps = ["{}"]\ncode = ['
    + CODE
    + "]\n"
)
RULE = (
    '\n[[regle]]\nid = "X-01"\ndans = "{}"\nseverite = "error"\nexige = [{}]\nsource = "s"\nconfiance = "inferred"\n'
    'constat = {{ fr = "c", en = "c", pt = "c" }}\nremede = {{ fr = "r", en = "r", pt = "r" }}\n'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profil = ", "not TOML"),
        ("", "`profil`: is missing"),
        (HEAD + 'inconnu = "x"', "`inconnu`: is an unknown field"),
        (HEAD.replace('schema = "1.0"', 'schema = "0.9"'), "`schema`: version '0.9' is a different one"),
        (HEAD + FIELD.format("inconnus", "a", "texte"), "`champ[0].dans`: 'inconnus' is neither a kind of record nor a part of one"),
        (HEAD + FIELD.format("traitements.nom", "a", "texte"), "`champ[0].dans`: 'traitements.nom' is neither a kind of record nor a part of one"),
        (HEAD + FIELD.format("traitements", "nom", "texte"), "`champ[0].nom`: 'nom' is already used"),
        (HEAD + FIELD.format("traitements", "sensible", "texte"), "`champ[0].nom`: 'sensible' is already used"),
        (HEAD + FIELD.format("traitements", "class", "texte"), "`champ[0].nom`: 'class' is already used"),
        (HEAD + FIELD.format("traitements", "a", "texte") * 2, "`champ[1].nom`: 'a' is already used"),
        (HEAD + FIELD.format("traitements", "É", "texte"), "`champ[0].nom`: 'É' is not a valid name of a field"),
        (HEAD + FIELD.format("traitements", "a", "mot"), "`champ[0].type`: 'mot' is not allowed"),
        (HEAD + FIELD.format("traitements", "a", "texte") + 'liste = "l"', "`champ[0].liste`: there is no list 'l'"),
        (HEAD + FIELD.format("traitements", "a", "date") + 'format = "courriel"', "a field of type 'date' has none"),
        (HEAD + FIELD.format("traitements", "a", "texte") + 'reference = "x"', "`champ[0].reference`: is not a kind of record"),
        (HEAD + FIELD.format("traitements", "a", "texte") + 'obligatoire = true\nvisibilite = "interne"', "a required field is public"),
        (HEAD + FIELD.format("partenaires", "a", "texte") + "obligatoire = true", "`exemples.partenaires.a`: the example does not fit: is missing"),
        (HEAD + LIST.format("traitements.nom"), "`liste[0].champs`: traitements.nom has no code list"),
        (HEAD + LIST.format("traitements.inconnu"), "`liste[0].champs`: 'traitements.inconnu' is not a field"),
(HEAD + LIST.format("traitements.statut"), "`liste[0].champs`: figures and rules count by the codes of traitements.statut"),
        (HEAD + LIST.format("violations.detail.nature").replace('nom = "l"', 'nom = "droits"'), "`liste[0].nom`: 'droits' is a list of the schema"),
        (HEAD + LIST.format("traitements.statut").replace('champs = ["traitements.statut"]\n', ""), "`liste[0].nom`: no field uses the list"),
        (HEAD + LIST.format("violations.detail.nature").replace('"a", fr', '"integrite", fr') + 'mode = "complete"', "'integrite' is already a code of the schema"),
        (HEAD + LIST.format("violations.detail.nature").replace(ONE, f"{ONE}, {ONE}"), "`liste[0].code[1].code`: 'a' appears twice"),
        (HEAD + LIST.format("violations.detail.nature").replace(ONE, ""), "`liste[0].code`: there is no code"),
        (HEAD + LIST.format("violations.detail.nature"), "give a record in [exemples.violations]"),
        (HEAD + RULE.format("traitements", ""), "`regle[0].exige`: nothing is required"),
        (HEAD + RULE.format("inconnus", '{ champ = "a" }'), "`regle[0].dans`: is neither a kind of record nor a part of one"),
        (HEAD + RULE.format("traitements", '{ champ = "finalite" }'), "`regle[0].exige[0].champ`: traitements has no field 'finalite'; did you mean finalites"),
        (HEAD + RULE.format("traitements", '{ champ = "statut", parmi = ["actif"] }'), "'actif' is not a code of traitements.statut"),
        (HEAD + RULE.format("traitements", '{ champ = "note", parmi = ["a"], absent = true }'), "absent and among values"),
        (HEAD + RULE.format("traitements", '{ champ = "note" }') * 2, "`regle[1].id`: 'X-01' appears twice"),
        (HEAD + RULE.format("traitements", '{ champ = "note" }').replace('fr = "c"', 'fr = "{c}"'), "contains a brace"),
        (HEAD + "exemples = 1", "`exemples`: expected one table per kind"),
        (HEAD + "[exemples.inconnus]", "`exemples.inconnus`: is not a kind of record"),
        (HEAD + '[exemples.partenaires]\nid = "p"', "`exemples.partenaires.nom`: is missing"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_is_refused_with_its_place(tmp_path, text, message):
    path = tmp_path / "profil.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(RegisterError) as error:
        load_profile(path)
    assert any(message in problem for problem in error.value.problems), error.value.problems
    assert all(
        problem.startswith(str(path)) and "\n" not in problem for problem in error.value.problems
    )


def test_everything_that_is_wrong_comes_at_once(tmp_path):
    path = tmp_path / "profil.toml"
    path.write_text(
        HEAD + FIELD.format("a", "b", "texte") + FIELD.format("c", "d", "texte"), "utf-8"
    )
    with pytest.raises(RegisterError) as error:
        load_profile(path)
    assert len(error.value.problems) == 2


def test_a_file_that_is_missing_too_large_or_no_text_is_refused(tmp_path):
    with pytest.raises(RegisterError, match="cannot be read"):
        load_profile(tmp_path / "none.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(RegisterError, match="larger than 1,000,000 bytes"):
        load_profile(tmp_path / "large.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(RegisterError, match="not in UTF-8 at byte 0"):
        load_profile(tmp_path / "bytes.toml")


@pytest.mark.parametrize("change", ["REF-01", "REF-99"])
def test_a_rule_of_the_schema_is_neither_taken_nor_unknown(tmp_path, examples, change):
    shutil.copytree(examples / "recife", tmp_path / "r")
    path = tmp_path / "r/profil.toml"
    text = path.read_text("utf-8")
    old = '"LGPD-01"' if change == "REF-01" else '"ART27-01"'
    path.write_text(text.replace(old, f'"{change}"'), "utf-8")
    with pytest.raises(RegisterError, match=change):
        load_register(tmp_path / "r").check("2024-12-31")


def test_a_profile_needs_nothing_but_its_head(tmp_path):
    path = tmp_path / "profil.toml"
    path.write_text(HEAD, "utf-8")
    profile = load_profile(path)
    assert dict(profile.kinds) == dict(KINDS)
    assert profile.examples == {}


@pytest.mark.parametrize(
    ("type_", "value"),
    [("texte", "a"), ("textes", ["a"]), ("nombre", 3), ("drapeau", True), ("date", "2020-01-01")],
)
def test_each_type_of_field_reads_and_is_left_out_where_not_stated(tmp_path, type_, value):
    path = tmp_path / "profil.toml"
    path.write_text(HEAD + FIELD.format("partenaires", "nouveau", type_), "utf-8")
    profile = load_profile(path)
    plain = {"id": "p", "nom": "P"}
    cls = profile.kinds["partenaires"]
    assert unstructure(structure(cls, plain)) == plain
    assert unstructure(structure(cls, plain | {"nouveau": value}), iso=True) == plain | {
        "nouveau": value
    }
    with pytest.raises(FieldError):
        structure(cls, plain | {"nouveau": {}})


def test_the_fields_of_a_part_are_added_where_the_profile_says_and_nowhere_else(tmp_path):
    path = tmp_path / "profil.toml"
    path.write_text(
        HEAD + FIELD.format("applications.hebergement.assurances", "nouveau", "texte"), "utf-8"
    )
    kinds = load_profile(path).kinds
    names = {cls.__name__: [s.name for s in shapes(cls)] for cls in parts(kinds["applications"])}
    assert "nouveau" in names["Assurance_applications_hebergement_assurances"]
    assert "nouveau" not in names["Assurance"]
    register_schema(kinds)


def test_examples_of_the_core_stand_where_a_profile_gives_none(montreal):
    stated = tomllib.loads(montreal.content.decode())["exemples"]
    assert "algorithmes" not in stated
    assert as_json(montreal.examples["algorithmes"]) == example("algorithmes")


# What the pages say of the file

STATEMENT = [Statement, *parts(Statement)]


def test_the_page_of_the_profile_file_names_every_key():
    page = (ROOT / "docs/reference/profile_file.md").read_text("utf-8")
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    for cls, title in (
        (Statement, "Head"),
        (TypeFiche, "`[[type_fiche]]`"),
        (ChampProfil, "`[[champ]]`"),
        (ListeProfil, "`[[liste]]`"),
        (RegleProfil, "`[[regle]]`"),
        (Delai, "`[[delai]]`"),
        (Zones, "`[zones]`"),
        (Mot, "`[[mot]]`"),
        (Ecart, "`[[ecart]]`"),
    ):
        (section,) = [text for text in sections if text.startswith(title)]
        tables = (
            {"type_fiche", "champ", "liste", "regle", "delai", "zones", "mot", "ecart"}
            if cls is Statement
            else set()
        )
        for field in attrs.fields(cls):
            assert field.name in tables or f"`{field.name}`" in section, (title, field.name)
        for shape in shapes(cls):
            assert all(f"`{code}`" in page for code in shape.choices)


def test_the_glossary_holds_the_keys_of_a_profile():
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    terms = set(re.findall(r"^`(\w+)`", glossary, re.MULTILINE))
    keys = {field.name for cls in STATEMENT for field in attrs.fields(cls)}
    assert keys - terms - {"id", "note", "fr", "en", "pt", "type", "code"} == set()


def test_the_guide_shows_what_the_profile_of_recife_holds(recife):
    guide = (ROOT / "docs/guides/adapt_to_a_territory.md").read_text("utf-8")
    blocks = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)]
    stated = tomllib.loads(recife.content.decode())
    assert any(block == {"champ": [stated_]} for block in blocks for stated_ in stated["champ"])
    (listed,) = [block["liste"][0] for block in blocks if "liste" in block]
    (whole,) = [codes for codes in stated["liste"] if codes["nom"] == listed["nom"]]
    assert listed == whole | {"code": whole["code"][:1]}


@pytest.mark.parametrize("territory", TERRITORIES)
@settings(max_examples=15)
@given(data=st.data())
def test_all_that_reads_a_register_reads_one_with_a_profile(territory, data):
    """Codes that the schema does not know reach rules, figures, tables and pages."""
    register = home(territory)
    for kind in sorted(shipped(territory).examples):
        record = data.draw(instances(register.kinds[kind]))
        register = register.with_record(kind, record)
    for lang in ("fr", "en", "pt"):
        register.check(register.etat_au, lang=lang)
    changes = diff(home(territory), register)
    assert changes
    assert str(changes[0])
    assert flatten(register.records, register.kinds)
    assert render_report(public(register), 2024, on=dt.date(2024, 12, 31)).startswith(
        "<!doctype html>"
    )


@cache
def home(territory):
    return load_register(ROOT / "examples" / territory)


@cache
def strange():
    """Return the classes of a territory that has other codes in every list that it may change."""
    own = CodeProfil(code="zz", fr="zz", en="zz", pt="zz", source="s", confiance="inferred")
    free = [path for path, s in paths(KINDS) if s.vocabulaire and s.vocabulaire.nom not in FIXED]
    assert len(free) > 20
    codes = ListeProfil(
        nom="l", source="s", revu_le=dt.date(2026, 1, 1), champs=tuple(free), code=(own,)
    )

    def report(where, message):
        raise AssertionError(f"{where}: {message}")

    return extended(KINDS, (), (codes,), report)


@settings(max_examples=12)
@given(data=st.data())
def test_no_code_of_a_profile_stops_a_rule_or_a_page(data):
    register = Register(
        titre="R",
        territoire="T",
        etat_au=dt.date(2020, 12, 15),
        annees=(2020,),
        records={},
        kinds=strange(),
    )
    for kind in strange():
        register = register.with_record(kind, data.draw(instances(strange()[kind])))
    for lang in ("fr", "en", "pt"):
        register.check(register.etat_au, lang=lang)
        render_report(register, 2020, lang, on=register.etat_au)
    diff(attrs.evolve(register, records={}), register)
    register.indicators(2020)


# A report of its own


FOREIGN = re.compile(r"CNIL|France|français|French|francês|CADA|CRPA|loi 78|act 78|Nantes")


@pytest.mark.parametrize("territory", ["montreal", "recife", "belgique"])
@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_a_report_has_no_word_of_france(examples, territory, lang):
    register = load_register(examples / territory)
    page = render_report(register, 2024, lang, on=register.etat_au)
    assert FOREIGN.findall(page) == []
    if territory != "belgique":
        assert re.findall("RGPD|GDPR|Europ|EEE|EEA", page) == []
    assert {"montreal": "Commission d", "recife": "ANPD", "belgique": "APD/GBA|Autorité"}[
        territory
    ].partition("|")[0] in page or "Autorité de protection" in page


@pytest.mark.parametrize("territory", ["montreal", "recife", "belgique"])
def test_a_register_begins_with_a_profile(examples, tmp_path, capsys, territory):
    profile = examples / territory / "profil.toml"
    for lang in ("fr", "en", "pt"):
        folder = tmp_path / lang
        assert main(["init", str(folder), "--lang", lang, "--profile", str(profile)]) == 0
        register = load_register(folder)
        assert register.profile == load_profile(profile)
        assert (folder / "profil.toml").read_bytes() == profile.read_bytes()


def test_zones_are_those_of_the_territory(examples):
    register = load_register(examples / "belgique")
    figures = register.indicators(2024)
    assert figures["applications_hebergement_france"] == 1  # the country of the territory
    assert zone_of(register, "FR") == "europe"
    assert zone_of(register, "US") == "hors_europe"


def test_a_word_that_the_report_does_not_have_is_refused(examples, tmp_path):
    shutil.copytree(examples / "belgique", tmp_path / "b")
    path = tmp_path / "b/profil.toml"
    path.write_text(
        path.read_text("utf-8").replace('cle = "complaints"', 'cle = "complaint"'), "utf-8"
    )
    with pytest.raises(RegisterError, match="no word 'complaint'; did you mean complaints"):
        render_report(load_register(tmp_path / "b"), 2024, on=dt.date(2024, 12, 31))


def test_every_deadline_of_a_profile_fires_the_day_after_and_not_before(examples):
    for territory in ("montreal", "recife"):
        register = load_register(examples / territory)
        for delai in register.profile.deadlines:
            start = dt.date(2026, 3, 6)
            values = {
                "id": "1",
                "droit": register.profile.codes("demandes.droit")[0],
                "recue_le": start,
                "connu_le": start,
                "notifie_le": start,
            }
            fields = {field.name for field in attrs.fields(register.kinds[delai.dans])}
            values = {name: value for name, value in values.items() if name in fields}
            if delai.fait == "notifie_le":
                del values["notifie_le"]
            for condition in delai.quand:
                if condition.parmi:
                    values[condition.champ] = condition.parmi[0]
                elif not condition.absent:
                    values[condition.champ] = start if condition.champ.endswith("_le") else True
            record = structure(register.kinds[delai.dans], values)
            changed = register.with_record(delai.dans, record)
            (item,) = [d for d in due(changed) if d.rule == delai.id and d.record.endswith("/1")]
            after = {
                f.rule
                for f in changed.check(item.last_day + dt.timedelta(days=1))
                if f.record.endswith("/1")
            }
            assert delai.id in after
            assert delai.id not in {
                f.rule for f in changed.check(item.last_day) if f.record.endswith("/1")
            }


def test_a_note_is_internal_unless_the_profile_publishes_it(examples, tmp_path):
    assert "note" in internal(KINDS["traitements"])
    shutil.copytree(examples / "belgique", tmp_path / "b")
    path = tmp_path / "b/profil.toml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("[titre]", 'publics = ["traitements.note"]\n\n[titre]', 1), "utf-8"
    )
    register = load_register(tmp_path / "b")
    noted = attrs.evolve(register.all("traitements")[0], note="canari")
    assert public(register.with_record("traitements", noted)).all("traitements")[0].note == "canari"
    kept = load_register(examples / "belgique")
    noted = attrs.evolve(kept.all("traitements")[0], note="canari")
    assert public(kept.with_record("traitements", noted)).all("traitements")[0].note is None
    path.write_text(text.replace("[titre]", 'publics = ["traitements.nom"]\n\n[titre]', 1), "utf-8")
    with pytest.raises(RegisterError, match="is not a note of a record"):
        load_profile(path)
