"""The language of the command line: that of --lang, else that of the environment, else English."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from tarifs_solidaires.catalogue import LANGUAGES, Phrase, base_language, translated, translator

# The language of what the program says while a command runs.
language_now: ContextVar[str] = ContextVar("language_now", default=LANGUAGES[0])
# As gettext has them: the first one that is set decides.
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def wanted_language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Return the language that is asked for, before the arguments are read.

    Parameters
    ----------
    arguments : sequence of str
        The arguments: the first ``--lang`` of them that names a language of the catalogue counts.
    environment : mapping of str to str
        Where there is none, the first that is set of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG``.

    Returns
    -------
    {"en", "fr", "pt"}
        The language; English where the environment names another one, or none.

    Examples
    --------
    >>> wanted_language(["--lang", "fr", "list"], {"LANG": "pt_BR.UTF-8"})
    'fr'
    >>> wanted_language(["list"], {"LC_ALL": "", "LANG": "pt_BR.UTF-8"})
    'pt'
    """
    for option, value in zip(arguments, [*arguments[1:], ""], strict=False):
        name, equals, inside = option.partition("=")
        given = inside if equals else value
        if name == "--lang" and given.partition("-")[0].lower() in LANGUAGES:
            return base_language(given)
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return base_language(named.partition(".")[0].replace("_", "-"))


def message_language(text: str) -> str:
    """Return a language of the catalogue by its code, as the option ``--lang`` takes it.

    Raises
    ------
    argparse.ArgumentTypeError
        Where the catalogue has no such language.
    """
    if text.partition("-")[0].lower() not in LANGUAGES:
        wrong = Phrase("{value!r} is not one of {known}", value=text, known=", ".join(LANGUAGES))
        raise argparse.ArgumentTypeError(wrong.say(language_now.get()))
    return base_language(text)


@contextmanager
def argparse_in(lang: str) -> Iterator[None]:
    """Let argparse take its own words from the catalogue; what that has not stays as it is."""

    def one(text: str) -> str:
        return translated(text, lang)

    def several(single: str, plural: str, count: int) -> str:
        return translator(lang).ngettext(single, plural, count) if lang != "en" else (
            single if count == 1 else plural
        )  # fmt: skip

    functions = {"_": one, "ngettext": several}
    own = {name: getattr(argparse, name) for name in functions}
    token = language_now.set(lang)
    for name, function in functions.items():
        setattr(argparse, name, function)
    try:
        yield
    finally:
        language_now.reset(token)
        for name, function in own.items():
            setattr(argparse, name, function)


def translate(parser: argparse.ArgumentParser, lang: str) -> None:
    """Put what a parser says of itself and of its options into a language."""
    if lang == "en":
        return
    parser.description = translated(parser.description or "", lang) or None
    parser.usage = translated(parser.usage or "", lang) or None
    for action in parser._actions:
        if action.help and action.help is not argparse.SUPPRESS:
            action.help = translated(action.help, lang)
        word = placeholder(action)
        if word:
            action.metavar = translated(word, lang)


def placeholder(action: argparse.Action) -> str:
    """Return the word that stands for the value of an option in its help; empty for none."""
    if isinstance(action.metavar, str):
        return action.metavar
    if action.nargs == 0 or action.choices is not None:
        return ""
    return action.dest.upper() if action.option_strings else action.dest


def whole(text: str) -> int:
    """Read a whole number; its name is no part of a message."""
    try:
        return int(text)
    except ValueError:
        wrong = Phrase("{value!r} is not a whole number", value=text)
        raise argparse.ArgumentTypeError(wrong.say(language_now.get())) from None


def number(text: str) -> float:
    """Read a number, with a decimal point or comma."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        wrong = Phrase("{value!r} is not a number", value=text)
        raise argparse.ArgumentTypeError(wrong.say(language_now.get())) from None
