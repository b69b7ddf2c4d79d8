"""Conditions of a table as axes: which quantities they cut, where, and how a person's place is found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

import attrs
import numpy as np

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.engine import quantities as q
from tarifs_solidaires.engine.backends import SINGLE, LookUp
from tarifs_solidaires.engine.exact import compare as compare_exactly
from tarifs_solidaires.engine.expression import (
    Among,
    Compare,
    Condition,
    Every,
    Expression,
    Flag,
    Given,
    Name,
    Operation,
    Some,
    conditions,
)
from tarifs_solidaires.engine.quantities import Cod, Code, Flg, LimitError, Num, Quantity, Run
from tarifs_solidaires.engine.tables import Axis, Cut, Grid, bins_by_cuts, cuts_of, grid_of

Constant: TypeAlias = Fraction | str | bool
NEAR = 1e-6  # far more than a quotient in floats is off by, and than a number is snapped by


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


class Conditions:
    """Make axes of conditions; what they read are quantities made before.

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
        self.absent: frozenset[str] = frozenset(absent)
        self.found: dict[str, Quantity] = {}
        self.numbers: dict[str, int] = {}  # of steps, by which a cause is told
        self.current: int = 0
        self.grids: dict[str, Grid] = {}
        self.rows: dict[str, Code] = {}  # row that decides, by step
        self.cells: dict[str, Code] = {}  # cell of the table, by step
        self.finals: dict[str, tuple[LookUp, Code]] = {}  # float results by cell, NaN where missing
        for name, source in sources.items():
            self.found[name] = Num(
                source.read, math.floor(source.low * source.scale),
                math.ceil(source.high * source.scale), source.scale,
            )  # fmt: skip
        self.closed: dict[str, tuple[str, ...]] = {
            name: words for name, words in codes.items() if words
        }
        for name in codes:
            self.found[name] = Cod(_value_of(name), None)
        for name in flags:
            self.found[name] = Flg(_value_of(name))

    def number(self, node: Expression, step: str = "") -> Num:
        """Return a number; ``step`` names the step whose rows are chosen."""
        raise NotImplementedError

    def cause(self) -> Code:
        """Return the step that is made now as a cause that no row of it names."""
        number = -self.current
        return lambda run: number

    def condition(self, when: Condition) -> tuple[Code, Code | None]:
        """Return where a condition holds, and where that is unknown."""
        axes, constants = self._axes([when])
        grid = grid_of([when], axes, constants)
        if grid.row_of_cell is not None:
            place = stored_once(f"?{id(grid)}", grid.cells)
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
        # the keys of a dict without values stand for a list without doubles
        compared: dict[Any, dict[tuple[Compare, Fraction], None]] = {}
        codes: dict[str, dict[Among, None]] = {}
        flags: dict[str, dict[Flag, None]] = {}
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
                        compared.setdefault(key, {})[one, factor] = None
                    case Among(name):
                        if name not in codes:
                            order.append(("code", name))
                        codes.setdefault(name, {})[one] = None
                    case Flag(name):
                        if name not in flags:
                            order.append(("flag", name))
                        flags.setdefault(name, {})[one] = None
        axes: list[Axis] = []
        for kind, key in order:
            if kind == "code":
                axes.append(self._code_axis(key, tuple(codes[key])))
            elif kind == "flag":
                axes.append(self._flag_axis(key, tuple(flags[key])))
            else:
                axes += self._number_axes(key[0], key[1], tuple(compared[key]))
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
        near = self._near_quotient(left) if other is None else None
        limits = [(_apart(cut.value, -1), _apart(cut.value, 1)) for cut in cuts]

        def exactly(run: Run) -> Any:
            found: Any = np.uint8(0)
            for code in codes:
                found = found + np.asarray(code(run), dtype=bool).view(np.uint8)
            return found

        def places(run: Run) -> Any:
            if run.backend is SINGLE:
                return sum(code(run) for code in codes)
            if near is None or near[0] not in run.raw:
                return exactly(run)
            value = near[1](run)
            low: Any = np.uint8(0)
            high: Any = np.uint8(0)
            for below, above in limits:
                low = low + np.greater(value, below).view(np.uint8)
                high = high + np.greater(value, above).view(np.uint8)
            sure = low == high
            return high if np.all(sure) else np.where(sure, high, exactly(run))

        return places

    def _near_quotient(self, left: Expression) -> tuple[str, Code] | None:
        """Return an income as given over its divisors in floats, which is near to the quotient.

        It decides where it is far from a bound, as nearly always; near one, whole numbers do.
        """
        tree = self.quotients.get(left.name) if isinstance(left, Name) else None
        if tree is None or not all(self.sources[name].raw for name in (tree[0], *tree[2])):
            return None
        income, constant, divisors = tree
        by = float(constant)

        def code(run: Run) -> Any:
            found: Any = by
            for name in divisors:
                found = np.multiply(run.raw[name], found, dtype=np.float64)
            return np.asarray(run.raw[income] / found)

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
            raise LimitError(
                Phrase("{name} is not a code", name=name), "write a comparison, true or false"
            )
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
            raise LimitError(
                Phrase("{name} is not a flag", name=name), "write a comparison or a code"
            )
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

    def _doubt(self, grid: Grid, place: Code, rows: Code) -> Code:
        """Return the cause for which the row that decides is unknown; 0 where it is known."""
        if grid.doubt_of_cell is None:
            first = q.any_of(self.condition(when)[1] for when in grid.whens) or self.cause()
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

    def _where_row(self, grid: Grid, place: Code, rows: Code, wanted: Sequence[int]) -> Code:
        if grid.row_of_cell is None:
            flags = LookUp([row in wanted for row in range(grid.rows + 2)], np.bool_)
            return lambda run: run.backend.look_up(flags, rows(run))
        cells = LookUp(np.isin(grid.row_of_cell, wanted), np.bool_)
        if all(cells.list):
            return lambda run: True
        return lambda run: run.backend.look_up(cells, place(run))


def _apart(value: Fraction, side: int) -> float:
    """Return a float that is surely beyond what a quotient in floats is off by, on one side."""
    return float(value) + side * NEAR * (1 + abs(float(value)))


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


def _or_last(places: Code, absent: Code | None, last: int) -> Code:
    if absent is None:
        return places
    return lambda run: run.backend.where(absent(run) != 0, last, places(run))


def stored_once(key: str, code: Callable[[Run], Any]) -> Code:
    """Return a computation that is made once a run."""

    def stored(run: Run) -> Any:
        values = run.values
        if key not in values:
            values[key] = code(run)
        return values[key]

    return stored
