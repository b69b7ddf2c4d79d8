"""Numbers, shares and counts as each language writes them; the languages there are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES = ("fr", "en", "pt")
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

_SEPARATORS = {"fr": NBSP + ",", "en": ",.", "pt": ".,"}


def number(value: float, lang: str, places: int = 0) -> str:
    """Write a number.

    Parameters
    ----------
    value : float
        The number.
    lang : {"fr", "en", "pt"}
        Language.
    places : int
        Decimals.

    Returns
    -------
    str
        With the separators of the language and a true minus sign.

    Examples
    --------
    >>> number(-1234.56, "en", 1), number(1234.5, "pt", 1)
    ('−1,234.6', '1.234,5')
    """
    text = f"{abs(value):,.{places}f}"
    sign = MINUS if value < 0 and text.strip("0.,") else ""
    return sign + text.translate(str.maketrans(",.", _SEPARATORS[lang]))


def signed(value: float, lang: str, places: int = 0) -> str:
    """Write a number with its sign, as ``number`` does otherwise."""
    text = number(value, lang, places)
    return text if text.startswith(MINUS) else "+" + text


def counted(count: float, noun: str, lang: str = "en") -> str:
    """Write how many there are of something, which is one or several.

    Parameters
    ----------
    count : float
        How many, a whole number once it is written.
    noun : str
        What is counted, in English.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    str
        The number and the noun; in French 0 is singular.

    Examples
    --------
    >>> counted(1, "day"), counted(1200, "row"), counted(0, "day", "fr")
    ('1 day', '1,200 rows', '0 jour')
    """
    one, several = _nouns()[noun][lang]
    single = round(abs(count)) in ((0, 1) if lang == "fr" else (1,))
    return f"{number(count, lang)} {one if single else several}"


def percent(share: float, lang: str, places: int = 0, *, sign: bool = False) -> str:
    """Write a share as a percentage.

    Examples
    --------
    >>> percent(0.0123, "en", 1)
    '1.2%'
    """
    write = signed if sign else number
    return write(100 * share, lang, places) + (NBSP if lang == "fr" else "") + "%"


@cache
def _nouns() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    file = resources.files("prevision_cantine").joinpath("words/nouns.toml")
    found: dict[str, dict[str, tuple[str, str]]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return found
