"""Lines of text: without characters that no line holds, and wrapped to a width."""

from __future__ import annotations

import re
import unicodedata

NBSP = "\N{NO-BREAK SPACE}"

# controls, marks that turn the direction of writing, half characters
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

# Widths of letters in ems, at least those of the widest usual sans-serif fonts.
_NARROW = frozenset("'ijlIJîïíì ,.·’/:;\\|f-\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
_SMALL = frozenset('()[]t!r"ºª*_`–²³sz“”?')
_MIDDLE = frozenset("acçeéèêoàâôôkvxyFLPTY«»ãõáó•")
_WIDE = frozenset("w#+<=>^~≤≥−×÷→M%mW@—…œ&OQNHDG")
BOLD = 1.13  # how much wider bold letters are


def clean(text: object) -> str:
    """Return a text on one line, without the characters that no line holds."""
    return re.sub(" +", " ", UNPRINTABLE.sub(" ", str(text))).strip()


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the room that a text takes at most in a usual sans-serif font."""
    return sum(map(_em, text)) * size * (BOLD if bold else 1.0)


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW:
        return 0.36
    if character in _SMALL:
        return 0.53
    if character in _MIDDLE:
        return 0.62
    if character in _WIDE or ord(character) > 0x2FF:
        return 1.05
    return 0.79 if character.isupper() else 0.65


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text, none wider than the width; a long word is cut.

    Parameters
    ----------
    text : str
        The text; a no-break space holds two words together.
    width, size : float
        Room, and size of the letters.
    bold : bool
        Whether the text is bold.

    Returns
    -------
    list of str
        Lines, at least one.
    """
    room = width / (size * (BOLD if bold else 1.0))
    lines, used = [""], 0.0
    for word in clean(text).split(" "):
        joined = f" {word}" if lines[-1] else word
        longer = sum(map(_em, joined), used)
        if longer <= room:
            lines[-1] += joined
            used = longer
            continue
        if lines[-1]:
            lines.append("")
            used = 0.0
        for character in word:
            if lines[-1] and used + _em(character) > room:
                lines.append("")
                used = 0.0
            lines[-1] += character
            used += _em(character)
    return lines
