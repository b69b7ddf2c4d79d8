"""Rules: exact at thresholds, the same for every way in, all faults at once, known days only."""

import copy
import datetime as dt
import decimal
import json
import math
import pickle
from fractions import Fraction
from importlib.metadata import EntryPoint
from operator import getitem
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import (
    DateError,
    InputError,
    OutputError,
    RuleError,
    list_rules,
    load_rule,
)
from tarifs_solidaires.rules import load
from tarifs_solidaires.rules.load import find_text, read_rule
from tarifs_solidaires.values.inputs import COPIED

BEFORE = load_rule("nantes/transport", on="2020-10-01")
AFTER = load_rule("nantes/transport", on="2023-06-01")
EAU = load_rule("nantes/eau", on="2016-06-15")
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "tarifs").glob("*.toml"))
ALL = [*list_rules(), *map(str, EXAMPLES)]


def _plain(value):
    return float(value) if isinstance(value, Fraction) else value


def _same(found, expected):
    if expected == "missing":
        return found is None or (isinstance(found, float) and math.isnan(found))
    return found == _plain(expected)


@pytest.mark.parametrize("name", ALL)
def test_every_worked_case_of_a_rule_file_computes_and_works_out(name):
    file, _ = read_rule(name)
    assert file.case
    for case in file.case:
        rule = load_rule(name, on=case.on)
        given_ = {key: _plain(value) for key, value in case.given.items()}
        result, worked = rule.compute(given_), rule.work_out(given_)
        for key, expected in case.expect.items():
            if key == "tranche":
                assert expected == result.tranche, case
                continue
            exactly = worked[key].value if key in worked else None
            assert _same(_plain(exactly), expected), (case, key)
            if key in rule.output_names:
                assert _same(result[key], expected), (case, key)


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
    ages = [0, 5.99, 6, 25, 25.99, 26, 59.99, 60]
    rates = AFTER.compute(quotient_familial=620, age=ages).taux_reduction
    assert rates.tolist() == [1.0, 1.0, 0.5, 0.5, 0.5, 0.7, 0.7, 0.5]


def test_a_child_under_6_travels_free_on_every_date():
    for day in ("2016-01-01", "2020-10-01", "2023-06-01", "2024-09-01", "2026-06-01"):
        rule = load_rule("nantes/transport", on=day)
        result = rule.compute(quotient_familial=5000, age=[5, 6])
        assert result.taux_reduction.tolist() == [1.0, 0.0]
        assert result.prix_mensuel[0] == 0.0
        assert result.tranche[0] == "moins de 6 ans"


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
            rates = (1.0, 0.9, 0.7, 0.3)[rank]
            assert np.array_equal(result.taux_reduction >= rates, inside)


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


@given(st.lists(st.integers(0, 120_000), min_size=2), st.integers(6, 130))
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
    ("given_", "codes", "message"),
    [
        ({"quotient_familial": [1, np.nan, -3, np.inf]}, ["unreadable", "out_of_bounds"],
         "nan at 1 is missing or not a number"),
        ({"quotient_familial": -1}, ["out_of_bounds"], "-1 is not between 0 and 100,000,000"),
        ({"revenu_fiscal_reference": 1, "nombre_parts": 0}, ["out_of_bounds"], "nombre_parts: 0 is"),
        ({"revenu_fiscal_reference": 1, "nombre_parts": 1.1}, ["between_steps"],
         "1.1 is not a multiple of 0.25"),
        ({"revenu_fiscal_reference": 1}, ["missing_input"], "nombre_parts is missing"),
        ({"quotient_familial": 1, "nombre_parts": 2}, ["two_ways"], "both given"),
        ({"quotient_familial": 1, "age": 200}, ["out_of_bounds"], "age: 200 is"),
        ({"quotient_familial": [1, 2], "age": [1, 2, 3]}, ["shapes"], "lengths that do not match"),
        ({"quotient_familial": "a lot"}, ["type"], "expected a number"),
        ({"quotient_familial": 10**400}, ["type"], "expected a number"),
        ({"quotient_familial": np.ma.array([1, 2], mask=[0, 1])}, ["unreadable"], "None at 1 is"),
        ({"quotient_familial": [[1], [2, 3]]}, ["type"], "not a regular array"),
        ({"quotient_familial": 1, "beneficiaire_aah": "yes"}, ["type"], "expected true or false"),
        ({"quotient_familial": 1, "beneficiaire_aah": [0, 2]}, ["unreadable"], "2 at 1 is"),
        ({"quotient_familial": 1, "commune": "Nantes"}, ["not_a_code"], "'Nantes' is not a code"),
        ({"quotient_familial": 1, "commune": 44109}, ["type"], "expected a code"),
        ({"quotient_familial": 1, "quotient": 1}, ["unknown_input"], "did you mean quotient_familial"),
        ({}, ["missing_input"], "quotient_familial .*or nombre_parts and revenu"),
        ({"quotient_familial": None}, ["missing_input"], "is missing"),
        ({"quotient_familial": -1, "age": 200, "commune": "x"},
         ["out_of_bounds", "out_of_bounds", "not_a_code"], "age: 200"),
    ],
)  # fmt: skip
def test_every_wrong_input_is_named_with_its_place_and_remedy(given_, codes, message):
    with pytest.raises(InputError, match=message) as error:
        BEFORE.compute(given_)
    assert sorted(fault.code for fault in error.value.errors) == sorted(codes)
    assert "\n" not in str(error.value)
    assert error.value.code == error.value.errors[0].code
    again = copy.deepcopy(pickle.loads(pickle.dumps(error.value)))  # noqa: S301
    assert (str(again), again.errors) == (str(error.value), error.value.errors)
    data = json.loads(json.dumps(error.value.to_dict(), allow_nan=False))
    assert data["kind"] == "InputError"
    assert all(fault["code"] and fault["message"] for fault in data["errors"])
    assert "numpy" not in json.dumps(data)
    assert "float64(" not in str(error.value)


@given(
    wrong=st.lists(
        st.sampled_from([np.nan, -1.0, 1e9, np.inf, "no flag", "x", None, 3.5]), min_size=1
    ),
    name=st.sampled_from(["quotient_familial", "age", "beneficiaire_aah", "commune"]),
)
def test_what_cannot_be_right_is_refused_or_missing_with_a_reason(wrong, name):
    column = np.array([*wrong, *wrong], dtype=object)
    given_ = {"quotient_familial": 100.0, "age": 30, name: column}
    try:
        result = AFTER.compute(given_, errors="null")
    except InputError as error:
        if error.code != "type":
            raise
        return
    aside = result.reason_number > 0
    assert np.array_equal(np.isnan(result.taux_reduction), aside)
    assert all((text == "") != out for text, out in zip(result.reason, aside, strict=True))
    for value, out in zip(column, aside, strict=True):
        try:
            AFTER.compute({**given_, name: value} if value is not None else given_)
        except InputError:
            assert out
        else:
            assert not out or value is None


def test_inputs_are_given_by_keyword_or_as_a_mapping_but_not_twice():
    assert BEFORE.compute({"quotient_familial": 420}).taux_reduction == 0.9
    assert BEFORE.compute({"quotient_familial": 420}, age=30).taux_reduction == 0.9
    with pytest.raises(InputError, match="given twice"):
        BEFORE.compute({"quotient_familial": 420}, quotient_familial=3)
    with pytest.raises(InputError, match="expected a mapping"):
        BEFORE.compute([1])
    with pytest.raises(InputError, match="errors: 'ignore'"):
        BEFORE.compute(quotient_familial=1, errors="ignore")


def test_wrong_names_do_not_hide_wrong_values():
    with pytest.raises(InputError) as error:
        BEFORE.compute({"quotient_familial": [-1, 420], "age": ["x", "y"], "quotient": 3})
    faults = {(fault.code, fault.input): fault.positions for fault in error.value.errors}
    assert faults == {
        ("unknown_input", "quotient"): (), ("out_of_bounds", "quotient_familial"): (0,),
        ("type", "age"): (),
    }  # fmt: skip
    with pytest.raises(InputError) as error:
        BEFORE.compute({"quotient_familial": -1, "quotient": 3}, errors="null")
    assert [fault.code for fault in error.value.errors] == ["unknown_input"]


def test_an_output_that_is_not_there_is_named_in_each_language():
    result = BEFORE.compute(quotient_familial=420)
    for kind, ask in ((KeyError, getitem), (AttributeError, getattr)):
        with pytest.raises(kind) as error:
            ask(result, "taux_reductions")
        assert isinstance(error.value, OutputError)
        assert error.value.errors[0].value == "taux_reductions"
        assert str(error.value).endswith(
            "no output 'taux_reductions'; did you mean taux_reduction?"
        )
        assert error.value.say("pt").endswith("você quis dizer taux_reduction?")
    with pytest.raises(OutputError, match=r"write \.tranche"):
        result["tranche"]
    assert not hasattr(result, "prix")
    assert not hasattr(result, "_repr_png_")


def test_a_result_has_its_words_in_the_language_asked_for():
    result = AFTER.compute(quotient_familial=[620, -1], age=30, errors="null")
    data = result.to_dict("pt")
    assert data["reason"] == [*result.reason_in("pt")] != result.to_dict()["reason"]
    assert data["tranche"] == [*result.tranche_in("pt")]
    assert json.loads(result.to_json("pt")) == data


def test_a_schema_says_units_in_its_language():
    said = {lang: AFTER.input_schema(lang)["properties"] for lang in ("en", "fr", "pt")}
    units = {lang: found["quotient_familial"]["description"][-10:] for lang, found in said.items()}
    assert units["en"].endswith("EUR/month]")
    assert units["fr"].endswith("EUR/mois]")
    assert units["pt"].endswith("EUR/mês]")
    assert said["pt"]["age"]["description"] == "[anos]"


def test_persons_are_whole():
    with pytest.raises(InputError, match="whole number"):
        EAU.compute(nombre_personnes=2.5, ressources_annuelles=1)


def _spans(name):
    rule = load_rule(name, on=read_rule(name)[0].version[0].valid_from)
    return [(version.valid_from, version.valid_to) for version in rule.versions]


@pytest.mark.parametrize("name", list_rules())
def test_a_day_outside_what_is_known_names_the_range_or_gives_the_last_known(name):
    spans = _spans(name)
    first, last = spans[0][0], spans[-1][1]
    for day in (first - dt.timedelta(days=1), last + dt.timedelta(days=1)):
        with pytest.raises(DateError, match=f"{first}") as error:
            load_rule(name, on=day)
        assert error.value.errors[0].data["value"] == day.isoformat()
    assert load_rule(name, on=first).version.valid_from == first
    assert load_rule(name, on=first).last_known is None
    later = load_rule(name, on=last + dt.timedelta(days=400), beyond="last_known")
    assert later.last_known == last
    assert later.version == load_rule(name, on=last).version
    with pytest.raises(DateError):
        load_rule(name, on=first - dt.timedelta(days=1), beyond="last_known")
    with pytest.raises(DateError, match="YYYY-MM-DD"):
        load_rule(name, on="1er mai 2023")


@pytest.mark.parametrize("day", ["2020090-03", "2021030-01", "2020-9-3", "", None, 3, "2020-02-30"])
def test_a_day_is_written_whole(day):
    with pytest.raises(DateError, match="YYYY-MM-DD"):
        load_rule("nantes/transport", on=day)


def test_a_result_beyond_what_is_known_says_so():
    rule = load_rule("nantes/transport", on="2031-05-01", beyond="last_known")
    result = rule.compute(quotient_familial=420, age=30)
    assert result.to_dict()["last_known"] == "2026-12-31"
    with pytest.raises(DateError, match="beyond: 'always'"):
        load_rule("nantes/transport", on="2031-05-01", beyond="always")


def test_the_version_changes_on_its_day():
    assert load_rule("nantes/transport", on="2023-04-30").version.valid_to == dt.date(2023, 4, 30)
    assert "age" in load_rule("nantes/transport", on=dt.date(2023, 5, 1)).required
    assert "age" not in BEFORE.required
    with pytest.raises(InputError, match="age is missing"):
        AFTER.compute(quotient_familial=100)


def test_an_unknown_territory_names_the_nearest():
    with pytest.raises(RuleError, match="did you mean nantes/transport"):
        load_rule("nante/transports", on="2020-01-01")


@pytest.mark.parametrize("name", list_rules())
def test_every_figure_has_a_source_and_a_confidence(name):
    rule = load_rule(name, on=_spans(name)[0][0])
    for version in rule.versions:
        rows = [row for facts in version.steps.values() for row in facts.rows]
        for item in (*version.parameters.values(), *rows):
            assert item.basis.source
            assert item.basis.confidence in ("official", "secondary", "inferred")


@pytest.mark.parametrize("name", ALL)
def test_rules_and_results_copy_pickle_and_go_to_json(name):
    file, _ = read_rule(name)
    case = file.case[0]
    rule = load_rule(name, on=case.on)
    given_ = {key: _plain(value) for key, value in case.given.items()}
    many = {key: [value] * 3 for key, value in given_.items()}
    for again in (copy.copy(rule), copy.deepcopy(rule), pickle.loads(pickle.dumps(rule))):  # noqa: S301
        assert again == rule
        for inputs in (given_, many):
            result = again.compute(inputs)
            for other in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):  # noqa: S301
                text = json.dumps(other.to_dict(), allow_nan=False)
                assert text == json.dumps(rule.compute(inputs).to_dict(), allow_nan=False)


def test_rules_of_folders_come_first_and_packages_bring_their_own(tmp_path, monkeypatch):
    own = tmp_path / "nantes"
    own.mkdir()
    text = find_text("nantes/transport")[0].replace('"350 < x <= 500"', '"350 < x <= 510"')
    (own / "transport.toml").write_text(text, "utf-8")
    (own / "cantine.toml").write_text(text.replace("nantes/transport", "nantes/cantine"), "utf-8")
    assert "nantes/cantine" in list_rules([tmp_path])
    assert "nantes/cantine" not in list_rules()
    rule = load_rule("nantes/transport", on="2023-06-01", folders=[tmp_path])
    assert rule.compute(quotient_familial=505, age=30).taux_reduction == 0.9
    with pytest.raises(RuleError, match="this folder does not exist"):
        list_rules([tmp_path / "absent"])
    monkeypatch.setattr(load, "_installed", lambda: (tmp_path,))
    assert "nantes/cantine" in list_rules()
    assert load_rule("nantes/cantine", on="2023-06-01").name == "nantes/cantine"


def test_an_installed_package_is_found_by_its_entry_point(tmp_path, monkeypatch):
    package = tmp_path / "tarifs_de_villeneuve"
    (package / "villeneuve").mkdir(parents=True)
    (package / "__init__.py").write_text("", "utf-8")
    text = find_text("nantes/eau")[0].replace("nantes/eau", "villeneuve/eau")
    (package / "villeneuve" / "eau.toml").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("villeneuve", "tarifs_de_villeneuve", load.GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point])
    load._installed.cache_clear()
    try:
        assert "villeneuve/eau" in list_rules()
        assert load_rule("villeneuve/eau", on="2016-06-15").name == "villeneuve/eau"
    finally:
        load._installed.cache_clear()


def test_the_24_municipalities_are_those_of_insee(real_data: Path):
    lines = (real_data / "communes_nantes_metropole_2020.csv").read_text("utf-8").splitlines()[1:]
    codes = {line.split(",")[0] for line in lines}
    shared = {name: entry for part in EAU.shared for name, entry in part.list.items()}
    assert set(shared["nantes_metropole"].values) == codes


def test_a_users_own_file_loads_the_same_way(tmp_path):
    path = tmp_path / "own.toml"
    text = find_text("nantes/transport")[0]
    path.write_text(text.replace('"350 < x <= 500"', '"350 < x <= 510"'), "utf-8")
    for name in (path, str(path), str(path).replace("\\", "/")):
        rule = load_rule(name, on="2023-06-01")
        assert rule.compute(quotient_familial=505, age=30).taux_reduction == 0.9
    for wrong in (None, 3):
        with pytest.raises(RuleError, match="named by a text"):
            load_rule(wrong, on="2020-10-01")


def test_a_table_that_leaves_a_case_open_says_so(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(find_text("nantes/transport")[0].replace('"x > 900"', '"x > 1000"'), "utf-8")
    rule = load_rule(path, on="2023-06-01")
    with pytest.raises(InputError, match="no row of nantes/transport covers the inputs; check"):
        rule.compute(quotient_familial=950, age=30)
    with pytest.raises(InputError, match="covers the inputs at 1; check") as error:
        rule.compute(quotient_familial=[900, 950, 1001], age=30)
    assert error.value.errors[0].positions == (1,)
    result = rule.compute(quotient_familial=[900, 950, 1001], age=30, errors="null")
    assert result.reason[1] == "no row of nantes/transport covers the inputs"
    assert np.isnan(result.taux_reduction).tolist() == [False, True, False]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble])
def test_one_number_of_any_precision_is_the_decimal_that_it_prints(kind):
    assert BEFORE.compute(quotient_familial=kind(350)).taux_reduction == 1.0
    above = kind("350.25") if kind is np.float16 else kind("350.01")
    assert BEFORE.compute(quotient_familial=above).taux_reduction == 0.9


@pytest.mark.parametrize("value", [decimal.Decimal("350.01"), Fraction("350.01"), 351, True + 350])
def test_decimals_fractions_and_whole_numbers_are_exact(value):
    assert BEFORE.compute(quotient_familial=value).taux_reduction == 0.9
    assert BEFORE.compute(quotient_familial=[value, 350]).taux_reduction.tolist() == [0.9, 1.0]


@given(
    cents=st.integers(0, 10**7), apart=st.integers(-900, 900),
    rule=st.sampled_from([BEFORE, load_rule(str(EXAMPLES[-2]), on="2025-01-01")]),
)  # fmt: skip
def test_a_number_within_a_millionth_of_a_cent_is_that_cent(cents, apart, rule):
    more = {"rang_enfant": 2} if "rang_enfant" in rule.required else {}
    output = rule.output_names[0]
    clean, near = cents / 100, max(0.0, cents / 100 + apart * 1e-11)
    for value in (near, [near, near]):
        noisy = rule.compute({"quotient_familial": value, **more})[output]
        assert np.all(noisy == rule.compute({"quotient_familial": clean, **more})[output])


@pytest.mark.parametrize("people", [1, COPIED])
def test_inputs_that_change_afterwards_change_no_result(people):
    rule = load_rule("nantes/transport", on="2024-09-01")
    quotients, ages = np.full(people, 620.0), np.full(people, 30)
    result = rule.compute(quotient_familial=quotients, age=ages)
    before = rule.compute(quotient_familial=620.0, age=30)
    quotients[:], ages[:] = 100, 70
    assert result.prix_mensuel[0] == before.prix_mensuel
    assert result.inputs["quotient_familial"][0] == 620.0


@pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 65_537, 2_200_000])
def test_the_length_of_a_batch_changes_nothing(length):
    quotients = (np.arange(length) % 1200).astype(float)
    result = AFTER.compute(quotient_familial=quotients, age=30)
    assert result.taux_reduction.shape == (length,)
    places = np.arange(0, length, 9_973)
    single = [AFTER.compute(quotient_familial=q, age=30).taux_reduction for q in quotients[places]]
    assert result.taux_reduction[places].tolist() == single
    assert len(result.tranche) == length


def test_a_single_value_that_is_set_aside_is_explained():
    rule = load_rule("nantes/transport", on="2023-06-01")
    result = rule.compute(quotient_familial=-1, age=30, errors="null")
    assert result.row.shape == ()
    assert result.tranche == ""
    assert result.explain(lang="en").lead[0].startswith("No result. Family quotient: ")
