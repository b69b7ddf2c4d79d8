"""What every record shares: described fields, a way in from plain data, and the way out."""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeAlias, TypeVar

import attrs

from charte_registry.errors import Fault, nearest
from charte_registry.messages import joined
from charte_registry.records.formats import IDENTIFIANT, Format
from charte_registry.vocabularies.vocabulaire import Vocabulaire

T = TypeVar("T")
Conversion: TypeAlias = Callable[[Any, str], Any]  # reads a value, given its path for messages

PUBLIC, INTERNE = "public", "interne"

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGITS = re.compile(r"[0-9]{1,15}")
LARGEST = 10**15 - 1  # what every format and engine holds exactly


class FieldError(ValueError):
    """A field cannot be read.

    Parameters
    ----------
    path : str
        Field, dotted.
    code : str
        Stable name of what is wrong, such as ``"unknown_field"``.
    value : object
        What was given.
    **facts : object
        What else the message quotes.

    Attributes
    ----------
    problems : tuple of FieldError
        Everything that is wrong with the record, this one first.

    Examples
    --------
    >>> from charte_registry import Partenaire
    >>> try:
    ...     structure(Partenaire, {"id": "p", "nom": 3})
    ... except FieldError as error:
    ...     error.code, error.path, error.value
    ('not_text', 'nom', 3)
    """

    def __init__(self, path: str, code: str, *, value: Any = None, **facts: Any) -> None:
        self.fault: Fault = Fault(code, field=path, value=value, **facts)
        super().__init__(self.fault)
        self.problems: tuple[FieldError, ...] = (self,)

    @classmethod
    def of(cls, fault: Fault) -> FieldError:
        """Return the error of one fault.

        Parameters
        ----------
        fault : Fault
            What is wrong; its field is the place.

        Returns
        -------
        FieldError
            The error.
        """
        made = cls.__new__(cls, fault)
        made.fault = fault
        made.problems = (made,)
        return made

    @classmethod
    def all_of(cls, problems: Sequence[FieldError]) -> FieldError:
        """Return the first of some errors, which holds them all.

        Parameters
        ----------
        problems : sequence of FieldError
            At least one.

        Returns
        -------
        FieldError
            The first, with all of them in ``problems``.
        """
        made = cls.of(problems[0].fault)
        made.problems = (made, *problems[1:])
        return made

    @property
    def code(self) -> str:
        """Stable name of what is wrong."""
        return self.fault.code

    @property
    def path(self) -> str:
        """Field, dotted."""
        return self.fault.field

    @property
    def value(self) -> Any:
        """What was given."""
        return self.fault.value

    @property
    def remedy(self) -> str:
        """What to do."""
        return self.fault.remedy

    @property
    def message(self) -> str:
        """What is wrong and what to do, without the field."""
        return joined("", self.fault.message, self.fault.remedy, "en")

    @property
    def errors(self) -> tuple[Fault, ...]:
        """Everything that is wrong with the record, as data."""
        return tuple(problem.fault for problem in self.problems)

    def say(self, lang: str) -> str:
        """Return the message in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Field, what is wrong and what to do, of the first problem.
        """
        return self.fault.say(lang)

    def __str__(self) -> str:
        """Return the message in English."""
        return f"{self.path}: {self.message}"

    def under(self, path: str) -> FieldError:
        """Return the same error inside a larger record.

        Parameters
        ----------
        path : str
            Path of the record, which ends with a point.

        Returns
        -------
        FieldError
            The error, whose path begins with that one.
        """
        return FieldError.of(self.fault.under(path))

    def at(self, where: object, line: int | None = None) -> Fault:
        """Return what is wrong, with the place of the record.

        Parameters
        ----------
        where : object
            File, or name of the record.
        line : int, optional
            Line of the file.

        Returns
        -------
        Fault
            What is wrong, with its place.
        """
        return self.fault.at(where, line)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the error as plain values that go to JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of messages and remedies.

        Returns
        -------
        dict
            ``kind``, the name of the class, and ``errors``, a dict for each problem.
        """
        return {
            "kind": type(self).__name__,
            "errors": [fault.to_dict(lang) for fault in self.errors],
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return _field_error, (self.errors,)


def _field_error(faults: tuple[Fault, ...]) -> FieldError:
    return FieldError.all_of([FieldError.of(fault) for fault in faults])


def champ(
    fr: str, en: str, pt: str, *, source: str = "", visibility: str = PUBLIC,
    choices: Vocabulaire | tuple[str, ...] = (), form: Format | None = None, reference: str = "",
    default: Any = attrs.NOTHING,
) -> Any:  # fmt: skip
    """Describe a field of a record.

    Parameters
    ----------
    fr, en, pt : str
        Meaning.
    source : str
        Legal source, where there is one.
    visibility : {"public", "interne"}
        Whether the public extract holds it; all that is inside an internal field is internal.
    choices : Vocabulaire or tuple of str
        Values allowed; empty for any. A code list also gives their labels.
    form : Format, optional
        Form that the text must have.
    reference : str
        Kind of record that the field names by identifier.
    default : object
        Value where none is given; without it the field is required.
    """
    codes = choices.codes if isinstance(choices, Vocabulaire) else choices
    metadata = {
        "fr": fr, "en": en, "pt": pt, "source": source, "visibility": visibility,
        "choices": codes, "vocabulaire": choices if isinstance(choices, Vocabulaire) else None,
        "format": form, "reference": reference,
    }  # fmt: skip
    checked = bool(codes or form or reference)
    return attrs.field(default=default, metadata=metadata, validator=_allowed if checked else None)


@attrs.frozen(kw_only=True)
class Kind:
    """What one record of a kind is.

    Parameters
    ----------
    labels : mapping of str to str
        What a record is called in ``fr``, ``en`` and ``pt``.
    visibility : {"public", "interne"}
        Whether the public extract holds records of this kind at all.
    """

    labels: Mapping[str, str]
    visibility: str = PUBLIC


def kind(fr: str, en: str, pt: str, *, visibility: str = PUBLIC) -> Callable[[type[T]], type[T]]:
    """Return the decorator that says what one record of a class is; see ``Kind``."""

    def decorate(cls: type[T]) -> type[T]:
        labels = types.MappingProxyType({"fr": fr, "en": en, "pt": pt})
        cls.__kind__ = Kind(labels=labels, visibility=visibility)  # type: ignore[attr-defined]
        return cls

    return decorate


def kind_of(record_class: type[Any]) -> Kind | None:
    """Return what one record of a class is; None where the class is of a part of a record.

    Examples
    --------
    >>> from charte_registry import Contact, Incident
    >>> kind_of(Incident).visibility, kind_of(Contact) is None
    ('interne', True)
    """
    found: Kind | None = getattr(record_class, "__kind__", None)
    return found


def is_internal(record_class: type[Any]) -> bool:
    """Return whether no record of a class is ever published."""
    found = kind_of(record_class)
    return found is not None and found.visibility == INTERNE


def identifiant(form: Format = IDENTIFIANT) -> Any:
    """Return the field that names a record among its kind."""
    return champ("identifiant", "identifier", "identificador", form=form)


def note() -> Any:
    """Return the field of free remarks: internal, unless the profile of the register publishes it."""
    return champ("note", "note", "nota", visibility=INTERNE, default=None)


def factice() -> Any:
    """Return the field that marks a placeholder."""
    return champ(
        "fiche factice, pour le compte", "placeholder, for the count",
        "ficha fictícia, para a contagem", default=False,
    )  # fmt: skip


def _allowed(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse what is not among the choices, not of the form, or stands twice in a list."""
    if value is None or value == ():
        return
    choices, form = field.metadata["choices"], field.metadata["format"]
    if not isinstance(value, tuple):
        _allow(field.name, value, choices, form)
        return
    seen = set()
    for number, item in enumerate(value):
        path = f"{field.name}[{number}]"
        _allow(path, item, choices, form)
        if item in seen:
            raise FieldError(path, "twice", value=item)
        seen.add(item)


def _allow(path: str, item: Any, choices: Any, form: Any) -> None:
    if choices and item not in choices:
        raise FieldError(path, "unknown_code", value=item, near=nearest(str(item), choices))
    if form is not None and not form.accepts(item):
        raise FieldError(path, "form", value=item, wanted=form.name, how=form.how)


def _once_a_class(function: Callable[[type[Any]], T]) -> Callable[[type[Any]], T]:
    return cache(function)  # type: ignore[return-value] # classes are hashable, whatever mypy thinks


@_once_a_class
def _types(cls: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(cls)


@_once_a_class
def _fields(cls: type[Any]) -> Mapping[str, attrs.Attribute[Any]]:
    return {field.name: field for field in attrs.fields(cls)}


def structure(record_class: type[T], data: Mapping[str, Any], path: str = "") -> T:
    """Return a record from plain data, as TOML or a CSV row gives it.

    Parameters
    ----------
    record_class : type
        Class of the record.
    data : mapping of str to object
        Plain data: text, numbers, dates or their ISO text, lists, tables.
    path : str
        Path of the data inside a larger record, for messages.

    Returns
    -------
    record
        The record.

    Raises
    ------
    FieldError
        Where a field is unknown, missing, of the wrong type or not allowed; ``problems`` holds
        all that is wrong.

    Examples
    --------
    >>> from charte_registry import Transfert
    >>> structure(Transfert, {"pays": "CA", "garanti": "x"})
    Traceback (most recent call last):
    charte_registry.records.base.FieldError: garanti: is an unknown field; did you mean garantie or organisation?
    """
    fields = _fields(record_class)
    problems: list[FieldError] = []
    if not data.keys() <= fields.keys():
        problems += [
            FieldError(f"{path}{name}", "unknown_field", near=nearest(str(name), fields))
            for name in data
            if name not in fields
        ]
    values: dict[str, Any] = {}
    for name, convert, required in _conversions(record_class):
        if name in data:
            try:
                values[name] = convert(data[name], f"{path}{name}")
            except FieldError as error:
                problems.extend(error.problems)
        elif required:
            problems.append(FieldError(f"{path}{name}", "missing"))
    if not problems:
        try:
            return record_class(**values)
        except FieldError as error:
            problems = [error.under(path)]
    every = [*problems, *_refusals(fields, values, path)]
    raise FieldError.all_of(_without_repeats(every) if len(every) > 1 else every)


def _refusals(
    fields: Mapping[str, attrs.Attribute[Any]], values: Mapping[str, Any], path: str
) -> Iterator[FieldError]:
    """Yield what each field refuses by itself: attrs stops at the first."""
    for name, value in values.items():
        validator = fields[name].validator
        if validator is not None:
            try:
                validator(None, fields[name], value)
            except FieldError as error:
                yield error.under(path)


def _without_repeats(problems: Sequence[FieldError]) -> list[FieldError]:
    return list({(p.path, p.code, repr(p.value)): p for p in problems}.values())


@_once_a_class
def _conversions(cls: type[Any]) -> tuple[tuple[str, Conversion, bool], ...]:
    """Return the fields of a class: their names, how they are read, and whether they must be there."""
    kinds = _types(cls)
    return tuple(
        (name, _conversion(kinds[name]), field.default is attrs.NOTHING)
        for name, field in _fields(cls).items()
    )


def _conversion(kind: Any) -> Conversion:
    """Return what reads a value of a kind: found out once, and not for each value."""
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        return _conversion(typing.get_args(kind)[0])
    if origin is tuple:
        return partial(_several, _conversion(typing.get_args(kind)[0]))
    if attrs.has(kind):
        return partial(_part, kind)
    found: Conversion = _CONVERSIONS[kind]
    return found


def _part(kind: type[Any], value: Any, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise FieldError(path, "not_table", value=value)
    return structure(kind, value, f"{path}.")


def _several(convert: Conversion, value: Any, path: str) -> tuple[Any, ...]:
    if isinstance(value, str):  # a cell of a table: values between semicolons
        value = [part.strip() for part in value.split(";") if part.strip()]
    if not isinstance(value, list | tuple):
        raise FieldError(path, "not_list", value=value)
    items: list[Any] = []
    problems: list[FieldError] = []
    for number, item in enumerate(value):
        try:
            items.append(convert(item, f"{path}[{number}]"))
        except FieldError as error:
            problems.extend(error.problems)
    if problems:
        raise FieldError.all_of(problems)
    return tuple(items)


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise FieldError(path, "not_text", value=value)
    if not value.strip():
        raise FieldError(path, "empty", value=value)
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise FieldError(path, "half_character", value=ascii(value))
    return value


def _flag(value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise FieldError(path, "not_flag", value=value)


def _number(value: Any, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise FieldError(path, "not_whole", value=value)


def _date(value: Any, path: str) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise FieldError(path, "not_date", value=value)


_CONVERSIONS: Mapping[Any, Any] = {str: _text, bool: _flag, int: _number, dt.date: _date}


def unstructure(record: Any, *, iso: bool = False) -> dict[str, Any]:
    """Return a record as plain data, which ``structure`` reads back to an equal record.

    Parameters
    ----------
    record : record
        The record.
    iso : bool
        Whether dates become text; TOML holds dates, JSON does not.

    Returns
    -------
    dict of str to object
        Text, numbers, dates, lists and tables, in the order of the fields; a field that holds its
        default is left out.

    Examples
    --------
    >>> from charte_registry import Partenaire
    >>> unstructure(Partenaire(id="p", nom="P"))
    {'id': 'p', 'nom': 'P'}
    """
    return {
        name: plain(value, iso)
        for name, field in _fields(type(record)).items()
        if (value := getattr(record, name)) != field.default
    }


def plain(value: Any, iso: bool = False) -> Any:
    """Return the value of a field as plain data; see ``unstructure``."""
    if isinstance(value, tuple):
        return [plain(item, iso) for item in value]
    if attrs.has(type(value)):
        return unstructure(value, iso=iso)
    return value.isoformat() if iso and isinstance(value, dt.date) else value


def references(record: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield what a record names elsewhere in the register.

    Parameters
    ----------
    record : record
        The record.
    path : str
        Path of the record inside a larger one.

    Yields
    ------
    tuple of str
        Path of the field, kind of record that it names, identifier.

    Examples
    --------
    >>> from charte_registry import Traitement
    >>> list(references(Traitement(id="t", nom="T", responsable="ville", applications=("a",))))
    [('responsable', 'organismes', 'ville'), ('applications[0]', 'applications', 'a')]
    """
    for name, target in _references(type(record)):
        value = getattr(record, name)
        several = isinstance(value, tuple)
        for number, item in enumerate(value if several else (value,)):
            here = f"{path}{name}[{number}]" if several else f"{path}{name}"
            if item is not None and target:
                yield here, target, item
            elif item is not None:
                yield from references(item, f"{here}.")


@_once_a_class
def _references(cls: type[Any]) -> tuple[tuple[str, str], ...]:
    """Return the fields that name records, and of which kind; no kind where a part inside does."""
    return tuple(
        (name, field.metadata["reference"])
        for name, field in _fields(cls).items()
        if field.metadata["reference"] or any(map(_references, _parts(_types(cls)[name])))
    )


def _parts(kind: Any) -> tuple[type[Any], ...]:
    inside = typing.get_args(kind) or (kind,)
    return tuple(part for part in inside if attrs.has(part))


def internal(record_class: type[Any]) -> frozenset[str]:
    """Return the names of the fields of a class that the public extract leaves out.

    Parameters
    ----------
    record_class : type
        Class of a record, or of a part of one.

    Returns
    -------
    frozenset of str
        Fields marked ``interne``, and all that is inside them; every field of an internal kind.

    Examples
    --------
    >>> from charte_registry import Organisme
    >>> sorted(internal(Organisme))
    ['contact', 'note']
    """
    fields, whole = _fields(record_class), is_internal(record_class)
    return frozenset(n for n, f in fields.items() if whole or f.metadata["visibility"] == INTERNE)
