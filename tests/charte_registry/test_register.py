"""The register of 2020 and registers that are wrong."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest

from charte_registry import RegisterError, adequation, load_register, render_report
from charte_registry.cli import main
from charte_registry.records import KINDS

MANIFEST = 'schema = "1.0"\ntitre = "R"\nterritoire = "T"\netat_au = 2020-12-15\nannees = [2020]\n'


@pytest.fixture
def folder(tmp_path):
    """Return a folder with one application, one body and one processing, all in order."""
    root = tmp_path / "register"
    (root / "traitements").mkdir(parents=True)
    (root / "registre.toml").write_text(MANIFEST)
    (root / "organismes.csv").write_text("id,nom\nville,Ville\n")
    (root / "applications.csv").write_text(
        "id,nom,hebergement.mode,hebergement.pays\na,A,heberge,FR\n"
    )
    (root / "traitements" / "t.toml").write_text(
        'id = "t"\nnom = "Aides"\nresponsable = "ville"\ncategories_personnes = ["usagers"]\n'
        'applications = ["a"]\n'
        '[[categories_donnees]]\ncategorie = "economique_financiere"\nconservation = {duree = "P1Y"}\n'
        '[[finalites]]\nnom = "Calculer"\nbases_legales = ["mission_interet_public"]\n'
    )
    return root


# The example of 2020


def test_the_indicators_are_the_figures_of_the_report(examples):
    figures = load_register(examples / "nantes_2020").indicators(2020)
    expected = {
        "applications_total": 442, "applications_hebergement_interne": 408,
        "applications_hebergement_france": 30, "applications_hebergement_europe": 3,
        "applications_hebergement_hors_europe": 1, "algorithmes_publies": 2,
        "demandes_droits": {2018: 20, 2019: 26, 2020: 23}, "jeux_de_donnees_depuis_charte": 34,
        "formations_sessions": 12, "formations_personnes": 150, "reclamations_autorite": 1,
    }  # fmt: skip
    assert {name: figures[name] for name in expected} == expected
    phases = figures["actions_par_engagement"].values()
    assert sum(n for phase in phases for n in phase.values()) == figures["actions_total"]


def test_the_example_says_what_is_a_placeholder(examples):
    register = load_register(examples / "nantes_2020")
    assert all(a.factice for a in register.all("applications") if a.nom.startswith("Application"))
    assert all(action.preuve for action in register.all("actions"))


def test_a_year_that_is_not_described_is_refused(examples):
    with pytest.raises(RegisterError, match="describes 2020, not 2019"):
        load_register(examples / "nantes_2020").indicators(2019)


# Tables and files


def _replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_column_of_an_optional_part_is_not_required(folder):
    (folder / "organismes.csv").write_text(
        "id,nom,contact.courriel\nville,Ville,\na,A,dpo@example.org\n"
    )
    ville, other = load_register(folder).all("organismes")
    assert ville.contact is None
    assert other.contact.courriel == "dpo@example.org"
    (folder / "applications.csv").write_text(
        "id,nom,hebergement.mode,hebergement.rapatriement.cible\na,A,interne,France\n"
    )
    with pytest.raises(
        RegisterError, match=r"applications.csv:2 `hebergement.rapatriement.etat`: is missing"
    ):
        load_register(folder)


# What cannot be read


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("applications.csv", "id,nom\na,A\n", r"applications.csv:1: the column 'hebergement.mode' is missing"),
        ("applications.csv", "id,nom,hebergement.mode,hote\na,A,interne,x\n", "no column 'hote'"),
        ("applications.csv", "id,nom,hebergement.mode\na,A,nuage\n", "applications.csv:2 `hebergement.mode`: 'nuage' is not allowed"),
        ("applications.csv", "id,nom,hebergement.mode\na,A,interne\na,B,interne\n", "applications.csv:3 `id`: 'a' already appears at applications.csv:2"),
        ("applications.csv", "id,nom,hebergement.mode\na,A\n", "2 cells where the header has 3; put a cell that contains a comma between"),
        ("applications.csv", "id,id\na,A\n", "appears twice"),
        ("applications.csv", "", "empty"),
        ("demandes_droits.csv", "id,annee,nombre\n1,2020,-3\n", "demandes_droits.csv:2 `nombre`: expected a whole number"),
        ("demandes_droits.csv", "id,annee,nombre\n1,deux,3\n", "`annee`: expected a whole number"),
        ("traitements/t.toml", 'id = "t"\nnom = "A"\n', "`responsable`: is missing"),
        ("traitements/t.toml", 'id = "t"\nnom = "A"\nresponsable = "v"\nfactic = true\n', "t.toml:4 `factic`: is an unknown field; did you mean factice"),
        ("traitements/t.toml", 'id = "t"\nnom = "A"\nresponsable = "v"\nfactice = "oui"\n', "t.toml:4 `factice`: expected true or false"),
        ("traitements/t.toml", 'id = "t"\nnom = ""\nresponsable = "v"\n', "`nom`: is empty"),
        ("traitements/t.toml", 'id = "t"\nnom = 3\nresponsable = "v"\n', "`nom`: expected a text, got 3"),
        ("traitements/t.toml", "id =\n", "not TOML"),
        ("traitements/t.txt", "x", "not a .toml or .yaml file"),
        ("aplications.csv", "id\n", "is not a kind of record; did you mean applications"),
        ("registre.toml", MANIFEST.replace("1.0", "7"), "version '7' is unknown; this package reads 1.0, and charte-registry migrate"),
        ("registre.toml", MANIFEST.replace("etat_au = 2020-12-15\n", ""), "`etat_au`: is missing"),
        ("registre.toml", MANIFEST + "anees = 1\n", "unknown field; did you mean annees"),
        ("registre.toml", MANIFEST.replace("2020-12-15", '"today"'), "'today' is not a date"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_line_each_and_status_2(folder, capsys, file, text, message):
    (folder / file).write_text(text)
    assert main(["check", str(folder)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert all(line.startswith("charte-registry: error: ") for line in error.splitlines())


def test_all_problems_come_at_once(folder, capsys):
    (folder / "applications.csv").write_text("id,nom,hebergement.mode\na,A,x\nb,B,y\n")
    with pytest.raises(RegisterError, match="and 1 more") as error:
        load_register(folder)
    assert len(error.value.problems) == 2
    assert main(["check", str(folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.removeprefix("charte-registry: error: ") for line in lines] == [
        *error.value.problems
    ]


def test_of_very_many_problems_the_first_are_told(folder, capsys):
    rows = "".join(f"a{i},A,x\n" for i in range(30))
    (folder / "applications.csv").write_text(f"id,nom,hebergement.mode\n{rows}")
    assert main(["check", str(folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert (len(lines), lines[-1]) == (21, "charte-registry: and 10 more")


def test_a_file_in_another_encoding_or_outside_the_folder_is_refused(folder, tmp_path):
    (folder / "organismes.csv").write_bytes(b"id,nom\nv,Mus\xe9e\n")
    with pytest.raises(RegisterError, match="not in UTF-8 at byte 12"):
        load_register(folder)
    (folder / "organismes.csv").unlink()
    (tmp_path / "secret.csv").write_text("id,nom\nville,V\n")
    (folder / "organismes.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(RegisterError, match="leads out of the folder"):
        load_register(folder)


def test_a_folder_without_manifest_is_refused(tmp_path):
    with pytest.raises(RegisterError, match=r"registre.toml: is missing"):
        load_register(tmp_path)


# Command line and report


def test_indicators_come_as_json_and_csv(examples, capsys):
    folder = str(examples / "nantes_2020")
    assert main(["indicators", folder, "--year", "2020"]) == 0
    assert json.loads(capsys.readouterr().out)["demandes_droits"]["2020"] == 23
    assert main(["indicators", folder, "--year", "2020", "--format", "csv"]) == 0
    assert "demandes_droits.2020,23" in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_the_report_is_one_page_that_loads_nothing(examples, tmp_path, lang):
    page = tmp_path / "r.html"
    folder = str(examples / "nantes_2020")
    assert main(["report", folder, "--year", "2020", "--output", str(page), "--lang", lang]) == 0
    text = page.read_text("utf-8")
    assert f'<html lang="{lang}">' in text
    assert not re.search(r"<(script|link|img|iframe)|url\(|@import", text)
    headings = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert headings[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(headings))


def test_the_report_escapes_what_a_register_says(folder):
    _replace(folder / "registre.toml", '"R"', '"<script>alert(1)</script>"')
    page = render_report(load_register(folder), 2020, on=dt.date(2020, 12, 15))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_report_that_cannot_be_written_leaves_nothing(folder, capsys):
    target = folder.parent / "absent" / "r.html"
    assert main(["report", str(folder), "--year", "2020", "--output", str(target)]) == 2
    assert main(["report", str(folder), "--year", "1999", "--output", str(folder / "r.html")]) == 2
    assert main(["report", str(folder), "--year", "2020", "--output", "r", "--lang", "de"]) == 2
    assert capsys.readouterr().err.count("\n") == 3
    assert not (folder / "r.html").exists()


# Vocabulary


@pytest.mark.parametrize(
    ("country", "day", "adequate"),
    [
        ("US", "2016-07-11", False), ("US", "2016-07-12", True), ("US", "2020-07-15", True),
        ("US", "2020-07-16", False), ("US", "2023-07-10", True), ("GB", "2020-12-31", True),
        ("GB", "2021-01-01", False), ("GB", "2021-06-28", True), ("GB", "2031-12-28", False),
        ("JP", "2019-01-22", False), ("JP", "2019-01-23", True), ("FR", "2020-01-01", True),
        ("RE", "2020-01-01", True), ("BR", "2026-01-25", False), ("BR", "2026-01-26", True),
    ],
)  # fmt: skip
def test_adequacy_is_a_function_of_the_date(country, day, adequate):
    assert adequation(country, on=day).adequate is adequate


def test_an_answer_past_the_last_review_says_so():
    assert adequation("CA", on="2030-01-01").beyond_review
    assert not adequation("CA", on="2020-01-01").beyond_review
    with pytest.raises(RegisterError, match="not a country"):
        adequation("Canada", on="2020-01-01")
    with pytest.raises(RegisterError, match="is not a date"):
        adequation("CA", on="now")


def test_every_field_is_described_in_three_languages():
    for cls in KINDS.values():
        for field in cls.__attrs_attrs__:
            assert all(field.metadata[lang] for lang in ("fr", "en", "pt")), (cls, field.name)
            assert field.metadata["visibility"] in ("public", "interne")


def test_a_copy_of_the_example_loads_from_anywhere(examples, tmp_path):
    shutil.copytree(examples / "nantes_2020", tmp_path / "copy")
    assert len(load_register(tmp_path / "copy").all("applications")) == 442


def test_a_reader_that_stops_early_is_no_error(examples):
    script = f"import sys; from charte_registry.cli import main; sys.exit(main(['indicators', {str(examples / 'nantes_2020')!r}, '--year', '2020']))"
    command = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    command.stdout.close()  # before a word is written
    assert (command.stderr.read(), command.wait()) == (b"", 0)
    command.stderr.close()
