"""The program: its parser, what it answers where something is wrong, and its exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from prevision_cantine.city.folder import languages_of
from prevision_cantine.cli import (
    backtest_command,
    calendar_command,
    effects_command,
    explain_command,
    fetch_command,
    fit_command,
    forecast_command,
    import_command,
    ingredients_command,
    inspect_command,
    make_city_command,
    order_command,
    settings_command,
    sheet_command,
    trade_off_command,
    what_if_command,
)
from prevision_cantine.cli.common import add_language, check_outputs, language_now
from prevision_cantine.errors import CantineError, ParameterError
from prevision_cantine.words.catalogue import catalogue, sentence, system_reason
from prevision_cantine.words.language import LANGUAGES

COMMANDS = (
    settings_command,
    fit_command,
    forecast_command,
    order_command,
    trade_off_command,
    explain_command,
    effects_command,
    sheet_command,
    what_if_command,
    ingredients_command,
    backtest_command,
    inspect_command,
    import_command,
    calendar_command,
    fetch_command,
    make_city_command,
)
# What the library calls otherwise than the option.
OPTIONS = {"below": "mask_below"}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        lang = language_now.get()
        said = sentence("usage.wrong_use", lang, prog=self.prog, message=message)
        self.exit(2, f"{said}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 where it is done, 2 where it cannot be.

    Answers are in the language of ``--lang``; without it, in the first of ``langues`` in the
    ``ville.toml`` of the folder; without either, in French.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    token = language_now.set(_asked(given) or LANGUAGES[0])
    try:
        return _main(given)
    finally:
        language_now.reset(token)


def _main(argv: Sequence[str]) -> int:
    try:
        with _argparse_in(language_now.get()):
            arguments = _parser().parse_args(argv)
        folder = getattr(arguments, "folder", None)
        if arguments.lang is None:
            arguments.lang = _of_folder(folder) or LANGUAGES[0]
            language_now.set(arguments.lang)
        check_outputs(arguments)
        status: int = arguments.run(arguments)
        print(end="", flush=True)
    except CantineError as error:
        return _refused(_in_options(error).say(language_now.get()))
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        return _refused(sentence("usage.stopped", language_now.get()))
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return 0
    except UnicodeEncodeError as error:
        lang = language_now.get()
        return _refused(sentence("usage.encoding", lang, encoding=error.encoding))
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        reason = system_reason(error)
        return _refused(sentence("usage.printing", language_now.get(), reason=reason))
    return status


def _asked(argv: Sequence[str]) -> str | None:
    """Return the language that the arguments ask for, before they are read."""
    for option, value in zip(argv, [*argv[1:], ""], strict=True):
        name, equals, inside = option.partition("=")
        if name == "--lang" and (found := inside if equals else value) in LANGUAGES:
            return found
    return next((lang for item in argv if (lang := _of_folder(item)) is not None), None)


def _of_folder(folder: str | None) -> str | None:
    """Return the language of a city's folder; None where it is none, or does not say it."""
    try:
        known = () if folder is None else languages_of(Path(folder))
    except (OSError, ValueError):
        return None
    return known[0] if known else None


@contextmanager
def _argparse_in(lang: str) -> Iterator[None]:
    """Let argparse take its messages from the catalogue; what that has not stays as it is."""
    names = ("_", "ngettext")
    own = [getattr(argparse, name) for name in names]

    def one(text: str) -> str:
        return catalogue().get(f"usage.{text}", {}).get(lang, text)

    def several(single: str, plural: str, count: int) -> str:
        return one(single if count == 1 else plural)

    for name, function in zip(names, (one, several), strict=True):
        setattr(argparse, name, function)
    try:
        yield
    finally:
        for name, function in zip(names, own, strict=True):
            setattr(argparse, name, function)


def _refused(message: str) -> int:
    print(sentence("usage.error", language_now.get(), message=message), file=sys.stderr)
    return 2


def _in_options(error: CantineError) -> CantineError:
    """Return an error, a parameter told as the option that gave it."""
    if not isinstance(error, ParameterError):
        return error
    return error.as_option("--" + OPTIONS.get(error.name, error.name).replace("_", "-"))


def _drop_what_is_left() -> None:
    """Let nothing more be printed, which would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="prevision-cantine", description="Explainable forecasts of canteen meals."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    for item in commands.choices.values():
        if "--lang" not in item.format_usage():
            add_language(item)
    return parser
