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
from html import escape
from typing import Any

import attrs

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import cell_name
from charte_registry.extras import needs
from charte_registry.files.cells import neutral
from charte_registry.files.flat_tables import Value

FIRST_DATE = dt.date(1900, 3, 1)  # spreadsheets disagree on the days before: those are text
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
    strict : bool or None
        Whether the spreadsheet refuses anything else; None where it warns.
    """

    column: int
    first: int
    last: int
    page: str
    cells: tuple[int, int, int]
    strict: bool | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last cell of the list, such as ``$B$2`` and ``$B$9``."""
        column, first, last = self.cells
        letters = cell_name(0, column)[:-1]
        return f"${letters}${first + 1}", f"${letters}${last + 1}"


@attrs.frozen
class Look:
    """How a column looks.

    Parameters
    ----------
    head : {"header", "required", "internal", "fixed"}
        What its header says by its colour.
    cells : str
        ``text``, ``date`` or ``number``, with `` internal`` behind, or ``fixed``.
    width : float
        Width in centimetres.
    """

    head: str
    cells: str
    width: float


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
    looks : tuple of Look
        How each column looks; all alike where empty.
    notes : mapping of int to str
        Comments of the first row by column.
    marks : mapping of (int, int) to str
        Cells that look like a header of some kind, or like a ``title``.
    links : mapping of (int, int) to str
        Cells that lead to another page, with its name.
    hidden : bool
        Whether the page is hidden.
    editable : bool
        Whether somebody shall write in it: text stays text, and the first column stays in view.
    """

    name: str
    rows: Sequence[Sequence[Value]] = attrs.field(repr=False)
    headers: frozenset[int] = frozenset([0])
    widths: tuple[float, ...] = ()
    spans: Mapping[tuple[int, int], int] = attrs.field(factory=dict, repr=False)
    choices: tuple[Choices, ...] = attrs.field(default=(), repr=False)
    looks: tuple[Look, ...] = attrs.field(default=(), repr=False)
    notes: Mapping[int, str] = attrs.field(factory=dict, repr=False)
    marks: Mapping[tuple[int, int], str] = attrs.field(factory=dict, repr=False)
    links: Mapping[tuple[int, int], str] = attrs.field(factory=dict, repr=False)
    hidden: bool = False
    editable: bool = False

    def style(self, row: int, column: int, value: Value) -> str:
        """Return the name of the style of a cell."""
        if (row, column) in self.marks:
            return f"head {self.marks[row, column]}"
        if row in self.headers:
            return f"head {self.looks[column].head if self.looks else 'header'}"
        if self.looks:
            return self.looks[column].cells
        return "date" if isinstance(value, dt.date) and value >= FIRST_DATE else "text"


_HEADS = {"header": "#DDE3EA", "required": "#BCD3F0", "internal": "#F5D3AC", "fixed": "#DFDFDF"}
_KINDS = ("text", "date", "number")
_INTERNAL, _FIXED = "#FDF2E6", "#F3F3F3"  # backgrounds of cells


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
    with needs("workbooks"):
        import xlsxwriter
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )  # fmt: skip
    book.set_properties({"created": dt.datetime(1980, 1, 1)})
    styles = {name: book.add_format(form) for name, form in _xlsx_styles().items()}
    for page in pages:
        _xlsx_page(book.add_worksheet(page.name), page, styles)
    book.close()
    return content.getvalue()


def _xlsx_styles() -> dict[str, dict[str, Any]]:
    base = {"text_wrap": True, "valign": "top"}
    kinds: dict[str, dict[str, Any]] = {
        "text": base, "entry": {**base, "num_format": "@"}, "number": {"valign": "top"},
        "date": {"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"},
    }  # fmt: skip
    styles = kinds | {
        f"{name} internal": {**form, "bg_color": _INTERNAL, "border": 4, "border_color": "#E5D8C8"}
        for name, form in kinds.items()
    }
    styles |= {
        f"head {name}": {**base, "bold": True, "bg_color": colour}
        for name, colour in _HEADS.items()
    }
    styles["head title"] = {"bold": True, "font_size": 16, "text_wrap": True}
    styles["fixed"] = {**base, "bg_color": _FIXED, "font_color": "#444444"}
    styles["link"] = {**base, "font_color": "#0645AD", "underline": 1}
    return styles


def _xlsx_page(sheet: Any, page: Page, styles: Mapping[str, Any]) -> None:
    entry = {f"text{end}": f"entry{end}" for end in ("", " internal")} if page.editable else {}
    for column, width in enumerate(page.widths):
        style = entry.get(page.looks[column].cells, page.looks[column].cells) if page.looks else ""
        sheet.set_column(column, column, width * 4.6, styles.get(style))
    for number, row in enumerate(page.rows):
        if (lines := _lines(page, number, row)) > 1:  # Excel fits no row that spans columns
            sheet.set_row(number, 15 * min(lines, 27))
        for column, value in enumerate(row):
            name = page.style(number, column, value)
            style = styles[entry.get(name, name)]
            if (number, column) in page.spans:
                last = column + page.spans[number, column] - 1
                sheet.merge_range(number, column, number, last, "", style)
            _xlsx_cell(sheet, page, (number, column), value, style)
            if (number, column) in page.links:
                target = f"internal:'{page.links[number, column]}'!A1"
                sheet.write_url(number, column, target, styles["link"], str(value))
    for column, note in page.notes.items():
        height = 20 * (2 + sum(1 + len(line) // 45 for line in note.split("\n")))
        sheet.write_comment(0, column, note, {"x_scale": 2.4, "height": height, "author": ""})
    for choice in page.choices:
        sheet.data_validation(
            choice.first, choice.column, choice.last, choice.column,
            {
                "validate": "list", "source": f"='{choice.page}'!{':'.join(choice.ends)}",
                "error_type": "stop" if choice.strict else "information",
                "show_error": choice.strict is not False,
            },
        )  # fmt: skip
    if page.headers == frozenset([0]):
        sheet.freeze_panes(1, 1 if page.editable else 0)
    if page.editable and page.rows[0]:
        sheet.autofilter(0, 0, max(len(page.rows) - 1, 1), len(page.rows[0]) - 1)
    if page.hidden:
        sheet.hide()
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)  # printed one page wide


def _xlsx_cell(sheet: Any, page: Page, at: tuple[int, int], value: Value, style: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(*at, value, style)
    elif isinstance(value, int):
        sheet.write_number(*at, value, style)
    elif isinstance(value, dt.date) and value >= FIRST_DATE:
        sheet.write_datetime(*at, value, style)
    elif value is not None:
        text = _written(value)
        if len(text) > _XLSX_TEXT:
            raise RegisterError("cell_too_long", sheet=page.name, count=len(text), most=_XLSX_TEXT)
        sheet.write_string(*at, text, style)
    elif at[0] in page.headers:
        sheet.write_blank(*at, None, style)


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
        _add(archive, "settings.xml", _settings(pages))
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
    '<manifest:file-entry manifest:full-path="settings.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_SPACES = (
    "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
            ("number", "datastyle"), ("fo", "xsl-fo-compatible"), ("config", "config"),
        )
    )
    + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
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
    '<number:text-style style:name="letters"><number:text-content/></number:text-style>'
    '<style:style style:name="table" style:family="table" style:master-page-name="Default"/>'
    '<style:style style:name="hidden" style:family="table" style:master-page-name="Default"><style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="row" style:family="table-row"><style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
)  # fmt: skip


def _cell_style(name: str, background: str = "", data: str = "", text: str = "") -> str:
    colour = f' fo:background-color="{background}"' if background else ""
    data = f' style:data-style-name="{data}"' if data else ""
    text = f"<style:text-properties {text}/>" if text else ""
    start = '<style:paragraph-properties fo:text-align="start"/>' if "day" in data else ""
    return (
        f'<style:style style:name="{_ods_name(name)}" style:family="table-cell"{data}>'
        f'<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"{colour}/>'
        f"{start}{text}</style:style>"
    )


def _ods_name(style: str) -> str:
    return style.replace(" ", "_")


def _cell_styles() -> str:
    data = {"text": "", "entry": "letters", "date": "day", "number": ""}
    return "".join(
        [
            *(_cell_style(name, "", form) for name, form in data.items()),
            *(_cell_style(f"{name} internal", _INTERNAL, form) for name, form in data.items()),
            *(_cell_style(f"head {n}", c, "", 'fo:font-weight="bold"') for n, c in _HEADS.items()),
            _cell_style("head title", "", "", 'fo:font-weight="bold" fo:font-size="16pt"'),
            _cell_style("fixed", _FIXED, "", 'fo:color="#444444"'),
        ]
    )


def _settings(pages: Sequence[Page]) -> str:
    """Return the settings of the view: the first row, and where people write the first column, stay."""
    item = '<config:config-item config:name="{}" config:type="{}">{}</config:config-item>'

    def split(page: Page) -> str:
        columns, rows = int(page.editable), int(page.headers == frozenset([0]))
        values = {
            "HorizontalSplitMode": ("short", 2 * columns), "VerticalSplitMode": ("short", 2 * rows),
            "HorizontalSplitPosition": ("int", columns), "VerticalSplitPosition": ("int", rows),
            "PositionRight": ("int", columns), "PositionBottom": ("int", rows),
        }  # fmt: skip
        items = "".join(item.format(name, kind, value) for name, (kind, value) in values.items())
        return f"<config:config-item-map-entry config:name={_quoted(page.name)}>{items}</config:config-item-map-entry>"

    return (
        f"{_XML}<office:document-settings{_SPACES}<office:settings>"
        '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
        '<config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        '<config:config-item-map-named config:name="Tables">'
        + "".join(split(page) for page in pages if not page.hidden)
        + "</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )


def _document(pages: Sequence[Page]) -> Iterator[str]:
    widths = sorted({width for page in pages for width in page.widths})
    names = {width: f"w{number}" for number, width in enumerate(widths)}
    yield _HEAD
    yield "<office:automatic-styles>" + _STYLES + _cell_styles()
    for width, name in names.items():
        yield (
            f'<style:style style:name="{name}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
        )
    yield "</office:automatic-styles><office:body><office:spreadsheet>"
    lists: dict[Choices, str] = {}
    for page in pages:
        for choice in page.choices:
            lists.setdefault(_everywhere(choice), f"val{len(lists) + 1}")
    if lists:
        yield "<table:content-validations>"
        for choice, name in lists.items():
            yield _validation(name, choice)
        yield "</table:content-validations>"
    for page in pages:
        yield from _table(page, names, lists)
    yield _filters(pages)
    yield "</office:spreadsheet></office:body></office:document-content>"


def _filters(pages: Sequence[Page]) -> str:
    """Return the buttons by which people filter the rows of the pages that they edit."""
    ranges = ""
    for number, page in enumerate(pages):
        if page.editable:
            last = cell_name(max(len(page.rows) - 1, 1), len(page.rows[0]) - 1)
            where = _quoted(f"'{page.name}'.A1:'{page.name}'.{last}")
            ranges += (
                f'<table:database-range table:name="__Anonymous_Sheet_DB__{number}" '
                f'table:target-range-address={where} table:display-filter-buttons="true"/>'
            )
    return f"<table:database-ranges>{ranges}</table:database-ranges>" if ranges else ""


def _everywhere(choice: Choices) -> Choices:
    """Return a list to choose from, whatever the cells that offer it."""
    return attrs.evolve(choice, column=0, first=0, last=0)


def _validation(name: str, choice: Choices) -> str:
    start, end = choice.ends
    where = f"[$'{choice.page}'.{start}:.{end}]"
    kind = "stop" if choice.strict else "information"
    shown = str(choice.strict is not False).lower()
    return (
        f"<table:content-validation table:name={_quoted(name)} "
        f"table:condition={_quoted(f'of:cell-content-is-in-list({where})')} "
        'table:allow-empty-cell="true" table:display-list="unsorted">'
        f'<table:error-message table:message-type="{kind}" table:display="{shown}"/></table:content-validation>'
    )


def _table(page: Page, widths: Mapping[float, str], lists: Mapping[Choices, str]) -> Iterator[str]:
    offered = {
        (row, choice.column): lists[_everywhere(choice)]
        for choice in page.choices
        for row in range(choice.first, min(choice.last + 1, len(page.rows)))
    }
    entry = {f"text{end}": f"entry{end}" for end in ("", " internal")} if page.editable else {}
    look = "hidden" if page.hidden else "table"
    yield f'<table:table table:name={_quoted(page.name)} table:style-name="{look}">'
    columns = max([len(row) for row in page.rows] + [1])
    for number in range(columns):
        style = f' table:style-name="{widths[page.widths[number]]}"' if number < len(page.widths) else ""  # fmt: skip
        yield f"<table:table-column{style}/>"
    for number, row in enumerate(page.rows):
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
            name = page.style(number, column, value)
            note = page.notes.get(column, "") if number == 0 else ""
            link = page.links.get((number, column), "")
            yield _cell(value, entry.get(name, name), extra, note, link)
        yield "</table:table-row>"
    if page.editable:
        yield _rows_below(page, lists, entry)
    yield "</table:table>"


def _rows_below(page: Page, lists: Mapping[Choices, str], entry: Mapping[str, str]) -> str:
    """Return empty rows that look like those above and offer the same lists."""
    last = max((choice.last for choice in page.choices), default=len(page.rows))
    offered = {choice.column: lists[_everywhere(choice)] for choice in page.choices}
    cells = ""
    for column, look in enumerate(page.looks):
        style = _ods_name(entry.get(look.cells, look.cells))
        list_name = f' table:content-validation-name="{offered[column]}"' if column in offered else ""  # fmt: skip
        cells += f'<table:table-cell table:style-name="{style}"{list_name}/>'
    more = max(last + 1 - len(page.rows), 1)
    return f'<table:table-row table:style-name="row" table:number-rows-repeated="{more}">{cells}</table:table-row>'


def _cell(value: Value, style: str, extra: str, note: str, link: str) -> str:
    name = _ods_name(style)
    remark = f"<office:annotation>{''.join(map(_paragraph, note.split(chr(10))))}</office:annotation>" if note else ""  # fmt: skip
    if value is None:
        return f'<table:table-cell table:style-name="{name}"{extra}>{remark}</table:table-cell>'
    if isinstance(value, dt.date) and value >= FIRST_DATE:
        kind, shown = f'date" office:date-value="{value.isoformat()}', f"{value:%d/%m/%Y}"
    elif isinstance(value, bool):
        shown = str(value).lower()
        kind = f'boolean" office:boolean-value="{shown}'
    elif isinstance(value, int):
        kind, shown = f'float" office:value="{value}', str(value)
    else:
        kind, shown = "string", _written(value)
    start = f'<table:table-cell table:style-name="{name}"{extra} office:value-type="{kind}">'
    text = "".join(map(_paragraph, shown.split("\n")))
    if link:
        address = _quoted(f"#'{link}'.A1")
        text = (
            f"<text:p><text:a xlink:href={address}>{escape(shown, quote=False)}</text:a></text:p>"
        )
    return f"{start}{remark}{text}</table:table-cell>"


def _paragraph(line: str) -> str:
    """Return a line of text as XML: spaces that would collapse, tabs and returns are elements of their own."""
    text = (
        escape(_NO_XML.sub("\ufffd", line), quote=False)
        .replace("\r", "&#13;")
        .replace("\t", "<text:tab/>")
    )
    text = re.sub("^ +| {2,}| +$", lambda run: f'<text:s text:c="{len(run[0])}"/>', text)
    return f"<text:p>{text}</text:p>"


def _quoted(text: str) -> str:
    """Return a text as the value of an attribute; ``xml.sax`` would load all that opens URLs."""
    inside = escape(text).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    return f'"{inside}"'
