"""The feed of changes, as Atom: one entry a record and a revision, the latest first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import attrs

from charte_registry.publish.site.entries import Teller
from charte_registry.publish.site.history import History, grouped, sentences
from charte_registry.publish.site.naming import singular_of
from charte_registry.publish.site.reach import title_of

ENTRIES = 100


@attrs.frozen
class FeedEntry:
    """An entry of the feed.

    Parameters
    ----------
    id : str
        Name that never changes.
    title, kind : str
        The record and its kind.
    href : str
        Its page, from the root of the language; empty where the record is gone.
    day : datetime.date
        When it changed.
    sentences : tuple of str
        How.
    """

    id: str
    title: str
    kind: str
    href: str
    day: dt.date
    sentences: tuple[str, ...]


def entries(teller: Teller, history: History, limit: int = ENTRIES) -> Iterator[FeedEntry]:
    """Yield the latest changes of a register.

    Parameters
    ----------
    teller : Teller
        Says values.
    history : History
        The editions.
    limit : int
        How many entries.

    Yields
    ------
    FeedEntry
        The latest first; a record that is gone has the name of its kind for a title.
    """
    left = limit
    register = teller.register
    for edition in reversed(history.editions):
        for name, changes in grouped(edition).items():
            kind, _, identifier = name.partition("/")
            if kind not in register.kinds or left == 0:
                continue
            left -= 1
            record = register.records.get(kind, {}).get(identifier)
            name_of_kind = singular_of(teller.words, register, kind)
            address = teller.addresses.of(kind, identifier)
            yield FeedEntry(
                id=named(register.titre, edition.revision, name),
                title=name_of_kind if record is None else title_of(record),
                kind=name_of_kind,
                href=f"{address}.html" if address else "",
                day=edition.day,
                sentences=tuple(sentences(teller, changes)),
            )


def named(*parts: str) -> str:
    """Return a name that is always the same for the same parts.

    Examples
    --------
    >>> named("a", "b")
    'urn:uuid:8c9a8a63-ca7c-50fc-a33e-2434bff9f36e'
    """
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, chr(31).join(parts))}"
