"""``charte-registry check``."""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs

from charte_registry.check import LANGUAGES, Checked, judge, rules_of
from charte_registry.exchange.sarif import to_sarif
from charte_registry.files import load_register
from charte_registry.publish.findings import to_text
from charte_registry.rules.finding import Finding


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("check", help="check a register; exit 1 where there are errors")
    command.add_argument("folder")
    command.add_argument(
        "--format",
        choices=("text", "json", "sarif"),
        default="text",
        help="sarif: for code forges; json: the findings that no derogation silences",
    )
    command.add_argument("--on", help="date at which the law is judged, YYYY-MM-DD")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the messages")
    command.add_argument(
        "--silenced", action="store_true", help="with json: those that derogations silence, and why"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    register = load_register(arguments.folder)
    checked = judge(register, arguments.on, arguments.lang)
    if arguments.format == "text":
        count = sum(len(records) for records in register.records.values())
        print(to_text(checked, count, arguments.lang), end="")
    elif arguments.format == "sarif":
        folder = _from_here(arguments.folder)
        log = to_sarif(
            checked,
            rules_of(register),
            folder=folder,
            version=version("charte-donnee"),
            lang=arguments.lang,
        )
        print(json.dumps(log, ensure_ascii=False, indent=2))
    else:
        print(json.dumps(_plain(checked, arguments.silenced), ensure_ascii=False, indent=2))
    return int(any(finding.severity == "error" for finding in checked.findings))


def _from_here(register: str) -> str:
    """Return the folder as SARIF readers want it: from where the command runs, else nothing."""
    path, here = Path(register).resolve(), Path.cwd()
    folder = path if path.is_dir() else path.parent
    if folder == here or not folder.is_relative_to(here):
        return ""
    return folder.relative_to(here).as_posix()


def _plain(checked: Checked, silenced: bool) -> list[dict[str, Any]]:
    if not silenced:
        return [_data(finding) for finding in checked.findings]
    return [
        _data(item.finding)
        | {"raison": item.raison, "jusqu_au": item.jusqu_au and item.jusqu_au.isoformat()}
        for item in checked.silenced
    ]


def _data(finding: Finding) -> dict[str, Any]:
    return attrs.asdict(finding, filter=lambda field, _: field.name != "lang")
