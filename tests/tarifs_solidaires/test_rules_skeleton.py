"""A new rule file: as written it asks for its figures, and filled in it computes."""

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import RuleError, check_text, load_rule, new_rule
from tarifs_solidaires.rules.skeleton import SHAPES

# What to write in each place, in the order of the places; texts stand in two languages.
HEAD = ['"n"', '"n"', '"p"', '"p"', '"personne"', '"person"', '"a"', "2027-12-31", '"Décision"', '"https://a.example"', "2026-07-01", "100_000", '"revenu"', '"income"']  # fmt: skip
CASE = ["2026-10-01", "500"]
FILLED = {
    "table": [*HEAD, '"réduction"', '"reduction"', "2026-09-01", '"official"', '"bas"', '"low"', '"x <= 900"', "0.8", '"autres"', '"others"', "0", *CASE, "0.8", '"à la main"'],
    "formula": [*HEAD, '"prix"', '"price"', "2026-09-01", '"official"', '"income * 0.55 %"', "0.90", "6.20", "0.01", *CASE, "2.75", '"à la main"'],
    "scale": [*HEAD, '"participation"', '"contribution"', "2026-09-01", '"official"', "0.01", "400", "0", '"1 %"', *CASE, "1", '"à la main"'],
    "best": [*HEAD, '"prix"', '"price"', "2026-09-01", '"official"', "0.01", '"plein"', '"full"', "30", '"part"', '"share"', '"x <= 900"', '"income * 4 %"', *CASE, "20", '"à la main"'],
}  # fmt: skip
PLACE = re.compile(r'"TODO: [^"]*"')


@pytest.mark.parametrize("shape", SHAPES)
def test_the_check_lists_exactly_the_places_to_fill_in(shape):
    text = new_rule("villeneuve/essai", shape=shape)
    places = [
        (n, place[7:-1])
        for n, line in enumerate(text.splitlines(), 1)
        for place in PLACE.findall(line)
    ]
    findings = check_text(text)
    assert [(f.line, f.message.removeprefix("to fill in: ")) for f in findings] == places
    assert {(f.code, f.severity) for f in findings} == {("placeholder", "error")}
    assert len(places) == len(FILLED[shape])


@pytest.mark.parametrize("shape", SHAPES)
def test_filled_in_it_loads_computes_and_passes(shape, tmp_path):
    values = iter(FILLED[shape])
    text = PLACE.sub(lambda _: next(values), new_rule("villeneuve/essai", shape=shape))
    assert next(values, None) is None
    assert [str(f) for f in check_text(text)] == []
    path = tmp_path / "essai.toml"
    path.write_text(text, "utf-8")
    rule = load_rule(path, on="2026-09-01")
    (case,) = rule.file.case
    (expected,) = case.expect.items()
    assert rule.compute(income=500)[expected[0]] == float(expected[1])


@pytest.mark.parametrize("shape", SHAPES)
@given(st.data())
def test_each_place_left_is_the_only_thing_said(shape, data):
    """One place that is still open hides no other, and makes up no finding of its own."""
    values = FILLED[shape]
    left = data.draw(st.integers(0, len(values) - 1))
    places = iter(enumerate(values))

    def fill(match):
        number, value = next(places)
        return match[0] if number == left else value

    text = PLACE.sub(fill, new_rule("villeneuve/essai", shape=shape))
    assert [f.code for f in check_text(text)] == ["placeholder"]


@pytest.mark.parametrize("languages", [["pt"], ["de"], ["en", "fr", "pt"], ["pt-BR", "en"], "fr"])
def test_texts_stand_in_the_languages_that_are_asked_for(languages):
    text = new_rule("recife/agua", languages=languages, currency="BRL", shape="formula")
    data = tomllib.loads(text)
    asked = [languages] if isinstance(languages, str) else languages
    assert data["languages"] == asked
    assert data["currency"] == "BRL"
    assert data["input"]["income"]["unit"] == "BRL/month"
    title = data["title"]
    assert (title == f"TODO: {WORDS[asked[0]]}") if len(asked) == 1 else list(title) == asked


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lang", ["fr", "pt"])
def test_no_place_says_in_english_what_to_write(shape, lang):
    texts = {
        one: [place[7:-1] for place in PLACE.findall(new_rule("a/b", shape=shape, languages=[one]))]
        for one in ("en", lang)
    }
    assert len(texts["en"]) == len(texts[lang])
    assert not set(texts["en"]) & set(texts[lang])


WORDS = {"pt": "nome da tarifa", "de": "name of the tariff", "fr": "nom du tarif"}


@pytest.mark.parametrize(
    "name", ["villeneuve", "../x/y", "/x/y", "x/../y", "X/y", "x/y/z", "x/", "x y/z", "x/y.toml", "-x/y", "x\n/y", "é/y", 3]
)  # fmt: skip
def test_a_name_that_is_none_or_leaves_the_folder_is_refused(name):
    with pytest.raises(RuleError, match="write such as villeneuve/cantine"):
        new_rule(name)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"shape": "formulas"}, "shape: 'formulas' is not possible; did you mean formula?"),
        ({"currency": "euro"}, "write such as EUR"),
        ({"languages": []}, "name each language once"),
        ({"languages": ["fr", "fr"]}, "name each language once"),
        ({"languages": ["français"]}, "write such as fr, en or pt-BR"),
    ],
)
def test_an_argument_that_cannot_be_says_what_to_write(more, words):
    with pytest.raises(RuleError) as raised:
        new_rule("a/b", **more)
    assert words in str(raised.value)
    assert len(raised.value.errors) == 1
