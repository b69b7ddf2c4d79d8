"""What the workbook says, from ``words.toml``, and durations as people write them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.workbook.names import bare
from charte_registry.vocabularies.nouns import is_single

_ISO = re.compile(
    r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?)?"
)
_LETTERS = ("Y", "M", "W", "D", "H", "M")
_PARTS = re.compile(r"(?:[0-9]{1,4}\s*[^\W\d_]+[\s,]*(?:(?:et|and|e)\s+)?)+")
_PART = re.compile(r"([0-9]{1,4})\s*([^\W\d_]+)")


@cache
def _every() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


def words(lang: str) -> Mapping[str, Any]:
    """Return the words of a language; raise ``RegisterError`` where there are none."""
    every = _every()
    if lang not in every:
        raise RegisterError("language", field="lang", value=lang, near=nearest(lang, every))
    return every[lang]


def duration_words(iso: str, lang: str) -> str:
    """Return an ISO 8601 duration in words; as it stands where the words would not give it back.

    Examples
    --------
    >>> duration_words("P1Y6M", "fr"), duration_words("PT72H", "en"), duration_words("?", "en")
    ('1 an 6 mois', '72 hours', '?')
    """
    found = _ISO.fullmatch(iso)
    units = words(lang)["units"]
    said = " ".join(
        f"{number} {units[place][0 if is_single(int(number), lang) else 1]}"
        for place, number in enumerate(found.groups() if found else ())
        if number is not None
    )
    return said if said and duration_iso(said) == iso else iso


def duration_iso(text: str) -> str | None:
    """Return the ISO 8601 duration that words of any of the languages say, or None.

    Examples
    --------
    >>> duration_iso("1 an et 6 mois"), duration_iso("30 days"), duration_iso("durée du contrat")
    ('P1Y6M', 'P30D', None)
    """
    if not _PARTS.fullmatch(text.strip() + " "):
        return None
    places = {
        bare(form): place
        for said in _every().values()
        for place, forms in enumerate(said["units"])
        for form in forms
    }
    found: dict[int, str] = {}
    for number, unit in _PART.findall(text):
        place = places.get(bare(unit))
        if place is None or place in found or any(place < earlier for earlier in found):
            return None
        found[place] = number
    date = "".join(f"{number}{_LETTERS[place]}" for place, number in found.items() if place < 4)
    time = "".join(f"{number}{_LETTERS[place]}" for place, number in found.items() if place >= 4)
    return f"P{date}" + (f"T{time}" if time else "")
