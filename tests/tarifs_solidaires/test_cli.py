"""The command line on good and bad input: one line a fault, and nothing half done."""

import csv
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow
import pyarrow.parquet as pq
import pytest
from people_strategies import OWN

from tarifs_solidaires import load_rule
from tarifs_solidaires.cli import COMMANDS, main
from tarifs_solidaires.cli.common import shown
from tarifs_solidaires.rule import Result, Rule

HEAD = "foyer,quotient_familial,age\n"
RUN = [sys.executable, "-c", "import sys; from tarifs_solidaires.cli import main; sys.exit(main())"]
DAYS = ["--before", "2023-04-30", "--after", "2023-05-01"]


def missing(module):
    try:
        return importlib.util.find_spec(module) is None
    except ModuleNotFoundError:
        return True


explains = pytest.mark.skipif(
    not hasattr(Result, "explain"), reason="explanations are being written"
)
draws = pytest.mark.skipif(not hasattr(Rule, "to_svg"), reason="drawings are being written")
checks = pytest.mark.skipif(
    missing("tarifs_solidaires.rules.check"), reason="check is being written"
)
starts = pytest.mark.skipif(
    missing("tarifs_solidaires.rules.skeleton"), reason="new is being written"
)
schemas = pytest.mark.skipif(
    missing("tarifs_solidaires.rules.schema"), reason="schema is being written"
)


def compute(tmp_path, text, *more, rule="nantes/transport", on="2023-06-01"):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    status = main(
        ["compute", rule, "--on", on, "--input", str(source), "--output", str(target), *more]
    )
    return status, target


# ---- help --------------------------------------------------------------------------------------

HEAVY = ("numpy", "scipy", "sklearn", "pandas", "polars", "pyarrow", "narwhals", "matplotlib", "babel",
         "jinja2", "tqdm", "yaml")  # fmt: skip


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_loads_nothing_heavy_and_answers_at_once(command):
    code = (
        "import sys, time\nfrom tarifs_solidaires.cli import main\nstatus = main(sys.argv[1:])\n"
        f"print([m for m in {HEAVY} if m in sys.modules], status, time.process_time())"
    )
    arguments = [*([command] if command else []), "--help"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    said, seconds = done.stdout.splitlines()[-1].rsplit(" ", 1)
    assert said == "[] 0"
    assert done.stdout.startswith("usage: tarifs-solidaires")
    assert float(seconds) < 0.3  # of the processor, Python's own start included


def test_the_import_loads_numpy_and_attrs_and_nothing_heavier():
    code = (
        "import sys, tarifs_solidaires; tarifs_solidaires.load_rule, tarifs_solidaires.compare;"
        "tarifs_solidaires.compute_frame, tarifs_solidaires.make_population, tarifs_solidaires.conform;"
        f"print([m for m in {HEAVY[1:]} if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_every_name_of_the_package_is_there_and_no_other():
    import tarifs_solidaires

    assert list(tarifs_solidaires.__all__) == sorted(
        tarifs_solidaires.__all__, key=lambda n: (n.islower(), n)
    )
    for name in tarifs_solidaires.__all__:
        assert name in dir(tarifs_solidaires)
        assert getattr(tarifs_solidaires, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'comparee'"):
        tarifs_solidaires.comparee  # noqa: B018


def test_an_unknown_command_is_one_line(capsys):
    assert main(["computte"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# ---- list --------------------------------------------------------------------------------------


def test_the_rules_are_listed(capsys):
    assert main(["list"]) == 0
    assert "nantes/transport  2016-01-01 to" in capsys.readouterr().out
    assert main(["list", "--lang", "fr"]) == 0
    assert "Tarification solidaire" in capsys.readouterr().out


def test_rules_of_folders_are_listed_and_a_broken_one_costs_no_other(tmp_path, capsys):
    (tmp_path / "essai").mkdir()
    text = (OWN / "nothing_required.toml").read_text("utf-8")
    (tmp_path / "essai" / "sans.toml").write_text(text, "utf-8")
    hostile = text.replace('"Essai"', '"\\u001b[31mrouge"')
    (tmp_path / "essai" / "rouge.toml").write_text(hostile, "utf-8")
    (tmp_path / "essai" / "faux.toml").write_text("format = 2\n", "utf-8")
    assert main(["list", "--rules", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "essai/sans  2020-01-01 to 2030-12-31  Essai" in out
    assert "nantes/transport" in out
    assert "essai/faux" in err
    assert "essai/rouge:5: title: contains a control character" in err
    assert err.count("\n") == 2
    assert main(["list", "--rules", str(tmp_path / "absent")]) == 2


# ---- compute -----------------------------------------------------------------------------------


def test_the_example_computes_with_both_versions_and_both_rules(tmp_path, examples, capsys):
    for rule, day in (
        ("nantes/transport", "2020-10-01"), ("nantes/transport", "2023-06-01"), ("nantes/eau", "2016-06-15"),
    ):  # fmt: skip
        target = tmp_path / "out.csv"
        arguments = ["compute", rule, "--on", day, "--input", str(examples / "foyers.csv")]
        assert main([*arguments, "--output", str(target)]) == 0  # columns of the other rule pass
        assert len(target.read_text("utf-8").splitlines()) == 13
    assert "12 rows computed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "in.csv: is empty"),
        (HEAD, "no row under the header"),
        ("foyer,age\nA,30\n", "in.csv:1: the column 'quotient_familial' (or nombre_parts and"),
        ("quotient_familial\n3\n", "in.csv:1: the column 'age' is missing"),
        ("commune,quotient_familial,age\nNantes,1,2\n", "in.csv:2: commune: 'Nantes' is not"),
        (
            HEAD.replace("age", "age,agee") + "A,1,2,3\n",
            "the column 'agee' is unknown; did you mean age",
        ),
        (HEAD + "A,1,2\nB,much,3\n", "in.csv:3: quotient_familial: 'much' is not a number"),
        (HEAD + "A,,2\n", "in.csv:2: quotient_familial is empty; write a number"),
        (HEAD + "A,1,2\nB,-4,3\n", "in.csv:3: quotient_familial: '-4' is not between"),
        (HEAD + "A,1\n", "in.csv:2: there are 2 cells where the header has 3"),
        (HEAD.encode() + b"\x81,1,2\n", "is neither UTF-8, UTF-16 nor Windows-1252"),
        (HEAD + "\x1b[31m,\x1b[2J,3\n", "'\\x1b[2J' is not a number"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(tmp_path, capsys, text, message):
    status, target = compute(tmp_path, text)
    error = capsys.readouterr().err
    assert status == 2
    assert error.count("\n") == 1
    assert message in error
    assert "\x1b" not in error
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv"]
    assert not target.exists()


def test_the_first_wrong_lines_are_named_a_line_each_wherever_they_are(tmp_path, capsys):
    text = HEAD + "A,1,2\n" * 9 + "B,much,3\n" + "A,1,2\n" * 9 + "C,-1,3\n" * 9 + "E,1\n"
    for chunk in ("1", "7", "1000"):
        assert compute(tmp_path, text, "--chunk", chunk)[0] == 2
        errors = capsys.readouterr().err.splitlines()
        assert len(errors) == 5
        assert "in.csv:11: quotient_familial: 'much' is not a number" in errors[0]
        assert "in.csv:24: quotient_familial: '-1' is not between" in errors[4]


def test_a_wrong_row_has_no_result_and_a_reason_when_asked(tmp_path, capsys):
    text = HEAD + "A,1,2\nB,much,3\nC,,3\nD,1,200\n"
    status, target = compute(tmp_path, text, "--errors", "null", "--chunk", "2")
    assert status == 0
    assert "4 rows computed, 3 of them without a result, see" in capsys.readouterr().out
    assert target.read_text("utf-8").splitlines() == [
        "foyer,quotient_familial,age,taux_reduction,prix_mensuel,tranche,reason",
        "A,1,2,1.0,0.0,moins de 6 ans,",
        "B,much,3,,,,quotient_familial: is not a number (EUR/month)",
        "C,,3,,,,quotient_familial: is empty",
        "D,1,200,,,,age: must be between 0 and 130 (years)",
    ]


def test_parquet_goes_in_and_out(tmp_path, capsys):
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pyarrow.table({"quotient_familial": [350.0, 620.0], "age": [30, 30]}), source)
    arguments = ["compute", "nantes/transport", "--on", "2023-06-01", "--input", str(source)]
    assert main([*arguments, "--output", str(target)]) == 0
    assert pq.read_table(target)["taux_reduction"].to_pylist() == [1.0, 0.7]
    assert main([*arguments, "--output", str(tmp_path / "out.csv")]) == 0
    assert "350.0,30,1.0,,QF ≤ 350" in (tmp_path / "out.csv").read_text("utf-8")
    assert main([*arguments, "--output", str(tmp_path / "out.ods")]) == 2
    assert "is neither .csv, .parquet nor .xlsx" in capsys.readouterr().err


def test_standard_input_and_output(tmp_path):
    arguments = [
        "compute",
        "nantes/transport",
        "--on",
        "2023-06-01",
        "--input",
        "-",
        "--output",
        "-",
    ]
    done = subprocess.run(
        [*RUN, *arguments], input=HEAD + "A,1,2\n", capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[1] == "A,1,2,1.0,0.0,moins de 6 ans"
    assert "1 row computed" in done.stderr
    done = subprocess.run(
        [*RUN, *arguments],
        input=HEAD + "A,1,2\nB,x,2\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 2)


def test_a_rule_beyond_its_last_known_day_says_so_on_every_command(tmp_path, capsys):
    last = load_rule("nantes/transport", "2040-01-01", beyond="last_known").last_known
    status, _ = compute(tmp_path, HEAD + "A,1,2\n", on="2040-01-01")
    assert status == 2
    assert "is known from 2016-01-01" in capsys.readouterr().err
    beyond = ["--beyond", "last_known"]
    status, target = compute(tmp_path, HEAD + "A,1,2\n", *beyond, on="2040-01-01")
    out, err = capsys.readouterr()
    assert status == 0
    assert err == (
        f"tarifs-solidaires: nantes/transport on 2040-01-01: nothing is known after {last}; "
        "the last known rule is used\n"
    )
    assert f"(last known rule, of {last})" in out
    assert target.read_text().splitlines()[0].endswith(",last_known")
    days = ["--before", "2023-05-01", "--after", "2040-01-01"]
    assert main(["compare", "nantes/transport", *days, "--people", "10", *beyond]) == 0
    out, err = capsys.readouterr()
    assert "last known rule, of" in out
    assert err.count("\n") == 1
    (tmp_path / "cases.csv").write_text("quotient_familial,age,taux_reduction\n350,30,1\n")
    more = [str(tmp_path / "cases.csv"), "--on", "2040-01-01", *beyond]
    assert main(["conform", "nantes/transport", *more]) == 0
    out, err = capsys.readouterr()
    assert f"the rule of {last}" in out
    assert f"nothing is known after {last}" in err


def test_a_rule_of_a_folder_is_computed(tmp_path):
    (tmp_path / "essai").mkdir()
    text = (OWN / "nothing_required.toml").read_text("utf-8")
    (tmp_path / "essai" / "sans.toml").write_text(text, "utf-8")
    more = ["--rules", str(tmp_path)]
    status, target = compute(tmp_path, "id\n1\n", *more, rule="essai/sans", on="2021-01-01")
    assert status == 0
    assert target.read_text("utf-8").splitlines()[1] == "1,0.0,tous"


# ---- outputs -----------------------------------------------------------------------------------


def test_output_that_cannot_be_written_is_said(tmp_path, capsys):
    (tmp_path / "in.csv").write_text(HEAD + "A,1,2\n")
    arguments = [
        "compute",
        "nantes/transport",
        "--on",
        "2023-06-01",
        "--input",
        str(tmp_path / "in.csv"),
    ]
    assert main([*arguments, "--output", str(tmp_path / "absent" / "out.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_an_output_is_never_the_input_nor_a_rule(tmp_path, capsys):
    rule, source = tmp_path / "own.toml", tmp_path / "in.csv"
    rule.write_text((OWN / "nothing_required.toml").read_text("utf-8"), "utf-8")
    source.write_text("id\n1\n")
    (tmp_path / "link.csv").symlink_to(rule)
    os.link(rule, tmp_path / "hard.csv")
    before = rule.read_bytes()
    arguments = ["compute", str(rule), "--on", "2021-01-01", "--input", str(source), "--output"]
    for name in ("in.csv", "own.toml", "link.csv", "hard.csv"):
        assert main([*arguments, str(tmp_path / name)]) == 2
        error = capsys.readouterr().err
        assert "is also read" in error or "is not overwritten" in error or "neither .csv" in error
    compare = [
        "compare",
        str(rule),
        str(rule),
        "--on",
        "2021-01-01",
        "--input",
        str(source),
        "--output",
    ]
    for name in ("in.csv", "hard.csv"):
        assert main([*compare, str(tmp_path / name)]) == 2
        assert "is also read" in capsys.readouterr().err
    assert rule.read_bytes() == before
    assert source.read_text() == "id\n1\n"


def test_a_full_disk_is_one_line():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    with full.open("w") as out:
        done = subprocess.run(
            [*RUN, "list"], stdout=out, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert "the result cannot be printed" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_enough_is_no_error():
    process = subprocess.Popen([*RUN, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    _, errors = process.communicate()
    assert errors == b""
    assert process.returncode == 0


def test_a_terminal_without_the_letters_is_one_line():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*RUN, "list", "--lang", "fr"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 2
    assert "PYTHONUTF8=1" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("sign", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_command_that_is_stopped_says_so_and_leaves_nothing(tmp_path, sign, status):
    pipe_in, target = tmp_path / "in.csv", tmp_path / "out.csv"
    target.write_text("before")
    arguments = [
        "compute",
        "nantes/transport",
        "--on",
        "2023-06-01",
        "--input",
        "-",
        "--output",
        str(target),
    ]
    process = subprocess.Popen(
        [*RUN, *arguments], stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdin.write(HEAD.encode() + b"A,1,2\n" * 100_000)
    process.stdin.flush()
    time.sleep(1.0)  # it waits for more
    process.send_signal(getattr(signal, sign))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == status
    assert errors == b"tarifs-solidaires: stopped before the end\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert target.read_text() == "before"
    assert not pipe_in.exists()


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\x1b[31mb", "a\\u001b[31mb"), ("a\u202eb", "a\\u202eb"), ("a\x9bb", "a\\u009bb"),
        ("a\u2066b\u200e", "a\\u2066b\\u200e"), ("é\n\tœ", "é\n\tœ"), ("a\rb", "a\\u000db"),
        ("\ud800", "\\ud800"), ("👩‍👧", "👩‍👧"),
    ],
)  # fmt: skip
def test_no_character_moves_the_cursor_or_turns_the_writing(text, seen):
    assert shown(text) == seen
    assert json.loads(shown(json.dumps({"x": text}, ensure_ascii=False))) == {"x": text}


# ---- compare -----------------------------------------------------------------------------------


def test_two_days_of_a_rule_are_compared_on_a_file(examples, tmp_path, capsys):
    target = tmp_path / "out.csv"
    arguments = ["--input", str(examples / "foyers.csv"), "--by", "age:26,60", "--price", "500"]
    assert main(["compare", "nantes/transport", *DAYS, *arguments, "--output", str(target)]) == 0
    printed = capsys.readouterr().out
    assert "under 26" in printed
    assert "Made-up" not in printed
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
    assert [row["people"] for row in rows] == ["2", "8", "2"]
    assert rows[1]["age"] == "26 <= age < 60"


def test_made_up_people_are_compared_and_it_is_said(tmp_path, capsys):
    target = tmp_path / "out.md"
    more = ["--people", "100", "--by", "tranche_after", "--output", str(target)]
    assert main(["compare", "nantes/transport", *DAYS, *more]) == 0
    assert "Made-up population" in capsys.readouterr().out
    assert target.read_text("utf-8").splitlines()[-1].startswith("| all | 100 |")


def test_two_rules_and_a_draft_are_compared(tmp_path, capsys):
    two = [
        "compare",
        "nantes/transport",
        "bordeaux/transport",
        "--on",
        "2023-06-01",
        "--people",
        "200",
    ]
    assert main(two) == 0
    assert (
        "nantes/transport, June 1, 2023 → bordeaux/transport, June 1, 2023"
        in capsys.readouterr().out
    )
    assert main([*two, "--on-after", "2021-06-01"]) == 0
    assert "bordeaux/transport, June 1, 2021" in capsys.readouterr().out
    draft = tmp_path / "draft.toml"
    text = (OWN / "nothing_required.toml").read_text("utf-8")
    draft.write_text(text.replace("then = 0\n", "then = 0.25\n"), "utf-8")
    files = ["compare", str(OWN / "nothing_required.toml"), str(draft), "--on", "2021-01-01"]
    assert main([*files, "--people", "100"]) == 0
    out = capsys.readouterr().out
    assert "January 1, 2021 → changed rule" in out


def test_the_command_draws(tmp_path, capsys):
    target = tmp_path / "picture.png"
    more = ["--people", "500", "--by", "age:26,60", "--lang", "pt", "--output", str(target)]
    assert main(["compare", "nantes/transport", *DAYS, *more]) == 0
    assert f"veja {target}" in capsys.readouterr().out
    assert target.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*DAYS], "one of the arguments --input --people is required"),
        (["--people", "10"], "a day is missing; give --before DAY and --after DAY"),
        (["bordeaux/transport", "--people", "10"], "a day is missing; give --on DAY"),
        ([*DAYS, "--people", "0"], "size: 0 is not a whole number"),
        (
            [*DAYS, "--people", "10", "--by", "agee:26"],
            "--by: there is no column 'agee'; did you mean age?",
        ),
        (
            [*DAYS, "--people", "10", "--by", "age:x"],
            "'age:x' has no bounds; write them as in age:26,60",
        ),
        (
            [*DAYS, "--people", "10", "--price", "cher"],
            "--price: 'cher' is neither a number nor a column",
        ),
        (
            [*DAYS, "--people", "10", "--what", "prix"],
            "output: 'prix' is not an output of both rules",
        ),
        ([*DAYS, "--people", "10", "--output", "missing/out.csv"], "cannot be written"),
        ([*DAYS, "--people", "10", "--output", "x.doc"], "is not a picture format"),
        (["nantes/eau", "--on", "2023-06-01", "--people", "10"], "they have no output in common"),
    ],
)
def test_a_wrong_comparison_says_so_in_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "nantes/transport", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quotient_familial,age\n", "no row under the header"),
        (
            "quotient_familial,age\n500,30\n0x10,31\n",
            ":3: quotient_familial: '0x10' is not a number",
        ),
        ("quotient_familial,age\n500,\n", ":2: age is empty"),
        ("quotient_familial,age,age\n500,30,30\n", ":1: the column 'age' appears twice"),
    ],
)
def test_people_that_cannot_be_read_are_one_line(tmp_path, capsys, text, message):
    path = tmp_path / "people.csv"
    path.write_text(text, "utf-8")
    assert main(["compare", "nantes/transport", *DAYS, "--input", str(path)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_people_compare_the_same_from_csv_and_parquet(tmp_path, capsys):
    from pyarrow.csv import read_csv

    path, parquet = tmp_path / "people.csv", tmp_path / "people.parquet"
    path.write_text("quotient_familial,age,quartier\n500.5,30,A\n620,61,B\n", "utf-8")
    pq.write_table(read_csv(path), parquet)
    said = []
    for source in (path, parquet):
        assert (
            main(["compare", "nantes/transport", *DAYS, "--input", str(source), "--by", "quartier"])
            == 0
        )
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "\nB         " in said[0]


MARGINS = sorted(
    map(str, (Path(__file__).parents[2] / "examples/nantes_margins").glob("*.csv"))
)  # fmt: skip


def test_a_comparison_says_what_it_found_in_the_language_that_is_asked_for(tmp_path, capsys):
    page, data = tmp_path / "page.html", tmp_path / "found.json"
    more = ["--people", "600", "--margins", *MARGINS, "--by", "household_type", "--lang", "fr"]
    outputs = ["--html", str(page), "--output", str(data)]
    assert main(["compare", "nantes/transport", *DAYS, *more, *outputs]) == 0
    said, errors = capsys.readouterr()
    assert "320\u202f000 perdent" in said
    assert "couple avec enfant" in said
    assert "Population inventée" in said
    assert "personnes par age x nombre_personnes (inventé)" in errors
    assert '<html lang="fr">' in page.read_text("utf-8")
    found = json.loads(data.read_text("utf-8"))
    assert round(found["findings"]["everybody"]) == 320_000
    assert found["cliffs"]["after"]["places"][0]["last"] == 350
    assert found["sentences"][0] in said


def test_people_are_made_from_tables_and_compared_as_a_file(tmp_path, capsys):
    target = tmp_path / "people.csv"
    asked = ["population", "nantes/transport", "nantes/eau", "--on", "2023-06-01", "--size", "500"]
    assert main([*asked, "--margins", *MARGINS, "--output", str(target)]) == 0
    assert "Made-up population" in capsys.readouterr().err
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
    assert len(rows) == 500
    assert sum(float(row["weight"]) for row in rows) == pytest.approx(320_000)
    assert {row["made_up"] for row in rows} == {"true"}
    computed = tmp_path / "computed.csv"  # the mark goes along with the rows
    asked = ["compute", "nantes/transport", "--on", "2023-06-01", "--input", str(target)]
    assert main([*asked, "--output", str(computed)]) == 0
    again = csv.DictReader(io.StringIO(computed.read_text("utf-8")))
    assert {row["made_up"] for row in again} == {"true"}
    capsys.readouterr()
    more = ["--input", str(target), "--weight", "weight", "--sample", "--cluster", "commune"]
    assert main(["compare", "nantes/transport", *DAYS, *more]) == 2
    assert "1 strata contain a single cluster" in capsys.readouterr().err
    assert main(["compare", "nantes/transport", *DAYS, *more[:-2], "--bootstrap", "20"]) == 0
    assert "95% confidence interval" in capsys.readouterr().out


def test_people_are_made_up_without_tables(capsys):
    assert main(["population", "nantes/eau", "--on", "2023-06-01", "--size", "3"]) == 0
    said, errors = capsys.readouterr()
    assert said.splitlines()[0] == "commune,nombre_personnes,ressources_annuelles,prix_m3,made_up"
    assert len(said.splitlines()) == 4
    assert "Made-up population" in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--people", "9", "--sample"],
            "--sample: cannot be combined with these people; give --input FILE",
        ),
        (
            ["--input", "x.csv", "--margins", "y.csv"],
            "--margins: cannot be combined with these people",
        ),
        (["--people", "9", "--strata", "age"], "--sample: is missing; add it"),
        (["--people", "9", "--lang", "de"], "there are no texts in 'de'"),
        (["--people", "9", "--margins", "missing.csv"], "missing.csv: cannot be read"),
        (["--people", "900", "--html", "missing/page.html"], "cannot be written"),
    ],
)
def test_a_wrong_sample_table_or_page_says_so(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "nantes/transport", *DAYS, *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_people_are_never_written_over_a_table(tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text("age,people\n3,1\n", "utf-8")
    asked = ["population", "nantes/transport", "--on", "2023-06-01", "--size", "5"]
    assert main([*asked, "--margins", str(table), "--output", str(table)]) == 2
    assert "is also read" in capsys.readouterr().err
    assert table.read_text("utf-8") == "age,people\n3,1\n"


# ---- conform -----------------------------------------------------------------------------------


def test_cases_that_agree_and_differ_say_so_by_their_status(tmp_path, capsys):
    cases = tmp_path / "cases.csv"
    cases.write_text("on,quotient_familial,taux_reduction\n2020-10-01,350,1\n2020-10-01,420,0.8\n")
    assert main(["conform", "nantes/transport", str(cases)]) == 1
    out = capsys.readouterr().out
    assert "2 cases: 1 as expected, 1 different" in out
    assert f"{cases}:3: on 2020-10-01: taux_reduction is 0.9, expected 0.8 (+0.1)" in out
    assert main(["conform", "nantes/transport", str(cases), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["counts"]["differs"] == 1
    cases.write_text("on,qf,taux_reduction,\x1b[2J\n2020-10-01,350,1,1\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text('[names]\nqf = "quotient_familial"\n')
    assert main(["conform", "nantes/transport", str(cases), "--map", str(mapping)]) == 0
    out = capsys.readouterr().out
    assert "left out (cases): \\u001b[2J (1)" in out
    assert main(["conform", "nantes/transport", str(tmp_path / "absent.yaml")]) == 2


# ---- explain, check, new, draw, schema ---------------------------------------------------------

EXPLAIN = ["explain", "nantes/transport", "--on", "2020-10-01", "--value", "quotient_familial=420"]


@explains
def test_one_result_is_explained_as_text_and_as_a_page(tmp_path, capsys):
    assert main([*EXPLAIN, "--value", "age=30", "--value", "beneficiaire_aah=non"]) == 0
    assert "90" in capsys.readouterr().out
    for form, start in (("html", "<!doctype html>"), ("json", "{")):
        assert main([*EXPLAIN, "--lang", "en", "--format", form]) == 0
        assert capsys.readouterr().out.startswith(start)
    assert main([*EXPLAIN, "--value", "commune=44109", "--output", str(tmp_path / "x.txt")]) == 0
    assert "90" in (tmp_path / "x.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--value", "age"], "--value: 'age' is not NAME=VALUE; write age=30"),
        (["--value", "aje=3"], "--value: aje is not an input of this rule; did you mean age"),
        (["--value", "age=old"], "age: 'old' is not a number (years)"),
        (["--value", "beneficiaire_aah=2"], "beneficiaire_aah: '2' is not true or false"),
        (
            ["--value", "quotient_familial=430"],
            "--value: quotient_familial appears twice; keep one",
        ),
        (["--value", "age=200"], "age: 200.0 is not between 0 and 130"),
        (["--on", "2010-01-01"], "is known from 2016-01-01"),
    ],
)
def test_a_wrong_question_is_one_line(capsys, arguments, message):
    assert main([*EXPLAIN, *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_every_kind_of_value_is_read_for_an_explanation(monkeypatch, capsys):
    seen = {}

    class Notice:
        def to_text(self, contact=""):
            return f"notice\x1b[31m {contact}\n"

    def explain(result, *args, **options):
        seen.update(options, given=dict(result.inputs))
        return Notice()

    monkeypatch.setattr(Result, "explain", explain, raising=False)
    values = {"revenu": "900,5", "personnes": "3", "resident": "oui", "statut": "plein", "commune": "2A004",
              "naissance": "1990-05-01"}  # fmt: skip
    arguments = [x for n, v in values.items() for x in ("--value", f"{n}={v}")]
    arguments += [
        "--contact",
        "la mairie",
        "--holder",
        "revenu=la CAF",
        "--origin",
        "statut=declaration",
        "--role",
        "assists",
    ]
    assert main(["explain", str(OWN / "all_kinds.toml"), "--on", "2021-01-01", *arguments]) == 0
    assert capsys.readouterr().out == "notice\\u001b[31m la mairie\n"
    assert {n: str(seen["given"][n]) for n in values} == {
        "revenu": "900.5", "personnes": "3", "resident": "True", "statut": "plein",
        "commune": "2A004", "naissance": "1990-05-01",
    }  # fmt: skip
    assert seen["lang"] == "fr"
    assert seen["holder"] == {"revenu": "la CAF"}
    assert seen["origin"] == {"statut": "declaration"}
    assert seen["role"] == "assists"


@checks
def test_a_rule_file_is_checked(tmp_path, capsys):
    assert main(["check", str(OWN / "nothing_required.toml")]) == 0
    path = tmp_path / "own.toml"
    path.write_text((OWN / "nothing_required.toml").read_text("utf-8").replace('kind = "flag"', 'kind = "flog"'), "utf-8")  # fmt: skip
    assert main(["check", str(path)]) == 1
    assert f"{path}:" in capsys.readouterr().out
    assert main(["check", str(path), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["file"] == str(path)
    assert main(["check", "nantes/transport", "--format", "json"]) == 0


@starts
def test_a_new_rule_is_never_written_over(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "villeneuve/transport"]) == 0
    assert "places to fill in, each marked TODO" in capsys.readouterr().out
    assert main(["new", "villeneuve/transport"]) == 2
    assert "is not overwritten" in capsys.readouterr().err


@draws
@pytest.mark.parametrize("kind", ["svg", "mermaid", "markdown", "dmn"])
def test_a_rule_is_drawn(tmp_path, capsys, kind):
    target = tmp_path / "drawing.x"
    arguments = ["draw", "nantes/transport", "--on", "2020-10-01", "--format", kind]
    if not hasattr(Rule, f"to_{kind}"):
        pytest.skip(f"{kind} is being written")
    assert main([*arguments, "--output", str(target)]) == 0
    assert target.stat().st_size > 100
    assert main(arguments) == 0
    assert len(capsys.readouterr().out) > 100


@draws
def test_a_drawing_is_what_its_name_says(tmp_path, capsys):
    draw = ["draw", "nantes/transport", "--on", "2020-10-01", "--output"]
    for name, start in (("a.svg", "<svg"), ("a.DMN", "<?xml"), ("a.md", "#"), ("a.mmd", "")):
        assert main([*draw, str(tmp_path / name)]) == 0
        assert start in (tmp_path / name).read_text("utf-8")[:200]
    assert len({(tmp_path / name).read_text("utf-8") for name in ("a.svg", "a.md", "a.mmd")}) == 3
    assert main([*draw, str(tmp_path / "a.docx")]) == 2
    assert "end it with .svg, .mmd, .md or .dmn, or give --format" in capsys.readouterr().err
    assert not (tmp_path / "a.docx").exists()


@schemas
def test_the_schema_is_printed(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"]


def test_what_is_no_file_is_never_replaced_and_a_link_stays_one(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Rule, "to_svg", lambda self, lang: f"<svg>{lang}</svg>\n", raising=False)
    draw = ["draw", "nantes/transport", "--on", "2020-10-01", "--output"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.svg")
        assert main([*draw, str(tmp_path / "pipe.svg")]) == 2
        assert "is a folder, a device or a pipe" in capsys.readouterr().err
    (tmp_path / "link.svg").symlink_to(tmp_path / "drawing.svg")
    assert main([*draw, str(tmp_path / "link.svg")]) == 0
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "drawing.svg").read_text("utf-8") == "<svg>fr</svg>\n"
    rule = tmp_path / "rule.toml"
    rule.write_text("kept")
    assert main([*draw, str(rule)]) == 2
    assert rule.read_text() == "kept"
