"""Sentences, numbers, money and dates; the catalogue is whole; which language a notice is in."""

import datetime as dt
import gettext
import io
import re
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from persons import EXAMPLES, persons, versions

from tarifs_solidaires import InputError, load_rule
from tarifs_solidaires.catalogue import LANGUAGES, NBSP, translator
from tarifs_solidaires.say.language import (
    Language,
    clean,
    is_exact,
    language,
    marked,
    pieces,
    plain_text,
)
from tarifs_solidaires.say.notice import Explanation

PACKAGE = files("tarifs_solidaires")
CATALOGUES = [
    PACKAGE / "locale" / lang / "LC_MESSAGES" / "tarifs_solidaires.po" for lang in ("fr", "pt")
]


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parent.parent.name)
def test_the_compiled_catalogue_is_the_written_one(file):
    compiled = io.BytesIO()
    with file.open("rb") as stream:
        write_mo(compiled, read_po(stream))
    compiled.seek(0)
    shipped = Path(str(file)).with_suffix(".mo").read_bytes()
    again, found = gettext.GNUTranslations(compiled), gettext.GNUTranslations(io.BytesIO(shipped))
    assert {k: v for k, v in found._catalog.items() if k} == {
        k: v for k, v in again._catalog.items() if k
    }
    assert found.info()["plural-forms"] == again.info()["plural-forms"]


class Whole(gettext.NullTranslations):
    """A catalogue that refuses a sentence that it does not have."""

    def __init__(self, within):
        super().__init__()
        self.known = {key[0] if isinstance(key, tuple) else key for key in within._catalog}
        self.within = within

    def gettext(self, message):
        assert message in self.known, message
        return self.within.gettext(message)

    def ngettext(self, msgid1, msgid2, n):
        assert msgid1 in self.known, msgid1
        return self.within.ngettext(msgid1, msgid2, n)


@pytest.mark.parametrize("lang", ["fr", "pt"])
def test_no_sentence_that_is_said_is_left_in_english(lang, monkeypatch):
    whole = Language(lang, Whole(translator(lang)))
    for module in ("notice", "words", "language"):
        name = f"tarifs_solidaires.say.{module}.language"
        monkeypatch.setattr(
            name, lambda code: whole if code == lang else language(code), raising=False
        )
    for rule in versions():
        if lang in rule.languages:
            for number, given_ in enumerate(persons(rule)):
                if number % 5 == 0:
                    try:
                        result = rule.compute(given_)
                    except InputError:
                        continue
                    assert isinstance(result.explain(lang=lang), Explanation)


@pytest.mark.parametrize(
    ("value", "currency", "fr", "en", "pt"),
    [
        (Fraction("1234.5"), "EUR", "1 234,50 €", "€1,234.50", "€ 1.234,50"),
        (Fraction("1234.5"), "BRL", "1 234,50 R$", "R$1,234.50", "R$ 1.234,50"),
        (Fraction("1234.5"), "CAD", "1 234,50 $CA", "CA$1,234.50", "CA$ 1.234,50"),
        (Fraction(42), "EUR", "42 €", "€42", "€ 42"),
        (Fraction("-0.5"), "EUR", "−0,50 €", "−€0.50", "−€ 0,50"),
        (Fraction("2.275"), "EUR", "2,275 €", "€2.275", "€ 2,275"),
        (Fraction(1000, 3), "EUR", "333,33 €", "€333.33", "€ 333,33"),
        (Fraction(7), "CHF", "7 CHF", "CHF 7", "CHF 7"),
    ],
)
def test_money_is_written_as_the_language_does(value, currency, fr, en, pt):
    for code, text in (("fr", fr), ("en", en), ("pt", pt)):
        written = language(code).money(value, currency)
        assert re.sub("[\xa0\u202f]", " ", written) == text
        assert " " not in written  # an amount never breaks over two lines


@pytest.mark.parametrize(
    ("value", "unit", "fr", "en"),
    [
        (Fraction("16.17"), "EUR/month", "16,17 € par mois", "€16.17 per month"),
        (Fraction("0.0073"), "EUR/m3", "0,0073 € par m³", "€0.0073 per m³"),
        (Fraction("0.0055"), "share", "0,55 %", "0.55%"),
        (Fraction(30), "years", "30 ans", "30 years"),
        (Fraction(1), "years", "1 an", "1 year"),
        (Fraction(4), "persons", "4", "4"),
        (Fraction(120), "m3", "120 m³", "120 m³"),
        (Fraction(3), "EUR/half_day", "3 € / half day", "€3 / half day"),
        (Fraction(3), "jetons", "3 jetons", "3 jetons"),
    ],
)
def test_a_number_has_its_unit(value, unit, fr, en):
    for code, text in (("fr", fr), ("en", en)):
        written = language(code).quantity(value, unit, "EUR")
        assert re.sub("[\xa0\u202f]", " ", written) == text


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_no_cent_is_lost_in_words(amount):
    for code in LANGUAGES:
        text = re.sub("[\xa0\u202f]", "", language(code).number(Fraction(amount)))
        text = text.replace(",", "") if code == "en" else text.replace(".", "").replace(",", ".")
        assert Fraction(text) == Fraction(amount)


@given(
    st.integers(min_value=1, max_value=10**6),
    st.integers(min_value=1, max_value=200),
    st.integers(min_value=1, max_value=2000),
)
def test_a_rounded_quotient_never_seems_to_be_on_a_threshold(cents, quarters, bound):
    quotient = Fraction(cents, 100) / 12 / Fraction(quarters, 4)
    text = language("en").number(quotient, apart=[Fraction(bound)]).replace(",", "")
    assert (Fraction(text) == bound) <= (abs(quotient - bound) < Fraction(1, 10**7))
    assert is_exact(quotient, "") == (Fraction(text) == quotient)


@pytest.mark.parametrize(
    ("day", "fr", "en", "pt"),
    [
        ("2023-05-01", "1er mai 2023", "May 1, 2023", "1º de maio de 2023"),
        ("2016-12-31", "31 décembre 2016", "December 31, 2016", "31 de dezembro de 2016"),
    ],
)
def test_a_day_is_written_in_words(day, fr, en, pt):
    found = [language(code).date(dt.date.fromisoformat(day)) for code in ("fr", "en", "pt")]
    assert found == [fr, en, pt]


@given(st.text())
def test_a_cleaned_text_is_one_printable_line(text):
    cleaned = clean(text)
    assert cleaned.splitlines() in ([], [cleaned])
    assert not set(cleaned) & set("\x00\x02\x03\x04\x1b\x7f\u202e\u2066\ud800")
    cleaned.encode("utf-8")
    assert plain_text(cleaned) == cleaned


def test_words_of_another_language_are_marked():
    text = f"a {marked('droit', 'fr')} b {marked('x', 'pt')}"
    assert plain_text(text) == "a droit b x"
    assert pieces(text) == [("", "a "), ("fr", "droit"), ("", " b "), ("pt", "x")]


def test_no_sign_of_french_can_stand_alone_at_the_start_of_a_line():
    with CATALOGUES[0].open("rb") as stream:
        catalogue = read_po(stream)
    texts = [
        form for message in catalogue if message.id
        for form in ([message.string] if isinstance(message.string, str) else message.string)
    ]  # fmt: skip
    texts = [re.sub(r"%(\(\w+\))?[rs]", "x", text) for text in texts]  # places of argparse
    assert [text for text in texts if re.search("« |[^ ] [:;!?»%€]", text)] == []
    assert language("fr").text("rien ; voir 3 %") == f"rien{NBSP}; voir 3{NBSP}%"


# Which language a notice is in


def trial(tmp_path, languages, title):
    file = tmp_path / "trial.toml"
    file.write_text(
        f'format = 2\nname = "essai/essai"\nlanguages = {languages}\ntitle = {title}\n'
        'known_until = 2030-12-31\ncurrency = "EUR"\n'
        '[input.age]\nkind = "whole"\nto = 99\nunit = "years"\n'
        '[output.prix]\nkind = "price"\nunit = "EUR"\n'
        '[[version]]\nvalid_from = 2024-01-01\n[[version.step]]\nname = "prix"\nformula = "age"\n',
        encoding="utf-8",
    )
    return load_rule(file, on="2025-01-01").compute(age=30)


def test_the_first_language_of_the_rule_is_that_of_its_notices():
    rule = load_rule(EXAMPLES / "equivalence.toml", on="2025-01-01")
    result = rule.compute(annual_income=1, household_size=1, age=30)
    assert result.explain().lang == "en"
    assert result.explain(lang="fr").lang == "fr"
    assert result.explain(lang="fr-CA").lang == "fr"


def test_a_language_that_a_rule_does_not_declare_falls_back_and_says_so():
    rule = load_rule(EXAMPLES / "taux_effort.toml", on="2025-01-01")
    notice = rule.compute(quotient_familial=500, rang_enfant=2).explain(lang="pt")
    assert notice.lang == "fr"
    assert notice.splitlines()[0].startswith("Prix du repas")
    said = [line for line in notice.splitlines() if "Esta explicação está em francês" in line]
    assert said == ["Esta explicação está em francês: não há nenhuma em português."]
    assert '<span lang="pt">Esta explicação está em francês' in notice.to_html()
    assert notice.replace(said[0] + "\n", "") == rule.compute(
        quotient_familial=500, rang_enfant=2
    ).explain(lang="fr")


def test_a_language_without_a_catalogue_falls_back_too(tmp_path):
    result = trial(tmp_path, '["it", "fr"]', '{ it = "Prova", fr = "Essai" }')
    for lang in (None, "it"):
        notice = result.explain(lang=lang)
        assert notice.lang == "fr"
        assert "Cette notice est en français\xa0: il n'y en a pas en italien." in notice
    assert "Cette notice" not in result.explain(lang="fr")


def test_words_that_no_catalogue_has_stand_in_quotes(tmp_path):
    notice = trial(tmp_path, '["it"]', '"Prova"').explain()
    assert notice.lang == "en"
    assert "This notice is in English: there is none in Italian." in notice
    assert '<h1><span lang="it">“Prova”</span></h1>' in notice.to_html()


@pytest.mark.parametrize("lang", ["xx", "de", "", "french", 3])
def test_an_unknown_language_is_refused_with_those_there_are(lang):
    rule = load_rule(EXAMPLES / "taux_effort.toml", on="2025-01-01")
    result = rule.compute(quotient_familial=500, rang_enfant=2)
    with pytest.raises(InputError, match="write 'fr', 'en' or 'pt'") as caught:
        result.explain(lang=lang)
    assert caught.value.code == "language"
    assert caught.value.errors[0].value == lang
