"""Inputs of a rule: what each one is, and how the values that people give become columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Digits, Joined, Phrase, Unit, msg
from tarifs_solidaires.errors import SHOWN, Fault, InputError, plain, quoted_at
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.json_value import JsonValue, plain_value
from tarifs_solidaires.values.numbers import SNAP, decimal_text, exact, snapped
from tarifs_solidaires.values.texts import NO_TEXT, Texts

Array = npt.NDArray[Any]
InputKind: TypeAlias = Literal["number", "whole", "flag", "code", "date"]
Errors: TypeAlias = Literal["raise", "null"]

FINE = SNAP.denominator  # a number between two steps counts to this part of a step
COPIED = 1 << 16  # values of an input that are copied; of more, a copy would cost memory and time
LONGEST = 64  # characters of a code
EPOCH = dt.date(1970, 1, 1)
CHUNK = 1 << 15  # texts that are looked up at a time
FEW = 64  # texts below which a dictionary is quicker
LATIN = 0x24F  # last character that has a class of its own; later ones share one


def check_errors(errors: Errors) -> None:
    """Refuse what does not say what a wrong value does."""
    if errors not in ("raise", "null"):
        raise InputError(
            Fault(code="option", template="errors: {value!r} is unknown",
                  remedy="write 'raise' or 'null'", data={"value": errors})
        )  # fmt: skip


@attrs.frozen(kw_only=True)
class Input(JsonValue):
    """One input of a rule.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"number", "whole", "flag", "code", "date"}
        What it is.
    unit : str
        Unit, such as ``EUR/month``; empty where there is none.
    minimum, maximum : Fraction
        Smallest and largest number, both included; a date is a number of days since 1970-01-01.
    step : Fraction
        The grid on which a number is read exactly; one within a millionth of a step of it is on it.
    strict : bool
        Whether a number between two steps is refused. Where it is not, it counts as it is, to a
        millionth of a step.
    default : Fraction, bool, str or None
        Value where none is given; None where there is none.
    optional : bool
        Whether it may be left out without a default; conditions on it do then not hold.
    formula : str
        Formula of other inputs through which it may be given instead; empty where there is none.
    codes : mapping of str to Texts
        Codes that it can be; empty where ``pattern`` says it.
    pattern : str
        Regular expression that a code matches fully.
    code_list : str
        Published list that a code stands in, such as ``fr/communes``; tables are checked against it.
    synonyms : tuple of str
        Other headings of the column in which it stands.
    label, help : Texts
        Short noun phrase; what counts and where to find it.
    origin : str
        ``declaration``, ``certificate`` or ``administration``.
    holder : Texts
        Who holds the datum, by name.
    """

    name: str
    kind: InputKind = "number"
    unit: str = ""
    minimum: Fraction = Fraction(0)
    maximum: Fraction = Fraction(1_000_000_000)
    step: Fraction = Fraction(1, 100)
    strict: bool = False
    default: Fraction | bool | str | None = None
    optional: bool = False
    formula: str = ""
    codes: Mapping[str, Texts] = attrs.field(default=EMPTY, repr=False)
    pattern: str = attrs.field(default="", repr=False)
    code_list: str = attrs.field(default="", repr=False)
    synonyms: tuple[str, ...] = attrs.field(default=(), repr=False)
    label: Texts = attrs.field(default=NO_TEXT, repr=False)
    help: Texts = attrs.field(default=NO_TEXT, repr=False)
    origin: str = "declaration"
    holder: Texts = attrs.field(default=NO_TEXT, repr=False)

    @property
    def numeric(self) -> bool:
        """Whether it is a number or a date."""
        return self.kind in ("number", "whole", "date")

    @property
    def scale(self) -> int:
        """Whole numbers that make 1: what the program counts in."""
        return self.step.denominator if self.kind == "number" else 1

    @property
    def grid(self) -> Fraction:
        """The distance between two values that differ."""
        return self.step if self.kind == "number" else Fraction(1)

    @property
    def low_count(self) -> Fraction:
        """Its smallest value, in whole numbers of the program."""
        return self.minimum * self.scale

    @property
    def high_count(self) -> Fraction:
        """Its largest value, in whole numbers of the program."""
        return self.maximum * self.scale

    @property
    def meaning(self) -> Mapping[str, str]:
        """The label by language."""
        return self.label.wordings

    def to_dict(self) -> dict[str, Any]:
        """Return the input as plain values that go to JSON.

        Returns
        -------
        dict
            ``name``, ``kind``, ``unit``, ``default``, ``origin``, ``meaning`` and ``help`` by
            language, ``formula``; ``minimum`` and ``maximum`` of a number or date; ``codes`` by
            language and ``pattern`` of a code. None where there is nothing.
        """
        found: dict[str, Any] = {
            "name": self.name, "kind": self.kind, "unit": self.unit,
            "default": self.plain(self.default), "origin": self.origin,
            "meaning": dict(self.meaning), "help": dict(self.help.wordings),
            "formula": self.formula or None,
        }  # fmt: skip
        if self.numeric:
            found |= {"minimum": self.plain(self.minimum), "maximum": self.plain(self.maximum)}
        if self.kind == "code":
            found |= {"codes": plain_value(self.codes), "pattern": self.pattern or None}
        return found

    def plain(self, value: Fraction | bool | str | None) -> int | float | str | bool | None:
        """Return a value of it as JSON holds it.

        Parameters
        ----------
        value : Fraction, bool, str or None
            The value; days since 1970-01-01 for a date.

        Returns
        -------
        int, float, str, bool or None
            The value; a date as ``YYYY-MM-DD``.
        """
        if isinstance(value, Fraction):
            number: int | float = plain_value(value)
            return self.shown(value) if self.kind == "date" else number
        return value

    def meant(self, value: Any) -> Fraction | bool | str:
        """Return the value that one given is meant to be: exact, and on the grid where it is near.

        Parameters
        ----------
        value : object
            A value that ``read_columns`` accepts.

        Returns
        -------
        Fraction, bool or str
            The value; a date is a number of days since 1970-01-01.
        """
        if self.kind == "flag":
            return bool(value)
        if self.kind == "code":
            return str(value)
        if isinstance(value, np.datetime64):
            value = value.astype("datetime64[D]").item()
        if self.kind == "date" and isinstance(value, str):
            value = dt.date.fromisoformat(value)
        if isinstance(value, dt.date):
            return Fraction((dt.date(value.year, value.month, value.day) - EPOCH).days)
        number = snapped(exact(value), self.grid)
        fine = self.grid * SNAP
        return number if number % self.grid == 0 else round(number / fine) * fine

    def bound_texts(self) -> tuple[str, str]:
        """Return its bounds as people read them.

        Returns
        -------
        tuple of str
            Smallest and largest value.
        """
        return self.shown(self.minimum), self.shown(self.maximum)

    def shown(self, value: Fraction) -> str:
        """Return a number of it as people read it.

        Parameters
        ----------
        value : Fraction
            A number; days since 1970-01-01 for a date.

        Returns
        -------
        str
            The number, or the date.
        """
        if self.kind == "date":
            return (EPOCH + dt.timedelta(days=int(value))).isoformat()
        return f"{int(value):,}" if value % 1 == 0 else decimal_text(value)


@attrs.frozen(eq=False)
class Coded:
    """A column of codes: for each person the place of the code among some words.

    A table whose texts stand once each gives its columns so, and no text is looked at twice.
    """

    words: tuple[str, ...]
    index: Array

    def texts(self) -> Array:
        """Return the column as an array of texts."""
        return np.array(self.words or ("",), dtype=np.str_)[self.index]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the column."""
        return self.index.shape


@attrs.frozen(kw_only=True, eq=False)
class Columns:
    """Inputs as columns, ready for a program.

    Parameters
    ----------
    given : mapping of str to ndarray
        Read-only arrays, as they were given: numbers, bool, str or dates.
    columns : mapping of str to ndarray or Coded
        The same for a program: float64 or integers, bool, codes.
    shape : tuple of int
        Common shape; ``()`` where all values are single.
    defaults : frozenset of str
        Inputs that nobody gave and that have their default.
    faults : tuple of tuple of (ndarray of bool, str, str)
        Where values cannot be right, with the input and the reason; only where they do not raise.
    """

    given: Mapping[str, Array]
    columns: Mapping[str, Array | Coded]
    shape: tuple[int, ...]
    defaults: frozenset[str]
    faults: tuple[tuple[Array, str, str], ...] = ()


def read_columns(
    inputs: Mapping[str, Input],
    given: Mapping[str, object],
    *,
    known: Mapping[str, Sequence[str]],
    errors: Errors = "raise",
    bounds: bool = True,
    absent: Mapping[str, Array] = EMPTY,
) -> Columns:
    """Return values as columns of their kinds, whose shapes fit each other, within their bounds.

    Parameters
    ----------
    inputs : mapping of str to Input
        The inputs of a rule.
    given : mapping of str to array_like
        Values by name of input, none of them None.
    known : mapping of str to sequence of str
        For a code, words that the rule knows.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises or is noted.
    bounds : bool
        Whether numbers of large columns are compared with their bounds; where they are not, it is
        for the caller to ask ``within``, and to read again where it says no.
    absent : mapping of str to ndarray of bool
        Where a column says nothing, by name of input: nothing is wrong there.

    Returns
    -------
    Columns
        The columns; a value that cannot be right is replaced by one that can.

    Raises
    ------
    InputError
        Where a value is of the wrong type, shapes do not fit, or a value cannot be right.
    """
    faults: list[Fault] = []
    bad: list[tuple[Array, str, str]] = []
    arrays: dict[str, Array] = {}
    columns: dict[str, Array | Coded] = {}
    for name, value in given.items():
        item = inputs[name]
        if isinstance(value, Coded) and item.kind == "code":
            coded, refused = _recoded(item, value, known.get(name, ()))
            if not (refused & ~absent[name] if name in absent else refused).any():
                arrays[name], columns[name] = value.texts(), coded
                arrays[name].flags.writeable = False
                continue
        try:
            array, unreadable = _as_array(item, value)
            large = not bounds and unreadable is None and array.size > COPIED
            column: Array | Coded = array
            wrong: list[tuple[Array, str, str]] = []
            if not large or not item.numeric or array.dtype.kind not in "iuf":
                column, wrong = _column(item, array, unreadable, known.get(name, ()))
        except InputError as error:
            faults += error.errors
            continue
        for mask, code, template in wrong:
            if name in absent:
                mask = mask & ~absent[name]
            if not mask.any():
                continue
            if errors == "raise":
                faults.append(_fault(item, array, mask, code, template))
            else:
                bad.append((mask, name, _reason(item, template)))
        arrays[name] = _kept(array)
        columns[name] = column
    shapes = {name: array.shape for name, array in arrays.items()}
    shape: tuple[int, ...] = ()
    try:
        shape = np.broadcast_shapes(*shapes.values())
    except ValueError:
        shown = Joined([f"{name} {shape}" for name, shape in shapes.items() if shape])
        faults.append(
            Fault(
                code="shapes", template="the inputs have lengths that do not match: {shapes}",
                remedy="give columns of one length, or single values", data={"shapes": shown},
            )
        )  # fmt: skip
    if faults:
        raise InputError(*faults)
    defaults = frozenset(
        name for name, item in inputs.items() if item.default is not None and name not in given
    )
    for name in defaults:
        arrays[name], columns[name] = _default(inputs[name])
    return Columns(given=arrays, columns=columns, shape=shape, defaults=defaults, faults=tuple(bad))


UNREADABLE = msg("{input}: {shown} is missing or not {expected}")
NOT_A_CODE = msg("{input}: {shown} is not {expected}")
OUT_OF_BOUNDS = msg("{input}: {shown} is not between {low} and {high}{unit}")
NOT_WHOLE = msg("{input}: {shown} is not a whole number")
BETWEEN_STEPS = msg("{input}: {shown} is not a multiple of {step}")
UNREADABLE_REASON = msg("{input}: is missing or not {expected}")
_REASONS = {  # the same without the value, for a result that is missing
    UNREADABLE: UNREADABLE_REASON,
    NOT_A_CODE: msg("{input}: is not {expected}"),
    OUT_OF_BOUNDS: msg("{input}: must be between {low} and {high}{unit}"),
    NOT_WHOLE: msg("{input}: is not a whole number"),
    BETWEEN_STEPS: msg("{input}: is not a multiple of {step}"),
}


@attrs.frozen
class Limits:
    """Bounds of a number as floats, and the grid that it must be on, 0 where it need not."""

    low: float
    high: float
    grid: float

    @classmethod
    def of(cls, item: Input) -> Limits:
        """Return the limits of a number or a date."""
        tolerance = float(item.grid * SNAP)
        strict = item.kind == "whole" or item.strict
        return cls(
            float(item.minimum) - tolerance, float(item.maximum) + tolerance,
            float(item.grid) if strict else 0.0,
        )  # fmt: skip


def within(limits: Limits, numbers: Array) -> bool:
    """Say whether all numbers are within their limits.

    Parameters
    ----------
    limits : Limits
        The limits.
    numbers : ndarray
        Numbers, one at least; NaN is not within.
    """
    # NaN makes the minimum NaN, which compares false
    if not (numbers.min() >= limits.low and numbers.max() <= limits.high):
        return False
    if not limits.grid or numbers.dtype.kind != "f":
        return True
    steps = numbers if limits.grid == 1 else numbers / limits.grid
    apart = steps - np.rint(steps)
    return bool(apart.max() <= float(SNAP) and apart.min() >= -float(SNAP))


def _default(item: Input) -> tuple[Array, Array | Coded]:
    value = item.default
    if isinstance(value, str):
        return np.asarray(value), Coded((value,), np.asarray(0))
    if isinstance(value, bool):
        return np.asarray(value), np.asarray(value)
    number = Fraction(value or 0)
    array = np.asarray(int(number) if number % 1 == 0 else float(number))
    if item.kind == "date":
        return np.asarray(EPOCH + dt.timedelta(days=int(number)), dtype="datetime64[D]"), array
    return array, array


def _as_array(item: Input, value: object) -> tuple[Array, Array | None]:
    """Return an array, and where its elements are none of the kind, if anywhere."""
    if isinstance(value, Coded):
        value = value.texts()
    if hasattr(value, "num_chunks"):  # pyarrow, whose own conversion loses nulls of dictionaries
        value = value.chunk(0) if value.num_chunks == 1 else value.combine_chunks()  # type: ignore[attr-defined]
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError(
            Fault(
                code="type", input=item.name, template="{input}: the value is not a regular array",
                remedy="give rows of equal length",
            )
        ) from None  # fmt: skip
    if isinstance(value, np.ma.MaskedArray) and value.mask.any():
        array = array.astype(object)
        array[np.ma.getmaskarray(value)] = None
    kind = array.dtype.kind
    if kind == "T":  # numpy's own variable-width text
        array, kind = array.astype(object), "O"
    if item.kind == "code" and kind == "f" and np.isnan(array).all():
        return array.astype(object), np.ones(array.shape, dtype=bool)
    if item.kind == "flag":
        if kind in "iuf":
            return array, _where((array != 0) & (array != 1))
        if kind == "b":
            return array, None
    elif item.kind in ("number", "whole") and kind in "iuf":
        return (_decimal(array) if kind == "f" and array.dtype.itemsize != 8 else array), None
    elif item.kind == "code" and kind == "U":
        return array, None
    elif item.kind == "date":
        if kind == "M":
            return array.astype("datetime64[D]"), _where(np.isnat(array))
        if kind in "UO":
            return _dates(item, array)
    if kind != "O":
        raise InputError(_type_fault(item, array))
    is_one = {"number": _is_number, "whole": _is_number, "flag": _is_flag, "code": _is_text}
    read = is_one[item.kind]
    bad = np.array([not read(v) for v in array.flat], dtype=bool).reshape(array.shape)
    if array.size and bad.all() and not any(_is_null(v) for v in array.flat):
        raise InputError(_type_fault(item, array))
    return array, _where(bad)


def _where(mask: Any) -> Array | None:
    mask = np.asarray(mask)
    return mask if mask.any() else None


def _dates(item: Input, array: Array) -> tuple[Array, Array | None]:
    found = np.full(array.shape, np.datetime64("NaT"), dtype="datetime64[D]")
    flat = found.reshape(-1)
    for position, value in enumerate(array.reshape(-1).tolist()):
        if isinstance(value, dt.date):
            flat[position] = np.datetime64(value.isoformat()[:10])
        elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            try:
                flat[position] = np.datetime64(dt.date.fromisoformat(value))
            except ValueError:
                continue
    bad = np.isnat(found)
    if array.size and bad.all() and not any(_is_null(v) for v in array.flat):
        raise InputError(_type_fault(item, array))
    return found, _where(bad)


def _column(
    item: Input, array: Array, unreadable: Array | None, known: Sequence[str]
) -> tuple[Array | Coded, list[tuple[Array, str, str]]]:
    """Return a column for a program, and where it cannot be right: mask, code, reason."""
    wrong: list[tuple[Array, str, str]] = []
    if unreadable is not None:
        wrong.append((unreadable, "unreadable", UNREADABLE))
    if item.kind == "flag":
        if unreadable is not None:
            array = np.where(unreadable, False, array)
        return array.astype(bool, copy=False), wrong
    if item.kind == "code":
        if unreadable is not None:
            array = np.where(unreadable, "", array)
        column, refused = _coded(item, array, known)
        if unreadable is not None:
            refused = refused & ~unreadable
        wrong.append((refused, "not_a_code", NOT_A_CODE))
        return column, wrong
    return _numbers(item, array, unreadable, wrong)


def _numbers(
    item: Input, array: Array, unreadable: Array | None, wrong: list[tuple[Array, str, str]]
) -> tuple[Array, list[tuple[Array, str, str]]]:
    safe = float(item.minimum)
    numbers: Array
    if array.dtype.kind == "M":
        numbers = array.astype(np.int64)
        if unreadable is not None:
            numbers = np.where(unreadable, int(item.minimum), numbers)
    elif array.dtype.kind == "O":
        if unreadable is not None:
            array = np.where(unreadable, safe, array)
        numbers = np.array([_float(v) for v in array.flat], dtype=np.float64).reshape(array.shape)
    else:
        numbers = array
    if numbers.size == 0:
        return numbers, wrong
    if within(Limits.of(item), numbers):
        return numbers, wrong
    low, high = float(item.minimum), float(item.maximum)
    tolerance = float(item.grid * SNAP)
    if not (numbers.min() >= low - tolerance and numbers.max() <= high + tolerance):
        outside = np.asarray(~((numbers >= low - tolerance) & (numbers <= high + tolerance)))
        missing = np.asarray(numbers != numbers)
        if missing.any():
            wrong.append((missing, "unreadable", UNREADABLE))
            outside = outside & ~missing
        wrong.append((outside, "out_of_bounds", OUT_OF_BOUNDS))
        numbers = np.where(missing | outside, safe, numbers)
    if (item.kind == "whole" or item.strict) and numbers.dtype.kind == "f":
        steps = numbers / float(item.grid)
        off = np.asarray(np.abs(steps - np.rint(steps)) > float(SNAP))
        if off.any():
            wrong.append((off, "between_steps", NOT_WHOLE if item.grid == 1 else BETWEEN_STEPS))
            numbers = np.where(off, safe, numbers)
    return numbers, wrong


def _coded(item: Input, array: Array, known: Sequence[str]) -> tuple[Coded, Array]:
    """Return codes as places among words, and where a code is not one that the input accepts."""
    if array.dtype.kind == "O":
        array = array.astype(str)
    words = tuple(item.codes) if item.codes else tuple(dict.fromkeys(known))
    index, others = _places(array, words)
    good = np.array([True] * len(words) + _fitting(item, others), dtype=bool)
    return Coded((*words, *others) if words or others else ("",), index), np.asarray(~good[index])


def _recoded(item: Input, column: Coded, known: Sequence[str]) -> tuple[Coded, Array]:
    """Return a column of codes among the words that a rule knows, as ``_coded`` does."""
    words = tuple(item.codes) if item.codes else tuple(dict.fromkeys(known))
    place = {word: n for n, word in enumerate(words)}
    for word in column.words:
        place.setdefault(word, len(place))
    table = np.array([place[word] for word in column.words], dtype=np.int32)
    others = tuple(place)[len(words) :]
    fits = _fitting(item, others)
    index = table[column.index]
    if all(fits):
        return Coded(tuple(place), index), np.zeros((), dtype=bool)
    good = np.array([True] * len(words) + fits, dtype=bool)
    return Coded(tuple(place), index), np.asarray(~good[index])


def _fitting(item: Input, others: Sequence[str]) -> list[bool]:
    """Return which texts, none of them known, are a code of the input all the same."""
    if item.codes:
        return [False] * len(others)
    pattern = re.compile(item.pattern) if item.pattern else None
    return [
        0 < len(word) <= LONGEST and (pattern is None or pattern.fullmatch(word) is not None)
        for word in others
    ]


def _places(array: Array, words: tuple[str, ...]) -> tuple[Array, tuple[str, ...]]:
    """Return the place of each text among some words, and the texts that are none of them."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.size < FEW or not flat.dtype.itemsize or not words:
        place = {word: n for n, word in enumerate(words)}
        for text in flat.tolist():
            place.setdefault(text, len(place))
        index = np.array([place[text] for text in flat.tolist()], dtype=np.intp)
        return index.reshape(array.shape), tuple(place)[len(words) :]
    width = max(flat.dtype.itemsize // 4, *(len(word) for word in words))
    finder = _Finder(words, width)
    index = np.empty(flat.shape, dtype=np.int32)
    same = np.empty(flat.shape, dtype=bool)
    for start in range(0, flat.size, CHUNK):
        part = slice(start, start + CHUNK)
        index[part], same[part] = finder.find(flat[part].astype(f"U{width}", copy=False))
    others: tuple[str, ...] = ()
    if not same.all():
        rest, inverse = np.unique(flat[~same], return_inverse=True)
        index[~same] = len(words) + inverse
        others = tuple(rest.tolist())
    return index.reshape(array.shape), others


class _Finder:
    """Find texts among words by the few characters that tell the words apart.

    Parameters
    ----------
    words : tuple of str
        The words, all different.
    width : int
        Characters of a text.
    """

    def __init__(self, words: tuple[str, ...], width: int) -> None:
        self.points = _points(np.array(words, dtype=f"U{width}"), width)
        # by column: its place, the class of a character, and the next state by state and class
        self.columns: list[tuple[int, Array, int, Array]] = []
        state = np.ones(len(words), dtype=np.intp)  # words told apart so far; 0: none of them
        while len(np.unique(state)) < len(words):
            pairs = [state * 2**21 + self.points[:, c] for c in range(width)]
            column = max(range(width), key=lambda c: len(np.unique(pairs[c])))
            points = np.minimum(self.points[:, column], LATIN)
            seen = np.unique(points)
            classes = np.zeros(LATIN + 1, dtype=np.int32)
            classes[seen] = np.arange(1, len(seen) + 1)
            size = len(seen) + 1
            place = state * size + classes[points]
            _, following = np.unique(pairs[column], return_inverse=True)
            table = np.zeros((int(state.max()) + 1) * size, dtype=np.int32)
            table[place] = following + 1
            self.columns.append((column, classes, size, table))
            state = following + 1
        self.word_of = np.zeros(len(words) + 1, dtype=np.int32)
        self.word_of[state] = np.arange(len(words))

    def find(self, texts: Array) -> tuple[Array, Array]:
        """Return the place of the word that each text may be, and whether it is that word."""
        points = _points(texts, self.points.shape[1])
        state: Any = np.ones(len(texts), dtype=np.int32)
        for column, classes, size, table in self.columns:
            state = table.take(state * size + classes.take(points[:, column], mode="clip"))
        index = self.word_of.take(state)
        same = np.ones(len(texts), dtype=bool)
        for column in range(points.shape[1]):
            same &= self.points[:, column].take(index) == points[:, column]
        return index, same


def _points(texts: Array, width: int) -> Array:
    """Return the characters of texts as numbers, a row each."""
    return np.ascontiguousarray(texts).view(np.uint32).reshape(len(texts), width)


def _kept(array: Array) -> Array:
    """Return a read-only array: a copy where it is not too large."""
    array = array.copy() if array.size <= COPIED else array.view()
    array.flags.writeable = False
    return array


def _decimal(array: Array) -> Array:
    """Return float64: a float32 stands for the decimal that it prints, so a cent stays a cent."""
    if array.dtype.itemsize > 8:
        return array.astype(np.float64)
    decimal = np.asarray(np.rint(array.astype(np.float64) * 100) / 100)
    # six digits are always told apart in float32, so whole cents below 10,000 need no printing
    printed = ~((decimal.astype(array.dtype) == array) & (np.abs(decimal) < 10_000))
    if array.dtype.itemsize < 4:
        printed = np.ones(array.shape, dtype=bool)
    decimal[printed] = array[printed].astype(str).astype(np.float64)
    return decimal


def _float(value: Any) -> float:
    return float(str(value)) if isinstance(value, np.floating) else float(value)


def _is_number(value: object) -> bool:
    if isinstance(value, str | bytes | bool | np.bool_) or value is None:
        return False
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | np.bool_) or (_is_number(value) and value in (0, 1))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_null(value: object) -> bool:
    return (
        value is None
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, float) and value != value)
    )


def expected(item: Input) -> Phrase:
    """Return what a value of an input must be, in words."""
    if item.kind == "code":
        if item.codes:
            first = Joined(list(item.codes)[:8])
            if len(item.codes) <= 8:
                return Phrase("one of {codes}", codes=first)
            return Phrase("one of {codes}, … ({count} codes)", codes=first, count=len(item.codes))
        if item.pattern:
            return Phrase("a code such as {pattern}", pattern=item.pattern)
        return Phrase("a text")
    if item.unit and item.kind in ("number", "whole"):
        return Phrase(_IN_UNIT[item.kind], unit=Unit(item.unit))
    return Phrase(_EXPECTED[item.kind])


_EXPECTED = {
    "number": msg("a number"), "whole": msg("a whole number"), "flag": msg("true or false (1 or 0)"),
    "date": msg("a date (YYYY-MM-DD)"),
}  # fmt: skip
_IN_UNIT = {"number": msg("a number ({unit})"), "whole": msg("a whole number ({unit})")}


def _data(item: Input, value: object) -> dict[str, Any]:
    low, high = item.bound_texts()
    return {
        "value": value, "expected": expected(item), "low": Digits(low), "high": Digits(high),
        "unit": Phrase(" ({unit})", unit=Unit(item.unit)) if item.unit else "", "step": Digits(decimal_text(item.grid)),
    }  # fmt: skip


def _reason(item: Input, template: str) -> Phrase:
    """Return a reason that quotes no value, for a result that is missing."""
    return Phrase(_REASONS[template], input=item.name, **_data(item, None))


def _fault(item: Input, array: Array, mask: Array, code: str, template: str) -> Fault:
    places = np.argwhere(mask) if array.shape else np.zeros((1, 0), dtype=np.intp)
    found = [tuple(int(n) for n in place) for place in places[:SHOWN]]
    values = [_python(array[place]) for place in found]
    quoted = tuple(Phrase("{value!r}", value=value) for value in values)
    positions = tuple(place[0] if len(place) == 1 else place for place in found if place)
    return Fault(
        code=code, input=item.name, template=template, positions=positions, count=len(places),
        data={**_data(item, plain(values[0])), "quoted": quoted,
              "shown": quoted_at(quoted, positions, len(places))},
    )  # fmt: skip


def _place(position: tuple[int, ...]) -> str:
    return str(position[0] if len(position) == 1 else position)


def _python(value: Any) -> Any:
    """Return a value as Python's own type, so that no message speaks of numpy."""
    return value.item() if isinstance(value, np.generic | np.ndarray) else value


def _type_fault(item: Input, array: Array) -> Fault:
    sample = Phrase("an empty array of {kind}", kind=str(array.dtype))
    if array.size:
        first = array.flat[0]
        sample = Phrase(
            "{value!r} of type {kind}", value=plain(first), kind=type(plain(first)).__name__
        )
    return Fault(
        code="type", input=item.name, template="{input}: expected {expected}, got {sample}",
        data={**_data(item, None), "sample": sample},
    )  # fmt: skip
