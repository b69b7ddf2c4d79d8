"""``charte-registry migrate``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from charte_registry.migrations.folder import migrate_folder
from charte_registry.schema.versions import VERSION, VERSIONS


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "migrate", help=f"write a register of an earlier version as one of {VERSION}"
    )
    command.add_argument("folder")
    command.add_argument("--output", type=Path, required=True, help="new or empty folder")
    command.add_argument(
        "--from",
        dest="version",
        choices=VERSIONS,
        help="version of the register, where its manifest does not say it",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    remarks = migrate_folder(arguments.folder, arguments.output, version=arguments.version)
    for remark in remarks:
        print(remark)
    lost = sum(remark.lost for remark in remarks)
    print(
        f"register of {VERSION} written, {lost} things lost, {len(remarks) - lost} to look at, "
        f"see {arguments.output}"
    )
    return 0
