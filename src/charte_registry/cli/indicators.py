"""``charte-registry indicators``."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from charte_registry.files import load_register


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("indicators", help="the figures of a year")
    command.add_argument("folder")
    command.add_argument("--year", type=int, required=True)
    command.add_argument("--format", choices=("json", "csv"), default="json")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
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
