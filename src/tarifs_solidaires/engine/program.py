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

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.backends import ARRAYS, SINGLE, LookUp, carrier_of
from tarifs_solidaires.engine.chunks import for_chunks
from tarifs_solidaires.engine.compiler import Compiler, Constant, Source
from tarifs_solidaires.engine.expression import Choice, Missing
from tarifs_solidaires.engine.quantities import Cod, Code, Flg, Num, Run
from tarifs_solidaires.engine.step import Step, read_by
from tarifs_solidaires.engine.tables import Grid
from tarifs_solidaires.values.inputs import FINE, Coded, Input
from tarifs_solidaires.values.numbers import SNAP

Array = npt.NDArray[Any]


@attrs.frozen(kw_only=True)
class Computed:
    """Results of a program.

    Parameters
    ----------
    outputs : mapping of str to ndarray
        By name: float64, NaN where missing; places among the codes, -1 where missing; 1, 0 and -1
        for a flag.
    row : ndarray
        Number of the row that names each result, in the program's ``names``.
    """

    outputs: Mapping[str, Array]
    row: Array


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
        self.outputs = tuple(outputs)
        self.fine = fine
        by_name = {step.name: step for step in steps}
        needed = read_by(by_name, [*outputs, *([decides] if decides else [])])
        self.steps = tuple(step for step in steps if step.name in needed)
        self.reads = needed & inputs.keys()
        self.sources = {name: self._source(inputs[name]) for name in inputs if inputs[name].numeric}
        self.compiler = Compiler(
            sources=self.sources,
            codes=[n for n, item in inputs.items() if item.kind == "code"],
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
        self.quantities = {name: self.compiler.found[name] for name in outputs}
        plain = {
            step.name for step in self.steps
            if step.at_least is None and step.at_most is None and step.unit is None
        }  # fmt: skip
        self.finals = {n: final for n, final in self.compiler.finals.items() if n in plain}
        self.decides = decides if decides in self.compiler.rows else ""
        self._naming(causes)

    def _naming(self, causes: bool) -> None:
        """List the rows that can name a result: those that decide, then those that give none."""
        names: list[tuple[str, int]] = []
        self.causes: list[tuple[int, Code, Array]] = []
        count = 0
        self.deciding = next((step for step in self.steps if step.name == self.decides), None)
        if self.deciding is not None:
            count = self.deciding.rows
            names += [(self.decides, row) for row in range(count)]
        by_name = {step.name: step for step in self.steps}
        read = read_by(by_name, self.outputs[:1]) - {self.decides}
        for step in self.steps:
            missing = _missing_rows(step)
            if causes and step.name in read and missing and step.name in self.compiler.rows:
                numbers = np.full(step.rows + 2, -1, dtype=np.int64)
                for row in missing:
                    numbers[row] = len(names)
                    names.append((step.name, row))
                self.causes.append((len(names), self.compiler.rows[step.name], numbers))
        self.names = tuple(names)
        self.row_type: Any = np.uint8 if len(names) < 256 else np.uint16
        none = len(names)
        self.first_row: Code = lambda run: none
        if self.decides:
            rows = self.compiler.rows[self.decides]
            grid = self.compiler.grids.get(self.decides)
            if grid is not None and grid.row_of_cell is not None:
                named = np.where(grid.row_of_cell < count, grid.row_of_cell, none)
                table, place = LookUp(named, self.row_type), self.compiler.cells[self.decides]
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
        for name, quantity in self.quantities.items():
            found[name] = None
            if quantity.absent is None or not quantity.absent(run):
                found[name] = _one(quantity, run)
        return found, self._row(run, found, single=True)

    def many(self, columns: Mapping[str, Array | Coded], length: int) -> Computed:
        """Compute people, column by column.

        Parameters
        ----------
        columns : mapping of str to ndarray or Coded
            Every input of the program: checked values, of one dimension or single.
        length : int
            Number of people.

        Returns
        -------
        Computed
            Their results; people whose numbers lie between two steps are left as they come, and
            ``between_steps`` finds them.
        """
        outputs: dict[str, Array] = {
            name: np.empty(length, dtype=_type(quantity))
            for name, quantity in self.quantities.items()
        }
        row = np.empty(length, dtype=self.row_type)
        used = {name: columns[name] for name in self.reads}
        off: list[slice] = []

        def work(part: slice) -> None:
            run = self._run(used, part)
            missing: dict[str, Any] = {}
            for name, quantity in self.quantities.items():
                missing[name] = None
                final = self.finals.get(name)
                if final is not None:
                    _look_up(final[0], final[1](run), outputs[name][part])
                    if name == self.outputs[0] and self.causes and quantity.absent is not None:
                        missing[name] = quantity.absent(run)
                    continue
                missing[name] = None if quantity.absent is None else quantity.absent(run)
                _write(outputs[name][part], quantity, run, missing[name])
            row[part] = self._row(run, missing, single=False)
            if "\0off" in run.values:
                off.append(part)

        for_chunks(length, work)
        found = Computed(outputs=outputs, row=row)
        if off:
            found = self._finely(found, used, sorted(off, key=lambda part: part.start))
        return found

    def _finely(
        self, found: Computed, used: Mapping[str, Array | Coded], parts: Sequence[slice]
    ) -> Computed:
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
            for name, array in found.outputs.items():
                array[places] = again.outputs[name]
            found.row[places] = again.row
        return found

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

    def _row(self, run: Run, found: Mapping[str, Any], *, single: bool) -> Any:
        """Return the row that names each result: that of the cause where it is missing."""
        row: Any = self.first_row(run)
        own = _missing_rows(self.deciding) if self.deciding is not None else ()
        first = self.outputs[0] if self.outputs else ""
        for _, rows, numbers in reversed(self.causes):  # the first cause has the last word
            if single:
                if found[first] is None and row not in own:
                    cause = int(numbers[rows(run)])
                    row = cause if cause >= 0 else row
                continue
            missing = found[first]
            if missing is not None:
                number: Any = numbers[rows(run)]
                other = np.asarray(missing, dtype=bool) & (number >= 0) & ~np.isin(row, own)
                row = np.where(other, number, row)
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


def _look_up(table: LookUp, place: Any, out: Array) -> None:
    if np.ndim(place):
        np.take(table.array, place, out=out, mode="clip")
    else:
        out[...] = table.array[place]


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
        whole = quantity.code(run)
        if quantity.divisors:
            found = np.asarray(whole, dtype=np.float64) / quantity.scale
            for divisor in quantity.divisors:
                found = found / np.asarray(divisor.code(run), dtype=np.float64)
            out[...] = np.sqrt(found) if quantity.root else found
        elif carrier_of(quantity.low, quantity.high) == "object":
            out[...] = np.asarray(whole / quantity.scale, dtype=np.float64)
        elif quantity.scale != 1:
            np.divide(whole, quantity.scale, out=out)
        else:
            out[...] = whole
        if quantity.root and not quantity.divisors:
            np.sqrt(out, out=out)
        out += 0.0  # a negative zero is zero
        if missing is not None:
            out[np.broadcast_to(missing, out.shape)] = np.nan
        return
    found = quantity.code(run)
    out[...] = found[1] if isinstance(found, tuple) else found
    if missing is not None:
        out[np.broadcast_to(missing, out.shape)] = -1
