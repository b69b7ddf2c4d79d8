"""``charte-registry report``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from charte_registry.files import write_text
from charte_registry.report import render_report
from charte_registry.storage import load_register


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("report", help="write the annual report as an HTML page")
    command.add_argument("folder")
    command.add_argument("--year", type=int, required=True)
    command.add_argument("--output", type=Path, required=True)
    command.add_argument("--lang", default="fr", help="fr, en or pt")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    page = render_report(load_register(arguments.folder), arguments.year, arguments.lang)
    write_text(arguments.output, page)
    print(f"report of {arguments.year} written, see {arguments.output}")
    return 0
