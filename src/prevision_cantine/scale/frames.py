"""Forecasts and orders of frames of every kind, each through the function of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

import numpy as np

from prevision_cantine.errors import CantineError
from prevision_cantine.extras import needs
from prevision_cantine.files.frame_kinds import kind_of, reader_of
from prevision_cantine.scale.batches import BatchForecast, forecast_batches

Frame = TypeVar("Frame")


def forecast_frame(forecast: BatchForecast, frame: Frame) -> Frame:
    """Forecast each row of a frame, and give a frame of the same kind.

    Parameters
    ----------
    forecast : BatchForecast
        What forecasts, and orders where it is to.
    frame : pandas.DataFrame, polars.DataFrame, polars.LazyFrame, pyarrow.Table, \
            pyarrow.RecordBatch, pyarrow.RecordBatchReader or duckdb.DuckDBPyRelation
        ``cantine``, ``date`` after the data, ``service`` where the city has several, and any other
        columns, which stay as they are.

    Returns
    -------
    frame
        The caller's columns (and index), then ``prevision``, ``borne_basse`` and ``borne_haute`` in
        meals, ``commande`` where orders are asked for, and terms. A bound that is not known is NaN
        in pandas and null elsewhere. A lazy frame stays lazy, a reader forecasts its batches as they
        are read, and a relation is one of the same connection, whose results are in memory.

    Raises
    ------
    ForecastError
        Where a column is missing, at once; where a canteen or a day is not known, which a reader
        raises when it comes to it, and a lazy frame when it is collected.
    NotForecastError
        Where a day is not after the data.
    CantineError
        Where the frame is of another kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> from prevision_cantine.scale import BatchForecast, forecast_frame
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    >>> days = pd.DataFrame({"cantine": "Cantine 01", "date": ["2022-03-07", "2022-03-08"]})
    >>> forecast = BatchForecast.of(forecaster, city, shortage=0.01, tray=5)
    >>> found = forecast_frame(forecast, days)
    >>> list(found), bool((found["commande"] % 5 == 0).all())
    (['cantine', 'date', 'prevision', 'borne_basse', 'borne_haute', 'commande'], True)
    """
    given: Any = frame
    found: Any
    match kind_of(frame):
        case "lazy":
            found = _lazy(forecast, given)
        case "batch":
            found = forecast(given)
        case "reader":
            found = _reader(forecast, given)
        case "relation":
            computed = _reader(forecast, reader_of(given)).read_all()  # noqa: F841 # the query names it
            found = given.query("results", "SELECT * FROM computed")
        case _:
            found = _eager(forecast, given)
    result: Frame = found
    return result


def forecast_schema(forecast: BatchForecast, frame: Any) -> Any:
    """Return the columns that ``forecast_frame`` gives, and their types, before it forecasts.

    Parameters
    ----------
    forecast : BatchForecast
        What will forecast.
    frame : frame
        A frame as for ``forecast_frame``, of which no row is read.

    Returns
    -------
    pyarrow.Schema, polars.Schema, pandas.Series or dict of str to str
        The caller's columns as they are, then those of the forecast, all of float64: a schema of the
        frame's own library, ``dtypes`` of pandas, or the types of SQL by name for a relation.

    Raises
    ------
    ForecastError
        Where a column is missing, or has the name of a result.
    CantineError
        Where the frame is of another kind.
    """
    kind = kind_of(frame)
    if kind == "lazy":
        return _polars_schema(forecast, frame.collect_schema())
    if kind in ("batch", "reader"):
        return forecast.schema(frame.schema)
    if kind == "relation":
        there = dict(zip(frame.columns, map(str, frame.types), strict=True))
        return there | dict.fromkeys(forecast.added(list(there)), "DOUBLE")
    table = _opened(frame)
    if table.implementation.is_pyarrow():
        return forecast.schema(frame.schema)
    if table.implementation.is_polars():
        return _polars_schema(forecast, frame.schema)
    return _eager(forecast, frame.iloc[:0]).dtypes


def _polars_schema(forecast: BatchForecast, schema: Mapping[str, Any]) -> Any:
    with needs("tables"):
        import polars as pl

    return pl.Schema({**schema, **dict.fromkeys(forecast.added(list(schema)), pl.Float64())})


def _opened(frame: Any) -> Any:
    import narwhals as nw

    try:
        return nw.from_native(frame, eager_only=True)
    except TypeError:
        module = type(frame).__module__.split(".")[0]
        raise CantineError("frame_unnamed", value=f"{module} {type(frame).__name__}") from None


def _eager(forecast: BatchForecast, frame: Any, first: int = 0) -> Any:
    import narwhals as nw

    with needs("tables"):
        import pyarrow as pa

    table = _opened(frame)
    added = forecast.added(table.columns)
    keys = table.select(forecast.keys).to_arrow().combine_chunks()
    batches = keys.to_batches() or [pa.RecordBatch.from_pylist([], schema=keys.schema)]
    found = forecast(batches[0], first=first)
    backend = table.implementation
    series = []
    for name in added:
        values = np.array(found[name].to_numpy(zero_copy_only=False), dtype=np.float64)
        one = nw.new_series(name, values, nw.Float64, backend=backend)
        series.append(one if backend.is_pandas_like() else one.fill_nan(None))
    return table.with_columns(*series).to_native()


def _lazy(forecast: BatchForecast, frame: Any) -> Any:
    schema = _polars_schema(forecast, frame.collect_schema())
    # errors count rows from the first one of all, whatever part they are in
    number = "_" * (1 + max(map(len, schema))) + "row"
    return frame.with_row_index(number).map_batches(
        partial(_some, forecast, number), schema=schema, streamable=True,
        # columns are read that nobody may ask for, and what is asked of results comes after it
        projection_pushdown=False, predicate_pushdown=False,
    )  # fmt: skip


def _some(forecast: BatchForecast, number: str, rows: Any) -> Any:
    first = int(rows[number][0]) if len(rows) else 0
    return _eager(forecast, rows.drop(number), first)


def _reader(forecast: BatchForecast, reader: Any) -> Any:
    with needs("tables"):
        import pyarrow as pa

    schema = forecast.schema(reader.schema)
    return pa.RecordBatchReader.from_batches(schema, forecast_batches(forecast, reader))
