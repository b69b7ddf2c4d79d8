"""A rule of one day as a program: columns of people in, their results out, exactly.

**Why the results are exact.** Every number that people give lies on a grid: whole cents, quarters of a
tax share. A program counts in units of that grid, so that each input is a whole number; a value within
a millionth of a step of the grid is that whole number, and a value between two steps is counted in
millionths of a step by a second program, made in the same way. Figures of the rule are fractions.
Sums, products, comparisons and bounds of such numbers are whole numbers over a constant scale and the
divisors of a person, and nothing is divided before it is rounded (`quantities`). The bounds of each
whole number follow from the bounds of the inputs, which are enforced; from them it is known, before any
person is computed, that a carrier holds it without rounding: float64 below 2**52, int64 below 2**62,
Python's integers beyond (`backends`). A bound put to a number as it was given is compared in float64
with the bound moved by a millionth of a step: on the grid no value lies between the two (`tables`).
A result is divided once, by its scale: the float nearest to the exact decimal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.backends import ARRAYS, SINGLE, LookUp, carrier_of
from tarifs_solidaires.engine.chunks import CHUNK, LARGE, for_chunks
from tarifs_solidaires.engine.compiler import Compiler
from tarifs_solidaires.engine.conditions import Constant, Source
from tarifs_solidaires.engine.expression import Choice, Missing
from tarifs_solidaires.engine.quantities import Cod, Code, Flg, Num, Quantity, Run, any_of
from tarifs_solidaires.engine.step import Step, read_by
from tarifs_solidaires.engine.tables import Grid
from tarifs_solidaires.values.inputs import FINE, Coded, Input, Limits, within
from tarifs_solidaires.values.numbers import SNAP

Array = npt.NDArray[Any]
UNCOVERED = "\0uncovered"


class OutOfBoundsError(ValueError):
    """A number that is given lies outside its bounds, or between two steps that it must be on."""


class Deferred:
    """A column that is looked up, cell by cell, when it is first asked for.

    Parameters
    ----------
    table : ndarray
        Value of each cell.
    cells : ndarray
        Cell of each person.
    """

    table: Array
    cells: Array

    __slots__ = ("_array", "cells", "table")

    def __init__(self, table: Array, cells: Array) -> None:
        self.table, self.cells = table, cells
        self._array: Array | None = None

    def made(self) -> Array:
        """Return the column."""
        if self._array is None:
            found = np.empty(len(self.cells), dtype=self.table.dtype)

            def work(part: slice) -> None:
                np.take(self.table, self.cells[part], out=found[part], mode="clip")

            for_chunks(len(found), work)
            self._array = found
        return self._array


@attrs.frozen(kw_only=True)
class Computed:
    """Results of a program.

    Parameters
    ----------
    outputs : mapping of str to ndarray or Deferred
        By name: float64, NaN where missing; places among the codes, -1 where missing; 1, 0 and -1
        for a flag.
    row : ndarray or Deferred
        Number of the row that names each result, in the program's ``names``.
    uncovered : ndarray of bool or None
        Whose result is missing because no row of a table covers the case; None where all do.
    """

    outputs: Mapping[str, Array | Deferred]
    row: Array | Deferred
    uncovered: Array | None = None


class Program:
    """Steps made ready for columns of people.

    Parameters
    ----------
    inputs : mapping of str to Input
        Inputs that are given, with their defaults.
    absent : iterable of str
        Optional inputs that are not given.
    constants : mapping of str to Fraction, str or bool
        Parameters.
    steps : sequence of Step
        Steps, each after those that it reads.
    outputs : sequence of str
        Steps or inputs whose values are wanted.
    decides : str
        The step whose rows name a result; empty where none does.
    causes : bool
        Whether the row that makes a result missing names it, in place of the deciding step's.
    fine : bool
        Whether numbers are counted in millionths of their step.

    Raises
    ------
    LimitError
        Where a step cannot be computed.
    """

    def __init__(
        self,
        *,
        inputs: Mapping[str, Input],
        absent: Iterable[str],
        constants: Mapping[str, Constant],
        steps: Sequence[Step],
        outputs: Sequence[str],
        decides: str = "",
        causes: bool = True,
        fine: bool = False,
    ) -> None:
        self.inputs = inputs
        self.outputs: tuple[str, ...] = tuple(outputs)
        self.fine = fine
        by_name = {step.name: step for step in steps}
        needed = read_by(by_name, [*outputs, *([decides] if decides else [])])
        self.steps: tuple[Step, ...] = tuple(step for step in steps if step.name in needed)
        self.reads: frozenset[str] = needed & inputs.keys()
        self.sources: dict[str, Source] = {
            name: self._source(inputs[name]) for name in inputs if inputs[name].numeric
        }
        self.compiler: Compiler = Compiler(
            sources=self.sources,
            codes={n: tuple(item.codes) for n, item in inputs.items() if item.kind == "code"},
            flags=[n for n, item in inputs.items() if item.kind == "flag"],
            constants=constants, absent=absent,
        )  # fmt: skip
        for step in self.steps:
            try:
                self.compiler.add(step)
            except ValueError as error:
                error.add_note(step.name)
                raise
            self.compiler.note_quotient(step.name, step.value)
        self.quantities: dict[str, Quantity] = {name: self.compiler.found[name] for name in outputs}
        self.finals: dict[str, tuple[LookUp, Code]] = self.compiler.finals
        self.decides: str = decides if decides in self.compiler.rows else ""
        self._naming(causes)
        counts = {step.name: step.rows for step in self.steps}
        self.holes: list[tuple[Code, int]] = [
            (self.compiler.rows[name], counts[name])
            for name, grid in self.compiler.grids.items()
            if name in counts and (grid.row_of_cell is None or grid.bare.size)
        ]
        self.absent: Code | None = any_of(quantity.absent for quantity in self.quantities.values())

    def _naming(self, causes: bool) -> None:
        """List the rows that can name a result: those that decide, then those that give none."""
        names: list[tuple[str, int]] = []
        found: list[tuple[str, Array]] = []
        count = 0
        self.deciding: Step | None = next(
            (step for step in self.steps if step.name == self.decides), None
        )
        if self.deciding is not None:
            count = self.deciding.rows
            names += [(self.decides, row) for row in range(count)]
        for step in self.steps:
            missing = _missing_rows(step)
            if causes and missing and step.name != self.decides:
                numbers = np.full(step.rows + 2, -1, dtype=np.int64)
                for row in missing:
                    numbers[row] = len(names)
                    names.append((step.name, row))
                found.append((step.name, numbers))
        self.names: tuple[tuple[str, int], ...] = tuple(names)
        self.row_type: Any = np.uint8 if len(names) < 256 else np.uint16
        none = len(names)
        self.causes: list[tuple[int, Code, LookUp]] = [
            (self.compiler.numbers[name], self.compiler.rows[name],
             LookUp(np.where(numbers < 0, none, numbers), self.row_type))
            for name, numbers in found
        ]  # fmt: skip
        self.first_row: Code = lambda run: none
        self.row_table: LookUp | None = None  # row by cell of the deciding step
        if self.decides:
            rows = self.compiler.rows[self.decides]
            grid = self.compiler.grids.get(self.decides)
            if grid is not None and grid.row_of_cell is not None:
                named = np.where(grid.row_of_cell < count, grid.row_of_cell, none)
                self.row_table = table = LookUp(named, self.row_type)
                place = self.compiler.cells[self.decides]
                self.first_row = lambda run: run.backend.look_up(table, place(run))
            else:
                self.first_row = lambda run: run.backend.where(rows(run) >= count, none, rows(run))

    @property
    def grids(self) -> Mapping[str, Grid]:
        """Cells of the tables, by step."""
        return self.compiler.grids

    def _source(self, item: Input) -> Source:
        scale = item.scale * (FINE if self.fine and item.kind == "number" else 1)
        carrier = carrier_of(int(item.maximum * scale) + 1, int(item.minimum * scale) - 1)
        multiple = item.grid.numerator
        read = partial(_read, item.name, scale, carrier, multiple, self.fine)
        return Source(
            scale=scale, low=item.minimum, high=item.maximum, tolerance=item.grid * SNAP,
            read=read, raw=not self.fine,
        )  # fmt: skip

    def one(self, values: Mapping[str, int | bool | str]) -> tuple[dict[str, Any], int]:
        """Compute one person.

        Parameters
        ----------
        values : mapping of str to int, bool or str
            Every input of the program, a number as the whole number that the program counts.

        Returns
        -------
        tuple of dict and int
            Outputs, None where missing; and the row that names the result.
        """
        run = Run(SINGLE, dict(values), {})
        found: dict[str, Any] = {}
        missing: dict[str, Any] = {}
        for name, quantity in self.quantities.items():
            found[name] = None
            missing[name] = 0 if quantity.absent is None else int(quantity.absent(run))
            if not missing[name]:
                found[name] = _one(quantity, run)
        found[UNCOVERED] = bool(self.holes and self._uncovered(run))
        return found, self._row(run, missing)

    def _uncovered(self, run: Run) -> Any:
        """Return whose result is missing because no row of a table covers the case."""
        if self.absent is None:
            return False
        found: Any = False
        for rows, count in self.holes:
            found = found | (rows(run) == count)
        return found & (self.absent(run) != 0)

    def many(
        self, columns: Mapping[str, Array | Coded], length: int, unchecked: Iterable[str] = ()
    ) -> Computed:
        """Compute people, column by column.

        Parameters
        ----------
        columns : mapping of str to ndarray or Coded
            Every input of the program: values of one dimension or single.
        length : int
            Number of people.
        unchecked : iterable of str
            Numbers that nobody has compared with their bounds.

        Returns
        -------
        Computed
            Their results.

        Raises
        ------
        OutOfBoundsError
            Where an unchecked number is out of bounds.
        """
        used = {name: columns[name] for name in self.reads}
        to_check = [(n, Limits.of(self.inputs[n])) for n in unchecked if n in used]
        cells: dict[str, Array] = {}
        outputs: dict[str, Array] = {}
        for name, quantity in self.quantities.items():
            if name in self.finals:
                cells[name] = np.empty(length, dtype=self.compiler.grids[name].cell_type)
            else:
                outputs[name] = np.empty(length, dtype=_type(quantity))
        first = self.outputs[0] if self.outputs else ""
        named = self.row_table is not None and self.decides in cells and not self._by_cause
        row = None if named else np.empty(length, dtype=self.row_type)
        off: list[slice] = []
        uncovered = np.zeros(length if self.holes else 0, dtype=bool)

        def work(part: slice) -> None:
            run = self._run(used, part)
            for name, limits in to_check:
                if not within(limits, run.raw[name]):
                    raise OutOfBoundsError
            for name, places in cells.items():
                places[part] = self.finals[name][1](run)
            missing: dict[str, Any] = {}
            for name, array in outputs.items():
                quantity = self.quantities[name]
                missing[name] = None if quantity.absent is None else quantity.absent(run)
                _write(array[part], quantity, run, missing[name])
            if row is not None:
                if self._by_cause and first not in missing:
                    absent = self.quantities[first].absent
                    missing[first] = None if absent is None else absent(run)
                row[part] = self._row(run, missing)
            if self.holes:
                uncovered[part] = self._uncovered(run)
            if "\0off" in run.values:
                off.append(part)

        for_chunks(length, work, CHUNK if outputs else LARGE)
        if off:
            found = {
                n: Deferred(self.finals[n][0].array, c).made() for n, c in cells.items()
            } | outputs
            rows = self._rows_of(cells) if row is None else row
            parts = sorted(off, key=lambda part: part.start)
            return self._finely(found, rows, uncovered, used, parts)
        later = {n: Deferred(self.finals[n][0].array, c) for n, c in cells.items()}
        return Computed(
            outputs={name: later.get(name, outputs.get(name)) for name in self.outputs},  # type: ignore[misc]
            row=Deferred(self.row_table.array, cells[self.decides])  # type: ignore[union-attr]
            if row is None else row,
            uncovered=uncovered if uncovered.any() else None,
        )  # fmt: skip

    @property
    def _by_cause(self) -> bool:
        """Whether the row of another step than the deciding one can name a result."""
        return bool(
            self.causes and self.outputs and self.quantities[self.outputs[0]].absent is not None
        )

    def _rows_of(self, cells: Mapping[str, Array]) -> Array:
        if self.row_table is None:
            raise AssertionError
        return Deferred(self.row_table.array, cells[self.decides]).made()

    def _finely(
        self, outputs: Mapping[str, Array], row: Array, uncovered: Array, used: Mapping[str, Array | Coded],
        parts: Sequence[slice],
    ) -> Computed:  # fmt: skip
        """Compute again the people whose numbers lie between two steps."""
        if self.finer is None:
            raise AssertionError
        finer = self.finer()
        for part in parts:
            run = self._run(used, part)
            for name in self.reads & self.sources.keys():
                self.sources[name].read(run)
            mask = np.broadcast_to(run.values["\0off"], (part.stop - part.start,))
            places = np.flatnonzero(mask) + part.start
            some = {name: _taken(column, places) for name, column in used.items()}
            again = finer.many(some, len(places))
            for name, array in outputs.items():
                array[places] = made(again.outputs[name])
            row[places] = made(again.row)
            if uncovered.size:
                uncovered[places] = False if again.uncovered is None else again.uncovered
        return Computed(outputs=outputs, row=row, uncovered=uncovered if uncovered.any() else None)

    finer: Any = None

    def _run(self, used: Mapping[str, Array | Coded], part: slice) -> Run:
        raw: dict[str, Any] = {}
        values: dict[str, Any] = {}
        for name, column in used.items():
            if isinstance(column, Coded):
                index = column.index[part] if column.index.ndim else column.index
                values[name] = (column.words, index)
            elif name in self.sources:
                raw[name] = column[part] if column.ndim else column
            else:
                values[name] = column[part] if column.ndim else column
        return Run(ARRAYS, values, raw)

    def _row(self, run: Run, missing: Mapping[str, Any]) -> Any:
        """Return the row that names each result: that of the cause where it is missing."""
        row: Any = self.first_row(run)
        cause = missing.get(self.outputs[0]) if self.outputs else None
        if cause is None:
            return row
        where = run.backend.where
        for number, rows, named in self.causes:
            row = where(cause == number, run.backend.look_up(named, rows(run)), row)
        return row


def _missing_rows(step: Step) -> tuple[int, ...]:
    if not isinstance(step.value, Choice):
        return ()
    return tuple(n for n, case in enumerate(step.value.cases) if isinstance(case.value, Missing))


def _read(name: str, scale: int, carrier: Any, multiple: int, fine: bool, run: Run) -> Any:
    """Return an input as whole numbers, and note where it lies between two steps."""
    if name in run.values:
        return run.values[name]
    value = run.raw[name]
    if value.dtype.kind in "iu":
        found = (
            np.multiply(value, scale, dtype=np.float64) if scale != 1 else value.astype(np.float64)
        )
        if multiple != 1:
            _note_off(run, np.asarray(found % multiple != 0))
    else:
        times = value * scale if scale != 1 else value
        found = np.rint(times)
        if fine:
            step = np.rint(times / FINE) * FINE
            found = np.where(np.abs(found - step) <= 1, step, found)
        elif multiple != 1:
            found = np.rint(times / multiple) * multiple
            _note_off(run, np.abs(times - found) > float(SNAP) * multiple)
        else:
            apart = times - found
            if apart.size and (apart.max() > float(SNAP) or apart.min() < -float(SNAP)):
                _note_off(run, (np.abs(apart) > float(SNAP)) & (found / scale != value))
    if carrier != "float":
        found = ARRAYS.lift(found, "float", carrier)
    run.values[name] = found
    return found


def _note_off(run: Run, mask: Any) -> None:
    if mask.any():
        before = run.values.get("\0off")
        run.values["\0off"] = mask if before is None else before | mask


def _taken(column: Array | Coded, places: Array) -> Array | Coded:
    if isinstance(column, Coded):
        return Coded(column.words, column.index[places]) if column.index.ndim else column
    return column[places] if column.ndim else column


def made(column: Array | Deferred) -> Array:
    """Return a column, looked up now where it was deferred."""
    return column.made() if isinstance(column, Deferred) else column


def _type(quantity: Num | Cod | Flg) -> Any:
    return (
        np.float64
        if isinstance(quantity, Num)
        else np.int32
        if isinstance(quantity, Cod)
        else np.int8
    )


def _one(quantity: Num | Cod | Flg, run: Run) -> Any:
    if isinstance(quantity, Cod):
        return quantity.code(run)
    if isinstance(quantity, Flg):
        return bool(quantity.code(run))
    number = Fraction(quantity.code(run), quantity.scale)
    for divisor in quantity.divisors:
        number /= divisor.code(run)
    return float(number) ** 0.5 if quantity.root else float(number)


def _write(out: Array, quantity: Num | Cod | Flg, run: Run, missing: Any) -> None:
    if isinstance(quantity, Num):
        _write_number(out, quantity, run)
        if missing is not None:
            out[np.broadcast_to(np.asarray(missing) != 0, out.shape)] = np.nan
        return
    found = quantity.code(run)
    out[...] = found[1] if isinstance(found, tuple) else found
    if missing is not None:
        out[np.broadcast_to(np.asarray(missing) != 0, out.shape)] = -1


def _write_number(out: Array, number: Num, run: Run) -> None:
    """Divide once, so that the result is the float nearest to the exact number."""
    whole = number.code(run)
    most = number.scale * math.prod(divisor.high for divisor in number.divisors)
    if max(abs(number.low), abs(number.high), most) < 2**53:
        bottom: Any = number.scale
        for divisor in number.divisors:
            bottom = np.multiply(divisor.code(run), bottom, dtype=np.float64)
        np.divide(whole, bottom, out=out, casting="unsafe")
    else:  # Python divides whole numbers of any size to the nearest float
        bottom = number.scale
        for divisor in number.divisors:
            bottom = ARRAYS.lift(divisor.code(run), carrier_of(divisor.high), "object") * bottom
        top = ARRAYS.lift(whole, number.carrier, "object")
        out[...] = np.asarray(top / bottom, dtype=np.float64)
    if number.root:
        np.sqrt(out, out=out)
    out += 0.0  # a negative zero is zero
