"""What a folder holds, and what was left out."""

from __future__ import annotations

import argparse

from prevision_cantine.cli.common import add_folder

EXAMPLES = """\
prevision-cantine inspect FOLDER
prevision-cantine inspect FOLDER --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    item.add_argument(
        "--format", choices=("text", "json"), default="text", help="of what is printed"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.city.load_report import load_report

    report = load_report(load_city(arguments.folder))
    lang = arguments.lang
    print(report.to_json(lang) if arguments.format == "json" else report.to_text(lang))
    return 0
