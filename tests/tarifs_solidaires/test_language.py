"""Sentences, numbers, money and dates in three languages."""

import datetime as dt
import gettext
import io
import re
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from tarifs_solidaires.language import LANGUAGES, Quoted, clean, language
from tarifs_solidaires.wording import WORDS, pair, say

from tarifs_solidaires import InputError

PACKAGE = files("tarifs_solidaires")
CATALOGUES = [
    PACKAGE / "locale" / lang / "LC_MESSAGES" / "tarifs_solidaires.po" for lang in ("fr", "pt")
]
KEYWORDS = {"msg": None, "say": None, "tell": None, "plural": (1, 2)}


@pytest.fixture(params=CATALOGUES, ids=lambda file: file.parent.parent.name)
def catalogue(request):
    with request.param.open("rb") as stream:
        return read_po(stream)


def sentences():
    for module in ("language", "sentences", "explanation"):
        file = str(PACKAGE / f"{module}.py")
        for _, sentence, _, _ in extract_from_file("python", file, keywords=KEYWORDS):
            yield sentence


def placeholders(sentence):
    return sorted(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def test_every_sentence_is_translated_with_its_placeholders(catalogue):
    known = {message.id: message.string for message in catalogue if message.id}
    said = set(sentences())
    assert said == set(known), "keep the catalogues as docs/guides/tarifs.md says"
    for sentence, translated in known.items():
        singular = sentence if isinstance(sentence, str) else sentence[1]
        forms = (translated,) if isinstance(sentence, str) else translated
        for form in forms:
            assert form.strip(), sentence
            assert placeholders(form) == placeholders(singular), sentence


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


@pytest.mark.parametrize(
    ("value", "currency", "fr", "en", "pt"),
    [
        (1234.5, "EUR", "1 234,50 €", "€1,234.50", "€ 1.234,50"),
        (1234.5, "BRL", "1 234,50 R$", "R$1,234.50", "R$ 1.234,50"),
        (1234.5, "CAD", "1 234,50 $ CA", "CA$1,234.50", "CA$ 1.234,50"),
        (42.0, "EUR", "42 €", "€42", "€ 42"),
        (-0.5, "EUR", "−0,50 €", "−€0.50", "−€ 0,50"),
        (2.275, "EUR", "2,275 €", "€2.275", "€ 2,275"),
        (Fraction(1000, 3), "EUR", "333,33 €", "€333.33", "€ 333,33"),
        (7, "CHF", "7 CHF", "CHF 7", "CHF 7"),
    ],
)
def test_money_is_written_as_the_language_does(value, currency, fr, en, pt):
    for code, text in (("fr", fr), ("en", en), ("pt", pt)):
        written = language(code).money(value, currency)
        assert written.replace("\xa0", " ") == text
        assert " " not in written  # an amount never breaks over two lines


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_no_cent_is_lost_in_words(amount):
    for code in LANGUAGES:
        text = language(code).number(Fraction(amount)).replace("\xa0", "")
        text = text.replace(",", "") if code == "en" else text.replace(".", "").replace(",", ".")
        assert Fraction(text) == Fraction(amount)


@given(
    st.integers(min_value=1, max_value=10**6),
    st.integers(min_value=1, max_value=200),
    st.integers(min_value=1, max_value=2000),
)
def test_a_rounded_quotient_never_seems_to_be_on_a_threshold(cents, quarters, bound):
    quotient = Fraction(cents, 100) / 12 / Fraction(quarters, 4)
    text = language("en").number(quotient, apart=[bound]).replace(",", "")
    assert (Fraction(text) == bound) <= (abs(quotient - bound) < Fraction(1, 10**7))


@pytest.mark.parametrize(
    ("day", "fr", "en", "pt"),
    [
        ("2023-05-01", "1er mai 2023", "1 May 2023", "1º de maio de 2023"),
        ("2016-12-31", "31 décembre 2016", "31 December 2016", "31 de dezembro de 2016"),
    ],
)
def test_a_day_is_written_in_words(day, fr, en, pt):
    found = [language(code).date(dt.date.fromisoformat(day)) for code in ("fr", "en", "pt")]
    assert found == [fr, en, pt]


@pytest.mark.parametrize(
    ("count", "fr", "en"), [(1, "1 an", "1 year"), (2, "2 ans", "2 years"), (0, "0 an", "0 years")]
)
def test_the_plural_is_that_of_the_language(count, fr, en):
    assert language("fr").plural("{count} year", "{count} years", count) == fr
    assert language("en").plural("{count} year", "{count} years", count) == en


@given(st.text())
def test_a_cleaned_text_is_one_printable_line(text):
    cleaned = clean(text)
    assert cleaned.splitlines() in ([], [cleaned])
    assert not set(cleaned) & set("\x00\x1b\x7f\u202e\u2066\ud800")
    cleaned.encode("utf-8")


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError, match="no words in 'de'"):
        language("de")


def test_no_sign_of_french_can_stand_alone_at_the_start_of_a_line():
    with CATALOGUES[0].open("rb") as stream:
        catalogue = read_po(stream)
    sentences = [form for m in catalogue if m.id for form in ([m.string] if isinstance(m.string, str) else m.string)]  # fmt: skip
    texts = [
        *sentences,
        *(say(text, "fr", **dict.fromkeys(placeholders(text), 1)) for text in WORDS),
    ]
    texts.append(pair("finalité", "1", "fr"))
    assert [text for text in texts if re.search("« | [:;!?»%€]", text)] == []
    assert Quoted("rien ; voir 3 %") == "rien\N{NO-BREAK SPACE}; voir 3\N{NO-BREAK SPACE}%"
