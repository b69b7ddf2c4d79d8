"""What a change makes."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prevision_cantine.cli.common import (
    add_folder,
    add_format,
    add_learning,
    fitted,
    is_json,
    number_in,
    print_json,
    see,
    writes,
)
from prevision_cantine.errors import ForecastError
from prevision_cantine.words.catalogue import Phrase

if TYPE_CHECKING:
    from prevision_cantine.city.builder import Span
    from prevision_cantine.city.city import City
    from prevision_cantine.decide.changes import Day
    from prevision_cantine.decide.scenario import Scenario

EXAMPLES = """\
prevision-cantine what-if FOLDER --from 2024-05-13 --to 2024-05-24 --strike 2024-05-14
prevision-cantine what-if ... --event 'São João=2024-06-24' --variable 'temperature=2024-06-24=31'
prevision-cantine what-if ... --close 2024-05-10 --open 2024-05-15 --close 'Zola=2024-05-16'
prevision-cantine what-if ... --scenario strike.toml --format json
(order --help shows such a file; order --scenario turns it into an order)"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item)
    add_learning(item)
    item.add_argument("--strike", nargs="+", default=[], metavar="DAY", help="announced strikes")
    item.add_argument("--holiday", nargs="+", default=[], metavar="DAY", help="new public holidays")
    item.add_argument(
        "--open", nargs="+", default=[], metavar="[CANTEEN=]DAY",
        help="days with meals that the calendar does not have, for all canteens or for one",
    )  # fmt: skip
    item.add_argument(
        "--close",
        nargs="+",
        default=[],
        metavar="[CANTEEN=]DAY",
        help="days without meals, for all canteens or for one",
    )
    item.add_argument("--menu", type=Path, help="CSV file of dishes: date, rang, plat")
    item.add_argument(
        "--enrolment", nargs="+", default=[], metavar="CANTEEN=FACTOR",
        help="such as 'AMPERE=1.1', or '*=0.95' for every canteen",
    )  # fmt: skip
    item.add_argument(
        "--absence", nargs="+", default=[], metavar="CANTEEN=DAY=PUPILS",
        help="pupils who will be away, such as 'AMPERE=2017-05-04=40'",
    )  # fmt: skip
    item.add_argument(
        "--event", nargs="+", default=[], metavar="NAME=DAY",
        help="days of an event or observance that calendrier.csv names, such as 'neige=2024-02-06'",
    )  # fmt: skip
    item.add_argument(
        "--variable", nargs="+", default=[], metavar="NAME=DAY=VALUE",
        help="values of a variable that variables.csv names, such as 'temperature=2024-06-24=31'",
    )  # fmt: skip
    item.add_argument(
        "--scenario", type=Path, metavar="FILE", help="TOML file of changes, beside the options"
    )
    writes(item)
    add_format(item)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.decide.difference import what_if
    from prevision_cantine.decide.scenario_file import load_scenario

    city = load_city(arguments.folder)
    scenario = _scenario(arguments)
    if arguments.scenario is not None:
        scenario = load_scenario(arguments.scenario, city).joined(scenario)
    _check(city, scenario)
    forecaster = fitted(arguments, city)
    change = what_if(forecaster, city, scenario, arguments.start, arguments.end)
    if arguments.output is not None:
        change.to_csv(arguments.output)
    past = forecaster.fitted_.strikes if scenario.has_strike else None
    if is_json(arguments):
        print_json(change.to_dict() | {"past_strikes": past and past.to_dict()})
    else:
        print(change.to_text(arguments.lang))
        if past is not None:
            print(f"\n{past.to_text(arguments.lang)}")
    see(arguments)
    return 0


def _check(city: City, scenario: Scenario) -> None:
    """Refuse what cannot be applied before anything is learned."""
    scenario.apply(city)


def _scenario(arguments: argparse.Namespace) -> Scenario:
    """Return the scenario that the options say."""
    from prevision_cantine.city.dishes import load_menu
    from prevision_cantine.decide.scenario import Scenario

    events: dict[str, list[str]] = defaultdict(list)
    for text in arguments.event:
        name, day = _parts("--event", text, "form_event", 2)
        events[name].append(day)
    variables: dict[str, dict[Day | tuple[str, Day], float]] = defaultdict(dict)
    for text in arguments.variable:
        name, day, value = _parts("--variable", text, "form_variable", 3)
        variables[name][day] = number_in("--variable", text, value)
    return Scenario(
        menus=load_menu(arguments.menu) if arguments.menu else {},
        strikes=arguments.strike,
        enrolment=dict(map(_factor, arguments.enrolment)),
        absences=dict(map(_absence, arguments.absence)),
        public_holidays=arguments.holiday,
        events=events,
        variables=variables,
        spans=[*_spans(arguments.open, "ouvert"), *_spans(arguments.close, "ferme")],
    )


def _spans(texts: Sequence[str], nature: str) -> list[Span]:
    """Return days of one nature, of all canteens or of the one before an equals sign."""
    from prevision_cantine.calendar.days import to_day
    from prevision_cantine.city.builder import Span

    found = []
    for text in texts:
        canteen, _, day = text.rpartition("=")
        at = to_day(day)
        found.append(Span(start=at, end=at, nature=nature, canteen=canteen))
    return found


def _factor(text: str) -> tuple[str, float]:
    name, value = _parts("--enrolment", text, "form_enrolment", 2)
    return name, number_in("--enrolment", text, value)


def _absence(text: str) -> tuple[tuple[str, str], float]:
    form = "form_absence"
    name, day, pupils = _parts("--absence", text, form, 3)
    return (name, day), number_in("--absence", text, pupils)


def _parts(option: str, text: str, form: str, count: int) -> list[str]:
    """Return what stands between the equals signs of an option, a name having some perhaps."""
    parts = text.rsplit("=", count - 1)
    if len(parts) != count or not parts[0]:
        raise ForecastError(
            "option_form", option=option, value=text, form=Phrase.of(f"parts.{form}")
        )
    return parts
