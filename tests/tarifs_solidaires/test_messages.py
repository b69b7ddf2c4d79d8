"""Errors, findings and the command line speak English, French and Portuguese, never mixed."""

import copy
import datetime as dt
import json
import pickle
import re

import pytest

from tarifs_solidaires import InputError, load_rule
from tarifs_solidaires.catalogue import (
    Counted,
    Digits,
    Joined,
    Phrase,
    Unit,
    Worded,
    system_reason,
    translated,
    translator,
)
from tarifs_solidaires.cli import main, parser
from tarifs_solidaires.cli.language import argparse_in, wanted_language
from tarifs_solidaires.errors import Fault
from tarifs_solidaires.rules.check import check_text

LANGUAGES = ("fr", "pt")
# Words of English that neither French nor Portuguese has.
ENGLISH = re.compile(
    r"\b(?:the|is|are|and|or|with|of|write|give|which|it|not|there|has|be|by|file|known|row|rows|see)\b"
)
# Texts that are the same in a language: words that both have, and what a file or a program writes.
SAME = re.compile(r"`[^`]*`|N|options|notices|table, formula, scale or best|\W*")


def placeholders(text):
    return sorted(re.findall(r"\{[a-z_]+(?:![rsa])?(?::[^{}]*)?\}|%\([a-z_]+\)[sr]|%[sr]", text))


def forms(text, lang):
    """Return the forms of a text in a language: one, or the singular and the plural."""
    if isinstance(text, str):
        return [translated(text, lang)]
    return [translator(lang).ngettext(*text, count) for count in (1, 2)]


# -- the catalogue ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_of_the_code_is_translated_with_its_places(tariff_messages, lang):
    texts = tariff_messages.messages()
    assert len(texts) > 1200
    known = {key[0] if isinstance(key, tuple) else key for key in translator(lang)._catalog}
    english = {text if isinstance(text, str) else text[0] for text in texts}
    assert english == known - {""}, (
        "run python tools/tariff_messages.py, and translate what it names"
    )
    for text in texts:
        several = text if isinstance(text, str) else text[1]
        for form in forms(text, lang):
            assert form.strip()
            assert placeholders(form) == placeholders(several), text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_translation_is_the_english_text(tariff_messages, lang):
    same = {
        text
        for text in tariff_messages.messages()
        if isinstance(text, str) and translated(text, lang) == text and not SAME.fullmatch(text)
    }
    bare = {text for text in same if re.search(r"[a-z]{2} ", re.sub(r"\{[^{}]*\}", "", text))}
    assert bare <= {"plus {share}"}, bare


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_error_is_said_without_a_place_left(tariff_messages, lang):
    codes = tariff_messages.error_codes()
    assert len({code for code, _, _ in codes}) > 100
    for code, template, remedy in codes:
        names = re.findall(r"\{([a-z_]+)", template + remedy)
        numbers = re.findall(r"\{([a-z_]+):[^{}]*[,gf][^{}]*\}", template + remedy)
        data = {name: 1234.5 if name in numbers else "x" for name in names}
        fault = Fault(code=code, template=template, remedy=remedy, data=data, input="x")
        said = fault.say(lang)
        assert not re.search(r"\{[a-z_]+", said.replace("{ plein", "")), said
        if re.search(r"[a-z]{3}", re.sub(r"\{[^{}]*\}", "", template + remedy)):
            assert said != str(fault), said


def test_argparse_takes_its_own_words_from_the_catalogue_for_a_while(tariff_messages):
    with argparse_in("fr"):
        said = parser().format_help()
    assert said.startswith("utilisation")
    assert "afficher cette aide et quitter" in said
    assert parser().format_help().startswith("usage: ")


# -- phrases ---------------------------------------------------------------------------------------


def test_a_phrase_takes_its_parts_into_its_language():
    inner = Phrase("known: {names}", names=Joined(["a", "b", "c"]))
    whole = Fault(code="x", template="the column {input!r} is unknown", remedy=inner, input="l'âge")
    assert str(whole) == 'the column "l\'âge" is unknown; known: a, b, c'
    assert whole.say("fr") == (
        "colonne inconnue\N{NO-BREAK SPACE}: «\N{NO-BREAK SPACE}l'âge\N{NO-BREAK SPACE}»"
        "\N{NO-BREAK SPACE}; choix connus\N{NO-BREAK SPACE}: a, b, c"
    )
    assert whole.say("pt-BR") == "coluna desconhecida: “l'âge”; opções: a, b, c"
    assert whole.say("de") == str(whole)


def test_numbers_days_and_lists_are_written_as_a_language_does():
    text = Phrase(
        "{rule} on {day}: {text}", rule="a/b", day=dt.date(2024, 8, 31), text=Digits("1,000.5")
    )
    assert str(text) == "a/b on 2024-08-31: 1,000.5"
    assert text.say("pt") == "a/b em 31/08/2024: 1.000,5"
    assert Joined(["a", "b", "c"], "and").say("pt") == "a, b e c"
    assert Counted("{count:,} error", "{count:,} errors", 0).say("fr") == "0 erreur"
    assert str(Counted("{count:,} error", "{count:,} errors", 0)) == "0 errors"
    assert Unit("EUR/month").say("pt") == "EUR/mês"


@pytest.mark.parametrize(
    "phrase",
    [
        Phrase("did you mean {names}?", names=Joined(["a", Phrase("a table")], "or", "")),
        Counted("{count:,} case", "{count:,} cases", 3),
        Worded({"fr": "âge", "en": "age"}),
        Digits("1.5"),
        Unit("EUR/year"),
        system_reason(FileNotFoundError(2, "No such file")),
    ],
    ids=lambda phrase: type(phrase).__name__,
)
def test_a_phrase_copies_and_pickles_with_its_languages(phrase):
    for again in (copy.deepcopy(phrase), pickle.loads(pickle.dumps(phrase))):  # noqa: S301
        assert type(again) is type(phrase)
        assert again == phrase
        assert [again.say(lang) for lang in LANGUAGES] == [phrase.say(lang) for lang in LANGUAGES]


# -- errors ----------------------------------------------------------------------------------------


def test_an_error_is_said_and_given_as_data_in_the_language_asked_for():
    rule = load_rule("nantes/transport", on="2020-10-01")
    with pytest.raises(InputError) as caught:
        rule.compute(quotient_familial=[10, -1, "a"], age=[200, 3, 4])
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert not ENGLISH.search(error.say("pt"))
    for lang in LANGUAGES:
        data = error.to_dict(lang)
        assert json.loads(json.dumps(data)) == data
        for fault, one in zip(error.errors, data["errors"], strict=True):
            assert one["message"] == fault.message.say(lang)
            assert one["message"] != str(fault.message)
    assert error.to_dict()["errors"][0]["message"] == error.errors[0].message


def test_a_result_that_is_missing_says_why_in_the_language_asked_for():
    rule = load_rule("nantes/transport", on="2020-10-01")
    result = rule.compute(quotient_familial=[10, -1], errors="null")
    assert list(result.reason_in("pt")) == [
        "",
        "quotient_familial: deve estar entre 0 e 100.000.000 (EUR/mês)",
    ]
    assert result.reason[1] == "quotient_familial: must be between 0 and 100,000,000 (EUR/month)"


def test_findings_are_said_in_the_language_asked_for():
    for finding in check_text('format = 2\nname = "Ville"\nlanguages = ["fr"]\n'):
        for lang in LANGUAGES:
            assert not ENGLISH.search(re.sub(r"`[^`]*`", "", finding.say(lang))), finding.say(lang)
            assert finding.to_dict(lang)["code"] == finding.code
        assert str(finding).startswith(f"{finding.severity}: ")


# -- the command line ------------------------------------------------------------------------------

ON = ["--on", "2020-10-01"]
BAD = "quotient_familial;age\n-1;30\nabc;200\n22.500;3\n"
WRONG = [
    ["compute", "nantes/transport", *ON, "--input", "in.csv", "--output", "out.csv"],
    ["compute", "nantes/transprt", *ON, "--input", "in.csv", "--output", "out.csv"],
    ["compute", "nantes/transport", "--on", "2040-01-01", "--input", "x", "--output", "y"],
    ["compute", "nantes/transport", "--on", "demain", "--input", "x", "--output", "y"],
    ["compute", "nantes/transport", *ON, "--input", "none.csv", "--output", "out.csv"],
    ["compute", "nantes/transport", *ON, "--input", "in.csv", "--output", "in.csv"],
    ["compute", "nantes/transport", *ON, "--input", "in.csv", "--output", "out.csv", "--chunk", "a"],
    ["compute", "nantes/transport", *ON, "--input", "in.csv", "--output", "o.csv", "--columns", "x"],
    ["compute", "nantes/transport", *ON, "--input", "odd.csv", "--output", "out.csv"],
    ["check", "none.toml"],
    ["check", "bad.toml"],
    ["check", "bad.toml", "--strict", "--format", "json"],
    ["notices", "nantes/transport", *ON, "--input", "in.csv", "--output", "in.csv"],
    ["notices", "nantes/transport", *ON, "--input", "ok.csv", "--output", ".", "--name", "x"],
    ["publish", "nantes/transprt", "--output", "pages"],
    ["publish", "nantes/transport", "--output", "."],
    ["publish", "--all"],
    ["compare", "nantes/transport", "--before", "2019-09-01", "--people", "9"],
    ["compare", "nantes/transport", "--before", "2019-09-01", "--after", "2020-10-01"],
    ["compare", "nantes/transport", "--before", "2019-09-01", "--after", "2020-10-01",
     "--people", "9", "--by", "age:x"],
    ["compare", "nantes/transport", "--before", "2019-09-01", "--after", "2020-10-01",
     "--input", "ok.csv", "--price", "x", "--level", "x"],
    ["explain", "nantes/transport", *ON, "--value", "agee=3", "--value", "age=x"],
    ["explain", "nantes/transport", *ON, "--value", "age=3", "--role", "x"],
    ["population", "nantes/transport", *ON, "--size", "0"],
    ["conform", "nantes/transport", "none.csv"],
    ["new", "Ville", "--output", "-"],
    ["list", "--rules", "none"],
    ["compute"],
    ["comput"],
    ["list", "--colour"],
    ["list", "--format", "xml"],
]  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(BAD, "utf-8")
    (tmp_path / "ok.csv").write_text("quotient_familial,age\n100,30\n900,30\n", "utf-8")
    (tmp_path / "odd.csv").write_text("quotient_familial,agee,agee\n100,30,1\n1\n", "utf-8")
    (tmp_path / "bad.toml").write_text('format = 2\nname = "ville"\n[input.x]\nkind = 3\n', "utf-8")
    return tmp_path


def prose(text):
    """Return what is said in a text: what it quotes, and the names of options, left out."""
    text = re.sub(r"`[^`]*`|«[^»]*»|“[^”]*”|\"[^\"]*\"|'[^']*'|\{[^{}]*\}", "", text)
    return re.sub(r"-?-[a-z]\S*|\S*[._/]\S*", "", text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("arguments", WRONG, ids=lambda arguments: " ".join(arguments)[:60])
def test_what_is_wrong_is_said_in_one_language(folder, capsys, lang, arguments):
    assert main(["--lang", lang, *arguments]) != 0
    out, err = capsys.readouterr()
    assert out or err
    if "json" in arguments:
        out = " ".join(f"{one['message']} {one['remedy']}" for one in json.loads(out))
    assert not ENGLISH.search(prose(out + err)), out + err
    word = {"fr": "erreur", "pt": "erro"}[lang]
    assert word in out + err or "json" in arguments


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "nantes/transport au 01/10/2020 : 2 lignes calculées, voir out.csv"),
        ("pt", "nantes/transport em 01/10/2020: 2 linhas calculadas, veja out.csv"),
    ],
)
def test_what_was_done_is_said_in_the_language_asked_for(folder, capsys, lang, said):
    asked = ["compute", "nantes/transport", *ON, "--input", "ok.csv", "--output", "out.csv"]
    for arguments in (
        ["--lang", lang, *asked],
        [*asked, "--lang", lang],
        [*asked, f"--lang={lang}"],
    ):
        assert main(arguments) == 0
        assert capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ") == f"{said}\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_summaries_are_in_the_language_asked_for(folder, capsys, lang):
    notices = ["notices", "nantes/transport", *ON, "--input", "ok.csv", "--output", "out"]
    days = ["--before", "2019-09-01", "--after", "2020-10-01"]
    for arguments in (
        [*notices, "--processes", "1"],
        [*notices, "--processes", "1"],
        ["publish", "nantes/transport", "--output", "pages"],
        ["compare", "nantes/transport", *days, "--input", "ok.csv"],
        ["check", "nantes/transport"],
        ["list"],
    ):
        assert main(["--lang", lang, *arguments]) == 0
        out, err = capsys.readouterr()
        assert out
        titles = arguments == ["list"]
        assert not ENGLISH.search(prose(out.partition("\n")[0] if titles else out + err)), out + err


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_help_is_in_the_language_asked_for(capsys, lang, tariff_messages):
    with argparse_in("en"):
        commands = tariff_messages._commands(parser())
    for name in ("", *commands):
        assert main([*([name] if name else []), "--lang", lang, "--help"]) == 0
        out = capsys.readouterr().out.partition({"fr": "exemples", "pt": "exemplos"}[lang])[0]
        assert {"fr": "utilisation", "pt": "uso"}[lang] in out
        assert not re.search(
            r"\b(?:the|is|which|write|FILE|RULE|DAY|FOLDER|usage)\b", prose(out)
        ), out


@pytest.mark.parametrize(
    ("arguments", "environment", "lang"),
    [
        ([], {}, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "pt_BR"}, "pt"),
        ([], {"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "pt_BR", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        (["--lang", "pt-BR"], {"LANG": "fr_FR.UTF-8"}, "pt"),
        (["list", "--lang=fr"], {}, "fr"),
        (["--lang", "fr", "explain", "--lang", "pt"], {}, "fr"),
        (["explain", "--lang", "de"], {"LANG": "pt_BR"}, "pt"),
    ],
)
def test_the_language_is_that_of_the_option_or_of_the_environment(arguments, environment, lang):
    assert wanted_language(arguments, environment) == lang


def test_the_environment_decides_where_no_language_is_given(folder, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "pt_BR.UTF-8")
    assert main(["check", "none.toml"]) == 2
    assert "esse arquivo não existe" in capsys.readouterr().err
    assert main(["--lang", "en", "check", "none.toml"]) == 2
    assert "no such file; check the path" in capsys.readouterr().err
    assert main(["--lang", "xx", "check", "none.toml"]) == 2
    assert "“xx” não é um de en, fr, pt" in capsys.readouterr().err
