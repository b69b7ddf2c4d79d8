"""``charte-registry indicators``."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Mapping
from typing import Any

EXAMPLES = """\
charte-registry indicators registre --year 2025
charte-registry indicators registre --year 2025 --format csv"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument("--year", type=int, required=True, help="civil year")
    command.add_argument(
        "--format", choices=("json", "csv"), default="json", help="format of what is printed"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files import load_register

    figures = load_register(arguments.folder).indicators(arguments.year)
    if arguments.format == "json":
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return 0
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["indicator", "value"])
    rows.writerows(_flat(figures))
    print(table.getvalue(), end="")
    return 0


def _flat(figures: Mapping[Any, Any], prefix: str = "") -> list[tuple[str, int]]:
    rows: list[tuple[str, int]] = []
    for name, value in figures.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", value))
    return rows
