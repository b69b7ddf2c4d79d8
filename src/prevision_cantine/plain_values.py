"""Arrays as plain values: lists that go to JSON, rows of them, and the table that a notebook shows."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SHOWN = 10  # rows that a notebook shows


def listed(values: npt.NDArray[Any]) -> list[Any]:
    """Return an array as a list that goes to JSON.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Numbers, text, true and false, or days.

    Returns
    -------
    list
        Days as ``YYYY-MM-DD``; None for a number that is not known.

    Examples
    --------
    >>> listed(np.array([1.5, np.nan])), listed(np.array(["2024-03-04"], dtype="datetime64[D]"))
    ([1.5, None], ['2024-03-04'])
    """
    if values.dtype.kind == "M":
        days: list[str] = values.astype("datetime64[D]").astype(str).tolist()
        return [None if day == "NaT" else day for day in days]
    found: list[Any] = values.tolist()
    if values.dtype.kind == "f":
        return [x if np.isfinite(x) else None for x in found]
    return found


def rows_of(columns: Mapping[str, npt.NDArray[Any]]) -> list[dict[str, Any]]:
    """Return columns as rows, each a dict that goes to JSON."""
    lists = [listed(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def html_table(columns: Mapping[str, npt.NDArray[Any]], caption: str = "") -> str:
    """Return the first rows of columns as an HTML table, every value escaped."""
    count = len(next(iter(columns.values()))) if columns else 0
    head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in columns)
    rows = zip(*(_shown(column[:SHOWN]) for column in columns.values()), strict=True)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    more = f"<p>{SHOWN} / {count:,}</p>" if count > SHOWN else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _shown(column: npt.NDArray[Any]) -> list[Any]:
    """Return the cells of a column, without decimals where all its numbers are whole."""
    values = listed(column)
    known = [value for value in values if isinstance(value, float)]
    if not all(value.is_integer() for value in known):
        return values
    return [f"{value:,.0f}" if isinstance(value, float) else value for value in values]


def _cell(value: object) -> str:
    text = "–" if value is None else f"{value:,.1f}" if isinstance(value, float) else str(value)
    return f"<td>{html.escape(text)}</td>"


def html_text(text: str) -> str:
    """Return a text as a notebook shows it, its lines and columns kept."""
    return f"<pre>{html.escape(text)}</pre>"


def first_few(values: Sequence[object]) -> str:
    """Return the first values of a list, as ``repr`` shows them."""
    more = ", …" if len(values) > 3 else ""
    return f"[{', '.join(map(str, values[:3]))}{more}]"
