"""Which form of a noun goes with a number."""

from __future__ import annotations


def is_single(number: int, lang: str) -> bool:
    """Return whether a number takes the singular; zero does in French.

    Examples
    --------
    >>> is_single(1, "en"), is_single(0, "fr"), is_single(0, "pt")
    (True, True, False)
    """
    return number <= 1 if lang == "fr" else number == 1
