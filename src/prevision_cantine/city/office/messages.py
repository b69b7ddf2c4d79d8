"""What the importer says, from ``messages.toml``: one sentence for each code and language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from prevision_cantine.errors import CityError
from prevision_cantine.words.language import LANGUAGES, NBSP, in_language, number

_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_BEFORE, _AFTER = re.compile(r" (?=[:;!?»])"), re.compile(r"(?<=«) ")
SHOWN = 80  # characters of a cell in a message


@cache
def _messages() -> Mapping[str, Mapping[str, str]]:
    file = resources.files("prevision_cantine").joinpath("city/office/messages.toml")
    found: dict[str, dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    for sentences in found.values():  # French has spaces that do not break
        sentences["fr"] = _BEFORE.sub(NBSP, _AFTER.sub(NBSP, sentences["fr"]))
    return found


def say(code: str, lang: str, **facts: object) -> str:
    """Return the sentence of a code, its facts made safe for a terminal.

    Parameters
    ----------
    code : str
        Code, a table of ``messages.toml``.
    lang : {"fr", "en", "pt"}
        Language.
    **facts : object
        What the sentence names; whole numbers are written as the language does.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> say("total", "pt")
    'soma de outras células'
    """
    in_language(dict.fromkeys(LANGUAGES, ""), lang)
    sentences = _messages()
    shown = {key: _shown(value, lang) for key, value in facts.items()}
    if "what" in facts and f"unit_{facts['what']}" in sentences:
        shown["what"] = sentences[f"unit_{facts['what']}"][lang]
    return sentences[code][lang].format_map(shown)


def clean(text: str) -> str:
    r"""Return a text on one line without what a terminal would obey, shortened.

    Examples
    --------
    >>> clean("a\x1b[31mb\nc")
    'a [31mb c'
    """
    text = text[: 4 * SHOWN].translate(_BIDI)
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _shown(value: object, lang: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value, lang)
    text = str(value).translate(_BIDI)
    return "".join(c if c.isprintable() else " " for c in text)[:500]


class OfficeError(CityError):
    """A file that cannot be imported.

    Parameters
    ----------
    code : str
        What is wrong, a table of ``messages.toml``.
    lang : str
        Language of the message.
    **facts : object
        What the message names.

    Examples
    --------
    >>> print(OfficeError("encrypted", lang="en", file="a.xlsx"))
    a.xlsx: encrypted; save it without a password
    """

    def __init__(self, code: str, lang: str = "en", **facts: Any) -> None:
        super().__init__(code)
        self.code, self.lang, self.facts = code, lang, facts

    def __str__(self) -> str:
        """Return the message."""
        return say(self.code, self.lang, **self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles it."""
        return _rebuilt, (self.code, self.lang, self.facts)

    def in_language(self, lang: str) -> OfficeError:
        """Return the same error in another language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the message.

        Returns
        -------
        OfficeError
            With the same code and facts.
        """
        return type(self)(self.code, lang, **self.facts)


def _rebuilt(code: str, lang: str, facts: dict[str, Any]) -> OfficeError:
    return OfficeError(code, lang, **facts)
