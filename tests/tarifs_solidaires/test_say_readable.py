"""Notices are written for a fifteen-year-old: short sentences, no abbreviation unexplained, one language.

Ease of reading is that of ``readable``; a list of figures has no such ease, so that only the sentences
that the package says are measured, not names and figures of a file.
"""

import re

import html5lib
import pytest
from persons import persons, versions
from readable import EASE, Ease

from tarifs_solidaires import InputError, compare, load_rule, make_population
from tarifs_solidaires.people.population import note
from tarifs_solidaires.rules.load import list_jurisdictions, load_jurisdiction
from tarifs_solidaires.say.language import has_words

SHORT = re.compile(r"\b[A-ZÀ-Ý]{2,}(?:-[A-ZÀ-Ý0-9]+)*\b")
# names of networks, companies and brands, which stand for nothing else; and signs of currencies
NAMES = {"CA", "US", "CTS", "LIFT", "ORCA", "TAN", "TCL", "ZOU", "ÉCHO"}
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
    counts = {lang: Ease(lang) for lang in EASE}
    for rule in RULES:
        for notice in notices(rule, every=20):
            for sentence in sentences(notice):
                counts[notice.lang].add(sentence)
    for ease in counts.values():
        ease.check()


@pytest.mark.parametrize("lang", EASE)
def test_sentences_of_comparisons_are_as_easy_to_read(lang):
    fares = [load_rule("nantes/transport", on=day) for day in ("2023-04-30", "2023-05-01")]
    water = load_rule("nantes/eau", on="2023-06-01")
    people = make_population([*fares, water], 1500)
    ease = Ease(lang)
    for pair in (fares, (water, water.replace(part_ressources=0.02))):
        comparison = compare(*pair, people, by=None, errors="null")
        page = html5lib.parse(
            comparison.to_html(lang, note=note(lang), confidence=comparison.confidence()),
            namespaceHTMLElements=False,
        )
        for line in [*page.iter("li"), *page.iter("p")]:
            text = " ".join("".join(line.itertext()).split())
            for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý])", text):
                ease.add(sentence)
    assert ease.sentences > 10
    ease.check()


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
