"""One worked record of each kind, made up, for schemas and pages."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def example_text(kind: str) -> str:
    """Return the example of a kind as it stands in a file of a register, comments included."""
    return files(__package__).joinpath(f"{kind}.toml").read_text("utf-8")


def example(kind: str) -> dict[str, Any]:
    """Return the example of a kind as JSON holds it.

    Parameters
    ----------
    kind : str
        Kind of record.

    Returns
    -------
    dict
        Plain data, dates as text.

    Examples
    --------
    >>> example("demandes_droits")["nombre"]
    23
    """
    plain: dict[str, Any] = as_json(tomllib.loads(example_text(kind)))
    return plain


def as_json(value: Any) -> Any:
    """Return plain data with their dates as text."""
    if isinstance(value, dict):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
