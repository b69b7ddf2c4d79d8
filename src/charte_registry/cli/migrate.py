"""``charte-registry migrate``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import attrs

from charte_registry.cli.language import said
from charte_registry.cli.terminal import close
from charte_registry.schema.versions import VERSION, VERSIONS

EXAMPLES = """\
charte-registry migrate registre_0.3 --output registre"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument("--output", type=Path, required=True, help="new or empty folder")
    command.add_argument(
        "--from",
        dest="version",
        choices=VERSIONS,
        help="version of the register, where its manifest does not say it",
    )
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="format of what is printed"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.migrations.folder import migrate_folder

    remarks = migrate_folder(arguments.folder, arguments.output, version=arguments.version)
    if arguments.format == "json":
        rows = [{**attrs.asdict(remark), "lost": remark.lost} for remark in remarks]
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return 0
    for remark in remarks:
        print(remark)
    lost = sum(remark.lost for remark in remarks)
    others = len(remarks) - lost
    close(said("migrated", version=VERSION, lost=lost, others=others, path=arguments.output))
    return 0
