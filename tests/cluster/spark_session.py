"""A local session of Spark gives what one machine gives; run as ``nox -s spark``, with Java 17."""

import argparse
import os
import sys
import time

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession

from prevision_cantine import CanteenForecaster, make_city
from prevision_cantine.scale.batches import BatchForecast
from prevision_cantine.scale.engines import forecast_spark
from tarifs_solidaires import compute_frame, load_rule, make_population
from tarifs_solidaires.people.engines import compute_spark


def tariffs(session: SparkSession, people: int) -> bool:
    """Compute tariffs with Spark and without."""
    rule = load_rule("nantes/transport", on="2023-06-01")
    frame = pd.DataFrame(make_population(rule, people, seed=1))
    frame.insert(0, "id", np.arange(people))
    spark = session.createDataFrame(frame).repartition(8)
    start = time.perf_counter()
    found = compute_spark(rule, spark, errors="null").orderBy("id").toPandas()
    seconds = time.perf_counter() - start
    whole = compute_frame(rule, frame, errors="null")
    same = list(found.columns) == list(whole.columns) and all(
        _plain(found[name]) == _plain(whole[name]) for name in whole.columns
    )
    print(f"Tariffs of {people:,} people in {seconds:.1f} s: {'the same' if same else 'DIFFERENT'}")
    return same


def forecasts(session: SparkSession) -> bool:
    """Forecast with Spark and without."""
    city = make_city(seed=0, canteens=40, years=3)
    forecaster = CanteenForecaster(calibration_periods=2).fit(city, "2023-02-01")
    rows = city.calendar_rows("2023-03-01", "2023-06-30")
    frame = pd.DataFrame({"cantine": rows.names, "date": pd.Series(rows.date).dt.date})
    spark = session.createDataFrame(frame).repartition(8)
    work = BatchForecast.of(forecaster, city)
    found = forecast_spark(work, spark).orderBy("date", "cantine").toPandas()
    whole = forecaster.predict(rows).meals[np.lexsort((frame["cantine"], rows.date))]
    apart = float(np.abs(found["prevision"].to_numpy() / whole - 1).max())
    print(f"Forecast of {len(frame):,} rows: {apart:.1e} from one machine, relative")
    return apart < 1e-12


def _plain(column: pd.Series) -> list[object]:
    return [None if value != value or value is None else value for value in column.astype(object)]


def main() -> None:
    """Print every figure; end with 1 where a result differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    people = parser.parse_args().people
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        good = [tariffs(session, people), forecasts(session)]
    finally:
        session.stop()
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
