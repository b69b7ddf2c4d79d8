"""Everything that can be said of a rule file before anyone relies on it, with the line of each."""

from __future__ import annotations

import copy
import datetime as dt
import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import product
from pathlib import Path as FilePath
from typing import Any

import attrs

from tarifs_solidaires.completeness import Group, idle_rows, open_groups, overlaps
from tarifs_solidaires.decision_table import DecisionTable
from tarifs_solidaires.errors import InputError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.rule_file import (
    FIGURES,
    MISSING,
    FormatError,
    in_force,
    parse_rule,
    read_text,
)
from tarifs_solidaires.toml_lines import Path, line_of, lines_of
from tarifs_solidaires.version import Parameter, Version

# What stands where something is still to be written. "Todo" is a word of Portuguese, TODO is not.
PLACEHOLDER = re.compile(
    r"\b(?:TODO|TBD|FIXME)\b|(?i:\b[àa] compl[ée]ter\b|\ba preencher\b)|\?\?\?"
)
_COMMENT = re.compile(r"(?:^|[\s\d\"'\]}])\s*#\s*\w")
MONEY_UNITS = ("", "/month", "/year", "/m3", "/day")  # after the code of the currency
UNITS = ("share", "m3", "m3/month", "m3/year", "persons", "children", "years", "months", "days")

SHOWN = 3  # groups of open cases that are said one by one
MAX_ERRORS = 100
MAX_CHOICES = 64  # combinations of choices whose table is checked
# What a rule needs and nothing is computed with: an error there must not hide the others.
STAND_INS: Mapping[str, Any] = {
    "format": 1,
    "name": "a/b",
    "per": "personne",
    "authority": "-",
    "currency": "EUR",
    "title": {"fr": "-", "en": "-", "pt": "-"},
    "purpose": {"fr": "-", "en": "-", "pt": "-"},
    "known_until": dt.date.max,
}
LISTED = ("row", "substitution", "full_price", "block", "case")  # an item can be left out alone


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that is wrong, or that someone should look at.

    Parameters
    ----------
    where : str
        Place in words, such as ``version 2023-05-01, row 'QF > 900'``.
    line : int or None
        Line of the file, from 1; None where it has none.
    severity : {"error", "warning"}
        Whether the rule cannot be relied on, or someone should look.
    message : str
        What is wrong.
    remedy : str
        What to do.
    """

    where: str
    line: int | None
    severity: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """Say all but the line."""
        text = f"{self.severity}: {self.where}: {self.message}"
        return f"{text}; {self.remedy}" if self.remedy else text


def check_rule(name: str | FilePath) -> list[Finding]:
    """Return everything that can be found wrong in a rule file, in the order of its lines.

    The file is read as ``load_rule`` reads it, and then more is asked of it: decision tables that
    leave no case open and have no row that never decides, worked cases that compute, units,
    sources that say something.

    Parameters
    ----------
    name : str or Path
        Path of a ``.toml`` file, or name of a rule that ships with the package.

    Returns
    -------
    list of Finding
        Errors and warnings; empty where there is none.

    Raises
    ------
    RuleError
        Where there is no such file or rule, or it is not text.

    Examples
    --------
    >>> [f for f in check_rule("nantes/transport") if f.severity == "error"]
    []
    """
    return check_text(read_text(name))


def check_text(text: str) -> list[Finding]:
    """Return everything that can be found wrong in the text of a rule file."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(at[1]) if at else max(1, len(text.splitlines()))
        remedy = (
            "mend what stands there: a quote, a bracket, a comma, a key that stands twice; a number "
            "is written 40.50, and a code that begins with 0 needs quotes"
        )
        return [Finding(where="the file", line=line, severity="error",
                        message=f"not TOML: {error}", remedy=remedy)]  # fmt: skip
    check = _Check(text=text, data=data, lines=lines_of(text))
    found = list(check.findings())
    return sorted(found, key=lambda finding: finding.line or 0)


def summary(findings: Sequence[Finding]) -> str:
    """Return how many errors and warnings there are, in words."""
    counts = []
    for severity in ("error", "warning"):
        n = sum(finding.severity == severity for finding in findings)
        counts.append(f"{n} {severity}{'' if n == 1 else 's'}")
    return ", ".join(counts)


def schema_text() -> str:
    """Return the JSON Schema of a rule file, as text."""
    return (files("tarifs_solidaires") / "rule.schema.json").read_text("utf-8")


@attrs.frozen
class _Check:
    """One file under check."""

    text: str
    data: dict[str, Any]
    lines: Mapping[Path, int]

    def findings(self) -> Iterator[Finding]:
        yield from self.placeholders()
        reading = _Reading(self.data)
        for error in reading.errors:
            message, _, remedy = error.message.rpartition("; ")
            yield Finding(
                where=error.where or "the file", line=line_of(error.path, self.lines),
                severity="error", message=message or remedy, remedy=remedy if message else "",
            )  # fmt: skip
        rule = reading.rule
        if rule is None:
            return
        for version, number in zip(rule.versions, reading.versions, strict=True):
            if number not in reading.damaged:
                yield from self.version(rule, version, ("version", number))
        yield from self.cases(rule, reading)

    def finding(self, path: Path, severity: str, message: str, remedy: str) -> Finding:
        """Return a finding at a path of the data."""
        return Finding(
            where=_place(self.data, path), line=line_of(path, self.lines), severity=severity,
            message=message, remedy=remedy,
        )  # fmt: skip

    def error(self, path: Path, message: str, remedy: str) -> Finding:
        return self.finding(path, "error", message, remedy)

    def warning(self, path: Path, message: str, remedy: str) -> Finding:
        return self.finding(path, "warning", message, remedy)

    def placeholders(self) -> Iterator[Finding]:
        for path, text in _unfinished(self.data):
            what = text.partition(": ")[2] if text.startswith("TODO: ") else text
            yield self.error(path, f"to fill in: {what}", "")

    def version(self, rule: Rule, version: Version, path: Path) -> Iterator[Finding]:
        yield from self.parameters(rule, version, path)
        yield from self.inputs(version, path)
        if version.shape == "decision_table":
            yield from self.table(version, path)
        if version.full_price is not None:
            key = (*path, "full_price")
            missing = 'or with value = "missing" where the price is not known'
            yield from self.open_cases(version.full_price, path, "no full price", missing=missing)
            yield from self.idle(version.full_price, key)
        for scale in version.scales:
            if scale.base is not None:
                yield from self.idle(scale.base, (*path, "scale", scale.numerator, "row"))
        for n, block in enumerate(version.blocks):
            yield from self.idle(block.prices, (*path, "block", n, "variant"))

    def table(self, version: Version, path: Path) -> Iterator[Finding]:
        """Check the decision table with every choice that its parameters allow."""
        position = {row.tranche: n for n, row in enumerate(version.all_rows)}
        said: set[str] = set()
        idle: dict[str, tuple[str, ...]] = {}
        deciding: set[str] = set()
        for choices in _choices(version):
            chosen = attrs.evolve(
                version,
                parameters=tuple(
                    attrs.evolve(p, value=choices.get(p.name, p.value)) for p in version.parameters
                ),
            )
            table = chosen.table
            try:
                _ = table.row_of_cell
            except ValueError as error:
                yield self.error(path, f"{_with(choices)}{error}", "")
                continue
            yield from self.open_cases(table, path, "no row", said, _with(choices))
            never = dict(idle_rows(table))
            for n, row in enumerate(table.rows):
                if n in never:
                    idle[row.tranche] = tuple(table.rows[k].tranche for k in never[n])
                else:
                    deciding.add(row.tranche)
            for a, b, group in overlaps(table):
                first, second = table.rows[a].tranche, table.rows[b].tranche
                if f"{first} {second}" not in said:
                    said.add(f"{first} {second}")
                    yield self.warning(
                        (*path, "row", position[second]),
                        f"overlaps the row {first!r}, which comes first and decides for {group.words}",
                        "write bounds that meet, so that no order decides",
                    )  # fmt: skip
        for tranche, before in idle.items():
            if tranche not in deciding:
                yield self._idle((*path, "row", position[tranche]), before)

    def open_cases(
        self, table: DecisionTable, path: Path, what: str, said: set[str] | None = None,
        choices: str = "", missing: str = "",
    ) -> Iterator[Finding]:  # fmt: skip
        said = set() if said is None else said
        found = [group for group in open_groups(table) if group.words not in said]
        said.update(group.words for group in found)
        for n, group in enumerate(found[:SHOWN]):
            more = len(found) - SHOWN
            others = f" (and {more} more groups of cases)" if n == SHOWN - 1 and more > 0 else ""
            remedy = ", ".join(filter(None, (_row_for(group), missing)))
            yield self.error(path, f"{choices}{what} covers {group.words}{others}", remedy)

    def idle(self, table: DecisionTable, path: Path) -> Iterator[Finding]:
        """Check a list of rows whose place in the file is their number, all but a last that is implied."""
        for number, before in idle_rows(table):
            names = [table.rows[n].tranche or f"number {n + 1}" for n in before]
            rows = _at(self.data, path)
            here = (*path, number) if rows is not None and number < len(rows) else path[:-1]
            yield self._idle(here, tuple(names))

    def _idle(self, path: Path, before: tuple[str, ...]) -> Finding:
        if not before:
            return self.error(
                path, "never decides: its conditions hold for no accepted value",
                "correct the bounds, or take the row out",
            )  # fmt: skip
        rows = ", ".join(map(repr, before))
        return self.error(
            path, f"never decides: all its cases are taken before it by {rows}",
            "move it up, narrow those rows, or take it out",
        )  # fmt: skip

    def parameters(self, rule: Rule, version: Version, path: Path) -> Iterator[Finding]:
        chosen = {name for row in version.all_rows for name in row.only_if}
        used = {*FIGURES[version.shape], *chosen}
        for n, parameter in enumerate(version.parameters):
            here = (*path, "parameter", n)
            if parameter.unit:
                yield from self.unit(rule, parameter, (*here, "unit"))
            if not _is_figure(parameter):
                continue
            if not parameter.unit:
                yield self.warning(
                    here, "a figure without a unit",
                    f'write unit = "{rule.currency}/month", "share", "m3" ...',
                )  # fmt: skip
            if parameter.name not in used and not self.explained(rule, parameter, here):
                yield self.warning(
                    here, "nothing is computed with this figure, and no comment or note explains it",
                    "say in a comment or in notes what it is for, or take it out",
                )  # fmt: skip

    def unit(self, rule: Rule, parameter: Parameter, path: Path) -> Iterator[Finding]:
        known = _units(rule.currency)
        money = re.match(r"([A-Z]{3})(?![A-Za-z])", parameter.unit)
        if money and money[1] != rule.currency:
            yield self.error(
                path, f"the unit {parameter.unit!r} is not in {rule.currency}, the rule's currency",
                "correct the unit, or write the currency of the rule",
            )  # fmt: skip
        elif parameter.unit not in known:
            yield self.warning(
                path, f"the unit {parameter.unit!r} is not one of those in use",
                nearest(parameter.unit, known),
            )  # fmt: skip

    def explained(self, rule: Rule, parameter: Parameter, path: Path) -> bool:
        """Say whether a comment at the figure, or a note that names it, says what it is for."""
        first = self.lines[path]
        lines = self.text.splitlines()
        stop = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
        if any(map(_COMMENT.search, lines[max(first - 2, 0) : stop])):
            return True
        words = {parameter.name, *(f"{x:g}" for x in _numbers(parameter.value))}
        pattern = "|".join(rf"(?<![\w.]){re.escape(word)}(?![\w]|\.\d)" for word in words)
        notes = (text for note in rule.notes for text in note.values())
        return any(re.search(pattern, text.replace(",", "")) for text in notes)

    def inputs(self, version: Version, path: Path) -> Iterator[Finding]:
        used = version.read_by(version.all_rows)
        for key in ("required", "optional"):
            line = self.lines.get((*path, key))
            if line is not None and _COMMENT.search(self.text.splitlines()[line - 1]):
                continue  # someone has said why
            for name in getattr(version, key):
                if name not in used:
                    yield self.warning(
                        (*path, key), f"nothing is computed with the input {name}",
                        f"take it out of {key}, or write the rows that need it",
                    )  # fmt: skip

    def cases(self, rule: Rule, reading: _Reading) -> Iterator[Finding]:
        first, last = rule.versions[0].valid_from, rule.versions[-1].valid_to
        seen: set[dt.date] = set()
        for case, number in zip(rule.cases, reading.cases, strict=True):
            path: Path = ("case", number)
            day = case["on"]
            if reading.touched(day):
                seen.update(v.valid_from for v in rule.versions)
                continue
            if not first <= day <= last:
                yield self.error(
                    (*path, "on"), f"the rule is known from {first} to {last}, not on {day}",
                    "give a day between",
                )  # fmt: skip
                continue
            if not case["source"].strip():
                yield self.warning(
                    path, "a worked case without a source",
                    "say where it is published, or 'calculé à la main d'après la règle'",
                )  # fmt: skip
            dated = in_force(rule, day)
            seen.add(dated.version.valid_from)
            if not _unfinished(_at(self.data, path)):
                yield from self.case(dated, case, path)
        for version, number in zip(rule.versions, reading.versions, strict=True):
            if version.valid_from not in seen and number not in reading.damaged:
                yield self.warning(
                    ("version", number), "no worked case tries this version",
                    f"add a [[case]] on a day from {version.valid_from} to {version.valid_to}",
                )  # fmt: skip

    def case(self, rule: Rule, case: Mapping[str, Any], path: Path) -> Iterator[Finding]:
        try:
            result = rule.compute(**case["given"])
        except InputError as error:
            yield self.error(
                (*path, "given"),
                f"does not compute: {str(error).partition('; ')[0]}",
                "correct the case, or the version",
            )
            return
        wrong = []
        for name, expected in case["expect"].items():
            found = getattr(result, name)
            missing = isinstance(found, float) and math.isnan(found)
            if found != expected and not (missing and expected == MISSING):
                wrong.append(
                    f"expected {name} {expected!r}, found {MISSING if missing else found!r}"
                )
        if wrong:
            row = f" (decided by {result.tranche!r})" if result.tranche else ""
            yield self.error(
                (*path, "expect"), f"{', '.join(wrong)}{row}",
                "correct the case or the rule, whichever its source contradicts",
            )  # fmt: skip


class _Reading:
    """The rule that a file holds, read again without each part that is wrong.

    The reader stops at its first error. So that one error does not hide the others, the part that
    it is in is left out, and the rest is read again. What a part left out may have made wrong is
    not reported: its version counts as damaged.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.starts = [
            v.get("valid_from") if isinstance(v, dict) else None
            for v in data.get("version", [])
            if isinstance(data.get("version"), list)
        ]
        self.data = _numbered(data)
        self.errors: list[FormatError] = []
        self.damaged: set[int] = set()
        self.rule: Rule | None = None
        while len(self.errors) < MAX_ERRORS:
            try:
                self.rule = parse_rule(self.data)
            except FormatError as error:
                path = _original(self.data, error.path)
                if not self._follows(error.path, path):
                    self.errors.append(FormatError(error.message, path, error.where))
                if not self._left_out(error.path, path):
                    return
            else:
                return

    @property
    def versions(self) -> list[int]:
        """Numbers, in the file, of the versions that were read."""
        return list(self.data["version"].at)

    @property
    def cases(self) -> list[int]:
        """Numbers, in the file, of the cases that were read."""
        return list(self.data["case"].at) if "case" in self.data else []

    def touched(self, day: dt.date) -> bool:
        """Say whether the version of a day is one that could not be read whole."""
        before = [n for n, d in enumerate(self.starts) if isinstance(d, dt.date) and d <= day]
        return bool(before) and before[-1] in self.damaged

    def _follows(self, path: Path, original: Path) -> bool:
        """Say whether an error is but the consequence of another, or of a place to fill in."""
        part = path[: _part(path)]
        if _unfinished(_at(self.data, part)):
            return True
        whole = len(path) == 2 or path[2] not in LISTED if len(path) >= 2 else False
        return whole and original[0] == "version" and original[1] in self.damaged

    def _left_out(self, path: Path, original: Path) -> bool:
        """Take the part that an error is in out of the data; say whether that can be done."""
        if not path:
            return False
        top = path[0]
        if len(path) >= 2 and top in ("version", "case") and isinstance(path[1], int):
            if top == "version":
                self.damaged.add(int(original[1]))
            part = path[: _part(path)]
            holder = _at(self.data, part[:-1])
            if self._known_inputs(path):
                return True
            del holder[part[-1]]
            return bool(self.data.get("version"))
        if top == "list" and len(path) >= 2:
            self.damaged.update(range(len(self.starts)))
            self.data["list"][path[1]] = {"source": "-", "confidence": "official", "values": []}
        elif top in STAND_INS and self.data.get(top) != STAND_INS[str(top)]:
            self.data[str(top)] = STAND_INS[str(top)]
        elif top in self.data and top not in ("shape", "outputs", "version"):
            del self.data[str(top)]
        else:
            return False
        return True

    def _known_inputs(self, path: Path) -> bool:
        """Keep of the inputs of a version those that exist; say whether any was left out."""
        if path[2:] not in (("required",), ("optional",)):
            return False
        names = _at(self.data, path)
        if not isinstance(names, list):
            return False
        known = list(dict.fromkeys(n for n in names if isinstance(n, str) and n in INPUTS))
        if known == names:
            return False
        _at(self.data, path[:2])[path[2]] = known
        return True


class _Items(list[Any]):
    """A list that knows the numbers that its items have in the file."""

    def __init__(self, items: list[Any]) -> None:
        super().__init__(items)
        self.at = list(range(len(items)))

    def __delitem__(self, number: Any) -> None:
        super().__delitem__(number)
        del self.at[number]


def _numbered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(item) for key, item in value.items()}
    if isinstance(value, list):
        return _Items([_numbered(item) for item in value])
    return copy.copy(value)


def _original(data: Any, path: Path) -> Path:
    """Return the path in the file of a path in what is left of it."""
    found: list[str | int] = []
    for key in path:
        found.append(data.at[key] if isinstance(data, _Items) and isinstance(key, int) else key)
        data = _step(data, key)
    return tuple(found)


def _part(path: Path) -> int:
    """Return the length of the path of what to leave out: an item of a list, or a whole version."""
    return 4 if len(path) >= 4 and path[0] == "version" and path[2] in LISTED else 2


def _step(data: Any, key: str | int) -> Any:
    try:
        return data[key]
    except (KeyError, IndexError, TypeError):
        return None


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = _step(data, key)
    return data


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from _leaves(item, (*path, n))
    else:
        yield path, value


def _unfinished(value: Any) -> list[tuple[Path, str]]:
    """Return the texts that still say that something is to be filled in, with their paths."""
    return [
        (path, text)
        for path, text in _leaves(value)
        if isinstance(text, str) and PLACEHOLDER.search(text)
    ]


def _place(data: Any, path: Path) -> str:
    """Return a path in words: versions by their day, rows and parameters by their name."""
    words: list[str] = []
    for n, key in enumerate(path):
        if not isinstance(key, int):
            if (
                key == "each"
                or not isinstance(_at(data, path[: n + 1]), list)
                or n == len(path) - 1
            ):
                words.append(key)
            continue
        item, label = _at(data, path[: n + 1]), str(path[n - 1]).replace("_", " ")
        named = item if isinstance(item, dict) else {}
        if label == "version" and isinstance(named.get("valid_from"), dt.date):
            words.append(f"version {named['valid_from']}")
        elif "tranche" in named and not PLACEHOLDER.search(str(named["tranche"])):
            words.append(f"{label} {named['tranche']!r}")
        elif label == "parameter" and "name" in named:
            words.append(f"parameter {named['name']}")
        else:
            words.append(f"{label} {key + 1}")
    return ", ".join(words)


def _choices(version: Version) -> Iterator[dict[str, object]]:
    """Yield the choices that the rows read: as the file has them first, then every other."""
    read = {name for row in version.all_rows for name in row.only_if}
    parameters = [p for p in version.parameters if p.name in read]
    yield {}
    if math.prod(len(p.choices) for p in parameters) > MAX_CHOICES:
        for p in parameters:
            yield from ({p.name: value} for value in p.choices if value != p.value)
        return
    for values in product(*(p.choices for p in parameters)):
        changed = {
            p.name: value for p, value in zip(parameters, values, strict=True) if value != p.value
        }
        if changed:
            yield changed


def _with(choices: Mapping[str, object]) -> str:
    texts = [f"{name} = {value!r}" for name, value in choices.items()]
    return f"with {', '.join(texts)}, " if texts else ""


def _row_for(group: Group) -> str:
    if group.when is None:
        return (
            "add a row that does not ask for what is not given, such as a last one with when = {}"
        )
    return f"add a row below the others with when = {group.when}"


def _is_figure(parameter: Parameter) -> bool:
    return bool(_numbers(parameter.value)) and not parameter.choices


def _numbers(value: object) -> list[float]:
    parts = value if isinstance(value, tuple) else (value,)
    return [x for x in parts if isinstance(x, int | float) and not isinstance(x, bool)]


def _units(currency: str) -> set[str]:
    own = {i.unit for i in INPUTS.values() if i.unit and not i.unit.startswith(("EUR", "BRL"))}
    return {*UNITS, *own, *(currency + suffix for suffix in MONEY_UNITS)}
