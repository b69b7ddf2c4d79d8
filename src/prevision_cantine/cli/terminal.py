"""What a terminal shows: colours where it has some, and closing lines unless --quiet is given."""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from typing import TextIO

RED, YELLOW = 31, 33
# Whether only results and errors are printed, while a command runs.
is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)


def close(text: object) -> None:
    """Print where a result is, unless only results are asked for."""
    if not is_quiet.get():
        print(text)


def coloured(text: str, colour: int, stream: TextIO | None = None) -> str:
    r"""Return a text in a colour of the terminal: plain where there is none or NO_COLOR is set.

    Examples
    --------
    >>> import io
    >>> coloured("error", RED, io.StringIO())
    'error'
    """
    out = sys.stdout if stream is None else stream
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not out.isatty()
    return text if plain else f"\x1b[{colour}m{text}\x1b[0m"
