"""Rules inside other engines: Dask, Spark and DuckDB, all through the same function of a batch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from tarifs_solidaires.errors import Fault, TableError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.batches import batch_schema, compute_batch, compute_batches
from tarifs_solidaires.people.checked import Keep
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.values.inputs import Errors

if TYPE_CHECKING:
    import pyarrow as pa


def compute_dask(
    rule: Rule, frame: Any, *, errors: Errors = "raise", keep: Keep = (), lang: str = "en"
) -> Any:
    """Compute a rule for each row of a Dask data frame, partition by partition.

    Parameters
    ----------
    rule : Rule
        What to compute.
    frame : dask.dataframe.DataFrame
        One row a person or household; each input of the rule is the column of its name.
    errors : {"raise", "null"}
        As for ``compute_batch``.
    keep : sequence of str or "all"
        As for ``compute_batch``.
    lang : {"en", "fr", "pt"}
        Language of the reasons, as for ``compute_batch``.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns and index of the frame, with the results, computed when it is asked for. Numbers
        are float64, flags nullable, texts ``string``.

    Raises
    ------
    TableError
        Where Dask is not installed, or a column is unknown, missing, double, or of the name of a
        result.

    Examples
    --------
    >>> import pandas as pd
    >>> import dask.dataframe as dd
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> people = dd.from_pandas(pd.DataFrame({"quotient_familial": [350.0, 600.0]}), npartitions=2)
    >>> compute_dask(rule, people)["taux_reduction"].compute().tolist()
    [1.0, 0.7]
    """
    _needed("dask", "dask.dataframe")
    work = partial(_pandas, rule, errors=errors, keep=keep, lang=lang)
    return frame.map_partitions(work, meta=work(frame._meta))


def _pandas(rule: Rule, frame: Any, *, errors: Errors, keep: Keep, lang: str) -> Any:
    with needs("tables"):
        import pandas as pd  # type: ignore[import-untyped, unused-ignore] # stubs are no need
        import pyarrow as pa

    batch = pa.RecordBatch.from_pandas(frame, preserve_index=False)
    found = compute_batch(rule, batch, errors=errors, keep=keep, lang=lang)
    kinds = {pa.bool_(): pd.BooleanDtype(), pa.string(): pd.StringDtype("pyarrow")}
    added = [name for name in found.schema.names if name not in frame.columns]
    table = pa.Table.from_batches([found]).select(added)
    table = table.to_pandas(types_mapper=kinds.get)
    return frame.assign(**{name: table[name].array for name in added})


def compute_spark(
    rule: Rule, frame: Any, *, errors: Errors = "raise", keep: Keep = (), lang: str = "en"
) -> Any:
    """Compute a rule for each row of a Spark data frame, by ``mapInArrow``.

    Parameters
    ----------
    rule : Rule
        What to compute.
    frame : pyspark.sql.DataFrame
        One row a person or household; each input of the rule is the column of its name.
    errors : {"raise", "null"}
        As for ``compute_batch``.
    keep : sequence of str or "all"
        As for ``compute_batch``.
    lang : {"en", "fr", "pt"}
        Language of the reasons, as for ``compute_batch``.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns of the frame, with the results.

    Raises
    ------
    TableError
        Where Spark is not installed, or a column is unknown, missing, double, or of the name of a
        result.
    """
    _needed("spark", "pyspark")
    with needs("spark"):
        from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    schema = batch_schema(rule, to_arrow_schema(frame.schema), errors=errors, keep=keep)
    work = partial(_stream, rule, errors=errors, keep=keep, lang=lang)
    return frame.mapInArrow(work, from_arrow_schema(schema))


def _stream(
    rule: Rule, batches: Iterator[pa.RecordBatch], *, errors: Errors, keep: Keep, lang: str
) -> Iterator[pa.RecordBatch]:
    return compute_batches(rule, batches, errors=errors, keep=keep, lang=lang)


def register_rule(
    connection: Any, rule: Rule, inputs: Sequence[str], *, name: str = "", lang: str = "en"
) -> str:
    """Make a rule a function of DuckDB's SQL.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where the function will be known.
    rule : Rule
        What it computes.
    inputs : sequence of str
        Inputs of the rule, in the order in which queries give them.
    name : str
        Name of the function; that of the rule with ``_`` for whatever is no letter or figure where
        not given.
    lang : {"en", "fr", "pt"}
        Language of the reasons, as for ``compute_batch``.

    Returns
    -------
    str
        Name of the function. It gives a struct: the outputs, ``tranche``, and ``reason``, which is
        null unless a value cannot be right.

    Raises
    ------
    TableError
        Where DuckDB is not installed, inputs are unknown, missing or double, or there is a function
        of the name already.

    Examples
    --------
    >>> import duckdb
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> with duckdb.connect() as connection:
    ...     _ = register_rule(connection, rule, ["quotient_familial"], name="transport")
    ...     connection.sql("SELECT transport(600).taux_reduction").fetchall()
    [(0.7,)]
    """
    _needed("duckdb", "duckdb")
    with needs("tables"):
        import pyarrow as pa

    given = pa.schema([(one, _sql_type(rule, one)) for one in inputs])
    schema = batch_schema(rule, given, errors="null")
    results = [field for field in schema if field.name not in inputs]

    def function(*columns: Any) -> Any:
        arrays = [_whole(column) for column in columns]
        batch = pa.RecordBatch.from_arrays(arrays, names=list(inputs))
        found = compute_batch(rule, batch, errors="null", lang=lang)
        return pa.StructArray.from_arrays([found[field.name] for field in results], fields=results)

    # The library counts the parameters of a function by its signature.
    kind = Parameter.POSITIONAL_ONLY
    own_parameters = [Parameter(f"p{n}", kind) for n in range(len(inputs))]
    function.__signature__ = Signature(own_parameters)  # type: ignore[attr-defined]
    kinds = {pa.float64(): "DOUBLE", pa.bool_(): "BOOLEAN", pa.date32(): "DATE"}
    result = ", ".join(f'"{f.name}" {kinds.get(f.type, "VARCHAR")}' for f in results)
    own = name or re.sub(r"[^a-z0-9]+", "_", rule.name.lower())
    known = "SELECT count(*) FROM duckdb_functions() WHERE lower(function_name) = lower(?)"
    with connection.cursor() as cursor:  # what the caller's connection holds stays as it is
        taken = cursor.execute(known, [own]).fetchall()[0][0]
    if taken:
        # A second one is not put in its place: queries may mean the rule of another day.
        raise TableError(
            Fault(
                code="function", template="there is a function {value!r} already",
                remedy="give another name, or remove it first: connection.remove_function({value!r})",
                data={"value": own},
            )
        )  # fmt: skip
    connection.create_function(
        own, function, [kinds.get(field.type, "VARCHAR") for field in given], f"STRUCT({result})",
        type="arrow", null_handling="special",
    )  # fmt: skip
    return own


def _whole(column: Any) -> Any:
    """Return one array of a column that may come in pieces."""
    return column.combine_chunks() if hasattr(column, "combine_chunks") else column


def _sql_type(rule: Rule, name: str) -> Any:
    with needs("tables"):
        import pyarrow as pa

    item = rule.all_inputs.get(name)
    kind = item.kind if item is not None else "code"
    return {"flag": pa.bool_(), "code": pa.string(), "date": pa.date32()}.get(kind, pa.float64())


def _needed(extra: str, module: str) -> None:
    """Say which extra brings a module, where it is not there."""
    with needs(extra):
        import_module(module)
