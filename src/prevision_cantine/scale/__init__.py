"""Beyond one table in memory: record batches, and parts of a country on several machines."""

from prevision_cantine.scale.batches import (
    BatchForecast,
    calendar_batches,
    forecast_batches,
    write_batches,
)
from prevision_cantine.scale.engines import OnDask, forecast_dask, forecast_spark
from prevision_cantine.scale.frames import forecast_frame, forecast_schema
from prevision_cantine.scale.joint import Here, JointFit, Runner, fit_joint, split_city

__all__ = [
    "BatchForecast",
    "Here",
    "JointFit",
    "OnDask",
    "Runner",
    "calendar_batches",
    "fit_joint",
    "forecast_batches",
    "forecast_dask",
    "forecast_frame",
    "forecast_schema",
    "forecast_spark",
    "split_city",
    "write_batches",
]
