"""Columns of a table as inputs of a rule: values of their kind, and where a cell is empty.

An empty cell means the same in every table. An input with a default has it there; an optional one is
not given in that row; any other one is missing, and the row has no result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import Fault, quoted_at
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.cells import Notation, flag_of, is_day_or_month, unreadable
from tarifs_solidaires.values.inputs import LONGEST, Coded, Input

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]
T = TypeVar("T")
NO_DAY = np.datetime64("NaT", "D")


@attrs.frozen(eq=False)
class Given:
    """A column of an input.

    Parameters
    ----------
    values : ndarray or Coded
        Values of its kind; NaN, NaT, None or a text that is no code where a cell is none.
    absent : ndarray of bool or None
        Where a cell is empty; None where none is.
    """

    values: Any
    absent: Array | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        index = self.values.index if isinstance(self.values, Coded) else self.values
        return len(index)

    def take(self, rows: Array) -> Given:
        """Return some of its rows."""
        values = self.values
        some: Any = (
            Coded(values.words, values.index[rows]) if isinstance(values, Coded) else values[rows]
        )
        return Given(some, None if self.absent is None else self.absent[rows])


def _mask(mask: Any) -> Array | None:
    mask = np.asarray(mask)
    return mask if mask.any() else None


def meaning(item: Input, notation: Notation) -> Callable[[str], Any]:
    """Return what turns a text into a value of an input, or into what stands for none."""
    if item.kind == "code":
        return lambda cell: cell.strip()[: LONGEST + 1]  # what is longer than a code says no more
    if item.kind == "flag":
        return flag_of
    if item.kind == "date":
        return lambda cell: np.datetime64(notation.day(cell) or "NaT", "D")
    return notation.number


def _of_words(item: Input, words: Sequence[str], index: Array, notation: Notation) -> Given:
    """Return the column of which each row is one of some texts."""
    read = meaning(item, notation)
    empty = np.array([not word.strip() for word in words], dtype=bool)
    absent = _mask(empty[index]) if empty.any() else None
    if item.kind == "code":
        return Given(Coded(tuple(map(read, words)), index), absent)
    dtype = "datetime64[D]" if item.kind == "date" else np.float64
    return Given(np.array([read(word) for word in words], dtype=dtype)[index], absent)


def of_texts(item: Input, cells: Sequence[str], notation: Notation) -> Given:
    """Return a column of texts as an input; each text is looked at once."""
    place: dict[str, int] = {}
    index = np.array([place.setdefault(cell, len(place)) for cell in cells], dtype=np.int32)
    return _of_words(item, list(place), index, notation)


def of_objects(item: Input, cells: Sequence[Any], notation: Notation) -> Given:
    """Return a column whose cells are texts, numbers, days or None, as an input."""
    absent = np.array([is_empty(cell) for cell in cells], dtype=bool)
    read = meaning(item, notation)
    if item.kind == "code":
        return _of_words(item, *_placed([text_of(cell) for cell in cells]), notation)
    if item.kind == "date":
        days = [
            np.datetime64(cell.isoformat()[:10], "D") if hasattr(cell, "isoformat")
            else read(cell) if isinstance(cell, str) else NO_DAY
            for cell in cells
        ]  # fmt: skip
        return Given(np.array(days, dtype="datetime64[D]"), _mask(absent))
    numbers = [
        read(cell) if isinstance(cell, str)
        else float(cell) if isinstance(cell, int | float) else math.nan
        for cell in cells
    ]  # fmt: skip
    found = np.array(numbers, dtype=np.float64)
    if item.kind == "flag":
        found[(found != 0) & (found != 1)] = np.nan
    return Given(found, _mask(absent))


def undecided_days(item: Input, cells: Sequence[Any], notation: Notation) -> list[Fault]:
    """Return the fault of the first cell that could be two days, where there is one.

    Parameters
    ----------
    item : Input
        The input that a column is.
    cells : sequence of object
        Its cells.
    notation : Notation
        How days are written.

    Returns
    -------
    list of Fault
        The fault, or none.
    """
    if item.kind != "date" or notation.dates:
        return []
    place = next((n for n, cell in enumerate(cells) if is_day_or_month(notation, cell)), None)
    if place is None:
        return []
    fault = unreadable(item, cells[place], notation=notation)
    quoted = (fault.data["shown"],)
    data = {**fault.data, "quoted": quoted, "shown": quoted_at(quoted, (place,), 1)}
    return [attrs.evolve(fault, positions=(place,), count=1, data=data)]


def _placed(cells: Sequence[str]) -> tuple[list[str], Array]:
    place: dict[str, int] = {}
    index = np.array([place.setdefault(cell, len(place)) for cell in cells], dtype=np.int32)
    return list(place), index


def is_empty(cell: object) -> bool:
    """Say whether a cell of any table is empty: None, NaN, NaT or a text without a sign."""
    if isinstance(cell, str):
        return not cell.strip()
    return cell is None or type(cell).__name__ in ("NAType", "NaTType") or cell != cell


def text_of(cell: object) -> str:
    """Return a cell as the text that it is in a CSV file."""
    if isinstance(cell, str):
        return cell
    if is_empty(cell):
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = str(cell)
    return text.removesuffix(" 00:00:00") if hasattr(cell, "hour") else text


# -- columns of pyarrow ------------------------------------------------------------------------


def of_arrow(item: Input, column: pa.Array, notation: Notation) -> Given:
    """Return a column in pyarrow as an input: texts are read, other values are taken as they are."""
    with needs("tables"):
        import pyarrow as pa
        import pyarrow.compute as pc

    if hasattr(column, "num_chunks"):
        column = column.combine_chunks()
        column = column.chunk(0) if hasattr(column, "chunk") else column
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return of_arrow(item, pc.run_end_decode(column), notation)
    if _is_view(kind):
        return of_arrow(item, column.cast(pa.large_string()), notation)
    if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
        words = column.dictionary.to_pylist()
        index = column.indices
        if index.null_count or None in words:
            words = ["" if word is None else word for word in [*words, ""]]
            index = index.fill_null(len(words) - 1)
        return _of_words(item, words, np.asarray(index), notation)
    if pa.types.is_dictionary(kind):
        return of_arrow(item, column.dictionary_decode(), notation)
    if _is_text(kind):
        if item.kind in ("number", "whole"):
            plain = _plain_numbers(column, notation)
            if plain is not None:
                return plain
        return of_arrow(item, column.dictionary_encode(), notation)
    return _of_values(item, column)


def _is_text(kind: Any) -> bool:
    with needs("tables"):
        import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or _is_view(kind))


def _is_view(kind: Any) -> bool:
    with needs("tables"):
        import pyarrow as pa

    return hasattr(pa, "string_view") and bool(kind == pa.string_view())


def _plain_numbers(column: pa.Array, notation: Notation) -> Given | None:
    """Return texts as numbers where all are plain, such as ``350.5``: what is quick to read."""
    with needs("tables"):
        import pyarrow as pa
        import pyarrow.compute as pc

    filled = column.fill_null("") if column.null_count else column
    absent = np.asarray(pc.equal(pc.binary_length(filled), 0).to_numpy(zero_copy_only=False))
    texts = pc.if_else(pa.array(absent), "0", filled) if absent.any() else filled
    if notation.mark == ",":
        if pc.any(pc.match_substring(texts, ".")).as_py():
            return None
        texts = pc.replace_substring(texts, ",", ".")
    elif not notation.mark and pc.any(pc.match_substring(texts, ".")).as_py():
        return None
    try:
        numbers = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    if not np.isfinite(numbers.sum()):  # nan and infinity are numbers to pyarrow
        return None
    if absent.any():
        numbers = np.where(absent, np.nan, numbers)
    return Given(numbers, _mask(absent))


def _of_values(item: Input, column: pa.Array) -> Given:
    with needs("tables"):
        import pyarrow as pa
        import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_float64(kind) and not column.null_count and item.kind != "code":
        values = column.to_numpy()
        # a sum is quick, and tells whether any of the numbers is nan
        with np.errstate(over="ignore", invalid="ignore"):
            whole = not np.isnan(values.sum())
        if whole:
            return Given(values)
    absent = _mask(column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False))
    if item.kind == "code":
        if pa.types.is_null(kind):
            return Given(Coded(("",), np.zeros(len(column), dtype=np.int32)), absent)
        return Given(np.asarray(column), absent)
    if (
        pa.types.is_timestamp(kind) and kind.tz is not None
    ):  # the day of the place, not of Greenwich
        column = pc.local_timestamp(column)
    if item.kind == "date" and pa.types.is_temporal(kind):
        return Given(np.asarray(column).astype("datetime64[D]"), absent)
    if item.kind == "date" and pa.types.is_null(kind):
        return Given(np.full(len(column), NO_DAY), absent)
    if pa.types.is_null(kind):
        return Given(np.full(len(column), np.nan), absent)
    if pa.types.is_boolean(kind) and item.kind == "flag" and column.null_count:
        column = column.cast(pa.int8()).cast(pa.float64())
    if pa.types.is_integer(kind) and column.null_count:
        column = column.cast(pa.float64(), safe=False)
    return Given(column.to_numpy(zero_copy_only=False), absent)


def undecided_in_arrow(item: Input, column: Any, notation: Notation) -> list[Fault]:
    """Return what ``undecided_days`` does, of a column in pyarrow."""
    with needs("tables"):
        import pyarrow as pa

    kind = column.type
    if item.kind != "date" or notation.dates or pa.types.is_temporal(kind):
        return []
    return undecided_days(item, column.to_pylist(), notation)


# -- what is empty -----------------------------------------------------------------------------


def filled(inputs: Mapping[str, Input], given: Mapping[str, Given]) -> dict[str, Given]:
    """Return columns in which each empty cell of an input that has a default is the default."""
    found = {}
    for name, column in given.items():
        default = inputs[name].default
        if column.absent is None or default is None:
            found[name] = column
        elif isinstance(column.values, Coded):
            words = (*column.values.words, str(default))
            index = np.where(column.absent, len(words) - 1, column.values.index)
            found[name] = Given(Coded(words, index))
        else:
            values = np.asarray(column.values)
            if values.dtype.kind == "M":
                put: Any = np.datetime64(int(default), "D")
            elif values.dtype.kind == "O":
                put = float(default) if not isinstance(default, bool | str) else default
            else:
                put, values = float(default), values.astype(np.float64, copy=False)
            found[name] = Given(np.where(column.absent, put, values))
    return found
