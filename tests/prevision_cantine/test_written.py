"""Forecasts in tables, measured against what was served."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from prevision_cantine import CantineError, ForecastError, measure_forecasts, to_frame
from prevision_cantine.uncertainty.measures import scores, wape

DAYS = ["2024-01-08", "2024-01-09", "2024-01-10"]
FORECASTS = {
    "cantine": ["Zola"] * 3, "date": DAYS, "prevision": [110.0, 45.0, 70.0],
    "borne_basse": [90.0, 40.0, 60.0], "borne_haute": [130.0, 48.0, 80.0],
    "commande": [120.0, 45.0, 75.0],
}  # fmt: skip
SERVED = {"cantine": ["Zola"] * 3, "date": DAYS, "reel": [100, 50, 0]}
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


def first(frame):
    table = frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()
    return table.iloc[0].to_dict()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_figures_by_hand_in_the_callers_kind_of_table(kind, other):
    found = measure_forecasts(KINDS[kind](FORECASTS), KINDS[other](SERVED), shortage=0.05)
    assert isinstance(found, type(KINDS[kind](FORECASTS)))
    row = first(found)
    assert row["lignes"] == 2  # a day without meals is closed
    assert row["repas"] == 150
    assert row["wape"] == pytest.approx(15 / 150)
    assert row["biais"] == pytest.approx(5 / 150)
    assert row["excedent"] == pytest.approx(20 / 165)
    assert row["manque"] == pytest.approx(5 / 150)
    assert row["couverture"] == pytest.approx(0.5)
    assert row["largeur"] == pytest.approx(48 / 150)
    # 120 and 45 times 17/18 miss 7.5 of 150, and 13.33 of 155.83 are left.
    assert row["excedent_a_manque_egal"] == pytest.approx((120 * 17 / 18 - 100) / (165 * 17 / 18))


def test_dates_of_any_kind_and_names_of_the_caller_are_read():
    served = pl.DataFrame(SERVED).with_columns(pl.col("date").str.to_date())
    given = pd.DataFrame(FORECASTS).rename(columns={"cantine": "site", "prevision": "plan"})
    given["date"] = pd.to_datetime(given["date"])
    names = {"cantine": "site", "prevision": "plan"}
    served = served.rename({"cantine": "site"})
    found = measure_forecasts(given, served, columns=names, by="weekday")
    assert found["groupe"].tolist() == ["0", "1"]
    assert found["wape"].tolist() == pytest.approx([0.1, 0.1])


def test_a_forecast_alone_has_errors_and_no_more():
    bare = {name: FORECASTS[name] for name in ("cantine", "date", "prevision")}
    found = measure_forecasts(pl.DataFrame(bare), pl.DataFrame(SERVED))
    assert found["wape"][0] == pytest.approx(0.1)
    assert found["excedent"][0] is None
    assert found["couverture"][0] is None
    assert found["excedent_a_manque_egal"][0] is not None


def test_a_forecast_of_a_city_is_measured_against_its_attendance(town, town_forecast):
    frame = to_frame(town_forecast, like="polars")
    served = town_forecast.rows.served()
    found = measure_forecasts(frame, town, by="series")
    expected = scores(
        served, town_forecast.meals, lower=town_forecast.lower, upper=town_forecast.upper,
        at_shortage=0.01, by=town_forecast.rows.names,
    )  # fmt: skip
    assert found["groupe"].to_list() == expected.group.tolist()
    np.testing.assert_allclose(found["wape"].to_numpy(), expected.wape)
    np.testing.assert_allclose(found["couverture"].to_numpy(), expected.coverage)
    exact = frame.with_columns(prevision=pl.Series(served))
    assert measure_forecasts(exact, town)["wape"][0] == 0
    assert measure_forecasts(frame, to_frame(town, like="pandas"))["wape"][0] == pytest.approx(
        wape(town_forecast.meals, served)
    )


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"date": ["2024-01-08", "demain", "2024-01-10"]}, "row 1: 'demain' is not a date"),
        ({"date": [dt.date(2024, 1, 8)] * 3}, "'Zola 2024-01-08' appears twice"),
        ({"prevision": ["a", "b", "c"]}, "contains values that are not numbers"),
        ({"cantine": ["Hugo"] * 3}, "no row has both"),
    ],
)
def test_what_cannot_be_measured_is_refused(change, match):
    with pytest.raises(ForecastError, match=match):
        measure_forecasts(pd.DataFrame({**FORECASTS, **change}), pd.DataFrame(SERVED))


def test_missing_columns_and_wrong_questions_are_refused():
    good, served = pd.DataFrame(FORECASTS), pd.DataFrame(SERVED)
    with pytest.raises(ForecastError, match="the column 'prevision' is missing"):
        measure_forecasts(good.drop(columns="prevision"), served)
    with pytest.raises(ForecastError, match="the column 'service' is missing"):
        measure_forecasts(good.assign(service="midi"), served)
    with pytest.raises(ForecastError, match="by='year'"):
        measure_forecasts(good, served, by="year")
    with pytest.raises(ForecastError, match="'meals' is not one of the columns"):
        measure_forecasts(good, served, columns={"meals": "x"})
    with pytest.raises(ForecastError, match="shortage=0"):
        measure_forecasts(good, served, shortage=0)
    with pytest.raises(CantineError, match="builtins list is not a data frame"):
        measure_forecasts([], served)
