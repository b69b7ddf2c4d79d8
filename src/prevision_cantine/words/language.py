"""Languages: days as each one names them, tables of text, and the phrases of each module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from prevision_cantine.arrays import Floats
from prevision_cantine.errors import ForecastError
from prevision_cantine.words.numbers import (
    LANGUAGES,
    MINUS,
    NBSP,
    counted,
    number,
    percent,
    signed,
)

__all__ = [
    "DAYS", "LANGUAGES", "MINUS", "MONTHS", "NBSP", "counted", "day_of_week", "in_language", "listed",
    "markdown", "markdown_table", "number", "percent", "phrases", "rounded_to", "signed", "table",
]  # fmt: skip

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

T = TypeVar("T")


@cache
def phrases(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return what a module says, by language and key, from the file of its name in ``phrases``.

    Parameters
    ----------
    name : str
        Name of the file, without its ending.

    Returns
    -------
    mapping of str to mapping of str to str
        Frozen; the French ones with the spaces that do not break.
    """
    file = resources.files("prevision_cantine").joinpath(f"words/phrases/{name}.toml")
    found: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    for key, said in tomllib.loads(file.read_text(encoding="utf-8")).items():
        for lang, text in said.items():
            found[lang][key] = _BEFORE.sub(NBSP, text) if lang == "fr" else text
    return MappingProxyType({lang: MappingProxyType(said) for lang, said in found.items()})


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
        raise ForecastError("language", value=lang, known=LANGUAGES)
    return table[lang]


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
