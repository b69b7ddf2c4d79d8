"""YAML 1.2: read safely, say where each value begins, and rewrite only what changed."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.extras import needs
from charte_registry.files import tree
from charte_registry.files.places import Path
from charte_registry.files.tree import Node, Style

with needs("registre"):
    import yaml
    from yaml.cyaml import CParser  # type: ignore[attr-defined] # the stub does not say so
    from yaml.nodes import MappingNode, SequenceNode
    from yaml.nodes import Node as YamlNode
    from yaml.resolver import BaseResolver

_TAG = "tag:yaml.org,2002:"
_PLAIN = re.compile(r"[^\W\d_](?:[\w/.'’()-]| (?=[^ #]))*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_QUOTE = '"'
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class _Resolver(BaseResolver):
    """What a word without quotes means in YAML 1.2: ``NO`` is a word, a date is a date."""


for _kind, _form, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", "~|null|Null|NULL|", ("~", "n", "N", "")),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("timestamp", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
):
    _Resolver.add_implicit_resolver(_TAG + _kind, re.compile(f"(?:{_form})$"), _first)


class _FastLoader(CParser, _Resolver):
    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        _Resolver.__init__(self)


def read(text: str) -> Any:
    """Return the plain data of a text."""
    return parse(text).value


def parse(text: str) -> Node:
    """Return the tree of a text.

    Raises
    ------
    RegisterError
        Where it is not YAML, or holds what makes a short text large or strange: anchors and
        aliases, tags, several documents.
    """
    try:
        if "&" in text or "*" in text or "!" in text:
            _plain_only(text)
        return _node(text, _FastLoader(text).get_single_node())
    except RecursionError:
        raise RegisterError("too_deep", form="YAML") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (column {mark.column + 1})" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else None
        raise RegisterError("not_yaml", line=line, reason=f"{problem}{place}") from None


def _plain_only(text: str) -> None:
    for event in yaml.parse(text, Loader=_FastLoader):  # type: ignore[arg-type] # any loader will do
        line = event.start_mark.line + 1 if event.start_mark else 1
        if getattr(event, "anchor", None) is not None:
            raise RegisterError("yaml_anchor", line=line)
        if getattr(event, "tag", None) is not None:
            raise RegisterError("yaml_tag", line=line)


def starts(text: str) -> Mapping[Path, int]:
    """Return where each key and item of a valid text begins."""
    return tree.starts(parse(text))


def _node(text: str, node: YamlNode | None) -> Node:
    if node is None:
        raise RegisterError("no_value")
    start, end = node.start_mark.index, node.end_mark.index
    if not isinstance(node, MappingNode | SequenceNode):
        end = start + len(text[start:end].rstrip("\n"))
        return Node(start, end, _scalar(str(node.tag).removeprefix(_TAG), node.value))
    inside: dict[str | int, tuple[int, Node]] = {}
    if isinstance(node, MappingNode):
        for key, value in node.value:
            name = key.value
            if not isinstance(name, str):
                raise RegisterError("key_not_word", line=key.start_mark.line + 1)
            if name in inside:
                raise RegisterError("key_twice", line=key.start_mark.line + 1, key=name)
            child = _node(text, value)
            if child.start == child.end:  # nothing is stated: it stands after the colon
                colon = text.index(":", key.end_mark.index)
                child = Node(colon + 1, colon + 1, None)
            inside[name] = key.start_mark.index, child
    else:
        place = start
        for number, item in enumerate(node.value):
            child = _node(text, item)
            dash = child.start if node.flow_style else _dash(text, place)
            if child.start == child.end:
                child = Node(dash + 1, dash + 1, None)
            inside[number] = dash, child
            place = tree.line_end(text, child.end)
    flow = bool(node.flow_style)
    if not flow and inside:
        end = tree.line_end(text, list(inside.values())[-1][1].end)
    values = [child.value for _, child in inside.values()]
    mapping = isinstance(node, MappingNode)
    return Node(
        start, end, dict(zip(inside, values, strict=True)) if mapping else values, inside, flow
    )


def _dash(text: str, place: int) -> int:
    """Return where the next item of a list in a block begins, past comments."""
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _scalar(tag: str, value: str) -> Any:
    if tag == "null":
        return None
    if tag == "bool":
        return value.lower() == "true"
    try:
        if tag == "int":
            return int(value.replace("_", ""))
        if tag == "float":
            return float(value.replace("_", ""))
        if tag == "timestamp":
            return dt.date.fromisoformat(value) if len(value) == 10 else value
    except ValueError:
        pass
    return value


def edited(text: str, old: Any, new: Any) -> str:
    """Return a text that says something else, all that it need not change as it was."""
    root = parse(text)
    return text[: root.start] + tree.edited(text, root, new, STYLE) + text[root.end :]


def render(data: Any) -> str:
    """Return plain data as a text in blocks."""
    return _lines(data, 0) + "\n"


def _lines(value: Any, column: int) -> str:
    """Return a value in blocks; its first line stands where the text before it ends."""
    pad = "\n" + " " * column
    if isinstance(value, Mapping) and value:
        return pad.join(_item(key, inner, column) for key, inner in value.items())
    if isinstance(value, list) and value:
        return pad.join(_item(None, inner, column) for inner in value)
    return _inline(value)


def _item(key: str | None, value: Any, column: int | None) -> str:
    lead = "" if key is None else f"{_inline(key)}:"
    if column is None:
        return f"{lead} {_inline(value)}" if lead else _inline(value)
    if key is None:
        return "- " + _lines(value, column + 2)
    if isinstance(value, Mapping | list) and value:
        return f"{lead}\n{' ' * (column + 2)}{_lines(value, column + 2)}"
    return f"{lead} {_inline(value)}"


def _inline(value: Any, old: str = "") -> str:
    """Return a value on one line, in the quotes of an old one where they can hold it."""
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{_inline(key)}: {_inline(v, _QUOTE)}" for key, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item, _QUOTE) for item in value) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    if not isinstance(value, str):
        return json.dumps(value)
    if old.startswith("'") and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and value.isprintable()
    if plain and not old.startswith('"'):
        return value
    return _UNPRINTABLE.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


STYLE = Style(scalar=_inline, item=_item)
