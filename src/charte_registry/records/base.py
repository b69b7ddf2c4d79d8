"""What every record shares: described fields, and a way in from plain data."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import attrs

from charte_registry.errors import nearest

T = TypeVar("T")

PUBLIC, INTERNE = "public", "interne"


class FieldError(ValueError):
    """A field cannot be read.

    Parameters
    ----------
    path : str
        Field, dotted.
    message : str
        Why, and what to do.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message = path, message


def champ(
    fr: str, en: str, pt: str, *, source: str = "", visibility: str = PUBLIC,
    choices: tuple[str, ...] = (), default: Any = attrs.NOTHING,
) -> Any:  # fmt: skip
    """Describe a field of a record.

    Parameters
    ----------
    fr, en, pt : str
        Meaning.
    source : str
        Legal source, where there is one.
    visibility : {"public", "interne"}
        Whether the public extract holds it.
    choices : tuple of str
        Values allowed; empty for any.
    default : object
        Value where none is given; without it the field is required.
    """
    metadata = {
        "fr": fr, "en": en, "pt": pt, "source": source, "visibility": visibility, "choices": choices,
    }  # fmt: skip
    return attrs.field(default=default, metadata=metadata)


@cache
def _types(cls: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def structure(cls: type[T], data: Mapping[str, Any], path: str = "") -> T:
    """Return a record from plain data, as TOML or a CSV row gives it.

    Raises
    ------
    FieldError
        Where a field is unknown, missing or of the wrong type.
    """
    fields = {field.name: field for field in attrs.fields(cls)}  # type: ignore[arg-type]
    for name in data:
        if name not in fields:
            raise FieldError(f"{path}{name}", f"unknown field; {nearest(name, fields)}")
    kinds = _types(cls)  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in data:
            value = _convert(kinds[name], data[name], f"{path}{name}")
            choices = field.metadata["choices"]
            if choices and value is not None and value not in choices:
                raise FieldError(
                    f"{path}{name}", f"{value!r} is not allowed; {nearest(str(value), choices)}"
                )
            values[name] = value
        elif field.default is attrs.NOTHING:
            raise FieldError(f"{path}{name}", "missing; the record cannot be read without it")
    return cls(**values)


def _convert(kind: Any, value: Any, path: str) -> Any:
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        return _convert(typing.get_args(kind)[0], value, path)
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        if isinstance(value, str):  # a cell of a table: values between semicolons
            value = [part.strip() for part in value.split(";") if part.strip()]
        if not isinstance(value, list):
            raise FieldError(path, f"expected a list, got {value!r}")
        return tuple(_convert(inner, item, f"{path}[{n}]") for n, item in enumerate(value))
    if attrs.has(kind):
        if not isinstance(value, Mapping):
            raise FieldError(path, f"expected a table of fields, got {value!r}")
        return structure(kind, value, f"{path}.")
    if kind is str and isinstance(value, str):
        if not value.strip():
            raise FieldError(path, "empty; write a value or leave the field out")
        return value
    if kind is bool:
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        raise FieldError(path, f"expected true or false, got {value!r}")
    if kind is int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        raise FieldError(path, f"expected a whole number of 0 or more, got {value!r}")
    if kind is dt.date:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise FieldError(path, f"expected a date YYYY-MM-DD, got {value!r}") from None
    raise FieldError(path, f"expected {getattr(kind, '__name__', kind)}, got {value!r}")
