"""Words of the pictures and tables of many people, by language; they stand in ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tarifs_solidaires.errors import Fault, InputError, nearest

FALLBACK = "en"


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    text = (files("tarifs_solidaires.people") / "words.toml").read_text("utf-8")
    return tomllib.loads(text)


def languages() -> tuple[str, ...]:
    """Return the languages in which there are words."""
    return tuple(_words()["all"])


def language_of(lang: str | None, wanted: Iterable[str]) -> str:
    """Return a language that was asked for, else the first of some in which there are words.

    Raises
    ------
    InputError
        Where the one that was asked for has no words.
    """
    known = languages()
    if lang is None:
        return next((one for one in wanted if one in known), FALLBACK)
    if lang not in known:
        raise InputError(
            Fault(code="language", template="there are no texts in {value!r}",
                  remedy=nearest(str(lang), known), data={"value": lang})
        )  # fmt: skip
    return lang


def word(key: str, lang: str, **data: object) -> str:
    """Return a word or a sentence, with its names filled in; the key where there is none."""
    known = _words().get(key) if key != "units" else None
    return str(known[lang]).format_map(data) if known else key


def unit_word(part: str, lang: str) -> str:
    """Return a part of a unit, such as ``month``, as it is read in a language."""
    known: Mapping[str, str] = _words()["units"].get(part, {})
    return known.get(lang, part)
