"""The command line ``charte-registry``: one module a command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from charte_registry.cli import (
    check,
    diff,
    export,
    import_,
    indicators,
    init,
    migrate,
    new,
    public,
    query,
    report,
    schema,
    site,
)
from charte_registry.errors import RegisterError

COMMANDS = (
    init, new, import_, check, query, diff, indicators, public, report, site, export, schema,
    migrate,
)  # fmt: skip
SHOWN = 20  # problems of a register that cannot be read


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: error: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 1 where there are errors in the register, 2 where it cannot."""
    parser = _Parser(prog="charte-registry", description="The register of a data charter.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    try:
        arguments = parser.parse_args(argv)
        status: int = arguments.run(arguments)
        print(end="", flush=True)
    except RegisterError as error:
        return _refused(*error.problems)
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


def _refused(*problems: str) -> int:
    """Say what is wrong, a line each: who corrects a file corrects all of it at once."""
    for problem in problems[:SHOWN]:
        print(f"charte-registry: error: {problem}", file=sys.stderr)
    if len(problems) > SHOWN:
        print(f"charte-registry: and {len(problems) - SHOWN} more", file=sys.stderr)
    return 2


def _drop_what_is_left() -> None:
    """Let nothing more be printed, which would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
