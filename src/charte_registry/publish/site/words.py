"""What the site says in a language: one catalogue a language, and how values are written in it."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from charte_registry.publish.report.words import day, number
from charte_registry.vocabularies.nouns import is_single

NO_BREAK = "\N{NO-BREAK SPACE}"

# French puts a space before these signs, and no line may end there.
_FRENCH_SIGNS = re.compile(r" (?=[:;?!»])|(?<=«) ")
# What a label says of how the field is filled in, which no reader of a page needs.
_ASIDE = re.compile(r"\s*\([^)]*\)\s*$")
_CONDITION = re.compile(
    r",\s(?:si|s'il|se|where|instead|au lieu|em vez|ou nom|or name|ou nome)\b.*$"
)
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", re.ASCII
)


@cache
def catalogue(lang: str) -> Mapping[str, Any]:
    """Return the words of a language, as its file has them."""
    path = files("charte_registry.publish.site") / "words" / f"{lang}.toml"
    return tomllib.loads(path.read_text("utf-8"))


class Words:
    """The words of a language.

    Parameters
    ----------
    lang : {"fr", "en", "pt"}
        Language.

    Examples
    --------
    >>> Words("fr").count(1, "results"), Words("en").duration("P1Y6M")
    ('1 résultat', '1 year and 6 months')
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._words = catalogue(lang)

    def __call__(self, key: str, **details: Any) -> str:
        """Return a sentence; a dot in the key leads into a table of the catalogue."""
        found: Any = self._words
        for step in key.split("."):
            found = found[step]
        return self.typeset(found.format(**details) if details else found)

    def typeset(self, text: str) -> str:
        """Return a sentence of the catalogue with the spaces of its language."""
        return _FRENCH_SIGNS.sub(NO_BREAK, text) if self.lang == "fr" else text

    def has(self, table: str, key: str) -> bool:
        """Return whether a table of the catalogue has a key."""
        return key in self._words[table]

    def table(self, name: str) -> Mapping[str, Any]:
        """Return a table of the catalogue."""
        found: Mapping[str, Any] = self._words[name]
        return found

    def pair(self, key: str) -> Sequence[str]:
        """Return a row of the catalogue, such as a noun in singular and plural."""
        found: Any = self._words
        for step in key.split("."):
            found = found[step]
        rows: Sequence[str] = found
        return rows

    def plural(self, n: int, key: str) -> str:
        """Return the form of a noun, or of a sentence with ``{n}``, that goes with a number."""
        one, several = self.pair(key)[:2]
        return (one if is_single(n, self.lang) else several).replace("{n}", self.number(n))

    def count(self, n: int, key: str) -> str:
        """Return a number with its noun."""
        return f"{self.number(n)} {self.plural(n, key)}"

    def number(self, n: int) -> str:
        """Return a whole number with its thousands apart."""
        return number(n, self.lang)

    def day(self, value: dt.date) -> str:
        """Return a date in words."""
        return day(value, self.lang)

    def flag(self, value: bool) -> str:
        """Return yes or no."""
        return self("yes" if value else "no")

    def duration(self, text: str) -> str:
        """Return an ISO 8601 duration in words; the text itself where it is none."""
        found = _DURATION.fullmatch(text)
        if found is None:
            return text
        parts = [
            f"{number(int(n), self.lang)} {self.plural(int(n), f'units.{unit}')}"
            for n, unit in zip(found.groups(), "YMWDHT", strict=True)
            if n is not None
        ]
        return str(self._words["units"]["join"]).join(parts) if parts else text

    def label(self, labels: Mapping[str, Any]) -> str:
        """Return what a field is called, as a heading."""
        return heading(_CONDITION.sub("", _ASIDE.sub("", labels[self.lang])))


def heading(text: str) -> str:
    """Return a label with a capital at its head."""
    text = _ASIDE.sub("", text)
    return text[:1].upper() + text[1:]
