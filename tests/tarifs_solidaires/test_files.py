"""CSV and Parquet files, piece by piece, give what scalars give; whatever happens, outputs are whole."""

import csv
import errno
import io
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_strategies import (
    ALL_KINDS,
    NOTHING,
    OWN,
    RULES,
    TRANSPORT,
    by_row,
    people,
    settled,
    some_bad,
)
from test_frames import of_frame

from tarifs_solidaires import MissingExtraError, TableError, load_rule
from tarifs_solidaires.people import writing
from tarifs_solidaires.people.cells import neutral
from tarifs_solidaires.people.files import compute_file, read_people
from tarifs_solidaires.people.writing import written, written_bytes

WAYS = ["csv to csv", "csv to parquet", "parquet to csv", "parquet to parquet"]


def as_csv(columns, delimiter):
    def cell(x):
        text = "" if x is None else str(int(x)) if isinstance(x, bool) else str(x)
        return text.replace(".", ",") if delimiter == ";" else text

    columns = {
        **columns,
        "id": range(len(next(iter(columns.values())))),
    }  # else an empty cell is a blank line
    rows = [columns, *zip(*columns.values(), strict=True)]
    return "".join(delimiter.join(map(cell, row)) + "\n" for row in rows)


def read_csv(path, rule, delimiter):
    """Read a CSV file of results with the tools of Python alone."""
    with path.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file, delimiter=delimiter)
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    for name in rule.output_names:
        kind = rule.output_kind(name)
        columns[name] = [
            None if not x else float(x.replace(",", ".")) if kind == "number"
            else x == "true" if kind == "flag" else x
            for x in columns[name]
        ]  # fmt: skip
    return pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in columns.items()})


def of_file(rule, columns, way, errors, chunk, delimiter):
    with tempfile.TemporaryDirectory() as name:
        source, target = (Path(name) / f"{n}.{s}" for n, s in zip(("in", "out"), way.split(" to "), strict=True))  # fmt: skip
        if source.suffix == ".csv":
            source.write_text(as_csv(columns, delimiter), encoding="utf-8")
        else:
            pq.write_table(pa.table({name: pa.array(v) for name, v in columns.items()}), source)
        summary = compute_file(rule, source, target, errors=errors, chunk=chunk)
        if target.suffix == ".parquet":
            frame = pq.read_table(target)
        else:
            semicolon = delimiter == ";" and source.suffix == ".csv"
            frame = read_csv(target, rule, delimiter if semicolon else ",")
        carried = frame.column_names if isinstance(frame, pa.Table) else list(frame.columns)
        assert carried[: len(columns)] == list(columns)
        found = of_frame(rule, frame, errors)
        assert summary.rows == len(found)
        assert summary.missing == sum(reason != "" for *_, reason in found)
        assert [p.name for p in sorted(Path(name).iterdir())] == [source.name, target.name]
        return found


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=30)
@given(drawn=people(), errors=st.sampled_from(["raise", "null"]), chunk=st.integers(1, 13),
       delimiter=st.sampled_from(",;"))  # fmt: skip
def test_files_in_pieces_of_any_size_give_what_scalars_give(way, drawn, errors, chunk, delimiter):
    title, columns = drawn
    rule = RULES[title]
    assert of_file(rule, columns, way, errors, chunk, delimiter) == by_row(rule, columns)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=20)
@given(drawn=people(of={"all_kinds": ALL_KINDS}), chunk=st.integers(1, 5))
def test_every_kind_of_input_and_output_passes_through_files(way, drawn, chunk):
    _, columns = drawn
    assert of_file(ALL_KINDS, columns, way, "null", chunk, ",") == by_row(ALL_KINDS, columns)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=30)
@given(drawn=some_bad(), chunk=st.integers(1, 13), delimiter=st.sampled_from(",;"))
def test_a_bad_row_of_a_file_costs_its_own_result_only(way, drawn, chunk, delimiter):
    title, columns, wrong = drawn
    rule = RULES[title]
    columns, wrong = settled(rule, columns, wrong)
    found = of_file(rule, columns, way, "null", chunk, delimiter)
    right = iter(by_row(rule, {k: [v for n, v in enumerate(c) if n not in wrong] for k, c in columns.items()}))  # fmt: skip
    for n, row in enumerate(found):
        if n not in wrong:
            assert row == next(right)
        else:
            assert row[-1].startswith(f"{wrong[n]}: ")
            assert row[:-2] == (None,) * len(rule.output_names)
    if not wrong:
        return
    with pytest.raises(TableError) as error:
        of_file(rule, columns, way, "raise", chunk, delimiter)
    lines = way.startswith("csv")
    places = [f"in.csv:{n + 2}: " if lines else f"in.parquet: row {n} (from 0): " for n in wrong]
    assert len(error.value.errors) == min(len(wrong), 5)
    for fault, place, name in zip(error.value.errors, places, wrong.values(), strict=False):
        assert place in str(fault)
        assert fault.input == name
        assert "\n" not in str(fault)


# ---- CSV ---------------------------------------------------------------------------------------


def computed(folder, text, rule=TRANSPORT, **more):
    source, target = folder / "in.csv", folder / "out.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    compute_file(rule, source, target, **more)
    return target.read_bytes().decode()


def test_a_cell_that_cannot_be_read_says_why(tmp_path):
    text = "id,quotient_familial,age,beneficiaire_aah,commune\n"
    text += "a,,3,0,44109\nb,much,3,0,44109\nc,1_000,3,0,44109\nd,１２,3,0,44109\ne,nan,3,0,44109\n"
    text += "f,1,3,maybe,44109\ng,1,3,0,\nh,1,3,0,Nantes\ni,1,3,,44109\nj,-1,3,0,44109\n"
    found = computed(tmp_path, text, errors="null")
    reasons = [row[-1] for row in csv.reader(io.StringIO(found))][1:]
    assert reasons == [
        "quotient_familial: is empty",
        *["quotient_familial: is not a number (EUR/month)"] * 4,
        "beneficiaire_aah: is not true or false (1 or 0)",
        "",  # an optional input that is not given
        "commune: is not a code such as [0-9]{5}|2[AB][0-9]{3}",
        "",
        "quotient_familial: must be between 0 and 100,000,000 (EUR/month)",
    ]


def test_an_empty_cell_is_the_default_where_there_is_one(tmp_path):
    head = "revenu,personnes,enfants,boursier,resident,statut,naissance\n"
    found = computed(tmp_path, head + "900,3,,,1,plein,1990-05-01\n", ALL_KINDS)
    given_ = {"revenu": 900, "personnes": 3, "resident": True, "statut": "plein",
              "naissance": "1990-05-01"}  # fmt: skip
    result = ALL_KINDS.compute(given_)
    assert found.splitlines()[1].split(",")[7:10] == [str(result.prix), "aucun", "false"]
    with pytest.raises(TableError, match=r"in\.csv:2: resident is empty; write true or false"):
        computed(tmp_path, head + "900,3,,,,plein,1990-05-01\n", ALL_KINDS)
    with pytest.raises(TableError, match=r"in\.csv:2: naissance: '01/05/1990' is 1990-05-01 or"):
        computed(tmp_path, head + "900,3,,,1,plein,01/05/1990\n", ALL_KINDS)


def test_what_does_not_go_together_is_told_with_its_line(tmp_path):
    head = "revenu,personnes,enfants,resident,statut,naissance\n"
    row = "900,3,{},1,plein,1990-05-01\n"
    with pytest.raises(TableError, match=r"in\.csv:3: enfants: there are more children") as error:
        computed(tmp_path, head + row.format(2) + row.format(3), ALL_KINDS)
    assert error.value.errors[0].line == 3
    assert error.value.errors[0].input == "enfants"


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_lines_are_counted_as_an_editor_counts_them(tmp_path, chunk):
    text = 'id,quotient_familial,age\r\n"a\nb",1,2\r\n\r\n,,\r\n"c\u2028\x85",1,2\r\nd,1,200\r\ne,1,2,3\r\n'
    with pytest.raises(TableError, match=r"in\.csv:7: age: '200' is not between 0 and 130"):
        computed(tmp_path, text, chunk=chunk)
    with pytest.raises(TableError, match=r"in\.csv:8: there are 4 cells where the header has 3"):
        computed(tmp_path, text.replace("200", "20"), chunk=chunk)
    found = computed(tmp_path, text.partition("d,1")[0], chunk=chunk)
    assert found.count(",moins de 6 ans") == 2
    assert '"a\nb",1,2,' in found
    assert "c\u2028\x85,1,2," in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('id,quotient_familial,age\na,1,2\nb,1,2\n"c,1,2\nd,1,2\n', r"in\.csv:4: the row that begins here"),
        ('id,quotient_familial,age\na,1,2\n"b"x,1,2\n', r"in\.csv:3: the row that begins here"),
        ("id,quotient_familial,age\n" + "a" * 200_000 + ",1,2\n", r"in\.csv:2: the row that begins here cannot be read"),
        ("id,quotient_familial,age\n" + "a" * 2_000_000, r"in\.csv:2: the row that begins here cannot be read"),
        ("a" * 3_000_000, r"in\.csv:1: has more than 1,000,000 bytes"),
        ("\n\n", "empty"),
        ("id,quotient_familial,age\n", "there is no row under the header"),
        (b"id,quotient_familial,age\na,1,2\n\x81,1,2\n", r"in\.csv:3: is neither UTF-8, UTF-16 nor"),
        (b"\xef\xbb\xbfid,quotient_familial,age\n\xe9,1,2\n", r"in\.csv:2: is neither UTF-8"),
        (b"id,quotient_familial,age\na,1,\x002\n", r"in\.csv:2: is neither UTF-8"),
        ("id,quotient_familial,age\n\xe9,1,2\n".encode("utf-16") + b"\x00", r"neither UTF-8"),
        ("quotient_familial,age,age\n1,2,3\n", "the column 'age' appears twice"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_and_leaves_nothing(tmp_path, text, message):
    for errors in ("raise", "null"):
        with pytest.raises(TableError, match=message) as error:
            computed(tmp_path, text, errors=errors, chunk=1)
        assert "\n" not in str(error.value)
        assert len(str(error.value)) < 300 + len(str(tmp_path))
        assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


CELLS = tomllib.loads((Path(__file__).parents[1] / "formula_cells.toml").read_text("utf-8"))["cell"]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: repr(cell["text"]))
def test_no_text_is_left_that_a_spreadsheet_would_compute(tmp_path, cell):
    assert neutral(cell["text"]) == cell["written"]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerows([["id", "quotient_familial", "age"], [cell["text"], 1, 3]])
    found = computed(tmp_path, text.getvalue())
    assert list(csv.reader(io.StringIO(found, newline="")))[1][0] == cell["written"]


def test_names_of_columns_and_of_rows_are_made_harmless_too(tmp_path):
    text = (OWN / "nothing_required.toml").read_text("utf-8").replace('"tous"', '"=cmd"')
    (tmp_path / "own.toml").write_text(text, "utf-8")
    rule = load_rule(tmp_path / "own.toml", on="2021-01-01")
    found = computed(tmp_path, "id,=x\n1,2\n", rule, keep=["=x"])
    assert found.splitlines() == ["id,'=x,taux,tranche", "1,2,0.0,'=cmd"]


def test_results_read_back_equal_with_decimal_commas_too(tmp_path):
    for delimiter, mark in ((",", "."), (";", ",")):
        text = (
            f"id{delimiter}quotient_familial{delimiter}age\na{delimiter}500{mark}01{delimiter}30\n"
        )
        line = computed(tmp_path, text).splitlines()[1]
        assert float(line.split(delimiter)[3].replace(mark, ".")) == 0.7


# ---- Parquet -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("in.doc", "out.csv"), "in.doc: is neither .csv, .parquet, .xlsx nor .ods"),
        (("in.csv", "out.ods"), "out.ods: is neither .csv, .parquet nor .xlsx"),
        (("absent.csv", "out.csv"), "absent.csv: cannot be read"),
        (("absent.parquet", "out.csv"), "absent.parquet: cannot be read"),
        (("wrong.parquet", "out.csv"), "wrong.parquet: is not a readable Parquet file"),
        (("text.parquet", "out.csv"), "text.parquet: row 0 .from 0.: age: 'old' is not a number .years."),
        (("none.parquet", "out.parquet"), "none.parquet: there is no row"),
        (("double.parquet", "out.parquet"), "double.parquet: the column 'age' appears twice"),
        (("in.csv", "absent/out.parquet"), "out.parquet: cannot be written"),
        (("latin.parquet", "out.csv"), "latin.parquet: is not a readable Parquet file"),
        (("names.parquet", "out.csv"), "names.parquet: is not a readable Parquet file"),
        (("long.parquet", "out.csv"), "the column 'id' has a text of 200,000 bytes"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused(tmp_path, names, message):
    (tmp_path / "in.csv").write_text("quotient_familial,age\n1,2\n")
    (tmp_path / "wrong.parquet").write_text("no parquet")
    pq.write_table(pa.table({"quotient_familial": [1], "age": ["old"]}), tmp_path / "text.parquet")
    none_ = pa.table(
        {"quotient_familial": pa.array([], pa.float64()), "age": pa.array([], pa.int8())}
    )
    pq.write_table(none_, tmp_path / "none.parquet")
    double = pa.Table.from_arrays([pa.array([1])] * 3, names=["quotient_familial", "age", "age"])
    pq.write_table(double, tmp_path / "double.parquet")
    latin = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, 1], "i4")), pa.py_buffer(b"\xe9"))  # fmt: skip
    both = {"quotient_familial": [1.0], "age": [2]}
    pq.write_table(pa.table({**both, "id": latin}), tmp_path / "latin.parquet")
    pq.write_table(pa.table({**both, "id": ["x" * 200_000]}), tmp_path / "long.parquet")
    raw = (tmp_path / "text.parquet").read_bytes().replace(b"age", b"\xe9ge")
    (tmp_path / "names.parquet").write_bytes(raw)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TableError, match=message) as error:
        compute_file(TRANSPORT, tmp_path / names[0], tmp_path / names[1])
    assert "\n" not in str(error.value)
    assert sorted(tmp_path.iterdir()) == before


def test_a_text_that_is_repeated_stands_once_in_memory(tmp_path):
    import tracemalloc

    rows = 60_000
    table = {"quotient_familial": np.full(rows, 300.0), "age": np.full(rows, 30),
             "id": pa.DictionaryArray.from_arrays(np.zeros(rows, "i4"), ["x" * 100_000])}  # fmt: skip
    pq.write_table(pa.table(table), tmp_path / "in.parquet")
    assert (tmp_path / "in.parquet").stat().st_size < 1_000_000
    tracemalloc.start()
    compute_file(TRANSPORT, tmp_path / "in.parquet", tmp_path / "out.parquet", chunk=20_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


def test_a_day_that_python_has_not_is_a_value_like_another(tmp_path):
    days = pa.array([2_000_000_000, 7_000], pa.int32()).cast(pa.date32())
    table = {"revenu": [600.0] * 2, "personnes": [1] * 2, "resident": [True] * 2,
             "statut": ["plein"] * 2, "naissance": days}  # fmt: skip
    pq.write_table(pa.table(table), tmp_path / "in.parquet")
    for suffix in ("csv", "parquet"):
        done = compute_file(ALL_KINDS, tmp_path / "in.parquet", tmp_path / f"o.{suffix}", errors="null")  # fmt: skip
        assert done.missing == 1
    with pytest.raises(TableError, match=r"row 0 \(from 0\): naissance: '.*' is not between"):
        compute_file(ALL_KINDS, tmp_path / "in.parquet", tmp_path / "o.csv")


def test_no_rows_at_a_time_are_refused(tmp_path):
    with pytest.raises(TableError, match="rows at a time cannot be 0"):
        computed(tmp_path, "quotient_familial,age\n1,2\n", chunk=0)


CELLS = {
    "revenu": ["900", "900.5", "1e3", "", "-1", "nan"], "personnes": ["3", "2", "3.0"],
    "resident": ["1", "0", "oui", "1.0", "2", ""], "statut": ["plein", "reduit", "étudiant"],
    "naissance": ["1990-05-01", "2001-12-31", "le 3"], "note": ["", "=1+1", " -2", "-2", "Été", "a@b", "+x"],
}  # fmt: skip


@settings(max_examples=30)
@given(rows=st.lists(st.tuples(*map(st.sampled_from, CELLS.values())), min_size=1, max_size=12))
def test_plain_pieces_and_rows_give_the_same_bytes(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("plain")
    text = "".join(",".join(row) + "\n" for row in [tuple(CELLS), *rows])
    # a cell in quotes makes a piece be read row by row
    quoted = text.replace("revenu,", '"revenu",') + '"900",3,1,plein,1990-05-01,\n'
    found = []
    for name, content, chunk in (("plain", text, 2), ("quoted", quoted, 65_536)):
        source, target = folder / f"{name}.csv", folder / f"{name}_out.csv"
        source.write_text(content, encoding="utf-8")
        compute_file(ALL_KINDS, source, target, errors="null", keep=["note"], chunk=chunk)
        found.append(target.read_text(encoding="utf-8").splitlines()[: len(rows) + 1])
    assert found[0] == found[1]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for names in (("in.parquet", "out.csv"), ("in.csv", "out.parquet")):
        (tmp_path / "in.csv").write_text("quotient_familial,age\n1,2\n")
        with pytest.raises(MissingExtraError, match=r"charte-donnee\[tables\]"):
            compute_file(TRANSPORT, tmp_path / names[0], tmp_path / names[1])
    assert "moins de 6 ans" in computed(tmp_path, "quotient_familial,age\n1,2\n")


def test_each_row_has_a_result_where_no_input_is_given_at_all(tmp_path):
    assert computed(tmp_path, "id\n1\n2\n", NOTHING).splitlines()[2] == "2,0.0,tous"


def test_a_rule_beyond_its_last_known_day_says_so_in_every_row(tmp_path):
    rule = load_rule("nantes/transport", on="2040-01-01", beyond="last_known")
    found = computed(tmp_path, "quotient_familial,age\n1,2\n", rule).splitlines()
    assert found[0].endswith(",last_known")
    assert found[1].endswith(f",{rule.last_known}")


def test_people_are_read_as_the_rule_has_them(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(
        "id,revenu,boursier,naissance,statut\na,5.5,oui,1990-01-01,plein\nb,6,,1991-01-01,autre\n"
    )
    found = read_people(path, ALL_KINDS.all_inputs, ["revenu", "naissance"])
    assert found["revenu"].tolist() == [5.5, 6.0]
    assert found["boursier"].tolist() == [1.0, 0.0]
    assert found["naissance"].dtype == "M8[D]"
    assert found["id"].tolist() == ["a", "b"]
    path.write_text("revenu,naissance\n5.5,1990-01-01\nx,1991-13-01\n")
    with pytest.raises(TableError, match=r"in\.csv:3: revenu: 'x' is not a number"):
        read_people(path, ALL_KINDS.all_inputs, ["revenu", "naissance"])


# ---- what a program that is stopped, and a disk that is full, leave behind -----------------------


def test_what_was_there_stays_when_the_new_fails(tmp_path):
    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(TableError):
        computed(tmp_path, "quotient_familial,age\n1,2\n1,200\n", chunk=1)
    assert (tmp_path / "out.csv").read_text() == "before"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="no modes on this system")
@pytest.mark.parametrize("nameless", [True, False])
def test_a_new_file_has_the_mode_of_the_umask_and_an_old_one_keeps_its_own(
    tmp_path, nameless, monkeypatch
):
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "out.txt"
    before = os.umask(0o027)
    try:
        with written(path) as file:
            file.write("a")
        assert mode(path) == 0o640
        for kept in (0o600, 0o664, 0o755):
            path.chmod(kept)
            with written(path) as file:
                file.write("b")
            assert mode(path) == kept
    finally:
        os.umask(before)
    assert path.read_text() == "b"
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]


@pytest.mark.parametrize("nameless", [True, False])
def test_bytes_are_on_the_disk_before_they_have_a_name(tmp_path, nameless, monkeypatch):
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path, order = tmp_path / "out.txt", []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("sync"), sync(fd))[1])
    monkeypatch.setattr(Path, "replace", lambda a, b: (order.append("name"), replace(a, b))[1])
    with written(path) as file:
        file.write("a")
        assert not path.exists()
    assert order[:2] == ["sync", "name"]


def half_written(path, error):
    with written(path) as file:
        file.write("half")
        raise error


@pytest.mark.parametrize("nameless", [True, False])
def test_a_failure_leaves_nothing_behind(tmp_path, nameless, monkeypatch):
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    for error in (
        KeyboardInterrupt,
        ValueError("x"),
        OSError(errno.ENOSPC, "No space left on device"),
    ):
        with pytest.raises((KeyboardInterrupt, ValueError)) as found:
            half_written(tmp_path / "a", error)
        assert not [*tmp_path.iterdir()]
    assert str(found.value).endswith("cannot be written (the disk is full); check the path")


def test_an_output_is_never_an_input(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("quotient_familial,age\n1,2\n")
    (tmp_path / "link.csv").symlink_to(source)
    os.link(source, tmp_path / "hard.csv")
    for name in ("in.csv", "link.csv", "hard.csv"):
        with pytest.raises(TableError, match="is also read; choose another name"):
            compute_file(TRANSPORT, source, tmp_path / name)
    with pytest.raises(TableError, match="is also read"):
        compute_file(TRANSPORT, source, tmp_path / "hard.csv", never=[tmp_path / "link.csv"])
    assert source.read_text() == "quotient_familial,age\n1,2\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipe with a name on this system")
def test_devices_and_pipes_are_neither_read_nor_written(tmp_path):
    pipe, good = tmp_path / "pipe.csv", tmp_path / "in.csv"
    os.mkfifo(pipe)
    good.write_text("quotient_familial,age\n1,2\n")
    zero = tmp_path / "zero.csv"
    zero.symlink_to("/dev/zero")
    for source in (pipe, zero, tmp_path):
        with pytest.raises(TableError, match=r"is a folder, a device or a pipe|neither \.csv"):
            compute_file(TRANSPORT, source, tmp_path / "out.csv")
    null = tmp_path / "null.csv"
    null.symlink_to(os.devnull)
    for target in (pipe, null):
        with pytest.raises(TableError, match="is a folder, a device or a pipe; give the name"):
            compute_file(TRANSPORT, good, target)
    assert pipe.is_fifo()


def test_a_name_that_no_file_can_have_is_one_line(tmp_path):
    (tmp_path / "in.csv").write_text("quotient_familial,age\n1,2\n")
    for name in ("x" * 300 + ".csv", "a\0b.csv"):
        with pytest.raises(TableError, match=r"cannot be written|cannot be read"):
            compute_file(TRANSPORT, tmp_path / "in.csv", tmp_path / name)
        with pytest.raises(TableError, match="cannot be read"):
            compute_file(TRANSPORT, tmp_path / name, tmp_path / "out.csv")
    long = tmp_path / ("é" * 120 + ".csv")
    compute_file(TRANSPORT, tmp_path / "in.csv", long)
    assert long.exists()


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link.txt").symlink_to(tmp_path / "there.txt")
    with written(tmp_path / "link.txt") as file:
        file.write("a")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there.txt").read_text() == "a"


def test_a_file_that_may_not_be_changed_stays(tmp_path, monkeypatch):
    path = tmp_path / "out.txt"
    path.write_text("kept")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with (
        pytest.raises(TableError, match="cannot be written \\(this is not allowed\\)"),
        written(path),
    ):
        pass
    assert path.read_text() == "kept"


SLOW = """
import sys, time
from pathlib import Path
from tarifs_solidaires.people.writing import written
import os
if sys.argv[2] == "named":
    del os.O_TMPFILE
from tarifs_solidaires.cli import _ending_cleanly, _TerminatedError
try:
    with _ending_cleanly(), written(Path(sys.argv[1])) as file:
        file.write("half" * 100_000)
        file.flush()
        print("ready", flush=True)
        time.sleep(60)
except _TerminatedError:
    sys.exit(143)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="no nameless files on this system")
@pytest.mark.parametrize(
    ("way", "sign"),
    [("nameless", "SIGTERM"), ("nameless", "SIGKILL"), ("named", "SIGTERM"), ("named", "SIGINT")],
)
def test_a_program_that_is_killed_leaves_no_half_file(tmp_path, way, sign):
    path = tmp_path / "out.txt"
    path.write_text("before")
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(path), way],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(getattr(signal, sign))
    process.wait(timeout=30)
    process.stdout.close()
    for _ in range(20):
        if [p.name for p in tmp_path.iterdir()] == ["out.txt"]:
            break
        time.sleep(0.05)
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]
    assert path.read_text() == "before"


def test_standard_output_gets_all_or_nothing(tmp_path, capsysbinary, monkeypatch):
    source = tmp_path / "in.csv"
    source.write_text("quotient_familial,age\n1,2\n1,200\n")
    with pytest.raises(TableError, match="'200' is not between"):
        compute_file(TRANSPORT, source, "-", chunk=1)
    assert capsysbinary.readouterr().out == b""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"quotient_familial,age\n1,2\n")))
    compute_file(TRANSPORT, "-", "-")
    assert capsysbinary.readouterr().out.endswith(b"1,2,1.0,0.0,moins de 6 ans\n")


def test_a_file_of_bytes_is_written_as_it_is(tmp_path):
    with written_bytes(tmp_path / "a") as file:
        file.write(b"\r\n\0")
    assert (tmp_path / "a").read_bytes() == b"\r\n\0"
    assert writing.STANDARD == "-"


def test_all_that_is_wrong_with_a_row_is_said_at_once(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("quotient_familial,age\n-5,abc\n300,30\nx,-1\n", encoding="utf-8")
    with pytest.raises(TableError) as error:
        compute_file(TRANSPORT, source, tmp_path / "out.csv")
    found = [(fault.line, fault.input) for fault in error.value.errors]
    assert found == [
        (2, "quotient_familial"), (2, "age"), (4, "quotient_familial"), (4, "age")
    ]  # fmt: skip
