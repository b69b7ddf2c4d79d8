"""``tarifs-solidaires explain``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.cli.common import (
    add_rule,
    checked_output,
    close,
    dated,
    is_standard,
    load,
    pairs,
    rule_files,
    say,
    write_text,
)

if TYPE_CHECKING:
    from tarifs_solidaires.rule import Rule

FORMATS = ("text", "markdown", "json", "html", "pdf")

EXAMPLES = """\
tarifs-solidaires explain nantes/transport --on 2020-10-01 --value quotient_familial=350 --value age=30
tarifs-solidaires explain nantes/transport --on 2020-10-01 --value quotient_familial=350 --value age=30 --format html --output notice.html"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_rule(command)
    command.add_argument(
        "--value", action="append", default=[], metavar="NAME=VALUE", help="one input"
    )
    command.add_argument("--lang", help="language; by default, the first of the rule")
    command.add_argument("--format", choices=FORMATS, default="text", help="format of the notice")
    command.add_argument(
        "--origin", action="append", default=[], metavar="NAME=WORD",
        help="where an input comes from: declaration, certificate or administration",
    )  # fmt: skip
    command.add_argument(
        "--holder", action="append", default=[], metavar="NAME=TEXT", help="who holds an input"
    )
    command.add_argument("--contact", help="where the authority can be reached, for the notice")
    command.add_argument("--role", help="part of the computation in the decision: decides, assists")
    command.add_argument("--output", type=Path, help="file to write instead of printing")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    rule = load(arguments)
    given = _values(rule, arguments.value)
    explanation: Any = rule.compute(given).explain(
        lang=arguments.lang or rule.languages[0],
        origin=pairs("--origin", arguments.origin, "age=declaration"), role=arguments.role,
        holder=pairs("--holder", arguments.holder, "quotient_familial=CAF"),
    )  # fmt: skip
    contact = {"contact": arguments.contact} if arguments.contact else {}
    if arguments.format == "json":
        contact = {}
    if arguments.format == "pdf":
        _write_pdf(arguments, explanation, contact)
        return _written(rule, arguments)
    text: str = getattr(explanation, f"to_{arguments.format}")(**contact)
    if is_standard(arguments.output):
        say(text.rstrip("\n"))
        return 0
    write_text(arguments, arguments.output, text.rstrip("\n") + "\n")
    return _written(rule, arguments)


def _written(rule: Rule, arguments: argparse.Namespace) -> int:
    close(Phrase("{rule}: explained, see {path}", rule=dated(rule), path=str(arguments.output)))
    return 0


def _write_pdf(arguments: argparse.Namespace, explanation: Any, contact: dict[str, str]) -> None:
    from tarifs_solidaires.people.writing import STANDARD, written_bytes

    checked_output(arguments.output)
    path = Path(STANDARD) if arguments.output is None else arguments.output
    if is_standard(path) and sys.stdout.isatty():
        from tarifs_solidaires.people.writing import table_error

        raise table_error(
            "terminal", "--output", "a PDF cannot be shown in a terminal", "name a file"
        )
    page = explanation.to_pdf(**contact)
    with written_bytes(path, never=rule_files(arguments, arguments.rule)) as file:
        file.write(page)


def _values(rule: Rule, given: list[str]) -> dict[str, object]:
    """Return the inputs that are given, each read as its kind has it: all faults at once."""
    import attrs

    from tarifs_solidaires.errors import Fault, InputError, nearest
    from tarifs_solidaires.people.cells import value_of
    from tarifs_solidaires.people.rows import listed_fault, mistaken

    known = {item.name: item for item in rule.inputs}
    faults: list[Fault] = []
    values: dict[str, object] = {}
    for name, text in pairs("--value", given, "age=30").items():
        item = known.get(name) or rule.all_inputs.get(name)
        if item is None:
            faults.append(
                Fault(code="unknown_input", input=name, where="--value", remedy=nearest(name, known),
                      template="{input} is not an input of this rule")
            )  # fmt: skip
            continue
        try:
            values[name] = value_of(item, text)
        except InputError as error:
            faults += error.errors
        why = mistaken(item, text, rule.on)
        if why is not None:
            faults.append(attrs.evolve(listed_fault(item, why, text, ()), where="--value"))
    if faults:
        raise InputError(*faults)
    return values
