"""The rules of a family and what else it says, from the TOML file beside its module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from charte_registry.messages import LANGUAGES
from charte_registry.rules.rule import Rule


def family_rules(family: str) -> Mapping[str, Rule]:
    """Return the rules of a family by identifier.

    Examples
    --------
    >>> family_rules("aipd")["AIPD-03"].severity
    'warning'
    """
    return MappingProxyType(
        {
            name: Rule(
                id=name,
                severity=stated["severity"],
                source=stated.get("source", ""),
                **{lang: tuple(stated[lang]) for lang in LANGUAGES},
            )
            for name, stated in _read(family).items()
            if name != "words"
        }
    )


def family_words(family: str) -> Mapping[str, Any]:
    """Return what fills the blanks of a family's rules, by name and language.

    Examples
    --------
    >>> family_words("article30")["dpo"]["pt"]
    'encarregado de dados'
    """
    words: Mapping[str, Any] = MappingProxyType(_read(family)["words"])
    return words


@cache
def _read(family: str) -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{family}.toml").read_text("utf-8"))
