"""The eight example tariffs against the oracles by hand: no wrong cent at any boundary."""

from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from boundaries import BOUNDS, COUNTS, FORMS, SCALES, SHAPES, cases, noisy
from hypothesis import given, settings
from hypothesis import strategies as st
from truth import CODES, EXACT, STATUTS, expected

from tarifs_solidaires import InputError, load_rule

TARIFS = Path(__file__).parents[2] / "examples" / "tarifs"
MANY = 150_000  # boundary cases of each form; nine forms of the eight shapes
SOME = 20_000
FEW = 150  # rows that are computed one by one
YEARS = ("2025-01-01", "2026-01-01")

OUTPUTS = {
    "taux_effort": ["prix_repas"],
    "share_of_income": ["monthly_bill"],
    "marginal": ["participation_mensuelle"],
    "equivalence": ["ride_price", "pass_price"],
    "best_of": ["prix_mensuel"],
    "household": ["tarifa_mensal"],
    "capped_use": ["montant"],
    "two_stage": ["taux_reduction"],
}


def shape_of(form):
    return form.removesuffix("_by_shares")


@cache
def rule(name, on="2025-01-01"):
    return load_rule(TARIFS / f"{name}.toml", on=on)


def same(found, wanted):
    """Whether two columns are the same, bit for bit; what is missing equals what is missing."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert found.shape == wanted.shape
    if wanted.dtype.kind != "f":
        return found == wanted
    assert found.dtype == np.float64
    return (found == wanted) | (np.isnan(found) & np.isnan(wanted))


def assert_true(result, truth, columns, rows=slice(None)):
    for name, wanted in (truth.outputs | truth.words).items():
        found, wanted = np.asarray(result[name]), wanted[rows]
        wrong = np.flatnonzero(~same(found, wanted))
        shown = [
            ({key: values[row] for key, values in columns.items()}, found[row], wanted[row])
            for row in wrong[:3]
        ]
        assert not wrong.size, f"{name}: {wrong.size} of {wanted.size} wrong, as {shown}"


def take(columns, rows):
    return {name: values[rows] for name, values in columns.items()}


# ------------------------------------------------------------------------------------- boundaries


@pytest.mark.parametrize("form", FORMS)
def test_every_boundary_case_is_exact(form):
    columns = cases(form, MANY, seed=11)
    result = rule(shape_of(form)).compute(**columns)
    assert_true(result, expected(shape_of(form), columns), columns)


def test_there_are_cases_enough():
    assert MANY * len(FORMS) >= 1_200_000
    assert set(map(shape_of, FORMS)) == set(SHAPES) == set(EXACT)
    for form in FORMS:
        columns = cases(form, 10, seed=1)
        assert list(expected(shape_of(form), columns).outputs) == OUTPUTS[shape_of(form)]


def test_the_new_formula_alone_from_2026_on():
    columns = cases("best_of", MANY, seed=12)
    result = rule("best_of", "2026-01-01").compute(**columns)
    assert_true(result, expected("best_of", columns, on="2026-01-01"), columns)


def names_by_number(tranches, numbers):
    """Return the one name of each number; two numbers never share one."""
    names = {}
    for number in np.unique(numbers).tolist():
        found = np.unique(np.asarray(tranches)[numbers == number]).tolist()
        assert len(found) == 1, (number, found)
        names[number] = found[0]
    assert len(set(names.values())) == len(names), names
    assert all(names.values()), names
    return names


def test_the_formula_that_wins_has_its_name():
    columns = cases("best_of", MANY, seed=13)
    truth = expected("best_of", columns)
    result = rule("best_of").compute(**columns)
    names = names_by_number(result.tranche, truth.which)
    assert set(names) == {0, 1}
    later = rule("best_of", "2026-01-01").compute(**columns)
    assert len(set(np.asarray(later.tranche).tolist())) == 1
    assert names[1] not in set(np.asarray(later.tranche).tolist())
    # a quotient of 1,125 makes both 45.00: the new one
    tie = rule("best_of").compute(quotient_familial=1125, ancien_abonne=True)
    assert (tie.prix_mensuel, tie.tranche) == (45.0, names[0])
    dearer = rule("best_of").compute(quotient_familial=1126.25, ancien_abonne=True)
    assert (dearer.prix_mensuel, dearer.tranche) == (45.0, names[1])


def test_a_missing_result_has_the_name_of_its_row():
    columns = cases("share_of_income", MANY, seed=14)
    truth = expected("share_of_income", columns)
    result = rule("share_of_income").compute(**columns)
    names = names_by_number(result.tranche, truth.which)
    assert set(names) == {0, 1, 2, 3, 4}
    alone = rule("share_of_income").compute(monthly_income=5000, household_size=1)
    assert np.isnan(alone.monthly_bill)
    assert alone.tranche == names[4]


def test_the_group_of_the_first_table_is_a_result():
    columns = cases("two_stage", MANY, seed=15)
    groups = rule("two_stage").compute(**columns)["groupe"]
    assert isinstance(groups, np.ndarray)
    assert groups.dtype.kind in "UOT"
    assert (groups == expected("two_stage", columns).words["groupe"]).all()
    one = rule("two_stage").compute(
        statut="s12", quotient_familial=100, age=30, nombre_enfants=3
    )  # fmt: skip
    assert one["groupe"] == "B"
    assert isinstance(one["groupe"], str)


@pytest.mark.parametrize(
    ("form", "flag", "value"),
    [
        ("taux_effort", "habite_la_commune", True),
        ("taux_effort_by_shares", "habite_la_commune", True),
        ("share_of_income", "special_hardship", False),
    ],
)
def test_a_flag_that_is_not_given_is_its_default(form, flag, value):
    columns = cases(form, SOME, seed=16)
    del columns[flag]
    truth = expected(shape_of(form), columns)
    assert_true(rule(shape_of(form)).compute(**columns), truth, columns)
    columns[flag] = value
    assert_true(
        rule(shape_of(form)).compute(**columns),
        truth,
        {k: columns[k] for k in columns if k != flag},
    )


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(("small", "children"), [(1, 0), (3, 2), (20, 19)])
def test_more_children_up_to_5_than_children_is_refused(small, children):
    person = {"renda_familiar": 1000, "adultos": 2, "criancas": children, "criancas_ate_5": small}
    with pytest.raises(InputError, match="criancas_ate_5"):
        rule("household").compute(**person)
    columns = {name: np.array([value] * 3) for name, value in person.items()}
    columns["criancas_ate_5"][:2] = children
    with pytest.raises(InputError, match="criancas_ate_5"):
        rule("household").compute(**columns)
    alone = rule("household").compute(**person, errors="null")
    assert np.isnan(alone.tarifa_mensal)
    assert alone.reason


def test_a_bad_row_is_missing_with_its_reason_and_no_other_row_is_touched():
    columns = cases("household", SOME, seed=17)
    truth = expected("household", columns)
    bad = np.random.default_rng(18).random(SOME) < 0.1
    bad &= columns["criancas"] < COUNTS["criancas"][1]
    columns["criancas_ate_5"] = np.where(bad, columns["criancas"] + 1, columns["criancas_ate_5"])
    result = rule("household").compute(**columns, errors="null")
    assert np.isnan(result.tarifa_mensal[bad]).all()
    assert same(result.tarifa_mensal[~bad], truth.outputs["tarifa_mensal"][~bad]).all()
    reasons = np.asarray(result.reason)
    assert all(reasons[bad].tolist())
    assert not any(reasons[~bad].tolist())


@pytest.mark.parametrize("form", FORMS)
def test_what_lies_outside_the_bounds_is_refused_and_missing(form):
    columns = cases(form, 100, seed=19)
    wanted = expected(shape_of(form), columns)
    for name in columns:
        if name not in BOUNDS[form] | COUNTS:
            continue
        for value in (-1, np.nan, np.inf, 10**12):
            changed = columns | {name: columns[name].astype(np.float64)}
            changed[name][7] = value
            with pytest.raises(InputError, match=name):
                rule(shape_of(form)).compute(**changed)
            result = rule(shape_of(form)).compute(**changed, errors="null")
            others = np.arange(100) != 7
            for output, truth in wanted.outputs.items():
                assert np.isnan(result[output][7]), (name, value)
                assert same(result[output][others], truth[others]).all()
            assert np.asarray(result.reason)[7]


# ------------------------------------------------------------------------------------------- noise


@pytest.mark.parametrize("form", FORMS)
def test_the_same_amounts_as_programs_hold_them_give_the_same_results(form):
    columns = cases(form, SOME, seed=21)
    truth = expected(shape_of(form), columns)
    for kind, (rows, values) in noisy(columns, seed=22).items():
        try:
            assert_true(rule(shape_of(form)).compute(**values), truth, values, rows)
        except Exception as error:
            error.add_note(f"given as: {kind}")
            raise


# ---------------------------------------------------------------------------------- single persons

BEYOND = 1_000_000  # of a cent
FINE = 1_000_000_000  # cents beyond which floats do not tell such parts apart


@st.composite
def amounts(draw, form, *near):
    """Return an amount on its cents or off them, as a float or a decimal.

    A millionth of a cent from a whole cent is left out: just there the number is taken as either.
    """
    _, high = next(iter(BOUNDS[form].values()))
    values = st.integers(0, high - 1) | st.integers(0, min(high - 1, 500_000))
    if near:
        values |= st.sampled_from(near) | st.sampled_from(near).map(lambda cents: cents - 1)
    places = st.sampled_from([0, 1, 2, 3, 6]).flatmap(
        lambda digits: st.integers(0, 10**digits - 1).map(lambda n: n * BEYOND // 10**digits)
    )
    beyond = draw(places.filter(lambda n: n not in {1, BEYOND - 1}))
    cents = draw(values)
    if cents >= FINE:
        beyond = 0
    number = (Decimal(cents) + Decimal(beyond) / BEYOND) / 100
    return draw(st.sampled_from([float, Decimal]))(number)


def counts(name):
    return st.integers(*COUNTS[name])


FAMILY = {"rang_enfant": counts("rang_enfant"), "habite_la_commune": st.booleans()}
PERSONS = {
    "taux_effort": st.fixed_dictionaries(
        {"quotient_familial": amounts("taux_effort", 16_364, 112_727, 37_000, 50_000)} | FAMILY
    ),
    "taux_effort_by_shares": st.fixed_dictionaries(
        {
            "revenu_fiscal_reference": amounts("taux_effort_by_shares", 600_000, 1_332_000),
            "nombre_parts": st.integers(1, 200).map(lambda n: n / 4),
        }
        | FAMILY
    ),
    "share_of_income": st.fixed_dictionaries(
        {
            "monthly_income": amounts("share_of_income", 65_209, 130_417, 195_625, 60_025, 176_250),
            "household_size": counts("household_size"),
            "special_hardship": st.booleans(),
        }
    ),
    "marginal": st.fixed_dictionaries(
        {"quotient_familial": amounts("marginal", 50_000, 50_050, 100_000, 166_650)}
    ),
    "equivalence": st.fixed_dictionaries(
        {
            "annual_income": amounts(
                "equivalence", *(int(2_734_300 * size**0.5) + 1 for size in range(1, 21))
            ),
            "household_size": counts("household_size"),
            "age": counts("age"),
        }
    ),
    "best_of": st.fixed_dictionaries(
        {
            "quotient_familial": amounts("best_of", 60_000, 30_125, 112_625, 150_000),
            "ancien_abonne": st.booleans(),
        }
    ),
    "household": st.integers(0, 20).flatmap(
        lambda children: st.fixed_dictionaries(
            {
                "renda_familiar": amounts("household", 37_950, 75_900, 151_800, 303_600),
                "adultos": counts("adultos"),
                "criancas": st.just(children),
                "criancas_ate_5": st.integers(0, children),
            }
        )
    ),
    "capped_use": st.fixed_dictionaries(
        {"trajets": counts("trajets"), "statut": st.sampled_from(STATUTS)}
    ),
    "two_stage": st.fixed_dictionaries(
        {
            "statut": st.sampled_from(CODES),
            "quotient_familial": amounts("two_stage", 40_000, 80_000, 120_000),
            "age": counts("age"),
            "nombre_enfants": counts("nombre_enfants"),
        }
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_any_decimal_of_one_person_is_exact(form):
    shape = shape_of(form)
    days = YEARS if shape == "best_of" else YEARS[:1]

    @settings(max_examples=300)
    @given(person=PERSONS[form])
    def check(person):
        for on in days:
            one = EXACT[shape](**person, **({"on": on} if len(days) > 1 else {}))
            result = rule(shape, on).compute(**person)
            for name, wanted in one.outputs.items():
                found = result[name]
                assert isinstance(found, float)
                assert np.isnan(found) if wanted is None else found == float(wanted)
            for name, word in one.words.items():
                assert result[name] == word

    check()


@pytest.mark.parametrize("form", FORMS)
def test_any_decimals_of_many_persons_are_exact(form):
    """Off the grid of cents, a batch: the same numbers, as floats in arrays."""
    shape = shape_of(form)
    rng = np.random.default_rng(31)
    columns = cases(form, 2_000, seed=32)
    for name in columns:
        if SCALES.get(name) == 100:  # up to 8 decimals, never just a millionth of a cent from one
            cents = np.rint(columns[name] * 100).astype(np.int64)
            beyond = rng.choice([0, 2, 10, 5_000, 250_000, 500_000, 999_990, 999_998], len(cents))
            beyond[cents >= FINE] = 0
            cents = np.minimum(cents, BOUNDS[form][name][1] - 1)
            columns[name] = (cents * BEYOND + beyond) / 1e8
    result = rule(shape).compute(**columns)
    for row in range(len(result[OUTPUTS[shape][0]])):
        person = {name: values[row].item() for name, values in columns.items()}
        for name, wanted in EXACT[shape](**person).outputs.items():
            found = result[name][row]
            assert np.isnan(found) if wanted is None else found == float(wanted), (person, name)


# --------------------------------------------------------------------------- rows, order and chunks


@pytest.mark.parametrize("form", FORMS)
def test_a_batch_is_its_rows_one_by_one(form):
    columns = cases(form, FEW, seed=41)
    batch = rule(shape_of(form)).compute(**columns)
    names = [*OUTPUTS[shape_of(form)], *(["groupe"] if form == "two_stage" else [])]
    assert all(isinstance(batch[name], np.ndarray) for name in names)
    for row in range(FEW):
        person = {name: values[row].item() for name, values in columns.items()}
        for given_ in (person, take(columns, row)):  # of Python, then of numpy
            alone = rule(shape_of(form)).compute(**given_)
            for name in names:
                assert isinstance(alone[name], (float, str))
                assert same(batch[name][row], alone[name])
                assert same(getattr(alone, name), alone[name])
            assert isinstance(alone.tranche, str)
            assert alone.tranche == np.asarray(batch.tranche)[row]


@pytest.mark.parametrize("form", FORMS)
def test_the_order_and_the_layout_of_rows_do_not_matter(form):
    columns = cases(form, SOME, seed=42)
    truth = expected(shape_of(form), columns)
    compute = rule(shape_of(form)).compute
    tranches = np.asarray(compute(**columns).tranche)
    order = np.random.default_rng(43).permutation(SOME)
    for rows in (order, slice(None, None, -1), slice(None, None, 2), slice(5, 6), slice(0, 0)):
        result = compute(**take(columns, rows))
        assert_true(result, truth, take(columns, rows), rows)
        assert (np.asarray(result.tranche) == tranches[rows]).all()
    for values in columns.values():
        values.setflags(write=False)
    assert_true(compute(columns), truth, columns)  # a mapping, read only


@pytest.mark.parametrize("form", FORMS)
def test_one_value_for_all_rows_is_that_value_in_each(form):
    columns = cases(form, SOME, seed=44)
    compute = rule(shape_of(form)).compute
    for name in columns:
        if len(columns) == 1 or name.startswith("criancas"):
            continue
        for row in range(0, 60, 20):
            value = columns[name][row]
            alone = columns | {name: value.item()}
            every = columns | {name: np.full(SOME, value)}
            for output in OUTPUTS[shape_of(form)]:
                assert same(compute(**alone)[output], compute(**every)[output]).all()


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072, 131_073])
@pytest.mark.parametrize("form", ["taux_effort_by_shares", "share_of_income", "two_stage"])
def test_borders_of_chunks_change_nothing(form, size):
    columns = cases(form, size, seed=51)
    result = rule(shape_of(form)).compute(**columns)
    assert_true(result, expected(shape_of(form), columns), columns)


def test_threads_change_nothing():
    few = cases("share_of_income", 299_999, seed=52)
    columns = {name: np.resize(values, 3_000_000) for name, values in few.items()}
    result = rule("share_of_income").compute(**columns)
    wanted = np.resize(expected("share_of_income", few).outputs["monthly_bill"], 3_000_000)
    assert same(result.monthly_bill, wanted).all()
    again = rule("share_of_income").compute(**take(few, slice(0, 70_000)))
    assert (np.asarray(result.tranche)[:70_000] == np.asarray(again.tranche)).all()
