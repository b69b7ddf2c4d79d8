"""The command line ``tarifs-solidaires``: one module a command, each loading what it needs."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from tarifs_solidaires.cli.common import PROGRAM, complain
from tarifs_solidaires.cli.frame import CANNOT, DONE, INTERRUPTED, complete, make_parser
from tarifs_solidaires.cli.terminal import is_quiet

# Each command: the module that has its options and runs it, and what it does.
COMMANDS = {
    "list": ("tarifs_solidaires.cli.list_", "the rules that can be computed"),
    "compute": ("tarifs_solidaires.cli.compute", "compute a rule for a file of people"),
    "explain": ("tarifs_solidaires.cli.explain", "explain one result"),
    "notices": ("tarifs_solidaires.cli.notices", "write a notice for everyone in a file"),
    "check": (
        "tarifs_solidaires.cli.check",
        "say everything that is wrong in a rule file; exit 1 where there are errors",
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
        "make people for a rule, from published tables or made up",
    ),
    "conform": (
        "tarifs_solidaires.cli.conform",
        "run cases that others wrote; exit 1 where something differs",
    ),
    "schema": ("tarifs_solidaires.cli.schema", "print the JSON Schema of a rule file"),
    "stub": ("tarifs_solidaires.cli.stub", "write the types of a rule's own inputs"),
}
MOST = 20  # faults that are listed
TERMINATED = 143  # what shells expect


class _TerminatedError(BaseException):
    """The system asks the program to end: what is half written is removed on the way out."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        The exit status that ``--help`` documents.
    """
    try:
        with _ending_cleanly():
            given = sys.argv[1:] if argv is None else argv
            program = parser(given if "_ARGCOMPLETE" not in os.environ else None)
            complete(program)
            arguments = program.parse_args(given)
            is_quiet.set(arguments.quiet)
            status: int = arguments.run(arguments)
            sys.stdout.flush()
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        complain("stopped before the end")
        return INTERRUPTED
    except _TerminatedError:
        complain("stopped before the end")
        return TERMINATED
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return DONE
    except UnicodeEncodeError as error:
        complain(
            f"error: the result cannot be printed in {error.encoding}; set PYTHONUTF8=1 and ask again"
        )
        return CANNOT
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        reason = error.strerror or error
        complain(
            f"error: the result cannot be printed ({reason}); make room, or print it elsewhere"
        )
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
        complain(f"error: {fault}")
    if len(error.errors) > MOST:
        complain(f"and {len(error.errors) - MOST} more")
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
    return make_parser(PROGRAM, "Solidarity tariffs, computed and explained.", COMMANDS, asked)
