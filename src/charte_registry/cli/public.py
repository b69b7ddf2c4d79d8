"""``charte-registry public``."""

from __future__ import annotations

import argparse
from pathlib import Path

from charte_registry.cli.language import said
from charte_registry.cli.terminal import close
from charte_registry.errors import RegisterError

EXAMPLES = """\
charte-registry public registre registre_public"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument("output", type=Path, help="a new or empty folder")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files import load_register, save_register
    from charte_registry.publish.public import public

    register = public(load_register(arguments.folder))
    output = arguments.output
    # Never into a register that is there: it would lose its internal fields.
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise RegisterError("output_exists", where=output)
    save_register(register, output, layout="csv")
    count = sum(len(records) for records in register.records.values())
    close(said("public", count=count, path=output))
    return 0
