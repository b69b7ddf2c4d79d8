"""``charte-registry schema``."""

from __future__ import annotations

import argparse
from pathlib import Path

from charte_registry.cli.language import said
from charte_registry.cli.terminal import close

EXAMPLES = """\
charte-registry schema --output schema
charte-registry schema --profile profil.toml --output schema"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--output", type=Path, required=True, help="new or empty folder")
    command.add_argument("--profile", help="profile of a territory, such as profil.toml")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files.whole import write_folder
    from charte_registry.profiles import load_profile
    from charte_registry.profiles.page import profile_files
    from charte_registry.schema import schema_files

    profile = arguments.profile
    files = schema_files() if profile is None else profile_files(load_profile(profile))
    write_folder(arguments.output, {name: text.encode() for name, text in files.items()})
    close(said("schema", count=len(files), path=arguments.output / "README.md"))
    return 0
