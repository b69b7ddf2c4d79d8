"""One table of hostile files, which every reader of the three packages refuses alike."""

import csv
import json
import sys
import time
from contextlib import contextmanager

import pytest
from hostile_workbooks import HOSTILE, TEXTS

from charte_registry import RegisterError
from charte_registry.exchange.importers.flat import read_tables
from charte_registry.exchange.importers.workbook import read_sheets as read_registry
from charte_registry.files import load_register
from prevision_cantine.city.office import OfficeError
from prevision_cantine.city.office.sheets import read_sheets as read_cantine
from tarifs_solidaires import TableError, load_rule
from tarifs_solidaires.people.cases import read_cases
from tarifs_solidaires.people.files import compute_file
from tarifs_solidaires.people.margins import read_margins

pytest.importorskip("python_calamine")

MANIFEST = 'schema = "1.0"\ntitre = "R"\nterritoire = "T"\netat_au = 2020-12-15\nannees = [2020]\n'
MOST_SECONDS = 20  # of the processor, for one file; one that unpacks to gigabytes takes minutes


def _tariff(path):
    compute_file(load_rule("nantes/transport", on="2023-06-01"), path, path.with_name("out.csv"))


def _tables(path):
    folder = path.parent / "tables"
    folder.mkdir()
    path.replace(folder / "partenaires.csv")
    read_tables(folder)


def _folder(path):
    (path.parent / "registre.toml").write_text(MANIFEST, "utf-8")
    path.replace(path.parent / "partenaires.csv")
    load_register(path.parent)


READERS = {
    "cantine": (read_cantine, OfficeError), "registry": (read_registry, RegisterError),
    "tarifs": (_tariff, TableError),
}  # fmt: skip
TEXT_READERS = READERS | {
    "tarifs margins": (lambda path: read_margins([path]), TableError),
    "tarifs cases": (lambda path: list(read_cases(path, None)), TableError),
    "registry tables": (_tables, RegisterError), "registry folder": (_folder, RegisterError),
}  # fmt: skip


@contextmanager
def _no_limit():
    """Raise the length of a cell that the csv module reads, as other libraries do."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _refused(reader, path):
    read, error = reader
    begin = time.process_time()
    with pytest.raises(error) as raised:
        read(path)
    assert time.process_time() - begin < MOST_SECONDS
    assert "\n" not in str(raised.value)
    assert "np." not in str(raised.value)
    assert json.dumps(raised.value.to_dict())
    return raised.value


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in TEXTS])
def test_a_hostile_workbook_is_refused_at_once(tmp_path, reader, name):
    path = tmp_path / ("a.xlsx" if name in ("cut", "no xml", "xlsx far cell") else "a.ods")
    path.write_bytes(HOSTILE[name][0])
    error = _refused(READERS[reader], path)
    assert path.name in str(error)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("reader", TEXT_READERS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_refused_at_once_whatever_other_libraries_set(tmp_path, reader, name):
    if (reader, name) == ("tarifs cases", "zeros"):
        pytest.skip("a header without rows: who asks for the cases says that there is none")
    path = tmp_path / "a.csv"
    path.write_bytes(HOSTILE[name][0])
    with _no_limit():
        _refused(TEXT_READERS[reader], path)
