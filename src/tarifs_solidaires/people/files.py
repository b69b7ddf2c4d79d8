"""Files of people in, files of results out: CSV and Parquet, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import SHOWN, Fault, InputError, TableError
from tarifs_solidaires.people.cells import shown
from tarifs_solidaires.people.csv_file import CsvPart, CsvSource, csv_writer, open_csv
from tarifs_solidaires.people.frames import (
    ResultColumn,
    arrow_column,
    check_columns,
    of_words,
    result_columns,
)
from tarifs_solidaires.people.parquet_file import (
    ParquetPart,
    ParquetSource,
    open_parquet,
    parquet_writer,
)
from tarifs_solidaires.people.writing import STANDARD, table_error, written, written_bytes
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.values.inputs import Errors, Input

Array = npt.NDArray[Any]
Part: TypeAlias = CsvPart | ParquetPart
Source: TypeAlias = CsvSource | ParquetSource
Write: TypeAlias = Callable[[Part, list[ResultColumn]], None]

CHUNK = 4_000  # rows of text that stay in the processor's cache


@attrs.frozen
class Summary:
    """What was computed.

    Parameters
    ----------
    rows : int
        Rows that were read and written.
    missing : int
        Rows among them without a result, for the reason that the column ``reason`` gives.
    """

    rows: int
    missing: int


def compute_file(
    rule: Rule,
    source: str | Path,
    target: str | Path,
    *,
    errors: Errors = "raise",
    keep: Sequence[str] | Literal["all"] = (),
    chunk: int = CHUNK,
    never: Sequence[Path] = (),
) -> Summary:
    r"""Compute a rule for each row of a file, and write the rows with their results.

    Parameters
    ----------
    rule : Rule
        What to compute.
    source, target : str or Path
        Files that end in ``.csv`` or ``.parquet``; ``-`` is CSV on standard input or output. CSV is
        UTF-8 with ``,`` between columns, or with ``;`` and decimal commas; an empty cell of an
        input that has a default counts as the default.
    errors : {"raise", "null"}
        Whether a row that cannot be computed stops the whole, so that nothing is written, or has
        no result and a ``reason``. A row that does not fit the header always stops the whole.
    keep : sequence of str or "all"
        Columns to carry through that are neither inputs of a rule that ships nor identifiers (``id``,
        ``foyer``, ``household``, ...).
    chunk : int
        Rows in memory at a time.
    never : sequence of Path
        Files besides the source that the target must not be, such as that of the rule.

    Returns
    -------
    Summary
        Numbers of rows.

    Raises
    ------
    TableError
        Where a file cannot be read or written, or rows cannot be computed: a fault for each of the
        first lines (rows, from 0, of a Parquet file).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tarifs_solidaires import load_rule
    >>> from tarifs_solidaires.people.files import compute_file
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "in.csv").write_text("id,quotient_familial\nA,350\nB,-1\n")
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> compute_file(rule, folder / "in.csv", folder / "out.csv", errors="null")
    Summary(rows=2, missing=1)
    """
    from tqdm import tqdm

    source, target = Path(source), Path(target)
    if chunk < 1:
        raise table_error("chunk", "chunk", "{rows} rows at a time cannot be", "give 1 or more",
                          rows=chunk)  # fmt: skip
    total = missing = 0
    wrong: list[Fault] = []
    with _opened(source, rule.all_inputs) as table:
        used = check_columns(rule, table.columns, keep, errors, table.head)
        progress = tqdm(total=table.size, unit=table.unit, unit_scale=True, delay=2, disable=None)
        with _writer(target, table.delimiter, used, [source, *never]) as write, progress:
            for part in _until_wrong(table.parts(chunk), wrong):
                given = part.given(used)
                result = _computed(rule, given, source)
                number = np.broadcast_to(result.reason_number, (len(part),))
                bad = np.flatnonzero(number)
                total, missing = total + len(part), missing + len(bad)
                if errors == "raise" and len(bad):
                    first = islice(bad.tolist(), SHOWN - len(wrong))
                    wrong += [_fault(rule, table, part, given, n) for n in first]
                    if len(wrong) == SHOWN:
                        break
                if not wrong:
                    columns = list(result_columns(result, len(part), errors))
                    if errors == "null" and len(bad):
                        columns = _reasoned(columns, rule, table, part, given, result)
                    write(part, [column for column in columns if column.name not in used])
                progress.update(table.done() - progress.n)
            if wrong:
                raise TableError(*wrong)
            if not total:
                raise _no_row(source)
    return Summary(total, missing)


def read_people(path: Path, inputs: Mapping[str, Input], read: Collection[str]) -> dict[str, Any]:
    """Return the columns of a file: inputs as values of their kind, the others as text.

    Parameters
    ----------
    path : Path
        File that ends in ``.csv`` or ``.parquet``; ``-`` is CSV on standard input.
    inputs : mapping of str to Input
        Inputs that a column can be.
    read : collection of str
        Inputs of which every value must be one of its kind.

    Returns
    -------
    dict of str to ndarray
        Columns by name.

    Raises
    ------
    TableError
        Where the file cannot be read, has no row, or a value is none; the message says where.
    """
    columns: dict[str, list[Array]] = {}
    with _opened(path, inputs) as table:
        for name in table.columns:
            if list(table.columns).count(name) > 1:
                raise table_error(
                    "double_column", table.head, "the column {name!r} stands twice", "keep one",
                    name=name,
                )  # fmt: skip
        for part in table.parts(CHUNK):
            known = part.given([name for name in part.names if name in inputs])
            for name, text in zip(part.names, part.texts(), strict=True):
                values = np.asarray(known.get(name, text))
                columns.setdefault(name, []).append(values)
                unread = values == None if values.dtype.kind == "O" else values != values  # noqa: E711
                if name in read and np.any(unread):
                    n = int(np.flatnonzero(unread)[0])
                    where = table.at(part.number(n))
                    raise TableError(table.unread(part, n, inputs[name], where))  # type: ignore[arg-type]
    if not columns:
        raise _no_row(path)
    return {name: np.concatenate(parts) for name, parts in columns.items()}


def _no_row(path: Path) -> TableError:
    return table_error("no_row", path, "there is no row under the header", "give at least one")


def _opened(path: Path, inputs: Mapping[str, Input]) -> AbstractContextManager[Source]:
    return open_parquet(path, inputs) if _is_parquet(path) else open_csv(path, inputs)


def _is_parquet(path: Path) -> bool:
    suffix = path.suffix.lower()
    if str(path) != STANDARD and suffix not in (".csv", ".parquet"):
        raise table_error(
            "suffix", path, "neither .csv nor .parquet", "name the file by what it is"
        )
    return suffix == ".parquet"


def _until_wrong(parts: Iterator[Part], wrong: Sequence[Fault]) -> Iterator[Part]:
    """Yield the parts; where a row is wrong already, what is wrong further on can wait."""
    try:
        yield from parts
    except TableError:
        if not wrong:
            raise


def _computed(rule: Rule, given: Mapping[str, Any], source: Path) -> Result:
    try:
        return rule.compute(given, errors="null")
    except InputError as error:  # a whole column of another type
        faults = (attrs.evolve(fault, where=str(source)) for fault in error.errors)
        raise TableError(*faults) from None


# -- what is wrong with a row ------------------------------------------------------------------


def _fault(rule: Rule, table: Source, part: Part, given: Mapping[str, Any], n: int) -> Fault:
    """Return what is wrong with a row, told by the cell as it stands in the file."""
    where = table.at(part.number(n))
    try:
        rule.compute({name: values[n : n + 1] for name, values in given.items()})
    except InputError as error:
        fault = error.errors[0]
    else:
        raise AssertionError("a row without a result computes")
    if fault.code in ("unreadable", "type"):
        return table.unread(part, n, rule.all_inputs[fault.input], where)  # type: ignore[arg-type]
    place = part.number(n)
    cell = part.cell(n, fault.input) if fault.input in part.names else None
    return attrs.evolve(
        fault, where=where, positions=(place,), line=place if table.word == "line" else None,
        data={**fault.data, "value": cell, "shown": shown(cell), "at": ""},
    )  # fmt: skip


def _reasoned(
    columns: list[ResultColumn], rule: Rule, table: Source, part: Part,
    given: Mapping[str, Any], result: Result,
) -> list[ResultColumn]:  # fmt: skip
    """Say of cells that are no value of their kind whether they are empty."""
    words = list(result.reasons)
    numbers = np.broadcast_to(result.reason_number, (len(part),)).astype(np.int64)
    for reason in range(1, len(result.reasons)):
        rows = np.flatnonzero(numbers == reason)
        if not len(rows):
            continue
        fault = _fault(rule, table, part, given, int(rows[0]))
        if fault.code != "unreadable":
            continue
        item = rule.all_inputs[fault.input]
        empty, other = f"{item.name}: is empty", f"{item.name}: is not {fault.data['expected']}"
        words[reason] = other
        for n in rows.tolist():
            cell = part.cell(n, item.name)
            if cell is None or cell != cell or cell == "":
                if words[-1] != empty:
                    words.append(empty)
                numbers[n] = len(words) - 1
    again = of_words("reason", words, numbers)
    return [again if column.name == "reason" else column for column in columns]


# -- writing -----------------------------------------------------------------------------------


@contextmanager
def _writer(
    target: Path, delimiter: str, used: Sequence[str], never: Sequence[Path]
) -> Iterator[Write]:
    """Open the target for a function that writes a part with its results."""
    if _is_parquet(target):
        with written_bytes(target, never=never) as raw, parquet_writer(raw, target) as add:
            yield lambda part, columns: add(
                part.table(used), {column.name: arrow_column(column) for column in columns}
            )
        return
    with written(target, never=never) as file:
        rows = csv_writer(file, delimiter)
        started = False

        def write(part: Part, columns: list[ResultColumn]) -> None:
            nonlocal started
            if not started:
                rows([[name] for name in [*part.names, *(column.name for column in columns)]])
            started = True
            rows([*part.texts(), *(c.values if c.is_number else c.texts() for c in columns)])

        yield write
