"""``charte-registry schema``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from charte_registry.files import write_folder
from charte_registry.schema import schema_files


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("schema", help="write the schema of the records into a folder")
    command.add_argument("--output", type=Path, required=True, help="new or empty folder")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    files = schema_files()
    write_folder(arguments.output, {name: text.encode() for name, text in files.items()})
    print(f"{len(files)} files of the schema written, see {arguments.output / 'README.md'}")
    return 0
