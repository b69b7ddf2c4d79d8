"""Decision tables: the first row whose conditions all hold decides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

_NUMBER = r"(\d+(?:\.\d{1,2})?)"
_INTERVAL = re.compile(rf"(?:{_NUMBER}\s*(<=|<)\s*)?x(?:\s*(<=|<)\s*{_NUMBER})?")
_HALF_LINE = re.compile(rf"x\s*(>=|>)\s*{_NUMBER}")
_MEMBER = re.compile(r"(not )?in (\w+)")


@attrs.frozen
class Interval:
    """A number lies between two bounds, each of which says which side it belongs to."""

    name: str
    low: float = 0.0
    low_included: bool = True
    high: float = np.inf
    high_included: bool = False

    def holds(self, values: Mapping[str, Array]) -> Mask:
        """Return where the condition holds, exactly at the bounds."""
        x, bound = _scaled(self.name, values)
        above = (x >= bound(self.low)) if self.low_included else (x > bound(self.low))
        if self.high == np.inf:
            return cast(Mask, above)
        below = (x <= bound(self.high)) if self.high_included else (x < bound(self.high))
        return cast(Mask, below if self.low == 0 and self.low_included else above & below)


@attrs.frozen
class Flag:
    """A flag has a value."""

    name: str
    value: bool

    def holds(self, values: Mapping[str, Array]) -> Mask:
        """Return where the condition holds."""
        return cast(Mask, values[self.name] == self.value)


@attrs.frozen
class Member:
    """A code is in a named list, or is not; where no code is given neither is decided."""

    name: str
    list_name: str
    codes: frozenset[str] = attrs.field(repr=False)
    negated: bool = False

    def holds(self, values: Mapping[str, Array]) -> Mask:
        """Return where the condition holds; a code that is not given meets no condition."""
        if self.name not in values:
            return np.False_  # type: ignore[return-value]
        return np.isin(values[self.name], sorted(self.codes), invert=self.negated)


Condition = Interval | Flag | Member


@attrs.frozen(kw_only=True)
class Row:
    """One row of a decision table.

    Parameters
    ----------
    tranche : str
        Name of the row.
    when : tuple of Interval, Flag or Member
        Conditions, all of which must hold.
    then : mapping of str to float
        Value of each output.
    source, confidence : str
        Where the row comes from, and how sure it is.
    """

    tranche: str
    when: tuple[Condition, ...]
    then: Mapping[str, float]
    source: str
    confidence: str


def parse_condition(name: str, text: object, lists: Mapping[str, frozenset[str]]) -> Condition:
    """Return the condition that a rule file states, such as ``500 < x <= 750``.

    Raises
    ------
    ValueError
        Where the text is no condition; the message says which forms there are.
    """
    if isinstance(text, bool):
        return Flag(name, text)
    if isinstance(text, str):
        if (match := _HALF_LINE.fullmatch(text)) is not None:
            return Interval(name, float(match[2]), match[1] == ">=")
        match = _INTERVAL.fullmatch(text)
        if match is not None and (match[1] or match[4]):
            return Interval(
                name,
                float(match[1] or 0),
                match[2] != "<",
                float(match[4] or np.inf),
                match[3] == "<=",
            )
        match = _MEMBER.fullmatch(text)
        if match is not None and match[2] in lists:
            return Member(name, match[2], lists[match[2]], negated=bool(match[1]))
    raise ValueError(
        f"{text!r} is no condition: write true, false, '500 < x <= 750', 'x > 900', "
        "'in LIST' or 'not in LIST' with a list of this file"
    )


def decide(rows: Sequence[Row], values: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Return the number of the first row that holds, ``len(rows)`` where none does.

    Parameters
    ----------
    rows : sequence of Row
        The table, at most 254 rows.
    values : mapping of str to ndarray
        Checked inputs that broadcast to ``shape``.
    shape : tuple of int
        Shape of the answer.

    Returns
    -------
    ndarray of uint8, shape ``shape``
        Row numbers.
    """
    number = np.full(shape, len(rows), dtype=np.uint8)
    for position in range(len(rows) - 1, -1, -1):
        holds: Any = True
        for condition in rows[position].when:
            holds = holds & condition.holds(values)
        np.copyto(number, np.uint8(position), where=holds)
    return number


def _scaled(name: str, values: Mapping[str, Array]) -> tuple[Array, Any]:
    """Return what to compare and how to scale a bound, so that no quotient is ever rounded.

    The quotient of an income is ``income / 12 / parts``. Instead of dividing, the bound is
    multiplied: its cents times 12 times quarter parts is a whole number of quarter cents, which
    float64 holds exactly, and one division rounds it to the float nearest to the true threshold.
    """
    if name in values:
        return values[name], float
    parts = values["nombre_parts"]
    return (
        values["revenu_fiscal_reference"],
        lambda bound: (round(bound * 100) * 12 * parts) / 100,
    )
