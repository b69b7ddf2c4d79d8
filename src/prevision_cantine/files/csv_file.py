"""CSV files: read with each line known, written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import numpy as np

from prevision_cantine.errors import CantineError, CityError
from prevision_cantine.files.privacy import refuse_columns, refuse_values
from prevision_cantine.words.catalogue import Count, Phrase, system_reason

MAX_BYTES = 500_000_000

_PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,2})?")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?")
_DAY = re.compile(r"(19[5-9]|20\d|21[0-4])\d-\d{2}-\d{2}")  # sensible years: 1950 to 2149
# What begins a formula, wide and small signs too, after characters that nobody sees.
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_FORMULA = re.compile(rf"[{_UNSEEN}]*[=+@＝＋－＠﹦﹢﹣﹫-]|[\t\r\n]")
_FIGURE = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)

_OTHER_MARK = re.compile(r"[;\t|]")  # what some spreadsheets write between columns

Row = tuple[int, dict[str, str]]


def read_rows(
    path: Path,
    columns: Sequence[str],
    *,
    optional: Sequence[str] = (),
    left_out: list[str] | None = None,
    what: str = "a_city_file",
) -> list[Row]:
    """Return the rows of a CSV file, each with its line, once its columns are those asked for.

    Parameters
    ----------
    path : Path
        File, UTF-8 with a header.
    columns : sequence of str
        The columns it must have, in any order.
    optional : sequence of str
        The columns it may have beside them; no other.
    left_out : list of str, optional
        Where given, other columns are left out and their names are added to it; without it, they
        are refused.
    what : str
        What the file should be, said where it cannot be read: a part of ``words/parts.toml``.

    Returns
    -------
    list of (int, dict)
        Line and cells.

    Raises
    ------
    CityError
        Where the file cannot be read, or its columns are not those; one that looks like personal
        data is refused by name.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would wait, a device would never end
            raise IsADirectoryError
        if status.st_size > MAX_BYTES:
            raise CityError("too_large", where=path, most=MAX_BYTES)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CityError(
            "cannot_read",
            where=path,
            reason=system_reason(error),
            what=Phrase.of(f"parts.{what}"),
            columns=columns,
        ) from None
    except UnicodeDecodeError as error:
        raise CityError("not_utf8", where=path, position=error.start) from None
    if not text.strip():
        raise CityError("empty_file", where=path)
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval=None)
    try:
        reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
        known = (*columns, *optional)
        refuse_columns([name for name in reader.fieldnames if name not in known], f"{path}:1")
        if len(reader.fieldnames) == 1 and (other := _OTHER_MARK.search(reader.fieldnames[0])):
            raise CityError("separator", where=f"{path}:1", value=other[0])
        for column in reader.fieldnames:
            if column in known:
                continue
            if left_out is not None:
                left_out.append(column)
            else:
                raise CityError("unknown_column", where=f"{path}:1", value=column, known=known)
        if len(set(reader.fieldnames)) < len(reader.fieldnames):
            raise CityError("column_twice", where=f"{path}:1")
        for column in columns:
            if column not in reader.fieldnames:
                raise CityError(
                    "column_missing", where=f"{path}:1", column=column, found=reader.fieldnames
                )
        rows: list[Row] = []
        for row in reader:
            if "" in row or None in row.values():
                raise CityError(
                    "cells",
                    where=f"{path}:{reader.line_num}",
                    count=Count(len(reader.fieldnames), "cell"),
                )
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise CityError("bad_csv", where=f"{path}:{reader.line_num}", detail=str(error)) from None
    for column in reader.fieldnames:
        refuse_values(sorted({row[column] for _, row in rows}), str(path), column)
    return rows


def parse_date(path: Path, line: int, text: str) -> np.datetime64:
    """Return a day written YYYY-MM-DD or DD/MM/YYYY.

    Raises
    ------
    CityError
        With file and line, where it is no day.
    """
    day, slash, rest = text.partition("/")
    if slash:
        month, _, year = rest.partition("/")
        written = f"{year}-{month}-{day}"
    else:
        written = text
    value: np.datetime64 = np.datetime64("NaT", "D")
    if _DAY.fullmatch(written):
        with suppress(ValueError):
            value = np.datetime64(written, "D")
    if np.isnat(value):
        raise CityError("no_date_or_slashes", where=f"{path}:{line}", value=text)
    return value


def parse_count(path: Path, line: int, column: str, text: str) -> float:
    """Return a count of 0 or more; NaN where it is missing.

    Raises
    ------
    CityError
        With file, line and column, where it is none.
    """
    if text in ("NA", ""):
        return np.nan
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise CityError("no_count", where=f"{path}:{line}", column=column, value=text)
    return value


def parse_number(path: Path, line: int, column: str, text: str) -> float:
    """Return a number of any sign; NaN where it is missing.

    Raises
    ------
    CityError
        With file, line and column, where it is none, or larger than a thousand billions.
    """
    if text in ("NA", ""):
        return np.nan
    if not _PLAIN.fullmatch(text) or abs(value := float(text)) > 1e12:
        raise CityError("no_number", where=f"{path}:{line}", column=column, value=text)
    return value


def parse_quantity(path: Path, line: int, column: str, text: str, most: int) -> Fraction:
    """Return a number of 0 or more, exactly as it is written, with a decimal point or comma.

    Raises
    ------
    CityError
        With file, line and column, where it is none, or above ``most``.
    """
    written = text.strip().replace(",", ".")
    value = Fraction(written) if _DECIMAL.fullmatch(written) else Fraction(-1)
    if not 0 <= value <= most:
        raise CityError("no_quantity", where=f"{path}:{line}", column=column, value=text, most=most)
    return value


def write_csv(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file that takes its name only once it is complete.

    Parameters
    ----------
    path : str or Path
        File.
    header : sequence of str
        Names of the columns.
    rows : iterable of sequences of str
        Cells; one that a spreadsheet would take for a formula is written as text.

    Raises
    ------
    CantineError
        Where it cannot be written.
    """
    write_text(path, csv_text(header, rows))


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as the text of a CSV file, as ``write_csv`` writes it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return buffer.getvalue()


def write_text(path: str | Path, text: str) -> None:
    """Write a text file that takes its name only once it is complete.

    Parameters
    ----------
    path : str or Path
        File.
    text : str
        What it holds.

    Raises
    ------
    CantineError
        Where it cannot be written.
    """
    with written(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


@contextmanager
def written(path: str | Path) -> Iterator[Path]:
    """Give a path to write to, which takes the name of the file once the block is done.

    Parameters
    ----------
    path : str or Path
        File.

    Yields
    ------
    Path
        Where to write; nothing of it stays where the block fails.

    Raises
    ------
    CantineError
        Where it cannot be written.
    """
    path = Path(path)
    target = Path(os.path.realpath(path))  # a link stays one
    try:
        if target.exists() and not target.is_file():  # a device would be replaced
            raise CantineError("not_a_file_name", where=path)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            temporary = Path(folder) / target.name
            yield temporary
            temporary.replace(target)
    except OSError as error:
        raise CantineError("cannot_write", where=path, reason=system_reason(error)) from None


def safe_cell(cell: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula; a number stays one.

    Parameters
    ----------
    cell : str
        The text.

    Returns
    -------
    str
        The text, after an apostrophe where it begins as a formula does.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-5"), safe_cell("Zola")
    ("'=1+1", '-5', 'Zola')
    """
    if _FORMULA.match(cell) and not _FIGURE.fullmatch(cell.strip()):
        return "'" + cell
    return cell


def without_mark(cell: str) -> str:
    """Return the text of which ``safe_cell`` made a cell.

    Examples
    --------
    >>> without_mark("'=1+1"), without_mark("'t Zand")
    ('=1+1', "'t Zand")
    """
    inside = cell[1:]
    return inside if cell[:1] == "'" and safe_cell(inside) == cell else cell
