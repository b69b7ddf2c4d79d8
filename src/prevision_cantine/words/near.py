"""Names near one that does not exist, for whoever mistyped it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from prevision_cantine.words.catalogue import Either, Phrase, quoted
from prevision_cantine.words.plain import plain

SHOWN = 5


def names_near(name: str, names: Sequence[str]) -> Phrase:
    """Return some names that exist: those near a mistyped one, then the first few.

    Parameters
    ----------
    name : str
        The name that does not exist.
    names : sequence of str
        Those that do.

    Returns
    -------
    Phrase
        Words for the end of a message.

    Examples
    --------
    >>> print(names_near("ampere", ["Zola", "Ampère", "Agenets"]))
    did you mean 'Ampère'? Some that exist: Zola, Agenets
    >>> print(names_near("x", ["Zola", "Agenets"]))
    some that exist: Zola, Agenets
    """
    by_plain = {plain(known): known for known in reversed(names)}
    near = [by_plain[found] for found in get_close_matches(plain(name), by_plain, n=3)]
    first = tuple([known for known in names if known not in near][:SHOWN])
    if not near:
        return Phrase.of("parts.some", names=first)
    meant = Either(quoted(near))
    if not first:
        return Phrase.of("parts.meant", meant=meant)
    return Phrase.of("parts.meant_or", meant=meant, names=first)
