"""A record to fill in, a register to begin with, and one record more."""

import datetime as dt
import json
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import records

from charte_registry import RegisterError, load_register, structure, unstructure
from charte_registry.cli import main
from charte_registry.cli.new import ask, parsed
from charte_registry.files.skeleton import skeleton
from charte_registry.files.starter import starter
from charte_registry.messages import LANGUAGES
from charte_registry.records import KINDS


@given(st.sampled_from(sorted(KINDS)).flatmap(lambda k: st.tuples(st.just(k), records(k))))
def test_a_skeleton_holds_its_record_and_nothing_else(case):
    kind, record = case
    text = skeleton(KINDS[kind], unstructure(record), "fr")
    assert structure(KINDS[kind], tomllib.loads(text)) == record


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_stands_in_the_skeleton_and_is_toml_once_uncommented(kind, lang):
    text = skeleton(KINDS[kind], {}, lang)
    assert tomllib.loads(text) == {}
    data = tomllib.loads(re.sub(r"(?m)^#(?! )", "", text))
    assert set(data) == {field.name for field in KINDS[kind].__attrs_attrs__}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_register_loads_without_error_and_holds_no_default_to_forget(lang, tmp_path, capsys):
    folder = tmp_path / "registre"
    assert main(["init", str(folder), "--lang", lang]) == 0
    register = load_register(folder)
    assert [f for f in register.check(register.etat_au) if f.severity == "error"] == []
    assert register.etat_au == dt.date.today()
    assert main(["check", str(folder)]) == 0
    capsys.readouterr()
    assert main(["init", str(folder)]) == 2
    assert "already exists" in capsys.readouterr().err
    assert load_register(folder) is not None


def test_a_register_that_cannot_be_written_leaves_nothing(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["init", str(tmp_path / "file")]) == 2
    assert main(["init", str(tmp_path / "absent" / "registre")]) == 2
    assert main(["init", str(tmp_path / "registre"), "--lang", "xx"]) == 2
    assert "fr" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.fixture
def folder(tmp_path):
    for name, text in starter(dt.date(2026, 1, 1)).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_a_record_from_flags_reads_back(folder, capsys):
    flags = [
        "id=paie", "nom=Paie", "responsable=collectivite", "categories_personnes=agents;élus",
        "finalites[0].nom=Payer", "finalites[0].bases_legales=obligation_legale",
        "finalites[1].nom=Déclarer", "nir.texte=Décret 2019-341", "cree_le=2026-01-02",
    ]  # fmt: skip
    assert main(["new", "traitement", str(folder), *(f"--set={flag}" for flag in flags)]) == 0
    record = load_register(folder).records["traitements"]["paie"]
    assert [f.nom for f in record.finalites] == ["Payer", "Déclarer"]
    assert record.categories_personnes == ("agents", "élus")
    assert record.cree_le == dt.date(2026, 1, 2)
    text = (folder / "traitements/paie.toml").read_text("utf-8")
    assert '#statut = "en_service"' in text


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ([], "`nom`: is missing"),
        (["id=a", "nom=A", "responsable=c", "statut=x"], "projet"),
        (["id=../a", "nom=A", "responsable=c"], "not a valid identifier"),
        (["id=traitement-1", "nom=A", "responsable=c"], "traitements/traitement-1.toml:1"),
        (["id"], "write FIELD=VALUE"),
        (["finalites[1].nom=A"], "count from [0]"),
        (["id=a", "id=b"], "given twice"),
        (["nom=A", "nom.x=b"], "does not follow the options"),
        (["identifiant=a", "nom=A", "responsable=c"], "unknown field"),
    ],
)
def test_a_wrong_flag_writes_nothing(folder, capsys, flags, words):
    before = sorted(folder.rglob("*"))
    assert main(["new", "traitements", str(folder), *(f"--set={flag}" for flag in flags)]) == 2
    assert words in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before


def test_an_unknown_kind_is_answered_with_the_nearest(folder, capsys):
    assert main(["new", "traitment", str(folder)]) == 2
    assert "did you mean traitement" in capsys.readouterr().err


def test_questions_ask_again_until_the_answer_is_allowed(folder, capsys):
    register = load_register(folder)
    answers = {
        "id": ["no id", "t-2"], "nom": ["", "Paie"], "responsable": ["à compléter : votre collectivité"],
        "finalites.nom": ["Payer; Déclarer"], "categories_donnees.categorie": ["x", "Civil status, identity, images"],
    }  # fmt: skip
    asked = []

    def answer(question):
        asked.append(question)
        name = question.split("\n")[1].removesuffix(": ").removesuffix(" (several: put ; between)")
        return answers[name].pop(0) if answers.get(name) else ""

    data = {}
    ask(KINDS["traitements"], data, register, "en", answer)
    record = structure(KINDS["traitements"], data)
    assert (record.id, record.nom, record.responsable) == ("t-2", "Paie", "collectivite")
    assert [f.nom for f in record.finalites] == ["Payer", "Déclarer"]
    assert [c.categorie for c in record.categories_donnees] == ["identite"]
    errors = capsys.readouterr().err
    assert "not a valid identifier" in errors
    assert "'x' is not allowed" in errors
    assert "empty" in errors
    assert not any(answers.values())
    (who,) = (question for question in asked if question.endswith("\nresponsable: "))
    assert (
        "[collectivite: À compléter : votre collectivité, dpo: Délégué à la protection des données]"
        in who
    )
    assert any("[paie]" in question for question in asked)  # an identifier made from the name
    (purpose,) = (question for question in asked if "\nfinalites.nom " in question)
    assert "required" not in purpose  # a record may have no purpose, a purpose no empty name


@pytest.fixture
def begun(tmp_path):
    assert main(["init", str(tmp_path / "registre"), "--lang", "en"]) == 0
    return tmp_path / "registre"


def test_a_record_of_a_register_names_its_schema_and_takes_its_identifier_from_its_name(
    begun, capsys
):
    assert (
        main(
            [
                "new",
                "traitement",
                str(begun),
                "--set",
                "nom=État civil",
                "--set",
                "responsable=dpo",
            ]
        )
        == 0
    )
    text = (begun / "traitements" / "etat-civil.toml").read_text("utf-8")
    line, path = text.splitlines()[0].split(" ")
    assert line == "#:schema"
    schema = json.loads((begun / "traitements" / path).read_text("utf-8"))
    assert schema["properties"].keys() >= {"id", "nom", "responsable"}
    for file in begun.glob("*/*.toml"):
        first = file.read_text("utf-8").splitlines()[0]
        assert (file.parent / first.removeprefix("#:schema ")).is_file()
    load_register(begun)


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("statut", "en_service\tin service"),
        ("responsable", "dpo\tData protection officer"),
        ("finalites.bases_legales", "contrat\tcontract"),
    ],
)
def test_what_a_field_can_hold_is_listed(begun, field, line, capsys):
    assert main(["new", "traitement", str(begun), "--choices", field, "--lang", "en"]) == 0
    assert line in capsys.readouterr().out.splitlines()
    for wrong in ("statu", "finalites.x", "nom", "nom.x"):
        assert main(["new", "traitement", str(begun), "--choices", wrong]) == 2
    assert "did you mean statut" in capsys.readouterr().err
    assert main(["new", "traitement", str(begun), "--choices", "bases"]) == 2
    assert "did you mean finalites.bases_legales" in capsys.readouterr().err


def test_a_record_that_names_what_is_not_there_is_written_and_says_so(begun, capsys):
    assert main(["new", "traitement", str(begun), "--set=nom=A", "--set=responsable=nobody", "--lang=fr"]) == 0  # fmt: skip
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [
        "`responsable`\xa0: «\xa0nobody\xa0» n'est pas encore dans organismes\xa0; "
        "ajoutez la fiche ou corrigez l'identifiant"
    ]
    assert main(["new", "traitement", str(begun), "--set=nom=B", "--set=responsable=dpo"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_an_identifier_that_the_name_would_give_is_not_asked_for(begun, capsys):
    assert main(["new", "traitement", str(begun), "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert "`nom`: is missing" in error
    assert "`id`" not in error


@given(st.text())
def test_a_flag_without_a_sign_is_refused(text):
    with pytest.raises(RegisterError, match="--set"):
        parsed([text.replace("=", "")])


@given(st.text())
def test_a_value_is_kept_whole(text):
    assert parsed([f"nom={text}"]) == {"nom": text}


@pytest.mark.parametrize(
    ("kind", "flags", "identifiers"),
    [
        ("incident", ["connu_le=2026-03-02"], ["2026-01", "2026-02"]),
        ("demande", ["droit=acces", "recue_le=2026-03-02"], ["2026-01", "2026-02"]),
        ("revue", ["fiche=traitements/paie", "le=2026-03-02"], ["paie-2026", "paie-2026-2"]),
        ("violation", ["annee=2026", "nombre=1"], ["2026", "2026-2"]),
    ],
)
def test_a_record_that_nobody_names_is_called_by_what_it_is_about_and_its_year(
    begun, kind, flags, identifiers
):
    for identifier in identifiers:
        assert main(["new", kind, str(begun), *(f"--set={flag}" for flag in flags)]) == 0
        assert list(begun.glob(f"*/{identifier}.toml"))


def test_numbers_within_a_year_go_on_as_wide_as_before(begun):
    for more in (["id=2026-007", "connu_le=2026-01-02"], ["connu_le=2026-03-02"]):
        assert main(["new", "incident", str(begun), *(f"--set={flag}" for flag in more)]) == 0
    assert [p.stem for p in sorted(begun.glob("incidents/2026*"))] == ["2026-007", "2026-008"]


def test_the_identifier_is_asked_after_what_it_is_made_from(folder):
    asked = []

    def answer(question):
        asked.append(question.split("\n")[-1])
        return "2026-03-02" if "connu_le" in question else ""

    data = {}
    ask(KINDS["incidents"], data, load_register(folder), "en", answer)
    assert asked.index("connu_le: ") < asked.index("id: ")
    assert data["id"] == "2026-01"
