"""Frames of every kind go in, and the same kind comes out: forecasts, orders, tables and measures."""

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from prevision_cantine import (
    CanteenForecaster,
    CantineError,
    ForecastError,
    city_from_frames,
    make_city,
    mask_small,
    measure_forecasts,
    order,
    to_frame,
)
from prevision_cantine.errors import ParameterError
from prevision_cantine.scale import BatchForecast, forecast_frame, forecast_schema

CITY = make_city(seed=3, canteens=6, years=2)
UNTIL, SPAN = "2022-02-01", ("2022-03-07", "2022-03-18")
CAUTION = {"shortage": 0.01, "tray": 5}


def reader(table):
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=7))


def batch(table):
    return table.combine_chunks().to_batches()[0]


def texts(table):
    fields = [("cantine", pa.dictionary(pa.int32(), pa.string())), ("date", pa.large_string())]
    return table.cast(pa.schema([*fields, *list(table.schema)[2:]]))


KINDS = {
    "pandas": lambda t: t.to_pandas().set_index(np.arange(t.num_rows) + 100),
    "pandas, moments": lambda t: t.to_pandas().astype({"date": "datetime64[ns]"}),
    "polars": pl.from_arrow,
    "polars, lazy": lambda t: pl.from_arrow(t).lazy(),
    "table": lambda t: t,
    "table, texts": texts,
    "batch": batch,
    "reader": reader,
    "relation": lambda t: duckdb.connect().from_arrow(t),
}


def memory(frame):
    """Return a frame of any kind as a dict of lists, None where missing."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect(engine="streaming")
    elif isinstance(frame, pa.RecordBatchReader):
        frame = frame.read_all()
    elif isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.to_arrow_table()
    if isinstance(frame, pd.DataFrame):
        frame = pa.Table.from_pandas(frame, preserve_index=False)
    return frame.to_dict(as_series=False) if isinstance(frame, pl.DataFrame) else frame.to_pydict()


@pytest.fixture(scope="module")
def fitted():
    return CanteenForecaster(calibration_periods=3).fit(CITY, UNTIL)


@pytest.fixture(scope="module")
def days():
    rows = CITY.calendar_rows(*SPAN)
    return pa.table({
        "cantine": rows.names.tolist(), "date": pa.array(rows.date),
        "note": [f"n{n}" for n in range(len(rows.date))],
    })  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_forecast_and_ordered_as_the_rows_are(fitted, days, kind):
    frame = KINDS[kind](days)
    forecast = BatchForecast.of(fitted, CITY, **CAUTION)
    said = forecast_schema(forecast, frame)
    found = forecast_frame(forecast, frame)
    assert type(found) is type(frame)
    if isinstance(found, pd.DataFrame):
        assert found.dtypes.equals(said)
        assert found.index.equals(frame.index)
    elif isinstance(found, pl.LazyFrame):
        assert found.collect_schema() == found.collect(engine="streaming").schema == said
        assert found.select("commande").filter(pl.col("commande") > 0).collect().height > 0
    elif isinstance(found, duckdb.DuckDBPyRelation):
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == said
    else:
        assert found.schema == said
    read = memory(found)
    expected = fitted.predict(CITY.calendar_rows(*SPAN))
    assert read["note"] == days["note"].to_pylist()
    for name, values in (
        ("prevision", expected.meals), ("borne_basse", expected.lower),
        ("borne_haute", expected.upper), ("commande", order(expected, **CAUTION)),
    ):  # fmt: skip
        np.testing.assert_allclose(np.array(read[name], dtype=float), values, rtol=1e-12)


@pytest.mark.parametrize("kind", ["pandas", "polars", "polars, lazy", "table", "batch", "reader"])
def test_a_frame_without_rows_has_no_forecasts(fitted, days, kind):
    empty = days.slice(0, 0)
    frame = batch(days).slice(0, 0) if kind == "batch" else KINDS[kind](empty)
    found = memory(forecast_frame(BatchForecast.of(fitted, CITY), frame))
    assert found["prevision"] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cantine": "Nulle part"}, "batch_canteen"),
        ({"cantine": None}, "batch_null"),
        ({"date": None}, "batch_null"),
    ],
)
def test_an_error_names_the_row_from_the_first_one_of_all(fitted, days, kind, change, code):
    rows = days.to_pylist()
    rows[17] |= change
    frame = KINDS[kind](pa.Table.from_pylist(rows, schema=days.schema))
    with pytest.raises(ForecastError) as caught:
        memory(forecast_frame(BatchForecast.of(fitted, CITY), frame))
    assert (caught.value.code, caught.value.facts["row"]) == (code, 17)
    assert all("17" in caught.value.say(lang) for lang in ("fr", "en", "pt"))


def test_a_text_that_is_no_date_is_named_with_its_row(fitted):
    frame = pl.DataFrame({"cantine": ["Cantine 01"] * 2, "date": ["2022-03-07", "le 8 mars"]})
    with pytest.raises(ForecastError, match="row 1: 'le 8 mars' is not a date"):
        forecast_frame(BatchForecast.of(fitted, CITY), frame)
    hour = pl.DataFrame({"cantine": ["Cantine 01"], "date": [dt.datetime(2022, 3, 7, 12, 30)]})
    with pytest.raises(ForecastError, match=r"row 0: '2022-03-07 12:30:00.* is not a date"):
        forecast_frame(BatchForecast.of(fitted, CITY), hour)


def test_a_missing_column_is_refused_before_anything_is_computed(fitted, days):
    for make in KINDS.values():
        with pytest.raises(ForecastError, match="the column cantine is missing"):
            forecast_frame(BatchForecast.of(fitted, CITY), make(days.rename_columns(["site", "date", "note"])) if make is not texts else days.drop_columns("cantine"))  # fmt: skip


def test_a_caution_that_cannot_be_is_refused_at_once(fitted, days):
    with pytest.raises(ParameterError):
        BatchForecast.of(fitted, CITY, shortage=2.0)
    with pytest.raises(ForecastError):
        BatchForecast.of(fitted, CITY, missing_meal_cost=4.0)
    with pytest.raises(
        CantineError, match="a data frame of a known kind; give one of pandas, polars"
    ):
        forecast_frame(BatchForecast.of(fitted, CITY), {"cantine": []})


@pytest.mark.parametrize("kind", KINDS)
def test_tables_of_a_city_come_in_every_kind_and_results_go_out_likewise(fitted, kind):
    table = to_frame(CITY, like="pyarrow")
    frame = KINDS[kind](table)
    city = city_from_frames(frame, calendar=CITY.calendar)
    np.testing.assert_array_equal(city.attendance.meals, CITY.attendance.meals)
    like = KINDS[kind](table)
    found = to_frame(fitted.predict(CITY.calendar_rows(*SPAN)), like=like)
    assert type(found) is type(like)
    assert len(memory(found)["prevision"]) == len(CITY.calendar_rows(*SPAN).date)


@pytest.mark.parametrize("kind", KINDS)
def test_measures_and_masks_keep_the_kind(kind):
    forecasts = pa.table({
        "cantine": ["A", "B"], "date": pa.array([dt.date(2024, 1, 8)] * 2), "prevision": [110.0, 4.0],
    })  # fmt: skip
    served = pa.table({"cantine": ["A", "B"], "date": pa.array([dt.date(2024, 1, 8)] * 2), "reel": [100.0, 4.0]})  # fmt: skip
    make = KINDS[kind]
    found = measure_forecasts(make(forecasts), make(served))
    assert type(found) is type(make(forecasts))
    assert memory(found)["lignes"] == [2]
    hidden = mask_small(make(served), below=10, count="reel")
    assert type(hidden) is type(make(served))
    assert [x is None or x != x for x in memory(hidden)["reel"]] == [True, True]
