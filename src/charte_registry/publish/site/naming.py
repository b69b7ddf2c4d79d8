"""What kinds, columns and filters are called: by the catalogue, else as the schema calls them."""

from __future__ import annotations

from typing import Any

from charte_registry.publish.site.layout import Aspect
from charte_registry.publish.site.reach import public_shapes
from charte_registry.publish.site.words import Words, heading
from charte_registry.records.base import kind_of
from charte_registry.register import Register

# A kind that the report has a word for, which the profile may replace by that of its law.
_IN_THE_REPORT = {"violations": "breaches"}


def _stated(register: Register, kind: str, lang: str) -> str:
    """Return what the profile calls the records of a kind; empty where it does not say."""
    words = register.profile.statement.mot if register.profile is not None else ()
    key = _IN_THE_REPORT.get(kind)
    return next((str(getattr(word, lang)) for word in words if word.cle == key), "")


def _label(register: Register, kind: str, lang: str) -> str:
    told = kind_of(register.kinds[kind])
    return told.labels[lang] if told is not None else kind.replace("_", " ")


def singular_of(words: Words, register: Register, kind: str) -> str:
    """Return what one record of a kind is called."""
    known = words.has("kinds", kind)
    return heading(words.pair(f"kinds.{kind}")[0] if known else _label(register, kind, words.lang))


def plural_of(words: Words, register: Register, kind: str) -> str:
    """Return what several records of a kind are called."""
    if stated := _stated(register, kind, words.lang):
        return heading(stated)
    known = words.has("kinds", kind)
    return heading(words.pair(f"kinds.{kind}")[1] if known else _label(register, kind, words.lang))


def intro_of(words: Words, kind: str) -> str:
    """Return a sentence about a kind; empty where the catalogue has none."""
    return words.typeset(words.pair(f"kinds.{kind}")[2]) if words.has("kinds", kind) else ""


def aspect_label(words: Words, aspect: Aspect, cls: type[Any]) -> str:
    """Return what a column or a filter is called."""
    if words.has("aspects", aspect.name):
        return words(f"aspects.{aspect.name}")
    return words.label(public_shapes(cls)[aspect.name].labels)
