"""TOML that anyone may have written: bounded in size and depth, figures as exact decimals."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import Any

from tarifs_solidaires.errors import Fault, RuleError

MAX_BYTES = 1_000_000  # a rule file is read by people; a larger one is a mistake
_DOTTED = re.compile(r"(?:[\w\"'-]{1,300}[ \t]*\.[ \t]*){24,}")
_LONG_KEY = re.compile(r"^[ \t\[]*[^\s=#\"'\[\]{}]{300,}", re.MULTILINE)
_DEEP = re.compile(r"(?:[\[{][\s]*){40,}")
_LONG_NUMBER = re.compile(r"[\d_]{60,}")


def read_toml(text: str, where: str = "") -> dict[str, Any]:
    """Return the data of a TOML text.

    Parameters
    ----------
    text : str
        The text.
    where : str
        The file, for errors.

    Returns
    -------
    dict
        The data; numbers with a point are decimals.

    Raises
    ------
    RuleError
        Where the text is not TOML, or is too large or too deep for a rule.

    Examples
    --------
    >>> read_toml("rate = 0.55")
    {'rate': Decimal('0.55')}
    """
    reason = _refused(text)
    if reason:
        raise RuleError(
            Fault(
                code="not_toml", template=reason, where=where, remedy="no rule needs that", line=1
            )
        )
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(at[1]) if at else max(1, len(text.splitlines()))
        raise RuleError(
            Fault(
                code="not_toml", template="not TOML: {reason}", where=where, line=line,
                remedy="correct what stands there: a quote, a bracket, a comma, a key that stands "
                "twice; a number is written 40.50, and a code that begins with 0 needs quotes",
                data={"reason": str(error)},
            )
        ) from None  # fmt: skip
    except (RecursionError, ValueError, MemoryError) as error:
        raise RuleError(
            Fault(
                code="not_toml", template="not TOML: {reason}", where=where, line=1,
                remedy="check the brackets and the numbers", data={"reason": type(error).__name__},
            )
        ) from None  # fmt: skip


def _refused(text: str) -> str:
    if len(text) > MAX_BYTES:
        return f"more than {MAX_BYTES:,} characters"
    if "\0" in text:
        return "a character of value 0"
    for pattern, reason in (
        (_DOTTED, "a key of many parts"),
        (_LONG_KEY, "a key of 300 characters or more"),
        (_DEEP, "brackets within brackets, 40 deep"),
        (_LONG_NUMBER, "a number of 60 digits or more"),
    ):
        if pattern.search(text):
            return reason
    return ""
