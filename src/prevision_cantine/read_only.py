"""A mapping that nobody changes, and that Python yet copies and hands to other processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class ReadOnly(Mapping[str, T]):
    """What a value holds by name: ``types.MappingProxyType`` that can be copied and pickled.

    Parameters
    ----------
    items : mapping of str to object
        Copied, so that a later change of it changes nothing here.

    Examples
    --------
    >>> import copy
    >>> pupils = ReadOnly({"2015-2016": 120})
    >>> copy.deepcopy(pupils) == pupils, dict(pupils)
    (True, {'2015-2016': 120})
    >>> pupils["2015-2016"] = 0
    Traceback (most recent call last):
    TypeError: 'ReadOnly' object does not support item assignment
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, T]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> T:
        """Return what has a name."""
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._items)

    def __repr__(self) -> str:
        """Return the items."""
        return f"{type(self).__name__}({self._items})"


def read_only(items: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ``ReadOnly(items)``: as a converter of attributes, whose checks know no type variable."""
    return ReadOnly(items)
