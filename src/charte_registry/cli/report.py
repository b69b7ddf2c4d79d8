"""``charte-registry report``."""

from __future__ import annotations

import argparse
from pathlib import Path

from charte_registry.cli.dates import judged_on
from charte_registry.cli.language import said
from charte_registry.cli.terminal import close
from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.messages import LANGUAGES

MAX_BYTES = 2_000_000  # of a diagram

EXAMPLES = """\
charte-registry report registre --year 2025 --output report.html
charte-registry report registre --year 2025 --output report.html --lang en --previous HEAD~1:registre"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument("--year", type=int, required=True, help="civil year")
    command.add_argument(
        "--output", type=Path, required=True, help="HTML file to write; - to print it"
    )
    command.add_argument(
        "--on", help="date at which the law is judged, YYYY-MM-DD; today by default"
    )
    command.add_argument("--lang", default="fr", choices=LANGUAGES, help="language of the page")
    command.add_argument(
        "--previous", metavar="FOLDER",
        help="the register of the year before, or REVISION:FOLDER: the page tells what changed",
    )  # fmt: skip
    command.add_argument(
        "--diagram", action="append", default=[], metavar="ID=FILE.svg",
        help="diagram of an algorithm, by its identifier",
    )  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files import load_register
    from charte_registry.files.revisions import load_revision
    from charte_registry.files.whole import write_text
    from charte_registry.publish.report import render_report

    page = render_report(
        load_register(arguments.folder),
        arguments.year,
        arguments.lang,
        on=judged_on(arguments.on),
        previous=load_revision(arguments.previous) if arguments.previous else None,
        diagrams=dict(map(_diagram, arguments.diagram)),
    )
    write_text(arguments.output, page)
    close(said("report", year=arguments.year, path=arguments.output))
    return 0


def _diagram(given: str) -> tuple[str, str]:
    name, sign, path = given.partition("=")
    if not sign:
        raise RegisterError("diagram_form", where="--diagram", value=given)
    try:
        text = read_bytes(path, Limits(file_bytes=MAX_BYTES)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RegisterError("not_utf8", where=path, position=error.start) from None
    if "<svg" not in text:
        raise RegisterError("not_svg", where=path)
    return name, text
