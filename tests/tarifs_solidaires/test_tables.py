"""Every way in gives what scalars give one by one, and one wrong row never costs the others."""

import csv
import math
import re
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarifs_solidaires import InputError, TableError, chunks, compute_frame, list_rules, load_rule
from tarifs_solidaires.inputs import COPIED, INPUTS
from tarifs_solidaires.rule_file import read_rule
from tarifs_solidaires.tables import compute_file

pd = pytest.importorskip("pandas", reason="pandas is not installed: extra [tables]")
pl = pytest.importorskip("polars", reason="polars is not installed: extra [tables]")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra [tables]")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: extra [tables]")

OWN = Path(__file__).parent / "rules"
RULES = {
    f"{name} {version.valid_from}": load_rule(name, on=version.valid_from)
    for name in list_rules()
    for version in read_rule(name).versions
} | {path.stem: load_rule(str(path), on="2021-01-01") for path in sorted(OWN.glob("*.toml"))}
TRANSPORT = load_rule("nantes/transport", on="2023-06-01")
COMMUNES = ["44109", "75056", "2A004", "01001"]
# What makes numbers worth trying: thresholds of the rules above, and their neighbours.
NUMBERS = {
    "quotient_familial": [300, 350, 355, 400, 500, 600, 750, 900],
    "revenu_fiscal_reference": [4200, 10500, 15000, 22500],
    "ressources_mensuelles": [850.10, 1105.13, 1275.15, 1200, 1800],
    "ressources_annuelles": [11_999.5, 12_000, 13_400],
    "age": [6, 12, 26, 60, 65],
    "volume_m3": [80, 120],
    "prix_m3": [3.35, 3.72],
}


def values_of(name: str, *, whole: bool = False):
    """Values that an input accepts, as Python has them."""
    item = INPUTS[name]
    if item.kind == "flag":
        return st.booleans()
    if item.kind == "commune":
        return st.sampled_from(COMMUNES)
    low, high = math.ceil(item.minimum), int(min(item.maximum, 30_000))
    if item.whole or whole:
        return st.integers(low, high)
    if name == "nombre_parts":
        return st.integers(1, 40).map(lambda quarters: quarters / 4)
    near = st.tuples(st.sampled_from(NUMBERS.get(name, [1000])), st.integers(-1, 1))
    cents = st.integers(low * 100, high * 100).map(lambda n: n / 100)
    return near.map(lambda pair: round(pair[0] + pair[1] / 100, 2)) | cents


@st.composite
def people(draw, *, whole=False, smallest=1):
    """Draw a rule, and inputs that it accepts as columns of Python values."""
    title = draw(st.sampled_from(list(RULES)))
    rule = RULES[title]
    names = list(rule.version.required)
    names += [name for name in rule.version.optional if draw(st.booleans())]
    if "quotient_familial" in names and draw(st.booleans()):
        names.remove("quotient_familial")
        names += ["revenu_fiscal_reference", "nombre_parts"]
    if not names:
        names = [draw(st.sampled_from(rule.version.optional))]
    row = st.tuples(*(values_of(name, whole=whole) for name in names))
    rows = draw(st.lists(row, min_size=smallest, max_size=8))
    return title, {
        name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)
    }


def by_row(rule, columns, errors="raise"):
    """The results of scalars, one by one: outputs (None where missing), tranche, reason."""
    return [
        of_result(rule, rule.compute(errors=errors, **dict(zip(columns, row, strict=True))))
        for row in zip(*columns.values(), strict=True)
    ]


def of_result(rule, result):
    return (*(_none(float(result.outputs[n])) for n in rule.output_names), result.tranche, result.reason)  # fmt: skip


def of_arrays(rule, result):
    outputs = [[*map(_none, result.outputs[n].ravel().tolist())] for n in rule.output_names]
    return [*zip(*outputs, result.tranche.ravel().tolist(), result.reason.ravel().tolist(), strict=True)]  # fmt: skip


def _none(x):
    return None if x is None or x != x else x


def of_frame(rule, frame, errors):
    """Rows of results out of a frame of any kind."""
    get = (lambda n: frame[n].to_pylist()) if isinstance(frame, pa.Table) else lambda n: frame[n].to_list()  # fmt: skip
    columns = [[*map(_none, get(name))] for name in rule.output_names]
    texts = [[_none(x) or "" for x in get("tranche")]]
    texts.append([_none(x) or "" for x in get("reason")] if errors == "null" else [""] * len(texts[0]))  # fmt: skip
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
    with np.errstate(invalid="ignore"):  # pandas 2 asks whether an infinity is a whole number
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
    "masked": lambda c: {
        n: np.ma.array([fill if x is None else x for x in v], mask=[x is None for x in v])
        for n, v in c.items()
        for fill in ["" if n == "commune" else 0]
    },
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
    result = rule.compute(**COLUMNS[way](columns))
    assert of_arrays(rule, result) == by_row(rule, columns)


@pytest.mark.parametrize("way", FRAMES)
@settings(max_examples=20)
@given(drawn=people(), errors=st.sampled_from(["raise", "null"]))
def test_frames_of_any_kind_give_what_scalars_give(way, drawn, errors):
    title, columns = drawn
    rule = RULES[title]
    frame = FRAMES[way](columns)
    found = compute_frame(rule, frame, errors=errors)
    assert type(found) is type(frame)
    assert of_frame(rule, found, errors) == by_row(rule, columns)


def _csv(columns, delimiter):
    def cell(x):
        text = "" if x is None else str(int(x)) if isinstance(x, bool) else str(x)
        return text.replace(".", ",") if delimiter == ";" else text

    columns = {
        **columns,
        "id": range(len(next(iter(columns.values())))),
    }  # else an empty cell is a blank line
    rows = [columns, *zip(*columns.values(), strict=True)]
    return "".join(delimiter.join(map(cell, row)) + "\n" for row in rows)


def _read(path, rule, delimiter):
    """Read a CSV file of results with the tools of Python alone."""
    with path.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file, delimiter=delimiter)
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    for name in rule.output_names:
        columns[name] = [float(x.replace(",", ".")) if x else None for x in columns[name]]
    return pd.DataFrame(columns)


def _files(folder, way, columns):
    source, target = (folder / f"{n}.{s}" for n, s in zip(("in", "out"), way.split(" to "), strict=True))  # fmt: skip
    return source, target


@pytest.mark.parametrize("way", ["csv to csv", "csv to parquet", "parquet to csv", "parquet to parquet"])  # fmt: skip
@settings(max_examples=20)
@given(drawn=people(), errors=st.sampled_from(["raise", "null"]), chunk=st.integers(1, 13),
       delimiter=st.sampled_from(",;"))  # fmt: skip
def test_files_in_pieces_of_any_size_give_what_scalars_give(way, drawn, errors, chunk, delimiter):
    title, columns = drawn
    rule = RULES[title]
    assert of_file(rule, columns, way, errors, chunk, delimiter) == by_row(rule, columns)


def of_file(rule, columns, way, errors, chunk, delimiter):
    with tempfile.TemporaryDirectory() as name:
        source, target = _files(Path(name), way, columns)
        if source.suffix == ".csv":
            source.write_text(_csv(columns, delimiter), encoding="utf-8")
        else:
            pq.write_table(_arrow(columns), source)
        summary = compute_file(rule, source, target, errors=errors, chunk=chunk)
        if target.suffix == ".parquet":
            frame = pq.read_table(target)
        else:
            semicolon = delimiter == ";" and source.suffix == ".csv"
            frame = _read(target, rule, delimiter if semicolon else ",")
        carried = frame.column_names if isinstance(frame, pa.Table) else list(frame.columns)
        assert carried[: len(columns)] == list(columns)
        found = of_frame(rule, frame, errors)
        assert summary.rows == len(found)
        assert summary.missing == sum(reason != "" for *_, reason in found)
        assert [p.name for p in sorted(Path(name).iterdir())] == [source.name, target.name]
        return found


@given(drawn=people(), data=st.data())
def test_arrays_of_any_layout_give_what_scalars_give_and_stay_as_they_are(drawn, data):
    title, columns = drawn
    rule = RULES[title]
    expected = by_row(rule, columns)
    arrays = {name: np.array(values) for name, values in columns.items()}
    before = {name: array.copy() for name, array in arrays.items()}
    for array in arrays.values():
        array.flags.writeable = data.draw(st.booleans())
    assert of_arrays(rule, rule.compute(**arrays)) == expected
    backwards = {name: array[::-1] for name, array in arrays.items()}
    assert of_arrays(rule, rule.compute(**backwards)) == expected[::-1]
    wide = {name: np.array(list(array), dtype="U6") if array.dtype.kind == "U" else array
            for name, array in arrays.items()}  # fmt: skip
    every_other = {name: np.repeat(array, 2)[::2] for name, array in wide.items()}
    assert of_arrays(rule, rule.compute(**every_other)) == expected
    fortran = {name: np.asfortranarray(np.stack([array, array])) for name, array in arrays.items()}
    assert of_arrays(rule, rule.compute(**fortran)) == expected * 2
    swapped = {name: array.astype(array.dtype.newbyteorder()) for name, array in arrays.items()}
    assert of_arrays(rule, rule.compute(errors="null", **swapped)) == expected
    for name, array in arrays.items():
        assert np.array_equal(array, before[name])


@given(drawn=people(), data=st.data())
def test_inputs_broadcast_as_numpy_has_it(drawn, data):
    title, columns = drawn
    rule = RULES[title]
    lengths = data.draw(
        st.lists(st.integers(1, 3), min_size=len(columns), max_size=len(columns)), label="lengths"
    )
    first, *_ = columns
    shaped = {}
    for axis, (name, values) in enumerate(columns.items()):
        shape = [1, 1, 1]
        shape[axis % 3] = lengths[axis % 3]
        shaped[name] = np.resize(np.array(values), shape[axis % 2 :] if axis % 3 else shape)
    shaped[first] = np.array(columns[first][0])  # a scalar among arrays
    result = rule.compute(**shaped)
    full = dict(zip(shaped, np.broadcast_arrays(*shaped.values()), strict=True))
    rows = {name: array.ravel().tolist() for name, array in full.items()}
    assert result.shape == full[first].shape
    if result.shape:
        assert of_arrays(rule, result) == by_row(rule, rows)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g"])  # fmt: skip
@settings(max_examples=25)
@given(drawn=people(whole=True))
def test_whole_numbers_of_any_type_give_the_same(dtype, drawn):
    title, columns = drawn
    rule = RULES[title]
    if dtype[0] in "iu":
        top = np.iinfo(dtype).max
    else:
        top = {"f2": 2048, "f4": 2**24}.get(dtype, 2**53)
    columns = {
        name: values if isinstance(values[0], str) else [type(x)(min(x, top)) for x in values]
        for name, values in columns.items()
    }
    arrays = {
        name: np.array(values) if isinstance(values[0], str | bool) else np.array(values, dtype)
        for name, values in columns.items()
    }
    assert of_arrays(rule, rule.compute(**arrays)) == by_row(rule, columns)


@given(drawn=people())
def test_a_float32_stands_for_the_decimal_that_it_prints(drawn):
    title, columns = drawn
    rule = RULES[title]
    arrays = {
        n: np.array(v, dtype=np.float32) if isinstance(v[0], float) else np.array(v)
        for n, v in columns.items()
    }
    printed = {
        n: [float(str(x)) for x in a] if a.dtype == np.float32 else columns[n]
        for n, a in arrays.items()
    }
    expected = by_row(rule, printed)
    assert of_arrays(rule, rule.compute(**arrays)) == expected
    assert of_frame(rule, compute_frame(rule, pl.DataFrame(arrays)), "raise") == expected
    masked = {n: np.ma.array(a, mask=[True, *[False] * (len(a) - 1)]) for n, a in arrays.items()}
    assert of_arrays(rule, rule.compute(errors="null", **masked))[1:] == expected[1:]


# ---- what cannot be right ----------------------------------------------------------------------

BAD = {
    "number": [None, math.nan, math.inf, -math.inf, -1, -0.01, 1e12],
    "flag": [None],
    "commune": [None, "Nantes", "4410", "441090", "2C004", "44 09", "４４１０９"],
}


def _bad(name):
    extra = {"age": [200, 130.01], "nombre_parts": [0, 500, 0.24], "nombre_personnes": [0, 2.5, 51]}
    return st.sampled_from(BAD[INPUTS[name].kind] + extra.get(name, []))


@st.composite
def some_bad(draw):
    """People of whom some have one input that cannot be right."""
    title, columns = draw(people(smallest=2))
    names = list(columns)
    length = len(columns[names[0]])
    places = draw(st.sets(st.integers(0, length - 1), min_size=1, max_size=length - 1))
    wrong = {n: draw(st.sampled_from(names)) for n in sorted(places)}
    columns = {name: list(values) for name, values in columns.items()}
    for n, name in wrong.items():
        columns[name][n] = draw(_bad(name))
    return title, columns, wrong


def _good(columns, wrong):
    return {name: [v for n, v in enumerate(c) if n not in wrong] for name, c in columns.items()}


def _check_null(rule, found, columns, wrong):
    good = iter(by_row(rule, _good(columns, wrong)))
    for n, row in enumerate(found):
        if n in wrong:
            *outputs, tranche, reason = row
            assert outputs == [None] * len(rule.output_names)
            assert tranche == ""
            assert reason.startswith(f"{wrong[n]}: ")
            value = columns[wrong[n]][n]
            missing = value is None or value != value
            assert missing == ("missing" in reason or "empty" in reason or "no number" in reason)
        else:
            assert row == next(good)


@pytest.mark.parametrize("way", COLUMNS)
@settings(max_examples=20)
@given(drawn=some_bad())
def test_a_bad_value_costs_its_own_result_only(way, drawn):
    title, columns, wrong = drawn
    rule = RULES[title]
    result = rule.compute(errors="null", **COLUMNS[way](columns))
    _check_null(rule, of_arrays(rule, result), columns, wrong)
    with pytest.raises(InputError) as error:
        rule.compute(**COLUMNS[way](columns))
    name = str(error.value).partition(":")[0]
    shown = [int(n) for n in re.findall(r" at (\d+)", str(error.value))]
    assert shown
    assert set(shown) <= {n for n, bad in wrong.items() if bad == name}


@pytest.mark.parametrize("way", [way for way in FRAMES if "decimals" not in way])
@settings(max_examples=20)
@given(drawn=some_bad())
def test_a_bad_row_of_a_frame_costs_its_own_result_only(way, drawn):
    title, columns, wrong = drawn
    rule = RULES[title]
    found = compute_frame(rule, FRAMES[way](columns), errors="null")
    _check_null(rule, of_frame(rule, found, "null"), columns, wrong)
    with pytest.raises(InputError, match=rf"at ({'|'.join(map(str, wrong))})\b"):
        compute_frame(rule, FRAMES[way](columns))


@pytest.mark.parametrize("way", ["csv to csv", "csv to parquet", "parquet to csv", "parquet to parquet"])  # fmt: skip
@settings(max_examples=20)
@given(drawn=some_bad(), chunk=st.integers(1, 13), delimiter=st.sampled_from(",;"))
def test_a_bad_row_of_a_file_costs_its_own_result_only(way, drawn, chunk, delimiter):
    title, columns, wrong = drawn
    rule = RULES[title]
    if way.startswith("csv"):
        for n, name in wrong.items():
            if INPUTS[name].kind == "flag":  # an empty one is false there
                columns[name][n] = "peut-être"
    found = of_file(rule, columns, way, "null", chunk, delimiter)
    good = iter(by_row(rule, _good(columns, wrong)))
    for n, row in enumerate(found):
        if n not in wrong:
            assert row == next(good)
        else:
            assert row[-1].startswith(f"{wrong[n]}: ")
            assert row[:-2] == (None,) * len(rule.output_names)
    with pytest.raises(TableError) as error:
        of_file(rule, columns, way, "raise", chunk, delimiter)
    text = str(error.value)
    first = min(wrong)
    lines = way.startswith("csv")
    assert (f"in.csv:{first + 2}: " if lines else f"in.parquet: row {first} (from 0): ") in text
    assert "\n" not in text
    for n in sorted(wrong)[1:5]:
        assert f"; {'line' if lines else 'row'} {n + 2 * lines}: {wrong[n]}: " in text
    assert text.count("; line ") + text.count("; row ") == min(len(wrong), 5) - 1


# ---- each thing once ---------------------------------------------------------------------------


def test_an_error_lists_the_first_five_positions():
    quotient = [1, -1, 2, *[-1] * 6]
    with pytest.raises(InputError, match=r"-1 at 1, -1 at 3, -1 at 4, -1 at 5, -1 at 6 and 2 more"):
        compute_frame(TRANSPORT, pl.DataFrame({"quotient_familial": quotient, "age": 30}))


def test_many_people_on_many_threads_give_what_pieces_give(monkeypatch):
    monkeypatch.setattr(chunks, "MANY", 50_001)
    monkeypatch.setattr(chunks, "SHARED", 3_000)
    length = 250_017
    random = np.random.default_rng(0)
    cents, ages = random.integers(-100, 120_000, length), random.integers(0, 140, length)
    whole = TRANSPORT.compute(quotient_familial=cents / 100, age=ages, errors="null")
    assert 0 < np.isnan(whole.taux_reduction).sum() < length
    for start in range(0, length, 50_000):
        part = slice(start, start + 50_000)
        piece = TRANSPORT.compute(
            quotient_familial=cents[part] / 100, age=ages[part], errors="null"
        )
        assert np.array_equal(piece.taux_reduction, whole.taux_reduction[part], equal_nan=True)
        assert np.array_equal(piece.reason, whole.reason[part])


@pytest.mark.parametrize("kind", [pd.Series, pl.Series, pa.array, lambda x: pa.chunked_array([x])])
def test_a_large_column_of_floats_is_read_where_it_is(kind):
    numbers = kind(np.arange(COPIED + 1.0))
    read = TRANSPORT.compute(quotient_familial=numbers, age=30).inputs["quotient_familial"]
    again = TRANSPORT.compute(quotient_familial=numbers, age=30).inputs["quotient_familial"]
    assert np.shares_memory(read, again)
    assert not read.flags.writeable


def test_a_null_in_pieces_of_a_dictionary_is_missing():
    pieces = [
        pa.array(["44109", None]).dictionary_encode(),
        pa.array([None, "75056"]).dictionary_encode(),
    ]
    rule = load_rule("nantes/transport", on="2020-10-01")
    result = rule.compute(quotient_familial=300, commune=pa.chunked_array(pieces), errors="null")
    assert np.isnan(result.taux_reduction).tolist() == [False, True, True, False]


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, pl.Series, pa.array])
def test_a_column_of_which_all_is_missing_is_missing_everywhere(kind):
    for name in ("age", "beneficiaire_aah", "commune"):
        given_ = {"quotient_familial": 300, "age": 30, name: kind([None, None])}
        result = TRANSPORT.compute(errors="null", **given_)
        assert [r.partition(":")[0] for r in result.reason] == [name, name]
        given_[name] = kind([math.nan, math.nan])
        assert TRANSPORT.compute(errors="null", **given_).reason.tolist() == result.reason.tolist()


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
def test_each_row_has_a_result_where_no_input_is_given_at_all(kind, tmp_path):
    rule = RULES["nothing_required"]
    expected = [(0.0, "tous", "")] * 3
    found = compute_frame(rule, kind({"id": [1, 2, 3]}), errors="null")
    assert of_frame(rule, found, "null") == expected
    assert _computed(tmp_path, "id\n1\n2\n", rule).splitlines()[2] == "2,0.0,tous"


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
        ({"agee": 1}, (), "unknown column 'agee'; did you mean age"),
        ({"quartier": 1}, (), "To carry it through, name it in keep"),
        ({"tranche": 1}, "all", "the column 'tranche' is also a result; rename or drop it"),
        ({"taux_reduction": 1}, ["taux_reduction"], "is also a result"),
        ({"quartier": 1}, ["quartier", "rue"], "no column 'rue' to keep"),
        ({"quartier": 1}, "quartier", r"keep: write a list of columns, such as \['quartier'\]"),
    ],
)
def test_a_wrong_column_is_named_with_its_remedy(columns, keep, message):
    frame = pd.DataFrame({"quotient_familial": [1.0], "age": 3, **columns})
    with pytest.raises(TableError, match=message):
        compute_frame(TRANSPORT, frame, keep=keep)


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
        (pl.LazyFrame({"age": [1]}), "not polars LazyFrame; call .collect"),
        ({"age": [1]}, "not builtins dict"),
        (pd.Series([1]), "not pandas Series"),
        (None, "must be a pandas or polars DataFrame or a pyarrow Table"),
    ],
)
def test_what_is_no_frame_is_refused(frame, message):
    with pytest.raises(TableError, match=message):
        compute_frame(TRANSPORT, frame)


def test_a_case_that_no_row_covers_is_missing_where_errors_are_null(tmp_path):
    text = (OWN / "substitution.toml").read_text("utf-8")
    head, rows, tail = text.partition('  [[version.row]]\n  tranche = "QF > 400"')
    path = tmp_path / "own.toml"
    path.write_text(head + rows + tail.replace("when = {}", 'when = { quotient_familial = "x > 401" }', 1), encoding="utf-8")  # fmt: skip
    rule = load_rule(str(path), on="2021-01-01")
    result = rule.compute(quotient_familial=[400, 400.5, 402, -1], errors="null")
    assert [_none(x) for x in result.taux_reduction.tolist()] == [1, None, 0.2, None]
    assert result.reason[1] == "no row of essai/substitution covers this case; check the file"
    assert rule.compute(quotient_familial=400.5, errors="null").reason == result.reason[1]
    (tmp_path / "in.csv").write_text("quotient_familial\n400\n400.5\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"in\.csv:3: no row of essai/substitution covers"):
        compute_file(rule, tmp_path / "in.csv", tmp_path / "out.csv")


# ---- files -------------------------------------------------------------------------------------


def _computed(folder, text, rule=TRANSPORT, **more):
    source, target = folder / "in.csv", folder / "out.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    compute_file(rule, source, target, **more)
    return target.read_text("utf-8")


def test_a_cell_that_cannot_be_read_says_why(tmp_path):
    text = "id,quotient_familial,age,beneficiaire_aah,commune\n"
    text += "a,,3,0,44109\nb,much,3,0,44109\nc,1_000,3,0,44109\nd,１２,3,0,44109\ne,nan,3,0,44109\n"
    text += "f,1,3,maybe,44109\ng,1,3,0,\nh,1,3,0,Nantes\ni,1,3,,44109\nj,-1,3,0,44109\n"
    found = _computed(tmp_path, text, errors="null")
    reasons = [line.rsplit(",", 1)[1] for line in found.splitlines()[1:]]
    assert reasons[:9] == [
        "quotient_familial: is empty",
        *["quotient_familial: is no number"] * 4,
        "beneficiaire_aah: is neither 1 nor 0",
        "commune: is empty",
        "commune: must be a five-character INSEE code such as 44109",
        "",
    ]
    assert found.splitlines()[10].endswith('"quotient_familial: must be between 0 and 100,000,000 (EUR/month)"')  # fmt: skip


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_lines_are_counted_as_an_editor_counts_them(tmp_path, chunk):
    text = 'id,quotient_familial,age\r\n"a\nb",1,2\r\n\r\n,,\r\n"c\u2028\x85",1,2\r\nd,1,200\r\ne,1,2,3\r\n'
    with pytest.raises(TableError, match=r"in\.csv:7: age: '200' must be between 0 and 130"):
        _computed(tmp_path, text, chunk=chunk)
    with pytest.raises(TableError, match=r"in\.csv:8: 4 cells where the header has 3"):
        _computed(tmp_path, text.replace("200", "20"), chunk=chunk)
    found = _computed(tmp_path, text.partition("d,1")[0], chunk=chunk)
    assert found.count("QF ≤ 350") == 2
    assert '"a\nb",1,2,' in found
    assert "c\u2028\x85,1,2," in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('id,quotient_familial,age\na,1,2\nb,1,2\n"c,1,2\nd,1,2\n', r"in\.csv:4: the row that begins here"),
        ('id,quotient_familial,age\na,1,2\n"b"x,1,2\n', r"in\.csv:3: the row that begins here"),
        ("id,quotient_familial,age\n" + "a" * 200_000 + ",1,2\n", "field larger than field limit"),
        ("id,quotient_familial,age\n" + "a" * 2_000_000, r"in\.csv:2: more than 1,000,000 bytes"),
        ("a" * 2_000_000, r"in\.csv:1: more than 1,000,000 bytes"),
        ("\n\n", "empty"),
        (b"id,quotient_familial,age\na,1,2\n\xe9,1,2\n", r"in\.csv:3: not UTF-8"),
        ("id,quotient_familial,age\na,1,2\n".encode("utf-16"), r"in\.csv:1: not UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_and_leaves_nothing(tmp_path, text, message):
    for errors in ("raise", "null"):
        with pytest.raises(TableError, match=message) as error:
            _computed(tmp_path, text, errors=errors, chunk=1)
        assert "\n" not in str(error.value)
        assert len(str(error.value)) < 300 + len(str(tmp_path))
        assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_what_was_there_stays_when_the_new_fails(tmp_path):
    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(TableError):
        _computed(tmp_path, "quotient_familial,age\n1,2\n1,200\n", chunk=1)
    assert (tmp_path / "out.csv").read_text() == "before"


@pytest.mark.parametrize("sign", "=+-@\t＝＋－＠")
def test_no_text_is_left_that_a_spreadsheet_would_compute(tmp_path, sign):
    source = (OWN / "substitution.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(source.replace('tranche = "QF ≤ 400"', f"tranche = '{sign}cmd'"), "utf-8")
    rule = load_rule(str(own), on="2021-01-01")
    text = f"id,quotient_familial,{sign}x\n{sign}1+1,1,{sign}cmd\n"
    found = _computed(tmp_path, text, rule, keep=[f"{sign}x".strip()])
    cells = [cell for line in found.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(sign)]
    assert cells.count(f"'{sign}cmd") == 2
    numbers = _computed(tmp_path, "id,quotient_familial\n-5,1\n+33.5,1\n", rule)
    assert "\n-5,1" in numbers
    assert "\n+33.5,1" in numbers


def test_results_read_back_equal_with_decimal_commas_too(tmp_path):
    rule = RULES["blocks"]
    for delimiter, mark in ((",", "."), (";", ",")):
        text = f"id{delimiter}volume_m3\na{delimiter}80{mark}125\n"
        line = _computed(tmp_path, text, rule).splitlines()[1]
        bill = rule.compute(volume_m3=80.125).facture
        assert float(line.split(delimiter)[2].replace(mark, ".")) == bill


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("in.txt", "out.csv"), "in.txt: neither .csv nor .parquet"),
        (("in.csv", "out.xlsx"), "out.xlsx: neither .csv nor .parquet"),
        (("absent.csv", "out.csv"), "absent.csv: cannot be read"),
        (("absent.parquet", "out.csv"), "absent.parquet: cannot be read"),
        (("wrong.parquet", "out.csv"), "wrong.parquet: no Parquet file"),
        (("text.parquet", "out.csv"), "text.parquet: age: expected numbers .years., got 'old'"),
        (("none.parquet", "out.parquet"), "none.parquet: no row"),
        (("double.parquet", "out.parquet"), "double.parquet: the column 'age' stands twice"),
        (("in.csv", "absent/out.parquet"), "out.parquet: cannot be written"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused(tmp_path, names, message):
    (tmp_path / "in.csv").write_text("quotient_familial,age\n1,2\n")
    (tmp_path / "wrong.parquet").write_text("no parquet")
    pq.write_table(pa.table({"quotient_familial": [1], "age": ["old"]}), tmp_path / "text.parquet")
    none = pa.table(
        {"quotient_familial": pa.array([], pa.float64()), "age": pa.array([], pa.int8())}
    )
    pq.write_table(none, tmp_path / "none.parquet")
    double = pa.Table.from_arrays([pa.array([1])] * 3, names=["quotient_familial", "age", "age"])
    pq.write_table(double, tmp_path / "double.parquet")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TableError, match=message) as error:
        compute_file(TRANSPORT, tmp_path / names[0], tmp_path / names[1])
    assert "\n" not in str(error.value)
    assert sorted(tmp_path.iterdir()) == before


def test_no_rows_at_a_time_are_refused(tmp_path):
    with pytest.raises(TableError, match="0 rows at a time"):
        _computed(tmp_path, "quotient_familial,age\n1,2\n", chunk=0)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for names in (("in.parquet", "out.csv"), ("in.csv", "out.parquet")):
        (tmp_path / "in.csv").write_text("quotient_familial,age\n1,2\n")
        with pytest.raises(TableError, match=r"pip install charte-donnee\[tables\]"):
            compute_file(TRANSPORT, tmp_path / names[0], tmp_path / names[1])
    assert "QF ≤ 350" in _computed(tmp_path, "quotient_familial,age\n1,2\n")
