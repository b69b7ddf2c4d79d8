"""A text as a tree of values with their places, and the same text with other values in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from charte_registry.files.places import Path
from charte_registry.files.restate import aligned

_LEAD = re.compile(r"[ \t\r\n]*")
_COMMA = re.compile(r"(?:[^,#]|(?<![ \t\r\n])#|(?<=[ \t\r\n])#[^\n]*)*")


@attrs.frozen
class Node:
    """A value of a text.

    Parameters
    ----------
    start, end : int
        Its first character, and the one after its last; a block ends with its last line.
    value : object
        The value, as plain data.
    inside : mapping of (str or int) to (int, Node), optional
        Where each item begins, with its key or dash, and its value; None for what holds nothing.
    flow : bool
        Whether it stands between brackets, not on lines of its own.
    """

    start: int
    end: int
    value: Any
    inside: Mapping[str | int, tuple[int, Node]] | None = None
    flow: bool = True


@attrs.frozen
class Style:
    """How a format writes new values.

    Parameters
    ----------
    scalar : callable
        A value on one line, in the way of the one whose text is given.
    item : callable
        An item of a list (key None) or a table, over lines that follow a margin, or on one line
        where the margin is None.
    """

    scalar: Callable[[Any, str], str]
    item: Callable[[str | None, Any, int | None], str]


def starts(node: Node, path: Path = ()) -> dict[Path, int]:
    """Return where each value begins, with its key or dash."""
    found: dict[Path, int] = {}
    for key, (start, child) in (node.inside or {}).items():
        found[*path, key] = start
        found.update(starts(child, (*path, key)))
    return found


def edited(text: str, node: Node, new: Any, style: Style) -> str:
    """Return the text of a value that says something else, what is the same as it stood."""
    if repr(node.value) == repr(new):
        return text[node.start : node.end]
    mapping = isinstance(node.value, Mapping) and isinstance(new, Mapping)
    sequence = isinstance(node.value, list) and isinstance(new, list)
    if not (mapping or sequence) or not node.inside or not new:
        space = " " if node.start == node.end else ""
        return space + style.scalar(new, text[node.start : node.end])
    plan: list[tuple[str | None, Any, str | int | None]]
    if mapping:
        kept = [(key, new[key], key) for key in node.value if key in new]
        plan = kept + [(key, new[key], None) for key in new if key not in node.value]
    else:
        pairs = aligned(node.value, new)
        plan = [(None, value, origin) for value, origin in zip(new, pairs, strict=True)]
    return (_flow if node.flow else _block)(text, node, plan, style)


def _flow(text: str, node: Node, plan: list[Any], style: Style) -> str:
    """Rebuild what stands between brackets, each item with the space and comments around it."""
    leads: dict[str | int, str] = {}
    trails: dict[str | int, str] = {}
    inside = node.inside or {}
    place, before = node.start + 1, None
    for key, (start, child) in inside.items():
        gap = text[place:start]
        if before is not None:
            match = _COMMA.match(gap)
            comma = match.end() if match else 0
            trails[before], gap = gap[:comma], gap[comma + 1 :]
        leads[key] = gap
        place, before = child.end, key
    closing = text[place : node.end - 1]
    last_lead = _LEAD.match(list(leads.values())[-1])
    lead = last_lead[0] if last_lead else ""
    margin = len(lead.rpartition("\n")[2]) if "\n" in lead else None
    pieces: list[str] = []
    for key, value, origin in plan:
        if origin is None:
            space = lead or (" " if pieces else "")
            pieces.append(space + style.item(key, value, margin))
        else:
            start, child = inside[origin]
            body = text[start : child.start] + edited(text, child, value, style)
            pieces.append(leads[origin] + body + trails.get(origin, ""))
    return text[node.start] + ",".join(pieces) + closing + text[node.end - 1]


def _block(text: str, node: Node, plan: list[Any], style: Style) -> str:
    """Rebuild what stands on lines of its own, each item with the lines above that speak of it."""
    inside = node.inside or {}
    column = node.start - (text.rfind("\n", 0, node.start) + 1)
    leads: dict[str | int, str] = {}
    place = node.start
    for key, (start, child) in inside.items():
        leads[key] = text[place:start]
        place = line_end(text, child.end)
    pieces: list[str] = []
    for key, value, origin in plan:
        if origin is None:
            pieces.append(("\n" + " " * column if pieces else "") + style.item(key, value, column))
            continue
        start, child = inside[origin]
        body = (
            text[start : child.start]
            + edited(text, child, value, style)
            + text[child.end : line_end(text, child.end)]
        )
        lead = leads[origin]
        if not pieces:
            lead = lead.lstrip()
        elif not lead:
            lead = "\n" + " " * column
        pieces.append(lead + body)
    return "".join(pieces)


def line_end(text: str, place: int) -> int:
    """Return where the line of a place ends."""
    end = text.find("\n", place)
    return len(text) if end < 0 else end
