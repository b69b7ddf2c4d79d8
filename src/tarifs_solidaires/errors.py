"""What can be wrong, each as one line that says what, where, why and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TarifError(ValueError):
    """Base of every error of this package; its message is one line."""


class InputError(TarifError):
    """An input of a computation is missing, unknown or outside its range."""


class DateError(TarifError):
    """A date lies outside what is known of a rule."""


class RuleError(TarifError):
    """A rule does not exist, or its file is not a rule."""


class TableError(TarifError):
    """A table of inputs cannot be read."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a mistyped name: the nearest known ones, else all of them."""
    names = sorted(known)
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(names)}"
