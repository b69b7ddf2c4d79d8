"""The words that an office writes in its tables, from ``words.toml``, compared without accents."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from prevision_cantine.words.plain import plain

_OTHER = re.compile(r"[^a-z0-9]+")


@cache
def _table() -> Mapping[str, Any]:
    file = resources.files("prevision_cantine").joinpath("city/office/words.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _headings() -> Mapping[str, frozenset[str]]:
    """Return the roles of each heading."""
    found: dict[str, set[str]] = {}
    for role, phrases in _table()["headings"].items():
        for phrase in phrases:
            found.setdefault(_short(phrase) or phrase, set()).add(role)
    return {phrase: frozenset(roles) for phrase, roles in found.items()}


@cache
def _numbered(section: str) -> Mapping[str, int]:
    return {word: int(n) for n, words in _table()[section].items() for word in words}


@cache
def _listed(section: str, key: str = "words") -> frozenset[str]:
    return frozenset(_table()[section][key])


@lru_cache(maxsize=50_000)
def simple(text: str) -> str:
    """Return a text in lower case, without accents, its words separated by single spaces.

    Examples
    --------
    >>> simple("  Repas servis (midi) ")
    'repas servis midi'
    """
    return _OTHER.sub(" ", plain(text).replace("œ", "oe")).strip()


def _short(text: str) -> str:
    """Return a text without small words; a last letter stays, for it may name: "Site A"."""
    small, words = _listed_small(), simple(text).split()
    last = len(words) - 1
    return " ".join(
        word
        for n, word in enumerate(words)
        if word not in small or (n == last and n > 0 and len(word) == 1)
    )


@cache
def _listed_small() -> frozenset[str]:
    return frozenset(_table()["small"])


@lru_cache(maxsize=10_000)
def roles_of(heading: str) -> frozenset[str]:
    """Return what a heading can stand for; several where only the cells below it decide.

    Examples
    --------
    >>> sorted(roles_of("Nombre de repas servis")), sorted(roles_of("Jour"))
    (['reel'], ['date', 'jour'])
    >>> sorted(roles_of("École Jules Verne")), sorted(roles_of("Site A"))
    ([], [])
    """
    known = _headings()
    return known.get(simple(heading), frozenset()) | known.get(_short(heading), frozenset())


@lru_cache(maxsize=50_000)
def is_total(text: str) -> bool:
    """Return whether a heading, or the first word of a line, says that it adds others up.

    Examples
    --------
    >>> is_total("TOTAL GÉNÉRAL"), is_total("Totem")
    (True, False)
    """
    words = simple(text)
    return any(words == word or words.startswith(word + " ") for word in _listed("totals"))


@lru_cache(maxsize=50_000)
def is_service(text: str) -> bool:
    """Return whether a text names a meal or a shift.

    Examples
    --------
    >>> is_service("Manhã"), is_service("Zola")
    (True, False)
    """
    return simple(text) in _listed("services") or _short(text) in _listed("services")


@lru_cache(maxsize=50_000)
def is_closed(text: str) -> bool:
    """Return whether a cell says that no meal was served.

    Examples
    --------
    >>> is_closed("Fermé"), is_closed("PÉDA"), is_closed("124")
    (True, True, False)
    """
    return simple(text) in _listed("closed")


def is_mark(text: str) -> bool:
    """Return whether a cell holds a sign for nothing, such as a dash."""
    return text.strip() in _listed("closed", "marks")


@lru_cache(maxsize=50_000)
def month_of(word: str) -> int | None:
    """Return the number of a month, 1 to 12, from its name or what people shorten it to.

    Examples
    --------
    >>> month_of("sept"), month_of("agosto"), month_of("Zola")
    (9, 8, None)
    """
    return _numbered("months").get(simple(word))


@lru_cache(maxsize=50_000)
def weekday_of(word: str) -> int | None:
    """Return 0 for Monday to 6 for Sunday from the name of a weekday.

    Examples
    --------
    >>> weekday_of("Segunda-feira"), weekday_of("mer."), weekday_of("12")
    (0, 2, None)
    """
    return _numbered("weekdays").get(simple(word))
