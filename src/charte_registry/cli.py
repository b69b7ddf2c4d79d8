"""The command line ``charte-registry``."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import attrs

from charte_registry.errors import RegisterError
from charte_registry.register import load_register
from charte_registry.report import render_report


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: error: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 1 where there are errors in the register, 2 where it cannot."""
    try:
        arguments = _parser().parse_args(argv)
        status: int = arguments.run(arguments)
    except RegisterError as error:
        print(f"charte-registry: error: {error}", file=sys.stderr)
        return 2
    except SystemExit as stop:
        return int(stop.code or 0)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="charte-registry", description="The register of a data charter.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("check", help="check a register; exit 1 where there are errors")
    command.add_argument("folder")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--on", help="date at which the law is judged, YYYY-MM-DD")
    command.set_defaults(run=_check)

    command = commands.add_parser("indicators", help="the figures of a year")
    command.add_argument("folder")
    command.add_argument("--year", type=int, required=True)
    command.add_argument("--format", choices=("json", "csv"), default="json")
    command.set_defaults(run=_indicators)

    command = commands.add_parser("report", help="write the annual report as an HTML page")
    command.add_argument("folder")
    command.add_argument("--year", type=int, required=True)
    command.add_argument("--output", type=Path, required=True)
    command.add_argument("--lang", default="fr", help="fr, en or pt")
    command.set_defaults(run=_report)
    return parser


def _check(arguments: argparse.Namespace) -> int:
    register = load_register(arguments.folder)
    findings = register.check(arguments.on)
    errors = sum(f.severity == "error" for f in findings)
    if arguments.format == "json":
        print(json.dumps([attrs.asdict(f) for f in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(finding)
        count = sum(len(records) for records in register.records.values())
        print(f"{count} records, {errors} errors, {len(findings) - errors} other findings")
    return 1 if errors else 0


def _indicators(arguments: argparse.Namespace) -> int:
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


def _report(arguments: argparse.Namespace) -> int:
    page = render_report(load_register(arguments.folder), arguments.year, arguments.lang)
    _write(arguments.output, page)
    print(f"report of {arguments.year} written, see {arguments.output}")
    return 0


def _write(path: Path, text: str) -> None:
    """Write a file that takes its name only once it is complete."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RegisterError(
            f"{path}: cannot be written ({error.strerror}); check the path"
        ) from None
