"""Files of an office, in whatever layout, to the folder of a city."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import add_format, is_json, print_json
from prevision_cantine.cli.language_option import add_language

EXAMPLES = """\
prevision-cantine import counts.xlsx menus.csv FOLDER
prevision-cantine import counts.xlsx FOLDER --propose mapping.toml --report left.json
prevision-cantine import counts.xlsx menus.csv FOLDER --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    item.add_argument("files", nargs="+", metavar="FILE", help="XLSX, ODS, XLS or CSV file")
    item.add_argument("folder", metavar="FOLDER", help="folder of the city to write")
    item.add_argument("--mapping", type=Path, help="mapping file to follow, corrected by hand")
    item.add_argument("--propose", type=Path, help="mapping file to write: what was understood")
    item.add_argument("--report", type=Path, help="JSON file of every cell that was not taken")
    item.add_argument("--replace", action="store_true", help="replace existing files")
    add_language(item)
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 2 where something is asked before the folder can be written."""
    from prevision_cantine.city.office.importing import import_office
    from prevision_cantine.city.office.messages import OfficeError
    from prevision_cantine.files.csv_file import write_text

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
    if is_json(arguments):
        print_json(report.to_dict(lang))
    else:
        print(report.to_text(lang))
    return 2 if report.questions else 0
