"""What each supplier delivers."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import add_folder, add_format, is_json, print_json, see, writes
from prevision_cantine.cli.language_option import add_language

EXAMPLES = """\
prevision-cantine ingredients FOLDER --order order.csv --portions portions.csv
prevision-cantine ingredients FOLDER --order order.csv --portions portions.csv --menu dishes.csv --output purchases.csv
prevision-cantine ingredients FOLDER --order order.csv --portions portions.csv --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    item.add_argument("--order", type=Path, required=True, help="CSV file written by order")
    item.add_argument(
        "--portions", type=Path, required=True,
        help="CSV file: plat, produit, fournisseur, type_site, quantite, unite",
    )  # fmt: skip
    item.add_argument(
        "--menu", type=Path, help="CSV file of dishes: date, rang, plat; by default those of the city"
    )  # fmt: skip
    add_language(item)
    writes(item)
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.dishes import load_dishes, load_menu
    from prevision_cantine.city.load import load_city
    from prevision_cantine.decide.ingredients import ingredients, load_portions
    from prevision_cantine.decide.ordering import load_order

    city = load_city(arguments.folder)
    dishes = load_menu(arguments.menu) if arguments.menu else load_dishes(arguments.folder)
    found = ingredients(
        load_order(arguments.order, city), dishes, load_portions(arguments.portions)
    )
    if arguments.output is not None:
        found.to_csv(arguments.output)
    if is_json(arguments):
        print_json(found.to_dict())
    else:
        print(found.to_text(arguments.lang))
    see(arguments)
    return 0
