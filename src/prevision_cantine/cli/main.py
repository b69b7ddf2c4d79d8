"""The program: its parser, what it answers where something is wrong, and its exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from prevision_cantine.cli.frame import CANNOT, DONE, INTERRUPTED, complete, make_parser
from prevision_cantine.cli.language_option import language_now, of_environment
from prevision_cantine.cli.streams import standard_streams
from prevision_cantine.cli.terminal import RED, coloured, is_quiet
from prevision_cantine.errors import CantineError, ParameterError
from prevision_cantine.words.catalogue import catalogue, sentence, system_reason
from prevision_cantine.words.language import LANGUAGES

PROGRAM = "prevision-cantine"
# Each command: the module that has its options and runs it, and what it does.
COMMANDS = {
    "settings": (
        "prevision_cantine.cli.settings_command",
        "choose the settings of the model on the city's own past",
    ),
    "fit": (
        "prevision_cantine.cli.fit_command",
        "learn from the data up to a day and keep the model",
    ),
    "forecast": (
        "prevision_cantine.cli.forecast_command",
        "forecast a period from data that end some days before it",
    ),
    "order": (
        "prevision_cantine.cli.order_command",
        "order for each canteen and day, and for the kitchen's total",
    ),
    "trade-off": (
        "prevision_cantine.cli.trade_off_command",
        "say what each caution would have cost in the past",
    ),
    "explain": (
        "prevision_cantine.cli.explain_command",
        "say why a canteen's days are forecast as they are",
    ),
    "effects": (
        "prevision_cantine.cli.effects_command",
        "list the effect of each level of each term",
    ),
    "sheet": ("prevision_cantine.cli.sheet_command", "write the sheet of the fitted model"),
    "what-if": (
        "prevision_cantine.cli.what_if_command",
        "show the effect of a change of menu, calendar or enrolment",
    ),
    "ingredients": (
        "prevision_cantine.cli.ingredients_command",
        "list what each supplier delivers in each week",
    ),
    "backtest": (
        "prevision_cantine.cli.backtest_command",
        "forecast past days with what was known then, and measure the errors",
    ),
    "inspect": (
        "prevision_cantine.cli.inspect_command",
        "say what a city's folder holds, and what was repaired or left out",
    ),
    "import": (
        "prevision_cantine.cli.import_command",
        "write the folder of a city from the workbooks and CSV files of an office",
    ),
    "calendar": (
        "prevision_cantine.cli.calendar_command",
        "write public and school holidays to the calendar of a city",
    ),
    "fetch": ("prevision_cantine.cli.fetch_command", "download the public files of Nantes"),
    "make-city": (
        "prevision_cantine.cli.make_city_command",
        "write a made city, whose effects are known, to a folder",
    ),
}
# What the library calls otherwise than the option.
OPTIONS = {"below": "mask_below"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status that ``--help`` documents.

    Answers are in the language of ``--lang``; without it, in the first of ``langues`` in the
    ``ville.toml`` of the folder; without either, in that of the environment, or else in French.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    token = language_now.set(_asked(given) or of_environment() or LANGUAGES[0])
    try:
        return _main(given)
    finally:
        language_now.reset(token)


def _main(argv: Sequence[str]) -> int:
    try:
        with _argparse_in(language_now.get()):
            program = parser(argv if "_ARGCOMPLETE" not in os.environ else None)
            complete(program)
            arguments = program.parse_args(argv)
        is_quiet.set(arguments.quiet)
        folder = getattr(arguments, "folder", None)
        if arguments.lang is None:
            arguments.lang = _of_folder(folder) or of_environment() or LANGUAGES[0]
            language_now.set(arguments.lang)
        from prevision_cantine.cli.common import check_outputs  # loaded with the command

        with standard_streams(arguments):
            check_outputs(arguments)
            status: int = arguments.run(arguments)
        print(end="", flush=True)
    except CantineError as error:
        return _refused(_in_options(error).say(language_now.get()))
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        _refused(sentence("usage.stopped", language_now.get()))
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return DONE
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
    for option, value in zip(argv, [*argv[1:], ""], strict=False):
        name, equals, inside = option.partition("=")
        if name == "--lang" and (found := inside if equals else value) in LANGUAGES:
            return found
    return next((lang for item in argv if (lang := _of_folder(item)) is not None), None)


def _of_folder(folder: str | None) -> str | None:
    """Return the language of a city's folder; None where it is none, or does not say it."""
    if folder is None or not Path(folder).is_dir():
        return None
    from prevision_cantine.city.folder import languages_of

    try:
        known = languages_of(Path(folder))
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
    lang = language_now.get()
    head = sentence("usage.error", lang, message="").strip()
    rest = sentence("usage.error", lang, message=message).removeprefix(head)
    print(f"{coloured(head, RED, sys.stderr)}{rest}", file=sys.stderr)
    return CANNOT


def _in_options(error: CantineError) -> CantineError:
    """Return an error, a parameter told as the option that gave it."""
    if not isinstance(error, ParameterError):
        return error
    return error.as_option("--" + OPTIONS.get(error.name, error.name).replace("_", "-"))


def _drop_what_is_left() -> None:
    """Let nothing more be printed, which would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser(asked: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser, with the options of the commands asked for; of all unless given."""
    return make_parser(PROGRAM, "Explainable forecasts of canteen meals.", COMMANDS, asked)
