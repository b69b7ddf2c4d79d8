"""Record batches of people in, record batches with their results out: for streams and clusters.

A batch is worked out for itself, and its schema is known beforehand: the same function serves a file
that is larger than memory, a partition of Dask or Spark, and a query of DuckDB.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tarifs_solidaires.errors import Fault, TableError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.frames import ResultColumn, check_columns, result_columns
from tarifs_solidaires.people.parquet_file import ROW_GROUP
from tarifs_solidaires.people.writing import written_bytes
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.values.inputs import Errors

if TYPE_CHECKING:
    import pyarrow as pa

Keep = Sequence[str] | Literal["all"]


def result_schema(
    rule: Rule, schema: pa.Schema, *, errors: Errors = "raise", keep: Keep = ()
) -> pa.Schema:
    """Return the schema of the results of batches of people.

    Parameters
    ----------
    rule : Rule
        What will be computed.
    schema : pyarrow.Schema
        Columns of the people.
    errors : {"raise", "null"}
        As for ``compute_batch``.
    keep : sequence of str or "all"
        As for ``compute_frame``.

    Returns
    -------
    pyarrow.Schema
        The columns of the people, then the results: float64, bool or string.

    Raises
    ------
    TableError
        Where a column is unknown, missing, double, or of the name of a result.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> people = pa.schema([("quotient_familial", pa.float64())])
    >>> result_schema(rule, people).names
    ['quotient_familial', 'taux_reduction', 'prix_mensuel', 'tranche']
    """
    with needs("tables"):
        import pyarrow as pa

    used = check_columns(rule, schema.names, keep, errors)
    for field in _result_fields(rule, errors):
        if field.name not in used:
            schema = schema.append(field)
    return pa.schema(schema)  # what pandas wrote into it is true of the people alone


def compute_batch(
    rule: Rule, batch: pa.RecordBatch, *, errors: Errors = "raise", keep: Keep = ()
) -> pa.RecordBatch:
    """Compute a rule for each row of a record batch.

    Parameters
    ----------
    rule : Rule
        What to compute.
    batch : pyarrow.RecordBatch
        One row a person or household; each input of the rule is the column of its name.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises, or gives a missing result with a ``reason``.
    keep : sequence of str or "all"
        Columns to carry through, as for ``compute_frame``.

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
        Where a value cannot be right; the message lists the first positions, counted from 0.

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

    schema = result_schema(rule, batch.schema, errors=errors, keep=keep)
    used = check_columns(rule, batch.schema.names, keep, errors)
    given = {name: pa.chunked_array([batch.column(name)]) for name in used}
    result = rule.compute(given, errors=errors)
    found = {column.name: column for column in result_columns(result, batch.num_rows, errors)}
    added = [_plain_column(found[name]) for name in schema.names[batch.num_columns :]]
    return pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)


def compute_batches(
    rule: Rule,
    batches: Iterable[pa.RecordBatch],
    *,
    errors: Errors = "raise",
    keep: Keep = (),
    workers: int | None = 1,
) -> Iterator[pa.RecordBatch]:
    """Compute a rule for batches as they come, in their order.

    Parameters
    ----------
    rule : Rule
        What to compute.
    batches : iterable of pyarrow.RecordBatch
        People; a reader of a file is one. No more batches are asked for than are worked on.
    errors : {"raise", "null"}
        As for ``compute_batch``.
    keep : sequence of str or "all"
        As for ``compute_batch``.
    workers : int or None
        Threads; None for one a core.

    Yields
    ------
    pyarrow.RecordBatch
        The batches with their results.

    Raises
    ------
    TableError, InputError
        As ``compute_batch`` does.

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
            Fault(code="workers", template="{workers} threads cannot work", data={"workers": count},
                  remedy="give 1 or more, or None for one a core")
        )  # fmt: skip
    if count == 1:
        for batch in batches:
            yield compute_batch(rule, batch, errors=errors, keep=keep)
        return
    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(compute_batch, rule, batch, errors=errors, keep=keep))
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


def _result_fields(rule: Rule, errors: Errors) -> Iterator[pa.Field]:
    with needs("tables"):
        import pyarrow as pa

    kinds = {"number": pa.float64(), "flag": pa.bool_()}
    for name in rule.output_names:
        item = rule.all_inputs.get(name) if name not in rule.steps else None
        kind = rule.output_kind(name) if item is None else item.kind
        texts = kind in ("code", "flag")
        yield pa.field(name, kinds.get(kind, pa.string() if texts else pa.float64()))
    yield pa.field("tranche", pa.string())
    if errors == "null":
        yield pa.field("reason", pa.string())
    if rule.last_known is not None:
        yield pa.field("last_known", pa.string())


def _plain_column(column: ResultColumn) -> Any:
    """Return a column in pyarrow, of a type that does not depend on its values."""
    with needs("tables"):
        import pyarrow as pa

    if column.is_number:
        return pa.array(column.values, pa.float64(), from_pandas=True)
    missing = column.values < 0
    if column.words is None:
        return pa.array(column.values == 1, pa.bool_(), mask=missing)
    places = pa.array(np.where(missing, 0, column.values), pa.int32(), mask=missing)
    words = pa.array(column.words or ("",), pa.string())
    return pa.DictionaryArray.from_arrays(places, words).dictionary_decode()
