"""``tarifs-solidaires publish``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tarifs_solidaires.catalogue import Counted
from tarifs_solidaires.cli.common import add_rules, close

EXAMPLES = """\
tarifs-solidaires publish nantes/transport --output pages
tarifs-solidaires publish --all --output pages"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("rule", nargs="?", help="name such as nantes/transport, or a .toml file")
    which.add_argument("--all", action="store_true", help="all rules, with an index of territories")
    add_rules(command)
    command.add_argument(
        "--address",
        default="",
        help="address at which the pages will be published, for the record of the algorithm",
    )
    command.add_argument("--output", type=Path, required=True, help="folder to write")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.pages.folder import write_pages
    from tarifs_solidaires.pages.site import publish, publish_all

    folders, address = arguments.rules, arguments.address
    if arguments.all:
        pages = publish_all(folders=folders, address=address)
    else:
        pages = publish(arguments.rule, folders=folders, address=address)
    write_pages(pages, arguments.output)
    index = (arguments.output / "index.html").as_posix()
    close(Counted("{count:,} file written, see {path}", "{count:,} files written, see {path}",
                  len(pages), path=index))  # fmt: skip
    return 0
