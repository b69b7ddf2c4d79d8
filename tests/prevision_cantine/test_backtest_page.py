"""The page of a backtest: whole, escaped, alone, and in one language."""

import re
from html.parser import HTMLParser

import attrs
import numpy as np
import pytest

from prevision_cantine import ForecastError, backtest, backtest_page, write_backtest_page
from prevision_cantine.say.measured import findings, say

VOID = {"meta", "path", "rect", "br"}


class Tags(HTMLParser):
    """Checks that each tag is closed, and keeps the text and the attributes."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text, self.attributes = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def read(page):
    parser = Tags()
    parser.feed(page)
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def result(town):
    return backtest(town, "2022-11-01", "2023-04-12")


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_the_page_is_whole_and_loads_nothing(result, lang):
    page = backtest_page(result, lang)
    found = read(page)
    assert f'<html lang="{lang}">' in page
    assert "default-src 'none'" in page
    assert not {"script", "link", "img", "iframe"} & set(found.tags)
    assert not re.search(r"https?:|url\(|@import|\son\w+=", page)
    assert not any(name in ("src", "href") for _, name, _ in found.attributes)
    text = " ".join(found.text)
    assert "nan" not in text.lower().split()
    assert "{" not in text
    for sentence in findings(result, lang):
        assert sentence in text
    assert found.tags.count("h1") == 1
    assert found.tags.count("h2") == 10
    labels = [
        value for tag, name, value in found.attributes if tag == "svg" and name == "aria-label"
    ]
    assert len(labels) == 1
    for name in set(result.rows.names.tolist()):
        assert name in text
    assert backtest_page(result, lang) == page


def test_no_language_has_the_words_of_another(result):
    pages = {lang: " ".join(read(backtest_page(result, lang)).text) for lang in ("fr", "en", "pt")}
    words = {"fr": "moyenne du jour", "en": "mean of the weekday", "pt": "média do dia"}
    for lang, page in pages.items():
        assert {other for other, said in words.items() if said in page} == {lang}


def test_names_of_the_city_are_escaped(result):
    hostile = '<script>alert("1")</script> & Cie'
    city = result.rows.city
    names = (hostile, *city.canteens[1:])
    rows = attrs.evolve(result.rows, city=attrs.evolve(city, canteens=names, sites=names))
    page = backtest_page(attrs.evolve(result, rows=rows), "fr")
    assert "<script" not in page
    assert hostile in " ".join(read(page).text)


def test_the_scale_is_said_to_be_cut_only_where_it_is(result):
    days = result.rows.date
    fewer = np.where(days == days[0], 0.0, result.actual)  # no meal at all on the first day
    for told, cut in ((result, True), (attrs.evolve(result, actual=fewer), False)):
        page = backtest_page(told, "en")
        lowest = re.search(r"class=scale.*?<span>([\d,]+)</span></div>", page).group(1)
        assert (lowest != "0") == cut
        assert ("The scale does not begin at zero." in page) == cut


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_a_last_year_that_is_nowhere_known_is_not_compared(result, lang):
    of_last_year = say("the.last_year", lang)
    assert of_last_year in findings(result, lang)[0]
    mean = result.forecasts["weekday_mean"]
    alone = attrs.evolve(result, forecasts={**result.forecasts, "last_year": mean})
    told = findings(alone, lang)
    assert of_last_year not in told[0]
    assert len(told) == len(findings(result, lang))
    assert say("no_last_year", lang) in told


def test_a_long_past_is_drawn_by_week_and_a_page_is_written(town, result, tmp_path):
    path = tmp_path / "p.html"
    write_backtest_page(result, path, "pt")
    assert path.read_text("utf-8") == backtest_page(result, "pt")
    assert "Total de cada dia" in path.read_text("utf-8")
    longer = backtest(town, "2021-11-01", "2023-07-05")
    assert "Média por dia de cada semana" in backtest_page(longer, "pt")
    with pytest.raises(ForecastError, match="no texts in 'de'"):
        backtest_page(result, "de")
