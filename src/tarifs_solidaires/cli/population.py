"""``tarifs-solidaires population``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.cli.common import (
    add_beyond,
    add_rules,
    checked_output,
    close,
    json_text,
    load,
    remark,
    rule_files,
)
from tarifs_solidaires.cli.language import language_now, whole

if TYPE_CHECKING:
    from tarifs_solidaires.people.margins import Fit
    from tarifs_solidaires.rule import Rule


# A column rather than a remark above the table: it stays where rows are sorted, cut or joined, and
# whatever reads a table with a column more reads it back.
MADE_UP = "made_up"

EXAMPLES = """\
tarifs-solidaires population nantes/transport --on 2020-10-01 --size 1000 --output people.csv
tarifs-solidaires population nantes/transport --on 2020-10-01 --size 1000 --margins ages.csv households.csv
tarifs-solidaires population nantes/transport --on 2020-10-01 --size 10 --format json"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.usage = "%(prog)s RULE [RULE ...] --on DAY --size N [--margins FILE ...] [--output FILE] [--format FORM]"
    command.add_argument(
        "rule", metavar="RULE", nargs="+", help="name such as nantes/transport, or a .toml file"
    )
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    add_rules(command)
    add_beyond(command)
    command.add_argument("--size", type=whole, required=True, help="number of rows")
    add_margins(command)
    command.add_argument(
        "--seed", type=whole, default=0, help="the same seed gives the same people"
    )
    command.add_argument(
        "--output",
        type=Path,
        default=Path("-"),
        help=".csv or .json file to write; by default, standard output",
    )
    command.add_argument(
        "--format", choices=("csv", "json"),
        help="format of the people: CSV, or JSON with one object per row and null where a value is "
        "missing; by default as the file name says, otherwise CSV",
    )  # fmt: skip
    command.set_defaults(run=_run)


def add_margins(command: argparse.ArgumentParser) -> None:
    """Add ``--margins``."""
    command.add_argument(
        "--margins", type=Path, nargs="+", metavar="FILE",
        help=".csv tables of counts, with a column people; each row that is made then has a weight, so "
        "that the weighted rows match the counts of every table",
    )  # fmt: skip


def made_people(
    arguments: argparse.Namespace, rules: tuple[Rule, ...], size: int
) -> tuple[dict[str, Any], Fit | None]:
    """Return the people that are asked for, and the tables to which they were fitted."""
    from tarifs_solidaires.people.population import make_population

    if not arguments.margins:
        return make_population(rules, size, seed=arguments.seed), None
    from tarifs_solidaires.people.margins import (
        fit_margins,
        people_from_margins,
        read_margins,
        said,
    )

    fit = fit_margins(read_margins(arguments.margins))
    people = people_from_margins(rules, fit, size, seed=arguments.seed)
    for line in said(fit):
        remark(line)
    return people, fit


def _run(arguments: argparse.Namespace) -> int:
    from tarifs_solidaires.people.csv_writing import CsvRows
    from tarifs_solidaires.people.margins import note_of
    from tarifs_solidaires.people.population import note
    from tarifs_solidaires.people.writing import STANDARD, table_error, written_bytes

    path = arguments.output
    checked_output(path)
    is_file = str(path) != STANDARD
    form = arguments.format or (path.suffix.lower()[1:] if is_file else "csv")
    if is_file and (form not in ("csv", "json") or path.suffix.lower() != f".{form}"):
        wanted = f".{arguments.format}" if arguments.format else Joined([".csv", ".json"], "or")
        raise table_error(
            "suffix", path, "is not a {kind} file", "name the file by what it is", kind=wanted
        )
    rules = tuple(load(arguments, name) for name in arguments.rule)
    people, fit = made_people(arguments, rules, arguments.size)
    never = rule_files(arguments, *arguments.rule) + (arguments.margins or [])
    with written_bytes(path, never=never) as file:
        if form == "json":
            file.write(f"{json_text(_objects(people))}\n".encode())
        else:
            rows, marked = CsvRows(","), ["true"] * arguments.size
            file.write(rows.names([*people, MADE_UP]))
            file.write(rows.columns([*map(_cells, people.values()), marked]))
    lang = language_now.get()
    remark(note_of(fit, lang) if fit else note(lang))
    if is_file:
        close(Phrase("see {path}", path=str(path)))
    return 0


def _objects(people: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows as plain values."""
    from tarifs_solidaires.values.json_value import plain_value

    columns = map(plain_value, people.values())
    rows = zip(*columns, strict=True)
    return [{**dict(zip(people, row, strict=True)), MADE_UP: True} for row in rows]


def _cells(column: Any) -> Any:
    """Return a column as a CSV file has it."""
    if column.dtype.kind == "f":
        return column
    if column.dtype.kind == "b":
        return ["true" if one else "false" for one in column.tolist()]
    return [str(one) for one in column.tolist()]
