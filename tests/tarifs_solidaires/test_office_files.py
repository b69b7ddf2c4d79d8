"""Files as offices have them: the same rows give the same results, whatever they are written in."""

import codecs
import csv
import datetime as dt
import gzip
import io
import math
import os
import runpy
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from people_strategies import ALL_KINDS, TRANSPORT

from tarifs_solidaires import InputError, TableError, compute_frame, load_rule
from tarifs_solidaires.people import plain_csv, text_file
from tarifs_solidaires.people.archive import Limits
from tarifs_solidaires.people.cells import Notation, flag_of, neutral
from tarifs_solidaires.people.communes import FIRST, LAST, _known, mistaken_commune
from tarifs_solidaires.people.files import compute_file, read_people
from tarifs_solidaires.people.headings import folded, match
from tarifs_solidaires.people.workbook_file import open_workbook

ONLY = load_rule("nantes/transport", on="2020-10-01")  # which asks for the quotient alone

# ---- numbers -----------------------------------------------------------------------------------


def grouped(whole, space):
    return f"{whole:,}".replace(",", space)


@st.composite
def amounts(draw):
    """A number of cents, and ways to write it for a file of decimal commas that nobody mistakes."""
    cents = draw(st.integers(0, 10**9))
    whole, part = divmod(cents, 100)
    ways = [f"{whole},{part:02}", f"{whole}.{part:02}"]
    ways += [f"{grouped(whole, s)},{part:02}" for s in (" ", "\xa0", "\u202f", "\u2009", ".")]
    ways += [str(whole), grouped(whole, " ")] if not part else []
    return cents, draw(st.sampled_from(ways)), draw(st.sampled_from(["", " ", "\xa0"]))


@given(amounts(), st.sampled_from([Notation(","), Notation(".")]))
def test_an_amount_is_read_however_it_is_written(drawn, decimals):
    cents, text, space = drawn
    assert decimals.number(space + text) == cents / 100
    assert not decimals.is_ambiguous(text)


@pytest.mark.parametrize(
    ("text", "mark", "sure", "number"),
    [
        ("22.500", ",", False, None), ("22,500", ".", False, None), ("22,500", "", False, None),
        ("22.500", "", False, None), ("22,500", ",", False, 22.5), ("22.500", ".", False, 22.5),
        ("22.500", ",", True, 22_500), ("22.500", ".", True, 22.5), ("22,500", ".", True, 22_500),
        ("0.500", ",", False, 0.5), ("1.234.567", ",", False, 1_234_567), ("1234.567", ",", False, 1234.567),
        ("22.50", ",", True, None), ("1 23", ",", False, None), ("1.23.456", ",", False, None),
        ("22.500,00", ",", False, 22_500), ("22,500.00", ",", False, 22_500),
        ("22,500.00", ",", True, None), ("1_000", ".", False, None), ("nan", ".", False, None),
        ("inf", ".", False, None), ("１２", ".", False, None), ("-5", ",", False, -5),
        ("+1e3", ".", False, 1000), ("", ".", False, None), ("1,2,3", ".", False, None),
    ],
)  # fmt: skip
def test_what_could_be_two_numbers_is_none_until_someone_says_which(text, mark, sure, number):
    found = Notation(mark, sure).number(text)
    assert math.isnan(found) if number is None else found == number


def test_flags_are_read_as_people_tick_them():
    for yes in ("oui", "O", "Vrai", "x", "X", "1.0", "1,0", "1", "sim", "S", "yes", "true", "TRUE"):
        assert flag_of(yes) == 1
    for no in ("non", "N", "faux", "0.0", "0", "não", "nao", "no", "false", "F"):
        assert flag_of(no) == 0
    for other in ("", "peut-être", "2", "oui non", "nan"):
        assert math.isnan(flag_of(other))


# ---- CSV ---------------------------------------------------------------------------------------

ENCODINGS = {
    "utf-8": b"", "utf-8-sig": b"", "cp1252": b"", "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}  # fmt: skip
ROWS = st.lists(
    st.tuples(
        st.text("abcéèœ' -", max_size=8),
        st.integers(0, 200_000),
        st.integers(0, 130),
        st.sampled_from([True, False, None]),
        st.sampled_from(["44109", "85191", "44143", None]),
    ),
    min_size=1,
    max_size=12,
)


def expected(rows):
    found = []
    for _, cents, age, aah, commune in rows:
        result = TRANSPORT.compute(
            quotient_familial=cents / 100, age=age, beneficiaire_aah=aah, commune=commune
        )
        found.append((result.taux_reduction, result.tranche))
    return found


def results(path):
    text = path.read_bytes().decode("utf-8-sig")
    sep = max(";\t,", key=text.partition("\n")[0].count)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=sep))
    return [
        (float(row["taux_reduction"].replace(",", ".") or "nan"), row["tranche"]) for row in rows
    ], [row["Nom"] for row in rows]


def same(found, wanted):
    for (a, x), (b, y) in zip(found, wanted, strict=True):
        assert x == y
        assert a == b or (math.isnan(a) and math.isnan(b))


@settings(max_examples=60)
@given(
    rows=ROWS, encoding=st.sampled_from(list(ENCODINGS)), sep=st.sampled_from(";,\t"),
    ends=st.sampled_from(["\n", "\r\n"]), said=st.booleans(), trailing=st.integers(0, 2),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), spaces=st.sampled_from(["", "\xa0", " "]),
    ticks=st.sampled_from(["oui/non", "O/N", "vrai/faux", "1.0/0.0", "x/0", "sim/não"]),
)  # fmt: skip
def test_the_same_rows_give_the_same_results_whatever_the_file(
    rows, encoding, sep, ends, said, trailing, quoting, spaces, ticks
):
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=sep, lineterminator=ends, quoting=quoting)
    out.writerow(
        ["Nom", "Quotient_Familial", "Âge", "Bénéficiaire AAH", "Code INSEE", *[""] * trailing]
    )
    yes, no = ticks.split("/")
    for name, cents, age, aah, commune in rows:
        whole, part = divmod(cents, 100)
        mark = "." if sep == "," else ","
        amount = f"{grouped(whole, spaces)}{mark}{part:02}"
        tick = "" if aah is None else yes if aah else no
        out.writerow([name, amount, age, tick, commune or "", *[""] * trailing])
    head = f"sep={sep}{ends}" if said else ""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        source.write_bytes(ENCODINGS[encoding] + (head + text.getvalue()).encode(encoding))
        assert compute_file(TRANSPORT, source, target, keep=["Nom"]).rows == len(rows)
        found, names = results(target)
    same(found, expected(rows))
    for name, row in zip(names, rows, strict=True):
        assert name == neutral(row[0])


CELLS = st.text("ab;,\"' =-+@é\n\t0123456789.", max_size=6)


@settings(max_examples=80)
@given(rows=st.lists(st.tuples(CELLS, st.sampled_from(["350", "1 350,5", "", "x", "-1", "9.5"]), CELLS),
                     min_size=1, max_size=30),
       block=st.sampled_from([16, 64, 1 << 21]), sep=st.sampled_from(";,"))  # fmt: skip
def test_plain_pieces_and_rows_one_by_one_give_the_same_bytes(rows, block, sep):
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=sep, lineterminator="\n")
    out.writerows([["id", "quotient_familial", "note"], *([f"r{a}", b, c] for a, b, c in rows)])
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        source, one, two = (Path(folder) / f"{n}.csv" for n in ("in", "one", "two"))
        source.write_bytes(text.getvalue().encode())
        patch.setattr(text_file, "BLOCK", block)
        compute_file(ONLY, source, one, errors="null", keep="all", chunk=max(1, block // 16))
        patch.setattr(plain_csv.PlainCsv, "read", lambda self, block: None)
        compute_file(ONLY, source, two, errors="null", keep="all")
        assert one.read_bytes() == two.read_bytes()


def test_an_ambiguous_number_is_asked_for(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id;quotient_familial;age\na;22.500;30\n")
    with pytest.raises(
        TableError, match=r"in\.csv:2: .*'22\.500' is 22\.5 or 22,500; say which"
    ) as error:
        compute_file(TRANSPORT, source, target)
    assert error.value.code == "ambiguous"
    compute_file(TRANSPORT, source, target, errors="null")
    assert "quotient_familial: '22.500' is 22.5 or 22,500" in target.read_text("utf-8")
    for decimal, row in ((".", "QF ≤ 350"), (",", "QF > 900")):
        compute_file(TRANSPORT, source, target, decimal=decimal)
        assert row in target.read_text("utf-8")


def test_columns_that_someone_names(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(",montant,ans,age\n0,350,30,x\n")
    columns = {"montant": "quotient_familial", "ans": "age", "age": ""}
    compute_file(TRANSPORT, source, target, columns=columns)
    assert target.read_text("utf-8").splitlines()[1].startswith("0,350,30,x,1.0,")
    for wrong, code in (({"x": "age"}, "no_column"), ({"ans": "agee"}, "unknown_input")):
        with pytest.raises(TableError) as error:
            compute_file(TRANSPORT, source, target, columns=columns | wrong)
        assert code in [fault.code for fault in error.value.errors]


def test_headings_are_folded():
    assert folded("Quotient_Familial") == folded("quotient  familial ") == "quotient familial"
    assert folded("Œuvre n°1") == "oeuvre n 1"
    found = match(TRANSPORT.inputs, ["QF", "AGE"], {})
    assert found.positions == {"quotient_familial": 0, "age": 1}
    assert [f.code for f in match(TRANSPORT.inputs, ["QF", "Quotient"], {}).faults] == [
        "double_column"
    ]


# ---- workbooks ---------------------------------------------------------------------------------


def workbook(path, rows):
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet("Notes")
        sheet = book.add_worksheet("Foyers")
        for n, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(n + 2, column, cell)


@settings(max_examples=25)
@given(rows=ROWS)
def test_a_workbook_gives_what_a_csv_file_gives(rows):
    with tempfile.TemporaryDirectory() as folder:
        source, target, again = (Path(folder) / n for n in ("in.xlsx", "out.csv", "out.xlsx"))
        head = ["Nom", "QF", "Âge", "beneficiaire_aah", "commune"]
        cells = [[n or "-", c / 100, a, f, None if k is None else int(k)] for n, c, a, f, k in rows]
        workbook(source, [head, *cells])
        compute_file(TRANSPORT, source, target, keep=["Nom"])
        same(results(target)[0], expected(rows))
        compute_file(TRANSPORT, source, again, keep=["Nom"])
        found = pd.read_excel(again, engine="calamine", dtype=object)
        wanted = [None if math.isnan(a) else a for a, _ in expected(rows)]
        assert [None if x != x else x for x in found["taux_reduction"]] == wanted


def test_a_row_of_a_workbook_is_named_as_the_sheet_numbers_it(tmp_path):
    source = tmp_path / "in.xlsx"
    workbook(source, [["QF", "age"], [350, 30], [350, "vieux"]])
    with pytest.raises(TableError, match=r"in\.xlsx \[Foyers\]: row 5: age: 'vieux' is not"):
        compute_file(TRANSPORT, source, tmp_path / "out.csv")
    with pytest.raises(TableError, match="there is no sheet 'Foyer'; did you mean Foyers"):
        compute_file(TRANSPORT, source, tmp_path / "out.csv", sheet="Foyer")
    with pytest.raises(TableError, match="is empty"):
        compute_file(TRANSPORT, source, tmp_path / "out.csv", sheet="Notes")
    for name in ("in.xlsx", "lien.xlsx"):
        (tmp_path / "lien.xlsx").unlink(missing_ok=True)
        (tmp_path / "lien.xlsx").symlink_to(source)
        workbook(source, [["QF", "age"], [350, 30]])
        with pytest.raises(TableError, match="is also read"):
            compute_file(TRANSPORT, source, tmp_path / name)


def ods(body, head=""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", (
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        ))  # fmt: skip
        archive.writestr("content.xml", (
            '<?xml version="1.0" encoding="UTF-8"?>' + head + '<office:document-content '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
            f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
            "</office:document-content>"
        ))  # fmt: skip
    return file.getvalue()


def cell(text, more=""):
    return (f'<table:table-cell office:value-type="string" {more}>'
            f"<text:p>{text}</text:p></table:table-cell>")  # fmt: skip


def test_an_ods_file_is_read(tmp_path):
    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
        for row in (["QF", "Âge", "commune"], ["1 350,50", "30", "44109"], ["22,5", "30", ""])
    )
    (tmp_path / "in.ods").write_bytes(ods(f'<table:table table:name="F">{rows}</table:table>'))
    compute_file(TRANSPORT, tmp_path / "in.ods", tmp_path / "out.csv")
    assert "QF > 900" in (tmp_path / "out.csv").read_text("utf-8").splitlines()[1]
    assert "QF ≤ 350" in (tmp_path / "out.csv").read_text("utf-8").splitlines()[2]


def many(n):
    return "".join(f'<table:table table:name="{i}"/>' for i in range(n))


HOSTILE = {
    "repeated": (ods(f'<table:table table:name="F"><table:table-row table:number-rows-repeated="1000000">'
                     f'{cell("x", "table:number-columns-repeated=" + chr(34) + "16000" + chr(34))}'
                     "</table:table-row></table:table>"), "too_large"),
    "sheets": (ods(many(5_000)), "too_large"),
    "entities": (ods("", '<!DOCTYPE x [<!ENTITY a "aaaa">]>'), "bomb"),
    "no zip": (b"PK\x03\x04" + b"x" * 100, "damaged"),
    "text": (b"QF;age\n1;2\n", "damaged"),
    "encrypted": (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_at_once(tmp_path, name):
    content, code = HOSTILE[name]
    (tmp_path / "in.ods").write_bytes(content)
    with pytest.raises(TableError) as error:
        compute_file(TRANSPORT, tmp_path / "in.ods", tmp_path / "out.csv")
    assert error.value.code == code
    assert [p.name for p in tmp_path.iterdir()] == ["in.ods"]


@pytest.fixture(scope="module")
def good_workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "in.xlsx"
    workbook(path, [["QF", "age"], [350, 30]])
    return path.read_bytes()


@settings(max_examples=60)
@given(places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=5),
       kept=st.floats(0.1, 1))  # fmt: skip
def test_a_damaged_workbook_is_an_error_and_nothing_else(good_workbook, places, kept):
    content = bytearray(good_workbook)
    for place, value in places:
        content[int(place * (len(content) - 1))] = value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.xlsx"
        path.write_bytes(content[: int(kept * len(content))])
        with suppress(TableError), open_workbook(path, limits=Limits(cells=10_000)) as table:
            assert table.columns


# ---- what is empty, and days -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", pd.DataFrame, pl.DataFrame, pa.table])
def test_an_empty_cell_means_the_same_in_every_table(tmp_path, kind):
    columns = {
        "quotient_familial": [350.0, 350.0, None], "age": [30, 30, 30],
        "beneficiaire_aah": [None, True, None], "commune": ["44109", None, None],
    }  # fmt: skip
    wanted = [
        TRANSPORT.compute({k: v[n] for k, v in columns.items()}).tranche for n in range(2)
    ]  # fmt: skip
    if isinstance(kind, str):
        source, target = tmp_path / f"in.{kind}", tmp_path / "out.parquet"
        frame = pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in columns.items()})
        if kind == "csv":
            frame.to_csv(source, index=False)
        elif kind == "parquet":
            pq.write_table(pa.table({k: pa.array(v) for k, v in columns.items()}), source)
        else:
            workbook(source, [list(columns), *zip(*columns.values(), strict=True)])
        assert compute_file(TRANSPORT, source, target, errors="null").missing == 1
        found = pq.read_table(target)
    else:
        found = compute_frame(TRANSPORT, kind(columns), errors="null")
        with pytest.raises(InputError) as error:
            compute_frame(TRANSPORT, kind(columns))
        assert [(f.input, f.positions) for f in error.value.errors] == [("quotient_familial", (2,))]
    tranche, reason = (
        c.to_pylist() if hasattr(c, "to_pylist") else c.to_list()
        for c in (found["tranche"], found["reason"])
    )
    assert tranche[:2] == wanted
    assert str(reason[2]).startswith("quotient_familial: is ")


DAYS = {
    "paris": lambda: pd.Series(pd.to_datetime(["2000-01-01 00:30"]).tz_localize("Europe/Paris")),
    "polars": lambda: pl.Series([dt.datetime(2000, 1, 1, 0, 30)]).dt.replace_time_zone("Europe/Paris"),
    "arrow": lambda: pa.array(pd.to_datetime(["2000-01-01 00:30"]).tz_localize("Europe/Paris")),
    "numpy": lambda: np.array(["2000-01-01T00:30"], dtype="M8[s]"),
    "stamp": lambda: pd.Series([pd.Timestamp("2000-01-01 00:30")], dtype=object),
    "text": lambda: pd.Series(["2000-01-01 00:00:00"]),
}  # fmt: skip


@pytest.mark.parametrize("way", DAYS)
def test_a_time_is_the_day_of_its_place(way):
    days = DAYS[way]()
    kind = pl.DataFrame if way == "polars" else pa.table if way == "arrow" else pd.DataFrame
    people = {"revenu": [600.0], "personnes": [1], "resident": [True], "statut": ["plein"]}
    found = compute_frame(ALL_KINDS, kind(people | {"naissance": days}))
    wanted = ALL_KINDS.compute({k: v[0] for k, v in people.items()} | {"naissance": "2000-01-01"})
    tranche = found["tranche"]
    assert (tranche.to_pylist() if way == "arrow" else tranche.to_list()) == [wanted.tranche]
    before = ALL_KINDS.compute({k: v[0] for k, v in people.items()} | {"naissance": "1999-12-31"})
    assert wanted.tranche != before.tranche  # a day earlier, as in Greenwich, is another row


def test_people_are_read_from_any_file(tmp_path):
    (tmp_path / "in.csv").write_bytes("Nom;QF;Âge;note\nÉva;1 350,5;30;x\n".encode("cp1252"))
    found = read_people(tmp_path / "in.csv", TRANSPORT.all_inputs, ["quotient_familial"])
    assert found["quotient_familial"].tolist() == [1350.5]
    assert found["Nom"].tolist() == ["Éva"]


# ---- communes ----------------------------------------------------------------------------------

DAY = dt.date(2023, 6, 1)


def test_a_postal_code_is_refused_with_the_commune_that_was_meant(tmp_path):
    frame = pd.DataFrame(
        {"quotient_familial": [1.0] * 3, "age": 30, "commune": ["44109", "44000", None]}
    )
    with pytest.raises(InputError) as error:
        compute_frame(TRANSPORT, frame)
    (fault,) = error.value.errors
    assert (fault.code, fault.positions, fault.data["codes"]) == ("postal_code", (1,), ["44109"])
    assert "Nantes (44109)" in str(fault)
    with pytest.raises(InputError) as error:
        compute_frame(TRANSPORT, frame.assign(age=[30, 30, 200]))
    assert [f.input for f in error.value.errors] == ["commune", "age"]
    frame.to_csv(tmp_path / "in.csv", index=False)
    with pytest.raises(TableError, match=r"in\.csv:3: commune: '44000' is a postal code.*Nantes"):
        compute_file(TRANSPORT, tmp_path / "in.csv", tmp_path / "out.csv")


def test_each_row_is_told_what_is_wrong_with_it(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.xlsx"
    source.write_text("QF;age;commune\n1;30;44000\n1.500;30;44109\n350;old;35047\n;30;\n", "utf-8")
    with pytest.raises(TableError) as error:
        compute_file(TRANSPORT, source, target)
    assert [(f.line, f.code, f.input) for f in error.value.errors] == [
        (2, "postal_code", "commune"), (3, "ambiguous", "quotient_familial"),
        (4, "unreadable", "age"), (5, "unreadable", "quotient_familial"),
    ]  # fmt: skip
    assert compute_file(TRANSPORT, source, target, errors="null").missing == 4
    found = pd.read_excel(target, engine="calamine", dtype=object)
    assert found["QF"].tolist()[:3] == [1, "1.500", 350]  # a cell that is no value stays as it was
    assert found["age"].tolist() == [30, 30, "old", 30]


@pytest.mark.parametrize(
    ("code", "on", "wrong"),
    [
        ("44109", DAY, None), ("2A004", DAY, None), ("97105", DAY, None), ("98818", DAY, None),
        ("75101", DAY, None), ("75056", DAY, None), ("99134", DAY, None), ("44000", DAY, "postal_code"),
        ("20004", DAY, "former_commune"), ("20004", dt.date(1970, 1, 1), None),
        ("44999", DAY, "unknown_commune"), ("44999", dt.date(2030, 1, 1), None),
        ("44000", dt.date(2030, 1, 1), "postal_code"), ("44999", dt.date(1900, 1, 1), None),
    ],
)  # fmt: skip
def test_codes_are_those_of_the_day(code, on, wrong):
    found = mistaken_commune(code, on)
    assert (found.code if found else None) == wrong


@pytest.mark.skipif(
    "COMMUNES_RELEASES" not in os.environ, reason="COMMUNES_RELEASES names no folder"
)
def test_the_list_is_what_its_tool_makes():
    root = Path(__file__).parents[2]
    made = runpy.run_path(str(root / "tools" / "make_communes.py"))["made"]
    packed = (root / "src/tarifs_solidaires/people/communes.tsv.gz").read_bytes()
    assert gzip.decompress(packed).decode() == made(Path(os.environ["COMMUNES_RELEASES"]))


def test_the_list_holds_together():
    communes, posts = _known()
    assert len(communes) > 39_000
    for code, commune in communes.items():
        assert commune.code == code
        assert not (commune.first and commune.last) or commune.first <= commune.last
        assert not commune.into or commune.into in communes
        assert commune.name
    now = [c for c in communes.values() if c.holds(LAST)]
    assert 37_000 < len(now) < 38_500
    assert all(
        communes[c].holds(LAST) or communes[c].last for codes in posts.values() for c in codes
    )
    assert FIRST.year == 1943
