"""``tarifs-solidaires conform``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.cli.common import add_beyond, add_rules, beyond_text, json_text, remark, say
from tarifs_solidaires.cli.language import language_now
from tarifs_solidaires.cli.streams import standard_streams

EXAMPLES = """\
tarifs-solidaires conform nantes/transport cases.csv --on 2020-10-01
tarifs-solidaires conform nantes/transport tests.yaml --map names.toml --format json"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument(
        "cases",
        type=Path,
        help=".csv file, or .yaml file of tests as OpenFisca has them; - for CSV on standard input",
    )
    command.add_argument("--on", help="day of the cases that give none, YYYY-MM-DD")
    command.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help=".toml file that maps their column names and values to inputs",
    )
    add_rules(command)
    add_beyond(command)
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="format of what is printed"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.conformance import conform

    with standard_streams(arguments):
        found = conform(
            arguments.rule, arguments.cases, on=arguments.on, mapping=arguments.map,
            beyond=arguments.beyond, folders=arguments.rules,
        )  # fmt: skip
    beyond = {verdict.last_known for verdict in found.verdicts if verdict.last_known}
    if beyond:
        remark(Phrase("{where}: {text}", where=found.rule, text=beyond_text(max(beyond))))
    lang = language_now.get()
    say(json_text(found.to_dict(lang)) if arguments.format == "json" else found.say(lang))
    return 0 if found.conforms else 1
