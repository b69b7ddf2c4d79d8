"""A reform tried in code: exact where it is changed, the same everywhere else, refused where wrong."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import RuleError, list_rules, load_rule
from tarifs_solidaires.rule_file import read_rule

BEFORE = load_rule("nantes/transport", on="2020-10-01")
AFTER = load_rule("nantes/transport", on="2023-06-01")
PRICED = load_rule("nantes/transport", on="2024-09-01")
EAU = load_rule("nantes/eau", on="2016-06-15")
RULES = [
    load_rule(name, on=version.valid_from)
    for name in list_rules()
    for version in read_rule(name).versions
]

cents = st.integers(1, 200_000).map(lambda whole: whole / 100)


def _rates(rule, quotients, **more):
    return rule.compute(quotient_familial=quotients, **{"age": 30, **more}).taux_reduction.tolist()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule.on}")
def test_what_is_replaced_by_itself_is_the_same_rule(rule):
    parameters = {p.name: p.value for p in rule.version.parameters}
    rows = {
        row.tranche: {
            name: "missing" if math.isnan(value) else value
            for name, value in row.then.items()
            if not (name == "prix_mensuel" and rule.version.full_prices)
        }
        for row in rule.version.all_rows
    }
    again = rule.replace(rows=rows, **parameters)
    assert repr(again.version) == repr(rule.version)
    assert again.versions is rule.versions


@given(rate=st.integers(0, 10_000).map(lambda whole: whole / 10_000), quotient=cents)
def test_a_rate_replaced_and_replaced_back_is_the_same_rule(rate, quotient):
    trial = AFTER.replace(rows={"QF > 900": {"taux_reduction": rate}})
    assert _rates(trial, [900.0, 900.01, quotient]) == [
        0.3,
        rate,
        *(_rates(AFTER, [quotient]) if quotient <= 900 else [rate]),
    ]
    back = trial.replace(rows={"QF > 900": {"taux_reduction": 0.0}})
    assert back == AFTER
    assert (trial == AFTER) == (rate == 0)


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
    was, is_ = AFTER.compute(**given_), trial.compute(**given_)
    assert is_.tranche == was.tranche
    inside = was.tranche == "750 < QF ≤ 900"
    assert is_.taux_reduction == (rate if inside else was.taux_reduction)


def test_the_rule_itself_never_changes():
    before = repr(AFTER.version), repr(EAU.version)
    AFTER.replace(rows={"AAH": {"taux_reduction": 0.5}}, portee_aah="foyer")
    EAU.replace(versement_minimal=15, part_ressources=0.02)
    assert (repr(AFTER.version), repr(EAU.version)) == before
    assert load_rule("nantes/transport", on="2023-06-01") == AFTER


def test_a_choice_brings_its_rows_in():
    household = {"quotient_familial": [2000.0], "age": 30, "aah_au_foyer": True}
    foyer = AFTER.replace(portee_aah="foyer")
    assert AFTER.compute(**household).taux_reduction.tolist() == [0.0]
    assert foyer.compute(**household).taux_reduction.tolist() == [1.0]
    assert foyer.compute(**household).tranche.tolist() == ["AAH au foyer"]
    assert foyer.replace(portee_aah="personne") == AFTER


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
    price=st.integers(1, 99_999),
)
def test_every_parameter_of_an_aid_counts_exactly(resources, persons, minimum, share, price):
    trial = EAU.replace(
        versement_minimal=minimum / 100, part_ressources=share / 10_000, prix_m3=price / 10_000
    )
    aid = trial.compute(
        nombre_personnes=persons, ressources_annuelles=resources / 100
    ).aide_annuelle
    bill = (2 * price * 30 * persons + 100) // 200  # cents, half up
    owed = (2 * (10_000 * bill - share * resources) + 10_000) // 20_000
    assert round(100 * aid) == (owed if owed > 0 and owed >= minimum else 0)


def test_a_list_of_volumes_is_replaced_by_a_list():
    rule = load_rule("nantes/eau", on="2016-06-15")
    with pytest.raises(RuleError, match="volume_par_personne"):
        rule.replace(volume_par_personne=[30, 60])
    volumes = [r for r in RULES if isinstance(r.version.figures.get("volume_par_personne"), tuple)]
    for rule in volumes:
        changed = rule.replace(volume_par_personne=[50, 90])
        assert changed.version.figures["volume_par_personne"] == (50, 90)
        with pytest.raises(RuleError, match="must be a list of numbers"):
            rule.replace(volume_par_personne=[])


def test_a_missing_result_can_be_tried_too():
    trial = AFTER.replace(rows={"QF > 900": {"taux_reduction": "missing"}})
    assert math.isnan(_rates(trial, [1000.0])[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AFTER.replace(portee_ahh="foyer"), "has no parameter 'portee_ahh'; did you mean portee_aah?"),
        (lambda: AFTER.replace(portee_aah="ville"), "portee_aah: 'ville' is no choice; write one of personne, foyer"),
        (lambda: AFTER.replace(jour_d_effet="demain"), "is not of the kind of datetime.date"),
        (lambda: AFTER.replace(rows={"QF > 90": {}}), "has no row 'QF > 90'; did you mean QF > 900"),
        (lambda: AFTER.replace(rows={"QF > 900": {"taux_reducton": 1}}), "did you mean taux_reduction?"),
        (lambda: AFTER.replace(rows={"QF > 900": {"nombre_personnes": "x > 1"}}), "is no output nor input"),
        (lambda: AFTER.replace(rows={"AAH": {"taux_reduction": 1.5}}), "1.5 must be a number from 0 to 1"),
        (lambda: AFTER.replace(rows={"AAH": {"taux_reduction": -0.1}}), "-0.1 must be a number"),
        (lambda: AFTER.replace(rows={"AAH": {"taux_reduction": math.nan}}), "nan must be a number"),
        (lambda: AFTER.replace(rows={"AAH": {"taux_reduction": True}}), "True must be a number"),
        (lambda: AFTER.replace(rows={"AAH": {"taux_reduction": "1"}}), "'1' must be a number"),
        (lambda: AFTER.replace(rows={"AAH": {"age": "x > "}}), "'x > ' is no condition"),
        (lambda: AFTER.replace(rows={"AAH": {"age": True}}), "True does not fit: the input is a number"),
        (lambda: AFTER.replace(rows={"AAH": {"beneficiaire_aah": "x > 1"}}), "does not fit: the input is a flag"),
        (lambda: AFTER.replace(rows={"QF > 900": {"quotient_familial": "x > 1000"}}), "leave cases that no row covers"),
        (lambda: PRICED.replace(rows={"AAH": {"prix_mensuel": 5}}), "change taux_reduction instead"),
        (lambda: EAU.replace(part_ressources=0), "0 must be a number above 0 and at most 1"),
        (lambda: EAU.replace(part_ressources=1.01), "1.01 must be a number above 0 and at most 1"),
        (lambda: EAU.replace(prix_m3="3"), "'3' must be a number from 0 up"),
        (lambda: EAU.replace(versement_minimal=-1), "-1 must be a number from 0 up"),
        (lambda: EAU.replace(rows={"aucune aide": {}}), "has no row 'aucune aide'; change a parameter instead"),
    ],
)  # fmt: skip
def test_a_wrong_change_is_refused_in_one_line(call, message):
    with pytest.raises(RuleError) as error:
        call()
    assert message in str(error.value)
    assert "\n" not in str(error.value)
