"""The command line ``tarifs-solidaires``: one module a command, each loading what it needs."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from tarifs_solidaires.catalogue import Phrase, system_reason
from tarifs_solidaires.cli.common import PROGRAM, complain, fail
from tarifs_solidaires.cli.frame import CANNOT, DONE, INTERRUPTED, complete, make_parser
from tarifs_solidaires.cli.language import argparse_in, wanted_language
from tarifs_solidaires.cli.terminal import is_quiet

# Each command: the module that has its options and runs it, and what it does.
COMMANDS = {
    "list": ("tarifs_solidaires.cli.list_", "the rules that can be computed"),
    "compute": ("tarifs_solidaires.cli.compute", "compute a rule for a file of people"),
    "explain": ("tarifs_solidaires.cli.explain", "explain one result"),
    "notices": ("tarifs_solidaires.cli.notices", "write a notice for everyone in a file"),
    "check": (
        "tarifs_solidaires.cli.check",
        "report everything that is wrong in a rule file; the exit status is 1 if there are errors",
    ),
    "new": ("tarifs_solidaires.cli.new", "write a rule file to fill in"),
    "draw": ("tarifs_solidaires.cli.draw", "draw, describe or export a rule"),
    "publish": ("tarifs_solidaires.cli.publish", "write the public page of a rule, or of all"),
    "compare": (
        "tarifs_solidaires.cli.compare",
        "who wins and loses between two days, or two rules",
    ),
    "population": (
        "tarifs_solidaires.cli.population",
        "make people for a rule, drawn from published tables or made up",
    ),
    "conform": (
        "tarifs_solidaires.cli.conform",
        "run test cases written by others; the exit status is 1 if something differs",
    ),
    "schema": ("tarifs_solidaires.cli.schema", "print the JSON Schema of a rule file"),
    "stub": ("tarifs_solidaires.cli.stub", "write the types of a rule's own inputs"),
}
DESCRIPTION = "Solidarity tariffs, computed and explained."
MOST = 20  # faults that are listed
TERMINATED = 143  # what shells expect


class _TerminatedError(BaseException):
    """The system asks the program to end: what is half written is removed on the way out."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Answers are in the language of ``--lang``; without it, in that of the environment; in English where
    the catalogue has not got that.

    Returns
    -------
    int
        The exit status that ``--help`` documents.
    """
    given = sys.argv[1:] if argv is None else argv
    with argparse_in(wanted_language(given)):
        return _main(given)


def _main(given: Sequence[str]) -> int:
    try:
        with _ending_cleanly():
            program = parser(given if "_ARGCOMPLETE" not in os.environ else None)
            complete(program)
            arguments = program.parse_args(given)
            is_quiet.set(arguments.quiet)
            if getattr(arguments, "lang", "") is None:  # what is written is in that language too
                arguments.lang = arguments.answers
            status: int = arguments.run(arguments)
            sys.stdout.flush()
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        complain(Phrase("stopped before the end"))
        return INTERRUPTED
    except _TerminatedError:
        complain(Phrase("stopped before the end"))
        return TERMINATED
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return DONE
    except UnicodeEncodeError as error:
        template = "the result cannot be printed in {encoding}; set PYTHONUTF8=1 and ask again"
        fail(Phrase(template, encoding=error.encoding))
        return CANNOT
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        template = "the result cannot be printed ({reason}); make room, or print it elsewhere"
        fail(Phrase(template, reason=system_reason(error)))
        return CANNOT
    except ValueError as error:
        return _refused(error)
    return status


def _refused(error: ValueError) -> int:
    """Say what is wrong, a line each: who corrects a file corrects all of it at once."""
    from tarifs_solidaires.errors import TarifError

    if not isinstance(error, TarifError):
        raise error
    for fault in error.errors[:MOST]:
        fail(Phrase("{fault}", fault=fault))
    if len(error.errors) > MOST:
        complain(Phrase("and {count:,} more", count=len(error.errors) - MOST))
    return CANNOT


@contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Let a request to end raise, so that files are removed that are half written."""

    def stop(*_: object) -> NoReturn:
        raise _TerminatedError

    try:
        before: Any = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread, which alone may ask
        yield
        return
    try:
        yield
    finally:
        with suppress(ValueError):
            signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _drop_what_is_left() -> None:
    """Let nothing more be printed, which would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser(asked: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser, with the options of the commands asked for; of all unless given."""
    return make_parser(PROGRAM, DESCRIPTION, COMMANDS, asked)
