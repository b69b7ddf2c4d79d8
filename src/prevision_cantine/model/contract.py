"""A forecast for programs: the JSON Schema of its plain values."""

from __future__ import annotations

from typing import Any


def forecast_schema() -> dict[str, Any]:
    """Return the JSON Schema of a forecast, as ``Forecast.to_dict`` gives it.

    Returns
    -------
    dict
        Draft 2020-12.

    Examples
    --------
    >>> forecast_schema()["properties"]["rows"]["items"]["properties"]["meals"]["minimum"]
    0
    """
    text, meals = {"type": "string"}, {"type": "number", "minimum": 0}
    day, bound = {"type": "string", "format": "date"}, {"type": ["number", "null"], "minimum": 0}
    row: dict[str, Any] = {
        "cantine": text,
        "date": day,
        "meals": {**meals, "description": "Meals expected."},
        "lower": {**bound, "description": "Lower bound; null without past forecasts."},
        "upper": {**bound, "description": "Upper bound; null without past forecasts."},
        "usual": {**meals, "description": "Usual meals of the canteen on that weekday."},
        "added": {
            "type": "object",
            "additionalProperties": {"type": "number"},
            "description": "Meals that each term adds; with usual they add up to meals.",
        },
        "notes": {"type": "array", "items": text, "description": "Names of what is not known."},
    }
    properties: dict[str, Any] = {
        "coverage": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "until": {**day, "description": "Last day of which anything was used."},
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {**row, "service": text},
                "required": list(row),
                "additionalProperties": False,
            },
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Forecast of meals",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
