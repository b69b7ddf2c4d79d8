"""Frames of people in, frames of the same kind with their results out.

What is in memory is computed at once. What is not goes part by part, in the same way, as it is asked for:
the columns that come out are known beforehand.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import InputError
from tarifs_solidaires.extras import MissingExtraError, needs
from tarifs_solidaires.people.batches import batch_schema, compute_batch, compute_batches
from tarifs_solidaires.people.cells import Notation
from tarifs_solidaires.people.checked import Keep, check_columns, refused
from tarifs_solidaires.people.columns import Given, of_arrow, of_objects, undecided_days
from tarifs_solidaires.people.days import Proof
from tarifs_solidaires.people.results import (
    ResultColumn,
    ResultField,
    arrow_column,
    result_columns,
    result_fields,
)
from tarifs_solidaires.people.rows import compute_table
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.inputs import Errors, Input, check_errors

if TYPE_CHECKING:
    import narwhals as nw

Frame = TypeVar("Frame")
Array = npt.NDArray[Any]


def compute_frame(
    rule: Rule,
    frame: Frame,
    *,
    errors: Errors = "raise",
    keep: Keep = (),
    columns: Mapping[str, str] = EMPTY,
    decimal: str = "",
    dates: str = "",
    lang: str = "en",
) -> Frame:
    """Compute a rule for each row of a data frame, and give a frame of the same kind.

    Parameters
    ----------
    rule : Rule
        What to compute.
    frame : pandas.DataFrame, polars.DataFrame, polars.LazyFrame, pyarrow.Table, \
            pyarrow.RecordBatch, pyarrow.RecordBatchReader or duckdb.DuckDBPyRelation
        One row a person or household; each input of the rule is the column of its name. A value
        that is missing, of whatever kind, is the default of its input, or says that an optional
        input is not given in that row; of any other input it cannot be right. Where an input and
        the ways into it are columns, such as a quotient beside incomes and shares, a row gives it
        in the one way that is complete there.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises, or gives a missing result with a ``reason``.
    keep : sequence of str or "all"
        Columns to carry through that are neither inputs of a rule that ships nor identifiers (``id``,
        ``foyer``, ``household``, ...). They are named so that a misspelt input is an error and is
        not passed over; ``"all"`` carries everything through.
    columns : mapping of str to str
        Which input a column is, by its heading, where the heading does not say it: its name, a
        synonym of the rule file or a label do, whatever their case and accents. An empty name says
        that the column is no input.
    decimal : {"", ".", ","}
        What marks the decimals in columns of text, where someone says so; a point is usual.
    dates : {"", "dd/mm/yyyy", "mm/dd/yyyy"}
        Whether the day or the month stands first in columns of text. It need not be said of a table
        in memory whose days prove it: one is over 12, and none goes against it.
    lang : {"en", "fr", "pt"}
        Language of the reasons, with or without a country; English where it is another one.

    Returns
    -------
    frame
        One of the caller's kind: its columns (and index), the outputs of the rule, ``tranche``,
        ``reason`` where errors are null, and ``last_known`` where the rule is used beyond the last
        day for which it is known. ``result_schema`` says of what types. A lazy frame stays lazy, a
        reader computes its batches as they are read, and a relation is one of the same connection,
        whose results are in memory. The caller's frame stays as it is; a reader is used up.

    Raises
    ------
    TableError
        Where the frame is of another kind, or a column is unknown, missing, double, or of the
        name of a result: at once, of lazy kinds too.
    InputError
        Where a value cannot be right; the message lists the first positions, counted from 0. A
        reader raises it when it comes to the first batch that has one, a lazy frame when it is
        collected, of a part that has one: parts are computed at the same time.

    Examples
    --------
    >>> import pandas as pd
    >>> from tarifs_solidaires import compute_frame, load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> people = pd.DataFrame({"quotient_familial": [350.0, 350.01]}, index=["Ana", "Luc"])
    >>> compute_frame(rule, people)[["taux_reduction", "tranche"]]
         taux_reduction         tranche
    Ana             1.0        QF ≤ 350
    Luc             0.9  350 < QF ≤ 500
    """
    way = _Way(rule, errors, keep, columns, decimal, dates, lang)
    check_errors(errors)
    Notation.of(decimal, dates)  # what is no notation is refused at once
    given: Any = frame
    found: Any
    match kind_of(frame):
        case "lazy":
            found = _lazy(way, given)
        case "batch":
            found = way.batch(given)
        case "reader":
            found = _reader(way, given)
        case "relation":
            found = _relation(way, given)
        case _:
            found = _eager(way, given)
    result: Frame = found
    return result


@attrs.frozen
class _Way:
    """How a frame is to be computed."""

    rule: Rule
    errors: Errors
    keep: Keep
    columns: Mapping[str, str]
    decimal: str
    dates: str
    lang: str

    @property
    def options(self) -> dict[str, Any]:
        """Its options, as the functions of batches take them."""
        names = ("errors", "keep", "columns", "decimal", "dates", "lang")
        return {name: getattr(self, name) for name in names}

    def batch(self, batch: Any) -> Any:
        """Compute a record batch."""
        return compute_batch(self.rule, batch, **self.options)

    def schema(self, schema: Any, *, coded: bool = False) -> Any:
        """Return the schema in pyarrow of what comes out of one."""
        return batch_schema(
            self.rule, schema, errors=self.errors, keep=self.keep, columns=self.columns, coded=coded
        )

    def added(self, names: Sequence[str]) -> list[ResultField]:
        """Return the columns that are added to some; refuses those that do not fit."""
        used = check_columns(self.rule, names, self.keep, self.errors, said=self.columns)
        read = {names[place] for place in used.values()}
        return [f for f in result_fields(self.rule, self.errors) if f.name not in read]


def kind_of(frame: object) -> str:
    """Return which way a frame goes: lazy, batch, reader or relation; empty where it is in memory."""
    import narwhals.dependencies as known

    if known.is_polars_lazyframe(frame):
        return "lazy"
    arrow = sys.modules.get("pyarrow")
    if arrow is not None and isinstance(frame, arrow.RecordBatchReader):
        return "reader"
    if arrow is not None and isinstance(frame, arrow.RecordBatch):
        return "batch"
    # A relation is known by its name: the library may have been loaded without its typed face.
    return "relation" if type(frame).__name__ == "DuckDBPyRelation" else ""


# -- in memory ---------------------------------------------------------------------------------


def _opened(frame: Any) -> nw.DataFrame[Any]:
    """Return a frame in memory as narwhals has it."""
    import narwhals as nw

    try:
        return nw.from_native(frame, eager_only=True)
    except TypeError:
        module = type(frame).__module__.split(".")[0]
        raise refused(
            "frame", "the frame must be a pandas or polars frame, a pyarrow table, record batch or "
            "reader, or a DuckDB relation, not {kind}",
            {"dask": "use compute_dask", "pyspark": "use compute_spark", "builtins":
             "give plain values to compute"}.get(module, "convert it to one of them"),
            kind=f"{module} {type(frame).__name__}",
        ) from None  # fmt: skip
    except nw.exceptions.DuplicateError:  # pandas
        names: list[object] = list(frame.columns)
        raise refused(
            "double_column", "the column {name!r} appears twice", "keep one",
            name=next(name for name in names if names.count(name) > 1),
        ) from None  # fmt: skip


def _eager(way: _Way, frame: Any, first: int = 0, *, whole: bool = True) -> Any:
    """Compute a frame in memory; ``whole`` where it is no part of one."""
    table = _opened(frame)
    rule, errors = way.rule, way.errors
    used = check_columns(rule, table.columns, way.keep, errors, said=way.columns)
    series = {name: table.get_column(table.columns[place]) for name, place in used.items()}
    notation = Notation.of(way.decimal, way.dates)
    if whole and not notation.dates:
        notation = attrs.evolve(notation, dates=_proved(rule, series))
    undecided = [
        fault.moved(lambda place: place + first)
        for name, one in series.items()
        if rule.all_inputs[name].kind == "date" and not one.dtype.is_temporal()
        for fault in undecided_days(rule.all_inputs[name], one.to_list(), notation)
    ]
    if undecided:
        raise InputError(*undecided)
    given = {name: _given(rule.all_inputs[name], one, notation) for name, one in series.items()}
    result = compute_table(rule, given, errors, first)
    added = [
        _series(column, table.implementation)
        for column in result_columns(result, len(table), errors, way.lang)
        if column.name not in table.columns
    ]
    return table.with_columns(*added).to_native()


def _proved(rule: Rule, series: Mapping[str, nw.Series[Any]]) -> str:
    """Return how the texts of the columns of days prove that days are written; may be empty."""
    proof = Proof()
    for name, one in series.items():
        if rule.all_inputs[name].kind == "date" and not one.dtype.is_temporal():
            proof.see(set(one.to_list()))
    return proof.order


def _given(item: Input, series: nw.Series[Any], notation: Notation) -> Given:
    """Return a column of a frame as an input."""
    import narwhals as nw

    dtype = series.dtype
    if isinstance(dtype, nw.Datetime) and dtype.time_zone is not None:
        series = series.dt.replace_time_zone(None)  # the day of the place, not of Greenwich
    if dtype in (nw.String, nw.Categorical, nw.Enum) or (
        dtype == nw.Object and series.implementation.is_pandas_like()
    ):
        if series.implementation.is_polars() and _has_arrow():
            return of_arrow(item, series.to_native().to_arrow(), notation)
        cells = series.to_list()
        if item.kind == "code" or any(isinstance(cell, str) for cell in cells):
            return of_objects(item, cells, notation)
    native = series.to_native()
    if hasattr(native, "num_chunks"):
        return of_arrow(item, native, notation)
    absent = series.is_null()
    if dtype.is_float():
        absent = absent | series.is_nan()
    mask = np.asarray(absent.to_numpy(), dtype=bool)
    return Given(native, mask if mask.any() else None)


def _has_arrow() -> bool:
    try:
        with needs("tables"):
            import pyarrow  # noqa: F401
    except MissingExtraError:
        return False
    return True


def _series(column: ResultColumn, kind: Any) -> nw.Series[Any]:
    import narwhals as nw

    values = column.values
    if column.is_number:
        if kind.is_pandas_like():
            values = values.copy()  # the frame is the caller's to change; the result is not
        found: nw.Series[Any] = nw.new_series(column.name, values, nw.Float64, backend=kind)
        return found if kind.is_pandas_like() else found.fill_nan(None)
    if kind.is_pyarrow():
        with needs("tables"):
            import pyarrow as pa

        native: Any = pa.chunked_array([arrow_column(column)])
        found = nw.from_native(native, series_only=True)
        return found.alias(column.name)
    if kind.is_polars():
        with needs("tables"):
            import polars as pl

        places = pl.Series(column.name, values, dtype=pl.Int32)
        known = places.set(places < 0, None)
        if column.words is None:
            return nw.from_native(known.cast(pl.Boolean), series_only=True)
        kind_ = pl.Enum(column.words) if column.closed else pl.String
        words = pl.Series(column.name, column.words, dtype=kind_)
        return nw.from_native(words.gather(known), series_only=True)
    if kind.is_pandas():
        with needs("tables"):
            import pandas as pd  # type: ignore[import-untyped, unused-ignore] # stubs are no need

        if column.words is None:
            flags = pd.array(np.where(values < 0, None, values == 1), dtype="boolean")
            return nw.from_native(pd.Series(flags, name=column.name), series_only=True)
        category = pd.Categorical.from_codes(values, categories=pd.Index(column.words, dtype="str"))
        return nw.from_native(pd.Series(category, name=column.name), series_only=True)
    texts = [text or None for text in column.texts()]
    return nw.new_series(column.name, texts, nw.String, backend=kind)


# -- part by part ------------------------------------------------------------------------------


def _lazy(way: _Way, frame: Any) -> Any:
    with needs("tables"):
        import polars as pl

    schema = _polars_schema(way, frame.collect_schema())
    number = ""
    if way.errors == "raise":  # errors count rows from the first one of all, whoever computes which
        number = "_" * (1 + max(map(len, schema))) + "row"
        frame = frame.with_row_index(number)
    return frame.map_batches(
        partial(_some, way, number), schema=pl.Schema(schema), streamable=True,
        # the rule reads columns that nobody may ask for, and what is asked of results comes after it
        projection_pushdown=False, predicate_pushdown=False,
    )  # fmt: skip


def _some(way: _Way, number: str, rows: Any) -> Any:
    """Compute some rows of a lazy frame, which may be any of them."""
    if not number:
        return _eager(way, rows, whole=False)
    numbers, rows = rows[number], rows.drop(number)
    try:
        return _eager(way, rows, whole=False)
    except InputError as error:
        faults = [fault.moved(lambda place: int(numbers[place])) for fault in error.errors]
    raise InputError(*faults)


def _reader(way: _Way, reader: Any) -> Any:
    with needs("tables"):
        import pyarrow as pa

    schema = way.schema(reader.schema)
    batches = compute_batches(way.rule, reader, **way.options)
    return pa.RecordBatchReader.from_batches(schema, batches)


def _relation(way: _Way, relation: Any) -> Any:
    """Compute a relation through a reader, and ask its own connection for what came out."""
    computed = _reader(way, relation.to_arrow_reader()).read_all()  # noqa: F841 # the query names it
    return relation.query("people", "SELECT * FROM computed")


# -- what comes out ----------------------------------------------------------------------------


def result_schema(
    rule: Rule,
    frame: Any,
    *,
    errors: Errors = "raise",
    keep: Keep = (),
    columns: Mapping[str, str] = EMPTY,
) -> Any:
    """Return the columns that come out of a frame, and their types, before anything is computed.

    Parameters
    ----------
    rule : Rule
        What will be computed.
    frame : frame or schema
        A frame as for ``compute_frame``, of which no row is read; or a ``polars.Schema``, or a
        ``pyarrow.Schema`` for record batches.
    errors : {"raise", "null"}
        As for ``compute_frame``.
    keep, columns
        As for ``compute_frame``.

    Returns
    -------
    pyarrow.Schema, polars.Schema, pandas.Series or dict of str to str
        The columns of the people as they are, then the results, all of which can be missing: for
        polars, float64, Boolean, and Enum, or String where any text can be; for a table of pyarrow
        float64, bool, and a dictionary of texts, for its batches and readers plain texts; for
        pandas, as ``dtypes`` has them, float64, boolean and category; for a relation the types of
        SQL by name.

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
    way = _Way(rule, errors, keep, columns, "", "", "")
    kind = kind_of(frame)
    if kind in ("batch", "reader"):
        return way.schema(frame.schema)
    if kind == "lazy":
        return _polars_schema(way, frame.collect_schema())
    if kind == "relation":
        there = dict(zip(frame.columns, map(str, frame.types), strict=True))
        types = {"number": "DOUBLE", "flag": "BOOLEAN", "text": "VARCHAR"}
        return there | {f.name: types[f.kind] for f in way.added(list(there))}
    if type(frame).__name__ == "Schema":
        is_polars = type(frame).__module__.startswith("polars")
        return _polars_schema(way, frame) if is_polars else way.schema(frame)
    table = _opened(frame)
    if table.implementation.is_pyarrow():
        return way.schema(frame.schema, coded=True)
    if table.implementation.is_polars():
        return _polars_schema(way, frame.schema)
    return _eager(way, frame.iloc[:0]).dtypes


def _polars_schema(way: _Way, schema: Any) -> Any:
    with needs("tables"):
        import polars as pl

    types = {"number": pl.Float64(), "flag": pl.Boolean()}
    added = {
        field.name: pl.Enum(field.words) if field.words else types.get(field.kind, pl.String())
        for field in way.added(list(schema))
    }
    return pl.Schema({**schema, **added})
