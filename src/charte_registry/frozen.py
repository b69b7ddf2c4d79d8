"""A mapping that nobody changes, and that Python yet copies and hands to other processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value", covariant=True)


class Frozen(Mapping[Key, Value]):
    """What a register holds by name: ``types.MappingProxyType`` that can be copied and pickled.

    Parameters
    ----------
    items : mapping
        What it holds; it is copied.

    Examples
    --------
    >>> import copy
    >>> kept = Frozen({"a": 1})
    >>> copy.deepcopy(kept) == kept == {"a": 1}
    True
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[Key, Value] | None = None) -> None:
        self._items: dict[Key, Value] = dict(items or {})

    def __getitem__(self, key: Key) -> Value:
        """Return what has a name."""
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        """Go through the names."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        """Return whether there is such a name."""
        return key in self._items

    def __repr__(self) -> str:
        """Return the items."""
        return f"Frozen({self._items!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return Frozen, (self._items,)
