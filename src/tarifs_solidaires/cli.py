"""The command line ``tarifs-solidaires``."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from tarifs_solidaires.errors import InputError, TarifError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.rule_file import list_rules, load_rule, read_rule
from tarifs_solidaires.tables import FLAGS, compute_table, read_csv, written


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: error: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 where it is done, 2 where it cannot be."""
    try:
        arguments = _parser().parse_args(argv)
        status: int = arguments.run(arguments)
    except TarifError as error:
        print(f"tarifs-solidaires: error: {error}", file=sys.stderr)
        return 2
    except SystemExit as stop:
        return int(stop.code or 0)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tarifs-solidaires", description="Solidarity tariffs, computed and explained."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("list", help="the rules that ship with the package")
    command.set_defaults(run=_list)

    command = commands.add_parser("compute", help="compute a rule for a CSV file")
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    command.add_argument(
        "--input", required=True, type=Path, help="CSV file, a row a person or household"
    )
    command.add_argument("--output", required=True, type=Path, help="CSV file to write")
    command.add_argument(
        "--keep", action="append", default=[], help="another column to carry through"
    )
    command.set_defaults(run=_compute)

    command = commands.add_parser("explain", help="explain one result")
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    command.add_argument(
        "--value", action="append", default=[], metavar="NAME=VALUE", help="one input"
    )
    command.add_argument("--lang", default="fr", help="fr, en or pt")
    command.add_argument("--format", choices=("text", "html"), default="text")
    command.add_argument("--contact", help="where the authority can be reached, for the notice")
    command.add_argument("--output", type=Path, help="file to write instead of printing")
    command.set_defaults(run=_explain)

    command = commands.add_parser("draw", help="draw, describe or export a rule")
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    command.add_argument("--format", choices=("svg", "mermaid", "markdown", "dmn"), default="svg")
    command.add_argument("--lang", default="fr", help="fr, en or pt")
    command.add_argument("--output", required=True, type=Path, help="file to write")
    command.set_defaults(run=_draw)
    return parser


def _list(_: argparse.Namespace) -> int:
    for name in list_rules():
        rule = read_rule(name)
        last = rule.versions[-1].valid_to
        print(f"{name}  {rule.versions[0].valid_from} to {last}  {rule.title['en']}")
    return 0


def _compute(arguments: argparse.Namespace) -> int:
    rule = load_rule(arguments.rule, on=arguments.on)
    table = read_csv(arguments.input)
    with written(arguments.output) as file:
        rows = csv.writer(file, delimiter=table.delimiter, lineterminator="\n")
        rows.writerows(compute_table(rule, table, arguments.keep))
    print(f"{rule.name} on {arguments.on}: {len(table.rows)} rows computed, see {arguments.output}")
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    rule = load_rule(arguments.rule, on=arguments.on)
    values: dict[str, Any] = dict(_value(text) for text in arguments.value)
    explanation = rule.compute(**values).explain(lang=arguments.lang)
    text = explanation.to_html(arguments.contact) if arguments.format == "html" else explanation
    if arguments.output is None:
        print(text)
        return 0
    with written(arguments.output) as file:
        file.write(text + "\n")
    print(f"{rule.name} on {arguments.on}: explained, see {arguments.output}")
    return 0


def _draw(arguments: argparse.Namespace) -> int:
    rule = load_rule(arguments.rule, on=arguments.on)
    text: str = getattr(rule, f"to_{arguments.format}")(arguments.lang)
    with written(arguments.output) as file:
        file.write(text)
    print(f"{rule.name} on {arguments.on}: {arguments.format}, see {arguments.output}")
    return 0


def _value(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--value {text}: write NAME=VALUE, such as quotient_familial=420")
    if name not in INPUTS:
        raise InputError(f"--value {text}: {name!r} is no input; {nearest(name, INPUTS)}")
    kind = INPUTS[name].kind
    if kind == "commune":
        return name, value
    if kind == "flag":
        if value.lower() not in FLAGS:
            raise InputError(f"--value {text}: write 1 or 0")
        return name, FLAGS[value.lower()]
    try:
        return name, float(value)
    except ValueError:
        raise InputError(f"--value {text}: {value!r} is no number ({INPUTS[name].unit})") from None
