"""``tarifs-solidaires check``."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from tarifs_solidaires.cli.common import add_rules, json_text, say

SEVERITIES = ("error", "warning")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "check", help="say everything that is wrong in a rule file; exit 1 where there are errors"
    )
    command.add_argument("names", nargs="+", metavar="FILE", help=".toml file, or name of a rule")
    add_rules(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--strict", action="store_true", help="count warnings as errors")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.rules.check import check_rule

    more = {"folders": arguments.rules} if arguments.rules else {}
    found = {name: list(check_rule(name, **more)) for name in arguments.names}
    if arguments.format == "json":
        say(json_text([{"file": n, **one.to_dict()} for n, all_ in found.items() for one in all_]))
    else:
        for name, findings in found.items():
            for one in findings:
                say(_line(name, one))
            count = Counter(one.severity for one in findings)
            numbers = ", ".join(f"{n} {word}{'s' * (n != 1)}" for word, n in count.items())
            say(f"{name}: {numbers or 'nothing is wrong'}")
    failing = SEVERITIES if arguments.strict else SEVERITIES[:1]
    return int(any(one.severity in failing for findings in found.values() for one in findings))


def _line(name: str, finding: Any) -> str:
    where = f"{finding.where}: " if finding.where else ""
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{name}:{finding.line or 1}: {finding.severity}: {where}{finding.message}{remedy}"
