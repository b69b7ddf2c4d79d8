"""Steps made into a program: every quantity with its scale, bounds and carrier, tables as cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

import attrs
import numpy as np

from tarifs_solidaires.engine import quantities as q
from tarifs_solidaires.engine.backends import SINGLE, LookUp, carrier_of
from tarifs_solidaires.engine.exact import compare as compare_exactly
from tarifs_solidaires.engine.exact import rounded as round_exactly
from tarifs_solidaires.engine.expression import (
    ALWAYS,
    Among,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Extreme,
    Flag,
    Given,
    Listed,
    Marginal,
    Missing,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
    Some,
    Truth,
    Word,
    conditions,
)
from tarifs_solidaires.engine.quantities import Cod, Code, Flg, LimitError, Num, Quantity, Run
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.engine.tables import Axis, Cut, Grid, bins_by_cuts, cuts_of, grid_of

Constant = Fraction | str | bool
Found = TypeVar("Found")

LISTED = 100_000  # whole numbers whose amounts are listed


@attrs.frozen(kw_only=True)
class Source:
    """A number that people give, as a program reads it.

    Parameters
    ----------
    scale : int
        Whole numbers that make 1.
    low, high : Fraction
        Its bounds.
    tolerance : Fraction
        How far from the grid a value may be and still be on it.
    read : callable
        Computation of its whole number.
    raw : bool
        Whether values as given can be compared with constants.
    """

    scale: int
    low: Fraction
    high: Fraction
    tolerance: Fraction
    read: Code = attrs.field(repr=False)
    raw: bool = True


class Compiler:
    """Make quantities of trees; each name that is read is a quantity made before.

    Parameters
    ----------
    sources : mapping of str to Source
        Numbers and dates that are given.
    codes : mapping of str to tuple of str
        Codes that are given, with all that they can be; empty where any text can.
    flags : iterable of str
        Flags that are given.
    constants : mapping of str to Fraction, str or bool
        Parameters.
    absent : iterable of str
        Optional inputs that are not given: no condition on them holds.
    """

    def __init__(
        self,
        *,
        sources: Mapping[str, Source],
        codes: Mapping[str, tuple[str, ...]],
        flags: Iterable[str],
        constants: Mapping[str, Constant],
        absent: Iterable[str],
    ) -> None:
        self.sources = sources
        self.constants = constants
        self.absent = frozenset(absent)
        self.found: dict[str, Quantity] = {}
        self.numbers: dict[str, int] = {}  # of steps, by which a cause is told
        self.current = 0
        self.grids: dict[str, Grid] = {}
        self.rows: dict[str, Code] = {}  # row that decides, by step
        self.cells: dict[str, Code] = {}  # cell of the table, by step
        self.finals: dict[str, tuple[LookUp, Code]] = {}  # float results by cell, NaN where missing
        for name, source in sources.items():
            self.found[name] = Num(
                source.read, math.floor(source.low * source.scale),
                math.ceil(source.high * source.scale), source.scale,
            )  # fmt: skip
        self.closed = {name: words for name, words in codes.items() if words}
        for name in codes:
            self.found[name] = Cod(_value_of(name), None)
        for name in flags:
            self.found[name] = Flg(_value_of(name))

    def add(self, step: Step) -> None:
        """Make the quantity of a step."""
        self.current = self.numbers[step.name] = len(self.numbers) + 1
        found = self._stages(step)
        name = step.name
        if isinstance(found, Num) and found.constant is not None and found.absent is None:
            self.found[name] = found
        else:
            self.found[name] = attrs.evolve(
                found, code=_stored(name, found.code),
                absent=None if found.absent is None else _stored(f"{name}?", self._named_cause(found.absent)),
            )  # fmt: skip

    def _named_cause(self, absent: Code) -> Code:
        """Return causes where the step that is made now stands for itself."""
        own = self.current
        return lambda run: run.backend.where(absent(run) == HERE, own, absent(run))

    def _stages(self, step: Step) -> Quantity:
        if step.kind == "number":
            folded = self._folded(step)
            if folded is not None:
                return self.number(folded, step.name)
            found = self.number(step.value, step.name)
            if step.stages[1:]:
                self.finals.pop(step.name, None)
            if step.at_least is not None:
                found = q.extreme("max", [found, self.number(step.at_least)])
            if step.at_most is not None:
                found = q.extreme("min", [found, self.number(step.at_most)])
            if step.unit is not None:
                found = q.rounded(found, step.unit, step.mode)
            return found
        if isinstance(step.value, Choice):
            return self._choice_of_words(step, step.value)
        raise LimitError("a code or a flag is worked out by a table", "write rows")

    def _folded(self, step: Step) -> Choice | None:
        """Return a table of constants, each bounded and rounded; None where it is no such table."""
        if not isinstance(step.value, Choice):
            return None
        bounds = [
            None if bound is None else self.number(bound) for bound in (step.at_least, step.at_most)
        ]
        if any(bound is not None and bound.constant is None for bound in bounds):
            return None
        low, high = (None if bound is None else bound.constant for bound in bounds)
        cases = []
        for case in step.value.cases:
            value = case.value
            if not isinstance(value, Missing):
                number = self.number(value)
                found = number.constant
                if found is None or number.absent is not None:
                    return None
                found = found if low is None else max(found, low)
                found = found if high is None else min(found, high)
                if step.unit is not None:
                    found = round_exactly(found, step.unit, step.mode)
                value = Number(found)
            cases.append(attrs.evolve(case, value=value))
        return Choice(tuple(cases))

    # -- numbers -------------------------------------------------------------------------------

    def number(self, node: Expression, step: str = "") -> Num:
        """Return a number; ``step`` names the step whose rows are chosen."""
        match node:
            case Number(value):
                return q.constant(value)
            case Name(name):
                return self._named(name)
            case Operation(sign, left, right):
                if sign == "/":
                    return self._quotient(self.number(left), right)
                one, other = self.number(left), self.number(right)
                if sign == "*":
                    return q.multiply(one, other)
                return q.add(one, other, 1 if sign == "+" else -1)
            case Extreme(kind, parts):
                return q.extreme(kind, [self.number(part) for part in parts])
            case Root(part):
                inner = self.number(part)
                if inner.low < 0 or inner.root:
                    raise LimitError("a root is taken of what may be negative", "bound it by 0")
                return attrs.evolve(inner, root=True)
            case Rounded(part, unit, mode):
                return q.rounded(self.number(part), unit, mode)
            case Listed():
                return self._listed(node)
            case Marginal():
                return self._marginal(node, step)
            case Choice(cases):
                return self._choice(cases, step)
            case Best():
                return self._best(node, step)
            case Missing():
                return attrs.evolve(q.constant(Fraction(0)), absent=_here)
            case _:
                raise LimitError(f"{type(node).__name__.lower()} is no number", "write a number")

    def _named(self, name: str) -> Num:
        if name in self.constants:
            value = self.constants[name]
            if isinstance(value, Fraction):
                return q.constant(value)
        found = self.found.get(name)
        if isinstance(found, Num):
            return found
        if name in self.absent:  # what is computed with an input that is not given is missing
            return attrs.evolve(q.constant(Fraction(0)), absent=_here)
        raise LimitError(f"{name} is no number", "numbers alone are computed with")

    def _quotient(self, number: Num, divisor: Expression) -> Num:
        if isinstance(divisor, Operation) and divisor.sign == "*":
            return self._quotient(self._quotient(number, divisor.left), divisor.right)
        return q.divide(number, self.number(divisor), divisor)

    def _listed(self, node: Listed) -> Num:
        by = self.number(node.by)
        if by.scale != 1 or by.divisors or by.root:
            raise LimitError("amounts are listed by what may not be whole", "round it to 1 first")
        low, high = by.low, by.high
        if low < node.first:
            raise LimitError(
                f"amounts are listed from {node.first}, and there may be {low}",
                "list amounts from the smallest number ('first'), or bound the number ('from')",
            )
        if high - low > LISTED:
            raise LimitError("amounts are listed by a number without close bounds", "give it 'to'")
        last = len(node.amounts) - 1
        amounts = [
            node.amounts[min(n - node.first, last)]
            + node.beyond * max(n - node.first - last, 0)
            for n in range(low, high + 1)
        ]  # fmt: skip
        return self._by_place(amounts, _shifted(by, low), by.absent)

    def _by_place(self, amounts: Sequence[Fraction], place: Code, absent: Code | None) -> Num:
        scale = math.lcm(*(amount.denominator for amount in amounts))
        entries = [int(amount * scale) for amount in amounts]
        low, high = min(entries), max(entries)
        if low == high and absent is None:
            return q.constant(Fraction(low, scale))
        table = LookUp.of_numbers(entries, carrier_of(low, high))
        return Num(
            lambda run: run.backend.look_up(table, place(run)), low, high, scale, absent=absent
        )

    def _marginal(self, node: Marginal, step: str) -> Num:
        base = self._kept(self.number(node.base))
        bounds = [part.up_to for part in node.parts[:-1]]
        if step:
            whens: list[Condition] = [
                ALWAYS if part.up_to is None
                else Compare(_BASE, "<=", Number(part.up_to))
                for part in node.parts
            ]  # fmt: skip
            self.found[_BASE.name] = base
            self._decide(step, whens)
        rates = [self.number(part.rate) for part in node.parts]
        known = [rate.constant for rate in rates]
        if base.low >= 0 and all(rate is not None for rate in known):
            slopes = [rate for rate in known if rate is not None]
            return self._broken_line(base, [b for b in bounds if b is not None], slopes)
        total = q.constant(Fraction(0))
        start = Fraction(0)
        for part, rate in zip(node.parts, rates, strict=True):
            stop = base
            if part.up_to is not None:
                stop = q.extreme("min", [base, q.constant(part.up_to)])
            within = q.extreme("max", [stop, q.constant(start)])
            total = q.add(total, q.multiply(rate, q.add(within, q.constant(start), -1)))
            start = part.up_to or start
        return total

    def _broken_line(
        self, base: Num, bounds: Sequence[Fraction], slopes: Sequence[Fraction]
    ) -> Num:
        """Return a marginal scale of constant rates as the highest or lowest of its lines."""
        offset = Fraction(0)
        lines: list[Num] = []
        for position, slope in enumerate(slopes):
            if position:
                offset += (slopes[position - 1] - slope) * bounds[position - 1]
            line = q.multiply(base, q.constant(slope))
            lines.append(q.add(line, q.constant(offset)) if offset else line)
        pairs = list(pairwise(slopes))
        if all(a <= b for a, b in pairs):
            found = q.extreme("max", lines)
        elif all(a >= b for a, b in pairs):
            found = q.extreme("min", lines)
        else:
            below = [Compare(_BASE, "<=", Number(bound)) for bound in bounds]
            self.found[_BASE.name] = base
            found = self._chosen([*below, ALWAYS], lines, "")
        if all(slope >= 0 for slope in slopes):  # tighter than the bounds of the lines
            found = attrs.evolve(found, low=max(found.low, 0))
        return found

    def _best(self, node: Best, step: str) -> Num:
        held = [self._always(case.when) for case in node.cases]
        values = q.aligned(*(self.number(case.value) for case in node.cases))
        if any(value.root for value in values):
            raise LimitError("the best of square roots is chosen", "round them in steps first")
        holds = [None if always else self.condition(case.when)
                 for always, case in zip(held, node.cases, strict=True)]  # fmt: skip
        lowest = node.kind == "lowest"
        edges = [bound for value in values for bound in (value.low, value.high)]
        worst = max(edges) + 1 if lowest else min(edges) - 1
        carrier = carrier_of(*edges, worst)
        codes = [value.on(carrier) for value in values]
        none = len(values)

        def both(run: Run) -> tuple[Any, Any]:
            where = run.backend.where
            best: Any = worst
            row: Any = none
            for position, (code, hold) in enumerate(zip(codes, holds, strict=True)):
                value = code(run)
                if hold is not None:
                    value = where(hold[0](run), value, worst)
                better = value < best if lowest else value > best
                row = where(better, position, row)
                best = where(better, value, best)
            return best, row

        pair = _stored(f"{step or id(node)}!", both)
        sure = any(held)
        causes: list[Code | None] = []
        for hold, value in zip(holds, values, strict=True):
            absent = value.absent
            if hold is not None:
                causes.append(hold[1])
                absent = None if absent is None else q.where_held(hold[0], absent)
            causes.append(absent)
        if step:
            self.rows[step] = lambda run: pair(run)[1]
        if not sure:
            causes.append(lambda run: run.backend.where(pair(run)[1] == none, HERE, 0))
        low, high = min(edges), max(edges)
        if sure and lowest:
            high = min(value.high for value, always in zip(values, held, strict=True) if always)
        elif sure:
            low = max(value.low for value, always in zip(values, held, strict=True) if always)
        low, high = min(low, worst) if not sure else low, max(high, worst) if not sure else high
        return q.made(
            lambda run: pair(run)[0], carrier, low, high, scale=values[0].scale,
            divisors=values[0].divisors, absent=q.any_of(causes),
        )  # fmt: skip

    def _always(self, when: Condition) -> bool:
        return when == ALWAYS

    def _kept(self, number: Num) -> Num:
        """Return a number that is computed once a run."""
        if number.constant is not None:
            return number
        code = _stored(f"#{id(number.code)}", number.code)
        return attrs.evolve(number, code=code)

    # -- tables --------------------------------------------------------------------------------

    def _choice(self, cases: Sequence[Case], step: str) -> Num:
        whens = [case.when for case in cases]
        return self._chosen(whens, [self._case(case.value) for case in cases], step)

    def _case(self, value: Expression) -> Num | None:
        return None if isinstance(value, Missing) else self.number(value)

    def _chosen(self, whens: Sequence[Condition], values: Sequence[Num | None], step: str) -> Num:
        """Return the value of the first row that holds."""
        grid, place, rows = self._decide(step, whens)
        known = [value for value in values if value is not None]
        if not known:
            return attrs.evolve(q.constant(Fraction(0)), absent=_here)
        if any(value.root for value in known):
            raise LimitError("a table chooses among square roots", "round them in steps first")
        parts = q.aligned(*known)
        by_row: list[Num | None] = []
        left = iter(parts)
        by_row = [None if value is None else next(left) for value in values]
        scale, divisors = parts[0].scale, parts[0].divisors
        reached = self._reached(grid)
        missing = [row for row in reached if row >= len(values) or values[row] is None]
        absent = self._absent(grid, place, rows, missing)
        constants = {row: part for row, part in enumerate(by_row)
                     if part is not None and part.constant is not None}  # fmt: skip
        used = [part for row, part in enumerate(by_row) if part is not None and row in reached]
        if not used:
            return attrs.evolve(q.constant(Fraction(0)), absent=_here)
        if step and grid.row_of_cell is not None and all(row in constants for row in reached
                                                         if row not in missing):  # fmt: skip
            floats = [
                constants[row].low / scale if row in constants else math.nan
                for row in grid.row_of_cell.tolist()
            ]
            self.finals[step] = (LookUp(floats, np.float64), place)
        low, high = min(part.low for part in used), max(part.high for part in used)
        carrier = carrier_of(low, high)
        spare = used[0].low  # stands where there is no result
        listed = [
            constants[row].low if row in constants and row in reached else spare
            for row in range(len(values))
        ] + [spare, spare]
        varying: dict[int, Num] = {}  # rows by the number that they give
        for row, part in enumerate(by_row):
            if part is not None and row not in constants and row in reached:
                varying[row] = part
                if part.absent is not None:
                    here = self._where_row(grid, place, rows, [row])
                    absent.append(q.where_held(here, part.absent))
        code = self._listed_by_row(grid, place, rows, listed, carrier)
        if varying:
            code = self._varying(
                grid, place, rows, varying, code, carrier, bool(constants), reached
            )
        return q.made(
            code, carrier, low, high, scale=scale, divisors=divisors, absent=q.any_of(absent)
        )

    def _absent(
        self, grid: Grid, place: Code, rows: Code, missing: Sequence[int]
    ) -> list[Code | None]:
        """Return the causes of a table's missing results: its own rows, then unknown conditions."""
        own = [row for row in missing if row <= grid.rows]
        found: list[Code | None] = []
        if own:
            held = self._where_row(grid, place, rows, own)
            found.append(lambda run: run.backend.where(held(run), HERE, 0))
        if grid.rows + 1 in missing:
            found.append(self._doubt(grid, place, rows))
        return found

    def _doubt(self, grid: Grid, place: Code, rows: Code) -> Code:
        """Return the cause for which the row that decides is unknown; 0 where it is known."""
        if grid.doubt_of_cell is None:
            first = q.any_of(self.condition(when)[1] for when in grid.whens) or _here
            unknown = self._where_row(grid, place, rows, [grid.rows + 1])
            return q.where_held(unknown, first)
        table = LookUp(grid.doubt_of_cell, np.uint8)
        axes = [(n + 1, axis.absent) for n, axis in enumerate(grid.axes)
                if axis.absent is not None and (grid.doubt_of_cell == n + 1).any()]  # fmt: skip

        def code(run: Run) -> Any:
            which = run.backend.look_up(table, place(run))
            found: Any = 0
            for number, absent in axes:
                found = run.backend.where(which == number, absent(run), found)
            return found

        return code

    def _varying(
        self, grid: Grid, place: Code, rows: Code, varying: Mapping[int, Num], listed: Code,
        carrier: Any, some_constant: bool, reached: Sequence[int],
    ) -> Code:  # fmt: skip
        groups: list[tuple[Code, Code]] = []
        for row, part in varying.items():
            groups.append((self._where_row(grid, place, rows, [row]), part.on(carrier)))
        start = listed
        if not any(row not in varying for row in reached):
            start = groups.pop(0)[1]

        def code(run: Run) -> Any:
            found = start(run)
            for here, value in groups:
                found = run.backend.where(here(run), value(run), found)
            return found

        return code

    def _reached(self, grid: Grid) -> list[int]:
        """Return the rows that decide in some cell, ``rows`` and ``rows + 1`` included."""
        if grid.row_of_cell is None:
            unknown = any(axis.missing for axis in grid.axes)
            return [*range(grid.rows + 1), *([grid.rows + 1] if unknown else [])]
        return [int(row) for row in np.unique(grid.row_of_cell)]

    def _decide(self, step: str, whens: Sequence[Condition]) -> tuple[Grid, Code, Code]:
        """Return the cells of a table, a person's cell, and the row that decides."""
        axes, constants = self._axes(whens)
        grid = grid_of(whens, axes, constants)
        key = f"{step or id(grid)}:"
        if grid.row_of_cell is None:
            place: Code = lambda run: 0  # noqa: E731
            rows = _stored(f"{key}row", self._one_by_one(whens))
        else:
            place = _stored(f"{key}cell", grid.cells)
            table = LookUp(grid.row_of_cell, grid.row_of_cell.dtype)
            rows = _stored(f"{key}row", lambda run: run.backend.look_up(table, place(run)))
        if step:
            self.grids[step] = grid
            self.rows[step] = rows
            self.cells[step] = place
        return grid, place, rows

    def _one_by_one(self, whens: Sequence[Condition]) -> Code:
        held = [self.condition(when) for when in whens]
        none = len(whens)

        def code(run: Run) -> Any:
            where = run.backend.where
            found: Any = none
            for position in range(none - 1, -1, -1):
                holds, unknown = held[position]
                found = where(holds(run), position, found)
                if unknown is not None:
                    found = where(unknown(run) != 0, none + 1, found)
            return found

        return code

    def _listed_by_row(
        self, grid: Grid, place: Code, rows: Code, listed: Sequence[int], carrier: Any
    ) -> Code:
        if min(listed) == max(listed):
            value = listed[0]
            return lambda run: value
        if grid.row_of_cell is None:
            table = LookUp.of_numbers(listed, carrier)
            return lambda run: run.backend.look_up(table, rows(run))
        cells = LookUp.of_numbers([listed[row] for row in grid.row_of_cell.tolist()], carrier)
        return lambda run: run.backend.look_up(cells, place(run))

    def _where_row(self, grid: Grid, place: Code, rows: Code, wanted: Sequence[int]) -> Code:
        if grid.row_of_cell is None:
            flags = LookUp([row in wanted for row in range(grid.rows + 2)], np.bool_)
            return lambda run: run.backend.look_up(flags, rows(run))
        cells = LookUp(np.isin(grid.row_of_cell, wanted), np.bool_)
        if all(cells.list):
            return lambda run: True
        return lambda run: run.backend.look_up(cells, place(run))

    def _choice_of_words(self, step: Step, node: Choice) -> Cod | Flg:
        whens = [case.when for case in node.cases]
        grid, place, rows = self._decide(step.name, whens)
        reached = self._reached(grid)
        words = step.codes
        entries: list[int] = []
        missing: list[int] = []
        for row, case in enumerate(node.cases):
            match case.value:
                case Word(word):
                    entries.append(words.index(word))
                case Truth(truth):
                    entries.append(int(truth))
                case Missing():
                    entries.append(0)
                    missing.append(row)
                case _:
                    raise LimitError(
                        "a table of codes gives a number", "give a code of 'codes' in each row"
                    )
        missing += [row for row in reached if row >= len(node.cases)]
        missing = [row for row in missing if row in reached]
        absent = q.any_of(self._absent(grid, place, rows, missing))
        entries += [0, 0]
        if step.kind == "flag":
            flags = LookUp([bool(entry) for entry in entries], np.bool_)
            return Flg(lambda run: run.backend.look_up(flags, rows(run)), absent)
        table = LookUp(entries, np.uint8 if len(words) < 256 else np.uint32)
        return Cod(lambda run: run.backend.look_up(table, rows(run)), words, absent)

    # -- conditions ----------------------------------------------------------------------------

    def condition(self, when: Condition) -> tuple[Code, Code | None]:
        """Return where a condition holds, and where that is unknown."""
        axes, constants = self._axes([when])
        grid = grid_of([when], axes, constants)
        if grid.row_of_cell is not None:
            place = _stored(f"?{id(grid)}", grid.cells)
            held = np.asarray(grid.row_of_cell == 0)
            if held.all() or not (held.any() or (grid.row_of_cell == 2).any()):
                always = bool(held.all())
                return (lambda run: always), None
            table = LookUp(held, np.bool_)
            unknown: Code | None = None
            if (grid.row_of_cell == 2).any():
                unknown = self._doubt(grid, place, place)
            return (lambda run: run.backend.look_up(table, place(run))), unknown
        if not isinstance(when, Every | Some):
            raise LimitError("a condition has too many cells", "make two rows of it")
        parts = [self.condition(part) for part in when.parts]
        codes, doubts = [p[0] for p in parts], q.any_of(p[1] for p in parts)
        every = isinstance(when, Every)

        def code(run: Run) -> Any:
            found = codes[0](run)
            for one in codes[1:]:
                found = found & one(run) if every else found | one(run)
            return found

        return code, doubts

    def _axes(self, whens: Sequence[Condition]) -> tuple[list[Axis], dict[Condition, bool]]:
        """Return what some conditions cut, and the conditions that are the same for everyone."""
        fixed: dict[Condition, bool] = {}
        compared: dict[Any, list[tuple[Compare, Fraction]]] = {}
        codes: dict[str, list[Among]] = {}
        flags: dict[str, list[Flag]] = {}
        order: list[Any] = []
        for when in whens:
            for one in conditions(when):
                if one in fixed:
                    continue
                same = self._fixed(one)
                if same is not None:
                    fixed[one] = same
                    continue
                match one:
                    case Compare(left, _, right):
                        factor, base = self._factor(right)
                        key = (left, base)
                        if key not in compared:
                            order.append(("number", key))
                        compared.setdefault(key, [])
                        if (one, factor) not in compared[key]:
                            compared[key].append((one, factor))
                    case Among(name):
                        if name not in codes:
                            order.append(("code", name))
                        codes.setdefault(name, [])
                        if one not in codes[name]:
                            codes[name].append(one)
                    case Flag(name):
                        if name not in flags:
                            order.append(("flag", name))
                        flags.setdefault(name, [])
                        if one not in flags[name]:
                            flags[name].append(one)
        axes: list[Axis] = []
        for kind, key in order:
            if kind == "code":
                axes.append(self._code_axis(key, codes[key]))
            elif kind == "flag":
                axes.append(self._flag_axis(key, flags[key]))
            else:
                axes += self._number_axes(key[0], key[1], compared[key])
        return axes, fixed

    def _fixed(self, one: Compare | Among | Flag | Given) -> bool | None:
        match one:
            case Given(name, value):
                return (name not in self.absent) is value
            case Among(name):
                if name in self.absent:
                    return False
                constant = self.constants.get(name)
                return one.holds(constant) if isinstance(constant, str) else None
            case Flag(name, value):
                if name in self.absent:
                    return False
                constant = self.constants.get(name)
                return constant is value if isinstance(constant, bool) else None
            case Compare(left, sign, right):
                if isinstance(left, Name) and left.name in self.absent:
                    return False
                one_, other = self.number(left), self.number(right)
                if one_.absent is None and other.absent is None:
                    a, b = one_.constant, other.constant
                    if a is not None and b is not None:
                        return compare_exactly(a, sign, b)
                return None

    def _factor(self, right: Expression) -> tuple[Fraction, Expression | None]:
        """Return a right side as a constant times a quantity, None where it is a constant."""
        value = self.number(right).constant
        if value is not None:
            return value, None
        if isinstance(right, Operation) and right.sign in "*/":
            for one, other in ((right.left, right.right), (right.right, right.left)):
                if right.sign == "/" and one is not right.right:
                    continue
                factor = self.number(one).constant
                if factor is not None and factor > 0:
                    inner, base = self._factor(other)
                    return (inner * factor if right.sign == "*" else inner / factor), base
        return Fraction(1), right

    def _number_axes(
        self, left: Expression, base: Expression | None, found: Sequence[tuple[Compare, Fraction]]
    ) -> list[Axis]:
        other = None if base is None else self.number(base)
        if other is not None and (other.low <= 0 or other.root) and len({f for _, f in found}) > 1:
            return [axis for pair in found for axis in self._number_axes_of(left, base, [pair])]
        return self._number_axes_of(left, base, found)

    def _number_axes_of(
        self, left: Expression, base: Expression | None, found: Sequence[tuple[Compare, Fraction]]
    ) -> list[Axis]:
        number = self.number(left)
        cuts = sorted({cut for one, factor in found for cut in cuts_of(one.sign, factor)})
        other = None if base is None else self.number(base)
        absent = q.any_of((number.absent, None if other is None else other.absent))
        admissible: tuple[bool, ...] = ()
        if other is None and not number.divisors and not number.root:
            places = self._by_constants(left, number, cuts)
            admissible = _admissible(number, cuts)
        else:
            places = self._by_comparing(left, number, other, cuts)
        axis = Axis(
            key=(left, base), bins=len(cuts) + 1 + (absent is not None),
            places=_or_last(places, absent, len(cuts) + 1), missing=absent is not None, absent=absent,
            cuts=tuple(cuts), admissible=admissible,
        )  # fmt: skip
        for one, factor in found:
            axis.compared(one, one.sign, factor)
        return [axis]

    def _by_constants(self, left: Expression, number: Num, cuts: Sequence[Cut]) -> Code:
        whole = [_last_before(number, cut) for cut in cuts]
        raw = None
        limits: list[float] = []
        source = self.sources.get(left.name) if isinstance(left, Name) else None
        if source is not None and source.raw:
            raw = left.name  # type: ignore[union-attr]
            limits = [_limit(cut, source) for cut in cuts]
        return bins_by_cuts(whole, number.code, number.carrier, raw, limits)

    def _by_comparing(
        self, left: Expression, number: Num, other: Num | None, cuts: Sequence[Cut]
    ) -> Code:
        codes = []
        for cut in cuts:
            right = q.constant(cut.value)
            if other is not None:
                right = q.multiply(other, right)
            codes.append(q.compare(number, ">" if cut.after else ">=", right))
        quick = self._quick_quotient(left, cuts) if other is None else None

        def places(run: Run) -> Any:
            if run.backend is SINGLE:
                return sum(code(run) for code in codes)
            if quick is not None and quick[0] in run.raw:
                return quick[1](run)
            found: Any = np.uint8(0)
            for code in codes:
                found = found + np.asarray(code(run), dtype=bool).view(np.uint8)
            return found

        return places

    def _quick_quotient(self, left: Expression, cuts: Sequence[Cut]) -> tuple[str, Code] | None:
        """Compare an income as given with a bound times the divisors, which floats hold exactly.

        The bound times the divisors is a whole number over the scale; divided once, it is the
        float that is nearest to the true threshold, and an income is the float nearest to its
        decimals: the two floats are in the same order as the numbers that they stand for.
        """
        if not isinstance(left, Name):
            return None
        tree = self.quotients.get(left.name)
        if tree is None:
            return None
        income, constant, divisors = tree
        source = self.sources[income]
        if not source.raw:
            return None
        parts = []
        most = 1
        for name in divisors:
            divisor = self.found[name]
            if not isinstance(divisor, Num) or divisor.divisors:
                return None
            parts.append(divisor)
            most *= divisor.high
        prepared = []
        for cut in cuts:
            bound = cut.value * constant / math.prod(part.scale for part in parts)
            if bound < 0 or bound.numerator * most >= 2**53:
                return None
            prepared.append((bound.numerator, bound.denominator, cut.after))
        tolerance = float(source.tolerance)

        def code(run: Run) -> Any:
            value = run.raw[income]
            factor: Any = 1
            for part in parts:
                factor = np.multiply(part.code(run), factor, dtype=np.float64)
            found: Any = None
            for top, bottom, after in prepared:
                threshold = factor * top
                if bottom > 1:
                    threshold = threshold / bottom
                threshold = threshold + (tolerance if after else -tolerance)
                above = np.asarray(np.greater(value, threshold)).view(np.uint8)
                found = above if found is None else np.add(found, above, out=found)
            return found

        return income, code

    @property
    def quotients(self) -> Mapping[str, tuple[str, Fraction, tuple[str, ...]]]:
        """Quantities that are an income over a constant and other inputs, by name."""
        return self._quotients

    _quotients: Mapping[str, tuple[str, Fraction, tuple[str, ...]]] = {}

    def note_quotient(self, name: str, node: Expression) -> None:
        """Remember a quantity that is one input over a constant and other inputs."""
        divisors: list[str] = []
        constant = Fraction(1)
        while isinstance(node, Operation) and node.sign == "/":
            stack = [node.right]
            while stack:
                part = stack.pop()
                if isinstance(part, Operation) and part.sign == "*":
                    stack += [part.left, part.right]
                elif isinstance(part, Name) and part.name in self.sources:
                    divisors.append(part.name)
                else:
                    value = self.number(part).constant
                    if value is None:
                        return
                    constant *= value
            node = node.left
        if isinstance(node, Name) and node.name in self.sources and divisors and constant > 0:
            self._quotients = {**self._quotients, name: (node.name, constant, tuple(divisors))}

    def _code_axis(self, name: str, found: Sequence[Among]) -> Axis:
        quantity = self.found[name]
        if not isinstance(quantity, Cod):
            raise LimitError(f"{name} is no code", "write a comparison, true or false")
        classes: dict[tuple[bool, ...], int] = {}
        samples: list[str] = []
        named = sorted({code for one in found for code in (*one.codes, *one.prefixes)})

        def class_of(word: str) -> int:
            signature = tuple(one.has(word) for one in found)
            if signature not in classes:
                classes[signature] = len(classes)
                samples.append(word)
            return classes[signature]

        for word in quantity.words if quantity.words is not None else ("", *named):
            class_of(word)
        count = len(classes)
        closed = self.closed.get(name)
        reached = {class_of(word) for word in closed} if closed else set(range(count))
        admissible = tuple(n in reached for n in range(count))
        code = quantity.code
        words = quantity.words
        if words is not None:
            table = LookUp([class_of(word) for word in words], np.uint8)
            places: Code = lambda run: run.backend.look_up(table, code(run))  # noqa: E731
        else:
            # every class that a code can be in is known: a code has the named parts it has
            tables: dict[tuple[str, ...], LookUp] = {}

            def places(run: Run) -> Any:
                value = code(run)
                if run.backend is SINGLE:
                    return class_of(value)
                dictionary, index = value
                if dictionary not in tables:
                    tables[dictionary] = LookUp([class_of(word) for word in dictionary], np.uint8)
                return run.backend.look_up(tables[dictionary], index)

        axis = Axis(
            key=name, bins=count + (quantity.absent is not None),
            places=_or_last(places, quantity.absent, count), missing=quantity.absent is not None, absent=quantity.absent,
            samples=tuple(samples),
            admissible=admissible,
        )  # fmt: skip
        signatures = sorted(classes, key=lambda signature: classes[signature])
        for position, one in enumerate(found):
            axis.add(one, [signature[position] != one.negated for signature in signatures])
        return axis

    def _flag_axis(self, name: str, found: Sequence[Flag]) -> Axis:
        quantity = self.found[name]
        if not isinstance(quantity, Flg):
            raise LimitError(f"{name} is no flag", "write a comparison or a code")
        code = quantity.code

        def places(run: Run) -> Any:
            value = code(run)
            if run.backend is SINGLE:
                return int(value)
            return np.asarray(value, dtype=bool).view(np.uint8)

        axis = Axis(
            key=name, bins=2 + (quantity.absent is not None),
            places=_or_last(places, quantity.absent, 2), missing=quantity.absent is not None, absent=quantity.absent,
        )  # fmt: skip
        for one in found:
            axis.add(one, [not one.value, one.value])
        return axis


HERE = -1  # the cause of a missing value is the step that is made


def _here(run: Run) -> int:
    return HERE


_BASE = Name("\0base")  # the quantity that a marginal scale parts


def _last_before(number: Num, cut: Cut) -> int:
    """Return the last whole number that is not beyond a cut."""
    bound = cut.value * number.scale
    return math.floor(bound) if cut.after else math.ceil(bound) - 1


def _admissible(number: Num, cuts: Sequence[Cut]) -> tuple[bool, ...]:
    """Return for each bin between cuts whether a number of its scale and bounds lies in it."""
    edges = [number.low - 1, *(_last_before(number, cut) for cut in cuts), number.high]
    return tuple(max(low, number.low - 1) < min(high, number.high) for low, high in pairwise(edges))


def _limit(cut: Cut, source: Source) -> float:
    """Return the float that a value as given must be above to be beyond a cut."""
    near = float(cut.value)
    tolerance = float(source.tolerance)
    return near + tolerance if cut.after else near - tolerance


def _value_of(name: str) -> Code:
    return lambda run: run.values[name]


def _shifted(number: Num, by: int) -> Code:
    code = number.code

    def place(run: Run) -> Any:
        value = code(run) - by
        return value if run.backend is SINGLE else np.asarray(value).astype(np.intp)

    return place


def _stored(key: str, code: Callable[[Run], Any]) -> Code:
    """Return a computation that is made once a run."""

    def stored(run: Run) -> Any:
        values = run.values
        if key not in values:
            values[key] = code(run)
        return values[key]

    return stored


def _or_last(places: Code, absent: Code | None, last: int) -> Code:
    if absent is None:
        return places
    return lambda run: run.backend.where(absent(run) != 0, last, places(run))
