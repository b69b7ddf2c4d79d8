"""``charte-registry schema``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from charte_registry.files.whole import write_folder
from charte_registry.profiles import load_profile
from charte_registry.profiles.page import profile_files
from charte_registry.schema import schema_files


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("schema", help="write the schema of the records into a folder")
    command.add_argument("--output", type=Path, required=True, help="new or empty folder")
    command.add_argument("--profile", help="profile of a territory, such as profil.toml")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    profile = arguments.profile
    files = schema_files() if profile is None else profile_files(load_profile(profile))
    write_folder(arguments.output, {name: text.encode() for name, text in files.items()})
    print(f"{len(files)} files of the schema written, see {arguments.output / 'README.md'}")
    return 0
