"""Files of people in, files of results out: CSV, Parquet and workbooks, a piece at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Phrase, said
from tarifs_solidaires.errors import SHOWN, Fault, InputError, TableError
from tarifs_solidaires.people.cells import Notation, is_day_or_month, shown, unreadable
from tarifs_solidaires.people.checked import Keep, check_columns
from tarifs_solidaires.people.columns import Given, filled, is_empty
from tarifs_solidaires.people.csv_file import open_csv
from tarifs_solidaires.people.csv_writing import CsvRows
from tarifs_solidaires.people.days import Proof
from tarifs_solidaires.people.headings import match
from tarifs_solidaires.people.parquet_file import open_parquet, parquet_writer
from tarifs_solidaires.people.parts import Part, Piece, Source
from tarifs_solidaires.people.results import (
    ResultColumn,
    ResultField,
    arrow_column,
    of_words,
    result_columns,
)
from tarifs_solidaires.people.rows import compute_rows, compute_table, listed_fault, mistaken
from tarifs_solidaires.people.workbook_file import READ, open_workbook, workbook_writer
from tarifs_solidaires.people.writing import STANDARD, table_error, written_bytes
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.inputs import UNREADABLE_REASON, Coded, Errors, Input

Array = npt.NDArray[Any]
Decimal: TypeAlias = Literal["", ".", ","]
Dates: TypeAlias = Literal["", "dd/mm/yyyy", "mm/dd/yyyy"]

CHUNK = 65_536  # rows: enough that each piece costs little, few enough for any memory
WORKERS = 4  # at most: more would wait for the one that reads and writes


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
    keep: Keep = (),
    columns: Mapping[str, str] = EMPTY,
    decimal: Decimal = "",
    dates: Dates = "",
    sheet: str | None = None,
    chunk: int = CHUNK,
    never: Sequence[Path] = (),
    lang: str = "en",
) -> Summary:
    r"""Compute a rule for each row of a file, and write the rows with their results.

    Parameters
    ----------
    rule : Rule
        What to compute.
    source : str or Path
        File that ends in ``.csv`` (also ``.tsv`` or ``.txt``), ``.parquet``, ``.xlsx``, ``.ods`` or
        ``.xls``; ``-`` is CSV on standard input. CSV has ``;``, ``,`` or a tab between columns, and is
        in UTF-8, UTF-16 or Windows-1252. An empty cell is the default of its input, or says that an
        optional input is not given in that row.
    target : str or Path
        File that ends in ``.csv``, ``.parquet`` or ``.xlsx``; ``-`` is CSV on standard output. CSV is
        UTF-8, with the separator of the source.
    errors : {"raise", "null"}
        Whether a row that cannot be computed stops the whole, so that nothing is written, or has
        no result and a ``reason``. A row that does not fit the header always stops the whole.
    keep : sequence of str or "all"
        Columns to carry through that are neither inputs of a rule that ships nor identifiers (``id``,
        ``foyer``, ``household``, ...).
    columns : mapping of str to str
        Which input a column is, by its heading, where the heading does not say it: its name, a
        synonym of the rule file or a label do, whatever their case and accents. An empty name says
        that the column is no input.
    decimal : {"", ".", ","}
        What marks the decimals. It need not be said: ``22500,50`` and ``22 500,50`` are plain. But
        ``22.500`` in a file of decimal commas could be two numbers, and is refused until it is said.
    dates : {"", "dd/mm/yyyy", "mm/dd/yyyy"}
        Whether the day or the month stands first in dates that are texts. It need not be said where
        the dates of the file prove it: some day is over 12, and none goes against it. Otherwise
        ``01/05/1990`` is refused until it is said, as it always is on standard input.
    sheet : str, optional
        Sheet of a workbook; the first one that holds something where it is left out.
    chunk : int
        Rows in memory at a time, about, of each of the processor's cores.
    never : sequence of Path
        Files besides the source that the target must not be, such as that of the rule.
    lang : {"en", "fr", "pt"}
        Language of the reasons in the column ``reason``.

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
    >>> _ = (folder / "in.csv").write_text("id;Quotient familial\nA;1 350,50\nB;-1\n")
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> compute_file(rule, folder / "in.csv", folder / "out.csv", errors="null")
    Summary(rows=2, missing=1)
    """
    source, target = Path(source), Path(target)
    if chunk < 1:
        raise table_error("chunk", "chunk", "the number of rows at a time cannot be {rows}", "give 1 or more",
                          rows=chunk)  # fmt: skip
    Notation.of(decimal, dates)  # what is no notation is refused at once

    def computed(order: str, *, sure: bool) -> Summary:
        with _opened(source, decimal, order, sheet) as table:
            used = check_columns(rule, table.columns, keep, errors, table.head, columns)
            work = _Work(rule, table, used, errors, source, lang, sure=sure)
            return _computed(work, source, target, chunk, never)

    try:
        return computed(dates, sure=bool(dates) or str(source) == STANDARD)
    except _UnprovedError as unproved:  # nothing was written; the whole file is asked first
        order = _proved(source, decimal, sheet, unproved.inputs)
    return computed(order, sure=True)


def _computed(
    work: _Work, source: Path, target: Path, chunk: int, never: Sequence[Path]
) -> Summary:
    from tqdm import tqdm

    table, total, missing = work.table, 0, 0
    wrong: list[Fault] = []
    progress = tqdm(
        total=table.size, unit=_unit(table.unit, work.lang), unit_scale=True, delay=2, disable=None
    )
    with _writer(target, work, [source, *never]) as (prepare, write), progress:
        work.prepare = prepare
        for done in _in_order(work, table.pieces(chunk, work.inputs)):
            total, missing = total + done.rows, missing + done.missing
            wrong += done.faults[: SHOWN - len(wrong)]
            if done.error is not None and not wrong:
                raise done.error
            if done.error is not None or len(wrong) == SHOWN:
                break
            if not wrong and done.rows:
                write(done.ready)
            done.ready = None
            progress.update(table.done() - progress.n)
        if wrong:
            raise TableError(*wrong)
        if not total:
            raise _no_row(source)
    return Summary(total, missing)


def read_people(
    path: Path,
    inputs: Mapping[str, Input],
    read: Collection[str],
    *,
    columns: Mapping[str, str] = EMPTY,
    decimal: Decimal = "",
    dates: Dates = "",
    sheet: str | None = None,
) -> dict[str, Any]:
    """Return the columns of a file: inputs as values of their kind, the others as text.

    Parameters
    ----------
    path : Path
        File, as for ``compute_file``.
    inputs : mapping of str to Input
        Inputs that a column can be.
    read : collection of str
        Inputs of which every value must be one of its kind.
    columns, decimal, dates, sheet
        As for ``compute_file``.

    Returns
    -------
    dict of str to ndarray
        Columns by name, that of the input where a column is one.

    Raises
    ------
    TableError
        Where the file cannot be read, has no row, or a value is none; the message says where.
    """
    table = read_table(
        path, inputs, read, columns=columns, decimal=decimal, dates=dates, sheet=sheet
    )
    return {name: column.values for name, column in table.items()}


def read_table(
    path: Path,
    inputs: Mapping[str, Input],
    read: Collection[str],
    *,
    columns: Mapping[str, str] = EMPTY,
    decimal: Decimal = "",
    dates: Dates = "",
    sheet: str | None = None,
) -> dict[str, Given]:
    """Return the columns of a file as ``read_people`` does, with where their cells are empty."""
    Notation.of(decimal, dates)
    found: dict[str, list[Given]] = {}
    with _opened(path, decimal, dates, sheet) as table:
        matched = match(inputs.values(), table.columns, columns, table.head)
        faults = list(matched.faults)
        names = {n: name for name, n in matched.positions.items()}
        titles = [names.get(n, heading) for n, heading in enumerate(table.columns)]
        for name in dict.fromkeys(titles):
            if titles.count(name) > 1 and not faults:
                faults.append(
                    Fault(code="double_column", where=table.head, input=name, remedy="keep one",
                          template="the column {input!r} appears twice")
                )  # fmt: skip
        if faults:
            raise TableError(*faults)
        known = {n: inputs[name] for n, name in names.items()}
        if not dates and str(path) != STANDARD and _days(known):
            table.set_dates(_proved(path, decimal, sheet, known))
        for piece in table.pieces(CHUNK, known):
            part, wrong = piece()
            if part is not None:
                texts = part.texts()
                for n, title in enumerate(titles):
                    column = Given(np.asarray(texts[n]))
                    if n in names:
                        column = _column(table, part, n, inputs[title], title in read)
                    found.setdefault(title, []).append(column)
            if wrong is not None:
                raise wrong
    if not found:
        raise _no_row(path)
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: Sequence[Given]) -> Given:
    absent = [
        np.zeros(len(part), dtype=bool) if part.absent is None else part.absent for part in parts
    ]
    empty = np.concatenate(absent)
    return Given(np.concatenate([part.values for part in parts]), empty if empty.any() else None)


def _column(table: Source, part: Part, position: int, item: Input, must: bool) -> Given:
    """Return a column of plain values, empty cells filled where there is a default."""
    given = part.given(position, item)
    column = filled({item.name: item}, {item.name: given})[item.name]
    if isinstance(column.values, Coded):
        values: Array = column.values.texts()
        if column.absent is not None:
            values = values.astype(object)
            values[column.absent] = None
    else:
        values = np.asarray(column.values)
    unread = values == None if values.dtype.kind == "O" else values != values  # noqa: E711
    if must and np.any(unread):
        n = int(np.flatnonzero(unread)[0])
        raise TableError(_unread(table, part, n, position, item))
    return Given(values, given.absent)


def _unit(unit: str, lang: str) -> str:
    """Return what a progress bar counts."""
    return unit if unit == "B" else f" {Phrase(unit.strip()).say(lang)}"


def _no_row(path: Path) -> TableError:
    return table_error("no_row", path, "there is no row under the header", "give at least one")


TEXT = (".csv", ".tsv", ".txt")


def _opened(
    path: Path, decimal: str, dates: str, sheet: str | None
) -> AbstractContextManager[Source]:
    suffix = path.suffix.lower()
    if str(path) == STANDARD or suffix in TEXT:
        return open_csv(path, decimal, dates)
    if suffix == ".parquet":
        return open_parquet(path, dates)
    if suffix in READ:
        return open_workbook(path, decimal, dates, sheet)
    raise table_error(
        "suffix", path, "is neither .csv, .parquet, .xlsx nor .ods", "name the file by what it is"
    )


# -- in which order day and month stand ---------------------------------------------------------


class _UnprovedError(Exception):
    """A day was read that could be two, of which the rest of the file may say which it is."""

    def __init__(self, inputs: Mapping[int, Input]) -> None:
        super().__init__()
        self.inputs = inputs


def _days(inputs: Mapping[int, Input]) -> list[int]:
    """Return the places of the columns of days."""
    return [place for place, item in inputs.items() if item.kind == "date"]


def _proved(path: Path, decimal: str, sheet: str | None, inputs: Mapping[int, Input]) -> str:
    """Return how the columns of days of a whole file prove that days are written; may be empty."""
    proof, places = Proof(), _days(inputs)
    with _opened(path, decimal, "", sheet) as table:
        for piece in table.pieces(CHUNK, {place: inputs[place] for place in places}):
            part, _ = piece()  # what is wrong is said when it is computed
            if part is not None:
                for place in places:
                    proof.see(part.words(place))
    return proof.order


# -- pieces, computed by as many as there are cores ---------------------------------------------


@attrs.define
class _Done:
    """A piece of a file that was computed."""

    rows: int = 0
    missing: int = 0
    faults: list[Fault] = attrs.field(factory=list)
    error: TableError | None = None
    ready: Any = None  # what the writer writes


class _Work:
    """Reads, computes and prepares a piece; it may be called from several threads."""

    def __init__(
        self, rule: Rule, table: Source, used: Mapping[str, int], errors: Errors, source: Path,
        lang: str, *, sure: bool,
    ) -> None:  # fmt: skip
        self.lang = lang
        self.rule, self.table, self.used = rule, table, used
        self.errors, self._source = errors, source
        self.inputs = {position: rule.all_inputs[name] for name, position in used.items()}
        self._asked = [] if sure else _days(self.inputs)
        self.prepare: Callable[[Part, list[ResultColumn]], Any] = lambda part, columns: None

    def __call__(self, piece: Piece) -> _Done:
        part, error = piece()
        if part is None:
            return _Done(error=error)
        for place in self._asked:
            if any(is_day_or_month(self.table.notation, word) for word in part.words(place)):
                raise _UnprovedError(self.inputs)
        given = {name: part.given(n, self.rule.all_inputs[name]) for name, n in self.used.items()}
        result = self._computed(given)
        number = np.broadcast_to(result.reason_number, (len(part),))
        bad = np.flatnonzero(number)
        done = _Done(rows=len(part), missing=len(bad), error=error)
        if self.errors == "raise" and len(bad):
            rows = bad[:SHOWN].tolist()
            done.faults = [fault for n in rows for fault in self._faults(part, given, n)]
            return done
        columns = list(result_columns(result, len(part), self.errors, self.lang))
        if self.errors == "null" and len(bad):
            columns = self._reasoned(columns, part, given, result)
        headings = set(self.table.columns)
        done.ready = self.prepare(part, [c for c in columns if c.name not in headings])
        return done

    def _computed(self, given: Mapping[str, Given]) -> Result:
        try:
            return compute_table(self.rule, given, "null")
        except InputError as error:  # a whole column of another type
            faults = (attrs.evolve(fault, where=str(self._source)) for fault in error.errors)
            raise TableError(*faults) from None

    def _faults(self, part: Part, given: Mapping[str, Given], n: int) -> list[Fault]:
        """Return all that is wrong with a row, told by the cells as they stand in the file."""
        one = {name: _row(column, n) for name, column in given.items()}
        try:
            compute_rows(self.rule, one, "raise")
        except InputError as error:
            return [self._in_file(fault, part, n) for fault in error.errors]
        raise AssertionError("a row without a result computes")

    def _in_file(self, fault: Fault, part: Part, n: int) -> Fault:
        place, where = part.number(n), self.table.at(part.number(n))
        position = self.used.get(fault.input)
        cell = None if position is None else part.cell(n, position)
        if position is not None:
            item = self.rule.all_inputs[fault.input]
            if fault.code in ("unreadable", "type") or is_empty(cell):
                return _unread(self.table, part, n, position, item)
            why = mistaken(item, cell, self.rule.on)
            if why is not None:
                fault = listed_fault(item, why, str(cell).strip(), ())
        return attrs.evolve(
            fault, where=where, positions=(place,), count=1,
            line=place if self.table.word == "line" else None,
            data={**fault.data, "value": cell, "shown": shown(cell), "at": ""},
        )  # fmt: skip

    def _reasoned(
        self, columns: list[ResultColumn], part: Part, given: Mapping[str, Given], result: Result
    ) -> list[ResultColumn]:
        """Say of each cell that is wrong whether it is empty, ambiguous, or what else it is."""
        words = list(result.reasons)
        places = {word: n for n, word in enumerate(words)}
        numbers = np.broadcast_to(result.reason_number, (len(part),)).astype(np.int64)
        told: dict[tuple[int, str, object], int] = {}
        for n in np.flatnonzero(numbers).tolist():
            why = words[numbers[n]]
            name = why.data.get("input", "") if isinstance(why, Phrase) else ""
            position = self.used.get(name)
            if position is None:
                continue
            cell = part.cell(n, position)
            key = (int(numbers[n]), name, "" if is_empty(cell) else cell)
            if key not in told:
                reason = self._reason(part, given, n, position, words[numbers[n]])
                if reason not in places:
                    places[reason] = len(words)
                    words.append(reason)
                told[key] = places[reason]
            numbers[n] = told[key]
        field = ResultField("reason", "text")
        again = of_words(field, [said(word, self.lang) for word in words], numbers)
        return [again if column.name == "reason" else column for column in columns]

    def _reason(
        self, part: Part, given: Mapping[str, Given], n: int, position: int, otherwise: str
    ) -> str:
        item, cell = self.inputs[position], part.cell(n, position)
        if is_empty(cell):
            return Phrase("{input}: is empty", input=item.name)
        why = mistaken(item, cell, self.rule.on)
        if why is not None:
            fault = listed_fault(item, why, str(cell).strip(), ())
            return Phrase("{fault}", fault=fault)
        if isinstance(otherwise, Phrase) and otherwise.template == UNREADABLE_REASON:
            fault = unreadable(item, cell, notation=self.table.notation)
            if fault.code in ("ambiguous", "day_or_month"):
                return fault.message
            return Phrase(
                "{input}: is not {expected}", input=item.name, expected=fault.data["expected"]
            )
        return otherwise


def _row(column: Given, n: int) -> Given:
    """Return one row of a column."""
    absent = None if column.absent is None else column.absent[n : n + 1]
    if isinstance(column.values, Coded):
        word = column.values.words[int(column.values.index[n])]
        return Given(Coded((word,), np.zeros(1, dtype=np.int32)), absent)
    return Given(column.values[n : n + 1], absent)


def _unread(table: Source, part: Part, n: int, position: int, item: Input) -> Fault:
    """Return what is wrong with a cell that is no value of its kind."""
    place = part.number(n)
    return unreadable(
        item, part.cell(n, position), table.at(place), place if table.word == "line" else None,
        table.notation,
    )  # fmt: skip


def _in_order(work: Callable[[Piece], _Done], pieces: Iterator[Piece]) -> Iterator[_Done]:
    """Yield what was made of the pieces, in their order, as many at work as there are cores."""
    workers = min(WORKERS, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(workers)
    waiting: deque[Future[_Done]] = deque()
    try:
        try:
            for piece in pieces:
                waiting.append(pool.submit(work, piece))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
        except TableError as error:  # the rows before it are told first
            while waiting:
                yield waiting.popleft().result()
            yield _Done(error=error)
            return
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


# -- writing -----------------------------------------------------------------------------------

Prepare: TypeAlias = Callable[[Part, list[ResultColumn]], Any]


@contextmanager
def _writer(
    target: Path, work: _Work, never: Sequence[Path]
) -> Iterator[tuple[Prepare, Callable[[Any], None]]]:
    """Open the target: give what prepares a part, in any thread, and what writes it, in order."""
    table, suffix = work.table, target.suffix.lower()
    if str(target) == STANDARD or suffix in TEXT:
        with written_bytes(target, never=never) as raw:
            rows = CsvRows("\t" if suffix == ".tsv" else table.delimiter)
            headed = False

            def prepare(part: Part, columns: list[ResultColumn]) -> Any:
                return rows.rows(part, columns), [column.name for column in columns]

            def write(ready: Any) -> None:
                nonlocal headed
                text, names = ready
                if not headed:
                    # by this sign Excel knows that a file is UTF-8
                    raw.write(
                        b"\xef\xbb\xbf"
                        if table.from_excel and table.word == "line" and suffix != ".txt"
                        else b""
                    )
                    raw.write(rows.names([*table.columns, *names]))
                headed = True
                raw.write(text)

            yield prepare, write
    elif suffix == ".parquet":
        with written_bytes(target, never=never) as raw, parquet_writer(raw, target) as add:
            yield (
                lambda part, columns: (
                    part.arrow(work.inputs), {c.name: arrow_column(c) for c in columns}
                ),
                lambda ready: add(*ready),
            )  # fmt: skip
    elif suffix == ".xlsx":
        with (
            written_bytes(target, never=never) as raw,
            workbook_writer(raw, target, table.columns, work.inputs) as put,
        ):
            yield lambda part, columns: (part, columns), lambda ready: put(*ready)
    else:
        raise table_error(
            "suffix", target, "is neither .csv, .parquet nor .xlsx", "name the file by what it is"
        )
