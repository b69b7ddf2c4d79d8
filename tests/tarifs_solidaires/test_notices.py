"""Notices for everyone in a file: the same as one at a time, named, resumed, never half-written."""

import io
import json
import sys

import numpy as np
import pytest

from tarifs_solidaires import InputError, TableError, load_rule
from tarifs_solidaires.cli import main
from tarifs_solidaires.extras import MissingExtraError
from tarifs_solidaires.people import notices
from tarifs_solidaires.people.notices import write_notices
from tarifs_solidaires.say.many import contents

RULE = load_rule("nantes/transport", on="2024-09-01")
PEOPLE = 60


@pytest.fixture
def people(tmp_path):
    """Write a file of people; return it with their columns."""
    rng = np.random.default_rng(1)
    quotient = np.round(rng.uniform(0, 1200, PEOPLE), 2)
    quotient[:6] = [350, 350.01, 500, 500.01, 750, 900]
    age = rng.integers(0, 95, PEOPLE)
    file = tmp_path / "people.csv"
    rows = [
        f"A{i},{q},{a}"
        for i, (q, a) in enumerate(zip(quotient.tolist(), age.tolist(), strict=True))
    ]
    file.write_text("id,quotient_familial,age\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file, {"quotient_familial": quotient, "age": age}


def test_each_is_the_notice_of_that_person(people, tmp_path):
    file, columns = people
    done = write_notices(RULE, file, tmp_path / "out", name="id", lang="en", role="decides")
    assert (done.people, done.written, done.without) == (PEOPLE, PEOPLE, 0)
    for i in range(PEOPLE):
        given = {name: values[i].item() for name, values in columns.items()}
        own = RULE.compute(given).explain(lang="en", role="decides")
        assert (tmp_path / "out" / f"A{i}.html").read_text("utf-8") == own.to_html() + "\n"


def test_processes_write_the_same(people, tmp_path, monkeypatch):
    file, _ = people
    write_notices(RULE, file, tmp_path / "one", lang="pt")
    monkeypatch.setattr(notices, "FEW", 10)
    monkeypatch.setattr(notices, "PART", 20)
    write_notices(RULE, file, tmp_path / "two", lang="pt", processes=2)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two
    assert "01.html" in one


@pytest.mark.parametrize("name", ["toulouse/transport", "nantes/eau", "recife/eau"])
def test_many_say_what_one_says_of_any_rule(name):
    rule = load_rule(name, on="2022-07-01" if name != "recife/eau" else "2025-06-01")
    rng = np.random.default_rng(2)
    columns = {
        item.name: rng.choice([item.minimum, 1, 2, 65, 300, 759, 900], 40).astype(float)
        for item in rule.inputs if item.name in rule.required
    }  # fmt: skip
    result = rule.compute(columns, errors="null")
    for i, content in enumerate(contents(result, range(40), "fr")):
        notice = result.explain(i, lang="fr")
        assert (content.lead, content.sections) == (notice.lead, notice.sections)
        assert content.changes == notice.changes


def test_it_goes_on_where_it_was_stopped(people, tmp_path):
    file, _ = people
    out = tmp_path / "out"
    write_notices(RULE, file, out)
    (out / "07.html").unlink()
    cut = out / "09.html"
    whole = cut.read_bytes()
    cut.write_bytes(whole[:1000])
    others = {p: p.stat().st_mtime_ns for p in out.iterdir() if p != cut}
    assert write_notices(RULE, file, out).written == 2
    assert cut.read_bytes() == whole
    assert all(path.stat().st_mtime_ns == time for path, time in others.items())
    assert not list(out.glob(".*"))


def test_a_folder_has_the_notices_of_one_file_only(people, tmp_path):
    file, _ = people
    out = tmp_path / "out"
    write_notices(RULE, file, out)
    for changed in ({"lang": "en"}, {"role": "decides"}, {"form": "text"}, {"contact": "x"}):
        with pytest.raises(TableError) as caught:
            write_notices(RULE, file, out, **changed)
        assert caught.value.errors[0].code == "other_notices"
    file.write_text(file.read_text("utf-8") + "B,1,1\n", "utf-8")
    with pytest.raises(TableError) as caught:
        write_notices(RULE, file, out)
    assert caught.value.errors[0].code == "other_notices"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(TableError) as caught:
        write_notices(RULE, file, tmp_path / "mine")
    assert caught.value.errors[0].code == "not_empty"
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_what_stops_it_leaves_nothing_half_written(people, tmp_path, monkeypatch):
    file, _ = people
    made, count = notices.Order.made, 0

    def stopping(self, content):
        nonlocal count
        count += 1
        if count == 30:
            raise KeyboardInterrupt
        return made(self, content)

    monkeypatch.setattr(notices.Order, "made", stopping)
    with pytest.raises(KeyboardInterrupt):
        write_notices(RULE, file, tmp_path / "out")
    there = sorted((tmp_path / "out").iterdir())
    assert len(there) == 29 + 1
    assert all(p.read_bytes().endswith(b"</html>\n") for p in there if p.suffix == ".html")
    assert write_notices(RULE, file, tmp_path / "out").written == PEOPLE - 29


def test_names_stay_in_the_folder_and_tell_people_apart(people, tmp_path):
    file, _ = people
    names = ["../x", "/etc/x", "a/b", ".hidden", "con", "ok", "OK", "", "a\\b", "x."]
    rows = [f"{name},300,30" for name in names]
    file.write_text("id,quotient_familial,age\n" + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        write_notices(RULE, file, tmp_path / "out", name="id")
    codes = [fault.code for fault in caught.value.errors]
    assert codes == [*["file_name"] * 5, "double_name", *["file_name"] * 3]
    assert not (tmp_path / "out").exists()
    with pytest.raises(TableError) as caught:
        write_notices(RULE, file, tmp_path / "out", name="number")
    assert caught.value.errors[0].code == "no_column"


def test_who_has_no_result_is_told_why(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("quotient_familial,age\n300,30\n-5,30\n,30\n", encoding="utf-8")
    done = write_notices(RULE, file, tmp_path / "out", form="text", lang="en")
    assert (done.written, done.without) == (3, 2)
    assert (tmp_path / "out" / "2.txt").read_text("utf-8").startswith("No result. Family quotient")


def test_a_wrong_word_writes_nothing(people, tmp_path):
    file, _ = people
    for wrong in (
        {"holder": {"agee": "x"}},
        {"origin": {"age": "x"}},
        {"role": "x"},
        {"lang": "xx"},
    ):
        with pytest.raises(InputError):
            write_notices(RULE, file, tmp_path / "out", **wrong)
    with pytest.raises(TableError):
        write_notices(RULE, file, tmp_path / "out", form="docx")
    assert not (tmp_path / "out").exists()


def test_each_form_is_that_of_the_notice(people, tmp_path):
    file, columns = people
    notice = RULE.compute({n: v[2].item() for n, v in columns.items()}).explain(lang="fr")
    for form, suffix in (("text", "txt"), ("markdown", "md"), ("json", "json")):
        write_notices(RULE, file, tmp_path / form, form=form, name="id")
        own = (tmp_path / form / f"A2.{suffix}").read_text("utf-8")
        assert own.rstrip("\n") == getattr(notice, f"to_{form}")().rstrip("\n")
    assert json.loads((tmp_path / "json" / "A2.json").read_text("utf-8"))["rule"] == RULE.name


def test_the_command_says_what_it_did(people, tmp_path, capsys):
    file, _ = people
    words = ["notices", "nantes/transport", "--on", "2024-09-01", "--input", str(file)]
    out = str(tmp_path / "out")
    assert main([*words, "--output", out, "--name", "id", "--holder", "age=the town hall"]) == 0
    assert f"{PEOPLE} notices written, see {out}" in capsys.readouterr().out
    assert main([*words, "--output", out, "--name", "id", "--holder", "age=the town hall"]) == 0
    assert f"0 notices written ({PEOPLE} were there already)" in capsys.readouterr().out
    assert "the town hall" in (tmp_path / "out" / "A3.html").read_text("utf-8")
    assert main([*words, "--output", out]) == 2


# -- PDF ---------------------------------------------------------------------------------------


def test_a_pdf_is_tagged_and_has_its_language(people, tmp_path):
    pytest.importorskip("weasyprint", reason="the extra 'pdf' is not installed")
    pypdf = pytest.importorskip("pypdf")
    notice = RULE.compute(quotient_familial=620, age=20).explain(lang="fr", role="decides")
    read = pypdf.PdfReader(io.BytesIO(notice.to_pdf(contact="mairie@ville.example")))
    root = read.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert len(read.pages) == 1
    text = " ".join(read.pages[0].extract_text().split())
    assert "Vous avez 50 % de réduction." in text
    assert "mairie@ville.example" in text
    file, _ = people
    lines = file.read_text("utf-8").splitlines()[:4]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    done = write_notices(RULE, file, tmp_path / "all.pdf", lang="en")
    assert done.written == 3
    read = pypdf.PdfReader(tmp_path / "all.pdf")
    assert len(read.pages) == 3
    assert all(page.extract_text().lstrip().startswith("Solidarity fares") for page in read.pages)


def test_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtraError, match=r"charte-donnee\[pdf\]"):
        RULE.compute(quotient_familial=620, age=20).explain().to_pdf()


MIXED = (
    "id,quotient_familial,revenu_fiscal_reference,nombre_parts,age\n"
    "own,620,,,30\n"
    "ways,,18600,2.5,30\n"
    "neither,,,,30\n"
    "half,350,18600,,30\n"
)
ANYONE = """
format = 2
name = "ville/aide"
languages = ["en"]
title = "Aid"
known_until = 2027-08-31
[input.age]
kind = "whole"
to = 120
[input.rank]
kind = "whole"
from = 1
to = 9
default = 1
label = "rank"
[input.commune]
kind = "code"
optional = true
codes = ["here", "there"]
[output.share]
kind = "reduction"
unit = "share"
[[version]]
valid_from = 2026-09-01
[[version.step]]
name = "share"
[[version.step.row]]
when = { commune = "here", rank = 1, age = "x < 99" }
then = 1
[[version.step.row]]
then = 0
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_each_row_gives_an_input_in_its_own_way(tmp_path, monkeypatch, processes):
    monkeypatch.setattr(notices, "FEW", 1)
    monkeypatch.setattr(notices, "PART", 2)
    file = tmp_path / "people.csv"
    file.write_text(MIXED, encoding="utf-8")
    out = tmp_path / "out"
    done = write_notices(RULE, file, out, name="id", form="text", lang="en", processes=processes)
    assert (done.people, done.written, done.without) == (4, 4, 1)
    for name, given in {
        "own": {"quotient_familial": 620},
        "ways": {"revenu_fiscal_reference": 18600, "nombre_parts": 2.5},
        "neither": {"quotient_familial": np.nan},
        "half": {"quotient_familial": 350},
    }.items():
        own = RULE.compute(given | {"age": 30}, errors="null").explain(lang="en")
        assert (out / f"{name}.txt").read_text("utf-8") == own.to_text() + "\n"


def test_a_row_that_gives_two_ways_is_named_before_anything_is_written(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(MIXED + "both,350,18600,2.5,30\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        write_notices(RULE, file, tmp_path / "out", name="id")
    assert [(f.code, f.where, f.positions) for f in raised.value.errors] == [
        ("two_ways", str(file), (5,))
    ]
    assert not (tmp_path / "out").exists()


def test_an_empty_cell_is_no_answer(tmp_path):
    (tmp_path / "aid.toml").write_text(ANYONE, encoding="utf-8")
    rule = load_rule(tmp_path / "aid.toml", on="2026-10-01")
    file = tmp_path / "people.csv"
    file.write_text("id,age,rank,commune\na,30,,here\nb,30,1,\nc,30,2,here\n", encoding="utf-8")
    done = write_notices(rule, file, tmp_path / "out", name="id", form="text", lang="en")
    assert done.without == 0
    people = {"a": {"commune": "here"}, "b": {"rank": 1}, "c": {"rank": 2, "commune": "here"}}
    for name, given in people.items():
        own = rule.compute(given | {"age": 30}).explain(lang="en")
        assert (tmp_path / "out" / f"{name}.txt").read_text("utf-8") == own.to_text() + "\n"


def test_the_progress_bar_speaks_the_language_of_messages(people, tmp_path, monkeypatch):
    units = []

    def bar(total, done, lang):
        units.append(lang)
        return original(total, done, lang)

    original = notices._progress
    monkeypatch.setattr(notices, "_progress", bar)
    file, _ = people
    command = ["notices", "nantes/transport", "--on", "2024-09-01", "--input", str(file)]
    assert main(["--lang", "pt", *command, "--lang", "fr", "--output", str(tmp_path / "out")]) == 0
    assert units == ["pt"]
    assert 'lang="fr"' in (tmp_path / "out" / "01.html").read_text("utf-8")
