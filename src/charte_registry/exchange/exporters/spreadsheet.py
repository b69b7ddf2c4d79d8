"""Pages of a workbook, and the workbook as an ODS or XLSX file.

Neither file holds a formula: text that begins like one is neutralised, and everything is written
as the text, number, date or truth value that it is. The same pages give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import attrs

from charte_registry.errors import RegisterError
from charte_registry.files.cells import neutral
from charte_registry.files.flat_tables import Value

_FIRST_DATE = dt.date(1900, 3, 1)  # spreadsheets disagree on the days before: those are text
_XLSX_TEXT = 32_767
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@attrs.frozen(kw_only=True)
class Choices:
    """Cells that offer a list to choose from.

    Parameters
    ----------
    column, first, last : int
        The cells: one column, from a row to another, from 0.
    page : str
        Page that holds the list.
    cells : tuple of int
        Column of the list, its first and its last row, from 0.
    """

    column: int
    first: int
    last: int
    page: str
    cells: tuple[int, int, int]


@attrs.frozen(kw_only=True)
class Page:
    """A page of a workbook.

    Parameters
    ----------
    name : str
        Its name; see ``page_names``.
    rows : sequence of sequence of value
        Cells from A1 on; ``None`` for an empty one.
    headers : frozenset of int
        Rows that are headers.
    widths : tuple of float
        Widths of the columns, in centimetres.
    spans : mapping of (int, int) to int
        Cells that span several columns: row and column to their number.
    choices : tuple of Choices
        Cells that offer a list.
    """

    name: str
    rows: Sequence[Sequence[Value]] = attrs.field(repr=False)
    headers: frozenset[int] = frozenset([0])
    widths: tuple[float, ...] = ()
    spans: Mapping[tuple[int, int], int] = attrs.field(factory=dict, repr=False)
    choices: tuple[Choices, ...] = attrs.field(default=(), repr=False)


def page_names(names: Sequence[str]) -> list[str]:
    r"""Return names that every spreadsheet takes, each once: 31 characters, without ``[]:*?/\\``.

    Examples
    --------
    >>> page_names(["Aides", "aides", "a" * 40, "1/2"])
    ['Aides', 'aides~2', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '1-2']
    """
    taken: set[str] = set()
    given = []
    for name in names:
        base = _FORBIDDEN.sub("-", name).strip() or "page"
        short, number = base[:31], 1
        while short.casefold() in taken:
            number += 1
            short = f"{base[: 30 - len(str(number))]}~{number}"
        taken.add(short.casefold())
        given.append(short)
    return given


def xlsx(pages: Sequence[Page]) -> bytes:
    """Return a workbook as an XLSX file.

    Raises
    ------
    RegisterError
        Where a text is longer than a cell can be, or XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise RegisterError(
            "writing XLSX needs XlsxWriter: pip install 'charte-donnee[workbooks]'"
        ) from None
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )  # fmt: skip
    book.set_properties({"created": dt.datetime(1980, 1, 1)})
    styles = {
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "header": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE3EA"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"}),
    }  # fmt: skip
    for page in pages:
        sheet = book.add_worksheet(page.name)
        for column, width in enumerate(page.widths):
            sheet.set_column(column, column, width * 4.6)
        for number, row in enumerate(page.rows):
            style = styles["header" if number in page.headers else "text"]
            if (lines := _lines(page, number, row)) > 1:  # Excel fits no row that spans columns
                sheet.set_row(number, 15 * min(lines, 27))
            for column, value in enumerate(row):
                if (number, column) in page.spans:
                    last = column + page.spans[number, column] - 1
                    sheet.merge_range(number, column, number, last, "", style)
                if isinstance(value, bool):
                    sheet.write_boolean(number, column, value, style)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value, style)
                elif isinstance(value, dt.date) and value >= _FIRST_DATE:
                    sheet.write_datetime(number, column, value, styles["date"])
                elif value is not None:
                    text = _written(value)
                    if len(text) > _XLSX_TEXT:
                        raise RegisterError(
                            f"{page.name}: a text of {len(text):,} characters, where a cell of XLSX "
                            f"holds {_XLSX_TEXT:,}; shorten it, or export as ODS"
                        )
                    sheet.write_string(number, column, text, style)
                elif number in page.headers:
                    sheet.write_blank(number, column, None, style)
        for choice in page.choices:
            column, first, last = choice.cells
            letter = chr(ord("A") + column)
            sheet.data_validation(
                choice.first, choice.column, choice.last, choice.column,
                {"validate": "list", "source": f"='{choice.page}'!${letter}${first + 1}:${letter}${last + 1}", "error_type": "information"},
            )  # fmt: skip
        if page.headers == frozenset([0]):
            sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)  # printed one page wide
    book.close()
    return content.getvalue()


def _lines(page: Page, number: int, row: Sequence[Value]) -> int:
    """Return about how many lines a row takes, where its columns have widths."""
    most = 1
    for column, value in enumerate(row):
        width = sum(page.widths[column : column + page.spans.get((number, column), 1)])
        if isinstance(value, str) and width:
            most = max(most, sum(1 + len(line) // int(width * 5) for line in value.split("\n")))
    return most


def ods(pages: Sequence[Page]) -> bytes:
    """Return a workbook as an ODS file.

    The text is written here, not by a library: what a register's workbook needs is a table of
    plain cells, and half a million of them take seconds, not minutes.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        _add(archive, "mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
        _add(archive, "META-INF/manifest.xml", _MANIFEST)
        _add(archive, "styles.xml", _PRINTED)
        _add(archive, "content.xml", "".join(_document(pages)))
    return content.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str, how: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = how
    archive.writestr(info, text)


def _written(value: str | dt.date) -> str:
    return value.isoformat() if isinstance(value, dt.date) else neutral(value)


_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    _XML + '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    f'manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_SPACES = (
    "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
            ("number", "datastyle"), ("fo", "xsl-fo-compatible"),
        )
    )
    + ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3">'
)  # fmt: skip
_HEAD = f"{_XML}<office:document-content{_SPACES}"
# Printed across the page, one page wide.
_PRINTED = (
    f"{_XML}<office:document-styles{_SPACES}<office:automatic-styles>"
    '<style:page-layout style:name="wide"><style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm" '
    'style:print-orientation="landscape" style:scale-to-X="1"/></style:page-layout></office:automatic-styles>'
    '<office:master-styles><style:master-page style:name="Default" style:page-layout-name="wide"/></office:master-styles>'
    "</office:document-styles>"
)
_STYLES = (
    '<number:date-style style:name="day"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>'
    '<style:style style:name="table" style:family="table" style:master-page-name="Default"/>'
    '<style:style style:name="row" style:family="table-row"><style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
    '<style:style style:name="text" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/></style:style>'
    '<style:style style:name="header" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top" fo:background-color="#dde3ea"/>'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="day"><style:table-cell-properties style:vertical-align="top"/>'
    '<style:paragraph-properties fo:text-align="start"/></style:style>'
)  # fmt: skip


def _document(pages: Sequence[Page]) -> Iterator[str]:
    widths = sorted({width for page in pages for width in page.widths})
    names = {width: f"w{number}" for number, width in enumerate(widths)}
    yield _HEAD
    yield "<office:automatic-styles>" + _STYLES
    for width, name in names.items():
        yield (
            f'<style:style style:name="{name}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
        )
    yield "</office:automatic-styles><office:body><office:spreadsheet>"
    lists: dict[tuple[str, tuple[int, int, int]], str] = {}
    for page in pages:
        for choice in page.choices:
            lists.setdefault((choice.page, choice.cells), f"val{len(lists) + 1}")
    if lists:
        yield "<table:content-validations>"
        for (target, cells), name in lists.items():
            yield _validation(name, target, cells)
        yield "</table:content-validations>"
    for page in pages:
        yield from _table(page, names, lists)
    yield "</office:spreadsheet></office:body></office:document-content>"


def _validation(name: str, target: str, cells: tuple[int, int, int]) -> str:
    column, first, last = cells
    letter = chr(ord("A") + column)
    where = f"[$'{target}'.${letter}${first + 1}:.${letter}${last + 1}]"
    return (
        f"<table:content-validation table:name={quoteattr(name)} "
        f"table:condition={quoteattr(f'of:cell-content-is-in-list({where})')} "
        'table:allow-empty-cell="true" table:display-list="unsorted">'
        '<table:error-message table:message-type="information" table:display="true"/></table:content-validation>'
    )


def _table(
    page: Page, widths: Mapping[float, str], lists: Mapping[tuple[str, tuple[int, int, int]], str]
) -> Iterator[str]:
    offered = {
        (row, choice.column): lists[choice.page, choice.cells]
        for choice in page.choices
        for row in range(choice.first, choice.last + 1)
    }
    yield f'<table:table table:name={quoteattr(page.name)} table:style-name="table">'
    columns = max([len(row) for row in page.rows] + [1])
    for number in range(columns):
        style = f' table:style-name="{widths[page.widths[number]]}"' if number < len(page.widths) else ""  # fmt: skip
        yield f"<table:table-column{style}/>"
    for number, row in enumerate(page.rows):
        style = "header" if number in page.headers else "text"
        yield '<table:table-row table:style-name="row">'
        covered = 0
        for column, value in enumerate(row):
            if covered:
                covered -= 1
                yield "<table:covered-table-cell/>"
                continue
            extra = ""
            if (number, column) in page.spans:
                covered = page.spans[number, column] - 1
                extra = (
                    f' table:number-columns-spanned="{covered + 1}" table:number-rows-spanned="1"'
                )
            if (number, column) in offered:
                extra += f' table:content-validation-name="{offered[number, column]}"'
            yield _cell(value, style, extra)
        yield "</table:table-row>"
    yield "</table:table>"


def _cell(value: Value, style: str, extra: str) -> str:
    if value is None:
        return f'<table:table-cell table:style-name="{style}"{extra}/>'
    if isinstance(value, dt.date) and value >= _FIRST_DATE:
        style, kind, shown = (
            "date",
            f'date" office:date-value="{value.isoformat()}',
            f"{value:%d/%m/%Y}",
        )
    elif isinstance(value, bool):
        shown = str(value).lower()
        kind = f'boolean" office:boolean-value="{shown}'
    elif isinstance(value, int):
        kind, shown = f'float" office:value="{value}', str(value)
    else:
        kind, shown = "string", _written(value)
    start = f'<table:table-cell table:style-name="{style}"{extra} office:value-type="{kind}">'
    return start + "".join(map(_paragraph, shown.split("\n"))) + "</table:table-cell>"


def _paragraph(line: str) -> str:
    """Return a line of text as XML: spaces that would collapse, tabs and returns are elements of their own."""
    text = escape(_NO_XML.sub("\ufffd", line), {"\r": "&#13;", "\t": "<text:tab/>"})
    text = re.sub("^ +| {2,}| +$", lambda run: f'<text:s text:c="{len(run[0])}"/>', text)
    return f"<text:p>{text}</text:p>"
