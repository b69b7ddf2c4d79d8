"""Values that go to JSON: a key a field, plain values alone, null where there is nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, cast

import attrs


class JsonValue:
    """Base of an attrs class whose fields are what it has to say."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain values that go to JSON.

        Returns
        -------
        dict
            A key a field: numbers, text, true and false, lists and dicts; dates as ``YYYY-MM-DD``,
            None where there is no value.
        """
        fields: Any = attrs.fields(cast(Any, type(self)))
        return {field.name: plain_value(getattr(self, field.name)) for field in fields}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            One line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


def plain_value(value: Any) -> Any:
    """Return a value as JSON holds it.

    Parameters
    ----------
    value : object
        A number, text, date, collection, or what has ``to_dict``.

    Returns
    -------
    object
        A number, text, true, false or None, or a list or dict of them.

    Examples
    --------
    >>> plain_value((dt.date(2024, 1, 15), {"a": (1, None)}))
    ['2024-01-15', {'a': [1, None]}]
    """
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain_value(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    found: dict[str, Any] = value.to_dict()
    return found
