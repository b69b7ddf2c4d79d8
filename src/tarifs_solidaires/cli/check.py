"""``tarifs-solidaires check``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.cli.common import add_rules, json_text, say, shown
from tarifs_solidaires.cli.language import language_now
from tarifs_solidaires.cli.terminal import RED, YELLOW, coloured

SEVERITIES = ("error", "warning")
WORDS = {"error": Phrase("error"), "warning": Phrase("warning")}

EXAMPLES = """\
tarifs-solidaires check villeneuve/cantine.toml
tarifs-solidaires check villeneuve/cantine.toml --strict --format json"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument(
        "names",
        nargs="+",
        metavar="FILE",
        help=".toml file, or name of a rule; - for a file on standard input",
    )
    add_rules(command)
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="format of what is printed"
    )
    command.add_argument("--strict", action="store_true", help="count warnings as errors")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.rules.check import check_rule, check_text
    from tarifs_solidaires.rules.finding import summary

    more = {"folders": arguments.rules} if arguments.rules else {}
    found = {
        name: list(check_text(sys.stdin.read(), name, **more) if name == "-" else check_rule(name, **more))
        for name in dict.fromkeys(arguments.names)
    }  # fmt: skip
    if arguments.format == "json":
        say(
            json_text(
                [
                    {"file": n, **one.to_dict(language_now.get())}
                    for n, all_ in found.items()
                    for one in all_
                ]
            )
        )
    else:
        for name, findings in found.items():
            for one in findings:
                print(_line(name, one))
            found_ = summary(findings) if findings else Phrase("nothing is wrong")
            say(Phrase("{where}: {text}", where=name, text=found_))
    failing = SEVERITIES if arguments.strict else SEVERITIES[:1]
    return int(any(one.severity in failing for findings in found.values() for one in findings))


def _line(name: str, finding: Any) -> str:
    severity = coloured(
        shown(WORDS[finding.severity]), RED if finding.severity == "error" else YELLOW
    )
    text = Phrase("{severity}: {text}", severity=severity, text=shown(finding.text))
    return f"{shown(name)}:{finding.line or 1}: {text.say(language_now.get())}"
