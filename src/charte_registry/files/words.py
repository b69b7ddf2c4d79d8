"""What the files that a person fills in say, from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def words(lang: str, what: str) -> Mapping[str, str]:
    """Return the words of a language for a use.

    Examples
    --------
    >>> words("en", "skeleton")["required"]
    'required'
    """
    text = files(__package__).joinpath("words.toml").read_text("utf-8")
    found: Mapping[str, str] = tomllib.loads(text)[lang][what]
    return found
