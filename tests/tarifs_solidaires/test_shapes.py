"""Effort rates and block tariffs are exact to the cent, half up, whatever the household."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import load_rule

DUNKERQUE = load_rule("dunkerque/eau", on="2022-06-15")
GRENOBLE = load_rule("grenoble/eau", on="2018-06-15")


def half_up(money):
    return float(Fraction((money * 100 + Fraction(1, 2)).__floor__(), 100))


@given(litres=st.integers(0, 10**7), css=st.booleans(), persons=st.integers(1, 50))
def test_a_bill_adds_up_its_blocks(litres, css, persons):
    volume = Fraction(litres, 1000)
    prices = (Fraction(34, 100) if css else Fraction(89, 100), Fraction(166, 100), Fraction(22, 10))
    bill = (
        min(volume, 80) * prices[0]
        + max(min(volume, 200) - 80, 0) * prices[1]
        + max(volume - 200, 0) * prices[2]
    )
    result = DUNKERQUE.compute(
        volume_m3=litres / 1000, beneficiaire_css=css, nombre_personnes=persons
    )
    assert result.facture == half_up(bill)
    assert result.aide_annuelle == 12 * max(0, persons - 5)
    assert int(result.row) == (volume > 80) + (volume > 200)


def test_the_aid_for_a_large_household_is_missing_where_its_size_is():
    assert np.isnan(DUNKERQUE.compute(volume_m3=100).aide_annuelle)
    small = DUNKERQUE.compute(
        volume_m3=[100, 100], nombre_personnes=np.array([1, 7], dtype=np.uint8)
    )
    assert small.aide_annuelle.tolist() == [0, 24]


@given(persons=st.integers(1, 50), cents=st.integers(0, 10**7), price=st.integers(1, 100_000))
def test_an_aid_takes_the_volume_of_the_household_and_a_minimum(persons, cents, price):
    volume = [45, 85, 120, 155][min(persons, 4) - 1] + 35 * max(0, persons - 4)
    bill = Fraction(str(half_up(Fraction(price, 10_000) * volume)))
    aid = half_up(bill - Fraction(25, 1000) * Fraction(cents, 100))
    result = GRENOBLE.compute(
        nombre_personnes=persons, ressources_annuelles=cents / 100, prix_m3=price / 10_000
    )
    assert result.facture_reference == float(bill)
    assert result.aide_annuelle == (aid if aid >= 10 else 0)
    assert result.plafond_ressources == half_up(bill / Fraction(25, 1000))


@pytest.mark.parametrize(("resources", "aid"), [(13_399.99, 0.0), (13_400, 0.0), (13_383, 0.51)])
def test_the_ceiling_of_resources_is_where_the_aid_ends(resources, aid):
    result = load_rule("nantes/eau", on="2016-06-15").compute(
        nombre_personnes=4, ressources_annuelles=resources
    )
    assert result.plafond_ressources == 13_400
    assert result.aide_annuelle == aid


@given(st.sampled_from([100, 1800, 13_400]), st.integers(0, 7), st.booleans())
def test_a_student_counts_by_the_grant_alone(quotient, step, reduced):
    rule = load_rule("strasbourg/transport", on="2020-10-15")
    price = rule.compute(
        quotient_familial=quotient, etudiant=True, echelon_bourse=step, tarif_reduit=reduced
    ).prix_mensuel
    normal = {True: (3.40, 7.30, 27.60), False: (5.80, 13.40, np.nan)}[reduced]
    expected = normal[0] if step >= 5 else normal[1] if step >= 3 else normal[2]
    assert price == expected or (np.isnan(price) and np.isnan(expected))


@given(st.integers(0, 200_000), st.integers(0, 130))
def test_the_monthly_price_of_nantes_is_the_full_price_less_the_reduction(cents, age):
    result = load_rule("nantes/transport", on="2024-09-01").compute(
        quotient_familial=cents / 100, age=age
    )
    full = next(
        price
        for limit, price in ((6, 0), (12, 1340), (18, 2310), (26, 2450), (60, 5390), (131, 2980))
        if age < limit
    )
    assert result.prix_mensuel == half_up(
        Fraction(full, 100) * (1 - Fraction(str(result.taux_reduction)))
    )
