"""Words of the pictures and tables of many people, by language; they stand in ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

from tarifs_solidaires.errors import Fault, InputError, nearest

FALLBACK = "en"


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, str]]:
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
            Fault(code="language", template="there are no words in {value!r}",
                  remedy=nearest(str(lang), known), data={"value": lang})
        )  # fmt: skip
    return lang


def word(key: str, lang: str, **data: object) -> str:
    """Return a word or a sentence, with its names filled in; the key where there is none."""
    known = _words().get(key)
    return known[lang].format_map(data) if known else key
