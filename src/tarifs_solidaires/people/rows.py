"""Rows of a table computed together, although some of them leave optional inputs out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.errors import SHOWN, Fault, InputError, at_places
from tarifs_solidaires.people.columns import Given, filled
from tarifs_solidaires.people.communes import LISTS, Mistaken
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.rules.outcome import Outputs
from tarifs_solidaires.values.inputs import Coded, Errors, Input, read_columns
from tarifs_solidaires.values.texts import Texts

Array = npt.NDArray[Any]


def compute_rows(rule: Rule, given: Mapping[str, Given], errors: Errors = "null") -> Result:
    """Compute a rule for the rows of a table.

    Parameters
    ----------
    rule : Rule
        What to compute.
    given : mapping of str to Given
        Columns by input.
    errors : {"raise", "null"}
        Whether a row that cannot be computed raises.

    Returns
    -------
    Result
        Results, one a row. An optional input that is empty in a row is not given there.

    Raises
    ------
    InputError
        Where a column is of another type, or a row cannot be computed: all faults at once.
    """
    columns = filled(rule.all_inputs, given)
    faults: list[Fault] = []
    for name, column in columns.items():
        columns[name], wrong = _looked_up(rule.all_inputs[name], column, rule.on)
        faults += wrong
    if faults and errors == "raise":
        raise InputError(*faults, *_others(rule, columns, {fault.input for fault in faults}))
    left_out: dict[str, Array] = {}
    for name, column in list(columns.items()):
        if column.absent is not None and is_optional(rule, name):
            if column.absent.all() and len(columns) > 1:
                del columns[name]
            else:
                left_out[name] = column.absent
    values = {name: column.values for name, column in columns.items()}
    if not left_out:
        return rule.compute(values, errors=errors)
    if errors == "raise":
        read_columns(rule.all_inputs, values, known=rule.known_words, absent=left_out)
    return _in_groups(rule, values, left_out, errors)


def _others(rule: Rule, columns: Mapping[str, Given], told: Collection[str]) -> tuple[Fault, ...]:
    """Return what is wrong with the columns of which nothing was said yet."""
    rest = {name: column for name, column in columns.items() if name not in told}
    absent = {
        name: column.absent for name, column in rest.items()
        if column.absent is not None and is_optional(rule, name)
    }  # fmt: skip
    values = {name: column.values for name, column in rest.items()}
    try:
        read_columns(rule.all_inputs, values, known=rule.known_words, absent=absent)
    except InputError as error:
        return error.errors
    return ()


def is_optional(rule: Rule, name: str) -> bool:
    """Say whether an input may be left out of a row, and has no default there."""
    return rule.all_inputs[name].optional and name not in rule.required


# -- codes of published lists ------------------------------------------------------------------


def mistaken(item: Input, cell: object, on: dt.date) -> Mistaken | None:
    """Return why a text is no code of the list that an input names, None where it may be one."""
    look = LISTS.get(item.code_list)
    if look is None or not isinstance(cell, str):
        return None
    code = cell.strip()
    if not code or (item.pattern and re.fullmatch(item.pattern, code) is None):
        return None  # which is told without the list
    return look(code, on)


def _looked_up(item: Input, column: Given, on: dt.date) -> tuple[Given, list[Fault]]:
    """Return a column of codes without those that its list has not, and what is wrong with them."""
    if item.code_list not in LISTS or item.kind != "code":
        return column, []
    coded = column.values
    if not isinstance(coded, Coded):
        texts = ["" if text is None else str(text) for text in np.asarray(coded).tolist()]
        words, index = np.unique(np.array(texts, dtype=np.str_), return_inverse=True)
        coded = Coded(tuple(words.tolist()), index.astype(np.int32))
    there = np.unique(coded.index).tolist()
    wrong = {n: mistaken(item, coded.words[n], on) for n in there}
    wrong = {n: why for n, why in wrong.items() if why is not None}
    if not wrong:
        return column, []
    faults = [
        listed_fault(item, why, coded.words[n], np.flatnonzero(coded.index == n))
        for n, why in wrong.items() if why is not None
    ]  # fmt: skip
    words_ = tuple("" if n in wrong else word for n, word in enumerate(coded.words))
    return Given(Coded(words_, coded.index), column.absent), faults


def listed_fault(item: Input, why: Mistaken, cell: str, places: Sequence[int] | Array) -> Fault:
    """Return the fault of a code that is none, at some rows."""
    positions = tuple(int(n) for n in places[:SHOWN])
    at = at_places(positions, len(places))
    return Fault(
        code=why.code, input=item.name, template=why.template, remedy=why.remedy,
        positions=positions, count=max(len(places), 1),
        data={"value": cell, "shown": Phrase("{value!r}{at}", value=cell, at=at), **why.data},
    )  # fmt: skip


# -- rows that leave something out -------------------------------------------------------------


def _in_groups(
    rule: Rule, values: Mapping[str, Any], left_out: Mapping[str, Array], errors: Errors
) -> Result:
    """Compute the rows that give the same inputs together, and put the results in their places."""
    pattern = np.array(0, dtype=np.int64)
    for absent in left_out.values():
        # renumbered at each input, so that no number of inputs is too large
        _, pattern = np.unique(pattern * 2 + absent, return_inverse=True)
    length = len(pattern)
    merged = _Merged(rule, length)
    faults: list[Fault] = []
    for one in range(int(pattern.max()) + 1):
        rows = np.flatnonzero(pattern == one)
        some = {
            name: _taken(column, rows) for name, column in values.items()
            if name not in left_out or not left_out[name][rows[0]]
        }  # fmt: skip
        if not some:  # every input is optional, and these rows give none
            merged.put(rows, _alone(rule.compute({}, errors=errors), len(rows)))
            continue
        try:
            merged.put(rows, _alone(rule.compute(some, errors=errors), len(rows)))
        except InputError as error:
            if errors == "null" and not all(fault.code in _NAMES for fault in error.errors):
                raise
            faults += [_moved(fault, rows) for fault in error.errors]
            merged.refuse(rows, error.errors[0].message)
    if faults and errors == "raise":
        raise InputError(*faults)
    return merged.result()


_NAMES = ("missing_input", "two_ways")  # faults of what is given, whatever the values are


def _taken(column: Any, rows: Array) -> Any:
    if isinstance(column, Coded):
        return Coded(column.words, column.index[rows])
    return np.asarray(column)[rows]


def _moved(fault: Fault, rows: Array) -> Fault:
    """Return a fault of some rows with their places in the whole table."""
    places = fault.positions or (range(min(len(rows), SHOWN)) if fault.code in _NAMES else ())
    positions = tuple(int(rows[n]) for n in places)
    at = at_places(positions)
    count = len(rows) if fault.code in _NAMES else fault.count
    return attrs.evolve(fault, positions=positions, count=count, data={**fault.data, "at": at})


@attrs.frozen(eq=False)
class _Part:
    """The results of some rows, a value each."""

    outputs: Mapping[str, Array]
    names: tuple[Texts, ...]
    row: Array
    reasons: tuple[str, ...]
    number: Array


def _alone(result: Result, length: int) -> _Part:
    return _Part(
        {name: np.broadcast_to(array, (length,)) for name, array in result.outputs.items()},
        result.names, np.broadcast_to(result.row, (length,)), result.reasons,
        np.broadcast_to(result.reason_number, (length,)),
    )  # fmt: skip


class _Merged:
    """Results of all rows, filled in group by group."""

    def __init__(self, rule: Rule, length: int) -> None:
        self._rule, self._length = rule, length
        self._outputs: dict[str, Array] = {}
        self._names: list[Texts] = []
        self._row = np.full(length, -1, dtype=np.int64)
        self._reasons = [""]
        self._number = np.zeros(length, dtype=np.int64)

    def put(self, rows: Array, part: _Part) -> None:
        for name, values in part.outputs.items():
            if name not in self._outputs:
                kind = values.dtype if values.dtype.kind == "f" else np.dtype(object)
                empty: Any = np.nan if kind.kind == "f" else None
                self._outputs[name] = np.full(self._length, empty, dtype=kind)
            self._outputs[name][rows] = values
        self._row[rows] = self._places(self._names, part.names)[part.row]
        self._number[rows] = self._places(self._reasons, part.reasons)[part.number]

    def refuse(self, rows: Array, reason: str) -> None:
        self._number[rows] = self._places(self._reasons, (reason,))[0]

    @staticmethod
    def _places(known: list[Any], words: Sequence[Any]) -> Array:
        """Return the place of each word in a list, to which new ones are added."""
        for word in words:
            if word not in known:
                known.append(word)
        return np.array([known.index(word) for word in words], dtype=np.int64)

    def result(self) -> Result:
        last = len(self._names)
        outputs = self._outputs
        for name in self._rule.output_names:  # of which no row has a result
            empty: Any = np.nan if self._rule.output_kind(name) == "number" else None
            outputs.setdefault(name, np.full(self._length, empty))
        return Result(
            rule=self._rule, inputs={}, shape=(self._length,), defaults=frozenset(),
            outputs=Outputs(outputs, (self._length,)), names=(*self._names, Texts()),
            row=np.where(self._row < 0, last, self._row), reasons=tuple(self._reasons),
            reason_number=self._number,
        )  # fmt: skip
