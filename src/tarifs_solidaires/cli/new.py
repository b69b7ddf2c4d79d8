"""``tarifs-solidaires new``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tarifs_solidaires.catalogue import Counted, system_reason
from tarifs_solidaires.cli.common import close, is_standard, say

EXAMPLES = """\
tarifs-solidaires new villeneuve/cantine --shape formula --lang fr --lang en
tarifs-solidaires new villeneuve/cantine --output -"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("name", help="TERRITORY/SCHEME, such as villeneuve/transport")
    command.add_argument("--shape", help="table, formula, scale or best")
    command.add_argument(
        "--currency", help="currency of its amounts, as its three-letter code; by default, EUR"
    )
    command.add_argument(
        "--lang", action="append", default=[], help="language of its texts; can be repeated"
    )
    command.add_argument(
        "--rules", type=Path, metavar="FOLDER", default=Path(),
        help="folder in which TERRITORY/SCHEME.toml is made",
    )  # fmt: skip
    command.add_argument("--output", type=Path, help="file to write instead; - to print it")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.writing import table_error, written
    from tarifs_solidaires.rules.skeleton import new_rule

    options: dict[str, Any] = {"languages": tuple(arguments.lang)} if arguments.lang else {}
    options |= {"shape": arguments.shape} if arguments.shape else {}
    options |= {"currency": arguments.currency} if arguments.currency else {}
    text: str = new_rule(arguments.name, **options)
    path = arguments.output or arguments.rules / f"{arguments.name}.toml"
    if is_standard(path):
        say(text, end="")
        return 0
    if path.exists() or path.is_symlink():
        raise table_error(
            "exists", path, "already exists, and is not overwritten", "choose another --output"
        )
    if arguments.output is None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise table_error("not_written", path.parent, "cannot be made ({reason})",
                              "check the folder", reason=system_reason(error)) from None  # fmt: skip
    with written(path) as file:
        file.write(text)
    places = text.count('"TODO: ')
    close(
        Counted(
            "{path} written, {count:,} place to fill in, marked TODO",
            "{path} written, {count:,} places to fill in, each marked TODO", places,
            path=path.as_posix(),
        )
    )  # fmt: skip
    return 0
