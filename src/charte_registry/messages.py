"""What the package says when something is wrong: ``messages.toml``, by code and language."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Protocol, runtime_checkable

import attrs

from charte_registry.frozen import Frozen

LANGUAGES = ("fr", "en", "pt")
LONGEST = 120  # characters of a value that a message quotes
LONGEST_NAME = 500  # of a path or a name
# Tables of the file that are no errors.
_PARTS = ("part", "format", "system", "command", "usage", "remark")

_NBSP = "\N{NO-BREAK SPACE}"
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_FRENCH = re.compile(r" (?=[:;!?»%])|(?<=«) ")
_PLACE = re.compile(r"\{([a-z_]+)(![rq])?(:,|:or)?\}")
_QUOTES = {"fr": (f"«{_NBSP}", f"{_NBSP}»"), "pt": ("“", "”")}
_THOUSANDS = {"fr": _NBSP, "en": ",", "pt": "."}
_COLON = {"fr": f"{_NBSP}: ", "en": ": ", "pt": ": "}
_SEMICOLON = {"fr": f"{_NBSP}; ", "en": "; ", "pt": "; "}


@runtime_checkable
class Sayable(Protocol):
    """What has words of its own in each language: a phrase, or a fault."""

    def say(self, lang: str) -> str:
        """Return it in words."""


Template = tuple[tuple[str, str, str, str], ...]  # text, then name, conversion and form of a datum


@cache
def table() -> Mapping[str, Any]:
    """Return the file as it stands: errors by code, and tables of parts of sentences."""
    return tomllib.loads(files(__package__).joinpath("messages.toml").read_text("utf-8"))


def error_codes() -> tuple[str, ...]:
    """Return every code of an error, in the order of the file."""
    return tuple(name for name in table() if name not in _PARTS)


@cache
def _template(code: str, lang: str, number: int) -> Template:
    """Return a sentence of the catalogue, cut at its data; of an error the remedy is number 1."""
    entry = table()
    for name in code.split("."):
        entry = entry[name]
    said = entry[lang]
    text = said if isinstance(said, str) else said[number] if number < len(said) else ""
    text = _FRENCH.sub(_NBSP, text) if lang == "fr" else text
    found, end = [], 0
    for match in _PLACE.finditer(text):
        name, way, form = match.groups(default="")
        found.append((text[end : match.start()], name, way, form))
        end = match.end()
    return (*found, (text[end:], "", "", ""))


def data_of(code: str) -> frozenset[str]:
    """Return the names of the data that the sentences of a code quote, in any language."""
    found = (_template(code, lang, number) for lang in LANGUAGES for number in (0, 1))
    return frozenset(name for template in found for _, name, _, _ in template if name)


def sentence(code: str, lang: str, facts: Mapping[str, Any], number: int = 0) -> str:
    """Return a sentence of the catalogue with its data.

    Parameters
    ----------
    code : str
        Its code; that of a part has the name of its table before a point, as ``"part.near"``.
    lang : {"fr", "en", "pt"}
        Language.
    facts : mapping of str to object
        What it quotes.
    number : int
        0 for what is wrong, 1 for the remedy.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> sentence("not_utf8", "en", {"position": 3}), sentence("not_utf8", "fr", {}, 1)
    ('is not in UTF-8 at byte 3', 'enregistrez-le en UTF-8')
    """
    written = []
    for text, name, way, form in _template(code, lang, number):
        written.append(text)
        if name:
            written.append(shown(facts.get(name, ""), lang, way, form))
    return "".join(written)


def shown(value: Any, lang: str, way: str = "", form: str = "") -> str:
    r"""Return a datum as a message has it: safe for a terminal, and of bounded length.

    Examples
    --------
    >>> shown("a\x1b[31m", "fr", "!r"), shown(1200, "pt", form=":,"), shown(("a", "b"), "fr", form=":or")
    ('«\xa0a [31m\xa0»', '1.200', 'a ou b')
    """
    if isinstance(value, Sayable):
        return value.say(lang)
    value = _own(value)
    if way == "!q":  # what another program says, in its own language
        before, after = _QUOTES.get(lang, ("", ""))
        return f"{before}{clean(str(value))}{after}"
    if way == "!r":
        if not isinstance(value, str):
            return clean(repr(value))[:LONGEST]
        value = value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
        if lang == "en":
            return clean(repr(value))
        before, after = _QUOTES[lang]
        return f"{before}{clean(value)}{after}"
    if isinstance(value, tuple | list):
        sign = f" {sentence('part.or', lang, {})} " if form == ":or" else ", "
        return sign.join(shown(item, lang) for item in value)
    if form == ":," and isinstance(value, int):
        return f"{value:,}".replace(",", _THOUSANDS[lang])
    return clean(value.isoformat() if isinstance(value, dt.date) else str(value))


def _own(value: Any) -> Any:
    """Return a value without the types of numpy, whose names no reader should see."""
    if isinstance(value, list | tuple):
        return type(value)(map(_own, value)) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {_own(key): _own(inner) for key, inner in value.items()}
    item = getattr(value, "item", None)
    return item() if type(value).__module__ == "numpy" and callable(item) else value


def clean(text: str) -> str:
    """Return a text on one line without what a terminal would obey, of bounded length."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == _NBSP else " " for c in text.translate(_BIDI))
    return text[:LONGEST_NAME]


def joined(place: str, message: str, remedy: str, lang: str) -> str:
    """Return a line of what is wrong: where, what, and what to do."""
    text = f"{place}{_COLON[lang]}{message}" if place else message
    return f"{text}{_SEMICOLON[lang]}{remedy}" if remedy else text


def _kept(facts: Mapping[str, Any]) -> Frozen[str, Any]:
    return Frozen(facts)


@attrs.frozen
class Phrase:
    """A part of a sentence, which takes the language of the sentence.

    Parameters
    ----------
    code : str
        Its code.
    facts : mapping of str to object
        What it quotes.

    Examples
    --------
    >>> Phrase.of("format.duree").say("pt"), str(Phrase.of("part.line", line=3))
    ('uma duração ISO 8601', 'line 3')
    """

    code: str
    facts: Mapping[str, Any] = attrs.field(factory=dict, converter=_kept)

    @classmethod
    def of(cls, code: str, **facts: Any) -> Phrase:
        """Return the phrase of a code with its data."""
        return cls(code, facts)

    def say(self, lang: str) -> str:
        """Return it in words.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            A part of a sentence.
        """
        return sentence(self.code, lang, self.facts)

    def __str__(self) -> str:
        """Return it in English."""
        return self.say("en")


def system_reason(error: OSError) -> Phrase:
    """Return why the system refused something.

    Examples
    --------
    >>> system_reason(FileNotFoundError(2, "No such file or directory")).say("fr")
    "ce fichier ou dossier n'existe pas"
    """
    number = error.errno or 0
    known = f"n{number}" in table()["system"]
    return Phrase.of(f"system.n{number}") if known else Phrase.of("system.other", number=number)


def plain(value: Any) -> Any:
    """Return a datum as JSON holds it."""
    value = _own(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value if value == value and value not in (float("inf"), float("-inf")) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Phrase):
        return {"code": value.code, **{name: plain(v) for name, v in value.facts.items()}}
    if isinstance(value, Sayable):
        return value.say("en")
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return clean(f"{value!r:.80}")


def every_sentence() -> Iterator[tuple[str, str, str]]:
    """Yield the code, the language and the text of every sentence of the file."""

    def walk(entry: Mapping[str, Any], code: str) -> Iterator[tuple[str, str, str]]:
        if "en" in entry:
            for lang, said in entry.items():
                for text in [said] if isinstance(said, str) else said:
                    yield code, lang, text
        else:
            for name, inner in entry.items():
                yield from walk(inner, f"{code}.{name}".lstrip("."))

    yield from walk(table(), "")
