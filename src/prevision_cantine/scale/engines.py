"""Forecasts and fits on the workers of a cluster: Dask and Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from prevision_cantine.extras import needs
from prevision_cantine.scale.batches import BatchForecast, forecast_batches

if TYPE_CHECKING:
    import pyarrow as pa


class OnDask:
    """Works on the parts of a joint fit on the workers of a Dask cluster.

    What a worker held that is lost is worked out again from the parts, by others. The items of
    ``parts`` go through the scheduler: give paths, and ``load``, where cities are large.

    Parameters
    ----------
    client : distributed.Client
        The cluster.

    Raises
    ------
    CantineError
        Where Dask is not installed.

    Examples
    --------
    ::

        from dask.distributed import Client
        from prevision_cantine.scale.joint import fit_joint

        with Client("scheduler:8786") as client:
            joint = fit_joint(folders, "2026-02-01", load=load_city, runner=OnDask(client))
    """

    def __init__(self, client: Any) -> None:
        _needed("dask", "distributed")
        self._client = client

    def start(self, make: Callable[[Any], Any], keys: Sequence[Any]) -> list[Any]:
        """Make the parts on the workers.

        Parameters
        ----------
        make : callable
            From a key to a part.
        keys : sequence
            Keys.

        Returns
        -------
        list of distributed.Future
            One a key.
        """
        # The keys go with the tasks: what is scattered is lost for good with its worker.
        return [self._client.submit(make, key, pure=False) for key in keys]

    def each(self, work: Callable[[Any], Any], handles: Sequence[Any]) -> list[Any]:
        """Work on each part.

        Parameters
        ----------
        work : callable
            From what a handle stands for to what is wanted of it.
        handles : sequence of distributed.Future
            Handles.

        Returns
        -------
        list of distributed.Future
            One a handle.
        """
        return [self._client.submit(work, handle, pure=False) for handle in handles]

    def reduced(self, add: Callable[[Any, Any], Any], handles: Sequence[Any]) -> Any:
        """Add up what the handles stand for, two by two, on the workers.

        Parameters
        ----------
        add : callable
            From two values to their sum.
        handles : sequence of distributed.Future
            Handles, at least one.

        Returns
        -------
        object
            The sum, in this process.
        """
        values = list(handles)
        while len(values) > 1:
            pairs = [
                self._client.submit(add, *values[n : n + 2], pure=False)
                for n in range(0, len(values) - 1, 2)
            ]
            values = pairs + values[2 * len(pairs) :]
        return values[0].result()


def forecast_dask(forecast: BatchForecast, frame: Any) -> Any:
    """Forecast each row of a Dask data frame, partition by partition.

    Parameters
    ----------
    forecast : BatchForecast
        What forecasts.
    frame : dask.dataframe.DataFrame
        Columns ``cantine`` and ``date``.

    Returns
    -------
    dask.dataframe.DataFrame
        With the forecasts, computed when they are asked for.

    Raises
    ------
    CantineError
        Where Dask is not installed, or a column is missing.

    Examples
    --------
    ::

        import dask.dataframe as dd

        days = dd.read_parquet("days/")
        forecast_dask(BatchForecast.of(forecaster, city), days).to_parquet("forecasts/")
    """
    _needed("dask", "dask.dataframe")
    return frame.map_partitions(_OfPandas(forecast), meta=_meta(forecast, frame._meta))


class _OfPandas:
    """The function of a batch as one of a pandas frame."""

    def __init__(self, forecast: BatchForecast) -> None:
        self._forecast = forecast

    def __call__(self, frame: Any) -> Any:
        with needs("tables"):
            import pyarrow as pa

        batch = pa.RecordBatch.from_pandas(frame, preserve_index=False)
        found = self._forecast(batch)
        return frame.assign(
            **{
                name: found[name].to_numpy(zero_copy_only=False)
                for name in found.schema.names[batch.num_columns :]
            }
        )


def _meta(forecast: BatchForecast, frame: Any) -> Any:
    with needs("tables"):
        import pyarrow as pa

    known = pa.Schema.from_pandas(frame, preserve_index=False)
    added = forecast.schema(known).names[len(known) :]
    return frame.assign(**dict.fromkeys(added, 0.0)).astype(dict.fromkeys(added, "float64"))


def forecast_spark(forecast: BatchForecast, frame: Any) -> Any:
    """Forecast each row of a Spark data frame, by ``mapInArrow``.

    Parameters
    ----------
    forecast : BatchForecast
        What forecasts.
    frame : pyspark.sql.DataFrame
        Columns ``cantine`` and ``date``.

    Returns
    -------
    pyspark.sql.DataFrame
        With the forecasts.

    Raises
    ------
    CantineError
        Where Spark is not installed, or a column is missing.
    """
    _needed("spark", "pyspark")
    with needs("spark"):
        from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    schema = forecast.schema(to_arrow_schema(frame.schema))

    def stream(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return forecast_batches(forecast, batches)

    return frame.mapInArrow(stream, from_arrow_schema(schema))


def _needed(extra: str, module: str) -> None:
    """Say which extra brings a module, where it is not there."""
    with needs(extra):
        import_module(module)
