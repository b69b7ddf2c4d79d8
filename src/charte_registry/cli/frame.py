"""What every command of the program shares: help with examples, --version, --quiet, completion."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from textwrap import indent
from typing import NoReturn

from charte_registry.cli.language import add_language, said

DONE, DIFFERS, CANNOT, INTERRUPTED = 0, 1, 2, 130
STATUSES = {
    DONE: "done",
    DIFFERS: "done, but what was checked or compared is not as it should be",
    CANNOT: "the command cannot be done",
    INTERRUPTED: "stopped from the keyboard",
}
EPILOG = "\n".join([
    "exit status:",
    *(f"  {status:<3}  {meaning}" for status, meaning in STATUSES.items()),
    "\nCOMMAND --help shows the options of a command, with examples.",
])  # fmt: skip


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong."""
        self.exit(CANNOT, f"{self.prog}: {said('wrong_use', message=message, prog=self.prog)}\n")


class _Version(argparse.Action):
    """Print the version, which is looked up for who asks."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"{parser.prog} {version('charte-donnee')}")
        parser.exit()


def make_parser(
    prog: str,
    description: str,
    commands: Mapping[str, tuple[str, str]],
    asked: Sequence[str] | None,
) -> argparse.ArgumentParser:
    """Return the parser of a program.

    Parameters
    ----------
    prog, description : str
        Its name, and what it is for.
    commands : mapping of str to (str, str)
        For each command the module that adds its options and runs it, and what the command does.
    asked : sequence of str or None
        Arguments: only the module of a command that is among them is loaded. None loads all.

    Returns
    -------
    argparse.ArgumentParser
        The parser.
    """
    parser = Parser(
        prog=prog, description=description, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, does) in commands.items():
        item = group.add_parser(
            name, help=does, description=f"{does[:1].upper()}{does[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        if asked is not None and name not in asked:
            continue
        command = import_module(module)
        item.epilog = f"examples:\n{indent(command.EXAMPLES, '  ')}"
        command.add(item)
        if "--lang" not in item.format_usage():
            add_language(item)
        item.add_argument("--quiet", action="store_true", help="print results and errors only")
    return parser


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks how a line goes on, where argcomplete is installed."""
    if "_ARGCOMPLETE" not in os.environ:
        return
    from charte_registry.extras import needs

    with needs("completion"):
        import argcomplete
    argcomplete.autocomplete(parser)
