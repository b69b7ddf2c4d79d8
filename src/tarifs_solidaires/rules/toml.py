"""TOML that anyone may have written: bounded in size and depth, figures as exact decimals."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import Any

from tarifs_solidaires.catalogue import Phrase, msg
from tarifs_solidaires.errors import Fault, RuleError
from tarifs_solidaires.rules.toml_lines import tokens

MAX_BYTES = 1_000_000  # a rule file is read by people; a larger one is a mistake
MAX_PARTS = 16  # of a dotted key: each part costs the parser of Python memory for all before it
MAX_KEY = 255  # characters of one key
MAX_DEPTH = 32  # brackets within brackets
MAX_DIGITS = 60  # of a number
_LONG_NUMBER = re.compile(rf"[\d_]{{{MAX_DIGITS + 1},}}")
_LONG_KEY = re.compile(rf"[^\s=,.]{{{MAX_KEY + 1},}}")


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
    refused = _refused(text)
    if refused:
        reason, line = refused
        raise _not_toml(where, line, reason, "no rule needs that")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
        line = int(at[1]) if at and at[1] else max(1, len(text.splitlines()))
        reason = message[: at.start()] if at else message
        raise _not_toml(where, line, _reason(reason), _remedy(text, line)) from None
    except (RecursionError, ValueError, ArithmeticError, MemoryError):
        raise _not_toml(
            where,
            1,
            "this is not TOML",
            "check the brackets and the numbers",
        ) from None


_REASONS = {
    "Cannot declare": msg("this is not TOML: a table appears twice"),
    "Cannot mutate": msg("this is not TOML: a part appears twice, or is changed after its end"),
    "Cannot overwrite": msg("this is not TOML: a key appears twice"),
    "Cannot redefine": msg("this is not TOML: a table appears twice"),
    "Duplicate inline": msg("this is not TOML: a key appears twice"),
    "Expected '='": msg("this is not TOML: = is missing after a key"),
    "Expected ']": msg("this is not TOML: ] is missing after the name of a table"),
    "Expected newline": msg("this is not TOML: something follows a value on its line"),
    "Illegal character": msg("this is not TOML: a character is not allowed here"),
    "Found invalid": msg("this is not TOML: a character is not allowed here"),
    "Invalid date": msg("this is not TOML: there is no such date or time"),
    "Invalid initial": msg("this is not TOML: a key is missing, or begins with a sign"),
    "Invalid hex": msg("this is not TOML: a character is escaped in a wrong way"),
    "Unescaped": msg("this is not TOML: a character is escaped in a wrong way"),
    "Invalid statement": msg("this is not TOML: a line begins with a sign"),
    "Invalid value": msg("this is not TOML: a value cannot be read"),
    "Unclosed array": msg("this is not TOML: a list is not closed"),
    "Unclosed inline": msg("this is not TOML: a table is not closed"),
    "Unterminated string": msg("this is not TOML: a text is not closed"),
    "Expected \"": msg("this is not TOML: a text is not closed"),
}  # fmt: skip


def _reason(said: str) -> str:
    """Return in words of the catalogue what Python's own reader says."""
    found = (reason for start, reason in _REASONS.items() if said.startswith(start))
    return next(found, "this is not TOML")


def _not_toml(where: str, line: int, reason: str, remedy: str) -> RuleError:
    return RuleError(
        Fault(
            code="not_toml", template=reason, where=f"{where}:{line}" if where else "", line=line,
            remedy=remedy,
        )
    )  # fmt: skip


def _remedy(text: str, line: int) -> str:
    """Return what to correct on a line that is not TOML, by the mistakes that people make."""
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    value = written.partition("=")[2].strip()
    if value.count('"') == 1 or value.count("'") == 1:
        return "close the text with a quote"
    if re.match(r"[-+]?\d+,\d", value):
        return "write a number with a decimal point: 40.50, not 40,50"
    if re.match(r"[-+]?\d+(?:[.,]\d+)?\s*[%€$£]", value):
        return 'write the number alone, or a formula between quotes, such as "0.55 %"'
    if re.match(r"0\d", value):
        return 'write a code that begins with 0 between quotes: "01234"'
    if re.match(r"[-+]?\d{1,3}(?: \d{3})+", value):
        return "write a number without spaces: 1200"
    if re.match(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", value):
        return "write a date with the year first: 2024-01-31"
    if re.match(r"[^\W\d]", value) and value.split("#")[0].strip() not in ("true", "false"):
        return "write a text between quotes"
    if re.match(r"\s*[\w-]+\s*:", written):
        return "write = between a key and its value"
    return "look for a quote, a bracket or a comma that is missing, or a key that appears twice"


def _refused(text: str) -> tuple[str, int] | None:
    """Return why a text is too large or too deep to be parsed, and on which line."""
    if len(text) > MAX_BYTES:
        return Phrase("the file has more than {most:,} characters", most=MAX_BYTES), 1
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return "the file contains a null character", line
    line, depth, dots = 1, 0, 0
    for word in tokens(text):
        start = word[0]
        if start in "[{":
            depth += 1
            dots = 0
            if depth > MAX_DEPTH:
                return Phrase(
                    "there are brackets within brackets, more than {most} deep", most=MAX_DEPTH
                ), line
        elif start in "]}":
            depth, dots = max(depth - 1, 0), 0
        elif start == "\n":
            dots = 0
        elif start not in "\"'#":
            first, *others = re.split(r"[=,]", word)
            dots += first.count(".")
            if max(dots, *(part.count(".") for part in others), 0) >= MAX_PARTS:
                return Phrase("a key has more than {most} parts", most=MAX_PARTS), line
            if others:
                dots = others[-1].count(".")
            if _LONG_NUMBER.search(word):
                return Phrase("a number has more than {most} digits", most=MAX_DIGITS), line
            if _LONG_KEY.search(word):
                return Phrase("a key has more than {most} characters", most=MAX_KEY), line
        line += word.count("\n")
    return None
