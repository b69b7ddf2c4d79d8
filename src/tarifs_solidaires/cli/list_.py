"""``tarifs-solidaires list``."""

from __future__ import annotations

import argparse

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.cli.common import add_rules, fail, json_text, say
from tarifs_solidaires.cli.language import language_now

EXAMPLES = """\
tarifs-solidaires list
tarifs-solidaires list --rules my_rules --format json"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_rules(command)
    command.add_argument("--lang", help="language of the titles, where they have it")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="format of what is printed"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.errors import RuleError
    from tarifs_solidaires.rules.load import known_days, list_rules, read_rule

    status, rows = 0, []
    for name in list_rules(arguments.rules):
        try:
            file, _ = read_rule(name, arguments.rules)
        except RuleError as error:
            fail(Phrase("{fault}", fault=error.errors[0]))
            status = 1
            continue
        title, known = file.title.to(arguments.lang or language_now.get()), known_days(file)
        if arguments.format == "json":
            days = [{"from": str(first), "to": str(last)} for first, last in known]
            rows.append({"name": name, "known": days, "title": title})
        else:
            spans = Joined(
                [
                    Phrase("{first} to {last}", first=str(one), last=str(last))
                    for one, last in known
                ],
                "and",
            )
            say(Phrase("{name}  {spans}  {title}", name=name, spans=spans, title=title))
    if arguments.format == "json":
        say(json_text(rows))
    return status
