"""Keys of a file, each with its kind and meaning: one declaration reads, describes and checks it.

A section of a file is an attrs class whose fields are made by ``key``. The same declaration serves the
reader (`Reader`), the JSON Schema (`schema_of`) and the reference page (`rules.page`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypeVar

import attrs

from tarifs_solidaires.catalogue import Joined, Phrase, phrase
from tarifs_solidaires.errors import nearest
from tarifs_solidaires.rules.toml_lines import Path
from tarifs_solidaires.values.frozen import EMPTY, Frozen
from tarifs_solidaires.values.numbers import decimal_text
from tarifs_solidaires.values.texts import Texts

Section = TypeVar("Section")
NOTHING: Any = attrs.NOTHING
LONGEST_TEXT = 5_000
LONGEST_NAME = 64
# What stands where something is still to be written. "Todo" is a word of Portuguese, TODO is not.
PLACEHOLDER = re.compile(
    r"\s*(?:(?:TODO|TBD|FIXME)\b|\?\?\?|(?i:(?:[àa] compl[ée]ter|a preencher)\b))\s*:?\s*"
)


@attrs.frozen
class Remark:
    """Something in a file that is not as its format asks: where, what, what to do."""

    path: Path
    code: str
    template: str
    remedy: str = ""
    data: Mapping[str, Any] = attrs.field(factory=dict)


class Reader:
    """Read values by their kinds, noting all that is wrong.

    Parameters
    ----------
    languages : sequence of str
        Languages of the file, the first being that of plain texts; none where they are not known.
    data : mapping
        What the file holds, by which places are named.
    """

    def __init__(self, languages: Sequence[str] = (), data: Mapping[str, Any] = EMPTY) -> None:
        self.languages: tuple[str, ...] = tuple(languages)
        self.data = data
        self.remarks: list[Remark] = []
        self.meant: list[Path] = []  # places of keys that the file likely misspells
        self.lost: frozenset[str] = frozenset()  # names that the file states and that were not read
        self.blind = False  # whether a vocabulary was not read, so that any name may be one of its
        self._noted: set[tuple[Path, str, str, str]] = set()

    def wrong(self, path: Path, code: str, template: str, remedy: str = "", **data: Any) -> None:
        """Note something that is wrong, once."""
        key = (path, code, template, repr(data))
        if key not in self._noted:
            self._noted.add(key)
            if "expected" in data:  # what a kind says of itself
                data["expected"] = phrase(data["expected"])
            self.remarks.append(Remark(path, code, template, remedy, data))

    def value(self, kind: Kind, value: Any, path: Path) -> Any:
        """Return a value read as a kind, or ``NOTHING`` where it is wrong or still to be written."""
        left = PLACEHOLDER.match(value) if isinstance(value, str) else None
        if left is None:
            return kind.read(value, path, self)
        what = value[left.end() :].strip() or phrase(kind.words())
        self.wrong(path, "placeholder", "to fill in: {what}", what=what)
        return NOTHING


class Kind:
    """What a key holds."""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or ``NOTHING`` where it is wrong, which is noted."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        raise NotImplementedError

    def words(self) -> str:
        """Return what to write, in words."""
        raise NotImplementedError

    def expected(self, value: Any, path: Path, reader: Reader) -> Any:
        """Note that something else was expected."""
        remedy = ""
        if isinstance(value, str) and _UNQUOTED.fullmatch(value):
            remedy = "remove the quotes"
            if "," in value:
                remedy = "remove the quotes, and write a decimal point"
        elif isinstance(value, dt.datetime):
            remedy = "remove the time"
        elif isinstance(value, dt.date):
            remedy = "write the date between quotes"
        reader.wrong(
            path, "type", "expected {expected}, got {shown}", remedy, expected=self.words(),
            shown=shown(value),
        )  # fmt: skip
        return NOTHING


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_UNQUOTED = re.compile(r"-?\d+([.,]\d+)?|\d{4}-\d{2}-\d{2}|true|false")


def shown(value: Any) -> str:
    """Return a value as a file writes it, shortened where it is long."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            text = f'"{value}"'
        case Mapping():
            return Phrase("a table")
        case list() | tuple():
            return Phrase("a list")
        case Fraction():
            text = decimal_text(value)
        case dt.date() | dt.time():
            text = value.isoformat()
        case _:
            text = str(value)
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= 60 else f"{text[:57]}…"


@attrs.frozen
class Plain(Kind):
    """A text."""

    pattern: str = ""
    what: str = "a text"
    example: str = ""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if not isinstance(value, str):
            return self.expected(value, path, reader)
        if not value.strip():
            reader.wrong(path, "empty", "is empty", "write {expected}", expected=self.what)
            return NOTHING
        if _CONTROL.search(value):
            reader.wrong(path, "text", "contains a control character", "write plain text")
            return NOTHING
        if len(value) > LONGEST_TEXT:
            reader.wrong(
                path, "text", "has {count:,} characters, more than {most:,}", "shorten it",
                count=len(value), most=LONGEST_TEXT,
            )  # fmt: skip
            return NOTHING
        if self.pattern and re.fullmatch(self.pattern, value) is None:
            reader.wrong(
                path, "pattern", "{value} is not {expected}",
                "write it like {example}" if self.example else "", value=shown(value),
                expected=self.what, example=f'"{self.example}"',
            )  # fmt: skip
            return NOTHING
        return value

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        found: dict[str, Any] = {"type": "string", "minLength": 1}
        return found | ({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})

    def words(self) -> str:
        """Return what to write."""
        return self.what


@attrs.frozen
class Word(Kind):
    """One of some words."""

    known: tuple[str, ...]

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if value in self.known and isinstance(value, str):
            return value
        reader.wrong(
            path, "unknown_word", "{value} is not known here", nearest(str(value), self.known),
            value=shown(value),
        )  # fmt: skip
        return NOTHING

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"enum": list(self.known)}

    def words(self) -> str:
        """Return what to write."""
        return Joined([f'`"{word}"`' for word in self.known])


@attrs.frozen
class Text(Kind):
    """A text in the languages of the file."""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if isinstance(value, str):
            plain = reader.value(Plain(), value, path)
            if plain is NOTHING:
                return NOTHING
            first = reader.languages[0] if reader.languages else "en"
            return Texts.of({first: plain})
        if not isinstance(value, Mapping) or not value:
            return self.expected(value, path, reader)
        found: dict[str, str] = {}
        for lang, text in value.items():
            if reader.languages and lang not in reader.languages:
                reader.wrong(
                    (*path, lang), "language", "{lang!r} is not a language of this file",
                    "add it to languages, or write {known}", lang=lang[:80],
                    known=Joined(reader.languages, "or"),
                )  # fmt: skip
                continue
            plain = reader.value(Plain(), text, (*path, lang))
            if plain is not NOTHING:
                found[lang] = plain
        ordered = {lang: found[lang] for lang in reader.languages or found if lang in found}
        return Texts.of(ordered) if ordered else NOTHING

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"$ref": "#/$defs/text"}

    def words(self) -> str:
        """Return what to write."""
        return 'a text, or a table with one per language: `{ fr = "…", en = "…" }`'


@attrs.frozen
class Figure(Kind):
    """A number."""

    low: Fraction | None = None
    high: Fraction = Fraction(10**12)
    above: bool = False

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return self.expected(value, path, reader)
        if isinstance(value, Decimal) and (
            not value.is_finite() or abs(value.adjusted()) > 30 or len(value.as_tuple().digits) > 40
        ):
            return self.expected(value, path, reader)
        number = Fraction(value)
        low = -self.high if self.low is None else self.low
        if not low <= number <= self.high or (self.above and number == low):
            reader.wrong(
                path, "out_of_bounds",
                "{value} is too large" if number > self.high else "{value} is too small",
                "write {expected}", value=shown(value), expected=self._bounds(),
            )  # fmt: skip
            return NOTHING
        return number

    def _bounds(self) -> str:
        low = -self.high if self.low is None else self.low
        template = (
            "a number above {low:,} to {high:,}"
            if self.above
            else "a number from {low:,} to {high:,}"
        )
        return Phrase(template, low=int(low), high=int(self.high))

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        key = "exclusiveMinimum" if self.above else "minimum"
        low = -self.high if self.low is None else self.low
        return {"type": "number", key: int(low), "maximum": int(self.high)}

    def words(self) -> str:
        """Return what to write."""
        if self.low is None:
            return "a number"
        template = "a number above {low}" if self.above else "a number from {low}"
        return Phrase(template, low=decimal_text(self.low))


@attrs.frozen
class Whole(Kind):
    """A whole number."""

    low: int = 0
    high: int = 10**9

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if isinstance(value, bool) or not isinstance(value, int):
            return self.expected(value, path, reader)
        return value if self.low <= value <= self.high else self.expected(value, path, reader)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def words(self) -> str:
        """Return what to write."""
        if self.low == self.high:
            return Phrase("{value}", value=self.low)
        return Phrase("a whole number from {low}", low=self.low)


@attrs.frozen
class Truth(Kind):
    """True or false."""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        return value if isinstance(value, bool) else self.expected(value, path, reader)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"type": "boolean"}

    def words(self) -> str:
        """Return what to write."""
        return "`true` or `false`"


@attrs.frozen
class Day(Kind):
    """A date."""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            return self.expected(value, path, reader)
        if not 1800 <= value.year <= 2200:
            reader.wrong(
                path, "date", "{value} is not between 1800 and 2200", "check the year",
                value=str(value),
            )  # fmt: skip
            return NOTHING
        return value

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"type": "string", "format": "date"}

    def words(self) -> str:
        """Return what to write."""
        return "a date such as 2024-01-31, without quotes or time"


@attrs.frozen
class Scalar(Kind):
    """One value: a number, a text, a date, true or false."""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if isinstance(value, bool) or (isinstance(value, dt.date) and type(value) is dt.date):
            return value
        if isinstance(value, str):
            return Plain().read(value, path, reader)
        if isinstance(value, int | Decimal):
            return Figure().read(value, path, reader)
        return self.expected(value, path, reader)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"type": ["number", "string", "boolean"]}

    def words(self) -> str:
        """Return what to write."""
        return "a number, a text, a date, `true` or `false`"


@attrs.frozen
class Either(Kind):
    """A value of one of some kinds, told apart by its type."""

    kinds: tuple[Kind, ...]
    what: str

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        for kind in self.kinds:
            trial = Reader(reader.languages)
            found = kind.read(value, path, trial)
            if not trial.remarks:
                return found
            if any(remark.code != "type" or remark.path != path for remark in trial.remarks):
                reader.remarks += trial.remarks
                return NOTHING
        return self.expected(value, path, reader)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"anyOf": [kind.schema() for kind in self.kinds]}

    def words(self) -> str:
        """Return what to write."""
        return self.what


@attrs.frozen
class Listing(Kind):
    """A list."""

    of: Kind
    what: str
    least: int = 1
    most: int = 100_000

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if not isinstance(value, list):
            return self.expected(value, path, reader)
        if not self.least <= len(value) <= self.most:
            reader.wrong(
                path, "length", "has {count:,} items; there may be {least} to {most:,}",
                "write {expected}", count=len(value), least=self.least, most=self.most,
                expected=self.what,
            )  # fmt: skip
            return NOTHING
        found = [reader.value(self.of, item, (*path, n)) for n, item in enumerate(value)]
        return tuple(item for item in found if item is not NOTHING)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {
            "type": "array", "items": self.of.schema(), "minItems": self.least,
            "maxItems": self.most,
        }  # fmt: skip

    def words(self) -> str:
        """Return what to write."""
        return self.what


@attrs.frozen
class Table(Kind):
    """A table whose keys are names or codes."""

    of: Kind
    what: str
    names: str = ""
    name: str = "a name: lower-case letters without accents, digits and _, a letter first"
    most: int = 100_000

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if not isinstance(value, Mapping):
            return self.expected(value, path, reader)
        if len(value) > self.most:
            reader.wrong(
                path, "length", "has {count:,} entries; there may be {most:,}", "leave some out",
                count=len(value), most=self.most,
            )  # fmt: skip
            return NOTHING
        found: dict[str, Any] = {}
        for name, item in value.items():
            if len(name) > LONGEST_NAME or (self.names and not re.fullmatch(self.names, name)):
                reader.wrong(
                    (*path, name), "name", "{name} is not {expected}", "rename it",
                    name=shown(name), expected=self.name if len(name) <= LONGEST_NAME
                    else Phrase("a name: it has more than {most} characters", most=LONGEST_NAME),
                )  # fmt: skip
                continue
            one = reader.value(self.of, item, (*path, name))
            if one is not NOTHING:
                found[name] = one
        return Frozen(found)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        names: dict[str, Any] = {"maxLength": LONGEST_NAME}
        if self.names:
            names["pattern"] = f"^(?:{self.names})$"
        return {"type": "object", "additionalProperties": self.of.schema(), "propertyNames": names}

    def words(self) -> str:
        """Return what to write."""
        return self.what


@attrs.frozen
class Part(Kind):
    """A table that is a section of its own class."""

    section: type[Any]

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if not isinstance(value, Mapping):
            return self.expected(value, path, reader)
        return read_section(self.section, value, path, reader)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"$ref": f"#/$defs/{self.section.__name__}"}

    def words(self) -> str:
        """Return what to write."""
        return "a table"


def key(kind: Kind, doc: str, default: Any = NOTHING, *, stand_in: Any = NOTHING) -> Any:
    """Declare a key of a section.

    Parameters
    ----------
    kind : Kind
        What it holds.
    doc : str
        What it means, in a sentence.
    default : object
        Value where it is left out; without one it is required.
    stand_in : object
        Value in place of one that is missing or wrong, once that is noted; without one, what needs it
        is left out.
    """
    return attrs.field(default=default, metadata={"kind": kind, "doc": doc, "stand_in": stand_in})


def keys_of(section: type[Any]) -> dict[str, attrs.Attribute[Any]]:
    """Return the fields of a section by the keys of the file."""
    return {
        field.name.rstrip("_"): field for field in attrs.fields(section) if "kind" in field.metadata
    }


def read_section(
    section: type[Section],
    table: Mapping[str, Any],
    path: Path,
    reader: Reader,
    *,
    stand_ins: Mapping[str, Any] = EMPTY,
) -> Section | Any:
    """Return a section, or ``NOTHING`` where a key that it needs is missing or wrong.

    Parameters
    ----------
    section : type
        Class of the section.
    table : mapping
        Its data.
    path : tuple
        Its place in the file.
    reader : Reader
        Where all that is wrong is noted.
    stand_ins : mapping of str to object
        Values, by field, for what is missing or wrong and noted, so that one mistake at the head of
        a file hides none of those below.
    """
    fields = keys_of(section)
    unknown = [name for name in table if name not in fields]
    meant = {close for name in unknown for close in get_close_matches(name, fields, 1, 0.6)}
    reader.meant += [(*path, name) for name in sorted(meant)]
    values: dict[str, Any] = {}
    good = True
    for name, field in fields.items():
        kind: Kind = field.metadata["kind"]
        value = NOTHING
        if name in table:
            value = reader.value(kind, table[name], (*path, name))
        elif field.default is NOTHING and name not in meant:
            reader.wrong(
                path, "missing_key", "the key {key!r} is missing", "write {expected}", key=name,
                expected=kind.words(),
            )  # fmt: skip
        if value is NOTHING and field.default is NOTHING:
            value = stand_ins.get(field.name, field.metadata["stand_in"])
            good = good and value is not NOTHING
        if value is not NOTHING:
            values[field.name] = value
    for name in unknown:
        reader.wrong(
            (*path, name), "unknown_key", "the key {key} is not known here", nearest(name, fields),
            key=shown(name),
        )  # fmt: skip
    if not good:
        return NOTHING
    if any(field.name == "path" for field in attrs.fields(section)):  # type: ignore[arg-type]
        values["path"] = path
    return section(**values)


def schema_of(section: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a section; others that it holds are references."""
    fields = keys_of(section)
    return {
        "type": "object",
        "description": (section.__doc__ or "").strip().splitlines()[0],
        "properties": {
            name: {"description": field.metadata["doc"], **_with_default(field)}
            for name, field in fields.items()
        },
        "required": [name for name, field in fields.items() if field.default is NOTHING],
        "additionalProperties": False,
    }


def _with_default(field: attrs.Attribute[Any]) -> dict[str, Any]:
    found: dict[str, Any] = field.metadata["kind"].schema()
    default = field.default
    if isinstance(default, bool | int | str) and default != "":
        return found | {"default": default}
    if isinstance(default, Fraction):
        return found | {"default": float(default)}
    return found


def sections_in(
    section: type[Any], found: dict[str, type[Any]] | None = None
) -> dict[str, type[Any]]:
    """Return a section and all that it holds, by the names of their classes."""
    found = {} if found is None else found
    if section.__name__ not in found:
        found[section.__name__] = section
        for field in keys_of(section).values():
            for inner in _held(field.metadata["kind"]):
                sections_in(inner, found)
    return found


def _held(kind: Kind) -> list[type[Any]]:
    match kind:
        case Part(section):
            return [section]
        case Listing(of) | Table(of):
            return _held(of)
        case Either(kinds):
            return [section for one in kinds for section in _held(one)]
        case _:
            return []
