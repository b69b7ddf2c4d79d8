"""Forecasts of record batches of canteens and days: for streams, Dask and Spark."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from prevision_cantine.arrays import Ints
from prevision_cantine.city.city import City, Rows
from prevision_cantine.errors import ForecastError
from prevision_cantine.extras import needs
from prevision_cantine.files.csv_file import written
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.uncertainty.intervals import check_share
from prevision_cantine.words.near import names_near

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

RESULTS = ("prevision", "borne_basse", "borne_haute")
ROWS = 1 << 17  # of a batch that is made here


@attrs.frozen(eq=False)
class BatchForecast:
    """A fitted forecaster as a function of a record batch; ``of`` makes one.

    It holds what a forecast needs and no attendance, so that it is small to send to another process.

    Parameters
    ----------
    forecaster : CanteenForecaster
        Fitted.
    city : City
        The city without its attendance.
    coverage : float
        Share of days that the interval should hold.
    terms : bool
        Whether each term of the forecast is a column too.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster(calibration_periods=2).fit(city, until="2022-02-01")
    >>> forecast = BatchForecast.of(forecaster, city)
    >>> batch = next(calendar_batches(city, "2022-03-07", "2022-03-11"))
    >>> batch.schema.names, forecast(batch).num_rows
    (['cantine', 'date'], 20)
    >>> forecast(batch).schema.names
    ['cantine', 'date', 'prevision', 'borne_basse', 'borne_haute']
    """

    forecaster: CanteenForecaster = attrs.field(repr=False)
    city: City = attrs.field(repr=False)
    coverage: float
    terms: bool

    @classmethod
    def of(
        cls,
        forecaster: CanteenForecaster,
        city: City,
        *,
        coverage: float = 0.9,
        terms: bool = False,
    ) -> BatchForecast:
        """Return the function of a fitted forecaster.

        Parameters
        ----------
        forecaster : CanteenForecaster
            Fitted.
        city : City
            The city to forecast.
        coverage : float
            Share of days that the interval should hold, above 0 and below 1.
        terms : bool
            Whether each term of the forecast, on the log scale, is a column ``terme_NAME`` too.

        Returns
        -------
        BatchForecast
            Pickles, and depends on nothing else.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ForecastError
            Where the coverage is outside its range, or the city is another one.
        """
        check_share("coverage", coverage, such_as=0.9)
        forecaster.check_city(city)
        nothing = city.attendance.select(np.zeros(0, dtype=np.int64))
        return cls(forecaster.bare(), attrs.evolve(city, attendance=nothing), coverage, terms)

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """Return the schema of the results of batches of a schema.

        Parameters
        ----------
        schema : pyarrow.Schema
            Columns ``cantine``, ``date``, ``service`` where the city has several, and any others.

        Returns
        -------
        pyarrow.Schema
            The same, then ``prevision``, ``borne_basse`` and ``borne_haute`` in meals, and terms.

        Raises
        ------
        ForecastError
            Where a column is missing, or has the name of a result.
        """
        with needs("tables"):
            import pyarrow as pa

        for name in self._keys():
            if name not in schema.names:
                raise ForecastError("batch_column", value=name)
        for name in self._results():
            if name in schema.names:
                raise ForecastError("batch_result", value=name)
        return pa.schema([*schema, *(pa.field(name, pa.float64()) for name in self._results())])

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch with its forecasts.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Canteens by name, and days after the data.

        Returns
        -------
        pyarrow.RecordBatch
            As ``schema`` says; a bound that is not known is null.

        Raises
        ------
        ForecastError
            Where a column is missing or a canteen is not known.
        NotForecastError
            Where a day is not after the data.
        """
        with needs("tables"):
            import pyarrow as pa

        schema = self.schema(batch.schema)
        found = self.forecaster.predict(self._rows(batch), self.coverage)
        columns = [found.meals, found.lower, found.upper]
        if self.terms:
            columns += [found.contributions[name] for name in self.forecaster.fitted_.names]
        added = [pa.array(column, pa.float64(), from_pandas=True) for column in columns]
        return pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)

    def _keys(self) -> tuple[str, ...]:
        return ("cantine", "service", "date") if self._has_services else ("cantine", "date")

    @property
    def _has_services(self) -> bool:
        return len(set(self.city.service_of)) > 1

    def _results(self) -> tuple[str, ...]:
        names = self.forecaster.fitted_.names if self.terms else ()
        return (*RESULTS, *(f"terme_{name}" for name in names))

    def _rows(self, batch: pa.RecordBatch) -> Rows:
        with needs("tables"):
            import pyarrow as pa

        days = batch.column("date").cast(pa.date32()).cast(pa.int32())
        names = batch.column("cantine").cast(pa.string())
        if names.null_count or days.null_count:
            raise ForecastError("batch_null")
        known = pa.array(self.city.sites, pa.string())
        if self._has_services:
            with needs("tables"):
                import pyarrow.compute as pc

            of = batch.column("service").cast(pa.string()).fill_null("")
            names = pc.binary_join_element_wise(names, of, "\x1f")
            pairs = zip(self.city.sites, self.city.service_of, strict=True)
            known = pa.array([f"{site}\x1f{service}" for site, service in pairs], pa.string())
        place = _places(names, known)
        date = np.asarray(days).astype("datetime64[D]")
        return Rows(self.city, place, date)


def _places(names: Any, known: Any) -> Ints:
    with needs("tables"):
        import pyarrow.compute as pc

    place = pc.index_in(names, known)
    if place.null_count:
        unknown = str(names.filter(pc.is_null(place))[0].as_py()).rstrip("\x1f")
        near = names_near(unknown, [name.rstrip("\x1f") for name in known.to_pylist()])
        raise ForecastError("no_forecast_of", value=unknown, near=near)
    return np.asarray(place).astype(np.int64)


def calendar_batches(
    city: City,
    start: str | dt.date | np.datetime64,
    end: str | dt.date | np.datetime64,
    *,
    rows: int = ROWS,
) -> Iterator[pa.RecordBatch]:
    """Yield the canteens and days to forecast, never many at a time.

    Parameters
    ----------
    city : City
        The city.
    start, end : str or datetime.date
        First and last day, both included.
    rows : int
        About how many rows a batch has, at least those of a day.

    Yields
    ------
    pyarrow.RecordBatch
        ``cantine``, ``service`` where the city has several, and ``date``, by day then canteen.

    Raises
    ------
    DateError
        Where the span is reversed, leaves the calendar or has no day with meals.
    """
    with needs("tables"):
        import pyarrow as pa

    for some in city.calendar_parts(start, end, rows=rows):
        keys = some.keys()
        yield pa.RecordBatch.from_arrays([pa.array(c) for c in keys.values()], names=list(keys))


def forecast_batches(
    forecast: BatchForecast, batches: Iterable[pa.RecordBatch], *, workers: int | None = 1
) -> Iterator[pa.RecordBatch]:
    """Forecast batches as they come, in their order.

    Parameters
    ----------
    forecast : BatchForecast
        What forecasts each.
    batches : iterable of pyarrow.RecordBatch
        Canteens and days. No more batches are asked for than are worked on.
    workers : int or None
        Threads; None for one a core.

    Yields
    ------
    pyarrow.RecordBatch
        The batches with their forecasts.
    """
    count = (os.cpu_count() or 1) if workers is None else workers
    if count < 2:
        yield from map(forecast, batches)
        return
    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(forecast, batch))
                if len(waiting) > count:  # one more than are worked on
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def write_batches(batches: Iterable[pa.RecordBatch], path: str | Path, schema: pa.Schema) -> int:
    """Write batches into a Parquet file that takes its name only once it is complete.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        What to write, as it comes.
    path : str or Path
        The file.
    schema : pyarrow.Schema
        That of the batches.

    Returns
    -------
    int
        Rows that were written.

    Raises
    ------
    CantineError
        Where the file cannot be written.
    """
    with needs("tables"):
        import pyarrow.parquet as pq

    rows = 0
    with written(path) as passing, pq.ParquetWriter(passing, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows
