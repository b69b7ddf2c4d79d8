"""``charte-registry import-cnil``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from charte_registry.cli import importing
from charte_registry.exchange.importers.cnil import read_cnil


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "import-cnil", help="read a workbook that follows the CNIL's model into a register"
    )
    command.add_argument("workbook", type=Path, help="an .ods or .xlsx file")
    command.add_argument("folder", help="a new folder, or a register to add to")
    command.add_argument("--include-example", action="store_true", help="read the model's filled example too")  # fmt: skip
    command.add_argument("--responsable", metavar="NAME", help="the controller, where the workbook names a person or nobody")  # fmt: skip
    importing.add_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    found = read_cnil(
        arguments.workbook, include_example=arguments.include_example,
        responsable=arguments.responsable, limits=importing.limits(arguments),
    )  # fmt: skip
    return importing.write(arguments, arguments.workbook, found)
