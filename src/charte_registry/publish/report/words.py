"""Numbers and dates as the three languages write them."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

THIN, NO_BREAK = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_GROUPS: Mapping[str, str] = MappingProxyType({"fr": THIN, "en": ",", "pt": "."})

# What HTML has no place for: controls but white space, and the code points that are no characters.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(
        map(chr, (base + last for base in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)))
    )
    + "]"
)


@cache
def catalogue() -> Mapping[str, Any]:
    """Return what ``words.toml`` says, by language."""
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


def printable(text: str) -> str:
    r"""Return a text with a replacement character for each that no page can hold.

    Examples
    --------
    >>> printable("a\x00b") == "a\N{REPLACEMENT CHARACTER}b"
    True
    """
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def number(value: int, lang: str) -> str:
    """Return a whole number with its thousands apart.

    Examples
    --------
    >>> number(1200, "en"), number(1200, "pt"), number(442, "fr")
    ('1,200', '1.200', '442')
    """
    return f"{value:,}".replace(",", _GROUPS[lang])


def percent(part: int, whole: int, lang: str) -> str:
    """Return a share in percent, with one decimal below 10 %.

    Examples
    --------
    >>> percent(408, 442, "en"), percent(1, 442, "pt")
    ('92%', '0,2%')
    """
    share = 100 * part / whole if whole else 0.0
    text = f"{share:.0f}" if share >= 10 or share == 0 else f"{share:.1f}"
    mark = f"{NO_BREAK}%" if lang == "fr" else "%"
    return (text if lang == "en" else text.replace(".", ",")) + mark


def day(value: dt.date, lang: str) -> str:
    """Return a date in words.

    Examples
    --------
    >>> day(dt.date(2020, 10, 1), "fr"), day(dt.date(2020, 12, 15), "pt")
    ('1er octobre 2020', '15 de dezembro de 2020')
    """
    month = catalogue()[lang]["months"][value.month - 1]
    first = {"fr": "1er", "en": "1", "pt": "1º"}[lang] if value.day == 1 else str(value.day)
    joint = " de " if lang == "pt" else " "
    return joint.join([first, month, str(value.year)])
