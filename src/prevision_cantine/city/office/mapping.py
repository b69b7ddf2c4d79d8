"""What was understood of each table, as a TOML file that a person can correct and give back."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from prevision_cantine.city.office.archive import Limits, read_bytes
from prevision_cantine.city.office.messages import OfficeError, part, say
from prevision_cantine.city.office.values import Span

MEASURES = ("reel", "prevision_agents", "effectif")
ROLES = (
    "date", "jour", "cantine", "service", *MEASURES, "plat", "type", "ouvre_le", "ferme_le", "annee", "du",
    "total", "ignore",
)  # fmt: skip
AXES = ("rows", "columns")
_MOST = 1_000_000  # bytes of a mapping file
_LAST_LINE = 1_048_575  # of a sheet, from 0


@attrs.frozen(kw_only=True)
class Column:
    """A column of a table; a row where its days run along the columns.

    Parameters
    ----------
    column : int
        Number, from 0.
    heading : str
        What is written above it.
    role : str
        What it holds, one of ``ROLES``; ``"?"`` where it was not understood.
    canteen, service : str
        Those of all its cells, empty where a column or the sheet has them.
    year : str
        Year of an enrolment, such as ``2023-2024``.
    """

    column: int
    heading: str = ""
    role: str = "?"
    canteen: str = ""
    service: str = ""
    year: str = ""


@attrs.frozen(kw_only=True)
class Table:
    """How one table of a sheet is read.

    Parameters
    ----------
    file, sheet : str
        Where it stands.
    take : bool
        Whether it is imported.
    axis : {"rows", "columns"}
        Whether a day is a row or a column.
    header : tuple of int
        Rows of the headings, from 0; columns where ``axis`` is ``"columns"``, as all that follow.
    first, last : int
        First and last row of the data.
    dates : {"dmy", "mdy", "ymd", "?"}
        Order of day, month and year in texts.
    numbers : {",", ".", "?"}
        Decimal mark in texts.
    span : str
        Month or year of days that are written without it: ``2023/09``, ``2023-2024``, ``2023``.
    canteen, service : str
        Those of the whole table, where it has one.
    fill_down : bool or None
        Whether a line without a day, or without a canteen, has that of the line above; None where
        nobody said.
    exchanged : bool or None
        Whether true dates have their day and month exchanged, as a spreadsheet in another language
        makes them of texts; None where nobody said.
    headings_inside : bool
        Whether a line of texts inside the data may be other headings, and is asked about.
    columns : tuple of Column
        Columns.
    """

    file: str
    sheet: str
    take: bool = True
    axis: str = "rows"
    header: tuple[int, ...] = ()
    first: int = 0
    last: int = 0
    dates: str = "dmy"
    numbers: str = ","
    span: str = ""
    canteen: str = ""
    service: str = ""
    fill_down: bool | None = None
    exchanged: bool | None = None
    headings_inside: bool = True
    columns: tuple[Column, ...] = ()

    def having(self, *roles: str) -> tuple[Column, ...]:
        """Return the columns of some roles."""
        return tuple(column for column in self.columns if column.role in roles)


def letters(column: int) -> str:
    """Return the letters of a column from its number.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _place(axis: str, number: int) -> str | int:
    return letters(number) if axis == "rows" else number + 1


def _line(axis: str, number: int) -> str | int:
    return number + 1 if axis == "rows" else letters(number)


def to_toml(tables: Iterable[Table], lang: str) -> str:
    """Return the mapping file of some tables.

    Parameters
    ----------
    tables : iterable of Table
        Tables.
    lang : {"fr", "en", "pt"}
        Language of the comments.

    Returns
    -------
    str
        TOML.

    Examples
    --------
    >>> text = to_toml([Table(file="a.csv", sheet="")], "en")
    >>> text.splitlines()[0]
    '# What the import understood. Correct it, then give it back with --mapping.'
    """
    lines = [f"# {say('mapping_comment', lang)}"]
    lines += [f"# {say('mapping_keys', lang, roles=', '.join(ROLES))}", "version = 1"]
    for table in tables:
        lines += [
            "",
            "[[table]]",
            f"file = {_quoted(table.file)}",
            f"sheet = {_quoted(table.sheet)}",
        ]
        lines.append(f"take = {str(table.take).lower()}")
        if not table.take:
            continue
        header = ", ".join(_value(_line(table.axis, row)) for row in table.header)
        lines += [f'axis = "{table.axis}"', f"header = [{header}]"]
        lines.append(f"first = {_value(_line(table.axis, table.first))}")
        lines.append(f"last = {_value(_line(table.axis, table.last))}")
        lines += [f'dates = "{table.dates}"', f'numbers = "{table.numbers}"']
        for key in ("span", "canteen", "service"):
            if getattr(table, key):
                lines.append(f"{key} = {_quoted(getattr(table, key))}")
        for key in ("fill_down", "exchanged"):
            if getattr(table, key) is not None:
                lines.append(f"{key} = {str(getattr(table, key)).lower()}")
        if not table.headings_inside:
            lines.append("headings_inside = false")
        for column in table.columns:
            lines += ["[[table.column]]", f"column = {_value(_place(table.axis, column.column))}"]
            lines += [f"heading = {_quoted(column.heading)}", f'role = "{column.role}"']
            for key in ("canteen", "service", "year"):
                if getattr(column, key):
                    lines.append(f"{key} = {_quoted(getattr(column, key))}")
    return "\n".join(lines) + "\n"


def _value(value: str | int) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def read_mapping(path: str | Path, lang: str = "en") -> tuple[Table, ...]:
    """Return the tables of a mapping file.

    Parameters
    ----------
    path : str or Path
        TOML file, as ``to_toml`` writes it.
    lang : {"fr", "en", "pt"}
        Language of the errors.

    Returns
    -------
    tuple of Table
        Tables, in the order of the file.

    Raises
    ------
    OfficeError
        Where it cannot be read, has an unknown key or a wrong value; the message says where.
    """
    path = Path(path)
    content = read_bytes(path, Limits(file_bytes=_MOST))
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        if max(map(len, re.findall(r"[^\n]*", text))) > 10_000 or text.count("[") > 100_000:
            raise ValueError("too long")
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(path, "TOML", "mapping_toml", lang, detail=str(error)) from None
    _check_keys(path, "", document, ("version", "table"), lang)
    tables = document.get("table", [])
    if not isinstance(tables, list):
        raise _wrong(path, "table", "mapping_value", lang, value=tables, known="[[table]]")
    return tuple(_table(path, n, table, lang) for n, table in enumerate(tables, 1))


def _wrong(path: Path, where: str, code: str, lang: str, **facts: Any) -> OfficeError:
    return OfficeError("mapping", lang, file=path, where=where, reason=part(code, **facts))


def _check_keys(path: Path, where: str, found: Any, known: Iterable[str], lang: str) -> None:
    if not isinstance(found, dict):
        raise _wrong(path, where, "mapping_value", lang, value=found, known="[[table]]")
    for key in found:
        if key not in known:
            raise _wrong(path, f"{where} {key}", "mapping_key", lang, known=", ".join(known))


def _table(path: Path, number: int, found: Any, lang: str) -> Table:
    where = f"table {number}"
    known = [field.name for field in attrs.fields(Table) if field.name != "columns"]
    _check_keys(path, where, found, [*known, "column"], lang)

    def refused(key: str, expected: str) -> OfficeError:
        value = found.get(key)
        return _wrong(path, f"{where} {key}", "mapping_value", lang, value=value, known=expected)

    values: dict[str, Any] = {}
    for key in ("file", "sheet", "axis", "dates", "numbers", "span", "canteen", "service"):
        if key in found:
            if not isinstance(found[key], str):
                raise refused(key, '"..."')
            values[key] = found[key].strip() if key in ("canteen", "service") else found[key]
    for key, choices in (
        ("axis", AXES), ("dates", ("dmy", "mdy", "ymd", "?")), ("numbers", (",", ".", "?")),
    ):  # fmt: skip
        if values.get(key, choices[0]) not in choices:
            raise refused(key, ", ".join(choices))
    for key in ("take", "fill_down", "exchanged", "headings_inside"):
        if key in found:
            if not isinstance(found[key], bool):
                raise refused(key, "true, false")
            values[key] = found[key]
    if Span.from_text(values.get("span", "")) is None:
        raise refused("span", "2023, 2023/09, 2023-2024")
    axis = values.get("axis", "rows")
    for key in ("first", "last"):
        if key in found:
            line = _number(found[key])
            if line is None:
                raise refused(key, "3" if axis == "rows" else '"C"')
            values[key] = line
    header = found.get("header", [])
    lines = [_number(line) for line in header] if isinstance(header, list) else [None]
    if None in lines:
        raise refused("header", "[3]" if axis == "rows" else '["C"]')
    values.setdefault("last", _LAST_LINE)
    columns = found.get("column", [])
    if not isinstance(columns, list):
        raise refused("column", "[[table.column]]")
    if not {"file", "sheet"} <= values.keys():
        raise refused("file" if "file" not in values else "sheet", '"..."')
    return Table(
        header=tuple(line for line in lines if line is not None),
        columns=tuple(_column(path, where, n, item, lang) for n, item in enumerate(columns, 1)),
        **values,
    )


def _column(path: Path, where: str, number: int, found: Any, lang: str) -> Column:
    where = f"{where} column {number}"
    known = [field.name for field in attrs.fields(Column)]
    _check_keys(path, where, found, known, lang)

    def refused(key: str, expected: str) -> OfficeError:
        value = found.get(key)
        return _wrong(path, f"{where} {key}", "mapping_value", lang, value=value, known=expected)

    place = _number(found.get("column"))
    if place is None:
        raise refused("column", '"C"')
    for key in known[1:]:
        if not isinstance(found.get(key, ""), str):
            raise refused(key, '"..."')
    role = found.get("role", "?")
    if role not in (*ROLES, "?"):
        raise refused("role", ", ".join(ROLES))
    texts: Mapping[str, str] = {
        key: found.get(key, "").strip() for key in known[1:] if key != "role"
    }
    if Span.from_text(texts["year"]) is None:
        raise refused("year", "2023, 2023-2024")
    return Column(column=place, role=role, **texts)


def _number(found: object) -> int | None:
    """Return a line or column, from 0, of its number from 1 or its letters."""
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found - 1 if 1 <= found <= _LAST_LINE + 1 else None
    if isinstance(found, str) and re.fullmatch("[A-Z]{1,3}", found):
        number = 0
        for letter in found:
            number = number * 26 + ord(letter) - ord("A") + 1
        return number - 1
    return None
