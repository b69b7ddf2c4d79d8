"""Forecasts that were written down, measured once the meals are served: frames and files at the edge."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import numpy as np

from prevision_cantine.arrays import Floats
from prevision_cantine.city.city import City, Rows
from prevision_cantine.errors import CantineError, ForecastError
from prevision_cantine.files.csv_file import parse_date, parse_number, read_rows
from prevision_cantine.files.frame_kinds import as_kind, in_memory
from prevision_cantine.json_value import JsonValue
from prevision_cantine.measure.comparison import groups_of
from prevision_cantine.read_only import read_only
from prevision_cantine.uncertainty.intervals import check_share
from prevision_cantine.uncertainty.measures import Scores, scores
from prevision_cantine.words.catalogue import quoted

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals.typing import IntoDataFrame

Frame = TypeVar("Frame")
Key = tuple[str, str, str]  # canteen, service, day

NUMBERS = ("prevision", "borne_basse", "borne_haute", "commande")
NAMES = ("cantine", "service", "date", *NUMBERS, "reel")
# What the measures are called as columns.
MEASURES: Mapping[str, str] = {
    "wape": "wape", "bias": "biais", "excess": "excedent", "shortage": "manque",
    "equal_excess": "excedent_a_manque_egal", "coverage": "couverture", "width": "largeur",
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@attrs.frozen(kw_only=True, eq=False)
class Measured(JsonValue):
    """Figures of written forecasts.

    Parameters
    ----------
    scores : mapping of str to Scores
        By ``all``, and by each grouping asked for.
    shortage : float
        Share of missing meals at which ``equal_excess`` compares.
    unserved : int
        Rows of which no meal is known, that do not count.
    """

    scores: Mapping[str, Scores] = attrs.field(converter=read_only)
    shortage: float
    unserved: int

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values.

        Returns
        -------
        dict
            ``shortage``, ``unserved``, and a list of groups by grouping.
        """
        found = {by: one.to_dicts() for by, one in self.scores.items()}
        return {"shortage": self.shortage, "unserved": self.unserved} | found


@attrs.frozen(eq=False)
class _Written:
    """Forecasts as columns; numbers that were not written are NaN."""

    keys: list[Key]
    numbers: Mapping[str, Floats]


def measure_file(
    path: str | Path, city: City, *, by: Sequence[str] = (), shortage: float = 0.01
) -> Measured:
    """Measure the forecasts of a CSV file against what a city served.

    Parameters
    ----------
    path : str or Path
        File in UTF-8: ``cantine, date, prevision``, ``service`` where there are several, and
        ``borne_basse``, ``borne_haute``, ``commande`` where they are known, as the commands
        ``forecast`` and ``backtest`` write it. Other columns are not read.
    city : City
        The city, with its newer attendance.
    by : sequence of {"series", "month", "weekday"}
        Groups.
    shortage : float
        Share of missing meals at which the excess of forecasters can be compared.

    Returns
    -------
    Measured
        The figures.

    Raises
    ------
    CantineError
        With file and line, where it cannot be read; where none of its rows was served.
    """
    path = Path(path)
    several = len(set(city.service_of)) > 1
    columns = ("cantine", *(["service"] if several else []), "date", "prevision")
    optional = [name for name in ("service", *NUMBERS) if name not in columns]
    rows = read_rows(path, columns, optional=optional, left_out=[], what="forecasts")
    served = _served(city)
    sites = set(city.sites)
    keys: list[Key] = []
    numbers: dict[str, list[float]] = {name: [] for name in NUMBERS}
    for line, row in rows:
        name = row["cantine"].strip()
        if name not in sites:
            name = name.removeprefix("'")  # what keeps a spreadsheet from computing
        day = parse_date(path, line, row["date"].strip())
        keys.append((name, row.get("service", "").strip() if several else "", str(day)))
        for column in NUMBERS:
            text = row.get(column, "").strip()
            numbers[column].append(parse_number(path, line, column, text))
    written = _Written(keys, {name: np.array(values) for name, values in numbers.items()})
    return _measured(written, served, by, shortage, str(path))


def measure_forecasts(
    forecasts: Frame,
    served: IntoDataFrame | City,
    *,
    by: str = "all",
    shortage: float = 0.01,
    columns: Mapping[str, str] | None = None,
) -> Frame:
    """Measure a table of forecasts against what was served.

    Parameters
    ----------
    forecasts : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        ``cantine``, ``date`` and ``prevision``; ``service``, ``borne_basse``, ``borne_haute`` and
        ``commande`` where they are known. Other columns are not read.
    served : City, or a table of any of these kinds
        ``cantine``, ``date``, ``reel``, and ``service`` where the forecasts have it.
    by : {"all", "series", "month", "weekday"}
        Groups.
    shortage : float
        Share of missing meals at which the excess of forecasters can be compared.
    columns : mapping of str to str, optional
        The caller's name of a column by ours.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        Of the kind of ``forecasts``, a row each group: ``groupe, lignes, repas, wape, biais,
        excedent, manque, excedent_a_manque_egal, couverture, largeur``, all shares but the first
        three; missing where the forecasts have no orders or bounds. Days without meals served do
        not count.

    Raises
    ------
    CantineError
        Where a column is missing or is no number or date, a row stands twice, or no row was served.

    Examples
    --------
    >>> import polars as pl
    >>> date = ["2024-01-08", "2024-01-09"]
    >>> forecasts = pl.DataFrame({"cantine": "Zola", "date": date, "prevision": [110.0, 45.0]})
    >>> served = pl.DataFrame({"cantine": "Zola", "date": date, "reel": [100, 50]})
    >>> found = measure_forecasts(forecasts, served)
    >>> found["lignes"][0], found["wape"][0], round(found["biais"][0], 3)
    (2, 0.1, 0.033)
    """
    import narwhals as nw

    names = dict(columns or {})
    for name in names:
        if name not in NAMES:
            raise ForecastError("frame_name", value=name, known=tuple(NAMES))
    table = _frame("forecasts", forecasts)
    several = names.get("service", "service") in table.columns
    if isinstance(served, City):
        several = len(set(served.service_of)) > 1
    keys = _keys("forecasts", table, names, several)
    numbers = {
        name: _numbers("forecasts", table, names, name, needed=name == "prevision")
        for name in NUMBERS
    }
    if isinstance(served, City):
        known = _served(served)
    else:
        other = _frame("served", served)
        meals = _numbers("served", other, names, "reel", needed=True)
        known = {}
        for key, value in zip(_keys("served", other, names, several), meals, strict=True):
            if key in known:
                raise ForecastError("row_twice", where="served", value=" ".join(filter(None, key)))
            known[key] = value
    asked = () if by == "all" else (by,)
    found = _measured(_Written(keys, numbers), known, asked, shortage, "forecasts").scores[by]
    result = {
        "groupe": [str(group) for group in found.group], "lignes": found.rows.tolist(),
        "repas": found.meals.tolist(),
    } | {column: getattr(found, name).tolist() for name, column in MEASURES.items()}  # fmt: skip
    frame = nw.from_dict(result, backend=table.implementation)
    if not frame.implementation.is_pandas_like():
        frame = frame.with_columns(nw.col(*MEASURES.values()).fill_nan(None))
    native: Frame = as_kind(frame.to_native(), forecasts)
    return native


def _served(city: City) -> dict[Key, float]:
    """Return the meals that a city served, by canteen, service and day."""
    table = city.attendance
    keys = Rows(city, table.canteen, table.date).keys()
    services = keys.get("service", np.full(len(table), ""))
    texts = zip(
        keys["cantine"].tolist(), services.tolist(), table.date.astype(str).tolist(), strict=True
    )
    return dict(zip(texts, table.meals.tolist(), strict=True))


def _measured(
    written: _Written, served: Mapping[Key, float], by: Sequence[str], shortage: float, where: str
) -> Measured:
    """Return the figures of forecasts whose meals are known."""
    check_share("shortage", shortage)
    seen: set[Key] = set()
    for key in written.keys:
        if key in seen:
            raise ForecastError("row_twice", where=where, value=" ".join(filter(None, key)))
        seen.add(key)
    actual = np.array([served.get(key, np.nan) for key in written.keys], dtype=np.float64)
    keep = np.isfinite(actual) & (actual > 0)
    counted = keep & np.isfinite(written.numbers["prevision"])
    if not counted.any():
        raise ForecastError("no_measured_rows", where=where)
    numbers = {name: values[keep] for name, values in written.numbers.items()}
    known = [key for key, here in zip(written.keys, keep.tolist(), strict=True) if here]
    date = np.array([key[2] for key in known], dtype="datetime64[D]")
    names = np.array([f"{a} ({b})" if b else a for a, b, _ in known])
    lower, upper, ordered = (
        numbers[name] if np.isfinite(numbers[name]).any() else None for name in NUMBERS[1:]
    )
    if lower is None or upper is None:
        lower = upper = None
    return Measured(
        scores={
            one: scores(
                actual[keep], numbers["prevision"], ordered=ordered, lower=lower, upper=upper,
                at_shortage=shortage, by=groups_of(one, names, date),
            )
            for one in ("all", *by)
        },
        shortage=shortage,
        unserved=int((~keep).sum()),
    )  # fmt: skip


def _frame(where: str, frame: Any) -> nw.DataFrame[Any]:
    import narwhals as nw

    try:
        return nw.from_native(in_memory(frame), eager_only=True)
    except TypeError:
        kind = f"{type(frame).__module__.split('.')[0]} {type(frame).__name__}"
        raise CantineError("frame_kind", where=where, value=kind) from None


def _column(where: str, table: nw.DataFrame[Any], names: Mapping[str, str], ours: str) -> list[Any]:
    name = names.get(ours, ours)
    if name not in table.columns:
        raise ForecastError(
            "frame_column", where=where, value=name, column=ours, found=quoted(table.columns)
        )
    return table.get_column(name).to_list()


def _keys(
    where: str, table: nw.DataFrame[Any], names: Mapping[str, str], several: bool
) -> list[Key]:
    site = [str(value).strip() for value in _column(where, table, names, "cantine")]
    service = [""] * len(site)
    if several:
        service = [str(value).strip() for value in _column(where, table, names, "service")]
    days = [str(value)[:10] for value in _column(where, table, names, "date")]
    for row, day in enumerate(days):
        try:
            known = bool(_DAY.fullmatch(day)) and not np.isnat(np.datetime64(day, "D"))
        except ValueError:
            known = False
        if not known:
            raise ForecastError("row_no_date", where=where, row=row, value=day)
    return list(zip(site, service, days, strict=True))


def _numbers(
    where: str, table: nw.DataFrame[Any], names: Mapping[str, str], ours: str, *, needed: bool
) -> Floats:
    if not needed and names.get(ours, ours) not in table.columns:
        return np.full(len(table), np.nan)
    values = _column(where, table, names, ours)
    try:
        return np.array([np.nan if value is None else float(value) for value in values])
    except (TypeError, ValueError):
        raise ForecastError("column_no_numbers", where=where, column=ours) from None
