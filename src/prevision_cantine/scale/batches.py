"""Forecasts of record batches of canteens and days: for streams, Dask and Spark."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from prevision_cantine.arrays import Ints
from prevision_cantine.city.city import City, Rows
from prevision_cantine.decide.ordering import check_ordering, order
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
    ordering : mapping of str to object
        How meals are ordered, as ``order`` takes it; empty where they are not.

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
    ordering: Mapping[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        forecaster: CanteenForecaster,
        city: City,
        *,
        coverage: float = 0.9,
        terms: bool = False,
        shortage: float | None = None,
        missing_meal_cost: float | None = None,
        wasted_meal_cost: float | None = None,
        tray: int = 1,
        own_margins: bool = False,
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
        shortage, missing_meal_cost, wasted_meal_cost, tray, own_margins
            As in ``order``: where a shortage or the costs are given, the meals to order of each row
            are a column ``commande`` too.

        Returns
        -------
        BatchForecast
            Pickles, and depends on nothing else.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ForecastError
            Where the coverage or a number of the order is outside its range, only some of the costs
            are given, or the city is another one.
        """
        check_share("coverage", coverage, such_as=0.9)
        forecaster.check_city(city)
        nothing = city.attendance.select(np.zeros(0, dtype=np.int64))
        ordering = {
            "shortage": shortage, "missing_meal_cost": missing_meal_cost,
            "wasted_meal_cost": wasted_meal_cost, "tray": tray, "own_margins": own_margins,
        }  # fmt: skip
        if shortage is missing_meal_cost is wasted_meal_cost is None:
            ordering = {}
        else:
            check_ordering(shortage, missing_meal_cost, wasted_meal_cost, tray)
        bare = attrs.evolve(city, attendance=nothing)
        return cls(forecaster.bare(), bare, coverage, terms, ordering)

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

        added = self.added(schema.names)
        return pa.schema([*schema, *(pa.field(name, pa.float64()) for name in added)])

    def added(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the columns of results that are added to some.

        Parameters
        ----------
        names : sequence of str
            The columns that there are.

        Returns
        -------
        tuple of str
            Columns of float64, in their order.

        Raises
        ------
        ForecastError
            Where one is missing, or has the name of a result.
        """
        for name in self.keys:
            if name not in names:
                raise ForecastError("batch_column", value=name)
        for name in self._results():
            if name in names:
                raise ForecastError("batch_result", value=name)
        return self._results()

    def __call__(self, batch: pa.RecordBatch, *, first: int = 0) -> pa.RecordBatch:
        """Return a batch with its forecasts.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Canteens by name, and days after the data.
        first : int
            Number of the first row, where the batch is one of a stream: errors count from it.

        Returns
        -------
        pyarrow.RecordBatch
            As ``schema`` says; a bound that is not known is null.

        Raises
        ------
        ForecastError
            Where a column is missing, or a canteen or a day is not known.
        NotForecastError
            Where a day is not after the data.
        """
        with needs("tables"):
            import pyarrow as pa

        schema = self.schema(batch.schema)
        found = self.forecaster.predict(self._rows(batch, first), self.coverage)
        columns = [found.meals, found.lower, found.upper]
        if self.ordering:
            columns.append(order(found, **self.ordering))
        if self.terms:
            columns += [found.contributions[name] for name in self.forecaster.fitted_.names]
        added = [pa.array(column, pa.float64(), from_pandas=True) for column in columns]
        return pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that are read."""
        return ("cantine", "service", "date") if self._has_services else ("cantine", "date")

    @property
    def _has_services(self) -> bool:
        return len(set(self.city.service_of)) > 1

    def _results(self) -> tuple[str, ...]:
        names = self.forecaster.fitted_.names if self.terms else ()
        orders = ("commande",) if self.ordering else ()
        return (*RESULTS, *orders, *(f"terme_{name}" for name in names))

    def _rows(self, batch: pa.RecordBatch, first: int) -> Rows:
        with needs("tables"):
            import pyarrow as pa

        days = _days(batch.column("date"), first)
        names = batch.column("cantine").cast(pa.string())
        for column in (names, days):
            if column.null_count:
                row = first + int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
                raise ForecastError("batch_null", row=row)
        known = pa.array(self.city.sites, pa.string())
        if self._has_services:
            with needs("tables"):
                import pyarrow.compute as pc

            of = batch.column("service").cast(pa.string()).fill_null("")
            names = pc.binary_join_element_wise(names, of, "\x1f")
            pairs = zip(self.city.sites, self.city.service_of, strict=True)
            known = pa.array([f"{site}\x1f{service}" for site, service in pairs], pa.string())
        place = _places(names, known, first)
        date = np.asarray(days.cast(pa.int32())).astype("datetime64[D]")
        return Rows(self.city, place, date)


def _days(column: Any, first: int) -> Any:
    """Return a column of days, of which none has an hour."""
    with needs("tables"):
        import pyarrow as pa
        import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = pc.local_timestamp(column)  # the day of the place, not of Greenwich
    if not (pa.types.is_null(column.type) or pa.types.is_temporal(column.type)):
        column = column.cast(pa.string())
    if pa.types.is_timestamp(column.type):
        wrong = pc.not_equal(column, pc.floor_temporal(column, unit="day")).fill_null(False)
        if not pc.any(wrong).as_py():
            return column.cast(pa.date32())
        row = pc.index(wrong, True).as_py()
    else:
        try:
            return column.cast(pa.date32())
        except pa.ArrowInvalid:
            row = next(n for n in range(len(column)) if not _is_day(column[n]))
    raise ForecastError("batch_date", row=first + row, value=str(column[row]))


def _is_day(cell: Any) -> bool:
    with needs("tables"):
        import pyarrow as pa

    try:
        cell.cast(pa.date32())
    except pa.ArrowInvalid:
        return False
    return True


def _places(names: Any, known: Any, first: int) -> Ints:
    with needs("tables"):
        import pyarrow.compute as pc

    place = pc.index_in(names, known)
    if place.null_count:
        row = int(np.argmax(place.is_null().to_numpy(zero_copy_only=False)))
        unknown = str(names[row].as_py()).rstrip("\x1f")
        near = names_near(unknown, [name.rstrip("\x1f") for name in known.to_pylist()])
        raise ForecastError("batch_canteen", row=first + row, value=unknown, near=near)
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
    first = 0
    if count < 2:
        for batch in batches:
            yield forecast(batch, first=first)
            first += batch.num_rows
        return
    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(forecast, batch, first=first))
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
