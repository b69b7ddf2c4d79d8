"""Exports and the way back: nothing is lost where the format has a place for it, no cell computes."""

import csv
import datetime as dt
import io
import json
import re
import shutil
import sys
import zipfile

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import records

from charte_registry import (
    Derogation,
    Import,
    Partenaire,
    Register,
    RegisterError,
    joined,
    load_register,
    to_frame,
)
from charte_registry.cli import main
from charte_registry.exchange.exporters.flat import (
    csv_files,
    parquet_files,
    register_tables,
)
from charte_registry.exchange.exporters.formats import FORMATS, export_register
from charte_registry.exchange.exporters.single_file import json_content
from charte_registry.exchange.exporters.spreadsheet import Page, ods, page_names, xlsx
from charte_registry.exchange.importers.flat import read_tables
from charte_registry.exchange.importers.workbook import read_workbook
from charte_registry.files.cells import neutral, restored
from charte_registry.files.flat_tables import flatten
from charte_registry.records import KINDS

FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n]")
REGISTER = Register(
    titre="=R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2019, 2020), note="n",
    derogations=(Derogation(fiche="partenaires/p", regle="ART30-01", raison="r"),), records={},
)  # fmt: skip


def holding(kind, *items):
    return attrs.evolve(REGISTER, records={kind: {item.id: item for item in items}})


any_register = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.lists(records(kind), min_size=1, max_size=2, unique_by=lambda r: r.id).map(
        lambda items: holding(kind, *items)
    )
)


def put(folder, files):
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


EXPORTS = {
    "csv": lambda register, folder: put(folder / "csv", csv_files(register_tables(register))),
    "parquet": lambda register, folder: put(
        folder / "pq", parquet_files(register_tables(register))
    ),
    "csv-fr": lambda register, folder: put(
        folder / "fr", csv_files(register_tables(register), excel_fr=True)
    ),
}


# There and back


@pytest.mark.parametrize("form", EXPORTS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(register=any_register)
def test_every_table_format_gives_the_records_back(tmp_path_factory, form, register):
    path = EXPORTS[form](register, tmp_path_factory.mktemp("e"))
    found, head = read_tables(path)
    ((kind, items),) = register.records.items()
    assert {kind: found.records[kind]} == {kind: dict(items)}
    assert found.not_understood == ()
    assert (head.titre, head.annees, head.derogation) == ("=R", (2019, 2020), REGISTER.derogations)


@settings(max_examples=60)
@given(register=any_register)
def test_the_json_file_is_a_register(tmp_path_factory, register):
    path = tmp_path_factory.mktemp("e") / "registre.json"
    path.write_bytes(json_content(register))
    back = load_register(path)
    assert {kind: dict(items) for kind, items in back.records.items() if items} == register.records
    assert (back.titre, back.annees, back.derogations) == ("=R", (2019, 2020), REGISTER.derogations)


@pytest.mark.parametrize(
    "form", ["cnil-ods", "cnil-xlsx", "xlsx", "ods", "csv", "json", "jsonld", "algoritmeregister"]
)
def test_the_same_register_gives_the_same_bytes(tmp_path, examples, form):
    source = tmp_path / "r.json"
    small = load_register(examples / "nantes_2020")
    small = attrs.evolve(
        small,
        records={kind: dict(list(items.items())[:3]) for kind, items in small.records.items()},
    )
    source.write_bytes(json_content(small))
    for name in ("a", "b"):
        assert (
            main(["export", str(source), "--format", form, "--output", str(tmp_path / name)]) == 0
        )
    first, second = tmp_path / "a", tmp_path / "b"
    if first.is_dir():
        assert {p.name: p.read_bytes() for p in first.iterdir()} == {
            p.name: p.read_bytes() for p in second.iterdir()
        }
    else:
        assert first.read_bytes() == second.read_bytes()


# Cells that would compute


STARTS = [
    "=1+1",
    "+33",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "'=1",
    "''@x",
    "\u00a0-1",
]


@given(st.text(max_size=8) | st.sampled_from(STARTS))
def test_a_neutral_cell_begins_no_formula_and_comes_back(text):
    assert not FORMULA.match(neutral(text))
    assert restored(neutral(text)) == text


@given(st.text(max_size=8))
def test_text_that_begins_no_formula_is_left_as_it_is(text):
    if not re.match(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])", text):
        assert neutral(text) == restored(text) == text


@pytest.mark.parametrize("form", ["csv", "csv-fr"])
@pytest.mark.parametrize("start", STARTS)
def test_no_cell_of_a_spreadsheet_begins_a_formula(tmp_path, form, start):
    register = holding("partenaires", Partenaire(id="p", nom=start, note=start, temoignage=start))
    path = EXPORTS[form](register, tmp_path)
    sign, encoding = (";", None) if form == "csv-fr" else (",", "utf-8")
    texts = [decoded(file.read_bytes(), encoding) for file in path.iterdir()]
    rows = [
        row for text in texts for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    ]
    assert not [cell for row in rows for cell in row if FORMULA.match(cell)]
    assert read_tables(path)[0].records["partenaires"]["p"].nom == start


def decoded(content, encoding):
    if encoding:
        return content.decode(encoding)
    return content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp1252")


def test_letters_that_windows_1252_lacks_are_written_in_utf_8_with_its_mark():
    files = csv_files(
        register_tables(holding("partenaires", Partenaire(id="p", nom="Łódź"))), excel_fr=True
    )
    assert files["partenaires.csv"].startswith(b"\xef\xbb\xbfid;nom")
    assert not files["registre.csv"].startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("write", [ods, xlsx])
def test_no_workbook_holds_a_formula_element(write):
    content = write([Page(name="P", rows=[[start] for start in STARTS])])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
    assert b"<f>" not in text
    assert b"table:formula" not in text
    assert b"<hyperlink " not in text


# Shapes and types


def test_parquet_types_depend_on_the_classes_alone(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    schemas = []
    for register in (REGISTER, holding("partenaires", Partenaire(id="p", nom="P"))):
        folder = put(tmp_path / str(len(schemas)), parquet_files(register_tables(register)))
        schemas.append({file.name: pq.read_schema(file) for file in folder.iterdir()})
    assert schemas[0] == schemas[1]
    assert len(schemas[0]) == len(register_tables(REGISTER))
    partner = schemas[0]["partenaires.parquet"]
    assert str(partner.field("signe_le").type) == "date32[day]"
    assert not partner.field("id").nullable


def plain_rows(frame):
    """Return the rows of a frame of any library as lists of plain values."""
    if hasattr(frame, "to_pylist"):
        return [list(row.values()) for row in frame.to_pylist()]
    if hasattr(frame, "rows"):
        return [list(row) for row in frame.rows()]
    values = frame.astype(object).where(frame.notna(), None).values.tolist()
    return [[v.date() if hasattr(v, "to_pydatetime") else v for v in row] for row in values]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(register=any_register)
def test_a_frame_holds_a_table_and_its_types_never_vary(library, register):
    pytest.importorskip(library, reason=f"{library} is not installed: extra [tables]")
    for table in register_tables(register):
        empty = to_frame(attrs.evolve(REGISTER, records={}), table.name, like=library)
        frame = to_frame(register, table.name, like=library)
        kinds = "schema" if library != "pandas" else "dtypes"
        assert list(getattr(frame, kinds)) == list(getattr(empty, kinds))
        names = frame.column_names if library == "pyarrow" else list(frame.columns)
        assert tuple(names) == table.names
        assert plain_rows(frame) == [list(row) for row in table.rows]
        if table.rows:
            again = to_frame(register, table.name, like=frame)
            assert type(again) is type(frame)


def test_a_frame_has_the_fields_of_a_profile():
    pytest.importorskip("polars", reason="polars is not installed: extra [tables]")
    frame = to_frame(load_register("examples/recife"), "organismes", like="polars")
    assert frame["pagina_encarregado"].drop_nulls().len() == 1


def test_what_is_no_table_or_library_is_named():
    with pytest.raises(
        RegisterError, match="no table 'traitement'; did you mean traitements"
    ) as error:
        to_frame(REGISTER, "traitement", like="polars")
    assert error.value.errors[0].code == "unknown_table"
    for like in ("numpy", {"id": []}):
        with pytest.raises(RegisterError, match="is not a library of data frames") as error:
            to_frame(REGISTER, "traitements", like=like)
        assert "biblioteca" in error.value.say("pt")


@given(st.lists(st.text(max_size=40), max_size=8))
def test_page_names_are_distinct_and_every_spreadsheet_takes_them(names):
    given_names = page_names(names)
    assert len({name.casefold() for name in given_names}) == len(names)
    assert all(
        1 <= len(name) <= 31 and not re.search(r"[\[\]:*?/\\']", name) for name in given_names
    )


def test_a_text_that_no_cell_of_xlsx_holds_is_refused():
    with pytest.raises(RegisterError, match=r"P: a text has 32,768 characters.*export as ODS"):
        xlsx([Page(name="P", rows=[["a" * 32_768]])])
    assert ods([Page(name="P", rows=[["a" * 32_768]])])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no .csv and no .parquet file"),
        ({"partenaires.csv": b"id,noms\np,P\n"}, "no column 'noms'; did you mean nom"),
        ({"partenaires.csv": b"id,nom,nom\np,P,P\n"}, "the column 'nom' appears twice"),
        ({"partenaires.csv": b'id,nom\np,"P\n'}, "not CSV"),
        ({"partenaires.csv": b"id,nom\np,\x81\n"}, "not in UTF-8 at byte 9"),
        ({"partenaires.parquet": b"PAR1"}, "not a Parquet file"),
        ({"traitements_applications.csv": b"id,rang_applications,valeur\nt,0,a\n"}, "no row of traitements has id t"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_read_are_refused(tmp_path, files, message):
    with pytest.raises(RegisterError, match=message):
        read_tables(put(tmp_path / "t", files))


def test_a_value_that_a_record_refuses_is_said_and_the_rest_is_read(tmp_path):
    folder = put(tmp_path / "t", {
        "partenaires.csv": b"id,nom,type\np,P,ville\nq,Q,entreprise\n", "autre.csv": b"a\n1\n",
    })  # fmt: skip
    found, head = read_tables(folder)
    assert head is None
    assert set(found.records["partenaires"]) == {"p", "q"}
    assert found.records["partenaires"]["p"].type is None
    (lost,) = found.not_understood
    assert (lost.record, "'ville' is not allowed" in lost.message) == ("partenaires/p", True)
    (aside,) = found.of("skipped")
    assert "no table 'autre'" in aside.message


# The command


@pytest.fixture
def register(examples):
    return examples / "nantes_2020"


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_register_comes_back_from_the_command_line(tmp_path, register, form, capsys):
    output = tmp_path / f"export.{form}"
    assert main(["export", str(register), "--format", form, "--output", str(output)]) == 0
    back = tmp_path / "back"
    assert main(["import", str(output), str(back), "--from", "tables"]) == 0
    assert main(["diff", str(register), str(back)]) == 0
    assert "0 changes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("form", "name"), [("cnil-xlsx", "r.ods"), ("ods", "r.XLSX"), ("json", "r.ods")]
)
def test_a_workbook_is_named_by_what_it_is(tmp_path, register, form, name, capsys):
    output = tmp_path / name
    assert main(["export", str(register), "--format", form, "--output", str(output)]) == 2
    assert (
        f"{name}: {form} is not {output.suffix.lower()}; name the file" in capsys.readouterr().err
    )
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_public_is_exported_when_asked(tmp_path, examples):
    from charte_registry import Contact, Organisme

    source = tmp_path / "r.json"
    secret = Organisme(id="o", nom="O", contact=Contact(nom="CANARI"))
    source.write_bytes(json_content(holding("organismes", secret)))
    for form in ("json", "jsonld", "csv"):
        for flag in ([], ["--public"]):
            output = tmp_path / f"{form}{len(flag)}"
            assert (
                main(["export", str(source), "--format", form, "--output", str(output), *flag]) == 0
            )
            files = output.iterdir() if output.is_dir() else [output]
            assert ("CANARI" in "".join(file.read_text() for file in files)) is not bool(flag)


def test_an_export_that_cannot_be_written_leaves_what_stood_there(tmp_path, register, capsys):
    there = tmp_path / "there"
    there.mkdir()
    (there / "file").write_text("mine")
    assert main(["export", str(register), "--format", "csv", "--output", str(there)]) == 2
    assert "already exists" in capsys.readouterr().err
    assert [p.name for p in there.iterdir()] == ["file"]
    assert (
        main(["export", str(register), "--format", "xlsx", "--output", str(tmp_path / "no" / "x")])
        == 2
    )
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("missing", "form", "extra"),
    [("xlsxwriter", "xlsx", "workbooks"), ("pyarrow", "parquet", "tables")],
)
def test_a_missing_extra_says_what_to_install(
    tmp_path, register, monkeypatch, capsys, missing, form, extra
):
    monkeypatch.setitem(sys.modules, missing, None)
    output = tmp_path / "x"
    assert main(["export", str(register), "--format", form, "--output", str(output)]) == 2
    assert f'pip install "charte-donnee[{extra}]"' in capsys.readouterr().err
    assert not output.exists()


def test_a_missing_reader_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(RegisterError, match=r'pip install "charte-donnee\[workbooks\]"'):
        read_workbook(tmp_path / "r.ods")


def test_what_is_not_carried_is_told_on_standard_error(tmp_path, register, capsys):
    assert (
        main(["export", str(register), "--format", "cnil-ods", "--output", str(tmp_path / "r.ods")])
        == 0
    )
    told = capsys.readouterr()
    assert "not carried: applications: 442 records" in told.err
    assert told.out == f"{tmp_path / 'r.ods'} written\n"


def test_the_shapes_of_the_tables_are_those_of_the_classes():
    assert [t.name for t in register_tables(REGISTER)][:3] == [
        "registre",
        "registre_annees",
        "registre_derogation",
    ]
    assert [t.columns for t in register_tables(REGISTER)[3:]] == [t.columns for t in flatten({})]
    assert json.loads(json_content(REGISTER))["titre"] == "=R"


# Profiles


@pytest.mark.parametrize("city", ["recife", "montreal"])
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_register_with_a_profile_goes_out_in_every_format(tmp_path, examples, city, form):
    register = load_register(examples / city)
    remarks = export_register(register, tmp_path / "out", form)
    whole = form in ("xlsx", "ods", "csv", "parquet", "json")
    assert ("registre.profil" in [remark.where for remark in remarks]) is whole


@pytest.mark.parametrize("city", ["recife", "montreal"])
def test_tables_go_back_into_a_register_with_a_profile(tmp_path, examples, city):
    back = tmp_path / "back"
    shutil.copytree(examples / city, back)
    output = tmp_path / "tables"
    assert main(["export", str(back), "--format", "csv", "--output", str(output)]) == 0
    assert main(["import", str(output), str(back), "--from", "tables"]) == 0
    for path in (examples / city).rglob("*"):
        if path.is_file():
            assert (back / path.relative_to(examples / city)).read_bytes() == path.read_bytes()


def test_a_record_of_the_core_becomes_one_of_the_profile(examples):
    register = load_register(examples / "recife")
    more, _ = joined(register, Import(records={"partenaires": {"p": Partenaire(id="p", nom="P")}}))
    assert type(more.records["partenaires"]["p"]) is register.kinds["partenaires"]
