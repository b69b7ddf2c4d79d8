"""Names near one that does not exist, for whoever mistyped it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from prevision_cantine.words.plain import plain

SHOWN = 5


def names_near(name: str, names: Sequence[str]) -> str:
    """Return some names that exist: those near a mistyped one, then the first few.

    Parameters
    ----------
    name : str
        The name that does not exist.
    names : sequence of str
        Those that do.

    Returns
    -------
    str
        Words for the end of a message.

    Examples
    --------
    >>> names_near("ampere", ["Zola", "Ampère", "Agenets"])
    "did you mean 'Ampère'? Some that exist: Zola, Agenets"
    >>> names_near("x", ["Zola", "Agenets"])
    'some that exist: Zola, Agenets'
    """
    by_plain = {plain(known): known for known in reversed(names)}
    near = [by_plain[found] for found in get_close_matches(plain(name), by_plain, n=3)]
    first = ", ".join([known for known in names if known not in near][:SHOWN])
    if not near:
        return f"some that exist: {first}"
    meant = "did you mean " + " or ".join(map(repr, near)) + "?"
    return f"{meant} Some that exist: {first}" if first else meant
