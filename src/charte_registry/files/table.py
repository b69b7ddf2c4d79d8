"""A table of records in CSV: a row a record, a column a field, and only changed rows rewritten.

A table that a French spreadsheet saved (semicolons, ``31/12/2026``, ``VRAI``) is read, and stays so.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from types import UnionType
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.files.cells import bounded
from charte_registry.messages import Phrase
from charte_registry.records.base import FieldError, plain, structure

_CELLS = {
    sign: re.compile(rf'("(?:[^"]|"")*"|[^{sign}"\r\n]*)({sign}|(?=\r|\n|\Z))') for sign in ",;\t"
}
_SIGNS = {",": "comma", ";": "semicolon", "\t": "tab"}
TOLD = 100  # columns of a header that are told
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_FLAGS = {"VRAI": "true", "FAUX": "false"}


@attrs.frozen
class Row:
    """A row: its first line, its cells, its text, line end included, and what stands between cells."""

    line: int
    cells: Sequence[str]
    raw: str
    sign: str = ","


def sign_of(text: str) -> str:
    """Return what stands between the cells of a table: a comma, unless its header has another sign."""
    header = text.partition("\n")[0]
    return "," if "," in header else next((sign for sign in ";\t" if sign in header), ",")


def rows(text: str, sign: str = ",") -> Iterator[Row]:
    r"""Yield the rows of a text, those without a cell too.

    Examples
    --------
    >>> [(row.line, row.cells) for row in rows('a,b\n"x\ny",2\n\nz,3')]
    [(1, ['a', 'b']), (2, ['x\ny', '2']), (4, []), (5, ['z', '3'])]
    """
    lines: list[str] = []

    def source() -> Iterator[str]:
        for line in StringIO(text, newline=""):
            lines.append(line)
            yield line

    reader = csv.reader(source(), strict=True, delimiter=sign)
    start = 1
    try:
        for cells in bounded(reader):
            yield Row(start, cells, "".join(lines), sign)
            start = reader.line_num + 1
            lines.clear()
    except csv.Error as error:
        raise RegisterError("not_csv", line=start, reason=str(error)) from None


def read(text: str, cls: type[Any]) -> tuple[Row, list[tuple[Row, dict[str, Any] | None]]]:
    """Return the header of a table, and its rows with the plain data of each.

    Parameters
    ----------
    text : str
        The text.
    cls : type
        Class of the records.

    Returns
    -------
    Row, list of (Row, dict or None)
        A row that has no cell has no data.

    Raises
    ------
    RegisterError
        Where a column is unknown, missing or stands twice, or a row is too short or too long.
    """
    every = rows(text, sign_of(text))
    header = next(every)
    types = _types(cls)
    faults = _header_faults(header.cells, columns(cls))
    found: list[tuple[Row, dict[str, Any] | None]] = []
    for row in every:
        if row.cells and len(row.cells) != len(header.cells):
            faults += cell_count(row, len(header.cells)).errors
        elif not faults:
            if row.sign != ",":
                row = attrs.evolve(row, cells=_iso(header.cells, row.cells, types))
            found.append((row, unflattened(header.cells, row.cells) if row.cells else None))
    if faults:
        raise RegisterError(faults)
    return header, found


def cell_count(row: Row, expected: int) -> RegisterError:
    """Return what is wrong with a row of too few or too many cells."""
    sign = Phrase.of(f"part.{_SIGNS[row.sign]}")
    return RegisterError(
        "cell_count", line=row.line, count=len(row.cells), expected=expected, sign=sign
    )


def _header_faults(header: Sequence[str], known: Mapping[str, bool]) -> list[Fault]:
    times = Counter(header)  # what is no table can have millions of columns
    return [
        *(
            Fault("unknown_column", line=1, value=column, near=nearest(column, known))
            for column in islice((column for column in times if column not in known), TOLD)
        ),
        *(
            Fault("column_twice", line=1, value=column)
            for column in islice((column for column, count in times.items() if count > 1), TOLD)
        ),
        *(
            Fault("column_missing", line=1, value=column)
            for column, needed in known.items()
            if needed and column not in times
        ),
    ]


def columns(cls: type[Any], prefix: str = "") -> dict[str, bool]:
    """Return the columns of a table of a class, and whether each is required."""
    found: dict[str, bool] = {}
    for name, field in attrs.fields_dict(attrs.resolve_types(cls)).items():
        required = field.default is attrs.NOTHING
        optional = isinstance(field.type, UnionType)
        kind: Any = field.type.__args__[0] if optional else field.type  # type: ignore[union-attr]
        if attrs.has(kind):
            inner = columns(kind, f"{prefix}{name}.")
            found.update({column: inner[column] and not optional for column in inner})
        else:
            found[prefix + name] = required
    return found


def _types(cls: type[Any], prefix: str = "") -> dict[str, Any]:
    """Return the type of each column of a table of a class."""
    found: dict[str, Any] = {}
    for name, field in attrs.fields_dict(attrs.resolve_types(cls)).items():
        kind: Any = field.type
        kind = kind.__args__[0] if isinstance(kind, UnionType) else kind
        found.update(_types(kind, f"{prefix}{name}.") if attrs.has(kind) else {prefix + name: kind})
    return found


def _iso(header: Sequence[str], cells: Sequence[str], types: Mapping[str, Any]) -> list[str]:
    """Return cells with the dates and truth values of a French spreadsheet as the register has them."""
    found = []
    for column, cell in zip(header, cells, strict=True):
        day = _DAY.fullmatch(cell) if types[column] is dt.date else None
        text = f"{day[3]}-{day[2]}-{day[1]}" if day else cell
        found.append(_FLAGS.get(text, text) if types[column] is bool else text)
    return found


def unflattened(header: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Return the plain data of a row: an empty cell says nothing."""
    data: dict[str, Any] = {}
    for column, cell in zip(header, cells, strict=True):
        if cell:
            *parents, leaf = column.split(".")
            target = data
            for parent in parents:
                target = target.setdefault(parent, {})
            target[leaf] = cell
    return data


def flattened(data: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the cells of plain data by column; a list stands between semicolons."""
    cells: dict[str, str] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            cells.update(flattened(value, f"{prefix}{name}."))
        elif isinstance(value, list):
            cells[prefix + name] = "; ".join(map(str, value))
        else:
            text = plain(value, iso=True)
            cells[prefix + name] = str(text).lower() if isinstance(value, bool) else str(text)
    return cells


def fits(record: Any, data: Mapping[str, Any]) -> bool:
    """Return whether a row can hold a record: whether it reads back from its cells."""
    cells = flattened(data)
    if not set(cells) <= set(columns(type(record))):
        return False
    try:
        return bool(
            structure(type(record), unflattened(list(cells), list(cells.values()))) == record
        )
    except FieldError:
        return False


def edited(
    text: str, cls: type[Any], changed: Mapping[int, Mapping[str, Any] | None],
    added: Sequence[Mapping[str, Any]],
) -> str:  # fmt: skip
    """Return a table with other rows.

    Parameters
    ----------
    text : str
        The table.
    cls : type
        Class of the records.
    changed : mapping of int to mapping, optional
        What rows shall say, by line; None removes the row.
    added : sequence of mapping
        What new rows, at the end, shall say.

    Returns
    -------
    str
        The table; a field without a column adds one, at the end of every row.
    """
    header, every = read(text, cls)
    wanted = [flattened(data) for data in [*changed.values(), *added] if data is not None]
    known = columns(cls)
    stated = {column for cells in wanted for column in cells} - set(header.cells)
    names = [*header.cells, *(column for column in known if column in stated)]
    more = len(names) - len(header.cells)
    end = re.search(r"\r\n|\r|\n", header.raw)
    line_end = end[0] if end else "\n"
    kept = [_widened(header, names[len(names) - more :])]
    for row, _ in every:
        if row.line not in changed:
            kept.append(_widened(row, [""] * more) if row.cells else row.raw)
        elif (new := changed[row.line]) is not None:
            kept.append(_rewritten(row, names, flattened(new)))
    for data in added:
        if not kept[-1].endswith(("\r", "\n")):
            kept[-1] += line_end
        cells = flattened(data)
        line = header.sign.join(_quoted(cells.get(name, ""), header.sign) for name in names)
        kept.append(line + line_end)
    return "".join(kept)


def render(cls: type[Any], table: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of records: the columns that one of them needs, in the order of the fields."""
    cells = [flattened(data) for data in table]
    known = columns(cls)
    names = [c for c, needed in known.items() if needed or any(c in row for row in cells)]
    lines = [names, *([row.get(name, "") for name in names] for row in cells)]
    return "".join(",".join(_quoted(cell, ",") for cell in line) + "\n" for line in lines)


def _widened(row: Row, more: Sequence[str]) -> str:
    body = row.raw.rstrip("\r\n") if row.raw.endswith(("\r", "\n")) else row.raw
    added = "".join(row.sign + _quoted(cell, row.sign) for cell in more)
    return body + added + row.raw[len(body) :]


def _rewritten(row: Row, names: Sequence[str], cells: Mapping[str, str]) -> str:
    """Return a row with other cells; those that say the same keep their quotes."""
    raw = [match[1] for match in _CELLS[row.sign].finditer(row.raw)][: len(row.cells)]
    values = [cells.get(name, "") for name in names]
    same = len(raw) == len(row.cells)
    written = [
        raw[number] if same and number < len(raw) and row.cells[number] == value
        else _quoted(value, row.sign, always=same and number < len(raw) and raw[number].startswith('"'))
        for number, value in enumerate(values)
    ]  # fmt: skip
    body = row.raw.rstrip("\r\n")
    return row.sign.join(written) + row.raw[len(body) :]


def _quoted(cell: str, sign: str, *, always: bool = False) -> str:
    if (always and cell) or sign in cell or re.search(r'["\r\n]|^\s|\s$', cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
