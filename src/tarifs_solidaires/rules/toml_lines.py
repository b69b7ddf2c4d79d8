"""On which line of a TOML file each of its values stands, which the parser of Python does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]  # ("version", 0, "row", 2, "tranche"): keys, and positions in lists

_PART = r"""(?:[A-Za-z0-9_-]++|"(?>(?:\\.|[^"\\\n])*)"|'[^'\n]*')"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*+"
_STATEMENT = re.compile(
    rf"""[ \t]*(?:\[\[[ \t]*(?P<item>{_DOTTED})[ \t]*\]\]
                 |\[[ \t]*(?P<table>{_DOTTED})[ \t]*\]
                 |(?P<key>{_DOTTED})[ \t]*=)""",
    re.VERBOSE,
)
# What may stand in a value, the longest first: texts and comments may hold brackets and line ends.
# A text that nobody closes goes to the end, so that no character is looked at twice.
_TOKEN = re.compile(
    r'"""(?>(?:\\.|[^"\\]|"(?!""))*)(?:"{3,5}|\Z)|' + r"'''(?>(?:[^']|'(?!''))*)(?:'{3,5}|\Z)|"
    r'"(?>(?:\\[^\n]|[^"\\\n])*)"?|' + r"'[^'\n]*'?|#[^\n]*|[\[{]|[\]}]|\n|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)


def lines_of(text: str) -> Mapping[Path, int]:
    r"""Return the line of every table, list item and key that a TOML text states.

    Parameters
    ----------
    text : str
        Valid TOML. What stands inside a value, such as the keys of an inline table, has no line
        of its own: see `line_of`.

    Returns
    -------
    mapping of tuple to int
        Lines, from 1, by path of keys and positions.

    Examples
    --------
    >>> lines_of("format = 1\n\n[[case]]\ngiven = { age = 30 }\n")
    {('format',): 1, ('case',): 3, ('case', 0): 3, ('case', 0, 'given'): 4}
    """
    text = text.replace("\r\n", "\n")
    found: dict[Path, int] = {}
    items: dict[Path, int] = {}  # how many items each list of tables has so far
    table: Path = ()
    place, line = 0, 1
    while place < len(text):
        statement = _STATEMENT.match(text, place)
        if statement is not None:
            if statement["item"]:
                path = _resolve((), _parts(statement["item"]), items, found, line)
                table = (*path, items.get(path, 0))
                items[path] = items.get(path, 0) + 1
                found[table] = line
            elif statement["table"]:
                table = _resolve((), _parts(statement["table"]), items, found, line)
                table = (*table, items[table] - 1) if table in items else table
            else:
                _resolve(table, _parts(statement["key"]), items, found, line)
            place = statement.end()
        place, line = _after_value(text, place, line)
    return found


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """Return the line of a value, or of the nearest thing around it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _resolve(
    start: Path,
    parts: tuple[str, ...],
    items: Mapping[Path, int],
    found: dict[Path, int],
    line: int,
) -> Path:
    """Follow keys; a list of tables on the way means its last item."""
    path = start
    for part in parts:
        if path in items:
            path = (*path, items[path] - 1)
        path = (*path, part)
        found.setdefault(path, line)
    return path


def _after_value(text: str, place: int, line: int) -> tuple[int, int]:
    """Return where the next statement starts, and on which line."""
    depth = 0
    for word in tokens(text, place):
        place += len(word)
        line += word.count("\n")
        if word in ("[", "{"):
            depth += 1
        elif word in ("]", "}"):
            depth -= 1
        elif word == "\n" and depth <= 0:
            break
    return place, line


def tokens(text: str, place: int = 0) -> Iterator[str]:
    """Yield the texts, comments, brackets, line ends of a TOML text, and what stands between them.

    Every character is yielded, whether or not the text is valid.
    """
    while place < len(text):
        found = _TOKEN.match(text, place)
        word = text[place] if found is None else found[0]
        yield word
        place += len(word)
