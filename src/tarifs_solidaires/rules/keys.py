"""Keys of a file, each with its kind and meaning: one declaration reads, describes and checks it.

A section of a file is an attrs class whose fields are made by ``key``. The same declaration serves the
reader (`Reader`), the JSON Schema (`schema_of`) and the page of documentation (`page_of`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import attrs

from tarifs_solidaires.errors import nearest
from tarifs_solidaires.rules.toml_lines import Path
from tarifs_solidaires.values.frozen import Frozen
from tarifs_solidaires.values.texts import Texts

Section = TypeVar("Section")
NOTHING: Any = attrs.NOTHING
LONGEST_TEXT = 5_000


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
        Languages of the file; the first is that of plain texts.
    """

    def __init__(self, languages: Sequence[str] = ()) -> None:
        self.languages = tuple(languages)
        self.remarks: list[Remark] = []

    def wrong(self, path: Path, code: str, template: str, remedy: str = "", **data: Any) -> None:
        """Note something that is wrong."""
        self.remarks.append(Remark(path, code, template, remedy, data))


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
        shown = repr(value) if len(repr(value)) < 60 else f"{repr(value)[:57]}…"
        quoted = isinstance(value, str) and re.fullmatch(r"-?\d+([.,]\d+)?", value)
        reader.wrong(
            path, "type", "expected {expected}, got {shown}",
            "take the quotes away" if quoted else "", expected=self.words(), shown=shown,
        )  # fmt: skip
        return NOTHING


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
        if "\0" in value or len(value) > LONGEST_TEXT:
            reader.wrong(
                path, "text", "is too long, or holds a character that is none", "shorten it"
            )
            return NOTHING
        if self.pattern and re.fullmatch(self.pattern, value) is None:
            reader.wrong(
                path, "pattern", "{value!r} is not {expected}", "write such as {example}",
                value=value, expected=self.what, example=self.example,
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
            path, "unknown_word", "{value!r} is unknown", nearest(str(value), self.known),
            value=value,
        )  # fmt: skip
        return NOTHING

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"enum": list(self.known)}

    def words(self) -> str:
        """Return what to write."""
        return ", ".join(f'`"{word}"`' for word in self.known)


@attrs.frozen
class Text(Kind):
    """A text in the languages of the file."""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if isinstance(value, str):
            plain = Plain().read(value, path, reader)
            if plain is NOTHING:
                return NOTHING
            first = reader.languages[0] if reader.languages else "en"
            return Texts.of({first: plain})
        if not isinstance(value, Mapping) or not value:
            return self.expected(value, path, reader)
        found: dict[str, str] = {}
        for lang, text in value.items():
            if lang not in reader.languages:
                reader.wrong(
                    (*path, lang), "language", "{lang!r} is not a language of this file",
                    "add it to languages, or: " + nearest(str(lang), reader.languages), lang=lang,
                )  # fmt: skip
                continue
            plain = Plain().read(text, (*path, lang), reader)
            if plain is not NOTHING:
                found[lang] = plain
        ordered = {lang: found[lang] for lang in reader.languages if lang in found}
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
            return self.expected(str(value), path, reader)
        number = Fraction(value)
        low = -self.high if self.low is None else self.low
        if not low <= number <= self.high or (self.above and number == low):
            reader.wrong(
                path, "out_of_bounds", "{value} is too small or too large", "write {expected}",
                value=value, expected=self.words(),
            )  # fmt: skip
            return NOTHING
        return number

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        key = "exclusiveMinimum" if self.above else "minimum"
        return {"type": "number"} | ({} if self.low is None else {key: float(self.low)})

    def words(self) -> str:
        """Return what to write."""
        if self.low is None:
            return "a number"
        return f"a number {'above' if self.above else 'from'} {self.low}"


@attrs.frozen
class Whole(Kind):
    """A whole number."""

    low: int = 0
    high: int = 10**9

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not self.low <= value <= self.high
        ):
            return self.expected(value, path, reader)
        return value

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"type": "integer", "minimum": self.low}

    def words(self) -> str:
        """Return what to write."""
        return f"a whole number from {self.low}"


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
            reader.wrong(path, "date", "{value} is far away", "check the year", value=str(value))
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
                path, "length", "has {count} items", "write {expected}", count=len(value),
                expected=self.what,
            )  # fmt: skip
            return NOTHING
        found = [self.of.read(item, (*path, n), reader) for n, item in enumerate(value)]
        return tuple(item for item in found if item is not NOTHING)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"type": "array", "items": self.of.schema(), "minItems": self.least}

    def words(self) -> str:
        """Return what to write."""
        return self.what


@attrs.frozen
class Table(Kind):
    """A table whose keys are names or codes."""

    of: Kind
    what: str
    names: str = ""
    most: int = 100_000

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """Return the value, or note what is wrong."""
        if not isinstance(value, Mapping):
            return self.expected(value, path, reader)
        found: dict[str, Any] = {}
        for name, item in value.items():
            if len(name) > 64 or (self.names and re.fullmatch(self.names, name) is None):
                reader.wrong(
                    (*path, name), "name", "{name!r} is no name",
                    "lower-case letters without accents, digits and _, a letter first",
                    name=name[:80],
                )  # fmt: skip
                continue
            one = self.of.read(item, (*path, name), reader)
            if one is not NOTHING:
                found[name] = one
        return Frozen(found)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        found: dict[str, Any] = {"type": "object", "additionalProperties": self.of.schema()}
        return found | ({"propertyNames": {"pattern": f"^{self.names}$"}} if self.names else {})

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


def key(kind: Kind, doc: str, default: Any = NOTHING, **more: Any) -> Any:
    """Declare a key of a section.

    Parameters
    ----------
    kind : Kind
        What it holds.
    doc : str
        What it means, in a sentence.
    default : object
        Value where it is left out; without one it is required.
    """
    return attrs.field(default=default, metadata={"kind": kind, "doc": doc}, **more)


def keys_of(section: type[Any]) -> dict[str, attrs.Attribute[Any]]:
    """Return the fields of a section by the keys of the file."""
    return {
        field.name.rstrip("_"): field for field in attrs.fields(section) if "kind" in field.metadata
    }


def read_section(
    section: type[Section], table: Mapping[str, Any], path: Path, reader: Reader
) -> Section | Any:
    """Return a section, or ``NOTHING`` where a key that it needs is missing or wrong."""
    fields = keys_of(section)
    values: dict[str, Any] = {}
    good = True
    for name, field in fields.items():
        if name not in table:
            if field.default is NOTHING:
                reader.wrong(
                    path, "missing_key", "the key {key!r} is missing", "write {expected}",
                    key=name, expected=field.metadata["kind"].words(),
                )  # fmt: skip
                good = False
            continue
        value = field.metadata["kind"].read(table[name], (*path, name), reader)
        if value is not NOTHING:
            values[field.name] = value
        elif field.default is NOTHING:
            good = False
    for name in table:
        if name not in fields:
            reader.wrong(
                (*path, name), "unknown_key", "the key {key!r} is unknown", nearest(name, fields),
                key=name[:80],
            )  # fmt: skip
    if not good:
        return NOTHING
    if "path" in {field.name for field in attrs.fields(section)}:  # type: ignore[arg-type]
        values["path"] = path
    return section(**values)


def schema_of(section: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a section; others that it holds are references."""
    fields = keys_of(section)
    return {
        "type": "object",
        "description": (section.__doc__ or "").strip().splitlines()[0],
        "properties": {
            name: field.metadata["kind"].schema() | {"description": field.metadata["doc"]}
            for name, field in fields.items()
        },
        "required": [name for name, field in fields.items() if field.default is NOTHING],
        "additionalProperties": False,
    }


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
