"""``charte-registry public``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.files import load_register, save_register
from charte_registry.publish.public import public


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("public", help="write the public extract of a register")
    command.add_argument("folder")
    command.add_argument("output", type=Path, help="a new or an empty folder")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    register = public(load_register(arguments.folder))
    output = arguments.output
    # Never into a register that is there: it would lose its internal fields.
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise RegisterError(f"{output}: is there already; give a new or an empty folder")
    save_register(register, output, layout="csv")
    count = sum(len(records) for records in register.records.values())
    print(f"{count} records without their internal fields, see {output}")
    return 0
