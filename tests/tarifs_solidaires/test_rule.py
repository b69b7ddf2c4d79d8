"""The rules of Nantes: exact at thresholds, the same for every way in, clear when wrong."""

import datetime as dt
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import (
    DateError,
    InputError,
    RuleError,
    check_rule,
    compare,
    list_rules,
    load_rule,
)
from tarifs_solidaires.inputs import COPIED, INPUTS
from tarifs_solidaires.rule_file import read_rule, read_text

BEFORE = load_rule("nantes/transport", on="2020-10-01")
AFTER = load_rule("nantes/transport", on="2023-06-01")
EAU = load_rule("nantes/eau", on="2016-06-15")


@pytest.mark.parametrize("name", list_rules())
def test_every_worked_case_of_a_rule_file_computes(name):
    cases = read_rule(name).cases
    assert cases
    for case in cases:
        result = load_rule(name, on=case["on"]).compute(**case["given"])
        for output, expected in case["expect"].items():
            found = getattr(result, output)
            assert math.isnan(found) if expected == "missing" else found == expected, case


@pytest.mark.parametrize(
    ("rule", "quotient", "age", "expected"),
    [
        (BEFORE, [0, 349.99, 350, 350.01, 499.99, 500, 500.01, 599.99, 600, 600.01], 30,
         [1, 1, 1, 0.9, 0.9, 0.9, 0.7, 0.7, 0.7, 0]),
        (AFTER, [350, 350.01, 500, 500.01, 750, 750.01, 900, 900.01], 26,
         [1, 0.9, 0.9, 0.7, 0.7, 0.3, 0.3, 0]),
        (AFTER, [350, 350.01, 500, 500.01, 750, 750.01, 900, 900.01], 60,
         [1, 0.9, 0.9, 0.5, 0.5, 0.3, 0.3, 0]),
    ],
)  # fmt: skip
def test_thresholds_belong_to_the_bracket_below(rule, quotient, age, expected):
    assert rule.compute(quotient_familial=quotient, age=age).taux_reduction.tolist() == expected


def test_the_age_bracket_begins_at_26_and_ends_before_60():
    rates = AFTER.compute(quotient_familial=620, age=[0, 25, 25.99, 26, 59.99, 60]).taux_reduction
    assert rates.tolist() == [0.5, 0.5, 0.5, 0.7, 0.7, 0.5]


def test_a_million_boundary_incomes_decide_as_exact_arithmetic_does():
    # Integers are exact: cents of income against cents of threshold times 12 times quarter parts.
    random = np.random.default_rng(0)
    for rule, seuils in ((BEFORE, (350, 500, 600)), (AFTER, (350, 500, 750, 900))):
        quarters = random.integers(1, 200, size=150_000)
        for rank, seuil in enumerate(seuils):
            limit = seuil * 100 * 12 * quarters // 4
            cents = limit + random.integers(-1, 2, size=limit.size)
            result = rule.compute(
                revenu_fiscal_reference=cents / 100, nombre_parts=quarters / 4, age=40
            )
            inside = cents <= limit
            first = 2 if rule is BEFORE else 1  # rows before the brackets: residence, AAH
            bracket = result.row - first
            if rule is AFTER:
                bracket = np.where(bracket > 3, bracket - 1, bracket)  # the second age row
            assert np.array_equal(bracket <= rank, inside)


@given(
    cents=st.integers(0, 10**9), quarters=st.integers(1, 200), rule=st.sampled_from([BEFORE, AFTER])
)
def test_the_quotient_is_never_rounded(cents, quarters, rule):
    quotient = Fraction(cents, 100) / 12 / Fraction(quarters, 4)
    table = [(350, 1.0), (500, 0.9)] + (
        [(600, 0.7)] if rule is BEFORE else [(750, 0.7), (900, 0.3)]
    )
    expected = next((rate for seuil, rate in table if quotient <= seuil), 0.0)
    result = rule.compute(revenu_fiscal_reference=cents / 100, nombre_parts=quarters / 4, age=40)
    assert result.taux_reduction == expected


@given(persons=st.integers(1, 50), cents=st.integers(0, 10**8), price=st.integers(1, 1_000_000))
def test_the_water_aid_is_exact_and_rounds_half_up(persons, cents, price):
    rule = load_rule("nantes/eau", on="2018-01-01")  # the price is an input there
    result = rule.compute(
        nombre_personnes=persons, ressources_annuelles=cents / 100, prix_m3=price / 10_000
    )

    def half_up(value):
        return Fraction((value * 100 + Fraction(1, 2)).__floor__(), 100)

    bill = half_up(Fraction(price, 10_000) * 30 * persons)
    aid = max(Fraction(0), half_up(bill - Fraction(3, 100) * Fraction(cents, 100)))
    assert result.facture_reference == float(bill)
    assert result.aide_annuelle == float(aid)


def test_the_issue_of_november_2017_needs_the_price_of_its_year():
    with pytest.raises(InputError, match="prix_m3 is missing"):
        load_rule("nantes/eau", on="2017-11-01").compute(
            nombre_personnes=4, ressources_annuelles=13_200
        )


def test_half_a_cent_of_aid_rounds_up():
    # 402 - 0.03 * 11999.50 = 42.015
    result = EAU.compute(nombre_personnes=4, ressources_annuelles=11_999.50)
    assert result.aide_annuelle == 42.02


def test_residence_decides_first_before_2023_and_not_after():
    given = {"quotient_familial": 300, "age": 30, "commune": ["44109", "75056"]}
    assert BEFORE.compute(**given).taux_reduction.tolist() == [1.0, 0.0]
    assert AFTER.compute(**given).taux_reduction.tolist() == [1.0, 1.0]
    water = EAU.compute(nombre_personnes=4, ressources_annuelles=0, commune=["44109", "2A004"])
    assert water.aide_annuelle.tolist() == [402.0, 0.0]
    assert water.tranche[1] == "hors du territoire"


def test_the_disability_allowance_wins_over_the_quotient():
    result = AFTER.compute(quotient_familial=5000, age=40, beneficiaire_aah=[True, False])
    assert result.taux_reduction.tolist() == [1.0, 0.0]
    assert result.tranche.tolist() == ["AAH", "QF > 900"]


@given(
    st.lists(
        st.tuples(st.integers(0, 120_000), st.integers(0, 130), st.booleans()),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_every_way_in_gives_the_same(people):
    cents, ages, flags = (list(column) for column in zip(*people, strict=True))
    quotient = [c / 100 for c in cents]
    whole = AFTER.compute(quotient_familial=quotient, age=ages, beneficiaire_aah=flags)
    single = [
        AFTER.compute(quotient_familial=q, age=a, beneficiaire_aah=f).taux_reduction
        for q, a, f in zip(quotient, ages, flags, strict=True)
    ]
    assert whole.taux_reduction.tolist() == single
    small = AFTER.compute(
        quotient_familial=np.array(quotient, dtype=np.float32),
        age=np.array(ages, dtype=np.uint8),
        beneficiaire_aah=np.array(flags, dtype=np.int8),
    )
    assert small.taux_reduction.tolist() == single
    column = AFTER.compute(
        quotient_familial=np.array(quotient)[:, None],
        age=np.array(ages)[:, None],
        beneficiaire_aah=np.array(flags)[:, None],
    )
    assert column.taux_reduction.shape == (len(people), 1)


@given(st.lists(st.integers(0, 120_000), min_size=2), st.integers(0, 130))
def test_a_larger_quotient_never_pays_less(cents, age):
    rates = AFTER.compute(quotient_familial=sorted(c / 100 for c in cents), age=age).taux_reduction
    assert (np.diff(rates) <= 0).all()


def test_scalars_give_scalars_and_arrays_are_read_only():
    result = AFTER.compute(quotient_familial=420, age=30)
    assert type(result.taux_reduction) is float
    assert type(result.tranche) is str
    with pytest.raises(ValueError, match="read-only"):
        AFTER.compute(quotient_familial=[420], age=30).taux_reduction[0] = 1


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"quotient_familial": [1, np.nan, -3, np.inf]}, "nan at 1, -3.0 at 2, inf at 3"),
        ({"quotient_familial": -1}, "-1 must be between 0"),
        ({"revenu_fiscal_reference": 1, "nombre_parts": 0}, "nombre_parts: 0 must be"),
        ({"revenu_fiscal_reference": 1, "nombre_parts": 500}, "nombre_parts: 500 must be"),
        ({"revenu_fiscal_reference": 1, "nombre_parts": 1.1}, "1.1 must be a multiple of 0.25"),
        ({"revenu_fiscal_reference": 1}, "nombre_parts is missing"),
        ({"quotient_familial": 1, "nombre_parts": 2}, "both given"),
        ({"quotient_familial": 1, "age": 200}, "age: 200 must be"),
        ({"quotient_familial": [1, 2], "age": [1, 2, 3]}, "lengths that do not fit"),
        ({"quotient_familial": "a lot"}, "expected numbers"),
        ({"quotient_familial": 10**400}, "expected numbers"),
        ({"quotient_familial": np.ma.array([1, 2], mask=[0, 1])}, "None at 1 must be numbers"),
        ({"quotient_familial": [[1], [2, 3]]}, "not a regular array"),
        ({"quotient_familial": 1, "beneficiaire_aah": "yes"}, "expected true or false"),
        ({"quotient_familial": 1, "beneficiaire_aah": [0, 2]}, "2 at 1 must be true or false"),
        ({"quotient_familial": 1, "commune": "Nantes"}, "INSEE code"),
        ({"quotient_familial": 1, "commune": 44109}, "INSEE codes as text"),
        ({"quotient": 1}, "did you mean quotient_familial"),
        ({}, "quotient_familial .* is missing"),
        ({"quotient_familial": None}, "is missing"),
    ],
)
def test_a_wrong_input_is_named_with_its_place_and_remedy(given_, message):
    with pytest.raises(InputError, match=message) as error:
        BEFORE.compute(**given_)
    assert "\n" not in str(error.value)


def test_persons_are_whole():
    with pytest.raises(InputError, match="whole number"):
        EAU.compute(nombre_personnes=2.5, ressources_annuelles=1)


@pytest.mark.parametrize("name", list_rules())
def test_a_date_outside_what_is_known_names_the_range(name):
    first, last = read_rule(name).versions[0].valid_from, read_rule(name).versions[-1].valid_to
    for day in (first - dt.timedelta(days=1), last + dt.timedelta(days=1)):
        with pytest.raises(DateError, match=f"from {first} to {last}"):
            load_rule(name, on=day)
    assert load_rule(name, on=first).version.valid_from == first
    with pytest.raises(DateError, match="YYYY-MM-DD"):
        load_rule(name, on="1er mai 2023")


def test_the_version_changes_on_its_day():
    assert load_rule("nantes/transport", on="2023-04-30").version.valid_to == dt.date(2023, 4, 30)
    assert load_rule("nantes/transport", on=dt.date(2023, 5, 1)).version.required[1] == "age"


def test_an_unknown_territory_names_the_nearest():
    with pytest.raises(RuleError, match="did you mean nantes/transport"):
        load_rule("nante/transports", on="2020-01-01")


def test_every_figure_has_a_source_and_a_confidence():
    for name in list_rules():
        for version in read_rule(name).versions:
            for item in (*version.parameters, *version.rows):
                assert item.source
                assert item.confidence in ("official", "secondary", "inferred")


def test_the_24_municipalities_are_those_of_insee(real_data: Path):
    lines = (real_data / "communes_nantes_metropole_2020.csv").read_text("utf-8").splitlines()[1:]
    codes = {line.split(",")[0] for line in lines}
    assert load_rule("nantes/eau", on="2016-01-01").version.residence == codes


def _own(tmp_path: Path, old: str, new: str) -> str:
    source = Path(__file__).parents[2] / "src/tarifs_solidaires/territories/nantes/transport.toml"
    text = source.read_text("utf-8")
    assert old in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return str(path)


def test_a_users_own_file_loads_the_same_way(tmp_path):
    path = _own(tmp_path, '"350 < x <= 500"', '"350 < x <= 510"').replace("\\", "/")
    rule = load_rule(path, on="2023-06-01")
    assert rule.compute(quotient_familial=505, age=30).taux_reduction == 0.9


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"350 < x <= 500"', '"350 to 500"', "is no condition"),
        ('confidence = "official"', 'confidence = "sure"', "confidence 'sure' is unknown"),
        ("then = { taux_reduction = 1.0 }", "then = { taux = 1.0 }", "then must give"),
        ('shape = "decision_table"', 'shape = "magic"', "shape 'magic' is unknown"),
        ("known_until = 2026-12-31", "", "'known_until' is missing"),
        ("valid_from = 2023-05-01", "valid_from = 2015-05-01", "in order of their dates"),
        ('required = ["quotient_familial"]', 'required = ["quotient"]', "input 'quotient' is unknown"),
        ("format = 1", "format = ", "not TOML"),
        ("when = { beneficiaire_aah = true }", "when = { nombre_personnes = 'x <= 3' }", "no input of this"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_in_one_line(tmp_path, old, new, message):
    with pytest.raises(RuleError, match=message) as error:
        load_rule(_own(tmp_path, old, new), on="2023-06-01")
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path):
    with pytest.raises(RuleError, match="cannot be read"):
        load_rule(str(tmp_path / "absent.toml"), on="2023-06-01")
    (tmp_path / "latin.toml").write_bytes("name = 'é'".encode("latin-1"))
    with pytest.raises(RuleError, match="not UTF-8"):
        load_rule(str(tmp_path / "latin.toml"), on="2023-06-01")


def test_a_table_that_leaves_a_case_open_says_so(tmp_path):
    path = _own(tmp_path, '"x > 900"', '"x > 1000"')
    with pytest.raises(InputError, match="no row of nantes/transport covers"):
        load_rule(path, on="2023-06-01").compute(quotient_familial=950, age=30)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble])
def test_one_number_of_any_precision_is_the_decimal_that_it_prints(kind):
    assert BEFORE.compute(quotient_familial=kind(350)).taux_reduction == 1.0
    above = kind("350.25") if kind is np.float16 else kind("350.01")
    assert BEFORE.compute(quotient_familial=above).taux_reduction == 0.9


@pytest.mark.parametrize("people", [1, COPIED])
def test_inputs_that_change_afterwards_change_no_result_and_no_word(people):
    rule = load_rule("nantes/transport", on="2024-09-01")
    quotients, ages = np.full(people, 620.0), np.full(people, 30)
    result = rule.compute(quotient_familial=quotients, age=ages)
    before = rule.compute(quotient_familial=620.0, age=30)
    quotients[:], ages[:] = 100, 70
    assert result.prix_mensuel[0] == before.prix_mensuel
    assert result.explain(0) == before.explain()


def test_values_that_no_longer_give_the_result_are_not_explained():
    rule = load_rule("nantes/transport", on="2024-09-01")
    quotients, ages = np.full(COPIED + 1, 620.0), np.full(COPIED + 1, 30)
    result = rule.compute(quotient_familial=quotients, age=ages)
    assert "620" in result.explain(3)
    for quotient, age in ((100, 30), (620, 61), (620, 500)):
        quotients[3], ages[3] = quotient, age
        with pytest.raises(InputError, match="inputs at 3 have changed since"):
            result.explain(3)
    assert result.prix_mensuel[3] == 16.17


@pytest.mark.parametrize("position", ["0", 0.5, True, 1, (0, 0), [0]])
def test_what_is_no_position_is_refused(position):
    with pytest.raises(InputError, match="no result at position"):
        BEFORE.compute(quotient_familial=[420]).explain(position)


def test_a_path_is_read_as_its_text_is(tmp_path):
    path = tmp_path / "rule.toml"
    path.write_text(read_text("nantes/transport"), "utf-8")
    assert load_rule(path, on="2020-10-01") == load_rule(str(path), on="2020-10-01")
    assert check_rule(path) == []
    for wrong in (None, 3):
        with pytest.raises(RuleError, match="named by text"):
            load_rule(wrong, on="2020-10-01")


@pytest.mark.parametrize("rows", [[1], {"QF > 600": 0.1}, 3])
def test_changed_rows_are_a_mapping_of_mappings(rows):
    with pytest.raises(RuleError, match="no mapping; write"):
        BEFORE.replace(rows=rows)


def test_what_is_compared_is_two_rules():
    with pytest.raises(InputError, match="after: 'x' is no rule"):
        compare(BEFORE, "x", {})


def test_the_steps_of_an_input_are_exact_and_few():
    for item in INPUTS.values():
        if item.step:
            assert math.frexp(item.step)[0] == 0.5  # a power of two
            assert item.maximum / item.step < 2**31
