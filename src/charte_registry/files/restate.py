"""What a file must say so that a record reads back, changing as little as possible of what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import attrs

from charte_registry.records.base import plain, structure


def restated(data: Mapping[str, Any], record: Any, *, iso: bool = False) -> Mapping[str, Any]:
    """Return plain data that read as a record, each field as it stood where it means the same.

    Parameters
    ----------
    data : mapping of str to object
        What the file says, of a record of that class.
    record : record
        What it shall say.
    iso : bool
        Whether dates become text.

    Returns
    -------
    mapping of str to object
        ``data`` itself where it already says so. A field that holds nothing is left out unless it is required; one that
        the file states and that gets its default back is still stated.
    """
    return _restated(data, structure(type(record), data), record, iso)


def _restated(data: Mapping[str, Any], old: Any, new: Any, iso: bool) -> Mapping[str, Any]:
    if old == new:
        return data
    out: dict[str, Any] = {}
    fields = attrs.fields_dict(type(new))
    for name, said in data.items():
        before, after = getattr(old, name), getattr(new, name)
        required = fields[name].default is attrs.NOTHING
        if before == after:
            out[name] = said
        elif required or (after is not None and after != ()):
            out[name] = _value(said, before, after, iso)
    for field in attrs.fields(type(new)):
        value = getattr(new, field.name)
        if field.name not in data and value != field.default:
            out[field.name] = plain(value, iso)
    return out


def _value(said: Any, before: Any, after: Any, iso: bool) -> Any:
    if attrs.has(type(after)) and type(before) is type(after):
        return _restated(said, before, after, iso)
    if not isinstance(after, tuple) or not isinstance(said, list):
        return plain(after, iso)
    pairs = aligned(before, after)
    return [
        plain(value, iso) if number is None
        else said[number] if before[number] == value
        else _value(said[number], before[number], value, iso)
        for value, number in zip(after, pairs, strict=True)
    ]  # fmt: skip


def aligned(old: Sequence[Any], new: Sequence[Any]) -> list[int | None]:
    """Return which old item each new one continues: the equal ones, then the like, then in place.

    Parameters
    ----------
    old, new : sequence
        Items; tables with an ``id`` continue the one of that ``id``, or none.

    Returns
    -------
    list of int or None
        Positions in ``old``, growing; ``None`` for what is new.

    Examples
    --------
    >>> aligned(["a", "b", "c"], ["a", "x", "b2", "c"])
    [0, 1, None, 2]
    """
    if all(isinstance(item, Mapping) and "id" in item for item in (*old, *new)):
        return _matched([item["id"] for item in old], [item["id"] for item in new])
    pairs = _matched([repr(item) for item in old], [repr(item) for item in new])
    _fill(
        pairs,
        len(old),
        lambda i, j: _matched(map(_label, old[i[0] : i[1]]), map(_label, new[j[0] : j[1]])),
    )
    _fill(
        pairs, len(old), lambda i, j: [n if n < i[1] - i[0] else None for n in range(j[1] - j[0])]
    )
    return pairs


def _matched(old: Iterable[str], new: Iterable[str]) -> list[int | None]:
    before, after = list(old), list(new)
    pairs: list[int | None] = [None] * len(after)
    for i, j, size in SequenceMatcher(None, before, after, False).get_matching_blocks():
        pairs[j : j + size] = range(i, i + size)
    return pairs


Span = tuple[int, int]


def _fill(
    pairs: list[int | None], size: int, pair: Callable[[Span, Span], list[int | None]]
) -> None:
    """Pair what stands between two items that are paired already, on both sides."""
    start, last = 0, -1
    for end, number in [*enumerate(pairs), (len(pairs), size)]:
        if number is None:
            continue
        if start < end:
            found = pair((last + 1, number), (start, end))
            pairs[start:end] = [None if n is None else n + last + 1 for n in found]
        start, last = end + 1, number


def _label(item: Any) -> str:
    """Return what an item is told by: the first value of a table, or of a record."""
    if attrs.has(type(item)):
        return repr(getattr(item, attrs.fields(type(item))[0].name))
    return repr(next(iter(item.values()), None)) if isinstance(item, Mapping) else repr(item)
