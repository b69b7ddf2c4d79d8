"""The guide of the workbook, followed to the letter in an empty folder: no text file is touched."""

import re
import shlex
from pathlib import Path

import pytest

from charte_registry import load_register
from charte_registry.cli import main
from charte_registry.exchange.exporters.spreadsheet import Page, ods, xlsx
from charte_registry.exchange.importers.workbook import read_workbook
from charte_registry.files.cells import restored

PAGE = (Path(__file__).parents[2] / "docs/guides/workbook.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*) ?([\w./-]*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def followed(tmp_path, monkeypatch, capsys):
    """Do what the page says, block by block, and return the folder."""
    monkeypatch.chdir(tmp_path)
    for kind, name, body in BLOCKS:
        if kind == "console":
            for command in re.split(r"^(?=\$ )", body, flags=re.MULTILINE)[1:]:
                run(command, capsys)
        elif name.endswith((".xlsx", ".ods")):
            edit(Path(name), body.splitlines())
        elif name:
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_bytes(body.replace("\n", "\r\n").encode("cp1252"))
    return tmp_path


def run(block, capsys):
    command, _, expected = block.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "charte-registry"
    status = main(arguments)
    told = capsys.readouterr()
    printed = told.err + told.out
    if expected.endswith("...\n"):  # the rest is left out on the page
        expected = expected.removesuffix("...\n")
        printed = printed[: len(expected)]
    assert printed == expected
    assert status == (1 if "nothing is written: --conflicts" in expected else 0)


def edit(path, lines):
    """Write into cells as a person would: ``SHEET | ROW, or new | TITLE = VALUE ; TITLE = VALUE``."""
    sheets = {sheet.name: [list(row) for row in sheet.rows] for sheet in read_workbook(path)}
    for line in lines:
        sheet, first, cells = (part.strip() for part in line.split(" | ", 2))
        rows = next(rows for name, rows in sheets.items() if name.partition(" ")[2] == sheet)
        titles = [str(title).removesuffix(" *") for title in rows[0]]
        if first == "new":
            rows.append([None] * len(titles))
        row = next(
            row
            for row in rows[1:]
            if first in (row[0], "new") and (first != "new" or row is rows[-1])
        )
        for cell in cells.split(" ; "):
            title, _, value = cell.partition(" = ")
            row[titles.index(title)] = value or None
    pages = [
        Page(name=name, rows=[[restored(c) if isinstance(c, str) else c for c in row] for row in rows])
        for name, rows in sheets.items()
    ]  # fmt: skip
    path.write_bytes((ods if path.suffix == ".ods" else xlsx)(pages))


def test_the_page_followed_to_the_letter_keeps_a_register_for_a_year(followed):
    register = load_register("registre")
    assert [f for f in register.check(register.etat_au) if f.severity == "error"] == []
    assert register.etat_au.year == 2027
    assert register.records["demandes_droits"]["2027"].nombre == 4
    assert Path("rapport.html").exists()
    assert register.records["applications"]["paie"].nom == "Paie et carrières"
    assert register.records["applications"]["paie"].description == "Depuis 2019"
