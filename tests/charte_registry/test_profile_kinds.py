"""Kinds of records that a profile adds, wherever the kinds of the schema go."""

import json
import tomllib

import jsonschema
import pytest

from charte_registry import (
    RegisterError,
    diff,
    export_register,
    load_profile,
    load_register,
    public,
    query,
    read_register_workbook,
    render_internal,
    render_report,
    render_site,
    save_register,
    unstructure,
)
from charte_registry.cli import main
from charte_registry.profiles.page import profile_files
from charte_registry.schema import kind_schema

PROFILE = """
profil = "ville"
version = "1.0"
schema = "1.0"
source = "Règlement de la ville"
titre = { fr = "Ville", en = "City", pt = "Cidade" }

[[type_fiche]]
nom = "capteurs"
fr = "capteur de l'espace public"
en = "sensor in public space"
pt = "sensor no espaço público"
source = "Règlement, art. 1"
confiance = "inferred"

[[type_fiche]]
nom = "plaintes"
fr = "plainte"
en = "complaint"
pt = "queixa"
source = "Règlement, art. 2"
confiance = "inferred"
visibilite = "interne"

[[champ]]
dans = "capteurs"
nom = "traitement"
type = "texte"
reference = "traitements"
fr = "traitement servi"
en = "processing served"
pt = "tratamento servido"
source = "Règlement, art. 1"
confiance = "inferred"

[[champ]]
dans = "capteurs"
nom = "etat"
type = "texte"
liste = "etats_capteur"
obligatoire = true
fr = "état"
en = "state"
pt = "estado"
source = "Règlement, art. 1"
confiance = "inferred"

[[champ]]
dans = "capteurs"
nom = "armoire"
type = "texte"
visibilite = "interne"
fr = "armoire technique"
en = "technical cabinet"
pt = "armário técnico"
source = "Règlement, art. 1"
confiance = "inferred"

[[champ]]
dans = "applications"
nom = "capteurs"
type = "textes"
reference = "capteurs"
fr = "capteurs lus"
en = "sensors read"
pt = "sensores lidos"
source = "Règlement, art. 1"
confiance = "inferred"

[[liste]]
nom = "etats_capteur"
source = "Règlement, art. 1"
revu_le = 2026-01-01
code = [
  { code = "pose", fr = "posé", en = "in place", pt = "instalado", source = "Règlement, art. 1", confiance = "inferred" },
  { code = "retire", fr = "retiré", en = "removed", pt = "removido", source = "Règlement, art. 1", confiance = "inferred" },
]

[[regle]]
id = "CAPTEUR-01"
dans = "capteurs"
severite = "warning"
quand = [{ champ = "etat", parmi = ["pose"] }]
exige = [{ champ = "traitement" }]
constat = { fr = "aucun traitement n'est indiqué", en = "no processing is stated", pt = "nenhum tratamento é indicado" }
remede = { fr = "l'indiquer", en = "state it", pt = "indicá-lo" }
source = "Règlement, art. 1"
confiance = "inferred"

[exemples.capteurs]
id = "boucle-1"
nom = "Boucle du pont"
etat = "pose"
"""
HEAD = """schema = "1.0"
titre = "R"
territoire = "T"
etat_au = 2026-01-01
annees = [2026]
profil = "profil.toml"
"""
SENSOR = """# compte les vélos
id = "c-1"
nom = "Boucle du pont"
etat = "pose"
armoire = "CANARI-ARMOIRE"
note = "CANARI-NOTE"
"""


@pytest.fixture
def folder(tmp_path):
    """Return a register with a sensor, a complaint, and an application that reads the sensor."""
    root = tmp_path / "registre"
    for path, text in {
        "profil.toml": PROFILE,
        "registre.toml": HEAD,
        "capteurs/c-1.toml": SENSOR,
        "plaintes.csv": "id,nom\np-1,CANARI-PLAINTE\n",
        "applications/a-1.toml": 'id = "a-1"\nnom = "Vélos"\ncapteurs = ["c-1"]\n\n[hebergement]\nmode = "interne"\n',
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def test_records_are_read_checked_and_saved_as_they_were(folder, tmp_path):
    register = load_register(folder)
    (sensor,) = register.all("capteurs")
    assert (sensor.id, sensor.etat, sensor.traitement) == ("c-1", "pose", None)
    found = {f.rule: f for f in register.check("2026-01-01", lang="fr")}
    assert found["CAPTEUR-01"].file == "capteurs/c-1.toml"
    assert "aucun traitement" in found["CAPTEUR-01"].message
    save_register(register, folder)
    assert (folder / "capteurs/c-1.toml").read_text("utf-8") == SENSOR
    for layout in ("csv", "toml", "yaml"):
        save_register(register, tmp_path / layout, layout=layout)
        assert load_register(tmp_path / layout) == register


def test_a_reference_to_a_record_that_is_not_there_is_found(folder):
    (folder / "capteurs/c-1.toml").unlink()
    found = [f for f in load_register(folder).check("2026-01-01") if f.rule == "REF-01"]
    assert [f.record for f in found] == ["applications/a-1"]
    assert "capteurs" in found[0].message


def test_nothing_internal_leaves(folder, tmp_path):
    register = load_register(folder)
    extract = public(register)
    assert "plaintes" not in extract.records
    assert extract.records["capteurs"]["c-1"].armoire is None
    site = render_site(extract, ("fr", "en", "pt"))
    assert any("Boucle du pont" in text.decode() for text in site.values())
    for form in ("xlsx", "csv", "json", "jsonld"):
        export_register(extract, tmp_path / f"e.{form}", form, public=True, base="https://a.test/")
    export_register(extract, tmp_path / "lists", "csv")
    written = [
        p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and folder not in p.parents
    ]
    for content in (
        *site.values(),
        *written,
        render_report(register, 2026, on=register.etat_au).encode(),
    ):
        assert b"CANARI" not in content


def test_the_site_shows_a_list_and_pages_in_the_words_of_the_profile(folder):
    register = load_register(folder)
    site = render_site(public(register), ("fr", "en"))
    page = site["capteurs/c-1.html"].decode()
    assert "Capteur de l&#39;espace public" in page or "Capteur de l'espace public" in page
    assert "posé" in page
    assert "Vélos" in page  # the application that names it
    assert "in place" in site["en/capteurs/c-1.html"].decode()
    assert render_internal(register, "fr", on=register.etat_au)


def test_the_workbook_holds_them_and_gives_them_back(folder, tmp_path):
    register = load_register(folder)
    export_register(register, tmp_path / "r.xlsx", "xlsx", lang="pt")
    edited = read_register_workbook(tmp_path / "r.xlsx", register.kinds)
    assert edited.records["capteurs"]["c-1"]["armoire"] == "CANARI-ARMOIRE"
    assert main(["import", str(tmp_path / "r.xlsx"), str(folder), "--merge"]) == 0
    assert (folder / "capteurs/c-1.toml").read_text("utf-8") == SENSOR


def test_the_query_and_the_differences_know_them(folder):
    register = load_register(folder)
    assert query(register, "SELECT nom FROM capteurs", on="2026-01-01").rows == (
        ("Boucle du pont",),
    )
    (change,) = diff(register, register.without("capteurs", "c-1"))
    assert change.record == "capteurs/c-1"


def test_their_schema_accepts_what_the_class_accepts(folder):
    register = load_register(folder)
    for kind in ("capteurs", "plaintes"):
        schema = kind_schema(kind, register.kinds, "ville:1.0")
        for record in register.all(kind):
            jsonschema.validate(unstructure(record, iso=True), schema)
    files = profile_files(register.profile)
    assert (
        json.loads(files["json/capteurs.schema.json"])["x-labels"]["pt"]
        == "sensor no espaço público"
    )
    assert json.loads(files["json/plaintes.schema.json"])["examples"] == [
        {"id": "plaintes-1", "nom": "plainte"}
    ]
    assert "| `plaintes` |" in files["PROFILE.md"]


def test_new_writes_one(folder, capsys):
    assert main(["new", "capteurs", str(folder), "--set", "nom=Mât", "--set", "etat=pose"]) == 0
    (made,) = {p.name for p in (folder / "capteurs").iterdir()} - {"c-1.toml"}
    assert tomllib.loads((folder / "capteurs" / made).read_text("utf-8"))["etat"] == "pose"


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (
            'nom = "capteurs"\nfr = "capteur',
            'nom = "traitements"\nfr = "capteur',
            "`type_fiche[0].nom`",
        ),
        ('nom = "plaintes"', 'nom = "capteurs"', "`type_fiche[1].nom`"),
        ('nom = "plaintes"', 'nom = "registre"', "`type_fiche[1].nom`"),
        ('nom = "etat"\n', 'nom = "nom"\n', "`champ[1].nom`"),
        ('reference = "capteurs"', 'reference = "capteur"', "`champ[3].reference`"),
    ],
)
def test_a_kind_that_cannot_be_is_refused_with_its_place(tmp_path, before, after, place):
    assert before in PROFILE
    (tmp_path / "profil.toml").write_text(PROFILE.replace(before, after), "utf-8")
    with pytest.raises(RegisterError) as refused:
        load_profile(tmp_path / "profil.toml")
    assert any(place in problem for problem in refused.value.problems)


def test_a_list_of_the_site_is_called_as_the_law_of_the_territory_calls_it():
    site = render_site(load_register("examples/montreal"), ("fr", "en"))
    assert "Incidents de confidentialité" in site["violations.html"].decode()
    assert "Confidentiality incidents" in site["en/violations.html"].decode()
