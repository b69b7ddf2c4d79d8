"""The sentences of the package in the reader's language, from gettext catalogues by their English ones."""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from numbers import Real
from typing import Any

DOMAIN = "tarifs_solidaires"
LANGUAGES = ("en", "fr", "pt")  # those of the catalogue; the sentences of the sources are English
NBSP = "\N{NO-BREAK SPACE}"

_PLACE = re.compile(r"\{(?P<name>[a-z_]+)(?P<way>(?:![rsa])?(?::[^{}]*)?)\}")
_NUMBER = re.compile(r"[-+]?[\d,]+(?:\.\d+)?(?:e[-+]?\d+)?")
_SEPARATORS = {
    "fr": str.maketrans(",.", "\N{NARROW NO-BREAK SPACE},"),
    "pt": str.maketrans(",.", ".,"),
}
_QUOTES = {"fr": f"«{NBSP}{{}}{NBSP}»", "pt": "“{}”"}
_BEFORE = re.compile(" (?=[:;!?»%])")


@lru_cache(maxsize=64)
def translator(lang: str) -> gettext.NullTranslations:
    """Return the sentences of a language by their English ones.

    Parameters
    ----------
    lang : str
        Code of a language, such as ``fr`` or ``pt-BR``.

    Returns
    -------
    gettext.NullTranslations
        The catalogue of the language, or of the language without its country; where there is
        neither, the sentences stay English.

    Examples
    --------
    >>> translator("pt-BR").gettext("yes"), translator("en").gettext("yes")
    ('sim', 'yes')
    """
    for code in (lang, lang.partition("-")[0]):
        file = files("tarifs_solidaires") / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
        if re.fullmatch(r"[A-Za-z]+(-[A-Za-z]+)?", code) and file.is_file():
            with file.open("rb") as stream:
                return gettext.GNUTranslations(stream)
    return gettext.NullTranslations()


def base_language(lang: str) -> str:
    """Return the language of the catalogue for a code such as ``pt-BR``; English for any other.

    Examples
    --------
    >>> base_language("pt-BR"), base_language("de")
    ('pt', 'en')
    """
    base = str(lang).partition("-")[0].lower()
    return base if base in LANGUAGES else LANGUAGES[0]


class Phrase(str):
    """A sentence, or a part of one: English text that can say itself in another language.

    Parameters
    ----------
    template : str
        The English words, which are also the key of the catalogue, with the names of ``data``
        between braces. What is no name of a datum stays as it is, braces included.
    **data : object
        What the words name. A phrase takes the language of what stands around it; numbers and days
        are written as the language does, and texts between its quotation marks where the
        template asks for ``!r``.

    Examples
    --------
    >>> phrase = Phrase("the column {input!r} appears twice", input="age")
    >>> print(phrase)
    the column 'age' appears twice
    >>> phrase.say("pt")
    'a coluna “age” aparece duas vezes'
    """

    template: str
    data: Mapping[str, Any]

    def __new__(cls, template: str = "", /, **data: Any) -> Phrase:
        """Make one from the English words and what they name."""
        self = super().__new__(cls, filled(template, data))
        self.template, self.data = template, data
        return self

    def say(self, lang: str) -> str:
        """Return the words in a language.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language, with or without a country; English where it is another one.

        Returns
        -------
        str
            The words.
        """
        return filled(self.template, self.data, lang)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return _again, (type(self), (self.template,), dict(self.data))


class Counted(Phrase):
    """A phrase that has a singular and a plural.

    Parameters
    ----------
    one, several : str
        The English words for one, and for several; both may have ``{count}``.
    count : int
        How many.
    **data : object
        What the words name beside ``count``.

    Examples
    --------
    >>> print(Counted("{count:,} row", "{count:,} rows", 1200))
    1,200 rows
    >>> Counted("{count:,} error", "{count:,} errors", 0).say("fr")
    '0 erreur'
    """

    forms: tuple[str, str]

    def __new__(cls, one: str, several: str, count: int, /, **data: Any) -> Counted:
        """Make one from both forms and how many there are."""
        values = {"count": count, **data}
        self = str.__new__(cls, filled(one if count == 1 else several, values))
        self.template, self.forms, self.data = several, (one, several), values
        return self

    def say(self, lang: str) -> str:
        """Return the words in a language."""
        code = base_language(lang)
        template = translator(code).ngettext(*self.forms, self.data["count"])
        return fill(_spaced(template, code), self.data, code)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        data = dict(self.data)
        return _again, (type(self), (*self.forms, data.pop("count")), data)


class Joined(Phrase):
    """Some things in one sentence, with a word before the last one.

    Parameters
    ----------
    items : iterable of object
        The things: phrases, texts or numbers.
    word : {"and", "or", ""}
        The word; none puts a comma there too.
    way : str
        How each is written, as in a template: ``!r`` between quotation marks.

    Examples
    --------
    >>> names = Joined(["age", "revenu", "enfants"], "or")
    >>> print(names)
    age, revenu or enfants
    >>> names.say("fr")
    'age, revenu ou enfants'
    """

    items: tuple[Any, ...]
    word: str
    way: str

    def __new__(cls, items: Iterable[Any], word: str = "", way: str = "") -> Joined:
        """Make one from the things and the word."""
        kept = tuple(items)
        self = str.__new__(cls, _joined(kept, word, way, "en"))
        self.items, self.word, self.way = kept, word, way
        self.template, self.data = "", {}
        return self

    def say(self, lang: str) -> str:
        """Return the words in a language."""
        return _joined(self.items, self.word, self.way, base_language(lang))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return _again, (type(self), (self.items, self.word, self.way), {})


class Digits(Phrase):
    """A number of which the text is at hand, with a decimal point.

    Examples
    --------
    >>> print(Digits("0.05"))
    0.05
    >>> Digits("0.05").say("fr")
    '0,05'
    """

    def say(self, lang: str) -> str:
        """Return the number as the language writes it."""
        code = base_language(lang)
        is_number = code != "en" and _NUMBER.fullmatch(self)
        return self.translate(_SEPARATORS[code]) if is_number else str(self)


class Unit(Phrase):
    """A unit as a rule file writes it, of which the words that the catalogue has are said.

    Examples
    --------
    >>> Unit("EUR/month").say("fr"), Unit("tonnes").say("pt")
    ('EUR/mois', 'tonnes')
    """

    def say(self, lang: str) -> str:
        """Return the unit in a language."""
        code = base_language(lang)
        return "/".join(translated(p, code) if p in UNITS else p for p in self.split("/"))


class Worded(Phrase):
    """Words of a file that has them in some languages.

    Parameters
    ----------
    wordings : mapping of str to str
        Words by language; the first stand in where a language is missing.

    Examples
    --------
    >>> Worded({"fr": "quotient familial", "en": "family quotient"}).say("en")
    'family quotient'
    """

    wordings: Mapping[str, str]

    def __new__(cls, wordings: Mapping[str, str]) -> Worded:
        """Make one from the words by language."""
        kept = dict(wordings)
        self = str.__new__(cls, kept.get("en") or next(iter(kept.values()), ""))
        self.template, self.data, self.wordings = "", {}, kept
        return self

    def say(self, lang: str) -> str:
        """Return the words in a language."""
        found = self.wordings.get(lang) or self.wordings.get(base_language(lang))
        return found or next(iter(self.wordings.values()), "")

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return _again, (type(self), (self.wordings,), {})


def _again(kind: type[Phrase], given: tuple[Any, ...], data: dict[str, Any]) -> Phrase:
    return kind(*given, **data)


def msg(template: str) -> str:
    """Mark a text for the catalogue, where it is not said at once."""
    return template


UNITS = frozenset({  # words of units
    msg("day"), msg("week"), msg("month"), msg("quarter"), msg("year"), msg("hour"), msg("years"),
    msg("months"), msg("days"), msg("hours"), msg("persons"), msg("children"), msg("meals"), msg("rides"),
    msg("meal"), msg("ride"), msg("person"), msg("child"), msg("share"), msg("tax shares"),
})  # fmt: skip


def phrase(text: str) -> Phrase:
    """Return a text of the package as a phrase, which it may be already."""
    return text if isinstance(text, Phrase) else Phrase(text)


def said(text: object, lang: str) -> str:
    """Return a text in a language where it is a phrase, else as it is."""
    return text.say(lang) if isinstance(text, Phrase) else str(text)


def filled(template: str, data: Mapping[str, Any], lang: str = "en") -> str:
    """Return the words of a template in a language, with what they name."""
    code = base_language(lang)
    return fill(translated(template, code), data, code)


def translated(template: str, lang: str) -> str:
    """Return a template in a language of the catalogue; the English one where it has none."""
    if lang == "en" or not template:
        return template
    return _spaced(translator(lang).gettext(template), lang)


def _spaced(text: str, lang: str) -> str:
    """Keep a sign of French at the end of its line's last word."""
    if lang != "fr":
        return text
    return _BEFORE.sub(NBSP, text).replace("« ", f"«{NBSP}")


def fill(template: str, data: Mapping[str, Any], lang: str) -> str:
    """Return a template with the names of data filled in, each as the language writes it."""

    def value(match: re.Match[str]) -> str:
        name, way = match["name"], match["way"] or ""
        return shown(data[name], lang, way) if name in data else match[0]

    return _PLACE.sub(value, template)


def shown(value: object, lang: str, way: str = "") -> str:
    """Return a datum as a language writes it.

    Parameters
    ----------
    value : object
        What can ``say`` itself, a number, a day or a text.
    lang : {"en", "fr", "pt"}
        Language.
    way : str
        Conversion and format, as a template has them after a name: ``!r``, ``:,``.

    Examples
    --------
    >>> shown(1234.5, "pt", ":,.2f"), shown(dt.date(2024, 8, 31), "fr"), shown("x", "pt", "!r")
    ('1.234,50', '31/08/2024', '“x”')
    """
    speaks = None if way else getattr(value, "say", None)
    if speaks is not None:
        return str(speaks(lang))
    text = f"{{{way}}}".format(value)
    if lang == "en":
        return text
    if isinstance(value, str):
        return _QUOTES[lang].format(text[1:-1].replace("\\'", "'")) if way == "!r" else text
    if isinstance(value, dt.date):
        return f"{value:%d/%m/}{value.year:04}" if not way else text
    is_number = isinstance(value, Real) and not isinstance(value, bool | Fraction)
    if is_number and _NUMBER.fullmatch(text):
        return text.translate(_SEPARATORS[lang])
    return text


def _joined(items: tuple[Any, ...], word: str, way: str, lang: str) -> str:
    texts = [shown(item, lang, way) for item in items]
    if not word or len(texts) < 2:
        return ", ".join(texts)
    last = {
        "and": {"en": "and", "fr": "et", "pt": "e"},
        "or": {"en": "or", "fr": "ou", "pt": "ou"},
    }[word][lang]
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


# What the system answers, by the number of its error.
_SYSTEM = {
    1: msg("this is not allowed"), 2: msg("there is no such file or folder"), 5: msg("the disk does not answer"),
    13: msg("this is not allowed"), 17: msg("it exists already"), 20: msg("a part of the path is not a folder"),
    21: msg("it is a folder"), 22: msg("the name is not possible here"), 24: msg("too many files are open"),
    27: msg("it is too large for the disk"), 28: msg("the disk is full"), 30: msg("the disk cannot be written"),
    32: msg("nobody reads it any more"), 36: msg("the name is too long"), 39: msg("the folder is not empty"),
    40: msg("its links go in a circle"),
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
        The reason; with the number of the error where there are no words for it.

    Examples
    --------
    >>> system_reason(FileNotFoundError(2, "No such file or directory")).say("fr")
    "il n'y a pas de fichier ou de dossier de ce nom"
    """
    number = getattr(error, "errno", None)
    if number in _SYSTEM:
        return Phrase(_SYSTEM[number])
    if number is None:
        return phrase(str(error))
    return Phrase("error {number} of the system", number=number)
