"""Record batches of people in, record batches with their results out: for streams and clusters.

A batch is worked out for itself, and its schema is known beforehand: the same function serves a file
that is larger than memory, a partition of Dask or Spark, and a query of DuckDB.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tarifs_solidaires.errors import Fault, InputError, TableError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.cells import Notation
from tarifs_solidaires.people.checked import Keep, check_columns
from tarifs_solidaires.people.columns import of_arrow, undecided_in_arrow
from tarifs_solidaires.people.parquet_file import ROW_GROUP
from tarifs_solidaires.people.results import (
    arrow_column,
    arrow_field,
    result_columns,
    result_fields,
)
from tarifs_solidaires.people.rows import compute_table
from tarifs_solidaires.people.writing import written_bytes
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.inputs import Errors

if TYPE_CHECKING:
    import pyarrow as pa


def batch_schema(
    rule: Rule,
    schema: pa.Schema,
    *,
    errors: Errors = "raise",
    keep: Keep = (),
    columns: Mapping[str, str] = EMPTY,
    coded: bool = False,
) -> pa.Schema:
    """Return the schema of the results of batches of people; ``coded`` where texts stand once each."""
    with needs("tables"):
        import pyarrow as pa

    used = check_columns(rule, schema.names, keep, errors, said=columns)
    read = {schema.names[place] for place in used.values()}
    for field in result_fields(rule, errors):
        if field.name not in read:
            schema = schema.append(arrow_field(field, coded=coded))
    return pa.schema(schema)  # what pandas wrote into it is true of the people alone


def compute_batch(
    rule: Rule,
    batch: pa.RecordBatch,
    *,
    errors: Errors = "raise",
    keep: Keep = (),
    columns: Mapping[str, str] = EMPTY,
    decimal: str = "",
    dates: str = "",
    lang: str = "en",
    first: int = 0,
) -> pa.RecordBatch:
    """Compute a rule for each row of a record batch.

    Parameters
    ----------
    rule : Rule
        What to compute.
    batch : pyarrow.RecordBatch
        One row a person or household, as for ``compute_frame``.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises, or gives a missing result with a ``reason``.
    keep, columns, decimal, dates, lang
        As for ``compute_frame``.
    first : int
        Number of the first row, where the batch is one of a stream: errors count from it.

    Returns
    -------
    pyarrow.RecordBatch
        Columns as ``result_schema`` says, whatever the batch holds; nothing else than the batch and
        the rule decides them.

    Raises
    ------
    TableError
        Where a column is unknown, missing, double, or of the name of a result.
    InputError
        Where a value cannot be right; the message lists the first positions, counted from ``first``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> people = pa.RecordBatch.from_pydict({"quotient_familial": [350.0, 350.01]})
    >>> compute_batch(rule, people)["taux_reduction"].to_pylist()
    [1.0, 0.9]
    """
    with needs("tables"):
        import pyarrow as pa

    schema = batch_schema(rule, batch.schema, errors=errors, keep=keep, columns=columns)
    used = check_columns(rule, batch.schema.names, keep, errors, said=columns)
    notation = Notation.of(decimal, dates)
    undecided = [
        fault.moved(lambda place: place + first)
        for name, place in used.items()
        for fault in undecided_in_arrow(rule.all_inputs[name], batch.column(place), notation)
    ]
    if undecided:
        raise InputError(*undecided)
    given = {
        name: of_arrow(rule.all_inputs[name], batch.column(place), notation)
        for name, place in used.items()
    }
    result = compute_table(rule, given, errors, first)
    found = {column.name: column for column in result_columns(result, batch.num_rows, errors, lang)}
    added = [arrow_column(found[name], coded=False) for name in schema.names[batch.num_columns :]]
    return pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)


def compute_batches(
    rule: Rule,
    batches: Iterable[pa.RecordBatch],
    *,
    errors: Errors = "raise",
    keep: Keep = (),
    columns: Mapping[str, str] = EMPTY,
    decimal: str = "",
    dates: str = "",
    lang: str = "en",
    workers: int | None = 1,
) -> Iterator[pa.RecordBatch]:
    """Compute a rule for batches as they come, in their order.

    Parameters
    ----------
    rule : Rule
        What to compute.
    batches : iterable of pyarrow.RecordBatch
        People; a reader of a file is one. No more batches are asked for than are worked on.
    errors, keep, columns, decimal, dates, lang
        As for ``compute_frame``.
    workers : int or None
        Threads; None for one a core.

    Yields
    ------
    pyarrow.RecordBatch
        The batches with their results.

    Raises
    ------
    TableError, InputError
        As ``compute_batch`` does, of the first batch in which something is wrong; rows are counted
        from the first one of all.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> people = pa.table({"quotient_familial": [350.0, 350.01, 600.0]})
    >>> found = compute_batches(rule, people.to_batches(max_chunksize=2))
    >>> [batch.num_rows for batch in found]
    [2, 1]
    """
    count = (os.cpu_count() or 1) if workers is None else workers
    if count < 1:
        raise TableError(
            Fault(code="workers", template="the number of threads cannot be {workers}", data={"workers": count},
                  remedy="give 1 or more, or None for one per core")
        )  # fmt: skip
    work = partial(
        compute_batch, rule, errors=errors, keep=keep, columns=columns, decimal=decimal, dates=dates,
        lang=lang,
    )  # fmt: skip
    first = 0
    if count == 1:
        for batch in batches:
            yield work(batch, first=first)
            first += batch.num_rows
        return
    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(work, batch, first=first))
                first += batch.num_rows
                if len(waiting) > count:  # one more than are worked on
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def write_batches(batches: Iterable[pa.RecordBatch], path: str | Path, schema: pa.Schema) -> int:
    """Write batches into a Parquet file that takes its name only once it is complete.

    Whatever stops the program leaves the file that was there before, or none.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        What to write, as it comes.
    path : str or Path
        The file.
    schema : pyarrow.Schema
        That of the batches, as ``result_schema`` gives it.

    Returns
    -------
    int
        Rows that were written.

    Raises
    ------
    TableError
        Where the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> people = pa.table({"quotient_familial": [350.0, 600.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_batches(people.to_batches(), Path(folder) / "people.parquet", people.schema)
    2
    """
    with needs("tables"):
        import pyarrow.parquet as pq

    rows = 0
    with written_bytes(Path(path)) as raw, pq.ParquetWriter(raw, schema) as writer:
        for batch in batches:
            writer.write_batch(batch, row_group_size=ROW_GROUP)
            rows += batch.num_rows
    return rows
