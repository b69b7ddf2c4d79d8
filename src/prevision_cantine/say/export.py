"""Results as the caller's kind of table, and tables with their small counts hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from prevision_cantine.city.city import City, Missing, Rows
from prevision_cantine.decide.ordering import Order
from prevision_cantine.errors import CantineError, ForecastError, ParameterError
from prevision_cantine.extras import needs
from prevision_cantine.files.frame_kinds import as_kind, in_memory, like_in_memory
from prevision_cantine.files.masking import small_cells
from prevision_cantine.measure.backtest import Backtest
from prevision_cantine.model.forecast import Forecast

if TYPE_CHECKING:
    import narwhals as nw

Backend = Literal["pandas", "polars", "pyarrow"]
Frame = TypeVar("Frame")
Column = npt.NDArray[Any]

BACKENDS = ("pandas", "polars", "pyarrow")


def to_frame(result: Forecast | Backtest | Order | Missing | City, *, like: Any) -> Any:
    """Return a result as a long table of the caller's kind.

    Parameters
    ----------
    result : Forecast, Backtest, Order, Missing or City
        What to make a table of; of a city, its attendance.
    like : frame or {"pandas", "polars", "pyarrow"}
        A frame of the kind that is wanted, lazy frames, record batches, readers and relations of
        DuckDB included, or the name of its library.

    Returns
    -------
    frame
        ``cantine`` and ``date``, then the columns of the CSV file of the result; of a city ``reel``
        and ``prevision_agents``, so that ``city_from_frames`` reads it back. Numbers are not
        rounded. A number that is not known is NaN in pandas and null in polars and pyarrow.

    Raises
    ------
    CantineError
        Where the kind of table is unknown or its library is not installed.

    Examples
    --------
    >>> from prevision_cantine import make_city, to_frame
    >>> frame = to_frame(make_city(canteens=2, years=1), like="polars")
    >>> frame.columns, frame["reel"].to_list()[:2]
    (['cantine', 'date', 'reel', 'prevision_agents'], [180.0, 138.0])
    """
    return frame_of(_columns(result), like)


def frame_of(columns: Mapping[str, Column], like: Any) -> Any:
    """Return columns as a table of the caller's kind.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns by name, of days, numbers or text.
    like : frame or {"pandas", "polars", "pyarrow"}
        A frame of the kind that is wanted, lazy frames, record batches, readers and relations of
        DuckDB included, or the name of its library.

    Returns
    -------
    frame
        The table.

    Raises
    ------
    CantineError
        Where the kind of table is unknown or its library is not installed.
    """
    import narwhals as nw

    backend = _backend(like_in_memory(like))
    with needs("tables"):
        series = [_series(name, values, backend) for name, values in columns.items()]
    found = nw.concat([one.to_frame() for one in series], how="horizontal").to_native()
    return as_kind(found, like)


def _backend(like: Any) -> Any:
    import narwhals as nw

    if isinstance(like, str):
        if like not in BACKENDS:
            raise ParameterError("like", like, "parts.give_table_or", known=tuple(BACKENDS))
        return like
    try:
        return nw.from_native(like, eager_only=True).implementation
    except TypeError:
        kind = f"{type(like).__module__.split('.')[0]} {type(like).__name__}"
        raise CantineError("frame_kind", where="like", value=kind) from None


def _series(name: str, values: Column, backend: Any) -> nw.Series[Any]:
    import narwhals as nw

    if values.dtype.kind == "M":
        days = nw.new_series(name, values.astype("datetime64[us]"), backend=backend)
        return days if days.implementation.is_pandas_like() else days.cast(nw.Date)
    if values.dtype.kind == "f":
        numbers = nw.new_series(name, values, nw.Float64, backend=backend)
        return numbers if numbers.implementation.is_pandas_like() else numbers.fill_nan(None)
    return nw.new_series(name, values.tolist(), nw.String, backend=backend)


def _columns(result: Forecast | Backtest | Order | Missing | City) -> dict[str, Column]:
    match result:
        case Forecast():
            return _of(result.rows) | {
                "prevision": result.meals, "borne_basse": result.lower, "borne_haute": result.upper,
            }  # fmt: skip
        case Order():
            return _of(result.rows) | {"prevision": result.forecast, "commande": result.meals}
        case Missing():
            return _of(result.rows.select(result.row)) | {"manque": result.kind}
        case City():
            served = result.attendance
            rows = Rows(result, served.canteen, served.date)
            return _of(rows) | {"reel": served.meals, "prevision_agents": served.agents}
        case Backtest():
            return _of(result.rows) | result.columns()
    raise CantineError("no_table_of", value=type(result).__name__)


def _of(rows: Rows) -> dict[str, Column]:
    return rows.keys()


def mask_small(
    frame: Frame,
    *,
    below: float,
    count: str,
    hide: Sequence[str] = (),
    within: Sequence[str] = ("date", "cantine"),
) -> Frame:
    """Return a table whose small counts are missing, to publish.

    Parameters
    ----------
    frame : frame
        A long table of pandas, polars, pyarrow or DuckDB, which is read whole: a group is not known
        before its last row.
    below : float
        Counts above 0 and below this are hidden.
    count : str
        Column of the counts, such as ``prevision`` or ``reel``.
    hide : sequence of str
        Columns hidden with it, since they tell of it: bounds, an order.
    within : sequence of str
        Columns whose groups have totals that are known elsewhere; where a group has a single
        hidden count, its smallest other is hidden too, so that the total does not give it away.

    Returns
    -------
    frame
        The same kind of table; the caller's stays as it is.

    Raises
    ------
    CantineError
        Where a column is not there, or ``below`` is not above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"cantine": ["A", "B", "C"], "date": "2017-01-05", "reel": [4, 60, 80]})
    >>> mask_small(table, below=10, count="reel")["reel"].tolist()
    [nan, nan, 80.0]
    """
    import narwhals as nw

    try:
        table = nw.from_native(in_memory(frame), eager_only=True)
    except TypeError:
        kind = f"{type(frame).__module__.split('.')[0]} {type(frame).__name__}"
        raise CantineError("frame_unnamed", value=kind) from None
    for name in (count, *hide, *within):
        if name not in table.columns:
            raise ForecastError("no_such_column", value=name, known=tuple(table.columns))
    counts = table.get_column(count).cast(nw.Float64).to_numpy()
    margins = tuple(np.array([str(v) for v in table.get_column(n).to_list()]) for n in within)
    hidden = nw.new_series(
        "hidden", small_cells(counts, below, margins), nw.Boolean, backend=table.implementation
    )
    masked = table.with_columns(hidden)
    for name in (count, *hide):
        shown = nw.when(~nw.col("hidden")).then(nw.col(name)).alias(name)
        masked = masked.with_columns(shown)
    found: Frame = as_kind(masked.drop("hidden").to_native(), frame)
    return found
