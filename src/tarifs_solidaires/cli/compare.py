"""``tarifs-solidaires compare``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarifs_solidaires.cli.common import (
    add_beyond,
    add_rules,
    checked_output,
    load,
    rule_files,
    say,
)

if TYPE_CHECKING:
    from tarifs_solidaires.people.grouping import Classes
    from tarifs_solidaires.rule import Rule


def add(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "compare", help="who wins and loses between two days, or two rules",
        usage="%(prog)s RULE --before DAY --after DAY (--input FILE | --people N) [...]\n"
        "       %(prog)s RULE_A RULE_B --on DAY [--on-after DAY] (--input FILE | --people N) [...]",
    )  # fmt: skip
    command.add_argument(
        "rule", metavar="RULE", help="name such as nantes/transport, or a .toml file"
    )
    command.add_argument(
        "other", metavar="RULE_B", nargs="?", help="the rule after; the same one unless given"
    )
    command.add_argument("--before", "--on", dest="before", metavar="DAY", help="day, YYYY-MM-DD")
    command.add_argument(
        "--after", "--on-after", dest="after", metavar="DAY",
        help="day of the rule after; that of the first one unless given",
    )  # fmt: skip
    add_rules(command)
    add_beyond(command)
    people = command.add_mutually_exclusive_group(required=True)
    people.add_argument(
        "--input", type=Path, help=".csv or .parquet file, a row a person or household"
    )
    people.add_argument("--people", type=int, help="how many made-up people to compare on instead")
    command.add_argument("--seed", type=int, default=0, help="seed of the made-up people")
    command.add_argument(
        "--by", action="append", default=[], metavar="COLUMN[:BOUND,...]",
        help="grouping: a column, a column in classes such as age:26,60, tranche_before, tranche_after",
    )  # fmt: skip
    command.add_argument("--what", metavar="OUTPUT", help="output to compare; the first in common")
    command.add_argument("--weight", help="column that says how many people a row stands for")
    command.add_argument("--price", help="full price of a reduction, or its column")
    command.add_argument(
        "--lang", help="language of the picture; the first of the rule unless given"
    )
    command.add_argument(
        "--output", type=Path, help="picture (.png, .svg, .pdf) or table (.csv, .md) to write"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.comparison import compare
    from tarifs_solidaires.people.population import make_population, note
    from tarifs_solidaires.people.words import language_of

    rules = _rules(arguments)
    made_up = arguments.input is None
    people = (
        make_population(rules, arguments.people, seed=arguments.seed)
        if made_up else _read(arguments.input, rules)
    )  # fmt: skip
    comparison = compare(
        rules[0], rules[1], people,
        by=dict(_grouping(text, people) for text in arguments.by), output=arguments.what,
        weight=arguments.weight, price=_price(arguments.price, people),
    )  # fmt: skip
    say(comparison)
    if made_up:
        say(f"\n{note('en')}")
    path = arguments.output
    if path is None:
        return 0
    checked_output(path)
    never = rule_files(arguments, arguments.rule, arguments.other or arguments.rule)
    never += [arguments.input] if arguments.input else []
    if path.suffix in (".csv", ".md"):
        from tarifs_solidaires.people.writing import written

        with written(path, never=never) as file:
            file.write(comparison.to_csv() if path.suffix == ".csv" else comparison.to_markdown())
    else:
        from tarifs_solidaires.people.figures import save

        lang = language_of(arguments.lang, rules[1].languages)
        save(comparison.plot(lang=lang, note=note(lang) * made_up), path, never=never)
    say(f"\nsee {path}")
    return 0


def _rules(arguments: argparse.Namespace) -> tuple[Rule, Rule]:
    from tarifs_solidaires.errors import DateError, Fault

    before, after = arguments.before, arguments.after
    if before is None or (arguments.other is None and after is None):
        needed = "--on DAY" if arguments.other else "--before DAY and --after DAY"
        raise DateError(
            Fault(
                code="no_day", where="compare", template="a day is missing", remedy=f"give {needed}"
            )
        )
    first = load(arguments, arguments.rule, before)
    return first, load(arguments, arguments.other or arguments.rule, after or before)


def _read(path: Path, rules: tuple[Rule, Rule]) -> dict[str, Any]:
    """Return the columns of a file, each input as the rules have it."""
    from tarifs_solidaires.errors import Fault, InputError
    from tarifs_solidaires.people.files import read_people

    first, second = rules
    for name in first.all_inputs.keys() & second.all_inputs.keys():
        kinds = first.all_inputs[name].kind, second.all_inputs[name].kind
        if kinds[0] != kinds[1] and name in {item.name for item in (*first.inputs, *second.inputs)}:
            raise InputError(
                Fault(code="comparison", input=name, remedy="rename it in one of them",
                      template="{input} is a {one} in one rule and a {other} in the other",
                      data={"one": kinds[0], "other": kinds[1]})
            )  # fmt: skip
    inputs = {**first.all_inputs, **second.all_inputs}
    read = {item.name for rule in rules for item in rule.inputs}
    return read_people(path, inputs, read)


def _price(price: str | None, people: dict[str, Any]) -> Any:
    from tarifs_solidaires.errors import Fault, InputError, nearest

    if price is None or price in people:
        return price
    try:
        return float(price)
    except ValueError:
        raise InputError(
            Fault(code="option", where="--price", template="{price!r} is neither a number nor a column",
                  remedy=nearest(price, people), data={"price": price})
        ) from None  # fmt: skip


def _grouping(text: str, people: dict[str, Any]) -> tuple[str, Classes | None]:
    """Return the name of a grouping, and its classes where there are bounds."""
    from tarifs_solidaires.errors import Fault, InputError, nearest
    from tarifs_solidaires.people.grouping import classes

    name, colon, bounds = text.partition(":")
    if not colon:
        return name, None
    try:
        if name in people:
            return name, classes(people[name], [float(b) for b in bounds.split(",")], name=name)
        template, remedy = "there is no column {name!r}", nearest(name, people)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        template, remedy = "{text!r} has no bounds", "write them as in age:26,60"
    raise InputError(
        Fault(code="option", where="--by", template=template, remedy=remedy,
              data={"name": name, "text": text})
    )  # fmt: skip
