"""A read-only mapping that copies, pickles and hashes, which ``mappingproxy`` does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value", covariant=True)


class Frozen(Mapping[Key, Value]):
    """A mapping that nobody changes.

    Parameters
    ----------
    items : mapping
        What it holds; it is copied.

    Examples
    --------
    >>> Frozen({"fr": "âge", "en": "age"})
    Frozen({'fr': 'âge', 'en': 'age'})
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[Key, Value] | None = None) -> None:
        self._items: dict[Key, Value] = dict(items or {})

    def __getitem__(self, key: Key) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Frozen({self._items!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._items == dict(other)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return Frozen, (self._items,)


EMPTY: Frozen[Any, Any] = Frozen()
