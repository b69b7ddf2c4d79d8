"""The page of a comparison: valid, self-contained, escaped, in one language, with every figure."""

import re

import html5lib
import numpy as np
import pytest
from people_strategies import ALL_KINDS

from tarifs_solidaires import InputError, classes, compare, load_rule, make_population
from tarifs_solidaires.people.page import _ticks
from tarifs_solidaires.people.population import note
from tarifs_solidaires.people.words import languages

BEFORE = load_rule("nantes/transport", on="2023-04-30")
AFTER = load_rule("nantes/transport", on="2023-05-01")
EAU = load_rule("nantes/eau", on="2023-06-01")
PEOPLE = make_population([BEFORE, AFTER, EAU], 1500)
AGE = {"age": classes(PEOPLE["age"], [26, 60], name="age")}


def _parsed(page):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def _text(page):
    return " ".join("".join(_parsed(page).find("body").itertext()).split())


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    ("before", "after", "by", "sample"),
    [
        (BEFORE, AFTER, AGE, False),
        (BEFORE, AFTER, None, True),
        (EAU, EAU.replace(part_ressources=0.02), "nombre_personnes", False),
        (ALL_KINDS, ALL_KINDS, None, False),
    ],
)
def test_pages_are_valid_and_hold_what_is_said(before, after, by, sample, lang):
    people = PEOPLE if before is not ALL_KINDS else make_population(ALL_KINDS, 40)
    comparison = compare(before, after, people, by=by, errors="null")
    confidence = comparison.confidence() if sample else None
    page = comparison.to_html(lang, note=note(lang), confidence=confidence)
    text = _text(page)
    assert _parsed(page).get("lang") == lang
    assert note(lang) in text
    for sentence in comparison.sentences(lang, confidence=confidence)[:2]:
        assert " ".join(sentence.split()) in text
    assert not re.search(r"[{}]|\bnan\b|\bNone\b|page_|_many|_one\b", text)
    assert not re.search(r"(src|href)=|@import|url\(|<script", page)
    assert "default-src 'none'" in page
    assert len(page) < 150_000


def test_the_words_of_a_curve_lie_within_their_picture():
    # as wide as letters are on a phone, in the units of the picture
    for rule in (EAU, load_rule("strasbourg/periscolaire", on="2024-09-01")):
        people = make_population(rule, 300)
        for lang in languages():
            page = compare(rule, rule, people, errors="null").to_html(lang)
            for text in _parsed(page).iter("text"):
                width = 14 * len(text.text)
                start = {"end": 1.0, "middle": 0.5}.get(text.get("text-anchor"), 0.0)
                left = float(text.get("x")) - start * width
                assert left >= 0, text.text
                assert left + width <= 760, text.text


def test_hostile_names_are_text():
    names = ['<script>alert("x")</script>', "a & b", '"><img src=x onerror=y>', "d\x1b[31m\n"]
    people = {"quotient_familial": np.full(4, 700.0), "age": 30, 'g"><b': names}
    page = compare(BEFORE, AFTER, people, by='g"><b').to_html("en", note="<i>note</i>")
    tree = _parsed(page)
    assert (
        not list(tree.iter("script"))
        + list(tree.iter("img"))
        + list(tree.iter("i"))
        + list(tree.iter("b"))
    )
    assert '<script>alert("x")</script>' in _text(page)
    assert "\x1b" not in page


def test_the_table_has_every_group_and_everybody():
    comparison = compare(BEFORE, AFTER, PEOPLE, by=AGE, price=500)
    (table, *_) = _parsed(comparison.to_html("en")).iter("table")
    rows = [["".join(cell.itertext()) for cell in row] for row in table.find("tbody")]
    assert len(rows) == 4
    for row, people in zip(rows, [*comparison.groups["people"], 1500], strict=True):
        assert f"{people:,}" in row


def test_many_groups_and_steps_stay_within_bounds():
    people = PEOPLE | {"part": np.arange(1500)}
    page = compare(
        EAU, EAU.replace(part_ressources=0.02), people, by="part", errors="null"
    ).to_html("en")
    assert "30 groups of 1500" in page.replace(",", "")
    assert len(page) < 1_500_000


def test_a_language_without_words_is_refused():
    with pytest.raises(InputError, match="there are no texts in 'de'"):
        compare(BEFORE, AFTER, PEOPLE).to_html("de")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0, 7, [0, 2, 4, 6]), (0, 0, [0]), (-30, 90, [-40, -20, 0, 20, 40, 60, 80])],
)  # fmt: skip
def test_ticks_are_round(low, high, expected):
    assert _ticks(low, high) == expected
