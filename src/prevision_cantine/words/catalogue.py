"""The catalogue: one sentence for each code and language, from the TOML files beside this module."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np

from prevision_cantine.read_only import read_only
from prevision_cantine.words.numbers import LANGUAGES, NBSP, counted, number

# The file of a code is the word before its point; the codes of errors have none.
FILES = ("errors", "parts", "remarks", "report", "office", "usage")
LONGEST = 500  # characters of a fact in a message
WHOLE = ("line", "row", "year", "position")  # whole numbers that tell a place, not an amount

_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_BEFORE, _AFTER = re.compile(r" (?=[:;!?»])"), re.compile(r"(?<=«) ")


@runtime_checkable
class Speaks(Protocol):
    """What says itself in a language."""

    def say(self, lang: str) -> str:
        """Return it in words."""
        ...


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every sentence, by code and language.

    Returns
    -------
    mapping of str to mapping of str to str
        The French ones with the spaces that do not break.
    """
    found: dict[str, Mapping[str, str]] = {}
    for name in FILES:
        file = resources.files("prevision_cantine").joinpath(f"words/{name}.toml")
        prefix = "" if name == "errors" else f"{name}."
        found |= dict(_sentences(prefix, tomllib.loads(file.read_text(encoding="utf-8"))))
    return found


def _sentences(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, value in table.items():
        if set(value) <= set(LANGUAGES):
            spaced = _BEFORE.sub(NBSP, _AFTER.sub(NBSP, value["fr"]))
            yield prefix + name, {**value, "fr": spaced}
        else:
            yield from _sentences(f"{prefix}{name}.", value)


def sentence(code: str, lang: str, **facts: object) -> str:
    """Return the sentence of a code, its facts made safe for a terminal.

    Parameters
    ----------
    code : str
        Code, a table of one of the files.
    lang : {"fr", "en", "pt"}
        Language.
    **facts : object
        What the sentence names. Numbers are written as the language does, except those that tell a
        place; what can ``say`` itself does.

    Returns
    -------
    str
        One line; the code itself where the catalogue has no such sentence.

    Examples
    --------
    >>> sentence("days_reversed", "en", where="a.csv:2", start="2024-05-02", end="2024-05-01")
    'a.csv:2: 2024-05-02 is after 2024-05-01; swap them'
    """
    known = catalogue().get(code)
    if known is None:
        return code
    return known[lang].format_map({key: _shown(key, value, lang) for key, value in facts.items()})


def remedy(code: str, lang: str, **facts: object) -> str:
    """Return what the sentence of a code says after its first semicolon, else its last colon: what to do.

    Parameters
    ----------
    code : str
        Code, a table of one of the files.
    lang : {"fr", "en", "pt"}
        Language.
    **facts : object
        What the sentence names.

    Returns
    -------
    str
        The remedy; empty where the sentence has none.

    Examples
    --------
    >>> remedy("no_date", "en", where="a.csv:2", value="x"), remedy("no_years", "en")
    ('write YYYY-MM-DD', 'give at least one school year, by the year in which it begins')
    """
    known = catalogue().get(code, {}).get(lang, "")
    _, sign, said = known.partition("; ")
    if not sign:  # "shortages=[]: give at least one share"
        known = known.removeprefix("{where}").lstrip(f"{NBSP}: ")
        _, sign, said = known.rpartition(": ")
    if not sign or said in ("{reason}", "{problems}"):
        return ""
    return said.format_map({key: _shown(key, value, lang) for key, value in facts.items()})


def _shown(key: str, value: object, lang: str) -> str:
    if isinstance(value, Speaks):
        return value.say(lang)
    if isinstance(value, tuple | list):
        return ", ".join(_shown("", item, lang) for item in value)
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return str(value) if key in WHOLE else number(int(value), lang)
    if isinstance(value, float | np.floating):
        text = f"{float(value):.15g}"
        return text if lang == "en" else text.replace(".", ",")
    return str(value) if key == "message" else clean(str(value))


def clean(text: str) -> str:
    r"""Return a text on one line without what a terminal would obey, of bounded length.

    Examples
    --------
    >>> clean("a\x1b[31mb\nc")
    'a [31mb c'
    """
    line = "".join(c if c.isprintable() or c == NBSP else " " for c in text.translate(_BIDI))
    return line[:LONGEST]


@attrs.frozen
class Phrase:
    """A part of a sentence, which takes the language of the sentence.

    Parameters
    ----------
    code : str
        Its code.
    facts : mapping of str to object
        What it names.

    Examples
    --------
    >>> Phrase.of("parts.no_such_file").say("pt")
    'este arquivo não existe'
    """

    code: str
    facts: Mapping[str, object] = attrs.field(factory=dict, converter=read_only)

    @classmethod
    def of(cls, code: str, **facts: object) -> Phrase:
        """Return the phrase of a code with its facts."""
        return cls(code, facts)

    def say(self, lang: str) -> str:
        """Return it in words."""
        return sentence(self.code, lang, **self.facts)

    def __str__(self) -> str:
        """Return it in English."""
        return self.say("en")


def quoted(names: Iterable[str]) -> tuple[Phrase, ...]:
    """Return names, each between the quotation marks of the language."""
    return tuple(Phrase.of("parts.quoted", value=name) for name in names)


@attrs.frozen
class Count:
    """So many of something, which is one or several.

    Parameters
    ----------
    count : int
        How many.
    noun : str
        Of what, a key of ``nouns.toml``.

    Examples
    --------
    >>> Count(1, "row").say("fr"), Count(2, "row").say("en")
    ('1 ligne', '2 rows')
    """

    count: int
    noun: str

    def say(self, lang: str) -> str:
        """Return it in words."""
        return counted(self.count, self.noun, lang)


@attrs.frozen
class Either:
    """Some things with a word before the last: this or that, this and that.

    Parameters
    ----------
    items : sequence of object
        The things, each of which is shown as a fact is.
    word : {"or", "and"}
        The word.

    Examples
    --------
    >>> Either(("A", "B", "C")).say("en")
    'A, B or C'
    """

    items: Sequence[object]
    word: str = "or"

    def say(self, lang: str) -> str:
        """Return it in words."""
        shown = [_shown("", item, lang) for item in self.items]
        last = f" {sentence(f'parts.{self.word}', lang)} ".join(shown[-2:])
        return ", ".join([*shown[:-2], last])


# What the system answers, by the number of its error.
_SYSTEM = {
    1: "denied", 2: "no_such_file", 13: "denied", 17: "exists", 20: "not_a_folder",
    21: "not_a_file", 24: "too_many_open", 27: "too_large_for_disk", 28: "disk_full",
    30: "read_only_disk", 36: "name_too_long", 40: "link_loop", 111: "no_answer", 110: "no_answer",
    -2: "no_such_host", -3: "no_such_host", -5: "no_such_host",
}  # fmt: skip


def system_reason(error: BaseException) -> Phrase:
    """Return why the system refused something, in words of the catalogue.

    Parameters
    ----------
    error : OSError
        What it raised.

    Returns
    -------
    Phrase
        The reason; with the number of the error where the catalogue has no words for it.

    Examples
    --------
    >>> system_reason(FileNotFoundError(2, "No such file or directory")).say("fr")
    "ce fichier n'existe pas"
    """
    if isinstance(error, FileNotFoundError):
        return Phrase.of("parts.no_such_file")
    if isinstance(error, IsADirectoryError):
        return Phrase.of("parts.not_a_file")
    number_of = getattr(error, "errno", None)
    if number_of in _SYSTEM:
        return Phrase.of(f"parts.{_SYSTEM[number_of]}")
    return Phrase.of("parts.system", number=str(number_of if number_of is not None else "?"))


def plain_value(value: object) -> object:
    """Return a fact as JSON can hold it.

    Parameters
    ----------
    value : object
        A fact of a message.

    Returns
    -------
    object
        Text, number, list or mapping.
    """
    if isinstance(value, Phrase):
        return {"code": value.code, **{k: plain_value(v) for k, v in value.facts.items()}}
    if isinstance(value, Count):
        return value.count
    if isinstance(value, Either):
        return plain_value(list(value.items))
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(item) for item in value]
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
        return value.item()
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if callable(to_dict) else str(value)
