"""Orders as sheets that a kitchen prints and fills in: a workbook a canteen, a page a week."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import attrs

from prevision_cantine.decide.ordering import Order
from prevision_cantine.extras import needs
from prevision_cantine.files.csv_file import safe_cell, written
from prevision_cantine.files.names import file_names, folder_to_write, inside
from prevision_cantine.say.order_words import (
    TEXTS,
    Line,
    pages_of,
    weeks_of,
    written_day,
)
from prevision_cantine.words.language import in_language

A4 = 9  # as workbooks number papers
WIDTH = 118.0  # characters of a page across: what its columns share
TITLE = 60  # characters of a line of the title
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 18, "text_wrap": True, "valign": "top"},
    "week": {"font_size": 13},
    "head": {
        "bold": True, "border": 1, "bg_color": "#E7ECEF", "text_wrap": True, "valign": "vcenter",
        "align": "center",
    },
    "day": {"border": 1, "valign": "vcenter", "text_wrap": True, "indent": 1},
    "note": {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 10, "indent": 1},
    "meals": {"border": 1, "valign": "vcenter", "align": "right", "indent": 1, "num_format": "#,##0"},
    "ordered": {
        "border": 1, "valign": "vcenter", "align": "right", "indent": 1, "num_format": "#,##0", "bold": True,
        "font_size": 14,
    },
    "empty": {"border": 1},
    "total": {"border": 1, "bold": True, "top": 2, "valign": "vcenter", "indent": 1, "bg_color": "#F4F6F7"},
    "total_meals": {
        "border": 1, "bold": True, "top": 2, "valign": "vcenter", "align": "right", "indent": 1,
        "num_format": "#,##0", "bg_color": "#F4F6F7",
    },
    "small": {"italic": True, "font_size": 10},
    "plain": {},
}  # fmt: skip


@attrs.frozen
class _Column:
    """A column: what its head says, how wide it is, and what it holds."""

    key: str
    width: float


def order_sheets(order: Order, folder: str | Path, lang: str = "fr") -> tuple[Path, ...]:
    """Write an order as an XLSX workbook for each canteen, with an A4 page for each week.

    A page has the canteen, the week, a row for each day and service with the meals forecast and
    ordered, what is not usual on that day, empty columns for the meals served and a signature, and
    totals. No cell is a formula.

    Parameters
    ----------
    order : Order
        The order.
    folder : str or Path
        Where to write; made where it is not there yet.
    lang : {"fr", "en", "pt"}
        Language; names of services, events and dishes are the city's own.

    Returns
    -------
    tuple of Path
        The files, one a canteen.

    Raises
    ------
    CantineError
        Where the folder or a file cannot be written, or xlsxwriter is not installed.
    ForecastError
        Where the language does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from prevision_cantine import CanteenForecaster, make_city, plan_order
    >>> city = make_city(seed=0, canteens=2, years=2)
    >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
    ...     city.calendar_rows("2022-03-07", "2022-03-18")
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = order_sheets(plan_order(forecast, shortage=0.01), folder, "en")
    >>> [path.name for path in files]
    ['Cantine_01.xlsx', 'Cantine_02.xlsx']
    """
    in_language(TEXTS, lang)
    with needs("workbooks"):
        import xlsxwriter
    target = folder_to_write(folder)
    found = pages_of(order, lang)
    names = file_names(site for site, _ in found)
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    }  # fmt: skip
    paths = []
    for site, lines in found:
        path = inside(target, f"{names[site]}.xlsx")
        with written(path) as temporary, xlsxwriter.Workbook(str(temporary), options) as book:
            # The same order is the same file: no clock.
            made = dt.datetime.combine(order.rows.date.min().item(), dt.time())
            book.set_properties({"title": safe_cell(site), "created": made})
            styles = {name: book.add_format(style) for name, style in _STYLES.items()}
            for week, page in weeks_of(lines).items():
                _page(book.add_worksheet(week), styles, page, site, week, order.tray, lang)
        paths.append(path)
    return tuple(paths)


def _page(
    sheet: Any,
    styles: dict[str, Any],
    lines: list[Line],
    site: str,
    week: str,
    tray: int,
    lang: str,
) -> None:
    """Write the page of a canteen and week."""
    say = TEXTS[lang]
    columns = _columns(tray, with_service=any(line.service for line in lines))
    last = len(columns) - 1
    for n, column in enumerate(columns):
        sheet.set_column(n, n, column.width)
    first, end = written_day(lines[0].date, lang), written_day(lines[-1].date, lang, year=True)
    number = str(int(week[-2:]))
    title = say["title"].format(canteen=_one_line(site))
    sheet.set_row(0, 28 * (1 + len(title) // TITLE))
    sheet.merge_range(0, 0, 0, last, title, styles["title"])
    sheet.write_string(
        1, 0, say["week"].format(number=number, first=first, last=end), styles["week"]
    )
    sheet.set_row(1, 20)
    sheet.set_row(3, 34)
    for n, column in enumerate(columns):
        head = say[column.key].format(tray=tray)
        sheet.write_string(3, n, head, styles["head"])
    at = 4
    for line in lines:
        wide = next(column.width for column in columns if column.key == "notes")
        sheet.set_row(at, max(34.0, 14.0 * (1 + int(1.1 * len(line.notes) // wide))))
        cells: dict[str, tuple[str | int | None, str]] = {
            "day": (written_day(line.date, lang), "day"),
            "service": (line.service, "day"),
            "notes": (line.notes, "note"),
            "forecast": (line.forecast, "meals"),
            "order": (line.meals, "ordered"),
            "trays": (line.meals // tray, "meals"),
        }
        for n, column in enumerate(columns):
            _write(sheet, at, n, *cells.get(column.key, (None, "empty")), styles)
        at += 1
    services = [name for name in dict.fromkeys(line.service for line in lines) if name]
    for service in (*(services if len(services) > 1 else ()), None):
        mine = [line for line in lines if service in (None, line.service)]
        known = [line.forecast for line in mine if line.forecast is not None]
        totals: dict[str, tuple[str | int | None, str]] = {
            "day": (say["total"], "total"),
            "service": (service, "total"),
            "forecast": (sum(known) if len(known) == len(mine) else None, "total_meals"),
            "order": (sum(line.meals for line in mine), "total_meals"),
            "trays": (sum(line.meals // tray for line in mine), "total_meals"),
        }
        sheet.set_row(at, 24)
        for n, column in enumerate(columns):
            _write(sheet, at, n, *totals.get(column.key, (None, "total")), styles)
        at += 1
    sheet.write_string(at + 1, 0, say["fill"], styles["small"])
    sheet.write_string(at + 3, 0, say["signed"], styles["plain"])
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.print_area(0, 0, at + 4, last)
    sheet.repeat_rows(3)
    sheet.set_footer(f"&R{say['page']} &P/&N")
    sheet.hide_gridlines(2)
    sheet.freeze_panes(4, 0)


def _columns(tray: int, *, with_service: bool) -> list[_Column]:
    """Return the columns of a page; what is told of a day takes what the others leave."""
    found = [_Column("day", 22.0)]
    if with_service:
        found.append(_Column("service", 12.0))
    found.append(_Column("notes", 0.0))
    found += [_Column("forecast", 11.0), _Column("order", 12.0)]
    if tray > 1:
        found.append(_Column("trays", 12.0))
    found += [_Column("served", 12.0), _Column("signature", 18.0)]
    rest = WIDTH - sum(column.width for column in found)
    return [attrs.evolve(c, width=rest) if c.key == "notes" else c for c in found]


def _write(
    sheet: Any, row: int, column: int, value: str | int | None, style: str, styles: dict[str, Any]
) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, styles[style])
    elif isinstance(value, int):
        sheet.write_number(row, column, value, styles[style])
    else:
        sheet.write_string(row, column, safe_cell(_one_line(value)), styles[style])


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
