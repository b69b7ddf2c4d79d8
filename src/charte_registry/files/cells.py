"""Cells that cannot become formulas: what a spreadsheet would compute is written as text.

A file that a register's owner opens must not compute what somebody else wrote in it. A cell that
begins like a formula gets an apostrophe in front; whoever reads it back takes the apostrophe off.
"""

from __future__ import annotations

import re

# Signs that begin a formula, full-width ones too, after spaces that a spreadsheet skips.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def neutral(text: str) -> str:
    """Return text as a cell that no spreadsheet computes.

    Examples
    --------
    >>> neutral("=1+1"), neutral("Aides"), neutral("'=1+1")
    ("'=1+1", 'Aides', "''=1+1")
    """
    return "'" + text if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """Return the text that a cell stands for: the inverse of ``neutral``.

    Examples
    --------
    >>> restored("'=1+1"), restored("'Aides'")
    ('=1+1', "'Aides'")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
