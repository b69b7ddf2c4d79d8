"""What a folder holds, and what was left out."""

from __future__ import annotations

import argparse

from prevision_cantine.cli.common import add_folder, add_format, is_json, print_json

EXAMPLES = """\
prevision-cantine inspect FOLDER
prevision-cantine inspect FOLDER --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.city.load_report import load_report
    from prevision_cantine.model.terms import default_terms

    city = load_city(arguments.folder)
    default_terms(city)  # a term of ville.toml that cannot be is told here, before any forecast
    report = load_report(city)
    lang = arguments.lang
    if is_json(arguments):
        print_json(report.to_dict(lang))
    else:
        print(report.to_text(lang))
    return 0
