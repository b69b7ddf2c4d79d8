"""The program: its parser, what it answers where something is wrong, and its exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from prevision_cantine.cli import (
    backtest_command,
    effects_command,
    explain_command,
    fetch_command,
    fit_command,
    forecast_command,
    ingredients_command,
    inspect_command,
    order_command,
    sheet_command,
    trade_off_command,
    what_if_command,
)
from prevision_cantine.cli.common import check_outputs
from prevision_cantine.errors import CantineError, ParameterError

COMMANDS = (
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
    fetch_command,
)
# What the library calls otherwise than the option.
OPTIONS = {"below": "mask_below"}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: error: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 where it is done, 2 where it cannot be."""
    try:
        arguments = _parser().parse_args(argv)
        check_outputs(arguments)
        status: int = arguments.run(arguments)
        print(end="", flush=True)
    except CantineError as error:
        return _refused(_in_options(error))
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        return _refused("stopped before the end")
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return 0
    except UnicodeEncodeError as error:
        return _refused(
            f"the result cannot be printed in {error.encoding}; set PYTHONUTF8=1 and ask again"
        )
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        reason = error.strerror or error
        return _refused(
            f"the result cannot be printed ({reason}); make room, or print it elsewhere"
        )
    return status


def _refused(message: str) -> int:
    print(f"prevision-cantine: error: {message}", file=sys.stderr)
    return 2


def _in_options(error: CantineError) -> str:
    """Return the message of an error, a parameter told as the option that gave it."""
    if not isinstance(error, ParameterError):
        return str(error)
    option = OPTIONS.get(error.name, error.name).replace("_", "-")
    value = f"{error.value:.15g}" if isinstance(error.value, float) else error.value
    return f"--{option} {value}: {error.remedy}"


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
    return parser
