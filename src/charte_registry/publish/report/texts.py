"""The headings and labels of the report, and the noun that goes with a number."""

from __future__ import annotations

from collections.abc import Mapping

from charte_registry.publish.report.words import catalogue
from charte_registry.vocabularies.nouns import is_single


def texts(lang: str) -> Mapping[str, str]:
    """Return the headings and labels of a language.

    Examples
    --------
    >>> texts("pt")["report"]
    'Relatório anual'
    """
    found: Mapping[str, str] = catalogue()[lang]["texts"]
    return found


def noun(number: int, what: str, lang: str) -> str:
    """Return the noun that goes with a number.

    Examples
    --------
    >>> noun(1, "applications", "en"), noun(0, "people", "fr"), noun(0, "people", "pt")
    ('application', 'personne', 'pessoas')
    """
    said: str = catalogue()[lang]["one" if is_single(number, lang) else "texts"][what]
    return said
