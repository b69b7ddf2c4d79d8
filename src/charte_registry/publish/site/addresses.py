"""Where each page stands: the identifier as path, the same for as long as the record is there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

_RESERVED = frozenset(  # no file of Windows has these names
    {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))}
)
FILES = "site-files"  # no kind of record is called so: its name has no hyphen
EXTRACT = "public-extract"
ATTACHED = "attached-pages"


def stems(identifiers: Iterable[str]) -> dict[str, str]:
    """Return the name of the page of each record, without its suffix.

    It is the identifier itself, except where a file system could not hold it: of identifiers that
    differ by capitals only, one keeps its name, and a name that Windows keeps for itself is marked.

    Examples
    --------
    >>> stems(["t-1", "con", "A", "a"])
    {'t-1': 't-1', 'con': 'con~', 'A': 'A~559aead0', 'a': 'a'}
    """
    names = list(identifiers)
    first: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (name != name.casefold(), name)):
        first.setdefault(name.casefold(), name)
    return {name: _stem(name, first[name.casefold()] == name) for name in names}


def _stem(name: str, alone: bool) -> str:
    first, dot, rest = name.partition(".")
    if not alone:  # the mark stands before the dot, up to which Windows reads a name
        return f"{first}~{hashlib.sha256(name.encode()).hexdigest()[:8]}{dot}{rest}"
    return f"{first}~{dot}{rest}" if first.casefold() in _RESERVED else name


class Addresses:
    """The address of every record, from the root of the site.

    Parameters
    ----------
    records : mapping of str to mapping
        Records by kind and identifier.

    Examples
    --------
    >>> Addresses({"actions": {"a": None}}).of("actions", "a")
    'actions/a'
    """

    def __init__(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        self._stems = {kind: stems(found) for kind, found in records.items()}

    def of(self, kind: str, identifier: str) -> str | None:
        """Return the address of a record without its suffix; none where there is no such record."""
        stem = self._stems.get(kind, {}).get(identifier)
        return None if stem is None else f"{kind}/{stem}"

    def stem(self, kind: str, identifier: str) -> str:
        """Return the name of the page of a record, without its suffix."""
        return self._stems[kind][identifier]


def list_page(kind: str, page: int = 1) -> str:
    """Return the address of a page of the list of a kind.

    Examples
    --------
    >>> list_page("actions"), list_page("actions", 2)
    ('actions.html', 'actions-2.html')
    """
    return f"{kind}.html" if page == 1 else f"{kind}-{page}.html"
