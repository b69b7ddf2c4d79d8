"""Tables with a mapping, the Algoritmeregister, fideslang: what they carry is read, the rest is said."""

import datetime as dt
import json

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import TEXT

from charte_registry import (
    Algorithme,
    Conservation,
    DonneeTraitee,
    Organisme,
    Register,
    RegisterError,
    load_register,
)
from charte_registry.cli import main
from charte_registry.exchange.exporters.algoritmeregister import algoritmeregister_entries
from charte_registry.exchange.importers.algoritmeregister import (
    algoritmeregister_records,
    read_algoritmeregister,
)
from charte_registry.exchange.importers.fideslang import fideslang_records, read_fideslang
from charte_registry.exchange.importers.joined import joined
from charte_registry.exchange.importers.mapped import mapped_records, read_table
from charte_registry.exchange.importers.mapping import mapping_from
from charte_registry.exchange.importers.workbook import Sheet
from charte_registry.exchange.remarks import Import
from charte_registry.vocabularies import fideslang, rgpd
from charte_registry.vocabularies.algoritmeregister import (
    CATEGORIES,
    LENGTHS,
    REQUIRED,
    STATUSES,
)

REGISTER = Register(
    titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
)

# A table with a mapping

MAPPING = """
kind = "traitements"
encoding = "cp1252"
delimiter = ";"
id = "Code"

[constants]
statut = "en_service"
"categories_donnees[0].categorie" = "identite"

[columns]
"Intitulé" = "nom"
"Service" = "responsable"
"But" = "finalites[0].nom"
"Fondement" = { field = "finalites[0].bases_legales", values = { "MSP" = "mission_interet_public", "?" = "" }, separator = "/" }
"Données" = "categories_donnees[0].description"
"Durée" = "categories_donnees[0].conservation"
"Pays" = "transferts[0].pays"
"Créé" = "cree_le"
"Type" = "destinataires[0].type"
"Interne" = ""
"""
HEADER = ["Code", "Intitulé", "Service", "But", "Fondement", "Données", "Durée", "Pays", "Créé", "Type", "Interne", "Autre"]  # fmt: skip
ROWS = [
    ["T 1", "Aides", "CCAS", "'=Verser", "MSP/Consentement", "Nom", "5 ans", "Japon", "13/05/2019", "Sous-traitant", "x", ""],
    ["T 2", "État civil", "Ville", "", "?", "", "", "", "2019-02-30", "inconnu", "", "y"],
    ["", "", "", "", "", "", "", "", "", "", "", ""],
    ["", "Sans service", "", "Servir", "parce que", "", "", "", "", "", "", "z"],
]  # fmt: skip


@pytest.fixture
def table(tmp_path):
    lines = [";".join(row) for row in [HEADER, *ROWS]]
    (tmp_path / "registre.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def test_a_table_is_read_as_its_mapping_says(table):
    found = read_table(table / "registre.csv", table / "mapping.toml")
    aides, etat_civil = found.records["traitements"].values()
    assert (aides.id, aides.nom, aides.responsable) == ("t-1", "Aides", "ccas")
    assert aides.finalites[0].nom == "=Verser"
    assert aides.finalites[0].bases_legales == ("mission_interet_public", "consentement")
    (part,) = aides.categories_donnees
    assert (part.categorie, part.conservation) == ("identite", Conservation(duree="P5Y"))
    assert (aides.transferts[0].pays, aides.cree_le) == ("JP", dt.date(2019, 5, 13))
    assert aides.destinataires[0].type == "sous_traitant"
    assert etat_civil.categories_donnees == ()  # a constant alone makes no part
    assert found.records["organismes"] == {
        "ccas": Organisme(id="ccas", nom="CCAS"), "ville": Organisme(id="ville", nom="Ville"),
    }  # fmt: skip


def test_what_a_table_says_and_nobody_understands_is_said(table):
    found = read_table(table / "registre.csv", table / "mapping.toml")
    said = [str(remark) for remark in found.not_understood]
    assert said == [
        "registre.csv!L3: 'y': the mapping says nothing of this column",
        "registre.csv!I3: '2019-02-30': no date; write 13/05/2019, or state its form in `dates`",
        "registre.csv!J3: 'inconnu': no code that is known; state it in `values`",
        "registre.csv!L5: 'z': the mapping says nothing of this column",
        "registre.csv!E5: 'parce que': no code that is known; state it in `values`",
        "registre.csv!A5: `responsable`: is missing; the record cannot be read without it (traitements/sans-service)",
        "registre.csv!B5: 'Sans service': its row makes no record: see what is said of it above",
        "registre.csv!D5: 'Servir': its row makes no record: see what is said of it above",
        "registre.csv!E5: 'parce que': its row makes no record: see what is said of it above",
    ]  # fmt: skip
    aside = {str(remark) for remark in found.of("skipped")}
    assert aside == {
        "registre.csv!K2: 'x': left aside by the mapping",
        "registre.csv!E3: '?': left out by the mapping",
    }


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"kind": "traitement", "columns": {"a": "nom"}}, "no kind 'traitement'; did you mean traitements"),
        ({"kind": "traitements"}, "`columns`: is missing"),
        ({"kind": "traitements", "colums": {}}, "`colums`: is unknown; did you mean columns"),
        ({"kind": "traitements", "columns": {"a": "noms"}}, "no field 'noms'; did you mean nom"),
        ({"kind": "traitements", "columns": {"a": "nom[0]"}}, "nom is not a list"),
        ({"kind": "traitements", "columns": {"a": "finalites"}}, "is a list of parts; write finalites[] and a field of the part"),
        ({"kind": "traitements", "columns": {"a": "nom.autre"}}, "not the path of a field"),
        ({"kind": "traitements", "columns": {"a": {"champ": "nom"}}}, "`columns.a.champ`: is unknown"),
        ({"kind": "traitements", "columns": {"a": {"separator": ";"}}}, "expected a field, or a list of fields"),
        ({"kind": "traitements", "columns": {"a": {"field": "nom", "value": {}}}}, "unknown; did you mean values"),
        ({"kind": "traitements", "columns": {"a": "nom"}, "delimiter": "ab"}, "expected a single character"),
        ({"kind": "traitements", "columns": {"a": "nom"}, "encoding": "utf-99"}, "'utf-99' is unknown"),
        ({"kind": "traitements", "columns": {"a": "nom"}, "dates": "d"}, "expected a list such as"),
        ({"kind": "traitements", "columns": {"a": "nom"}, "id": 1}, "expected a column or a list"),
    ],
)  # fmt: skip
def test_a_mapping_that_leads_nowhere_is_refused(mapping, message):
    with pytest.raises(RegisterError) as error:
        mapping_from(mapping)
    assert message in str(error.value)


def test_how_a_table_is_written_is_found_out_where_it_is_not_stated(table):
    stated = read_table(table / "registre.csv", table / "mapping.toml")
    bare = MAPPING.replace('encoding = "cp1252"', "").replace('delimiter = ";"', "")
    (table / "mapping.toml").write_text(bare, encoding="utf-8")
    assert read_table(table / "registre.csv", table / "mapping.toml") == stated
    text = (table / "registre.csv").read_bytes().decode("cp1252")
    for prefix, encoding in (("", "utf-8-sig"), ("", "utf-16"), ("sep=;\n", "utf-8")):
        (table / "registre.csv").write_bytes((prefix + text).encode(encoding))
        assert read_table(table / "registre.csv", table / "mapping.toml") == stated


def test_an_encoding_that_is_not_that_of_the_file_is_refused(table):
    wrong = MAPPING.replace('encoding = "cp1252"', 'encoding = "utf-8"')
    (table / "mapping.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(RegisterError, match="not in utf-8 at byte 12"):
        read_table(table / "registre.csv", table / "mapping.toml")


def test_an_identifier_that_stands_twice_is_to_be_confirmed(table):
    text = ";".join(HEADER) + "\n" + "\n".join(f"T 1;{n};Ville" + ";" * 9 for n in "AB")
    (table / "registre.csv").write_bytes(text.encode("cp1252"))
    found = read_table(table / "registre.csv", table / "mapping.toml")
    assert list(found.records["traitements"]) == ["t-1", "t-1-2"]
    (remark,) = found.of("understood_as")
    assert (remark.record, "'T 1' stands in an earlier row" in remark.message) == (
        "traitements/t-1-2",
        True,
    )


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("fr", (
            "Non compris :", "  registre.csv!J3 : « inconnu » : pas un code connu ; indiquez-le dans `values`",
            "  registre.csv!A5 : `responsable` : manque ; la fiche ne peut pas être lue sans lui (traitements/sans-service)",
        )),
        ("pt", (
            "Não compreendido:",
            "  registre.csv!J3: “inconnu”: não é um código conhecido; indique-o em `values`",
        )),
    ],
)  # fmt: skip
def test_the_report_is_in_the_language_asked_and_its_data_stay(table, capsys, lang, lines):
    command = ["import", str(table / "registre.csv"), str(table / "r"), "--from", "table", "--mapping", str(table / "mapping.toml")]  # fmt: skip
    assert main([*command, "--lang", lang, "--report", str(table / "report.json")]) == 0
    said = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert set(lines) <= set(said)
    rows = json.loads((table / "report.json").read_text("utf-8"))["remarks"]
    (row,) = [row for row in rows if row["where"] == "registre.csv!J3"]
    assert (row["code"], row["text"], row["level"]) == ("code_unknown", "inconnu", "not_understood")
    assert row["message"] == {"fr": "pas un code connu ; indiquez-le dans `values`",
                              "pt": "não é um código conhecido; indique-o em `values`"}[lang].replace(" ;", "\N{NO-BREAK SPACE};")  # fmt: skip


def test_a_proposed_mapping_is_commented_in_the_language_asked(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("Nom;Pays\nPaie;Kosovie\n", "utf-8")
    command = ["import", str(tmp_path / "t.csv"), "--propose", str(tmp_path / "m.toml")]
    assert main(["--lang", "fr", *command]) == 0  # the language may stand before the command
    text = (tmp_path / "m.toml").read_text("utf-8")
    assert text.startswith("# Une proposition\xa0: corrigez-la, puis importez avec --mapping.\n")
    assert "# qui répond des traitements\xa0: le nom de l'organisme" in text
    assert '# "Kosovie" = ?   # 1 cellule\n' in text
    assert "écrit" in capsys.readouterr().out


def test_an_import_of_nothing_says_why(table, capsys):
    (table / "registre.csv").write_bytes((";".join(HEADER) + "\nT 1;A" + ";" * 10).encode("cp1252"))
    command = ["import", str(table / "registre.csv"), str(table / "r"), "--from", "table", "--mapping", str(table / "mapping.toml")]  # fmt: skip
    assert main(command) == 2
    error = capsys.readouterr().err
    assert "registre.csv: there is no record to import" in error
    assert "`responsable`: is missing" in error
    assert not (table / "r").exists()


def test_a_column_that_the_table_has_not_is_refused(table):
    text = MAPPING.replace('"But"', '"Buts"')
    (table / "mapping.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match="no column 'Buts'; did you mean But"):
        read_table(table / "registre.csv", table / "mapping.toml")


@settings(max_examples=50)
@given(st.lists(TEXT.map(str.strip).filter(bool), min_size=1, max_size=4))
def test_any_text_goes_through_a_table(names):
    columns = mapping_from({"kind": "partenaires", "columns": {"n": "nom"}})
    found = mapped_records(
        [Sheet(name="t", rows=(("n",), *((name,) for name in names)))], columns, "t.csv"
    )
    from charte_registry.files.cells import restored

    kept = [partner.nom for partner in found.records["partenaires"].values()]
    assert kept == [text for name in names if (text := restored(name).strip())]


@pytest.mark.parametrize(
    ("kind", "field", "text", "value"),
    [
        ("algorithmes", "decision_individuelle", "Oui", True), ("algorithmes", "decision_individuelle", "non", False),
        ("algorithmes", "decisions_par_an", "1 200", 1200), ("traitements", "statut", "em serviço", "en_service"),
        ("traitements", "categories_personnes", "Agents; Élus", ("Agents", "Élus")),
    ],
)  # fmt: skip
def test_cells_become_what_the_field_holds(kind, field, text, value):
    constants = {"nom": "N", "finalite": "F", "decision_individuelle": True, "responsable": "ville"}
    keys = attrs.fields_dict(Algorithme) if kind == "algorithmes" else {"nom": 1, "responsable": 1}
    columns = mapping_from({
        "kind": kind, "columns": {"c": field},
        "constants": {name: v for name, v in constants.items() if name in keys and name != field},
    })  # fmt: skip
    found = mapped_records([Sheet(name="t", rows=(("c",), (text,)))], columns, "t.csv")
    (record,) = found.records[kind].values()
    assert getattr(record, field) == value


# The Algoritmeregister

ENTRY = {
    "standard_version": "1.0", "name": "Bijstand", "organization": "Gemeente", "goal": "Doel",
    "description_short": "Kort", "status": "In gebruik", "begin_date": "2023-01", "impact": "Impact",
    "human_intervention": "Ja", "lawful_basis": "Wet A\nWet B", "source_data": "inkomen (Belastingdienst)\nleeftijd",
    "methods_and_models": "Regels", "provider": "Leverancier", "website": "https://example.org/a",
    "publication_category": "Impactvolle algoritmes", "contact_email": "algo@example.org",
    "proportionality": "Ja", "tags": "", "risks": None,
}  # fmt: skip


def test_an_entry_of_the_algoritmeregister_is_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ENTRY]), encoding="utf-8")
    found = read_algoritmeregister(path)
    (algorithm,) = found.records["algorithmes"].values()
    assert algorithm == Algorithme(
        id="bijstand", nom="Bijstand", finalite="Doel", decision_individuelle=True, organisme="gemeente",
        concepteur="leverancier", base_juridique=("Wet A", "Wet B"), effets="Impact", note="Kort",
        intervention_humaine="Ja", operations=("Regels",), page="https://example.org/a",
        donnees=(DonneeTraitee(nom="inkomen", origine="Belastingdienst"), DonneeTraitee(nom="leeftijd")),
        contact=algorithm.contact,
    )  # fmt: skip
    assert algorithm.contact.courriel == "algo@example.org"
    assert [remark.where for remark in found.not_understood] == [
        "[0].begin_date",
        "[0].proportionality",
    ]
    assert set(found.records["organismes"]) == {"gemeente", "leverancier"}


def test_what_the_dutch_register_carries_comes_back():
    algorithm = Algorithme(
        id="aide", nom="Aide", finalite="Calculer", decision_individuelle=True, organisme="ville",
        statut="projet", effets="Une aide", intervention_humaine="Un agent", base_juridique=("Loi A", "Loi B"),
        operations=("Comparer", "Arrondir"), donnees=(DonneeTraitee(nom="QF", origine="CAF"),), page="https://example.org",
    )  # fmt: skip
    register = REGISTER.with_record("algorithmes", algorithm).with_record(
        "organismes", Organisme(id="ville", nom="Ville")
    )
    entries, remarks = algoritmeregister_entries(register)
    assert [r.where for r in remarks] == ["organismes", "lang"]
    found = algoritmeregister_records(json.loads(json.dumps(entries)))
    assert found.records["algorithmes"] == {"aide": algorithm}
    assert found.not_understood == ()


@pytest.mark.parametrize(("status", "code"), STATUSES.items())
def test_statuses_are_read_whatever_their_case(status, code):
    found = algoritmeregister_records([{**ENTRY, "status": status.upper()}])
    assert found.records["algorithmes"]["bijstand"].statut == code


def test_what_is_internal_does_not_leave_by_the_dutch_register(examples):
    register = load_register(examples / "nantes_2020")
    (first, *_) = register.all("algorithmes")
    from charte_registry import Contact

    secret = attrs.evolve(first, contact=Contact(nom="CANARI", courriel="canari@example.org"))
    entries, _ = algoritmeregister_entries(register.with_record("algorithmes", secret))
    assert "anari" not in json.dumps(entries)
    entries, _ = algoritmeregister_entries(register, contact="algo@example.org")
    assert {entry["contact_email"] for entry in entries} == {"algo@example.org"}


def test_the_published_schema_decides_where_it_is_given(tmp_path, examples, capsys):
    schema = tmp_path / "schema.json"
    output = tmp_path / "a.json"
    export = ["export", str(examples / "nantes_2020"), "--format", "algoritmeregister", "--output", str(output), "--schema", str(schema)]  # fmt: skip
    schema.write_text(json.dumps({"required": ["name", "proportionality"]}), encoding="utf-8")
    assert main(export) == 2
    assert "'proportionality' is a required property" in capsys.readouterr().err
    assert not output.exists()
    schema.write_text(json.dumps({"required": ["name", "status"]}), encoding="utf-8")
    assert main(export) == 0
    assert len(json.loads(output.read_text("utf-8"))) == 2


LONG = "Een lange zin. " * 400


def standard(real_data):
    path = real_data / "algoritmeregister" / "v1_0.json"
    if not path.is_file():
        pytest.skip(f"no fields of the standard at {path}")
    return json.loads(path.read_text("utf-8"))["properties"]


def breaches(fields, entry):
    """Yield what an entry does not keep of the standard."""
    yield from (f"unknown {name}" for name in entry if name not in fields)
    for name, field in fields.items():
        if field.get("required") is True and not entry.get(name):
            yield f"missing {name}"
        if len(entry.get(name, "")) > field.get("max_length", 10**6):
            yield f"long {name}"
        if field["type"] == "enum" and entry.get(name, "") not in ("", *field["permitted_values"]):
            yield f"value {name}"


@pytest.mark.parametrize("text", ["Kort", LONG], ids=["short", "long"])
def test_an_exported_algorithm_satisfies_the_standard(real_data, examples, text):
    fields = standard(real_data)
    algorithm = Algorithme(
        id="a", nom=text, finalite=text, effets=text, decision_individuelle=False, organisme="ville", statut="arrete",
        intervention_humaine=text, base_juridique=(text,), operations=(text, text), donnees=(DonneeTraitee(nom=text),),
        en_service_depuis=dt.date(2023, 1, 5), code="https://example.org/code",
    )  # fmt: skip
    ville = Organisme(id="ville", nom="Ville")
    register = REGISTER.with_record("algorithmes", algorithm).with_record("organismes", ville)
    for source in (register, load_register(examples / "nantes_2020")):
        entries, remarks = algoritmeregister_entries(source, contact="algo@example.org")
        for entry in entries:
            missing = {
                f"missing {r.where.rpartition('.')[2]}" for r in remarks if "requires" in r.message
            }
            assert set(breaches(fields, entry)) <= missing
        if source is register:
            assert list(breaches(fields, entries[0])) == []
            assert any("cut after" in r.message for r in remarks) == (text is LONG)


def test_the_standard_is_what_the_export_knows_of_it(real_data):
    fields = standard(real_data)
    assert {n for n, f in fields.items() if f.get("required") is True} == set(REQUIRED)
    assert {n: fields[n]["max_length"] for n in LENGTHS} == dict(LENGTHS)
    assert fields["status"]["permitted_values"] == list(STATUSES)
    assert fields["publication_category"]["permitted_values"] == list(CATEGORIES)


def test_html_becomes_plain_text_and_nothing_is_lost():
    entry = {**ENTRY, "goal": "<p>Doel &amp; <b>nut</b></p><p>Tweede</p>", "risks": f"<p>{LONG}</p>",
             "source_data_grouping": [{"title": "BRP", "link": "https://example.org"}], "tags": "a, b"}  # fmt: skip
    found = algoritmeregister_records([entry])
    (algorithm,) = found.records["algorithmes"].values()
    assert algorithm.finalite == "Doel & nut\nTweede"
    told = {r.where: r.message for r in found.not_understood}
    whole = {r.where: r.phrase.facts.get("value") for r in found.not_understood}
    assert LONG.strip() == whole["[0].risks"].strip()  # the line quotes its beginning
    assert "https://example.org" in told["[0].source_data_grouping"]
    assert {"[0].tags", "[0].proportionality", "[0].begin_date"} <= set(told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "schema.json: cannot be read (No such file or directory); check the path"),
        ("{", "schema.json:1: not JSON"),
        ("[" * 100_000, "schema.json: is not readable JSON: too many lists inside each other"),
        ("[]", "schema.json: this is not a schema; give the published one"),
        ('{"type": "text"}', "the schema is not valid"),
        ('{"$ref": "http://localhost:9/x"}', "refers to 'http://localhost:9/x', which it does not contain; nothing is fetched"),
    ],
)  # fmt: skip
def test_what_is_no_schema_is_refused_in_one_line(tmp_path, examples, capsys, text, message):
    schema = tmp_path / "schema.json"
    if text is not None:
        schema.write_text(text, encoding="utf-8")
    export = ["export", str(examples / "nantes_2020"), "--format", "algoritmeregister", "--output", str(tmp_path / "a.json"), "--schema", str(schema)]  # fmt: skip
    assert main(export) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("text", ["", "{", "3", "[3]", "[" * 100_000])
def test_what_is_no_entry_is_refused(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match=r"a\.json(:1)?: (is not|not JSON|expected an entry)"):
        read_algoritmeregister(path)


# fideslang

MANIFEST = """
organization:
  - fides_key: default_organization
    name: Ville
    security_policy: https://example.org/policy
    data_protection_officer: { name: Louise DUPONT, address: N/A, email: dpo@example.org, phone: N/A }
system:
  - fides_key: aides
    name: Logiciel des aides
    system_type: Application
    organization_fides_key: default_organization
    administrating_department: Finances
    does_international_transfers: true
    privacy_declarations:
      - name: Verser les aides
        data_use: essential.service
        data_categories: [user.name, user.contact.email, user.financial, user.health_and_medical, user.criminal_history, user.social, system.operations]
        data_subjects: [citizen_voter]
        legal_basis_for_processing: Public interest
        special_category_legal_basis: Health or social care (with a basis in law)
        retention_period: 5 ans
        third_parties: CAF
        impact_assessment_location: armoire 3
        features: [profil]
  - fides_key: vide
    name: Vide
    privacy_declarations: []
dataset:
  - fides_key: base
"""


def test_a_manifest_of_fideslang_is_read(tmp_path):
    path = tmp_path / "m.yml"
    path.write_text(MANIFEST, encoding="utf-8")
    found = read_fideslang(path)
    (record,) = found.records["traitements"].values()
    assert (record.id, record.responsable) == ("aides-verser-les-aides", "default-organization")
    assert record.nom == "Logiciel des aides : Verser les aides"
    assert record.finalites[0].bases_legales == ("mission_interet_public",)
    assert record.categories == (
        "identite",
        "economique_financiere",
        "autre",
        "sante",
        "infractions",
    )
    assert {kept for _, _, kept in record.conservations()} == {Conservation(duree="P5Y")}
    assert record.categories_particulieres[0].fondement == "medecine_prise_en_charge"
    assert [d.nom for d in record.destinataires] == ["CAF", "Finances"]
    assert found.records["analyses_impact"][record.aipd.analyse].piece == "armoire 3"
    ville, officer = (
        found.records["organismes"][n] for n in ("default-organization", "default-organization-dpo")
    )
    assert (ville.nom, ville.dpo, officer.contact.nom) == ("Ville", officer.id, "Louise DUPONT")
    assert officer.nom == "data protection officer"
    assert [r.where for r in found.not_understood] == [
        "organization[0].security_policy", "system[0].privacy_declarations[0].features",
        "system[0].does_international_transfers",
    ]  # fmt: skip
    assert [r.where for r in found.of("skipped")] == ["dataset[0]", "system[1]"]


def test_the_words_of_fideslang_lead_to_codes_that_exist():
    codes = set(rgpd.CATEGORIES_DONNEES.codes)
    assert set(fideslang.CATEGORIES.values()) <= codes
    assert set(fideslang.BASES.values()) == set(rgpd.BASES_LEGALES.codes)
    assert set(fideslang.SPECIAL_BASES.values()) == set(rgpd.FONDEMENTS_ARTICLE_9.codes)


def test_a_word_that_fideslang_has_not_is_said():
    found = fideslang_records({"system": [{"fides_key": "s", "privacy_declarations": [
        {"data_use": "u", "data_categories": [], "data_subjects": [], "legal_basis_for_processing": "Because"},
    ]}]})  # fmt: skip
    (remark,) = found.not_understood
    assert "'Because': known: Consent, Contract" in remark.message
    assert any(
        "no organization 'default-organization' in the manifest" in r.message for r in found.remarks
    )


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1]\nb: *a\n",
        "system: !!python/object/apply:os.system [ls]\n",
        "3\n",
        "system: 3\n",
        "\0",
    ],
)
def test_unsafe_or_strange_yaml_is_refused(tmp_path, text):
    path = tmp_path / "m.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match=r"m\.yml(:1)?: "):
        read_fideslang(path)


# Into a register


def test_an_import_adds_and_never_replaces_unasked():
    held = REGISTER.with_record(
        "organismes", Organisme(id="v", nom="Ville", page="https://example.org")
    )
    new = Import(records={"organismes": {"v": Organisme(id="v", nom="Ville")}})
    register, (remark,) = joined(held, new)
    assert register.records["organismes"]["v"].page == "https://example.org"
    assert "left as it stands" in remark.message
    register, remarks = joined(held, new, replace=True)
    assert (register.records["organismes"]["v"].page, remarks) == (None, ())
    algorithm = Algorithme(id="a", nom="A", finalite="F", decision_individuelle=True)
    held = REGISTER.with_record("algorithmes", algorithm)
    same = Import(records={"algorithmes": {"a": algorithm}})
    assert joined(held, same)[0].records["algorithmes"] == {"a": algorithm}
    other = Import(records={"algorithmes": {"a": attrs.evolve(algorithm, nom="B")}})
    with pytest.raises(RegisterError, match="--replace puts the imported one in its place"):
        joined(held, other)


def test_the_command_reads_a_table_and_then_adds_to_the_register(table, capsys):
    command = ["import", str(table / "registre.csv"), str(table / "r"), "--from", "table", "--mapping", str(table / "mapping.toml")]  # fmt: skip
    assert (
        main([*command, "--titre", "Registre", "--territoire", "Bourg", "--on", "2020-01-31"]) == 0
    )
    assert (
        "2 traitements read; 0 to confirm, 9 not understood (8 questions)"
        in capsys.readouterr().out
    )
    register = load_register(table / "r")
    assert (register.titre, register.territoire, register.etat_au) == (
        "Registre",
        "Bourg",
        dt.date(2020, 1, 31),
    )
    before = (table / "r" / "traitements" / "t-1.toml").read_bytes()
    assert main(command) == 0
    assert (table / "r" / "traitements" / "t-1.toml").read_bytes() == before
    changed = (table / "registre.csv").read_bytes().replace(b"Aides", b"Aides sociales")
    (table / "registre.csv").write_bytes(changed)
    capsys.readouterr()
    assert main(command) == 2
    assert "traitements/t-1: the register already has it, and it differs" in capsys.readouterr().err
    assert (table / "r" / "traitements" / "t-1.toml").read_bytes() == before
    assert main([*command, "--replace", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"]["traitements"] == ["t-1", "t-2"]
    assert load_register(table / "r").records["traitements"]["t-1"].nom == "Aides sociales"


def test_a_workbook_becomes_a_register_that_is_checked(real_data, tmp_path, capsys):
    model = str(real_data / "cnil" / "registre_modele_cnil.ods")
    folder = tmp_path / "registre"
    assert main(["import", model, str(folder)]) == 2
    assert "there is no record to import" in capsys.readouterr().err
    assert not folder.exists()
    assert (
        main(["import", model, str(folder), "--include-example", "--responsable", "Exemple SAS"])
        == 0
    )
    assert (
        "2 organismes, 1 traitements read; 0 to confirm, 0 not understood"
        in capsys.readouterr().out
    )
    register = load_register(folder)
    assert register.territoire == "Exemple SAS"
    assert register.etat_au >= dt.date(2026, 1, 1)  # the day of the import, not that of the file
    assert main(["check", str(folder)]) == 1
    assert "[NIR-01]" in capsys.readouterr().out


def test_limits_are_parameters_of_the_command(tmp_path, capsys):
    (tmp_path / "r.ods").write_bytes(b"a" * 100)
    assert main(["import", str(tmp_path / "r.ods"), str(tmp_path / "r"), "--max-bytes", "99"]) == 2
    assert "larger than 99 bytes" in capsys.readouterr().err


def test_a_folder_that_is_no_register_is_left_alone(table, capsys):
    mine = table / "mine"
    mine.mkdir()
    (mine / "file").write_text("mine")
    command = ["import", str(table / "registre.csv"), str(mine), "--from", "table", "--mapping", str(table / "mapping.toml")]  # fmt: skip
    assert main(command) == 2
    assert "registre.toml: is missing" in capsys.readouterr().err
    assert [p.name for p in mine.iterdir()] == ["file"]


def test_a_mapping_goes_with_a_table_and_only_with_one(table, capsys):
    mapping = str(table / "mapping.toml")
    (table / "r.json").write_text("{}")
    for option in ("--mapping", "--propose"):
        command = [
            "import",
            str(table / "r.json"),
            str(table / "r"),
            "--from",
            "fideslang",
            option,
            mapping,
        ]
        assert main(command) == 2
        assert f"{option}: only applies to a table" in capsys.readouterr().err
