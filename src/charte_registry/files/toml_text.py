"""TOML: read, say where each value begins, and rewrite only what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from charte_registry.extras import needs
from charte_registry.files import tree
from charte_registry.files.places import Path
from charte_registry.files.restate import aligned
from charte_registry.syntax import read_toml

with needs("registre"):
    import tomlkit
    from tomlkit.items import AoT, InlineTable, Item, String, Table

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')[ \t]*""")
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|"
    r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|[^,\]}\n#]+",
    re.DOTALL,
)


def read(text: str) -> dict[str, Any]:
    """Return the plain data of a text."""
    return read_toml(text)


def starts(text: str) -> Mapping[Path, int]:
    r"""Return where each table, item and key of a valid text begins.

    Examples
    --------
    >>> starts('[[a]]\nb = [\n  {c = 1},\n]\n')
    {('a',): 0, ('a', 0): 0, ('a', 0, 'b'): 6, ('a', 0, 'b', 0): 14, ('a', 0, 'b', 0, 'c'): 15}
    """
    return _Scan(text).found


class _Scan:
    """One walk through a text."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.found: dict[Path, int] = {}
        self.ends: dict[Path, int] = {}  # of the last value that stands in a table itself
        self.items: dict[Path, int] = {}  # how many items each list of tables has so far
        table: Path = ()
        while self._skip() < len(text):
            start = self.place
            if text.startswith("[[", start):
                path = self._key(start + 2, (), start)
                table = (*path, self.items.get(path, 0))
                self.items[path] = self.items.get(path, 0) + 1
                self.found[table] = start
                self.place += 2
            elif text.startswith("[", start):
                table = self._key(start + 1, (), start)
                table = (*table, self.items[table] - 1) if table in self.items else table
                self.place += 1
            else:
                self._pair(table)
                self.ends[table] = self.place

    def _skip(self) -> int:
        match = _SPACE.match(self.text, self.place)
        self.place = match.end() if match else self.place
        return self.place

    def _key(self, place: int, path: Path, start: int) -> Path:
        """Follow a dotted key; a list of tables on the way means its last item."""
        self.place = place
        while match := _PART.match(self.text, self.place):
            if path in self.items:
                path = (*path, self.items[path] - 1)
            path = (*path, match[1].strip("\"'"))
            self.found.setdefault(path, start)
            self.place = match.end()
            if not self.text.startswith(".", self.place):
                break
            self.place += 1
        return path

    def _pair(self, table: Path) -> None:
        path = self._key(self.place, table, self.place)
        self.place += 1  # the sign of equality
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.text[self._skip()]
        if opening not in "[{":
            match = _SCALAR.match(self.text, self.place)
            self.place = match.end() if match else self.place + 1
            return
        self.place += 1
        number = 0
        while self.text[self._skip()] not in "]}":
            if self.text[self.place] == ",":
                self.place += 1
            elif opening == "{":
                self._pair(path)
            else:
                self.found[*path, number] = self.place
                self._value((*path, number))
                number += 1
        self.place += 1


def render(data: Mapping[str, Any]) -> str:
    """Return plain data as a text: values first, then tables, then lists of tables."""
    document = tomlkit.document()
    for key, value in sorted(data.items(), key=lambda pair: _rank(pair[1])):
        document.add(key, _item(value, top=True))
    return tomlkit.dumps(document)


def _rank(value: Any) -> int:
    return 2 if _tables(value) else 1 if isinstance(value, Mapping) else 0


def _alike(old: Any, new: Any) -> bool:
    """Whether both are lists of tables, or of values, so that one can become the other."""
    lists = isinstance(old, list) and isinstance(new, list) and bool(old) and bool(new)
    return lists and _tables(old) == _tables(new)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _item(value: Any, *, top: bool = False) -> Item:
    """Return an item; what stands at the top may have a header, what is inside stays on a line."""
    if isinstance(value, Mapping):
        table: Table | InlineTable = tomlkit.table() if top else tomlkit.inline_table()
        for key, inner in value.items():
            table.add(key, _item(inner))
        return table
    if top and _tables(value):
        tables = tomlkit.aot()
        for inner in value:
            tables.append(_item(inner, top=True))
        return tables
    if isinstance(value, list):
        array = tomlkit.array()
        for inner in value:
            array.append(_item(inner))
        return array
    item: Item = tomlkit.item(value)
    return item


def edited(text: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Return a text that says something else, all that it need not change as it was.

    Parameters
    ----------
    text : str
        The text.
    old, new : mapping of str to object
        What it says, and what it shall say.
    """
    spans = sorted(_spans(text, (), old, new, _Scan(text)), reverse=True)
    for start, end, _, lines in spans:
        text = text[:start] + lines + text[end:]
    document = tomlkit.parse(text)
    _update(document, read(text) if spans else old, new, top=True)
    return tomlkit.dumps(document)


def _spans(
    text: str, path: Path, old: Any, new: Any, scan: _Scan
) -> Iterator[tuple[int, int, int, str]]:
    """Yield what is decided on the text itself, so that comments stay with what they speak of.

    A new value comes after the last one of its table, and then a new item, not after the comment on
    the next table; an item that goes takes the comment right above it along, and leaves the one
    above the next. Each is a start, an end, an order where several start there, and lines.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        lines = [
            render({key: value}).rstrip("\n")
            for key, value in new.items()
            if key not in old and _rank(value) == 0 and path in scan.ends
        ]
        if lines:
            start = text.rfind("\n", 0, scan.ends[path]) + 1
            margin = re.match(r"[ \t]*", text[start:])
            end = tree.line_end(text, scan.ends[path])
            pad = "\n" + (margin[0] if margin else "")
            yield end, end, 0, "".join(pad + line for line in lines)
        for key in old:
            yield from _spans(text, (*path, key), old[key], new.get(key), scan)
    elif _tables(old) and _tables(new):
        pairs = aligned(old, new)
        for number in set(range(len(old))) - set(pairs):
            if path in scan.items:
                yield *_extent(text, (*path, number), scan), 0, ""
        last, more = None, ""
        for value, origin in [*zip(new, pairs, strict=True), (None, -1)]:
            if origin is None:
                more += "\n\n" + render({str(path[0]): [value]}).rstrip("\n")
                continue
            if more and last is not None and len(path) == 1 and path in scan.items:
                end = _end(text, (*path, last), scan)
                yield end, end, 1, more
            last, more = origin, ""
            if value is not None:
                yield from _spans(text, (*path, origin), old[origin], value, scan)


def _extent(text: str, path: Path, scan: _Scan) -> tuple[int, int]:
    """Return where an item with a header begins, comment and all, and where it ends."""
    above = re.search(r"(?:^[ \t]*#[^\n]*\n)*[ \t]*\Z", text[: scan.found[path]], re.MULTILINE)
    end = _end(text, path, scan) + 1
    blank = re.match(r"(?:[ \t]*\n)*", text[end:])
    return above.start() if above else scan.found[path], end + (blank.end() if blank else 0)


def _end(text: str, path: Path, scan: _Scan) -> int:
    """Return where the last line of an item ends."""
    inside = [end for other, end in scan.ends.items() if other[: len(path)] == path]
    return tree.line_end(text, max([scan.found[path], *inside]))


def _update(table: Any, old: Mapping[str, Any], new: Mapping[str, Any], *, top: bool) -> None:
    for key in old:
        if key not in new:
            del table[key]
    for key, value in sorted(new.items(), key=lambda pair: _rank(pair[1])):
        if key not in old:
            table.append(key, _item(value, top=top))
        elif repr(old[key]) == repr(value):
            continue
        elif isinstance(value, Mapping) and isinstance(old[key], Mapping):
            inside = table[key]
            _update(inside, old[key], value, top=False)
        elif _alike(old[key], value):
            _update_list(table[key], old[key], value)
        elif _tables(old[key]) or _tables(value):
            del table[key]
            table.append(key, _item(value, top=top))
        else:
            table[key] = _like(table[key], value)


def _update_list(items: Any, old: list[Any], new: list[Any]) -> None:
    pairs = aligned(old, new)
    for number in sorted(set(range(len(old))) - set(pairs), reverse=True):
        del items[number]
    for number, (value, origin) in enumerate(zip(new, pairs, strict=True)):
        if origin is None:
            items.insert(number, _item(value, top=isinstance(items, AoT)))
        elif isinstance(value, Mapping):
            _update(items[number], old[origin], value, top=False)
        elif repr(old[origin]) != repr(value):
            items[number] = _like(items[number], value)


def _like(item: Any, value: Any) -> Item:
    """Return a new value in the quotes of the old one, where they can hold it."""
    if isinstance(value, str) and isinstance(item, String):
        raw = item.as_string()
        several = raw.startswith(('"""', "'''"))
        if raw.startswith("'"):
            try:
                return tomlkit.string(value, literal=True, multiline=several)
            except ValueError:
                pass
        return tomlkit.string(value, multiline=several and "\n" in value)
    return _item(value)
