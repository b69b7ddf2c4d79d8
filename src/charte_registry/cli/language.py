"""The language of what a command answers: that of --lang, else of the environment, else English."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from charte_registry.messages import LANGUAGES, sentence, table

USUAL = "en"
# The language while a command runs, which argparse hands to nobody.
language_now: ContextVar[str] = ContextVar("language_now", default=USUAL)

# As gettext has them: the first one that is set decides.
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def asked(argv: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Return the language that the arguments ask for, before they are read.

    Without ``--lang`` it is that of the environment, and English where this names another one, or
    none.

    Examples
    --------
    >>> asked(["site", "registre", "site", "--lang", "pt,fr"]), asked(["--lang=fr"])
    ('pt', 'fr')
    >>> asked(["check"], {"LC_ALL": "", "LANG": "pt_BR.UTF-8"}), asked(["check"], {"LANG": "C"})
    ('pt', 'en')
    """
    for option, value in zip(argv, [*argv[1:], ""], strict=False):
        name, equals, inside = option.partition("=")
        if name == "--lang":
            lang = (inside if equals else value).partition(",")[0]
            return lang if lang in LANGUAGES else USUAL
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    lang = named.partition(".")[0].partition("_")[0].lower()
    return lang if lang in LANGUAGES else USUAL


def after_command(argv: Sequence[str]) -> list[str]:
    """Return the arguments with a language that stands before the command put behind it.

    Examples
    --------
    >>> after_command(["--lang", "fr", "check", "registre"]), after_command(["--lang=pt", "check"])
    (['check', '--lang', 'fr', 'registre'], ['check', '--lang=pt'])
    >>> after_command(["check", "registre"])
    ['check', 'registre']
    """
    count = 2 if argv[:1] == ["--lang"] else 1 if "".join(argv[:1]).startswith("--lang=") else 0
    return [*argv[count : count + 1], *argv[:count], *argv[count + 1 :]]


def said(code: str, **facts: Any) -> str:
    """Return a sentence of the command line in the language of the command.

    Examples
    --------
    >>> said("written", path="registre.xlsx")
    'registre.xlsx written'
    """
    return sentence(f"command.{code}", language_now.get(), facts)


def add_language(item: argparse.ArgumentParser) -> None:
    """Add the language of errors and closing lines to a command that has none of its own."""
    item.add_argument(
        "--lang", choices=LANGUAGES,
        help="language of what is answered; by default that of the environment, or else en",
    )  # fmt: skip


@contextmanager
def argparse_in(lang: str) -> Iterator[None]:
    """Let argparse take its messages from the catalogue; what that has not stays as it is."""
    names = ("_", "ngettext")
    own = [getattr(argparse, name) for name in names]

    def one(text: str) -> str:
        return str(table()["usage"].get(text, {}).get(lang, text))

    def several(single: str, plural: str, count: int) -> str:
        return one(single if count == 1 else plural)

    for name, function in zip(names, (one, several), strict=True):
        setattr(argparse, name, function)
    try:
        yield
    finally:
        for name, function in zip(names, own, strict=True):
            setattr(argparse, name, function)
