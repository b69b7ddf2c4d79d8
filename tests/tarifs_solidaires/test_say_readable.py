"""Notices are written for a fifteen-year-old: short sentences, no abbreviation unexplained, one language.

Ease of reading is that of Flesch, with the figures that were fitted for each language: Flesch (1948)
for English, Kandel and Moles (1958) for French, Martins and others (1996) for Portuguese. 60 is plain,
30 is what a law or a scientific article has; a list of figures has no such ease, so that only the
sentences that the package says are measured, not names and figures of a file.
"""

import re
from collections import defaultdict
from functools import cache

import pyphen
import pytest
from persons import persons, versions

from tarifs_solidaires import InputError
from tarifs_solidaires.rules.load import list_jurisdictions, load_jurisdiction
from tarifs_solidaires.say.language import has_words

# of 100: the least that all notices of a language together have
EASE = {
    "en": (206.835, 1.015, 84.6, 50),
    "fr": (207, 1.015, 73.6, 60),
    "pt": (248.835, 1.015, 84.6, 50),
}
LONGEST = 50  # words of a sentence that the package says, those of the law left out
SHORT = re.compile(r"\b[A-ZÀ-Ý]{2,}(?:-[A-ZÀ-Ý0-9]+)*\b")
# names of networks, companies and brands, which stand for nothing else; and signs of currencies
NAMES = {"CA", "US", "CTS", "LIFT", "ORCA", "TAN", "TAP", "TCL", "ZOU", "ÉCHO"}
RULES = [rule for rule in versions() if any(map(has_words, rule.languages))]


def notices(rule, every=1):
    """Yield a notice a person and language."""
    for number, given in enumerate(persons(rule)):
        if number % every:
            continue
        try:
            result = rule.compute(given)
        except InputError:
            continue
        for lang in filter(has_words, rule.languages):
            yield result.explain(lang=lang, role=("decides", "assists")[number % 2])


def texts(notice, *, abbreviations=False):
    """Yield all that a notice says."""
    yield notice.heading
    yield from notice.lead
    for section in notice.sections:
        if section.key != "abbreviations" or abbreviations:
            yield from section.texts()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.on}")
def test_no_abbreviation_is_left_unexplained(rule):
    for notice in notices(rule, every=3):
        told = [s for s in notice.sections if s.key == "abbreviations"]
        known = {re.split(r"\s*:", line.text)[0] for s in told for line in s.lines}
        used = {word for text in texts(notice) for word in SHORT.findall(text)}
        assert used - known <= NAMES, (notice.lang, notice)
        assert all(any(short in text for text in texts(notice)) for short in known)


@pytest.mark.parametrize("code", list_jurisdictions())
def test_what_an_abbreviation_stands_for_is_in_each_language(code):
    law = load_jurisdiction(code)
    for short, words in law.abbreviation.items():
        for lang in law.languages:
            assert words.has(lang), (short, lang)


@cache
def syllables(word, lang):
    """Return about how many syllables a word has: one more than it can be parted, at least its vowels."""
    dictionary = pyphen.Pyphen(lang={"en": "en_US", "fr": "fr_FR", "pt": "pt_BR"}[lang])
    groups = re.findall(r"[aeiouyàâãáéèêëíîïóôõúùûü]+", word.lower())
    return max(
        1, len(dictionary.positions(word)) + 1, len(groups) - (lang == "fr" and word.endswith("e"))
    )


def sentences(notice):
    """Yield the sentences that are read as such: the result, changes, rights."""
    lines = list(notice.lead)
    for section in notice.sections:
        if section.key in ("changes", "rights", "notes"):
            lines += [line.text for line in section.lines]
    for line in lines:
        yield from re.split(
            r"(?<=[.!?])\s+(?=[A-ZÀ-Ý])", re.sub(r"\s*\((?:CRPA|LGPD|Loi|GDPR|Regul).*", "", line)
        )


def test_sentences_are_easy_to_read_in_each_language():
    counts = defaultdict(lambda: [0, 0, 0])
    for rule in RULES:
        for notice in notices(rule, every=20):
            for sentence in sentences(notice):
                words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", sentence)
                if len(words) < 3:
                    continue
                found = counts[notice.lang]
                found[0] += 1
                found[1] += len(words)
                found[2] += sum(syllables(word, notice.lang) for word in words)
    for lang, (base, per_word, per_syllable, least) in EASE.items():
        said, words, parts = counts[lang]
        ease = base - per_word * words / said - per_syllable * parts / words
        assert ease >= least, f"{lang}: {words / said:.1f} words a sentence, ease {ease:.0f}"


MONEY = re.compile(r"(?:[€$]\s?(\d[\d,. \u202f]*)|(\d[\d., \u202f]*)\s?(?:€|\$US))")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.on}")
def test_amounts_have_no_thousandths(rule):
    units = {item.unit for item in rule.all_inputs.values()} | {s.unit for s in rule.steps.values()}
    units |= {p.unit for p in rule.parameters.values()}
    if any("/" in unit and unit.partition("/")[2] not in ("month", "year") for unit in units):
        return  # a price of a cubic metre or of an hour has as many decimals as it has
    for notice in notices(rule, every=3):
        point = "." if notice.lang == "en" else ","
        for text in texts(notice):
            for found in re.findall(MONEY, text):
                amount = "".join(found).rstrip(",. ")
                decimals = amount.rpartition(point)[2] if point in amount else ""
                assert len(decimals) <= 2, (notice.lang, text)
