"""Files that nobody's office wrote: refused at once, with one line that says why."""

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
import xlsxwriter
from hostile_workbooks import CELL, HOSTILE, ods_of, one_sheet, xlsx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prevision_cantine.city.office import OfficeError, import_office
from prevision_cantine.city.office.archive import Limits
from prevision_cantine.city.office.mapping import read_mapping
from prevision_cantine.city.office.sheets import read_sheets

pytest.importorskip("python_calamine")


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
