"""``charte-registry diff``."""

from __future__ import annotations

import argparse
import json

import attrs

from charte_registry.cli.language import language_now
from charte_registry.messages import LANGUAGES

EXAMPLES = """\
charte-registry diff registre_2024 registre_2025
charte-registry diff HEAD~1:registre registre --format json"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("old", help="a folder, or REVISION:FOLDER of the git repository")
    command.add_argument("new", help="the same, to compare with the old one")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="format of what is printed"
    )
    command.add_argument(
        "--lang",
        default=language_now.get(),
        choices=LANGUAGES,
        help="language of the changes; by default that of the environment, or else en",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.difference import count_told, diff
    from charte_registry.files.revisions import load_revision

    changes = diff(load_revision(arguments.old), load_revision(arguments.new))
    if arguments.format == "json":
        print(json.dumps([attrs.asdict(c) for c in changes], ensure_ascii=False, indent=2))
    else:
        for change in changes:
            print(change.told(arguments.lang))
        print(count_told(len(changes), arguments.lang))
    return 0
