"""A reform tried in code: exact where it is changed, the same everywhere else, refused where wrong."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import RuleError, list_rules, load_rule
from tarifs_solidaires.rules.load import read_rule

BEFORE = load_rule("nantes/transport", on="2020-10-01")
AFTER = load_rule("nantes/transport", on="2023-06-01")
PRICED = load_rule("nantes/transport", on="2024-09-01")
EAU = load_rule("nantes/eau", on="2016-06-15")
EFFORT = load_rule("examples/tarifs/taux_effort.toml", on="2025-01-01")
RULES = [
    load_rule(name, on=version.valid_from)
    for name in list_rules()
    for version in read_rule(name)[0].version
]

cents = st.integers(1, 200_000).map(lambda whole: whole / 100)


def _rates(rule, quotients, **more):
    return rule.compute(quotient_familial=quotients, **{"age": 30, **more}).taux_reduction.tolist()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule.on}")
def test_what_is_replaced_by_itself_is_the_same_rule(rule):
    parameters = {name: p.value for name, p in rule.parameters.items() if not p.since}
    again = rule.replace(**parameters)
    assert again.version == rule.version
    rows = {}
    for name, facts in rule.steps.items():
        for row, entry in zip(facts.rows, facts.entry.row, strict=False):
            rows.setdefault(row.name.first, {})[name] = entry.then
    for row, changes in rows.items():
        if len(changes) == 1:
            assert rule.replace(rows={row: changes}).version == rule.version


@given(rate=st.integers(0, 10_000).map(lambda whole: whole / 10_000), quotient=cents)
def test_a_rate_replaced_and_replaced_back_is_the_same_rule(rate, quotient):
    trial = AFTER.replace(rows={"QF > 900": {"taux_reduction": rate}})
    assert _rates(trial, [900.0, 900.01, quotient]) == [
        0.3,
        rate,
        *(_rates(AFTER, [quotient]) if quotient <= 900 else [rate]),
    ]
    back = trial.replace(rows={"QF > 900": {"taux_reduction": 0.0}})
    assert back.version == AFTER.version
    assert (trial.version == AFTER.version) == (rate == 0)


@given(threshold=st.integers(75_001, 10_000_000), quarters=st.integers(1, 200))
def test_a_replaced_threshold_moves_exactly_at_the_threshold(threshold, quarters):
    text = f"{threshold // 100}.{threshold % 100:02d}"
    trial = AFTER.replace(
        rows={
            "750 < QF ≤ 900": {"quotient_familial": f"750 < x <= {text}"},
            "QF > 900": {"quotient_familial": f"x > {text}"},
        }
    )
    around = [threshold / 100, (threshold + 1) / 100]
    assert _rates(trial, around) == [0.3, 0.0]
    # with an income, the threshold is times 12 and times the tax shares: whole cents
    limit = 12 * threshold * quarters // 4
    incomes = np.array([limit, limit + 1]) / 100
    result = trial.compute(
        revenu_fiscal_reference=incomes, nombre_parts=quarters / 4, age=30
    ).taux_reduction
    assert result.tolist() == [0.3, 0.0]
    assert _rates(AFTER, [900.0, 900.01]) == [0.3, 0.0]


@given(quotient=cents, age=st.integers(0, 99), aah=st.booleans(), rate=st.sampled_from([0.2, 0.4]))
def test_nothing_moves_outside_the_row_that_changes(quotient, age, aah, rate):
    trial = AFTER.replace(rows={"750 < QF ≤ 900": {"taux_reduction": rate}})
    given_ = {"quotient_familial": quotient, "age": age, "beneficiaire_aah": aah}
    was, is_ = AFTER.compute(given_), trial.compute(given_)
    assert is_.tranche == was.tranche
    inside = was.tranche == "750 < QF ≤ 900"
    assert is_.taux_reduction == (rate if inside else was.taux_reduction)


def test_the_rule_itself_never_changes():
    before = AFTER.version, EAU.version
    AFTER.replace(rows={"AAH": {"taux_reduction": 0.5}}, portee_aah="foyer")
    EAU.replace(versement_minimal=15, part_ressources=0.02)
    assert (AFTER.version, EAU.version) == before
    assert load_rule("nantes/transport", on="2023-06-01") == AFTER


def test_a_choice_brings_its_rows_in():
    household = {"quotient_familial": [2000.0], "age": 30, "aah_au_foyer": True}
    foyer = AFTER.replace(portee_aah="foyer")
    assert AFTER.compute(household).taux_reduction.tolist() == [0.0]
    assert foyer.compute(household).taux_reduction.tolist() == [1.0]
    assert foyer.compute(household).tranche.tolist() == ["AAH au foyer"]
    assert foyer.replace(portee_aah="personne").version == AFTER.version


def test_a_split_by_age_before_2023_changes_its_bracket_alone():
    split = BEFORE.replace(partage_500_600="par_age")
    ages, quotients = np.meshgrid([25, 26, 59, 60], [500, 500.01, 600, 600.01])
    found = split.compute(quotient_familial=quotients, age=ages).taux_reduction
    assert found.tolist() == [[0.9] * 4, [0.5, 0.7, 0.7, 0.5], [0.5, 0.7, 0.7, 0.5], [0.0] * 4]


@given(
    resources=st.integers(0, 2_000_000),
    persons=st.integers(1, 12),
    minimum=st.integers(0, 20_000),
    share=st.integers(1, 1_000),
)
def test_every_parameter_of_an_aid_counts_exactly(resources, persons, minimum, share):
    trial = EAU.replace(versement_minimal=minimum / 100, part_ressources=share / 10_000)
    aid = trial.compute(
        nombre_personnes=persons, ressources_annuelles=resources / 100
    ).aide_annuelle
    bill = 335 * 30 * persons  # cents
    owed = (2 * (10_000 * bill - share * resources) + 10_000) // 20_000
    assert round(100 * aid) == (owed if owed > 0 and owed >= minimum else 0)


@given(rate=st.integers(0, 500), quotient=st.integers(0, 200_000), rank=st.integers(1, 5))
def test_a_formula_can_stand_in_a_row(rate, quotient, rank):
    share = "40 %"
    (row,) = [
        row.name.first
        for row in EFFORT.steps["reduction_fratrie"].rows
        if row.value == EFFORT.steps["reduction_fratrie"].rows[0].value
    ]
    trial = EFFORT.replace(rows={row: {"reduction_fratrie": f"{rate / 10000} + {share} * 0"}})
    price = trial.compute(quotient_familial=quotient / 100, rang_enfant=rank).prix_repas
    same = EFFORT.compute(quotient_familial=quotient / 100, rang_enfant=rank)
    if same.rule.work_out({"quotient_familial": quotient / 100, "rang_enfant": rank})[
        "reduction_fratrie"
    ].row:
        assert price == same.prix_repas
    else:
        base = min(
            max(Fraction(quotient, 100) * Fraction("0.0055"), Fraction("0.9")), Fraction("6.2")
        )
        due = base * (1 - Fraction(rate, 10_000))
        assert price == float(Fraction((due * 100 + Fraction(1, 2)).__floor__(), 100))


def test_a_missing_result_can_be_tried_too():
    for nothing in ("missing", None, math.nan):
        trial = AFTER.replace(rows={"QF > 900": {"taux_reduction": nothing}})
        assert math.isnan(_rates(trial, [1000.0])[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AFTER.replace(portee_ahh="foyer"), "has no parameter 'portee_ahh'; did you mean portee_aah?"),
        (lambda: AFTER.replace(portee_aah="ville"), "portee_aah: 'ville' is not possible here; write personne, foyer"),
        (lambda: AFTER.replace(rows={"QF > 90": {}}), "has no row 'QF > 90'; did you mean QF > 900"),
        (lambda: AFTER.replace(rows={"QF > 900": {"taux_reducton": 1}}), "did you mean taux_reduction"),
        (lambda: AFTER.replace(rows={"AAH": {"taux_reduction": True}}), "true is not a number"),
        (lambda: AFTER.replace(rows={"AAH": {"taux_reduction": "1 +"}}), "a number or a name is missing"),
        (lambda: AFTER.replace(rows={"AAH": {"age": "x > "}}), "a number or a name is missing"),
        (lambda: AFTER.replace(rows={"AAH": {"age": True}}), "age is a number"),
        (lambda: AFTER.replace(rows={"AAH": {"beneficiaire_aah": "x > 1"}}), "write true or false"),
        (lambda: AFTER.replace(rows={"QF > 900": {"quotient_familial": "x > 1000"}}), "leave cases that no row covers"),
        (lambda: AFTER.replace(rows={"AAH": 3}), "3 is not a mapping"),
        (lambda: AFTER.replace(rows=[1]), "[1] is not a mapping"),
        (lambda: EAU.replace(versement_minimal="3"), "'3' is not possible here"),
    ],
)  # fmt: skip
def test_a_wrong_change_is_refused_in_one_line(call, message):
    with pytest.raises(RuleError) as error:
        call()
    assert message in str(error.value)
    assert "\n" not in str(error.value)
