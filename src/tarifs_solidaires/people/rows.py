"""Rows of a table computed together, although some of them leave optional inputs out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Phrase, msg
from tarifs_solidaires.errors import SHOWN, Fault, InputError, at_places, quoted_at
from tarifs_solidaires.people.checked import is_by_row
from tarifs_solidaires.people.columns import Given, filled
from tarifs_solidaires.people.communes import LISTS, Mistaken
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.rules.outcome import Outputs
from tarifs_solidaires.values.inputs import Coded, Errors, Input, read_columns
from tarifs_solidaires.values.texts import Texts

Array = npt.NDArray[Any]


def compute_table(rule: Rule, given: Mapping[str, Given], errors: Errors, first: int = 0) -> Result:
    """Compute a rule for the rows of a table that may be a part of a larger one.

    Parameters
    ----------
    rule : Rule
        What to compute.
    given : mapping of str to Given
        Columns by input; none where the table has none that is one.
    errors : {"raise", "null"}
        Whether a row that cannot be computed raises.
    first : int
        Number of the first row; errors count from it.

    Raises
    ------
    InputError
        Where a row cannot be computed.
    """
    try:
        return compute_rows(rule, given, errors) if given else rule.compute({}, errors=errors)
    except InputError as error:
        faults = [fault.moved(lambda place: place + first) for fault in error.errors]
    raise InputError(*faults)


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
    left_out = _left_out(rule, given, columns)
    values = {name: column.values for name, column in columns.items()}
    if not left_out:
        return rule.compute(values, errors=errors)
    if errors == "raise":
        read_columns(rule.all_inputs, values, known=rule.known_words, absent=left_out)
    return _in_groups(rule, values, left_out, errors)


def parted(rule: Rule, given: Mapping[str, Given]) -> list[tuple[Array, dict[str, Any]]]:
    """Return the rows of a table that give the same inputs, and what they give.

    Parameters
    ----------
    rule : Rule
        The rule.
    given : mapping of str to Given
        Columns by input.

    Returns
    -------
    list of tuple
        Places of rows, rising, with the values of the inputs that these rows give, one value a row.
        Where a required input is given in no way, it is there with a value that is none: the
        computation then says that it is missing.
    """
    columns = filled(rule.all_inputs, given)
    for name, column in columns.items():
        columns[name], _ = _looked_up(rule.all_inputs[name], column, rule.on)
    everything = dict(columns)
    left_out = _left_out(rule, given, columns)
    for name, column in given.items():  # what stands for an answer is told as such
        if column.absent is not None and rule.all_inputs[name].default is not None:
            left_out.setdefault(name, column.absent)
    length = len(next(iter(everything.values())))
    found = []
    for rows in _alike(left_out, length):
        values = {
            name: _taken(column.values, rows) for name, column in columns.items()
            if name not in left_out or not left_out[name][rows[0]]
        }  # fmt: skip
        for fault in rule.name_faults(list(values)):
            if fault.code == "missing_input" and fault.input in everything:
                values[fault.input] = _taken(everything[fault.input].values, rows)
        found.append((rows, values))
    return found


def _left_out(
    rule: Rule, given: Mapping[str, Given], columns: dict[str, Given]
) -> dict[str, Array]:
    """Return where inputs are not given; a column that is empty throughout is taken away."""
    left_out = _ways_left_out(rule, given)
    for name, column in list(columns.items()):
        if name not in left_out and column.absent is not None and is_optional(rule, name):
            if column.absent.all() and len(columns) > 1:
                del columns[name]
            else:
                left_out[name] = column.absent
    return left_out


def _alike(left_out: Mapping[str, Array], length: int) -> list[Array]:
    """Return the places of the rows that leave out the same inputs, group by group."""
    pattern = np.zeros(length, dtype=np.int64)
    for absent in left_out.values():
        # renumbered at each input, so that no number of inputs is too large
        _, pattern = np.unique(pattern * 2 + absent, return_inverse=True)
    return [np.flatnonzero(pattern == one) for one in range(int(pattern.max(initial=-1)) + 1)]


def _ways_left_out(rule: Rule, given: Mapping[str, Given]) -> dict[str, Array]:
    """Return where an input that has two columns, its own and its ways in, is given through which.

    A row gives it in the one way that is complete there. Where both are, or none is, what the row
    holds is left as it is, and the computation says so.
    """
    found: dict[str, Array] = {}
    for name in given:
        ways = [way for way in sorted(rule.ways(name)) if way in given]
        if not ways or not is_by_row(rule, name):
            continue
        length = len(given[name])
        absent = {one: _absent(given[one], length) for one in (name, *ways)}
        whole = ~np.logical_and.reduce([absent[way] for way in ways])
        for way in rule.ways(name):
            if rule.all_inputs[way].default is None:
                whole &= ~absent[way] if way in absent else False
        found[name] = absent[name]
        for way in ways:
            found[way] = absent[way] | (~absent[name] & ~whole)
    return found


def _absent(column: Given, length: int) -> Array:
    return np.zeros(length, dtype=bool) if column.absent is None else column.absent


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
    there = np.flatnonzero(np.bincount(coded.index, minlength=1)).tolist()
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
    quoted = (Phrase("{value!r}", value=cell),)
    return Fault(
        code=why.code, input=item.name, template=why.template, remedy=why.remedy,
        positions=positions, count=max(len(places), 1),
        data={"value": cell, "quoted": quoted, "shown": quoted_at(quoted, positions, len(places)),
              **why.data},
    )  # fmt: skip


# -- rows that leave something out -------------------------------------------------------------


def _in_groups(
    rule: Rule, values: Mapping[str, Any], left_out: Mapping[str, Array], errors: Errors
) -> Result:
    """Compute the rows that give the same inputs together, and put the results in their places."""
    length = len(next(iter(left_out.values())))
    merged = _Merged(rule, length)
    faults: list[Fault] = []
    for rows in _alike(left_out, length):
        some = {
            name: _taken(column, rows) for name, column in values.items()
            if name not in left_out or not left_out[name][rows[0]]
        }  # fmt: skip
        try:
            merged.put(rows, _alone(rule.compute(some, errors=errors), len(rows)))
        except InputError as error:
            if errors == "null" and not all(fault.code in _NAMES for fault in error.errors):
                raise
            faults += [moved(fault, rows) for fault in error.errors]
            merged.refuse(rows, error.errors[0].message)
    if faults and errors == "raise":
        raise InputError(*faults)
    return merged.result()


_NAMES = ("missing_input", "two_ways")  # faults of what is given, whatever the values are


def _of_rows(fault: Fault) -> str:
    """Return what is wrong with what some rows give, in words that say in which."""
    if fault.code == "two_ways":
        return msg("{input} and {others} are both given{at}")
    if fault.data["others"]:
        return msg("{input} (or {others}) is missing{at}")
    return msg("{input} is missing{at}")


def _taken(column: Any, rows: Array) -> Any:
    if isinstance(column, Coded):
        return Coded(column.words, column.index[rows])
    return np.asarray(column)[rows]


def moved(fault: Fault, rows: Array) -> Fault:
    """Return a fault of some rows with their places in the whole table."""
    if fault.code in _NAMES:  # of every row
        shown = tuple(int(n) for n in rows[:SHOWN])
        data = {**fault.data, "at": at_places(shown, len(rows))}
        return attrs.evolve(
            fault, positions=shown, count=len(rows), data=data, template=_of_rows(fault)
        )
    return fault.moved(lambda place: int(rows[place]))


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
