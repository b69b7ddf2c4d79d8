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
    import_cnil,
    indicators,
    init,
    migrate,
    new,
    public,
    query,
    report,
    schema,
)
from charte_registry.errors import RegisterError

COMMANDS = (
    init, new, import_cnil, import_, check, query, diff, indicators, public, report, export, schema,
    migrate,
)  # fmt: skip


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
        sys.stdout.flush()
    except RegisterError as error:
        print(f"charte-registry: error: {error}", file=sys.stderr)
        return 2
    except SystemExit as stop:
        return int(stop.code or 0)
    except BrokenPipeError:  # whoever reads has enough, such as head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status
