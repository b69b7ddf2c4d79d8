"""Languages: numbers, shares and days as each language writes them; texts from short tables.

Each module that speaks keeps its sentences beside it, as a table by language; the few there are
need no catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from prevision_cantine.arrays import Floats
from prevision_cantine.errors import ForecastError

LANGUAGES = ("fr", "en", "pt")
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

DAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "pt": ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
    }
)
MONTHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fr": (
            "janvier", "février", "mars", "avril", "mai", "juin",
            "juillet", "août", "septembre", "octobre", "novembre", "décembre",
        ),
        "en": (
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
        "pt": (
            "janeiro", "fevereiro", "março", "abril", "maio", "junho",
            "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
        ),
    }
)  # fmt: skip
_BEFORE = re.compile(r" (?=[:;!?%»])")
_SEPARATORS = {"fr": NBSP + ",", "en": ",.", "pt": ".,"}

T = TypeVar("T")


def texts(table: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """Return sentences by language, frozen, the French ones with the spaces that do not break."""
    spaced = {
        lang: {
            key: _BEFORE.sub(NBSP, text) if lang == "fr" else text
            for key, text in sentences.items()
        }
        for lang, sentences in table.items()
    }
    return MappingProxyType({lang: MappingProxyType(said) for lang, said in spaced.items()})


def in_language(table: Mapping[str, T], lang: str) -> T:
    """Return what a table says in a language.

    Parameters
    ----------
    table : mapping of str to object
        What it says, by language.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    object
        The entry.

    Raises
    ------
    ForecastError
        Where there is no such language.
    """
    if lang not in LANGUAGES:
        raise ForecastError(f"no words in {lang!r}; known: {', '.join(LANGUAGES)}")
    return table[lang]


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


# What is counted in a sentence: one of it, and several.
_COUNTED: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fr": {
            "day": ("jour", "jours"),
            "canteen": ("cantine", "cantines"), "meal": ("repas", "repas"),
            "row": ("ligne", "lignes"), "forecast": ("prévision", "prévisions"),
            "remark": ("remarque", "remarques"), "piece": ("pièce", "pièces"),
        },
        "en": {
            "day": ("day", "days"),
            "canteen": ("canteen", "canteens"), "meal": ("meal", "meals"),
            "row": ("row", "rows"), "forecast": ("forecast", "forecasts"),
            "remark": ("remark", "remarks"),
            "file": ("file", "files"), "school day": ("school day", "school days"),
            "gap": ("gap", "gaps"), "cell": ("cell", "cells"),
            "piece": ("piece", "pieces"), "dish": ("dish", "dishes"),
        },
        "pt": {
            "day": ("dia", "dias"),
            "canteen": ("cantina", "cantinas"), "meal": ("refeição", "refeições"),
            "row": ("linha", "linhas"), "forecast": ("previsão", "previsões"),
            "remark": ("observação", "observações"), "piece": ("unidade", "unidades"),
        },
    }
)  # fmt: skip


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
    one, several = _COUNTED[lang][noun]
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


def day_of_week(day: np.datetime64, lang: str) -> str:
    """Return the name of the weekday of a day."""
    return DAYS[lang][(int(day.astype("datetime64[D]").astype(np.int64)) + 3) % 7]


def listed(items: Sequence[str], lang: str) -> str:
    """Return some words as a list with its "and"."""
    if len(items) < 2:
        return "".join(items)
    last = {"fr": " et ", "en": " and ", "pt": " e "}[lang]
    return ", ".join(items[:-1]) + last + items[-1]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as text: the first column to the left, numbers to the right."""
    columns = list(zip(header, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *rows)
    ]
    return "\n".join(lines)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown: the first column to the left, numbers to the right."""
    marks = ["---"] + ["---:"] * (len(header) - 1)
    cells = [[markdown(cell) for cell in row] for row in (header, *rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (cells[0], marks, *cells[1:]))


def markdown(text: str) -> str:
    """Return a text on one line with what means something in Markdown escaped."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return "".join("\\" + c if c in r"\`*_[]<>#|~&!" else c for c in plain)


def rounded_to(values: Floats, total: int) -> Floats:
    """Return whole numbers near some values that add up to a total, those furthest off moved.

    Examples
    --------
    >>> rounded_to(np.array([0.4, 0.4, -3.2]), -2)
    array([ 1.,  0., -3.])
    """
    result: Floats = np.round(values)
    missing = total - int(result.sum())
    if missing:
        short = np.lexsort((-np.abs(values), (result - values) * np.sign(missing)))
        # More than one each is never needed where the total is the rounded sum of the values.
        result[np.resize(short, abs(missing))] += np.sign(missing)
    return result
