"""Steps made into a program: every quantity with its scale, bounds and carrier, tables as cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.engine import quantities as q
from tarifs_solidaires.engine.backends import SINGLE, LookUp, carrier_of
from tarifs_solidaires.engine.conditions import Conditions, stored_once
from tarifs_solidaires.engine.exact import rounded as round_exactly
from tarifs_solidaires.engine.expression import (
    ALWAYS,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Expression,
    Extreme,
    Listed,
    Marginal,
    Missing,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
    Truth,
    Word,
)
from tarifs_solidaires.engine.formula import formula_text
from tarifs_solidaires.engine.quantities import Cod, Code, Flg, LimitError, Num, Quantity, Run
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.engine.tables import Grid, grid_of

LISTED = 100_000  # whole numbers whose amounts are listed


class Compiler(Conditions):
    """Make quantities of steps, in order; see ``Conditions`` for what it is made with."""

    current: int  # number of the step that is made

    def add(self, step: Step) -> None:
        """Make the quantity of a step."""
        self.current = self.numbers[step.name] = len(self.numbers) + 1
        found = self._stages(step)
        name = step.name
        if isinstance(found, Num) and found.constant is not None and found.absent is None:
            self.found[name] = found
        else:
            self.found[name] = attrs.evolve(
                found, code=stored_once(name, found.code),
                absent=None if found.absent is None else stored_once(f"{name}?", found.absent),
            )  # fmt: skip

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
                return attrs.evolve(q.constant(Fraction(0)), absent=self.cause())
            case _:
                raise LimitError("a condition or a code is not a number", "write a number")

    def _named(self, name: str) -> Num:
        if name in self.constants:
            value = self.constants[name]
            if isinstance(value, Fraction):
                return q.constant(value)
        found = self.found.get(name)
        if isinstance(found, Num):
            return found
        if name in self.absent:  # what is computed with an input that is not given is missing
            return attrs.evolve(q.constant(Fraction(0)), absent=self.cause())
        raise LimitError(
            Phrase("{name} is not a number", name=name), "numbers alone are computed with"
        )

    def _quotient(self, number: Num, divisor: Expression) -> Num:
        if isinstance(divisor, Operation) and divisor.sign == "*":
            return self._quotient(self._quotient(number, divisor.left), divisor.right)
        by = self.number(divisor)
        if by.low <= 0 <= by.high and not (number.root or by.root):
            raise LimitError(
                Phrase(
                    "{divisor} may be 0, and something is divided by it",
                    divisor=formula_text(divisor),
                ),
                "give the inputs that it is made of bounds ('from', 'to')",
            )
        return q.divide(number, by, divisor)

    def _listed(self, node: Listed) -> Num:
        by = self.number(node.by)
        if by.scale != 1 or by.divisors or by.root:
            raise LimitError("amounts are listed by what may not be whole", "round it to 1 first")
        low, high = by.low, by.high
        if low < node.first:
            raise LimitError(
                Phrase(
                    "amounts are listed from {first}, and there may be {low}",
                    first=node.first,
                    low=low,
                ),
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

        pair = stored_once(f"{step or id(node)}!", both)
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
            own = -self.current
            causes.append(lambda run: run.backend.where(pair(run)[1] == none, own, 0))
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
        code = stored_once(f"#{id(number.code)}", number.code)
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
            return attrs.evolve(q.constant(Fraction(0)), absent=self.cause())
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
            return attrs.evolve(q.constant(Fraction(0)), absent=self.cause())
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
            code = self._varying(grid, place, rows, varying, code, carrier, reached)
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
            number = self.current if all(row < grid.rows for row in own) else -self.current
            found.append(lambda run: run.backend.where(held(run), number, 0))
        if grid.rows + 1 in missing:
            found.append(self._doubt(grid, place, rows))
        return found

    def _varying(
        self, grid: Grid, place: Code, rows: Code, varying: Mapping[int, Num], listed: Code,
        carrier: Any, reached: Sequence[int],
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
            rows = stored_once(f"{key}row", self._one_by_one(whens))
        else:
            place = stored_once(f"{key}cell", grid.cells)
            table = LookUp(grid.row_of_cell, grid.row_of_cell.dtype)
            rows = stored_once(f"{key}row", lambda run: run.backend.look_up(table, place(run)))
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


_BASE = Name("\0base")  # the quantity that a marginal scale parts


def _shifted(number: Num, by: int) -> Code:
    code = number.code

    def place(run: Run) -> Any:
        value = code(run) - by
        return value if run.backend is SINGLE else np.asarray(value).astype(np.intp)

    return place
