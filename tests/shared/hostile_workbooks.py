"""Files that nobody's office wrote, which the readers of all three packages refuse.

Each entry of ``HOSTILE`` is the content of a file and what it is: a workbook, or a text. Only the
canteens guess what a file is by its content; the others go by its name.
"""

import io
import zipfile

import xlsxwriter

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


# Those that are texts; canteens alone tell it by the content.
TEXTS = ("zeros", "binary", "long cell", "many cells")
HOSTILE = {
    "repeated cell": (ods_of(one_sheet(REPEATED, 1_000_000)), "cells"),
    "repeated text": (
        ods_of(one_sheet(f'<table:table-cell office:value-type="string" table:number-columns-repeated="1000"><text:p>{"x" * 3000}</text:p></table:table-cell>', 900)),
        "characters",
    ),
    "far cell": (ods_of(one_sheet(EMPTY + CELL.format(""))), "cells"),
    "sheets": (ods_of('<table:table table:name="A"/>' * 6_000), "sheets"),
    "entities": (packed({"mimetype": KIND, "content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "defines entities"),
    "utf-16 xml": (packed({"mimetype": KIND, "content.xml": "<a/>".encode("utf-16")}), "entities"),
    "ratio": (packed({"mimetype": KIND, "content.xml": "<a>" + " " * 5_000_000 + "</a>"}), "far more"),
    "members": (packed({f"{n}.xml": "" for n in range(2_500)}), "members"),
    "no workbook": (packed({"a.txt": "Date;Zola"}), "XLSX, ODS"),
    "cut": (xlsx()[:-200], "damaged"),
    "no xml": (changed(xlsx(), "xl/worksheets/sheet1.xml", lambda _: b"<worksheet><sheetData>"), "damaged"),
    "xlsx far cell": (changed(xlsx(), "xl/worksheets/sheet1.xml", lambda t: t.replace(b'r="A2"', b'r="XFD1048576"')), "cells"),
    "encrypted": (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "password"),
    "broken xls": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2_000, "damaged"),
    "zeros": (b"\0" * 100_000, "UTF-8, UTF-16"),
    "binary": (bytes([0x81, 0x8D, 0x90]) * 50, "UTF-8, UTF-16"),
    "long cell": (b"Date;" + b"x" * 200_000 + b"\n1;2\n", "damaged"),
    "many cells": (b";" * 2_100_000, "cells"),
}  # fmt: skip
