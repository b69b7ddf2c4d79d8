"""The command line ``charte-registry``: one module a command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from charte_registry.cli.frame import CANNOT, DONE, INTERRUPTED, complete, make_parser
from charte_registry.cli.language import (
    USUAL,
    after_command,
    argparse_in,
    asked,
    language_now,
    said,
)
from charte_registry.cli.streams import standard_streams
from charte_registry.cli.terminal import RED, coloured, is_quiet
from charte_registry.messages import system_reason

PROGRAM = "charte-registry"
# Each command: the module that has its options and runs it, and what it does.
COMMANDS = {
    "init": ("charte_registry.cli.init", "begin a register, commented, in a new folder"),
    "new": ("charte_registry.cli.new", "add a record to a register, from questions or flags"),
    "import": (
        "charte_registry.cli.import_",
        "read records from a workbook, a table or another format into a register",
    ),
    "check": (
        "charte_registry.cli.check",
        "check a register; the exit status is 1 if there are errors",
    ),
    "query": ("charte_registry.cli.query", "ask the register in SQL"),
    "diff": ("charte_registry.cli.diff", "what changed between two registers, by meaning"),
    "indicators": ("charte_registry.cli.indicators", "the figures of a year"),
    "public": ("charte_registry.cli.public", "write the public extract of a register"),
    "report": ("charte_registry.cli.report", "write the annual report as an HTML page"),
    "site": ("charte_registry.cli.site", "write the public site of a register"),
    "export": ("charte_registry.cli.export", "write a register in another format"),
    "schema": ("charte_registry.cli.schema", "write the schema of the records into a folder"),
    "migrate": (
        "charte_registry.cli.migrate",
        "write a register of an earlier version as one of this version",
    ),
}
SHOWN = 20  # problems of a register that cannot be read


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status that ``--help`` documents.

    Errors and closing lines are in the language of ``--lang``, without it in that of the environment, or
    else in English.
    """
    given = after_command(sys.argv[1:] if argv is None else list(argv))
    token = language_now.set(asked(given))
    try:
        return _main(given)
    finally:
        language_now.reset(token)


def _main(given: Sequence[str]) -> int:
    from charte_registry.errors import RegisterError

    lang = language_now.get()
    try:
        with argparse_in(lang) if lang != USUAL else nullcontext():
            program = parser(given if "_ARGCOMPLETE" not in os.environ else None)
            complete(program)
            arguments = program.parse_args(given)
        is_quiet.set(arguments.quiet)
        with standard_streams(arguments):
            status: int = arguments.run(arguments)
        print(end="", flush=True)
    except RegisterError as error:
        return _refused(*(fault.say(lang) for fault in error.errors))
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        _refused(said("stopped"))
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return DONE
    except UnicodeEncodeError as error:
        return _refused(said("encoding", encoding=error.encoding))
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        return _refused(said("printing", reason=system_reason(error)))
    return status


def _refused(*problems: str) -> int:
    """Say what is wrong, a line each: who corrects a file corrects all of it at once."""
    word = coloured(said("error"), RED, sys.stderr)
    for problem in problems[:SHOWN]:
        print(f"{PROGRAM}: {word} {problem}", file=sys.stderr)
    if len(problems) > SHOWN:
        print(f"{PROGRAM}: {said('more', count=len(problems) - SHOWN)}", file=sys.stderr)
    return CANNOT


def _drop_what_is_left() -> None:
    """Let nothing more be printed, which would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser(asked: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser, with the options of the commands asked for; of all unless given."""
    return make_parser(PROGRAM, "The register of a data charter.", COMMANDS, asked)
