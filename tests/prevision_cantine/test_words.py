"""The catalogue: every sentence in three languages, and every code that is raised in it."""

import ast
import copy
import pickle
import re
import string
import tomllib
from pathlib import Path

import pytest

import prevision_cantine
from prevision_cantine import load_city
from prevision_cantine.city.made_cities import make_commune
from prevision_cantine.cli import main
from prevision_cantine.errors import CantineError, CityError, ForecastError, ParameterError
from prevision_cantine.words.catalogue import Count, Either, Phrase, catalogue, sentence

SOURCE = Path(prevision_cantine.__file__).parent
WORDS = SOURCE / "words"
ERRORS = {"CantineError", "CityError", "DateError", "ForecastError", "OfficeError"}
# Words that are of one of the languages alone; names of columns and keys are French in all.
FRENCH = re.compile(r"\b(est|sont|pas|donnez|écrivez|ajoutez|dans|avec|gardez|une|aucune?)\b", re.I)
ENGLISH = re.compile(r"\b(is|are|not|give|write|the|with|keep|which|such as|no)\b", re.I)
PORTUGUESE = re.compile(
    r"\b(não|são|indique|escreva|acrescente|uma|nenhuma?|corrija|mantenha)\b", re.I
)
# "no" and "pas" are words of two languages.
OTHERS = {
    "fr": (ENGLISH, PORTUGUESE), "en": (FRENCH, PORTUGUESE), "pt": (re.compile(r"\b(is|are|not|give|write|the|with|keep|which)\b"), FRENCH),
}  # fmt: skip
# What is written as it stands in each language: keys, columns, commands.
KEPT = re.compile(
    r"\"[^\"]*\"|'[^']*'|“[^”]*”|«[^»]*»|--\S+|\[[^\]]*\]|\{[^}]*\}|\w+=\S*|\w+\.csv|pip install.*"
)


def calls():
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.id
                    if isinstance(node.func, ast.Name)
                    else getattr(node.func, "attr", "")
                )
                yield path.relative_to(SOURCE), node, name


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_sentence_is_in_three_languages_with_the_same_facts(code):
    said = catalogue()[code]
    assert set(said) == {"fr", "en", "pt"}
    if "%" in said["en"] and code.startswith("usage."):
        facts = {
            lang: sorted(re.findall(r"%(?:\((\w+)\))?[rs]", text)) for lang, text in said.items()
        }
    else:
        facts = {
            lang: sorted({name for _, name, _, _ in string.Formatter().parse(text) if name})
            for lang, text in said.items()
        }
    facts = {lang: [name for name in names if name != "detail"] for lang, names in facts.items()}
    assert facts["fr"] == facts["en"] == facts["pt"]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_sentence_is_of_one_language(code):
    said = {lang: KEPT.sub(" ", text) for lang, text in catalogue()[code].items()}
    for lang, others in OTHERS.items():
        assert not any(other.search(said[lang]) for other in others), said[lang]


def test_french_has_its_spaces_and_portuguese_its_quotation_marks():
    for code, said in catalogue().items():
        assert not re.search(r" [:;!?»]|« ", said["fr"]), code
        assert "«" not in said["pt"] + said["en"], code


def test_each_error_and_each_phrase_is_in_the_catalogue():
    lacking = []
    for path, node, name in calls():
        first = node.args[0] if node.args else None
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            continue
        code = first.value
        if name == "OfficeError" or (name in ("say", "part") and "office" in path.parts):
            code = f"office.{code}"
        elif name not in ERRORS and not (name == "of" and code.split(".")[0] == "parts"):
            continue
        if code not in catalogue():
            lacking.append(f"{path}:{node.lineno}: {code}")
    assert [place for place in lacking if not place.startswith(PYTHON_ALONE)] == []


# Parts whose errors are still sentences in the code, in English alone: most of them only a
# programmer meets, who calls them with wrong arrays.
PYTHON_ALONE = (
    "cli/backtest_command.py", "decide/changes.py", "decide/scenario.py", "measure/",
    "model/forecaster.py", "model/regression.py", "model/search.py", "model/smooth.py",
    "model/splitter.py", "model/terms.py", "model/transformer.py", "say/export.py",
    "say/forecast_file.py", "say/order_sheets.py", "uncertainty/",
)  # fmt: skip


def test_an_error_of_a_command_is_never_a_sentence_in_the_code():
    for path, node, name in calls():
        if name in ERRORS and node.args and isinstance(node.args[0], ast.JoinedStr):
            assert str(path).startswith(PYTHON_ALONE), f"{path}:{node.lineno}"


ERROR = CityError("no_date", where="menus.csv:3", value="demain\x1b[2J")


def test_an_error_is_data_that_says_itself():
    assert ERROR.say("fr").startswith("menus.csv:3\xa0: «\xa0demain [2J\xa0» n'est pas une date")
    assert ERROR.say("pt") == "menus.csv:3: “demain [2J” não é uma data; escreva AAAA-MM-DD"
    assert str(ERROR) == ERROR.say("en")
    assert ERROR.to_dict("pt") == {
        "kind": "CityError", "code": "no_date", "message": ERROR.say("pt"), "where": "menus.csv:3",
        "value": "demain\x1b[2J", "remedy": "escreva AAAA-MM-DD",
    }  # fmt: skip


@pytest.mark.parametrize(
    "error",
    [
        ERROR,
        ForecastError("no_forecast_of", value="X", near=Phrase.of("parts.some", names=("A", "B"))),
        ParameterError("tray", 0, "parts.give_trays"),
        CantineError("cells", where="a.csv:2", count=Count(1, "cell")),
        CityError("nature", where="a.csv:2", value="x", known=Either(("a", "b", "c"))),
    ],
    ids=lambda error: error.code,
)
def test_an_error_copies_and_goes_to_other_processes(error):
    for other in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):  # noqa: S301
        assert type(other) is type(error)
        assert [other.say(lang) for lang in ("fr", "en", "pt")] == [
            error.say(lang) for lang in ("fr", "en", "pt")
        ]
    assert error.to_dict()["code"] == error.code


def test_what_has_no_sentence_is_said_as_it_is():
    assert sentence("not of the catalogue", "fr") == "not of the catalogue"


# Each command with the mistakes that agents make: what is written, and words of the answer.
FOLDER = "{folder}"
MISTAKES = {
    "no folder": ("inspect nowhere", "n'existe pas", "does not exist", "não existe"),
    "no argument": ("forecast {folder}", "il manque", "are required", "faltam"),
    "unknown option": ("inspect {folder} --colour", "inconnus", "unrecognized", "desconhecidos"),
    "unknown command": ("prevoir {folder}", "choix inconnu", "invalid choice", "opção desconhecida"),
    "no value": ("inspect {folder} --format", "il faut une valeur", "expected one", "preciso um valor"),
    "no number": ("backtest {folder} --from 2021-01-11 --to 2021-01-15 --output b.csv --shortage few",
                  "n'est pas un nombre", "is not a number", "não é um número"),
    "not whole": ("fit {folder} --until 2021-01-05 --output m.zip --lead-days soon",
                  "nombre entier", "whole number", "número inteiro"),
    "outside": ("fit {folder} --until 2021-01-05 --output m.zip --lead-days 0",
                "donnez de 1 à 365 jours", "give 1 to 365 days", "indique de 1 a 365 dias"),
    "no day": ("forecast {folder} --from demain --to 2021-01-15 --output f.csv",
               "n'est pas un jour", "is not a day", "não é um dia"),
    "reversed": ("forecast {folder} --from 2021-01-15 --to 2021-01-12 --output f.csv",
                 "échangez", "swap", "troque"),
    "weekday": ("forecast {folder} --from 2021-01-16 --to 2021-01-17 --output f.csv",
                "samedi", "Saturday", "sábado"),
    "canteen": ("explain {folder} --from 2021-01-11 --to 2021-01-15 --canteen Zzz",
                "pas de prévision de la cantine", "no forecast for the canteen", "não há previsão"),
    "outside the calendar": ("forecast {folder} --from 2040-01-09 --to 2040-01-10 --output f.csv",
                             "le calendrier s'arrête", "calendar ends", "calendário termina"),
    "model": ("sheet {folder} --model nowhere.zip", "ce fichier n'existe pas", "no such file",
              "este arquivo não existe"),
    "draft": ("explain {folder} --from 2021-01-11 --to 2021-01-15 --draft nowhere.csv",
              "projet des agents", "agents' draft", "rascunho dos agentes"),
    "output": ("effects {folder} --until 2021-01-05 --output nowhere/e.csv",
               "n'existe pas", "no such folder", "não existe"),
    "picture": ("effects {folder} --until 2021-01-05 --picture e.gif",
                "sorte d'image", "picture format", "tipo de imagem"),
    "caution": ("order {folder} --from 2021-01-11 --to 2021-01-15 --output o.csv",
                "donnez --shortage", "give --shortage", "indique só --shortage"),
    "scenario": ("what-if {folder} --from 2021-01-11 --to 2021-01-15 --enrolment X",
                 "CANTINE=FACTEUR", "CANTEEN=FACTOR", "CANTINA=FATOR"),
    "country": ("calendar {folder} --country XX", "pays", "country", "país"),
    "import": ("import nowhere.xlsx out", "lecture impossible", "cannot be read", "não pode ser lido"),
    "portions": ("ingredients {folder} --order nowhere.csv --portions nowhere.csv --output i.csv",
                 "ce fichier n'existe pas", "no such file", "este arquivo não existe"),
}  # fmt: skip
# A wrong file of the folder: its name and text, and words of the answer of inspect.
FILES = {
    "column": ("menus.csv", "date,mets\n2024-01-08,Riz\n", "manque", "is missing", "falta"),
    "semicolons": ("menus.csv", "date;plat\n2024-01-08;Riz\n", "séparées", "separated", "separadas"),
    "date": ("menus.csv", "date,plat\n08/01/2024,Riz\n", "AAAA-MM-JJ", "YYYY-MM-DD", "AAAA-MM-DD"),
    "person": ("menus.csv", "date,plat,nom_enfant\n2024-01-08,Riz,x\n",
               "donnée personnelle (nom de personne)", "personal data (name)",
               "dado pessoal (nome de pessoa)"),
    "mail": ("menus.csv", "date,plat\n2024-01-08,a@example.org\n", "adresse électronique",
             "e-mail address", "endereço de e-mail"),
    "count": ("effectifs.csv", "cantine,du,effectif\nA,2023-09-01,beaucoup\n",
              "n'est pas un nombre", "is not a number", "não é um número"),
    "nature": ("calendrier.csv", "du,au,nature\n2021-01-08,2021-01-09,congé\n",
               "écrivez vacances", "write vacances", "escreva vacances"),
    "toml": ("ville.toml", "jours = [lundi]\n", "TOML", "TOML", "TOML"),
    "toml weekday": ("ville.toml", 'jours = ["lundredi"]\n', "jour de la semaine", "not a weekday",
                     "dia da semana"),
    "toml languages": ("ville.toml", 'langues = "fr"\n', "une liste", "a list", "uma lista"),
    "toml family": ("ville.toml", "[familles.poisson]\nmots = 3\n", "les mots de ses plats",
                    "the words of its dishes", "as palavras dos seus pratos"),
    "not text": ("menus.csv", b"date,plat\n2024-01-08,P\xeache\n", "UTF-8", "UTF-8", "UTF-8"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = make_commune(years=3, canteens=3).to_folder(tmp_path_factory.mktemp("words") / "town")
    (path / "ville.toml").write_text(
        'langues = ["pt"]\njours = ["lundi", "mardi", "jeudi", "vendredi"]\n'
    )
    return path


def words_of(error: str) -> str:
    return KEPT.sub(" ", error.replace("prevision-cantine", ""))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told_in_the_language_asked(folder, tmp_path, monkeypatch, capsys, mistake):
    monkeypatch.chdir(tmp_path)
    command, *wanted = MISTAKES[mistake]
    arguments = [word.format(folder=folder) for word in command.split()]
    for lang, words in zip(("fr", "en", "pt"), wanted, strict=True):
        assert main([*arguments, "--lang", lang]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
        assert not any(other.search(words_of(error)) for other in OTHERS[lang]), error


@pytest.mark.parametrize("wrong", FILES)
def test_each_wrong_file_is_told_in_the_language_asked(folder, tmp_path, capsys, wrong):
    name, text, *wanted = FILES[wrong]
    town = tmp_path / "town"
    town.mkdir()
    (town / "frequentation.csv").write_text("date,cantine,reel\n2024-01-08,A,100\n")
    (town / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    for lang, words in zip(("fr", "en", "pt"), wanted, strict=True):
        assert main(["inspect", str(town), "--lang", lang]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert name in error
        assert error.count("\n") == 1


def test_the_language_is_that_of_the_option_then_of_the_city_then_french(folder, tmp_path, capsys):
    assert main(["inspect", str(folder)]) == 0
    assert "refeições" in capsys.readouterr().out
    assert main(["inspect", str(folder), "--lang=en"]) == 0
    assert "meals" in capsys.readouterr().out
    assert main(["inspect", str(tmp_path)]) == 2
    assert "ne contient pas de frequentation.csv" in capsys.readouterr().err
    assert main(["forecast", str(folder)]) == 2
    assert "faltam" in capsys.readouterr().err


def test_a_remark_says_itself_in_each_language(tmp_path):
    (tmp_path / "frequentation.csv").write_text("date,cantine,reel,secteur\n2024-01-08,A,100,N\n")
    (remark,) = load_city(tmp_path).report
    assert remark.say("fr") == (
        "frequentation.csv\xa0: colonnes «\xa0secteur\xa0» (1)\xa0: laissées de côté"
    )
    assert remark.say("pt") == "frequentation.csv: colunas “secteur” (1): deixadas de fora"
    assert remark.to_dict("en")["what"] == "columns 'secteur'"


@pytest.mark.parametrize(
    ("arguments", "environment", "lang"),
    [
        ([], {"LANG": "de_DE.UTF-8", "LANGUAGE": "de"}, "fr"),
        ([], {"LANG": "C.UTF-8"}, "fr"),
        ([], {"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "pt_BR"}, "pt"),
        ([], {"LANG": "pt_BR.UTF-8", "LC_ALL": "en_CA.UTF-8"}, "en"),
        (["--lang", "pt"], {"LANG": "en_CA.UTF-8"}, "pt"),
    ],
)
def test_the_language_is_that_of_the_option_or_else_of_the_environment(
    arguments, environment, lang, monkeypatch, capsys, tmp_path
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["inspect", "nowhere", *arguments]) == 2
    words = {
        "fr": "ce dossier n'existe pas",
        "en": "this folder does not exist",
        "pt": "esta pasta não existe",
    }
    assert words[lang] in capsys.readouterr().err
    (tmp_path / "ville.toml").write_text('langues = ["pt"]', "utf-8")  # the city's own goes before
    assert main(["inspect", str(tmp_path)]) == 2
    assert "prevision-cantine: erro:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "path", sorted((WORDS / "phrases").glob("*.toml")), ids=lambda path: path.stem
)
def test_each_phrase_of_a_module_is_in_three_languages_with_the_same_facts(path):
    for key, said in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert set(said) == {"fr", "en", "pt"}, key
        facts = {lang: set(re.findall(r"{(\w+)", text)) for lang, text in said.items()}
        assert len({frozenset(names) for names in facts.values()}) == 1, (key, facts)
