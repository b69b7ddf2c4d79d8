"""Values that go to JSON: a key a field, plain values alone, null where there is nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import attrs
import numpy as np


class JsonValue:
    """Base of an attrs class whose fields are what it has to say."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain values that go to JSON.

        Returns
        -------
        dict
            A key a field: numbers, text, true and false, lists and dicts; None where there is no
            value.
        """
        fields: Any = attrs.fields(cast(Any, type(self)))
        return {field.name: plain_value(getattr(self, field.name)) for field in fields}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


def plain_value(value: Any) -> Any:
    """Return a value as JSON holds it.

    Parameters
    ----------
    value : object
        A number, text, day, array, collection, or what has ``to_dict``.

    Returns
    -------
    object
        A number, text, true, false or None, or a list or dict of them: days as ``YYYY-MM-DD``, and
        None for a number or day that is none. A quantity that is no whole number is the nearest
        float.

    Examples
    --------
    >>> plain_value((np.datetime64("2024-01-15"), np.array([1.5, np.nan]), Fraction(1, 2)))
    ['2024-01-15', [1.5, None], 0.5]
    """
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind == "M":
            value = value.astype("datetime64[D]")
        value = value.tolist()
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain_value(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    found: dict[str, Any] = value.to_dict()
    return found
