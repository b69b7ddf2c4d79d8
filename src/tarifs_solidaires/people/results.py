"""The columns that a rule adds to a table: what they are, known beforehand, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import said
from tarifs_solidaires.engine.program import Deferred, made
from tarifs_solidaires.extras import needs
from tarifs_solidaires.rule import Result
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.outcome import Outputs
from tarifs_solidaires.values.inputs import Errors

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]
Kind: TypeAlias = Literal["number", "flag", "text"]


@attrs.frozen
class ResultField:
    """What a column of results is, whatever the rows hold.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"number", "flag", "text"}
        What its values are; each may be missing.
    words : tuple of str
        The texts that it can have, in the order of the rule; empty where any text can be.
    """

    name: str
    kind: Kind
    words: tuple[str, ...] = ()


def result_fields(rule: DatedRule, errors: Errors) -> tuple[ResultField, ...]:
    """Return the columns that a rule adds to a table, in their order.

    Parameters
    ----------
    rule : DatedRule
        What will be computed.
    errors : {"raise", "null"}
        Whether there is a column of reasons.
    """
    fields = [_field(rule, name) for name in rule.output_names]
    names = (texts.to(rule.languages[0]) for texts in rule.row_names)
    fields.append(ResultField("tranche", "text", tuple(dict.fromkeys(filter(None, names)))))
    if errors == "null":
        fields.append(ResultField("reason", "text"))
    if rule.last_known is not None:
        fields.append(ResultField("last_known", "text", (rule.last_known.isoformat(),)))
    return tuple(fields)


def _field(rule: DatedRule, name: str) -> ResultField:
    if name in rule.steps:
        kind, codes = rule.output_kind(name), rule.steps[name].step.codes
    elif name in rule.all_inputs:  # an output that is an input has its own codes
        kind, codes = rule.all_inputs[name].kind, tuple(rule.all_inputs[name].codes)
    else:  # an output of another version
        kind, codes = rule.output_kind(name), ()
    if kind == "code":
        return ResultField(name, "text", codes)
    return ResultField(name, "flag" if kind == "flag" else "number")


@attrs.frozen(kw_only=True, eq=False)
class ResultColumn:
    """A column of results, for a table of any kind.

    Parameters
    ----------
    name : str
        Its name.
    values : ndarray or Deferred
        Numbers, NaN where missing, which can be places in a table; or the place of each text in
        ``words``, -1 where missing; or 1, 0 and -1 for true, false and missing.
    words : tuple of str or None
        Texts; None where the column is of numbers or flags.
    closed : bool
        Whether the texts are known beforehand, whatever the rows hold.
    """

    name: str
    _values: Array | Deferred
    words: tuple[str, ...] | None = None
    closed: bool = False

    @property
    def values(self) -> Array:
        """Its values, looked up now where they were not."""
        return made(self._values)

    @property
    def looked_up(self) -> Deferred | None:
        """Its values as places in a table, where they are."""
        return self._values if isinstance(self._values, Deferred) else None

    @property
    def is_number(self) -> bool:
        """Whether it is of numbers."""
        found = self._values
        return (found.table if isinstance(found, Deferred) else found).dtype.kind == "f"

    def texts(self, words: Sequence[str] = ("false", "true")) -> list[str]:
        """Return the column as text, empty where missing."""
        known = [*(words if self.words is None else self.words), ""]
        return [known[n] for n in self.values.tolist()]


def result_columns(
    result: Result, length: int, errors: Errors, lang: str = "en"
) -> Iterator[ResultColumn]:
    """Yield the columns that a result adds to a table of a length, as ``result_fields`` says.

    Parameters
    ----------
    result : Result
        What was computed.
    length : int
        Rows of the table.
    errors : {"raise", "null"}
        Whether there is a column of reasons.
    lang : {"en", "fr", "pt"}
        Language of the reasons.
    """
    rule = result.rule
    for field in result_fields(rule, errors):
        if field.name == "tranche":
            row = np.broadcast_to(result.row, (length,))
            texts = [name.to(rule.languages[0]) for name in result.names]
            yield of_words(field, texts, row)
        elif field.name == "reason":
            number = np.broadcast_to(result.reason_number, (length,))
            yield of_words(field, [said(reason, lang) for reason in result.reasons], number)
        elif field.name == "last_known":
            yield of_words(field, field.words, np.zeros(length, dtype=np.int64))
        elif (column := _looked_up(result, field, length)) is not None:
            yield ResultColumn(name=field.name, values=column)
        else:
            yield _output(field, np.broadcast_to(result.outputs[field.name], (length,)))


def _looked_up(result: Result, field: ResultField, length: int) -> Deferred | None:
    """Return numbers as places in a table, as they come from the rule, where they do."""
    outputs = result.outputs
    if field.kind != "number" or result.shape != (length,) or not isinstance(outputs, Outputs):
        return None
    return outputs.looked_up(field.name)


def _output(field: ResultField, values: Array) -> ResultColumn:
    if field.kind == "number" or values.dtype.kind == "f":
        numbers = values if values.dtype.kind == "f" else values.astype(np.float64)
        return ResultColumn(name=field.name, values=numbers)
    words: tuple[Any, ...] = (False, True) if field.kind == "flag" else field.words
    place: dict[Any, int] = {word: n for n, word in enumerate(words)}
    listed = values.tolist()
    for value in dict.fromkeys(listed):
        if value is not None:
            place.setdefault(value, len(place))
    codes = np.array([-1 if v is None else place[v] for v in listed], dtype=np.int32)
    if field.kind == "flag":
        return ResultColumn(name=field.name, values=codes)
    return ResultColumn(
        name=field.name, values=codes, words=tuple(place), closed=bool(field.words)
    )  # fmt: skip


def of_words(field: ResultField, words: Sequence[str], numbers: Array) -> ResultColumn:
    """Return a column of texts, each once and missing where empty, from their numbers."""
    known = dict.fromkeys((*field.words, *filter(None, words)))
    place: dict[str, int] = {word: n for n, word in enumerate(known)}
    table = np.array([place.get(word, -1) for word in words], dtype=np.int32)
    return ResultColumn(
        name=field.name, values=table[numbers], words=tuple(place), closed=bool(field.words)
    )  # fmt: skip


# -- in pyarrow --------------------------------------------------------------------------------


def arrow_field(field: ResultField, *, coded: bool) -> pa.Field:
    """Return a field in pyarrow: float64, bool, or text, which may stand once each."""
    with needs("tables"):
        import pyarrow as pa

    kinds = {"number": pa.float64(), "flag": pa.bool_(), "text": pa.string()}
    kind = kinds[field.kind]
    return pa.field(
        field.name, pa.dictionary(pa.int32(), kind) if coded and field.kind == "text" else kind
    )


def arrow_column(column: ResultColumn, *, coded: bool = True) -> pa.Array:
    """Return a column in pyarrow, of the type that ``arrow_field`` says."""
    with needs("tables"):
        import pyarrow as pa

    if column.is_number:
        return pa.array(column.values, pa.float64(), from_pandas=True)
    missing = column.values < 0
    if column.words is None:
        return pa.array(column.values == 1, pa.bool_(), mask=missing)
    places = pa.array(np.where(missing, 0, column.values), pa.int32(), mask=missing)
    words = pa.array(column.words or ("",), pa.string())
    found = pa.DictionaryArray.from_arrays(places, words)
    return found if coded else found.dictionary_decode()
