"""The two hand-written oracles of the eight shapes agree with each other and with sums on paper."""

from fractions import Fraction

import numpy as np
import pytest
from boundaries import BOUNDS, COUNTS, FORMS, SCALES, cases, noisy
from truth import EXACT, MANY, expected, whole

CHECKED = 4_000


def shape_of(form):
    return form.removesuffix("_by_shares")


def people(columns):
    """Return one mapping of exact values for each row."""
    whole_numbers = {name: values.tolist() for name, values in whole(columns).items()}
    for row in zip(*whole_numbers.values(), strict=True):
        yield {
            name: Fraction(value, SCALES[name]) if name in SCALES else value
            for name, value in zip(whole_numbers, row, strict=True)
        }


@pytest.mark.parametrize("form", FORMS)
def test_the_oracle_on_whole_numbers_is_the_one_on_fractions(form):
    shape = shape_of(form)
    columns = cases(form, CHECKED, seed=7)
    many = expected(shape, columns)
    for row, person in enumerate(people(columns)):
        one = EXACT[shape](**person)
        for name, value in one.outputs.items():
            found = many.outputs[name][row]
            assert np.isnan(found) if value is None else found == float(value), (person, name)
        if many.which is not None:
            assert many.which[row] == one.which, person
        for name, word in one.words.items():
            assert many.words[name][row] == word, person


def test_from_2026_on_both_oracles_have_the_new_formula_alone():
    columns = cases("best_of", CHECKED, seed=8)
    many = expected("best_of", columns, on="2026-01-01")
    for row, person in enumerate(people(columns)):
        one = EXACT["best_of"](**person, on="2026-01-01")
        assert many.outputs["prix_mensuel"][row] == float(one.outputs["prix_mensuel"])
        assert many.which[row] == one.which == 0


@pytest.mark.parametrize("form", FORMS)
def test_boundary_cases_are_floats_of_cents_between_the_bounds(form):
    columns = cases(form, 100_000, seed=1)
    again = cases(form, 100_000, seed=1)
    for name, values in columns.items():
        assert len(values) == 100_000
        assert (values == again[name]).all()
        if name in SCALES:
            assert values.dtype == np.float64
            assert (np.rint(values * SCALES[name]) / SCALES[name] == values).all()
        if name in BOUNDS[form] | COUNTS:
            scale = SCALES.get(name, 1)
            assert (values.min() * scale, values.max() * scale) == (BOUNDS[form] | COUNTS)[name]


@pytest.mark.parametrize("form", FORMS)
def test_boundary_cases_lie_where_a_cent_more_changes_the_result(form):
    shape = shape_of(form)
    columns = cases(form, 100_000, seed=2)
    if form == "capped_use":
        return  # its input is whole
    more = {k: v + 0.01 if SCALES.get(k) == 100 else v for k, v in columns.items()}
    here, there = expected(shape, columns).outputs, expected(shape, more).outputs
    first = next(iter(here))
    changed = ~((here[first] == there[first]) | (np.isnan(here[first]) & np.isnan(there[first])))
    assert changed.mean() > 0.09  # of four neighbours of a boundary, one


@pytest.mark.parametrize("form", FORMS)
def test_noise_is_the_same_cents(form):
    columns = cases(form, 20_000, seed=3)
    for kind, (rows, values) in noisy(columns, seed=4).items():
        assert len(rows) > (50 if kind == "Python ints" else 1_000), kind
        for name, clean in columns.items():
            if name not in SCALES:
                assert np.asarray(values[name]).tolist() == clean[rows].tolist()
                continue
            seen = np.asarray(values[name]).astype(np.float64)
            tolerance = 0.005 if kind == "float32" else 1e-6 / SCALES[name]
            assert (np.abs(seen - clean[rows]) < tolerance).all(), (kind, name)
    sums = noisy(columns, seed=4).get("sums of twelve months")
    money = [name for name in columns if SCALES.get(name) == 100]
    if money:
        assert (sums.cases[money[0]] != columns[money[0]][sums.rows]).mean() > 0.1
    single = noisy(columns, seed=4)["float32"]
    for name in money:
        shown = [float(str(value)) for value in single.cases[name][:3_000]]
        assert shown == columns[name][single.rows][:3_000].tolist()


def a(shape, **person):
    """Return the outputs on both oracles, which must agree."""
    one = EXACT[shape](**person)
    columns = {
        name: np.array([round(Fraction(str(value)) * SCALES[name])])
        if name in SCALES
        else np.array([value])
        for name, value in person.items()
    }
    many = MANY[shape](**columns)
    shown = [None if value is None else float(value) for value in one.outputs.values()]
    other = [None if np.isnan(value[0]) else value[0] for value in many.outputs.values()]
    assert shown == other
    return shown if len(shown) > 1 else shown[0]


def test_meal_prices_worked_out_on_paper():
    def price(quotient, rank=1, here=True):
        return a(
            "taux_effort", quotient_familial=quotient, rang_enfant=rank, habite_la_commune=here
        )

    assert price("100") == 0.90  # 0.55, below the floor
    assert price("163.63") == 0.90
    assert price("500") == 2.75
    assert price("500", rank=2) == 2.20
    assert price("500", rank=3) == price("500", rank=20) == 1.65
    assert price("500", here=False) == 3.58  # 3.575, half up
    assert price("500", rank=3, here=False) == 2.15  # 2.145
    assert price("10") == price("0") == 0.90
    assert price("370") == 2.04  # 2.035
    assert price("369.99") == 2.03
    assert price("1127.27") == price("5000") == 6.20
    assert price("5000", rank=3, here=False) == 4.84  # 6.20 x 60 % x 130 % = 4.836
    by_shares = {"rang_enfant": 1, "habite_la_commune": True}
    # 13,320 / 12 / 3 = 370
    assert a("taux_effort", revenu_fiscal_reference="13320", nombre_parts="3", **by_shares) == 2.04
    assert (
        a("taux_effort", revenu_fiscal_reference="13319.99", nombre_parts="3", **by_shares) == 2.03
    )
    assert (
        a("taux_effort", revenu_fiscal_reference="15000", nombre_parts="2.5", **by_shares) == 2.75
    )


def test_bills_worked_out_on_paper():
    def bill(income, size=1, hardship=False):
        return a(
            "share_of_income", monthly_income=income, household_size=size, special_hardship=hardship
        )

    assert bill("0") == bill("600.24") == 12.0
    assert bill("600.25") == 12.01  # 2 % is 12.005
    assert bill("652.08") == 13.04  # 12 x 652.08 = 7,824.96 <= 7,825: 2 %
    assert bill("652.09") == 16.30  # 7,825.08: 2.5 %, 16.30225
    assert bill("1304.16") == 32.60  # 15,649.92: 2.5 %, 32.604
    assert bill("1304.17") == 39.13  # 15,650.04: 3 %, 39.1251
    assert bill("1956.25") == 58.69  # 23,475 = 150 % of the line: 3 %, 58.6875
    assert bill("1956.26") is None
    assert bill("1956.26", hardship=True) == 78.25  # 4 %
    assert bill("1956.26", size=2) == 58.69  # line 21,150: 23,475.12 is 111 % of it


def test_scales_worked_out_on_paper():
    def share(quotient):
        return a("marginal", quotient_familial=quotient)

    assert share("0") == share("500") == share("500.49") == 0.0
    assert share("500.50") == 0.01  # 1 % of 0.50 is half a cent
    assert share("750") == 2.5
    assert share("1000") == 5.0
    assert share("1000.16") == 5.0  # 5.0048
    assert share("1000.17") == 5.01  # 5.0051
    assert share("1000.50") == 5.02  # 5.015
    assert share("1666.49") == 24.99  # 24.9947
    assert share("1666.50") == share("1666.66") == share("1666.67") == share("9999") == 25.0


def test_fares_worked_out_on_paper():
    def fares(income, size, age):
        return a("equivalence", annual_income=income, household_size=size, age=age)

    reduced, full = [2.15, 123.25], [3.35, 156.0]  # 2.144 and 123.24 to the nearest 0.05
    assert fares("27343", 1, 40) == fares("27343", 1, 19) == fares("27343", 1, 64) == reduced
    assert fares("27343.01", 1, 40) == fares("0", 1, 18) == fares("0", 1, 65) == full
    # 27,343 x 1.41421356... = 38,668.8413...
    assert fares("38668.84", 2, 40) == reduced
    assert fares("38668.85", 2, 40) == full
    assert fares("54686", 4, 40) == reduced
    assert fares("54686.01", 4, 40) == full


def test_passes_worked_out_on_paper():
    def pays(quotient, before=True, on="2025-01-01"):
        one = EXACT["best_of"](quotient_familial=quotient, ancien_abonne=before, on=on)
        many = MANY["best_of"](
            quotient_familial=np.array([int(Fraction(quotient) * 100)]),
            ancien_abonne=np.array([before]),
            on=on,
        )
        assert many.which[0] == one.which
        assert many.outputs["prix_mensuel"][0] == float(one.outputs["prix_mensuel"])
        return float(one.outputs["prix_mensuel"]), one.which

    new, old = 0, 1
    assert pays("0") == pays("300") == pays("301.24") == (12.0, new)  # 12.0496
    assert pays("301.25") == (12.1, new)  # 12.05
    assert pays("600") == (24.0, new)  # the old one would be 30
    assert pays("1125") == pays("1126.24") == (45.0, new)  # 45.00 both: the new one
    assert pays("1126.25") == (45.0, old)  # 45.05 is 45.10
    assert pays("1500") == pays("9000") == (45.0, old)
    assert pays("1500", before=False) == pays("1500", on="2026-01-01") == (60.0, new)


def test_household_fees_worked_out_on_paper():
    def fee(income, adults, children, small):
        return a(
            "household",
            renda_familiar=income,
            adultos=adults,
            criancas=children,
            criancas_ate_5=small,
        )

    assert fee("379.50", 1, 0, 0) == 0.0
    assert fee("379.51", 1, 0, 0) == fee("759", 1, 0, 0) == 40.0
    assert fee("759.01", 1, 0, 0) == 80.0
    assert fee("3036", 2, 2, 1) == 52.5  # 759 a head; (80 + 25) / 2
    assert fee("3036.01", 2, 2, 1) == 105.0
    assert fee("9999", 2, 4, 1) == fee("9999", 2, 2, 0) == 130.0
    assert fee("9999", 2, 4, 4) == 80.0
    with pytest.raises(ValueError, match="more children"):
        fee("9999", 2, 1, 2)


def test_rides_worked_out_on_paper():
    def month(rides, code):
        return a("capped_use", trajets=rides, statut=code)

    assert month(0, "plein") == 0.0
    assert month(29, "plein") == 49.3
    assert month(30, "plein") == month(500, "plein") == 50.0
    assert month(25, "jeune") == month(26, "jeune") == 30.0
    assert month(24, "senior") == 24.0
    assert month(26, "senior") == 25.0
    assert month(26, "solidaire") == 7.8
    assert month(27, "solidaire") == 8.0


def test_reductions_worked_out_on_paper():
    def share(code, quotient, age=30, children=0):
        one = EXACT["two_stage"](
            statut=code, quotient_familial=quotient, age=age, nombre_enfants=children
        )
        columns = {"quotient_familial": int(Fraction(quotient) * 100), "age": age}
        columns |= {"statut": code, "nombre_enfants": children}
        many = MANY["two_stage"](**{name: np.array([value]) for name, value in columns.items()})
        assert many.outputs["taux_reduction"][0] == float(one.outputs["taux_reduction"])
        assert many.words["groupe"][0] == one.words["groupe"]
        return float(one.outputs["taux_reduction"]), one.words["groupe"]

    assert share("s01", "400") == share("s04", "400", age=20, children=5) == (1.0, "A")
    assert share("s04", "400.01") == (0.9, "A")
    assert share("s05", "800") == (0.6, "B")
    assert share("s08", "800", age=25) == (0.7, "B")
    assert share("s12", "800.01", children=3) == (0.4, "B")
    assert share("s12", "800.01", children=2) == (0.0, "C")
    assert share("s09", "1200.01", age=25) == share("s09", "801", age=0) == (0.1, "C")
    assert share("s09", "400", age=26) == (0.5, "C")
    assert share("s06", "1200.01", age=25) == (0.1, "B")
