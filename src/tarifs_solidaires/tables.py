"""Tables of people in, tables of results out, as CSV files."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import attrs
from tqdm import tqdm

from tarifs_solidaires.errors import InputError, TableError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.rule import Rule

IDENTIFIERS = ("foyer", "personne", "identifiant", "id")
CHUNK = 50_000
FLAGS = {
    "1": True, "0": False, "true": True, "false": False, "vrai": True, "faux": False,
    "oui": True, "non": False, "yes": True, "no": False, "sim": True, "não": False, "": False,
}  # fmt: skip


@attrs.frozen
class Table:
    """Rows of text under named columns.

    Parameters
    ----------
    path : Path
        Where it was read.
    delimiter : str
        What separates the columns.
    columns : tuple of str
        Names.
    rows : list of (int, list of str)
        Line number and cells.
    """

    path: Path
    delimiter: str
    columns: tuple[str, ...]
    rows: list[tuple[int, list[str]]] = attrs.field(repr=False)


def read_csv(path: Path) -> Table:
    """Read a CSV file with ``,`` or ``;`` between columns, in UTF-8.

    Raises
    ------
    TableError
        Where the file cannot be read, is empty, or has rows that do not fit its header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: not UTF-8 at byte {error.start}; save it as CSV UTF-8") from None
    if not text.strip():
        raise TableError(f"{path}: empty; the first line must name the columns")
    header = text.split("\n", 1)[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    columns = tuple(name.strip() for name in next(reader))
    for name in columns:
        if columns.count(name) > 1:
            raise TableError(f"{path}:1: the column {name!r} stands twice; keep one")
    rows = []
    try:
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(columns):
                raise TableError(
                    f"{path}:{reader.line_num}: {len(cells)} cells where the header has {len(columns)}"
                )
            rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise TableError(f"{path}:{reader.line_num}: {error}") from None
    if not rows:
        raise TableError(f"{path}: no row under the header; give at least one")
    return Table(path, delimiter, columns, rows)


def compute_table(rule: Rule, table: Table, keep: Sequence[str] = ()) -> Iterator[list[str]]:
    """Yield the header and the rows of the results, each with what was in the table.

    Parameters
    ----------
    rule : Rule
        What to compute.
    table : Table
        One row a person or household. Columns that are inputs of another rule are carried
        through, and so are the identifiers ``foyer``, ``personne``, ``identifiant`` and ``id``.
    keep : sequence of str
        Other columns to carry through.

    Raises
    ------
    TableError, InputError
        Where a column is missing or unknown, or a cell is wrong; with its line.
    """
    known = {*INPUTS, *IDENTIFIERS, *keep}
    for name in table.columns:
        if name not in known:
            raise TableError(
                f"{table.path}:1: unknown column {name!r}; {nearest(name, known)} "
                f"To carry it through, say --keep {name}"
            )
    inputs = {item.name for item in rule.inputs}
    used = [(n, name) for n, name in enumerate(table.columns) if name in inputs]
    _require(rule, table, {name for _, name in used})
    yield [*table.columns, *rule.output_names, "tranche"]
    progress = tqdm(total=len(table.rows), unit=" rows", delay=2, disable=None)
    with progress:
        for start in range(0, len(table.rows), CHUNK):
            chunk = table.rows[start : start + CHUNK]
            given: dict[str, Any] = {
                name: [_cell(table, line, name, cells[n]) for line, cells in chunk]
                for n, name in used
            }
            try:
                result = rule.compute(**given)
            except InputError as error:
                _locate(rule, table, chunk, given, error)
            outputs = [result.outputs[name].tolist() for name in rule.output_names]
            for (_, cells), *numbers, tranche in zip(
                chunk, *outputs, result.tranche.tolist(), strict=True
            ):
                yield [*map(_safe, cells), *("" if x != x else str(x) for x in numbers), tranche]
            progress.update(len(chunk))


def _require(rule: Rule, table: Table, names: set[str]) -> None:
    for name in rule.version.required:
        pair = {"revenu_fiscal_reference", "nombre_parts"}
        income = name == "quotient_familial"
        if name not in names and not (income and pair <= names):
            other = " (or revenu_fiscal_reference with nombre_parts)" if income else ""
            raise TableError(f"{table.path}:1: the column {name!r}{other} is missing; add it")


def _locate(
    rule: Rule,
    table: Table,
    chunk: Sequence[tuple[int, list[str]]],
    given: dict[str, Any],
    error: InputError,
) -> None:
    """Name the first line that cannot be computed, since positions mean nothing in a file."""
    for n, (line, _) in enumerate(chunk):
        try:
            one: dict[str, Any] = {name: values[n] for name, values in given.items()}
            rule.compute(**one)
        except InputError as wrong:
            raise InputError(f"{table.path}:{line}: {wrong}") from None
    raise InputError(f"{table.path}: {error}")


def _cell(table: Table, line: int, name: str, text: str) -> object:
    text, item = text.strip(), INPUTS[name]
    if item.kind == "commune":
        return text
    if item.kind == "flag":
        if text.lower() not in FLAGS:
            raise TableError(f"{table.path}:{line}: {name}: {text!r} is neither 1 nor 0")
        return FLAGS[text.lower()]
    try:
        return float(text.replace(",", ".") if table.delimiter == ";" else text)
    except ValueError:
        what = "is empty" if not text else f"{text!r} is no number"
        raise TableError(
            f"{table.path}:{line}: {name}: {what}; write a number ({item.unit})"
        ) from None


def _safe(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        try:
            float(cell.replace(",", "."))
        except ValueError:
            return "'" + cell
    return cell


@contextmanager
def written(path: Path) -> Iterator[IO[str]]:
    """Open a text file that takes its name only once it is complete.

    Raises
    ------
    TableError
        Where the folder does not exist or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise TableError(
            f"{path}: cannot be written ({error.strerror}); check the folder"
        ) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise TableError(f"{path}: cannot be written ({error.strerror}); check the path") from None
    finally:
        temporary.unlink(missing_ok=True)
