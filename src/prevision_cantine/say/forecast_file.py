"""Forecasts by day as files that can be read again: CSV for people, Parquet for programs."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from prevision_cantine.errors import CityError
from prevision_cantine.extras import needs
from prevision_cantine.files.csv_file import (
    MAX_BYTES,
    parse_date,
    parse_number,
    read_rows,
    without_mark,
    written,
)
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.say.export import Backend, Column, frame_of

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

PARQUET = ".parquet"
KEYS, NUMBERS = ("cantine", "date"), ("prevision", "borne_basse", "borne_haute")
MOST_ROWS = 20_000_000


def write_forecast(
    forecast: Forecast, path: str | Path, *, mask_below: float | None = None
) -> None:
    """Write a forecast by day, as Parquet where the name ends in ``.parquet``, else as CSV.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    path : str or Path
        File: ``cantine``, ``service`` where there is more than one, ``date``, ``prevision``,
        ``borne_basse``, ``borne_haute``. CSV has hundredths of a meal, Parquet every digit.
    mask_below : float, optional
        As in ``Forecast.to_csv``.

    Raises
    ------
    CantineError
        Where it cannot be written, or Parquet is asked for and pyarrow is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from prevision_cantine import CanteenForecaster, make_city, read_forecast, to_frame
    >>> city = make_city(seed=0, canteens=2, years=2)
    >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
    ...     city.calendar_rows("2022-03-07", "2022-03-11")
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_forecast(forecast, Path(folder) / "forecast.parquet")
    ...     again = read_forecast(Path(folder) / "forecast.parquet", like="pandas")
    >>> again.equals(to_frame(forecast, like="pandas"))
    True
    """
    if Path(path).suffix.lower() != PARQUET:
        forecast.to_csv(path, mask_below=mask_below)
        return
    parquet = _parquet()
    hidden = forecast.is_small(mask_below)
    columns: dict[str, Column] = forecast.rows.keys()
    for name, values in zip(NUMBERS, (forecast.meals, forecast.lower, forecast.upper), strict=True):
        columns[name] = np.where(hidden, np.nan, values)
    with written(path) as temporary:
        parquet.write_table(frame_of(columns, "pyarrow"), temporary)


def read_forecast(path: str | Path, *, like: IntoDataFrame | Backend) -> Any:
    """Read a forecast by day that ``write_forecast`` or ``prevision-cantine forecast`` wrote.

    Parameters
    ----------
    path : str or Path
        CSV file in UTF-8, or Parquet file whose name ends in ``.parquet``.
    like : DataFrame, Table or {"pandas", "polars", "pyarrow"}
        A table of the kind that is wanted, or the name of its library.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        What ``to_frame`` gives of the forecast; a forecast that was masked is missing.

    Raises
    ------
    CityError
        Where the file cannot be read, has other columns, or holds what is no forecast; with the
        line of a CSV file.
    CantineError
        Where a library is not installed.
    """
    path = Path(path)
    of_parquet = path.suffix.lower() == PARQUET
    return frame_of(_of_parquet(path) if of_parquet else _of_csv(path), like)


def _of_csv(path: Path) -> dict[str, Column]:
    rows = read_rows(path, (*KEYS, *NUMBERS), optional=["service"], what="forecasts")
    columns: dict[str, Column] = {"cantine": _texts([without_mark(r["cantine"]) for _, r in rows])}
    if rows and "service" in rows[0][1]:
        columns["service"] = _texts([without_mark(row["service"]) for _, row in rows])
    columns["date"] = np.array(
        [parse_date(path, line, row["date"]) for line, row in rows], dtype="datetime64[D]"
    )
    for name in NUMBERS:
        numbers = [parse_number(path, line, name, row[name].strip()) for line, row in rows]
        columns[name] = np.array(numbers, dtype=np.float64)
    return columns


def _of_parquet(path: Path) -> dict[str, Column]:
    parquet = _parquet()
    with needs("tables"):
        import pyarrow as pa

    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CityError("forecast_not_file", where=path)
        if status.st_size > MAX_BYTES:
            raise CityError("too_large", where=path, most=MAX_BYTES)
        with parquet.ParquetFile(path) as file:
            names = tuple(file.schema_arrow.names)
            for known in ((*KEYS, *NUMBERS), ("cantine", "service", "date", *NUMBERS)):
                if names == known:
                    break
            else:
                raise CityError(
                    "forecast_columns", where=path, found=", ".join(names)[:200],
                    known=("cantine", "service", "date", *NUMBERS),
                )  # fmt: skip
            if file.metadata.num_rows > MOST_ROWS:
                raise CityError("forecast_rows", where=path, most=MOST_ROWS)
            table = file.read()
        kinds = {"date": pa.date32(), **dict.fromkeys(NUMBERS, pa.float64())}
        columns: dict[str, Column] = {}
        for name in names:
            values = table[name].cast(kinds.get(name, pa.string()))
            if name not in NUMBERS and values.null_count:
                raise CityError("forecast_missing", where=path, column=name)
            found = values.to_numpy()
            columns[name] = (
                found.astype("datetime64[D]") if name == "date" else _texts(found.tolist())
                if name not in NUMBERS
                else found.astype(np.float64)
            )  # fmt: skip
    except FileNotFoundError:
        raise CityError("forecast_no_file", where=path) from None
    except (OSError, pa.ArrowException) as error:
        raise CityError("forecast_no_parquet", where=path, detail=str(error)) from None
    return columns


def _texts(values: list[str]) -> Column:
    return np.array(values, dtype=np.str_)


def _parquet() -> Any:
    with needs("tables"):
        from pyarrow import parquet
    return parquet
