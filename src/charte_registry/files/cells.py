"""Cells that cannot become formulas: what a spreadsheet would compute is written as text.

A file that a register's owner opens must not compute what somebody else wrote in it. A cell that
begins like a formula gets an apostrophe in front; whoever reads it back takes the apostrophe off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from charte_registry.errors import RegisterError

# Signs that begin a formula, full-width ones too, after spaces that a spreadsheet skips.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


# Characters of a cell of a table. The csv module has a limit of its own, which other libraries raise
# for the whole process.
LONGEST_CELL = 131_072


class Rows(Protocol):
    """What ``csv.reader`` returns."""

    @property
    def line_num(self) -> int:
        """How many lines were read."""
        ...

    def __iter__(self) -> Iterator[list[str]]:
        """Go through the rows."""
        ...


def bounded(rows: Rows) -> Iterator[list[str]]:
    """Yield rows of a table whose cells are not too long.

    Parameters
    ----------
    rows : csv.reader
        What reads them.

    Raises
    ------
    RegisterError
        With the line, at the first cell that is too long.
    """
    for row in rows:
        if row and max(map(len, row)) > LONGEST_CELL:
            raise RegisterError("cell_too_large", line=rows.line_num, most=LONGEST_CELL)
        yield row


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
