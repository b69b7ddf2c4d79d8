"""Public and school holidays for the calendar of a city's folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.calendar.school_calendar import ZONES
from prevision_cantine.cli.common import add_folder, add_format, is_json, print_json
from prevision_cantine.cli.language_option import add_language

EXAMPLES = """\
prevision-cantine calendar FOLDER --country FR --zone B
prevision-cantine calendar FOLDER --country CA --subdivision QC --breaks breaks.csv
prevision-cantine calendar FOLDER --country FR --zone B --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    item.add_argument("--country", required=True, help="code of two letters, such as FR")
    item.add_argument("--zone", choices=ZONES, help="zone of France, for its school holidays")
    item.add_argument("--subdivision", help="province or state, such as QC")
    item.add_argument("--from", dest="start", type=int, metavar="YEAR", help="first civil year")
    item.add_argument("--to", dest="end", type=int, metavar="YEAR", help="last civil year")
    item.add_argument("--breaks", type=Path, help="CSV file of school holidays: du, au, nom")
    add_language(item)
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.make_calendar import make_calendar

    report = make_calendar(
        arguments.folder, country=arguments.country, zone=arguments.zone,
        subdivision=arguments.subdivision, start=arguments.start, end=arguments.end,
        breaks=arguments.breaks, lang=arguments.lang,
    )  # fmt: skip
    if is_json(arguments):
        print_json(report.to_dict())
    else:
        print(report.to_text(arguments.lang))
    return 0
