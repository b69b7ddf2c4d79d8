"""Dates as offices write them, asked where they could be two; rows that give an input in different ways."""

import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_strategies import ALL_KINDS, TRANSPORT

from tarifs_solidaires import InputError, TableError, compute_frame, load_rule
from tarifs_solidaires.cli import main
from tarifs_solidaires.people.cells import Notation
from tarifs_solidaires.people.days import DATES, Proof, day_in, readings
from tarifs_solidaires.people.files import compute_file

pd = pytest.importorskip("pandas", reason="pandas is not installed: extra [tables]")
pl = pytest.importorskip("polars", reason="polars is not installed: extra [tables]")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra [tables]")

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
FORMS = {"dd/mm/yyyy": "{:%d}{}{:%m}{}{:%Y}", "mm/dd/yyyy": "{:%m}{}{:%d}{}{:%Y}"}


def written(day, order, sign="/"):
    return FORMS[order].format(day, sign, day, sign, day)


@given(DAYS, st.sampled_from(DATES), st.sampled_from("/.-"))
def test_a_day_reads_back_in_its_order_and_in_no_other_unless_it_is_one(day, order, sign):
    text = written(day, order, sign)
    assert Notation(dates=order).day(text) == day_in(f" {text} ", order) == day
    assert Notation(dates=order).day(day.isoformat()) == day  # the year first is always read
    assert Notation().day(text) is None
    other = next(one for one in DATES if one != order)
    assert (readings(text)[other] is not None) == (day.day <= 12)


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(DATES))
def test_an_order_is_proved_where_some_day_is_over_12_only(days, order):
    proof = Proof()
    proof.see([written(day, order) for day in days])
    assert proof.order == (order if any(day.day > 12 for day in days) else "")


def test_what_goes_against_an_order_proves_neither():
    proof = Proof()
    proof.see(["25/12/1990", "12/25/1990", "45/45/1990", None, 3])
    assert not proof.order


@pytest.mark.parametrize("text", ["01/05/90", "1/5", "32/01/1990", "29/02/1990", "01/05.1990", "٠١/٠٥/١٩٩٠"])  # fmt: skip
def test_what_is_no_day_is_none_in_any_order(text):
    assert [Notation(dates=order).day(text) for order in ("", *DATES)] == [None] * 3


HEAD = "revenu;personnes;resident;statut;naissance\n"
ROW = "900;3;1;plein;{}\n"


def file_of(tmp_path, *days):
    path = tmp_path / "in.csv"
    path.write_text(HEAD + "".join(ROW.format(day) for day in days))
    return path


def expected(*days):
    return compute_frame(ALL_KINDS, pd.DataFrame({
        "revenu": 900.0, "personnes": 3, "resident": True, "statut": "plein", "naissance": list(days),
    }))["tranche"].tolist()  # fmt: skip


def tranches(path):
    lines = path.read_text().splitlines()
    place = lines[0].split(";").index("tranche")
    return [line.split(";")[place] for line in lines[1:]]


@pytest.mark.parametrize("chunk", [1, 65_536])
def test_a_file_that_proves_the_order_is_read_and_one_that_does_not_is_asked(tmp_path, chunk):
    source, target = file_of(tmp_path, "01/05/1990", "05/06/2001", "25/12/1999"), tmp_path / "out.csv"  # fmt: skip
    compute_file(ALL_KINDS, source, target, chunk=chunk)
    assert tranches(target) == expected("1990-05-01", "2001-06-05", "1999-12-25")
    target.unlink()
    source = file_of(tmp_path, "01/05/1990", "05/06/2001")
    with pytest.raises(TableError) as error:
        compute_file(ALL_KINDS, source, target, chunk=chunk)
    fault = error.value.errors[0]
    assert (fault.code, fault.line) == ("day_or_month", 2)
    assert "'01/05/1990' is 1990-05-01 or 1990-01-05; say how dates are written, with --dates" in str(fault)  # fmt: skip
    assert not target.exists()
    for order, days in (
        ("dd/mm/yyyy", ("1990-05-01", "2001-06-05")), ("mm/dd/yyyy", ("1990-01-05", "2001-05-06")),
    ):  # fmt: skip
        compute_file(ALL_KINDS, source, target, dates=order, chunk=chunk)
        assert tranches(target) == expected(*days)


def test_a_day_that_goes_against_the_others_is_refused(tmp_path):
    source = file_of(tmp_path, "25/12/1990", "12/25/1990")
    with pytest.raises(
        TableError, match=r"in.csv:2: .*'25/12/1990' is 1990-12-25 only if the whole"
    ):
        compute_file(ALL_KINDS, source, tmp_path / "out.csv")
    with pytest.raises(TableError, match=r"in.csv:3: naissance: '12/25/1990' is not a date"):
        compute_file(ALL_KINDS, source, tmp_path / "out.csv", dates="dd/mm/yyyy")


def test_a_row_that_cannot_be_read_has_no_result_and_says_what_to_add(tmp_path):
    source, target = file_of(tmp_path, "01/05/1990", "1990-05-01"), tmp_path / "out.csv"
    done = compute_file(ALL_KINDS, source, target, errors="null")
    assert (done.rows, done.missing) == (2, 1)
    assert "naissance: '01/05/1990' is 1990-05-01 or 1990-01-05" in target.read_text()


def test_standard_input_is_read_once_so_that_the_order_is_asked(tmp_path, monkeypatch, capsys):
    text = HEAD + ROW.format("25/12/1990")
    rule = "tests/tarifs_solidaires/rules/all_kinds.toml"
    arguments = ["compute", rule, "--on", "2021-01-01", "--input", "-", "--output", "-"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(arguments) != 0
    assert "--dates dd/mm/yyyy" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_texts_of_workbooks_and_parquet_are_days_likewise(tmp_path, suffix):
    frame = pd.DataFrame({"revenu": 900.0, "personnes": 3, "resident": 1, "statut": "plein",
                          "naissance": ["01/05/1990", "1990-05-01", "31/12/2001"]})  # fmt: skip
    source, target = tmp_path / f"in{suffix}", tmp_path / "out.csv"
    if suffix == ".xlsx":
        frame.to_excel(source, index=False, engine="xlsxwriter")
    else:
        frame.to_parquet(source)
    compute_file(ALL_KINDS, source, target)
    text = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(text) == 4
    frame = frame.head(2)
    frame.to_excel(source, index=False, engine="xlsxwriter") if suffix == ".xlsx" else frame.to_parquet(source)  # fmt: skip
    with pytest.raises(TableError, match="say how dates are written"):
        compute_file(ALL_KINDS, source, target)
    compute_file(ALL_KINDS, source, target, dates="mm/dd/yyyy")


KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "lazy": pl.LazyFrame, "table": pa.table,
         "batch": pa.RecordBatch.from_pydict}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_frames_ask_for_the_order_too(kind):
    def computed(days, **options):
        columns = {"revenu": [900.0] * 2, "personnes": [3] * 2, "resident": [True] * 2,
                   "statut": ["plein"] * 2, "naissance": days}  # fmt: skip
        found = compute_frame(ALL_KINDS, KINDS[kind](columns), **options)
        found = found.collect() if kind == "lazy" else found
        return found["tranche"].to_pylist() if kind in ("table", "batch") else found["tranche"].to_list()  # fmt: skip

    for errors in ("raise", "null"):
        with pytest.raises(
            InputError, match=r"naissance: '0.*' at [01] is .*; say how dates are written"
        ):
            computed(["01/05/1990", "05/06/2001"], errors=errors)
    assert computed(["01/05/1990", "05/06/2001"], dates="dd/mm/yyyy") == expected(
        "1990-05-01", "2001-06-05"
    )
    if kind in ("lazy", "batch"):  # a part does not speak for the whole
        with pytest.raises(InputError, match=r"naissance: '.*' at [01] is"):
            computed(["01/05/1990", "25/12/2001"])
    else:
        assert computed(["01/05/1990", "25/12/2001"]) == expected("1990-05-01", "2001-12-25")
    with pytest.raises(TableError, match="is not a way to write dates"):
        computed(["1990-05-01"] * 2, dates="dmy")


# -- ways into an input ------------------------------------------------------------------------

WAYS = {
    "quotient_familial": [350.0, None, None, 700.0],
    "revenu_fiscal_reference": [None, 10_500.0, 24_000.0, None],
    "nombre_parts": [None, 2.5, 2.0, None],
    "age": [30, 30, 30, 30],
}
ONCE = [350.0, 350.0, 1000.0, 700.0]


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_gives_an_input_in_the_way_that_is_complete_there(kind):
    found = compute_frame(TRANSPORT, KINDS[kind](WAYS))
    found = found.collect() if kind == "lazy" else found
    rates = found["taux_reduction"]
    rates = rates.to_pylist() if kind in ("table", "batch") else rates.to_list()
    assert rates == TRANSPORT.compute(quotient_familial=ONCE, age=30).taux_reduction.tolist()


def test_what_is_begun_in_another_way_does_not_count():
    columns = WAYS | {"revenu_fiscal_reference": [9_999.0, 10_500.0, 24_000.0, None]}
    found = compute_frame(TRANSPORT, pd.DataFrame(columns))
    expected_ = TRANSPORT.compute(quotient_familial=ONCE, age=30).taux_reduction.tolist()
    assert found["taux_reduction"].tolist() == expected_


def test_rows_in_which_both_ways_or_none_are_complete_are_named():
    columns = {
        "quotient_familial": [350.0, None, None, 700.0],
        "revenu_fiscal_reference": [10_500.0, 10_500.0, None, None],
        "nombre_parts": [2.5, None, None, 3.0], "age": 30,
    }  # fmt: skip
    with pytest.raises(InputError) as error:
        compute_frame(TRANSPORT, pd.DataFrame(columns))
    told = {(fault.code, fault.input): fault.positions for fault in error.value.errors}
    assert told == {
        ("two_ways", "quotient_familial"): (0,), ("missing_input", "nombre_parts"): (1,),
        ("missing_input", "quotient_familial"): (2,),
    }  # fmt: skip
    text = str(error.value)
    assert (
        "quotient_familial and nombre_parts and revenu_fiscal_reference are both given at 0" in text
    )
    assert "nombre_parts is missing at 1" in text
    found = compute_frame(TRANSPORT, pd.DataFrame(columns), errors="null")
    assert found["taux_reduction"].isna().tolist() == [True, True, True, False]
    assert found["reason"].notna().tolist() == [True, True, True, False]


@given(st.lists(st.sampled_from(["own", "ways"]), min_size=1, max_size=12), st.data())
def test_a_mixed_table_gives_what_each_row_gives_alone(ways, data):
    rule = load_rule("nantes/transport", on="2020-10-01")
    cents = st.integers(0, 200_000).map(lambda n: n / 100)
    rows = []
    for way in ways:
        if way == "own":
            rows.append({"quotient_familial": data.draw(cents)})
        else:
            parts = data.draw(st.sampled_from([1.0, 1.5, 2.0, 2.5, 3.0]))
            rows.append({"revenu_fiscal_reference": data.draw(cents) * 12, "nombre_parts": parts})
    names = ["quotient_familial", "revenu_fiscal_reference", "nombre_parts"]
    frame = pd.DataFrame(rows, columns=names, dtype=float)
    found = compute_frame(rule, frame)["taux_reduction"].tolist()
    assert found == [rule.compute(row).taux_reduction for row in rows]


def test_a_file_names_the_lines_that_give_two_ways(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    head = "quotient_familial,revenu_fiscal_reference,nombre_parts,age\n"
    source.write_text(head + "350,,,30\n,10500,2.5,30\n")
    assert compute_file(TRANSPORT, source, target).rows == 2
    assert [line.split(",")[4] for line in target.read_text().splitlines()[1:]] == ["1.0", "1.0"]
    source.write_text(head + "350,,,30\n350,10500,2.5,30\n,,,30\n")
    with pytest.raises(TableError) as error:
        compute_file(TRANSPORT, source, target)
    assert [(fault.code, fault.line) for fault in error.value.errors] == [
        ("two_ways", 3), ("unreadable", 4),
    ]  # fmt: skip
