"""Files of unknown origin: what is unsafe is refused with its reason, before anything reads it."""

import io
import zipfile

import pytest

from charte_registry import RegisterError
from charte_registry.exchange.exporters.spreadsheet import Page, ods, xlsx
from charte_registry.exchange.importers.archive import (
    Limits,
    cell_name,
    checked_workbook,
    read_bytes,
)
from charte_registry.exchange.importers.workbook import read_workbook

PAGE = Page(name="P", rows=[["a", "b"], ["c", 1]])
MIME = "application/vnd.oasis.opendocument.spreadsheet"
TYPES = "[Content_Types].xml"


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files, how=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", how) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def written(tmp_path, content):
    path = tmp_path / "registre.ods"
    path.write_bytes(content)
    return path


def refused(tmp_path, content, message, **limits):
    path = written(tmp_path, content)
    with pytest.raises(RegisterError, match=message) as error:
        read_workbook(path, Limits(**limits))
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("write", [ods, xlsx])
def test_a_plain_workbook_is_read(tmp_path, write):
    (sheet,) = read_workbook(written(tmp_path, write([PAGE])))
    assert (sheet.name, sheet.rows) == ("P", (("a", "b"), ("c", 1)))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RegisterError, match=r"nothing\.ods: cannot be read"):
        read_workbook(tmp_path / "nothing.ods")


@pytest.mark.parametrize(
    "content", [b"", b"nom,finalite\n", b"PK\x03\x04 broken", b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_workbook_is_refused(tmp_path, content):
    refused(tmp_path, content, "save it as")


# Too large


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    content = ods([PAGE])
    refused(tmp_path, content, "larger than 10 bytes", file_bytes=10)
    assert read_bytes(written(tmp_path, content), Limits(file_bytes=len(content))) == content


@pytest.mark.parametrize("write", [ods, xlsx])
def test_what_unpacks_to_too_much_is_refused(tmp_path, write):
    content = write([PAGE])
    total = sum(map(len, members(content).values()))
    refused(tmp_path, content, "unpacks to more than", unpacked_bytes=total - 1)
    assert read_workbook(written(tmp_path, content), Limits(unpacked_bytes=total))


@pytest.mark.parametrize("name", ["content.xml", "Pictures/a.png", "xl/media/a.png"])
def test_a_zip_bomb_is_refused_whatever_member_holds_it(tmp_path, name):
    bomb = members(ods([PAGE])) | {name: b"\0" * 5_000_000}
    refused(tmp_path, packed(bomb), f"{name} unpacks to more than 200 times its size")


def test_a_member_that_understates_its_size_is_refused(tmp_path):
    files = members(ods([PAGE]))
    content = packed(files)
    size = len(files["content.xml"]).to_bytes(4, "little")
    assert content.count(size) >= 2
    refused(tmp_path, content.replace(size, (10).to_bytes(4, "little")), "not a readable workbook")


def test_too_many_members_are_refused(tmp_path):
    files = members(ods([PAGE])) | {f"{n}.txt": "" for n in range(20)}
    refused(tmp_path, packed(files), f"{len(files)} members where 23 are allowed", members=23)


@pytest.mark.parametrize(
    "change",
    [
        ('<table:table-row table:style-name="row">', '<table:table-row table:number-rows-repeated="1048576">'),
        ('<table:table-cell table:style-name="text" office:value-type="string">',
         '<table:table-cell table:number-columns-repeated="99999999" office:value-type="string">'),
    ],
)  # fmt: skip
def test_cells_repeated_without_end_are_refused(tmp_path, change):
    files = members(ods([PAGE]))
    text = files["content.xml"].decode()
    assert change[0] in text
    repeated = packed(files | {"content.xml": text.replace(*change)})
    refused(tmp_path, repeated, "a sheet spans", cells=1_000_000)


def test_empty_cells_repeated_to_the_edge_are_what_every_office_suite_writes(tmp_path):
    files = members(ods([PAGE]))
    edge = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
    text = files["content.xml"].decode().replace("</table:table>", edge)
    (sheet,) = read_workbook(written(tmp_path, packed(files | {"content.xml": text})))
    assert sheet.rows == (("a", "b"), ("c", 1))


def test_a_cell_at_the_far_corner_is_refused(tmp_path):
    files = members(xlsx([PAGE]))
    sheet = files["xl/worksheets/sheet1.xml"].decode()
    far = sheet.replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    refused(
        tmp_path,
        packed(files | {"xl/worksheets/sheet1.xml": far}),
        "a sheet spans 17,179,869,184 cells",
    )


def test_too_many_sheets_are_refused(tmp_path):
    pages = [Page(name=str(n), rows=[[1]]) for n in range(3)]
    refused(tmp_path, ods(pages), "more than 2 sheets", sheets=2)


# Entities, encodings, what is not XML


@pytest.mark.parametrize("write", [ods, xlsx])
@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>',
        '<!doctype a [<!entity b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "https://example.org/a.dtd">',
    ],
)
def test_an_entity_bomb_is_refused_in_whatever_member(tmp_path, write, head):
    files = members(write([PAGE]))
    for name in files:
        if name.endswith((".xml", ".rels")):
            text = files[name].decode()
            declaration, root = text.split("?>", 1)
            bomb = packed(files | {name: f"{declaration}?>{head}{root}"})
            refused(tmp_path, bomb, f"{name.replace('[', '.').replace(']', '.')} defines entities")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_an_encoding_that_could_hide_entities_is_refused(tmp_path, encoding):
    files = members(ods([PAGE]))
    text = files["content.xml"].decode().replace("UTF-8", "UTF-16")
    hidden = packed(files | {"content.xml": text.encode(encoding)})
    refused(tmp_path, hidden, "content.xml is not in UTF-8")


def test_an_encoding_stated_in_plain_sight_is_refused(tmp_path):
    files = members(ods([PAGE]))
    text = files["content.xml"].replace(b"UTF-8", b"UTF-7")
    refused(tmp_path, packed(files | {"content.xml": text}), "content.xml is not in UTF-8")


def test_what_is_no_xml_is_refused(tmp_path):
    files = members(ods([PAGE]))
    cut = packed(files | {"content.xml": files["content.xml"][:-20]})
    refused(tmp_path, cut, "content.xml is not XML")


def test_a_member_that_stands_twice_is_refused(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members(ods([PAGE])).items():
            archive.writestr(name, text)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("content.xml", "<other/>")
    refused(tmp_path, content.getvalue(), "content.xml appears twice")


# Encrypted, old, with macros


def test_an_encrypted_ods_is_refused(tmp_path):
    files = members(ods([PAGE]))
    manifest = files["META-INF/manifest.xml"].decode()
    locked = manifest.replace(
        'media-type="text/xml"/>',
        'media-type="text/xml"><manifest:encryption-data manifest:checksum="a"/></manifest:file-entry>',
    )
    assert locked != manifest
    content = packed(files | {"META-INF/manifest.xml": locked, "content.xml": b"\0\1\2\3"})
    refused(tmp_path, content, "encrypted; save it without a password")


def test_an_encrypted_xlsx_is_refused_and_so_is_an_old_xls(tmp_path):
    compound = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
    refused(
        tmp_path, compound + "EncryptedPackage".encode("utf-16-le"), "encrypted; save it without"
    )
    refused(tmp_path, compound, "an old .xls file; save it as .ods or .xlsx")


def test_a_zip_with_a_password_is_refused(tmp_path):
    content = bytearray(packed(members(ods([PAGE])), zipfile.ZIP_STORED))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(signature, place + 4)
    refused(tmp_path, bytes(content), "encrypted .mimetype.; save it without a password")


def test_a_binary_workbook_is_refused(tmp_path):
    refused(
        tmp_path,
        packed({TYPES: "<Types/>", "xl/workbook.bin": b"\x01"}),
        "neither an ODS nor an XLSX",
    )


def test_macros_and_pictures_never_reach_the_reader(tmp_path):
    files = members(xlsx([PAGE])) | {
        "xl/vbaProject.bin": b"macro",
        "xl/media/image1.png": b"picture",
    }
    form, copy = checked_workbook(written(tmp_path, packed(files)), Limits())
    assert form == "xlsx"
    assert set(members(copy)) == {name for name in files if name.endswith((".xml", ".rels"))}
    assert read_workbook(written(tmp_path, packed(files)))[0].rows[0] == ("a", "b")


def test_cells_are_named_as_spreadsheets_name_them():
    assert [cell_name(0, n) for n in (0, 25, 26, 701, 702)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1"]
