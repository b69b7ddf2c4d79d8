"""What commands share: options, the rule that is asked for, and text that a terminal can show."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarifs_solidaires.catalogue import Phrase, msg, said
from tarifs_solidaires.cli.language import language_now
from tarifs_solidaires.cli.terminal import RED, coloured, is_quiet

if TYPE_CHECKING:
    from tarifs_solidaires.rule import Rule

PROGRAM = "tarifs-solidaires"
ERROR = msg("error: {message}")
# Characters that move the cursor, turn the direction of writing or hide what follows; line ends and
# tabs stay.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)


def shown(text: object) -> str:
    r"""Return a text, in the language of the answers, of which a terminal shows every character.

    Examples
    --------
    >>> shown("red\x1b[31m")
    'red\\u001b[31m'
    """
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", said(text, language_now.get()))


def say(text: object, end: str = "\n") -> None:
    """Print a text."""
    print(shown(text), end=end)


def close(text: object) -> None:
    """Print where a result is, unless only results are asked for."""
    if not is_quiet.get():
        say(text)


def remark(text: object) -> None:
    """Print a remark on a result, unless only results are asked for."""
    if not is_quiet.get():
        complain(text)


def complain(text: object) -> None:
    """Print one line about the program itself, where errors go."""
    _line(shown(text))


def fail(text: object) -> None:
    """Print one line about what is wrong, where errors go."""
    lang = language_now.get()
    head = Phrase(ERROR, message="").say(lang).strip()
    line = Phrase(ERROR, message=shown(text)).say(lang)
    _line(coloured(head, RED, sys.stderr) + line.removeprefix(head))


def _line(text: str) -> None:
    said_ = Phrase("{where}: {text}", where=PROGRAM, text=text.replace("\n", " "))
    print(said_.say(language_now.get()), file=sys.stderr)


# -- options -----------------------------------------------------------------------------------


def add_dates(command: argparse.ArgumentParser) -> None:
    """Add the option that says in which order day and month stand in a table."""
    command.add_argument(
        "--dates", choices=("dd/mm/yyyy", "mm/dd/yyyy"), default="",
        help="how dates given as text are written, where the file itself does not show it: 01/05/1990 "
        "could be two days",
    )  # fmt: skip


def add_rules(command: argparse.ArgumentParser) -> None:
    """Add ``--rules``."""
    command.add_argument(
        "--rules", action="append", default=[], type=Path, metavar="FOLDER",
        help="folder that contains TERRITORY/SCHEME.toml, searched first; can be repeated",
    )  # fmt: skip


def add_beyond(command: argparse.ArgumentParser) -> None:
    """Add ``--beyond``."""
    command.add_argument(
        "--beyond", choices=("error", "last_known"), default="error",
        help="what to do for a day after the last known one: raise an error, or use the last known rule",
    )  # fmt: skip


def add_rule(command: argparse.ArgumentParser) -> None:
    """Add the rule, its day, ``--rules`` and ``--beyond``."""
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    add_rules(command)
    add_beyond(command)


def load(arguments: argparse.Namespace, name: str | None = None, on: str | None = None) -> Rule:
    """Return the rule that is asked for; say so where it is used beyond what is known of it."""
    from tarifs_solidaires.rule import load_rule

    rule = load_rule(
        name or arguments.rule, on or arguments.on, beyond=arguments.beyond, folders=arguments.rules
    )
    if rule.last_known is not None:
        remark(
            Phrase(
                "{rule} on {day}: {text}",
                rule=rule.name,
                day=rule.on,
                text=beyond_text(rule.last_known),
            )
        )
    return rule


def beyond_text(last_known: dt.date) -> Phrase:
    """Return how a rule is used beyond what is known of it."""
    return Phrase("nothing is known after {day}; the last known rule is used", day=last_known)


def dated(rule: Rule) -> Phrase:
    """Return a rule with its day, in one line."""
    if rule.last_known is None:
        return Phrase("{rule} on {day}", rule=rule.name, day=rule.on)
    return Phrase("{rule} on {day} (last known rule, of {last})", rule=rule.name, day=rule.on,
                  last=rule.last_known)  # fmt: skip


def pairs(option: str, given: Sequence[str], example: str) -> dict[str, str]:
    """Return ``NAME=VALUE`` options by name.

    Raises
    ------
    InputError
        Where one has no ``=``, or a name stands twice.
    """
    from tarifs_solidaires.errors import Fault, InputError

    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        wrong = "write {example}" if not equals else "keep one" if name in found else ""
        if wrong:
            template = "{text!r} is not NAME=VALUE" if not equals else "{name} appears twice"
            raise InputError(
                Fault(code="option", where=option, template=template, remedy=wrong,
                      data={"text": text, "name": name, "example": example})
            )  # fmt: skip
        found[name] = value
    return found


# -- files -------------------------------------------------------------------------------------


def rule_files(arguments: argparse.Namespace, *names: str) -> list[Path]:
    """Return the files in which rules of some names can stand, which no output may be."""
    found = [Path(name) for name in names if name.endswith(".toml")]
    return found + [folder / f"{name}.toml" for folder in arguments.rules for name in names]


def checked_output(path: Path | None) -> None:
    """Refuse to write over a rule, a vocabulary or another TOML file, whatever it is called here."""
    from tarifs_solidaires.people.writing import table_error

    exists = False
    with suppress(OSError):  # told where the file is written
        exists = path is not None and path.resolve().suffix.lower() == ".toml" and path.exists()
    if exists:
        raise table_error("overwrite", path, "is a TOML file, and is not overwritten",
                          "choose another --output")  # fmt: skip


def write_text(arguments: argparse.Namespace, path: Path, text: str, *never: Path) -> None:
    """Write a text file, which is neither a rule nor another file that is read."""
    from tarifs_solidaires.people.writing import written

    checked_output(path)
    with written(path, never=[*rule_files(arguments, arguments.rule), *never]) as file:
        file.write(text)


def is_standard(path: Path | None) -> bool:
    """Say whether an output goes to standard output."""
    return path is None or str(path) == "-"


def json_text(data: Any) -> str:
    """Return data as JSON that people can read."""
    import json

    return json.dumps(data, ensure_ascii=False, indent=2)
