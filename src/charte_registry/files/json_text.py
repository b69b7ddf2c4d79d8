"""JSON: read strictly, say where each value begins, and rewrite only what changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from charte_registry.errors import RegisterError
from charte_registry.files import tree
from charte_registry.files.places import Path
from charte_registry.files.tree import Node, Style
from charte_registry.syntax import not_json

_decoder = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


def read(text: str) -> Any:
    """Return the plain data of a text; a key that stands twice is refused, and so is NaN."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RegisterError:
        raise
    except (ValueError, RecursionError) as error:
        raise not_json(error) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for name in names if names.count(name) > 1)
        raise RegisterError("key_twice", key=name)
    return table


def _no_constant(word: str) -> NoReturn:
    raise RegisterError("not_json_number", value=word)


def starts(text: str) -> Mapping[Path, int]:
    r"""Return where each key and item of a valid text begins.

    Examples
    --------
    >>> starts('{"a": [\n{"b": 1}]}')
    {('a',): 1, ('a', 0): 8, ('a', 0, 'b'): 9}
    """
    return tree.starts(parse(text))


def parse(text: str) -> Node:
    """Return the tree of a valid text."""
    return _node(text, _skip(text, 0))


def _node(text: str, start: int) -> Node:
    opening = text[start]
    if opening not in "[{":
        value, end = _decoder.raw_decode(text, start)
        return Node(start, end, value)
    inside: dict[str | int, tuple[int, Node]] = {}
    place = _skip(text, start + 1)
    while text[place] not in "]}":
        item, key = place, len(inside)
        if opening == "{":
            key, place = _decoder.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        child = _node(text, place)
        inside[key] = item, child
        place = _skip(text, child.end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    values = [child.value for _, child in inside.values()]
    value = dict(zip(inside, values, strict=True)) if opening == "{" else values
    return Node(start, place + 1, value, inside)


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def edited(text: str, old: Any, new: Any) -> str:
    """Return a text that says something else, all that it need not change as it was."""
    root = parse(text)
    return text[: root.start] + tree.edited(text, root, new, STYLE) + text[root.end :]


def render(data: Any) -> str:
    """Return plain data as a text with an item a line."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _item(key: str | None, value: Any, column: int | None) -> str:
    lead = "" if key is None else f"{json.dumps(key, ensure_ascii=False)}: "
    if column is None:
        return lead + inline(value)
    lines = json.dumps(value, ensure_ascii=False, indent=2).split("\n")
    return lead + ("\n" + " " * column).join(lines)


def inline(value: Any, _: str = "") -> str:
    """Return plain data as a text of one line."""
    return json.dumps(value, ensure_ascii=False)


STYLE = Style(scalar=inline, item=_item)
