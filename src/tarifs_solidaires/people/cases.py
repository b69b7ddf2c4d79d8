"""Cases that others wrote: what they give and what they expect, by their own names, from files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.people.days import day_of
from tarifs_solidaires.people.text_file import bounded
from tarifs_solidaires.people.writing import opened, table_error
from tarifs_solidaires.values.frozen import EMPTY

MAX_BYTES = 5_000_000


@attrs.frozen(kw_only=True)
class Case:
    """One case, by the names of whoever wrote it.

    Parameters
    ----------
    name : str
        Its name.
    where : str
        File and line.
    on : date or None
        Its day, where it has one.
    given, expected : mapping of str to object
        Values by name, ``entity.name`` where the file says of which entity; a mapping of periods
        where it gives several.
    absolute, relative : object
        Margins within which a number counts as equal, None where the file has none.
    unread : tuple of str
        Keys of the case that were not understood.
    problem : str
        Why it cannot be used; empty where it can.
    """

    name: str
    where: str
    on: dt.date | None = None
    given: Mapping[str, Any] = EMPTY
    expected: Mapping[str, Any] = EMPTY
    absolute: Any = None
    relative: Any = None
    unread: tuple[str, ...] = ()
    problem: str = ""


def read_cases(path: Path, person: str | int | None) -> Iterator[Case]:
    """Yield the cases of a file.

    Parameters
    ----------
    path : Path
        A ``.csv``, ``.yaml`` or ``.yml`` file; ``-`` is CSV on standard input.
    person : str, int or None
        Whom a case of several persons is about: a name, a role, or a position from 0. None: the
        first one of a household; of values in lists, each person in turn.

    Raises
    ------
    TableError
        Where the file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".yaml", ".yml") and str(path) != "-":
        raise table_error(
            "suffix", path, "is neither .csv nor .yaml", "name the file by what it is"
        )
    with opened(path) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise table_error(
            "too_large", path, "has more than {most:,} bytes", "split it", most=MAX_BYTES
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise table_error("not_utf8", path, "is not UTF-8 at byte {place}", "save it as UTF-8",
                          place=error.start) from None  # fmt: skip
    if suffix in (".yaml", ".yml"):
        from tarifs_solidaires.people.openfisca import yaml_cases

        return (Case(**parts) for parts in yaml_cases(path, text, person))
    return _of_csv(path, text)


# -- CSV ---------------------------------------------------------------------------------------


def _of_csv(path: Path, text: str) -> Iterator[Case]:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = bounded(reader)
    try:
        header = [name.strip() for name in next(rows, [])]
        doubles = {name for name, times in Counter(header).items() if times > 1}
        if not header or doubles:
            what = "the column {input!r} appears twice" if doubles else "is empty"
            raise table_error("csv", f"{path}:1", what, "name each column once",
                              input=min(doubles, default=""))  # fmt: skip
        for row in rows:
            where = f"{path}:{reader.line_num}"
            if not any(row):
                continue
            if len(row) != len(header):
                raise table_error(
                    "width", where, "there are {found} cells where the header has {width}",
                    "check the separators", found=len(row), width=len(header),
                )  # fmt: skip
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
            yield _of_row(cells, where)
    except csv.Error as error:
        raise table_error("csv", f"{path}:{reader.line_num}", "the row cannot be read", "check its quotes",
                          detail=str(error)) from None  # fmt: skip


def _of_row(cells: dict[str, str], where: str) -> Case:
    name = cells.pop("name", "")
    day, problem = cells.pop("on", ""), ""
    on = day_of(day)
    if day and on is None:
        problem = Phrase("on: {day!r} is not a day; write YYYY-MM-DD", day=day)
    given: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for column, cell in cells.items():
        if not cell:
            continue
        found = re.fullmatch("expect(?:ed)?_(.+)", column)
        if found:
            expected[found[1]] = cell
        else:
            given[column] = cell  # also an output by its bare name: who maps the names tells
    return Case(name=name, where=where, on=on, given=given, expected=expected, problem=problem)
