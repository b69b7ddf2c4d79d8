"""The command line ``tarifs-solidaires``: one module a command, each loading what it needs."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from tarifs_solidaires.cli import (
    check,
    compare,
    compute,
    conform,
    draw,
    explain,
    list_,
    new,
    notices,
    population,
    publish,
    schema,
    stub,
)
from tarifs_solidaires.cli.common import PROGRAM, complain

COMMANDS = (
    list_, compute, explain, notices, check, new, draw, publish, compare, population, conform, schema, stub,
)  # fmt: skip
MOST = 20  # faults that are listed
INTERRUPTED, TERMINATED = 130, 143  # what shells expect


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        complain(f"error: {message}; see {self.prog} --help")
        self.exit(2)


class _TerminatedError(BaseException):
    """The system asks the program to end: what is half written is removed on the way out."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 where it is done; 1 where what was checked or compared is not as it should be; 2 where the
        command cannot be done; 130 or 143 where it was stopped.
    """
    try:
        with _ending_cleanly():
            arguments = _parser().parse_args(argv)
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
        return 0
    except UnicodeEncodeError as error:
        complain(
            f"error: the result cannot be printed in {error.encoding}; set PYTHONUTF8=1 and ask again"
        )
        return 2
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        reason = error.strerror or error
        complain(
            f"error: the result cannot be printed ({reason}); make room, or print it elsewhere"
        )
        return 2
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
    return 2


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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Solidarity tariffs, computed and explained.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
