"""The command line on good and bad input."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyarrow.csv import read_csv

from tarifs_solidaires.cli import main

HEAD = "foyer,quotient_familial,age\n"


def _compute(tmp_path, text, *more, rule="nantes/transport", on="2023-06-01"):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    status = main(
        ["compute", rule, "--on", on, "--input", str(source), "--output", str(target), *more]
    )
    return status, target


def test_the_example_computes_with_both_versions_and_both_rules(tmp_path, examples, capsys):
    for rule, day in (
        ("nantes/transport", "2020-10-01"), ("nantes/transport", "2023-06-01"), ("nantes/eau", "2016-06-15"),
    ):  # fmt: skip
        target = tmp_path / "out.csv"
        assert (
            main(
                [
                    "compute",
                    rule,
                    "--on",
                    day,
                    "--input",
                    str(examples / "foyers.csv"),
                    "--output",
                    str(target),
                ]
            )
            == 0
        )
        assert len(target.read_text("utf-8").splitlines()) == 13
    assert "12 rows computed" in capsys.readouterr().out


def test_a_semicolon_file_with_decimal_commas_is_read(tmp_path):
    status, target = _compute(tmp_path, "foyer;quotient_familial;age\nA;350,01;30\n")
    assert status == 0
    assert target.read_text("utf-8").splitlines()[1] == "A;350,01;30;0,9;;350 < QF ≤ 500"


def test_a_text_that_a_spreadsheet_would_compute_is_made_harmless(tmp_path):
    _, target = _compute(tmp_path, HEAD + "=1+1,420,30\n-5,420,30\n")
    lines = target.read_text("utf-8").splitlines()
    assert lines[1].startswith("'=1+1,")
    assert lines[2].startswith("-5,")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "in.csv: empty"),
        (HEAD, "no row under the header"),
        ("foyer,age\nA,30\n", "in.csv:1: the column 'quotient_familial' .* is missing"),
        ("quotient_familial\n3\n", "in.csv:1: the column 'age' is missing"),
        ("commune,quotient_familial,age\nNantes,1,2\n", "in.csv:2: commune: 'Nantes' must be"),
        (HEAD.replace("age", "agee") + "A,1,2\n", "unknown column 'agee'; did you mean age"),
        (HEAD + "A,1,2\nB,much,3\n", "in.csv:3: quotient_familial: 'much' is no number"),
        (HEAD + "A,,2\n", "in.csv:2: quotient_familial: is empty"),
        (HEAD + "A,1,2\nB,nan,3\n", "in.csv:3: .*'nan' is no number"),
        (HEAD + "A,1,2\nB,-4,3\n", "in.csv:3: .*'-4' must be"),
        (HEAD + "A,1\n", "in.csv:2: 2 cells where the header has 3"),
        ("age,age\n1,2\n", "stands twice"),
        (HEAD.encode() + b"\xe9,1,2\n", "not UTF-8"),
        ("quotient_familial,age,beneficiaire_aah\n1,2,maybe\n", "neither 1 nor 0"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(tmp_path, capsys, text, message):
    status, target = _compute(tmp_path, text)
    error = capsys.readouterr().err
    assert status == 2
    assert error.count("\n") == 1
    assert __import__("re").search(message, error), error
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv"]
    assert not target.exists()


def test_an_income_and_parts_take_the_place_of_the_quotient(tmp_path):
    text = "id,revenu_fiscal_reference,nombre_parts,age\nA,18000,2.5,30\n\n"
    status, target = _compute(tmp_path, text)
    assert status == 0
    assert target.read_text("utf-8").splitlines()[1].startswith("A,18000,2.5,30,0.7")


def test_another_column_is_carried_through_when_asked(tmp_path):
    text = "quartier,quotient_familial,age\nErdre,420,30\n"
    assert _compute(tmp_path, text)[0] == 2
    status, target = _compute(tmp_path, text, "--keep", "quartier")
    assert status == 0
    assert target.read_text("utf-8").splitlines()[1].startswith("Erdre,420,30,0.9")


def test_a_wrong_row_has_no_result_and_a_reason_when_asked(tmp_path, capsys):
    text = HEAD + "A,1,2\nB,much,3\nC,,3\nD,1,200\n"
    status, target = _compute(tmp_path, text, "--errors", "null", "--chunk", "2")
    assert status == 0
    assert "4 rows computed, 3 of them without a result, see" in capsys.readouterr().out
    assert target.read_text("utf-8").splitlines() == [
        "foyer,quotient_familial,age,taux_reduction,prix_mensuel,tranche,reason",
        "A,1,2,1.0,,QF ≤ 350,",
        "B,much,3,,,,quotient_familial: is no number",
        "C,,3,,,,quotient_familial: is empty",
        "D,1,200,,,,age: must be between 0 and 130 (years)",
    ]


def test_the_first_wrong_lines_are_named_wherever_they_are(tmp_path, capsys):
    text = HEAD + "A,1,2\n" * 9 + "B,much,3\n" + "A,1,2\n" * 9 + "C,-1,3\n" * 9 + "E,1\n"
    for chunk in ("1", "7", "1000"):
        assert _compute(tmp_path, text, "--chunk", chunk)[0] == 2
        error = capsys.readouterr().err
        assert "in.csv:11: quotient_familial: 'much' is no number; write a number" in error
        assert error.count("; line ") == 4
        assert "; line 24: quotient_familial: '-1' must be between" in error


def test_parquet_goes_in_and_out(tmp_path, capsys):
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra [tables]")
    parquet = pytest.importorskip("pyarrow.parquet")
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    parquet.write_table(
        pyarrow.table({"quotient_familial": [350.0, 620.0], "age": [3, 30]}), source
    )
    arguments = ["compute", "nantes/transport", "--on", "2023-06-01", "--input", str(source)]
    assert main([*arguments, "--output", str(target)]) == 0
    assert parquet.read_table(target)["taux_reduction"].to_pylist() == [1.0, 0.7]
    assert main([*arguments, "--output", str(tmp_path / "out.csv")]) == 0
    assert "350.0,3,1.0,,QF ≤ 350" in (tmp_path / "out.csv").read_text("utf-8")
    assert main([*arguments, "--output", str(tmp_path / "out.xlsx")]) == 2
    assert "neither .csv nor .parquet" in capsys.readouterr().err


def test_output_that_cannot_be_written_is_said(tmp_path, examples, capsys):
    status = main(
        ["compute", "nantes/eau", "--on", "2016-06-15", "--input", str(examples / "foyers.csv"),
         "--output", str(tmp_path / "absent" / "out.csv")]
    )  # fmt: skip
    assert status == 2
    assert "cannot be written" in capsys.readouterr().err


def test_one_result_is_explained_as_text_and_as_a_page(tmp_path, capsys):
    arguments = [
        "explain",
        "nantes/transport",
        "--on",
        "2020-10-01",
        "--value",
        "quotient_familial=420",
    ]
    assert main([*arguments, "--value", "age=30", "--value", "beneficiaire_aah=0"]) == 0
    assert capsys.readouterr().out.startswith("Votre réduction est de 90")
    assert main([*arguments, "--lang", "fr", "--format", "html"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert main([*arguments, "--value", "commune=44109", "--output", str(tmp_path / "x.txt")]) == 0
    assert (tmp_path / "x.txt").read_text("utf-8").startswith("Votre réduction")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--value", "age"], "write NAME=VALUE"),
        (["--value", "aje=3"], "did you mean age"),
        (["--value", "age=old"], "'old' is no number"),
        (["--value", "beneficiaire_aah=2"], "write 1 or 0"),
        (["--value", "quotient_familial=420", "--lang", "de"], "no words in 'de'"),
        (["--on", "2010-01-01"], "is known from 2016-01-01"),
    ],
)
def test_a_wrong_question_is_one_line(capsys, arguments, message):
    assert main(["explain", "nantes/transport", "--on", "2020-10-01", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_an_unknown_command_is_one_line(capsys):
    assert main(["computte"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_rules_are_listed(capsys):
    assert main(["list"]) == 0
    assert "nantes/transport  2016-01-01 to" in capsys.readouterr().out


def test_the_import_loads_numpy_and_attrs_and_nothing_heavier():
    code = (
        "import sys, tarifs_solidaires;"
        "print([m for m in ('scipy', 'sklearn', 'pandas', 'polars', 'pyarrow', 'narwhals', 'matplotlib', 'jinja2', 'tqdm')"
        " if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_reader_that_has_enough_is_no_error():
    explain = [sys.executable, "-c", "import sys; from tarifs_solidaires.cli import main; sys.exit(main(sys.argv[1:]))", "explain", "nantes/transport", "--on", "2023-06-01", "--value", "quotient_familial=620", "--value", "age=30"]  # fmt: skip
    process = subprocess.Popen(explain, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    _, errors = process.communicate()
    assert errors == b""
    assert process.returncode == 0


COMPARE = ["compare", "nantes/transport", "--before", "2023-04-30", "--after", "2023-05-01"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quotient_familial,age\n", "no row under the header"),
        ("quotient_familial,age\n500,30\n0x10,31\n", ":3: quotient_familial: '0x10' is no number"),
        ("quotient_familial,age\n500,\n", ":2: age: is empty"),
        ("quotient_familial,age,age\n500,30,30\n", ":1: the column 'age' stands twice"),
    ],
)
def test_a_population_that_cannot_be_read_is_one_line(tmp_path, capsys, text, message):
    path = tmp_path / "people.csv"
    path.write_text(text, "utf-8")
    assert main([*COMPARE, "--input", str(path)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_population_compares_the_same_from_csv_and_parquet(tmp_path, capsys):
    csv, parquet = tmp_path / "people.csv", tmp_path / "people.parquet"
    csv.write_text("quotient_familial,age,quartier\n500.5,30,A\n620,61,B\n", "utf-8")
    pq.write_table(read_csv(csv), parquet)
    said = []
    for path in (csv, parquet):
        assert main([*COMPARE, "--input", str(path), "--by", "quartier"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "B              1        1" in said[0]


def test_an_input_that_stands_twice_is_refused(capsys):
    values = ["--value", "quotient_familial=620", "--value", "quotient_familial=630"]
    assert main(["explain", "nantes/transport", "--on", "2020-10-01", *values]) == 2
    assert "quotient_familial: stands twice" in capsys.readouterr().err


def test_a_file_that_is_no_rule_is_told_by_its_ending(tmp_path, capsys):
    path = tmp_path / "people.csv"
    path.write_text("", "utf-8")
    assert main(["check", str(path)]) == 2
    assert "ends in .toml" in capsys.readouterr().err


def test_a_full_disk_is_one_line():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    code = "import sys; from tarifs_solidaires.cli import main; sys.exit(main())"
    with full.open("w") as out:
        done = subprocess.run(
            [sys.executable, "-c", code, "list"],
            stdout=out, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "the result cannot be printed" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipe with a name on this system")
def test_what_is_no_file_is_never_replaced(tmp_path, capsys):
    pipe = tmp_path / "pipe.svg"
    os.mkfifo(pipe)
    draw = ["draw", "nantes/transport", "--on", "2020-10-01", "--output"]
    assert main([*draw, str(pipe)]) == 2
    assert "is a folder or a device; give the name of a file" in capsys.readouterr().err
    assert pipe.is_fifo()


def test_an_output_that_is_a_link_stays_one(tmp_path):
    drawing, link = tmp_path / "drawing.svg", tmp_path / "link.svg"
    link.symlink_to(drawing)
    assert main(["draw", "nantes/transport", "--on", "2020-10-01", "--output", str(link)]) == 0
    assert link.is_symlink()
    assert "<svg" in drawing.read_text("utf-8")
