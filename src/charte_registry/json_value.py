"""Values that go to JSON: a key a field, plain values alone, null where there is nothing."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Mapping
from typing import Any, cast

import attrs

SHOWN = 10  # rows that a notebook shows
LONGEST = 300  # characters of a cell of it
CELL = "<td style='text-align:left'>"


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

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return html_of(self.to_dict(), type(self).__name__)


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


def html_of(value: Any, title: str) -> str:
    """Return plain values as a notebook shows them: a row a name, lists of rows as tables.

    Parameters
    ----------
    value : object
        What ``to_dict`` gives.
    title : str
        What it is.

    Returns
    -------
    str
        HTML, every value escaped; of a long list the first rows.

    Examples
    --------
    >>> html_of({"name": "<b>"}, "Item")
    "<table><caption>Item</caption><tbody><tr><th scope='row'>name</th><td style='text-align:left'>&lt;b&gt;</td></tr></tbody></table>"
    """
    caption = f"<caption>{html.escape(title)}</caption>"
    if not isinstance(value, Mapping):
        return f"<table>{caption}<tbody><tr>{CELL}{_html(value)}</td></tr></tbody></table>"
    return f"<table>{caption}<tbody>{_rows(value)}</tbody></table>"


def _rows(values: Mapping[str, Any]) -> str:
    return "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th>{CELL}{_html(one)}</td></tr>"
        for name, one in values.items()
    )


def _html(value: Any) -> str:
    """Return one value: a table where it is rows or names, whose own cells are text."""
    if isinstance(value, Mapping) and value:
        return f"<table><tbody>{''.join(map(_row, value.items()))}</tbody></table>"
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        names = list(dict.fromkeys(name for one in value[:SHOWN] for name in one))
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"{CELL}{_text(one.get(name))}</td>" for name in names) + "</tr>"
            for one in value[:SHOWN]
        )
        more = f"<p>{SHOWN} / {len(value):,}</p>" if len(value) > SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
    return _text(value)


def _row(item: tuple[str, Any]) -> str:
    return f"<tr><th scope='row'>{html.escape(item[0])}</th>{CELL}{_text(item[1])}</td></tr>"


def _text(value: Any) -> str:
    """Return a value as text, escaped; of many parts the first ones."""
    text = _plain_text(value)
    return html.escape(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _plain_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain_text(one)}" for name, one in value.items()) or "–"
    if isinstance(value, list):
        between = "; " if any(isinstance(one, Mapping) for one in value) else ", "
        told = between.join(map(_plain_text, value[:SHOWN])) or "–"
        return f"{told}{between}…" if len(value) > SHOWN else told
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 1_000 else f"{value:.6g}"
    return "–" if value is None else str(value)
