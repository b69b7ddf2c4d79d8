"""``tarifs-solidaires compare``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.cli.common import (
    add_beyond,
    add_dates,
    add_rules,
    checked_output,
    close,
    json_text,
    load,
    rule_files,
    say,
)
from tarifs_solidaires.cli.language import language_now, number, whole
from tarifs_solidaires.cli.population import add_margins, made_people
from tarifs_solidaires.cli.streams import standard_streams

if TYPE_CHECKING:
    from tarifs_solidaires.people.comparison import Comparison
    from tarifs_solidaires.people.files import Dates
    from tarifs_solidaires.people.grouping import Classes
    from tarifs_solidaires.people.sampling import Confidence
    from tarifs_solidaires.rule import Rule


EXAMPLES = """\
tarifs-solidaires compare nantes/transport --before 2019-09-01 --after 2020-10-01 --people 10000
tarifs-solidaires compare nantes/transport --before 2019-09-01 --after 2020-10-01 --input people.csv --by age:26,60 --output reform.svg"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.usage = (
        "%(prog)s RULE --before DAY --after DAY (--input FILE | --people N) [...]\n"
        "       %(prog)s RULE_A RULE_B --on DAY [--on-after DAY] (--input FILE | --people N) [...]"
    )
    command.add_argument(
        "rule", metavar="RULE", help="name such as nantes/transport, or a .toml file"
    )
    command.add_argument(
        "other", metavar="RULE_B", nargs="?", help="the rule after; by default, the same one"
    )
    command.add_argument("--before", "--on", dest="before", metavar="DAY", help="day, YYYY-MM-DD")
    command.add_argument(
        "--after", "--on-after", dest="after", metavar="DAY",
        help="day of the rule after; by default, the same as for the first one",
    )  # fmt: skip
    add_rules(command)
    add_beyond(command)
    people = command.add_mutually_exclusive_group(required=True)
    people.add_argument(
        "--input",
        type=Path,
        help=".csv, .parquet, .xlsx or .ods file, with one row per person or household; - for CSV on "
        "standard input",
    )
    people.add_argument(
        "--people", type=whole, help="number of made-up people to compare on instead"
    )
    add_dates(command)
    add_margins(command)
    command.add_argument("--seed", type=whole, default=0, help="seed of the made-up people")
    command.add_argument(
        "--by", action="append", default=[], metavar="COLUMN[:BOUND,...]",
        help="grouping: a column, a column in classes such as age:26,60, household_type, "
        "tranche_before, tranche_after",
    )  # fmt: skip
    command.add_argument(
        "--what", metavar="OUTPUT", help="output to compare; by default, the first in common"
    )
    command.add_argument("--weight", help="column with the number of people that a row represents")
    command.add_argument("--price", help="full price of a reduction, or its column")
    command.add_argument(
        "--income", metavar="INPUT",
        help="the amount that counts as earnings, where the rules read several amounts of money",
    )  # fmt: skip
    command.add_argument(
        "--sample", action="store_true",
        help="the rows are a sample: give confidence intervals, from the weights",
    )  # fmt: skip
    command.add_argument(
        "--strata", metavar="COLUMN", help="stratum within which the sample was drawn"
    )
    command.add_argument(
        "--cluster", metavar="COLUMN", help="cluster that was drawn, if not single rows"
    )
    command.add_argument(
        "--level", type=number, default=0.95, help="of the confidence intervals; by default, 0.95"
    )
    command.add_argument(
        "--bootstrap",
        type=whole,
        metavar="N",
        help="compute the intervals from N resamples of the sample",
    )
    command.add_argument(
        "--lang", help="language of what is written; for files, by default the first of the rule"
    )
    command.add_argument(
        "--output", type=Path,
        help="picture (.png, .svg, .pdf), table (.csv, .md) or findings as data (.json) to write; - to print the table as CSV",
    )  # fmt: skip
    command.add_argument(
        "--html", type=Path, metavar="FILE", help="page to write, with all results"
    )
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="format of what is printed"
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    with standard_streams(arguments):
        return _compared(arguments)


def _compared(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.comparison import compare
    from tarifs_solidaires.people.words import language_of

    rules = _rules(arguments)
    lang = language_of(arguments.lang, rules[1].languages)
    outputs = [path for path in (arguments.output, arguments.html) if path is not None]
    for path in outputs:
        checked_output(path)
    people, weight, note = _people(arguments, rules)
    comparison = compare(
        rules[0], rules[1], people,
        by=dict(_grouping(text, people) for text in arguments.by), output=arguments.what,
        weight=weight, price=_price(arguments.price, people), income=arguments.income,
    )  # fmt: skip
    confidence = _confidence(arguments, comparison, people)
    if arguments.format == "json":
        say(_data(comparison, confidence, lang, note))
    else:
        _say(arguments, comparison, confidence, note)
    never = rule_files(arguments, arguments.rule, arguments.other or arguments.rule)
    never += [*([arguments.input] if arguments.input else []), *(arguments.margins or [])]
    if arguments.output is not None:
        _write(arguments.output, comparison, confidence, lang, note, never)
    if arguments.html is not None:
        from tarifs_solidaires.people.writing import written

        page = comparison.to_html(lang, note=note(lang), confidence=confidence)
        with written(arguments.html, never=never) as file:
            file.write(page)
    for path in outputs if arguments.format == "text" else ():
        close(Phrase("\nsee {path}", path=str(path)))
    return 0


def _people(
    arguments: argparse.Namespace, rules: tuple[Rule, Rule]
) -> tuple[dict[str, Any], str | None, Callable[[str], str]]:
    """Return the people, the column of their weights, and what to say of them in a language."""
    from tarifs_solidaires.errors import Fault, InputError

    made_up = arguments.input is None
    for option, given, remedy in (
        ("--margins", arguments.margins and not made_up, Phrase("give --people N with it")),
        (
            "--sample",
            arguments.sample and made_up,
            Phrase("give --input FILE, as made-up people are not a sample"),
        ),
    ):
        if given:
            raise InputError(
                Fault(
                    code="option",
                    where=option,
                    template="cannot be combined with these people",
                    remedy=remedy,
                )
            )
    if not made_up:
        return _read(arguments.input, rules, arguments.dates), arguments.weight, lambda lang: ""
    people, fit = made_people(arguments, rules, arguments.people)
    if fit is None:
        from tarifs_solidaires.people.population import note

        return people, arguments.weight, note
    from tarifs_solidaires.people.margins import WEIGHT, note_of

    return people, arguments.weight or WEIGHT, lambda lang: note_of(fit, lang)


def _confidence(
    arguments: argparse.Namespace, comparison: Comparison, people: dict[str, Any]
) -> Confidence | None:
    from tarifs_solidaires.errors import Fault, InputError, nearest

    named = {"strata": arguments.strata, "cluster": arguments.cluster}
    wanted = {option: name for option, name in named.items() if name is not None}
    if not arguments.sample:
        if wanted or arguments.bootstrap is not None:
            raise InputError(
                Fault(code="option", where="--sample", template="is missing", remedy="add it")
            )
        return None
    for option, name in wanted.items():
        if name not in people:
            raise InputError(
                Fault(code="option", where=f"--{option}", template="there is no column {name!r}",
                      remedy=nearest(name, people), data={"name": name})
            )  # fmt: skip
    repeats = arguments.bootstrap
    return comparison.confidence(
        level=arguments.level, method="linearised" if repeats is None else "bootstrap",
        repeats=repeats or 1_000, seed=arguments.seed,
        **{option: people[name] for option, name in wanted.items()},
    )  # fmt: skip


def _say(
    arguments: argparse.Namespace, comparison: Comparison, confidence: Confidence | None,
    note: Callable[[str], str],
) -> None:  # fmt: skip
    """Print the table and what was found, in the language that is asked for."""
    from tarifs_solidaires.people.naming import title_text
    from tarifs_solidaires.people.sentences import Sayer
    from tarifs_solidaires.people.table import text_table

    lang = arguments.lang or language_now.get()
    say(f"{title_text(comparison, lang)}\n\n{text_table(Sayer(comparison, lang), confidence)}")
    sentences = comparison.sentences(lang, confidence=confidence)
    say("\n" + "\n".join(sentences))
    if note(lang):
        say(f"\n{note(lang)}")


def _write(
    path: Path, comparison: Comparison, confidence: Confidence | None, lang: str,
    note: Callable[[str], str], never: list[Path],
) -> None:  # fmt: skip
    if path.suffix not in (".csv", ".md", ".json"):
        from tarifs_solidaires.people.figures import save

        save(comparison.plot(lang=lang, note=note(lang)), path, never=never)
        return
    from tarifs_solidaires.people.writing import written

    if path.suffix == ".json":
        text = _data(comparison, confidence, lang, note) + "\n"
    else:
        text = comparison.to_csv() if path.suffix == ".csv" else comparison.to_markdown()
    with written(path, never=never) as file:
        file.write(text)


def _data(
    comparison: Comparison, confidence: Confidence | None, lang: str, note: Callable[[str], str]
) -> str:
    """Return everything that was found, as JSON."""
    cliffs = {side: comparison.cliffs(side) for side in ("before", "after")}
    return json_text({
        "groups": comparison.to_dict(), "findings": comparison.findings().to_dict(),
        "sentences": comparison.sentences(lang, confidence=confidence),
        "cliffs": {side: one.to_dict() if one else None for side, one in cliffs.items()},
        "confidence": confidence.to_dict() if confidence else None, "note": note(lang),
    })  # fmt: skip


def _rules(arguments: argparse.Namespace) -> tuple[Rule, Rule]:
    from tarifs_solidaires.errors import DateError, Fault

    before, after = arguments.before, arguments.after
    if before is None or (arguments.other is None and after is None):
        raise DateError(
            Fault(
                code="no_day",
                where="compare",
                template="a day is missing",
                remedy="give --on DAY" if arguments.other else "give --before DAY and --after DAY",
            )
        )
    first = load(arguments, arguments.rule, before)
    return first, load(arguments, arguments.other or arguments.rule, after or before)


def _read(path: Path, rules: tuple[Rule, Rule], dates: Dates) -> dict[str, Any]:
    """Return the columns of a file, each input as the rules have it."""
    from tarifs_solidaires.errors import Fault, InputError
    from tarifs_solidaires.people.files import read_people

    first, second = rules
    for name in first.all_inputs.keys() & second.all_inputs.keys():
        kinds = first.all_inputs[name].kind, second.all_inputs[name].kind
        if kinds[0] != kinds[1] and name in {item.name for item in (*first.inputs, *second.inputs)}:
            raise InputError(
                Fault(code="comparison", input=name, remedy="rename it in one of them",
                      template="{input} is of kind {one} in one rule and of kind {other} in the other",
                      data={"one": kinds[0], "other": kinds[1]})
            )  # fmt: skip
    inputs = {**first.all_inputs, **second.all_inputs}
    read = {item.name for rule in rules for item in rule.inputs}
    return read_people(path, inputs, read, dates=dates)


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
        template, remedy = "{text!r} has no bounds", Phrase("write them as in age:26,60")
    raise InputError(
        Fault(code="option", where="--by", template=template, remedy=remedy,
              data={"name": name, "text": text})
    )  # fmt: skip
