"""``charte-registry check``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import attrs

from charte_registry.storage import load_register


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("check", help="check a register; exit 1 where there are errors")
    command.add_argument("folder")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--on", help="date at which the law is judged, YYYY-MM-DD")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    register = load_register(arguments.folder)
    findings = register.check(arguments.on)
    errors = sum(f.severity == "error" for f in findings)
    if arguments.format == "json":
        print(json.dumps([attrs.asdict(f) for f in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(finding)
        count = sum(len(records) for records in register.records.values())
        print(f"{count} records, {errors} errors, {len(findings) - errors} other findings")
    return 1 if errors else 0
