"""Choose the settings of the model on forecasts of the city's own past."""

from __future__ import annotations

import argparse

from prevision_cantine.cli.common import (
    LEAD_DAYS,
    add_folder,
    add_format,
    add_lead_days,
    is_json,
    number,
    print_json,
    writes,
)
from prevision_cantine.cli.language_option import add_language

EXAMPLES = """\
prevision-cantine settings FOLDER --until 2024-04-21 --output settings.toml
prevision-cantine settings FOLDER --until 2024-04-21 --step week --seconds 60 --output settings.toml
prevision-cantine settings FOLDER --until 2024-04-21 --output settings.toml --format json"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    item.add_argument("--until", required=True, help="last day of the data used, YYYY-MM-DD")
    add_lead_days(item)
    item.add_argument(
        "--step", choices=("period", "week"), default="period",
        help="what is forecast at once: a teaching period, or a week; period by default",
    )  # fmt: skip
    item.add_argument(
        "--seconds", type=number,
        help="time after which no further setting is tried; 300 by default",
    )  # fmt: skip
    add_language(item)
    add_format(item)
    writes(
        item, required=True, what="TOML file to write, for --settings of the commands that learn"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.calendar.days import to_day
    from prevision_cantine.city.load import load_city
    from prevision_cantine.model.choice import save_choice
    from prevision_cantine.model.choosing import SECONDS, choose_settings
    from prevision_cantine.model.forecaster import CanteenForecaster
    from prevision_cantine.say.chosen import choice_to_text

    lead_days = LEAD_DAYS if arguments.lead_days is None else arguments.lead_days
    start = CanteenForecaster(lead_days=lead_days, step=arguments.step)
    choice = choose_settings(
        load_city(arguments.folder),
        to_day(arguments.until),
        forecaster=start,
        seconds=SECONDS if arguments.seconds is None else arguments.seconds,
    )
    save_choice(choice, arguments.output)
    if is_json(arguments):
        print_json(choice.to_dict())
    else:
        print(choice_to_text(choice, arguments.lang, file=arguments.output))
    return 0
