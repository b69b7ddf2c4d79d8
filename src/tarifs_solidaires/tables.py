"""Files of people in, files of results out: CSV and Parquet, a piece at a time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

import attrs
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from tarifs_solidaires.csv_file import csv_writer, open_csv
from tarifs_solidaires.errors import InputError, TableError
from tarifs_solidaires.frames import check_columns, spread
from tarifs_solidaires.inputs import INPUTS, SHOWN
from tarifs_solidaires.parquet_file import open_parquet, parquet_writer
from tarifs_solidaires.result import Result
from tarifs_solidaires.rule import Rule

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]
Errors = Literal["raise", "null"]
Write = Callable[["Part", Result, Mapping[int, str]], None]

CHUNK = 4_000  # rows of text that stay in the processor's cache
UNREAD = "is missing or no "  # how the reason of a value that is none of its kind begins


class Part(Protocol):
    """Some rows of a file."""

    @property
    def names(self) -> Sequence[str]:
        """Names of the columns."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def given(self, names: Sequence[str]) -> Mapping[str, Any]:
        """Return columns as inputs of a rule."""

    def number(self, n: int) -> int:
        """Return the line, or the position in the file, of a row."""

    def cell(self, n: int, name: str) -> object:
        """Return a cell as it stands in the file."""

    def unread(self, n: int, name: str, why: str) -> str:
        """Say why a cell is no value of its kind, more exactly where that can be."""

    def texts(self) -> Sequence[Sequence[str]]:
        """Return the columns as text."""

    def table(self, used: Sequence[str]) -> pa.Table:
        """Return the columns in pyarrow, those that are used as values of their kind."""


class Source(Protocol):
    """A file that is open to be read."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns."""

    @property
    def delimiter(self) -> str:
        """What parts the columns where they are written as CSV."""

    @property
    def size(self) -> int:
        """Size, in units of the progress."""

    @property
    def unit(self) -> str:
        """Unit of the size."""

    @property
    def head(self) -> str:
        """Where the names of the columns stand."""

    @property
    def word(self) -> str:
        """What the number of a row is called."""

    def parts(self, rows: int) -> Iterator[Part]:
        """Yield the rows, piece by piece."""

    def done(self) -> int:
        """Return how much of the size has been read."""

    def at(self, number: int) -> str:
        """Say where a row stands."""


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
    source: Path,
    target: Path,
    *,
    errors: Errors = "raise",
    keep: Sequence[str] = (),
    chunk: int = CHUNK,
) -> Summary:
    r"""Compute a rule for each row of a file, and write the rows with their results.

    Parameters
    ----------
    rule : Rule
        What to compute.
    source, target : Path
        Files that end in ``.csv`` or ``.parquet``. CSV is UTF-8 with ``,`` between columns, or
        with ``;`` and decimal commas; an empty cell of a flag is false.
    errors : {"raise", "null"}
        Whether a row that cannot be computed stops the whole, so that nothing is written, or has
        no result and a ``reason``. A row that does not fit the header always stops the whole.
    keep : sequence of str
        Columns to carry through that are neither inputs of any rule nor the identifiers
        ``foyer``, ``personne``, ``identifiant`` and ``id``.
    chunk : int
        Rows in memory at a time.

    Returns
    -------
    Summary
        Numbers of rows.

    Raises
    ------
    TableError
        Where a file cannot be read or written, or rows cannot be computed; the message names the
        first lines (the first rows, from 0, of a Parquet file).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tarifs_solidaires import load_rule
    >>> from tarifs_solidaires.tables import compute_file
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "in.csv").write_text("id,quotient_familial\nA,350\nB,-1\n")
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> compute_file(rule, folder / "in.csv", folder / "out.csv", errors="null")
    Summary(rows=2, missing=1)
    """
    if chunk < 1:
        raise TableError(f"{chunk} rows at a time cannot be; give 1 or more")
    total = missing = 0
    wrong: list[tuple[int, str]] = []
    with _opened(source) as table:
        used = check_columns(rule, table.columns, keep, errors, f"{source}{table.head}: ")
        progress = tqdm(total=table.size, unit=table.unit, unit_scale=True, delay=2, disable=None)
        with _writer(rule, target, errors, used, table.delimiter) as write, progress:
            for part in _until_wrong(table.parts(chunk), wrong):
                try:
                    result = rule.compute(errors="null", **part.given(used))
                except InputError as error:  # a whole column of another type
                    raise TableError(f"{source}: {error}") from None
                reasons = _reasons(part, result)
                total, missing = total + len(part), missing + len(reasons)
                if errors == "raise" and reasons:
                    bad = islice(reasons.items(), SHOWN - len(wrong))
                    wrong += [(part.number(n), _shown(part, n, text)) for n, text in bad]
                    if len(wrong) == SHOWN:
                        break
                if not wrong:
                    write(part, result, reasons)
                progress.update(table.done() - progress.n)
            if wrong:
                (number, first), *others = wrong
                also = "".join(f"; {table.word} {number}: {text}" for number, text in others)
                raise TableError(f"{table.at(number)}: {first}{also}")
            if not total:
                raise TableError(f"{source}: no row under the header; give at least one")
    return Summary(total, missing)


def read_people(path: Path, names: Collection[str]) -> dict[str, Any]:
    """Return the columns of a file: inputs as values of their kind, the others as text.

    Parameters
    ----------
    path : Path
        File that ends in ``.csv`` or ``.parquet``.
    names : collection of str
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
    with _opened(path) as table:
        for name in table.columns:
            if list(table.columns).count(name) > 1:
                raise TableError(f"{path}{table.head}: the column {name!r} stands twice; keep one")
        for part in table.parts(CHUNK):
            read = part.given([name for name in part.names if name in INPUTS])
            for name, text in zip(part.names, part.texts(), strict=True):
                values = np.asarray(read.get(name, text))
                columns.setdefault(name, []).append(values)
                unread = values != values if values.dtype.kind == "f" else values == None  # noqa: E711
                if name in names and np.any(unread):
                    n = int(np.flatnonzero(unread)[0])
                    what = "number" if INPUTS[name].kind == "number" else "value"
                    reason = f"{name}: {part.unread(n, name, UNREAD + what)}"
                    raise TableError(f"{table.at(part.number(n))}: {_shown(part, n, reason)}")
    if not columns:
        raise TableError(f"{path}: no row under the header; give at least one")
    return {name: np.concatenate(parts) for name, parts in columns.items()}


def _opened(path: Path) -> AbstractContextManager[Source]:
    return open_parquet(path) if _is_parquet(path) else open_csv(path)


def _is_parquet(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise TableError(f"{path}: neither .csv nor .parquet; name the file by what it is")
    return suffix == ".parquet"


def _until_wrong(parts: Iterator[Part], wrong: Sequence[object]) -> Iterator[Part]:
    """Yield the parts; where a row is wrong already, what is wrong further on can wait."""
    try:
        yield from parts
    except TableError:
        if not wrong:
            raise


def _reasons(part: Part, result: Result) -> dict[int, str]:
    """Return for each row without a result the reason, in the words of the file's kind."""
    numbers = spread(result.reason_number, len(part))
    reasons = {}
    for n in np.flatnonzero(numbers).tolist():
        text = result.reasons[numbers[n]]
        name, _, why = text.partition(": ")
        reasons[n] = f"{name}: {part.unread(n, name, why)}" if why.startswith(UNREAD) else text
    return reasons


def _shown(part: Part, n: int, reason: str) -> str:
    """Return a reason with the cell that it is about."""
    name, _, why = reason.partition(": ")
    if name not in INPUTS:
        return reason
    cell = part.cell(n, name)
    unread = why.startswith(UNREAD) or why in ("is empty", "is no number")
    remedy = f"; write a {INPUTS[name].kind} ({INPUTS[name].unit})" if unread else ""
    shown = "" if why == "is empty" else f"{cell!r} "
    return f"{name}: {shown}{why}{remedy.replace(' ()', '')}"


@contextmanager
def _writer(
    rule: Rule, target: Path, errors: Errors, used: Sequence[str], delimiter: str
) -> Iterator[Write]:
    """Open the target for a function that writes a part with its results."""

    def results(
        part: Part, result: Result, reasons: Mapping[int, str]
    ) -> tuple[dict[str, Array], dict[str, list[str]]]:
        numbers = {name: spread(result.outputs[name], len(part)) for name in rule.output_names}
        rows = spread(result.row, len(part)).tolist()
        texts = {"tranche": [result.names[row] for row in rows]}
        if errors == "null":
            texts["reason"] = [reasons.get(n, "") for n in range(len(part))]
        return numbers, texts

    if _is_parquet(target):
        with _complete(target) as temporary, parquet_writer(temporary, target) as add:
            yield lambda part, *found: add(part.table(used), *results(part, *found))
        return
    with written(target) as file:
        rows = csv_writer(file, delimiter)
        started = False

        def write(part: Part, result: Result, reasons: Mapping[int, str]) -> None:
            nonlocal started
            numbers, texts = results(part, result, reasons)
            if not started:
                rows([[name] for name in part.names], [], [[name] for name in (*numbers, *texts)])
            started = True
            rows(part.texts(), list(numbers.values()), list(texts.values()))

        yield write


@contextmanager
def written(path: Path) -> Iterator[IO[str]]:
    """Open a text file that takes its name only once it is complete.

    Raises
    ------
    TableError
        Where the folder does not exist or cannot be written.
    """
    with (
        _complete(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        yield file


@contextmanager
def _complete(path: Path) -> Iterator[Path]:
    """Give a temporary file that takes the name only once it is complete."""
    path, given = Path(os.path.realpath(path)), path  # a link stays one
    try:
        if path.exists() and not path.is_file():  # a device would be replaced
            raise TableError(f"{given}: is a folder or a device; give the name of a file")
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise TableError(
            f"{given}: cannot be written ({error.strerror}); check the folder"
        ) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise TableError(f"{given}: cannot be written ({error.strerror}); check the path") from None
    finally:
        temporary.unlink(missing_ok=True)
