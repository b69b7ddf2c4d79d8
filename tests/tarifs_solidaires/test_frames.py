"""Data frames and columns of every kind give what scalars give one by one."""

import math
import re
import warnings
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_strategies import (
    ALL_KINDS,
    NOTHING,
    RULES,
    TRANSPORT,
    by_row,
    none,
    of_arrays,
    people,
    settled,
    some_bad,
)

from tarifs_solidaires import InputError, TableError, compute_frame, load_rule
from tarifs_solidaires.values.inputs import COPIED

pd = pytest.importorskip("pandas", reason="pandas is not installed: extra [tables]")
pl = pytest.importorskip("polars", reason="polars is not installed: extra [tables]")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra [tables]")


def of_frame(rule, frame, errors):
    """Rows of results out of a frame of any kind."""
    get = (lambda n: frame[n].to_pylist()) if isinstance(frame, pa.Table) else lambda n: frame[n].to_list()  # fmt: skip
    columns = [[*map(none, get(name))] for name in rule.output_names]
    texts = [[none(x) or "" for x in get("tranche")]]
    texts.append([none(x) or "" for x in get("reason")] if errors == "null" else [""] * len(texts[0]))  # fmt: skip
    return [*zip(*columns, *texts, strict=True)]


def _arrow(columns, pieces=1):
    arrays = {name: pa.array(values) for name, values in columns.items()}
    table = pa.table(arrays)
    half = max(1, table.num_rows // pieces)
    return pa.concat_tables([table.slice(n, half) for n in range(0, table.num_rows, half)])


def _dictionaries(columns):
    table = _arrow(columns, 2)
    return pa.table({n: c.dictionary_encode() if pa.types.is_string(c.type) else c
                     for n, c in zip(table.column_names, table.columns, strict=True)})  # fmt: skip


def _decimals(columns):
    return {
        name: [Decimal(repr(x)) if isinstance(x, float) else x for x in values]
        for name, values in columns.items()
    }


def _categories(columns):
    frame = pd.DataFrame(columns)
    return frame.astype(dict.fromkeys(frame.columns, "category"))


def _nullable(columns, backend):
    with np.errstate(invalid="ignore"):  # pandas asks whether an infinity is a whole number
        return pd.DataFrame(columns).convert_dtypes(dtype_backend=backend)


FRAMES = {
    "pandas": pd.DataFrame,
    "pandas, objects": lambda c: pd.DataFrame(c, dtype=object),
    "pandas, nullable": lambda c: _nullable(c, "numpy_nullable"),
    "pandas, in pyarrow": lambda c: _nullable(c, "pyarrow"),
    "pandas, categories": _categories,
    "polars": lambda c: pl.DataFrame(c, strict=False),
    "polars, categories": lambda c: pl.DataFrame(c, strict=False).with_columns(
        pl.col(pl.String).cast(pl.Categorical)
    ),
    "polars, decimals": lambda c: pl.DataFrame(_decimals(c)),
    "pyarrow": _arrow,
    "pyarrow, chunks": lambda c: _arrow(c, 3),
    "pyarrow, dictionaries": _dictionaries,
    "pyarrow, decimals": lambda c: _arrow(_decimals(c)),
}
COLUMNS = {
    "lists": lambda c: c,
    "tuples": lambda c: {n: tuple(v) for n, v in c.items()},
    "objects": lambda c: {n: np.array(v, dtype=object) for n, v in c.items()},
    "pandas": lambda c: dict(pd.DataFrame(c).items()),
    "pandas, nullable": lambda c: dict(_nullable(c, "numpy_nullable").items()),
    "polars": lambda c: {s.name: s for s in pl.DataFrame(c, strict=False)},
    "pyarrow": lambda c: {n: pa.array(v) for n, v in c.items()},
    "pyarrow, chunks": lambda c: dict(zip(c, _dictionaries(c).columns, strict=True)),
}  # fmt: skip


@pytest.mark.parametrize("way", COLUMNS)
@settings(max_examples=25)
@given(drawn=people())
def test_columns_of_any_kind_give_what_scalars_give(way, drawn):
    title, columns = drawn
    rule = RULES[title]
    result = rule.compute(COLUMNS[way](columns))
    assert of_arrays(rule, result) == by_row(rule, columns)


@pytest.mark.parametrize("way", FRAMES)
@settings(max_examples=25)
@given(drawn=people(), errors=st.sampled_from(["raise", "null"]))
def test_frames_of_any_kind_give_what_scalars_give(way, drawn, errors):
    title, columns = drawn
    rule = RULES[title]
    frame = FRAMES[way](columns)
    found = compute_frame(rule, frame, errors=errors)
    assert type(found) is type(frame)
    assert of_frame(rule, found, errors) == by_row(rule, columns)


@pytest.mark.parametrize("way", FRAMES)
@settings(max_examples=15)
@given(drawn=people(of={"all_kinds": ALL_KINDS}), errors=st.sampled_from(["raise", "null"]))
def test_every_kind_of_input_and_output_passes_through_frames(way, drawn, errors):
    _, columns = drawn
    found = compute_frame(ALL_KINDS, FRAMES[way](columns), errors=errors)
    assert of_frame(ALL_KINDS, found, errors) == by_row(ALL_KINDS, columns)


def good(columns, wrong):
    return {name: [v for n, v in enumerate(c) if n not in wrong] for name, c in columns.items()}


def check_null(rule, found, columns, wrong):
    right = iter(by_row(rule, good(columns, wrong)))
    for n, row in enumerate(found):
        if n in wrong:
            *outputs, tranche, reason = row
            assert outputs == [None] * len(rule.output_names)
            assert tranche == ""
            assert reason.startswith(f"{wrong[n]}: ")
        else:
            assert row == next(right)


@pytest.mark.parametrize("way", COLUMNS)
@settings(max_examples=20)
@given(drawn=some_bad())
def test_a_bad_value_costs_its_own_result_only(way, drawn):
    title, columns, wrong = drawn
    rule = RULES[title]
    result = rule.compute(COLUMNS[way](columns), errors="null")
    check_null(rule, of_arrays(rule, result), columns, wrong)
    with pytest.raises(InputError) as error:
        rule.compute(COLUMNS[way](columns))
    for fault in error.value.errors:
        assert set(fault.positions) <= {n for n, name in wrong.items() if name == fault.input}


@pytest.mark.parametrize("way", [way for way in FRAMES if "decimals" not in way])
@settings(max_examples=20)
@given(drawn=some_bad())
def test_a_bad_row_of_a_frame_costs_its_own_result_only(way, drawn):
    title, columns, wrong = drawn
    rule = RULES[title]
    found = compute_frame(rule, FRAMES[way](columns), errors="null")
    columns, wrong = settled(rule, columns, wrong)
    check_null(rule, of_frame(rule, found, "null"), columns, wrong)
    if not wrong:
        return
    with pytest.raises(InputError, match=rf"at ({'|'.join(map(str, wrong))})\b"):
        compute_frame(rule, FRAMES[way](columns))


# ---- each thing once ---------------------------------------------------------------------------


def test_an_error_lists_the_first_five_positions():
    quotient = [1, -1, 2, *[-1] * 6]
    with pytest.raises(InputError, match=r"-1 at 1, -1 at 3, -1 at 4, -1 at 5, -1 at 6 and 2 more"):
        compute_frame(TRANSPORT, pl.DataFrame({"quotient_familial": quotient, "age": 30}))


@pytest.mark.parametrize("kind", [pd.Series, pl.Series, pa.array, lambda x: pa.chunked_array([x])])
def test_a_large_column_of_floats_is_read_where_it_is(kind):
    numbers = kind(np.arange(COPIED + 1.0))
    read = TRANSPORT.compute(quotient_familial=numbers, age=30).inputs["quotient_familial"]
    again = TRANSPORT.compute(quotient_familial=numbers, age=30).inputs["quotient_familial"]
    assert np.shares_memory(read, again)
    assert not read.flags.writeable


def test_texts_are_categories_in_the_order_of_rows_and_codes():
    columns = {"revenu": [900.0, 100.0], "personnes": [5, 1], "resident": [True, False],
               "statut": ["plein", "reduit"], "naissance": [np.datetime64("1990-01-01")] * 2}  # fmt: skip
    frame = pd.DataFrame(columns)
    found = compute_frame(ALL_KINDS, frame, errors="null")
    rows = ["hors ressort", "revenu ≤ 500", "né depuis 2000", "Corse", "autres"]
    assert list(found["tranche"].cat.categories) == rows
    assert list(found["droit"].cat.categories) == ["entier", "partiel", "aucun"]
    assert found["prioritaire"].dtype == "boolean"
    assert isinstance(found["reason"].dtype, pd.CategoricalDtype)
    found = compute_frame(ALL_KINDS, pl.DataFrame(frame), errors="null")
    assert found["tranche"].dtype == pl.Enum(rows)
    assert found["droit"].to_list() == ["aucun", "partiel"]
    assert found["prioritaire"].to_list() == [True, None]
    found = compute_frame(ALL_KINDS, pa.Table.from_pandas(frame), errors="null")
    assert pa.types.is_dictionary(found.schema.field("tranche").type)
    assert found["prioritaire"].to_pylist() == [True, None]


def test_a_million_names_of_rows_are_no_million_strings():
    frame = pd.DataFrame({"quotient_familial": np.linspace(0, 1000, 200_000), "age": 30})
    found = compute_frame(TRANSPORT, frame)
    assert found["tranche"].memory_usage(index=False, deep=True) < 250_000


def test_a_rule_beyond_its_last_known_day_says_so_in_every_row():
    rule = load_rule("nantes/transport", on="2040-01-01", beyond="last_known")
    for kind in (pd.DataFrame, pl.DataFrame, pa.table):
        found = compute_frame(rule, kind({"quotient_familial": [400.0, 500.0], "age": [30, 40]}))
        listed = found["last_known"]
        days = listed.to_pylist() if kind is pa.table else listed.to_list()
        assert days == [rule.last_known.isoformat()] * 2


def test_a_pandas_frame_keeps_its_index_and_the_callers_stays_as_it_is():
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2)], names=["x", "y"])
    frame = pd.DataFrame({"quotient_familial": [350, 420.0, 910], "age": 30}, index=index)
    before = frame.copy()
    found = compute_frame(TRANSPORT, frame)
    assert found.index.equals(index)
    assert found["taux_reduction"].tolist() == [1.0, 0.9, 0.0]
    pd.testing.assert_frame_equal(frame, before)
    found.iloc[0, found.columns.get_loc("taux_reduction")] = 0.5  # it is the caller's to change
    assert found["taux_reduction"].tolist() == [0.5, 0.9, 0.0]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_without_rows_has_no_results(kind):
    frame = kind({"quotient_familial": [], "age": [], "commune": []})
    found = compute_frame(TRANSPORT, frame, errors="null")
    assert of_frame(TRANSPORT, found, "null") == []


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_each_row_has_a_result_where_no_input_is_given_at_all(kind):
    found = compute_frame(NOTHING, kind({"id": [1, 2, 3]}), errors="null")
    assert of_frame(NOTHING, found, "null") == [(0.0, "tous", "")] * 3


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_missing_result_is_what_is_missing_in_the_library(kind):
    found = compute_frame(
        TRANSPORT, kind({"quotient_familial": [300.0, None], "age": [3, 30]}), errors="null"
    )
    if kind is pd.DataFrame:
        assert found["taux_reduction"].dtype == np.float64
        assert found.isna()[["taux_reduction", "tranche", "reason"]].to_numpy().tolist() == [
            [False, False, True],
            [True, True, False],
        ]
    else:
        counts = [found[n].null_count for n in ("taux_reduction", "tranche", "reason")]
        counts = [count() if callable(count) else count for count in counts]
        assert counts == [1, 1, 1]


@pytest.mark.parametrize(
    ("columns", "keep", "message"),
    [
        ({"agee": 1}, (), "the column 'agee' is unknown; did you mean age"),
        ({"quartier": 1}, (), "to carry it through, name it with --keep; in Python, with keep"),
        ({"{agee}": 1}, (), "the column '{agee}' is unknown"),
        ({"Âge": 1}, (), "the columns 'age' and 'Âge' are both age"),
        ({"tranche": 1}, "all", "the column 'tranche' is also a result; rename or drop it"),
        ({"taux_reduction": 1}, ["taux_reduction"], "is also a result"),
        ({"quartier": 1}, ["quartier", "rue"], "there is no column 'rue' to keep"),
        ({"quartier": 1}, "quartier", r"write a list, such as \['quartier'\]"),
    ],
)  # fmt: skip
def test_a_wrong_column_is_named_with_its_remedy(columns, keep, message):
    frame = pd.DataFrame({"quotient_familial": [1.0], "age": 3, **columns})
    with pytest.raises(TableError, match=message):
        compute_frame(TRANSPORT, frame, keep=keep)


def test_all_that_is_wrong_with_columns_is_said_at_once():
    with pytest.raises(TableError) as error:
        compute_frame(TRANSPORT, pd.DataFrame({"agee": [3], "tranche": [1]}), keep=["rue"])
    codes = [fault.code for fault in error.value.errors]
    assert codes == ["unknown_column", "result_column", "no_column", *["missing_input"] * 2]
    assert error.value.to_dict()["errors"][0]["input"] == "agee"


def test_columns_are_carried_through_when_asked():
    frame = pd.DataFrame({"rue": ["x"], "quotient_familial": [1.0], "age": 3, "foyer": 7})
    for keep in (["rue"], "all"):
        found = compute_frame(TRANSPORT, frame, keep=keep)
        assert list(found) == [*frame, "taux_reduction", "prix_mensuel", "tranche"]
    assert "reason" in compute_frame(TRANSPORT, frame, keep="all", errors="null")
    with pytest.raises(TableError, match="also a result"):
        compute_frame(TRANSPORT, frame.rename(columns={"rue": "reason"}), keep="all", errors="null")
    with pytest.raises(TableError, match="'age'"):
        compute_frame(TRANSPORT, frame.set_axis(["rue", "age", "age", "foyer"], axis=1), keep="all")
    with pytest.raises(TableError, match=r"the column 'quotient_familial' .* is missing"):
        compute_frame(TRANSPORT, frame[["age"]])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"age": [1]}, "not builtins dict"),
        (pd.Series([1]), "not pandas Series"),
        (None, "must be a pandas or polars frame, a pyarrow table"),
    ],
)
def test_what_is_no_frame_is_refused(frame, message):
    with pytest.raises(TableError, match=message):
        compute_frame(TRANSPORT, frame)


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, pl.Series, pa.array])
def test_a_column_of_which_all_is_missing_is_missing_everywhere(kind):
    for name in ("age", "beneficiaire_aah", "commune"):
        given_ = {"quotient_familial": 300, "age": 30, name: kind([None, None])}
        result = TRANSPORT.compute(given_, errors="null")
        assert [r.partition(":")[0] for r in result.reason] == [name, name]
        given_[name] = kind([math.nan, math.nan])
        assert TRANSPORT.compute(given_, errors="null").reason.tolist() == result.reason.tolist()


def test_no_warning_is_raised_on_the_way():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for make in FRAMES.values():
            compute_frame(
                TRANSPORT, make({"quotient_familial": [1.0, 600.0], "age": [3, 4]}), errors="null"
            )


def test_the_message_of_a_frame_never_spans_lines():
    frame = pd.DataFrame({"quotient_familial": [1.0], "a\nb": 1})
    with pytest.raises(TableError) as error:
        compute_frame(TRANSPORT, frame)
    assert re.search(r"the column 'a\\nb' is unknown", str(error.value))
