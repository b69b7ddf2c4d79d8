"""Codes of French communes by day: which there are, and which commune a postal code means.

``communes.tsv.gz`` is made by ``tools/make_communes.py``, which names its sources. It knows the communes
from 1943 to 2019 by the day, and those of the first of January of 2019 and of 2021 to 2026. Where two
lists differ, the code counts on every day between them: nothing is refused that may have been in use.
Codes of foreign countries (``99...``) are none of its affair.
"""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Joined, Phrase

FIRST, LAST = dt.date(1943, 1, 1), dt.date(2026, 1, 1)  # days of which the list knows everything
ABROAD = "99"
MOST = 4  # communes of a postal code that a message names


@attrs.frozen
class Commune:
    """A code: the days on which it may have been in use, and what it has become part of."""

    code: str
    first: str
    last: str
    into: str
    name: str

    def holds(self, on: dt.date) -> bool:
        """Say whether the code may have been in use on a day."""
        day = on.isoformat()
        return (not self.first or self.first <= day) and (not self.last or day <= self.last)


@lru_cache(maxsize=1)
def _known() -> tuple[Mapping[str, Commune], Mapping[str, tuple[str, ...]]]:
    packed = (files("tarifs_solidaires.people") / "communes.tsv.gz").read_bytes()
    communes: dict[str, Commune] = {}
    posts: dict[str, list[str]] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        code, first, last, into, name, listed = line.split("\t")
        communes[code] = Commune(code, first, last, into, name)
        for post in listed.split():
            if not into:  # the commune itself, and not a part of it
                posts.setdefault(post, []).append(code)
    return communes, {post: tuple(codes) for post, codes in posts.items()}


def a_commune(prefix: str, on: dt.date) -> str:
    """Return a code that begins with a prefix and is that of a commune on a day; empty for none.

    Examples
    --------
    >>> a_commune("44", dt.date(2024, 1, 1))
    '44001'
    """
    communes, _ = _known()
    found = (c.code for c in communes.values() if c.code.startswith(prefix) and not c.into)
    return next((code for code in found if communes[code].holds(on)), "")


@attrs.frozen
class Mistaken:
    """Why a text is no code of a list on a day: what to say, and the codes that may be meant."""

    code: str
    template: str
    remedy: str
    data: Mapping[str, Any]


def mistaken_commune(code: str, on: dt.date) -> Mistaken | None:
    """Return what is wrong with the code of a commune, None where it may be right.

    Parameters
    ----------
    code : str
        Five characters.
    on : date
        The day.

    Returns
    -------
    Mistaken or None
        A postal code is wrong with the communes that it stands for. Before 1943 nothing is wrong; after
        the day of the list only what is a postal code and was never the code of a commune.

    Examples
    --------
    >>> import datetime as dt
    >>> day = dt.date(2023, 6, 1)
    >>> mistaken_commune("44109", day) is None
    True
    >>> mistaken_commune("44000", day).data["meant"]
    'Nantes (44109)'
    """
    communes, posts = _known()
    commune = communes.get(code)
    if on < FIRST or code.startswith(ABROAD) or (commune is not None and commune.holds(on)):
        return None
    if commune is None and code in posts:
        meant = [f"{communes[c].name} ({c})" for c in posts[code]]
        return Mistaken(
            "postal_code", "{input}: {shown} is a postal code, and not the code of a commune",
            "write the code of the commune: {meant}",
            {"meant": _some(meant), "codes": list(posts[code])},
        )  # fmt: skip
    if on > LAST:
        return None
    if commune is None:
        return Mistaken(
            "unknown_commune", "{input}: {shown} is the code of no commune on {day}",
            "check the code with INSEE", {"day": on.isoformat()},
        )  # fmt: skip
    into = communes.get(commune.into)
    if into is not None and commune.last and commune.last < on.isoformat():
        return Mistaken(
            "former_commune", "{input}: {shown} is no longer the code of a commune on {day}",
            "{name} is part of {meant}",
            {"day": on.isoformat(), "name": commune.name, "meant": f"{into.name} ({into.code})"},
        )  # fmt: skip
    return Mistaken(
        "unknown_commune", "{input}: {shown} is the code of no commune on {day}",
        "check the code with INSEE", {"day": on.isoformat()},
    )  # fmt: skip


def _some(meant: list[str]) -> Phrase:
    first = Joined(meant[:MOST])
    if len(meant) <= MOST:
        return first
    return Phrase("{names} … ({count})", names=first, count=len(meant))


LISTS: Mapping[str, Callable[[str, dt.date], Mistaken | None]] = {"fr/communes": mistaken_commune}
