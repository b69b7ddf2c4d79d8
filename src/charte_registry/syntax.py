"""TOML and JSON that cannot be read: which line, as data."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.extras import MissingExtraError, needs

LOOKED_AT = 1_000_000  # characters of a TOML text in which the line of a mistake is looked for


def read_toml(text: str) -> dict[str, Any]:
    """Return the plain data of a TOML text.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    dict of str to object
        What it says.

    Raises
    ------
    RegisterError
        Where it is no TOML, with the line.

    Examples
    --------
    >>> read_toml("a = 1")
    {'a': 1}
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise RegisterError("too_deep", form="TOML") from None
    except ValueError as error:
        raise RegisterError("not_toml", line=_line(text, error), reason=str(error)) from None


def _line(text: str, error: ValueError) -> int | None:
    """Return the line of a mistake: Python says it from 3.14 on, before that the other reader."""
    line: int | None = getattr(error, "lineno", None)
    if line is None and len(text) <= LOOKED_AT:
        with suppress(MissingExtraError):
            with needs("registre"):
                import tomlkit
                from tomlkit.exceptions import ParseError
            try:
                tomlkit.parse(text)
            except ParseError as mistake:
                line = mistake.line
            except (ValueError, RecursionError):
                line = None
    return line


def not_json(error: ValueError | RecursionError) -> RegisterError:
    """Return what is wrong with a JSON text.

    Parameters
    ----------
    error : ValueError or RecursionError
        What ``json.loads`` raised.

    Returns
    -------
    RegisterError
        With the line where it is known.

    Examples
    --------
    >>> try:
    ...     json.loads('{"a": ]')
    ... except ValueError as error:
    ...     print(not_json(error))
    line 1: not JSON: Expecting value (column 7); correct it there
    """
    if isinstance(error, RecursionError):
        return RegisterError("too_deep", form="JSON")
    if isinstance(error, UnicodeDecodeError):
        return RegisterError("not_utf8", position=error.start)
    if isinstance(error, json.JSONDecodeError):
        reason = f"{error.msg} (column {error.colno})"
        return RegisterError("not_json", line=error.lineno, reason=reason)
    return RegisterError("not_json", reason=str(error))
