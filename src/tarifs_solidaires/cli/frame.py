"""What every command of the program shares: help with examples, --version, --quiet, completion."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from textwrap import indent
from typing import NoReturn

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.cli.common import fail
from tarifs_solidaires.cli.language import language_now, message_language, translate

DONE, DIFFERS, CANNOT, INTERRUPTED = 0, 1, 2, 130
STATUSES = {
    DONE: Phrase("done"),
    DIFFERS: Phrase("done, but what was checked or compared is not as it should be"),
    CANNOT: Phrase("the command cannot be done"),
    INTERRUPTED: Phrase("stopped from the keyboard"),
}


def epilog(lang: str) -> str:
    """Return what stands under the list of commands."""
    return "\n".join([
        Phrase("exit status:").say(lang),
        *(f"  {status:<3}  {meaning.say(lang)}" for status, meaning in STATUSES.items()),
        "",
        Phrase("COMMAND --help shows the options of a command, with examples.").say(lang),
    ])  # fmt: skip


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong."""
        fail(Phrase("{message}; see {program} --help", message=message, program=self.prog))
        self.exit(CANNOT)


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
    lang = language_now.get()
    parser = Parser(
        prog=prog, description=description, epilog=epilog(lang),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    add_language(parser, default=None)
    translate(parser, lang)
    group = parser.add_subparsers(required=True, metavar=Phrase("COMMAND").say(lang))
    for name, (module, does) in commands.items():
        item = group.add_parser(
            name, help=Phrase(does).say(lang), description=_sentence(does, lang),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        if asked is not None and name not in asked:
            continue
        command = import_module(module)
        item.epilog = f"{Phrase('examples:').say(lang)}\n{indent(command.EXAMPLES, '  ')}"
        command.add(item)
        if "--lang" not in item._option_string_actions:
            add_language(item)
        item.add_argument("--quiet", action="store_true", help="print results and errors only")
        translate(item, lang)
    return parser


def _sentence(does: str, lang: str) -> str:
    text = Phrase(does).say(lang)
    return f"{text[:1].upper()}{text[1:]}."


def add_language(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    """Add ``--lang``."""
    parser.add_argument(
        "--lang", dest="answers", type=message_language, metavar="LANG", default=default,
        help="language of the messages: en, fr or pt; by default, that of the environment",
    )  # fmt: skip


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks how a line goes on, where argcomplete is installed."""
    if "_ARGCOMPLETE" not in os.environ:
        return
    from tarifs_solidaires.extras import needs

    with needs("completion"):
        import argcomplete
    argcomplete.autocomplete(parser)
