"""The command ``import``: files of an office to the folder of a city."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prevision_cantine.csv_file import write_text
from prevision_cantine.language import LANGUAGES

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[Any]


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Add the command to a command line.

    Parameters
    ----------
    subparsers : argparse subparsers
        What ``ArgumentParser.add_subparsers`` returns.

    Returns
    -------
    ArgumentParser
        Its parser, whose default ``run`` is ``run``.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> _ = add_parser(parser.add_subparsers())
    >>> parser.parse_args(["import", "a.xlsx", "b.csv", "ville"]).folder
    'ville'
    """
    text = "write the folder of a city from the workbooks and CSV files of an office"
    item: argparse.ArgumentParser = subparsers.add_parser(
        "import", help=text, description=text[:1].upper() + text[1:] + "."
    )
    item.add_argument("files", nargs="+", metavar="FILE", help="XLSX, ODS, XLS or CSV file")
    item.add_argument("folder", metavar="FOLDER", help="folder of the city to write")
    item.add_argument("--mapping", type=Path, help="mapping file to follow, corrected by hand")
    item.add_argument("--propose", type=Path, help="mapping file to write: what was understood")
    item.add_argument("--report", type=Path, help="JSON file of every cell that was not taken")
    item.add_argument("--replace", action="store_true", help="replace files that are there")
    item.add_argument(
        "--lang", choices=LANGUAGES, default="fr", help="language of the words, fr by default"
    )
    item.set_defaults(run=run)
    return item


def run(arguments: argparse.Namespace) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        As the parser gives them.

    Returns
    -------
    int
        0 where the folder is written, 2 where something is asked first.

    Raises
    ------
    CantineError
        As ``import_office``, and where a file cannot be written.
    """
    from prevision_cantine.city.office.importing import import_office
    from prevision_cantine.city.office.messages import OfficeError

    lang, inputs = arguments.lang, [Path(name).resolve() for name in arguments.files]
    inputs += [arguments.mapping.resolve()] if arguments.mapping else []
    for path in (arguments.propose, arguments.report):
        if path is None:
            continue
        if path.resolve() in inputs or (path.exists() and not arguments.replace):
            raise OfficeError("exists", lang, file=path)
        if not path.parent.is_dir():
            raise OfficeError("not_a_folder", lang, file=path.parent)
    report = import_office(
        arguments.files, arguments.folder, mapping=arguments.mapping, lang=lang,
        replace=arguments.replace,
    )  # fmt: skip
    if arguments.propose is not None:
        write_text(arguments.propose, report.mapping(lang))
    if arguments.report is not None:
        write_text(arguments.report, report.to_json(lang))
    print(report.to_text(lang))  # noqa: T201
    return 2 if report.questions else 0
