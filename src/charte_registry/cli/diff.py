"""``charte-registry diff``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import attrs

from charte_registry.diff import count_told, diff
from charte_registry.files.revisions import load_revision


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("diff", help="what changed between two registers, by meaning")
    command.add_argument("old", help="a folder, or REVISION:FOLDER of the git repository")
    command.add_argument("new", help="likewise")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--lang", default="en", choices=("fr", "en", "pt"))
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    changes = diff(load_revision(arguments.old), load_revision(arguments.new))
    if arguments.format == "json":
        print(json.dumps([attrs.asdict(c) for c in changes], ensure_ascii=False, indent=2))
    else:
        for change in changes:
            print(change.told(arguments.lang))
        print(count_told(len(changes), arguments.lang))
    return 0
