"""A made city on the disk, to try everything else on."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from prevision_cantine.cli.common import whole
from prevision_cantine.cli.language_option import add_language
from prevision_cantine.cli.terminal import close
from prevision_cantine.words.catalogue import sentence

if TYPE_CHECKING:
    from prevision_cantine.city.made_cities import MadeCity

FIRST = 2021  # year in which the past begins: after the closed spring and the limited places


def _commune(seed: int, years: int, canteens: int) -> MadeCity:
    from prevision_cantine.city.made_cities import make_commune

    return make_commune(seed, years, start=FIRST, canteens=canteens, reform=FIRST + years)


def _company(seed: int, years: int, canteens: int) -> MadeCity:
    from prevision_cantine.city.made_cities import make_company

    return make_company(seed, years, start=FIRST)


def _recife(seed: int, years: int, canteens: int) -> MadeCity:
    from prevision_cantine.city.made_cities import make_recife

    return make_recife(seed, years, start=FIRST, canteens=canteens)


def _montreal(seed: int, years: int, canteens: int) -> MadeCity:
    from prevision_cantine.city.made_cities import make_montreal

    return make_montreal(seed, years, start=FIRST, canteens=canteens)


KINDS: dict[str, Callable[[int, int, int], MadeCity]] = {
    "commune": _commune, "recife": _recife, "montreal": _montreal, "company": _company,
}  # fmt: skip

EXAMPLES = """\
prevision-cantine make-city city
prevision-cantine make-city city --kind recife --years 2 --seed 7"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    item.add_argument("folder", help="folder to write, new or empty")
    item.add_argument(
        "--kind", choices=tuple(KINDS), default="commune", help="kind of city to make"
    )
    item.add_argument("--years", type=whole, default=3, help="school years, from 2021 on")
    item.add_argument(
        "--canteens", type=whole, default=6,
        help="canteens; from 7 on, one opens late, one closes, two merge, one breaks its level",
    )  # fmt: skip
    item.add_argument("--seed", type=whole, default=0, help="the same seed makes the same city")
    item.add_argument(
        "--office", action="store_true", help="as the CSV files of an office, for import"
    )
    add_language(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.made_cities.office_files import to_office

    city = KINDS[arguments.kind](arguments.seed, arguments.years, arguments.canteens)
    if arguments.office:
        to_office(city, arguments.folder)
    else:
        city.to_folder(arguments.folder)
    last = max(city.column("frequentation.csv", "date"))
    close(sentence("report.made", arguments.lang, folder=arguments.folder, last=last))
    return 0
