"""The effect of each level of each term."""

from __future__ import annotations

import argparse
from pathlib import Path

from prevision_cantine.cli.common import (
    add_folder,
    add_format,
    add_learning,
    fitted,
    is_json,
    print_json,
    see,
    writes,
)

EXAMPLES = """\
prevision-cantine effects FOLDER --until 2024-04-21
prevision-cantine effects FOLDER --model model.zip --output effects.csv --picture effects.svg
prevision-cantine effects FOLDER --model model.zip --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    add_learning(item, span=False)
    writes(item, what="CSV file of all effects, those of types and canteens too")
    item.add_argument("--picture", type=Path, help="picture to write, .png, .svg or .pdf")
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.model.effects import EVERYWHERE
    from prevision_cantine.say.figures import plot_effects, save

    forecaster = fitted(arguments, load_city(arguments.folder))
    effects = forecaster.effects()
    if arguments.output is not None:
        effects.to_csv(arguments.output, arguments.lang)
    if arguments.picture is not None:
        save(plot_effects(effects, lang=arguments.lang), arguments.picture)
    shown = effects.select(scope=EVERYWHERE)
    if is_json(arguments):
        print_json(shown.to_dict(arguments.lang))
    else:
        print(shown.to_text(arguments.lang))
    see(arguments)
    return 0
