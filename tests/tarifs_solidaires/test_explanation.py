"""What a citizen reads."""

from html.parser import HTMLParser

import pytest

from tarifs_solidaires import InputError, load_rule

RULE = load_rule("nantes/transport", on="2023-06-01")


def test_the_text_says_the_result_the_reason_and_what_would_change_it():
    text = RULE.compute(quotient_familial=620, age=30).explain(lang="fr").replace("\xa0", " ")
    assert text.startswith("Votre réduction est de 70 %.")
    assert (
        "À 500 € de quotient ou moins, elle serait de 90 % : il s'en faut de 120 € par mois."
        in text
    )
    assert "Au-dessus de 750 € de quotient, elle serait de 30 % : il reste 130 € par mois." in text
    assert "« 350 < QF ≤ 500 » ne s'applique pas" in text
    assert "R. 311-3-1-2" in text
    assert "CADA" in text


def test_an_income_is_told_as_the_quotient_that_it_makes():
    text = RULE.compute(revenu_fiscal_reference=18_000, nombre_parts=2.5, age=30).explain()
    assert "18 000 € / 12 / 2,5 = 600 €" in text.replace("\xa0", " ")
    assert "3 000 € de revenu fiscal de référence par an" in text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "42 € par an"), ("en", "42 € a year"), ("pt", "42 € por ano")]
)
def test_the_water_aid_is_explained_in_three_languages(lang, said):
    rule = load_rule("nantes/eau", on="2016-06-15")
    text = rule.compute(nombre_personnes=4, ressources_annuelles=12_000).explain(lang=lang)
    assert said in text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ressources_annuelles": 20_000}, "aucune aide n'est due"),
        ({"ressources_annuelles": 1, "commune": "75056"}, "75056 est hors du territoire"),
    ],
)
def test_a_refusal_of_the_water_aid_says_why(given, said):
    rule = load_rule("nantes/eau", on="2016-06-15")
    assert said in rule.compute(nombre_personnes=1, **given).explain()


def test_a_position_is_needed_and_checked():
    result = RULE.compute(quotient_familial=[300, 620], age=30)
    assert result.explain(1).startswith("Votre réduction est de 70")
    assert result.explain(-2).startswith("Votre réduction est de 100")
    with pytest.raises(InputError, match="say which one"):
        result.explain()
    with pytest.raises(InputError, match="no result at position 2"):
        result.explain(2)
    with pytest.raises(InputError, match="no explanation in 'de'"):
        result.explain(0, lang="de")


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.headings, self.lang, self.open = [], None, []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)
        self.headings += [int(tag[1])] if tag in ("h1", "h2", "h3") else []
        self.lang = dict(attributes).get("lang", self.lang)
        assert not {"src", "href"} & dict(attributes).keys()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_the_notice_is_a_well_formed_page_that_loads_nothing(lang):
    page = _Page()
    page.feed(RULE.compute(quotient_familial=620, age=30).explain(lang=lang).to_html())
    assert page.open == []
    assert page.lang == lang
    assert page.headings == [1, 2, 2, 2, 2]


def test_untrusted_text_is_escaped():
    explanation = RULE.compute(quotient_familial=620, age=30).explain()
    page = explanation.to_html(contact="<script>alert(1)</script>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
