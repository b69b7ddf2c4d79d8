"""What the importer says: the sentences ``office`` of the catalogue, and its error."""

from __future__ import annotations

from typing import Any

from prevision_cantine.errors import CityError
from prevision_cantine.words import catalogue
from prevision_cantine.words.catalogue import Phrase, remedy, sentence
from prevision_cantine.words.language import LANGUAGES, in_language

SHOWN = 80  # characters of a cell in a message


def say(code: str, lang: str, **facts: object) -> str:
    """Return the sentence of a code, its facts made safe for a terminal.

    Parameters
    ----------
    code : str
        Code, a table of ``words/office.toml``.
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
    return sentence(f"office.{code}", lang, **facts)


def clean(text: str) -> str:
    r"""Return a text on one line without what a terminal would obey, shortened.

    Examples
    --------
    >>> clean("a\x1b[31mb\nc")
    'a [31mb c'
    """
    line = catalogue.clean(text[: 4 * SHOWN])
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


class OfficeError(CityError):
    """A file that cannot be imported.

    Parameters
    ----------
    code : str
        What is wrong, a table of ``words/office.toml``.
    lang : {"fr", "en", "pt"}
        Language in which it says itself where none is asked for.
    **facts : object
        What the message names.

    Examples
    --------
    >>> print(OfficeError("encrypted", lang="en", file="a.xlsx"))
    a.xlsx: is encrypted; save it without a password
    """

    def __init__(self, code: str, lang: str = "en", **facts: Any) -> None:
        super().__init__(code, **facts)
        self.lang = lang

    def say(self, lang: str) -> str:
        """Return the message in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            One line.
        """
        return say(self.code, lang, **self.facts)

    def advice(self, lang: str) -> str:
        """Return what to do, in a language; empty where the message says all.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            A part of the message.
        """
        return remedy(f"office.{self.code}", lang, **self.facts)

    def __str__(self) -> str:
        """Return the message in the language of the import."""
        return self.say(self.lang)

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


def part(code: str, **facts: object) -> Phrase:
    """Return a sentence of the importer as a part of another.

    Examples
    --------
    >>> part("unit_cells").say("fr")
    'cellules'
    """
    return Phrase.of(f"office.{code}", **facts)


def _rebuilt(code: str, lang: str, facts: dict[str, Any]) -> OfficeError:
    return OfficeError(code, lang, **facts)
