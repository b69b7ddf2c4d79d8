"""``tarifs-solidaires list``."""

from __future__ import annotations

import argparse

from tarifs_solidaires.cli.common import add_rules, complain, json_text, say

EXAMPLES = """\
tarifs-solidaires list
tarifs-solidaires list --rules my_rules --format json"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_rules(command)
    command.add_argument("--lang", default="en", help="language of the titles, where they have it")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="of what is printed"
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
            complain(f"error: {error.errors[0]}")
            status = 1
            continue
        title, known = file.title.to(arguments.lang), known_days(file)
        if arguments.format == "json":
            days = [{"from": str(first), "to": str(last)} for first, last in known]
            rows.append({"name": name, "known": days, "title": title})
        else:
            spans = " and ".join(f"{first} to {last}" for first, last in known)
            say(f"{name}  {spans}  {title}")
    if arguments.format == "json":
        say(json_text(rows))
    return status
