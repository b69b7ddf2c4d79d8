"""The command line ``tarifs-solidaires``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import attrs

from tarifs_solidaires.checking import check_rule, check_text, schema_text, summary
from tarifs_solidaires.comparison import compare
from tarifs_solidaires.csv_file import FLAGS
from tarifs_solidaires.errors import InputError, RuleError, TableError, TarifError, nearest
from tarifs_solidaires.grouping import Classes, classes
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.population import NOTE, make_population
from tarifs_solidaires.rule_file import list_rules, load_rule, read_rule
from tarifs_solidaires.skeleton import new_rule
from tarifs_solidaires.tables import CHUNK, compute_file, read_people, written
from tarifs_solidaires.version import SHAPES


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: error: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 where it is done, 2 where it cannot be."""
    try:
        arguments = _parser().parse_args(argv)
        status: int = arguments.run(arguments)
        print(end="", flush=True)
    except TarifError as error:
        return _refused(str(error))
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        return _refused("stopped before the end")
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return 0
    except UnicodeEncodeError as error:
        return _refused(
            f"the result cannot be printed in {error.encoding}; set PYTHONUTF8=1 and ask again"
        )
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        reason = error.strerror or error
        return _refused(
            f"the result cannot be printed ({reason}); make room, or print it elsewhere"
        )
    return status


def _refused(message: str) -> int:
    print(f"tarifs-solidaires: error: {message}", file=sys.stderr)
    return 2


def _drop_what_is_left() -> None:
    """Let nothing more be printed, which would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tarifs-solidaires", description="Solidarity tariffs, computed and explained."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("list", help="the rules that ship with the package")
    command.set_defaults(run=_list)

    command = commands.add_parser("compute", help="compute a rule for a CSV or Parquet file")
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    command.add_argument(
        "--input", required=True, type=Path,
        help=".csv or .parquet file, a row a person or household",
    )  # fmt: skip
    command.add_argument(
        "--output", required=True, type=Path, help=".csv or .parquet file to write"
    )
    command.add_argument(
        "--keep", action="append", default=[], help="another column to carry through"
    )
    command.add_argument(
        "--errors", choices=("raise", "null"), default="raise",
        help="what a wrong row does: stop the whole, or get no result and a reason",
    )  # fmt: skip
    command.add_argument(
        "--chunk", type=int, default=CHUNK, metavar="ROWS",
        help=f"rows in memory at a time ({CHUNK} unless given)",
    )  # fmt: skip
    command.set_defaults(run=_compute)

    command = commands.add_parser("explain", help="explain one result")
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    command.add_argument(
        "--value", action="append", default=[], metavar="NAME=VALUE", help="one input"
    )
    command.add_argument("--lang", default="fr", help="fr, en or pt")
    command.add_argument("--format", choices=("text", "markdown", "json", "html"), default="text")
    command.add_argument("--contact", help="where the authority can be reached, for the notice")
    command.add_argument(
        "--origin", action="append", default=[], metavar="NAME=WORD",
        help="where an input comes from: declaration, attestation or administration",
    )  # fmt: skip
    command.add_argument("--role", help="part of the computation in the decision: decides, assists")
    command.add_argument("--output", type=Path, help="file to write instead of printing")
    command.set_defaults(run=_explain)

    command = commands.add_parser("check", help="say everything that is wrong in a rule file")
    command.add_argument("rules", nargs="*", metavar="FILE", help=".toml file, or name of a rule")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--strict", action="store_true", help="count warnings as errors")
    command.add_argument("--schema", action="store_true", help="print the JSON Schema of the file")
    command.set_defaults(run=_check)

    command = commands.add_parser("new", help="write a rule file to fill in")
    command.add_argument("name", help="TERRITOIRE/DISPOSITIF, such as villeneuve/transport")
    command.add_argument("--shape", choices=SHAPES, default="decision_table")
    command.add_argument("--output", type=Path, help="default: TERRITOIRE/DISPOSITIF.toml")
    command.set_defaults(run=_new)

    command = commands.add_parser("draw", help="draw, describe or export a rule")
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--on", required=True, help="day, YYYY-MM-DD")
    command.add_argument("--format", choices=("svg", "mermaid", "markdown", "dmn"), default="svg")
    command.add_argument("--lang", default="fr", help="fr, en or pt")
    command.add_argument("--output", required=True, type=Path, help="file to write")
    command.set_defaults(run=_draw)
    command = commands.add_parser("compare", help="who wins and loses between two days")
    command.add_argument("rule", help="name such as nantes/transport, or a .toml file")
    command.add_argument("--before", required=True, help="day, YYYY-MM-DD")
    command.add_argument("--after", required=True, help="day, YYYY-MM-DD")
    people = command.add_mutually_exclusive_group(required=True)
    people.add_argument(
        "--input", type=Path, help=".csv or .parquet file, a row a person or household"
    )
    people.add_argument("--people", type=int, help="how many invented people to compare on instead")
    command.add_argument("--seed", type=int, default=0, help="seed of the invented people")
    command.add_argument(
        "--by", action="append", default=[], metavar="COLUMN[:BOUND,...]",
        help="grouping: a column, a column in classes such as age:26,60, tranche_before, tranche_after",
    )  # fmt: skip
    command.add_argument("--what", help="output to compare; the first by default")
    command.add_argument("--weight", help="column that says how many people a row stands for")
    command.add_argument("--price", help="full yearly price of a reduction, or its column")
    command.add_argument("--lang", default="fr", help="of the picture: fr, en or pt")
    command.add_argument(
        "--output", type=Path, help="picture (.png, .svg, .pdf) or table (.csv, .md) to write"
    )
    command.set_defaults(run=_compare)
    return parser


def _list(_: argparse.Namespace) -> int:
    for name in list_rules():
        rule = read_rule(name)
        last = rule.versions[-1].valid_to
        print(f"{name}  {rule.versions[0].valid_from} to {last}  {rule.title['en']}")
    return 0


def _compute(arguments: argparse.Namespace) -> int:
    rule = load_rule(arguments.rule, on=arguments.on)
    done = compute_file(
        rule, arguments.input, arguments.output,
        errors=arguments.errors, keep=arguments.keep, chunk=arguments.chunk,
    )  # fmt: skip
    without = f", {done.missing} of them without a result" if arguments.errors == "null" else ""
    print(
        f"{rule.name} on {arguments.on}: {done.rows} rows computed{without}, see {arguments.output}"
    )
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    rule = load_rule(arguments.rule, on=arguments.on)
    values: dict[str, Any] = {}
    for name, value in map(_value, arguments.value):
        if name in values:
            raise InputError(f"--value {name}: stands twice; keep one")
        values[name] = value
    explanation = rule.compute(**values).explain(
        lang=arguments.lang, origin=dict(map(_origin, arguments.origin)), role=arguments.role
    )
    if arguments.format == "json":
        text = explanation.to_json()
    elif arguments.format == "text":
        text = explanation.to_text(arguments.contact)
    elif arguments.format == "markdown":
        text = explanation.to_markdown(arguments.contact).rstrip("\n")
    else:
        text = explanation.to_html(arguments.contact)
    if arguments.output is None:
        print(text)
        return 0
    with written(arguments.output) as file:
        file.write(text + "\n")
    print(f"{rule.name} on {arguments.on}: explained, see {arguments.output}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    if arguments.schema:
        print(schema_text(), end="")
        return 0
    if not arguments.rules:
        raise RuleError("check: no file is named; write tarifs-solidaires check FILE")
    found = [(name, finding) for name in arguments.rules for finding in check_rule(name)]
    if arguments.format == "json":
        items = [{"file": name, **attrs.asdict(finding)} for name, finding in found]
        print(json.dumps(items, ensure_ascii=False, indent=2))
    else:
        for name, finding in found:
            print(f"{name}:{finding.line or 1}: {finding}")
        for name in arguments.rules:
            print(f"{name}: {summary([f for n, f in found if n == name])}")
    failing = ("error", "warning") if arguments.strict else ("error",)
    return int(any(finding.severity in failing for _, finding in found))


def _new(arguments: argparse.Namespace) -> int:
    text = new_rule(arguments.name, arguments.shape)
    path = arguments.output or Path(f"{arguments.name}.toml")
    if path.exists():
        raise TableError(f"{path}: exists, and is not written over; choose another --output")
    if arguments.output is None:
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise TableError(
                f"{path.parent}: cannot be made ({error.strerror}); check the folder"
            ) from None
    with written(path) as file:
        file.write(text)
    places = len(check_text(text))
    print(f"{path.as_posix()} written, {places} places to fill in, each marked TODO")
    return 0


def _draw(arguments: argparse.Namespace) -> int:
    rule = load_rule(arguments.rule, on=arguments.on)
    text: str = getattr(rule, f"to_{arguments.format}")(arguments.lang)
    with written(arguments.output) as file:
        file.write(text)
    print(f"{rule.name} on {arguments.on}: {arguments.format}, see {arguments.output}")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    rules = [load_rule(arguments.rule, on=day) for day in (arguments.before, arguments.after)]
    invented = arguments.input is None
    people = (
        make_population(arguments.people, seed=arguments.seed)
        if invented
        else read_people(arguments.input, {i.name for rule in rules for i in rule.inputs})
    )
    price: Any = arguments.price
    if price is not None and price not in people:
        try:
            price = float(price)
        except ValueError:
            raise InputError(
                f"--price {price}: neither a number nor a column; {nearest(price, people)}"
            ) from None
    comparison = compare(
        rules[0], rules[1], people,
        by=dict(_grouping(text, people) for text in arguments.by), output=arguments.what,
        weight=arguments.weight, price=price,
    )  # fmt: skip
    print(comparison)
    if invented:
        print(f"\n{NOTE['en']}")
    path = arguments.output
    if path is None:
        return 0
    if path.suffix in (".csv", ".md"):
        with written(path) as file:
            file.write(comparison.to_csv() if path.suffix == ".csv" else comparison.to_markdown())
    else:
        comparison.plot(path, lang=arguments.lang, note=NOTE.get(arguments.lang, "") * invented)
    print(f"\nsee {path}")
    return 0


def _grouping(text: str, people: dict[str, Any]) -> tuple[str, Classes | None]:
    """Return the name of a grouping, and its classes where there are bounds."""
    name, colon, bounds = text.partition(":")
    if not colon:
        return name, None
    if name not in people:
        raise InputError(f"--by {text}: no column {name!r}; {nearest(name, people)}")
    try:
        cuts = [float(bound) for bound in bounds.split(",")]
    except ValueError:
        raise InputError(f"--by {text}: write bounds as in age:26,60") from None
    return name, classes(people[name], cuts, name=name)


def _origin(text: str) -> tuple[str, str]:
    name, equals, word = text.partition("=")
    if not equals:
        raise InputError(f"--origin {text}: write NAME=WORD, such as age=declaration")
    return name, word


def _value(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--value {text}: write NAME=VALUE, such as quotient_familial=420")
    if name not in INPUTS:
        raise InputError(f"--value {text}: {name!r} is no input; {nearest(name, INPUTS)}")
    kind = INPUTS[name].kind
    if kind == "commune":
        return name, value
    if kind == "flag":
        if value.lower() not in FLAGS:
            raise InputError(f"--value {text}: write 1 or 0")
        return name, FLAGS[value.lower()]
    try:
        return name, float(value)
    except ValueError:
        raise InputError(
            f"--value {text}: {value!r} is no number ({INPUTS[name].unit}); write it such as 620.5"
        ) from None
