"""Regular expressions that are safe to run on what anyone may write: few ways to match one text."""

from __future__ import annotations

import re
import warnings

from tarifs_solidaires.catalogue import Phrase, phrase
from tarifs_solidaires.values.inputs import LONGEST

MOST = 10_000  # ways to match one text, beyond which a pattern is refused
LONGEST_PATTERN = 200
_ATOM = re.compile(r"\\[^1-9AbBZ]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[\](){}|*+?]")
_REPEAT = re.compile(r"\?|\*|\+|\{(\d{1,3})(?:(,)(\d{1,3})?)?\}")


class PatternError(ValueError):
    """A pattern that is refused.

    Parameters
    ----------
    reason : str
        Why, in words that follow "the pattern".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason: Phrase = phrase(reason)


def ways(pattern: str) -> int:
    r"""Return in how many ways a pattern may be tried on one text, at most.

    Parameters
    ----------
    pattern : str
        Characters, classes such as ``[A-Z]`` and ``\d``, groups, ``|``, and repetitions.

    Raises
    ------
    PatternError
        Where it is not a pattern, looks around or back, or there are too many ways.

    Examples
    --------
    >>> ways("[0-9]{5}|2[AB][0-9]{3}")
    2
    >>> ways("(a+)+")
    Traceback (most recent call last):
    tarifs_solidaires.rules.pattern.PatternError: can be tried in too many ways
    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(Phrase("has more than {most} characters", most=LONGEST_PATTERN))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, OverflowError, Warning):
        raise PatternError("cannot be read") from None
    found, place = _alternatives(pattern, 0)
    if place < len(pattern):
        raise PatternError(Phrase("cannot be read at {pattern!r}", pattern=pattern[place:][:10]))
    return found


def _alternatives(pattern: str, place: int) -> tuple[int, int]:
    total, product = 0, 1
    while place < len(pattern) and pattern[place] != ")":
        if pattern[place] == "|":
            total, product, place = total + product, 1, place + 1
            continue
        if pattern[place] == "(":
            start = place + 3 if pattern.startswith("(?:", place) else place + 1
            if pattern.startswith("?", start):
                raise PatternError("looks around, or names a group")
            one, place = _alternatives(pattern, start)
            place += 1  # the bracket that closes it, which re has seen
        else:
            atom = _ATOM.match(pattern, place)
            if atom is None:
                raise PatternError(
                    Phrase(
                        "uses {pattern!r}, which is not allowed here", pattern=pattern[place:][:2]
                    )
                )
            one, place = 1, atom.end()
        repeat = _REPEAT.match(pattern, place)
        if repeat is not None:
            place = repeat.end()
            one = _repeated(one, *_counts(repeat))
        product *= one
        if product > MOST:
            raise PatternError("can be tried in too many ways")
    return total + product, place


def _counts(repeat: re.Match[str]) -> tuple[int, int]:
    match repeat[0]:
        case "?":
            return 0, 1
        case "*":
            return 0, LONGEST
        case "+":
            return 1, LONGEST
    least = int(repeat[1])
    if repeat[2] is None:
        return least, least
    return least, int(repeat[3]) if repeat[3] is not None else LONGEST


def _repeated(one: int, least: int, most: int) -> int:
    """Return the ways of a part of which each repetition has some; none matters beyond the limit."""
    total = 0
    for count in range(min(least, LONGEST), min(most, LONGEST) + 1):
        total += one**count
        if total > MOST:
            raise PatternError("can be tried in too many ways")
    return total
