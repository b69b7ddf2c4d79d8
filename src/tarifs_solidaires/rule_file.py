"""Rule files: TOML to rules, and the rules that ship with the package."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from tarifs_solidaires.block_tariff import Block
from tarifs_solidaires.conditions import Condition, Flag, Interval, parse_condition
from tarifs_solidaires.decision_table import DecisionTable, Row, Substitution
from tarifs_solidaires.errors import DateError, RuleError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.scale import Scale
from tarifs_solidaires.toml_lines import Path as Place
from tarifs_solidaires.toml_lines import line_of, lines_of
from tarifs_solidaires.version import (
    CONFIDENCES,
    OUTPUTS,
    SHAPE_OUTPUTS,
    SHAPES,
    Parameter,
    Version,
)

MAX_BYTES = 1_000_000  # a rule file is read by people; a larger one is a mistake
MISSING = "missing"
ORIGINS = ("declaration", "attestation", "administration")
NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*"  # territoire/dispositif
CURRENCY = r"[A-Z]{3}"
LANGUAGES = ("fr", "en", "pt")
PER = ("personne", "foyer")
# Figures that a shape computes with; those of LISTS may be a list.
FIGURES = MappingProxyType(
    {
        "decision_table": (),
        "effort_rate": (
            "part_ressources", "versement_minimal", "volume_par_personne",
            "volume_personne_suivante", "prix_m3",
        ),
        "block_tariff": ("aide_par_personne", "personnes_sans_aide"),
    }
)  # fmt: skip
LISTS = ("volume_par_personne",)


class FormatError(ValueError):
    """Something in the file is not as the format asks.

    Parameters
    ----------
    message : str
        What is wrong, and what to do after a semicolon.
    path : tuple of str and int
        Where it is in the data of the file.
    where : str
        The same in words.
    """

    def __init__(self, message: str, path: Place, where: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message, self.path, self.where = message, path, where


def list_rules() -> tuple[str, ...]:
    """Return the names of the rules that ship with the package.

    Returns
    -------
    tuple of str
        Names, ``territoire/dispositif``, sorted.

    Examples
    --------
    >>> "nantes/transport" in list_rules()
    True
    """
    root = files("tarifs_solidaires") / "territories"
    return tuple(
        sorted(
            f"{folder.name}/{file.name.removesuffix('.toml')}"
            for folder in root.iterdir()
            if folder.is_dir()
            for file in folder.iterdir()
            if file.name.endswith(".toml")
        )
    )


def load_rule(name: str | Path, on: str | dt.date) -> Rule:
    """Return the version of a rule that is in force on a day.

    Parameters
    ----------
    name : str or Path
        Name of a rule that ships with the package (``list_rules``), or path of a ``.toml`` file.
    on : str or datetime.date
        The day; a str is ``YYYY-MM-DD``.

    Returns
    -------
    Rule
        The rule on that day.

    Raises
    ------
    RuleError
        Where there is no such rule, or the file is not one.
    DateError
        Where the day is no date, or outside the range that is known; the message names the range.

    Examples
    --------
    >>> load_rule("nantes/eau", on="2016-06-15").compute(
    ...     nombre_personnes=4, ressources_annuelles=12000.0
    ... ).aide_annuelle
    42.0
    """
    day = _day(on)
    rule = read_rule(name)
    first, last = rule.versions[0].valid_from, rule.versions[-1].valid_to
    if not first <= day <= last:
        raise DateError(
            f"{rule.name} is known from {first} to {last}, not on {day}; ask for a day between"
        )
    return in_force(rule, day)


def in_force(rule: Rule, day: dt.date) -> Rule:
    """Return a rule on a day that it knows."""
    version = next(v for v in reversed(rule.versions) if v.valid_from <= day)
    return attrs.evolve(rule, on=day, version=version)


def read_rule(name: str | Path) -> Rule:
    """Return a rule on the first day of its last version, read again only when its file changed."""
    name = _named(name)
    own = name.endswith(".toml") and Path(name).is_file()
    return _read(name, Path(name).stat().st_mtime_ns if own else 0)


def _named(name: object) -> str:
    if isinstance(name, Path):
        return str(name)
    if not isinstance(name, str):
        raise RuleError(f"a rule is named by text such as 'nantes/transport', not {name!r}")
    return name


def read_text(name: str | Path) -> str:
    """Return the text of a rule file, of the package or a user's own."""
    name = _named(name)
    if not name.endswith(".toml"):
        if name not in (known := list_rules()):
            if Path(name).exists():
                raise RuleError(f"{name}: no rule file; the name of one ends in .toml")
            raise RuleError(f"no rule {name!r}; {nearest(name, known)}")
        territory, scheme = name.split("/")
        file = files("tarifs_solidaires") / "territories" / territory / f"{scheme}.toml"
        return file.read_text("utf-8")
    path = Path(name)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RuleError(f"{name}: larger than {MAX_BYTES:,} bytes, which no rule is")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RuleError(f"{name}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError as error:
        raise RuleError(f"{name}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _day(on: str | dt.date) -> dt.date:
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    try:
        return dt.datetime.strptime(on, "%Y-%m-%d").date()
    except (TypeError, ValueError):
        raise DateError(f"{on!r} is no day: write YYYY-MM-DD, such as 2020-10-01") from None


@lru_cache(maxsize=64)
def _read(name: str, _modified: int) -> Rule:
    text = read_text(name)
    try:
        return parse_rule(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{name}: not TOML: {error}") from None
    except FormatError as error:
        line = line_of(error.path, lines_of(text))
        raise RuleError(f"{name}:{line}: {error}" if line else f"{name}: {error}") from None
    except ValueError as error:
        raise RuleError(f"{name}: {error}") from None


class _Reader:
    """A table of the file, which knows where it stands and what has not been read."""

    def __init__(self, table: object, where: str, path: Place = ()) -> None:
        if not isinstance(table, Mapping):
            raise FormatError(f"expected a table, got {table!r}", path, where or "the file")
        self.table: Mapping[str, Any] = table
        self.where = where
        self.path = path
        self.read: set[str] = set()

    def wrong(self, key: str, message: str) -> FormatError:
        """Return the error of a key, or of the whole table where the key is empty."""
        where = ", ".join(filter(None, (self.where, key)))
        return FormatError(message, (*self.path, key) if key else self.path, where)

    def get(self, key: str, kind: Any, default: Any = ...) -> Any:
        """Return a value of a kind."""
        self.read.add(key)
        if key not in self.table:
            if default is ...:
                message = f"the key {key!r} is missing; see nantes/transport for the form"
                raise FormatError(message, (*self.path, key), self.where)
            return default
        value = self.table[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            expected = {
                str: "text", list: "a list", dict: "a table", dt.date: "a date such as 2024-01-31",
            }.get(kind, "a number")  # fmt: skip
            quoted = isinstance(value, str) and re.fullmatch(r"[\d.-]+", value)
            remedy = "; take the quotes away" if quoted else ""
            raise self.wrong(key, f"expected {expected}, got {value!r}{remedy}")
        return value

    def inner(self, key: str, where: str, default: Any = ...) -> _Reader:
        """Return a table of the table, under a name of its own."""
        return _Reader(self.get(key, dict, default), where, (*self.path, key))

    def tables(self, key: str, label: str) -> list[_Reader]:
        """Return the tables of a list, each named by its place."""
        tables = self.get(key, list, [])
        place = f"{self.where}, {label}" if self.where else label
        return [_Reader(t, f"{place} {n + 1}", (*self.path, key, n)) for n, t in enumerate(tables)]

    def words(self, key: str, known: Sequence[str], default: Any = ...) -> tuple[str, ...]:
        """Return a list of known words."""
        words = self.get(key, list, default)
        for word in words:
            if word not in known:
                label = {"outputs": "output"}.get(key, "input")
                raise self.wrong(key, f"{label} {word!r} is unknown; {nearest(str(word), known)}")
        if len(set(words)) < len(words):
            raise self.wrong(key, "a name stands twice")
        return tuple(words)

    def word(self, key: str, known: Sequence[str], default: Any = ...) -> str:
        """Return one of some known words."""
        word: str = self.get(key, str, default)
        if word not in known:
            raise self.wrong(key, f"{key} {word!r} is unknown: write {', '.join(known)}")
        return word

    def texts(self, key: str, default: Any = ...) -> tuple[str, ...]:
        """Return a list of texts."""
        texts = self.get(key, list, default)
        for text in texts:
            if not isinstance(text, str):
                raise self.wrong(key, f"expected texts between quotes, got {text!r}")
        return tuple(texts)

    def number(self, key: str, default: Any = ...) -> float:
        """Return a figure of 0 or more."""
        value = self.get(key, int | float, default)
        if not 0 <= value < 1e9:
            raise self.wrong(key, f"{value!r} must be a number from 0 up")
        return float(value)

    def sure(self, default_source: str | None = None) -> dict[str, Any]:
        """Return the source and the confidence, without which no figure enters."""
        source = self.get("source", str, ... if default_source is None else default_source)
        if not source.strip():
            raise self.wrong("source", "is empty; say where the figure comes from")
        return {"source": source, "confidence": self.word("confidence", CONFIDENCES)}

    def done(self) -> None:
        """Refuse a key that nothing reads: it is a mistake."""
        for key in self.table:
            if key not in self.read:
                raise self.wrong(key, f"the key is unknown; {nearest(key, self.read)}")


def parse_rule(data: Mapping[str, Any]) -> Rule:
    """Return the rule that a file's data is.

    Raises
    ------
    FormatError
        For the first thing that is wrong; the message says where.
    """
    top = _Reader(data, "")
    if top.get("format", int) != 1:
        raise top.wrong("format", "this version of the package reads format = 1")
    shape = top.word("shape", SHAPES)
    outputs = top.words("outputs", list(OUTPUTS))
    for name in outputs:
        if name not in SHAPE_OUTPUTS[shape]:
            known = ", ".join(SHAPE_OUTPUTS[shape])
            raise top.wrong("outputs", f"a rule of shape {shape} has no {name!r}; it has {known}")
    if not outputs:
        raise top.wrong("outputs", "name at least one")
    lists = {}
    for name, table in top.get("list", dict, {}).items():
        entry = _Reader(table, f"list {name}", ("list", name))
        entry.sure()
        lists[name] = frozenset(entry.texts("values"))
        entry.done()
    versions = _versions(top, shape, outputs, lists)
    origin = top.get("origin", dict, {})
    for name, word in origin.items():
        if name not in INPUTS or word not in ORIGINS:
            known = ", ".join(ORIGINS)
            raise top.wrong("origin", f"{name}: write one of {known} for an input of the rule")
    rule = Rule(
        name=_shaped(top, "name", NAME, "territoire/dispositif: lower case, digits, hyphens"),
        on=versions[-1].valid_from,
        title=_texts(top, "title"),
        purpose=_texts(top, "purpose"),
        per=top.word("per", PER),
        authority=top.get("authority", str),
        currency=_shaped(top, "currency", CURRENCY, "the three letters of ISO 4217", "EUR"),
        version=versions[-1],
        versions=versions,
        output_names=outputs,
        origin=MappingProxyType(dict(origin)),
        cases=tuple(_case(case, outputs) for case in top.tables("case", "case")),
        notes=_notes(top),
        lists=MappingProxyType(lists),
    )
    top.done()
    return rule


def _shaped(top: _Reader, key: str, shape: str, words: str, default: Any = ...) -> str:
    text: str = top.get(key, str, default)
    if re.fullmatch(shape, text) is None:
        raise top.wrong(key, f"{text!r} is none; write {words}")
    return text


def _texts(top: _Reader, key: str) -> Mapping[str, str]:
    return _languages(top.inner(key, ", ".join(filter(None, (top.where, key)))))


def _languages(texts: _Reader) -> Mapping[str, str]:
    found = {lang: texts.get(lang, str) for lang in LANGUAGES}
    texts.done()
    return MappingProxyType(found)


def _notes(top: _Reader) -> tuple[Mapping[str, str], ...]:
    """Return the notes in each language; a note that is one text stays in its own."""
    notes: list[Mapping[str, str]] = []
    for n, note in enumerate(top.get("notes", list, [])):
        if isinstance(note, str):
            notes.append(MappingProxyType(dict.fromkeys(LANGUAGES, note)))
        elif isinstance(note, dict):
            notes.append(_languages(_Reader(note, f"note {n + 1}", ("notes", n))))
        else:
            raise top.wrong("notes", f"expected a text or one in each language, got {note!r}")
    return tuple(notes)


def _case(case: _Reader, outputs: tuple[str, ...]) -> Mapping[str, Any]:
    given, expect = case.get("given", dict), case.get("expect", dict)
    for name, value in given.items():
        if name not in INPUTS:
            raise case.wrong("given", f"{name!r} is no input; {nearest(name, INPUTS)}")
        if not isinstance(value, bool | int | float | str):
            raise case.wrong("given", f"{name}: expected one value, got {value!r}")
    for name, value in expect.items():
        if name not in (*outputs, "tranche"):
            raise case.wrong("expect", f"{name!r} is no output; {nearest(name, outputs)}")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (isinstance(value, str) if name == "tranche" else number or value == MISSING):
            kind = "the name of a row" if name == "tranche" else f"a number or {MISSING!r}"
            raise case.wrong("expect", f"{name}: expected {kind}, got {value!r}")
    if not expect:
        raise case.wrong("expect", "is empty; say at least one result")
    found = {
        "on": case.get("on", dt.date),
        "given": MappingProxyType(given),
        "expect": MappingProxyType(expect),
        "source": case.get("source", str, ""),
    }
    case.done()
    return MappingProxyType(found)


def _versions(
    top: _Reader, shape: str, outputs: tuple[str, ...], lists: Mapping[str, frozenset[str]]
) -> tuple[Version, ...]:
    readers = top.tables("version", "version")
    if not readers:
        raise top.wrong("version", "the file has none; write at least one [[version]]")
    starts = [reader.get("valid_from", dt.date) for reader in readers]
    for before, reader, start in zip(starts, readers[1:], starts[1:], strict=False):
        if start <= before:
            raise reader.wrong(
                "valid_from",
                f"{start} is not after {before}: the versions must stand in order of their dates",
            )
    last = top.get("known_until", dt.date)
    if last < starts[-1]:
        raise top.wrong("known_until", f"{last} is before the last version, {starts[-1]}")
    versions = []
    ends = [start - dt.timedelta(days=1) for start in starts[1:]] + [last]
    for reader, start, end in zip(readers, starts, ends, strict=True):
        reader.where = f"version {start}"
        valid_to = reader.get("valid_to", dt.date, end)
        if valid_to != end:
            raise reader.wrong(
                "valid_to",
                f"{valid_to} leaves a gap or overlaps: the version lasts until {end}, the day "
                "before the next or known_until; leave valid_to out",
            )
        versions.append(_version(reader, start, end, shape, outputs, lists))
    return tuple(versions)


def _version(
    reader: _Reader, start: dt.date, end: dt.date, shape: str, outputs: tuple[str, ...],
    lists: Mapping[str, frozenset[str]],
) -> Version:  # fmt: skip
    required = reader.words("required", list(INPUTS))
    optional = reader.words("optional", list(INPUTS), [])
    for name in required:
        if name in optional:
            raise reader.wrong("optional", f"{name} is required as well; keep one")
    source = reader.get("source", str)
    if not source.strip():
        raise reader.wrong("source", "is empty; say which decision this version comes from")
    accepted = (*required, *optional)

    def conditions(table: _Reader) -> tuple[Condition, ...]:
        return _conditions(table, accepted, lists)

    parameters = tuple(_parameter(p) for p in reader.tables("parameter", "parameter"))
    rows, substitutions, full, blocks = [], [], [], []
    for table in reader.tables("row", "row"):
        table.where = f"{reader.where}, row {table.get('tranche', str)!r}"
        rows.append(_row(table, conditions(table), outputs, source, parameters))
        table.done()
    for table in reader.tables("substitution", "substitution"):
        name, value = table.get("input", str), table.number("value")
        if name not in accepted:
            raise table.wrong(
                "input", f"{name!r} is no input of this version; {nearest(name, accepted)}"
            )
        if INPUTS[name].kind != "number":
            raise table.wrong("input", f"{name} is a {INPUTS[name].kind}, not a number")
        substitutions.append(
            Substitution(input=name, value=value, when=conditions(table), **table.sure())
        )
        table.done()
    for table in reader.tables("full_price", "full price"):
        then = MappingProxyType({"value": _figure(table, "value")})
        full.append(
            Row(
                tranche=table.get("tranche", str), when=conditions(table), then=then, **table.sure()
            )
        )
        table.done()
    for table in reader.tables("block", "block"):
        blocks.append(_block(table, conditions, required))
        table.done()
    _in_order(reader, rows, blocks)
    scales = _scales(reader, accepted, required, lists)
    residence = reader.get("residence", str, "")
    if residence and residence not in lists:
        raise reader.wrong("residence", f"no list {residence!r}; {nearest(residence, lists)}")
    reader.done()
    _belong(reader, shape, rows=rows, block=blocks)
    version = Version(
        valid_from=start, valid_to=end, source=source, shape=shape, required=required,
        optional=optional, parameters=parameters, all_rows=tuple(rows),
        substitutions=tuple(substitutions), scales=scales, full_prices=tuple(full),
        blocks=tuple(blocks), residence=lists.get(residence, frozenset()),
    )  # fmt: skip
    _computable(version, reader, outputs)
    return version


def _parameter(table: _Reader) -> Parameter:
    table.where = f"{table.where.rsplit(',', 1)[0]}, parameter {table.get('name', str)}"
    value = table.get("value", object)
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, str | dt.date | int | float):
            raise table.wrong("value", f"expected a number, a text, a date or a list, got {part!r}")
        if isinstance(part, float) and not 0 <= part < 1e9:
            raise table.wrong("value", f"{part!r} must be a number from 0 up")
    choices = tuple(table.get("choices", list, []))
    if choices and value not in choices:
        raise table.wrong("value", f"{value!r} is none of its choices")
    parameter = Parameter(
        name=table.get("name", str),
        value=tuple(value) if isinstance(value, list) else value,
        unit=table.get("unit", str, ""),
        choices=choices,
        meaning=_texts(table, "meaning") if "meaning" in table.table else MappingProxyType({}),
        **table.sure(),
    )
    table.done()
    return parameter


def _conditions(
    table: _Reader, accepted: Sequence[str], lists: Mapping[str, frozenset[str]]
) -> tuple[Condition, ...]:
    conditions = []
    for name, text in table.get("when", dict, {}).items():
        if name not in accepted:
            known = "add it to required or optional" if name in INPUTS else nearest(name, INPUTS)
            raise table.wrong("when", f"{name!r} is no input of this version; {known}")
        try:
            condition = parse_condition(name, text, lists)
        except ValueError as error:
            raise table.wrong("when", f"{name}: {error}") from None
        kind = {Interval: "number", Flag: "flag"}.get(type(condition), "commune")
        if INPUTS[name].kind != kind:
            raise table.wrong(
                "when", f"{name}: {text!r} does not fit: the input is a {INPUTS[name].kind}"
            )
        conditions.append(condition)
    return tuple(conditions)


def _figure(table: _Reader, key: str) -> float:
    if table.table.get(key) == MISSING:
        table.read.add(key)
        return math.nan
    return table.number(key)


def _row(
    table: _Reader, when: tuple[Condition, ...], outputs: tuple[str, ...], source: str,
    parameters: Sequence[Parameter],
) -> Row:  # fmt: skip
    given = table.inner("then", f"{table.where}, then")
    needed = {name for name in outputs if name != "prix_mensuel"}
    if not needed <= set(given.table) <= set(outputs):
        raise table.wrong("", f"then must give {', '.join(outputs)} and nothing else")
    then = {name: _figure(given, name) if name in given.table else math.nan for name in outputs}
    if then.get("taux_reduction", 0) > 1:
        raise table.wrong("then", "taux_reduction is a share from 0 to 1")
    only_if = table.get("if", dict, {})
    choices = {p.name: p.choices for p in parameters}
    for name, value in only_if.items():
        if value not in choices.get(name, ()):
            raise table.wrong(
                "if", f"{name} = {value!r} is no choice of a parameter of this version"
            )
    return Row(
        tranche=table.get("tranche", str), when=when, then=MappingProxyType(then),
        only_if=MappingProxyType(dict(only_if)), **table.sure(source),
    )  # fmt: skip


def _block(table: _Reader, conditions: Any, required: Sequence[str]) -> Block:
    rows = []
    for variant in table.tables("variant", "variant"):
        then = MappingProxyType({"price": variant.number("price")})
        rows.append(Row(tranche="", when=conditions(variant), then=then, **variant.sure()))
        variant.done()
    then = MappingProxyType({"price": table.number("price")})
    rows.append(Row(tranche="", when=(), then=then, **table.sure()))
    up_to = table.number("up_to") if "up_to" in table.table else math.inf
    prices = DecisionTable(rows=tuple(rows), required=tuple(required))
    return Block(tranche=table.get("tranche", str), up_to=up_to, prices=prices)


def _scales(
    reader: _Reader, accepted: Sequence[str], required: Sequence[str],
    lists: Mapping[str, frozenset[str]],
) -> tuple[Scale, ...]:  # fmt: skip
    scales = []
    for name, data in reader.get("scale", dict, {}).items():
        table = _Reader(data, f"{reader.where}, scale {name}", (*reader.path, "scale", name))
        by, each = table.get("by", str, ""), table.get("each", dict, {})
        for used in filter(None, (name, by, *each)):
            if used not in accepted:
                raise table.wrong(
                    "", f"{used!r} is no input of this version; {nearest(used, accepted)}"
                )
            if INPUTS[used].kind != "number":
                raise table.wrong("", f"{used} is a {INPUTS[used].kind}, not a number")
            if used != name and used not in required and INPUTS[used].default is None:
                raise table.wrong("", f"{used} may be left out; add it to required")
        for used, amount in each.items():
            if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
                raise table.wrong("each", f"{used}: expected a number from 0 up, got {amount!r}")
        rows = []
        for row in table.tables("row", "row"):
            then = MappingProxyType({"value": row.number("value")})
            rows.append(
                Row(
                    tranche="",
                    when=_conditions(row, accepted, lists),
                    then=then,
                    source="",
                    confidence="",
                )
            )
            row.done()
        if bool(by) == bool(rows):
            raise table.wrong("", "give either 'by' or rows with the base of the scale")
        base = DecisionTable(rows=tuple(rows), required=tuple(required)) if rows else None
        if base is not None and base.has_holes:
            raise table.wrong("", "the rows leave a case open; end with when = {}")
        scales.append(
            Scale(
                numerator=name, by=by, base=base, each=MappingProxyType(dict(each)), **table.sure()
            )
        )
        table.done()
    return tuple(scales)


def _in_order(reader: _Reader, rows: Sequence[Row], blocks: Sequence[Block]) -> None:
    kind = "row" if rows else "block"
    seen: set[str] = set()
    for n, name in enumerate([row.tranche for row in rows] + [b.tranche for b in blocks]):
        if name in seen:
            place = (*reader.path, kind, n, "tranche")
            message = f"the tranche {name!r} stands twice; give each its name"
            raise FormatError(message, place, reader.where)
        seen.add(name)
    if len(rows) > 250:
        raise reader.wrong("", "more than 250 rows")
    ends = [block.up_to for block in blocks]
    if ends and (ends != sorted(set(ends)) or ends[-1] != math.inf):
        raise reader.wrong("", "the blocks must stand in order of up_to, and the last has none")


def _belong(reader: _Reader, shape: str, **tables: Sequence[object]) -> None:
    wanted = {"decision_table": "rows", "block_tariff": "block"}.get(shape)
    for name, found in tables.items():
        if bool(found) != (name == wanted):
            verb = "needs" if name == wanted else "has no"
            raise reader.wrong("", f"a rule of shape {shape} {verb} [[version.{name.rstrip('s')}]]")


def _computable(version: Version, reader: _Reader, outputs: tuple[str, ...]) -> None:
    """Make now what computing needs, so that a file that cannot compute is refused."""
    _check_figures(version, reader)
    need = {
        "effort_rate": ("nombre_personnes", "ressources_annuelles"),
        "block_tariff": ("volume_m3",),
    }
    for name in need.get(version.shape, ()):
        if name not in version.required:
            raise reader.wrong("", f"a rule of shape {version.shape} requires {name}")
    try:
        if version.shape == "decision_table":
            _ = version.table.row_of_cell
            if version.full_price is not None:
                if "taux_reduction" not in outputs or "prix_mensuel" not in outputs:
                    raise ValueError("full_price needs the outputs taux_reduction and prix_mensuel")
                _ = version.prices
        _ = version.effort_rate, [block.prices.row_of_cell for block in version.blocks]
    except KeyError as error:
        raise reader.wrong("", f"the parameter {error} is missing") from None
    except ValueError as error:
        raise reader.wrong("", str(error)) from None
    effort = version.effort_rate
    if effort is not None:
        if effort.prix_m3 is None and "prix_m3" not in version.required:
            raise reader.wrong("", "give the parameter prix_m3, or require it as an input")
        if not 0 < effort.part_ressources <= 1:
            raise reader.wrong("", "part_ressources must be above 0 and at most 1")
        listed = isinstance(version.figures["volume_par_personne"], tuple)
        if listed and "volume_personne_suivante" not in version.figures:
            raise reader.wrong(
                "",
                "volume_par_personne is a list: give volume_personne_suivante, the next person's",
            )


def _check_figures(version: Version, reader: _Reader) -> None:
    """Refuse what is no number where the shape computes with one, and names that stand twice."""
    names = [p.name for p in version.parameters]
    for n, parameter in enumerate(version.parameters):
        place = _Reader(
            {}, f"{reader.where}, parameter {parameter.name}", (*reader.path, "parameter", n)
        )
        if parameter.name in names[:n]:
            raise place.wrong("name", "stands twice; keep one")
        if parameter.name in FIGURES[version.shape]:
            value = parameter.value
            values = value if isinstance(value, tuple) and parameter.name in LISTS else (value,)
            for figure in values:
                number = isinstance(figure, int | float) and not isinstance(figure, bool)
                if not number or not 0 <= figure < 1e9:
                    raise place.wrong("value", f"expected a number from 0 up, got {figure!r}")
            if not values:
                raise place.wrong("value", "is an empty list; give at least one number")
