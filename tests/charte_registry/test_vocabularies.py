"""Code lists: complete against the texts that they name, and against peers."""

import datetime as dt
import html
import importlib
import pkgutil
import re
import zipfile
from itertools import pairwise

import country_names as generator
import license_expression
import pycountry
import pytest

import charte_registry.records
import charte_registry.vocabularies
from charte_registry import RegisterError, adequation
from charte_registry.records.formats import DUREE, SUBDIVISION
from charte_registry.vocabularies import aipd, country_names, dcat, rgpd
from charte_registry.vocabularies.adequacy import DECISIONS, ORGANISATIONS
from charte_registry.vocabularies.assurances import REFERENTIELS, VERSIONS
from charte_registry.vocabularies.countries import (
    EEA,
    EUROPE,
    FRANCE,
    country,
    country_code,
    in_eea,
    zone,
)
from charte_registry.vocabularies.licences import LICENCES, licence
from charte_registry.vocabularies.vocabulaire import Vocabulaire


def _lists():
    for package in (charte_registry.vocabularies, charte_registry.records):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(found.name)).values():
                if isinstance(value, Vocabulaire):
                    yield value


LISTS = {liste.nom: liste for liste in _lists()}


@pytest.mark.parametrize("liste", LISTS.values(), ids=LISTS)
def test_a_list_has_distinct_codes_labels_a_source_and_a_date(liste):
    assert len(set(liste.codes)) == len(liste.codes) > 1
    assert liste.source
    assert liste.reviewed <= dt.date(2026, 2, 1)
    for terme in liste:
        assert re.fullmatch(r"[A-Za-z0-9_ ]+", terme.code)
        assert all(terme.label(lang).strip() for lang in ("fr", "en", "pt"))
        assert liste.terme(terme.code) is terme


def test_two_lists_do_not_share_a_name():
    assert len(LISTS) == len({id(liste) for liste in _lists()})


def test_what_a_list_does_not_hold_is_refused_with_the_nearest():
    with pytest.raises(
        RegisterError, match=r"'contra' is not in bases_legales; did you mean contrat\?"
    ):
        rgpd.BASES_LEGALES.terme("contra")
    with pytest.raises(RegisterError, match="no texts in 'de'"):
        rgpd.BASES_LEGALES.terme("contrat").label("de")


def _letters(liste, article):
    text = " ".join(terme.source for terme in liste)
    return "".join(re.findall(rf"{re.escape(article)}\(([a-z])\)", text))


def test_lists_of_law_hold_each_item_of_their_article_once():
    assert _letters(rgpd.BASES_LEGALES, "6(1)") == "abcdef"
    assert _letters(rgpd.FONDEMENTS_ARTICLE_9, "9(2)") == "abcdefghij"
    assert _letters(rgpd.GARANTIES, "46(2)") == "abcdef"
    assert _letters(rgpd.GARANTIES, "46(3)") == "ab"
    assert _letters(rgpd.GARANTIES, "49(1)") == "abcdefg"
    assert _letters(aipd.CAS_ARTICLE_35, "35(3)") == "abc"
    articles = [terme.source for terme in rgpd.DROITS if terme.source]
    assert articles == [f"RGPD art. {number}" for number in range(15, 23)]
    assert len(rgpd.CATEGORIES_PARTICULIERES.codes) == 8
    assert len(aipd.CRITERES_WP248.codes) == 9


def test_categories_of_data_are_told_apart():
    parts = (rgpd.CATEGORIES_ORDINAIRES, rgpd.CATEGORIES_PARTICULIERES, rgpd.CATEGORIES_ENCADREES)
    codes = [code for part in parts for code in part.codes]
    assert tuple(codes) == rgpd.CATEGORIES_DONNEES.codes
    assert len(set(codes)) == len(codes)


# Countries


def test_the_table_of_countries_is_what_its_generator_writes():
    babel = pytest.importorskip("babel")
    if f"Unicode CLDR, Babel {babel.__version__}" != country_names.SOURCE:
        pytest.skip(f"the table is of {country_names.SOURCE}; run country_names.py to renew it")
    assert generator.TARGET.read_text("utf-8") == generator.text()


def test_the_countries_are_those_of_iso_3166():
    assert set(country_names.NAMES) == {c.alpha_2 for c in pycountry.countries}


def test_a_country_that_is_not_there_is_refused_with_its_code_where_it_is_a_name():
    assert country("CA").label("en") == "Canada"
    with pytest.raises(
        RegisterError, match="'allemagne' is not a country of ISO 3166-1; did you mean DE"
    ):
        country("allemagne")
    with pytest.raises(RegisterError, match="'UK' is not a country of ISO 3166-1; did you mean GB"):
        country("UK")
    with pytest.raises(RegisterError, match="write a code such as CA"):
        country("ZZ")


def test_every_country_answers_to_its_names_in_any_spelling():
    for code, names in country_names.NAMES.items():
        for name in names:
            assert country_code(name) == country_code(f" {name.upper()} ") == code
    assert country_code("") is country_code("Atlantide") is None


def test_the_countries_of_the_model_register_have_a_code(real_data):
    workbook = zipfile.ZipFile(real_data / "cnil" / "registre_modele_cnil.ods")
    rows = workbook.read("content.xml").decode("utf-8").split("<table:table-row")
    cells = [re.findall(r"<text:p[^>]*>([^<]+)</text:p>", html.unescape(row)) for row in rows]
    listed = [a for row in cells for a, b in pairwise(row) if b in ("adéquat", "Non adéquat")]
    assert len(listed) > 100
    assert [name for name in listed if country_code(name) is None] == ["Kosovo"]


def test_versions_of_schemes_name_schemes_and_durations():
    for version in VERSIONS:
        assert version.referentiel in REFERENTIELS
        assert version.validite is None or DUREE.accepts(version.validite)
        assert version.depuis is None or version.depuis <= dt.date(2026, 2, 1)


def test_areas_and_decisions_name_countries():
    codes = EEA | FRANCE | EUROPE | {d.pays for d in DECISIONS} - ORGANISATIONS
    assert codes <= set(country_names.NAMES)
    assert {"EPO"} == ORGANISATIONS
    assert len(EEA) == 30


def test_france_overseas_is_what_iso_3166_2_lists():
    overseas = [
        s.code.removeprefix("FR-") for s in pycountry.subdivisions.get(country_code="FR")
        if s.type.startswith("Overseas")
    ]  # fmt: skip
    # ISO 3166-2 numbers the five departments, which ISO 3166-1 gives letters
    numbers = {"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "976": "YT"}
    assert {"FR", *(numbers.get(code, code) for code in overseas)} == FRANCE


def test_the_area_loses_the_united_kingdom_and_keeps_france_overseas():
    assert in_eea("GB", dt.date(2020, 12, 31))
    assert not in_eea("GB", dt.date(2021, 1, 1))
    assert all(in_eea(code, dt.date(2021, 1, 1)) and zone(code) == "france" for code in FRANCE)
    assert [zone(code) for code in ("DE", "CH", "GB", "CA")] == ["europe"] * 3 + ["hors_europe"]


def test_an_organisation_has_a_status_and_a_code_of_no_country_none():
    assert not adequation("EPO", on="2025-07-14").adequate
    assert adequation("EPO", on="2025-07-15").adequate
    for code in ("ZZ", "UK", "EU", "XK"):
        with pytest.raises(RegisterError, match="not a country"):
            adequation(code, on="2020-01-01")


def test_subdivisions_of_iso_3166_2_have_the_form():
    assert all(SUBDIVISION.accepts(s.code) for s in pycountry.subdivisions)
    assert {*SUBDIVISION.examples} <= {s.code for s in pycountry.subdivisions}


# Licences and portals


def test_licences_are_spdx_identifiers_in_their_own_spelling():
    spdx = license_expression.get_spdx_licensing()
    for code in LICENCES:
        found = spdx.validate(code)
        assert not found.errors
        assert found.normalized_expression == code


def test_share_alike_is_told_apart_from_open_and_from_not_open():
    assert {c for c, found in LICENCES.items() if found.reciprocite and found.objet == "donnees"} == {
        "ODbL-1.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0",
    }  # fmt: skip
    assert not licence("CC-BY-NC-4.0").ouverte
    assert licence("etalab-2.0").ouverte
    with pytest.raises(
        RegisterError, match=r"is not in the table of licences; did you mean ODbL-1\.0"
    ):
        licence("ODbL")


def test_codes_of_the_publications_office_are_capitals():
    for liste in (dcat.FREQUENCES, dcat.THEMES):
        assert all(re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)?", code) for code in liste.codes)
