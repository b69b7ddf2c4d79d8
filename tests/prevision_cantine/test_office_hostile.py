"""Files that nobody's office wrote: refused at once, with one line that says why."""

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prevision_cantine.city.office import OfficeError, import_office
from prevision_cantine.city.office.archive import Limits
from prevision_cantine.city.office.mapping import read_mapping
from prevision_cantine.city.office.sheets import read_sheets

pytest.importorskip("python_calamine")

NAMES = "urn:oasis:names:tc:opendocument:xmlns"
KIND = "application/vnd.oasis.opendocument.spreadsheet"


def ods_of(body):
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{NAMES}:office:1.0" xmlns:table="{NAMES}:table:1.0" '
        f'xmlns:text="{NAMES}:text:1.0"><office:body><office:spreadsheet>{body}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<m:manifest xmlns:m="{NAMES}:manifest:1.0"><m:file-entry m:full-path="/" '
        f'm:media-type="{KIND}"/></m:manifest>'
    )
    return packed({"mimetype": KIND, "content.xml": content, "META-INF/manifest.xml": manifest})


def packed(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


def xlsx(rows=(("Date", "Zola", "Hugo"), ("14/09/2023", 3, 4))):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for n, row in enumerate(rows):
        sheet.write_row(n, 0, row)
    book.close()
    return file.getvalue()


def changed(content, name, change):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    members[name] = change(members[name])
    return packed(members)


CELL = '<table:table-cell office:value-type="float" office:value="1"{}><text:p>1</text:p></table:table-cell>'
REPEATED = CELL.format(' table:number-columns-repeated="16000"')
EMPTY = '<table:table-cell table:number-columns-repeated="999999999"/>'


def one_sheet(cells, rows=1):
    return (
        f'<table:table table:name="A"><table:table-row table:number-rows-repeated="{rows}">{cells}'
        "</table:table-row></table:table>"
    )


HOSTILE = {
    "repeated cell": (ods_of(one_sheet(REPEATED, 1_000_000)), "cells"),
    "repeated text": (
        ods_of(one_sheet(f'<table:table-cell office:value-type="string" table:number-columns-repeated="1000"><text:p>{"x" * 3000}</text:p></table:table-cell>', 900)),
        "characters",
    ),
    "far cell": (ods_of(one_sheet(EMPTY + CELL.format(""))), "cells"),
    "sheets": (ods_of('<table:table table:name="A"/>' * 5_000), "sheets"),
    "entities": (packed({"mimetype": KIND, "content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "defines entities"),
    "utf-16 xml": (packed({"mimetype": KIND, "content.xml": "<a/>".encode("utf-16")}), "entities"),
    "ratio": (packed({"mimetype": KIND, "content.xml": "<a>" + " " * 5_000_000 + "</a>"}), "far more"),
    "members": (packed({f"{n}.xml": "" for n in range(2_500)}), "members"),
    "no workbook": (packed({"a.txt": "Date;Zola"}), "neither XLSX"),
    "cut": (xlsx()[:-200], "damaged"),
    "no xml": (changed(xlsx(), "xl/worksheets/sheet1.xml", lambda _: b"<worksheet><sheetData>"), "damaged"),
    "xlsx far cell": (changed(xlsx(), "xl/worksheets/sheet1.xml", lambda t: t.replace(b'r="A2"', b'r="XFD1048576"')), "cells"),
    "encrypted": (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "password"),
    "broken xls": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2_000, "damaged"),
    "zeros": (b"\0" * 100_000, "neither UTF-8"),
    "binary": (bytes([0x81, 0x8D, 0x90]) * 50, "neither UTF-8"),
    "long cell": (b"Date;" + b"x" * 200_000 + b"\n1;2\n", "damaged"),
    "many cells": (b";" * 2_100_000, "cells"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_second_with_one_line(tmp_path, name):
    content, words = HOSTILE[name]
    path = tmp_path / "export.xlsx"
    path.write_bytes(content)
    begin = time.perf_counter()
    for lang in ("en", "fr", "pt"):
        with pytest.raises(OfficeError) as error:
            import_office([path], tmp_path / "ville", lang=lang)
        assert "\n" not in str(error.value)
        assert str(path) in str(error.value) or path.name in str(error.value)
        if lang == "en":
            assert words in str(error.value)
    assert time.perf_counter() - begin < 6
    assert not (tmp_path / "ville").exists()


def test_the_length_of_a_cell_is_bounded_whatever_others_set(tmp_path):
    content, words = HOSTILE["long cell"]
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    before = csv.field_size_limit(sys.maxsize)  # a global that other libraries raise
    try:
        with pytest.raises(OfficeError, match=words):
            import_office([path], tmp_path / "ville", lang="en")
    finally:
        csv.field_size_limit(before)


def test_every_cut_and_many_flips_of_a_workbook_are_read_or_refused(tmp_path):
    for content in (xlsx(), ods_of(one_sheet(CELL.format("")))):
        path = tmp_path / "a.xlsx"
        for at in range(0, len(content), max(1, len(content) // 120)):
            for damaged in (
                content[:at],
                content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :],
            ):
                path.write_bytes(damaged)
                with contextlib.suppress(OfficeError):  # read, or refused: nothing else
                    read_sheets(path)


def test_empty_repetitions_that_office_suites_write_are_read_at_once(tmp_path):
    tail = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    path = tmp_path / "a.ods"
    path.write_bytes(
        ods_of(one_sheet(CELL.format("")).replace("</table:table>", tail + "</table:table>"))
    )
    begin = time.perf_counter()
    (sheet,) = read_sheets(path)
    assert time.perf_counter() - begin < 2
    assert sheet.rows[0][0] == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_devices_and_folders_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", tmp_path, "/dev/zero"):
        with pytest.raises(OfficeError, match="not an ordinary file"):
            import_office([path], tmp_path / "ville", lang="en")
    with pytest.raises(OfficeError, match="cannot be read"):
        import_office([tmp_path / "nothing.csv"], tmp_path / "ville", lang="en")


def test_budgets_count_the_whole_file(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for n in range(5):
        book.add_worksheet(f"S{n}").write(9, 9, 1)
    book.close()
    assert len(read_sheets(tmp_path / "a.xlsx", Limits(cells=500))) == 5
    with pytest.raises(OfficeError, match="more than 499 cells"):
        read_sheets(tmp_path / "a.xlsx", Limits(cells=499))
    with pytest.raises(OfficeError, match="more than 4 sheets"):
        read_sheets(tmp_path / "a.xlsx", Limits(sheets=4))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 3_000, "a = " + "9" * 4_500, "version = 1\n[[table]]\nfile = 1\nsheet = ''",
        "[[table]]\nfile = 'a'\nsheet = ''\nfirst = 0", "table = 3", "[[table]]\nfile = 'a'\nsheet = ''\nfoo = 1",
        "[[table]]\nfile = 'a'\nsheet = ''\nspan = '2023-13'", "a.b" * 20_000 + " = 1", "\0", "table = [1]",
        "[[table]]\nfile = 'a'\nsheet = ''\n[[table.column]]\ncolumn = 'ABCD'", "[[table]]\nsheet = ''",
        "[[table]]\nfile = 'a'\nsheet = ''\ndates = 'ydm'", "[[table]]\nfile = 'a'\nsheet = ''\ntake = 'no'",
        "[[table]]\nfile = 'a'\nsheet = ''\n[[table.column]]\ncolumn = 'A'\nrole = 'reelle'",
        "[[table]]\nfile = 'a'\nsheet = ''\nfirst = 2023-01-01T00:00:00", "[[table]]\nfile = 'a'\nsheet = ''\nheader = 3",
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_with_one_line(tmp_path, text):
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    begin = time.perf_counter()
    for lang in ("en", "fr", "pt"):
        with pytest.raises(OfficeError) as error:
            read_mapping(path, lang)
        assert "\n" not in str(error.value)
    assert time.perf_counter() - begin < 3


def test_what_a_terminal_would_obey_is_not_printed(tmp_path):
    evil = "Zo\x1b[31mla\u202e"
    path = tmp_path / "a.csv"
    path.write_text(f"Date;{evil};Hugo\n14/09/2023;3;{evil}\n", encoding="utf-8")
    text = import_office([path], tmp_path / "ville").to_text("en")
    assert "\x1b" not in text
    assert "\u202e" not in text


POOL = (
    "Date", "Jour", "Site", "Zola", "Réel", "Prévu", "Servis", "Midi", "Soir", "Total", "TOTAL", "Effectif", "Type",
    "Menu", "Année scolaire", "2023-2024", "Septembre 2023", "lundi 4", "mardi 5 septembre", "4-sept-23", "14/09/2023",
    "03/04/2023", "2023-09-04", "1.234", "1 234", "22,5", "12", "-", "Fermé", "PÉDA", "45173", "0", "x", "", "", "", "",
    "\x00\x1b", "١٢", "9" * 30, "-5", "1e9", "nan", "²", "31/02/2023", "4", "5", "6", "du", "ouverture", "=1+1", "“", "\u202e",
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.sampled_from(POOL), min_size=1, max_size=7), min_size=1, max_size=14))
def test_any_table_is_read_asked_about_or_refused_and_every_cell_counts(rows):
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / "a.csv"
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=";").writerows(rows)
        path.write_text(buffer.getvalue(), encoding="utf-8-sig")
        try:
            report = import_office([path], Path(root) / "ville")
        except OfficeError as error:
            message = str(error)
            assert "\n" not in message
            return
        places = [item.cell for item in report.left]
        assert len(places) == len(set(places))
        assert report.cells == report.taken + len(report.left)
        assert report.taken >= 0
        for lang in ("fr", "en", "pt"):
            assert report.to_text(lang)
        assert json.loads(report.to_json("en"))["cells"] == report.cells
        (Path(root) / "map.toml").write_text(report.mapping("pt"), encoding="utf-8")
        again = import_office([path], Path(root) / "two", mapping=Path(root) / "map.toml")
        assert again.tables == report.tables
        assert again.left == report.left
        assert again.questions == report.questions
